/* SPDX-License-Identifier: ISC */
/*
 * base/password_shape.h - what is odd about a password, and what it was before that
 * Owns    the table of anomalies: things that editors, shells, files and keyboards do to a password on its
 *         way. Their names and words say nothing of the password but the anomaly itself.
 * Leaves  whether an anomaly matters to who tries a login; wiping what it repairs to the caller.
 */
#ifndef BATON_BASE_PASSWORD_SHAPE_H
#define BATON_BASE_PASSWORD_SHAPE_H
#include "base/buf.h"
#include "base/names.h"

/* Bits of a set. */
enum password_anomaly {
    /* hardly ever meant */
    PASSWORD_LINE_END = 1 << 0,       /* CR or LF at its end */
    PASSWORD_BLANK_AT_END = 1 << 1,   /* a blank or tab at either end */
    PASSWORD_QUOTED = 1 << 2,         /* the same quote at both ends */
    PASSWORD_ODD_BLANK = 1 << 3,      /* no-break space and its kin */
    PASSWORD_INVISIBLE = 1 << 4,      /* zero-width and other characters that nobody sees */
    PASSWORD_CONTROL = 1 << 5,        /* a control character inside */
    PASSWORD_NOT_UTF8 = 1 << 6,       /* octets as of Latin-1 */
    PASSWORD_MOJIBAKE = 1 << 7,       /* UTF-8 that was read as Latin-1 and encoded again */
    PASSWORD_TYPOGRAPHIC = 1 << 8,    /* quotes or dashes as a word processor sets them */
    PASSWORD_BASE64_OF_LINE = 1 << 9, /* base64 of a text with a line end */
    /* often meant, and often what went wrong */
    PASSWORD_DECOMPOSED = 1 << 10,    /* a letter and its accent as two characters (NFD) */
    PASSWORD_DOLLAR = 1 << 11,        /* $ in front of what a shell takes for a name */
    PASSWORD_DOUBLE_DOLLAR = 1 << 12, /* $$, as a compose file wants it */
    PASSWORD_PERCENT = 1 << 13,       /* %40 and the like, as in a URL */
    PASSWORD_BASE64 = 1 << 14         /* base64 of a text */
};
#define PASSWORD_STRONG ((1u << 10) - 1)

/* "line-end", "quotes-around" ... */
extern const struct names PASSWORD_ANOMALY_NAMES;
/* "it ends in a line end"; constant text. */
str password_anomaly_words(enum password_anomaly a);

/* The set of what is odd about it; 0: nothing. */
unsigned password_anomalies(str password);
/* Appends the password as it may have been: the strong anomalies undone, or where there are none the weak
 * ones. False with nothing appended when that changes nothing, or leaves nothing, or out is full. The
 * password must not lie in out. */
bool password_repair(str password, struct buf *out);
#endif
