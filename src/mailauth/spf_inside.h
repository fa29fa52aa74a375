/* SPDX-License-Identifier: ISC */
/*
 * mailauth/spf_inside.h - one evaluation, as the files of spf see it
 *
 * An evaluation always begins at its beginning. Where an answer is missing it goes on as if the term did not
 * match (`pending`), so that what lies behind is asked for in the same round trip; but what it finds out
 * behind a missing answer is thrown away: then the whole is "not yet".
 */
#ifndef BATON_MAILAUTH_SPF_INSIDE_H
#define BATON_MAILAUTH_SPF_INSIDE_H
#include "mailauth/spf_record.h"

struct spf_eval {
    struct dns_known *known;
    struct ip ip;
    struct arena *memory;
    struct spf_check *out;
    struct spf_values values; /* but d and p, which are the frame's */
    bool local_is_ascii;
    bool pending, memory_short;
    struct spf_step *steps;
    struct spf_step spare; /* where steps go that find no room */
    /* Of the record that made the result fail, unless it was included: */
    struct spf_term exp;
    str exp_domain; /* empty: none */
};

struct spf_frame {
    str domain;
    const struct spf_frame *outer;
    unsigned depth;
    bool included; /* it, or one it was reached from */
};

enum spf_go { SPF_GO_ON, SPF_GO_MATCH, SPF_GO_WAIT, SPF_GO_ERROR };

/* The step gets its sentence; returns go, for the last line of a function. */
enum spf_go spf_say(struct spf_eval *e, struct spf_step *s, enum spf_go go, enum spf_why why,
                    const char *fmt, ...) PRINTF_LIKE(5, 6);
/* SPF_DNS_FAILED, with what the server said. */
enum spf_go spf_say_failed(struct spf_eval *e, struct spf_step *s, enum spf_go go,
                           const struct dns_answer *a, str name);

/* What DNS says of a name; raw: octets as they are, else as in dns/dns.h. NULL: not yet. */
const struct dns_answer *spf_ask(struct spf_eval *e, str name, bool raw, enum dns_type type);
static inline bool spf_failed(const struct dns_answer *a)
{
    return a->code != DNS_OK && a->code != DNS_NXDOMAIN;
}

/* target-name (4.8): macros expanded, cut to 253 octets from the left, without a dot at the end. SPF_GO_ON:
 * it is one; SPF_GO_WAIT; SPF_GO_ERROR: it is no name, and s says why (no error of the whole). */
enum spf_go spf_target(struct spf_eval *e, const struct spf_frame *f, const struct spf_term *t,
                       struct spf_step *s, str *out);
bool spf_expand(struct spf_eval *e, const struct spf_frame *f, str text, size_t most, str *out,
                bool *wait);
bool spf_is_domain(str name);      /* labels of 1 to 63 octets, 253 in all */
bool spf_is_full_domain(str name); /* ... more than one of them, and no address (4.3) */

/* all, a, mx, ptr, ip4, ip6, exists */
enum spf_go spf_mechanism(struct spf_eval *e, const struct spf_frame *f, const struct spf_term *t,
                          struct spf_step *s);
/* %{p} of the frame; p NULL: not yet. */
str spf_validated_name(struct spf_eval *e, const struct spf_frame *f);
/* The octets of a name as dns/dns.h wants them. */
str spf_escaped(struct spf_eval *e, str name);
#endif
