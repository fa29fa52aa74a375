/* SPDX-License-Identifier: ISC */
/*
 * cmd/help.c - help, manual pages and completions, printed from the table of commands
 */
#include "base/mdoc.h"
#include "base/wrap.h"
#include "cmd/cmd.h"
#include <stdio.h>
#include <string.h>

static void add_usage(const struct command *c, struct buf *out)
{
    buf_addf(out, "baton %s", c->name);
    if (command_option_count(c))
        buf_add(out, STR(" [OPTIONS]"));
    if (c->synopsis[0])
        buf_addf(out, " %s", c->synopsis);
}

enum { HELP_COLUMN = 30 };

static void help_option(const struct command_option *o, struct buf *out)
{
    char left[80];
    snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
    size_t n = strlen(left);
    buf_addf(out, "  %s%*s", left, n < HELP_COLUMN - 4 ? (int)(HELP_COLUMN - 2 - n) : 0, "");
    if (n >= HELP_COLUMN - 4)
        buf_addf(out, "\n%*s", HELP_COLUMN, "");
    wrap_words(out, HELP_COLUMN, HELP_COLUMN, str_from(o->help));
}

static bool help_all(struct buf *out)
{
    buf_add(out, STR("baton - why mail is refused, and what would be accepted\n\n"));
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        buf_addf(out, "  %-12s %s\n", COMMANDS[i].name, COMMANDS[i].summary);
    return buf_add(out, STR("\nbaton help COMMAND tells more about one of them.\n"
                            "Begin with:\n"
                            "  baton demo\n"
                            "  baton doctor          (it asks for what it needs to know)\n"
                            "  baton doctor you@your.domain --server mail.your.domain --to "
                            "the-recipient\n"));
}

/* The subcommands of one, or nothing. */
static const struct command *below(const struct command *c)
{
    static const struct command NONE = { NULL, NULL, NULL, NULL, NULL, NULL };
    const struct command *rows = command_below(c);
    return rows ? rows : &NONE;
}

bool command_help(const struct command *c, struct buf *out)
{
    if (!c)
        return help_all(out);
    add_usage(c, out);
    buf_addf(out, "\n\n%s.\n\n", c->summary);
    for (size_t i = 0; i < command_option_count(c); i++)
        help_option(&c->options[i], out);
    if (c->about[0] && command_option_count(c))
        buf_addc(out, '\n');
    for (str rest = str_from(c->about); rest.n;)
        wrap_words(out, 0, 0, str_cut(&rest, '\n'));
    for (const struct command *sub = below(c); sub->name; sub++) {
        buf_add(out, STR("\n----\n\n"));
        command_help(sub, out);
    }
    return buf_ok(out);
}

/* ------------------------------------------------------------------------------------------------
 * Manual pages in mdoc(7)
 */
static void man_text(const char *text, struct buf *out)
{
    mdoc_text(str_from(text), out);
}

static void man_paragraphs(const char *text, struct buf *out)
{
    for (str rest = str_from(text); rest.p;) {
        str line = str_trim(str_cut(&rest, '\n'));
        if (!line.n) {
            buf_add(out, STR(".Pp\n"));
            continue;
        }
        mdoc_text(line, out);
        buf_addc(out, '\n');
    }
}

static void man_head(const char *page, const char *summary, struct buf *out)
{
    buf_add(out, STR(".\\\" SPDX-License-Identifier: ISC\n.Dd November 22, 2026\n"));
    buf_addf(out, ".Dt %s 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd ", page, page);
    man_text(summary, out);
    buf_addc(out, '\n');
}

static void man_option_rows(const struct command *c, struct buf *out)
{
    if (!command_option_count(c))
        return;
    buf_add(out, STR(".Bl -tag -width Ds\n"));
    for (size_t i = 0; i < command_option_count(c); i++) {
        const struct command_option *o = &c->options[i];
        buf_addf(out, ".It Fl Fl %s%s", o->name, o->value ? " Ar " : "");
        if (o->value)
            man_text(o->value, out);
        buf_addc(out, '\n');
        man_text(o->help, out);
        buf_add(out, STR(".\n"));
    }
    buf_add(out, STR(".El\n"));
}

static void man_options(const struct command *c, struct buf *out)
{
    if (command_option_count(c))
        buf_add(out, STR(".Sh OPTIONS\n"));
    man_option_rows(c, out);
}

/* A subcommand is a part of the page of its command. */
static void man_below(const struct command *sub, struct buf *out)
{
    buf_addf(out, ".Ss baton %s", sub->name);
    buf_addf(out, "%s ", command_option_count(sub) ? " [options]" : "");
    man_text(sub->synopsis, out);
    buf_addc(out, '\n');
    man_text(sub->summary, out);
    buf_add(out, STR(".\n"));
    if (sub->about[0]) {
        buf_add(out, STR(".Pp\n"));
        man_paragraphs(sub->about, out);
    }
    man_option_rows(sub, out);
}

static bool man_all(struct buf *out)
{
    man_head("baton", "why mail is refused, and what would be accepted", out);
    buf_add(out, STR(".Sh SYNOPSIS\n.Nm\n.Ar command\n.Op Ar options\n.Sh DESCRIPTION\n"
                     "The commands are:\n.Bl -tag -width Ds\n"));
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        buf_addf(out, ".It Cm %s\n", COMMANDS[i].name);
        man_text(COMMANDS[i].summary, out);
        buf_add(out, STR(".\n"));
    }
    return buf_add(out, STR(".El\n"));
}

bool command_man(const struct command *c, struct buf *out)
{
    char page[64];
    if (!c)
        return man_all(out);
    snprintf(page, sizeof page, "baton-%s", c->name);
    man_head(page, c->summary, out);
    buf_addf(out, ".Sh SYNOPSIS\n.Nm baton %s\n", c->name);
    if (command_option_count(c))
        buf_add(out, STR(".Op Ar options\n"));
    if (c->synopsis[0]) {
        buf_add(out, STR(".Ar "));
        man_text(c->synopsis, out);
        buf_addc(out, '\n');
    }
    buf_add(out, STR(".Sh DESCRIPTION\n"));
    man_text(c->summary, out);
    buf_add(out, STR(".\n"));
    if (c->about[0]) {
        buf_add(out, STR(".Pp\n"));
        man_paragraphs(c->about, out);
    }
    man_options(c, out);
    if (below(c)->name)
        buf_add(out, STR(".Sh SUBCOMMANDS\n"));
    for (const struct command *sub = below(c); sub->name; sub++)
        man_below(sub, out);
    return buf_ok(out);
}

/* ------------------------------------------------------------------------------------------------
 * Completions
 */
static void command_names(struct buf *out)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        buf_addf(out, "%s%s", i ? " " : "", COMMANDS[i].name);
}

static void option_names(const struct command *c, struct buf *out)
{
    for (size_t i = 0; i < command_option_count(c); i++)
        buf_addf(out, "%s--%s", i ? " " : "", c->options[i].name);
}

/* "show" of "settings show" */
static const char *own_name(const struct command *sub)
{
    return strchr(sub->name, ' ') + 1;
}

/* The options of the subcommand that is the second word; where there is none yet, their names. */
static void bash_below(const struct command *c, const struct command *sub, struct buf *out)
{
    buf_addf(out, "    %s) if [ \"$COMP_CWORD\" -eq 2 ]; then words='", c->name);
    for (const struct command *s = sub; s->name; s++)
        buf_addf(out, "%s%s", s == sub ? "" : " ", own_name(s));
    buf_add(out, STR("'; else case ${COMP_WORDS[2]} in\n"));
    for (; sub->name; sub++) {
        buf_addf(out, "      %s) words='", own_name(sub));
        option_names(sub, out);
        buf_add(out, STR("' ;;\n"));
    }
    buf_add(out, STR("    esac; fi ;;\n"));
}

static void completion_bash(struct buf *out)
{
    buf_add(out, STR("_baton() {\n  local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
                     "  if [ \"$COMP_CWORD\" -eq 1 ]; then words='"));
    command_names(out);
    buf_add(out, STR("'; else case ${COMP_WORDS[1]} in\n"));
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *sub = below(&COMMANDS[i]);
        if (sub->name) {
            bash_below(&COMMANDS[i], sub, out);
            continue;
        }
        buf_addf(out, "    %s) words='", COMMANDS[i].name);
        option_names(&COMMANDS[i], out);
        buf_add(out, STR("' ;;\n"));
    }
    buf_add(out, STR("  esac; fi\n  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n"
                     "complete -o default -F _baton baton\n"));
}

static void completion_zsh(struct buf *out)
{
    buf_add(out, STR("#compdef baton\nautoload -U +X bashcompinit && bashcompinit\n"));
    completion_bash(out);
}

/* Inside single quotes of fish, only the quote and the backslash are special. */
static void fish_quoted(const char *text, struct buf *out)
{
    buf_addc(out, '\'');
    for (; *text; text++) {
        if (*text == '\'' || *text == '\\')
            buf_addc(out, '\\');
        buf_addc(out, *text);
    }
    buf_addc(out, '\'');
}

/* seen: when its options are offered. */
static void fish_options(const struct command *c, const char *seen, struct buf *out)
{
    for (size_t k = 0; k < command_option_count(c); k++) {
        buf_addf(out, "complete -c baton -n '%s' -l %s%s -d ", seen, c->options[k].name,
                 c->options[k].value ? " -r" : "");
        fish_quoted(c->options[k].help, out);
        buf_addc(out, '\n');
    }
}

static void fish_below(const struct command *c, const struct command *sub, struct buf *out)
{
    char seen[160];
    buf_addf(out,
             "complete -c baton -n '__fish_seen_subcommand_from %s; and test (count (commandline "
             "-opc)) -eq 2' -f -a %s -d ",
             c->name, own_name(sub));
    fish_quoted(sub->summary, out);
    buf_addc(out, '\n');
    snprintf(seen, sizeof seen,
             "__fish_seen_subcommand_from %s; and __fish_seen_subcommand_from %s", c->name,
             own_name(sub));
    fish_options(sub, seen, out);
}

static void completion_fish(struct buf *out)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const struct command *c = &COMMANDS[i];
        char seen[80];
        buf_addf(out, "complete -c baton -n __fish_use_subcommand -f -a %s -d ", c->name);
        fish_quoted(c->summary, out);
        buf_addc(out, '\n');
        snprintf(seen, sizeof seen, "__fish_seen_subcommand_from %s", c->name);
        fish_options(c, seen, out);
        for (const struct command *sub = below(c); sub->name; sub++)
            fish_below(c, sub, out);
    }
}

bool command_completion(const char *shell, struct buf *out)
{
    static const struct {
        const char *shell;
        void (*write)(struct buf *out);
    } SHELLS[] = { { "bash", completion_bash },
                   { "zsh", completion_zsh },
                   { "fish", completion_fish } };
    for (size_t i = 0; i < COUNT_OF(SHELLS); i++) {
        if (strcmp(SHELLS[i].shell, shell) == 0) {
            SHELLS[i].write(out);
            return buf_ok(out);
        }
    }
    return false;
}
