/* SPDX-License-Identifier: ISC */
#include "doctor/client_address.h"
#include "doctor/public_ip.h"
#include "doctor/record_script.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

#define SERVER "192.0.2.1"

static const struct said_case {
    const char *reply, *want; /* NULL: nothing */
} GREETINGS[] = {
    { "mail.example.org Hello anna.example.net [203.0.113.9]", "203.0.113.9" },
    { "mail.example.org Hello [203.0.113.9]\nSIZE 1\nAUTH [198.51.100.1]", "203.0.113.9" },
    { "mail.example.org at your service, [203.0.113.9]", "203.0.113.9" },
    { "mail.example.org Hello 203.0.113.9, pleased to meet you.", "203.0.113.9" },
    { "mail.example.org Hello [IPv6:2001:db8::9]", "2001:db8::9" },
    { "mail.example.org Hello x (2001:db8::9).", "2001:db8::9" },
    { "[203.0.113.9] Hello x", NULL }, /* its own name */
    { "mail.example.org", NULL },
    { "mail.example.org\n203.0.113.9", NULL },
    { "mail.example.org Hello [" SERVER "]", NULL },
    { "mail.example.org Hello [203.0.113.9] from [203.0.113.10]", NULL },
    { "mail.example.org Hello [203.0.113.9] at [" SERVER "]", "203.0.113.9" },
    { "mail.example.org Hello host-203.0.113.9.example", NULL },
    { "mail.example.org Hello 203.0.113.9.example", NULL },
    { "mail.example.org Postfix 3.7.11", NULL },
    { "mail.example.org 8.17.1 at 12:34:56", NULL },
    { "mail.example.org face:", NULL },
    { "mail.example.org 1203.0.113.9", NULL },
    { "", NULL },
};

static const struct said_case REFUSALS[] = {
    { "5.7.1 Service unavailable; client host [203.0.113.9] blocked using zen.example",
      "203.0.113.9" },
    { "5.7.1 Client host rejected: https://check.example/ip/203.0.113.9", "203.0.113.9" },
    { "IP 203.0.113.9 is listed; see https://check.example/?q=203.0.113.9.", "203.0.113.9" },
    { "2001:db8::9: no reverse name", "2001:db8::9" },
    { "5.7.1 relaying denied", NULL },
    { "203.0.113.9 and 203.0.113.10 are listed", NULL },
    { "listed as 9.113.0.203.zen.example", NULL },
    { "5.7.25 [203.0.113.9] has no name", "203.0.113.9" },
};

static void check(const struct said_case *c, bool read(str, const struct ip *, struct ip *))
{
    struct ip server = script_ip(SERVER), got = { .family = IP_NONE };
    char text[IP_TEXT_MAX] = "";
    if (read(str_from(c->reply), &server, &got))
        ip_text(&got, text);
    if (strcmp(text, c->want ? c->want : "") != 0)
        fail_msg("'%s': '%s'", c->reply, text);
}

static void read_from_what_is_said(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(GREETINGS); i++)
        check(&GREETINGS[i], client_address_in_greeting);
    for (size_t i = 0; i < COUNT_OF(REFUSALS); i++)
        check(&REFUSALS[i], client_address_in_refusal);
}

#define HELLO "587 220 hello | 587 ehlo 250 mail.example.org Hello x [203.0.113.9] |"

static const struct found_case {
    const char *label, *asked, *record, *want;
} FOUND[] = {
    { "nothing says it", "587", "587 220 hello", "0 0" },
    { "EHLO", "587", HELLO, "2 203.0.113.9 2" },
    { "given", "587 public-ip=203.0.113.5", HELLO, "1 203.0.113.5 0" },
    { "EHLO and a refusal with another", "587", HELLO "587 rcpt 550 203.0.113.7 is listed",
      "2 203.0.113.9 2" },
    { "a refusal", "587", "587 220 hello | 587 rcpt 550 203.0.113.7 is listed", "2 203.0.113.7 2" },
    { "two servers do not agree", "587",
      HELLO "587@2 ehlo 250 mail.example.org Hello x [203.0.113.10]", "0 0" },
    { "of the other family", "587", "587 220 hello | 587 ehlo 250 m Hello [2001:db8::9]", "0 0" },
    { "over IPv6", "587", "587@6 220 hello | 587@6 ehlo 250 m Hello [2001:db8::9]",
      "2 2001:db8::9 2" },
    { "a private one is none", "587", "587 220 hello | 587 ehlo 250 m Hello [192.168.1.9]", "0 0" },
    { "nor is the host's own", "587", "587 220 hello | 587 ehlo 250 m Hello [0.0.0.0]", "0 0" },
    { "... but where all may be asked", "587 asks-all",
      "587 220 hello | 587 ehlo 250 m Hello [192.168.1.9]", "2 192.168.1.9 2" },
    { "whoami, not yet", "587 whoami=me.test", "587 220 hello", "not yet" },
    { "whoami", "587 whoami=me.test",
      "587 220 hello | dns me.test A 203.0.113.4 | dns me.test TXT none", "3 203.0.113.4 65536" },
    { "whoami by TXT", "587 whoami=me.test",
      "587 220 hello | dns me.test A NXDOMAIN | dns me.test TXT \"203.0.113.4\"",
      "3 203.0.113.4 65537" },
    { "whoami fails", "587 whoami=me.test",
      "587 220 hello | dns me.test A timeout | dns me.test TXT timeout", "0 0" },
    { "whoami, and EHLO says it", "587 whoami=me.test", HELLO, "2 203.0.113.9 2" },
};

static void found(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FOUND); i++) {
        struct arena arena;
        struct doctor_record r = { .arena = &arena, .dns = dns_known_new(0) };
        struct doctor_asked asked;
        struct public_ip got;
        char text[IP_TEXT_MAX], said[128] = "not yet";
        arena_init(&arena, 1 << 16);
        script_asked(FOUND[i].asked, &asked);
        script_record(FOUND[i].record, &r);
        if (public_ip_find(&asked, &r, &got))
            snprintf(said, sizeof said, "%d %s%s%u", (int)got.source, ip_text(&got.ip, text),
                     got.ip.family ? " " : "", got.evidence);
        if (strcmp(said, FOUND[i].want) != 0)
            fail_msg("%s: %s", FOUND[i].label, said);
        dns_known_free(r.dns);
        arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_from_what_is_said),
        cmocka_unit_test(found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
