/* SPDX-License-Identifier: ISC */
/*
 * settings/symfony_read.c - Symfony Mailer: MAILER_DSN of .env files, framework.mailer of YAML, into what it would do
 */
#include "base/buf.h"
#include "settings/symfony_dsn.h"
#include "settings/symfony_files.h"
#include "settings/syntax_env.h"
#include "settings/url.h"

/* ------------------------------------------------------------------------------------------------
 * Looking
 */
static bool has_line(str text, const char *name)
{
    str key = str_from(name);
    for (str rest = text; rest.p;) {
        str line = str_trim(str_cut(&rest, '\n'));
        if (str_starts(line, STR("export ")))
            line = str_trim(str_skip(line, 7));
        if (str_starts(line, key) && line.n > key.n && line.p[key.n] == '=')
            return true;
    }
    return false;
}

bool symfony_is_yaml(str path, str text)
{
    bool named = str_ends_nocase(path, STR(".yaml")) || str_ends_nocase(path, STR(".yml"));
    return named ||
           (!has_line(text, "MAILER_DSN") && str_find(text, STR("mailer:")) != STR_NOT_FOUND);
}

unsigned symfony_looks(str path, str text)
{
    if (has_line(text, "MAILER_DSN"))
        return 96;
    if (has_line(text, "MAILER_URL"))
        return 70;
    bool mailer = str_find(text, STR("mailer:")) != STR_NOT_FOUND,
         dsn = str_find(text, STR("dsn:")) != STR_NOT_FOUND ||
               str_find(text, STR("transports:")) != STR_NOT_FOUND;
    return symfony_is_yaml(path, text) && mailer && dsn ? 92 : 0;
}

/* ------------------------------------------------------------------------------------------------
 * A DSN into settings
 */
struct taking {
    struct settings_reading *r;
    struct settings_item *item; /* of the DSN */
    struct symfony_dsn dsn;
};

/* A part of the DSN as an item of its own, with its own column where the DSN stands there as it is. */
static struct settings_item *part(const struct taking *t, const char *key, str written, str decoded)
{
    struct settings_place place = t->item->place;
    str raw = place.file ? str_take(str_skip(place.file->text, place.at), place.n) : STR("");
    size_t begin = str_find(raw, t->item->value);
    bool inside = written.p >= t->item->value.p &&
                  written.p + written.n <= t->item->value.p + t->item->value.n;
    if (begin != STR_NOT_FOUND && inside && t->item->value.n)
        place = settings_place_of(
            place.file, place.at + begin + (size_t)(written.p - t->item->value.p), written.n);
    struct settings_item *item = settings_add_item(t->r, t->item->key, str_from(key), decoded,
                                                   place,
                                                   t->item->how & (unsigned)~SETTINGS_ITEM_QUOTED);
    if (item)
        item->known = true;
    return item;
}

static str decoded(struct settings_reading *r, str written, bool plus)
{
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, ENV_VALUE_MAX);
    (void)settings_url_decode(written, plus, &b);
    return b.n ? arena_dup(r->arena, buf_str(&b)) : STR("");
}

static void take_login(const struct taking *t)
{
    struct settings_reading *r = t->r;
    const struct symfony_dsn *d = &t->dsn;
    struct smtp_attempt *a = &r->found.attempt;
    str user = decoded(r, d->user, false), password = decoded(r, d->password, false);
    if (d->user_is_secret) {
        password = user;
        user = d->fixed_user.p ? d->fixed_user : user;
    }
    if (!user.n)
        return;
    struct settings_item *who = part(t, "user", d->user, user);
    settings_take(r, SETTINGS_USER, who);
    settings_said(r, SETTINGS_LOGIN, who);
    a->mechanism = STR("auto");
    if (d->password.p || d->user_is_secret)
        settings_take_secret(
            r, part(t, "password", d->user_is_secret ? d->user : d->password, password));
}

static void take_query(const struct taking *t)
{
    struct settings_reading *r = t->r;
    for (str rest = t->dsn.query; rest.p && rest.n;) {
        str pair = str_cut(&rest, '&'), value = pair, name = str_cut(&value, '=');
        str clean = decoded(r, value.p ? value : STR(""), true);
        struct settings_item *item = part(t, "option", value.p ? value : name, clean);
        if (!item)
            continue;
        item->key = name;
        if (str_eq(name, STR("local_domain")))
            settings_take(r, SETTINGS_HELO, item);
        if (str_eq(name, STR("verify_peer")) && value.n && settings_truth(clean) != 1) {
            r->found.unverified = true;
            settings_said(r, SETTINGS_VERIFY, item);
        }
        static const str OLD[] = { STR_INIT("encryption"), STR_INIT("auth_mode"),
                                   STR_INIT("username"), STR_INIT("password") };
        for (size_t i = 0; i < COUNT_OF(OLD); i++)
            if (str_eq(name, OLD[i]))
                settings_mistake(
                    r, MISTAKE_DIALECT, item,
                    arena_printf(
                        r->arena,
                        "%.*s is of Swift Mailer's URLs: Symfony Mailer takes no notice of it",
                        STR_ARG(OLD[i])),
                    i < 2 ? STR("take it out; smtps:// means TLS at once, and smtp:// with port "
                                "587 STARTTLS")
                          : STR("write smtp://USER:PASSWORD@SERVER:587, with percent codes"));
        item->known = symfony_dsn_knows(name);
    }
}

static void other_ways(const struct taking *t)
{
    static const struct {
        enum symfony_kind kind;
        const char *said, *remedy;
    } WAYS[] = {
        { SYMFONY_API,
          "this DSN hands the mail to the provider over HTTPS: no mail server is spoken to",
          "write +smtp behind the provider's name if it shall be SMTP" },
        { SYMFONY_PROGRAM,
          "this DSN hands the mail to a program on this machine, whose own settings count",
          "read that program's settings, or write smtp://USER:PASSWORD@SERVER:587" },
        { SYMFONY_NOTHING, "null:// throws every mail away",
          "write smtp://USER:PASSWORD@SERVER:587" },
    };
    for (size_t i = 0; i < COUNT_OF(WAYS); i++)
        if (t->dsn.kind == WAYS[i].kind) {
            struct settings_mistake *m = settings_mistake(t->r, MISTAKE_NOT_APPLIED, t->item,
                                                          str_from(WAYS[i].said),
                                                          str_from(WAYS[i].remedy));
            if (m && t->dsn.kind == SYMFONY_NOTHING)
                m->sure = MISTAKE_LIKELY; /* as it comes, and right while one develops */
            if (m && (t->dsn.kind == SYMFONY_API || t->dsn.kind == SYMFONY_PROGRAM)) {
                m->sure = MISTAKE_NOTE;
                m->cause = CAUSE_NONE;
            }
        }
    if (t->dsn.kind == SYMFONY_UNKNOWN)
        settings_mistake(t->r, MISTAKE_DIALECT, t->item,
                         arena_printf(t->r->arena,
                                      "%.*s:// is no scheme of Symfony Mailer that Baton knows",
                                      STR_ARG(str_take(t->dsn.scheme, 40))),
                         STR("write smtp://USER:PASSWORD@SERVER:587, or smtps:// for port 465"));
}

static void take_server(const struct taking *t)
{
    struct settings_reading *r = t->r;
    const struct symfony_dsn *d = &t->dsn;
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *host = part(t, "host", d->provider ? d->scheme : d->host, d->server);
    settings_take(r, SETTINGS_HOST, host);
    settings_said(r, SETTINGS_PORT, host);
    settings_said(r, SETTINGS_SECURITY, host);
    a->port = d->server_port;
    a->security = d->security;
    if (a->security == SMTP_SECURITY_AUTO && (smtp_attempt_logs_in(a) || a->port == 587))
        a->security = SMTP_SECURITY_STARTTLS;
    if (d->swallowed)
        settings_mistake(r, MISTAKE_HOST_FORM, host,
                         STR("a #, ? or / in the user or the password ends the DSN there, and what "
                             "stands before it is taken for the server"),
                         str_from(SYMFONY_ENCODE));
    if (!d->provider && str_eq(d->host, STR("default")))
        settings_mistake(
            r, MISTAKE_HOST_FORM, host,
            STR("\"default\" is for the schemes of providers: with smtp:// it is taken for "
                "the server's name"),
            STR("write the server's name"));
}

void symfony_take_dsn(struct settings_reading *r, struct settings_item *item)
{
    struct taking t = { .r = r, .item = item };
    item->known = true;
    if (item->how & SETTINGS_ITEM_CODE) {
        settings_said(r, SETTINGS_HOST, item);
        return;
    }
    symfony_dsn_cut(item->value, &t.dsn, r->arena);
    if (t.dsn.kind == SYMFONY_BROKEN) {
        settings_said(r, SETTINGS_HOST, item);
        struct settings_mistake *m = settings_mistake(
            r, MISTAKE_LINE_BROKEN, item, arena_printf(r->arena, "%s: Symfony stops", t.dsn.why),
            str_from(t.dsn.where));
        if (m)
            m->sure = MISTAKE_WRONG;
        return;
    }
    if (t.dsn.several) {
        struct settings_mistake *m = settings_mistake(
            r, MISTAKE_KEY_TWICE, item, STR("several servers stand here: Baton looks at the first"),
            STR("look at the others one by one"));
        if (m)
            m->sure = MISTAKE_NOTE;
    }
    if (t.dsn.kind == SYMFONY_SMTP) {
        take_login(&t);
        take_server(&t);
        take_query(&t);
    } else {
        settings_said(r, SETTINGS_HOST, item);
        other_ways(&t);
    }
}

/* ------------------------------------------------------------------------------------------------
 * .env files
 */
static bool env_file(struct settings_reading *r, str name, const struct settings_file *from,
                     struct err *e)
{
    const struct settings_file *f = settings_file_if_there(r, name, from);
    return !f || env_read(r, f, ENV_SYMFONY, STR(""), e);
}

/* .env, .env.local, .env.NAME, .env.NAME.local: each sets what those before it set, too. */
bool symfony_read_env(struct settings_reading *r, const struct settings_file *from, str beside,
                      struct err *e)
{
    str local = arena_printf(r->arena, "%.*s.local", STR_ARG(beside));
    const struct settings_item *name = NULL;
    if (!env_file(r, local, from, e))
        return false;
    name = settings_item_named(r, STR(""), STR("APP_ENV"));
    str env = name && name->value.n && !(name->how & SETTINGS_ITEM_CODE) ? name->value : STR("dev");
    str more = arena_printf(r->arena, "%.*s.%.*s", STR_ARG(beside), STR_ARG(str_take(env, 40)));
    str last = arena_printf(r->arena, "%.*s.local", STR_ARG(more));
    return str_eq(env, STR("local")) || (env_file(r, more, from, e) && env_file(r, last, from, e));
}

static str base_name(str path)
{
    size_t slash = str_rfind_octet(path, '/');
    return slash == STR_NOT_FOUND ? path : str_skip(path, slash + 1);
}

static bool read_env(struct settings_reading *r, struct err *e)
{
    const struct settings_file *main = settings_main_file(r);
    str name = base_name(main->path);
    if (!env_read(r, main, ENV_SYMFONY, STR(""), e) ||
        (str_eq(name, STR(".env")) && !symfony_read_env(r, main, name, e)))
        return false;
    struct settings_item *dsn = settings_item_named(r, STR(""), STR("MAILER_DSN"));
    struct settings_item *old = settings_item_named(r, STR(""), STR("MAILER_URL"));
    if (!dsn && !old)
        return settings_broken(main, 0, e, "there is no MAILER_DSN here");
    for (size_t i = 0; i < r->item_count; i++)
        r->items[i].known |= !str_starts(r->items[i].key, STR("MAILER_"));
    if (!dsn)
        settings_mistake(r, MISTAKE_DIALECT, old,
                         STR("MAILER_URL is Swift Mailer's: Symfony Mailer looks at MAILER_DSN"),
                         STR("write MAILER_DSN=smtp://USER:PASSWORD@SERVER:587"));
    symfony_take_dsn(r, dsn ? dsn : old);
    return true;
}

bool symfony_read(struct settings_reading *r, struct err *e)
{
    const struct settings_file *main = settings_main_file(r);
    return symfony_is_yaml(main->path, main->text) ? symfony_read_yaml(r, e) : read_env(r, e);
}
