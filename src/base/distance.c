/* SPDX-License-Identifier: ISC */
#include "base/distance.h"
#include <string.h>

enum { LONGEST = 64 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned name_distance(str a, str b, unsigned limit)
{
    unsigned rows[3][LONGEST + 1]; /* the row before the last, the last, this one */
    if (a.n > LONGEST || b.n > LONGEST)
        return limit + 1;
    for (unsigned k = 0; k <= b.n; k++)
        rows[1][k] = k;
    for (unsigned i = 1; i <= a.n; i++) {
        unsigned *now = rows[2], *last = rows[1], *before = rows[0];
        now[0] = i;
        for (unsigned k = 1; k <= b.n; k++) {
            char x = to_lower(a.p[i - 1]), y = to_lower(b.p[k - 1]);
            now[k] = least(last[k - 1] + (x != y), 1 + least(last[k], now[k - 1]));
            if (i > 1 && k > 1 && x == to_lower(b.p[k - 2]) && y == to_lower(a.p[i - 2]))
                now[k] = least(now[k], before[k - 2] + 1);
        }
        memcpy(rows[0], rows[1], sizeof rows[0]);
        memcpy(rows[1], rows[2], sizeof rows[1]);
    }
    return least(rows[1][b.n], limit + 1);
}
