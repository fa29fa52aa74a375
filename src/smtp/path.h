/* SPDX-License-Identifier: ISC */
/*
 * smtp/path.h - mailboxes and paths
 * Owns    the mailbox value and its readers.
 * Speaks  RFC 5321 section 4.1.2 (Path, Mailbox, Local-part, Domain, address-literal), 6531 (UTF-8).
 */
#ifndef BATON_SMTP_PATH_H
#define BATON_SMTP_PATH_H
#include "base/err.h"
#include "base/str.h"

/* Slices point into what was parsed. local_part is as written, quotes included. */
struct smtp_mailbox {
    str local_part;
    str domain;         /* without the brackets' meaning changed: "[192.0.2.1]" keeps them */
    bool international; /* an octet over 127: needs SMTPUTF8, or an A-label domain */
};

enum { SMTP_LOCAL_PART_MAX = 64, SMTP_DOMAIN_MAX = 255, SMTP_PATH_MAX = 256 };

/* "local@domain" and nothing else. The error names what is wrong and where (1 is the first octet). */
bool smtp_mailbox_parse(str text, struct smtp_mailbox *out, struct err *e) MUST_CHECK;

/* The argument of MAIL FROM: or RCPT TO: as a server gets it, "<path> params": source routes are read
 * and ignored (section 4.1.1.3), "<>" gives an empty mailbox when null_ok, "<Postmaster>" one without
 * domain when !null_ok. *params is what follows the path. */
bool smtp_path_parse(str argument, bool null_ok, struct smtp_mailbox *out, str *params,
                     struct err *e) MUST_CHECK;

/* A domain or address literal; letters, digits, hyphens, dots, or octets over 127. */
bool smtp_domain_ok(str domain);
#endif
