/* SPDX-License-Identifier: ISC */
/*
 * doctor/pop_visit.c - the POP3 core on a stream
 */
#include "doctor/pop_visit.h"
#include "net/stream.h"
#include "net/transcript.h"
#include "pop/client.h"
#include <stdlib.h>

enum {
    POP_MS = 15000, /* the whole of it */
    GREETING_MS =
        2000, /* after that a port of neither number is taken for one that waits for TLS */
    POP_PORT = 110
};

struct pop_visit {
    struct visit_company *c;
    unsigned index;
    struct smtp_attempt door;
    struct net_stream *stream;
    struct pop_client *core; /* NULL before octets may be exchanged */
    struct net_transcript transcript;
    uint64_t began_ms;
    bool opened, heard, verified, row_made, closing;
};

static uint64_t now_ms(const struct pop_visit *v)
{
    return net_loop_now_ms(v->c->loop);
}

static void add_row(struct pop_visit *v, enum smtp_stage stage, enum smtp_end end, str text)
{
    if (v->row_made)
        return;
    struct smtp_attempt a = v->door;
    a.mechanism = STR("USER");
    struct smtp_outcome o = {
        .stage = stage, .end = end, .text = text, .at_ms = now_ms(v) - v->c->began_ms
    };
    uint16_t port;
    if (v->opened)
        net_stream_local(v->stream, &o.local, &port);
    doctor_record_add(v->c->record, PROBE_POP, &a, &o);
    v->row_made = true;
}

static void tell_line(void *user, bool sent, str line)
{
    struct pop_visit *v = user;
    if (v->c->o->line)
        v->c->o->line(v->c->o->line_user, v->index, &v->door, sent, line);
}

static void close_it(struct pop_visit *v, bool flush)
{
    if (!v->closing)
        net_stream_close(v->stream, flush);
    v->closing = true;
}

/* The guard, as in net/dialogue.c: PASS shows the password to whoever holds the other end. */
static void log_in(struct pop_visit *v, bool under_tls)
{
    bool safe = under_tls ? v->verified : v->c->o->plan.allow_clear_auth;
    str why = under_tls
                  ? STR("the login was not sent: the server's certificate could not be verified")
                  : STR("the login was not sent: the connection is not encrypted");
    if (safe && pop_client_login(v->core, v->door.user, v->c->o->password))
        return;
    add_row(v, SMTP_STAGE_AUTH, SMTP_END_GUARDED,
            safe ? STR("the login was not sent: it does not fit into a command of POP3") : why);
    pop_client_quit(v->core);
}

static void take_result(struct pop_visit *v, const struct pop_client_question *q)
{
    bool login = q->stage == POP_STAGE_USER || q->stage == POP_STAGE_PASS;
    if (q->broken)
        add_row(v, SMTP_STAGE_GREETING, SMTP_END_BROKEN, STR("what the server sent is no POP3"));
    else if (q->octets.n)
        add_row(v, login ? SMTP_STAGE_AUTH : SMTP_STAGE_GREETING, SMTP_END_REPLY, q->octets);
    else
        add_row(v, login ? SMTP_STAGE_AUTH : SMTP_STAGE_GREETING, SMTP_END_CLOSED,
                STR("the server closed the connection"));
}

static void pump(struct pop_visit *v)
{
    struct pop_client_question q;
    while (v->core && !v->closing) {
        switch (pop_client_next(v->core, &q)) {
        case POP_CLIENT_NOTHING: return;
        case POP_CLIENT_SEND:
            net_transcript_sent(&v->transcript, q.secret ? STR("PASS [not shown]") : q.octets);
            net_stream_send(v->stream, q.octets);
            break;
        case POP_CLIENT_TLS: net_stream_secure(v->stream, v->c->tls, v->door.host); return;
        case POP_CLIENT_LOGIN: log_in(v, q.under_tls); break;
        case POP_CLIENT_RESULT: take_result(v, &q); break;
        case POP_CLIENT_END: close_it(v, true); return;
        }
    }
}

static void begin_talk(struct pop_visit *v, bool under_tls)
{
    v->core = pop_client_new(under_tls);
    if (!v->core)
        close_it(v, false);
    pump(v);
}

static void wait_until(struct pop_visit *v, uint64_t at_ms)
{
    net_stream_deadline(v->stream, at_ms < v->c->deadline_ms ? at_ms : v->c->deadline_ms);
}

static bool may_wait_for_tls(const struct pop_visit *v)
{
    return v->opened && !v->heard && v->core && v->door.port != POP_PORT &&
           now_ms(v) < v->c->deadline_ms;
}

static void on_opened(void *user)
{
    struct pop_visit *v = user;
    v->opened = true;
    v->c->stats->connections++;
    plan_connected(v->c->plan, v->index, (uint32_t)(now_ms(v) - v->began_ms));
    if (v->door.security == SMTP_SECURITY_TLS)
        net_stream_secure(v->stream, v->c->tls, v->door.host);
    else
        begin_talk(v, false);
    if (may_wait_for_tls(v))
        wait_until(v, now_ms(v) + GREETING_MS);
}

static void on_octets(void *user, str octets)
{
    struct pop_visit *v = user;
    if (!v->heard)
        wait_until(v, v->began_ms + POP_MS);
    v->heard = true;
    net_transcript_came(&v->transcript, octets);
    if (v->core)
        pop_client_feed(v->core, octets);
    pump(v);
}

static void on_room(void *user)
{
    (void)user;
}

static void on_secured(void *user, const struct smtp_tls_facts *facts)
{
    struct pop_visit *v = user;
    v->verified = facts->verified;
    if (!v->core) {
        begin_talk(v, true);
    } else {
        pop_client_tls(v->core);
        pump(v);
    }
}

static void on_due(void *user)
{
    struct pop_visit *v = user;
    if (may_wait_for_tls(v)) {
        pop_client_free(v->core);
        v->core = NULL;
        net_stream_secure(v->stream, v->c->tls, v->door.host);
        wait_until(v, v->began_ms + POP_MS);
        return;
    }
    add_row(v, v->opened ? SMTP_STAGE_GREETING : SMTP_STAGE_CONNECT, SMTP_END_SILENT,
            STR("the server did not answer in time"));
    close_it(v, false);
}

static enum smtp_end end_of(enum net_end end)
{
    switch (end) {
    case NET_END_REFUSED: return SMTP_END_REFUSED;
    case NET_END_UNREACHABLE: return SMTP_END_UNREACHABLE;
    case NET_END_SILENT: return SMTP_END_SILENT;
    case NET_END_RESET: return SMTP_END_RESET;
    case NET_END_TLS: return SMTP_END_TLS_FAILED;
    case NET_END_PEER:
    case NET_END_TRUNCATED: return SMTP_END_CLOSED;
    default: return SMTP_END_OURS;
    }
}

static void on_closed(void *user, enum net_end end, const struct err *why)
{
    struct pop_visit *v = user;
    struct visit_company *c = v->c;
    struct pop_client_question q;
    if (v->core) {
        pop_client_ended(v->core);
        if (pop_client_next(v->core, &q) == POP_CLIENT_RESULT)
            take_result(v, &q);
    }
    add_row(v, v->opened ? SMTP_STAGE_TLS : SMTP_STAGE_CONNECT, end_of(end), str_from(why->why));
    net_transcript_flush(&v->transcript);
    plan_gone(c->plan, v->index, now_ms(v));
    c->standing--;
    pop_client_free(v->core);
    net_transcript_done(&v->transcript);
    free(v);
    c->changed(c->user);
}

static const struct net_stream_calls CALLS = { .opened = on_opened,
                                               .octets = on_octets,
                                               .room = on_room,
                                               .secured = on_secured,
                                               .due = on_due,
                                               .closed = on_closed };

struct pop_visit *pop_visit_open(struct visit_company *c, unsigned index,
                                 const struct smtp_attempt *door)
{
    struct err e;
    struct pop_visit *v = calloc(1, sizeof *v);
    if (!v)
        return NULL;
    *v = (struct pop_visit){ .c = c, .index = index, .door = *door };
    v->door.user = c->o->asked.attempt.user;
    v->began_ms = now_ms(v);
    net_transcript_init(&v->transcript, tell_line, v);
    const struct net_endpoint to = { door->address, door->port, door->source };
    v->stream = net_stream_connect(c->loop, &to, NULL, &CALLS, v, &e);
    if (!v->stream) {
        net_transcript_done(&v->transcript);
        free(v);
        return NULL;
    }
    wait_until(v, v->began_ms + POP_MS);
    c->standing++;
    return v;
}

void pop_visit_leave(struct pop_visit *v)
{
    close_it(v, false);
}
