/* SPDX-License-Identifier: ISC */
#include "smtp/proxy.h"
#include <stdlib.h>
#include <string.h>

enum { HEAD = 16, TLV_HEAD = 3, V4 = 12, V6 = 36, LOCAL = 0x20, PROXY = 0x21 };

struct smtp_proxy {
    unsigned char head[HEAD], addresses[V6], tlv[TLV_HEAD];
    size_t have;     /* octets of the header until now */
    size_t tlv_at;   /* octets of a TLV's own head */
    size_t tlv_left; /* of its value */
    bool broken;
    struct smtp_proxy_header header;
};

struct smtp_proxy *smtp_proxy_new(void)
{
    return calloc(1, sizeof(struct smtp_proxy));
}

void smtp_proxy_free(struct smtp_proxy *p)
{
    free(p);
}

static size_t length(const struct smtp_proxy *p)
{
    return (size_t)p->head[14] << 8 | p->head[15];
}

/* How long the addresses of a family and transport are; V6 + 1: none of those we know. */
static size_t addresses_length(const struct smtp_proxy *p)
{
    switch (p->head[13]) {
    case 0x00: return 0;  /* UNSPEC */
    case 0x11: return V4; /* TCP over IPv4 */
    case 0x21: return V6; /* TCP over IPv6 */
    default: return V6 + 1;
    }
}

/* Of a connection that the proxy made by itself, what it says of addresses is to be passed over. */
static bool is_local(const struct smtp_proxy *p)
{
    return p->head[12] == LOCAL;
}

static bool signature_ok(const struct smtp_proxy *p, struct err *e)
{
    static const str SIGNATURE = STR_INIT("\r\n\r\n\0\r\nQUIT\n");
    str came = str_take((str){ (const char *)p->head, p->have }, SIGNATURE.n);

    if (str_starts(SIGNATURE, came))
        return true;
    if (str_starts(STR("PROXY "), str_take(came, 6)))
        return err_set(e, ERR_SYNTAX,
                       "a PROXY header of version 1 came, and version 2 is what is read here");
    return err_set(e, ERR_SYNTAX, "no PROXY header came from an address that must send one");
}

/* The first sixteen octets, once they are there. */
static bool head_ok(const struct smtp_proxy *p, struct err *e)
{
    if (p->head[12] >> 4 != 2)
        return err_set(e, ERR_SYNTAX, "the PROXY header is of version %d, not 2", p->head[12] >> 4);
    if (p->head[12] != LOCAL && p->head[12] != PROXY)
        return err_set(e, ERR_SYNTAX, "the PROXY header has command %d, and only 0 and 1 are known",
                       p->head[12] & 15);
    if (length(p) > SMTP_PROXY_MAX)
        return err_set(e, ERR_LIMIT,
                       "the PROXY header has %zu octets behind its head, and %d is the limit",
                       length(p), SMTP_PROXY_MAX);
    if (is_local(p))
        return true;
    if (addresses_length(p) > V6)
        return err_set(
            e, ERR_SYNTAX,
            "the PROXY header is of family and transport 0x%02x, and only TCP over IPv4 or "
            "IPv6 is read here",
            p->head[13]);
    if (length(p) < addresses_length(p))
        return err_set(e, ERR_SYNTAX, "the PROXY header has %zu octets for addresses of %zu",
                       length(p), addresses_length(p));
    return true;
}

static struct ip address(const unsigned char *octets, bool v6)
{
    static const str MAPPED = STR_INIT("\0\0\0\0\0\0\0\0\0\0\xff\xff");
    struct ip ip = { .family = v6 ? IP_V6 : IP_V4 };

    if (v6 && str_starts((str){ (const char *)octets, 16 }, MAPPED)) {
        ip.family = IP_V4;
        octets += MAPPED.n;
    }
    memcpy(ip.octets, octets, ip.family == IP_V6 ? 16 : 4);
    return ip;
}

static uint16_t port(const unsigned char *octets)
{
    return (uint16_t)(octets[0] << 8 | octets[1]);
}

static void finish(struct smtp_proxy *p)
{
    bool v6 = p->head[13] == 0x21;
    size_t n = v6 ? 16 : 4;

    if (is_local(p) || addresses_length(p) == 0)
        return;
    p->header = (struct smtp_proxy_header){ .known = true,
                                            .client = address(p->addresses, v6),
                                            .server = address(p->addresses + n, v6),
                                            .client_port = port(p->addresses + 2 * n),
                                            .server_port = port(p->addresses + 2 * n + 2) };
}

/* pp2_tlv: type, length (two octets), value; all of them fill what is left to the octet. */
static void read_tlv(struct smtp_proxy *p, unsigned char octet)
{
    if (p->tlv_left > 0) {
        p->tlv_left--;
        return;
    }
    p->tlv[p->tlv_at++] = octet;
    if (p->tlv_at < TLV_HEAD)
        return;
    p->tlv_left = (size_t)p->tlv[1] << 8 | p->tlv[2];
    p->tlv_at = 0;
}

static bool read_octet(struct smtp_proxy *p, unsigned char octet, struct err *e)
{
    size_t at = p->have++;

    if (at < HEAD) {
        p->head[at] = octet;
        return signature_ok(p, e) && (at + 1 < HEAD || head_ok(p, e));
    }
    at -= HEAD;
    if (is_local(p))
        return true;
    if (at < addresses_length(p))
        p->addresses[at] = octet;
    else
        read_tlv(p, octet);
    if (at + 1 == length(p) && (p->tlv_at > 0 || p->tlv_left > 0))
        return err_set(e, ERR_SYNTAX, "the PROXY header ends within a TLV");
    return true;
}

static bool whole(const struct smtp_proxy *p)
{
    return p->have >= HEAD && p->have == HEAD + length(p);
}

enum smtp_proxy_read smtp_proxy_feed(struct smtp_proxy *p, str octets, size_t *used, struct err *e)
{
    *used = 0;
    while (!p->broken && !whole(p)) {
        if (*used == octets.n)
            return SMTP_PROXY_MORE;
        p->broken = !read_octet(p, (unsigned char)octets.p[(*used)++], e);
        if (p->broken)
            return SMTP_PROXY_BROKEN;
    }
    if (p->broken) {
        err_set(e, ERR_SYNTAX, "the PROXY header was broken already");
        return SMTP_PROXY_BROKEN;
    }
    finish(p);
    return SMTP_PROXY_DONE;
}

const struct smtp_proxy_header *smtp_proxy_header(const struct smtp_proxy *p)
{
    return !p->broken && whole(p) ? &p->header : NULL;
}
