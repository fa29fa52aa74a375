/* SPDX-License-Identifier: ISC */
/*
 * cmd/dmarc_message.h - what a received message brings to DMARC: its authors, and who passed
 * Owns    reading the file, and running SPF and DKIM over it.
 */
#ifndef BATON_CMD_DMARC_MESSAGE_H
#define BATON_CMD_DMARC_MESSAGE_H
#include "mailauth/dkim.h"
#include "mailauth/dmarc.h"
#include "mailauth/spf.h"

struct dmarc_message {
    struct buf file;
    struct arena memory, spf_memory;
    struct mail_header header;
    struct mail_from from;
    struct dkim_options options;
    struct dkim_verdict dkim;
    struct spf_input spf_input;
    struct spf_check spf;
    bool verified;
    bool spf_known;             /* a Received field says whose mail it was */
    bool public_dns;            /* names that public DNS does not know are not asked for */
    str passed[DMARC_DKIM_MAX]; /* d= of the signatures that passed, A-labels */
    size_t passed_count;
    str open[DMARC_DKIM_MAX]; /* of those whose key could not be asked for */
    size_t open_count;
};
/* NULL: the error says why. "-" is standard input. */
struct dmarc_message *dmarc_message_new(const char *path, bool public_dns,
                                        struct err *e) MUST_CHECK;
void dmarc_message_free(struct dmarc_message *m);
AUTO_FREE(dmarc_message_freep, struct dmarc_message, dmarc_message_free)

/* False: answers are missing, and are noted. */
bool dmarc_message_check(struct dmarc_message *m, struct dns_known *k);
#endif
