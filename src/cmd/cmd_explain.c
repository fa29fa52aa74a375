/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_explain.c - baton explain: a text to its cause
 */
#include "cmd/cmd.h"
#include "cmd/explain_log.h"
#include "cmd/explain_report.h"
#include "cmd/settings_load.h"
#include "net/read_file.h"
#include <errno.h>
#include <stdio.h>
#include <unistd.h>

enum { MEMORY_MAX = 128 << 20, EXIT_UNKNOWN = 3 };

struct flags {
    bool json, why;
    const struct settings_program *program; /* --for; NULL: not said */
    struct explain_log_options log;
};

static bool take_json(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct flags *)into)->json = true;
    return true;
}

static bool take_why(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct flags *)into)->why = true;
    return true;
}

static bool take_for(void *into, const char *value, struct err *e)
{
    return settings_take_program(value, &((struct flags *)into)->program, e);
}

static bool take_log(void *into, const char *value, struct err *e)
{
    return explain_log_add(&((struct flags *)into)->log, value, e);
}

static bool take_follow(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    ((struct flags *)into)->log.follow = true;
    return true;
}

static bool take_top(void *into, const char *value, struct err *e)
{
    return explain_log_take_top(&((struct flags *)into)->log, value, e);
}

static bool take_since(void *into, const char *value, struct err *e)
{
    return explain_log_time(value, explain_log_now_s(), &((struct flags *)into)->log.since_s, e);
}

static bool take_until(void *into, const char *value, struct err *e)
{
    return explain_log_time(value, explain_log_now_s(), &((struct flags *)into)->log.until_s, e);
}

static bool take_year(void *into, const char *value, struct err *e)
{
    return explain_log_take_year(&((struct flags *)into)->log, value, e);
}

const struct command_option EXPLAIN_OPTIONS[] = {
    { "json", NULL, "JSON in place of text: one document, or with --log one line a group",
      take_json },
    { "why", NULL, "also the words that the answer rests on, and their weight", take_why },
    { "for", "PROGRAM",
      "also what to set in this program, by the text's settings and the cause, or by a provider's "
      "row: not tried; 'baton settings list' names the programs",
      take_for },
    { "log", "FILE",
      "a mail server's log: its refusals by cause, client, sender and domain; '-' is standard "
      "input, more files may "
      "follow, packed with gzip or not",
      take_log },
    { "follow", NULL, "with --log: then wait for more, and tell each refusal when it comes",
      take_follow },
    { "top", "N", "with --log: so many of the largest groups (20; with --json all)", take_top },
    { "since", "TIME",
      "with --log: only refusals since then: 2026-11-26, '2026-11-26 06:10', 6h, 3d", take_since },
    { "until", "TIME", "with --log: only refusals before then", take_until },
    { "year", "YYYY", "with --log: the year of its last line, where lines tell none", take_year },
    { NULL, NULL, NULL, NULL },
};

/* Is there a file of this name, even one that may not be read? A text is no file, however long it is. */
static bool is_file(const char *argument)
{
    return str_eq(str_from(argument), STR("-")) || access(argument, F_OK) == 0 || errno == EACCES;
}

static bool join(int argc, char **argv, struct buf *out, struct err *e)
{
    buf_init(out, EXPLAIN_TEXT_MAX);
    for (int i = 1; i < argc; i++)
        buf_add(out, i > 1 ? STR(" ") : STR("")), buf_add(out, str_from(argv[i]));
    return buf_ok(out) || err_set(e, ERR_MEMORY, "no memory for the text");
}

/* The file, standard input when nothing is named, or the words themselves. */
static bool read_text(int argc, char **argv, struct buf *out, struct err *e)
{
    if (argc > 2 || (argc == 2 && !is_file(argv[1])))
        return join(argc, argv, out, e);
    bool more;
    if (!read_file_head(argc == 2 ? argv[1] : "-", EXPLAIN_TEXT_MAX, out, &more, e))
        return false;
    if (more)
        fprintf(stderr, "baton explain: only the first %d MiB were read. For a log see --log.\n",
                EXPLAIN_TEXT_MAX >> 20);
    return true;
}

static int explain(str text, const struct flags *f, struct arena *memory)
{
    struct err e;
    AUTO(explainer_freep) struct explainer *x = explainer_new(false);
    struct explanation *found = arena_alloc(memory, sizeof *found);
    if (!x || !found) {
        err_set(&e, ERR_MEMORY, "memory is short");
        return command_usage_error("explain", &e);
    }
    if (!explain_text(x, text, memory, found, &e))
        return command_usage_error("explain", &e);
    struct explain_for set;
    if (f->program && !explain_for(found, f->program, memory, &set)) {
        err_set(&e, ERR_MEMORY, "memory is short");
        return command_usage_error("explain", &e);
    }
    const struct explain_for *shown = f->program ? &set : NULL;
    bool written = f->json ? explain_report_json(found, shown, memory)
                           : explain_report_text(found, shown, memory);
    if (written && f->why && !f->json)
        written = explain_report_why(found);
    return !written ? EXIT_USAGE : found->best.cause == CAUSE_NONE ? EXIT_UNKNOWN : 0;
}

/* What is no option names more logs: a shell has made them of "mail.log*". */
static int explain_log(struct flags *f, int rest, char **argv)
{
    struct err e;
    f->log.json = f->json;
    for (int i = 1; i < rest; i++)
        if (!explain_log_add(&f->log, argv[i], &e))
            return command_usage_error("explain", &e);
    return explain_log_run(&f->log);
}

int cmd_explain(int argc, char **argv)
{
    struct err e;
    struct flags f = { 0 };
    int rest;
    if (!command_parse(command_named("explain"), argc, argv, &f, &rest, &e))
        return command_usage_error("explain", &e);
    if (f.log.count && f.program) {
        err_set(&e, ERR_SYNTAX, "--for is for one text; --log counts many");
        return command_usage_error("explain", &e);
    }
    if (f.log.count)
        return explain_log(&f, rest, argv);
    if (f.log.follow || f.log.top || f.log.year || f.log.since_s || f.log.until_s) {
        err_set(&e, ERR_SYNTAX, "--follow, --top, --since, --until and --year want --log FILE");
        return command_usage_error("explain", &e);
    }
    struct buf text;
    if (!read_text(rest, argv, &text, &e)) {
        buf_done(&text);
        return command_usage_error("explain", &e);
    }
    struct arena memory;
    arena_init(&memory, MEMORY_MAX);
    int status = explain(buf_str(&text), &f, &memory);
    arena_done(&memory);
    buf_done(&text);
    return status;
}
