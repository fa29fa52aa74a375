/* SPDX-License-Identifier: ISC */
/*
 * settings/phpmailer_rules.c - what PHPMailer does with its properties, whoever sets them
 */
#include "settings/phpmailer_rules.h"
#include "settings/quote.h"
#include "settings/writers.h"

enum { PORT = 25 };

/* One entry of Host: "[ssl://|tls://]name[:port]" */
struct entry {
    enum smtp_security security; /* AUTO: no prefix */
    str name;
    uint64_t port; /* 0: none */
};

static struct entry entry_of(str text)
{
    struct entry x = { .security = SMTP_SECURITY_AUTO, .name = str_trim(text) };
    if (str_starts(x.name, STR("ssl://")))
        x.security = SMTP_SECURITY_TLS;
    else if (str_starts(x.name, STR("tls://")))
        x.security = SMTP_SECURITY_STARTTLS;
    if (x.security != SMTP_SECURITY_AUTO)
        x.name = str_skip(x.name, 6);
    size_t colon = str_rfind_octet(x.name, ':');
    uint64_t port;
    if (colon != STR_NOT_FOUND && colon > 0 &&
        str_to_u64(str_skip(x.name, colon + 1), UINT32_MAX, &port)) {
        x.name = str_take(x.name, colon);
        x.port = port <= UINT16_MAX ? port : 0;
    }
    return x;
}

bool phpmailer_takes_host(str host, struct err *e)
{
    for (size_t i = 0; i < host.n; i++)
        if (!is_alnum(host.p[i]) && host.p[i] != '.' && host.p[i] != '-' && host.p[i] != ':')
            return err_set(
                e, ERR_SYNTAX,
                "PHPMailer takes only letters, digits, dots and hyphens in the name of a "
                "server; give the server another name, or its address");
    return true;
}

void phpmailer_add_host(struct buf *out, const struct smtp_attempt *a)
{
    buf_addf(out, settings_host_is_ipv6(a) ? "'[%.*s]'" : "'%.*s'", STR_ARG(settings_host(a)));
}

bool phpmailer_host_is_plain(const struct settings_item *host)
{
    struct entry x = entry_of(host->value);
    return x.security == SMTP_SECURITY_AUTO && !x.port &&
           str_find_octet(host->value, ';') == STR_NOT_FOUND;
}

static void take_host(struct settings_reading *r, struct settings_item *host, struct entry *x)
{
    struct smtp_attempt *a = &r->found.attempt;
    a->host = STR("localhost");
    a->port = PORT;
    *x = (struct entry){ .security = SMTP_SECURITY_AUTO };
    if (!host)
        return;
    settings_said(r, SETTINGS_HOST, host);
    if (host->how & SETTINGS_ITEM_CODE) {
        a->host = STR_NONE;
        return;
    }
    str rest = host->value;
    *x = entry_of(str_cut(&rest, ';'));
    if (rest.p && str_trim(rest).n) {
        struct settings_mistake *m = settings_mistake(
            r, MISTAKE_KEY_TWICE, host,
            STR("several servers stand here, which PHPMailer tries in turn: Baton looks at the "
                "first"),
            STR("look at the others one by one"));
        if (m)
            m->sure = MISTAKE_NOTE;
    }
    struct err e;
    if (x->name.n && x->name.p[0] != '[' && !phpmailer_takes_host(x->name, &e) &&
        str_find(x->name, STR("://")) == STR_NOT_FOUND)
        settings_mistake(r, MISTAKE_HOST_FORM, host,
                         STR("PHPMailer takes only letters, digits, dots and hyphens in the name "
                             "of a server, and skips this one"),
                         STR("give the server another name, or write its address"));
    bool bracketed = x->name.n > 2 && x->name.p[0] == '[' && x->name.p[x->name.n - 1] == ']';
    a->host = bracketed ? str_take(str_skip(x->name, 1), x->name.n - 2) : x->name;
}

static void take_port(const struct phpmailer_properties *p, struct settings_reading *r,
                      const struct entry *x)
{
    settings_take(r, SETTINGS_PORT, p->port);
    if (!x->port)
        return;
    r->found.attempt.port = (uint16_t)x->port;
    r->said[SETTINGS_PORT] = p->host;
}

/* ------------------------------------------------------------------------------------------------
 * Encryption
 */
/* AUTO: only if the server offers it. */
static enum smtp_security secure_of(struct settings_reading *r, const struct settings_item *secure,
                                    const struct phpmailer_words *words)
{
    if (!secure || !secure->value.n || str_eq(secure->value, STR("false")) ||
        str_eq(secure->value, STR("none")))
        return SMTP_SECURITY_AUTO;
    if (str_eq(secure->value, STR("ssl")))
        return SMTP_SECURITY_TLS;
    if (str_eq(secure->value, STR("tls")))
        return SMTP_SECURITY_STARTTLS;
    if (!(secure->how & SETTINGS_ITEM_CODE))
        settings_mistake(
            r, MISTAKE_DIALECT, secure,
            arena_printf(r->arena,
                         "%.*s is neither 'tls' nor 'ssl' in small letters, so PHPMailer "
                         "encrypts only where the server offers STARTTLS",
                         STR_ARG(words->secure)),
            STR("write 'tls' for STARTTLS (port 587), 'ssl' for TLS at once (465)"));
    return SMTP_SECURITY_AUTO;
}

static void take_security(const struct php *p, struct settings_reading *r,
                          const struct phpmailer_properties *x, const struct entry *host,
                          const struct phpmailer_words *words)
{
    struct smtp_attempt *a = &r->found.attempt;
    settings_said(r, SETTINGS_SECURITY, x->secure);
    if (x->auto_tls)
        x->auto_tls->known = true;
    a->security = secure_of(r, x->secure, words);
    if (host->security != SMTP_SECURITY_AUTO) {
        a->security = host->security;
        r->said[SETTINGS_SECURITY] = x->host;
    }
    bool unknown = x->secure && (x->secure->how & SETTINGS_ITEM_CODE);
    if (a->security != SMTP_SECURITY_AUTO || unknown)
        return;
    if (php_truth(p, x->auto_tls) == 0) {
        a->security = SMTP_SECURITY_NONE;
        r->said[SETTINGS_SECURITY] = x->auto_tls;
        return;
    }
    /* As a server that people log in to offers it. One without a login may or may not. */
    bool logs_in = smtp_attempt_logs_in(a);
    if (logs_in || a->port == 465 || a->port == 587)
        a->security = SMTP_SECURITY_STARTTLS;
    if (logs_in && a->port != 465)
        settings_mistake(
            r, MISTAKE_TLS_OPTIONAL, x->secure ? x->secure : x->user,
            arena_printf(r->arena,
                         "%.*s is not set, so PHPMailer encrypts only if the server "
                         "offers it, and sends the password all the same",
                         STR_ARG(words->secure)),
            STR("set it to 'tls' for STARTTLS (port 587), 'ssl' for TLS at once (465)"));
}

/* ------------------------------------------------------------------------------------------------
 * Login
 */
str phpmailer_mechanism(str auth_type)
{
    static const str KNOWN[] = { STR_INIT("CRAM-MD5"), STR_INIT("LOGIN"), STR_INIT("PLAIN"),
                                 STR_INIT("XOAUTH2") };
    for (size_t i = 0; i < COUNT_OF(KNOWN); i++)
        if (str_eq(auth_type, KNOWN[i]))
            return KNOWN[i];
    return STR("");
}

static void take_login(const struct php *p, struct settings_reading *r,
                       const struct phpmailer_properties *x)
{
    struct smtp_attempt *a = &r->found.attempt;
    int on = x->auth ? php_truth(p, x->auth) : x->logs_in_by_default ? -1 : 0;
    settings_said(r, SETTINGS_LOGIN, x->auth);
    php_boolean(p, r, x->auth);
    settings_take(r, SETTINGS_USER, x->user);
    php_take_secret(p, r, x->password);
    if (on == 0 || (on < 0 && !x->user))
        return;
    a->mechanism = STR("auto");
    if (!x->auth_type || !x->auth_type->value.n)
        return;
    settings_said(r, SETTINGS_LOGIN, x->auth_type);
    str known = phpmailer_mechanism(x->auth_type->value);
    if (known.n)
        a->mechanism = known;
    else if (!(x->auth_type->how & SETTINGS_ITEM_CODE))
        settings_mistake(r, MISTAKE_LOGIN_MECHANISM, x->auth_type,
                         STR("PHPMailer logs in by CRAM-MD5, LOGIN, PLAIN or XOAUTH2, in capital "
                             "letters, and takes no notice of this"),
                         STR("take the line out, and PHPMailer picks what the server offers"));
}

static void take_sender(struct settings_reading *r, const struct phpmailer_properties *x)
{
    struct smtp_attempt *a = &r->found.attempt;
    bool own = x->sender && x->sender->value.n && !(x->sender->how & SETTINGS_ITEM_CODE) &&
               !(x->from && str_eq(x->from->value, x->sender->value));
    if (x->sender)
        x->sender->known = true;
    settings_take(r, own ? SETTINGS_HEADER_FROM : SETTINGS_FROM, x->from);
    if (own)
        settings_take(r, SETTINGS_FROM, x->sender);
    a->from = str_trim(a->from);
    a->header_from = str_trim(a->header_from);
    settings_take(r, SETTINGS_TO, x->to);
    settings_take(r, SETTINGS_HELO, x->helo);
}

static void take_trust(const struct php *p, struct settings_reading *r,
                       const struct phpmailer_properties *x)
{
    bool peer = php_truth(p, x->verify_peer) == 0, name = php_truth(p, x->verify_name) == 0;
    if (x->verify_name)
        settings_said(r, SETTINGS_VERIFY, x->verify_name);
    if (x->verify_peer && (peer || !name))
        settings_said(r, SETTINGS_VERIFY, x->verify_peer);
    r->found.unverified = peer || name;
    settings_take(r, SETTINGS_CA, x->ca_file);
}

void phpmailer_take(const struct php *p, struct settings_reading *r,
                    const struct phpmailer_properties *x, const struct phpmailer_words *words)
{
    struct entry host;
    take_host(r, x->host, &host);
    take_port(x, r, &host);
    take_login(p, r, x);
    take_security(p, r, x, &host, words);
    take_sender(r, x);
    take_trust(p, r, x);
}
