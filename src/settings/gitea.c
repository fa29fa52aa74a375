/* SPDX-License-Identifier: ISC */
/*
 * settings/gitea.c - Gitea and Forgejo
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "Gitea and Forgejo: not written yet");
}

const struct settings_program SETTINGS_GITEA = {
    .name = STR_INIT("gitea"),
    .title = STR_INIT("Gitea and Forgejo"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("app.ini"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("; "),
    .comment_end = STR_INIT(""),
    .write = write,
};
