/* SPDX-License-Identifier: ISC */
/*
 * explain/read_bounce_test.c - bounces in the form of each server, with words of our own
 */
#include "base/buf.h"
#include "explain/clean.h"
#include "explain/read.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

/* want: of each refusal "recipient | host address | stage code enhanced | words", a line each. */
static const struct {
    const char *label;
    const char *text;
    const char *want;
} CASES[] = {
#include "explain/bounce_cases.inc"
};

static void show(const struct explain_page *p, struct buf *out)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct explain_said *s = &p->said[i];
        char address[IP_TEXT_MAX], enhanced[SMTP_ENHANCED_MAX];
        str stage = names_of(&SMTP_STAGE_NAMES, s->stage), end = names_of(&SMTP_END_NAMES, s->end);
        ip_text(&s->by_address, address);
        buf_addf(out, "%s%.*s | %.*s%s%s | %.*s %u %s%s%.*s | %.*s\n", s->aside ? "aside " : "",
                 STR_ARG(s->recipient), STR_ARG(s->by), *address ? " " : "", address,
                 STR_ARG(stage.n ? stage : STR("-")), s->code,
                 s->enhanced.class ? smtp_enhanced_text(&s->enhanced, enhanced) : "-",
                 s->end == SMTP_END_REPLY ? "" : " ",
                 STR_ARG(s->end == SMTP_END_REPLY ? STR_NONE : end), STR_ARG(s->text));
    }
    buf_addc(out, '\0');
}

static void read_text(str text, struct arena *memory, struct explain_page *p)
{
    *p = (struct explain_page){ .plain = text, .memory = memory };
    p->folded = explain_fold(text, memory);
    explain_read_bounce(p);
}

static void cases(void **state)
{
    (void)state;
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct arena memory;
        struct explain_page p;
        struct buf got;
        arena_init(&memory, 4 << 20);
        buf_init(&got, 1 << 16);
        read_text(str_from(CASES[i].text), &memory, &p);
        show(&p, &got);
        if (strcmp(got.p, CASES[i].want) != 0) {
            print_error("%s:\n got %s\nwant %s\n", CASES[i].label, got.p, CASES[i].want);
            wrong++;
        }
        buf_done(&got);
        arena_done(&memory);
    }
    assert_int_equal(wrong, 0);
}

/* Whatever is cut off, at either end, nothing breaks. */
static void cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str text = str_from(CASES[i].text);
        for (size_t n = 0; n < text.n; n++) {
            struct arena memory;
            struct explain_page p;
            arena_init(&memory, 4 << 20);
            read_text(str_take(text, n), &memory, &p);
            read_text(str_skip(text, n), &memory, &p);
            arena_done(&memory);
        }
    }
}

static void no_bounce(void **state)
{
    static const char *const TEXTS[] = {
        "",
        "550 5.7.1 Relaying denied\n",
        "SMTP Error: data not accepted.\n",
        "Nov 26 06:00:00 mx postfix/smtp[7]: 4F: to=<anna@corp.example>, "
        "relay=mx.corp.example[192.0.2.1]:25, "
        "dsn=5.1.1, status=bounced (host mx.corp.example[192.0.2.1] said: 550 no (in reply to RCPT "
        "TO command))\n",
        "2026-11-26 06:00:00 1abc-0001-Ab ** anna@corp.example R=out T=smtp H=mx.corp.example "
        "[192.0.2.1]: "
        "SMTP error from remote mail server after end of data: 550 no\n",
        "The message could not be sent because the server said no. Server Response: 451 no\n",
        "Dear all, the meeting is at 5.\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        struct arena memory;
        struct explain_page p;
        arena_init(&memory, 1 << 20);
        read_text(str_from(TEXTS[i]), &memory, &p);
        assert_int_equal(p.count, 0);
        assert_int_equal(p.form, FORM_NONE);
        arena_done(&memory);
    }
}

static void delays(void **state)
{
    static const struct {
        const char *text;
        bool delayed;
    } TEXTS[] = {
        { "Final-Recipient: rfc822; a@x.example\nAction: delayed\nStatus: 4.7.1\n", true },
        { "Final-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.7.1\n", false },
        { "Final-Recipient: rfc822; a@x.example\nAction: delayed\nStatus: 4.7.1\n\n"
          "Final-Recipient: rfc822; b@x.example\nAction: failed\nStatus: 5.7.1\n",
          false },
        { "Delivery incomplete\n\nGmail will retry for 45 more hours.\n\n<a@x.example>: host "
          "x.example[192.0.2.1] "
          "said: 450 later\n",
          true },
        { "<a@x.example>: host x.example[192.0.2.1] said: 550 no\n", false },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        struct arena memory;
        struct explain_page p;
        arena_init(&memory, 1 << 20);
        read_text(str_from(TEXTS[i].text), &memory, &p);
        assert_int_equal((p.facts & FACT_DELAYED) != 0, TEXTS[i].delayed);
        arena_done(&memory);
    }
}

/* 4 MiB of a piece, behind a line that only a bounce has. */
static void hostile_text(str first, const char *piece)
{
    struct arena memory;
    struct explain_page p;
    struct buf text;
    arena_init(&memory, 256 << 20);
    buf_init(&text, 8 << 20);
    buf_add(&text, first);
    while (text.n < EXPLAIN_TEXT_MAX)
        buf_add(&text, str_from(piece));
    read_text(buf_str(&text), &memory, &p);
    assert_int_equal(p.form, FORM_BOUNCE);
    assert_true(p.count >= 1 && p.count <= EXPLAIN_SAID_MAX);
    buf_done(&text);
    arena_done(&memory);
}

static void hostile(void **state)
{
    static const char *const PIECES[] = {
        ">",
        "\n",
        ">\n",
        "<a@x.example>:\n",
        "Final-Recipient: rfc822; a@x.example\n\n",
        "Final-Recipient: rfc822; a@x.example\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 no\n\n",
        "<<< 550-x\n",
        "host ",
        "host a.example[192.0.2.1] said: ",
        "550 5.7.1 ",
        "@",
        "a@",
        "#5",
        "(((",
        "said:",
        "--\nContent-Type: multipart/mixed; boundary=b\n\n",
        "Status: 5\n x\n",
    };
    static const char *const EVENTS[] = {
        "\"reason\":\"550 no\"}", "\"reason\":\"", "\"reason\"", "\"", "}", "\"reason\":\"\\",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PIECES); i++)
        hostile_text(STR("This is the mail system at host relay.example.\n\n"), PIECES[i]);
    for (size_t i = 0; i < COUNT_OF(EVENTS); i++)
        hostile_text(STR("{\"event\":\"bounce\",\n"), EVENTS[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),  cmocka_unit_test(cut_anywhere), cmocka_unit_test(no_bounce),
        cmocka_unit_test(delays), cmocka_unit_test(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
