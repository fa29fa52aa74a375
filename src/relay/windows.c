/* SPDX-License-Identifier: ISC */
#include "relay/windows.h"
#include "base/buf.h"
#include "base/escape.h"
#include "net/read_file.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX = 64 << 20, STALE_LINES = 1024 };
static const char FILE_NAME[] = "windows", NEW_NAME[] = "windows.new";

struct relay_windows {
    pthread_rwlock_t lock;
    struct relay_window *all; /* by address */
    size_t count, room;
    atomic_size_t any; /* count, read without the lock: most sites have none */
    int dir, file;     /* file: appended to */
    size_t lines;
};

/* ------------------------------------------------------------------------------------------------
 * The table
 */
static int compare(const struct ip *a, const struct ip *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    int octets = memcmp(a->octets, b->octets, a->family == IP_V4 ? 4 : 16);
    return octets ? octets : (a->scope > b->scope) - (a->scope < b->scope);
}

/* Where it stands, or would. */
static size_t place_of(const struct relay_windows *w, const struct ip *client, bool *there)
{
    size_t low = 0, high = w->count;
    *there = false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(client, &w->all[middle].client);
        if (!order) {
            *there = true;
            return middle;
        }
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static void drop_expired(struct relay_windows *w, uint64_t now_ms)
{
    size_t kept = 0;
    for (size_t i = 0; i < w->count; i++)
        if (w->all[i].until_ms > now_ms)
            w->all[kept++] = w->all[i];
    w->count = kept;
}

static bool put(struct relay_windows *w, const struct relay_window *one, uint64_t now_ms,
                struct err *e)
{
    bool there;
    size_t at = place_of(w, &one->client, &there);
    if (there) {
        w->all[at] = *one;
        return true;
    }
    if (w->count == w->room) {
        drop_expired(w, now_ms);
        at = place_of(w, &one->client, &there);
    }
    if (w->count == RELAY_WINDOWS_MAX)
        return err_set(e, ERR_LIMIT, "there are %d addresses already that are let in for a time",
                       RELAY_WINDOWS_MAX);
    if (w->count == w->room) {
        size_t room = w->room ? 2 * w->room : 16;
        struct relay_window *all = realloc(w->all, room * sizeof *all);
        if (!all)
            return err_memory(e, "an address that is let in");
        w->all = all;
        w->room = room;
    }
    memmove(&w->all[at + 1], &w->all[at], (w->count - at) * sizeof *w->all);
    w->all[at] = *one;
    w->count++;
    return true;
}

static void take_out(struct relay_windows *w, const struct ip *client)
{
    bool there;
    size_t at = place_of(w, client, &there);
    if (!there)
        return;
    w->count--;
    memmove(&w->all[at], &w->all[at + 1], (w->count - at) * sizeof *w->all);
}

/* ------------------------------------------------------------------------------------------------
 * The file
 */
static bool write_all(int fd, str text)
{
    while (text.n) {
        ssize_t n = write(fd, text.p, text.n);
        if (n < 0 && errno != EINTR)
            return false;
        text = str_skip(text, n > 0 ? (size_t)n : 0);
    }
    return true;
}

/* The table as it stands becomes the file: beside it first, then in its place. */
static bool write_anew(struct relay_windows *w, struct err *e)
{
    AUTO(buf_done) struct buf text;
    buf_init(&text, FILE_MAX);
    for (size_t i = 0; i < w->count; i++)
        relay_window_write(&w->all[i], &text);
    if (!buf_ok(&text))
        return err_memory(e, "the addresses that are let in");
    int fd = openat(w->dir, NEW_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0 || !write_all(fd, buf_str(&text)) || fsync(fd) != 0 ||
        renameat(w->dir, NEW_NAME, w->dir, FILE_NAME) != 0) {
        err_sys(e, "writing the addresses that are let in ('%s' in the state directory)", NEW_NAME);
        if (fd >= 0)
            close(fd);
        return false;
    }
    if (w->file >= 0)
        close(w->file);
    w->file = fd;
    w->lines = w->count;
    return true;
}

static bool append(struct relay_windows *w, const struct relay_window *one, struct err *e)
{
    AUTO(buf_done) struct buf line;
    buf_init(&line, RELAY_WINDOW_LINE_MAX);
    relay_window_write(one, &line);
    if (!write_all(w->file, buf_str(&line)))
        return err_sys(e, "writing the addresses that are let in");
    w->lines++;
    return true;
}

/* A line that cannot be read is passed over: what a power cut left of the last one. */
static bool read_all(struct relay_windows *w, const char *path, struct err *e)
{
    AUTO(buf_done) struct buf text;
    buf_init(&text, FILE_MAX);
    if (access(path, F_OK) != 0)
        return errno == ENOENT || err_sys(e, "looking for '%s'", path);
    if (!read_whole_file(path, FILE_MAX, &text, e))
        return false;
    for (str rest = buf_str(&text); rest.p;) {
        struct relay_window one;
        str line = str_cut(&rest, '\n');
        if (!relay_window_read(line, &one))
            continue;
        if (!one.until_ms)
            take_out(w, &one.client);
        else if (!put(w, &one, 0, e))
            return false;
    }
    return true;
}

struct relay_windows *relay_windows_open(const char *state_dir, struct err *e)
{
    char path[4096];
    struct relay_windows *w = calloc(1, sizeof *w);
    if (!w) {
        err_memory(e, "the addresses that are let in");
        return NULL;
    }
    pthread_rwlock_init(&w->lock, NULL);
    w->file = -1;
    w->dir = open(state_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
    snprintf(path, sizeof path, "%s/%s", state_dir, FILE_NAME);
    if (w->dir < 0)
        err_sys(e, "opening the state directory '%s'", state_dir);
    if (w->dir < 0 || !read_all(w, path, e) || !write_anew(w, e)) {
        relay_windows_close(w);
        return NULL;
    }
    atomic_store(&w->any, w->count);
    return w;
}

void relay_windows_close(struct relay_windows *w)
{
    if (!w)
        return;
    if (w->file >= 0)
        close(w->file);
    if (w->dir >= 0)
        close(w->dir);
    pthread_rwlock_destroy(&w->lock);
    free(w->all);
    free(w);
}

/* ------------------------------------------------------------------------------------------------
 * Asked from outside
 */
static void set_note(struct relay_window *w, str note)
{
    AUTO(buf_done) struct buf shown;
    buf_init(&shown, 4096);
    escape_line(str_take(note, 900), &shown);
    size_t n = shown.n < RELAY_WINDOW_NOTE_MAX ? shown.n : RELAY_WINDOW_NOTE_MAX;
    while (n && n < shown.n && ((unsigned char)shown.p[n] & 0xC0) == 0x80)
        n--; /* not in the middle of a character */
    if (n)
        memcpy(w->note, shown.p, n);
}

static bool note_down(struct relay_windows *w, const struct relay_window *one, uint64_t now_ms,
                      struct err *e)
{
    if (w->lines < 2 * w->count + STALE_LINES)
        return append(w, one, e);
    drop_expired(w, now_ms);
    return write_anew(w, e);
}

bool relay_windows_allow(struct relay_windows *w, const struct ip *client, uint64_t until_ms,
                         uint64_t now_ms, str note, struct err *e)
{
    struct relay_window one = { .client = *client, .until_ms = until_ms };
    set_note(&one, note);
    pthread_rwlock_wrlock(&w->lock);
    bool ok = put(w, &one, now_ms, e);
    if (ok && !note_down(w, &one, now_ms, e)) {
        take_out(w, client);
        ok = false;
    }
    atomic_store(&w->any, w->count);
    pthread_rwlock_unlock(&w->lock);
    return ok;
}

bool relay_windows_end(struct relay_windows *w, const struct ip *client, uint64_t now_ms, bool *had,
                       struct err *e)
{
    bool there, ok = true;
    pthread_rwlock_wrlock(&w->lock);
    size_t at = place_of(w, client, &there);
    *had = there && w->all[at].until_ms > now_ms;
    if (there) {
        struct relay_window none = { .client = *client };
        take_out(w, client); /* ended also where it cannot be written */
        ok = note_down(w, &none, now_ms, e);
    }
    atomic_store(&w->any, w->count);
    pthread_rwlock_unlock(&w->lock);
    return ok;
}

bool relay_windows_has(struct relay_windows *w, const struct ip *client, uint64_t now_ms)
{
    bool there;
    if (!atomic_load_explicit(&w->any, memory_order_relaxed))
        return false;
    pthread_rwlock_rdlock(&w->lock);
    size_t at = place_of(w, client, &there);
    bool holds = there && w->all[at].until_ms > now_ms;
    pthread_rwlock_unlock(&w->lock);
    return holds;
}

void relay_windows_each(struct relay_windows *w, uint64_t now_ms,
                        void (*one)(void *user, const struct relay_window *window), void *user)
{
    pthread_rwlock_rdlock(&w->lock);
    for (size_t i = 0; i < w->count; i++)
        if (w->all[i].until_ms > now_ms)
            one(user, &w->all[i]);
    pthread_rwlock_unlock(&w->lock);
}
