/* SPDX-License-Identifier: ISC */
#include "net/log.h"
#include "net/loop.h"
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
/* After the others: */
#include <cmocka.h>

enum { ROOM = 4 << 20 };

struct kit {
    int fd[2];
    struct net_log *log;
    char *text;
    size_t n;
};

static void begin(struct kit *k, bool json, enum net_log_level least)
{
    struct err e;
    assert_int_equal(pipe(k->fd), 0);
    k->log = net_log_new(k->fd[1], json, least, &e);
    assert_non_null(k->log);
    k->text = calloc(1, ROOM);
    k->n = 0;
    assert_non_null(k->text);
    assert_int_equal(fcntl(k->fd[0], F_SETFL, O_NONBLOCK), 0);
}

static const char *said(struct kit *k)
{
    ssize_t n;
    while (k->n < ROOM - 1 && (n = read(k->fd[0], k->text + k->n, ROOM - 1 - k->n)) > 0)
        k->n += (size_t)n;
    k->text[k->n] = 0;
    return k->text;
}

static void end(struct kit *k)
{
    net_log_free(k->log);
    close(k->fd[0]);
    close(k->fd[1]);
    free(k->text);
}

/* The line behind its time, which is checked for its form and taken away. */
static const char *behind_time(const char *line, bool json)
{
    static const char FORM[] = "dddd-dd-ddTdd:dd:dd.dddZ";
    const char *at = line + (json ? strlen("{\"time\":\"") : strlen("time="));
    for (size_t i = 0; FORM[i]; i++)
        assert_true(FORM[i] == 'd' ? is_digit(at[i]) : at[i] == FORM[i]);
    return at + sizeof FORM - 1;
}

static void one_value(bool json, str value, const char *want)
{
    struct kit k;
    begin(&k, json, NET_LOG_INFO);
    NET_LOG(k.log, NET_LOG_INFO, "seen", LOG_STR("what", value));
    net_log_flush(k.log);
    assert_string_equal(behind_time(said(&k), json), want);
    end(&k);
}

#define LOGFMT(value, want) one_value(false, STR(value), " level=info event=seen what=" want "\n")
#define JSON(value, want)                                                                          \
    one_value(true, STR(value), "\",\"level\":\"info\",\"event\":\"seen\",\"what\":" want "}\n")

static void logfmt_values(void **state UNUSED)
{
    LOGFMT("plain", "plain");
    LOGFMT("ann@a.example", "ann@a.example");
    LOGFMT("two words", "\"two words\"");
    LOGFMT("a=b", "\"a=b\"");
    LOGFMT("say \"no\"", "\"say \\\"no\\\"\"");
    LOGFMT("back\\slash", "\"back\\\\slash\"");
    LOGFMT("one\r\ntime=2026 level=error", "\"one\\\\x0D\\\\x0Atime=2026 level=error\"");
    LOGFMT("\033[31m", "\"\\\\x1B[31m\"");
    LOGFMT("\0", "\"\\\\x00\"");
    LOGFMT("gr\xc3\xbc\xc3\x9f"
           "e",
           "\"gr\xc3\xbc\xc3\x9f"
           "e\"");
    LOGFMT("\xff", "\"\\\\xFF\"");
    LOGFMT("\xe2\x80\xae", "\"\\\\xE2\\\\x80\\\\xAE\"");
    one_value(false, STR(""), " level=info event=seen\n");
}

static void json_values(void **state UNUSED)
{
    JSON("plain", "\"plain\"");
    JSON("two words a=b", "\"two words a=b\"");
    JSON("say \"no\"\\", "\"say \\\"no\\\"\\\\\"");
    JSON("a\nb", "\"a\\\\x0Ab\"");
    JSON("\xff\xfe", "\"\\\\xFF\\\\xFE\"");
}

static void kinds_of_fields(void **state UNUSED)
{
    struct kit k;
    struct ip ip, none = { .family = IP_NONE };
    assert_true(ip_parse(STR("2001:db8::1"), &ip));
    begin(&k, false, NET_LOG_INFO);
    NET_LOG(k.log, NET_LOG_WARNING, "seen", LOG_INT("n", -7), LOG_IP("client", &ip),
            LOG_IP("other", &none));
    NET_LOG(k.log, NET_LOG_DEBUG, "not-wanted", LOG_INT("n", 1));
    net_log_flush(k.log);
    assert_string_equal(behind_time(said(&k), false),
                        " level=warning event=seen n=-7 client=2001:db8::1\n");
    net_log_set_least(k.log, NET_LOG_ERROR);
    size_t before = k.n;
    NET_LOG(k.log, NET_LOG_WARNING, "not-wanted-now", LOG_INT("n", 1));
    net_log_flush(k.log);
    said(&k);
    assert_int_equal(k.n, before);
    end(&k);
    begin(&k, true, NET_LOG_DEBUG);
    NET_LOG(k.log, NET_LOG_DEBUG, "seen", LOG_INT("n", INT64_MIN), LOG_IP("client", &ip));
    net_log_flush(k.log);
    assert_string_equal(behind_time(said(&k), true),
                        "\",\"level\":\"debug\",\"event\":\"seen\",\"n\":"
                        "-9223372036854775808,\"client\":"
                        "\"2001:db8::1\"}\n");
    end(&k);
    net_log_event(NULL, NET_LOG_ERROR, "nowhere", NULL, 0);
}

static void what_is_long_is_cut(void **state UNUSED)
{
    struct kit k;
    static char much[2000];
    memset(much, 'x', sizeof much);
    str long_text = { much, sizeof much };
    begin(&k, true, NET_LOG_INFO);
    NET_LOG(k.log, NET_LOG_INFO, "seen", LOG_STR("a", long_text));
    net_log_flush(k.log);
    const char *line = said(&k);
    assert_non_null(strstr(line, "xxx...\"}\n"));
    assert_true(strlen(line) < 1200);
    end(&k);

    memset(much, '\001', sizeof much); /* four octets each, when escaped */
    begin(&k, true, NET_LOG_INFO);
    NET_LOG(k.log, NET_LOG_INFO, "seen", LOG_STR("a", long_text), LOG_STR("b", long_text),
            LOG_STR("c", STR("not shown")));
    net_log_flush(k.log);
    line = said(&k);
    assert_non_null(strstr(line, ",\"cut\":true}\n"));
    assert_null(strstr(line, "\"b\":"));
    assert_null(strstr(line, "not shown"));
    end(&k);
}

/* Nothing reads: events go on being taken, none waits, and the first line after that says how many are missing. */
static void a_full_pipe_holds_nobody_up(void **state UNUSED)
{
    enum { MANY = 40000 };
    struct kit k;
    begin(&k, false, NET_LOG_INFO);
    for (int i = 0; i < MANY; i++) {
        NET_LOG(k.log, NET_LOG_ERROR, "seen", LOG_INT("n", i),
                LOG_STR("text", STR("something that is fairly long, so that a pipe fills soon")));
    }
    uint64_t dropped = net_log_dropped(k.log);
    assert_true(dropped > 0 && dropped < MANY);
    for (int i = 0; i < 100; i++) { /* what waits comes as there is room: a pipe holds 64 KiB */
        net_log_flush(k.log);
        said(&k);
    }
    size_t lines = 0;
    unsigned long long count = 0;
    for (char *at = k.text; *at; lines++) {
        assert_memory_equal(at, "time=", 5);
        char *stop = strchr(at, '\n');
        assert_non_null(stop);
        *stop = 0;
        if (strstr(at, "event=log-lines-dropped"))
            count = strtoull(strstr(at, "count=") + 6, NULL, 10);
        at = stop + 1;
    }
    assert_int_equal(count, dropped);
    assert_int_equal(lines, MANY - dropped + 1);
    /* The descriptor of whoever started us is as it was. */
    assert_int_equal(fcntl(k.fd[1], F_GETFL) & O_NONBLOCK, 0);
    end(&k);
}

static void a_full_socket_holds_nobody_up(void **state UNUSED)
{
    int fd[2];
    struct err e;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    struct net_log *l = net_log_new(fd[1], false, NET_LOG_INFO, &e);
    assert_non_null(l);
    for (int i = 0; i < 60000; i++)
        NET_LOG(l, NET_LOG_ERROR, "seen", LOG_STR("text", STR("once more, and again, and again")));
    assert_true(net_log_dropped(l) > 0);
    close(fd[0]); /* and it goes away: no signal, and nothing is kept for it */
    NET_LOG(l, NET_LOG_ERROR, "gone", LOG_INT("n", 1));
    net_log_free(l);
    close(fd[1]);
}

static void *log_many(void *log)
{
    for (int i = 0; i < 2000; i++) {
        NET_LOG(log, i % 100 ? NET_LOG_INFO : NET_LOG_ERROR, "seen", LOG_INT("n", i));
        if (i % 7 == 0)
            net_log_flush(log);
    }
    net_log_flush(log);
    return NULL;
}

static void threads_do_not_cut_lines(void **state UNUSED)
{
    struct err e;
    pthread_t t[4];
    FILE *f = tmpfile();
    assert_non_null(f);
    struct net_log *l = net_log_new(fileno(f), true, NET_LOG_INFO, &e);
    assert_non_null(l);
    for (size_t i = 0; i < COUNT_OF(t); i++)
        assert_int_equal(pthread_create(&t[i], NULL, log_many, l), 0);
    for (size_t i = 0; i < COUNT_OF(t); i++)
        pthread_join(t[i], NULL);
    /* Nobody flushes any more: what the last found in another's hands, that one wrote. */
    rewind(f);
    char line[256];
    size_t lines = 0;
    while (fgets(line, sizeof line, f)) {
        assert_memory_equal(line, "{\"time\":", 8);
        assert_string_equal(line + strlen(line) - 2, "}\n");
        lines++;
    }
    assert_int_equal(lines, 8000);
    assert_int_equal(net_log_dropped(l), 0);
    net_log_free(l);
    fclose(f);
}

struct turn {
    struct kit kit;
    struct net_loop *loop;
    struct net_timer *timer;
    bool logged, seen;
};

static void on_due(void *user)
{
    struct turn *t = user;
    if (t->logged) {
        t->seen = strstr(said(&t->kit), "event=turned n=1\n") != NULL;
        net_loop_stop(t->loop);
        return;
    }
    NET_LOG(t->kit.log, NET_LOG_INFO, "turned", LOG_INT("n", 1));
    t->logged = true;
    net_timer_at(t->timer, net_loop_now_ms(t->loop) + 1);
}

static void a_turn_of_the_loop_flushes(void **state UNUSED)
{
    struct turn t = { .seen = false };
    struct err e;
    begin(&t.kit, false, NET_LOG_INFO);
    t.loop = net_loop_new(&e);
    assert_non_null(t.loop);
    struct net_log_turns *turns = net_log_turns_new(t.kit.log, t.loop);
    t.timer = net_timer_new(t.loop, on_due, &t);
    assert_true(turns && t.timer);
    net_timer_at(t.timer, 0);
    net_loop_run(t.loop);
    assert_true(t.seen);
    net_timer_free(t.timer);
    net_log_turns_free(turns);
    net_loop_free(t.loop);
    end(&t.kit);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logfmt_values),
        cmocka_unit_test(json_values),
        cmocka_unit_test(kinds_of_fields),
        cmocka_unit_test(what_is_long_is_cut),
        cmocka_unit_test(a_full_pipe_holds_nobody_up),
        cmocka_unit_test(a_full_socket_holds_nobody_up),
        cmocka_unit_test(threads_do_not_cut_lines),
        cmocka_unit_test(a_turn_of_the_loop_flushes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
