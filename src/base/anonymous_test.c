/* SPDX-License-Identifier: ISC */
#include "base/anonymous.h"
#include "base/base64.h"
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { TEXT_MAX = 1 << 16 };

static struct anonymous *somebody(void)
{
    struct anonymous *a = anonymous_new();
    assert_non_null(a);
    assert_true(anonymous_add(a, ANONYMOUS_MAILBOX, STR("Wilma.Stone@Corp.example"),
                              STR("me@my-domain.example")));
    assert_true(anonymous_add(a, ANONYMOUS_MAILBOX, STR("tom@elsewhere.test"),
                              STR("them@their-domain.example")));
    assert_true(anonymous_add(a, ANONYMOUS_WORD, STR("Wilma.Stone"), STR("me")));
    assert_true(anonymous_add(a, ANONYMOUS_DOMAIN, STR("corp.example"), STR("my-domain.example")));
    assert_true(
        anonymous_add(a, ANONYMOUS_DOMAIN, STR("elsewhere.test"), STR("their-domain.example")));
    anonymous_keep(a, STR("mx.provider.test"));
    return a;
}

static const char *without(const char *text, bool words)
{
    static char shown[TEXT_MAX];
    AUTO(anonymous_freep) struct anonymous *a = somebody();
    struct buf b;
    buf_init(&b, TEXT_MAX);
    assert_true(anonymous_text(a, str_from(text), words, &b));
    snprintf(shown, sizeof shown, "%.*s", STR_ARG(buf_str(&b)));
    buf_done(&b);
    return shown;
}

static const struct text_case {
    const char *label, *text, *want;
} TEXTS[] = {
    { "nothing", "", "" },
    { "words stay", "550 5.7.1 Relaying denied, use port 587 (SCRAM-SHA-256-PLUS, TLSv1.3)",
      "550 5.7.1 Relaying denied, use port 587 (SCRAM-SHA-256-PLUS, TLSv1.3)" },
    { "a mailbox", "MAIL FROM:<wilma.stone@CORP.EXAMPLE>", "MAIL FROM:<me@my-domain.example>" },
    { "its local-part as a word", "user Wilma.Stone: no", "user me: no" },
    { "... and not in a word", "Wilma.Stoner", "Wilma.Stoner" },
    { "the domain", "only for corp.example.", "only for my-domain.example." },
    { "below it", "smtp.corp.example, *.corp.example, pc-9.corp.example and pc-9.corp.example",
      "smtp.my-domain.example, *.my-domain.example, host-1.my-domain.example and "
      "host-1.my-domain.example" },
    { "it goes on", "corp.example.hosting.test", "my-domain.example.hosting.test" },
    { "another that ends the same", "mycorp.example", "mycorp.example" },
    { "a mailbox in it that nobody named", "ask it@corp.example", "ask someone@my-domain.example" },
    { "a mailbox that nobody named", "ask <joe+x@nowhere.test>",
      "ask <someone@other-domain.example>" },
    { "... of a role", "ask postmaster@nowhere.test", "ask postmaster@nowhere.test" },
    { "VERP", "bounce-tom=elsewhere.test@list.test", "someone@other-domain.example" },
    { "loopback stays", "[127.0.0.1] ::1 127.3.4.5", "[127.0.0.1] ::1 127.3.4.5" },
    { "an address", "host [8.8.4.4]:25 blocked, 8.8.4.4.",
      "host [198.51.100.1]:25 blocked, 198.51.100.1." },
    { "two", "8.8.4.4/32 1.2.3.4", "198.51.100.1/32 198.51.100.2" },
    { "a private one", "192.168.7.9 fd12::5 fe80::1%eth0", "10.0.0.1 fd00::2 fd00::3" },
    { "IPv6", "[IPv6:2a00:1450::5], 2a00:1450::5", "[IPv6:2001:db8::1], 2001:db8::1" },
    { "mapped", "::ffff:8.8.4.4", "198.51.100.1" },
    { "times and codes stay", "5.7.1 at 12:30:45, 2026-11-25, 15.20.8398.11",
      "5.7.1 at 12:30:45, 2026-11-25, 15.20.8398.11" },
    { "dashed in a name", "cable-8-8-4-4.dyn.isp.test", "cable-198.51.100.1.dyn.isp.test" },
    { "reversed in a name", "4.4.8.8.in-addr.arpa", "198.51.100.1.in-addr.arpa" },
    { "a client's name", "Hello home.isp.test [8.8.4.4]",
      "Hello client-name.example [198.51.100.1]" },
    { "... as Postfix has it", "<home.isp.test[8.8.4.4]>: no",
      "<client-name.example[198.51.100.1]>: no" },
    { "... and the server's own", "mx.provider.test (8.8.4.4)", "mx.provider.test (198.51.100.1)" },
    { "... the client on loopback", "Hello home.isp.test [127.0.0.1]",
      "Hello home.isp.test [127.0.0.1]" },
    { "names of others stay", "listed by zen.dnsbl.test, see https://www.dnsbl.test/q",
      "listed by zen.dnsbl.test, see https://www.dnsbl.test/q" },
    { "queue ids", "queued as 4XyZ12AbCdEz / id=1tABCD-000000001ab-1abc",
      "queued as [id] / id=[id]" },
    { "a name that looks like one", "220 node12ab34cd.provider.test",
      "220 node12ab34cd.provider.test" },
    { "more than the word in front of @",
      "wilma.stone.jun@nowhere.test wilma.stone+list@corp.example",
      "someone@other-domain.example someone@my-domain.example" },
    { "the word in front of another domain", "wilma.stone@private.test, wilma.stone@ home",
      "someone@other-domain.example, me@ home" },
    { "a quoted local-part", "<\"joe \\\" doe\"@nowhere.test>, \"wilma\"@corp.example: \"no\"",
      "<someone@other-domain.example>, someone@my-domain.example: \"no\"" },
    { "a mailbox at an address", "joe@[8.8.4.4]", "someone@[198.51.100.1]" },
    { "an address behind letters", "host8-8-4-4.isp.test p8.8.4.4.isp.test",
      "host198.51.100.1.isp.test p198.51.100.1.isp.test" },
    { "IPv6 with dashes", "2a00-1450-0-0-0-0-0-5.isp.test 2a00-1450-1-2--5 2026-11-25",
      "2001:db8::1.isp.test 2001:db8::2 2026-11-25" },
    { "an id of Exim's", "250 OK id=1tABcd-0001Ef-Gh", "250 OK id=[id]" },
    { "percent", "user=wilma.stone%40corp.example&x", "user=[hidden]&x" },
    { "base64", "334 d2lsbWEuc3RvbmVAY29ycC5leGFtcGxl", "334 [hidden]" },
    { "hex", "77696c6d612e73746f6e6540636f72702e6578616d706c65", "[hidden]" },
    { "reversed", "<elpmaxe.proc@enots.amliw>", "<[hidden]>" },
    { "no UTF-8", "\xff wilma.stone@corp.example \x80", "\xff me@my-domain.example \x80" },
};

static void texts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        print_message("  %s\n", TEXTS[i].label);
        assert_string_equal(without(TEXTS[i].text, true), TEXTS[i].want);
    }
}

static void words_of_our_own(void **state)
{
    (void)state;
    assert_string_equal(without("Wilma.Stone is a word, wilma.stone@corp.example is not", false),
                        "Wilma.Stone is a word, me@my-domain.example is not");
}

static void addresses_by_role(void **state)
{
    AUTO(anonymous_freep) struct anonymous *a = somebody();
    char text[IP_TEXT_MAX];
    struct ip server, client, none = { .family = IP_NONE };
    (void)state;
    assert_true(ip_parse(STR("8.8.4.4"), &server) && ip_parse(STR("9.9.9.9"), &client));
    struct ip s = anonymous_ip(a, &server, ANONYMOUS_SERVER);
    assert_string_equal(ip_text(&s, text), "192.0.2.1");
    struct ip c = anonymous_ip(a, &client, ANONYMOUS_CLIENT);
    assert_string_equal(ip_text(&c, text), "203.0.113.2");
    struct ip again = anonymous_ip(a, &server, ANONYMOUS_OTHER);
    assert_true(ip_eq(&s, &again));
    assert_int_equal(anonymous_ip(a, &none, ANONYMOUS_SERVER).family, IP_NONE);
}

/* Whatever stands around it, in upper or lower case, in one of the usual codes: it is gone. */
static void in_every_form(void **state)
{
    static const char *const NAMES[] = { "wilma.stone@corp.example", "tom@elsewhere.test" };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        for (size_t before = 0; before < 4; before++) {
            char octets[128], text[TEXT_MAX], coded[256];
            struct buf b;
            snprintf(octets, sizeof octets, "%.*s%s~", (int)before, "xyzw", NAMES[i]);
            buf_init(&b, sizeof coded);
            assert_true(base64_encode(str_from(octets), &b));
            snprintf(coded, sizeof coded, "%.*s", STR_ARG(buf_str(&b)));
            buf_done(&b);
            snprintf(text, sizeof text, "said %s here", coded);
            const char *shown = without(text, true);
            assert_non_null(strstr(shown, "[hidden]"));
            coded[20] = 0;
            assert_null(strstr(shown, coded + 8));
        }
    }
}

static void too_much(void **state)
{
    AUTO(anonymous_freep) struct anonymous *a = somebody();
    char longest[ANONYMOUS_IDENTITY_MAX + 2], name[16];
    (void)state;
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = 0;
    assert_false(anonymous_add(a, ANONYMOUS_WORD, str_from(longest), STR("x")));
    bool ok = true;
    for (int i = 0; i < ANONYMOUS_IDENTITIES && ok; i++) {
        snprintf(name, sizeof name, "name%d", i);
        ok = anonymous_add(a, ANONYMOUS_WORD, str_from(name), STR("x"));
    }
    assert_false(ok);
    struct buf b;
    buf_init(&b, 4);
    assert_false(anonymous_text(a, STR("more than fits"), true, &b));
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts),
        cmocka_unit_test(words_of_our_own),
        cmocka_unit_test(addresses_by_role),
        cmocka_unit_test(in_every_form),
        cmocka_unit_test(too_much),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
