/* SPDX-License-Identifier: ISC */
/*
 * explain/read_reply_test.c - bare replies
 */
#include "explain/read.h"
#include "explain/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "explain/nasty.h"

enum { ROOM = 16 << 20 };

static const struct row {
    const char *in;
    unsigned code; /* of the last; 0 with no text: nothing may be found */
    const char *enhanced;
    const char *text;
    size_t count;
} ROWS[] = {
    { .in = "550 relay not permitted", .code = 550, .text = "relay not permitted", .count = 1 },
    { .in = "  \"550 5.7.1 <u@b.example>: Relay access denied\"\n",
      .code = 550,
      .enhanced = "5.7.1",
      .text = "<u@b.example>: Relay access denied",
      .count = 1 },
    { .in = "550-5.7.1 one\n550-5.7.1 two\n550 5.7.1 three\n",
      .code = 550,
      .enhanced = "5.7.1",
      .text = "one two three",
      .count = 1 },
    { .in = "550-one\n\n550 two", .code = 550, .text = "one two", .count = 1 },
    { .in = "550-5.7.1 one 550-5.7.1 two 550 5.7.1 three",
      .code = 550,
      .enhanced = "5.7.1",
      .text = "one two three",
      .count = 1 },
    { .in = "552-quota one 552-two 552 three",
      .code = 552,
      .text = "quota one two three",
      .count = 1 },
    { .in = "5.7.1 <u@b.example>: Relay access denied",
      .enhanced = "5.7.1",
      .text = "<u@b.example>: Relay access denied",
      .count = 1 },
    { .in = "Sorry (#5.7.1)", .enhanced = "5.7.1", .text = "Sorry", .count = 1 },
    { .in = "#4.4.1 later", .enhanced = "4.4.1", .text = "later", .count = 1 },
    { .in = "Error 550: relay not permitted",
      .code = 550,
      .text = "relay not permitted",
      .count = 1 },
    { .in = "SMTP error 550 no such user", .code = 550, .text = "no such user", .count = 1 },
    { .in = "Diagnostic-Code: smtp;554 no", .code = 554, .text = "no", .count = 1 },
    { .in = "it says code: 550", .code = 550, .text = "it says code:", .count = 1 },
    { .in = "we get 530 5.7.0 Authentication required each time",
      .code = 530,
      .enhanced = "5.7.0",
      .text = "Authentication required each time",
      .count = 1 },
    { .in = "reply was \"554 denied\"", .code = 554, .text = "denied", .count = 1 },
    { .in = "550 5.7.1 words that are long enough to have been wrapped at the\nedge of a window",
      .code = 550,
      .enhanced = "5.7.1",
      .text = "words that are long enough to have been wrapped at the edge of a window",
      .count = 1 },
    { .in = "550 short\nnot of it", .code = 550, .text = "short", .count = 1 },
    { .in = "250 2.1.0 fine\n550 not", .code = 550, .text = "not", .count = 2 },
    { .in = "550 a\n550 a\n551 b", .code = 551, .text = "b", .count = 2 },
    { .in = "port 587 and 465, HTTP/1.1 503 Service Unavailable, 550 euros, error 404 gone",
      .count = 0 },
    { .in = "dial tcp 192.0.2.1:587: i/o timeout, ssl://mail.b.example:465 (no), at "
            "a.B(C.java:439), D.php(598), port: 465, "
            "[2001:db8::1]:587",
      .count = 0 },
    { .in = "error:550 no", .code = 550, .text = "no", .count = 1 },
    { .in = "version 4.4.1 of 192.0.2.5, 5.7.1.2", .count = 0 },
    { .in = "Error (5.1.2): HTTP", .count = 1, .enhanced = "5.1.2", .text = "HTTP" },
    { .in = "", .count = 0 },
};

static void read(struct explain_page *p, struct arena *memory, str text)
{
    arena_init(memory, ROOM);
    *p = (struct explain_page){ .memory = memory, .plain = text };
    explain_read_reply(p);
}

static void test_replies(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct row *r = &ROWS[i];
        struct explain_page p;
        struct arena memory;
        read(&p, &memory, str_from(r->in));
        char enhanced[SMTP_ENHANCED_MAX];
        if (p.count != r->count)
            fail_msg("%s: %zu", r->in, p.count);
        const struct explain_said *s = &p.said[p.count ? p.count - 1 : 0];
        if (p.count &&
            (s->code != r->code || !str_eq(s->text, str_from(r->text)) ||
             (r->enhanced && strcmp(smtp_enhanced_text(&s->enhanced, enhanced), r->enhanced) != 0)))
            fail_msg("%s: %u \"%.*s\"", r->in, s->code, STR_ARG(s->text));
        assert_int_equal(p.form, p.count ? FORM_REPLY : FORM_NONE);
        arena_done(&memory);
    }
}

static void test_a_good_reply_is_aside(void **state)
{
    (void)state;
    struct explain_page p;
    struct arena memory;
    read(&p, &memory, STR("250 fine\n550 not"));
    assert_true(p.said[0].aside);
    assert_false(p.said[1].aside);
    arena_done(&memory);
}

static void test_whom_the_words_are_about(void **state)
{
    (void)state;
    struct explain_page p;
    struct arena memory;
    read(&p, &memory, STR("554 5.7.1 <u@b.example>: Relay access denied"));
    assert_true(str_eq(p.said[0].recipient, STR("u@b.example")));
    arena_done(&memory);
    read(&p, &memory, STR("553 5.7.1 <u@b.example>: Sender address rejected: not owned"));
    assert_true(str_eq(p.said[0].sender, STR("u@b.example")) && !p.said[0].recipient.n);
    arena_done(&memory);
    read(&p, &memory, STR("550 5.7.1 <mx.b.example>: Helo rejected"));
    assert_true(!p.said[0].sender.n && !p.said[0].recipient.n);
    arena_done(&memory);
}

static void test_what_others_found_stays(void **state)
{
    (void)state;
    struct explain_page p = { .plain = STR("550 no"), .count = 1 };
    explain_read_reply(&p);
    assert_int_equal(p.count, 1);
}

static void test_the_nastiest_text_ends(void **state)
{
    (void)state;
    static const char *const UNITS[] = { "550 ", "550-",          "550-\n",
                                         "(#5.", "5.7.1 ",        "\n",
                                         "<",    "550 5.7.1 a\n", "error 550-5.7.1 550 " };
    nasty_texts(UNITS, COUNT_OF(UNITS), explain_read_reply, ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replies),
        cmocka_unit_test(test_a_good_reply_is_aside),
        cmocka_unit_test(test_whom_the_words_are_about),
        cmocka_unit_test(test_what_others_found_stays),
        cmocka_unit_test(test_the_nastiest_text_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
