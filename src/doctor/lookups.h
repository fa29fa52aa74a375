/* SPDX-License-Identifier: ISC */
/*
 * doctor/lookups.h - DNS, asked beside the dialogue
 * Owns    the gatherer of a run, and for how long it is waited for.
 * Leaves  what to ask to doctor/dns_wants.h.
 */
#ifndef BATON_DOCTOR_LOOKUPS_H
#define BATON_DOCTOR_LOOKUPS_H
#include "doctor/run.h"
#include "net/loop.h"

struct doctor_lookups;
/* changed is called after every answer, never inside a call from outside. NULL: nothing is looked up, which
 * is no failure (--no-dns, no resolver in the system's settings). */
struct doctor_lookups *doctor_lookups_new(struct net_loop *l, const struct doctor_options *o,
                                          const struct doctor_record *r,
                                          void (*changed)(void *user), void *user);
void doctor_lookups_free(struct doctor_lookups *l);

/* To be called when the record has grown: asks what is wanted now. NULL may be given, here and below. */
void doctor_lookups_think(struct doctor_lookups *l);
/* The dialogue is over: is what DNS may still say worth waiting for? Until *wake_ms. */
bool doctor_lookups_wait(const struct doctor_lookups *l, uint64_t *wake_ms);
/* What is open is given up. */
void doctor_lookups_stop(struct doctor_lookups *l);
#endif
