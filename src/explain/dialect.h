/* SPDX-License-Identifier: ISC */
/*
 * explain/dialect.h - which software or service chose the words of a refusal
 */
#ifndef BATON_EXPLAIN_DIALECT_H
#define BATON_EXPLAIN_DIALECT_H
#include "explain/said.h"

/* By the words in lower case first, by the name of the host that said them else. DIALECT_NONE: not recognised. */
enum explain_dialect dialect_of(str words, str by);
#endif
