/* SPDX-License-Identifier: ISC */
/*
 * settings/mobileconfig.c - Apple configuration profile
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "Apple configuration profile: not written yet");
}

const struct settings_program SETTINGS_MOBILECONFIG = {
    .name = STR_INIT("mobileconfig"),
    .title = STR_INIT("Apple configuration profile"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 NTLM"),
    .file = STR_INIT(""),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("<!-- "),
    .comment_end = STR_INIT(" -->"),
    .write = write,
};
