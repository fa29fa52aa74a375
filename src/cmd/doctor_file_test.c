/* SPDX-License-Identifier: ISC */
/* --config and the flags beside it: who wins, what is left out, what is put back into the file. */
#include "base/password_shape.h"
#include "cmd/doctor_flags.h"
#include "cmd/doctor_in_place.h"
#include "cmd/secret_input.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

enum { ARENA_MAX = 4 << 20, WORDS = 12 };

#define HEAD  "APP_NAME = x\n[mailer]\nENABLED = true\n"
#define PLACE "PROTOCOL = smtp+starttls\nSMTP_ADDR = mail.example.org\nSMTP_PORT = 587\n"
#define LOGIN "USER = anna@example.org\nPASSWD = `secret`\nFROM = anna@example.org\n"

static const struct file_case {
    const char *label, *text;
    const char *words[WORDS];
    const char *want;
} CASES[] = {
    { "all of it",
      HEAD PLACE LOGIN,
      { NULL },
      "mail.example.org:587 starttls mech=auto user=anna@example.org password=secret "
      "from=anna@example.org own=anna@example.org" },
    { "an address beside it is no flag",
      HEAD PLACE LOGIN,
      { "bob@example.org" },
      "mail.example.org:587 starttls mech=auto user=anna@example.org password=secret "
      "from=anna@example.org own=bob@example.org" },
    { "no login",
      HEAD PLACE "FROM = anna@example.org\n",
      { NULL },
      "mail.example.org:587 starttls from=anna@example.org own=anna@example.org" },
    { "the password goes as it stands there",
      HEAD PLACE "USER = anna\nPASSWD = `' secret '`\n",
      { NULL },
      "mail.example.org:587 starttls mech=auto user=anna password=' secret ' odd from=anna" },
    { "another server",
      HEAD PLACE LOGIN,
      { "--server", "other.example" },
      "other.example:587 starttls mech=auto user=anna@example.org password=secret "
      "from=anna@example.org own=anna@example.org beside=host" },
    { "another port",
      HEAD PLACE LOGIN,
      { "--server", "mail.example.org:2525", "--security", "none" },
      "mail.example.org:2525 none mech=auto user=anna@example.org password=secret "
      "from=anna@example.org own=anna@example.org beside=host,port,security" },
    { "another login, and none",
      HEAD PLACE LOGIN,
      { "--auth", "none", "--user", "bob" },
      "mail.example.org:587 starttls user=bob password=secret from=anna@example.org "
      "own=anna@example.org beside=login,user" },
    { "another From",
      HEAD PLACE LOGIN,
      { "--from", "<>", "--helo", "pc.example" },
      "mail.example.org:587 starttls mech=auto user=anna@example.org password=secret from=<> "
      "own=anna@example.org helo=pc.example beside=from" },
    { "another password",
      HEAD PLACE LOGIN,
      { "--password-env", "BATON_TEST_SECRET" },
      "mail.example.org:587 starttls mech=auto user=anna@example.org password=typed "
      "from=anna@example.org own=anna@example.org beside=password" },
    { "IPv6",
      HEAD "PROTOCOL = smtps\nSMTP_ADDR = 2001:db8::1\nSMTP_PORT = 465\n",
      { NULL },
      "2001:db8::1:465 tls" },
    { "a server that has no name",
      HEAD "PROTOCOL = smtps\nSMTP_ADDR = mail server\nSMTP_PORT = 465\n" LOGIN,
      { NULL },
      "nowhere" },
    { "... beside one that has",
      HEAD "PROTOCOL = smtps\nSMTP_ADDR = mail server\nSMTP_PORT = 465\n",
      { "--server", "mail.example.org" },
      "mail.example.org:465 tls beside=host" },
    { "a From that fits into no command",
      HEAD PLACE "FROM = the shop, at work\n",
      { NULL },
      "mail.example.org:587 starttls beside=from" },
    { "whose settings are shown",
      HEAD PLACE,
      { "--for", "Postfix" },
      "mail.example.org:587 starttls for=postfix" },
};

static struct arena arena;
static struct doctor_flags flags;
static struct buf password;
static char path[] = "/tmp/baton-app-XXXXXX";

static bool read_file(const char *text, const char *const words[WORDS], struct err *e)
{
    char *argv[WORDS + 4] = { (char *)"doctor", (char *)"--config", path };
    int argc = 3;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    for (size_t i = 0; i < WORDS && words[i]; i++)
        argv[argc++] = (char *)words[i];
    arena_init(&arena, ARENA_MAX);
    buf_init(&password, SECRET_MAX);
    return doctor_flags_read_unasked(&flags, argc, argv, &arena, &password, e);
}

static void forget(void)
{
    doctor_flags_done(&flags);
    buf_wipe_done(&password);
    arena_done(&arena);
}

static void add(struct buf *b, const char *name, str value)
{
    if (value.n)
        buf_addf(b, " %s=%.*s", name, STR_ARG(value));
}

static void add_beside(struct buf *b)
{
    const char *before = " beside=";
    for (int field = 0; field < SETTINGS_FIELDS; field++) {
        if (!(flags.o.asked.config->beside & 1u << field))
            continue;
        buf_addf(b, "%s%.*s", before, STR_ARG(names_of(&SETTINGS_FIELD_NAMES, field)));
        before = ",";
    }
}

/* The program is said where it is not the file's own. */
static void in_words(struct buf *b)
{
    const struct smtp_attempt *a = &flags.o.asked.attempt;
    if (flags.nowhere) {
        buf_add(b, STR("nowhere"));
        return;
    }
    buf_addf(b, "%.*s:%u %.*s", STR_ARG(a->host), a->port,
             STR_ARG(names_of(&SMTP_SECURITY_NAMES, (int)a->security)));
    add(b, "mech", a->mechanism);
    add(b, "user", a->user);
    add(b, "password", flags.o.password);
    if (flags.o.asked.password_anomalies & PASSWORD_STRONG)
        buf_add(b, STR(" odd"));
    add(b, "from", a->from_null ? STR("<>") : a->from);
    add(b, "own", flags.o.asked.own_address);
    add(b, "helo", a->helo);
    add_beside(b);
    if (!str_eq(flags.program->name, STR("gitea")))
        add(b, "for", flags.program->name);
}

static void who_wins(void **state)
{
    unsigned wrong = 0;
    (void)state;
    setenv("BATON_TEST_SECRET", "typed", 1);
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct err e = { .kind = ERR_NONE };
        struct buf b;
        buf_init(&b, 4096);
        if (read_file(CASES[i].text, CASES[i].words, &e))
            in_words(&b);
        else
            buf_addf(&b, "%s", e.why);
        if (!str_eq(buf_str(&b), str_from(CASES[i].want))) {
            print_error("%s\n  is     %.*s\n  wanted %s\n", CASES[i].label, STR_ARG(buf_str(&b)),
                        CASES[i].want);
            wrong++;
        }
        buf_done(&b);
        forget();
    }
    assert_int_equal(wrong, 0);
}

static void not_understood(void **state)
{
    static const struct {
        const char *text, *words[WORDS], *why;
    } BROKEN[] = {
        { HEAD "PROTOCOL\n[broken\n", { NULL }, "baton-app-" },
        { "nothing that is known\n", { NULL }, "--program" },
        { HEAD PLACE, { "--program", "gitae" }, "gitea" },
        { HEAD PLACE, { "--for", "postfx" }, "postfix" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(BROKEN); i++) {
        struct err e = { .kind = ERR_NONE };
        assert_false(read_file(BROKEN[i].text, BROKEN[i].words, &e));
        if (!strstr(e.why, BROKEN[i].why))
            fail_msg("%zu: %s", i, e.why);
        forget();
    }
}

/* ------------------------------------------------------------------------------------------------
 * --in-place: which settings change
 */
static struct doctor_evidence works;

static struct doctor_judgement judged(enum doctor_verdict verdict, enum finding_strength strength)
{
    struct doctor_judgement j = { .verdict = verdict, .works = &works };
    works.attempt = flags.o.asked.attempt;
    if (strength == STRENGTH_NONE)
        return j;
    j.causes[0] = (struct finding){ .cause = CAUSE_TLS_MODE_MISMATCH, .strength = strength };
    j.cause_count = 1;
    return j;
}

static void begin(const char *more)
{
    struct err e = { .kind = ERR_NONE };
    const char *const words[WORDS] = { "--to", "bob@outside.example", more,
                                       more ? "--send" : NULL };
    assert_true(read_file(HEAD PLACE LOGIN, words, &e));
}

static void only_what_is_proved(void **state)
{
    static const struct {
        enum doctor_verdict verdict;
        enum finding_strength strength;
        bool works;
        const char *why; /* NULL: it is written */
    } KNOWN[] = {
        { VERDICT_REFUSED, STRENGTH_PROVED, true, NULL },
        { VERDICT_REFUSED, STRENGTH_LIKELY, true, "not proved" },
        { VERDICT_REFUSED, STRENGTH_PROVED, false, "nothing was found that works" },
        { VERDICT_UNKNOWN, STRENGTH_NONE, true, "not proved" },
        { VERDICT_ACCEPTED, STRENGTH_NONE, true, "work as they stand" },
        { VERDICT_ACCEPTED, STRENGTH_LIKELY, true, "work as they stand" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(KNOWN); i++) {
        struct settings wanted;
        struct buf out;
        buf_init(&out, 4096);
        begin(NULL);
        struct doctor_judgement j = judged(KNOWN[i].verdict, KNOWN[i].strength);
        j.works = KNOWN[i].works ? &works : NULL;
        assert_int_equal(doctor_in_place_wanted(&flags, &j, &wanted, &out), !KNOWN[i].why);
        if (KNOWN[i].why && str_find(buf_str(&out), str_from(KNOWN[i].why)) == STR_NOT_FOUND)
            fail_msg("%zu: %.*s", i, STR_ARG(buf_str(&out)));
        buf_done(&out);
        forget();
    }
}

/* The password is never among what is wanted; what did not differ is as the file has it. */
static void what_changes(void **state)
{
    struct settings wanted;
    struct buf out;
    (void)state;
    buf_init(&out, 4096);
    begin(NULL);
    struct doctor_judgement j = judged(VERDICT_REFUSED, STRENGTH_PROVED);
    works.attempt.port = 465;
    works.attempt.security = SMTP_SECURITY_TLS;
    works.attempt.mechanism = STR("PLAIN");
    works.attempt.helo = STR("here.example.net");
    works.attempt.repaired = true;
    assert_true(doctor_in_place_wanted(&flags, &j, &wanted, &out));
    assert_int_equal(wanted.attempt.port, 465);
    assert_int_equal(wanted.attempt.security, SMTP_SECURITY_TLS);
    assert_true(str_eq(wanted.attempt.mechanism, STR("auto")));
    assert_true(str_eq(wanted.attempt.host, STR("mail.example.org")));
    assert_int_equal(wanted.attempt.helo.n, 0);
    assert_int_equal(wanted.secret, SETTINGS_SECRET_ASKED);
    forget();
    begin(NULL);
    j = judged(VERDICT_REFUSED, STRENGTH_PROVED);
    flags.o.asked.attempt.mechanism = STR_NONE;
    works.attempt.user = STR("anna");
    works.attempt.from = STR("shop@example.org");
    assert_true(doctor_in_place_wanted(&flags, &j, &wanted, &out));
    assert_true(str_eq(wanted.attempt.user, STR("anna")));
    assert_true(str_eq(wanted.attempt.from, STR("shop@example.org")));
    assert_int_equal(wanted.attempt.port, 587);
    forget();
    begin("--helo=pc.example");
    j = judged(VERDICT_ACCEPTED, STRENGTH_NONE);
    flags.o.asked.config = flags.file->config;
    flags.file->config->beside = 1u << SETTINGS_PORT;
    works.attempt.port = 2525;
    assert_true(doctor_in_place_wanted(&flags, &j, &wanted, &out));
    assert_int_equal(wanted.attempt.port, 2525);
    forget();
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(who_wins),
                                        cmocka_unit_test(not_understood),
                                        cmocka_unit_test(only_what_is_proved),
                                        cmocka_unit_test(what_changes) };
    int fd = mkstemp(path);
    if (fd < 0 || !freopen("/dev/null", "r", stdin)) /* never a terminal */
        return 1;
    close(fd);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
