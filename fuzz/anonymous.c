/* SPDX-License-Identifier: ISC */
/*
 * Somebody's mailbox and address, in every encoding, with anything around them. The first octet says
 * where in the rest they are put.
 */
#include "base/anonymous.h"
#include "base/base64.h"
#include <assert.h>

/* Letters that no stand-in is made of. */
#define MAILBOX STR("qvkz.w@kjwq.zvk")
#define DOMAIN  STR("kjwq.zvk")
#define ADDRESS STR("8.8.44.4")

static bool holds(const struct buf *b, str name)
{
    return str_find_nocase(buf_str(b), name) != STR_NOT_FOUND;
}

static struct anonymous *somebody(void)
{
    struct anonymous *a = anonymous_new();
    assert(a && anonymous_add(a, ANONYMOUS_MAILBOX, MAILBOX, STR("me@my-domain.example")));
    assert(anonymous_add(a, ANONYMOUS_DOMAIN, DOMAIN, STR("my-domain.example")));
    assert(anonymous_add(a, ANONYMOUS_CODED, ADDRESS, STR_NONE));
    assert(anonymous_add(a, ANONYMOUS_MAILBOX, STR("QVKZ.W@kjwq.zvk"), STR_NONE)); /* known */
    anonymous_keep(a, STR("kept.example"));
    return a;
}

static void shown(str text, struct buf *out)
{
    AUTO(anonymous_freep) struct anonymous *a = somebody();
    buf_init(out, (size_t)1 << 20);
    assert(anonymous_text(a, text, true, out));
}

/* before, name, behind: the name is gone. A blank beside it, where only a word of its own is known; then
 * what has it inside another word is left out. */
static void check(str before, str name, str behind, bool alone)
{
    bool inside = str_find_nocase(before, name) != STR_NOT_FOUND ||
                  str_find_nocase(behind, name) != STR_NOT_FOUND;
    if (alone && inside)
        return;
    AUTO(buf_done) struct buf text, out;
    buf_init(&text, (size_t)1 << 16);
    buf_add(&text, before);
    buf_add(&text, alone ? STR(" ") : STR_NONE);
    buf_add(&text, name);
    buf_add(&text, alone ? STR(" ") : STR_NONE);
    buf_add(&text, behind);
    shown(buf_str(&text), &out);
    assert(!holds(&out, name));
}

static void check_coded(str before, str name, str behind)
{
    AUTO(buf_done) struct buf octets, text, out;
    buf_init(&octets, (size_t)1 << 16);
    buf_init(&text, (size_t)1 << 16);
    buf_add(&octets, before);
    buf_add(&octets, name);
    buf_add(&octets, behind);
    assert(base64_encode(buf_str(&octets), &text));
    size_t first = (before.n * 8 + 5) / 6, last = (before.n + name.n) * 8 / 6;
    str own = str_take(str_skip(buf_str(&text), first), last - first); /* bits of the name alone */
    shown(buf_str(&text), &out);
    assert(str_find(buf_str(&out), own) == STR_NOT_FOUND);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str rest = str_take(str_skip((str){ (const char *)data, size }, 1), 256);
    str before = str_take(rest, size ? data[0] : 0), behind = str_skip(rest, before.n);
    check(before, MAILBOX, behind, false);
    check(before, DOMAIN, behind, true);
    check(before, ADDRESS, behind, true);
    check_coded(before, MAILBOX, behind);
    AUTO(buf_done) struct buf out; /* and anything at all ends */
    shown(rest, &out);
    return 0;
}
