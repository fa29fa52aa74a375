/* SPDX-License-Identifier: ISC */
/*
 * spool/record.h - what a spool asks of the system, written down, failed on purpose, and played back cut off (tests only)
 * Owns    an ordered list of what was done to which file, SQLite's files included, and of notes of the test; and the
 *         states that a disk may be in when the power went after any of it.
 *
 * What a sync has covered is there. What was written since may be there or not, in any choice, in sectors of 512 octets;
 * names made, changed and removed last from the sync of their directory on. (SQLite syncs directories of its own accord
 * too; that is not counted on.)
 */
#ifndef BATON_SPOOL_RECORD_H
#define BATON_SPOOL_RECORD_H
#include "base/err.h"
#include "base/str.h"
#include "spool/io.h"
#include <stdbool.h>

struct record;
/* Of a spool in dir, for as long as it lives; one at a time has SQLite's files recorded. */
struct record *record_new(const char *dir);
void record_free(struct record *r);
const struct spool_io *record_io(const struct record *r); /* to open it with */

/* A note of the test, in the order of events. */
void record_note(struct record *r, int kind, uint64_t a, uint64_t b);

enum record_call { /* what can be failed, at the spool's own files or at SQLite's */
                   RECORD_WRITE,
                   RECORD_SYNC,
                   RECORD_OPEN,
                   RECORD_FALLOCATE,
                   RECORD_SYNC_DIR,
                   RECORD_DB_WRITE,
                   RECORD_DB_SYNC,
                   RECORD_CALLS
};
/* The nth call from now on fails with that error (0: a short write), once. */
void record_fail(struct record *r, enum record_call call, unsigned nth, int why);
bool record_failed(struct record *r); /* it has come to that */

/* Mutations: how the test is tested. */
enum { RECORD_SKIP_SYNC = 1, RECORD_SKIP_DB_SYNC = 2, RECORD_SKIP_SYNC_DIR = 4 };
void record_skip(struct record *r, unsigned which); /* says it did, and does not */
/* Every other sync of the spool's own files ends behind the next of SQLite's, if one comes soon: the two go on at the same
 * time, and either may be the first. */
void record_lag(struct record *r);

/* ---- playing back ---- */
size_t record_events(const struct record *r);

struct replay;
/* seed: for what is there of a file whose sync failed: nothing (a multiple of 3), all, or some of it. */
struct replay *replay_new(const struct record *r, unsigned seed);
void replay_free(struct replay *p);
/* The next event has happened. False: there is none. is_note: it was one, and the disk is as before. */
bool replay_step(struct replay *p, bool *is_note, int *kind, uint64_t *a, uint64_t *b);
size_t replay_pending(const struct replay *p); /* how many changes may be there or not */
struct disk;
/* The disk, in memory. choice(i) says of each pending change: 0 it is not there, 1 it is, 2 and more: torn, by that seed. */
struct disk *replay_build(const struct replay *p, unsigned (*choice)(void *user, size_t i),
                          void *user);
void disk_done(struct disk *d);
/* The same for disks of which nobody can tell the difference: of a log of SQLite's what lies behind its last whole commit
 * is not looked at, as SQLite does not. */
uint64_t disk_sum(const struct disk *d);
bool disk_write(const struct disk *d, const char *dir); /* which is empty, but for "bodies" */
#endif
