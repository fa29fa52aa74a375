/* SPDX-License-Identifier: ISC */
#include "explain/clean.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

#define TOP                                                                                        \
    "Received: from x\nFrom: =?utf-8?Q?M=C3=A4il?= <a@relay.example>\nSubject: Mail delivery\n "   \
    "failed\n"                                                                                     \
    "MIME-Version: 1.0\n"
#define SHOWN "From: M\xc3\xa4il <a@relay.example>\nSubject: Mail delivery failed\n\n"

static const struct {
    const char *label, *text, *want;
    bool message;
} CASES[] = {
    { "plain", TOP "\nno relay here\n", SHOWN "no relay here\n\n\n", true },
    { "quoted-printable, decoded once",
      TOP "Content-Transfer-Encoding: quoted-printable\n\nsize=3D3D4 no=\n relay=20\n",
      SHOWN "size=3D4 no relay \n\n\n", true },
    { "base64", TOP "Content-Transfer-Encoding: base64\n\nbm8gcmVsYXk=\n", SHOWN "no relay\n\n",
      true },
    { "a report: the message that came back is left out",
      TOP "Content-Type: multipart/report; boundary=b\n\n--b\n\nno relay\n--b\n"
          "Content-Type: message/delivery-status\n\nStatus: 5.7.1\n\nAction: failed\n--b\n"
          "Content-Type: message/rfc822\n\nSubject: x\n\ninner\n--b--\n",
      SHOWN "no relay\n\nStatus: 5.7.1\n\nAction: failed\n\n", true },
    { "HTML beside text is left out",
      TOP "Content-Type: multipart/alternative; boundary=b\n\n--b\n\nplain\n--b\nContent-Type: "
          "text/html\n\n<p>rich\n--b--\n",
      SHOWN "plain\n\n", true },
    { "HTML beside an empty text stays",
      TOP "Content-Type: multipart/alternative; boundary=b\n\n--b\n\n \n--b\nContent-Type: "
          "text/html\n\n<p>rich</p>\n--b--\n",
      SHOWN "\nrich\n\n\n", true },
    { "a bounce that was passed on", TOP "Content-Type: message/rfc822\n\nSubject: x\n\nno relay\n",
      SHOWN "no relay\n\n\n", true },
    { "a bounce that was passed on, and a footer",
      TOP
      "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: message/rfc822\n\n"
      "Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n"
      "Status: 5.7.1\n--b\nContent-Type: message/rfc822\n\nSubject: "
      "x\n\ninner\n--b--\n--a\n\nfooter\n--a--\n",
      SHOWN "Status: 5.7.1\n\nfooter\n\n", true },
    { "a picture alone", TOP "Content-Type: image/png\n\nxx\n", NULL, false },
    { "no message", "From: a\nSubject: b\n\nno relay\n", "From: a\nSubject: b\n\nno relay\n",
      false },
    { "begins at a boundary",
      "--b\nContent-Type: message/delivery-status\n\nStatus: 5.7.1\n--b--\n", "\nStatus: 5.7.1\n\n",
      true },
};

static void cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct arena memory;
        str plain;
        unsigned cleaned;
        arena_init(&memory, 64 << 20);
        assert_true(explain_clean(str_from(CASES[i].text), &memory, &plain, &cleaned, NULL));
        if ((CASES[i].want && !str_eq(plain, str_from(CASES[i].want))) ||
            CASES[i].message != ((cleaned & CLEANED_MESSAGE) != 0))
            fail_msg("%s: got '%.*s' (%x), want '%s'", CASES[i].label, STR_ARG(plain), cleaned,
                     CASES[i].want);
        arena_done(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
