/* SPDX-License-Identifier: ISC */
#include "settings/writers.h"
#include "settings/quote.h"

bool settings_host_is_ipv6(const struct smtp_attempt *a)
{
    struct ip ip;
    return ip_parse(a->host, &ip) && str_find_octet(a->host, ':') != STR_NOT_FOUND;
}

str settings_host(const struct smtp_attempt *a)
{
    return str_starts(a->host, STR("[")) ? str_take(str_skip(a->host, 1), a->host.n - 2) : a->host;
}

void settings_add_lower(struct buf *out, str mechanism)
{
    for (size_t i = 0; i < mechanism.n; i++)
        buf_addc(out, to_lower(mechanism.p[i]));
}

bool settings_carries(const char *title, str value, const char *octets, const char *what,
                      struct err *e)
{
    for (size_t i = 0; i < value.n; i++)
        if (str_find_octet(str_from(octets), value.p[i]) != STR_NOT_FOUND)
            return err_set(e, ERR_SYNTAX, "%s cannot be told %s", title, what);
    return true;
}

static str or_else(str value, const char *placeholder)
{
    return value.n ? value : str_from(placeholder);
}

str settings_author(const struct smtp_attempt *a)
{
    return or_else(settings_from(a), "FROM-ADDRESS");
}

str settings_recipient(const struct smtp_attempt *a)
{
    return or_else(a->to, "TO-ADDRESS");
}

bool settings_has_own_reverse_path(const struct smtp_attempt *a)
{
    return a->from_null || (a->from.n && !str_eq(a->from, settings_author(a)));
}

void settings_add_double(struct buf *out, const char *before, str value, const char *after)
{
    buf_add(out, str_from(before));
    quote_double(out, value);
    buf_add(out, str_from(after));
}
