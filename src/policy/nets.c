/* SPDX-License-Identifier: ISC */
#include "policy/nets.h"
#include <string.h>

struct policy_nets {
    struct policy_lengths lengths;
    const struct ip_net **table; /* open addressing */
    size_t room;
};

void policy_lengths_add(struct policy_lengths *l, const struct ip_net *net)
{
    l->bits[net->base.family == IP_V6][net->bits / 64] |= 1ULL << net->bits % 64;
}

unsigned policy_lengths_next(const struct policy_lengths *l, enum ip_family family, unsigned from)
{
    const uint64_t *bits = l->bits[family == IP_V6];
    for (unsigned part = from / 64; family != IP_NONE && part < 3; part++) {
        uint64_t left = bits[part];
        if (part == from / 64)
            left &= ~0ULL << from % 64;
        if (left)
            return part * 64 + (unsigned)__builtin_ctzll(left);
    }
    return 255;
}

static struct ip prefix_of(const struct ip *ip, unsigned bits)
{
    struct ip prefix = *ip;
    size_t octets = ip->family == IP_V4 ? 4 : 16;
    for (size_t i = 0; i < octets; i++) {
        unsigned keep = bits > 8 * i ? bits - 8 * (unsigned)i : 0;
        if (keep < 8)
            prefix.octets[i] &= (uint8_t)(0xFF00u >> keep);
    }
    prefix.scope = 0;
    return prefix;
}

uint64_t policy_prefix_hash(const struct ip *ip, unsigned bits)
{
    struct ip prefix = prefix_of(ip, bits);
    uint64_t parts[2] = { 0, 0 }, h = (ip->family == IP_V4 ? 5 : 6) * 0x9E3779B97F4A7C15u + bits;
    memcpy(parts, prefix.octets, ip->family == IP_V4 ? 4 : 16);
    for (size_t i = 0; i < 2; i++) {
        h = (h ^ parts[i]) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    return h;
}

static bool is_prefix(const struct ip_net *net, const struct ip *ip, unsigned bits)
{
    struct ip prefix = prefix_of(ip, bits);
    return net->bits == bits && ip_eq(&net->base, &prefix);
}

struct policy_nets *policy_nets_new(const struct ip_net *all, size_t count, struct arena *a)
{
    struct policy_nets *s = arena_alloc(a, sizeof *s);
    size_t room = 4;
    while (room < 2 * count)
        room *= 2;
    const struct ip_net **table = s ? arena_alloc(a, room * sizeof(const struct ip_net *)) : NULL;
    if (!table)
        return NULL;
    s->table = table;
    s->room = room;
    for (size_t i = 0; i < count; i++) {
        size_t at = (size_t)policy_prefix_hash(&all[i].base, all[i].bits) & (room - 1);
        while (table[at] && !is_prefix(table[at], &all[i].base, all[i].bits))
            at = (at + 1) & (room - 1);
        table[at] = &all[i]; /* one that is named twice stands once */
        policy_lengths_add(&s->lengths, &all[i]);
    }
    return s;
}

bool policy_nets_have(const struct policy_nets *s, const struct ip *ip)
{
    for (unsigned bits = 0; (bits = policy_lengths_next(&s->lengths, ip->family, bits)) < 255;
         bits++) {
        size_t at = (size_t)policy_prefix_hash(ip, bits) & (s->room - 1);
        for (; s->table[at]; at = (at + 1) & (s->room - 1))
            if (is_prefix(s->table[at], ip, bits))
                return true;
    }
    return false;
}
