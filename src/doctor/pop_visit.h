/* SPDX-License-Identifier: ISC */
/*
 * doctor/pop_visit.h - one login by POP3, so that the server notes our address
 * Owns    the connection, and the guard that no password is shown without verified TLS.
 * Leaves  the dialogue to pop/client.h, and what follows to doctor/plan.h.
 */
#ifndef BATON_DOCTOR_POP_VISIT_H
#define BATON_DOCTOR_POP_VISIT_H
#include "doctor/visit.h"

struct pop_visit; /* fields are in pop_visit.c */
/* Begins; one row (PROBE_POP) and plan_gone() follow. Frees itself then. NULL when nothing could be begun: the
 * caller tells the plan. */
struct pop_visit *pop_visit_open(struct visit_company *c, unsigned index,
                                 const struct smtp_attempt *door) MUST_CHECK;
void pop_visit_leave(struct pop_visit *v); /* at once */
#endif
