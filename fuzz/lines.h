/* SPDX-License-Identifier: ISC */
/*
 * fuzz/lines.h - inputs that are lines: changed by whole lines too, and not only by octets
 * For harnesses whose reader takes a dialogue: what is behind `head` octets is lines. Include it once, with
 * LINES[] defined before: pieces that a peer may say, line ends included or left out on purpose.
 */
#ifndef BATON_FUZZ_LINES_H
#define BATON_FUZZ_LINES_H
#include "base/str.h"
#include <stddef.h>
#include <stdint.h>
#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);

static unsigned lines_next(unsigned *seed)
{
    *seed = *seed * 1103515245u + 12345u;
    return *seed >> 8;
}

/* Where a line begins, chosen by chance: from `from` on; size where the last one ends. */
static size_t lines_begin(const uint8_t *data, size_t size, size_t from, unsigned *seed)
{
    size_t at = from + lines_next(seed) % (size - from + 1);
    while (at > from && data[at - 1] != '\n')
        at--;
    return at;
}

static size_t lines_end(const uint8_t *data, size_t size, size_t begin)
{
    const uint8_t *lf = memchr(data + begin, '\n', size - begin);
    return lf ? (size_t)(lf - data) + 1 : size;
}

/* Puts octets in the place of those from begin to end; the new size, or the old one where there is no room. */
static size_t lines_put(uint8_t *data, size_t size, size_t max, size_t begin, size_t end, str by)
{
    if (size - (end - begin) + by.n > max)
        return size;
    memmove(data + begin + by.n, data + end, size - end);
    memcpy(data + begin, by.p, by.n);
    return size - (end - begin) + by.n;
}

static size_t lines_mutate(uint8_t *data, size_t size, size_t max, size_t head, const str *lines,
                           size_t count, unsigned seed)
{
    char kept[512];
    if (size <= head || lines_next(&seed) % 3 == 0)
        return LLVMFuzzerMutate(data, size, max);
    size_t begin = lines_begin(data, size, head, &seed), end = lines_end(data, size, begin);
    size_t to = lines_begin(data, size, head, &seed);
    str line = lines[lines_next(&seed) % count];
    str old = str_take((str){ (const char *)data + begin, end - begin }, sizeof kept);
    memcpy(kept, old.p, old.n);
    old.p = kept;
    switch (lines_next(&seed) % 8) {
    case 0: return lines_put(data, size, max, begin, end, line);
    case 1: return lines_put(data, size, max, begin, end, STR(""));
    case 2: return lines_put(data, size, max, to, to, old); /* said again */
    case 3: /* a little more behind the line, or before its end */
        return lines_put(data, size, max, end, end,
                         str_take(line, lines_next(&seed) % (line.n + 1)));
    case 4: data[lines_next(&seed) % head] ^= (uint8_t)(1u << lines_next(&seed) % 8); return size;
    default: return lines_put(data, size, max, begin, begin, line);
    }
}
#endif
