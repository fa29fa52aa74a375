/* SPDX-License-Identifier: ISC */
#include "domain/script.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/distance.h"
#include "discover/nearest.h"

static const struct {
    const char *a, *b;
    unsigned distance;
} DISTANCES[] = {
    { "gmail.com", "gmail.com", 0 },
    { "gmial.com", "gmail.com", 1 },
    { "gmal.com", "gmail.com", 1 },
    { "gmaill.com", "gmail.com", 1 },
    { "GMAIK.com", "gmail.com", 1 },
    { "gnaik.com", "gmail.com", 2 },
    { "gmail.con", "gmail.com", 1 },
    { "", "", 0 },
    { "", "ab", 2 },
    { "ab", "", 2 },
    { "abc", "xyz", 3 },
    { "abcdefgh", "xyz", 3 },
    { "ca", "abc", 3 },
};

static void slips_are_counted(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(DISTANCES); i++) {
        unsigned d = name_distance(str_from(DISTANCES[i].a), str_from(DISTANCES[i].b), 2);
        if (d != DISTANCES[i].distance)
            fail_msg("%s to %s: %u", DISTANCES[i].a, DISTANCES[i].b, d);
    }
    char longer[66] = { 0 };
    memset(longer, 'a', sizeof longer - 1);
    assert_int_equal(name_distance(str_from(longer), str_from(longer), 2), 3);
}

/* What there is in the world of the cases below, besides the line of the case. */
#define WORLD                                                                                      \
    "gmail.com MX 5 gmail-smtp-in.l.google.com", "web.de MX 1 mx.web.de",                          \
        "gmx.de MX 1 mx.gmx.net", "corp.org MX 10 mail.corp.org", "mail.corp.org A 192.0.2.1",     \
        "smtp.corp.org A 192.0.2.2", "nomail.net MX 0 .", "nomail.net A 192.0.2.3",                \
        "parked.net A 192.0.2.4", "smtp.gmail.com A 192.0.2.5", "sub.firma.de MX 10 mx.firma.de",  \
        "firma.de A 192.0.2.6"

static const struct {
    const char *name;
    enum nearest_of what;
    const char *line; /* of the world too; NULL: none */
    bool missing;
    const char *nearest;
} CASES[] = {
    { "gmial.com", NEAREST_DOMAIN, NULL, true, "gmail.com" },
    { "gmail.con", NEAREST_DOMAIN, NULL, true, "gmail.com" },
    { "gmial.con", NEAREST_DOMAIN, NULL, true, "gmail.com" },
    { "gmaik.cmo", NEAREST_DOMAIN, NULL, true, "gmail.com" },
    { "wbe.de", NEAREST_DOMAIN, NULL, true, "web.de" },
    { "crop.org", NEAREST_DOMAIN, NULL, true, "corp.org" },
    { "copr.ogr", NEAREST_DOMAIN, NULL, true, "" }, /* two slips, and no provider's */
    { "coorp.org", NEAREST_DOMAIN, NULL, true, "corp.org" },
    { "corp.rog", NEAREST_DOMAIN, NULL, true, "corp.org" },
    { "sub.frima.de", NEAREST_DOMAIN, NULL, true, "sub.firma.de" },
    { "sbu.firma.de", NEAREST_DOMAIN, NULL, true, "sub.firma.de" },
    { "parkd.net", NEAREST_DOMAIN, NULL, true, "" }, /* a letter left out, of a name no table has */
    { "parkedd.net", NEAREST_DOMAIN, NULL, true, "parked.net" }, /* an address, and no MX */
    { "nomial.net", NEAREST_DOMAIN, NULL, true, "" },            /* it takes no mail */
    { "parkedd.net", NEAREST_DOMAIN, "aprkedd.net MX 1 mx.aprkedd.net", true, "aprkedd.net" },
    { "coorp.org", NEAREST_DOMAIN, "ocorp.org A 192.0.2.8", true, "corp.org" }, /* it has an MX */
    { "qqzzxx.org", NEAREST_DOMAIN, NULL, true, "" },
    { "corp.org", NEAREST_DOMAIN, NULL, false, "" },
    { "exists.de", NEAREST_DOMAIN, "exists.de TXT x", false, "" },
    { "gmial.com", NEAREST_DOMAIN, "gmial.com MX -servfail", false, "" },
    { "gmial.com", NEAREST_DOMAIN, "gmial.com MX -timeout", false, "" },
    { "smpt.corp.org", NEAREST_HOST, NULL, true, "smtp.corp.org" },
    { "mial.corp.org", NEAREST_HOST, NULL, true, "mail.corp.org" },
    { "stmp.gmail.com", NEAREST_HOST, NULL, true, "smtp.gmail.com" },
    { "smtp.gmial.com", NEAREST_HOST, NULL, true, "smtp.gmail.com" },
    { "smtp.crop.org", NEAREST_HOST, NULL, true, "smtp.corp.org" },
    { "mail.corp.ogr", NEAREST_HOST, NULL, true, "mail.corp.org" },
    { "smtp.corp.org", NEAREST_HOST, NULL, false, "" },
    { "smpt.corp.org", NEAREST_HOST, "smpt.corp.org A -refused", false, "" },
    { "zzz.corp.org", NEAREST_HOST, NULL, true, "" },
    { "imap.corp.org", NEAREST_HOST, NULL, true, "" }, /* another service is no slip */
};

struct looking {
    const char *name;
    enum nearest_of what;
    struct arena arena;
    struct nearest out;
};

static bool look(struct dns_known *k, void *user)
{
    struct looking *l = user;
    return nearest_look(k, str_from(l->name), l->what, NULL, &l->arena, &l->out);
}

static void names_that_are_missing_get_a_neighbour(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const char *const lines[] = { CASES[i].line ? CASES[i].line : "x.example A 192.0.2.9",
                                      WORLD, NULL };
        struct looking l = { .name = CASES[i].name, .what = CASES[i].what };
        struct dns_known *k = dns_known_new(0);
        arena_init(&l.arena, 1 << 20);
        assert_non_null(k);
        struct script_rounds r = script_run(k, lines, look, &l);
        if (l.out.missing != CASES[i].missing || !str_eq(l.out.name, str_from(CASES[i].nearest)))
            fail_msg("%s: %s, '%.*s'", CASES[i].name, l.out.missing ? "missing" : "there",
                     STR_ARG(l.out.name));
        assert_true(r.resolver <= 2 && r.questions <= 2 + 2 * NEAREST_ASKED_MAX);
        arena_done(&l.arena);
        dns_known_free(k);
    }
}

static void there_are_never_too_many(void **state UNUSED)
{
    struct arena a;
    str out[NEAREST_ASKED_MAX];
    arena_init(&a, 1 << 20);
    str name = STR("a-name-that-is-as-long-as-they-ever-are-and-then-some-more.org");
    size_t n = nearest_candidates(name, NEAREST_DOMAIN, true, NULL, &a, out);
    assert_int_equal(n, NEAREST_ASKED_MAX);
    assert_int_equal(nearest_candidates(STR("x"), NEAREST_DOMAIN, true, NULL, &a, out), 0);
    assert_int_equal(nearest_candidates(STR(""), NEAREST_DOMAIN, true, NULL, &a, out), 0);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_are_counted),
        cmocka_unit_test(names_that_are_missing_get_a_neighbour),
        cmocka_unit_test(there_are_never_too_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
