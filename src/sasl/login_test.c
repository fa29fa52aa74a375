/* SPDX-License-Identifier: ISC */
/*
 * Both SMTP cores joined in memory, with a handshake that is only pretended: what the client says, the
 * server understands, and login by each mechanism goes through.
 */
#include "sasl/client.h"
#include "smtp/client.h"
#include "smtp/server.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#define CHALLENGE "<1896.697170952@postoffice.reston.mci.net>"

static const struct sasl_login LOGIN = { .user = STR_INIT("tim"),
                                         .password = STR_INIT("tanstaaftanstaaf") };

/* The two ends, and what happened between them, a line each: replies as the client has them, and of the
 * server's side the logins and messages. */
struct pair {
    struct smtp_client *c;
    struct smtp_session *s;
    struct sasl_client *sasl;
    size_t piece; /* octets handed over at a time */
    bool ended, closed;
    struct buf log;
};

static void to_server(struct pair *p, str octets)
{
    for (; octets.n > 0; octets = str_skip(octets, p->piece))
        smtp_session_feed(p->s, str_take(octets, p->piece), 0);
}

static void to_client(struct pair *p, str octets)
{
    for (; octets.n > 0; octets = str_skip(octets, p->piece))
        smtp_client_feed(p->c, str_take(octets, p->piece), 0);
}

static void log_reply(struct pair *p, const struct smtp_client_question *q)
{
    str text = q->reply != NULL ? q->reply->text : STR_NONE;

    buf_addf(&p->log, "%u %.*s %u ", (unsigned)q->ticket,
             STR_ARG(names_of(&SMTP_STAGE_NAMES, (int)q->stage)), q->reply ? q->reply->code : 0);
    for (size_t i = 0; i < text.n; i++)
        buf_addc(&p->log, text.p[i] == '\n' ? '|' : text.p[i]);
    buf_addc(&p->log, '\n');
}

static void answer_challenge(struct pair *p, str challenge)
{
    struct buf response;
    struct err e;

    buf_init(&response, 1000);
    if (sasl_client_step(p->sasl, challenge, &response, &e))
        smtp_client_sasl(p->c, SMTP_SASL_ANSWER, buf_str(&response));
    else
        smtp_client_sasl(p->c, SMTP_SASL_CANCEL, STR_NONE);
    buf_wipe_done(&response);
}

/* One step of the client's end. False: it waits. */
static bool client_step(struct pair *p)
{
    struct smtp_client_question q;

    if (p->ended)
        return false;
    switch (smtp_client_next(p->c, &q)) {
    case SMTP_CLIENT_NOTHING: return false;
    case SMTP_CLIENT_SEND: to_server(p, q.octets); break;
    case SMTP_CLIENT_REPLY: log_reply(p, &q); break;
    case SMTP_CLIENT_TLS: return false; /* the server's end shakes hands for both */
    case SMTP_CLIENT_SASL: answer_challenge(p, q.octets); break;
    case SMTP_CLIENT_BODY: assert_true(smtp_client_body(p->c, STR(".\r\ntext"), true)); break;
    case SMTP_CLIENT_END:
        buf_addf(&p->log, "end %.*s\n", STR_ARG(names_of(&SMTP_END_NAMES, (int)q.end)));
        p->ended = true;
        break;
    }
    return true;
}

/* The example of RFC 2195 section 2. */
static bool cram_md5_right(str response)
{
    return str_eq(response, STR("tim b913a602c7eda7a495b4e6e7334d3890"));
}

static void judge_login(struct pair *p, const struct smtp_session_question *q)
{
    bool right = str_eq(q->user, LOGIN.user) && str_eq(q->password, LOGIN.password);

    if (str_eq(q->word, STR("CRAM-MD5"))) {
        if (q->octets.p == NULL) {
            smtp_session_answer(p->s, 334, STR_NONE, STR(CHALLENGE));
            return;
        }
        right = cram_md5_right(q->octets);
        smtp_session_login_is(p->s, LOGIN.user);
    }
    smtp_session_answer(p->s, right ? 235 : 535, STR_NONE, STR_NONE);
}

/* One step of the server's end. False: it waits. */
static bool server_step(struct pair *p)
{
    struct smtp_session_question q;

    if (p->closed)
        return false;
    switch (smtp_session_next(p->s, &q)) {
    case SMTP_ASK_NOTHING: return false;
    case SMTP_ASK_SEND: to_client(p, q.octets); break;
    case SMTP_ASK_TLS:
        while (client_step(p)) /* the client reads the 220, and is asked to shake hands */
            ;
        smtp_session_tls(p->s, true);
        smtp_client_tls(p->c, true, 0);
        break;
    case SMTP_ASK_GREETING: smtp_session_answer(p->s, 220, STR_NONE, STR_NONE); break;
    case SMTP_ASK_AUTH: judge_login(p, &q); break;
    case SMTP_ASK_RCPT:
        if (smtp_session_login(p->s).n > 0)
            smtp_session_answer(p->s, 250, STR_NONE, STR_NONE);
        else
            smtp_session_answer(p->s, 550, STR("5.7.1"), STR("relaying denied"));
        break;
    case SMTP_ASK_STORE:
        buf_addf(&p->log, "stored %zu octets of %.*s\n", q.octets.n,
                 STR_ARG(smtp_session_login(p->s)));
        smtp_session_answer(p->s, 250, STR_NONE, STR_NONE);
        break;
    case SMTP_ASK_CLOSE:
        p->closed = true;
        smtp_client_ended(p->c, SMTP_END_CLOSED);
        break;
    default: smtp_session_answer(p->s, 250, STR_NONE, STR_NONE); break;
    }
    return true;
}

static void run(struct pair *p)
{
    bool moved = true;

    while (moved) {
        moved = client_step(p);
        moved |= server_step(p);
    }
}

static void pair_begin(struct pair *p, size_t piece)
{
    static const struct smtp_client_limits LIMITS = { 0 };
    static const struct smtp_session_config CONFIG = {
        .hostname = STR_INIT("mx"),
        .starttls = true,
        .auth_under_tls = true,
        .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    };

    *p = (struct pair){ .c = smtp_client_new(&LIMITS, 0),
                        .s = smtp_session_new(&CONFIG, 0),
                        .piece = piece };
    assert_non_null(p->c);
    assert_non_null(p->s);
    buf_init(&p->log, 1 << 16);
}

static void pair_end(struct pair *p, const char *want)
{
    buf_addc(&p->log, '\0');
    assert_string_equal(p->log.p, want);
    smtp_client_free(p->c);
    smtp_session_free(p->s);
    sasl_client_free(p->sasl);
    buf_done(&p->log);
}

/* As net/dialogue does it: the first response goes along where the mechanism has one. */
static void say_auth(struct pair *p, const char *name, const struct sasl_login *login)
{
    const struct sasl_mechanism *m = sasl_mechanism_find(str_from(name));
    struct buf initial;
    str octets;
    struct err e;

    sasl_client_free(p->sasl);
    p->sasl = sasl_client_new(m, login, &e);
    assert_non_null(p->sasl);
    buf_init(&initial, 1000);
    if (m->initial)
        assert_true(sasl_client_step(p->sasl, STR_NONE, &initial, &e));
    octets = buf_str(&initial);
    assert_int_not_equal(smtp_client_auth(p->c, m->name, m->initial ? &octets : NULL), 0);
    buf_wipe_done(&initial);
}

static void logins_go_through(void **state)
{
    static const char *const MECHANISMS[] = { "PLAIN", "LOGIN", "CRAM-MD5" };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++) {
        for (size_t piece = 1; piece <= 64; piece *= 8) {
            struct pair p;

            pair_begin(&p, piece);
            smtp_client_ehlo(p.c, STR("client"));
            smtp_client_starttls(p.c);
            smtp_client_ehlo(p.c, STR("client"));
            run(&p);
            assert_true(smtp_session_is_tls(p.s));
            assert_true(smtp_caps_offers(smtp_client_caps(p.c), STR("CRAM-MD5")));
            say_auth(&p, MECHANISMS[i], &LOGIN);
            smtp_client_mail(p.c, STR("a@b"), STR("BODY=8BITMIME"));
            smtp_client_rcpt(p.c, STR("c@d"), STR_NONE);
            smtp_client_data(p.c);
            smtp_client_quit(p.c);
            run(&p);
            pair_end(&p, "0 greeting 220 mx ESMTP\n"
                         "1 ehlo 250 mx|PIPELINING|8BITMIME|ENHANCEDSTATUSCODES|STARTTLS\n"
                         "2 starttls 220 2.0.0 Go ahead\n"
                         "3 ehlo 250 mx|PIPELINING|8BITMIME|ENHANCEDSTATUSCODES|"
                         "AUTH PLAIN LOGIN CRAM-MD5\n"
                         "4 auth 235 2.7.0 Welcome\n5 mail 250 2.1.0 Ok\n6 rcpt 250 2.1.5 Ok\n"
                         "7 data 354 Send the message; end it with a dot on a line of its own\n"
                         "stored 9 octets of tim\n7 end-of-data 250 2.0.0 Ok, kept\n"
                         "8 quit 221 2.0.0 Goodbye\nend reply\n");
        }
    }
}

/* A wrong password by each mechanism; then the group that the doctor sends. */
static void refusals_and_groups(void **state)
{
    static const char *const MECHANISMS[] = { "PLAIN", "LOGIN", "CRAM-MD5" };
    static const struct sasl_login WRONG = { .user = STR_INIT("tim"),
                                             .password = STR_INIT("wrong") };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++) {
        struct pair p;

        pair_begin(&p, 1000);
        smtp_client_ehlo(p.c, STR("client"));
        smtp_client_starttls(p.c);
        smtp_client_ehlo(p.c, STR("client"));
        run(&p);
        buf_clear(&p.log);
        say_auth(&p, MECHANISMS[i], &WRONG);
        smtp_client_mail(p.c, STR_NONE, STR_NONE);
        smtp_client_rcpt(p.c, STR("c@d"), STR_NONE);
        smtp_client_rset(p.c);
        smtp_client_quit(p.c);
        run(&p);
        pair_end(&p, "4 auth 535 5.7.8 User or password is wrong\n5 mail 250 2.1.0 Ok\n"
                     "6 rcpt 550 5.7.1 relaying denied\n7 rset 250 2.0.0 Ok\n"
                     "8 quit 221 2.0.0 Goodbye\nend reply\n");
    }
}

/* A client that cannot go on says so, and the session goes on. */
static void cancelling(void **state)
{
    static const struct sasl_login NO_UTF8 = { .user = STR_INIT("tim"),
                                               .password = STR_INIT("\xff") };
    struct pair p;

    (void)state;
    pair_begin(&p, 1000);
    smtp_client_ehlo(p.c, STR("client"));
    smtp_client_starttls(p.c);
    smtp_client_ehlo(p.c, STR("client"));
    run(&p);
    buf_clear(&p.log);
    say_auth(&p, "CRAM-MD5", &NO_UTF8);
    smtp_client_rset(p.c);
    run(&p);
    pair_end(&p, "4 auth 501 5.7.0 Cancelled\n5 rset 250 2.0.0 Ok\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logins_go_through),
        cmocka_unit_test(refusals_and_groups),
        cmocka_unit_test(cancelling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
