/* SPDX-License-Identifier: ISC */
/*
 * explain/log_test.c - whole logs: sessions, messages, groups
 */
#include "explain/log.h"
#include "explain/log_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct explainer *explainer;

static int setup(void **state)
{
    (void)state;
    explainer = explainer_new(true);
    return explainer ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    explainer_free(explainer);
    return 0;
}

static struct explain_log *read_with(const struct explain_log_limits *limits, const char *text)
{
    struct explain_log *g = explain_log_new(explainer, limits);
    struct err e;
    assert_non_null(g);
    for (str rest = str_from(text); rest.n;)
        assert_true(explain_log_line(g, str_cut(&rest, '\n'), &e));
    return g;
}

static struct explain_log *read_text(const char *text)
{
    const struct explain_log_limits limits = { .groups = 100, .octets = 8 << 20, .year = 2024 };
    return read_with(&limits, text);
}

#define STAMP        "Jan 31 10:20:30 mx1 postfix/"
#define CONNECT(pid) STAMP "smtpd[" pid "]: connect from unknown[192.0.2.7]\n"
#define RELAY(pid)                                                                                 \
    STAMP "smtpd[" pid                                                                             \
          "]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 5.7.1 <b@far.example>: Relay "    \
          "access denied; from=<a@near.example> to=<b@FAR.example> proto=ESMTP helo=<pc>\n"
#define LEFT(pid, counters) STAMP "smtpd[" pid "]: disconnect from unknown[192.0.2.7]" counters "\n"

static void one_group(struct explain_log *g, struct explain_group *out)
{
    explain_log_settle(g);
    assert_int_equal(explain_log_groups(g, 0, out, 1), 1);
}

static enum cause_id cause_of_text(const char *text)
{
    struct explain_log *g = read_text(text);
    struct explain_group x;
    one_group(g, &x);
    enum cause_id cause = x.cause;
    explain_log_free(g);
    return cause;
}

static double confidence_of(const char *text)
{
    struct explain_log *g = read_text(text);
    struct explain_group x;
    one_group(g, &x);
    explain_log_free(g);
    return x.confidence;
}

/* What is known of a login speaks for or against a cause, where the words leave it open. */
static void test_no_login_is_evidence(void **state)
{
    (void)state;
    double told = confidence_of(CONNECT("7") RELAY("7") LEFT("7", " ehlo=1 mail=1 commands=2/3"));
    assert_true(told > confidence_of(CONNECT("7") RELAY("7") LEFT("7", "")) + 0.01);
    const char *refused =
        "Jan 31 10:20:30 mx1 smtpd[8]: 2cd79d8bacbe2c12 smtp failed-command "
        "command=\"RCPT TO:<b@far.example>\" result=\"550 5.7.1 Relaying denied\"\n";
    char whole[600];
    snprintf(whole, sizeof whole,
             "Jan 31 10:20:30 mx1 smtpd[8]: 2cd79d8bacbe2c12 smtp connected address=192.0.2.7 "
             "host=pc\n%s",
             refused);
    assert_true(confidence_of(whole) > confidence_of(refused) + 0.01);
}

/* The counters of the session's last line say whether there was a login. */
static void test_postfix_sessions(void **state)
{
    (void)state;
    const enum cause_id none = CAUSE_CLIENT_NEVER_AUTHENTICATES;
    assert_int_equal(
        cause_of_text(CONNECT("7") RELAY("7") LEFT("7", " ehlo=1 mail=1 rcpt=0/1 commands=2/3")),
        none);
    enum cause_id taken = cause_of_text(
        CONNECT("7") RELAY("7") LEFT("7", " ehlo=1 auth=1 mail=1 rcpt=0/1 commands=3/4"));
    assert_int_not_equal(taken, none);
    /* Another session's counters, and another host's, do not count. */
    struct explain_log *g = read_text(CONNECT("7") CONNECT("8") RELAY("7")
                                          LEFT("8", " ehlo=1 auth=1 mail=1 commands=3/3")
                                              LEFT("7", " ehlo=1 mail=1 rcpt=0/1 commands=2/3"));
    struct explain_group x;
    one_group(g, &x);
    assert_int_equal(x.cause, none);
    assert_int_equal(explain_log_totals(g)->sessions, 2);
    assert_int_equal(explain_log_totals(g)->logins, 1);
    explain_log_free(g);
}

/* A session without its last line, and more of them than may wait, are counted all the same. */
static void test_sessions_without_an_end(void **state)
{
    (void)state;
    const struct explain_log_limits limits = { .groups = 100, .octets = 8 << 20, .year = 2024 };
    struct explain_log *g = explain_log_new(explainer, &limits);
    struct explain_group x;
    char line[400];
    struct err e;
    for (unsigned i = 0; i < 6000; i++) {
        snprintf(line, sizeof line, RELAY("%u"), i);
        assert_true(explain_log_line(g, (str){ line, strlen(line) - 1 }, &e));
    }
    one_group(g, &x);
    assert_int_equal(x.count, 6000);
    assert_int_equal(explain_log_totals(g)->refusals, 6000);
    assert_int_equal(explain_log_totals(g)->lines, 6000);
    explain_log_free(g);
}

/* A process takes the next client: what waited belongs to the one before. */
static void test_a_process_with_many_clients(void **state)
{
    (void)state;
    struct explain_log *g = read_text(
        CONNECT("7") RELAY("7") CONNECT("7") LEFT("7", " ehlo=1 auth=1 mail=1 commands=3/3")
            CONNECT("7") RELAY("7") LEFT("7", " ehlo=1 mail=1 rcpt=0/1 commands=2/3"));
    struct explain_group x[2];
    explain_log_settle(g);
    size_t n = explain_log_groups(g, 0, x, 2);
    for (size_t i = 0; i < n; i++)
        assert_int_not_equal(x[i].cause, CAUSE_LOGIN_NOT_HONOURED);
    assert_int_equal(explain_log_totals(g)->refusals, 2);
    explain_log_free(g);
}

static void test_a_group_says_who(void **state)
{
    (void)state;
    struct explain_log *g = read_text(CONNECT("7") RELAY("7")
                                          LEFT("7", " ehlo=1 mail=1 rcpt=0/1 commands=2/3"));
    struct explain_group x;
    one_group(g, &x);
    assert_true(str_eq(x.client, STR("192.0.2.7")));
    assert_true(str_eq(x.sender, STR("a@near.example")));
    assert_true(str_eq(x.domain, STR("far.example")));
    assert_int_equal(x.dialect, DIALECT_POSTFIX);
    assert_int_equal(x.first_s, 1706696430);
    assert_true(x.confidence > 0.5);
    assert_true(str_starts(x.example, STR("Jan 31 10:20:30 mx1 postfix/smtpd[7]: NOQUEUE")));
    explain_log_free(g);
}

/* A message's sender and client stand in lines before that of its bounce. */
static void test_messages_have_senders(void **state)
{
    (void)state;
    struct explain_log *g = read_text(
        STAMP "smtpd[7]: 4F1A22C: client=pc[192.0.2.7]\n" STAMP
              "qmgr[5]: 4F1A22C: from=<a@near.example>, size=1, nrcpt=1 (queue active)\n" STAMP
              "smtp[6]: 4F1A22C: to=<b@far.example>, relay=mx.far.example[192.0.2.25]:25, "
              "delay=1, dsn=5.1.1, status=bounced (host mx.far.example[192.0.2.25] said: 550 5.1.1 "
              "<b@far.example>: User unknown (in reply to RCPT TO command))\n");
    struct explain_group x;
    one_group(g, &x);
    assert_int_equal(x.cause, CAUSE_RECIPIENT_UNKNOWN);
    assert_true(str_eq(x.client, STR("192.0.2.7")));
    assert_true(str_eq(x.sender, STR("a@near.example")));
    assert_true(str_eq(x.domain, STR("far.example")));
    explain_log_free(g);
}

#define TABLE(event_and_data)                                                                      \
    "2024-01-31T10:20:30.123Z,MX1,08DC1F,0,203.0.113.5:25,192.0.2.7:4411," event_and_data "\n"

/* A conversation that is logged whole: names come from its commands, of a long reply the first line counts. */
static void test_conversations(void **state)
{
    (void)state;
    struct explain_log *g = read_text(
        TABLE("+,,") TABLE("<,EHLO pc,") TABLE("<,MAIL FROM:<a@near.example>,")
            TABLE("<,RCPT TO:<b@far.example>,") TABLE(">,550-5.7.54 SMTP; Unable to relay,")
                TABLE(">,550 5.7.54 sorry,") TABLE("<,RCPT TO:<c@other.example>,")
                    TABLE(">,550 5.7.54 SMTP; Unable to relay,") TABLE("-,,Local"));
    struct explain_group x[3];
    explain_log_settle(g);
    assert_int_equal(explain_log_groups(g, 0, x, 3), 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(str_eq(x[i].client, STR("192.0.2.7")));
        assert_true(str_eq(x[i].sender, STR("a@near.example")));
        assert_int_equal(x[i].count, 1);
        assert_int_equal(x[i].dialect, DIALECT_EXCHANGE);
    }
    assert_true(str_eq(x[0].domain, STR("far.example")));
    assert_true(str_eq(x[1].domain, STR("other.example")));
    assert_int_equal(explain_log_totals(g)->sessions, 1);
    explain_log_free(g);
}

/* A login that OpenSMTPD refused is one refusal, of the account that was named, in two lines. */
static void test_a_login_of_opensmtpd(void **state)
{
    (void)state;
#define SMTPD "Jan 31 10:20:30 mx1 smtpd[7]: 2cd79d8bacbe2c12 smtp "
    struct explain_log *g = read_text(
        SMTPD "connected address=192.0.2.7 host=<unknown>\n" SMTPD
              "authentication user=anna@near.example result=permfail\n" SMTPD
              "failed-command command=\"AUTH PLAIN (...)\" result=\"535 Authentication failed\"\n");
    struct explain_group x;
    one_group(g, &x);
    assert_int_equal(x.count, 1);
    assert_int_equal(cause_of(x.cause)->family, FAMILY_AUTH_FAILED);
    assert_true(str_eq(x.client, STR("192.0.2.7")));
    assert_true(str_eq(x.sender, STR("anna@near.example")));
    assert_int_equal(explain_log_totals(g)->logins_refused, 1);
    explain_log_free(g);
}

/* More conversations than are remembered: those not seen for longest are given up, and nothing is lost. */
static void test_many_conversations(void **state)
{
    (void)state;
    enum { CONVERSATIONS = 9000 };
    const struct explain_log_limits limits = { .groups = 100, .octets = 8 << 20, .year = 2024 };
    struct explain_log *g = explain_log_new(explainer, &limits);
    char line[300];
    struct err e;
    for (unsigned i = 0; i < CONVERSATIONS; i++) {
        snprintf(line, sizeof line,
                 "\"SMTPD\"\t1\t%u\t\"2024-01-31 10:20:30.970\"\t\"192.0.2.7\"\t"
                 "\"RECEIVED: RCPT TO:<b@far.example>\"",
                 i);
        assert_true(explain_log_line(g, str_from(line), &e));
    }
    for (unsigned i = 0; i < CONVERSATIONS; i++) {
        snprintf(line, sizeof line,
                 "\"SMTPD\"\t1\t%u\t\"2024-01-31 10:20:30.970\"\t\"192.0.2.7\"\t"
                 "\"SENT: 550 Delivery is not allowed to this address.\"",
                 i);
        assert_true(explain_log_line(g, str_from(line), &e));
    }
    struct explain_group x[2];
    assert_int_equal(explain_log_groups(g, 0, x, 2), 2);
    assert_int_equal(x[0].count + x[1].count, CONVERSATIONS);
    assert_int_equal(explain_log_totals(g)->refusals, CONVERSATIONS);
    explain_log_free(g);
}

static void test_sessions_of_exim_are_counted(void **state)
{
    (void)state;
    struct explain_log *g = read_text(
        "2024-01-31 10:20:30 SMTP connection from [192.0.2.7]:4411 (TCP/IP connection count = 1)\n"
        "2024-01-31 10:20:30 SMTP connection from (pc) [192.0.2.7]:4411 closed by QUIT\n"
        "2024-01-31 10:20:30 SMTP connection from [192.0.2.7]:4412 (TCP/IP connection count = "
        "1)\n");
    assert_int_equal(explain_log_totals(g)->sessions, 2);
    explain_log_free(g);
}

/* A service that users submit to refuses those that did not log in, whatever words it has for them. */
static void test_a_submission_service(void **state)
{
    (void)state;
    const char *text = STAMP
        "submission/smtpd[7]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 554 "
        "5.7.1 <b@far.example>: Recipient address rejected: Access denied; "
        "from=<a@near.example> to=<b@far.example> proto=ESMTP helo=<pc>\n" STAMP
        "submission/smtpd[7]: disconnect from unknown[192.0.2.7] ehlo=1 mail=1 "
        "rcpt=0/1 quit=1 commands=3/4\n";
    assert_int_equal(cause_of_text(text), CAUSE_CLIENT_NEVER_AUTHENTICATES);
}

/* A server whose login service is down ends itself: the client is that of the session. */
static void test_a_server_without_logins(void **state)
{
    (void)state;
    struct explain_log *g = read_text(CONNECT("7") STAMP
                                      "smtpd[7]: fatal: no SASL authentication mechanisms\n");
    struct explain_group x;
    one_group(g, &x);
    assert_true(str_eq(x.client, STR("192.0.2.7")));
    explain_log_free(g);
}

static void test_totals(void **state)
{
    (void)state;
    struct explain_log *g = read_text(
        STAMP "smtpd[9]: warning: unknown[192.0.2.9]: SASL LOGIN authentication failed: bad\n" STAMP
              "smtpd[9]: NOQUEUE: reject: something quite new\n"
              "Jan 31 10:20:30 mx1 sshd[3]: closed\n"
              "2024-01-31 10:20:30 1rVabc-0000Ab-1x <= a@near.example H=(pc) [192.0.2.7] P=esmtpsa "
              "A=plain:anna S=700\n"
              "2024-01-31 10:20:30 H=(pc) [192.0.2.7] F=<a@near.example> rejected RCPT "
              "<b@far.example>: relay not permitted\n");
    const struct explain_log_totals *t = explain_log_totals(g);
    assert_int_equal(t->lines, 5);
    assert_int_equal(t->refusals, 2);
    assert_int_equal(t->unread, 1);
    assert_int_equal(t->foreign, 1);
    assert_int_equal(t->logins, 1);
    assert_int_equal(t->logins_refused, 1);
    assert_int_equal(t->cut, 0);
    explain_log_free(g);
}

static void test_a_span_of_time(void **state)
{
    (void)state;
    struct explain_log_limits limits = { .groups = 100, .octets = 8 << 20, .year = 2024 };
    limits.since_s = 1706696431;
    struct explain_log *g = read_with(&limits, RELAY("7"));
    struct explain_group x;
    explain_log_settle(g);
    assert_int_equal(explain_log_groups(g, 0, &x, 1), 0);
    explain_log_free(g);
    limits.since_s = 1706696430, limits.until_s = 1706696431;
    g = read_with(&limits, RELAY("7"));
    one_group(g, &x);
    explain_log_free(g);
    /* A stamp without a year is not of the future: of a log that ends in January 2024, December is of 2023. */
    limits.since_s = limits.until_s = 0, limits.latest_s = 1706696430;
    g = read_with(&limits, "Dec 31 10:20:30 mx1 postfix/smtpd[1]: NOQUEUE: reject: EHLO from "
                           "pc[192.0.2.7]: 504 5.5.2 <pc>: Helo command rejected: need "
                           "fully-qualified hostname; proto=SMTP helo=<pc>\n");
    one_group(g, &x);
    assert_int_equal(x.first_s, 1704018030);
    explain_log_free(g);
}

static void refused(void *user, const struct explain_group *of)
{
    unsigned *calls = user;
    ++*calls;
    assert_int_equal(of->count, *calls);
    assert_true(str_eq(of->client, STR("192.0.2.7")));
    assert_true(str_starts(of->example, STR("Jan 31")));
}

static void test_word_of_each_refusal(void **state)
{
    (void)state;
    unsigned calls = 0;
    const struct explain_log_limits limits = {
        .groups = 100, .octets = 8 << 20, .year = 2024, .refused = refused, .user = &calls
    };
    struct explain_log *g = read_with(&limits, RELAY("7") RELAY("7"));
    explain_log_settle(g);
    assert_int_equal(calls, 2);
    explain_log_free(g);
}

/* A line without end is cut and counted. */
static void test_a_long_line(void **state)
{
    (void)state;
    static char line[100000];
    const struct explain_log_limits limits = { .groups = 1, .octets = 1, .year = 2024 };
    struct explain_log *g = explain_log_new(explainer, &limits);
    struct err e;
    memset(line, 'x', sizeof line);
    memcpy(line, RELAY("7"), sizeof(RELAY("7")) - 2);
    assert_true(explain_log_line(g, (str){ line, sizeof line }, &e));
    assert_int_equal(explain_log_totals(g)->cut, 1);
    assert_int_equal(explain_log_totals(g)->octets, sizeof line + 1);
    explain_log_settle(g);
    assert_int_equal(explain_log_totals(g)->refusals, 1);
    explain_log_free(g);
    explain_log_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_postfix_sessions),
        cmocka_unit_test(test_sessions_without_an_end),
        cmocka_unit_test(test_a_process_with_many_clients),
        cmocka_unit_test(test_a_group_says_who),
        cmocka_unit_test(test_messages_have_senders),
        cmocka_unit_test(test_conversations),
        cmocka_unit_test(test_a_login_of_opensmtpd),
        cmocka_unit_test(test_many_conversations),
        cmocka_unit_test(test_sessions_of_exim_are_counted),
        cmocka_unit_test(test_a_submission_service),
        cmocka_unit_test(test_a_server_without_logins),
        cmocka_unit_test(test_no_login_is_evidence),
        cmocka_unit_test(test_totals),
        cmocka_unit_test(test_a_span_of_time),
        cmocka_unit_test(test_word_of_each_refusal),
        cmocka_unit_test(test_a_long_line),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
