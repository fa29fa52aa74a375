/* SPDX-License-Identifier: ISC */
/*
 * dns/dns.h - the one question and the one answer that every core asks with
 * Owns    names as they are asked, question and answer values.
 * Speaks  RFC 1035 (types, response codes), RFC 4035 section 4.3 (secure, insecure, bogus).
 * Leaves  asking to net/resolver.h.
 */
#ifndef BATON_DNS_DNS_H
#define BATON_DNS_DNS_H
#include "base/err.h"
#include "base/ip.h"
#include "base/names.h"
#include "base/str.h"

enum dns_type {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_CNAME = 5,
    DNS_SOA = 6,
    DNS_PTR = 12,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_SRV = 33,
    DNS_DS = 43,
    DNS_DNSKEY = 48,
    DNS_TLSA = 52
};
extern const struct names DNS_TYPE_NAMES;

/* DNS_OK with no record is "no such type at this name" (NODATA). All but the first two are failures, and say
 * nothing about the name. */
enum dns_code {
    DNS_OK,
    DNS_NXDOMAIN,
    DNS_SERVFAIL,
    DNS_REFUSED,
    DNS_TIMEOUT, /* silence, or a closed port each time */
    DNS_BROKEN,
    DNS_UNREACHABLE /* there is no way to the server from here, as with IPv6 where there is none */
};
extern const struct names DNS_CODE_NAMES;

/* What is known of an answer's signatures. Only DNS_BY_VALIDATOR tells more than nothing. */
enum dns_trust {
    DNS_UNCHECKED, /* nobody looked, or nobody can from here: why_bogus says what stands in the way */
    DNS_UNSIGNED, /* proved: the zone has no signatures */
    DNS_SECURE,
    DNS_BOGUS /* proved: it should have good ones, and has not */
};
extern const struct names DNS_TRUST_NAMES;

/* Whom a question goes to. */
enum dns_way {
    DNS_BY_RESOLVER, /* the one that is used for everything: --resolver, or the system's first */
    DNS_BY_SERVER,   /* straight to the server `at`, without recursion: what is in its own zone */
    DNS_BY_SYSTEM,   /* getaddrinfo, as a program asks (A or AAAA): hosts file, nsswitch, caches */
    DNS_BY_VALIDATOR /* by the resolver, signatures checked here: trust is known */
};
extern const struct names DNS_WAY_NAMES;

struct dns_question {
    str name; /* A-labels, without a trailing dot; other octets escaped as in RFC 1035 section 5.1 */
    enum dns_type type;
    enum dns_way way;
    struct ip at; /* DNS_BY_SERVER only */
};
/* Names are compared without regard to case. */
bool dns_question_eq(const struct dns_question *a, const struct dns_question *b);

enum { DNS_ESCAPED_MAX = 4 * 256 };

struct dns_record {
    enum dns_type type;
    uint32_t ttl_s;
    str owner;    /* in authority and additional; elsewhere empty: the answer's canonical name */
    struct ip ip; /* A, AAAA */
    str name; /* NS, CNAME, PTR, MX, SRV, SOA (the primary): the target, with the escapes of RFC 1035 section
                        * 5.1, which make four octets of one: up to DNS_ESCAPED_MAX */
    uint16_t priority; /* MX preference, SRV priority */
    uint16_t weight, port;
    uint32_t serial, minimum_s; /* SOA */
    str data;                   /* TXT: strings joined; TLSA, DS, DNSKEY: octets */
};

/* Memory belongs to whoever answered; good during the call that brings it. */
struct dns_answer {
    struct dns_question question;
    enum dns_code code;
    enum dns_trust trust;
    uint32_t ttl_s;     /* smallest of the chain; of the SOA for a negative answer */
    uint32_t took_ms;   /* from the question to the answer; 0: at once, or not known */
    struct ip server;   /* who answered; IP_NONE: the system's own look-up */
    str canonical;      /* the name at the end of the CNAME chain */
    bool authoritative; /* the server says that it serves the zone (RFC 1035 AA) */
    str why_bogus;      /* what the validator has against it, or why it cannot tell; else empty */
    const struct dns_record *records;
    size_t count;
    /* NS and SOA of the authority section (a referral has NS here), and A and AAAA of the additional one. */
    const struct dns_record *authority, *additional;
    size_t authority_count, additional_count;
};
/* Everything that the answer points to is copied into the arena. False: memory is short. */
struct arena;
bool dns_answer_copy(struct arena *memory, const struct dns_answer *from,
                     struct dns_answer *to) MUST_CHECK;

#define DNS_NAME_MAX 256
/* GNU libidn2's look-up of one label, and its free. Names outside ASCII are rare and the library is large,
 * so that it is loaded only for them: net/idn.h. */
struct dns_idn {
    int (*lookup)(const uint8_t *label, uint8_t **ascii, int flags);
    void (*free)(void *ascii);
};
/* A host or domain name as typed, in any script, to A-labels (IDNA2008) in lower case, without a
 * trailing dot. Underscores are let through, for _dmarc and its like; a number as the last label is
 * not, since it would be an IP address. idn NULL: only ASCII is understood, A-labels as they stand. The
 * error names the label that is wrong. */
bool dns_name_from_text(str typed, const struct dns_idn *idn, char out[DNS_NAME_MAX],
                        struct err *e) MUST_CHECK;
#endif
