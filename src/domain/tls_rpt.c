/* SPDX-License-Identifier: ISC */
#include "domain/tls_rpt.h"
#include "domain/tags.h"

bool tls_rpt_is_record(str txt)
{
    str rest;
    return domain_tags_begin(txt, STR("v=TLSRPTv1"), &rest);
}

/* In a URI comma, exclamation mark and semicolon are percent-encoded. */
static bool is_uri(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '!' || (unsigned char)s.p[i] <= ' ')
            return false;
    return (str_starts_nocase(s, STR("mailto:")) && str_find_octet(s, '@') != STR_NOT_FOUND) ||
           (str_starts_nocase(s, STR("https://")) && s.n > sizeof("https://") - 1);
}

static bool read_uris(str list, str uris[TLS_RPT_URIS_MAX], size_t *count)
{
    for (str rest = list; rest.p;) {
        str one = str_trim(str_cut(&rest, ','));
        if (one.n == 0)
            return false;
        if (is_uri(one) && *count < TLS_RPT_URIS_MAX)
            uris[(*count)++] = one;
    }
    return *count > 0;
}

bool tls_rpt_read(str txt, str uris[TLS_RPT_URIS_MAX], size_t *count)
{
    str rest, name, value;
    bool broken = false, found = false;
    *count = 0;
    if (!domain_tags_begin(txt, STR("v=TLSRPTv1"), &rest))
        return false;
    while (domain_tags_next(&rest, &name, &value, &broken)) {
        if (!str_eq(name, STR("rua")))
            continue;
        if (found || !read_uris(value, uris, count))
            return false;
        found = true;
    }
    return found && !broken;
}
