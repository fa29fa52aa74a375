/* SPDX-License-Identifier: ISC */
/*
 * doctor/served_steps.h - where mail for the domain goes, by DNS, in words: a step for the person who asks
 */
#ifndef BATON_DOCTOR_SERVED_STEPS_H
#define BATON_DOCTOR_SERVED_STEPS_H
#include "doctor/report.h"

/* Adds a step for the first cause, if it is about whose the domain is and DNS was asked; escaped. now_s: seconds since
 * 1970, by which it is said when an old entry ends. */
void doctor_served_step(const struct doctor_report *r, uint64_t now_s, struct buf *b);
#endif
