/* SPDX-License-Identifier: ISC */
/*
 * doctor/pasted.h - what a pasted error, or a bounce, tells before anything is tried
 * Owns    the prior: the cause that its words speak for, who said them, and the settings that it shows.
 * Leaves  reading it to explain/explain.h. Words alone prove nothing: the judge holds the reply against what was played,
 *         and the prior is shown beside the answer.
 */
#ifndef BATON_DOCTOR_PASTED_H
#define BATON_DOCTOR_PASTED_H
#include "base/arena.h"
#include "base/err.h"
#include "cause/finding.h"
#include "smtp/attempt.h"

/* Slices are good as long as the arena it was read with. Empty, 0, NONE: not told. */
struct doctor_pasted {
    enum cause_id cause;
    double confidence; /* 0 to 1 */
    enum finding_hop hop;
    str who;       /* who refused, in words */
    unsigned code; /* of the refusal: 400 to 599 */
    struct smtp_enhanced enhanced;
    str words;     /* of the refusal, on one line, without its codes */
    str plain;     /* the whole text, cleaned, secrets masked (explain/said.h) */
    str folded;    /* the same on one line */
    str recipient; /* a mailbox, and never the user's own */
    /* Of the server that was handed the mail. */
    str server, from;
    uint16_t port;
    enum smtp_security security;
};
/* False: memory is short. */
bool doctor_pasted_read(str text, str own_address, struct arena *a, struct doctor_pasted *out,
                        struct err *e) MUST_CHECK;

/* The recipient named in the text: Final-Recipient of a bounce, else the first mailbox in angle brackets,
 * else the first that stands free; never the user's own address. Empty: none. A slice of text. */
str doctor_pasted_recipient(str text, str own_address);
#endif
