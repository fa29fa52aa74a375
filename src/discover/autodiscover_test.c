/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "discover/autodiscover.h"

#define HEAD                                                                                       \
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><Autodiscover "                                     \
    "xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006\"><Response "  \
    "xmlns=\"http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a\">"   \
    "<Account>"
#define FOOT     "</Account></Response></Autodiscover>"
#define SMTP(in) "<Protocol><Type>SMTP</Type><Server>mail.corp.example</Server>" in "</Protocol>"
#define ONE(in)                                                                                    \
    HEAD SMTP(in)                                                                                  \
    FOOT

static const struct {
    const char *name, *document, *outgoing;
} READ[] = {
    { "as it should be, beside others",
      HEAD "<Protocol><Type>IMAP</Type><Server>imap.corp.example</Server></Protocol>" SMTP(
          "<Port>587</Port><LoginName>anna</LoginName><SPA>off</SPA><Encryption>TLS</Encryption>"
          "<SSL>on</SSL><AuthRequired>on</AuthRequired>") FOOT,
      "mail.corp.example 587 starttls PLAIN,LOGIN anna" },
    { "SSL", ONE("<Port>465</Port><Encryption>SSL</Encryption>"),
      "mail.corp.example 465 tls PLAIN,LOGIN -" },
    { "TLS on the port of SSL", ONE("<Port>465</Port><Encryption>TLS</Encryption>"),
      "mail.corp.example 465 tls PLAIN,LOGIN -" },
    { "automatic, by the port",
      HEAD SMTP("<Port>587</Port><Encryption>Auto</Encryption><SSL>off</SSL>")
          SMTP("<Port>465</Port><Encryption>auto</Encryption>")
              SMTP("<Port>2525</Port><Encryption>Auto</Encryption>") FOOT,
      "mail.corp.example 587 starttls PLAIN,LOGIN -\nmail.corp.example 465 tls PLAIN,LOGIN -\n"
      "mail.corp.example 2525 starttls PLAIN,LOGIN -" },
    { "only SSL said: by the port",
      HEAD SMTP("<Port>587</Port><SSL>on</SSL>") SMTP("<Port>465</Port><SSL>on</SSL>")
          SMTP("<Port>25</Port><SSL>on</SSL>") SMTP("<Port>2465</Port><SSL>on</SSL>") FOOT,
      "mail.corp.example 587 starttls PLAIN,LOGIN -\nmail.corp.example 465 tls PLAIN,LOGIN -\n"
      "mail.corp.example 25 starttls PLAIN,LOGIN -\nmail.corp.example 2465 tls PLAIN,LOGIN -" },
    { "in clear",
      HEAD SMTP("<Port>25</Port><SSL>off</SSL>")
          SMTP("<Port>587</Port><Encryption>None</Encryption>") FOOT,
      "mail.corp.example 25 none PLAIN,LOGIN -\nmail.corp.example 587 none PLAIN,LOGIN -" },
    { "nothing said", ONE(""), "mail.corp.example 465 tls PLAIN,LOGIN -" },
    { "no port", ONE("<Encryption>TLS</Encryption><Port/>"),
      "mail.corp.example 587 starttls PLAIN,LOGIN -" },
    { "Secure Password Authentication", ONE("<Port>587</Port><SPA>on</SPA>"),
      "mail.corp.example 587 starttls NTLM -" },
    { "no login", ONE("<Port>587</Port><AuthRequired>off</AuthRequired>"),
      "mail.corp.example 587 starttls none -" },
    { "the type as an attribute, newer schemas",
      HEAD
      "<Protocol Type=\"smtp\"><Server>mail.corp.example</Server><Port>587</Port></Protocol>" FOOT,
      "mail.corp.example 587 starttls PLAIN,LOGIN -" },
    { "what cannot be used is left out",
      HEAD "<Protocol><Type>SMTP</Type></Protocol>" SMTP("<Port>smtp</Port>") SMTP(
          "<Port>0</Port>") "<Protocol><Type>SMTP</Type><Server>two words</Server></Protocol>" FOOT,
      "" },
    { "a Protocol within a Protocol is none of its own",
      HEAD
      "<Protocol><Type>WEB</Type><Internal><Protocol><Type>SMTP</Type><Server>a.example</Server>"
      "</Protocol></Internal></Protocol>" FOOT,
      "" },
    { "says UTF-16 and is not",
      "<?xml version=\"1.0\" encoding=\"utf-16\"?><Autodiscover>" SMTP(
          "<Port>587</Port>") "</Autodiscover>",
      "mail.corp.example 587 starttls PLAIN,LOGIN -" },
};

static bool reads(const char *document, struct arena *a, struct autodiscover *d, struct err *e)
{
    size_t n = strlen(document);
    char *exact = malloc(n);
    assert_non_null(exact);
    memcpy(exact, document, n);
    bool ok = autodiscover_read((str){ exact, n }, NULL, a, d, e);
    free(exact);
    return ok;
}

static void describe(const struct autodiscover *d, struct buf *b)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct discover_server *s = &d->outgoing[i];
        buf_addf(b, "%s%.*s %u %.*s ", i ? "\n" : "", STR_ARG(s->hostname), s->port,
                 STR_ARG(names_of(&SMTP_SECURITY_NAMES, (int)s->security)));
        for (size_t k = 0; k < s->mechanism_count; k++)
            buf_addf(b, "%s%.*s", k ? "," : "", STR_ARG(s->mechanisms[k]));
        buf_addf(b, "%s %.*s", s->login == DISCOVER_LOGIN_NONE ? "none" : "",
                 STR_ARG(s->user.n ? s->user : STR("-")));
    }
}

static void what_real_servers_answer_is_read(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(READ); i++) {
        struct arena a;
        struct autodiscover d;
        struct err e = { .kind = ERR_NONE };
        struct buf b;
        arena_init(&a, 1 << 16);
        buf_init(&b, 1 << 16);
        if (!reads(READ[i].document, &a, &d, &e))
            fail_msg("%s: not read: %s", READ[i].name, e.why);
        describe(&d, &b);
        if (!str_eq(buf_str(&b), str_from(READ[i].outgoing)))
            fail_msg("%s:\n%.*s\nis not\n%s", READ[i].name, STR_ARG(buf_str(&b)), READ[i].outgoing);
        buf_done(&b);
        arena_done(&a);
    }
}

static void where_to_ask_instead_is_told(void **state UNUSED)
{
    struct arena a;
    struct autodiscover d;
    arena_init(&a, 1 << 16);
    assert_true(reads(HEAD "<Action>redirectUrl</Action><RedirectUrl> https://else.example/a "
                           "</RedirectUrl>" FOOT,
                      &a, &d, NULL));
    assert_true(str_eq(d.redirect_url, STR("https://else.example/a")));
    assert_false(d.error);
    assert_true(reads(HEAD "<Action>redirectAddr</Action><RedirectAddr>anna@hosted.example"
                           "</RedirectAddr>" FOOT,
                      &a, &d, NULL));
    assert_true(str_eq(d.redirect_address, STR("anna@hosted.example")));
    assert_true(
        reads("<Autodiscover><Response><Error Time=\"1\" Id=\"2\"><ErrorCode>600</ErrorCode>"
              "<Message>Invalid Request</Message></Error></Response></Autodiscover>",
              &a, &d, NULL));
    assert_true(d.error);
    arena_done(&a);
}

static void what_is_none_is_refused(void **state UNUSED)
{
    static const char *const WRONG[] = {
        "<clientConfig/>",
        "<html><body/></html>",
        "<!DOCTYPE html><html/>",
        "401",
        "<Autodiscover>",
        "<!DOCTYPE a [<!ENTITY a \"a\">]><Autodiscover>&a;</Autodiscover>",
    };
    for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
        struct arena a;
        struct autodiscover d;
        struct err e = { .kind = ERR_NONE };
        arena_init(&a, 1 << 16);
        if (reads(WRONG[i], &a, &d, &e) || e.kind != ERR_SYNTAX)
            fail_msg("%s: read", WRONG[i]);
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_real_servers_answer_is_read),
        cmocka_unit_test(where_to_ask_instead_is_told),
        cmocka_unit_test(what_is_none_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
