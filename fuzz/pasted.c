/* SPDX-License-Identifier: ISC */
/* The recipient is a slice of the text, and never the user; what a text tells by its words is a refusal, a share of one
 * at most, and names who refused only where the text does. */
#include "doctor/pasted.h"
#include <assert.h>
#include <string.h>

static void by_its_words(str text, str own)
{
    struct doctor_pasted p;
    struct arena a;
    struct err e;
    arena_init(&a, 64 << 20);
    if (doctor_pasted_read(text, own, &a, &p, &e)) {
        assert(p.confidence >= 0 && p.confidence <= 1);
        assert(p.code == 0 || (p.code >= 400 && p.code < 1000));
        assert(p.hop != HOP_NONE || !p.who.n);
        assert(!p.recipient.n || !str_eq_nocase(p.recipient, own));
    }
    arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const str own = STR("me@a.example"), text = { (const char *)data, size };
    str to = doctor_pasted_recipient(text, own);
    assert(!to.n || (to.p >= text.p && to.p + to.n <= text.p + text.n));
    assert(!to.n || (str_find_octet(to, '@') != STR_NOT_FOUND && !str_eq_nocase(to, own)));
    by_its_words(text, own);
    return 0;
}
