/* SPDX-License-Identifier: ISC */
/*
 * settings/swaks.c - swaks
 */
#include "settings/quote.h"
#include "settings/writers.h"

/* swaks: it stops before DATA, so that trying it sends no message; it asks for the password, and for the
 * recipient when there is none. A value that begins with a hyphen would be an option, a comma begins
 * another recipient, and "<>" means an empty value. */

static void swaks_option(struct buf *out, const char *option, str value)
{
    if (!value.n)
        return;
    buf_addf(out, " \\\n    %s ", option);
    quote_shell(out, value);
}

static bool swaks_carries(const struct smtp_attempt *a, struct err *e)
{
    const str values[] = { a->user, a->from, a->to };
    for (size_t i = 0; i < COUNT_OF(values); i++)
        if (str_starts(values[i], STR("-")) || str_eq(values[i], STR("<>")))
            return err_set(e, ERR_SYNTAX,
                           "swaks cannot be told a value that begins with '-' or is '<>'");
    return settings_carries("swaks", a->to, ",", "a recipient with a comma", e);
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *works = &s->attempt;
    char source[IP_TEXT_MAX];
    if (!swaks_carries(works, e))
        return false;
    buf_add(out, STR("swaks --server "));
    if (settings_host_is_ipv6(works))
        buf_addf(out, "'[%.*s]:%u'", STR_ARG(settings_host(works)), works->port);
    else
        buf_addf(out, "%.*s:%u", STR_ARG(settings_host(works)), works->port);
    if (works->security != SMTP_SECURITY_NONE)
        buf_addf(out, " %s --tls-verify",
                 works->security == SMTP_SECURITY_TLS ? "--tls-on-connect" : "--tls");
    if (smtp_attempt_logs_in(works)) {
        buf_add(out, STR(" \\\n    --auth"));
        if (!settings_is(works, "auto"))
            buf_addf(out, " %.*s", STR_ARG(works->mechanism));
        buf_add(out, STR(" --protect-prompt"));
        swaks_option(out, "--auth-user", works->user);
    }
    swaks_option(out, "--helo", works->helo);
    if (works->source.family != IP_NONE)
        swaks_option(out, "--local-interface", str_from(ip_text(&works->source, source)));
    swaks_option(out, "--from", works->from_null ? STR("<>") : works->from);
    swaks_option(out, "--to", works->to);
    buf_add(out, STR(" \\\n    --quit-after RCPT\n"));
    return true;
}

const struct settings_program SETTINGS_SWAKS = {
    .name = STR_INIT("swaks"),
    .title = STR_INIT("swaks"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 NTLM"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
