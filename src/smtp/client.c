/* SPDX-License-Identifier: ISC */
/*
 * smtp/client.c - the client core: a queue of commands, a reader of replies, one thing at a time
 * The queue holds every open ticket in order: those sent, then those not sent yet. The oldest one sent
 * is the one the next reply answers (RFC 2920 section 3.1: replies come in the order of commands).
 */
#include "smtp/client.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/wipe.h"
#include "smtp/body.h"
#include <stdlib.h>
#include <string.h>

enum {
    COMMAND_MAX = 512,      /* RFC 5321 section 4.5.3.1.4, CRLF counted */
    PARAMETERS_MAX = 1100,  /* on top: RFC 1870, 3461, 4954 and 6531 each lengthen MAIL or RCPT */
    AUTH_LINE_MAX = 12288,  /* RFC 4954 section 4, CRLF counted */
    UNASKED_MAX = 64,       /* replies that answer nothing */
    CHALLENGES_MAX = 64,    /* in one AUTH: beyond it we cancel */
    WAIT_MS = 30 * 1000,    /* where the limits say 0 */
    COMMANDS = 256,         /* likewise */
    REPLY_OCTETS = 1 << 16, /* likewise */
    PIECE_MAX = 1 << 18,    /* octets fed and not yet read, on top of one reply */
    OUT_MAX = 1 << 26       /* octets to send that the caller has not taken */
};

enum verb { EHLO, HELO, STARTTLS, AUTH, MAIL, RCPT, RSET, DATA, QUIT };

static const struct verb_row {
    enum smtp_stage stage;
    bool last_of_group; /* nothing goes out behind it before its reply came: RFC 2920 section 3.1 */
} VERBS[] = {
    [EHLO] = { SMTP_STAGE_EHLO, true },         [HELO] = { SMTP_STAGE_EHLO, true },
    [STARTTLS] = { SMTP_STAGE_STARTTLS, true }, [AUTH] = { SMTP_STAGE_AUTH, true },
    [MAIL] = { SMTP_STAGE_MAIL, false },        [RCPT] = { SMTP_STAGE_RCPT, false },
    [RSET] = { SMTP_STAGE_RSET, false },        [DATA] = { SMTP_STAGE_DATA, true },
    [QUIT] = { SMTP_STAGE_QUIT, true },
};

struct command {
    struct command *next;
    enum verb verb;
    smtp_ticket ticket;
    enum smtp_stage stage;
    struct buf line;     /* with CRLF */
    struct buf deferred; /* AUTH: an initial response, encoded, that waits for the challenge */
    bool secret;         /* the line holds an initial response */
};

/* What the core waits for, apart from octets. */
enum phase {
    GREETING, /* the server speaks first */
    TALKING,
    TLS,    /* the handshake, after a 220 to STARTTLS */
    SASL,   /* the caller's step over a challenge */
    BODY,   /* the caller's mail data */
    ENDING, /* open tickets go back */
    ENDED
};

struct smtp_client {
    struct smtp_client_limits limits;
    uint64_t now_ms;
    uint64_t deadline_ms;
    enum phase phase;
    bool asked;          /* the question of this phase was put */
    bool greeting_begun; /* an octet of it came */

    struct command *head, *unsent; /* unsent: the first command not sent yet */
    struct command **tail;
    unsigned commands;
    smtp_ticket last_ticket;
    bool quitting;
    bool greeted, quit_sent, owed_quit; /* owed_quit: when it ended */
    enum smtp_stage last_stage;         /* of the last reply */

    struct buf in; /* fed and not read yet, from in_at on */
    size_t in_at;
    struct smtp_reader *reader;
    struct buf out; /* asked to be sent; handed: forget it at the next call */
    bool out_secret, handed;

    struct buf caps_text; /* owns what caps points into */
    struct smtp_caps caps;
    bool have_caps, pipelining;
    size_t dropped_octets;

    unsigned unasked;    /* replies so far that answered nothing */
    unsigned challenges; /* of the AUTH at the head of the queue */
    bool cancelled;
    struct buf challenge;
    struct smtp_body_writer body;

    bool peer_gone; /* smtp_client_ended() was called */
    enum smtp_end end;
    enum smtp_stage end_stage;
};

struct smtp_client *smtp_client_new(const struct smtp_client_limits *l, uint64_t now_ms)
{
    struct smtp_client *c = calloc(1, sizeof(*c));

    if (c == NULL)
        return NULL;
    c->limits = *l;
    if (c->limits.reply_octets == 0)
        c->limits.reply_octets = REPLY_OCTETS;
    if (c->limits.commands == 0)
        c->limits.commands = COMMANDS;
    for (size_t i = 0; i < SMTP_STAGES; i++)
        if (c->limits.wait_ms[i] == 0)
            c->limits.wait_ms[i] = WAIT_MS;
    c->now_ms = now_ms;
    c->deadline_ms = now_ms + c->limits.wait_ms[SMTP_STAGE_GREETING];
    c->tail = &c->head;
    buf_init(&c->in, c->limits.reply_octets + PIECE_MAX);
    buf_init(&c->out, OUT_MAX);
    buf_init(&c->caps_text, c->limits.reply_octets);
    buf_init(&c->challenge, c->limits.reply_octets);
    c->reader = smtp_reader_new(c->limits.reply_octets);
    if (c->reader == NULL) {
        smtp_client_free(c);
        return NULL;
    }
    return c;
}

static void command_free(struct command *cmd)
{
    buf_wipe_done(&cmd->line);
    buf_wipe_done(&cmd->deferred);
    free(cmd);
}

/* Takes the oldest command off the queue. */
static void drop_head(struct smtp_client *c)
{
    struct command *cmd = c->head;

    c->head = cmd->next;
    if (c->head == NULL)
        c->tail = &c->head;
    if (c->unsent == cmd)
        c->unsent = cmd->next;
    c->commands--;
    command_free(cmd);
}

void smtp_client_free(struct smtp_client *c)
{
    if (c == NULL)
        return;
    while (c->head != NULL)
        drop_head(c);
    smtp_reader_free(c->reader);
    buf_done(&c->in);
    buf_wipe_done(&c->out);
    buf_done(&c->caps_text);
    buf_done(&c->challenge);
    free(c);
}

/* ---- time, and the end ---- */

/* The command that the next reply answers; NULL: none is awaited. */
static struct command *awaited(const struct smtp_client *c)
{
    return c->head != c->unsent ? c->head : NULL;
}

static enum smtp_stage stage_now(const struct smtp_client *c)
{
    if (c->phase == GREETING)
        return SMTP_STAGE_GREETING;
    if (c->phase == TLS)
        return SMTP_STAGE_TLS;
    return awaited(c) != NULL ? awaited(c)->stage : c->last_stage;
}

/* The wait for one whole reply begins now; while we are the ones to act, nothing is due. */
static void start_wait(struct smtp_client *c)
{
    bool waiting = c->phase == GREETING || (c->phase == TALKING && awaited(c) != NULL);

    c->deadline_ms = waiting ? c->now_ms + c->limits.wait_ms[stage_now(c)] : UINT64_MAX;
}

static void enter(struct smtp_client *c, enum phase p)
{
    c->phase = p;
    c->asked = false;
    start_wait(c);
}

/* Between STARTTLS or DATA and an answer that may still come, a command could be taken for something else. */
static bool would_be_heard(const struct smtp_client *c, bool answer_may_come)
{
    const struct command *open = awaited(c);
    bool another_tongue = open != NULL &&
                          (open->verb == STARTTLS || open->stage == SMTP_STAGE_DATA);
    return c->phase == TALKING && c->greeted && !c->quit_sent && !c->peer_gone &&
           !(answer_may_come && another_tongue);
}

static void end_at(struct smtp_client *c, enum smtp_end how, enum smtp_stage stage)
{
    if (c->phase >= ENDING)
        return;
    c->owed_quit = (how == SMTP_END_SILENT && would_be_heard(c, true)) ||
                   (how == SMTP_END_BROKEN && would_be_heard(c, false));
    c->end = how;
    c->end_stage = stage;
    enter(c, ENDING);
}

static void end(struct smtp_client *c, enum smtp_end how)
{
    end_at(c, how, stage_now(c));
}

bool smtp_client_owes_quit(const struct smtp_client *c)
{
    return c->phase >= ENDING ? c->owed_quit : would_be_heard(c, true);
}

uint64_t smtp_client_deadline_ms(const struct smtp_client *c)
{
    return c->deadline_ms;
}

/* ---- what goes out ---- */

/* What was handed out is the caller's no longer. */
static void forget_handed(struct smtp_client *c)
{
    if (!c->handed)
        return;
    if (c->out_secret && c->out.n > 0)
        secret_wipe(c->out.p, c->out.n);
    buf_clear(&c->out);
    c->out_secret = c->handed = false;
}

static void add_out(struct smtp_client *c, str octets, bool secret)
{
    c->out_secret |= secret;
    if (!buf_add(&c->out, octets))
        end(c, SMTP_END_OURS);
}

/* RFC 2920 section 3.1. A secret never shares a write with what may be logged. */
static bool may_send(const struct smtp_client *c, const struct command *sent)
{
    if (c->phase != TALKING || c->unsent == NULL || (c->unsent->secret && c->out.n > 0))
        return false;
    return sent == NULL || (c->pipelining && !VERBS[sent->verb].last_of_group);
}

static void send_commands(struct smtp_client *c)
{
    struct command *sent = NULL; /* the last one that is sent and open */

    for (struct command *cmd = c->head; cmd != c->unsent; cmd = cmd->next)
        sent = cmd;
    while (may_send(c, sent)) {
        sent = c->unsent;
        c->unsent = sent->next;
        add_out(c, buf_str(&sent->line), sent->secret);
        c->quit_sent = sent->verb == QUIT;
        if (sent == c->head)
            start_wait(c);
    }
}

/* ---- saying something ---- */

static bool fits_line(str s)
{
    return str_find_octet(s, '\r') == STR_NOT_FOUND && str_find_octet(s, '\n') == STR_NOT_FOUND &&
           str_find_octet(s, '\0') == STR_NOT_FOUND;
}

/* A command of the pieces given, CRLF added. NULL: it may not be said. */
static struct command *make(struct smtp_client *c, enum verb verb, const str *pieces, size_t count)
{
    struct command *cmd;
    size_t more;

    forget_handed(c);
    if (c->phase >= ENDING || c->peer_gone || c->quitting || c->commands >= c->limits.commands)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!fits_line(pieces[i]))
            return NULL;
    more = (verb == MAIL || verb == RCPT) && pieces[count - 1].n > 0 ? pieces[count - 1].n + 1 : 0;
    if (more > PARAMETERS_MAX)
        return NULL;
    cmd = calloc(1, sizeof(*cmd));
    if (cmd == NULL)
        return NULL;
    cmd->verb = verb;
    cmd->stage = VERBS[verb].stage;
    buf_init(&cmd->line, COMMAND_MAX + more);
    buf_init(&cmd->deferred, OUT_MAX);
    for (size_t i = 0; i < count; i++)
        buf_add(&cmd->line, pieces[i]);
    if (!buf_add(&cmd->line, STR("\r\n"))) {
        command_free(cmd);
        return NULL;
    }
    return cmd;
}

static smtp_ticket enqueue(struct smtp_client *c, struct command *cmd)
{
    if (cmd == NULL)
        return 0;
    if (++c->last_ticket == 0)
        c->last_ticket = 1;
    cmd->ticket = c->last_ticket;
    *c->tail = cmd;
    c->tail = &cmd->next;
    if (c->unsent == NULL)
        c->unsent = cmd;
    c->commands++;
    c->quitting = cmd->verb == QUIT;
    return cmd->ticket;
}

static smtp_ticket say(struct smtp_client *c, enum verb verb, const str *pieces, size_t count)
{
    return enqueue(c, make(c, verb, pieces, count));
}

smtp_ticket smtp_client_ehlo(struct smtp_client *c, str name)
{
    return say(c, EHLO, (str[]){ STR("EHLO "), name }, 2);
}

smtp_ticket smtp_client_helo(struct smtp_client *c, str name)
{
    return say(c, HELO, (str[]){ STR("HELO "), name }, 2);
}

smtp_ticket smtp_client_starttls(struct smtp_client *c)
{
    return say(c, STARTTLS, (str[]){ STR("STARTTLS") }, 1);
}

smtp_ticket smtp_client_mail(struct smtp_client *c, str reverse_path, str params)
{
    str blank = params.n > 0 ? STR(" ") : STR_NONE;

    return say(c, MAIL, (str[]){ STR("MAIL FROM:<"), reverse_path, STR(">"), blank, params }, 5);
}

smtp_ticket smtp_client_rcpt(struct smtp_client *c, str forward_path, str params)
{
    str blank = params.n > 0 ? STR(" ") : STR_NONE;

    return say(c, RCPT, (str[]){ STR("RCPT TO:<"), forward_path, STR(">"), blank, params }, 5);
}

smtp_ticket smtp_client_rset(struct smtp_client *c)
{
    return say(c, RSET, (str[]){ STR("RSET") }, 1);
}

smtp_ticket smtp_client_data(struct smtp_client *c)
{
    return say(c, DATA, (str[]){ STR("DATA") }, 1);
}

smtp_ticket smtp_client_quit(struct smtp_client *c)
{
    return say(c, QUIT, (str[]){ STR("QUIT") }, 1);
}

/* RFC 4954 section 4: an initial response that makes the line too long follows the challenge instead. */
static bool add_initial(struct command *cmd, str initial)
{
    str encoded;

    if (!base64_encode(initial, &cmd->deferred))
        return false;
    if (initial.n == 0)
        buf_add(&cmd->deferred, STR("="));
    encoded = buf_str(&cmd->deferred);
    if (cmd->line.n + 1 + encoded.n > AUTH_LINE_MAX)
        return buf_ok(&cmd->deferred);
    cmd->line.max = AUTH_LINE_MAX;
    cmd->line.n -= 2;
    buf_add(&cmd->line, STR(" "));
    buf_add(&cmd->line, encoded);
    buf_add(&cmd->line, STR("\r\n"));
    cmd->secret = true;
    cmd->deferred.n = 0;
    return buf_ok(&cmd->line) && buf_ok(&cmd->deferred);
}

smtp_ticket smtp_client_auth(struct smtp_client *c, str mechanism, const str *initial)
{
    struct command *cmd = make(c, AUTH, (str[]){ STR("AUTH "), mechanism }, 2);

    if (cmd != NULL && initial != NULL && !add_initial(cmd, *initial)) {
        command_free(cmd);
        return 0;
    }
    return enqueue(c, cmd);
}

/* ---- what a reply means to the dialogue ---- */

/* RFC 3207 section 4.2: nothing learnt in clear outlives the handshake. */
static void forget_layer(struct smtp_client *c)
{
    c->have_caps = c->pipelining = false;
    c->caps = (struct smtp_caps){ 0 };
    smtp_reader_reset(c->reader);
}

static void after_ehlo(struct smtp_client *c, const struct smtp_reply *r)
{
    c->pipelining = false;
    if (!smtp_reply_good(r))
        return;
    buf_clear(&c->caps_text);
    if (!buf_add(&c->caps_text, r->text)) {
        end(c, SMTP_END_OURS);
        return;
    }
    smtp_caps_read(buf_str(&c->caps_text), &c->caps);
    c->have_caps = true;
    c->pipelining = (c->caps.ext & SMTP_EXT_PIPELINING) != 0;
}

/* RFC 5321 section 4.1.1.1: a session that HELO began has no extensions, whatever an EHLO before it was told. */
static void after_helo(struct smtp_client *c, const struct smtp_reply *r)
{
    c->pipelining = false;
    if (!smtp_reply_good(r))
        return;
    c->have_caps = false;
    c->caps = (struct smtp_caps){ 0 };
}

/* Octets behind the 220 were sent in clear by who knows whom: they are counted and never read. */
static void after_starttls(struct smtp_client *c, const struct smtp_reply *r)
{
    if (r->code != 220)
        return;
    c->dropped_octets += c->in.n - c->in_at;
    c->in_at = c->in.n;
    enter(c, TLS);
}

/* The reply to the command at the head, which is done with, or goes on to its mail data. */
static void settle(struct smtp_client *c, const struct smtp_reply *r)
{
    struct command *cmd = c->head;
    enum verb verb = cmd->verb;

    if (verb == DATA && cmd->stage == SMTP_STAGE_DATA && r->code == 354) {
        cmd->stage = SMTP_STAGE_END_OF_DATA;
        c->body = (struct smtp_body_writer){ 0 };
        enter(c, BODY);
        return;
    }
    drop_head(c);
    start_wait(c);
    if (r->code == 421) /* section 3.8: the server is about to close */
        end_at(c, SMTP_END_CLOSED, c->last_stage);
    else if (verb == QUIT)
        end_at(c, SMTP_END_REPLY, c->last_stage);
    else if (verb == EHLO)
        after_ehlo(c, r);
    else if (verb == HELO)
        after_helo(c, r);
    else if (verb == STARTTLS)
        after_starttls(c, r);
}

static enum smtp_client_ask tell(struct smtp_client *c, struct smtp_client_question *q,
                                 const struct smtp_reply *r)
{
    struct command *cmd = awaited(c);

    q->reply = r;
    if (c->phase == GREETING) {
        q->stage = c->last_stage = SMTP_STAGE_GREETING;
        c->greeted = true;
        enter(c, TALKING);
        return SMTP_CLIENT_REPLY;
    }
    if (cmd == NULL) {
        if (r->code == 421)
            end(c, SMTP_END_CLOSED);
        else if (++c->unasked > UNASKED_MAX)
            end(c, SMTP_END_BROKEN);
        return SMTP_CLIENT_REPLY;
    }
    q->ticket = cmd->ticket;
    q->stage = c->last_stage = cmd->stage;
    settle(c, r);
    return SMTP_CLIENT_REPLY;
}

/* ---- AUTH ---- */

static void send_response(struct smtp_client *c, str encoded)
{
    add_out(c, encoded, true);
    add_out(c, STR("\r\n"), true);
}

static void cancel(struct smtp_client *c)
{
    c->cancelled = true;
    add_out(c, STR("*\r\n"), false);
    enter(c, TALKING);
}

static bool is_challenge(const struct smtp_client *c, const struct smtp_reply *r)
{
    return r->code == 334 && awaited(c) != NULL && c->head->verb == AUTH && !c->cancelled;
}

/* RFC 4954 section 4. A challenge that is no base64, or one too many, is answered by "*". */
static void take_challenge(struct smtp_client *c, const struct smtp_reply *r)
{
    struct command *cmd = c->head;

    buf_clear(&c->challenge);
    if (++c->challenges > CHALLENGES_MAX || !base64_decode(str_trim(r->text), &c->challenge)) {
        cancel(c);
    } else if (cmd->deferred.n > 0) {
        send_response(c, buf_str(&cmd->deferred));
        buf_wipe_done(&cmd->deferred);
        start_wait(c);
    } else {
        enter(c, SASL);
    }
}

void smtp_client_sasl(struct smtp_client *c, enum smtp_sasl_step step, str response)
{
    struct buf encoded;

    forget_handed(c);
    if (c->phase != SASL)
        return;
    if (step == SMTP_SASL_CANCEL) {
        cancel(c);
        return;
    }
    buf_init(&encoded, OUT_MAX);
    if (base64_encode(response, &encoded)) {
        send_response(c, buf_str(&encoded));
        enter(c, TALKING);
    } else {
        end(c, SMTP_END_OURS);
    }
    buf_wipe_done(&encoded);
}

/* ---- mail data ---- */

bool smtp_client_body(struct smtp_client *c, str octets, bool last)
{
    forget_handed(c);
    if (c->phase != BODY)
        return true;
    if (c->out.n > 0)
        return false;
    if (smtp_body_write(&c->body, octets, last, &c->out))
        enter(c, last ? TALKING : BODY);
    else
        end(c, SMTP_END_OURS);
    return true;
}

/* ---- TLS ---- */

void smtp_client_tls(struct smtp_client *c, bool secured, size_t dropped_octets)
{
    forget_handed(c);
    if (c->phase != TLS)
        return;
    c->dropped_octets += dropped_octets;
    if (!secured) {
        end(c, SMTP_END_TLS_FAILED);
        return;
    }
    forget_layer(c);
    enter(c, TALKING);
}

size_t smtp_client_dropped_octets(const struct smtp_client *c)
{
    return c->dropped_octets;
}

const struct smtp_caps *smtp_client_caps(const struct smtp_client *c)
{
    return c->have_caps ? &c->caps : NULL;
}

/* ---- octets and questions ---- */

void smtp_client_feed(struct smtp_client *c, str octets, uint64_t now_ms)
{
    forget_handed(c);
    if (now_ms > c->now_ms)
        c->now_ms = now_ms;
    if (c->phase >= ENDING || c->peer_gone)
        return;
    if (c->phase == TLS) {
        c->dropped_octets += octets.n;
        return;
    }
    if (c->phase == GREETING && octets.n > 0 && !c->greeting_begun) {
        c->greeting_begun = true; /* it speaks first, if slowly: the rest gets as much time again */
        start_wait(c);
    }
    buf_drop(&c->in, c->in_at);
    c->in_at = 0;
    if (!buf_add(&c->in, octets)) /* a flood while it is our turn */
        end(c, SMTP_END_BROKEN);
}

void smtp_client_ended(struct smtp_client *c, enum smtp_end how)
{
    forget_handed(c);
    if (c->phase >= ENDING || c->peer_gone)
        return;
    c->peer_gone = true;
    c->end = how;
}

/* Whether a reply may be read now. One that comes while it is our turn, or before we sent what it would
 * answer, waits for us; unless the server has gone, and it is its last word. */
static bool may_read(const struct smtp_client *c)
{
    if (c->in_at == c->in.n || c->phase >= ENDING)
        return false;
    return c->peer_gone || (c->out.n == 0 && (c->phase == GREETING || c->phase == TALKING));
}

/* NOTHING: no reply for the caller came of it, though something may have changed. */
static enum smtp_client_ask read_one(struct smtp_client *c, struct smtp_client_question *q)
{
    size_t used;
    const struct smtp_reply *r;

    switch (smtp_reader_feed(c->reader, str_skip(buf_str(&c->in), c->in_at), &used)) {
    case SMTP_READ_MORE: c->in_at += used; return SMTP_CLIENT_NOTHING;
    case SMTP_READ_BROKEN: end(c, SMTP_END_BROKEN); return SMTP_CLIENT_NOTHING;
    case SMTP_READ_REPLY: break;
    }
    c->in_at += used;
    r = smtp_reader_reply(c->reader);
    if (!is_challenge(c, r)) {
        c->challenges = 0;
        c->cancelled = false;
        return tell(c, q, r);
    }
    if (!c->peer_gone)
        take_challenge(c, r);
    return SMTP_CLIENT_NOTHING;
}

static enum smtp_client_ask give_back(struct smtp_client *c, struct smtp_client_question *q)
{
    if (c->head != NULL) {
        q->ticket = c->head->ticket;
        q->stage = c->head->stage;
        drop_head(c);
        return SMTP_CLIENT_REPLY;
    }
    c->phase = ENDED;
    q->end = c->end;
    q->stage = c->end_stage;
    q->seen = smtp_reader_seen(c->reader);
    if (c->end == SMTP_END_BROKEN) {
        q->broken = smtp_reader_broken(c->reader);
        if (q->broken == SMTP_BROKEN_NOT)
            q->broken = SMTP_BROKEN_TOO_LONG;
    }
    return SMTP_CLIENT_END;
}

/* The question of a phase in which it is the caller's turn, put once. */
static enum smtp_client_ask ask_caller(struct smtp_client *c, struct smtp_client_question *q)
{
    if (c->asked)
        return SMTP_CLIENT_NOTHING;
    c->asked = true;
    switch (c->phase) {
    case TLS: q->stage = SMTP_STAGE_TLS; return SMTP_CLIENT_TLS;
    case SASL: q->octets = buf_str(&c->challenge); break;
    case BODY: break;
    default: return SMTP_CLIENT_NOTHING;
    }
    q->stage = c->head->stage;
    q->ticket = c->head->ticket;
    return c->phase == SASL ? SMTP_CLIENT_SASL : SMTP_CLIENT_BODY;
}

enum smtp_client_ask smtp_client_next(struct smtp_client *c, struct smtp_client_question *q)
{
    *q = (struct smtp_client_question){ 0 };
    forget_handed(c);
    while (may_read(c)) {
        enum smtp_client_ask ask = read_one(c, q);

        if (ask != SMTP_CLIENT_NOTHING)
            return ask;
    }
    if (c->peer_gone)
        end(c, c->end);
    else if (c->now_ms >= c->deadline_ms)
        end(c, SMTP_END_SILENT);
    if (c->phase >= ENDING)
        return give_back(c, q);
    send_commands(c);
    if (c->phase >= ENDING)
        return give_back(c, q);
    if (c->out.n > 0) {
        c->handed = true;
        q->octets = buf_str(&c->out);
        q->secret = c->out_secret;
        return SMTP_CLIENT_SEND;
    }
    return ask_caller(c, q);
}
