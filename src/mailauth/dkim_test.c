/* SPDX-License-Identifier: ISC */
#include "mailauth/dkim.h"
#include "mailauth/dkim_signer.h"
#include "mailauth/zone_script.h"
#include <idn2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
/* cmocka.h wants those above first */
#include <cmocka.h>

/* record: what stands at sel._domainkey.a.example, a line each; %R, %B, %1, %7, %E, %S are keys; a line that
 * begins with "!" is a line of the zone. find is replaced once after signing. */
struct test {
    const char *label;
    enum dkim_signer_key key;
    const char *tags, *record;
    const char *message;
    const char *find, *replace;
    enum dkim_reason want;
    unsigned notes;
};
#include "mailauth/dkim_cases.inc"

/* ------------------------------------------------------------------------------------------------
 * Playing one
 */
static char keys[6][1024];

static size_t key_place(char letter)
{
    return (size_t)(letter == 'R'   ? 0
                    : letter == 'B' ? 1
                    : letter == '1' ? 2
                    : letter == '7' ? 3
                    : letter == 'E' ? 4
                                    : 5);
}

static int begin(void **state)
{
    static const struct {
        char letter;
        enum dkim_signer_key key;
        bool bare;
    } WANTED[] = { { 'R', SIGNER_RSA, false },      { 'B', SIGNER_RSA, true },
                   { '1', SIGNER_RSA_1024, false }, { '7', SIGNER_RSA_768, false },
                   { 'E', SIGNER_ED25519, true },   { 'S', SIGNER_ED25519, false } };
    (void)state;
    if (!dkim_signer_begin())
        return -1;
    for (size_t i = 0; i < COUNT_OF(WANTED); i++) {
        struct buf b;
        buf_init(&b, sizeof keys[0] - 1);
        if (!dkim_signer_public(WANTED[i].key, WANTED[i].bare, &b))
            return -1;
        memcpy(keys[key_place(WANTED[i].letter)], b.p, b.n);
        buf_done(&b);
    }
    return 0;
}

static int end(void **state)
{
    (void)state;
    dkim_signer_end();
    return 0;
}

static void zone_of(const char *record, struct buf *zone)
{
    for (str rest = str_from(record), line; rest.p;) {
        line = str_cut(&rest, '\n');
        if (str_starts(line, STR("!")))
            line = str_skip(line, 1);
        else
            buf_add(zone, STR("sel._domainkey.a.example TXT "));
        for (size_t i = 0; i < line.n; i++) {
            if (line.p[i] == '%')
                buf_add(zone, str_from(keys[key_place(line.p[++i])]));
            else
                buf_addc(zone, line.p[i]);
        }
        buf_addc(zone, '\n');
    }
    buf_addc(zone, '\0');
}

static void replace(struct buf *b, const char *find, const char *by, const char *label)
{
    size_t n = strlen(find), at = str_find(buf_str(b), str_from(find));
    struct buf out;
    if (n == 0)
        return;
    if (at == STR_NOT_FOUND)
        fail_msg("%s: '%s' is not in the message", label, find);
    buf_init(&out, 1 << 20);
    buf_add(&out, str_take(buf_str(b), at));
    buf_add(&out, str_from(by));
    buf_add(&out, str_skip(buf_str(b), at + n));
    buf_done(b);
    *b = out;
}

/* co.example sells names; else the last two labels are somebody's own. */
static enum dns_suffix_answer look(const char *name, size_t *at)
{
    str whole = str_from(name), end = str_skip(whole, str_rfind_octet(whole, '.'));
    size_t dot = str_rfind_octet(str_take(whole, whole.n - end.n), '.');
    *at = dot == STR_NOT_FOUND ? 0 : dot + 1;
    return str_eq(whole, STR("co.example")) ? DNS_PUBLIC_SUFFIX : DNS_REGISTRABLE;
}
static const struct dns_suffixes SUFFIXES = { look };

struct run {
    struct dns_known *known;
    struct mail_header header;
    struct dkim_options o;
    struct arena memory;
    struct dkim_verdict v;
};

static bool core(void *user)
{
    struct run *r = user;
    return dkim_verify(r->known, &r->header, &r->o, &r->memory, &r->v);
}

static void verify(struct run *r, str message, const char *zone)
{
    memset(r, 0, sizeof *r);
    arena_init(&r->memory, 16 << 20);
    r->known = dns_known_new(0);
    r->o.now_s = NOW;
    r->o.suffixes = &SUFFIXES;
    assert_true(mail_header_read(message, &r->memory, &r->header, NULL));
    assert_true(zone_script_run(zone, r->known, core, r) < 3);
}

static void done(struct run *r)
{
    dns_known_free(r->known);
    arena_done(&r->memory);
}

static void play(const struct test *t, bool unix_lines)
{
    static struct run r;
    struct buf message, zone, lines;
    buf_init(&message, 1 << 20);
    buf_init(&zone, 1 << 16);
    buf_init(&lines, 1 << 20);
    assert_true(dkim_signer_sign(t->key, t->tags, str_from(t->message), &message));
    zone_of(t->record, &zone);
    replace(&message, t->find, t->replace, t->label);
    for (size_t i = 0; i < message.n; i++)
        if (!unix_lines || message.p[i] != '\r')
            buf_addc(&lines, message.p[i]);
    verify(&r, buf_str(&lines), zone.p);
    const struct dkim_signature *s = r.v.signatures;
    if (r.v.count != 1 || s->reason != t->want)
        fail_msg("%s: %.*s (%.*s), not %.*s", t->label, STR_ARG(dkim_reason_name(s->reason)),
                 STR_ARG(s->sentence), STR_ARG(dkim_reason_name(t->want)));
    if (s->result != dkim_reason_result(t->want) || r.v.result != s->result || s->sentence.n == 0)
        fail_msg("%s: result", t->label);
    if (t->want == DKIM_OK && s->notes != t->notes)
        fail_msg("%s: notes %x, not %x", t->label, s->notes, t->notes);
    if (t->want == DKIM_OK &&
        (s->body_holds != DKIM_YES || s->header_holds != DKIM_YES || !s->covers_from))
        fail_msg("%s: a pass that does not hold", t->label);
    done(&r);
    buf_done(&message);
    buf_done(&zone);
    buf_done(&lines);
}

#define PLAY(table)                                                                                \
    static void play_##table(void **state)                                                         \
    {                                                                                              \
        (void)state;                                                                               \
        for (size_t i = 0; i < COUNT_OF(table); i++)                                               \
            play(&(table)[i], false);                                                              \
    }
PLAY(HOLDS)
PLAY(CHANGED)
PLAY(NOT_TAKEN)
PLAY(SYNTAX)
PLAY(KEYS)
PLAY(BROKEN)

/* A file with LF in place of CRLF gives the same, unless a CR or LF alone is what the case is about. */
static void unix_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(HOLDS); i++)
        if (str_find(str_from(HOLDS[i].message), STR("\rb\nc")) == STR_NOT_FOUND)
            play(&HOLDS[i], true);
    for (size_t i = 0; i < COUNT_OF(SYNTAX); i++)
        play(&SYNTAX[i], true);
}

/* "\r\r\n" on the way is "\r\n" in such a file: the CR is an octet of the body. */
static void cr_in_a_unix_file(void **state)
{
    static struct run r;
    struct buf m, lines, zone;
    (void)state;
    buf_init(&m, 1 << 20);
    buf_init(&lines, 1 << 20);
    buf_init(&zone, 1 << 16);
    zone_of(RECORD, &zone);
    assert_true(dkim_signer_sign(SIGNER_RSA, SIMPLE, STR(HEADER "\r\na\r\r\nb\rc\r\n"), &m));
    for (size_t i = 0; i < m.n; i++)
        if (m.p[i] != '\r' || i + 1 == m.n || m.p[i + 1] != '\n')
            buf_addc(&lines, m.p[i]);
    verify(&r, buf_str(&lines), zone.p);
    assert_int_equal(r.v.signatures[0].reason, DKIM_OK);
    assert_int_equal(r.header.odd, MAIL_BARE_CR_BODY);
    done(&r);
    buf_done(&m);
    buf_done(&lines);
    buf_done(&zone);
}

/* ------------------------------------------------------------------------------------------------
 * Several signatures, records to publish
 */
static void sign_on_top(struct buf *message, enum dkim_signer_key key, const char *tags)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_true(dkim_signer_sign(key, tags, buf_str(message), &out));
    buf_done(message);
    *message = out;
}

static void expect_signatures(const char *label, const struct buf *message, const char *record,
                              enum auth_result result, enum dkim_reason first,
                              enum dkim_reason second)
{
    static struct run r;
    struct buf zone;
    buf_init(&zone, 1 << 16);
    zone_of(record, &zone);
    verify(&r, buf_str(message), zone.p);
    const struct dkim_signature *s = r.v.signatures;
    if (r.v.count != 2 || r.v.result != result || s[0].reason != first || s[1].reason != second)
        fail_msg("%s: %zu, %.*s, %.*s, %.*s", label, r.v.count,
                 STR_ARG(names_of(&AUTH_RESULT_NAMES, (int)r.v.result)),
                 STR_ARG(dkim_reason_name(s[0].reason)), STR_ARG(dkim_reason_name(s[1].reason)));
    str domains[4];
    assert_int_equal(dkim_pass_domains(&r.v, domains, 0), 0);
    assert_int_equal(dkim_pass_domains(&r.v, domains, 4), result == AUTH_PASS);
    assert_true(result != AUTH_PASS || str_eq(domains[0], STR("a.example")));
    done(&r);
    buf_done(&zone);
}

#define OTHER                                                                                      \
    "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.example; s=ed; h=from:subject; bh=@; b=@"
#define OTHER_X                                                                                    \
    "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.example; s=ed; h=from:dkim-signature; bh=@; "   \
    "b=@"
#define OTHER_2                                                                                    \
    "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=a.example; s=ed; "                                \
    "h=from:dkim-signature:dkim-signature; bh=@; b=@"
#define BOTH "p=%R\n!ed._domainkey.a.example TXT k=ed25519; p=%E"

static void several(void **state)
{
    struct buf m;
    (void)state;
    buf_init(&m, 1 << 20);
    buf_add(&m, STR(MESSAGE));
    sign_on_top(&m, SIGNER_RSA, PLAIN);
    sign_on_top(&m, SIGNER_ED25519, OTHER);
    expect_signatures("both", &m, BOTH, AUTH_PASS, DKIM_OK, DKIM_OK);
    expect_signatures("one withdrawn", &m, "p=\n!ed._domainkey.a.example TXT k=ed25519; p=%E",
                      AUTH_PASS, DKIM_OK, DKIM_KEY_REVOKED);
    expect_signatures("one not known", &m, "p=\n!ed._domainkey.a.example TIMEOUT", AUTH_TEMPERROR,
                      DKIM_KEY_LOOKUP, DKIM_KEY_REVOKED);
    replace(&m, "Bye.", "Buy.", "several");
    expect_signatures("changed", &m, BOTH, AUTH_FAIL, DKIM_BODY_CHANGED, DKIM_BODY_CHANGED);
    expect_signatures("changed, one not known", &m, "p=%R\n!ed._domainkey.a.example SERVFAIL",
                      AUTH_TEMPERROR, DKIM_KEY_LOOKUP, DKIM_BODY_CHANGED);
    buf_clear(&m);
    buf_add(&m, STR(MESSAGE));
    sign_on_top(&m, SIGNER_RSA, PLAIN);
    sign_on_top(&m, SIGNER_ED25519, OTHER_X);
    expect_signatures("a signature signs the other", &m, BOTH, AUTH_PASS, DKIM_OK, DKIM_OK);
    replace(&m, "c=relaxed/relaxed; h=", "c=relaxed/relaxed;  h=", "several");
    expect_signatures("blanks in it, relaxed", &m, BOTH, AUTH_PASS, DKIM_OK, DKIM_OK);
    replace(&m, "h=from:to", "h=from:cc", "several");
    expect_signatures("the signed one changed", &m, BOTH, AUTH_FAIL, DKIM_HEADER_CHANGED,
                      DKIM_HEADER_CHANGED);
    buf_clear(&m);
    buf_add(&m, STR(MESSAGE));
    sign_on_top(&m, SIGNER_RSA, PLAIN);
    sign_on_top(&m, SIGNER_ED25519, OTHER_2);
    expect_signatures("no further signature, and not itself", &m, BOTH, AUTH_PASS, DKIM_OK,
                      DKIM_OK);
    buf_done(&m);
}

/* RFC 8616: names as they are written in their own script are asked for as A-labels. */
static void other_script(const char *tags)
{
    static const struct dns_idn IDN = { idn2_lookup_u8, idn2_free };
    static struct run r;
    struct buf m, zone;
    buf_init(&m, 1 << 20);
    buf_init(&zone, 1 << 16);
    zone_of("!sel._domainkey.xn--4ca.example TXT t=s; p=%R", &zone);
    buf_add(&m, STR(MESSAGE));
    sign_on_top(&m, SIGNER_RSA, tags);
    memset(&r, 0, sizeof r);
    arena_init(&r.memory, 16 << 20);
    r.known = dns_known_new(0);
    r.o = (struct dkim_options){ .now_s = NOW, .idn = &IDN };
    assert_true(mail_header_read(buf_str(&m), &r.memory, &r.header, NULL));
    assert_int_equal(zone_script_run(zone.p, r.known, core, &r), 1);
    assert_int_equal(r.v.signatures[0].reason, DKIM_OK);
    assert_true(str_eq(r.v.signatures[0].domain_a, STR("xn--4ca.example")));
    done(&r);
    buf_done(&m);
    buf_done(&zone);
}

static void other_scripts(void **state)
{
    (void)state;
    other_script(
        "v=1; a=rsa-sha256; d=\xc3\xa4.example; s=sel; i=\xc3\xb6@\xc3\xa4.example; " TAIL);
    other_script("v=1; a=rsa-sha256; d=xn--4ca.example; s=sel; i=@\xc3\xa4.example; " TAIL);
    other_script("v=1; a=rsa-sha256; d=\xc3\x84.Example; s=sel; " TAIL);
}

/* A reader written in C stops at a NUL; in the body, which has a length, it is an octet like others. */
static void nul(void **state)
{
    static struct run r;
    struct buf m, zone;
    (void)state;
    buf_init(&m, 1 << 20);
    buf_init(&zone, 1 << 16);
    zone_of(RECORD, &zone);
    buf_add(&m, STR(HEADER "\r\na\0b\r\n"));
    sign_on_top(&m, SIGNER_RSA, SIMPLE);
    verify(&r, buf_str(&m), zone.p);
    assert_int_equal(r.v.signatures[0].reason, DKIM_OK);
    done(&r);
    size_t at = str_find(buf_str(&m), STR("X-Other: 1"));
    m.p[at + 9] = '\0';
    verify(&r, buf_str(&m), zone.p);
    assert_int_equal(r.v.signatures[0].reason, DKIM_BROKEN_HEADER);
    done(&r);
    buf_done(&m);
    buf_done(&zone);
}

/* No more than a bounded number is looked at; none is no signature at all. */
static void how_many(void **state)
{
    static struct run r;
    struct buf m;
    (void)state;
    verify(&r, STR(MESSAGE), "x.example A 192.0.2.1");
    assert_int_equal(r.v.result, AUTH_NONE);
    assert_int_equal(r.v.from.count, 1);
    done(&r);
    buf_init(&m, 1 << 20);
    for (size_t i = 0; i < DKIM_SIGNATURES_MAX + 3; i++)
        buf_add(&m, STR("DKIM-Signature: x\r\n"));
    buf_add(&m, STR(MESSAGE));
    verify(&r, buf_str(&m), "x.example A 192.0.2.1");
    assert_int_equal(r.v.count, DKIM_SIGNATURES_MAX);
    assert_int_equal(r.v.passed_over, 3);
    assert_int_equal(r.v.result, AUTH_PERMERROR);
    done(&r);
    buf_done(&m);
}

/* z= tells which field is another now. */
static void what_changed(void **state)
{
    static struct run r;
    struct buf m, zone;
    (void)state;
    buf_init(&m, 1 << 20);
    buf_init(&zone, 1 << 16);
    zone_of(RECORD, &zone);
    buf_add(&m, STR(MESSAGE));
    sign_on_top(
        &m, SIGNER_RSA,
        HEAD "z=X-Other:9|From:Anna=20<anna@a.example>|To:b@b.example|Subject:Hello=20you; " TAIL);
    replace(&m, "Hello  you", "Hello me", "what changed");
    verify(&r, buf_str(&m), zone.p);
    assert_int_equal(r.v.signatures[0].reason, DKIM_HEADER_CHANGED);
    assert_true(str_eq(r.v.signatures[0].changed, STR("Subject")));
    assert_int_equal(r.v.signatures[0].body_holds, DKIM_YES);
    done(&r);
    replace(&m, "Bye.", "Buy.", "what changed"); /* no base64 */
    verify(&r, buf_str(&m), zone.p);
    assert_int_equal(r.v.signatures[0].reason, DKIM_BODY_CHANGED);
    assert_int_equal(r.v.signatures[0].header_holds, DKIM_NO);
    done(&r);
    buf_done(&m);
    buf_done(&zone);
}

/* Which field changed is not looked for without end: here every copy but the last is of the lowest of many. */
static void copies_are_bounded(void **state)
{
    static struct run r;
    struct buf m, zone;
    char filler[900];
    (void)state;
    buf_init(&m, 2 << 20);
    buf_init(&zone, 1 << 16);
    zone_of(RECORD, &zone);
    memset(filler, 'y', sizeof filler);
    for (int i = 0; i < 900; i++)
        buf_addf(&m, "A:%.*s\r\n", (int)sizeof filler, filler);
    buf_add(&m, STR("A:z\r\n" MESSAGE));
    sign_on_top(&m, SIGNER_RSA, HEAD "z=A:z|A:z|A:z|A:z|A:z|A:z|A:q; h=from:a:subject; bh=@; b=@");
    replace(&m, "Hello  you", "Hello me", "copies");
    verify(&r, buf_str(&m), zone.p);
    assert_int_equal(r.v.signatures[0].reason, DKIM_HEADER_CHANGED);
    assert_int_equal(r.v.signatures[0].changed.n, 0);
    done(&r);
    buf_done(&m);
    buf_done(&zone);
}

static const struct {
    const char *record, *want; /* NULL: nothing */
} PUBLISH[] = {
    { "v=DKIM1; k=rsa; p=%R", "v=DKIM1; k=rsa; p=%R" },
    { "p=%R", "v=DKIM1; k=rsa; p=%R" },
    { "k=rsa; n=note; t=y:s; v=DKIM1; p=%R;;", "v=DKIM1; k=rsa; p=%R" },
    { "v=DKIM1; t=s ; h=sha1; s=other; p=%R", "v=DKIM1; k=rsa; t=s; p=%R" },
    { "v=DKIM1; t=s:y; p=%R", "v=DKIM1; k=rsa; t=y:s; p=%R" },
    { "v=DKIM1; k=ed25519; p=%E", "v=DKIM1; k=ed25519; p=%E" },
    { "v=DKIM1; k=ed25519; p=%R", NULL },
    { "v=DKIM1; p=%7", NULL },
    { "v=DKIM1; p=", NULL },
    { "v=DKIM1; p=%R%R", NULL },
    { "hello", NULL },
};

static bool key_core(void *user)
{
    struct run *r = user;
    return dkim_key_look(r->known, STR("SEL"), STR("A.example"), &r->o, &r->memory,
                         &r->v.signatures[0].key);
}

static void publish(void **state)
{
    static struct run r;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(PUBLISH); i++) {
        struct buf zone, want;
        memset(&r, 0, sizeof r);
        arena_init(&r.memory, 1 << 20);
        r.known = dns_known_new(0);
        buf_init(&zone, 1 << 16);
        buf_init(&want, 1 << 16);
        zone_of(PUBLISH[i].record, &zone);
        assert_int_equal(zone_script_run(zone.p, r.known, key_core, &r), 1);
        str got = dkim_key_publish(&r.v.signatures[0].key, &r.memory);
        if (PUBLISH[i].want)
            zone_of(PUBLISH[i].want, &want);
        str line = str_skip(buf_str(&want),
                            PUBLISH[i].want ? strlen("sel._domainkey.a.example TXT ") : 0);
        if (!str_eq(got, str_take(line, line.n > 2 ? line.n - 2 : 0)))
            fail_msg("%s: %.*s", PUBLISH[i].record, STR_ARG(got));
        buf_done(&zone);
        buf_done(&want);
        done(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(play_HOLDS),
        cmocka_unit_test(play_CHANGED),
        cmocka_unit_test(play_NOT_TAKEN),
        cmocka_unit_test(play_SYNTAX),
        cmocka_unit_test(play_KEYS),
        cmocka_unit_test(play_BROKEN),
        cmocka_unit_test(unix_files),
        cmocka_unit_test(several),
        cmocka_unit_test(cr_in_a_unix_file),
        cmocka_unit_test(how_many),
        cmocka_unit_test(nul),
        cmocka_unit_test(other_scripts),
        cmocka_unit_test(what_changed),
        cmocka_unit_test(copies_are_bounded),
        cmocka_unit_test(publish),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
