/* SPDX-License-Identifier: ISC */
/*
 * settings/exim.c - Exim as Debian sets it up, handing everything to one server
 */
#include "settings/exim.h"
#include "settings/writers.h"

/* Exim as Debian sets it up. A colon separates in both files, so an IPv6 address cannot be the server. */

static void exim_macros(const struct settings *s, struct buf *out)
{
    const struct smtp_attempt *a = &s->attempt;
    buf_add(out, STR("\n# /etc/exim4/exim4.conf.localmacros\n"));
    if (a->security == SMTP_SECURITY_NONE)
        buf_add(out, STR("REMOTE_SMTP_SMARTHOST_HOSTS_AVOID_TLS = *\n"));
    else
        buf_addf(out, "REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS = *\n%s",
                 s->unverified ? "" : "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_HOSTS = *\n");
    if (s->ca_file.n)
        buf_addf(out, "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_CERTIFICATES = %.*s\n",
                 STR_ARG(s->ca_file));
    if (a->security == SMTP_SECURITY_TLS)
        buf_add(out, STR("REMOTE_SMTP_SMARTHOST_PROTOCOL = smtps\n"));
    if (a->security == SMTP_SECURITY_NONE && smtp_attempt_logs_in(a))
        buf_add(out, STR("AUTH_CLIENT_ALLOW_NOTLS_PASSWORDS = yes\n"));
    if (a->helo.n)
        buf_addf(out, "REMOTE_SMTP_HELO_DATA = %.*s\n", STR_ARG(a->helo));
}

static unsigned looks(str path, str text)
{
    bool named = str_ends_nocase(path, STR("update-exim4.conf.conf"));
    for (str rest = text; rest.p;) {
        str line = str_cut(&rest, '\n');
        if (str_starts(line, STR("dc_eximconfig_configtype=")) ||
            str_starts(line, STR("dc_smarthost=")))
            return 100;
    }
    return named ? 60 : 0;
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *works = &s->attempt;
    if (settings_host_is_ipv6(works))
        return err_set(e, ERR_SYNTAX, "Exim on Debian cannot be told an IPv6 address as smarthost");
    bool literal = s->secret == SETTINGS_SECRET_LITERAL;
    str secret = literal ? s->secret_text : STR("PASSWORD");
    if (!exim_login_fits(works->user, secret, e))
        return false;
    buf_addf(out,
             "# /etc/exim4/update-exim4.conf.conf\n"
             "dc_eximconfig_configtype='smarthost'\n"
             "dc_smarthost='%.*s::%u'\n"
             "dc_use_split_config='false'\n",
             STR_ARG(settings_host(works)), works->port);
    exim_macros(s, out);
    if (smtp_attempt_logs_in(works)) {
        buf_addf(out, "\n# /etc/exim4/passwd.client%s\n%.*s:%.*s:",
                 literal ? "" : ": write the password in place of PASSWORD",
                 STR_ARG(settings_host(works)), STR_ARG(works->user));
        buf_add(out, secret);
        buf_addc(out, '\n');
    }
    buf_add(out, STR("\n# Then run: update-exim4.conf && systemctl reload exim4\n"));
    return true;
}

const struct settings_program SETTINGS_EXIM = {
    .name = STR_INIT("exim"),
    .title = STR_INIT("Exim on Debian"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("/etc/exim4/update-exim4.conf.conf"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL,
    .ran = STR_INIT("4.96"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = exim_read,
    .change = exim_change,
};
