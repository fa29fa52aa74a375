/* SPDX-License-Identifier: ISC */
#include "mock/pop3.h"
#include "base/buf.h"
#include "base/wipe.h"
#include <stdlib.h>

enum {
    LINE_MAX_OCTETS = 255, /* RFC 2449 section 4, CRLF counted */
    IN_MAX = 8192,
    OUT_MAX = 16384
};

enum phase { COMMANDS, ASKING, HANDSHAKE, CLOSING };

struct mock_pop3 {
    enum phase phase;
    bool asked; /* of HANDSHAKE and ASKING: it was */
    bool tls, in;
    bool sent; /* what is in out was handed over */
    struct buf input, out, user, password;
};

struct mock_pop3 *mock_pop3_new(str hostname, bool tls)
{
    struct mock_pop3 *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->tls = tls;
    buf_init(&p->input, IN_MAX);
    buf_init(&p->out, OUT_MAX);
    buf_init(&p->user, LINE_MAX_OCTETS);
    buf_init(&p->password, LINE_MAX_OCTETS);
    buf_add(&p->out, STR("+OK "));
    buf_add(&p->out, hostname);
    buf_add(&p->out, STR(" POP3 ready\r\n"));
    return p;
}

void mock_pop3_free(struct mock_pop3 *p)
{
    if (!p)
        return;
    buf_wipe_done(&p->input);
    buf_done(&p->out);
    buf_done(&p->user);
    buf_wipe_done(&p->password);
    free(p);
}

static void wipe(struct buf *b)
{
    if (b->room > 0)
        secret_wipe(b->p, b->room);
    buf_clear(b);
}

static void say(struct mock_pop3 *p, str text)
{
    buf_add(&p->out, text);
    buf_add(&p->out, STR("\r\n"));
}

static void do_capa(struct mock_pop3 *p, str args)
{
    (void)args;
    say(p, STR("+OK"));
    say(p, STR("USER"));
    if (!p->tls)
        say(p, STR("STLS"));
    say(p, STR("."));
}

static void do_stls(struct mock_pop3 *p, str args)
{
    (void)args;
    if (p->tls) {
        say(p, STR("-ERR TLS is on already"));
        return;
    }
    say(p, STR("+OK begin TLS"));
    buf_clear(&p->input); /* RFC 2595 section 4: nothing said in clear counts behind it */
    p->phase = HANDSHAKE;
    p->asked = false;
}

static void do_user(struct mock_pop3 *p, str args)
{
    buf_clear(&p->user);
    say(p, args.n > 0 && buf_add(&p->user, args) ? STR("+OK") : STR("-ERR whom?"));
}

static void do_pass(struct mock_pop3 *p, str args)
{
    wipe(&p->password);
    if (p->user.n == 0 || !buf_add(&p->password, args)) {
        say(p, STR("-ERR say USER first"));
        return;
    }
    p->phase = ASKING;
    p->asked = false;
}

static void do_stat(struct mock_pop3 *p, str args)
{
    (void)args;
    say(p, STR("+OK 0 0"));
}

/* LIST and UIDL of all there is: nothing. */
static void do_list(struct mock_pop3 *p, str args)
{
    say(p, args.n > 0 ? STR("-ERR no such message") : STR("+OK\r\n."));
}

static void do_noop(struct mock_pop3 *p, str args)
{
    (void)args;
    say(p, STR("+OK"));
}

static void do_quit(struct mock_pop3 *p, str args)
{
    (void)args;
    say(p, STR("+OK goodbye"));
    p->phase = CLOSING;
}

static const struct verb {
    str name;
    bool wants_login;
    void (*run)(struct mock_pop3 *p, str args);
} VERBS[] = {
    { STR_INIT("CAPA"), false, do_capa }, { STR_INIT("STLS"), false, do_stls },
    { STR_INIT("USER"), false, do_user }, { STR_INIT("PASS"), false, do_pass },
    { STR_INIT("QUIT"), false, do_quit }, { STR_INIT("STAT"), true, do_stat },
    { STR_INIT("LIST"), true, do_list },  { STR_INIT("UIDL"), true, do_list },
    { STR_INIT("NOOP"), true, do_noop },  { STR_INIT("RSET"), true, do_noop },
};

static void run_line(struct mock_pop3 *p, str line)
{
    str args = line;
    str name = str_cut(&args, ' ');
    for (size_t i = 0; i < COUNT_OF(VERBS); i++) {
        if (!str_eq_nocase(name, VERBS[i].name))
            continue;
        if (VERBS[i].wants_login && !p->in)
            say(p, STR("-ERR log in first"));
        else
            VERBS[i].run(p, args);
        return;
    }
    say(p, STR("-ERR no command of ours"));
}

/* False: no whole line is there yet. */
static bool step(struct mock_pop3 *p)
{
    char line[LINE_MAX_OCTETS];
    str waiting = buf_str(&p->input);
    size_t lf = str_find_octet(waiting, '\n');
    if (p->phase != COMMANDS || (lf == STR_NOT_FOUND && waiting.n < sizeof line))
        return false;
    if (lf == STR_NOT_FOUND || lf >= sizeof line) {
        say(p, STR("-ERR the line is too long"));
        p->phase = CLOSING;
        return true;
    }
    size_t n = 0;
    for (; n < lf; n++)
        line[n] = waiting.p[n];
    secret_wipe(p->input.p, lf);
    buf_drop(&p->input, lf + 1);
    run_line(p, str_take((str){ line, n }, n > 0 && line[n - 1] == '\r' ? n - 1 : n));
    secret_wipe(line, sizeof line);
    return true;
}

void mock_pop3_feed(struct mock_pop3 *p, str octets)
{
    if (!buf_add(&p->input, octets))
        p->phase = CLOSING;
}

enum mock_pop3_ask mock_pop3_next(struct mock_pop3 *p, struct mock_pop3_question *q)
{
    *q = (struct mock_pop3_question){ 0 };
    if (p->sent)
        buf_clear(&p->out);
    p->sent = false;
    while (buf_ok(&p->out) && step(p))
        ;
    if (!buf_ok(&p->out))
        return MOCK_POP3_CLOSE;
    if (p->out.n > 0) {
        p->sent = true;
        q->octets = buf_str(&p->out);
        return MOCK_POP3_SEND;
    }
    if (p->phase == CLOSING)
        return MOCK_POP3_CLOSE;
    if (p->phase == COMMANDS || p->asked)
        return MOCK_POP3_NOTHING;
    p->asked = true;
    if (p->phase == HANDSHAKE)
        return MOCK_POP3_TLS;
    q->user = buf_str(&p->user);
    q->password = (str){ p->password.p ? p->password.p : "", p->password.n };
    return MOCK_POP3_LOGIN;
}

void mock_pop3_answer(struct mock_pop3 *p, bool taken)
{
    if (p->phase != ASKING)
        return;
    p->phase = COMMANDS;
    p->in = taken;
    wipe(&p->password);
    say(p, taken ? STR("+OK 0 messages") : STR("-ERR [AUTH] user or password is wrong"));
}

void mock_pop3_tls(struct mock_pop3 *p)
{
    if (p->phase != HANDSHAKE)
        return;
    p->phase = COMMANDS;
    p->tls = true;
    p->in = false;
    buf_clear(&p->user);
}
