/* SPDX-License-Identifier: ISC */
/*
 * settings/nodemailer_read.c - Nodemailer: the options of createTransport(), as version 6.8 takes them
 */
#include "settings/nodemailer_inside.h"
#include "settings/url.h"

struct reader {
    struct settings_reading *r;
    struct syntax_js js;
    struct nodemailer_place where;
};

/* ------------------------------------------------------------------------------------------------
 * Which object?
 */
static const char *const KEYS[] = { "host",       "service",   "auth",       "secure", "port",
                                    "requireTLS", "ignoreTLS", "authMethod", "tls",    "pool",
                                    "url",        "name",      "user",       "pass" };
static const unsigned WEIGHTS[COUNT_OF(KEYS)] = { 3, 3, 3, 2, 2, 3, 3, 3, 1, 1, 1, 0, 1, 1 };
enum { ENOUGH = 5 };

static unsigned weight(const struct syntax_js_property *p)
{
    for (size_t i = 0; i < COUNT_OF(KEYS); i++)
        if (str_eq(p->key, str_from(KEYS[i])))
            return WEIGHTS[i];
    return 0;
}

/* The object with most of the keys of a transport; the first of those that are alike. Index and 1. */
static uint32_t likeliest(const struct syntax_js *js, struct arena *a)
{
    uint16_t *points = arena_table(a, SYNTAX_JS_OBJECTS * sizeof *points);
    uint32_t best = 0;
    for (uint32_t i = 0; points && i < js->property_count; i++)
        points[js->properties[i].object] += (uint16_t)weight(&js->properties[i]);
    for (uint32_t i = 0; points && i < js->object_count; i++)
        if (points[i] >= ENOUGH && (!best || points[i] > points[best - 1]))
            best = i + 1;
    return best;
}

/* The object whose properties `...NAME` puts into another: its index and 1; 0: none, or one that is not known. */
static uint32_t spread_of(const struct reader *n, uint32_t object)
{
    if (!object || !n->js.objects[object - 1].spreads)
        return 0;
    const struct syntax_js_object *o = &n->js.objects[object - 1];
    str inside = str_take(str_skip(n->js.file->text, o->at), o->n < 4096 ? o->n : 4096);
    size_t at = str_find(inside, STR("...")), end = 0;
    str name = str_skip(inside, at == STR_NOT_FOUND ? inside.n : at + 3);
    while (end < name.n && (is_alnum(name.p[end]) || name.p[end] == '_' || name.p[end] == '$'))
        end++;
    bool whole = end && end < name.n && str_find_octet(STR(".([?"), name.p[end]) == STR_NOT_FOUND;
    uint32_t found = whole ? syntax_js_named(&n->js, str_take(name, end)) : 0;
    return found == object ? 0 : found;
}

static const struct syntax_js_property *prop(const struct reader *n, uint32_t object,
                                             const char *key)
{
    const struct syntax_js_property *own = object ? syntax_js_property(&n->js, object - 1, key)
                                                  : NULL;
    uint32_t beneath = own ? 0 : spread_of(n, object);
    return beneath ? syntax_js_property(&n->js, beneath - 1, key) : own;
}

/* `transport: {...}`, as frameworks around it have it. */
static uint32_t transport_of(const struct syntax_js *js)
{
    for (uint32_t i = 0; i < js->property_count; i++)
        if (str_eq(js->properties[i].key, STR("transport")) && js->properties[i].child)
            return js->properties[i].child;
    return 0;
}

static str account_name(struct reader *n, const struct syntax_js_call *c)
{
    return c->name.n ? c->name : arena_printf(n->r->arena, "line %u", c->place.line);
}

/* The call that is meant: the one asked for, or the first. */
static const struct syntax_js_call *call_of(struct reader *n)
{
    struct settings_reading *r = n->r;
    const struct syntax_js_call *taken = NULL;
    for (uint32_t i = 0; i < n->js.call_count; i++) {
        const struct syntax_js_call *c = &n->js.calls[i];
        str name = account_name(n, c);
        if (n->js.call_count > 1 && r->account_count < SETTINGS_ACCOUNTS)
            r->accounts[r->account_count++] = name;
        if (!taken && (!r->account.n || str_eq_nocase(r->account, name))) {
            taken = c;
            r->account_taken = n->js.call_count > 1 ? name : STR_NONE;
        }
    }
    return taken;
}

/* ------------------------------------------------------------------------------------------------
 * Items
 */
static struct settings_item *item_of(struct reader *n, const char *section,
                                     const struct syntax_js_property *p)
{
    if (!p)
        return NULL;
    struct settings_item *i = settings_add_item(n->r, str_from(section), p->key,
                                                p->value.text.p ? p->value.text : STR(""), p->place,
                                                p->value.how);
    return i;
}

static struct settings_item *named(struct reader *n, const char *section, const char *key)
{
    return settings_item_named(n->r, str_from(section), str_from(key));
}

enum { SPREADS = 64 }; /* properties of one that are looked at */

static bool js_has(const struct reader *n, uint32_t object, str key)
{
    for (uint32_t i = 0; i < n->js.property_count; i++)
        if (n->js.properties[i].object == object - 1 && str_eq(n->js.properties[i].key, key))
            return true;
    return false;
}

static void add_items(struct reader *n, const char *section, uint32_t object)
{
    uint32_t beneath = spread_of(n, object), beneaths = 0;
    for (uint32_t i = 0; beneath && i < n->js.property_count; i++) {
        const struct syntax_js_property *p = &n->js.properties[i];
        if (p->object != beneath - 1 || p->child)
            continue;
        if (++beneaths > SPREADS)
            break;
        if (!js_has(n, object, p->key))
            item_of(n, section, p);
    }
    for (uint32_t i = 0; object && i < n->js.property_count; i++) {
        const struct syntax_js_property *p = &n->js.properties[i];
        if (p->object == object - 1 && !p->child)
            item_of(n, section, p);
    }
}

/* A variable that is needed, and that nobody knows here. */
static void lost(struct reader *n, struct settings_item *item, const struct syntax_js_property *p)
{
    if (!p || !(p->value.how & SETTINGS_ITEM_LOST) || p->value.kind != SYNTAX_JS_UNDEFINED)
        return;
    struct settings_mistake *m = settings_mistake(
        n->r, MISTAKE_REFERENCE_LOST, item,
        arena_printf(n->r->arena,
                     "the variable %.*s is not known here, so what %.*s becomes is not either",
                     STR_ARG(str_take(p->value.variable, 64)), STR_ARG(str_take(p->key, 32))),
        STR("run this where the program runs, with its variables, or give them with its .env"));
    if (m)
        m->sure = MISTAKE_NOTE;
}

static bool is_text(const struct syntax_js_property *p)
{
    return p && p->value.kind == SYNTAX_JS_STRING;
}

/* A switch as the language takes it. "false" is a text, and every text that is not empty is true. */
static bool on(struct reader *n, const char *section, uint32_t object, const char *key)
{
    const struct syntax_js_property *p = prop(n, object, key);
    struct settings_item *item = named(n, section, key);
    if (is_text(p) && p->value.text.n && settings_truth(p->value.text) != 1)
        settings_mistake(
            n->r, MISTAKE_BOOLEAN_QUOTED, item,
            arena_printf(n->r->arena, "%s is a text, and any text counts as true, also \"false\"",
                         key),
            p->value.variable.n
                ? arena_printf(n->r->arena, "compare it: %s: process.env.%.*s === \"true\"", key,
                               STR_ARG(str_take(p->value.variable, 64)))
                : arena_printf(n->r->arena, "write %s: false, without the quotes", key));
    lost(n, item, p);
    return p && syntax_js_truthy(&p->value);
}

static void take(struct reader *n, const char *section, uint32_t object, const char *key,
                 enum settings_field field)
{
    const struct syntax_js_property *p = prop(n, object, key);
    struct settings_item *item = named(n, section, key);
    lost(n, item, p);
    if (item && p && p->value.how & SETTINGS_ITEM_LOST && p->value.kind == SYNTAX_JS_UNDEFINED) {
        item->how |= SETTINGS_ITEM_CODE; /* it is set where the program runs */
        settings_said(n->r, field, item);
    }
    if (p && (p->value.kind == SYNTAX_JS_STRING || p->value.kind == SYNTAX_JS_NUMBER) &&
        p->value.text.n)
        settings_take(n->r, field, item);
    else if (is_text(p) && (field == SETTINGS_FROM || field == SETTINGS_HEADER_FROM))
        settings_said(n->r, field, item); /* '' stands in the way of the transport's default */
}

/* ------------------------------------------------------------------------------------------------
 * Server
 */
static bool is_known(const struct syntax_js_property *p)
{
    return p && p->value.kind != SYNTAX_JS_CODE && p->value.kind != SYNTAX_JS_UNDEFINED;
}

/* What `...NAME` puts in stands in another file, or is made by code. */
static void tell_of_spread(struct reader *n)
{
    const struct syntax_js_object *o = &n->js.objects[n->where.object - 1];
    struct settings_item *item = settings_add_item(n->r, STR("transport"), STR("..."), STR(""),
                                                   settings_place_of(n->js.file, o->at, o->n),
                                                   SETTINGS_ITEM_CODE);
    struct settings_mistake *m = settings_mistake(
        n->r, MISTAKE_REFERENCE_LOST, item,
        STR("the server comes from what ... puts in here, which cannot be known by reading"),
        STR("name the server by --server, or show the file in which it stands"));
    if (m)
        m->sure = MISTAKE_NOTE;
    settings_said(n->r, SETTINGS_HOST, item);
}

/* host and port of the options, and the default of each; a value that cannot be known leaves none. */
static void read_server(struct reader *n)
{
    struct smtp_attempt *a = &n->r->found.attempt;
    const struct syntax_js_property *host = prop(n, n->where.object, "host");
    const struct syntax_js_property *port = prop(n, n->where.object, "port");
    take(n, "transport", n->where.object, "host", SETTINGS_HOST);
    struct settings_item *number = named(n, "transport", "port");
    lost(n, number, port);
    if (is_known(port) && syntax_js_truthy(&port->value))
        settings_take(n->r, SETTINGS_PORT, number);
    bool elsewhere = n->where.object && n->js.objects[n->where.object - 1].spreads &&
                     !spread_of(n, n->where.object);
    if ((!host && !elsewhere) || (is_known(host) && !a->host.n))
        a->host = STR("localhost");
    if (!host && elsewhere)
        tell_of_spread(n);
}

static void read_service(struct reader *n, const struct nodemailer_service *s,
                         struct settings_item *item)
{
    struct smtp_attempt *a = &n->r->found.attempt;
    if (s->host[0]) {
        settings_said(n->r, SETTINGS_HOST, item);
        a->host = str_from(s->host);
    }
    if (s->port) {
        settings_said(n->r, SETTINGS_PORT, item);
        a->port = s->port;
    }
}

static void read_security(struct reader *n, const struct nodemailer_service *s)
{
    struct settings_reading *r = n->r;
    struct smtp_attempt *a = &r->found.attempt;
    uint32_t object = n->where.object;
    const struct syntax_js_property *secure = prop(n, object, "secure");
    bool at_once = on(n, "transport", object, "secure");
    bool open = secure &&
                (secure->value.kind == SYNTAX_JS_CODE || secure->value.how & SETTINGS_ITEM_LOST) &&
                !is_known(secure);
    bool unsaid = !secure || secure->value.kind == SYNTAX_JS_UNDEFINED;
    unsigned bits = s ? s->bits : 0;
    if (bits & (NODEMAILER_AT_ONCE | NODEMAILER_NOT_AT_ONCE)) {
        at_once = bits & NODEMAILER_AT_ONCE;
        unsaid = open = false;
    }
    settings_said(r, SETTINGS_SECURITY, named(n, "transport", "secure"));
    a->port = a->port                                                         ? a->port
              : prop(n, object, "port") && !is_known(prop(n, object, "port")) ? 0
              : at_once                                                       ? 465
                                                                              : 587;
    bool ignores = on(n, "transport", object, "ignoreTLS") || bits & NODEMAILER_IN_CLEAR;
    (void)on(n, "transport", object, "requireTLS");
    (void)on(n, "transport", object, "opportunisticTLS");
    if (at_once || (unsaid && a->port == 465))
        a->security = SMTP_SECURITY_TLS;
    else if (open)
        a->security = SMTP_SECURITY_AUTO;
    else if (ignores) {
        settings_said(r, SETTINGS_SECURITY, named(n, "transport", "ignoreTLS"));
        a->security = SMTP_SECURITY_NONE;
    } else
        a->security = SMTP_SECURITY_STARTTLS;
}

/* The path in `fs.readFileSync("/path")`; empty: it is no such code. */
static str file_in(str code)
{
    size_t call = str_find(code, STR("readFileSync("));
    str rest = call == STR_NOT_FOUND ? STR_NONE : str_trim(str_skip(code, call + 13));
    size_t end = rest.n && (rest.p[0] == '"' || rest.p[0] == '\'')
                     ? str_find_octet(str_skip(rest, 1), rest.p[0])
                     : STR_NOT_FOUND;
    return end == STR_NOT_FOUND ? STR_NONE : str_take(str_skip(rest, 1), end);
}

static void read_trust(struct reader *n)
{
    const struct syntax_js_property *p = prop(n, n->where.tls, "rejectUnauthorized");
    const struct syntax_js_property *ca = prop(n, n->where.tls, "ca");
    struct settings_item *item = named(n, "transport.tls", "rejectUnauthorized");
    if (p && p->value.kind == SYNTAX_JS_BOOLEAN && str_eq(p->value.text, STR("false"))) {
        settings_said(n->r, SETTINGS_VERIFY, item);
        n->r->found.unverified = true;
    } else if (is_text(p) && settings_truth(p->value.text) == 0) {
        settings_mistake(n->r, MISTAKE_BOOLEAN_QUOTED, item,
                         STR("rejectUnauthorized is a text, and only the word false without quotes "
                             "switches the check off"),
                         STR("leave it out, so that certificates are checked"));
    }
    struct settings_item *file = named(n, "transport.tls", "ca");
    str path = ca ? file_in(ca->value.text) : STR_NONE;
    if (path.n) {
        settings_said(n->r, SETTINGS_CA, file);
        n->r->found.ca_file = path;
    }
}

/* ------------------------------------------------------------------------------------------------
 * Login
 */
static void read_secret(struct reader *n, const char *key)
{
    const struct syntax_js_property *p = prop(n, n->where.auth, key);
    struct settings_item *item = named(n, "transport.auth", key);
    if (!p || (p->value.kind == SYNTAX_JS_UNDEFINED && !p->value.variable.n) ||
        p->value.kind == SYNTAX_JS_NULL)
        return;
    bool whole = p->value.variable.n && !(p->value.how & SETTINGS_ITEM_QUOTED) &&
                 (p->value.kind == SYNTAX_JS_UNDEFINED || p->value.how & SETTINGS_ITEM_EXPANDED);
    if (whole)
        settings_take_reference(n->r, item, SETTINGS_SECRET_ENV, p->value.variable);
    else if (p->value.kind == SYNTAX_JS_CODE && file_in(p->value.text).n)
        settings_take_reference(n->r, item, SETTINGS_SECRET_FILE, file_in(p->value.text));
    else if (p->value.kind == SYNTAX_JS_CODE)
        settings_take_reference(n->r, item, SETTINGS_SECRET_HIDDEN, STR_NONE);
    else
        settings_take_secret(n->r, item);
}

/* The first of the keys that the object has; NULL: none. */
static const char *first_of(const struct reader *n, uint32_t object, const char *const *keys)
{
    while (*keys && !prop(n, object, *keys))
        keys++;
    return *keys;
}

static void misplaced(struct reader *n)
{
    static const char *const LOGIN[] = { "user", "pass", "username", "password", NULL };
    static const char *const FOREIGN[] = { "username", "password", "login", "passwd", "pwd", NULL };
    const char *beside = n->where.auth ? NULL : first_of(n, n->where.object, LOGIN);
    const char *foreign = first_of(n, n->where.auth, FOREIGN);
    if (beside)
        settings_mistake(
            n->r, MISTAKE_KEY_MISPLACED, named(n, "transport", beside),
            STR("the login stands beside auth, where Nodemailer does not look, so it does "
                "not log in"),
            STR("write auth: { user: ..., pass: ... }"));
    if (foreign)
        settings_mistake(
            n->r, MISTAKE_DIALECT, named(n, "transport.auth", foreign),
            arena_printf(n->r->arena, "auth has %s, which Nodemailer does not know", foreign),
            STR("write auth: { user: ..., pass: ... }"));
}

static str upper(struct arena *a, str s)
{
    char *p = s.n ? arena_alloc(a, s.n) : NULL;
    if (!p)
        return STR_NONE;
    for (size_t i = 0; i < s.n; i++)
        p[i] = to_upper(s.p[i]);
    return (str){ p, s.n };
}

static void read_login(struct reader *n, const struct nodemailer_service *s)
{
    struct smtp_attempt *a = &n->r->found.attempt;
    const struct syntax_js_property *type = prop(n, n->where.auth, "type");
    const struct syntax_js_property *method = prop(n, n->where.auth, "method");
    struct settings_item *said = named(n, "transport.auth", "method");
    if (!method) {
        method = prop(n, n->where.object, "authMethod");
        said = named(n, "transport", "authMethod");
    }
    misplaced(n);
    if (!n->where.auth)
        return;
    take(n, "transport.auth", n->where.auth, "user", SETTINGS_USER);
    bool token = is_text(type) && str_eq_nocase(type->value.text, STR("OAuth2"));
    settings_said(n->r, SETTINGS_LOGIN, token ? named(n, "transport.auth", "type") : said);
    if (token) {
        a->mechanism = STR("XOAUTH2");
        n->r->found.token = true;
        read_secret(n, "accessToken");
        if (n->r->found.secret == SETTINGS_SECRET_NONE && prop(n, n->where.auth, "refreshToken"))
            settings_take_reference(n->r, named(n, "transport.auth", "refreshToken"),
                                    SETTINGS_SECRET_HIDDEN, STR_NONE);
        return;
    }
    a->mechanism = is_text(method) && method->value.text.n
                       ? upper(n->r->arena, str_trim(method->value.text))
                   : s && s->bits & NODEMAILER_BY_LOGIN ? STR("LOGIN")
                                                        : STR("auto");
    read_secret(n, "pass");
}

/* ------------------------------------------------------------------------------------------------
 * A URL in place of options
 */
static str decoded(struct reader *n, str part, bool plus)
{
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, SETTINGS_SECRET_MAX);
    settings_url_decode(part, plus, &out);
    return out.n ? arena_dup(n->r->arena, buf_str(&out)) : STR("");
}

static bool option_on(str query, const char *name)
{
    str value;
    return settings_url_option(query, str_from(name), &value) && value.n &&
           !str_eq(value, STR("false")) && !str_eq(value, STR("0"));
}

static void read_url_options(struct reader *n, struct settings_item *item, str query)
{
    struct settings_reading *r = n->r;
    str value;
    if (settings_url_option(query, STR("tls.rejectUnauthorized"), &value) &&
        str_eq(value, STR("false"))) {
        settings_said(r, SETTINGS_VERIFY, item);
        r->found.unverified = true;
    }
    if (settings_url_option(query, STR("name"), &value) && value.n) {
        settings_said(r, SETTINGS_HELO, item);
        r->found.attempt.helo = decoded(n, value, true);
    }
    if (r->found.attempt.mechanism.n && settings_url_option(query, STR("authMethod"), &value))
        r->found.attempt.mechanism = upper(r->arena, value);
}

static void read_url(struct reader *n, struct settings_item *item)
{
    struct settings_reading *r = n->r;
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_url u;
    struct err e;
    if (!item)
        return;
    item->known = true;
    if (!settings_url_cut(item->value, &u, &e) ||
        !(str_eq_nocase(u.scheme, STR("smtp")) || str_eq_nocase(u.scheme, STR("smtps")))) {
        settings_mistake(
            r, MISTAKE_DIALECT, item, STR("this is no URL that Nodemailer takes"),
            STR("write smtps://user:password@host:465 or smtp://user:password@host:587"));
        return;
    }
    bool secure = str_eq_nocase(u.scheme, STR("smtps"));
    uint64_t port;
    settings_said(r, SETTINGS_HOST, item);
    settings_said(r, SETTINGS_PORT, item);
    settings_said(r, SETTINGS_SECURITY, item);
    a->host = u.host.n ? decoded(n, u.host, false) : STR("localhost");
    a->port = str_to_u64(u.port, UINT16_MAX, &port) && port ? (uint16_t)port : secure ? 465 : 587;
    a->security = secure                            ? SMTP_SECURITY_TLS
                  : option_on(u.query, "ignoreTLS") ? SMTP_SECURITY_NONE
                                                    : SMTP_SECURITY_STARTTLS;
    if (u.user.p) {
        settings_said(r, SETTINGS_USER, item);
        settings_said(r, SETTINGS_SECRET, item);
        settings_said(r, SETTINGS_LOGIN, item);
        a->user = decoded(n, u.user, false);
        a->mechanism = STR("auto");
        r->found.secret_text = decoded(n, u.password, false);
        r->found.secret = r->found.secret_text.n ? SETTINGS_SECRET_LITERAL : SETTINGS_SECRET_NONE;
    }
    read_url_options(n, item, u.query);
}

/* ------------------------------------------------------------------------------------------------
 * Sender
 */
/* from of sendMail(), of the defaults, or of an object that is a message by its keys. */
static uint32_t message_of(const struct syntax_js *js)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < js->property_count; i++) {
        const struct syntax_js_property *p = &js->properties[i];
        const struct syntax_js_object *o = &js->objects[p->object];
        if (!str_eq(p->key, STR("from")) || p->child)
            continue;
        bool defaults = str_eq(o->key, STR("defaults")) ||
                        (str_eq(o->callee, STR("createTransport")) && o->argument == 1);
        bool message = str_eq(o->callee, STR("sendMail")) ||
                       syntax_js_property(js, p->object, "to") ||
                       syntax_js_property(js, p->object, "subject");
        if (defaults)
            return p->object + 1;
        if (message && !found)
            found = p->object + 1;
    }
    return found;
}

static void read_sender(struct reader *n)
{
    struct smtp_attempt *a = &n->r->found.attempt;
    uint32_t mail = n->where.mail;
    const struct syntax_js_property *envelope = prop(n, mail, "envelope");
    add_items(n, "mail", mail);
    uint32_t child = envelope ? envelope->child : 0;
    add_items(n, "mail.envelope", child);
    take(n, "mail", mail, "from", child ? SETTINGS_HEADER_FROM : SETTINGS_FROM);
    take(n, "mail.envelope", child, "from", SETTINGS_FROM);
    take(n, "mail", mail, "to", SETTINGS_TO);
    a->from = settings_address(a->from);
    a->header_from = settings_address(a->header_from);
    a->to = settings_address(a->to);
    const struct syntax_js_property *from = prop(n, child, "from");
    if (is_text(from) && !from->value.text.n)
        a->from_null = true;
    for (size_t i = 0; i < n->r->item_count; i++)
        if (str_starts(n->r->items[i].section, STR("mail")))
            n->r->items[i].known = true;
}

/* ------------------------------------------------------------------------------------------------
 * The whole
 */
static void read_options(struct reader *n)
{
    static const char *const OTHERS[] = {
        "pool",
        "maxConnections",
        "maxMessages",
        "rateDelta",
        "rateLimit",
        "logger",
        "debug",
        "connectionTimeout",
        "greetingTimeout",
        "socketTimeout",
        "dnsTimeout",
        "disableFileAccess",
        "disableUrlAccess",
        "proxy",
        "transactionLog",
        "lmtp",
        "secured",
        "forceAuth",
        "localPort",
        "component",
    };
    struct settings_reading *r = n->r;
    uint32_t object = n->where.object;
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
        (void)!named(n, "transport", OTHERS[i]);
    const struct syntax_js_property *service = prop(n, object, "service");
    struct settings_item *item = named(n, "transport", "service");
    const struct nodemailer_service *s = is_text(service) ? nodemailer_service(service->value.text)
                                                          : NULL;
    read_server(n);
    if (s)
        read_service(n, s, item);
    else if (is_text(service) && service->value.text.n)
        settings_mistake(r, MISTAKE_DIALECT, item,
                         STR("service names none that Nodemailer knows, so it does nothing"),
                         STR("leave service out, and write host and port"));
    else if (service)
        lost(n, item, service);
    if (service && !is_known(service) && !prop(n, object, "host"))
        r->found.attempt.host = STR_NONE;
    read_security(n, s);
    read_trust(n);
    read_login(n, s);
    take(n, "transport", object, "name", SETTINGS_HELO);
    take(n, "transport", object, "localAddress", SETTINGS_SOURCE);
    static const char *const INSTEAD[] = { "sendmail", "streamTransport", "jsonTransport", "SES" };
    for (size_t i = 0; i < COUNT_OF(INSTEAD); i++) {
        const struct syntax_js_property *p = prop(n, object, INSTEAD[i]);
        if (p && (syntax_js_truthy(&p->value) || p->child))
            settings_mistake(
                r, MISTAKE_NOT_APPLIED, named(n, "transport", INSTEAD[i]),
                arena_printf(r->arena, "%s takes the mail, and no server is asked", INSTEAD[i]),
                STR("leave it out"));
    }
}

/* A file that is one object around another, or nothing but settings. */
static uint32_t child_of(const struct reader *n, const char *key)
{
    const struct syntax_js_property *p = prop(n, n->where.object, key);
    return p ? p->child : 0;
}

static bool find(struct reader *n, struct err *e)
{
    const struct syntax_js_call *c = call_of(n);
    if (!c && n->r->account.n && n->js.call_count)
        return err_set(e, ERR_SYNTAX, "no call of createTransport here is called %.*s",
                       STR_ARG(str_take(n->r->account, 60)));
    n->where.object = c ? c->object : transport_of(&n->js);
    if (c && !c->object && c->value.kind == SYNTAX_JS_STRING) {
        struct settings_item *item = settings_add_item(n->r, STR("transport"), STR("url"),
                                                       c->value.text, c->place, c->value.how);
        n->where.url = true;
        read_url(n, item);
        return true;
    }
    if (!n->where.object)
        n->where.object = likeliest(&n->js, n->r->arena);
    if (n->where.object)
        return true;
    return settings_broken(
        n->js.file, c ? c->place.at : 0, e,
        c ? "the settings of createTransport() are made by code, or in another file"
          : "there is no createTransport() here, and no object with its settings");
}

bool nodemailer_read_objects(struct settings_reading *r, struct syntax_js *js,
                             struct nodemailer_place *where, struct err *e)
{
    struct reader n = { .r = r };
    if (!syntax_js_read(r, settings_main_file(r), STR("createTransport"), &n.js, e) || !find(&n, e))
        return false;
    n.where.auth = child_of(&n, "auth");
    n.where.tls = child_of(&n, "tls");
    n.where.mail = message_of(&n.js);
    add_items(&n, "transport", n.where.object);
    add_items(&n, "transport.auth", n.where.auth);
    add_items(&n, "transport.tls", n.where.tls);
    const struct syntax_js_property *url = prop(&n, n.where.object, "url");
    if (is_text(url)) {
        n.where.url = true;
        read_url(&n, named(&n, "transport", "url"));
    } else if (!n.where.url) {
        read_options(&n);
    }
    read_sender(&n);
    *js = n.js;
    *where = n.where;
    return true;
}

bool nodemailer_read(struct settings_reading *r, struct err *e)
{
    struct syntax_js js;
    struct nodemailer_place where;
    return nodemailer_read_objects(r, &js, &where, e);
}

unsigned nodemailer_looks(str path, str text)
{
    static const struct {
        const char *words;
        unsigned points;
    } SIGNS[] = { { "createTransport", 60 }, { "nodemailer", 30 }, { "requireTLS", 10 },
                  { "sendMail(", 10 },       { "\"secure\"", 10 }, { "secure:", 10 } };
    static const char *const ENDS[] = { ".js", ".ts", ".mjs", ".cjs", ".mts", ".json", ".json5" };
    unsigned points = 0;
    for (size_t i = 0; i < COUNT_OF(ENDS); i++)
        if (str_ends_nocase(path, str_from(ENDS[i])))
            points = 20;
    if (str_find(text, STR("user_pref(")) != STR_NOT_FOUND)
        return 0;
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++)
        if (str_find(text, str_from(SIGNS[i].words)) != STR_NOT_FOUND)
            points += SIGNS[i].points;
    return points > 95 ? 95 : points;
}
