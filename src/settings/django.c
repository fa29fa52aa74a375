/* SPDX-License-Identifier: ISC */
/*
 * settings/django.c - Django
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "Django: not written yet");
}

const struct settings_program SETTINGS_DJANGO = {
    .name = STR_INIT("django"),
    .title = STR_INIT("Django"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("settings.py"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
