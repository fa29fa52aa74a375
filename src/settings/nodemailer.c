/* SPDX-License-Identifier: ISC */
/*
 * settings/nodemailer.c - Nodemailer: code that sends one message, and changed options
 */
#include "settings/nodemailer_inside.h"
#include "settings/url.h"
#include "settings/writers.h"

static bool quoted(struct buf *out, const char *before, str value, const char *after, struct err *e)
{
    buf_add(out, str_from(before));
    bool text = syntax_js_quote(out, value);
    buf_add(out, str_from(after));
    return text || err_set(e, ERR_SYNTAX, "Nodemailer cannot be told octets that are no UTF-8");
}

static void node_security(const struct smtp_attempt *a, struct buf *out)
{
    buf_addf(out, "  secure: %s,\n", a->security == SMTP_SECURITY_TLS ? "true" : "false");
    if (a->security == SMTP_SECURITY_STARTTLS)
        buf_add(out, STR("  requireTLS: true,\n"));
    if (a->security == SMTP_SECURITY_NONE)
        buf_add(out, STR("  ignoreTLS: true,\n"));
}

static bool is_variable(str name)
{
    for (size_t i = 0; i < name.n; i++)
        if (!is_alnum(name.p[i]) && name.p[i] != '_')
            return false;
    return name.n > 0 && !is_digit(name.p[0]);
}

/* The expression that gives the password or token. */
static bool add_secret(const struct settings *s, const char *variable, struct buf *out,
                       struct err *e)
{
    switch (s->secret) {
    case SETTINGS_SECRET_LITERAL: return quoted(out, "", s->secret_text, "", e);
    case SETTINGS_SECRET_FILE:
        return quoted(out, "require(\"fs\").readFileSync(", s->secret_text,
                      ", \"utf8\").replace(/\\r?\\n$/, \"\")", e);
    case SETTINGS_SECRET_ENV:
        if (!is_variable(s->secret_text))
            return err_set(e, ERR_SYNTAX, "the variable of the password has no usable name");
        return buf_addf(out, "process.env.%.*s", STR_ARG(s->secret_text));
    default: return buf_addf(out, "process.env.%s", variable);
    }
}

static bool node_login(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    if (!smtp_attempt_logs_in(a))
        return true;
    if (settings_is(a, "XOAUTH2")) {
        if (!quoted(out, "  auth: { type: \"OAuth2\", user: ", a->user, ", accessToken: ", e) ||
            !add_secret(s, "SMTP_TOKEN", out, e))
            return false;
        buf_add(out, STR(" },\n"));
        return true;
    }
    if (!quoted(out, "  auth: { user: ", a->user, ", pass: ", e) ||
        !add_secret(s, "SMTP_PASSWORD", out, e))
        return false;
    buf_add(out, STR(" },\n"));
    return settings_is(a, "auto") || quoted(out, "  authMethod: ", a->mechanism, ",\n", e);
}

static bool node_trust(const struct settings *s, struct buf *out, struct err *e)
{
    if (s->unverified)
        buf_add(out, STR("  tls: { rejectUnauthorized: false },\n"));
    return s->unverified || !s->ca_file.n ||
           quoted(out, "  tls: { ca: require(\"fs\").readFileSync(", s->ca_file, ") },\n", e);
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    char source[IP_TEXT_MAX];
    buf_add(out, STR("const nodemailer = require(\"nodemailer\");\n\n"
                     "const transport = nodemailer.createTransport({\n"));
    settings_add_double(out, "  host: ", settings_host(a), ",\n");
    buf_addf(out, "  port: %u,\n", a->port);
    node_security(a, out);
    if (!node_login(s, out, e) || !node_trust(s, out, e))
        return false;
    if (a->helo.n)
        settings_add_double(out, "  name: ", a->helo, ",\n");
    if (a->source.family != IP_NONE)
        buf_addf(out, "  localAddress: \"%s\",\n", ip_text(&a->source, source));
    buf_add(out, STR("});\n\ntransport.sendMail({\n"));
    settings_add_double(out, "  from: ", settings_author(a), ",\n");
    settings_add_double(out, "  to: ", settings_recipient(a), ",\n");
    if (settings_has_own_reverse_path(a)) {
        settings_add_double(out, "  envelope: { from: ", a->from, "");
        settings_add_double(out, ", to: ", settings_recipient(a), " },\n");
    }
    buf_add(out, STR("  subject: \"Test\",\n  text: \"Test\",\n});\n"));
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Changing
 */
struct edit {
    const struct settings_reading *r;
    const struct settings *wanted;
    struct settings_changes *out;
    struct err *e;
    struct syntax_js js;
    struct nodemailer_place where;
};

static bool differs(const struct edit *c, enum settings_field field)
{
    return settings_differs(c->r, c->wanted, field);
}

static const struct syntax_js_property *prop(const struct edit *c, uint32_t object, const char *key)
{
    return object ? syntax_js_property(&c->js, object - 1, key) : NULL;
}

static bool is_json(const struct edit *c)
{
    return c->js.file->text.n && str_starts(str_trim(c->js.file->text), STR("{"));
}

static bool set(const struct edit *c, uint32_t object, const char *key, str value)
{
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&text, SETTINGS_TEXT_MAX);
    if (!quoted(&text, "", value, "", c->e))
        return false;
    syntax_js_set(&c->js, c->out, object - 1, key, buf_str(&text));
    return true;
}

static void set_word(const struct edit *c, uint32_t object, const char *key, const char *word)
{
    syntax_js_set(&c->js, c->out, object - 1, key, str_from(word));
}

static void change_security(const struct edit *c)
{
    const struct smtp_attempt *a = &c->wanted->attempt;
    uint32_t object = c->where.object;
    bool tls = a->security == SMTP_SECURITY_TLS, none = a->security == SMTP_SECURITY_NONE;
    set_word(c, object, "secure", tls ? "true" : "false");
    if (none || prop(c, object, "ignoreTLS"))
        set_word(c, object, "ignoreTLS", none ? "true" : "false");
    if (a->security == SMTP_SECURITY_STARTTLS || prop(c, object, "requireTLS"))
        set_word(c, object, "requireTLS", a->security == SMTP_SECURITY_STARTTLS ? "true" : "false");
}

/* `service` wins over host, port and secure: it goes when one of them is to be another. */
static bool change_server(const struct edit *c)
{
    const struct smtp_attempt *a = &c->wanted->attempt;
    uint32_t object = c->where.object;
    bool host = differs(c, SETTINGS_HOST), port = differs(c, SETTINGS_PORT);
    bool security = differs(c, SETTINGS_SECURITY);
    if (!host && !port && !security)
        return true;
    bool service = prop(c, object, "service") != NULL;
    if (service)
        set_word(c, object, "service", "null");
    if ((host || service) && !set(c, object, "host", settings_host(a)))
        return false;
    if (port || service || (security && !prop(c, object, "port"))) {
        str number = arena_printf(c->r->arena, "%u", a->port);
        syntax_js_set(&c->js, c->out, object - 1, "port", number);
    }
    if (security || service)
        change_security(c);
    return true;
}

static bool secret_word(const struct edit *c, struct buf *text)
{
    if (is_json(c) && c->wanted->secret != SETTINGS_SECRET_LITERAL)
        return err_set(c->e, ERR_SYNTAX, "a JSON file cannot say where a password is found");
    return add_secret(c->wanted, "SMTP_PASSWORD", text, c->e);
}

static bool new_login(const struct edit *c)
{
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&text, SETTINGS_TEXT_MAX);
    const char *quote = is_json(c) ? "\"" : "";
    buf_addf(&text, "{ %suser%s: ", quote, quote);
    if (!quoted(&text, "", c->wanted->attempt.user, "", c->e))
        return false;
    buf_addf(&text, ", %spass%s: ", quote, quote);
    if (is_json(c) && c->wanted->secret == SETTINGS_SECRET_ASKED)
        buf_add(&text, STR("\"PASSWORD\""));
    else if (!secret_word(c, &text))
        return false;
    buf_add(&text, STR(" }"));
    syntax_js_set(&c->js, c->out, c->where.object - 1, "auth", buf_str(&text));
    return true;
}

static bool change_login(const struct edit *c)
{
    const struct settings *w = c->wanted;
    if (!smtp_attempt_logs_in(&w->attempt)) {
        if (prop(c, c->where.object, "auth"))
            set_word(c, c->where.object, "auth", "null");
        return true;
    }
    if (!c->where.auth)
        return new_login(c);
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&text, SETTINGS_TEXT_MAX);
    if (differs(c, SETTINGS_USER) && !set(c, c->where.auth, "user", w->attempt.user))
        return false;
    if (differs(c, SETTINGS_SECRET) && w->secret != SETTINGS_SECRET_NONE) {
        if (!secret_word(c, &text))
            return false;
        syntax_js_set(&c->js, c->out, c->where.auth - 1,
                      settings_is(&w->attempt, "XOAUTH2") ? "accessToken" : "pass", buf_str(&text));
    }
    return !differs(c, SETTINGS_LOGIN) || settings_is(&w->attempt, "XOAUTH2") ||
           set(c, c->where.object, "authMethod",
               settings_is(&w->attempt, "auto") ? STR("") : w->attempt.mechanism);
}

/* The address in a sender's text gives way to another; its name stays. */
static str sender(const struct edit *c, const struct syntax_js_property *p, str address)
{
    str old = p ? p->value.text : STR_NONE, bare = settings_address(old);
    if (!bare.n || bare.n == old.n)
        return address;
    size_t at = (size_t)(bare.p - old.p);
    str rest = str_skip(old, at + bare.n);
    return arena_printf(c->r->arena, "%.*s%.*s%.*s", STR_ARG(str_take(old, at)), STR_ARG(address),
                        STR_ARG(rest));
}

static bool change_rest(const struct edit *c)
{
    const struct smtp_attempt *a = &c->wanted->attempt;
    uint32_t mail = c->where.mail, object = c->where.object;
    const struct syntax_js_property *envelope = prop(c, mail, "envelope");
    const struct syntax_js_property *from = prop(c, mail, "from");
    bool own = envelope && envelope->child, sends = differs(c, SETTINGS_FROM);
    if (mail && (own ? differs(c, SETTINGS_HEADER_FROM) : sends) && from &&
        !set(c, mail, "from", sender(c, from, own ? a->header_from : a->from)))
        return false;
    if (own && sends && !set(c, envelope->child, "from", a->from))
        return false;
    if (differs(c, SETTINGS_HELO) && !set(c, object, "name", a->helo))
        return false;
    if (!differs(c, SETTINGS_VERIFY))
        return true;
    const char *check = c->wanted->unverified ? "false" : "true";
    if (c->where.tls)
        set_word(c, c->where.tls, "rejectUnauthorized", check);
    else
        set_word(c, object, "tls",
                 is_json(c) ? "{ \"rejectUnauthorized\": false }"
                            : "{ rejectUnauthorized: false }");
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * A URL
 */
static const struct settings_item *url_item(const struct edit *c)
{
    for (size_t i = 0; i < c->r->item_count; i++)
        if (str_eq(c->r->items[i].section, STR("transport")) &&
            str_eq(c->r->items[i].key, STR("url")))
            return &c->r->items[i];
    return NULL;
}

static void add_query(struct buf *url, str old, bool clear, bool unverified)
{
    bool first = true;
    str query = old;
    while (query.p && query.n) {
        str part = str_cut(&query, '&'), name = part;
        name = str_cut(&name, '=');
        if (str_eq(name, STR("ignoreTLS")) || str_eq(name, STR("tls.rejectUnauthorized")))
            continue;
        buf_addf(url, "%c%.*s", first ? '?' : '&', STR_ARG(part));
        first = false;
    }
    if (clear)
        buf_addf(url, "%cignoreTLS=true", first ? '?' : '&');
    if (unverified)
        buf_addf(url, "%ctls.rejectUnauthorized=false", first && !clear ? '?' : '&');
}

static bool change_url(const struct edit *c)
{
    const struct settings *w = c->wanted;
    const struct smtp_attempt *a = &w->attempt;
    const struct settings_item *item = url_item(c);
    struct settings_url u;
    AUTO(buf_wipe_done) struct buf url, text;
    buf_init(&url, SETTINGS_TEXT_MAX);
    buf_init(&text, SETTINGS_TEXT_MAX);
    if (!item || !settings_url_cut(item->value, &u, c->e))
        return false;
    buf_addf(&url, "smtp%s://", a->security == SMTP_SECURITY_TLS ? "s" : "");
    if (smtp_attempt_logs_in(a)) {
        bool asked = w->secret == SETTINGS_SECRET_ASKED;
        if (!asked && w->secret != SETTINGS_SECRET_LITERAL)
            return err_set(c->e, ERR_SYNTAX,
                           "a URL can hold a password, but not say where it is found");
        settings_url_encode(a->user, &url);
        buf_addc(&url, ':');
        settings_url_encode(asked ? c->r->found.secret_text : w->secret_text, &url);
        buf_addc(&url, '@');
    }
    buf_addf(&url, settings_host_is_ipv6(a) ? "[%.*s]:%u" : "%.*s:%u", STR_ARG(settings_host(a)),
             a->port);
    buf_add(&url, u.path);
    add_query(&url, u.query, a->security == SMTP_SECURITY_NONE, w->unverified);
    if (!quoted(&text, "", buf_str(&url), "", c->e))
        return false;
    settings_set_item(c->out, item, buf_str(&text));
    return true;
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    struct edit c = { .r = r, .wanted = wanted, .out = out, .e = e };
    struct settings_reading *again = arena_alloc(r->arena, sizeof *again);
    if (!again)
        return err_set(e, ERR_MEMORY, "no memory to change a file of Nodemailer");
    *again = *r;
    again->items = NULL;
    again->item_count = again->mistake_count = again->account_count = 0;
    if (!nodemailer_read_objects(again, &c.js, &c.where, e))
        return false;
    c.js.file = settings_main_file(r);
    if (c.where.url)
        return change_url(&c);
    return change_server(&c) && change_login(&c) && change_rest(&c);
}

const struct settings_program SETTINGS_NODEMAILER = {
    .name = STR_INIT("nodemailer"),
    .title = STR_INIT("Nodemailer"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 XOAUTH2"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_FILE,
    .ran = STR_INIT("6.8.0"),
    .comment = STR_INIT("// "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = nodemailer_looks,
    .read = nodemailer_read,
    .change = change,
};
