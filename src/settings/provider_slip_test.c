/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "settings/provider_hosts.h"

#define KEY44 "BExampleExampleExampleExampleExampleExample0"

/* Made up: none was ever anybody's. */
static const struct {
    const char *id, *user, *secret;
    int user_slip, secret_slip; /* 0: none, 1: unlike, 2: sure */
} SLIPS[] = {
    { "gmail", "anna@gmail.com", "abcd efgh ijkl mnop", 0, 0 },
    { "gmail", "anna@corp.example", "abcdefghijklmnop", 0, 0 },
    { "gmail", "anna", "Summer2026!", 1, 1 },
    { "yahoo", "anna@yahoo.com", "abcdefghijklmnop", 0, 0 },
    { "yahoo", "anna@yahoo.com", "secret", 0, 1 },
    { "icloud", "anna@icloud.com", "abcd-efgh-ijkl-mnop", 0, 0 },
    { "icloud", "anna@icloud.com", "secret", 0, 1 },
    { "gmx", "anna@gmx.net", "secret", 0, 0 },
    { "web.de", "anna", "secret", 0, 0 },
    { "web.de", "anna@web.de", "secret", 0, 0 },
    { "amazon-ses", "AKIAEXAMPLEEXAMPLE00", KEY44, 0, 0 },
    { "amazon-ses", "AKIAEXAMPLEEXAMPLE00", "wJalrExampleExampleExampleExampleExample", 0, 2 },
    { "amazon-ses", "AKIAEXAMPLEEXAMPLE00", "secret", 0, 1 },
    { "amazon-ses", "ASIAEXAMPLEEXAMPLE00", KEY44, 2, 0 },
    { "amazon-ses", "anna@corp.example", KEY44, 2, 0 },
    { "sendgrid", "apikey", "SG.example.example", 0, 0 },
    { "sendgrid", "anna@corp.example", "secret", 2, 2 },
    { "sparkpost", "SMTP_Injection", "key", 0, 0 },
    { "sparkpost", "anna", "key", 2, 0 },
    { "resend", "resend", "re_example", 0, 0 },
    { "resend", "apikey", "secret", 2, 1 },
    { "brevo", "anna@corp.example", "xsmtpsib-example", 0, 0 },
    { "brevo", "anna@corp.example", "xkeysib-example", 0, 2 },
    { "mailgun", "postmaster@mg.corp.example", "secret", 0, 0 },
    { "mailgun", "postmaster@mg.corp.example", "key-00000000000000000000000000000000", 0, 1 },
    { "postmark", "01234567-89ab-cdef-0123-456789abcdef", "01234567-89ab-cdef-0123-456789abcdef", 0,
      0 },
    { "postmark", "01234567-89ab-cdef-0123-456789abcdef", "secret", 0, 1 },
    { "postmark", "PM-T-example", "secret", 0, 0 },
    { "postmark", "anna@corp.example", "secret", 2, 0 },
    { "mailjet", "anna@corp.example", "secret", 2, 0 },
    { "mailjet", "0123456789abcdef0123456789abcdef", "secret", 0, 0 },
    { "amazon-ses", "AKIAEXAMPLE", KEY44, 2, 0 },
    { "postmark", "abcdef", "secret", 0, 0 },
    { "mailgun", "postmaster@mg.corp.example", "key-west", 0, 0 },
    { "zeptomail", "anna@corp.example", "secret", 2, 0 },
    { "zeptomail", "emailapikey", "secret", 0, 0 },
    { "gmail", "", "", 0, 0 },
};

static void what_is_handed_out_has_its_shape(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(SLIPS); i++) {
        struct provider_slip u = { .sure = false }, s = { .sure = false };
        const struct provider *p = provider_named(str_from(SLIPS[i].id));
        str user = str_from(SLIPS[i].user), secret = str_from(SLIPS[i].secret);
        assert_non_null(p);
        int of_user = provider_user_slip(p, user, &u) ? 1 + u.sure : 0;
        int of_secret = provider_secret_slip(p, user, secret, &s) ? 1 + s.sure : 0;
        if (of_user != SLIPS[i].user_slip || of_secret != SLIPS[i].secret_slip)
            fail_msg("%s, %s: %d, %d", SLIPS[i].id, SLIPS[i].user, of_user, of_secret);
        assert_int_equal(of_user > 0, u.said.n && u.remedy.n);
        assert_int_equal(of_secret > 0, s.said.n && s.remedy.n);
        /* nothing of the secret is told */
        assert_true(!of_secret || secret.n < 7 || str_find(s.said, secret) == STR_NOT_FOUND);
    }
}

static const struct {
    const char *at, *user, *other;
} USERS[] = {
    { "yahoo", "anna@gmail.com", "gmail" },
    { "gmail", "anna@yahoo.com", "yahoo" },
    { "gmail", "anna@corp.example", NULL },
    { "gmail", "anna@googlemail.com", NULL },
    { "microsoft365", "anna@hotmail.com", NULL },
    { "outlook.com", "anna@gmail.com", "gmail" },
    { "yahoo", "anna@aol.com", NULL },
    { "web.de", "anna@gmail.com", "gmail" },
    { "proton", "anna@corp.example", NULL },
    { "sendgrid", "anna@gmail.com", NULL },
    { "mailgun", "anna@gmail.com", NULL },
    { "hostinger", "anna@gmail.com", NULL }, /* has no domains of its own */
    { "gmail", "anna", NULL },
};

static void users_belong_somewhere(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(USERS); i++) {
        const struct provider *p = provider_of_other_user(provider_named(str_from(USERS[i].at)),
                                                          str_from(USERS[i].user));
        if (!str_eq(p ? p->id : STR_NONE, str_from(USERS[i].other)))
            fail_msg("%s at %s", USERS[i].user, USERS[i].at);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_handed_out_has_its_shape),
        cmocka_unit_test(users_belong_somewhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
