/* SPDX-License-Identifier: ISC */
/*
 * mail/header.h - the header fields of a message, octet for octet as they came
 * Owns    where each field begins and ends, its name and its value; what is odd about the message.
 * Speaks  RFC 5322 sections 2.1 to 2.3 (lines, fields, folding) and 4.5 (blanks before the colon).
 * Leaves  what fields mean to others (mail/from.h, mailauth/dkim.h). Nothing is changed or decoded.
 */
#ifndef BATON_MAIL_HEADER_H
#define BATON_MAIL_HEADER_H
#include "base/arena.h"
#include "base/err.h"
#include "base/names.h"

struct mail_field {
    str whole; /* from the name on, folds as they came, without the line end that ends the field */
    str name;  /* without blanks before the colon */
    str value; /* behind the colon, folds and all */
};

/* Where a message strays from the letter, each a bit. */
enum mail_oddity {
    MAIL_MBOX_LINE = 1 << 0,   /* the first line is mbox's "From ", and was passed over */
    MAIL_NOT_A_FIELD = 1 << 1, /* a line of the header is no field and continues none */
    MAIL_BARE_LF = 1 << 2, /* in the header: a line ends with LF although others end with CRLF */
    MAIL_BARE_CR = 1 << 3, /* in the header: a CR without its LF */
    MAIL_BARE_LF_BODY = 1 << 4, /* the same two in the body */
    MAIL_BARE_CR_BODY = 1 << 5,
    MAIL_NO_BLANK_LINE = 1 << 6, /* the header never ends: there is no body */
    MAIL_BLANK_BEFORE_COLON = 1 << 7,
    MAIL_BLANK_FOLD = 1 << 8, /* a continuation of nothing but blanks */
    MAIL_NUL = 1 << 9,        /* in the header */
    MAIL_8BIT_HEADER = 1 << 10,
    MAIL_LONG_LINE = 1 << 11 /* more than 998 octets in a line of the header */
};
extern const struct names MAIL_ODDITY_NAMES;

enum { MAIL_FIELDS_MAX = 4096, MAIL_HEADER_MAX = 1 << 20 };

struct mail_header {
    const struct mail_field *fields; /* from the top down; lines that are no field are left out */
    size_t count;
    str body; /* all behind the blank line */
    bool
        unix_lines; /* no CRLF in the header: a file whose lines end with LF, which stands for CRLF */
    unsigned odd;   /* bits of enum mail_oddity */
};

/* Slices point into message; the list of fields lies in memory. message may be cut off anywhere. False: the
 * header is longer than MAIL_HEADER_MAX octets or has more than MAIL_FIELDS_MAX fields, or memory is short. */
bool mail_header_read(str message, struct arena *memory, struct mail_header *out,
                      struct err *e) MUST_CHECK;
/* The field in one piece of text, name and value cut at the first colon. False: no field name (RFC 5322
 * section 2.2: printable ASCII, no colon, no blank) stands before a colon. */
bool mail_field_read(str whole, struct mail_field *out) MUST_CHECK;
/* The "From " line that mbox puts before a message. */
bool mail_is_mbox_line(str line);

/* Fields of that name; case does not matter. */
size_t mail_header_count(const struct mail_header *h, str name);
/* The first from the top, or NULL. */
const struct mail_field *mail_header_first(const struct mail_header *h, str name);
#endif
