/* SPDX-License-Identifier: ISC */
/* dmarc_vectors_test DIRECTORY: cases and records that others evaluate too. They are not ours to carry: without
 * the directory this is skipped (exit 77). */
#include "dns/known.h"
#include "mailauth/dmarc.h"
#include "net/psl.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { SKIPPED = 77, RECORDS_MAX = 16 };

static unsigned wrong, checked;
static const char *now; /* the case that is being played */

static void check(const char *what, const char *is, const char *wanted)
{
    checked++;
    if (strcmp(is, wanted) == 0)
        return;
    wrong++;
    printf("%s: %s is '%s', wanted '%s'\n", now, what, is, wanted);
}

static const char *text_of(str s)
{
    static char out[4][300];
    static unsigned turn;
    char *to = out[turn++ % 4];
    (void)snprintf(to, sizeof out[0], "%.*s", STR_ARG(s));
    return to;
}

/* ---- the zone of a case, as a resolver answers from it ---- */

static bool is_type(const json_t *rr, enum dns_type type)
{
    const char *name = json_string_value(json_object_get(rr, "type"));
    return name && strcmp(name, text_of(names_of(&DNS_TYPE_NAMES, (int)type))) == 0;
}

/* A name exists when it, or a name below it, has a record. */
static bool exists(const json_t *zone, str name)
{
    const char *owner;
    json_t *unused;
    json_object_foreach((json_t *)zone, owner, unused)
    {
        str s = str_from(owner);
        if (str_eq_nocase(s, name) ||
            (s.n > name.n && s.p[s.n - name.n - 1] == '.' && str_ends_nocase(s, name)))
            return true;
    }
    return false;
}

static str joined(const json_t *rr, char *room, size_t size)
{
    const json_t *strings = json_object_get(rr, "strings");
    size_t n = 0;
    for (size_t i = 0; i < json_array_size(strings); i++) {
        const char *s = json_string_value(json_array_get(strings, i));
        size_t m = strlen(s);
        if (n + m > size)
            m = size - n;
        memcpy(room + n, s, m);
        n += m;
    }
    return (str){ room, n };
}

static void answer(struct dns_known *k, const json_t *zone, const struct dns_question *q)
{
    static char room[RECORDS_MAX][1024];
    struct dns_record records[RECORDS_MAX];
    struct dns_answer a = { .question = *q, .records = records };
    const json_t *set = json_object_get(zone, text_of(q->name));
    if (!exists(zone, q->name))
        a.code = DNS_NXDOMAIN;
    for (size_t i = 0; i < json_array_size(set) && a.count < RECORDS_MAX; i++) {
        const json_t *rr = json_array_get(set, i);
        if (json_object_get(rr, "rcode"))
            a.code = DNS_SERVFAIL;
        else if (is_type(rr, q->type))
            records[a.count] = (struct dns_record){ .type = q->type,
                                                    .data = joined(rr, room[a.count], 1024) },
            a.count++;
    }
    if (!dns_known_put(k, &a))
        fprintf(stderr, "an answer found no memory\n");
}

/* ---- one case ---- */

static const char *text_at(const json_t *o, const char *key)
{
    return json_string_value(json_object_get(o, key));
}

static size_t domains_at(const json_t *c, const char *key, str *out, size_t max)
{
    const json_t *list = json_object_get(c, key);
    size_t n = 0;
    for (; n < json_array_size(list) && n < max; n++)
        out[n] = str_from(json_string_value(json_array_get(list, n)));
    return n;
}

/* The vectors name the organisation where alignment is relaxed. */
static void check_identity(const json_t *expect, const char *key, str aligned, bool strict, str org)
{
    const json_t *v = json_object_get(expect, key);
    if (aligned.n && !strict && org.n)
        aligned = org;
    if (v)
        check(key, text_of(aligned), json_is_null(v) ? "" : json_string_value(v));
}

static void check_mode(const json_t *expect, const char *key, bool strict)
{
    const json_t *v = json_object_get(expect, key);
    if (v)
        check(key, strict ? "strict" : "relaxed", json_is_true(v) ? "strict" : "relaxed");
}

static void check_result(const json_t *expect, const struct dmarc_result *r)
{
    const char *s;
    if ((s = text_at(expect, "result")))
        check("result", text_of(names_of(&AUTH_RESULT_NAMES, (int)r->result)), s);
    if ((s = text_at(expect, "policy")))
        check("policy", text_of(names_of(&DMARC_POLICY_NAMES, (int)r->policy)), s);
    if ((s = text_at(expect, "domain")))
        check("domain", text_of(r->org_domain), s);
    bool dkim_strict = r->found && r->found->record.dkim_strict;
    bool spf_strict = r->found && r->found->record.spf_strict;
    check_identity(expect, "aligned_dkim", r->aligned_dkim, dkim_strict, r->org_domain);
    check_identity(expect, "aligned_spf", r->aligned_spf, spf_strict, r->org_domain);
    check_mode(expect, "dkim_strict", dkim_strict);
    check_mode(expect, "spf_strict", spf_strict);
}

static void play(const json_t *c, enum dmarc_standard standard)
{
    static struct dmarc_result r;
    str dkim[DMARC_DKIM_MAX], spf[1] = { STR_NONE };
    str from = str_from(text_at(c, "header_from"));
    size_t at = str_rfind_octet(from, '@');
    struct dmarc_question q = { .standard = standard,
                                .author = at == STR_NOT_FOUND ? from : str_skip(from, at + 1),
                                .dkim = dkim,
                                .suffixes = &NET_PSL };
    q.dkim_count = domains_at(c, "dkim_pass_domains", dkim, DMARC_DKIM_MAX);
    (void)domains_at(c, "spf_pass_domain", spf, 1);
    q.spf = spf[0];
    struct dns_known *k = dns_known_new(0);
    unsigned rounds = 0;
    while (k && !dmarc_check(k, &q, &r) && ++rounds < 10) {
        struct dns_question wanted;
        while (dns_known_next(k, &wanted))
            answer(k, json_object_get(c, "zone"), &wanted);
    }
    check("rounds", rounds <= 1 ? "one" : "more", "one");
    check_result(json_object_get(c, "expect"), &r);
    dns_known_free(k);
}

static unsigned play_cases(const json_t *all)
{
    const json_t *cases = json_object_get(all, "cases");
    unsigned n = 0;
    for (size_t i = 0; i < json_array_size(cases); i++, n++) {
        const json_t *c = json_array_get(cases, i);
        now = text_at(c, "id");
        play(c, DMARC_RFC_9989);
        if (strstr(text_at(c, "rfc"), "7489"))
            play(c, DMARC_RFC_7489);
    }
    return n;
}

/* ---- records and alignments ---- */

static bool has_serious(const struct dmarc_record *r)
{
    for (size_t i = 0; i < r->problem_count; i++)
        if (dmarc_problem_serious(&r->problems[i]))
            return true;
    return false;
}

/* What a strict reader refuses is at least told here. A row in dispute is an abbreviation of a value. */
static void play_record(const json_t *row)
{
    static struct dmarc_record r;
    str text = str_from(text_at(row, "record"));
    bool is_record = dmarc_is_record(text);
    if (is_record)
        dmarc_record_read(text, &r);
    bool valid = is_record && r.applies && !has_serious(&r);
    bool wanted = json_is_true(json_object_get(row, "valid")) && !json_object_get(row, "disputed");
    check("record", valid ? "valid" : "not valid", wanted ? "valid" : "not valid");
}

static unsigned play_rows(const json_t *all)
{
    const json_t *records = json_object_get(all, "records");
    const json_t *alignments = json_object_get(all, "alignment");
    unsigned n = 0;
    for (size_t i = 0; i < json_array_size(records); i++, n++) {
        now = text_at(json_array_get(records, i), "id");
        play_record(json_array_get(records, i));
    }
    for (size_t i = 0; i < json_array_size(alignments); i++, n++) {
        const json_t *row = json_array_get(alignments, i);
        now = text_at(row, "id");
        bool is = dmarc_aligned(str_from(text_at(row, "a")), str_from(text_at(row, "b")),
                                strcmp(text_at(row, "mode"), "strict") == 0, &NET_PSL);
        check("aligned", is ? "yes" : "no",
              json_is_true(json_object_get(row, "aligned")) ? "yes" : "no");
    }
    return n;
}

static json_t *load(const char *directory, const char *name)
{
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/dmarc/%s", directory, name);
    return json_load_file(path, 0, NULL);
}

int main(int argc, char **argv)
{
    const char *directory = argc > 1 ? argv[1] : ".";
    json_t *cases = load(directory, "cases.json"), *rows = load(directory, "records.json");
    if (!cases || !rows) {
        printf("SKIP: there are no vectors in %s\n", directory);
        return SKIPPED;
    }
    unsigned played = play_cases(cases), rows_played = play_rows(rows);
    json_decref(cases);
    json_decref(rows);
    printf("%u cases, %u rows, %u checks, %u wrong\n", played, rows_played, checked, wrong);
    return wrong || played < 63 || rows_played < 29;
}
