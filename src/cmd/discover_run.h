/* SPDX-License-Identifier: ISC */
/*
 * cmd/discover_run.h - discovery, carried out on the network
 * Owns    one loop that fills the tables of discover_look() until its answer stands, or time is over.
 */
#ifndef BATON_CMD_DISCOVER_RUN_H
#define BATON_CMD_DISCOVER_RUN_H
#include "discover/discover.h"
#include "net/gather.h"

struct discover_run_options {
    struct net_gather_options
        gather;            /* with a resolver, private addresses and reserved names are asked too */
    const char *ca_file;   /* trusted beside the system's; NULL: none */
    uint16_t https_port;   /* in place of 443; 0: 443 */
    uint32_t timeout_ms;   /* of it all; what is open then is a timeout */
    struct dns_known *dns; /* what DNS says goes there; NULL: nobody wants it */
};

/* Strings of out live in the arena, or are the question's. False: failures of our own. */
bool discover_run(const struct discover_run_options *o, const struct discover_question *q,
                  struct arena *a, struct discovery *out, struct err *e) MUST_CHECK;
/* The address of the user, as flags have it; its domain must be one. Strings are the arena's, or typed's. */
bool discover_address_read(const char *typed, struct arena *a, struct discover_address *out,
                           struct err *e) MUST_CHECK;
#endif
