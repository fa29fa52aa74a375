/* SPDX-License-Identifier: ISC */
/*
 * dns/dnsbl.h - is an address on a blocklist, and is the list's word worth anything today
 * Owns    the table of lists, the names to ask, and what an answer means.
 * Speaks  RFC 5782 (names in sections 2.1 and 2.4, test entries in section 5), RFC 6471 section 3.3.
 * Leaves  asking to net/gather.h. The question, its text and the list's own test entries go out in one round.
 *
 * A list is believed only while it lists 127.0.0.2 (::FFFF:7F00:2) and does not list 127.0.0.1 (::FFFF:7F00:1),
 * and its answer only when that lies in 127/8 and is a code that the list has. Everything else is an error, and
 * never a listing: a look-up that failed, a resolver that answers what does not exist, a list that has gone and
 * answers everything, and 127.255.255.0/24, by which lists say that they do not answer this resolver.
 */
#ifndef BATON_DNS_DNSBL_H
#define BATON_DNS_DNSBL_H
#include "base/buf.h"
#include "dns/known.h"

/* What an answer from first to last (the last octet of 127.0.0.x) says. */
struct dnsbl_code {
    uint8_t first, last;
    const char *means; /* "..., listed for %s" */
    bool
        matters_for_login; /* can it hurt somebody who logs in from there? Lists of addresses that should not
                             * send mail to strangers' servers themselves cannot. */
};
struct dnsbl_list {
    const char *zone, *name;
    bool ipv4, ipv6;
    bool
        by_registration; /* answers only resolvers that are registered: that it does not tell is no news */
    const struct dnsbl_code *codes; /* NULL: every code lists, and what it means is not known */
    size_t code_count;
    const char *delist; /* page where removal is asked for, or read about; NULL: not known */
    const char *note;   /* what is peculiar, a sentence; NULL: nothing */
    const char *source; /* where these facts are from; with DNSBL_DATE */
};
extern const struct dnsbl_list DNSBL_LISTS[];
extern const size_t DNSBL_LIST_COUNT;
extern const char DNSBL_DATE[]; /* when the table was last looked through, "2026-11-26" */
/* NULL: it is not in the table. */
const struct dnsbl_list *dnsbl_list_of(str zone);

enum { DNSBL_ASKED_MAX = 32, DNSBL_CODES_MAX = 8, DNSBL_NAME_MAX = 72 };
struct dnsbl_question {
    struct ip ip;
    /* Whom to ask; 0: every list of the table that has addresses of this family. Names of zones not in the
     * table are asked as lists whose codes are not known. More than DNSBL_ASKED_MAX are not read. */
    const str *zones;
    size_t zone_count;
};

enum dnsbl_state { DNSBL_CLEAN, DNSBL_LISTED, DNSBL_ERROR };
extern const struct names DNSBL_STATE_NAMES; /* "clean" "listed" "error" */

enum dnsbl_why {
    DNSBL_FINE,
    DNSBL_LOOKUP_FAILED,    /* code says how */
    DNSBL_LIST_EMPTY,       /* its test entry is not there: gone, or it does not answer us */
    DNSBL_LISTS_EVERYTHING, /* what must not be listed is */
    DNSBL_REWRITTEN,        /* an address outside 127/8: not the list's word */
    DNSBL_REFUSES,          /* 127.255.255.x: this resolver is not answered */
    DNSBL_UNKNOWN_CODE,     /* 127.0.0.1, or a code that the list does not have */
    DNSBL_NOT_FOR_FAMILY    /* the list has no addresses of this family */
};

struct dnsbl_answer {
    str zone;
    const struct dnsbl_list *list; /* NULL: not in the table */
    enum dnsbl_state state;
    enum dnsbl_why why;
    enum dns_code code; /* DNSBL_LOOKUP_FAILED */
    struct ip codes[DNSBL_CODES_MAX];
    const struct dnsbl_code *meanings[DNSBL_CODES_MAX]; /* NULL: not known */
    size_t code_count;
    str text; /* the list's TXT, as it came: to be escaped; empty: none */
    bool matters_for_login;
};
struct dnsbl_result {
    /* Of all: listed by one; clean when every list says so, those aside that answer the registered alone; error
     * when it is not known. */
    enum dnsbl_state state;
    struct dnsbl_answer answers[DNSBL_ASKED_MAX];
    size_t count;
};

/* Can a public list know this address? Why not, in a word ("private", "loopback", "reserved"); NULL: it can. */
const char *dnsbl_out_of_reach(const struct ip *ip);
/* False: answers are missing, and are noted. Zones outlive the result. */
bool dnsbl_check(struct dns_known *k, const struct dnsbl_question *q, struct dnsbl_result *out);
/* "2.0.0.127", or 32 nibbles; what stands before the zone (RFC 5782). Empty for IP_NONE. */
str dnsbl_name_of(const struct ip *ip, char out[DNSBL_NAME_MAX]);
/* What came of a list, in one sentence with a full stop, without its TXT. */
void dnsbl_answer_text(const struct dnsbl_answer *a, struct buf *out);
#endif
