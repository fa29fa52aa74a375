/* SPDX-License-Identifier: ISC */
/*
 * doctor/dns_steps.h - what to do, as far as DNS says more than the catalogue can
 */
#ifndef BATON_DOCTOR_DNS_STEPS_H
#define BATON_DOCTOR_DNS_STEPS_H
#include "doctor/report.h"

/* A step for the first cause; empty: none. Good as long as the record's arena; escaped. */
str doctor_dns_step(const struct doctor_report *r);
#endif
