/* SPDX-License-Identifier: ISC */
/*
 * settings/mutt.c - mutt and NeoMutt
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "mutt and NeoMutt: not written yet");
}

const struct settings_program SETTINGS_MUTT = {
    .name = STR_INIT("mutt"),
    .title = STR_INIT("mutt and NeoMutt"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 DIGEST-MD5 XOAUTH2 OAUTHBEARER"),
    .file = STR_INIT("~/.muttrc"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
};
