/* SPDX-License-Identifier: ISC */
#include "discover/autodiscover.h"
#include "discover/xml.h"

/* The Protocol that is being read. */
struct draft {
    struct discover_server server;
    bool is_smtp, has_host, bad_port;
    bool ssl_off, spa, no_login;
    str encryption;
};

struct reading {
    const struct dns_idn *idn;
    struct arena *arena;
    struct autodiscover *out;
    struct draft draft;
    bool is_autodiscover;
    unsigned protocol_at; /* the depth of the Protocol that is open; 0: none */
};

/* ---- values ---- */

static bool is_on(str text)
{
    return str_eq_nocase(text, STR("on")) || str_eq_nocase(text, STR("true"));
}
static bool is_off(str text)
{
    return str_eq_nocase(text, STR("off")) || str_eq_nocase(text, STR("false"));
}

static void take_type(struct reading *r, str text)
{
    r->draft.is_smtp = str_eq_nocase(text, STR("SMTP"));
}
static void take_server(struct reading *r, str text)
{
    r->draft.has_host = discover_host(text, r->idn, r->arena, &r->draft.server.hostname);
}
static void take_port(struct reading *r, str text)
{
    uint64_t port = 0;
    if (!text.n)
        return;
    r->draft.bad_port = !str_to_u64(text, UINT16_MAX, &port) || port == 0;
    r->draft.server.port = (uint16_t)port;
}
static void take_login(struct reading *r, str text)
{
    r->draft.server.user = text.n ? arena_dup(r->arena, text) : STR_NONE;
}
static void take_ssl(struct reading *r, str text)
{
    r->draft.ssl_off = is_off(text);
}
static void take_spa(struct reading *r, str text)
{
    r->draft.spa = is_on(text);
}
static void take_auth(struct reading *r, str text)
{
    r->draft.no_login = is_off(text);
}
static void take_encryption(struct reading *r, str text)
{
    r->draft.encryption = text.n ? arena_dup(r->arena, text) : STR_NONE;
}

static const struct {
    str name;
    void (*take)(struct reading *r, str text);
} FIELDS[] = {
    { STR_INIT("Type"), take_type },         { STR_INIT("Server"), take_server },
    { STR_INIT("Port"), take_port },         { STR_INIT("LoginName"), take_login },
    { STR_INIT("SSL"), take_ssl },           { STR_INIT("SPA"), take_spa },
    { STR_INIT("AuthRequired"), take_auth }, { STR_INIT("Encryption"), take_encryption },
};

/* Encryption is of the newer schema, and goes before SSL. "TLS" is what Outlook calls STARTTLS, "Auto" and an
 * SSL that is on mean whichever the port is for (RFC 8314 section 3.3). */
static enum smtp_security security_of(const struct draft *d)
{
    bool by_port = str_eq_nocase(d->encryption, STR("TLS")) ||
                   str_eq_nocase(d->encryption, STR("Auto"));
    if (str_eq_nocase(d->encryption, STR("None")))
        return SMTP_SECURITY_NONE;
    if (str_eq_nocase(d->encryption, STR("SSL")))
        return SMTP_SECURITY_TLS;
    if (!by_port && d->ssl_off)
        return SMTP_SECURITY_NONE;
    if (d->server.port == 587 || d->server.port == 25 || (by_port && d->server.port != 465))
        return SMTP_SECURITY_STARTTLS;
    return SMTP_SECURITY_TLS;
}

static void complete(struct draft *d)
{
    struct discover_server *s = &d->server;
    s->security = security_of(d);
    if (!s->port)
        s->port = s->security == SMTP_SECURITY_TLS ? 465 : 587;
    if (d->no_login) {
        s->login = DISCOVER_LOGIN_NONE;
    } else if (d->spa) {
        discover_server_login_by(s, STR("NTLM"));
    } else {
        discover_server_login_by(s, STR("PLAIN"));
        discover_server_login_by(s, STR("LOGIN"));
    }
}

/* ---- elements ---- */

static void begin(void *user, const struct xml_place *at)
{
    struct reading *r = user;
    if (at->depth == 1)
        r->is_autodiscover = str_eq_nocase(at->name, STR("Autodiscover"));
    if (!r->is_autodiscover || r->protocol_at || !str_eq_nocase(at->name, STR("Protocol")))
        return;
    r->protocol_at = at->depth;
    str type = xml_attribute(at, "Type"); /* where newer schemas have it */
    r->draft = (struct draft){ .is_smtp = str_eq_nocase(type, STR("SMTP")) };
}

static void end_protocol(struct reading *r)
{
    struct autodiscover *out = r->out;
    r->protocol_at = 0;
    if (!r->draft.is_smtp) {
        out->other++;
        return;
    }
    if (!r->draft.has_host || r->draft.bad_port || out->count == AUTODISCOVER_SERVERS_MAX) {
        out->skipped++;
        return;
    }
    complete(&r->draft);
    out->outgoing[out->count++] = r->draft.server;
}

static void end_outside(struct reading *r, str name, str text)
{
    struct autodiscover *out = r->out;
    if (str_eq_nocase(name, STR("RedirectUrl")) && text.n)
        out->redirect_url = arena_dup(r->arena, text);
    else if (str_eq_nocase(name, STR("RedirectAddr")) && text.n)
        out->redirect_address = arena_dup(r->arena, text);
    else if (str_eq_nocase(name, STR("Error")) || str_eq_nocase(name, STR("ErrorCode")))
        out->error = true;
}

static void end(void *user, const struct xml_place *at, str text)
{
    struct reading *r = user;
    if (!r->is_autodiscover)
        return;
    if (!r->protocol_at) {
        end_outside(r, at->name, text);
        return;
    }
    if (at->depth == r->protocol_at) {
        end_protocol(r);
        return;
    }
    for (size_t i = 0; at->depth == r->protocol_at + 1 && i < COUNT_OF(FIELDS); i++)
        if (str_eq_nocase(FIELDS[i].name, at->name))
            FIELDS[i].take(r, text);
}

static void restart(void *user)
{
    struct reading *r = user;
    *r->out = (struct autodiscover){ .count = 0 };
    *r = (struct reading){ .idn = r->idn, .arena = r->arena, .out = r->out };
}

bool autodiscover_read(str document, const struct dns_idn *idn, struct arena *a,
                       struct autodiscover *out, struct err *e)
{
    static const struct xml_reader READER = { restart, begin, end };
    struct reading r = { .idn = idn, .arena = a, .out = out };
    if (!xml_read(document, &READER, &r, e))
        return false;
    return r.is_autodiscover ||
           err_set(e, ERR_SYNTAX, "it is XML, but no answer of Exchange Autodiscover");
}
