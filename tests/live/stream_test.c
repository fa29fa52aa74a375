/* SPDX-License-Identifier: ISC */
/* tests/live/stream_test.c - streams over real sockets, in clear and under TLS */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "net/loop.h"
#include "net/stream.h"
#include "peer.h"
#include "ports.h"
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct test_certs *CERTS;

/* What the stream told, and what to do when it tells. */
struct client {
    struct net_loop *loop;
    struct net_stream *stream;
    struct net_tls_context *tls;
    struct test_peer *peer;
    struct buf heard;
    unsigned opened, secured, rooms, dues, closed;
    enum net_end end;
    struct err why;
    struct smtp_tls_facts facts; /* the texts are gone, the rest is a copy */
    bool tls_tried;
    size_t dropped;
    void (*on_opened)(struct client *c);
    void (*on_secured)(struct client *c);
    void (*on_octets)(struct client *c);
    void (*on_room)(struct client *c);
    void (*on_due)(struct client *c);
    /* for single tests */
    struct net_timer *timer;
    size_t sent, total, quiet;
    bool flag;
    bool owes; /* an answer, when the peer has said its last word */
};

static void opened(void *user)
{
    struct client *c = user;
    c->opened++;
    if (c->on_opened)
        c->on_opened(c);
}

static void octets(void *user, str s)
{
    struct client *c = user;
    assert_int_equal(c->closed, 0);
    buf_add(&c->heard, s);
    if (c->on_octets)
        c->on_octets(c);
}

static void room(void *user)
{
    struct client *c = user;
    c->rooms++;
    if (c->on_room)
        c->on_room(c);
}

static void secured(void *user, const struct smtp_tls_facts *facts)
{
    struct client *c = user;
    c->secured++;
    assert_true(facts->done);
    assert_ptr_equal(facts, net_stream_tls(c->stream));
    if (c->on_secured)
        c->on_secured(c);
}

static void due(void *user)
{
    struct client *c = user;
    c->dues++;
    if (c->on_due)
        c->on_due(c);
}

static void closed(void *user, enum net_end end, const struct err *why)
{
    struct client *c = user;
    c->closed++;
    c->end = end;
    c->why = *why;
    const struct smtp_tls_facts *facts = net_stream_tls(c->stream);
    c->tls_tried = facts != NULL;
    if (facts)
        c->facts = *facts;
    net_stream_close(c->stream, true); /* harmless, as is everything else by now */
    net_stream_send(c->stream, STR("too late"));
    net_stream_deadline(c->stream, 0);
}

static bool ended(void *user)
{
    struct client *c = user;
    assert_int_equal(c->closed, 0);
    if (c->owes)
        net_timer_at(c->timer, net_loop_now_ms(c->loop) + 20);
    return c->owes;
}

static const struct net_stream_calls CALLS = { opened, octets, room, secured, due, ended, closed };

static void begin(struct client *c, const struct test_step *script, enum test_tls tls,
                  enum ip_family family)
{
    struct err e = { 0 };
    struct net_tls_trust trust = { .ca_pem = test_certs_ca(CERTS) };
    c->loop = net_loop_new(&e);
    c->tls = net_tls_client_new(&trust, &e);
    assert_non_null(c->loop);
    assert_non_null(c->tls);
    buf_init(&c->heard, (size_t)64 << 20);
    if (script)
        c->peer = test_peer_new(script, CERTS, TEST_CERT_GOOD, tls, family);
}

static void connect_to(struct client *c, enum ip_family family,
                       const struct net_stream_limits *limits)
{
    struct err e = { 0 };
    struct net_endpoint to = { .address = test_loopback(family), .port = test_peer_port(c->peer) };
    c->stream = net_stream_connect(c->loop, &to, limits, &CALLS, c, &e);
    assert_non_null(c->stream);
}

static void end(struct client *c)
{
    if (c->peer)
        test_peer_join(c->peer);
    net_timer_free(c->timer);
    net_loop_free(c->loop);
    net_tls_context_free(c->tls);
    buf_done(&c->heard);
    test_peer_free(c->peer);
}

/* Plays a client against a script until its stream is closed. */
static void play(struct client *c, const struct test_step *script)
{
    begin(c, script, TEST_TLS_ANY, IP_V4);
    connect_to(c, IP_V4, NULL);
    net_loop_run(c->loop);
    test_peer_join(c->peer);
    assert_int_equal(c->closed, 1);
}

static void assert_heard(const struct client *c, const char *want)
{
    str got = buf_str(&c->heard);
    if (!str_eq(got, str_from(want)))
        fail_msg("heard '%.*s', not '%s'", STR_ARG(got), want);
}

static void assert_script(const struct client *c)
{
    assert_string_equal(test_peer_complaint(c->peer), "");
}

static void assert_why(const struct client *c, const char *part)
{
    if (!strstr(c->why.why, part))
        fail_msg("the sentence '%s' lacks '%s'", c->why.why, part);
}

/* ---- words to and fro ---- */

static void say_hello(struct client *c)
{
    net_stream_send(c->stream, STR("hel"));
    net_stream_send(c->stream, STR("lo\r\n"));
}

static void secure(struct client *c)
{
    c->dropped = net_stream_secure(c->stream, c->tls, STR("mail.example"));
}

static void say_starttls(struct client *c)
{
    net_stream_send(c->stream, STR("STARTTLS\r\n"));
}

static void secure_at_220(struct client *c)
{
    if (!c->flag && str_starts(buf_str(&c->heard), STR("220 go\r\n"))) {
        c->flag = true;
        buf_clear(&c->heard);
        secure(c);
    }
}

#define TALK                                                                                       \
    { TEST_HEAR, STR_INIT("hello") },                                                              \
    {                                                                                              \
        TEST_SEND, STR_INIT("world\r\n")                                                           \
    }
#define LINE(s) STR_INIT(s "\r\n")

static const struct echo_case {
    const char *name;
    void (*on_opened)(struct client *c), (*on_secured)(struct client *c),
        (*on_octets)(struct client *c);
    enum test_tls tls;
    enum net_end end;
    unsigned secured;
    struct test_step script[8];
} ECHO_CASES[] = {
    { "clear",
      say_hello,
      NULL,
      NULL,
      TEST_TLS_ANY,
      NET_END_PEER,
      0,
      { TALK, { TEST_CLOSE, STR_INIT("") } } },
    { "TLS at once",
      secure,
      say_hello,
      NULL,
      TEST_TLS_ANY,
      NET_END_PEER,
      1,
      { { TEST_TLS, STR_INIT("") }, TALK, { TEST_CLOSE, STR_INIT("") } } },
    { "TLS 1.2",
      secure,
      say_hello,
      NULL,
      TEST_TLS_12,
      NET_END_PEER,
      1,
      { { TEST_TLS, STR_INIT("") }, TALK, { TEST_CLOSE, STR_INIT("") } } },
    { "sent before the handshake",
      NULL,
      NULL,
      NULL,
      TEST_TLS_ANY,
      NET_END_PEER,
      1,
      { { TEST_TLS, STR_INIT("") }, TALK, { TEST_CLOSE, STR_INIT("") } } },
    { "STARTTLS",
      say_starttls,
      say_hello,
      secure_at_220,
      TEST_TLS_ANY,
      NET_END_PEER,
      1,
      { { TEST_HEAR, STR_INIT("STARTTLS") },
        { TEST_SEND, LINE("220 go") },
        { TEST_TLS, STR_INIT("") },
        TALK,
        { TEST_CLOSE, STR_INIT("") } } },
    { "drip",
      say_hello,
      NULL,
      NULL,
      TEST_TLS_ANY,
      NET_END_PEER,
      0,
      { { TEST_HEAR, STR_INIT("hello") },
        { TEST_DRIP, LINE("world") },
        { TEST_CLOSE, STR_INIT("") } } },
    { "truncated",
      secure,
      say_hello,
      NULL,
      TEST_TLS_ANY,
      NET_END_TRUNCATED,
      1,
      { { TEST_TLS, STR_INIT("") }, TALK, { TEST_CUT, STR_INIT("") } } },
    { "truncated TLS 1.2",
      secure,
      say_hello,
      NULL,
      TEST_TLS_12,
      NET_END_TRUNCATED,
      1,
      { { TEST_TLS, STR_INIT("") }, TALK, { TEST_CUT, STR_INIT("") } } },
};

static void secure_and_say(struct client *c)
{
    secure(c);
    say_hello(c);
}

static void play_echo(const struct echo_case *row, enum ip_family family)
{
    struct client c = { .on_opened = row->on_opened ? row->on_opened : secure_and_say,
                        .on_secured = row->on_secured,
                        .on_octets = row->on_octets };
    print_message("%s\n", row->name);
    begin(&c, row->script, row->tls, family);
    connect_to(&c, family, NULL);
    net_loop_run(c.loop);
    test_peer_join(c.peer);
    assert_script(&c);
    assert_int_equal(c.opened, 1);
    assert_int_equal(c.closed, 1);
    assert_int_equal(c.secured, row->secured);
    assert_int_equal(c.end, row->end);
    assert_heard(&c, "world\r\n");
    assert_int_equal(c.dropped, 0);
    if (row->secured) {
        assert_true(c.facts.verified);
        assert_int_equal(str_find(test_peer_heard_clear(c.peer), STR("hello")), STR_NOT_FOUND);
    }
    end(&c);
}

static void words_to_and_fro(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ECHO_CASES); i++) {
        play_echo(&ECHO_CASES[i], IP_V4);
        if (test_has_ipv6())
            play_echo(&ECHO_CASES[i], IP_V6);
    }
}

/* ---- ends ---- */

static const struct end_case {
    const char *name;
    void (*on_opened)(struct client *c);
    enum net_end end;
    const char *why, *heard;
    struct test_step script[6];
} END_CASES[] = {
    { "reset",
      say_hello,
      NET_END_RESET,
      "connection reset",
      "",
      { { TEST_HEAR, STR_INIT("hello") }, { TEST_RESET, STR_INIT("") } } },
    { "closed at once",
      NULL,
      NET_END_PEER,
      "closed the connection",
      "",
      { { TEST_CLOSE, STR_INIT("") } } },
    { "greeting in clear where TLS is spoken",
      secure,
      NET_END_TLS,
      "the server answered in clear text: 220 mail.example ESMTP",
      "",
      { { TEST_SEND, LINE("220 mail.example ESMTP") } } },
    { "the same, drop by drop",
      secure,
      NET_END_TLS,
      "answered in clear text: 220",
      "",
      { { TEST_DRIP, LINE("220 mail.example ESMTP") } } },
    { "too short to be told apart, then the end",
      secure,
      NET_END_TLS,
      "answered in clear text: 421",
      "",
      { { TEST_SEND, STR_INIT("421") }, { TEST_CUT, STR_INIT("") } } },
    { "SSH",
      secure,
      NET_END_TLS,
      "answered in clear text: SSH-2.0-OpenSSH_9.2",
      "",
      { { TEST_SEND, LINE("SSH-2.0-OpenSSH_9.2") } } },
    { "escaped",
      secure,
      NET_END_TLS,
      "clear text: 220 \\x1B[31m",
      "",
      { { TEST_SEND, LINE("220 \x1b[31m") } } },
    { "noise",
      secure,
      NET_END_TLS,
      "TLS handshake",
      "",
      { { TEST_SEND, STR_INIT("\x16\x99\x77\x01\x02\x03\x04\x05\x06\x07") } } },
    { "noise of another kind",
      secure,
      NET_END_TLS,
      "TLS handshake",
      "",
      { { TEST_SEND, STR_INIT("\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8") } } },
    { "gone in the middle of the handshake",
      secure,
      NET_END_TLS,
      "closed the connection in the middle",
      "",
      { { TEST_SEND, STR_INIT("\x16\x03\x03\x01") }, { TEST_CUT, STR_INIT("") } } },
    { "reset in the middle of the handshake",
      secure,
      NET_END_RESET,
      "reset",
      "",
      { { TEST_HEAR, STR_INIT("\x16") }, /* a ClientHello always holds an LF: extension 10 */
        { TEST_SEND, STR_INIT("\x16\x03\x03\x01") },
        { TEST_RESET, STR_INIT("") } } },
};

static void every_end_has_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(END_CASES); i++) {
        const struct end_case *row = &END_CASES[i];
        struct client c = { .on_opened = row->on_opened };
        print_message("%s\n", row->name);
        play(&c, row->script);
        assert_script(&c);
        assert_int_equal(c.end, row->end);
        assert_why(&c, row->why);
        assert_heard(&c, row->heard);
        assert_int_equal(c.secured, 0);
        assert_int_equal(c.tls_tried, row->on_opened == secure);
        assert_false(c.facts.done);
        end(&c);
    }
}

static void no_version_in_common(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { { TEST_TLS, STR_INIT("") },
                                               { TEST_DONE, STR_INIT("") } };
    struct client c = { .on_opened = secure };
    begin(&c, SCRIPT, TEST_TLS_OLD, IP_V4);
    connect_to(&c, IP_V4, NULL);
    net_loop_run(c.loop);
    assert_int_equal(c.end, NET_END_TLS);
    assert_why(&c, "no version of TLS in common");
    end(&c);
}

/* Only to look: what the default policy refuses is described, and never verified. */
static void observing_takes_old_versions(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { { TEST_TLS, STR_INIT("") },
                                               { TEST_CLOSE, STR_INIT("") } };
    struct client c = { .on_opened = secure };
    struct net_tls_trust trust = { .ca_pem = test_certs_ca(CERTS), .observe = true };
    struct err e;
    begin(&c, SCRIPT, TEST_TLS_OLD, IP_V4);
    net_tls_context_free(c.tls);
    c.tls = net_tls_client_new(&trust, &e);
    connect_to(&c, IP_V4, NULL);
    net_loop_run(c.loop);
    assert_int_equal(c.secured, 1);
    assert_true(c.facts.done);
    assert_false(c.facts.verified);
    assert_int_equal(c.facts.reason_count, 0);
    end(&c);
}

static void connections_that_never_stand(void **state)
{
    (void)state;
    const struct {
        struct net_endpoint to;
        bool begun;
        enum net_end end;
        const char *why;
    } rows[] = {
        { { .address = test_loopback(IP_V4), .port = test_free_port() },
          true,
          NET_END_REFUSED,
          "refused" },
        /* No TCP to the broadcast address: the system refuses at once, and that is told later. */
        { { .address = { .family = IP_V4, .octets = { 255, 255, 255, 255 } }, .port = 25 },
          true,
          NET_END_UNREACHABLE,
          "connecting to 255.255.255.255 port 25" },
        { { .port = 25 }, false, NET_END_OURS, "no address" },
        { { .address = test_loopback(IP_V4), .port = 25, .source = test_loopback(IP_V6) },
          false,
          NET_END_OURS,
          "connecting from ::1" },
        { { .address = test_loopback(IP_V4),
            .port = 25,
            .source = { .family = IP_V4, .octets = { 192, 0, 2, 77 } } },
          false,
          NET_END_OURS,
          "connecting from 192.0.2.77" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct client c = { 0 };
        struct err e = { 0 };
        begin(&c, NULL, TEST_TLS_ANY, IP_V4);
        c.stream = net_stream_connect(c.loop, &rows[i].to, NULL, &CALLS, &c, &e);
        assert_int_equal(c.stream != NULL, rows[i].begun);
        assert_int_equal(c.closed, 0);
        net_loop_run(c.loop);
        assert_int_equal(c.opened, 0);
        assert_int_equal(c.closed, rows[i].begun);
        if (!rows[i].begun)
            c.why = e;
        assert_int_equal(c.end, rows[i].end);
        assert_why(&c, rows[i].why);
        end(&c);
    }
}

static void remember_source(struct client *c)
{
    struct ip ip;
    uint16_t port;
    char text[IP_TEXT_MAX];
    net_stream_local(c->stream, &ip, &port);
    buf_addf(&c->heard, "%s", ip_text(&ip, text));
    c->flag = port != 0;
    net_stream_close(c->stream, true);
}

static void a_source_address_is_bound(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { { TEST_DONE, STR_INIT("") } };
    struct client c = { .on_opened = remember_source };
    struct err e;
    begin(&c, SCRIPT, TEST_TLS_ANY, IP_V4);
    struct net_endpoint to = { .address = test_loopback(IP_V4),
                               .port = test_peer_port(c.peer),
                               .source = { .family = IP_V4, .octets = { 127, 0, 0, 5 } } };
    c.stream = net_stream_connect(c.loop, &to, NULL, &CALLS, &c, &e);
    assert_non_null(c.stream);
    net_loop_run(c.loop);
    assert_heard(&c, "127.0.0.5");
    assert_true(c.flag);
    end(&c);
}

/* ---- STARTTLS ---- */

#define EARLY_OCTETS 40000
static char EARLY[EARLY_OCTETS];

static void secure_when_all_is_there(struct client *c)
{
    if (c->flag)
        return;
    test_peer_wait(c->peer);
    secure_at_220(c);
    c->sent = 0;
}

/* Whatever stands behind the 220 and was not read yet is thrown away and counted, and the handshake is none
 * the worse for it. */
static void early_clear_text_is_dropped(void **state)
{
    (void)state;
    memset(EARLY, 'x', sizeof(EARLY));
    memcpy(EARLY, "220 go\r\n", 8);
    const struct test_step script[] = {
        { TEST_HEAR, STR_INIT("STARTTLS") }, { TEST_SEND, { EARLY, sizeof(EARLY) } },
        { TEST_MARK, STR_INIT("") },         { TEST_TLS, STR_INIT("") },
        { TEST_HEAR, STR_INIT("hello") },    { TEST_SEND, STR_INIT("world") },
        { TEST_CLOSE, STR_INIT("") },
    };
    struct client c = { .on_opened = say_starttls,
                        .on_octets = secure_when_all_is_there,
                        .on_secured = say_hello };
    play(&c, script);
    assert_script(&c);
    assert_int_equal(c.secured, 1);
    assert_heard(&c, "world");
    assert_in_range(c.dropped, 1, EARLY_OCTETS - 9);
    end(&c);
}

/* ---- our own listener ---- */

struct server {
    struct net_listener *listener;
    struct net_stream *stream;
    struct net_tls_context *tls;
    bool at_once;
    size_t dropped;
    unsigned closed;
    enum net_end end;
    struct err why;
};

static void server_opened(void *user)
{
    struct server *s = user;
    if (s->at_once)
        net_stream_secure_server(s->stream, s->tls);
}

static void server_octets(void *user, str got)
{
    struct server *s = user;
    if (!str_starts(got, STR("STARTTLS\r\n"))) {
        net_stream_send(s->stream, got); /* an echo */
        return;
    }
    net_stream_send(s->stream, STR("220 go\r\n"));
    s->dropped = net_stream_secure_server(s->stream, s->tls);
}

static void server_secured(void *user, const struct smtp_tls_facts *facts)
{
    (void)user;
    assert_true(facts->done);
    assert_false(facts->verified); /* no client certificate was asked for */
}

static void server_closed(void *user, enum net_end how, const struct err *why)
{
    struct server *s = user;
    s->closed++;
    s->end = how;
    s->why = *why;
}

static const struct net_stream_calls SERVER_CALLS = {
    .opened = server_opened,
    .octets = server_octets,
    .secured = server_secured,
    .closed = server_closed,
};

static void accepted(void *user, struct net_listener *from)
{
    struct server *s = user;
    struct err e;
    s->stream = net_listener_accept(from, NULL, &SERVER_CALLS, s, &e);
    assert_non_null(s->stream);
    net_listener_free(from);
}

static void server_begin(struct server *s, struct net_loop *l, struct ip address)
{
    struct err e = { 0 };
    s->listener = net_listener_new(l, &address, 0, accepted, s, &e);
    s->tls = net_tls_server_new(test_certs_chain(CERTS, TEST_CERT_GOOD),
                                test_certs_key(CERTS, TEST_CERT_GOOD), &e);
    assert_non_null(s->listener);
    assert_non_null(s->tls);
}

static void close_at_line(struct client *c)
{
    secure_at_220(c);
    if (str_ends_nocase(buf_str(&c->heard), STR("lo\r\n")))
        net_stream_close(c->stream, true);
}

static void both_ends_are_ours(void **state)
{
    (void)state;
    const struct {
        bool at_once;
        void (*on_opened)(struct client *c), (*on_secured)(struct client *c);
    } rows[] = {
        { false, say_hello, NULL },
        { true, secure, say_hello },
        { false, say_starttls, say_hello },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct client c = { .on_opened = rows[i].on_opened,
                            .on_secured = rows[i].on_secured,
                            .on_octets = close_at_line };
        struct server s = { .at_once = rows[i].at_once };
        struct err e;
        begin(&c, NULL, TEST_TLS_ANY, IP_V4);
        server_begin(&s, c.loop, test_loopback(IP_V4));
        struct net_endpoint to = { .address = test_loopback(IP_V4),
                                   .port = net_listener_port(s.listener) };
        c.stream = net_stream_connect(c.loop, &to, NULL, &CALLS, &c, &e);
        net_loop_run(c.loop);
        assert_heard(&c, "hello\r\n");
        assert_int_equal(c.closed, 1);
        assert_int_equal(c.end, NET_END_OURS);
        assert_string_equal(c.why.why, "");
        assert_int_equal(s.closed, 1);
        assert_int_equal(s.end, NET_END_PEER); /* close_notify came, where there was TLS */
        assert_int_equal(s.dropped, 0);
        net_tls_context_free(s.tls);
        end(&c);
    }
}

static int connect_raw(uint16_t port)
{
    struct sockaddr_in sa = { .sin_family = AF_INET,
                              .sin_port = htons(port),
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
    return fd;
}

/* Commands sent behind STARTTLS, before our 220, are gone and counted: what a man in the middle put
 * there never reaches the session. */
static void a_server_drops_early_commands(void **state)
{
    (void)state;
    struct client c = { 0 };
    struct server s = { 0 };
    begin(&c, NULL, TEST_TLS_ANY, IP_V4);
    server_begin(&s, c.loop, test_loopback(IP_V4));
    int fd = connect_raw(net_listener_port(s.listener));
    memset(EARLY, 'x', sizeof(EARLY));
    memcpy(EARLY, "STARTTLS\r\n", 10);
    assert_int_equal(send(fd, EARLY, sizeof(EARLY), 0), sizeof(EARLY));
    shutdown(fd, SHUT_WR);
    net_loop_run(c.loop);
    close(fd);
    assert_in_range(s.dropped, 1, EARLY_OCTETS - 11);
    assert_int_equal(s.closed, 1);
    net_tls_context_free(s.tls);
    end(&c);
}

static void a_client_without_tls_is_told_apart(void **state)
{
    (void)state;
    struct client c = { 0 };
    struct server s = { .at_once = true };
    begin(&c, NULL, TEST_TLS_ANY, IP_V4);
    server_begin(&s, c.loop, test_loopback(IP_V4));
    int fd = connect_raw(net_listener_port(s.listener));
    assert_int_equal(send(fd, "EHLO me\r\n", 9, 0), 9);
    shutdown(fd, SHUT_WR);
    net_loop_run(c.loop);
    close(fd);
    assert_int_equal(s.end, NET_END_TLS);
    assert_string_equal(s.why.why, "the client answered in clear text: EHLO me");
    net_tls_context_free(s.tls);
    end(&c);
}

/* ---- much to write ---- */

#define PIECE ((size_t)32 << 10)
#define TOTAL ((size_t)24 << 20) /* more than the system's own buffers take */
static const struct net_stream_limits NARROW = { 64 << 10, 16 << 10 };

static void fill(char *p, size_t from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        p[i] = (char)('a' + (from + i) % 23);
}

static void send_while_room(struct client *c)
{
    char piece[PIECE];
    while (c->sent < c->total && net_stream_has_room(c->stream)) {
        fill(piece, c->sent, sizeof(piece));
        net_stream_send(c->stream, (str){ piece, sizeof(piece) });
        c->sent += sizeof(piece);
    }
    if (c->sent == c->total)
        net_stream_close(c->stream, true);
}

/* Lets the peer read once nothing has moved for a while and cannot have. */
static void look_again(void *user)
{
    struct client *c = user;
    c->flag = c->quiet == c->sent && c->sent > 0;
    c->quiet = c->sent;
    if (c->flag) {
        assert_false(net_stream_has_room(c->stream));
        assert_true(c->sent < c->total);
        test_peer_go_on(c->peer);
    } else {
        net_timer_at(c->timer, net_loop_now_ms(c->loop) + 100);
    }
}

static void play_flood(struct client *c, const struct test_step *script)
{
    begin(c, script, TEST_TLS_ANY, IP_V4);
    c->total = TOTAL;
    c->timer = net_timer_new(c->loop, look_again, c);
    net_timer_at(c->timer, net_loop_now_ms(c->loop) + 100);
    connect_to(c, IP_V4, &NARROW);
    net_loop_run(c->loop);
    test_peer_join(c->peer);
    assert_true(c->flag);
    assert_true(c->rooms > 0);
    assert_int_equal(c->closed, 1);
    assert_int_equal(c->end, NET_END_OURS);
    str heard = test_peer_heard(c->peer);
    assert_int_equal(heard.n, TOTAL);
    for (size_t i = 0; i < heard.n; i++)
        if (heard.p[i] != (char)('a' + i % 23))
            fail_msg("octet %zu is another one", i);
}

static void a_slow_reader_holds_us_back(void **state)
{
    (void)state;
    static const struct test_step CLEAR[] = { { TEST_PAUSE, STR_INIT("") },
                                              { TEST_DONE, STR_INIT("") } };
    static const struct test_step TLS[] = { { TEST_TLS, STR_INIT("") },
                                            { TEST_PAUSE, STR_INIT("") },
                                            { TEST_DONE, STR_INIT("") } };
    struct client clear = { .on_opened = send_while_room, .on_room = send_while_room };
    struct client tls = { .on_opened = secure,
                          .on_secured = send_while_room,
                          .on_room = send_while_room };
    play_flood(&clear, CLEAR);
    end(&clear);
    play_flood(&tls, TLS);
    assert_true(test_peer_said_goodbye(tls.peer));
    end(&tls);
}

static void send_all_and_go_on(struct client *c)
{
    char *p = malloc(TOTAL);
    assert_non_null(p);
    fill(p, 0, TOTAL);
    assert_true(net_stream_has_room(c->stream));
    net_stream_send(c->stream, (str){ p, TOTAL });
    c->sent = TOTAL;
    free(p);
}

static void send_all_at_once(struct client *c)
{
    send_all_and_go_on(c);
    assert_false(net_stream_has_room(c->stream));
}

/* The peer wrote long ago, and we have not read it: we stand above the mark. */
static void look_whether_it_reads(void *user)
{
    struct client *c = user;
    if (c->quiet++ < 3) {
        net_timer_at(c->timer, net_loop_now_ms(c->loop) + 50);
        return;
    }
    assert_int_equal(c->heard.n, 0);
    c->flag = true;
    test_peer_go_on(c->peer);
}

static void close_now(struct client *c)
{
    net_stream_close(c->stream, true);
}

static void above_the_mark_nothing_is_read(void **state)
{
    (void)state;
    static const struct test_step CLEAR[] = { { TEST_SEND, STR_INIT("work") },
                                              { TEST_PAUSE, STR_INIT("") },
                                              { TEST_DONE, STR_INIT("") } };
    static const struct test_step TLS[] = { { TEST_TLS, STR_INIT("") },
                                            { TEST_SEND, STR_INIT("work") },
                                            { TEST_PAUSE, STR_INIT("") },
                                            { TEST_DONE, STR_INIT("") } };
    for (int i = 0; i < 2; i++) {
        struct client c = { .on_opened = i ? secure : send_all_at_once,
                            .on_secured = send_all_at_once,
                            .on_octets = close_now };
        begin(&c, i ? TLS : CLEAR, TEST_TLS_ANY, IP_V4);
        c.timer = net_timer_new(c.loop, look_whether_it_reads, &c);
        net_timer_at(c.timer, net_loop_now_ms(c.loop) + 50);
        connect_to(&c, IP_V4, &NARROW);
        net_loop_run(c.loop);
        assert_true(c.flag);
        assert_heard(&c, "work");
        test_peer_join(c.peer);
        assert_int_equal(test_peer_heard(c.peer).n, TOTAL);
        end(&c);
    }
}

/* Two records come in one piece; at the first the mark is passed. TLS 1.2, where the server has the last
 * word of the handshake and does not wait for ours. */
static void read_when_both_are_there(struct client *c)
{
    test_peer_wait(c->peer);
}

static void fill_at_the_first(struct client *c)
{
    if (c->sent == 0)
        send_all_at_once(c);
    else
        net_stream_close(c->stream, true);
}

static void look_whether_the_first_is_all(void *user)
{
    struct client *c = user;
    if (c->sent == 0 || c->quiet++ < 3) {
        net_timer_at(c->timer, net_loop_now_ms(c->loop) + 50);
        return;
    }
    assert_heard(c, "one");
    c->flag = true;
    test_peer_go_on(c->peer);
}

static void above_the_mark_nothing_is_decrypted(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = {
        { TEST_TLS, STR_INIT("") },  { TEST_SEND, STR_INIT("one") }, { TEST_SEND, STR_INIT("two") },
        { TEST_MARK, STR_INIT("") }, { TEST_PAUSE, STR_INIT("") },   { TEST_DONE, STR_INIT("") },
    };
    struct client c = { .on_opened = secure,
                        .on_secured = read_when_both_are_there,
                        .on_octets = fill_at_the_first };
    begin(&c, SCRIPT, TEST_TLS_12, IP_V4);
    c.timer = net_timer_new(c.loop, look_whether_the_first_is_all, &c);
    net_timer_at(c.timer, net_loop_now_ms(c.loop) + 50);
    connect_to(&c, IP_V4, &NARROW);
    net_loop_run(c.loop);
    assert_true(c.flag);
    assert_heard(&c, "onetwo");
    test_peer_join(c.peer);
    assert_int_equal(test_peer_heard(c.peer).n, TOTAL);
    end(&c);
}

static void send_twice(struct client *c)
{
    send_all_at_once(c);
    net_stream_send(c->stream, STR("and this"));
    assert_int_equal(c->closed, 0);
}

static void sending_without_room_ends_the_stream(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { { TEST_DONE, STR_INIT("") } };
    struct client c = { .on_opened = send_twice };
    play(&c, SCRIPT);
    assert_int_equal(c.end, NET_END_FAILED);
    assert_int_equal(c.why.kind, ERR_LIMIT);
    end(&c);
}

/* ---- closing ---- */

static void close_hard(struct client *c)
{
    net_stream_close(c->stream, false);
    assert_int_equal(c->closed, 0);
    net_stream_close(c->stream, true);
    net_stream_send(c->stream, STR("nobody hears this"));
}

static void close_softly(struct client *c)
{
    net_stream_send(c->stream, STR("bye\r\n"));
    net_stream_close(c->stream, true);
    net_stream_send(c->stream, STR("nobody hears this"));
    assert_int_equal(c->closed, 0);
}

static void deadline_now(struct client *c)
{
    net_stream_deadline(c->stream, 1); /* long past: due at once, but not from inside here */
    assert_int_equal(c->dues, 0);
}

static void closing_inside_callbacks(void **state)
{
    (void)state;
    static const struct test_step CLEAR[] = { { TEST_SEND, STR_INIT("hello") },
                                              { TEST_DONE, STR_INIT("") } };
    static const struct test_step TLS[] = { { TEST_TLS, STR_INIT("") },
                                            { TEST_SEND, STR_INIT("hello") },
                                            { TEST_DONE, STR_INIT("") } };
    const struct {
        const struct test_step *script;
        struct client c;
    } rows[] = {
        { CLEAR, { .on_opened = close_hard } },
        { CLEAR, { .on_opened = close_softly } },
        { CLEAR, { .on_octets = close_hard } },
        { CLEAR, { .on_octets = close_softly } },
        { CLEAR, { .on_opened = deadline_now, .on_due = close_hard } },
        { CLEAR, { .on_opened = deadline_now, .on_due = close_softly } },
        { TLS, { .on_opened = secure, .on_secured = close_hard } },
        { TLS, { .on_opened = secure, .on_secured = close_softly } },
        { TLS, { .on_opened = secure, .on_octets = close_hard } },
        { TLS, { .on_opened = secure, .on_octets = close_softly } },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct client c = rows[i].c;
        bool soft = c.on_opened == close_softly || c.on_octets == close_softly ||
                    c.on_secured == close_softly || c.on_due == close_softly;
        play(&c, rows[i].script);
        assert_int_equal(c.end, NET_END_OURS);
        assert_int_equal(c.opened, 1);
        str heard = test_peer_heard(c.peer);
        assert_int_equal(str_find(heard, STR("bye\r\n")) != STR_NOT_FOUND, soft);
        assert_int_equal(str_find(heard, STR("nobody")), STR_NOT_FOUND);
        if (soft)
            assert_int_equal(test_peer_said_goodbye(c.peer), rows[i].script == TLS);
        end(&c);
    }
}

/* Unread input must not turn our last word into a reset. */
static void last_words_are_heard_through_noise(void **state)
{
    (void)state;
    static const struct test_step CLEAR[] = { { TEST_FLOOD,
                                                STR_INIT("noise noise noise noise noise\r\n") },
                                              { TEST_HEAR, STR_INIT("bye") },
                                              { TEST_DONE, STR_INIT("") } };
    struct client c = { .on_opened = close_softly };
    play(&c, CLEAR);
    assert_script(&c);
    assert_false(test_peer_was_reset(c.peer));
    assert_int_equal(c.end, NET_END_OURS);
    end(&c);
}

/* A peer that has said all it will say may still listen. */
static void answer_half_closed(struct client *c)
{
    net_stream_send(c->stream, STR("answer\r\n"));
}

static void a_half_closed_peer_is_answered(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { { TEST_SEND, STR_INIT("ask\r\n") },
                                               { TEST_HALF, STR_INIT("") },
                                               { TEST_HEAR, STR_INIT("answer") },
                                               { TEST_DONE, STR_INIT("") } };
    struct client c = { .on_octets = answer_half_closed };
    play(&c, SCRIPT);
    assert_script(&c);
    assert_int_equal(c.end, NET_END_PEER);
    end(&c);
}

/* And the owner may take its time with the answer, where it says so. */
static void answer_late(void *user)
{
    struct client *c = user;
    assert_int_equal(c->closed, 0);
    net_stream_send(c->stream, STR("answer\r\n"));
    net_stream_close(c->stream, true);
}

static void say_last_words(struct client *c)
{
    net_stream_send(c->stream, STR("words\r\n"));
}

static void a_half_closed_peer_is_answered_late(void **state)
{
    (void)state;
    static const struct test_step CLEAR[] = { { TEST_SEND, STR_INIT("ask\r\n") },
                                              { TEST_HALF, STR_INIT("") },
                                              { TEST_HEAR, STR_INIT("words") },
                                              { TEST_HEAR, STR_INIT("answer") },
                                              { TEST_DONE, STR_INIT("") } };
    static const struct test_step TLS[] = { { TEST_TLS, STR_INIT("") },
                                            { TEST_SEND, STR_INIT("ask\r\n") },
                                            { TEST_CLOSE, STR_INIT("") },
                                            { TEST_DONE, STR_INIT("") } };
    for (int i = 0; i < 2; i++) {
        struct client c = { .on_octets = say_last_words, .owes = true };
        if (i == 1)
            c.on_opened = secure;
        begin(&c, i == 0 ? CLEAR : TLS, TEST_TLS_ANY, IP_V4);
        c.timer = net_timer_new(c.loop, answer_late, &c);
        connect_to(&c, IP_V4, NULL);
        net_loop_run(c.loop);
        test_peer_join(c.peer);
        assert_script(&c);
        assert_int_equal(c.end, NET_END_OURS);
        assert_true(str_find(test_peer_heard(c.peer), STR("answer\r\n")) != STR_NOT_FOUND);
        end(&c);
    }
}

/* Also when most of the answer is still to be written as the peer's FIN comes. */
static void let_it_read(void *user)
{
    struct client *c = user;
    test_peer_go_on(c->peer);
}

static void a_half_closed_peer_gets_all(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { { TEST_SEND, STR_INIT("ask\r\n") },
                                               { TEST_HALF, STR_INIT("") },
                                               { TEST_PAUSE, STR_INIT("") },
                                               { TEST_DONE, STR_INIT("") } };
    static const struct net_stream_limits WIDE = { TOTAL * 2, TOTAL };
    struct client c = { .on_octets = send_all_and_go_on };
    begin(&c, SCRIPT, TEST_TLS_ANY, IP_V4);
    c.timer = net_timer_new(c.loop, let_it_read, &c);
    net_timer_at(c.timer, net_loop_now_ms(c.loop) + 200);
    connect_to(&c, IP_V4, &WIDE);
    net_loop_run(c.loop);
    test_peer_join(c.peer);
    assert_int_equal(c.end, NET_END_PEER);
    assert_int_equal(test_peer_heard(c.peer).n, TOTAL);
    end(&c);
}

static void rest_deadline(struct client *c)
{
    c->sent++;
    if (c->sent < 3)
        net_stream_deadline(c->stream, net_loop_now_ms(c->loop) + 5);
    else
        net_stream_close(c->stream, false);
}

static void set_deadlines(struct client *c)
{
    net_stream_deadline(c->stream, 1);
    net_stream_deadline(c->stream, UINT64_MAX); /* takes it back */
    net_stream_deadline(c->stream, net_loop_now_ms(c->loop) + 5);
}

static void a_silent_peer_is_due(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { { TEST_DONE, STR_INIT("") } };
    struct client c = { .on_opened = set_deadlines, .on_due = rest_deadline };
    play(&c, SCRIPT);
    assert_int_equal(c.dues, 3);
    end(&c);
}

/* A peer that reads nothing does not hold a flush beyond the deadline. */
static void flush_with_deadline(struct client *c)
{
    send_all_at_once(c);
    net_stream_deadline(c->stream, net_loop_now_ms(c->loop) + 50);
    net_stream_close(c->stream, true);
}

static void flush_and_let_go(void *user)
{
    struct client *c = user;
    if (c->closed)
        test_peer_go_on(c->peer);
    else
        net_timer_at(c->timer, net_loop_now_ms(c->loop) + 10);
}

static void a_flush_obeys_the_deadline(void **state)
{
    (void)state;
    static const struct test_step SCRIPT[] = { { TEST_PAUSE, STR_INIT("") },
                                               { TEST_DONE, STR_INIT("") } };
    struct client c = { .on_opened = flush_with_deadline };
    begin(&c, SCRIPT, TEST_TLS_ANY, IP_V4);
    c.timer = net_timer_new(c.loop, flush_and_let_go, &c);
    net_timer_at(c.timer, net_loop_now_ms(c.loop) + 10);
    connect_to(&c, IP_V4, NULL);
    net_loop_run(c.loop);
    assert_int_equal(c.closed, 1);
    assert_int_equal(c.end, NET_END_OURS);
    assert_int_equal(c.dues, 0);
    test_peer_join(c.peer);
    assert_true(test_peer_heard(c.peer).n < TOTAL);
    end(&c);
}

/* ---- contexts ---- */

static void bad_trust_is_told(void **state)
{
    (void)state;
    const struct {
        struct net_tls_trust trust;
        const char *why;
    } rows[] = {
        { { .ca_file = "/nonexistent/ca.pem" }, "'/nonexistent/ca.pem'" },
        { { .ca_pem = STR("no certificate at all") }, "trusted certificates" },
        { { .cert_file = "/nonexistent/me.pem" }, "'/nonexistent/me.pem'" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct err e = { 0 };
        assert_null(net_tls_client_new(&rows[i].trust, &e));
        assert_non_null(strstr(e.why, rows[i].why));
    }
    struct err e = { 0 };
    assert_null(net_tls_server_new(test_certs_chain(CERTS, TEST_CERT_GOOD),
                                   test_certs_key(CERTS, TEST_CERT_SELF), &e));
    assert_non_null(strstr(e.why, "key"));
    assert_null(net_tls_server_new(STR("no chain"), test_certs_key(CERTS, TEST_CERT_SELF), &e));
}

static int make_certs(void **state)
{
    (void)state;
    CERTS = test_certs_new();
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
        cmocka_unit_test(words_to_and_fro),
        cmocka_unit_test(every_end_has_its_name),
        cmocka_unit_test(no_version_in_common),
        cmocka_unit_test(observing_takes_old_versions),
        cmocka_unit_test(connections_that_never_stand),
        cmocka_unit_test(a_source_address_is_bound),
        cmocka_unit_test(early_clear_text_is_dropped),
        cmocka_unit_test(both_ends_are_ours),
        cmocka_unit_test(a_server_drops_early_commands),
        cmocka_unit_test(a_client_without_tls_is_told_apart),
        cmocka_unit_test(a_slow_reader_holds_us_back),
        cmocka_unit_test(above_the_mark_nothing_is_read),
        cmocka_unit_test(above_the_mark_nothing_is_decrypted),
        cmocka_unit_test(a_half_closed_peer_gets_all),
        cmocka_unit_test(sending_without_room_ends_the_stream),
        cmocka_unit_test(closing_inside_callbacks),
        cmocka_unit_test(last_words_are_heard_through_noise),
        cmocka_unit_test(a_half_closed_peer_is_answered),
        cmocka_unit_test(a_half_closed_peer_is_answered_late),
        cmocka_unit_test(a_silent_peer_is_due),
        cmocka_unit_test(a_flush_obeys_the_deadline),
        cmocka_unit_test(bad_trust_is_told),
    };
    return cmocka_run_group_tests(tests, make_certs, drop_certs);
}
