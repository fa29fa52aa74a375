/* SPDX-License-Identifier: ISC */
/*
 * policy/addresses.c - sets of texts, and the parts of an address
 */
#include "policy/rule.h"
#include <string.h>

/* Eight octets in small letters at once: each that lies from A to Z has its bit 5 set. */
static uint64_t in_small_letters(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u, low = 0x7f7f7f7f7f7f7f7fu, high = ~low;
    uint64_t sevens = word & low;
    uint64_t from_a = sevens + (0x80 - 'A') * ones, behind_z = sevens + (0x7f - 'Z') * ones;
    return word | ((~word & (from_a ^ behind_z) & high) >> 2);
}

/* Of texts in any letters. The texts of the sets are the operator's; what a stranger sends is only looked up. */
uint64_t policy_hash(str text, uint64_t seed)
{
    uint64_t h = seed + text.n;
    for (size_t at = 0; at < text.n; at += 8) {
        uint64_t word = 0;
        size_t left = text.n - at;
        memcpy(&word, text.p + at, left < 8 ? left : 8);
        h = (h ^ in_small_letters(word)) * 0x9E3779B97F4A7C15u;
        h ^= h >> 32;
    }
    h *= 0xff51afd7ed558ccdu;
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
    str domain = at == STR_NOT_FOUND ? STR_NONE : str_skip(mailbox, at + 1);
    return domain.n && domain.p[domain.n - 1] == '.' ? str_take(domain, domain.n - 1) : domain;
}

str policy_local_part_of(str mailbox)
{
    size_t at = str_rfind_octet(mailbox, '@');
    return at == STR_NOT_FOUND ? mailbox : str_take(mailbox, at);
}

/* RFC 5321 section 4.1.2: dot-string, and what RFC 6531 adds. */
static bool is_dot_string(str s)
{
    static const char ATEXT[] = "!#$%&'*+-/=?^_`{|}~";
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool dot = c == '.' && i > 0 && i + 1 < s.n && s.p[i - 1] != '.';
        if (!dot && !is_alnum(c) && (unsigned char)c < 0x80 &&
            str_find_octet((str){ ATEXT, sizeof ATEXT - 1 }, c) == STR_NOT_FOUND)
            return false;
    }
    return s.n > 0;
}

/* What stands between the quotes, as it is meant. */
static str unquoted(str local, char *out)
{
    size_t n = 0;
    for (size_t i = 1; i + 1 < local.n; i++) {
        if (local.p[i] == '\\' && i + 2 < local.n)
            i++;
        out[n++] = local.p[i];
    }
    return (str){ out, n };
}

str policy_plain(str mailbox, char out[POLICY_PLAIN_MAX])
{
    bool dot = mailbox.n && mailbox.p[mailbox.n - 1] == '.';
    bool quoted = mailbox.n && mailbox.p[0] == '"';
    str local = policy_local_part_of(mailbox), domain = policy_domain_of(mailbox);
    if ((!dot && !quoted) || !domain.n || mailbox.n > POLICY_PLAIN_MAX)
        return mailbox;
    if (quoted && local.n > 2 && local.p[local.n - 1] == '"') {
        str inside = unquoted(local, out);
        local = is_dot_string(inside) ? inside : local;
    }
    if (local.p != out)
        memcpy(out, local.p, local.n);
    out[local.n] = '@';
    memcpy(out + local.n + 1, domain.p, domain.n);
    return (str){ out, local.n + 1 + domain.n };
}

bool policy_is_route(str local_part)
{
    static const char SIGNS[] = "%!@:";
    for (size_t i = 0; i < sizeof SIGNS - 1; i++)
        if (str_find_octet(local_part, SIGNS[i]) != STR_NOT_FOUND)
            return true;
    return false;
}
