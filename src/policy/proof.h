/* SPDX-License-Identifier: ISC */
/*
 * policy/proof.h - no stranger reaches a foreign domain: proved, or shown how one does
 * Owns    the proof over the closed set of conditions. A stranger has no login, no certificate, no POP window, and an
 *         address that no permit names: a network so wide that it names everybody names nobody.
 * Leaves  which addresses of this machine hand on other people's connections (gateways, container bridges) to the
 *         caller, who finds them, and which listeners only this machine reaches.
 */
#ifndef BATON_POLICY_PROOF_H
#define BATON_POLICY_PROOF_H
#include "policy/rule.h"

struct policy_listener {
    str name;
    bool local; /* bound to loopback, and nothing hands connections on to it */
};
struct policy_hole {
    const struct policy_rule *permit;
    struct policy_facts example; /* policy_decide() lets it pass */
    str why, remedy;             /* sentences without a full stop; live in the arena */
};

/* True, with *open, when it could be told; false where there is no memory, or too much to try (ERR_LIMIT). *open is false where no stranger passes; else out is the first hole in file
 * order. Complete: rules tell addresses apart by networks alone, senders by names, and one of each kind that they can
 * tell apart is tried. */
bool policy_prove(const struct policy *p, const struct policy_listener *listeners, size_t count,
                  struct arena *a, bool *open, struct policy_hole *out, struct err *e) MUST_CHECK;

/* Does this network name everybody? More than a /16 of the public IPv4 Internet, a /32 of IPv6, or one that holds
 * public addresses beside private ones. */
bool policy_is_wide(const struct ip_net *net);
#endif
