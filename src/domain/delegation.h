/* SPDX-License-Identifier: ISC */
/*
 * domain/delegation.h - the name servers of a zone: what the parent says, what the zone says, what they say
 * Owns    the parent's list and the zone's list as one, with what each server answered when asked straight.
 * Speaks  RFC 1034 section 4.2 (delegation), RFC 1035 (AA), RFC 1912 section 2.8 (lame), RFC 1982 (serials).
 * Leaves  asking to whoever fills the table, judging to the caller.
 *
 * A server that does not answer from here need not be down: many networks let nobody but their own resolver ask,
 * and some answer in the place of every server. Both show, and then nothing is said of the servers.
 */
#ifndef BATON_DOMAIN_DELEGATION_H
#define BATON_DOMAIN_DELEGATION_H
#include "dns/known.h"

enum {
    DOMAIN_SERVERS_MAX = 13, /* of both lists together */
    DOMAIN_SERVERS_ASKED = 8,
    DOMAIN_PARENTS_ASKED = 3,
    DOMAIN_SERVER_ADDRESSES = 4
};

enum domain_server_state {
    DOMAIN_SERVER_NOT_ASKED, /* one too many, or its address is private and that was not allowed */
    DOMAIN_SERVER_OK,        /* authoritative */
    DOMAIN_SERVER_NOT_AUTHORITATIVE,
    DOMAIN_SERVER_NO_ZONE, /* authoritative for what lies above, and says that there is no such zone */
    DOMAIN_SERVER_REFUSED,
    DOMAIN_SERVER_SERVFAIL,
    DOMAIN_SERVER_SILENT,
    DOMAIN_SERVER_BROKEN,
    DOMAIN_SERVER_NO_ADDRESS, /* its name exists without an address, or does not exist */
    DOMAIN_SERVER_UNKNOWN     /* its address could not be looked up */
};
extern const struct names DOMAIN_SERVER_STATE_NAMES;

struct domain_server {
    str name;
    bool at_parent, in_zone; /* on which list it stands */
    enum domain_server_state state;
    struct ip address; /* the one that was asked */
    struct ip addresses[DOMAIN_SERVER_ADDRESSES], glue[DOMAIN_SERVER_ADDRESSES];
    size_t address_count, glue_count;
    bool glue_differs; /* the parent has an address that the name itself does not have */
    uint32_t serial;   /* OK only */
    const struct dns_answer *soa, *ns; /* NULL: not asked */
};
/* Not authoritative, refused, failing, or with another zone: it stands on a list and does not serve. */
bool domain_server_is_lame(const struct domain_server *s);

enum domain_delegation_state {
    DOMAIN_DELEGATION_UNKNOWN,
    DOMAIN_DELEGATION_FINE,
    DOMAIN_DELEGATION_NONE,  /* the parent's servers know nothing of the zone */
    DOMAIN_DELEGATION_FAULTY /* faults say what */
};
extern const struct names DOMAIN_DELEGATION_STATE_NAMES;

enum domain_delegation_fault {
    DOMAIN_DELEGATION_LAME = 1 << 0,       /* a server does not serve the zone */
    DOMAIN_DELEGATION_ALL_LAME = 1 << 1,   /* none that the parent names does */
    DOMAIN_DELEGATION_MISSING = 1 << 2,    /* the zone names a server that the parent does not */
    DOMAIN_DELEGATION_EXTRA = 1 << 3,      /* the parent names one that the zone does not */
    DOMAIN_DELEGATION_DISJOINT = 1 << 4,   /* the lists have nothing in common */
    DOMAIN_DELEGATION_GLUE = 1 << 5,       /* glue differs */
    DOMAIN_DELEGATION_SERIALS = 1 << 6,    /* serials differ */
    DOMAIN_DELEGATION_SILENT = 1 << 7,     /* a server did not answer from here, while others did */
    DOMAIN_DELEGATION_NO_ADDRESS = 1 << 8, /* a server has no address */
    DOMAIN_DELEGATION_ONE_SERVER = 1 << 9  /* there is only one (RFC 1034 section 4.1 wants two) */
};
extern const struct names DOMAIN_DELEGATION_FAULT_NAMES;

enum domain_delegation_why {
    DOMAIN_DELEGATION_WHY_NONE,
    DOMAIN_DELEGATION_WHY_NO_PARENT, /* the parent's zone or its servers' addresses could not be found */
    DOMAIN_DELEGATION_WHY_SILENCE, /* no server answered from here: questions to them may be blocked */
    DOMAIN_DELEGATION_WHY_INTERCEPTED /* something answers in the servers' place */
};
extern const struct names DOMAIN_DELEGATION_WHY_NAMES;

struct domain_delegation {
    str domain;
    str zone;   /* that the domain lies in */
    str parent; /* the zone above */
    enum domain_delegation_state state;
    enum domain_delegation_why why; /* UNKNOWN only */
    unsigned faults;
    bool zone_known;    /* the zone's own list was got, from a server of its own or the resolver */
    bool parent_known;  /* a server of the parent told its list */
    bool parent_serves; /* the parent's server serves the zone itself: its list is the zone's */
    struct ip parent_server; /* who told the parent's list */
    uint32_t zone_ttl_s;     /* how long the resolver keeps the zone's list */
    struct domain_server servers[DOMAIN_SERVERS_MAX];
    size_t count;
    bool more;            /* than DOMAIN_SERVERS_MAX */
    bool questions_asked; /* to the servers: domain_change_look() may go on */
};

/* Three rounds of the resolver (zones; addresses of servers; those of servers that only the parent names and gives
 * no address for), two of straight questions between. private_too: servers at private and loopback addresses
 * are asked as well. False: not yet. Strings are good as long as the table and domain. */
bool domain_delegation_look(struct dns_known *k, str domain, bool private_too,
                            struct domain_delegation *out) MUST_CHECK;

/* RFC 1982: does a come before b? */
bool domain_serial_before(uint32_t a, uint32_t b);
#endif
