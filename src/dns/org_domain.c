/* SPDX-License-Identifier: ISC */
#include "dns/org_domain.h"

static bool is_number(str label)
{
    uint64_t n;
    return str_to_u64(label, UINT64_MAX, &n);
}

/* The list's form of a name. False: it is none. */
static bool lowered(str domain, char out[DNS_NAME_MAX])
{
    size_t label = 0;
    if (domain.n == 0 || domain.n >= DNS_NAME_MAX)
        return false;
    for (size_t i = 0; i < domain.n; i++) {
        unsigned char c = (unsigned char)domain.p[i];
        if (c <= ' ' || c == '[' || c == ']' || c == '@' || c == ':' || (c == '.' && label == 0))
            return false;
        label = c == '.' ? 0 : label + 1;
        out[i] = to_lower(domain.p[i]);
    }
    out[domain.n] = 0;
    size_t dot = str_rfind_octet(domain, '.');
    str last = dot == STR_NOT_FOUND ? domain : str_skip(domain, dot + 1);
    return label > 0 && !is_number(last);
}

/* The second label of a country's domain that stands for what a registry sells, not for a name sold. */
static bool is_sold_below(str second, str last)
{
    static const str WORDS[] = { STR_INIT("co"),  STR_INIT("com"), STR_INIT("net"),
                                 STR_INIT("org"), STR_INIT("ac"),  STR_INIT("edu"),
                                 STR_INIT("gov"), STR_INIT("or"),  STR_INIT("ne") };
    for (size_t i = 0; i < COUNT_OF(WORDS) && last.n == 2; i++)
        if (str_eq_nocase(WORDS[i], second))
            return true;
    return false;
}

static str label_before(str name, size_t end, size_t *begin)
{
    size_t dot = str_rfind_octet(str_take(name, end), '.');
    *begin = dot == STR_NOT_FOUND ? 0 : dot + 1;
    return str_take(str_skip(name, *begin), end - *begin);
}

static str guessed(str domain)
{
    size_t begin;
    str last = label_before(domain, domain.n, &begin);
    if (begin == 0)
        return STR_NONE;
    str second = label_before(domain, begin - 1, &begin);
    if (!is_sold_below(second, last))
        return str_skip(domain, begin);
    if (begin == 0)
        return STR_NONE;
    (void)label_before(domain, begin - 1, &begin);
    return str_skip(domain, begin);
}

str dns_org_domain(str domain, const struct dns_suffixes *suffixes)
{
    char name[DNS_NAME_MAX];
    size_t at = 0;
    if (str_ends_nocase(domain, STR(".")))
        domain.n--;
    if (!lowered(domain, name))
        return STR_NONE;
    switch (suffixes ? suffixes->look(name, &at) : DNS_NO_LIST) {
    case DNS_REGISTRABLE: return str_skip(domain, at);
    case DNS_PUBLIC_SUFFIX: return STR_NONE;
    case DNS_NO_LIST: break;
    }
    return guessed(domain);
}

bool dns_org_same(str a, str b, const struct dns_suffixes *suffixes)
{
    str org = dns_org_domain(a, suffixes);
    return org.n && str_eq_nocase(org, dns_org_domain(b, suffixes));
}

bool dns_org_differs(str a, str b, const struct dns_suffixes *suffixes)
{
    str of_a = dns_org_domain(a, suffixes), of_b = dns_org_domain(b, suffixes);
    return of_a.n && of_b.n && !str_eq_nocase(of_a, of_b);
}
