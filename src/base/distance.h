/* SPDX-License-Identifier: ISC */
/*
 * base/distance.h - how many slips of the finger lie between two names
 */
#ifndef BATON_BASE_DISTANCE_H
#define BATON_BASE_DISTANCE_H
#include "base/str.h"

/* Letters added, left out, taken for another, or two neighbours swapped (each letter swapped once: the optimal
 * string alignment of Damerau and Levenshtein); case does not count. More than limit, or a name longer than 64
 * octets: limit + 1. */
unsigned name_distance(str a, str b, unsigned limit);
#endif
