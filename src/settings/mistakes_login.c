/* SPDX-License-Identifier: ISC */
/*
 * settings/mistakes_login.c - a login that is not made, or cannot go well
 */
#include "settings/mistakes_inside.h"
#include "settings/provider_hosts.h"

/* The login is there, and why it is not used was found by the program's reader: it is not for this server. */
static bool is_for_another(const struct settings_reading *r)
{
    for (size_t i = 0; i < r->mistake_count; i++)
        if (r->mistakes[i].row->id == MISTAKE_LOGIN_KEY)
            return true;
    return false;
}

/* A login is named, and not switched on. Whose it is need not be known: a password map that cannot be read. */
static bool is_off(const struct mistakes_of *m)
{
    const struct settings *s = &m->r->found;
    const struct settings_item *user = mistakes_at(m, SETTINGS_USER);
    const struct settings_item *login = mistakes_at(m, SETTINGS_LOGIN);
    bool named = s->attempt.user.n ||
                 (user && user->how & SETTINGS_ITEM_CODE && s->secret == SETTINGS_SECRET_HIDDEN);
    return !m->logs_in && named && s->secret != SETTINGS_SECRET_NONE &&
           !(login && login->how & SETTINGS_ITEM_CODE) && !is_for_another(m->r);
}

static void switched_off(const struct mistakes_of *m)
{
    const struct settings_item *item = m->r->said[SETTINGS_LOGIN] ? m->r->said[SETTINGS_LOGIN]
                                                                  : m->r->said[SETTINGS_USER];
    if (!is_off(m))
        return;
    settings_mistake(
        m->r, MISTAKE_LOGIN_OFF, item,
        m->a->user.n
            ? STR("there are a user name and a password, and the login is not switched on: "
                  "they are not used")
            : STR("a login is named, and the login is not switched on: it is not used"),
        mistakes_write(m, SETTINGS_HOW_LOGIN, STR("switch the login on")));
}

static bool names_user_itself(str mechanism)
{
    return str_eq_nocase(mechanism, STR("EXTERNAL")) || str_eq_nocase(mechanism, STR("GSSAPI"));
}

static void incomplete(const struct mistakes_of *m)
{
    const struct settings_item *user = mistakes_at(m, SETTINGS_USER);
    if (!m->logs_in || names_user_itself(m->a->mechanism))
        return;
    if (!m->a->user.n && !(user && user->how & SETTINGS_ITEM_CODE))
        MISTAKE(m, LOGIN_NO_USER, LOGIN, STR("the login is switched on, and there is no user name"),
                STR("write the user name, in most cases the whole mail address"));
    else if (m->a->user.n && m->r->found.secret == SETTINGS_SECRET_NONE)
        MISTAKE(m, LOGIN_NO_SECRET, USER, STR("there is a user name, and no password"),
                STR("write the password, or a reference to where it is kept"));
}

static void in_clear(const struct mistakes_of *m)
{
    /* One that is switched off would be made once it is on; at a provider that goes for sure under TLS. */
    if (!(m->logs_in || (m->provider && is_off(m))) || m->near ||
        names_user_itself(m->a->mechanism))
        return;
    struct settings_mistake *told = NULL;
    if (m->a->security == SMTP_SECURITY_NONE)
        told = MISTAKE(
            m, LOGIN_IN_CLEAR, SECURITY,
            STR("the login would go without encryption; most servers offer none then"),
            mistakes_doors(m, STR("switch on STARTTLS with port 587, or TLS at once with port "
                                  "465")));
    if (told && m->provider)
        told->sure = MISTAKE_LIKELY;
}

static bool has_word(str words, str word)
{
    for (str rest = words; rest.p;)
        if (str_eq_nocase(str_cut(&rest, ' '), word))
            return true;
    return false;
}

static void mechanism(const struct mistakes_of *m)
{
    str name = m->a->mechanism;
    if (!m->logs_in || !m->provider || !m->provider->mechanisms.n ||
        str_eq_nocase(name, STR("auto")) || has_word(m->provider->mechanisms, name))
        return;
    MISTAKE(m, LOGIN_MECHANISM, LOGIN,
            arena_printf(m->r->arena, "the login is set to %.*s, and %.*s takes %.*s",
                         STR_ARG(name), STR_ARG(m->provider->title),
                         STR_ARG(m->provider->mechanisms)),
            STR("leave the method to the program, or set one of these"));
}

/* A user name that the provider does not have, or that is another provider's. */
static void user_form(const struct mistakes_of *m)
{
    struct provider_slip slip;
    const struct provider *other;
    if (!m->logs_in || !m->provider || !m->a->user.n)
        return;
    if (provider_user_slip(m->provider, m->a->user, &slip)) {
        struct settings_mistake *told = MISTAKE(m, LOGIN_USER_FORM, USER, slip.said, slip.remedy);
        if (told && slip.sure)
            told->sure = MISTAKE_WRONG;
        else if (told && str_eq(m->provider->id, STR("gmail")))
            told->sure = MISTAKE_NOTE; /* Gmail puts its own domain behind a bare name */
        return;
    }
    other = provider_of_other_user(m->provider, m->a->user);
    if (!other)
        return;
    struct settings_mistake *told = MISTAKE(
        m, HOST_PRODUCT, HOST,
        arena_printf(m->r->arena, "the user name is an address of %.*s, and the server one of %.*s",
                     STR_ARG(other->title), STR_ARG(m->provider->title)),
        arena_printf(m->r->arena, "set the server to the one of %.*s: baton providers %.*s",
                     STR_ARG(other->title), STR_ARG(other->id)));
    if (told)
        told->cause = CAUSE_WRONG_SERVER;
}

/* True: told, and no more need be said of the kind of password. */
static bool secret_form(const struct mistakes_of *m)
{
    const struct settings *s = &m->r->found;
    struct provider_slip slip;
    if (!m->logs_in || !m->provider || s->token || s->secret != SETTINGS_SECRET_LITERAL ||
        !s->secret_text.n || !provider_secret_slip(m->provider, m->a->user, s->secret_text, &slip))
        return false;
    struct settings_mistake *told = MISTAKE(m, LOGIN_SWITCHED_OFF, SECRET, slip.said, slip.remedy);
    if (!told)
        return false;
    told->sure = slip.sure ? MISTAKE_WRONG : MISTAKE_LIKELY;
    told->cause = m->provider->password == PROVIDER_APP_PASSWORD ? CAUSE_APP_PASSWORD_NEEDED
                                                                 : CAUSE_WRONG_CREDENTIALS;
    return true;
}

/* An app password of Google shows itself: sixteen small letters. secret_form() has looked. */
static bool has_right_shape(const struct mistakes_of *m)
{
    return str_eq(m->provider->id, STR("gmail")) && m->r->found.secret == SETTINGS_SECRET_LITERAL &&
           m->r->found.secret_text.n;
}

/* The account's own password does not go at every provider. */
static void password_kind(const struct mistakes_of *m)
{
    const struct provider *p = m->provider;
    struct settings_mistake *told = NULL;
    if (!m->logs_in || !p || m->r->found.token || names_user_itself(m->a->mechanism))
        return;
    if (p->password == PROVIDER_OAUTH)
        told = MISTAKE(m, LOGIN_SWITCHED_OFF, SECRET,
                       arena_printf(m->r->arena,
                                    "%.*s takes no password from programs, only OAuth2",
                                    STR_ARG(p->title)),
                       STR("use a program that signs in by OAuth2, or another server that takes "
                           "passwords"));
    else if (p->password == PROVIDER_SWITCHED)
        told = MISTAKE(m, LOGIN_SWITCHED_OFF, SECRET,
                       arena_printf(m->r->arena,
                                    "%.*s takes a password only where the organisation "
                                    "has not switched that off",
                                    STR_ARG(p->title)),
                       arena_printf(m->r->arena,
                                    "see what works in its place: baton providers %.*s",
                                    STR_ARG(p->id)));
    else if (p->password == PROVIDER_APP_PASSWORD && !has_right_shape(m))
        told = MISTAKE(m, LOGIN_SWITCHED_OFF, SECRET,
                       arena_printf(m->r->arena,
                                    "at %.*s a program needs a password made for it: the "
                                    "account's own is refused",
                                    STR_ARG(p->title)),
                       arena_printf(m->r->arena,
                                    "make an app password on the account's page, and write it "
                                    "here; which page: baton providers %.*s",
                                    STR_ARG(p->id)));
    if (!told)
        return;
    if (p->password != PROVIDER_OAUTH)
        told->sure = MISTAKE_NOTE;
    if (p->password == PROVIDER_APP_PASSWORD)
        told->cause = CAUSE_APP_PASSWORD_NEEDED;
}

void mistakes_of_login(const struct mistakes_of *m)
{
    switched_off(m);
    incomplete(m);
    in_clear(m);
    mechanism(m);
    user_form(m);
    if (!secret_form(m))
        password_kind(m);
}
