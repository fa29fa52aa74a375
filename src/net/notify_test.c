/* SPDX-License-Identifier: ISC */
#include "net/notify.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
/* After the others: */
#include <cmocka.h>

static int listen_for(const char *name)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    memcpy(at.sun_path, name, strlen(name));
    if (name[0] == '@')
        at.sun_path[0] = 0;
    assert_int_equal(bind(fd, (struct sockaddr *)&at,
                          (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(name))),
                     0);
    return fd;
}

static void tells(const char *name)
{
    char pid[16], said[256], more[64];
    int fd = listen_for(name);
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    setenv("NOTIFY_SOCKET", name, 1);
    setenv("WATCHDOG_USEC", "30000000", 1);
    setenv("WATCHDOG_PID", pid, 1);
    struct net_notify *n = net_notify_new();
    assert_non_null(n);
    assert_null(getenv("NOTIFY_SOCKET"));
    assert_null(getenv("WATCHDOG_USEC"));
    assert_int_equal(net_notify_watchdog_us(n), 30000000);
    net_notify(n, "READY=1\nSTATUS=%d sessions", 7);
    ssize_t got = recv(fd, said, sizeof said - 1, 0);
    assert_true(got > 0);
    said[got] = 0;
    assert_string_equal(said, "READY=1\nSTATUS=7 sessions");
    net_notify_reloading(n);
    got = recv(fd, said, sizeof said - 1, 0);
    assert_true(got > 0);
    said[got] = 0;
    assert_int_equal(sscanf(said, "RELOADING=1\nMONOTONIC_USEC=%63[0-9]", more), 1);
    for (int i = 0; i < 10000; i++) /* nobody reads: nobody waits */
        net_notify(n, "WATCHDOG=1");
    net_notify_free(n);
    close(fd);
}

static void to_a_file_or_a_name(void **state UNUSED)
{
    char path[64], name[64];
    snprintf(path, sizeof path, "/tmp/baton-notify-%d", (int)getpid());
    snprintf(name, sizeof name, "@baton-notify-%d", (int)getpid());
    tells(path);
    unlink(path);
    tells(name);
}

static void nobody_wants_to_be_told(void **state UNUSED)
{
    unsetenv("NOTIFY_SOCKET");
    assert_null(net_notify_new());
    setenv("NOTIFY_SOCKET", "/nonexistent/notify", 1);
    assert_null(net_notify_new());
    setenv("NOTIFY_SOCKET", "relative", 1);
    assert_null(net_notify_new());
    char much[300];
    memset(much, '/', sizeof much - 1);
    much[sizeof much - 1] = 0;
    setenv("NOTIFY_SOCKET", much, 1);
    assert_null(net_notify_new());
    net_notify(NULL, "READY=1");
    net_notify_reloading(NULL);
    net_notify_free(NULL);
    assert_int_equal(net_notify_watchdog_us(NULL), 0);
}

static void a_watchdog_of_another(void **state UNUSED)
{
    char name[64];
    snprintf(name, sizeof name, "@baton-notify-other-%d", (int)getpid());
    int fd = listen_for(name);
    setenv("NOTIFY_SOCKET", name, 1);
    setenv("WATCHDOG_USEC", "1000", 1);
    setenv("WATCHDOG_PID", "1", 1);
    struct net_notify *n = net_notify_new();
    assert_non_null(n);
    assert_int_equal(net_notify_watchdog_us(n), 0);
    net_notify_free(n);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_a_file_or_a_name),
        cmocka_unit_test(nobody_wants_to_be_told),
        cmocka_unit_test(a_watchdog_of_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
