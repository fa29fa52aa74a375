/* SPDX-License-Identifier: ISC */
/*
 * settings/clients.c - settings of programs that hand one message over and end
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

bool settings_msmtp(const struct smtp_attempt *works, struct buf *out, struct err *e)
{
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

/* swaks: it stops before DATA, so that trying it sends no message; it asks for the password, and for the
 * recipient when there is none. A value that begins with a hyphen would be an option, a comma begins
 * another recipient, and "<>" means an empty value. */

static void swaks_option(struct buf *out, const char *option, str value)
{
    if (!value.n)
        return;
    buf_addf(out, " \\\n    %s ", option);
    quote_shell(out, value);
}

static bool swaks_carries(const struct smtp_attempt *a, struct err *e)
{
    const str values[] = { a->user, a->from, a->to };
    for (size_t i = 0; i < COUNT_OF(values); i++)
        if (str_starts(values[i], STR("-")) || str_eq(values[i], STR("<>")))
            return err_set(e, ERR_SYNTAX,
                           "swaks cannot be told a value that begins with '-' or is '<>'");
    return settings_carries("swaks", a->to, ",", "a recipient with a comma", e);
}

bool settings_swaks(const struct smtp_attempt *works, struct buf *out, struct err *e)
{
    char source[IP_TEXT_MAX];
    if (!swaks_carries(works, e))
        return false;
    buf_add(out, STR("swaks --server "));
    if (settings_host_is_ipv6(works))
        buf_addf(out, "'[%.*s]:%u'", STR_ARG(settings_host(works)), works->port);
    else
        buf_addf(out, "%.*s:%u", STR_ARG(settings_host(works)), works->port);
    if (works->security != SMTP_SECURITY_NONE)
        buf_addf(out, " %s --tls-verify",
                 works->security == SMTP_SECURITY_TLS ? "--tls-on-connect" : "--tls");
    if (smtp_attempt_logs_in(works)) {
        buf_add(out, STR(" \\\n    --auth"));
        if (!settings_is(works, "auto"))
            buf_addf(out, " %.*s", STR_ARG(works->mechanism));
        buf_add(out, STR(" --protect-prompt"));
        swaks_option(out, "--auth-user", works->user);
    }
    swaks_option(out, "--helo", works->helo);
    if (works->source.family != IP_NONE)
        swaks_option(out, "--local-interface", str_from(ip_text(&works->source, source)));
    swaks_option(out, "--from", works->from_null ? STR("<>") : works->from);
    swaks_option(out, "--to", works->to);
    buf_add(out, STR(" \\\n    --quit-after RCPT\n"));
    return true;
}
