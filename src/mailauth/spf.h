/* SPDX-License-Identifier: ISC */
/*
 * mailauth/spf.h - may this address send mail in the name of this domain?
 * Owns    check_host(): the record, its mechanisms and modifiers, macros, limits, the explanation; and a trace
 *         of all of it, in which every error is told from the others.
 * Speaks  RFC 7208; RFC 8616 section 4 (local-parts outside ASCII).
 * Leaves  asking DNS to whoever fills the table; the sentence to a person to baton spf.
 */
#ifndef BATON_MAILAUTH_SPF_H
#define BATON_MAILAUTH_SPF_H
#include "base/arena.h"
#include "dns/known.h"
#include "mailauth/result.h"

/* RFC 7208 section 4.6.4. */
enum { SPF_LOOKUPS_MAX = 10, SPF_VOIDS_MAX = 2, SPF_NAMES_MAX = 10 };
/* Nothing is asked ahead of need once a table holds this many questions. A check that begins with an empty
 * table never notes more than SPF_QUESTIONS_MAX: its own, and those it needs in any case. */
enum { SPF_FORESIGHT_MAX = 256, SPF_QUESTIONS_MAX = 512 };

struct spf_input {
    struct ip ip;   /* of the client; IPv4-mapped is IPv4 */
    str helo;       /* as it was said */
    str from;       /* the reverse-path without brackets; empty: postmaster at helo (2.4) */
    str receiver;   /* %{r}: who checks; empty: "unknown" */
    uint64_t now_s; /* %{t} */
};

/* Why a check or one step of it ended as it did. */
enum spf_why {
    SPF_MATCHED,
    SPF_NOT_MATCHED,
    SPF_NO_SUCH_NAME, /* the name does not exist */
    SPF_NO_SUCH_TYPE, /* it exists, but has no record of the type */
    SPF_OTHER_FAMILY, /* ip4 for a client with an IPv6 address, or the other way round */
    SPF_NOT_A_NAME,   /* after its macros the target is no domain name: an empty or a long label */
    SPF_NOT_READ,     /* a local-part outside ASCII in a macro (RFC 8616): the term never matches */
    SPF_IGNORED,      /* an unknown modifier; redirect behind all; exp when nothing failed */
    SPF_END_OF_RECORD,
    SPF_EXPLAINED,
    SPF_NOT_EXPLAINED,
    /* none */
    SPF_MALFORMED_DOMAIN,
    SPF_NO_DOMAIN,
    SPF_NO_RECORD,
    /* temperror */
    SPF_DNS_FAILED,
    SPF_TOO_LARGE, /* of our own memory */
    /* permerror */
    SPF_SEVERAL_RECORDS,
    SPF_STRANGE_OCTET, /* not ASCII, or a control character */
    SPF_UNKNOWN_MECHANISM,
    SPF_DOMAIN_MISSING,
    SPF_TAKES_NO_DOMAIN,
    SPF_TAKES_NO_PREFIX,
    SPF_BAD_ADDRESS,
    SPF_BAD_PREFIX,
    SPF_BAD_MACRO,
    SPF_BAD_DOMAIN_END,
    SPF_BAD_MODIFIER,
    SPF_MODIFIER_TWICE,
    SPF_TOO_MANY_LOOKUPS,
    SPF_TOO_MANY_VOIDS,
    SPF_TOO_MANY_MX,
    SPF_INCLUDE_WITHOUT_RECORD,
    SPF_REDIRECT_WITHOUT_RECORD,
    SPF_LOOP
};
extern const struct names SPF_WHY_NAMES; /* "matched" "not-matched" ... "too-many-lookups" ... */

enum spf_step_kind { SPF_STEP_RECORD, SPF_STEP_MECHANISM, SPF_STEP_MODIFIER };
extern const struct names SPF_STEP_NAMES; /* "record" "mechanism" "modifier" */

struct spf_step {
    enum spf_step_kind kind;
    unsigned depth;   /* 0: the domain's own record; one more in an include or a redirect */
    str domain;       /* whose record it is in */
    str term;         /* as it is written; of a record: all of it */
    size_t at;        /* octets of the record before the term */
    str target;       /* the name that was asked about, macros expanded; empty: none */
    enum spf_why why; /* SPF_MATCHED of a record: a mechanism in it did */
    /* Of a record: its result. Of a term: what it made the result (SPF_MATCHED, and errors); else AUTH_NONE. */
    enum auth_result result;
    str found;        /* what was there: addresses, names; empty: nothing */
    str sentence;     /* what happened, without a full stop; may hold octets of DNS: escape it */
    unsigned lookups; /* of the ten, this term included */
};

enum { SPF_STEPS_MAX = 512 };
struct spf_check {
    enum auth_result result;
    enum spf_why why;
    str sentence;    /* the same, for a person */
    str domain;      /* that was checked: of from, or of helo */
    str record;      /* of the domain; empty: none */
    str explanation; /* what the domain wants the client to be told (exp=), on fail; p NULL: none */
    unsigned lookups, voids;      /* terms that asked DNS; those of them that found nothing */
    const struct spf_step *steps; /* in the order in which they were evaluated */
    size_t step_count, steps_left_out;
};

/* True: out is filled; its text is in `memory`, which is emptied at the beginning of each call, in the table
 * and in the input. False: not yet, questions are noted. 1 MiB of memory is plenty. */
bool spf_check(struct dns_known *k, const struct spf_input *in, struct arena *memory,
               struct spf_check *out) MUST_CHECK;

/* The domain whose record is asked for: of from, or of helo. */
str spf_domain(const struct spf_input *in);
/* Whether a TXT record is one of SPF (4.5): "v=spf1", then a space or the end. */
bool spf_is_record(str txt);
#endif
