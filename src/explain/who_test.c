/* SPDX-License-Identifier: ISC */
#include "explain/read.h"
#include "explain/who.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

static const struct {
    const char *label;
    struct explain_said said;
    const char *server, *client;
    uint16_t port;
    unsigned given; /* facts before */
    enum finding_hop hop;
    unsigned facts; /* all that are added */
} CASES[] = {
    { .label = "a bounce, an unknown name",
      .said = { .form = FORM_BOUNCE, .by = STR_INIT("a.corp.example"), .code = 550 },
      .given = FACT_RELAYED,
      .hop = HOP_RECIPIENT,
      .facts = FACT_CLIENT_IS_SERVER },
    { .label = "a bounce, the recipient's own domain",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("smtp.corp.example"),
                .code = 550,
                .recipient = STR_INIT("anna@corp.example") },
      .hop = HOP_RECIPIENT,
      .facts = FACT_RECIPIENT_AT_BY },
    { .label = "a bounce, a name that many give their MX",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("smtp.other.example"),
                .code = 550,
                .recipient = STR_INIT("anna@corp.example") },
      .hop = HOP_RECIPIENT },
    { .label = "a bounce, a name that ends alike",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("a.notcorp.example"),
                .code = 550,
                .recipient = STR_INIT("anna@corp.example") },
      .hop = HOP_RECIPIENT },
    { .label = "a bounce, a relay",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("relay2.isp.example"),
                .code = 550,
                .recipient = STR_INIT("anna@corp.example") },
      .hop = HOP_NEXT,
      .facts = FACT_SUBMISSION_HOST },
    { .label = "a bounce, a relay inside the own network",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("192.168.0.2"),
                .code = 550,
                .text = STR_INIT("relay not permitted"),
                .recipient = STR_INIT("anna@corp.example") },
      .hop = HOP_NEXT },
    { .label = "a bounce, a relay's words from outside",
      .said = { .form = FORM_BOUNCE,
                .by_address = { .family = IP_V4, .octets = { 192, 0, 2, 9 } },
                .code = 550,
                .text = STR_INIT("relay not permitted"),
                .recipient = STR_INIT("anna@corp.example") },
      .hop = HOP_RECIPIENT },
    { .label = "a bounce, a mailbox server inside",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("192.168.0.2"),
                .code = 550,
                .text = STR_INIT("no such user"),
                .recipient = STR_INIT("anna@corp.example") },
      .hop = HOP_RECIPIENT },
    { .label = "a bounce, a provider's submission",
      .said = { .form = FORM_BOUNCE, .by = STR_INIT("smtp.gmail.com"), .code = 535 },
      .hop = HOP_NEXT,
      .facts = FACT_SUBMISSION_HOST },
    { .label = "a bounce, a provider's MX, its own mailbox",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("gmail-smtp-in.l.google.com"),
                .code = 550,
                .recipient = STR_INIT("anna@gmail.com") },
      .hop = HOP_RECIPIENT,
      .facts = FACT_RECIPIENT_AT_BY },
    { .label = "a bounce, a provider's mailbox, a server of somebody else",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("smtp.isp.example"),
                .code = 550,
                .recipient = STR_INIT("anna@gmail.com") },
      .hop = HOP_NEXT },
    { .label = "a bounce, asked for a login",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("smtp.isp.example"),
                .code = 530,
                .text = STR_INIT("Authenticate first") },
      .hop = HOP_NEXT,
      .facts = FACT_SUBMISSION_HOST },
    { .label = "a bounce, asked for TLS",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("smtp.isp.example"),
                .code = 530,
                .text = STR_INIT("Must issue STARTTLS first") },
      .hop = HOP_RECIPIENT },
    { .label = "a bounce, asked for a login in words",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("smtp.isp.example"),
                .code = 550,
                .text = STR_INIT("Authentication required here") },
      .hop = HOP_NEXT,
      .facts = FACT_SUBMISSION_HOST },
    { .label = "a bounce, Microsoft 365 does not know the tenant's server",
      .said = { .form = FORM_BOUNCE,
                .by = STR_INIT("x.mail.protection.outlook.com"),
                .code = 550,
                .enhanced = { 5, 7, 64 } },
      .hop = HOP_NEXT },
    { .label = "a bounce, an address alone",
      .said = { .form = FORM_BOUNCE,
                .by_address = { .family = IP_V4, .octets = { 192, 0, 2, 1 } },
                .code = 550 },
      .hop = HOP_RECIPIENT },
    { .label = "a bounce, somebody else's answer",
      .said = { .form = FORM_BOUNCE, .code = 550 },
      .given = FACT_RELAYED,
      .hop = HOP_RECIPIENT,
      .facts = FACT_CLIENT_IS_SERVER },
    { .label = "a bounce, nobody is named", .said = { .form = FORM_BOUNCE }, .hop = HOP_NONE },
    { .label = "the recipient's server wrote the bounce",
      .said = { .form = FORM_BOUNCE,
                .hop = HOP_SUBMISSION,
                .by = STR_INIT("corp.example"),
                .recipient = STR_INIT("anna@corp.example") },
      .hop = HOP_RECIPIENT,
      .facts = FACT_RECIPIENT_AT_BY },
    { .label = "the sender's server wrote the bounce",
      .said = { .form = FORM_BOUNCE,
                .hop = HOP_SUBMISSION,
                .by = STR_INIT("home.example"),
                .recipient = STR_INIT("anna@corp.example"),
                .sender = STR_INIT("bert@corp.example") },
      .hop = HOP_SUBMISSION,
      .facts = FACT_FROM_IS_TO_DOMAIN },
    { .label = "a program, a reply",
      .said = { .form = FORM_LIBRARY, .code = 550 },
      .hop = HOP_SUBMISSION },
    { .label = "a program, a submission port",
      .said = { .form = FORM_DIALOG, .code = 550 },
      .server = "mail.corp.example",
      .port = 587,
      .hop = HOP_SUBMISSION,
      .facts = FACT_SUBMISSION_HOST },
    { .label = "a program, an MX",
      .said = { .form = FORM_TRANSCRIPT, .code = 550 },
      .server = "mx1.corp.example",
      .port = 25,
      .hop = HOP_RECIPIENT },
    { .label = "a program, no answer",
      .said = { .form = FORM_LIBRARY, .end = SMTP_END_SILENT },
      .server = "smtp.corp.example",
      .hop = HOP_CLIENT },
    { .label = "a bare reply", .said = { .form = FORM_REPLY, .code = 550 }, .hop = HOP_NONE },
    { .label = "a bare reply of an MX",
      .said = { .form = FORM_REPLY, .code = 550, .by = STR_INIT("mx.corp.example") },
      .hop = HOP_RECIPIENT },
    { .label = "a bare reply of a submission host",
      .said = { .form = FORM_REPLY, .code = 550, .by = STR_INIT("smtp-relay.gmail.com") },
      .hop = HOP_SUBMISSION,
      .facts = FACT_SUBMISSION_HOST },
    { .label = "a bounce of a bounce",
      .said = { .form = FORM_LOG, .hop = HOP_NEXT, .sender = STR_INIT("<>") },
      .hop = HOP_NEXT,
      .facts = FACT_NULL_SENDER | FACT_CLIENT_IS_SERVER },
    { .label = "aside",
      .said = { .form = FORM_LOG, .sender = STR_INIT("<>"), .aside = true },
      .hop = HOP_NONE },
    { .label = "loopback",
      .said = { .form = FORM_LOG },
      .client = "127.0.0.1",
      .facts = FACT_CLIENT_LOOPBACK },
    { .label = "private",
      .said = { .form = FORM_LOG },
      .client = "192.168.1.4",
      .facts = FACT_CLIENT_PRIVATE },
    { .label = "public",
      .said = { .form = FORM_LOG },
      .client = "203.0.113.4",
      .facts = FACT_CLIENT_PUBLIC },
};

static void cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct explain_page p = { .server = str_from(CASES[i].server),
                                  .port = CASES[i].port,
                                  .facts = CASES[i].given };
        struct explain_said *s = explain_say(&p, CASES[i].said.form);
        *s = CASES[i].said;
        if (CASES[i].client)
            assert_true(ip_parse(str_from(CASES[i].client), &p.client));
        explain_read_who(&p);
        if (s->hop != CASES[i].hop || p.facts != (CASES[i].given | CASES[i].facts))
            fail_msg("%s: hop %d facts %x, want %d and %x", CASES[i].label, (int)s->hop, p.facts,
                     (int)CASES[i].hop, CASES[i].given | CASES[i].facts);
    }
}

static void names(void **state)
{
    static const char *const SUBMISSION[] = {
        "smtp.corp.example",       "smtp2.corp.example", "smtp-out.corp.example",
        "mail-relay.corp.example", "smtp.gmail.com",     "email-smtp.eu-west-1.amazonaws.com"
    };
    static const char *const MX[] = { "mx.corp.example",
                                      "mx03.corp.example",
                                      "ASPMX.L.GOOGLE.COM",
                                      "corp-example.mail.protection.outlook.com",
                                      "mx-aol.mail.gm0.yahoodns.net",
                                      "mta7.am0.yahoodns.net",
                                      "mxa-001.pphosted.com" };
    static const char *const NEITHER[] = { "",     "mail.corp.example", "smtpx.corp.example",
                                           "smtp", "mxcorp.example",    "relayed.corp.example" };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(SUBMISSION); i++)
        if (!explain_host_is_submission(str_from(SUBMISSION[i])) ||
            explain_host_is_mx(str_from(SUBMISSION[i])))
            fail_msg("%s", SUBMISSION[i]);
    for (size_t i = 0; i < COUNT_OF(MX); i++)
        if (explain_host_is_submission(str_from(MX[i])) || !explain_host_is_mx(str_from(MX[i])))
            fail_msg("%s", MX[i]);
    for (size_t i = 0; i < COUNT_OF(NEITHER); i++)
        if (explain_host_is_submission(str_from(NEITHER[i])) ||
            explain_host_is_mx(str_from(NEITHER[i])))
            fail_msg("%s", NEITHER[i]);
}

static void words(void **state)
{
    static const struct {
        struct explain_said said;
        const char *want;
    } WORDS[] = {
        { { .hop = HOP_RECIPIENT,
            .by = STR_INIT("mx.corp.example"),
            .by_address = { .family = IP_V4, .octets = { 192, 0, 2, 1 } } },
          "mx.corp.example (192.0.2.1), the recipient's server" },
        { { .hop = HOP_NEXT, .by_address = { .family = IP_V4, .octets = { 192, 0, 2, 1 } } },
          "192.0.2.1, the server behind the one that took your mail" },
        { { .hop = HOP_SUBMISSION }, "the server that you hand your mail to" },
        { { .hop = HOP_CLIENT }, "your own program, before a server answered" },
        { { .hop = HOP_CLIENT, .by = STR_INIT("PHPMailer") }, "PHPMailer, your own program" },
        { { .hop = HOP_CLIENT, .by_address = { .family = IP_V4, .octets = { 192, 0, 2, 1 } } },
          "your own program, talking to 192.0.2.1" },
        { { .by = STR_INIT("mx\x1b.example") }, "mx\\x1B.example" },
        { { .code = 550 }, "" },
    };
    struct arena memory;
    (void)state;
    arena_init(&memory, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        str got = explain_who_text(&WORDS[i].said, &memory);
        if (!got.p || !str_eq(got, str_from(WORDS[i].want)))
            fail_msg("got '%.*s', want '%s'", STR_ARG(got), WORDS[i].want);
    }
    arena_done(&memory);
    arena_init(&memory, 0);
    assert_null(explain_who_text(&WORDS[0].said, &memory).p);
    arena_done(&memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cases),
        cmocka_unit_test(names),
        cmocka_unit_test(words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
