/* SPDX-License-Identifier: ISC */
/*
 * settings/apple_mail.c - Apple Mail, by the windows of macOS and iOS
 */
#include "settings/window.h"

static const char *method(const struct smtp_attempt *a)
{
    if (!smtp_attempt_logs_in(a))
        return "None";
    if (settings_is(a, "CRAM-MD5"))
        return "MD5 Challenge-Response";
    if (settings_is(a, "NTLM"))
        return "NTLM";
    return "Password";
}

static void macos(const struct smtp_attempt *works, struct buf *out)
{
    buf_add(out,
            STR("macOS: Mail > Settings > Accounts > (the account) > Server Settings > Outgoing "
                "Mail Account > Edit SMTP Server List > +\n"));
    window_line(out, "  Server Name", settings_host(works));
    buf_add(out, STR("  Server Settings: [ ] Automatically manage connection settings\n"));
    buf_addf(out, "  Port: %u\n", works->port);
    buf_addf(out, "  [%c] Use TLS/SSL%s\n", works->security == SMTP_SECURITY_NONE ? ' ' : 'x',
             works->security == SMTP_SECURITY_STARTTLS ? " (by the port, Mail speaks STARTTLS)"
                                                       : "");
    buf_addf(out, "  Authentication: %s\n", method(works));
    window_line(out, "  User Name", window_user(works));
    window_line(out, "  Account Information > Email Address", settings_from(works));
}

static void ios(const struct smtp_attempt *works, struct buf *out)
{
    buf_add(out, STR("iPhone and iPad: Settings > Apps > Mail > Mail Accounts > (the account) > "
                     "Account > SMTP > Primary Server\n"));
    window_line(out, "  Host Name", settings_host(works));
    if (smtp_attempt_logs_in(works))
        window_line(out, "  User Name", works->user);
    else
        buf_add(out, STR("  User Name and Password: empty\n"));
    buf_addf(out, "  Use SSL: %s\n", works->security == SMTP_SECURITY_NONE ? "off" : "on");
    buf_addf(out, "  Authentication: %s\n", method(works));
    buf_addf(out, "  Server Port: %u\n", works->port);
}

/* The systems sign in at Google, Microsoft and Yahoo themselves, and set the servers. */
static void by_sign_in(const struct smtp_attempt *works, struct buf *out)
{
    buf_add(out, STR("macOS: System Settings > Internet Accounts > Add Account\n"
                     "iPhone and iPad: Settings > Apps > Mail > Mail Accounts > Add Account\n"
                     "  Choose Google, Microsoft Exchange or Yahoo, and sign in in the window that "
                     "opens; Mail sets server, port and encryption itself\n"));
    window_line(out, "  Account", works->user);
}

static bool write(const struct settings *s, struct buf *out, struct err *e UNUSED)
{
    if (settings_is(&s->attempt, "XOAUTH2")) {
        by_sign_in(&s->attempt, out);
        return true;
    }
    macos(&s->attempt, out);
    ios(&s->attempt, out);
    return true;
}

const struct settings_program SETTINGS_APPLE_MAIL = {
    .name = STR_INIT("apple-mail"),
    .title = STR_INIT("Apple Mail"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 NTLM XOAUTH2"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT(""),
    .comment_end = STR_INIT(""),
    .write = write,
};
