/* SPDX-License-Identifier: ISC */
#include "relay/metrics.h"
#include "relay/relay.h"
#include "relay/smarthosts.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* After the others: */
#include <cmocka.h>

enum { TEXT_MAX = 1 << 16 };

static struct relay_worker workers[2];
static struct relay the_relay = { .workers = workers,
                                  .worker_count = 2,
                                  .started_ms = 1700000000123 };

static const char *text(struct buf *b)
{
    buf_init(b, TEXT_MAX);
    assert_true(relay_metrics_text(&the_relay, b));
    assert_true(buf_addc(b, 0));
    return b->p;
}

static void has(const char *all, const char *line)
{
    char with_ends[200];
    snprintf(with_ends, sizeof with_ends, "\n%s\n", line);
    if (!strstr(all, with_ends))
        fail_msg("no line '%s' in:\n%s", line, all);
}

static void counters_are_summed(void **state UNUSED)
{
    struct buf b;
    relay_count(&workers[0].counters, RELAY_MESSAGES, 3);
    relay_count(&workers[1].counters, RELAY_MESSAGES, 4);
    relay_count(&workers[1].counters, RELAY_OCTETS_IN, UINT64_C(5000000000));
    atomic_fetch_add(&workers[0].counters.sessions, 2);
    atomic_fetch_sub(&workers[1].counters.sessions, 1);
    const char *all = text(&b);
    has(all, "baton_messages_kept_total 7");
    has(all, "baton_message_octets_total 5000000000");
    has(all, "baton_bounces_total 0");
    has(all, "baton_sessions 1");
    has(all, "baton_start_time_seconds 1700000000.123");
    has(all, "baton_log_lines_dropped_total 0");
    buf_done(&b);
}

static void times_fall_into_buckets(void **state UNUSED)
{
    struct buf b;
    static const uint64_t TIMES[] = { 0, 16, 17, 32, 33, 15000, UINT64_C(200000000) };
    for (size_t i = 0; i < COUNT_OF(TIMES); i++)
        relay_counters_data(&workers[i % 2].counters, TIMES[i]);
    const char *all = text(&b);
    has(all, "baton_data_answer_seconds_bucket{le=\"0.000016\"} 2");
    has(all, "baton_data_answer_seconds_bucket{le=\"0.000032\"} 4");
    has(all, "baton_data_answer_seconds_bucket{le=\"0.000064\"} 5");
    has(all, "baton_data_answer_seconds_bucket{le=\"0.008192\"} 5");
    has(all, "baton_data_answer_seconds_bucket{le=\"0.016384\"} 6");
    has(all, "baton_data_answer_seconds_bucket{le=\"67.108864\"} 6");
    has(all, "baton_data_answer_seconds_bucket{le=\"+Inf\"} 7");
    has(all, "baton_data_answer_seconds_count 7");
    has(all, "baton_data_answer_seconds_sum 200.015098");
    buf_done(&b);
}

/* What a reader of the form insists on: HELP and TYPE once, before the samples of that name; names of its letters; a
 * counter ends in _total; each sample once; a number at the end. */
static void the_form_is_right(void **state UNUSED)
{
    struct buf b;
    struct err e;
    static const struct site_route ROUTES[] = {
        { .name = STR_INIT("a \"b\""),
          .smarthosts = { { STR_INIT("x.example"), 25, SITE_AUTO } },
          .smarthost_count = 1 },
        { .name = STR_INIT("c"),
          .smarthosts = { { STR_INIT("x.example"), 25, SITE_AUTO } },
          .smarthost_count = 1 },
    };
    const struct site site = { .routes = ROUTES, .route_count = COUNT_OF(ROUTES) };
    the_relay.smarthosts = relay_smarthosts_new(&e);
    assert_non_null(the_relay.smarthosts);
    relay_smarthosts_are(the_relay.smarthosts, &site);
    char *all = strdup(text(&b));
    assert_non_null(strstr(all, "\nbaton_smarthost_breaker{"));
    char family[128] = "", type[32] = "", seen[TEXT_MAX] = "\n";
    assert_non_null(all);
    for (char *line = strtok(all, "\n"); line; line = strtok(NULL, "\n")) {
        char name[128], help_of[128], sample[256];
        if (sscanf(line, "# HELP %127s", help_of) == 1) {
            snprintf(family, sizeof family, "%s", help_of);
            snprintf(sample, sizeof sample, "\n# %s\n", family);
            assert_null(strstr(seen, sample));
            strncat(seen, sample + 1, sizeof seen - strlen(seen) - 1);
            type[0] = 0;
            continue;
        }
        if (sscanf(line, "# TYPE %127s %31s", name, type) == 2) {
            assert_string_equal(name, family);
            assert_true(!strcmp(type, "counter") || !strcmp(type, "gauge") ||
                        !strcmp(type, "histogram"));
            if (strcmp(type, "counter") == 0)
                assert_string_equal(name + strlen(name) - 6, "_total");
            continue;
        }
        size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyz_");
        assert_true(n >= strlen(family) && memcmp(line, family, strlen(family)) == 0);
        assert_true(n == strlen(family) || strcmp(type, "histogram") == 0);
        assert_true(line[n] == ' ' || line[n] == '{');
        const char *value = strrchr(line, ' ');
        snprintf(sample, sizeof sample, "\n%.*s\n", (int)(value - line), line);
        assert_null(strstr(seen, sample));
        strncat(seen, sample + 1, sizeof seen - strlen(seen) - 1);
        char *end;
        strtod(value + 1, &end);
        assert_true(*end == 0 && value[1]);
    }
    free(all);
    buf_done(&b);
    relay_smarthosts_free(the_relay.smarthosts);
    the_relay.smarthosts = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_are_summed),
        cmocka_unit_test(times_fall_into_buckets),
        cmocka_unit_test(the_form_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
