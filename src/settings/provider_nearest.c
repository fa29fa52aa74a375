/* SPDX-License-Identifier: ISC */
/*
 * settings/provider_nearest.c - the name that was probably meant
 * A false alarm is worse than a slip that is not seen: without DNS nobody knows whether a name near a provider's
 * is somebody's own. So names are compared part by part; the part that a person registered has to have five
 * letters, to be no everyday word, and to differ as fingers slip: neighbours swapped, a letter twice or left out, a
 * neighbouring key; and the ending has to be the provider's, or one that is no ending at all.
 */
#include "base/distance.h"
#include "settings/provider_hosts.h"

enum { PARTS = 6, WORD_MIN = 5, TWO_SLIPS_MIN = 9 };

/* ---- slips ---- */

static const str KEYS[] = { STR_INIT("1234567890"), STR_INIT("qwertyuiop"), STR_INIT("asdfghjkl"),
                            STR_INIT("zxcvbnm") };

static bool key_of(char c, int *row, int *column)
{
    for (int i = 0; i < (int)COUNT_OF(KEYS); i++) {
        size_t at = str_find_octet(KEYS[i], to_lower(c));
        *row = i;
        *column = (int)at;
        if (at != STR_NOT_FOUND)
            return true;
    }
    return false;
}

/* mail1 and mail2 are two servers. */
static bool are_neighbours(char a, char b)
{
    int row[2], column[2];
    if (is_digit(a) || is_digit(b) || !key_of(a, &row[0], &column[0]) ||
        !key_of(b, &row[1], &column[1]))
        return false;
    int down = row[0] - row[1], across = column[0] - column[1];
    return down >= -1 && down <= 1 && across >= -1 && across <= 1;
}

/* typed is meant with one letter more at i: one beside the right key, or once more one that stands near. */
static bool is_hit_too_much(str typed, size_t i)
{
    char c = to_lower(typed.p[i]);
    if (i == 0)
        return false;
    if (to_lower(typed.p[i - 1]) == c)
        return true;
    if (i + 1 == typed.n)
        return false;
    bool near = are_neighbours(c, typed.p[i - 1]) || are_neighbours(c, typed.p[i + 1]);
    for (size_t k = i > 3 ? i - 3 : 0; k < typed.n && k <= i + 3; k++)
        near |= k != i && to_lower(typed.p[k]) == c;
    return near;
}

static size_t same_begin(str a, str b)
{
    size_t i = 0;
    while (i < a.n && i < b.n && to_lower(a.p[i]) == to_lower(b.p[i]))
        i++;
    return i;
}

/* One slip, and one that fingers make. The first letter is hardly ever wrong. */
static bool is_finger_slip(str typed, str meant)
{
    size_t i = same_begin(typed, meant);
    if (name_distance(typed, meant, 1) != 1)
        return false;
    if (typed.n == meant.n + 1)
        return is_hit_too_much(typed, i < typed.n ? i : typed.n - 1);
    if (meant.n == typed.n + 1)
        return i > 0 && !is_digit(meant.p[i]);
    bool swapped = i + 1 < typed.n && to_lower(typed.p[i]) == to_lower(meant.p[i + 1]) &&
                   to_lower(typed.p[i + 1]) == to_lower(meant.p[i]);
    return swapped || (i > 0 && are_neighbours(typed.p[i], meant.p[i]));
}

/* ---- parts ---- */

struct parts {
    str part[PARTS];
    size_t count;
};

static bool cut(str name, struct parts *out)
{
    out->count = 0;
    for (str rest = name; rest.p;) {
        str part = str_cut(&rest, '.');
        if (!part.n || out->count == PARTS)
            return false;
        out->part[out->count++] = part;
    }
    return out->count > 1;
}

/* Words of every day, whose neighbours are words too. */
static const str WORDS[] = {
    STR_INIT("orange"), STR_INIT("proton"), STR_INIT("libero"),    STR_INIT("naver"),
    STR_INIT("inbox"),  STR_INIT("email"),  STR_INIT("ymail"),     STR_INIT("online"),
    STR_INIT("titan"),  STR_INIT("flash"),  STR_INIT("runbox"),    STR_INIT("gandi"),
    STR_INIT("ionos"),  STR_INIT("strato"), STR_INIT("talk21"),    STR_INIT("yandex"),
    STR_INIT("seznam"), STR_INIT("virgin"), STR_INIT("currently"), STR_INIT("posteo"),
};

static bool is_everyday_word(str part)
{
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_eq_nocase(WORDS[i], part))
            return true;
    return false;
}

/* Many names end in mail: "fastmail" and "flashmail" are two, and only what stands before it tells. */
static size_t telling(str part)
{
    return str_ends_nocase(part, STR("mail")) ? part.n - 4 : part.n;
}

static bool is_on_all_lips(str part)
{
    return str_eq_nocase(part, STR("gmail")) || str_eq_nocase(part, STR("hotmail"));
}

/* The part that somebody registered. */
static bool part_slips(str typed, str meant)
{
    if (meant.n < WORD_MIN || typed.n < WORD_MIN - 1 || is_everyday_word(meant) ||
        (telling(meant) < 4 && !is_on_all_lips(meant)))
        return false;
    return is_finger_slip(typed, meant) ||
           (telling(meant) >= TWO_SLIPS_MIN && to_lower(typed.p[0]) == to_lower(meant.p[0]) &&
            name_distance(typed, meant, 2) == 2);
}

static const struct {
    str typed, meant;
} ENDINGS[] = {
    { STR_INIT("con"), STR_INIT("com") },  { STR_INIT("cmo"), STR_INIT("com") },
    { STR_INIT("ocm"), STR_INIT("com") },  { STR_INIT("comm"), STR_INIT("com") },
    { STR_INIT("vom"), STR_INIT("com") },  { STR_INIT("xom"), STR_INIT("com") },
    { STR_INIT("cpm"), STR_INIT("com") },  { STR_INIT("coom"), STR_INIT("com") },
    { STR_INIT("ccom"), STR_INIT("com") }, { STR_INIT("comn"), STR_INIT("com") },
    { STR_INIT("clm"), STR_INIT("com") },  { STR_INIT("om"), STR_INIT("com") },
    { STR_INIT("nte"), STR_INIT("net") },  { STR_INIT("ner"), STR_INIT("net") },
    { STR_INIT("nett"), STR_INIT("net") }, { STR_INIT("ney"), STR_INIT("net") },
    { STR_INIT("ent"), STR_INIT("net") },  { STR_INIT("ogr"), STR_INIT("org") },
    { STR_INIT("rog"), STR_INIT("org") },  { STR_INIT("orgg"), STR_INIT("org") },
    { STR_INIT("ord"), STR_INIT("org") },  { STR_INIT("ed"), STR_INIT("de") },
    { STR_INIT("dee"), STR_INIT("de") },   { STR_INIT("rf"), STR_INIT("fr") },
    { STR_INIT("ku"), STR_INIT("uk") },
};

/* com, and what is no ending of the world's but one slip from it. */
static bool ending_slips(str typed, str meant)
{
    for (size_t i = 0; i < COUNT_OF(ENDINGS); i++)
        if (str_eq_nocase(ENDINGS[i].typed, typed) && str_eq_nocase(ENDINGS[i].meant, meant))
            return true;
    return false;
}

/* What stands in front of the domain. smtp and smtps may be two servers. */
static bool service_slips(str typed, str meant)
{
    bool usual = str_eq_nocase(typed, STR("smtp")) || str_eq_nocase(typed, STR("smtps")) ||
                 str_eq_nocase(typed, STR("mail"));
    return !usual && meant.n >= 4 && is_finger_slip(typed, meant);
}

/* Slips from typed to meant, part by part; 0: none, or not what fingers do. first: where the domain begins. */
static unsigned slips(const struct parts *typed, const struct parts *meant, size_t first)
{
    unsigned count = 0;
    if (typed->count != meant->count)
        return 0;
    for (size_t i = 0; i < typed->count; i++) {
        str t = typed->part[i], m = meant->part[i];
        if (str_eq_nocase(t, m))
            continue;
        bool last = i + 1 == typed->count;
        if (last ? !ending_slips(t, m) : i < first ? !service_slips(t, m) : !part_slips(t, m))
            return 0;
        count++;
    }
    return count;
}

/* ---- the nearest ---- */

struct nearest {
    struct parts typed;
    str best;
    unsigned slips;
    bool two; /* that are as near */
};

/* Two parts make a domain; three, where the last two are short: co.uk, com.au. */
static size_t domain_begins(const struct parts *p)
{
    size_t n = p->count;
    return n > 2 && p->part[n - 1].n == 2 && p->part[n - 2].n <= 3 ? n - 3 : n - 2;
}

static void compare(struct nearest *n, str words, bool host)
{
    struct parts meant;
    for (str rest = words; rest.p;) {
        str word = str_cut(&rest, ' ');
        unsigned s = cut(word, &meant) ? slips(&n->typed, &meant, host ? domain_begins(&meant) : 0)
                                       : 0;
        if (!s || (n->slips && s > n->slips))
            continue;
        n->two = n->slips == s && !str_eq(n->best, word);
        n->best = word;
        n->slips = s;
    }
}

str provider_nearest_domain(str domain)
{
    struct nearest n = { .slips = 0 };
    const struct provider *p;
    if (provider_of_domain(domain) || !cut(domain, &n.typed))
        return STR_NONE;
    for (size_t i = 0; (p = provider_at(i)) != NULL; i++)
        compare(&n, p->domains, false);
    return n.two ? STR_NONE : n.best;
}

str provider_nearest_host(str host)
{
    struct nearest n = { .slips = 0 };
    struct provider_host known;
    const struct provider *p;
    if (provider_host_of(host, &known) || !cut(host, &n.typed))
        return STR_NONE;
    for (size_t i = 0; (p = provider_at(i)) != NULL; i++) {
        compare(&n, p->host, true);
        compare(&n, p->others, true);
    }
    return n.two ? STR_NONE : n.best;
}
