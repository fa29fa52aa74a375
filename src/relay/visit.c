/* SPDX-License-Identifier: ISC */
/*
 * relay/visit.c - one session: the connection, TLS, and the questions of the session core
 *
 * Nothing behind a question is read before its answer. An answer that comes later sets owed; what the peer sends
 * meanwhile is fed to the core up to a mark, and then left with the system.
 */
#include "relay/visit.h"
#include "relay/unread.h"
#include "smtp/proxy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    HANDSHAKE_MS = 30000,
    PROXY_MS = 10000,
    FLUSH_MS = 10000,
    EARLY_MS =
        200 /* a client of the public net that talks in this time does not wait for our greeting */
};

#define WORDS(code, enhanced, text)                                                                \
    {                                                                                              \
        (code), STR_INIT(enhanced), STR_INIT(text), CAUSE_NONE                                     \
    }
static const struct refusal {
    struct relay_words words;
    const char *why;
} ENDING = { WORDS(421, "4.3.2", "Closing for now; come back in a moment"), "the relay is ending" },
  TOO_MANY = { WORDS(421, "4.7.0", "Too many sessions of your address at one time"),
               "too many sessions of this client" },
  NO_ROOM = { WORDS(421, "4.3.2", "Too many sessions at one time; come back later"),
              "too many sessions" },
  TOO_EARLY = { WORDS(554, "5.5.1", "Wait for the greeting before you talk"),
                "talks before the greeting" };
enum { REPLY_MAX = RELAY_OWN_MAX + 16 };

/* The reply as it goes over the wire. */
static str reply_of(const struct relay_words *w, const struct relay_own *told, char out[REPLY_MAX])
{
    int n = snprintf(out, REPLY_MAX, "%u %.*s %s\r\n", w->code, STR_ARG(w->enhanced), told->text);
    return (str){ out, (size_t)n };
}

static struct relay_worker *worker_of(const struct relay_visit *v)
{
    return v->server->worker;
}

static struct relay *relay_of(const struct relay_visit *v)
{
    return v->server->worker->relay;
}

static uint64_t now_ms(const struct relay_visit *v)
{
    return net_loop_now_ms(worker_of(v)->loop);
}

str relay_visit_login(const struct relay_visit *v)
{
    return v->session ? smtp_session_login(v->session) : STR_NONE;
}

static void pump(struct relay_visit *v);

/* ---- the end ---- */

static void close_stream(struct relay_visit *v, bool flush)
{
    v->closing = true;
    net_stream_hold(v->stream, false);
    net_stream_deadline(v->stream, now_ms(v) + FLUSH_MS);
    net_stream_close(v->stream, flush);
}

/* False: in a handshake, or where what was said before waits, nothing more is said. */
static bool may_speak(const struct relay_visit *v)
{
    return !v->shaking && net_stream_has_room(v->stream);
}

static void send_last(struct relay_visit *v, const struct relay_words *w,
                      const struct relay_own *told)
{
    char reply[REPLY_MAX];
    if (may_speak(v))
        net_stream_send(v->stream, reply_of(w, told, reply));
    close_stream(v, true);
}

static bool between_messages(const struct relay_visit *v)
{
    return !v->session || !smtp_session_reverse_path(v->session);
}

void relay_visit_end(struct relay_visit *v, bool now)
{
    if (v->closing)
        return;
    if (now || (!v->owed && between_messages(v))) {
        struct relay_own told = { .record = 0 };
        if (may_speak(v)) /* else nobody reads the id */
            relay_turned_away(v->server, v->listener, &v->client, &ENDING.words, &told);
        send_last(v, &ENDING.words, &told);
    }
}

static void visit_free(struct relay_visit *v)
{
    struct relay_server *s = v->server;
    struct relay_counters *c = &s->worker->counters;
    TAILQ_REMOVE(&s->visits, v, link);
    if (v->counted)
        relay_clients_leave(s->worker->relay->clients, &v->client);
    atomic_fetch_sub_explicit(&c->sessions, 1, memory_order_relaxed);
    if (v->tls)
        atomic_fetch_sub_explicit(&c->sessions_tls, 1, memory_order_relaxed);
    relay_login_free(v->login);
    relay_known_free(v->known);
    smtp_proxy_free(v->proxy);
    relay_receive_free(v->mail);
    smtp_session_free(v->session);
    relay_config_drop(v->config);
    free(v->helo);
    free(v);
    relay_server_left(s);
}

static void on_closed(void *user, enum net_end end, const struct err *why)
{
    struct relay_visit *v = user;
    if (end != NET_END_OURS && end != NET_END_PEER && relay_of(v)->log)
        NET_LOG(relay_of(v)->log, NET_LOG_DEBUG, "session-broke", LOG_IP("client", &v->client),
                LOG_STR("why", str_from(why->why)));
    visit_free(v);
}

/* ---- AUTH ---- */

static void answer_login(struct relay_visit *v, const struct relay_login_reply *r)
{
    if (r->code == 235 && r->user.n > 0)
        smtp_session_login_is(v->session, r->user);
    smtp_session_answer(v->session, r->code, r->enhanced, r->text);
}

static void on_login(void *user, const struct relay_login_reply *r)
{
    struct relay_visit *v = user;
    relay_visit_now(v);
    answer_login(v, r);
    relay_visit_go_on(v);
}

static void no_memory_for_login(struct relay_visit *v)
{
    const struct smtp_refusal r = { .code = 454,
                                    .enhanced = STR("4.7.0"),
                                    .text = STR("Login is not possible now; try again"),
                                    .verb = STR("AUTH") };
    char text[64 + RELAY_WHY_MAX];
    str why = relay_refused(v, &r);
    int n = snprintf(text, sizeof text, "%s%.*s", r.text.p, STR_ARG(why));
    smtp_session_answer(v->session, r.code, r.enhanced, (str){ text, (size_t)n });
}

static void ask_login(struct relay_visit *v, const struct smtp_session_question *q)
{
    struct relay_login_reply now;
    struct net_tls_binding b;
    bool bound = net_stream_binding(v->stream, &b);
    if (!v->login)
        v->login = relay_login_new(worker_of(v), net_stream_id(v->stream));
    if (!v->login) {
        no_memory_for_login(v);
        return;
    }
    relay_login_at(v->login, v->listener->name, v->tls, str_from(v->helo ? v->helo : ""));
    if (relay_login_step(v->login, v->config, &v->client, q, bound ? &b : NULL, &now, on_login, v))
        answer_login(v, &now);
    else
        v->owed = true;
}

/* ---- the session ---- */

static void ask_hello(struct relay_visit *v, const struct smtp_session_question *q)
{
    char *helo = malloc(q->word.n + 1);
    if (helo) {
        memcpy(helo, q->word.p, q->word.n);
        helo[q->word.n] = '\0';
    }
    free(v->helo);
    v->helo = helo;
    v->extended = str_eq_nocase(q->octets, STR("EHLO"));
    relay_receive_free(v->mail);
    v->mail = NULL;
    if (v->known)
        relay_known_forget(v->known);
    smtp_session_answer(v->session, 250, STR_NONE, STR_NONE);
}

static struct net_tls_context *begin_handshake(struct relay_visit *v)
{
    const struct relay_config_tls *t = &v->config->tls[worker_of(v)->number];
    v->shaking = true;
    net_stream_deadline(v->stream, now_ms(v) + HANDSHAKE_MS);
    return v->listener->certificates ? t->asks : t->plain;
}

/* RFC 3207 section 4.2: what came in clear behind STARTTLS is dropped, and was perhaps put there. */
static void shake_hands(struct relay_visit *v)
{
    size_t dropped = smtp_session_dropped_octets(v->session);
    dropped += net_stream_secure_server(v->stream, begin_handshake(v));
    if (dropped == 0)
        return;
    relay_count(&worker_of(v)->counters, RELAY_PEER_FAULTS, 1);
    NET_LOG(relay_of(v)->log, NET_LOG_WARNING, "octets-behind-starttls",
            LOG_IP("client", &v->client), LOG_STR("listener", v->listener->name),
            LOG_INT("dropped", (int64_t)dropped));
}

static void answer(struct relay_visit *v, enum smtp_ask ask, const struct smtp_session_question *q)
{
    switch (ask) {
    case SMTP_ASK_GREETING: smtp_session_answer(v->session, 220, STR_NONE, STR_NONE); break;
    case SMTP_ASK_EHLO: ask_hello(v, q); break;
    case SMTP_ASK_AUTH: ask_login(v, q); break;
    case SMTP_ASK_MAIL: relay_receive_mail(v, q); break;
    case SMTP_ASK_RCPT: relay_receive_rcpt(v, q); break;
    case SMTP_ASK_PIECE: relay_receive_piece(v, q->octets); break;
    case SMTP_ASK_FORGET: relay_receive_forget(v); break;
    default: relay_receive_end(v); break; /* SMTP_ASK_STORE: the last that wants an answer */
    }
}

static void is_idle(struct relay_visit *v)
{
    net_stream_deadline(v->stream, smtp_session_deadline_ms(v->session));
    if (v->mail && !smtp_session_reverse_path(v->session)) {
        relay_receive_free(v->mail);
        v->mail = NULL;
    }
    if (v->last)
        close_stream(v, true);
    else if (v->server->stopping)
        relay_visit_end(v, false);
}

static void ask_on(struct relay_visit *v)
{
    while (!v->closing && !v->shaking && !v->owed && net_stream_has_room(v->stream)) {
        struct smtp_session_question q;
        enum smtp_ask ask = smtp_session_next(v->session, &q);
        switch (ask) {
        case SMTP_ASK_NOTHING: is_idle(v); return;
        case SMTP_ASK_SEND: net_stream_send(v->stream, q.octets); break;
        case SMTP_ASK_TLS: shake_hands(v); break;
        case SMTP_ASK_CLOSE: close_stream(v, true); break;
        default: answer(v, ask, &q); break;
        }
    }
}

/* Does what the session asks for until it wants octets or time, or an answer is owed. */
static void pump(struct relay_visit *v)
{
    ask_on(v);
    uint64_t until_ms = relay_unread_until(&v->unread_ms, net_stream_has_room(v->stream),
                                           now_ms(v));
    if (until_ms != UINT64_MAX && !v->closing && !v->shaking) /* it reads on, or goes */
        net_stream_deadline(v->stream, until_ms);
    if (!v->closing)
        net_stream_hold(v->stream, !smtp_session_wants_octets(v->session));
}

void relay_visit_now(struct relay_visit *v)
{
    smtp_session_feed(v->session, STR(""), now_ms(v));
}

void relay_visit_go_on(struct relay_visit *v)
{
    v->owed = false;
    if (!v->closing)
        pump(v);
}

static void start_session(struct relay_visit *v)
{
    const struct relay_config *c = v->config;
    const struct site *site = &c->rules.file.site;
    struct smtp_session_config config = {
        .hostname = buf_str(&c->hostname),
        .starttls = v->listener->security == SITE_STARTTLS && c->tls,
        .auth_in_clear = v->listener->auth_in_clear,
        .auth_under_tls = true,
        .mechanisms = buf_str(&c->mechanisms_tls),
        .mechanisms_in_clear = buf_str(&c->mechanisms_clear),
        .size_max = site->message_max,
        .recipients_max = site->recipients_max,
        .errors_max = site->errors_max,
        .idle_ms = 1000 * site->idle_s,
        .data_ms = 1000 * site->data_s,
        .tls_from_start = v->tls,
        .stream = true,
        .normalize = v->listener->normalize,
        .smtputf8 = true,
        .chunking = true,
        .dsn = true,
        .refused = relay_refused,
        .refused_user = v,
    };
    v->session = smtp_session_new(&config, now_ms(v));
    if (v->session)
        pump(v);
    else
        close_stream(v, false);
}

/* ---- who may come in ---- */

/* id: empty where nothing is said to the client. */
static void log_refused(const struct relay_server *s, const struct site_listener *l,
                        const struct ip *client, const char *id, const char *why)
{
    NET_LOG(s->worker->relay->log, NET_LOG_INFO, "session-refused", LOG_STR("id", str_from(id)),
            LOG_IP("client", client), LOG_STR("listener", l->name), LOG_STR("why", str_from(why)));
}

static void refuse_session(const struct relay_server *s, const struct site_listener *l,
                           const struct ip *client, const struct refusal *why,
                           struct relay_own *told)
{
    relay_turned_away(s, l, client, &why->words, told);
    log_refused(s, l, client, told->id, why->why);
}

/* NULL: it is in. */
static const struct refusal *enter(const struct relay_server *s, const struct ip *client)
{
    const struct site *site = &s->config->rules.file.site;
    switch (relay_clients_enter(s->worker->relay->clients, client, site->sessions_max,
                                site->sessions_per_client)) {
    case RELAY_CLIENT_IN: return NULL;
    case RELAY_CLIENT_TOO_MANY: return &TOO_MANY;
    default: return &NO_ROOM;
    }
}

/* ---- the connection ---- */

static void talks_early(struct relay_visit *v)
{
    struct relay_own told;
    relay_count(&worker_of(v)->counters, RELAY_PEER_FAULTS, 1);
    refuse_session(v->server, v->listener, &v->client, &TOO_EARLY, &told);
    send_last(v, &TOO_EARLY.words, &told);
}

static void feed(struct relay_visit *v, str octets)
{
    smtp_session_feed(v->session, octets, now_ms(v));
    pump(v);
}

/* A client of the public net waits for our greeting as the protocol has it; who does not is none we want. first: what came
 * behind a proxy's header. */
static void begin(struct relay_visit *v, str first)
{
    if (v->listener->security == SITE_TLS) {
        net_stream_secure_server_from(v->stream, begin_handshake(v), first);
    } else if (!ip_is_near(&v->client)) {
        v->waiting = true;
        net_stream_deadline(v->stream, now_ms(v) + EARLY_MS);
        if (first.n > 0)
            talks_early(v);
    } else {
        start_session(v);
        if (first.n > 0 && v->session && !v->closing)
            feed(v, first);
    }
}

static void on_opened(void *user)
{
    struct relay_visit *v = user;
    if (v->closing)
        return;
    if (v->proxy)
        net_stream_deadline(v->stream, now_ms(v) + PROXY_MS);
    else
        begin(v, STR_NONE);
}

/* From here on the client is who the proxy says it is, and counts as such. LOCAL, or not told: the proxy itself. */
static void is_proxied(struct relay_visit *v, str first)
{
    const struct smtp_proxy_header *h = smtp_proxy_header(v->proxy);
    if (h->known) {
        v->client = h->client;
        v->client_port = h->client_port;
    }
    smtp_proxy_free(v->proxy);
    v->proxy = NULL;
    const struct refusal *why = enter(v->server, &v->client);
    v->counted = !why;
    if (why) {
        struct relay_own told;
        relay_count(&worker_of(v)->counters, RELAY_SESSIONS_REFUSED, 1);
        refuse_session(v->server, v->listener, &v->client, why, &told);
        if (v->listener->security == SITE_TLS)
            close_stream(v, false);
        else
            send_last(v, &why->words, &told);
    } else {
        begin(v, first);
    }
}

static void read_proxy(struct relay_visit *v, str octets)
{
    struct err e = { 0 };
    size_t used = 0;
    switch (smtp_proxy_feed(v->proxy, octets, &used, &e)) {
    case SMTP_PROXY_MORE: break;
    case SMTP_PROXY_DONE: is_proxied(v, str_skip(octets, used)); break;
    case SMTP_PROXY_BROKEN:
        relay_count(&worker_of(v)->counters, RELAY_PEER_FAULTS, 1);
        log_refused(v->server, v->listener, &v->client, NULL, e.why);
        close_stream(v, false);
        break;
    }
}

static void on_octets(void *user, str octets)
{
    struct relay_visit *v = user;
    if (v->closing)
        return;
    if (v->proxy)
        read_proxy(v, octets);
    else if (v->waiting)
        talks_early(v);
    else if (v->session)
        feed(v, octets);
}

/* Who sends all it has and half-closes (a script by way of nc or socat) still reads what became of it. */
static bool on_ended(void *user)
{
    struct relay_visit *v = user;
    v->last = true;
    return v->session && (v->owed || !net_stream_has_room(v->stream));
}

static void on_room(void *user)
{
    struct relay_visit *v = user;
    if (v->session)
        pump(v);
}

static void note_certificate(struct relay_visit *v, const struct smtp_tls_facts *facts)
{
    bool any = v->config->rules.file.site.client_ca.n == 0;
    if (!v->listener->certificates || facts->fingerprint.n >= sizeof v->certificate ||
        facts->fingerprint.n == 0 || !(any || facts->verified))
        return;
    memcpy(v->certificate, facts->fingerprint.p, facts->fingerprint.n);
    v->certificate[facts->fingerprint.n] = '\0';
    v->certified = true;
}

static void on_secured(void *user, const struct smtp_tls_facts *facts)
{
    struct relay_visit *v = user;
    struct relay_counters *c = &worker_of(v)->counters;
    if (v->closing)
        return;
    v->shaking = false;
    v->tls = true;
    relay_count(c, RELAY_TLS, 1);
    atomic_fetch_add_explicit(&c->sessions_tls, 1, memory_order_relaxed);
    note_certificate(v, facts);
    if (!v->session) {
        start_session(v);
        return;
    }
    relay_receive_free(v->mail);
    v->mail = NULL;
    free(v->helo);
    v->helo = NULL;
    smtp_session_tls(v->session, true);
    pump(v);
}

static void on_due(void *user)
{
    struct relay_visit *v = user;
    if (v->waiting && !v->closing) {
        v->waiting = false;
        start_session(v);
    } else if (v->closing || v->shaking || !v->session || !net_stream_has_room(v->stream)) {
        close_stream(v, false);
    } else {
        feed(v, STR(""));
    }
}

static const struct net_stream_calls CALLS = {
    .opened = on_opened,
    .octets = on_octets,
    .room = on_room,
    .secured = on_secured,
    .due = on_due,
    .ended = on_ended,
    .closed = on_closed,
};

/* ---- coming in ---- */

/* For who is one too many: no stream is made, and a write that would wait is not made either. */
static void turn_away(const struct relay_door *d, int fd, const struct ip *peer,
                      const struct refusal *why)
{
    struct relay_own told;
    char text[REPLY_MAX];
    relay_count(&d->server->worker->counters, RELAY_SESSIONS_REFUSED, 1);
    refuse_session(d->server, d->listener, peer, why, &told);
    str reply = reply_of(&why->words, &told, text);
    if (d->listener->security != SITE_TLS)
        (void)!send(fd, reply.p, reply.n, MSG_DONTWAIT | MSG_NOSIGNAL);
    close(fd);
}

static bool is_proxy(const struct site_listener *l, const struct ip *peer)
{
    for (size_t i = 0; i < l->proxy_count; i++)
        if (ip_net_has(&l->proxies[i], peer))
            return true;
    return false;
}

static struct relay_visit *visit_new(struct relay_door *d, const struct ip *peer, uint16_t port,
                                     bool proxied)
{
    struct relay_visit *v = calloc(1, sizeof *v);
    if (v && proxied && !(v->proxy = smtp_proxy_new())) {
        free(v);
        v = NULL;
    }
    if (!v)
        return NULL;
    v->server = d->server;
    v->client = *peer;
    v->client_port = port;
    v->counted = !proxied;
    v->listener = d->listener;
    v->config = d->server->config;
    atomic_fetch_add_explicit(&v->config->held, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&d->server->worker->counters.sessions, 1, memory_order_relaxed);
    TAILQ_INSERT_TAIL(&d->server->visits, v, link);
    return v;
}

void relay_visit_accept(struct relay_door *d, int fd, const struct ip *peer, uint16_t port)
{
    struct relay_server *s = d->server;
    struct err e;
    bool proxied = is_proxy(d->listener, peer);
    relay_count(&s->worker->counters, RELAY_CONNECTIONS, 1);
    const struct refusal *why = s->stopping ? &ENDING : proxied ? NULL : enter(s, peer);
    if (why) {
        turn_away(d, fd, peer, why);
        return;
    }
    struct relay_visit *v = visit_new(d, peer, port, proxied);
    if (!v) {
        if (!proxied)
            relay_clients_leave(s->worker->relay->clients, peer);
        close(fd);
        return;
    }
    v->stream = net_stream_adopt(s->worker->loop, fd, NULL, &CALLS, v, &e);
    if (!v->stream)
        visit_free(v);
}
