/* SPDX-License-Identifier: ISC */
#include "base/names.h"
#include <string.h>

str names_of(const struct names *t, int value)
{
    for (size_t i = 0; i < t->count; i++)
        if (t->rows[i].value == value)
            return t->rows[i].name;
    return STR_NONE;
}

bool names_find(const struct names *t, str name, int *value)
{
    for (size_t i = 0; i < t->count; i++) {
        if (str_eq_nocase(t->rows[i].name, name)) {
            *value = t->rows[i].value;
            return true;
        }
    }
    return false;
}

#define LONGEST 48 /* a name longer than this is near to nothing */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: how many letters to add, drop, change or swap with their neighbour.
 * Both are at most LONGEST octets. */
static size_t distance(str a, str b)
{
    size_t rows[3][LONGEST + 1] = { { 0 } };
    size_t *before = rows[0], *above = rows[1], *now = rows[2];
    for (size_t j = 0; j <= b.n; j++)
        now[j] = j;
    for (size_t i = 1; i <= a.n; i++) {
        size_t *spare = before;
        before = above, above = now, now = spare;
        now[0] = i;
        for (size_t j = 1; j <= b.n; j++) {
            bool same = to_lower(a.p[i - 1]) == to_lower(b.p[j - 1]);
            bool swapped = i > 1 && j > 1 && to_lower(a.p[i - 1]) == to_lower(b.p[j - 2]) &&
                           to_lower(a.p[i - 2]) == to_lower(b.p[j - 1]);
            now[j] = least(above[j - 1] + !same, least(above[j], now[j - 1]) + 1);
            if (swapped)
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return now[b.n];
}

/* Near is at most one slip in three letters; what shares only that with a name is another word. */
static bool is_nearer(str name, str typed, size_t *smallest)
{
    if (name.n > LONGEST || typed.n > LONGEST)
        return false;
    size_t slips = distance(typed, name);
    if (slips >= *smallest || slips * 3 > (typed.n > name.n ? typed.n : name.n))
        return false;
    *smallest = slips;
    return true;
}

str names_nearest(const struct names *t, str typed)
{
    str nearest = STR_NONE;
    size_t smallest = LONGEST;
    for (size_t i = 0; i < t->count; i++)
        if (is_nearer(t->rows[i].name, typed, &smallest))
            nearest = t->rows[i].name;
    return nearest;
}

str names_nearest_of(const str *all, size_t count, str typed)
{
    str nearest = STR_NONE;
    size_t smallest = LONGEST;
    for (size_t i = 0; i < count; i++)
        if (is_nearer(all[i], typed, &smallest))
            nearest = all[i];
    return nearest;
}

const char *names_list(const struct names *t, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < t->count; i++) {
        str name = t->rows[i].name;
        size_t comma = i ? 2 : 0;
        if (n + comma + name.n >= room)
            break;
        memcpy(out + n, ", ", comma);
        memcpy(out + n + comma, name.p, name.n);
        n += comma + name.n;
    }
    if (room)
        out[n] = 0;
    return out;
}
