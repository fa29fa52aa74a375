/* SPDX-License-Identifier: ISC */
/*
 * spool/inside.h - what the files of this room share
 *
 * Two locks, neither held over a system call: `lock` guards the jobs that wait; `hands_lock` guards what is in hand, and
 * references to segments. Everything else is the committer's alone (or that of spool_open() before there is one).
 */
#ifndef BATON_SPOOL_INSIDE_H
#define BATON_SPOOL_INSIDE_H
#include "spool/beside.h"
#include "spool/map.h"
#include "spool/segment.h"
#include "spool/spool.h"
#include "spool/state.h"
#include <pthread.h>
#include <stdatomic.h>

enum {
    DRAFT_MEMORY =
        128 << 10, /* a draft that is larger gets a segment of its own, and this as its buffer */
    BATCH_JOBS = 1000,
    BATCH_OCTETS = 8 << 20,
    SLICE_ROWS = 500, /* of a list or change, between two batches */
    RESERVE_OCTETS = 16 << 20,
    AGAIN_MS = 1000,
    GATHER_CROWD = 8,
    GATHER_US = 3000, /* a batch waits at most so long for those who were in the one before */
    LAZY_US = 15000,  /* and one that nobody waits for, so long for one that somebody waits for */
    SURE_MS = 100,    /* without work, before the state says that the last batch is sure */
    ROOM_MS = 50,     /* how often the room on the disk is looked at */
    ENVELOPE_MAX = 64 << 20
};

struct spool_draft {
    struct spool *spool;
    char *p; /* what is not in the file yet */
    size_t n, room;
    uint64_t length, written; /* of the message's octets: all, and those in the file */
    uint32_t *sums;
    size_t sums_room;
    struct segment *file; /* NULL: all of it is in memory */
    bool damaged;         /* a write failed: no more than freeing */
};
/* Whole: the last octets and the sums are in the file, if there is one. */
enum spool_result draft_finish(struct spool_draft *d) MUST_CHECK;

enum job_kind { JOB_KEEP, JOB_SETTLE, JOB_NOTE, JOB_TAKE, JOB_LIST, JOB_CHANGE, JOB_QUARANTINE };
struct job {
    struct job *next;
    enum job_kind kind;
    /* JOB_KEEP, and the bounce of a JOB_SETTLE; of the latter itself all but draft, take and place */
    struct spool_draft *draft;
    struct buf envelope;
    uint64_t id, due_ms;
    bool held, take;
    struct record_place place;
    char header[RECORD_HEADER];
    void (*done)(void *user, uint64_t id, enum spool_result result);
    /* JOB_SETTLE, of which a JOB_NOTE has id, envelope and hand */
    struct job *bounce;
    bool finished;  /* no recipient waits */
    bool as_it_was; /* what is known of it stays: only when it is due changes */
    struct hand *hand;
    /* JOB_TAKE, JOB_LIST, JOB_CHANGE */
    uint64_t now_ms;
    size_t max, count, left_out, in_hand;
    struct spool_filter filter; /* its text is in filter_text */
    struct buf filter_text;
    enum spool_change change;
    uint64_t next_after; /* of a slice: counts once its commit stands */
    size_t next_count, next_in_hand, next_dropped;
    bool of_dropped; /* those dropped while they were in hand, whose process has ended */
    int64_t held_more;
    bool ended;
    void (*took)(void *user, const struct queue_message *all, size_t count, uint64_t next_due_ms);
    void (*one)(void *user, const struct queue_message *m, bool in_hand);
    void (*listed)(void *user, size_t count, size_t left_out);
    void (*changed)(void *user, size_t changed, size_t in_hand, enum spool_result result);
    void *user;
    enum spool_result result;
};
void job_free(struct job *j);

struct jobs {
    struct job *first, **last;
};
void jobs_init(struct jobs *l);
void jobs_add(struct jobs *l, struct job *j);
void jobs_join(struct jobs *l, struct jobs *more); /* more is empty then */
struct job *jobs_cut(struct jobs *l);              /* the first; NULL: none */

/* A message that somebody has: its place does not change but under the lock. */
struct hand {
    uint64_t id;
    struct record_place place;
    bool damaged;
    bool drop, hold, release, retry; /* what was asked for meanwhile */
    bool let_go;                     /* it could not be settled: it is to wait as it was */
    bool leaves;                     /* with this batch: its row says already how it waits */
    uint64_t retry_ms;
};

/* Is it held once it leaves the hand? row: as the state says. */
bool hand_is_held(const struct hand *h, bool row);

struct spool {
    const struct spool_io *io;
    char *dir;
    uint64_t segment_octets, keep_free;
    void (*told)(void *user, const char *what, const struct err *why);
    void *user;
    int dir_fd, bodies_fd, lock_fd;
    struct state *state;

    pthread_t thread;
    bool started;
    pthread_mutex_t lock;
    pthread_cond_t bell;
    struct jobs waiting;
    bool closing, asleep;
    size_t waiting_count, ring_at; /* of waiting; the bell is not rung for fewer */
    bool waiting_urgent;           /* among them is what somebody waits for */
    bool let_go;                   /* so is one of the hands */

    pthread_mutex_t hands_lock;
    struct map hands;

    /* the committer's */
    struct jobs backlog, again;
    uint64_t again_at_ms; /* 0: none waits to be tried again */
    bool let_go_left;     /* there was no memory to let all of them go */
    size_t crowd;         /* so many come between two batches */
    size_t last_jobs;     /* of the batch before, how long it took, and when it ended */
    uint64_t last_us, last_end_us;
    struct map segments;
    struct segment *current, *touched;
    struct beside *beside; /* syncs the segment at hand while the log of the state is synced */
    bool syncing;          /* that was begun for the batch at hand */
    uint64_t last_id;
    uint64_t sure_id, sure_written;  /* the last one whose body is there; and what the state says */
    uint64_t sure_at_ms, sure_timed; /* it is to say so then, of this one */
    uint64_t taken_due_ms, taken_id; /* all that are due at or before it are in hand, or held */
    bool reserve, bodies_dir_dirty;
    struct segment *compacting; /* NULL: none; from compact_at on */
    uint64_t compact_at, compacted_ms, compact_rest_ms;
    bool compact_look;       /* there may be one to be made smaller */
    struct arena memory;     /* of one slice */
    uint64_t messages, held; /* held: and not in hand */

    _Atomic uint64_t next_segment;
    _Atomic uint64_t free_octets, free_at_ms; /* of the disk, as it was then */
    _Atomic uint64_t in_drafts;               /* octets of memory */
    struct {
        _Atomic uint64_t kept, removed, commits, syncs, sync_failures, refused_full, octets_in,
            moved;
        _Atomic uint64_t messages, held, segments, segment_octets, live_octets;
        _Atomic uint32_t commit_us_last, commit_us_most;
    } numbers;
};

void spool_tell(struct spool *s, const char *what, const struct err *why);
void spool_post(struct spool *s, struct job *j);
uint64_t spool_now_ms(void); /* of a clock that only goes forward */
uint64_t spool_since_1970_ms(void);

/* files.c: segments as files */
struct segment *segment_make(struct spool *s, uint64_t octets,
                             int *why) MUST_CHECK;               /* one reference; errno in why */
bool segment_ref(struct spool *s, struct segment *g) MUST_CHECK; /* opens it; false: errno */
void segment_unref(struct spool *s, struct segment *g);
void segment_drop(struct spool *s, struct segment *g); /* no message is in it: the file goes */
bool room_for(struct spool *s, uint64_t octets);       /* above keep_free */
void reserve_make(struct spool *s);
void reserve_spend(struct spool *s);

/* batch.c */
void batch_run(struct spool *s, struct jobs *batch);
void batch_seal(struct spool *s); /* nothing more goes to the segment at hand */
enum spool_result batch_room(struct spool *s, uint64_t octets, bool must) MUST_CHECK; /* in it */
bool batch_sync(struct spool *s, int fd) MUST_CHECK;
bool batch_synced(void *spool); /* waits for what is synced beside the commit, if anything is */
enum spool_result batch_names(struct spool *s) MUST_CHECK; /* those of new segments last */
enum state_answer batch_commit(struct spool *s, uint64_t last_id) MUST_CHECK; /* 0: as before */
bool batch_say_sure(struct spool *s) MUST_CHECK; /* that the last batch is */
void batch_bury(struct spool *s);                /* what was not committed */
void batch_fold(struct spool *s,
                bool committed); /* counts of segments; those without a message go */
void batch_touch(struct spool *s, struct segment *g, int live, int64_t octets);
/* unsure.c: the last batch before the power went, whose bodies may not be there. True: what is left is sure. */
bool unsure_remove(struct spool *s, struct err *e) MUST_CHECK;
/* compact.c */
void compact_turn(struct spool *s);
/* ask.c: false: the transaction failed */
enum state_answer change_slice(struct spool *s, struct job *j);
bool dropped_remove(struct spool *s, struct err *e) MUST_CHECK; /* at the start */
bool list_slice(struct spool *s, struct job *j);                /* true: it has ended */
void take_run(struct spool *s, struct job *j);
void taken_back_to(struct spool *s, uint64_t due_ms, uint64_t id);
void *committer_run(void *spool);
#endif
