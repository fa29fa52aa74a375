/* SPDX-License-Identifier: ISC */
#include "base/ip.h"
#include "base/escape.h"
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define V6_LONGEST 45 /* "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255" */

static const uint8_t MAPPED[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool is_link_local(const struct ip *ip)
{
    return ip->family == IP_V6 && ip->octets[0] == 0xfe && (ip->octets[1] & 0xc0) == 0x80;
}

/* The text of an address of one family; only inet_pton wants a NUL, so that none may be inside. */
static bool parse_as(int af, str text, uint8_t octets[16])
{
    char copy[V6_LONGEST + 1] = { 0 };
    if (text.n == 0 || text.n > V6_LONGEST || str_find_octet(text, 0) != STR_NOT_FOUND)
        return false;
    memcpy(copy, text.p, text.n);
    return inet_pton(af, copy, octets) == 1;
}

/* RFC 4007 section 11: a zone index, given as a number; names of interfaces are the system's. */
static bool parse_v6(str text, struct ip *out)
{
    struct ip found = { .family = IP_V6 };
    str zone = text, address = str_cut(&zone, '%');
    if (!parse_as(AF_INET6, address, found.octets))
        return false;
    if (zone.p) {
        uint64_t scope;
        if (!is_link_local(&found) || !str_to_u64(zone, UINT32_MAX, &scope))
            return false;
        found.scope = (uint32_t)scope;
    }
    if (memcmp(found.octets, MAPPED, sizeof MAPPED) == 0) {
        struct ip v4 = { .family = IP_V4 };
        memcpy(v4.octets, found.octets + sizeof MAPPED, 4);
        found = v4;
    }
    *out = found;
    return true;
}

static bool parse_v4(str text, struct ip *out)
{
    struct ip found = { .family = IP_V4 };
    if (!parse_as(AF_INET, text, found.octets))
        return false;
    *out = found;
    return true;
}

bool ip_parse(str text, struct ip *out)
{
    if (text.n < 2 || text.p[0] != '[')
        return parse_v4(text, out) || parse_v6(text, out);
    if (text.p[text.n - 1] != ']')
        return false;
    str inner = (str){ text.p + 1, text.n - 2 };
    if (str_starts_nocase(inner, STR("IPv6:"))) /* IPv6-address-literal */
        return parse_v6(str_skip(inner, 5), out);
    return parse_v4(inner, out) || parse_v6(inner, out);
}

/* RFC 5952 section 4.2: the longest run of zero groups, the first of equals, is written "::"; one
 * group alone is not. */
static void longest_zero_run(const unsigned groups[8], size_t *start, size_t *length)
{
    *start = 8;
    *length = 1;
    for (size_t i = 0; i < 8; i++) {
        size_t n = 0;
        while (i + n < 8 && groups[i + n] == 0)
            n++;
        if (n > *length) {
            *start = i;
            *length = n;
        }
    }
}

static void text_v6(const struct ip *ip, char out[IP_TEXT_MAX])
{
    unsigned groups[8];
    for (size_t i = 0; i < 8; i++)
        groups[i] = (unsigned)ip->octets[2 * i] << 8 | ip->octets[2 * i + 1];
    size_t start, length, n = 0;
    longest_zero_run(groups, &start, &length);
    for (size_t i = 0; i < 8; i++) {
        if (i == start) {
            n += (size_t)snprintf(out + n, IP_TEXT_MAX - n, "::");
            i += length - 1;
            continue;
        }
        const char *colon = i > 0 && i != start + length ? ":" : "";
        n += (size_t)snprintf(out + n, IP_TEXT_MAX - n, "%s%x", colon, groups[i]);
    }
    if (ip->scope)
        snprintf(out + n, IP_TEXT_MAX - n, "%%%u", (unsigned)ip->scope);
}

const char *ip_text(const struct ip *ip, char out[IP_TEXT_MAX])
{
    const uint8_t *o = ip->octets;
    out[0] = 0;
    if (ip->family == IP_V4)
        snprintf(out, IP_TEXT_MAX, "%u.%u.%u.%u", o[0], o[1], o[2], o[3]);
    else if (ip->family == IP_V6)
        text_v6(ip, out);
    return out;
}

static size_t octets_of(enum ip_family family)
{
    return family == IP_V4 ? 4 : family == IP_V6 ? 16 : 0;
}

bool ip_eq(const struct ip *a, const struct ip *b)
{
    return a->family == b->family && a->scope == b->scope &&
           memcmp(a->octets, b->octets, octets_of(a->family)) == 0;
}

static bool in_any(const struct ip *ip, const struct ip_net *nets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (ip_net_has(&nets[i], ip))
            return true;
    return false;
}

bool ip_is_loopback(const struct ip *ip)
{
    static const struct ip_net LOOPBACK[] = {
        { { .family = IP_V4, .octets = { 127 } }, 8 },
        { { .family = IP_V6, .octets = { [15] = 1 } }, 128 },
    };
    return in_any(ip, LOOPBACK, COUNT_OF(LOOPBACK));
}

bool ip_is_private(const struct ip *ip)
{
    static const struct ip_net PRIVATE[] = {
        { { .family = IP_V4, .octets = { 10 } }, 8 },          /* RFC 1918 */
        { { .family = IP_V4, .octets = { 172, 16 } }, 12 },    /* RFC 1918 */
        { { .family = IP_V4, .octets = { 192, 168 } }, 16 },   /* RFC 1918 */
        { { .family = IP_V4, .octets = { 100, 64 } }, 10 },    /* RFC 6598 */
        { { .family = IP_V4, .octets = { 169, 254 } }, 16 },   /* RFC 3927, link-local */
        { { .family = IP_V6, .octets = { 0xfc } }, 7 },        /* RFC 4193 */
        { { .family = IP_V6, .octets = { 0xfe, 0x80 } }, 10 }, /* RFC 4291, link-local */
    };
    return in_any(ip, PRIVATE, COUNT_OF(PRIVATE));
}

bool ip_is_near(const struct ip *ip)
{
    static const struct ip_net OTHERS[] = {
        { { .family = IP_V4, .octets = { 0 } }, 8 },                    /* RFC 6890: this host */
        { { .family = IP_V4, .octets = { 224 } }, 3 },                  /* RFC 1112 */
        { { .family = IP_V6, .octets = { 0 } }, 96 },                   /* RFC 4291 */
        { { .family = IP_V6, .octets = { 0, 0x64, 0xff, 0x9b } }, 32 }, /* RFC 6052, 8215 */
        { { .family = IP_V6, .octets = { 0x20, 0x02 } }, 16 },          /* RFC 3056 */
        { { .family = IP_V6, .octets = { 0x20, 0x01 } }, 32 },          /* RFC 4380 */
        { { .family = IP_V6, .octets = { 0xff } }, 8 },                 /* RFC 4291 */
    };
    return ip_is_loopback(ip) || ip_is_private(ip) || in_any(ip, OTHERS, COUNT_OF(OTHERS));
}

static uint8_t prefix_mask(unsigned bits)
{
    return (uint8_t)(0xff00u >> bits);
}

/* The same address with every bit behind the prefix zero. */
static struct ip first_of(const struct ip *ip, unsigned bits)
{
    struct ip first = *ip;
    for (size_t i = bits / 8; i < octets_of(ip->family); i++)
        first.octets[i] &= i == bits / 8 ? prefix_mask(bits % 8) : 0;
    return first;
}

bool ip_net_parse(str text, struct ip_net *out, struct err *e)
{
    char seen[ESCAPE_SHOWN_MAX], right[IP_TEXT_MAX];
    str length = text, address = str_cut(&length, '/');
    struct ip_net net;
    if (!ip_parse(address, &net.base))
        return err_set(e, ERR_SYNTAX, "'%s' is not an IP address or a network such as 192.0.2.0/24",
                       escape_shown(text, seen));
    /* An IPv4-mapped network is kept as the IPv4 one; beyond ::ffff:0:0/96 it would not be one. */
    bool mapped = net.base.family == IP_V4 && str_find_octet(address, ':') != STR_NOT_FOUND;
    unsigned least = mapped ? 96 : 0, most = least + (unsigned)(8 * octets_of(net.base.family));
    uint64_t bits = most;
    if (length.p && (!str_to_u64(length, most, &bits) || bits < least))
        return err_set(e, ERR_SYNTAX, "the prefix of network '%s' is not a number from %u to %u",
                       escape_shown(text, seen), least, most);
    net.bits = (unsigned)bits - least;
    struct ip first = first_of(&net.base, net.bits);
    if (!ip_eq(&first, &net.base))
        return err_set(e, ERR_SYNTAX,
                       "network '%s' has bits set behind its prefix; it begins at %s/%u",
                       escape_shown(text, seen), ip_text(&first, right), net.bits);
    *out = net;
    return true;
}

bool ip_net_has(const struct ip_net *net, const struct ip *ip)
{
    if (net->base.family != ip->family || ip->family == IP_NONE)
        return false;
    if (net->base.scope && net->base.scope != ip->scope)
        return false;
    size_t whole = net->bits / 8;
    if (memcmp(net->base.octets, ip->octets, whole) != 0)
        return false;
    return net->bits % 8 == 0 ||
           ((net->base.octets[whole] ^ ip->octets[whole]) & prefix_mask(net->bits % 8)) == 0;
}
