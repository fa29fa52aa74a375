/* SPDX-License-Identifier: ISC */
#include "cmd/secret_input.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

/* A file that is gone already, holding n octets of text. */
static int file_with(const char *text, size_t n)
{
    FILE *f = tmpfile();
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, n, f), n);
    rewind(f);
    int fd = dup(fileno(f));
    fclose(f);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

/* want: the password; or, where error is set, words of the sentence. */
static const struct secret_case {
    const char *label, *text;
    size_t n;
    const char *want, *error;
} FROM_FD[] = {
    { "as it is", "secret", 6, "secret", NULL },
    { "one line end is dropped", "secret\n", 7, "secret", NULL },
    { "CRLF is one line end", "secret\r\n", 8, "secret", NULL },
    { "a second is part of it", "secret\n\n", 8, "secret\n", NULL },
    { "blanks are part of it", " se cret ", 9, " se cret ", NULL },
    { "any octet", "\x01\xff\x80", 3, "\x01\xff\x80", NULL },
    { "empty", "", 0, NULL, "empty" },
    { "only a line end", "\n", 1, NULL, "--auth none" },
    { "NUL", "a\0b", 3, NULL, "NUL" },
};

static bool read_secret(const struct secret_source *s, struct buf *out, bool *found, struct err *e)
{
    *e = (struct err){ .kind = ERR_NONE };
    buf_init(out, SECRET_MAX);
    return secret_input(s, out, found, e);
}

static void check(bool ok, const struct buf *got, const struct err *e, const struct secret_case *k)
{
    assert_int_equal(ok, k->error == NULL);
    if (ok)
        assert_true(str_eq(buf_str(got), str_from(k->want)));
    else if (!strstr(e->why, k->error))
        fail_msg("'%s' does not say '%s'", e->why, k->error);
}

static void from_a_descriptor(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FROM_FD); i++) {
        struct buf b;
        struct err e;
        bool found;
        print_message("  %s\n", FROM_FD[i].label);
        const struct secret_source s = { .fd = file_with(FROM_FD[i].text, FROM_FD[i].n) };
        bool ok = read_secret(&s, &b, &found, &e);
        assert_true(found);
        check(ok, &b, &e, &FROM_FD[i]);
        buf_wipe_done(&b);
        close(s.fd);
    }
}

/* What comes in pieces, as from a pipe, is one password. */
static void in_pieces(void **state)
{
    char text[3000];
    int ends[2];
    struct buf b;
    struct err e;
    bool found;
    (void)state;
    memset(text, 'x', sizeof text);
    assert_int_equal(pipe(ends), 0);
    for (size_t i = 0; i < sizeof text; i += 300)
        assert_int_equal(write(ends[1], text + i, 300), 300);
    close(ends[1]);
    assert_true(read_secret(&(struct secret_source){ .fd = ends[0] }, &b, &found, &e));
    assert_int_equal(b.n, sizeof text);
    close(ends[0]);
    buf_wipe_done(&b);
}

static void too_long(void **state)
{
    static char mebibyte[1 << 20];
    struct buf b;
    struct err e;
    bool found;
    (void)state;
    memset(mebibyte, 'x', sizeof mebibyte);
    for (int over = 0; over <= 1; over++) {
        int fd = file_with(mebibyte, SECRET_MAX + (size_t)over);
        assert_int_equal(read_secret(&(struct secret_source){ .fd = fd }, &b, &found, &e), !over);
        close(fd);
        buf_wipe_done(&b);
    }
    int fd = file_with(mebibyte, sizeof mebibyte);
    assert_false(read_secret(&(struct secret_source){ .fd = fd }, &b, &found, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    assert_non_null(strstr(e.why, "8192"));
    assert_true(b.n <= SECRET_MAX);
    close(fd);
    buf_wipe_done(&b);
}

static void bad_descriptor(void **state)
{
    struct buf b;
    struct err e;
    bool found;
    (void)state;
    assert_false(read_secret(&(struct secret_source){ .fd = 9999 }, &b, &found, &e));
    assert_int_equal(e.kind, ERR_SYSTEM);
    assert_non_null(strstr(e.why, "descriptor"));
    buf_wipe_done(&b);
}

static const struct secret_case FROM_COMMAND[] = {
    { "as it is", "printf secret", 0, "secret", NULL },
    { "one line end is dropped", "echo secret", 0, "secret", NULL },
    { "the shell reads it", "printf %s \"sec\"'ret'", 0, "secret", NULL },
    { "nothing printed", "true", 0, NULL, "empty" },
    { "it fails", "echo secret; exit 3", 0, NULL, "status 3" },
    { "there is none", "/nonexistent/program 2>/dev/null", 0, NULL, "status 127" },
    { "too much", "head -c 100000 /dev/zero | tr '\\0' x", 0, NULL, "longer than 8192" },
};

static void from_a_command(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FROM_COMMAND); i++) {
        struct buf b;
        struct err e;
        bool found;
        print_message("  %s\n", FROM_COMMAND[i].label);
        const struct secret_source s = { .command = FROM_COMMAND[i].text, .fd = -1 };
        bool ok = read_secret(&s, &b, &found, &e);
        assert_true(found);
        check(ok, &b, &e, &FROM_COMMAND[i]);
        buf_wipe_done(&b);
    }
}

/* From the environment nothing is dropped: what is wrong with it there is worth finding. */
static const struct secret_case FROM_ENVIRONMENT[] = {
    { "as it is", "secret", 0, "secret", NULL },
    { "a line end is part of it", "secret\n", 0, "secret\n", NULL },
    { "empty", "", 0, NULL, "empty" },
    { "not set", NULL, 0, NULL, "BATON_TEST_SECRET" },
};

static void from_the_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FROM_ENVIRONMENT); i++) {
        struct buf b;
        struct err e;
        bool found;
        print_message("  %s\n", FROM_ENVIRONMENT[i].label);
        if (FROM_ENVIRONMENT[i].text)
            setenv("BATON_TEST_SECRET", FROM_ENVIRONMENT[i].text, 1);
        else
            unsetenv("BATON_TEST_SECRET");
        const struct secret_source s = { .env = "BATON_TEST_SECRET", .fd = -1 };
        bool ok = read_secret(&s, &b, &found, &e);
        check(ok, &b, &e, &FROM_ENVIRONMENT[i]);
        buf_wipe_done(&b);
    }
}

static void none_and_two(void **state)
{
    struct buf b;
    struct err e;
    bool found = true;
    (void)state;
    assert_true(read_secret(&(struct secret_source){ .fd = -1 }, &b, &found, &e));
    assert_false(found);
    buf_wipe_done(&b);
    assert_false(read_secret(&(struct secret_source){ .env = "X", .command = "true", .fd = -1 }, &b,
                             &found, &e));
    assert_non_null(strstr(e.why, "--password-env"));
    buf_wipe_done(&b);
    assert_false(read_secret(&(struct secret_source){ .env = "X", .fd = 0 }, &b, &found, &e));
    buf_wipe_done(&b);
}

/* Asked for, but there is no terminal: not found, and no error. */
static void no_terminal(void **state)
{
    struct buf b;
    struct err e;
    bool found = true;
    (void)state;
    assert_true(read_secret(&(struct secret_source){ .fd = -1, .ask = true }, &b, &found, &e));
    assert_false(found);
    buf_wipe_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(from_a_descriptor), cmocka_unit_test(in_pieces),
        cmocka_unit_test(too_long),          cmocka_unit_test(bad_descriptor),
        cmocka_unit_test(from_a_command),    cmocka_unit_test(from_the_environment),
        cmocka_unit_test(none_and_two),      cmocka_unit_test(no_terminal),
    };
    if (!freopen("/dev/null", "r", stdin)) /* never a terminal */
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
