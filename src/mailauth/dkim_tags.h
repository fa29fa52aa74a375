/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dkim_tags.h - tag lists, "v=1; a=rsa-sha256; ...", and what their values are made of
 * Owns    the grammar that signatures and key records share, to the letter.
 * Speaks  RFC 6376 sections 2.8 (folding), 2.11 (quoted-printable), 3.2 (tag lists); RFC 8616 section 4.
 */
#ifndef BATON_MAILAUTH_DKIM_TAGS_H
#define BATON_MAILAUTH_DKIM_TAGS_H
#include "base/arena.h"
#include "dns/dns.h"
#include "mailauth/dkim_reason.h"

/* Why something is not read: a reason, and a sentence fit to be shown. */
struct dkim_fault {
    enum dkim_reason reason;
    char sentence[320];
};
/* Returns false. */
bool dkim_fault(struct dkim_fault *f, enum dkim_reason r, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* As a sentence: with a capital, unless it begins with a tag, and a full stop. */
str dkim_sentence(const struct dkim_fault *f, struct arena *memory);

struct dkim_tag {
    str name;
    str value; /* without the blanks and folds at its ends */
    str text;  /* all between "=" and ";" */
};
enum { DKIM_TAGS_MAX = 64 };
struct dkim_tags {
    struct dkim_tag at[DKIM_TAGS_MAX];
    size_t count;
};
/* tag-list: strict, but blanks behind the last ";" are let through. syntax: the reason for what is wrong. Octets
 * outside ASCII pass when they are UTF-8: whoever reads the value decides. */
bool dkim_tags_read(str text, enum dkim_reason syntax, struct dkim_tags *out,
                    struct dkim_fault *f) MUST_CHECK;
const struct dkim_tag *dkim_tags_find(const struct dkim_tags *t, const char *name); /* or NULL */

/* The next of a list with colons, [FWS] around each; false: the list is over. rest->p is NULL then. */
bool dkim_list_next(str *rest, char separator, str *item);
/* Is word in the list? Case matters. */
bool dkim_list_has(str list, str word);
/* Every item a hyphenated-word: letters and digits, hyphens inside. "*" is one where star is true. */
bool dkim_list_of_words(str list, bool star);

/* Folds and blanks may stand between the letters; padding must be there. Empty text is no base64. */
bool dkim_base64(str text, struct arena *memory, str *out) MUST_CHECK;
/* dkim-quoted-printable; blanks and folds fall out. */
bool dkim_quoted(str text, struct arena *memory, str *out) MUST_CHECK;

/* A domain name of at least `labels` labels, by the grammar of RFC 5321 (no underscore, no dot at its end), in
 * lower case and A-labels; idn NULL: ASCII only. */
bool dkim_name(str text, unsigned labels, const struct dns_idn *idn, struct arena *memory,
               str *out) MUST_CHECK;
/* A selector, in the same way. An underscore is no letter of RFC 6376, but signers use it and receivers take it. */
bool dkim_selector(str text, const struct dns_idn *idn, struct arena *memory, str *out) MUST_CHECK;
#endif
