/* SPDX-License-Identifier: ISC */
/*
 * settings/code.c - settings as the code that sends one message
 * Owns    the text. The password comes from a prompt or from the environment variable SMTP_PASSWORD.
 */
#include "settings/quote.h"
#include "settings/writers.h"

/* What stands in the code where the attempt named nobody. */
static str or_else(str value, const char *placeholder)
{
    return value.n ? value : str_from(placeholder);
}

static str author(const struct smtp_attempt *a)
{
    return or_else(settings_from(a), "FROM-ADDRESS");
}

static str recipient(const struct smtp_attempt *a)
{
    return or_else(a->to, "TO-ADDRESS");
}

/* The reverse-path has to be said apart from the author's address. */
static bool has_own_reverse_path(const struct smtp_attempt *a)
{
    return a->from_null || (a->from.n && !str_eq(a->from, author(a)));
}

/* before "value" after */
static void add_double(struct buf *out, const char *before, str value, const char *after)
{
    buf_add(out, str_from(before));
    quote_double(out, value);
    buf_add(out, str_from(after));
}

/* Python. */

static void python_connect(const struct smtp_attempt *a, struct buf *out)
{
    char source[IP_TEXT_MAX];
    bool tls = a->security == SMTP_SECURITY_TLS;
    add_double(out, tls ? "with smtplib.SMTP_SSL(" : "with smtplib.SMTP(", settings_host(a), "");
    buf_addf(out, ", %u", a->port);
    if (a->helo.n)
        add_double(out, ", local_hostname=", a->helo, "");
    if (a->source.family != IP_NONE)
        buf_addf(out, ", source_address=(\"%s\", 0)", ip_text(&a->source, source));
    if (tls)
        buf_add(out, STR(", context=ssl.create_default_context()"));
    buf_add(out, STR(") as server:\n"));
    if (a->security == SMTP_SECURITY_STARTTLS)
        buf_add(out, STR("    server.starttls(context=ssl.create_default_context())\n"));
}

bool settings_python(const struct smtp_attempt *works, struct buf *out, struct err *e UNUSED)
{
    if (smtp_attempt_logs_in(works))
        buf_add(out, STR("import getpass\n"));
    buf_add(out, STR("import smtplib\n"));
    if (works->security != SMTP_SECURITY_NONE)
        buf_add(out, STR("import ssl\n"));
    buf_add(out, STR("from email.message import EmailMessage\n\nmessage = EmailMessage()\n"));
    add_double(out, "message[\"From\"] = ", author(works), "\n");
    add_double(out, "message[\"To\"] = ", recipient(works), "\n");
    buf_add(out, STR("message[\"Subject\"] = \"Test\"\nmessage.set_content(\"Test\")\n\n"));
    python_connect(works, out);
    if (smtp_attempt_logs_in(works))
        add_double(out, "    server.login(", works->user, ", getpass.getpass())\n");
    buf_add(out, STR("    server.send_message(message"));
    if (has_own_reverse_path(works))
        add_double(out, ", from_addr=", works->from, "");
    buf_add(out, STR(")\n"));
    return true;
}

/* PHPMailer. */

static void php_set(struct buf *out, const char *property, str value)
{
    buf_addf(out, "$mail->%s = ", property);
    quote_php(out, value);
    buf_add(out, STR(";\n"));
}

static void php_call(struct buf *out, const char *method, str value)
{
    buf_addf(out, "$mail->%s(", method);
    quote_php(out, value);
    buf_add(out, STR(");\n"));
}

static void php_security(const struct smtp_attempt *a, struct buf *out)
{
    if (a->security == SMTP_SECURITY_NONE)
        buf_add(out, STR("$mail->SMTPSecure = '';\n$mail->SMTPAutoTLS = false;\n"));
    else
        buf_addf(out, "$mail->SMTPSecure = PHPMailer::ENCRYPTION_%s;\n",
                 a->security == SMTP_SECURITY_TLS ? "SMTPS" : "STARTTLS");
}

static void php_login(const struct smtp_attempt *a, struct buf *out)
{
    buf_addf(out, "$mail->SMTPAuth = %s;\n", smtp_attempt_logs_in(a) ? "true" : "false");
    if (!smtp_attempt_logs_in(a))
        return;
    if (!settings_is(a, "auto"))
        php_set(out, "AuthType", a->mechanism);
    php_set(out, "Username", a->user);
    buf_add(out, STR("$mail->Password = getenv('SMTP_PASSWORD');\n"));
}

bool settings_phpmailer(const struct smtp_attempt *works, struct buf *out, struct err *e)
{
    if (works->from_null)
        return err_set(e, ERR_SYNTAX, "PHPMailer cannot be told an empty sender");
    buf_add(out, STR("<?php\n"
                     "use PHPMailer\\PHPMailer\\PHPMailer;\n"
                     "require 'vendor/autoload.php';\n\n"
                     "$mail = new PHPMailer(true);\n"
                     "$mail->isSMTP();\n"));
    buf_addf(out,
             settings_host_is_ipv6(works) ? "$mail->Host = '[%.*s]';\n" : "$mail->Host = '%.*s';\n",
             STR_ARG(settings_host(works)));
    buf_addf(out, "$mail->Port = %u;\n", works->port);
    php_security(works, out);
    php_login(works, out);
    if (works->helo.n)
        php_set(out, "Helo", works->helo);
    php_call(out, "setFrom", author(works));
    if (has_own_reverse_path(works))
        php_set(out, "Sender", works->from);
    php_call(out, "addAddress", recipient(works));
    buf_add(out, STR("$mail->Subject = 'Test';\n$mail->Body = 'Test';\n$mail->send();\n"));
    return true;
}

/* Nodemailer. */

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
        add_double(out, "  auth: { type: \"OAuth2\", user: ", a->user,
                   ", accessToken: process.env.SMTP_TOKEN },\n");
        return;
    }
    add_double(out, "  auth: { user: ", a->user, ", pass: process.env.SMTP_PASSWORD },\n");
    if (!settings_is(a, "auto"))
        add_double(out, "  authMethod: ", a->mechanism, ",\n");
}

bool settings_nodemailer(const struct smtp_attempt *works, struct buf *out, struct err *e UNUSED)
{
    char source[IP_TEXT_MAX];
    buf_add(out, STR("const nodemailer = require(\"nodemailer\");\n\n"
                     "const transport = nodemailer.createTransport({\n"));
    add_double(out, "  host: ", settings_host(works), ",\n");
    buf_addf(out, "  port: %u,\n", works->port);
    node_security(works, out);
    node_login(works, out);
    if (works->helo.n)
        add_double(out, "  name: ", works->helo, ",\n");
    if (works->source.family != IP_NONE)
        buf_addf(out, "  localAddress: \"%s\",\n", ip_text(&works->source, source));
    buf_add(out, STR("});\n\ntransport.sendMail({\n"));
    add_double(out, "  from: ", author(works), ",\n");
    add_double(out, "  to: ", recipient(works), ",\n");
    if (has_own_reverse_path(works)) {
        add_double(out, "  envelope: { from: ", works->from, "");
        add_double(out, ", to: ", recipient(works), " },\n");
    }
    buf_add(out, STR("  subject: \"Test\",\n  text: \"Test\",\n});\n"));
    return true;
}
