/* SPDX-License-Identifier: ISC */
#include "base/base64.h"
#include "mailauth/dkim_inside.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

#define RSA_OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define KEY     "\x30\x07\x02\x02\x01\x01\x02\x01\x03" /* n = 257, e = 3 */

static const struct {
    const char *label;
    str der;
    bool ok;
} DER[] = {
    { "RSAPublicKey", STR_INIT(KEY), true },
    { "SubjectPublicKeyInfo", STR_INIT("\x30\x1b\x30\x0d" RSA_OID "\x05\x00\x03\x0a\x00" KEY),
      true },
    { "a number with its zero", STR_INIT("\x30\x08\x02\x03\x00\x81\x01\x02\x01\x03"), true },
    { "nothing", STR_INIT(""), false },
    { "an octet behind it", STR_INIT(KEY "\x00"), false },
    { "an octet behind it, in the bits",
      STR_INIT("\x30\x1c\x30\x0d" RSA_OID "\x05\x00\x03\x0b\x00" KEY "\x00"), false },
    { "an octet behind the bits",
      STR_INIT("\x30\x1c\x30\x0d" RSA_OID "\x05\x00\x03\x0a\x00" KEY "\x00"), false },
    { "an octet behind SubjectPublicKeyInfo",
      STR_INIT("\x30\x1b\x30\x0d" RSA_OID "\x05\x00\x03\x0a\x00" KEY "\x00"), false },
    { "a third number", STR_INIT("\x30\x0a\x02\x02\x01\x01\x02\x01\x03\x02\x01\x05"), false },
    { "cut", STR_INIT("\x30\x07\x02\x02\x01\x01\x02\x01"), false },
    { "a negative number", STR_INIT("\x30\x07\x02\x02\x81\x01\x02\x01\x03"), false },
    { "zeros before a number", STR_INIT("\x30\x08\x02\x03\x00\x01\x01\x02\x01\x03"), false },
    { "zero", STR_INIT("\x30\x07\x02\x02\x01\x01\x02\x01\x00"), false },
    { "an empty number", STR_INIT("\x30\x06\x02\x02\x01\x01\x02\x00"), false },
    { "a length longer than need be", STR_INIT("\x30\x81\x07\x02\x02\x01\x01\x02\x01\x03"), false },
    { "a length of two octets longer than need be",
      STR_INIT("\x30\x82\x00\x07\x02\x02\x01\x01\x02\x01\x03"), false },
    { "no length", STR_INIT("\x30\x80\x02\x02\x01\x01\x02\x01\x03\x00\x00"), false },
    { "a length cut off", STR_INIT("\x30\x82\x01"), false },
    { "another algorithm",
      STR_INIT(
          "\x30\x1b\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x05\x00\x03\x0a\x00" KEY),
      false },
    { "no parameters", STR_INIT("\x30\x19\x30\x0b" RSA_OID "\x03\x0a\x00" KEY), false },
    { "parameters that are something",
      STR_INIT("\x30\x1c\x30\x0e" RSA_OID "\x05\x01\x00\x03\x0a\x00" KEY), false },
    { "bits that are no octets", STR_INIT("\x30\x1b\x30\x0d" RSA_OID "\x05\x00\x03\x0a\x01" KEY),
      false },
    { "no bits", STR_INIT("\x30\x11\x30\x0d" RSA_OID "\x05\x00\x03\x00"), false },
    { "a set", STR_INIT("\x31\x07\x02\x02\x01\x01\x02\x01\x03"), false },
};

static void der(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(DER); i++) {
        str n, e;
        if (dkim_rsa_read(DER[i].der, &n, &e) != DER[i].ok)
            fail_msg("%s", DER[i].label);
        if (DER[i].ok)
            assert_true(e.n == 1 && *e.p == 3 && n.n == 2);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Numbers
 */
static void add_number(struct buf *out, size_t octets, int first, int last)
{
    bool sign = first >= 0x80;
    size_t n = octets + sign;
    buf_addc(out, 0x02);
    if (n >= 256) {
        buf_addc(out, (char)0x82);
        buf_addc(out, (char)(n >> 8));
    } else if (n >= 128) {
        buf_addc(out, (char)0x81);
    }
    buf_addc(out, (char)n);
    if (sign)
        buf_addc(out, 0);
    for (size_t i = 0; i < octets; i++)
        buf_addc(out, (char)(octets == 1 || i == octets - 1 ? last : i == 0 ? first : 0x55));
}

static const struct {
    const char *label;
    size_t n_octets;
    int n_first, n_last;
    size_t e_octets;
    int e_first, e_last;
    enum dkim_reason want;
    unsigned bits;
} NUMBERS[] = {
    { "1024 bits, e = 3", 128, 0x80, 1, 1, 0, 3, DKIM_OK, 1024 },
    { "e = 65537", 256, 0xff, 1, 3, 1, 1, DKIM_OK, 2048 },
    { "e of 8 octets", 256, 0x80, 1, 8, 0xff, 1, DKIM_OK, 2048 },
    { "8192 bits", 1024, 0x80, 1, 1, 0, 3, DKIM_OK, 8192 },
    { "1023 bits", 128, 0x7f, 1, 1, 0, 3, DKIM_KEY_SHORT, 1023 },
    { "8193 bits", 1025, 1, 1, 1, 0, 3, DKIM_KEY_LONG, 8193 },
    { "an even modulus", 256, 0x80, 2, 1, 0, 3, DKIM_KEY_BROKEN, 2048 },
    { "an even exponent", 256, 0x80, 1, 1, 0, 2, DKIM_KEY_BROKEN, 2048 },
    { "e = 1, by which everything is its own signature", 256, 0x80, 1, 1, 0, 1, DKIM_KEY_BROKEN,
      2048 },
    { "e of 9 octets", 256, 0x80, 1, 9, 1, 1, DKIM_KEY_BROKEN, 2048 },
};

static void numbers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NUMBERS); i++) {
        struct buf inner, whole, record;
        struct arena memory;
        struct dkim_key key;
        struct dkim_fault f = { .reason = DKIM_OK };
        arena_init(&memory, 1 << 20);
        buf_init(&inner, 1 << 14);
        buf_init(&whole, 1 << 14);
        buf_init(&record, 1 << 14);
        add_number(&inner, NUMBERS[i].n_octets, NUMBERS[i].n_first, NUMBERS[i].n_last);
        add_number(&inner, NUMBERS[i].e_octets, NUMBERS[i].e_first, NUMBERS[i].e_last);
        buf_addc(&whole, 0x30);
        buf_addc(&whole, (char)(inner.n < 256 ? 0x81 : 0x82));
        if (inner.n >= 256)
            buf_addc(&whole, (char)(inner.n >> 8));
        buf_addc(&whole, (char)inner.n);
        buf_add(&whole, buf_str(&inner));
        buf_add(&record, STR("p="));
        assert_true(base64_encode(buf_str(&whole), &record));
        bool ok = dkim_key_read(buf_str(&record), &memory, &key, &f);
        if (ok != (NUMBERS[i].want == DKIM_OK) || f.reason != NUMBERS[i].want ||
            key.bits != NUMBERS[i].bits)
            fail_msg("%s: %.*s, %u bits", NUMBERS[i].label, STR_ARG(dkim_reason_name(f.reason)),
                     key.bits);
        buf_done(&inner);
        buf_done(&whole);
        buf_done(&record);
        arena_done(&memory);
    }
}

/* An answer that DNSSEC speaks against is no key and no absence of one. */
static void bogus(void **state)
{
    static const enum dns_code CODES[] = { DNS_OK, DNS_NXDOMAIN };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CODES); i++) {
        struct arena memory;
        struct dkim_key key;
        struct dkim_options o = { .now_s = 0 };
        struct dns_known *k = dns_known_new(0);
        struct dns_answer a = { .question = { .name = STR("s._domainkey.a.example"),
                                              .type = DNS_TXT },
                                .code = CODES[i],
                                .trust = DNS_BOGUS };
        arena_init(&memory, 1 << 20);
        assert_true(k && dns_known_put(k, &a));
        assert_true(dkim_key_look(k, STR("s"), STR("a.example"), &o, &memory, &key));
        assert_int_equal(key.reason, DKIM_KEY_BOGUS);
        assert_int_equal(key.result, AUTH_TEMPERROR);
        dns_known_free(k);
        arena_done(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(der), cmocka_unit_test(numbers),
                                        cmocka_unit_test(bogus) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
