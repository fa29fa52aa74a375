/* SPDX-License-Identifier: ISC */
/*
 * explain/log_groups.h - counts of what is alike, in memory that does not grow with the log
 * Owns    one row of 32 octets a group, found by a number of 64 bits made of its names (two groups with one number are
 *         not told apart: among a million, one chance in 30 million); the names and examples, in a store of their own.
 *
 * Up to the maximum of rows every count is exact. Then the row with the smallest count is given to the newcomer, which
 * takes over that count as its possible error ("space-saving": Metwally, Agrawal, El Abbadi 2005): a count is never
 * too low, too high by at most its error, and the error at most refusals / rows.
 *
 * Names go when their store is full, those of the smallest groups first, and come back with the group's next line: so
 * the large groups always have theirs.
 */
#ifndef BATON_EXPLAIN_LOG_GROUPS_H
#define BATON_EXPLAIN_LOG_GROUPS_H
#include "explain/log.h"

struct log_verdict {
    uint8_t cause;      /* enum cause_id */
    uint8_t confidence; /* in LOG_CONFIDENCE_PARTS */
    uint8_t hop;        /* enum finding_hop */
};
enum { LOG_CONFIDENCE_PARTS = 100 };

/* One refusal, to be counted. */
struct log_hit {
    struct log_verdict verdict;
    enum explain_dialect dialect;
    enum cause_side side;
    str client, sender, domain, line;
    int64_t time_s; /* LOG_NO_TIME */
};

struct log_groups;
/* NULL: memory is short. groups and text_octets are at least 1 and 4,096. */
struct log_groups *log_groups_new(size_t groups, size_t text_octets, uint64_t seed) MUST_CHECK;
void log_groups_free(struct log_groups *g);
/* The row's number; it is good until the next hit. */
bool log_groups_count(struct log_groups *g, const struct log_hit *hit, size_t *row,
                      struct err *e) MUST_CHECK;
size_t log_groups_kept(const struct log_groups *g);
/* What the row says; names point into the store, good until the next hit. example is not masked yet. */
void log_groups_row(const struct log_groups *g, size_t row, struct explain_group *out);
/* Rows in order of their counts, largest first, equal ones as they came; good until the next hit. */
const uint32_t *log_groups_order(struct log_groups *g);
/* Octets of one row with its part of the index. */
size_t log_groups_row_octets(void);
#endif
