/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/domain_done.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ONE "{\"schema\":\"baton.domain/1\",\"domain\":\"one.example\"}\n"
#define BAD "{\"schema\":\"baton.domain/1\",\"domain\":null,\"typed\":\"a b\",\"line\":2}\n"

static const struct row {
    const char *label, *before;
    bool taken;
    const char *after; /* NULL: as before */
    size_t count;
} ROWS[] = {
    { "a new file", "", true, NULL, 0 },
    { "lines of an earlier run", ONE BAD, true, NULL, 2 },
    { "the last was cut off", ONE BAD "{\"schema\":\"baton.domain/1\",\"dom", true, ONE BAD, 2 },
    { "at its first octets", ONE "{\"sch", true, ONE, 1 },
    { "the only line was cut off", "{\"schema\":\"baton.domain/1\",\"domain\":\"", true, "", 0 },
    { "somebody else's text", "all my passwords\n", false, NULL, 0 },
    { "... without an end of line", "all my passwords", false, NULL, 0 },
    { "... behind a line of ours", ONE "all my passwords", false, NULL, 0 },
    { "somebody else's JSON", "{\"schema\":\"other/1\",\"domain\":\"one.example\"}\n", false, NULL,
      0 },
    { "... without an end of line", "{\"schema\":\"other/1\"}", false, NULL, 0 },
    { "... behind a line of ours", ONE "{\"key\":1}", false, NULL, 0 },
};

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static void test_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct row *r = &ROWS[i];
        char path[] = "domain_done.XXXXXX", text[512];
        struct err e = { .kind = ERR_NONE };
        int fd = mkstemp(path);
        assert_true(fd >= 0);
        close(fd);
        write_file(path, r->before);
        struct domain_done *d = domain_done_open(path, &e);
        size_t count = d ? domain_done_count(d) : 0;
        bool taken = d != NULL;
        domain_done_close(d);
        FILE *f = fopen(path, "re");
        assert_non_null(f);
        text[fread(text, 1, sizeof text - 1, f)] = 0;
        (void)fclose(f);
        (void)unlink(path);
        if (taken != r->taken || count != r->count || (e.kind != ERR_NONE) == taken ||
            strcmp(text, r->after ? r->after : r->before) != 0)
            fail_msg("%s: %d, %zu, %s", r->label, taken, count, text);
    }
}

/* They have no end, or cannot be cut. */
static void test_devices(void **state)
{
    (void)state;
    static const char *const DEVICES[] = { "/dev/null", "/dev/full" };
    for (size_t i = 0; i < COUNT_OF(DEVICES); i++) {
        struct err e = { .kind = ERR_NONE };
        struct domain_done *d = domain_done_open(DEVICES[i], &e);
        assert_null(d);
        assert_int_equal(e.kind, ERR_SYNTAX);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_files),
                                        cmocka_unit_test(test_devices) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
