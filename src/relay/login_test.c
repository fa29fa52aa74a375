/* SPDX-License-Identifier: ISC */
/* One session's AUTH, on a real loop and a real pool, without a connection. */
#include "relay/login.h"
#include "sasl/client.h"
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct world {
    struct net_loop *loop;
    struct net_timer *awake;
    struct relay relay;
    struct relay_worker worker;
    struct relay_config config; /* held twice: nobody frees it */
    struct arena arena;
    struct relay_login *login;
    sem_t started, gate;
    struct relay_login_reply reply;
    char text[200];
    unsigned told;
} W;

static const char USERS[] =
    "alice:$6$rounds=1000$abcdefgh$DbXqPck5ABZumVXwcH5eMVHsPZwvQ3jylSxpJmKkZVxcoCiC3N0rPerjHmAqL7r6"
    "PK6CIeYnO9.vxpbsevscg/\n"
    "bob:{PLAIN}bobs:disabled\n"
    "carol:$9$nobody$knows\n"
    "dora:{PLAIN}doras\n";

static void nothing(void *user)
{
    (void)user;
}

static void begin(const char *users, unsigned threads, unsigned line)
{
    struct err e;
    memset(&W, 0, sizeof(W));
    W.loop = net_loop_new(&e);
    W.awake = net_timer_new(W.loop, nothing, NULL);
    net_timer_at(W.awake, net_loop_now_ms(W.loop) + 60000);
    W.relay.pool = net_pool_new(threads, line, &e);
    W.relay.brake = relay_brake_new(&e);
    assert_non_null(W.relay.brake);
    W.worker = (struct relay_worker){ .relay = &W.relay, .loop = W.loop };
    arena_init(&W.arena, 1 << 20);
    W.config.held = 1;
    W.config.users = users ? sasl_users_read(STR("users"), str_from(users), &W.arena, &e) : NULL;
    W.login = relay_login_new(&W.worker, (net_id){ 0, 0 });
    assert_non_null(W.login);
    sem_init(&W.started, 0, 0);
    sem_init(&W.gate, 0, 0);
}

static void end(void)
{
    relay_login_free(W.login);
    net_pool_free(W.relay.pool);
    net_timer_free(W.awake);
    net_loop_free(W.loop);
    relay_brake_free(W.relay.brake);
    assert_int_equal(W.config.held, 1);
    arena_done(&W.arena);
}

static void keep(const struct relay_login_reply *reply)
{
    W.reply = *reply;
    snprintf(W.text, sizeof(W.text), "%u %.*s %.*s", reply->code, STR_ARG(reply->enhanced),
             STR_ARG(reply->user));
}

static void done(void *user, const struct relay_login_reply *reply)
{
    assert_ptr_equal(user, &W);
    keep(reply);
    W.told++;
    net_loop_stop(W.loop);
}

static const struct ip CLIENT = { .family = IP_V4, .octets = { 192, 0, 2, 7 } };

static bool ask(const char *mechanism, str name, str password)
{
    const struct smtp_session_question q = { .word = str_from(mechanism),
                                             .user = name,
                                             .password = password };
    struct relay_login_reply now;
    bool at_once = relay_login_step(W.login, &W.config, &CLIENT, &q, NULL, &now, done, &W);
    if (at_once)
        keep(&now);
    return at_once;
}

/* "535 5.7.8 " and so on. */
static const char *answer(const char *name, const char *password)
{
    if (!ask("PLAIN", str_from(name), str_from(password)))
        net_loop_run(W.loop);
    return W.text;
}

static void each_is_answered(void **state)
{
    (void)state;
    begin(USERS, 2, 8);
    assert_string_equal(answer("alice", "correct horse"), "235 2.7.0 alice");
    assert_string_equal(answer("alice", "correct hors"), "535 5.7.8 ");
    assert_string_equal(answer("alice", ""), "535 5.7.8 ");
    assert_string_equal(answer("Alice", "correct horse"), "535 5.7.8 ");
    assert_string_equal(answer("nobody", "correct horse"), "535 5.7.8 ");
    assert_string_equal(answer("", ""), "535 5.7.8 ");
    assert_string_equal(answer("bob", "bobs"), "535 5.7.13 ");
    assert_string_equal(answer("bob", "other"), "535 5.7.8 ");
    assert_string_equal(answer("carol", "x"), "454 4.7.0 ");
    assert_string_equal(answer("dora", "doras"), "235 2.7.0 dora");
    assert_int_equal(W.worker.counters.of[RELAY_LOGINS], 2);
    assert_int_equal(W.worker.counters.of[RELAY_LOGINS_REFUSED], 8);
    end();
}

static void without_users_nobody_is_wrong(void **state)
{
    (void)state;
    begin(NULL, 1, 1);
    assert_string_equal(answer("alice", "correct horse"), "454 4.7.0 ");
    end();
}

static void hold_up(void *user)
{
    (void)user;
    sem_post(&W.started);
    sem_wait(&W.gate);
}

static void held_up(struct net_stream *s, void *user)
{
    (void)s;
    (void)user;
}

static void stop(struct net_stream *s, void *user)
{
    (void)s;
    (void)user;
    net_loop_stop(W.loop);
}

/* The pool has one thread, which is held up, and a line of one. */
static void a_full_pool_is_busy(void **state)
{
    (void)state;
    begin(USERS, 1, 1);
    assert_true(net_pool_run(W.relay.pool, hold_up, W.loop, (net_id){ 0, 0 }, held_up, NULL));
    sem_wait(&W.started);
    struct relay_login *other = relay_login_new(&W.worker, (net_id){ 0, 0 });
    struct relay_login *mine = W.login;
    assert_false(ask("PLAIN", STR("dora"), STR("doras")));
    W.login = other;
    assert_true(ask("PLAIN", STR("alice"), STR("correct horse")));
    assert_string_equal(W.text, "454 4.7.0 ");
    sem_post(&W.gate);
    net_loop_run(W.loop);
    assert_string_equal(W.text, "235 2.7.0 dora");
    W.login = mine;
    relay_login_free(other);
    end();
}

static void who_is_gone_is_told_nothing(void **state)
{
    (void)state;
    begin(USERS, 1, 4);
    assert_true(net_pool_run(W.relay.pool, hold_up, W.loop, (net_id){ 0, 0 }, held_up, NULL));
    sem_wait(&W.started);
    assert_false(ask("LOGIN", STR("alice"), STR("correct horse")));
    assert_int_equal(W.config.held, 2);
    relay_login_free(W.login);
    W.login = relay_login_new(&W.worker, (net_id){ 0, 0 });
    sem_post(&W.gate);
    assert_string_equal(answer("dora", "doras"), "235 2.7.0 dora");
    assert_int_equal(W.told, 1);
    end();
}

/* Nor does its check hold anything: who begins and goes keeps nobody out. */
static void checks_of_the_gone_hold_nothing(void **state)
{
    (void)state;
    char password[16];
    begin(USERS, 1, 4);
    for (unsigned i = 0; i < RELAY_BRAKE_AT_ONCE + 1; i++) {
        snprintf(password, sizeof(password), "gone%u", i);
        assert_true(net_pool_run(W.relay.pool, hold_up, W.loop, (net_id){ 0, 0 }, stop, NULL));
        sem_wait(&W.started);
        assert_false(ask("PLAIN", STR("dora"), str_from(password)));
        relay_login_free(W.login);
        W.login = relay_login_new(&W.worker, (net_id){ 0, 0 });
        sem_post(&W.gate);
        net_loop_run(W.loop);
        assert_true(net_pool_run(W.relay.pool, nothing, W.loop, (net_id){ 0, 0 }, stop, NULL));
        net_loop_run(W.loop);
    }
    assert_int_equal(W.told, 0);
    assert_string_equal(answer("dora", "doras"), "235 2.7.0 dora");
    end();
}

/* The brake counts where each try comes from. */
static void another_address_is_not_braked(void **state)
{
    (void)state;
    char password[16];
    static const struct ip OTHER = { .family = IP_V4, .octets = { 198, 51, 100, 7 } };
    const struct smtp_session_question q = { .word = STR("PLAIN"),
                                             .user = STR("dora"),
                                             .password = STR("doras") };
    struct relay_login_reply now;
    begin(USERS, 1, 4);
    for (unsigned i = 0; i < RELAY_BRAKE_ADDRESS_TOKENS; i++) {
        snprintf(password, sizeof(password), "w%u", i);
        assert_string_equal(answer("nobody", password), "535 5.7.8 ");
    }
    assert_string_equal(answer("dora", "doras"), "421 4.7.0 ");
    assert_false(relay_login_step(W.login, &W.config, &OTHER, &q, NULL, &now, done, &W));
    net_loop_run(W.loop);
    assert_string_equal(W.text, "235 2.7.0 dora");
    end();
}

/* ---- what is remembered ---- */

static uint64_t counted(enum relay_counter which)
{
    return atomic_load(&W.worker.counters.of[which]);
}

static void right_again_is_not_checked_again(void **state)
{
    (void)state;
    begin(USERS, 1, 4);
    assert_string_equal(answer("alice", "correct horse"), "235 2.7.0 alice");
    assert_int_equal(W.told, 1);
    assert_true(ask("LOGIN", STR("alice"), STR("correct horse"))); /* at once */
    assert_string_equal(W.text, "235 2.7.0 alice");
    assert_int_equal(counted(RELAY_LOGINS_CACHED), 1);
    assert_int_equal(counted(RELAY_LOGINS), 2);
    assert_false(ask("PLAIN", STR("alice"), STR("correct horsf")));
    net_loop_run(W.loop);
    assert_string_equal(W.text, "535 5.7.8 ");
    end();
}

/* The file was read again: what was right a moment ago is what the new one says. */
static void a_reload_forgets(void **state)
{
    (void)state;
    struct arena other;
    struct err e;
    begin(USERS, 1, 4);
    assert_string_equal(answer("dora", "doras"), "235 2.7.0 dora");
    arena_init(&other, 1 << 20);
    W.config.users = sasl_users_read(STR("users"), STR("dora:{PLAIN}new\n"), &other, &e);
    assert_string_equal(answer("dora", "doras"), "535 5.7.8 ");
    assert_string_equal(answer("dora", "new"), "235 2.7.0 dora");
    W.config.users = sasl_users_read(STR("users"), STR("dora:{PLAIN}new:disabled\n"), &other, &e);
    assert_string_equal(answer("dora", "new"), "535 5.7.13 ");
    W.config.users = sasl_users_read(STR("users"), STR("x:{PLAIN}new\n"), &other, &e);
    assert_string_equal(answer("dora", "new"), "535 5.7.8 ");
    arena_done(&other);
    end();
}

static void the_same_wrong_one_costs_once(void **state)
{
    (void)state;
    char other[16];
    begin(USERS, 1, 4);
    for (unsigned i = 0; i < 100; i++)
        assert_string_equal(answer("dora", "stale"), "535 5.7.8 ");
    assert_int_equal(W.told, 1); /* it was checked once */
    for (unsigned i = 1; i < RELAY_BRAKE_ADDRESS_TOKENS; i++) {
        snprintf(other, sizeof(other), "w%u", i);
        assert_string_equal(answer("dora", other), "535 5.7.8 ");
    }
    assert_true(ask("PLAIN", STR("dora"), STR("doras"))); /* right, and not even looked at */
    assert_string_equal(W.text, "421 4.7.0 ");
    assert_true(str_find(W.reply.text, STR("come again in ")) != STR_NOT_FOUND);
    end();
}

static void what_cannot_be_checked_costs_nothing(void **state)
{
    (void)state;
    begin(USERS, 1, 4);
    for (unsigned i = 0; i < 50; i++) {
        assert_string_equal(answer("carol", "x"), "454 4.7.0 ");
        assert_string_equal(answer("bob", "bobs"), "535 5.7.13 ");
    }
    assert_string_equal(answer("dora", "doras"), "235 2.7.0 dora");
    end();
}

/* ---- challenge and response ---- */

static const char SECRETS[] = "dora:{PLAIN}doras\nbob:{PLAIN}bobs:disabled\n";
static const char KEYED[] = "anna:{SCRAM-SHA-256}4096,W22ZaJ0SNY7soEsUEjb6gQ==,"
                            "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=,"
                            "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=\n";

/* One response, decoded; p NULL: none. */
static void respond(const char *mechanism, bool begins, str octets)
{
    const struct smtp_session_question q = { .word = str_from(mechanism),
                                             .octets = octets,
                                             .begins = begins };
    struct relay_login_reply now;
    if (relay_login_step(W.login, &W.config, &CLIENT, &q, NULL, &now, done, &W))
        keep(&now);
    else
        net_loop_run(W.loop);
}

/* A whole exchange; the last answer is in W.text. */
static const char *exchange(const char *mechanism, const char *user, const char *password)
{
    const struct sasl_mechanism *m = sasl_mechanism_find(str_from(mechanism));
    struct sasl_login login = { .user = str_from(user), .password = str_from(password) };
    struct err e;
    struct sasl_client *c = sasl_client_new(m, &login, &e);
    struct buf said;
    bool begins = true;
    assert_non_null(c);
    buf_init(&said, 4096);
    W.reply = (struct relay_login_reply){ .code = 334, .text = STR_NONE };
    if (!m->initial) {
        respond(mechanism, true, STR_NONE);
        begins = false;
    }
    for (unsigned n = 0; W.reply.code == 334 && n < 6; n++, begins = false) {
        buf_clear(&said);
        assert_true(sasl_client_step(c, W.reply.text, &said, &e));
        respond(mechanism, begins, (str){ said.p ? said.p : "", said.n });
    }
    assert_int_equal(sasl_client_complete(c), W.reply.code == 235 || m->name.p[0] == 'C' ||
                                                  str_eq(W.reply.enhanced, STR("5.7.13")));
    buf_done(&said);
    sasl_client_free(c);
    return W.text;
}

static void exchanges_are_answered(void **state)
{
    (void)state;
    static const char *const MECHANISMS[] = { "SCRAM-SHA-256", "SCRAM-SHA-1", "CRAM-MD5" };
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++) {
        begin(SECRETS, 1, 4); /* SCRAM's keys are made of the secret: on the pool */
        assert_string_equal(exchange(MECHANISMS[i], "dora", "doras"), "235 2.7.0 dora");
        assert_int_equal(W.told > 0, MECHANISMS[i][0] == 'S');
        assert_string_equal(exchange(MECHANISMS[i], "dora", "other"), "535 5.7.8 ");
        assert_string_equal(exchange(MECHANISMS[i], "nobody", "doras"), "535 5.7.8 ");
        assert_string_equal(exchange(MECHANISMS[i], "bob", "bobs"), "535 5.7.13 ");
        assert_string_equal(exchange(MECHANISMS[i], "bob", "bobt"), "535 5.7.8 ");
        end();
    }
    begin(KEYED, 1, 4); /* keys are at hand: on the loop */
    assert_string_equal(exchange("SCRAM-SHA-256", "anna", "pencil"), "235 2.7.0 anna");
    assert_string_equal(exchange("SCRAM-SHA-256", "anna", "pencils"), "535 5.7.8 ");
    assert_int_equal(W.told, 0);
    respond("SCRAM-SHA-256-PLUS", true, STR("p=tls-exporter,,n=anna,r=abc"));
    assert_string_equal(W.text, "454 4.7.0 "); /* never offered without a binding */
    end();
}

/* The brake says so once it is known who asks, and whatever the proof was. */
static void exchanges_are_braked(void **state)
{
    (void)state;
    static const char *const MECHANISMS[] = { "SCRAM-SHA-256", "CRAM-MD5" };
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++) {
        begin(SECRETS, 1, 4);
        for (unsigned n = 0; n < RELAY_BRAKE_ADDRESS_TOKENS; n++)
            assert_string_equal(exchange(MECHANISMS[i], "dora", "other"), "535 5.7.8 ");
        if (i == 0) {
            respond("SCRAM-SHA-256", true, STR("n,,n=dora,r=abc"));
            assert_string_equal(W.text, "421 4.7.0 ");
        } else {
            assert_int_equal(strncmp(exchange(MECHANISMS[i], "dora", "doras"), "421", 3), 0);
        }
        end();
    }
}

static void an_exchange_begins_anew(void **state)
{
    (void)state;
    begin(KEYED, 1, 4);
    respond("SCRAM-SHA-256", true, STR("n,,n=anna,r=abc"));
    assert_int_equal(W.reply.code, 334);
    assert_string_equal(exchange("SCRAM-SHA-256", "anna", "pencil"), "235 2.7.0 anna");
    respond("SCRAM-SHA-256", true, STR("n,,n=anna,r=abc")); /* and is left lying */
    end();
}

/* An exchange of several steps is one try, and holds nothing when it is over. */
static void exchanges_that_end_hold_nothing(void **state)
{
    (void)state;
    begin(KEYED, 1, 4);
    for (unsigned i = 0; i < RELAY_BRAKE_AT_ONCE + 1; i++)
        assert_string_equal(exchange("SCRAM-SHA-256", "anna", "pencil"), "235 2.7.0 anna");
    end();
}

/* A try that nobody ends is ended with its session: a hundred of them hold nothing. */
static void sessions_that_go_hold_nothing(void **state)
{
    (void)state;
    begin(SECRETS, 1, 4);
    for (unsigned i = 0; i < 3 * RELAY_BRAKE_AT_ONCE; i++) {
        respond("SCRAM-SHA-256", true, STR("n,,n=dora,r=abc"));
        assert_int_equal(W.reply.code, 334);
        relay_login_free(W.login);
        W.login = relay_login_new(&W.worker, (net_id){ 0, 0 });
    }
    assert_string_equal(exchange("SCRAM-SHA-256", "dora", "doras"), "235 2.7.0 dora");
    /* The same while a step is under way. */
    const struct smtp_session_question q = { .word = STR("SCRAM-SHA-256"),
                                             .octets = STR("n,,n=dora,r=abc"),
                                             .begins = true };
    struct relay_login_reply now;
    unsigned told = W.told;
    assert_false(relay_login_step(W.login, &W.config, &CLIENT, &q, NULL, &now, done, &W));
    assert_int_equal(W.config.held, 2);
    relay_login_free(W.login);
    W.login = relay_login_new(&W.worker, (net_id){ 0, 0 });
    assert_string_equal(answer("dora", "other"), "535 5.7.8 ");
    assert_int_equal(W.told, told + 1);
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_is_answered),
        cmocka_unit_test(without_users_nobody_is_wrong),
        cmocka_unit_test(a_full_pool_is_busy),
        cmocka_unit_test(who_is_gone_is_told_nothing),
        cmocka_unit_test(checks_of_the_gone_hold_nothing),
        cmocka_unit_test(another_address_is_not_braked),
        cmocka_unit_test(right_again_is_not_checked_again),
        cmocka_unit_test(a_reload_forgets),
        cmocka_unit_test(the_same_wrong_one_costs_once),
        cmocka_unit_test(what_cannot_be_checked_costs_nothing),
        cmocka_unit_test(exchanges_are_answered),
        cmocka_unit_test(exchanges_are_braked),
        cmocka_unit_test(an_exchange_begins_anew),
        cmocka_unit_test(exchanges_that_end_hold_nothing),
        cmocka_unit_test(sessions_that_go_hold_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
