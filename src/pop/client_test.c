/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "base/secret.h"
#include "pop/client.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

/* What the server says, one entry each time it is waited for; what comes of it, step by step: commands as
 * they go out, "TLS", "LOGIN" or "LOGIN clear", and the result as "ok STAGE line" or "no STAGE line". */
static const struct dialogue {
    const char *label;
    bool tls; /* from the beginning */
    const char *says[8];
    const char *want;
} DIALOGUES[] = {
    { "port 995",
      true,
      { "+OK ready\r\n", "+OK\r\n", "+OK 2 messages\r\n", "+OK bye\r\n" },
      "LOGIN|USER anna|PASS secret|ok PASS +OK 2 messages|QUIT|END" },
    { "STLS",
      false,
      { "+OK ready\r\n", "+OK begin\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\n" },
      "STLS|TLS|LOGIN|USER anna|PASS secret|ok PASS +OK|QUIT|END" },
    { "no STLS",
      false,
      { "+OK ready\r\n", "-ERR what\r\n", "+OK\r\n", "+OK\r\n", "+OK\r\n" },
      "STLS|LOGIN clear|USER anna|PASS secret|ok PASS +OK|QUIT|END" },
    { "a wrong password",
      true,
      { "+OK\r\n", "+OK\r\n", "-ERR [AUTH] no\r\n", "+OK\r\n" },
      "LOGIN|USER anna|PASS secret|no PASS -ERR [AUTH] no|QUIT|END" },
    { "no such user",
      true,
      { "+OK\r\n", "-ERR who\r\n", "+OK\r\n" },
      "LOGIN|USER anna|no USER -ERR who|QUIT|END" },
    { "a greeting that refuses",
      true,
      { "-ERR busy\r\n", "+OK\r\n" },
      "no greeting -ERR busy|QUIT|END" },
    { "SMTP answers",
      true,
      { "220 mail.example.org ESMTP\r\n" },
      "broken greeting 220 mail.example.org ESMTP|END" },
    { "+OKAY is no answer", true, { "+OKAY\r\n" }, "broken greeting +OKAY|END" },
    { "line feeds alone",
      true,
      { "+OK\n", "+OK\n", "+OK\n", "+OK\n" },
      "LOGIN|USER anna|PASS secret|ok PASS +OK|QUIT|END" },
    { "more than was asked for",
      true,
      { "+OK\r\n+OK\r\n+OK\r\n", "-ERR no\r\n+OK\r\n", "+OK\r\n" },
      "LOGIN|USER anna|no USER -ERR no|QUIT|END" },
    { "clear text behind the STLS",
      false,
      { "+OK\r\n", "+OK\r\n-ERR not yours\r\n", "+OK\r\n", "+OK\r\n" },
      "STLS|TLS|LOGIN|USER anna|PASS secret|ok PASS +OK|QUIT|END" },
    { "it closes at once", true, { NULL }, "no greeting |END" },
    { "it closes behind USER", true, { "+OK\r\n", NULL }, "LOGIN|USER anna|no USER |END" },
    { "it closes behind PASS",
      true,
      { "+OK\r\n", "+OK\r\n", NULL },
      "LOGIN|USER anna|PASS secret|no PASS |END" },
};

static void add(struct buf *got, const char *word, str rest)
{
    if (got->n)
        buf_addc(got, '|');
    buf_addf(got, "%s%.*s", word, STR_ARG(rest));
}

/* Until it waits; false: it has ended. */
static bool step(struct pop_client *c, struct buf *got)
{
    struct pop_client_question q;
    for (;;) {
        switch (pop_client_next(c, &q)) {
        case POP_CLIENT_NOTHING: return true;
        case POP_CLIENT_SEND:
            assert_int_equal(q.secret, str_starts(q.octets, STR("PASS")));
            assert_true(str_ends_nocase(q.octets, STR("\r\n")));
            add(got, "", str_trim(q.octets));
            break;
        case POP_CLIENT_TLS:
            add(got, "TLS", STR_NONE);
            pop_client_tls(c);
            break;
        case POP_CLIENT_LOGIN:
            add(got, q.under_tls ? "LOGIN" : "LOGIN clear", STR_NONE);
            assert_true(pop_client_login(c, STR("anna"), STR("secret")));
            break;
        case POP_CLIENT_RESULT:
            add(got,
                q.ok       ? "ok "
                : q.broken ? "broken "
                           : "no ",
                names_of(&POP_STAGE_NAMES, (int)q.stage));
            buf_addf(got, " %.*s", STR_ARG(q.octets));
            break;
        case POP_CLIENT_END: add(got, "END", STR_NONE); return false;
        }
    }
}

/* cut: the first piece of what the server says each time has so many octets. */
static void play(const struct dialogue *d, size_t cut, struct buf *got)
{
    struct pop_client *c = pop_client_new(d->tls);
    assert_non_null(c);
    bool goes_on = step(c, got);
    for (size_t i = 0; goes_on && i < COUNT_OF(d->says); i++) {
        str text = d->says[i] ? str_from(d->says[i]) : STR_NONE;
        if (text.n) {
            pop_client_feed(c, str_take(text, cut));
            goes_on = step(c, got);
            /* Octets in one piece come before the next command, and are no answer to it. */
            if (cut < text.n && str_find_octet(str_take(text, cut), '\n') == STR_NOT_FOUND)
                pop_client_feed(c, str_skip(text, cut));
        } else {
            pop_client_ended(c);
        }
        if (goes_on)
            goes_on = step(c, got);
    }
    if (goes_on)
        add(got, "end", STR_NONE);
    pop_client_free(c);
}

static void every_dialogue(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(DIALOGUES); i++) {
        for (size_t cut = 1; cut < 40; cut++) {
            struct buf got;
            buf_init(&got, 4096);
            play(&DIALOGUES[i], cut, &got);
            if (!str_eq(buf_str(&got), str_from(DIALOGUES[i].want)))
                fail_msg("%s, cut at %zu\n  is     %.*s\n  wanted %s", DIALOGUES[i].label, cut,
                         STR_ARG(buf_str(&got)), DIALOGUES[i].want);
            buf_done(&got);
        }
    }
}

static struct pop_client *at_login(void)
{
    struct pop_client_question q;
    struct pop_client *c = pop_client_new(true);
    assert_non_null(c);
    pop_client_feed(c, STR("+OK\r\n"));
    assert_int_equal(pop_client_next(c, &q), POP_CLIENT_LOGIN);
    return c;
}

/* What does not fit into a command is not sent, and the login can still be given up in order. */
static void logins_that_do_not_fit(void **state)
{
    static char longest[300];
    static const struct {
        str user, password;
    } LOGINS[] = {
        { STR_INIT("an\rna"), STR_INIT("secret") }, { STR_INIT("anna"), STR_INIT("se\ncret") },
        { STR_INIT("anna"), STR_INIT("se\0cret") }, { STR_INIT(""), STR_INIT("secret") },
        { STR_INIT("anna"), STR_INIT("") },         { STR_INIT("anna"), { longest, 299 } },
        { { longest, 299 }, STR_INIT("secret") },
    };
    (void)state;
    memset(longest, 'x', sizeof longest - 1);
    for (size_t i = 0; i < COUNT_OF(LOGINS); i++) {
        struct pop_client_question q;
        struct pop_client *c = at_login();
        assert_false(pop_client_login(c, LOGINS[i].user, LOGINS[i].password));
        assert_int_equal(pop_client_next(c, &q), POP_CLIENT_LOGIN);
        pop_client_quit(c);
        assert_int_equal(pop_client_next(c, &q), POP_CLIENT_SEND);
        assert_true(str_eq(q.octets, STR("QUIT\r\n")));
        pop_client_feed(c, STR("+OK\r\n"));
        assert_int_equal(pop_client_next(c, &q), POP_CLIENT_END);
        pop_client_free(c);
    }
}

/* A line that does not end takes no more room than a line may have. */
static void a_line_without_end(void **state)
{
    struct pop_client_question q;
    struct pop_client *c = pop_client_new(true);
    (void)state;
    assert_non_null(c);
    pop_client_feed(c, STR("+OK "));
    for (int i = 0; i < 100000; i++)
        pop_client_feed(c, STR("xxxxxxxxxxxxxxxx"));
    assert_int_equal(pop_client_next(c, &q), POP_CLIENT_NOTHING);
    pop_client_feed(c, STR("\r\n"));
    assert_int_equal(pop_client_next(c, &q), POP_CLIENT_LOGIN);
    pop_client_free(c);
}

/* What is cut may end inside a secret that it repeats, and says that it is cut. */
static void a_line_too_long_is_marked(void **state)
{
    static char refusal[600] = "-ERR ";
    struct pop_client_question q;
    struct pop_client *c = pop_client_new(true);
    (void)state;
    assert_non_null(c);
    memset(refusal + 5, 'x', sizeof refusal - 7);
    refusal[sizeof refusal - 2] = '\n';
    pop_client_feed(c, str_from(refusal));
    assert_int_equal(pop_client_next(c, &q), POP_CLIENT_RESULT);
    assert_int_equal(q.octets.n, 512 + sizeof SECRET_CUT - 1);
    assert_true(str_ends_nocase(q.octets, STR(SECRET_CUT)));
    pop_client_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_dialogue),
        cmocka_unit_test(logins_that_do_not_fit),
        cmocka_unit_test(a_line_without_end),
        cmocka_unit_test(a_line_too_long_is_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
