/* SPDX-License-Identifier: ISC */
/*
 * net/idn.h - libidn2, loaded when a name outside ASCII is met
 */
#ifndef BATON_NET_IDN_H
#define BATON_NET_IDN_H
#include "dns/dns.h"

/* NULL: typed needs none of it, or the library is not installed. Good until the program ends. */
const struct dns_idn *net_idn(str typed);
#endif
