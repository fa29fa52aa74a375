/* SPDX-License-Identifier: ISC */
/*
 * doctor/run.h - a run of the doctor: the plan, carried out on real connections
 * Owns    the loop of one run, its connections, and its counters.
 * Leaves  judging the record to doctor/judge.h, printing to doctor/report.h.
 */
#ifndef BATON_DOCTOR_RUN_H
#define BATON_DOCTOR_RUN_H
#include "doctor/evidence.h"
#include "doctor/plan.h"

struct doctor_options {
    struct doctor_asked asked;
    str password;         /* only when asked.login_known; the caller overwrites it afterwards */
    str repaired;         /* the same with what is odd about it undone; empty: nothing to undo */
    str token;            /* of OAuth2, in the password's place; the same holds */
    struct ip connect_to; /* --connect-to; IP_NONE: what DNS says */
    struct ip resolver;   /* --resolver; IP_NONE: the system's way */
    uint16_t resolver_port;
    bool no_dns;              /* --no-dns: nothing but the server's address is looked up */
    uint16_t dns_port;        /* of name servers that are asked straight; 0: 53 */
    const char *trust_anchor; /* DNSSEC keys; NULL: the root's */
    const char *ca_file, *cert_file, *key_file;
    str ca_pem;          /* for the demo */
    uint32_t timeout_ms; /* of the whole run */
    struct plan_options plan;
    /* The transcript, line by line, secrets left out; NULL: none. Connections are numbered by the plan. */
    void (*line)(void *user, unsigned connection, const struct smtp_attempt *door, bool sent,
                 str line);
    void *line_user;
    /* Called once, inside doctor_run(), when record and stats are complete: only the QUITs that are under
     * way are then waited for, and the user need not be. NULL: not wanted. */
    void (*known)(void *user);
    void *known_user;
    /* What is being tried, as it begins; NULL: nobody wants to know. */
    void (*progress)(void *user, const struct plan_action *a);
    void *progress_user;
};

struct doctor_stats {
    uint64_t wall_ms;     /* until the answer was known */
    uint32_t rtt_ms;      /* smallest connect; 0: none stood */
    unsigned connections; /* completed ones */
    unsigned auth_attempts, auth_refused, refusals_caused, data_sent;
    struct ip source; /* the address the test ran from; IP_NONE: none stood */
};

/* False only for failures of our own, with nothing recorded. Never takes longer than timeout_ms and
 * the time of a QUIT. What DNS says goes into r->dns, which the caller made. */
bool doctor_run(const struct doctor_options *o, struct doctor_record *r, struct doctor_stats *out,
                struct err *e);
#endif
