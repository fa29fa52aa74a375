/* SPDX-License-Identifier: ISC */
/*
 * spool/beside.h - one sync at a time on a thread of its own, while its caller does something else
 * Threads One caller.
 */
#ifndef BATON_SPOOL_BESIDE_H
#define BATON_SPOOL_BESIDE_H
#include "base/attr.h"
#include <stdbool.h>

struct beside;
/* sync(user, fd) is called on the thread: 0, or what errno said. NULL with errno: there is no thread. */
struct beside *beside_new(int (*sync)(void *user, int fd), void *user) MUST_CHECK;
void beside_free(struct beside *b); /* waits for what was begun */
void beside_begin(struct beside *b, int fd);
/* What became of the one that was begun last: 0, or what errno said; waits for it. Again and again the same. */
int beside_end(struct beside *b);
#endif
