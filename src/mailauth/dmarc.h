/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dmarc.h - what DMARC says of an author's domain, and of the identities that passed
 * Owns    finding the record, the organisational domain, alignment, and the policy that applies.
 * Speaks  RFC 9989 sections 4.10 and 5.3 (the tree walk), RFC 7489 sections 3.1, 3.2 and 6.6 (by the public
 *         suffix list), RFC 8601 section 2.7 (the words for how it went).
 * Leaves  SPF and DKIM to their cores, asking to net/gather.h. All questions go out in one round.
 */
#ifndef BATON_MAILAUTH_DMARC_H
#define BATON_MAILAUTH_DMARC_H
#include "dns/known.h"
#include "dns/org_domain.h"
#include "mailauth/dmarc_record.h"
#include "mailauth/result.h"

enum dmarc_standard { DMARC_RFC_9989, DMARC_RFC_7489 };

enum { DMARC_DKIM_MAX = 32, DMARC_WALK_MAX = 8 };
/* Names in A-labels. They, and the table, outlive the result. */
struct dmarc_question {
    enum dmarc_standard standard;
    str author; /* the domain of From */
    str spf;    /* the domain for which SPF passed; empty: none */
    const str *
        dkim; /* the d= of each signature that passed; what is more than DMARC_DKIM_MAX is not read */
    size_t dkim_count;
    const struct dns_suffixes
        *suffixes; /* RFC 7489 rests on it; RFC 9989: only to say where to publish */
};

/* One name asked for a record, in the order of the walk. */
struct dmarc_step {
    str domain; /* without "_dmarc." before it: an end of the domain asked about */
    const struct dns_answer *answer;
    size_t records; /* that begin with v=DMARC1 */
    bool read;      /* there is exactly one: record is set */
    struct dmarc_record record;
};
struct dmarc_walk {
    struct dmarc_step steps[DMARC_WALK_MAX];
    size_t count;
    str org_domain; /* empty: cannot be told, an answer is missing */
};

enum dmarc_alignment {
    DMARC_NO_IDENTITY,
    DMARC_ALIGNED,
    DMARC_NOT_ALIGNED,
    DMARC_ALIGNMENT_UNKNOWN
};
extern const struct names DMARC_ALIGNMENT_NAMES; /* "none" "aligned" "not-aligned" "unknown" */

enum dmarc_existence { DMARC_EXISTS, DMARC_DOES_NOT_EXIST, DMARC_EXISTENCE_UNKNOWN };

struct dmarc_result {
    enum auth_result result; /* none, pass, fail, temperror, permerror */
    enum dmarc_policy
        policy; /* that the record asks for, sp, np and t= heeded; DMARC_UNSAID: none, or unknown */
    enum dmarc_policy disposition;  /* DMARC_NONE: nothing speaks against the message */
    struct dmarc_walk walk;         /* of the author's domain; the steps that were looked at */
    const struct dmarc_step *found; /* the step whose record applies; NULL: none */
    const char *by; /* the tag that the policy came from: "p" "sp" "np"; NULL: none */
    str org_domain;
    enum dmarc_existence author_exists; /* by NXDOMAIN for A, AAAA and MX */
    enum dmarc_alignment spf, dkim;
    str aligned_spf, aligned_dkim; /* the identity that is aligned; empty: none */
    struct dmarc_problem
        problems[DMARC_PROBLEMS_MAX]; /* of the walk, and of the record that applies */
    size_t problem_count;
};

/* False: answers are missing, and are noted. The result is large: keep it off small stacks. */
bool dmarc_check(struct dns_known *k, const struct dmarc_question *q, struct dmarc_result *out);

/* Why it came to this, in one sentence with a full stop, escaped. */
void dmarc_result_text(const struct dmarc_question *q, const struct dmarc_result *r,
                       struct buf *out);

/* The record to publish, where none applies or the one found has serious faults: its name and its text.
 * False: there is nothing to publish, or memory is short. */
bool dmarc_publish(const struct dmarc_question *q, const struct dmarc_result *r, struct buf *name,
                   struct buf *text) MUST_CHECK;

/* Reports for another organisation's mailbox are sent only when that says that it takes them (RFC 7489 section 7.1,
 * RFC 9990 section 4): asks, and adds what is missing to the problems of r. False: answers are missing. What could
 * not be asked is no problem. */
bool dmarc_check_reports(struct dns_known *k, const struct dmarc_question *q,
                         struct dmarc_result *r);

/* By the public suffix list (RFC 7489 section 3.1): the same name, or the same organisational domain. Dots at
 * the ends do not matter. */
bool dmarc_aligned(str author, str identity, bool strict, const struct dns_suffixes *suffixes);
#endif
