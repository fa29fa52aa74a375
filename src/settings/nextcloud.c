/* SPDX-License-Identifier: ISC */
/*
 * settings/nextcloud.c - Nextcloud: the mail_ keys of $CONFIG in config/config.php
 *
 * Since version 26 Nextcloud sends by Symfony's EsmtpTransport. It tells it the host, the port, and whether
 * mail_smtpsecure is 'ssl'; everything else is Symfony's own choice: port 465 means TLS at once, and on other ports
 * STARTTLS is used where the server offers it, whatever mail_smtpsecure says. mail_smtpauthtype is not looked at.
 */
#include "settings/quote.h"
#include "settings/syntax_php.h"
#include "settings/url.h"
#include "settings/writers.h"

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static bool can_be_told(const struct settings *s, struct err *e)
{
    if (s->attempt.from_null)
        return err_set(e, ERR_SYNTAX, "Nextcloud cannot be told an empty sender");
    if (s->attempt.port == 465 && s->attempt.security != SMTP_SECURITY_TLS)
        return err_set(e, ERR_SYNTAX,
                       "Nextcloud begins with TLS on port 465, and cannot be told otherwise");
    return true;
}

static str secure(const struct smtp_attempt *a)
{
    return a->security == SMTP_SECURITY_TLS        ? STR("'ssl'")
           : a->security == SMTP_SECURITY_STARTTLS ? STR("'tls'")
                                                   : STR("''");
}

static void element(struct buf *out, const char *key, str value)
{
    buf_addf(out, "  '%s' => ", key);
    quote_php(out, value);
    buf_add(out, STR(",\n"));
}

static void add_host(struct buf *out, const struct smtp_attempt *a)
{
    buf_addf(out, settings_host_is_ipv6(a) ? "'[%.*s]'" : "'%.*s'", STR_ARG(settings_host(a)));
}

static void add_options(struct buf *out, const struct settings *s)
{
    buf_add(out, STR("array('ssl' => array("));
    if (s->unverified)
        buf_add(out, STR("'verify_peer' => false, 'verify_peer_name' => false, "));
    if (s->ca_file.n) {
        buf_add(out, STR("'cafile' => "));
        quote_php(out, s->ca_file);
    }
    buf_add(out, STR("))"));
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    str from = settings_from(a);
    size_t at = str_rfind_octet(from, '@');
    if (!can_be_told(s, e))
        return false;
    buf_add(
        out,
        STR("<?php\n"
            "// config/mail.config.php, which Nextcloud reads beside config.php; or put the lines "
            "into config.php's own array\n"));
    if (a->security == SMTP_SECURITY_NONE)
        buf_add(out, STR("// Where the server offers STARTTLS, Nextcloud encrypts all the same\n"));
    buf_add(out, STR("$CONFIG = array (\n  'mail_smtpmode' => 'smtp',\n  'mail_smtphost' => "));
    add_host(out, a);
    buf_addf(out, ",\n  'mail_smtpport' => %u,\n  'mail_smtpsecure' => %.*s,\n", a->port,
             STR_ARG(secure(a)));
    buf_addf(out, "  'mail_smtpauth' => %s,\n", smtp_attempt_logs_in(a) ? "true" : "false");
    if (smtp_attempt_logs_in(a)) {
        element(out, "mail_smtpname", a->user);
        buf_add(out, STR("  'mail_smtppassword' => "));
        php_add_secret(out, s);
        buf_add(out, STR(",\n"));
    }
    if (at != STR_NOT_FOUND) {
        element(out, "mail_from_address", str_take(from, at));
        element(out, "mail_domain", str_skip(from, at + 1));
    }
    if (s->unverified || s->ca_file.n) {
        buf_add(out, STR("  'mail_smtpstreamoptions' => "));
        add_options(out, s);
        buf_add(out, STR(",\n"));
    }
    buf_add(out, STR(");\n"));
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
#define CONFIG STR("$CONFIG")

static unsigned looks(str path, str text)
{
    bool array = str_find(text, CONFIG) != STR_NOT_FOUND;
    if (array && str_find(text, STR("mail_smtp")) != STR_NOT_FOUND)
        return 100;
    if (array && str_find(text, STR("'instanceid'")) != STR_NOT_FOUND)
        return 98;
    return array && str_ends_nocase(path, STR("config.php")) ? 60 : 0;
}

static struct settings_item *key(struct settings_reading *r, const char *name)
{
    return settings_item_named(r, CONFIG, str_from(name));
}

static void is_applied(struct settings_reading *r)
{
    const struct settings_item *mode = key(r, "mail_smtpmode");
    if (!mode || !(str_eq(mode->value, STR("sendmail")) || str_eq(mode->value, STR("null"))))
        return;
    settings_mistake(
        r, MISTAKE_NOT_APPLIED, mode,
        STR("mail_smtpmode is not 'smtp': the mail goes another way, and no server that "
            "stands here is used"),
        STR("write 'mail_smtpmode' => 'smtp'"));
}

static void take_server(const struct php *p, struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *host = key(r, "mail_smtphost"), *port = key(r, "mail_smtpport");
    a->host = STR("127.0.0.1");
    a->port = 25;
    settings_take(r, SETTINGS_HOST, host);
    if (host && (host->how & SETTINGS_ITEM_CODE))
        a->host = STR_NONE;
    if (a->host.n && a->host.p[0] == '[' && a->host.p[a->host.n - 1] == ']')
        a->host = str_take(str_skip(a->host, 1), a->host.n - 2);
    if (port && php_truth(p, port) == 0)
        a->port = str_eq(a->host, STR("localhost")) ? 25 : 465;
    else
        settings_take(r, SETTINGS_PORT, port);
}

static void take_login(const struct php *p, struct settings_reading *r)
{
    struct settings_item *auth = key(r, "mail_smtpauth");
    settings_said(r, SETTINGS_LOGIN, auth);
    php_boolean(p, r, auth);
    settings_take(r, SETTINGS_USER, key(r, "mail_smtpname"));
    php_take_secret(p, r, key(r, "mail_smtppassword"));
    if (auth && (php_truth(p, auth) == 1 || (php_truth(p, auth) < 0 && r->found.attempt.user.n)))
        r->found.attempt.mechanism = STR("auto");
    if (auth && php_truth(p, auth) == 0 && !r->found.attempt.user.n && !r->found.secret_text.n)
        r->found.secret = SETTINGS_SECRET_NONE; /* config.php often keeps the empty keys */
}

static void take_security(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *item = key(r, "mail_smtpsecure");
    settings_said(r, SETTINGS_SECURITY, item);
    bool ssl = item && str_eq(item->value, STR("ssl")),
         tls = item && str_eq(item->value, STR("tls"));
    if (ssl || a->port == 465)
        a->security = SMTP_SECURITY_TLS;
    else if (tls || smtp_attempt_logs_in(a) || a->port == 587)
        a->security = SMTP_SECURITY_STARTTLS;
    if (item && item->value.n && !ssl && !tls && !(item->how & SETTINGS_ITEM_CODE) &&
        !str_eq(item->value, STR("false")))
        settings_mistake(
            r, MISTAKE_DIALECT, item,
            STR("mail_smtpsecure is neither '' nor 'ssl' nor 'tls', and Nextcloud takes no "
                "notice of it"),
            STR("write 'ssl' for TLS at once (port 465), and 'tls' or '' for STARTTLS "
                "(port 587)"));
}

static void take_sender(struct settings_reading *r)
{
    struct settings_item *local = key(r, "mail_from_address"), *domain = key(r, "mail_domain");
    if (domain)
        domain->known = true;
    if (!local || (local->how & SETTINGS_ITEM_CODE) || !local->value.n)
        return;
    local->known = true;
    if (str_find_octet(local->value, '@') != STR_NOT_FOUND)
        settings_mistake(
            r, MISTAKE_FROM_UNQUALIFIED, local,
            STR("mail_from_address takes what stands in front of the @ only: Nextcloud "
                "puts @ and mail_domain behind it, and gets no address"),
            STR("write the part in front of the @ here, and the part behind it into "
                "'mail_domain'"));
    else if (domain && domain->value.n && !(domain->how & SETTINGS_ITEM_CODE)) {
        settings_said(r, SETTINGS_FROM, local);
        r->found.attempt.from = arena_printf(r->arena, "%.*s@%.*s", STR_ARG(local->value),
                                             STR_ARG(domain->value));
    } /* else Nextcloud takes the name under which it was called */
}

static void take_trust(const struct php *p, struct settings_reading *r)
{
    str ssl = STR("$CONFIG.mail_smtpstreamoptions.ssl");
    struct settings_item *peer = settings_item_named(r, ssl, STR("verify_peer"));
    struct settings_item *name = settings_item_named(r, ssl, STR("verify_peer_name"));
    bool no_peer = php_truth(p, peer) == 0, no_name = php_truth(p, name) == 0;
    settings_said(r, SETTINGS_VERIFY, no_peer || !no_name ? peer : name);
    r->found.unverified = no_peer || no_name;
    settings_take(r, SETTINGS_CA, settings_item_named(r, ssl, STR("cafile")));
}

/* The EHLO name is the host of the address under which Nextcloud knows itself. */
static void take_helo(struct settings_reading *r)
{
    struct settings_item *url = key(r, "overwrite.cli.url");
    struct settings_url cut;
    struct err e;
    if (!url || (url->how & SETTINGS_ITEM_CODE) || !settings_url_cut(url->value, &cut, &e) ||
        !cut.host.n || cut.bracketed)
        return;
    settings_said(r, SETTINGS_HELO, url);
    r->found.attempt.helo = cut.host;
}

static void know_the_rest(struct settings_reading *r)
{
    static const char *const OTHERS[] = { "mail_smtpauthtype",     "mail_smtptimeout",
                                          "mail_smtpdebug",        "mail_sendmailmode",
                                          "mail_template_class",   "mail_send_plaintext_only",
                                          "mail_smtpstreamoptions" };
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
        (void)key(r, OTHERS[i]);
    for (size_t i = 0; i < r->item_count; i++)
        r->items[i].known |= !str_starts(r->items[i].key, STR("mail_"));
}

static bool read(struct settings_reading *r, struct err *e)
{
    const struct settings_file *main = settings_main_file(r), *more = NULL;
    struct php *p = php_read(r, main, e);
    /* Of the image for containers. Nextcloud reads every *.config.php beside config.php, and behind it. */
    if (p && str_ends_nocase(main->path, STR("/config.php")))
        more = settings_file_if_there(r, STR("smtp.config.php"), main);
    if (!p || (more && !php_read_more(p, more, e)))
        return false;
    bool any = false;
    for (size_t i = 0; i < r->item_count && !any; i++)
        any = str_eq(r->items[i].section, CONFIG);
    if (!any)
        return settings_broken(main, 0, e, "there is no $CONFIG here, which Nextcloud looks for");
    is_applied(r);
    take_server(p, r);
    take_login(p, r);
    take_security(r);
    take_sender(r);
    take_helo(r);
    take_trust(p, r);
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

static const struct settings_item *item_of(const struct edit *x, str section, const char *name)
{
    for (size_t i = x->r->item_count; i-- > 0;)
        if (str_eq(x->r->items[i].section, section) && str_eq(x->r->items[i].key, str_from(name)))
            return &x->r->items[i];
    return NULL;
}

/* The element of $CONFIG that ends last in the main file. */
static const struct settings_item *last_element(const struct settings_reading *r)
{
    const struct settings_item *last = NULL;
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_item *at = &r->items[i];
        if (str_eq(at->section, CONFIG) && at->place.file == settings_main_file(r) &&
            (!last || at->place.at + at->place.n > last->place.at + last->place.n))
            last = at;
    }
    return last;
}

static void put(const struct edit *x, const char *name, str written)
{
    const struct settings_item *item = item_of(x, CONFIG, name);
    if (item) {
        settings_set_item(x->out, item, written);
        return;
    }
    const struct settings_item *last = last_element(x->r);
    if (!last) {
        x->out->failed = true;
        return;
    }
    str text = last->place.file->text;
    size_t at = last->place.at + last->place.n, next = at;
    while (next < text.n && (text.p[next] == ' ' || text.p[next] == '\n' || text.p[next] == '\t' ||
                             text.p[next] == '\r'))
        next++;
    bool comma = next < text.n && text.p[next] == ',',
         statement = next < text.n && text.p[next] == ';';
    str line = statement
                   ? arena_printf(x->out->arena, "\n$CONFIG['%s'] = %.*s;", name, STR_ARG(written))
                   : arena_printf(x->out->arena, "%s\n  '%s' => %.*s%s", comma ? "" : ",", name,
                                  STR_ARG(written), comma ? "," : "");
    php_replace(x->out, last->place.file, comma || statement ? next + 1 : at, 0, line);
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
    const struct settings_item *mode = item_of(x, CONFIG, "mail_smtpmode");
    AUTO(buf_done) struct buf b;
    buf_init(&b, SETTINGS_VALUE_MAX + 16);
    add_host(&b, a);
    if (mode && !str_eq(mode->value, STR("smtp")))
        put(x, "mail_smtpmode", STR("'smtp'"));
    if (settings_differs(x->r, wanted, SETTINGS_HOST))
        put(x, "mail_smtphost", arena_dup(x->out->arena, buf_str(&b)));
    if (settings_differs(x->r, wanted, SETTINGS_PORT))
        put(x, "mail_smtpport", arena_printf(x->out->arena, "%u", a->port));
    /* The port alone may mean another kind of encryption. */
    const struct settings_item *now = item_of(x, CONFIG, "mail_smtpsecure");
    bool is_ssl = now && str_eq(now->value, STR("ssl"));
    if (settings_differs(x->r, wanted, SETTINGS_SECURITY) ||
        is_ssl != (a->security == SMTP_SECURITY_TLS))
        put(x, "mail_smtpsecure", secure(a));
}

static void change_login(const struct edit *x, const struct settings *wanted)
{
    const struct smtp_attempt *a = &wanted->attempt;
    if (smtp_attempt_logs_in(a) != smtp_attempt_logs_in(&x->r->found.attempt))
        put(x, "mail_smtpauth", smtp_attempt_logs_in(a) ? STR("true") : STR("false"));
    if (settings_differs(x->r, wanted, SETTINGS_USER))
        put(x, "mail_smtpname", quoted(x, a->user));
    if (!settings_differs(x->r, wanted, SETTINGS_SECRET))
        return;
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, SETTINGS_TEXT_MAX);
    php_add_secret(&b, wanted);
    put(x, "mail_smtppassword",
        wanted->secret == SETTINGS_SECRET_NONE ? STR("''") : arena_dup(x->out->arena, buf_str(&b)));
}

static void change_sender(const struct edit *x, const struct settings *wanted)
{
    str from = settings_from(&wanted->attempt);
    size_t at = str_rfind_octet(from, '@');
    if (!settings_differs(x->r, wanted, SETTINGS_FROM) || at == STR_NOT_FOUND)
        return;
    put(x, "mail_from_address", quoted(x, str_take(from, at)));
    put(x, "mail_domain", quoted(x, str_skip(from, at + 1)));
}

static void change_trust(const struct edit *x, const struct settings *wanted)
{
    static const char *const NAMES[] = { "verify_peer", "verify_peer_name" };
    str ssl = STR("$CONFIG.mail_smtpstreamoptions.ssl");
    bool there = false;
    if (!settings_differs(x->r, wanted, SETTINGS_VERIFY) &&
        !settings_differs(x->r, wanted, SETTINGS_CA))
        return;
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        const struct settings_item *item = item_of(x, ssl, NAMES[i]);
        there |= item != NULL;
        if (item)
            settings_set_item(x->out, item, wanted->unverified ? STR("false") : STR("true"));
    }
    if (there && !settings_differs(x->r, wanted, SETTINGS_CA))
        return;
    AUTO(buf_done) struct buf b;
    buf_init(&b, SETTINGS_TEXT_MAX);
    add_options(&b, wanted);
    put(x, "mail_smtpstreamoptions", arena_dup(x->out->arena, buf_str(&b)));
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    struct edit x = { r, out };
    if (!can_be_told(wanted, e))
        return false;
    change_server(&x, wanted);
    change_login(&x, wanted);
    change_sender(&x, wanted);
    change_trust(&x, wanted);
    return true;
}

const struct settings_program SETTINGS_NEXTCLOUD = {
    .name = STR_INIT("nextcloud"),
    .title = STR_INIT("Nextcloud"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("config/config.php"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_FILE,
    .comment = STR_INIT("// "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = change,
};
