/* SPDX-License-Identifier: ISC */
/*
 * settings/compose.c - Docker Compose
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "Docker Compose: not written yet");
}

const struct settings_program SETTINGS_COMPOSE = {
    .name = STR_INIT("compose"),
    .title = STR_INIT("Docker Compose"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("compose.yaml"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
