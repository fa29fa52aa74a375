/* SPDX-License-Identifier: ISC */
/*
 * net/read_file.c - reading a file of the user's
 */
#include "net/read_file.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

bool read_file_head(const char *path, size_t max, struct buf *out, bool *more, struct err *e)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char piece[4096];
    buf_init(out, max);
    *more = false;
    if (!f)
        return err_set(e, ERR_SYSTEM, "opening '%.150s': %s", path, strerror(errno));
    for (size_t n; !*more && (n = fread(piece, 1, sizeof piece, f)) > 0;) {
        size_t fits = n < max - out->n ? n : max - out->n;
        buf_add(out, (str){ piece, fits });
        *more = fits < n;
    }
    bool bad = ferror(f) != 0;
    if (f != stdin)
        fclose(f);
    if (bad)
        return err_set(e, ERR_SYSTEM, "reading '%.150s': %s", path, strerror(errno));
    return buf_ok(out) || err_set(e, ERR_MEMORY, "no memory for '%.150s'", path);
}

bool read_whole_file(const char *path, size_t max, struct buf *out, struct err *e)
{
    bool more;
    if (!read_file_head(path, max, out, &more, e))
        return false;
    return !more || err_set(e, ERR_LIMIT, "'%.150s' is larger than %zu octets", path, max);
}
