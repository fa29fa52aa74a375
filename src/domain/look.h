/* SPDX-License-Identifier: ISC */
/*
 * domain/look.h - all that DNS says of a mail domain, as one value
 * Owns    what is asked, and when: together what can be asked together.
 * Speaks  RFC 6186 and 8314 (SRV of mail programs), RFC 7672 (DANE), RFC 8461 (MTA-STS), RFC 8460 (TLS-RPT), and
 *         what the parts speak: mx.h, reverse.h, delegation.h, change.h.
 * Leaves  SPF, DKIM and DMARC to mailauth, whose results lie beside the rest, the policy file to whoever fetches it, sentences to facts.h.
 */
#ifndef BATON_DOMAIN_LOOK_H
#define BATON_DOMAIN_LOOK_H
#include "base/web.h"
#include "domain/change.h"
#include "domain/mta_sts.h"
#include "domain/mx.h"
#include "domain/reverse.h"
#include "domain/tls_rpt.h"
#include "domain/tlsa.h"
#include "mailauth/dkim.h"
#include "mailauth/dmarc.h"
#include "mailauth/spf.h"

enum {
    DOMAIN_SERVICES = 6,
    DOMAIN_SERVICE_HOSTS = 4,
    DOMAIN_REVERSES_MAX = 16,
    DOMAIN_TLSA_MAX = 8,
    DOMAIN_SELECTORS_MAX = 8
};

struct domain_input {
    str domain;       /* A-labels */
    uint64_t now_s;   /* seconds since 1970 */
    bool private_too; /* private and loopback addresses are asked about, and asked */
    bool straight;    /* name servers are asked straight: delegation, changes on their way */
    bool validate;    /* signatures are checked: DNSSEC, TLSA */
    const struct dns_suffixes *suffixes; /* NULL: the organisational domain is guessed */
    /* Where the text of the SPF check lies, 1 MiB; NULL: the record is not followed. */
    struct arena *spf_memory;
    /* DKIM keys to look at, up to DOMAIN_SELECTORS_MAX, and the memory for them, 1 MiB. */
    const str *selectors;
    size_t selector_count;
    const struct dns_idn *idn; /* NULL: selectors are ASCII */
    struct arena *dkim_memory;
    const struct web_page *policy; /* MTA-STS, once it was fetched; NULL: it was not */
};

/* A TXT record of which there may be one. */
enum domain_txt_state {
    DOMAIN_TXT_UNKNOWN, /* the look-up failed */
    DOMAIN_TXT_NONE,
    DOMAIN_TXT_FINE,
    DOMAIN_TXT_SEVERAL,
    DOMAIN_TXT_MALFORMED
};
extern const struct names DOMAIN_TXT_STATE_NAMES;
struct domain_txt {
    enum domain_txt_state state;
    str text;
    const struct dns_answer *answer;
};

struct domain_service_host {
    str target;
    uint16_t priority, weight, port;
    bool no_address, failed; /* failed: its address could not be looked up */
};
enum domain_service_state {
    DOMAIN_SERVICE_UNKNOWN,
    DOMAIN_SERVICE_NONE,        /* no record: nothing is said */
    DOMAIN_SERVICE_NOT_OFFERED, /* the target is "." */
    DOMAIN_SERVICE_OFFERED
};
extern const struct names DOMAIN_SERVICE_STATE_NAMES;
struct domain_service {
    str label; /* "_submissions._tcp" */
    enum domain_service_state state;
    struct domain_service_host hosts[DOMAIN_SERVICE_HOSTS]; /* by priority */
    size_t count;
    const struct dns_answer *answer;
};

enum domain_dnssec_state {
    DOMAIN_DNSSEC_NOT_CHECKED, /* nobody was asked to, or it cannot be done from here: why says it */
    DOMAIN_DNSSEC_UNSIGNED,
    DOMAIN_DNSSEC_SECURE,
    DOMAIN_DNSSEC_BOGUS
};
extern const struct names DOMAIN_DNSSEC_STATE_NAMES;

enum domain_dane_state {
    DOMAIN_DANE_NOT_CHECKED, /* as above; or the look-up failed */
    DOMAIN_DANE_NONE,
    DOMAIN_DANE_USED, /* senders will hold the host to its records */
    DOMAIN_DANE_UNUSABLE, /* records, none of them of use: senders take TLS without checking (RFC 7672 2.2) */
    DOMAIN_DANE_UNSIGNED, /* records that nobody heeds, as they, the MX or the address are not signed */
    DOMAIN_DANE_BOGUS     /* senders hold mail back */
};
extern const struct names DOMAIN_DANE_STATE_NAMES;
struct domain_dane {
    str host;
    enum domain_dane_state state;
    struct tlsa records[DOMAIN_TLSA_MAX];
    size_t count;
    const struct dns_answer *answer;
};

struct domain_mta_sts {
    struct domain_txt record;
    str id;
    char url[DNS_NAME_MAX + 64]; /* of the policy; empty: there is no record */
    bool wanted;                 /* the policy is to be fetched */
    const struct web_page *page; /* NULL: it was not */
    bool read;                   /* page is there and its file was read into policy */
    struct mta_sts_policy policy;
};

struct domain_look {
    str domain;
    bool reserved; /* a name of domain_is_reserved(): nothing was asked */
    struct domain_mx mx;
    struct domain_reverse reverse[DOMAIN_REVERSES_MAX]; /* of the mail hosts' addresses */
    size_t reverse_count;
    bool straight;               /* delegation and change were looked at */
    struct domain_change change; /* of MX, with the delegation */
    enum domain_dnssec_state dnssec;
    str dnssec_why;
    const struct dns_answer *dnssec_answer;
    struct domain_dane dane[DOMAIN_MX_MAX]; /* a row a mail host */
    size_t dane_count;
    struct domain_service services[DOMAIN_SERVICES];
    struct domain_mta_sts mta_sts;
    struct domain_txt tls_rpt;
    str reports[TLS_RPT_URIS_MAX];
    size_t report_count;
    struct domain_txt spf;
    bool spf_checked;
    /* Of an address that nobody has: what a stranger gets, and the look-ups that it costs. */
    struct spf_check spf_check;
    /* Of a message that nothing speaks for: the policy, and its problems. */
    struct dmarc_question dmarc_question;
    struct dmarc_result dmarc;
    struct dkim_key dkim[DOMAIN_SELECTORS_MAX];
    str selectors[DOMAIN_SELECTORS_MAX];
    size_t dkim_count;
};

/* Three rounds of the resolver, and the chains: from MX to address to name, from an SPF record to those it
 * includes. False: not yet. Large: not for a small stack. Strings are good as long as the table, the input and
 * what it points to. */
bool domain_look(struct dns_known *k, const struct domain_input *in,
                 struct domain_look *out) MUST_CHECK;
#endif
