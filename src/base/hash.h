/* SPDX-License-Identifier: ISC */
/*
 * base/hash.h - a hash that a stranger who does not know the key cannot steer
 * Speaks  SipHash-2-4 (Aumasson and Bernstein, 2012).
 * Leaves  the key to the caller, who draws it.
 */
#ifndef BATON_BASE_HASH_H
#define BATON_BASE_HASH_H
#include "base/str.h"
#include <stdint.h>

uint64_t hash_keyed(const uint64_t key[2], str octets);
#endif
