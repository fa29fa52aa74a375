/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_explain.c - baton explain: a text to its cause
 */
#include "cmd/cmd.h"
#include "cmd/explain_report.h"
#include "cmd/read_file.h"
#include <unistd.h>

enum { MEMORY_MAX = 64 << 20, EXIT_UNKNOWN = 3 };

struct flags {
    bool json, why;
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

const struct command_option EXPLAIN_OPTIONS[] = {
    { "json", NULL, "one JSON document in place of text", take_json },
    { "why", NULL, "also the words that the answer rests on, and their weight", take_why },
    { NULL, NULL, NULL, NULL },
};

/* An argument that is no file is the text; none is standard input. */
static bool read_text(const char *argument, struct buf *out, struct err *e)
{
    if (!argument || !access(argument, F_OK) || str_eq(str_from(argument), STR("-")))
        return read_whole_file(argument ? argument : "-", EXPLAIN_TEXT_MAX, out, e);
    buf_init(out, EXPLAIN_TEXT_MAX);
    return buf_add(out, str_from(argument)) || err_set(e, ERR_MEMORY, "no memory for the text");
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
    bool written = f->json ? explain_report_json(found, memory)
                           : explain_report_text(found, memory);
    if (written && f->why && !f->json)
        written = explain_report_why(found);
    return !written ? EXIT_USAGE : found->best.cause == CAUSE_NONE ? EXIT_UNKNOWN : 0;
}

int cmd_explain(int argc, char **argv)
{
    struct err e;
    struct flags f = { 0 };
    int rest;
    if (!command_parse(command_named("explain"), argc, argv, &f, &rest, &e))
        return command_usage_error("explain", &e);
    struct buf text;
    if (!read_text(rest > 1 ? argv[1] : NULL, &text, &e)) {
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
