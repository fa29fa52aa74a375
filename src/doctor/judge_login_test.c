/* SPDX-License-Identifier: ISC */
/* The judge on logins: rows as in judge_test.c, whose subject is what became of AUTH. */
#include "doctor/record_script.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 1 << 20 };

#define CLEAR587 "587 220 hello | 587 ehlo STARTTLS |"
#define E587     CLEAR587 "587+ tls | 587+ ehlo AUTH PLAIN LOGIN |"
#define OPEN587  "587 220 hello | 587 ehlo STARTTLS, AUTH PLAIN | 587+ tls | 587+ ehlo AUTH PLAIN |"
#define E465     "465! tls | 465! 220 hello | 465! ehlo AUTH PLAIN LOGIN |"
#define IN587    "587+ login PLAIN 235 ok |"
#define OK587    IN587 "587+ PLAIN rcpt 250 ok |"
#define RELAY    "550 5.7.1 relay not permitted |"
#define HELO587  "587 220 hello | 587 old-helo ehlo 250 " SCRIPT_HOST " |"
#define BAD587   "587+ login PLAIN 535 5.7.8 bad credentials |"

static const struct judge_case {
    const char *label, *asked, *record, *want;
} CASES[] = {
    /* by words */
    { "two-factor", "587 starttls PLAIN", E587 "587+ login PLAIN 535 two-factor is on",
      "refused: app-password-needed possible, password-login-switched-off possible; exit 5; next" },
    { "everything that may be wrong, in one text", "587 starttls PLAIN",
      E587 "587+ login PLAIN 535 abnormal account, wrong password, frequency limited",
      "refused: wrong-credentials possible, app-password-needed possible; exit 5; next" },
    { "550 without a word", "587 starttls PLAIN", E587 "587+ login PLAIN 550 5.7.1 no",
      "refused: wrong-credentials possible; exit 5; next" },
    { "421 in the words of RFC 5321", "587 starttls PLAIN",
      E587 "587+ login PLAIN 421 " SCRIPT_HOST
           " Service not available, closing transmission channel",
      "refused: auth-backend-down possible; exit 5; next" },
    { "the service is not available for now", "587 starttls PLAIN",
      E587 "587+ login PLAIN 454 4.7.0 Authentication service not available",
      "refused: auth-backend-down likely; exit 5; next" },
    { "... for good", "587 starttls PLAIN",
      E587 "587+ login PLAIN 535 5.7.0 Authentication service is not available",
      "refused: auth-backend-down possible, wrong-credentials possible; exit 5; next" },
    { "the service is not enabled", "587 starttls PLAIN",
      E587 "587+ login PLAIN 535 5.7.0 The SMTP service is not enabled for you",
      "refused: account-may-not-submit likely; exit 5; next" },
    { "the password is not verified", "587 starttls PLAIN",
      E587 "587+ login PLAIN 535 5.7.8 User name and password not verified",
      "refused: wrong-credentials likely; exit 5; next" },
    { "the account is not verified", "587 starttls PLAIN",
      E587 "587+ login PLAIN 535 5.7.8 This account is not verified yet",
      "refused: account-may-not-submit likely; exit 5; next" },
    { "a wrong password, for now", "587 starttls PLAIN",
      E587 "587+ login PLAIN 454 5.7.8 Invalid user name or password",
      "refused: auth-backend-down possible, wrong-credentials possible; exit 5; next" },
    { "... for now by the code, for good by the enhanced one", "587 starttls PLAIN",
      E587 "587+ login PLAIN 454 5.7.0 authentication failed",
      "refused: auth-backend-down possible, wrong-credentials possible; exit 5; next" },
    { "refused on one port for users, taken on the other", "465 tls PLAIN",
      E465 E587 "465! login PLAIN 535 5.7.8 no |" OK587,
      "refused: mx-port-not-submission likely; exit 1; next" },
    { "421", "587 starttls PLAIN", E587 "587+ login PLAIN 421 4.7.0 bye",
      "refused: auth-backend-down possible; exit 5; next" },
    { "the password is refused, and a mailbox is unknown without a login", "587 starttls PLAIN",
      E587 BAD587 "587+ rcpt 550 5.1.1 User unknown",
      "refused: wrong-credentials likely, recipient-unknown likely; exit 5; next" },

    /* AUTH in clear that is not heard there */
    { "AUTH alone wants TLS", "587 none login",
      OPEN587 "587 rcpt " RELAY OK587 "587 auth PLAIN 538 5.7.11 no",
      "refused: auth-hidden-until-tls proved; exit 1" },
    { "... in the words of 530", "587 none PLAIN",
      OPEN587 OK587 "587 auth PLAIN 530 5.7.0 STARTTLS first",
      "refused: auth-hidden-until-tls proved; exit 1" },
    { "... it asks for more", "587 none login", OPEN587 OK587 "587 auth PLAIN 501 5.7.0 cancelled",
      "unknown: exit 3; next" },
    { "... by another mechanism", "587 none PLAIN", OPEN587 OK587 "587 auth LOGIN 538 5.7.11 no",
      "unknown: exit 3; next" },
    { "... the connection ends", "587 none login", OPEN587 OK587 "587 auth PLAIN closed",
      "unknown: exit 3; next" },
    { "... and STARTTLS was asked", "587 starttls login",
      OPEN587 OK587 "587 auth PLAIN 538 5.7.11 no", "accepted: exit 0" },

    /* a digest is refused */
    { "by a digest, and PLAIN is offered too", "587 starttls CRAM-MD5",
      CLEAR587 "587+ tls | 587+ ehlo AUTH PLAIN CRAM-MD5 | 587+ login CRAM-MD5 535 5.7.8 no",
      "refused: wrong-credentials possible, mechanism-offered-but-dead possible; exit 5; next" },
    { "... PLAIN is refused too", "587 starttls CRAM-MD5",
      CLEAR587
      "587+ tls | 587+ ehlo AUTH PLAIN CRAM-MD5 | 587+ login CRAM-MD5 535 5.7.8 no |" BAD587,
      "refused: wrong-credentials likely; exit 5; next" },
    { "... PLAIN is taken", "587 starttls CRAM-MD5",
      CLEAR587
      "587+ tls | 587+ ehlo AUTH PLAIN CRAM-MD5 | 587+ login CRAM-MD5 535 5.7.8 no |" OK587,
      "refused: mechanism-offered-but-dead proved; exit 1" },
    { "... nothing else is offered", "587 starttls CRAM-MD5",
      CLEAR587 "587+ tls | 587+ ehlo AUTH CRAM-MD5 | 587+ login CRAM-MD5 535 5.7.8 no",
      "refused: wrong-credentials likely; exit 5; next" },

    /* relay-takes-no-login though AUTH is offered */
    { "the login is refused, and none is needed", "587 starttls PLAIN", E587 BAD587 "587+ rcpt 250",
      "refused: relay-takes-no-login likely, wrong-credentials possible; exit 1; next" },
    { "... nor for the message behind it", "587 starttls PLAIN",
      E587 BAD587 "587+ rcpt 250 | 587+ data 250",
      "refused: relay-takes-no-login likely, wrong-credentials possible; exit 1; next" },
    { "... to somebody in the own domain", "587 starttls PLAIN to=bob@example.org",
      E587 BAD587 "587+ to=bob@example.org rcpt 250",
      "refused: wrong-credentials likely; exit 5; next" },
    { "... there, on the port for mail from outside", "587 starttls PLAIN to=bob@example.org",
      CLEAR587 "587+ tls failed | 25 220 hello | 25 ehlo SIZE 1 | 25 to=bob@example.org rcpt 250",
      "refused: relay-takes-no-login possible; exit 1; next" },
    { "... and no recipient was given", "587 starttls PLAIN to=", E587 BAD587 "587+ to= mail 250",
      "refused: wrong-credentials likely; exit 5; next" },
    { "in clear, nothing was refused and no login is set", "587 none - unknown to=",
      E587 "587 to= mail 250", "refused: auth-hidden-until-tls possible; exit 1; next" },
    { "STARTTLS was taken out, and the login with it",
      "587 starttls PLAIN to=", "587 220 hello | 587 ehlo XXXXXXXA | " E465,
      "refused: starttls-stripped likely; exit 1; next" },
    { "... nor is a login set", "587 starttls - unknown to=", E587 "587+ to= mail 250",
      "unknown: exit 3; next" },
    { "... the connection ends in AUTH", "587 starttls PLAIN",
      E587 "587+ login PLAIN closed | 587+ rcpt 250",
      "refused: relay-takes-no-login likely, auth-backend-down possible; exit 1; next" },
    { "... too many logins", "587 starttls PLAIN",
      E587 "587+ login PLAIN 535 too many logins | 587+ rcpt 250",
      "refused: rate-limited likely; exit 1; next" },
    { "... for now", "587 starttls PLAIN", E587 "587+ login PLAIN 454 4.7.0 no | 587+ rcpt 250",
      "refused: relay-takes-no-login likely, auth-backend-down possible; exit 1; next" },

    { "... on another layer of the port", "25 none PLAIN",
      "25 220 hello | 25 ehlo STARTTLS, AUTH PLAIN | 25+ tls | 25+ ehlo AUTH PLAIN |"
      "25+ login PLAIN 535 5.7.8 no | 25 rcpt 250",
      "refused: relay-takes-no-login likely, wrong-credentials possible; exit 1; next" },
    { "... the login was made nowhere", "25 none PLAIN",
      "25 220 hello | 25 ehlo AUTH PLAIN | 25 login PLAIN guarded | 25 rcpt 250",
      "refused: relay-takes-no-login possible; exit 1; next" },
    { "... on another port", "25 none PLAIN",
      "25 220 hello | 25 ehlo AUTH PLAIN | 25 rcpt 250 |" E587 BAD587,
      "refused: wrong-credentials likely; exit 5; next" },

    /* account-may-not-submit after 235 */
    { "the own address is barred at MAIL", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN mail 550 5.7.708 no",
      "refused: account-may-not-submit likely; exit 5; next" },
    { "... at RCPT", "587 starttls PLAIN",
      E587 IN587 "587+ PLAIN rcpt 554 5.7.1 this account is suspended",
      "refused: account-may-not-submit likely; exit 5; next" },
    { "... another From is", "587 starttls PLAIN from=x@example.net",
      E587 IN587 "587+ PLAIN from=x@example.net mail 550 5.7.708 no", "unknown: exit 3; next" },
    { "... without a login", "587 starttls -", E587 "587+ mail 550 5.7.708 no",
      "refused: client-never-authenticates possible; exit 1; next" },

    /* wrong-username-form, password-mangled */
    { "no full address, refused once", "587 starttls PLAIN user=anna",
      E587 "587+ user=anna login PLAIN 535 5.7.8 no",
      "refused: wrong-credentials likely, wrong-username-form possible; exit 5; next" },
    { "... the full address is taken", "587 starttls PLAIN user=anna",
      E587 "587+ user=anna login PLAIN 535 5.7.8 no |" OK587,
      "refused: wrong-username-form proved; exit 5" },
    { "... the first refusal was for now", "587 starttls PLAIN user=anna",
      E587 "587+ user=anna login PLAIN 454 4.7.0 no |" OK587,
      "refused: wrong-username-form likely; exit 5; next" },
    { "... the full address is refused too", "587 starttls PLAIN user=anna",
      E587 "587+ user=anna login PLAIN 535 5.7.8 no |" BAD587,
      "refused: wrong-credentials likely; exit 5; next" },
    { "... another port takes the full address", "587 starttls PLAIN user=anna",
      E587 E465 "587+ user=anna login PLAIN 535 no | 465! login PLAIN 235 |"
                "465! PLAIN rcpt 250",
      "refused: wrong-username-form likely; exit 5; next" },
    { "the program does not log in, and the name is wrong", "587 starttls - known user=anna",
      E587 "587+ rcpt " RELAY "587+ user=anna login PLAIN 535 5.7.8 no |" OK587,
      "refused: client-never-authenticates proved; exit 1" },
    { "the password ends in a line end", "587 starttls PLAIN odd=line-end", E587 BAD587,
      "refused: password-mangled likely, wrong-credentials possible; exit 5; next" },
    { "... and no full address", "587 starttls PLAIN odd=line-end user=anna",
      E587 "587+ user=anna login PLAIN 535 5.7.8 no",
      "refused: password-mangled likely, wrong-credentials possible, wrong-username-form "
      "possible; exit 5; next" },
    { "... without it the password is taken", "587 starttls PLAIN odd=line-end",
      E587 BAD587 "587+ repaired login PLAIN 235 | 587+ repaired PLAIN rcpt 250",
      "refused: password-mangled proved; exit 5" },
    { "... without it it is refused too", "587 starttls PLAIN odd=line-end",
      E587 BAD587 "587+ repaired login PLAIN 535 5.7.8 no",
      "refused: wrong-credentials likely; exit 5; next" },
    { "... the server speaks of something else", "587 starttls PLAIN odd=line-end",
      E587 "587+ login PLAIN 535 5.7.8 too many logins",
      "refused: rate-limited likely; exit 1; next" },
    { "... the refusal says little", "587 starttls PLAIN odd=line-end",
      E587 "587+ login PLAIN 550 5.7.1 no",
      "refused: wrong-credentials possible, password-mangled possible; exit 5; next" },
    { "... it is taken as it is", "587 starttls PLAIN odd=line-end", E587 OK587,
      "accepted: exit 0" },
    { "the password holds a $", "587 starttls PLAIN odd=dollar-sign", E587 BAD587,
      "refused: wrong-credentials likely, password-mangled possible; exit 5; next" },

    /* helo-instead-of-ehlo */
    { "HELO, and a login is set", "587 starttls login old-helo",
      E587 HELO587 "587 old-helo rcpt " RELAY OK587,
      "refused: helo-instead-of-ehlo proved; exit 1" },
    { "HELO, and no login is set", "587 auto - known old-helo",
      E587 HELO587 "587 old-helo rcpt " RELAY OK587,
      "refused: helo-instead-of-ehlo proved; exit 1" },
    { "... the stranger was refused under EHLO too", "587 starttls - known old-helo",
      E587 HELO587 "587 old-helo rcpt " RELAY "587+ rcpt " RELAY OK587,
      "refused: helo-instead-of-ehlo proved, client-never-authenticates proved; exit 1" },
    { "HELO at once under TLS", "465 tls login old-helo",
      E465 "465! 220 hello | 465! old-helo ehlo 250 " SCRIPT_HOST " | 465! old-helo rcpt " RELAY
           "465! login PLAIN 235 | 465! PLAIN rcpt 250",
      "refused: helo-instead-of-ehlo proved; exit 1" },
    { "HELO itself is refused", "587 starttls login old-helo",
      E587 "587 220 hello | 587 old-helo ehlo 550 no |" OK587,
      "refused: helo-instead-of-ehlo proved; exit 1" },
    { "... and the program says EHLO", "587 starttls login",
      E587 "587 220 hello | 587 old-helo ehlo 550 no |" OK587, "accepted: exit 0" },
    { "HELO was not played", "587 starttls login old-helo", E587 OK587, "unknown: exit 3; next" },
    { "HELO, and a stranger is taken", "25 none - old-helo",
      "25 220 hello | 25 ehlo SIZE 1 | 25 old-helo ehlo 250 " SCRIPT_HOST " | 25 old-helo rcpt 250",
      "accepted: exit 0" },
    { "HELO, and no login at hand", "587 auto - old-helo", E587 HELO587 "587 old-helo rcpt " RELAY,
      "refused: helo-instead-of-ehlo likely; exit 1; next" },
    { "HELO, and no login is offered", "25 none - old-helo",
      "25 220 hello | 25 ehlo SIZE 1 | 25 old-helo ehlo 250 " SCRIPT_HOST
      " | 25 old-helo rcpt " RELAY,
      "refused: ip-not-trusted likely; exit 1; next" },
    { "HELO was said by the doctor alone: no matter", "587 starttls login",
      E587 HELO587 "587 old-helo rcpt " RELAY OK587, "accepted: exit 0" },
    { "the pasted error knows no AUTH", "587 starttls login error=503 AUTH not advertised",
      E587 OK587,
      "accepted: auth-hidden-until-tls possible, helo-instead-of-ehlo possible; exit 0" },
    { "... and asks for TLS",
      "587 starttls login error=503 AUTH not advertised, use STARTTLS first", E587 OK587,
      "accepted: auth-hidden-until-tls possible; exit 0" },
    { "... and a login is shown without TLS too",
      "587 starttls login error=503 AUTH not advertised",
      "587 220 hello | 587 ehlo STARTTLS, AUTH PLAIN | 587+ tls | 587+ ehlo AUTH PLAIN |" OK587,
      "accepted: helo-instead-of-ehlo possible; exit 0" },

    /* AUTH is gone */
    { "587 offers no login under TLS", "587 starttls login", CLEAR587 "587+ tls | 587+ ehlo SIZE 1",
      "refused: auth-backend-down possible; exit 5; next" },
    { "... 465 does", "587 starttls login", CLEAR587 "587+ tls | 587+ ehlo SIZE 1 |" E465,
      "refused: mx-port-not-submission likely; exit 1; next" },
    { "... the certificate is wrong", "587 none login",
      CLEAR587 "587+ tls expired | 587+ ehlo SIZE 1", "unknown: exit 3; next" },
    { "... the program does not log in", "587 starttls -", CLEAR587 "587+ tls | 587+ ehlo SIZE 1",
      "unknown: exit 3; next" },
    { "... port 25", "25 starttls login", "25 220 hello | 25 ehlo STARTTLS | 25+ tls | 25+ ehlo S",
      "unknown: exit 3; next" },
};

static struct arena arena;
static struct doctor_record record;
static struct doctor_asked asked;

static void every_case(void **state)
{
    char got[512];
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        arena_init(&arena, ARENA_MAX);
        record.arena = &arena;
        record.count = 0;
        script_record(CASES[i].record, &record);
        script_asked(CASES[i].asked, &asked);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        script_judgement(&j, got, sizeof got);
        if (strcmp(got, CASES[i].want) != 0) {
            print_error("%s\n  is     %s\n  wanted %s\n", CASES[i].label, got, CASES[i].want);
            wrong++;
        }
        for (size_t k = 0; k < j.cause_count; k++)
            assert_true(j.causes[k].for_it[0] != 0);
        arena_done(&arena);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_case) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
