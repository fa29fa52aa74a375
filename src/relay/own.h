/* SPDX-License-Identifier: ISC */
/*
 * relay/own.h - what the relay refuses by itself, where no rule was asked: its record, and its words with the id
 * Owns    the form "text (why: R7K2M9XQ)" of such replies, and the value that says them.
 */
#ifndef BATON_RELAY_OWN_H
#define BATON_RELAY_OWN_H
#include "relay/record.h"
#include "relay/relay.h"

struct relay_words {
    unsigned code;
    str enhanced, text;
    enum cause_id cause; /* CAUSE_NONE: nobody's fault but ours */
};
enum { RELAY_OWN_MAX = 300 };
struct relay_own {
    uint64_t record; /* 0: there is none */
    char id[RELAY_RECORD_ID_MAX];
    char text[RELAY_OWN_MAX];
};
/* Keeps a record of it. facts: what is known of the session so far; no login but one that was right belongs there, and the
 * record may be of one that was not. room: see there. */
void relay_own_refusal(struct relay *r, const struct relay_config *c,
                       const struct policy_facts *facts, str helo, const struct relay_words *w,
                       enum relay_room room, struct relay_own *out);
#endif
