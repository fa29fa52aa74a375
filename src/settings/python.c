/* SPDX-License-Identifier: ISC */
/*
 * settings/python.c - Python: smtplib, its settings in a .env file
 * Speaks  .env as python-dotenv reads it, the names of mail_names.h. What is written is a .env whose last lines, as
 *         comments, are the program that reads it.
 */
#include "settings/change.h"
#include "settings/mail_names.h"
#include "settings/syntax_env.h"
#include "settings/writers.h"

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static bool is_env_path(str path)
{
    size_t slash = str_rfind_octet(path, '/');
    str name = slash == STR_NOT_FOUND ? path : str_skip(path, slash + 1);
    return str_starts(name, STR(".env")) || str_ends_nocase(name, STR(".env"));
}

/* Keys that look like a variable for mail, at the beginnings of lines. */
static size_t mail_lines(str text, bool *host)
{
    size_t count = 0;
    str rest = str_take(text, 65536);
    *host = false;
    while (rest.p && count < 64) {
        struct mail_name name;
        str line = str_trim(str_cut(&rest, '\n'));
        if (str_starts(line, STR("export ")))
            line = str_skip(line, 7);
        size_t eq = str_find_octet(line, '=');
        if (eq == STR_NOT_FOUND || !mail_name_of(str_trim(str_take(line, eq)), &name))
            continue;
        count++;
        *host |= name.field == SETTINGS_HOST && name.kind != MAIL_NAME_OTHER;
    }
    return count;
}

static unsigned looks(str path, str text)
{
    bool host, env = is_env_path(path);
    size_t count = mail_lines(text, &host);
    if (str_find(text, STR("<?php")) != STR_NOT_FOUND ||
        str_find(text, STR("EMAIL_BACKEND")) != STR_NOT_FOUND)
        return env && count ? 30 : 0;
    /* A script sets variables too, and php.ini has a port for mail. */
    if (!count || str_starts(text, STR("#!")) || (!env && !host))
        return 0;
    return (env ? 60 : 10) + (host ? 15 : 0) + (count > 2 ? 10 : 0);
}

/* Laravel's own: a mailer that sends nothing. */
static void read_mailer(struct settings_reading *r)
{
    static const char *const KEYS[] = { "MAIL_MAILER", "MAIL_DRIVER" };
    for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
        struct settings_item *mailer = settings_item_named(r, STR(""), str_from(KEYS[i]));
        if (mailer && (str_eq(mailer->value, STR("log")) || str_eq(mailer->value, STR("array"))))
            settings_mistake(r, MISTAKE_NOT_APPLIED, mailer,
                             arena_printf(r->arena,
                                          "%s is %.*s: mail is not sent, and the server is "
                                          "never asked",
                                          KEYS[i], STR_ARG(mailer->value)),
                             arena_printf(r->arena, "write %s=smtp", KEYS[i]));
    }
}

/* In a .env of Laravel the word null stands for nothing, and encryption that is not said follows the port. */
static void read_nulls(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *word = settings_item_named(r, STR(""), STR("MAIL_ENCRYPTION"));
    if (!settings_item_named(r, STR(""), STR("MAIL_MAILER")) &&
        !settings_item_named(r, STR(""), STR("MAIL_DRIVER")))
        return;
    if (str_eq_nocase(a->user, STR("null"))) {
        a->user = a->mechanism = STR_NONE;
        r->said[SETTINGS_USER] = r->said[SETTINGS_LOGIN] = NULL;
    }
    if (str_eq_nocase(r->found.secret_text, STR("null"))) {
        r->found.secret = SETTINGS_SECRET_NONE;
        r->found.secret_text = STR_NONE;
        r->said[SETTINGS_SECRET] = NULL;
    }
    if (word && (str_eq_nocase(word->value, STR("null")) || !word->value.n))
        a->security = a->port == 465 ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
}

/* A secret that a reference in it changed. */
static void read_dollar(struct settings_reading *r)
{
    const struct settings_item *item = r->said[SETTINGS_SECRET];
    if (item && r->found.secret == SETTINGS_SECRET_LITERAL && item->how & SETTINGS_ITEM_LOST)
        settings_mistake(r, MISTAKE_SECRET_DOLLAR, item,
                         STR("${...} in the password is read as a variable, in single quotes too, "
                             "and it is not set: "
                             "that part is lost"),
                         STR("write ${:-$} in place of that $"));
}

static bool read(struct settings_reading *r, struct err *e)
{
    if (!env_read(r, settings_main_file(r), ENV_PYTHON, STR(""), e))
        return false;
    mail_names_take(r, STR(""), true);
    read_mailer(r);
    read_nulls(r);
    read_dollar(r);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static bool line(struct buf *out, const char *key, str value, struct err *e)
{
    buf_addf(out, "%s=", key);
    return env_quote(ENV_PYTHON, value, out, e) && buf_addc(out, '\n');
}

static bool some(struct buf *out, const char *key, str value, struct err *e)
{
    return !value.n || line(out, key, value, e);
}

static bool write_secret(const struct settings *s, struct buf *out, struct err *e)
{
    switch (s->secret) {
    case SETTINGS_SECRET_LITERAL: return line(out, "SMTP_PASSWORD", s->secret_text, e);
    case SETTINGS_SECRET_ENV:
        buf_addf(out, "SMTP_PASSWORD=${%.*s}\n", STR_ARG(s->secret_text));
        return settings_carries("python-dotenv", s->secret_text, "}: ", "such a name of a variable",
                                e);
    case SETTINGS_SECRET_FILE: return line(out, "SMTP_PASSWORD_FILE", s->secret_text, e);
    case SETTINGS_SECRET_COMMAND: return line(out, "SMTP_PASSWORD_COMMAND", s->secret_text, e);
    default: buf_add(out, STR("SMTP_PASSWORD_ASK=true\n")); return true;
    }
}

static bool write_env(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    char source[IP_TEXT_MAX];
    bool login = smtp_attempt_logs_in(a);
    str security = names_of(&SMTP_SECURITY_NAMES, (int)a->security);
    if (!line(out, "SMTP_HOST", settings_host(a), e))
        return false;
    buf_addf(out, "SMTP_PORT=%u\nSMTP_SECURITY=%.*s\n", a->port, STR_ARG(security));
    if (login && (!line(out, "SMTP_USER", a->user, e) || !write_secret(s, out, e)))
        return false;
    if (login && !settings_is(a, "auto")) {
        buf_add(out, STR("SMTP_AUTH="));
        settings_add_lower(out, a->mechanism);
        buf_addc(out, '\n');
    }
    if (a->from_null)
        buf_add(out, STR("SMTP_FROM=\n"));
    return some(out, "SMTP_FROM", a->from, e) && some(out, "SMTP_HEADER_FROM", a->header_from, e) &&
           some(out, "SMTP_TO", a->to, e) && some(out, "SMTP_HELO", a->helo, e) &&
           some(out, "SMTP_SOURCE",
                a->source.family == IP_NONE ? STR("") : str_from(ip_text(&a->source, source)), e) &&
           some(out, "SMTP_CA_FILE", s->ca_file, e) &&
           (!s->unverified || line(out, "SMTP_VERIFY", STR("false"), e));
}

/* The program, a line each; P in front marks what it always has, L what only a login needs, T what only TLS. */
static const char *const PROGRAM[] = {
    "Pimport os",
    "Pimport smtplib",
    "Timport ssl",
    "Lfrom base64 import b64encode",
    "Cfrom subprocess import check_output",
    "Afrom getpass import getpass",
    "Pfrom email.message import EmailMessage",
    "P",
    "Pfrom dotenv import load_dotenv",
    "P",
    "Pload_dotenv(\".env\")",
    "Penv = os.environ.get",
    "Pmessage = EmailMessage()",
    "Pmessage[\"From\"] = env(\"SMTP_HEADER_FROM\") or env(\"SMTP_FROM\") or \"FROM-ADDRESS\"",
    "Pmessage[\"To\"] = env(\"SMTP_TO\") or \"TO-ADDRESS\"",
    "Pmessage[\"Subject\"] = \"Test\"",
    "Pmessage.set_content(\"Test\")",
    "P",
    ("Pwhere = {\"host\": env(\"SMTP_HOST\"), \"port\": int(env(\"SMTP_PORT\")), "
     "\"local_hostname\": env(\"SMTP_HELO\"), \"timeout\": 30}"),
    "Pif env(\"SMTP_SOURCE\"):",
    "P    where[\"source_address\"] = (env(\"SMTP_SOURCE\"), 0)",
    "Tcontext = ssl.create_default_context(cafile=env(\"SMTP_CA_FILE\"))",
    "Tif env(\"SMTP_VERIFY\") == \"false\":",
    "T    context.check_hostname = False",
    "T    context.verify_mode = ssl.CERT_NONE",
    "1with smtplib.SMTP_SSL(**where, context=context) as server:",
    "Swith smtplib.SMTP(**where) as server:",
    "S    server.starttls(context=context)",
    "Nwith smtplib.SMTP(**where) as server:",
    "V    user, password = env(\"SMTP_USER\"), env(\"SMTP_PASSWORD\")",
    ("F    user, password = env(\"SMTP_USER\"), open(env(\"SMTP_PASSWORD_FILE\"), "
     "newline=\"\").read().rstrip(\"\\n\")"),
    ("C    user, password = env(\"SMTP_USER\"), check_output(env(\"SMTP_PASSWORD_COMMAND\"), "
     "shell=True).decode().rstrip(\"\\n\")"),
    "A    user, password = env(\"SMTP_USER\"), getpass()",
    ("L    if env(\"SMTP_AUTH\") == \"plain\" or not (user + password).isascii():  # login() knows "
     "ASCII alone"),
    "L        token = b64encode(f\"\\0{user}\\0{password}\".encode()).decode()",
    "L        server.ehlo()",
    "L        code, words = server.docmd(\"AUTH\", \"PLAIN \" + token)",
    "L        if code != 235:",
    "L            raise smtplib.SMTPAuthenticationError(code, words)",
    "L    else:",
    "L        server.login(user, password)",
    "P    server.send_message(message, from_addr=env(\"SMTP_FROM\"))",
};

static bool in_program(const struct settings *s, char mark)
{
    const struct smtp_attempt *a = &s->attempt;
    bool login = smtp_attempt_logs_in(a);
    switch (mark) {
    case 'P': return true;
    case 'L': return login;
    case 'T': return a->security != SMTP_SECURITY_NONE;
    case '1': return a->security == SMTP_SECURITY_TLS;
    case 'S': return a->security == SMTP_SECURITY_STARTTLS;
    case 'N': return a->security == SMTP_SECURITY_NONE;
    case 'F': return login && s->secret == SETTINGS_SECRET_FILE;
    case 'C': return login && s->secret == SETTINGS_SECRET_COMMAND;
    case 'V':
        return login && (s->secret == SETTINGS_SECRET_LITERAL || s->secret == SETTINGS_SECRET_ENV);
    default:
        return login && s->secret != SETTINGS_SECRET_FILE && s->secret != SETTINGS_SECRET_COMMAND &&
               s->secret != SETTINGS_SECRET_LITERAL && s->secret != SETTINGS_SECRET_ENV;
    }
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    buf_add(out,
            STR("# .env, for your eyes only (chmod 600). The program that sends with it stands at "
                "the end; this "
                "makes it:\n#   sed -n 's/^#| \\{0,1\\}//p' .env > send.py; python3 send.py\n"));
    if (!write_env(s, out, e))
        return false;
    for (size_t i = 0; i < COUNT_OF(PROGRAM); i++)
        if (in_program(s, *PROGRAM[i]))
            buf_addf(out, "#|%s%s\n", PROGRAM[i][1] ? " " : "", PROGRAM[i] + 1);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Changing
 */
static bool quote(str value, struct buf *out, struct err *e)
{
    return env_quote(ENV_PYTHON, value, out, e);
}

static str new_line(struct arena *a, str key, str written)
{
    return arena_printf(a, "%.*s=%.*s\n", STR_ARG(key), STR_ARG(written));
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    return mail_names_change(r, STR(""), wanted, quote, new_line, out, e);
}

const struct settings_program SETTINGS_PYTHON = {
    .name = STR_INIT("python"),
    .title = STR_INIT("Python smtplib"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT(".env"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_COMMAND | SETTINGS_SECRET_FILE,
    .ran = STR_INIT("3.11"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = change,
};
