/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_own.c - what baton relay says of its own (policy/reply.c), a row a sentence
 *
 * Each is known by how it begins, and outweighs whatever else its words remind of: the address and the domain in it
 * are the client's.
 */
#include "explain/rows.h"

#define OWN(cause)                                                                                 \
    {                                                                                              \
        {                                                                                          \
            CAUSE_##cause, 60                                                                      \
        }                                                                                          \
    }

static const struct explain_row ROWS[] = {
    { .key = "log in first",
      .pattern = "\\blog in first\\b",
      .speaks = OWN(CLIENT_NEVER_AUTHENTICATES) },
    { .key = "over an encrypted connection only",
      .pattern = "mail( to \\S{1,80})?( at this port)? is taken over an encrypted connection only",
      .speaks = OWN(MAIL_ONLY_UNDER_TLS) },
    { .key = "this login may not send",
      .pattern = "this login may not send(?! (?:as|from))",
      .speaks = OWN(ACCOUNT_MAY_NOT_SUBMIT) },
    { .key = "the certificate of your program may not send",
      .speaks = OWN(ACCOUNT_MAY_NOT_SUBMIT) },
    { .key = "your program shows no certificate, and needs one|"
             "the certificate of your program is none of those",
      .speaks = OWN(CLIENT_CERTIFICATE_NEEDED) },
    { .key = "this port takes mail from other servers only",
      .speaks = OWN(MX_PORT_NOT_SUBMISSION) },
    { .key = "this mail is not taken at port", .speaks = OWN(OTHER_NOT_RELAY) },
    { .key = "fetch your mail first (pop before smtp)", .speaks = OWN(POP_BEFORE_SMTP) },
    { .key = "relaying is not permitted from your address", .speaks = OWN(IP_NOT_TRUSTED) },
    { .key = "is not let in",
      .pattern = "\\byour address( [0-9a-f.:]{2,45})? is not let in\\b",
      .speaks = OWN(IP_BANNED) },
    { .key = "this server is not told to take mail for", .speaks = OWN(DOMAIN_NOT_CONFIGURED) },
    { .key = "a rule of this server forbids it|this server has no rule yet that permits",
      .speaks = OWN(OTHER_NOT_RELAY) },
    { .key = "the message has no from address, and no sender", .speaks = OWN(FROM_INVALID) },
    { .key = "this server knows no route to that domain", .speaks = OWN(OTHER_NOT_RELAY) },
    { .key = "does not belong to this login|is not one that this login may use|"
             "is not one that may send from here",
      .speaks = OWN(FROM_NOT_LOGIN) },
    { .key = "no such recipient here:", .speaks = OWN(RECIPIENT_UNKNOWN) },
    { .key = "is on a blocklist",
      .pattern = "\\byour address( [0-9a-f.:]{2,45})? is on a blocklist\\b",
      .speaks = OWN(IP_BLOCKLISTED) },
    { .key = "spf of the sender's domain says", .speaks = OWN(SPF_FAIL) },
    { .key = "too many recipients for now", .speaks = OWN(RATE_LIMITED) },
    { .key = "a look-up failed, try again", .speaks = OWN(DNS_FAILURE) },
};
const struct explain_rows ROWS_OWN = EXPLAIN_ROWS(ROWS);
