/* SPDX-License-Identifier: ISC */
/*
 * dns/whoami.h - the address that the world sees, asked of a name that answers with the asker's own
 * Owns    which server to ask, and reading the answer: an A record, or a TXT record that is an address.
 * Leaves  choosing the name to the user: nobody is asked unless he says so.
 *
 * Through a resolver such a name tells the resolver's address. So the name's own servers are found and asked
 * straight; only where that cannot be done, the resolver's answer is taken, and the result says so.
 */
#ifndef BATON_DNS_WHOAMI_H
#define BATON_DNS_WHOAMI_H
#include "dns/known.h"

struct dns_whoami {
    struct ip ip;     /* IP_NONE: it could not be told */
    struct ip server; /* of the name's zone, that was asked; IP_NONE: none could be */
    bool
        through_resolver; /* it is the address from which the resolver asks: maybe not the user's */
};
/* Up to three rounds. False: answers are missing, and are noted. */
bool dns_whoami(struct dns_known *k, str name, struct dns_whoami *out);
#endif
