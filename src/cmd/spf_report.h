/* SPDX-License-Identifier: ISC */
/*
 * cmd/spf_report.h - what SPF says, for a person and for a program
 * Owns    the document baton.spf/1, and the same in words: the answer, why, what to do.
 */
#ifndef BATON_CMD_SPF_REPORT_H
#define BATON_CMD_SPF_REPORT_H
#include "base/buf.h"
#include "mailauth/spf_publish.h"

struct spf_report {
    const struct spf_input *in;
    bool has_address; /* --ip, or a received message: check is of it */
    str provider,
        include;    /* without an address: who sends, and the record that lists its addresses */
    str taken_from; /* of a received message: where address and names were read; empty: none */
    const struct spf_check *check;       /* has_address, or guess is usable, or survey is settled */
    const struct spf_survey *survey;     /* NULL: there is better */
    const struct spf_guess *guess;       /* NULL: none was made */
    const struct spf_proposal *proposal; /* NULL: none */
    bool verbose;
};
bool spf_report_text(const struct spf_report *r, struct buf *out);
bool spf_report_json(const struct spf_report *r, struct buf *out);
/* 0 pass; 1 what is known is bad news, none and neutral too; 3 not known. */
int spf_report_status(const struct spf_report *r);
#endif
