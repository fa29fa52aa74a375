/* SPDX-License-Identifier: ISC */
/*
 * mock/mock_test.c - whole conversations with the mock, over real sockets on one loop
 */
#include "base/base64.h"
#include "mock/mock.h"
#include "mock/play.h"
#include "net/stream.h"
#include "smtp/reply.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

#define HOST     "mail.corp.example"
#define ANNA     "anna@corp.example"
#define PASSWORD "Kestrel-41-harbour"

/* One line of a conversation. say NULL: wait for the greeting. "LOGIN user password" is sent as AUTH
 * PLAIN. "TLS" is STARTTLS and the handshake behind it. The reply begins with hear, lines joined by
 * "|", and holds has, and does not hold lacks. */
struct line {
    const char *say, *hear, *has, *lacks;
};

/* clang-format off */
#define GREETING     { NULL, "220 " HOST, NULL, NULL }
#define EHLO         { "EHLO client.example", "250 " HOST, NULL, NULL }
#define EHLO_NO_AUTH { "EHLO client.example", "250 " HOST, NULL, "AUTH" }
#define EHLO_AUTH    { "EHLO client.example", "250 " HOST, "AUTH PLAIN LOGIN", "STARTTLS" }
#define TLS          { "TLS", "220 ", NULL, NULL }
#define LOGIN        { "LOGIN " ANNA " " PASSWORD, "235 ", NULL, NULL }
#define MAIL         { "MAIL FROM:<" ANNA ">", "250 ", NULL, NULL }
#define RCPT         { "RCPT TO:<tom@elsewhere.example>", "250 ", NULL, NULL }
#define RCPT_REFUSED { "RCPT TO:<tom@elsewhere.example>", \
                       "554 5.7.1 <tom@elsewhere.example>: Relay access denied", NULL, NULL }
#define RSET         { "RSET", "250 ", NULL, NULL }
#define DATA         { "DATA", "354 ", NULL, NULL }
#define BODY         { "Subject: a test\r\n\r\nHello.\r\n.", "250 ", NULL, NULL }
#define QUIT         { "QUIT", "221 ", NULL, NULL }
#define INTO_TLS     GREETING, EHLO, TLS
/* clang-format on */

static const struct play_case {
    const char *label;
    enum cause_id cause;
    const char *as;
    enum mock_door_kind door;
    bool tls_at_once;
    unsigned messages, refusals, refused_logins;
    struct line lines[20];
} CASES[] = {
    /* clang-format off */
    { "healthy, submission", CAUSE_NONE, "", MOCK_DOOR_SUBMISSION, false, 1, 0, 0,
      { INTO_TLS, EHLO_AUTH, LOGIN, MAIL, RCPT, DATA, BODY, QUIT } },
    { "healthy, submissions", CAUSE_NONE, "", MOCK_DOOR_SUBMISSIONS, true, 1, 0, 0,
      { GREETING, EHLO_AUTH, LOGIN, MAIL, RCPT, DATA, BODY, QUIT } },
    { "healthy, mail for its own domain", CAUSE_NONE, "", MOCK_DOOR_MX, false, 1, 0, 0,
      { GREETING, EHLO_NO_AUTH, { "MAIL FROM:<>", "250 ", NULL, NULL },
        { "RCPT TO:<anybody@corp.example>", "250 ", NULL, NULL },
        { "RCPT TO:<Postmaster>", "250 ", NULL, NULL }, DATA, BODY, QUIT } },
    { "healthy, wrong password", CAUSE_NONE, "", MOCK_DOOR_SUBMISSION, false, 0, 1, 1,
      { INTO_TLS, EHLO_AUTH, { "LOGIN " ANNA " Kestrel-14-harbour", "535 5.7.8", NULL, NULL }, QUIT } },
    { "healthy, wrong user", CAUSE_NONE, "", MOCK_DOOR_SUBMISSION, false, 0, 1, 1,
      { INTO_TLS, EHLO_AUTH, { "LOGIN anna " PASSWORD, "535 5.7.8", NULL, NULL }, QUIT } },
    { "client never authenticates", CAUSE_CLIENT_NEVER_AUTHENTICATES, "", MOCK_DOOR_SUBMISSION, false, 1, 1, 0,
      { INTO_TLS, EHLO_AUTH, MAIL, RCPT_REFUSED, RSET, LOGIN, MAIL, RCPT, DATA, BODY, QUIT } },
    { "client never authenticates, mx", CAUSE_CLIENT_NEVER_AUTHENTICATES, "", MOCK_DOOR_MX, false, 1, 1, 0,
      { INTO_TLS, EHLO_AUTH, MAIL, RCPT_REFUSED, RSET, LOGIN, MAIL, RCPT, DATA, BODY, QUIT } },
    { "auth hidden until TLS", CAUSE_AUTH_HIDDEN_UNTIL_TLS, "", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { GREETING, EHLO_NO_AUTH, MAIL, RCPT_REFUSED, RSET, TLS, EHLO_AUTH, LOGIN, MAIL, RCPT, QUIT } },
    { "mail only under TLS", CAUSE_MAIL_ONLY_UNDER_TLS, "", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { GREETING, EHLO_NO_AUTH, { "MAIL FROM:<" ANNA ">", "530 5.7.0 Must issue a STARTTLS command first", NULL, NULL },
        TLS, EHLO_AUTH, MAIL, RCPT, RSET, LOGIN, MAIL, RCPT, QUIT } },
    { "mail only under TLS, exchange", CAUSE_MAIL_ONLY_UNDER_TLS, "exchange", MOCK_DOOR_MX, false, 0, 1, 0,
      { GREETING, EHLO, { "MAIL FROM:<" ANNA ">", "451 5.7.3 STARTTLS is required to send mail", NULL, NULL },
        TLS, EHLO, MAIL, RCPT, QUIT } },
    { "no common mechanism", CAUSE_NO_COMMON_MECHANISM, "", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { INTO_TLS, { "EHLO client.example", "250 ", "AUTH GSSAPI NTLM", "PLAIN" }, MAIL, RCPT_REFUSED, QUIT } },
    { "relay takes no login", CAUSE_RELAY_TAKES_NO_LOGIN, "", MOCK_DOOR_SUBMISSION, false, 1, 0, 0,
      { INTO_TLS, EHLO_NO_AUTH, MAIL, RCPT, DATA, BODY, QUIT } },
    { "wrong credentials", CAUSE_WRONG_CREDENTIALS, "", MOCK_DOOR_SUBMISSION, false, 0, 1, 1,
      { INTO_TLS, EHLO_AUTH, { "LOGIN " ANNA " " PASSWORD, "535 5.7.8 Error: authentication failed", NULL, NULL }, QUIT } },
    { "mx port, not submission", CAUSE_MX_PORT_NOT_SUBMISSION, "", MOCK_DOOR_MX, false, 0, 1, 0,
      { INTO_TLS, EHLO_NO_AUTH, MAIL, RCPT_REFUSED, QUIT } },
    { "mx port: submission is the fix", CAUSE_MX_PORT_NOT_SUBMISSION, "", MOCK_DOOR_SUBMISSION, false, 0, 0, 0,
      { INTO_TLS, EHLO_AUTH, LOGIN, MAIL, RCPT, QUIT } },
    { "TLS mode: the right one at 587", CAUSE_TLS_MODE_MISMATCH, "", MOCK_DOOR_SUBMISSION, false, 0, 0, 0,
      { INTO_TLS, EHLO_AUTH, LOGIN, MAIL, RCPT, QUIT } },
    { "TLS mode: the right one at 465", CAUSE_TLS_MODE_MISMATCH, "", MOCK_DOOR_SUBMISSIONS, true, 0, 0, 0,
      { GREETING, EHLO_AUTH, LOGIN, MAIL, RCPT, QUIT } },
    { "from is not the login", CAUSE_FROM_NOT_LOGIN, "", MOCK_DOOR_SUBMISSION, false, 1, 1, 0,
      { INTO_TLS, EHLO_AUTH, LOGIN, { "MAIL FROM:<info@corp.example>", "250 ", NULL, NULL },
        { "RCPT TO:<tom@elsewhere.example>", "553 5.7.1 <info@corp.example>: Sender address rejected: not owned by user " ANNA, NULL, NULL },
        RSET, MAIL, RCPT, DATA, BODY, QUIT } },
    { "from is not the login, exchange", CAUSE_FROM_NOT_LOGIN, "exchange", MOCK_DOOR_SUBMISSION, false, 1, 1, 0,
      { INTO_TLS, EHLO_AUTH, LOGIN, { "MAIL FROM:<info@corp.example>", "250 ", NULL, NULL }, RCPT, DATA,
        { "Subject: a test\r\n\r\nHello.\r\n.", "550 5.7.60 ", NULL, NULL }, MAIL, RCPT, DATA, BODY, QUIT } },
    { "from is not the login, sendmail", CAUSE_FROM_NOT_LOGIN, "sendmail", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { INTO_TLS, EHLO_AUTH, LOGIN, { "MAIL FROM:<info@corp.example>", "553 5.7.1 <info@corp.example>...", NULL, NULL },
        { "MAIL FROM:<>", "250 ", NULL, NULL }, RCPT, QUIT } },
    { "address not trusted", CAUSE_IP_NOT_TRUSTED, "exim", MOCK_DOOR_MX, false, 0, 1, 0,
      { INTO_TLS, EHLO_NO_AUTH, MAIL, { "RCPT TO:<tom@elsewhere.example>", "550 relay not permitted", NULL, NULL },
        { "RCPT TO:<anna@corp.example>", "250 Accepted", NULL, NULL }, QUIT } },
    { "recipient unknown", CAUSE_RECIPIENT_UNKNOWN, "", MOCK_DOOR_MX, false, 0, 1, 0,
      { GREETING, EHLO, MAIL, { "RCPT TO:<ghost@corp.example>", "550 5.1.1 <ghost@corp.example>: Recipient address rejected", NULL, NULL },
        { "RCPT TO:<ANNA@corp.example>", "250 ", NULL, NULL }, { "RCPT TO:<postmaster@corp.example>", "250 ", NULL, NULL }, QUIT } },
    { "recipient unknown, after a login", CAUSE_RECIPIENT_UNKNOWN, "sendmail", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { INTO_TLS, EHLO, LOGIN, MAIL, { "RCPT TO:<ghost@corp.example>", "550 5.1.1 <ghost@corp.example>... User unknown", NULL, NULL },
        RCPT, QUIT } },
    { "relay refused, exchange", CAUSE_NONE, "exchange", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { GREETING, EHLO, MAIL, { "RCPT TO:<tom@elsewhere.example>", "550 5.7.54 SMTP; Unable to relay", NULL, NULL }, QUIT } },
    { "relay refused, sendmail", CAUSE_NONE, "sendmail", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { GREETING, EHLO, MAIL, { "RCPT TO:<tom@elsewhere.example>", "550 5.7.1 <tom@elsewhere.example>... Relaying denied", NULL, NULL }, QUIT } },
    { "HELO gets a single line", CAUSE_HELO_INSTEAD_OF_EHLO, "", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { GREETING, { "HELO client.example", "250 " HOST, NULL, "PIPELINING" }, MAIL, RCPT_REFUSED, QUIT } },
    { "a dead mechanism", CAUSE_MECHANISM_OFFERED_BUT_DEAD, "sendmail", MOCK_DOOR_SUBMISSION, false, 0, 1, 1,
      { INTO_TLS, { "EHLO client.example", "250 ", "AUTH CRAM-MD5 PLAIN LOGIN", NULL },
        { "AUTH CRAM-MD5", "504 5.3.3 AUTH mechanism", NULL, NULL }, LOGIN, MAIL, RCPT, QUIT } },
    { "no client certificate", CAUSE_CLIENT_CERTIFICATE_NEEDED, "", MOCK_DOOR_MX, false, 0, 1, 0,
      { INTO_TLS, EHLO_NO_AUTH, MAIL, { "RCPT TO:<tom@elsewhere.example>", "554 5.7.1 ", "client certificate", NULL }, QUIT } },
    { "the other form of the user", CAUSE_WRONG_USERNAME_FORM, "", MOCK_DOOR_SUBMISSION, false, 0, 1, 1,
      { INTO_TLS, EHLO_AUTH, { "LOGIN " ANNA " " PASSWORD, "535 ", NULL, NULL },
        { "LOGIN anna " PASSWORD, "235 ", NULL, NULL }, MAIL, RCPT, QUIT } },
    { "a token", CAUSE_OAUTH_TOKEN_REJECTED, "", MOCK_DOOR_SUBMISSIONS, true, 0, 1, 1,
      { GREETING, { "EHLO client.example", "250 ", "AUTH XOAUTH2 OAUTHBEARER", NULL },
        { "AUTH XOAUTH2", "334 ", NULL, NULL }, { "dG9rZW4=", "334 eyJzdGF0dXMiOiI0MDEi", NULL, NULL },
        { "AQ==", "535 5.7.8 ", NULL, NULL }, QUIT } },
    { "a backend that is down, exim", CAUSE_AUTH_BACKEND_DOWN, "exim", MOCK_DOOR_SUBMISSION, false, 0, 1, 1,
      { INTO_TLS, EHLO_AUTH, { "LOGIN " ANNA " " PASSWORD, "435 Unable", NULL, NULL }, QUIT } },
    { "another server", CAUSE_WRONG_SERVER, "", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { { NULL, "220 www.hosting.example ESMTP", NULL, NULL }, { "EHLO client.example", "250 www.hosting.example", NULL, "AUTH" },
        MAIL, RCPT_REFUSED, QUIT } },
    { "STARTTLS stripped", CAUSE_STARTTLS_STRIPPED, "", MOCK_DOOR_SUBMISSION, false, 0, 2, 0,
      { GREETING, { "EHLO client.example", "250 ", "XXXXXXXA", "STARTTLS" }, { "STARTTLS", "502 ", NULL, NULL },
        MAIL, RCPT_REFUSED, QUIT } },
    { "a From that is none", CAUSE_FROM_INVALID, "exim", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { INTO_TLS, EHLO_AUTH, LOGIN, { "MAIL FROM:<anna@corp.invalid>", "250 ", NULL, NULL },
        { "RCPT TO:<tom@elsewhere.example>", "550 Verification failed", "Sender verify failed", NULL }, RSET, MAIL, RCPT, QUIT } },
    { "From in the header, exchange", CAUSE_FROM_NOT_LOGIN, "exchange", MOCK_DOOR_SUBMISSION, false, 1, 1, 0,
      { INTO_TLS, EHLO_AUTH, LOGIN, MAIL, RCPT, DATA, { "From: x <info@corp.example>\r\n\r\nHello.\r\n.", "550 5.7.60 ", NULL, NULL },
        MAIL, RCPT, DATA, { "From: x <Anna@corp.example>\r\n\r\nHello.\r\n.", "250 ", NULL, NULL }, QUIT } },
    { "a login that changes nothing", CAUSE_LOGIN_NOT_HONOURED, "", MOCK_DOOR_SUBMISSION, false, 0, 1, 0,
      { INTO_TLS, EHLO_AUTH, LOGIN, MAIL, RCPT_REFUSED, QUIT } },
    { "the EHLO name", CAUSE_EHLO_NAME_REFUSED, "exchange", MOCK_DOOR_MX, false, 0, 2, 0,
      { GREETING, { "EHLO pc", "501 5.5.4", NULL, NULL }, { "EHLO localhost.localdomain", "501 5.5.4", NULL, NULL },
        { "EHLO [127.0.0.1]", "250 ", NULL, NULL }, EHLO, QUIT } },
    { "a SIZE too large", CAUSE_MESSAGE_TOO_LARGE, "", MOCK_DOOR_MX, false, 0, 1, 0,
      { GREETING, { "EHLO client.example", "250 ", "SIZE 65536", NULL },
        { "MAIL FROM:<" ANNA "> SIZE=70000", "552 5.3.4 Message size exceeds fixed limit", NULL, NULL }, MAIL, QUIT } },
    { "login refused, exim", CAUSE_WRONG_CREDENTIALS, "exim", MOCK_DOOR_SUBMISSIONS, true, 0, 1, 1,
      { GREETING, EHLO_AUTH, { "LOGIN " ANNA " " PASSWORD, "535 Incorrect authentication data", NULL, NULL }, QUIT } },
    /* clang-format on */
};

/* --- a client that says its lines --- */

struct client {
    struct net_loop *loop;
    struct net_tls_context *tls;
    struct net_stream *stream;
    struct smtp_reader *reader;
    const struct line *lines;
    unsigned at;      /* the line whose reply is awaited */
    const char *pop3; /* said as soon as the connection stands */
    bool secured, verified;
    enum smtp_cert_reason reason;
    enum net_end end;
    char trouble[400];
};

static void give_up(struct client *c, const char *what, const char *got)
{
    const struct line *l = &c->lines[c->at];
    snprintf(c->trouble, sizeof c->trouble, "line %u, '%s': %s: %s", c->at,
             l->say ? l->say : "greeting", what, got);
    net_stream_close(c->stream, false);
}

static void say_login(struct client *c, str arguments)
{
    struct buf plain, line;
    buf_init(&plain, 500);
    buf_init(&line, 1000);
    str password = arguments, user = str_cut(&password, ' ');
    buf_addc(&plain, '\0');
    buf_add(&plain, user);
    buf_addc(&plain, '\0');
    buf_add(&plain, password);
    buf_add(&line, STR("AUTH PLAIN "));
    base64_encode(buf_str(&plain), &line);
    buf_add(&line, STR("\r\n"));
    net_stream_send(c->stream, buf_str(&line));
    buf_done(&plain);
    buf_done(&line);
}

static void say_next(struct client *c)
{
    str say = str_from(c->lines[c->at].say);
    if (say.n == 0)
        return;
    if (str_starts(say, STR("LOGIN "))) {
        say_login(c, str_skip(say, 6));
        return;
    }
    net_stream_send(c->stream, str_eq(say, STR("TLS")) ? STR("STARTTLS") : say);
    net_stream_send(c->stream, STR("\r\n"));
}

static void hear(struct client *c, const struct smtp_reply *r)
{
    const struct line *l = &c->lines[c->at];
    char got[1024];
    int n = snprintf(got, sizeof got, "%u %.*s", r->code, STR_ARG(r->text));
    for (int i = 0; i < n && i < (int)sizeof got; i++)
        if (got[i] == '\n')
            got[i] = '|';
    if (!l->hear)
        give_up(c, "nothing expected any more", got);
    else if (!str_starts(str_from(got), str_from(l->hear)))
        give_up(c, l->hear, got);
    else if (l->has && !strstr(got, l->has))
        give_up(c, l->has, got);
    else if (l->lacks && strstr(got, l->lacks))
        give_up(c, "should not be there", got);
    else if (l->say && strcmp(l->say, "TLS") == 0)
        net_stream_secure(c->stream, c->tls, STR(HOST));
    else {
        c->at++;
        say_next(c);
    }
}

static void on_opened(void *user)
{
    struct client *c = user;
    if (c->pop3)
        net_stream_send(c->stream, str_from(c->pop3));
    if (!c->lines[0].hear || c->secured)
        return;
    if (c->lines[0].say)
        say_next(c);
}

static void on_opened_tls(void *user)
{
    struct client *c = user;
    net_stream_secure(c->stream, c->tls, STR(HOST));
}

static void on_octets(void *user, str octets)
{
    struct client *c = user;
    while (octets.n > 0 && !c->trouble[0]) {
        size_t used = 0;
        enum smtp_read got = smtp_reader_feed(c->reader, octets, &used);
        octets = str_skip(octets, used);
        if (got == SMTP_READ_REPLY)
            hear(c, smtp_reader_reply(c->reader));
        else if (got == SMTP_READ_BROKEN)
            give_up(c, "no reply", "");
    }
}

static void on_room(void *user)
{
    (void)user;
}

static void on_secured(void *user, const struct smtp_tls_facts *facts)
{
    struct client *c = user;
    c->secured = true;
    c->verified = facts->verified;
    c->reason = facts->reason_count > 0 ? facts->reasons[0] : SMTP_CERT_OK;
    if (c->lines[c->at].say) {
        c->at++;
        say_next(c);
    }
}

static void on_due(void *user)
{
    give_up(user, "no answer in time", "");
}

static void on_closed(void *user, enum net_end end, const struct err *why)
{
    struct client *c = user;
    (void)why;
    c->end = end;
    net_loop_stop(c->loop);
}

static void connect_client(struct client *c, uint16_t port, bool tls_at_once)
{
    static const struct net_stream_calls CALLS[] = {
        { on_opened, on_octets, on_room, on_secured, on_due, NULL, on_closed },
        { on_opened_tls, on_octets, on_room, on_secured, on_due, NULL, on_closed },
    };
    struct net_endpoint to = { .port = port };
    assert_true(ip_parse(STR("127.0.0.1"), &to.address));
    c->reader = smtp_reader_new(8192);
    struct err e = { 0 };
    c->stream = net_stream_connect(c->loop, &to, NULL, &CALLS[tls_at_once], c, &e);
    if (!c->stream)
        fail_msg("%s", e.why);
    net_stream_deadline(c->stream, net_loop_now_ms(c->loop) + 10000);
}

/* --- a mock and a client around each test --- */

struct fixture {
    struct net_loop *loop;
    struct mock_server *mock;
    struct net_tls_context *tls;
    struct buf log;
};

static void take_log(void *user, unsigned connection, str line)
{
    struct fixture *f = user;
    buf_addf(&f->log, "#%u ", connection);
    buf_add(&f->log, line);
    buf_addc(&f->log, '\n');
}

static void start(struct fixture *f, struct mock_options o)
{
    struct err e = { 0 };
    *f = (struct fixture){ 0 };
    buf_init(&f->log, 1 << 20);
    f->loop = net_loop_new(&e);
    assert_non_null(f->loop);
    o.log = take_log;
    o.log_user = f;
    if (o.password.n == 0)
        o.password = STR(PASSWORD);
    f->mock = mock_new(f->loop, &o, &e);
    if (!f->mock)
        fail_msg("%s", e.why);
    struct net_tls_trust trust = { .ca_pem = mock_ca_pem(f->mock) };
    f->tls = net_tls_client_new(&trust, &e);
    assert_non_null(f->tls);
}

static void stop(struct fixture *f)
{
    mock_free(f->mock);
    net_loop_free(f->loop);
    net_tls_context_free(f->tls);
    buf_done(&f->log);
}

static unsigned door_of(const struct mock_server *m, enum mock_door_kind kind)
{
    for (unsigned i = 0; i < mock_door_count(m); i++)
        if (mock_door_kind_of(m, i) == kind)
            return i;
    fail_msg("no door of kind %d", (int)kind);
    return 0;
}

/* Plays the lines; the client is done when the connection is. */
static struct client converse(struct fixture *f, enum mock_door_kind door, bool tls_at_once,
                              const struct line *lines)
{
    struct client c = { .loop = f->loop, .tls = f->tls, .lines = lines };
    connect_client(&c, mock_port(f->mock, door_of(f->mock, door)), tls_at_once);
    net_loop_run(f->loop);
    smtp_reader_free(c.reader);
    return c;
}

static void assert_log_has(const struct fixture *f, const char *what)
{
    if (str_find(buf_str(&f->log), str_from(what)) == STR_NOT_FOUND)
        fail_msg("the log lacks '%s':\n%.*s", what, STR_ARG(buf_str(&f->log)));
}

/* --- tests --- */

static void play(const struct play_case *t)
{
    struct fixture f;
    start(&f, (struct mock_options){ .cause = t->cause, .as = str_from(t->as) });
    struct client c = converse(&f, t->door, t->tls_at_once, t->lines);
    const struct mock_counts *n = mock_counts(f.mock);
    if (c.trouble[0])
        fail_msg("%s: %s", t->label, c.trouble);
    if (t->lines[c.at].hear)
        fail_msg("%s: the connection ended (%d) before line %u", t->label, (int)c.end, c.at);
    if (n->messages != t->messages || n->refusals != t->refusals ||
        n->login_refused != t->refused_logins || n->quits != 1 || n->logins_clear != 0)
        fail_msg("%s: messages %u, refusals %u, refused logins %u, quits %u", t->label, n->messages,
                 n->refusals, n->login_refused, n->quits);
    if (str_find(buf_str(&f.log), STR(PASSWORD)) != STR_NOT_FOUND)
        fail_msg("%s: the password is in the log", t->label);
    stop(&f);
}

static void each_cause_is_played(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        play(&CASES[i]);
}

/* Manners change how a refusal comes, not which. */
static void each_manner(void **state)
{
    static const struct line SOFT[] = { GREETING,
                                        EHLO,
                                        MAIL,
                                        { "RCPT TO:<tom@elsewhere.example>",
                                          "454 4.7.0 <tom@elsewhere.example>: Relay access denied",
                                          NULL, NULL },
                                        QUIT,
                                        { 0 } };
    static const struct line SLOW[] = { GREETING, EHLO, MAIL, RCPT_REFUSED, QUIT, { 0 } };
    static const struct line CUT[] = { GREETING,
                                       EHLO,
                                       MAIL,
                                       { "RCPT TO:<tom@elsewhere.example>\r\nRSET", "554 ", NULL,
                                         NULL },
                                       { "", "250 ", NULL, NULL },
                                       { 0 } };
    struct fixture f;
    (void)state;
    start(&f, (struct mock_options){ .manners = { .temporary = true } });
    assert_string_equal(converse(&f, MOCK_DOOR_MX, false, SOFT).trouble, "");
    stop(&f);
    start(&f, (struct mock_options){ .manners = { .greeting_ms = 300, .tarpit_ms = 100 } });
    uint64_t began = net_loop_now_ms(f.loop);
    assert_string_equal(converse(&f, MOCK_DOOR_MX, false, SLOW).trouble, "");
    assert_true(net_loop_now_ms(f.loop) - began >= 700);
    stop(&f);
    start(&f, (struct mock_options){ .manners = { .drops = true } });
    struct client c = converse(&f, MOCK_DOOR_MX, false, CUT);
    assert_int_equal(c.at, 4); /* RSET is not answered any more */
    assert_int_equal(mock_counts(f.mock)->quits, 0);
    stop(&f);
}

static void greylisting_ends(void **state)
{
    static const struct line FIRST[] = {
        GREETING, EHLO, MAIL, { "RCPT TO:<x@corp.example>", "450 4.2.0", NULL, NULL }, QUIT, { 0 }
    };
    static const struct line LATER[] = {
        GREETING, EHLO, MAIL, { "RCPT TO:<x@corp.example>", "250 ", NULL, NULL }, QUIT, { 0 }
    };
    struct fixture f;
    (void)state;
    start(&f, (struct mock_options){ .cause = CAUSE_GREYLISTED_TEMPORARY,
                                     .manners = { .wait_ms = 1, .greeting_ms = 20 } });
    assert_string_equal(converse(&f, MOCK_DOOR_MX, false, FIRST).trouble, "");
    assert_string_equal(converse(&f, MOCK_DOOR_MX, false, LATER).trouble, "");
    stop(&f);
}

static void a_refused_login_bans(void **state)
{
    static const struct line WRONG[] = {
        INTO_TLS, EHLO_AUTH, { "LOGIN " ANNA " wrong", "535 ", NULL, NULL }, QUIT, { 0 }
    };
    static const struct line BANNED[] = { { NULL, "554 5.7.1 Your address is banned", NULL, NULL },
                                          QUIT,
                                          { 0 } };
    struct fixture f;
    (void)state;
    start(&f, (struct mock_options){ .manners = { .bans = true } });
    assert_string_equal(converse(&f, MOCK_DOOR_SUBMISSION, false, WRONG).trouble, "");
    assert_string_equal(converse(&f, MOCK_DOOR_MX, false, BANNED).trouble, "");
    stop(&f);
}

/* The octets of a POP3 dialogue are no SMTP replies: they are only sent, and the server counts. */
static void fetch(struct fixture *f, const char *octets)
{
    struct net_stream_calls calls = { on_opened, on_octets, on_room,  on_secured,
                                      on_due,    NULL,      on_closed };
    static const struct line NOTHING[] = { { 0 } };
    struct client c = { .loop = f->loop, .lines = NOTHING, .trouble = "none is read" };
    struct net_endpoint to = { .port = mock_port(f->mock, door_of(f->mock, MOCK_DOOR_POP3)) };
    assert_true(ip_parse(STR("127.0.0.1"), &to.address));
    c.stream = net_stream_connect(f->loop, &to, NULL, &calls, &c, NULL);
    assert_non_null(c.stream);
    net_stream_deadline(c.stream, net_loop_now_ms(f->loop) + 10000);
    c.pop3 = octets;
    net_loop_run(f->loop);
}

static void mail_fetched_first(void **state)
{
    static const struct line BEFORE[] = {
        INTO_TLS, EHLO_NO_AUTH,
        MAIL,     { "RCPT TO:<tom@elsewhere.example>", "554 5.7.1 ", "POP3", NULL },
        QUIT,     { 0 }
    };
    static const struct line AFTER[] = { INTO_TLS, EHLO_NO_AUTH, MAIL, RCPT, QUIT, { 0 } };
    struct fixture f;
    (void)state;
    start(&f, (struct mock_options){ .cause = CAUSE_POP_BEFORE_SMTP });
    assert_string_equal(converse(&f, MOCK_DOOR_SUBMISSION, false, BEFORE).trouble, "");
    fetch(&f, "USER " ANNA "\r\nPASS wrong\r\nQUIT\r\n");
    assert_int_equal(mock_counts(f.mock)->fetched, 0);
    assert_string_equal(converse(&f, MOCK_DOOR_SUBMISSION, false, BEFORE).trouble, "");
    fetch(&f, "USER " ANNA "\r\nPASS " PASSWORD "\r\nQUIT\r\n");
    assert_int_equal(mock_counts(f.mock)->fetched, 1);
    assert_string_equal(converse(&f, MOCK_DOOR_SUBMISSION, false, AFTER).trouble, "");
    stop(&f);
}

static const struct {
    enum cause_id cause;
    bool verified;
    enum smtp_cert_reason reason;
} CERTIFICATES[] = {
    { CAUSE_NONE, true, SMTP_CERT_OK },
    { CAUSE_CERTIFICATE_EXPIRED, false, SMTP_CERT_EXPIRED },
    { CAUSE_CERTIFICATE_NOT_YET_VALID, false, SMTP_CERT_NOT_YET_VALID },
    { CAUSE_CERTIFICATE_SELF_SIGNED, false, SMTP_CERT_SELF_SIGNED },
    { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, false, SMTP_CERT_UNKNOWN_ISSUER },
    { CAUSE_CERTIFICATE_WRONG_NAME, false, SMTP_CERT_WRONG_NAME },
};

/* The certificate is what is wrong, and the server behind it is healthy. */
static void each_certificate_is_shown(void **state)
{
    (void)state;
    static const struct line STARTTLS[] = { INTO_TLS, EHLO_AUTH, LOGIN, MAIL, RCPT, QUIT, { 0 } };
    static const struct line AT_ONCE[] = { GREETING, EHLO_AUTH, LOGIN, MAIL, RCPT, QUIT, { 0 } };
    for (size_t i = 0; i < COUNT_OF(CERTIFICATES); i++)
        for (int at_once = 0; at_once < 2; at_once++) {
            struct fixture f;
            start(&f, (struct mock_options){ .cause = CERTIFICATES[i].cause });
            struct client c = converse(&f, at_once ? MOCK_DOOR_SUBMISSIONS : MOCK_DOOR_SUBMISSION,
                                       at_once, at_once ? AT_ONCE : STARTTLS);
            if (c.trouble[0])
                fail_msg("certificate %zu: %s", i, c.trouble);
            assert_true(c.secured);
            assert_int_equal(c.verified, CERTIFICATES[i].verified);
            assert_int_equal(c.reason, CERTIFICATES[i].reason);
            stop(&f);
        }
}

/* A ClientHello where the server waits for EHLO, and EHLO where it waits for a ClientHello. */
static void tls_modes_that_do_not_meet(void **state)
{
    (void)state;
    static const struct line HELLO[] = { { "EHLO client.example", "250 ", NULL, NULL }, { 0 } };
    static const struct line WAIT[] = { GREETING, { 0 } };
    struct fixture f;
    start(&f, (struct mock_options){ .cause = CAUSE_TLS_MODE_MISMATCH });
    struct client tls_on_clear = converse(&f, MOCK_DOOR_SUBMISSION, true, WAIT);
    assert_false(tls_on_clear.secured);
    assert_int_equal(tls_on_clear.end, NET_END_TLS);
    struct client clear_on_tls = converse(&f, MOCK_DOOR_SUBMISSIONS, false, HELLO);
    assert_int_equal(clear_on_tls.at, 0);
    assert_int_equal(mock_counts(f.mock)->connections, 2);
    assert_int_equal(mock_counts(f.mock)->messages, 0);
    stop(&f);
}

static void a_listed_address_may_relay(void **state)
{
    (void)state;
    static const struct line LINES[] = { GREETING, EHLO_NO_AUTH, MAIL, RCPT, QUIT, { 0 } };
    struct fixture f;
    struct mock_options o = { .cause = CAUSE_IP_NOT_TRUSTED };
    assert_true(ip_net_parse(STR("127.0.0.0/24"), &o.trusted, NULL));
    start(&f, o);
    assert_string_equal(converse(&f, MOCK_DOOR_MX, false, LINES).trouble, "");
    stop(&f);
    assert_true(ip_net_parse(STR("127.200.0.0/16"), &o.trusted, NULL));
    start(&f, o);
    assert_string_not_equal(converse(&f, MOCK_DOOR_MX, false, LINES).trouble, "");
    stop(&f);
}

static void the_log_tells_each_reply(void **state)
{
    (void)state;
    static const struct line LINES[] = {
        INTO_TLS,
        EHLO_AUTH,
        { "LOGIN " ANNA " wrong-one", "535 ", NULL, NULL },
        LOGIN,
        MAIL,
        { "RCPT TO:<\"a\x1b[31m\\\"b\"@elsewhere.example>", "", NULL, NULL },
        RCPT,
        DATA,
        BODY,
        { "VRFY anna", "", NULL, NULL },
        QUIT,
        { 0 },
    };
    struct fixture f;
    start(&f, (struct mock_options){ .as = STR("exim") });
    struct client c = converse(&f, MOCK_DOOR_SUBMISSION, false, LINES);
    assert_string_equal(c.trouble, "");
    assert_log_has(&f, "#1 connected to submission from 127.0.0.1 port ");
    assert_log_has(&f, "#1 greeting 220 " HOST " ESMTP Exim\n");
    assert_log_has(&f, "#1 EHLO client.example 250 " HOST);
    assert_log_has(&f, "#1 STARTTLS 220 ");
    assert_log_has(&f, "#1 secured by TLSv1.3\n");
    assert_log_has(&f, "#1 AUTH PLAIN as " ANNA " 535 Incorrect authentication data\n");
    assert_log_has(&f, "#1 AUTH PLAIN as " ANNA " 235 Authentication succeeded\n");
    assert_log_has(&f, "#1 MAIL FROM:<" ANNA "> 250 OK\n");
    assert_log_has(&f, "#1 RCPT TO:<tom@elsewhere.example> 250 Accepted\n");
    assert_log_has(&f, "#1 message of 27 octets 250 OK id=");
    assert_log_has(&f, "#1 DATA 354 ");
    assert_log_has(&f, "#1 QUIT 221 ");
    str log = buf_str(&f.log);
    for (size_t i = 0; i < log.n; i++)
        if (log.p[i] != '\n' && (unsigned char)log.p[i] < ' ')
            fail_msg("a control character is in the log, at %zu", i);
    assert_true(str_find(log, STR("wrong-one")) == STR_NOT_FOUND);
    stop(&f);
}

/* Commands in one piece are answered in order, and the log gives each reply to its command. */
static void a_group_of_commands(void **state)
{
    (void)state;
    static const struct line LINES[] = {
        GREETING,
        EHLO,
        { "MAIL FROM:<" ANNA ">\r\nRCPT TO:<tom@elsewhere.example>\r\nRSET\r\nNOOP\r\n"
          "MAIL FROM:<>\r\nRCPT TO:<x@corp.example>",
          "250 ", NULL, NULL },
        { "", "554 ", NULL, NULL },
        { "", "250 ", NULL, NULL },
        { "", "250 ", NULL, NULL },
        { "", "250 ", NULL, NULL },
        { "", "250 ", NULL, NULL },
        QUIT,
        { 0 },
    };
    struct fixture f;
    start(&f, (struct mock_options){ 0 });
    struct client c = converse(&f, MOCK_DOOR_MX, false, LINES);
    assert_string_equal(c.trouble, "");
    assert_log_has(&f, "RCPT TO:<tom@elsewhere.example> 554 5.7.1 ");
    assert_log_has(&f, "MAIL FROM:<> 250 2.1.0 Ok\n");
    assert_log_has(&f, "#1 250 2.0.0 "); /* RSET and NOOP: the session's own */
    assert_log_has(&f, "RCPT TO:<x@corp.example> 250 2.1.5 Ok\n");
    stop(&f);
}

static void mechanisms_and_names_can_be_chosen(void **state)
{
    (void)state;
    static const struct line LINES[] = {
        { NULL, "220 mx.shop.example ESMTP", NULL, NULL },
        { "EHLO client.example", "250 mx.shop.example", NULL, NULL },
        TLS,
        { "EHLO client.example", "250 mx.shop.example", "AUTH LOGIN", "PLAIN" },
        { "AUTH LOGIN", "334 ", NULL, NULL },
        { "Ym9i", "334 ", NULL, NULL },         /* bob */
        { "YW55IG9uZQ==", "235 ", NULL, NULL }, /* any one */
        { "MAIL FROM:<bob@shop.example>", "250 ", NULL, NULL },
        RCPT,
        RSET,
        { "MAIL FROM:<bert@shop.example>", "250 ", NULL, NULL },
        { "RCPT TO:<tom@elsewhere.example>", "553 ", "not owned by user bob", NULL },
        QUIT,
        { 0 },
    };
    struct fixture f;
    start(&f, (struct mock_options){ .cause = CAUSE_FROM_NOT_LOGIN,
                                     .hostname = STR("mx.shop.example"),
                                     .user = STR("bob"),
                                     .password = STR("any one"),
                                     .mechanisms = STR("LOGIN") });
    assert_string_equal(converse(&f, MOCK_DOOR_SUBMISSION, false, LINES).trouble, "");
    stop(&f);
}

static void without_a_password_any_will_do(void **state)
{
    (void)state;
    static const struct line LINES[] = { GREETING, EHLO_AUTH, LOGIN, QUIT, { 0 } };
    struct err e = { 0 };
    struct net_loop *loop = net_loop_new(&e);
    struct mock_server *m = mock_new(loop, &(struct mock_options){ 0 }, &e);
    assert_non_null(m);
    struct net_tls_trust trust = { .ca_pem = mock_ca_pem(m) };
    struct fixture f = { .loop = loop, .mock = m, .tls = net_tls_client_new(&trust, &e) };
    assert_string_equal(converse(&f, MOCK_DOOR_SUBMISSIONS, true, LINES).trouble, "");
    stop(&f);
}

/* Freed while a client is in the middle of a conversation, and the log is asked for nothing more. */
static void freed_in_the_middle(void **state)
{
    (void)state;
    static const struct line LINES[] = { GREETING, EHLO, { "NOOP", "999", NULL, NULL }, { 0 } };
    for (int kind = 0; kind <= MOCK_DOOR_SUBMISSIONS; kind++) {
        struct fixture f;
        start(&f, (struct mock_options){ 0 });
        struct client c = { .loop = f.loop, .tls = f.tls, .lines = LINES };
        uint16_t port = mock_port(f.mock, door_of(f.mock, (enum mock_door_kind)kind));
        connect_client(&c, port, kind == MOCK_DOOR_SUBMISSIONS);
        net_loop_run(f.loop); /* until the client gives up at NOOP */
        assert_int_equal(c.at, 2);
        struct client d = { .loop = f.loop, .tls = f.tls, .lines = LINES };
        connect_client(&d, port, false);
        mock_free(f.mock);
        f.mock = NULL;
        size_t logged = f.log.n;
        net_loop_free(f.loop); /* ends what is open */
        f.loop = NULL;
        assert_int_equal(f.log.n, logged);
        stop(&f);
        smtp_reader_free(c.reader);
        smtp_reader_free(d.reader);
    }
}

static const struct refused_case {
    const char *label;
    struct mock_options options;
    const char *address, *why;
} REFUSED[] = {
    { "not loopback", { 0 }, "192.0.2.1", "serves this machine only" },
    { "any address", { 0 }, "0.0.0.0", "serves this machine only" },
    { "any address, IPv6", { 0 }, "::", "serves this machine only" },
    { "private is not loopback", { 0 }, "10.0.0.1", "serves this machine only" },
    { "mapped, not loopback", { 0 }, "::ffff:192.0.2.1", "serves this machine only" },
    { "not playable", { .cause = CAUSE_DNS_FAILURE }, NULL, "'dns-failure': it lies in DNS" },
    { "unknown flavour", { .as = STR_INIT("qmail") }, NULL, "postfix, exim, exchange, sendmail" },
    { "bad host name", { .hostname = STR_INIT("a b") }, NULL, "host name" },
    { "host name with a comma", { .hostname = STR_INIT("a,b") }, NULL, "host name" },
    { "line feed in user", { .user = STR_INIT("a\nb@c") }, NULL, "user" },
    { "control in mechanisms", { .mechanisms = STR_INIT("PLAIN\r\n") }, NULL, "mechanisms" },
    { "too many doors", { .door_count = 7 }, NULL, "at most 6 doors" },
};

static void what_is_not_begun(void **state)
{
    (void)state;
    struct err e = { 0 };
    struct net_loop *loop = net_loop_new(&e);
    for (size_t i = 0; i < COUNT_OF(REFUSED); i++) {
        const struct refused_case *t = &REFUSED[i];
        struct mock_options o = t->options;
        if (t->address)
            assert_true(ip_parse(str_from(t->address), &o.address));
        e = (struct err){ 0 };
        struct mock_server *m = mock_new(loop, &o, &e);
        if (m)
            fail_msg("%s: it was begun", t->label);
        if (!strstr(e.why, t->why))
            fail_msg("%s: says '%s'", t->label, e.why);
    }
    net_loop_free(loop);
}

static void loopback_addresses_and_ports(void **state)
{
    (void)state;
    static const char *const ADDRESSES[] = { "127.0.0.1", "127.200.0.9", "::ffff:127.0.0.1" };
    struct err e = { 0 };
    struct net_loop *loop = net_loop_new(&e);
    for (size_t i = 0; i < COUNT_OF(ADDRESSES); i++) {
        struct mock_options o = { .door_count = 1, .doors = { { MOCK_DOOR_MX, 0 } } };
        assert_true(ip_parse(str_from(ADDRESSES[i]), &o.address));
        struct mock_server *m = mock_new(loop, &o, &e);
        if (!m)
            fail_msg("%s: %s", ADDRESSES[i], e.why);
        assert_int_equal(mock_door_count(m), 1);
        assert_int_not_equal(mock_port(m, 0), 0);
        o.doors[0].port = mock_port(m, 0); /* taken */
        assert_null(mock_new(loop, &o, &e));
        assert_int_equal(e.kind, ERR_SYSTEM);
        mock_free(m);
    }
    net_loop_free(loop);
}

static void a_crowd_is_kept_out(void **state)
{
    (void)state;
    static const struct line WAIT[] = { GREETING, { "NOOP", "999", NULL, NULL }, { 0 } };
    struct fixture f;
    start(&f, (struct mock_options){ 0 });
    struct net_stream_calls silent = { on_opened, on_octets, on_room,  on_secured,
                                       on_due,    NULL,      on_closed };
    static const struct line NOTHING[] = { { NULL, "220 ", NULL, NULL }, { 0 }, { 0 } };
    static struct client crowd[MOCK_CONNECTIONS];
    struct net_endpoint to = { .port = mock_port(f.mock, 0) };
    assert_true(ip_parse(STR("127.0.0.1"), &to.address));
    for (int i = 0; i < MOCK_CONNECTIONS; i++) {
        crowd[i] = (struct client){ .loop = f.loop, .tls = f.tls, .lines = NOTHING };
        crowd[i].reader = smtp_reader_new(8192);
        crowd[i].stream = net_stream_connect(f.loop, &to, NULL, &silent, &crowd[i], NULL);
        assert_non_null(crowd[i].stream);
    }
    struct client late = converse(&f, MOCK_DOOR_MX, false, WAIT);
    assert_int_equal(late.at, 0); /* no greeting */
    assert_int_equal(mock_counts(f.mock)->most, MOCK_CONNECTIONS + 1);
    assert_log_has(&f, "closed: 64 connections are open already");
    stop(&f);
    for (int i = 0; i < MOCK_CONNECTIONS; i++)
        smtp_reader_free(crowd[i].reader);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_cause_is_played),
        cmocka_unit_test(each_manner),
        cmocka_unit_test(greylisting_ends),
        cmocka_unit_test(a_refused_login_bans),
        cmocka_unit_test(mail_fetched_first),
        cmocka_unit_test(each_certificate_is_shown),
        cmocka_unit_test(tls_modes_that_do_not_meet),
        cmocka_unit_test(a_listed_address_may_relay),
        cmocka_unit_test(the_log_tells_each_reply),
        cmocka_unit_test(a_group_of_commands),
        cmocka_unit_test(mechanisms_and_names_can_be_chosen),
        cmocka_unit_test(without_a_password_any_will_do),
        cmocka_unit_test(freed_in_the_middle),
        cmocka_unit_test(what_is_not_begun),
        cmocka_unit_test(loopback_addresses_and_ports),
        cmocka_unit_test(a_crowd_is_kept_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
