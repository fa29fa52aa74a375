/* SPDX-License-Identifier: ISC */
/*
 * settings/postfix_change.c - lines of main.cf and of the password table, changed
 */
#include "base/err.h"
#include "settings/postfix.h"
#include "settings/writers.h"

struct change {
    const struct settings_reading *r;
    const struct settings *wanted;
    struct settings_changes *out;
};

void postfix_add_hop(const struct smtp_attempt *a, struct buf *out)
{
    buf_addf(out, "[%s%.*s]:%u", settings_host_is_ipv6(a) ? "ipv6:" : "", STR_ARG(settings_host(a)),
             a->port);
}

static void set(const struct change *c, const char *key, str value)
{
    str line = arena_printf(c->out->arena, "%s = %.*s\n", key, STR_ARG(value));
    settings_set(c->r, c->out, settings_main_file(c->r), STR(""), str_from(key), value, line);
}

static str hop_text(const struct change *c)
{
    AUTO(buf_done) struct buf b;
    buf_init(&b, SETTINGS_VALUE_MAX + 32);
    postfix_add_hop(&c->wanted->attempt, &b);
    return arena_dup(c->out->arena, buf_str(&b));
}

static void set_encryption(const struct change *c)
{
    const struct settings *w = c->wanted;
    bool none = w->attempt.security == SMTP_SECURITY_NONE;
    set(c, "smtp_tls_security_level",
        none            ? STR("none")
        : w->unverified ? STR("encrypt")
                        : STR("secure"));
    set(c, "smtp_tls_wrappermode",
        w->attempt.security == SMTP_SECURITY_TLS ? STR("yes") : STR("no"));
    if (!none && !w->unverified && !w->ca_file.n)
        set(c, "smtp_tls_CApath", STR("/etc/ssl/certs"));
}

static bool fits(str secret, struct err *e)
{
    bool trimmed = cf_trim(secret).n != secret.n && secret.n && cf_is_blank(secret.p[secret.n - 1]);
    if (trimmed || str_find_octet(secret, '\n') != STR_NOT_FOUND || !str_is_utf8(secret))
        return err_set(e, ERR_SYNTAX,
                       "a table of Postfix cannot hold a password that ends in a blank, holds a "
                       "line end, or is not UTF-8; change the password");
    return true;
}

/* The line of the table that the login came from; else a new one, in the table's text. */
static bool set_login(const struct change *c, str hop, struct err *e)
{
    const struct settings *w = c->wanted;
    const struct settings_item *user = c->r->said[SETTINGS_USER],
                               *secret = c->r->said[SETTINGS_SECRET];
    bool literal = w->secret == SETTINGS_SECRET_LITERAL;
    if (literal && !fits(w->secret_text, e))
        return false;
    if (str_find_octet(w->attempt.user, ':') != STR_NOT_FOUND)
        return err_set(e, ERR_SYNTAX, "Postfix cannot be told a user name with a colon");
    set(c, "smtp_sasl_auth_enable", STR("yes"));
    if (c->wanted->attempt.security == SMTP_SECURITY_NONE)
        set(c, "smtp_sasl_security_options", STR("noanonymous"));
    else
        set(c, "smtp_sasl_tls_security_options", STR("noanonymous"));
    bool own = user && secret && user != secret && user->place.file &&
               !str_eq(user->section, STR("")) && user->place.n == user->value.n;
    if (own && !str_eq(user->section, hop) && str_find_octet(user->section, '@') == STR_NOT_FOUND)
        own = settings_differs(c->r, w, SETTINGS_HOST) ==
                  settings_differs(c->r, w, SETTINGS_PORT) &&
              !settings_differs(c->r, w, SETTINGS_HOST);
    if (own) {
        if (!str_eq(user->section, hop)) /* a key that is not spelled like the server */
            settings_set(c->r, c->out, user->place.file, user->section, STR("key"), hop, STR_NONE);
        settings_set(c->r, c->out, user->place.file, user->section, STR("user"), w->attempt.user,
                     STR_NONE);
        if (literal)
            settings_set(c->r, c->out, user->place.file, secret->section, STR("password"),
                         w->secret_text, STR_NONE);
        return true;
    }
    const struct settings_file *table = user ? user->place.file : NULL;
    for (size_t i = 1; !table && i < c->r->file_count; i++)
        if (c->r->files[i].answer == SETTINGS_GIVEN &&
            !str_eq(c->r->files[i].path, STR("master.cf")))
            table = &c->r->files[i];
    if (!table || table == settings_main_file(c->r))
        return err_set(e, ERR_SYNTAX,
                       "there is no text of a password table to write the login into; make "
                       "/etc/postfix/sasl_passwd, and name it in smtp_sasl_password_maps");
    str line = arena_printf(c->out->arena, "%.*s %.*s:%.*s\n", STR_ARG(hop),
                            STR_ARG(w->attempt.user),
                            STR_ARG(literal ? w->secret_text : STR("PASSWORD")));
    settings_set(c->r, c->out, table, hop, STR("login"), line, line);
    return true;
}

bool postfix_change(const struct settings_reading *r, const struct settings *wanted,
                    struct settings_changes *out, struct err *e)
{
    struct change c = { r, wanted, out };
    const struct smtp_attempt *a = &wanted->attempt;
    char source[IP_TEXT_MAX];
    str hop = hop_text(&c);
    if (settings_differs(r, wanted, SETTINGS_HOST) || settings_differs(r, wanted, SETTINGS_PORT))
        set(&c, "relayhost", hop);
    else if (r->said[SETTINGS_HOST])
        hop = r->said[SETTINGS_HOST]->value;
    if (settings_differs(r, wanted, SETTINGS_SECURITY) ||
        settings_differs(r, wanted, SETTINGS_VERIFY))
        set_encryption(&c);
    if (settings_differs(r, wanted, SETTINGS_CA) && wanted->ca_file.n)
        set(&c, "smtp_tls_CAfile", wanted->ca_file);
    if (settings_differs(r, wanted, SETTINGS_HELO) && a->helo.n)
        set(&c, "smtp_helo_name", a->helo);
    if (settings_differs(r, wanted, SETTINGS_SOURCE) && a->source.family != IP_NONE)
        set(&c, a->source.family == IP_V6 ? "smtp_bind_address6" : "smtp_bind_address",
            str_from(ip_text(&a->source, source)));
    if (!smtp_attempt_logs_in(a)) {
        if (smtp_attempt_logs_in(&r->found.attempt))
            set(&c, "smtp_sasl_auth_enable", STR("no"));
        return true;
    }
    bool any = settings_is(a, "auto");
    if (settings_differs(r, wanted, SETTINGS_LOGIN) && any) /* where there is a filter, it goes */
        settings_set(r, out, settings_main_file(r), STR(""), STR("smtp_sasl_mechanism_filter"),
                     STR(""), STR_NONE);
    else if (settings_differs(r, wanted, SETTINGS_LOGIN))
        set(&c, "smtp_sasl_mechanism_filter", arena_dup(out->arena, a->mechanism));
    if (settings_differs(r, wanted, SETTINGS_USER) ||
        settings_differs(r, wanted, SETTINGS_SECRET) ||
        settings_differs(r, wanted, SETTINGS_LOGIN) || settings_differs(r, wanted, SETTINGS_HOST) ||
        settings_differs(r, wanted, SETTINGS_PORT))
        return set_login(&c, hop, e);
    return true;
}
