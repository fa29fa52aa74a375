/* SPDX-License-Identifier: ISC */
/*
 * mock/observe.h - what a program really says: the mock as a server that takes everything and watches
 * Owns    the facts of one connection, one value a fact, from greeting to its end.
 * Leaves  what follows from them to the caller. The message is dropped but for the address in its From field,
 *         a password but for its shape: it is compared with the one typed, and overwritten.
 */
#ifndef BATON_MOCK_OBSERVE_H
#define BATON_MOCK_OBSERVE_H
#include "base/str.h"
#include "smtp/attempt.h"

#define MOCK_OBSERVE_MECHANISMS "PLAIN LOGIN CRAM-MD5 XOAUTH2 OAUTHBEARER"

enum mock_password {
    MOCK_PASSWORD_NONE,    /* none was sent */
    MOCK_PASSWORD_UNKNOWN, /* it was, and there is nothing to compare it with, or it was a token */
    MOCK_PASSWORD_SAME,
    MOCK_PASSWORD_DIFFERS
};
extern const struct names MOCK_PASSWORD_NAMES; /* "none" "not-compared" "same" "differs" */

/* Slices are good during the call that shows the value, and any octet may be in them. */
struct mock_seen {
    unsigned connection;         /* from 1 */
    enum smtp_security security; /* NONE: in clear to the end */
    str tls_version;
    str tls_trouble; /* why its handshake failed; empty: it did not */
    bool greeted;    /* it said EHLO or HELO */
    bool by_helo;
    str name;
    str mechanism; /* empty: it never said AUTH */
    bool login_in_clear;
    str user;
    bool digest; /* the login was by CRAM-MD5: of the password only a digest came */
    enum mock_password password;
    size_t password_octets; /* 0: not known, as with a digest of another one */
    unsigned anomalies;     /* of the password as it came: base/password_shape.h */
    bool repairs;           /* with these undone it is the one typed */
    bool mail;              /* it said MAIL; the first one counts */
    str from;               /* between the brackets; "" is <> */
    uint64_t size_octets;   /* SIZE; 0: not said */
    unsigned recipients;
    str to; /* the first */
    bool message;
    size_t message_octets;
    str header_from; /* empty: no address in it */
    bool bare;       /* a line ended in a bare LF or CR, in a command or the message */
};

struct mock_observer {
    str password; /* the one typed; empty: none was. The caller's, and it outlives the mock */
    void (*seen)(void *user, const struct mock_seen *seen); /* a connection ended */
    void *user;
};
#endif
