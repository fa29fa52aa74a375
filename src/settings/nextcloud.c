/* SPDX-License-Identifier: ISC */
/*
 * settings/nextcloud.c - Nextcloud
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "Nextcloud: not written yet");
}

const struct settings_program SETTINGS_NEXTCLOUD = {
    .name = STR_INIT("nextcloud"),
    .title = STR_INIT("Nextcloud"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("config/config.php"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("// "),
    .comment_end = STR_INIT(""),
    .write = write,
};
