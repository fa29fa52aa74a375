/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns/whoami.h"
#include "mailauth/zone_script.h"

static struct dns_known *known;
static struct dns_whoami result;
static struct ip asker; /* what the name's own server answers */
static const char *script;
static enum dns_type has; /* the type in which it does */
static bool one_by_one;   /* answers, with the core called after each */

static void answer(struct dns_question *q, struct arena *memory)
{
    char text[IP_TEXT_MAX];
    struct dns_answer a = zone_script_answer(script, q, memory);
    struct dns_record r = { .type = q->type, .ip = asker, .data = str_from(ip_text(&asker, text)) };
    if (q->way == DNS_BY_SERVER) {
        assert_int_equal(q->at.octets[3], 53);
        a = (struct dns_answer){ .question = *q, .records = &r, .count = q->type == has };
    }
    assert_true(dns_known_put(known, &a));
}

static unsigned run(const char *zone, const char *asker_ip, enum dns_type type)
{
    struct arena memory;
    unsigned rounds = 0;
    script = zone;
    has = type;
    assert_true(ip_parse(str_from(asker_ip), &asker));
    arena_init(&memory, 1 << 20);
    known = dns_known_new(0);
    assert_non_null(known);
    for (; !dns_whoami(known, STR("who.am.i.test"), &result) && rounds < 9; rounds++) {
        struct dns_question asked[16];
        size_t n = 0;
        while (n < COUNT_OF(asked) && dns_known_next(known, &asked[n]))
            n++;
        while (n > 0) { /* the last first */
            answer(&asked[--n], &memory);
            if (one_by_one && dns_whoami(known, STR("who.am.i.test"), &result))
                break;
        }
    }
    dns_known_free(known);
    arena_done(&memory);
    return rounds;
}

static void owes(const char *ip, bool through_resolver, bool server)
{
    char text[IP_TEXT_MAX];
    assert_string_equal(ip_text(&result.ip, text), ip);
    assert_int_equal(result.through_resolver, through_resolver);
    assert_int_equal(result.server.family != IP_NONE, server);
}

static void owes_rounds(unsigned rounds, unsigned wanted)
{
    assert_true(one_by_one || rounds == wanted);
}

#define SERVED "am.i.test NS ns.test\nns.test A 192.0.2.53\nwho.am.i.test A 192.0.2.7\n"

static void the_names_own_server_is_asked(void **state UNUSED)
{
    owes_rounds(run(SERVED, "198.51.100.9", DNS_A), 3);
    owes("198.51.100.9", false, true);
    run(SERVED, "198.51.100.9", DNS_TXT);
    owes("198.51.100.9", false, true);
    run("i.test NS x.test\n" SERVED, "198.51.100.9", DNS_TXT); /* the smallest zone's */
    owes("198.51.100.9", false, true);
}

static void the_resolvers_answer_is_second_best(void **state UNUSED)
{
    owes_rounds(run("who.am.i.test A 192.0.2.7\n", "198.51.100.9", DNS_A), 1);
    owes("192.0.2.7", true, false);
    run("who.am.i.test TXT \"x\"\nwho.am.i.test TXT 2001:db8::7\n", "198.51.100.9", DNS_A);
    owes("2001:db8::7", true, false);
    run(SERVED, "198.51.100.9", DNS_MX); /* the server has no such answer */
    owes("192.0.2.7", true, true);
    run("am.i.test NS ns.test\nwho.am.i.test TXT 192.0.2.7\n", "198.51.100.9", DNS_A);
    owes("192.0.2.7", true, false);
}

static void what_cannot_be_told(void **state UNUSED)
{
    run("", "198.51.100.9", DNS_A);
    owes("", false, false);
    run("who.am.i.test SERVFAIL\n", "198.51.100.9", DNS_A);
    owes("", false, false);
    run("who.am.i.test TXT your address is 192.0.2.7\n", "198.51.100.9", DNS_A);
    owes("", false, false);
}

static void one_answer_at_a_time(void **state)
{
    one_by_one = true;
    the_names_own_server_is_asked(state);
    the_resolvers_answer_is_second_best(state);
    what_cannot_be_told(state);
    one_by_one = false;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_names_own_server_is_asked),
        cmocka_unit_test(the_resolvers_answer_is_second_best),
        cmocka_unit_test(what_cannot_be_told),
        cmocka_unit_test(one_answer_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
