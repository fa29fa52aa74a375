/* SPDX-License-Identifier: ISC */
#include "queue/message.h"

static const struct name_row STATE_ROWS[] = { { QUEUE_WAITING, STR_INIT("waiting") },
                                              { QUEUE_DELIVERED, STR_INIT("delivered") },
                                              { QUEUE_FAILED, STR_INIT("failed") } };
const struct names QUEUE_STATE_NAMES = NAMES(STATE_ROWS);

/* Without I, L, O and U: a reader who types one of the first three means the digit that it looks like. */
static const char LETTERS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
enum { LETTER_BITS = 5, LETTERS_LEAST = 10, LETTERS_MOST = 13 };

const char *queue_id_text(uint64_t id, char out[QUEUE_ID_TEXT_MAX])
{
    size_t n = LETTERS_LEAST;
    while (n < LETTERS_MOST && id >> (n * LETTER_BITS))
        n++;
    out[0] = 'Q';
    for (size_t i = n; i > 0; i--, id >>= LETTER_BITS)
        out[i] = LETTERS[id & ((1 << LETTER_BITS) - 1)];
    out[n + 1] = '\0';
    return out;
}

static int letter_value(char c)
{
    c = to_upper(c);
    if (c == 'O')
        c = '0';
    if (c == 'I' || c == 'L')
        c = '1';
    for (int i = 0; LETTERS[i]; i++)
        if (LETTERS[i] == c)
            return i;
    return -1;
}

bool queue_id_parse(str text, uint64_t *out)
{
    if (text.n < 1 + LETTERS_LEAST || text.n > 1 + LETTERS_MOST || to_upper(text.p[0]) != 'Q')
        return false;
    uint64_t id = 0;
    for (size_t i = 1; i < text.n; i++) {
        int value = letter_value(text.p[i]);
        if (value < 0 || id >> (64 - LETTER_BITS))
            return false;
        id = id << LETTER_BITS | (unsigned)value;
    }
    char again[QUEUE_ID_TEXT_MAX];
    if (id == 0 || str_from(queue_id_text(id, again)).n != text.n)
        return false; /* no id, or one with zeros in front that it never has */
    *out = id;
    return true;
}
