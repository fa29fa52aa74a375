/* SPDX-License-Identifier: ISC */
/* The lines, joined again, are the octets; however they are cut. The first two octets say how, and how often each piece
 * comes, so that lines pass their maximum. */
#include "cmd/log_lines.h"
#include <assert.h>

enum { OUT_MAX = 32 << 20, TIMES_MAX = 3000 };

struct seen {
    struct buf out;
    size_t lines;
};

static bool keep(void *user, str line, struct err *e)
{
    struct seen *s = user;
    (void)e;
    assert(line.n <= LOG_LINE_MAX && str_find_octet(line, '\n') == STR_NOT_FOUND);
    s->lines++;
    return buf_add(&s->out, line) && buf_addc(&s->out, '\n');
}

static void read_all(str octets, size_t times, size_t step, struct seen *s, uint64_t *cut)
{
    struct log_lines l;
    struct err e;
    buf_init(&s->out, OUT_MAX);
    s->lines = 0;
    log_lines_init(&l, keep, s);
    for (size_t i = 0; i < times; i++)
        for (str rest = octets; rest.n; rest = str_skip(rest, step))
            assert(log_lines_feed(&l, str_take(rest, step), &e));
    assert(log_lines_end(&l, &e) && log_lines_end(&l, &e) && !l.rest.n);
    *cut = l.cut;
    log_lines_done(&l);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen once, again;
    uint64_t cut, cut_again;
    if (size < 3)
        return 0;
    str octets = { (const char *)data + 2, size - 2 };
    size_t times = octets.n < 64 ? 1 + data[1] * 16U % TIMES_MAX : 1;
    read_all(octets, times, octets.n, &once, &cut);
    read_all(octets, times, 1 + data[0] % 61, &again, &cut_again);
    assert(cut == cut_again && once.lines == again.lines && cut <= once.lines);
    assert(str_eq(buf_str(&once.out), buf_str(&again.out)));
    buf_done(&once.out);
    buf_done(&again.out);
    return 0;
}
