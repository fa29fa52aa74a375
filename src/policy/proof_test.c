/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "policy/policy_kit.h"
#include "policy/proof.h"

static const struct {
    const char *text;
    const char *open; /* the permit; NULL: closed */
} CASES[] = {
    { "permit \"a\" { authenticated = true }", NULL },
    { "permit \"a\" { login = \"x\" }", NULL },
    { "permit \"a\" { network = \"192.168.0.0/16\" }", NULL },
    { "permit \"a\" { network = {\"10.0.0.0/8\", \"fd00::/8\"} }", NULL },
    { "permit \"a\" { network = \"192.0.2.0/24\" }", NULL },
    { "permit \"a\" { network = \"192.0.0.0/16\" }", NULL },
    { "permit \"a\" { network = \"192.0.0.0/15\" }", "a" },
    { "permit \"a\" { network = \"0.0.0.0/0\" }", "a" },
    { "permit \"a\" { network = \"::/0\" }", "a" },
    { "permit \"a\" { network = {\"192.0.2.0/24\", \"2000::/3\"} }", "a" },
    { "permit \"a\" { network = \"0.0.0.0/0\" authenticated = true }", NULL },
    { "permit \"a\" { recipient-domain = \"corp.example\" }", NULL },
    { "permit \"a\" { recipient-domain = \"corp.example\" unless-spf = fail }", NULL },
    { "permit \"a\" { unless-spf = fail }", "a" },
    { "permit \"a\" { unless-listed = \"zen.example\" }", "a" },
    { "permit \"a\" { rate = \"1/d\" }", "a" },
    { "permit \"a\" { tls = true }", "a" },
    { "permit \"a\" { sender = \"@corp.example\" }", "a" },
    { "permit \"a\" { sender = \"anna@corp.example\" }", "a" },
    { "permit \"a\" { sender = owned }", NULL }, /* nobody who has no login owns anything */
    { "permit \"a\" { listener = \"submission\" }", "a" },
    { "permit \"a\" { listener = \"inside\" }", NULL },
    { "permit \"a\" { pop-window = true }", NULL },
    { "permit \"a\" { tls = true } forbid \"b\" { authenticated = false }", NULL },
    { "permit \"a\" { tls = true } forbid \"b\" { tls = true }", NULL },
    { "permit \"a\" { tls = true } forbid \"b\" { network = \"0.0.0.0/0\" }", "a" }, /* by IPv6 */
    { "permit \"a\" { tls = true } forbid \"b\" { network = {\"0.0.0.0/0\", \"::/0\"} }", NULL },
    { "permit \"a\" { tls = true } forbid \"b\" { network = {\"0.0.0.0/1\", \"128.0.0.0/1\", "
      "\"::/0\"} }",
      NULL },
    { "permit \"a\" { tls = true } forbid \"b\" { network = {\"0.0.0.0/1\", \"128.0.0.0/2\", "
      "\"::/0\"} }",
      "a" },
    { "permit \"a\" { network = \"128.0.0.0/1\" } forbid \"b\" { network = \"128.0.0.0/2\" }",
      "a" },
    { "permit \"a\" { network = \"128.0.0.0/1\" } forbid \"b\" { network = {\"128.0.0.0/2\", "
      "\"192.0.0.0/2\"} }",
      NULL },
    { "permit \"a\" { sender = \"anna@corp.example\" } forbid \"b\" { sender = \"@corp.example\" }",
      "a" }, /* the null path */
    { "permit \"a\" { tls = true } forbid \"b\" { listener = \"submission\" }", NULL },
    { "permit \"a\" { tls = true } forbid \"b\" { recipient-domain = \"corp.example\" }", "a" },
    { "permit \"in\" { recipient-domain = \"corp.example\" } permit \"b\" { rate = \"1/h\" }",
      "b" },
    { "forbid \"a\" { authenticated = false }", NULL },
    /* what is forbidden for one domain is open for all others, whatever its name is */
    { "permit \"a\" { tls = true } forbid \"b\" { recipient-domain = \"*.invalid\" }", "a" },
    { "permit \"a\" { tls = true } forbid \"b\" { recipient-domain = {\"foreign.invalid\" "
      "\"*.invalid0\" \"foreign.invalid1\"} }",
      "a" },
    { "permit \"a\" { sender = owned } permit \"b\" { recipient-domain = \"*.invalid\" }", NULL },
    { "permit \"a\" { recipient-domain = \"*.com\" }", "a" },
    { "permit \"a\" { recipient-domain = {\"corp.example\" \"*.Net\"} tls = true }", "a" },
    { "permit \"a\" { recipient-domain = \"*.com\" authenticated = true }", NULL },
    { "permit \"a\" { recipient-domain = \"*.com\" } forbid \"b\" { recipient-domain = \"*.com\" }",
      NULL },
    { "permit \"a\" { recipient-domain = \"*.com\" } "
      "forbid \"b\" { recipient-domain = {\"foreign0.com\" \"*.foreign1.com\"} }",
      "a" },
    { "permit \"a\" { recipient-domain = {\"*.lan\" \"*.corp.example\"} }", NULL },
    { "permit \"a\" { network = \"::ffff:0:0/96\" }", "a" },
    { "permit \"a\" { network = \"64:ff9b::/96\" }", "a" },
    { "permit \"a\" { network = \"64:ff9b::192.0.2.0/120\" }", NULL },
};

static void strangers_are_kept_out(void **state UNUSED)
{
    static const struct policy_listener LISTENERS[] = { { STR_INIT("inside"), true },
                                                        { STR_INIT("submission"), false } };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct kit k;
        struct policy_hole hole;
        bool open;
        kit_read(&k, CASES[i].text);
        assert_true(policy_prove(k.policy, LISTENERS, 2, &k.arena, &open, &hole, &k.e));
        if (open != (CASES[i].open != NULL))
            fail_msg("%s: %s", CASES[i].text, open ? "open" : "closed");
        if (open) {
            assert_true(str_eq(hole.permit->name, str_from(CASES[i].open)));
            assert_true(hole.why.n && hole.remedy.n);
            assert_int_not_equal(policy_decide(k.policy, &hole.example).outcome, POLICY_REFUSE);
            assert_int_equal(hole.example.login.n, 0);
        }
        kit_done(&k);
    }
}

/* Each network may be asked for once a network, not once a pair of them; one that is named often stands once. */
static void many_networks_are_proved(void **state UNUSED)
{
    enum { RULES = 2000, TIMES = 60000 };
    static const struct policy_listener LISTENERS[] = { { STR_INIT("submission"), false } };
    for (int wide = 0; wide < 2; wide++) {
        struct kit k;
        struct policy_hole hole;
        bool open;
        AUTO(buf_done) struct buf text;
        buf_init(&text, 4 << 20);
        for (int i = 0; i < RULES; i++)
            buf_addf(&text, "permit \"n%d\" { network = \"10.%d.%d.0/24\" }\n", i, i / 250,
                     i % 250);
        for (int i = 0; i < RULES; i++)
            buf_addf(&text, "permit \"same%d\" { network = \"192.0.2.1\" }\n", i);
        buf_add(&text, STR("permit \"often\" { network = {"));
        for (int i = 0; i < TIMES; i++)
            buf_add(&text, STR("\"192.0.2.2\" "));
        buf_add(&text, wide ? STR("\"64.0.0.0/4\" } }") : STR("} }"));
        assert_true(buf_addc(&text, '\0'));
        kit_read(&k, text.p);
        assert_true(policy_prove(k.policy, LISTENERS, 1, &k.arena, &open, &hole, &k.e));
        assert_int_equal(open, wide);
        if (open)
            assert_true(str_eq(hole.permit->name, STR("often")));
        kit_done(&k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(strangers_are_kept_out),
                                        cmocka_unit_test(many_networks_are_proved) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
