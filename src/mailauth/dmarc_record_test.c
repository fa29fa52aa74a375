/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mailauth/dmarc_record.h"
#include <stdio.h>
#include <string.h>

/* What a record says, and its faults, in one line: "p=reject adkim=s !unknown". A fault that is serious has two
 * marks. */
static const char *const FAULT_WORDS[DMARC_FAULTS] = {
    "no-policy", "policy-ignored", "bad-value", "twice",  "twice-same",      "no-tag",
    "empty",     "bad-octet",      "unknown",   "uri",    "no-mailto",       "no-address",
    "historic",  "p-not-second",   "several",   "nearly", "reports-refused",
};

static void add_policy(struct buf *b, const char *tag, enum dmarc_policy p)
{
    if (p != DMARC_UNSAID)
        buf_addf(b, " %s=%.*s", tag, STR_ARG(names_of(&DMARC_POLICY_NAMES, (int)p)));
}

static void describe(const struct dmarc_record *r, struct buf *b)
{
    buf_addf(b, "%s", r->applies ? "applies" : r->broken ? "broken" : "void");
    add_policy(b, "p", r->p);
    add_policy(b, "sp", r->sp);
    add_policy(b, "np", r->np);
    buf_addf(b, "%s%s%s", r->dkim_strict ? " adkim=s" : "", r->spf_strict ? " aspf=s" : "",
             r->testing ? " t=y" : "");
    if (r->psd != DMARC_PSD_UNSAID)
        buf_addf(b, " psd=%s", r->psd == DMARC_PSD_YES ? "y" : "n");
    if (r->pct != 100)
        buf_addf(b, " pct=%u", r->pct);
    for (size_t i = 0; i < r->problem_count; i++)
        buf_addf(b, " %s%s", dmarc_problem_serious(&r->problems[i]) ? "!!" : "!",
                 FAULT_WORDS[r->problems[i].fault]);
    buf_addc(b, 0);
}

#define RUA "; rua=mailto:d@a.example"
static const struct {
    const char *record, *says;
} CASES[] = {
    { "v=DMARC1; p=none", "applies p=none" },
    { "v=DMARC1;p=reject;", "applies p=reject" },
    { "v=DMARC1 ;  p = quarantine ; ", "applies p=quarantine" },
    { "v\t=\tDMARC1; p=none", "applies p=none" },
    { "V=DMARC1; P=None",
      "applies p=none" }, /* names and values in any case; the version is exact */
    { "v=DMARC1; p=reject; sp=quarantine; np=none", "applies p=reject sp=quarantine np=none" },
    { "v=DMARC1; p=none; adkim=s; aspf=S", "applies p=none adkim=s aspf=s" },
    { "v=DMARC1; p=none; adkim=r; aspf=r; t=n; psd=u", "applies p=none" },
    { "v=DMARC1; p=none; t=y; psd=y", "applies p=none t=y psd=y" },
    { "v=DMARC1; p=none; psd=N", "applies p=none psd=n" },
    { "v=DMARC1; p=none; fo=1:d:s" RUA, "applies p=none" },
    /* without a policy: reports make it p=none, and nothing makes it void */
    { "v=DMARC1", "void !!no-policy" },
    { "v=DMARC1;", "void !!no-policy" },
    { "v=DMARC1; adkim=s", "void adkim=s !!no-policy" },
    { "v=DMARC1" RUA, "applies p=none !!policy-ignored" },
    { "v=DMARC1; p=block", "void !!bad-value !!no-policy" },
    { "v=DMARC1; p=block" RUA, "applies p=none !!bad-value !!policy-ignored" },
    { "v=DMARC1; p=n", "void !!bad-value !!no-policy" }, /* no abbreviations */
    { "v=DMARC1; p=", "void !!bad-value !!no-policy" },
    { "v=DMARC1; p=reject; sp=all", "void !!bad-value !!no-policy" },
    { "v=DMARC1; p=reject; sp=all" RUA, "applies p=none !!bad-value !!policy-ignored" },
    { "v=DMARC1; p=reject; np=all" RUA, "applies p=none !!bad-value !!policy-ignored" },
    { "v=DMARC1; p=reject; sp=all; np=none", "void !!bad-value !!no-policy" },
    { "v=DMARC1; p=reject; np=all; sp=none", "void !!bad-value !!no-policy" },
    { "v=DMARC1; rua=mailto:a@a.example,nobody", "applies p=none !!uri !!policy-ignored" },
    { "v=DMARC1; p=block; rua=nobody", "void !!bad-value !!uri !!no-policy" },
    /* a bad tag that is not the policy is left out, and told */
    { "v=DMARC1; p=none; adkim=strict", "applies p=none !!bad-value" },
    { "v=DMARC1; p=none; aspf=x; t=maybe; psd=1",
      "applies p=none !!bad-value !!bad-value !!bad-value" },
    { "v=DMARC1; p=none; fo=2", "applies p=none !!bad-value" },
    { "v=DMARC1; p=none; fo=", "applies p=none !!bad-value" },
    { "v=DMARC1; p=none; pct=101", "applies p=none !!bad-value" },
    { "v=DMARC1; p=none; pct=-1; ri=x; rf=pdf",
      "applies p=none !!bad-value !!bad-value !!bad-value" },
    { "v=DMARC1; p=none; ri=4294967296", "applies p=none !!bad-value" },
    { "v=DMARC1; p=none; policy", "applies p=none !!no-tag" },
    { "v=DMARC1; p=none; =x", "applies p=none !!no-tag" },
    { "v=DMARC1; p=none; a-b=x", "applies p=none !!no-tag" },
    { "v=DMARC1; p=none; p2=x", "applies p=none !!no-tag" },
    { "v=DMARC1; p=none; x=y", "applies p=none !unknown" },
    { "v=DMARC1;; p=none", "applies p=none !empty !p-not-second" },
    { "v=DMARC1; p=none;;", "applies p=none !empty" },
    { "v=DMARC1; adkim=s; p=none", "applies p=none adkim=s !p-not-second" },
    { "v=DMARC1; p=none\xc3\xa9", "void !!bad-octet !!no-policy" },
    { "v=DMARC1; p=none; rua=mailto:d@a.example\x7f", "applies p=none !!bad-octet" },
    /* one tag twice (RFC 6376 section 3.2) */
    { "v=DMARC1; p=none; p=reject", "broken p=none !!twice" },
    { "v=DMARC1; p=none; P = None", "applies p=none !twice-same" },
    { "v=DMARC1; p=none; x=1; x=2", "broken p=none !unknown !!twice" },
    { "v=DMARC1; p=none; p=reject" RUA, "broken p=none !!twice" },
    /* what RFC 9989 has no more */
    { "v=DMARC1; p=none; pct=50", "applies p=none pct=50 !historic" },
    { "v=DMARC1; p=none; pct=0", "applies p=none pct=0 !historic" },
    { "v=DMARC1; p=none; rf=afrf; ri=3600", "applies p=none !historic !historic" },
    { "v=DMARC1; p=none" RUA "!10m", "applies p=none !historic" },
    { "v=DMARC1; p=none" RUA "!10", "applies p=none !historic" },
    /* addresses of reports */
    { "v=DMARC1; p=none; rua=mailto:a@a.example , mailto:b@b.example", "applies p=none" },
    { "v=DMARC1; p=none; rua=a@a.example", "applies p=none !!uri" },
    { "v=DMARC1; p=none; rua=mailto:", "applies p=none !!uri" },
    { "v=DMARC1; p=none; rua=", "applies p=none !!uri" },
    { "v=DMARC1; p=none; rua=:x", "applies p=none !!uri" },
    { "v=DMARC1; p=none; rua=1a:x", "applies p=none !!uri" },
    { "v=DMARC1; p=none; rua=ma_il:x", "applies p=none !!uri" },
    { "v=DMARC1; p=none; rua=mailto:a b@a.example", "applies p=none !!uri" },
    { "v=DMARC1; p=none; rua=mailto:<a@a.example>", "applies p=none !!uri" },
    { "v=DMARC1; p=none; rua=mailto:a!b@a.example", "applies p=none !!uri" },
    { "v=DMARC1; p=none; rua=mailto:a@a.example,", "applies p=none !!uri" },
    { "v=DMARC1; p=none; rua=ftp://a.example/x", "applies p=none !no-mailto" },
    { "v=DMARC1; rua=ftp://a.example/x", "applies p=none !no-mailto !!policy-ignored" },
    { "v=DMARC1; p=none; ruf=mailto://a.example", "applies p=none !no-address" },
    { "v=DMARC1; p=none; ruf=mailto:@a.example", "applies p=none !no-address" },
    { "v=DMARC1; p=none; ruf=mailto:a@", "applies p=none !no-address" },
    { "v=DMARC1; p=none; ruf=mailto:a.example?subject=a@b", "applies p=none !no-address" },
};

static void what_a_record_says(void **state UNUSED)
{
    static struct dmarc_record r;
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        struct buf b;
        buf_init(&b, 4096);
        assert_true(dmarc_is_record(str_from(CASES[i].record)));
        dmarc_record_read(str_from(CASES[i].record), &r);
        describe(&r, &b);
        if (strcmp(b.p, CASES[i].says) != 0) {
            print_error("%s\n  says   %s\n  wanted %s\n", CASES[i].record, b.p, CASES[i].says);
            wrong++;
        }
        buf_done(&b);
    }
    assert_int_equal(wrong, 0);
}

static void which_text_is_a_record(void **state UNUSED)
{
    static const struct {
        const char *text;
        bool is, nearly;
    } TEXTS[] = {
        { "v=DMARC1", true, false },
        { "v = DMARC1 ; p=none", true, false },
        { "V=DMARC1;p=none", true, false },
        { "", false, false },
        { "v=spf1 -all", false, false },
        { "V=BOB", false, false },
        { "v=dmarc1; p=none", false, true },
        { "v=DMARC1x; p=none", false, true },
        { "v=DMARC2; p=none", false, true },
        { "v=DMARC1 p=none", false, true },
        { "v=DMARC1, p=none", false, true },
        { " v=DMARC1; p=none", false, true },
        { "\"v=DMARC1; p=none\"", false, true },
        { "p=none; v=DMARC1", false, true },
        { "dmarc-verification=1234", false, false },
        { "v DMARC1", false, true },
        { "=DMARC1", false, true },
    };
    for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
        str s = str_from(TEXTS[i].text);
        if (dmarc_is_record(s) != TEXTS[i].is || dmarc_is_nearly(s) != TEXTS[i].nearly)
            fail_msg("'%s'", TEXTS[i].text);
    }
}

/* What is written is a record without a fault, and says the same. */
static void what_is_written_is_right(void **state UNUSED)
{
    static const struct {
        const char *record, *written;
    } WRITTEN[] = {
        { "v=DMARC1; p=none", "v=DMARC1; p=none" },
        { "v=DMARC1; np=none ;P=Reject;sp=quarantine",
          "v=DMARC1; p=reject; sp=quarantine; np=none" },
        { "v=DMARC1; adkim=s; aspf=s; psd=n; t=y; p=reject",
          "v=DMARC1; p=reject; adkim=s; aspf=s; psd=n; t=y" },
        { "v=DMARC1; p=none; psd=y; pct=10; fo=1; x=y", "v=DMARC1; p=none; psd=y; fo=1" },
        { "v=DMARC1; p=bob; rua=nobody,mailto:a@a.example!10m,ftp://b.example,mailto:c@c.example",
          "v=DMARC1; p=none; rua=mailto:a@a.example,mailto:c@c.example" },
        { "v=DMARC1; rua=nobody; ruf=mailto:a@a.example",
          "v=DMARC1; p=none; ruf=mailto:a@a.example" },
        { "v=DMARC1; p=quarantine; p=reject", "v=DMARC1; p=quarantine" },
        { "v=dmarc1; p=reject; adkim=s", "v=DMARC1; p=reject; adkim=s" }, /* as if it were one */
    };
    static struct dmarc_record r, again;
    for (size_t i = 0; i < COUNT_OF(WRITTEN); i++) {
        struct buf b;
        buf_init(&b, 4096);
        dmarc_record_read(str_from(WRITTEN[i].record), &r);
        assert_true(dmarc_record_write(&r, &b));
        if (!str_eq(buf_str(&b), str_from(WRITTEN[i].written)))
            fail_msg("%s\n  %.*s", WRITTEN[i].record, STR_ARG(buf_str(&b)));
        assert_true(dmarc_is_record(buf_str(&b)));
        dmarc_record_read(buf_str(&b), &again);
        assert_true(again.applies);
        assert_int_equal(again.problem_count, 0);
        buf_done(&b);
    }
}

static void each_fault_has_a_sentence(void **state UNUSED)
{
    for (int f = 0; f < DMARC_FAULTS; f++) {
        struct buf b;
        buf_init(&b, 4096);
        dmarc_problem_text(&(struct dmarc_problem){ .fault = (enum dmarc_fault)f,
                                                    .tag = STR("tag"),
                                                    .value = STR("a\x1b[31m"),
                                                    .where = STR("a.example") },
                           &b);
        assert_true(b.n > 20);
        assert_int_equal(str_find_octet(buf_str(&b), '\x1b'), STR_NOT_FOUND);
        assert_int_equal(str_find_octet(buf_str(&b), '%'), STR_NOT_FOUND);
        buf_done(&b);
    }
}

static void a_sentence_names_what_is_wrong(void **state UNUSED)
{
    static const struct {
        struct dmarc_problem problem;
        bool serious;
        const char *text;
    } SENTENCES[] = {
        { { DMARC_FAULT_BAD_VALUE, STR_INIT("sp"), STR_INIT("all"), { NULL, 0 } },
          true,
          "sp= cannot be 'all'; receivers ignore it" },
        { { DMARC_FAULT_UNKNOWN, STR_INIT("x"), STR_INIT("y"), { NULL, 0 } },
          false,
          "no standard has a tag x=; receivers ignore it" },
        { { DMARC_FAULT_SEVERAL, { NULL, 0 }, { NULL, 0 }, STR_INIT("a.example") },
          true,
          "at a.example there is more than one DMARC record, and all of them are ignored" },
        { { DMARC_FAULT_NEARLY, { NULL, 0 }, STR_INIT("v=DMARC2"), STR_INIT("a.example") },
          true,
          "at a.example stands 'v=DMARC2', which is no DMARC record: it must begin with exactly "
          "v=DMARC1;" },
    };
    for (size_t i = 0; i < COUNT_OF(SENTENCES); i++) {
        struct buf b;
        buf_init(&b, 4096);
        dmarc_problem_text(&SENTENCES[i].problem, &b);
        buf_addc(&b, 0);
        assert_string_equal(b.p, SENTENCES[i].text);
        assert_int_equal(dmarc_problem_serious(&SENTENCES[i].problem), SENTENCES[i].serious);
        buf_done(&b);
    }
}

/* 64 KiB of nothing but faults: read to an end, and no more noted than fits. */
static void a_record_that_is_all_faults(void **state UNUSED)
{
    static char text[DMARC_RECORD_MAX];
    static struct dmarc_record r;
    size_t n = (size_t)snprintf(text, sizeof text, "v=DMARC1; p=none");
    while (n + 5 < sizeof text)
        n += (size_t)snprintf(text + n, sizeof text - n, ";a=%zu", n % 7);
    dmarc_record_read((str){ text, n }, &r);
    assert_int_equal(r.problem_count, DMARC_PROBLEMS_MAX);
    assert_true(r.broken && !r.applies);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_record_says),
        cmocka_unit_test(which_text_is_a_record),
        cmocka_unit_test(what_is_written_is_right),
        cmocka_unit_test(each_fault_has_a_sentence),
        cmocka_unit_test(a_sentence_names_what_is_wrong),
        cmocka_unit_test(a_record_that_is_all_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
