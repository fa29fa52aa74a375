/* SPDX-License-Identifier: ISC */
/*
 * settings/opensmtpd.c - OpenSMTPD handing everything to one server
 */
#include "settings/opensmtpd.h"
#include "settings/writers.h"

/* OpenSMTPD. It logs in only inside TLS; the table separates by blanks and colons. */

static const char *opensmtpd_protocol(const struct smtp_attempt *a)
{
    switch (a->security) {
    case SMTP_SECURITY_STARTTLS: return "smtp+tls";
    case SMTP_SECURITY_TLS: return "smtps";
    default: return "smtp+notls";
    }
}

static bool fits(str secret, struct err *e)
{
    char last = secret.n ? secret.p[secret.n - 1] : 'x';
    if (str_find_octet(secret, '\n') != STR_NOT_FOUND)
        return err_set(
            e, ERR_SYNTAX,
            "OpenSMTPD cannot be told a password with a line end: its table has one line "
            "a login; change the password");
    if (last == ' ' || (last >= '\t' && last <= '\r'))
        return err_set(
            e, ERR_SYNTAX,
            "OpenSMTPD cannot be told a password that ends in a blank: it takes the blank "
            "away; change the password");
    return true;
}

static unsigned looks(str path, str text)
{
    unsigned points = str_ends_nocase(path, STR("smtpd.conf")) ? 40 : 0;
    for (str rest = text; rest.p && points < 100;) {
        str line = str_cut(&rest, '\n');
        if (str_starts(line, STR("action ")) && str_find(line, STR("relay")) != STR_NOT_FOUND)
            points += 60;
        else if ((str_starts(line, STR("match ")) || str_starts(line, STR("accept "))) &&
                 str_find(line, STR(" for ")) != STR_NOT_FOUND)
            points += 40;
    }
    return points > 100 ? 100 : points;
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *works = &s->attempt;
    bool login = smtp_attempt_logs_in(works), ipv6 = settings_host_is_ipv6(works);
    char source[IP_TEXT_MAX];
    if (login && works->security == SMTP_SECURITY_NONE)
        return err_set(e, ERR_SYNTAX, "OpenSMTPD cannot log in without encryption");
    bool literal = s->secret == SETTINGS_SECRET_LITERAL,
         tls = works->security != SMTP_SECURITY_NONE;
    str secret = literal ? s->secret_text : STR("PASSWORD");
    if (!settings_carries("OpenSMTPD", works->user, ": ", "a user name with a colon or a blank",
                          e) ||
        !fits(secret, e))
        return false;
    buf_add(out, STR("# /etc/smtpd.conf\n"));
    if (login)
        buf_add(out, STR("table secrets file:/etc/mail/secrets\n"));
    if (s->ca_file.n)
        buf_addf(out, "ca \"baton\" cert \"%.*s\"\n", STR_ARG(s->ca_file));
    buf_addf(out, "action \"baton\" relay host \"%s://%s%s%.*s%s:%u\"", opensmtpd_protocol(works),
             login ? "baton@" : "", ipv6 ? "[" : "", STR_ARG(settings_host(works)), ipv6 ? "]" : "",
             works->port);
    if (tls)
        buf_addf(out, " tls%s%s", s->unverified ? " no-verify" : "",
                 s->ca_file.n ? " ca \"baton\"" : "");
    if (login)
        buf_add(out, STR(" auth <secrets>"));
    if (works->helo.n)
        buf_addf(out, " helo \"%.*s\"", STR_ARG(works->helo));
    if (works->source.family != IP_NONE)
        buf_addf(out, " src \"%s\"", ip_text(&works->source, source));
    buf_add(out, STR("\nmatch from local for any action \"baton\"\n"));
    if (login) {
        buf_addf(out, "\n# /etc/mail/secrets (chmod 640, group of smtpd)%s\nbaton %.*s:",
                 literal ? "" : ": write the password in place of PASSWORD", STR_ARG(works->user));
        buf_add(out, secret);
        buf_addc(out, '\n');
    }
    return true;
}

const struct settings_program SETTINGS_OPENSMTPD = {
    .name = STR_INIT("opensmtpd"),
    .title = STR_INIT("OpenSMTPD"),
    .mechanisms = STR_INIT("PLAIN LOGIN"),
    .file = STR_INIT("/etc/smtpd.conf"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL,
    .ran = STR_INIT("7.6.0p1"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = opensmtpd_read,
};
