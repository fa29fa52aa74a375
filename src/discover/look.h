/* SPDX-License-Identifier: ISC */
/*
 * discover/look.h - inside discover_look(): one function a source
 */
#ifndef BATON_DISCOVER_LOOK_H
#define BATON_DISCOVER_LOOK_H
#include "discover/discover.h"
#include "discover/trust.h"
#include "settings/providers.h"

struct look {
    struct dns_known *dns;
    struct fetched *web;
    const struct discover_question *q;
    struct arena *arena;
    struct discovery *out;
    bool keep_guesses; /* nothing better stands */
    bool says_none;    /* the domain itself says that it takes no mail from users */
};

enum look_state {
    LOOK_PENDING, /* something is still to come */
    LOOK_NOTHING,
    LOOK_STANDS /* servers are added, or it is known that there can be none */
};

enum look_state look_provider(struct look *l);
enum look_state look_srv(struct look *l);
enum look_state look_autoconfig(struct look *l);
enum look_state look_well_known(struct look *l);
enum look_state look_ispdb(struct look *l);
enum look_state look_mx_provider(struct look *l);
enum look_state look_mx_autoconfig(struct look *l);
enum look_state look_autodiscover(struct look *l);
enum look_state look_guess(struct look *l);
enum look_state look_isp(struct look *l);

/* ---- for the sources ---- */

/* "WORDS" in front of the address' domain, or of another. */
str look_name(const struct look *l, const char *prefix, str domain);
/* Adds one, with its trust. */
void look_add(struct look *l, struct discover_server s, enum discover_source source,
              const struct discover_proof *proof);
/* Adds all doors of a row. */
void look_add_provider(struct look *l, const struct provider *p, enum discover_source source);
/* The answer of the resolver and, where it is not there, a row of evidence that says so. */
const struct dns_answer *look_ask(struct look *l, enum discover_source source, str name,
                                  enum dns_type type);
/* A row of evidence for an answer without what was asked for. */
void look_note_none(struct look *l, enum discover_source source, const struct dns_answer *x);
bool look_failed(const struct dns_answer *x); /* whether there is something is not known */
/* SRV of a domain. proven: may DNSSEC make its hosts trusted? */
enum look_state look_srv_of(struct look *l, str domain, enum discover_source source, bool proven);
/* The clientConfig at url. proof: of what it says. */
enum look_state look_page(struct look *l, str url, enum discover_source source,
                          const struct discover_proof *proof);
/* The MX with the lowest preference; the empty name for the null MX. */
const struct dns_record *look_best_mx(const struct dns_answer *mx);
#endif
