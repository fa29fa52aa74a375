/* SPDX-License-Identifier: ISC */
/* cmd/domain_bulk.c - a window of jobs that moves through a file; one line of JSON when a job is done */
#include "cmd/domain_bulk.h"
#include "base/escape.h"
#include "cmd/cmd.h"
#include "cmd/domain_done.h"
#include "cmd/output.h"
#include "cmd/progress.h"
#include "domain/list.h"
#include "net/idn.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    READ_OCTETS = 64 * 1024,
    FACTS_OCTETS = 1 << 20,
    WAIT_MS = 20,  /* for more lines, when standard input has none yet */
    SHOW_MS = 200, /* between two looks of the progress line */
    BAR_COLUMNS = 20
};

struct slot;
struct bulk {
    const struct domain_bulk_options *o;
    struct net_loop *loop;
    struct net_timer *timer;
    struct net_asker *asker;
    struct domain_job_options job; /* with the asker that all share */
    struct err *e;
    /* in */
    int in;
    bool in_is_file, in_ended;
    off_t in_size, in_read;
    struct domain_list list;
    char octets[READ_OCTETS];
    str rest;
    /* out */
    struct domain_done *done;
    FILE *out;
    /* now */
    struct domain_facts *facts;
    TAILQ_HEAD(, slot) slots;
    size_t running;
    bool stopped; /* nothing more can be written, or no loop be had */
    struct progress progress;
    uint64_t began_ms, shown_ms;
    uint64_t looked, skipped, unreadable, broken, unknown, questions;
};

/* One domain under way. */
struct slot {
    TAILQ_ENTRY(slot) link;
    struct bulk *b;
    struct domain_job *job;
    uint64_t line;
};

bool domain_from_typed(str typed, char name[DNS_NAME_MAX], struct err *e)
{
    str domain = domain_of_typed(typed);
    return dns_name_from_text(domain, net_idn(domain), name, e);
}

/* ---- out ---- */

static void stop(struct bulk *b)
{
    b->stopped = true;
    net_loop_stop(b->loop);
}

static void write_line(struct bulk *b, json_t *root)
{
    char *text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    if (!text)
        err_memory(b->e, "a line of JSON");
    else if (fprintf(b->out, "%s\n", text) < 0 || fflush(b->out) != 0)
        err_sys(b->e, "writing what was found");
    free(text);
    if (b->e->kind != ERR_NONE)
        stop(b);
}

static void show(struct bulk *b, bool now)
{
    uint64_t at = net_loop_now_ms(b->loop);
    char line[PROGRESS_WORDS], bar[BAR_COLUMNS + 1];
    if (!b->progress.on || (!now && at < b->shown_ms + SHOW_MS))
        return;
    b->shown_ms = at;
    uint64_t took_ms = at > b->began_ms ? at - b->began_ms : 1;
    double part = b->in_is_file && b->in_size > 0
                      ? (double)(b->in_read - (off_t)b->rest.n) / (double)b->in_size
                      : 0;
    size_t full = (size_t)(part * BAR_COLUMNS);
    memset(bar, ' ', BAR_COLUMNS);
    memset(bar, '#', full < BAR_COLUMNS ? full : BAR_COLUMNS);
    bar[BAR_COLUMNS] = 0;
    int n = snprintf(line, sizeof line,
                     "[%s] %3.0f %%, %llu done, %llu broken, %llu not known, %.0f questions/s", bar,
                     part * 100, (unsigned long long)b->looked, (unsigned long long)b->broken,
                     (unsigned long long)b->unknown, (double)b->questions * 1000 / (double)took_ms);
    progress_say(&b->progress, (str){ line, n > 0 && n < (int)sizeof line ? (size_t)n : 0 });
}

/* A line that is no domain: told, written down, and the next one is read. */
static void say_unreadable(struct bulk *b, str text, const char *why)
{
    b->unreadable++;
    bool shown = b->progress.shown;
    if (shown)
        progress_end(&b->progress);
    (void)fprintf(stderr, "baton domain: %s:%llu: %s\n", b->o->domains,
                  (unsigned long long)b->list.number, why);
    write_line(b, json_pack("{s:s, s:n, s:o, s:I, s:s, s:s}", "schema", "baton.domain/1", "domain",
                            "typed", output_str(text), "line", (json_int_t)b->list.number, "state",
                            "unreadable", "error", why));
}

static void slot_free(struct slot *s)
{
    TAILQ_REMOVE(&s->b->slots, s, link);
    s->b->running--;
    domain_job_free(s->job);
    free(s);
}

static void fill(struct bulk *b);

static void looked(void *user, struct domain_job *j)
{
    struct slot *s = user;
    struct bulk *b = s->b;
    struct arena memory;
    arena_init(&memory, FACTS_OCTETS);
    const struct domain_look *look = domain_job_look(j);
    json_t *root = NULL;
    if (domain_facts(look, domain_job_now_s(j), 0, &memory, b->facts))
        root = domain_report_json(look, b->facts, domain_job_questions(j));
    if (root)
        json_object_set_new(root, "line", json_integer((json_int_t)s->line));
    write_line(b, root);
    b->looked++;
    b->questions += domain_job_questions(j);
    b->broken += b->facts->verdict == DOMAIN_WRONG;
    b->unknown += b->facts->verdict == DOMAIN_NOT_KNOWN;
    arena_done(&memory);
    slot_free(s);
    show(b, false);
    fill(b);
}

/* ---- in ---- */

static void begin(struct bulk *b, str text)
{
    char name[DNS_NAME_MAX], shown[ESCAPE_SHOWN_MAX];
    struct err why = { .kind = ERR_NONE };
    if (!domain_from_typed(text, name, &why)) {
        /* The same text again is the same trouble: it is known by how it is shown. */
        str as_shown = str_from(escape_shown(text, shown));
        if (b->done && domain_done_has(b->done, as_shown))
            b->skipped++;
        else
            say_unreadable(b, as_shown, why.why);
        return;
    }
    if (b->done && domain_done_has(b->done, str_from(name))) {
        b->skipped++;
        return;
    }
    struct slot *s = calloc(1, sizeof(*s));
    if (!s) {
        err_memory(b->e, "a domain");
        stop(b);
        return;
    }
    s->b = b;
    s->line = b->list.number;
    b->running++;
    TAILQ_INSERT_TAIL(&b->slots, s, link);
    s->job = domain_job_new(b->loop, &b->job, str_from(name), looked, s, b->e);
    if (!s->job) {
        slot_free(s);
        stop(b);
    }
}

/* False: nothing can be read now: it may come, or the file has ended. */
static bool read_more(struct bulk *b)
{
    struct pollfd p = { .fd = b->in, .events = POLLIN };
    if (b->in_ended || (!b->in_is_file && poll(&p, 1, 0) == 0))
        return false;
    ssize_t n = read(b->in, b->octets, sizeof b->octets);
    if (n > 0) {
        b->rest = (str){ b->octets, (size_t)n };
        b->in_read += n;
        return true;
    }
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return false;
    b->in_ended = true;
    if (n < 0) {
        err_sys(b->e, "reading '%.120s'", b->o->domains);
        stop(b);
    }
    return false;
}

/* The next line; MORE: none now. */
static enum domain_line next_line(struct bulk *b, str *text)
{
    do {
        enum domain_line got = domain_list_next(&b->list, &b->rest, text);
        if (got != DOMAIN_LINE_MORE)
            return got;
    } while (read_more(b));
    return b->in_ended && !b->stopped ? domain_list_end(&b->list, text) : DOMAIN_LINE_MORE;
}

static void fill(struct bulk *b)
{
    str text;
    while (!b->stopped && b->running < b->o->parallel) {
        enum domain_line got = next_line(b, &text);
        if (got == DOMAIN_LINE_MORE)
            break;
        if (got == DOMAIN_LINE_TEXT) {
            begin(b, text);
            continue;
        }
        char shown[ESCAPE_SHOWN_MAX];
        say_unreadable(b, str_from(escape_shown(text, shown)),
                       "the line is longer than any domain");
    }
    if (b->in_ended && b->running == 0)
        net_loop_stop(b->loop);
    else if (!b->in_ended && b->running < b->o->parallel)
        net_timer_at(b->timer, net_loop_now_ms(b->loop) + WAIT_MS);
}

static void due(void *user)
{
    fill(user);
}

/* ---- all of it ---- */

static bool open_files(struct bulk *b)
{
    struct stat st;
    b->in = strcmp(b->o->domains, "-") == 0 ? STDIN_FILENO
                                            : open(b->o->domains, O_RDONLY | O_CLOEXEC);
    if (b->in < 0 || fstat(b->in, &st) != 0)
        return err_sys(b->e, "reading '%.120s'", b->o->domains);
    if (S_ISDIR(st.st_mode))
        return err_set(b->e, ERR_SYNTAX, "--domains '%.120s' is a directory", b->o->domains);
    b->in_is_file = S_ISREG(st.st_mode);
    b->in_size = st.st_size;
    b->out = stdout;
    if (b->o->output) {
        b->done = domain_done_open(b->o->output, b->e);
        b->out = b->done ? domain_done_file(b->done) : NULL;
    }
    return b->out != NULL;
}

static void say_numbers(struct bulk *b)
{
    uint64_t took_ms = net_loop_now_ms(b->loop) - b->began_ms;
    (void)fprintf(stderr,
                  "baton domain: %llu domains (%llu were there already, %llu lines are none), %llu "
                  "questions in %.2f s: %.0f/s\n",
                  (unsigned long long)b->looked, (unsigned long long)b->skipped,
                  (unsigned long long)b->unreadable, (unsigned long long)b->questions,
                  (double)took_ms / 1000,
                  (double)b->questions * 1000 / (double)(took_ms > 0 ? took_ms : 1));
}

static int run(struct bulk *b)
{
    b->began_ms = net_loop_now_ms(b->loop);
    b->progress = progress_begin(true);
    net_timer_at(b->timer, 0);
    net_loop_run(b->loop);
    progress_end(&b->progress);
    if (b->e->kind != ERR_NONE)
        return EXIT_USAGE;
    if (b->o->verbose)
        say_numbers(b);
    return b->unreadable > 0 ? EXIT_USAGE : b->broken > 0 ? 1 : b->unknown > 0 ? 3 : 0;
}

int domain_bulk(const struct domain_bulk_options *o, struct err *e)
{
    int status = EXIT_USAGE;
    struct bulk *b = calloc(1, sizeof(*b));
    if (!b) {
        err_memory(e, "the domains");
        return status;
    }
    b->o = o;
    b->e = e;
    b->in = -1;
    TAILQ_INIT(&b->slots);
    domain_list_init(&b->list);
    b->facts = malloc(sizeof(*b->facts));
    b->loop = net_loop_new(e);
    b->timer = b->loop ? net_timer_new(b->loop, due, b) : NULL;
    b->asker = b->loop ? net_asker_new(b->loop, &o->job->gather, e) : NULL;
    b->job = *o->job;
    b->job.asker = b->asker;
    if (b->loop && (!b->timer || !b->facts))
        err_memory(e, "the domains");
    else if (b->asker && open_files(b))
        status = run(b);
    while (!TAILQ_EMPTY(&b->slots))
        slot_free(TAILQ_FIRST(&b->slots));
    net_timer_free(b->timer);
    net_asker_free(b->asker);
    net_loop_free(b->loop);
    domain_done_close(b->done);
    if (b->in > STDIN_FILENO)
        (void)close(b->in);
    free(b->facts);
    free(b);
    return status;
}
