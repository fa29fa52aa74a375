/* SPDX-License-Identifier: ISC */
/*
 * policy/addresses.c - sets of texts, and the parts of an address
 */
#include "policy/rule.h"

/* FNV-1a over small letters. The texts of the sets are the operator's; what a stranger sends is only looked up. */
uint64_t policy_hash(str text, uint64_t seed)
{
    uint64_t h = 14695981039346656037u ^ seed;
    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (unsigned char)to_lower(text.p[i])) * 1099511628211u;
    return h ^ (h >> 29);
}

static size_t place_of(const struct policy_addresses *s, str text)
{
    size_t at = (size_t)policy_hash(text, 0) & (s->room - 1);
    while (s->table[at].p && !str_eq_nocase(s->table[at], text))
        at = (at + 1) & (s->room - 1);
    return at;
}

struct policy_addresses *policy_addresses_new(const str *all, size_t count, struct arena *a)
{
    struct policy_addresses *s = arena_alloc(a, sizeof *s);
    size_t room = 4;
    while (room < 2 * count)
        room *= 2;
    str *table = s ? arena_alloc(a, room * sizeof *table) : NULL;
    if (!table)
        return NULL;
    *s = (struct policy_addresses){ table, room };
    for (size_t i = 0; i < count; i++)
        if (all[i].p)
            table[place_of(s, all[i])] = all[i];
    return s;
}

bool policy_addresses_have(const struct policy_addresses *s, str text)
{
    return s && s->room && s->table[place_of(s, text)].p != NULL;
}

str policy_domain_of(str mailbox)
{
    size_t at = str_rfind_octet(mailbox, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_skip(mailbox, at + 1);
}

str policy_local_part_of(str mailbox)
{
    size_t at = str_rfind_octet(mailbox, '@');
    return at == STR_NOT_FOUND ? mailbox : str_take(mailbox, at);
}

bool policy_is_route(str local_part)
{
    static const char SIGNS[] = "%!@:";
    for (size_t i = 0; i < sizeof SIGNS - 1; i++)
        if (str_find_octet(local_part, SIGNS[i]) != STR_NOT_FOUND)
            return true;
    return false;
}
