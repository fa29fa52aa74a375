/* SPDX-License-Identifier: ISC */
/*
 * settings/grafana.c - Grafana
 */
#include "settings/writers.h"

static bool write(const struct settings *s UNUSED, struct buf *out UNUSED, struct err *e)
{
    return err_set(e, ERR_SYNTAX, "Grafana: not written yet");
}

const struct settings_program SETTINGS_GRAFANA = {
    .name = STR_INIT("grafana"),
    .title = STR_INIT("Grafana"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("/etc/grafana/grafana.ini"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("; "),
    .comment_end = STR_INIT(""),
    .write = write,
};
