/* SPDX-License-Identifier: ISC */
/*
 * relay/frame.h - what goes over the control socket, in both directions
 * Owns    the form: four octets of length, most significant first, then that many of JSON: one object.
 * Leaves  the socket to relay/control.c and to cmd/control_client.c, and what an object says to both.
 */
#ifndef BATON_RELAY_FRAME_H
#define BATON_RELAY_FRAME_H
#include "base/buf.h"
#include "base/err.h"
#include <jansson.h>

enum { FRAME_HEAD = 4, FRAME_MAX = 1 << 20, FRAME_DEPTH = 16 };

struct frame_reader {
    struct buf buf;
    size_t done; /* octets at its front that were given out */
};
void frame_reader_init(struct frame_reader *r);
void frame_reader_done(struct frame_reader *r);
/* False: there is no memory, or more than a frame waits unread: read first. */
bool frame_reader_feed(struct frame_reader *r, str octets, struct err *e) MUST_CHECK;
enum frame_read { FRAME_READ, FRAME_MORE, FRAME_BROKEN };
/* FRAME_READ: *out is the caller's. FRAME_BROKEN: nothing behind it can be read; e says why. */
enum frame_read frame_reader_next(struct frame_reader *r, json_t **out, struct err *e) MUST_CHECK;
/* Is there a part of a frame? */
bool frame_reader_midway(const struct frame_reader *r);
/* Appends a frame. False: no memory, or more than FRAME_MAX; then nothing was appended. */
bool frame_write(const json_t *object, struct buf *out) MUST_CHECK;
#endif
