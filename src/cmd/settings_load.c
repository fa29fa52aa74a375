/* SPDX-License-Identifier: ISC */
#include "cmd/settings_load.h"
#include "base/secret.h"
#include "base/wipe.h"
#include "cmd/secret_input.h"
#include "settings/shown.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    TEXTS_MAX = 4 << 20, /* octets of all files together: each round reads them all again */
    MEMORY_MAX = 48 << 20,
    SHOWN = 100 /* octets of a name in a sentence */
};

/* ------------------------------------------------------------------------------------------------
 * Opening a file
 */
static const char *kind_of(const struct stat *s)
{
    if (S_ISDIR(s->st_mode))
        return "a directory; name the file in it";
    if (S_ISFIFO(s->st_mode))
        return "a pipe; let it come by standard input, and name it '-'";
    if (S_ISSOCK(s->st_mode))
        return "a socket, not a file";
    if (S_ISCHR(s->st_mode) || S_ISBLK(s->st_mode))
        return "a device, not a file";
    return "no ordinary file";
}

static const char *remedy_of(int why)
{
    switch (why) {
    case EACCES:
    case EPERM: return "; run this as somebody who may read it, or give a copy of it";
    case ENOENT: return "; look at how it is spelled";
    case ELOOP: return "; a symbolic link in its way leads back to itself";
    case ENOTDIR: return "; a part of the way to it is a file";
    default: return "";
    }
}

/* What O_PATH found, opened; where there is no /proc, by its name. O_NONBLOCK: what is an ordinary file by name may
 * still wait for data, as some of /proc do. */
static int open_found(int found, const char *path)
{
    enum { HOW = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC };
    char again[40];
    snprintf(again, sizeof again, "/proc/self/fd/%d", found);
    int fd = open(again, HOW);
    return fd < 0 && errno == ENOENT ? open(path, HOW) : fd;
}

/* A device is not even opened: a tape would wind back, a watchdog would start. */
static int open_file(const char *path, struct stat *s, struct err *e)
{
    int fd = -1, found = open(path, O_PATH | O_CLOEXEC);
    if (found >= 0 && fstat(found, s) == 0 && !S_ISREG(s->st_mode)) {
        close(found);
        err_set(e, ERR_SYSTEM, "'%.*s' is %s", SHOWN, path, kind_of(s));
        return -1;
    }
    if (found >= 0)
        fd = open_found(found, path);
    int why = errno;
    if (found >= 0)
        close(found);
    if (fd < 0)
        err_set(e, ERR_SYSTEM, "'%.*s' cannot be opened: %s%s", SHOWN, path, strerror(why),
                remedy_of(why));
    return fd;
}

static bool too_long(const char *path, size_t max, struct err *e)
{
    return err_set(e, ERR_LIMIT, "'%.*s' is longer than %zu octets: no file of settings is", SHOWN,
                   path, max);
}

/* Until its end, or until more than max octets came. */
static bool read_descriptor(int fd, const char *path, size_t max, struct buf *out, struct err *e)
{
    char piece[16384];
    bool ok = true;
    for (ssize_t n; ok && (n = read(fd, piece, sizeof piece)) != 0;) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            ok = err_set(e, ERR_SYSTEM, "reading '%.*s': %s", SHOWN, path, strerror(errno));
        else if (out->n + (size_t)n > max)
            ok = too_long(path, max, e);
        else
            ok = buf_add(out, (str){ piece, (size_t)n }) || err_memory(e, "a file");
    }
    secret_wipe(piece, sizeof piece);
    return ok;
}

/* The size is looked at first: what is far too long is not read. */
static bool read_path(const char *path, size_t max, struct buf *out, struct err *e)
{
    struct stat s;
    bool input = strcmp(path, "-") == 0;
    int fd = input ? STDIN_FILENO : open_file(path, &s, e);
    if (fd < 0)
        return false;
    bool ok = !input && s.st_size > (off_t)max ? too_long(path, max, e)
                                               : read_descriptor(fd, path, max, out, e);
    if (!input)
        close(fd);
    return ok;
}

/* A text that lives as long as the arena. */
static bool read_text(struct settings_loaded *l, const char *path, str *out, struct err *e)
{
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, SETTINGS_FILE_MAX + 1);
    if (!read_path(path, SETTINGS_FILE_MAX, &b, e))
        return false;
    *out = arena_dup(&l->memory, buf_str(&b));
    return out->p || err_memory(e, "a file");
}

/* ------------------------------------------------------------------------------------------------
 * The file that the user named
 */
static bool is_text(const char *path, str text, struct err *e)
{
    size_t nul = str_find_octet(text, '\0');
    if (!str_trim(text).n)
        return err_set(e, ERR_SYNTAX, "'%.*s' is empty: there are no settings in it", SHOWN, path);
    if (str_starts(text, STR("\xff\xfe")) || str_starts(text, STR("\xfe\xff")))
        return err_set(e, ERR_SYNTAX,
                       "'%.*s' is UTF-16, which no program reads its settings in; save it as UTF-8",
                       SHOWN, path);
    return nul == STR_NOT_FOUND ||
           err_set(e, ERR_SYNTAX, "'%.*s' is binary (a NUL stands at octet %zu): no settings file",
                   SHOWN, path, nul + 1);
}

static bool load_first(struct settings_loaded *l, const struct settings_load *wanted, struct err *e)
{
    struct settings_reading *r = &l->reading;
    bool input = strcmp(wanted->path, "-") == 0;
    str text;
    if (!read_text(l, wanted->path, &text, e) || !is_text(wanted->path, text, e))
        return false;
    str name = input ? STR("standard input") : str_from(wanted->path);
    l->at[0] = input ? STR_NONE : str_from(wanted->path);
    if (!r->program)
        r->program = settings_program_of_file(name, text, e);
    l->nobodys = !r->program;
    if (l->nobodys)
        return false;
    return settings_give_file(r, name, text) || err_memory(e, "a file");
}

/* ------------------------------------------------------------------------------------------------
 * What it wishes for
 */
/* The folder of a file with its slash; of standard input the one that we are in. */
static str folder_of(str path)
{
    size_t slash = str_rfind_octet(path, '/');
    return slash == STR_NOT_FOUND ? STR("") : str_take(path, slash + 1);
}

/* Where a path of a file means. Empty: nowhere, why says it. */
static str place_of_path(struct settings_loaded *l, str path, str beside, str *why)
{
    const char *home = getenv("HOME");
    if (str_find_octet(path, '\0') != STR_NOT_FOUND || !path.n) {
        *why = STR("it is no name of a file");
        return STR_NONE;
    }
    if (path.p[0] == '/')
        return arena_dup(&l->memory, path);
    if (str_starts(path, STR("~/")) && home)
        return arena_printf(&l->memory, "%s%.*s", home, STR_ARG(str_skip(path, 1)));
    if (path.p[0] == '~') {
        *why = STR("whose home is meant is not known");
        return STR_NONE;
    }
    str folder = folder_of(beside);
    return arena_printf(&l->memory, "%.*s%.*s", STR_ARG(folder), STR_ARG(path));
}

static size_t octets_given(const struct settings_reading *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->file_count; i++)
        n += r->files[i].text.n;
    return n;
}

/* Does the file at `at` name itself, directly or by way of others? */
static bool names_itself(const struct settings_loaded *l, size_t i)
{
    const struct settings_file *f = l->reading.files[i].from;
    struct stat here, there;
    if (stat(l->at[i].p, &here) != 0)
        return false;
    for (; f; f = f->from) {
        str at = l->at[f - l->reading.files];
        if (at.n && stat(at.p, &there) == 0 && there.st_dev == here.st_dev &&
            there.st_ino == here.st_ino)
            return true;
    }
    return false;
}

static void answer_file(struct settings_loaded *l, size_t i)
{
    struct settings_reading *r = &l->reading;
    struct settings_file *f = &r->files[i];
    struct err e = { .kind = ERR_NONE };
    size_t from = f->from ? (size_t)(f->from - r->files) : 0;
    str text = STR_NONE;
    f->answer = SETTINGS_ABSENT;
    l->at[i] = place_of_path(l, f->path, l->at[from], &f->why);
    if (!l->at[i].p)
        return;
    if (names_itself(l, i))
        f->why = STR("it is the file that names it, or one on the way there");
    else if (!read_text(l, l->at[i].p, &text, &e))
        f->why = arena_dup(&l->memory, str_from(e.why));
    else if (str_find_octet(text, '\0') != STR_NOT_FOUND)
        f->why = STR("it is binary");
    else if (octets_given(r) + text.n > TEXTS_MAX)
        f->why = STR("all files together are longer than 4 MiB");
    else {
        f->text = text;
        f->answer = SETTINGS_GIVEN;
    }
}

/* The last line of that name, taken to the letter: nothing is unquoted, nothing expanded. */
static bool in_env_file(const struct settings_loaded *l, str name, str *value)
{
    bool found = false;
    for (str rest = l->env_text; rest.p;) {
        str line = str_cut(&rest, '\n');
        str key = str_cut(&line, '=');
        if (line.p && str_eq(key, name)) {
            *value = line;
            found = true;
        }
    }
    return found;
}

/* False: it is not set. value lives as long as the arena. */
static bool value_of(struct settings_loaded *l, str name, str *value, str *from)
{
    if (in_env_file(l, name, value)) {
        *from = str_from(l->env_file);
        return true;
    }
    str key = arena_dup(&l->memory, name);
    bool plain = key.p && name.n && str_find_octet(name, '\0') == STR_NOT_FOUND;
    const char *found = plain ? getenv(key.p) : NULL;
    if (found) {
        *value = arena_dup(&l->memory, str_from(found));
        *from = STR("the environment of this command");
    }
    return found && value->p;
}

static void answer_variable(struct settings_loaded *l, struct settings_variable *v)
{
    v->answer = value_of(l, v->name, &v->value, &v->from) ? SETTINGS_GIVEN : SETTINGS_ABSENT;
}

/* False: nothing could be answered any more, and it would be asked forever. */
static bool answer(struct settings_loaded *l)
{
    struct settings_reading *r = &l->reading;
    bool any = false;
    for (size_t i = 0; i < r->file_count; i++)
        if (r->files[i].answer == SETTINGS_WISHED) {
            answer_file(l, i);
            any = true;
        }
    for (size_t i = 0; i < r->variable_count; i++)
        if (r->variables[i].answer == SETTINGS_WISHED) {
            answer_variable(l, &r->variables[i]);
            any = true;
        }
    return any;
}

/* ------------------------------------------------------------------------------------------------
 * The password
 */
static void drop_line_end(struct settings_loaded *l)
{
    struct buf *b = &l->password;
    size_t was = b->n;
    if (b->n && b->p[b->n - 1] == '\n')
        b->n--;
    if (was > b->n && b->n && b->p[b->n - 1] == '\r')
        b->n--;
    l->line_end_dropped = b->n < was;
}

static void password_of_file(struct settings_loaded *l, str path)
{
    const struct settings_item *said = l->reading.said[SETTINGS_SECRET];
    const struct settings_file *from = said && said->place.file ? said->place.file
                                                                : l->reading.files;
    struct err e = { .kind = ERR_NONE };
    str why = STR_NONE, at = place_of_path(l, path, l->at[from - l->reading.files], &why);
    if (!at.p)
        l->no_password = why;
    else if (!read_path(at.p, SETTINGS_SECRET_MAX, &l->password, &e))
        l->no_password = arena_dup(&l->memory, str_from(e.why));
    drop_line_end(l);
    /* A key, a list of accounts: a settings file by somebody else is no reason to send it anywhere. */
    if (!str_eq(settings_shown_value(buf_str(&l->password)), buf_str(&l->password)))
        l->no_password = STR(
            "several lines stand in its file, which is none that holds a password alone");
}

static void password_of_command(struct settings_loaded *l, str command, bool may)
{
    struct secret_source s = { .fd = -1 };
    struct err e = { .kind = ERR_NONE };
    bool found;
    str line = arena_dup(&l->memory, command);
    s.command = line.p;
    if (!may)
        l->no_password = STR("a command prints it, which is run only with --run-password-command");
    else if (!line.p || !secret_input(&s, &l->password, &found, &e))
        l->no_password = arena_dup(&l->memory, str_from(e.why));
}

static void password_of_variable(struct settings_loaded *l, str name)
{
    str value, from;
    if (value_of(l, name, &value, &from))
        buf_add(&l->password, value);
    else
        l->no_password = arena_printf(
            &l->memory, "the variable %.*s is not set here; give it by --env-file",
            STR_ARG(str_take(settings_shown_variable(&l->reading, name), SHOWN)));
}

static void fetch_password(struct settings_loaded *l, const struct settings_load *wanted)
{
    const struct settings *s = &l->reading.found;
    switch (s->secret) {
    case SETTINGS_SECRET_NONE: break;
    case SETTINGS_SECRET_ASKED: l->no_password = STR("the program asks for it"); break;
    case SETTINGS_SECRET_LITERAL: buf_add(&l->password, s->secret_text); break;
    case SETTINGS_SECRET_ENV: password_of_variable(l, s->secret_text); break;
    case SETTINGS_SECRET_COMMAND:
        password_of_command(l, s->secret_text, wanted->run_password_command);
        break;
    case SETTINGS_SECRET_FILE: password_of_file(l, s->secret_text); break;
    case SETTINGS_SECRET_HIDDEN:
        l->no_password = STR(
            "it cannot be known by reading, or stands in a file that was not read");
        break;
    }
    if (!buf_ok(&l->password))
        l->no_password = STR("it is longer than 8192 octets");
    if (l->no_password.n && l->password.n) {
        secret_wipe(l->password.p, l->password.n);
        l->password.n = 0;
    }
}

/* Hides what would be sent, and what stands in the file. */
static bool make_mask(struct settings_loaded *l)
{
    const struct settings *s = &l->reading.found;
    str sent = buf_str(&l->password);
    str stands = s->secret == SETTINGS_SECRET_LITERAL ? s->secret_text : STR_NONE;
    if (!sent.n && !stands.n)
        return true;
    l->mask = secret_mask_new(sent.n ? sent : stands);
    return l->mask &&
           (!sent.n || !stands.n || str_eq(sent, stands) || secret_mask_also(l->mask, stands));
}

/* ------------------------------------------------------------------------------------------------
 * The whole
 */
bool settings_load(struct settings_loaded *l, const struct settings_load *wanted, struct err *e)
{
    memset(l, 0, sizeof *l);
    (void)prctl(PR_SET_DUMPABLE, 0); /* a crash must not leave a password in a core file */
    arena_init(&l->memory, MEMORY_MAX);
    buf_init(&l->password, SECRET_MAX);
    settings_reading_init(&l->reading, &l->memory, wanted->program);
    l->reading.account = wanted->account;
    l->env_file = wanted->env_file;
    if (l->env_file && !read_text(l, l->env_file, &l->env_text, e))
        return false;
    if (!load_first(l, wanted, e))
        return false;
    do {
        if (!settings_read(&l->reading, e))
            return false;
    } while (l->reading.wishes && answer(l));
    if (!wanted->leave_password)
        fetch_password(l, wanted);
    return make_mask(l) || err_memory(e, "a settings file");
}

void settings_loaded_done(struct settings_loaded *l)
{
    buf_wipe_done(&l->password);
    secret_mask_free(l->mask);
    l->mask = NULL;
    arena_wipe_done(&l->memory);
}

bool settings_take_program(const char *name, const struct settings_program **out, struct err *e)
{
    const struct settings_program *near = settings_program_nearest(str_from(name));
    *out = settings_program_named(str_from(name));
    if (*out)
        return true;
    return err_set(e, ERR_SYNTAX,
                   "there is no program '%.60s'%s%.*s; baton settings list names them", name,
                   near ? ", did you mean " : "", STR_ARG(near ? near->name : STR_NONE));
}
