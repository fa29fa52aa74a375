/* SPDX-License-Identifier: ISC */
/*
 * cmd/dkim_report.h - what baton dkim prints
 */
#ifndef BATON_CMD_DKIM_REPORT_H
#define BATON_CMD_DKIM_REPORT_H
#include "mailauth/dkim.h"

struct dkim_report {
    const struct mail_header *message; /* NULL: the record of a selector alone was asked for */
    const struct dkim_verdict *verdict;
    const struct dkim_key *key; /* of that selector */
    uint64_t now_s;
    bool verbose;
    bool not_asked; /* a name for tests was not looked up, because no --resolver was given */
    struct arena *memory;
};

/* On standard output. False: it could not be made or written. */
bool dkim_report_json(const struct dkim_report *r) MUST_CHECK;
bool dkim_report_text(const struct dkim_report *r) MUST_CHECK;
/* 0: it passes; 3: not known; 1: anything else. */
int dkim_report_status(const struct dkim_report *r);
#endif
