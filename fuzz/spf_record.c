/* SPDX-License-Identifier: ISC */
/* The terms of a record lie in it one behind the other, and what was read once is read the same again. */
#include "mailauth/spf_record.h"
#include <assert.h>
#include <string.h>

enum { EXPANDED_MAX = 1 << 16 };

static void is_inside(str part, str whole)
{
    assert(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

static void is_term(const struct spf_term *t, str record)
{
    struct spf_values v;
    struct buf out;
    is_inside(t->text, record);
    is_inside(t->domain, t->text);
    assert(t->text.n > 0 && t->text.p == record.p + t->at);
    assert(t->bits4 <= 32 && t->bits6 <= 128);
    assert(spf_is_modifier(t->kind) == (t->qualifier == AUTH_NONE));
    if (t->domain.n == 0)
        return;
    assert(spf_macro_wrong(t->domain, SPF_IN_DOMAIN) == NULL);
    for (size_t i = 0; i < COUNT_OF(v.of); i++)
        v.of[i] = STR("some-body.d.example");
    buf_init(&out, EXPANDED_MAX);
    bool room = spf_macro_expand(t->domain, &v, &out);
    assert(room == buf_ok(&out));
    buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str record = { (const char *)data, size };
    struct spf_outline o;
    struct spf_fault f = { .sentence = "" }, other;
    struct spf_term t;
    unsigned terms = 0;
    bool faulty = false;
    if (!spf_is_record(record))
        return 0;
    struct spf_cursor c = spf_cursor_of(record);
    for (enum spf_read read; (read = spf_next(&c, &t, &other)) != SPF_READ_END;) {
        terms++;
        assert(t.number == terms && t.at + t.text.n == c.at);
        faulty = faulty || read == SPF_READ_FAULT;
        if (read == SPF_READ_TERM)
            is_term(&t, record);
        else
            assert(other.sentence[0] && other.why >= SPF_STRANGE_OCTET && other.at == t.at);
    }
    if (spf_outline_of(record, &o, &f))
        assert(!faulty && o.terms == terms);
    else
        assert(f.sentence[0] && str_is_utf8(str_from(f.sentence)) && f.number <= terms);
    return 0;
}
