/* SPDX-License-Identifier: ISC */
/*
 * mock/play.h - what the mock can play, and in whose words
 * Owns    three tables: one row a cause that a server can play (how its doors behave), one row a cause
 *         that none can (and why), one row a server (what it says, and when).
 * Leaves  doing it to mock/visit.c. Nothing here has a state.
 */
#ifndef BATON_MOCK_PLAY_H
#define BATON_MOCK_PLAY_H
#include "base/buf.h"
#include "cause/cause.h"
#include "mock/cert.h"
#include "mock/mock.h"
#include "smtp/reply.h"

/* Who may send to foreign domains, besides those who log in. */
enum mock_trust {
    MOCK_TRUST_LOGIN,       /* nobody */
    MOCK_TRUST_LISTED,      /* struct mock_options, trusted */
    MOCK_TRUST_POP,         /* who has just fetched mail at the POP3 door */
    MOCK_TRUST_CERTIFICATE, /* who shows a certificate of the mock's own authority */
    MOCK_TRUST_EVERYBODY, /* the doors are on loopback: all that can come are this machine's own */
    MOCK_TRUST_NEVER      /* not even those */
};

/* What can be so when the client asks for something. A bit each. */
enum mock_fact {
    MOCK_CLEAR = 1 << 0,
    MOCK_MEMBER = 1 << 1,     /* logged in */
    MOCK_OUTSIDE = 1 << 2,    /* the recipient is of a foreign domain */
    MOCK_INSIDE = 1 << 3,     /* ... of the mock's own */
    MOCK_UNLISTED = 1 << 4,   /* ... and neither the user nor postmaster */
    MOCK_UNTRUSTED = 1 << 5,  /* may not send to foreign domains */
    MOCK_SERVED = 1 << 6,     /* the recipient is inside, or the client is trusted */
    MOCK_FROM_OTHER = 1 << 7, /* the reverse-path, or at the end of the data the From of the header,
                                   is not the login's address; <> is anybody's */
    MOCK_FROM_INVALID =
        1 << 8,              /* the reverse-path has no domain of two labels, or one in .invalid */
    MOCK_NAME_BARE = 1 << 9, /* EHLO gave a name without a dot, or localhost in some form */
    MOCK_LOGIN_WRONG = 1 << 10,
    MOCK_LOGIN_DEAD = 1 << 11, /* by the mechanism that does not work */
    MOCK_PASSWORD_ODD =
        1 << 12,            /* blanks, line ends or quotes around it, octets outside ASCII in it */
    MOCK_TOKEN = 1 << 13,   /* the login is by a token, XOAUTH2 or OAUTHBEARER */
    MOCK_EARLY = 1 << 14,   /* the time to wait since the first attempt is not over */
    MOCK_SHUT_OUT = 1 << 15 /* a login of this address was refused, and bans were wanted */
};

/* What is said; the rows of a server have one each. */
enum mock_says {
    MOCK_SAYS_NOTHING,
    MOCK_SAYS_GREETING,
    MOCK_SAYS_LOGIN_TAKEN,
    MOCK_SAYS_SENDER_TAKEN,
    MOCK_SAYS_RECIPIENT_TAKEN,
    MOCK_SAYS_MESSAGE_TAKEN,
    MOCK_SAYS_NO_RELAY,
    MOCK_SAYS_LOGIN_WRONG,
    MOCK_SAYS_FROM_OTHER,
    MOCK_SAYS_STARTTLS_FIRST,
    MOCK_SAYS_RECIPIENT_UNKNOWN,
    MOCK_SAYS_MECHANISM_DEAD,
    MOCK_SAYS_CERTIFICATE_FIRST,
    MOCK_SAYS_APP_PASSWORD,
    MOCK_SAYS_PASSWORDS_OFF,
    MOCK_SAYS_TOKEN_REJECTED,
    MOCK_SAYS_ACCOUNT_BARRED,
    MOCK_SAYS_BACKEND_DOWN,
    MOCK_SAYS_FROM_INVALID,
    MOCK_SAYS_SENDER_UNVERIFIED,
    MOCK_SAYS_NAT,
    MOCK_SAYS_POP_FIRST,
    MOCK_SAYS_BANNED,
    MOCK_SAYS_NAME_BARE,
    MOCK_SAYS_NO_REVERSE_DNS,
    MOCK_SAYS_SPF,
    MOCK_SAYS_DMARC,
    MOCK_SAYS_BLOCKLISTED,
    MOCK_SAYS_RATE,
    MOCK_SAYS_GREYLISTED,
    MOCK_SAYS_CONTENT,
    MOCK_SAYS_TOO_LARGE,
    MOCK_SAYS_MAILBOX_FULL,
    MOCK_SAYS_LOOP,
    MOCK_SAYS_OTHER,
    MOCK_SAYS
};

/* Where all the facts of when hold, it is said, at the stage at which this server says it. */
struct mock_gate {
    enum mock_says says;
    unsigned when; /* of enum mock_fact; 0: always */
};

enum { MOCK_GATES = 2 };
struct mock_play {
    enum cause_id cause;     /* CAUSE_NONE: healthy */
    str does;                /* for lists: what the server does; a clause without a full stop */
    unsigned auth_under_tls; /* kinds of doors, as bits of MOCK_AT(kind); AUTH is never in clear */
    str mechanisms;
    str dead_mechanism; /* of these, the one that no login succeeds by */
    enum mock_trust trust;
    enum mock_says no_relay;            /* what the untrusted hear; NOTHING: MOCK_SAYS_NO_RELAY */
    struct mock_gate gates[MOCK_GATES]; /* in order, before the usual ones */
    bool other_form;                    /* the login is the user in its other form: see mock.c */
    enum mock_cert cert;
    bool old_tls;         /* TLS 1.1 and no later */
    bool no_starttls;     /* not offered at any door */
    str keywords;         /* more words in the answer to EHLO, LF between */
    str hostname;         /* another host's; empty: the mock's own */
    uint64_t size_octets; /* SIZE; 0: the mock's own limit */
};
#define MOCK_AT(kind) (1u << (kind))

/* In the order of the catalogue, healthy first. */
const struct mock_play *mock_plays(size_t *count);
const struct mock_play *mock_play_of(enum cause_id cause); /* NULL: a server cannot play it */
const struct mock_play *mock_play_named(str name);         /* NULL: the same, or no cause */
str mock_play_name(const struct mock_play *p);             /* the cause's id, or "healthy" */
/* Why no server can play it: a clause without a full stop; empty: one can. */
str mock_play_why_not(enum cause_id cause);

/* One answer. In text {to}, {from}, {user}, {name} (of EHLO), {host} and {id} stand for what the session
 * has there. */
struct mock_words {
    enum smtp_stage at;
    unsigned code;
    str enhanced; /* "5.7.1", or empty where that server gives none */
    str text;
};

struct mock_flavour {
    str title;    /* "Exim" */
    str keywords; /* in the answer to EHLO, LF between */
    struct mock_words words[MOCK_SAYS];
};
extern const struct names MOCK_FLAVOUR_NAMES; /* "postfix" "exim" "exchange" "sendmail" */
const struct mock_flavour *mock_flavour_named(str name); /* NULL: no such */

/* What is said at that stage with those facts: a refusal, or what stands for "taken". Never NULL for AUTH,
 * MAIL, RCPT and END_OF_DATA; NULL elsewhere: go on. */
const struct mock_words *mock_play_answer(const struct mock_play *p, const struct mock_flavour *f,
                                          enum smtp_stage at, unsigned facts);

struct mock_terms {
    str to, from, user, name, host, id;
};
/* Appends text with its {terms} replaced. */
bool mock_words_fill(str text, const struct mock_terms *terms, struct buf *out);
#endif
