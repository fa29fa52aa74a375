/* SPDX-License-Identifier: ISC */
/*
 * settings/outlook.c - Outlook, by its windows
 */
#include "settings/window.h"

static bool write(const struct settings *s, struct buf *out, struct err *e UNUSED)
{
    const struct smtp_attempt *works = &s->attempt;
    buf_add(out, STR("File > Account Settings > Account Settings > Change\n"));
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
    return true;
}

const struct settings_program SETTINGS_OUTLOOK = {
    .name = STR_INIT("outlook"),
    .title = STR_INIT("Outlook"),
    .mechanisms = STR_INIT("PLAIN LOGIN NTLM"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT(""),
    .comment_end = STR_INIT(""),
    .write = write,
};
