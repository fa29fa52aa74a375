/* SPDX-License-Identifier: ISC */
/*
 * settings/msmtp.c - msmtp
 */
#include "settings/quote.h"
#include "settings/writers.h"

/* msmtp: one pair of double quotes around an argument is dropped, and there is no way to write a quote
 * inside. A sender with one of %?*[ is a pattern to it. */

static void msmtp_security(const struct smtp_attempt *a, struct buf *out)
{
    buf_addf(out, "tls %s\n", a->security == SMTP_SECURITY_NONE ? "off" : "on");
    if (a->security != SMTP_SECURITY_NONE)
        buf_addf(out, "tls_starttls %s\n", a->security == SMTP_SECURITY_STARTTLS ? "on" : "off");
}

static void msmtp_login(const struct smtp_attempt *a, struct buf *out)
{
    if (!smtp_attempt_logs_in(a)) {
        buf_add(out, STR("auth off\n"));
        return;
    }
    buf_add(out, STR("auth "));
    settings_add_lower(out, settings_is(a, "auto") ? STR("on") : a->mechanism);
    buf_addf(out, "\nuser \"%.*s\"\n", STR_ARG(a->user));
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *works = &s->attempt;
    bool token = settings_is(works, "XOAUTH2") || settings_is(works, "OAUTHBEARER");
    char source[IP_TEXT_MAX];
    if (!settings_carries("msmtp", works->user, "\"", "a user name with a quote", e) ||
        !settings_carries("msmtp", works->from, "\"%?*[", "a sender with a quote or one of %?*[",
                          e))
        return false;
    if (token)
        buf_add(out, STR("# ~/.msmtprc, for your eyes only (chmod 600); let passwordeval print a "
                         "fresh token\n"));
    else if (smtp_attempt_logs_in(works))
        buf_add(out, STR("# ~/.msmtprc, for your eyes only (chmod 600); msmtp asks for the "
                         "password\n"));
    else
        buf_add(out, STR("# ~/.msmtprc\n"));
    buf_addf(out, "account baton\nhost %.*s\nport %u\n", STR_ARG(settings_host(works)),
             works->port);
    msmtp_security(works, out);
    msmtp_login(works, out);
    if (works->from.n)
        buf_addf(out, "from \"%.*s\"\n", STR_ARG(works->from));
    if (works->helo.n)
        buf_addf(out, "domain %.*s\n", STR_ARG(works->helo));
    if (works->source.family != IP_NONE)
        buf_addf(out, "source_ip %s\n", ip_text(&works->source, source));
    buf_add(out, STR("account default : baton\n"));
    return true;
}

const struct settings_program SETTINGS_MSMTP = {
    .name = STR_INIT("msmtp"),
    .title = STR_INIT("msmtp"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 NTLM "
                           "XOAUTH2 OAUTHBEARER"),
    .file = STR_INIT("~/.msmtprc"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
