/* SPDX-License-Identifier: ISC */
/*
 * settings/device.c - Printer, scanner or NAS
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "Printer, scanner or NAS: not written yet");
}

const struct settings_program SETTINGS_DEVICE = {
    .name = STR_INIT("device"),
    .title = STR_INIT("Printer, scanner or NAS"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT(""),
    .comment_end = STR_INIT(""),
    .write = write,
};
