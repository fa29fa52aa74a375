/* SPDX-License-Identifier: ISC */
/*
 * settings/gitea.c - Gitea and Forgejo: section [mailer] of app.ini
 * Speaks  the keys of Gitea 1.18 and later (PROTOCOL, SMTP_ADDR, SMTP_PORT, FORCE_TRUST_SERVER_CERT ...), and
 *         those before it (HOST, IS_TLS_ENABLED, SKIP_VERIFY ...), which later ones still understand where the
 *         new one is absent; PASSWD_URI of Forgejo.
 */
#include "settings/change.h"
#include "settings/syntax_ini.h"
#include "settings/writers.h"

#define TITLE   "Gitea"
#define SECTION STR("mailer")

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static unsigned looks(str path, str text)
{
    unsigned points = str_ends_nocase(path, STR("app.ini")) ? 40 : 0;
    bool mailer = str_find_nocase(text, STR("[mailer]")) != STR_NOT_FOUND;
    if (mailer)
        points += 30;
    static const str OWN[] = { STR_INIT("[repository]"),   STR_INIT("APP_NAME"),
                               STR_INIT("INSTALL_LOCK"),   STR_INIT("RUN_USER"),
                               STR_INIT("IS_TLS_ENABLED"), STR_INIT("SMTP_ADDR") };
    for (size_t i = 0; i < COUNT_OF(OWN); i++)
        if (str_find(text, OWN[i]) != STR_NOT_FOUND)
            points += mailer ? 15 : 5;
    return points > 95 ? 95 : points;
}

/* The value of a key that says something; an empty one is as good as none. */
static struct settings_item *said(struct settings_reading *r, str key)
{
    struct settings_item *item = syntax_ini_value(r, SECTION, key);
    return item && item->value.n ? item : NULL;
}

/* The key of today, or where it is absent the one of old. */
static struct settings_item *either(struct settings_reading *r, const char *today, const char *old)
{
    struct settings_item *new_one = syntax_ini_value(r, SECTION, str_from(today));
    struct settings_item *old_one = said(r, str_from(old));
    return new_one && new_one->value.n ? new_one : old_one;
}

static int truth(struct settings_item *item, int absent)
{
    int is = item ? syntax_ini_truth(item->value) : -1;
    return is < 0 ? absent : is;
}

/* "host:port" of old: without a host it is this machine. */
static void read_old_host(struct settings_reading *r, struct settings_item *host)
{
    size_t colon = str_rfind_octet(host->value, ':'), bracket = str_rfind_octet(host->value, ']');
    bool port = colon != STR_NOT_FOUND && (bracket == STR_NOT_FOUND || colon > bracket);
    str name = port ? str_take(host->value, colon) : host->value;
    if (str_starts(name, STR("[")) && name.n > 2)
        name = str_take(str_skip(name, 1), name.n - 2);
    settings_said(r, SETTINGS_HOST, host);
    r->found.attempt.host = name.n ? name : STR("127.0.0.1");
    if (!port) {
        settings_mistake(
            r, MISTAKE_HOST_NO_PORT, host,
            STR("HOST names no port, and versions before 1.18 stop at that"),
            STR("write SMTP_ADDR and SMTP_PORT, or HOST with the port behind a colon"));
        return;
    }
    uint64_t number;
    settings_said(r, SETTINGS_PORT, host);
    if (str_to_u64(str_skip(host->value, colon + 1), UINT16_MAX, &number) && number)
        r->found.attempt.port = (uint16_t)number;
    else
        settings_mistake(r, MISTAKE_PORT_BROKEN, host,
                         STR("behind the colon of HOST stands no number from 1 to 65535"),
                         STR("write SMTP_ADDR and SMTP_PORT"));
}

static enum smtp_security security_of_port(unsigned port)
{
    return port == 25    ? SMTP_SECURITY_NONE
           : port == 587 ? SMTP_SECURITY_STARTTLS
                         : SMTP_SECURITY_TLS;
}

static const struct protocol {
    const char *name;
    enum smtp_security security;
    uint16_t port;
} PROTOCOLS[] = {
    { "smtp", SMTP_SECURITY_NONE, 25 },
    { "smtps", SMTP_SECURITY_TLS, 465 },
    { "smtp+starttls", SMTP_SECURITY_STARTTLS, 587 },
    { "smtp+startls", SMTP_SECURITY_STARTTLS, 587 },
    { "sendmail", SMTP_SECURITY_AUTO, 0 },
    { "dummy", SMTP_SECURITY_AUTO, 0 },
    { "smtp+unix", SMTP_SECURITY_NONE, 0 },
};

static const struct protocol *protocol_of(const struct settings_item *item)
{
    for (size_t i = 0; item && i < COUNT_OF(PROTOCOLS); i++)
        if (str_eq(item->value, str_from(PROTOCOLS[i].name)))
            return &PROTOCOLS[i];
    return NULL;
}

/* PROTOCOL, or IS_TLS_ENABLED, or what the port is usual for. */
static void read_security(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *named = said(r, STR("PROTOCOL")), *old = said(r, STR("IS_TLS_ENABLED"));
    const struct protocol *p = protocol_of(named);
    if (p) {
        settings_said(r, SETTINGS_SECURITY, named);
        a->security = p->security;
        a->port = a->port ? a->port : p->port;
        return;
    }
    if (named && named->value.n)
        settings_mistake(
            r, MISTAKE_DIALECT, named,
            STR("PROTOCOL is none that Gitea knows, so it speaks without encryption"),
            STR("write smtps for TLS at once, smtp+starttls for STARTTLS, or smtp for neither"));
    if (old && !named) {
        settings_said(r, SETTINGS_SECURITY, old);
        a->security = truth(old, 0) ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
        if (a->port == 465)
            a->security = SMTP_SECURITY_TLS;
        a->port = a->port ? a->port : a->security == SMTP_SECURITY_TLS ? 465 : 587;
        return;
    }
    a->security = named && named->value.n ? SMTP_SECURITY_NONE : security_of_port(a->port);
    if (!a->port && a->host.n && !(named && named->value.n))
        a->port = 465; /* as Gitea itself assumes where neither is said */
}

static void read_login(struct settings_reading *r)
{
    struct settings_item *uri = said(r, STR("PASSWD_URI")), *passwd = said(r, STR("PASSWD"));
    settings_take(r, SETTINGS_USER, said(r, STR("USER")));
    if (r->found.attempt.user.n) {
        settings_said(r, SETTINGS_LOGIN, said(r, STR("USER")));
        r->found.attempt.mechanism = STR("auto");
    }
    settings_take_secret(r, passwd);
    if (!passwd && uri && str_starts(uri->value, STR("file:")))
        settings_take_reference(r, uri, SETTINGS_SECRET_FILE, str_skip(uri->value, 5));
    struct settings_item *raw = settings_item_named(r, SECTION, STR("PASSWD"));
    if (raw && raw->how & SETTINGS_ITEM_CUT)
        settings_mistake(
            r, MISTAKE_SECRET_CUT, raw,
            STR("PASSWD ends at the first # or ; in it, since it stands in no backquotes"),
            STR("write it between backquotes: PASSWD = `...`"));
    if (raw && raw->how & SETTINGS_ITEM_EXPANDED)
        settings_mistake(
            r, MISTAKE_SECRET_ESCAPE, raw,
            STR("%(...)s in PASSWD was taken for the name of another key, and replaced"),
            STR("choose a password without %(...)s: app.ini cannot hold it"));
    if (raw && raw->value.n && raw->value.p[raw->value.n - 1] == '\\' &&
        !(raw->how & SETTINGS_ITEM_QUOTED))
        settings_mistake(
            r, MISTAKE_SECRET_ESCAPE, raw,
            STR("PASSWD ends in a backslash, at which versions before 1.20 take in the "
                "next line"),
            STR("write it between backquotes: PASSWD = `...`"));
}

static void read_sender(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *from = said(r, STR("FROM")), *envelope = said(r, STR("ENVELOPE_FROM"));
    if (!from)
        from = said(r, STR("USER"));
    settings_take(r, envelope ? SETTINGS_HEADER_FROM : SETTINGS_FROM, from);
    settings_take(r, SETTINGS_FROM, envelope);
    a->from = settings_address(a->from);
    a->header_from = settings_address(a->header_from);
    if (envelope && str_eq(envelope->value, STR("<>"))) {
        a->from_null = true;
        a->from = STR_NONE;
    }
    if (truth(either(r, "ENABLE_HELO", "DISABLE_HELO"), 1))
        settings_take(r, SETTINGS_HELO, said(r, STR("HELO_HOSTNAME")));
}

static void read_switches(struct settings_reading *r)
{
    struct settings_item *on = said(r, STR("ENABLED"));
    struct settings_item *trust = either(r, "FORCE_TRUST_SERVER_CERT", "SKIP_VERIFY");
    struct settings_item *type = said(r, STR("MAILER_TYPE")), *protocol = said(r, STR("PROTOCOL"));
    if (truth(trust, 0)) {
        settings_said(r, SETTINGS_VERIFY, trust);
        r->found.unverified = true;
    }
    if (!truth(on, 0))
        settings_mistake(r, MISTAKE_NOT_APPLIED, on,
                         on ? STR("ENABLED is not true, so Gitea sends no mail at all")
                            : STR("ENABLED is not set in [mailer], so Gitea sends no mail at all"),
                         STR("write ENABLED = true below [mailer]"));
    if (protocol ? str_eq(protocol->value, STR("sendmail")) || str_eq(protocol->value, STR("dummy"))
                 : type && !str_eq(type->value, STR("smtp")))
        settings_mistake(r, MISTAKE_NOT_APPLIED, protocol ? protocol : type,
                         STR("mail goes to the sendmail command or nowhere, and not to a server"),
                         STR("write PROTOCOL = smtps or smtp+starttls, and SMTP_ADDR"));
}

/* [Mailer] is another section than [mailer], and passwd another key than PASSWD. */
static void look_for_case(struct settings_reading *r)
{
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_item *at = &r->items[i];
        if (str_eq_nocase(at->section, SECTION) && !str_eq(at->section, SECTION))
            settings_mistake(r, MISTAKE_KEY_MISPLACED, at,
                             STR("this section is not [mailer]: its letters count"),
                             STR("write [mailer] in small letters"));
    }
}

static const char *const KEYS[] = {
    "NAME",
    "SUBJECT_PREFIX",
    "SENDMAIL_PATH",
    "SENDMAIL_ARGS",
    "SENDMAIL_TIMEOUT",
    "SENDMAIL_CONVERT_CRLF",
    "SEND_AS_PLAIN_TEXT",
    "ENABLE_HTML_ALTERNATIVE",
    "USE_CLIENT_CERT",
    "CLIENT_CERT_FILE",
    "CLIENT_KEY_FILE",
    "USE_CERTIFICATE",
    "CERT_FILE",
    "KEY_FILE",
    "SEND_BUFFER_LEN",
    "FROM_DISPLAY_NAME_FORMAT",
    "EMBED_ATTACHMENT_IMAGES",
    "USE_SENDMAIL",
    "OVERRIDE_HEADER",
};

static bool read(struct settings_reading *r, struct err *e)
{
    if (!syntax_ini_read(r, settings_main_file(r), 0, e))
        return false;
    for (size_t i = 0; i < COUNT_OF(KEYS); i++)
        (void)!settings_item_named(r, SECTION, str_from(KEYS[i]));
    struct settings_item *host = said(r, STR("HOST")), *address = said(r, STR("SMTP_ADDR"));
    struct settings_item *port = said(r, STR("SMTP_PORT"));
    if (host && !address)
        read_old_host(r, host);
    settings_take(r, SETTINGS_HOST, address);
    settings_take(r, SETTINGS_PORT, port);
    read_security(r);
    read_login(r);
    read_sender(r);
    read_switches(r);
    look_for_case(r);
    struct settings_item *shown = settings_item_named(r, SECTION, STR("USE_CLIENT_CERT"));
    r->found.attempt.certificate = truth(shown, 0) > 0;
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static const char *protocol_word(const struct smtp_attempt *a)
{
    for (size_t i = 0; i < COUNT_OF(PROTOCOLS); i++)
        if (PROTOCOLS[i].security == a->security)
            return PROTOCOLS[i].name;
    return "smtp";
}

static bool line(struct buf *out, const char *key, str value, struct err *e)
{
    if (!value.n)
        return true;
    buf_addf(out, "%s = ", key);
    return syntax_ini_quote(out, TITLE, value, e) && buf_addc(out, '\n');
}

/* Go's PLAIN says no password without TLS, but to this machine itself. */
static bool goes_in_clear(const struct smtp_attempt *a, struct err *e)
{
    str host = settings_host(a);
    return a->security != SMTP_SECURITY_NONE || !smtp_attempt_logs_in(a) ||
           !(settings_is(a, "auto") || settings_is(a, "PLAIN")) || str_eq(host, STR("localhost")) ||
           str_eq(host, STR("127.0.0.1")) || str_eq(host, STR("::1")) ||
           err_set(e, ERR_SYNTAX, TITLE " sends no password without TLS, but to its own machine");
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    bool login = smtp_attempt_logs_in(a), own = settings_has_own_reverse_path(a);
    if (!goes_in_clear(a, e))
        return false;
    buf_addf(out, "[mailer]\nENABLED = true\nPROTOCOL = %s\nSMTP_ADDR = ", protocol_word(a));
    if (!syntax_ini_quote(out, TITLE, settings_host(a), e))
        return false;
    buf_addf(out, "\nSMTP_PORT = %u\n", a->port);
    str secret = s->secret == SETTINGS_SECRET_LITERAL ? s->secret_text : STR("PASSWORD");
    if (login && (!line(out, "USER", a->user, e) || !line(out, "PASSWD", secret, e)))
        return false;
    if (!line(out, "FROM", settings_from(a), e) || !line(out, "HELO_HOSTNAME", a->helo, e) ||
        (own && !line(out, "ENVELOPE_FROM", a->from_null ? STR("<>") : a->from, e)))
        return false;
    if (s->unverified)
        buf_add(out, STR("FORCE_TRUST_SERVER_CERT = true\n"));
    if (s->ca_file.n)
        buf_addf(out, "; start Gitea with the variable SSL_CERT_FILE set to %.*s\n",
                 STR_ARG(s->ca_file));
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
};

static bool set(const struct edit *c, const char *key, str value)
{
    return syntax_ini_set(c->r, c->out, TITLE, SECTION, key, value, c->e);
}

static bool has(const struct edit *c, const char *key)
{
    for (size_t i = 0; i < c->r->item_count; i++)
        if (str_eq(c->r->items[i].section, SECTION) && str_eq(c->r->items[i].key, str_from(key)) &&
            c->r->items[i].value.n)
            return true;
    return false;
}

static bool differs(const struct edit *c, enum settings_field field)
{
    return settings_differs(c->r, c->wanted, field);
}

/* HOST stays HOST, so that a version of old still finds it. */
static bool change_server(const struct edit *c)
{
    const struct smtp_attempt *a = &c->wanted->attempt;
    if (!goes_in_clear(a, c->e))
        return false;
    bool old = has(c, "HOST") && !has(c, "SMTP_ADDR");
    bool host = differs(c, SETTINGS_HOST), port = differs(c, SETTINGS_PORT);
    bool security = differs(c, SETTINGS_SECURITY);
    str number = arena_printf(c->r->arena, "%u", a->port);
    if (security && old && !has(c, "PROTOCOL") && a->security != SMTP_SECURITY_NONE) {
        if (!set(c, "IS_TLS_ENABLED",
                 a->security == SMTP_SECURITY_TLS ? STR("true") : STR("false")))
            return false;
    } else if (security && !set(c, "PROTOCOL", str_from(protocol_word(a)))) {
        return false;
    }
    if (old && (host || port))
        return set(c, "HOST",
                   arena_printf(c->r->arena, settings_host_is_ipv6(a) ? "[%.*s]:%u" : "%.*s:%u",
                                STR_ARG(settings_host(a)), a->port));
    if (old)
        return true;
    return (!host || set(c, "SMTP_ADDR", settings_host(a))) &&
           (!(port || (security && !has(c, "SMTP_PORT"))) || set(c, "SMTP_PORT", number));
}

static bool change_login(const struct edit *c)
{
    const struct settings *w = c->wanted;
    if (!smtp_attempt_logs_in(&w->attempt)) {
        settings_unset(c->r, c->out, SECTION, STR("USER"));
        settings_unset(c->r, c->out, SECTION, STR("PASSWD"));
        return true;
    }
    return (!differs(c, SETTINGS_USER) || set(c, "USER", w->attempt.user)) &&
           (!differs(c, SETTINGS_SECRET) || w->secret != SETTINGS_SECRET_LITERAL ||
            set(c, "PASSWD", w->secret_text));
}

static const struct settings_item *last_named(const struct edit *c, const char *key)
{
    const struct settings_item *last = NULL;
    for (size_t i = 0; i < c->r->item_count; i++)
        if (str_eq(c->r->items[i].section, SECTION) && str_eq(c->r->items[i].key, str_from(key)))
            last = &c->r->items[i];
    return last;
}

static bool change_sender(const struct edit *c)
{
    const struct smtp_attempt *a = &c->wanted->attempt, *now = &c->r->found.attempt;
    str from = settings_from(a), shown = settings_from(now);
    if (from.n && !str_eq(from, shown) &&
        !set(c, "FROM", syntax_ini_new_address(c->r->arena, last_named(c, "FROM"), from)))
        return false;
    bool own = settings_has_own_reverse_path(a), was = settings_has_own_reverse_path(now);
    if (own && (!was || differs(c, SETTINGS_FROM)) &&
        !set(c, "ENVELOPE_FROM", a->from_null ? STR("<>") : a->from))
        return false;
    if (!own && was)
        settings_unset(c->r, c->out, SECTION, STR("ENVELOPE_FROM"));
    return !a->helo.n || !differs(c, SETTINGS_HELO) || set(c, "HELO_HOSTNAME", a->helo);
}

static bool change_switches(const struct edit *c)
{
    const struct settings_item *on = last_named(c, "ENABLED");
    if ((!on || syntax_ini_truth(on->value) != 1) && !set(c, "ENABLED", STR("true")))
        return false;
    const char *trust = has(c, "SKIP_VERIFY") && !has(c, "FORCE_TRUST_SERVER_CERT")
                            ? "SKIP_VERIFY"
                            : "FORCE_TRUST_SERVER_CERT";
    return !differs(c, SETTINGS_VERIFY) ||
           set(c, trust, c->wanted->unverified ? STR("true") : STR("false"));
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    const struct edit c = { r, wanted, out, e };
    for (size_t i = 0; i < r->item_count; i++)
        if (str_eq(r->items[i].section, SECTION))
            return change_server(&c) && change_login(&c) && change_sender(&c) &&
                   change_switches(&c);
    return syntax_ini_add_whole(r, wanted, write, out, e);
}

const struct settings_program SETTINGS_GITEA = {
    .name = STR_INIT("gitea"),
    .title = STR_INIT("Gitea and Forgejo"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("app.ini"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL,
    .comment = STR_INIT("; "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = change,
};
