/* SPDX-License-Identifier: ISC */
/*
 * policy/nets.h - whether an address lies in one of many networks
 * Owns    a set of networks, looked up once a prefix length that occurs.
 */
#ifndef BATON_POLICY_NETS_H
#define BATON_POLICY_NETS_H
#include "base/arena.h"
#include "base/ip.h"

struct policy_nets;
struct policy_nets *policy_nets_new(const struct ip_net *all, size_t count,
                                    struct arena *a) MUST_CHECK;
bool policy_nets_have(const struct policy_nets *s, const struct ip *ip);

/* Which prefix lengths occur, IPv4 and IPv6: bit n of the 192. */
struct policy_lengths {
    uint64_t bits[2][3];
};
void policy_lengths_add(struct policy_lengths *l, const struct ip_net *net);
/* The next length of ip's family at or behind `from`; 255: none. */
unsigned policy_lengths_next(const struct policy_lengths *l, enum ip_family family, unsigned from);
/* A hash of the first bits of an address; two prefixes of another length or family hardly ever have the same. */
uint64_t policy_prefix_hash(const struct ip *ip, unsigned bits);
#endif
