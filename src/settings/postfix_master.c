/* SPDX-License-Identifier: ISC */
/*
 * settings/postfix_master.c - master.cf, as far as it bears on sending: what a transport's -o says
 */
#include "base/err.h"
#include "settings/postfix.h"
#include <string.h>

enum { FIELDS = 8 };

/* "-o name=value", "-o { name = value }". */
static void add_option(struct postfix *p, const struct cf_line *line, str service, str option)
{
    if (option.n && option.p[0] == '{')
        option = cf_trim(str_take(str_skip(option, 1), option.n > 1 ? option.n - 2 : 0));
    size_t eq = str_find_octet(option, '=');
    if (eq == STR_NOT_FOUND)
        return;
    str value = cf_trim(str_skip(option, eq + 1));
    size_t from = (size_t)((value.n ? value.p : option.p + eq + 1) - line->text.p);
    struct settings_item *i = settings_add_item(p->r, service, cf_trim(str_take(option, eq)), value,
                                                cf_place(line, from, value.n), 0);
    if (!i)
        return;
    i->known = postfix_is_parameter(i->key);
    if (p->option_count < COUNT_OF(p->options))
        p->options[p->option_count++] = i;
}

/* The next argument: a word, or a pair of braces with all that is in them. */
static str argument(str *rest)
{
    size_t depth = 0, n = 0;
    if (!rest->n || rest->p[0] != '{')
        return cf_word(rest);
    for (; n < rest->n; n++) {
        depth += rest->p[n] == '{';
        if (rest->p[n] == '}' && !--depth)
            break;
    }
    str whole = str_take(*rest, n + 1);
    *rest = str_skip(*rest, n + 1);
    while (rest->n && cf_is_blank(rest->p[0]))
        *rest = str_skip(*rest, 1);
    return whole;
}

static void add_options(struct postfix *p, const struct cf_line *line, str service, str rest)
{
    while (rest.n) {
        str word = argument(&rest);
        if (str_eq(word, STR("-o")))
            add_option(p, line, service, argument(&rest));
        else if (str_starts(word, STR("-o")))
            add_option(p, line, service, str_skip(word, 2));
    }
}

bool postfix_master(struct postfix *p, str *command, bool *absent, struct err *e)
{
    struct settings_part part = settings_part_named(p->r, STR("master.cf"));
    struct cf_lines lines = cf_lines_of(&part, p->r->arena);
    struct cf_line line;
    str transport = p->transport;
    *command = STR_NONE;
    *absent = part.file != NULL;
    while (cf_lines_next(&lines, &line)) {
        str rest = line.text, fields[FIELDS];
        for (size_t i = 0; i < FIELDS; i++)
            fields[i] = cf_word(&rest);
        if (!fields[FIELDS - 1].n)
            return settings_broken(line.file, line.at, e,
                                   "a service has %d fields; Postfix does not start with this line",
                                   FIELDS);
        if (!str_eq(fields[0], transport) || !str_eq(fields[1], STR("unix")))
            continue;
        *command = fields[FIELDS - 1];
        *absent = false;
        add_options(p, &line, transport, rest);
    }
    return true;
}
