/* SPDX-License-Identifier: ISC */
/* An address or network that was taken prints as text that gives the same one back. */
#include "base/ip.h"
#include <assert.h>
#include <stdio.h>

static void address(str text)
{
    struct ip ip, again;
    char printed[IP_TEXT_MAX];
    if (!ip_parse(text, &ip))
        return;
    assert(ip_parse(str_from(ip_text(&ip, printed)), &again));
    assert(ip_eq(&ip, &again));
    assert(!ip_is_loopback(&ip) || !ip_is_private(&ip));
    assert(ip_is_near(&ip) || (!ip_is_loopback(&ip) && !ip_is_private(&ip)));
    assert(str_find_octet(str_from(printed), '[') == STR_NOT_FOUND);
}

/* Only what shares the prefix is inside: the last bit of it turned is out, the bit behind it in. */
static void edges(const struct ip_net *net)
{
    unsigned all = net->base.family == IP_V4 ? 32 : 128;
    struct ip ip = net->base;
    assert(net->bits <= all && ip_net_has(net, &ip));
    if (net->bits < all) {
        ip.octets[net->bits / 8] ^= (uint8_t)(0x80 >> net->bits % 8);
        assert(ip_net_has(net, &ip));
    }
    if (net->bits > 0) {
        ip.octets[(net->bits - 1) / 8] ^= (uint8_t)(0x80 >> (net->bits - 1) % 8);
        assert(!ip_net_has(net, &ip));
    }
}

static void network(str text)
{
    struct ip_net net, again;
    struct err e = { .kind = ERR_NONE };
    char printed[IP_TEXT_MAX], whole[IP_TEXT_MAX + 8];
    if (!ip_net_parse(text, &net, &e)) {
        assert(e.kind == ERR_SYNTAX && e.why[0] && str_is_utf8(str_from(e.why)));
        return;
    }
    edges(&net);
    snprintf(whole, sizeof whole, "%s/%u", ip_text(&net.base, printed), net.bits);
    assert(ip_net_parse(str_from(whole), &again, &e));
    assert(again.bits == net.bits && ip_eq(&again.base, &net.base));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    address(text);
    network(text);
    return 0;
}
