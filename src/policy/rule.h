/* SPDX-License-Identifier: ISC */
/*
 * policy/rule.h - a rule as it was compiled, and how one of its conditions stands
 */
#ifndef BATON_POLICY_RULE_H
#define BATON_POLICY_RULE_H
#include "policy/nets.h"
#include "policy/policy.h"

struct policy_condition {
    enum policy_kind kind;
    struct conf_place place;
    bool wanted;    /* of authenticated, pop-window, tls */
    bool owned;     /* of sender: by the login */
    bool wildcards; /* some word has a * for all below a domain */
    bool trusts;    /* of network: whoever comes from there needs nothing else to be somebody */
    const str
        *words; /* logins, fingerprints, listeners, domains, addresses, zones: in small letters */
    const struct ip_net *nets;               /* of network */
    size_t count;                            /* of words or nets */
    const struct policy_addresses *word_set; /* the same, where there are many; else NULL */
    const struct policy_nets *net_set;
    unsigned spf;                       /* bits 1 << enum auth_result */
    uint32_t limit, per_s;              /* of rate */
    const struct policy_list_set *list; /* of recipients; words is the path of it */
};
/* A file of recipients. */
struct policy_list_set {
    str path;
    unsigned number; /* its place among those of the rule file */
    const struct policy_addresses *addresses, *domains;
};
struct policy_rule {
    str name;
    bool forbids;
    struct conf_place place;
    size_t number; /* its place among all rules of the file */
    const struct policy_condition *conditions;
    size_t count;
};

enum policy_truth { POLICY_UNMET, POLICY_MET, POLICY_MISSING, POLICY_BROKEN };

/* How it stands. MISSING: a fact is not asked for yet; BROKEN: it was, and the look-up failed. */
enum policy_truth policy_condition_truth(const struct policy *p, const struct policy_rule *rule,
                                         const struct policy_condition *c,
                                         const struct policy_facts *f);
const struct policy_condition *policy_condition_of(const struct policy_rule *r, enum policy_kind k);

/* The cause of a refusal for want of this condition. */
enum cause_id policy_cause_of(const struct policy *p, const struct policy_condition *c,
                              const struct policy_facts *f);
/* The file has a recipient of this domain: who is not in it is unknown, and not somebody elsewhere. */
bool policy_list_has_domain(const struct policy_condition *c, const struct policy_facts *f);
/* The listener of this name; NULL: nothing is known of it. */
const struct policy_door *policy_door_of(const struct policy *p, str listener);
/* The address that a condition of senders does not take: of the reverse-path, or of the author; *author says which. */
str policy_refused_sender(const struct policy *p, const struct policy_rule *r,
                          const struct policy_condition *c, const struct policy_facts *f,
                          bool *author);

struct policy {
    const struct policy_rule *rules; /* in file order */
    size_t count;
    const struct policy_index *permits, *forbids;
    const str *listeners; /* the names of doors */
    const struct policy_door *doors;
    size_t door_count;
    const struct policy_list_set *lists;
    size_t list_count;
    const struct policy_group *groups; /* see policy/decide.h */
    size_t group_count;
    const struct policy_addresses *owned; /* "login\\0address" and "login\\0@domain" */
    /* For a nearest change: who owns what, and one address for each whole domain that a rule or an owner names. */
    const struct policy_owned {
        str login, address;
    } * owners;
    size_t owner_count;
    const struct policy_sample {
        str of, address;
    } * samples;
    size_t sample_count;
    const struct policy_forwarder *forwarders; /* those in a network that is trusted */
    size_t forwarder_count;
    const struct policy_warning *warnings;
    size_t warning_count;
    uint64_t digest;
};

/* What a rule file may name: "example.org" or "*.example.org"; "anna@example.org", "@example.org" or "@*.example.org". */
bool policy_is_domain(str text);
bool policy_is_address(str text);

/* A set of texts in small letters. */
struct policy_addresses {
    const str *table; /* open addressing; p NULL: free */
    size_t room;      /* a power of two, or 0 */
};
struct policy_addresses *policy_addresses_new(const str *all, size_t count,
                                              struct arena *a) MUST_CHECK;
bool policy_addresses_have(const struct policy_addresses *s, str text);
uint64_t policy_hash(str text, uint64_t seed);

/* The mailbox in the form in which rules name it: without a dot behind its domain, and without quotes where the local-part
 * needs none (RFC 5321 section 4.1.2: "a"@x is a@x). In out, or mailbox itself. */
enum { POLICY_PLAIN_MAX = 1200 };
str policy_plain(str mailbox, char out[POLICY_PLAIN_MAX]);
/* Domain of a mailbox, in the letters it has, without a dot behind it; the local-part. Empty: it has none. */
str policy_domain_of(str mailbox);
str policy_local_part_of(str mailbox);
/* A local-part that another server could take for a route: % ! @ or : in it, quoted or not. */
bool policy_is_route(str local_part);
#endif
