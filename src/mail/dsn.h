/* SPDX-License-Identifier: ISC */
/*
 * mail/dsn.h - what became of a message, told to programs
 * Owns    the delivery status notification as a value: the fields of the message and of each recipient.
 * Speaks  RFC 3464 (message/delivery-status), RFC 6533 (message/global-delivery-status), and notifications whose
 *         folds, blank lines and order were lost when somebody pasted them.
 * Leaves  finding the part to mail/mime.h (RFC 6522 section 3: the second part of a multipart/report), and what an
 *         answer means to its readers.
 */
#ifndef BATON_MAIL_DSN_H
#define BATON_MAIL_DSN_H
#include "mail/header.h"

enum mail_dsn_action {
    MAIL_DSN_NO_ACTION,
    MAIL_DSN_FAILED,
    MAIL_DSN_DELAYED,
    MAIL_DSN_DELIVERED,
    MAIL_DSN_RELAYED,
    MAIL_DSN_EXPANDED
};
extern const struct names
    MAIL_DSN_ACTION_NAMES; /* "failed" "delayed" ... (RFC 3464 section 2.3.3) */

/* "type; value" (section 2.1.2): "rfc822; anna@corp.example", "dns; mx.corp.example", "smtp; 550 no". Without
 * a type all is value. */
struct mail_dsn_typed {
    str type;
    str value; /* one line; addresses without brackets; what RFC 6533 section 3 escapes is UTF-8 */
};

struct mail_dsn_recipient {
    struct mail_dsn_typed original, final, remote_mta, diagnostic;
    enum mail_dsn_action action;
    str status; /* "5.7.1", without its comment */
    str last_attempt, will_retry_until, final_log_id;
    const struct mail_field
        *others; /* fields that no RFC names, "X-Actual-Recipient", as they came */
    size_t others_count;
};

struct mail_dsn {
    struct mail_dsn_typed reporting_mta, dsn_gateway, received_from_mta;
    str original_envelope_id, arrival_date;
    const struct mail_field *others;
    size_t others_count;
    const struct mail_dsn_recipient *recipients;
    size_t count;
    size_t left_out; /* recipients beyond MAIL_DSN_RECIPIENTS_MAX */
};

enum { MAIL_DSN_RECIPIENTS_MAX = 256, MAIL_DSN_OTHERS_MAX = 256 };

/* Is the line the beginning of a field that only notifications have? */
bool mail_dsn_is_field(str line);
/* Slices point into memory or text. A line that begins no field goes on with the one before, up to a blank line.
 * False: no field of a notification is in it, or memory is short. */
bool mail_dsn_read(str text, struct arena *memory, struct mail_dsn *out, struct err *e) MUST_CHECK;
#endif
