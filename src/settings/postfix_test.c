/* SPDX-License-Identifier: ISC */
#include "settings/change.h"
#include "settings/mta_test.h"

#define NONE     SMTP_SECURITY_NONE
#define STARTTLS SMTP_SECURITY_STARTTLS
#define TLS      SMTP_SECURITY_TLS
#define MAY      SMTP_SECURITY_AUTO
#define PASSWD   "/etc/postfix/sasl_passwd"
#define MAPS     "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n"
#define OPTIONS  "smtp_sasl_tls_security_options = noanonymous\n"
#define SECURE   "smtp_tls_security_level = secure\nsmtp_tls_CApath = /etc/ssl/certs\n"
#define LOGIN    "smtp_sasl_auth_enable = yes\n" MAPS OPTIONS
#define HOP      "relayhost = [mail.corp.test]:587\n"

static const struct mta_case RIGHT[] = {
    { .name = "as it should be",
      .files = { { NULL, HOP SECURE LOGIN }, { PASSWD, "[mail.corp.test]:587 anna:s3cr:et\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mechanism = "auto",
      .user = "anna",
      .secret = "s3cr:et" },
    { .name = "a key that is the host alone, in other letters",
      .files = { { NULL, HOP SECURE LOGIN },
                 { PASSWD, "# c\nother x:y\nMAIL.corp.test  a:b c\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mechanism = "auto",
      .user = "a",
      .secret = "b c" },
    { .name = "wrapper mode, a filter, references, lines that go on",
      .files = { { NULL, "myhostname = mx.corp.test\nrelayhost =\n # a "
                         "comment\n\n\t[mail.$mydomain]:smtps\n"
                         "smtp_tls_wrappermode=yes\nsmtp_tls_security_level=verify\n"
                         "smtp_tls_CAfile = ${config_directory}/ca.pem\nsmtp_sasl_auth_enable=yes\n"
                         "smtp_sasl_mechanism_filter = login\nsmtp_sasl_security_options =\n"
                         "smtp_sasl_password_maps = "
                         "${default_database_type}:$config_directory/sasl_passwd" },
                 { PASSWD, "[mail.corp.test]:smtps\n  anna:pass\n" } },
      .host = "mail.corp.test",
      .port = 465,
      .security = TLS,
      .mechanism = "login",
      .user = "anna",
      .secret = "pass",
      .helo = "mx.corp.test" },
    { .name = "no login, a relay of the house",
      .files = { { NULL, "relayhost = corp.test\n" } },
      .host = "corp.test",
      .port = 25,
      .security = NONE },
    { .name = "as Debian has it",
      .files = { { NULL, "relayhost = [10.0.0.1]\nsmtp_tls_security_level=may\n" } },
      .host = "10.0.0.1",
      .port = 25,
      .security = MAY,
      .unverified = true },
    { .name = "old words",
      .files = { { NULL, "relayhost = [ipv6:2001:db8::1]:2525\nsmtp_use_tls = yes\n"
                         "smtp_enforce_tls = yes\nsmtp_tls_enforce_peername = no\n" } },
      .host = "2001:db8::1",
      .port = 2525,
      .security = STARTTLS,
      .unverified = true },
    { .name = "a transport of its own, which master.cf sets up",
      .files = { { NULL,
                   "default_transport = relay-smtps:[mail.corp.test]:465\nrelayhost = [x.test]\n"
                   "smtp_tls_security_level = encrypt\n" OPTIONS },
                 { "master.cf", "smtp unix - - y - - smtp\n"
                                "relay-smtps unix - - n - - smtp\n  -o smtp_tls_wrappermode=yes\n"
                                "  -o { smtp_sasl_password_maps = static:{anna:a b} }\n"
                                "  -o smtp_sasl_auth_enable=yes -osmtp_tls_security_level=secure\n"
                                "  -o smtp_tls_CAfile=/ca.pem\n" } },
      .host = "mail.corp.test",
      .port = 465,
      .security = TLS,
      .mechanism = "auto",
      .user = "anna",
      .secret = "a b" },
    { .name = "a table in main.cf",
      .files = { { NULL,
                   HOP SECURE OPTIONS "smtp_sasl_auth_enable = yes\nsmtp_sasl_password_maps = "
                                      "inline:{x=y:z, {[mail.corp.test]:587 = anna:p, q}}\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mechanism = "auto",
      .user = "anna",
      .secret = "p, q" },
    { .name = "a sender's own relay and login",
      .files = { { NULL, HOP SECURE LOGIN
                   "smtp_sender_dependent_authentication = yes\n"
                   "sender_dependent_relayhost_maps = texthash:/etc/postfix/relays\n" },
                 { "/etc/postfix/relays", "@shop.test [out.shop.test]:587\n" },
                 { PASSWD, "[mail.corp.test]:587 anna:x\nweb@shop.test web:y\n" } },
      .account = "web@shop.test",
      .host = "out.shop.test",
      .port = 587,
      .security = STARTTLS,
      .mechanism = "auto",
      .user = "web",
      .secret = "y" },
    { .name = "a level of the table of policies",
      .files = { { NULL, HOP "smtp_tls_CApath=/etc/ssl/certs\nsmtp_tls_policy_maps = "
                             "inline:{{[mail.corp.test]:587 = secure match=x}}\n" LOGIN },
                 { PASSWD, "[mail.corp.test]:587 anna:x\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mechanism = "auto",
      .user = "anna",
      .secret = "x" },
    { .name = "conditions",
      .files = { { NULL, "a = x\nb =\nsmtp_helo_name = ${a?{h}:{i}}${b?{j}:{k}}${c?l}${c:m}${b:n}"
                         "${{$a} == {x} ? {o} : {p}}${{2} < {10}?{q}}$$r$(a)${a}.test\n"
                         "relayhost = [mail.corp.test]\n" } },
      .host = "mail.corp.test",
      .port = 25,
      .security = NONE,
      .helo = "hkmnoq$rxx.test" },
};

static const struct mta_case WRONG[] = {
    { .name = "neither brackets nor port",
      .files = { { NULL, "relayhost = mail.corp.test\n" SECURE LOGIN },
                 { PASSWD, "mail.corp.test anna:x\n" } },
      .host = "mail.corp.test",
      .port = 25,
      .security = STARTTLS,
      .mechanism = "auto",
      .user = "anna",
      .secret = "x",
      .mistakes = "host-brackets host-no-port port-25" },
    { .name = "the key has another port",
      .files = { { NULL, HOP SECURE LOGIN }, { PASSWD, "[mail.corp.test]:465 anna:x\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .user = "anna",
      .secret = "x",
      .mistakes = "login-key" },
    { .name = "the key has no brackets",
      .files = { { NULL, HOP SECURE LOGIN }, { PASSWD, "mail.corp.test:587 anna:x\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .user = "anna",
      .secret = "x",
      .mistakes = "login-key" },
    { .name = "another server's key",
      .files = { { NULL, HOP SECURE LOGIN }, { PASSWD, "[mail.other.test]:587 anna:x\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mistakes = "login-key" },
    { .name = "a line in Exim's form",
      .files = { { NULL, HOP SECURE LOGIN }, { PASSWD, "mail.corp.test:anna:secret\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mistakes = "line-broken" },
    { .name = "no colon",
      .files = { { NULL, HOP SECURE LOGIN }, { PASSWD, "[mail.corp.test]:587 anna secret\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mechanism = "auto",
      .secret = "?",
      .mistakes = "line-broken" },
    { .name = "the table is not there",
      .files = { { NULL, HOP SECURE LOGIN } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mechanism = "auto",
      .secret = "?",
      .mistakes = "reference-lost" },
    { .name = "a database",
      .files = { { NULL, HOP SECURE OPTIONS "smtp_sasl_auth_enable=yes\n"
                                            "smtp_sasl_password_maps = proxy:mysql:/x.cf\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mechanism = "auto",
      .secret = "?" },
    { .name = "465 without wrapper mode",
      .files = { { NULL, "relayhost = [mail.corp.test]:465\n" SECURE LOGIN },
                 { PASSWD, "[mail.corp.test]:465 anna:x\n" } },
      .host = "mail.corp.test",
      .port = 465,
      .security = STARTTLS,
      .mechanism = "auto",
      .user = "anna",
      .secret = "x",
      .mistakes = "tls-against-port" },
    { .name = "wrapper mode and a level too low",
      .files = { { NULL, "relayhost = [mail.corp.test]:465\nsmtp_tls_wrappermode = yes\n" LOGIN },
                 { PASSWD, "[mail.corp.test]:465 anna:x\n" } },
      .host = "mail.corp.test",
      .port = 465,
      .security = TLS,
      .mechanism = "auto",
      .user = "anna",
      .secret = "x",
      .mistakes = "tls-against-port" },
    { .name = "noplaintext, since nothing is said",
      .files = { { NULL, HOP SECURE MAPS "smtp_sasl_auth_enable = yes\n" },
                 { PASSWD, "[mail.corp.test]:587 anna:x\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mechanism = "auto",
      .user = "anna",
      .secret = "x",
      .mistakes = "login-mechanism" },
    { .name = "the login is not switched on",
      .files = { { NULL, HOP SECURE MAPS }, { PASSWD, "[mail.corp.test]:587 anna:x\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .user = "anna",
      .secret = "x",
      .mistakes = "login-off" },
    { .name = "a login without a table",
      .files = { { NULL, HOP SECURE OPTIONS "smtp_sasl_auth_enable = yes\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mistakes = "login-no-secret" },
    { .name = "encryption where it is offered",
      .files = { { NULL, HOP "smtp_tls_security_level = may\n" LOGIN },
                 { PASSWD, "[mail.corp.test]:587 anna:x\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = MAY,
      .unverified = true,
      .mechanism = "auto",
      .user = "anna",
      .secret = "x",
      .mistakes = "tls-optional" },
    { .name = "encryption, and any certificate",
      .files = { { NULL, HOP "smtp_tls_security_level = encrypt\n" LOGIN },
                 { PASSWD, "[mail.corp.test]:587 anna:x\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .unverified = true,
      .mechanism = "auto",
      .user = "anna",
      .secret = "x",
      .mistakes = "verify-off" },
    { .name = "nobody to trust",
      .files = { { NULL, HOP "smtp_tls_security_level = secure\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mistakes = "not-applied" },
    { .name = "twice",
      .files = { { NULL, "relayhost = [a.corp.test]\nrelayhost = [b.corp.test]\n" } },
      .host = "b.corp.test",
      .port = 25,
      .security = NONE,
      .mistakes = "key-twice" },
    { .name = "a slip of the finger",
      .files = { { NULL, HOP SECURE "smtp_sasl_pasword_maps = hash:/x\nmy_own = 1\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mistakes = "key-unknown" },
    { .name = "a comment behind a value",
      .files = { { NULL, "relayhost = [mail.corp.test]:587 # ours\n" SECURE } },
      .host = "mail.corp.test",
      .port = 587,
      .security = STARTTLS,
      .mistakes = "line-broken" },
    { .name = "no relay",
      .files = { { NULL, "myhostname = mx.corp.test\n" } },
      .host = "",
      .security = NONE,
      .mistakes = "host-missing" },
    { .name = "no such level, no such yes",
      .files = { { NULL, "relayhost = [mail.corp.test]\nsmtp_tls_security_level = on\n"
                         "smtp_sasl_auth_enable = on\n" } },
      .host = "mail.corp.test",
      .port = 25,
      .security = MAY,
      .unverified = true,
      .mistakes = "line-broken line-broken" },
    { .name = "a port that is none",
      .files = { { NULL, "relayhost = [mail.corp.test]:tls\n" } },
      .host = "mail.corp.test",
      .security = NONE,
      .mistakes = "port-broken" },
    { .name = "a transport that master.cf does not have",
      .files = { { NULL, "default_transport = x\n" HOP },
                 { "master.cf", "smtp unix - - y - - smtp\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = NONE,
      .mistakes = "reference-lost" },
    { .name = "a transport that is no SMTP",
      .files = { { NULL, "default_transport = uucp\n" HOP },
                 { "master.cf", "uucp unix - n n - - pipe\n  flags=F argv=uux\n" } },
      .host = "mail.corp.test",
      .port = 587,
      .security = NONE,
      .mistakes = "not-applied" },
    { .name = "a first line with a blank",
      .files = { { NULL, " relayhost = [a.corp.test]\nrelayhost = [b.corp.test]\n" } },
      .host = "b.corp.test",
      .port = 25,
      .security = NONE,
      .mistakes = "line-broken" },
    { .name = "references without end",
      .files = { { NULL, "a = $b$b\nb = $a$a\nrelayhost = $a[mail.corp.test]${x\n" } },
      .host = "",
      .security = NONE,
      .mistakes = "host-missing" },
    { .name = "a line without =",
      .files = { { NULL, "x = y\nrelayhost : z\n" } },
      .mistakes = "conf:2:1: this line has no '='" },
    { .name = "a service with too few fields",
      .files = { { NULL, HOP }, { "master.cf", "smtp unix - -\n" } },
      .mistakes = "master.cf:1:1: a service has 8 fields" },
};

static void right_files_are_read(void **state UNUSED)
{
    mta_run("postfix", RIGHT, COUNT_OF(RIGHT));
}

static void mistakes_are_seen(void **state UNUSED)
{
    mta_run("postfix", WRONG, COUNT_OF(WRONG));
}

static void what_is_written_is_read(void **state UNUSED)
{
    mta_passwords("postfix", STR(" both ends , \ttab\t"));
    struct settings s = mta_login(STR("x7"));
    s.attempt.mechanism = STR("plain");
    test_goes_round("postfix", &s, STR(""), STR(""));
    s.attempt.port = 465;
    s.attempt.security = TLS;
    s.attempt.helo = STR("pc.corp.test");
    s.attempt.source = (struct ip){ IP_V4, { 192, 0, 2, 7 }, 0 };
    s.ca_file = STR("/etc/ssl/own.pem");
    test_goes_round("postfix", &s, STR(""), STR(""));
    s = (struct settings){ .attempt = s.attempt };
    s.attempt.mechanism = s.attempt.user = STR_NONE;
    s.attempt.host = STR("2001:db8::1");
    test_goes_round("postfix", &s, STR(""), STR(""));
    s.attempt.security = NONE;
    s.attempt.port = 25;
    test_goes_round("postfix", &s, STR(""), STR(""));
}

static void secrets_that_a_table_cannot_hold_are_refused(void **state UNUSED)
{
    static const char *const CASES[] = { "ends in a blank ", "tab\t", "\xff\xfe", NULL };
    static const char *const LINES[] = { "two\nlines", "end\n", NULL };
    mta_refuses("postfix", CASES, "Postfix cannot be told a password that ");
    mta_refuses("postfix", LINES, "line end");
}

/* The login that stands under another spelling of the server is used once its key is the server's; main.cf stays. */
static void the_key_is_put_right(void **state UNUSED)
{
    static const struct mta_file FILES[MTA_FILES] = {
        { NULL, HOP SECURE LOGIN }, { PASSWD, "# mine\nmail.corp.test:587  anna:x\n" }
    };
    struct buf main_cf, table;
    buf_init(&main_cf, SETTINGS_FILE_MAX);
    buf_init(&table, SETTINGS_FILE_MAX);
    struct settings_reading *r = mta_read("postfix", FILES, NULL);
    assert_non_null(r);
    struct settings wanted = r->found;
    struct settings_changes changes = { .arena = &test_arena };
    wanted.attempt.mechanism = STR("auto");
    wanted.secret = SETTINGS_SECRET_ASKED;
    assert_true(settings_change(r, &wanted, &changes, &test_err));
    for (size_t i = 0; i < r->file_count; i++)
        if (i == 0 || str_eq(r->files[i].path, STR(PASSWD)))
            assert_true(settings_changed_text(&changes, &r->files[i], i ? &table : &main_cf));
    assert_true(str_eq(buf_str(&table), STR("# mine\n[mail.corp.test]:587  anna:x\n")));
    assert_true(str_eq(buf_str(&main_cf), STR(HOP SECURE LOGIN)));
    buf_done(&main_cf);
    buf_done(&table);
    test_end();
}

/* Each costs what it is long, not that times what it holds. */
static void long_values_are_read(void **state UNUSED)
{
    static const struct {
        const char *begin, *piece, *end, *user, *told;
    } CASES[] = {
        { "inline:{", "{k = x:y} ", "{[mail.corp.test]:587 = anna:x} }\n", "anna", NULL },
        { "", "hash:/etc/none ", "static:bob:x\n", "", "more than 23 other files" },
        { "", "hash:/etc/%d ", "static:bob:x\n", "", "more than 23 other files" },
        { "static:bob:x ", "    \n   {", "\n", "bob", NULL },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        AUTO(buf_done) struct buf text;
        bool told = false;
        buf_init(&text, SETTINGS_FILE_MAX);
        buf_addf(&text, "%s%ssmtp_sasl_password_maps = %s", HOP,
                 SECURE "smtp_sasl_auth_enable = yes\n", CASES[i].begin);
        for (int n = 0; text.n < 600000; n++) {
            const char *number = strchr(CASES[i].piece, '%');
            buf_add(&text, str_take(str_from(CASES[i].piece),
                                    number ? (size_t)(number - CASES[i].piece) : SIZE_MAX));
            if (number)
                buf_addf(&text, "%d ", n);
        }
        assert_true(buf_add(&text, str_from(CASES[i].end)) && buf_addc(&text, '\0'));
        const struct settings_reading *r = test_read("postfix", str_from(text.p), NULL);
        assert_non_null(r);
        for (size_t k = 0; k < r->mistake_count && CASES[i].told; k++)
            told |= str_find(r->mistakes[k].said, str_from(CASES[i].told)) != STR_NOT_FOUND;
        assert_int_equal(told, CASES[i].told != NULL);
        if (!str_eq(r->found.attempt.user, str_from(CASES[i].user)))
            fail_msg("case %zu: '%.*s'", i, STR_ARG(r->found.attempt.user));
        test_end();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_key_is_put_right),
        cmocka_unit_test(right_files_are_read),
        cmocka_unit_test(long_values_are_read),
        cmocka_unit_test(mistakes_are_seen),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(secrets_that_a_table_cannot_hold_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
