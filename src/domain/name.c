/* SPDX-License-Identifier: ISC */
#include "domain/name.h"

/* Where the first label ends: at a dot that no backslash hides. */
static size_t label_end(str name)
{
    size_t i = 0;
    while (i < name.n && name.p[i] != '.')
        i += name.p[i] == '\\' ? 2 : 1;
    return i < name.n ? i : name.n;
}

str domain_above(str name)
{
    return str_skip(name, label_end(name) + 1);
}

unsigned domain_labels(str name)
{
    unsigned n = 0;
    for (; name.n > 0; name = domain_above(name))
        n++;
    return n;
}

bool domain_is_within(str name, str zone)
{
    for (; name.n > zone.n; name = domain_above(name))
        ;
    return str_eq_nocase(name, zone);
}

str domain_before(str name, str zone)
{
    if (zone.n == 0 || name.n <= zone.n)
        return str_take(name, zone.n == 0 ? name.n : 0);
    return str_take(name, name.n - zone.n - 1);
}

bool domain_is_host(str name)
{
    for (str rest = name; rest.p;) {
        str label = str_cut(&rest, '.');
        if (label.n == 0 || label.n > 63 || label.p[0] == '-' || label.p[label.n - 1] == '-')
            return false;
        for (size_t i = 0; i < label.n; i++)
            if (!is_alnum(label.p[i]) && label.p[i] != '-' && label.p[i] != '_')
                return false;
    }
    return name.n > 0;
}

static const str RESERVED[] = {
    STR_INIT("example"),     STR_INIT("invalid"),     STR_INIT("localhost"),   STR_INIT("test"),
    STR_INIT("local"),       STR_INIT("internal"),    STR_INIT("home.arpa"),   STR_INIT("onion"),
    STR_INIT("example.com"), STR_INIT("example.net"), STR_INIT("example.org"),
};

bool domain_is_reserved(str name)
{
    for (size_t i = 0; i < COUNT_OF(RESERVED); i++)
        if (domain_is_within(name, RESERVED[i]))
            return true;
    return false;
}
