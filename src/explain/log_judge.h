/* SPDX-License-Identifier: ISC */
/*
 * explain/log_judge.h - the cause of a log's refusal, worked out once a wording
 * Owns    answers of before, by the words with addresses, names and numbers left out and by what stands around them.
 *         A set of a fixed size: of very many wordings the oldest are worked out again.
 */
#ifndef BATON_EXPLAIN_LOG_JUDGE_H
#define BATON_EXPLAIN_LOG_JUDGE_H
#include "explain/explain.h"
#include "explain/log_groups.h"
#include "explain/log_line.h"

struct log_judge;
struct log_judge *log_judge_new(struct explainer *x, uint64_t seed) MUST_CHECK;
void log_judge_free(struct log_judge *j);
bool log_judge_line(struct log_judge *j, const struct log_line *l, struct log_verdict *out,
                    struct err *e) MUST_CHECK;
uint64_t log_judge_asked(const struct log_judge *j); /* how often a wording had to be worked out */
size_t log_judge_octets(void);
#endif
