/* SPDX-License-Identifier: ISC */
/* domain/readers_test.c - what stands in TXT and TLSA records, and in a policy file */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/list.h"
#include "domain/mta_sts.h"
#include "domain/name.h"
#include "domain/tls_rpt.h"
#include "domain/tlsa.h"
#include <stdio.h>
#include <string.h>

static void test_mta_sts_records(void **state)
{
    (void)state;
    static const struct {
        const char *txt, *id; /* id NULL: malformed */
        bool claims;
    } ROWS[] = {
        { "v=STSv1; id=20260101T000000;", "20260101T000000", true },
        { "v=STSv1;id=1", "1", true },
        { "v=STSv1 ; id=1 ; x-y=2;", "1", true },
        { "v=STSv1; id=1; id=2", NULL, true },
        { "v=STSv1;", NULL, true },
        { "v=STSv1", NULL, true },
        { "v=STSv1; id=", NULL, true },
        { "v=STSv1; id=a-b", NULL, true },
        { "v=STSv1; id=123456789012345678901234567890123", NULL, true },
        { "v=STSv1; id=1; nothing", NULL, true },
        { "v=STSv1; id=1; =x", NULL, true },
        { "v=STSv1; id=1;; x=y", NULL, true },
        { "v=STSv1; id=1; -x=y", NULL, true },
        { "v=STSv1; id=1; x=\x01", NULL, true },
        { "v=STSv1; id=1; x=\xc3\xa4", NULL, true },
        { "v=STSv10; id=1", NULL, false },
        { "v=stsv1; id=1", NULL, false },
        { " v=STSv1; id=1", NULL, false },
        { "v=spf1 -all", NULL, false },
        { "", NULL, false },
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        str id = STR("untouched"), txt = str_from(ROWS[i].txt);
        bool ok = mta_sts_record_read(txt, &id);
        if (mta_sts_is_record(txt) != ROWS[i].claims || ok != (ROWS[i].id != NULL) ||
            !str_eq(id, ok ? str_from(ROWS[i].id) : STR("untouched")))
            fail_msg("'%s': %d '%.*s'", ROWS[i].txt, ok, STR_ARG(id));
    }
}

static void test_mta_sts_policies(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        enum mta_sts_fault fault;
        unsigned line;
        enum mta_sts_mode mode;
        size_t mx;
    } ROWS[] = {
        { "version: STSv1\nmode: enforce\nmx: mx.a.example\nmx: *.b.example\nmax_age: 604800\n",
          MTA_STS_FINE, 0, MTA_STS_ENFORCE, 2 },
        { "version:STSv1\r\nmode:\ttesting \r\nmx: mx.a.example\r\nmax_age: 0", MTA_STS_FINE, 0,
          MTA_STS_TESTING, 1 },
        { "max_age: 31557600\nmode: none\nversion: STSv1\n\n", MTA_STS_FINE, 0, MTA_STS_MODE_NONE,
          0 },
        { "version: STSv1\nmode: none\nmode: enforce\nmax_age: 1\nother: thing\n", MTA_STS_FINE, 0,
          MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmode: enforce\nmax_age: 1\n", MTA_STS_NO_MX, 0, MTA_STS_ENFORCE, 0 },
        { "mode: none\nmax_age: 1\n", MTA_STS_NO_VERSION, 0, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmax_age: 1\n", MTA_STS_NO_MODE, 0, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmode: none\n", MTA_STS_NO_AGE, 0, MTA_STS_MODE_NONE, 0 },
        { "version: STSv2\n", MTA_STS_BAD_VERSION, 1, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmode: Enforce\n", MTA_STS_BAD_MODE, 2, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmax_age: 31557601\n", MTA_STS_BAD_AGE, 2, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmax_age: 1d\n", MTA_STS_BAD_AGE, 2, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmax_age: 00000000001\n", MTA_STS_BAD_AGE, 2, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmx: *.*.a.example\n", MTA_STS_BAD_MX, 2, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmx: *a.example\n", MTA_STS_BAD_MX, 2, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmx: mx.a.example.\n", MTA_STS_BAD_MX, 2, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmx: -x.a.example\n", MTA_STS_BAD_MX, 2, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\nmx: \n", MTA_STS_BAD_MX, 2, MTA_STS_MODE_NONE, 0 },
        { "<html>\n", MTA_STS_BAD_LINE, 1, MTA_STS_MODE_NONE, 0 },
        { "version: STSv1\na b: c\n", MTA_STS_BAD_LINE, 2, MTA_STS_MODE_NONE, 0 },
        { ": x\n", MTA_STS_BAD_LINE, 1, MTA_STS_MODE_NONE, 0 },
        { "", MTA_STS_NO_VERSION, 0, MTA_STS_MODE_NONE, 0 },
    };
    struct mta_sts_policy p;
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        mta_sts_policy_read(str_from(ROWS[i].file), &p);
        if (p.fault != ROWS[i].fault || p.line != ROWS[i].line || p.mode != ROWS[i].mode ||
            p.mx_count != ROWS[i].mx)
            fail_msg("'%s': fault %d in line %u, mode %d, %zu mx", ROWS[i].file, p.fault, p.line,
                     p.mode, p.mx_count);
    }
}

static void test_long_policies(void **state)
{
    (void)state;
    static char file[MTA_STS_POLICY_OCTETS + 1];
    struct mta_sts_policy p;
    memset(file, '\n', sizeof file);
    mta_sts_policy_read((str){ file, sizeof file }, &p);
    assert_int_equal(p.fault, MTA_STS_TOO_LONG);
    size_t n = 0;
    for (unsigned i = 0; i <= MTA_STS_MX_MAX; i++, n += 6)
        memcpy(file + n, "mx: a\n", 6);
    mta_sts_policy_read((str){ file, n }, &p);
    assert_int_equal(p.fault, MTA_STS_TOO_MANY_MX);
    assert_int_equal(p.line, MTA_STS_MX_MAX + 1);
}

static void test_mta_sts_matching(void **state)
{
    (void)state;
    assert_true(mta_sts_matches(STR("mx.a.example"), STR("MX.a.example")));
    assert_false(mta_sts_matches(STR("mx.a.example"), STR("mx2.a.example")));
    assert_true(mta_sts_matches(STR("*.a.example"), STR("mx.A.example")));
    assert_false(mta_sts_matches(STR("*.a.example"), STR("a.example")));
    assert_false(mta_sts_matches(STR("*.a.example"), STR("x.mx.a.example")));
    assert_false(mta_sts_matches(STR("*.a.example"), STR(".a.example")));
    struct mta_sts_policy p;
    mta_sts_policy_read(STR("mx: a.test\nmx: *.b.test\n"), &p);
    assert_true(mta_sts_policy_has(&p, STR("x.b.test")));
    assert_false(mta_sts_policy_has(&p, STR("x.a.test")));
}

static void test_tls_rpt(void **state)
{
    (void)state;
    static const struct {
        const char *txt;
        bool ok;
        size_t count;
    } ROWS[] = {
        { "v=TLSRPTv1; rua=mailto:r@a.example", true, 1 },
        { "v=TLSRPTv1;rua=mailto:r@a.example,https://a.example/x;", true, 2 },
        { "v=TLSRPTv1; rua=mailto:r@a.example , ftp://a.example/", true, 1 },
        { "v=TLSRPTv1; rua=r@a.example", false, 0 },
        { "v=TLSRPTv1; rua=mailto:nobody", false, 0 },
        { "v=TLSRPTv1; rua=https://", false, 0 },
        { "v=TLSRPTv1; rua=mailto:r@a.example!10m", false, 0 },
        { "v=TLSRPTv1; rua=mailto:r@a.example,,mailto:s@a.example", false, 1 },
        { "v=TLSRPTv1; rua=mailto:r@a.example; rua=mailto:s@a.example", false, 1 },
        { "v=TLSRPTv1", false, 0 },
        { "v=TLSRPTv1; x", false, 0 },
        { "v=TLSRPTv2; rua=mailto:r@a.example", false, 0 },
    };
    str uris[TLS_RPT_URIS_MAX];
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        size_t count;
        bool ok = tls_rpt_read(str_from(ROWS[i].txt), uris, &count);
        if (ok != ROWS[i].ok || count != ROWS[i].count)
            fail_msg("'%s': %d, %zu", ROWS[i].txt, ok, count);
    }
    assert_true(tls_rpt_is_record(STR("v=TLSRPTv1;")));
    assert_false(tls_rpt_is_record(STR("v=TLSRPTv11")));
}

static void test_tlsa(void **state)
{
    (void)state;
    static const struct {
        unsigned char header[3];
        size_t data;
        enum tlsa_fault fault;
    } ROWS[] = {
        { { 3, 1, 1 }, 32, TLSA_FINE },
        { { 2, 0, 2 }, 64, TLSA_FINE },
        { { 3, 0, 0 }, 900, TLSA_FINE },
        { { 3, 1, 1 }, 31, TLSA_BAD_LENGTH },
        { { 3, 1, 2 }, 32, TLSA_BAD_LENGTH },
        { { 1, 1, 1 }, 32, TLSA_PKIX_USAGE },
        { { 0, 1, 1 }, 32, TLSA_PKIX_USAGE },
        { { 4, 1, 1 }, 32, TLSA_UNKNOWN_USAGE },
        { { 3, 2, 1 }, 32, TLSA_UNKNOWN_SELECTOR },
        { { 3, 1, 3 }, 32, TLSA_UNKNOWN_MATCHING },
        { { 3, 1, 1 }, 0, TLSA_TOO_SHORT },
    };
    char octets[1000] = { 0 };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        struct tlsa t;
        memcpy(octets, ROWS[i].header, 3);
        tlsa_read((str){ octets, 3 + ROWS[i].data }, &t);
        if (t.fault != ROWS[i].fault)
            fail_msg("row %zu: fault %d", i, t.fault);
        if (t.fault == TLSA_FINE)
            assert_int_equal(t.data.n, ROWS[i].data);
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_true(str_eq(domain_above(STR("a.b.test")), STR("b.test")));
    assert_true(str_eq(domain_above(STR("a\\.b.test")), STR("test")));
    assert_int_equal(domain_above(STR("test")).n, 0);
    assert_int_equal(domain_labels(STR("a\\.b.c.test")), 3);
    assert_true(domain_is_within(STR("x.A.test"), STR("a.test")));
    assert_true(domain_is_within(STR("a.test"), STR("a.test")));
    assert_false(domain_is_within(STR("xa.test"), STR("a.test")));
    assert_false(domain_is_within(STR("test"), STR("a.test")));
    assert_true(domain_is_within(STR("a.test"), STR("")));
    assert_true(str_eq(domain_before(STR("x.y.a.test"), STR("a.test")), STR("x.y")));
    assert_int_equal(domain_before(STR("a.test"), STR("a.test")).n, 0);
    assert_true(domain_is_host(STR("mx-1.a_b.test")));
    assert_false(domain_is_host(STR("-x.test")));
    assert_false(domain_is_host(STR("x..test")));
    assert_false(domain_is_host(STR("")));
    assert_true(domain_is_reserved(STR("a.Example")));
    assert_true(domain_is_reserved(STR("test")));
    assert_true(domain_is_reserved(STR("a.example.com")));
    assert_false(domain_is_reserved(STR("mytest")));
}

/* "1:a 3:b" of a list that is read in pieces of this size. */
static void read_list(str file, size_t piece, char *out, size_t room)
{
    struct domain_list l;
    str text;
    enum domain_line got;
    size_t n = 0;
    domain_list_init(&l);
    out[0] = 0;
    for (size_t at = 0; at < file.n; at += piece) {
        str rest = str_take(str_skip(file, at), piece);
        while ((got = domain_list_next(&l, &rest, &text)) != DOMAIN_LINE_MORE)
            n += (size_t)snprintf(out + n, room - n, "%u:%.*s%s ", (unsigned)l.number,
                                  (int)(text.n < 9 ? text.n : 9), text.p,
                                  got == DOMAIN_LINE_TOO_LONG ? "..." : "");
    }
    if (domain_list_end(&l, &text) != DOMAIN_LINE_MORE)
        (void)snprintf(out + n, room - n, "%u:%.*s ", (unsigned)l.number, (int)text.n, text.p);
}

static void test_lists(void **state)
{
    (void)state;
    static char long_line[DOMAIN_LINE_MAX + 3];
    char got[256];
    static const struct {
        const char *file, *lines;
    } ROWS[] = {
        { "a.test\nb.test\n", "1:a.test 2:b.test " },
        { "\xef\xbb\xbf"
          "a.test\r\n\r\n  b.test \n# c.test\nd.test",
          "1:a.test 3:b.test 5:d.test " },
        { "", "" },
        { "\n\n", "" },
        { "a.test\n# b", "1:a.test " },
        { long_line, "1:xxxxxxxxx... 2:a " },
    };
    memset(long_line, 'x', sizeof long_line);
    memcpy(long_line + DOMAIN_LINE_MAX + 1, "\n", 2);
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        for (size_t piece = 1; piece < 2000; piece = piece * 3 + 1) {
            char file[DOMAIN_LINE_MAX + 16];
            int n = snprintf(file, sizeof file, "%s%s", ROWS[i].file, i == 5 ? "a" : "");
            read_list((str){ file, (size_t)n }, piece, got, sizeof got);
            if (!str_eq(str_from(got), str_from(ROWS[i].lines)))
                fail_msg("row %zu in pieces of %zu: '%s'", i, piece, got);
        }
    assert_true(str_eq(domain_of_typed(STR(" Anna <anna@a.test> ")), STR("a.test")));
    assert_true(str_eq(domain_of_typed(STR("anna@a.test")), STR("a.test")));
    assert_true(str_eq(domain_of_typed(STR("a.test ")), STR("a.test")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mta_sts_records), cmocka_unit_test(test_mta_sts_policies),
        cmocka_unit_test(test_long_policies),   cmocka_unit_test(test_mta_sts_matching),
        cmocka_unit_test(test_tls_rpt),         cmocka_unit_test(test_tlsa),
        cmocka_unit_test(test_names),           cmocka_unit_test(test_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
