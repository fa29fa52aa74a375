/* SPDX-License-Identifier: ISC */
/*
 * net/dialogue.c - the client core on a stream
 *
 * Everything that happens moves the core and then pumps it: pump() asks the core what to do until it
 * has nothing more. The functions of the owner only put commands into the core and put off a pump.
 * The end is told when the stream is gone, whoever ended it; the first reason given is the one told.
 */
#include "net/dialogue.h"
#include "base/escape.h"
#include "base/secret.h"
#include "net/inside.h"
#include "net/login_step.h"
#include "net/tls_pipe.h"
#include "net/transcript.h"
#include <stdlib.h>
#include <string.h>

#define CONNECT_MS  30000
#define TLS_MS      30000
#define STALL_MS    30000
#define PIECE_MAX   ((size_t)1 << 20)
#define LEAVE_MS    1000 /* longest that a QUIT which was still owed takes */
#define HOST_OCTETS 256
#define WHY_OCTETS  512

enum phase {
    CONNECTING,
    SHAKING, /* hands, for TLS */
    TALKING,
    ENDING /* the stream is closing */
};

struct net_dialogue {
    struct net_loop *loop;
    struct net_stream *stream;
    struct smtp_client *core; /* NULL before the first octet may be exchanged */
    struct net_dialogue_options o;
    struct net_dialogue_calls calls;
    char host[HOST_OCTETS]; /* what o.host points to */
    struct net_transcript transcript;
    struct net_task pump;

    enum phase phase;
    bool opened;
    uint32_t rtt_ms;   /* of the connect */
    bool leaving;      /* the last word is on its way: the stream has its last deadline */
    bool heard;        /* the peer sent an octet */
    uint64_t since_ms; /* when what we wait for began */
    uint64_t phase_at; /* longest wait for the connection, or for the handshake */
    uint64_t quit_at;  /* latest end after QUIT */
    uint64_t stall_at; /* while the server takes no octets */

    bool tls_asked;  /* STARTTLS is in the core, and its handshake has not completed */
    size_t dropped;  /* clear text behind the 220 that the stream threw away */
    bool body_asked; /* for a piece of mail data, and none was given yet */
    bool body_given; /* the next octets of the core are mail data */
    const struct sasl_mechanism *login; /* the mechanism at work; NULL: no login is */
    struct sasl_client *sasl;           /* NULL while a step runs beside the loop */
    smtp_ticket auth;                   /* 0: not said yet */
    bool auth_late;                     /* its owner knows it as NET_DIALOGUE_SLOW */
    struct err called_off;              /* why we ended the exchange; kind NONE: we did not */

    bool ended, core_ended;
    enum smtp_end end;
    enum smtp_stage stage; /* NONE: the core will know */
    struct buf why;
};

static bool step(struct net_dialogue *d);

/* ---- events ---- */

static void tell(struct net_dialogue *d, struct net_dialogue_event *ev)
{
    ev->now_ms = net_loop_now_ms(d->loop);
    d->calls.event(d->calls.user, d, ev);
}

static uint32_t took_ms(const struct net_dialogue *d)
{
    return (uint32_t)(net_loop_now_ms(d->loop) - d->since_ms);
}

static void tell_line(void *user, bool sent, str line)
{
    struct net_dialogue *d = user;
    if (d->calls.line)
        d->calls.line(d->calls.user, d, sent, line);
}

/* ---- the end ---- */

static bool set_end(struct net_dialogue *d, enum smtp_end end, enum smtp_stage stage)
{
    if (d->ended)
        return false;
    d->ended = true;
    d->end = end;
    d->stage = stage;
    return true;
}

static enum smtp_stage stage_now(const struct net_dialogue *d)
{
    return d->phase == CONNECTING ? SMTP_STAGE_CONNECT
           : d->phase == SHAKING  ? SMTP_STAGE_TLS
                                  : SMTP_STAGE_NONE; /* the core knows */
}

/* What waits is written, then the end. */
static void leave(struct net_dialogue *d)
{
    uint32_t wait_ms = 2 * d->rtt_ms + 200;
    d->leaving = true;
    d->phase = ENDING;
    net_stream_deadline(d->stream,
                        net_loop_now_ms(d->loop) + (wait_ms < LEAVE_MS ? wait_ms : LEAVE_MS));
    net_stream_close(d->stream, true);
}

/* QUIT, though a server keeps us waiting or talks nonsense; then the end. False: it is not owed. */
static bool leave_politely(struct net_dialogue *d)
{
    static const str LINE = STR_INIT("QUIT\r\n");
    if (d->leaving || !d->core || !smtp_client_owes_quit(d->core) ||
        !net_stream_has_room(d->stream))
        return false;
    net_transcript_sent(&d->transcript, LINE);
    net_stream_send(d->stream, LINE);
    leave(d);
    return true;
}

/* Ends from our side at once. */
static void cut(struct net_dialogue *d, enum smtp_end end, const char *why)
{
    if (set_end(d, end, stage_now(d)))
        buf_add(&d->why, str_from(why));
    if (end != SMTP_END_OURS && d->phase == TALKING && leave_politely(d))
        return;
    d->phase = ENDING;
    net_stream_close(d->stream, false);
}

/* No answer to QUIT. On a busy machine QUIT itself may still wait to be written. */
static void give_up_quit(struct net_dialogue *d)
{
    if (set_end(d, SMTP_END_SILENT, stage_now(d)))
        buf_add(&d->why, STR("the server did not answer QUIT in time"));
    if (!leave_politely(d) && !d->leaving)
        leave(d);
}

static void say_silence(struct net_dialogue *d, enum smtp_stage stage)
{
    str name = names_of(&SMTP_STAGE_NAMES, (int)stage);
    if (stage == SMTP_STAGE_GREETING)
        buf_add(&d->why, STR("the server is connected but says nothing: no greeting came"));
    else
        buf_addf(&d->why, "the server did not answer in time (at %.*s)", STR_ARG(name));
}

static void say_broken(struct net_dialogue *d, const struct smtp_client_question *q)
{
    str words = names_of(&SMTP_BROKEN_NAMES, (int)q->broken);
    str first = str_take(q->seen, str_find_octet(q->seen, '\n'));
    buf_addf(&d->why, "what the server sent is no SMTP reply (%.*s): ", STR_ARG(words));
    first = str_trim(first);
    escape_line(str_take(first, 80), &d->why);
    if (first.n > 80 || (first.n && first.p + first.n == q->seen.p + q->seen.n))
        buf_add(&d->why, STR(SECRET_CUT)); /* it may repeat our secret, and break off inside it */
}

/* The core's last word. When we or the stream gave a reason before, it only knows where that was. */
static void take_end(struct net_dialogue *d, const struct smtp_client_question *q)
{
    d->core_ended = true;
    if (!set_end(d, q->end, q->stage)) {
        if (d->stage == SMTP_STAGE_NONE)
            d->stage = q->stage;
        return;
    }
    if (q->end == SMTP_END_SILENT)
        say_silence(d, q->stage);
    else if (q->end == SMTP_END_BROKEN)
        say_broken(d, q);
    else if (q->end == SMTP_END_CLOSED)
        buf_add(&d->why, STR("the server said that it is closing the connection (421)"));
    else if (q->end == SMTP_END_OURS)
        buf_add(&d->why, STR("the dialogue could not go on: memory is short"));
    if (leave_politely(d))
        return;
    d->phase = ENDING;
    net_stream_close(d->stream, true);
}

static const struct end_row {
    enum net_end net;
    enum smtp_end end;
    enum smtp_end core; /* what the core is told: it knows fewer */
} ENDS[] = {
    { NET_END_OURS, SMTP_END_OURS, SMTP_END_OURS },
    { NET_END_PEER, SMTP_END_CLOSED, SMTP_END_CLOSED },
    { NET_END_TRUNCATED, SMTP_END_CLOSED, SMTP_END_CLOSED },
    { NET_END_RESET, SMTP_END_RESET, SMTP_END_RESET },
    { NET_END_REFUSED, SMTP_END_REFUSED, SMTP_END_OURS },
    { NET_END_UNREACHABLE, SMTP_END_UNREACHABLE, SMTP_END_RESET },
    { NET_END_SILENT, SMTP_END_SILENT, SMTP_END_RESET },
    { NET_END_TLS, SMTP_END_TLS_FAILED, SMTP_END_TLS_FAILED },
    { NET_END_FAILED, SMTP_END_OURS, SMTP_END_OURS },
};

static const struct end_row *row_of(enum net_end end)
{
    for (size_t i = 0; i < COUNT_OF(ENDS); i++)
        if (ENDS[i].net == end)
            return &ENDS[i];
    return &ENDS[0];
}

static void dialogue_free(struct net_dialogue *d)
{
    net_task_cancel(d->loop, &d->pump);
    net_transcript_done(&d->transcript);
    sasl_client_free(d->sasl);
    smtp_client_free(d->core);
    buf_done(&d->why);
    free(d);
}

/* The stream is gone. The core still has replies that came before, the open tickets, and its end. */
static void on_closed(void *user, enum net_end end, const struct err *why)
{
    struct net_dialogue *d = user;
    const struct end_row *row = row_of(end);
    if (set_end(d, row->end, stage_now(d)))
        escape_line(str_from(why->why), &d->why);
    d->phase = ENDING;
    if (d->core) {
        smtp_client_ended(d->core, row->core);
        while (!d->core_ended && step(d))
            ;
    }
    net_transcript_flush(&d->transcript);
    struct net_dialogue_event ev = { .kind = NET_DIALOGUE_ENDED,
                                     .stage = d->stage,
                                     .end = d->end,
                                     .ticket = d->login && !d->auth ? NET_DIALOGUE_SLOW : 0,
                                     .tls = net_stream_tls(d->stream),
                                     .why = buf_str(&d->why) };
    tell(d, &ev);
    dialogue_free(d);
}

/* ---- the login ---- */

static void end_login(struct net_dialogue *d)
{
    sasl_client_free(d->sasl);
    d->sasl = NULL;
    d->login = NULL;
    d->auth = 0;
    d->auth_late = false;
    d->called_off.kind = ERR_NONE;
}

static void answer_challenge(struct net_dialogue *d, bool ok, str response)
{
    smtp_client_sasl(d->core, ok ? SMTP_SASL_ANSWER : SMTP_SASL_CANCEL, response);
}

static void on_stepped(void *owner, const struct net_login_stepped *result);

/* False: memory is short. */
static bool step_beside(struct net_dialogue *d, str challenge)
{
    struct sasl_client *sasl = d->sasl;
    d->sasl = NULL;
    return net_login_step(d->loop, net_stream_id(d->stream), sasl, challenge, on_stepped);
}

/* One step over the server's challenge: in place where it costs microseconds, else beside the loop. */
static void take_challenge(struct net_dialogue *d, str challenge)
{
    if (d->sasl && d->login->slow) {
        if (!step_beside(d, challenge))
            answer_challenge(d, false, STR_NONE);
        return;
    }
    struct buf response;
    buf_init(&response, NET_LOGIN_ANSWER_MAX);
    bool ok = d->sasl && sasl_client_step(d->sasl, challenge, &response, &d->called_off);
    answer_challenge(d, ok, buf_str(&response));
    buf_wipe_done(&response);
}

static bool can_say(const struct net_dialogue *d)
{
    return d->core && !d->core_ended && d->phase != ENDING;
}

/* The guard. What it forbids is never put into the core, so nothing of it can reach the wire. */
static bool may_log_in(const struct net_dialogue *d, const struct sasl_mechanism *m, struct err *e)
{
    const struct smtp_tls_facts *tls = net_stream_tls(d->stream);
    if (d->o.tls && !net_tls_context_trusts(d->o.tls))
        return err_set(e, ERR_SYNTAX,
                       "the login was not sent: this connection only looks at the server's TLS");
    if (tls && tls->done && tls->verified)
        return true;
    if (!tls && d->o.allow_clear_digest && !sasl_mechanism_gives_away(m))
        return true;
    if (!d->o.allow_clear_auth)
        return err_set(e, ERR_SYNTAX, "the login was not sent: %s",
                       tls ? "the server's certificate could not be verified"
                           : "the connection is not encrypted");
    if (tls && sasl_mechanism_gives_away(m))
        return err_set(e, ERR_SYNTAX,
                       "the login was not sent: the server's certificate could not be "
                       "verified, and %.*s would show it the password",
                       STR_ARG(m->name));
    return true;
}

/* The first response, of a mechanism that begins; then the command. */
static smtp_ticket say_auth(struct net_dialogue *d, struct err *e)
{
    const struct sasl_mechanism *m = d->login;
    if (!m->initial)
        return smtp_client_auth(d->core, m->name, NULL);
    if (m->slow) {
        d->auth_late = true;
        return step_beside(d, STR_NONE) ? NET_DIALOGUE_SLOW : 0;
    }
    struct buf first;
    buf_init(&first, NET_LOGIN_ANSWER_MAX);
    smtp_ticket ticket = 0;
    if (sasl_client_step(d->sasl, STR_NONE, &first, e)) {
        str response = buf_str(&first);
        ticket = smtp_client_auth(d->core, m->name, &response);
    }
    buf_wipe_done(&first);
    return ticket;
}

/* Nothing was sent: the owner hears of it, and the dialogue is as it was. */
static void tell_no_login(struct net_dialogue *d, const char *why)
{
    struct net_dialogue_event ev = { .kind = NET_DIALOGUE_NO_LOGIN,
                                     .ticket = NET_DIALOGUE_SLOW,
                                     .stage = SMTP_STAGE_AUTH,
                                     .why = str_from(why) };
    tell(d, &ev);
}

static void say_auth_late(struct net_dialogue *d, const struct net_login_stepped *r)
{
    struct err why = *r->why;
    d->auth = r->ok ? smtp_client_auth(d->core, d->login->name, &r->response) : 0;
    if (d->auth)
        return;
    if (r->ok)
        err_set(&why, ERR_LIMIT, "the login was not sent: the dialogue cannot take it now");
    end_login(d);
    tell_no_login(d, why.why);
}

/* The stream is still there; whether anything is left to be said on it is another matter. */
static void on_stepped(void *owner, const struct net_login_stepped *r)
{
    struct net_dialogue *d = owner;
    if (!d->login || !can_say(d)) {
        sasl_client_free(r->sasl);
        return;
    }
    d->sasl = r->sasl;
    if (!d->auth) {
        say_auth_late(d, r);
    } else {
        if (!r->ok)
            d->called_off = *r->why;
        answer_challenge(d, r->ok, r->response);
    }
    net_task_later(d->loop, &d->pump);
}

static struct sasl_client *new_login(const struct net_dialogue *d, const struct sasl_mechanism *m,
                                     const struct sasl_login *login, struct err *e)
{
    struct sasl_login whole = *login;
    struct net_tls_binding binding;
    whole.host = d->o.host;
    whole.port = d->o.to.port;
    if (m->binds && net_stream_binding(d->stream, &binding)) {
        str octets = { binding.octets, binding.n };
        whole.exporter = binding.exported ? octets : STR_NONE;
        whole.unique = binding.exported ? STR_NONE : octets;
    }
    return sasl_client_new(m, &whole, e);
}

smtp_ticket net_dialogue_auth(struct net_dialogue *d, const struct sasl_mechanism *m,
                              const struct sasl_login *login, struct err *e)
{
    err_set(e, ERR_LIMIT, "the login was not sent: the dialogue cannot take it now");
    if (!can_say(d) || d->login || d->tls_asked || !may_log_in(d, m, e))
        return 0;
    d->sasl = new_login(d, m, login, e);
    if (!d->sasl)
        return 0;
    d->login = m;
    smtp_ticket ticket = say_auth(d, e);
    if (ticket == 0) {
        end_login(d);
        return 0;
    }
    if (!d->auth_late)
        d->auth = ticket;
    net_task_later(d->loop, &d->pump);
    return ticket;
}

smtp_ticket net_dialogue_auth_alone(struct net_dialogue *d, str mechanism)
{
    if (!can_say(d) || d->login || d->auth || d->tls_asked)
        return 0;
    d->auth = smtp_client_auth(d->core, mechanism, NULL);
    if (d->auth)
        net_task_later(d->loop, &d->pump);
    return d->auth;
}

/* ---- the core's questions ---- */

static void send_octets(struct net_dialogue *d, const struct smtp_client_question *q)
{
    d->since_ms = net_loop_now_ms(d->loop);
    if (q->secret)
        net_transcript_secret(&d->transcript, q->octets, d->login ? d->login->name : STR_NONE);
    else if (d->body_given)
        net_transcript_body(&d->transcript, q->octets.n);
    else
        net_transcript_sent(&d->transcript, q->octets);
    d->body_given = false;
    net_stream_send(d->stream, q->octets);
}

/* RFC 5802 section 5: whoever says yes before its own proof may be anybody. A step that is still out beside the
 * loop was not waited for either. */
static bool is_hasty_yes(const struct net_dialogue *d, const struct smtp_reply *r)
{
    return r && smtp_reply_good(r) && d->login && !(d->sasl && sasl_client_complete(d->sasl));
}

/* The exchange is over when its owner hears of it: what it left behind is good during the call. */
static void tell_login_reply(struct net_dialogue *d, struct net_dialogue_event *ev)
{
    struct sasl_client *sasl = d->sasl;
    struct err called_off = d->called_off;
    if (called_off.kind == ERR_NONE && is_hasty_yes(d, ev->reply))
        err_set(
            &called_off, ERR_SYNTAX,
            "the server took the login before the exchange of %.*s was over, which proves nothing",
            STR_ARG(d->login->name));
    ev->ticket = d->auth_late ? NET_DIALOGUE_SLOW : d->auth;
    ev->sasl = sasl ? sasl_client_said(sasl) : STR_NONE;
    if (called_off.kind != ERR_NONE)
        ev->why = str_from(called_off.why);
    d->sasl = NULL;
    end_login(d);
    tell(d, ev);
    sasl_client_free(sasl);
}

static void tell_reply(struct net_dialogue *d, const struct smtp_client_question *q)
{
    struct net_dialogue_event ev = { .kind = q->reply ? NET_DIALOGUE_REPLY : NET_DIALOGUE_UNSENT,
                                     .took_ms = took_ms(d),
                                     .ticket = q->ticket,
                                     .stage = q->stage,
                                     .reply = q->reply };
    bool login = q->ticket != 0 && q->ticket == d->auth;
    if (q->stage == SMTP_STAGE_STARTTLS && !(q->reply && q->reply->code == 220))
        d->tls_asked = false;
    if (login)
        tell_login_reply(d, &ev);
    else
        tell(d, &ev);
}

static void shake_hands(struct net_dialogue *d)
{
    uint32_t wait_ms = d->o.tls_ms ? d->o.tls_ms : TLS_MS;
    d->phase = SHAKING;
    d->since_ms = net_loop_now_ms(d->loop);
    d->phase_at = d->since_ms + wait_ms;
    d->dropped = net_stream_secure(d->stream, d->o.tls, d->o.host);
}

static void ask_body(struct net_dialogue *d, const struct smtp_client_question *q)
{
    struct net_dialogue_event ev = { .kind = NET_DIALOGUE_BODY,
                                     .ticket = q->ticket,
                                     .stage = q->stage };
    if (net_stream_broken(d->stream))
        return; /* the end comes: whoever gave the last piece would have to believe that the server may have it */
    d->body_asked = true;
    tell(d, &ev);
}

/* False: the core has nothing more for now. */
static bool step(struct net_dialogue *d)
{
    struct smtp_client_question q;
    switch (smtp_client_next(d->core, &q)) {
    case SMTP_CLIENT_NOTHING: return false;
    case SMTP_CLIENT_SEND: send_octets(d, &q); break;
    case SMTP_CLIENT_REPLY: tell_reply(d, &q); break;
    case SMTP_CLIENT_TLS: shake_hands(d); break;
    case SMTP_CLIENT_SASL: take_challenge(d, q.octets); break;
    case SMTP_CLIENT_BODY: ask_body(d, &q); break;
    case SMTP_CLIENT_END: take_end(d, &q); break;
    }
    return true;
}

/* While the server takes no octets it is asked nothing more, unless the core's time is up. */
static bool held_back(const struct net_dialogue *d)
{
    return !net_stream_has_room(d->stream) &&
           net_loop_now_ms(d->loop) < smtp_client_deadline_ms(d->core);
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void set_deadline(struct net_dialogue *d)
{
    uint64_t at_ms = earlier(d->o.deadline_ms, d->quit_at);
    if (d->leaving)
        return;
    if (d->phase == CONNECTING || d->phase == SHAKING)
        at_ms = earlier(at_ms, d->phase_at);
    else if (d->phase == TALKING)
        at_ms = earlier(at_ms, earlier(d->stall_at, smtp_client_deadline_ms(d->core)));
    net_stream_deadline(d->stream, at_ms);
}

static void note_stall(struct net_dialogue *d)
{
    uint32_t wait_ms = d->o.limits.wait_ms[SMTP_STAGE_END_OF_DATA];
    if (net_stream_has_room(d->stream))
        d->stall_at = UINT64_MAX;
    else if (d->stall_at == UINT64_MAX)
        d->stall_at = net_loop_now_ms(d->loop) + (wait_ms ? wait_ms : STALL_MS);
}

static void pump(struct net_dialogue *d)
{
    if (d->core)
        smtp_client_feed(d->core, STR_NONE, net_loop_now_ms(d->loop));
    while (d->phase == TALKING && !held_back(d) && step(d))
        ;
    note_stall(d);
    set_deadline(d);
}

static void run_pump(struct net_task *t)
{
    pump(NET_TASK_OWNER(t, struct net_dialogue, pump));
}

/* ---- what the stream says ---- */

static void begin_talk(struct net_dialogue *d)
{
    d->phase = TALKING;
    d->since_ms = net_loop_now_ms(d->loop);
    if (d->core)
        return;
    d->core = smtp_client_new(&d->o.limits, d->since_ms);
    if (!d->core)
        cut(d, SMTP_END_OURS, "the dialogue could not begin: memory is short");
}

static void on_opened(void *user)
{
    struct net_dialogue *d = user;
    struct net_dialogue_event ev = { .kind = NET_DIALOGUE_OPENED, .took_ms = took_ms(d) };
    d->opened = true;
    d->rtt_ms = ev.took_ms;
    if (d->o.tls_at_once)
        shake_hands(d);
    else
        begin_talk(d);
    tell(d, &ev);
    pump(d);
}

static void on_secured(void *user, const struct smtp_tls_facts *facts)
{
    struct net_dialogue *d = user;
    struct net_dialogue_event ev = { .kind = NET_DIALOGUE_SECURED,
                                     .took_ms = took_ms(d),
                                     .tls = facts };
    d->tls_asked = false;
    if (d->core)
        smtp_client_tls(d->core, true, d->dropped);
    begin_talk(d);
    tell(d, &ev);
    pump(d);
}

static void on_octets(void *user, str octets)
{
    struct net_dialogue *d = user;
    d->heard = true;
    net_transcript_came(&d->transcript, octets);
    if (d->core)
        smtp_client_feed(d->core, octets, net_loop_now_ms(d->loop));
    pump(d);
}

static void on_room(void *user)
{
    pump(user);
}

static void on_due(void *user)
{
    struct net_dialogue *d = user;
    uint64_t now_ms = net_loop_now_ms(d->loop);
    if (now_ms >= d->quit_at || (now_ms >= d->o.deadline_ms && d->quit_at != UINT64_MAX))
        give_up_quit(d);
    else if (now_ms >= d->o.deadline_ms)
        cut(d, SMTP_END_SILENT, "the time given to this run was up");
    else if (d->phase == CONNECTING && now_ms >= d->phase_at)
        cut(d, SMTP_END_SILENT, "no answer to the attempt to connect");
    else if (d->phase == SHAKING && now_ms >= d->phase_at)
        cut(d, SMTP_END_SILENT, "the server did not complete the TLS handshake in time");
    else if (d->phase == TALKING && now_ms >= d->stall_at)
        cut(d, SMTP_END_SILENT, "the server took no more octets");
    pump(d);
}

static const struct net_stream_calls STREAM_CALLS = {
    .opened = on_opened,
    .octets = on_octets,
    .room = on_room,
    .secured = on_secured,
    .due = on_due,
    .closed = on_closed,
};

/* ---- being born ---- */

static bool begin(struct net_dialogue *d, struct err *e)
{
    if (d->o.tls_at_once && !d->o.tls)
        return err_set(e, ERR_SYNTAX, "connecting: TLS is asked for without a TLS context");
    if (d->o.host.n >= sizeof(d->host))
        return err_set(e, ERR_LIMIT, "connecting: the host's name is too long");
    if (d->o.host.n > 0)
        memcpy(d->host, d->o.host.p, d->o.host.n);
    d->o.host.p = d->host;
    d->stream = net_stream_connect(d->loop, &d->o.to, NULL, &STREAM_CALLS, d, e);
    return d->stream != NULL;
}

struct net_dialogue *net_dialogue_open(struct net_loop *l, const struct net_dialogue_options *o,
                                       const struct net_dialogue_calls *calls, struct err *e)
{
    struct net_dialogue *d = calloc(1, sizeof(*d));
    if (!d) {
        err_memory(e, "a dialogue");
        return NULL;
    }
    d->loop = l;
    d->o = *o;
    d->calls = *calls;
    d->pump.run = run_pump;
    if (d->o.deadline_ms == 0)
        d->o.deadline_ms = UINT64_MAX;
    buf_init(&d->why, WHY_OCTETS);
    net_transcript_init(&d->transcript, tell_line, d);
    d->since_ms = net_loop_now_ms(l);
    d->phase_at = d->since_ms + (o->connect_ms ? o->connect_ms : CONNECT_MS);
    d->quit_at = d->stall_at = UINT64_MAX;
    if (!begin(d, e)) {
        dialogue_free(d);
        return NULL;
    }
    set_deadline(d);
    return d;
}

/* ---- what the owner says ---- */

static smtp_ticket said(struct net_dialogue *d, smtp_ticket ticket)
{
    if (ticket != 0)
        net_task_later(d->loop, &d->pump);
    return ticket;
}

smtp_ticket net_dialogue_ehlo(struct net_dialogue *d, str name)
{
    return can_say(d) ? said(d, smtp_client_ehlo(d->core, name)) : 0;
}

smtp_ticket net_dialogue_helo(struct net_dialogue *d, str name)
{
    return can_say(d) ? said(d, smtp_client_helo(d->core, name)) : 0;
}

smtp_ticket net_dialogue_starttls(struct net_dialogue *d)
{
    /* A slow login that was allowed in clear is still to be said there, and not under TLS that was never judged. */
    if (!can_say(d) || !d->o.tls || d->tls_asked || d->login || net_stream_tls(d->stream))
        return 0;
    smtp_ticket ticket = smtp_client_starttls(d->core);
    d->tls_asked = ticket != 0;
    return said(d, ticket);
}

smtp_ticket net_dialogue_mail(struct net_dialogue *d, str reverse_path, str params)
{
    return can_say(d) ? said(d, smtp_client_mail(d->core, reverse_path, params)) : 0;
}

smtp_ticket net_dialogue_rcpt(struct net_dialogue *d, str forward_path, str params)
{
    return can_say(d) ? said(d, smtp_client_rcpt(d->core, forward_path, params)) : 0;
}

smtp_ticket net_dialogue_rset(struct net_dialogue *d)
{
    return can_say(d) ? said(d, smtp_client_rset(d->core)) : 0;
}

smtp_ticket net_dialogue_data(struct net_dialogue *d)
{
    return can_say(d) ? said(d, smtp_client_data(d->core)) : 0;
}

bool net_dialogue_body(struct net_dialogue *d, str octets, bool last)
{
    if (!can_say(d) || !d->body_asked || octets.n > PIECE_MAX)
        return false;
    if (!smtp_client_body(d->core, octets, last))
        return false;
    d->body_asked = false;
    d->body_given = octets.n > 0 || last;
    net_task_later(d->loop, &d->pump);
    return true;
}

void net_dialogue_quit(struct net_dialogue *d, uint32_t wait_ms)
{
    if (d->phase == ENDING)
        return;
    if (!can_say(d)) {
        net_dialogue_abort(d);
        return;
    }
    d->quit_at = net_loop_now_ms(d->loop) + wait_ms;
    smtp_client_quit(d->core); /* 0: it was said before, or cannot be; the end comes all the same */
    net_task_later(d->loop, &d->pump);
}

void net_dialogue_abort(struct net_dialogue *d)
{
    cut(d, SMTP_END_OURS, "this program broke the connection off");
}

const struct smtp_caps *net_dialogue_caps(const struct net_dialogue *d)
{
    return d->core ? smtp_client_caps(d->core) : NULL;
}

bool net_dialogue_heard(const struct net_dialogue *d)
{
    return d->heard;
}

bool net_dialogue_opened(const struct net_dialogue *d)
{
    return d->opened;
}

void net_dialogue_local(const struct net_dialogue *d, struct ip *address, uint16_t *port)
{
    net_stream_local(d->stream, address, port);
}
