/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "domain/name.h"
#include "domain/script.h"
#include <stdio.h>
#include <string.h>

enum { RECORDS_MAX = 32, ROUNDS_MAX = 16 };
#define MEMORY_OCTETS ((size_t)1 << 20)

struct reading {
    struct arena *memory;
    struct dns_answer answer;
    struct dns_record records[RECORDS_MAX], authority[RECORDS_MAX], additional[RECORDS_MAX];
};

static str word(str *rest)
{
    *rest = str_trim(*rest);
    str w = str_cut(rest, ' ');
    return str_eq(w, STR(".")) ? STR("") : w;
}

static uint32_t wide_number(str *rest)
{
    uint64_t n = 0;
    str w = word(rest);
    if (!str_to_u64(w, UINT32_MAX, &n))
        fail_msg("script: '%.*s' is no number", STR_ARG(w));
    return (uint32_t)n;
}

static uint16_t number(str *rest)
{
    return (uint16_t)wide_number(rest);
}

static enum dns_type type_of(str w)
{
    int type;
    if (!names_find(&DNS_TYPE_NAMES, w, &type))
        fail_msg("script: '%.*s' is no type", STR_ARG(w));
    return (enum dns_type)type;
}

static int nibble(char c)
{
    return is_digit(c) ? c - '0' : to_lower(c) - 'a' + 10;
}

/* "3 1 1 a0b1" */
static str tlsa(struct arena *memory, str rest)
{
    char out[512];
    size_t n = 0;
    for (int i = 0; i < 3; i++)
        out[n++] = (char)number(&rest);
    str hex = word(&rest);
    for (size_t i = 0; i + 1 < hex.n; i += 2)
        out[n++] = (char)(nibble(hex.p[i]) * 16 + nibble(hex.p[i + 1]));
    return arena_dup(memory, (str){ out, n });
}

static struct dns_record record(struct arena *memory, enum dns_type type, uint32_t ttl_s, str rest)
{
    struct dns_record r = { .type = type, .ttl_s = ttl_s };
    switch (type) {
    case DNS_A:
    case DNS_AAAA:
        if (!ip_parse(str_trim(rest), &r.ip))
            fail_msg("script: '%.*s' is no address", STR_ARG(rest));
        return r;
    case DNS_TXT:
    case DNS_DS:
    case DNS_DNSKEY: r.data = str_trim(rest); return r;
    case DNS_TLSA: r.data = tlsa(memory, rest); return r;
    case DNS_SOA: r.serial = wide_number(&rest); return r;
    case DNS_SRV:
        r.priority = number(&rest);
        r.weight = number(&rest);
        r.port = number(&rest);
        break;
    case DNS_MX: r.priority = number(&rest); break;
    case DNS_NS:
    case DNS_CNAME:
    case DNS_PTR: break;
    }
    r.name = word(&rest);
    return r;
}

static void take_flag(struct reading *r, str flag)
{
    struct dns_answer *a = &r->answer;
    str value = flag, name = str_cut(&value, '=');
    int code;
    if (str_eq(name, STR("aa")))
        a->authoritative = true;
    else if (str_eq(name, STR("secure")))
        a->trust = DNS_SECURE;
    else if (str_eq(name, STR("unsigned")))
        a->trust = DNS_UNSIGNED;
    else if (str_eq(name, STR("bogus"))) {
        a->trust = DNS_BOGUS;
        a->why_bogus = STR("signature expired");
    } else if (str_eq(name, STR("ttl")))
        a->ttl_s = wide_number(&value);
    else if (str_eq(name, STR("chain")))
        a->canonical = value;
    else if (names_find(&DNS_CODE_NAMES, name, &code))
        a->code = (enum dns_code)code;
    else
        fail_msg("script: no flag '%.*s'", STR_ARG(flag));
}

static void take_record(struct reading *r, str text)
{
    str rest = str_trim(text);
    bool auth = str_starts(rest, STR("auth ")), add = str_starts(rest, STR("add "));
    if (!auth && !add) {
        r->records[r->answer.count++] = record(r->memory, r->answer.question.type, r->answer.ttl_s,
                                               rest);
        return;
    }
    (void)word(&rest);
    str owner = word(&rest);
    enum dns_type type = type_of(word(&rest));
    struct dns_record one = record(r->memory, type, r->answer.ttl_s, rest);
    one.owner = owner;
    if (auth)
        r->authority[r->answer.authority_count++] = one;
    else
        r->additional[r->answer.additional_count++] = one;
}

/* The question that a line answers, and its rest. */
static struct dns_question question(str *rest)
{
    struct dns_question q = { .way = DNS_BY_RESOLVER };
    str first = word(rest);
    if (str_eq(first, STR("@validator"))) {
        q.way = DNS_BY_VALIDATOR;
        first = word(rest);
    } else if (str_starts(first, STR("@"))) {
        q.way = DNS_BY_SERVER;
        if (!ip_parse(str_skip(first, 1), &q.at))
            fail_msg("script: no address in '%.*s'", STR_ARG(first));
        first = word(rest);
    }
    q.name = first;
    q.type = type_of(word(rest));
    return q;
}

static void read_line(struct reading *r, const struct dns_question *q, str rest)
{
    r->answer = (struct dns_answer){ .question = *q, .canonical = q->name, .ttl_s = 3600 };
    rest = str_trim(rest);
    while (str_starts(rest, STR("-"))) {
        take_flag(r, str_skip(word(&rest), 1));
        rest = str_trim(rest);
    }
    while (rest.n > 0)
        take_record(r, str_cut(&rest, '|'));
}

static void put(struct dns_known *k, struct reading *r)
{
    r->answer.records = r->records;
    r->answer.authority = r->authority;
    r->answer.additional = r->additional;
    if (!dns_known_put(k, &r->answer))
        fail_msg("script: the table is full");
}

static void answer(struct dns_known *k, const char *const *lines, const struct dns_question *q,
                   struct arena *memory)
{
    struct reading r = { .memory = memory };
    bool there = false;
    for (const char *const *line = lines; *line; line++) {
        str rest = str_from(*line);
        struct dns_question of = question(&rest);
        there |= of.way == DNS_BY_RESOLVER && domain_is_within(of.name, q->name);
        if (dns_question_eq(&of, q)) {
            read_line(&r, q, rest);
            put(k, &r);
            return;
        }
    }
    r.answer = (struct dns_answer){ .question = *q, .canonical = q->name, .ttl_s = 60 };
    r.answer.code = q->way == DNS_BY_SERVER ? DNS_TIMEOUT : there ? DNS_OK : DNS_NXDOMAIN;
    put(k, &r);
}

struct script_rounds script_run(struct dns_known *k, const char *const *lines,
                                bool (*core)(struct dns_known *k, void *user), void *user)
{
    struct script_rounds rounds = { 0 };
    struct arena memory;
    arena_init(&memory, MEMORY_OCTETS);
    for (unsigned i = 0; !core(k, user); i++) {
        struct dns_question q[DNS_KNOWN_QUESTIONS_MAX];
        size_t n = 0;
        bool straight = false, resolver = false;
        while (dns_known_next(k, &q[n]))
            n++;
        if (n == 0 || i == ROUNDS_MAX)
            fail_msg("script: the core is stuck after %u rounds", i);
        for (size_t each = 0; each < n; each++) {
            straight |= q[each].way == DNS_BY_SERVER;
            resolver |= q[each].way != DNS_BY_SERVER;
            answer(k, lines, &q[each], &memory);
        }
        rounds.questions += (unsigned)n;
        rounds.straight += straight;
        rounds.resolver += resolver;
    }
    arena_done(&memory);
    return rounds;
}
