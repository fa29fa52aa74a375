/* SPDX-License-Identifier: ISC */
#include "domain/reverse.h"
#include "domain/mx.h"
#include "domain/name.h"
#include <stdio.h>
#include <string.h>

static const struct name_row STATE_ROWS[] = {
    { DOMAIN_REVERSE_UNKNOWN, STR_INIT("unknown") },
    { DOMAIN_REVERSE_NOT_ASKED, STR_INIT("not-asked") },
    { DOMAIN_REVERSE_CONFIRMED, STR_INIT("confirmed") },
    { DOMAIN_REVERSE_NONE, STR_INIT("none") },
    { DOMAIN_REVERSE_NOT_CONFIRMED, STR_INIT("not-confirmed") },
};
const struct names DOMAIN_REVERSE_STATE_NAMES = NAMES(STATE_ROWS);

static const char HEX[] = "0123456789abcdef";

str domain_reverse_name_of(const struct ip *ip, char out[DOMAIN_REVERSE_NAME_MAX])
{
    size_t n = 0;
    out[0] = 0;
    if (ip->family == IP_V4)
        n = (size_t)snprintf(out, DOMAIN_REVERSE_NAME_MAX, "%u.%u.%u.%u.in-addr.arpa",
                             ip->octets[3], ip->octets[2], ip->octets[1], ip->octets[0]);
    if (ip->family != IP_V6)
        return (str){ out, n };
    for (size_t i = 16; i-- > 0;) {
        out[n++] = HEX[ip->octets[i] & 15];
        out[n++] = '.';
        out[n++] = HEX[ip->octets[i] >> 4];
        out[n++] = '.';
    }
    memcpy(out + n, "ip6.arpa", sizeof("ip6.arpa"));
    return (str){ out, n + sizeof("ip6.arpa") - 1 };
}

/* ---- generic names ---- */

enum { NUMBERS_MAX = 32 };

/* The decimal numbers in a name, in their order: "dsl-192-0-2-1" has four. */
static size_t numbers_in(str name, unsigned numbers[NUMBERS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < name.n && count < NUMBERS_MAX;) {
        unsigned value = 0, digits = 0;
        for (; i < name.n && is_digit(name.p[i]); i++, digits++)
            value = digits < 4 ? value * 10 + (unsigned)(name.p[i] - '0') : 1000;
        if (digits > 0)
            numbers[count++] = value;
        else
            i++;
    }
    return count;
}

/* Are the last three octets, or the whole address, there, forwards or backwards, one next to the other? */
static bool spells(const unsigned *numbers, size_t count, const uint8_t octets[4])
{
    for (size_t at = 0; at + 3 <= count; at++) {
        const unsigned *n = numbers + at;
        if ((n[0] == octets[1] && n[1] == octets[2] && n[2] == octets[3]) ||
            (n[0] == octets[3] && n[1] == octets[2] && n[2] == octets[1]))
            return true;
    }
    return false;
}

/* Written as one number: 192000002001, c0000201. */
static bool spells_as_one(str name, const uint8_t octets[4])
{
    char wide[13], hex[9];
    (void)snprintf(wide, sizeof wide, "%03u%03u%03u%03u", octets[0], octets[1], octets[2],
                   octets[3]);
    (void)snprintf(hex, sizeof hex, "%02x%02x%02x%02x", octets[0], octets[1], octets[2], octets[3]);
    return str_find(name, str_from(wide)) != STR_NOT_FOUND ||
           str_find_nocase(name, str_from(hex)) != STR_NOT_FOUND;
}

/* The last eight nibbles of an IPv6 address in a row, whatever stands between them. */
static bool spells_v6(str name, const uint8_t octets[16])
{
    char tail[9], digits[256];
    size_t n = 0;
    (void)snprintf(tail, sizeof tail, "%02x%02x%02x%02x", octets[12], octets[13], octets[14],
                   octets[15]);
    for (size_t i = 0; i < name.n && n < sizeof digits; i++)
        if (strchr(HEX, to_lower(name.p[i])))
            digits[n++] = to_lower(name.p[i]);
    return octets[12] != 0 && str_find((str){ digits, n }, str_from(tail)) != STR_NOT_FOUND;
}

bool domain_reverse_is_generic(str name, const struct ip *ip)
{
    unsigned numbers[NUMBERS_MAX];
    if (ip->family == IP_V6)
        return spells_v6(name, ip->octets);
    size_t count = numbers_in(name, numbers);
    return ip->family == IP_V4 &&
           (spells(numbers, count, ip->octets) || spells_as_one(name, ip->octets));
}

/* ---- looking ---- */

static str zone_said(const struct dns_answer *a)
{
    for (size_t i = 0; i < a->authority_count; i++)
        if (a->authority[i].type == DNS_SOA)
            return a->authority[i].owner;
    return STR_NONE;
}

/* False: not yet. */
static bool confirm(struct dns_known *k, const struct ip *ip, struct domain_reverse_name *n,
                    const struct dns_answer **failed)
{
    const struct dns_answer *a = dns_known_ask(k, n->name, ip->family == IP_V4 ? DNS_A : DNS_AAAA);
    if (!a)
        return false;
    if (a->code != DNS_OK && a->code != DNS_NXDOMAIN)
        *failed = a;
    for (size_t i = 0; a->code == DNS_OK && i < a->count; i++)
        n->confirmed |= ip_eq(&a->records[i].ip, ip);
    return true;
}

static bool look_names(struct dns_known *k, const struct dns_answer *ptr,
                       struct domain_reverse *out)
{
    const struct dns_answer *failed = NULL;
    bool known = true, any = false;
    out->more = ptr->count > DOMAIN_REVERSE_MAX;
    for (size_t i = 0; i < ptr->count && i < DOMAIN_REVERSE_MAX; i++) {
        struct domain_reverse_name *n = &out->names[out->count++];
        *n = (struct domain_reverse_name){ .name = ptr->records[i].name };
        n->malformed = !domain_is_host(n->name);
        n->generic = domain_reverse_is_generic(n->name, &out->ip);
        known &= n->malformed || confirm(k, &out->ip, n, &failed);
        any |= n->confirmed;
    }
    if (!known)
        return false;
    out->state = any                   ? DOMAIN_REVERSE_CONFIRMED
                 : failed || out->more ? DOMAIN_REVERSE_UNKNOWN
                                       : DOMAIN_REVERSE_NOT_CONFIRMED;
    if (!any && failed)
        out->code = failed->code;
    return true;
}

bool domain_reverse_look(struct dns_known *k, const struct ip *ip, bool private_too,
                         struct domain_reverse *out)
{
    char room[DOMAIN_REVERSE_NAME_MAX];
    *out = (struct domain_reverse){ .ip = *ip, .state = DOMAIN_REVERSE_NOT_ASKED };
    if (ip->family == IP_NONE || (!private_too && (ip_is_private(ip) || ip_is_loopback(ip))))
        return true;
    const struct dns_answer *ptr = dns_known_ask(k, domain_reverse_name_of(ip, room), DNS_PTR);
    if (!ptr)
        return false;
    out->code = ptr->code;
    out->state = DOMAIN_REVERSE_UNKNOWN;
    if (ptr->code == DNS_OK && ptr->count > 0)
        return look_names(k, ptr, out);
    if (ptr->code == DNS_OK || ptr->code == DNS_NXDOMAIN) {
        out->state = DOMAIN_REVERSE_NONE;
        out->zone = zone_said(ptr);
    }
    return true;
}
