/* SPDX-License-Identifier: ISC */
/*
 * mailauth/spf_publish.h - what an SPF record costs, whom it lets send, and the one to publish in its place
 * Owns    the walk over a record and all it includes; the guess for mail that a provider sends; the merge of
 *         what is there with what is missing.
 * Speaks  RFC 7208 sections 3.2 (one record), 4.6.4 (ten look-ups).
 * Leaves  which provider that is to settings/providers.h.
 */
#ifndef BATON_MAILAUTH_SPF_PUBLISH_H
#define BATON_MAILAUTH_SPF_PUBLISH_H
#include "mailauth/spf.h"

enum { SPF_TREE_TERMS_MAX = 64, SPF_SAMPLES_MAX = 8 };

struct spf_tree {
    unsigned lookups; /* terms that ask DNS, all of them */
    bool open; /* there may be more: macros, look-ups that failed, errors, more than 64 terms */
    struct ip samples[SPF_SAMPLES_MAX]; /* an address each of the first ranges that pass */
    size_t sample_count;
};
/* False: not yet. */
bool spf_tree_of(struct dns_known *k, str record, struct spf_tree *out) MUST_CHECK;

/* What becomes of mail that leaves by a provider, known only by the name of the record that lists its
 * addresses (`include`): some of them are tried, one after the other. */
struct spf_guess {
    bool usable; /* the provider's record lists addresses; else sentence says why not */
    str sentence;
    size_t tried, passed;
    struct ip address; /* the one that check is of: the first that did not pass, else the first */
    struct spf_check check;
};
/* in->ip is not looked at. Memory as in spf_check(). False: not yet. */
bool spf_guess_by_include(struct dns_known *k, const struct spf_input *in, str include,
                          struct arena *memory, struct spf_guess *out) MUST_CHECK;

/* What can be said of a domain when nothing is known of who sends. */
struct spf_survey {
    bool
        settled; /* check holds for every address: there is no record, several, a broken one, no answer */
    struct spf_check check;
    str record;           /* not settled: the record */
    struct spf_tree tree; /* ... and what it costs */
};
/* in->ip is not looked at. Memory as in spf_check(). False: not yet. */
bool spf_survey(struct dns_known *k, const struct spf_input *in, struct arena *memory,
                struct spf_survey *out) MUST_CHECK;

struct spf_wish {
    const str *includes; /* domain names */
    size_t include_count;
    const struct ip *addresses;
    size_t address_count;
};
struct spf_proposal {
    bool made;      /* else: what is there could not be read, and must not be replaced blindly */
    str record;     /* the one record to publish */
    bool changes;   /* it is not what is there */
    size_t records; /* SPF records that are there now */
    str left_out;   /* terms that are no SPF, a blank between; empty: none */
    unsigned lookups;
    bool lookups_open; /* at least so many */
};
/* The records that are there in one, the new terms before `all`, nothing twice; of several `all` the strictest,
 * and never one that lets everybody send. Without a record: the wishes and ~all. Not made for what is no domain. Memory is not emptied. False: not yet. */
bool spf_propose(struct dns_known *k, str domain, const struct spf_wish *wish, struct arena *memory,
                 struct spf_proposal *out) MUST_CHECK;
#endif
