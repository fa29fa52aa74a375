/* SPDX-License-Identifier: ISC */
/* The whole of check_host() in a world of the input's: an answer depends on its question alone, so that the result
 * may not depend on the order in which answers come, nor on what was asked ahead. */
#include "mailauth/spf_publish.h"
#include "mailauth/spf_record.h"
#include <assert.h>
#include <string.h>

enum { TEXTS_MAX = 16, ADDRESSES_MAX = 12, MEMORY_MAX = 4 << 20 };

/* The first octet decides about the client, the second about what DNS says; then a text a line: the first is the
 * record of the domain, the others are everybody else's. */
static struct world {
    str texts[TEXTS_MAX];
    size_t count;
    uint8_t mood;
    struct spf_input in;
} w;

static unsigned hash(const struct dns_question *q)
{
    unsigned h = 2166136261u ^ (unsigned)q->type ^ (unsigned)w.mood << 8;
    for (size_t i = 0; i < q->name.n; i++)
        h = (h ^ (unsigned char)to_lower(q->name.p[i])) * 16777619u;
    return h ^ h >> 15;
}

static void add_texts(struct dns_record *records, struct dns_answer *a, unsigned h)
{
    bool first = str_eq_nocase(a->question.name, STR("d.example"));
    records[a->count++].data = w.texts[first || w.count < 2 ? 0 : 1 + h % (w.count - 1)];
    if (!first && h >> 8 & 1 && h >> 9 & 1 && h >> 10 & 1)
        records[a->count++].data = w.texts[0];
}

static void answer(struct dns_known *k, const struct dns_question *q)
{
    static const char *const NAMES_THERE[] = { "d.example", "x.d.example", "mx.example", "" };
    struct dns_record records[ADDRESSES_MAX] = { { 0 } };
    struct dns_answer a = { .question = *q, .canonical = q->name, .records = records };
    unsigned h = hash(q), kind = h % 16;
    bool first = str_eq_nocase(q->name, STR("d.example"));
    if (kind < 2 && !first)
        a.code = kind ? DNS_NXDOMAIN : (enum dns_code)(DNS_SERVFAIL + h / 16 % 4);
    else if (kind == 2 &&
             !first) /* nothing of the type, or the rest of a CNAME is ours to ask for */
        a.canonical = h & 16 ? STR("x.d.example") : q->name;
    else if (q->type == DNS_TXT)
        add_texts(records, &a, h);
    else
        for (unsigned n = kind == 15 ? 11 : 1 + kind % 3; a.count < n; a.count++) {
            struct dns_record *r = &records[a.count];
            r->type = q->type;
            r->name = str_from(NAMES_THERE[(h >> a.count) % 4]);
            r->ip = w.in.ip;
            r->ip.family = q->type == DNS_AAAA ? IP_V6 : IP_V4;
            r->ip.octets[(h >> 4) % 4] ^= (uint8_t)(h >> 8 & h >> 16 & 0xff);
        }
    (void)dns_known_put(k, &a);
}

/* One after the other, the last noted first; or all that is noted at once. */
static size_t run(struct dns_known *k, bool lifo, struct arena *memory, struct spf_check *out)
{
    static struct dns_question stack[DNS_KNOWN_QUESTIONS_MAX];
    size_t open = 0, asked = 0;
    while (!spf_check(k, &w.in, memory, out)) {
        while (dns_known_next(k, &stack[open])) {
            open++;
            asked++;
            assert(open < DNS_KNOWN_QUESTIONS_MAX);
        }
        assert(open > 0 && asked <= SPF_QUESTIONS_MAX);
        do
            answer(k, &stack[--open]);
        while (!lifo && open > 0);
    }
    return asked;
}

static void is_sound(const struct spf_check *c)
{
    assert(names_of(&AUTH_RESULT_NAMES, (int)c->result).n > 0 && c->result != AUTH_POLICY);
    assert(names_of(&SPF_WHY_NAMES, (int)c->why).n > 0 && c->sentence.n > 0);
    assert(c->lookups <= SPF_LOOKUPS_MAX + 1 && c->voids <= SPF_VOIDS_MAX + 2);
    assert(c->explanation.p == NULL || c->result == AUTH_FAIL);
    assert(c->step_count <= SPF_STEPS_MAX);
    for (size_t i = 0; i < c->step_count; i++)
        assert(c->steps[i].depth <= SPF_LOOKUPS_MAX && c->steps[i].sentence.n > 0);
}

static void are_same(const struct spf_check *a, const struct spf_check *b)
{
    assert(a->result == b->result && a->why == b->why && a->lookups == b->lookups);
    assert(a->voids == b->voids && a->step_count == b->step_count);
    assert(str_eq(a->explanation, b->explanation) && str_eq(a->sentence, b->sentence));
    for (size_t i = 0; i < a->step_count; i++)
        assert(a->steps[i].why == b->steps[i].why &&
               str_eq(a->steps[i].sentence, b->steps[i].sentence));
}

/* The record to publish is one, whatever was there. */
static void propose(struct dns_known *k)
{
    static const str INCLUDE = STR_INIT("x.d.example");
    const struct spf_wish wish = { &INCLUDE, 1, &w.in.ip, 1 };
    struct spf_proposal p;
    struct spf_guess g;
    struct spf_outline o;
    struct spf_fault f;
    struct dns_question q;
    struct arena memory, other;
    arena_init(&memory, MEMORY_MAX);
    arena_init(&other, MEMORY_MAX);
    while (!spf_propose(k, STR("d.example"), &wish, &memory, &p) ||
           !spf_guess_by_include(k, &w.in, INCLUDE, &other, &g)) {
        assert(dns_known_next(k, &q));
        do
            answer(k, &q);
        while (dns_known_next(k, &q));
    }
    assert(!p.made || (spf_is_record(p.record) && spf_outline_of(p.record, &o, &f)));
    assert(g.passed <= g.tried && (g.usable || g.sentence.n > 0));
    arena_done(&memory);
    arena_done(&other);
}

static void read_world(str data)
{
    static const char *const CLIENTS[] = { "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1",
                                           "203.0.113.7" };
    static const char *const SENDERS[] = { "a@d.example", "", "a-b+c@d.example",
                                           "\xc3\xa9@d.example" };
    uint8_t client = (uint8_t)data.p[0];
    w = (struct world){ .mood = (uint8_t)data.p[1] };
    assert(ip_parse(str_from(CLIENTS[client % 4]), &w.in.ip));
    w.in.from = str_from(SENDERS[client / 4 % 4]);
    w.in.helo = STR("d.example");
    for (str rest = str_skip(data, 2); rest.p && w.count < TEXTS_MAX;)
        w.texts[w.count++] = str_cut(&rest, '\n');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct spf_check once, again;
    struct arena memory, other;
    if (size < 3)
        return 0;
    read_world((str){ (const char *)data, size });
    AUTO(dns_known_freep) struct dns_known *a = dns_known_new(0);
    AUTO(dns_known_freep) struct dns_known *b = dns_known_new(0);
    arena_init(&memory, MEMORY_MAX);
    arena_init(&other, MEMORY_MAX);
    (void)run(a, false, &memory, &once);
    is_sound(&once);
    (void)run(b, true, &other, &again);
    are_same(&once, &again);
    assert(run(a, false, &other, &again) == 0);
    are_same(&once, &again);
    propose(a);
    arena_done(&memory);
    arena_done(&other);
    return 0;
}
