/* SPDX-License-Identifier: ISC */
/*
 * tests/live/dialogue_test.c - the dialogue against servers of a script
 * A case is a script for the server, a plan for the client (a letter a command) and the words that must
 * come of it, one an event. What the server heard is looked at octet by octet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/dialogue.h"
#include "peer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct test_certs *CERTS;

/* libgssapi_krb5 keeps what it made when it was loaded. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libgssapi_krb5\n";
}

/* Stands in front of the library's, so that a script can hold what SCRAM says: RFC 5802 section 5. */
int gsasl_nonce(char *data, size_t datalen);
int gsasl_nonce(char *data, size_t datalen)
{
    static const unsigned char OCTETS[] = { 0x7f, 0x29, 0x28, 0xf9, 0xdd, 0xa5, 0x6d, 0xb1, 0x60,
                                            0x38, 0xd4, 0x6f, 0xf6, 0xa9, 0x31, 0x75, 0xac, 0x0b };
    for (size_t i = 0; i < datalen; i++)
        data[i] = (char)OCTETS[i % sizeof(OCTETS)];
    return 0;
}

#define USER     "anna@corp.example"
#define PASSWORD "s3cret-Passw0rd"

#define END STR_INIT("")
#define SAY(s)                                                                                     \
    {                                                                                              \
        TEST_SEND, STR_INIT(s "\r\n")                                                              \
    }
#define HEAR(s)                                                                                    \
    {                                                                                              \
        TEST_HEAR, STR_INIT(s)                                                                     \
    }
#define TLS                                                                                        \
    {                                                                                              \
        TEST_TLS, END                                                                              \
    }
#define CLOSE                                                                                      \
    {                                                                                              \
        TEST_CLOSE, END                                                                            \
    }
#define CUT                                                                                        \
    {                                                                                              \
        TEST_CUT, END                                                                              \
    }
#define RESET                                                                                      \
    {                                                                                              \
        TEST_RESET, END                                                                            \
    }
#define GREETING   SAY("220 mail.example ESMTP")
#define EHLO_BARE  HEAR("EHLO me.example"), SAY("250-mail.example\r\n250 8BITMIME")
#define EHLO_TLS   HEAR("EHLO me.example"), SAY("250-mail.example\r\n250 STARTTLS")
#define EHLO_AUTH  HEAR("EHLO me.example"), SAY("250-mail.example\r\n250 AUTH PLAIN LOGIN CRAM-MD5")
#define EHLO_SCRAM HEAR("EHLO me.example"), SAY("250-mail.example\r\n250 AUTH SCRAM-SHA-1 GSSAPI")
#define SCRAM_FIRST                                                                                \
    "AUTH SCRAM-SHA-1 biwsbj1hbm5hQGNvcnAuZXhhbXBsZSxyPWZ5a28rZDJsYmJGZ09OUnY5cWt4ZGF3TA=="
/* r=...,s=QSXCR+Q6sek8bf92 and i=100, 400000 (a good part of a second), 1000001 */
#define SCRAM_QUICK                                                                                \
    "cj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0wzcmZjTkhZSlkxWlZ2V1ZzN2oscz1RU1hDUitRNnNlazhiZjkyLGk9MTAw"
#define SCRAM_SLOW                                                                                 \
    "cj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0wzcmZjTkhZSlkxWlZ2V1ZzN2oscz1RU1hDUitRNnNlazhiZjkyLGk9NDAw" \
    "MDAw"
#define SCRAM_HUGE                                                                                 \
    "cj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0wzcmZjTkhZSlkxWlZ2V1ZzN2oscz1RU1hDUitRNnNlazhiZjkyLGk9MTAw" \
    "MDAwMQ=="
#define SCRAM_PROOF  "Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpW"
#define SCRAM_ERROR  "ZT1pbnZhbGlkLXByb29m"                     /* e=invalid-proof */
#define SCRAM_SIGNED "dj1PeTU0WE90cHJtN04vU3gwSU9STkZSb0F3b2s9" /* v=... for SCRAM_QUICK */
#define EHLO_PIPE    HEAR("EHLO me.example"), SAY("250-mail.example\r\n250 PIPELINING")
#define STARTTLS     HEAR("STARTTLS"), SAY("220 go ahead"), TLS
#define QUIT         HEAR("QUIT"), SAY("221 bye"), CLOSE

/* The letters of a plan. A big one waits for its reply, a small one goes on at once. */
struct run {
    struct net_loop *loop;
    struct net_dialogue *d;
    struct test_peer *peer;
    const char *plan;
    struct buf words, lines;
    unsigned ended;
    struct smtp_tls_facts facts;
    bool had_facts;
    char why[300];
    smtp_ticket last;
    unsigned body_pieces;
    size_t body_octets;      /* to be sent as one endless line; 0: a small message */
    struct net_timer *timer; /* QUIT by itself, and not from an event */
    unsigned stall_ms; /* behind QUIT, before it is written, the machine has other things to do */
};

static void word(struct run *r, const char *what)
{
    buf_addf(&r->words, "%s%s", r->words.n > 0 ? " " : "", what);
}

static smtp_ticket log_in(struct run *r, const char *mechanism)
{
    struct err e = { 0 };
    struct sasl_login login = { .user = STR(USER), .password = STR(PASSWORD) };
    const struct sasl_mechanism *m = sasl_mechanism_find(str_from(mechanism));
    assert_non_null(m);
    smtp_ticket t = net_dialogue_auth(r->d, m, &login, &e);
    if (t == 0) {
        assert_true(strlen(e.why) > 0);
        word(r, "guarded");
    }
    return t;
}

static smtp_ticket do_letter(struct run *r, char letter)
{
    switch (to_upper(letter)) {
    case 'E': return net_dialogue_ehlo(r->d, STR("me.example"));
    case 'H': return net_dialogue_helo(r->d, STR("me.example"));
    case 'S': return net_dialogue_starttls(r->d);
    case 'P': return log_in(r, "PLAIN");
    case 'L': return log_in(r, "LOGIN");
    case 'C': return log_in(r, "CRAM-MD5");
    case 'N': return log_in(r, "NTLM");
    case 'A': return log_in(r, "SCRAM-SHA-1");
    case 'G': return log_in(r, "GSSAPI");
    case 'M': return net_dialogue_mail(r->d, STR("anna@corp.example"), STR_NONE);
    case 'R': return net_dialogue_rcpt(r->d, STR("tom@elsewhere.example"), STR_NONE);
    case 'D': return net_dialogue_data(r->d);
    case 'Z': return net_dialogue_rset(r->d);
    case 'Q': net_dialogue_quit(r->d, 10000); return 0;
    case 'T': net_timer_at(r->timer, net_loop_now_ms(r->loop) + 1); return 0;
    case 'X': net_dialogue_abort(r->d); return 0;
    default: fail_msg("no such letter: %c", letter); return 0;
    }
}

static void go_on(struct run *r)
{
    while (*r->plan) {
        char letter = *r->plan++;
        if (letter == '.')
            return; /* waits, and does nothing */
        if (letter == '!') {
            net_dialogue_quit(r->d, 300); /* has no patience */
            return;
        }
        smtp_ticket t = do_letter(r, letter);
        r->last = t ? t : r->last;
        if (t && letter == to_upper(letter))
            return;
    }
}

static void give_big_body(struct run *r)
{
    static char piece[65536];
    size_t n = r->body_octets < sizeof(piece) ? r->body_octets : sizeof(piece);
    memset(piece, 'x', sizeof(piece));
    r->body_octets -= n;
    assert_true(net_dialogue_body(r->d, (str){ piece, n }, r->body_octets == 0));
}

static void give_body(struct run *r)
{
    if (r->body_octets > 0) {
        give_big_body(r);
        return;
    }
    static const char *const PIECES[] = { "Subject: a test\r\n\r", "\n.dotted\r\nnot", " ended" };
    str piece = str_from(PIECES[r->body_pieces++]);
    assert_true(net_dialogue_body(r->d, piece, r->body_pieces == COUNT_OF(PIECES)));
    assert_false(net_dialogue_body(r->d, piece, false)); /* one at a time */
}

static void secured_word(struct run *r, const struct smtp_tls_facts *f)
{
    word(r, f->verified ? "verified" : "unverified");
    for (unsigned i = 0; i < f->reason_count; i++)
        buf_addf(&r->words, ":%.*s",
                 STR_ARG(names_of(&SMTP_CERT_REASON_NAMES, (int)f->reasons[i])));
}

static void on_ended(struct run *r, const struct net_dialogue_event *ev)
{
    str stage = names_of(&SMTP_STAGE_NAMES, (int)ev->stage);
    str end = names_of(&SMTP_END_NAMES, (int)ev->end);
    word(r, "end");
    buf_addf(&r->words, ":%.*s:%.*s", STR_ARG(stage), STR_ARG(end));
    r->ended++;
    if (r->peer)
        test_peer_go_on(r->peer);
    if (ev->ticket == NET_DIALOGUE_SLOW)
        word(r, "not-begun");
    r->had_facts = ev->tls != NULL;
    if (ev->tls)
        r->facts = *ev->tls;
    str why = str_take(ev->why, sizeof(r->why) - 1);
    if (why.n > 0)
        memcpy(r->why, why.p, why.n);
}

static void on_event(void *user, struct net_dialogue *d, const struct net_dialogue_event *ev)
{
    struct run *r = user;
    char stage[32];
    str name = names_of(&SMTP_STAGE_NAMES, (int)ev->stage);
    assert_int_equal(r->ended, 0);
    r->d = d;
    snprintf(stage, sizeof(stage), "%.*s", STR_ARG(name));
    switch (ev->kind) {
    case NET_DIALOGUE_OPENED:
        word(r, "opened");
        if (r->peer)
            test_peer_go_on(r->peer);
        break;
    case NET_DIALOGUE_SECURED:
        secured_word(r, ev->tls);
        if (r->last)
            go_on(r);
        break;
    case NET_DIALOGUE_REPLY:
        word(r, stage);
        buf_addf(&r->words, ":%u", ev->reply->code);
        if (ev->sasl.n > 0 || ev->why.n > 0)
            buf_addf(&r->words, "(%.*s)", STR_ARG(ev->sasl.n > 0 ? ev->sasl : STR("called off")));
        bool go = ev->ticket == r->last || (ev->ticket == 0 && ev->stage == SMTP_STAGE_GREETING);
        bool then_tls = ev->stage == SMTP_STAGE_STARTTLS && ev->reply->code == 220;
        bool then_body = ev->stage == SMTP_STAGE_DATA && ev->reply->code == 354;
        if (go && !then_tls && !then_body)
            go_on(r);
        break;
    case NET_DIALOGUE_NO_LOGIN:
        word(r, "no-login");
        assert_true(ev->ticket == NET_DIALOGUE_SLOW && ev->why.n > 0);
        go_on(r);
        break;
    case NET_DIALOGUE_UNSENT:
        word(r, "unsent:");
        buf_add(&r->words, name);
        break;
    case NET_DIALOGUE_BODY: give_body(r); break;
    case NET_DIALOGUE_ENDED: on_ended(r, ev); break;
    }
}

static void on_line(void *user, struct net_dialogue *d, bool sent, str line)
{
    struct run *r = user;
    (void)d;
    buf_addf(&r->lines, "%c %.*s\n", sent ? '>' : '<', STR_ARG(line));
    if (sent && str_eq(line, STR("QUIT")))
        usleep(r->stall_ms * 1000);
}

static void quit_by_itself(void *user)
{
    struct run *r = user;
    net_dialogue_quit(r->d, 10000);
}

struct setup {
    enum test_cert_kind cert;
    enum test_tls tls;
    bool at_once, allow_clear, allow_digest, no_trust;
    bool observe;          /* the context takes whatever the server has */
    const char *host;      /* NULL: mail.example */
    enum smtp_stage hasty; /* waits only 50 ms there, elsewhere 10 s */
    size_t body_octets;    /* 0: a small message */
    uint64_t deadline_ms;  /* of the whole; 0: none */
    unsigned stall_ms;
};

static struct test_peer *play(struct run *r, const struct setup *s, const struct test_step *script,
                              const char *plan)
{
    struct err e = { 0 };
    struct test_peer *peer = test_peer_new(script, CERTS, s->cert, s->tls, IP_V4);
    struct net_tls_trust trust = { .ca_pem = s->no_trust ? STR_NONE : test_certs_ca(CERTS),
                                   .observe = s->observe };
    struct net_tls_context *tls = net_tls_client_new(&trust, &e);
    *r = (struct run){ .loop = net_loop_new(&e),
                       .peer = peer,
                       .plan = plan,
                       .body_octets = s->body_octets,
                       .stall_ms = s->stall_ms };
    buf_init(&r->words, 4096);
    buf_init(&r->lines, 1 << 20);
    struct net_dialogue_options o = {
        .to = { .address = test_loopback(IP_V4), .port = test_peer_port(peer) },
        .host = s->host ? str_from(s->host) : STR("mail.example"),
        .tls = tls,
        .tls_at_once = s->at_once,
        .allow_clear_auth = s->allow_clear,
        .allow_clear_digest = s->allow_digest,
        .limits = { .reply_octets = 65536, .commands = 32 },
        .tls_ms = s->hasty == SMTP_STAGE_TLS ? 50 : 60000,
        .deadline_ms = s->deadline_ms ? net_loop_now_ms(r->loop) + s->deadline_ms : 0,
    };
    for (size_t i = 0; i < SMTP_STAGES; i++)
        o.limits.wait_ms[i] = s->hasty == i ? 50 : 60000;
    const struct net_dialogue_calls calls = { on_event, on_line, r };
    r->timer = net_timer_new(r->loop, quit_by_itself, r);
    r->d = net_dialogue_open(r->loop, &o, &calls, &e);
    assert_non_null(r->d);
    assert_int_equal(net_dialogue_ehlo(r->d, STR("too.early")), 0);
    net_loop_run(r->loop);
    test_peer_join(peer);
    assert_int_equal(r->ended, 1);
    net_timer_free(r->timer);
    net_loop_free(r->loop);
    net_tls_context_free(tls);
    return peer;
}

static void run_done(struct run *r, struct test_peer *peer)
{
    buf_done(&r->words);
    buf_done(&r->lines);
    test_peer_free(peer);
}

static void assert_words(const struct run *r, const char *want)
{
    if (!str_eq(buf_str(&r->words), str_from(want)))
        fail_msg("came of it: %.*s\nnot:        %s", STR_ARG(buf_str(&r->words)), want);
}

static void assert_holds(const char *what, str text, const char *part, bool wanted)
{
    if ((str_find(text, str_from(part)) != STR_NOT_FOUND) != wanted)
        fail_msg("%s %s '%s':\n%.*s", what, wanted ? "lacks" : "holds", part, STR_ARG(text));
}

/* ---- whole conversations ---- */

static const struct talk_case {
    const char *name;
    struct setup setup;
    const char *plan, *words, *why;
    struct test_step script[32];
} TALKS[] = {
    { "up to RCPT, in clear",
      { 0 },
      "EMRQ",
      "opened greeting:220 ehlo:250 mail:250 rcpt:550 quit:221 end:quit:reply",
      "",
      { GREETING, EHLO_BARE, HEAR("MAIL FROM:<anna@corp.example>"), SAY("250 ok"),
        HEAR("RCPT TO:<tom@elsewhere.example>"), SAY("550 5.7.1 relaying denied"), QUIT } },
    { "a slow login",
      { .at_once = true },
      "EAQ",
      "opened verified greeting:220 ehlo:250 auth:235 quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("334 " SCRAM_QUICK), HEAR(SCRAM_PROOF),
        SAY("334 " SCRAM_SIGNED), HEAR("\r\n"), SAY("235 in"), QUIT } },
    { "... whose server says yes and does not sign",
      { .at_once = true },
      "EAQ",
      "opened verified greeting:220 ehlo:250 auth:235(called off) quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("334 " SCRAM_QUICK), HEAR(SCRAM_PROOF),
        SAY("235 in"), QUIT } },
    { "... whose server says yes and asks for no proof",
      { .at_once = true },
      "EAQ",
      "opened verified greeting:220 ehlo:250 auth:235(called off) quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("235 in"), QUIT } },
    { "... whose server says yes after its own error",
      { .at_once = true },
      "EAQ",
      "opened verified greeting:220 ehlo:250 auth:235(invalid-proof) quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("334 " SCRAM_QUICK), HEAR(SCRAM_PROOF),
        SAY("334 " SCRAM_ERROR), HEAR("\r\n"), SAY("235 in"), QUIT } },
    { "... whose server says yes during the step, and goes",
      { .at_once = true },
      "EAQ",
      "opened verified greeting:220 ehlo:250 auth:235(called off) end:auth:closed",
      "",
      { TLS, GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("334 " SCRAM_SLOW "\r\n235 in"),
        CLOSE } },
    { "a login that is taken before the password was said",
      { .at_once = true },
      "ELQ",
      "opened verified greeting:220 ehlo:250 auth:235(called off) quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_AUTH, HEAR("AUTH LOGIN"), SAY("334 VXNlcm5hbWU6"), HEAR("YW5u"),
        SAY("235 in"), QUIT } },
    { "... whose server tells its error inside",
      { .at_once = true },
      "EAQ",
      "opened verified greeting:220 ehlo:250 auth:535(invalid-proof) quit:221 "
      "end:quit:reply",
      "",
      { TLS, GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("334 " SCRAM_QUICK), HEAR(SCRAM_PROOF),
        SAY("334 " SCRAM_ERROR), HEAR("\r\n"), SAY("535 no"), QUIT } },
    { "... that would be too much work",
      { .at_once = true },
      "EAQ",
      "opened verified greeting:220 ehlo:250 auth:501(called off) quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("334 " SCRAM_HUGE), HEAR("*"),
        SAY("501 cancelled"), QUIT } },
    { "... while the server says more: that waits for the step",
      { .at_once = true },
      "EAQ",
      "opened verified greeting:220 ehlo:250 auth:454 quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("334 " SCRAM_SLOW "\r\n454 too early"),
        HEAR(SCRAM_PROOF), QUIT } },
    { "... while the server closes",
      { .at_once = true },
      "EAQ",
      "opened verified greeting:220 ehlo:250 unsent:auth end:auth:closed",
      "",
      { TLS, GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("334 " SCRAM_SLOW), CLOSE } },
    { "... while the server resets",
      { .at_once = true },
      "EAQ",
      "opened verified greeting:220 ehlo:250 unsent:auth end:auth:reset",
      "reset",
      { TLS, GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("334 " SCRAM_SLOW), RESET } },
    { "... broken off while it begins",
      { .at_once = true },
      "EaX",
      "opened verified greeting:220 ehlo:250 end:ehlo:ours not-begun",
      "broke the connection off",
      { TLS, GREETING, EHLO_SCRAM } },
    { "... without a ticket is not begun",
      { .at_once = true },
      "EGEQ",
      "opened verified greeting:220 ehlo:250 no-login ehlo:250 quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_SCRAM, EHLO_SCRAM, QUIT } },
    { "pipelined",
      { 0 },
      "EmrRQ",
      "opened greeting:220 ehlo:250 mail:250 rcpt:250 rcpt:550 quit:221 end:quit:reply",
      "",
      { GREETING, EHLO_PIPE, HEAR("MAIL"), HEAR("RCPT"), HEAR("RCPT"),
        SAY("250 ok\r\n250 ok\r\n550 no"), QUIT } },
    { "HELO",
      { 0 },
      "HQ",
      "opened greeting:220 ehlo:250 quit:221 end:quit:reply",
      "",
      { GREETING, HEAR("HELO me.example"), SAY("250 mail.example"), QUIT } },
    { "STARTTLS, then the whole way",
      { 0 },
      "ESEPMRDQ",
      "opened greeting:220 ehlo:250 starttls:220 verified ehlo:250 auth:235 mail:250 rcpt:250 "
      "data:354 "
      "end-of-data:250 quit:221 end:quit:reply",
      "",
      { GREETING, EHLO_TLS, STARTTLS, EHLO_AUTH, HEAR("AUTH PLAIN "), SAY("235 2.7.0 welcome"),
        HEAR("MAIL"), SAY("250 ok"), HEAR("RCPT"), SAY("250 ok"), HEAR("DATA"), SAY("354 go"),
        HEAR("Subject"), HEAR("\r\n"), HEAR("..dotted"), HEAR("not ended\r\n"), HEAR(".\r\n"),
        SAY("250 queued"), QUIT } },
    { "TLS at once",
      { .at_once = true },
      "ELQ",
      "opened verified greeting:220 ehlo:250 auth:235 quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_AUTH, HEAR("AUTH LOGIN\r\n"), SAY("334 VXNlcm5hbWU6"),
        HEAR("YW5uYUBjb3JwLmV4YW1wbGU=\r\n"), SAY("334 UGFzc3dvcmQ6"),
        HEAR("czNjcmV0LVBhc3N3MHJk\r\n"), SAY("235 ok"), QUIT } },
    { "TLS 1.2 at once",
      { .at_once = true, .tls = TEST_TLS_12 },
      "EQ",
      "opened verified greeting:220 ehlo:250 quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_AUTH, QUIT } },
    { "login refused",
      { .at_once = true },
      "EPQ",
      "opened verified greeting:220 ehlo:250 auth:535 quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_AUTH, HEAR("AUTH PLAIN"), SAY("535 5.7.8 no"), QUIT } },
    { "login refused, then taken",
      { .at_once = true },
      "EPPQ",
      "opened verified greeting:220 ehlo:250 auth:535 auth:235 quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_AUTH, HEAR("AUTH PLAIN"), SAY("535 5.7.8 no"), HEAR("AUTH PLAIN"),
        SAY("235 ok"), QUIT } },
    { "one login at a time",
      { .at_once = true },
      "EpPQ",
      "opened verified greeting:220 ehlo:250 guarded auth:235 quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_AUTH, HEAR("AUTH PLAIN"), SAY("235 ok"), QUIT } },
    { "a challenge that is no base64",
      { .at_once = true },
      "ELQ",
      "opened verified greeting:220 ehlo:250 auth:501 quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_AUTH, HEAR("AUTH LOGIN"), SAY("334 ???"), HEAR("*\r\n"), SAY("501 ok"),
        QUIT } },
    { "one challenge too many",
      { .at_once = true },
      "EPQ",
      "opened verified greeting:220 ehlo:250 auth:501(called off) quit:221 end:quit:reply",
      "",
      { TLS, GREETING, EHLO_AUTH, HEAR("AUTH PLAIN"), SAY("334 bW9yZQ=="), HEAR("*\r\n"),
        SAY("501 cancelled"), QUIT } },
    { "STARTTLS refused",
      { 0 },
      "ESQ",
      "opened greeting:220 ehlo:250 starttls:454 quit:221 end:quit:reply",
      "",
      { GREETING, EHLO_TLS, HEAR("STARTTLS"), SAY("454 not now"), QUIT } },
    { "RSET",
      { 0 },
      "EMZQ",
      "opened greeting:220 ehlo:250 mail:250 rset:250 quit:221 end:quit:reply",
      "",
      { GREETING, EHLO_BARE, HEAR("MAIL"), SAY("250 ok"), HEAR("RSET"), SAY("250 ok"), QUIT } },
    { "drop by drop",
      { 0 },
      "EQ",
      "opened greeting:220 ehlo:250 quit:221 end:quit:reply",
      "",
      { { TEST_DRIP, STR_INIT("220-mail.example\r\n220 ESMTP\r\n") },
        HEAR("EHLO"),
        { TEST_DRIP, STR_INIT("250-mail.example\r\n250 HELP\r\n") },
        QUIT } },
    /* The peer ends it, at every step. */
    { "closed before the greeting",
      { 0 },
      "E",
      "opened end:greeting:closed",
      "closed the connection",
      { CLOSE } },
    { "closed after half a greeting",
      { 0 },
      "E",
      "opened end:greeting:closed",
      "closed the connection",
      { { TEST_SEND, STR_INIT("220 mai") }, CLOSE } },
    { "closed after the greeting",
      { 0 },
      "E",
      "opened greeting:220 unsent:ehlo end:ehlo:closed",
      "closed",
      { GREETING, HEAR("EHLO"), CLOSE } },
    { "closed at STARTTLS",
      { 0 },
      "ES",
      "opened greeting:220 ehlo:250 unsent:starttls end:starttls:closed",
      "closed",
      { GREETING, EHLO_TLS, HEAR("STARTTLS"), CLOSE } },
    { "closed in the handshake",
      { 0 },
      "ES",
      "opened greeting:220 ehlo:250 starttls:220 end:tls:tls-failed",
      "closed the connection in the middle of the TLS handshake",
      { GREETING, EHLO_TLS, HEAR("STARTTLS"), SAY("220 go"), CLOSE } },
    { "closed at MAIL",
      { 0 },
      "EM",
      "opened greeting:220 ehlo:250 unsent:mail end:mail:closed",
      "closed",
      { GREETING, EHLO_BARE, HEAR("MAIL"), CLOSE } },
    { "closed with three commands open",
      { 0 },
      "EmrR",
      "opened greeting:220 ehlo:250 mail:250 unsent:rcpt unsent:rcpt end:rcpt:closed",
      "closed",
      { GREETING, EHLO_PIPE, HEAR("MAIL"), HEAR("RCPT"), HEAR("RCPT"), SAY("250 ok"), CLOSE } },
    { "closed at DATA",
      { 0 },
      "EMRD",
      "opened greeting:220 ehlo:250 mail:250 rcpt:250 unsent:data end:data:closed",
      "closed",
      { GREETING, EHLO_BARE, HEAR("MAIL"), SAY("250 ok"), HEAR("RCPT"), SAY("250 ok"), HEAR("DATA"),
        CLOSE } },
    { "closed at the end of data",
      { 0 },
      "EMRD",
      "opened greeting:220 ehlo:250 mail:250 rcpt:250 data:354 unsent:end-of-data "
      "end:end-of-data:closed",
      "closed",
      { GREETING, EHLO_BARE, HEAR("MAIL"), SAY("250 ok"), HEAR("RCPT"), SAY("250 ok"), HEAR("DATA"),
        SAY("354 go"), HEAR("Subject"), HEAR(""), HEAR(""), HEAR(""), HEAR("."), CLOSE } },
    { "closed at QUIT",
      { 0 },
      "EQ",
      "opened greeting:220 ehlo:250 unsent:quit end:quit:closed",
      "closed",
      { GREETING, EHLO_BARE, HEAR("QUIT"), CLOSE } },
    { "closed at AUTH",
      { .at_once = true },
      "EP",
      "opened verified greeting:220 ehlo:250 unsent:auth end:auth:closed",
      "closed",
      { TLS, GREETING, EHLO_AUTH, HEAR("AUTH"), CLOSE } },
    { "cut off under TLS",
      { .at_once = true },
      "EM",
      "opened verified greeting:220 ehlo:250 unsent:mail end:mail:closed",
      "without ending TLS",
      { TLS, GREETING, EHLO_BARE, HEAR("MAIL"), CUT } },
    { "reset before the greeting",
      { 0 },
      "E",
      "opened end:greeting:reset",
      "reset",
      { { TEST_PAUSE, END }, RESET } },
    { "reset at MAIL",
      { 0 },
      "EM",
      "opened greeting:220 ehlo:250 unsent:mail end:mail:reset",
      "reset",
      { GREETING, EHLO_BARE, HEAR("MAIL"), RESET } },
    { "reset in the handshake",
      { .at_once = true },
      "E",
      "opened end:tls:reset",
      "reset",
      { { TEST_HEAR, STR_INIT("\x16") }, RESET } },
    /* 421 anywhere. */
    { "421 for a greeting",
      { 0 },
      ".",
      "opened greeting:421 end:greeting:closed",
      "clos",
      { SAY("421 busy"), CLOSE } },
    { "421 to EHLO",
      { 0 },
      "E",
      "opened greeting:220 ehlo:421 end:ehlo:closed",
      "421",
      { GREETING, HEAR("EHLO"), SAY("421 busy"), { TEST_DONE, END } } },
    { "421 to MAIL, two more open",
      { 0 },
      "EmrR",
      "opened greeting:220 ehlo:250 mail:421 unsent:rcpt unsent:rcpt end:mail:closed",
      "421",
      { GREETING, EHLO_PIPE, HEAR("MAIL"), SAY("421 busy"), { TEST_DONE, END } } },
    { "421 to AUTH",
      { .at_once = true },
      "EP",
      "opened verified greeting:220 ehlo:250 auth:421 end:auth:closed",
      "421",
      { TLS, GREETING, EHLO_AUTH, HEAR("AUTH"), SAY("421 enough"), { TEST_DONE, END } } },
    { "421 unasked",
      { 0 },
      "E.",
      "opened greeting:220 ehlo:250 none:421 end:ehlo:closed",
      "421",
      { GREETING, EHLO_BARE, SAY("421 idle too long"), { TEST_DONE, END } } },
    /* Peers that speak something else. */
    { "HTTP",
      { 0 },
      "E",
      "opened end:greeting:broken",
      "HTTP/1.1 400 Bad Request",
      { SAY("HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n"), CLOSE } },
    { "SSH",
      { 0 },
      "E",
      "opened end:greeting:broken",
      "SSH-2.0-OpenSSH",
      { SAY("SSH-2.0-OpenSSH_9.2"), CLOSE } },
    { "noise",
      { 0 },
      "E",
      "opened end:greeting:broken",
      "\\xFF",
      { { TEST_SEND, STR_INIT("\xff\xfe\x01 what\r\n") }, CLOSE } },
    { "clear where TLS is spoken",
      { .at_once = true },
      "E",
      "opened end:tls:tls-failed",
      "the server answered in clear text: 220 mail.example ESMTP",
      { GREETING, { TEST_DONE, END } } },
    { "HTTP where TLS is spoken",
      { .at_once = true },
      "E",
      "opened end:tls:tls-failed",
      "clear text: HTTP/1.1 400",
      { { TEST_HEAR, STR_INIT("\x16") }, SAY("HTTP/1.1 400 Bad Request"), CLOSE } },
    { "old TLS",
      { .at_once = true, .tls = TEST_TLS_OLD },
      "E",
      "opened end:tls:tls-failed",
      "no version of TLS in common",
      { TLS, { TEST_DONE, END } } },
    { "a reply without end",
      { 0 },
      "E",
      "opened end:greeting:broken",
      "longer than we take",
      { { TEST_FLOOD, STR_INIT("220-and so on and so on and so on\r\n") }, { TEST_DONE, END } } },
    { "a line without end",
      { 0 },
      "E",
      "opened end:greeting:broken",
      "longer than we take",
      { { TEST_FLOOD, STR_INIT("220 and so on and so on and so on") }, { TEST_DONE, END } } },
    { "a flood behind the greeting",
      { 0 },
      "E",
      "opened greeting:220 unsent:ehlo end:ehlo:broken",
      "no SMTP reply",
      { GREETING,
        HEAR("EHLO"),
        { TEST_FLOOD, STR_INIT("noise noise noise\r\n") },
        { TEST_DONE, END } } },
    /* Ours. */
    { "broken off",
      { 0 },
      "EmX",
      "opened greeting:220 ehlo:250 unsent:mail end:ehlo:ours",
      "broke the connection off",
      { GREETING, EHLO_BARE, { TEST_DONE, END } } },
    { "QUIT twice",
      { 0 },
      "EQQ",
      "opened greeting:220 ehlo:250 quit:221 end:quit:reply",
      "",
      { GREETING, EHLO_BARE, QUIT } },
    { "no answer to QUIT",
      { 0 },
      "E!",
      "opened greeting:220 ehlo:250 unsent:quit end:quit:silent",
      "did not answer QUIT",
      { GREETING, EHLO_BARE, HEAR("QUIT"), { TEST_DONE, END } } },
    { "silence",
      { .hasty = SMTP_STAGE_GREETING },
      "E",
      "opened end:greeting:silent",
      "says nothing",
      { { TEST_DONE, END } } },
    { "silence at MAIL",
      { .hasty = SMTP_STAGE_MAIL },
      "EM",
      "opened greeting:220 ehlo:250 unsent:mail end:mail:silent",
      "(at mail)",
      { GREETING, EHLO_BARE, HEAR("MAIL"), HEAR("QUIT"), CLOSE } },
    { "silence at STARTTLS",
      { .hasty = SMTP_STAGE_STARTTLS },
      "ES",
      "opened greeting:220 ehlo:250 unsent:starttls end:starttls:silent",
      "(at starttls)",
      { GREETING, EHLO_TLS, HEAR("STARTTLS"), { TEST_DONE, END } } },
    { "nonsense at MAIL",
      { 0 },
      "EM",
      "opened greeting:220 ehlo:250 unsent:mail end:mail:broken",
      "no SMTP reply",
      { GREETING, EHLO_BARE, HEAR("MAIL"), SAY("what?"), HEAR("QUIT"), CLOSE } },
    { "nonsense at STARTTLS",
      { 0 },
      "ES",
      "opened greeting:220 ehlo:250 unsent:starttls end:starttls:broken",
      "no SMTP reply",
      { GREETING, EHLO_TLS, HEAR("STARTTLS"), SAY("what?"), HEAR("QUIT"), CLOSE } },
    { "silence for a handshake",
      { .at_once = true, .hasty = SMTP_STAGE_TLS },
      "E",
      "opened end:tls:silent",
      "TLS handshake in time",
      { { TEST_DONE, END } } },
    { "the end of the run",
      { .deadline_ms = 3000 },
      "E",
      "opened end:greeting:silent",
      "the time given",
      { { TEST_DONE, END } } },
    { "the end of the run, at MAIL",
      { .deadline_ms = 3000 },
      "EM",
      "opened greeting:220 ehlo:250 unsent:mail end:mail:silent",
      "the time given",
      { GREETING, EHLO_BARE, HEAR("MAIL"), HEAR("QUIT"), CLOSE } },
};

static void conversations(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TALKS); i++) {
        const struct talk_case *row = &TALKS[i];
        struct run r;
        print_message("%s\n", row->name);
        struct test_peer *peer = play(&r, &row->setup, row->script, row->plan);
        assert_words(&r, row->words);
        assert_string_equal(test_peer_complaint(peer), "");
        assert_holds("the sentence", str_from(r.why), row->why, true);
        assert_holds("the transcript", buf_str(&r.lines), PASSWORD, false);
        assert_holds("the transcript", buf_str(&r.lines), "czNjcmV0", false);
        run_done(&r, peer);
    }
}

/* ---- much mail data ---- */

#define MUCH ((size_t)24 << 20) /* more than the system's own buffers take */
#define TO_DATA                                                                                    \
    GREETING, EHLO_BARE, HEAR("MAIL"), SAY("250 ok"), HEAR("RCPT"), SAY("250 ok"), HEAR("DATA"),   \
        SAY("354 go")

static void much_mail_data_arrives_whole(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { TO_DATA, HEAR("xxx"), HEAR(".\r\n"),
                                               SAY("250 queued"), QUIT };
    struct setup s = { .body_octets = MUCH };
    struct run r;
    struct test_peer *peer = play(&r, &s, SCRIPT, "EMRDQ");
    assert_words(&r,
                 "opened greeting:220 ehlo:250 mail:250 rcpt:250 data:354 end-of-data:250 quit:221 "
                 "end:quit:reply");
    assert_string_equal(test_peer_complaint(peer), "");
    str heard = test_peer_heard(peer);
    size_t at = str_find(heard, STR("DATA\r\n")) + 6, n = 0;
    while (at + n < heard.n && heard.p[at + n] == 'x')
        n++;
    assert_int_equal(n, MUCH);
    assert_true(str_eq(str_skip(heard, at + n), STR("\r\n.\r\nQUIT\r\n")));
    run_done(&r, peer);
}

/* A server that asks for mail data and then reads none of it does not hold us for ever. */
static void a_server_that_stops_reading(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = {
        TO_DATA, { TEST_PAUSE, END }, { TEST_PAUSE, END }, { TEST_DONE, END }
    };
    struct setup s = { .body_octets = MUCH, .hasty = SMTP_STAGE_END_OF_DATA };
    struct run r;
    struct test_peer *peer = play(&r, &s, SCRIPT, "EMRD");
    assert_words(&r, "opened greeting:220 ehlo:250 mail:250 rcpt:250 data:354 unsent:end-of-data "
                     "end:end-of-data:silent");
    assert_string_equal(r.why, "the server took no more octets");
    run_done(&r, peer);
}

/* ---- certificates ---- */

static const struct cert_case {
    enum test_cert_kind cert;
    const char *host; /* NULL: mail.example */
    const char *word, *names;
    bool no_trust;
} CERT_CASES[] = {
    { TEST_CERT_GOOD, NULL, "verified", "mail.example 127.0.0.1 ::1", false },
    { TEST_CERT_GOOD, "MAIL.Example.", "verified", "mail.example 127.0.0.1 ::1", false },
    { TEST_CERT_GOOD, "127.0.0.1", "verified", "mail.example 127.0.0.1 ::1", false },
    { TEST_CERT_GOOD, "::1", "verified", "mail.example 127.0.0.1 ::1", false },
    { TEST_CERT_GOOD, "127.0.0.2", "unverified:wrong-name", "mail.example 127.0.0.1 ::1", false },
    { TEST_CERT_GOOD, "smtp.mail.example", "unverified:wrong-name", "mail.example 127.0.0.1 ::1",
      false },
    { TEST_CERT_GOOD, NULL, "unverified:unknown-issuer", "mail.example 127.0.0.1 ::1", true },
    { TEST_CERT_EXPIRED, NULL, "unverified:expired", "mail.example 127.0.0.1 ::1", false },
    { TEST_CERT_FUTURE, NULL, "unverified:not-yet-valid", "mail.example 127.0.0.1 ::1", false },
    { TEST_CERT_SELF, NULL, "unverified:self-signed", "mail.example 127.0.0.1 ::1", false },
    { TEST_CERT_UNKNOWN, NULL, "unverified:unknown-issuer", "mail.example 127.0.0.1 ::1", false },
    { TEST_CERT_OTHER_NAME, NULL, "unverified:wrong-name", "other.example 127.0.0.1 ::1", false },
    { TEST_CERT_WILDCARD, "mail.example.org", "verified", "*.example.org 127.0.0.1 ::1", false },
    { TEST_CERT_WILDCARD, "a.mail.example.org", "unverified:wrong-name",
      "*.example.org 127.0.0.1 ::1", false },
    { TEST_CERT_PART_WILDCARD, "mail.example.org", "unverified:wrong-name",
      "ma*.example.org 127.0.0.1 ::1", false },
    { TEST_CERT_NUL, NULL, "unverified:wrong-name", "mail.example\\x00.evil.example 127.0.0.1 ::1",
      false },
    { TEST_CERT_BLANK, NULL, "unverified:wrong-name",
      "mail.example\\x20other.example 127.0.0.1 ::1", false },
    { TEST_CERT_EXPIRED_OTHER, NULL, "unverified:unknown-issuer:wrong-name:expired",
      "other.example 127.0.0.1 ::1", false },
};

struct cert_seen {
    struct buf names, issuer, not_after;
};
static struct cert_seen SEEN;

static void keep_facts(void *user, struct net_dialogue *d, const struct net_dialogue_event *ev)
{
    if (ev->kind == NET_DIALOGUE_SECURED) {
        buf_add(&SEEN.names, ev->tls->names);
        buf_add(&SEEN.issuer, ev->tls->issuer);
        buf_add(&SEEN.not_after, ev->tls->not_after);
    }
    on_event(user, d, ev);
}

/* The handshake is never stopped by a certificate: what is wrong with it is told, all of it, and the
 * login is not sent, by no mechanism. */
static void play_certificate(const struct cert_case *row, bool starttls)
{
    static const struct test_step AT_ONCE[] = { TLS, GREETING, EHLO_AUTH, QUIT };
    static const struct test_step STARTTLS_FIRST[] = { GREETING, EHLO_TLS, STARTTLS, EHLO_AUTH,
                                                       QUIT };
    bool verified = str_eq(str_from(row->word), STR("verified"));
    struct setup s = {
        .cert = row->cert, .at_once = !starttls, .no_trust = row->no_trust, .host = row->host
    };
    struct run r;
    char words[256];
    snprintf(words, sizeof(words), "opened %s%s%s ehlo:250%s quit:221 end:quit:reply",
             starttls ? "greeting:220 ehlo:250 starttls:220 " : "", row->word,
             starttls ? "" : " greeting:220", verified ? "" : " guarded guarded guarded");
    struct test_peer *peer = play(&r, &s, starttls ? STARTTLS_FIRST : AT_ONCE,
                                  verified ? (starttls ? "ESEQ" : "EQ")
                                           : (starttls ? "ESEPLCQ" : "EPLCQ"));
    assert_words(&r, words);
    assert_string_equal(test_peer_complaint(peer), "");
    assert_true(r.facts.done);
    assert_int_equal(r.facts.verified, verified);
    assert_holds("the server heard", test_peer_heard(peer), "AUTH", false);
    run_done(&r, peer);
}

static void every_certificate_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CERT_CASES); i++) {
        print_message("%s for %s\n", CERT_CASES[i].names, CERT_CASES[i].word);
        play_certificate(&CERT_CASES[i], false);
        play_certificate(&CERT_CASES[i], true);
    }
}

static void certificate_texts(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { TLS, GREETING, QUIT };
    for (size_t i = 0; i < COUNT_OF(CERT_CASES); i++) {
        struct err e;
        struct run r = { .loop = net_loop_new(&e), .plan = "Q" };
        struct net_tls_trust trust = { .ca_pem = test_certs_ca(CERTS) };
        struct net_tls_context *tls = net_tls_client_new(&trust, &e);
        struct test_peer *peer = test_peer_new(SCRIPT, CERTS, CERT_CASES[i].cert, TEST_TLS_ANY,
                                               IP_V4);
        struct net_dialogue_options o = {
            .to = { .address = test_loopback(IP_V4), .port = test_peer_port(peer) },
            .host = STR("mail.example"),
            .tls = tls,
            .tls_at_once = true,
        };
        const struct net_dialogue_calls calls = { keep_facts, NULL, &r };
        buf_init(&r.words, 4096);
        buf_init(&SEEN.names, 4096);
        buf_init(&SEEN.issuer, 4096);
        buf_init(&SEEN.not_after, 4096);
        r.d = net_dialogue_open(r.loop, &o, &calls, &e);
        net_loop_run(r.loop);
        if (!str_eq(buf_str(&SEEN.names), str_from(CERT_CASES[i].names)))
            fail_msg("names '%.*s'", STR_ARG(buf_str(&SEEN.names)));
        assert_holds("the issuer", buf_str(&SEEN.issuer), "CN = ", true);
        assert_int_equal(SEEN.not_after.n, strlen("2026-11-22T13:16:33Z"));
        assert_int_equal(SEEN.not_after.p[10], 'T');
        assert_int_equal(SEEN.not_after.p[19], 'Z');
        buf_done(&SEEN.names);
        buf_done(&SEEN.issuer);
        buf_done(&SEEN.not_after);
        net_loop_free(r.loop);
        net_tls_context_free(tls);
        run_done(&r, peer);
    }
}

/* ---- guard rails, on the octets that the server heard ---- */

static const struct guard_case {
    const char *name;
    struct setup setup;
    const char *plan, *words;
    const char *heard; /* must have been heard; NULL: no AUTH at all may be */
    struct test_step script[16];
} GUARDS[] = {
    { "nothing in clear",
      { 0 },
      "EPLCQ",
      "opened greeting:220 ehlo:250 guarded guarded guarded quit:221 end:quit:reply",
      NULL,
      { GREETING, EHLO_AUTH, QUIT } },
    { "in clear when asked",
      { .allow_clear = true },
      "EPQ",
      "opened greeting:220 ehlo:250 auth:235 quit:221 end:quit:reply",
      "AUTH PLAIN ",
      { GREETING, EHLO_AUTH, HEAR("AUTH PLAIN"), SAY("235 ok"), QUIT } },
    { "CRAM-MD5 in clear when asked",
      { .allow_clear = true },
      "ECQ",
      "opened greeting:220 ehlo:250 auth:235 quit:221 end:quit:reply",
      "AUTH CRAM-MD5",
      { GREETING, EHLO_AUTH, HEAR("AUTH CRAM-MD5"), SAY("334 PDEyM0BtYWlsLmV4YW1wbGU+"), HEAR(""),
        SAY("235 ok"), QUIT } },
    { "CRAM-MD5 alone in clear when that is asked",
      { .allow_digest = true },
      "EPLNCQ",
      "opened greeting:220 ehlo:250 guarded guarded guarded auth:235 quit:221 end:quit:reply",
      "AUTH CRAM-MD5",
      { GREETING, EHLO_AUTH, HEAR("AUTH CRAM-MD5"), SAY("334 PDEyM0BtYWlsLmV4YW1wbGU+"), HEAR(""),
        SAY("235 ok"), QUIT } },
    { "nothing behind a wrong certificate, when only a digest in clear is allowed",
      { .allow_digest = true, .cert = TEST_CERT_SELF, .at_once = true },
      "EPCQ",
      "opened unverified:self-signed greeting:220 ehlo:250 guarded guarded quit:221 end:quit:reply",
      NULL,
      { TLS, GREETING, EHLO_AUTH, QUIT } },
    { "no password behind a wrong certificate, even when clear is allowed",
      { .allow_clear = true, .cert = TEST_CERT_SELF, .at_once = true },
      "EPLNQ",
      "opened unverified:self-signed greeting:220 ehlo:250 guarded guarded guarded quit:221 "
      "end:quit:reply",
      NULL,
      { TLS, GREETING, EHLO_AUTH, QUIT } },
    { "NTLM is no digest in clear",
      { .allow_digest = true },
      "ENQ",
      "opened greeting:220 ehlo:250 guarded quit:221 end:quit:reply",
      NULL,
      { GREETING, EHLO_AUTH, QUIT } },
    { "no NTLM behind a wrong certificate, even when clear is allowed",
      { .allow_clear = true, .cert = TEST_CERT_SELF, .at_once = true },
      "ENQ",
      "opened unverified:self-signed greeting:220 ehlo:250 guarded quit:221 end:quit:reply",
      NULL,
      { TLS, GREETING, EHLO_AUTH, QUIT } },
    /* What was allowed in clear is not carried into TLS that was never looked at. */
    { "no STARTTLS while a slow login begins",
      { .allow_digest = true, .cert = TEST_CERT_SELF },
      "EaS.Q",
      "opened greeting:220 ehlo:250 auth:535 quit:221 end:quit:reply",
      "AUTH SCRAM-SHA-1",
      { GREETING, EHLO_SCRAM, HEAR(SCRAM_FIRST), SAY("535 no"), QUIT } },
    { "CRAM-MD5 behind a wrong certificate when asked",
      { .allow_clear = true, .cert = TEST_CERT_SELF, .at_once = true },
      "ECQ",
      "opened unverified:self-signed greeting:220 ehlo:250 auth:235 quit:221 end:quit:reply",
      "AUTH CRAM-MD5",
      { TLS, GREETING, EHLO_AUTH, HEAR("AUTH CRAM-MD5"), SAY("334 PDEyM0BtYWlsLmV4YW1wbGU+"),
        HEAR(""), SAY("235 ok"), QUIT } },
    { "nothing where TLS is only looked at, whatever is allowed",
      { .allow_clear = true, .allow_digest = true, .observe = true, .at_once = true },
      "EPLCQ",
      "opened unverified greeting:220 ehlo:250 guarded guarded guarded quit:221 end:quit:reply",
      NULL,
      { TLS, GREETING, EHLO_AUTH, QUIT } },
    { "nothing in clear before such a look",
      { .allow_clear = true, .allow_digest = true, .observe = true },
      "EPCQ",
      "opened greeting:220 ehlo:250 guarded guarded quit:221 end:quit:reply",
      NULL,
      { GREETING, EHLO_AUTH, QUIT } },
    /* What may be said in clear must not slip behind a handshake that fails to verify. */
    { "not while STARTTLS is under way",
      { .allow_clear = true, .cert = TEST_CERT_SELF },
      "EsPQ",
      "opened greeting:220 ehlo:250 guarded starttls:220 unverified:self-signed quit:221 "
      "end:quit:reply",
      NULL,
      { GREETING, EHLO_TLS, STARTTLS, QUIT } },
    { "not after STARTTLS was refused",
      { 0 },
      "ESPQ",
      "opened greeting:220 ehlo:250 starttls:454 guarded quit:221 end:quit:reply",
      NULL,
      { GREETING, EHLO_TLS, HEAR("STARTTLS"), SAY("454 no"), QUIT } },
};

static void guard_rails(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(GUARDS); i++) {
        const struct guard_case *row = &GUARDS[i];
        struct run r;
        print_message("%s\n", row->name);
        struct test_peer *peer = play(&r, &row->setup, row->script, row->plan);
        str heard = test_peer_heard(peer);
        assert_words(&r, row->words);
        assert_string_equal(test_peer_complaint(peer), "");
        assert_holds("the server heard", heard, row->heard ? row->heard : "AUTH",
                     row->heard != NULL);
        if (!row->heard) {
            assert_holds("the server heard", heard, PASSWORD, false);
            assert_holds("the server heard", heard, "czNjcmV0", false);
            assert_holds("the server heard", heard, "AGFubm", false);
        }
        run_done(&r, peer);
    }
}

/* ---- the transcript ---- */

static void the_transcript_hides_what_it_must(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = {
        TLS,
        GREETING,
        EHLO_AUTH,
        HEAR("AUTH PLAIN"),
        SAY("235-a\r\n235 b"),
        HEAR("MAIL"),
        SAY("250 ok"),
        HEAR("RCPT"),
        SAY("250 ok"),
        HEAR("DATA"),
        SAY("354 go"),
        HEAR(""),
        HEAR(""),
        HEAR(""),
        HEAR(""),
        HEAR("."),
        SAY("250 \x1b[31m"),
        QUIT,
    };
    struct setup s = { .at_once = true };
    struct run r;
    struct test_peer *peer = play(&r, &s, SCRIPT, "EPMRDQ");
    str got = buf_str(&r.lines);
    const char *want = "< 220 mail.example ESMTP\n> EHLO me.example\n< 250-mail.example\n"
                       "< 250 AUTH PLAIN LOGIN CRAM-MD5\n> AUTH PLAIN [not shown]\n"
                       "< 235-a\n< 235 b\n> MAIL FROM:<anna@corp.example>\n< 250 ok\n"
                       "> RCPT TO:<tom@elsewhere.example>\n< 250 ok\n> DATA\n< 354 go\n"
                       "> [18 octets of mail data]\n> [14 octets of mail data]\n"
                       "> [11 octets of mail data]\n< 250 \x1b[31m\n> QUIT\n< 221 bye\n";
    if (!str_eq(got, str_from(want)))
        fail_msg("transcript:\n%.*s", STR_ARG(got));
    run_done(&r, peer);
}

/* ---- a busy machine ---- */

/* All times are over before the loop comes to write QUIT: it is written all the same. */
static void quit_is_said_however_late(void **state)
{
    (void)state;
    static const struct test_step TALK[] = { GREETING, EHLO_BARE, HEAR("QUIT"), CLOSE };
    static const struct test_step SILENT[] = { GREETING, HEAR("EHLO"), HEAR("QUIT"), CLOSE };
    static const struct {
        struct setup setup;
        const char *plan;
        const struct test_step *script;
    } ROWS[] = {
        { { .deadline_ms = 1000, .stall_ms = 1100 }, "ET", TALK },
        { { .hasty = SMTP_STAGE_EHLO, .stall_ms = 1100 }, "E", SILENT },
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        struct run r;
        struct test_peer *peer = play(&r, &ROWS[i].setup, ROWS[i].script, ROWS[i].plan);
        assert_holds("what the peer heard", test_peer_heard(peer), "QUIT\r\n", true);
        run_done(&r, peer);
    }
}

/* ---- connections that never stand ---- */

static void a_refused_connection_ends_once(void **state)
{
    (void)state;
    struct err e;
    struct run r = { .loop = net_loop_new(&e), .plan = "" };
    struct net_dialogue_options o = { .to = { .address = test_loopback(IP_V4), .port = 1 },
                                      .host = STR("mail.example") };
    const struct net_dialogue_calls calls = { on_event, on_line, &r };
    buf_init(&r.words, 4096);
    buf_init(&r.lines, 4096);
    r.d = net_dialogue_open(r.loop, &o, &calls, &e);
    assert_non_null(r.d);
    assert_false(net_dialogue_opened(r.d));
    net_loop_run(r.loop);
    assert_words(&r, "end:connect:refused");
    assert_false(r.had_facts);
    o.tls_at_once = true; /* and no context */
    assert_null(net_dialogue_open(r.loop, &o, &calls, &e));
    net_loop_run(r.loop);
    assert_int_equal(r.ended, 1);
    net_loop_free(r.loop);
    run_done(&r, NULL);
}

static void aborted_before_it_stands(void **state)
{
    (void)state;
    for (int quit = 0; quit < 2; quit++) {
        struct err e;
        struct run r = { .loop = net_loop_new(&e), .plan = "" };
        struct net_dialogue_options o = { .to = { .address = test_loopback(IP_V4), .port = 1 } };
        const struct net_dialogue_calls calls = { on_event, NULL, &r };
        buf_init(&r.words, 4096);
        r.d = net_dialogue_open(r.loop, &o, &calls, &e);
        if (quit)
            net_dialogue_quit(r.d, 10);
        else
            net_dialogue_abort(r.d);
        assert_int_equal(r.ended, 0); /* never from inside the call */
        net_loop_run(r.loop);
        assert_words(&r, "end:connect:ours");
        net_loop_free(r.loop);
        run_done(&r, NULL);
    }
}

/* Freeing the loop under a dialogue ends it like anything else. */
static void the_loop_is_freed_under_it(void **state)
{
    (void)state;
    struct err e;
    struct run r = { .loop = net_loop_new(&e), .plan = "" };
    struct net_dialogue_options o = { .to = { .address = test_loopback(IP_V4), .port = 1 } };
    const struct net_dialogue_calls calls = { on_event, NULL, &r };
    buf_init(&r.words, 4096);
    r.d = net_dialogue_open(r.loop, &o, &calls, &e);
    assert_non_null(r.d);
    net_loop_free(r.loop);
    assert_int_equal(r.ended, 1);
    run_done(&r, NULL);
}

static int make_certs(void **state)
{
    (void)state;
    CERTS = test_certs_new();
    setenv("KRB5CCNAME", "FILE:/nonexistent/ticket", 1);
    setenv("KRB5_CONFIG", "/nonexistent/krb5.conf", 1);
    return 0;
}

static int drop_certs(void **state)
{
    (void)state;
    test_certs_free(CERTS);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conversations),
        cmocka_unit_test(much_mail_data_arrives_whole),
        cmocka_unit_test(a_server_that_stops_reading),
        cmocka_unit_test(every_certificate_reason),
        cmocka_unit_test(certificate_texts),
        cmocka_unit_test(guard_rails),
        cmocka_unit_test(the_transcript_hides_what_it_must),
        cmocka_unit_test(quit_is_said_however_late),
        cmocka_unit_test(a_refused_connection_ends_once),
        cmocka_unit_test(aborted_before_it_stands),
        cmocka_unit_test(the_loop_is_freed_under_it),
    };
    return cmocka_run_group_tests(tests, make_certs, drop_certs);
}
