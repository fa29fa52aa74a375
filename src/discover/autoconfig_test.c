/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "discover/autoconfig.h"
#include "discover/xml.h"

static const struct discover_address ANNA = {
    .whole = STR_INIT("Anna.Berg@corp.example"),
    .local_part = STR_INIT("Anna.Berg"),
    .domain = STR_INIT("corp.example"),
    .ascii = STR_INIT("corp.example"),
};

#define HEAD     "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define CONFIG   "<clientConfig version=\"1.1\"><emailProvider id=\"corp.example\">"
#define FOOT     "</emailProvider></clientConfig>\n"
#define OUT      "<outgoingServer type=\"smtp\">"
#define OUT_END  "</outgoingServer>"
#define HOST     "<hostname>mail.corp.example</hostname>"
#define USUAL    HOST "<port>587</port><socketType>STARTTLS</socketType>"
#define PASSWORD "<authentication>password-cleartext</authentication>"
#define ONE(in)  HEAD CONFIG OUT in OUT_END FOOT
#define USUALLY  "mail.corp.example 587 starttls PLAIN,LOGIN -"

/* One server a line: host, port, security, mechanisms, user. */
static void describe(const struct autoconfig *c, struct buf *b)
{
    for (size_t i = 0; i < c->count; i++) {
        const struct discover_server *s = &c->outgoing[i];
        buf_addf(b, "%s%.*s %u %.*s ", i ? "\n" : "", STR_ARG(s->hostname), s->port,
                 STR_ARG(names_of(&SMTP_SECURITY_NAMES, (int)s->security)));
        for (size_t k = 0; k < s->mechanism_count; k++)
            buf_addf(b, "%s%.*s", k ? "," : "", STR_ARG(s->mechanisms[k]));
        if (!s->mechanism_count)
            buf_addf(b, "%s", s->login == DISCOVER_LOGIN_NONE ? "none" : "unsaid");
        buf_addf(b, " %.*s", STR_ARG(s->user.n ? s->user : STR("-")));
    }
}

static const struct {
    const char *name, *document, *outgoing;
} READ[] = {
    { "as it should be",
      HEAD CONFIG
      "<domain>corp.example</domain><displayName>Corp</displayName>"
      "<incomingServer type=\"imap\"><hostname>imap.corp.example</hostname>"
      "<port>993</port><socketType>SSL</socketType></incomingServer>" OUT
      "<hostname>smtp.corp.example</hostname><port>465</port>"
      "<socketType>SSL</socketType><username>%EMAILADDRESS%</username>" PASSWORD OUT_END OUT USUAL
      "<username>%EMAILLOCALPART%</username>"
      "<authentication>password-encrypted</authentication>" OUT_END FOOT,
      "smtp.corp.example 465 tls PLAIN,LOGIN Anna.Berg@corp.example\n"
      "mail.corp.example 587 starttls CRAM-MD5 Anna.Berg" },
    { "no declaration, no version, old names",
      "<clientConfig><emailProvider>" OUT USUAL
      "<authentication>plain</authentication>" OUT_END OUT USUAL
      "<authentication>secure</authentication>" OUT_END FOOT,
      USUALLY "\nmail.corp.example 587 starttls CRAM-MD5 -" },
    { "outside of a provider", "<clientConfig>" OUT USUAL PASSWORD OUT_END "</clientConfig>",
      USUALLY },
    { "upper case, blanks and newlines in text",
      HEAD "<CLIENTCONFIG><EmailProvider><OUTGOINGSERVER TYPE=\" SMTP \"><HostName>\r\n  "
           "Mail.Corp.Example.\t</HostName><PORT>\n587\n</PORT><SOCKETTYPE> starttls</SOCKETTYPE>"
           "<Authentication> Password-Cleartext\n</Authentication></OUTGOINGSERVER>"
           "</EmailProvider></CLIENTCONFIG>",
      USUALLY },
    { "blanks and a byte order mark before the declaration",
      "\n \xef\xbb\xbf\r\n" ONE(USUAL PASSWORD), USUALLY },
    { "comments and elements nobody knows, inside values too",
      ONE("<!-- see above -->" USUAL
          "<authentication>password<!-- not plain -->-cleartext</authentication>"
          "<restriction>client-IP-address</restriction><addThisServer>true</addThisServer>"
          "<useGlobalPreferredServer>false</useGlobalPreferredServer><extra><username>no"
          "</username></extra>"),
      USUALLY },
    { "CDATA and references",
      ONE("<hostname><![CDATA[mail.]]>corp&#x2e;example</hostname><port>587</port>"
          "<socketType>STARTTLS</socketType>" PASSWORD "<username>a&amp;b</username>"),
      "mail.corp.example 587 starttls PLAIN,LOGIN a&b" },
    { "a prefix",
      HEAD "<x:clientConfig xmlns:x=\"urn:x\"><x:emailProvider><x:outgoingServer x:type=\"smtp\">"
           "<x:hostname>mail.corp.example</x:hostname><x:port>587</x:port>"
           "<x:socketType>STARTTLS</x:socketType><x:authentication>plain</x:authentication>"
           "</x:outgoingServer></x:emailProvider></x:clientConfig>",
      USUALLY },
    { "several ways to log in, the first first",
      ONE(USUAL "<authentication>OAuth2</authentication><authentication>NTLM</authentication>"
                "<authentication>GSSAPI</authentication>" PASSWORD
                "<authentication>plain</authentication>"
                "<authentication>TLS-client-cert</authentication>"),
      "mail.corp.example 587 starttls XOAUTH2,OAUTHBEARER,NTLM,GSSAPI,PLAIN,LOGIN,EXTERNAL -" },
    { "none", ONE(USUAL "<authentication>none</authentication>"),
      "mail.corp.example 587 starttls none -" },
    { "by address", ONE(USUAL "<authentication>client-IP-address</authentication>"),
      "mail.corp.example 587 starttls none -" },
    { "after POP", ONE(USUAL "<authentication>smtp-after-pop</authentication>"),
      "mail.corp.example 587 starttls none -" },
    { "http-basic", ONE(USUAL "<authentication>http-basic</authentication>"), USUALLY },
    { "none, and a login", ONE(USUAL "<authentication>none</authentication>" PASSWORD), USUALLY },
    { "not said, or in words nobody knows",
      HEAD CONFIG OUT USUAL OUT_END OUT USUAL "<authentication>magic</authentication>" OUT_END FOOT,
      "mail.corp.example 587 starttls unsaid -\nmail.corp.example 587 starttls unsaid -" },
    { "plain", ONE(HOST "<port>25</port><socketType>plain</socketType>" PASSWORD),
      "mail.corp.example 25 none PLAIN,LOGIN -" },
    { "no port: by its security",
      HEAD CONFIG OUT HOST "<socketType>SSL</socketType>" PASSWORD OUT_END OUT HOST
                           "<port/><socketType>STARTTLS</socketType>" PASSWORD OUT_END FOOT,
      "mail.corp.example 465 tls PLAIN,LOGIN -\n" USUALLY },
    { "no security: by its port",
      HEAD CONFIG OUT HOST "<port>465</port>" PASSWORD OUT_END OUT HOST
                           "<port>587</port>" PASSWORD OUT_END OUT HOST PASSWORD OUT_END FOOT,
      "mail.corp.example 465 tls PLAIN,LOGIN -\n" USUALLY "\n" USUALLY },
    { "TLS, which may mean both",
      HEAD CONFIG OUT HOST "<port>465</port><socketType>TLS</socketType>" PASSWORD OUT_END OUT HOST
                           "<port>587</port><socketType>tls</socketType>" PASSWORD OUT_END FOOT,
      "mail.corp.example 465 tls PLAIN,LOGIN -\n" USUALLY },
    { "several socket types: the first that is known",
      ONE(HOST "<port>587</port><socketType>QUIC</socketType><socketType>STARTTLS</socketType>"
               "<socketType>SSL</socketType>" PASSWORD),
      USUALLY },
    { "placeholders in the host and twice in the user",
      ONE("<hostname>mail.%EMAILDOMAIN%</hostname><port>587</port>"
          "<socketType>STARTTLS</socketType>" PASSWORD
          "<username>%EMAILLOCALPART%=%emaildomain%.%REALNAME%</username>"),
      "mail.corp.example 587 starttls PLAIN,LOGIN Anna.Berg=corp.example.%REALNAME%" },
    { "an address in place of a name",
      ONE("<hostname>192.0.2.7</hostname><port>587</port><socketType>STARTTLS</"
          "socketType>" PASSWORD),
      "192.0.2.7 587 starttls PLAIN,LOGIN -" },
    { "what cannot be used is left out",
      HEAD CONFIG "<outgoingServer type=\"exchange\">" USUAL OUT_END OUT
                  "<port>587</port>" OUT_END OUT "<hostname>two words</hostname>" OUT_END OUT HOST
                  "<port>70000</port>" OUT_END OUT HOST "<port>x</port>" OUT_END OUT HOST
                  "<port>0</port>" OUT_END OUT USUAL PASSWORD OUT_END FOOT,
      USUALLY },
    { "two providers: the one that names the domain",
      HEAD "<clientConfig><emailProvider><domain>else.example</domain>" OUT
           "<hostname>mail.else.example</hostname>" OUT_END "</emailProvider><emailProvider>"
           "<domain>%EMAILDOMAIN%</domain>" OUT USUAL PASSWORD OUT_END
           "</emailProvider><emailProvider><domain>third.example</domain>" OUT
           "<hostname>mail.third.example</hostname>" OUT_END FOOT,
      USUALLY },
    { "says UTF-16 and is not",
      "<?xml version=\"1.0\" encoding=\"utf-16\"?>" CONFIG OUT USUAL PASSWORD OUT_END FOOT,
      USUALLY },
    { "says UTF-8 and is Latin-1",
      HEAD CONFIG "<displayName>M\xfcller</displayName>" OUT USUAL PASSWORD OUT_END FOOT, USUALLY },
    { "an encoding of Windows",
      "<?xml version=\"1.0\" encoding=\"windows-1252\"?>" CONFIG "<displayName>M\xfcller \x80"
      "</displayName>" OUT USUAL PASSWORD OUT_END FOOT,
      USUALLY },
    { "an entity that nobody defined spoils its own text and no other",
      ONE(USUAL PASSWORD "<username>a&nbsp;b</username><x>POP &amP; IMAP</x>"), USUALLY },
    { "a mechanism by its own name",
      ONE(USUAL "<authentication>SCRAM-SHA-256</authentication><authentication>cram-md5"
                "</authentication><authentication>XOAUTH2</authentication>"),
      "mail.corp.example 587 starttls SCRAM-SHA-256,CRAM-MD5,XOAUTH2 -" },
    { "a document type that declares nothing",
      HEAD "<!DOCTYPE clientConfig PUBLIC \"-//X//Y\" \"https://corp.example/a.dtd\">" CONFIG OUT
          USUAL PASSWORD OUT_END FOOT,
      USUALLY },
    { "bare ampersands, which are text in CDATA and no matter in comments",
      ONE("<displayName>AT&T & Sons &; &#65;&amp;</displayName><docs "
          "url=\"https://corp.example/?a=1&"
          "b=2\"/><!-- R&D -->" USUAL PASSWORD
          "<username><![CDATA[a&b]]>&c&#100;</username><?x a & b?>"),
      "mail.corp.example 587 starttls PLAIN,LOGIN a&b&cd" },
    { "no outgoing server", HEAD CONFIG FOOT, "" },
};

static bool reads(const char *document, struct arena *a, struct autoconfig *c, struct err *e)
{
    size_t n = strlen(document);
    char *exact = malloc(n ? n : 1); /* so that a sanitizer sees every octet too many */
    assert_non_null(exact);
    memcpy(exact, document, n);
    bool ok = autoconfig_read((str){ exact, n }, &ANNA, NULL, a, c, e);
    free(exact);
    return ok;
}

static void what_real_files_hold_is_read(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(READ); i++) {
        struct arena a;
        struct autoconfig c;
        struct err e = { .kind = ERR_NONE };
        struct buf b;
        arena_init(&a, 1 << 16);
        buf_init(&b, 1 << 16);
        if (!reads(READ[i].document, &a, &c, &e))
            fail_msg("%s: not read: %s", READ[i].name, e.why);
        describe(&c, &b);
        if (!str_eq(buf_str(&b), str_from(READ[i].outgoing)))
            fail_msg("%s:\n%.*s\nis not\n%s", READ[i].name, STR_ARG(buf_str(&b)), READ[i].outgoing);
        buf_done(&b);
        arena_done(&a);
    }
}

static void what_is_not_read_is_counted(void **state UNUSED)
{
    struct arena a;
    struct autoconfig c;
    struct buf b;
    arena_init(&a, 1 << 20);
    buf_init(&b, 1 << 16);
    buf_add(&b, STR(CONFIG "<incomingServer/><incomingServer/><domain>CORP.example</domain>"));
    buf_add(&b, STR("<outgoingServer type=\"ews\"/>"));
    for (unsigned i = 0; i <= AUTOCONFIG_SERVERS_MAX; i++)
        buf_add(&b, STR(OUT USUAL OUT_END));
    buf_add(&b, STR(FOOT));
    assert_true(autoconfig_read(buf_str(&b), &ANNA, NULL, &a, &c, NULL));
    assert_int_equal(c.incoming, 2);
    assert_int_equal(c.skipped, 1);
    assert_int_equal(c.count, AUTOCONFIG_SERVERS_MAX);
    assert_true(c.more);
    assert_true(c.lists_domain);
    buf_done(&b);
    arena_done(&a);
}

static const struct {
    const char *name, *document, *why; /* why: words of the sentence */
} REFUSED[] = {
    { "nothing", "", "empty" },
    { "blanks", " \n", "empty" },
    { "no XML", "hello", "line 1" },
    { "a web page", "<!DOCTYPE html>\n<html><body>not found</body></html>", "document type" },
    { "a page without a type", "<html><body/></html>", "no clientConfig" },
    { "another document", "<Autodiscover/>", "no clientConfig" },
    { "entities that unfold",
      "<!DOCTYPE a [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
      "<clientConfig>&b;</clientConfig>",
      "document type" },
    { "a bare ampersand beside what no file may hold", HEAD CONFIG "<a>x & y</a><b <c/>" FOOT,
      "not well-formed" },
    { "bare ampersands do not end", "<a>&<![CDATA[ & ", "CDATA" },
    { "an entity from a file",
      HEAD
      "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>\n<clientConfig>&x;</clientConfig>",
      "document type" },
    { "cut off", HEAD CONFIG OUT USUAL, "no element found" },
    { "elements that do not close in order", "<clientConfig><a></clientConfig></a>",
      "mismatched tag" },
};

static void what_is_none_is_refused(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(REFUSED); i++) {
        struct arena a;
        struct autoconfig c;
        struct err e = { .kind = ERR_NONE };
        arena_init(&a, 1 << 16);
        if (reads(REFUSED[i].document, &a, &c, &e))
            fail_msg("%s: read", REFUSED[i].name);
        if (str_find(str_from(e.why), str_from(REFUSED[i].why)) == STR_NOT_FOUND)
            fail_msg("%s: '%s' does not say '%s'", REFUSED[i].name, e.why, REFUSED[i].why);
        arena_done(&a);
    }
}

/* before and after around count times of what. */
static enum err_kind kind_of(const char *before, const char *what, size_t count, const char *after)
{
    struct buf b;
    struct arena a;
    struct autoconfig c;
    struct err e = { .kind = ERR_NONE };
    arena_init(&a, 1 << 16);
    buf_init(&b, 1 << 20);
    buf_add(&b, str_from(before));
    for (size_t i = 0; i < count; i++)
        buf_add(&b, str_from(what));
    buf_add(&b, str_from(after));
    assert_true(buf_ok(&b));
    bool ok = autoconfig_read(buf_str(&b), &ANNA, NULL, &a, &c, &e);
    buf_done(&b);
    arena_done(&a);
    return ok ? ERR_NONE : e.kind;
}

static void what_a_peer_can_make_grow_has_a_maximum(void **state UNUSED)
{
    assert_int_equal(kind_of("<clientConfig>", "<a>", XML_DEPTH_MAX, ""), ERR_LIMIT);
    assert_int_equal(kind_of("<clientConfig>", "<a/>", XML_ELEMENTS_MAX, "</clientConfig>"),
                     ERR_LIMIT);
    assert_int_equal(kind_of("<clientConfig>", "<a/>", 100, "</clientConfig>"), ERR_NONE);
    assert_int_equal(kind_of("<clientConfig>", " ", XML_OCTETS_MAX, "</clientConfig>"), ERR_LIMIT);
    assert_int_equal(kind_of("<clientConfig>", "text ", XML_TEXT_MAX, "</clientConfig>"), ERR_NONE);
}

/* The domain is typed in letters of its own, and DNS knows it by others. */
static void a_host_in_the_domain_is_asked_for_as_dns_knows_it(void **state UNUSED)
{
    static const struct discover_address WHO = {
        .whole = STR_INIT("anna@b\xc3\xbc.example"),
        .local_part = STR_INIT("anna"),
        .domain = STR_INIT("b\xc3\xbc.example"),
        .ascii = STR_INIT("xn--b-eha.example"),
    };
    struct arena a;
    struct autoconfig c;
    arena_init(&a, 1 << 16);
    assert_true(autoconfig_read(
        STR(ONE("<hostname>mail.%EMAILDOMAIN%</hostname><username>x@%EMAILDOMAIN%</username>")),
        &WHO, NULL, &a, &c, NULL));
    assert_int_equal(c.count, 1);
    assert_true(str_eq(c.outgoing[0].hostname, STR("mail.xn--b-eha.example")));
    assert_true(str_eq(c.outgoing[0].user, STR("x@b\xc3\xbc.example")));
    arena_done(&a);
}

/* A host that is too long to be one is not cut to one that is another. */
static void a_long_text_is_no_shorter_one(void **state UNUSED)
{
    struct buf b;
    struct arena a;
    struct autoconfig c;
    arena_init(&a, 1 << 16);
    buf_init(&b, 1 << 16);
    buf_add(&b, STR(CONFIG OUT "<hostname>mail.corp.example"));
    for (size_t i = 0; i < XML_TEXT_MAX; i++)
        buf_addc(&b, ' ');
    buf_add(&b, STR("</hostname>" OUT_END FOOT));
    assert_true(autoconfig_read(buf_str(&b), &ANNA, NULL, &a, &c, NULL));
    assert_int_equal(c.count, 0);
    assert_int_equal(c.skipped, 1);
    buf_done(&b);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_real_files_hold_is_read),
        cmocka_unit_test(what_is_not_read_is_counted),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(what_a_peer_can_make_grow_has_a_maximum),
        cmocka_unit_test(a_host_in_the_domain_is_asked_for_as_dns_knows_it),
        cmocka_unit_test(a_long_text_is_no_shorter_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
