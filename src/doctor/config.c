/* SPDX-License-Identifier: ISC */
/*
 * doctor/config.c - a reading, made into what a report tells of it
 */
#include "doctor/config.h"
#include "base/escape.h"
#include "base/password_shape.h"
#include "settings/shown.h"
#include <string.h>

str doctor_config_base(str path)
{
    size_t slash = str_rfind_octet(path, '/');
    return slash == STR_NOT_FOUND || slash + 1 == path.n ? path : str_skip(path, slash + 1);
}

static str place_of(const struct settings_place *p, struct arena *a)
{
    struct buf b;
    if (!p->file)
        return STR("");
    buf_init(&b, 4096);
    escape_line(doctor_config_base(p->file->path), &b);
    str place = arena_printf(a, "%.*s:%u", STR_ARG(buf_str(&b)), p->line);
    buf_done(&b);
    return place;
}

/* Of UTF-8 characters, of any other text octets. */
static size_t characters(str s)
{
    size_t n = 0;
    if (!str_is_utf8(s))
        return s.n;
    for (size_t i = 0; i < s.n; i++)
        n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return n;
}

/* The text is for people. */
static void show_only(struct smtp_attempt *a)
{
    str *values[] = { &a->user, &a->from, &a->header_from, &a->to, &a->helo };
    a->host = settings_shown_host(a->host);
    for (size_t i = 0; i < COUNT_OF(values); i++)
        *values[i] = settings_shown_value(*values[i]);
}

static bool take_mistake(struct doctor_config *c, const struct settings_mistake *m, struct arena *a)
{
    struct doctor_config_mistake *out = &c->mistakes[c->mistake_count++];
    *out = (struct doctor_config_mistake){ m->row->name,
                                           m->cause,
                                           m->sure,
                                           m->item ? place_of(&m->item->place, a) : STR(""),
                                           arena_dup(a, m->said),
                                           arena_dup(a, m->remedy) };
    return out->place.p && out->said.p && out->remedy.p;
}

static bool copy_settings(const struct settings_reading *r, struct settings *s, struct arena *a)
{
    str *slices[] = { &s->attempt.host, &s->attempt.mechanism, &s->attempt.user,
                      &s->attempt.helo, &s->attempt.from,      &s->attempt.header_from,
                      &s->attempt.to,   &s->secret_text,       &s->ca_file };
    if (s->secret == SETTINGS_SECRET_LITERAL)
        s->secret_text = STR("");
    if (s->secret == SETTINGS_SECRET_ENV &&
        !str_eq(settings_shown_variable(r, s->secret_text), s->secret_text))
        s->secret = SETTINGS_SECRET_HIDDEN;
    if (s->secret == SETTINGS_SECRET_HIDDEN)
        s->secret_text = STR("");
    for (size_t i = 0; i < COUNT_OF(slices); i++) {
        *slices[i] = arena_dup(a, *slices[i]);
        if (!slices[i]->p)
            return false;
    }
    return true;
}

struct doctor_config *doctor_config_of(const struct settings_reading *r, str secret,
                                       struct arena *a)
{
    struct doctor_config *c = arena_alloc(a, sizeof *c);
    if (!c)
        return NULL;
    c->program = r->program->name;
    c->title = r->program->title;
    c->file = arena_dup(a, doctor_config_base(r->files[0].path));
    c->said = r->found;
    show_only(&c->said.attempt);
    c->secret_characters = characters(secret);
    c->secret_anomalies = password_anomalies(secret);
    bool ok = c->file.p && copy_settings(r, &c->said, a);
    for (size_t i = 0; ok && i < SETTINGS_FIELDS; i++) {
        c->places[i] = r->said[i] ? place_of(&r->said[i]->place, a) : STR("");
        ok = c->places[i].p != NULL;
    }
    for (size_t i = 0; ok && i < r->mistake_count; i++)
        ok = take_mistake(c, &r->mistakes[i], a);
    return ok ? c : NULL;
}

const struct doctor_config_mistake *doctor_config_mistake(const struct doctor_config *c,
                                                          unsigned id)
{
    bool one = c && id >= DOCTOR_CONFIG_ID && id - DOCTOR_CONFIG_ID < c->mistake_count;
    return one ? &c->mistakes[id - DOCTOR_CONFIG_ID] : NULL;
}

bool doctor_config_tells(const struct doctor_config_mistake *m)
{
    return m->cause != CAUSE_NONE && (m->sure == MISTAKE_WRONG || m->sure == MISTAKE_LIKELY);
}

static str where(const struct doctor_config *c, const struct doctor_config_mistake *m)
{
    return m->place.n ? m->place : c->file;
}

str doctor_config_said(const struct doctor_config *c, const struct doctor_config_mistake *m,
                       struct arena *a)
{
    return arena_printf(a, "%.*s: %.*s", STR_ARG(where(c, m)), STR_ARG(m->said));
}

str doctor_config_step(const struct doctor_config *c, const struct doctor_config_mistake *m,
                       struct arena *a)
{
    bool ended = m->remedy.n &&
                 str_find_octet(STR(".!?;"), m->remedy.p[m->remedy.n - 1]) != STR_NOT_FOUND;
    return m->remedy.n ? arena_printf(a, "In %.*s: %.*s%s", STR_ARG(where(c, m)),
                                      STR_ARG(m->remedy), ended ? "" : ".")
                       : STR_NONE;
}

str doctor_config_place(const struct doctor_config *c, enum settings_field field, struct arena *a)
{
    if (!c || !c->places[field].n)
        return STR("");
    str place = arena_printf(a, " (%.*s)", STR_ARG(c->places[field]));
    return place.p ? place : STR("");
}

/* ------------------------------------------------------------------------------------------------
 * In words
 */
static const char *security_words(enum smtp_security s)
{
    switch (s) {
    case SMTP_SECURITY_TLS: return "SSL/TLS";
    case SMTP_SECURITY_STARTTLS: return "STARTTLS";
    case SMTP_SECURITY_NONE: return "no encryption";
    default: return "";
    }
}

/* Of the password how long it is, and what is odd about it. A command is not shown: "echo" prints passwords. */
static void add_secret(const struct doctor_config *c, struct buf *out)
{
    static const struct {
        enum settings_secret kind;
        const char *words;
    } KINDS[] = { { SETTINGS_SECRET_ASKED, "the program asks for it, or keeps it elsewhere" },
                  { SETTINGS_SECRET_ENV, "from the environment" },
                  { SETTINGS_SECRET_COMMAND, "printed by a command" },
                  { SETTINGS_SECRET_FILE, "in a file of its own" },
                  { SETTINGS_SECRET_HIDDEN, "there is one that cannot be read from here" } };
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (KINDS[i].kind == c->said.secret) {
            buf_addf(out, "%s", KINDS[i].words);
            bool named = c->said.secret == SETTINGS_SECRET_ENV ||
                         c->said.secret == SETTINGS_SECRET_FILE;
            if (named && c->said.secret_text.n) {
                buf_add(out, STR(" ("));
                escape_line(doctor_config_base(c->said.secret_text), out);
                buf_addc(out, ')');
            }
        }
    if (c->secret_characters)
        buf_addf(out, "%s%zu character%s", out->n ? ", " : "", c->secret_characters,
                 c->secret_characters == 1 ? "" : "s");
    for (unsigned bit = 1; bit <= PASSWORD_BASE64; bit <<= 1)
        if (c->secret_anomalies & bit)
            buf_addf(out, "; %.*s", STR_ARG(password_anomaly_words((enum password_anomaly)bit)));
}

static void add_login(const struct smtp_attempt *a, struct buf *out)
{
    if (!smtp_attempt_logs_in(a))
        buf_addf(out, a->user.n ? "none, although there is a user" : "none");
    else if (str_eq_nocase(a->mechanism, STR("auto")))
        buf_add(out, STR("yes, by whatever the server offers"));
    else {
        buf_add(out, STR("yes, by "));
        escape_line(a->mechanism, out);
    }
}

static void add_value(const struct doctor_config *c, enum settings_field field, struct buf *out)
{
    const struct smtp_attempt *a = &c->said.attempt;
    char ip[IP_TEXT_MAX];
    switch (field) {
    case SETTINGS_HOST: escape_line(a->host, out); break;
    case SETTINGS_PORT:
        if (a->port)
            buf_addf(out, "%u", a->port);
        break;
    case SETTINGS_SECURITY: buf_addf(out, "%s", security_words(a->security)); break;
    case SETTINGS_LOGIN: add_login(a, out); break;
    case SETTINGS_USER: escape_line(a->user, out); break;
    case SETTINGS_SECRET: add_secret(c, out); break;
    case SETTINGS_FROM: escape_line(a->from_null ? STR("<>") : a->from, out); break;
    case SETTINGS_HEADER_FROM: escape_line(a->header_from, out); break;
    case SETTINGS_TO: escape_line(a->to, out); break;
    case SETTINGS_HELO: escape_line(a->helo, out); break;
    case SETTINGS_SOURCE: buf_addf(out, "%s", ip_text(&a->source, ip)); break;
    case SETTINGS_VERIFY:
        if (c->said.unverified)
            buf_add(out, STR("certificates are not checked"));
        break;
    case SETTINGS_CA: escape_line(doctor_config_base(c->said.ca_file), out); break;
    default: break;
    }
}

bool doctor_config_next(const struct doctor_config *c, unsigned *at, struct arena *a,
                        struct doctor_config_line *out)
{
    static const char *const LABELS[SETTINGS_FIELDS] = { [SETTINGS_HOST] = "server",
                                                         [SETTINGS_PORT] = "port",
                                                         [SETTINGS_SECURITY] = "security",
                                                         [SETTINGS_LOGIN] = "login",
                                                         [SETTINGS_USER] = "user",
                                                         [SETTINGS_SECRET] = "password",
                                                         [SETTINGS_FROM] = "from",
                                                         [SETTINGS_HEADER_FROM] = "From line",
                                                         [SETTINGS_TO] = "to",
                                                         [SETTINGS_HELO] = "EHLO name",
                                                         [SETTINGS_SOURCE] = "sent from",
                                                         [SETTINGS_VERIFY] = "checks",
                                                         [SETTINGS_CA] = "trusts" };
    while (*at < SETTINGS_FIELDS) {
        struct buf b;
        unsigned field = (*at)++;
        buf_init(&b, 16384);
        add_value(c, (enum settings_field)field, &b);
        str value = b.n ? arena_dup(a, buf_str(&b)) : STR_NONE;
        buf_done(&b);
        if (!value.n)
            continue;
        *out = (struct doctor_config_line){ LABELS[field], c->places[field], value,
                                            (c->beside & 1u << field) != 0 };
        return true;
    }
    return false;
}
