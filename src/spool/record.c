/* SPDX-License-Identifier: ISC */
#include "spool/record.h"
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILES_MAX = 4096, FDS_MAX = 1024, NAME = 48, SECTOR = 512 };

enum kind { WRITE, RESIZE, SYNC, SYNC_FAILED, LINK, UNLINK, RENAME, SYNC_DIR, NOTE };
struct event {
    enum kind kind;
    int file; /* inode; of SYNC_DIR: 0 the top, 1 the bodies; of NOTE: its kind */
    uint64_t offset, size;
    char *octets;
    char name[NAME], to[NAME]; /* "bodies/..." or a name at the top */
};

struct record {
    struct spool_io io;
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    char dir[200], vfs_name[40];
    pthread_mutex_t lock;
    struct event *events;
    size_t count, room;
    struct {
        char name[NAME];
        int file;
    } names[FILES_MAX];
    int name_count, files;
    int fd_file[FDS_MAX];
    enum record_call fail_call;
    unsigned fail_in;
    int fail_why;
    bool failed;
    unsigned skip;
    bool lag;
    unsigned own_syncs, db_syncs;
    pthread_cond_t db_synced;
};

/* ---- writing down ---- */

static struct event *event_new(struct record *r, enum kind kind, int file)
{
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 1024;
        r->events = realloc(r->events, r->room * sizeof *r->events);
        if (!r->events)
            abort();
    }
    struct event *e = &r->events[r->count++];
    *e = (struct event){ .kind = kind, .file = file };
    return e;
}

static int name_at(const struct record *r, const char *name)
{
    for (int i = 0; i < r->name_count; i++)
        if (strcmp(r->names[i].name, name) == 0)
            return i;
    return -1;
}

static void set_name(char out[NAME], const char *name)
{
    snprintf(out, NAME, "%s", name);
}

static int file_of(struct record *r, const char *name, bool make)
{
    int at = name_at(r, name);
    if (at >= 0 || !make)
        return at >= 0 ? r->names[at].file : -1;
    if (r->name_count == FILES_MAX)
        abort();
    set_name(r->names[r->name_count].name, name);
    r->names[r->name_count++].file = r->files;
    set_name(event_new(r, LINK, r->files)->name, name);
    return r->files++;
}

static void forget_name(struct record *r, const char *name)
{
    int at = name_at(r, name);
    if (at >= 0)
        r->names[at] = r->names[--r->name_count];
}

static void wrote(struct record *r, int file, uint64_t offset, const void *octets, size_t n)
{
    struct event *e = event_new(r, WRITE, file);
    e->offset = offset;
    e->size = n;
    e->octets = malloc(n + 1);
    if (!e->octets)
        abort();
    memcpy(e->octets, octets, n);
}

/* Is it the turn of this call to fail? */
static bool fails(struct record *r, enum record_call call)
{
    if (r->fail_in == 0 || r->fail_call != call || --r->fail_in > 0)
        return false;
    r->failed = true;
    return true;
}

static bool fails_with(struct record *r, enum record_call call)
{
    if (!fails(r, call))
        return false;
    errno = r->fail_why;
    return true;
}

void record_note(struct record *r, int kind, uint64_t a, uint64_t b)
{
    pthread_mutex_lock(&r->lock);
    struct event *e = event_new(r, NOTE, kind);
    e->offset = a;
    e->size = b;
    pthread_mutex_unlock(&r->lock);
}

void record_fail(struct record *r, enum record_call call, unsigned nth, int why)
{
    pthread_mutex_lock(&r->lock);
    r->fail_call = call;
    r->fail_in = nth;
    r->fail_why = why;
    r->failed = false;
    pthread_mutex_unlock(&r->lock);
}

bool record_failed(struct record *r)
{
    pthread_mutex_lock(&r->lock);
    bool failed = r->failed;
    pthread_mutex_unlock(&r->lock);
    return failed;
}

void record_skip(struct record *r, unsigned which)
{
    r->skip = which;
}

void record_lag(struct record *r)
{
    r->lag = true;
}

size_t record_events(const struct record *r)
{
    return r->count;
}

/* ---- the spool's own calls ---- */

static const char *path_of(const struct record *r, int dir, const char *name, char out[NAME])
{
    struct stat at, top;
    bool is_top = fstat(dir, &at) == 0 && stat(r->dir, &top) == 0 && at.st_ino == top.st_ino;
    snprintf(out, NAME, "%s%s", is_top ? "" : "bodies/", name);
    return out;
}

static int rec_open(void *user, int dir, const char *name, int flags, mode_t mode)
{
    struct record *r = user;
    char path[NAME];
    pthread_mutex_lock(&r->lock);
    int fd = fails_with(r, RECORD_OPEN) ? -1 : openat(dir, name, flags | O_CLOEXEC, mode);
    if (fd >= FDS_MAX)
        abort();
    if (fd >= 0)
        r->fd_file[fd] = file_of(r, path_of(r, dir, name, path), true);
    pthread_mutex_unlock(&r->lock);
    return fd;
}

static int rec_close(void *user, int fd)
{
    struct record *r = user;
    pthread_mutex_lock(&r->lock);
    int rc = close(fd);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static ssize_t rec_pwritev(void *user, int fd, const struct iovec *iov, int n, off_t offset)
{
    struct record *r = user;
    pthread_mutex_lock(&r->lock);
    ssize_t done = 0;
    struct iovec some[1024];
    memcpy(some, iov, (size_t)n * sizeof *iov);
    if (fails(r, RECORD_WRITE)) {
        errno = r->fail_why;
        done = r->fail_why ? -1 : 0;
        n = 1;
        some[0].iov_len = (some[0].iov_len + 1) / 2; /* a short write */
    }
    if (done == 0)
        done = pwritev(fd, some, n, offset);
    uint64_t at = (uint64_t)offset;
    size_t left = done > 0 ? (size_t)done : 0;
    char *whole = malloc(left + 1), *to = whole;
    for (int i = 0; i < n && left > 0; i++) {
        size_t part = some[i].iov_len < left ? some[i].iov_len : left;
        memcpy(to, some[i].iov_base, part);
        to += part;
        left -= part;
    }
    if (done > 0)
        wrote(r, r->fd_file[fd], at, whole, (size_t)done);
    free(whole);
    pthread_mutex_unlock(&r->lock);
    return done;
}

static ssize_t rec_pread(void *user UNUSED, int fd, void *into, size_t room, off_t offset)
{
    return pread(fd, into, room, offset);
}

static int resize(struct record *r, int fd, uint64_t size)
{
    int rc = ftruncate(fd, (off_t)size);
    if (rc == 0)
        event_new(r, RESIZE, r->fd_file[fd])->size = size;
    return rc;
}

/* As a file with a hole: what is written down is that its size may have grown. */
static int rec_fallocate(void *user, int fd, off_t offset, off_t octets)
{
    struct record *r = user;
    pthread_mutex_lock(&r->lock);
    int rc = fails_with(r, RECORD_FALLOCATE) ? -1 : resize(r, fd, (uint64_t)(offset + octets));
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int rec_ftruncate(void *user, int fd, off_t octets)
{
    struct record *r = user;
    pthread_mutex_lock(&r->lock);
    int rc = resize(r, fd, (uint64_t)octets);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

/* With the lock held. */
static void wait_for_db(struct record *r)
{
    enum { LAG_NS = 10000000 };
    struct timespec until;
    unsigned before = r->db_syncs;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LAG_NS;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    while (r->db_syncs == before &&
           pthread_cond_timedwait(&r->db_synced, &r->lock, &until) != ETIMEDOUT)
        continue;
}

static int rec_fdatasync(void *user, int fd)
{
    struct record *r = user;
    pthread_mutex_lock(&r->lock);
    if (r->lag && ++r->own_syncs % 2)
        wait_for_db(r);
    int rc = fails_with(r, RECORD_SYNC) ? -1 : 0;
    if (!(r->skip & RECORD_SKIP_SYNC))
        event_new(r, rc == 0 ? SYNC : SYNC_FAILED, r->fd_file[fd]);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int rec_fsync_dir(void *user, int dir)
{
    struct record *r = user;
    char path[NAME];
    pthread_mutex_lock(&r->lock);
    int rc = fails_with(r, RECORD_SYNC_DIR) ? -1 : 0;
    if (rc == 0 && !(r->skip & RECORD_SKIP_SYNC_DIR))
        event_new(r, SYNC_DIR, path_of(r, dir, "", path)[0] != '\0');
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int rec_unlink(void *user, int dir, const char *name)
{
    struct record *r = user;
    char path[NAME];
    pthread_mutex_lock(&r->lock);
    int rc = unlinkat(dir, name, 0);
    if (rc == 0) {
        set_name(event_new(r, UNLINK, file_of(r, path_of(r, dir, name, path), false))->name, path);
        forget_name(r, path);
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int rec_rename(void *user, int dir, const char *from, const char *to)
{
    struct record *r = user;
    char path[NAME], other[NAME];
    pthread_mutex_lock(&r->lock);
    int rc = renameat(dir, from, dir, to);
    if (rc == 0) {
        path_of(r, dir, from, path);
        path_of(r, dir, to, other);
        struct event *e = event_new(r, RENAME, file_of(r, path, false));
        set_name(e->name, path);
        set_name(e->to, other);
        forget_name(r, other);
        set_name(r->names[name_at(r, path)].name, other);
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int rec_free_octets(void *user UNUSED, int dir UNUSED, uint64_t *octets)
{
    *octets = UINT64_MAX;
    return 0;
}

/* ---- SQLite's calls: a file of ours in front of each of its own ---- */

struct db_file {
    sqlite3_file base;
    struct record *record;
    int file;
    sqlite3_file *real;
};

static struct db_file *db_file(sqlite3_file *f)
{
    return (struct db_file *)f;
}

static sqlite3_file *real_of(sqlite3_file *f)
{
    return db_file(f)->real;
}

static int db_close(sqlite3_file *f)
{
    return real_of(f)->pMethods->xClose(real_of(f));
}

static int db_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
    return real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

static int db_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
    struct record *r = db_file(f)->record;
    pthread_mutex_lock(&r->lock);
    int rc = SQLITE_OK;
    if (fails(r, RECORD_DB_WRITE)) {
        rc = r->fail_why == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
        n /= 2; /* some of it may have come to the disk */
    }
    int done = n > 0 ? real_of(f)->pMethods->xWrite(real_of(f), p, n, at) : SQLITE_OK;
    if (done == SQLITE_OK && n > 0)
        wrote(r, db_file(f)->file, (uint64_t)at, p, (size_t)n);
    pthread_mutex_unlock(&r->lock);
    return rc == SQLITE_OK ? done : rc;
}

static int db_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    struct record *r = db_file(f)->record;
    pthread_mutex_lock(&r->lock);
    int rc = real_of(f)->pMethods->xTruncate(real_of(f), size);
    if (rc == SQLITE_OK)
        event_new(r, RESIZE, db_file(f)->file)->size = (uint64_t)size;
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int db_sync(sqlite3_file *f, int flags UNUSED)
{
    struct record *r = db_file(f)->record;
    pthread_mutex_lock(&r->lock);
    int rc = fails(r, RECORD_DB_SYNC) ? SQLITE_IOERR_FSYNC : SQLITE_OK;
    if (!(r->skip & RECORD_SKIP_DB_SYNC))
        event_new(r, rc == SQLITE_OK ? SYNC : SYNC_FAILED, db_file(f)->file);
    r->db_syncs++;
    pthread_cond_broadcast(&r->db_synced);
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int db_size(sqlite3_file *f, sqlite3_int64 *size)
{
    return real_of(f)->pMethods->xFileSize(real_of(f), size);
}

static int db_lock(sqlite3_file *f, int lock)
{
    return real_of(f)->pMethods->xLock(real_of(f), lock);
}

static int db_unlock(sqlite3_file *f, int lock)
{
    return real_of(f)->pMethods->xUnlock(real_of(f), lock);
}

static int db_reserved(sqlite3_file *f, int *out)
{
    return real_of(f)->pMethods->xCheckReservedLock(real_of(f), out);
}

static int db_control(sqlite3_file *f, int op, void *arg)
{
    return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int db_sector(sqlite3_file *f)
{
    return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int db_device(sqlite3_file *f)
{
    return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static const sqlite3_io_methods DB_METHODS = {
    .iVersion = 1,
    .xClose = db_close,
    .xRead = db_read,
    .xWrite = db_write,
    .xTruncate = db_truncate,
    .xSync = db_sync,
    .xFileSize = db_size,
    .xLock = db_lock,
    .xUnlock = db_unlock,
    .xCheckReservedLock = db_reserved,
    .xFileControl = db_control,
    .xSectorSize = db_sector,
    .xDeviceCharacteristics = db_device,
};

static const char *last_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *f, int flags, int *out)
{
    struct record *r = vfs->pAppData;
    struct db_file *mine = db_file(f);
    *mine = (struct db_file){ .record = r, .real = (sqlite3_file *)(mine + 1) };
    pthread_mutex_lock(&r->lock);
    int rc = r->real->xOpen(r->real, path, mine->real, flags, out);
    if (rc == SQLITE_OK) {
        mine->base.pMethods = &DB_METHODS;
        mine->file = path ? file_of(r, last_name(path), true) : r->files++;
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    struct record *r = vfs->pAppData;
    pthread_mutex_lock(&r->lock);
    int rc = r->real->xDelete(r->real, path, sync);
    if (rc == SQLITE_OK) {
        set_name(event_new(r, UNLINK, file_of(r, last_name(path), false))->name, last_name(path));
        forget_name(r, last_name(path));
    }
    pthread_mutex_unlock(&r->lock);
    return rc;
}

/* ---- the recorder ---- */

struct record *record_new(const char *dir)
{
    static _Atomic unsigned number;
    struct record *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    snprintf(r->dir, sizeof r->dir, "%s", dir);
    snprintf(r->vfs_name, sizeof r->vfs_name, "record-%u", ++number);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->db_synced, NULL);
    r->real = sqlite3_vfs_find(NULL);
    r->vfs = *r->real;
    r->vfs.pNext = NULL;
    r->vfs.zName = r->vfs_name;
    r->vfs.szOsFile += (int)sizeof(struct db_file);
    r->vfs.pAppData = r;
    r->vfs.xOpen = vfs_open;
    r->vfs.xDelete = vfs_delete;
    sqlite3_vfs_register(&r->vfs, 0);
    r->io = (struct spool_io){ .user = r,
                               .vfs = r->vfs_name,
                               .checkpoint_pages = 25,
                               .sure_ms = -1,
                               .open = rec_open,
                               .close = rec_close,
                               .pwritev = rec_pwritev,
                               .pread = rec_pread,
                               .fallocate = rec_fallocate,
                               .ftruncate = rec_ftruncate,
                               .fdatasync = rec_fdatasync,
                               .fsync_dir = rec_fsync_dir,
                               .unlink = rec_unlink,
                               .rename = rec_rename,
                               .free_octets = rec_free_octets };
    return r;
}

void record_free(struct record *r)
{
    if (!r)
        return;
    sqlite3_vfs_unregister(&r->vfs);
    for (size_t i = 0; i < r->count; i++)
        free(r->events[i].octets);
    free(r->events);
    pthread_cond_destroy(&r->db_synced);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

const struct spool_io *record_io(const struct record *r)
{
    return &r->io;
}

/* ---- playing back ---- */

struct image {
    char *p;
    size_t n, room;
};
struct replay {
    const struct record *record;
    size_t at;
    struct image *files; /* what is sure of each */
    struct name {
        char name[NAME];
        int file;
    } * names; /* those that are sure */
    int name_count;
    size_t *pending; /* events, in order */
    size_t pending_count;
    unsigned seed, noise;
};

static void image_resize(struct image *m, size_t n)
{
    if (n > m->room) {
        m->room = n * 2;
        m->p = realloc(m->p, m->room);
        if (!m->p)
            abort();
    }
    if (n > m->n)
        memset(m->p + m->n, 0, n - m->n);
    m->n = n;
}

static void image_write(struct image *m, uint64_t offset, const char *p, size_t n)
{
    if (offset + n > m->n)
        image_resize(m, (size_t)offset + n);
    if (m->p)
        memcpy(m->p + offset, p, n);
}

struct names_of {
    struct name *rows;
    int *count;
};

static void names_remove(struct names_of l, const char *name)
{
    for (int i = 0; i < *l.count; i++)
        if (strcmp(l.rows[i].name, name) == 0) {
            l.rows[i] = l.rows[--*l.count];
            return;
        }
}

static void names_put(struct names_of l, const char *name, int file)
{
    names_remove(l, name);
    set_name(l.rows[*l.count].name, name);
    l.rows[(*l.count)++].file = file;
}

static bool is_name(const struct event *e)
{
    return e->kind == LINK || e->kind == UNLINK || e->kind == RENAME;
}

static bool in_bodies(const struct event *e)
{
    return strncmp(e->name, "bodies/", 7) == 0;
}

static void apply_name(struct names_of l, const struct event *e)
{
    if (e->kind != LINK)
        names_remove(l, e->name);
    if (e->kind != UNLINK)
        names_put(l, e->kind == LINK ? e->name : e->to, e->file);
}

/* Sectors of the file, not of the write: which of them came to the disk. */
static void apply_torn(struct image *m, const struct event *e, unsigned seed)
{
    for (uint64_t at = e->offset; at < e->offset + e->size;) {
        uint64_t end = (at / SECTOR + 1) * SECTOR;
        if (end > e->offset + e->size)
            end = e->offset + e->size;
        seed = seed * 1103515245U + 12345U;
        if (seed >> 16 & 1)
            image_write(m, at, e->octets + (at - e->offset), (size_t)(end - at));
        at = end;
    }
}

static void apply_octets(struct image *m, const struct event *e, unsigned choice)
{
    if (e->kind == RESIZE)
        image_resize(m, (size_t)e->size);
    else if (choice == 1)
        image_write(m, e->offset, e->octets, (size_t)e->size);
    else
        apply_torn(m, e, choice);
}

struct replay *replay_new(const struct record *r, unsigned seed)
{
    struct replay *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->record = r;
    p->seed = p->noise = seed;
    p->files = calloc((size_t)r->files + 1, sizeof *p->files);
    p->names = calloc(FILES_MAX, sizeof *p->names);
    p->pending = calloc(r->count + 1, sizeof *p->pending);
    return p;
}

void replay_free(struct replay *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->record->files; i++)
        free(p->files[i].p);
    free(p->files);
    free(p->names);
    free(p->pending);
    free(p);
}

/* A sync that failed: some of it is there, and the system has forgotten that the rest is not. No later sync brings it. By
 * the seed all of it came to the disk, or nothing, or some. */
static void half_synced(struct replay *p, const struct event *e)
{
    p->noise = p->noise * 1103515245U + 12345U;
    unsigned choice = p->seed % 3 < 2 ? p->seed % 3 : p->noise >> 16 & 3;
    if (choice)
        apply_octets(&p->files[e->file], e, choice);
}

/* What a sync makes sure leaves the list of what is pending. */
static void synced(struct replay *p, const struct event *sync)
{
    size_t kept = 0;
    for (size_t i = 0; i < p->pending_count; i++) {
        const struct event *e = &p->record->events[p->pending[i]];
        bool name = is_name(e);
        if (sync->kind == SYNC && !name && e->file == sync->file)
            apply_octets(&p->files[e->file], e, 1);
        else if (sync->kind == SYNC_FAILED && !name && e->file == sync->file)
            half_synced(p, e);
        else if (sync->kind == SYNC_DIR && name && in_bodies(e) == sync->file)
            apply_name((struct names_of){ p->names, &p->name_count }, e);
        else
            p->pending[kept++] = p->pending[i];
    }
    p->pending_count = kept;
}

bool replay_step(struct replay *p, bool *is_note, int *kind, uint64_t *a, uint64_t *b)
{
    if (p->at == p->record->count)
        return false;
    const struct event *e = &p->record->events[p->at];
    *is_note = e->kind == NOTE;
    if (e->kind == NOTE) {
        *kind = e->file;
        *a = e->offset;
        *b = e->size;
    } else if (e->kind == SYNC || e->kind == SYNC_FAILED || e->kind == SYNC_DIR) {
        synced(p, e);
    } else {
        p->pending[p->pending_count++] = p->at;
    }
    p->at++;
    return true;
}

size_t replay_pending(const struct replay *p)
{
    return p->pending_count;
}

static bool put_file(const char *dir, const char *name, const struct image *m)
{
    char path[300];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return false;
    bool ok = m->n == 0 || write(fd, m->p, m->n) == (ssize_t)m->n;
    close(fd);
    return ok;
}

/* ---- a disk ---- */

struct disk {
    int count;
    struct disk_file {
        char name[NAME];
        struct image image;
    } files[];
};

static struct image image_of(const struct replay *p, int file, const unsigned *chosen)
{
    const struct image *sure = &p->files[file];
    struct image m = { 0 };
    image_resize(&m, sure->n);
    if (sure->n > 0)
        memcpy(m.p, sure->p, sure->n);
    for (size_t i = 0; i < p->pending_count; i++) {
        const struct event *e = &p->record->events[p->pending[i]];
        if (!is_name(e) && e->file == file && chosen[i])
            apply_octets(&m, e, chosen[i]);
    }
    return m;
}

static int by_name(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    return strcmp(x->name, y->name);
}

struct disk *replay_build(const struct replay *p, unsigned (*choice)(void *user, size_t i),
                          void *user)
{
    size_t room = (size_t)p->name_count + p->pending_count + 1;
    struct name *names = calloc(room, sizeof *names);
    unsigned *chosen = calloc(p->pending_count + 1, sizeof *chosen);
    struct disk *d = calloc(1, sizeof *d + room * sizeof *d->files);
    int count = p->name_count;
    if (!names || !chosen || !d)
        abort();
    memcpy(names, p->names, (size_t)count * sizeof *names);
    for (size_t i = 0; i < p->pending_count; i++) {
        const struct event *e = &p->record->events[p->pending[i]];
        chosen[i] = choice(user, i);
        if (is_name(e) && chosen[i])
            apply_name((struct names_of){ names, &count }, e);
    }
    qsort(names, (size_t)count, sizeof *names, by_name);
    for (int n = 0; n < count; n++) {
        if (strcmp(names[n].name, "reserve") == 0)
            continue; /* it holds nothing but room */
        struct disk_file *f = &d->files[d->count++];
        set_name(f->name, names[n].name);
        f->image = image_of(p, names[n].file, chosen);
    }
    free(chosen);
    free(names);
    return d;
}

void disk_done(struct disk *d)
{
    for (int i = 0; d && i < d->count; i++)
        free(d->files[i].image.p);
    free(d);
}

/* ---- what is looked at of a log of SQLite's: https://www.sqlite.org/fileformat2.html#walformat ---- */

static uint32_t big32(const char *p)
{
    uint32_t n;
    memcpy(&n, p, sizeof n);
    return be32toh(n);
}

struct log_check {
    bool big; /* how the words are read that are added up */
    uint32_t a, b;
};

static void add_up(struct log_check *c, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i += 8) {
        uint32_t x[2];
        memcpy(x, p + i, sizeof x);
        c->a += (c->big ? be32toh(x[0]) : le32toh(x[0])) + c->b;
        c->b += (c->big ? be32toh(x[1]) : le32toh(x[1])) + c->a;
    }
}

static bool adds_up(const struct log_check *c, const char *p)
{
    return big32(p) == c->a && big32(p + 4) == c->b;
}

/* Up to the end of its last whole commit. */
static size_t log_end(const struct image *m)
{
    enum { HEAD = 32, FRAME = 24 };
    if (m->n < HEAD || (big32(m->p) & ~1U) != 0x377f0682)
        return 0;
    struct log_check c = { .big = big32(m->p) & 1 };
    size_t page = big32(m->p + 8), end = HEAD;
    add_up(&c, m->p, HEAD - 8);
    if (!adds_up(&c, m->p + HEAD - 8) || page < 512 || page > 65536)
        return 0;
    for (size_t at = HEAD; at + FRAME + page <= m->n; at += FRAME + page) {
        const char *frame = m->p + at;
        add_up(&c, frame, 8);
        add_up(&c, frame + FRAME, page);
        if (memcmp(frame + 8, m->p + 16, 8) != 0 || !adds_up(&c, frame + 16))
            break;
        if (big32(frame + 4) != 0) /* it ends a commit */
            end = at + FRAME + page;
    }
    return end;
}

static uint64_t sum_on(uint64_t sum, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i += 8) {
        uint64_t word = 0;
        memcpy(&word, p + i, n - i < 8 ? n - i : 8);
        sum = (sum ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        sum ^= sum >> 29;
    }
    return (sum ^ n) * UINT64_C(0xbf58476d1ce4e5b9);
}

static bool is_log(const char *name)
{
    size_t n = strlen(name);
    return n > 4 && strcmp(name + n - 4, "-wal") == 0;
}

uint64_t disk_sum(const struct disk *d)
{
    uint64_t sum = 1;
    for (int i = 0; i < d->count; i++) {
        const struct disk_file *f = &d->files[i];
        sum = sum_on(sum, f->name, strlen(f->name));
        if (f->image.n > 0)
            sum = sum_on(sum, f->image.p, is_log(f->name) ? log_end(&f->image) : f->image.n);
    }
    return sum;
}

bool disk_write(const struct disk *d, const char *dir)
{
    bool ok = true;
    for (int i = 0; i < d->count && ok; i++)
        ok = put_file(dir, d->files[i].name, &d->files[i].image);
    return ok;
}
