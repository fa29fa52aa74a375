/* SPDX-License-Identifier: ISC */
#include "base/escape.h"
#include "mock/inside.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    HANDSHAKE_MS = 30000,
    FLUSH_MS = 5000,
    IDLE_MS = 5 * 60 * 1000,
    MESSAGE_MAX_OCTETS = 4 * 1024 * 1024,
    OBSERVED_MAX_OCTETS = 64 * 1024 * 1024, /* one message at a time, and dropped */
    WAITING_MAX_OCTETS = 64 * 1024,
    LATE_MAX_OCTETS = 256 * 1024,
    TEXT_MAX_OCTETS = 2048,
    REPLY_MAX_OCTETS = 16 * 1024
};

/* --- the log --- */

static void log_line(const struct mock_visit *v, str line)
{
    const struct mock_server *m = v->mock;
    if (m->options.log && !m->gone)
        m->options.log(m->options.log_user, v->number, line);
}

static void log_note(const struct mock_visit *v, const char *fmt, ...) PRINTF_LIKE(2, 3);
static void log_note(const struct mock_visit *v, const char *fmt, ...)
{
    char raw[320];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(raw, sizeof raw, fmt, args);
    va_end(args);
    if (n < 0)
        return;
    struct buf line;
    buf_init(&line, 4 * sizeof raw);
    escape_line(str_take((str){ raw, sizeof raw - 1 }, (size_t)n), &line);
    log_line(v, buf_str(&line));
    buf_done(&line);
}

/* "554 5.7.1 <tom@elsewhere.example>: Relay access denied", all lines of a reply in one. */
static void reply_text(const struct smtp_reply *r, struct buf *out)
{
    buf_addf(out, "%u", r->code);
    for (str text = r->text; text.p && text.n > 0;) {
        buf_addc(out, ' ');
        escape_line(str_cut(&text, '\n'), out);
    }
}

/* What the reply answers, cut off what waits; empty when the session gave it by itself. Our answers
 * leave in the order in which they were given, with the session's own replies between them. */
static str waiting_take(str *waiting, str reply)
{
    str rest = *waiting;
    str what = str_cut(&rest, '\n');
    str expected = str_cut(&what, '\t');
    if (!what.p || !str_starts(reply, expected))
        return STR_NONE;
    *waiting = rest;
    return what;
}

/* Replies the session gives by itself whose code tells what they are to. */
static const struct name_row OWN_REPLY_ROWS[] = {
    { 220, STR_INIT("STARTTLS") },
    { 221, STR_INIT("QUIT") },
    { 334, STR_INIT("AUTH") },
    { 354, STR_INIT("DATA") },
};
static const struct names OWN_REPLIES = NAMES(OWN_REPLY_ROWS);

/* "RCPT TO:<tom@elsewhere.example> 550 relay not permitted" */
static void log_reply(struct mock_visit *v, const struct smtp_reply *r)
{
    struct mock_counts *c = &v->mock->counts;
    c->refusals += r->code >= 400;
    c->quits += r->code == 221;
    struct buf said, line;
    buf_init(&said, 4 * REPLY_MAX_OCTETS);
    buf_init(&line, 4 * REPLY_MAX_OCTETS + TEXT_MAX_OCTETS);
    reply_text(r, &said);
    str rest = buf_str(&v->waiting);
    str what = waiting_take(&rest, buf_str(&said));
    if (what.n == 0)
        what = names_of(&OWN_REPLIES, (int)r->code);
    buf_add(&line, what);
    buf_add(&line, what.n > 0 ? STR(" ") : STR(""));
    buf_add(&line, buf_str(&said));
    buf_drop(&v->waiting, v->waiting.n - rest.n);
    log_line(v, buf_str(&line));
    buf_done(&line);
    buf_done(&said);
}

static void send_replies(struct mock_visit *v, str octets)
{
    net_stream_send(v->stream, octets);
    while (octets.n > 0) {
        size_t used = 0;
        if (smtp_reader_feed(v->replies, octets, &used) == SMTP_READ_REPLY)
            log_reply(v, smtp_reader_reply(v->replies));
        octets = str_skip(octets, used);
    }
}

/* How the reply will begin, TAB, what it is to. */
void mock_remember(struct mock_visit *v, const struct mock_words *w, str text, str what)
{
    if (!buf_ok(&v->waiting)) /* an answer too many: the log goes on without their commands */
        buf_clear(&v->waiting);
    buf_addf(&v->waiting, "%u ", w->code);
    escape_line(w->enhanced, &v->waiting);
    buf_add(&v->waiting, w->enhanced.n > 0 ? STR(" ") : STR(""));
    escape_line(str_cut(&text, '\n'), &v->waiting); /* the first line of several */
    buf_addc(&v->waiting, '\t');
    escape_line(what, &v->waiting);
    buf_addc(&v->waiting, '\n');
}

/* --- the connection --- */

static void close_stream(struct mock_visit *v, bool flush)
{
    v->closing = true;
    net_stream_deadline(v->stream, net_loop_now_ms(v->mock->loop) + FLUSH_MS);
    net_stream_close(v->stream, flush);
}

static void shake_hands(struct mock_visit *v)
{
    v->shaking = true;
    net_stream_deadline(v->stream, net_loop_now_ms(v->mock->loop) + HANDSHAKE_MS);
    net_stream_secure_server(v->stream, v->mock->tls);
}

static uint32_t hold_ms(const struct mock_visit *v)
{
    const struct mock_manners *m = &v->mock->options.manners;
    return v->greeted ? m->tarpit_ms : m->greeting_ms;
}

/* Sends, or keeps for later what a manner holds back. */
static void send_or_hold(struct mock_visit *v, str octets)
{
    uint32_t ms = hold_ms(v);
    v->greeted = true;
    if (ms == 0) {
        send_replies(v, octets);
        return;
    }
    buf_add(&v->late, octets);
    v->paused = true;
    net_stream_deadline(v->stream, net_loop_now_ms(v->mock->loop) + ms);
}

/* Does what the session asks for until it wants octets or time. */
static void pump_session(struct mock_visit *v)
{
    while (!v->closing && !v->shaking && !v->paused) {
        struct smtp_session_question q = { 0 };
        enum smtp_ask ask = smtp_session_next(v->session, &q);
        switch (ask) {
        case SMTP_ASK_NOTHING:
            net_stream_deadline(v->stream, smtp_session_deadline_ms(v->session));
            return;
        case SMTP_ASK_SEND: send_or_hold(v, q.octets); break;
        case SMTP_ASK_TLS: shake_hands(v); break;
        case SMTP_ASK_CLOSE: close_stream(v, true); break;
        default:
            if (v->mock->options.observer)
                mock_observe(v, ask, &q);
            else
                mock_answer(v, ask, &q);
            break;
        }
    }
}

static void answer_fetch(struct mock_visit *v, const struct mock_pop3_question *q)
{
    struct mock_server *m = v->mock;
    bool right = mock_login_is_right(m, q->user, q->password);
    log_note(v, "POP3 login as %.*s %s", STR_ARG(q->user), right ? "taken" : "refused");
    m->counts.fetched += right;
    if (right) {
        m->fetched = v->peer;
        m->fetched_ms = net_loop_now_ms(m->loop);
    }
    mock_pop3_answer(v->pop3, right);
}

static void pump_pop3(struct mock_visit *v)
{
    while (!v->closing && !v->shaking) {
        struct mock_pop3_question q;
        switch (mock_pop3_next(v->pop3, &q)) {
        case MOCK_POP3_NOTHING:
            net_stream_deadline(v->stream, net_loop_now_ms(v->mock->loop) + IDLE_MS);
            return;
        case MOCK_POP3_SEND: net_stream_send(v->stream, q.octets); break;
        case MOCK_POP3_TLS: shake_hands(v); break;
        case MOCK_POP3_LOGIN: answer_fetch(v, &q); break;
        case MOCK_POP3_CLOSE: close_stream(v, true); break;
        }
    }
}

static void pump(struct mock_visit *v)
{
    if (v->pop3)
        pump_pop3(v);
    else
        pump_session(v);
}

static bool new_session(struct mock_visit *v)
{
    const struct mock_server *m = v->mock;
    bool at_once = mock_door_is_tls(v->door->kind);
    struct smtp_session_config config = {
        .hostname = m->options.hostname,
        .starttls = !at_once && !m->play->no_starttls,
        .auth_under_tls = m->play->auth_under_tls & MOCK_AT(v->door->kind),
        .mechanisms = m->options.mechanisms,
        .size_max = m->play->size_octets ? m->play->size_octets : MESSAGE_MAX_OCTETS,
        .too_large = m->flavour->words[MOCK_SAYS_TOO_LARGE].text,
        .keywords = m->keywords,
        .tls_from_start = at_once,
    };
    if (m->options.observer) { /* whatever the program does, it shall not stop at us */
        config.auth_in_clear = config.auth_under_tls = config.starttls = config.takes_any = true;
        config.size_max = OBSERVED_MAX_OCTETS;
    }
    v->session = smtp_session_new(&config, net_loop_now_ms(m->loop));
    return v->session;
}

static void start_session(struct mock_visit *v)
{
    if (mock_door_is_pop3(v->door->kind))
        v->pop3 = mock_pop3_new(v->mock->options.hostname, mock_door_is_tls(v->door->kind));
    if (v->pop3 || (!mock_door_is_pop3(v->door->kind) && new_session(v)))
        pump(v);
    else
        close_stream(v, false);
}

static void on_opened(void *user)
{
    struct mock_visit *v = user;
    struct mock_server *m = v->mock;
    char ip[IP_TEXT_MAX];
    uint16_t port;
    net_stream_peer(v->stream, &v->peer, &port);
    str kind = names_of(&MOCK_DOOR_NAMES, (int)v->door->kind);
    log_note(v, "connected to %.*s from %s port %u", STR_ARG(kind), ip_text(&v->peer, ip), port);
    if (m->counts.open > MOCK_CONNECTIONS) {
        log_note(v, "closed: %d connections are open already", MOCK_CONNECTIONS);
        close_stream(v, false);
    } else if (mock_door_is_tls(v->door->kind)) {
        shake_hands(v);
    } else {
        start_session(v);
    }
}

static void on_octets(void *user, str octets)
{
    struct mock_visit *v = user;
    if (v->closing || (!v->session && !v->pop3))
        return;
    if (v->mock->options.observer && mock_observe_hello(v, octets)) {
        close_stream(v, false);
        return;
    }
    if (v->pop3)
        mock_pop3_feed(v->pop3, octets);
    else
        smtp_session_feed(v->session, octets, net_loop_now_ms(v->mock->loop));
    pump(v);
}

static void on_room(void *user)
{
    (void)user; /* the stream reads on by itself */
}

static void on_secured(void *user, const struct smtp_tls_facts *facts)
{
    struct mock_visit *v = user;
    if (v->closing)
        return;
    v->shaking = false;
    v->has_certificate = facts->verified;
    if (v->mock->options.observer)
        mock_observe_secured(v, facts->version);
    log_note(v, "secured by %.*s%s", STR_ARG(facts->version),
             facts->verified ? ", with a client certificate of ours" : "");
    if (!v->session && !v->pop3) {
        start_session(v);
        return;
    }
    if (v->pop3)
        mock_pop3_tls(v->pop3);
    else
        smtp_session_tls(v->session, true);
    pump(v);
}

static void on_due(void *user)
{
    struct mock_visit *v = user;
    if (v->closing || v->shaking || !v->session) {
        close_stream(v, false);
        return;
    }
    if (v->paused) {
        v->paused = false;
        send_replies(v, buf_str(&v->late));
        buf_clear(&v->late);
    }
    smtp_session_feed(v->session, STR(""), net_loop_now_ms(v->mock->loop));
    pump(v);
}

static void visit_free(struct mock_visit *v)
{
    struct mock_server *m = v->mock;
    if (v->before)
        v->before->after = v->after;
    else
        m->visits = v->after;
    if (v->after)
        v->after->before = v->before;
    m->counts.open--;
    smtp_session_free(v->session);
    mock_pop3_free(v->pop3);
    smtp_reader_free(v->replies);
    buf_done(&v->waiting);
    buf_done(&v->late);
    free(v);
    if (m->gone && !m->visits)
        mock_destroy(m);
}

static void on_closed(void *user, enum net_end end, const struct err *why)
{
    struct mock_visit *v = user;
    if (end == NET_END_OURS || end == NET_END_PEER)
        log_note(v, "closed by %s", end == NET_END_OURS ? "the server" : "the client");
    else
        log_note(v, "ended: %s", why && why->why[0] ? why->why : "the connection broke");
    if (v->mock->options.observer)
        mock_observe_end(v, why ? why->why : NULL);
    visit_free(v);
}

static const struct net_stream_calls CALLS = {
    .opened = on_opened,
    .octets = on_octets,
    .room = on_room,
    .secured = on_secured,
    .due = on_due,
    .closed = on_closed,
};

void mock_visit_accept(struct mock_server *m, const struct mock_listening *door)
{
    struct mock_visit *v = calloc(1, sizeof *v);
    if (!v)
        return;
    v->mock = m;
    v->door = door;
    v->number = ++m->counts.connections;
    v->after = m->visits;
    if (m->visits)
        m->visits->before = v;
    m->visits = v;
    if (++m->counts.open > m->counts.most)
        m->counts.most = m->counts.open;
    buf_init(&v->waiting, WAITING_MAX_OCTETS);
    buf_init(&v->late, LATE_MAX_OCTETS);
    v->replies = smtp_reader_new(REPLY_MAX_OCTETS);
    if (m->options.observer)
        mock_observe_begin(v);
    struct err e;
    if (v->replies)
        v->stream = net_listener_accept(door->listener, NULL, &CALLS, v, &e);
    if (!v->stream) {
        arena_done(&v->slices);
        visit_free(v);
    }
}

void mock_visit_close_all(struct mock_server *m)
{
    for (struct mock_visit *v = m->visits; v; v = v->after)
        if (!v->closing)
            close_stream(v, false);
}
