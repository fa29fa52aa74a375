/* SPDX-License-Identifier: ISC */
/* The input is the value of a DKIM-Signature field. What is read as one has every part that it needs, its identity
 * lies inside its domain, and "b=" is found again in the text; what is not has a reason. */
#include "mailauth/dkim_inside.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    struct dkim_signature s;
    struct dkim_fault f = { .reason = DKIM_OK };
    str value = { (const char *)data, size };
    struct mail_field field = { .whole = value, .name = STR("DKIM-Signature"), .value = value };
    arena_init(&memory, 8 << 20);
    if (dkim_signature_read(&field, NULL, &memory, &s, &f)) {
        assert(s.domain_a.n >= 3 && s.selector_a.n > 0 && s.signed_count > 0 && s.octets.n > 0);
        assert(s.body_hash.n == DKIM_HASH_OCTETS && f.reason == DKIM_OK);
        assert(s.octets_text.p > value.p && s.octets_text.p[-1] == '=');
        assert(s.octets_text.p + s.octets_text.n <= value.p + value.n);
        assert(str_ends_nocase(s.identity, s.domain_a));
        assert(s.expiry_s == DKIM_NO_TIME || s.time_s == DKIM_NO_TIME || s.expiry_s > s.time_s);
    } else {
        assert(f.reason != DKIM_OK && f.sentence[0] && dkim_reason_result(f.reason) != AUTH_PASS);
    }
    arena_done(&memory);
    return 0;
}
