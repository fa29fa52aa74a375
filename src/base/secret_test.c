/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/escape.h"
#include "base/secret.h"
#include "base/wipe.h"
#include <stdio.h>
#include <string.h>

static void assert_masked(const struct secret_mask *m, const char *what, str text, str want)
{
    AUTO(buf_done) struct buf out;
    buf_init(&out, 10000);
    assert_true(secret_mask_apply(m, text, &out));
    if (!str_eq(buf_str(&out), want))
        fail_msg("%s: '%.*s' became '%.*s', not '%.*s'", what, STR_ARG(text),
                 STR_ARG(buf_str(&out)), STR_ARG(want));
}

static void hides_every_form(void **state UNUSED)
{
    static const struct {
        const char *what;
        str secret, text, want;
    } CASES[] = {
        { "plain", STR_INIT("hunter2!"), STR_INIT("pass=hunter2! ok"),
          STR_INIT("pass=[hidden] ok") },
        { "alone", STR_INIT("hunter2!"), STR_INIT("hunter2!"), STR_INIT("[hidden]") },
        { "inside a word", STR_INIT("hunter2!"), STR_INIT("xhunter2!x"), STR_INIT("x[hidden]x") },
        { "twice", STR_INIT("hunter2!"), STR_INIT("hunter2!hunter2!"),
          STR_INIT("[hidden][hidden]") },
        { "overlapping", STR_INIT("abab"), STR_INIT("xabababx"), STR_INIT("x[hidden]x") },
        { "another case is another text", STR_INIT("hunter2!"), STR_INIT("Hunter2!"),
          STR_INIT("Hunter2!") },
        { "cut short", STR_INIT("hunter2!"), STR_INIT("hunter2"), STR_INIT("hunter2") },
        { "cut, and said so", STR_INIT("hunter2!"), STR_INIT("is hunter2[...]"),
          STR_INIT("is [hidden][...]") },
        { "cut behind the first", STR_INIT("zebra2!"), STR_INIT("is z[...]"),
          STR_INIT("is [hidden][...]") },
        { "cut where nothing began", STR_INIT("hunter2!"), STR_INIT("is yes[...]"),
          STR_INIT("is yes[...]") },
        { "cut in base64", STR_INIT("hunter2!"), STR_INIT("AGFubmEAaHVudGVy[...]"),
          STR_INIT("AGFubmEA[hidden][...]") },
        { "cut in an escape", STR_INIT("pa\tss\xe4"), STR_INIT("'pa\\x0[...]"),
          STR_INIT("'[hidden][...]") },
        { "cut in a percent escape", STR_INIT("a b/c%"), STR_INIT("?p=a%20b%2[...]"),
          STR_INIT("?p=[hidden][...]") },
        { "cut in hex", STR_INIT("hunter2!"), STR_INIT("<68756E7[...]"),
          STR_INIT("<[hidden][...]") },
        { "reversed", STR_INIT("hunter2!"), STR_INIT("a!2retnuhb"), STR_INIT("a[hidden]b") },
        { "hex", STR_INIT("hunter2!"), STR_INIT("<68756E74657232 21> 68756e7465723221"),
          STR_INIT("<68756E74657232 21> [hidden]") },
        { "hex, upper case", STR_INIT("zz~zz"), STR_INIT("7A7A7E7A7A"), STR_INIT("[hidden]") },
        { "hex, mixed case", STR_INIT("zz~zz"), STR_INIT("7a7A7E7a7A"), STR_INIT("[hidden]") },
        { "percent, unsafe octets", STR_INIT("a b/c%"), STR_INIT("?p=a%20b%2Fc%25&"),
          STR_INIT("?p=[hidden]&") },
        { "percent, lower case", STR_INIT("a b/c%"), STR_INIT("?p=a%20b%2fc%25&"),
          STR_INIT("?p=[hidden]&") },
        { "percent, all octets", STR_INIT("a b/"), STR_INIT("%61%20%62%2F"), STR_INIT("[hidden]") },
        { "form data", STR_INIT("a b/"), STR_INIT("a+b%2F"), STR_INIT("[hidden]") },
        { "a percent sign as it is", STR_INIT("50%25x"), STR_INIT("50%25x"), STR_INIT("[hidden]") },
        { "and encoded", STR_INIT("50%25x"), STR_INIT("50%2525x"), STR_INIT("[hidden]") },
        { "escaped", STR_INIT("pa\tss\xe4"), STR_INIT("'pa\\x09ss\\xE4'"), STR_INIT("'[hidden]'") },
        { "JSON", STR_INIT("p\"a\\s\ts\x01"), STR_INIT("\"p\\\"a\\\\s\\ts\\u0001\""),
          STR_INIT("\"[hidden]\"") },
        { "JSON, backspace and more", STR_INIT("p\b\f\n\rs"), STR_INIT("p\\b\\f\\n\\rs"),
          STR_INIT("[hidden]") },
        { "JSON, a slash", STR_INIT("p/ss"), STR_INIT("p\\/ss"), STR_INIT("[hidden]") },
        { "quoted-string", STR_INIT("pa\"ss"), STR_INIT("\"pa\\\"ss\""), STR_INIT("\"[hidden]\"") },
        { "AUTH LOGIN", STR_INIT("password"), STR_INIT("C: cGFzc3dvcmQ="),
          STR_INIT("C: [hidden]=") },
        { "AUTH PLAIN", STR_INIT("password"), STR_INIT("AUTH PLAIN AHVzZXIAcGFzc3dvcmQ="),
          STR_INIT("AUTH PLAIN AHVzZXIA[hidden]=") },
        { "AUTH PLAIN, next alignment", STR_INIT("password"),
          STR_INIT("AUTH PLAIN AHVzZXIxAHBhc3N3b3Jk"), STR_INIT("AUTH PLAIN AHVzZXIxA[hidden]") },
        { "AUTH PLAIN, last alignment", STR_INIT("password"),
          STR_INIT("AUTH PLAIN AHVzZXIxMgBwYXNzd29yZA=="),
          STR_INIT("AUTH PLAIN AHVzZXIxMg[hidden]==") },
        { "base64, its head cut off", STR_INIT("password"), STR_INIT("Bhc3N3b3Jk"),
          STR_INIT("[hidden]") },
        { "base64, for URLs", STR_INIT("\xfb\xef\xbe\xff"), STR_INIT("--_- ----_w"),
          STR_INIT("--_- [hidden]") },
        { "base64 in a URL", STR_INIT("\xfb\xef\xbe\xff"), STR_INIT("%2b%2B++%2Fw%3d%3D"),
          STR_INIT("[hidden]%3d%3D") },
        { "newline typed after it", STR_INIT("hunter2!\n"), STR_INIT("got hunter2! here"),
          STR_INIT("got [hidden] here") },
        { "newline and all", STR_INIT("hunter2!\n"), STR_INIT("got hunter2!\nhere"),
          STR_INIT("got [hidden]here") },
        { "short, a word", STR_INIT("ab1"), STR_INIT("ab1 (ab1) cab1 ab12 äab1 ab1"),
          STR_INIT("[hidden] ([hidden]) cab1 ab12 äab1 [hidden]") },
        { "short, no other form", STR_INIT("ab1"), STR_INIT("YWIx 616231 1ba %61b1"),
          STR_INIT("YWIx 616231 1ba %61b1") },
        { "a space of its own", STR_INIT("ab\n"), STR_INIT("ab"), STR_INIT("[hidden]") },
        { "no secret", STR_INIT(""), STR_INIT("text"), STR_INIT("text") },
        { "no text", STR_INIT("hunter2!"), STR_INIT(""), STR_INIT("") },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(secret_mask_freep) struct secret_mask *m = secret_mask_new(CASES[i].secret);
        assert_non_null(m);
        assert_masked(m, CASES[i].what, CASES[i].text, CASES[i].want);
    }
    assert_masked(NULL, "no mask", STR("text"), STR("text"));
}

/* Wherever the secret lies in what is encoded, none of the characters that hold a bit of it stays. */
static void hides_all_bits_in_base64(void **state UNUSED)
{
    static const char *SECRETS[] = { "pass", "passw", "passwo", "a longer pass phrase, 31 octets" };
    for (size_t i = 0; i < COUNT_OF(SECRETS); i++) {
        AUTO(secret_mask_freep) struct secret_mask *m = secret_mask_new(str_from(SECRETS[i]));
        for (size_t before = 0; before < 7; before++) {
            for (size_t after = 0; after < 4; after++) {
                AUTO(buf_done) struct buf octets, text, out;
                buf_init(&octets, 100);
                buf_init(&text, 200);
                buf_init(&out, 200);
                buf_addf(&octets, "%.*s%s%.*s", (int)before, "@@@@@@@", SECRETS[i], (int)after,
                         "@@@@");
                base64_encode(buf_str(&octets), &text);
                assert_true(secret_mask_apply(m, buf_str(&text), &out));
                size_t at = str_find(buf_str(&out), STR("[hidden]"));
                assert_int_equal(at, before * 8 / 6);
                size_t rest = out.n - at - strlen("[hidden]");
                size_t end = ((before + strlen(SECRETS[i])) * 8 + 5) / 6;
                assert_int_equal(rest, text.n - end);
            }
        }
    }
}

static void adds_forms(void **state UNUSED)
{
    AUTO(secret_mask_freep) struct secret_mask *m = secret_mask_new(STR("hunter2!"));
    assert_true(secret_mask_add(m, STR("dXNlcgA=")));
    assert_true(secret_mask_add(m, STR("pin")));
    assert_true(secret_mask_add(m, STR("")));
    assert_masked(m, "added", STR("AUTH PLAIN dXNlcgA= dXNlcgA%3D pin pins hunter2!"),
                  STR("AUTH PLAIN [hidden] [hidden] [hidden] pins [hidden]"));
    bool added = true;
    for (int i = 0; added && i < 1000; i++)
        added = secret_mask_add(m, STR("another"));
    assert_false(added);
    assert_masked(m, "full", STR("hunter2! another"), STR("[hidden] [hidden]"));
}

static void says_when_it_did_not_fit(void **state UNUSED)
{
    AUTO(secret_mask_freep) struct secret_mask *m = secret_mask_new(STR("hunter2!"));
    AUTO(buf_done) struct buf out;
    buf_init(&out, 10);
    assert_false(secret_mask_apply(m, STR("123456hunter2!"), &out));
    assert_int_equal(str_find(buf_str(&out), STR("hunter")), STR_NOT_FOUND);
    secret_mask_free(NULL);
}

static void wipes(void **state UNUSED)
{
    char octets[4] = { 1, 2, 3, 4 };
    secret_wipe(octets, 3);
    assert_memory_equal(octets, "\0\0\0\4", 4);
    secret_wipe(NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hides_every_form),
        cmocka_unit_test(hides_all_bits_in_base64),
        cmocka_unit_test(adds_forms),
        cmocka_unit_test(says_when_it_did_not_fit),
        cmocka_unit_test(wipes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
