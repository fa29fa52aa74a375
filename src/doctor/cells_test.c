/* SPDX-License-Identifier: ISC */
#include "doctor/cells.h"
#include "doctor/record_script.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 1 << 20 };

#define E587 "587 220 hello | 587 ehlo STARTTLS | 587+ tls | 587+ ehlo AUTH PLAIN |"
#define E465 "465! tls | 465! 220 hello | 465! ehlo AUTH PLAIN |"
#define MX25 "25 220 hello | 25 ehlo STARTTLS, AUTH PLAIN | 25+ tls | 25+ ehlo AUTH PLAIN |"

/* A cell: port, its mark, "l" with a login, state; "?" in front of what is inferred. */
static const struct cells_case {
    const char *label, *asked, *record, *want;
} CASES[] = {
    { "nothing", "587 starttls -", "", "" },
    { "a dead port", "587 starttls -", "587 refused",
      "587 closed, 587l closed, 587+ closed, 587+l closed" },
    { "465 opens with TLS where nothing is known", "465 tls -", "465! silent",
      "465! silent, 465!l silent" },
    { "465 in clear", "465 none -", "465 220 hello | 465 ehlo SIZE 1 | 465 rcpt 250",
      "465 accepted, 465l ?not-offered, 465+ ?not-offered, 465+l ?not-offered" },
    { "a port with TLS at once", "10465 tls -", "10465 mute | 10465! tls | 10465! 220 hello",
      "10465! not-tested, 10465!l not-tested" },
    { "ports ascend", "587 starttls -", "587 refused | 25 silent",
      "25 silent, 25l silent, 25+ silent, 25+l silent, "
      "587 closed, 587l closed, 587+ closed, 587+l closed" },
    { "played", "587 starttls - known",
      E587 "587+ rcpt 550 5.7.1 relay | 587+ login PLAIN 235 | 587+ PLAIN rcpt 250",
      "587 not-tested, 587l ?not-offered, 587+ refused, 587+l accepted" },
    { "a login that was taken is inferred for other doors", "587 starttls login",
      E587 E465 "587+ login PLAIN 235 | 587+ PLAIN rcpt 250",
      "465! not-tested, 465!l ?accepted, "
      "587 not-tested, 587l ?not-offered, 587+ not-tested, 587+l accepted" },
    { "... but not for port 25", "587 starttls login",
      E587 MX25 "587+ login PLAIN 235 | 587+ PLAIN rcpt 250",
      "25 not-tested, 25l not-tested, 25+ not-tested, 25+l not-tested, "
      "587 not-tested, 587l ?not-offered, 587+ not-tested, 587+l accepted" },
    { "... nor where the certificate does not verify", "587 starttls login",
      E587 "465! tls expired | 465! 220 hello | 465! ehlo AUTH PLAIN |"
           "587+ login PLAIN 235 | 587+ PLAIN rcpt 250",
      "465! refused, 465!l refused, "
      "587 not-tested, 587l ?not-offered, 587+ not-tested, 587+l accepted" },
    { "... nor where no login is offered", "587 starttls login",
      E587 "465! tls | 465! 220 hello | 465! ehlo SIZE 1 |"
           "587+ login PLAIN 235 | 587+ PLAIN rcpt 250",
      "465! not-tested, 465!l ?not-offered, "
      "587 not-tested, 587l ?not-offered, 587+ not-tested, 587+l accepted" },
    { "a login that was refused is inferred too", "587 starttls login",
      E587 E465 "587+ login PLAIN 535 5.7.8 no",
      "465! not-tested, 465!l ?refused, "
      "587 not-tested, 587l ?not-offered, 587+ not-tested, 587+l refused" },
    { "a login that was taken, and then refused: nothing is inferred", "587 starttls login",
      E587 E465 "587+ login PLAIN 235 | 587+ PLAIN rcpt 550 5.7.1 relay",
      "465! not-tested, 465!l not-tested, "
      "587 not-tested, 587l ?not-offered, 587+ not-tested, 587+l refused" },
    { "accepted with another From", "587 starttls login from=x@example.net",
      E587 "587+ login PLAIN 235 | 587+ PLAIN from=x@example.net rcpt 553 no |"
           "587+ PLAIN rcpt 250",
      "587 not-tested, 587l ?not-offered, 587+ not-tested, 587+l accepted" },
    { "another source is another matter", "25 none -", "25~ 220 hello", "" },
};

static const char *cell_words(const struct doctor_cell *c, char *out, size_t room)
{
    static const char *const MARKS[] = {
        [SMTP_SECURITY_NONE] = "", [SMTP_SECURITY_STARTTLS] = "+", [SMTP_SECURITY_TLS] = "!"
    };
    bool inferred = !c->s.played && c->s.state != STATE_NOT_TESTED;
    snprintf(out, room, "%u%s%s %s%.*s", c->at.port, MARKS[c->at.security],
             smtp_attempt_logs_in(&c->at) ? "l" : "", inferred ? "?" : "",
             STR_ARG(names_of(&STATE_NAMES, (int)c->s.state)));
    return out;
}

static struct arena arena;
static struct doctor_record record;
static struct doctor_cell cells[DOCTOR_CELLS_MAX];

static void matrix(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct doctor_asked asked;
        char got[1024] = "", one[64];
        print_message("  %s\n", CASES[i].label);
        arena_init(&arena, ARENA_MAX);
        record.arena = &arena;
        record.count = 0;
        script_record(CASES[i].record, &record);
        script_asked(CASES[i].asked, &asked);
        struct doctor_judgement j = doctor_judge(&asked, &record);
        size_t n = doctor_cells(&asked, &record, &j, cells);
        for (size_t k = 0; k < n; k++) {
            strcat(got, k ? ", " : "");
            strcat(got, cell_words(&cells[k], one, sizeof one));
        }
        assert_string_equal(got, CASES[i].want);
        arena_done(&arena);
    }
}

static void has_a_maximum(void **state)
{
    struct doctor_asked asked;
    (void)state;
    arena_init(&arena, ARENA_MAX);
    record.arena = &arena;
    record.count = 0;
    for (unsigned port = 1000; port < 1200; port++) {
        char row[32];
        snprintf(row, sizeof row, "%u refused", port);
        script_row(str_from(row), &record);
    }
    script_asked("587 starttls -", &asked);
    struct doctor_judgement j = doctor_judge(&asked, &record);
    assert_int_equal(doctor_cells(&asked, &record, &j, cells), DOCTOR_CELLS_MAX);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrix),
        cmocka_unit_test(has_a_maximum),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
