/* SPDX-License-Identifier: ISC */
/*
 * settings/postfix.c - Postfix handing everything to one server
 */
#include "settings/postfix.h"
#include "settings/writers.h"

/* main.cf holds only the host, the EHLO name and addresses, which cannot contain a $; the table splits user and
 * password at the first colon. postmap takes a line as it is, but for blanks at its end and lines that are not
 * UTF-8, which it leaves out. */

static bool carries(const struct settings *s, struct err *e)
{
    str secret = s->secret == SETTINGS_SECRET_LITERAL ? s->secret_text : STR("x");
    if (!settings_carries("Postfix", s->attempt.user, ":", "a user name with a colon", e) ||
        !settings_carries("Postfix", secret, "\n",
                          "a password with a line end: its table has one line a login", e))
        return false;
    if (cf_is_blank(secret.p[secret.n - 1]))
        return err_set(e, ERR_SYNTAX,
                       "Postfix cannot be told a password that ends in a blank: postmap takes it "
                       "away; change the password");
    return str_is_utf8(secret) ||
           err_set(e, ERR_SYNTAX,
                   "Postfix cannot be told a password that is not UTF-8: postmap leaves its line "
                   "out; change the password");
}

static void postfix_login(const struct settings *s, struct buf *out)
{
    const struct smtp_attempt *a = &s->attempt;
    bool literal = s->secret == SETTINGS_SECRET_LITERAL;
    buf_add(out, STR("smtp_sasl_auth_enable = yes\n"
                     "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n"));
    buf_addf(out, "smtp_sasl_%ssecurity_options = noanonymous\n",
             a->security == SMTP_SECURITY_NONE ? "" : "tls_");
    if (!settings_is(a, "auto")) {
        buf_add(out, STR("smtp_sasl_mechanism_filter = "));
        settings_add_lower(out, a->mechanism);
        buf_addc(out, '\n');
    }
    buf_addf(out, "\n# /etc/postfix/sasl_passwd: %srun\n",
             literal ? "" : "write the password in place of PASSWORD, then ");
    buf_add(out, STR("#   chmod 600 /etc/postfix/sasl_passwd\n"
                     "#   postmap /etc/postfix/sasl_passwd\n"
                     "#   postfix reload\n"));
    postfix_add_hop(a, out);
    buf_addf(out, " %.*s:", STR_ARG(a->user));
    buf_add(out, literal ? s->secret_text : STR("PASSWORD"));
    buf_addc(out, '\n');
}

static void postfix_encryption(const struct settings *s, struct buf *out)
{
    buf_addf(out, "smtp_tls_security_level = %s\n", s->unverified ? "encrypt" : "secure");
    if (s->ca_file.n)
        buf_addf(out, "smtp_tls_CAfile = %.*s\n", STR_ARG(s->ca_file));
    else
        buf_add(out, STR("smtp_tls_CApath = /etc/ssl/certs\n"));
    buf_addf(out, "smtp_tls_wrappermode = %s\n",
             s->attempt.security == SMTP_SECURITY_TLS ? "yes" : "no");
}

/* How many names of parameters of sending stand at the beginning of a line. */
static unsigned looks(str path, str text)
{
    static const str SURE[] = {
        STR_INIT("relayhost"),       STR_INIT("smtp_"),          STR_INIT("smtpd_"),
        STR_INIT("mydestination"),   STR_INIT("mynetworks"),     STR_INIT("myhostname"),
        STR_INIT("inet_interfaces"), STR_INIT("inet_protocols"), STR_INIT("compatibility_level")
    };
    unsigned points = str_ends_nocase(path, STR("main.cf")) ? 40 : 0;
    size_t lines = 0;
    for (str rest = text; rest.p && lines < 4000 && points < 100; lines++) {
        str line = str_cut(&rest, '\n');
        for (size_t i = 0; i < COUNT_OF(SURE); i++) {
            str name = line;
            if (!str_starts(line, SURE[i]) || str_find_octet(line, '=') == STR_NOT_FOUND)
                continue;
            name = str_trim(str_cut(&name, '='));
            points += postfix_is_parameter(name) ? 30 : 0;
        }
    }
    return points > 100 ? 100 : points;
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *works = &s->attempt;
    char source[IP_TEXT_MAX];
    if (!carries(s, e))
        return false;
    buf_add(out, STR("# /etc/postfix/main.cf\nrelayhost = "));
    postfix_add_hop(works, out);
    buf_addc(out, '\n');
    if (works->security == SMTP_SECURITY_NONE)
        buf_add(out, STR("smtp_tls_security_level = none\n"));
    else
        postfix_encryption(s, out);
    if (works->helo.n)
        buf_addf(out, "smtp_helo_name = %.*s\n", STR_ARG(works->helo));
    if (works->source.family != IP_NONE)
        buf_addf(out, "smtp_bind_address%s = %s\n", works->source.family == IP_V6 ? "6" : "",
                 ip_text(&works->source, source));
    if (smtp_attempt_logs_in(works))
        postfix_login(s, out);
    return true;
}

const struct settings_program SETTINGS_POSTFIX = {
    .name = STR_INIT("postfix"),
    .title = STR_INIT("Postfix"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 NTLM"),
    .file = STR_INIT("/etc/postfix/main.cf"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL,
    .ran = STR_INIT("3.7.11"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = postfix_read,
    .change = postfix_change,
};
