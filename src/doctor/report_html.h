/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_html.h - the answer as one page: --report
 * Owns    a page that needs nothing but itself: no script, no other file, no network.
 * Guards  about nobody unless full: no address, no user, no IP address, the user's own domain replaced.
 *         Secrets never. What a server said is text, whatever octets it holds.
 */
#ifndef BATON_DOCTOR_REPORT_HTML_H
#define BATON_DOCTOR_REPORT_HTML_H
#include "doctor/report.h"
#include "doctor/transcript.h"

struct doctor_page_options {
    bool full;                                  /* names and addresses stay */
    str when;                                   /* "25 November 2026, 23:47 UTC" */
    str version;                                /* of Baton */
    const struct doctor_transcript *transcript; /* NULL: none was kept */
};
/* The record's arena takes some text. False: out is full or memory is short; nothing of it may be shown. */
bool doctor_report_html(const struct doctor_report *r, const struct doctor_page_options *o,
                        struct buf *out) MUST_CHECK;
#endif
