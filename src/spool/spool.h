/* SPDX-License-Identifier: ISC */
/*
 * spool/spool.h - the queue on disk: what is acknowledged is here, whatever happens
 * Owns    segments of message octets, the state of every message (SQLite), one committer thread, group commit,
 *         recovery, and room on the disk. docs/spool.md has the states and the guarantee of each.
 * Leaves  what becomes of a message to the relay; when to try it to queue/retry.h.
 * Threads Any thread may call; done() functions run on the committer's thread, must not block and must not call the
 *         spool back but to put off work (they post to their loop). What is kept is in order of the calls.
 */
#ifndef BATON_SPOOL_SPOOL_H
#define BATON_SPOOL_SPOOL_H
#include "queue/filter.h"
#include "queue/message.h"

struct spool;
struct spool_io; /* the system's calls, for tests that record or fail them: spool/io.h */

struct spool_options {
    const char *dir;           /* is made, 0700, if it is not there */
    uint64_t segment_octets;   /* 0: 64 MiB */
    uint64_t keep_free;        /* octets of the disk left alone: below it SPOOL_FULL */
    const struct spool_io *io; /* NULL: the system's */
    /* A line for the log, of what recovery or the committer met. NULL: none wanted. On any thread. */
    void (*told)(void *user, const char *what, const struct err *why);
    void *user;
};

enum spool_result {
    SPOOL_KEPT, /* synced: body, then state */
    SPOOL_FULL, /* no room: 452 4.3.1; nothing was kept */
    SPOOL_FAILED /* a write or sync failed: 451 4.3.0; nothing was kept, or it is gone again at recovery */
};

/* Recovers, and starts the committer. Another process that has it open is an error that says so. */
struct spool *spool_open(const struct spool_options *o, struct err *e) MUST_CHECK;
/* Commits what waits, ends the committer. Pinned messages are unpinned before. */
void spool_close(struct spool *s);

/* ---- a message comes in ---- */
struct spool_draft; /* its octets, in memory up to a size and then in a file without a name */
struct spool_draft *spool_draft_new(struct spool *s) MUST_CHECK;
enum spool_result spool_draft_add(struct spool_draft *d, str octets) MUST_CHECK;
void spool_draft_free(struct spool_draft *d); /* what was not kept is gone */
/* Takes d in any case, copies m. done once, also where it fails. m->id is given here and told in done. With take, the
 * message is in hand when done is called: as if spool_take() had given it out. */
void spool_keep(struct spool *s, struct spool_draft *d, const struct queue_message *m, bool take,
                void (*done)(void *user, uint64_t id, enum spool_result result), void *user);

/* ---- messages go out ---- */
/* At most max messages that are due and not in hand, by their time; from then on they are in hand. next_due_ms: when
 * another will be (UINT64_MAX: none waits). done owns nothing: copy by queue_envelope_write(), or use it there. */
void spool_take(struct spool *s, uint64_t now_ms, size_t max,
                void (*done)(void *user, const struct queue_message *all, size_t count,
                             uint64_t next_due_ms),
                void *user);
/* Octets of a message in hand, from offset on; *read is 0 at its end. From any thread. */
bool spool_read(struct spool *s, uint64_t id, uint64_t offset, char *into, size_t room,
                size_t *read, struct err *e) MUST_CHECK;
/* The message leaves the hand. m is how its recipients stand now, and due_ms when it is tried again; it goes away when
 * none waits. bounce and its envelope are kept in the same commit; NULL: none. done may be NULL.
 * What cannot be settled so waits again as it was before it was taken, for SPOOL_AS_IT_WAS_MS: a large bounce that could
 * not be synced (done with bounce_id 0), and where there is no memory (false; done with SPOOL_FAILED). */
enum { SPOOL_AS_IT_WAS_MS = 60000 };
bool spool_settle(struct spool *s, const struct queue_message *m, struct spool_draft *bounce,
                  const struct queue_message *bounce_envelope,
                  void (*done)(void *user, uint64_t bounce_id, enum spool_result result),
                  void *user);

/* How its recipients stand so far, of a message that stays in hand: should it end before it is settled, it waits as this says,
 * due when it was. What cannot be written (false: for want of memory) is not tried again: spool_settle() tells all. */
bool spool_note(struct spool *s, const struct queue_message *m);

/* Who has it can do nothing with it, for want of memory: it waits as it was, for SPOOL_AS_IT_WAS_MS. May be called in
 * done() of spool_take(). */
void spool_let_go(struct spool *s, uint64_t id);

/* ---- what people ask: baton queue ---- */
enum spool_change { SPOOL_HOLD, SPOOL_RELEASE, SPOOL_RETRY, SPOOL_DROP };
struct spool_filter { /* empty: any */
    uint64_t id;
    str text; /* in reverse-path, a forward-path, login or last reply */
    bool held_only;
    struct queue_filter more; /* what it points to is the caller's until done */
    size_t max;               /* 0: all */
    bool page;      /* nothing is looked at once max are there: what is left out is not counted */
    uint64_t after; /* ids above this: the next page */
};
/* Of a message in hand, held and dropped say what will become of it. */
void spool_list(struct spool *s, const struct spool_filter *f,
                void (*one)(void *user, const struct queue_message *m, bool in_hand),
                void (*done)(void *user, size_t count, size_t left_out), void *user);
/* A message in hand is changed once it leaves it: from the answer on it will be, also where a kill ends its attempt. What is
 * dropped cannot be changed any more. changed: how many there were; in_hand: of those. */
void spool_change(
    struct spool *s, enum spool_change what, const struct spool_filter *f, uint64_t now_ms,
    void (*done)(void *user, size_t changed, size_t in_hand, enum spool_result result), void *user);

struct spool_numbers { /* for metrics: since the start, and now */
    uint64_t kept, removed, commits, syncs, sync_failures, refused_full, octets_in;
    uint64_t moved; /* out of segments that hold little else */
    uint64_t messages, held, in_hand, segments, segment_octets, live_octets;
    uint32_t commit_us_last, commit_us_most;
};
void spool_numbers(struct spool *s, struct spool_numbers *out);
#endif
