/* SPDX-License-Identifier: ISC */
/*
 * settings/exim_read.c - Exim on Debian: update-exim4.conf.conf, the macros, and passwd.client
 */
#include "base/err.h"
#include "settings/cf_lines.h"
#include "settings/exim.h"

#define SAY(r, ...) arena_printf((r)->arena, __VA_ARGS__)
static const str CONF = STR_INIT(""), MACROS = STR_INIT("macros");

/* ------------------------------------------------------------------------------------------------
 * update-exim4.conf.conf: assignments, as the shell takes them
 */
static bool is_name(char c)
{
    return is_alnum(c) || c == '_';
}

/* The word at the front of text, quotes taken off. *n: how long it is as written. */
static str word(struct settings_reading *r, str text, size_t *n, unsigned *how)
{
    char *out = arena_alloc(r->arena, text.n + 1), quote = '\0';
    size_t length = 0, i = 0;
    for (; out && i < text.n; i++) {
        char c = text.p[i];
        if (!quote && (c == ' ' || c == '\t' || c == ';' || c == '\r' || c == '&'))
            break;
        if (c == '\'' || c == '"') {
            if (!quote || quote == c) {
                quote = quote ? '\0' : c;
                *how |= SETTINGS_ITEM_QUOTED;
                continue;
            }
        } else if (c == '\\' && quote != '\'' && i + 1 < text.n)
            c = text.p[++i];
        else if ((c == '$' || c == '`') && quote != '\'')
            *how |= SETTINGS_ITEM_CODE;
        out[length++] = c;
    }
    *n = i;
    return out ? (str){ out, length } : STR_NONE;
}

static bool own_line(str line)
{
    size_t n = 0;
    line = str_trim(line);
    while (n < line.n && is_name(line.p[n]))
        n++;
    return n && n < line.n && line.p[n] == '=' &&
           (str_starts(line, STR("dc_")) || str_starts(line, STR("CFILEMODE")) ||
            str_starts(line, STR("ue4c_")));
}

static bool is_known(str key)
{
    static const str KNOWN[] = {
        STR_INIT("dc_eximconfig_configtype"),
        STR_INIT("dc_other_hostnames"),
        STR_INIT("dc_local_interfaces"),
        STR_INIT("dc_readhost"),
        STR_INIT("dc_relay_domains"),
        STR_INIT("dc_minimaldns"),
        STR_INIT("dc_relay_nets"),
        STR_INIT("dc_smarthost"),
        STR_INIT("CFILEMODE"),
        STR_INIT("dc_use_split_config"),
        STR_INIT("dc_hide_mailname"),
        STR_INIT("dc_mailname_in_oh"),
        STR_INIT("dc_localdelivery"),
        STR_INIT("ue4c_keepcomments"),
    };
    for (size_t i = 0; i < COUNT_OF(KNOWN); i++)
        if (str_eq(KNOWN[i], key))
            return true;
    return false;
}

static void add_assignment(struct settings_reading *r, const struct settings_file *f, str line,
                           uint32_t number)
{
    size_t n = 0, skip = 0, length;
    unsigned how = 0;
    while (skip < line.n && (line.p[skip] == ' ' || line.p[skip] == '\t'))
        skip++;
    str rest = str_skip(line, skip);
    while (n < rest.n && is_name(rest.p[n]))
        n++;
    if (!n || n == rest.n || rest.p[n] != '=')
        return;
    str key = str_take(rest, n), written = str_skip(rest, n + 1);
    str value = word(r, written, &length, &how);
    struct settings_place at = { f, number, (uint32_t)(skip + n) + 2,
                                 (size_t)(line.p - f->text.p) + skip + n + 1, length };
    struct settings_item *i = settings_add_item(r, CONF, key, value, at, how);
    if (i) /* a name in capitals becomes a macro of Exim's */
        i->known = is_known(key) || (key.p[0] >= 'A' && key.p[0] <= 'Z');
}

static void assignments(struct settings_reading *r, const struct settings_part *part)
{
    uint32_t number = 1;
    for (str rest = settings_part_text(part); rest.p; number++) {
        str line = str_cut(&rest, '\n');
        add_assignment(r, part->file, line, number);
    }
}

static struct settings_item *conf(struct settings_reading *r, const char *key)
{
    return settings_item_named(r, CONF, str_from(key));
}

static str conf_value(struct settings_reading *r, const char *key)
{
    const struct settings_item *i = conf(r, key);
    return i ? str_trim(i->value) : STR_NONE;
}

/* ------------------------------------------------------------------------------------------------
 * Macros of the user's own
 */
static void macros(struct settings_reading *r, const struct settings_part *part)
{
    struct cf_lines lines = { .arena = r->arena, .part = *part, .at = part->at, .line = 1 };
    for (size_t i = 0; part->file && i < part->at; i++)
        lines.line += part->file->text.p[i] == '\n';
    for (str rest = settings_part_text(part); rest.p; lines.line++) {
        str line = str_cut(&rest, '\n');
        size_t n = 0;
        while (n < line.n && is_name(line.p[n]))
            n++;
        str name = str_take(line, n);
        while (n < line.n && (line.p[n] == ' ' || line.p[n] == '\t'))
            n++;
        if (!name.n || name.p[0] < 'A' || name.p[0] > 'Z' || n == line.n || line.p[n] != '=')
            continue;
        n += 1 + (n + 1 < line.n && line.p[n + 1] == '=');
        str value = str_trim(str_skip(line, n));
        size_t from = value.n ? (size_t)(value.p - line.p) : line.n;
        struct settings_place at = { part->file, lines.line, (uint32_t)from + 1,
                                     (size_t)(line.p - part->file->text.p) + from, value.n };
        unsigned how = str_find_octet(value, '$') == STR_NOT_FOUND ? 0 : SETTINGS_ITEM_CODE;
        struct settings_item *i = settings_add_item(r, MACROS, name, value, at, how);
        if (i)
            i->known = true;
    }
}

/* A macro: of the file of macros, or a name in capitals of update-exim4.conf.conf. */
static struct settings_item *macro(struct settings_reading *r, const char *name)
{
    struct settings_item *i = settings_item_named(r, MACROS, str_from(name));
    return i ? i : conf(r, name);
}

/* The file of macros that counts is another in the split configuration. */
static void read_macros(struct settings_reading *r)
{
    bool split = str_eq_nocase(conf_value(r, "dc_use_split_config"), STR("true"));
    struct settings_part one = settings_part_named(r, STR("exim4.conf.localmacros"));
    if (!split) {
        macros(r, &one);
        return;
    }
    struct settings_part other = settings_part_named(r, STR("conf.d/main/000_localmacros"));
    macros(r, &other);
    if (one.file && !other.file && !r->wishes)
        settings_mistake(r, MISTAKE_NOT_APPLIED, conf(r, "dc_use_split_config"),
                         STR("with the split configuration Exim does not read "
                             "exim4.conf.localmacros"),
                         STR("move its lines to /etc/exim4/conf.d/main/000_localmacros, or set "
                             "dc_use_split_config='false'"));
}

/* ------------------------------------------------------------------------------------------------
 * The smarthost
 */
/* The first of a list with ':' between: "::" stands for one colon of an item; ';' is a ':' to Debian's script. */
static str first_host(struct settings_reading *r, str list, str *rest)
{
    char *out = arena_alloc(r->arena, list.n + 1);
    size_t n = 0, i = 0;
    for (; out && i < list.n; i++) {
        bool colon = list.p[i] == ':' || list.p[i] == ';';
        bool twice = colon && i + 1 < list.n && (list.p[i + 1] == ':' || list.p[i + 1] == ';');
        if (colon && !twice)
            break;
        i += twice;
        out[n++] = colon ? ':' : to_lower(list.p[i]);
    }
    *rest = str_trim(str_skip(list, i + 1));
    return out ? str_trim((str){ out, n }) : STR_NONE;
}

static bool is_number(str s)
{
    uint64_t number;
    return s.n && str_to_u64(s, UINT16_MAX, &number);
}

static void take_smarthost(struct settings_reading *r)
{
    struct settings_item *item = conf(r, "dc_smarthost");
    struct smtp_attempt *a = &r->found.attempt;
    str rest, host = item ? first_host(r, item->value, &rest) : STR_NONE;
    uint64_t port = 0;
    settings_said(r, SETTINGS_HOST, item);
    if (!host.n) {
        settings_mistake(r, MISTAKE_HOST_MISSING, item,
                         STR("dc_smarthost is not set, so there is no server to hand mail to"),
                         STR("set dc_smarthost='mail.example.org::587'"));
        return;
    }
    size_t colon = str_rfind_octet(host, ':');
    if (colon != STR_NOT_FOUND && str_to_u64(str_skip(host, colon + 1), UINT16_MAX, &port)) {
        host = str_take(host, colon);
        settings_said(r, SETTINGS_PORT, item);
    }
    if (str_starts(host, STR("[")) && host.n > 2)
        host = str_take(str_skip(host, 1), host.n - 2);
    a->host = host;
    a->port = (uint16_t)port;
    if (is_number(rest) && !port)
        settings_mistake(
            r, MISTAKE_HOST_NO_PORT, item,
            SAY(r,
                "one colon separates two servers: Exim goes to %.*s by port 25, and "
                "takes %.*s for the name of another",
                STR_ARG(host), STR_ARG(rest)),
            SAY(r, "write two colons: dc_smarthost='%.*s::%.*s'", STR_ARG(host), STR_ARG(rest)));
}

static void look_at_type(struct settings_reading *r)
{
    str type = conf_value(r, "dc_eximconfig_configtype");
    struct settings_item *item = conf(r, "dc_eximconfig_configtype");
    if (str_eq_nocase(type, STR("smarthost")) || str_eq_nocase(type, STR("satellite")))
        return;
    settings_mistake(r, MISTAKE_NOT_APPLIED, item,
                     SAY(r, "with dc_eximconfig_configtype '%.*s' Exim does not use dc_smarthost",
                         STR_ARG(str_take(type, 40))),
                     STR("set dc_eximconfig_configtype='smarthost'"));
}

/* ------------------------------------------------------------------------------------------------
 * passwd.client
 */
struct line {
    str key, value;
    size_t value_at; /* of the value in the file, where it stands on one line */
    size_t at;
    uint32_t number;
    bool joined;
};
struct lines {
    struct settings_reading *r;
    struct settings_part part;
    size_t at;
    uint32_t number;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static str physical(const struct lines *l, size_t at)
{
    str rest = str_take(str_skip(l->part.file->text, at), l->part.end - at);
    return str_cut(&rest, '\n');
}

/* Lines that begin with a blank go on with the one before, with one blank between. */
static str joined(struct lines *l, str value)
{
    size_t at = l->at, room = value.n;
    while (at < l->part.end && physical(l, at).n && is_blank(physical(l, at).p[0])) {
        room += physical(l, at).n + 1;
        at += physical(l, at).n + 1;
    }
    char *out = room > value.n ? arena_alloc(l->r->arena, room) : NULL;
    if (!out)
        return value;
    size_t n = 0;
    for (size_t i = 0; i < value.n; i++)
        out[n++] = value.p[i];
    for (; l->at < at; l->number++) {
        str more = physical(l, l->at);
        l->at += more.n + 1;
        more = str_trim(more);
        if (more.n && more.p[0] == '#')
            continue;
        out[n++] = ' ';
        for (size_t i = 0; i < more.n; i++)
            out[n++] = more.p[i];
    }
    return (str){ out, n };
}

/* The key ends at a colon or a blank, or at its closing quote. */
static size_t key_of(str text, str *key)
{
    size_t n = 0;
    if (text.n && text.p[0] == '"') {
        size_t end = str_find_octet(str_skip(text, 1), '"');
        *key = str_take(str_skip(text, 1), end == STR_NOT_FOUND ? text.n - 1 : end);
        n = key->n + 2 < text.n ? key->n + 2 : text.n;
    } else {
        while (n < text.n && text.p[n] != ':' && !is_blank(text.p[n]))
            n++;
        *key = str_take(text, n);
    }
    while (n < text.n && is_blank(text.p[n]))
        n++;
    if (n < text.n && text.p[n] == ':')
        n++;
    while (n < text.n && is_blank(text.p[n]))
        n++;
    return n;
}

static bool next_line(struct lines *l, struct line *out)
{
    while (l->part.file && l->at < l->part.end) {
        str text = physical(l, l->at);
        *out = (struct line){ .at = l->at, .number = l->number };
        l->at += text.n + 1;
        l->number++;
        if (!str_trim(text).n || text.p[0] == '#' || is_blank(text.p[0]))
            continue;
        size_t n = key_of(text, &out->key);
        out->value_at = out->at + n;
        str value = str_skip(text, n);
        while (value.n && is_blank(value.p[value.n - 1]))
            value.n--;
        out->value = joined(l, value);
        out->joined = out->value.p != value.p;
        return true;
    }
    return false;
}

/* A pattern of nwildlsearch against the server's name; *unknown: a regular expression that is more than a name
 * with its dots and .* */
static bool matches(str key, str host, bool *unknown)
{
    if (str_starts(key, STR("*")))
        return str_ends_nocase(host, str_skip(key, 1));
    if (!str_starts(key, STR("^")))
        return str_eq_nocase(key, host);
    size_t at = 0;
    for (size_t i = 1; i < key.n; i++) {
        char c = key.p[i];
        if (str_eq(str_skip(key, i), STR(".*")) || str_eq(str_skip(key, i), STR(".*$")))
            return true;
        if (c == '$' && i + 1 == key.n)
            return at == host.n;
        if (c == '\\' && i + 1 < key.n)
            c = key.p[++i];
        else if (!is_alnum(c) && c != '-' && c != '.') {
            *unknown = true;
            return false;
        } else if (c == '.') {
            at++;
            continue;
        }
        if (at >= host.n || to_lower(host.p[at]) != to_lower(c))
            return false;
        at++;
    }
    return true;
}

static struct settings_item *item_at(struct settings_reading *r, const struct line *l,
                                     const struct settings_file *f, const char *key, str value,
                                     size_t from)
{
    struct settings_place at = { f, l->number, (uint32_t)(l->value_at - l->at + from) + 1,
                                 l->value_at + from, value.n };
    if (l->joined) {
        at.at = l->at;
        at.column = 1;
        at.n = 0;
    }
    struct settings_item *i = settings_add_item(r, l->key, str_from(key), value, at, 0);
    if (i)
        i->known = true;
    return i;
}

static void take_login(struct settings_reading *r, const struct line *l,
                       const struct settings_file *f)
{
    size_t colon = str_find_octet(l->value, ':');
    if (colon == STR_NOT_FOUND || !colon) {
        struct settings_item *i = item_at(r, l, f, "line", STR(""), 0);
        settings_take_reference(r, i, SETTINGS_SECRET_HIDDEN, STR_NONE);
        settings_mistake(r, MISTAKE_LINE_BROKEN, i,
                         STR("this line has not the three fields server:user:password, so there is "
                             "no login"),
                         STR("write it as: server:user:password"));
        return;
    }
    str secret = str_skip(l->value, colon + 1);
    settings_take(r, SETTINGS_USER, item_at(r, l, f, "user", str_take(l->value, colon), 0));
    struct settings_item *i = item_at(r, l, f, "password", secret, colon + 1);
    settings_take_secret(r, i);
    r->found.attempt.mechanism = STR("auto");
    if (str_starts(secret, STR("^")))
        settings_mistake(r, MISTAKE_SECRET_ESCAPE, i,
                         STR("the password begins with ^: Exim sends another one in its place by "
                             "AUTH PLAIN"),
                         STR("take a password that does not begin with ^"));
}

/* What is near: the same server with a port, or behind a blank. */
static void no_line(struct settings_reading *r, const struct settings_part *part,
                    const struct line *near)
{
    str host = r->found.attempt.host;
    if (!near) {
        struct settings_place at = { part->file, 1, 1, 0, 0 };
        struct settings_item *i = settings_add_item(r, STR("passwd.client"), STR("file"), STR(""),
                                                    at, 0);
        if (i)
            i->known = true;
        settings_mistake(
            r, MISTAKE_LOGIN_KEY, i,
            SAY(r, "no line of passwd.client is for %.*s: Exim does not log in", STR_ARG(host)),
            SAY(r,
                "write a line: %.*s:user:password; where DNS leads the server's "
                "name to another one, that name, or *",
                STR_ARG(host)));
        return;
    }
    struct settings_item *i = item_at(r, near, part->file, "key", near->key, 0);
    if (i)
        i->place = settings_place_of(part->file, near->at, near->key.n);
    settings_mistake(r, MISTAKE_LOGIN_KEY, i,
                     SAY(r, "this line is for %.*s, and the server is %.*s: Exim does not log in",
                         STR_ARG(str_take(near->key, 80)), STR_ARG(host)),
                     SAY(r, "begin the line with %.*s: and nothing in front of it", STR_ARG(host)));
}

static str last_labels(str host)
{
    size_t dot = str_rfind_octet(host, '.');
    size_t before = dot == STR_NOT_FOUND ? dot : str_rfind_octet(str_take(host, dot), '.');
    return before == STR_NOT_FOUND ? host : str_skip(host, before);
}

static void read_passwords(struct settings_reading *r)
{
    struct settings_part part = settings_part_named(r, STR("passwd.client"));
    struct lines l = { r, part, part.at, 1 };
    struct line line, near = { 0 };
    bool unknown = false, any = false;
    str host = r->found.attempt.host;
    if (!part.file || !host.n)
        return;
    l.number = settings_place_of(part.file, part.at, 0).line;
    while (next_line(&l, &line)) {
        any = true;
        if (matches(line.key, host, &unknown)) {
            take_login(r, &line, part.file);
            return;
        }
        if (unknown) {
            settings_take_reference(r, item_at(r, &line, part.file, "pattern", STR(""), 0),
                                    SETTINGS_SECRET_HIDDEN, STR_NONE);
            r->found.attempt.mechanism = STR("auto");
            return;
        }
        if (!near.key.n && str_ends_nocase(line.key, last_labels(host)))
            near = line;
    }
    if (any)
        no_line(r, &part, near.key.n ? &near : NULL);
}

/* ------------------------------------------------------------------------------------------------
 * Encryption, names
 */
static bool is_on(const struct settings_item *i)
{
    return i && i->value.n;
}

static void encryption(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *protocol = macro(r, "REMOTE_SMTP_SMARTHOST_PROTOCOL");
    struct settings_item *avoid = macro(r, "REMOTE_SMTP_SMARTHOST_HOSTS_AVOID_TLS");
    struct settings_item *require = macro(r, "REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS");
    struct settings_item *verify = macro(r, "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_HOSTS");
    bool clear = macro(r, "AUTH_CLIENT_ALLOW_NOTLS_PASSWORDS") != NULL;
    if (protocol && str_eq_nocase(protocol->value, STR("smtps"))) {
        a->security = SMTP_SECURITY_TLS;
        settings_said(r, SETTINGS_SECURITY, protocol);
    } else if (is_on(avoid)) {
        a->security = SMTP_SECURITY_NONE;
        settings_said(r, SETTINGS_SECURITY, avoid);
    } else {
        /* Debian's authenticators send a password only inside TLS: without it there is no login. */
        bool needed = is_on(require) || (smtp_attempt_logs_in(a) && !clear);
        a->security = needed ? SMTP_SECURITY_STARTTLS : SMTP_SECURITY_AUTO;
        settings_said(r, SETTINGS_SECURITY, require);
    }
    if (a->host.n && !a->port)
        a->port = a->security == SMTP_SECURITY_TLS ? 465 : 25;
    r->found.unverified = a->security != SMTP_SECURITY_NONE && !is_on(verify);
    if (is_on(verify))
        settings_said(r, SETTINGS_VERIFY, verify);
    settings_take(r, SETTINGS_CA, macro(r, "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_CERTIFICATES"));
    if (a->security == SMTP_SECURITY_NONE && smtp_attempt_logs_in(a) && !clear)
        settings_mistake(
            r, MISTAKE_LOGIN_MECHANISM, avoid,
            STR("without TLS Debian's Exim sends no password by PLAIN or LOGIN"),
            STR("take REMOTE_SMTP_SMARTHOST_HOSTS_AVOID_TLS out, so that TLS is used"));
}

static void names(struct settings_reading *r)
{
    struct settings_item *helo = macro(r, "REMOTE_SMTP_HELO_DATA");
    if (!helo)
        helo = macro(r, "MAIN_HARDCODE_PRIMARY_HOSTNAME");
    settings_take(r, SETTINGS_HELO, helo);
}

static void twice(struct settings_reading *r)
{
    for (size_t i = 0; i < r->item_count && i < 256; i++)
        for (size_t k = 0; k < i; k++)
            if (!r->items[i].section.n && !r->items[k].section.n &&
                str_eq(r->items[i].key, r->items[k].key) &&
                !str_eq(r->items[i].value, r->items[k].value))
                settings_mistake(r, MISTAKE_KEY_TWICE, &r->items[i],
                                 SAY(r, "%.*s is set in line %u too, and this later one holds",
                                     STR_ARG(str_take(r->items[i].key, 80)),
                                     r->items[k].place.line),
                                 STR("keep one of the two lines"));
}

bool exim_read(struct settings_reading *r, struct err *e)
{
    struct settings_part part = settings_main_part(r, own_line);
    assignments(r, &part);
    if (!conf(r, "dc_eximconfig_configtype") && !conf(r, "dc_smarthost"))
        return settings_broken(part.file, 0, e,
                               "this is no update-exim4.conf.conf: there is neither "
                               "dc_eximconfig_configtype nor dc_smarthost");
    twice(r);
    look_at_type(r);
    take_smarthost(r);
    read_macros(r);
    read_passwords(r);
    encryption(r);
    names(r);
    return true;
}
