/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "relay/windows.h"

static char dir[64];

static int begin(void **state UNUSED)
{
    const char *tmp = getenv("TMPDIR");
    snprintf(dir, sizeof dir, "%.40s/windows-XXXXXX", tmp ? tmp : "/tmp");
    return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state UNUSED)
{
    char path[80];
    snprintf(path, sizeof path, "%s/windows", dir);
    unlink(path);
    return rmdir(dir);
}

static struct relay_windows *opened(void)
{
    struct err e;
    struct relay_windows *w = relay_windows_open(dir, &e);
    if (!w)
        fail_msg("%s", e.why);
    return w;
}

static void allow(struct relay_windows *w, const char *client, uint64_t until, const char *note)
{
    struct err e;
    struct ip ip;
    assert_true(ip_parse(str_from(client), &ip));
    if (!relay_windows_allow(w, &ip, until, 1000, str_from(note), &e))
        fail_msg("%s", e.why);
}

static bool has(struct relay_windows *w, const char *client, uint64_t now)
{
    struct ip ip;
    assert_true(ip_parse(str_from(client), &ip));
    return relay_windows_has(w, &ip, now);
}

static void an_address_is_let_in_for_a_time(void **state UNUSED)
{
    struct relay_windows *w = opened();
    assert_false(has(w, "192.0.2.7", 1000));
    allow(w, "192.0.2.7", 5000, "pop");
    assert_true(has(w, "192.0.2.7", 4999));
    assert_true(has(w, "::ffff:192.0.2.7", 4999));
    assert_false(has(w, "192.0.2.7", 5000));
    assert_false(has(w, "192.0.2.6", 1000));
    allow(w, "2001:db8::7", 5000, "");
    assert_true(has(w, "2001:db8::7", 1000));
    assert_false(has(w, "2001:db8::8", 1000));
    allow(w, "192.0.2.7", 9000, "again");
    assert_true(has(w, "192.0.2.7", 8000));
    relay_windows_close(w);
}

static void it_outlives_a_restart(void **state UNUSED)
{
    struct err e;
    struct ip ip;
    bool had;
    struct relay_windows *w = opened();
    allow(w, "192.0.2.7", 5000, "a\nb\x1b[m");
    allow(w, "192.0.2.8", 5000, "");
    assert_true(ip_parse(STR("192.0.2.8"), &ip));
    assert_true(relay_windows_end(w, &ip, 1000, &had, &e) && had);
    assert_true(relay_windows_end(w, &ip, 1000, &had, &e) && !had);
    relay_windows_close(w);
    w = opened();
    assert_true(has(w, "192.0.2.7", 1000));
    assert_false(has(w, "192.0.2.8", 1000));
    relay_windows_close(w);
}

/* Whichever of several is ended, the others stay, now and after a restart that wrote the file anew. */
static void the_one_that_is_ended_goes(void **state UNUSED)
{
    static const char *const ALL[] = { "192.0.2.7", "192.0.2.8", "192.0.2.9", "2001:db8::7",
                                       "2001:db8::8" };
    for (size_t gone = 0; gone < COUNT_OF(ALL); gone++) {
        struct err e;
        struct ip ip;
        bool had;
        struct relay_windows *w = opened();
        for (size_t i = 0; i < COUNT_OF(ALL); i++)
            allow(w, ALL[i], 5000, "");
        assert_true(ip_parse(str_from(ALL[gone]), &ip));
        assert_true(relay_windows_end(w, &ip, 1000, &had, &e) && had);
        for (int again = 0; again < 3; again++) {
            for (size_t i = 0; i < COUNT_OF(ALL); i++)
                if (has(w, ALL[i], 1000) != (i != gone))
                    fail_msg("%s, of which %s is ended", ALL[i], ALL[gone]);
            relay_windows_close(w);
            w = opened();
        }
        relay_windows_close(w);
    }
}

static bool in_file(const char *words)
{
    char path[80], text[4096];
    snprintf(path, sizeof path, "%s/windows", dir);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return strstr(text, words) != NULL;
}

/* Who let it in is noted, shown harmless, and cut between characters. */
static void the_note_is_kept(void **state UNUSED)
{
    char note[3 * RELAY_WINDOW_NOTE_MAX + 2] = "x";
    struct relay_windows *w = opened();
    allow(w, "192.0.2.7", 5000, "pop3 of anna");
    allow(w, "192.0.2.8", 5000, "a\nb\x1b[m");
    for (size_t i = 1; i + 3 < sizeof note; i += 2)
        memcpy(note + i, "\xc3\xa4", 3);
    allow(w, "192.0.2.9", 5000, note);
    for (int again = 0; again < 2; again++) {
        assert_true(in_file("192.0.2.7 5000 pop3 of anna\n"));
        assert_false(in_file("\x1b") || in_file("a\nb"));
        assert_true(in_file("192.0.2.9 5000 x\xc3\xa4\xc3\xa4"));
        assert_false(in_file("\xc3\n") || in_file("\xc3?"));
        relay_windows_close(w);
        w = opened();
    }
    relay_windows_close(w);
}

/* What a power cut leaves of the last line, and lines of nobody, do not hold up the start. */
static void damage_is_passed_over(void **state UNUSED)
{
    char path[80];
    snprintf(path, sizeof path, "%s/windows", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(
        "192.0.2.7 5000 x\nnonsense\n192.0.2.9 x y\n192.0.2.10 5000\n192.0.2.11 5000 n\n192.0.2.1",
        f);
    fclose(f);
    struct relay_windows *w = opened();
    assert_true(has(w, "192.0.2.7", 1000) && has(w, "192.0.2.10", 1000) &&
                has(w, "192.0.2.11", 1000));
    assert_false(has(w, "192.0.2.1", 0) || has(w, "192.0.2.9", 0));
    allow(w, "192.0.2.12", 5000, "");
    relay_windows_close(w);
    w = opened();
    assert_true(has(w, "192.0.2.12", 1000));
    relay_windows_close(w);
}

/* A POP server calls at each login; the file does not grow for ever. */
static void the_file_stays_small(void **state UNUSED)
{
    char path[80];
    struct stat st;
    struct relay_windows *w = opened();
    for (int i = 0; i < 20000; i++) {
        char ip[20];
        snprintf(ip, sizeof ip, "192.0.2.%d", i % 100);
        allow(w, ip, 5000 + (uint64_t)i, "pop3");
    }
    snprintf(path, sizeof path, "%s/windows", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size < 64 << 10);
    assert_int_equal(st.st_mode & 077, 0);
    relay_windows_close(w);
}

static void there_are_so_many_and_no_more(void **state UNUSED)
{
    struct err e;
    struct relay_windows *w = opened();
    struct ip ip = { IP_V4, { 10 }, 0 };
    for (int i = 0; i <= RELAY_WINDOWS_MAX; i++) {
        ip.octets[1] = (uint8_t)(i >> 16);
        ip.octets[2] = (uint8_t)(i >> 8);
        ip.octets[3] = (uint8_t)i;
        bool fits = relay_windows_allow(w, &ip, 5000, 1000, STR_NONE, &e);
        assert_int_equal(fits, i < RELAY_WINDOWS_MAX);
    }
    assert_int_equal(e.kind, ERR_LIMIT);
    /* those whose time is over make room */
    assert_true(relay_windows_allow(w, &ip, 9000, 6000, STR_NONE, &e));
    relay_windows_close(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_address_is_let_in_for_a_time, begin, end),
        cmocka_unit_test_setup_teardown(it_outlives_a_restart, begin, end),
        cmocka_unit_test_setup_teardown(the_one_that_is_ended_goes, begin, end),
        cmocka_unit_test_setup_teardown(the_note_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(damage_is_passed_over, begin, end),
        cmocka_unit_test_setup_teardown(the_file_stays_small, begin, end),
        cmocka_unit_test_setup_teardown(there_are_so_many_and_no_more, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
