/* SPDX-License-Identifier: ISC */
/*
 * discover/server.h - a server that takes mail from users, as discovery found it
 * Owns    the value, the names of the sources, the address that all was found for.
 */
#ifndef BATON_DISCOVER_SERVER_H
#define BATON_DISCOVER_SERVER_H
#include "base/arena.h"
#include "base/names.h"
#include "smtp/attempt.h"

enum discover_source {
    DISCOVER_FILE,          /* --xml */
    DISCOVER_AUTOCONFIG,    /* https://autoconfig.DOMAIN */
    DISCOVER_WELL_KNOWN,    /* https://DOMAIN/.well-known/autoconfig */
    DISCOVER_SRV,           /* _submissions._tcp and _submission._tcp */
    DISCOVER_PROVIDER,      /* our table, by the domain of the address */
    DISCOVER_MX_PROVIDER,   /* our table, by the MX of the domain */
    DISCOVER_MX_AUTOCONFIG, /* autoconfig of the MX's organisational domain */
    DISCOVER_AUTODISCOVER,  /* Exchange Autodiscover */
    DISCOVER_ISPDB,         /* a database of providers, --ispdb */
    DISCOVER_GUESS,         /* a usual name that exists in DNS */
    DISCOVER_ISP,           /* of the network that the user is in */
    DISCOVER_SOURCES
};
extern const struct names DISCOVER_SOURCE_NAMES; /* "file" "autoconfig" "well-known" "srv" ... */

/* May the password go there? In the order in which they are looked for: the first that holds is told. */
enum discover_why {
    DISCOVER_UNTRUSTED,
    DISCOVER_OWN_DOMAIN, /* the host lies in the user's own organisational domain */
    DISCOVER_IN_TABLE,   /* a provider of our table serves that domain by that host */
    DISCOVER_HTTPS,      /* said over HTTPS whose certificate shows a host of the own domain */
    DISCOVER_DNSSEC      /* said by records that DNSSEC proves */
};
extern const struct names DISCOVER_WHY_NAMES; /* "untrusted" "own-domain" ... */

enum { DISCOVER_MECHANISMS_MAX = 8 };

/* How the program logs in there, as far as it was said. */
enum discover_login { DISCOVER_LOGIN_UNSAID, DISCOVER_LOGIN_NONE, DISCOVER_LOGIN };

struct discover_server {
    str hostname; /* A-labels in lower case, or an IP address */
    uint16_t port;
    enum smtp_security security;             /* never AUTO */
    str mechanisms[DISCOVER_MECHANISMS_MAX]; /* static; the one to take first stands first */
    size_t mechanism_count;
    enum discover_login login;
    str user; /* empty: not said */
    enum discover_source source;
    enum discover_why trust;
    const struct provider *provider; /* of the table, where it is known; NULL */
};
/* Adds a mechanism that is not there yet; name is static. */
void discover_server_login_by(struct discover_server *s, str name);
/* Same host, port and security. */
bool discover_server_same(const struct discover_server *a, const struct discover_server *b);

/* The mail address that all is for. Slices belong to whoever made it. */
struct discover_address {
    str whole, local_part;
    str domain; /* as typed */
    str ascii;  /* the same as A-labels in lower case: what DNS is asked */
};
/* A host name as it stands in a file: to A-labels in lower case, or an IP address as it is. False: it is
 * neither. idn as for dns_name_from_text(). */
struct dns_idn;
bool discover_host(str typed, const struct dns_idn *idn, struct arena *a, str *out) MUST_CHECK;
#endif
