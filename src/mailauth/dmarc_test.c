/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mailauth/dmarc.h"
#include "mailauth/zone_script.h"
#include <string.h>

/* A list by which com, co.uk and host.com are suffixes. */
static enum dns_suffix_answer look(const char *name, size_t *at)
{
    static const char *const SUFFIXES[] = { "host.com", "co.uk", "com" };
    size_t n = strlen(name);
    for (size_t i = 0; i < COUNT_OF(SUFFIXES); i++) {
        size_t m = strlen(SUFFIXES[i]);
        if (n == m && strcmp(name, SUFFIXES[i]) == 0)
            return DNS_PUBLIC_SUFFIX;
        if (n < m + 2 || name[n - m - 1] != '.' || strcmp(name + n - m, SUFFIXES[i]) != 0)
            continue;
        for (*at = n - m - 1; *at > 0 && name[*at - 1] != '.';)
            --*at;
        return DNS_REGISTRABLE;
    }
    return DNS_NO_LIST;
}
static const struct dns_suffixes LIST = { look };

static struct dns_known *known;
static struct dmarc_question question;
static struct dmarc_result result;

static bool core(void *user UNUSED)
{
    return dmarc_check(known, &question, &result);
}

/* "DOMAIN spf=DOMAIN dkim=DOMAIN 7489" */
static void set_question(const char *line, str dkim[DMARC_DKIM_MAX])
{
    str rest = str_from(line);
    question = (struct dmarc_question){ .dkim = dkim, .suffixes = &LIST };
    question.author = str_cut(&rest, ' ');
    while (rest.p) {
        str word = str_cut(&rest, ' ');
        if (str_eq(word, STR("7489")))
            question.standard = DMARC_RFC_7489;
        else if (str_starts(word, STR("spf=")))
            question.spf = str_skip(word, 4);
        else
            dkim[question.dkim_count++] = str_skip(word, 5);
    }
}

static void add_name(struct buf *b, const char *what, str name)
{
    if (name.n)
        buf_addf(b, " %s=%.*s", what, STR_ARG(name));
}

/* "pass reject at=a.com org=a.com spf=aligned", with what is none left out. */
static void describe(struct buf *b)
{
    static const char *const WORDS[] = { "", " aligned", " not-aligned", " unknown" };
    buf_addf(b, "%.*s", STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)result.result)));
    str policy = names_of(&DMARC_POLICY_NAMES, (int)result.policy);
    if (policy.n)
        buf_addf(b, " %s:%.*s", result.by ? result.by : "?", STR_ARG(policy));
    if (result.result == AUTH_FAIL && result.disposition != result.policy)
        buf_addf(b, " disposition differs");
    add_name(b, "at", result.found ? result.found->domain : STR_NONE);
    add_name(b, "org", result.org_domain);
    if (result.spf)
        buf_addf(b, " spf%s", WORDS[result.spf]);
    if (result.dkim)
        buf_addf(b, " dkim%s", WORDS[result.dkim]);
    buf_addc(b, 0);
}

#define REJECT "_dmarc.a.com TXT v=DMARC1; p=reject\n"
#define SUB    "_dmarc.s.a.com TXT v=DMARC1; p=quarantine\n"
#define DEEP   "1.2.3.4.5.6.7.8.9.a.com"

static const struct {
    const char *label, *zone, *question, *comes_to;
} CASES[] = {
    /* where the record is */
    { "none at all", "", "a.com", "none org=a.com" },
    { "at the domain", REJECT, "a.com", "fail p:reject at=a.com org=a.com" },
    { "above it", REJECT, "s.a.com", "fail p:reject at=a.com org=a.com" },
    { "at both: its own applies, and the upper one says whose it is", REJECT SUB, "s.a.com",
      "fail p:quarantine at=s.a.com org=a.com" },
    { "between: the highest applies", REJECT SUB, "x.s.a.com", "fail p:reject at=a.com org=a.com" },
    { "a dot at the end", REJECT, "a.com.", "fail p:reject at=a.com org=a.com" },
    { "no domain in From", REJECT, "", "none" },
    { "one label", "_dmarc.test TXT v=DMARC1; p=reject\n", "test",
      "fail p:reject at=test org=test" },
    { "a text that is no record beside it", REJECT "_dmarc.a.com TXT google-verify\n", "a.com",
      "fail p:reject at=a.com org=a.com" },
    { "only texts that are none", "_dmarc.s.a.com TXT x\n" REJECT, "s.a.com",
      "fail p:reject at=a.com org=a.com" },
    { "nearly a record", "_dmarc.a.com TXT v=dmarc1; p=reject\n", "a.com", "none org=a.com" },
    { "two records", REJECT "_dmarc.a.com TXT v=DMARC1; p=none\n", "a.com", "none org=a.com" },
    { "... of the domain: nothing above them counts",
      REJECT SUB SUB "_dmarc.s.a.com TXT v=DMARC1\n", "s.a.com", "none org=a.com" },
    { "... above it: they are passed over", "_dmarc.s.a.com TXT v=DMARC1; p=none\n" SUB REJECT,
      "x.s.a.com", "fail p:reject at=a.com org=a.com" },
    { "... by RFC 7489", REJECT "_dmarc.a.com TXT v=DMARC1; p=none\n", "s.a.com 7489",
      "none org=a.com" },
    /* eight questions */
    { "a name of eleven labels: the record at seven",
      "_dmarc.5.6.7.8.9.a.com TXT v=DMARC1; p=reject\n", DEEP,
      "fail p:reject at=5.6.7.8.9.a.com org=5.6.7.8.9.a.com" },
    { "... the one at eight is not asked for", "_dmarc.4.5.6.7.8.9.a.com TXT v=DMARC1; p=reject\n",
      DEEP, "none org=" DEEP },
    { "... nor the one above it", "_dmarc.2.3.4.5.6.7.8.9.a.com TXT v=DMARC1; p=reject\n", DEEP,
      "none org=" DEEP },
    { "... its own is", "_dmarc." DEEP " TXT v=DMARC1; p=reject\n", DEEP,
      "fail p:reject at=" DEEP " org=" DEEP },
    { "eight labels: seven are next", "_dmarc.5.6.7.8.9.a.com TXT v=DMARC1; p=none\n",
      "4.5.6.7.8.9.a.com", "fail p:none at=5.6.7.8.9.a.com org=5.6.7.8.9.a.com" },
    { "seven labels: six are next", "_dmarc.6.7.8.9.a.com TXT v=DMARC1; p=none\n",
      "5.6.7.8.9.a.com", "fail p:none at=6.7.8.9.a.com org=6.7.8.9.a.com" },
    /* psd= */
    { "psd=n ends the walk", REJECT "_dmarc.s.a.com TXT v=DMARC1; p=none; psd=n\n", "x.s.a.com",
      "fail p:none at=s.a.com org=s.a.com" },
    { "psd=y: the organisation is one below", "_dmarc.com TXT v=DMARC1; p=reject; psd=y\n",
      "s.a.com", "fail p:reject at=com org=a.com" },
    { "... and its own record goes first", REJECT "_dmarc.com TXT v=DMARC1; p=none; psd=y\n",
      "s.a.com", "fail p:reject at=a.com org=a.com" },
    { "... and a record below it does not", SUB "_dmarc.com TXT v=DMARC1; p=none; psd=y\n",
      "x.s.a.com", "fail p:none at=com org=a.com" },
    { "... of the suffix itself", "_dmarc.com TXT v=DMARC1; p=reject; psd=y\n", "com",
      "fail p:reject at=com org=com" },
    { "... of a domain that calls itself one", "_dmarc.a.com TXT v=DMARC1; p=reject; psd=y\n",
      "a.com", "fail p:reject at=a.com org=a.com" },
    { "... of a name one below", "_dmarc.com TXT v=DMARC1; p=reject; sp=none; psd=y\n", "a.com",
      "fail sp:none at=com org=a.com" },
    { "RFC 7489 does not know it", "_dmarc.com TXT v=DMARC1; p=reject; psd=y\n", "a.com 7489",
      "none org=a.com" },
    /* the list of RFC 7489 */
    { "the list: two questions and no more", SUB "_dmarc.a.co.uk TXT v=DMARC1; p=reject\n",
      "x.y.a.co.uk 7489", "fail p:reject at=a.co.uk org=a.co.uk" },
    { "... not the one between", SUB, "x.s.a.com 7489", "none org=a.com" },
    { "... a suffix has its own alone", "_dmarc.com TXT v=DMARC1; p=none\n", "host.com 7489",
      "none org=host.com" },
    /* which policy */
    { "sp for what is below and exists",
      "_dmarc.a.com TXT v=DMARC1; p=reject; sp=none\ns.a.com A 192.0.2.1\n", "s.a.com",
      "fail sp:none at=a.com org=a.com" },
    { "... not for the domain itself", "_dmarc.a.com TXT v=DMARC1; p=reject; sp=none\n", "a.com",
      "fail p:reject at=a.com org=a.com" },
    { "np for what does not exist", "_dmarc.a.com TXT v=DMARC1; p=none; sp=none; np=reject\n",
      "s.a.com", "fail np:reject at=a.com org=a.com" },
    { "... also without sp", "_dmarc.a.com TXT v=DMARC1; p=none; np=reject\n", "s.a.com",
      "fail np:reject at=a.com org=a.com" },
    { "... not when a mail host is there",
      "_dmarc.a.com TXT v=DMARC1; p=none; np=reject\ns.a.com MX 10 m.a.com\n", "s.a.com",
      "fail p:none at=a.com org=a.com" },
    { "... nor when anything is", "_dmarc.a.com TXT v=DMARC1; p=none; np=reject\nx.s.a.com TXT x\n",
      "s.a.com", "fail p:none at=a.com org=a.com" },
    { "... and RFC 7489 has no np", "_dmarc.a.com TXT v=DMARC1; p=none; sp=quarantine; np=reject\n",
      "s.a.com 7489", "fail sp:quarantine at=a.com org=a.com" },
    { "whether it exists cannot be told",
      "_dmarc.a.com TXT v=DMARC1; p=none; np=reject\ns.a.com SERVFAIL A\ns.a.com SERVFAIL AAAA\n"
      "s.a.com SERVFAIL MX\n",
      "s.a.com", "fail at=a.com org=a.com" },
    { "... and makes no difference",
      "_dmarc.a.com TXT v=DMARC1; p=none; sp=reject; np=reject\ns.a.com SERVFAIL A\n"
      "s.a.com SERVFAIL AAAA\ns.a.com SERVFAIL MX\n",
      "s.a.com", "fail sp:reject at=a.com org=a.com" },
    { "t=y asks for one less", "_dmarc.a.com TXT v=DMARC1; p=reject; t=y\n", "a.com",
      "fail p:quarantine at=a.com org=a.com" },
    { "... of sp too",
      "_dmarc.a.com TXT v=DMARC1; p=reject; sp=quarantine; t=y\ns.a.com A 192.0.2.1\n", "s.a.com",
      "fail sp:none at=a.com org=a.com" },
    { "... and of none nothing", "_dmarc.a.com TXT v=DMARC1; p=none; t=y\n", "a.com",
      "fail p:none at=a.com org=a.com" },
    { "RFC 7489 has pct in its place", "_dmarc.a.com TXT v=DMARC1; p=reject; t=y; pct=0\n",
      "a.com 7489", "fail p:quarantine at=a.com org=a.com" },
    { "... which RFC 9989 has not", "_dmarc.a.com TXT v=DMARC1; p=reject; pct=0\n", "a.com",
      "fail p:reject at=a.com org=a.com" },
    { "no p, and reports", "_dmarc.a.com TXT v=DMARC1; rua=mailto:a@a.com\n", "a.com",
      "fail p:none at=a.com org=a.com" },
    { "neither", "_dmarc.a.com TXT v=DMARC1; adkim=s\n", "a.com dkim=a.com",
      "none at=a.com org=a.com dkim aligned" },
    { "... above: nothing applies", "_dmarc.a.com TXT v=DMARC1; adkim=s\n", "s.a.com",
      "none at=a.com org=a.com" },
    { "two policies in one record", "_dmarc.a.com TXT v=DMARC1; p=none; p=reject\n",
      "a.com spf=a.com", "permerror at=a.com org=a.com spf aligned" },
    /* alignment */
    { "SPF of the same name", REJECT, "a.com spf=A.com",
      "pass p:reject at=a.com org=a.com spf aligned" },
    { "DKIM of the same organisation", REJECT, "s.a.com dkim=mail.a.com",
      "pass p:reject at=a.com org=a.com dkim aligned" },
    { "of another", REJECT, "a.com spf=b.com dkim=c.com",
      "fail p:reject at=a.com org=a.com spf not-aligned dkim not-aligned" },
    { "of one whose name ends alike", REJECT, "a.com spf=ba.com",
      "fail p:reject at=a.com org=a.com spf not-aligned" },
    { "one signature of several", REJECT, "a.com dkim=b.com dkim=a.com dkim=c.com",
      "pass p:reject at=a.com org=a.com dkim aligned" },
    { "strict SPF", "_dmarc.a.com TXT v=DMARC1; p=none; aspf=s\n", "a.com spf=s.a.com dkim=s.a.com",
      "pass p:none at=a.com org=a.com spf not-aligned dkim aligned" },
    { "strict DKIM", "_dmarc.a.com TXT v=DMARC1; p=none; adkim=s\n",
      "a.com spf=s.a.com dkim=s.a.com",
      "pass p:none at=a.com org=a.com spf aligned dkim not-aligned" },
    { "strict, and the same", "_dmarc.a.com TXT v=DMARC1; p=none; adkim=s; aspf=s\n",
      "a.com spf=a.com dkim=a.com.", "pass p:none at=a.com org=a.com spf aligned dkim aligned" },
    { "parted by psd=n", REJECT "_dmarc.s.a.com TXT v=DMARC1; p=none; psd=n\n", "s.a.com spf=a.com",
      "fail p:none at=s.a.com org=s.a.com spf not-aligned" },
    { "parted by psd=y", "_dmarc.com TXT v=DMARC1; p=none; psd=y\n", "a.com spf=b.com",
      "fail p:none at=com org=a.com spf not-aligned" },
    { "without a record anywhere above two names are two", "_dmarc.s.a.com TXT v=DMARC1; p=none\n",
      "s.a.com spf=a.com", "fail p:none at=s.a.com org=s.a.com spf not-aligned" },
    { "... which the list joins", "_dmarc.s.a.com TXT v=DMARC1; p=none\n", "s.a.com spf=a.com 7489",
      "pass p:none at=s.a.com org=a.com spf aligned" },
    { "two below a suffix are not one", "_dmarc.a.co.uk TXT v=DMARC1; p=none\n",
      "a.co.uk spf=b.co.uk 7489", "fail p:none at=a.co.uk org=a.co.uk spf not-aligned" },
    { "a suffix is aligned with itself", "_dmarc.host.com TXT v=DMARC1; p=none\n",
      "host.com spf=host.com dkim=x.host.com 7489",
      "pass p:none at=host.com org=host.com spf aligned dkim not-aligned" },
    /* what could not be asked */
    { "no answer for the domain", "_dmarc.a.com SERVFAIL\n", "a.com", "temperror" },
    { "... by RFC 7489", "_dmarc.a.com TIMEOUT\n", "a.com 7489", "temperror org=a.com" },
    { "... of a name below one that has a record", REJECT "_dmarc.s.a.com TIMEOUT\n",
      "s.a.com 7489", "temperror org=a.com" },
    { "no answer above a domain without a record", REJECT "_dmarc.com REFUSED\n", "s.a.com",
      "temperror" },
    { "... with its own: the policy is known", REJECT "_dmarc.com BROKEN\n", "a.com",
      "fail p:reject at=a.com" },
    { "... and the same name passes", REJECT "_dmarc.com TIMEOUT\n", "a.com spf=a.com",
      "pass p:reject at=a.com spf aligned" },
    { "... and another cannot be told", REJECT "_dmarc.com TIMEOUT\n", "a.com spf=s.a.com",
      "temperror p:reject at=a.com spf unknown" },
    { "... and makes no difference beside one that passes", REJECT "_dmarc.com TIMEOUT\n",
      "a.com spf=s.a.com dkim=a.com", "pass p:reject at=a.com spf unknown dkim aligned" },
    { "... nor where psd=n was below it",
      "_dmarc.a.com TXT v=DMARC1; p=reject; psd=n\n_dmarc.com TIMEOUT\n", "s.a.com",
      "fail p:reject at=a.com org=a.com" },
    { "no answer for the other one", REJECT "_dmarc.s.a.com TIMEOUT\n", "a.com spf=s.a.com",
      "temperror p:reject at=a.com org=a.com spf unknown" },
    { "... which strict does not need",
      "_dmarc.a.com TXT v=DMARC1; p=none; aspf=s\n_dmarc.s.a.com TIMEOUT\n", "a.com spf=s.a.com",
      "fail p:none at=a.com org=a.com spf not-aligned" },
    { "two records, and no answer above", REJECT "_dmarc.a.com TXT v=DMARC1\n_dmarc.com SERVFAIL\n",
      "a.com", "none" },
};

/* As they come from the net: the core is called again after each. */
static void run_one_by_one(const char *script)
{
    struct arena memory;
    struct dns_question q;
    arena_init(&memory, 1 << 20);
    while (!core(NULL) && dns_known_next(known, &q)) {
        struct dns_answer a = zone_script_answer(script, &q, &memory);
        assert_true(dns_known_put(known, &a));
    }
    arena_done(&memory);
}

/* What is no domain is aligned with nothing; dots at the ends do not matter. */
static void names_that_are_aligned(void **state UNUSED)
{
    assert_true(dmarc_aligned(STR(".a.com.."), STR("..A.com"), true, &LIST));
    assert_true(dmarc_aligned(STR("s.a.com"), STR("x.a.com"), false, &LIST));
    assert_false(dmarc_aligned(STR("s.a.com"), STR("x.a.com"), true, &LIST));
    assert_false(dmarc_aligned(STR("x.host.com"), STR("y.host.com"), false, &LIST));
    assert_false(dmarc_aligned(STR(""), STR(""), false, &LIST));
    assert_false(dmarc_aligned(STR("..."), STR("."), true, &LIST));
    assert_false(dmarc_aligned(STR("a.com"), STR(""), false, &LIST));
    assert_false(dmarc_aligned(STR(""), STR("a.com"), false, &LIST));
}

static void one_answer_at_a_time(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str dkim[DMARC_DKIM_MAX];
        struct buf b;
        buf_init(&b, 4096);
        set_question(CASES[i].question, dkim);
        known = dns_known_new(0);
        assert_non_null(known);
        run_one_by_one(CASES[i].zone);
        describe(&b);
        if (strcmp(b.p, CASES[i].comes_to) != 0)
            fail_msg("%s\n  is     %s\n  wanted %s", CASES[i].label, b.p, CASES[i].comes_to);
        assert_int_equal(result.spf == DMARC_ALIGNED, result.aligned_spf.n > 0);
        assert_int_equal(result.dkim == DMARC_ALIGNED, result.aligned_dkim.n > 0);
        dns_known_free(known);
        buf_done(&b);
    }
}

static void what_it_comes_to(void **state UNUSED)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        str dkim[DMARC_DKIM_MAX];
        struct buf b;
        buf_init(&b, 4096);
        set_question(CASES[i].question, dkim);
        known = dns_known_new(0);
        assert_non_null(known);
        unsigned rounds = zone_script_run(CASES[i].zone, known, core, NULL);
        describe(&b);
        if (strcmp(b.p, CASES[i].comes_to) != 0 || rounds > 1) {
            print_error("%s (%u rounds)\n  is     %s\n  wanted %s\n", CASES[i].label, rounds, b.p,
                        CASES[i].comes_to);
            wrong++;
        }
        buf_clear(&b);
        dmarc_result_text(&question, &result, &b);
        assert_true(b.n > 20 && b.p[b.n - 1] == '.');
        dns_known_free(known);
        buf_done(&b);
    }
    assert_int_equal(wrong, 0);
}

/* The problems that are told, by number, and the record to publish: "name: text", or nothing. */
static void what_is_to_be_mended(void **state UNUSED)
{
    static const struct {
        const char *label, *zone, *question;
        size_t problems;
        const char *publish;
    } MENDED[] = {
        { "none", "", "s.a.com", 0, "_dmarc.a.com: v=DMARC1; p=none; rua=mailto:postmaster@a.com" },
        { "none, below a suffix", "", "host.com", 0,
          "_dmarc.host.com: v=DMARC1; p=none; rua=mailto:postmaster@host.com" },
        { "no domain", "", "", 0, "" },
        { "a good one", REJECT, "s.a.com", 0, "" },
        { "one with a note", "_dmarc.a.com TXT v=DMARC1; p=none; pct=100\n", "a.com", 1, "" },
        { "one with a fault", "_dmarc.a.com TXT v=DMARC1; p=reject; adkim=x\n", "s.a.com", 1,
          "_dmarc.a.com: v=DMARC1; p=reject" },
        { "two", REJECT "_dmarc.a.com TXT v=DMARC1; p=none\n", "a.com", 1,
          "_dmarc.a.com: v=DMARC1; p=reject" },
        { "two, the stricter last", "_dmarc.a.com TXT v=DMARC1; p=none\n" REJECT, "a.com", 1,
          "_dmarc.a.com: v=DMARC1; p=reject" },
        { "two above, and a good one", REJECT SUB SUB "_dmarc.s.a.com TXT v=DMARC1; p=none\n",
          "x.s.a.com", 1, "_dmarc.s.a.com: v=DMARC1; p=quarantine" },
        { "beside a good one there may be what it wants",
          REJECT "_dmarc.a.com TXT v=dmarc1; p=none\n", "a.com", 0, "" },
        { "nearly one", "_dmarc.a.com TXT v=DMARC1 p=reject\n", "a.com", 1,
          "_dmarc.a.com: v=DMARC1; p=none" },
        { "nearly one, and another text",
          "_dmarc.a.com TXT x\n_dmarc.a.com TXT v=dmarc1;p=quarantine\n", "a.com", 1,
          "_dmarc.a.com: v=DMARC1; p=quarantine" },
        { "not known", "_dmarc.a.com SERVFAIL\n", "a.com", 0, "" },
        { "known, and whose it is is not", REJECT "_dmarc.com SERVFAIL\n", "a.com spf=b.com", 0,
          "" },
    };
    for (size_t i = 0; i < COUNT_OF(MENDED); i++) {
        str dkim[DMARC_DKIM_MAX];
        struct buf b, text;
        buf_init(&b, 4096);
        buf_init(&text, 4096);
        set_question(MENDED[i].question, dkim);
        known = dns_known_new(0);
        assert_non_null(known);
        (void)zone_script_run(MENDED[i].zone, known, core, NULL);
        if (dmarc_publish(&question, &result, &b, &text))
            buf_addf(&b, ": %.*s", STR_ARG(buf_str(&text)));
        if (!str_eq(buf_str(&b), str_from(MENDED[i].publish)) ||
            result.problem_count != MENDED[i].problems)
            fail_msg("%s: %zu problems, '%.*s'", MENDED[i].label, result.problem_count,
                     STR_ARG(buf_str(&b)));
        dns_known_free(known);
        buf_done(&b);
        buf_done(&text);
    }
}

static void in_one_sentence(void **state UNUSED)
{
    static const struct {
        const char *zone, *question, *text;
    } SENTENCES[] = {
        { REJECT, "a.com dkim=x.a.com", "Mail from a.com passes DMARC by DKIM for x.a.com." },
        { REJECT, "a.com spf=x.a.com dkim=b.com",
          "Mail from a.com passes DMARC by SPF for x.a.com." },
        { REJECT, "s.a.com spf=b.com",
          "Mail from s.a.com fails DMARC: SPF passed for a domain that is not of the same "
          "organisation, DKIM "
          "passed for no domain. The record of a.com asks receivers to refuse it." },
        { "_dmarc.a.com TXT v=DMARC1; p=none; adkim=s\n_dmarc.a.com TXT x\n", "a.com dkim=s.a.com",
          "Mail from a.com fails DMARC: SPF passed for no domain, DKIM passed for a domain that is "
          "not exactly "
          "the same. The record of a.com asks receivers to do nothing about it." },
        { "_dmarc.a.com TXT v=DMARC1; p=quarantine; aspf=s\n", "a.com dkim=b.com spf=s.a.com",
          "Mail from a.com fails DMARC: SPF passed for a domain that is not exactly the same, DKIM "
          "passed for a "
          "domain that is not of the same organisation. The record of a.com asks receivers to "
          "treat it as "
          "suspicious (the spam folder)." },
        { "", "", "There is no domain in From, so that DMARC cannot be checked." },
        { "", "a.com", "No DMARC record applies to a.com." },
        { REJECT REJECT, "a.com",
          "No DMARC record applies to a.com, because what stands there is not valid." },
        { "_dmarc.a.com TXT v=dmarc1\n", "a.com",
          "No DMARC record applies to a.com, because what stands there is not valid." },
        { "_dmarc.a.com TXT v=DMARC1; t=y\n", "s.a.com",
          "The DMARC record of a.com has no policy that receivers could apply." },
        { "_dmarc.a.com TXT v=DMARC1; p=none; p=reject\n", "a.com",
          "The DMARC record of a.com is broken: the same tag stands there with two values." },
        { "_dmarc.a.com SERVFAIL\n", "s.a.com",
          "DMARC of s.a.com could not be told: the question for _dmarc.a.com ended in SERVFAIL." },
        { REJECT "_dmarc.s.a.com TIMEOUT\n", "a.com spf=s.a.com",
          "DMARC of a.com could not be told: whose domain it is that passed could not be asked." },
    };
    for (size_t i = 0; i < COUNT_OF(SENTENCES); i++) {
        str dkim[DMARC_DKIM_MAX];
        struct buf b;
        buf_init(&b, 4096);
        set_question(SENTENCES[i].question, dkim);
        known = dns_known_new(0);
        assert_non_null(known);
        (void)zone_script_run(SENTENCES[i].zone, known, core, NULL);
        dmarc_result_text(&question, &result, &b);
        buf_addc(&b, 0);
        assert_string_equal(b.p, SENTENCES[i].text);
        dns_known_free(known);
        buf_done(&b);
    }
}

static bool core_of_reports(void *user)
{
    return core(user) && dmarc_check_reports(known, &question, &result);
}

#define TO(list) "_dmarc.a.com TXT v=DMARC1; p=none; rua=" list "\n"
#define AT       "a.com._report._dmarc.b.com "

static void who_takes_reports(void **state UNUSED)
{
    static const struct {
        const char *label, *zone;
        size_t refused;
    } REPORTS[] = {
        { "its own", TO("mailto:d@a.com"), 0 },
        { "of its own organisation", TO("mailto:d@x.a.com"), 0 },
        { "another that takes them", TO("mailto:d@b.com") AT "TXT v=DMARC1\n", 0 },
        { "... and says where to", TO("mailto:d@b.com") AT "TXT v=DMARC1; rua=mailto:x@b.com\n",
          0 },
        { "... beside another text", TO("mailto:d@b.com") AT "TXT x\n" AT "TXT v=DMARC1\n", 0 },
        { "another that does not", TO("mailto:d@b.com"), 1 },
        { "... but something else", TO("mailto:d@b.com") AT "TXT v=dmarc1\n", 1 },
        { "with a size and a query", TO("mailto:d@b.com!10m,mailto:e@b.com?x=d@a.com"), 2 },
        { "one of two", TO("mailto:d@a.com,mailto:d@b.com"), 1 },
        { "failure reports too", TO("mailto:d@a.com; ruf=mailto:f@b.com"), 1 },
        { "no answer is no refusal", TO("mailto:d@b.com") AT "SERVFAIL\n", 0 },
        { "what is no address", TO("b.com,ftp://b.com,mailto:b.com,mailto:@,mailto:a@b..com"), 0 },
        { "of the organisation's record too", TO("mailto:d@b.com"), 1 },
    };
    for (size_t i = 0; i < COUNT_OF(REPORTS); i++) {
        size_t refused = 0;
        set_question(i % 2 ? "s.a.com" : "a.com", (str[DMARC_DKIM_MAX]){ STR_NONE });
        known = dns_known_new(0);
        assert_non_null(known);
        (void)zone_script_run(REPORTS[i].zone, known, core_of_reports, NULL);
        for (size_t j = 0; j < result.problem_count; j++)
            refused += result.problems[j].fault == DMARC_FAULT_REPORTS_REFUSED;
        if (refused != REPORTS[i].refused)
            fail_msg("%s: %zu", REPORTS[i].label, refused);
        dns_known_free(known);
    }
}

/* Eight names, each with more texts than there is room for problems. */
static void more_problems_than_fit(void **state UNUSED)
{
    struct buf zone;
    buf_init(&zone, 1 << 16);
    for (size_t i = 0; i < 2 * DMARC_PROBLEMS_MAX; i++)
        buf_addf(&zone, "_dmarc.a.com TXT v=dmarc%zu\n", i);
    buf_addc(&zone, 0);
    set_question("a.com", (str[DMARC_DKIM_MAX]){ STR_NONE });
    known = dns_known_new(0);
    assert_non_null(known);
    (void)zone_script_run(zone.p, known, core, NULL);
    assert_int_equal(result.problem_count, DMARC_PROBLEMS_MAX);
    assert_int_equal(result.result, AUTH_NONE);
    dns_known_free(known);
    buf_done(&zone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_that_are_aligned), cmocka_unit_test(one_answer_at_a_time),
        cmocka_unit_test(what_is_to_be_mended),   cmocka_unit_test(more_problems_than_fit),
        cmocka_unit_test(who_takes_reports),      cmocka_unit_test(in_one_sentence),
        cmocka_unit_test(what_it_comes_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
