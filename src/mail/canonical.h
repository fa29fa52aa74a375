/* SPDX-License-Identifier: ISC */
/*
 * mail/canonical.h - header fields and bodies in the forms that DKIM signs
 * Owns    the two algorithms, simple and relaxed, over octets as they come.
 * Speaks  RFC 6376 section 3.4.
 * Leaves  hashing to whoever hands in a sink.
 */
#ifndef BATON_MAIL_CANONICAL_H
#define BATON_MAIL_CANONICAL_H
#include "mail/header.h"

enum mail_form { MAIL_SIMPLE, MAIL_RELAXED };
extern const struct names MAIL_FORM_NAMES;

struct mail_sink {
    void (*take)(void *user, str octets); /* octets are good during the call */
    void *user;
};

/* The field without the CRLF that ends it (sections 3.4.1 and 3.4.2). unix_lines: LF stands for CRLF. */
void mail_canonical_field(enum mail_form form, const struct mail_field *f, bool unix_lines,
                          struct mail_sink sink);

/* A body in pieces of any size (sections 3.4.3 and 3.4.4). */
struct mail_body {
    enum mail_form form;
    bool unix_lines;
    struct mail_sink sink;
    uint64_t limit;     /* octets that reach the sink at most */
    uint64_t total;     /* octets of the canonical form so far, what lies beyond limit counted */
    uint64_t line_ends; /* not handed on yet: they count only when something follows */
    bool cr, blank;     /* octets not handed on yet */
    size_t n;
    char room[4096];
};
void mail_body_begin(struct mail_body *b, enum mail_form form, bool unix_lines, uint64_t limit,
                     struct mail_sink sink);
void mail_body_feed(struct mail_body *b, str octets);
void mail_body_end(struct mail_body *b);
#endif
