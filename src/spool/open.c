/* SPDX-License-Identifier: ISC */
/* Opening, which is recovery too: there is one way only. And the end. */
#include "spool/inside.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char BODIES[] = "bodies", LOCK[] = "lock";
static const uint64_t SEGMENT_OCTETS = 64 << 20;

/* ---- directories and the lock ---- */

static bool sync_parent(int fd)
{
    int parent = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = parent >= 0 && fsync(parent) == 0;
    if (parent >= 0)
        close(parent);
    return ok;
}

static bool open_dir(int at, const char *name, int *fd, struct err *e)
{
    bool made = mkdirat(at, name, 0700) == 0;
    if (!made && errno != EEXIST)
        return err_sys(e, "making the directory '%s' of the queue", name);
    *fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        return err_sys(e, "opening the directory '%s' of the queue", name);
    return !made || sync_parent(*fd) || err_sys(e, "syncing what holds the directory '%s'", name);
}

static bool locked_by(struct spool *s, struct err *e)
{
    char who[32] = "";
    ssize_t n = pread(s->lock_fd, who, sizeof who - 1, 0);
    who[n > 0 ? n : 0] = '\0';
    return err_set(e, ERR_LIMIT,
                   "opening the queue '%s': process %s has it open; one at a time may", s->dir,
                   who[0] ? who : "of another kind");
}

static bool take_lock(struct spool *s, struct err *e)
{
    char me[32];
    s->lock_fd = openat(s->dir_fd, LOCK, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock_fd < 0)
        return err_sys(e, "opening '%s/%s'", s->dir, LOCK);
    if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK ? locked_by(s, e) : err_sys(e, "locking '%s/%s'", s->dir, LOCK);
    int n = snprintf(me, sizeof me, "%ld", (long)getpid());
    if (ftruncate(s->lock_fd, 0) != 0 || pwrite(s->lock_fd, me, (size_t)n, 0) != n)
        return err_sys(e, "writing '%s/%s'", s->dir, LOCK);
    return true;
}

/* ---- segments ---- */

struct recovery {
    struct spool *spool;
    bool no_memory;
};

static void known_segment(void *user, uint64_t number, uint64_t live, uint64_t octets)
{
    struct recovery *r = user;
    struct err what;
    if (map_get(&r->spool->segments,
                number)) { /* pages of different times: a disk that does not sync */
        err_set(&what, ERR_SYNTAX, "it names segment %" PRIu64 " twice", number);
        spool_tell(r->spool, "the state of the queue is damaged", &what);
        return;
    }
    struct segment *g = calloc(1, sizeof *g);
    if (!g || !map_put(&r->spool->segments, number, g)) {
        free(g);
        r->no_memory = true;
        return;
    }
    *g = (struct segment){ .number = number,
                           .live = live,
                           .live_octets = octets,
                           .fd = -1,
                           .sealed = true,
                           .gone = true };
    r->spool->messages += live;
    atomic_fetch_add(&r->spool->numbers.live_octets, octets);
}

static void number_seen(struct spool *s, uint64_t number)
{
    if (number >= atomic_load(&s->next_segment))
        atomic_store(&s->next_segment, number + 1);
}

/* A file that no state speaks of: the body of a message that was never acknowledged, or that is gone. */
static bool sort_file(struct spool *s, const char *name, size_t *swept, struct err *e)
{
    uint64_t number;
    struct stat st;
    if (!segment_name_parse(name, &number))
        return true;
    number_seen(s, number);
    struct segment *g = map_get(&s->segments, number);
    if (!g) {
        ++*swept;
        return s->io->unlink(s->io->user, s->bodies_fd, name) == 0 || errno == ENOENT ||
               err_sys(e, "removing the segment '%s', which holds no message", name);
    }
    if (fstatat(s->bodies_fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
        return err_sys(e, "looking at the segment '%s'", name);
    g->gone = false;
    g->octets = g->end = (uint64_t)st.st_size;
    atomic_fetch_add(&s->numbers.segments, 1);
    atomic_fetch_add(&s->numbers.segment_octets, g->octets);
    return true;
}

static bool look_at_files(struct spool *s, struct err *e)
{
    size_t swept = 0;
    int fd = dup(s->bodies_fd);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d) {
        err_sys(e, "reading the directory of segments");
        if (fd >= 0)
            close(fd);
        return false;
    }
    rewinddir(d);
    bool ok = true;
    for (struct dirent *entry; ok && (entry = readdir(d));)
        ok = sort_file(s, entry->d_name, &swept, e);
    closedir(d);
    if (swept > 0) {
        struct err what;
        err_set(&what, ERR_NONE, "%zu segments held no message and were removed", swept);
        spool_tell(s, "the queue was recovered", &what);
    }
    return ok;
}

/* Messages whose segment is not there are held, never dropped: somebody may still bring it back. */
static bool hold_missing(struct spool *s, const struct segment *g, struct err *e)
{
    char name[SEGMENT_NAME];
    struct err what;
    uint64_t count = 0;
    if (state_begin(s->state) != STATE_OK ||
        state_hold_segment(s->state, g->number, &count) != STATE_OK ||
        state_commit(s->state) != STATE_OK)
        return err_set(e, ERR_SYSTEM, "holding the messages of a segment that is missing: %s",
                       state_why(s->state));
    err_set(&what, ERR_SYSTEM, "segment '%s' is not there: %" PRIu64 " messages are held",
            segment_name(g->number, name), g->live);
    spool_tell(s, "messages are missing", &what);
    return true;
}

static bool find_missing(struct spool *s, struct err *e)
{
    for (size_t i = 0; i < s->segments.room; i++) {
        struct segment *g = s->segments.rows[i].value;
        if (!g || !g->gone)
            continue;
        if (!hold_missing(s, g, e))
            return false;
        atomic_fetch_add(&s->numbers.segments, 1);
        g->gone = false; /* its messages are still counted, and can be dropped */
        number_seen(s, g->number);
    }
    return true;
}

static bool recover(struct spool *s, struct err *e)
{
    struct recovery r = { .spool = s };
    if (!state_each_segment(s->state, known_segment, &r, e))
        return false;
    if (r.no_memory)
        return err_memory(e, "the segments of the queue");
    struct state_counts n;
    if (!look_at_files(s, e) || !find_missing(s, e) || !state_counts(s->state, &n, e))
        return false;
    s->held = n.held;
    s->last_id = n.last_id > n.sure_id ? n.last_id : n.sure_id; /* ids of what failed count too */
    s->sure_id = s->sure_written = n.sure_id;
    return unsure_remove(s, e) && dropped_remove(s, e);
}

/* ---- the whole ---- */

static bool start(struct spool *s, struct err *e)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for others */
    int rc = pthread_create(&s->thread, NULL, committer_run, s);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc != 0) {
        errno = rc;
        return err_sys(e, "starting the committer of the queue");
    }
    pthread_setname_np(s->thread, "committer");
    return s->started = true;
}

static int sync_beside(void *spool, int fd)
{
    return batch_sync(spool, fd) ? 0 : errno;
}

static bool open_it(struct spool *s, struct err *e)
{
    if (!open_dir(AT_FDCWD, s->dir, &s->dir_fd, e) || !take_lock(s, e) ||
        !open_dir(s->dir_fd, BODIES, &s->bodies_fd, e))
        return false;
    s->beside = beside_new(sync_beside, s);
    if (!s->beside)
        return err_sys(e, "starting a thread of the queue");
    s->state = state_open(s->dir, s->dir_fd, s->io, batch_synced, s, e);
    if (!s->state || !recover(s, e))
        return false;
    atomic_store(&s->numbers.messages, s->messages);
    atomic_store(&s->numbers.held, s->held);
    reserve_make(s);
    return start(s, e);
}

static struct spool *new_spool(const struct spool_options *o)
{
    struct spool *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->dir = strdup(o->dir);
    s->io = o->io ? o->io : &SPOOL_IO_SYSTEM;
    s->segment_octets = o->segment_octets ? o->segment_octets : SEGMENT_OCTETS;
    s->keep_free = o->keep_free;
    s->told = o->told;
    s->user = o->user;
    s->dir_fd = s->bodies_fd = s->lock_fd = -1;
    jobs_init(&s->waiting);
    jobs_init(&s->backlog);
    jobs_init(&s->again);
    pthread_mutex_init(&s->lock, NULL);
    pthread_mutex_init(&s->hands_lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&s->bell, &monotonic);
    pthread_condattr_destroy(&monotonic);
    arena_init(&s->memory, 0);
    s->compact_look = true;
    atomic_store(&s->next_segment, 1);
    if (s->dir)
        return s;
    spool_close(s);
    return NULL;
}

struct spool *spool_open(const struct spool_options *o, struct err *e)
{
    struct spool *s = new_spool(o);
    if (!s) {
        err_memory(e, "the queue");
        return NULL;
    }
    if (open_it(s, e))
        return s;
    spool_close(s);
    return NULL;
}

static void end_thread(struct spool *s)
{
    if (!s->started)
        return;
    pthread_mutex_lock(&s->lock);
    s->closing = true;
    pthread_mutex_unlock(&s->lock);
    pthread_cond_signal(&s->bell);
    pthread_join(s->thread, NULL);
}

static void free_hands(struct spool *s)
{
    for (size_t i = 0; i < s->hands.room; i++) {
        struct hand *h = s->hands.rows[i].value;
        if (!h)
            continue;
        segment_unref(s, h->place.segment);
        free(h);
    }
    map_done(&s->hands);
}

static void free_segments(struct spool *s)
{
    if (s->current)
        segment_unref(s, s->current);
    for (size_t i = 0; i < s->segments.room; i++)
        free(s->segments.rows[i].value);
    map_done(&s->segments);
}

/* So that the next start need not look at the last batch. If it fails, it looks. */
static void say_sure(struct spool *s)
{
    if (!s->started || s->sure_written == s->sure_id)
        return;
    struct err e;
    if (batch_say_sure(s))
        return;
    err_set(&e, ERR_SYSTEM, "committing the state of the queue: %s", state_why(s->state));
    spool_tell(s, "the last batch is not marked as sure: the next start looks at it", &e);
}

void spool_close(struct spool *s)
{
    if (!s)
        return;
    end_thread(s);
    say_sure(s);
    free_hands(s);
    free_segments(s);
    beside_free(s->beside);
    state_close(s->state);
    arena_done(&s->memory);
    int fds[] = { s->bodies_fd, s->dir_fd, s->lock_fd };
    for (size_t i = 0; i < COUNT_OF(fds); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    pthread_cond_destroy(&s->bell);
    pthread_mutex_destroy(&s->hands_lock);
    pthread_mutex_destroy(&s->lock);
    free(s->dir);
    free(s);
}
