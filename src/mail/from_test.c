/* SPDX-License-Identifier: ISC */
#include "base/buf.h"
#include "mail/from.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

static const struct {
    const char *label, *data, *want;
} CASES[] = {
    { "bare", "From: anna@corp.example\r\n\r\n", "anna@corp.example" },
    { "with a name", "From: Anna Berg <anna@corp.example>\r\n\r\nx", "anna@corp.example" },
    { "LF alone", "To: x@y\nFrom: <anna@corp.example>\n\n", "anna@corp.example" },
    { "any case, blanks before the colon", "fRoM \t: anna@corp.example\r\n", "anna@corp.example" },
    { "a comma in a quoted name", "From: \"Berg, Anna\" <anna@corp.example>\r\n",
      "anna@corp.example" },
    { "an address as the name", "From: \"x@y.example\" <anna@corp.example>\r\n",
      "anna@corp.example" },
    { "the same, not quoted", "From: x@y.example <anna@corp.example>\r\n", "anna@corp.example" },
    { "comments", "From: anna(she <x@y> \\) (too))@corp.example (home)\r\n", "anna@corp.example" },
    { "folded", "From: Anna\r\n Berg\r\n\t<anna@corp.example>\r\n\r\n", "anna@corp.example" },
    { "two authors", "From: a@b.example, c@d.example\r\n", "a@b.example" },
    { "a group", "From: team: a@b.example, c@d.example;\r\n", "a@b.example" },
    { "a quoted local-part", "From: <\"a b>\\\"\"@c.example>\r\n", "\"a b>\\\"\"@c.example" },
    { "the first of two fields", "From: a@b.example\r\nFrom: c@d.example\r\n", "a@b.example" },
    { "behind the header", "To: x@y\r\n\r\nFrom: a@b.example\r\n", "" },
    { "a continuation of another field", "Subject: x\r\n From: a@b.example\r\n\r\n", "" },
    { "another field", "X-From: a@b.example\r\nFrom-Line: c@d\r\n", "" },
    { "no address", "From: Anna\r\n\r\n", "" },
    { "no value", "From:\r\n\r\n", "" },
    { "nothing", "", "" },
    { "no line end", "From: a@b.example", "a@b.example" },
};

static void cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char room[MAIL_ADDRESS_MAX];
        str got = mail_from_first(str_from(CASES[i].data), room);
        if (!str_eq(got, str_from(CASES[i].want)))
            fail_msg("%s: got '%.*s'", CASES[i].label, STR_ARG(got));
    }
}

static void too_much(void **state)
{
    char data[2 * MAIL_ADDRESS_MAX], room[MAIL_ADDRESS_MAX];
    (void)state;
    memset(data, 'a', sizeof data);
    memcpy(data, "From: ", 6);
    memcpy(data + sizeof data - 2, "@b", 2);
    assert_int_equal(mail_from_first((str){ data, sizeof data }, room).n, 0);
    memset(data + 6, '(', sizeof data - 6);
    assert_int_equal(mail_from_first((str){ data, sizeof data }, room).n, 0);
}

/* want: every author as <address|domain>. */
static const struct {
    const char *label, *header, *want;
    size_t fields;
    unsigned trouble;
} LISTS[] = {
    { "one", "From: a@b.example\r\n\r\n", "<a@b.example|b.example>", 1, 0 },
    { "none", "To: a@b.example\r\n\r\n", "", 0, 0 },
    { "two authors", "From: A <a@b.example>, c@d.example\r\n\r\n",
      "<a@b.example|b.example><c@d.example|d.example>", 1, 0 },
    { "two fields", "From: a@b.example\r\nfrom : c@d.example\r\n\r\n",
      "<a@b.example|b.example><c@d.example|d.example>", 2, 0 },
    { "a group", "From: Team: a@b.example, C <c@d.example>;\r\n\r\n",
      "<a@b.example|b.example><c@d.example|d.example>", 1, MAIL_FROM_GROUP },
    { "an empty group", "From: Undisclosed:;\r\n\r\n", "", 1, MAIL_FROM_GROUP },
    { "a group, not ended", "From: Team: a@b.example\r\n\r\n", "<a@b.example|b.example>", 1,
      MAIL_FROM_GROUP | MAIL_FROM_SYNTAX },
    { "an encoded word", "From: =?utf-8?Q?B=C3=A4r,_A?= <a@b.example>\r\n\r\n",
      "<a@b.example|b.example>", 1, MAIL_FROM_SYNTAX },
    { "an encoded word without a comma", "From: =?utf-8?Q?B=C3=A4r?= <a@b.example>\r\n\r\n",
      "<a@b.example|b.example>", 1, 0 },
    { "a domain literal", "From: a@[192.0.2.1]\r\n\r\n", "<a@[192.0.2.1]|[192.0.2.1]>", 1, 0 },
    { "a route", "From: <@x.example,@y.example:a@b.example>\r\n\r\n", "<a@b.example|b.example>", 1,
      0 },
    { "blanks around the dot", "From: a . c @ b . example\r\n\r\n", "<a.c@b.example|b.example>", 1,
      0 },
    { "a comment in the middle", "From: a@(x)b.example (Anna)\r\n\r\n", "<a@b.example|b.example>",
      1, 0 },
    { "an at-sign in quotes", "From: \"x@y\"@b.example\r\n\r\n", "<\"x@y\"@b.example|b.example>", 1,
      0 },
    { "empty places in the list", "From: , a@b.example,,\r\n\r\n", "<a@b.example|b.example>", 1,
      0 },
    { "two words before the at-sign", "From: anna berg@b.example\r\n\r\n",
      "<annaberg@b.example|b.example>", 1, MAIL_FROM_SYNTAX },
    { "text behind the bracket", "From: <a@b.example> x\r\n\r\n", "<a@b.example|b.example>", 1,
      MAIL_FROM_SYNTAX },
    { "two brackets", "From: <a@b.example> <c@d.example>\r\n\r\n", "<a@b.example|b.example>", 1,
      MAIL_FROM_SYNTAX },
    { "a bracket not ended", "From: A <a@b.example\r\n\r\n", "<a@b.example|b.example>", 1,
      MAIL_FROM_SYNTAX },
    { "a quote not ended", "From: \"A <a@b.example>\r\n\r\n", "<\"A <a@b.example>|b.example>>", 1,
      MAIL_FROM_SYNTAX },
    { "a comment not ended", "From: a@b.example (A\r\n\r\n", "<a@b.example|b.example>", 1,
      MAIL_FROM_SYNTAX },
    { "a literal not ended", "From: a@[192.0.2.1\r\n\r\n", "<a@[192.0.2.1|[192.0.2.1>", 1,
      MAIL_FROM_SYNTAX },
    { "a closing bracket alone", "From: a@b.example>\r\n\r\n", "<a@b.example|b.example>", 1,
      MAIL_FROM_SYNTAX },
    { "a closing parenthesis alone", "From: a@b.example)\r\n\r\n", "<a@b.example|b.example>", 1,
      MAIL_FROM_SYNTAX },
    { "a semicolon alone", "From: a@b.example;\r\n\r\n", "<a@b.example|b.example>", 1,
      MAIL_FROM_SYNTAX },
    { "no domain", "From: a@, <@>, b\r\n\r\n", "", 1, MAIL_FROM_SYNTAX },
    { "empty brackets", "From: A <>\r\n\r\n", "", 1, MAIL_FROM_SYNTAX },
};

static void lists(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(LISTS); i++) {
        struct arena memory;
        struct mail_header h;
        struct mail_from from;
        struct buf got;
        arena_init(&memory, 1 << 20);
        buf_init(&got, 4096);
        assert_true(mail_header_read(str_from(LISTS[i].header), &memory, &h, NULL));
        assert_true(mail_from_read(&h, &memory, &from));
        for (size_t n = 0; n < from.count; n++)
            buf_addf(&got, "<%.*s|%.*s>", STR_ARG(from.authors[n].address),
                     STR_ARG(from.authors[n].domain));
        if (!str_eq(buf_str(&got), str_from(LISTS[i].want)) || from.trouble != LISTS[i].trouble ||
            from.fields != LISTS[i].fields)
            fail_msg("%s: got %.*s, %zu fields, trouble %x", LISTS[i].label, STR_ARG(buf_str(&got)),
                     from.fields, from.trouble);
        buf_done(&got);
        arena_done(&memory);
    }
}

static void too_many(void **state)
{
    struct arena memory;
    struct mail_header h;
    struct mail_from from;
    struct buf b;
    (void)state;
    arena_init(&memory, 1 << 20);
    buf_init(&b, 4096);
    buf_add(&b, STR("From: a@b.example"));
    for (int i = 0; i < MAIL_AUTHORS_MAX; i++)
        buf_add(&b, STR(",a@b.example"));
    buf_add(&b, STR("\r\n\r\n"));
    assert_true(mail_header_read(buf_str(&b), &memory, &h, NULL));
    assert_true(mail_from_read(&h, &memory, &from));
    assert_int_equal(from.count, MAIL_AUTHORS_MAX);
    assert_int_equal(from.trouble, MAIL_FROM_TOO_MUCH);
    buf_done(&b);
    arena_done(&memory);
    arena_init(&memory, 4);
    h.count = 1;
    h.fields = &(struct mail_field){ .name = STR("From"), .value = STR("a@b.example") };
    assert_false(mail_from_read(&h, &memory, &from));
    arena_done(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cases), cmocka_unit_test(too_much),
                                        cmocka_unit_test(lists), cmocka_unit_test(too_many) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
