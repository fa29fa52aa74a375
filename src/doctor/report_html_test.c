/* SPDX-License-Identifier: ISC */
#include "base/base64.h"
#include "base/password_shape.h"
#include "doctor/record_script.h"
#include "doctor/report_html.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above first */
#include <cmocka.h>

enum { ARENA_MAX = 1 << 22, TEXT_MAX = 1 << 22 };

#define E587  "587 220 hello | 587 ehlo STARTTLS | 587+ tls | 587+ ehlo AUTH PLAIN |"
#define OK587 "587+ login PLAIN 235 ok | 587+ PLAIN rcpt 250 ok |"
#define NEVER E587 "587+ rcpt 550 5.7.1 relay not permitted |" OK587

static struct arena arena;
static struct doctor_record record;
static struct doctor_asked asked;
static struct doctor_judgement judgement;
static struct doctor_stats stats;
static struct doctor_report report;
static struct doctor_transcript transcript;
static struct buf page;

static const char *shown; /* the page, NUL-terminated */

static void write_page(bool full)
{
    const struct doctor_page_options o = { full, STR("1 May 2026, 12:00 UTC"), STR("0.1"),
                                           transcript.count ? &transcript : NULL };
    buf_init(&page, TEXT_MAX);
    assert_true(doctor_report_html(&report, &o, &page));
    assert_true(buf_addc(&page, '\0'));
    shown = page.p;
}

static void begin(const char *asked_words, const char *script)
{
    arena_init(&arena, ARENA_MAX);
    doctor_transcript_init(&transcript);
    record.arena = &arena;
    record.count = 0;
    script_record(script, &record);
    script_asked(asked_words, &asked);
    judgement = doctor_judge(&asked, &record);
    stats = (struct doctor_stats){ .wall_ms = 1234, .rtt_ms = 20, .connections = 3 };
    stats.source = script_ip("8.8.4.4");
    report = (struct doctor_report){ &asked, &record, &judgement, &stats, NULL, false, NULL };
}

static void end(void)
{
    buf_done(&page);
    doctor_transcript_done(&transcript);
    arena_done(&arena);
}

static bool has(const char *words)
{
    return strstr(shown, words) != NULL;
}

/* Every element that is opened is closed, in order: nothing from outside has become markup. */
static void balanced(void)
{
    static const char *const VOID[] = { "meta", "rect", "!doctype", "link" };
    char open[64][16];
    size_t depth = 0;
    const char *at = strstr(shown, "<body");
    for (at = strchr(at, '<'); at; at = strchr(at + 1, '<')) {
        char name[16] = "";
        bool closes = at[1] == '/', empty = false;
        assert_int_equal(sscanf(at + 1 + closes, "%15[a-z0-9!]", name), 1);
        for (size_t i = 0; i < COUNT_OF(VOID); i++)
            empty |= strcmp(name, VOID[i]) == 0;
        if (empty)
            continue;
        if (!closes) {
            assert_true(depth < COUNT_OF(open));
            strcpy(open[depth++], name);
        } else if (strcmp(name, "html") != 0) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        }
    }
    assert_int_equal(depth, 0);
}

static const struct page_case {
    const char *label, *asked, *record;
    const char *want[4];
} PAGES[] = {
    { "nothing seen", "-", "", { "<h1>", "Next" } },
    { "no such name", "587 starttls -", "lookup", { "What was seen", "there is no" } },
    { "accepted",
      "587 starttls login",
      E587 OK587,
      { "Accepted as asked", "yours: works", "Settings that work" } },
    { "proved",
      "587 starttls - known",
      NEVER,
      { "The program does not log in", ">proved<", "(differs)", "your settings" } },
    { "likely",
      "587 starttls - known",
      E587 "587+ rcpt 454 4.7.1 relay not permitted |" OK587,
      { ">likely<", "What it rests on" } },
    { "another From works",
      "587 starttls login from=x@example.net",
      E587 "587+ login PLAIN 235 | 587+ PLAIN from=x@example.net rcpt 553 no | 587+ PLAIN rcpt 250",
      { ">yours: works with<", ">other From<", "accepted; yours: works with another From<" } },
    { "a certificate",
      "587 starttls PLAIN",
      "587 220 hello | 587 ehlo STARTTLS | 587+ tls expired | 587+ ehlo AUTH PLAIN",
      { "The proof", "certificate" } },
    { "two addresses",
      "587 starttls - known",
      "587 silent | 587@2 220 hello | 587@2 ehlo STARTTLS",
      { "192.0.2.1", "192.0.2.2" } },
    { "unknown",
      "587 starttls PLAIN",
      E587 "587+ login PLAIN 235 | 587+ PLAIN rcpt 451 4.3.0 try later",
      { "The cause is not known", "With your settings: MAIL FROM me@my-domain.example", "Next" } },
    { "every end",
      "587 starttls -",
      "587 refused | 587 silent | 587 unreachable | 587 mute | 587 junk | 587 ehlo closed |"
      "587+ tls failed | 587+ tls 454 4.7.0 no | 587+ login PLAIN guarded | 587+ rcpt reset |"
      "587+ mail ours | 587+ data 554 5.7.1 no",
      { "With kind regards" } },
};

static void pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PAGES); i++) {
        print_message("  %s\n", PAGES[i].label);
        begin(PAGES[i].asked, PAGES[i].record);
        write_page(false);
        balanced();
        for (size_t k = 0; k < COUNT_OF(PAGES[i].want) && PAGES[i].want[k]; k++)
            if (!has(PAGES[i].want[k]))
                fail_msg("'%s' is not on the page: %s", PAGES[i].want[k], strstr(shown, "<h1"));
        end();
    }
}

/* Whatever a server says is text. */
static void hostile(void **state)
{
    static const char *const SAID[] = {
        "<script>alert(1)</script>",
        "\"'><svg onload=alert(1)>",
        "</pre></main></body></html>",
        "&lt;b&gt; & &#60;",
        "\x1b[31m\x07",
        "\xff\xfe\xc0\x80",
        "\xe2\x80\xae\xe2\x80\x8b\xef\xbb\xbf",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(SAID); i++) {
        char script[512];
        snprintf(script, sizeof script,
                 "587 220 %s | 587 ehlo STARTTLS | 587+ tls | 587+ ehlo AUTH PLAIN |"
                 "587+ rcpt 550 5.7.1 %s |" OK587,
                 SAID[i], SAID[i]);
        for (int full = 0; full <= 1; full++) {
            begin("587 starttls - known", script);
            doctor_transcript_line(&transcript, 1, &record.rows[0].attempt, false,
                                   str_from(SAID[i]));
            write_page(full != 0);
            balanced();
            assert_false(has("<script") || has("onload=alert(1)>") || has("\x1b") || has("\xff"));
            assert_false(has("\xe2\x80\xae") || has("\xef\xbb\xbf"));
            assert_null(strstr(strstr(shown, "</style>") + 8, "<style"));
            end();
        }
    }
}

/* Every form of each name: plain, upper case, base64 in three places, hex, reversed, percent. */
static void spell(const char *name, char out[10][256])
{
    size_t n = strlen(name);
    memset(out, 0, 10 * 256);
    snprintf(out[0], 256, "%s", name);
    for (size_t i = 0; i < n; i++) {
        out[1][i] = to_upper(name[i]);
        out[2][n - 1 - i] = name[i];
        snprintf(out[3] + 2 * i, 3, "%02x", (unsigned char)name[i]);
        snprintf(out[4] + 3 * i, 4, "%%%02X", (unsigned char)name[i]);
    }
    for (size_t before = 0; before < 3; before++) {
        char octets[128];
        struct buf b;
        snprintf(octets, sizeof octets, "%.*s%s", (int)before, "ab", name);
        buf_init(&b, 256);
        assert_true(base64_encode(str_from(octets), &b));
        snprintf(out[5 + before], 256, "%.*s", (int)b.n, b.p);
        buf_done(&b);
    }
}

/* What depends on nothing but the name. */
static str telling_part(char out[10][256], size_t form)
{
    str s = str_from(out[form]);
    return form < 5 ? s : str_take(str_skip(s, 4), s.n - 8);
}

static void nobody(void **state)
{
    static const char *const NAMES[] = { "anna@example.org", "bob@outside.example", "8.8.4.4",
                                         "here.example.net" };
    static char form[10][256];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
        spell(NAMES[i], form);
        for (size_t k = 0; k < 8; k++) {
            char script[1024];
            snprintf(script, sizeof script,
                     "587 220 %s | 587 ehlo STARTTLS | 587+ tls | 587+ ehlo AUTH PLAIN, X %s |"
                     "587+ rcpt 550 5.7.1 x %s y |" OK587,
                     form[k], form[k], form[k]);
            begin("587 starttls - known error=550 to bob@outside.example by anna@example.org",
                  script);
            doctor_transcript_line(&transcript, 1, &record.rows[0].attempt, false,
                                   str_from(form[k]));
            write_page(true);
            assert_true(has(form[k])); /* with names it is there: the test is no illusion */
            buf_done(&page);
            write_page(false);
            str part = telling_part(form, k);
            if (str_find_nocase(str_from(shown), part) != STR_NOT_FOUND)
                fail_msg("%s stands on the page as %s", NAMES[i], form[k]);
            assert_false(has("example.org") || has("outside.example"));
            assert_true(has("me@my-domain.example") && has("recipient@their-domain.example"));
            assert_true(has("mail.my-domain.example") && has("203.0.113."));
            end();
        }
    }
}

/* Whatever slice of a row names somebody, be it one that is added later. */
static void nobody_in_any_slice(void **state)
{
    str *slices[DOCTOR_EVIDENCE_SLICES];
    (void)state;
    begin("587 starttls - known", NEVER);
    size_t rows = record.count, n = doctor_evidence_slices(&record.rows[0], slices);
    end();
    assert_true(n > 10);
    for (size_t i = 0; i < rows * n; i++) {
        begin("587 starttls - known", NEVER);
        doctor_evidence_slices(&record.rows[i / n], slices);
        *slices[i % n] = STR("x anna@example.org [8.8.4.4] y");
        record.rows[i / n].outcome.local = script_ip("8.8.4.4");
        write_page(false);
        assert_false(has("anna@example.org") || has("8.8.4.4"));
        balanced();
        end();
    }
}

/* A server that takes mail for the user's domain may name him. */
static void other_servers(void **state)
{
    static const char ROWS[] =
        "25 220 hello | 25 ehlo SIZE 1 | 25 to=bob@example.org rcpt 550 5.7.1 relay not permitted |"
        "25 at=mx.smithfamily.test/8.8.4.4 mx 220 mx.smithfamily.test hello |"
        "25 at=mx.smithfamily.test/8.8.4.4 from=<> to=postmaster@example.org mx rcpt 250 ok";
    (void)state;
    for (int full = 0; full <= 1; full++) {
        begin("25 none - to=bob@example.org", ROWS);
        write_page(full != 0);
        assert_true(has("Who takes mail for"));
        assert_int_equal(has("smithfamily") || has("8.8.4.4"), full);
        assert_int_equal(has("mx.other-server.example"), !full);
        balanced();
        end();
    }
}

static void secret(void **state)
{
    AUTO(secret_mask_freep) struct secret_mask *mask = secret_mask_new(STR("Kestrel-41-harbour"));
    (void)state;
    assert_non_null(mask);
    for (int full = 0; full <= 1; full++) {
        begin("587 starttls - known",
              E587 "587+ rcpt 550 5.7.1 Kestrel-41-harbour S2VzdHJlbC00MS1oYXJib3Vy |" OK587);
        doctor_transcript_line(&transcript, 1, &record.rows[0].attempt, true,
                               STR("NOOP S2VzdHJlbC00MS1oYXJib3Vy"));
        report.mask = mask;
        write_page(full != 0);
        assert_false(has("Kestrel") || has("S2VzdHJl") || has("YXJib3Vy"));
        assert_true(has("[hidden]"));
        end();
    }
}

/* Stand-ins must not cut a secret in two: it is masked before. */
static void secret_that_holds_a_name(void **state)
{
    AUTO(secret_mask_freep)
    struct secret_mask *mask = secret_mask_new(STR("Kestrel 8.8.4.4 harbour"));
    (void)state;
    assert_non_null(mask);
    begin("587 starttls - known", E587 "587+ rcpt 550 5.7.1 Kestrel 8.8.4.4 harbour |" OK587);
    doctor_transcript_line(&transcript, 1, &record.rows[0].attempt, true,
                           STR("NOOP Kestrel 8.8.4.4 harbour"));
    report.mask = mask;
    write_page(false);
    assert_false(has("Kestrel") || has("harbour"));
    end();
}

static void address_of_the_server(void **state)
{
    (void)state;
    begin("587 starttls - known", NEVER);
    for (size_t i = 0; i < record.count; i++)
        record.rows[i].attempt.address = script_ip("9.9.9.9");
    doctor_transcript_line(&transcript, 1, &record.rows[0].attempt, false, STR("220 9.9.9.9"));
    write_page(false);
    assert_false(has("9.9.9.9"));
    assert_true(has("192.0.2.1"));
    end();
}

/* What differs still differs: it may be the cause. */
static void two_domains(void **state)
{
    (void)state;
    begin("587 starttls PLAIN", E587 "587+ login PLAIN 535 5.7.8 no such user carl@other.test");
    asked.attempt.user = STR("carl@other.test");
    write_page(false);
    assert_true(has("no such user my-login@login-domain.example"));
    assert_true(has("me@my-domain.example"));
    assert_false(has("carl") || has("other.test"));
    end();
}

/* A name below a suffix that many share is hidden whole, and one that lies deeper up to where it was registered. */
static void a_domain_below_a_suffix(void **state UNUSED)
{
    static const char *const USERS[] = { "carl@kestrel.github.io", "carl@mail.kestrel.co.uk",
                                         "carl@mail.kestrel.org.za" };
    for (size_t i = 0; i < COUNT_OF(USERS); i++) {
        begin("587 starttls PLAIN",
              E587 "587+ login PLAIN 535 5.7.8 no such user at kestrel.github.io, "
                   "mail.kestrel.co.uk, mail.kestrel.org.za");
        asked.attempt.user = str_from(USERS[i]);
        write_page(false);
        assert_false(has("kestrel") || has("carl"));
        assert_true(has("no such user at login-domain."));
        end();
    }
}

/* Of the password the anomaly and nothing else; of what is often meant, nothing. */
static void password_anomaly(void **state)
{
    (void)state;
    begin("587 starttls - known", NEVER);
    asked.password_anomalies = PASSWORD_LINE_END | PASSWORD_DOLLAR;
    write_page(false);
    assert_true(has("The password, as it was given, is odd: "));
    assert_null(strstr(strstr(shown, "is odd: ") + 8, "is odd: "));
    end();
}

/* One address has the same stand-in wherever it stands, and two never the same. */
static void consistent(void **state)
{
    (void)state;
    begin(
        "587 starttls PLAIN from=carl@other.test", E587
        "587+ login PLAIN 235 | 587+ PLAIN from=carl@other.test rcpt 553 5.7.1 carl@other.test is "
        "not anna@example.org | 587+ PLAIN rcpt 250");
    write_page(false);
    assert_true(has("sender@sender-domain.example is not me@my-domain.example"));
    assert_false(has("carl") || has("other.test"));
    end();
}

static void long_transcript(void **state)
{
    (void)state;
    begin("587 starttls - known", NEVER);
    for (size_t i = 0; i < 2 * DOCTOR_TRANSCRIPT_LINES; i++)
        doctor_transcript_line(&transcript, 1, &record.rows[0].attempt, false, STR("250-more"));
    assert_true(transcript.cut);
    assert_int_equal(transcript.count, DOCTOR_TRANSCRIPT_LINES);
    write_page(false);
    assert_true(has("More was said than is kept here"));
    end();
}

/* The letter speaks the words of the server that greeted, and of no other. */
static void the_letter_speaks_the_servers_words(void **state)
{
    (void)state;
    begin("587 starttls - known",
          "587 220 mail.example.org ESMTP Exim 4.96 ready | 587 ehlo STARTTLS | 587+ tls |"
          "587+ ehlo AUTH PLAIN | 587+ rcpt 550 5.7.1 relay not permitted |" OK587);
    write_page(false);
    assert_true(has("- Look for A= in the line of the session"));
    assert_true(has("- Find the session in the log"));
    assert_true(has("Careful: A wider list of trusted networks"));
    assert_false(has("sasl_username"));
    assert_false(has("Where a provider refuses your own"));
    end();
    begin("587 starttls - known", NEVER);
    write_page(false);
    assert_true(has("- Find the session in the log"));
    assert_true(has("- Tell users in the text of the refusal"));
    assert_false(has("- Look for A="));
    end();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages),
        cmocka_unit_test(hostile),
        cmocka_unit_test(nobody),
        cmocka_unit_test(nobody_in_any_slice),
        cmocka_unit_test(other_servers),
        cmocka_unit_test(secret),
        cmocka_unit_test(consistent),
        cmocka_unit_test(two_domains),
        cmocka_unit_test(a_domain_below_a_suffix),
        cmocka_unit_test(password_anomaly),
        cmocka_unit_test(secret_that_holds_a_name),
        cmocka_unit_test(address_of_the_server),
        cmocka_unit_test(long_transcript),
        cmocka_unit_test(the_letter_speaks_the_servers_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
