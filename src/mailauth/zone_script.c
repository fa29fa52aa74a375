/* SPDX-License-Identifier: ISC */
/* mailauth/zone_script.c - for tests alone: nothing of this is in baton */
#include "mailauth/zone_script.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { RECORDS_MAX = 64, CHAIN_MAX = 9, ANSWER_OCTETS = 1 << 20, ROUNDS_MAX = 1000 };

struct line {
    str name, type, data;
};

/* False: nothing is in the line. */
static bool read_line(str text, struct line *l)
{
    l->data = str_trim(text);
    if (l->data.n == 0 || l->data.p[0] == '#')
        return false;
    l->name = str_cut(&l->data, ' ');
    l->data = str_trim(l->data);
    l->type = str_cut(&l->data, ' ');
    l->data = str_trim(l->data);
    return true;
}

static int hex_digit(char c)
{
    return is_digit(c)                                ? c - '0'
           : to_lower(c) >= 'a' && to_lower(c) <= 'f' ? to_lower(c) - 'a' + 10
                                                      : -1;
}

static str unescape(str s, struct arena *memory)
{
    char *to = arena_alloc(memory, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; to && i < s.n; i++) {
        if (i + 3 < s.n && s.p[i] == '\\' && s.p[i + 1] == 'x' && hex_digit(s.p[i + 2]) >= 0 &&
            hex_digit(s.p[i + 3]) >= 0) {
            to[n++] = (char)(hex_digit(s.p[i + 2]) * 16 + hex_digit(s.p[i + 3]));
            i += 3;
        } else
            to[n++] = s.p[i];
    }
    return (str){ to, n };
}

static bool is_below(str name, str parent)
{
    return name.n > parent.n && name.p[name.n - parent.n - 1] == '.' &&
           str_ends_nocase(name, parent);
}

static struct dns_record record_of(const struct line *l, enum dns_type type, struct arena *memory)
{
    struct dns_record r = { .type = type, .ttl_s = 300 };
    str rest = l->data;
    uint64_t n;
    if (type == DNS_A || type == DNS_AAAA) {
        if (!ip_parse(rest, &r.ip))
            abort(); /* the script is wrong */
    } else if (type == DNS_TXT) {
        r.data = unescape(rest, memory);
    } else if (type == DNS_MX) {
        if (!str_to_u64(str_cut(&rest, ' '), UINT16_MAX, &n))
            abort();
        r.priority = (uint16_t)n;
        r.name = str_eq(str_trim(rest), STR(".")) ? STR("") : str_trim(rest);
    } else
        r.name = rest;
    return r;
}

/* One name, no CNAME followed. */
static void answer_at(const char *script, str name, enum dns_type type, struct arena *memory,
                      struct dns_record *records, struct dns_answer *a, str *cname)
{
    str rest = str_from(script);
    bool exists = false;
    struct line l;
    *cname = STR_NONE;
    while (rest.p) {
        if (!read_line(str_cut(&rest, '\n'), &l))
            continue;
        exists = exists || is_below(l.name, name);
        if (!str_eq_nocase(l.name, name))
            continue;
        exists = true;
        int value;
        str of_type = names_of(&DNS_TYPE_NAMES, (int)type);
        if (names_find(&DNS_CODE_NAMES, l.type, &value)) {
            if (l.data.n == 0 || str_eq_nocase(l.data, of_type))
                a->code = (enum dns_code)value;
        } else if (str_eq_nocase(l.type, of_type) && a->count < RECORDS_MAX) {
            records[a->count++] = record_of(&l, type, memory);
        } else if (str_eq_nocase(l.type, STR("CNAME")))
            *cname = l.data;
    }
    if (!exists)
        a->code = DNS_NXDOMAIN;
}

struct dns_answer zone_script_answer(const char *script, const struct dns_question *q,
                                     struct arena *memory)
{
    struct dns_answer a = { .question = *q, .ttl_s = 300, .canonical = q->name };
    struct dns_record *records = arena_alloc(memory, RECORDS_MAX * sizeof(*records));
    if (!records)
        abort();
    str cname = q->name;
    for (unsigned steps = 0; cname.p; steps++) {
        if (steps == CHAIN_MAX) {
            a.code = DNS_BROKEN;
            break;
        }
        a.canonical = cname;
        answer_at(script, a.canonical, q->type, memory, records, &a, &cname);
    }
    a.records = records;
    if (a.code != DNS_OK)
        a.count = 0;
    return a;
}

unsigned zone_script_run(const char *script, struct dns_known *k, bool (*core)(void *user),
                         void *user)
{
    for (unsigned rounds = 0; rounds < ROUNDS_MAX; rounds++) {
        struct dns_question q;
        bool noted = false;
        if (core(user))
            return rounds;
        while (dns_known_next(k, &q)) {
            struct arena memory;
            arena_init(&memory, ANSWER_OCTETS);
            struct dns_answer a = zone_script_answer(script, &q, &memory);
            (void)dns_known_put(k, &a);
            arena_done(&memory);
            noted = true;
        }
        if (!noted)
            break;
    }
    return UINT_MAX;
}
