/* SPDX-License-Identifier: ISC */
#include "settings/read_test.h"

#define CALL "nodemailer.createTransport({ "
#define MAIL "t.sendMail({ from: 'a@example.org', to: x });\n"

static const struct test_case CASES[] = {
    { "as the manual has it",
      STR_INIT("const t = " CALL
               "host: 'mail.example.org', port: 587, secure: false, auth: { user: "
               "'anna@example.org', pass: 'pw\\'d' } });\n" MAIL),
      STR_INIT("mail.example.org:587 starttls auto anna@example.org literal pw'd a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "secure and nothing else",
      STR_INIT("const t = " CALL "host: `mail.example.org`, secure: true, });" MAIL),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "465 alone is secure",
      STR_INIT("const t = " CALL "host: \"mail.example.org\", port: '465' });" MAIL),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "465 and not secure",
      STR_INIT("const t = " CALL "host: \"mail.example.org\", port: 465, secure: false });" MAIL),
      STR_INIT("mail.example.org:465 starttls - - none - a@example.org"),
      STR_INIT("tls-against-port"),
      { NULL } },
    { "no host",
      STR_INIT("const t = " CALL "port: 25, ignoreTLS: true });" MAIL),
      STR_INIT("localhost:25 none - - none - a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "\"false\" is true",
      STR_INIT("const t = " CALL "host: 'mail.example.org', port: 587, secure: 'false' });" MAIL),
      STR_INIT("mail.example.org:587 tls - - none - a@example.org"),
      STR_INIT("boolean-quoted tls-against-port"),
      { NULL } },
    { "a variable is a text",
      STR_INIT(
          "const t = " CALL "host: process.env.H, port: Number(process.env['P']), secure: "
          "process.env.S, auth: { user: process.env.U || 'anna', pass: process.env.W } });" MAIL),
      STR_INIT("mail.example.org:587 tls auto anna environment W a@example.org"),
      STR_INIT("boolean-quoted tls-against-port"),
      { "H=mail.example.org", "P=587", "S=false" } },
    { "a variable compared",
      STR_INIT("const t = " CALL
               "host: process.env.H ?? 'mail.example.org', port: parseInt(process.env.P "
               "|| '465', 10), secure: process.env.S === 'true' });" MAIL),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"),
      STR_INIT(""),
      { "S=true" } },
    { "variables that nobody knows",
      STR_INIT("const t = " CALL
               "host: process.env.H, port: +process.env.P, secure: true });" MAIL),
      STR_INIT("-:465 tls - - none - a@example.org"),
      STR_INIT("reference-lost"),
      { NULL } },
    { "taken out of the environment",
      STR_INIT("const { H, P: port = 465, W } = process.env;\nconst t = " CALL
               "host: H, port, secure: true, auth: { user: 'u@example.org', pass: W } });" MAIL),
      STR_INIT("mail.example.org:465 tls auto u@example.org environment W a@example.org"),
      STR_INIT(""),
      { "H=mail.example.org" } },
    { "names, TypeScript, comments",
      STR_INIT(
          "// host: 'no'\nconst host: string = 'mail' + '.example.org';\nconst options: "
          "SMTPTransport.Options = { /* { */ host, port: 0x1d1, secure: !false, 'auth': { user: "
          "`anna@${'example.org'}`, \"pass\": 'x' as string, }, };\nexport const t = "
          "createTransport<X>(options as any);" MAIL),
      STR_INIT("mail.example.org:465 tls auto anna@example.org literal x a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "inside an object of settings",
      STR_INIT(
          "module.exports = { db: { host: 'db', port: 5432 }, smtp: { host: 'mail.example.org', "
          "port: 587, auth: { user: 'u@example.org', pass: 'p\\u00e9\\x21' } }, x: [{ from: 1 }] "
          "}\n"),
      STR_INIT("mail.example.org:587 starttls auto u@example.org literal p\xc3\xa9! -"),
      STR_INIT(""),
      { NULL } },
    { "a member of an object",
      STR_INIT("const config = { mail: { smtp: { host: 'mail.example.org', secure: true } } };\n"
               "const t = nodemailer.createTransport(config.mail.smtp);" MAIL),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "as a framework has it",
      STR_INIT(
          "MailerModule.forRoot({ transport: { host: 'mail.example.org', port: 465 }, defaults: { "
          "from: '\"No Reply\" <a@example.org>' } })"),
      STR_INIT("mail.example.org:465 tls - - none - a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "JSON",
      STR_INIT(
          "{\n  \"mail\": { \"host\": \"mail.example.org\", \"port\": 587, \"secure\": false,\n"
          "    \"auth\": { \"user\": \"u@example.org\", \"pass\": \"\\\"\\\\\" } }\n}\n"),
      STR_INIT("mail.example.org:587 starttls auto u@example.org literal \"\\ -"),
      STR_INIT(""),
      { NULL } },
    { "a service of its table",
      STR_INIT("const t = " CALL
               "service: 'SendPulse', host: 'x', auth: { user: 'u@example.org', pass: "
               "'p-1' } });" MAIL),
      STR_INIT("smtp-pulse.com:465 tls auto u@example.org literal p-1 a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "a service of nobody",
      STR_INIT("const t = " CALL "service: 'smtp', host: 'mail.example.org', port: 587 });" MAIL),
      STR_INIT("mail.example.org:587 starttls - - none - a@example.org"),
      STR_INIT("dialect"),
      { NULL } },
    { "a URL",
      STR_INIT(
          "const t = nodemailer.createTransport('smtps://u%40example.org:p%3Aw@mail.example.org/"
          "?pool=true&tls.rejectUnauthorized=false&name=h.example.org');" MAIL),
      STR_INIT("mail.example.org:465 tls auto u@example.org literal p:w a@example.org"),
      STR_INIT("verify-off"),
      { NULL } },
    { "a URL in clear",
      STR_INIT("const t = " CALL "url: 'smtp://mail.example.org:25?ignoreTLS=true' });" MAIL),
      STR_INIT("mail.example.org:25 none - - none - a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "no URL of it",
      STR_INIT("const t = nodemailer.createTransport('tls://mail.example.org');" MAIL),
      STR_INIT("-:0 auto - - none - a@example.org"),
      STR_INIT("dialect host-missing"),
      { NULL } },
    { "a login beside auth",
      STR_INIT("const t = " CALL
               "host: 'mail.example.org', port: 587, user: 'u', pass: 'p' });" MAIL),
      STR_INIT("mail.example.org:587 starttls - - none - a@example.org"),
      STR_INIT("key-misplaced"),
      { NULL } },
    { "another library's words",
      STR_INIT("const t = " CALL
               "host: 'mail.example.org', port: 587, auth: { username: 'u', password: "
               "'p' } });" MAIL),
      STR_INIT("mail.example.org:587 starttls auto - none - a@example.org"),
      STR_INIT("dialect login-no-user"),
      { NULL } },
    { "a token",
      STR_INIT("const t = " CALL "host: 'mail.example.org', port: 465, secure: true, auth: { type: "
               "'OAuth2', user: 'u@example.org', accessToken: process.env.T } });" MAIL),
      STR_INIT("mail.example.org:465 tls XOAUTH2 u@example.org environment T a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "a file's password",
      STR_INIT("const t = " CALL
               "host: 'mail.example.org', port: 465, auth: { user: 'u@example.org', "
               "pass: fs.readFileSync('/run/s', 'utf8').trim() }, authMethod: 'plain' });" MAIL),
      STR_INIT("mail.example.org:465 tls PLAIN u@example.org file /run/s a@example.org"),
      STR_INIT(""),
      { NULL } },
    { "no server at all",
      STR_INIT("const t = " CALL "host: 'mail.example.org', sendmail: true });" MAIL),
      STR_INIT("mail.example.org:587 starttls - - none - a@example.org"),
      STR_INIT("not-applied"),
      { NULL } },
};

static void reads(void **state UNUSED)
{
    TEST_CASES("nodemailer", CASES);
}

static const struct test_broken BROKEN[] = {
    { STR_INIT("x = { a: 'b\n}"), STR_INIT("conf:1:10: a string is never closed") },
    { STR_INIT("/* x"), STR_INIT("conf:1:1: a comment is never closed") },
    { STR_INIT("a = `x${'}'}"), STR_INIT("conf:1:5: a template is never closed") },
    { STR_INIT("a = {\n b: [ }"), STR_INIT("conf:2:7: a } closes what another sign opened") },
    { STR_INIT("a = {\n b: 1"), STR_INIT("conf:1:5: a bracket is never closed") },
    { STR_INIT("a = 1"),
      STR_INIT("conf:1:1: there is no createTransport() here, and no object with its settings") },
    { STR_INIT("x.createTransport(make())"),
      STR_INIT(
          "conf:1:19: the settings of createTransport() are made by code, or in another file") },
};

static void tells_what_is_broken(void **state UNUSED)
{
    TEST_BROKEN("nodemailer", BROKEN);
}

static void has_accounts(void **state UNUSED)
{
    static const str TEXT = STR_INIT(
        "const one = " CALL "host: 'a.example.org' });\nlet two = " CALL
        "host: 'b.example.org' });\n" CALL "host: 'c.example.org' });");
    struct settings_reading *r = test_read("nodemailer", TEXT, NULL);
    assert_non_null(r);
    assert_int_equal(r->account_count, 3);
    test_same("taken", "first", r->account_taken, STR("one"));
    test_same("name", "third", r->accounts[2], STR("line 3"));
    r->account = STR("two");
    assert_true(settings_read(r, &test_err));
    test_same("host", "second", r->found.attempt.host, STR("b.example.org"));
    r->account = STR("none");
    assert_false(settings_read(r, &test_err));
    test_end();
}

static void reads_the_rest(void **state UNUSED)
{
    struct settings_reading *r = test_read(
        "nodemailer",
        STR("t = " CALL "host: 'mail.example.org', port: 465, name: 'h.example.org', localAddress: "
            "'192.0.2.1', odd: 1, pool: true, tls: { rejectUnauthorized: false, ca: "
            "fs.readFileSync(\"/etc/ca.pem\") } });\nt.sendMail({ from: 'A <a@example.org>', to: "
            "'b@example.net', envelope: { from: 'c@example.org', to: 'b@example.net' } })"),
        NULL);
    assert_non_null(r);
    const struct smtp_attempt *a = &r->found.attempt;
    test_same("helo", "rest", a->helo, STR("h.example.org"));
    test_same("from", "rest", a->from, STR("c@example.org"));
    test_same("header from", "rest", a->header_from, STR("a@example.org"));
    test_same("to", "rest", a->to, STR("b@example.net"));
    test_same("ca", "rest", r->found.ca_file, STR("/etc/ca.pem"));
    assert_true(r->found.unverified && a->source.family == IP_V4);
    for (size_t i = 0; i < r->item_count; i++)
        assert_int_equal(r->items[i].known, !str_eq(r->items[i].key, STR("odd")));
    test_end();
}

static const struct settings WANTED = TEST_LOGIN("mail.example.org", 465, TLS, "anna",
                                                 "anna@example.org", "new'\"one");

static const struct test_change CHANGES[] = {
    { STR_INIT("const t = createTransport({\n  host: 'old.example.org', // ours\n  port: 587,\n  "
               "secure: "
               "false,\n  auth: { user: 'anna', pass: 'old' },\n});\nt.sendMail({ from: 'Shop "
               "<x@example.org>', to });\n"),
      STR_INIT(
          "const t = createTransport({\n  host: \"mail.example.org\", // ours\n  port: 465,\n  "
          "secure: true,\n  auth: { user: 'anna', pass: \"new'\\\"one\" },\n});\nt.sendMail({ "
          "from: "
          "\"Shop <anna@example.org>\", to });\n") },
    { STR_INIT("t = createTransport({\n  service: 'gmail'\n});\ns.sendMail({ from: "
               "'anna@example.org', to })"),
      STR_INIT(
          "t = createTransport({\n  service: null,\n  host: \"mail.example.org\",\n  port: 465,\n  "
          "secure: true,\n  auth: { user: \"anna\", pass: \"new'\\\"one\" }\n});\ns.sendMail({ "
          "from: "
          "'anna@example.org', to })") },
    { STR_INIT("{\n  \"host\": \"old.example.org\", \"port\": 465, \"secure\": true, \"auth\": { "
               "\"user\": \"anna\" },\n"
               "  \"defaults\": { \"from\": \"anna@example.org\" }\n}"),
      STR_INIT(
          "{\n  \"host\": \"mail.example.org\", \"port\": 465, \"secure\": true, \"auth\": { "
          "\"user\": \"anna\", "
          "\"pass\": \"new'\\\"one\" },\n  \"defaults\": { \"from\": \"anna@example.org\" }\n}") },
    { STR_INIT("t = createTransport('smtp://old.example.org?pool=true'); t.sendMail({ from: "
               "'anna@example.org', to })"),
      STR_INIT("t = createTransport(\"smtps://anna:new%27%22one@mail.example.org:465?pool=true\"); "
               "t.sendMail({ from: 'anna@example.org', to })") },
};

static const struct test_change NO_LOGIN[] = {
    { STR_INIT("const t = createTransport({\n  host: 'old.example.org', // ours\n  port: 587,\n  "
               "secure: "
               "false,\n  auth: { user: 'anna', pass: 'old' },\n});\nt.sendMail({ from: 'Shop "
               "<x@example.org>', to });\n"),
      STR_INIT(
          "const t = createTransport({\n  host: \"mail.example.org\", // ours\n  port: 25,\n  "
          "secure: false,\n  auth: null,\n  ignoreTLS: true,\n  tls: { rejectUnauthorized: false "
          "},\n"
          "});\nt.sendMail({ from: \"Shop <anna@example.org>\", to });\n") },
};

static void changes(void **state UNUSED)
{
    TEST_CHANGES("nodemailer", &WANTED, CHANGES);
    struct settings bare = WANTED;
    bare.attempt.mechanism = bare.attempt.user = STR_NONE;
    bare.secret = SETTINGS_SECRET_NONE;
    bare.secret_text = STR_NONE;
    bare.attempt.security = SMTP_SECURITY_NONE;
    bare.attempt.port = 25;
    bare.unverified = true;
    TEST_CHANGES("nodemailer", &bare, NO_LOGIN);
}

static void writes(void **state UNUSED)
{
    test_round_trip("nodemailer", STR(""), STR(""));
    struct settings s = WANTED;
    s.secret_text = STR("\xe9");
    test_write_refused("nodemailer", &s, "");
    s.attempt.to = STR("b@example.net");
    s.ca_file = STR("/etc/ca.pem");
    s.secret = SETTINGS_SECRET_FILE;
    s.secret_text = STR("/run/secret");
    test_written("nodemailer", &s, STR(""));
    s.secret = SETTINGS_SECRET_ENV;
    s.secret_text = STR("MAIL_PASSWORD");
    test_written("nodemailer", &s, STR(""));
    s.secret_text = STR("a b");
    test_write_refused("nodemailer", &s, "");
    s.attempt.mechanism = STR("XOAUTH2");
    s.secret_text = STR("TOKEN");
    test_written("nodemailer", &s, STR(""));
}

static void is_known(void **state UNUSED)
{
    static const struct test_shape SHAPES[] = {
        { "mailer.js", "const t = " CALL "host: 'mail.example.org' });\n" MAIL, 81, 100 },
        { "x", "host = x\n", 0, 0 },
        { "prefs.js", "user_pref(\"a\", 1);\n", 0, 0 },
    };
    TEST_SHAPES("nodemailer", SHAPES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads),          cmocka_unit_test(tells_what_is_broken),
        cmocka_unit_test(has_accounts),   cmocka_unit_test(changes),
        cmocka_unit_test(reads_the_rest), cmocka_unit_test(writes),
        cmocka_unit_test(is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
