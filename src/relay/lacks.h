/* SPDX-License-Identifier: ISC */
/*
 * relay/lacks.h - what a message needs of the next hop, and what that does not offer
 * Owns    parameters of MAIL and RCPT as far as they are offered; what is done without an extension, or that nothing can be.
 * Speaks  RFC 1870 section 6 (SIZE), 6152 section 3 (8BITMIME: what may be is converted by mail/seven_bit.h), 6531 sections 3.2 and 3.6 (SMTPUTF8), 3461 section 4 (DSN),
 *         RFC 5891 (A-labels).
 */
#ifndef BATON_RELAY_LACKS_H
#define BATON_RELAY_LACKS_H
#include "mail/seven_bit.h"
#include "queue/message.h"
#include "smtp/caps.h"

struct spool;
enum { RELAY_PARAMETERS_MAX = 1100, RELAY_PATH_MAX = 1024 };
struct relay_lacks {
    bool refused;  /* it cannot be sent there; reply and cause say why */
    bool no_utf8;  /* SMTPUTF8 was said to us, is not offered, and nothing needs it */
    bool a_labels; /* domains are said in ASCII */
    struct mail_7bit
        *seven; /* it is converted on its way: the first pass is done; NULL: it is not */
    struct mail_7bit_facts facts; /* of that */
    uint64_t at;                  /* octets of the message that were looked at */
    bool header, header_8bit;     /* it is still looked for octets over 127 in it; there are some */
    unsigned newlines;            /* the last octets of those, with no other but CR between them */
    str reply;                    /* "5.3.4 words" of ours, in words */
    enum cause_id cause;
    char words[320];
};
/* caps NULL: HELO, nothing is offered. Recipients that have one of these marks are no part of this attempt. */
void relay_lacks_begin(const struct queue_message *m, const uint8_t *marks, unsigned without,
                       const struct smtp_caps *caps, struct relay_lacks *out);
/* Reads of the message what is to be known of it, about so many octets at a time. True: all of it is known. */
bool relay_lacks_look(struct spool *s, const struct queue_message *m, size_t most,
                      struct relay_lacks *out) MUST_CHECK;
void relay_lacks_done(struct relay_lacks *lacks);
/* Both append "NAME=value" joined by blanks; ext: bits of enum smtp_ext. Where we logged in ourselves, AUTH=<> says that we vouch
 * for no login but our own (RFC 4954 section 5): whose mail it is stays with us. */
void relay_mail_parameters(const struct queue_message *m, unsigned ext, bool logged_in,
                           const struct relay_lacks *lacks, struct buf *out);
void relay_rcpt_parameters(const struct queue_recipient *r, unsigned ext, struct buf *out);
/* The path as it is said there; room may hold it. */
str relay_path_said(str path, const struct relay_lacks *lacks, char room[RELAY_PATH_MAX]);
#endif
