/* SPDX-License-Identifier: ISC */
/*
 * net/read_file.h - a whole file, up to a maximum
 */
#ifndef BATON_NET_READ_FILE_H
#define BATON_NET_READ_FILE_H
#include "base/buf.h"
#include "base/err.h"

/* "-" is standard input. out is initialised here; the caller frees it either way. The error names the
 * file and what stopped it. */
bool read_whole_file(const char *path, size_t max, struct buf *out, struct err *e) MUST_CHECK;
/* The same, and what lies behind max octets is not read: *more says whether there is any. */
bool read_file_head(const char *path, size_t max, struct buf *out, bool *more,
                    struct err *e) MUST_CHECK;
#endif
