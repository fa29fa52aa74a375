/* SPDX-License-Identifier: ISC */
/*
 * settings/apple_mail.c - Apple Mail
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "Apple Mail: not written yet");
}

const struct settings_program SETTINGS_APPLE_MAIL = {
    .name = STR_INIT("apple-mail"),
    .title = STR_INIT("Apple Mail"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 NTLM"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT(""),
    .comment_end = STR_INIT(""),
    .write = write,
};
