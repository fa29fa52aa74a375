/* SPDX-License-Identifier: ISC */
#include "net/forwarders.h"
#include "net/read_file.h"
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { TABLE_MAX = 1 << 20, FIELDS = 12, GATEWAY = 2 }; /* GATEWAY: RTF_GATEWAY */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of what follows */
static bool looked;
static struct net_forwarder found[NET_FORWARDERS_MAX]; /* one that stands here never changes */
static size_t found_count;

/* ------------------------------------------------------------------------------------------------
 * The kernel's tables of routes
 */
static size_t fields_of(str line, str out[FIELDS])
{
    size_t n = 0;
    for (str rest = line; rest.p && n < FIELDS;) {
        size_t blank = 0;
        while (blank < rest.n && rest.p[blank] != ' ' && rest.p[blank] != '\t')
            blank++;
        if (blank)
            out[n++] = str_take(rest, blank);
        rest = blank < rest.n ? str_skip(rest, blank + 1) : STR_NONE;
    }
    return n;
}

static bool hex_of(str text, uint8_t *out, size_t octets)
{
    if (text.n != 2 * octets)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        char c = to_lower(text.p[i]);
        if (!is_digit(c) && (c < 'a' || c > 'f'))
            return false;
        uint8_t value = (uint8_t)(is_digit(c) ? c - '0' : c - 'a' + 10);
        out[i / 2] = (uint8_t)(i % 2 ? out[i / 2] | value : value << 4);
    }
    return true;
}

static bool is_zero(const uint8_t *octets, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (octets[i])
            return false;
    return true;
}

/* "Iface Destination Gateway Flags RefCnt Use Metric Mask ...": numbers as this machine has them in memory. */
bool net_gateway_ipv4(str line, struct ip *out)
{
    str f[FIELDS];
    uint8_t to[4], gateway[4], flags[2], mask[4];
    if (fields_of(line, f) < 8 || !hex_of(f[1], to, 4) || !hex_of(f[2], gateway, 4) ||
        !hex_of(f[3], flags, 2) || !hex_of(f[7], mask, 4) || !is_zero(to, 4) || !is_zero(mask, 4) ||
        !(flags[1] & GATEWAY))
        return false;
    uint32_t number = (uint32_t)gateway[0] << 24 | (uint32_t)gateway[1] << 16 |
                      (uint32_t)gateway[2] << 8 | gateway[3];
    *out = (struct ip){ .family = IP_V4 };
    memcpy(out->octets, &number, 4);
    return number != 0;
}

/* "Destination length source length next-hop metric refcnt use flags iface" */
bool net_gateway_ipv6(str line, struct ip *out)
{
    str f[FIELDS];
    uint8_t to[16], length, gateway[16], flags[4];
    if (fields_of(line, f) < 10 || !hex_of(f[0], to, 16) || !hex_of(f[1], &length, 1) ||
        !hex_of(f[4], gateway, 16) || !hex_of(f[8], flags, 4) || !is_zero(to, 16) || length ||
        !(flags[3] & GATEWAY) || is_zero(gateway, 16))
        return false;
    *out = (struct ip){ .family = IP_V6 };
    memcpy(out->octets, gateway, 16);
    return true;
}

/* bridge: its name; NULL: a gateway. */
static void add(const struct ip *ip, const char *bridge)
{
    for (size_t i = 0; i < found_count; i++)
        if (ip_eq(&found[i].ip, ip))
            return;
    if (found_count == NET_FORWARDERS_MAX)
        return;
    struct net_forwarder *f = &found[found_count++];
    f->ip = *ip;
    if (bridge)
        snprintf(f->why, sizeof f->why, "the bridge %.15s of this machine", bridge);
    else
        snprintf(f->why, sizeof f->why, "the default gateway");
}

static void add_gateways(const char *path, bool (*gateway)(str line, struct ip *out))
{
    AUTO(buf_done) struct buf text = { .max = 0 };
    struct err unused;
    if (!read_whole_file(path, TABLE_MAX, &text, &unused))
        return; /* no such family here */
    for (str rest = buf_str(&text); rest.p;) {
        struct ip ip;
        if (gateway(str_cut(&rest, '\n'), &ip))
            add(&ip, NULL);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Bridges of containers and virtual machines
 */
static bool is_bridge(const char *name)
{
    static const char *const BEGIN[] = { "docker", "br-",   "veth",  "podman", "cni",
                                         "virbr",  "lxcbr", "lxdbr", "incusbr" };
    for (size_t i = 0; i < COUNT_OF(BEGIN); i++)
        if (str_starts(str_from(name), str_from(BEGIN[i])))
            return true;
    return false;
}

static bool address_of(const struct sockaddr *a, struct ip *out)
{
    if (a->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)a;
        *out = (struct ip){ .family = IP_V4 };
        memcpy(out->octets, &in->sin_addr, 4);
        return true;
    }
    if (a->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)(const void *)a;
        *out = (struct ip){ .family = IP_V6, .scope = in->sin6_scope_id };
        memcpy(out->octets, &in->sin6_addr, 16);
        return true;
    }
    return false;
}

/* Each container's end here has such an address, which brings nobody, and there may be many. */
static bool is_link_local(const struct ip *ip)
{
    return ip->family == IP_V6 && ip->octets[0] == 0xfe && (ip->octets[1] & 0xc0) == 0x80;
}

static void add_bridges(void)
{
    struct ifaddrs *all = NULL;
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
        struct ip ip;
        if (at->ifa_addr && is_bridge(at->ifa_name) && address_of(at->ifa_addr, &ip) &&
            !(is_link_local(&ip) && str_starts(str_from(at->ifa_name), STR("veth"))))
            add(&ip, at->ifa_name);
    }
    freeifaddrs(all);
}

static size_t look(bool again, const struct net_forwarder **all)
{
    pthread_mutex_lock(&lock);
    if (!looked) {
        add_gateways("/proc/net/route", net_gateway_ipv4);
        add_gateways("/proc/net/ipv6_route", net_gateway_ipv6);
    }
    if (!looked || again)
        add_bridges();
    looked = true;
    size_t count = found_count;
    pthread_mutex_unlock(&lock);
    *all = found;
    return count;
}

size_t net_forwarders(const struct net_forwarder **all)
{
    return look(false, all);
}

size_t net_forwarders_now(const struct net_forwarder **all)
{
    return look(true, all);
}
