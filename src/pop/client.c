/* SPDX-License-Identifier: ISC */
/*
 * pop/client.c - one command out, one line back
 */
#include "pop/client.h"
#include "base/buf.h"
#include "base/secret.h"
#include "base/wipe.h"
#include <stdlib.h>

enum {
    LINE_MAX_OCTETS = 512, /* RFC 1939 section 3, CRLF counted */
    COMMAND_MAX = 255      /* RFC 2449 section 4, CRLF counted */
};

enum state {
    GREETING,
    STLS,
    SHAKING,
    WAITING, /* for the caller's login */
    USER,
    PASS,
    QUITTING,
    OVER
};

static const struct name_row STAGE_ROWS[] = {
    { POP_STAGE_GREETING, STR_INIT("greeting") },
    { POP_STAGE_STLS, STR_INIT("STLS") },
    { POP_STAGE_USER, STR_INIT("USER") },
    { POP_STAGE_PASS, STR_INIT("PASS") },
};
const struct names POP_STAGE_NAMES = NAMES(STAGE_ROWS);

struct pop_client {
    enum state state;
    bool under_tls;
    struct buf line; /* coming */
    struct buf out;  /* to be sent */
    bool secret;     /* out is */
    struct buf pass; /* the command, until USER is answered */
    bool told;       /* the result was taken, or nobody asks for it */
    bool settled, ok, broken;
    enum pop_stage stage;
    struct buf said; /* the line that settled it */
    bool asked;      /* for the handshake */
};

struct pop_client *pop_client_new(bool under_tls)
{
    struct pop_client *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    c->under_tls = under_tls;
    buf_init(&c->line, LINE_MAX_OCTETS);
    buf_init(&c->said, LINE_MAX_OCTETS + sizeof SECRET_CUT);
    buf_init(&c->out, COMMAND_MAX);
    buf_init(&c->pass, COMMAND_MAX);
    return c;
}

void pop_client_free(struct pop_client *c)
{
    if (!c)
        return;
    buf_done(&c->line);
    buf_done(&c->said);
    buf_wipe_done(&c->out);
    buf_wipe_done(&c->pass);
    free(c);
}

static void say(struct pop_client *c, str command, enum state next)
{
    buf_clear(&c->out);
    buf_add(&c->out, command);
    c->secret = false;
    c->state = next;
}

static enum pop_stage stage_of(enum state s)
{
    return s == GREETING  ? POP_STAGE_GREETING
           : s <= SHAKING ? POP_STAGE_STLS
           : s <= USER    ? POP_STAGE_USER
                          : POP_STAGE_PASS;
}

static void settle(struct pop_client *c, bool ok, str line)
{
    if (c->settled)
        return;
    c->settled = true;
    c->ok = ok;
    c->stage = stage_of(c->state);
    buf_add(&c->said, line);
    if (line.n && !buf_ok(&c->line)) /* it may repeat our secret, and was cut inside it */
        buf_add(&c->said, STR(SECRET_CUT));
}

static bool is_word(str line, str word)
{
    return str_starts_nocase(line, word) &&
           (line.n == word.n || line.p[word.n] == ' ' || line.p[word.n] == '\t');
}

/* A greeting that refuses is followed by no command that could be answered otherwise. */
static void take_reply(struct pop_client *c, bool ok, str line)
{
    switch (c->state) {
    case GREETING:
        if (!ok) {
            settle(c, false, line);
            say(c, STR("QUIT\r\n"), QUITTING);
        } else if (c->under_tls) {
            c->state = WAITING;
        } else {
            say(c, STR("STLS\r\n"), STLS);
        }
        break;
    case STLS: c->state = ok ? SHAKING : WAITING; break;
    case USER:
        if (ok) {
            say(c, buf_str(&c->pass), PASS);
            c->secret = true;
        } else {
            settle(c, false, line);
            say(c, STR("QUIT\r\n"), QUITTING);
        }
        secret_wipe(c->pass.p, c->pass.n);
        buf_clear(&c->pass);
        break;
    case PASS:
        settle(c, ok, line);
        say(c, STR("QUIT\r\n"), QUITTING);
        break;
    case QUITTING: c->state = OVER; break;
    default: break; /* nothing was asked: what a server says of itself then says nothing to us */
    }
}

/* "+OK" or "-ERR", a blank, words (RFC 1939 section 3). */
static void take_line(struct pop_client *c, str line)
{
    bool ok = is_word(line, STR("+OK"));
    if (!ok && !is_word(line, STR("-ERR"))) {
        c->broken = true;
        settle(c, false, line);
        c->state = OVER;
        return;
    }
    take_reply(c, ok, line);
}

void pop_client_feed(struct pop_client *c, str octets)
{
    for (size_t i = 0; i < octets.n; i++) {
        if (c->out.n || c->state == OVER || c->state == SHAKING || c->state == WAITING)
            return; /* it comes before what it should answer */
        if (octets.p[i] != '\n') {
            buf_addc(&c->line, octets.p[i]); /* of an overlong line the beginning tells */
            continue;
        }
        str line = buf_str(&c->line);
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        take_line(c, line);
        buf_clear(&c->line);
    }
}

void pop_client_ended(struct pop_client *c)
{
    settle(c, false, STR_NONE);
    c->state = OVER;
}

void pop_client_tls(struct pop_client *c)
{
    c->under_tls = true;
    c->state = WAITING;
    buf_clear(&c->line);
}

static bool fits(str argument)
{
    for (size_t i = 0; i < argument.n; i++)
        if (argument.p[i] == '\r' || argument.p[i] == '\n' || argument.p[i] == '\0')
            return false;
    return argument.n > 0;
}

bool pop_client_login(struct pop_client *c, str user, str password)
{
    if (c->state != WAITING || !fits(user) || !fits(password) ||
        user.n + password.n + 7 > COMMAND_MAX || user.n + 7 > COMMAND_MAX)
        return false;
    buf_clear(&c->pass);
    buf_addf(&c->pass, "PASS %.*s\r\n", STR_ARG(password));
    buf_clear(&c->out);
    buf_addf(&c->out, "USER %.*s\r\n", STR_ARG(user));
    c->secret = false;
    c->state = USER;
    return true;
}

void pop_client_quit(struct pop_client *c)
{
    c->settled = c->told = true;
    if (c->state == OVER || c->state == QUITTING)
        return;
    say(c, STR("QUIT\r\n"), QUITTING);
}

static bool send_pending(struct pop_client *c, struct pop_client_question *q)
{
    if (!c->out.n)
        return false;
    q->octets = buf_str(&c->out);
    q->secret = c->secret;
    return true;
}

enum pop_client_ask pop_client_next(struct pop_client *c, struct pop_client_question *q)
{
    *q = (struct pop_client_question){ .under_tls = c->under_tls };
    if (c->settled && !c->told) {
        c->told = true;
        q->ok = c->ok;
        q->broken = c->broken;
        q->stage = c->stage;
        q->octets = buf_str(&c->said);
        return POP_CLIENT_RESULT;
    }
    if (c->state == OVER)
        return POP_CLIENT_END;
    if (send_pending(c, q)) {
        c->out.n = 0; /* the octets stay until the next command */
        return POP_CLIENT_SEND;
    }
    if (c->state == SHAKING && !c->asked) {
        c->asked = true;
        return POP_CLIENT_TLS;
    }
    return c->state == WAITING ? POP_CLIENT_LOGIN : POP_CLIENT_NOTHING;
}
