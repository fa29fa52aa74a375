/* SPDX-License-Identifier: ISC */
#include "cmd/observed_file.h"

struct comparing {
    const struct doctor_file *f;
    const struct smtp_attempt *said;
    const struct mock_seen *seen;
    struct arena *a;
    struct observed_difference *out;
    size_t n;
};

static void differs(struct comparing *c, enum settings_field field, str file, str program)
{
    if (c->n < OBSERVED_DIFFERENCES)
        c->out[c->n++] = (struct observed_difference){ field, c->f->config->places[field], file,
                                                       program };
}

static void login(struct comparing *c)
{
    const struct mock_seen *s = c->seen;
    bool file = smtp_attempt_logs_in(c->said), program = s->mechanism.n > 0;
    if (file && !program && s->mail)
        differs(c, SETTINGS_LOGIN, STR("a login"), STR("none"));
    else if (!file && program)
        differs(c, SETTINGS_LOGIN, STR("no login"),
                arena_printf(c->a, "one by %.*s", STR_ARG(s->mechanism)));
    if (file && program && c->said->user.n && !str_eq(c->said->user, s->user))
        differs(c, SETTINGS_USER, c->said->user, s->user);
}

static str length_words(struct arena *a, size_t octets)
{
    return octets ? arena_printf(a, "another one, of %zu octets", octets) : STR("another one");
}

static void password(struct comparing *c)
{
    size_t octets = c->f->loaded.password.n;
    if (c->seen->password == MOCK_PASSWORD_DIFFERS && octets)
        differs(c, SETTINGS_SECRET, arena_printf(c->a, "one of %zu octets", octets),
                length_words(c->a, c->seen->password_octets));
}

static str shown(str address)
{
    return address.n ? address : STR("<>");
}

static void sender(struct comparing *c)
{
    const struct mock_seen *s = c->seen;
    bool said = c->said->from.n || c->said->from_null;
    if (said && s->mail && !str_eq_nocase(c->said->from, s->from))
        differs(c, SETTINGS_FROM, shown(c->said->from), shown(s->from));
    if (c->said->header_from.n && s->header_from.n &&
        !str_eq_nocase(c->said->header_from, s->header_from))
        differs(c, SETTINGS_HEADER_FROM, c->said->header_from, s->header_from);
}

static void greeting(struct comparing *c)
{
    const struct mock_seen *s = c->seen;
    if (c->said->helo.n && s->greeted && !str_eq_nocase(c->said->helo, s->name))
        differs(c, SETTINGS_HELO, c->said->helo, s->name);
}

/* It was pointed at another port, and may have been told to leave encryption out for that. */
static void security(struct comparing *c)
{
    bool clear = c->seen->security == SMTP_SECURITY_NONE && !c->seen->tls_trouble.n;
    bool file = c->said->security == SMTP_SECURITY_STARTTLS ||
                c->said->security == SMTP_SECURITY_TLS;
    if (clear && file && c->seen->greeted)
        differs(c, SETTINGS_SECURITY,
                c->said->security == SMTP_SECURITY_TLS ? STR("SSL/TLS") : STR("STARTTLS"),
                STR("all in clear (unless it was set so for this test)"));
    else if (!clear && c->said->security == SMTP_SECURITY_NONE)
        differs(c, SETTINGS_SECURITY, STR("no encryption"),
                c->seen->security == SMTP_SECURITY_TLS ? STR("SSL/TLS") : STR("STARTTLS"));
}

size_t observed_differences(const struct doctor_file *f, const struct mock_seen *seen,
                            struct arena *a, struct observed_difference out[OBSERVED_DIFFERENCES])
{
    struct comparing c = { f, &f->loaded.reading.found.attempt, seen, a, out, 0 };
    security(&c);
    login(&c);
    password(&c);
    sender(&c);
    greeting(&c);
    return c.n;
}
