/* SPDX-License-Identifier: ISC */
/*
 * cmd/domain_bulk.h - baton domain --domains FILE: many domains, one JSON line each
 * Owns    how many run at a time, the file that is read, the file that is written and can be gone on with.
 */
#ifndef BATON_CMD_DOMAIN_BULK_H
#define BATON_CMD_DOMAIN_BULK_H
#include "cmd/domain_job.h"
#include "cmd/domain_report.h"

enum { DOMAIN_BULK_PARALLEL = 16, DOMAIN_BULK_PARALLEL_MAX = 256 };

struct domain_bulk_options {
    const struct domain_job_options *job;
    const char *domains; /* "-": standard input */
    const char *output;  /* NULL: standard output */
    size_t parallel;
    bool verbose; /* a line of numbers at the end, on standard error */
};
/* The exit status: 2 a file or a line of it could not be read (the rest was looked at all the same), 1 something
 * is broken, 3 something is not known, else 0. EXIT_USAGE with e set: nothing could be begun, or it had to end. */
int domain_bulk(const struct domain_bulk_options *o, struct err *e);

/* A domain as somebody types it: an IDN, in upper case, with a dot at its end, or an address. */
bool domain_from_typed(str typed, char name[DNS_NAME_MAX], struct err *e) MUST_CHECK;
#endif
