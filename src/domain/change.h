/* SPDX-License-Identifier: ISC */
/*
 * domain/change.h - is a change of DNS on its way?
 * Owns    what every authoritative server says of a name beside what the resolver says, which of them is old, and
 *         when that ends.
 * Speaks  RFC 1034 section 3.6 (sets have no order), RFC 1982 (serials), RFC 2308 (negative answers).
 * Leaves  the delegation to domain/delegation.h, times of day to the caller.
 */
#ifndef BATON_DOMAIN_CHANGE_H
#define BATON_DOMAIN_CHANGE_H
#include "domain/delegation.h"

enum domain_change_state {
    DOMAIN_CHANGE_UNKNOWN, /* why says what is not known */
    DOMAIN_CHANGE_NONE,    /* all say the same */
    DOMAIN_CHANGE_PENDING, /* the servers agree, and the resolver still has something else, until ends_at_s */
    DOMAIN_CHANGE_MAYBE,    /* the same of addresses: the answer may also depend on who asks */
    DOMAIN_CHANGE_BALANCED, /* sets of addresses differ in part: probably load balancing */
    DOMAIN_CHANGE_SERVERS,  /* the servers do not agree: some have not taken over the newest zone */
    DOMAIN_CHANGE_CONFLICT, /* they do not agree, at one serial or by two delegations: which is new is not known */
    DOMAIN_CHANGE_OWN_VIEW /* the resolver serves this name itself: no waiting will change it */
};
extern const struct names DOMAIN_CHANGE_STATE_NAMES;

enum domain_change_why {
    DOMAIN_CHANGE_WHY_NONE,
    DOMAIN_CHANGE_WHY_RESOLVER, /* it did not answer */
    DOMAIN_CHANGE_WHY_SERVERS,  /* none answered straight */
    DOMAIN_CHANGE_WHY_ALIAS     /* the name is an alias of one in another zone */
};
extern const struct names DOMAIN_CHANGE_WHY_NAMES;

struct domain_change_answer {
    const struct dns_answer *answer; /* NULL: it was not asked, or does not serve the zone */
    bool is_old;
};

struct domain_change {
    str name;
    enum dns_type type;
    enum domain_change_state state;
    enum domain_change_why why;
    const struct dns_answer *resolver;
    bool resolver_is_old;
    bool moved; /* the old data come from the servers of an old delegation */
    /* PENDING, MAYBE: when the resolver forgets the old answer, in seconds as now_s counts; 0: not known. */
    uint64_t ends_at_s;
    const struct dns_answer *now; /* what is right now, by a server; NULL: not known */
    struct domain_delegation delegation;
    struct domain_change_answer answers[DOMAIN_SERVERS_MAX]; /* of delegation.servers[i] */
    size_t count;
};

/* The delegation's rounds, its own questions together with theirs. now_s: the clock when the resolver answered.
 * False: not yet. */
bool domain_change_look(struct dns_known *k, str name, enum dns_type type, uint64_t now_s,
                        bool private_too, struct domain_change *out) MUST_CHECK;

/* Do two answers hold the same records, in whatever order, whatever their TTL? "No such name" and "no such
 * record" are both an empty set. */
bool domain_same_set(const struct dns_answer *a, const struct dns_answer *b);
/* Have they a record in common? */
bool domain_sets_meet(const struct dns_answer *a, const struct dns_answer *b);
#endif
