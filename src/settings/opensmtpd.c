/* SPDX-License-Identifier: ISC */
/*
 * settings/opensmtpd.c - OpenSMTPD handing everything to one server
 */
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

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *works = &s->attempt;
    bool login = smtp_attempt_logs_in(works), ipv6 = settings_host_is_ipv6(works);
    char source[IP_TEXT_MAX];
    if (login && works->security == SMTP_SECURITY_NONE)
        return err_set(e, ERR_SYNTAX, "OpenSMTPD cannot log in without encryption");
    if (!settings_carries("OpenSMTPD", works->user, ": ", "a user name with a colon or a blank", e))
        return false;
    buf_add(out, STR("# /etc/smtpd.conf\n"));
    if (login)
        buf_add(out, STR("table secrets file:/etc/mail/secrets\n"));
    buf_addf(out, "action \"baton\" relay host \"%s://%s%s%.*s%s:%u\"", opensmtpd_protocol(works),
             login ? "baton@" : "", ipv6 ? "[" : "", STR_ARG(settings_host(works)), ipv6 ? "]" : "",
             works->port);
    if (login)
        buf_add(out, STR(" auth <secrets>"));
    if (works->helo.n)
        buf_addf(out, " helo \"%.*s\"", STR_ARG(works->helo));
    if (works->source.family != IP_NONE)
        buf_addf(out, " src \"%s\"", ip_text(&works->source, source));
    buf_add(out, STR("\nmatch from local for any action \"baton\"\n"));
    if (login)
        buf_addf(out,
                 "\n# /etc/mail/secrets (chmod 640, group of smtpd): write the password in place "
                 "of PASSWORD\n"
                 "baton %.*s:PASSWORD\n",
                 STR_ARG(works->user));
    return true;
}

const struct settings_program SETTINGS_OPENSMTPD = {
    .name = STR_INIT("opensmtpd"),
    .title = STR_INIT("OpenSMTPD"),
    .mechanisms = STR_INIT("PLAIN LOGIN"),
    .file = STR_INIT("/etc/smtpd.conf"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
