/* SPDX-License-Identifier: ISC */
/*
 * settings/django.c - Django: EMAIL_... of settings.py
 * Speaks  Django 3.2's SMTP backend and its defaults: localhost, port 25, no TLS; a login where there are both user and
 *         password; any text but an empty one is true.
 */
#include "settings/change.h"
#include "settings/syntax_python.h"
#include "settings/writers.h"

#define SMTP_BACKEND "django.core.mail.backends.smtp.EmailBackend"

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static unsigned looks(str path, str text)
{
    bool python = str_ends_nocase(path, STR(".py"));
    bool django = str_find(text, STR("INSTALLED_APPS")) != STR_NOT_FOUND ||
                  str_find(text, STR("django")) != STR_NOT_FOUND;
    bool mail = str_find(text, STR("EMAIL_HOST")) != STR_NOT_FOUND ||
                str_find(text, STR("EMAIL_BACKEND")) != STR_NOT_FOUND;
    bool spaced = str_find(text, STR("EMAIL_HOST = ")) != STR_NOT_FOUND;
    if (python)
        return mail ? 100 : django ? 70 : 0;
    return mail && spaced && django ? 60 : mail && spaced ? 40 : 0;
}

/* A name as Django sees it; marked as known. What is a tuple is said. */
static const struct python_name *named(struct settings_reading *r, const struct python_file *f,
                                       const char *name)
{
    (void)!settings_item_named(r, STR(""), str_from(name));
    const struct python_name *n = python_named(f, str_from(name));
    if (n && n->value.kind == PYTHON_TUPLE)
        settings_mistake(
            r, MISTAKE_LINE_BROKEN, n->item,
            arena_printf(r->arena, "the comma behind the value makes %s a tuple, which is no text",
                         name),
            STR("take the comma away"));
    if (n && n->value.how & SETTINGS_ITEM_LOST && n->value.kind == PYTHON_NOTHING &&
        n->value.variable.n && !str_eq(n->item->key, STR("EMAIL_HOST_PASSWORD")))
        settings_mistake(r, MISTAKE_REFERENCE_LOST, n->item,
                         arena_printf(r->arena,
                                      "the variable %.*s, which %s is taken from, is not set here",
                                      STR_ARG(str_take(n->value.variable, 80)), name),
                         STR("set it where Django runs, or give a default"));
    return n;
}

static void take(struct settings_reading *r, const struct python_file *f, enum settings_field field,
                 const char *name)
{
    const struct python_name *n = named(r, f, name);
    if (n && (n->value.kind == PYTHON_TEXT || n->value.kind == PYTHON_NUMBER))
        settings_take(r, field, n->item);
    else if (n)
        settings_said(r, field, n->item);
}

/* As "if value:" has it. A text that says no is true all the same. */
static bool is_true(struct settings_reading *r, const struct python_name *n)
{
    if (!n)
        return false;
    const struct python_value *v = &n->value;
    bool text = v->kind == PYTHON_TEXT;
    if (text && v->text.n && settings_truth(v->text) == 0)
        settings_mistake(
            r, MISTAKE_BOOLEAN_QUOTED, n->item,
            arena_printf(r->arena, "%.*s is a text and not False, and to Django any text is true",
                         STR_ARG(n->item->key)),
            STR("write False without quotes; from a variable: env.bool(\"NAME\"), or "
                "os.environ.get(\"NAME\") == \"True\""));
    return v->kind == PYTHON_TRUE || (text && v->text.n) || v->kind == PYTHON_TUPLE ||
           (v->kind == PYTHON_NUMBER && !str_eq(v->text, STR("0")));
}

static void read_security(struct settings_reading *r, const struct python_file *f)
{
    const struct python_name *tls = named(r, f, "EMAIL_USE_TLS"),
                             *ssl = named(r, f, "EMAIL_USE_SSL");
    bool later = is_true(r, tls), at_once = is_true(r, ssl);
    if (tls)
        settings_said(r, SETTINGS_SECURITY, tls->item);
    if (ssl && (at_once || !tls))
        settings_said(r, SETTINGS_SECURITY, ssl->item);
    r->found.attempt.security = at_once ? SMTP_SECURITY_TLS
                                : later ? SMTP_SECURITY_STARTTLS
                                        : SMTP_SECURITY_NONE;
    if (later && at_once)
        settings_mistake(r, MISTAKE_NOT_APPLIED, ssl->item,
                         STR("EMAIL_USE_TLS and EMAIL_USE_SSL are both true: Django refuses that, "
                             "and sends nothing"),
                         STR("EMAIL_USE_SSL alone for port 465, EMAIL_USE_TLS alone for port 587"));
}

static void read_secret(struct settings_reading *r, const struct python_file *f)
{
    const struct python_name *n = named(r, f, "EMAIL_HOST_PASSWORD");
    if (!n)
        return;
    const struct python_value *v = &n->value;
    if (v->from)
        settings_take_reference(r, n->item, v->from, v->text);
    else if (v->variable.n)
        settings_take_reference(r, n->item, SETTINGS_SECRET_ENV, v->variable);
    else if (v->kind != PYTHON_NOTHING)
        settings_take_secret(r, n->item);
}

static void read_login(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    const struct settings_item *item = r->said[SETTINGS_SECRET];
    bool literal = r->found.secret == SETTINGS_SECRET_LITERAL;
    bool secret = r->found.secret && (!literal || r->found.secret_text.n);
    if (a->user.n && secret)
        a->mechanism = STR("auto");
    if ((literal && !str_is_ascii(r->found.secret_text)) || !str_is_ascii(a->user))
        settings_mistake(r, MISTAKE_SECRET_ODD, item,
                         STR("Python's smtplib cannot log in with a character that is not ASCII: "
                             "Django ends with "
                             "UnicodeEncodeError"),
                         STR("choose a user name and a password of ASCII characters alone"));
}

static void read_backend(struct settings_reading *r, const struct python_file *f)
{
    const struct python_name *n = named(r, f, "EMAIL_BACKEND");
    if (!n || n->value.kind != PYTHON_TEXT || str_eq(n->value.text, STR(SMTP_BACKEND)))
        return;
    settings_mistake(
        r, MISTAKE_NOT_APPLIED, n->item,
        arena_printf(r->arena,
                     "EMAIL_BACKEND is %.*s, which does not look at EMAIL_HOST and what belongs "
                     "to it",
                     STR_ARG(str_take(n->value.text, 80))),
        STR("to send by SMTP write EMAIL_BACKEND = \"" SMTP_BACKEND "\""));
}

static bool read(struct settings_reading *r, struct err *e)
{
    static const char *const OTHERS[] = { "EMAIL_TIMEOUT",        "EMAIL_SSL_CERTFILE",
                                          "EMAIL_SSL_KEYFILE",    "SERVER_EMAIL",
                                          "EMAIL_SUBJECT_PREFIX", "EMAIL_USE_LOCALTIME",
                                          "EMAIL_FILE_PATH",      "ADMINS" };
    struct smtp_attempt *a = &r->found.attempt;
    struct python_file *f = arena_alloc(r->arena, sizeof *f);
    if (!f || !python_read(r, settings_main_file(r), f, e))
        return f ? false : err_set(e, ERR_MEMORY, "no memory for settings.py");
    a->host = STR("localhost");
    a->port = 25;
    a->from = STR("webmaster@localhost");
    take(r, f, SETTINGS_HOST, "EMAIL_HOST");
    take(r, f, SETTINGS_PORT, "EMAIL_PORT");
    read_security(r, f);
    take(r, f, SETTINGS_USER, "EMAIL_HOST_USER");
    read_secret(r, f);
    read_login(r);
    take(r, f, SETTINGS_FROM, "DEFAULT_FROM_EMAIL");
    a->from = settings_address(a->from);
    read_backend(r, f);
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
        (void)!settings_item_named(r, STR(""), str_from(OTHERS[i]));
    for (size_t i = 0; i < r->item_count;
         i++) /* a settings.py is full of names that are none of ours */
        r->items[i].known |= !str_starts(r->items[i].key, STR("EMAIL_"));
    if (f->conditional.n) {
        struct settings_mistake *m = settings_mistake(
            r, MISTAKE_KEY_MISPLACED, NULL,
            arena_printf(
                r->arena,
                "%.*s is set in an indented block, which holds only where its condition does; "
                "Baton does not look into it",
                STR_ARG(str_take(f->conditional, 80))),
            STR("see what is in force: python3 manage.py diffsettings"));
        if (m)
            m->sure = MISTAKE_NOTE;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static bool line(struct buf *out, const char *key, str value, struct err *e)
{
    buf_addf(out, "%s = ", key);
    return python_quote(value, out, e) && buf_addc(out, '\n');
}

static bool secret_goes(const struct settings *s, struct err *e)
{
    bool literal = s->secret == SETTINGS_SECRET_LITERAL;
    if (!smtp_attempt_logs_in(&s->attempt))
        return true;
    if (!str_is_ascii(s->attempt.user) || (literal && !str_is_ascii(s->secret_text)))
        return err_set(
            e, ERR_SYNTAX,
            "Django cannot log in with a user name or a password that is not ASCII, since "
            "Python's smtplib cannot; choose one of ASCII characters");
    return true;
}

static bool add_secret(const struct settings *s, struct buf *out, struct err *e)
{
    str text = s->secret == SETTINGS_SECRET_ASKED ? STR("EMAIL_HOST_PASSWORD") : s->secret_text;
    static const struct {
        enum settings_secret kind;
        const char *before, *behind;
    } WAYS[] = {
        { SETTINGS_SECRET_LITERAL, "", "" },
        { SETTINGS_SECRET_ENV, "os.environ[", "]" },
        { SETTINGS_SECRET_ASKED, "os.environ[", "]" },
        { SETTINGS_SECRET_FILE, "open(", ").read().rstrip(\"\\n\")" },
        { SETTINGS_SECRET_COMMAND, "subprocess.check_output(",
          ", shell=True).decode().rstrip(\"\\n\")" },
    };
    for (size_t i = 0; i < COUNT_OF(WAYS); i++)
        if (WAYS[i].kind == s->secret) {
            buf_add(out, str_from(WAYS[i].before));
            bool ok = python_quote(text, out, e);
            buf_add(out, str_from(WAYS[i].behind));
            return ok;
        }
    return err_set(e, ERR_SYNTAX, "Django: the password is not known");
}

static const char *truth(bool yes)
{
    return yes ? "True" : "False";
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    bool login = smtp_attempt_logs_in(a);
    if (!secret_goes(s, e))
        return false;
    if (a->from_null)
        return err_set(e, ERR_SYNTAX, "Django cannot send everything from an empty reverse-path");
    if (s->unverified)
        return err_set(e, ERR_SYNTAX, "Django has no setting that takes any certificate");
    buf_add(out, STR("# settings.py\n"));
    if (login && (s->secret == SETTINGS_SECRET_ENV || s->secret == SETTINGS_SECRET_ASKED))
        buf_add(out, STR("import os\n"));
    if (login && s->secret == SETTINGS_SECRET_COMMAND)
        buf_add(out, STR("import subprocess\n"));
    buf_add(out, STR("EMAIL_BACKEND = \"" SMTP_BACKEND "\"\n"));
    if (!line(out, "EMAIL_HOST", settings_host(a), e))
        return false;
    buf_addf(out, "EMAIL_PORT = %u\nEMAIL_USE_TLS = %s\nEMAIL_USE_SSL = %s\n", a->port,
             truth(a->security == SMTP_SECURITY_STARTTLS), truth(a->security == SMTP_SECURITY_TLS));
    if (login) {
        if (!line(out, "EMAIL_HOST_USER", a->user, e))
            return false;
        buf_add(out, STR("EMAIL_HOST_PASSWORD = "));
        if (!add_secret(s, out, e))
            return false;
        buf_addc(out, '\n');
    }
    if (settings_from(a).n)
        if (!line(out, "DEFAULT_FROM_EMAIL", settings_from(a), e) ||
            !line(out, "SERVER_EMAIL", settings_from(a), e))
            return false;
    if (s->ca_file.n)
        buf_addf(out, "# start Django with the variable SSL_CERT_FILE set to %.*s\n",
                 STR_ARG(s->ca_file));
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Changing
 */
struct edit {
    const struct settings_reading *r;
    struct settings_changes *out;
    const struct settings_item *behind;
    struct err *e;
};

static const struct settings_item *last(const struct settings_reading *r, str key)
{
    for (size_t i = r->item_count; i > 0; i--)
        if (!r->items[i - 1].section.n && str_eq(r->items[i - 1].key, key))
            return &r->items[i - 1];
    return NULL;
}

/* KEY = written, where it stands or behind the host's line. */
static void put(struct edit *x, const char *key, str written)
{
    const struct settings_item *item = last(x->r, str_from(key));
    str line = arena_printf(x->out->arena, "%s = %.*s\n", key, STR_ARG(written));
    if (item)
        settings_set_item(x->out, item, written);
    else if (x->behind)
        settings_add_behind(x->out, x->behind, line);
    else
        settings_set(x->r, x->out, settings_main_file(x->r), STR(""), str_from(key), written, line);
}

static bool put_text(struct edit *x, const char *key, str value)
{
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    if (!python_quote(value, &out, x->e))
        return false;
    put(x, key, arena_dup(x->out->arena, buf_str(&out)));
    return true;
}

static bool put_secret(struct edit *x, const struct settings *wanted)
{
    AUTO(buf_wipe_done) struct buf out;
    static const char *const NEEDS[] = { "os", "subprocess" };
    buf_init(&out, SETTINGS_TEXT_MAX);
    if (!add_secret(wanted, &out, x->e))
        return false;
    put(x, "EMAIL_HOST_PASSWORD", arena_dup(x->out->arena, buf_str(&out)));
    size_t which = wanted->secret == SETTINGS_SECRET_ENV       ? 0
                   : wanted->secret == SETTINGS_SECRET_COMMAND ? 1
                                                               : 2;
    if (which == 2)
        return true;
    str line = arena_printf(x->out->arena, "import %s", NEEDS[which]);
    if (str_find(settings_main_file(x->r)->text, line) == STR_NOT_FOUND)
        return err_set(x->e, ERR_SYNTAX,
                       "settings.py does not import %s; add \"import %s\" at its top first",
                       NEEDS[which], NEEDS[which]);
    return true;
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    const struct smtp_attempt *a = &wanted->attempt;
    struct edit x = { r, out, last(r, STR("EMAIL_HOST")), e };
    bool login = smtp_attempt_logs_in(a);
    if (!secret_goes(wanted, e))
        return false;
    if (settings_differs(r, wanted, SETTINGS_HOST) && !put_text(&x, "EMAIL_HOST", settings_host(a)))
        return false;
    if (settings_differs(r, wanted, SETTINGS_PORT))
        put(&x, "EMAIL_PORT", arena_printf(out->arena, "%u", a->port));
    if (settings_differs(r, wanted, SETTINGS_SECURITY)) {
        bool tls = a->security == SMTP_SECURITY_STARTTLS, ssl = a->security == SMTP_SECURITY_TLS;
        if (tls || last(r, STR("EMAIL_USE_TLS")))
            put(&x, "EMAIL_USE_TLS", str_from(truth(tls)));
        if (ssl || last(r, STR("EMAIL_USE_SSL")))
            put(&x, "EMAIL_USE_SSL", str_from(truth(ssl)));
    }
    if (!login) {
        settings_unset(r, out, STR(""), STR("EMAIL_HOST_USER"));
        settings_unset(r, out, STR(""), STR("EMAIL_HOST_PASSWORD"));
    } else if (settings_differs(r, wanted, SETTINGS_USER) &&
               !put_text(&x, "EMAIL_HOST_USER", a->user))
        return false;
    if (login && settings_differs(r, wanted, SETTINGS_SECRET) && !put_secret(&x, wanted))
        return false;
    return !settings_differs(r, wanted, SETTINGS_FROM) ||
           put_text(&x, "DEFAULT_FROM_EMAIL", a->from);
}

const struct settings_program SETTINGS_DJANGO = {
    .name = STR_INIT("django"),
    .title = STR_INIT("Django"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("settings.py"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_COMMAND | SETTINGS_SECRET_FILE,
    .ran = STR_INIT("3.2.25"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = change,
};
