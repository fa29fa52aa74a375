/* SPDX-License-Identifier: ISC */
/*
 * settings/mutt.c - mutt and NeoMutt, written
 */
#include "settings/mutt.h"
#include "settings/quote.h"
#include "settings/url.h"
#include "settings/writers.h"

void mutt_quote(str value, struct buf *out)
{
    static const str CODES[] = { STR_INIT("\n\\n"),  STR_INIT("\r\\r"),  STR_INIT("\t\\t"),
                                 STR_INIT("\"\\\""), STR_INIT("\\\\\\"), STR_INIT("$\\$"),
                                 STR_INIT("`\\`") };
    buf_addc(out, '"');
    for (size_t i = 0; i < value.n; i++) {
        str code = str_take(str_skip(value, i), 1);
        for (size_t k = 0; k < COUNT_OF(CODES); k++)
            if (CODES[k].p[0] == value.p[i])
                code = str_skip(CODES[k], 1);
        buf_add(out, code);
    }
    buf_addc(out, '"');
}

void mutt_url(const struct smtp_attempt *a, str password, str path, struct buf *out)
{
    bool six = settings_host_is_ipv6(a);
    buf_addf(out, "\"smtp%s://", a->security == SMTP_SECURITY_TLS ? "s" : "");
    if (smtp_attempt_logs_in(a)) {
        settings_url_encode(a->user, out);
        if (password.p) {
            buf_addc(out, ':');
            buf_add(out, password);
        }
        buf_addc(out, '@');
    }
    buf_addf(out, "%s%.*s%s:%u%.*s\"", six ? "[" : "", STR_ARG(settings_host(a)), six ? "]" : "",
             a->port, STR_ARG(path));
}

/* What a command prints goes between double quotes as it is; its own text knows no way to say a backquote. */
static bool command_of(str command, struct buf *out, struct err *e)
{
    if (str_find_octet(command, '`') != STR_NOT_FOUND ||
        (command.n && command.p[command.n - 1] == '\\'))
        return err_set(e, ERR_SYNTAX,
                       "mutt cannot be told a command with a backquote, or a backslash at its end; "
                       "put it into a script, and name that");
    buf_add(out, STR("\"`"));
    buf_add(out, command);
    buf_add(out, STR("`\""));
    return true;
}

bool mutt_secret(const struct settings *s, struct buf *out, struct err *e)
{
    AUTO(buf_wipe_done) struct buf shell;
    buf_init(&shell, (size_t)SETTINGS_SECRET_MAX * 4 + 8);
    switch (s->secret) {
    case SETTINGS_SECRET_LITERAL: mutt_quote(s->secret_text, out); return true;
    case SETTINGS_SECRET_ENV: buf_addf(out, "\"${%.*s}\"", STR_ARG(s->secret_text)); return true;
    case SETTINGS_SECRET_COMMAND: return command_of(s->secret_text, out, e);
    case SETTINGS_SECRET_FILE:
        buf_add(&shell, STR("cat "));
        quote_shell(&shell, s->secret_text);
        return command_of(buf_str(&shell), out, e);
    default: return true;
    }
}

static void set(struct buf *out, const char *name, str value)
{
    buf_addf(out, "set %s = ", name);
    mutt_quote(value, out);
    buf_addc(out, '\n');
}

static void connection(const struct settings *s, struct buf *out)
{
    const struct smtp_attempt *a = &s->attempt;
    const char *tls = a->security == SMTP_SECURITY_NONE ? "no" : "yes";
    buf_add(out, STR("set smtp_url = "));
    mutt_url(a, STR_NONE, STR("/"), out);
    buf_addf(out, "\nset ssl_force_tls = %s\nset ssl_starttls = %s\n", tls, tls);
    if (s->ca_file.n)
        set(out, "ssl_ca_certificates_file", s->ca_file);
}

static bool login(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    if (!smtp_attempt_logs_in(a))
        return true;
    if (s->secret > SETTINGS_SECRET_ASKED) {
        buf_add(out, STR("set smtp_pass = "));
        if (!mutt_secret(s, out, e))
            return false;
        buf_addc(out, '\n');
    }
    if (!settings_is(a, "auto")) {
        buf_add(out, STR("set smtp_authenticators = \""));
        settings_add_lower(out, a->mechanism);
        buf_add(out, STR("\"\n"));
    }
    return true;
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    if (s->unverified)
        return err_set(e, ERR_SYNTAX,
                       "mutt cannot be told to take any certificate: it asks, and keeps those that "
                       "you accept in certificate_file");
    if (a->from_null)
        return err_set(e, ERR_SYNTAX, "mutt cannot be told an empty reverse-path");
    buf_add(out, !smtp_attempt_logs_in(a) ? STR("# ~/.muttrc\n")
                 : s->secret > SETTINGS_SECRET_ASKED
                     ? STR("# ~/.muttrc, for your eyes only (chmod 600)\n")
                     : STR("# ~/.muttrc; mutt asks for the password\n"));
    connection(s, out);
    if (!login(s, out, e))
        return false;
    if (settings_from(a).n)
        set(out, "from", settings_from(a));
    if (a->header_from.n && a->from.n && !str_eq(a->from, a->header_from)) {
        set(out, "envelope_from_address", a->from);
        buf_add(out, STR("set use_envelope_from = yes\n"));
    }
    if (a->helo.n)
        set(out, "hostname", a->helo);
    return true;
}

const struct settings_program SETTINGS_MUTT = {
    .name = STR_INIT("mutt"),
    .title = STR_INIT("mutt and NeoMutt"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 XOAUTH2 OAUTHBEARER"),
    .file = STR_INIT("~/.muttrc"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_COMMAND | SETTINGS_SECRET_FILE,
    .ran = STR_INIT("2.2.12, NeoMutt 20220429"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = mutt_looks,
    .read = mutt_read,
    .change = mutt_change,
};
