/* SPDX-License-Identifier: ISC */
/*
 * settings/nodemailer.c - Nodemailer
 */
#include "settings/writers.h"

static void node_security(const struct smtp_attempt *a, struct buf *out)
{
    buf_addf(out, "  secure: %s,\n", a->security == SMTP_SECURITY_TLS ? "true" : "false");
    if (a->security == SMTP_SECURITY_STARTTLS)
        buf_add(out, STR("  requireTLS: true,\n"));
    if (a->security == SMTP_SECURITY_NONE)
        buf_add(out, STR("  ignoreTLS: true,\n"));
}

static void node_login(const struct smtp_attempt *a, struct buf *out)
{
    if (!smtp_attempt_logs_in(a))
        return;
    if (settings_is(a, "XOAUTH2")) {
        settings_add_double(out, "  auth: { type: \"OAuth2\", user: ", a->user,
                            ", accessToken: process.env.SMTP_TOKEN },\n");
        return;
    }
    settings_add_double(out, "  auth: { user: ", a->user, ", pass: process.env.SMTP_PASSWORD },\n");
    if (!settings_is(a, "auto"))
        settings_add_double(out, "  authMethod: ", a->mechanism, ",\n");
}

static bool write(const struct settings *s, struct buf *out, struct err *e UNUSED)
{
    const struct smtp_attempt *works = &s->attempt;
    char source[IP_TEXT_MAX];
    buf_add(out, STR("const nodemailer = require(\"nodemailer\");\n\n"
                     "const transport = nodemailer.createTransport({\n"));
    settings_add_double(out, "  host: ", settings_host(works), ",\n");
    buf_addf(out, "  port: %u,\n", works->port);
    node_security(works, out);
    node_login(works, out);
    if (works->helo.n)
        settings_add_double(out, "  name: ", works->helo, ",\n");
    if (works->source.family != IP_NONE)
        buf_addf(out, "  localAddress: \"%s\",\n", ip_text(&works->source, source));
    buf_add(out, STR("});\n\ntransport.sendMail({\n"));
    settings_add_double(out, "  from: ", settings_author(works), ",\n");
    settings_add_double(out, "  to: ", settings_recipient(works), ",\n");
    if (settings_has_own_reverse_path(works)) {
        settings_add_double(out, "  envelope: { from: ", works->from, "");
        settings_add_double(out, ", to: ", settings_recipient(works), " },\n");
    }
    buf_add(out, STR("  subject: \"Test\",\n  text: \"Test\",\n});\n"));
    return true;
}

const struct settings_program SETTINGS_NODEMAILER = {
    .name = STR_INIT("nodemailer"),
    .title = STR_INIT("Nodemailer"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 XOAUTH2"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("// "),
    .comment_end = STR_INIT(""),
    .write = write,
};
