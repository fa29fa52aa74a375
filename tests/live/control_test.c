/* SPDX-License-Identifier: ISC */
/* The control socket: questions and answers, peers that do not keep to its form, and who may ask. */
#include "cmd/control_client.h"
#include "relay/control.h"
#include "relay/control_socket.h"
#include "relay/frame.h"
#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
/* After the others: */
#include <cmocka.h>

struct kit {
    char dir[64], path[108];
    struct relay_config config;
    struct relay_worker worker;
    struct relay relay;
    struct relay_control *control;
    pthread_t thread;
};

static void *run_loop(void *user)
{
    struct kit *k = user;
    net_loop_run(k->worker.loop);
    return NULL;
}

static void begin(struct kit *k)
{
    struct err e;
    memset(k, 0, sizeof *k);
    snprintf(k->dir, sizeof k->dir, "/tmp/baton-control-XXXXXX");
    assert_non_null(mkdtemp(k->dir));
    snprintf(k->path, sizeof k->path, "%s/run/control", k->dir);
    k->config.rules.file.site.run_as = STR("root");
    k->worker.relay = &k->relay;
    k->worker.loop = net_loop_new(&e);
    assert_non_null(k->worker.loop);
    k->relay.config = &k->config;
    k->relay.workers = &k->worker;
    k->relay.worker_count = 1;
    k->relay.started_ms = 1234;
    k->control = relay_control_open(&k->relay, k->path, &e);
    if (!k->control)
        fail_msg("%s", e.why);
    relay_control_start(k->control);
    assert_int_equal(pthread_create(&k->thread, NULL, run_loop, k), 0);
}

static void stop(struct net_stream *none UNUSED, void *user)
{
    net_loop_stop(((struct kit *)user)->worker.loop);
}

static void end(struct kit *k)
{
    char dir[96];
    assert_true(net_post(k->worker.loop, (net_id){ 0, 0 }, stop, k));
    pthread_join(k->thread, NULL);
    relay_control_free(k->control);
    net_loop_free(k->worker.loop);
    assert_int_equal(access(k->path, F_OK), -1);
    snprintf(dir, sizeof dir, "%s/run", k->dir);
    rmdir(dir);
    rmdir(k->dir);
}

static bool no_rows(void *user UNUSED, const json_t *row UNUSED)
{
    fail();
    return false;
}

static void ask_hello(const char *path)
{
    struct err e;
    json_t *done;
    if (!control_ask(path, json_pack("{s:s}", "do", "hello"), no_rows, NULL, &done, &e))
        fail_msg("%s", e.why);
    assert_int_equal(json_integer_value(json_object_get(done, "started_ms")), 1234);
    assert_int_equal(json_integer_value(json_object_get(done, "pid")), getpid());
    json_decref(done);
}

static int raw_connect(const char *path)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    snprintf(at.sun_path, sizeof at.sun_path, "%s", path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

/* All that comes until the other end closes. */
static size_t read_all(int fd, char *into, size_t room)
{
    size_t n = 0;
    ssize_t got;
    while (n < room && (got = read(fd, into + n, room - n)) > 0)
        n += (size_t)got;
    return n;
}

static void a_question_is_answered(void **state UNUSED)
{
    struct kit k;
    struct err e;
    json_t *done;
    begin(&k);
    ask_hello(k.path);
    assert_false(control_ask(k.path, json_pack("{s:s}", "do", "fly"), no_rows, NULL, &done, &e));
    assert_non_null(strstr(e.why, "does not know what is asked"));
    assert_false(control_ask(k.path, json_pack("{}"), no_rows, NULL, &done, &e));
    ask_hello(k.path);
    end(&k);
}

enum { QUESTIONS = 20000 };
struct flood {
    int fd;
    atomic_bool done;
};

static void *write_many(void *user)
{
    static const char REQUEST[] = "\0\0\0\014{\"do\":\"fly\"}";
    struct flood *f = user;
    for (size_t i = 0; i < QUESTIONS; i++)
        for (size_t at = 0; at < sizeof REQUEST - 1;) {
            ssize_t n = send(f->fd, REQUEST + at, sizeof REQUEST - 1 - at, MSG_NOSIGNAL);
            if (n <= 0)
                return NULL;
            at += (size_t)n;
        }
    atomic_store(&f->done, true);
    return NULL;
}

/* Who reads no answers is not read, so that they cannot fill our memory; and who begins to, gets all of them. */
static void answers_that_are_not_read_stop_the_questions(void **state UNUSED)
{
    struct kit k;
    struct frame_reader r;
    struct err e;
    json_t *answer;
    pthread_t writer;
    size_t count = 0;
    char piece[1 << 16];
    begin(&k);
    struct flood f = { .fd = raw_connect(k.path) };
    assert_int_equal(pthread_create(&writer, NULL, write_many, &f), 0);
    poll(NULL, 0, 500); /* time to do what it must not */
    assert_false(atomic_load(&f.done));
    ask_hello(k.path); /* others are answered */
    frame_reader_init(&r);
    while (count < QUESTIONS) {
        ssize_t n = read(f.fd, piece, sizeof piece);
        assert_true(n > 0);
        assert_true(frame_reader_feed(&r, (str){ piece, (size_t)n }, &e));
        while (frame_reader_next(&r, &answer, &e) == FRAME_READ) {
            assert_non_null(json_object_get(answer, "error"));
            json_decref(answer);
            count++;
        }
    }
    pthread_join(writer, NULL);
    assert_true(atomic_load(&f.done));
    frame_reader_done(&r);
    close(f.fd);
    end(&k);
}

static void modes_are_narrow(void **state UNUSED)
{
    struct kit k;
    struct stat st;
    char dir[96];
    begin(&k);
    assert_int_equal(stat(k.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600); /* run-as root: nobody shares it */
    snprintf(dir, sizeof dir, "%s/run", k.dir);
    assert_int_equal(stat(dir, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0750);
    end(&k);
}

static void bad_peers_are_closed_alone(void **state UNUSED)
{
    static const str BAD[] = { STR_INIT("GET / HTTP/1.1\r\n\r\n"), STR_INIT("\0\0\0\0"),
                               STR_INIT("\0\0\0\2[]"), STR_INIT("\xff\xff\xff\xff") };
    struct kit k;
    char said[4096];
    begin(&k);
    int midway = raw_connect(k.path); /* half a frame, and silence */
    assert_int_equal(write(midway, "\0\0\0\x20{\"do\"", 9), 9);
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        int fd = raw_connect(k.path);
        assert_int_equal(write(fd, BAD[i].p, BAD[i].n), BAD[i].n);
        size_t n = read_all(fd, said, sizeof said - 1);
        said[n] = 0;
        assert_true(n > FRAME_HEAD);
        assert_non_null(strstr(said + FRAME_HEAD, "{\"error\":\"a frame of the control socket"));
        close(fd);
        ask_hello(k.path);
    }
    close(midway);
    ask_hello(k.path);
    end(&k);
}

/* Requests behind one another are answered in order; more than there is room for costs the peer. */
static void a_flood_costs_the_peer(void **state UNUSED)
{
    enum { MANY = 500 };
    struct kit k;
    struct buf b;
    begin(&k);
    buf_init(&b, 1 << 20);
    json_t *o = json_pack("{s:s}", "do", "hello");
    for (int i = 0; i < MANY; i++)
        assert_true(frame_write(o, &b));
    json_decref(o);
    int fd = raw_connect(k.path);
    assert_int_equal(send(fd, b.p, b.n, 0), b.n);
    struct frame_reader r;
    struct err e;
    frame_reader_init(&r);
    for (int n = 0; n < MANY;) {
        json_t *got;
        char piece[4096];
        while (frame_reader_next(&r, &got, &e) == FRAME_READ) {
            assert_non_null(json_object_get(got, "done"));
            json_decref(got);
            n++;
        }
        if (n < MANY) {
            ssize_t came = read(fd, piece, sizeof piece);
            assert_true(came > 0);
            assert_true(frame_reader_feed(&r, (str){ piece, (size_t)came }, &e));
        }
    }
    frame_reader_done(&r);
    close(fd);
    buf_done(&b);
    ask_hello(k.path);

    int many[80]; /* and so do connections beyond the most */
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = raw_connect(k.path);
    char octet;
    assert_int_equal(read(many[79], &octet, 1), 0);
    for (size_t i = 0; i < COUNT_OF(many); i++)
        close(many[i]);
    for (int i = 0; i < 100; i++) { /* those that left make room */
        json_t *done;
        if (control_ask(k.path, json_pack("{s:s}", "do", "hello"), no_rows, NULL, &done, &e)) {
            json_decref(done);
            break;
        }
        assert_int_not_equal(i, 99);
        poll(NULL, 0, 20);
    }
    end(&k);
}

static void who_left_a_socket_behind(void **state UNUSED)
{
    struct kit k, other;
    struct err e;
    struct control_owner me = { geteuid(), getegid(), false };
    begin(&k);
    other = k;
    assert_null(relay_control_open(&other.relay, k.path, &e)); /* one answers there */
    assert_non_null(strstr(e.why, "another relay answers"));
    char left[120], file[120];
    snprintf(left, sizeof left, "%s/left", k.dir);
    int fd = control_socket_listen(left, &me, &e);
    assert_true(fd >= 0);
    close(fd); /* as after a kill: the socket is there, and nobody answers */
    json_t *done;
    assert_false(control_ask(left, json_pack("{s:s}", "do", "hello"), no_rows, NULL, &done, &e));
    assert_non_null(strstr(e.why, "start one"));
    fd = control_socket_listen(left, &me, &e);
    assert_true(fd >= 0);
    close(fd);
    unlink(left);
    snprintf(file, sizeof file, "%s/file", k.dir);
    FILE *f = fopen(file, "w");
    assert_non_null(f);
    fclose(f);
    assert_int_equal(control_socket_listen(file, &me, &e), -1);
    assert_non_null(strstr(e.why, "something else"));
    assert_int_equal(access(file, F_OK), 0);
    unlink(file);
    assert_int_equal(control_socket_listen("/nonexistent/deep/control", &me, &e), -1);
    char long_path[200];
    memset(long_path, 'x', sizeof long_path - 1);
    long_path[sizeof long_path - 1] = 0;
    assert_int_equal(control_socket_listen(long_path, &me, &e), -1);
    assert_false(
        control_ask(long_path, json_pack("{s:s}", "do", "hello"), no_rows, NULL, &done, &e));
    assert_false(control_ask("/nonexistent/control", json_pack("{s:s}", "do", "hello"), no_rows,
                             NULL, &done, &e));
    assert_non_null(strstr(e.why, "no relay answers"));
    end(&k);
}

/* In a child, as another user: 0 answered, 1 refused by the relay, 2 refused by the system, 3 else. */
static int ask_as(uid_t uid, gid_t gid, gid_t also, const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        struct err e;
        json_t *done;
        if (setgroups(also ? 1 : 0, &also) != 0 || setgid(gid) != 0 || setuid(uid) != 0)
            _exit(9);
        if (control_ask(path, json_pack("{s:s}", "do", "hello"), no_rows, NULL, &done, &e))
            _exit(0);
        _exit(strstr(e.why, "you may not") ? 1 : 3);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void others_are_refused(void **state UNUSED)
{
    struct kit k;
    char dir[96];
    if (geteuid() != 0)
        skip();
    begin(&k);
    assert_int_equal(ask_as(65534, 65534, 0, k.path), 1);
    /* Even where the file system lets everybody in: who is told by the socket's credentials. */
    snprintf(dir, sizeof dir, "%s/run", k.dir);
    assert_int_equal(chmod(k.dir, 0777), 0);
    assert_int_equal(chmod(dir, 0777), 0);
    assert_int_equal(chmod(k.path, 0666), 0);
    assert_int_equal(ask_as(65534, 65534, 0, k.path), 1);
    assert_int_equal(ask_as(65534, 0, 0, k.path), 1);
    ask_hello(k.path);
    end(&k);
}

static void members_of_the_group(void **state UNUSED)
{
    int fd[2];
    struct control_owner owner = { 65533, getegid(), true };
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
    if (geteuid() == 0) { /* root may whatever the group is */
        owner.group = 65531;
        assert_true(control_socket_may(fd[0], &owner));
    } else {
        assert_true(control_socket_may(fd[0], &owner));
        owner.shared = false;
        assert_false(control_socket_may(fd[0], &owner));
    }
    close(fd[0]);
    close(fd[1]);
    if (geteuid() != 0)
        return;
    /* As one who is root no more: by the own group, by another of his groups, by none. */
    for (int i = 0; i < 3; i++) {
        pid_t child = fork();
        if (child == 0) {
            gid_t also = i == 1 ? 65531 : 65530;
            if (setgroups(1, &also) != 0 || setgid(i == 0 ? 65531 : 65534) != 0 ||
                setuid(65534) != 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, fd) != 0)
                _exit(9);
            const struct control_owner apart = { 65533, 65531, true },
                                       alone = { 65533, 65531, false };
            _exit(control_socket_may(fd[0], &apart) == (i < 2) && !control_socket_may(fd[0], &alone)
                      ? 0
                      : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(status, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_is_answered),
        cmocka_unit_test(modes_are_narrow),
        cmocka_unit_test(bad_peers_are_closed_alone),
        cmocka_unit_test(a_flood_costs_the_peer),
        cmocka_unit_test(who_left_a_socket_behind),
        cmocka_unit_test(others_are_refused),
        cmocka_unit_test(members_of_the_group),
        cmocka_unit_test(answers_that_are_not_read_stop_the_questions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
