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
    /* What the session core says (smtp/server.h), and the door: the words of policy/protocol.c. */
    { .key = "the message is larger than we take", .speaks = OWN(MESSAGE_TOO_LARGE) },
    { .key = "too many recipients in one message|too many sessions of your address at one time|"
             "too many sessions at one time; come back later",
      .speaks = OWN(RATE_LIMITED) },
    { .key = "auth is not offered", .speaks = OWN(RELAY_TAKES_NO_LOGIN) },
    { .key = "say starttls first", .enhanced = "5.7.11", .speaks = OWN(AUTH_HIDDEN_UNTIL_TLS) },
    { .key = "say starttls first", .enhanced = "5.7.0", .speaks = OWN(MAIL_ONLY_UNDER_TLS) },
    { .key = "that mechanism is not offered", .speaks = OWN(NO_COMMON_MECHANISM) },
    { .key = "closing for now; come back in a moment|wait for the greeting before you talk|"
             "mail wants from:<address>, rcpt wants to:<address>|no recipient was taken|"
             "a parameter is not one of ours|a parameter has a wrong value|"
             "a parameter is given twice|the message holds a bare cr or lf|"
             "no room now; try again|the message has begun|the message was refused; say rset|"
             "bdat is not offered|bdat wants a number of octets|"
             "one login may not act for another|not the three parts of plain|not base64|"
             "logged in already|auth wants a mechanism|there the server speaks first|"
             "say ehlo first|say mail first|say rcpt first|not inside a mail transaction|"
             "nothing but quit is taken here|tls is on already|tls is not offered|"
             "say who you are: one name|vrfy whom?|that is neither ascii nor utf-8|"
             "that is not done here|no command of ours|it takes no argument|"
             "only printable ascii may stand there|the line is too long|"
             "a line ends in crlf and holds no cr|too many errors; closing|"
             "a line without end; closing|too much at once; closing|"
             "nothing came for too long; closing|this is no web server; closing|"
             "no memory; closing",
      .speaks = OWN(OTHER_NOT_RELAY) },
    { .key = "such an address needs smtputf8|addresses must be ascii here",
      .speaks = OWN(OTHER_NOT_RELAY) },
};
const struct explain_rows ROWS_OWN = EXPLAIN_ROWS(ROWS);
