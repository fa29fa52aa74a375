/* SPDX-License-Identifier: ISC */
/*
 * cmd/parse.c - the command line, read by the rows of the table
 */
#include "base/escape.h"
#include "base/names.h"
#include "cmd/cmd.h"
#include <stdio.h>
#include <string.h>

enum { OPTIONS_MAX = 64 };

size_t command_option_count(const struct command *c)
{
    size_t n = 0;
    while (c->options && c->options[n].name)
        n++;
    return n;
}

static const struct command_option *option_named(const struct command *c, str name)
{
    for (size_t i = 0; i < command_option_count(c); i++)
        if (str_eq(str_from(c->options[i].name), name))
            return &c->options[i];
    return NULL;
}

static bool unknown_option(const struct command *c, str name, struct err *e)
{
    struct name_row rows[OPTIONS_MAX];
    size_t n = 0;
    for (; n < command_option_count(c) && n < OPTIONS_MAX; n++)
        rows[n] = (struct name_row){ (int)n, str_from(c->options[n].name) };
    const struct names t = { rows, n };
    str near = names_nearest(&t, name);
    return err_set(e, ERR_SYNTAX, "there is no option --%.*s%s%.*s", STR_ARG(str_take(name, 60)),
                   near.n ? ", did you mean --" : "", STR_ARG(near));
}

/* One option at argv[*at]; moves *at past its value. */
static bool take_option(const struct command *c, int argc, char **argv, int *at, void *into,
                        struct err *e)
{
    str rest = str_from(argv[*at] + 2);
    bool joined = str_find_octet(rest, '=') != STR_NOT_FOUND;
    str name = joined ? str_cut(&rest, '=') : rest;
    const struct command_option *o = option_named(c, name);
    if (!o)
        return unknown_option(c, name, e);
    const char *value = joined ? rest.p : NULL;
    if (!o->value && joined)
        return err_set(e, ERR_SYNTAX, "--%s takes no value", o->name);
    if (o->value && !joined) {
        if (*at + 1 >= argc)
            return err_set(e, ERR_SYNTAX, "--%s needs %s behind it", o->name, o->value);
        value = argv[++*at];
    }
    return o->take(into, value, e);
}

bool command_parse(const struct command *c, int argc, char **argv, void *into, int *rest,
                   struct err *e)
{
    int kept = 1;
    bool options = true;
    for (int i = 1; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else if (options && strncmp(argv[i], "--", 2) == 0) {
            if (!take_option(c, argc, argv, &i, into, e))
                return false;
        } else if (options && argv[i][0] == '-' && argv[i][1]) {
            return err_set(e, ERR_SYNTAX, "there is no option %.20s; options begin with two dashes",
                           argv[i]);
        } else {
            argv[kept++] = argv[i];
        }
    }
    *rest = kept;
    return true;
}

int command_usage_error(const char *command, const struct err *e)
{
    struct buf shown; /* the sentence may quote what was typed */
    buf_init(&shown, 4 * sizeof e->why);
    escape_line(str_from(e->why), &shown);
    fprintf(stderr, "baton %s: %.*s.\nSee: baton help %s\n", command, STR_ARG(buf_str(&shown)),
            command);
    buf_done(&shown);
    return EXIT_USAGE;
}
