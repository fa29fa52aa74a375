/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dkim_reason.h - why a DKIM signature passes or does not
 * Owns    the reasons, each with the result that it leads to and a title; notes on signatures that pass.
 */
#ifndef BATON_MAILAUTH_DKIM_REASON_H
#define BATON_MAILAUTH_DKIM_REASON_H
#include "base/names.h"
#include "mailauth/result.h"

enum dkim_reason {
    DKIM_OK,
    /* of the message */
    DKIM_BROKEN_HEADER, /* a line of the header is no field, or a CR or LF stands alone in it */
    DKIM_MIXED_LINES,
    DKIM_NO_FROM,
    /* of the signature's text: RFC 6376 section 6.1.1 */
    DKIM_TAG_SYNTAX,
    DKIM_TAG_TWICE,
    DKIM_TAG_MISSING,
    DKIM_VERSION,
    DKIM_ALGORITHM,
    DKIM_SHA1,
    DKIM_BASE64,
    DKIM_BODY_HASH_SIZE,
    DKIM_FORM,
    DKIM_DOMAIN_SYNTAX,
    DKIM_SELECTOR_SYNTAX,
    DKIM_HEADER_LIST,
    DKIM_FROM_NOT_LISTED,
    DKIM_IDENTITY_SYNTAX,
    DKIM_IDENTITY_OUTSIDE,
    DKIM_LENGTH_SYNTAX,
    DKIM_QUERY_METHOD,
    DKIM_TIME_SYNTAX,
    DKIM_EXPIRY_BEFORE_TIME,
    DKIM_COPY_SYNTAX,
    /* of what a verifier should not take although it holds */
    DKIM_EXPIRED,
    DKIM_FUTURE,
    DKIM_FROM_ADDED,
    DKIM_BODY_UNSIGNED,
    DKIM_SUFFIX_DOMAIN,
    /* of the key: section 6.1.2 */
    DKIM_KEY_LOOKUP,
    DKIM_KEY_BOGUS,
    DKIM_NO_KEY,
    DKIM_KEYS_SEVERAL,
    DKIM_KEY_SYNTAX,
    DKIM_KEY_VERSION,
    DKIM_KEY_TYPE,
    DKIM_KEY_REVOKED,
    DKIM_KEY_BROKEN,
    DKIM_KEY_SHORT,
    DKIM_KEY_LONG,
    DKIM_KEY_MISMATCH,
    DKIM_KEY_HASH,
    DKIM_KEY_SERVICE,
    DKIM_KEY_STRICT,
    /* of the octets: section 6.1.3 */
    DKIM_BODY_SHORT,
    DKIM_BODY_CHANGED,
    DKIM_HEADER_CHANGED,
    DKIM_NO_MEMORY,
    DKIM_REASONS
};
str dkim_reason_name(enum dkim_reason r); /* "body-changed" */
enum auth_result dkim_reason_result(enum dkim_reason r);
const char *dkim_reason_title(enum dkim_reason r); /* what it means, in a few words */

/* What is worth saying of a signature, also of one that passes. */
enum dkim_note {
    DKIM_NOTE_WEAK_KEY = 1 << 0,    /* RSA below 2048 bits */
    DKIM_NOTE_TESTING = 1 << 1,     /* t=y: the domain says that it is only trying */
    DKIM_NOTE_BODY_BEYOND = 1 << 2, /* text behind l= is not signed */
    DKIM_NOTE_FIELD_ADDED = 1 << 3, /* more fields of a kind that may come once than are signed */
    DKIM_NOTE_FIELD_UNSIGNED = 1 << 4, /* Subject, Date or To is there and not signed at all */
    DKIM_NOTE_FROM_TWICE = 1 << 5,     /* several From fields, all signed */
    DKIM_NOTE_OTHER_TXT = 1 << 6,      /* TXT records beside the key that are none */
    DKIM_NOTE_SUFFIX = 1 << 7,         /* d= is a public suffix, and From is at it exactly */
    DKIM_NOTE_SELECTOR = 1 << 8,       /* an underscore in the selector */
    DKIM_NOTE_GRANULARITY = 1 << 9     /* g= of RFC 4871 names another address than i= does */
};
extern const struct names DKIM_NOTE_NAMES;
const char *dkim_note_sentence(enum dkim_note n);
#endif
