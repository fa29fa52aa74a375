/* SPDX-License-Identifier: ISC */
/*
 * cmd/read_file.c - reading a file of the user's
 */
#include "cmd/read_file.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

bool read_whole_file(const char *path, size_t max, struct buf *out, struct err *e)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char piece[4096];
    buf_init(out, max);
    if (!f)
        return err_set(e, ERR_SYSTEM, "opening '%.150s': %s", path, strerror(errno));
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0 && buf_ok(out);)
        buf_add(out, (str){ piece, n });
    bool bad = ferror(f) != 0;
    if (f != stdin)
        fclose(f);
    if (bad)
        return err_set(e, ERR_SYSTEM, "reading '%.150s': %s", path, strerror(errno));
    return buf_ok(out) || err_set(e, ERR_LIMIT, "'%.150s' is larger than %zu octets", path, max);
}
