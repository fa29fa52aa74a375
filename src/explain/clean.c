/* SPDX-License-Identifier: ISC */
/*
 * explain/clean.c - pasted octets as plain text
 */
#include "explain/clean.h"
#include "explain/clean_steps.h"
#include "explain/mask.h"
#include "explain/said.h"

enum { GROWTH = 3 }; /* one octet of Windows-1252 becomes three at most */

/* Two buffers, so that a step reads one and writes the other. */
struct desk {
    struct buf pages[2];
    unsigned current;
    str text;
    unsigned cleaned;
};

static bool step(struct desk *d, bool (*clean)(str in, struct buf *out), unsigned mark)
{
    struct buf *out = &d->pages[!d->current];
    buf_clear(out);
    if (!clean(d->text, out))
        return false;
    d->current = !d->current;
    d->text = buf_str(out);
    d->cleaned |= mark;
    return true;
}

static void characters(struct desk *d)
{
    struct buf *out = &d->pages[!d->current];
    bool coloured = false, binary = false;
    buf_clear(out);
    if (clean_chars(d->text, out, &coloured, &binary)) {
        d->current = !d->current;
        d->text = buf_str(out);
    }
    d->cleaned |= (coloured ? CLEANED_COLOURS : 0) | (binary ? CLEANED_BINARY : 0);
}

/* What carried the text is undone, and may have hidden secrets from the mask; the escapes of strings, by which it sees
 * where a string ends, are there still. */
static bool mask_carried(struct desk *d, struct arena *memory)
{
    size_t count;
    if (!(d->cleaned & (CLEANED_CHARSET | CLEANED_MESSAGE | CLEANED_QUOTED_PRINTABLE)))
        return true;
    d->text = explain_mask(d->text, memory, &count);
    return d->text.p != NULL;
}

/* Outermost first: what carried the text, then what showed it, then what wrote it down. */
static bool all(struct desk *d, struct arena *memory)
{
    step(d, clean_utf16, CLEANED_CHARSET);
    if (!step(d, clean_message, CLEANED_MESSAGE))
        step(d, clean_quoted_printable, CLEANED_QUOTED_PRINTABLE);
    step(d, clean_charset, CLEANED_CHARSET);
    characters(d);
    if (!mask_carried(d, memory))
        return false;
    step(d, clean_prefixes, CLEANED_PREFIX);
    step(d, clean_html, CLEANED_HTML);
    step(d, clean_quotes, CLEANED_QUOTES);
    if (step(d, clean_escapes, CLEANED_ESCAPES))
        step(d, clean_html, CLEANED_HTML);
    if (d->cleaned & (CLEANED_ESCAPES | CLEANED_HTML)) { /* which may have written any character */
        step(d, clean_charset, 0);
        characters(d);
    }
    return true;
}

/* At most max octets, without a last character of which a part is missing. */
static str cut(str octets, size_t max)
{
    if (octets.n <= max)
        return octets;
    size_t n = max;
    while (n && max - n < 4 && ((unsigned char)octets.p[n] & 0xc0) == 0x80)
        n--;
    return str_take(octets, n);
}

bool explain_clean(str octets, struct arena *memory, str *plain, unsigned *cleaned, struct err *e)
{
    struct desk d = { .text = cut(octets,
                                  octets.n > EXPLAIN_TEXT_MAX ? EXPLAIN_TEXT_MAX : octets.n) };
    buf_init(&d.pages[0], (size_t)GROWTH * EXPLAIN_TEXT_MAX);
    buf_init(&d.pages[1], (size_t)GROWTH * EXPLAIN_TEXT_MAX);
    d.cleaned = octets.n > EXPLAIN_TEXT_MAX ? CLEANED_CUT : 0;
    bool made = all(&d, memory) && buf_ok(&d.pages[0]) && buf_ok(&d.pages[1]);
    str copy = made ? arena_dup(memory, cut(d.text, EXPLAIN_TEXT_MAX)) : STR_NONE;
    buf_done(&d.pages[0]);
    buf_done(&d.pages[1]);
    if (!copy.p)
        return err_set(e, ERR_MEMORY, "no memory for a text of %zu octets", octets.n);
    *plain = copy;
    *cleaned = d.cleaned;
    return true;
}

str explain_fold(str plain, struct arena *memory)
{
    char *out = arena_alloc(memory, plain.n + 1);
    if (!out)
        return STR_NONE;
    size_t n = 0;
    for (size_t i = 0; i < plain.n; i++) {
        char c = plain.p[i];
        bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (!blank)
            out[n++] = c;
        else if (n && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    if (n && out[n - 1] == ' ')
        n--;
    return (str){ out, n };
}
