/* SPDX-License-Identifier: ISC */
/* A name that was taken is one DNS can ask for, and typed again gives itself. */
#include "dns/dns.h"
#include <assert.h>
#include <idn2.h>
#include <string.h>

static const struct dns_idn IDN = { idn2_lookup_u8, idn2_free };

static void is_askable(str name)
{
    assert(name.n >= 1 && name.n <= 253);
    for (str rest = name; rest.p;) {
        str label = str_cut(&rest, '.');
        assert(label.n >= 1 && label.n <= 63);
        assert(label.p[0] != '-' && label.p[label.n - 1] != '-');
    }
    for (size_t i = 0; i < name.n; i++)
        assert((is_alnum(name.p[i]) && name.p[i] == to_lower(name.p[i])) ||
               strchr("-_.", name.p[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char once[DNS_NAME_MAX] = "untouched", twice[DNS_NAME_MAX];
    struct err e = { .kind = ERR_NONE };
    if (!dns_name_from_text((str){ (const char *)data, size }, &IDN, once, &e)) {
        assert(e.kind != ERR_NONE && e.why[0] && str_is_utf8(str_from(e.why)));
        assert(strcmp(once, "untouched") == 0);
        return 0;
    }
    is_askable(str_from(once));
    assert(dns_name_from_text(str_from(once), &IDN, twice, &e));
    assert(strcmp(once, twice) == 0);
    return 0;
}
