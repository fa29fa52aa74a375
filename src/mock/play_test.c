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
    assert_null(mock_play_named(STR("")));
    assert_string_equal(mock_play_name(&plays[0]).p, "healthy");
}

/* Either there is a row for it, or a sentence on why a server cannot. */
static void every_cause_is_played_or_said_why_not(void **state)
{
    (void)state;
    for (int id = CAUSE_NONE + 1; id < CAUSES; id++) {
        bool played = mock_play_of((enum cause_id)id);
        bool said = mock_play_why_not((enum cause_id)id).n > 0;
        if (played == said)
            fail_msg("'%.*s': played %d, said why not %d",
                     STR_ARG(cause_of((enum cause_id)id)->name), played, said);
    }
}

static unsigned class_of(enum mock_says says)
{
    switch (says) {
    case MOCK_SAYS_GREETING:
    case MOCK_SAYS_LOGIN_TAKEN:
    case MOCK_SAYS_SENDER_TAKEN:
    case MOCK_SAYS_RECIPIENT_TAKEN:
    case MOCK_SAYS_MESSAGE_TAKEN: return 2;
    default: return 4; /* or 5 */
    }
}

static void every_flavour_is_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < MOCK_FLAVOUR_NAMES.count; i++) {
        const struct mock_flavour *f = mock_flavour_named(MOCK_FLAVOUR_NAMES.rows[i].name);
        assert_non_null(f);
        assert_true(str_eq_nocase(f->title, MOCK_FLAVOUR_NAMES.rows[i].name));
        for (int says = MOCK_SAYS_NOTHING + 1; says < MOCK_SAYS; says++) {
            const struct mock_words *w = &f->words[says];
            unsigned class = class_of((enum mock_says)says);
            if (w->code / 100 != class && !(class == 4 && w->code / 100 == 5))
                fail_msg("%.*s, words %d: code %u", STR_ARG(f->title), says, w->code);
            assert_true(w->text.n > 0);
            assert_true(w->at != SMTP_STAGE_NONE);
            assert_true(w->enhanced.n == 0 || w->enhanced.p[0] == (char)('0' + w->code / 100) ||
                        w->code == 451); /* Exchange says 451 5.7.3 */
        }
    }
    assert_null(mock_flavour_named(STR("qmail")));
}

/* A gate's words are said at a stage; the usual answers close every stage that wants one. */
static void every_stage_has_an_answer(void **state)
{
    static const enum smtp_stage STAGES[] = { SMTP_STAGE_AUTH, SMTP_STAGE_MAIL, SMTP_STAGE_RCPT,
                                              SMTP_STAGE_END_OF_DATA };
    (void)state;
    size_t count;
    const struct mock_play *plays = mock_plays(&count);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < MOCK_FLAVOUR_NAMES.count * COUNT_OF(STAGES); k++) {
            const struct mock_flavour *f = mock_flavour_named(
                MOCK_FLAVOUR_NAMES.rows[k / COUNT_OF(STAGES)].name);
            for (unsigned facts = 0; facts < 1 << 16; facts += 0x111)
                assert_non_null(
                    mock_play_answer(&plays[i], f, STAGES[k % COUNT_OF(STAGES)], facts));
        }
}

static const struct {
    const char *label;
    str text, want;
} FILLS[] = {
    { "no term", STR_INIT("relay not permitted"), STR_INIT("relay not permitted") },
    { "one term", STR_INIT("<{to}>: Relay access denied"), STR_INIT("<t@e>: Relay access denied") },
    { "all terms", STR_INIT("{from}{to}{user}{name}{host}{id}"), STR_INIT("f@ct@eu@cnhX1") },
    { "empty text", STR_INIT(""), STR_INIT("") },
    { "unknown term", STR_INIT("a{nothing}b"), STR_INIT("ab") },
    { "open brace", STR_INIT("a{to"), STR_INIT("at@e") },
};

static void terms_are_filled_in(void **state)
{
    (void)state;
    const struct mock_terms terms = { .to = STR("t@e"),
                                      .from = STR("f@c"),
                                      .user = STR("u@c"),
                                      .name = STR("n"),
                                      .host = STR("h"),
                                      .id = STR("X1") };
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
        cmocka_unit_test(every_cause_is_played_or_said_why_not),
        cmocka_unit_test(every_flavour_is_whole),
        cmocka_unit_test(every_stage_has_an_answer),
        cmocka_unit_test(terms_are_filled_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
