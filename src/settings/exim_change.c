/* SPDX-License-Identifier: ISC */
/*
 * settings/exim_change.c - lines of Exim's files on Debian, changed
 */
#include "base/err.h"
#include "settings/exim.h"
#include "settings/writers.h"

struct change {
    const struct settings_reading *r;
    const struct settings *wanted;
    struct settings_changes *out;
};

bool exim_login_fits(str user, str secret, struct err *e)
{
    if (str_find_octet(user, ':') != STR_NOT_FOUND)
        return err_set(e, ERR_SYNTAX, "Exim on Debian cannot be told a user name with a colon");
    if (str_find_octet(secret, '\n') != STR_NOT_FOUND)
        return err_set(
            e, ERR_SYNTAX,
            "Exim on Debian cannot be told a password with a line end: passwd.client has "
            "one line a login; change the password");
    char last = secret.n ? secret.p[secret.n - 1] : 'x';
    if (last == ' ' || (last >= '\t' && last <= '\r'))
        return err_set(
            e, ERR_SYNTAX,
            "Exim on Debian cannot be told a password that ends in a blank: it takes the "
            "blank away; change the password");
    if (str_starts(secret, STR("^")) || str_starts(user, STR("^")))
        return err_set(e, ERR_SYNTAX,
                       "Exim on Debian cannot be told a user name or password that begins with ^: "
                       "AUTH PLAIN would send another; change it");
    return true;
}

/* The file of that name among those that were read; the first, where the text holds all of them. */
static const struct settings_file *file_of(const struct settings_reading *r, str name)
{
    for (size_t i = 1; i < r->file_count; i++)
        if (r->files[i].answer == SETTINGS_GIVEN && str_ends_nocase(r->files[i].path, name))
            return &r->files[i];
    return NULL;
}

static bool set_macro(const struct change *c, const char *name, const char *value, struct err *e)
{
    bool split = file_of(c->r, STR("000_localmacros")) != NULL;
    const struct settings_file *f = file_of(c->r, split ? STR("000_localmacros")
                                                        : STR("exim4.conf.localmacros"));
    const struct settings_file *main = settings_main_file(c->r);
    bool here = str_find(main->text, STR("exim4.conf.localmacros\n")) != STR_NOT_FOUND;
    if (!f && !here)
        return err_set(e, ERR_SYNTAX,
                       "there is no file of macros to write %s into; make "
                       "/etc/exim4/exim4.conf.localmacros, which may be empty but for a comment",
                       name);
    str line = arena_printf(c->out->arena, "%s = %s\n", name, value);
    settings_set(c->r, c->out, f ? f : main, STR("macros"), str_from(name), str_from(value), line);
    return true;
}

static void unset_macro(const struct change *c, const char *name)
{
    settings_unset(c->r, c->out, STR("macros"), str_from(name));
}

static bool set_encryption(const struct change *c, struct err *e)
{
    const struct settings *w = c->wanted;
    bool none = w->attempt.security == SMTP_SECURITY_NONE;
    if (w->attempt.security != SMTP_SECURITY_TLS)
        unset_macro(c, "REMOTE_SMTP_SMARTHOST_PROTOCOL");
    else if (!set_macro(c, "REMOTE_SMTP_SMARTHOST_PROTOCOL", "smtps", e))
        return false;
    if (none) {
        unset_macro(c, "REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS");
        return set_macro(c, "REMOTE_SMTP_SMARTHOST_HOSTS_AVOID_TLS", "*", e) &&
               (!smtp_attempt_logs_in(&w->attempt) ||
                set_macro(c, "AUTH_CLIENT_ALLOW_NOTLS_PASSWORDS", "yes", e));
    }
    unset_macro(c, "REMOTE_SMTP_SMARTHOST_HOSTS_AVOID_TLS");
    if (w->unverified)
        unset_macro(c, "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_HOSTS");
    return set_macro(c, "REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS", "*", e) &&
           (w->unverified || set_macro(c, "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_HOSTS", "*", e));
}

static void set_host(const struct change *c)
{
    const struct smtp_attempt *a = &c->wanted->attempt;
    str value = arena_printf(c->out->arena, "'%.*s::%u'", STR_ARG(settings_host(a)), a->port);
    str line = arena_printf(c->out->arena, "dc_smarthost=%.*s\n", STR_ARG(value));
    settings_set(c->r, c->out, settings_main_file(c->r), STR(""), STR("dc_smarthost"), value, line);
    settings_set(c->r, c->out, settings_main_file(c->r), STR(""), STR("dc_eximconfig_configtype"),
                 STR("'smarthost'"), STR("dc_eximconfig_configtype='smarthost'\n"));
}

static bool set_login(const struct change *c, struct err *e)
{
    const struct settings *w = c->wanted;
    const struct settings_item *user = c->r->said[SETTINGS_USER],
                               *secret = c->r->said[SETTINGS_SECRET];
    str password = w->secret == SETTINGS_SECRET_LITERAL ? w->secret_text : STR("PASSWORD");
    const struct settings_file *f = file_of(c->r, STR("passwd.client"));
    if (!exim_login_fits(w->attempt.user, password, e))
        return false;
    if (user && secret && user->place.n && !settings_differs(c->r, w, SETTINGS_HOST)) {
        settings_set(c->r, c->out, user->place.file, user->section, STR("user"), w->attempt.user,
                     STR_NONE);
        if (w->secret == SETTINGS_SECRET_LITERAL)
            settings_set(c->r, c->out, secret->place.file, secret->section, STR("password"),
                         password, STR_NONE);
        return true;
    }
    if (!f)
        return err_set(e, ERR_SYNTAX,
                       "there is no passwd.client to write the login into; make "
                       "/etc/exim4/passwd.client with a comment in it");
    str host = settings_host(&w->attempt);
    str line = arena_printf(c->out->arena, "%.*s:%.*s:%.*s\n", STR_ARG(host),
                            STR_ARG(w->attempt.user), STR_ARG(password));
    settings_set(c->r, c->out, f, STR("passwd.client"), STR("login"), line, line);
    return true;
}

bool exim_change(const struct settings_reading *r, const struct settings *wanted,
                 struct settings_changes *out, struct err *e)
{
    struct change c = { r, wanted, out };
    const struct smtp_attempt *a = &wanted->attempt;
    if (settings_host_is_ipv6(a))
        return err_set(e, ERR_SYNTAX, "Exim on Debian cannot be told an IPv6 address as smarthost");
    if (settings_differs(r, wanted, SETTINGS_HOST) || settings_differs(r, wanted, SETTINGS_PORT))
        set_host(&c);
    if ((settings_differs(r, wanted, SETTINGS_SECURITY) ||
         settings_differs(r, wanted, SETTINGS_VERIFY)) &&
        !set_encryption(&c, e))
        return false;
    str helo = arena_dup(out->arena, a->helo);
    if (settings_differs(r, wanted, SETTINGS_HELO) && a->helo.n && helo.p &&
        !set_macro(&c, "REMOTE_SMTP_HELO_DATA", helo.p, e))
        return false;
    if (!smtp_attempt_logs_in(a)) {
        if (smtp_attempt_logs_in(&r->found.attempt))
            return err_set(
                e, ERR_SYNTAX,
                "Exim logs in wherever passwd.client has a line for the server: take the "
                "line out by hand");
        return true;
    }
    if (settings_differs(r, wanted, SETTINGS_USER) ||
        settings_differs(r, wanted, SETTINGS_SECRET) ||
        settings_differs(r, wanted, SETTINGS_HOST) || !smtp_attempt_logs_in(&r->found.attempt))
        return set_login(&c, e);
    return true;
}
