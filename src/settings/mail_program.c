/* SPDX-License-Identifier: ISC */
/*
 * settings/mail_program.c - any account window of any mail program
 */
#include "settings/window.h"

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

static bool write(const struct settings *s, struct buf *out, struct err *e UNUSED)
{
    const struct smtp_attempt *works = &s->attempt;
    window_line(out, "Outgoing server (SMTP)", settings_host(works));
    buf_addf(out, "Port: %u\n", works->port);
    buf_addf(out, "Connection security: %s\n", window_security(works, "none"));
    buf_addf(out, "Authentication: %s\n", way_of_login(works));
    window_line(out, "User name", window_user(works));
    window_line(out, "From (Email address)", settings_from(works));
    return true;
}

const struct settings_program SETTINGS_MAIL_PROGRAM = {
    .name = STR_INIT("mail-program"),
    .title = STR_INIT("Any mail program"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 NTLM GSSAPI "
                           "EXTERNAL XOAUTH2 OAUTHBEARER"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .ran = STR_INIT("any"),
    .comment = STR_INIT(""),
    .comment_end = STR_INIT(""),
    .write = write,
};
