/* SPDX-License-Identifier: ISC */
/* net/transcript_test.c - lines from octets, however they are cut */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/secret.h"
#include "net/transcript.h"
#include <string.h>

static void keep(void *user, bool sent, str line)
{
    struct buf *lines = user;
    buf_add(lines, sent ? STR(">") : STR("<"));
    buf_add(lines, line);
    buf_add(lines, STR("|"));
}

static void assert_lines(const struct buf *lines, str want)
{
    if (!str_eq(buf_str(lines), want))
        fail_msg("lines '%.*s', not '%.*s'", STR_ARG(buf_str(lines)), STR_ARG(want));
}

static const struct came_case {
    str octets, lines;
} CAME[] = {
    { STR_INIT(""), STR_INIT("") },
    { STR_INIT("220 one\r\n"), STR_INIT("<220 one|") },
    { STR_INIT("220-one\r\n220 two\r\n"), STR_INIT("<220-one|<220 two|") },
    { STR_INIT("bare\nfeed\n"), STR_INIT("<bare|<feed|") },
    { STR_INIT("\r\n\n"), STR_INIT("<|<|") },
    { STR_INIT("no end"), STR_INIT("<no end|") },
    { STR_INIT("no end\r"), STR_INIT("<no end|") },
    { STR_INIT("a\rb\r\n"), STR_INIT("<a\rb|") },
    { STR_INIT("a\0b\r\n"), STR_INIT("<a\0b|") },
};

static void lines_that_came(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CAME); i++) {
        for (size_t cut = 0; cut <= CAME[i].octets.n; cut++) {
            struct net_transcript t;
            struct buf lines;
            buf_init(&lines, 4096);
            net_transcript_init(&t, keep, &lines);
            net_transcript_came(&t, str_take(CAME[i].octets, cut));
            net_transcript_came(&t, str_skip(CAME[i].octets, cut));
            net_transcript_flush(&t);
            net_transcript_flush(&t); /* once is enough */
            assert_lines(&lines, CAME[i].lines);
            net_transcript_done(&t);
            buf_done(&lines);
        }
    }
}

/* A line without end costs no more than its maximum, and the next one is whole again. */
static void long_lines_are_cut(void **state)
{
    (void)state;
    static char octets[NET_TRANSCRIPT_LINE * 3];
    struct net_transcript t;
    struct buf lines;
    memset(octets, 'x', sizeof(octets));
    for (size_t piece = 1; piece < sizeof(octets); piece = piece * 7 + 1) {
        buf_init(&lines, 65536);
        net_transcript_init(&t, keep, &lines);
        for (str rest = { octets, sizeof(octets) }; rest.n > 0; rest = str_skip(rest, piece))
            net_transcript_came(&t, str_take(rest, piece));
        net_transcript_came(&t, STR("\r\nnext\r\n"));
        assert_int_equal(lines.n, 1 + NET_TRANSCRIPT_LINE + strlen(SECRET_CUT "|<next|"));
        assert_true(t.part.room <= 2 * NET_TRANSCRIPT_LINE);
        net_transcript_done(&t);
        buf_done(&lines);
    }
}

static void what_is_sent(void **state)
{
    (void)state;
    struct net_transcript t;
    struct buf lines;
    buf_init(&lines, 4096);
    net_transcript_init(&t, keep, &lines);
    net_transcript_sent(&t, STR("MAIL FROM:<>\r\nRCPT TO:<a@b>\r\n"));
    net_transcript_secret(&t, STR("AUTH PLAIN AGFubmEAczNjcmV0\r\n"), STR("PLAIN"));
    net_transcript_secret(&t, STR("AUTH LOGIN\r\n"), STR("LOGIN"));
    net_transcript_secret(&t, STR("czNjcmV0\r\n"), STR("LOGIN"));
    net_transcript_body(&t, 12);
    assert_lines(&lines, STR(">MAIL FROM:<>|>RCPT TO:<a@b>|>AUTH PLAIN [not shown]|"
                             ">AUTH LOGIN [not shown]|>[not shown]|"
                             ">[12 octets of mail data]|"));
    net_transcript_done(&t);
    buf_done(&lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_came),
        cmocka_unit_test(long_lines_are_cut),
        cmocka_unit_test(what_is_sent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
