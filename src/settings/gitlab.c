/* SPDX-License-Identifier: ISC */
/*
 * settings/gitlab.c - GitLab (omnibus)
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "GitLab (omnibus): not written yet");
}

const struct settings_program SETTINGS_GITLAB = {
    .name = STR_INIT("gitlab"),
    .title = STR_INIT("GitLab (omnibus)"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("/etc/gitlab/gitlab.rb"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
