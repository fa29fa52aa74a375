/* SPDX-License-Identifier: ISC */
#include "domain/script.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "discover/discover.h"
#include "discover/trust.h"

#define AUTOCONFIG                                                                                 \
    "https://autoconfig.corp.example/mail/config-v1.1.xml?emailaddress=anna@corp.example"
#define WELL_KNOWN   "https://corp.example/.well-known/autoconfig/mail/config-v1.1.xml"
#define AUTODISCOVER "https://autodiscover.corp.example/autodiscover/autodiscover.xml"
#define HOSTER       "https://autoconfig.hoster.example/mail/config-v1.1.xml"
#define ISPDB        "https://db.example/v1.1/corp.example"

#define CONFIG(host)                                                                               \
    "<clientConfig><emailProvider><outgoingServer type=\"smtp\"><hostname>" host                   \
    "</hostname><port>587</port><socketType>STARTTLS</socketType><username>%EMAILLOCALPART%"       \
    "</username><authentication>password-cleartext</authentication></outgoingServer>"              \
    "</emailProvider></clientConfig>"
#define POX(host)                                                                                  \
    "<Autodiscover><Response><Account><Protocol><Type>SMTP</Type><Server>" host                    \
    "</Server><Port>587</Port><Encryption>TLS</Encryption></Protocol></Account></Response>"        \
    "</Autodiscover>"

enum { LINES_MAX = 12, PAGES_MAX = 4 };

/* A page that is not named does not exist: its host has no address. */
struct page {
    const char *url;
    enum web_outcome outcome; /* SILENT: it never comes */
    const char *body;
    int status;
    bool in_clear;
};
#define SILENT ((enum web_outcome)1000)

static const struct one_case {
    const char *name, *address;
    const char *dns[LINES_MAX];
    struct page pages[PAGES_MAX];
    const char *servers; /* "HOST PORT SECURITY USER SOURCE TRUST", a line each */
    const char *says;    /* words that stand in a row of evidence: "CAME: words"; NULL */
    bool all, isp;
} CASES[] = {
    { .name = "the table knows the domain, and nobody is waited for",
      .address = "anna@gmail.com",
      .dns = { "gmail.com MX -timeout", "_submissions._tcp.gmail.com SRV -timeout",
               "_submission._tcp.gmail.com SRV -timeout" },
      .servers = "smtp.gmail.com 465 tls anna@gmail.com provider own-domain\n"
                 "smtp.gmail.com 587 starttls anna@gmail.com provider own-domain" },
    { .name = "the user's form of name",
      .address = "anna@web.de",
      .servers = "smtp.web.de 465 tls anna provider own-domain\n"
                 "smtp.web.de 587 starttls anna provider own-domain" },
    { .name = "a provider without SMTP",
      .address = "anna@tuta.com",
      .servers = "",
      .says = "nothing: takes no mail by SMTP" },
    { .name = "SRV, by priority and weight; TLS before STARTTLS",
      .dns = { "_submissions._tcp.corp.example SRV 20 0 465 c.corp.example | 10 1 465 "
               "b.corp.example | 10 "
               "5 465 a.corp.example",
               "_submission._tcp.corp.example SRV 0 0 587 a.corp.example" },
      .servers = "a.corp.example 465 tls anna@corp.example srv own-domain\n"
                 "b.corp.example 465 tls anna@corp.example srv own-domain\n"
                 "c.corp.example 465 tls anna@corp.example srv own-domain\n"
                 "a.corp.example 587 starttls anna@corp.example srv own-domain" },
    { .name = "SRV stands, and the silent web costs nothing",
      .dns = { "_submission._tcp.corp.example SRV 0 0 587 a.corp.example" },
      .pages = { { .url = AUTOCONFIG, .outcome = SILENT },
                 { .url = WELL_KNOWN, .outcome = SILENT },
                 { .url = AUTODISCOVER, .outcome = SILENT } },
      .servers = "a.corp.example 587 starttls anna@corp.example srv own-domain",
      .says = "pending: nobody waited for it" },
    { .name = "a port of its own",
      .dns = { "_submission._tcp.corp.example SRV 0 0 2587 a.corp.example" },
      .servers = "a.corp.example 2587 starttls anna@corp.example srv own-domain" },
    { .name = "SRV to somebody else's host: no password goes there",
      .dns = { "_submissions._tcp.corp.example SRV 0 0 465 smtp.other.example" },
      .servers = "smtp.other.example 465 tls anna@corp.example srv untrusted" },
    { .name = "SRV to somebody else's host, proved by DNSSEC",
      .dns = { "_submissions._tcp.corp.example SRV 0 0 465 smtp.other.example",
               "@validator _submissions._tcp.corp.example SRV -secure 0 0 465 smtp.other.example" },
      .servers = "smtp.other.example 465 tls anna@corp.example srv dnssec" },
    { .name = "the validator says the same, and proves nothing",
      .dns = { "_submissions._tcp.corp.example SRV 0 0 465 smtp.other.example",
               "@validator _submissions._tcp.corp.example SRV 0 0 465 smtp.other.example" },
      .servers = "smtp.other.example 465 tls anna@corp.example srv untrusted" },
    { .name = "what DNSSEC proves is another record",
      .dns = { "_submissions._tcp.corp.example SRV 0 0 465 smtp.other.example",
               "@validator _submissions._tcp.corp.example SRV -secure 0 0 465 a.third.example" },
      .servers = "smtp.other.example 465 tls anna@corp.example srv untrusted" },
    { .name = "signatures that are bogus",
      .dns = { "_submissions._tcp.corp.example SRV 0 0 465 smtp.other.example",
               "@validator _submissions._tcp.corp.example SRV -bogus 0 0 465 smtp.other.example" },
      .servers = "smtp.other.example 465 tls anna@corp.example srv untrusted" },
    { .name = "SRV to a provider of the table",
      .dns = { "_submissions._tcp.corp.example SRV 0 0 465 smtp.fastmail.com" },
      .servers = "smtp.fastmail.com 465 tls anna@corp.example srv table" },
    { .name = "not offered, and so nothing is guessed",
      .dns = { "_submissions._tcp.corp.example SRV 0 0 0 .",
               "_submission._tcp.corp.example SRV 0 0 0 .", "smtp.corp.example A 192.0.2.1",
               "corp.example A 192.0.2.1" },
      .servers = "",
      .says = "nothing: does not offer" },
    { .name = "TLS at once not offered, STARTTLS is",
      .dns = { "_submissions._tcp.corp.example SRV 0 0 0 .",
               "_submission._tcp.corp.example SRV 0 0 587 a.corp.example" },
      .servers = "a.corp.example 587 starttls anna@corp.example srv own-domain" },
    { .name = "a target that is no host, a port that is none",
      .dns = { "_submissions._tcp.corp.example SRV 0 0 0 a.corp.example | 1 0 465 "
               "a\\032b.corp.example" },
      .servers = "" },
    { .name = "autoconfig, which may name any host",
      .dns = { "corp.example MX 10 mx.corp.example", "smtp.corp.example A 192.0.2.1" },
      .pages = { { .url = AUTOCONFIG, .outcome = WEB_OK, .body = CONFIG("mail.other.example") } },
      .servers = "mail.other.example 587 starttls anna autoconfig https" },
    { .name = "autoconfig before .well-known",
      .pages = { { .url = AUTOCONFIG, .outcome = WEB_OK, .body = CONFIG("one.corp.example") },
                 { .url = WELL_KNOWN, .outcome = WEB_OK, .body = CONFIG("two.corp.example") } },
      .servers = "one.corp.example 587 starttls anna autoconfig own-domain\n"
                 "two.corp.example 587 starttls anna well-known own-domain",
      .all = true },
    { .name = ".well-known",
      .pages = { { .url = WELL_KNOWN, .outcome = WEB_OK, .body = CONFIG("mail.corp.example") } },
      .servers = "mail.corp.example 587 starttls anna well-known own-domain" },
    { .name = "the same server twice stands once, by the better source",
      .dns = { "_submission._tcp.corp.example SRV 0 0 587 mail.corp.example" },
      .pages = { { .url = AUTOCONFIG, .outcome = WEB_OK, .body = CONFIG("mail.corp.example") } },
      .servers = "mail.corp.example 587 starttls anna@corp.example srv own-domain",
      .all = true },
    { .name = "a page without TLS proves nothing and is not read",
      .pages = { { .url = AUTOCONFIG,
                   .outcome = WEB_OK,
                   .body = CONFIG("mail.corp.example"),
                   .in_clear = true } },
      .servers = "",
      .says = "refused: without TLS" },
    { .name = "a page that is no clientConfig",
      .pages = { { .url = AUTOCONFIG, .outcome = WEB_OK, .body = "<!DOCTYPE html><html/>" } },
      .servers = "",
      .says = "refused: document type" },
    { .name = "a certificate that is not trusted",
      .pages = { { .url = AUTOCONFIG, .outcome = WEB_CERTIFICATE } },
      .servers = "",
      .says = "refused: told by the web" },
    { .name = "a page that says server error",
      .pages = { { .url = AUTOCONFIG, .outcome = WEB_STATUS, .status = 503 } },
      .servers = "",
      .says = "failed: told by the web" },
    { .name = "a login is wanted",
      .pages = { { .url = AUTODISCOVER, .outcome = WEB_STATUS, .status = 401 } },
      .servers = "",
      .says = "refused: told by the web" },
    { .name = "a database, only where it is named; it is told no address",
      .pages = { { .url = ISPDB, .outcome = WEB_OK, .body = CONFIG("mail.hoster.example") } },
      .servers = "" },
    { .name = "the MX is a provider's",
      .dns = { "corp.example MX 1 aspmx.l.google.com | 5 alt1.aspmx.l.google.com",
               "smtp.corp.example A 192.0.2.1" },
      .servers = "smtp.gmail.com 465 tls anna@corp.example mx-provider table\n"
                 "smtp.gmail.com 587 starttls anna@corp.example mx-provider table" },
    { .name = "the MX with the lowest preference decides",
      .dns = { "corp.example MX 50 aspmx.l.google.com | 10 "
               "corp-example.mail.protection.outlook.com" },
      .servers = "smtp.office365.com 587 starttls anna@corp.example mx-provider table" },
    { .name =
          "the MX' provider publishes settings: not trusted, since anybody may say whose the MX is",
      .dns = { "corp.example MX 10 mx.hoster.example" },
      .pages = { { .url = HOSTER, .outcome = WEB_OK, .body = CONFIG("mail.hoster.example") } },
      .servers = "mail.hoster.example 587 starttls anna mx-autoconfig untrusted" },
    { .name = "the same, and the validator only says the same",
      .dns = { "corp.example MX 10 mx.hoster.example",
               "@validator corp.example MX 10 mx.hoster.example" },
      .pages = { { .url = HOSTER, .outcome = WEB_OK, .body = CONFIG("mail.hoster.example") } },
      .servers = "mail.hoster.example 587 starttls anna mx-autoconfig untrusted" },
    { .name = "the same, and DNSSEC proves the MX",
      .dns = { "corp.example MX 10 mx.hoster.example",
               "@validator corp.example MX -secure 10 mx.hoster.example" },
      .pages = { { .url = HOSTER, .outcome = WEB_OK, .body = CONFIG("mail.hoster.example") } },
      .servers = "mail.hoster.example 587 starttls anna mx-autoconfig https" },
    { .name = "the null MX",
      .dns = { "corp.example MX 0 ." },
      .servers = "",
      .says = "nothing: null MX" },
    { .name = "Autodiscover that answers without a password",
      .pages = { { .url = AUTODISCOVER, .outcome = WEB_OK, .body = POX("mail.corp.example") } },
      .servers = "mail.corp.example 587 starttls - autodiscover own-domain" },
    { .name = "Autodiscover is an alias of Exchange Online",
      .dns = { "autodiscover.corp.example A -chain=autodisc.ms-acdc-autod.office.com 192.0.2.1" },
      .servers = "smtp.office365.com 587 starttls anna@corp.example autodiscover table" },
    { .name = "an alias of who only ends like it",
      .dns = { "autodiscover.corp.example A -chain=evil-outlook.com 192.0.2.1" },
      .servers = "" },
    { .name = "Autodiscover by SRV, within the organisation",
      .dns = { "_autodiscover._tcp.corp.example SRV 0 0 443 ex.corp.example" },
      .pages = { { .url = "https://ex.corp.example/autodiscover/autodiscover.xml",
                   .outcome = WEB_OK,
                   .body = POX("mail.corp.example") } },
      .servers = "mail.corp.example 587 starttls - autodiscover own-domain" },
    { .name = "Autodiscover by SRV, to somebody else",
      .dns = { "_autodiscover._tcp.corp.example SRV 0 0 443 ex.other.example" },
      .pages = { { .url = "https://ex.other.example/autodiscover/autodiscover.xml",
                   .outcome = WEB_OK,
                   .body = POX("mail.corp.example") } },
      .servers = "",
      .says = "refused: of another organisation" },
    { .name = "usual names, those that exist",
      .dns = { "corp.example MX 10 mx1.corp.example", "mail.corp.example AAAA 2001:db8::1",
               "mx1.corp.example A 192.0.2.3" },
      .servers = "mail.corp.example 465 tls - guess own-domain\n"
                 "mail.corp.example 587 starttls - guess own-domain\n"
                 "mx1.corp.example 465 tls - guess own-domain\n"
                 "mx1.corp.example 587 starttls - guess own-domain" },
    { .name = "where every name exists, a name tells nothing",
      .dns = { "baton-asks-whether-any-name-exists.corp.example A 192.0.2.1",
               "smtp.corp.example A 192.0.2.1", "corp.example A 192.0.2.1",
               "corp.example MX 10 mx.other.example" },
      .servers = "corp.example 465 tls - guess own-domain\n"
                 "corp.example 587 starttls - guess own-domain" },
    { .name = "... with an address of its own the domain itself is one",
      .dns = { "baton-asks-whether-any-name-exists.corp.example A 192.0.2.1",
               "corp.example A 192.0.2.2" },
      .servers = "corp.example 465 tls - guess own-domain\n"
                 "corp.example 587 starttls - guess own-domain" },
    { .name = "a resolver that gives every name an address makes no domain",
      .dns = { "baton-asks-whether-any-name-exists.corp.example A 192.0.2.1",
               "smtp.corp.example A 192.0.2.1", "mail.corp.example A 192.0.2.1",
               "corp.example A 192.0.2.1" },
      .servers = "",
      .says = "failed: makes up answers" },
    { .name = "a look-up that failed is no name",
      .dns = { "smtp.corp.example A -servfail", "smtp.corp.example AAAA -servfail" },
      .servers = "",
      .says = "failed: the look-up failed" },
    { .name = "the network's provider, by our table",
      .dns = { "7.2.0.192.in-addr.arpa PTR p5b0c1d2e.dip0.t-ipconnect.de",
               "p5b0c1d2e.dip0.t-ipconnect.de A 192.0.2.7" },
      .servers = "securesmtp.t-online.de 465 tls anna@corp.example isp untrusted\n"
                 "securesmtp.t-online.de 587 starttls anna@corp.example isp untrusted",
      .isp = true },
    { .name = "the network's provider, by what it publishes",
      .dns = { "7.2.0.192.in-addr.arpa PTR line7.isp.test", "line7.isp.test A 192.0.2.7",
               "_submission._tcp.isp.test SRV 0 0 587 smtp.isp.test" },
      .servers = "smtp.isp.test 587 starttls anna@corp.example isp untrusted",
      .isp = true },
    { .name = "the network does not matter where the domain has a server",
      .dns = { "7.2.0.192.in-addr.arpa PTR p5b0c1d2e.dip0.t-ipconnect.de",
               "_submission._tcp.corp.example SRV 0 0 587 a.corp.example" },
      .servers = "a.corp.example 587 starttls anna@corp.example srv own-domain",
      .isp = true,
      .all = true },
    { .name = "nothing at all", .servers = "" },
};

struct asking {
    const struct one_case *c;
    struct discover_question q;
    struct fetched *web;
    struct arena arena;
    struct discovery out;
    unsigned pages;
};

static const struct page *page_of(const struct one_case *c, str url)
{
    static const struct page NONE = { .outcome = WEB_NO_HOST };
    for (size_t i = 0; i < PAGES_MAX && c->pages[i].url; i++)
        if (str_eq(str_from(c->pages[i].url), url))
            return &c->pages[i];
    return &NONE;
}

static bool bring_pages(struct asking *x)
{
    bool any = false;
    for (str url; fetched_next(x->web, &url); x->pages++) {
        const struct page *p = page_of(x->c, url);
        if (p->outcome == SILENT)
            continue;
        struct web_page page = { .outcome = p->outcome,
                                 .status = p->status,
                                 .verified = !p->in_clear,
                                 .url = url,
                                 .body = str_from(p->body),
                                 .why = "https://x: told by the web" };
        fetched_put(x->web, url, &page);
        any = true;
    }
    return any;
}

static bool core(struct dns_known *k, void *user)
{
    struct asking *x = user;
    do {
        if (discover_look(k, x->web, &x->q, &x->arena, &x->out))
            return true;
    } while (bring_pages(x));
    return false;
}

static void describe(const struct discovery *d, struct buf *b)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct discover_server *s = &d->servers[i];
        buf_addf(b, "%s%.*s %u %.*s %.*s %.*s %.*s", i ? "\n" : "", STR_ARG(s->hostname), s->port,
                 STR_ARG(names_of(&SMTP_SECURITY_NAMES, (int)s->security)),
                 STR_ARG(s->user.n ? s->user : STR("-")),
                 STR_ARG(names_of(&DISCOVER_SOURCE_NAMES, (int)s->source)),
                 STR_ARG(names_of(&DISCOVER_WHY_NAMES, (int)s->trust)));
    }
}

static bool is_said(const struct discovery *d, str said)
{
    str words = said, came = str_cut(&words, ':');
    for (size_t i = 0; i < d->evidence_count; i++)
        if (str_eq(names_of(&DISCOVERY_CAME_NAMES, (int)d->evidence[i].came), came) &&
            str_find(d->evidence[i].said, str_trim(words)) != STR_NOT_FOUND)
            return true;
    return false;
}

static struct discover_address address_of(const char *text)
{
    str whole = str_from(text), domain = str_skip(whole, str_rfind_octet(whole, '@') + 1);
    return (struct discover_address){ .whole = whole,
                                      .local_part = str_take(whole, whole.n - domain.n - 1),
                                      .domain = domain,
                                      .ascii = domain };
}

static void ask(const struct one_case *c, struct asking *x)
{
    struct dns_known *k = dns_known_new(0);
    const char *lines[LINES_MAX + 2] = { NULL };
    size_t n = 0;
    for (; n < LINES_MAX && c->dns[n]; n++)
        lines[n] = c->dns[n];
    lines[n] = "corp.example TXT there-is-one";
    *x = (struct asking){ .c = c,
                          .web = fetched_new(),
                          .q = { .who = address_of(c->address ? c->address : "anna@corp.example"),
                                 .all = c->all } };
    if (c->isp)
        assert_true(ip_parse(STR("192.0.2.7"), &x->q.public_ip));
    arena_init(&x->arena, 8 << 20);
    assert_true(k && x->web);
    script_run(k, lines, core, x);
    dns_known_free(k);
}

static void done(struct asking *x)
{
    fetched_free(x->web);
    arena_done(&x->arena);
}

static void servers_stand_in_order(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct one_case *c = &CASES[i];
        struct asking x;
        struct buf b;
        ask(c, &x);
        buf_init(&b, 1 << 16);
        describe(&x.out, &b);
        if (!str_eq(buf_str(&b), str_from(c->servers)))
            fail_msg("%s:\n%.*s\nis not\n%s", c->name, STR_ARG(buf_str(&b)), c->servers);
        if (c->says && !is_said(&x.out, str_from(c->says)))
            fail_msg("%s: '%s' is not said", c->name, c->says);
        buf_done(&b);
        done(&x);
    }
}

static void a_database_is_asked_only_where_it_is_named(void **state UNUSED)
{
    static const struct one_case DATABASE = {
        .pages = { { .url = ISPDB, .outcome = WEB_OK, .body = CONFIG("mail.hoster.example") } }
    };
    struct asking x;
    struct dns_known *k = dns_known_new(0);
    const char *lines[] = { "corp.example TXT there-is-one", NULL };
    x = (struct asking){ .c = &DATABASE,
                         .web = fetched_new(),
                         .q = { .who = address_of("anna@corp.example"),
                                .ispdb = STR("https://db.example/v1.1") } };
    arena_init(&x.arena, 8 << 20);
    script_run(k, lines, core, &x);
    assert_int_equal(x.out.count, 1);
    assert_int_equal(x.out.servers[0].source, DISCOVER_ISPDB);
    assert_int_equal(x.out.servers[0].trust, DISCOVER_HTTPS);
    dns_known_free(k);
    done(&x);
}

/* Answers come one by one. A better source that has not answered is waited for, a worse one is not. */
static void put(struct dns_known *k, const char *name, enum dns_type type,
                const struct dns_record *r)
{
    struct dns_answer a = { .question = { .name = str_from(name), .type = type },
                            .code = r ? DNS_OK : DNS_NXDOMAIN,
                            .records = r,
                            .count = r != NULL };
    assert_true(dns_known_put(k, &a));
}

static void put_page(struct asking *x, const char *url, const char *body)
{
    struct web_page page = { .outcome = body ? WEB_OK : WEB_NO_HOST,
                             .verified = true,
                             .body = str_from(body) };
    fetched_put(x->web, str_from(url), &page);
}

static void only_better_answers_are_waited_for(void **state UNUSED)
{
    static const struct dns_record MX = { .type = DNS_MX, .name = STR_INIT("aspmx.l.google.com") };
    struct asking x = { .web = fetched_new(), .q = { .who = address_of("anna@corp.example") } };
    struct dns_known *k = dns_known_new(0);
    arena_init(&x.arena, 8 << 20);
    assert_false(discover_look(k, x.web, &x.q, &x.arena, &x.out));
    put(k, "corp.example", DNS_MX, &MX);
    assert_false(discover_look(k, x.web, &x.q, &x.arena, &x.out));
    assert_int_equal(x.out.servers[0].source, DISCOVER_MX_PROVIDER);
    put(k, "_submissions._tcp.corp.example", DNS_SRV, NULL);
    put(k, "_submission._tcp.corp.example", DNS_SRV, NULL);
    put_page(&x, WELL_KNOWN, NULL);
    assert_false(discover_look(k, x.web, &x.q, &x.arena, &x.out));
    put_page(&x, AUTOCONFIG, CONFIG("mail.corp.example"));
    assert_true(discover_look(k, x.web, &x.q, &x.arena, &x.out)); /* Autodiscover never came */
    assert_int_equal(x.out.servers[0].source, DISCOVER_AUTOCONFIG);
    dns_known_free(k);
    done(&x);
}

/* Whether the domain exists is not known where the look-up fails. */
static void a_failure_is_no_absence(void **state UNUSED)
{
    static const char *const FAILED[] = { "gmial.com MX -servfail", "gmial.com MX -timeout",
                                          "gmial.com MX -refused", "gmial.com MX -broken" };
    static const struct one_case NO_PAGES = { .name = "" };
    for (size_t i = 0; i < COUNT_OF(FAILED); i++) {
        struct asking x = { .c = &NO_PAGES,
                            .web = fetched_new(),
                            .q = { .who = address_of("anna@gmial.com") } };
        struct dns_known *k = dns_known_new(0);
        const char *lines[] = { FAILED[i], "gmail.com MX 5 gmail-smtp-in.l.google.com", NULL };
        arena_init(&x.arena, 8 << 20);
        script_run(k, lines, core, &x);
        assert_false(x.out.no_such_domain);
        assert_int_equal(x.out.nearest.n, 0);
        dns_known_free(k);
        done(&x);
    }
}

/* A domain that is not there: the nearest that is, and no page is waited for. */
static void a_slip_of_the_finger_is_told(void **state UNUSED)
{
    static const struct one_case SLIP = {
        .pages = { { .url = "https://autoconfig.gmial.com/mail/"
                            "config-v1.1.xml?emailaddress=anna@gmial.com",
                     .outcome = SILENT } }
    };
    struct asking x = { .c = &SLIP,
                        .web = fetched_new(),
                        .q = { .who = address_of("anna@gmial.com") } };
    struct dns_known *k = dns_known_new(0);
    const char *lines[] = { "gmail.com MX 5 gmail-smtp-in.l.google.com", NULL };
    arena_init(&x.arena, 8 << 20);
    script_run(k, lines, core, &x);
    assert_true(x.out.no_such_domain);
    assert_true(str_eq(x.out.nearest, STR("gmail.com")));
    assert_int_equal(x.out.count, 0);
    dns_known_free(k);
    done(&x);
}

static void redirects_stay_within_the_organisation(void **state UNUSED)
{
    assert_true(discover_may_follow(STR("autoconfig.corp.example"), STR("www.corp.example"), NULL));
    assert_true(discover_may_follow(STR("a.corp.example"), STR("A.corp.example"), NULL));
    assert_false(discover_may_follow(STR("autoconfig.corp.example"), STR("corp.test"), NULL));
    assert_false(
        discover_may_follow(STR("autoconfig.corp.example"), STR("corp.example.evil.test"), NULL));
    assert_false(discover_may_follow(STR("a.co.uk"), STR("b.co.uk"), NULL));
}

/* A list on which "pages.example", as everybody's "example", is a suffix that others register names below. */
static enum dns_suffix_answer look_up(const char *name, size_t *at)
{
    str whole = str_from(name), under = STR("pages.example");
    if (str_eq(whole, under) || str_find_octet(whole, '.') == STR_NOT_FOUND)
        return DNS_PUBLIC_SUFFIX;
    size_t end = whole.n -
                 (str_ends_nocase(whole, STR(".pages.example")) ? under.n + 1 : sizeof "example");
    size_t dot = str_rfind_octet(str_take(whole, end), '.');
    *at = dot == STR_NOT_FOUND ? 0 : dot + 1;
    return DNS_REGISTRABLE;
}
static const struct dns_suffixes LIST = { look_up };

static enum dns_suffix_answer look_nowhere(const char *name UNUSED, size_t *at UNUSED)
{
    return DNS_NO_LIST;
}
static const struct dns_suffixes NO_LIST = { look_nowhere };

static const struct {
    const char *host, *domain;
    const struct dns_suffixes *suffixes;
    bool own;
} OWN[] = {
    { "mail.corp.example", "corp.example", &LIST, true },
    { "MAIL.corp.example.", "corp.example", &LIST, true },
    { "mail.corp.example", "sub.corp.example", &LIST, true },
    { "mail.corp.example.evil.example", "corp.example", &LIST, false },
    { "notcorp.example", "corp.example", &LIST, false },
    { "a.pages.example", "b.pages.example", &LIST, false },
    { "x.a.pages.example", "a.pages.example", &LIST, true },
    { "autoconfig.pages.example", "pages.example", &LIST, false },
    { "pages.example", "pages.example", &LIST, true },
    { "192.0.2.1", "corp.example", &LIST, false },
    { "mail.corp.example", "corp.example", &NO_LIST, true },
    { "b.suffix.example", "a.suffix.example", &NO_LIST, false }, /* it may be one */
    { "notcorp.example", "corp.example", &NO_LIST, false },
};

static void an_organisation_ends_where_names_are_sold(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(OWN); i++)
        if (discover_is_own(str_from(OWN[i].host), str_from(OWN[i].domain), OWN[i].suffixes) !=
            OWN[i].own)
            fail_msg("%s for %s", OWN[i].host, OWN[i].domain);
}

/* "autoconfig" below a suffix that is sold is anybody's name, and his certificate is good. */
static void who_registered_autoconfig_is_not_believed(void **state UNUSED)
{
    static const struct one_case ANYBODY = {
        .pages = { { .url = "https://autoconfig.pages.example/mail/config-v1.1.xml?emailaddress="
                            "anna@pages.example",
                     .outcome = WEB_OK,
                     .body = CONFIG("mail.evil.example") },
                   { .url = "https://autodiscover.pages.example/autodiscover/autodiscover.xml",
                     .outcome = WEB_OK,
                     .body = POX("smtp.evil.example") } }
    };
    struct asking x = {
        .c = &ANYBODY,
        .web = fetched_new(),
        .q = { .who = address_of("anna@pages.example"), .suffixes = &LIST, .all = true }
    };
    struct dns_known *k = dns_known_new(0);
    const char *lines[] = { "pages.example TXT there-is-one", NULL };
    arena_init(&x.arena, 8 << 20);
    script_run(k, lines, core, &x);
    assert_int_equal(x.out.count, 2);
    assert_int_equal(x.out.servers[0].trust, DISCOVER_UNTRUSTED);
    assert_int_equal(x.out.servers[1].trust, DISCOVER_UNTRUSTED);
    dns_known_free(k);
    done(&x);
}

/* What one table holds is bounded; behind that it says so. */
static void pages_have_a_maximum(void **state UNUSED)
{
    struct fetched *f = fetched_new();
    char url[40];
    for (int i = 0; i < FETCHED_MAX; i++) {
        snprintf(url, sizeof url, "https://x.example/%d", i);
        assert_null(fetched_get(f, str_from(url)));
    }
    assert_int_equal(fetched_get(f, STR("https://x.example/more"))->outcome, WEB_UNABLE);
    str first;
    assert_true(fetched_next(f, &first));
    assert_int_equal(fetched_open(f), 1);
    struct web_page page = { .outcome = WEB_OK, .body = STR("one") };
    fetched_put(f, first, &page);
    page.body = STR("two");
    fetched_put(f, first, &page); /* the first stays */
    assert_int_equal(fetched_open(f), 0);
    assert_true(str_eq(fetched_get(f, first)->body, STR("one")));
    char *large = calloc(1, FETCHED_OCTETS_MAX);
    page.body = (str){ large, FETCHED_OCTETS_MAX };
    str second;
    assert_true(fetched_next(f, &second));
    fetched_put(f, second, &page);
    assert_int_equal(fetched_get(f, second)->outcome, WEB_UNABLE);
    free(large);
    fetched_free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers_stand_in_order),
        cmocka_unit_test(a_database_is_asked_only_where_it_is_named),
        cmocka_unit_test(only_better_answers_are_waited_for),
        cmocka_unit_test(a_failure_is_no_absence),
        cmocka_unit_test(a_slip_of_the_finger_is_told),
        cmocka_unit_test(redirects_stay_within_the_organisation),
        cmocka_unit_test(an_organisation_ends_where_names_are_sold),
        cmocka_unit_test(who_registered_autoconfig_is_not_believed),
        cmocka_unit_test(pages_have_a_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
