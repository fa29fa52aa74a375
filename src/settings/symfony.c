/* SPDX-License-Identifier: ISC */
/*
 * settings/symfony.c - Symfony Mailer: the row, writing and changing a DSN
 */
#include "base/buf.h"
#include "settings/change.h"
#include "settings/symfony_dsn.h"
#include "settings/symfony_files.h"
#include "settings/syntax_env.h"
#include "settings/url.h"
#include "settings/writers.h"

static bool can_be_told(const struct settings *s, struct err *e)
{
    if (s->ca_file.n)
        return err_set(
            e, ERR_SYNTAX,
            "a DSN of Symfony cannot name a file of authorities: put the authority among the "
            "system's");
    if (s->attempt.port == 465 && s->attempt.security != SMTP_SECURITY_TLS)
        return err_set(e, ERR_SYNTAX,
                       "Symfony begins with TLS on port 465, and cannot be told otherwise");
    return true;
}

static void add_option(struct buf *out, bool *first, const char *name, str value)
{
    buf_addf(out, "%c%s=", *first ? '?' : '&', name);
    settings_url_encode(value, out);
    *first = false;
}

/* password: with percent codes already; p NULL: none. more: options that stay, as written. */
static void add_dsn(struct buf *out, const struct settings *s, str password, str more)
{
    const struct smtp_attempt *a = &s->attempt;
    bool first = true;
    buf_add(out, a->security == SMTP_SECURITY_TLS ? STR("smtps://") : STR("smtp://"));
    if (smtp_attempt_logs_in(a)) {
        settings_url_encode(a->user, out);
        if (password.p) {
            buf_addc(out, ':');
            buf_add(out, password);
        }
        buf_addc(out, '@');
    }
    buf_addf(out, settings_host_is_ipv6(a) ? "[%.*s]:%u" : "%.*s:%u", STR_ARG(settings_host(a)),
             a->port);
    if (a->security == SMTP_SECURITY_NONE)
        add_option(out, &first, "auto_tls", STR("false"));
    if (s->unverified)
        add_option(out, &first, "verify_peer", STR("0"));
    if (a->helo.n)
        add_option(out, &first, "local_domain", a->helo);
    if (more.n)
        buf_addf(out, "%c%.*s", first ? '?' : '&', STR_ARG(more));
}

static void add_password(struct buf *out, const struct settings *s)
{
    if (s->secret == SETTINGS_SECRET_LITERAL)
        settings_url_encode(s->secret_text, out);
    else
        buf_add(out, STR("YOUR-PASSWORD"));
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    AUTO(buf_wipe_done) struct buf password, dsn;
    buf_init(&password, SETTINGS_TEXT_MAX);
    buf_init(&dsn, SETTINGS_TEXT_MAX);
    if (!can_be_told(s, e))
        return false;
    add_password(&password, s);
    add_dsn(&dsn, s, buf_str(&password), STR(""));
    buf_add(out, STR("# .env.local; user and password stand with percent codes (%40 for @)\n"));
    if (a->security == SMTP_SECURITY_NONE)
        buf_add(out, STR("# auto_tls=false counts since Symfony 7.1; before, STARTTLS is used "
                         "where the server "
                         "offers it\n"));
    if (settings_from(a).n)
        buf_addf(
            out,
            "# the sender: framework.mailer.headers.From in config/packages/mailer.yaml: %.*s\n",
            STR_ARG(settings_from(a)));
    buf_add(out, STR("MAILER_DSN="));
    if (!env_quote(ENV_SYMFONY, buf_str(&dsn), out, e))
        return false;
    buf_addc(out, '\n');
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Changing
 */
/* The options that add_dsn() does not write. */
static void other_options(const struct symfony_dsn *d, struct buf *out)
{
    static const str OURS[] = { STR_INIT("auto_tls"),     STR_INIT("verify_peer"),
                                STR_INIT("local_domain"), STR_INIT("encryption"),
                                STR_INIT("auth_mode"),    STR_INIT("username"),
                                STR_INIT("password"),     STR_INIT("region") };
    for (str rest = d->query; rest.p && rest.n;) {
        str pair = str_cut(&rest, '&'), value = pair, name = str_cut(&value, '=');
        bool ours = !pair.n;
        for (size_t i = 0; i < COUNT_OF(OURS); i++)
            ours |= str_eq(OURS[i], name);
        if (!ours)
            buf_addf(out, "%s%.*s", out->n ? "&" : "", STR_ARG(pair));
    }
}

/* The item whose parts were taken: it stands around that of the host, and was met before. */
static const struct settings_item *dsn_item(const struct settings_reading *r)
{
    const struct settings_item *host = r->said[SETTINGS_HOST];
    if (!host)
        return NULL;
    for (const struct settings_item *i = host; i-- > r->items;)
        if (str_eq(i->key, host->section) && i->place.file == host->place.file &&
            i->place.at <= host->place.at &&
            host->place.at + host->place.n <= i->place.at + i->place.n)
            return i;
    return host; /* no part of it could be taken */
}

static bool is_same(const struct settings_reading *r, const struct settings *wanted)
{
    static const enum settings_field FIELDS[] = { SETTINGS_HOST,  SETTINGS_PORT,  SETTINGS_SECURITY,
                                                  SETTINGS_LOGIN, SETTINGS_USER,  SETTINGS_SECRET,
                                                  SETTINGS_HELO,  SETTINGS_VERIFY };
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++)
        if (settings_differs(r, wanted, FIELDS[i]))
            return false;
    return true;
}

static bool quoted(const struct settings_item *item, bool yaml, str dsn, struct buf *out,
                   struct err *e)
{
    (void)item;
    if (!yaml)
        return env_quote(ENV_SYMFONY, dsn, out, e);
    buf_addc(out, '\''); /* a percent code is doubled, lest it be taken for a parameter */
    for (size_t i = 0; i < dsn.n; i++)
        buf_add(out, dsn.p[i] == '%' ? STR("%%") : str_take(str_skip(dsn, i), 1));
    buf_addc(out, '\'');
    return true;
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    const struct settings_item *item = dsn_item(r);
    struct symfony_dsn d;
    AUTO(buf_wipe_done) struct buf password, dsn, more, written;
    buf_init(&password, SETTINGS_TEXT_MAX);
    buf_init(&dsn, SETTINGS_TEXT_MAX);
    buf_init(&more, SETTINGS_TEXT_MAX);
    buf_init(&written, SETTINGS_TEXT_MAX);
    if (is_same(r, wanted))
        return true;
    if (!item || !can_be_told(wanted, e))
        return item ? false : err_set(e, ERR_SYNTAX, "Symfony's DSN was not found in the file");
    symfony_dsn_cut(item->value, &d, out->arena);
    if (d.several)
        return err_set(e, ERR_SYNTAX, "there are several DSNs in one: change them by hand");
    if (wanted->secret != SETTINGS_SECRET_ASKED)
        add_password(&password, wanted);
    else if (d.user_is_secret)
        buf_add(&password, d.user);
    else if (d.password.p)
        buf_add(&password, d.password);
    other_options(&d, &more);
    bool none = !password.n && (wanted->secret == SETTINGS_SECRET_NONE || !d.password.p);
    add_dsn(&dsn, wanted, none ? STR_NONE : buf_str(&password), buf_str(&more));
    bool yaml = symfony_is_yaml(item->place.file->path, item->place.file->text);
    if (!quoted(item, yaml, buf_str(&dsn), &written, e))
        return false;
    settings_set_item(out, item, buf_str(&written));
    return true;
}

const struct settings_program SETTINGS_SYMFONY = {
    .name = STR_INIT("symfony"),
    .title = STR_INIT("Symfony Mailer"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 XOAUTH2"),
    .file = STR_INIT(".env"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL,
    .ran = STR_INIT("5.4.53"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = symfony_looks,
    .read = symfony_read,
    .change = change,
};
