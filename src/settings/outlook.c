/* SPDX-License-Identifier: ISC */
/*
 * settings/outlook.c - Outlook, by its windows: classic on Windows first, the others in a line each
 */
#include "settings/window.h"

/* Classic Outlook asks for host, port and the rest in three windows. */
static void classic(const struct smtp_attempt *works, struct buf *out)
{
    buf_add(out, STR("Outlook (classic): File > Account Settings > Account Settings > Change\n"));
    window_line(out, "  Email Address", settings_from(works));
    window_line(out, "  Outgoing mail server (SMTP)", settings_host(works));
    buf_add(out, STR("More Settings > Outgoing Server\n"));
    buf_addf(out, "  [%c] My outgoing server (SMTP) requires authentication\n",
             smtp_attempt_logs_in(works) ? 'x' : ' ');
    if (smtp_attempt_logs_in(works)) {
        buf_add(out, STR("  (o) Log on using\n"));
        window_line(out, "      User Name", works->user);
        buf_addf(out, "      [%c] Require Secure Password Authentication (SPA)\n",
                 settings_is(works, "NTLM") ? 'x' : ' ');
    }
    buf_add(out, STR("More Settings > Advanced\n"));
    buf_addf(out, "  Outgoing server (SMTP): %u\n", works->port);
    buf_addf(out, "  Use the following type of encrypted connection: %s\n",
             window_security(works, "None"));
}

static void others(const struct smtp_attempt *works, struct buf *out)
{
    bool logs_in = smtp_attempt_logs_in(works);
    buf_add(out, STR("New Outlook: Settings > Accounts > Email accounts > (the account) > Manage > "
                     "Outgoing server: the same values\n"));
    buf_addf(
        out,
        "Outlook for Mac: Tools > Accounts > (the account): Outgoing server and port, [%c] Use "
        "SSL to connect; More Options > Authentication: %s\n",
        works->security == SMTP_SECURITY_NONE ? ' ' : 'x',
        logs_in ? "User Name and Password" : "None");
    buf_addf(out,
             "Outlook for iOS and Android: Settings > (the account) > Advanced settings > Outgoing "
             "mail server: %.*s:%u (where that cannot be changed: remove the account, and add it "
             "again as IMAP)\n",
             STR_ARG(settings_host(works)), works->port);
}

/* Outlook signs in at Microsoft and Google by itself, and then sets the servers too. */
static void by_sign_in(const struct smtp_attempt *works, struct buf *out)
{
    buf_add(out, STR("Outlook (classic): File > Add Account\n"));
    window_line(out, "  Email address", works->user);
    buf_add(out, STR("  Connect, then sign in in the window of Microsoft or Google that opens;\n"
                     "  Outlook sets server, port and encryption itself\n"));
    buf_add(out, STR("New Outlook, Outlook for Mac, iOS and Android: Settings > Accounts > Add "
                     "account, and sign in in the same way\n"));
}

static bool write(const struct settings *s, struct buf *out, struct err *e UNUSED)
{
    if (settings_is(&s->attempt, "XOAUTH2")) {
        by_sign_in(&s->attempt, out);
        return true;
    }
    classic(&s->attempt, out);
    others(&s->attempt, out);
    return true;
}

const struct settings_program SETTINGS_OUTLOOK = {
    .name = STR_INIT("outlook"),
    .title = STR_INIT("Outlook"),
    .mechanisms = STR_INIT("PLAIN LOGIN NTLM XOAUTH2"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT(""),
    .comment_end = STR_INIT(""),
    .write = write,
};
