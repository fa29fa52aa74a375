/* SPDX-License-Identifier: ISC */
/*
 * doctor/mx_table.h - who takes the mail of a domain, as a table for those who show it
 * Owns    which hosts are in it, who names each, and what each said to postmaster there.
 * Leaves  meaning to the judge.
 */
#ifndef BATON_DOCTOR_MX_TABLE_H
#define BATON_DOCTOR_MX_TABLE_H
#include "doctor/judge.h"
#include "doctor/served.h"

enum { DOCTOR_MX_MAX = SERVED_HOSTS + 4 };
struct doctor_mx_row {
    str host;
    struct ip address; /* the one that was asked, else the first that DNS has; IP_NONE: none */
    unsigned views;    /* 1 << enum served_view; 0: DNS does not name it */
    bool asked;        /* it is the server that was asked */
    enum doctor_state state;          /* of RCPT to postmaster, or of how far it got */
    const struct doctor_evidence *by; /* NULL: not tested */
};
struct doctor_mx_table {
    struct served served; /* the rows point into it */
    str domain;
    struct doctor_mx_row rows[DOCTOR_MX_MAX];
    size_t count;
};
/* Of the user's own domain, where it is the recipient's; or where another server was asked about it. Without
 * DNS in the record: the hosts that were asked. No rows: there is nothing to show. */
void doctor_mx_table(const struct doctor_asked *asked, const struct doctor_record *r,
                     struct doctor_mx_table *out);
/* Is it worth a person's time? Where another server was asked, or whose the domain is, is the question. */
bool doctor_mx_table_tells(const struct doctor_record *r, const struct doctor_judgement *j);
/* "by DNS", "by the resolver alone" and so on; constant text. */
str doctor_mx_named_by(const struct doctor_mx_row *row);
#endif
