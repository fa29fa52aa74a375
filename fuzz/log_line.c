/* SPDX-License-Identifier: ISC */
/* Lines of a log, one after the other: every slice can be read, and what is told of a line follows from it. */
#include "explain/log_line.h"
#include <assert.h>

static volatile unsigned seen;

static void touch(str s)
{
    for (size_t i = 0; i < s.n; i++)
        seen += (unsigned char)s.p[i];
}

static void check(const struct log_line *l)
{
    const str all[] = { l->program, l->host, l->session,    l->queue_id,      l->client_name,
                        l->helo,    l->from, l->to,         l->user,          l->mechanism,
                        l->words,   l->by,   l->by_address, l->client_address };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        touch(all[i]);
    assert(l->code == 0 || (l->code >= 200 && l->code < 600));
    assert(l->event != LOG_LINE_FOREIGN || l->dialect == DIALECT_NONE);
    assert(!l->null_sender || str_eq(l->from, STR("<>")));
    struct arena memory;
    arena_init(&memory, 1 << 20);
    str words = log_line_words(l, &memory);
    assert(!words.p || words.n <= l->words.n);
    touch(words);
    seen += (unsigned)log_words_hash(l->words, 1) + log_line_facts(l);
    arena_done(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct log_reader r = { .year = 2024, .latest_s = 1706696430 };
    str rest = { (const char *)data, size };
    while (rest.n) {
        struct log_line l;
        log_line_read(&r, str_cut(&rest, '\n'), &l);
        check(&l);
    }
    return 0;
}
