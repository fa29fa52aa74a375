/* SPDX-License-Identifier: ISC */
/*
 * policy/policy.h - may this mail pass: the rules, the facts, the decision
 * Owns    the compiled rules, and the decision: a function of rules and facts and nothing else.
 *         accepted = some permit matches, and no forbid does. Order never matters.
 * Speaks  RFC 5321 sections 3.6 and 7.9, RFC 6409 section 6.1.
 * Leaves  finding facts (SPF, blocklists, rates) to the caller, who is told which are missing; words and reply text
 *         to src/cause/; reading passwords, sending replies, keeping records to the relay.
 */
#ifndef BATON_POLICY_POLICY_H
#define BATON_POLICY_POLICY_H
#include "base/arena.h"
#include "base/ip.h"
#include "cause/cause.h"
#include "conf/conf.h"
#include "mailauth/result.h"

struct policy; /* never changes once built; any thread may read it */

/* One kind a key of permit and forbid, in the order in which a change is easy for a client: of two changes as small,
 * the first is the nearest. */
enum policy_kind {
    POLICY_AUTHENTICATED, /* there is a login */
    POLICY_LOGIN,         /* it is one of these */
    POLICY_TLS,           /* the session is encrypted */
    POLICY_SENDER, /* reverse-path, and author once it is known: owned by the login, or one of these */
    POLICY_LISTENER,    /* it came in at one of these */
    POLICY_CERTIFICATE, /* the client showed one of these: sha256 of it, in hex */
    POLICY_POP_WINDOW,  /* it has fetched mail a short while ago, or was allowed for a time */
    POLICY_NETWORK,     /* its address lies in one of these */
    POLICY_RECIPIENT_DOMAIN,
    POLICY_RECIPIENTS,    /* the forward-path is in the list of a file */
    POLICY_RATE,          /* the login, or else the address, has sent less than this in the time */
    POLICY_UNLESS_LISTED, /* the address is in none of these blocklists */
    POLICY_UNLESS_SPF,    /* SPF says none of these results */
    POLICY_KINDS
};
extern const struct names POLICY_KIND_NAMES; /* "authenticated" ...: the keys of the file */

/* A fact not asked for is not a false one. POLICY_FAILED (a DNS timeout) may defer, never permit. */
enum policy_known { POLICY_NOT_ASKED, POLICY_KNOWN, POLICY_FAILED };

struct policy_rule;
struct policy_condition;
struct policy_listed {
    str zone;
    enum policy_known known;
    bool listed;
};
struct policy_rate {
    const struct policy_rule *rule;
    enum policy_known known;
    uint32_t used, again_in_s;
};

/* Where an author stands: one who is to own the address all the same (RFC 5322 sections 3.6.2 and 3.6.6). */
enum policy_author {
    POLICY_FROM,
    POLICY_SENDER_FIELD,
    POLICY_RESENT_FROM,
    POLICY_RESENT_SENDER,
    POLICY_AUTHORS
};
enum {
    POLICY_LISTS_TOLD = 16
}; /* of files that "recipients" names: those that a record tells of */

/* Slices belong to whoever gathered them. Empty: none. */
struct policy_facts {
    struct ip client; /* IPv4-mapped addresses are stored as IPv4 */
    str listener, login, certificate;
    bool tls, pop_window;
    str reverse_path; /* empty: the null reverse-path */
    str forward_path;
    struct {
        enum policy_known known; /* not asked before the end of data */
        str address;
        enum policy_author field;
    } author;
    struct
    { /* what policy_lists() found, when the files may have changed since; not known: it is looked up */
        bool known;
        uint16_t holds, domain; /* bits 1 << number of the file */
    } lists;
    struct {
        enum policy_known known;
        enum auth_result result;
    } spf;
    const struct policy_listed *listed; /* one a zone that was asked */
    size_t listed_count;
    const struct policy_rate *rates; /* one a rule that was asked for */
    size_t rate_count;
};

enum policy_outcome { POLICY_PERMIT, POLICY_REFUSE, POLICY_DEFER, POLICY_ASK };
struct policy_decision {
    enum policy_outcome outcome;
    unsigned missing; /* POLICY_ASK: bits 1 << enum policy_kind of what to look up */
    const struct policy_rule *permit,
        *forbid;         /* the first that matched, in file order; of POLICY_ASK the permit that
                                                  asks; NULL: none */
    enum cause_id cause; /* CAUSE_NONE when permitted */
    const struct policy_condition *
        condition; /* of permit or forbid, the one that the cause is about; NULL when permitted, or there is none */
};

/* No allocation, no trace: rules are looked up, not walked. With the author still unknown this is the answer to RCPT;
 * call again at the end of data. */
struct policy_decision policy_decide(const struct policy *p, const struct policy_facts *f);

/* The sections of a rule file that are the policy's. */
extern const struct conf_section POLICY_PERMIT_SECTION, POLICY_FORBID_SECTION, POLICY_OWNER_SECTION;

/* What a key "recipients" names: the addresses of a file, read by the caller. */
struct policy_list {
    str path;
    const str *addresses;
    size_t count;
};

/* An address that stands for others: a default gateway, the end of a container's bridge. Whoever comes through it looks as
 * if he were it, so that a network which is trusted by itself does not hold it. */
struct policy_forwarder {
    struct ip ip;
    str why; /* "the bridge docker0 of this machine" */
};
/* What is right and may surprise: place and a sentence without a full stop. */
struct policy_warning {
    struct conf_place place;
    str text;
};

/* A listener, as far as a refusal has to tell about it. */
struct policy_door {
    uint16_t port;
    bool everywhere;            /* not at some addresses of this machine alone */
    bool tls;                   /* it is encrypted from the start, or can be */
    bool login, login_in_clear; /* a login is taken there; without encryption, too */
};

/* What rules are built beside. */
struct policy_around {
    const str *listeners; /* the labels that a condition may name */
    size_t listener_count;
    const struct policy_door *doors; /* one a listener; NULL: nothing is known of them */
    const struct policy_list *lists; /* those that "recipients" names */
    size_t list_count;
    const struct policy_forwarder *forwarders;
    size_t forwarder_count;
};

/* Builds from a file that conf_read() took. NULL with errors in file and the first in e. Everything lives in the
 * arena. */
struct policy *policy_new(struct conf_file *file, const struct policy_around *around,
                          struct arena *a, struct err *e) MUST_CHECK;
/* Of the rules, and of those forwarders that lie in a network of theirs. */
uint64_t policy_digest(const struct policy *p);
/* What the files of recipients say of this one, for facts that are kept: the first POLICY_LISTS_TOLD of them. */
void policy_lists(const struct policy *p, str forward_path, struct policy_facts *out);
const struct policy_warning *policy_warnings(const struct policy *p, size_t *count);
#endif
