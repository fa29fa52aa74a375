/* SPDX-License-Identifier: ISC */
#include "relay/disk_full.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* After the others: */
#include <cmocka.h>

enum { TEXT_MAX = 8192 };

static void lines_of(int fd, struct net_log *log, char out[TEXT_MAX])
{
    net_log_flush(log);
    ssize_t n = pread(fd, out, TEXT_MAX - 1, 0);
    assert_true(n >= 0);
    out[n] = 0;
}

static size_t count(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void told_once_at_each_end(void **state UNUSED)
{
    struct err e;
    char text[TEXT_MAX];
    FILE *file = tmpfile();
    struct relay_disk_full d = { .full = false };
    assert_non_null(file);
    int fd = fileno(file);
    struct net_log *log = net_log_new(fd, false, NET_LOG_INFO, &e);
    assert_non_null(log);
    relay_disk_has_room(&d, log, 1000);
    lines_of(fd, log, text);
    assert_string_equal(text, "");
    for (unsigned i = 0; i < 1000; i++) {
        relay_disk_is_full(&d, log, STR("R7K2M9XQ"), 2000 + i);
        relay_disk_has_room(&d, log, 2000 + i); /* a smaller one fits */
    }
    lines_of(fd, log, text);
    assert_int_equal(count(text, "event="), 1);
    assert_non_null(strstr(text, "event=disk-full id=R7K2M9XQ "));
    assert_non_null(strstr(text, "level=error"));
    relay_disk_has_room(&d, log, 2999 + RELAY_DISK_FULL_CALM_MS - 1);
    lines_of(fd, log, text);
    assert_int_equal(count(text, "event="), 1);
    relay_disk_has_room(&d, log, 2999 + RELAY_DISK_FULL_CALM_MS);
    relay_disk_has_room(&d, log, 2999 + RELAY_DISK_FULL_CALM_MS);
    lines_of(fd, log, text);
    assert_int_equal(count(text, "event="), 2);
    assert_non_null(strstr(text, "event=disk-full-over refused=1000 seconds=10"));
    assert_non_null(strstr(text, "level=warning"));
    /* and anew */
    relay_disk_is_full(&d, log, STR("R7K2M9XQ"), 90000);
    relay_disk_has_room(&d, log, 190000);
    lines_of(fd, log, text);
    assert_int_equal(count(text, "event=disk-full "), 2);
    assert_non_null(strstr(text, "event=disk-full-over refused=1 seconds=100"));
    net_log_free(log);
    fclose(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(told_once_at_each_end) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
