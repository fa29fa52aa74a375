/* SPDX-License-Identifier: ISC */
/*
 * domain/reverse.h - the names of an address, and whether they lead back to it
 * Speaks  RFC 1035 section 3.5 and RFC 3596 section 2.5 (reverse names), RFC 8601 section 3 (iprev).
 * Leaves  judging to the caller. Private and loopback addresses are asked about only when told to: public DNS
 *         knows nothing of them.
 */
#ifndef BATON_DOMAIN_REVERSE_H
#define BATON_DOMAIN_REVERSE_H
#include "dns/known.h"

enum { DOMAIN_REVERSE_MAX = 8, DOMAIN_REVERSE_NAME_MAX = 80 };

enum domain_reverse_state {
    DOMAIN_REVERSE_UNKNOWN,      /* a look-up failed; iprev temperror */
    DOMAIN_REVERSE_NOT_ASKED,    /* private or loopback */
    DOMAIN_REVERSE_CONFIRMED,    /* a name has the address; iprev pass */
    DOMAIN_REVERSE_NONE,         /* the address has no name; iprev permerror */
    DOMAIN_REVERSE_NOT_CONFIRMED /* it has names, and none has the address; iprev fail */
};
extern const struct names DOMAIN_REVERSE_STATE_NAMES;

struct domain_reverse_name {
    str name;
    bool confirmed; /* its A or AAAA is the address */
    bool
        generic; /* looks like one that a provider gave to every address: it is spelt in the name */
    bool malformed; /* no host name */
};
struct domain_reverse {
    struct ip ip;
    enum domain_reverse_state state;
    enum dns_code code; /* of the PTR look-up, or of the one that failed */
    str zone;           /* of a negative answer: who could give the name; empty when not said */
    struct domain_reverse_name names[DOMAIN_REVERSE_MAX];
    size_t count;
    bool more; /* there are more names: RFC 7208 section 5.5 looks at 10, RFC 8601 leaves it open */
};

/* Two rounds. False: not yet. */
bool domain_reverse_look(struct dns_known *k, const struct ip *ip, bool private_too,
                         struct domain_reverse *out) MUST_CHECK;

/* "1.2.0.192.in-addr.arpa"; the name is empty for IP_NONE. */
str domain_reverse_name_of(const struct ip *ip, char out[DOMAIN_REVERSE_NAME_MAX]);
/* Is the address, or most of it, spelt in the name? */
bool domain_reverse_is_generic(str name, const struct ip *ip);
#endif
