/* SPDX-License-Identifier: ISC */
/*
 * doctor/served.h - which servers should serve a domain, by DNS
 * Owns    the mail hosts of a domain as each that can be asked names them: the resolver, the name servers that the
 *         parent names, and those that only the zone itself names. Whether the server asked is among them.
 * Leaves  DNS to src/domain/, meaning to the judge. A function of asked and record: called again it says the
 *         same, or more.
 */
#ifndef BATON_DOCTOR_SERVED_H
#define BATON_DOCTOR_SERVED_H
#include "doctor/evidence.h"

enum served_view {
    SERVED_BY_RESOLVER,
    SERVED_BY_PARENT, /* the name servers that the parent names, which the world asks: what is so now */
    SERVED_BY_ZONE, /* those that stand in the zone and not at the parent, where they say something else */
    SERVED_VIEWS
};

enum { SERVED_HOSTS = 12, SERVED_ADDRESSES = 8 };
struct served_host {
    str name;
    unsigned preference;
    unsigned views; /* 1 << enum served_view: who names it */
    struct ip addresses[SERVED_ADDRESSES];
    size_t address_count;
    bool unknown; /* its addresses could not be found out: it may be any server */
};

struct served {
    char domain[DNS_NAME_MAX];              /* as it is asked for; empty: it is not */
    struct served_host hosts[SERVED_HOSTS]; /* the resolver's first, by preference */
    size_t count;
    unsigned known; /* 1 << enum served_view: that view was had, whole, and names hosts */
    bool current;   /* the resolver names the hosts that the domain's name servers name now */
    bool
        own_view; /* the resolver serves the domain itself, as inside a company: nothing will change that */
    const struct dns_answer *answers[SERVED_VIEWS]; /* of MX; NULL: none, or they do not agree */
};

/* False: an answer is missing, and noted. A view that is not in out->known: nothing may be built on it. Strings are
 * good as long as the record's table, those of a domain without MX as long as out. */
bool served_look(const struct doctor_asked *asked, const struct doctor_record *r, str domain,
                 struct served *out) MUST_CHECK;

/* By name, by an address that was met, or by an address that its name has. */
bool served_is_asked(const struct doctor_asked *asked, const struct doctor_record *r,
                     const struct served_host *h);
/* An address that DNS has for it was met; true also where DNS has none. */
bool served_was_met(const struct doctor_record *r, const struct served_host *h);
/* It may stand before the server asked, which keeps the mailboxes: a filter that is known as one, or a host of the same
 * house. What it takes, it may take for everybody. */
bool served_in_front(const struct doctor_asked *asked, const struct doctor_record *r, str host);
/* It was met, and greets by the same name as the server asked: perhaps the same by another way (NAT). */
bool served_may_be_asked(const struct doctor_record *r, const struct served_host *h);
/* The server asked was met at an address of a network of its own, this one has none but the world's, and did not say who
 * it is: perhaps the same, by NAT. */
bool served_may_be_inside(const struct doctor_record *r, const struct served_host *h);
enum served_among { SERVED_AMONG_UNKNOWN, SERVED_AMONG, SERVED_NOT_AMONG };
/* Is the server asked among those that this view names? UNKNOWN also where a host's addresses are not known. */
enum served_among served_among(const struct doctor_asked *asked, const struct doctor_record *r,
                               const struct served *s, enum served_view view);
#endif
