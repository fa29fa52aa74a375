/* SPDX-License-Identifier: ISC */
/*
 * cmd/doctor_found.h - the server of a user who names none: the best that discovery finds
 */
#ifndef BATON_CMD_DOCTOR_FOUND_H
#define BATON_CMD_DOCTOR_FOUND_H
#include "cmd/discover_run.h"
#include "doctor/run.h"

struct doctor_found {
    struct discover_server server;
    bool none; /* no server is known; nothing but said counts */
    uint64_t took_ms;
    str said; /* a sentence on what was found, where from, and whether the password may go there; escaped */
};

/* wanted: AUTO, or the security that the program is set to, which goes before a better place in the list. Takes at
 * most a third of o->timeout_ms, and lessens it by what it took. Where none is known the sentence says why, and
 * names the nearest domain where the one of the address does not exist. What DNS said goes into dns. False: the
 * address is none, or failures of our own. */
bool doctor_find_server(const char *address, uint16_t https_port, struct doctor_options *o,
                        struct dns_known *dns, struct arena *a, struct doctor_found *out,
                        struct err *e) MUST_CHECK;
#endif
