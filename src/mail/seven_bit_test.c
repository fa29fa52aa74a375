/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base64.h"
#include "mail/seven_bit.h"
#include <stdio.h>
#include <string.h>

#define N      "\r\n"
#define U      "\xC3\xBC"
#define QUOTED "Content-Transfer-Encoding: quoted-printable" N
#define BASE64 "Content-Transfer-Encoding: base64" N
#define SEVEN  "Content-Transfer-Encoding: 7bit" N
#define MIME   "MIME-Version: 1.0" N
#define MIXED  MIME "Content-Type: multipart/mixed; boundary=b" N

static const struct seven_case {
    const char *is, *becomes;
} CASES[] = {
    /* Text alone: with and without labels, whatever they say. */
    { MIME "Content-Type: text/plain; charset=utf-8" N "Content-Transfer-Encoding: 8bit" N N "f" U
           "r=" N,
      MIME "Content-Type: text/plain; charset=utf-8" N QUOTED N "f=C3=BCr=3D" N },
    { "MIME-version: 1.0 (x)" N "content-transfer-encoding:" N " 8BIT" N
      "content-type: text/html" N N U N,
      "MIME-version: 1.0 (x)" N QUOTED "content-type: text/html" N N "=C3=BC" N },
    { MIME "Content-Type: text/plain; charset=utf-8" N N U N,
      MIME "Content-Type: text/plain; charset=utf-8" N QUOTED N "=C3=BC" N },
    { MIME "Content-Transfer-Encoding: 7bit" N "Content-Type: text/plain" N
           "Content-Transfer-Encoding: 8bit" N N U N,
      MIME QUOTED "Content-Type: text/plain" N N "=C3=BC" N },
    { "Subject: s" N N U N,
      "Subject: s" N MIME "Content-Type: text/plain; charset=unknown-8bit" N QUOTED N "=C3=BC" N },
    { "Content-Type: text/plain; charset=iso-8859-1" N N "\xFC" N,
      "Content-Type: text/plain; charset=iso-8859-1" N MIME QUOTED N "=FC" N },
    { MIME "Content-Type: nonsense" N N U N, MIME "Content-Type: nonsense" N QUOTED N "=C3=BC" N },
    /* Blanks at the end of a line, dots, and a last line that does not end. */
    { MIME "Content-Type: text/plain" N N U " " N "a \t" N "." N "b " N N "\t" U, MIME
      "Content-Type: text/plain" N QUOTED N "=C3=BC=20" N "a =09" N "." N "b=20" N N "\t=C3=BC" },
    { MIME "Content-Type: text/plain" N N U " ",
      MIME "Content-Type: text/plain" N QUOTED N "=C3=BC=20" },
    { MIME "Content-Type: text/plain" N N U "\x7F" N,
      MIME "Content-Type: text/plain" N QUOTED N "=C3=BC=7F" N },
    /* Folded fields: a line of blanks alone goes on, and so does one with a colon. */
    { MIME "Content-Type: multipart/mixed;" N " " N " boundary=\"a:b\"" N N "--a:b" N N U N
           "--a:b--" N,
      MIME "Content-Type: multipart/mixed;" N " " N " boundary=\"a:b\"" N N "--a:b" N QUOTED N
           "=C3=BC" N "--a:b--" N },
    /* Everything but text: the last line end is an octet of it, unless a boundary follows. */
    { MIME "Content-Type: application/x-thing" N "Content-Transfer-Encoding: binary" N N "\xFF" N,
      MIME "Content-Type: application/x-thing" N BASE64 N "/w0K" N },
    { MIXED N "--b" N "Content-Type: image/png" N N "\xFF" N "--b--" N,
      MIXED N "--b" N "Content-Type: image/png" N BASE64 N "/w==" N "--b--" N },
    { MIXED N "--b" N "Content-Type: image/png" N N "\xFF" N N "\xFE" N "--b--",
      MIXED N "--b" N "Content-Type: image/png" N BASE64 N "/w0KDQr+" N "--b--" },
    /* Only what holds such octets is changed; around it 8bit is no longer true. */
    { MIXED "Content-Transfer-Encoding: 8bit" N N "pre" U N "--b" N
            "Content-Transfer-Encoding: binary" N N "a = b " N "--b" N "X: y" N N U N "--b" N N
            " c = d " N "--b-- " N "epi" U N,
      MIXED SEVEN N "pre??" N "--b" N SEVEN N "a = b " N "--b" N "X: y" N QUOTED N "=C3=BC" N
                    "--b" N N " c = d " N "--b-- " N "epi??" N },
    /* Parts in parts; an outer boundary ends all that is open, a longer one does not. */
    { MIXED N "--b" N "Content-Type: multipart/alternative; boundary=\"b1\"" N
              "Content-Transfer-Encoding: 8bit" N N "--b1" N N U N "--b" N N U N "--b1" N "--b--" N,
      MIXED N "--b" N "Content-Type: multipart/alternative; boundary=\"b1\"" N SEVEN N
              "--b1" N QUOTED N "=C3=BC" N "--b" N QUOTED N "=C3=BC" N "--b1" N "--b--" N },
    /* A message inside is converted inside; in a digest it need not be called one. */
    { MIXED N "--b" N "Content-Type: message/rfc822" N "Content-Transfer-Encoding: 8bit" N N
              "Subject: in" N "Content-Transfer-Encoding: 8bit" N MIME
              "Content-Type: text/plain" N N U N "--b--" N,
      MIXED N "--b" N "Content-Type: message/rfc822" N SEVEN N "Subject: in" N QUOTED MIME
              "Content-Type: text/plain" N N "=C3=BC" N "--b--" N },
    { MIME "Content-Type: multipart/digest; boundary=b" N N "--b" N N "Subject: in" N N U N
           "--b--" N,
      MIME "Content-Type: multipart/digest; boundary=b" N N "--b" N N "Subject: in" N MIME
           "Content-Type: text/plain; charset=unknown-8bit" N QUOTED N "=C3=BC" N "--b--" N },
    { MIME "Content-Type: message/global" N N "Subject: " U N N U N,
      MIME "Content-Type: message/global" N QUOTED N "Subject: =C3=BC" N N "=C3=BC" N },
    /* What is signed stays, whatever its labels, where nothing of it has to be changed. */
    { MIXED N "--b" N "Content-Type: multipart/signed; boundary=s" N N "--s" N
              "Content-Transfer-Encoding: 8bit" N N "a" N "--s--" N "--b" N N U N "--b--" N,
      MIXED N "--b" N "Content-Type: multipart/signed; boundary=s" N N "--s" N
              "Content-Transfer-Encoding: 8bit" N N "a" N "--s--" N "--b" N QUOTED N "=C3=BC" N
              "--b--" N },
    /* Labels that lie. */
    { MIXED N "--b" N "Content-Transfer-Encoding: quoted-printable" N N "=C3=BC" U "=" U "a=" N
              "b=4" U N "--b--" N,
      MIXED N "--b" N QUOTED N "=C3=BC=C3=BC=3D=C3=BCa=" N "b=4=C3=BC" N "--b--" N },
    { MIXED N "--b" N "Content-Type: image/png" N "Content-Transfer-Encoding: base64" N N "/w" U
              "==" N "--b--" N,
      MIXED N "--b" N "Content-Type: image/png" N BASE64 N "/w==" N "--b--" N },
    { MIME "Content-Transfer-Encoding: quoted-printable" N "Content-Type: text/plain" N N U "\x7F=",
      MIME QUOTED "Content-Type: text/plain" N N "=C3=BC\x7F=" },
    /* What is called 8bit and is ASCII, but with a bare CR, is no 7bit. */
    { MIXED N "--b" N "Content-Transfer-Encoding: 8bit" N N "a\rb" N "--b" N N U N "--b--" N,
      MIXED N "--b" N QUOTED N "a=0Db" N "--b" N QUOTED N "=C3=BC" N "--b--" N },
    /* A part without a header, and one whose header just stops. */
    { MIXED N "--b" N U ": text" N "--b--" N, MIXED N "--b" N QUOTED N "=C3=BC: text" N "--b--" N },
    { MIXED N "--b" N "Content-Transfer-Encoding: 8bit" N "no field " U N "--b--" N,
      MIXED N "--b" N QUOTED N "no field =C3=BC" N "--b--" N },
    { MIXED N "--b" N "Content-Type: text/plain" N "--b" N N U N "--b--" N,
      MIXED N "--b" N "Content-Type: text/plain" N "--b" N QUOTED N "=C3=BC" N "--b--" N },
    { "From a" N "Subject: s" N " : fold" N N U N,
      "From a" N "Subject: s" N " : fold" N MIME
      "Content-Type: text/plain; charset=unknown-8bit" N QUOTED N "=C3=BC" N },
    /* Bare CR and LF are octets like others. */
    { MIME "Content-Type: text/plain" N N U "\n\r" N "\rx\r" N,
      MIME "Content-Type: text/plain" N QUOTED N "=C3=BC=0A=0D" N "=0Dx=0D" N },
    /* Nothing to do. */
    { "Content-Transfer-Encoding: 8bit" N N "a" N, NULL },
    { "", NULL },
};

static const struct refused_case {
    const char *is, *why;
    bool header;
} REFUSED[] = {
    { "Subject: " U N N "a" N, "header fields hold them", true },
    { MIXED N "--b" N "X: " U N N "a" N "--b--" N, "header fields hold them", false },
    { MIXED N "--b" N "Content-Type: message/rfc822" N N "Subject: " U N N "--b--" N,
      "header fields hold them", false },
    { MIME "Content-Type: multipart/signed; boundary=s" N N "--s" N N U N "--s--" N, "signed",
      false },
    { MIME "Content-Type: multipart/encrypted; boundary=s" N N "--s" N N U N "--s--" N, "encrypted",
      false },
    { MIME "Content-Type: message/partial; id=a; number=1" N N U N, "message/...", false },
    { MIME "Content-Type: message/external-body" N N U N, "message/...", false },
    { MIME "Content-Type: message/delivery-status" N N U N, "message/...", false },
    { MIME "Content-Type: message/rfc822" N "Content-Transfer-Encoding: base64" N N U N,
      "message/...", false },
    { MIME "Content-Type: multipart/mixed" N N "--b" N N U N, "taken apart", false },
    { MIXED "Content-Transfer-Encoding: base64" N N "--b" N N U N "--b--" N, "taken apart", false },
    { MIXED N "--b" N "Content-Type: message/rfc822" N U N "--b--" N, "message/...", false },
    { MIXED N U N "--c" N N U N, "taken apart", false }, /* its boundary never comes */
    { MIXED N U N "a" N, "taken apart", false },
    { MIXED N "--b" N "Content-Type: multipart/mixed; boundary=c" N N U N "--b--" N, "taken apart",
      false },
    { MIXED N "--b" N "Content-Transfer-Encoding: x-uue" N N U N "--b--" N, "not known", false },
};

/* In pieces of n octets. */
static void look(struct mail_7bit *c, str is, size_t n, struct mail_7bit_facts *f)
{
    for (size_t at = 0; at < is.n; at += n)
        mail_7bit_look(c, str_take(str_skip(is, at), n));
    mail_7bit_looked(c, f);
}

static void convert(struct mail_7bit *c, str is, size_t n, struct buf *out)
{
    buf_clear(out);
    for (size_t at = 0; at < is.n; at += n)
        assert_true(mail_7bit_write(c, str_take(str_skip(is, at), n), out));
    assert_true(mail_7bit_write_end(c, out));
}

static void cases(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, MAIL_7BIT_OUT_MAX);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str is = str_from(CASES[i].is);
        for (size_t n = 1; n <= is.n + 1; n++) {
            struct mail_7bit *c = mail_7bit_new();
            struct mail_7bit_facts f;
            look(c, is, n, &f);
            assert_int_equal(f.needed, CASES[i].becomes != NULL);
            assert_int_equal(f.refused.n, 0);
            if (CASES[i].becomes) {
                convert(c, is, is.n + 2 - n, &out); /* cut elsewhere */
                assert_true(buf_addc(&out, '\0'));
                assert_string_equal(out.p, CASES[i].becomes);
            }
            mail_7bit_free(c);
        }
    }
    buf_done(&out);
}

static void refusals(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(REFUSED); i++) {
        struct mail_7bit *c = mail_7bit_new();
        struct mail_7bit_facts f;
        look(c, str_from(REFUSED[i].is), 3, &f);
        assert_true(f.needed);
        if (str_find(f.refused, str_from(REFUSED[i].why)) == STR_NOT_FOUND)
            fail_msg("%zu: '%.*s'", i, STR_ARG(f.refused));
        assert_int_equal(f.header, REFUSED[i].header);
        mail_7bit_free(c);
    }
}

static void facts(void **state)
{
    struct mail_7bit *c = mail_7bit_new();
    struct mail_7bit_facts f;
    (void)state;
    look(c,
         STR("DKIM-Signature: v=1" N MIXED "Content-Transfer-Encoding: 8bit" N N "pre" U N
             "--b" N N U N "--b" N "Content-Type: a/b" N N U N "--b" N "DKIM-Signature: v=1" N N
             "a" N "--b--" N),
         7, &f);
    assert_true(f.signature && f.needed && !f.header);
    assert_int_equal(f.converted, 2);
    assert_int_equal(f.parts, 4);
    assert_int_equal(f.dropped, 2);
    mail_7bit_free(c);
    c = mail_7bit_new();
    look(c, STR(MIXED N "--b" N "DKIM-Signature: v=1" N N U N "--b--" N), 7, &f);
    assert_false(f.signature);
    mail_7bit_free(c);
}

static void check_lines(str text, size_t longest)
{
    while (text.n > 0) {
        size_t end = str_find(text, STR(N));
        assert_int_not_equal(end, STR_NOT_FOUND);
        assert_true(end <= longest);
        text = str_skip(text, end + 2);
    }
}

/* Lines of any length become short ones, and those of labels that lie stay below 998. */
static void long_lines(void **state)
{
    static const char *const HEADERS[] = { "", "Content-Type: a/b" N,
                                           "Content-Transfer-Encoding: quoted-printable" N };
    static const size_t LONGEST[] = { 76, 76, 998 };
    struct buf is, out;
    (void)state;
    buf_init(&is, 1 << 20);
    buf_init(&out, MAIL_7BIT_OUT_MAX);
    for (size_t i = 0; i < COUNT_OF(HEADERS); i++) {
        struct mail_7bit *c = mail_7bit_new();
        struct mail_7bit_facts f;
        buf_clear(&is);
        buf_addf(&is, "%s" N, HEADERS[i]);
        for (size_t k = 0; k < 9000; k++)
            buf_addc(&is, k % 7 ? (char)(k | 128) : ' ');
        buf_add(&is, STR(N));
        look(c, buf_str(&is), 4096, &f);
        assert_int_equal(f.converted, 1);
        convert(c, buf_str(&is), 5000, &out);
        str body = str_skip(buf_str(&out), str_find(buf_str(&out), STR(N N)) + 4);
        check_lines(body, LONGEST[i]);
        assert_true(str_is_ascii(buf_str(&out)));
        mail_7bit_free(c);
    }
    buf_done(&is);
    buf_done(&out);
}

/* Where a line is cut, what follows does not become a boundary. */
static void cut_lines(void **state)
{
    static const char *const ENCODINGS[] = { "8bit", "quoted-printable" };
    struct buf is, out;
    (void)state;
    buf_init(&is, 1 << 20);
    buf_init(&out, MAIL_7BIT_OUT_MAX);
    for (size_t i = 0; i < 2; i++) {
        for (size_t n = 60; n < 80; n++) {
            struct mail_7bit *c = mail_7bit_new();
            struct mail_7bit_facts f;
            buf_clear(&is);
            buf_clear(&out);
            buf_addf(&is, MIXED N "--b" N "Content-Transfer-Encoding: %s" N N, ENCODINGS[i]);
            for (size_t k = 0; i == 1 && k < 277; k++)
                buf_add(&is, STR("\xFF"));
            for (size_t k = 0; k < n; k++)
                buf_addc(&is, 'a');
            buf_addf(&is, "--b" N U N "--b--" N);
            look(c, buf_str(&is), 4096, &f);
            convert(c, buf_str(&is), 4096, &out);
            assert_int_not_equal(f.converted, 0);
            mail_7bit_free(c);
            c = mail_7bit_new();
            look(c, buf_str(&out), 4096, &f);
            assert_int_equal(f.parts, 2);
            mail_7bit_free(c);
        }
    }
    buf_done(&is);
    buf_done(&out);
}

/* Lines that are longer than 998 make "8bit" no "7bit", and a CR where a piece ends is no line end. */
static void pieces_of_long_lines(void **state)
{
    struct buf is, out;
    struct mail_7bit *c = mail_7bit_new();
    struct mail_7bit_facts f;
    (void)state;
    buf_init(&is, 1 << 20);
    buf_init(&out, MAIL_7BIT_OUT_MAX);
    buf_addf(&is, MIXED N "--b" N "Content-Transfer-Encoding: 8bit" N N);
    for (size_t k = 0; k < 4095; k++)
        buf_addc(&is, 'a');
    buf_addf(&is, N "--b%5000s" N "--b" N "X-Long: ", "no boundary");
    for (size_t k = 0; k < 9000; k++)
        buf_addc(&is, 'b');
    buf_addf(&is, N N U N "--b" N "Content-Type: a/b; x=");
    for (size_t k = 0; k < 8000; k++)
        buf_addc(&is, 'c');
    buf_addf(&is, N N U N "--b--" N);
    look(c, buf_str(&is), 1000, &f);
    assert_int_equal(f.refused.n, 0);
    assert_int_equal(f.converted, 3);
    assert_int_equal(f.parts, 4);
    convert(c, buf_str(&is), 4096, &out);
    assert_int_not_equal(
        str_find(buf_str(&out), STR("b" N QUOTED N "=C3=BC" N "--b" N "Content-Type: a/b; x=ccc")),
        STR_NOT_FOUND);
    assert_int_not_equal(str_find(buf_str(&out), STR("a=" N "aaa")), STR_NOT_FOUND);
    assert_int_not_equal(str_find(buf_str(&out), STR("c" N BASE64 N "w7w=" N)), STR_NOT_FOUND);
    mail_7bit_free(c);
    buf_done(&is);
    buf_done(&out);
}

/* What has more than is kept of it is refused, not half done. */
static void too_much(void **state)
{
    struct buf is;
    struct mail_7bit_facts f;
    (void)state;
    buf_init(&is, 1 << 20);
    for (int what = 0; what < 3; what++) {
        struct mail_7bit *c = mail_7bit_new();
        buf_clear(&is);
        buf_addf(&is, MIXED N);
        for (size_t k = 0; what == 0 && k <= MAIL_7BIT_PARTS_MAX; k++)
            buf_addf(&is, "--b" N N U N);
        for (int k = 0; what == 1 && k < MAIL_7BIT_DEPTH_MAX; k++)
            buf_addf(&is, "--b%.0d" N "Content-Type: multipart/mixed; boundary=b%d" N N, k, k + 1);
        if (what == 1)
            buf_addf(&is, "--b%d" N N U N, MAIL_7BIT_DEPTH_MAX);
        if (what == 2)
            buf_addf(&is, "--b" N "Content-Type: a/b; x=%09000d" N N U N, 1);
        look(c, buf_str(&is), 4096, &f);
        assert_true(f.needed);
        static const char *const WHY[] = { "more parts", "taken apart", "too long" };
        assert_int_not_equal(str_find(f.refused, str_from(WHY[what])), STR_NOT_FOUND);
        mail_7bit_free(c);
    }
    buf_done(&is);
}

static void no_room(void **state)
{
    struct mail_7bit *c = mail_7bit_new();
    struct mail_7bit_facts f;
    struct buf out;
    (void)state;
    buf_init(&out, 3);
    look(c, STR(N U N), 4096, &f);
    assert_false(mail_7bit_write(c, STR(N U N), &out));
    assert_false(mail_7bit_write_end(c, &out));
    buf_done(&out);
    mail_7bit_free(c);
    mail_7bit_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),     cmocka_unit_test(refusals),
        cmocka_unit_test(facts),     cmocka_unit_test(long_lines),
        cmocka_unit_test(cut_lines), cmocka_unit_test(pieces_of_long_lines),
        cmocka_unit_test(too_much),  cmocka_unit_test(no_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
