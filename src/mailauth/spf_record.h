/* SPDX-License-Identifier: ISC */
/*
 * mailauth/spf_record.h - the terms of an SPF record, and what macros become
 * Owns    the grammar: what is wrong with a record, where, and by which rule.
 * Speaks  RFC 7208 sections 4.6.1, 5, 6, 7 and 12.
 */
#ifndef BATON_MAILAUTH_SPF_RECORD_H
#define BATON_MAILAUTH_SPF_RECORD_H
#include "base/buf.h"
#include "mailauth/spf.h"

enum spf_kind {
    SPF_ALL,
    SPF_INCLUDE,
    SPF_A,
    SPF_MX,
    SPF_PTR,
    SPF_IP4,
    SPF_IP6,
    SPF_EXISTS,
    SPF_REDIRECT,
    SPF_EXP,
    SPF_UNKNOWN_MODIFIER
};
static inline bool spf_is_modifier(enum spf_kind kind)
{
    return kind >= SPF_REDIRECT;
}
/* Whether it is one of the terms that are counted (4.6.4). */
bool spf_asks(enum spf_kind kind);

/* Text points into the record. */
struct spf_term {
    enum spf_kind kind;
    enum auth_result qualifier; /* the result when it matches; of modifiers AUTH_NONE */
    str text;
    size_t at;       /* octets of the record before it */
    unsigned number; /* from 1, behind v=spf1 */
    str domain;      /* domain-spec; empty: the current domain */
    uint8_t address[16];
    unsigned bits4, bits6; /* prefix lengths; ip4 and ip6 have the one */
};

struct spf_fault {
    enum spf_why why;
    unsigned number;
    size_t at;
    str text;           /* the term */
    char sentence[400]; /* names the term, and the rule; may hold octets of the record */
};

struct spf_cursor {
    str record;
    size_t at;
    unsigned number;
};
enum spf_read { SPF_READ_TERM, SPF_READ_END, SPF_READ_FAULT };
/* record: one that spf_is_record(). */
struct spf_cursor spf_cursor_of(str record);
enum spf_read spf_next(struct spf_cursor *c, struct spf_term *out, struct spf_fault *fault);

struct spf_outline {
    unsigned terms;
    bool has_all, has_redirect, has_exp;
    struct spf_term all, redirect, exp; /* all: the first */
};
/* Every term is read, before one of them is evaluated (4.6). */
bool spf_outline_of(str record, struct spf_outline *out, struct spf_fault *fault) MUST_CHECK;

/* ---- macros (7) ---- */

enum spf_place { SPF_IN_DOMAIN, SPF_IN_EXPLANATION, SPF_IN_UNKNOWN };
/* NULL: well-formed; else what is wrong. c, r and t are for explanations alone (7.2). */
const char *spf_macro_wrong(str text, enum spf_place place);
bool spf_macro_uses(str text, char letter); /* in either case */

/* By letter, lower case: of['s' - 'a']. */
struct spf_values {
    str of[26];
};
/* text is well-formed. False: out has no room for it. */
bool spf_macro_expand(str text, const struct spf_values *v, struct buf *out) MUST_CHECK;
#endif
