/* SPDX-License-Identifier: ISC */
/* Frames of the control socket are the same however the stream is cut, and what was read is written and read again. */
#include "relay/frame.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES = 64 };

struct told {
    json_t *frames[FRAMES];
    size_t count;
    enum frame_read end;
    bool fed;
};

static void take(struct frame_reader *r, struct told *t)
{
    struct err e;
    while (t->count < FRAMES &&
           (t->end = frame_reader_next(r, &t->frames[t->count], &e)) == FRAME_READ)
        t->count++;
    assert(t->end != FRAME_BROKEN || e.why[0]);
}

static void tell(str stream, size_t piece, struct told *t)
{
    struct frame_reader r;
    struct err e;
    frame_reader_init(&r);
    *t = (struct told){ .end = FRAME_MORE, .fed = true };
    while (t->fed && stream.n && t->end == FRAME_MORE) {
        t->fed = frame_reader_feed(&r, str_take(stream, piece), &e);
        stream = str_skip(stream, piece);
        if (t->fed)
            take(&r, t);
    }
    if (t->end == FRAME_MORE && !frame_reader_midway(&r))
        assert(t->count <= FRAMES);
    frame_reader_done(&r);
}

static void again(const json_t *o)
{
    struct buf b;
    struct frame_reader r;
    struct err e;
    json_t *back;
    buf_init(&b, 2 * FRAME_MAX);
    if (frame_write(o,
                    &b)) { /* a number may be longer when it is written, and the frame too long */
        frame_reader_init(&r);
        assert(frame_reader_feed(&r, buf_str(&b), &e));
        assert(frame_reader_next(&r, &back, &e) == FRAME_READ && !frame_reader_midway(&r));
        assert(json_equal(back, o));
        json_decref(back);
        frame_reader_done(&r);
    }
    struct buf small;
    buf_init(&small, b.n / 2); /* no room: nothing is appended */
    assert(!frame_write(o, &small) && small.n == 0);
    buf_done(&small);
    buf_done(&b);
}

/* Frames that were given out make room for more. */
static void without_end(void)
{
    static const char FRAME[] = "\0\0\0\x2{}";
    struct frame_reader r;
    struct err e;
    json_t *o;
    char *much = calloc(1, 2 * (FRAME_HEAD + FRAME_MAX) + 1);
    assert(much);
    frame_reader_init(&r);
    for (int i = 0; i < 3; i++) {
        assert(frame_reader_feed(&r, (str){ FRAME, 6 }, &e));
        assert(frame_reader_next(&r, &o, &e) == FRAME_READ);
        json_decref(o);
    }
    assert(!frame_reader_feed(&r, (str){ much, 2 * (FRAME_HEAD + FRAME_MAX) + 1 }, &e));
    frame_reader_done(&r);
    free(much);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool once;
    struct told whole, pieces;
    if (size == 0 || size > 1 << 16)
        return 0;
    if (!once)
        without_end();
    once = true;
    str stream = { (const char *)data + 1, size - 1 };
    tell(stream, SIZE_MAX, &whole);
    tell(stream, data[0] % 7 + 1, &pieces);
    assert(whole.count == pieces.count && (whole.count == FRAMES || whole.end == pieces.end));
    for (size_t i = 0; i < whole.count; i++) {
        assert(json_equal(whole.frames[i], pieces.frames[i]));
        again(whole.frames[i]);
        json_decref(whole.frames[i]);
        json_decref(pieces.frames[i]);
    }
    return 0;
}
