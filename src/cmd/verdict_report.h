/* SPDX-License-Identifier: ISC */
/*
 * cmd/verdict_report.h - what rules say of a session, for people and programs
 * Owns    the words of a decision, of every rule with its conditions, of all causes and of the nearest change: those of
 *         baton what-if and of baton why.
 */
#ifndef BATON_CMD_VERDICT_REPORT_H
#define BATON_CMD_VERDICT_REPORT_H
#include "base/buf.h"
#include "policy/explain.h"
#include "policy/file.h"
#include "policy/reply.h"
#include <jansson.h>

struct verdict_report {
    const struct policy_file *file;
    const struct policy_facts *facts;
    struct policy_trace trace;
    struct policy_nearest nearest;
    bool has_nearest;
};
extern const struct names OUTCOME_NAMES; /* "permit" "refuse" "defer" "ask" */

/* Lives in the arena, in file and in facts. */
bool verdict_report_make(struct verdict_report *a, const struct policy_file *file,
                         const struct policy_facts *facts, struct arena *arena,
                         struct err *e) MUST_CHECK;
void verdict_report_answer(const struct verdict_report *r, struct buf *b);
/* Each rule with its conditions; then, where it does not pass, the nearest change. */
void verdict_report_rules(const struct verdict_report *r, struct buf *b);
void verdict_report_causes(const struct verdict_report *r, struct buf *b); /* but the first */
/* outcome, digest, cause, family, permit, forbid, by, missing, reply, causes, rules, nearest. NULL: no memory. */
json_t *verdict_report_json(const struct verdict_report *r);
#endif
