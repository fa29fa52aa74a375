/* SPDX-License-Identifier: ISC */
/*
 * cmd/log_unpack.h - the octets of a log that may be packed
 * Owns    telling by the first octets, not by the name, what a file is; unpacking gzip, also several members one after
 *         the other, as zcat does.
 * Speaks  RFC 1952.
 */
#ifndef BATON_CMD_LOG_UNPACK_H
#define BATON_CMD_LOG_UNPACK_H
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

struct log_unpack; /* fields are in log_unpack.c */

/* plain gets what was unpacked, in pieces that are good for the call; false from it ends the reading. NULL: memory is
 * short. */
struct log_unpack *log_unpack_new(bool (*plain)(void *user, str octets, struct err *e),
                                  void *user) MUST_CHECK;
void log_unpack_free(struct log_unpack *u);
AUTO_FREE(log_unpack_freep, struct log_unpack, log_unpack_free)

/* False: packed octets are damaged, or of a kind that is not unpacked here; what could be read went to plain. The
 * sentence stands behind a file's name: "is ...". */
bool log_unpack_feed(struct log_unpack *u, str octets, struct err *e) MUST_CHECK;
/* False: the packed octets end too early. */
bool log_unpack_end(struct log_unpack *u, struct err *e) MUST_CHECK;
bool log_unpack_is_packed(const struct log_unpack *u);
uint64_t log_unpack_octets(const struct log_unpack *u); /* given to plain so far */
#endif
