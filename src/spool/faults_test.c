/* SPDX-License-Identifier: ISC */
/* Calls that fail, disks that are full, octets that changed: each has its answer, and nothing acknowledged is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spool/crc32c.h"
#include "spool/map.h"
#include "spool/record.h"
#include "spool/testing.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* ---- one call fails ---- */

struct fault {
    const char *about;
    enum record_call call;
    unsigned nth;
    int why;
    enum spool_result small, large; /* of what is kept meanwhile */
};
static const struct fault FAULTS[] = {
    { "a short write", RECORD_WRITE, 1, 0, SPOOL_KEPT, SPOOL_KEPT },
    { "an interrupted write", RECORD_WRITE, 1, EINTR, SPOOL_KEPT, SPOOL_KEPT },
    { "a write that fails", RECORD_WRITE, 1, EIO, SPOOL_FAILED, SPOOL_FAILED },
    { "a write without room", RECORD_WRITE, 1, ENOSPC, SPOOL_FULL, SPOOL_FULL },
    { "the sums of a large one", RECORD_WRITE, 3, EIO, SPOOL_KEPT, SPOOL_FAILED },
    { "the header of a large one", RECORD_WRITE, 4, EIO, SPOOL_KEPT, SPOOL_FAILED },
    { "an interrupted sync", RECORD_SYNC, 1, EINTR, SPOOL_KEPT, SPOOL_KEPT },
    { "a sync that fails", RECORD_SYNC, 1, EIO, SPOOL_FAILED, SPOOL_FAILED },
    { "a sync without room", RECORD_SYNC, 1, ENOSPC, SPOOL_FULL, SPOOL_FULL },
    { "no file", RECORD_OPEN, 1, EMFILE, SPOOL_KEPT, SPOOL_FAILED },
    { "no room for a file", RECORD_OPEN, 1, ENOSPC, SPOOL_KEPT, SPOOL_FULL },
    { "a directory that is not synced", RECORD_SYNC_DIR, 1, EIO, SPOOL_KEPT, SPOOL_FAILED },
    { "state without room", RECORD_DB_WRITE, 1, ENOSPC, SPOOL_FULL, SPOOL_FULL },
    { "state that is not written", RECORD_DB_WRITE, 2, EIO, SPOOL_FAILED, SPOOL_FAILED },
    { "state that is not synced", RECORD_DB_SYNC, 1, EIO, SPOOL_FAILED, SPOOL_FAILED },
};

static void kept_so_far(struct spool *s, const struct test_kept *before, size_t octets,
                        const struct test_kept *during, size_t during_octets)
{
    test_reads(s, before->id, 1, octets);
    if (during->result == SPOOL_KEPT)
        test_reads(s, during->id, 2, during_octets);
    struct test_kept after = test_keep(s, 3, octets, 1, true);
    assert_int_equal(after.result, SPOOL_KEPT);
    test_reads(s, after.id, 3, octets);
    struct test_taken t = test_list(s, &(struct spool_filter){ .id = 0 });
    assert_int_equal(t.count, during->result == SPOOL_KEPT ? 3 : 2);
}

static void one_fault(const struct fault *f, size_t octets, enum spool_result wanted)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct record *r = record_new(d.path);
    struct spool *s = test_open(&d, record_io(r));
    struct test_kept before = test_keep(s, 1, 2000, 1, true);
    assert_int_equal(before.result, SPOOL_KEPT);
    record_fail(r, f->call, f->nth, f->why);
    struct test_kept during = test_keep(s, 2, octets, 1, true);
    if (during.result != wanted)
        fail_msg("%s, %zu octets: %d, not %d", f->about, octets, during.result, wanted);
    kept_so_far(s, &before, 2000, &during, octets);
    spool_close(s);
    s = test_open(&d, NULL);
    struct test_taken t = test_take(s, 10, 10);
    assert_int_equal(t.count, wanted == SPOOL_KEPT ? 3 : 2);
    for (size_t i = 0; i < t.count; i++)
        test_reads(s, t.all[i].id, t.all[i].seed, t.all[i].seed == 2 ? octets : 2000);
    spool_close(s);
    record_free(r);
}

static void each_fault_has_its_answer(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(FAULTS); i++) {
        one_fault(&FAULTS[i], 3000, FAULTS[i].small);
        one_fault(&FAULTS[i], 200000, FAULTS[i].large);
    }
}

/* The system may have forgotten what it could not write: the next message lies elsewhere. */
static void a_segment_that_failed_is_not_written_again(void **state UNUSED)
{
    static const enum record_call CALLS[] = { RECORD_SYNC, RECORD_WRITE };
    for (size_t i = 0; i < COUNT_OF(CALLS); i++) {
        AUTO(test_dir_done) struct test_dir d = test_dir_new();
        struct record *r = record_new(d.path);
        struct spool *s = test_open(&d, record_io(r));
        struct spool_numbers n;
        struct test_kept k = test_keep(s, 1, 2000, 1, true);
        record_fail(r, CALLS[i], 1, EIO);
        assert_int_equal(test_keep(s, 2, 2000, 1, true).result, SPOOL_FAILED);
        assert_int_equal(test_keep(s, 3, 2000, 1, true).result, SPOOL_KEPT);
        spool_numbers(s, &n);
        assert_int_equal(n.segments, 2);
        assert_int_equal(n.sync_failures, CALLS[i] == RECORD_SYNC);
        test_reads(s, k.id, 1, 2000);
        spool_close(s);
        record_free(r);
    }
}

/* A settlement does not fail: it is made as soon as that is possible, and meanwhile nobody gets the message. */
static void settling_is_tried_again(void **state UNUSED)
{
    static const struct {
        enum record_call call;
        int why;
    } CASES[] = { { RECORD_DB_SYNC, EIO },
                  { RECORD_DB_WRITE, ENOSPC },
                  { RECORD_DB_WRITE, EIO },
                  { RECORD_SYNC, EIO } };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(test_dir_done) struct test_dir d = test_dir_new();
        struct record *r = record_new(d.path);
        struct spool *s = test_open(&d, record_io(r));
        struct test_kept k = test_keep(s, 1, 2000, 1, true);
        record_fail(r, CASES[i].call, 1, CASES[i].why);
        struct test_kept bounce = test_settle_bounce(s, k.id, 9, 500);
        assert_true(record_failed(r));
        assert_int_equal(bounce.result, SPOOL_KEPT);
        struct test_taken t = test_take(s, 10, 10);
        assert_int_equal(t.count, 1);
        assert_int_equal(t.all[0].id, bounce.id);
        test_reads(s, bounce.id, 9, 500);
        spool_close(s);
        record_free(r);
    }
}

/* It would come behind the settlement, which tells more. */
static void a_note_is_not_tried_again(void **state UNUSED)
{
    static const enum record_call CALLS[] = { RECORD_DB_SYNC, RECORD_DB_WRITE };
    for (size_t i = 0; i < COUNT_OF(CALLS); i++) {
        AUTO(test_dir_done) struct test_dir d = test_dir_new();
        struct record *r = record_new(d.path);
        struct spool *s = test_open(&d, record_io(r));
        struct test_kept k = test_keep(s, 1, 2000, 1, true);
        record_fail(r, CALLS[i], 1, EIO);
        test_note(s, k.id, 71);
        while (!record_failed(r))
            nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
        assert_int_equal(test_settle(s, k.id, 500), SPOOL_KEPT);
        nanosleep(&(struct timespec){ 1, 200000000 },
                  NULL); /* longer than what is tried again waits */
        struct test_taken t = test_take(s, 1000, 10);
        assert_int_equal(t.count, 1);
        assert_int_equal(t.all[0].seed, 0);
        test_reads(s, k.id, 1, 2000);
        spool_close(s);
        record_free(r);
    }
}

/* Up to the millisecond: time() may be one tick behind what the spool goes by. */
static uint64_t since_1970_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void until_none_is_in_hand(struct spool *s)
{
    struct spool_numbers numbers = { .in_hand = 1 };
    while (numbers.in_hand > 0) {
        nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
        spool_numbers(s, &numbers);
    }
}

/* One that is due again, whole, a minute from now, and not before. */
static void waits_as_it_was(struct spool *s, uint64_t id)
{
    struct test_taken t = test_take(s, since_1970_ms(), 10);
    assert_int_equal(t.count, 0);
    assert_true(t.next_due_ms <= since_1970_ms() + SPOOL_AS_IT_WAS_MS + 1000);
    t = test_take(s, t.next_due_ms, 10);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.all[0].id, id);
    test_reads(s, id, 1, 2000);
}

/* Its octets are not tried to be synced again: the next attempt makes another bounce. Without a restart. */
static void a_large_bounce_that_is_not_synced_is_made_again(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct record *r = record_new(d.path);
    struct spool *s = test_open(&d, record_io(r));
    struct test_kept k = test_keep(s, 1, 2000, 1, true);
    record_fail(r, RECORD_SYNC, 1, EIO);
    struct test_kept bounce = test_settle_bounce(s, k.id, 9, 200000);
    assert_true(record_failed(r));
    assert_int_equal(bounce.result, SPOOL_KEPT);
    assert_int_equal(bounce.id, 0);
    waits_as_it_was(s, k.id);
    bounce = test_settle_bounce(s, k.id, 9, 200000);
    struct test_taken t = test_take(s, UINT64_MAX, 10);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.all[0].id, bounce.id);
    test_reads(s, bounce.id, 9, 200000);
    spool_close(s);
    record_free(r);
}

/* As where memory is short: what is to be written of it is more than may be. It is not in hand for ever. */
static void what_cannot_be_settled_waits_as_it_was(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool *s = test_open(&d, NULL);
    struct test_kept k = test_keep(s, 1, 2000, 1, true);
    size_t n = 65 << 20;
    char *long_reply = calloc(1, n);
    struct queue_message m = *test_message(1, 2000, 5);
    m.id = k.id;
    m.recipients[0].reply = (str){ long_reply, n };
    assert_false(spool_settle(s, &m, NULL, NULL, NULL, NULL));
    free(long_reply);
    until_none_is_in_hand(s);
    waits_as_it_was(s, k.id);
    spool_let_go(s, k.id);
    until_none_is_in_hand(s);
    waits_as_it_was(s, k.id);
    assert_int_equal(test_settle(s, k.id, 0), SPOOL_KEPT);
    spool_close(s);
}

/* ---- a full disk ---- */

static _Atomic uint64_t disk_free;

static int free_octets(void *user UNUSED, int dir UNUSED, uint64_t *octets)
{
    *octets = disk_free;
    return 0;
}

static void let_it_look(void)
{
    usleep(80000); /* the room is looked at no oftener than that */
}

static void a_full_disk_refuses_and_recovers(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct spool_io io = SPOOL_IO_SYSTEM;
    struct err e;
    io.free_octets = free_octets;
    disk_free = 10 << 20;
    struct spool *s = spool_open(
        &(struct spool_options){
            .dir = d.path, .segment_octets = 1 << 20, .keep_free = 1 << 20, .io = &io },
        &e);
    assert_non_null(s);
    struct test_kept k = test_keep(s, 1, 2000, 1, true);
    assert_int_equal(k.result, SPOOL_KEPT);
    disk_free = 1000;
    let_it_look();
    assert_int_equal(test_keep(s, 2, 2000, 1, true).result, SPOOL_FULL);
    assert_int_equal(test_keep(s, 2, 500000, 1, true).result, SPOOL_FULL);
    /* What makes room is done, and what is owed. */
    assert_int_equal(test_settle_bounce(s, k.id, 3, 900).result, SPOOL_KEPT);
    disk_free = 10 << 20;
    let_it_look();
    assert_int_equal(test_keep(s, 4, 500000, 1, false).result, SPOOL_KEPT);
    struct spool_numbers n;
    spool_numbers(s, &n);
    assert_int_equal(n.messages, 2);
    assert_int_equal(n.refused_full, 1); /* the large one did not get as far */
    spool_close(s);
}

/* ---- octets that changed ---- */

struct heard {
    _Atomic int times;
    char what[400], before[400]; /* the last, and the one before */
};

static void told(void *user, const char *what, const struct err *why)
{
    struct heard *h = user;
    memcpy(h->before, h->what, sizeof h->before);
    snprintf(h->what, sizeof h->what, "%s: %s", what, why ? why->why : "");
    h->times++;
}

static struct spool *open_told(const struct test_dir *d, struct heard *h)
{
    struct err e;
    *h = (struct heard){ .times = 0 };
    struct spool *s = spool_open(
        &(struct spool_options){
            .dir = d->path, .told = told, .user = h, .segment_octets = 1 << 20 },
        &e);
    if (!s)
        fail_msg("%s", e.why);
    return s;
}

static void flip(const struct test_dir *d, off_t at)
{
    char path[200], c;
    snprintf(path, sizeof path, "%s/bodies/0000000000000001.bodies", d->path);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &c, 1, at), 1);
    c ^= 0x10;
    assert_int_equal(pwrite(fd, &c, 1, at), 1);
    close(fd);
}

/* The first of two records is changed at one octet of its header, text or sum. */
static void a_changed_octet_is_noticed(void **state UNUSED)
{
    static const off_t PLACES[] = {
        0, 4, 8, 16, 39, 40, 41, 1000, 40 + 1999, 40 + 2000, 40 + 2003
    };
    for (size_t i = 0; i < COUNT_OF(PLACES); i++) {
        AUTO(test_dir_done) struct test_dir d = test_dir_new();
        struct heard h;
        struct spool *s = open_told(&d, &h);
        uint64_t id = test_keep(s, 1, 2000, 1, false).id,
                 other = test_keep(s, 2, 2000, 2, false).id;
        spool_close(s);
        flip(&d, PLACES[i]);
        s = open_told(&d, &h);
        struct test_taken t = test_take(s, 10, 10);
        assert_int_equal(t.count, 2);
        struct err e;
        assert_false(test_is_whole(s, id, 1, 2000, &e));
        assert_non_null(strstr(e.why, "0000000000000001.bodies"));
        assert_int_equal(h.times, 1);
        test_reads(s, other, 2, 2000);
        /* The courier gives it back to be tried later; it is held, and not lost. */
        assert_int_equal(test_settle(s, id, 500), SPOOL_KEPT);
        t = test_list(s, &(struct spool_filter){ .held_only = true });
        assert_int_equal(t.count, 1);
        assert_int_equal(t.all[0].id, id);
        spool_close(s);
    }
}

static void a_missing_segment_holds_its_messages(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    struct heard h;
    char path[200];
    struct spool *s = open_told(&d, &h);
    test_keep(s, 1, 2000, 1, false);
    uint64_t large = test_keep(s, 2, 400000, 1, false).id;
    spool_close(s);
    snprintf(path, sizeof path, "%s/bodies/0000000000000001.bodies", d.path);
    if (unlink(path) != 0)
        fail_msg("%s", path);
    s = open_told(&d, &h);
    assert_int_equal(h.times, 1);
    assert_non_null(strstr(h.what, "'0000000000000001.bodies' is not there: 1 messages are held"));
    struct test_taken t = test_take(s, 10, 10);
    assert_int_equal(t.count, 1);
    assert_int_equal(t.all[0].seed, t.all[0].id == large ? 2 : 1);
    /* Released, it is looked for, and held again. */
    assert_int_equal(test_change(s, SPOOL_RELEASE, &(struct spool_filter){ .held_only = true }, 0),
                     1);
    assert_int_equal(test_take(s, 10, 10).count, 0);
    assert_int_equal(test_list(s, &(struct spool_filter){ .held_only = true }).count, 1);
    assert_int_equal(test_change(s, SPOOL_DROP, &(struct spool_filter){ .held_only = true }, 0), 1);
    spool_close(s);
}

/* ---- the last batch ---- */

static void keep_and_wait(const struct test_dir *d, int sure_ms, int out)
{
    struct spool_io io = SPOOL_IO_SYSTEM;
    struct spool_numbers n = { 0 };
    io.sure_ms = sure_ms;
    struct spool *s = test_open(d, &io);
    struct test_kept k = test_keep(s, 1, 2000, 1, false);
    while (sure_ms > 0 && n.commits < 2) {
        nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
        spool_numbers(s, &n);
    }
    if (k.result == SPOOL_KEPT && write(out, &k.id, sizeof k.id) == sizeof k.id)
        pause();
    _exit(1);
}

/* A process that has kept one message of 2,000 octets, and did not end well. sure_ms -1: it said of none that it is sure. */
static uint64_t kept_and_killed(const struct test_dir *d, int sure_ms)
{
    int ends[2];
    uint64_t id = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        keep_and_wait(d, sure_ms, ends[1]);
    assert_true(child > 0);
    close(ends[1]);
    assert_int_equal(read(ends[0], &id, sizeof id), sizeof id);
    close(ends[0]);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return id;
}

static void blank(const struct test_dir *d, off_t from, size_t n)
{
    static const char NOTHING[4096];
    char path[200];
    snprintf(path, sizeof path, "%s/bodies/0000000000000001.bodies", d->path);
    int fd = open(path, O_RDWR);
    assert_int_equal(pwrite(fd, NOTHING, n, from), n);
    close(fd);
}

static void cut(const struct test_dir *d, off_t octets)
{
    char path[200];
    snprintf(path, sizeof path, "%s/bodies/0000000000000001.bodies", d->path);
    assert_int_equal(truncate(path, octets), 0);
}

/* It is removed only where its octets can never have come, and the log says which: else it is held when it is read. */
static void what_never_came_is_removed(void **state UNUSED)
{
    static const struct {
        const char *about;
        int sure_ms;
        int flip, from, octets, cut; /* -1, 0: not */
        bool stays, whole;
    } CASES[] = {
        { "nothing came", -1, -1, 0, 2048, 0, false, false },
        { "one sector did not come", -1, -1, 512, 512, 0, false, false },
        { "the last did not", -1, -1, 1536, 512, 0, false, false },
        { "the file is shorter", -1, -1, 0, 0, 1000, false, false },
        { "all came", -1, -1, 0, 0, 0, true, true },
        { "another octet in the header", -1, 8, 0, 0, 0, true, false },
        { "another octet in the text", -1, 1000, 0, 0, 0, true, false },
        { "half a sector is blank", -1, -1, 600, 256, 0, true, false },
        { "it was sure, and is gone", 1, -1, 0, 2048, 0, true, false },
        { "it was sure, and is cut", 1, -1, 0, 0, 1000, true, false },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(test_dir_done) struct test_dir d = test_dir_new();
        struct heard h;
        struct err e = { .kind = ERR_NONE };
        char text[QUEUE_ID_TEXT_MAX];
        uint64_t id = kept_and_killed(&d, CASES[i].sure_ms);
        if (CASES[i].flip >= 0)
            flip(&d, CASES[i].flip);
        blank(&d, CASES[i].from, (size_t)CASES[i].octets);
        if (CASES[i].cut)
            cut(&d, CASES[i].cut);
        struct spool *s = open_told(&d, &h);
        struct test_taken t = test_take(s, 10, 10);
        if (t.count != CASES[i].stays)
            fail_msg("%s: %zu are there", CASES[i].about, t.count);
        assert_int_equal(h.times, CASES[i].stays ? 0 : 2); /* the message, and how many */
        if (!CASES[i].stays)
            assert_non_null(strstr(h.before, queue_id_text(id, text)));
        if (CASES[i].stays && test_is_whole(s, id, 1, 2000, &e) != CASES[i].whole)
            fail_msg("%s: %s", CASES[i].about, e.why);
        spool_close(s);
    }
}

static void change_state(const struct test_dir *d, const char *sql)
{
    char path[200];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/queue.db", d->path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

/* Layout 1 knew no sure id, or one that another program left behind: all in it is sure. A later one is not touched. */
static void layouts(void **state UNUSED)
{
    static const char *const OLD[] = {
        "DELETE FROM fact WHERE name = 'sure_id'; PRAGMA user_version = 1",
        "UPDATE fact SET value = 0 WHERE name = 'sure_id'; PRAGMA user_version = 1",
    };
    for (size_t i = 0; i < COUNT_OF(OLD); i++) {
        AUTO(test_dir_done) struct test_dir d = test_dir_new();
        struct heard h;
        struct err e;
        uint64_t id = kept_and_killed(&d, -1);
        change_state(&d, OLD[i]);
        blank(&d, 0, 2048);
        struct spool *s = open_told(&d, &h);
        assert_int_equal(test_take(s, 10, 10).count, 1);
        assert_false(test_is_whole(s, id, 1, 2000, &e));
        spool_close(s);
        change_state(&d, "PRAGMA user_version = 3");
        assert_null(spool_open(&(struct spool_options){ .dir = d.path }, &e));
        assert_non_null(strstr(e.why, "its layout is 3, this Baton knows 2"));
    }
}

/* ---- what is no queue ---- */

static void no_database_without_its_log(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    char path[200];
    struct err e;
    spool_close(test_open(&d, NULL));
    snprintf(path, sizeof path, "%s/queue.db", d.path);
    assert_int_equal(unlink(path), 0);
    snprintf(path, sizeof path, "%s/queue.db-wal", d.path);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    close(fd);
    assert_null(spool_open(&(struct spool_options){ .dir = d.path }, &e));
    assert_non_null(strstr(e.why, "without its queue.db"));
}

static void what_is_no_database_is_refused(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    char path[200], text[5000];
    struct err e;
    memset(text, 'x', sizeof text);
    snprintf(path, sizeof path, "%s/queue.db", d.path);
    int fd = open(path, O_RDWR | O_CREAT, 0600);
    assert_int_equal(write(fd, text, sizeof text), sizeof text);
    close(fd);
    assert_null(spool_open(&(struct spool_options){ .dir = d.path }, &e));
    assert_non_null(strstr(e.why, "not a database"));
}

/* Too few descriptors are no fault of a message's: it is given out later. */
static void without_descriptors_nothing_is_held(void **state UNUSED)
{
    AUTO(test_dir_done) struct test_dir d = test_dir_new();
    spool_close(test_open(&d, NULL));
    struct spool *s = test_open(&d, NULL);
    test_keep(s, 1, 2000, 1, false);
    spool_close(s);
    struct record *r = record_new(d.path);
    s = test_open(&d, record_io(r));
    record_fail(r, RECORD_OPEN, 1, EMFILE);
    struct test_taken t = test_take(s, 10, 10);
    assert_true(record_failed(r));
    assert_int_equal(t.count, 0);
    assert_true(t.next_due_ms > 10 && t.next_due_ms < 100000);
    assert_int_equal(test_list(s, &(struct spool_filter){ .held_only = true }).count, 0);
    assert_int_equal(test_take(s, 10, 10).count, 1);
    spool_close(s);
    record_free(r);
}

/* ---- the small parts ---- */

static void checksums(void **state UNUSED)
{
    char text[100];
    assert_int_equal(crc32c(0, STR("123456789")), 0xe3069283); /* the check value of CRC-32C */
    assert_int_equal(crc32c_plain(0, STR("123456789")), 0xe3069283);
    test_octets(1, 0, text, sizeof text);
    for (size_t n = 0; n <= sizeof text; n++) {
        str whole = { text, n };
        assert_int_equal(crc32c(0, whole), crc32c_plain(0, whole));
        assert_int_equal(crc32c(crc32c(0, str_take(whole, n / 3)), str_skip(whole, n / 3)),
                         crc32c(0, whole));
    }
}

static void maps(void **state UNUSED)
{
    struct map m = { .room = 0 };
    static char there[5000];
    unsigned random = 1;
    map_remove(&m, 5);
    for (unsigned i = 0; i < 200000; i++) {
        random = random * 1103515245U + 12345U;
        unsigned key = 1 + (random >> 8) % 4999;
        assert_int_equal(map_get(&m, key) != NULL, there[key]);
        if (random >> 4 & 1) {
            assert_true(map_put(&m, key, &there[key]));
            there[key] = 1;
        } else {
            map_remove(&m, key);
            there[key] = 0;
        }
    }
    size_t count = 0;
    for (unsigned key = 1; key < 5000; key++) {
        assert_ptr_equal(map_get(&m, key), there[key] ? &there[key] : NULL);
        count += there[key];
    }
    assert_int_equal(m.count, count);
    map_done(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_fault_has_its_answer),
        cmocka_unit_test(a_segment_that_failed_is_not_written_again),
        cmocka_unit_test(settling_is_tried_again),
        cmocka_unit_test(a_large_bounce_that_is_not_synced_is_made_again),
        cmocka_unit_test(a_note_is_not_tried_again),
        cmocka_unit_test(what_cannot_be_settled_waits_as_it_was),
        cmocka_unit_test(a_full_disk_refuses_and_recovers),
        cmocka_unit_test(a_changed_octet_is_noticed),
        cmocka_unit_test(a_missing_segment_holds_its_messages),
        cmocka_unit_test(what_never_came_is_removed),
        cmocka_unit_test(layouts),
        cmocka_unit_test(no_database_without_its_log),
        cmocka_unit_test(what_is_no_database_is_refused),
        cmocka_unit_test(without_descriptors_nothing_is_held),
        cmocka_unit_test(checksums),
        cmocka_unit_test(maps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
