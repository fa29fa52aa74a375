/* SPDX-License-Identifier: ISC */
#include "cmd/host_port.h"
#include "settings/shown.h"

bool split_host_port(str text, str *host, uint64_t *port)
{
    size_t colon = str_rfind_octet(text, ':');
    *host = text;
    if (text.n && text.p[0] == '[') {
        size_t end = str_find_octet(text, ']');
        if (end == STR_NOT_FOUND)
            return false;
        *host = str_take(str_skip(text, 1), end - 1);
        str rest = str_skip(text, end + 1);
        return !rest.n || (rest.p[0] == ':' && str_to_u64(str_skip(rest, 1), 65535, port) && *port);
    }
    if (colon == STR_NOT_FOUND)
        return true;
    if (str_find_octet(text, ':') != colon) { /* more than one colon: IPv6 without brackets */
        struct ip ip;
        return ip_parse(text, &ip);
    }
    *host = str_take(text, colon);
    return str_to_u64(str_skip(text, colon + 1), 65535, port) && *port;
}

str host_port_shown(str text)
{
    size_t at, n;
    return settings_url_secret(text, &at, &n) ? SETTINGS_HIDDEN : text;
}

bool take_dns_server(const char *flag, const char *value, struct ip *ip, uint16_t *port,
                     struct err *e)
{
    str host;
    uint64_t number = 53;
    if (!split_host_port(str_from(value), &host, &number) || !ip_parse(host, ip))
        return err_set(e, ERR_SYNTAX, "--%s '%.60s' is no IP[:PORT]; IPv6 goes in brackets", flag,
                       value);
    *port = (uint16_t)number;
    return true;
}
