/* SPDX-License-Identifier: ISC */
/*
 * settings/dialogs.c - settings in the words of the windows they are typed into
 */
#include "settings/writers.h"

/* Any account dialog. */

static const char *way_of_login(const struct smtp_attempt *a)
{
    if (!smtp_attempt_logs_in(a))
        return "none (leave user name and password empty)";
    if (settings_is(a, "XOAUTH2") || settings_is(a, "OAUTHBEARER"))
        return "OAuth2 (sign in in the browser)";
    if (settings_is(a, "EXTERNAL"))
        return "TLS certificate";
    if (settings_is(a, "GSSAPI"))
        return "Kerberos";
    if (settings_is(a, "NTLM"))
        return "NTLM (Secure Password Authentication)";
    if (settings_is(a, "PLAIN") || settings_is(a, "LOGIN") || settings_is(a, "auto"))
        return "password (Normal password)";
    return "password (Encrypted password)";
}

static const char *security_word(const struct smtp_attempt *a, const char *none)
{
    switch (a->security) {
    case SMTP_SECURITY_STARTTLS: return "STARTTLS";
    case SMTP_SECURITY_TLS: return "SSL/TLS";
    default: return none;
    }
}

static void add_line(struct buf *out, const char *label, str value)
{
    if (value.n)
        buf_addf(out, "%s: %.*s\n", label, STR_ARG(value));
}

static str user_to_type(const struct smtp_attempt *a)
{
    return smtp_attempt_logs_in(a) ? a->user : STR_NONE;
}

bool settings_mail_program(const struct smtp_attempt *works, struct buf *out, struct err *e UNUSED)
{
    add_line(out, "Outgoing server (SMTP)", settings_host(works));
    buf_addf(out, "Port: %u\n", works->port);
    buf_addf(out, "Connection security: %s\n", security_word(works, "none"));
    buf_addf(out, "Authentication: %s\n", way_of_login(works));
    add_line(out, "User name", user_to_type(works));
    add_line(out, "From (Email address)", settings_from(works));
    return true;
}

/* Thunderbird: its window warns of a password that nothing encrypts. */

static const char *thunderbird_method(const struct smtp_attempt *a)
{
    if (!smtp_attempt_logs_in(a))
        return "No authentication";
    if (settings_is(a, "CRAM-MD5"))
        return "Encrypted password";
    if (settings_is(a, "XOAUTH2"))
        return "OAuth2";
    if (settings_is(a, "NTLM"))
        return "NTLM";
    if (settings_is(a, "GSSAPI"))
        return "Kerberos / GSSAPI";
    if (settings_is(a, "EXTERNAL"))
        return "TLS Certificate";
    return a->security == SMTP_SECURITY_NONE ? "Password, transmitted insecurely"
                                             : "Normal password";
}

bool settings_thunderbird(const struct smtp_attempt *works, struct buf *out, struct err *e UNUSED)
{
    buf_add(out, STR("Account Settings > Outgoing Server (SMTP) > Edit\n"));
    add_line(out, "  Server Name", settings_host(works));
    buf_addf(out, "  Port: %u\n", works->port);
    buf_addf(out, "  Connection security: %s\n", security_word(works, "None"));
    buf_addf(out, "  Authentication method: %s\n", thunderbird_method(works));
    add_line(out, "  User Name", user_to_type(works));
    if (settings_from(works).n)
        buf_add(out, STR("Account Settings > (your account) > Default Identity\n"));
    add_line(out, "  Email Address", settings_from(works));
    return true;
}

/* Outlook. */

bool settings_outlook(const struct smtp_attempt *works, struct buf *out, struct err *e UNUSED)
{
    buf_add(out, STR("File > Account Settings > Account Settings > Change\n"));
    add_line(out, "  Email Address", settings_from(works));
    add_line(out, "  Outgoing mail server (SMTP)", settings_host(works));
    buf_add(out, STR("More Settings > Outgoing Server\n"));
    buf_addf(out, "  [%c] My outgoing server (SMTP) requires authentication\n",
             smtp_attempt_logs_in(works) ? 'x' : ' ');
    if (smtp_attempt_logs_in(works)) {
        buf_add(out, STR("  (o) Log on using\n"));
        add_line(out, "      User Name", works->user);
        buf_addf(out, "      [%c] Require Secure Password Authentication (SPA)\n",
                 settings_is(works, "NTLM") ? 'x' : ' ');
    }
    buf_add(out, STR("More Settings > Advanced\n"));
    buf_addf(out, "  Outgoing server (SMTP): %u\n", works->port);
    buf_addf(out, "  Use the following type of encrypted connection: %s\n",
             security_word(works, "None"));
    return true;
}
