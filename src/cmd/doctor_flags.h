/* SPDX-License-Identifier: ISC */
/*
 * cmd/doctor_flags.h - the doctor's command line, made into what the user has
 */
#ifndef BATON_CMD_DOCTOR_FLAGS_H
#define BATON_CMD_DOCTOR_FLAGS_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/secret.h"
#include "cmd/doctor_file.h"
#include "doctor/run.h"

struct doctor_flags {
    struct doctor_options o; /* slices live in the arena, or in argv */
    bool json, verbose;
    const char *verify;       /* --verify FILE: nothing else counts then */
    const char *report;       /* --report FILE: the page */
    bool full;                /* with names */
    bool nowhere;             /* no server was named, and none was found: there is nothing to try */
    uint64_t looked_ms;       /* nowhere: how long it was looked for */
    struct dns_known *dns;    /* nowhere: what DNS said */
    struct doctor_file *file; /* --config; NULL: none */
    const struct settings_program *program; /* --for, or that of --config; NULL: not said */
    bool in_place;                          /* --in-place */
};
/* Frees what lies in neither the arena nor argv; also where reading failed. */
void doctor_flags_done(struct doctor_flags *f);

/* password gets the secret; the caller wipes it. The error names the option and the remedy. */
bool doctor_flags_read(struct doctor_flags *f, int argc, char **argv, struct arena *a,
                       struct buf *password, struct err *e) MUST_CHECK;

/* The same, and nobody is asked for a password: one that no flag names is not there. */
bool doctor_flags_read_unasked(struct doctor_flags *f, int argc, char **argv, struct arena *a,
                               struct buf *password, struct err *e) MUST_CHECK;

/* Judges, prints, and gives the exit status; also for the demo. program NULL: settings for any. */
int doctor_print(const struct doctor_options *o, const struct doctor_record *record,
                 const struct doctor_stats *stats, const struct secret_mask *mask,
                 const struct settings_program *program, bool json);
/* The default limits and ports of a plan. */
struct plan_options doctor_plan_defaults(void);
#endif
