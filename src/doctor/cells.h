/* SPDX-License-Identifier: ISC */
/*
 * doctor/cells.h - the matrix: address by port by security by login
 * Owns    which cells there are, and what is said of each: played, or inferred and said so.
 */
#ifndef BATON_DOCTOR_CELLS_H
#define BATON_DOCTOR_CELLS_H
#include "doctor/judge.h"

struct doctor_cell {
    struct smtp_attempt at; /* mechanism "auto": with a login */
    struct doctor_settled s;
};
enum { DOCTOR_CELLS_MAX = 96 };

/* The cells of every door that was knocked at, in the order of the record. Returns how many. A login
 * that was taken, or refused, on one door is inferred for the others that offer it under TLS, but never
 * for port 25. */
size_t doctor_cells(const struct doctor_asked *asked, const struct doctor_record *r,
                    const struct doctor_judgement *j, struct doctor_cell out[DOCTOR_CELLS_MAX]);
#endif
