/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_dns.h - answers of DNS in words, and in the stored document, both ways
 */
#ifndef BATON_DOCTOR_REPORT_DNS_H
#define BATON_DOCTOR_REPORT_DNS_H
#include "doctor/evidence.h"
#include <jansson.h>

/* One sentence on what the answer says, for a person; escaped. Good as long as the arena. */
str doctor_answer_said(const struct dns_answer *answer, struct arena *a);
/* The same, with that in place of the name, and without any other name or address. */
str doctor_answer_said_of_nobody(const struct dns_answer *answer, str name, struct arena *a);

/* "e7" of a row, "d3" of an answer, "m1" of a mistake in the program's file. */
enum { DOCTOR_ID_TEXT_MAX = 16 };
const char *doctor_id_text(unsigned id, char out[DOCTOR_ID_TEXT_MAX]);

/* The list "dns": all of the table, in its order. */
json_t *doctor_dns_document(const struct dns_known *k);
/* Puts what the list holds into the table; NULL: there was none. The error names the row and the key. */
bool doctor_dns_stored_read(const json_t *list, struct dns_known *k, struct err *e) MUST_CHECK;
#endif
