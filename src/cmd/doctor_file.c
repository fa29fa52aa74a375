/* SPDX-License-Identifier: ISC */
#include "cmd/doctor_file.h"
#include "cmd/settings_report.h"
#include "net/stream.h"
#include "sasl/mechanism.h"
#include "settings/shown.h"
#include "smtp/path.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool doctor_is_mailbox(const char *text)
{
    struct smtp_mailbox m;
    return text && smtp_mailbox_parse(str_from(text), &m, NULL);
}

bool doctor_is_sayable(str from)
{
    for (size_t i = 0; i < from.n; i++)
        if ((unsigned char)from.p[i] <= ' ' || from.p[i] == '<' || from.p[i] == '>' ||
            from.p[i] == 0x7f)
            return false;
    return from.n > 0 && from.n < SMTP_PATH_MAX && str_is_utf8(from);
}

/* What stands in the literal is the server's to judge, as long as it fits into a command. An underscore stands in
 * no name (RFC 5321 section 4.1.2), but machines are called so and say it. */
bool doctor_is_helo(str name)
{
    char plain[SMTP_DOMAIN_MAX];
    for (size_t i = 0; i < name.n && i < sizeof plain; i++)
        plain[i] = name.p[i] == '_' ? 'x' : name.p[i];
    size_t end = str_find_octet(name, ']');
    if (!str_starts(name, STR("[")) || end != name.n - 1 || name.n > SMTP_DOMAIN_MAX)
        return name.n <= sizeof plain && smtp_domain_ok((str){ plain, name.n });
    for (size_t i = 0; i < name.n; i++)
        if (name.p[i] <= ' ' || name.p[i] > '~')
            return false;
    return true;
}

/* NULL: there is none, or it has an octet that no command line could say, or several lines, as a file has that the
 * settings name in the place of a value. */
static const char *word(str s, struct arena *a)
{
    return s.n && str_eq(settings_shown_value(s), s) && str_find_octet(s, '\0') == STR_NOT_FOUND
               ? arena_dup(a, s).p
               : NULL;
}

/* Of a mechanism that is no name the program takes another, or none; which, cannot be told. */
static const char *auth_word(const struct smtp_attempt *at, struct arena *a)
{
    if (!smtp_attempt_logs_in(at))
        return "none";
    for (size_t i = 0; i < at->mechanism.n; i++)
        if (!is_alnum(at->mechanism.p[i]) && at->mechanism.p[i] != '-' && at->mechanism.p[i] != '_')
            return "auto";
    return word(at->mechanism, a);
}

/* The system's own bundle adds nothing to the system's trust, and takes its time to read. */
static const char *ca_word(const struct doctor_file *f, struct arena *a)
{
    static const str SYSTEMS[] = { STR_INIT("/etc/ssl/certs/"), STR_INIT("/etc/pki/"),
                                   STR_INIT("/usr/share/ca-certificates/") };
    str path = f->loaded.reading.found.ca_file, main = f->loaded.at[0];
    struct stat st;
    for (size_t i = 0; i < COUNT_OF(SYSTEMS); i++)
        if (str_starts(path, SYSTEMS[i]))
            return NULL;
    size_t slash = main.n ? str_rfind_octet(main, '/') : STR_NOT_FOUND;
    bool beside = path.n && path.p[0] != '/' && slash != STR_NOT_FOUND;
    str at = beside ? arena_printf(a, "%.*s/%.*s", STR_ARG(str_take(main, slash)), STR_ARG(path))
                    : path;
    const char *name = word(at, a);
    bool usable = name && stat(name, &st) == 0 && S_ISREG(st.st_mode) && access(name, R_OK) == 0;
    return usable ? name : NULL;
}

static const char *from_word(const struct smtp_attempt *at, struct arena *a)
{
    const char *from = word(str_trim(at->from), a);
    if (at->from_null)
        return "<>";
    return doctor_is_mailbox(from) || doctor_is_sayable(str_from(from)) ? from : NULL;
}

static const char *mailbox_word(str s, struct arena *a)
{
    const char *text = word(str_trim(s), a);
    return doctor_is_mailbox(text) ? text : NULL;
}

static void put_into_words(struct doctor_file *f, struct arena *a)
{
    const struct settings *s = &f->loaded.reading.found;
    const struct smtp_attempt *at = &s->attempt;
    struct err e;
    f->host = word(at->host, a);
    f->port = at->port;
    f->security = at->security;
    f->auth = auth_word(at, a);
    f->user = word(at->user, a);
    f->from = from_word(at, a);
    f->header_from = mailbox_word(at->header_from, a);
    f->to = mailbox_word(at->to, a);
    f->helo = at->helo.n && doctor_is_helo(at->helo) ? word(at->helo, a) : NULL;
    f->ca = ca_word(f, a);
    if (at->source.family != IP_NONE && net_source_usable(&at->source, &e))
        f->source = at->source;
    f->token = s->token;
    f->empty_password = s->secret == SETTINGS_SECRET_LITERAL && !s->secret_text.n;
}

static bool take_document(struct doctor_file *f, struct arena *a)
{
    json_t *o = settings_report_json(&f->loaded);
    char *text = o ? json_dumps(o, JSON_COMPACT) : NULL;
    json_decref(o);
    f->config->document = text ? arena_dup(a, str_from(text)) : STR_NONE;
    free(text);
    return f->config->document.p != NULL;
}

struct doctor_file *doctor_file_load(const struct doctor_file_wanted *wanted, struct arena *a,
                                     struct err *e)
{
    struct settings_load load = { .path = wanted->path,
                                  .account = str_from(wanted->account),
                                  .env_file = wanted->env_file,
                                  .run_password_command = wanted->run_command };
    if (wanted->program && !settings_take_program(wanted->program, &load.program, e))
        return NULL;
    struct doctor_file *f = calloc(1, sizeof *f);
    if (!f) {
        err_memory(e, "a settings file");
        return NULL;
    }
    bool ok = settings_load(&f->loaded, &load, e);
    if (ok) {
        put_into_words(f, a);
        f->config = doctor_config_of(&f->loaded.reading, buf_str(&f->loaded.password), a);
        ok = (f->config && take_document(f, a)) || err_memory(e, "a settings file");
    }
    if (ok)
        return f;
    doctor_file_free(f);
    return NULL;
}

void doctor_file_free(struct doctor_file *f)
{
    if (f)
        settings_loaded_done(&f->loaded);
    free(f);
}
