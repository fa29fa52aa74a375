/* SPDX-License-Identifier: ISC */
/*
 * doctor/plan_inside.h - what the files of the plan share
 * Owns    doors, visits and wants, and the plan that holds them. For plan*.c alone.
 *
 * A door is a way to begin at one port: in clear, or with a ClientHello. A visit is a connection
 * through a door. A want is an attempt that should be played.
 */
#ifndef BATON_DOCTOR_PLAN_INSIDE_H
#define BATON_DOCTOR_PLAN_INSIDE_H
#include "doctor/plan.h"
#include "doctor/settle.h"
#include "doctor/words.h"

enum visit_state {
    VISIT_FREE,
    VISIT_OPENING,
    VISIT_CALLED, /* silent; a late answer makes it an opening again */
    VISIT_READY,
    VISIT_BUSY,
    VISIT_LEAVING,
    VISIT_GONE
};

struct visit {
    enum visit_state state;
    struct smtp_attempt door; /* address, port, source, helo; security tls: ClientHello at once */
    enum plan_look look;
    enum smtp_security layer;
    bool connected, verified;
    bool grouped;  /* the step at work may bring two refusals */
    bool quiet;    /* connected in clear, and not greeted within the patience */
    bool heard;    /* LOOK_MX: it was greeted, however */
    str mechanism; /* logged in by; empty: not */
    str user;      /* ... as, and with which password */
    bool repaired;
    bool login_refused;          /* many servers close, or delay, after one */
    uint32_t rtt_ms, refused_ms; /* of the connect, by its answer or its refusal; 0: none */
    uint64_t began_ms, listen_until_ms;
    int want;     /* being served; -1: a step of the survey */
    size_t began; /* rows in the record when the step at work began */
};

struct door {
    struct smtp_attempt at;
    enum plan_look look;
    str next; /* LOOK_MX: as in struct plan_action */
    bool next_if_refused;
    bool begun;
    bool dropped; /* no connection was left for it */
    unsigned visit;
};

enum want_state { WANT_OPEN, WANT_SERVED, WANT_DROPPED };
struct want {
    struct smtp_attempt x;
    enum plan_do what; /* PLAN_TRIAL, PLAN_MESSAGE or PLAN_AUTH */
    enum want_state state;
    bool again;     /* played already, and wanted once more */
    bool stranger;  /* the recipient asked for, without a login: once a run */
    unsigned tries; /* visits that ended under it */
    size_t fresh;   /* only connections begun since may serve it: the index of the first */
};

struct plan {
    const struct doctor_asked *asked;
    const struct doctor_record *r;
    struct plan_options o;
    struct ip addresses[PLAN_ADDRESSES];
    size_t address_count, address; /* the one at work */
    struct door doors[PLAN_DOORS];
    size_t door_count;
    struct visit visits[PLAN_VISITS];
    size_t visit_count;
    struct want wants[PLAN_WANTS];
    size_t want_count;
    uint32_t rtt_ms;
    unsigned refused_besides; /* refusals without a row */
    uint64_t now_ms, progress_ms, wake_ms;
    bool alone; /* the server takes one connection at a time from us */
    bool looked[LOOKS];
    struct ip pop_addresses[PLAN_ADDRESSES];
    size_t pop_address_count;
    bool pop_tried;    /* the refused attempt was wanted again behind the login by POP3 */
    bool family_tried; /* the asked door was added at an address of the other family */
    bool others_wait;  /* an answer of DNS is missing that names the servers to look at */
    bool started, done, replayed, steadied, helo_varied, surveyed_again;
};
/* plan.c */
void plan_wake_at(struct plan *p, uint64_t at_ms);
struct smtp_attempt plan_asked_here(const struct plan *p); /* asked, at the address at work */
unsigned plan_open_visits(const struct plan *p);           /* at the host asked, not at others */

/* plan_steps.c */
bool plan_can_serve(const struct plan *p, const struct visit *v, const struct want *w);
bool plan_in_hand(const struct plan *p, size_t index);
bool plan_next_step(struct plan *p, struct visit *v, struct plan_action *out);

/* plan_open.c: the first three are of plan_next() */
bool plan_open_for_survey(struct plan *p, struct plan_action *out);
bool plan_open_for_want(struct plan *p, struct plan_action *out);
bool plan_let_go(struct plan *p, struct plan_action *out);
void plan_drop_hopeless(struct plan *p);
bool plan_let_called_go(struct plan *p, bool all, struct plan_action *out);

/* plan_doors.c */
void plan_doors_add(struct plan *p); /* those of the address at work */
void plan_doors_add_second(
    struct plan *p); /* the other way to begin, where the first points to it */
void plan_doors_add_helo(
    struct plan *p); /* one that says another EHLO name, where EHLO was refused */
void plan_doors_retry_alone(struct plan *p);  /* the asked door, greeted with 421 beside others */
void plan_doors_survey_again(struct plan *p); /* the asked door, gone before STARTTLS was tried */
void plan_add_look(struct plan *p, struct smtp_attempt at, enum plan_look look);
void plan_doors_look(struct plan *p); /* again at the asked door, to see why it has no TLS */
void plan_doors_next_address(struct plan *p);
void plan_doors_other_family(struct plan *p);
bool plan_door_settled(const struct plan *p, const struct door *d);
bool plan_doors_settled(const struct plan *p);
bool plan_survey_wants_starttls(const struct plan *p, const struct visit *v);

/* plan_wants.c */
void plan_think(struct plan *p); /* what the record shows, into wants */
bool plan_any_want(const struct plan *p);
bool plan_want(struct plan *p, struct smtp_attempt x, enum plan_do what);
unsigned plan_refused_logins(const struct plan *p);
unsigned plan_refusals(const struct plan *p);
bool plan_login_is_over(const struct plan *p);
/* A size that the server's own list refuses needs no playing: x is tried without one. */
void plan_fit_size(const struct plan *p, struct smtp_attempt *x);

/* plan_stranger.c */
/* The layer of a port to be a stranger on, as a program with "automatic" would: TLS where offered. */
bool plan_auto_layer(const struct plan *p, struct smtp_attempt *x);
void plan_want_stranger(struct plan *p);
void plan_want_stranger_under_tls(struct plan *p);
bool plan_goes_on_in_clear(const struct plan *p);

/* plan_reverse.c */
const struct doctor_evidence *plan_refused_trial(const struct plan *p, bool member);
void plan_want_other_helo(struct plan *p);
void plan_want_own_address(struct plan *p);
void plan_want_bare(struct plan *p);
void plan_want_smaller(struct plan *p);
void plan_want_reversals(struct plan *p);
void plan_want_other_source(struct plan *p);
void plan_want_inside(struct plan *p);
void plan_want_message(struct plan *p);

/* plan_others.c */
void plan_want_others(
    struct plan *p); /* looks at the servers that DNS names, where they prove something */

/* plan_pop.c */
void plan_want_pop(struct plan *p); /* the login by POP3, then what was refused before it */

/* plan_login.c */
void plan_want_login(struct plan *p);
void plan_want_login_on_asked_port(struct plan *p);
/* plan_steady.c */
bool plan_want_again(struct plan *p,
                     struct smtp_attempt x);  /* though it was played; inside the budgets */
void plan_want_steady(struct plan *p);        /* what was accepted */
void plan_want_refused_again(struct plan *p); /* what was refused in words that say nothing */

/* plan_again.c: after a refused login, what it may have been. False: the same login may be tried elsewhere. */
bool plan_want_login_again(struct plan *p);
void plan_want_auth_alone(struct plan *p);
bool plan_login_cannot_be_made(const struct plan *p);
bool plan_login_in_doubt(const struct plan *p); /* the same without a login would tell something */
bool plan_login_pending(const struct plan *p);
bool plan_may_log_in(const struct plan *p, const struct visit *v); /* by how it is secured */
bool plan_serves_login(const struct plan *p, const struct visit *v);
unsigned plan_login_rank(const struct plan *p, uint16_t port);
#endif
