/* SPDX-License-Identifier: ISC */
/*
 * relay/looks.h - what a decision has to ask of others: SPF, blocklists
 * Owns    one worker's look-ups under way, each with a deadline, and what came of them, for as long as DNS says, at most some
 *         minutes. The same look-up is made once for all who wait for it.
 * Leaves  the cores to mailauth/spf.h and dns/dnsbl.h, what a session knows to relay/decide.c.
 */
#ifndef BATON_RELAY_LOOKS_H
#define BATON_RELAY_LOOKS_H
#include "policy/policy.h"
#include "relay/relay.h"
#include <sys/queue.h>

struct relay_looks;
struct relay_look_up;
struct relay_look {
    enum policy_known known; /* POLICY_FAILED: nobody can tell now */
    bool listed;
    enum auth_result spf;
};
/* Who waits; the memory is the caller's. */
struct relay_wait {
    TAILQ_ENTRY(relay_wait) link;
    struct relay_look_up *of;                                       /* NULL: it does not wait */
    void (*done)(struct relay_wait *w, const struct relay_look *l); /* on the loop, once */
};

/* True: *now is the answer. False: w->done is called later, never inside the call. config: whose resolver is asked.
 * A list that does not pass its own tests, or does not answer us, lists nothing; one that is silent is POLICY_FAILED. */
bool relay_looks_zone(struct relay_looks *l, const struct relay_config *c, const struct ip *client,
                      str zone, struct relay_look *now, struct relay_wait *w);
bool relay_looks_spf(struct relay_looks *l, const struct relay_config *c, const struct ip *client,
                     str helo, str reverse_path, struct relay_look *now, struct relay_wait *w);
void relay_wait_off(struct relay_wait *w); /* done will not be called */
#endif
