/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_doctor.c - baton doctor: what the user has, from the command line; then the run and the report
 */
#include "base/base64.h"
#include "base/escape.h"
#include "base/secret.h"
#include "cmd/ask.h"
#include "cmd/cmd.h"
#include "cmd/doctor_flags.h"
#include "cmd/doctor_in_place.h"
#include "cmd/progress.h"
#include "cmd/secret_input.h"
#include "cmd/write_file.h"
#include "doctor/report_html.h"
#include "net/read_file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { ARENA_MAX = 64 << 20, REPORT_MAX = 16 << 20, FILE_MAX = 16 << 20, DNS_MAX = 2 << 20 };

static bool put(str text)
{
    return fwrite(text.p ? text.p : "", 1, text.n, stdout) == text.n && fflush(stdout) == 0;
}

/* --verify: exit status 0 when every "proved" is derived again, 1 when not, 2 when it cannot be read. */
static int verify(const char *path)
{
    struct buf file, out;
    struct err e = { .kind = ERR_NONE };
    struct arena a;
    struct doctor_stored *s = calloc(1, sizeof *s);
    int status = EXIT_USAGE;
    arena_init(&a, ARENA_MAX);
    buf_init(&file, FILE_MAX);
    buf_init(&out, REPORT_MAX);
    AUTO(dns_known_freep) struct dns_known *dns = dns_known_new(0);
    if (!s || !dns) {
        err_memory(&e, "a stored report");
    } else {
        s->record.arena = &a;
        s->record.dns = dns;
        if (read_whole_file(path, FILE_MAX, &file, &e) &&
            doctor_stored_read(buf_str(&file), s, &e)) {
            status = doctor_stored_verify(s, &out) ? 0 : 1;
            if (!put(buf_str(&out))) {
                err_sys(&e, "writing what was derived");
                status = EXIT_USAGE;
            }
        }
    }
    if (status == EXIT_USAGE)
        command_usage_error("doctor", &e);
    buf_done(&out);
    buf_done(&file);
    arena_done(&a);
    free(s);
    return status;
}

/* Who hears every line that is said. */
struct listeners {
    const struct secret_mask *mask;
    bool verbose;
    struct doctor_transcript *page; /* NULL: there will be no page */
};

static void print_line(const struct listeners *l, const struct smtp_attempt *door, bool sent,
                       str line)
{
    struct buf masked, shown;
    buf_init(&masked, 1 << 20);
    buf_init(&shown, 1 << 22);
    secret_mask_apply(l->mask, line, &masked);
    escape_line(buf_str(&masked), &shown);
    fprintf(stderr, "%5u %s %.*s\n", door->port, sent ? ">" : "<", STR_ARG(buf_str(&shown)));
    buf_done(&masked);
    buf_done(&shown);
}

static void hear_line(void *user, unsigned connection, const struct smtp_attempt *door, bool sent,
                      str line)
{
    const struct listeners *l = user;
    if (l->verbose)
        print_line(l, door, sent, line);
    if (l->page)
        doctor_transcript_line(l->page, connection, door, sent, line);
}

/* The base64 of AUTH PLAIN holds the password at an offset that the user name decides. */
static struct secret_mask *make_mask(const struct doctor_options *o)
{
    struct buf plain, coded;
    if (o->token.n)
        return secret_mask_new(o->token);
    if (!o->password.n)
        return NULL;
    struct secret_mask *m = secret_mask_new(o->password);
    buf_init(&plain, (size_t)4 * SECRET_MAX);
    buf_init(&coded, (size_t)8 * SECRET_MAX);
    buf_addc(&plain, '\0');
    buf_add(&plain, o->asked.attempt.user);
    buf_addc(&plain, '\0');
    buf_add(&plain, o->password);
    bool whole = m && (!o->repaired.n || secret_mask_also(m, o->repaired)) &&
                 base64_encode(buf_str(&plain), &coded) && secret_mask_add(m, buf_str(&coded));
    buf_wipe_done(&plain);
    buf_wipe_done(&coded);
    if (whole)
        return m;
    secret_mask_free(m); /* half a mask would show what it cannot hide */
    return NULL;
}

static bool wants_color(void)
{
    const char *no = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    return isatty(STDOUT_FILENO) && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

int doctor_print(const struct doctor_options *o, const struct doctor_record *record,
                 const struct doctor_stats *stats, const struct secret_mask *mask,
                 const struct settings_program *program, bool json)
{
    struct doctor_judgement j = doctor_judge(&o->asked, record);
    const struct doctor_report report = { &o->asked, record, &j,
                                          stats,     mask,   !json && wants_color(),
                                          program };
    struct buf out;
    buf_init(&out, REPORT_MAX);
    bool ok = json ? doctor_report_json(&report, &out) : doctor_report_text(&report, &out);
    if (!ok || !put(buf_str(&out))) {
        fprintf(stderr, "baton doctor: the report could not be written: %s\n",
                ok ? strerror(errno) : "memory is short");
        ok = false;
    }
    buf_done(&out);
    return ok ? doctor_exit_status(&j) : EXIT_USAGE;
}

/* A crash must not leave the password in a core file. */
static void keep_out_of_core_files(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0);
}

/* What a run needs besides its flags. */
struct bench {
    struct doctor_record *record;
    struct doctor_stats stats;
    struct secret_mask *mask;
    struct doctor_transcript *page; /* with --report */
};

static void bench_done(struct bench *b)
{
    if (b->page)
        doctor_transcript_done(b->page);
    if (b->record)
        dns_known_free(b->record->dns);
    free(b->page);
    secret_mask_free(b->mask);
    free(b->record);
}

static bool bench_init(struct bench *b, struct doctor_flags *f, struct arena *a, struct err *e)
{
    b->record = calloc(1, sizeof *b->record);
    b->mask = make_mask(&f->o);
    b->page = f->report ? calloc(1, sizeof *b->page) : NULL;
    if (!b->record || ((f->o.password.n || f->o.token.n) && !b->mask) || (f->report && !b->page))
        return err_memory(e, "a run");
    b->record->arena = a;
    b->record->dns = f->dns ? f->dns : dns_known_new(DNS_MAX);
    f->dns = NULL;
    if (!b->record->dns)
        return err_memory(e, "a run");
    if (b->page)
        doctor_transcript_init(b->page);
    return true;
}

/* The report is printed as soon as it is known. */
struct printing {
    const struct doctor_flags *f;
    const struct bench *b;
    struct progress *progress;
    int status;
};

/* What --in-place would do, for the report. */
static void take_diff(const struct doctor_flags *f, struct doctor_record *record)
{
    struct doctor_judgement j = doctor_judge(&f->o.asked, record);
    struct err e = { .kind = ERR_NONE };
    struct buf out;
    buf_init(&out, REPORT_MAX);
    if (doctor_in_place_diff(f, &j, &out, &e))
        f->file->config->diff = arena_dup(record->arena, buf_str(&out));
    buf_done(&out);
}

static void print_known(void *user)
{
    struct printing *p = user;
    if (p->f->file && !p->f->in_place)
        take_diff(p->f, p->b->record);
    progress_end(p->progress); /* the answer does not begin behind it */
    p->status = doctor_print(&p->f->o, p->b->record, &p->b->stats, p->b->mask, p->f->program,
                             p->f->json);
}

static str now_in_words(char out[64])
{
    struct tm t;
    time_t now = time(NULL);
    size_t n = gmtime_r(&now, &t) ? strftime(out, 64, "%d %B %Y, %H:%M UTC", &t) : 0;
    str words = { out, n };
    return str_starts(words, STR("0")) ? str_skip(words, 1) : words;
}

/* --report. What cannot be written is told; the answer itself is on standard output by then. */
static bool write_page(const struct doctor_flags *f, const struct bench *b)
{
    char when[64];
    struct err e = { .kind = ERR_NONE };
    struct doctor_judgement j = doctor_judge(&f->o.asked, b->record);
    const struct doctor_report r = { &f->o.asked, b->record, &j,        &b->stats,
                                     b->mask,     false,     f->program };
    const struct doctor_page_options o = { f->full, now_in_words(when), STR(BATON_VERSION),
                                           b->page };
    struct buf out;
    buf_init(&out, REPORT_MAX);
    bool ok = doctor_report_html(&r, &o, &out) || err_memory(&e, "the page of --report");
    ok = ok && write_whole_file(f->report, buf_str(&out), &e);
    buf_done(&out);
    if (!ok)
        fprintf(stderr, "baton doctor: --report: %s\n", e.why);
    return ok;
}

/* --in-place: told behind the report; beside a document on standard error. */
static bool change_file(const struct doctor_flags *f, const struct bench *b)
{
    struct doctor_judgement j = doctor_judge(&f->o.asked, b->record);
    struct err e = { .kind = ERR_NONE };
    struct buf out;
    buf_init(&out, REPORT_MAX);
    bool ok = doctor_in_place(f, &j, &out, &e);
    if (ok && f->json)
        fprintf(stderr, "%.*s", STR_ARG(buf_str(&out)));
    else if (ok)
        ok = put(STR("\n")) && put(buf_str(&out));
    else
        fprintf(stderr, "baton doctor: --in-place: %s\n", e.why);
    buf_done(&out);
    return ok;
}

/* What was asked for beside the answer; the exit status. */
static int finish(const struct doctor_flags *f, const struct bench *b, int status)
{
    bool page = !f->report || write_page(f, b);
    bool changed = !f->in_place || change_file(f, b);
    return page && changed ? status : EXIT_USAGE;
}

/* There is no server to try: the answer is what DNS says of the address. */
static int answer_nowhere(const struct doctor_flags *f, struct bench *b)
{
    b->stats.wall_ms = f->looked_ms;
    int status = doctor_print(&f->o, b->record, &b->stats, b->mask, f->program, f->json);
    return finish(f, b, status);
}

static int run(struct doctor_flags *f, struct arena *a)
{
    if (f->o.password.n || f->o.token.n)
        keep_out_of_core_files();
    struct err e = { .kind = ERR_NONE };
    AUTO(bench_done) struct bench b = { NULL, { 0 }, NULL, NULL };
    if (!bench_init(&b, f, a, &e))
        return command_usage_error("doctor", &e);
    if (f->nowhere)
        return answer_nowhere(f, &b);
    struct listeners l = { b.mask, f->verbose, b.page };
    if (l.verbose || l.page) {
        f->o.line = hear_line;
        f->o.line_user = &l;
    }
    struct progress progress = progress_begin(
        !f->verbose); /* both on one terminal would be neither */
    struct printing p = { f, &b, &progress, EXIT_USAGE };
    f->o.progress = progress_action;
    f->o.progress_user = &progress;
    f->o.known = print_known;
    f->o.known_user = &p;
    progress_say(&progress, STR("Looking up the server's name ..."));
    bool ran = doctor_run(&f->o, b.record, &b.stats, &e);
    progress_end(&progress);
    if (!ran)
        return command_usage_error("doctor", &e);
    return finish(f, &b, p.status);
}

/* Bare on a terminal: the flags come from answers, and are shown, so that they can be given again. */
static bool read_answers(struct doctor_flags *f, struct arena *a, struct buf *password,
                         struct err *e)
{
    struct ask_answers x;
    struct buf line;
    if (!ask_questions(&x, a, e))
        return false;
    /* Without a server the password is asked for when it is found, and may be trusted. */
    if (ask_names_server(&x) ? !doctor_flags_read_unasked(f, x.argc, x.argv, a, password, e)
                             : !doctor_flags_read(f, x.argc, x.argv, a, password, e))
        return false;
    buf_init(&line, (size_t)1 << 16);
    if (ask_command_line(&x, &line))
        fprintf(stderr, "\nThe same again, without the questions:\n  %.*s\n\n",
                STR_ARG(buf_str(&line)));
    buf_done(&line);
    return true;
}

int cmd_doctor(int argc, char **argv)
{
    struct err e = { .kind = ERR_NONE };
    struct arena a;
    struct buf password;
    struct doctor_flags f = { .json = false };
    int status = EXIT_USAGE;
    arena_init(&a, ARENA_MAX);
    buf_init(&password, SECRET_MAX);
    bool bare = argc == 1 && ask_possible();
    if (bare)
        keep_out_of_core_files();
    if (bare ? !read_answers(&f, &a, &password, &e)
             : !doctor_flags_read(&f, argc, argv, &a, &password, &e))
        status = command_usage_error("doctor", &e);
    else if (f.verify)
        status = verify(f.verify);
    else
        status = run(&f, &a);
    buf_wipe_done(&password);
    doctor_flags_done(&f);
    arena_done(&a);
    return status;
}
