/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/file.h"

static bool read_site(const char *text, struct arena *a, struct site *out, struct err *e)
{
    struct conf_file file;
    arena_init(a, 1 << 20);
    return conf_read(STR("rules"), str_from(text), &POLICY_FILE_SCHEMA, a, &file, e) &&
           site_read(&file, a, out, e);
}

static void limits_have_the_values_of_before(void **state UNUSED)
{
    struct arena a;
    struct site s;
    struct err e;
    assert_true(read_site("", &a, &s, &e));
    assert_int_equal(s.client_failures.count, 10);
    assert_int_equal(s.client_failures.in_s, 300);
    assert_int_equal(s.login_failures.count, 30);
    assert_int_equal(s.login_failures.in_s, 600);
    assert_int_equal(s.errors_max, 10);
    assert_int_equal(s.idle_s, 300);
    assert_int_equal(s.data_s, 600);
    assert_int_equal(s.allow_s, 86400);
    arena_done(&a);
}

static void limits_are_said(void **state UNUSED)
{
    struct arena a;
    struct site s;
    struct err e;
    assert_true(read_site("login-failures-per-client = \"3/1h\"\n"
                          "login-failures-per-login = \"10000/1d\"\n"
                          "errors = 3  idle = \"10s\"  data-time = \"6h\"\n"
                          "allow-longest = \"30d\"\n",
                          &a, &s, &e));
    assert_int_equal(s.client_failures.count, 3);
    assert_int_equal(s.client_failures.in_s, 3600);
    assert_int_equal(s.login_failures.count, 10000);
    assert_int_equal(s.login_failures.in_s, 86400);
    assert_int_equal(s.errors_max, 3);
    assert_int_equal(s.idle_s, 10);
    assert_int_equal(s.data_s, 21600);
    assert_int_equal(s.allow_s, 30 * 86400);
    arena_done(&a);
}

/* File, line, and what to write. */
static const struct {
    const char *text, *place, *remedy;
} WRONG[] = {
    { "\nidle = \"9s\"", "rules:2:", "from 10s to 1h; write it as \"10s\"" },
    { "idle = \"2h\"", "rules:1:", "write it as \"3600s\"" },
    { "idle = \"soon\"", "rules:1:", "this is no time" },
    { "data-time = \"59s\"", "rules:1:", "from 1m to 6h" },
    { "\n\nallow-longest = \"31d\"", "rules:3:", "from 1m to 30d" },
    { "message-size = \"0\"", "rules:1:16:", "begins at \"64K\"" },
    { "message-size = \"65535\"", "rules:1:16:", "begins at \"64K\"" },
    { "message-size = \"50MB\"", "rules:1:16:", "no number of octets" },
    { "hostname = \"the relay\"", "rules:1:12:", "this is no host name" },
    { "hostname = \"$myhostname\"", "rules:1:12:", "nothing is expanded" },
    { "errors = 0", "rules:1:", "from 1 to 1000" },
    { "errors = 1001", "rules:1:", "from 1 to 1000" },
    { "login-failures-per-client = \"0/5m\"", "rules:1:", "write it as \"10/5m\"" },
    { "login-failures-per-client = \"10\"", "rules:1:", "write it as \"10/5m\"" },
    { "login-failures-per-login = \"10/2d\"", "rules:1:", "write it as \"30/10m\"" },
    { "login-failures-per-login = \"10001/5m\"", "rules:1:", "from 1 to 10000" },
    { "login-failures-per-login = \"5/0s\"", "rules:1:", "from 1s to 1d" },
    { "login-failures-per-login = \"five/5m\"", "rules:1:", "write it as" },
    { "listen \"a\" { port = 25 }\nlisten \"b\" { port = 25 }",
      "rules:2:21:", "listen \"a\" of line 1 has this port already" },
    { "listen \"a\" { port = 25  address = \"192.0.2.1\" }\nlisten \"b\" { port = 25 }",
      "rules:2:21:", "this port already" },
    { "listen \"a\" { port = 25  address = {\"192.0.2.1\", \"::1\"} }\n"
      "listen \"b\" { port = 25  address = {\"192.0.2.2\", \"::1\"} }",
      "rules:2:21:", "this port already" },
    { "route \"a\" { smarthost = \"x.example\" }\nroute \"b\" { smarthost = \"y.example\" }",
      "rules:2:1:", "route \"a\" of line 1 takes the mail of all domains already" },
    { "route \"a\" { smarthost = \"x.example\"  recipient-domain = \"z.example\" }\n"
      "route \"b\" { smarthost = \"y.example\"  recipient-domain = {\"w.example\", \"Z.example\"} "
      "}",
      "rules:2:71:", "by route \"a\" of line 1 already" },
    { "route \"a\" { smarthost = \"x.example\"  recipient-domain = \"@z.example\" }",
      "rules:1:", "no domain" },
    { "rewrite \"r\" { from = \"scanner\" }", "rules:1:22:", "no address" },
    { "rewrite \"r\" { from = \"@corp.example\" }", "rules:1:22:", "no address" },
};

static void what_is_out_of_range_is_named(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        struct arena a;
        struct site s;
        struct err e = { .kind = ERR_NONE };
        if (read_site(WRONG[i].text, &a, &s, &e) || !strstr(e.why, WRONG[i].place) ||
            !strstr(e.why, WRONG[i].remedy))
            fail_msg("%s: %s", WRONG[i].text, e.why);
        arena_done(&a);
    }
}

static void what_only_looks_alike_is_taken(void **state UNUSED)
{
    struct arena a;
    struct site s;
    struct err e;
    assert_true(
        read_site("listen \"a\" { port = 25  address = \"192.0.2.1\" }\n"
                  "listen \"b\" { port = 25  address = {\"192.0.2.2\", \"2001:db8::1\"} }\n"
                  "listen \"c\" { port = 26 }\n"
                  "route \"p\" { smarthost = \"x.example\"  login = \"p\"  security = starttls }\n"
                  "route \"q\" { smarthost = \"y.example\"  security = none  recipient-domain = "
                  "\"z.example\" }\n"
                  "rewrite \"r\" { from = \"scan@corp.example\" }\n",
                  &a, &s, &e));
    arena_done(&a);
}

static const char *route_of(const struct site *s, const char *domain)
{
    static char name[20];
    const struct site_route *r = site_route_for(s, str_from(domain));
    name[0] = 0;
    if (r)
        snprintf(name, sizeof name, "%.*s", STR_ARG(r->name));
    return name;
}

/* Not the order of the file decides, but who names most of the domain. */
static void the_route_that_names_most_is_taken(void **state UNUSED)
{
    struct arena a;
    struct site s;
    struct err e;
    assert_true(read_site(
        "route \"rest\" { smarthost = \"a.example\" }\n"
        "route \"below\" { smarthost = \"b.example\"  recipient-domain = {\"*.corp.example\", "
        "\"x.example\"} }\n"
        "route \"deep\" { smarthost = \"c.example\"  recipient-domain = \"*.lab.Corp.example\" }\n"
        "route \"one\" { smarthost = \"d.example\"  recipient-domain = \"mx.lab.corp.example\" }\n",
        &a, &s, &e));
    assert_string_equal(route_of(&s, "elsewhere.example"), "rest");
    assert_string_equal(route_of(&s, ""), "rest");
    assert_string_equal(route_of(&s, "corp.example"), "rest");
    assert_string_equal(route_of(&s, "notcorp.example"), "rest");
    assert_string_equal(route_of(&s, "X.example"), "below");
    assert_string_equal(route_of(&s, "lab.corp.example"), "below");
    assert_string_equal(route_of(&s, "a.lab.CORP.example"), "deep");
    assert_string_equal(route_of(&s, "mx.lab.corp.example"), "one");
    s.routes++; /* without one for the rest */
    s.route_count--;
    assert_string_equal(route_of(&s, "elsewhere.example"), "");
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(limits_have_the_values_of_before),
        cmocka_unit_test(limits_are_said),
        cmocka_unit_test(what_is_out_of_range_is_named),
        cmocka_unit_test(what_only_looks_alike_is_taken),
        cmocka_unit_test(the_route_that_names_most_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
