/* SPDX-License-Identifier: ISC */
/* The judge on the program's own file: what was asked, what was seen, and the mistakes that were read. */
#include "base/wrap.h"
#include "doctor/record_script.h"
#include "doctor/report_html.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 4 << 20, TEXT_MAX = 1 << 20 };

#define CLEAR587 "587 220 hello | 587 ehlo STARTTLS |"
#define E587     CLEAR587 "587+ tls | 587+ ehlo AUTH PLAIN LOGIN |"
#define OK587    "587+ login PLAIN 235 ok | 587+ PLAIN rcpt 250 ok |"
#define NEVER    E587 "587+ rcpt 550 5.7.1 relay not permitted |" OK587
#define BAD587   "587+ login PLAIN 535 5.7.8 bad credentials"
#define EXPIRED  "587 220 hello | 587 ehlo STARTTLS | 587+ tls expired | 587+ ehlo AUTH PLAIN"

/* mistakes: "login-off wrong, secret-quotes likely", the cause of each as its row has it; unverified: the program
 * takes any certificate. m: in how many of the first cause's rows a mistake stands. */
static const struct config_case {
    const char *label, *asked, *record, *mistakes, *want;
    unsigned m;
} CASES[] = {
    { "the experiments prove the same", "587 starttls - known", NEVER, "login-off",
      "refused: client-never-authenticates proved; exit 1", 1 },
    { "they prove another", "587 starttls - known", NEVER, "tls-against-port",
      "refused: client-never-authenticates proved; exit 1", 0 },
    { "nothing could be tried", "587 starttls - known", "", "login-off",
      "refused: client-never-authenticates likely; exit 4; next", 1 },
    { "... and the mistake is no more than likely", "587 starttls login", "", "tls-against-port",
      "refused: tls-mode-mismatch possible; exit 4; next", 1 },
    { "... two of them", "587 starttls - known", "", "login-off, host-missing",
      "refused: client-never-authenticates likely, wrong-server likely; exit 4; next", 1 },
    { "unsafe is no cause", "587 starttls login", "", "verify-off, login-in-clear",
      "unknown: exit 4; next", 0 },
    { "a note is none", "587 starttls login", "", "helo-name", "unknown: exit 4; next", 0 },
    { "a refused login, and a lost dollar", "587 starttls PLAIN", E587 BAD587, "secret-dollar",
      "refused: password-mangled likely, wrong-credentials likely; exit 5; next", 1 },
    { "... and quotes that may be meant", "587 starttls PLAIN", E587 BAD587, "secret-quotes",
      "refused: wrong-credentials likely; exit 5; next", 1 },
    { "... and quotes that its shape shows too", "587 starttls PLAIN odd=quotes-around",
      E587 BAD587, "secret-quotes",
      "refused: password-mangled likely, wrong-credentials possible; exit 5; next", 1 },
    { "... and the word of an example", "587 starttls PLAIN", E587 BAD587, "secret-placeholder",
      "refused: wrong-credentials likely; exit 5; next", 1 },
    { "the name does not exist, and is near one that does", "587 starttls login", "lookup",
      "host-typo", "refused: dns-failure likely; exit 6; next", 1 },
    { "it works here, and the program does not use it", "587 starttls login", E587 OK587,
      "not-applied", "accepted: client-never-authenticates likely; exit 0", 1 },
    { "it works here: what the file has wrong was no hindrance", "587 starttls login", E587 OK587,
      "tls-against-port, secret-quotes, host-form", "accepted: exit 0", 0 },
    { "a certificate stops a program that looks at it", "587 starttls - known", EXPIRED, "",
      "refused: certificate-expired proved; exit 1", 0 },
    { "... and no other", "587 starttls - known", EXPIRED, "unverified", "unknown: exit 3; next",
      0 },
};

static struct arena arena;
static struct doctor_record record;
static struct doctor_asked asked;
static struct doctor_config config;

static const struct settings_mistake_row *row_named(str name)
{
    for (int i = 0; i < MISTAKES; i++)
        if (str_eq(settings_mistake_row((enum settings_mistake_id)i)->name, name))
            return settings_mistake_row((enum settings_mistake_id)i);
    fail_msg("no mistake is called %.*s", STR_ARG(name));
    return NULL;
}

static void read_mistakes(const char *text)
{
    config = (struct doctor_config){ .program = STR_INIT("wordpress"),
                                     .title = STR_INIT("WordPress"),
                                     .file = STR_INIT("wp-config.php") };
    for (str rest = str_from(text); rest.n;) {
        str name = str_trim(str_cut(&rest, ','));
        if (str_eq(name, STR("unverified"))) {
            config.said.unverified = true;
            continue;
        }
        const struct settings_mistake_row *row = row_named(name);
        config.mistakes[config.mistake_count++] = (struct doctor_config_mistake){
            row->name,       row->cause,           row->sure, STR("wp-config.php:43"),
            STR("it is so"), STR("write it other")
        };
    }
    asked.config = &config;
}

static void begin(const struct config_case *c)
{
    arena_init(&arena, ARENA_MAX);
    record.arena = &arena;
    record.count = 0;
    script_record(c->record, &record);
    script_asked(c->asked, &asked);
    read_mistakes(c->mistakes);
}

static unsigned mistakes_in(const struct doctor_judgement *j)
{
    unsigned n = 0;
    for (size_t k = 0; j->cause_count && k < FINDING_EVIDENCE; k++)
        n += doctor_config_mistake(&config, j->causes[0].for_it[k]) != NULL;
    return n;
}

static void every_case(void **state)
{
    char got[512];
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        begin(&CASES[i]);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        script_judgement(&j, got, sizeof got);
        if (strcmp(got, CASES[i].want) != 0 || mistakes_in(&j) != CASES[i].m) {
            print_error("%s\n  is     %s (%u)\n  wanted %s (%u)\n", CASES[i].label, got,
                        mistakes_in(&j), CASES[i].want, CASES[i].m);
            wrong++;
        }
        arena_done(&arena);
    }
    assert_int_equal(wrong, 0);
}

/* Whatever the file says, nothing that was not played is proved by it. */
static void never_proved_alone(void **state)
{
    static const char *const RECORDS[] = { "",
                                           "587 silent",
                                           "587 refused",
                                           E587,
                                           E587 BAD587,
                                           E587 "587+ rcpt 550 no",
                                           "587+ tls failed" };
    struct config_case c = { "", "587 starttls PLAIN", "", "", "", 0 };
    (void)state;
    for (size_t k = 0; k < COUNT_OF(RECORDS); k++)
        for (int m = 0; m < MISTAKES; m++) {
            c.record = RECORDS[k];
            c.mistakes = "";
            begin(&c);
            struct doctor_judgement without = doctor_judge(&asked, &record);
            c.mistakes = settings_mistake_row((enum settings_mistake_id)m)->name.p;
            read_mistakes(c.mistakes);
            struct doctor_judgement j = doctor_judge(&asked, &record);
            for (size_t i = 0; i < j.cause_count; i++)
                if (j.causes[i].strength == STRENGTH_PROVED)
                    assert_int_equal(without.causes[0].strength, STRENGTH_PROVED);
            arena_done(&arena);
        }
}

static struct doctor_stats stats;

/* The line that the file has to have comes before what the catalogue says. */
static void its_remedy_first(void **state)
{
    struct buf text;
    str step[DOCTOR_STEPS_MAX];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        if (!CASES[i].m)
            continue;
        begin(&CASES[i]);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        const struct doctor_report r = { &asked, &record, &j, &stats, NULL, false, NULL };
        assert_true(doctor_steps(&r, step) > 0);
        assert_true(str_eq(step[0], STR("In wp-config.php:43: write it other.")));
        buf_init(&text, TEXT_MAX);
        assert_true(doctor_report_text(&r, &text));
        assert_true(str_find(buf_str(&text), STR("What wp-config.php says (WordPress)")) !=
                    STR_NOT_FOUND);
        assert_true(str_find(buf_str(&text), STR("wp-config.php:43: it is so")) != STR_NOT_FOUND);
        buf_done(&text);
        arena_done(&arena);
    }
}

/* --verify derives the same again from what the document holds of the file. */
static void stored(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct buf text, said;
        struct err e = { .kind = ERR_NONE };
        char was[512], is[512];
        struct doctor_stored *s = calloc(1, sizeof *s);
        begin(&CASES[i]);
        struct buf document;
        buf_init(&document, TEXT_MAX);
        buf_addf(&document,
                 "{\"program\":\"wordpress\",\"file\":\"/srv/wp-config.php\",\"verified\":"
                 "%s,\"mistakes\":[",
                 config.said.unverified ? "false" : "true");
        for (size_t k = 0; k < config.mistake_count; k++) {
            const struct doctor_config_mistake *m = &config.mistakes[k];
            const struct cause *c = cause_of(m->cause);
            buf_addf(&document,
                     "%s{\"id\":\"%.*s\",\"cause\":%s%.*s%s,\"sure\":\"%.*s\",\"file\":\"/srv/"
                     "wp-config.php\",\"line\":43,\"said\":\"it is so\",\"remedy\":\"write it "
                     "other\"}",
                     k ? "," : "", STR_ARG(m->name), c ? "\"" : "",
                     STR_ARG(c ? c->name : STR("null")), c ? "\"" : "",
                     STR_ARG(names_of(&SETTINGS_SURENESS_NAMES, (int)m->sure)));
        }
        buf_add(&document, STR("]}"));
        config.document = buf_str(&document);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        const struct doctor_report r = { &asked, &record, &j, &stats, NULL, false, NULL };
        buf_init(&text, TEXT_MAX);
        buf_init(&said, TEXT_MAX);
        assert_non_null(s);
        assert_true(doctor_report_json(&r, &text));
        s->record = (struct doctor_record){ .arena = &arena, .dns = dns_known_new(0) };
        if (!doctor_stored_read(buf_str(&text), s, &e))
            fail_msg("%s: %s", CASES[i].label, e.why);
        assert_true(doctor_stored_verify(s, &said));
        struct doctor_judgement again = doctor_judge(&s->asked, &s->record);
        script_judgement(&j, was, sizeof was);
        script_judgement(&again, is, sizeof is);
        assert_string_equal(was, is);
        for (size_t k = 0; k < config.mistake_count; k++)
            assert_true(str_eq(s->asked.config->mistakes[k].place, STR("wp-config.php:43")));
        dns_known_free(s->record.dns);
        buf_done(&said);
        buf_done(&text);
        buf_done(&document);
        arena_done(&arena);
        free(s);
    }
}

/* On the page for strangers folders are left out, which are named after people, and so are the people themselves. */
static void nobodys_page(void **state)
{
    static const char *const GONE[] = { "/home/", "anna", "example.org" };
    static const char *const KEPT[] = { "sasl_passwd:3", "run postmap sasl_passwd" };
    const struct doctor_page_options options = { false, STR("today"), STR("1"), NULL };
    struct buf page;
    (void)state;
    begin(&CASES[0]);
    buf_init(&page, TEXT_MAX);
    config.said.attempt.user = STR("anna@example.org");
    config.places[SETTINGS_USER] = STR("sasl_passwd:3");
    config.mistakes[0].place = STR("sasl_passwd:3");
    config.mistakes[0].said = STR("nothing is for anna@example.org in '/home/anna/relay.cf'");
    config.mistakes[0].remedy = STR("run postmap /home/anna/mail/sasl_passwd");
    asked.attempt.host = STR("mail.provider.example");
    struct doctor_judgement j = doctor_judge(&asked, &record);
    const struct doctor_report r = { &asked, &record, &j, &stats, NULL, false, NULL };
    assert_true(doctor_report_html(&r, &options, &page));
    size_t section = str_find(buf_str(&page), STR("file says"));
    assert_true(section != STR_NOT_FOUND);
    str told = str_skip(buf_str(&page), section);
    told = str_take(told, str_find(told, STR("</section>")));
    for (size_t i = 0; i < COUNT_OF(GONE); i++)
        if (str_find(told, str_from(GONE[i])) != STR_NOT_FOUND)
            fail_msg("%s: %.*s", GONE[i], STR_ARG(told));
    for (size_t i = 0; i < COUNT_OF(KEPT); i++)
        if (str_find(told, str_from(KEPT[i])) == STR_NOT_FOUND)
            fail_msg("%s: %.*s", KEPT[i], STR_ARG(told));
    buf_done(&page);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(nobodys_page),
                                        cmocka_unit_test(every_case),
                                        cmocka_unit_test(never_proved_alone),
                                        cmocka_unit_test(its_remedy_first),
                                        cmocka_unit_test(stored) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
