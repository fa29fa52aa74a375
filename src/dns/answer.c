/* SPDX-License-Identifier: ISC */
/* dns/answer.c - questions compared, answers copied */
#include "base/arena.h"
#include "dns/dns.h"
#include <string.h>

bool dns_question_eq(const struct dns_question *a, const struct dns_question *b)
{
    return a->type == b->type && a->way == b->way && str_eq_nocase(a->name, b->name) &&
           (a->way != DNS_BY_SERVER || ip_eq(&a->at, &b->at));
}

static bool keep(struct arena *memory, str *s)
{
    if (s->p == NULL)
        return true;
    *s = arena_dup(memory, *s);
    return s->p != NULL;
}

static bool keep_records(struct arena *memory, const struct dns_record **records, size_t count)
{
    if (count == 0) {
        *records = NULL;
        return true;
    }
    struct dns_record *copy = arena_alloc(memory, count * sizeof(*copy));
    if (!copy)
        return false;
    memcpy(copy, *records, count * sizeof(*copy));
    *records = copy;
    for (size_t i = 0; i < count; i++)
        if (!keep(memory, &copy[i].owner) || !keep(memory, &copy[i].name) ||
            !keep(memory, &copy[i].data))
            return false;
    return true;
}

bool dns_answer_copy(struct arena *memory, const struct dns_answer *from, struct dns_answer *to)
{
    *to = *from;
    return keep(memory, &to->question.name) && keep(memory, &to->canonical) &&
           keep(memory, &to->why_bogus) && keep_records(memory, &to->records, to->count) &&
           keep_records(memory, &to->authority, to->authority_count) &&
           keep_records(memory, &to->additional, to->additional_count);
}
