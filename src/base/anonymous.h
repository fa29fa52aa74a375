/* SPDX-License-Identifier: ISC */
/*
 * base/anonymous.h - text about somebody, made into text about nobody
 * Owns    stand-ins: each identity that was added is replaced by its own, everywhere the same; IP
 *         addresses by such as are kept for documentation (RFC 5737, RFC 3849) or are private; mailboxes,
 *         queue ids and the names of clients by pattern. Coded forms (base64, hex, reversed, percent) of
 *         what was added become "[hidden]".
 * Leaves  secrets to base/secret.h: mask those first. Loopback addresses stay.
 */
#ifndef BATON_BASE_ANONYMOUS_H
#define BATON_BASE_ANONYMOUS_H
#include "base/buf.h"
#include "base/ip.h"

enum anonymous_kind {
    ANONYMOUS_MAILBOX, /* anywhere, whatever the case */
    ANONYMOUS_WORD,    /* where no letter or digit stands beside it; under 2 octets: never */
    ANONYMOUS_DOMAIN,  /* a domain and what is below it: "www.corp.example" */
    ANONYMOUS_CODED    /* only where it is coded: what is known by its pattern where it is plain */
};
/* Whose an IP address is: decides which stand-in it gets. */
enum anonymous_role { ANONYMOUS_OTHER, ANONYMOUS_SERVER, ANONYMOUS_CLIENT };

struct anonymous;                                 /* fields are in anonymous.c */
struct anonymous *anonymous_new(void) MUST_CHECK; /* NULL when memory is short */
void anonymous_free(struct anonymous *a);
AUTO_FREE(anonymous_freep, struct anonymous, anonymous_free)

/* Octets of one identity, and how many there can be. */
enum { ANONYMOUS_IDENTITY_MAX = 320, ANONYMOUS_IDENTITIES = 32 };
/* An identity that was added before keeps its stand-in; an empty one is left alone. False: it is too
 * long, there are too many, or memory is short; then nothing may be shown. */
bool anonymous_add(struct anonymous *a, enum anonymous_kind kind, str identity,
                   str stand_in) MUST_CHECK;
/* A host whose name may stay where a client's would be replaced. */
void anonymous_keep(struct anonymous *a, str host);

/* The stand-in of an address, the same every time. IP_NONE and loopback stay as they are. */
struct ip anonymous_ip(struct anonymous *a, const struct ip *ip, enum anonymous_role role);

/* Appends text with everything replaced. words: also what was added as a word; without it those stay, for
 * sentences of our own in which they may be ordinary words. False: out is full. */
bool anonymous_text(struct anonymous *a, str text, bool words, struct buf *out);
#endif
