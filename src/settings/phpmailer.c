/* SPDX-License-Identifier: ISC */
/*
 * settings/phpmailer.c - PHPMailer: the properties of its object in PHP source
 */
#include "settings/phpmailer_rules.h"
#include "settings/quote.h"
#include "settings/writers.h"

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static void set(struct buf *out, const char *property, str value)
{
    buf_addf(out, "$mail->%s = ", property);
    quote_php(out, value);
    buf_add(out, STR(";\n"));
}

static void call(struct buf *out, const char *method, str value)
{
    buf_addf(out, "$mail->%s(", method);
    quote_php(out, value);
    buf_add(out, STR(");\n"));
}

static str secure(const struct smtp_attempt *a)
{
    return a->security == SMTP_SECURITY_TLS        ? STR("PHPMailer::ENCRYPTION_SMTPS")
           : a->security == SMTP_SECURITY_STARTTLS ? STR("PHPMailer::ENCRYPTION_STARTTLS")
                                                   : STR("''");
}

static void write_login(const struct settings *s, struct buf *out)
{
    const struct smtp_attempt *a = &s->attempt;
    buf_addf(out, "$mail->SMTPAuth = %s;\n", smtp_attempt_logs_in(a) ? "true" : "false");
    if (!smtp_attempt_logs_in(a))
        return;
    if (!settings_is(a, "auto"))
        set(out, "AuthType", a->mechanism);
    set(out, "Username", a->user);
    buf_add(out, STR("$mail->Password = "));
    if (s->secret == SETTINGS_SECRET_ASKED)
        buf_add(out, STR("getenv('SMTP_PASSWORD')"));
    else
        php_add_secret(out, s);
    buf_add(out, STR(";\n"));
}

static void write_trust(const struct settings *s, struct buf *out)
{
    if (s->unverified)
        buf_add(out, STR("$mail->SMTPOptions['ssl']['verify_peer'] = false;\n"
                         "$mail->SMTPOptions['ssl']['verify_peer_name'] = false;\n"));
    if (!s->ca_file.n)
        return;
    buf_add(out, STR("$mail->SMTPOptions['ssl']['cafile'] = "));
    quote_php(out, s->ca_file);
    buf_add(out, STR(";\n"));
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    if (a->from_null)
        return err_set(e, ERR_SYNTAX, "PHPMailer cannot be told an empty sender");
    if (!phpmailer_takes_host(settings_host(a), e))
        return false;
    buf_add(out, STR("<?php\n"
                     "use PHPMailer\\PHPMailer\\PHPMailer;\n"
                     "require 'vendor/autoload.php';\n\n"
                     "$mail = new PHPMailer(true);\n"
                     "$mail->isSMTP();\n"
                     "$mail->Host = "));
    phpmailer_add_host(out, a);
    buf_addf(out, ";\n$mail->Port = %u;\n$mail->SMTPSecure = %.*s;\n", a->port, STR_ARG(secure(a)));
    if (a->security == SMTP_SECURITY_NONE)
        buf_add(out, STR("$mail->SMTPAutoTLS = false;\n"));
    write_login(s, out);
    write_trust(s, out);
    if (a->helo.n)
        set(out, "Helo", a->helo);
    call(out, "setFrom", settings_author(a));
    if (settings_has_own_reverse_path(a))
        set(out, "Sender", a->from);
    call(out, "addAddress", settings_recipient(a));
    buf_add(out, STR("$mail->Subject = 'Test';\n$mail->Body = 'Test';\n$mail->send();\n"));
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static unsigned looks(str path UNUSED, str text)
{
    if (str_find(text, STR("<?php")) == STR_NOT_FOUND && str_find(text, STR("->")) == STR_NOT_FOUND)
        return 0;
    bool host = str_find(text, STR("->Host")) != STR_NOT_FOUND;
    bool smtp = str_find_nocase(text, STR("->isSMTP(")) != STR_NOT_FOUND;
    bool named = str_find(text, STR("PHPMailer")) != STR_NOT_FOUND;
    bool property = str_find(text, STR("->SMTPAuth")) != STR_NOT_FOUND ||
                    str_find(text, STR("->SMTPSecure")) != STR_NOT_FOUND;
    return (host || smtp) && (named || property) ? 90 : named && property ? 80 : property ? 70 : 0;
}

static const struct name_row PROPERTIES[] = {
    { 0, STR_INIT("Host") },          { 0, STR_INIT("Port") },
    { 0, STR_INIT("SMTPSecure") },    { 0, STR_INIT("SMTPAutoTLS") },
    { 0, STR_INIT("SMTPAuth") },      { 0, STR_INIT("Username") },
    { 0, STR_INIT("Password") },      { 0, STR_INIT("AuthType") },
    { 0, STR_INIT("SMTPOptions") },   { 0, STR_INIT("Helo") },
    { 0, STR_INIT("Hostname") },      { 0, STR_INIT("From") },
    { 0, STR_INIT("Sender") },        { 0, STR_INIT("Mailer") },
    { 1, STR_INIT("FromName") },      { 1, STR_INIT("Subject") },
    { 1, STR_INIT("Body") },          { 1, STR_INIT("AltBody") },
    { 1, STR_INIT("CharSet") },       { 1, STR_INIT("Encoding") },
    { 1, STR_INIT("Timeout") },       { 1, STR_INIT("SMTPDebug") },
    { 1, STR_INIT("Debugoutput") },   { 1, STR_INIT("Priority") },
    { 1, STR_INIT("ContentType") },   { 1, STR_INIT("WordWrap") },
    { 1, STR_INIT("SMTPKeepAlive") }, { 1, STR_INIT("XMailer") },
    { 1, STR_INIT("Sendmail") },      { 1, STR_INIT("MessageID") },
    { 1, STR_INIT("SingleTo") },      { 1, STR_INIT("ErrorInfo") },
    { 1, STR_INIT("Ical") },          { 1, STR_INIT("DKIM_domain") },
    { 1, STR_INIT("DKIM_selector") }, { 1, STR_INIT("DKIM_private") },
    { 1, STR_INIT("DKIM_identity") }, { 1, STR_INIT("DKIM_passphrase") },
};
static const struct names PROPERTY_NAMES = NAMES(PROPERTIES);

static bool is_connection(str key)
{
    for (size_t i = 0; i < COUNT_OF(PROPERTIES) && !PROPERTIES[i].value; i++)
        if (str_eq(PROPERTIES[i].name, key))
            return true;
    return str_eq_nocase(key, STR("isSMTP()"));
}

/* The objects that have settings of PHPMailer; the last one that names a server is taken. */
str phpmailer_find_object(struct settings_reading *r)
{
    str best = STR_NONE;
    bool best_has_host = false;
    for (size_t i = 0; i < r->item_count; i++) {
        str section = r->items[i].section;
        if (!str_starts(section, STR("$")) || !is_connection(r->items[i].key))
            continue;
        bool seen = false;
        for (size_t k = 0; k < r->account_count && !seen; k++)
            seen = str_eq(r->accounts[k], section);
        if (!seen && r->account_count < SETTINGS_ACCOUNTS)
            r->accounts[r->account_count++] = section;
        bool host = str_eq(r->items[i].key, STR("Host"));
        if (r->account.n ? str_eq(section, r->account) : !best.p || host || !best_has_host) {
            best = section;
            best_has_host |= host;
        }
    }
    if (r->account_count < 2)
        r->account_count = 0;
    return best;
}

static struct settings_item *first_argument(struct settings_reading *r, str object,
                                            const char *method)
{
    return settings_item_nocase(r, object, str_from(method));
}

/* Which of isSMTP(), isMail(), ... and Mailer was the last. */
static bool speaks_smtp(struct settings_reading *r, str object)
{
    static const char *const OTHERS[] = { "isMail()", "isSendmail()", "isQmail()" };
    const struct settings_item *smtp = first_argument(r, object, "isSMTP()");
    const struct settings_item *mailer = settings_item_named(r, object, STR("Mailer"));
    bool by_name = mailer &&
                   (str_eq(mailer->value, STR("smtp")) || mailer->how & SETTINGS_ITEM_CODE);
    if (by_name && (!smtp || mailer > smtp))
        smtp = mailer;
    else if (mailer && smtp && mailer > smtp && !by_name)
        return false;
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++) {
        const struct settings_item *other = first_argument(r, object, OTHERS[i]);
        if (other && other > smtp)
            return false;
    }
    return smtp != NULL;
}

static void unknown_properties(struct settings_reading *r, str object)
{
    for (size_t i = 0; i < COUNT_OF(PROPERTIES); i++)
        (void)settings_item_named(r, object, PROPERTIES[i].name);
    for (size_t i = 0; i < r->item_count; i++) {
        struct settings_item *item = &r->items[i];
        item->known |= str_eq(item->section, object) &&
                       str_find(item->key, STR("()")) != STR_NOT_FOUND;
        if (item->known || !str_eq(item->section, object))
            continue;
        str near = names_nearest(&PROPERTY_NAMES, item->key);
        if (!near.n)
            continue;
        struct settings_mistake *m = settings_mistake(
            r, MISTAKE_KEY_UNKNOWN, item,
            arena_printf(r->arena, "PHPMailer has no property %.*s, and uses none of this",
                         STR_ARG(str_take(item->key, 60))),
            arena_printf(r->arena, "write %.*s: capital letters count", STR_ARG(near)));
        if (m)
            m->sure = MISTAKE_LIKELY;
    }
}

static const struct phpmailer_words WORDS = { STR_INIT("Host"), STR_INIT("SMTPSecure"),
                                              STR_INIT("SMTPAutoTLS"), STR_INIT("SMTPAuth") };

void phpmailer_object(const struct php *p, struct settings_reading *r, str object)
{
    str options = arena_printf(r->arena, "%.*s->SMTPOptions.ssl", STR_ARG(object));
    struct settings_item *called = first_argument(r, object, "setFrom()");
    struct phpmailer_properties x = {
        .host = settings_item_named(r, object, STR("Host")),
        .port = settings_item_named(r, object, STR("Port")),
        .secure = settings_item_named(r, object, STR("SMTPSecure")),
        .auto_tls = settings_item_named(r, object, STR("SMTPAutoTLS")),
        .auth = settings_item_named(r, object, STR("SMTPAuth")),
        .auth_type = settings_item_named(r, object, STR("AuthType")),
        .user = settings_item_named(r, object, STR("Username")),
        .password = settings_item_named(r, object, STR("Password")),
        .helo = settings_item_named(r, object, STR("Helo")),
        .from = settings_item_named(r, object, STR("From")),
        .sender = settings_item_named(r, object, STR("Sender")),
        .to = first_argument(r, object, "addAddress()"),
        .verify_peer = settings_item_named(r, options, STR("verify_peer")),
        .verify_name = settings_item_named(r, options, STR("verify_peer_name")),
        .ca_file = settings_item_named(r, options, STR("cafile")),
    };
    if (!x.helo || !x.helo->value.n)
        x.helo = settings_item_named(r, object, STR("Hostname"));
    if (called && (!x.from || called > x.from))
        x.from = called;
    else if (called && !x.sender)
        x.sender = called; /* setFrom() set the reverse-path too, and From alone leaves it */
    phpmailer_take(p, r, &x, &WORDS);
    unknown_properties(r, object);
    if (!speaks_smtp(r, object) && (x.host || x.user || x.auth))
        settings_mistake(
            r, MISTAKE_NOT_APPLIED, x.host,
            arena_printf(r->arena,
                         "isSMTP() is not called: PHPMailer hands the mail to PHP's "
                         "mail(), and uses no server of %.*s",
                         STR_ARG(object)),
            arena_printf(r->arena, "call %.*s->isSMTP() before sending", STR_ARG(object)));
}

static bool read(struct settings_reading *r, struct err *e)
{
    struct php *p = php_read(r, settings_main_file(r), e);
    if (!p)
        return false;
    str object = phpmailer_find_object(r);
    if (!object.p)
        return settings_broken(settings_main_file(r), 0, e,
                               r->account.n ? "no PHPMailer object of that name is set up here"
                                            : "no settings of PHPMailer stand here");
    r->account_taken = object;
    phpmailer_object(p, r, object);
    php_mistakes(p, r);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Changing
 */
/* The last statement that sets up the connection: new ones go behind it. */
static const struct settings_item *anchor(const struct settings_reading *r, str object)
{
    const struct settings_item *last = NULL;
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_item *at = &r->items[i];
        if (str_eq(at->section, object) && is_connection(at->key) &&
            at->place.file == &r->files[0] && (!last || at->place.at > last->place.at))
            last = at;
    }
    return last;
}

struct edit {
    const struct settings_reading *r;
    struct settings_changes *out;
    str object;
};

static const struct settings_item *item_of(const struct edit *x, const char *section,
                                           const char *key)
{
    str full = section[0] ? arena_printf(x->out->arena, "%.*s%s", STR_ARG(x->object), section)
                          : x->object;
    const struct settings_item *last = NULL;
    for (size_t i = 0; i < x->r->item_count; i++)
        if (str_eq(x->r->items[i].section, full) && str_eq(x->r->items[i].key, str_from(key)))
            last = &x->r->items[i];
    return last;
}

/* Where the property stands, or `line`, which begins behind "$mail", in a new statement. */
static void put(const struct edit *x, const struct settings_item *item, const char *line,
                str written)
{
    if (item) {
        settings_set_item(x->out, item, written);
        return;
    }
    const struct settings_item *behind = anchor(x->r, x->object);
    if (!behind) {
        x->out->failed = true;
        return;
    }
    size_t at = php_behind(behind);
    bool new_line = at && behind->place.file->text.p[at - 1] == '\n';
    str indent = php_indent_of(behind);
    str text = arena_printf(x->out->arena, "%s%.*s%.*s%s = %.*s;%s", new_line ? "" : "\n",
                            STR_ARG(indent), STR_ARG(x->object), line, STR_ARG(written),
                            new_line ? "\n" : "");
    php_replace(x->out, behind->place.file, at, 0, text);
}

static str quoted(const struct edit *x, str value)
{
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, SETTINGS_TEXT_MAX);
    quote_php(&b, value);
    return arena_dup(x->out->arena, buf_str(&b));
}

static void put_text(const struct edit *x, const char *property, str value)
{
    const struct settings_item *item = item_of(x, "", property);
    if (item || value.n)
        put(x, item, arena_printf(x->out->arena, "->%s", property).p, quoted(x, value));
}

static void change_server(const struct edit *x, const struct settings *wanted)
{
    const struct smtp_attempt *a = &wanted->attempt;
    const struct settings_item *host = item_of(x, "", "Host");
    bool differs = settings_differs(x->r, wanted, SETTINGS_HOST);
    bool port = settings_differs(x->r, wanted, SETTINGS_PORT);
    bool security = settings_differs(x->r, wanted, SETTINGS_SECURITY);
    bool all = host && !phpmailer_host_is_plain(host) && (differs || port || security);
    AUTO(buf_done) struct buf b;
    buf_init(&b, SETTINGS_VALUE_MAX + 16);
    phpmailer_add_host(&b, a);
    if (differs || all)
        put(x, host, "->Host", arena_dup(x->out->arena, buf_str(&b)));
    if (port || all)
        put(x, item_of(x, "", "Port"), "->Port", arena_printf(x->out->arena, "%u", a->port));
    if (!security && !all)
        return;
    put(x, item_of(x, "", "SMTPSecure"), "->SMTPSecure",
        a->security == SMTP_SECURITY_TLS        ? STR("'ssl'")
        : a->security == SMTP_SECURITY_STARTTLS ? STR("'tls'")
                                                : STR("''"));
    if (a->security == SMTP_SECURITY_NONE)
        put(x, item_of(x, "", "SMTPAutoTLS"), "->SMTPAutoTLS", STR("false"));
}

static void change_login(const struct edit *x, const struct settings *wanted)
{
    const struct smtp_attempt *a = &wanted->attempt;
    const struct settings_item *type = item_of(x, "", "AuthType");
    if (settings_differs(x->r, wanted, SETTINGS_LOGIN)) {
        put(x, item_of(x, "", "SMTPAuth"), "->SMTPAuth",
            smtp_attempt_logs_in(a) ? STR("true") : STR("false"));
        if (smtp_attempt_logs_in(a) && (type || !settings_is(a, "auto")))
            put(x, type, "->AuthType", quoted(x, settings_is(a, "auto") ? STR("") : a->mechanism));
    }
    if (settings_differs(x->r, wanted, SETTINGS_USER))
        put_text(x, "Username", a->user);
    if (!settings_differs(x->r, wanted, SETTINGS_SECRET))
        return;
    AUTO(buf_wipe_done) struct buf b;
    buf_init(&b, SETTINGS_TEXT_MAX);
    php_add_secret(&b, wanted);
    if (wanted->secret == SETTINGS_SECRET_NONE)
        settings_unset_item(x->out, item_of(x, "", "Password"));
    else
        put(x, item_of(x, "", "Password"), "->Password", arena_dup(x->out->arena, buf_str(&b)));
}

static void change_sender(const struct edit *x, const struct settings *wanted)
{
    const struct smtp_attempt *a = &wanted->attempt;
    const struct settings_item *called = item_of(x, "", "setFrom()"),
                               *from = item_of(x, "", "From");
    bool differs = settings_differs(x->r, wanted, SETTINGS_FROM) ||
                   settings_differs(x->r, wanted, SETTINGS_HEADER_FROM);
    if (differs && settings_from(a).n)
        put(x, called && (!from || called > from) ? called : from, "->From",
            quoted(x, settings_from(a)));
    if (differs && (item_of(x, "", "Sender") || settings_has_own_reverse_path(a)))
        put_text(x, "Sender", settings_has_own_reverse_path(a) ? a->from : STR(""));
    if (settings_differs(x->r, wanted, SETTINGS_HELO))
        put_text(x, "Helo", a->helo);
    const struct settings_item *to = item_of(x, "", "addAddress()");
    if (settings_differs(x->r, wanted, SETTINGS_TO) && to)
        settings_set_item(x->out, to, quoted(x, a->to));
}

static void change_trust(const struct edit *x, const struct settings *wanted)
{
    static const char SSL[] = "->SMTPOptions.ssl";
    str yes = wanted->unverified ? STR("false") : STR("true");
    if (settings_differs(x->r, wanted, SETTINGS_VERIFY)) {
        put(x, item_of(x, SSL, "verify_peer"), "->SMTPOptions['ssl']['verify_peer']", yes);
        put(x, item_of(x, SSL, "verify_peer_name"), "->SMTPOptions['ssl']['verify_peer_name']",
            yes);
    }
    if (settings_differs(x->r, wanted, SETTINGS_CA) && wanted->ca_file.n)
        put(x, item_of(x, SSL, "cafile"), "->SMTPOptions['ssl']['cafile']",
            quoted(x, wanted->ca_file));
}

bool phpmailer_change(const struct settings_reading *r, const struct settings *wanted,
                      struct settings_changes *out, struct err *e)
{
    struct edit x = { r, out, r->account_taken };
    if (wanted->attempt.from_null)
        return err_set(e, ERR_SYNTAX, "PHPMailer cannot be told an empty sender");
    if (!phpmailer_takes_host(settings_host(&wanted->attempt), e))
        return false;
    change_server(&x, wanted);
    change_login(&x, wanted);
    change_sender(&x, wanted);
    change_trust(&x, wanted);
    return true;
}

const struct settings_program SETTINGS_PHPMAILER = {
    .name = STR_INIT("phpmailer"),
    .title = STR_INIT("PHPMailer"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_FILE,
    .ran = STR_INIT("6.6.3"),
    .comment = STR_INIT("// "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = phpmailer_change,
};
