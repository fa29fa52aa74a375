/* SPDX-License-Identifier: ISC */
/*
 * settings/postfix.c - Postfix handing everything to one server
 */
#include "settings/writers.h"

/* Postfix. main.cf holds only the host, the EHLO name and addresses, which cannot contain a $; the map
 * splits user and password at the first colon. */

static void postfix_destination(const struct smtp_attempt *a, struct buf *out)
{
    buf_addf(out, "[%s%.*s]:%u", settings_host_is_ipv6(a) ? "ipv6:" : "", STR_ARG(settings_host(a)),
             a->port);
}

static void postfix_login(const struct smtp_attempt *a, struct buf *out)
{
    buf_add(out, STR("smtp_sasl_auth_enable = yes\n"
                     "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n"));
    buf_addf(out, "smtp_sasl_%ssecurity_options = noanonymous\n",
             a->security == SMTP_SECURITY_NONE ? "" : "tls_");
    if (!settings_is(a, "auto")) {
        buf_add(out, STR("smtp_sasl_mechanism_filter = "));
        settings_add_lower(out, a->mechanism);
        buf_addc(out, '\n');
    }
    buf_add(out, STR("\n# /etc/postfix/sasl_passwd: write the password in place of PASSWORD, then "
                     "run\n"
                     "#   chmod 600 /etc/postfix/sasl_passwd\n"
                     "#   postmap /etc/postfix/sasl_passwd\n"
                     "#   postfix reload\n"));
    postfix_destination(a, out);
    buf_addf(out, " %.*s:PASSWORD\n", STR_ARG(a->user));
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *works = &s->attempt;
    char source[IP_TEXT_MAX];
    if (!settings_carries("Postfix", works->user, ":", "a user name with a colon", e))
        return false;
    buf_add(out, STR("# /etc/postfix/main.cf\nrelayhost = "));
    postfix_destination(works, out);
    buf_addc(out, '\n');
    if (works->security == SMTP_SECURITY_NONE)
        buf_add(out, STR("smtp_tls_security_level = none\n"));
    else
        buf_addf(out,
                 "smtp_tls_security_level = secure\nsmtp_tls_CApath = /etc/ssl/certs\n"
                 "smtp_tls_wrappermode = %s\n",
                 works->security == SMTP_SECURITY_TLS ? "yes" : "no");
    if (works->helo.n)
        buf_addf(out, "smtp_helo_name = %.*s\n", STR_ARG(works->helo));
    if (works->source.family != IP_NONE)
        buf_addf(out, "smtp_bind_address%s = %s\n", works->source.family == IP_V6 ? "6" : "",
                 ip_text(&works->source, source));
    if (smtp_attempt_logs_in(works))
        postfix_login(works, out);
    return true;
}

const struct settings_program SETTINGS_POSTFIX = {
    .name = STR_INIT("postfix"),
    .title = STR_INIT("Postfix"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 NTLM"),
    .file = STR_INIT("/etc/postfix/main.cf"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
