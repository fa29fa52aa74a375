/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_allow.c - baton allow: an address may relay for a time; what a POP server calls after a login
 */
#include "base/escape.h"
#include "cmd/cmd.h"
#include "cmd/control_client.h"
#include "cmd/output.h"
#include "policy/site.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { EXIT_NONE = 1, DEFAULT_S = 30 * 60, TEXT_MAX = 16 << 20 };

struct flags {
    const char *control, *note, *end;
    unsigned seconds;
    bool list, json;
};

static bool take_for(void *into, const char *value, struct err *e)
{
    struct flags *f = into;
    return (site_seconds(str_from(value), &f->seconds) && f->seconds) ||
           err_set(e, ERR_SYNTAX, "--for '%.20s' is no time; write it as 30m or 2h", value);
}
#define TEXT_FLAG(name)                                                                            \
    static bool take_##name(void *into, const char *value, struct err *e UNUSED)                   \
    {                                                                                              \
        ((struct flags *)into)->name = value;                                                      \
        return true;                                                                               \
    }
TEXT_FLAG(control)
TEXT_FLAG(note)
TEXT_FLAG(end)
static bool take_list(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct flags *)into)->list = true;
}
static bool take_json(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct flags *)into)->json = true;
}

const struct command_option ALLOW_OPTIONS[] = {
    { "for", "TIME",
      "how long, as 45s, 30m (what holds without it) or 2h; at most what allow-longest says in the "
      "rule file, or a day",
      take_for },
    { "note", "TEXT", "why, for who reads the list later", take_note },
    { "list", NULL, "show the addresses that are let in now", take_list },
    { "end", "IP", "let this address in no longer", take_end },
    { "control", "PATH", "the relay's control socket (" CONTROL_PATH ")", take_control },
    { "json", NULL, "print the document baton.allow/1", take_json },
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * Words
 */
struct asked {
    const struct flags *flags;
    struct buf text;
    json_t *rows;
};

static str text_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    return (str){ json_string_value(value), json_string_length(value) };
}

static const char *clock_time(json_int_t until_ms, char out[40])
{
    time_t at = (time_t)(until_ms / 1000);
    struct tm t;
    if (!localtime_r(&at, &t) || !strftime(out, 40, "%Y-%m-%d %H:%M:%S", &t))
        out[0] = '\0';
    return out;
}

static bool take_row(void *user, const json_t *row)
{
    struct asked *a = user;
    char at[40];
    if (a->flags->json)
        return json_array_append_new(a->rows, json_deep_copy(row)) == 0;
    buf_addf(&a->text, "%-39.*s  until %s  ", STR_ARG(text_of(row, "client")),
             clock_time(json_integer_value(json_object_get(row, "until_ms")), at));
    escape_line(text_of(row, "note"), &a->text);
    return buf_addc(&a->text, '\n');
}

static void add_permits(struct buf *b, const json_t *done)
{
    const json_t *permits = json_object_get(done, "permits");
    for (size_t i = 0; i < json_array_size(permits); i++) {
        const json_t *name = json_array_get(permits, i);
        buf_add(b, i ? STR(", \"") : STR("\""));
        escape_line((str){ json_string_value(name), json_string_length(name) }, b);
        buf_addc(b, '"');
    }
}

static bool say(struct asked *a, const json_t *done)
{
    char at[40];
    struct buf *b = &a->text;
    if (a->flags->list) {
        if (!b->n)
            buf_add(b, STR("No address is let in.\n"));
    } else if (a->flags->end) {
        buf_addf(b, "%.*s %s\n", STR_ARG(text_of(done, "client")),
                 json_is_true(json_object_get(done, "had")) ? "is no longer let in."
                                                            : "was not let in.");
    } else {
        buf_addf(b, "%.*s is let in until %s, by permit ", STR_ARG(text_of(done, "client")),
                 clock_time(json_integer_value(json_object_get(done, "until_ms")), at));
        add_permits(b, done);
        buf_add(b, STR(" where its other conditions are met."));
        output_wrap_from(b, 0, 0);
    }
    return buf_ok(b);
}

static bool json(struct asked *a, json_t *done)
{
    json_t *root = json_pack("{s:s,s:O,s:n,s:n,s:n,s:n}", "schema", "baton.allow/1", "windows",
                             a->flags->list ? a->rows : json_null(), "client", "until_ms",
                             "permits", "had");
    if (root && json_object_update(root, done) == 0)
        return output_json(root);
    json_decref(root);
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
static json_t *request_of(const struct flags *f, const char *client)
{
    if (f->list)
        return json_pack("{s:s,s:s}", "do", "allow", "what", "list");
    if (f->end)
        return json_pack("{s:s,s:s,s:s}", "do", "allow", "what", "end", "client", f->end);
    return json_pack("{s:s,s:s,s:s,s:i,s:o}", "do", "allow", "what", "add", "client", client,
                     "seconds", (int)f->seconds, "note", output_word(f->note));
}

static int ask(const struct flags *f, const char *client)
{
    struct asked a = { .flags = f, .rows = json_array() };
    struct err e;
    json_t *done = NULL;
    int status = EXIT_USAGE;
    buf_init(&a.text, TEXT_MAX);
    if (!control_ask(f->control, request_of(f, client), take_row, &a, &done, &e)) {
        fprintf(stderr, "baton allow: %s.\n", e.why);
    } else {
        bool had = !f->end || json_is_true(json_object_get(done, "had"));
        bool told = f->json ? json(&a, done) : say(&a, done) && output_text(&a.text);
        status = !told ? EXIT_USAGE : had ? 0 : EXIT_NONE;
    }
    json_decref(done);
    json_decref(a.rows);
    buf_done(&a.text);
    return status;
}

int cmd_allow(int argc, char **argv)
{
    struct flags f = { .seconds = 0 };
    struct err e = { .kind = ERR_NONE };
    int rest;
    if (!command_parse(command_named("allow"), argc, argv, &f, &rest, &e))
        return command_usage_error("allow", &e);
    if (f.list + (f.end != NULL) + (rest > 1) != 1 || rest > 2) {
        err_set(&e, ERR_SYNTAX, "give one address, or --list, or --end IP");
        return command_usage_error("allow", &e);
    }
    if ((f.list || f.end) && (f.note || f.seconds)) {
        err_set(&e, ERR_SYNTAX, "--for and --note are of an address that is let in");
        return command_usage_error("allow", &e);
    }
    f.seconds = f.seconds ? f.seconds : DEFAULT_S;
    return ask(&f, rest > 1 ? argv[1] : NULL);
}
