/* SPDX-License-Identifier: ISC */
/* An envelope that was read is written and read again, and is the same to the octet; what is refused has a sentence.
 * An id that was read is said again as it was, case and look-alikes apart. */
#include "queue/message.h"
#include <assert.h>

static void again(const struct queue_message *m, struct buf *first)
{
    struct arena a;
    struct buf second;
    struct queue_message back;
    arena_init(&a, 1 << 24);
    buf_init(&second, 1 << 24);
    assert(queue_envelope_write(m, first));
    bool ok = queue_envelope_read(buf_str(first), &a, &back, NULL);
    assert(ok && back.recipient_count == m->recipient_count);
    assert(queue_envelope_write(&back, &second));
    assert(str_eq(buf_str(first), buf_str(&second)));
    buf_done(&second);
    arena_done(&a);
}

static void id(str text)
{
    uint64_t value, same;
    char said[QUEUE_ID_TEXT_MAX];
    if (!queue_id_parse(text, &value))
        return;
    assert(value && str_from(queue_id_text(value, said)).n == text.n);
    bool ok = queue_id_parse(str_from(said), &same);
    assert(ok && same == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t n)
{
    str input = { (const char *)octets, n };
    struct arena a;
    struct buf written;
    struct queue_message m = { .id = 77 };
    struct err e = { .kind = ERR_NONE };
    id(input);
    arena_init(&a, 1 << 24);
    buf_init(&written, 1 << 24);
    if (queue_envelope_read(input, &a, &m, &e))
        again(&m, &written);
    else
        assert(m.id == 77 && e.why[0]);
    buf_done(&written);
    arena_done(&a);
    return 0;
}
