/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "dns/dns.h"
#include <idn2.h>
#include <string.h>

static const struct dns_idn IDN = { idn2_lookup_u8, idn2_free };

#define A10      "aaaaaaaaaa"
#define A63      A10 A10 A10 A10 A10 A10 "aaa"
#define NAME_253 A63 "." A63 "." A63 "." A10 A10 A10 A10 A10 A10 "a"

static void names_taken(void **state UNUSED)
{
    static const struct {
        str typed;
        const char *name;
    } CASES[] = {
        { STR_INIT("mail.example"), "mail.example" },
        { STR_INIT("Mail.EXAMPLE."), "mail.example" },
        { STR_INIT("localhost"), "localhost" },
        { STR_INIT("_submission._tcp.example"), "_submission._tcp.example" },
        { STR_INIT("_25._tcp.mx-1.example"), "_25._tcp.mx-1.example" },
        { STR_INIT("1.2.0.192.in-addr.arpa"), "1.2.0.192.in-addr.arpa" },
        { STR_INIT("r3---sn-x.example"), "r3---sn-x.example" }, /* ASCII: IDNA has no say */
        { STR_INIT("bücher.example"), "xn--bcher-kva.example" },
        { STR_INIT("BÜCHER.example"), "xn--bcher-kva.example" },
        { STR_INIT("bu\xcc\x88rger.example"), "xn--brger-kva.example" }, /* decomposed */
        { STR_INIT("XN--BCHER-KVA.example"), "xn--bcher-kva.example" },
        { STR_INIT("faß.example"), "xn--fa-hia.example" }, /* not fass: nontransitional */
        { STR_INIT("日本語。jp"), "xn--wgv71a119e.jp" },
        { STR_INIT("a．b｡c."), "a.b.c" },
        { STR_INIT("a。"), "a" },
        { STR_INIT("ａｂ.example"), "ab.example" },           /* full width */
        { STR_INIT("xn--ls8h.example"), "xn--ls8h.example" }, /* an emoji, registered long ago */
        { STR_INIT(A63 ".example"), A63 ".example" },
        { STR_INIT(NAME_253), NAME_253 },
        { STR_INIT(NAME_253 "."), NAME_253 },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char out[DNS_NAME_MAX];
        struct err e = { .kind = ERR_NONE };
        if (!dns_name_from_text(CASES[i].typed, &IDN, out, &e))
            fail_msg("'%.*s': %s", STR_ARG(CASES[i].typed), e.why);
        assert_string_equal(out, CASES[i].name);
    }
}

static void names_refused(void **state UNUSED)
{
    static const struct {
        str typed;
        enum err_kind kind;
        const char *why;
    } CASES[] = {
        { STR_INIT(""), ERR_SYNTAX, "label 1, '', is empty" },
        { STR_INIT("."), ERR_SYNTAX, "label 1, '', is empty" },
        { STR_INIT(".example"), ERR_SYNTAX, "label 1, '', is empty" },
        { STR_INIT("a..example"), ERR_SYNTAX,
          "'a..example' is not a domain name: label 2, '', is" },
        { STR_INIT("a.."), ERR_SYNTAX, "label 2, '', is empty" },
        { STR_INIT("-a.example"), ERR_SYNTAX, "label 1, '-a', begins or ends with a hyphen" },
        { STR_INIT("x.a-"), ERR_SYNTAX, "label 2, 'a-', begins or ends with a hyphen" },
        { STR_INIT("mail .example"), ERR_SYNTAX, "label 1, 'mail ', has something else" },
        { STR_INIT(" mail.example"), ERR_SYNTAX, "label 1, ' mail', has something else" },
        { STR_INIT("a.b\0.c"), ERR_SYNTAX, "label 2, 'b\\x00', has something else" },
        { STR_INIT("ä\0.c"), ERR_SYNTAX, "\\x00', has something else" },
        { STR_INIT("a@b.example"), ERR_SYNTAX, "label 1, 'a@b', has something else" },
        { STR_INIT("*.example"), ERR_SYNTAX, "label 1, '*', has something else" },
        { STR_INIT("mail.example:25"), ERR_SYNTAX, "label 2, 'example:25', has something else" },
        { STR_INIT("a\\.b"), ERR_SYNTAX, "label 1, 'a\\', has something else" },
        { STR_INIT("b\xfcrger.example"), ERR_SYNTAX, "label 1, \'b\\xFCrger\', is not UTF-8" },
        { STR_INIT("192.0.2.1"), ERR_SYNTAX, "label 4, '1', is a number" },
        { STR_INIT("192.0.2.1."), ERR_SYNTAX, "label 4, '1', is a number" },
        { STR_INIT("x.１"), ERR_SYNTAX, "', is a number" }, /* full width */
        { STR_INIT("☃.example"), ERR_SYNTAX, "has a character that no domain name may" },
        { STR_INIT("a.\xcc\x88x"), ERR_SYNTAX, "label 2" },
        { STR_INIT("\xcc\x88x"), ERR_SYNTAX, "begins with a combining mark" },
        { STR_INIT("אa.example"), ERR_SYNTAX, "mixes text that runs left" },
        { STR_INIT("a\xe2\x80\x8cz.example"), ERR_SYNTAX, "has a joiner where none may stand" },
        { STR_INIT("ab--ä.example"), ERR_SYNTAX, "has two hyphens" },
        { STR_INIT("℀.example"), ERR_SYNTAX, "has something else" }, /* becomes "a/c" */
        { STR_INIT("\xc2\xad.example"), ERR_SYNTAX, "is empty" },    /* becomes nothing */
        { STR_INIT("xn--.example"), ERR_SYNTAX, "label 1, 'xn--', begins or ends" },
        { STR_INIT("xn--999999999.example"), ERR_SYNTAX, "begins with xn-- but is no encoded" },
        { STR_INIT("xn--bücher.example"), ERR_SYNTAX, "cannot be written as a domain" },
        { STR_INIT("a" A63 ".example"), ERR_SYNTAX, "is longer than 63 octets" },
        { STR_INIT(A63 "ä.example"), ERR_SYNTAX, "is longer than 63 octets" },
        { STR_INIT("ä" A63 A63 A63 A63 ".example"), ERR_SYNTAX, "is longer than 63 octets" },
        { STR_INIT("b" NAME_253), ERR_SYNTAX, "is longer than 63 octets" },
        { STR_INIT(NAME_253 "a"), ERR_LIMIT, "is longer than the 253 octets of a domain name" },
        { STR_INIT("b." NAME_253), ERR_LIMIT, "is longer than the 253 octets of a domain name" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char out[DNS_NAME_MAX] = "untouched";
        struct err e = { .kind = ERR_NONE };
        if (dns_name_from_text(CASES[i].typed, &IDN, out, &e))
            fail_msg("'%.*s' was taken as '%s'", STR_ARG(CASES[i].typed), out);
        assert_int_equal(e.kind, CASES[i].kind);
        if (!strstr(e.why, CASES[i].why))
            fail_msg("'%.*s': %s", STR_ARG(CASES[i].typed), e.why);
        assert_string_equal(out, "untouched");
    }
}

/* What comes out, typed again, is the same name. */
static void names_are_stable(void **state UNUSED)
{
    static const str CASES[] = {
        STR_INIT("Mail.Example."),
        STR_INIT("bücher.example"),
        STR_INIT("日本語。jp"),
        STR_INIT("xn--ls8h.example"),
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        char once[DNS_NAME_MAX], twice[DNS_NAME_MAX];
        assert_true(dns_name_from_text(CASES[i], &IDN, once, NULL));
        assert_true(dns_name_from_text(str_from(once), &IDN, twice, NULL));
        assert_string_equal(once, twice);
    }
}

static void tables(void **state UNUSED)
{
    int value;
    assert_true(str_eq(names_of(&DNS_TYPE_NAMES, DNS_TLSA), STR("TLSA")));
    assert_true(names_find(&DNS_TYPE_NAMES, STR("aaaa"), &value) && value == DNS_AAAA);
    assert_int_equal(DNS_TYPE_NAMES.count, 12);
    for (int code = DNS_OK; code <= DNS_UNREACHABLE; code++)
        assert_true(names_of(&DNS_CODE_NAMES, code).n > 0);
    assert_true(str_eq(names_of(&DNS_CODE_NAMES, DNS_NXDOMAIN), STR("NXDOMAIN")));
}

/* Without the library ASCII is read all the same, A-labels as they stand. */
static void test_without_library(void **state)
{
    (void)state;
    char out[DNS_NAME_MAX];
    struct err e = { .kind = ERR_NONE };
    assert_true(dns_name_from_text(STR("Mail.Example.ORG."), NULL, out, &e));
    assert_string_equal(out, "mail.example.org");
    assert_true(dns_name_from_text(STR("xn--bcher-kva.example"), NULL, out, &e));
    assert_string_equal(out, "xn--bcher-kva.example");
    assert_false(dns_name_from_text(STR("b\xC3\xBC"
                                        "cher.example"),
                                    NULL, out, &e));
    assert_non_null(strstr(e.why, "libidn2"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_library),
        cmocka_unit_test(names_taken),
        cmocka_unit_test(names_refused),
        cmocka_unit_test(names_are_stable),
        cmocka_unit_test(tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
