/* SPDX-License-Identifier: ISC */
/*
 * mock/play.h - what the mock can play, and in whose words
 * Owns    two tables: one row a cause (how the doors behave), one row a server (reply code, enhanced
 *         status code and text of each answer).
 * Leaves  doing it to mock/mock.c. Nothing here has a state.
 */
#ifndef BATON_MOCK_PLAY_H
#define BATON_MOCK_PLAY_H
#include "base/buf.h"
#include "cause/cause.h"
#include "mock/cert.h"
#include "mock/mock.h"
#include "smtp/reply.h"

/* Who may send to foreign domains without a login. */
enum mock_trust {
    MOCK_TRUST_NOBODY,
    MOCK_TRUST_LISTED,   /* struct mock_options, trusted */
    MOCK_TRUST_EVERYBODY /* the doors are on loopback: all that can come are this machine's own */
};

struct mock_play {
    enum cause_id cause;     /* CAUSE_NONE: healthy */
    str does;                /* for lists: what the server does; a clause without a full stop */
    unsigned auth_under_tls; /* kinds of doors, as bits of MOCK_AT(kind); AUTH is never in clear */
    unsigned mail_needs_tls; /* kinds of doors, the same way */
    str mechanisms;
    bool login_refused;    /* every login, the right one too */
    bool sender_owned;     /* after a login the reverse-path must be the login's address */
    bool mailboxes_listed; /* in its own domain it knows the user and postmaster, and nobody else */
    enum mock_trust trust;
    enum mock_cert cert;
};
#define MOCK_AT(kind) (1u << (kind))

/* In the order of the catalogue, healthy first. */
const struct mock_play *mock_plays(size_t *count);
const struct mock_play *
mock_play_of(enum cause_id cause); /* NULL: a server cannot play it, or not yet */

const struct mock_play *mock_play_named(str name); /* NULL: the same */
str mock_play_name(const struct mock_play *p);     /* the cause's id, or "healthy" */

/* One answer. In text {to}, {from}, {user}, {host} and {id} stand for what the session has there. */
struct mock_words {
    unsigned code;
    str enhanced; /* "5.7.1", or empty where that server gives none */
    str text;
};

struct mock_flavour {
    str title; /* "Exim" */
    str banner;
    struct mock_words relay_refused, login_refused, sender_refused, starttls_first,
        recipient_unknown;
    struct mock_words login_accepted, sender_accepted, recipient_accepted, message_accepted;
    enum smtp_stage sender_refused_at; /* MAIL, RCPT or END_OF_DATA: servers differ */
};
extern const struct names MOCK_FLAVOUR_NAMES; /* "postfix" "exim" "exchange" "sendmail" */
const struct mock_flavour *mock_flavour_named(str name); /* NULL: no such */

struct mock_terms {
    str to, from, user, host, id;
};
/* Appends text with its {terms} replaced. */
bool mock_words_fill(str text, const struct mock_terms *terms, struct buf *out);
#endif
