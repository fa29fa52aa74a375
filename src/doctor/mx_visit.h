/* SPDX-License-Identifier: ISC */
/*
 * doctor/mx_visit.h - one connection to another server than the one asked: one that DNS names
 * Owns    its dialogue, in clear on the action's port: greeting, EHLO, MAIL, RCPT, RSET, QUIT, and not a word
 *         more. No AUTH, no DATA, no second connect: a server that keeps silent proves nothing either way.
 * Leaves  whom to ask, and after whom, to doctor/plan.h.
 */
#ifndef BATON_DOCTOR_MX_VISIT_H
#define BATON_DOCTOR_MX_VISIT_H
#include "doctor/visit.h"

struct mx_visit; /* fields are in mx_visit.c */
/* Begins; rows of PROBE_MX (the greeting, what ended it, each recipient's answer) and plan_gone() follow. Frees
 * itself then. NULL when nothing could be begun: the caller tells the plan. */
struct mx_visit *mx_visit_open(struct visit_company *c, const struct plan_action *a) MUST_CHECK;
/* QUIT where a connection stands, else the end of the connecting. */
void mx_visit_leave(struct mx_visit *v);
#endif
