/* SPDX-License-Identifier: ISC */
/*
 * policy/beside.h - the addresses at the edges of a network
 */
#ifndef BATON_POLICY_BESIDE_H
#define BATON_POLICY_BESIDE_H
#include "base/ip.h"

/* The address before the first of a network, or behind its last; false: there is none. */
bool policy_beside(const struct ip_net *net, bool behind, struct ip *out);
#endif
