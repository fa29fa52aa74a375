/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "settings/providers.h"

static const char *id_of(const struct provider *p)
{
    return p ? p->id.p : "none";
}

static const struct {
    const struct provider *(*find)(str name);
    const char *name, *id;
} FOUND[] = {
    { provider_of_domain, "gmail.com", "gmail" },
    { provider_of_domain, "GoogleMail.com", "gmail" },
    { provider_of_domain, "mail.gmail.com", "none" },
    { provider_of_domain, "notgmail.com", "none" },
    { provider_of_domain, "", "none" },
    { provider_of_mx, "aspmx.l.google.com", "gmail" },
    { provider_of_mx, "notgoogle.com", "none" },
    { provider_of_mx, "google.com.evil.example", "none" },
    { provider_of_mx, "corp-example.mail.protection.outlook.com", "microsoft365" },
    { provider_of_mx, "outlook-com.olc.protection.outlook.com", "outlook.com" },
    { provider_of_mx, "corp-example.a-v1.mx.microsoft", "microsoft365" },
    { provider_of_mx, "www123.your-server.de", "hetzner" },
    { provider_of_mx, "static.4.3.2.192.clients.your-server.de", "none" },
    { provider_of_mx, "smtp.europe.secureserver.net", "godaddy" },
    { provider_of_mx, "4.2.0.192.host.secureserver.net", "none" },
    { provider_of_mx, "mx1.mail.ovh.net", "ovh" },
    { provider_of_mx, "ex5.mail.ovh.net", "none" }, /* Exchange: a server of its own */
    { provider_of_mx, "mx00.gmx.net", "none" },     /* of two services with different servers */
    { provider_of_mx, "", "none" },
    { provider_of_network, "p5b0c1d2e.dip0.t-ipconnect.de", "t-online" },
    { provider_of_network, "mail.example", "none" },
    { provider_of_host, "SMTP.gmail.com", "gmail" },
    { provider_of_host, "smtp.protonmail.ch", "proton" },
    { provider_of_host, "email-smtp.eu-west-1.amazonaws.com", "amazon-ses" },
    { provider_of_host, "evil.amazonaws.com", "none" },
    { provider_of_host, "gmail.com", "none" },
    { provider_of_host, "", "none" },
};

static void names_find_their_rows(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(FOUND); i++)
        if (strcmp(id_of(FOUND[i].find(str_from(FOUND[i].name))), FOUND[i].id) != 0)
            fail_msg("'%s' is %s's, not %s's", FOUND[i].name,
                     id_of(FOUND[i].find(str_from(FOUND[i].name))), FOUND[i].id);
}

static void users_follow_the_form(void **state UNUSED)
{
    str anna = STR("anna@web.de");
    assert_true(str_eq(provider_user(provider_of_domain(STR("gmail.com")), anna), anna));
    assert_true(str_eq(provider_user(provider_of_domain(STR("web.de")), anna), STR("anna")));
    assert_true(
        str_eq(provider_user(provider_of_host(STR("smtp.sendgrid.net")), anna), STR("apikey")));
    assert_int_equal(provider_user(provider_of_host(STR("smtp.mailgun.org")), anna).n, 0);
    assert_int_equal(provider_user(provider_of_domain(STR("tuta.com")), anna).n, 0);
}

static bool is_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]) && !memchr(".-_", s.p[i], 3))
            return false;
    return s.n > 3 && str_find_octet(s, '.') != STR_NOT_FOUND && s.p[0] != '.' &&
           s.p[s.n - 1] != '.';
}

/* Every word of a list is a name that no other row has in the same list. */
static void check_list(const struct provider *p, str list, const struct provider *(*find)(str))
{
    for (str rest = list; rest.p;) {
        str word = str_cut(&rest, ' ');
        if (!is_name(word) || find(word) != p)
            fail_msg("%s: '%.*s' is no name, or another row's", p->id.p, STR_ARG(word));
    }
}

static bool is_day(str day)
{
    for (size_t i = 0; i < day.n; i++)
        if (i == 4 || i == 7 ? day.p[i] != '-' : !is_digit(day.p[i]))
            return false;
    return day.n == 10;
}

static bool has_limits(const struct provider_limits *l)
{
    return l->minute.n || l->hour.n || l->day.n || l->recipients.n || l->size.n;
}

static void rows_are_whole(void **state UNUSED)
{
    size_t count = 0;
    for (const struct provider *p; (p = provider_at(count)) != NULL; count++) {
        assert_true(p->id.n && p->title.n && p->source.n);
        assert_int_equal(p->day.n, strlen("2026-11-26"));
        assert_true(is_day(p->day));
        assert_true(p->domains.n || p->mx.n || p->networks.n || p->host.n || p->others.n);
        assert_true(str_starts(p->page, STR("https://")) && p->page_for.n);
        assert_int_equal(p->since.n > 0, p->since_said.n > 0);
        assert_true(!p->since.n ||
                    (p->since.n >= 7 && is_digit(p->since.p[0]) && p->since.p[4] == '-'));
        assert_int_equal(has_limits(&p->limits), p->limits.source.n > 0);
        assert_ptr_equal(provider_named(p->id), p); /* so no id stands twice */
        assert_true(!p->host.n || (is_name(p->host) && p->doors[0].port && p->mechanisms.n));
        assert_true(p->password != PROVIDER_NO_SMTP || !p->host.n);
        assert_int_equal(p->password == PROVIDER_NO_SMTP, p->mechanisms.n == 0);
        assert_true((p->user == PROVIDER_USER_FIXED) == (p->fixed_user.n > 0));
        assert_true(!p->spf.n || is_name(p->spf));
        assert_true(names_of(&PROVIDER_PASSWORD_NAMES, (int)p->password).n);
        check_list(p, p->domains, provider_of_domain);
        check_list(p, p->mx, provider_of_mx);
        check_list(p, p->networks, provider_of_network);
        check_list(p, p->others, provider_of_host);
        for (size_t i = 0; i < PROVIDER_DOORS && p->doors[i].port; i++)
            assert_int_equal(p->doors[i].security,
                             p->doors[i].port == 465 ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS);
    }
    assert_true(count >= 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_find_their_rows),
        cmocka_unit_test(users_follow_the_form),
        cmocka_unit_test(rows_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
