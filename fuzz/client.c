/* SPDX-License-Identifier: ISC */
/* Whatever server and caller do: tickets come back in order, each as often as promised, the end last;
 * nothing is said out of turn, and no secret goes where it may be logged. The input is a play, a line a
 * step: its first octet says who does what, the rest is what he says ('<' the server, a line; '(' the
 * server, without CRLF; letters: the caller). */
#include "smtp/client.h"
#include "base/buf.h"
#include <assert.h>

#define OPEN_MAX 64

struct play {
    struct smtp_client *c;
    uint64_t now_ms;
    smtp_ticket open[OPEN_MAX]; /* in the order said */
    unsigned count;
    bool greeted, tls, sasl, body, ending, ended;
};

static void opened(struct play *p, smtp_ticket t)
{
    if (t == 0)
        return;
    assert(!p->ended && p->count < OPEN_MAX);
    p->open[p->count++] = t;
}

static void closed(struct play *p, smtp_ticket t)
{
    assert(p->count > 0 && p->open[0] == t);
    p->count--;
    for (unsigned i = 0; i < p->count; i++)
        p->open[i] = p->open[i + 1];
}

static void replied(struct play *p, const struct smtp_client_question *q)
{
    assert(!p->ending || !q->reply);
    if (!q->reply) {
        p->ending = true;
        closed(p, q->ticket);
        return;
    }
    assert(p->greeted || q->stage == SMTP_STAGE_GREETING);
    assert((q->ticket == 0) == (q->stage == SMTP_STAGE_GREETING || q->stage == SMTP_STAGE_NONE));
    p->greeted = true;
    if (q->ticket != 0 && !(q->stage == SMTP_STAGE_DATA && q->reply->code == 354))
        closed(p, q->ticket);
}

/* Commands: whole lines, one of them unless PIPELINING was offered, no initial response in the open. */
static void sent(struct play *p, const struct smtp_client_question *q)
{
    const struct smtp_caps *caps = smtp_client_caps(p->c);
    str rest = q->octets;
    unsigned lines = 0;
    assert(p->greeted && !p->tls && !p->ending && q->octets.n > 0);
    if (p->body)
        return;
    assert(str_ends_nocase(q->octets, STR("\r\n")));
    while (rest.n > 0) {
        str line = str_cut(&rest, '\n'), mechanism = line;
        lines++;
        assert((line.n <= 12287 || q->secret) && str_find_octet(line, '\r') == line.n - 1);
        str_cut(&mechanism, ' ');
        if (str_starts(line, STR("AUTH ")) && str_find_octet(mechanism, ' ') != STR_NOT_FOUND)
            assert(q->secret);
    }
    assert(lines == 1 || (!q->secret && caps && (caps->ext & SMTP_EXT_PIPELINING)));
}

static void pump(struct play *p)
{
    struct smtp_client_question q;
    enum smtp_client_ask ask;
    while ((ask = smtp_client_next(p->c, &q)) != SMTP_CLIENT_NOTHING) {
        assert(!p->ended || ask == SMTP_CLIENT_END);
        switch (ask) {
        case SMTP_CLIENT_SEND: sent(p, &q); break;
        case SMTP_CLIENT_REPLY: replied(p, &q); break;
        case SMTP_CLIENT_TLS: p->tls = true; break;
        case SMTP_CLIENT_SASL: p->sasl = true; break;
        case SMTP_CLIENT_BODY: p->body = true; break;
        default:
            assert(p->count == 0 && (q.end == SMTP_END_BROKEN) == (q.broken != SMTP_BROKEN_NOT));
            p->ended = true;
            return;
        }
    }
    assert(smtp_client_deadline_ms(p->c) > p->now_ms);
    assert(!smtp_client_owes_quit(p->c) || p->greeted);
}

static void serve(struct play *p, str octets, bool line)
{
    smtp_client_feed(p->c, octets, p->now_ms);
    if (line)
        smtp_client_feed(p->c, STR("\r\n"), p->now_ms);
}

static void shake_hands(struct play *p, bool secured)
{
    size_t before = smtp_client_dropped_octets(p->c);
    smtp_client_tls(p->c, secured, 3);
    if (p->tls && !p->ended && smtp_client_dropped_octets(p->c) == before + 3 && secured)
        assert(!smtp_client_caps(p->c));
    p->tls = false;
}

/* Words of the caller that are commands. */
static void say(struct play *p, char op, str arg)
{
    str rest = arg;
    str first = str_cut(&rest, ' ');
    switch (op) {
    case 'E': opened(p, smtp_client_ehlo(p->c, arg)); break;
    case 'H': opened(p, smtp_client_helo(p->c, arg)); break;
    case 'T': opened(p, smtp_client_starttls(p->c)); break;
    case 'A': opened(p, smtp_client_auth(p->c, first, rest.p ? &rest : NULL)); break;
    case 'M': opened(p, smtp_client_mail(p->c, first, rest)); break;
    case 'R': opened(p, smtp_client_rcpt(p->c, first, rest)); break;
    case 'Z': opened(p, smtp_client_rset(p->c)); break;
    case 'D': opened(p, smtp_client_data(p->c)); break;
    case 'Q': opened(p, smtp_client_quit(p->c)); break;
    default: break;
    }
}

static void step(struct play *p, str line)
{
    str arg = str_skip(line, 1);
    uint64_t ms = 1000;
    if (line.p[0] == '.' && arg.n > 0) { /* more is said before anything goes out */
        say(p, arg.p[0], str_skip(arg, 1));
        return;
    }
    switch (line.p[0]) {
    case '<': serve(p, arg, true); break;
    case '(': serve(p, arg, false); break;
    case '+':
        if (str_to_u64(arg, 1000000, &ms))
            p->now_ms += ms;
        smtp_client_feed(p->c, STR_NONE, p->now_ms);
        break;
    case 'g': smtp_client_ended(p->c, SMTP_END_CLOSED); break;
    case 't': shake_hands(p, arg.n == 0); break;
    case 'a': smtp_client_sasl(p->c, SMTP_SASL_ANSWER, arg); break;
    case 'x': smtp_client_sasl(p->c, SMTP_SASL_CANCEL, STR_NONE); break;
    case 'b': smtp_client_body(p->c, arg, false); break;
    case 'B':
        smtp_client_body(p->c, arg, true);
        pump(p);
        p->body = false;
        break;
    default: say(p, line.p[0], arg); break;
    }
    pump(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct smtp_client_limits LIMITS = { .reply_octets = 200,
                                                      .commands = 8,
                                                      .wait_ms = { [SMTP_STAGE_EHLO] = 500 } };
    struct play p = { .c = smtp_client_new(&LIMITS, 0) };
    str rest = { (const char *)data, size };
    assert(p.c);
    while (rest.p) {
        str line = str_cut(&rest, '\n');
        if (line.n > 0)
            step(&p, line);
    }
    smtp_client_ended(p.c, SMTP_END_RESET);
    pump(&p);
    assert(p.ended);
    smtp_client_free(p.c);
    return 0;
}
