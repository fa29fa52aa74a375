/* SPDX-License-Identifier: ISC */
#include "base/password_shape.h"
#include "cmd/observed.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

#define ANNA "anna@corp.example"
#define SEEN(...)                                                                                  \
    {                                                                                              \
        .greeted = true, .name = STR_INIT("pc.corp.example"), .mail = true,                        \
        .from = STR_INIT(ANNA), .recipients = 1, .to = STR_INIT("tom@elsewhere.example"),          \
        __VA_ARGS__                                                                                \
    }
#define LOGIN(name, how)                                                                           \
    .mechanism = STR_INIT("PLAIN"), .user = STR_INIT(name), .password = MOCK_PASSWORD_##how

static const struct {
    const char *label, *address;
    struct mock_seen seen;
    bool server_takes;
    const char *want; /* "cause strength" of each, comma between */
} FOLLOWS[] = {
    { "no login, none said to be there", NULL, SEEN(.security = SMTP_SECURITY_TLS), false,
      "client-never-authenticates possible" },
    { "no login, and one is there", ANNA, SEEN(.security = SMTP_SECURITY_TLS), false,
      "client-never-authenticates likely" },
    { "HELO, and one is there", ANNA, SEEN(.by_helo = true), false, "helo-instead-of-ehlo likely" },
    { "no mail came", ANNA, { .greeted = true }, false, "" },
    { "as typed", ANNA, SEEN(LOGIN(ANNA, SAME)), true, "" },
    { "odd, and as typed", ANNA, SEEN(LOGIN(ANNA, SAME), .anomalies = PASSWORD_LINE_END), true,
      "" },
    { "odd, and nothing typed", ANNA, SEEN(LOGIN(ANNA, UNKNOWN), .anomalies = PASSWORD_LINE_END),
      false, "password-mangled possible" },
    { "weakly odd, and nothing typed", ANNA,
      SEEN(LOGIN(ANNA, UNKNOWN), .anomalies = PASSWORD_DOLLAR), false, "" },
    { "mangled", ANNA, SEEN(LOGIN(ANNA, DIFFERS), .anomalies = PASSWORD_LINE_END, .repairs = true),
      false, "password-mangled likely" },
    { "another password", ANNA, SEEN(LOGIN(ANNA, DIFFERS)), false, "wrong-credentials possible" },
    { "another password, and the typed one is taken", ANNA, SEEN(LOGIN(ANNA, DIFFERS)), true,
      "wrong-credentials likely" },
    { "another form", ANNA, SEEN(LOGIN("Anna", SAME)), false, "wrong-username-form possible" },
    { "another form, and the typed one is taken", ANNA, SEEN(LOGIN("anna", SAME)), true,
      "wrong-username-form likely" },
    { "somebody else", ANNA, SEEN(LOGIN("bob@corp.example", SAME)), false,
      "wrong-credentials possible,from-not-login possible" },
    { "another sender", ANNA, SEEN(LOGIN(ANNA, SAME), .header_from = STR_INIT("info@corp.example")),
      false, "from-not-login possible" },
    { "no user name that is an address", NULL,
      SEEN(LOGIN("anna", SAME), .header_from = STR_INIT("x@corp.example")), false, "" },
};

static void what_follows(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FOLLOWS); i++) {
        const struct observed_typed typed = { .address = FOLLOWS[i].address };
        struct finding f[DOCTOR_CAUSES_MAX];
        char got[512] = "";
        size_t n = observed_findings(&typed, &FOLLOWS[i].seen, FOLLOWS[i].server_takes, f), at = 0;
        for (size_t k = 0; k < n; k++)
            at += (size_t)snprintf(got + at, sizeof got - at, "%s%.*s %.*s", k ? "," : "",
                                   STR_ARG(cause_of(f[k].cause)->name),
                                   STR_ARG(names_of(&STRENGTH_NAMES, (int)f[k].strength)));
        if (strcmp(got, FOLLOWS[i].want) != 0)
            fail_msg("%s: got '%s'", FOLLOWS[i].label, got);
    }
}

static void senders_that_are_none(void **state)
{
    static const struct {
        const char *from;
        bool invalid;
    } FROMS[] = { { "root", true }, { "root@localhost", true }, { "x@a.b", false }, { "", false } };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(FROMS); i++) {
        const struct observed_typed typed = { 0 };
        struct mock_seen seen = SEEN(LOGIN(ANNA, SAME));
        struct finding f[DOCTOR_CAUSES_MAX];
        seen.from = str_from(FROMS[i].from);
        size_t n = observed_findings(&typed, &seen, false, f);
        bool said = n > 0 && f[0].cause == CAUSE_FROM_INVALID && f[0].strength == STRENGTH_LIKELY;
        if (said != FROMS[i].invalid)
            fail_msg("'%s'", FROMS[i].from);
    }
}

static const struct {
    const char *label;
    struct observed_typed typed;
    struct mock_seen seen;
    int fd;
    const char *want; /* the arguments that must be there, blank between; "!x": and x not */
} LINES[] = {
    { "no login",
      { .address = ANNA, .server = "s:587" },
      SEEN(.security = SMTP_SECURITY_STARTTLS),
      7,
      "--server=s:587 --security=starttls --auth=none --user=" ANNA " --password-fd=7 --from=" ANNA
      " --to=tom@elsewhere.example --helo=pc.corp.example" },
    { "a login",
      { .address = ANNA, .server = "s" },
      SEEN(LOGIN("anna", SAME)),
      7,
      "--security=none --auth=auto --user=" ANNA },
    { "only the program's name", { .server = "s" }, SEEN(LOGIN("-x=y", SAME)), 7, "--user=-x=y" },
    { "no password",
      { .address = ANNA, .server = "s" },
      SEEN(LOGIN(ANNA, UNKNOWN)),
      -1,
      "--auth=auto !--user=" ANNA },
    { "another recipient",
      { .server = "s", .to = "me@x.example" },
      SEEN(.security = SMTP_SECURITY_TLS),
      -1,
      "--security=tls --to=me@x.example !--to=tom@elsewhere.example" },
    { "a token",
      { .server = "s" },
      SEEN(.mechanism = STR_INIT("XOAUTH2"), .user = STR_INIT(ANNA)),
      -1,
      "--auth=XOAUTH2" },
    { "the empty sender",
      { .address = ANNA, .server = "s" },
      { .greeted = true, .name = STR_INIT("[127.0.0.1]"), .mail = true },
      -1,
      "--from=<> --helo=[127.0.0.1]" },
    { "a sender that is none",
      { .address = ANNA, .server = "s" },
      { .greeted = true, .name = STR_INIT("pc"), .mail = true, .from = STR_INIT("root") },
      -1,
      "--from=root " ANNA },
    { "the rest",
      { .server = "s",
        .connect_to = "127.0.0.1",
        .resolver = "::1",
        .ca = "c",
        .ports = "",
        .timeout = "9",
        .logins = "2",
        .allow_clear_auth = true,
        .gentle = true },
      SEEN(.security = SMTP_SECURITY_TLS),
      -1,
      "--connect-to=127.0.0.1 --resolver=::1 --ca=c --ports= --timeout=9 --logins=2 "
      "--allow-clear-auth --gentle" },
};

static bool is_there(char *const argv[], int argc, str word)
{
    for (int i = 1; i < argc; i++)
        if (str_eq(str_from(argv[i]), word))
            return true;
    return false;
}

static void how_the_doctor_is_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(LINES); i++) {
        struct arena a;
        char *argv[OBSERVED_ARGUMENTS];
        arena_init(&a, 1 << 16);
        int argc = observed_arguments(&LINES[i].typed, &LINES[i].seen, LINES[i].fd, &a, argv);
        assert_in_range(argc, 2, OBSERVED_ARGUMENTS);
        for (str rest = str_from(LINES[i].want); rest.p;) {
            str word = str_cut(&rest, ' ');
            bool absent = str_starts(word, STR("!"));
            if (is_there(argv, argc, str_skip(word, absent)) == absent)
                fail_msg("%s: %.*s", LINES[i].label, STR_ARG(word));
        }
        arena_done(&a);
    }
}

/* Without a server: text that must be there, and text that must not. */
static const struct {
    const char *label;
    struct mock_seen seen;
    const char *trouble, *want, *without;
} TEXTS[] = {
    { "a digest is not readable",
      { .greeted = true,
        .mechanism = STR_INIT("CRAM-MD5"),
        .user = STR_INIT(ANNA),
        .login_in_clear = true,
        .digest = true,
        .password = MOCK_PASSWORD_UNKNOWN },
      NULL,
      "the digest does not",
      "readable on the way" },
    { "a password is", SEEN(LOGIN(ANNA, UNKNOWN), .login_in_clear = true), NULL,
      "readable on the way", "digest" },
    { "bare line ends", SEEN(.message = true, .bare = true), NULL, "section 2.3.8", "readable" },
    { "no bare line ends", SEEN(.message = true), NULL, "0 octets", "bare" },
    { "controls in the trouble", SEEN(.message = true),
      "--user 'a\x1b[31m\xc2\x9b\xe2\x80\xae' is none", "\\x1B[31m\\xC2\\x9B\\xE2\\x80\\xAE",
      "\x1b" },
};

static void what_is_printed(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        const struct observed_typed typed = { 0 };
        struct observed_report r = { .typed = &typed,
                                     .seen = &TEXTS[i].seen,
                                     .trouble = TEXTS[i].trouble };
        struct arena a;
        struct buf out;
        arena_init(&a, 1 << 16);
        buf_init(&out, 1 << 16);
        observed_judge(&r);
        assert_true(observed_text(&r, &a, &out));
        if (str_find(buf_str(&out), str_from(TEXTS[i].want)) == STR_NOT_FOUND ||
            str_find(buf_str(&out), str_from(TEXTS[i].without)) != STR_NOT_FOUND)
            fail_msg("%s: %.*s", TEXTS[i].label, STR_ARG(buf_str(&out)));
        buf_done(&out);
        arena_done(&a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_printed),
        cmocka_unit_test(what_follows),
        cmocka_unit_test(senders_that_are_none),
        cmocka_unit_test(how_the_doctor_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
