/* SPDX-License-Identifier: ISC */
/*
 * settings/nullmailer.c - nullmailer
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "nullmailer: not written yet");
}

const struct settings_program SETTINGS_NULLMAILER = {
    .name = STR_INIT("nullmailer"),
    .title = STR_INIT("nullmailer"),
    .mechanisms = STR_INIT("PLAIN LOGIN"),
    .file = STR_INIT("/etc/nullmailer/remotes"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
