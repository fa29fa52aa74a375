/* SPDX-License-Identifier: ISC */
/*
 * settings/servers.c - mail servers that pass everything to the server that takes it
 * Owns    the text; the password is a placeholder in a file of its own, together with what to do next.
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

bool settings_postfix(const struct smtp_attempt *works, struct buf *out, struct err *e)
{
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

/* Exim as Debian sets it up. A colon separates in both files, so an IPv6 address cannot be the server. */

static void exim_macros(const struct smtp_attempt *a, struct buf *out)
{
    buf_add(out, STR("\n# /etc/exim4/exim4.conf.localmacros\n"));
    if (a->security == SMTP_SECURITY_NONE)
        buf_add(out, STR("REMOTE_SMTP_SMARTHOST_HOSTS_AVOID_TLS = *\n"));
    else
        buf_add(out, STR("REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS = *\n"
                         "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_HOSTS = *\n"));
    if (a->security == SMTP_SECURITY_TLS)
        buf_add(out, STR("REMOTE_SMTP_SMARTHOST_PROTOCOL = smtps\n"));
    if (a->security == SMTP_SECURITY_NONE && smtp_attempt_logs_in(a))
        buf_add(out, STR("AUTH_CLIENT_ALLOW_NOTLS_PASSWORDS = yes\n"));
    if (a->helo.n)
        buf_addf(out, "REMOTE_SMTP_HELO_DATA = %.*s\n", STR_ARG(a->helo));
}

bool settings_exim(const struct smtp_attempt *works, struct buf *out, struct err *e)
{
    if (settings_host_is_ipv6(works))
        return err_set(e, ERR_SYNTAX, "Exim on Debian cannot be told an IPv6 address as smarthost");
    if (!settings_carries("Exim on Debian", works->user, ":", "a user name with a colon", e))
        return false;
    buf_addf(out,
             "# /etc/exim4/update-exim4.conf.conf\n"
             "dc_eximconfig_configtype='smarthost'\n"
             "dc_smarthost='%.*s::%u'\n",
             STR_ARG(settings_host(works)), works->port);
    exim_macros(works, out);
    if (smtp_attempt_logs_in(works))
        buf_addf(out,
                 "\n# /etc/exim4/passwd.client: write the password in place of PASSWORD\n"
                 "%.*s:%.*s:PASSWORD\n",
                 STR_ARG(settings_host(works)), STR_ARG(works->user));
    buf_add(out, STR("\n# Then run: update-exim4.conf && systemctl reload exim4\n"));
    return true;
}

/* OpenSMTPD. It logs in only inside TLS; the table separates by blanks and colons. */

static const char *opensmtpd_protocol(const struct smtp_attempt *a)
{
    switch (a->security) {
    case SMTP_SECURITY_STARTTLS: return "smtp+tls";
    case SMTP_SECURITY_TLS: return "smtps";
    default: return "smtp+notls";
    }
}

bool settings_opensmtpd(const struct smtp_attempt *works, struct buf *out, struct err *e)
{
    bool login = smtp_attempt_logs_in(works), ipv6 = settings_host_is_ipv6(works);
    char source[IP_TEXT_MAX];
    if (login && works->security == SMTP_SECURITY_NONE)
        return err_set(e, ERR_SYNTAX, "OpenSMTPD cannot log in without encryption");
    if (!settings_carries("OpenSMTPD", works->user, ": ", "a user name with a colon or a blank", e))
        return false;
    buf_add(out, STR("# /etc/smtpd.conf\n"));
    if (login)
        buf_add(out, STR("table secrets file:/etc/mail/secrets\n"));
    buf_addf(out, "action \"baton\" relay host \"%s://%s%s%.*s%s:%u\"", opensmtpd_protocol(works),
             login ? "baton@" : "", ipv6 ? "[" : "", STR_ARG(settings_host(works)), ipv6 ? "]" : "",
             works->port);
    if (login)
        buf_add(out, STR(" auth <secrets>"));
    if (works->helo.n)
        buf_addf(out, " helo \"%.*s\"", STR_ARG(works->helo));
    if (works->source.family != IP_NONE)
        buf_addf(out, " src \"%s\"", ip_text(&works->source, source));
    buf_add(out, STR("\nmatch from local for any action \"baton\"\n"));
    if (login)
        buf_addf(out,
                 "\n# /etc/mail/secrets (chmod 640, group of smtpd): write the password in place "
                 "of PASSWORD\n"
                 "baton %.*s:PASSWORD\n",
                 STR_ARG(works->user));
    return true;
}
