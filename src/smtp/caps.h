/* SPDX-License-Identifier: ISC */
/*
 * smtp/caps.h - what a server says it can do, read from its answer to EHLO
 * Owns    the capability value.
 * Speaks  RFC 5321 section 4.1.1.1, 1870 (SIZE), 2920 (PIPELINING), 3207 (STARTTLS), 4954 (AUTH),
 *         6531 (SMTPUTF8), 3030 (CHUNKING); the old form "AUTH=LOGIN" too.
 */
#ifndef BATON_SMTP_CAPS_H
#define BATON_SMTP_CAPS_H
#include "base/names.h"
#include "base/str.h"

enum smtp_ext {
    SMTP_EXT_STARTTLS = 1 << 0,
    SMTP_EXT_AUTH = 1 << 1,
    SMTP_EXT_PIPELINING = 1 << 2,
    SMTP_EXT_SIZE = 1 << 3,
    SMTP_EXT_8BITMIME = 1 << 4,
    SMTP_EXT_SMTPUTF8 = 1 << 5,
    SMTP_EXT_ENHANCED = 1 << 6, /* ENHANCEDSTATUSCODES */
    SMTP_EXT_CHUNKING = 1 << 7,
    SMTP_EXT_DSN = 1 << 8,
    SMTP_EXT_REQUIRETLS = 1 << 9,
    SMTP_EXT_MASKED =
        1 << 10 /* XXXX... with at most one other letter behind: a device on the way hides
                                 capabilities */
};

#define SMTP_CAPS_MECHANISMS 32
struct smtp_caps {
    unsigned ext;      /* enum smtp_ext */
    uint64_t size_max; /* octets; 0: no limit said */
    str domain;        /* what the server calls itself, first word of the first line */
    unsigned mechanism_count;
    str mechanisms[SMTP_CAPS_MECHANISMS]; /* in the server's order, without repeats */
};

/* ehlo_text is smtp_reply.text; the value's slices point into it. More mechanisms than fit are
 * left out. A reply of one line (as to HELO) gives a value with no extension. */
void smtp_caps_read(str ehlo_text, struct smtp_caps *out);
bool smtp_caps_offers(const struct smtp_caps *c, str mechanism);
#endif
