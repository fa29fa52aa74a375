/* SPDX-License-Identifier: ISC */
/*
 * dns/known.h - what was asked of DNS, what it said, and what is still to be asked
 * Owns    the answers, and the list of questions that nobody has asked yet.
 * Leaves  asking to net/gather.h, meaning to the cores.
 *
 * A core that needs DNS is a plain function over this table. It gets the answers it needs; where one is
 * missing the question is noted, the function says that it cannot tell yet, and is called again, from its
 * beginning, when answers have come. It should note all it can foresee at once, since what is noted
 * together is asked together: the depth of its questions is the time it takes. A table that was stored and
 * read back gives every core the same result again.
 */
#ifndef BATON_DNS_KNOWN_H
#define BATON_DNS_KNOWN_H
#include "dns/dns.h"

struct dns_known; /* fields are in known.c */

enum { DNS_KNOWN_QUESTIONS_MAX = 1024 };
/* memory_max: octets of all answers; 0: 8 MiB. NULL when memory is short. */
struct dns_known *dns_known_new(size_t memory_max) MUST_CHECK;
void dns_known_free(struct dns_known *k);
AUTO_FREE(dns_known_freep, struct dns_known, dns_known_free)

/* The answer, good until the table is freed; NULL: not there yet, and the question is noted. Never NULL for
 * ever: a question that the full table cannot take is answered DNS_BROKEN. */
const struct dns_answer *dns_known_get(struct dns_known *k, const struct dns_question *q);
/* The same, of the resolver. */
const struct dns_answer *dns_known_ask(struct dns_known *k, str name, enum dns_type type);
/* The same; and where the server leaves the end of a chain of CNAMEs to whoever asks it, the answer for that end.
 * DNS_BROKEN: the chain is longer than 8, or goes round. */
const struct dns_answer *dns_known_follow(struct dns_known *k, str name, enum dns_type type);
/* dns_known_follow() that notes nothing. */
const struct dns_answer *dns_known_follow_peek(struct dns_known *k, str name, enum dns_type type);
/* The answer if it is there; notes nothing. */
const struct dns_answer *dns_known_peek(const struct dns_known *k, const struct dns_question *q);
/* Foresight: notes the question if its answer is not there. */
void dns_known_want(struct dns_known *k, str name, enum dns_type type);

/* For whoever asks: the next question that is noted and was not handed out yet; its name is good until the
 * table is freed. False: none. */
bool dns_known_next(struct dns_known *k, struct dns_question *out);
/* Copied. The first answer to a question stays; one that nobody asked for is kept too (a stored table). False:
 * memory is short, and the question counts as answered, DNS_BROKEN. */
bool dns_known_put(struct dns_known *k, const struct dns_answer *a);
/* Questions it holds, answered or not. */
size_t dns_known_noted(const struct dns_known *k);
/* Questions handed out, not answered yet. */
size_t dns_known_open(const struct dns_known *k);

/* All that was answered, in the order in which it was noted. */
size_t dns_known_count(const struct dns_known *k);
const struct dns_answer *dns_known_at(const struct dns_known *k, size_t i);
#endif
