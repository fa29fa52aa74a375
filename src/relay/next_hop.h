/* SPDX-License-Identifier: ISC */
/*
 * relay/next_hop.h - what whoever runs this relay does when the next hop refuses it
 * Owns    one step a cause, in words of the rule file: the catalogue's are for who sends by a mail program, or runs the server that
 *         refused, and here neither of them reads.
 */
#ifndef BATON_RELAY_NEXT_HOP_H
#define BATON_RELAY_NEXT_HOP_H
#include "cause/cause.h"

/* A sentence; empty where the catalogue's steps are as good. */
str next_hop_step(enum cause_id id);
#endif
