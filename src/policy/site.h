/* SPDX-License-Identifier: ISC */
/*
 * policy/site.h - what a rule file says besides its rules: who we are, where mail comes in and goes on to
 * Owns    the rows of the schema for that, and their values.
 * Leaves  files that are named (certificate, users, passwords) to who opens them; rules to policy/policy.h.
 */
#ifndef BATON_POLICY_SITE_H
#define BATON_POLICY_SITE_H
#include "base/ip.h"
#include "conf/conf.h"

enum site_security { SITE_NONE, SITE_STARTTLS, SITE_TLS, SITE_AUTO };
enum {
    SITE_LISTENERS = 64,
    SITE_ADDRESSES = 16,
    SITE_ROUTES = 64,
    SITE_SMARTHOSTS = 16,
    SITE_REWRITES = 64
};

struct site_listener {
    str name;
    struct conf_place place;
    struct ip addresses[SITE_ADDRESSES]; /* none: all of this machine, both families */
    size_t address_count;
    uint16_t port;
    enum site_security security; /* TLS at once, STARTTLS offered, or neither */
    bool normalize;              /* a bare CR or LF becomes CRLF; else the message is refused */
    bool auth_in_clear;
    bool certificates;            /* a client certificate is asked for */
    const struct ip_net *proxies; /* who may begin with a PROXY v2 header, and must */
    size_t proxy_count;
};
struct site_smarthost {
    str host; /* a name or an address, without brackets */
    uint16_t port;
    enum site_security
        security; /* AUTO: tls at 465, else STARTTLS, needed where there is a login */
};
struct site_route {
    str name;
    struct conf_place place;
    struct site_smarthost smarthosts[SITE_SMARTHOSTS]; /* the first that answers */
    size_t smarthost_count;
    const struct site_login *login; /* NULL: none */
    const str
        *domains; /* of forward-paths, "*.example.org" too; none: those that no other route takes */
    size_t domain_count;
    unsigned connections; /* open to one smarthost at a time */
};
/* What we log in with at a smarthost: a file of its own, since a rule file is kept and shown. Its first line is the user,
 * the second the password, a third, if there is one, the SASL mechanism. */
struct site_login {
    str name, file;
};
struct site_rewrite {
    str name;
    struct conf_place place;
    const struct ip_net *networks; /* both empty: of all mail */
    size_t network_count;
    const str *listeners;
    size_t listener_count;
    str from;
    bool keep_reply_to; /* the address that stood there becomes Reply-To */
};
/* So many in so much time. */
struct site_pace {
    unsigned count, in_s;
};
struct site {
    str hostname; /* empty: that of the machine */
    str certificate, key, users, state, run_as, control, client_ca, ca, logins;
    uint64_t message_max; /* octets */
    unsigned recipients_max, sessions_max, sessions_per_client;
    unsigned errors_max; /* wrong commands of a session, without a message between */
    unsigned idle_s;     /* longest silence of a client */
    unsigned data_s;     /* for mail data, and a second more for each 512 octets */
    unsigned allow_s;    /* that baton allow lets an address in for, at most */
    struct site_pace client_failures, login_failures; /* wrong logins */
    uint64_t keep_free;  /* octets of the disk that mail leaves alone */
    unsigned lifetime_s; /* of a message in the queue */
    unsigned loops;      /* 0: one a processor */
    bool log_json;
    struct ip metrics; /* family IP_NONE: no metrics */
    uint16_t metrics_port;
    struct ip resolver; /* family IP_NONE: the system's */
    uint16_t resolver_port;
    const struct site_listener *listeners;
    size_t listener_count;
    const struct site_route *routes;
    size_t route_count;
    const struct site_rewrite *rewrites;
    size_t rewrite_count;
};

extern const struct conf_section SITE_TOP_SECTION, SITE_LISTEN_SECTION, SITE_ROUTE_SECTION,
    SITE_REWRITE_SECTION;

/* Everything in out lives in the arena, or in what file was read from. False with errors in file and the first in e. */
bool site_read(struct conf_file *file, struct arena *a, struct site *out, struct err *e) MUST_CHECK;

/* The route for a forward-path's domain: the one that names most of it; NULL: there is none. */
const struct site_route *site_route_for(const struct site *s, str domain);
/* "300", "20M", "5d", "30m": a number with its unit as said in the schema. False: it is none. */
bool site_octets(str text, uint64_t *out);
bool site_seconds(str text, unsigned *out);
/* "10/5m". */
bool site_pace(str text, struct site_pace *out);
#endif
