/* SPDX-License-Identifier: ISC */
#include "spool/state.h"
#include "base/buf.h"
#include "spool/log_vfs.h"
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char FILE_NAME[] = "queue.db", NEW_NAME[] = "queue.db.new";
/* 1: without the sure id. Who knows only that would keep rows whose body never came, and not say what is sure. */
enum { LAYOUT = 2 };

/* A row a message; held: 0 no, 1 yes, 2 dropped while it was in hand (a Baton before that takes it for held). How much of each segment is alive, in the same commits, so that no start has to count. */
static const char SCHEMA[] =
    "CREATE TABLE message(id INTEGER PRIMARY KEY, due_ms INTEGER NOT NULL, held INTEGER NOT NULL,"
    " segment INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,"
    " envelope BLOB NOT NULL) STRICT;"
    "CREATE INDEX message_due ON message(due_ms) WHERE held = 0;"
    "CREATE INDEX message_held ON message(id) WHERE held <> 0;"
    "CREATE TABLE segment(number INTEGER PRIMARY KEY, live INTEGER NOT NULL,"
    " octets INTEGER NOT NULL) STRICT;"
    "CREATE TABLE fact(name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "INSERT INTO fact VALUES('last_id', 0), ('sure_id', 0);"
    "PRAGMA user_version = 2;";

enum query {
    Q_BEGIN,
    Q_COMMIT,
    Q_ROLLBACK,
    Q_INSERT,
    Q_UPDATE,
    Q_WHEN,
    Q_DROP_LATER,
    Q_NOTE,
    Q_MOVE,
    Q_DELETE,
    Q_SEGMENT,
    Q_SEGMENT_GONE,
    Q_HOLD_SEGMENT,
    Q_LAST_ID,
    Q_SURE_ID,
    Q_ROWS,
    Q_DUE = Q_ROWS,
    Q_ALL,
    Q_HELD,
    Q_ONE,
    Q_DROPPED,
    Q_SAME_DUE,
    QUERIES
};
#define ROW "SELECT id, due_ms, held, segment, offset, length, envelope FROM message "
static const char *const SQL[QUERIES] = {
    [Q_BEGIN] = "BEGIN IMMEDIATE",
    [Q_COMMIT] = "COMMIT",
    [Q_ROLLBACK] = "ROLLBACK",
    [Q_INSERT] = "INSERT INTO message VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [Q_UPDATE] = "UPDATE message SET due_ms = ?2, held = ?3, envelope = ?4 WHERE id = ?1",
    [Q_WHEN] = "UPDATE message SET due_ms = ?2, held = ?3 WHERE id = ?1",
    [Q_DROP_LATER] = "UPDATE message SET held = 2 WHERE id = ?1",
    [Q_NOTE] = "UPDATE message SET envelope = ?2 WHERE id = ?1",
    [Q_MOVE] = "UPDATE message SET segment = ?2, offset = ?3 WHERE id = ?1",
    [Q_DELETE] = "DELETE FROM message WHERE id = ?1",
    [Q_SEGMENT] = "INSERT OR REPLACE INTO segment VALUES(?1, ?2, ?3)",
    [Q_SEGMENT_GONE] = "DELETE FROM segment WHERE number = ?1",
    [Q_HOLD_SEGMENT] = "UPDATE message SET held = 1 WHERE segment = ?1 AND held = 0",
    [Q_LAST_ID] = "UPDATE fact SET value = ?1 WHERE name = 'last_id'",
    [Q_SURE_ID] = "UPDATE fact SET value = ?1 WHERE name = 'sure_id'",
    /* Those of the same time first: asked for together, SQLite would step over all of them up to that id. */
    [Q_SAME_DUE] = ROW "WHERE held = 0 AND due_ms = ?1 AND id > ?2 ORDER BY id",
    [Q_DUE] = ROW "WHERE held = 0 AND due_ms > ?1 ORDER BY due_ms, id",
    [Q_ALL] = ROW "WHERE id > ?2 ORDER BY id",
    [Q_HELD] = ROW "WHERE held <> 0 AND id > ?2 ORDER BY id",
    [Q_ONE] = ROW "WHERE id = ?2",
    [Q_DROPPED] = ROW "WHERE held <> 0 AND held = 2 AND id > ?2 ORDER BY id",
};

/* A commit makes the log's file. A queue of layout 1 has nothing that is not sure. */
static const char FIRST_COMMIT[] =
    "BEGIN IMMEDIATE; UPDATE fact SET value = value WHERE name = 'last_id'; COMMIT";
static const char FROM_1[] =
    "BEGIN IMMEDIATE;"
    "INSERT OR REPLACE INTO fact SELECT 'sure_id', value FROM fact WHERE name = 'last_id';"
    "PRAGMA user_version = 2; COMMIT";

struct state {
    sqlite3 *db;
    struct log_vfs *vfs;
    int checkpoint_pages;
    sqlite3_stmt *queries[QUERIES];
    sqlite3_stmt *rows; /* of state_rows_begin() */
    bool rows_failed;
    char why[200];
};

/* ---- opening ---- */

static bool says(sqlite3 *db, const char *name, struct err *e)
{
    return err_set(e, ERR_SYSTEM, "opening the state of the queue (%s): %s", name,
                   db ? sqlite3_errmsg(db) : "no memory");
}

static bool run(sqlite3 *db, const char *sql, const char *name, struct err *e)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || says(db, name, e);
}

static bool connect_to(const struct state *t, const char *dir, const char *name, sqlite3 **db,
                       struct err *e)
{
    struct buf path;
    buf_init(&path, 4096);
    buf_addf(&path, "%s/%s", dir, name);
    buf_addc(&path, '\0');
    bool ok = buf_ok(&path)
                  ? sqlite3_open_v2(path.p, db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                                    log_vfs_name(t->vfs)) == SQLITE_OK ||
                        says(*db, name, e)
                  : err_set(e, ERR_LIMIT, "opening the state of the queue: its name is too long");
    buf_done(&path);
    char setup[300];
    snprintf(
        setup, sizeof setup,
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
        "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000;"
        "PRAGMA wal_autocheckpoint = %d;",
        t->checkpoint_pages);
    return ok && run(*db, setup, name, e);
}

static bool is_there(int dir_fd, const char *name)
{
    struct stat st;
    return fstatat(dir_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool gone(const struct spool_io *io, int dir_fd, const char *name, struct err *e)
{
    return io->unlink(io->user, dir_fd, name) == 0 || errno == ENOENT ||
           err_sys(e, "removing '%s' of a start that did not end", name);
}

/* So that SQLite gives its log the same mode. */
static bool make_private(const struct spool_io *io, int dir_fd, const char *name, struct err *e)
{
    int fd = io->open(io->user, dir_fd, name, O_RDWR | O_CREAT | O_EXCL, 0600);
    if (fd >= 0)
        io->close(io->user, fd);
    return fd >= 0 || err_sys(e, "making '%s'", name);
}

static bool sync_file(const struct spool_io *io, int dir_fd, const char *name, struct err *e)
{
    int fd = io->open(io->user, dir_fd, name, O_RDWR, 0);
    if (fd < 0)
        return err_sys(e, "opening '%s'", name);
    bool ok = io->fdatasync(io->user, fd) == 0 || err_sys(e, "syncing '%s'", name);
    io->close(io->user, fd);
    return ok;
}

/* Under another name until it is whole and synced: there is no state in which it is half a database. */
static bool make_new(const struct state *t, const char *dir, int dir_fd, const struct spool_io *io,
                     struct err *e)
{
    static const char *const OLD[] = { "queue.db.new", "queue.db.new-journal", "queue.db.new-wal" };
    for (size_t i = 0; i < COUNT_OF(OLD); i++)
        if (!gone(io, dir_fd, OLD[i], e))
            return false;
    if (is_there(dir_fd, "queue.db-wal"))
        return err_set(e, ERR_SYNTAX,
                       "opening the state of the queue: '%s/queue.db-wal' is there without its "
                       "queue.db: bring that back, or move both away for an empty queue",
                       dir);
    sqlite3 *db = NULL;
    bool ok = make_private(io, dir_fd, NEW_NAME, e) && connect_to(t, dir, NEW_NAME, &db, e) &&
              run(db, SCHEMA, NEW_NAME, e);
    if (sqlite3_close(db) != SQLITE_OK && ok)
        ok = says(db, NEW_NAME, e);
    return ok && sync_file(io, dir_fd, NEW_NAME, e) &&
           (io->rename(io->user, dir_fd, NEW_NAME, FILE_NAME) == 0 ||
            err_sys(e, "renaming '%s'", NEW_NAME)) &&
           (io->fsync_dir(io->user, dir_fd) == 0 || err_sys(e, "syncing '%s'", dir));
}

static bool layout_fits(sqlite3 *db, struct err *e) /* afterwards, if it does */
{
    sqlite3_stmt *q = NULL;
    int layout = -1;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &q, NULL) == SQLITE_OK &&
        sqlite3_step(q) == SQLITE_ROW)
        layout = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    if (layout < 0)
        return says(db, FILE_NAME, e);
    if (layout == 1)
        return run(db, FROM_1, FILE_NAME, e);
    return layout == LAYOUT ||
           err_set(e, ERR_SYNTAX,
                   "opening the state of the queue: its layout is %d, this Baton knows %d", layout,
                   LAYOUT);
}

static bool open_it(struct state *t, const char *dir, int dir_fd, const struct spool_io *io,
                    struct err *e)
{
    if (!is_there(dir_fd, FILE_NAME) && !make_new(t, dir, dir_fd, io, e))
        return false;
    if (!connect_to(t, dir, FILE_NAME, &t->db, e) || !layout_fits(t->db, e))
        return false;
    for (int i = 0; i < QUERIES; i++)
        if (sqlite3_prepare_v3(t->db, SQL[i], -1, SQLITE_PREPARE_PERSISTENT, &t->queries[i],
                               NULL) != SQLITE_OK)
            return says(t->db, FILE_NAME, e);
    /* The name of the log, and that of the database, are made to last. */
    return run(t->db, FIRST_COMMIT, FILE_NAME, e) &&
           (io->fsync_dir(io->user, dir_fd) == 0 || err_sys(e, "syncing '%s'", dir));
}

struct state *state_open(const char *dir, int dir_fd, const struct spool_io *io,
                         bool (*also)(void *user), void *user, struct err *e)
{
    struct state *t = calloc(1, sizeof *t);
    if (t) {
        t->vfs = log_vfs_new(io->vfs, also, user);
        t->checkpoint_pages = io->checkpoint_pages ? io->checkpoint_pages : 1000;
    }
    if (!t || !t->vfs) {
        free(t);
        err_memory(e, "the state of the queue");
        return NULL;
    }
    if (open_it(t, dir, dir_fd, io, e))
        return t;
    state_close(t);
    return NULL;
}

void state_close(struct state *t)
{
    if (!t)
        return;
    for (int i = 0; i < QUERIES; i++)
        sqlite3_finalize(t->queries[i]);
    sqlite3_close(t->db);
    log_vfs_free(t->vfs);
    free(t);
}

/* ---- changes ---- */

static enum state_answer answer(struct state *t, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_DONE)
        return STATE_OK;
    snprintf(t->why, sizeof t->why, "%s (SQLite %d)", sqlite3_errmsg(t->db),
             sqlite3_extended_errcode(t->db));
    return (rc & 0xff) == SQLITE_FULL ? STATE_FULL : STATE_FAILED;
}

const char *state_why(const struct state *t)
{
    return t->why;
}

static enum state_answer step(struct state *t, enum query q)
{
    int rc = sqlite3_step(t->queries[q]);
    enum state_answer a = answer(t, rc);
    sqlite3_reset(t->queries[q]);
    return a;
}

static void bind(struct state *t, enum query q, int n, uint64_t value)
{
    sqlite3_bind_int64(t->queries[q], n, (sqlite3_int64)value);
}

enum state_answer state_begin(struct state *t)
{
    return step(t, Q_BEGIN);
}

enum state_answer state_insert(struct state *t, const struct state_row *row)
{
    bind(t, Q_INSERT, 1, row->id);
    bind(t, Q_INSERT, 2, row->due_ms);
    bind(t, Q_INSERT, 3, row->held);
    bind(t, Q_INSERT, 4, row->segment);
    bind(t, Q_INSERT, 5, row->offset);
    bind(t, Q_INSERT, 6, row->length);
    sqlite3_bind_blob64(t->queries[Q_INSERT], 7, row->envelope.p, row->envelope.n, SQLITE_STATIC);
    return step(t, Q_INSERT);
}

enum state_answer state_update(struct state *t, uint64_t id, uint64_t due_ms, bool held,
                               str envelope)
{
    bind(t, Q_UPDATE, 1, id);
    bind(t, Q_UPDATE, 2, due_ms);
    bind(t, Q_UPDATE, 3, held);
    sqlite3_bind_blob64(t->queries[Q_UPDATE], 4, envelope.p, envelope.n, SQLITE_STATIC);
    return step(t, Q_UPDATE);
}

enum state_answer state_when(struct state *t, uint64_t id, uint64_t due_ms, bool held)
{
    bind(t, Q_WHEN, 1, id);
    bind(t, Q_WHEN, 2, due_ms);
    bind(t, Q_WHEN, 3, held);
    return step(t, Q_WHEN);
}

enum state_answer state_drop_later(struct state *t, uint64_t id)
{
    bind(t, Q_DROP_LATER, 1, id);
    return step(t, Q_DROP_LATER);
}

enum state_answer state_note(struct state *t, uint64_t id, str envelope)
{
    bind(t, Q_NOTE, 1, id);
    sqlite3_bind_blob64(t->queries[Q_NOTE], 2, envelope.p, envelope.n, SQLITE_STATIC);
    return step(t, Q_NOTE);
}

enum state_answer state_move(struct state *t, uint64_t id, uint64_t segment, uint64_t offset)
{
    bind(t, Q_MOVE, 1, id);
    bind(t, Q_MOVE, 2, segment);
    bind(t, Q_MOVE, 3, offset);
    return step(t, Q_MOVE);
}

enum state_answer state_delete(struct state *t, uint64_t id)
{
    bind(t, Q_DELETE, 1, id);
    return step(t, Q_DELETE);
}

enum state_answer state_segment(struct state *t, uint64_t number, uint64_t live, uint64_t octets)
{
    enum query q = live ? Q_SEGMENT : Q_SEGMENT_GONE;
    bind(t, q, 1, number);
    if (live) {
        bind(t, q, 2, live);
        bind(t, q, 3, octets);
    }
    return step(t, q);
}

enum state_answer state_hold_segment(struct state *t, uint64_t number, uint64_t *messages)
{
    bind(t, Q_HOLD_SEGMENT, 1, number);
    enum state_answer a = step(t, Q_HOLD_SEGMENT);
    *messages = (uint64_t)sqlite3_changes(t->db);
    return a;
}

enum state_answer state_last_id(struct state *t, uint64_t id)
{
    bind(t, Q_LAST_ID, 1, id);
    return step(t, Q_LAST_ID);
}

enum state_answer state_sure_id(struct state *t, uint64_t id)
{
    bind(t, Q_SURE_ID, 1, id);
    return step(t, Q_SURE_ID);
}

enum state_answer state_commit(struct state *t)
{
    return step(t, Q_COMMIT);
}

/* SQLite has rolled back by itself after some errors; then there is nothing to do. The connection is kept: opening the
 * database again after a sync that failed would take for committed what only the system's memory holds. */
void state_rollback(struct state *t)
{
    if (!sqlite3_get_autocommit(t->db)) {
        sqlite3_step(t->queries[Q_ROLLBACK]);
        sqlite3_reset(t->queries[Q_ROLLBACK]);
    }
}

/* ---- rows ---- */

void state_rows_begin(struct state *t, enum state_order order, uint64_t due_ms, uint64_t id)
{
    enum query q = order == STATE_DUE ? Q_SAME_DUE : Q_ROWS + (enum query)order;
    t->rows = t->queries[q];
    t->rows_failed = false;
    if (order == STATE_DUE) {
        bind(t, q, 1, due_ms);
        bind(t, Q_DUE, 1, due_ms);
    }
    bind(t, q, 2, id);
}

static int next_row(struct state *t)
{
    int rc = sqlite3_step(t->rows);
    if (rc != SQLITE_DONE || t->rows != t->queries[Q_SAME_DUE])
        return rc;
    sqlite3_reset(t->rows);
    t->rows = t->queries[Q_DUE];
    return sqlite3_step(t->rows);
}

bool state_rows_next(struct state *t, struct state_row *row)
{
    int rc = next_row(t);
    if (rc != SQLITE_ROW) {
        t->rows_failed = answer(t, rc) != STATE_OK;
        return false;
    }
    *row = (struct state_row){
        .id = (uint64_t)sqlite3_column_int64(t->rows, 0),
        .due_ms = (uint64_t)sqlite3_column_int64(t->rows, 1),
        .held = sqlite3_column_int(t->rows, 2) != 0,
        .dropped = sqlite3_column_int(t->rows, 2) == 2,
        .segment = (uint64_t)sqlite3_column_int64(t->rows, 3),
        .offset = (uint64_t)sqlite3_column_int64(t->rows, 4),
        .length = (uint64_t)sqlite3_column_int64(t->rows, 5),
        .envelope = { sqlite3_column_blob(t->rows, 6), (size_t)sqlite3_column_bytes(t->rows, 6) },
    };
    return true;
}

bool state_rows_end(struct state *t)
{
    sqlite3_reset(t->rows);
    return !t->rows_failed;
}

/* ---- at the start ---- */

bool state_each_segment(struct state *t,
                        void (*one)(void *user, uint64_t number, uint64_t live, uint64_t octets),
                        void *user, struct err *e)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(t->db, "SELECT number, live, octets FROM segment", -1, &q, NULL);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(q);
        if (rc == SQLITE_ROW)
            one(user, (uint64_t)sqlite3_column_int64(q, 0), (uint64_t)sqlite3_column_int64(q, 1),
                (uint64_t)sqlite3_column_int64(q, 2));
    }
    bool ok = rc == SQLITE_DONE || says(t->db, FILE_NAME, e);
    sqlite3_finalize(q);
    return ok;
}

bool state_counts(struct state *t, struct state_counts *out, struct err *e)
{
    sqlite3_stmt *q = NULL;
    bool ok = sqlite3_prepare_v2(t->db,
                                 "SELECT (SELECT count(*) FROM message WHERE held <> 0),"
                                 " (SELECT value FROM fact WHERE name = 'last_id'),"
                                 " (SELECT value FROM fact WHERE name = 'sure_id')",
                                 -1, &q, NULL) == SQLITE_OK &&
              sqlite3_step(q) == SQLITE_ROW;
    if (ok) {
        out->held = (uint64_t)sqlite3_column_int64(q, 0);
        out->last_id = (uint64_t)sqlite3_column_int64(q, 1);
        out->sure_id = (uint64_t)sqlite3_column_int64(q, 2);
    } else {
        says(t->db, FILE_NAME, e);
    }
    sqlite3_finalize(q);
    return ok;
}
