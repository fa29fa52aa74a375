/* SPDX-License-Identifier: ISC */
/*
 * settings/wordpress.c - WordPress (WP Mail SMTP)
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "WordPress (WP Mail SMTP): not written yet");
}

const struct settings_program SETTINGS_WORDPRESS = {
    .name = STR_INIT("wordpress"),
    .title = STR_INIT("WordPress (WP Mail SMTP)"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("wp-config.php"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("// "),
    .comment_end = STR_INIT(""),
    .write = write,
};
