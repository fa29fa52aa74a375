/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "mock/pop3.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

static const struct {
    const char *label, *says, *hears;
} CASES[] = {
    { "a fetch", "USER anna\r\nPASS right one\r\nSTAT\r\nLIST\r\nUIDL\r\nQUIT\r\n",
      "+OK h POP3 ready\r\n+OK\r\n+OK 0 messages\r\n+OK 0 0\r\n+OK\r\n.\r\n+OK\r\n.\r\n+OK "
      "goodbye\r\nclose" },
    { "a wrong password", "USER anna\r\nPASS wrong\r\nSTAT\r\n",
      "+OK h POP3 ready\r\n+OK\r\n-ERR [AUTH] user or password is wrong\r\n-ERR log in first\r\n" },
    { "STLS drops what came with it", "USER anna\r\nSTLS\r\nPASS right one\r\n",
      "+OK h POP3 ready\r\n+OK\r\n+OK begin TLS\r\ntls" },
    { "what it can", "capa\r\n", "+OK h POP3 ready\r\n+OK\r\nUSER\r\nSTLS\r\n.\r\n" },
    { "no user", "PASS right one\r\nfoo\r\nLIST 1\r\n",
      "+OK h POP3 ready\r\n-ERR say USER first\r\n-ERR no command of ours\r\n-ERR log in "
      "first\r\n" },
};

/* Feeds pieces of that size and gathers what is asked for. */
static void converse(const char *says, size_t piece, struct buf *heard)
{
    struct mock_pop3 *p = mock_pop3_new(STR("h"), false);
    assert_non_null(p);
    bool over = false;
    for (str rest = str_from(says); !over;) {
        struct mock_pop3_question q;
        switch (mock_pop3_next(p, &q)) {
        case MOCK_POP3_SEND: buf_add(heard, q.octets); break;
        case MOCK_POP3_TLS:
            buf_add(heard, STR("tls"));
            mock_pop3_tls(p);
            over = true; /* pieces differ in what STLS drops */
            break;
        case MOCK_POP3_LOGIN:
            mock_pop3_answer(p,
                             str_eq(q.user, STR("anna")) && str_eq(q.password, STR("right one")));
            break;
        case MOCK_POP3_CLOSE:
            buf_add(heard, STR("close"));
            over = true;
            break;
        case MOCK_POP3_NOTHING:
            over = rest.n == 0;
            mock_pop3_feed(p, str_take(rest, piece));
            rest = str_skip(rest, piece);
            break;
        }
    }
    mock_pop3_free(p);
}

static void dialogues(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++)
        for (size_t piece = 1; piece < 200; piece += 33) {
            struct buf heard;
            buf_init(&heard, 10000);
            converse(CASES[i].says, piece, &heard);
            if (!str_eq(buf_str(&heard), str_from(CASES[i].hears)))
                fail_msg("%s, pieces of %zu: '%.*s'", CASES[i].label, piece,
                         STR_ARG(buf_str(&heard)));
            buf_done(&heard);
        }
}

static void a_line_without_end(void **state)
{
    char line[300];
    struct buf heard;
    (void)state;
    for (size_t i = 0; i < sizeof line; i++)
        line[i] = 'a';
    line[sizeof line - 1] = '\0';
    buf_init(&heard, 1000);
    converse(line, 100, &heard);
    assert_true(str_find(buf_str(&heard), STR("-ERR the line is too long\r\nclose")) !=
                STR_NOT_FOUND);
    buf_done(&heard);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(dialogues),
                                        cmocka_unit_test(a_line_without_end) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
