/* SPDX-License-Identifier: ISC */
#include "cmd/settings_flags.h"
#include "base/names.h"
#include "cmd/host_port.h"
#include <string.h>

void settings_flags_init(struct settings_flags *f)
{
    *f = (struct settings_flags){ .secret = { .fd = -1 } };
}

/* ------------------------------------------------------------------------------------------------
 * Rows
 */
#define TEXT_FLAG(name, field)                                                                     \
    static bool take_##name(void *into, const char *value, struct err *e UNUSED)                   \
    {                                                                                              \
        ((struct settings_flags *)into)->field = value;                                            \
        return true;                                                                               \
    }
TEXT_FLAG(env_file, load.env_file)
TEXT_FLAG(server, server)
TEXT_FLAG(security, security)
TEXT_FLAG(auth, auth)
TEXT_FLAG(user, user)
TEXT_FLAG(sender, from)
TEXT_FLAG(header_from, header_from)
TEXT_FLAG(recipient, recipient)
TEXT_FLAG(helo, helo)
TEXT_FLAG(source, source)
TEXT_FLAG(output, output)

#define SWITCH(name, field)                                                                        \
    static bool take_##name(void *into, const char *value UNUSED, struct err *e UNUSED)            \
    {                                                                                              \
        return ((struct settings_flags *)into)->field = true;                                      \
    }
SWITCH(json, json)
SWITCH(run_password_command, load.run_password_command)
SWITCH(with_password, with_password)
SWITCH(force, force)
SWITCH(in_place, in_place)

static bool take_program(void *into, const char *value, struct err *e)
{
    return settings_take_program(value, &((struct settings_flags *)into)->load.program, e);
}

static bool take_account(void *into, const char *value, struct err *e UNUSED)
{
    ((struct settings_flags *)into)->load.account = str_from(value);
    return true;
}

/* No program's name has an @. */
static bool is_address(const char *value)
{
    return strchr(value, '@') || strcmp(value, "<>") == 0;
}

static bool take_from(void *into, const char *value, struct err *e)
{
    return is_address(value) ? take_sender(into, value, e) : take_program(into, value, e);
}

static bool take_to(void *into, const char *value, struct err *e)
{
    return is_address(value)
               ? take_recipient(into, value, e)
               : settings_take_program(value, &((struct settings_flags *)into)->to, e);
}

static bool one_password(struct settings_flags *f, enum settings_secret how, const char *text,
                         struct err *e)
{
    if (f->password_given)
        return err_set(e, ERR_SYNTAX, "say in one way how the program gets its password");
    f->password_given = true;
    f->password = how;
    f->password_text = text;
    return true;
}

static bool take_password(void *into, const char *value, struct err *e)
{
    static const struct {
        const char *before;
        enum settings_secret how;
    } WAYS[] = { { "env:", SETTINGS_SECRET_ENV },
                 { "command:", SETTINGS_SECRET_COMMAND },
                 { "file:", SETTINGS_SECRET_FILE } };
    struct settings_flags *f = into;
    if (strcmp(value, "ask") == 0)
        return one_password(f, SETTINGS_SECRET_ASKED, NULL, e);
    if (strcmp(value, "keep") == 0)
        return f->keep = one_password(f, SETTINGS_SECRET_ASKED, NULL, e);
    for (size_t i = 0; i < COUNT_OF(WAYS); i++) {
        size_t n = strlen(WAYS[i].before);
        if (strncmp(value, WAYS[i].before, n) == 0 && value[n])
            return one_password(f, WAYS[i].how, value + n, e);
    }
    return err_set(e, ERR_SYNTAX,
                   "--password is no place for the password itself: say ask, keep, env:NAME, "
                   "command:COMMAND or file:PATH");
}

static bool take_password_env(void *into, const char *value, struct err *e)
{
    return one_password(into, SETTINGS_SECRET_ENV, value, e);
}
static bool take_password_command(void *into, const char *value, struct err *e)
{
    return one_password(into, SETTINGS_SECRET_COMMAND, value, e);
}
static bool take_password_file(void *into, const char *value, struct err *e)
{
    return one_password(into, SETTINGS_SECRET_FILE, value, e);
}

static bool take_fd(void *into, const char *value, struct err *e)
{
    uint64_t n;
    if (!str_to_u64(str_from(value), 65535, &n))
        return err_set(e, ERR_SYNTAX, "--password-fd '%.20s' is no number of a descriptor", value);
    ((struct settings_flags *)into)->secret.fd = (int)n;
    return true;
}

static bool take_new_fd(void *into, const char *value, struct err *e)
{
    return take_fd(into, value, e) && one_password(into, SETTINGS_SECRET_LITERAL, NULL, e);
}

static bool take_new_prompt(void *into, const char *value UNUSED, struct err *e)
{
    ((struct settings_flags *)into)->secret.ask = true;
    return one_password(into, SETTINGS_SECRET_LITERAL, NULL, e);
}

#define LOAD_OPTIONS                                                                               \
    { "account", "NAME", "the account of a file that has several", take_account },                 \
        { "env-file", "FILE",                                                                      \
          "take variables from this file (lines NAME=VALUE, to the letter) before the "            \
          "environment",                                                                           \
          take_env_file },                                                                         \
    {                                                                                              \
        "run-password-command", NULL,                                                              \
            "run the command that the settings name for the password; without it none is run",     \
            take_run_password_command                                                              \
    }
#define SETTING_OPTIONS                                                                            \
    { "server", "HOST[:PORT]", "the server, in place of what was read", take_server },             \
        { "security", "none|starttls|tls", "the encryption", take_security },                      \
        { "auth", "none|auto|MECHANISM", "how to log in; none: not at all", take_auth },           \
        { "user", "USER", "the login", take_user },                                                \
        { "sender", "ADDRESS", "the reverse-path; '<>' is the empty one", take_sender },           \
        { "header-from", "ADDRESS", "the address in From", take_header_from },                     \
        { "recipient", "ADDRESS", "the recipient, for programs that have one set",                 \
          take_recipient },                                                                        \
        { "helo", "NAME", "the name in EHLO", take_helo },                                         \
    {                                                                                              \
        "source", "IP", "the local address to connect from", take_source                           \
    }

const struct command_option SETTINGS_SHOW_OPTIONS[] = {
    { "program", "NAME", "whose file it is; without it by its shape", take_program },
    LOAD_OPTIONS,
    { "json", NULL, "print the document baton.settings/1", take_json },
    { NULL, NULL, NULL, NULL },
};

const struct command_option SETTINGS_CONVERT_OPTIONS[] = {
    { "to", "PROGRAM", "the program to write for; baton settings list names them", take_to },
    { "from", "PROGRAM",
      "whose file FILE is; without it by its shape (what has an @ is the sender's address)",
      take_from },
    LOAD_OPTIONS,
    SETTING_OPTIONS,
    { "password", "ask|keep|env:NAME|command:COMMAND|file:PATH",
      "how the program is to get the password; ask (the default): a place to fill in, or a "
      "prompt; keep: by the variable, command or file that FILE names",
      take_password },
    { "output", "NEWFILE", "write there, readable by you alone, in place of standard output",
      take_output },
    { "with-password", NULL,
      "with --output: put the password itself into the text, as it was read or is typed",
      take_with_password },
    { "password-fd", "N", "with --with-password: read it from this file descriptor", take_fd },
    { "force", NULL, "with --output: replace a file that is there", take_force },
    { NULL, NULL, NULL, NULL },
};

const struct command_option SETTINGS_SET_OPTIONS[] = {
    { "program", "NAME", "whose file it is; without it by its shape", take_program },
    LOAD_OPTIONS,
    SETTING_OPTIONS,
    { "from", "ADDRESS", "the same as --sender", take_sender },
    { "password-env", "NAME", "the program takes the password from this environment variable",
      take_password_env },
    { "password-command", "COMMAND", "the program takes it from what this command prints",
      take_password_command },
    { "password-file", "PATH", "the program takes it from this file", take_password_file },
    { "password-fd", "N", "a new password, read from this file descriptor, written into the file",
      take_new_fd },
    { "password-prompt", NULL, "a new password, asked for, written into the file",
      take_new_prompt },
    { "in-place", NULL, "change the file, and keep a copy; without it the change is only shown",
      take_in_place },
    { NULL, NULL, NULL, NULL },
};

const struct command_option SETTINGS_LIST_OPTIONS[] = {
    { "json", NULL, "print the document baton.settings-list/1", take_json },
    { NULL, NULL, NULL, NULL },
};

/* ------------------------------------------------------------------------------------------------
 * What they mean
 */
bool settings_flags_say_any(const struct settings_flags *f)
{
    return f->server || f->security || f->auth || f->user || f->from || f->header_from ||
           f->recipient || f->helo || f->source || f->password_given;
}

static bool apply_server(const char *typed, struct smtp_attempt *a, struct err *e)
{
    uint64_t port = 0;
    str host;
    if (!split_host_port(str_trim(str_from(typed)), &host, &port) || !host.n)
        return err_set(e, ERR_SYNTAX, "--server '%.*s' is no HOST or HOST:PORT",
                       STR_ARG(str_take(host_port_shown(str_from(typed)), 80)));
    a->host = host;
    if (port)
        a->port = (uint16_t)port;
    return true;
}

static bool apply_security(const char *typed, struct smtp_attempt *a, struct err *e)
{
    int security;
    if (!names_find(&SMTP_SECURITY_NAMES, str_from(typed), &security) ||
        security == SMTP_SECURITY_AUTO)
        return err_set(e, ERR_SYNTAX, "--security '%.40s' is none of none, starttls, tls", typed);
    a->security = (enum smtp_security)security;
    return true;
}

static bool apply_source(const char *typed, struct smtp_attempt *a, struct err *e)
{
    return ip_parse(str_from(typed), &a->source) ||
           err_set(e, ERR_SYNTAX, "--source '%.60s' is no IP address", typed);
}

/* Port and encryption, where only one of both is said: the usual other one (RFC 8314 section 3.3). */
static void fill_port(const struct settings_flags *f, struct smtp_attempt *a)
{
    if (f->server && !f->security && a->security == SMTP_SECURITY_AUTO && a->port)
        a->security = a->port == 465  ? SMTP_SECURITY_TLS
                      : a->port == 25 ? SMTP_SECURITY_NONE
                                      : SMTP_SECURITY_STARTTLS;
    if (!a->port && a->security != SMTP_SECURITY_AUTO)
        a->port = a->security == SMTP_SECURITY_TLS ? 465 : 587;
    if (!a->port && f->server) {
        a->port = 587;
        a->security = SMTP_SECURITY_STARTTLS;
    }
}

static void apply_login(const struct settings_flags *f, struct smtp_attempt *a)
{
    if (f->user) {
        a->user = str_from(f->user);
        if (!a->mechanism.n)
            a->mechanism = STR("auto");
    }
    if (f->auth)
        a->mechanism = strcmp(f->auth, "none") == 0 ? STR_NONE : str_from(f->auth);
}

static void apply_addresses(const struct settings_flags *f, struct smtp_attempt *a)
{
    bool both = a->from.n && str_eq(a->header_from, a->from); /* one setting, taken for both */
    if (f->from) {
        a->from_null = strcmp(f->from, "<>") == 0;
        a->from = a->from_null ? STR("") : str_from(f->from);
        a->header_from = both && !a->from_null ? a->from : a->header_from;
    }
    if (f->header_from)
        a->header_from = str_from(f->header_from);
    if (f->recipient)
        a->to = str_from(f->recipient);
    if (f->helo)
        a->helo = str_from(f->helo);
}

bool settings_flags_apply(const struct settings_flags *f, struct settings *s, struct err *e)
{
    struct smtp_attempt *a = &s->attempt;
    if ((f->server && !apply_server(f->server, a, e)) ||
        (f->security && !apply_security(f->security, a, e)) ||
        (f->source && !apply_source(f->source, a, e)))
        return false;
    apply_login(f, a);
    apply_addresses(f, a);
    fill_port(f, a);
    return true;
}
