/* SPDX-License-Identifier: ISC */
/*
 * settings/thunderbird.c - Thunderbird: its windows, and prefs.js
 */
#include "settings/thunderbird_prefs.h"
#include "settings/window.h"

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

static bool write(const struct settings *s, struct buf *out, struct err *e UNUSED)
{
    const struct smtp_attempt *works = &s->attempt;
    buf_add(out, STR("Account Settings > Outgoing Server (SMTP) > Edit\n"));
    window_line(out, "  Server Name", settings_host(works));
    buf_addf(out, "  Port: %u\n", works->port);
    buf_addf(out, "  Connection security: %s\n", window_security(works, "None"));
    buf_addf(out, "  Authentication method: %s\n", thunderbird_method(works));
    window_line(out, "  User Name", window_user(works));
    if (settings_from(works).n)
        buf_add(out, STR("Account Settings > (your account) > Default Identity\n"));
    window_line(out, "  Email Address", settings_from(works));
    return true;
}

const struct settings_program SETTINGS_THUNDERBIRD = {
    .name = STR_INIT("thunderbird"),
    .title = STR_INIT("Thunderbird"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 NTLM GSSAPI EXTERNAL XOAUTH2"),
    .file = STR_INIT("prefs.js"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT(""),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = thunderbird_looks,
    .read = thunderbird_read,
    .change = thunderbird_change,
};
