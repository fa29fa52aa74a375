/* SPDX-License-Identifier: ISC */
#include "base/password_shape.h"
#include "cmd/cmd.h"
#include "cmd/doctor_flags.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 1 << 20, WORDS = 16, SECRET_ROOM = 8192 };
#define S "--server", "mail.example.org"

static struct arena arena;
static struct buf password;
static struct doctor_flags flags;

static bool read_flags(const char *const *words, struct err *e)
{
    static char *argv[WORDS + 2];
    int argc = 1;
    argv[0] = (char *)"doctor";
    while (argc <= WORDS && words[argc - 1]) {
        argv[argc] = (char *)words[argc - 1];
        argc++;
    }
    argv[argc] = NULL;
    *e = (struct err){ .kind = ERR_NONE };
    arena_init(&arena, ARENA_MAX);
    buf_init(&password, SECRET_ROOM);
    return doctor_flags_read(&flags, argc, argv, &arena, &password, e);
}

static void forget(void)
{
    doctor_flags_done(&flags);
    buf_wipe_done(&password);
    arena_done(&arena);
}

/* What was understood, in one line; what was not said is left out. */
static const char *flags_words(char *out, size_t room)
{
    const struct doctor_options *o = &flags.o;
    const struct smtp_attempt *a = &o->asked.attempt;
    char source[IP_TEXT_MAX];
    const struct {
        const char *name;
        str value;
    } PARTS[] = {
        { "from", a->from_null ? STR("<>") : a->from },
        { "to", a->to },
        { "own", o->asked.own_address },
        { "header", a->header_from },
        { "helo", a->helo },
        { "source", str_from(ip_text(&a->source, source)) },
        { "mech", a->mechanism },
        { "user", a->user },
        { "password", o->password },
        { "token", o->token },
        { "error", o->asked.pasted_error },
    };
    int n = snprintf(out, room, "%.*s:%u %.*s", STR_ARG(a->host), a->port,
                     STR_ARG(names_of(&SMTP_SECURITY_NAMES, (int)a->security)));
    for (size_t i = 0; i < COUNT_OF(PARTS); i++)
        if (PARTS[i].value.n)
            n += snprintf(out + n, room - (size_t)n, " %s=%.*s", PARTS[i].name,
                          STR_ARG(PARTS[i].value));
    snprintf(out + n, room - (size_t)n, "%s", o->asked.login_known ? " known" : "");
    return out;
}

/* ------------------------------------------------------------------------------------------------
 * What is understood. BATON_TEST_SECRET holds "secret".
 */
#define ENV "--password-env", "BATON_TEST_SECRET"

static const struct good_case {
    const char *label, *words[WORDS];
    const char *want;
} GOOD[] = {
    /* --server */
    { "a host", { S }, "mail.example.org:0 auto" },
    { "a host and a port", { "--server", "mail.example.org:587" }, "mail.example.org:587 auto" },
    { "in capitals, with a dot", { "--server", "MAIL.Example.Org." }, "mail.example.org:0 auto" },
    { "blanks around", { "--server", " mail.example.org " }, "mail.example.org:0 auto" },
    { "IPv4", { "--server", "192.0.2.1" }, "192.0.2.1:0 auto" },
    { "IPv4 and a port", { "--server", "192.0.2.1:25" }, "192.0.2.1:25 auto" },
    { "IPv6 in brackets", { "--server", "[2001:db8::1]" }, "2001:db8::1:0 auto" },
    { "IPv6 in brackets and a port", { "--server", "[2001:db8::1]:465" }, "2001:db8::1:465 auto" },
    { "IPv6 without brackets", { "--server", "2001:db8::1" }, "2001:db8::1:0 auto" },
    { "another script",
      { "--server", "mail.b\xc3\xbc"
                    "cher.example:587" },
      "mail.xn--bcher-kva.example:587 auto" },
    /* --security */
    { "starttls", { S, "--security", "starttls" }, "mail.example.org:0 starttls" },
    { "none", { S, "--security", "none" }, "mail.example.org:0 none" },
    { "auto", { S, "--security", "auto" }, "mail.example.org:0 auto" },
    { "ssl means tls", { S, "--security", "ssl" }, "mail.example.org:0 tls" },
    { "SSL/TLS means tls", { S, "--security=SSL/TLS" }, "mail.example.org:0 tls" },
    /* what a login is made with */
    { "a token",
      { "anna@example.org", S, "--token-command", "echo ey.J0", "--auth", "xoauth2" },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=XOAUTH2 "
      "user=anna@example.org token=ey.J0 known" },
    { "a ticket, which names the user",
      { "anna@example.org", S, "--auth", "GSSAPI" },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=GSSAPI known" },
    { "a ticket, and whom to act as",
      { "anna@example.org", S, "--auth", "GSSAPI", "--user", "office" },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=GSSAPI user=office "
      "known" },
    { "EXTERNAL without a certificate is tried, and then says so",
      { "anna@example.org", S, "--auth", "EXTERNAL" },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=EXTERNAL known" },
    { "a Windows user",
      { "anna@example.org", S, "--auth", "NTLM", "--user", "CORP\\anna", ENV },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=NTLM "
      "user=CORP\\anna password=secret known" },
    /* addresses */
    { "ADDRESS",
      { "anna@example.org", S },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org" },
    { "ADDRESS and --from",
      { "anna@example.org", S, "--from", "x@example.net" },
      "mail.example.org:0 auto from=x@example.net own=anna@example.org" },
    { "the empty reverse-path",
      { "anna@example.org", S, "--from", "<>" },
      "mail.example.org:0 auto from=<> own=anna@example.org" },
    { "a sender that is no mailbox",
      { "anna@example.org", S, "--from", "anna@@example.org" },
      "mail.example.org:0 auto from=anna@@example.org own=anna@example.org" },
    { "the user is a mailbox",
      { S, "--user", "anna@example.org", ENV },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=auto "
      "user=anna@example.org password=secret known" },
    { "the user is none",
      { "anna@example.org", S, "--user", "anna", ENV },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=auto user=anna "
      "password=secret known" },
    { "a recipient",
      { "anna@example.org", S, "--to", "bob@outside.example" },
      "mail.example.org:0 auto from=anna@example.org to=bob@outside.example "
      "own=anna@example.org" },
    { "a domain in another script",
      { "anna@b\xc3\xbc"
        "cher.example",
        S, "--to",
        "bob@b\xc3\xbc"
        "cher.example" },
      "mail.example.org:0 auto from=anna@xn--bcher-kva.example to=bob@xn--bcher-kva.example "
      "own=anna@xn--bcher-kva.example" },
    { "a local-part in another script stays",
      { "j\xc3\xb6rg@b\xc3\xbc"
        "cher.example",
        S },
      "mail.example.org:0 auto from=j\xc3\xb6rg@b\xc3\xbc"
      "cher.example "
      "own=j\xc3\xb6rg@b\xc3\xbc"
      "cher.example" },
    { "the author of the message",
      { "anna@example.org", S, "--header-from", "x@example.net" },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org header=x@example.net" },
    /* what was pasted */
    { "the recipient comes from the error",
      { "anna@example.org", S, "--error", "550 <bob@outside.example>: no" },
      "mail.example.org:0 auto from=anna@example.org to=bob@outside.example own=anna@example.org "
      "error=550 <bob@outside.example>: no" },
    { "--to outweighs it",
      { "anna@example.org", S, "--to", "carl@outside.example", "--error", "<bob@outside.example>" },
      "mail.example.org:0 auto from=anna@example.org to=carl@outside.example "
      "own=anna@example.org error=<bob@outside.example>" },
    { "the own address in it is no recipient",
      { "anna@example.org", S, "--error", "550 <anna@example.org> no" },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org "
      "error=550 <anna@example.org> no" },
    { "a password in it is masked, also one that stood in a part of a message",
      { "anna@example.org", S, "--error",
        "MIME-Version: 1.0\nFrom: x@example.net\nContent-Type: text/plain\n"
        "Content-Transfer-Encoding: base64\n\ncGFzc3dvcmQ9czNjcjN0CjU1MCBubwo=\n" },
      "mail.example.org:0 auto from=anna@example.org to=x@example.net own=anna@example.org "
      "error=From: x@example.net\n\npassword=[hidden]\n550 no\n\n\n" },
    /* the login */
    { "a password: the program logs in",
      { "anna@example.org", S, ENV },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=auto "
      "user=anna@example.org password=secret known" },
    { "--auth none with a login: it does not, though the login exists",
      { "anna@example.org", S, "--auth", "none", "--user", "anna", ENV },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org user=anna "
      "password=secret known" },
    { "--auth none without one",
      { "anna@example.org", S, "--auth", "NONE" },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org" },
    { "a mechanism, in small letters",
      { "anna@example.org", S, "--auth", "cram-md5", ENV },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=CRAM-MD5 "
      "user=anna@example.org password=secret known" },
    { "a mechanism and no password",
      { "anna@example.org", S, "--auth", "plain" },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=PLAIN "
      "user=anna@example.org" },
    { "a password from a command",
      { "anna@example.org", S, "--password-command", "echo from-a-command" },
      "mail.example.org:0 auto from=anna@example.org own=anna@example.org mech=auto "
      "user=anna@example.org password=from-a-command known" },
    /* the rest */
    { "what to say in EHLO",
      { S, "--helo", "localhost" },
      "mail.example.org:0 auto helo=localhost" },
    { "an EHLO name with an underscore",
      { S, "--helo", "my_printer" },
      "mail.example.org:0 auto helo=my_printer" },
    { "an address literal",
      { S, "--helo", "[192.0.2.9]" },
      "mail.example.org:0 auto helo=[192.0.2.9]" },
    { "where to connect from",
      { S, "--source", "127.0.0.1" },
      "mail.example.org:0 auto source=127.0.0.1" },
};

static void understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(GOOD); i++) {
        char got[1024];
        struct err e;
        print_message("  %s\n", GOOD[i].label);
        setenv("BATON_TEST_SECRET", "secret", 1);
        if (!read_flags(GOOD[i].words, &e))
            fail_msg("%s", e.why);
        assert_string_equal(flags_words(got, sizeof got), GOOD[i].want);
        forget();
    }
}

/* ------------------------------------------------------------------------------------------------
 * What is not: the sentence names the flag, and what to do
 */
static const struct bad_case {
    const char *label, *words[WORDS];
    const char *flag, *remedy;
} BAD[] = {
    { "no server", { "--user", "anna" }, "--server", "give --server HOST" },
    { "an empty server", { "--server", "" }, "--server", "give --server HOST" },
    { "a port that is none", { "--server", "mail.example.org:smtp" }, "--server", "HOST:PORT" },
    { "port 0", { "--server", "mail.example.org:0" }, "--server", "HOST:PORT" },
    { "a port over 65535", { "--server", "mail.example.org:65536" }, "--server", "HOST:PORT" },
    { "an empty port", { "--server", "mail.example.org:" }, "--server", "HOST:PORT" },
    { "a bracket left open", { "--server", "[2001:db8::1" }, "--server", "brackets" },
    { "something behind the bracket", { "--server", "[2001:db8::1]x" }, "--server", "brackets" },
    { "two colons, no IPv6", { "--server", "a:b:c" }, "--server", "brackets" },
    { "a security", { S, "--security", "yes" }, "--security", "none, starttls, tls" },
    { "a mechanism", { S, "--auth", "PLA IN" }, "--auth", "PLAIN, LOGIN" },
    { "an empty mechanism", { S, "--auth", "" }, "--auth", "PLAIN, LOGIN" },
    { "a source", { S, "--source", "eth0" }, "--source", "IP address" },
    { "a source of another machine",
      { S, "--source", "198.51.100.7" },
      "--source",
      "address of this machine" },
    { "where to connect to", { S, "--connect-to", "mail" }, "--connect-to", "IP address" },
    { "a resolver", { S, "--resolver", "dns.example" }, "--resolver", "IP[:PORT]" },
    { "a public address", { S, "--public-ip", "me" }, "--public-ip", "IP address" },
    { "a name that answers with it", { S, "--whoami", "a b" }, "a b", "letters, digits" },
    { "name servers' port", { S, "--dns-port", "0" }, "--dns-port", "65535" },
    { "DNSSEC keys", { S, "--trust-anchor", "/nowhere/keys" }, "--trust-anchor", "/nowhere/keys" },
    { "a POP3 server's port", { S, "--pop", "pop.example:0" }, "--pop", "HOST:PORT" },
    { "no POP3 server", { S, "--pop", "" }, "--pop", "HOST:PORT" },
    { "a resolver's port", { S, "--resolver", "192.0.2.1:0" }, "--resolver", "IP[:PORT]" },
    { "a timeout", { S, "--timeout", "0" }, "--timeout", "1 to 600" },
    { "a timeout in words", { S, "--timeout", "1m" }, "--timeout", "1 to 600" },
    { "logins", { S, "--logins", "0" }, "--logins", "1 to 10" },
    { "ports", { S, "--ports", "25,smtp" }, "--ports", "list" },
    { "too many ports", { S, "--ports", "1,2,3,4,5,6,7,8,9" }, "--ports", "8 ports" },
    { "a hole in the ports", { S, "--ports", "25,,587" }, "--ports", "list" },
    { "an EHLO name", { S, "--helo", "my pc" }, "--helo", "host name" },
    { "an ADDRESS", { "anna", S }, "ADDRESS", "anna@example.org" },
    { "a recipient", { "anna@example.org", S, "--to", "bob" }, "--to", "anna@example.org" },
    { "a line end in a recipient",
      { "anna@example.org", S, "--to", "b@c.example\r\nDATA" },
      "--to",
      "mailbox" },
    { "a sender", { S, "--from", "anna >x" }, "--from", "anna@example.org" },
    { "an author", { "anna@example.org", S, "--header-from", "x" }, "--header-from", "mailbox" },
    { "a recipient and no sender", { S, "--to", "bob@outside.example" }, "--from", "ADDRESS" },
    { "two words",
      { "anna@example.org", "bob@outside.example", S },
      "bob@outside.example",
      "one ADDRESS" },
    { "a certificate and no key", { S, "--cert", "x" }, "--key", "together" },
    { "a key and no certificate", { S, "--key", "x" }, "--cert", "together" },
    { "a password and no user", { S, ENV }, "--user", "ADDRESS" },
    { "two passwords",
      { "anna@example.org", S, ENV, "--password-command", "true" },
      "--password-env",
      "leave one" },
    { "a variable that is not set",
      { "anna@example.org", S, "--password-env", "BATON_TEST_UNSET" },
      "--password-env",
      "set it" },
    { "a descriptor", { S, "--password-fd", "x" }, "--password-fd", "0 to 65535" },
    { "a bounce that is not there",
      { "anna@example.org", S, "--bounce", "/nonexistent/bounce" },
      "/nonexistent/bounce",
      "opening" },
    { "a password on the command line",
      { "anna@example.org", S, "--password", "x" },
      "--password",
      "did you mean" },
};

static void not_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(BAD); i++) {
        struct err e;
        print_message("  %s\n", BAD[i].label);
        setenv("BATON_TEST_SECRET", "secret", 1);
        assert_false(read_flags(BAD[i].words, &e));
        if (!strstr(e.why, BAD[i].flag) || !strstr(e.why, BAD[i].remedy))
            fail_msg("'%s' does not say '%s' and '%s'", e.why, BAD[i].flag, BAD[i].remedy);
        assert_null(strstr(e.why, "secret"));
        assert_true(e.why[strlen(e.why) - 1] != '.');
        forget();
    }
}

/* A value longer than any sentence is cut, not spilled. */
static void long_values(void **state)
{
    static char long_value[4096];
    static const char *const FLAGS[] = { "--server",  "--security", "--auth",    "--source",
                                         "--helo",    "--ports",    "--from",    "--to",
                                         "--timeout", "--bounce",   "--resolver" };
    (void)state;
    memset(long_value, 'x', sizeof long_value - 1);
    long_value[7] = ' ';
    for (size_t i = 0; i < COUNT_OF(FLAGS); i++) {
        const char *const words[WORDS] = { S, FLAGS[i], long_value };
        struct err e;
        assert_false(read_flags(words, &e));
        assert_true(strlen(e.why) > 0 && strlen(e.why) < sizeof e.why);
        forget();
    }
}

/* ------------------------------------------------------------------------------------------------
 * The plan and the rest
 */
static void defaults(void **state)
{
    static const char *const words[] = { S, NULL };
    struct err e;
    (void)state;
    assert_true(read_flags(words, &e));
    const struct plan_options *p = &flags.o.plan;
    assert_int_equal(flags.o.timeout_ms, 45000);
    assert_int_equal(p->open_max, 4);
    assert_int_equal(p->refused_logins_max, 1);
    assert_int_equal(p->refusals_max, 3);
    assert_int_equal(p->port_count, 4);
    assert_false(p->send || p->allow_clear_auth || flags.json || flags.verbose || flags.verify);
    forget();
}

static void switches(void **state)
{
    static const char *const words[] = {
        S,         "--send",   "--gentle", "--logins",  "3", "--allow-clear-auth", "--timeout", "5",
        "--ports", "25,10587", "--json",   "--verbose", NULL
    };
    struct err e;
    (void)state;
    assert_true(read_flags(words, &e));
    const struct plan_options *p = &flags.o.plan;
    assert_int_equal(flags.o.timeout_ms, 5000);
    assert_int_equal(p->open_max, 2);
    assert_int_equal(p->refused_logins_max, 3);
    assert_int_equal(p->refusals_max, 3);
    assert_int_equal(p->port_count, 2);
    assert_int_equal(p->ports[1], 10587);
    assert_true(p->send && p->allow_clear_auth && flags.json && flags.verbose);
    forget();
}

static void addresses_of_machines(void **state)
{
    static const char *const words[] = {
        S, "--resolver", "[2001:db8::53]:5353", "--connect-to", "[2001:db8::1]", "--ports", "", NULL
    };
    char text[IP_TEXT_MAX];
    struct err e;
    (void)state;
    if (!read_flags(words, &e))
        fail_msg("%s", e.why);
    assert_string_equal(ip_text(&flags.o.resolver, text), "2001:db8::53");
    assert_int_equal(flags.o.resolver_port, 5353);
    assert_string_equal(ip_text(&flags.o.connect_to, text), "2001:db8::1");
    assert_int_equal(flags.o.plan.port_count, 0);
    forget();
    static const char *const plain[] = { S, "--resolver", "192.0.2.53", NULL };
    assert_true(read_flags(plain, &e));
    assert_int_equal(flags.o.resolver_port, 53);
    forget();
}

/* Reserved names are asked of a resolver that was named, and of no other. */
static void what_dns_is_asked(void **state)
{
    static const char *const named[] = {
        S,           "--resolver", "192.0.2.53",  "--dns-port", "5300", "--public-ip",
        "192.0.2.9", "--whoami",   "Me.Example.", NULL
    };
    static const char *const none[] = { S, "--no-dns", NULL };
    char text[IP_TEXT_MAX];
    struct err e;
    (void)state;
    assert_true(read_flags(named, &e));
    assert_true(flags.o.asked.dns_private && !flags.o.no_dns);
    assert_int_equal(flags.o.dns_port, 5300);
    assert_string_equal(ip_text(&flags.o.asked.public_ip, text), "192.0.2.9");
    assert_true(str_eq(flags.o.asked.whoami, STR("me.example")));
    forget();
    assert_true(read_flags(none, &e));
    assert_true(flags.o.no_dns && !flags.o.asked.dns_private);
    forget();
}

/* The recipient and the words of a bounce, from a file. */
static void from_a_bounce(void **state)
{
    static const char BOUNCE[] = "Reporting-MTA: dns; mail.example.org\n"
                                 "Final-Recipient: rfc822; bob@outside.example\n"
                                 "Diagnostic-Code: smtp; 550 5.7.1 relay not permitted\n";
    char path[] = "/tmp/baton-bounce-XXXXXX";
    struct err e;
    int fd = mkstemp(path);
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, BOUNCE, sizeof BOUNCE - 1), (ssize_t)sizeof BOUNCE - 1);
    close(fd);
    const char *const words[WORDS] = { "anna@example.org", S, "--bounce", path };
    bool ok = read_flags(words, &e);
    unlink(path);
    if (!ok)
        fail_msg("%s", e.why);
    assert_true(str_eq(flags.o.asked.attempt.to, STR("bob@outside.example")));
    assert_true(str_eq(flags.o.asked.pasted_error, STR(BOUNCE)));
    forget();
}

/* With --verify nothing else counts. */
static void verify_alone(void **state)
{
    static const char *const words[] = { "--verify", "report.json", NULL };
    struct err e;
    (void)state;
    assert_true(read_flags(words, &e));
    assert_string_equal(flags.verify, "report.json");
    forget();
}

/* From the environment the password comes as it is, and beside it what it may have been. */
static void odd_password(void **state)
{
    static const struct {
        const char *value;
        unsigned odd;
        const char *repaired;
    } PASSWORDS[] = {
        { "secret", 0, NULL },
        { "secret\n", PASSWORD_LINE_END, "secret" },
        { "'secret'", PASSWORD_QUOTED, "secret" },
        { "pa$word", PASSWORD_DOLLAR, NULL },
        { "M\xfcller", PASSWORD_NOT_UTF8, "M\xc3\xbcller" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PASSWORDS); i++) {
        const char *const words[WORDS] = { "anna@example.org", S, ENV };
        struct err e;
        setenv("BATON_TEST_SECRET", PASSWORDS[i].value, 1);
        assert_true(read_flags(words, &e));
        assert_int_equal(flags.o.asked.password_anomalies, PASSWORDS[i].odd);
        assert_true(str_eq(flags.o.password, str_from(PASSWORDS[i].value)));
        assert_true(str_eq(flags.o.repaired, str_from(PASSWORDS[i].repaired)));
        assert_int_equal(flags.o.plan.repaired_password, PASSWORDS[i].repaired != NULL);
        /* both stand in the one buffer that is wiped */
        assert_int_equal(password.n, flags.o.password.n + flags.o.repaired.n);
        forget();
    }
}

/* The longest password of all leaves room for what it may have been. */
static void odd_and_long(void **state)
{
    static char longest[SECRET_ROOM + 1];
    const char *const words[WORDS] = { "anna@example.org", S, ENV };
    struct err e;
    (void)state;
    memset(longest, 'x', SECRET_ROOM);
    longest[0] = ' ';
    setenv("BATON_TEST_SECRET", longest, 1);
    assert_true(read_flags(words, &e));
    assert_int_equal(flags.o.password.n, SECRET_ROOM);
    assert_int_equal(flags.o.repaired.n, SECRET_ROOM - 1);
    forget();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(understood),        cmocka_unit_test(not_understood),
        cmocka_unit_test(long_values),       cmocka_unit_test(defaults),
        cmocka_unit_test(switches),          cmocka_unit_test(addresses_of_machines),
        cmocka_unit_test(what_dns_is_asked), cmocka_unit_test(from_a_bounce),
        cmocka_unit_test(verify_alone),      cmocka_unit_test(odd_password),
        cmocka_unit_test(odd_and_long),
    };
    if (!freopen("/dev/null", "r", stdin)) /* never a terminal */
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
