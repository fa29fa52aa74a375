/* SPDX-License-Identifier: ISC */
/*
 * cmd/settings_diff.h - what would change in a file, as a unified diff without context
 * Owns    the lines that go and the lines that come; hiding what must not be seen in them.
 * Leaves  context out on purpose: the lines beside may hold secrets of others.
 */
#ifndef BATON_CMD_SETTINGS_DIFF_H
#define BATON_CMD_SETTINGS_DIFF_H
#include "settings/change.h"

/* Octets of a file that are shown as `shown`. */
struct diff_hidden {
    const struct settings_file *file;
    size_t at, n;
    str shown;
};

/* Appends "--- path" and "+++ path" and a hunk for each line concerned; nothing where f does not change. Changes that
 * overlap are left out: settings_changed_text() refuses them. */
void settings_diff(const struct settings_changes *c, const struct settings_file *f, str path,
                   const struct diff_hidden *hidden, size_t hidden_count, struct buf *out);
#endif
