/* SPDX-License-Identifier: ISC */
#include "settings/settings.h"
#include "base/escape.h"
#include "settings/rows.h"
#include <string.h>

static const struct name_row SECRET_ROWS[] = {
    { SETTINGS_SECRET_NONE, STR_INIT("none") },
    { SETTINGS_SECRET_ASKED, STR_INIT("asked") },
    { SETTINGS_SECRET_LITERAL, STR_INIT("literal") },
    { SETTINGS_SECRET_ENV, STR_INIT("environment") },
    { SETTINGS_SECRET_COMMAND, STR_INIT("command") },
    { SETTINGS_SECRET_FILE, STR_INIT("file") },
    { SETTINGS_SECRET_HIDDEN, STR_INIT("hidden") },
};
const struct names SETTINGS_SECRET_NAMES = NAMES(SECRET_ROWS);

static const struct settings_program *const PROGRAMS[] = {
    &SETTINGS_MAIL_PROGRAM, &SETTINGS_THUNDERBIRD,
    &SETTINGS_OUTLOOK,      &SETTINGS_APPLE_MAIL,
    &SETTINGS_MOBILECONFIG, &SETTINGS_DEVICE,
    &SETTINGS_MSMTP,        &SETTINGS_NULLMAILER,
    &SETTINGS_DMA,          &SETTINGS_MUTT,
    &SETTINGS_SWAKS,        &SETTINGS_POSTFIX,
    &SETTINGS_EXIM,         &SETTINGS_OPENSMTPD,
    &SETTINGS_PYTHON,       &SETTINGS_DJANGO,
    &SETTINGS_COMPOSE,      &SETTINGS_PHPMAILER,
    &SETTINGS_SYMFONY,      &SETTINGS_WORDPRESS,
    &SETTINGS_NEXTCLOUD,    &SETTINGS_NODEMAILER,
    &SETTINGS_GITEA,        &SETTINGS_GITLAB,
    &SETTINGS_GRAFANA,      &SETTINGS_THUNDERBIRD_PREFS,
};

const struct settings_program *settings_program_at(size_t index)
{
    return index < COUNT_OF(PROGRAMS) ? PROGRAMS[index] : NULL;
}

const struct settings_program *settings_program_named(str name)
{
    for (size_t i = 0; i < COUNT_OF(PROGRAMS); i++)
        if (str_eq_nocase(PROGRAMS[i]->name, name))
            return PROGRAMS[i];
    return NULL;
}

const struct settings_program *settings_program_nearest(str typed)
{
    struct name_row rows[COUNT_OF(PROGRAMS)];
    for (size_t i = 0; i < COUNT_OF(PROGRAMS); i++)
        rows[i] = (struct name_row){ (int)i, PROGRAMS[i]->name };
    return settings_program_named(names_nearest(&(struct names)NAMES(rows), typed));
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
    if (smtp_attempt_logs_in(a) && !a->user.n && !str_eq_nocase(a->mechanism, STR("EXTERNAL")))
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

/* " asked, environment" */
static void add_ways(const struct settings_program *p, struct buf *out)
{
    for (unsigned bit = 1; bit < SETTINGS_SECRET_HIDDEN; bit <<= 1)
        if (p->secrets & bit)
            buf_addf(out, "%s %.*s", out->n ? "," : "",
                     STR_ARG(names_of(&SETTINGS_SECRET_NAMES, (int)bit)));
}

/* A password that stands in the text may hold any octet but NUL; a reference to one is seen like the rest. */
static bool secret_goes(const struct settings_program *p, const struct settings *s, struct err *e)
{
    AUTO(buf_done) struct buf ways;
    buf_init(&ways, 80);
    if (s->secret == SETTINGS_SECRET_NONE || !smtp_attempt_logs_in(&s->attempt))
        return true;
    if (!(p->secrets & s->secret)) {
        str kind = names_of(&SETTINGS_SECRET_NAMES, (int)s->secret);
        add_ways(p, &ways);
        return err_set(e, ERR_SYNTAX,
                       "%.*s cannot be told its password this way: %.*s (it can:%.*s)",
                       STR_ARG(p->title), STR_ARG(kind), STR_ARG(buf_str(&ways)));
    }
    if (s->secret == SETTINGS_SECRET_ASKED)
        return true;
    if (!s->secret_text.n || s->secret_text.n > SETTINGS_SECRET_MAX ||
        str_find_octet(s->secret_text, '\0') != STR_NOT_FOUND)
        return err_set(e, ERR_SYNTAX,
                       "writing settings: the password is empty, holds a NUL, or is longer than %d "
                       "octets",
                       SETTINGS_SECRET_MAX);
    if (s->secret != SETTINGS_SECRET_LITERAL && !is_plain(s->secret_text))
        return err_set(e, ERR_SYNTAX,
                       "writing settings: the place of the password holds a character that cannot "
                       "be seen");
    return true;
}

static void add_untried(const struct settings_program *p, struct buf *out)
{
    if (!p->ran.n)
        buf_addf(out, "%.*sBaton has not tried these settings in %.*s itself.%.*s\n",
                 STR_ARG(p->comment), STR_ARG(p->title), STR_ARG(p->comment_end));
}

bool settings_write(const struct settings_program *p, const struct settings *s, struct buf *out,
                    struct err *e)
{
    struct settings spelled = *s;
    if (!are_plain(&s->attempt, e) || !is_complete(&s->attempt, e) ||
        !spell_mechanism(p, &spelled.attempt.mechanism, e) || !secret_goes(p, s, e))
        return false;
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&text, SETTINGS_TEXT_MAX);
    if (!p->write(&spelled, &text, e))
        return false;
    add_untried(p, &text);
    if (!buf_ok(&text) || !buf_add(out, buf_str(&text)))
        return err_set(e, ERR_LIMIT, "writing settings for %.*s: they are too long",
                       STR_ARG(p->title));
    return true;
}
