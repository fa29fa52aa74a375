/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dkim.h - are the DKIM signatures of a message good, and if not, why not
 * Owns    the verification of every DKIM-Signature field, and the record of a selector alone.
 * Speaks  RFC 6376, 8301 (no SHA-1, no short keys), 8463 (Ed25519), 8616 (names in any script), 8601 (words).
 * Leaves  asking for keys to whoever fills the table; the alignment with From to mailauth/dmarc.h.
 *
 * Strict: what the grammar does not allow is an error with a name, what cannot be told is no pass, and no
 * signature passes whose header can be read in two ways.
 */
#ifndef BATON_MAILAUTH_DKIM_H
#define BATON_MAILAUTH_DKIM_H
#include "dns/known.h"
#include "dns/org_domain.h"
#include "mail/canonical.h"
#include "mail/from.h"
#include "mailauth/dkim_reason.h"
#include "mailauth/result.h"

enum { DKIM_SIGNATURES_MAX = 24, DKIM_SIGNED_MAX = 512 };
#define DKIM_NO_TIME UINT64_MAX
#define DKIM_WHOLE   UINT64_MAX

struct dkim_options {
    uint64_t now_s;                      /* seconds since 1970 */
    const struct dns_idn *idn;           /* NULL: names outside ASCII are refused */
    const struct dns_suffixes *suffixes; /* NULL: by a guess only */
};

enum dkim_truth { DKIM_NOT_KNOWN, DKIM_NO, DKIM_YES };

/* The key record of a selector, as far as it could be read. */
struct dkim_key {
    enum auth_result
        result; /* AUTH_PASS: a key that can be used; AUTH_TEMPERROR, AUTH_PERMERROR, AUTH_POLICY */
    enum dkim_reason reason;
    str sentence;
    str name;              /* where it lies: selector._domainkey.domain */
    str record;            /* the text of the record; empty: there is none */
    str type;              /* k=, "rsa" when it is absent */
    str hashes;            /* h=, empty when it is absent: all */
    str services;          /* s=, "*" when it is absent */
    str granularity;       /* g= of RFC 4871, empty when it is absent */
    str octets;            /* p= decoded */
    str modulus, exponent; /* RSA, big end first */
    bool testing;          /* t=y */
    bool strict;           /* t=s: the domain of i= must be that of d= */
    unsigned bits;         /* of the modulus; 256 for Ed25519; 0: not known */
    unsigned keys, others; /* key records at the name, and TXT records that are none */
    enum dns_trust trust;
    uint32_t ttl_s;
};

struct dkim_signature {
    const struct mail_field *field;
    enum auth_result result;
    enum dkim_reason reason;
    str sentence;
    str domain, selector;     /* as they were written; empty: not read */
    str domain_a, selector_a; /* as they are asked for: A-labels in lower case */
    str identity;             /* i= decoded, or "@" and the domain */
    str identity_a;           /* the domain of it, as domain_a is */
    str algorithm;            /* as it was written */
    enum mail_form header_form, body_form;
    const str *signed_names; /* h=, in its order */
    size_t signed_count;
    uint64_t time_s, expiry_s; /* t= and x=, or DKIM_NO_TIME */
    uint64_t length;           /* l=, or DKIM_WHOLE */
    str octets, body_hash;     /* b= and bh=, decoded */
    str octets_text;           /* all behind "b=", up to the next tag */
    str copied;                /* z= */
    uint64_t
        body_octets; /* of the canonical body, what lies beyond l= counted; 0 until it was hashed */
    enum dkim_truth body_holds,
        header_holds;   /* the two halves: hash of the body, signature of the header */
    size_t from_signed; /* how many From fields of the message are signed */
    bool covers_from;   /* there is one, and all are signed */
    unsigned notes;     /* bits of enum dkim_note */
    str changed; /* name of a signed field that is not as z= says that it was; empty: not known */
    struct dkim_key key;
};

struct dkim_verdict {
    enum auth_result result; /* the best; AUTH_NONE: the message is not signed */
    struct dkim_signature signatures[DKIM_SIGNATURES_MAX]; /* from the top of the message */
    size_t count;
    size_t passed_over; /* signatures beyond DKIM_SIGNATURES_MAX, not looked at */
    struct mail_from from;
};

/* False: not yet, keys were asked for and *out is not to be used; call again when answers have come. All
 * slices point into the message, the table or memory. Where memory is short the result is AUTH_TEMPERROR. */
bool dkim_verify(struct dns_known *known, const struct mail_header *message,
                 const struct dkim_options *o, struct arena *memory,
                 struct dkim_verdict *out) MUST_CHECK;

/* The domains (A-labels) of the signatures that pass, each once, for mailauth/dmarc.h; at most max: how many. */
size_t dkim_pass_domains(const struct dkim_verdict *v, str *out, size_t max);

/* The record of a selector alone. False: not yet. */
bool dkim_key_look(struct dns_known *known, str selector, str domain, const struct dkim_options *o,
                   struct arena *memory, struct dkim_key *out) MUST_CHECK;

/* Does its h= let SHA-256, its s= mail? Both are true where the tag is absent. */
bool dkim_key_takes_sha256(const struct dkim_key *key);
bool dkim_key_is_for_mail(const struct dkim_key *key);

/* Bits of enum dkim_note: what is worth saying of the key, whatever was signed with it. */
unsigned dkim_key_notes(const struct dkim_key *key);

/* The record as it should be published, "v=DKIM1; k=rsa; p=...", without what readers do not need. Empty:
 * there is no key in it that could be published again. */
str dkim_key_publish(const struct dkim_key *key, struct arena *memory);
#endif
