/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"
#include "base/escape.h"
#include "settings/writers.h"
#include <string.h>

static const struct settings_program PROGRAMS[] = {
    { STR_INIT("mail-program"), STR_INIT("Any mail program"),
      STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 NTLM GSSAPI EXTERNAL "
               "XOAUTH2 OAUTHBEARER"),
      settings_mail_program },
    { STR_INIT("thunderbird"), STR_INIT("Thunderbird"),
      STR_INIT("PLAIN LOGIN CRAM-MD5 NTLM GSSAPI EXTERNAL XOAUTH2"), settings_thunderbird },
    { STR_INIT("outlook"), STR_INIT("Outlook"), STR_INIT("PLAIN LOGIN NTLM"), settings_outlook },
    { STR_INIT("msmtp"), STR_INIT("msmtp"),
      STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 NTLM XOAUTH2 "
               "OAUTHBEARER"),
      settings_msmtp },
    { STR_INIT("swaks"), STR_INIT("swaks"), STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 NTLM"),
      settings_swaks },
    { STR_INIT("postfix"), STR_INIT("Postfix"),
      STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 NTLM"),
      settings_postfix },
    { STR_INIT("exim"), STR_INIT("Exim on Debian"), STR_INIT("PLAIN LOGIN CRAM-MD5"),
      settings_exim },
    { STR_INIT("opensmtpd"), STR_INIT("OpenSMTPD"), STR_INIT("PLAIN LOGIN"), settings_opensmtpd },
    { STR_INIT("python"), STR_INIT("Python smtplib"), STR_INIT("PLAIN LOGIN CRAM-MD5"),
      settings_python },
    { STR_INIT("phpmailer"), STR_INIT("PHPMailer"), STR_INIT("PLAIN LOGIN CRAM-MD5"),
      settings_phpmailer },
    { STR_INIT("nodemailer"), STR_INIT("Nodemailer"), STR_INIT("PLAIN LOGIN CRAM-MD5 XOAUTH2"),
      settings_nodemailer },
};

const struct settings_program *settings_program_at(size_t index)
{
    return index < COUNT_OF(PROGRAMS) ? &PROGRAMS[index] : NULL;
}

const struct settings_program *settings_program_named(str name)
{
    for (size_t i = 0; i < COUNT_OF(PROGRAMS); i++)
        if (str_eq_nocase(PROGRAMS[i].name, name))
            return &PROGRAMS[i];
    return NULL;
}

const struct settings_program *settings_program_nearest(str typed)
{
    struct name_row rows[COUNT_OF(PROGRAMS)];
    for (size_t i = 0; i < COUNT_OF(PROGRAMS); i++)
        rows[i] = (struct name_row){ (int)i, PROGRAMS[i].name };
    return settings_program_named(names_nearest(&(struct names)NAMES(rows), typed));
}

bool settings_host_is_ipv6(const struct smtp_attempt *a)
{
    struct ip ip;
    return ip_parse(a->host, &ip) && str_find_octet(a->host, ':') != STR_NOT_FOUND;
}

str settings_host(const struct smtp_attempt *a)
{
    return str_starts(a->host, STR("[")) ? str_take(str_skip(a->host, 1), a->host.n - 2) : a->host;
}

void settings_add_lower(struct buf *out, str mechanism)
{
    for (size_t i = 0; i < mechanism.n; i++)
        buf_addc(out, to_lower(mechanism.p[i]));
}

bool settings_carries(const char *title, str value, const char *octets, const char *what,
                      struct err *e)
{
    for (size_t i = 0; i < value.n; i++)
        if (str_find_octet(str_from(octets), value.p[i]) != STR_NOT_FOUND)
            return err_set(e, ERR_SYNTAX, "%s cannot be told %s", title, what);
    return true;
}

static const struct field {
    const char *title;
    size_t at;
} FIELDS[] = {
    { "server", offsetof(struct smtp_attempt, host) },
    { "login method", offsetof(struct smtp_attempt, mechanism) },
    { "user name", offsetof(struct smtp_attempt, user) },
    { "EHLO name", offsetof(struct smtp_attempt, helo) },
    { "sender", offsetof(struct smtp_attempt, from) },
    { "From address", offsetof(struct smtp_attempt, header_from) },
    { "recipient", offsetof(struct smtp_attempt, to) },
};

static str field_of(const struct smtp_attempt *a, const struct field *f)
{
    str value;
    memcpy(&value, (const char *)a + f->at, sizeof(value));
    return value;
}

/* Only what a person can see and copy: no controls, no invisible or turning characters, no broken
 * UTF-8 (whatever base/escape.h would change), and no blank at either end. */
static bool is_plain(str value)
{
    AUTO(buf_done) struct buf shown;
    buf_init(&shown, (size_t)SETTINGS_VALUE_MAX * 4);
    return escape_line(value, &shown) && str_eq(buf_str(&shown), value) &&
           str_trim(value).n == value.n;
}

static bool are_plain(const struct smtp_attempt *a, struct err *e)
{
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
        str value = field_of(a, &FIELDS[i]);
        if (value.n > SETTINGS_VALUE_MAX)
            return err_set(e, ERR_LIMIT, "writing settings: the %s is longer than %d octets",
                           FIELDS[i].title, SETTINGS_VALUE_MAX);
        if (!is_plain(value))
            return err_set(e, ERR_SYNTAX,
                           "writing settings: the %s holds a line break, a blank at one end, or a "
                           "character that cannot be seen",
                           FIELDS[i].title);
    }
    return true;
}

/* A host name as programs look it up: more than RFC 5321 allows (containers have an underscore in
 * theirs), but nothing that means something in a settings file or on a command line. */
static bool is_host_name(str host)
{
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if (!is_alnum(c) && !(i && (c == '-' || c == '.' || c == '_')) && (unsigned char)c < 0x80)
            return false;
    }
    return host.n > 0;
}

static bool is_host(str host)
{
    struct ip ip;
    return is_host_name(host) || (ip_parse(host, &ip) && !ip.scope);
}

/* A name, or an address in brackets (RFC 5321 section 4.1.3). */
static bool is_helo(str helo)
{
    bool bracketed = helo.n > 2 && helo.p[0] == '[' && helo.p[helo.n - 1] == ']';
    str inner = bracketed ? str_take(str_skip(helo, 1), helo.n - 2) : helo;
    for (size_t i = 0; bracketed && i < inner.n; i++)
        if (!is_alnum(inner.p[i]) && inner.p[i] != '.' && inner.p[i] != ':')
            return false;
    return bracketed || is_host_name(helo);
}

static bool is_complete(const struct smtp_attempt *a, struct err *e)
{
    if (!is_host(a->host))
        return err_set(e, ERR_SYNTAX, "writing settings: the server has no usable name");
    if (!a->port)
        return err_set(e, ERR_SYNTAX, "writing settings: the port is not known");
    if (a->security == SMTP_SECURITY_AUTO)
        return err_set(e, ERR_SYNTAX, "writing settings: the kind of encryption is not known");
    if (smtp_attempt_logs_in(a) && !a->user.n && !settings_is(a, "EXTERNAL"))
        return err_set(e, ERR_SYNTAX, "writing settings: the user name is not known");
    if (a->helo.n && !is_helo(a->helo))
        return err_set(e, ERR_SYNTAX, "writing settings: the EHLO name is no host name");
    return true;
}

/* Spells the mechanism as the row does: some programs mind the case. */
static bool spell_mechanism(const struct settings_program *p, str *mechanism, struct err *e)
{
    if (!mechanism->n || str_eq_nocase(*mechanism, STR("auto")))
        return true;
    for (str rest = p->mechanisms; rest.p;) {
        str known = str_cut(&rest, ' ');
        if (str_eq_nocase(known, *mechanism)) {
            *mechanism = known;
            return true;
        }
    }
    return err_set(e, ERR_SYNTAX, "%.*s cannot log in by %.*s", STR_ARG(p->title),
                   STR_ARG(*mechanism));
}

bool settings_write(const struct settings_program *p, const struct smtp_attempt *works,
                    struct buf *out, struct err *e)
{
    struct smtp_attempt spelled = *works;
    if (!are_plain(works, e) || !is_complete(works, e) ||
        !spell_mechanism(p, &spelled.mechanism, e))
        return false;
    AUTO(buf_done) struct buf text;
    buf_init(&text, SETTINGS_TEXT_MAX);
    if (!p->write(&spelled, &text, e))
        return false;
    if (!buf_ok(&text) || !buf_add(out, buf_str(&text)))
        return err_set(e, ERR_LIMIT, "writing settings for %.*s: they are too long",
                       STR_ARG(p->title));
    return true;
}
