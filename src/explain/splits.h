/* SPDX-License-Identifier: ISC */
/*
 * explain/splits.h - the one fact that would tell two causes apart
 */
#ifndef BATON_EXPLAIN_SPLITS_H
#define BATON_EXPLAIN_SPLITS_H
#include "cause/cause.h"

/* One plain sentence: which fact, seen by whom and where. In either order; empty: none is known. */
str splits_of(enum cause_id a, enum cause_id b);
#endif
