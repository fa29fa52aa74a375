/* SPDX-License-Identifier: ISC */
/*
 * domain/mx.h - the hosts that take a domain's mail
 * Owns    the mail hosts of a domain with their addresses, and what is wrong with them, as values.
 * Speaks  RFC 5321 section 5.1 (MX, and the domain's own address where there is none), RFC 7505 (null MX),
 *         RFC 2181 section 10.3 (the target of an MX is no alias).
 * Leaves  asking to whoever fills the table, judging to the caller. A look-up that failed is never taken for
 *         "there is none".
 */
#ifndef BATON_DOMAIN_MX_H
#define BATON_DOMAIN_MX_H
#include "dns/known.h"

enum { DOMAIN_MX_MAX = 16, DOMAIN_ADDRESSES_MAX = 8 };

enum domain_mx_state {
    DOMAIN_MX_UNKNOWN, /* the look-up failed: code says how; or the answers contradict each other */
    DOMAIN_MX_HOSTS,   /* there are MX records */
    DOMAIN_MX_IMPLICIT, /* none; the domain's own addresses take the mail */
    DOMAIN_MX_NULL,     /* "0 .": the domain takes no mail */
    DOMAIN_MX_NOTHING,  /* the domain exists, and has neither MX nor address */
    DOMAIN_MX_NO_DOMAIN /* NXDOMAIN */
};
extern const struct names
    DOMAIN_MX_STATE_NAMES; /* "unknown" "hosts" "implicit" "null" "nothing" "no-domain" */

/* What is wrong with one target: bits. */
enum domain_target_fault {
    DOMAIN_TARGET_NO_ADDRESS = 1 << 0, /* it exists, and has no address */
    DOMAIN_TARGET_NO_NAME = 1 << 1,    /* it does not exist */
    DOMAIN_TARGET_ALIAS = 1 << 2,      /* it is a CNAME */
    DOMAIN_TARGET_IS_IP = 1 << 3,      /* an IP address where a name must stand */
    DOMAIN_TARGET_DOUBLED =
        1 << 4, /* ends in the domain twice: the dot at the end of the line is missing */
    DOMAIN_TARGET_NO_DOT = 1 << 5, /* does not exist, and without the domain at its end it would */
    DOMAIN_TARGET_LOCAL = 1 << 6,  /* "localhost", or every address is loopback or private */
    DOMAIN_TARGET_MALFORMED = 1 << 7, /* no host name */
    DOMAIN_TARGET_FAILED = 1 << 8     /* its look-up failed: nothing is known of its addresses */
};
extern const struct names DOMAIN_TARGET_FAULT_NAMES; /* "no-address" "no-name" "alias" ... */

struct domain_target {
    str name;            /* empty: the root, as in a null MX */
    uint16_t preference; /* lowest first */
    unsigned faults;
    str alias_of; /* the end of the CNAME chain, with DOMAIN_TARGET_ALIAS */
    str meant;    /* what was probably meant, with DOUBLED and NO_DOT */
    struct ip addresses[DOMAIN_ADDRESSES_MAX];
    size_t address_count;
    const struct dns_answer *a, *aaaa; /* NULL: not asked */
};

struct domain_mx {
    str domain; /* as it was asked */
    enum domain_mx_state state;
    enum dns_code code; /* of the look-up of MX */
    bool
        contradicts; /* UNKNOWN: NXDOMAIN for MX, and an address all the same: a resolver that rewrites? */
    bool null_among_others; /* RFC 7505 section 3: a null MX stands alone */
    bool more;              /* there are more records than DOMAIN_MX_MAX */
    str alias_of;           /* the domain itself is a CNAME of this */
    uint32_t ttl_s;
    /* By preference. IMPLICIT: one row, the domain itself with preference 0. */
    struct domain_target targets[DOMAIN_MX_MAX];
    size_t count;
    const struct dns_answer *answer; /* of MX */
};

/* Two rounds: MX with the domain's own addresses, then the targets' addresses (a third only to see whether a
 * name that does not exist lacks a dot). False: not yet. Strings are good as long as the table and domain. */
bool domain_mx_look(struct dns_known *k, str domain, struct domain_mx *out) MUST_CHECK;

/* The target that such a host name or address belongs to; NULL: none. */
const struct domain_target *domain_mx_target_named(const struct domain_mx *mx, str host);
const struct domain_target *domain_mx_target_at(const struct domain_mx *mx, const struct ip *ip);

/* A and AAAA of a host, in that order of families, each once. False: not yet. failed: a look-up failed, so that
 * there may be more. */
struct domain_addresses {
    struct ip ips[DOMAIN_ADDRESSES_MAX];
    size_t count;
    bool failed, no_name;
    const struct dns_answer *a, *aaaa;
};
bool domain_addresses_look(struct dns_known *k, str host, struct domain_addresses *out) MUST_CHECK;
#endif
