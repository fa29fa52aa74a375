/* SPDX-License-Identifier: ISC */
/* Segments as files: made, opened, closed, removed; the room on the disk, and the reserve for removing when there is none. */
#include "spool/inside.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

static const char RESERVE[] = "reserve";

struct segment *segment_make(struct spool *s, uint64_t octets, int *why)
{
    char name[SEGMENT_NAME];
    struct segment *g = calloc(1, sizeof *g);
    if (!g) {
        *why = ENOMEM;
        return NULL;
    }
    *g = (struct segment){ .number = atomic_fetch_add(&s->next_segment, 1), .refs = 1 };
    segment_name(g->number, name);
    g->fd = s->io->open(s->io->user, s->bodies_fd, name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (g->fd < 0) {
        *why = errno;
        free(g);
        return NULL;
    }
    int made = 0;
    while (octets > 0 && (made = s->io->fallocate(s->io->user, g->fd, 0, (off_t)octets)) != 0 &&
           errno == EINTR)
        continue;
    if (made != 0 && errno != EOPNOTSUPP) {
        *why = errno;
        s->io->unlink(s->io->user, s->bodies_fd, name);
        s->io->close(s->io->user, g->fd);
        free(g);
        return NULL;
    }
    g->octets = octets;
    return g;
}

bool segment_ref(struct spool *s, struct segment *g)
{
    char name[SEGMENT_NAME];
    pthread_mutex_lock(&s->hands_lock);
    bool is_open = g->fd >= 0;
    g->refs += is_open;
    pthread_mutex_unlock(&s->hands_lock);
    if (is_open)
        return true;
    int fd = s->io->open(s->io->user, s->bodies_fd, segment_name(g->number, name), O_RDONLY, 0);
    if (fd < 0)
        return false;
    pthread_mutex_lock(&s->hands_lock);
    g->fd = fd; /* nobody else opens */
    g->refs++;
    pthread_mutex_unlock(&s->hands_lock);
    return true;
}

void segment_unref(struct spool *s, struct segment *g)
{
    int fd = -1;
    bool last = false;
    pthread_mutex_lock(&s->hands_lock);
    if (--g->refs == 0) {
        fd = g->fd;
        g->fd = -1;
        last = g->gone;
    }
    pthread_mutex_unlock(&s->hands_lock);
    if (fd >= 0)
        s->io->close(s->io->user, fd);
    if (last)
        free(g);
}

void segment_drop(struct spool *s, struct segment *g)
{
    char name[SEGMENT_NAME];
    s->io->unlink(s->io->user, s->bodies_fd, segment_name(g->number, name));
    map_remove(&s->segments, g->number);
    if (s->compacting == g)
        s->compacting = NULL;
    atomic_fetch_sub(&s->numbers.segments, 1);
    atomic_fetch_sub(&s->numbers.segment_octets, g->octets);
    pthread_mutex_lock(&s->hands_lock);
    g->gone = true;
    bool last = g->refs == 0;
    pthread_mutex_unlock(&s->hands_lock);
    if (last)
        free(g);
}

/* ---- room ---- */

static void look(struct spool *s)
{
    uint64_t octets, now = spool_now_ms();
    if (s->io->free_octets(s->io->user, s->dir_fd, &octets) != 0)
        octets = UINT64_MAX; /* then the calls themselves must say it */
    atomic_store(&s->free_octets, octets);
    atomic_store(&s->free_at_ms, now);
}

bool room_for(struct spool *s, uint64_t octets)
{
    if (spool_now_ms() - atomic_load(&s->free_at_ms) >= ROOM_MS)
        look(s);
    uint64_t left = atomic_load(&s->free_octets);
    while (left >= octets && left - octets >= s->keep_free)
        if (left == UINT64_MAX ||
            atomic_compare_exchange_weak(&s->free_octets, &left, left - octets))
            return true;
    return false;
}

/* Room that is given back to the file system when it has none: removing a message needs some for the log of SQLite. */
void reserve_make(struct spool *s)
{
    int fd = s->io->open(s->io->user, s->dir_fd, RESERVE, O_RDWR | O_CREAT, 0600);
    if (fd < 0)
        return;
    s->reserve = s->io->fallocate(s->io->user, fd, 0, RESERVE_OCTETS) == 0;
    s->io->close(s->io->user, fd);
}

void reserve_spend(struct spool *s)
{
    s->io->unlink(s->io->user, s->dir_fd, RESERVE);
    s->reserve = false;
}
