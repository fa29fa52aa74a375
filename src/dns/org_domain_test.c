/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns/org_domain.h"
#include <string.h>

/* A list of three: "com", "co.uk", "platform.com". It is given names in lower case, without a last dot. */
static enum dns_suffix_answer look(const char *name, size_t *at)
{
    static const char *const SUFFIXES[] = { "platform.com", "co.uk", "com", "uk" };
    size_t n = strlen(name);
    assert_true(n && name[n - 1] != '.');
    for (size_t i = 0; i < n; i++)
        assert_int_equal(name[i], to_lower(name[i]));
    for (size_t i = 0; i < COUNT_OF(SUFFIXES); i++) {
        size_t m = strlen(SUFFIXES[i]);
        if (n < m || strcmp(name + n - m, SUFFIXES[i]) != 0 || (n > m && name[n - m - 1] != '.'))
            continue;
        if (n == m)
            return DNS_PUBLIC_SUFFIX;
        for (*at = n - m - 1; *at > 0 && name[*at - 1] != '.';)
            --*at;
        return DNS_REGISTRABLE;
    }
    return DNS_PUBLIC_SUFFIX;
}
static const struct dns_suffixes LIST = { look };

static enum dns_suffix_answer no_list(const char *name UNUSED, size_t *at UNUSED)
{
    return DNS_NO_LIST;
}
static const struct dns_suffixes ABSENT = { no_list };

static void the_registrable_part(void **state UNUSED)
{
    static const struct {
        const char *domain, *listed, *guessed;
    } CASES[] = {
        { "example.com", "example.com", "example.com" },
        { "Mail.Example.COM", "Example.COM", "Example.COM" },
        { "a.b.example.com.", "example.com", "example.com" },
        { "shop.example.co.uk", "example.co.uk", "example.co.uk" },
        { "a.user.platform.com", "user.platform.com", "platform.com" },
        { "a.b.co.com", "co.com", "co.com" }, /* "co" means this below a country's domain only */
        { "*.mail.example.com", "example.com", "example.com" },
        /* public suffixes have none */
        { "com", "", "" },
        { "co.uk", "", "" },
        { "CO.UK.", "", "" },
        { "platform.com", "", "platform.com" },
        /* no domain names */
        { "", "", "" },
        { ".", "", "" },
        { "a..com", "", "" },
        { ".example.com", "", "" },
        { "example.com..", "", "" },
        { "192.0.2.1", "", "" },
        { "[192.0.2.1]", "", "" },
        { "2001:db8::1", "", "" },
        { "some words.com", "", "" },
        { "user@example.com", "", "" },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str domain = str_from(CASES[i].domain);
        str listed = dns_org_domain(domain, &LIST);
        if (!str_eq(listed, str_from(CASES[i].listed)))
            fail_msg("%s: by the list '%.*s'", CASES[i].domain, STR_ARG(listed));
        assert_true(!listed.n || (listed.p >= domain.p && listed.p < domain.p + domain.n));
        str guess = dns_org_domain(domain, NULL);
        if (!str_eq(guess, str_from(CASES[i].guessed)))
            fail_msg("%s: without a list '%.*s'", CASES[i].domain, STR_ARG(guess));
        assert_true(str_eq(guess, dns_org_domain(domain, &ABSENT)));
    }
}

static void too_long_for_a_name(void **state UNUSED)
{
    char name[300];
    memset(name, 'a', sizeof name);
    memcpy(name + sizeof name - 4, ".com", 4);
    assert_int_equal(dns_org_domain((str){ name, sizeof name }, &LIST).n, 0);
    assert_int_equal(dns_org_domain((str){ name + 300 - 255, 255 }, &LIST).n, 255);
}

static void one_organisation_or_two(void **state UNUSED)
{
    static const struct {
        const char *a, *b;
        bool same, differs;
    } CASES[] = {
        { "mail.example.com", "EXAMPLE.com.", true, false },
        { "example.com", "example.co.uk", false, true },
        { "a.co.uk", "b.co.uk", false, true },
        /* what has none is like nothing, and unlike nothing */
        { "co.uk", "co.uk", false, false },
        { "example.co.uk", "co.uk", false, false },
        { "", "", false, false },
        { "localhost", "example.com", false, false },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str a = str_from(CASES[i].a), b = str_from(CASES[i].b);
        if (dns_org_same(a, b, &LIST) != CASES[i].same ||
            dns_org_differs(a, b, &LIST) != CASES[i].differs)
            fail_msg("'%s' and '%s'", CASES[i].a, CASES[i].b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_registrable_part),
        cmocka_unit_test(too_long_for_a_name),
        cmocka_unit_test(one_organisation_or_two),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
