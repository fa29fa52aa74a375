/* SPDX-License-Identifier: ISC */
/* dns/known.c - a table of questions by hash, the answers in an arena */
#include "dns/known.h"
#include "base/arena.h"
#include <stdlib.h>

#define MEMORY_OCTETS ((size_t)8 << 20)
enum { SLOTS = 2 * DNS_KNOWN_QUESTIONS_MAX, CHAIN_MAX = 8 };

enum state { NOTED, HANDED_OUT, ANSWERED };
struct entry {
    enum state state;
    struct dns_answer answer; /* until it is answered, only its question */
};

struct dns_known {
    struct arena memory;
    struct entry *entries[DNS_KNOWN_QUESTIONS_MAX]; /* in the order in which they were noted */
    size_t count;
    size_t next; /* none before it is NOTED */
    size_t open, answered;
    struct dns_answer full;    /* what a question gets that found no room */
    struct dns_answer endless; /* ... and one whose CNAMEs have no end */
    uint16_t slots[SLOTS];     /* 1 + place in entries; 0: free */
};

struct dns_known *dns_known_new(size_t memory_max)
{
    struct dns_known *k = calloc(1, sizeof(*k));
    if (k) {
        arena_init(&k->memory, memory_max > 0 ? memory_max : MEMORY_OCTETS);
        k->full.code = k->endless.code = DNS_BROKEN;
    }
    return k;
}

void dns_known_free(struct dns_known *k)
{
    if (k)
        arena_done(&k->memory);
    free(k);
}

/* FNV-1a over the name in lower case; type, way and server are told apart by comparing. */
static size_t slot_of(const struct dns_question *q)
{
    uint64_t h = 14695981039346656037u ^ (uint64_t)q->type;
    for (size_t i = 0; i < q->name.n; i++)
        h = (h ^ (unsigned char)to_lower(q->name.p[i])) * 1099511628211u;
    return (size_t)((h ^ h >> 32) % SLOTS);
}

/* The slot that holds the question, or the free one where it belongs. There are more slots than entries. */
static size_t find(const struct dns_known *k, const struct dns_question *q)
{
    size_t at = slot_of(q);
    while (k->slots[at] != 0 && !dns_question_eq(&k->entries[k->slots[at] - 1]->answer.question, q))
        at = (at + 1) % SLOTS;
    return at;
}

/* NULL: no room. */
static struct entry *note(struct dns_known *k, const struct dns_question *q)
{
    size_t at = find(k, q);
    if (k->slots[at] != 0)
        return k->entries[k->slots[at] - 1];
    if (k->count == DNS_KNOWN_QUESTIONS_MAX)
        return NULL;
    struct entry *e = arena_alloc(&k->memory, sizeof(*e));
    str name = arena_dup(&k->memory, q->name);
    if (!e || !name.p)
        return NULL;
    e->answer.question = *q;
    e->answer.question.name = name;
    k->entries[k->count++] = e;
    k->slots[at] = (uint16_t)k->count;
    return e;
}

const struct dns_answer *dns_known_get(struct dns_known *k, const struct dns_question *q)
{
    const struct entry *e = note(k, q);
    if (!e)
        return &k->full;
    return e->state == ANSWERED ? &e->answer : NULL;
}

const struct dns_answer *dns_known_ask(struct dns_known *k, str name, enum dns_type type)
{
    return dns_known_get(k, &(struct dns_question){ .name = name, .type = type });
}

const struct dns_answer *dns_known_peek(const struct dns_known *k, const struct dns_question *q)
{
    size_t at = find(k, q);
    if (k->slots[at] == 0)
        return NULL;
    const struct entry *e = k->entries[k->slots[at] - 1];
    return e->state == ANSWERED ? &e->answer : NULL;
}

/* Whoever went to the end of the CNAMEs gives the SOA of the zone there (RFC 2308 section 2.2). */
static bool went_there(const struct dns_answer *a)
{
    for (size_t i = 0; i < a->authority_count; i++) {
        str end = a->canonical, zone = a->authority[i].owner;
        if (a->authority[i].type != DNS_SOA)
            continue;
        if (zone.n == 0 || str_eq_nocase(end, zone) ||
            (end.n > zone.n && end.p[end.n - zone.n - 1] == '.' && str_ends_nocase(end, zone)))
            return true;
    }
    return false;
}

static bool leads_on(const struct dns_answer *a)
{
    return a->code == DNS_OK && a->count == 0 && a->canonical.n > 0 &&
           !str_eq_nocase(a->canonical, a->question.name) && !went_there(a);
}

static const struct dns_answer *follow(struct dns_known *k, str name, enum dns_type type, bool peek)
{
    struct dns_question q = { .name = name, .type = type };
    for (unsigned hops = 0; hops < CHAIN_MAX; hops++) {
        const struct dns_answer *a = peek ? dns_known_peek(k, &q) : dns_known_get(k, &q);
        if (!a || !leads_on(a))
            return a;
        q.name = a->canonical;
    }
    k->endless.question = q;
    return &k->endless;
}

const struct dns_answer *dns_known_follow(struct dns_known *k, str name, enum dns_type type)
{
    return follow(k, name, type, false);
}

const struct dns_answer *dns_known_follow_peek(struct dns_known *k, str name, enum dns_type type)
{
    return follow(k, name, type, true);
}

void dns_known_want(struct dns_known *k, str name, enum dns_type type)
{
    (void)dns_known_ask(k, name, type);
}

bool dns_known_next(struct dns_known *k, struct dns_question *out)
{
    for (; k->next < k->count; k->next++) {
        struct entry *e = k->entries[k->next];
        if (e->state != NOTED)
            continue;
        e->state = HANDED_OUT;
        k->open++;
        *out = e->answer.question;
        return true;
    }
    return false;
}

bool dns_known_put(struct dns_known *k, const struct dns_answer *a)
{
    struct entry *e = note(k, &a->question);
    if (!e)
        return false;
    if (e->state == ANSWERED)
        return true;
    if (e->state == HANDED_OUT)
        k->open--;
    e->state = ANSWERED;
    k->answered++;
    struct dns_question q = e->answer.question;
    bool ok = dns_answer_copy(&k->memory, a, &e->answer);
    if (!ok)
        e->answer = (struct dns_answer){ .code = DNS_BROKEN };
    e->answer.question = q;
    return ok;
}

size_t dns_known_noted(const struct dns_known *k)
{
    return k->count;
}

size_t dns_known_open(const struct dns_known *k)
{
    return k->open;
}

size_t dns_known_count(const struct dns_known *k)
{
    return k->answered;
}

const struct dns_answer *dns_known_at(const struct dns_known *k, size_t i)
{
    for (size_t at = 0; at < k->count; at++)
        if (k->entries[at]->state == ANSWERED && i-- == 0)
            return &k->entries[at]->answer;
    return NULL;
}
