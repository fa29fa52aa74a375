/* SPDX-License-Identifier: ISC */
#include "relay/smarthosts.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* After the others: */
#include <cmocka.h>

enum { TEXT_MAX = 16 << 20 };

static struct relay_smarthosts *fresh(void)
{
    struct err e;
    struct relay_smarthosts *all = relay_smarthosts_new(&e);
    assert_non_null(all);
    return all;
}

static struct site_route route(str name, size_t count, str host)
{
    struct site_route r = { .name = name, .smarthost_count = count };
    for (size_t i = 0; i < count; i++)
        r.smarthosts[i] = (struct site_smarthost){ host, (uint16_t)(587 + i), SITE_AUTO };
    return r;
}

static char *text(struct relay_smarthosts *all)
{
    struct buf b;
    buf_init(&b, TEXT_MAX);
    relay_smarthosts_text(all, &b);
    assert_true(buf_addc(&b, 0));
    char *copy = strdup(b.p);
    buf_done(&b);
    return copy;
}

static bool says(struct relay_smarthosts *all, const char *line)
{
    char with_ends[4096], *now = text(all);
    snprintf(with_ends, sizeof with_ends, "\n%s\n", line);
    bool found = strstr(now, with_ends) != NULL;
    if (!found)
        print_message("no line '%s' in:\n%.2000s", line, now);
    free(now);
    return found;
}

static size_t shown(struct relay_smarthosts *all, const char *name)
{
    char begin[100], *now = text(all);
    size_t n = 0;
    snprintf(begin, sizeof begin, "\nbaton_smarthost_%s{", name);
    for (const char *at = now; (at = strstr(at, begin)); at++)
        n++;
    free(now);
    return n;
}

static void each_has_its_own_numbers(void **state UNUSED)
{
    struct relay_smarthosts *all = fresh();
    const struct site_route routes[] = { route(STR("a"), 2, STR("smtp.example")),
                                         route(STR("b"), 1, STR("smtp.example")) };
    const struct site s = { .routes = routes, .route_count = 2 };
    relay_smarthosts_are(all, &s);
    assert_int_equal(shown(all, "recipients_tried_total"), 3); /* before anything is counted */
    struct relay_smarthost *one = relay_smarthosts_hold(all, &routes[0], &routes[0].smarthosts[1]);
    struct relay_smarthost *two = relay_smarthosts_hold(all, &routes[1], &routes[1].smarthosts[0]);
    relay_smarthost_count(one, RELAY_SMARTHOST_TRIED, 5);
    relay_smarthost_count(one, RELAY_SMARTHOST_ACCEPTED, 4);
    relay_smarthost_count(two, RELAY_SMARTHOST_UNREACHABLE, 2);
    relay_smarthost_connections(one, 1);
    relay_smarthost_connections(one, 1);
    relay_smarthost_connections(one, -1);
    relay_smarthost_breaker(two, 2);
#define A1 "{route=\"a\",smarthost=\"smtp.example:588\"} "
#define B  "{route=\"b\",smarthost=\"smtp.example:587\"} "
    assert_true(says(all, "baton_smarthost_recipients_tried_total" A1 "5"));
    assert_true(says(all, "baton_smarthost_recipients_tried_total" B "0"));
    assert_true(says(all, "baton_smarthost_recipients_accepted_total" A1 "4"));
    assert_true(says(all, "baton_smarthost_recipients_put_off_total" A1 "0"));
    assert_true(says(all, "baton_smarthost_recipients_refused_total" A1 "0"));
    assert_true(says(all, "baton_smarthost_unreachable_total" B "2"));
    assert_true(says(all, "baton_smarthost_connections" A1 "1"));
    assert_true(says(all, "baton_smarthost_breaker" A1 "0"));
    assert_true(says(all, "baton_smarthost_breaker" B "2"));
    relay_smarthosts_drop(all, one);
    relay_smarthosts_drop(all, two);
    relay_smarthosts_free(all);
}

/* Whatever a rule file calls its route: a line is one sample, and a label ends where it should. */
static void names_are_escaped(void **state UNUSED)
{
    struct relay_smarthosts *all = fresh();
    const struct site_route routes[] = { route(STR("q\"} 1\nx \\ \x1b[0m"), 1, STR("h.example")) };
    const struct site s = { .routes = routes, .route_count = 1 };
    relay_smarthosts_are(all, &s);
    assert_true(says(all, "baton_smarthost_breaker{route=\"q\\\"} 1\\\\x0Ax \\\\ \\\\x1B[0m\","
                          "smarthost=\"h.example:587\"} 0"));
    relay_smarthosts_free(all);
}

static void the_longest_names_fit(void **state UNUSED)
{
    char name[400];
    memset(name, '\x01', sizeof name);
    struct relay_smarthosts *all = fresh();
    const str longest = { name, sizeof name };
    const struct site_route routes[] = { route(longest, 1, longest) };
    const struct site s = { .routes = routes, .route_count = 1 };
    relay_smarthosts_are(all, &s);
    char *now = text(all);
    assert_non_null(strstr(now, "\\\\x01:587\"} 0\n"));
    free(now);
    relay_smarthosts_free(all);
}

static void a_reload_shows_those_of_the_new_file(void **state UNUSED)
{
    struct relay_smarthosts *all = fresh();
    const struct site_route before[] = { route(STR("a"), 2, STR("old.example")) };
    const struct site_route after[] = { route(STR("a"), 1, STR("new.example")) };
    const struct site was = { .routes = before, .route_count = 1 };
    const struct site is = { .routes = after, .route_count = 1 };
    relay_smarthosts_are(all, &was);
    struct relay_smarthost *one = relay_smarthosts_hold(all, &before[0], &before[0].smarthosts[0]);
    relay_smarthost_count(one, RELAY_SMARTHOST_TRIED, 7);
    relay_smarthosts_are(all, &is);
    assert_int_equal(shown(all, "breaker"), 1);
    assert_true(says(all, "baton_smarthost_breaker{route=\"a\",smarthost=\"new.example:587\"} 0"));
    relay_smarthosts_are(all, &was); /* its connections have not ended: it goes on where it was */
    assert_true(says(
        all,
        "baton_smarthost_recipients_tried_total{route=\"a\",smarthost=\"old.example:587\"} 7"));
    relay_smarthosts_drop(all, one);
    assert_true(says(
        all,
        "baton_smarthost_recipients_tried_total{route=\"a\",smarthost=\"old.example:587\"} 7"));
    relay_smarthosts_are(all, &is);
    relay_smarthosts_are(all, &was);
    assert_true(says(
        all,
        "baton_smarthost_recipients_tried_total{route=\"a\",smarthost=\"old.example:587\"} 0"));
    relay_smarthosts_free(all);
}

static void they_are_bounded(void **state UNUSED)
{
    enum { ROUTES = RELAY_SMARTHOSTS_MAX / SITE_SMARTHOSTS + 2 };
    static struct site_route routes[ROUTES];
    static char names[ROUTES][8];
    struct relay_smarthosts *all = fresh();
    for (size_t i = 0; i < ROUTES; i++) {
        snprintf(names[i], sizeof names[i], "r%zu", i);
        routes[i] = route(str_from(names[i]), SITE_SMARTHOSTS, STR("h.example"));
    }
    const struct site s = { .routes = routes, .route_count = ROUTES };
    relay_smarthosts_are(all, &s);
    assert_int_equal(shown(all, "breaker"), RELAY_SMARTHOSTS_MAX);
    struct relay_smarthost *beyond = relay_smarthosts_hold(all, &routes[ROUTES - 1],
                                                           &routes[ROUTES - 1].smarthosts[0]);
    relay_smarthost_count(beyond, RELAY_SMARTHOST_TRIED, 12345);
    char *now = text(all);
    assert_null(strstr(now, "12345"));
    free(now);
    relay_smarthosts_drop(all, beyond);
    const struct site none = { .route_count = 0 };
    relay_smarthosts_are(all, &none);
    assert_int_equal(shown(all, "breaker"), 0);
    relay_smarthosts_free(all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_has_its_own_numbers),
        cmocka_unit_test(names_are_escaped),
        cmocka_unit_test(the_longest_names_fit),
        cmocka_unit_test(a_reload_shows_those_of_the_new_file),
        cmocka_unit_test(they_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
