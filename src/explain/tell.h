/* SPDX-License-Identifier: ISC */
/*
 * explain/tell.h - an answer in words: who refused, and one sentence
 */
#ifndef BATON_EXPLAIN_TELL_H
#define BATON_EXPLAIN_TELL_H
#include "explain/explain.h"

/* Who refused, as far as the refusal tells it; else who it is in this family of causes. */
enum finding_hop tell_hop(const struct explanation *x);
/* "mx.example.org, the recipient's server"; lies in memory. p NULL: memory is short. */
str tell_who(const struct explanation *x, struct arena *memory);
str tell_summary(const struct explanation *x, struct arena *memory);
#endif
