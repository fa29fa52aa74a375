/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/provider_report.h"

static const struct {
    const char *typed, *id, *nearest, *address;
    enum provider_role role;
} CASES[] = {
    { "gmail", "gmail", NULL, NULL, PROVIDER_ROLE_NONE },
    { "GMail", "gmail", NULL, NULL, PROVIDER_ROLE_NONE },
    { "googlemail.com", "gmail", NULL, NULL, PROVIDER_ROLE_NONE },
    { "anna@GMAIL.com", "gmail", NULL, "anna@GMAIL.com", PROVIDER_ROLE_NONE },
    { "a@b@gmail.com", "gmail", NULL, "a@b@gmail.com", PROVIDER_ROLE_NONE },
    { "smtp.gmail.com", "gmail", NULL, NULL, PROVIDER_ROLE_SUBMISSION },
    { "imap.gmail.com", "gmail", NULL, NULL, PROVIDER_ROLE_INCOMING },
    { "mx.runbox.com", "runbox", NULL, NULL, PROVIDER_ROLE_NONE },
    { "sendinblue", "brevo", NULL, NULL, PROVIDER_ROLE_NONE },
    { "Exchange Online", "microsoft365", NULL, NULL, PROVIDER_ROLE_NONE },
    { "zoho mail", "zoho.com", NULL, NULL,
      PROVIDER_ROLE_NONE },                            /* its title, though others hold it */
    { "ionos", NULL, NULL, NULL, PROVIDER_ROLE_NONE }, /* which of them? */
    { "us", NULL, NULL, NULL, PROVIDER_ROLE_NONE },
    { "gmial.com", NULL, "gmail.com", NULL, PROVIDER_ROLE_NONE },
    { "anna@gmial.com", NULL, "gmail.com", "anna@gmial.com", PROVIDER_ROLE_NONE },
    { "smtp.gmal.com", NULL, "smtp.gmail.com", NULL, PROVIDER_ROLE_NONE },
    { "mailgunn", NULL, "mailgun", NULL, PROVIDER_ROLE_NONE },
    { "anna@corp.example", NULL, NULL, "anna@corp.example", PROVIDER_ROLE_NONE },
    { "@", NULL, NULL, "@", PROVIDER_ROLE_NONE },
    { "", NULL, NULL, NULL, PROVIDER_ROLE_NONE },
};

static void words_find_their_provider(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct provider_found f;
        bool found = provider_find(str_from(CASES[i].typed), &f);
        str id = f.provider ? f.provider->id : STR_NONE;
        if (found != (CASES[i].id != NULL) || !str_eq(id, str_from(CASES[i].id)) ||
            !str_eq(f.nearest, str_from(CASES[i].nearest)) ||
            !str_eq(f.address, str_from(CASES[i].address)) || f.host.role != CASES[i].role)
            fail_msg("'%s': %.*s, near %.*s, role %d", CASES[i].typed, STR_ARG(id),
                     STR_ARG(f.nearest), f.host.role);
        assert_int_equal(f.nearest.n > 0, f.nearest_of != NULL);
    }
}

/* Every row fits the terminal, and has what a person needs. */
static void rows_are_told(void **state UNUSED)
{
    const struct provider *p;
    for (size_t i = 0; (p = provider_at(i)) != NULL; i++) {
        struct provider_found f;
        struct buf out;
        buf_init(&out, 65536);
        assert_true(provider_find(p->id, &f));
        assert_ptr_equal(f.provider, p);
        provider_report_text(&f, &out);
        str rest = buf_str(&out);
        assert_true(buf_ok(&out) && str_find(rest, p->page) != STR_NOT_FOUND &&
                    str_find(rest, p->day) != STR_NOT_FOUND);
        while (rest.p) {
            str one = str_cut(&rest, '\n');
            if (one.n > 78 && str_find(one, STR("http")) == STR_NOT_FOUND)
                fail_msg("%.*s: '%.*s'", STR_ARG(p->id), STR_ARG(one));
        }
        buf_done(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_find_their_provider),
        cmocka_unit_test(rows_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
