/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cmd/lookup_flags.h"
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A file in memory that holds text; its path is good until the program ends. */
static const char *file_of(const char *text, char path[40])
{
    int fd = memfd_create("anchors", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)snprintf(path, 40, "/proc/self/fd/%d", fd);
    return path;
}

/* One that cannot be read, or holds none, is a mistake in the command, and not the resolver's. */
static void trust_anchors(void **state)
{
    (void)state;
    static const char *const BAD[] = { "", "; a comment\n", "no record\n",
                                       ". 60 IN A 192.0.2.1\n" };
    struct lookup_flags f;
    struct err e;
    char path[40];
    lookup_flags_init(&f);
    assert_false(lookup_take_trust_anchor(&f, "/nonexistent/anchors", &e));
    assert_non_null(strstr(e.why, "/nonexistent/anchors"));
    for (size_t i = 0; i < COUNT_OF(BAD); i++)
        assert_false(lookup_take_trust_anchor(&f, file_of(BAD[i], path), &e));
    /* Neither has an end. */
    assert_false(lookup_take_trust_anchor(&f, "/proc/self", &e));
    assert_false(lookup_take_trust_anchor(&f, "/dev/zero", &e));
    assert_null(f.gather.trust_anchor);
    assert_true(lookup_take_trust_anchor(&f,
                                         file_of("; ours\nexample. IN DS 1 13 2 "
                                                 "00112233445566778899aabbccddeeff"
                                                 "00112233445566778899aabbccddeeff\n",
                                                 path),
                                         &e));
    assert_string_equal(f.gather.trust_anchor, path);
}

static void numbers(void **state)
{
    (void)state;
    struct lookup_flags f;
    struct err e;
    lookup_flags_init(&f);
    assert_int_equal(f.timeout_s, 20);
    assert_false(lookup_take_timeout(&f, "0", &e));
    assert_false(lookup_take_timeout(&f, "9999", &e));
    assert_true(lookup_take_timeout(&f, "7", &e));
    assert_int_equal(f.timeout_s, 7);
    assert_false(lookup_take_dns_port(&f, "65536", &e));
    assert_true(lookup_take_dns_port(&f, "5300", &e));
    assert_int_equal(f.gather.authority_port, 5300);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(trust_anchors),
                                        cmocka_unit_test(numbers) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
