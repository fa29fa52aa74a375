/* SPDX-License-Identifier: ISC */
#include "relay/handed.h"
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
/* After the others: */
#include <cmocka.h>

/* Two listeners: "a" at any address, port 25; "b" at two addresses, port 587. */
static struct site_listener listeners[2] = {
    { .name = STR_INIT("a"), .port = 25 },
    { .name = STR_INIT("b"), .port = 587, .address_count = 2 },
};
static const struct site SITE = { .listeners = listeners, .listener_count = 2 };

static const struct {
    const char *what;
    struct {
        const char *name, *address;
        uint16_t port;
    } sockets[3];
    const char *error;
} CASES[] = {
    { "none", { { 0 } }, NULL },
    { "one at any", { { "a", "::", 25 } }, NULL },
    { "one at an address, where any would do", { { "a", "192.0.2.9", 25 } }, NULL },
    { "both addresses", { { "b", "192.0.2.1", 587 }, { "b", "2001:db8::1", 587 } }, NULL },
    { "all",
      { { "a", "0.0.0.0", 25 }, { "b", "2001:db8::1", 587 }, { "b", "192.0.2.1", 587 } },
      NULL },
    { "another port",
      { { "a", "::", 2525 } },
      "as \"a\" listens at :: port 2525, and listener \"a\" says otherwise" },
    { "another address",
      { { "b", "192.0.2.1", 587 }, { "b", "2001:db8::1", 587 }, { "b", "192.0.2.7", 587 } },
      "listens at 192.0.2.7 port 587" },
    { "wider than the file", { { "b", "0.0.0.0", 587 } }, "listens at 0.0.0.0 port 587" },
    { "one address is missing",
      { { "b", "192.0.2.1", 587 } },
      "no socket at 2001:db8::1 is handed over for listener \"b\"" },
    { "its address is handed for another listener",
      { { "b", "192.0.2.1", 587 }, { "a", "2001:db8::1", 25 } },
      "no socket at 2001:db8::1 is handed over for listener \"b\"" },
    { "of another name",
      { { "baton-relay.socket", "::", 25 } },
      "as \"baton-relay.socket\", and no listener has that name: say FileDescriptorName= in its "
      ".socket unit, one of: a, b" },
};

static void all_cases(void **state UNUSED)
{
    assert_true(ip_parse(STR("192.0.2.1"), &listeners[1].addresses[0]));
    assert_true(ip_parse(STR("2001:db8::1"), &listeners[1].addresses[1]));
    for (size_t n = 0; n < COUNT_OF(CASES); n++) {
        struct net_handed h = { .count = 0 };
        struct err e = { 0 };
        for (; h.count < 3 && CASES[n].sockets[h.count].name; h.count++) {
            struct net_handed_socket *s = &h.sockets[h.count];
            s->name = str_from(CASES[n].sockets[h.count].name);
            s->port = CASES[n].sockets[h.count].port;
            assert_true(ip_parse(str_from(CASES[n].sockets[h.count].address), &s->address));
        }
        bool ok = relay_handed_check(&h, &SITE, &e);
        if (ok != !CASES[n].error || (!ok && !strstr(e.why, CASES[n].error)))
            fail_msg("%s: %s", CASES[n].what, ok ? "taken" : e.why);
    }
    assert_true(relay_handed_check(NULL, &SITE, &(struct err){ 0 }));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(all_cases) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
