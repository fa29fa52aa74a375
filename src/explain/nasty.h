/* SPDX-License-Identifier: ISC */
/*
 * explain/nasty.h - for tests: the longest text there may be, of one unit again and again
 */
#ifndef BATON_EXPLAIN_NASTY_H
#define BATON_EXPLAIN_NASTY_H
#include "explain/said.h"

#include <stdlib.h>
#include <string.h>

/* Gives each text of EXPLAIN_TEXT_MAX octets to a reader: it must come back, with no more than a page holds. */
static inline void nasty_texts(const char *const *units, size_t count,
                               void (*reader)(struct explain_page *), size_t room_octets)
{
    char *text = malloc(EXPLAIN_TEXT_MAX);
    assert_non_null(text);
    for (size_t u = 0; u < count; u++) {
        size_t unit = strlen(units[u]);
        for (size_t i = 0; i < EXPLAIN_TEXT_MAX; i++)
            text[i] = units[u][i % unit];
        struct arena memory;
        arena_init(&memory, room_octets);
        struct explain_page p = { .memory = &memory, .plain = { text, EXPLAIN_TEXT_MAX } };
        reader(&p);
        assert_true(p.count <= EXPLAIN_SAID_MAX);
        arena_done(&memory);
    }
    free(text);
}
#endif
