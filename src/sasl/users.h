/* SPDX-License-Identifier: ISC */
/*
 * sasl/users.h - who may log in: a file of logins and what proves each
 * Owns    the form of the file, one login a line; the look-up of a name; which mechanisms all of them can use.
 * Speaks  crypt(5) hashes, argon2id in its usual form, SCRAM keys (RFC 5802 section 3), and plain secrets.
 * Leaves  opening the file to others, checking a password to sasl/password.h.
 *
 * A line is a name and, behind colons in any order, what is known of it, each kind at most once:
 *
 *   alice:$argon2id$v=19$m=65536,t=2,p=1$SALT$HASH
 *   bob:$y$j9T$...:{SCRAM-SHA-1}4096,SALT,STOREDKEY,SERVERKEY:{SCRAM-SHA-256}4096,SALT,STOREDKEY,SERVERKEY
 *   carol:{PLAIN}secret:disabled
 *
 * A hash may have the word of its kind before it, as Dovecot writes ({SHA512-CRYPT}$6$...): so lines of htpasswd -B and of
 * doveadm pw can be taken over as they are. In a name and in a plain secret, a colon, a percent sign, control octets,
 * and a # that begins the name, are written %HH. Blank lines, and what begins with #, are passed over.
 */
#ifndef BATON_SASL_USERS_H
#define BATON_SASL_USERS_H
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

enum {
    SASL_USERS_MAX = 1000000,
    SASL_USER_NAME_MAX = 320, /* octets: a local-part, "@" and a domain */
    SASL_USER_SECRET_MAX = 1024,
    SASL_USER_HASH_MAX = 512,
    SASL_USER_LINE_MAX = 8192
};

struct sasl_users;       /* never changes once read; any thread may look into it */
struct sasl_scram_keys { /* as stored, in base64; see RFC 5802 section 3 */
    str salt, stored_key, server_key;
    unsigned iterations;
};
struct sasl_user {
    str name;
    bool disabled;
    str hash;                            /* "$argon2id$...", "$y$...", "$6$..."; empty: none */
    str secret;                          /* in plain text; empty: none */
    struct sasl_scram_keys sha1, sha256; /* iterations 0: none */
    size_t line;                         /* of the file, from 1 */
};
/* Lives in the arena and the text. Errors name path, line and remedy; a name twice is one. */
struct sasl_users *sasl_users_read(str path, str text, struct arena *a, struct err *e) MUST_CHECK;
/* The same, but wrong lines are told one by one, by such an error, and left out. NULL: there is no memory, or too many. */
struct sasl_users *sasl_users_read_right(str path, str text, struct arena *a,
                                         void (*wrong)(void *user, const char *why), void *user,
                                         struct err *e) MUST_CHECK;
size_t sasl_users_count(const struct sasl_users *u);
const struct sasl_user *sasl_users_at(const struct sasl_users *u,
                                      size_t i); /* in the order of the file */
const struct sasl_user *sasl_users_find(const struct sasl_users *u, str name); /* NULL: none */
/* One line without its end, as sasl_users_read() takes it. False: e is as there, without path and line. */
bool sasl_user_read(str line, struct arena *a, struct sasl_user *out, struct err *e) MUST_CHECK;
bool sasl_user_write(const struct sasl_user *u, struct buf *out); /* its line, with the LF */
/* Is it what a login's name may be: UTF-8 without control characters, not empty, not too long? */
bool sasl_user_name_good(str name, struct err *e) MUST_CHECK;

/* Which mechanisms may be offered: SCRAM only where every login has its keys or a plain secret to make them of, CRAM-MD5
 * only where every login has a plain secret; those that are disabled do not count. Words between blanks appended to out.
 * binding: the TLS connection has one, so -PLUS is offered too. */
bool sasl_users_mechanisms(const struct sasl_users *u, bool binding, struct buf *out);
/* Has that mechanism's proof: "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256-PLUS" ... */
bool sasl_user_can(const struct sasl_user *u, str mechanism);
/* Is there one whose SCRAM keys must be made of its secret first? Then steps of SCRAM are slow. */
bool sasl_users_derive(const struct sasl_users *u);
/* The one whose proof of a password is of the kind that most have: what an unknown name costs. NULL: there is none. */
const struct sasl_user *sasl_users_usual(const struct sasl_users *u);
/* The first that has keys of SCRAM-SHA-256, or else of SCRAM-SHA-1: how salts look here. NULL: none. */
const struct sasl_user *sasl_users_keyed(const struct sasl_users *u, bool sha256);
/* 32 octets that only who reads the file knows, the same as long as its first proof stays: for the salts of names that
 * are not in it. */
const unsigned char *sasl_users_pepper(const struct sasl_users *u);
#endif
