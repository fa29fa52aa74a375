/* SPDX-License-Identifier: ISC */
/*
 * settings/read_test.h - what tests of rows share: a case is a program's text and what must be read out of it;
 *         writing and reading back, changing in place, refusing, knowing a file by its shape
 */
#ifndef BATON_SETTINGS_READ_TEST_H
#define BATON_SETTINGS_READ_TEST_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "settings/change.h"
#include "settings/reader.h"

/* A case leaves out its last parts where they are empty. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

extern struct settings_reading test_reading;
extern struct arena test_arena;
extern struct err test_err;

struct test_case {
    const char *about;
    str text;
    str found;            /* as test_found() has it */
    str mistakes;         /* their names, blank between */
    const char *given[4]; /* "NAME=value" or "path=text": variables and other files */
};
struct test_broken {
    str text, why; /* the whole sentence */
};
struct test_change {
    str text, changed;
};
struct test_shape {
    const char *path, *text;
    int least, most; /* what looks() may answer */
};

/* A login with a password, as an initialiser. */
#define TEST_LOGIN(host_, port_, security_, user_, from_, password_)                               \
    {                                                                                              \
        .attempt = { .host = STR_INIT(host_),                                                      \
                     .port = (port_),                                                              \
                     .security = SMTP_SECURITY_##security_,                                        \
                     .mechanism = STR_INIT("auto"),                                                \
                     .user = STR_INIT(user_),                                                      \
                     .from = STR_INIT(from_) },                                                    \
        .secret = SETTINGS_SECRET_LITERAL, .secret_text = STR_INIT(password_)                      \
    }

/* NULL with test_err when it is broken. given may be NULL, and ends with one. program NULL: by its shape. What it
 * gives is good until test_end(). */
struct settings_reading *test_read(const char *program, str text, const char *const *given);
struct settings_reading *test_read_account(const char *program, str account, str text,
                                           const char *const *given);
struct settings_reading *test_end(void); /* NULL */

void test_same(const char *what, const char *about, str got, str wanted);
/* "host:port security mechanism user secret-kind secret from", "-" for what is not there. */
void test_found(const struct settings_reading *r, const char *about, str wanted);
/* Each has words for what is wrong and for the remedy, too. */
void test_mistakes(const struct settings_reading *r, const char *about, str wanted);
/* Every item's place lies in its file, and lines and columns are those of the octets. */
void test_places(const struct settings_reading *r);

void test_cases(const char *program, const struct test_case *cases, size_t count);
#define TEST_CASES(program, cases) test_cases(program, cases, COUNT_OF(cases))
void test_broken(const char *program, const struct test_broken *cases, size_t count);
#define TEST_BROKEN(program, cases) test_broken(program, cases, COUNT_OF(cases))

/* Passwords with everything in them that means something to somebody. */
enum { TEST_HOSTILE_COUNT = 49 };
extern const str TEST_HOSTILE[TEST_HOSTILE_COUNT];
/* What write wrote is known by its shape and read again as it was, and nothing in it is a mistake but `allowed`.
 * refused: "in clear", or the passwords that the program cannot carry. */
void test_goes_round(const char *program, const struct settings *s, str allowed, str refused);
/* Each of those passwords, in the clear, by STARTTLS and by TLS. */
void test_round_trip(const char *program, str allowed, str refused);
/* The text that is written, to the octet. */
void test_writes(const char *program, const struct settings *s, str text);
/* Everything of s is read back from what is written, with these mistakes and no more. */
void test_written(const char *program, const struct settings *s, str mistakes);
/* part: of the sentence */
void test_write_refused(const char *program, const struct settings *s, const char *part);

/* The text with its lines changed; "" and the sentence in test_err where it was refused. */
str test_changed(const char *program, str text, const struct settings *wanted, struct buf *out);
/* Each is changed so, and not a second time. */
void test_changes(const char *program, const struct settings *wanted,
                  const struct test_change *cases, size_t count);
#define TEST_CHANGES(program, wanted, cases) test_changes(program, wanted, cases, COUNT_OF(cases))
void test_change_refused(const char *program, str text, const struct settings *wanted,
                         const char *part);

void test_shapes(const char *program, const struct test_shape *cases, size_t count);
#define TEST_SHAPES(program, cases) test_shapes(program, cases, COUNT_OF(cases))
#endif
