/* SPDX-License-Identifier: ISC */
#include "discover/autoconfig.h"
#include "base/buf.h"
#include "discover/xml.h"

enum { VALUE_MAX = 1024, PORT_SUBMISSION = 587, PORT_SUBMISSIONS = 465 };

/* The outgoing server that is being read. */
struct draft {
    struct discover_server server;
    bool usable;
    bool has_host, has_port, has_security;
};

struct reading {
    const struct discover_address *who;
    const struct dns_idn *idn;
    struct arena *arena;
    struct autoconfig *out;
    struct draft draft;
    bool is_config;       /* the root is a clientConfig */
    unsigned server_at;   /* the depth of the outgoing server that is open; 0: none */
    unsigned provider_at; /* of the emailProvider */
    bool listed;          /* this emailProvider names the domain */
    size_t provider_first;
    unsigned providers;
};

/* ---- values ---- */

/* %EMAILADDRESS%, %EMAILLOCALPART%, %EMAILDOMAIN%; other placeholders stay, as the user's to fill. */
static str fill(const struct reading *r, str text, str domain)
{
    const struct {
        str name, value;
    } rows[] = {
        { STR("%EMAILADDRESS%"), r->who->whole },
        { STR("%EMAILLOCALPART%"), r->who->local_part },
        { STR("%EMAILDOMAIN%"), domain },
    };
    struct buf b;
    buf_init(&b, VALUE_MAX);
    while (text.n) {
        size_t i = 0;
        while (i < COUNT_OF(rows) && !str_starts_nocase(text, rows[i].name))
            i++;
        if (i < COUNT_OF(rows))
            buf_add(&b, rows[i].value);
        else
            buf_addc(&b, text.p[0]);
        text = str_skip(text, i < COUNT_OF(rows) ? rows[i].name.n : 1);
    }
    str filled = buf_ok(&b) ? arena_dup(r->arena, str_trim(buf_str(&b))) : STR_NONE;
    buf_done(&b);
    return filled;
}

/* The names that old and new files have for one thing. */
static const struct {
    str said;
    str mechanisms[2];
} LOGINS[] = {
    { STR_INIT("password-cleartext"), { STR_INIT("PLAIN"), STR_INIT("LOGIN") } },
    { STR_INIT("plain"), { STR_INIT("PLAIN"), STR_INIT("LOGIN") } },
    { STR_INIT("http-basic"), { STR_INIT("PLAIN"), STR_INIT("LOGIN") } },
    { STR_INIT("password-encrypted"), { STR_INIT("CRAM-MD5") } },
    { STR_INIT("secure"), { STR_INIT("CRAM-MD5") } },
    { STR_INIT("NTLM"), { STR_INIT("NTLM") } },
    { STR_INIT("GSSAPI"), { STR_INIT("GSSAPI") } },
    { STR_INIT("OAuth2"), { STR_INIT("XOAUTH2"), STR_INIT("OAUTHBEARER") } },
    { STR_INIT("TLS-client-cert"), { STR_INIT("EXTERNAL") } },
    { STR_INIT("none"), { STR_INIT("") } },
    { STR_INIT("client-IP-address"), { STR_INIT("") } },
    { STR_INIT("smtp-after-pop"), { STR_INIT("") } },
};

/* Words that are no part of the format, and stand in files: a mechanism's own name. */
static const str MECHANISMS[] = {
    STR_INIT("LOGIN"),
    STR_INIT("CRAM-MD5"),
    STR_INIT("DIGEST-MD5"),
    STR_INIT("SCRAM-SHA-1"),
    STR_INIT("SCRAM-SHA-1-PLUS"),
    STR_INIT("SCRAM-SHA-256"),
    STR_INIT("SCRAM-SHA-256-PLUS"),
    STR_INIT("XOAUTH2"),
    STR_INIT("OAUTHBEARER"),
    STR_INIT("EXTERNAL"),
};

static void take_authentication(struct reading *r, str text)
{
    struct discover_server *s = &r->draft.server;
    for (size_t i = 0; i < COUNT_OF(LOGINS); i++) {
        if (!str_eq_nocase(LOGINS[i].said, text))
            continue;
        for (size_t k = 0; k < COUNT_OF(LOGINS[i].mechanisms); k++)
            if (LOGINS[i].mechanisms[k].n)
                discover_server_login_by(s, LOGINS[i].mechanisms[k]);
        if (s->login == DISCOVER_LOGIN_UNSAID)
            s->login = DISCOVER_LOGIN_NONE;
        return;
    }
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++)
        if (str_eq_nocase(MECHANISMS[i], text))
            discover_server_login_by(s, MECHANISMS[i]);
}

/* "TLS" alone is said of both ways to begin it; the port tells which. */
static const struct {
    str said;
    enum smtp_security security;
} SOCKETS[] = {
    { STR_INIT("plain"), SMTP_SECURITY_NONE },        { STR_INIT("none"), SMTP_SECURITY_NONE },
    { STR_INIT("STARTTLS"), SMTP_SECURITY_STARTTLS }, { STR_INIT("SSL"), SMTP_SECURITY_TLS },
    { STR_INIT("SSL/TLS"), SMTP_SECURITY_TLS },       { STR_INIT("TLS"), SMTP_SECURITY_AUTO },
};

static void take_socket(struct reading *r, str text)
{
    for (size_t i = 0; i < COUNT_OF(SOCKETS) && !r->draft.has_security; i++) {
        if (!str_eq_nocase(SOCKETS[i].said, text))
            continue;
        r->draft.server.security = SOCKETS[i].security;
        r->draft.has_security = true;
    }
}

static void take_host(struct reading *r, str text)
{
    str filled = fill(r, text, r->who->ascii);
    if (!r->draft.has_host)
        r->draft.has_host = discover_host(filled, r->idn, r->arena, &r->draft.server.hostname);
}

static void take_port(struct reading *r, str text)
{
    uint64_t port = 0;
    if (!text.n || r->draft.has_port)
        return;
    r->draft.has_port = true;
    if (str_to_u64(text, UINT16_MAX, &port) && port > 0)
        r->draft.server.port = (uint16_t)port;
    else
        r->draft.usable = false;
}

static void take_user(struct reading *r, str text)
{
    if (!r->draft.server.user.n)
        r->draft.server.user = fill(r, text, r->who->domain);
}

static const struct {
    str name;
    void (*take)(struct reading *r, str text);
} FIELDS[] = {
    { STR_INIT("hostname"), take_host },
    { STR_INIT("port"), take_port },
    { STR_INIT("socketType"), take_socket },
    { STR_INIT("username"), take_user },
    { STR_INIT("authentication"), take_authentication },
};

/* ---- elements ---- */

static void begin_provider(struct reading *r, unsigned depth)
{
    r->provider_at = depth;
    r->provider_first = r->out->count;
    r->listed = false;
    r->providers++;
}

static void begin_server(struct reading *r, const struct xml_place *at)
{
    str type = xml_attribute(at, "type");
    r->server_at = at->depth;
    r->draft = (struct draft){ .usable = !type.n || str_eq_nocase(type, STR("smtp")) };
}

static void begin(void *user, const struct xml_place *at)
{
    struct reading *r = user;
    if (at->depth == 1)
        r->is_config = str_eq_nocase(at->name, STR("clientConfig"));
    if (!r->is_config || r->server_at)
        return;
    if (str_eq_nocase(at->name, STR("incomingServer")))
        r->out->incoming++;
    else if (str_eq_nocase(at->name, STR("outgoingServer")))
        begin_server(r, at);
    else if (str_eq_nocase(at->name, STR("emailProvider")) && !r->provider_at)
        begin_provider(r, at->depth);
}

/* What a file leaves out: the security that a port is for, the port that a security has (RFC 8314). */
static void complete(struct discover_server *s, bool has_security)
{
    if (!has_security)
        s->security = s->port == PORT_SUBMISSIONS ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
    if (s->security == SMTP_SECURITY_AUTO)
        s->security = s->port == PORT_SUBMISSION || s->port == 25 ? SMTP_SECURITY_STARTTLS
                                                                  : SMTP_SECURITY_TLS;
    if (!s->port)
        s->port = s->security == SMTP_SECURITY_TLS ? PORT_SUBMISSIONS : PORT_SUBMISSION;
}

static void end_server(struct reading *r)
{
    struct autoconfig *out = r->out;
    r->server_at = 0;
    if (!r->draft.usable || !r->draft.has_host) {
        out->skipped++;
        return;
    }
    complete(&r->draft.server, r->draft.has_security);
    if (out->count == AUTOCONFIG_SERVERS_MAX)
        out->more = true;
    else
        out->outgoing[out->count++] = r->draft.server;
}

/* A file for several providers: the one that names the domain is meant, and no other. */
static void end_provider(struct reading *r)
{
    struct autoconfig *out = r->out;
    r->provider_at = 0;
    if (out->lists_domain && r->providers > 1) {
        if (!r->listed)
            out->count = r->provider_first;
        return;
    }
    if (r->listed && r->providers > 1) {
        for (size_t i = r->provider_first; i < out->count; i++)
            out->outgoing[i - r->provider_first] = out->outgoing[i];
        out->count -= r->provider_first;
    }
    out->lists_domain = r->listed;
}

static void end_domain(struct reading *r, str text)
{
    str domain = fill(r, text, r->who->domain);
    r->listed |= str_eq_nocase(domain, r->who->domain) || str_eq_nocase(domain, r->who->ascii);
}

static void end(void *user, const struct xml_place *at, str text)
{
    struct reading *r = user;
    if (r->server_at && at->depth == r->server_at) {
        end_server(r);
        return;
    }
    if (r->provider_at && at->depth == r->provider_at)
        end_provider(r);
    else if (r->provider_at && at->depth == r->provider_at + 1 &&
             str_eq_nocase(at->name, STR("domain")))
        end_domain(r, text);
    for (size_t i = 0; r->server_at && at->depth == r->server_at + 1 && i < COUNT_OF(FIELDS); i++)
        if (str_eq_nocase(FIELDS[i].name, at->name))
            FIELDS[i].take(r, text);
}

static void restart(void *user)
{
    struct reading *r = user;
    *r->out = (struct autoconfig){ .count = 0 };
    *r = (struct reading){ .who = r->who, .idn = r->idn, .arena = r->arena, .out = r->out };
}

bool autoconfig_read(str document, const struct discover_address *who, const struct dns_idn *idn,
                     struct arena *a, struct autoconfig *out, struct err *e)
{
    static const struct xml_reader READER = { restart, begin, end };
    struct reading r = { .who = who, .idn = idn, .arena = a, .out = out };
    if (!xml_read(document, &READER, &r, e))
        return false;
    return r.is_config ||
           err_set(e, ERR_SYNTAX, "it is XML, but no clientConfig, as mail programs fetch it");
}
