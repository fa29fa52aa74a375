/* SPDX-License-Identifier: ISC */
/*
 * settings/python.c - Python: smtplib
 */
#include "settings/writers.h"

static void python_connect(const struct smtp_attempt *a, struct buf *out)
{
    char source[IP_TEXT_MAX];
    bool tls = a->security == SMTP_SECURITY_TLS;
    settings_add_double(out, tls ? "with smtplib.SMTP_SSL(" : "with smtplib.SMTP(",
                        settings_host(a), "");
    buf_addf(out, ", %u", a->port);
    if (a->helo.n)
        settings_add_double(out, ", local_hostname=", a->helo, "");
    if (a->source.family != IP_NONE)
        buf_addf(out, ", source_address=(\"%s\", 0)", ip_text(&a->source, source));
    if (tls)
        buf_add(out, STR(", context=ssl.create_default_context()"));
    buf_add(out, STR(") as server:\n"));
    if (a->security == SMTP_SECURITY_STARTTLS)
        buf_add(out, STR("    server.starttls(context=ssl.create_default_context())\n"));
}

static bool write(const struct settings *s, struct buf *out, struct err *e UNUSED)
{
    const struct smtp_attempt *works = &s->attempt;
    if (smtp_attempt_logs_in(works))
        buf_add(out, STR("import getpass\n"));
    buf_add(out, STR("import smtplib\n"));
    if (works->security != SMTP_SECURITY_NONE)
        buf_add(out, STR("import ssl\n"));
    buf_add(out, STR("from email.message import EmailMessage\n\nmessage = EmailMessage()\n"));
    settings_add_double(out, "message[\"From\"] = ", settings_author(works), "\n");
    settings_add_double(out, "message[\"To\"] = ", settings_recipient(works), "\n");
    buf_add(out, STR("message[\"Subject\"] = \"Test\"\nmessage.set_content(\"Test\")\n\n"));
    python_connect(works, out);
    if (smtp_attempt_logs_in(works))
        settings_add_double(out, "    server.login(", works->user, ", getpass.getpass())\n");
    buf_add(out, STR("    server.send_message(message"));
    if (settings_has_own_reverse_path(works))
        settings_add_double(out, ", from_addr=", works->from, "");
    buf_add(out, STR(")\n"));
    return true;
}

const struct settings_program SETTINGS_PYTHON = {
    .name = STR_INIT("python"),
    .title = STR_INIT("Python smtplib"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT(".env"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
