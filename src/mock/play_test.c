/* SPDX-License-Identifier: ISC */
#include "mock/play.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

static void every_play_is_whole(void **state)
{
    (void)state;
    size_t count;
    const struct mock_play *plays = mock_plays(&count);
    assert_int_equal(count, 17);
    assert_int_equal(plays[0].cause, CAUSE_NONE);
    for (size_t i = 0; i < count; i++) {
        str name = mock_play_name(&plays[i]);
        assert_true(name.n > 0);
        assert_true(plays[i].does.n > 0);
        assert_ptr_equal(mock_play_of(plays[i].cause), &plays[i]);
        assert_ptr_equal(mock_play_named(name), &plays[i]);
        /* A login is offered where there is a mechanism to do it with. */
        assert_int_equal(plays[i].auth_under_tls != 0, plays[i].mechanisms.n > 0);
        /* The rows stand in the order of the catalogue. */
        assert_true(i == 0 || plays[i].cause > plays[i - 1].cause);
    }
    assert_null(mock_play_of(CAUSE_MAILBOX_FULL));
    assert_null(mock_play_named(STR("mailbox-full")));
    assert_null(mock_play_named(STR("")));
    assert_string_equal(mock_play_name(&plays[0]).p, "healthy");
}

static void every_flavour_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < MOCK_FLAVOUR_NAMES.count; i++) {
        const struct mock_flavour *f = mock_flavour_named(MOCK_FLAVOUR_NAMES.rows[i].name);
        assert_non_null(f);
        assert_true(str_eq_nocase(f->title, MOCK_FLAVOUR_NAMES.rows[i].name));
        assert_true(f->banner.n > 0);
        const struct mock_words *refusals[] = { &f->relay_refused, &f->login_refused,
                                                &f->sender_refused, &f->starttls_first,
                                                &f->recipient_unknown };
        for (size_t j = 0; j < COUNT_OF(refusals); j++) {
            assert_in_range(refusals[j]->code, 400, 599);
            assert_true(refusals[j]->text.n > 0);
            assert_true(refusals[j]->enhanced.n == 0 ||
                        refusals[j]->enhanced.p[0] == (char)('0' + refusals[j]->code / 100) ||
                        refusals[j]->code == 451); /* Exchange says 451 5.7.3 */
        }
        const struct mock_words *accepted[] = { &f->sender_accepted, &f->recipient_accepted,
                                                &f->message_accepted };
        for (size_t j = 0; j < COUNT_OF(accepted); j++)
            assert_int_equal(accepted[j]->code, 250);
        assert_int_equal(f->login_accepted.code, 235);
        assert_int_equal(f->login_refused.code, 535);
    }
    assert_null(mock_flavour_named(STR("qmail")));
}

static const struct {
    const char *label;
    str text, want;
} FILLS[] = {
    { "no term", STR_INIT("relay not permitted"), STR_INIT("relay not permitted") },
    { "one term", STR_INIT("<{to}>: Relay access denied"), STR_INIT("<t@e>: Relay access denied") },
    { "all terms", STR_INIT("{from}{to}{user}{host}{id}"), STR_INIT("f@ct@eu@chX1") },
    { "empty text", STR_INIT(""), STR_INIT("") },
    { "unknown term", STR_INIT("a{nothing}b"), STR_INIT("ab") },
    { "open brace", STR_INIT("a{to"), STR_INIT("at@e") },
};

static void terms_are_filled_in(void **state)
{
    (void)state;
    const struct mock_terms terms = {
        .to = STR("t@e"), .from = STR("f@c"), .user = STR("u@c"), .host = STR("h"), .id = STR("X1")
    };
    for (size_t i = 0; i < COUNT_OF(FILLS); i++) {
        struct buf out;
        buf_init(&out, 200);
        assert_true(mock_words_fill(FILLS[i].text, &terms, &out));
        if (!str_eq(buf_str(&out), FILLS[i].want))
            fail_msg("%s: got '%.*s'", FILLS[i].label, STR_ARG(buf_str(&out)));
        buf_done(&out);
    }
    struct buf small;
    buf_init(&small, 4);
    assert_false(mock_words_fill(STR("{to}: much longer"), &terms, &small));
    buf_done(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_play_is_whole),
        cmocka_unit_test(every_flavour_is_whole),
        cmocka_unit_test(terms_are_filled_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
