/* SPDX-License-Identifier: ISC */
/*
 * spool/state.h - the state of every message, in SQLite
 * Owns    the database `queue.db`: one row a message, one row a segment, the last id, and the last one that is sure: of
 *         rows with a higher one the body may never have come to the disk (docs/spool.md).
 * Speaks  SQLite, its log synced at every commit (WAL, synchronous=FULL), for this process alone.
 * Threads One at a time.
 */
#ifndef BATON_SPOOL_STATE_H
#define BATON_SPOOL_STATE_H
#include "base/err.h"
#include "base/str.h"
#include "spool/io.h"

struct state;
/* Makes it where there is none. dir_fd is dir, open. `also` is called behind each sync of the log, on the thread that
 * commits; where it says false, that commit fails as if its own sync had. */
struct state *state_open(const char *dir, int dir_fd, const struct spool_io *io,
                         bool (*also)(void *user), void *user, struct err *e) MUST_CHECK;
void state_close(struct state *t);

struct state_row {
    uint64_t id, due_ms, segment, offset, length;
    bool held;    /* or dropped */
    bool dropped; /* while it was in hand: it goes away once it leaves that */
    str envelope; /* good until the next row */
};
enum state_answer { STATE_OK, STATE_FULL, STATE_FAILED };

/* A transaction. Whatever fails in it, state_rollback() follows, and nothing of it was. */
enum state_answer state_begin(struct state *t) MUST_CHECK;
enum state_answer state_insert(struct state *t, const struct state_row *row) MUST_CHECK;
enum state_answer state_update(struct state *t, uint64_t id, uint64_t due_ms, bool held,
                               str envelope) MUST_CHECK;
enum state_answer state_when(struct state *t, uint64_t id, uint64_t due_ms, bool held) MUST_CHECK;
enum state_answer state_drop_later(struct state *t, uint64_t id) MUST_CHECK;
enum state_answer state_note(struct state *t, uint64_t id, str envelope) MUST_CHECK;
enum state_answer state_move(struct state *t, uint64_t id, uint64_t segment,
                             uint64_t offset) MUST_CHECK;
enum state_answer state_delete(struct state *t, uint64_t id) MUST_CHECK;
enum state_answer state_segment(struct state *t, uint64_t number, uint64_t live,
                                uint64_t octets) MUST_CHECK; /* live 0: the row goes */
enum state_answer state_hold_segment(struct state *t, uint64_t number,
                                     uint64_t *messages) MUST_CHECK; /* all of its messages */
enum state_answer state_last_id(struct state *t, uint64_t id) MUST_CHECK;
enum state_answer state_sure_id(struct state *t, uint64_t id) MUST_CHECK;
enum state_answer state_commit(struct state *t) MUST_CHECK;
void state_rollback(struct state *t);
const char *
state_why(const struct state *t); /* the last that was not STATE_OK, in SQLite's words */

/* Rows, one after another; state_rows_end() before anything else. False at their end, and where reading fails. */
enum state_order {
    STATE_DUE,    /* not held, by time, behind (due_ms, id) */
    STATE_ALL,    /* by id, behind id */
    STATE_HELD,   /* held, by id, behind id */
    STATE_ONE,    /* that id */
    STATE_DROPPED /* dropped, by id, behind id */
};
void state_rows_begin(struct state *t, enum state_order order, uint64_t due_ms, uint64_t id);
bool state_rows_next(struct state *t, struct state_row *row) MUST_CHECK;
bool state_rows_end(struct state *t); /* false: reading failed */

/* At the start. */
bool state_each_segment(struct state *t,
                        void (*one)(void *user, uint64_t number, uint64_t live, uint64_t octets),
                        void *user, struct err *e) MUST_CHECK;
struct state_counts {
    uint64_t held, last_id, sure_id;
};
bool state_counts(struct state *t, struct state_counts *out, struct err *e) MUST_CHECK;
#endif
