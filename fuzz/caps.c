/* SPDX-License-Identifier: ISC */
/* Capabilities point into what they were read from, hold no mechanism twice, and never speak of the
 * first line. */
#include "smtp/caps.h"
#include <assert.h>

static void inside(str part, str whole)
{
    assert(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    struct smtp_caps c, first;
    smtp_caps_read(text, &c);
    inside(c.domain, text);
    assert(c.mechanism_count <= SMTP_CAPS_MECHANISMS);
    assert(c.mechanism_count == 0 || (c.ext & SMTP_EXT_AUTH));
    assert(c.size_max == 0 || (c.ext & SMTP_EXT_SIZE));
    for (unsigned i = 0; i < c.mechanism_count; i++) {
        inside(c.mechanisms[i], text);
        assert(smtp_caps_offers(&c, c.mechanisms[i]));
        assert(c.mechanisms[i].n > 0 && c.mechanisms[i].n <= 20);
        for (unsigned k = 0; k < i; k++)
            assert(!str_eq_nocase(c.mechanisms[i], c.mechanisms[k]));
    }
    smtp_caps_read(str_take(text, str_find_octet(text, '\n')), &first);
    assert(first.ext == 0 && first.mechanism_count == 0);
    assert(str_eq(first.domain, c.domain));
    return 0;
}
