/* SPDX-License-Identifier: ISC */
/*
 * explain/rows.h - knowledge about refusals, as tables
 * Owns    the row: what must be there, and the causes that it speaks for or against.
 *
 * Weights are decibans: ten times the decimal logarithm of the odds (10: ten to one, 20: a hundred to one, 3: two to
 * one). All rows that match are added up for each cause, on top of its prior; confidence is the share of the best.
 *
 * The scale: each cause begins at about -18 (explain/weigh.c) against "not known" at 0. So 40 is a phrase that settles
 * the matter, 30 one that nearly does, 22 one that makes it likelier than not, 3 to 10 a sign beside others; where a
 * phrase leaves several causes open it speaks for each, with the difference between them that is right. Two phrases of
 * one thought should not both match: they would count twice. See what spoke: baton explain --why TEXT.
 */
#ifndef BATON_EXPLAIN_ROWS_H
#define BATON_EXPLAIN_ROWS_H
#include "explain/said.h"

/* Reply codes, each a bit. */
enum explain_codes {
    CODES_ANY = 0,
    CODE_421 = 1 << 0,
    CODE_4XX = 1 << 1, /* 421 and those below aside */
    CODE_450 = 1 << 2,
    CODE_451 = 1 << 3,
    CODE_452 = 1 << 4,
    CODE_454 = 1 << 5,
    CODE_50X = 1 << 6, /* 500 to 502, 504: of the command */
    CODE_503 = 1 << 7,
    CODE_530 = 1 << 8,
    CODE_534 = 1 << 9, /* and 538: of the mechanism */
    CODE_535 = 1 << 10,
    CODE_550 = 1 << 11,
    CODE_551 = 1 << 12,
    CODE_552 = 1 << 13,
    CODE_553 = 1 << 14,
    CODE_554 = 1 << 15,
    CODE_5XX = 1 << 16, /* any other */
    CODE_NONE = 1 << 17 /* no code is told */
};

struct explain_speaks {
    enum cause_id cause; /* CAUSE_NONE ends the list */
    int weight;          /* decibans; below 0: against it */
};

/* A condition that is empty, 0 or NULL is met by everything. */
struct explain_row {
    /* Octets of which one must be there, "|" between, ASCII in lower case: looked for first, so that the pattern
     * is tried where it may match. It must never keep a match out. */
    const char *key;
    const char *pattern;  /* PCRE2, caseless, UTF-8, over the refusal's words on one line */
    bool of_page;         /* over the whole page on one line, and once a page */
    unsigned codes;       /* bits of enum explain_codes */
    const char *enhanced; /* "5.7.64", "x.7.1" (any class); alternatives with "|" */
    unsigned stages;      /* 1 << enum smtp_stage; a refusal without a stage meets it too */
    unsigned forms;       /* 1 << enum explain_form, of the page */
    unsigned hops;        /* 1 << enum finding_hop, of the refusal */
    unsigned facts;       /* all of these */
    unsigned facts_not;   /* none of these */
    enum explain_dialect dialect;
    struct explain_speaks speaks[6];
    const char *proves; /* what a stock rule with these words proves, one sentence; NULL: nothing */
};

struct explain_rows {
    const struct explain_row *rows;
    size_t count;
};
#define EXPLAIN_ROWS(table)                                                                        \
    {                                                                                              \
        (table), COUNT_OF(table)                                                                   \
    }
/* One table a file. */
extern const struct explain_rows ROWS_OWN;   /* rows_own.c: what baton relay says of its own */
extern const struct explain_rows ROWS_RELAY; /* rows_relay.c: relaying refused, login wanted, pop */
extern const struct explain_rows
    ROWS_LOGIN; /* rows_login.c: auth-failed, auth-mechanism, tls-required */
extern const struct explain_rows
    ROWS_PATH; /* rows_path.c: ports, TLS, certificates, timeouts, DNS */
extern const struct explain_rows
    ROWS_SENDER; /* rows_sender.c: reverse-path, From, SPF, DKIM, DMARC, names */
extern const struct explain_rows
    ROWS_RECIPIENT; /* rows_recipient.c: no relay refusals: mailbox, size, content,
                                                    rates, lists, greylisting, loops, faults inside */
extern const struct explain_rows
    ROWS_TELLS; /* rows_tells.c: forms, hops and facts that split neighbours */

#endif
