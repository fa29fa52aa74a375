/* SPDX-License-Identifier: ISC */
#include "cmd/explain_log.h"
#include "cmd/cmd.h"
#include "cmd/explain_log_report.h"
#include "cmd/log_follow.h"
#include "cmd/log_read.h"
#include "cmd/progress.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    GROUPS = 1000000,
    CORE_OCTETS =
        56 << 20, /* a million groups with names of usual length; the process stays below 64 MiB */
    TOP_TEXT = 20,
    SHOW_MS = 200, /* between two looks of the progress line */
    BAR_COLUMNS = 20,
    DAY_S = 24 * 60 * 60,
    YEAR_BASE = 1900, /* of struct tm */
    EXIT_UNKNOWN = 3
};

/* ---- options ---- */

bool explain_log_add(struct explain_log_options *o, const char *file, struct err *e)
{
    if (o->count == COUNT_OF(o->files))
        return err_set(e, ERR_LIMIT,
                       "more than %zu logs at once: cat FILE... | baton explain --log -",
                       COUNT_OF(o->files));
    o->files[o->count++] = file;
    return true;
}

bool explain_log_take_top(struct explain_log_options *o, const char *value, struct err *e)
{
    uint64_t n;
    if (!str_to_u64(str_from(value), GROUPS, &n) || n == 0)
        return err_set(e, ERR_SYNTAX, "--top wants a number from 1 to %d, not '%.40s'", GROUPS,
                       value);
    o->top = (size_t)n;
    return true;
}

bool explain_log_take_year(struct explain_log_options *o, const char *value, struct err *e)
{
    uint64_t n;
    if (!str_to_u64(str_from(value), 9999, &n) || n < 1970)
        return err_set(e, ERR_SYNTAX, "--year wants a year such as 2026, not '%.40s'", value);
    o->year = (int)n;
    return true;
}

int64_t explain_log_now_s(void)
{
    struct tm local;
    time_t now = time(NULL);
    return localtime_r(&now, &local) ? timegm(&local) : now;
}

static bool time_ago(str value, int64_t now_s, int64_t *out)
{
    static const struct {
        char letter;
        int seconds;
    } UNITS[] = { { 'm', 60 }, { 'h', 60 * 60 }, { 'd', DAY_S } };
    uint64_t n;
    for (size_t i = 0; value.n && i < COUNT_OF(UNITS); i++)
        if (value.p[value.n - 1] == UNITS[i].letter &&
            str_to_u64(str_take(value, value.n - 1), 100 * 366 * 24 * 60, &n)) {
            *out = now_s - (int64_t)n * UNITS[i].seconds;
            return true;
        }
    return false;
}

bool explain_log_time(const char *value, int64_t now_s, int64_t *out, struct err *e)
{
    static const char *const WAYS[] = { "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
                                        "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S" };
    if (time_ago(str_from(value), now_s, out))
        return true;
    for (size_t i = 0; i < COUNT_OF(WAYS); i++) {
        struct tm t = { 0 };
        const char *end = strptime(value, WAYS[i], &t);
        if (end && !*end) {
            *out = timegm(&t);
            return true;
        }
    }
    return err_set(e, ERR_SYNTAX,
                   "'%.40s' is no time: write 2026-11-26, '2026-11-26 06:10', 90m, 6h or 3d",
                   value);
}

/* ---- the run ---- */

struct run {
    const struct explain_log_options *o;
    struct explain_log *log;
    struct log_read reading;
    struct progress progress;
    uint64_t size; /* of all ordinary files; 0: not known */
    uint64_t began_ms, shown_ms;
    bool live;      /* each refusal is told when it comes */
    bool unwritten; /* standard output takes no more */
    size_t unread;
    struct err broken; /* of the first file that could not be read */
};

struct log_file {
    const char *path;
    int64_t changed_s; /* INT64_MAX: no ordinary file, so it comes last */
    uint64_t size;
};

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void say_progress(struct run *r, uint64_t at_ms)
{
    char line[PROGRESS_WORDS], bar[BAR_COLUMNS + 4] = "", *p = bar;
    const struct explain_log_totals *t = explain_log_totals(r->log);
    uint64_t took_ms = at_ms > r->began_ms ? at_ms - r->began_ms : 1;
    if (r->size) {
        double part = (double)r->reading.read / (double)r->size;
        size_t full = part < 1 ? (size_t)(part * BAR_COLUMNS) : BAR_COLUMNS;
        *p++ = '[';
        for (size_t i = 0; i < BAR_COLUMNS; i++)
            *p++ = i < full ? '#' : ' ';
        *p++ = ']';
        *p++ = ' ';
        *p = 0;
    }
    int n = snprintf(line, sizeof line, "%s%llu lines, %llu refusals, %llu lines/s", bar,
                     (unsigned long long)t->lines, (unsigned long long)t->refusals,
                     (unsigned long long)(t->lines * 1000 / took_ms));
    bool first = !r->progress.shown;
    progress_say(&r->progress, (str){ line, n > 0 && n < (int)sizeof line ? (size_t)n : 0 });
    if (first && r->progress.shown && r->o->follow)
        log_follow_signals(); /* the progress line has set its own */
}

static void tick(void *user)
{
    struct run *r = user;
    uint64_t at_ms = r->progress.on && !r->live ? now_ms() : 0;
    if (at_ms < r->shown_ms + SHOW_MS)
        return;
    r->shown_ms = at_ms;
    say_progress(r, at_ms);
}

static bool take_line(void *user, str line, struct err *e)
{
    struct run *r = user;
    return explain_log_line(r->log, line, e) && !r->unwritten;
}

static void refused(void *user, const struct explain_group *of)
{
    struct run *r = user;
    if (r->live && !r->unwritten)
        r->unwritten = !(r->o->json ? explain_log_refusal_json(of) : explain_log_refusal_text(of));
}

static void end_progress(struct run *r)
{
    bool shown = r->progress.shown;
    progress_end(&r->progress);
    if (shown && r->o->follow)
        log_follow_signals();
}

static void go_live(void *user)
{
    struct run *r = user;
    end_progress(r);
    r->live = true;
}

static void complain(struct run *r, const struct err *e)
{
    end_progress(r);
    (void)fprintf(stderr, "baton explain: %s\n", e->why);
    if (r->unread++ == 0)
        r->broken = *e;
}

/* ---- files ---- */

/* Rotated logs are read in the order in which they were written, so that sessions are whole and years are known. */
static void sort_files(const struct explain_log_options *o, struct log_file *files, struct run *r)
{
    bool all_have_size = true;
    for (size_t i = 0; i < o->count; i++) {
        struct stat st;
        bool ordinary = strcmp(o->files[i], "-") != 0 && stat(o->files[i], &st) == 0 &&
                        S_ISREG(st.st_mode);
        files[i] = (struct log_file){ o->files[i], ordinary ? st.st_mtime : INT64_MAX,
                                      ordinary ? (uint64_t)st.st_size : 0 };
        all_have_size = all_have_size && ordinary;
        r->size += files[i].size;
    }
    if (!all_have_size)
        r->size = 0;
    /* Files of one second stay as they were named; qsort() need not leave them so. */
    for (size_t i = 1; i < o->count; i++)
        for (size_t k = i; k > 0 && files[k - 1].changed_s > files[k].changed_s; k--) {
            struct log_file swap = files[k];
            files[k] = files[k - 1];
            files[k - 1] = swap;
        }
}

/* When the log was last written: of the newest file, or now. */
static time_t end_of(const struct explain_log_options *o, const struct log_file *files)
{
    int64_t newest = INT64_MIN;
    for (size_t i = 0; i < o->count; i++)
        if (files[i].changed_s != INT64_MAX && files[i].changed_s > newest)
            newest = files[i].changed_s;
    bool all = o->count && files[o->count - 1].changed_s != INT64_MAX;
    return all && !o->follow ? (time_t)newest : time(NULL);
}

static int year_of(const struct explain_log_options *o, time_t end)
{
    struct tm t;
    return o->year ? o->year : localtime_r(&end, &t) ? t.tm_year + YEAR_BASE : 1970;
}

/* By the log's own clock. A year that was asked for holds for the whole log, and what is followed goes on. */
static int64_t latest_of(const struct explain_log_options *o, time_t end)
{
    struct tm t;
    return o->year || o->follow || !localtime_r(&end, &t) ? 0 : (int64_t)timegm(&t);
}

/* What strangers, who write into logs, cannot know; without it tables work as well, until somebody tries. */
static uint64_t seed(void)
{
    uint64_t s = 0;
    return getentropy(&s, sizeof s) == 0 ? s : (uint64_t)time(NULL);
}

static void read_files(struct run *r, const struct log_file *files)
{
    struct err e = { .kind = ERR_NONE };
    for (size_t i = 0; i < r->o->count && !r->unwritten; i++) {
        bool last = i + 1 == r->o->count;
        bool ok = r->o->follow && last ? log_follow(&r->reading, files[i].path, go_live, &e)
                                       : log_read_file(&r->reading, files[i].path, &e);
        if (!ok && !r->unwritten)
            complain(r, &e);
    }
    explain_log_settle(r->log);
    end_progress(r);
}

static int report(const struct run *r)
{
    const struct explain_log_totals *t = explain_log_totals(r->log);
    struct explain_log_read read = {
        .log = r->log,
        .octets = r->reading.octets,
        .cut = t->cut > r->reading.cut ? t->cut : r->reading.cut,
        .files = r->o->count,
        .unread = r->unread,
        .broken = r->unread ? r->broken.why : NULL,
        .top = r->o->top    ? r->o->top
               : r->o->json ? GROUPS
                            : TOP_TEXT,
    };
    bool known = false;
    bool written = r->o->json ? explain_log_report_json(&read, &known)
                              : explain_log_report_text(&read, &known);
    if (!written)
        (void)fputs("baton explain: the report could not be written\n", stderr);
    if (!written || r->unread)
        return EXIT_USAGE;
    if (t->lines == t->foreign)
        return EXIT_UNKNOWN;
    return known || t->refusals == 0 ? 0 : EXIT_UNKNOWN;
}

static int usage_error(struct err *e)
{
    return command_usage_error("explain", e);
}

int explain_log_run(const struct explain_log_options *o)
{
    struct err e;
    struct run r = { .o = o, .reading = { .line = take_line, .tick = tick } };
    struct log_file files[EXPLAIN_LOG_FILES] = { 0 };
    sort_files(o, files, &r);
    r.reading.user = &r;
    const struct explain_log_limits limits = {
        .groups = GROUPS,
        .octets = CORE_OCTETS,
        .year = year_of(o, end_of(o, files)),
        .latest_s = latest_of(o, end_of(o, files)),
        .seed = seed(),
        .since_s = o->since_s,
        .until_s = o->until_s,
        .refused = o->follow ? refused : NULL,
        .user = &r,
    };
    AUTO(explainer_freep) struct explainer *x = explainer_new(true);
    r.log = x ? explain_log_new(x, &limits) : NULL;
    if (!r.log || !log_read_init(&r.reading, &e)) {
        explain_log_free(r.log);
        err_memory(&e, "the log");
        return usage_error(&e);
    }
    if (o->follow)
        log_follow_signals();
    r.progress = progress_begin(true);
    r.began_ms = now_ms();
    read_files(&r, files);
    int status = report(&r);
    log_read_done(&r.reading);
    explain_log_free(r.log);
    return status;
}
