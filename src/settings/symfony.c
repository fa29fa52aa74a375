/* SPDX-License-Identifier: ISC */
/*
 * settings/symfony.c - Symfony Mailer
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "Symfony Mailer: not written yet");
}

const struct settings_program SETTINGS_SYMFONY = {
    .name = STR_INIT("symfony"),
    .title = STR_INIT("Symfony Mailer"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 XOAUTH2"),
    .file = STR_INIT(".env"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
