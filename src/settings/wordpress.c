/* SPDX-License-Identifier: ISC */
/*
 * settings/wordpress.c - WordPress: the constants of WP Mail SMTP in wp-config.php, or code that sets up the mailer
 */
#include "settings/phpmailer_rules.h"
#include "settings/quote.h"
#include "settings/writers.h"

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static str encryption(const struct smtp_attempt *a)
{
    return a->security == SMTP_SECURITY_TLS        ? STR("'ssl'")
           : a->security == SMTP_SECURITY_STARTTLS ? STR("'tls'")
                                                   : STR("''");
}

static void define_text(struct buf *out, const char *name, str value)
{
    buf_addf(out, "define( '%s', ", name);
    quote_php(out, value);
    buf_add(out, STR(" );\n"));
}

static bool can_be_told(const struct settings *s, struct err *e)
{
    if (s->unverified || s->ca_file.n)
        return err_set(
            e, ERR_SYNTAX,
            "WP Mail SMTP has no constant that says which certificates it takes: put the "
            "authority among the system's");
    if (s->attempt.from_null)
        return err_set(e, ERR_SYNTAX, "WordPress cannot be told an empty sender");
    return phpmailer_takes_host(settings_host(&s->attempt), e);
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    bool logs_in = smtp_attempt_logs_in(a);
    if (!can_be_told(s, e))
        return false;
    buf_add(out,
            STR("<?php\n"
                "// The lines below go into wp-config.php, above \"That's all, stop editing!\"\n"
                "define( 'WPMS_ON', true );\n"
                "define( 'WPMS_MAILER', 'smtp' );\n"
                "define( 'WPMS_SMTP_HOST', "));
    phpmailer_add_host(out, a);
    buf_addf(out, " );\ndefine( 'WPMS_SMTP_PORT', %u );\ndefine( 'WPMS_SSL', %.*s );\n", a->port,
             STR_ARG(encryption(a)));
    buf_addf(out, "define( 'WPMS_SMTP_AUTOTLS', %s );\n",
             a->security == SMTP_SECURITY_NONE ? "false" : "true");
    buf_addf(out, "define( 'WPMS_SMTP_AUTH', %s );\n", logs_in ? "true" : "false");
    if (logs_in) {
        define_text(out, "WPMS_SMTP_USER", a->user);
        buf_add(out, STR("define( 'WPMS_SMTP_PASS', "));
        php_add_secret(out, s);
        buf_add(out, STR(" );\n"));
    }
    if (settings_from(a).n) {
        define_text(out, "WPMS_MAIL_FROM", settings_from(a));
        buf_add(out, STR("define( 'WPMS_MAIL_FROM_FORCE', true );\n"));
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static unsigned looks(str path, str text)
{
    if (str_find(text, STR("WPMS_")) != STR_NOT_FOUND)
        return 100;
    if (str_find(text, STR("phpmailer_init")) != STR_NOT_FOUND)
        return 98;
    return str_ends_nocase(path, STR("wp-config.php")) ? 95 : 0;
}

/* WP Mail SMTP's, and those of the lines that people copy for their own phpmailer_init. */
static const struct constants {
    const char *on, *host, *port, *secure, *auto_tls, *auth, *user, *password, *from;
    struct phpmailer_words words;
} PLUGIN = { "WPMS_ON",
             "WPMS_SMTP_HOST",
             "WPMS_SMTP_PORT",
             "WPMS_SSL",
             "WPMS_SMTP_AUTOTLS",
             "WPMS_SMTP_AUTH",
             "WPMS_SMTP_USER",
             "WPMS_SMTP_PASS",
             "WPMS_MAIL_FROM",
             { STR_INIT("WPMS_SMTP_HOST"), STR_INIT("WPMS_SSL"), STR_INIT("WPMS_SMTP_AUTOTLS"),
               STR_INIT("WPMS_SMTP_AUTH") } },
  COPIED = { "",
             "SMTP_HOST",
             "SMTP_PORT",
             "SMTP_SECURE",
             "SMTP_AUTOTLS",
             "SMTP_AUTH",
             "SMTP_USER",
             "SMTP_PASS",
             "SMTP_FROM",
             { STR_INIT("SMTP_HOST"), STR_INIT("SMTP_SECURE"), STR_INIT("SMTP_AUTOTLS"),
               STR_INIT("SMTP_AUTH") } };

static struct settings_item *constant(struct settings_reading *r, const char *name)
{
    return settings_item_named(r, STR(""), str_from(name));
}

/* The plugin takes no notice of those that are false to PHP: what was typed into its page counts then. */
static struct settings_item *set_constant(const struct php *p, struct settings_reading *r,
                                          const char *name)
{
    struct settings_item *item = constant(r, name);
    return php_truth(p, item) == 0 ? NULL : item;
}

static bool has_constants(const struct settings_reading *r, const char *prefix)
{
    for (size_t i = 0; i < r->item_count; i++)
        if (!r->items[i].section.n && str_starts(r->items[i].key, str_from(prefix)))
            return true;
    return false;
}

static void not_applied(struct settings_reading *r, const struct settings_item *item, str said,
                        str remedy, bool sure)
{
    struct settings_mistake *m = settings_mistake(r, MISTAKE_NOT_APPLIED, item, said, remedy);
    if (m && !sure)
        m->sure = MISTAKE_LIKELY;
}

static void is_applied(const struct php *p, struct settings_reading *r)
{
    struct settings_item *on = constant(r, "WPMS_ON"), *mailer = set_constant(p, r, "WPMS_MAILER");
    struct settings_item *host = constant(r, "WPMS_SMTP_HOST");
    if (!on || !(php_fact_of(p, on)->kind == PHP_CODE ||
                 (php_fact_of(p, on)->kind == PHP_BOOL && str_eq(on->value, STR("true")))))
        not_applied(
            r, on ? on : host,
            STR("WPMS_ON is not true, without quotes: WP Mail SMTP takes what was typed into "
                "its own page, and none of these lines"),
            STR("write define( 'WPMS_ON', true );"), true);
    if (!mailer)
        not_applied(
            r, host,
            STR("WPMS_MAILER is not set, so the mailer that was chosen in WP Mail SMTP's own "
                "page counts: unless that is \"Other SMTP\", these lines are not used"),
            STR("write define( 'WPMS_MAILER', 'smtp' );"), false);
    else if (!str_eq(mailer->value, STR("smtp")) && !(mailer->how & SETTINGS_ITEM_CODE))
        not_applied(r, mailer,
                    STR("WPMS_MAILER is not 'smtp': the mail goes another way, and no server that "
                        "stands here is used"),
                    STR("write define( 'WPMS_MAILER', 'smtp' );"), true);
    struct settings_item *silent = constant(r, "WPMS_DO_NOT_SEND");
    if (php_truth(p, silent) == 1)
        not_applied(r, silent, STR("WPMS_DO_NOT_SEND is on: no mail is sent at all"),
                    STR("take the line out"), true);
}

static void read_constants(const struct php *p, struct settings_reading *r,
                           const struct constants *c)
{
    struct phpmailer_properties x = {
        .host = set_constant(p, r, c->host),
        .port = set_constant(p, r, c->port),
        .secure = constant(r, c->secure),
        .auto_tls = constant(r, c->auto_tls),
        .auth = constant(r, c->auth),
        .user = set_constant(p, r, c->user),
        .password = set_constant(p, r, c->password),
        .from = set_constant(p, r, c->from),
        .logs_in_by_default = true,
    };
    phpmailer_take(p, r, &x, &c->words);
    if (!x.host) /* what was typed into the plugin's page */
        r->found.attempt.host = STR_NONE;
    if (!x.port && !x.host)
        r->found.attempt.port = 0;
}

/* Everything else in wp-config.php is of no concern: database, keys, paths. */
static void know_the_rest(struct settings_reading *r)
{
    for (size_t i = 0; i < r->item_count; i++)
        r->items[i].known |= !str_starts(r->items[i].key, STR("WPMS_")) &&
                             str_find(r->items[i].section, STR("->")) == STR_NOT_FOUND;
    static const char *const OTHERS[] = { "WPMS_MAIL_FROM_FORCE",      "WPMS_MAIL_FROM_NAME",
                                          "WPMS_MAIL_FROM_NAME_FORCE", "WPMS_SET_RETURN_PATH",
                                          "WPMS_LICENSE_KEY",          "WPMS_DO_NOT_SEND" };
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
        (void)constant(r, OTHERS[i]);
}

/* A theme's functions.php gets its constants from the wp-config.php three folders up. */
static struct php *read_files(struct settings_reading *r, struct err *e)
{
    const struct settings_file *main = settings_main_file(r), *config = NULL;
    if (str_ends_nocase(main->path, STR("functions.php")))
        config = settings_file_if_there(r, STR("../../../wp-config.php"), main);
    struct php *p = php_read(r, config ? config : main, e);
    return p && config && !php_read_more(p, main, e) ? NULL : p;
}

static bool read(struct settings_reading *r, struct err *e)
{
    struct php *p = read_files(r, e);
    if (!p)
        return false;
    if (has_constants(r, "WPMS_")) {
        read_constants(p, r, &PLUGIN);
        is_applied(p, r);
    } else {
        str object = phpmailer_find_object(r);
        if (object.p) {
            r->account_taken = object;
            phpmailer_object(p, r, object);
        } else if (has_constants(r, "SMTP_")) {
            read_constants(p, r, &COPIED);
        } else {
            return settings_broken(
                settings_main_file(r), 0, e,
                "no settings of WP Mail SMTP (WPMS_...) stand here, nor code that "
                "sets up the mailer");
        }
    }
    know_the_rest(r);
    php_mistakes(p, r);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Changing
 */
struct edit {
    const struct settings_reading *r;
    struct settings_changes *out;
};

static const struct settings_item *item_of(const struct edit *x, const char *name)
{
    for (size_t i = x->r->item_count; i-- > 0;)
        if (!x->r->items[i].section.n && str_eq(x->r->items[i].key, str_from(name)))
            return &x->r->items[i];
    return NULL;
}

/* Behind the plugin's other lines; else above the line that WordPress itself marks, or the one that starts it. */
static size_t place_for_more(const struct settings_reading *r)
{
    static const char *const ABOVE[] = { "/* That's all", "if ( ! defined( 'ABSPATH'",
                                         "if ( !defined('ABSPATH')", "require_once" };
    const struct settings_file *f = settings_main_file(r);
    const struct settings_item *last = NULL;
    for (size_t i = 0; i < r->item_count; i++)
        if (str_starts(r->items[i].key, STR("WPMS_")) && r->items[i].place.file == f)
            last = &r->items[i];
    if (last)
        return php_behind(last);
    for (size_t i = 0; i < COUNT_OF(ABOVE); i++) {
        size_t at = str_find(f->text, str_from(ABOVE[i]));
        if (at != STR_NOT_FOUND && (!at || f->text.p[at - 1] == '\n'))
            return at;
    }
    return f->text.n;
}

static void put(const struct edit *x, const char *name, str written)
{
    const struct settings_item *item = item_of(x, name);
    if (item) {
        settings_set_item(x->out, item, written);
        return;
    }
    const struct settings_file *f = settings_main_file(x->r);
    size_t at = place_for_more(x->r);
    bool begins = !at || f->text.p[at - 1] == '\n';
    php_replace(x->out, f, at, 0,
                arena_printf(x->out->arena, "%sdefine( '%s', %.*s );%s", begins ? "" : "\n", name,
                             STR_ARG(written), begins ? "\n" : ""));
}

static str quoted(const struct edit *x, str value)
{
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, SETTINGS_TEXT_MAX);
    quote_php(&b, value);
    return arena_dup(x->out->arena, buf_str(&b));
}

static void change_server(const struct edit *x, const struct settings *wanted)
{
    const struct smtp_attempt *a = &wanted->attempt;
    const struct settings_item *host = item_of(x, "WPMS_SMTP_HOST");
    bool differs = settings_differs(x->r, wanted, SETTINGS_HOST);
    bool port = settings_differs(x->r, wanted, SETTINGS_PORT);
    bool security = settings_differs(x->r, wanted, SETTINGS_SECURITY);
    bool all = host && !phpmailer_host_is_plain(host) && (differs || port || security);
    AUTO(buf_done) struct buf b;
    buf_init(&b, SETTINGS_VALUE_MAX + 16);
    phpmailer_add_host(&b, a);
    if (differs || all)
        put(x, "WPMS_SMTP_HOST", arena_dup(x->out->arena, buf_str(&b)));
    if (port || all)
        put(x, "WPMS_SMTP_PORT", arena_printf(x->out->arena, "%u", a->port));
    if (!security && !all)
        return;
    put(x, "WPMS_SSL", encryption(a));
    if (a->security == SMTP_SECURITY_NONE)
        put(x, "WPMS_SMTP_AUTOTLS", STR("false"));
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    struct edit x = { r, out };
    const struct smtp_attempt *a = &wanted->attempt;
    if (r->account_taken.n)
        return phpmailer_change(r, wanted, out, e);
    if (!item_of(&x, "WPMS_SMTP_HOST") && item_of(&x, "SMTP_HOST"))
        return err_set(e, ERR_SYNTAX,
                       "what uses these constants is not known; change them by hand");
    if (!can_be_told(wanted, e))
        return false;
    const struct settings_item *on = item_of(&x, "WPMS_ON"), *mailer = item_of(&x, "WPMS_MAILER");
    if (!on || !str_eq(on->value, STR("true")) || (on->how & SETTINGS_ITEM_QUOTED))
        put(&x, "WPMS_ON", STR("true"));
    if (!mailer || !str_eq(mailer->value, STR("smtp")))
        put(&x, "WPMS_MAILER", STR("'smtp'"));
    change_server(&x, wanted);
    if (settings_differs(r, wanted, SETTINGS_LOGIN) &&
        smtp_attempt_logs_in(a) != smtp_attempt_logs_in(&r->found.attempt))
        put(&x, "WPMS_SMTP_AUTH", smtp_attempt_logs_in(a) ? STR("true") : STR("false"));
    if (settings_differs(r, wanted, SETTINGS_USER))
        put(&x, "WPMS_SMTP_USER", quoted(&x, a->user));
    if (settings_differs(r, wanted, SETTINGS_FROM))
        put(&x, "WPMS_MAIL_FROM", quoted(&x, settings_from(a)));
    if (settings_differs(r, wanted, SETTINGS_SECRET)) {
        AUTO(buf_wipe_done) struct buf b;
        buf_init(&b, SETTINGS_TEXT_MAX);
        php_add_secret(&b, wanted);
        put(&x, "WPMS_SMTP_PASS",
            wanted->secret == SETTINGS_SECRET_NONE ? STR("''")
                                                   : arena_dup(out->arena, buf_str(&b)));
    }
    return true;
}

const struct settings_program SETTINGS_WORDPRESS = {
    .name = STR_INIT("wordpress"),
    .title = STR_INIT("WordPress (WP Mail SMTP)"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("wp-config.php"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_FILE,
    .comment = STR_INIT("// "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = change,
};
