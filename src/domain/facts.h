/* SPDX-License-Identifier: ISC */
/*
 * domain/facts.h - what a look at a domain found, in sentences, with evidence and with records to paste
 * Owns    the judgement of each value, the words, and the lines for a zone file.
 * Leaves  printing to cmd. Every text is fit to print: names carry the escapes of RFC 1035.
 */
#ifndef BATON_DOMAIN_FACTS_H
#define BATON_DOMAIN_FACTS_H
#include "base/arena.h"
#include "domain/look.h"

/* From good to bad; unknown is worse than a warning, as it may hide anything. */
enum domain_verdict { DOMAIN_OK, DOMAIN_WARNING, DOMAIN_NOT_KNOWN, DOMAIN_WRONG };
extern const struct names DOMAIN_VERDICT_NAMES; /* "ok" "warning" "unknown" "wrong" */

enum { DOMAIN_FACTS_MAX = 96, DOMAIN_FACT_LINES = 16 };

struct domain_fact {
    str id;    /* "mx" "mail-host" "reverse" "delegation" "change" "dnssec" ... */
    str about; /* a host, an address, a name server; else the domain */
    enum domain_verdict verdict;
    bool minor; /* not known, and nothing hangs on it: it does not make the whole unknown */
    str text;   /* a sentence, or some */
    str evidence[DOMAIN_FACT_LINES];
    size_t evidence_count;
    str paste[DOMAIN_FACT_LINES]; /* lines of a zone file; comments begin with ";" */
    size_t paste_count;
    bool wished; /* nothing is broken: the lines are for who wants the thing */
};

struct domain_facts {
    struct domain_fact rows[DOMAIN_FACTS_MAX];
    size_t count;
    bool more; /* there was no room for all */
    enum domain_verdict
        verdict; /* DOMAIN_WRONG if one is; else DOMAIN_NOT_KNOWN if a major one is ... */
};

/* utc_offset_s: of the time of day that is told. False: memory is short. */
bool domain_facts(const struct domain_look *look, uint64_t now_s, int32_t utc_offset_s,
                  struct arena *memory, struct domain_facts *out) MUST_CHECK;
#endif
