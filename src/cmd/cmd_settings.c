/* SPDX-License-Identifier: ISC */
/*
 * cmd/cmd_settings.c - baton settings: a program's own settings, read and written
 */
#include "cmd/output.h"
#include "cmd/settings_flags.h"
#include "cmd/settings_report.h"
#include "cmd/settings_set.h"
#include "cmd/settings_write.h"
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 4 << 20, EXIT_NOBODYS = 3 };

static int show(int argc, char **argv);
static int convert(int argc, char **argv);
static int set(int argc, char **argv);
static int list(int argc, char **argv);

enum { SHOW, CONVERT, SET, LIST };
const struct command SETTINGS_COMMANDS[] = {
    { "settings show", "FILE", "Tell what a program's settings file makes it do, and what is wrong",
      "Exit status: 0 nothing wrong; 1 a mistake that is wrong or likely; 2 usage, or a file that "
      "cannot be read or is broken; 3 the file is of no program that Baton knows.",
      SETTINGS_SHOW_OPTIONS, show },
    { "settings convert", "[FILE]", "Write the settings of one program for another",
      "Without FILE the settings come from the flags alone. The password goes to standard output "
      "never: the text has a place for it, or says where it is to be had.\n"
      "\n"
      "Exit status: 0 written; 2 usage, a file that cannot be read, or settings that the other "
      "program cannot be told; 3 the file is of no program that Baton knows.",
      SETTINGS_CONVERT_OPTIONS, convert },
    { "settings set", "FILE", "Change settings in a program's own file, and nothing else in it",
      "Without --in-place the lines that would change are shown as a unified diff, passwords "
      "hidden. With it the file is changed, and a copy kept beside it, "
      "FILE.baton-20261126T101500Z. Mode, owner and access list stay; a symbolic link is followed; "
      "where several files change (a password map beside main.cf), all do or none.\n"
      "\n"
      "The new text is read back first: where it would not mean what was asked for, nothing is "
      "changed.\n"
      "\n"
      "Exit status: 0 done, or shown, or nothing to change; 2 usage, a file that cannot be read or "
      "changed; 3 the file is of no program that Baton knows.",
      SETTINGS_SET_OPTIONS, set },
    { "settings list", "", "List the programs that can be read and written", "",
      SETTINGS_LIST_OPTIONS, list },
    { NULL, NULL, NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static int failed(const char *command, const struct settings_loaded *l, const struct err *e)
{
    int status = command_usage_error(command, e);
    return l->nobodys ? EXIT_NOBODYS : status;
}

static int print_report(const struct settings_loaded *l, bool json)
{
    bool ok;
    if (json) {
        ok = output_json(settings_report_json(l));
    } else {
        struct buf b;
        buf_init(&b, TEXT_MAX);
        settings_report_text(l, &b);
        ok = output_text(&b);
    }
    if (!ok)
        fputs("baton settings show: the report could not be written\n", stderr);
    return ok ? settings_report_status(l) : EXIT_USAGE;
}

static bool one_file(int rest, char **argv, struct settings_flags *f, struct err *e)
{
    if (rest > 2)
        return err_set(e, ERR_SYNTAX, "one FILE at a time: '%.60s' is one too many", argv[2]);
    f->load.path = rest > 1 ? argv[1] : NULL;
    return true;
}

static int show(int argc, char **argv)
{
    const struct command *c = &SETTINGS_COMMANDS[SHOW];
    struct settings_flags f;
    struct settings_loaded l;
    struct err e = { .kind = ERR_NONE };
    int rest;
    settings_flags_init(&f);
    if (!command_parse(c, argc, argv, &f, &rest, &e) || !one_file(rest, argv, &f, &e))
        return command_usage_error(c->name, &e);
    if (!f.load.path)
        f.load.path = "-";
    int status = settings_load(&l, &f.load, &e) ? print_report(&l, f.json)
                                                : failed(c->name, &l, &e);
    settings_loaded_done(&l);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * Writing for another program
 */
static bool needs(const struct settings_flags *f, struct err *e)
{
    if (!f->to)
        return err_set(e, ERR_SYNTAX,
                       "say by --to which program to write for; baton settings list names them");
    if (!f->load.path && !settings_flags_say_any(f))
        return err_set(e, ERR_SYNTAX,
                       "give a FILE to read, or the settings by --server and --user");
    if (!f->output && (f->with_password || f->force))
        return err_set(e, ERR_SYNTAX,
                       "--%s goes with --output NEWFILE: a password is never printed",
                       f->with_password ? "with-password" : "force");
    if (f->with_password && f->password_given)
        return err_set(e, ERR_SYNTAX, "give --with-password or --password, not both");
    if (f->secret.fd >= 0 && !f->with_password)
        return err_set(e, ERR_SYNTAX, "--password-fd goes with --with-password");
    return true;
}

/* What is wrong in what was read is not mended by writing it for another program. */
static void warn(const struct settings_loaded *l)
{
    const struct settings_reading *r = &l->reading;
    size_t n = 0;
    for (size_t i = 0; i < r->mistake_count; i++)
        n += r->mistakes[i].sure != MISTAKE_NOTE;
    if (!n)
        return;
    struct buf b;
    buf_init(&b, TEXT_MAX);
    settings_report_mistakes(l, &b);
    buf_add(&b, STR("This was read, and is carried over as it is, save what flags replace.\n"));
    if (buf_ok(&b))
        fwrite(b.p, 1, b.n, stderr);
    buf_done(&b);
}

static int convert(int argc, char **argv)
{
    const struct command *c = &SETTINGS_COMMANDS[CONVERT];
    struct settings_flags f;
    struct settings_loaded l;
    struct err e = { .kind = ERR_NONE };
    int rest, status = 0;
    settings_flags_init(&f);
    if (!command_parse(c, argc, argv, &f, &rest, &e) || !one_file(rest, argv, &f, &e) ||
        !needs(&f, &e))
        return command_usage_error(c->name, &e);
    memset(&l, 0, sizeof l);
    f.load.leave_password = !f.with_password;
    if ((f.load.path && !settings_load(&l, &f.load, &e)) || !settings_convert(&f, &l, &e))
        status = failed(c->name, &l, &e);
    else if (f.load.path)
        warn(&l);
    settings_loaded_done(&l);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * Changing a file
 */
/* The settings as they are to be; a password that is not spoken of stays as it is. */
static bool wish(const struct settings_flags *f, const struct settings_loaded *l,
                 struct settings *wanted, struct buf *typed, struct err *e)
{
    bool found = false;
    *wanted = l->reading.found;
    wanted->secret = f->password_given ? f->password : SETTINGS_SECRET_ASKED;
    wanted->secret_text = f->password_text ? str_from(f->password_text) : STR_NONE;
    if (!settings_flags_apply(f, wanted, e))
        return false;
    if (wanted->secret != SETTINGS_SECRET_LITERAL)
        return true;
    if (!secret_input(&f->secret, typed, &found, e))
        return false;
    wanted->secret_text = buf_str(typed);
    return found || err_set(e, ERR_SYNTAX,
                            "there is no terminal to ask for the password on; give "
                            "--password-fd");
}

static int print_changes(struct buf *out, bool in_place)
{
    bool none = out->n == 0;
    if (!output_text(out)) {
        fputs("baton settings set: the report could not be written\n", stderr);
        return EXIT_USAGE;
    }
    if (none)
        fputs("Nothing to change: it is set so already.\n", stderr);
    else if (!in_place)
        fputs("Nothing is changed yet: --in-place does it, and keeps a copy.\n", stderr);
    return 0;
}

static int set(int argc, char **argv)
{
    const struct command *c = &SETTINGS_COMMANDS[SET];
    struct settings_flags f;
    struct settings_loaded l;
    struct settings wanted;
    struct err e = { .kind = ERR_NONE };
    AUTO(buf_wipe_done) struct buf typed;
    struct buf out;
    int rest;
    settings_flags_init(&f);
    buf_init(&typed, SECRET_MAX);
    if (!command_parse(c, argc, argv, &f, &rest, &e) || !one_file(rest, argv, &f, &e))
        return command_usage_error(c->name, &e);
    if (!f.load.path || !settings_flags_say_any(&f)) {
        err_set(&e, ERR_SYNTAX,
                "give the FILE, and what to change in it, such as --server HOST:PORT");
        return command_usage_error(c->name, &e);
    }
    buf_init(&out, TEXT_MAX);
    f.load.leave_password = true;
    bool ok = settings_load(&l, &f.load, &e) && wish(&f, &l, &wanted, &typed, &e) &&
              settings_apply(&l, &wanted, f.in_place, &out, &e);
    int status = ok ? print_changes(&out, f.in_place) : failed(c->name, &l, &e);
    if (!ok)
        buf_done(&out);
    settings_loaded_done(&l);
    return status;
}

/* ------------------------------------------------------------------------------------------------
 * The list
 */
static void add_secrets(unsigned set, struct buf *out)
{
    const char *between = "";
    for (unsigned bit = 1; bit <= SETTINGS_SECRET_HIDDEN; bit <<= 1)
        if (set & bit) {
            buf_addf(out, "%s%.*s", between, STR_ARG(names_of(&SETTINGS_SECRET_NAMES, (int)bit)));
            between = ", ";
        }
}

static void list_text(struct buf *b)
{
    const struct settings_program *p;
    buf_addf(b, "%-16s %-6s %-6s %-8s %-10s %s\n", "program", "reads", "writes", "changes",
             "run with", "its file; passwords as");
    for (size_t i = 0; (p = settings_program_at(i)) != NULL; i++) {
        buf_addf(b, "%-16.*s %-6s %-6s %-8s %-10.*s ", STR_ARG(p->name), p->read ? "yes" : "no",
                 p->write ? "yes" : "no", p->change ? "yes" : "no",
                 STR_ARG(p->ran.n ? p->ran : STR("never")));
        buf_addf(b, "%.*s; ", STR_ARG(p->file.n ? p->file : STR("(a window)")));
        add_secrets(p->secrets, b);
        buf_addc(b, '\n');
    }
}

static json_t *secrets_json(unsigned set)
{
    json_t *o = json_array();
    for (unsigned bit = 1; bit <= SETTINGS_SECRET_HIDDEN; bit <<= 1)
        if (set & bit)
            json_array_append_new(o, output_str(names_of(&SETTINGS_SECRET_NAMES, (int)bit)));
    return o;
}

static json_t *list_json(void)
{
    const struct settings_program *p;
    json_t *rows = json_array();
    for (size_t i = 0; (p = settings_program_at(i)) != NULL; i++)
        json_array_append_new(rows, json_pack("{s:o,s:o,s:b,s:b,s:b,s:o,s:o,s:o}", "program",
                                              output_str(p->name), "title", output_str(p->title),
                                              "reads", p->read != NULL, "writes", p->write != NULL,
                                              "changes", p->change != NULL, "ran",
                                              output_str(p->ran), "file", output_str(p->file),
                                              "passwords", secrets_json(p->secrets)));
    return json_pack("{s:s,s:o}", "schema", "baton.settings-list/1", "programs", rows);
}

static int list(int argc, char **argv)
{
    const struct command *c = &SETTINGS_COMMANDS[LIST];
    struct settings_flags f;
    struct err e = { .kind = ERR_NONE };
    struct buf b;
    int rest;
    settings_flags_init(&f);
    if (command_parse(c, argc, argv, &f, &rest, &e) && rest > 1)
        err_set(&e, ERR_SYNTAX, "'%.60s' is one word too many", argv[1]);
    if (e.kind != ERR_NONE)
        return command_usage_error(c->name, &e);
    if (f.json)
        return output_json(list_json()) ? 0 : EXIT_USAGE;
    buf_init(&b, TEXT_MAX);
    list_text(&b);
    return output_text(&b) ? 0 : EXIT_USAGE;
}

/* ------------------------------------------------------------------------------------------------
 * The command
 */
static const struct command *subcommand(const char *word, struct err *e)
{
    struct name_row rows[COUNT_OF(SETTINGS_COMMANDS)];
    size_t n = 0;
    for (; SETTINGS_COMMANDS[n].name; n++) {
        const char *own = strchr(SETTINGS_COMMANDS[n].name, ' ') + 1;
        if (word && strcmp(own, word) == 0)
            return &SETTINGS_COMMANDS[n];
        rows[n] = (struct name_row){ (int)n, str_from(own) };
    }
    const struct names t = { rows, n };
    char all[80];
    str near = word ? names_nearest(&t, str_from(word)) : STR_NONE;
    if (near.n)
        err_set(e, ERR_SYNTAX, "there is no '%.60s', did you mean %.*s", word, STR_ARG(near));
    else
        err_set(e, ERR_SYNTAX, "say first which: %s", names_list(&t, all, sizeof all));
    return NULL;
}

int cmd_settings(int argc, char **argv)
{
    struct err e = { .kind = ERR_NONE };
    const struct command *c = subcommand(argc > 1 ? argv[1] : NULL, &e);
    return c ? c->run(argc - 1, argv + 1) : command_usage_error("settings", &e);
}
