/* SPDX-License-Identifier: ISC */
/*
 * settings/msmtp.c - msmtp, written
 */
#include "settings/msmtp.h"
#include "settings/quote.h"
#include "settings/writers.h"

/* msmtp drops one pair of double quotes around an argument, and nothing else: within them every octet stands for
 * itself, quotes too. Only a line end ends it. A sender with one of %?*[ is a pattern to it. */
bool msmtp_value(str what, str value, struct buf *out, struct err *e)
{
    if (str_find_octet(value, '\n') != STR_NOT_FOUND)
        return err_set(e, ERR_SYNTAX,
                       "msmtp cannot be told a %.*s with a line break: it reads one line, from its "
                       "file and from passwordeval alike; let the server's owner give you another",
                       STR_ARG(what));
    if (value.n + what.n + 4 > MSMTP_LINE_MAX)
        return err_set(e, ERR_SYNTAX,
                       "msmtp cannot be told a %.*s of %zu octets: it stops at a line longer than "
                       "%d",
                       STR_ARG(what), value.n, MSMTP_LINE_MAX);
    buf_addc(out, '"');
    buf_add(out, value);
    buf_addc(out, '"');
    return true;
}

void msmtp_auth(const struct smtp_attempt *a, struct buf *out)
{
    if (!smtp_attempt_logs_in(a))
        buf_add(out, STR("off"));
    else if (!settings_is(a, "auto"))
        settings_add_lower(out, a->mechanism);
    else /* left to itself it sends no password in the clear */
        buf_add(out, a->security == SMTP_SECURITY_NONE ? STR("plain") : STR("on"));
}

bool msmtp_secret(const struct settings *s, str *command, struct buf *written, struct err *e)
{
    AUTO(buf_wipe_done) struct buf shell;
    buf_init(&shell, (size_t)SETTINGS_SECRET_MAX * 4 + 8);
    *command = STR("passwordeval");
    switch (s->secret) {
    case SETTINGS_SECRET_LITERAL:
        *command = STR("password");
        return msmtp_value(*command, s->secret_text, written, e);
    case SETTINGS_SECRET_COMMAND: buf_add(&shell, s->secret_text); break;
    case SETTINGS_SECRET_ENV: buf_addf(&shell, "printenv %.*s", STR_ARG(s->secret_text)); break;
    case SETTINGS_SECRET_FILE:
        buf_add(&shell, STR("cat "));
        quote_shell(&shell, s->secret_text);
        break;
    default: *command = STR(""); return true;
    }
    return msmtp_value(*command, buf_str(&shell), written, e);
}

static void introduce(const struct settings *s, struct buf *out)
{
    const struct smtp_attempt *a = &s->attempt;
    bool token = settings_is(a, "XOAUTH2") || settings_is(a, "OAUTHBEARER");
    if (!smtp_attempt_logs_in(a))
        buf_add(out, STR("# ~/.msmtprc\n"));
    else if (s->secret > SETTINGS_SECRET_ASKED)
        buf_add(out, STR("# ~/.msmtprc, for your eyes only (chmod 600)\n"));
    else
        buf_addf(out, "# ~/.msmtprc, for your eyes only (chmod 600); %s\n",
                 token ? "let passwordeval print a fresh token" : "msmtp asks for the password");
}

static void connection(const struct settings *s, struct buf *out)
{
    const struct smtp_attempt *a = &s->attempt;
    bool tls = a->security != SMTP_SECURITY_NONE;
    buf_addf(out, "account baton\nhost %.*s\nport %u\ntls %s\n", STR_ARG(settings_host(a)), a->port,
             tls ? "on" : "off");
    if (!tls)
        return;
    buf_addf(out, "tls_starttls %s\n", a->security == SMTP_SECURITY_STARTTLS ? "on" : "off");
    if (s->unverified)
        buf_add(out, STR("tls_certcheck off\n"));
}

static bool login(const struct settings *s, struct buf *out, struct err *e)
{
    str command;
    AUTO(buf_wipe_done) struct buf written;
    buf_init(&written, (size_t)SETTINGS_SECRET_MAX * 5);
    buf_add(out, STR("auth "));
    msmtp_auth(&s->attempt, out);
    buf_addc(out, '\n');
    if (!smtp_attempt_logs_in(&s->attempt))
        return true;
    buf_add(out, STR("user "));
    if (!msmtp_value(STR("user"), s->attempt.user, out, e) ||
        !msmtp_secret(s, &command, &written, e))
        return false;
    buf_addc(out, '\n');
    if (command.n) {
        buf_addf(out, "%.*s ", STR_ARG(command));
        buf_add(out, buf_str(&written));
        buf_addc(out, '\n');
    }
    return true;
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    char source[IP_TEXT_MAX];
    if (!settings_carries("msmtp", a->from, "%?*[", "a sender with one of %?*[", e))
        return false;
    introduce(s, out);
    connection(s, out);
    if (s->ca_file.n && a->security != SMTP_SECURITY_NONE && !s->unverified) {
        buf_add(out, STR("tls_trust_file "));
        if (!msmtp_value(STR("tls_trust_file"), s->ca_file, out, e))
            return false;
        buf_addc(out, '\n');
    }
    if (!login(s, out, e))
        return false;
    if (a->from.n)
        buf_addf(out, "from \"%.*s\"\n", STR_ARG(a->from));
    if (a->helo.n)
        buf_addf(out, "domain %.*s\n", STR_ARG(a->helo));
    if (a->source.family != IP_NONE)
        buf_addf(out, "source_ip %s\n", ip_text(&a->source, source));
    buf_add(out, STR("account default : baton\n"));
    return true;
}

const struct settings_program SETTINGS_MSMTP = {
    .name = STR_INIT("msmtp"),
    .title = STR_INIT("msmtp"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 NTLM "
                           "XOAUTH2 OAUTHBEARER"),
    .file = STR_INIT("~/.msmtprc"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_COMMAND | SETTINGS_SECRET_FILE,
    .ran = STR_INIT("1.8.23"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = msmtp_looks,
    .read = msmtp_read,
    .change = msmtp_change,
};
