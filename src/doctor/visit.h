/* SPDX-License-Identifier: ISC */
/*
 * doctor/visit.h - one connection of the doctor, and the steps that are made on it
 * Owns    knocking (three connects at a port that keeps silent), the step at work, and turning what the
 *         dialogue tells into rows of the record.
 * Leaves  which step comes next to doctor/plan.h.
 */
#ifndef BATON_DOCTOR_VISIT_H
#define BATON_DOCTOR_VISIT_H
#include "doctor/run.h"
#include "net/dialogue.h"
#include "smtp/path.h"

/* What the visits of a run share. */
struct visit_company {
    const struct doctor_options *o;
    struct net_loop *loop;
    struct net_tls_context *tls;
    struct net_tls_context
        *tls_shows;                   /* the same, and shows our certificate; NULL: there is none */
    struct net_tls_context *tls_open; /* takes whatever a server has; NULL until it is needed */
    struct doctor_record *record;
    struct doctor_stats *stats;
    struct plan *plan;
    uint64_t began_ms, deadline_ms; /* of the loop's clock */
    unsigned standing;              /* visits not freed yet */
    void (*changed)(void *user);    /* something was told to the plan */
    void *user;
};

/* The EHLO name: the one wanted, else this machine's, else the address that the connection comes from. */
void visit_helo(const struct net_dialogue *d, str wanted, char out[SMTP_DOMAIN_MAX + 1]);
/* A row; a text that is very long is cut, so that a whole run fits into the record. */
void visit_record(struct visit_company *c, enum doctor_probe probe, const struct smtp_attempt *a,
                  struct smtp_outcome o);

struct visit_run; /* fields are in visit.c */
/* Begins an opening; plan_connected(), plan_ready() and plan_gone() follow. Frees itself after
 * plan_gone(). NULL when nothing could be begun: the caller tells the plan. */
struct visit_run *visit_open(struct visit_company *c, unsigned index,
                             const struct smtp_attempt *door, enum plan_look look) MUST_CHECK;
void visit_step(struct visit_run *v, enum plan_do what, const struct smtp_attempt *x);
/* QUIT where a connection stands, else the end of the knocking. */
void visit_leave(struct visit_run *v);
#endif
