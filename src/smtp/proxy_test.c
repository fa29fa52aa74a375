/* SPDX-License-Identifier: ISC */
#include "smtp/proxy.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#define SIGNATURE "\r\n\r\n\0\r\nQUIT\n"
#define V4        "\xc0\x00\x02\x07\xc6\x33\x64\x01\xc3\x50\x02\x4b"
#define CLIENT6   "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07"
#define MAPPED    "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\x00\x02\x09"

static const struct known {
    const char *label;
    str octets;
    const char *client, *server; /* "" with both: not known */
    uint16_t client_port, server_port;
} KNOWN[] = {
    { "TCP over IPv4", STR_INIT(SIGNATURE "\x21\x11\0\x0c" V4), "192.0.2.7", "198.51.100.1", 50000,
      587 },
    { "TCP over IPv6", STR_INIT(SIGNATURE "\x21\x21\0\x24" CLIENT6 CLIENT6 "\x00\x19\x01\xd1"),
      "2001:db8::7", "2001:db8::7", 25, 465 },
    { "IPv4-mapped", STR_INIT(SIGNATURE "\x21\x21\0\x24" MAPPED CLIENT6 "\x00\x19\x01\xd1"),
      "192.0.2.9", "2001:db8::7", 25, 465 },
    { "with TLVs",
      STR_INIT(SIGNATURE "\x21\x11\0\x18" V4 "\x01\0\x03"
                         "abc"
                         "\x04\0\0"
                         "\xe0\0\0"),
      "192.0.2.7", "198.51.100.1", 50000, 587 },
    { "LOCAL, nothing behind it", STR_INIT(SIGNATURE "\x20\x00\0\0"), "", "", 0, 0 },
    { "LOCAL with addresses", STR_INIT(SIGNATURE "\x20\x11\0\x0c" V4), "", "", 0, 0 },
    { "LOCAL of a kind unknown",
      STR_INIT(SIGNATURE "\x20\x55\0\x03"
                         "xyz"),
      "", "", 0, 0 },
    { "UNSPEC", STR_INIT(SIGNATURE "\x21\x00\0\0"), "", "", 0, 0 },
    { "UNSPEC with a TLV",
      STR_INIT(SIGNATURE "\x21\x00\0\x04"
                         "\x04\0\x01x"),
      "", "", 0, 0 },
};

static void check_known(const struct known *k, size_t cut)
{
    AUTO(smtp_proxy_freep) struct smtp_proxy *p = smtp_proxy_new();
    char all[128], client[IP_TEXT_MAX], server[IP_TEXT_MAX];
    size_t used, more;
    struct err e;

    assert_true(k->octets.n + 6 <= sizeof(all));
    memcpy(all, k->octets.p, k->octets.n);
    memcpy(all + k->octets.n, "EHLO c", 6);
    str octets = { all, k->octets.n + 6 };
    assert_non_null(p);
    assert_null(smtp_proxy_header(p));
    enum smtp_proxy_read read = smtp_proxy_feed(p, str_take(octets, cut), &used, &e);
    assert_int_equal(read, cut < k->octets.n ? SMTP_PROXY_MORE : SMTP_PROXY_DONE);
    assert_true((smtp_proxy_header(p) != NULL) == (read == SMTP_PROXY_DONE));
    assert_int_equal(smtp_proxy_feed(p, str_skip(octets, used), &more, &e), SMTP_PROXY_DONE);
    assert_int_equal(used + more, k->octets.n);
    const struct smtp_proxy_header *h = smtp_proxy_header(p);
    assert_int_equal(h->known, k->client[0] != '\0');
    assert_string_equal(ip_text(&h->client, client), k->client);
    assert_string_equal(ip_text(&h->server, server), k->server);
    assert_int_equal(h->client_port, k->client_port);
    assert_int_equal(h->server_port, k->server_port);
}

static void known_cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
        print_message("  %s\n", KNOWN[i].label);
        for (size_t cut = 0; cut <= KNOWN[i].octets.n + 6; cut++)
            check_known(&KNOWN[i], cut);
    }
}

static const struct broken {
    str octets; /* the last one is where it breaks */
    const char *why;
} BROKEN[] = {
    { STR_INIT("E"), "no PROXY header came" },
    { STR_INIT("\r\n\r\n\0\r\nQUIT\r"), "no PROXY header came" },
    { STR_INIT("\r\n\r\n\r"), "no PROXY header came" },
    { STR_INIT("P"), "version 1" },
    { STR_INIT(SIGNATURE "\x11\x11\0\x0c"), "of version 1" },
    { STR_INIT(SIGNATURE "\x31\x11\0\x0c"), "of version 3" },
    { STR_INIT(SIGNATURE "\x22\x11\0\x0c"), "command 2" },
    { STR_INIT(SIGNATURE "\x21\x12\0\x0c"), "transport 0x12" },
    { STR_INIT(SIGNATURE "\x21\x22\0\x24"), "transport 0x22" },
    { STR_INIT(SIGNATURE "\x21\x31\0\xd8"), "transport 0x31" },
    { STR_INIT(SIGNATURE "\x21\x10\0\x0c"), "transport 0x10" },
    { STR_INIT(SIGNATURE "\x21\x01\0\x0c"), "transport 0x01" },
    { STR_INIT(SIGNATURE "\x21\x41\0\x0c"), "transport 0x41" },
    { STR_INIT(SIGNATURE "\x21\x11\0\x0b"), "11 octets for addresses of 12" },
    { STR_INIT(SIGNATURE "\x21\x21\0\x0c"), "12 octets for addresses of 36" },
    { STR_INIT(SIGNATURE "\x21\x11\xff\xff"), "65535 octets" },
    { STR_INIT(SIGNATURE "\x20\x00\x10\x01"), "4097 octets" },
    { STR_INIT(SIGNATURE "\x21\x11\0\x0d" V4 "\x01"), "within a TLV" },
    { STR_INIT(SIGNATURE "\x21\x11\0\x0f" V4 "\x01\0\x01"), "within a TLV" },
    { STR_INIT(SIGNATURE "\x21\x00\0\x04\x01\0\x02x"), "within a TLV" },
};

static void broken_at_the_octet(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(BROKEN); i++) {
        AUTO(smtp_proxy_freep) struct smtp_proxy *p = smtp_proxy_new();
        str octets = BROKEN[i].octets;
        struct err e = { 0 };
        size_t used;

        assert_non_null(p);
        assert_int_equal(smtp_proxy_feed(p, str_take(octets, octets.n - 1), &used, &e),
                         SMTP_PROXY_MORE);
        assert_int_equal(smtp_proxy_feed(p, str_skip(octets, octets.n - 1), &used, &e),
                         SMTP_PROXY_BROKEN);
        assert_non_null(strstr(e.why, BROKEN[i].why));
        assert_null(smtp_proxy_header(p));
        assert_int_equal(smtp_proxy_feed(p, STR("x"), &used, &e), SMTP_PROXY_BROKEN);
        assert_int_equal(used, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_cut_anywhere),
        cmocka_unit_test(broken_at_the_octet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
