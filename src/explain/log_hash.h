/* SPDX-License-Identifier: ISC */
/*
 * explain/log_hash.h - numbers for texts, with a seed that strangers do not know
 * Owns    a hash of 64 bits by folded multiplication (the way of wyhash): what a stranger writes into a log must not
 *         make tables slow, so the caller's seed goes in first.
 */
#ifndef BATON_EXPLAIN_LOG_HASH_H
#define BATON_EXPLAIN_LOG_HASH_H
#include "base/str.h"
#include <string.h>

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    wide m = (wide)(a ^ 0x9e3779b97f4a7c15ULL) * (b ^ 0xe7037ed1a0b428dbULL);
    return (uint64_t)m ^ (uint64_t)(m >> 64);
}

static inline uint64_t hash_str(str s, uint64_t seed)
{
    uint64_t h = hash_mix(seed, s.n), part;
    while (s.n >= 8) {
        memcpy(&part, s.p, 8);
        h = hash_mix(h ^ part, 0x8ebc6af09c88c6e3ULL);
        s.p += 8;
        s.n -= 8;
    }
    part = 0;
    if (s.n)
        memcpy(&part, s.p, s.n);
    return hash_mix(h ^ part, 0x589965cc75374cc3ULL);
}
#endif
