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

/* Is it the cell of the user's own settings (what was not said is taken from the row that settled what
 * was asked); is it the one of the accepted attempt that works? */
bool doctor_cell_is_asked(const struct doctor_asked *asked, const struct doctor_judgement *j,
                          const struct doctor_cell *c);
bool doctor_cell_works(const struct doctor_judgement *j, const struct doctor_cell *c);
/* What works has in another way than the user, and no cell shows: "another From", "a
 * smaller message", always with two octets in front that may be left out. NULL: nothing, or nothing
 * works. */
const char *doctor_works_with(const struct doctor_asked *asked, const struct doctor_judgement *j);

/* One way to talk to one port, without and with a login. */
struct doctor_lane {
    const struct doctor_cell *cells[2];
    bool dead; /* nobody answered there, whatever was to be said: it stands for every way */
};
enum { DOCTOR_LANES_MAX = DOCTOR_CELLS_MAX / 2 };
/* The cells of doctor_cells() in pairs. Returns how many; they point into cells. */
size_t doctor_lanes(const struct doctor_asked *asked, const struct doctor_judgement *j,
                    const struct doctor_cell *cells, size_t count,
                    struct doctor_lane out[DOCTOR_LANES_MAX]);
bool doctor_lanes_same_address(const struct doctor_lane *a, const struct doctor_lane *b);
#endif
