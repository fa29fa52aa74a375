/* SPDX-License-Identifier: ISC */
/*
 * spool/testing.h - the spool, call by call, for tests
 * Owns    waiting for done(), messages whose octets follow from a number, and a directory of the test's own.
 */
#ifndef BATON_SPOOL_TESTING_H
#define BATON_SPOOL_TESTING_H
#include "spool/spool.h"

struct test_dir {
    char path[64];
};
struct test_dir test_dir_new(void);
void test_dir_done(struct test_dir *d);

struct spool *test_open(const struct test_dir *d, const struct spool_io *io);

/* The octets of message `seed` from offset on. */
void test_octets(uint64_t seed, uint64_t offset, char *out, size_t n);
struct spool_draft *test_draft(struct spool *s, uint64_t seed, size_t octets, enum spool_result *r);
/* An envelope of that seed: its envid is the seed, and it has one recipient. Good until the next call in this thread. */
const struct queue_message *test_message(uint64_t seed, size_t octets, uint64_t due_ms);
uint64_t test_seed(const struct queue_message *m);

struct test_kept {
    uint64_t id;
    enum spool_result result;
};
struct test_kept test_keep(struct spool *s, uint64_t seed, size_t octets, uint64_t due_ms,
                           bool take);

enum { TEST_TAKEN_MAX = 2000 };
struct test_taken {
    size_t count;
    uint64_t next_due_ms;
    struct test_row {
        uint64_t id, due_ms, seed, size_octets;
        bool held, in_hand, dropped;
    } all[TEST_TAKEN_MAX];
};
struct test_taken test_take(struct spool *s, uint64_t now_ms, size_t max);
struct test_taken test_list(struct spool *s,
                            const struct spool_filter *f); /* next_due_ms: left out */
/* How many; *in_hand, where it is not NULL: of those. */
size_t test_change_of(struct spool *s, enum spool_change what, const struct spool_filter *f,
                      uint64_t now_ms, size_t *in_hand);
size_t test_change(struct spool *s, enum spool_change what, const struct spool_filter *f,
                   uint64_t now_ms);
bool test_is_whole(struct spool *s, uint64_t id, uint64_t seed, size_t octets, struct err *e);
void test_reads(struct spool *s, uint64_t id, uint64_t seed, size_t octets); /* or fails */
/* due_ms 0: nobody waits any more. */
enum spool_result test_settle(struct spool *s, uint64_t id, uint64_t due_ms);
/* Its envelope becomes that of another seed, while it stays in hand. */
void test_note(struct spool *s, uint64_t id, uint64_t seed);
struct test_kept test_settle_bounce(struct spool *s, uint64_t id, uint64_t seed, size_t octets);
#endif
