/* SPDX-License-Identifier: ISC */
#include "base/escape.h"
#include "mock/inside.h"
#include "smtp/server.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    HANDSHAKE_MS = 30000,
    FLUSH_MS = 5000,
    MESSAGE_MAX_OCTETS = 4 * 1024 * 1024,
    WAITING_MAX_OCTETS = 64 * 1024,
    TEXT_MAX_OCTETS = 2048,
    REPLY_MAX_OCTETS = 16 * 1024,
    MAILBOX_MAX = SMTP_LOCAL_PART_MAX + 1 + SMTP_DOMAIN_MAX + 1
};

struct mock_visit {
    struct mock_server *mock;
    const struct mock_listening *door;
    unsigned number; /* for the log, from 1 */
    struct ip peer;
    struct net_stream *stream;
    struct smtp_session *session; /* NULL before TLS at a submissions door */
    struct smtp_reader *replies;  /* reads what we say, for the log */
    struct buf waiting;           /* answers given and not yet sent: see remember() */
    bool shaking;                 /* a TLS handshake is going on */
    bool closing;
    struct mock_visit *before, *after;
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

/* --- answers --- */

/* Keeps what is answered until the reply leaves: how that will begin, TAB, what it is to. */
static void remember(struct mock_visit *v, const struct mock_words *w, str text, str what)
{
    if (!buf_ok(&v->waiting)) /* an answer too many: the log goes on without their commands */
        buf_clear(&v->waiting);
    buf_addf(&v->waiting, "%u ", w->code);
    escape_line(w->enhanced, &v->waiting);
    buf_add(&v->waiting, w->enhanced.n > 0 ? STR(" ") : STR(""));
    escape_line(text, &v->waiting);
    buf_addc(&v->waiting, '\t');
    escape_line(what, &v->waiting);
    buf_addc(&v->waiting, '\n');
}

static void answer(struct mock_visit *v, const struct mock_words *w, struct mock_terms *terms,
                   const char *what_fmt, ...) PRINTF_LIKE(4, 5);
static void answer(struct mock_visit *v, const struct mock_words *w, struct mock_terms *terms,
                   const char *what_fmt, ...)
{
    char what[TEXT_MAX_OCTETS];
    va_list args;
    va_start(args, what_fmt);
    int n = vsnprintf(what, sizeof what, what_fmt, args);
    va_end(args);
    terms->host = v->mock->options.hostname;
    terms->user = smtp_session_login(v->session);
    struct buf text;
    buf_init(&text, TEXT_MAX_OCTETS);
    mock_words_fill(w->text, terms, &text);
    /* Without a text of ours the session names the host. */
    remember(v, w, text.n > 0 ? buf_str(&text) : terms->host,
             str_take((str){ what, sizeof what - 1 }, n > 0 ? (size_t)n : 0));
    smtp_session_answer(v->session, w->code, w->enhanced, buf_str(&text));
    buf_done(&text);
}

/* "" for <>, "postmaster" where there is no domain. */
static str mailbox_text(const struct smtp_mailbox *m, char out[MAILBOX_MAX])
{
    int n = snprintf(out, MAILBOX_MAX, "%.*s%s%.*s", STR_ARG(m->local_part),
                     m->domain.n > 0 ? "@" : "", STR_ARG(m->domain));
    return str_take((str){ out, MAILBOX_MAX - 1 }, n > 0 ? (size_t)n : 0);
}

static bool logged_in(const struct mock_visit *v)
{
    return smtp_session_login(v->session).n > 0;
}

static bool may_relay(const struct mock_visit *v)
{
    const struct mock_server *m = v->mock;
    switch (m->play->trust) {
    case MOCK_TRUST_EVERYBODY: return true;
    case MOCK_TRUST_LISTED:
        return m->options.trusted.base.family != IP_NONE &&
               ip_net_has(&m->options.trusted, &v->peer);
    case MOCK_TRUST_NOBODY: break;
    }
    return logged_in(v);
}

/* Is the reverse-path somebody else's? Nobody owns <>, so anybody may send bounces. */
static bool sender_is_foreign(const struct mock_visit *v, str reverse_path)
{
    return v->mock->play->sender_owned && logged_in(v) && reverse_path.n > 0 &&
           !str_eq_nocase(reverse_path, v->mock->own_address);
}

static bool sender_is_refused_at(const struct mock_visit *v, enum smtp_stage stage,
                                 str reverse_path)
{
    return v->mock->flavour->sender_refused_at == stage && sender_is_foreign(v, reverse_path);
}

static str reverse_path_text(const struct mock_visit *v, char out[MAILBOX_MAX])
{
    const struct smtp_mailbox *m = smtp_session_reverse_path(v->session);
    return m ? mailbox_text(m, out) : STR("");
}

static const struct mock_words *judge_login(const struct mock_visit *v,
                                            const struct smtp_session_question *q)
{
    const struct mock_server *m = v->mock;
    bool right = str_eq(q->user, m->options.user) &&
                 (m->password.n == 0 || str_eq(q->password, buf_str(&m->password)));
    return right && !m->play->login_refused ? &m->flavour->login_accepted
                                            : &m->flavour->login_refused;
}

static const struct mock_words *judge_sender(const struct mock_visit *v, str reverse_path)
{
    const struct mock_server *m = v->mock;
    if (!smtp_session_is_tls(v->session) && (m->play->mail_needs_tls & MOCK_AT(v->door->kind)))
        return &m->flavour->starttls_first;
    if (sender_is_refused_at(v, SMTP_STAGE_MAIL, reverse_path))
        return &m->flavour->sender_refused;
    return &m->flavour->sender_accepted;
}

static const struct mock_words *judge_recipient(const struct mock_visit *v, str reverse_path,
                                                const struct smtp_mailbox *to, str forward_path)
{
    const struct mock_server *m = v->mock;
    if (sender_is_refused_at(v, SMTP_STAGE_RCPT, reverse_path))
        return &m->flavour->sender_refused;
    bool own = to->domain.n == 0 || str_eq_nocase(to->domain, m->domain);
    if (!own)
        return may_relay(v) ? &m->flavour->recipient_accepted : &m->flavour->relay_refused;
    bool known = str_eq_nocase(to->local_part, STR("postmaster")) ||
                 str_eq_nocase(forward_path, m->own_address);
    if (m->play->mailboxes_listed && !known)
        return &m->flavour->recipient_unknown;
    return &m->flavour->recipient_accepted;
}

static void answer_login(struct mock_visit *v, const struct smtp_session_question *q)
{
    struct mock_counts *c = &v->mock->counts;
    const struct mock_words *w = judge_login(v, q);
    c->logins++;
    c->logins_clear += !smtp_session_is_tls(v->session);
    c->login_refused += w->code != 235;
    answer(v, w, &(struct mock_terms){ 0 }, "AUTH %.*s as %.*s", STR_ARG(q->word),
           STR_ARG(q->user));
}

static void answer_recipient(struct mock_visit *v, const struct smtp_session_question *q)
{
    char from[MAILBOX_MAX], to[MAILBOX_MAX];
    struct mock_terms t = { .from = reverse_path_text(v, from),
                            .to = mailbox_text(&q->mailbox, to) };
    answer(v, judge_recipient(v, t.from, &q->mailbox, t.to), &t, "RCPT TO:<%.*s>", STR_ARG(t.to));
}

static void answer_message(struct mock_visit *v, str data)
{
    struct mock_server *m = v->mock;
    char from[MAILBOX_MAX], id[16];
    struct mock_terms t = { .from = reverse_path_text(v, from), .id = { id, 0 } };
    if (sender_is_refused_at(v, SMTP_STAGE_END_OF_DATA, t.from)) {
        answer(v, &m->flavour->sender_refused, &t, "message of %zu octets", data.n);
        return;
    }
    m->counts.messages++;
    t.id.n = (size_t)snprintf(id, sizeof id, "4B%08X", m->counts.messages);
    answer(v, &m->flavour->message_accepted, &t, "message of %zu octets", data.n);
}

static void answer_question(struct mock_visit *v, enum smtp_ask ask,
                            const struct smtp_session_question *q)
{
    static const struct mock_words STANDARD = { 250, STR_INIT(""), STR_INIT("") };
    struct mock_terms t = { 0 };
    char from[MAILBOX_MAX];
    struct mock_words greeting = { 220, STR_INIT(""), v->mock->flavour->banner };
    switch (ask) {
    case SMTP_ASK_GREETING: answer(v, &greeting, &t, "greeting"); break;
    case SMTP_ASK_EHLO: answer(v, &STANDARD, &t, "EHLO %.*s", STR_ARG(q->word)); break;
    case SMTP_ASK_AUTH: answer_login(v, q); break;
    case SMTP_ASK_MAIL:
        t.from = mailbox_text(&q->mailbox, from);
        answer(v, judge_sender(v, t.from), &t, "MAIL FROM:<%.*s>", STR_ARG(t.from));
        break;
    case SMTP_ASK_RCPT: answer_recipient(v, q); break;
    default: /* SMTP_ASK_STORE: the last that wants an answer */
        answer_message(v, q->octets);
        break;
    }
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

/* Does what the session asks for until it wants octets or time. */
static void pump(struct mock_visit *v)
{
    while (!v->closing && !v->shaking) {
        struct smtp_session_question q = { 0 };
        enum smtp_ask ask = smtp_session_next(v->session, &q);
        switch (ask) {
        case SMTP_ASK_NOTHING:
            net_stream_deadline(v->stream, smtp_session_deadline_ms(v->session));
            return;
        case SMTP_ASK_SEND: send_replies(v, q.octets); break;
        case SMTP_ASK_TLS: shake_hands(v); break;
        case SMTP_ASK_CLOSE: close_stream(v, true); break;
        default: answer_question(v, ask, &q); break;
        }
    }
}

static void start_session(struct mock_visit *v)
{
    const struct mock_server *m = v->mock;
    const struct smtp_session_config config = {
        .hostname = m->options.hostname,
        .starttls = v->door->kind != MOCK_DOOR_SUBMISSIONS,
        .auth_under_tls = m->play->auth_under_tls & MOCK_AT(v->door->kind),
        .mechanisms = m->options.mechanisms,
        .size_max = MESSAGE_MAX_OCTETS,
        .tls_from_start = v->door->kind == MOCK_DOOR_SUBMISSIONS,
    };
    v->session = smtp_session_new(&config, net_loop_now_ms(m->loop));
    if (v->session)
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
    } else if (v->door->kind == MOCK_DOOR_SUBMISSIONS) {
        shake_hands(v);
    } else {
        start_session(v);
    }
}

static void on_octets(void *user, str octets)
{
    struct mock_visit *v = user;
    if (v->closing || !v->session)
        return;
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
    log_note(v, "secured by %.*s", STR_ARG(facts->version));
    if (!v->session) {
        start_session(v);
        return;
    }
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
    smtp_reader_free(v->replies);
    buf_done(&v->waiting);
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
    v->replies = smtp_reader_new(REPLY_MAX_OCTETS);
    struct err e;
    if (v->replies)
        v->stream = net_listener_accept(door->listener, NULL, &CALLS, v, &e);
    if (!v->stream)
        visit_free(v);
}

void mock_visit_close_all(struct mock_server *m)
{
    for (struct mock_visit *v = m->visits; v; v = v->after)
        if (!v->closing)
            close_stream(v, false);
}
