/* SPDX-License-Identifier: ISC */
#include "cmd/explain_for.h"
#include "base/escape.h"
#include "settings/providers.h"

/* What stands for a value that the text does not show. */
#define SERVER STR("SERVER")
#define USER   STR("USER")

struct making {
    const struct explanation *x;
    struct smtp_attempt a;
    const struct provider *provider;
    struct arena *memory;
};

static bool has_at(str s)
{
    return str_find_octet(s, '@') != STR_NOT_FOUND;
}

static str domain_of(str address)
{
    size_t at = str_rfind_octet(address, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_skip(address, at + 1);
}

/* The one of the text's two addresses that is a mailbox. */
static str address_of(const struct smtp_attempt *a)
{
    return has_at(a->from) ? a->from : has_at(a->user) ? a->user : STR_NONE;
}

static str lower(struct arena *memory, str s)
{
    str copy = arena_dup(memory, s);
    for (size_t i = 0; copy.p && i < copy.n; i++)
        ((char *)copy.p)[i] = to_lower(copy.p[i]);
    return copy;
}

static const struct provider *provider_of(const struct making *m)
{
    str host = lower(m->memory, m->a.host), domain = lower(m->memory, domain_of(address_of(&m->a)));
    const struct provider *p = host.n ? provider_of_host(host) : NULL;
    if (!p && !host.n && domain.n)
        p = provider_of_domain(domain);
    return p && p->doors[0].port && (p->host.n || host.n) ? p : NULL;
}

static void by_provider(struct making *m)
{
    const struct provider *p = m->provider;
    str user = provider_user(p, address_of(&m->a));
    if (p->host.n)
        m->a.host = p->host;
    m->a.port = p->doors[0].port;
    m->a.security = p->doors[0].security;
    m->a.mechanism = p->password == PROVIDER_OAUTH ? STR("XOAUTH2") : STR("auto");
    if (user.n)
        m->a.user = user;
}

static void log_in(struct making *m)
{
    if (!smtp_attempt_logs_in(&m->a))
        m->a.mechanism = STR("auto");
}

static void move(struct making *m, uint16_t port, enum smtp_security security)
{
    m->a.port = port;
    m->a.security = security;
}

/* What the cause asks for, as far as settings can give it. */
static void by_cause(struct making *m)
{
    struct smtp_attempt *a = &m->a;
    const struct cause *c = cause_of(m->x->best.cause);
    if (c && c->family == FAMILY_AUTH_FAILED)
        log_in(m);
    switch (m->x->best.cause) {
    case CAUSE_CLIENT_NEVER_AUTHENTICATES:
    case CAUSE_HELO_INSTEAD_OF_EHLO:
    case CAUSE_IP_NOT_TRUSTED: log_in(m); break;
    case CAUSE_MX_PORT_NOT_SUBMISSION:
    case CAUSE_RELAY_TAKES_NO_LOGIN:
    case CAUSE_EGRESS_PORT_BLOCKED:
        move(m, 587, SMTP_SECURITY_STARTTLS);
        log_in(m);
        break;
    case CAUSE_AUTH_HIDDEN_UNTIL_TLS:
    case CAUSE_MAIL_ONLY_UNDER_TLS:
    case CAUSE_TLS_MODE_MISMATCH:
        a->security = a->port == 465 ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
        break;
    case CAUSE_FROM_NOT_LOGIN:
        if (has_at(a->user))
            a->from = a->user;
        break;
    case CAUSE_WRONG_USERNAME_FORM:
        if (!has_at(a->user) && has_at(a->from))
            a->user = a->from;
        break;
    default: break;
    }
}

/* What neither says: what most servers for users have (RFC 8314 section 3.3). */
static void by_default(struct making *m)
{
    struct smtp_attempt *a = &m->a;
    if (!a->port)
        a->port = a->security == SMTP_SECURITY_TLS ? 465 : 587;
    if (a->security == SMTP_SECURITY_AUTO)
        a->security = a->port == 465 ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
    if (a->user.n)
        log_in(m);
    if (smtp_attempt_logs_in(a) && !a->user.n)
        a->user = has_at(a->from) ? a->from : USER;
    if (!a->host.n)
        a->host = SERVER;
}

static str basis_of(const struct making *m)
{
    const struct provider *p = m->provider;
    const struct cause *c = cause_of(m->x->best.cause);
    bool no_host = !m->x->page.server.n && !p, no_user = str_eq(m->a.user, USER);
    str left = no_host && no_user ? STR(" SERVER and USER stand for what it does not show.")
               : no_host          ? STR(" SERVER stands for what it does not show.")
               : no_user          ? STR(" USER stands for what it does not show.")
                                  : STR("");
    if (p)
        return arena_printf(m->memory,
                            "What %.*s says of itself (%.*s, as of %.*s), not tried.%.*s",
                            STR_ARG(p->title), STR_ARG(p->source), STR_ARG(p->day), STR_ARG(left));
    return arena_printf(m->memory, "%s, not tried: 'baton doctor' tries it.%.*s",
                        c ? "What the text shows, with the change that the cause asks for"
                          : "What the text shows",
                        STR_ARG(left));
}

bool explain_for(const struct explanation *x, const struct settings_program *program,
                 struct arena *memory, struct explain_for *out)
{
    const struct explain_page *p = &x->page;
    struct making m = { .x = x, .memory = memory };
    struct err e = { .kind = ERR_NONE };
    AUTO(buf_done) struct buf text;
    m.a = (struct smtp_attempt){ .host = p->server,
                                 .port = p->port,
                                 .security = p->security,
                                 .mechanism = p->mechanism,
                                 .user = p->user,
                                 .from = has_at(p->from) ? p->from : STR_NONE };
    m.provider = provider_of(&m);
    if (m.provider)
        by_provider(&m);
    by_cause(&m);
    by_default(&m);
    const struct settings wanted = settings_of(&m.a);
    *out = (struct explain_for){ .program = program, .basis = basis_of(&m) };
    buf_init(&text, SETTINGS_TEXT_MAX);
    if (settings_write(program, &wanted, &text, &e))
        out->text = arena_dup(memory, buf_str(&text));
    else
        out->basis = arena_printf(memory, "No settings can be written: %s.", e.why);
    return out->basis.p && (out->text.p || !text.n);
}
