/* SPDX-License-Identifier: ISC */
/*
 * settings/dma.c - dma
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "dma: not written yet");
}

const struct settings_program SETTINGS_DMA = {
    .name = STR_INIT("dma"),
    .title = STR_INIT("dma"),
    .mechanisms = STR_INIT("LOGIN CRAM-MD5"),
    .file = STR_INIT("/etc/dma/dma.conf"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
