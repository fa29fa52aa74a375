/* SPDX-License-Identifier: ISC */
/*
 * cmd/observed.h - what was seen of a program, joined with what the doctor finds out
 * Owns    what follows from a connection to the observer alone; the doctor's command line that asks about
 *         the same attempt at the real server; the text and the JSON of both.
 * Leaves  watching to mock/observe.h, experiments and judgement to the doctor.
 */
#ifndef BATON_CMD_OBSERVED_H
#define BATON_CMD_OBSERVED_H
#include "base/arena.h"
#include "base/secret.h"
#include "cause/finding.h"
#include "cmd/doctor_file.h"
#include "doctor/judge.h"
#include "doctor/run.h"
#include "mock/observe.h"

/* What the user typed; the program may do something else. */
struct observed_typed {
    const char *address; /* the login and the sender; NULL: not said */
    const char *user;    /* the login, when it is not address */
    bool password;       /* it is at hand */
    bool password_typed; /* by a flag, and not in the file */
    const char *to; /* write to it at the real server, in place of what the program writes to */
    /* for the doctor as they are; NULL: not said */
    const char *server, *connect_to, *resolver, *ca, *ports, *timeout, *logins;
    bool allow_clear_auth, gentle;
    const struct doctor_file *file; /* --config; NULL: none */
};
str observed_user(const struct observed_typed *t); /* user, or address; empty: not said */

/* Copies what the slices point to. False: memory is short. */
bool observed_keep(const struct mock_seen *seen, struct arena *a, struct mock_seen *out) MUST_CHECK;

/* What follows from the connection alone, likeliest first; never proved. server_takes: the real server took
 * the login as it was typed. Returns how many. */
size_t observed_findings(const struct observed_typed *t, const struct mock_seen *seen,
                         bool server_takes, struct finding out[DOCTOR_CAUSES_MAX]);

enum { OBSERVED_ARGUMENTS = 48 };
/* The doctor's arguments, argv[0] counted; strings live in a, or in t. password_fd: -1, none. 0: memory is
 * short. */
int observed_arguments(const struct observed_typed *t, const struct mock_seen *seen,
                       int password_fd, struct arena *a, char *argv[OBSERVED_ARGUMENTS]);

struct observed_report {
    const struct observed_typed *typed;
    const struct mock_seen *seen;
    const struct secret_mask *mask; /* NULL: there was no secret */
    /* NULL without --server, or with trouble: */
    const struct doctor_options *options;
    const struct doctor_record *record;
    const struct doctor_stats *stats;
    struct doctor_judgement
        judgement;       /* the doctor's, what follows from the connection before it */
    const char *trouble; /* why the doctor could not be asked; NULL: it was, or need not */
};
/* Judges all of it together: record may be NULL. */
void observed_judge(struct observed_report *r);
/* False: out is full or memory is short. */
bool observed_text(const struct observed_report *r, struct arena *a, struct buf *out) MUST_CHECK;
bool observed_json(const struct observed_report *r, struct arena *a, struct buf *out) MUST_CHECK;
/* As the doctor's: 0 accepted, or nothing wrong to be seen; 1, 4, 5 and 6 as there; 3 unknown. */
int observed_exit_status(const struct observed_report *r);
#endif
