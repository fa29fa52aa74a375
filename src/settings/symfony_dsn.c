/* SPDX-License-Identifier: ISC */
/*
 * settings/symfony_dsn.c - a DSN of Symfony Mailer, cut and understood as Symfony does it
 */
#include "settings/symfony_dsn.h"
#include "settings/url.h"

static bool broken(struct symfony_dsn *d, const char *why, const char *remedy)
{
    d->kind = SYMFONY_BROKEN;
    d->why = why;
    d->where = remedy;
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * Cutting
 */
/* "failover(smtp://a smtp://b)": the first of them. A blank or a ) ends a DSN. */
static str first_dsn(str text, struct symfony_dsn *d, str *behind)
{
    static const str WORDS[] = { STR_INIT("failover("), STR_INIT("roundrobin(") };
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < COUNT_OF(WORDS); i++)
            if (str_starts(text, WORDS[i])) {
                text = str_skip(text, WORDS[i].n);
                d->several = again = true;
            }
    }
    size_t end = 0;
    while (end < text.n && text.p[end] != ' ' && text.p[end] != ')')
        end++;
    *behind = str_skip(text, end);
    return str_take(text, end);
}

static bool is_scheme(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && s.p[i] != '+' && s.p[i] != '.' && s.p[i] != '-')
            return false;
    return s.n > 0;
}

const char SYMFONY_ENCODE[] = "write the user and the password with percent codes: %23 for #, %2F "
                              "for /, %3F for ?, %25 for %, %20 for a blank";

/* There is an @ behind the host, and not in a query: it was meant to end user and password. */
static bool is_swallowed(str tail)
{
    size_t at = str_find_octet(tail, '@'), equals = str_find_octet(tail, '=');
    return at != STR_NOT_FOUND && (equals == STR_NOT_FOUND || at < equals);
}

/* parse_url(): the host ends at the first of /?#; what stands before the last @ of it is user and password. */
static bool cut_authority(str rest, struct symfony_dsn *d)
{
    size_t end = 0;
    while (end < rest.n && rest.p[end] != '/' && rest.p[end] != '?' && rest.p[end] != '#')
        end++;
    str authority = str_take(rest, end), tail = str_skip(rest, end);
    size_t at = str_rfind_octet(authority, '@');
    if (at != STR_NOT_FOUND) {
        d->user = str_take(authority, at);
        size_t colon = str_find_octet(d->user, ':');
        if (colon != STR_NOT_FOUND) {
            d->password = str_skip(d->user, colon + 1);
            d->user = str_take(d->user, colon);
        }
        authority = str_skip(authority, at + 1);
    } else if (is_swallowed(tail)) {
        d->swallowed = true;
    }
    d->host = authority;
    size_t colon = str_rfind_octet(authority, ':');
    bool bracketed = authority.n && authority.p[0] == '[' && authority.p[authority.n - 1] == ']';
    if (colon != STR_NOT_FOUND && !bracketed) {
        str port = str_skip(authority, colon + 1);
        size_t n = 0;
        d->host = str_take(authority, colon);
        while (n < port.n && is_digit(port.p[n]))
            d->port = d->port * 10 + (uint32_t)(port.p[n++] - '0');
        if (port.n > 5 || (port.n && !n) || d->port > UINT16_MAX)
            return broken(d,
                          d->swallowed
                              ? "a #, ? or / in the user or the password ends the DSN there"
                              : "what stands behind the last : of the server is no port",
                          SYMFONY_ENCODE);
    }
    if (!d->host.n)
        return broken(d, "there is no server in the DSN", "write smtp://USER:PASSWORD@SERVER:587");
    size_t fragment = str_find_octet(tail, '#');
    tail = str_take(tail, fragment == STR_NOT_FOUND ? tail.n : fragment);
    size_t query = str_find_octet(tail, '?');
    d->query = query == STR_NOT_FOUND ? STR_NONE : str_skip(tail, query + 1);
    return true;
}

/* The list of "failover(...)" comes to its end. */
static bool is_closed(str text)
{
    size_t open = 0;
    for (size_t i = 0; i < text.n; i++) {
        open += text.p[i] == '(';
        open -= open && text.p[i] == ')';
    }
    return !open;
}

static bool cut(str text, struct symfony_dsn *d)
{
    str behind;
    d->whole = first_dsn(text, d, &behind);
    if (d->several && !is_closed(text))
        return broken(d, "the ( of the list is never closed", "write failover(DSN DSN)");
    if (!d->several && behind.n)
        return broken(d, "a blank or a ) ends the DSN, and Symfony stops at what stands behind it",
                      SYMFONY_ENCODE);
    size_t colon = str_find_octet(d->whole, ':');
    str scheme = str_take(d->whole, colon == STR_NOT_FOUND ? 0 : colon);
    if (!is_scheme(scheme) || !str_starts(str_skip(d->whole, scheme.n), STR("://")))
        return broken(d, "this is no DSN", "write smtp://USER:PASSWORD@SERVER:587");
    d->scheme = scheme;
    return cut_authority(str_skip(d->whole, scheme.n + 3), d);
}

/* ------------------------------------------------------------------------------------------------
 * Options
 */
bool symfony_dsn_flag(const struct symfony_dsn *d, const char *name, bool otherwise)
{
    str value;
    if (!d->query.p || !settings_url_option(d->query, str_from(name), &value) || !value.n)
        return otherwise;
    return settings_truth(value) == 1;
}

bool symfony_dsn_knows(str option)
{
    static const str KNOWN[] = {
        STR_INIT("verify_peer"),    STR_INIT("peer_fingerprint"),
        STR_INIT("local_domain"),   STR_INIT("restart_threshold"),
        STR_INIT("ping_threshold"), STR_INIT("restart_threshold_sleep"),
        STR_INIT("max_per_second"), STR_INIT("auto_tls"),
        STR_INIT("require_tls"),    STR_INIT("source_ip"),
        STR_INIT("authenticators"), STR_INIT("region"),
        STR_INIT("command"),        STR_INIT("retry_period"),
        STR_INIT("message_stream"), STR_INIT("session_token"),
    };
    for (size_t i = 0; i < COUNT_OF(KNOWN); i++)
        if (str_eq(KNOWN[i], option))
            return true;
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * Servers
 */
enum login { USER_AND_PASSWORD, ONE_KEY, KEY_FOR_BOTH };
enum by { SMTP_ONLY, SMTP_FIRST, API_FIRST }; /* of the scheme without "+smtp" */
static const struct provider {
    str scheme, host;
    bool regions;  /* option region puts another name into the host */
    str region;    /* the usual one: host has it */
    uint16_t port; /* 465: TLS at once; else STARTTLS where it is offered */
    enum login login;
    enum by by;
} PROVIDERS[] = {
    { STR_INIT("gmail"), STR_INIT("smtp.gmail.com"), false, STR_INIT(""), 465, USER_AND_PASSWORD,
      SMTP_FIRST },
    { STR_INIT("sendgrid"), STR_INIT("smtp.sendgrid.net"), false, STR_INIT(""), 465, ONE_KEY,
      SMTP_FIRST },
    { STR_INIT("mailgun"), STR_INIT("smtp.mailgun.org"), true, STR_INIT("us"), 465,
      USER_AND_PASSWORD, API_FIRST },
    { STR_INIT("mailjet"), STR_INIT("in-v3.mailjet.com"), false, STR_INIT(""), 465,
      USER_AND_PASSWORD, SMTP_FIRST },
    { STR_INIT("mandrill"), STR_INIT("smtp.mandrillapp.com"), false, STR_INIT(""), 587,
      USER_AND_PASSWORD, API_FIRST },
    { STR_INIT("postmark"), STR_INIT("smtp.postmarkapp.com"), false, STR_INIT(""), 587,
      KEY_FOR_BOTH, SMTP_FIRST },
    { STR_INIT("sendinblue"), STR_INIT("smtp-relay.brevo.com"), false, STR_INIT(""), 465,
      USER_AND_PASSWORD, SMTP_FIRST },
    { STR_INIT("brevo"), STR_INIT("smtp-relay.brevo.com"), false, STR_INIT(""), 465,
      USER_AND_PASSWORD, SMTP_FIRST },
    { STR_INIT("ses"), STR_INIT("email-smtp.eu-west-1.amazonaws.com"), true, STR_INIT("eu-west-1"),
      465, USER_AND_PASSWORD, API_FIRST },
};

static void of_provider(struct symfony_dsn *d, const struct provider *p, str way, struct arena *a)
{
    bool smtp = str_eq(way, STR("smtp")) || str_eq(way, STR("smtps")) ||
                (!way.n && p->by == SMTP_FIRST);
    str region;
    d->provider = true;
    d->kind = smtp ? SYMFONY_SMTP : SYMFONY_API;
    if (!smtp)
        return;
    d->server = p->host;
    if (p->regions && d->query.p && settings_url_option(d->query, STR("region"), &region) &&
        region.n && !str_eq(region, p->region))
        d->server = arena_printf(a,
                                 str_eq(p->scheme, STR("ses")) ? "email-smtp.%.*s.amazonaws.com"
                                                               : "smtp.%.*s.mailgun.org",
                                 STR_ARG(str_take(region, 40)));
    d->server_port = p->port;
    d->security = p->port == 465 ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
    d->fixed_user = p->login == ONE_KEY ? STR("apikey") : STR_NONE;
    d->user_is_secret = p->login != USER_AND_PASSWORD;
}

static void of_server(struct symfony_dsn *d)
{
    bool bracketed = d->host.n > 2 && d->host.p[0] == '[' && d->host.p[d->host.n - 1] == ']';
    bool tls = str_eq(d->scheme, STR("smtps")), plain = !symfony_dsn_flag(d, "auto_tls", true);
    d->kind = SYMFONY_SMTP;
    d->server = bracketed ? str_take(str_skip(d->host, 1), d->host.n - 2) : d->host;
    /* Without a port Symfony begins with TLS, on 465, unless the server is this machine. */
    if (!tls && !plain)
        tls = d->port == 465 || (!d->port && !str_eq(d->host, STR("localhost")));
    d->server_port = d->port ? (uint16_t)d->port : tls ? 465 : 25;
    d->security = tls ? SMTP_SECURITY_TLS : plain ? SMTP_SECURITY_NONE : SMTP_SECURITY_AUTO;
}

void symfony_dsn_cut(str text, struct symfony_dsn *d, struct arena *a)
{
    *d = (struct symfony_dsn){ .kind = SYMFONY_UNKNOWN };
    if (!cut(text, d))
        return;
    if (str_eq(d->scheme, STR("smtp")) || str_eq(d->scheme, STR("smtps"))) {
        of_server(d);
        return;
    }
    if (str_eq(d->scheme, STR("null")))
        d->kind = SYMFONY_NOTHING;
    if (str_eq(d->scheme, STR("native")) || str_starts(d->scheme, STR("sendmail")))
        d->kind = SYMFONY_PROGRAM;
    size_t plus = str_find_octet(d->scheme, '+');
    str name = str_take(d->scheme, plus),
        way = plus == STR_NOT_FOUND ? STR("") : str_skip(d->scheme, plus + 1);
    for (size_t i = 0; i < COUNT_OF(PROVIDERS); i++)
        if (str_eq(name, PROVIDERS[i].scheme))
            of_provider(d, &PROVIDERS[i], way, a);
}
