/* SPDX-License-Identifier: ISC */
/*
 * doctor/knock.h - when to connect again to a port that keeps silent, and when to call it silent
 * Owns    the decision alone: a function of the connects made so far, the round trip and the clock.
 * Leaves  connecting to doctor/visit.h, and round trips to doctor/plan.h.
 *
 * Silence is told from a lost packet and from a listener whose backlog is full (it drops the SYN, and
 * takes a later one). Three connects, max(250 ms, 1.5 round trips) apart, each repeated by the system
 * after a second (RFC 6298 section 2.1) and again two seconds later. A port is called when three round
 * trips have passed since the last connect, and never before the first connect's repetition could have
 * been answered: then at least four SYNs had no answer. That is 1.18 s at 150 ms round trip. The sockets
 * stay after that while the run goes on: an answer that comes late takes the call back.
 */
#ifndef BATON_DOCTOR_KNOCK_H
#define BATON_DOCTOR_KNOCK_H
#include <stdbool.h>
#include <stdint.h>

enum { KNOCKS = 3 };
struct knocking {
    uint64_t at_ms[KNOCKS]; /* when each connect began */
    unsigned count;         /* at least one */
};

/* When the next connect is due or, after the third, when the port is called silent. rtt_ms: of that host,
 * as far as it is known by now; 0: not known, then there is a second between them, and two at the end. */
uint64_t knock_due_ms(const struct knocking *k, uint32_t rtt_ms);
/* How long the end of a run waits for a late answer to a port that was called. Up to 150 ms round trip
 * not beyond the call; above it longer, but inside the twelve round trips and a second of a full answer. */
uint64_t knock_listen_until_ms(const struct knocking *k, uint32_t rtt_ms);
#endif
