/* SPDX-License-Identifier: ISC */
/*
 * mail/rewrite.h - another author in the place of the one a device writes
 * Owns    where the addresses of From and Sender stand, and the new header: every octet that is not one of those addresses
 *         stays as it came, display names, comments and folds too.
 * Speaks  RFC 5322 sections 3.4 and 3.6.2. A signature that covers From is void afterwards (RFC 6376 section 5.4), so
 *         DKIM-Signature fields go.
 */
#ifndef BATON_MAIL_REWRITE_H
#define BATON_MAIL_REWRITE_H
#include "base/buf.h"
#include "mail/header.h"

struct mail_rewrite {
    str from;           /* "local@domain" */
    bool keep_reply_to; /* what From said becomes Reply-To, unless there is one */
};
struct mail_rewritten {  /* what was done, for the log */
    unsigned replaced;   /* addresses */
    bool added;          /* there was no From field, or none that could be read in part */
    bool reply_to;       /* was added */
    unsigned signatures; /* DKIM-Signature fields that went */
};
/* header: the whole of it, with the blank line if there is one; h was read from it. Where all addresses are the new one
 * already, nothing is changed. */
bool mail_rewrite_from(str header, const struct mail_header *h, const struct mail_rewrite *how,
                       struct buf *out, struct mail_rewritten *done);
#endif
