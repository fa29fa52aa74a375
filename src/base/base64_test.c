/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base64.h"

/* RFC 4648 section 10, and what AUTH sends. */
static void known_pairs(void **state UNUSED)
{
    static const struct {
        str octets, text;
    } CASES[] = {
        { STR_INIT(""), STR_INIT("") },
        { STR_INIT("f"), STR_INIT("Zg==") },
        { STR_INIT("fo"), STR_INIT("Zm8=") },
        { STR_INIT("foo"), STR_INIT("Zm9v") },
        { STR_INIT("foob"), STR_INIT("Zm9vYg==") },
        { STR_INIT("fooba"), STR_INIT("Zm9vYmE=") },
        { STR_INIT("foobar"), STR_INIT("Zm9vYmFy") },
        { STR_INIT("\0user\0pass"), STR_INIT("AHVzZXIAcGFzcw==") },
        { STR_INIT("\xff\xff\xff\xfb\xef\xbe"), STR_INIT("////++++") },
        { STR_INIT("\0\0\0"), STR_INIT("AAAA") },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(buf_done) struct buf text, octets;
        buf_init(&text, 100);
        buf_init(&octets, 100);
        buf_addc(&text, '>');
        buf_addc(&octets, '>');
        assert_true(base64_encode(CASES[i].octets, &text));
        assert_true(base64_decode(CASES[i].text, &octets));
        assert_true(str_eq(str_skip(buf_str(&text), 1), CASES[i].text));
        assert_true(str_eq(str_skip(buf_str(&octets), 1), CASES[i].octets));
    }
}

static void refuses(void **state UNUSED)
{
    static const str CASES[] = {
        STR_INIT("Z"),
        STR_INIT("Zg"),
        STR_INIT("Zg="),
        STR_INIT("Zm8"),
        STR_INIT("===="),
        STR_INIT("Z==="),
        STR_INIT("=Zg="),
        STR_INIT("Zg=A"),
        STR_INIT("Zg==Zg=="), /* padding inside */
        STR_INIT("Zm9vYg"),
        STR_INIT("Zm9v\r\n"),
        STR_INIT("Zm9v\r\n\r\n"),
        STR_INIT(" Zm9"),
        STR_INIT("Zm-_"),
        STR_INIT("Zm9\0"),
        STR_INIT("Zm9\xc3"),
        STR_INIT("Zh=="),
        STR_INIT("Zm9="), /* bits left over are not zero */
        STR_INIT("Zm9vZm9vZm9vZg=!"),
        STR_INIT("*"),
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(buf_done) struct buf out;
        buf_init(&out, 100);
        buf_add(&out, STR("kept"));
        if (base64_decode(CASES[i], &out))
            fail_msg("'%.*s' was taken", STR_ARG(CASES[i]));
        assert_true(str_eq(buf_str(&out), STR("kept")));
        assert_true(buf_ok(&out));
    }
}

static void keeps_to_the_maximum(void **state UNUSED)
{
    AUTO(buf_done) struct buf out;
    buf_init(&out, 8);
    buf_add(&out, STR("x"));
    assert_false(base64_encode(STR("foobar"), &out));
    assert_true(str_eq(buf_str(&out), STR("x")));
    buf_clear(&out);
    assert_true(base64_encode(STR("foobar"), &out));
    assert_false(base64_encode(STR("f"), &out));
    assert_true(str_eq(buf_str(&out), STR("Zm9vYmFy")));
    buf_clear(&out);
    assert_false(base64_decode(STR("AAAAAAAAAAAA"), &out));
    assert_int_equal(out.n, 0);
}

static void every_octet_comes_back(void **state UNUSED)
{
    char octets[256 + 2];
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (char)(i * 7);
    for (size_t n = 0; n <= sizeof octets; n++) {
        AUTO(buf_done) struct buf text, back;
        buf_init(&text, 400);
        buf_init(&back, 300);
        assert_true(base64_encode((str){ octets, n }, &text));
        assert_int_equal(text.n, (n + 2) / 3 * 4);
        assert_true(base64_decode(buf_str(&text), &back));
        assert_true(str_eq(buf_str(&back), (str){ octets, n }));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_pairs),
        cmocka_unit_test(refuses),
        cmocka_unit_test(keeps_to_the_maximum),
        cmocka_unit_test(every_octet_comes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
