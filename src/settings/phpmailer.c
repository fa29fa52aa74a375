/* SPDX-License-Identifier: ISC */
/*
 * settings/phpmailer.c - PHPMailer
 */
#include "settings/quote.h"
#include "settings/writers.h"

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

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *works = &s->attempt;
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
    php_call(out, "setFrom", settings_author(works));
    if (settings_has_own_reverse_path(works))
        php_set(out, "Sender", works->from);
    php_call(out, "addAddress", settings_recipient(works));
    buf_add(out, STR("$mail->Subject = 'Test';\n$mail->Body = 'Test';\n$mail->send();\n"));
    return true;
}

const struct settings_program SETTINGS_PHPMAILER = {
    .name = STR_INIT("phpmailer"),
    .title = STR_INIT("PHPMailer"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("// "),
    .comment_end = STR_INIT(""),
    .write = write,
};
