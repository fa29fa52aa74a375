/* SPDX-License-Identifier: ISC */
#include "cmd/print.h"
#include "cmd/cmd.h"
#include <stdio.h>

int command_print(bool ok, struct buf *b)
{
    ok = ok && fwrite(b->p ? b->p : "", 1, b->n, stdout) == b->n && fflush(stdout) == 0;
    buf_done(b);
    if (!ok)
        fputs("baton: the text could not be written\n", stderr);
    return ok ? 0 : EXIT_USAGE;
}

int cmd_version(int argc UNUSED, char **argv UNUSED)
{
    struct buf b;
    buf_init(&b, 256);
    return command_print(buf_add(&b, STR("baton " BATON_VERSION "\n")), &b);
}
