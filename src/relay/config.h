/* SPDX-License-Identifier: ISC */
/*
 * relay/config.h - the rule file in force with all it names, as one value that never changes
 * Owns    rules, site, users, certificates and smarthosts' passwords, read together: a reload makes a new one, sessions
 *         keep the one they began with.
 */
#ifndef BATON_RELAY_CONFIG_H
#define BATON_RELAY_CONFIG_H
#include "net/tls.h"
#include "relay/rule_file.h"
#include "sasl/users.h"
#include <stdatomic.h>

struct relay_config {
    atomic_uint held;
    struct rule_file
        rules;       /* rules.file.policy, rules.file.site; rules.text is the file as it stood */
    uint64_t digest; /* of the rule file: policy_digest() */
    unsigned workers;
    struct sasl_users *users; /* NULL: there is no such file */
    struct buf users_text;
    struct arena users_arena;
    struct buf hostname;
    struct buf mechanisms_tls,
        mechanisms_clear; /* what AUTH offers under TLS, and where clear logins are taken; empty: it is not offered */
    struct relay_config_tls { /* one a worker: OpenSSL's locks scale badly */
        struct net_tls_context *plain,
            *asks;        /* for a client certificate: of listeners that say so, else NULL */
    } * tls;              /* NULL: no certificate */
    struct relay_secret { /* one a login that a route uses */
        const struct site_login *login;
        struct buf text;               /* of its file */
        str user, password, mechanism; /* mechanism empty: the best that is offered */
    } * secrets;
    size_t secret_count;
};

struct net_log;
/* Reads everything. An open relay is an error with file, line and remedy (policy_prove). workers: how many there are; 0:
 * as many as the file says, or the machine has processors. All errors of the rule file go to the log; NULL: to stderr. */
struct relay_config *relay_config_load(const char *path, unsigned workers, struct net_log *log,
                                       struct err *e) MUST_CHECK;
/* Warnings of the rule file, an event each. */
void relay_config_warn(const struct relay_config *c, struct net_log *log);
struct relay;
/* May everybody on this machine read or write this file, which holds secrets? */
bool relay_config_is_open_to_all(str path);
struct relay_config *relay_config_hold(struct relay *r); /* the one in force now */
void relay_config_drop(struct relay_config *c); /* the last one frees; secrets are overwritten */
const struct relay_secret *relay_config_secret(const struct relay_config *c,
                                               const struct site_login *l);
#endif
