/* SPDX-License-Identifier: ISC */
/*
 * relay/courier_visit.c - one connection until it can take mail: greeting, TLS, login
 *
 * What a smarthost answers up to here is about it and us. No message is given up for it: the breaker opens, and mail waits
 * or goes by another.
 */
#include "base/escape.h"
#include "relay/courier_inside.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* RFC 5321 section 4.5.3.2. The rest of a host's slowness is the route's to get around. */
static const struct smtp_client_limits LIMITS = {
    .wait_ms = { [SMTP_STAGE_GREETING] = 300000,
                 [SMTP_STAGE_EHLO] = 300000,
                 [SMTP_STAGE_STARTTLS] = 120000,
                 [SMTP_STAGE_AUTH] = 120000,
                 [SMTP_STAGE_MAIL] = 300000,
                 [SMTP_STAGE_RCPT] = 300000,
                 [SMTP_STAGE_DATA] = 120000,
                 [SMTP_STAGE_END_OF_DATA] = 600000,
                 [SMTP_STAGE_RSET] = 60000,
                 [SMTP_STAGE_QUIT] = 5000 },
};
enum { TLS_MS = 30000, QUIT_MS = 5000, SMTPS_PORT = 465 };

static uint64_t now_of(const struct courier_visit *v)
{
    return courier_now_ms(v->host->route->courier);
}

static const struct relay_config *config_of(const struct courier_visit *v)
{
    return v->host->route->config;
}

/* ---- what the rule file wants of it ---- */

enum tls_want { TLS_NEVER, TLS_IF_OFFERED, TLS_NEEDED, TLS_AT_ONCE };

static enum tls_want tls_want(const struct courier_host *h)
{
    switch (h->site->security) {
    case SITE_NONE: return TLS_NEVER;
    case SITE_STARTTLS: return TLS_NEEDED;
    case SITE_TLS: return TLS_AT_ONCE;
    case SITE_AUTO: break;
    }
    if (h->site->port == SMTPS_PORT)
        return TLS_AT_ONCE;
    return h->route->site->login ? TLS_NEEDED : TLS_IF_OFFERED;
}

/* ---- the end of a host's luck ---- */

/* An older rule file's has nothing to say where there is one of the new. */
void courier_tell_breaker(struct courier_host *h)
{
    if (!h->route->old)
        relay_smarthost_breaker(h->counts, h->breaker.failures == 0 ? 0
                                           : h->breaker.probing     ? 1
                                                                    : 2);
}

void courier_host_failed(struct courier_host *h, struct courier_visit *v, uint64_t least_ms,
                         enum cause_id cause, const char *fmt, ...)
{
    struct relay_courier *c = h->route->courier;
    uint64_t now_ms = courier_now_ms(c), began_ms = v ? v->began_ms : now_ms;
    va_list args;
    if (v && v->counted)
        return;
    if (v)
        v->counted = true;
    va_start(args, fmt);
    vsnprintf(h->why, sizeof h->why, fmt, args);
    va_end(args);
    h->cause = cause;
    relay_smarthost_count(h->counts, RELAY_SMARTHOST_UNREACHABLE, 1);
    bool first = h->breaker.failures == 0;
    if (h->opening <= (v && v->state == VISIT_OPENING))
        h->opening_since_ms = 0;
    if (!breaker_failed(&h->breaker, began_ms, now_ms, least_ms, courier_chance(c)))
        return;
    courier_tell_breaker(h);
    enum net_log_level level = least_ms > 0 ? NET_LOG_ERROR
                               : first      ? NET_LOG_WARNING
                                            : NET_LOG_INFO;
    courier_log_host(h, level, "host-down", h->why, cause, h->breaker.open_until_ms - now_ms);
}

/* Told to the breaker; the connection is not wanted any more. */
#define FAIL(v, least_ms, cause, ...)                                                              \
    do {                                                                                           \
        courier_host_failed((v)->host, (v), (least_ms), (cause), __VA_ARGS__);                     \
        leave(v);                                                                                  \
    } while (0)

/* Which message it is about, for whoever asks. 0: none. */
static void be_about(struct courier_visit *v, uint64_t id)
{
    struct relay_courier *c = v->host->route->courier;
    if (v->busy_id == id)
        return;
    pthread_mutex_lock(&c->lock);
    if (v->busy_id == 0)
        TAILQ_INSERT_HEAD(&c->busy, v, busy_link);
    if (id == 0)
        TAILQ_REMOVE(&c->busy, v, busy_link);
    v->busy_id = id;
    v->busy_since_ms = relay_now_ms();
    pthread_mutex_unlock(&c->lock);
}

static void to_list(struct courier_visit *v, enum visit_state state)
{
    struct courier_host *h = v->host;
    be_about(v, state == VISIT_BUSY && v->job ? v->job->m.id : 0);
    if (v->state == VISIT_IDLE)
        TAILQ_REMOVE(&h->idle, v, link);
    else
        TAILQ_REMOVE(&h->visits, v, link);
    h->opening -= v->state == VISIT_OPENING;
    h->standing -= v->state == VISIT_IDLE || v->state == VISIT_BUSY;
    h->standing += state == VISIT_IDLE || state == VISIT_BUSY;
    h->busy -= v->state == VISIT_BUSY;
    h->busy += state == VISIT_BUSY;
    v->state = state;
    v->since_ms = now_of(v);
    if (state == VISIT_IDLE)
        TAILQ_INSERT_HEAD(&h->idle, v,
                          link); /* the last used first, so that those too many grow old */
    else
        TAILQ_INSERT_HEAD(&h->visits, v, link);
}

void courier_visit_busy(struct courier_visit *v)
{
    if (v->host->busy == 0)
        v->host->heard_ms = now_of(v); /* until now it was asked nothing */
    to_list(v, VISIT_BUSY);
}

static void leave(struct courier_visit *v)
{
    to_list(v, VISIT_LEAVING);
    net_dialogue_quit(v->dialogue, QUIT_MS);
}

void courier_visit_leave(struct courier_visit *v)
{
    leave(v);
}

void courier_visit_idle(struct courier_visit *v)
{
    struct courier_route *r = v->host->route;
    if (v->ended) /* its end is being told just now */
        return;
    if (r->old || v->messages >= COURIER_MESSAGES_MAX || v->closing) {
        leave(v);
        return;
    }
    to_list(v, VISIT_IDLE);
}

/* ---- ready ---- */

static void ready(struct courier_visit *v)
{
    struct courier_host *h = v->host;
    struct courier_route *r = h->route;
    h->opening_since_ms = 0;
    h->heard_ms = now_of(v);
    r->down_since_ms = 0;
    to_list(v, VISIT_IDLE);
    if (breaker_up(&h->breaker)) {
        courier_log_host(h, NET_LOG_INFO, "host-up", NULL, CAUSE_NONE, 0);
        h->why[0] = '\0';
    }
    courier_tell_breaker(h);
    if (r->old)
        leave(v);
    else
        courier_route_pump(r);
}

/* ---- login ---- */

static void no_login(struct courier_visit *v, enum cause_id cause, const char *why)
{
    FAIL(v, BREAKER_LOGIN_PAUSE_MS, cause, "%s: %s", v->name, why);
}

static void log_in(struct courier_visit *v, const struct smtp_caps *caps)
{
    const struct site_login *login = v->host->route->site->login;
    const struct relay_secret *s = relay_config_secret(config_of(v), login);
    struct err why = { 0 };
    if (!s) {
        no_login(v, CAUSE_NONE, "the file of its login could not be read");
        return;
    }
    if (!(caps->ext & SMTP_EXT_AUTH)) {
        no_login(v, CAUSE_RELAY_TAKES_NO_LOGIN, "it offers no login, and the route has one");
        return;
    }
    const struct sasl_mechanism *m = sasl_choose(caps, s->mechanism, SASL_PASSWORD, v->verified);
    if (!m) {
        no_login(v, CAUSE_NO_COMMON_MECHANISM,
                 s->mechanism.n ? "it does not offer the mechanism that the login's file names"
                                : "it offers no mechanism that a password could be sent with");
        return;
    }
    struct sasl_login with = { .user = s->user, .password = s->password };
    if (net_dialogue_auth(v->dialogue, m, &with, &why) == 0)
        no_login(v, CAUSE_NONE, why.why);
}

static void on_login_reply(struct courier_visit *v, const struct net_dialogue_event *ev)
{
    const struct smtp_reply *r = ev->reply;
    char text[COURIER_REPLY_MAX];
    if (smtp_reply_good(r) && ev->why.n == 0) {
        v->logged_in = true;
        ready(v);
        return;
    }
    if (ev->why.n > 0) {
        FAIL(v, BREAKER_LOGIN_PAUSE_MS, CAUSE_NONE, "%s: %.*s", v->name, STR_ARG(ev->why));
        return;
    }
    str reply = courier_reply_text(r, text, sizeof text);
    enum cause_id cause = courier_cause_of(v, SMTP_STAGE_AUTH, r->code, &r->enhanced, r->text,
                                           STR_NONE, STR_NONE);
    if (smtp_reply_temporary(r))
        FAIL(v, 0, cause, "%s: the login was put off: %.*s", v->name, STR_ARG(reply));
    else
        FAIL(v, BREAKER_LOGIN_PAUSE_MS, cause, "%s: the login was refused: %.*s", v->name,
             STR_ARG(reply));
}

/* ---- TLS ---- */

static const enum cause_id CERT_CAUSES[] = {
    [SMTP_CERT_EXPIRED] = CAUSE_CERTIFICATE_EXPIRED,
    [SMTP_CERT_NOT_YET_VALID] = CAUSE_CERTIFICATE_NOT_YET_VALID,
    [SMTP_CERT_SELF_SIGNED] = CAUSE_CERTIFICATE_SELF_SIGNED,
    [SMTP_CERT_UNKNOWN_ISSUER] = CAUSE_CERTIFICATE_UNKNOWN_ISSUER,
    [SMTP_CERT_WRONG_NAME] = CAUSE_CERTIFICATE_WRONG_NAME,
    [SMTP_CERT_OTHER] = CAUSE_NONE,
};

static void say_ehlo(struct courier_visit *v)
{
    if (net_dialogue_ehlo(v->dialogue, buf_str(&config_of(v)->hostname)) == 0)
        FAIL(v, 0, CAUSE_NONE, "%s: EHLO could not be said", v->name);
}

/* A password is for a server that has shown who it is; mail without one may be hidden from those who only listen. */
static void on_secured(struct courier_visit *v, const struct smtp_tls_facts *facts)
{
    struct courier_host *h = v->host;
    bool at_once = tls_want(h) == TLS_AT_ONCE;
    v->shaking = false;
    v->secured = true;
    v->verified = facts->verified;
    if (!facts->verified) {
        enum smtp_cert_reason reason = facts->reason_count > 0 ? facts->reasons[0]
                                                               : SMTP_CERT_OTHER;
        str words = names_of(&SMTP_CERT_REASON_NAMES, (int)reason);
        if (h->route->site->login) {
            FAIL(v, 0, CERT_CAUSES[reason],
                 "%s: the login was not sent, since its certificate does not verify: %.*s", v->name,
                 STR_ARG(words));
            return;
        }
        NET_LOG(h->route->courier->relay->log, NET_LOG_WARNING, "certificate-not-verified",
                LOG_STR("server", str_from(v->name)), LOG_STR("why", words));
    }
    if (!at_once)
        say_ehlo(v);
}

/* Not needed, and it does not work: without, from the next connection on. */
static bool may_go_clear(const struct courier_host *h)
{
    return tls_want(h) == TLS_IF_OFFERED;
}

static void on_ready_to_talk(struct courier_visit *v)
{
    struct courier_host *h = v->host;
    const struct smtp_caps *caps = net_dialogue_caps(v->dialogue);
    enum tls_want want = tls_want(h);
    bool offered = caps && (caps->ext & SMTP_EXT_STARTTLS);
    bool wanted = want == TLS_NEEDED || (want == TLS_IF_OFFERED && now_of(v) >= h->clear_until_ms);
    if (!v->secured && wanted && offered) {
        if (net_dialogue_starttls(v->dialogue) == 0)
            FAIL(v, 0, CAUSE_NONE, "%s: STARTTLS could not be said", v->name);
        return;
    }
    if (!v->secured && want == TLS_NEEDED) {
        FAIL(v, 0, caps && (caps->ext & SMTP_EXT_MASKED) ? CAUSE_STARTTLS_STRIPPED : CAUSE_NONE,
             "%s: it does not offer STARTTLS, and the route needs TLS; name its port "
             "for TLS, mostly 465",
             v->name);
        return;
    }
    if (h->route->site->login) {
        static const struct smtp_caps NOTHING;
        log_in(v, caps ? caps : &NOTHING);
        return;
    }
    ready(v);
}

static void on_starttls_reply(struct courier_visit *v, const struct smtp_reply *r)
{
    char text[COURIER_REPLY_MAX];
    if (r->code == 220) {
        v->shaking = true; /* until SECURED comes, or the end */
        return;
    }
    if (may_go_clear(v->host)) {
        v->host->clear_until_ms = now_of(v) + COURIER_CLEAR_MS;
        ready(v);
        return;
    }
    str reply = courier_reply_text(r, text, sizeof text);
    FAIL(v, 0,
         courier_cause_of(v, SMTP_STAGE_STARTTLS, r->code, &r->enhanced, r->text, STR_NONE,
                          STR_NONE),
         "%s: STARTTLS was refused: %.*s", v->name, STR_ARG(reply));
}

/* ---- ourselves ---- */

static bool listens_here(const struct site *s, const struct ip *address, uint16_t port)
{
    for (size_t i = 0; i < s->listener_count; i++) {
        const struct site_listener *l = &s->listeners[i];
        if (l->port != port)
            continue;
        if (l->address_count == 0)
            return true;
        for (size_t k = 0; k < l->address_count; k++)
            if (ip_eq(&l->addresses[k], address))
                return true;
    }
    return false;
}

/* Both ends of the connection on one address of this machine, and a port that we listen at. */
static bool is_our_socket(const struct courier_visit *v)
{
    struct ip local;
    uint16_t port;
    net_dialogue_local(v->dialogue, &local, &port);
    return (ip_eq(&local, &v->address) || ip_is_loopback(&v->address)) &&
           listens_here(&config_of(v)->rules.file.site, &v->address, v->host->site->port);
}

/* By its name, from another machine's address: another server on this one may well have our name. */
static bool has_our_name(const struct courier_visit *v, str name)
{
    struct ip local;
    uint16_t port;
    net_dialogue_local(v->dialogue, &local, &port);
    return str_eq_nocase(name, buf_str(&config_of(v)->hostname)) && !ip_eq(&local, &v->address) &&
           !ip_is_loopback(&v->address);
}

static void is_ourselves(struct courier_visit *v)
{
    FAIL(v, BREAKER_LOGIN_PAUSE_MS, CAUSE_MAIL_LOOP,
         "%s is this relay itself: mail would go round in circles", v->name);
}

/* ---- events ---- */

static void on_greeting(struct courier_visit *v, const struct smtp_reply *r)
{
    char text[COURIER_REPLY_MAX];
    str reply = courier_reply_text(r, text, sizeof text);
    str first = str_take(r->text, str_find_octet(r->text, '\n'));
    if (r->code / 100 != 2)
        FAIL(v, 0,
             courier_cause_of(v, SMTP_STAGE_GREETING, r->code, &r->enhanced, r->text, STR_NONE,
                              STR_NONE),
             "%s: it greets with a refusal: %.*s", v->name, STR_ARG(reply));
    else if (has_our_name(v, str_take(first, str_find_octet(first, ' '))))
        is_ourselves(v);
    else
        say_ehlo(v);
}

/* RFC 5321 section 3.2: a server that does not know EHLO is asked the old way. What needs an extension cannot be. */
static void on_ehlo_reply(struct courier_visit *v, const struct smtp_reply *r)
{
    char text[COURIER_REPLY_MAX];
    const struct smtp_caps *caps = net_dialogue_caps(v->dialogue);
    if (smtp_reply_good(r)) {
        if (caps && has_our_name(v, caps->domain))
            is_ourselves(v);
        else
            on_ready_to_talk(v);
        return;
    }
    if (r->code / 100 == 5 && r->code != 550 && r->code != 554 && !v->old_helo && !v->secured &&
        may_go_clear(v->host)) {
        v->old_helo = true;
        if (net_dialogue_helo(v->dialogue, buf_str(&config_of(v)->hostname)) != 0)
            return;
    }
    str reply = courier_reply_text(r, text, sizeof text);
    FAIL(v, 0,
         courier_cause_of(v, SMTP_STAGE_EHLO, r->code, &r->enhanced, r->text, STR_NONE, STR_NONE),
         "%s: EHLO was refused: %.*s", v->name, STR_ARG(reply));
}

static void on_reply(struct courier_visit *v, const struct net_dialogue_event *ev)
{
    if (ev->reply->code == 421)
        v->closing = true;
    if (v->state == VISIT_BUSY) {
        courier_mail_event(v, ev);
        return;
    }
    if (v->state != VISIT_OPENING)
        return; /* an answer to QUIT or RSET, or one that nobody asked for */
    switch (ev->stage) {
    case SMTP_STAGE_GREETING: on_greeting(v, ev->reply); break;
    case SMTP_STAGE_EHLO: on_ehlo_reply(v, ev->reply); break;
    case SMTP_STAGE_STARTTLS: on_starttls_reply(v, ev->reply); break;
    case SMTP_STAGE_AUTH: on_login_reply(v, ev); break;
    default: break;
    }
}

static enum cause_id cause_of_end(const struct courier_visit *v,
                                  const struct net_dialogue_event *ev)
{
    switch (ev->end) {
    case SMTP_END_REFUSED: return CAUSE_SERVER_DOWN;
    case SMTP_END_TLS_FAILED:
        return tls_want(v->host) == TLS_AT_ONCE ? CAUSE_TLS_MODE_MISMATCH
                                                : CAUSE_TLS_VERSION_OR_CIPHER;
    case SMTP_END_SILENT:
        return !v->opened && v->host->site->port == 25 ? CAUSE_EGRESS_PORT_BLOCKED
                                                       : CAUSE_SERVER_DOWN;
    default: return CAUSE_NONE;
    }
}

/* Another address of the same name, before the name counts as down. True: it is tried, or others are under way. */
static bool other_address(struct courier_visit *v)
{
    struct courier_host *h = v->host;
    if (v->opened || h->route->old)
        return false;
    if (h->good && h->address_count > 1) {
        h->good = false;
        h->address_at = 0;
        return courier_visit_open(h, &h->addresses[0], v->probe);
    }
    if (h->address_at + 1 < h->address_count)
        return courier_visit_open(h, &h->addresses[++h->address_at], v->probe);
    return h->opening > 0;
}

/* A server that begins with TLS says nothing either, and waits for us. */
static const char *greeting_hint(const struct courier_visit *v, const struct net_dialogue_event *ev)
{
    bool none = v->opened && ev->stage == SMTP_STAGE_GREETING && tls_want(v->host) != TLS_AT_ONCE;
    return none && (ev->end == SMTP_END_CLOSED || ev->end == SMTP_END_SILENT)
               ? ", before any greeting; where TLS begins at once there, say security = tls in the "
                 "route"
               : "";
}

static void on_opening_ended(struct courier_visit *v, const struct net_dialogue_event *ev)
{
    struct courier_host *h = v->host;
    if (h->route->courier->stopping || h->route->old)
        return;
    if (v->shaking && may_go_clear(h) && !v->counted) { /* however it ended */
        h->clear_until_ms = now_of(v) + COURIER_CLEAR_MS;
        NET_LOG(h->route->courier->relay->log, NET_LOG_WARNING, "tls-failed",
                LOG_STR("server", str_from(v->name)), LOG_STR("why", ev->why));
        breaker_probe_off(&h->breaker);
        courier_tell_breaker(h);
        return;
    }
    if (other_address(v))
        return;
    h->address_at = 0;
    h->good = false;
    courier_host_failed(h, v, 0, cause_of_end(v, ev), "%s: %.*s%s", v->name, STR_ARG(ev->why),
                        greeting_hint(v, ev));
}

static void on_ended(struct courier_visit *v, const struct net_dialogue_event *ev)
{
    struct courier_host *h = v->host;
    struct courier_route *r = h->route;
    enum visit_state state = v->state;
    v->ended = true;
    courier_mail_unlook(v);
    to_list(v, VISIT_LEAVING);
    TAILQ_REMOVE(&h->visits, v, link);
    h->visit_count--;
    if (v->opened)
        relay_smarthost_connections(h->counts, -1);
    r->visit_count--;
    if (state == VISIT_OPENING)
        on_opening_ended(v, ev);
    else if (state == VISIT_BUSY)
        courier_mail_lost(v, ev);
    if (h->visit_count == 0)
        h->heard_ms = 0;
    courier_body_done(v);
    relay_lacks_done(&v->lacks);
    free(v);
    if (r->old)
        courier_route_maybe_free(r);
    else
        courier_route_pump(r);
}

static void on_event(void *user, struct net_dialogue *d, const struct net_dialogue_event *ev)
{
    struct courier_visit *v = user;
    (void)d;
    v->host->heard_ms = ev->now_ms;
    switch (ev->kind) {
    case NET_DIALOGUE_OPENED:
        v->opened = true;
        relay_smarthost_connections(v->host->counts, 1);
        v->host->good = true;
        for (unsigned i = 0; i < v->host->address_count; i++)
            if (ip_eq(&v->host->addresses[i], &v->address))
                v->host->address_at = i;
        if (v->state == VISIT_OPENING && is_our_socket(v))
            is_ourselves(v);
        break;
    case NET_DIALOGUE_SECURED:
        if (v->state == VISIT_OPENING)
            on_secured(v, ev->tls);
        break;
    case NET_DIALOGUE_REPLY: on_reply(v, ev); break;
    case NET_DIALOGUE_NO_LOGIN:
        if (v->state == VISIT_OPENING)
            FAIL(v, BREAKER_LOGIN_PAUSE_MS, CAUSE_NONE, "%s: %.*s", v->name, STR_ARG(ev->why));
        break;
    case NET_DIALOGUE_BODY:
        if (v->state == VISIT_BUSY)
            courier_mail_event(v, ev);
        break;
    case NET_DIALOGUE_UNSENT: break; /* ENDED follows */
    case NET_DIALOGUE_ENDED: on_ended(v, ev); break;
    }
}

/* ---- being born ---- */

static void name_it(struct courier_visit *v)
{
    char address[IP_TEXT_MAX];
    const struct site_smarthost *s = v->host->site;
    struct ip same;
    ip_text(&v->address, address);
    if (ip_parse(s->host, &same))
        snprintf(v->name, sizeof v->name, "[%s]:%u", address, s->port);
    else
        snprintf(v->name, sizeof v->name, "%.*s [%s]:%u", STR_ARG(s->host), address, s->port);
}

bool courier_visit_open(struct courier_host *h, const struct ip *address, bool probe)
{
    struct courier_route *r = h->route;
    struct relay_courier *c = r->courier;
    struct err why = { 0 };
    struct courier_visit *v = calloc(1, sizeof *v);
    if (!v) {
        courier_host_failed(h, NULL, 0, CAUSE_NONE, "out of memory");
        return false;
    }
    v->host = h;
    v->address = *address;
    v->probe = probe;
    v->began_ms = v->since_ms = courier_now_ms(c);
    name_it(v);
    struct net_dialogue_options o = {
        .to = { .address = *address, .port = h->site->port },
        .host = h->site->host,
        .tls = tls_want(h) == TLS_NEVER ? NULL : r->tls,
        .tls_at_once = tls_want(h) == TLS_AT_ONCE,
        .limits = LIMITS,
        .connect_ms = COURIER_CONNECT_MS,
        .tls_ms = TLS_MS,
    };
    struct net_dialogue_calls calls = { .event = on_event, .user = v };
    v->dialogue = net_dialogue_open(c->loop, &o, &calls, &why);
    if (!v->dialogue) {
        courier_host_failed(h, NULL, 0, CAUSE_NONE, "%s: %s", v->name, why.why);
        free(v);
        return false;
    }
    TAILQ_INSERT_HEAD(&h->visits, v, link);
    if (h->opening++ == 0 && h->opening_since_ms == 0)
        h->opening_since_ms = v->began_ms;
    h->visit_count++;
    r->visit_count++;
    return true;
}
