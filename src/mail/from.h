/* SPDX-License-Identifier: ISC */
/*
 * mail/from.h - the addresses in the From fields of a message
 * Owns    every author's address and its domain, and what is wrong with how they are written.
 * Speaks  RFC 5322 sections 3.4 (addresses, groups), 3.6.2 (From), 4.4 (obsolete forms); RFC 6854.
 * Leaves  decoding of display names to nobody: they are passed over, encoded words too.
 */
#ifndef BATON_MAIL_FROM_H
#define BATON_MAIL_FROM_H
#include "mail/header.h"

enum mail_from_trouble {
    MAIL_FROM_SYNTAX =
        1 << 0, /* a quote, comment or bracket that never ends, something that is no address */
    MAIL_FROM_GROUP =
        1 << 1, /* a group (RFC 6854): legal, but some of its readers do not know it */
    MAIL_FROM_TOO_MUCH =
        1 << 2 /* an address over MAIL_ADDRESS_MAX octets, over MAIL_AUTHORS_MAX of them */
};
enum { MAIL_ADDRESS_MAX = 512, MAIL_AUTHORS_MAX = 32 };

struct mail_author {
    str address; /* without brackets, comments and blanks, else as it was written: any octet may be in it */
    str domain; /* behind its last @; may be a literal, "[192.0.2.1]" */
};
struct mail_from {
    size_t fields; /* From fields in the header; RFC 5322 allows one */
    struct mail_author authors[MAIL_AUTHORS_MAX]; /* of all fields, from the top */
    size_t count;
    unsigned trouble; /* bits of enum mail_from_trouble */
};

/* Slices point into memory. False: memory is short. */
bool mail_from_read(const struct mail_header *h, struct arena *memory,
                    struct mail_from *out) MUST_CHECK;
/* The same of one field of addresses, Sender or Resent-From. */
bool mail_from_field(const struct mail_field *f, struct arena *memory,
                     struct mail_from *out) MUST_CHECK;
/* The address of the first author of a message, or of as much of it as came; into room. Empty: there is no
 * From field, none with an address, or the address is too long. */
str mail_from_first(str message, char room[MAIL_ADDRESS_MAX]);
#endif
