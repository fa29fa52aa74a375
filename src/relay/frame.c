/* SPDX-License-Identifier: ISC */
#include "relay/frame.h"
#include <string.h>

void frame_reader_init(struct frame_reader *r)
{
    buf_init(&r->buf, 2 * (FRAME_HEAD + FRAME_MAX));
    r->done = 0;
}

void frame_reader_done(struct frame_reader *r)
{
    buf_done(&r->buf);
}

static str rest_of(const struct frame_reader *r)
{
    return str_skip(buf_str(&r->buf), r->done);
}

/* What was given out makes room once it is the greater part, so that many small frames cost what they are long. */
bool frame_reader_feed(struct frame_reader *r, str octets, struct err *e)
{
    if (r->done && r->done >= r->buf.n - r->done) {
        buf_drop(&r->buf, r->done);
        r->done = 0;
    }
    return buf_add(&r->buf, octets) ||
           err_set(e, ERR_LIMIT, "more than %d octets came while a request was answered",
                   FRAME_MAX);
}

bool frame_reader_midway(const struct frame_reader *r)
{
    return rest_of(r).n > 0;
}

static size_t length_of(str head)
{
    size_t n = 0;
    for (size_t i = 0; i < FRAME_HEAD; i++)
        n = n << 8 | (unsigned char)head.p[i];
    return n;
}

/* Jansson goes as deep as 2,048; nothing that we say does. */
static bool too_deep(str json)
{
    size_t depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < json.n; i++) {
        char c = json.p[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']') && depth)
            depth--;
        if (depth > FRAME_DEPTH)
            return true;
    }
    return false;
}

static bool broken(struct err *e, const char *what)
{
    return err_set(e, ERR_SYNTAX, "a frame of the control socket %s", what);
}

enum frame_read frame_reader_next(struct frame_reader *r, json_t **out, struct err *e)
{
    str rest = rest_of(r);
    if (rest.n < FRAME_HEAD)
        return FRAME_MORE;
    size_t length = length_of(rest);
    if (length == 0 || length > FRAME_MAX) {
        broken(e, length ? "is longer than 1 MiB" : "is empty");
        return FRAME_BROKEN;
    }
    if (rest.n - FRAME_HEAD < length)
        return FRAME_MORE;
    str json = str_take(str_skip(rest, FRAME_HEAD), length);
    json_t *o = too_deep(json) ? NULL : json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
    if (!json_is_object(o)) {
        json_decref(o);
        broken(e, "is no JSON object");
        return FRAME_BROKEN;
    }
    r->done += FRAME_HEAD + length;
    *out = o;
    return FRAME_READ;
}

static int add_octets(const char *octets, size_t n, void *out)
{
    return buf_add(out, (str){ octets, n }) ? 0 : -1;
}

bool frame_write(const json_t *object, struct buf *out)
{
    static const char NO_LENGTH[FRAME_HEAD];
    size_t before = out->n;
    if (out->failed)
        return false;
    buf_add(out, (str){ NO_LENGTH, FRAME_HEAD });
    size_t start = out->n;
    if (!buf_ok(out) || json_dump_callback(object, add_octets, out, JSON_COMPACT) != 0 ||
        out->n - start > FRAME_MAX) {
        out->n = before;
        out->failed = false;
        return false;
    }
    size_t length = out->n - start;
    for (size_t i = 0; i < FRAME_HEAD; i++)
        out->p[before + i] = (char)(length >> 8 * (FRAME_HEAD - 1 - i));
    return true;
}
