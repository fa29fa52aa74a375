/* SPDX-License-Identifier: ISC */
/*
 * relay/records.c - records on their way to the disk, and found again there
 *
 * An id is the number of a file, and a count within it: so it is unique across restarts, for the file is made before the
 * first id of it is given, and a record is looked for in one file. Each thread adds to one of a few shards, which has a
 * file of its own.
 */
#include "relay/record.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The last shards are those of rooms of their own. The number of a file says which it is: odd, and its next bit tells the
 * two apart. */
enum {
    SHARDS = 10,
    LOGINS = SHARDS - 2,
    DIALOGUE = SHARDS - 1,
    COMMON = SHARDS - 2, /* shards of all others */
    ROOMS = 3,
    ROOM_PART = 8,
    BUFFER = 2 << 20,
    FILES_MAX = 4096,
    COUNT_BITS = 20,
    DIGESTS = 4
};
enum { FILE_LEAST = 256 << 10, FILE_MOST = 16 << 20, PARTS = 16, RULES_MAX = 16 << 20 };
enum { SECOND_MS = 1000, DAY_MS = 86400 * 1000, TOUCH_MS = 60 * 1000 };

struct shard {
    pthread_mutex_t lock;
    char *filling, *writing; /* two buffers of BUFFER octets, or NULL */
    size_t filled, in_writing;
    uint64_t number, number_writing; /* of the files they are for; 0: none yet */
    uint64_t count;                  /* of records that the file has */
    uint64_t digests[DIGESTS];       /* of what is in filling */
    size_t digest_count;
    /* the writer's */
    int file;
    uint64_t file_octets, begun_ms;
};
struct file {
    uint64_t number, octets, begun_ms;
};
struct relay_records {
    int dir, rules_dir;
    uint64_t octets_max, file_max;
    struct shard shards[SHARDS];
    atomic_uint_fast64_t next_number, lost;

    pthread_mutex_t lock; /* of what is below, and held while it is written */
    struct file *files;
    size_t file_count;
    struct touched {
        uint64_t digest, at_ms;
    } touched[16];

    pthread_mutex_t turn; /* of what follows */
    pthread_cond_t wake, written;
    bool running, stop;
    uint64_t wanted, done; /* flushes */
    pthread_t thread;
};

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static const char *name_of(uint64_t number, char out[24])
{
    snprintf(out, 24, "%016llx", (unsigned long long)number);
    return out;
}

static bool number_of(const char *name, uint64_t *number)
{
    char *end;
    *number = strtoull(name, &end, 16);
    return strlen(name) == 16 && !*end;
}

/* ------------------------------------------------------------------------------------------------
 * Files, their number and their size (under the lock)
 */
static enum relay_room room_of(uint64_t number)
{
    return !(number & 1) ? RELAY_ROOM_MAIL : number & 2 ? RELAY_ROOM_DIALOGUE : RELAY_ROOM_LOGINS;
}

static int make_file(struct relay_records *r, enum relay_room room, uint64_t *number)
{
    char name[24];
    int fd;
    do {
        do
            *number = atomic_fetch_add(&r->next_number, 1);
        while (room_of(*number) != room);
        fd = openat(r->dir, name_of(*number, name),
                    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    } while (fd < 0 && errno == EEXIST);
    return fd;
}

static bool is_open(const struct relay_records *r, uint64_t number)
{
    for (size_t i = 0; i < SHARDS; i++)
        if (r->shards[i].number == number)
            return true;
    return false;
}

/* Rule files that were last in force before the oldest record that is left. */
static void prune_rules(struct relay_records *r)
{
    uint64_t oldest = now_ms();
    for (size_t i = 0; i < r->file_count; i++)
        if (r->files[i].begun_ms < oldest)
            oldest = r->files[i].begun_ms;
    int fd = openat(r->rules_dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    if (!d && fd >= 0)
        close(fd);
    for (struct dirent *at; d && (at = readdir(d));) {
        struct stat st;
        uint64_t digest;
        if (number_of(at->d_name, &digest) && fstatat(r->rules_dir, at->d_name, &st, 0) == 0 &&
            (uint64_t)st.st_mtim.tv_sec * 1000 + 3 * TOUCH_MS < oldest)
            unlinkat(r->rules_dir, at->d_name, 0);
    }
    if (d)
        closedir(d);
}

/* The oldest go until there is room, but those that are written to. */
static void drop_oldest(struct relay_records *r)
{
    uint64_t sums[ROOMS] = { 0 };
    const uint64_t most[ROOMS] = { r->octets_max, r->octets_max / ROOM_PART,
                                   r->octets_max / ROOM_PART };
    size_t kept = 0;
    bool dropped = false;
    for (size_t i = 0; i < r->file_count; i++)
        sums[room_of(r->files[i].number)] += r->files[i].octets;
    for (size_t i = 0; i < r->file_count; i++) {
        char name[24];
        struct file *f = &r->files[i];
        enum relay_room room = room_of(f->number);
        bool goes = (sums[room] > most[room] || r->file_count - i + kept > FILES_MAX - SHARDS) &&
                    !is_open(r, f->number);
        if (goes && (unlinkat(r->dir, name_of(f->number, name), 0) == 0 || errno == ENOENT)) {
            sums[room] -= f->octets;
            dropped = true;
            continue;
        }
        r->files[kept++] = *f;
    }
    r->file_count = kept;
    if (dropped)
        prune_rules(r);
}

static void add_file(struct relay_records *r, uint64_t number, uint64_t octets, uint64_t begun)
{
    if (r->file_count == FILES_MAX)
        drop_oldest(r);
    if (r->file_count < FILES_MAX)
        r->files[r->file_count++] = (struct file){ number, octets, begun };
}

static void grown(struct relay_records *r, uint64_t number, size_t more)
{
    for (size_t i = r->file_count; i-- > 0;)
        if (r->files[i].number == number) {
            r->files[i].octets += more;
            return;
        }
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static bool write_all(int fd, const char *p, size_t n)
{
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno != EINTR)
            return false;
        p += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

static bool read_all(int fd, size_t max, struct buf *out)
{
    char piece[1 << 16];
    ssize_t n;
    buf_init(out, max);
    while ((n = read(fd, piece, sizeof piece)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0 && !buf_add(out, (str){ piece, (size_t)n }))
            return false;
    return n == 0;
}

/* A rule file's time is that of the last record of it, more or less. */
static void touch(struct relay_records *r, uint64_t digest, uint64_t now)
{
    char name[24];
    struct touched *t = &r->touched[digest % COUNT_OF(r->touched)];
    if (t->digest == digest && now - t->at_ms < TOUCH_MS)
        return;
    *t = (struct touched){ digest, now };
    utimensat(r->rules_dir, name_of(digest, name), NULL, 0);
}

/* The shard's next file, for what comes from now on. The old one is closed when its last octets are written. */
static int turn_over(struct relay_records *r, struct shard *s, uint64_t now)
{
    uint64_t number;
    int fd = make_file(r,
                       s == &r->shards[LOGINS]     ? RELAY_ROOM_LOGINS
                       : s == &r->shards[DIALOGUE] ? RELAY_ROOM_DIALOGUE
                                                   : RELAY_ROOM_MAIL,
                       &number);
    if (fd < 0)
        return -1;
    add_file(r, number, 0, now);
    s->number = number;
    s->count = 0;
    s->file_octets = 0;
    s->begun_ms = now;
    return fd;
}

static void write_shard(struct relay_records *r, struct shard *s, uint64_t now)
{
    uint64_t digests[DIGESTS];
    pthread_mutex_lock(&s->lock);
    if (!s->filled) {
        pthread_mutex_unlock(&s->lock);
        return;
    }
    char *full = s->filling;
    s->filling = s->writing;
    s->writing = full;
    s->in_writing = s->filled;
    s->filled = 0;
    s->number_writing = s->number;
    size_t digest_count = s->digest_count;
    memcpy(digests, s->digests, sizeof digests);
    s->digest_count = 0;
    s->file_octets += s->in_writing;
    bool over = s->file_octets >= r->file_max || now - s->begun_ms > DAY_MS;
    int old = s->file, next = over ? turn_over(r, s, now) : -1;
    pthread_mutex_unlock(&s->lock);

    if (!write_all(old, s->writing, s->in_writing)) {
        struct stat st; /* half a record stays half, and the next lies at a multiple of 8 again */
        atomic_fetch_add(&r->lost, 1);
        (void)!(fstat(old, &st) == 0 && ftruncate(old, (st.st_size + 7) / 8 * 8) == 0);
    }
    grown(r, s->number_writing, s->in_writing);
    for (size_t i = 0; i < digest_count; i++)
        touch(r, digests[i], now);
    if (next >= 0) {
        close(old);
        s->file = next;
    }
    pthread_mutex_lock(&s->lock);
    s->in_writing = 0;
    pthread_mutex_unlock(&s->lock);
    if (next >= 0)
        drop_oldest(r);
}

static void write_shards(struct relay_records *r)
{
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < SHARDS; i++)
        if (r->shards[i].file >= 0)
            write_shard(r, &r->shards[i], now_ms());
    pthread_mutex_unlock(&r->lock);
}

/* ------------------------------------------------------------------------------------------------
 * The thread that writes
 */
static void *write_for_ever(void *user)
{
    struct relay_records *r = user;
    pthread_mutex_lock(&r->turn);
    for (bool last = false; !last;) {
        struct timespec at;
        clock_gettime(CLOCK_REALTIME, &at);
        at.tv_sec += SECOND_MS / 1000;
        if (!r->stop && r->wanted == r->done)
            pthread_cond_timedwait(&r->wake, &r->turn, &at);
        uint64_t flush = r->wanted;
        last = r->stop;
        pthread_mutex_unlock(&r->turn);
        write_shards(r);
        pthread_mutex_lock(&r->turn);
        r->done = flush;
        pthread_cond_broadcast(&r->written);
    }
    pthread_mutex_unlock(&r->turn);
    return NULL;
}

/* Signals are others'. Without the thread everything is written where it is flushed. */
static void start(struct relay_records *r)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_mutex_lock(&r->turn);
    if (!r->running && !r->stop) {
        pthread_sigmask(SIG_SETMASK, &all, &before);
        r->running = pthread_create(&r->thread, NULL, write_for_ever, r) == 0;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    pthread_mutex_unlock(&r->turn);
}

static void wake(struct relay_records *r)
{
    pthread_mutex_lock(&r->turn);
    r->wanted++;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->turn);
}

void relay_records_flush(struct relay_records *r)
{
    pthread_mutex_lock(&r->turn);
    bool running = r->running;
    uint64_t mine = ++r->wanted;
    pthread_cond_signal(&r->wake);
    while (running && r->done < mine)
        pthread_cond_wait(&r->written, &r->turn);
    pthread_mutex_unlock(&r->turn);
    if (!running)
        write_shards(r);
}

/* ------------------------------------------------------------------------------------------------
 * Opening and closing
 */
static int compare_files(const void *a, const void *b)
{
    uint64_t x = ((const struct file *)a)->number, y = ((const struct file *)b)->number;
    return (x > y) - (x < y);
}

static uint64_t begun_of(struct relay_records *r, const char *name, uint64_t otherwise)
{
    char first[RELAY_RECORD_MAX];
    struct relay_record rec;
    struct arena a;
    int fd = openat(r->dir, name, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, first, sizeof first) : -1;
    if (fd >= 0)
        close(fd);
    arena_init(&a, 1 << 16);
    bool found = n > 0 && relay_record_search((str){ first, (size_t)n }, 0, &a, &rec);
    uint64_t begun = found ? rec.at_ms : otherwise;
    arena_done(&a);
    return begun;
}

/* Somewhere, so that ids of two relays whose logs are read together are not the same; short ids have room for 2^20 files. */
static uint64_t first_number(void)
{
    uint32_t chance;
    return getrandom(&chance, sizeof chance, GRND_NONBLOCK) == sizeof chance
               ? 1 + chance % (1u << 19)
               : 1;
}

/* Files without a record are of no use but the last, whose number must not be given again. */
static bool list_files(struct relay_records *r, struct err *e)
{
    int fd = openat(r->dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd >= 0 ? fdopendir(fd) : NULL;
    uint64_t last = 0;
    if (!d)
        return err_sys(e, "listing the records");
    for (struct dirent *at; (at = readdir(d));) {
        struct stat st;
        uint64_t number;
        if (!number_of(at->d_name, &number) || fstatat(r->dir, at->d_name, &st, 0) != 0)
            continue;
        last = number > last ? number : last;
        if (r->file_count < FILES_MAX)
            r->files[r->file_count++] =
                (struct file){ number, (uint64_t)st.st_size,
                               begun_of(r, at->d_name, (uint64_t)st.st_mtim.tv_sec * 1000) };
    }
    closedir(d);
    qsort(r->files, r->file_count, sizeof *r->files, compare_files);
    size_t kept = 0;
    for (size_t i = 0; i < r->file_count; i++) {
        char name[24];
        if (r->files[i].octets || r->files[i].number == last ||
            unlinkat(r->dir, name_of(r->files[i].number, name), 0) != 0)
            r->files[kept++] = r->files[i];
    }
    r->file_count = kept;
    atomic_store(&r->next_number, last ? last + 1 : first_number());
    return true;
}

static int open_folder(const char *state_dir, const char *name, struct err *e)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", state_dir, name);
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        err_sys(e, "making the folder '%s'", path);
        return -1;
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        err_sys(e, "opening the folder '%s'", path);
    return fd;
}

struct relay_records *relay_records_open(const char *state_dir, uint64_t octets_max, struct err *e)
{
    struct relay_records *r = calloc(1, sizeof *r);
    if (!r || !(r->files = calloc(FILES_MAX, sizeof *r->files))) {
        free(r);
        err_memory(e, "the records");
        return NULL;
    }
    pthread_mutex_init(&r->lock, NULL);
    pthread_mutex_init(&r->turn, NULL);
    pthread_cond_init(&r->wake, NULL);
    pthread_cond_init(&r->written, NULL);
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_init(&r->shards[i].lock, NULL);
        r->shards[i].file = -1;
    }
    r->octets_max = octets_max;
    r->file_max = octets_max / PARTS;
    r->file_max = r->file_max < FILE_LEAST ? FILE_LEAST : r->file_max;
    r->file_max = r->file_max > FILE_MOST ? FILE_MOST : r->file_max;
    r->dir = open_folder(state_dir, "records", e);
    r->rules_dir = r->dir >= 0 ? open_folder(state_dir, "rules", e) : -1;
    if (r->rules_dir < 0 || !list_files(r, e)) {
        relay_records_close(r);
        return NULL;
    }
    drop_oldest(r);
    return r;
}

void relay_records_close(struct relay_records *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->turn);
    r->stop = true;
    bool running = r->running;
    pthread_cond_signal(&r->wake);
    pthread_mutex_unlock(&r->turn);
    if (running)
        pthread_join(r->thread, NULL);
    write_shards(r);
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &r->shards[i];
        if (s->file >= 0)
            close(s->file);
        free(s->filling);
        free(s->writing);
        pthread_mutex_destroy(&s->lock);
    }
    if (r->dir >= 0)
        close(r->dir);
    if (r->rules_dir >= 0)
        close(r->rules_dir);
    pthread_cond_destroy(&r->wake);
    pthread_cond_destroy(&r->written);
    pthread_mutex_destroy(&r->turn);
    pthread_mutex_destroy(&r->lock);
    free(r->files);
    free(r);
}

/* ------------------------------------------------------------------------------------------------
 * Adding
 */
static struct shard *shard_of(struct relay_records *r, enum relay_room room)
{
    static atomic_uint threads;
    static _Thread_local unsigned mine;
    if (room != RELAY_ROOM_MAIL)
        return &r->shards[room == RELAY_ROOM_LOGINS ? LOGINS : DIALOGUE];
    if (!mine)
        mine = 1 + atomic_fetch_add(&threads, 1);
    return &r->shards[mine % COMMON];
}

/* The first record of a shard. Locks are taken in the order of the writer: r->lock, then the shard's. */
static bool begin(struct relay_records *r, struct shard *s)
{
    start(r);
    pthread_mutex_lock(&r->lock);
    pthread_mutex_lock(&s->lock);
    if (s->file < 0) {
        s->filling = s->filling ? s->filling : malloc(BUFFER);
        s->writing = s->writing ? s->writing : malloc(BUFFER);
        int fd = s->filling && s->writing ? turn_over(r, s, now_ms()) : -1;
        s->number_writing = s->number;
        s->file = fd;
    }
    bool ready = s->file >= 0;
    pthread_mutex_unlock(&s->lock);
    pthread_mutex_unlock(&r->lock);
    return ready;
}

static void note_digest(struct shard *s, uint64_t digest)
{
    for (size_t i = 0; i < s->digest_count; i++)
        if (s->digests[i] == digest)
            return;
    if (s->digest_count < DIGESTS)
        s->digests[s->digest_count++] = digest;
}

uint64_t relay_records_add(struct relay_records *r, const struct relay_record *rec)
{
    struct shard *s = shard_of(r, rec->room);
    struct relay_record one = *rec;
    pthread_mutex_lock(&s->lock);
    while (!s->number) {
        pthread_mutex_unlock(&s->lock);
        if (!begin(r, s)) { /* an id that is found nowhere */
            atomic_fetch_add(&r->lost, 1);
            return atomic_fetch_add(&r->next_number, 1) << COUNT_BITS;
        }
        pthread_mutex_lock(&s->lock);
    }
    one.id = s->number << COUNT_BITS | (s->count & ((1u << COUNT_BITS) - 1));
    s->count++;
    bool half = false;
    if (BUFFER - s->filled >= RELAY_RECORD_MAX) {
        size_t before = s->filled;
        s->filled += relay_record_write(&one, s->filling + s->filled);
        half = before < BUFFER / 2 && s->filled >= BUFFER / 2;
        note_digest(s, rec->digest);
    } else
        atomic_fetch_add(&r->lost, 1);
    pthread_mutex_unlock(&s->lock);
    if (half)
        wake(r);
    return one.id;
}

uint64_t relay_records_lost(struct relay_records *r)
{
    return atomic_load(&r->lost);
}

/* ------------------------------------------------------------------------------------------------
 * Finding
 */
/* The texts of a record that is found point into what is about to go. */
static bool keep(const char *octets, size_t n, uint64_t id, struct arena *a,
                 struct relay_record *out)
{
    struct relay_record found;
    size_t size;
    if (!n || !relay_record_search((str){ octets, n }, id, a, &found))
        return false;
    char again[RELAY_RECORD_MAX];
    size_t octets_now = relay_record_write(&found, again);
    str ours = arena_dup(a, (str){ again, octets_now });
    return ours.p && relay_record_read(ours, a, out, &size);
}

static bool find_waiting(struct relay_records *r, uint64_t id, struct arena *a,
                         struct relay_record *out)
{
    bool found = false;
    for (size_t i = 0; i < SHARDS && !found; i++) {
        struct shard *s = &r->shards[i];
        pthread_mutex_lock(&s->lock);
        if (s->number == id >> COUNT_BITS)
            found = keep(s->filling, s->filled, id, a, out);
        if (!found && s->number_writing == id >> COUNT_BITS)
            found = keep(s->writing, s->in_writing, id, a, out);
        pthread_mutex_unlock(&s->lock);
    }
    return found;
}

bool relay_records_find(struct relay_records *r, uint64_t id, struct arena *a,
                        struct relay_record *out, struct err *e)
{
    char name[24], text[RELAY_RECORD_ID_MAX];
    if (find_waiting(r, id, a, out))
        return true;
    AUTO(buf_done) struct buf octets = { .max = 0 };
    name_of(id >> COUNT_BITS, name);
    int fd = openat(r->dir, name, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        bool whole = read_all(fd, FILE_MOST + 2 * BUFFER, &octets);
        close(fd);
        if (whole && keep(octets.p, octets.n, id, a, out))
            return true;
    }
    return err_set(e, ERR_SYNTAX,
                   "there is no record %s; it is mistyped, or so old that it was dropped",
                   relay_record_text(id, text));
}

/* ------------------------------------------------------------------------------------------------
 * Rule files
 */
bool relay_records_rules(struct relay_records *r, uint64_t digest, str text, struct err *e)
{
    char name[24], beside[32];
    struct stat st;
    name_of(digest, name);
    if (fstatat(r->rules_dir, name, &st, 0) == 0 && (uint64_t)st.st_size == text.n)
        return utimensat(r->rules_dir, name, NULL, 0) == 0 ||
               err_sys(e, "keeping the rule file of the records");
    snprintf(beside, sizeof beside, "%s.new", name);
    int fd = openat(r->rules_dir, beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_all(fd, text.p, text.n) && fsync(fd) == 0 &&
              renameat(r->rules_dir, beside, r->rules_dir, name) == 0;
    if (!ok)
        err_sys(e, "keeping the rule file of the records as 'rules/%s' in the state directory",
                name);
    if (fd >= 0)
        close(fd);
    return ok;
}

bool relay_records_rules_of(struct relay_records *r, uint64_t digest, struct buf *text,
                            struct err *e)
{
    char name[24];
    buf_init(text, 0);
    int fd = openat(r->rules_dir, name_of(digest, name), O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 && read_all(fd, RULES_MAX, text);
    if (!ok)
        err_sys(e, "reading the rule file of then, 'rules/%s' in the state directory", name);
    if (fd >= 0)
        close(fd);
    return ok;
}
