/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan.h - what to try next
 * Owns    the order of the experiments, and the budgets that are never passed: connections open,
 *         refused logins, refusals caused, one outside recipient without login.
 * Leaves  doing it to doctor/visit.h. No sockets and no clock of its own: it is told what happened and
 *         when, reads the record, and is asked for the next action until it has none.
 */
#ifndef BATON_DOCTOR_PLAN_H
#define BATON_DOCTOR_PLAN_H
#include "doctor/evidence.h"

enum {
    PLAN_ADDRESSES = 4,
    PLAN_PORTS = 8,
    PLAN_DOORS = 24,
    PLAN_VISITS = 32,
    PLAN_WANTS = 24,
    PLAN_MESSAGES = 2
};

struct plan_options {
    uint16_t ports[PLAN_PORTS]; /* what to look at besides the asked port */
    size_t port_count;
    unsigned open_max;  /* connections open at a time */
    unsigned total_max; /* connections that stand in a run, all ports and both families */
    unsigned refused_logins_max;
    unsigned refusals_max;  /* refusals caused, refused logins counted */
    bool repaired_password; /* there is one to log in with, where another login may be tried */
    bool allow_clear_auth;
    bool
        send; /* one message, at the end, on the best accepted attempt; where it is refused after DATA
                  one more, from the login's own address */
};

enum plan_do {
    PLAN_OPEN, /* connect visit to x's address, port and source; ClientHello at once if x says tls */
    PLAN_STARTTLS, /* and EHLO again */
    PLAN_LOGIN,    /* by x's mechanism */
    PLAN_AUTH,     /* AUTH and x's mechanism, without a login */
    PLAN_TRIAL,    /* MAIL and RCPT of x, then RSET */
    PLAN_MESSAGE,  /* MAIL, RCPT, DATA and one test message */
    PLAN_QUIT,
    PLAN_ABORT /* an opening that nobody needs any more, or a port called silent */
};
/* What an opening is for. The looks end by themselves once hands are shaken, or cannot be: nothing but EHLO,
 * STARTTLS and QUIT is ever said on them. */
enum plan_look {
    LOOK_NONE,      /* to go on from: the survey, and every attempt */
    LOOK_OBSERVE,   /* the handshake that failed, on a context that takes everything */
    LOOK_UNOFFERED, /* STARTTLS although it was not offered */
    LOOK_POP,       /* a login by POP3 at x's host; x's address may still be unknown */
    LOOK_MX, /* recipients named at another server, x's host: x.to, and then the action's next */
    LOOKS
};
struct plan_action {
    enum plan_do what;
    unsigned visit;
    struct smtp_attempt x;
    enum plan_look look; /* of PLAN_OPEN */
    str next; /* LOOK_MX: the recipient to name after x.to, in a mail of its own; empty: none */
    bool next_if_refused; /* ... when x.to was refused; else when it was taken */
};

struct plan; /* fields are in plan.c */
/* asked and record must outlive the plan. NULL when memory is short. */
struct plan *plan_new(const struct doctor_asked *asked, const struct doctor_record *record,
                      const struct plan_options *o) MUST_CHECK;
void plan_free(struct plan *p);
AUTO_FREE(plan_freep, struct plan, plan_free)

/* The addresses of the server, the one to begin with first. Called once; none: there is nothing to do. */
void plan_addresses(struct plan *p, const struct ip *addresses, size_t count);

/* False: nothing to do until something is told, or plan_wake_ms(). */
bool plan_next(struct plan *p, uint64_t now_ms, struct plan_action *out);
uint64_t plan_wake_ms(const struct plan *p); /* UINT64_MAX: none */
/* Every question is settled or given up: only QUITs are left to wait for. */
bool plan_done(const struct plan *p);

/* The addresses of --pop's host, when it is another than the server. Before plan_addresses(). */
void plan_pop_addresses(struct plan *p, const struct ip *addresses, size_t count);

/* What happened. The rows are in the record before these are called. */
void plan_connected(struct plan *p, unsigned visit, uint32_t rtt_ms);
/* Three connects had no answer, and the row says so; the sockets wait on. plan_connected() takes it back,
 * and the run does not end before listen_until_ms for it. */
void plan_called(struct plan *p, unsigned visit, uint64_t listen_until_ms, uint64_t now_ms);
void plan_refused(struct plan *p, unsigned visit, uint32_t rtt_ms); /* by RST, after so long */
/* The step at work pipelines RCPT behind MAIL, and may bring two refusals: false when the budget does not bear
 * that. Then what became of the second: refused, and counted without a row, or not. */
bool plan_may_group(struct plan *p, unsigned visit);
void plan_grouped(struct plan *p, unsigned visit, bool refused_besides);
/* A step is over and the connection stands, with EHLO answered. verified: TLS by the default policy. */
void plan_ready(struct plan *p, unsigned visit, enum smtp_security layer, bool verified,
                uint64_t now_ms);
void plan_gone(struct plan *p, unsigned visit, uint64_t now_ms);
/* The smallest round trip of a connect so far; 0: none stands yet. */
uint32_t plan_rtt_ms(const struct plan *p);
/* What is known of the round trip to one address: by a connect to it, else by a refusal, which may come from
 * nearer by and counts as 150 ms at least, else by a connect to another address of the host, twice that.
 * 0: nothing. */
uint32_t plan_rtt_at_ms(const struct plan *p, const struct ip *address);
/* Does the user's program name a mechanism that keeps the password to itself, without TLS? Then that one
 * may be played in clear: the password is not sent. */
bool plan_clear_digest(const struct doctor_asked *asked);
/* LOOK_MX: the other server said something. One that does not is let go soon after all else is done. */
void plan_heard(struct plan *p, unsigned visit);
/* Does the budget of refusals at that other server bear one more? */
bool plan_may_refuse_at(const struct plan *p, const struct ip *address);
/* Connected, and no greeting within the patience: TLS is tried on a second connection, and this one goes
 * on waiting. */
void plan_quiet(struct plan *p, unsigned visit);
/* How long a greeting is waited for before TLS is tried beside it. */
uint32_t plan_greeting_patience_ms(uint16_t port);
#endif
