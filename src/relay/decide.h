/* SPDX-License-Identifier: ISC */
/*
 * relay/decide.h - from the facts of a session to a verdict, with every look-up that it needs and no other
 * Owns    the round of policy_decide(): SPF, blocklists, rates and POP windows are looked up when a decision asks for them; the
 *         record of the verdict; the words of the reply with its id; the counters of verdicts about recipients.
 */
#ifndef BATON_RELAY_DECIDE_H
#define BATON_RELAY_DECIDE_H
#include "policy/policy.h"
#include "policy/reply.h"
#include "relay/relay.h"

struct relay_looks *relay_looks_new(struct relay_worker *w, struct err *e) MUST_CHECK;
void relay_looks_free(struct relay_looks *l); /* those who wait are told nothing */

/* What one session looked up, kept for its next recipient: SPF of a reverse-path, each blocklist. */
struct relay_known;
struct relay_known *relay_known_new(struct relay_worker *w) MUST_CHECK;
void relay_known_free(
    struct relay_known *k); /* a look-up under way is called off, its done never called */
/* At each MAIL: SPF is asked again, and rates are counted anew. */
void relay_known_forget(struct relay_known *k);

struct relay_verdict {
    struct policy_decision decision; /* never POLICY_ASK */
    uint64_t record;                 /* relay/record.h: its id stands in the reply */
    unsigned code;                   /* 250 when permitted */
    struct smtp_enhanced enhanced;
    char text[256]; /* "Log in first: ... (why: R7K2M9XQ)" */
};
/* helo is for SPF. True: *now is the verdict. False: done is called on the worker's loop, later, once; facts, config and
 * helo live until then. At the end of data the facts have the author. count: that many recipients count for rates, when
 * permitted (0 at the end of data: what was counted at RCPT is not held against it). facts' pop_window, listed, spf and
 * rates are filled in here. One at a time. */
bool relay_decide(struct relay_known *k, const struct relay_config *c,
                  const struct policy_facts *facts, str helo, unsigned count,
                  struct relay_verdict *now,
                  void (*done)(void *user, const struct relay_verdict *v), void *user);
#endif
