/* SPDX-License-Identifier: ISC */
#include "relay/address.h"
#include "dns/dns.h"
#include "net/idn.h"
#include "policy/rule.h"

static str with_a_labels(struct arena *a, str address)
{
    size_t at = str_rfind_octet(address, '@');
    str domain = at == STR_NOT_FOUND ? STR_NONE : str_skip(address, at + 1);
    char name[DNS_NAME_MAX];
    if (str_is_ascii(domain) || !dns_name_from_text(domain, net_idn(domain), name, NULL))
        return address;
    return arena_printf(a, "%.*s@%s", (int)at, address.p, name);
}

str relay_plain_address(struct arena *a, str address)
{
    char room[POLICY_PLAIN_MAX];
    str plain = policy_plain(address, room);
    if (plain.p == room)
        plain = arena_dup(a, plain);
    return plain.p ? with_a_labels(a, plain) : plain;
}
