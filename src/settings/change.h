/* SPDX-License-Identifier: ISC */
/*
 * settings/change.h - lines of a user's own file, changed and nothing else
 * Owns    a list of changes: some octets of a file replaced by others; putting them into the text.
 * Leaves  writing the file, and the copy of it, to the caller.
 */
#ifndef BATON_SETTINGS_CHANGE_H
#define BATON_SETTINGS_CHANGE_H
#include "settings/reading.h"

enum { SETTINGS_CHANGES = 64 };

struct settings_change {
    const struct settings_file *file;
    size_t at, n; /* the octets replaced; n 0: put in front of `at` */
    str text;
};
struct settings_changes {
    struct arena *arena;
    struct settings_change rows[SETTINGS_CHANGES];
    size_t count;
    bool failed; /* too many, or no memory */
};

/* What must change in the files of a reading so that the program does as wanted. Only what differs from
 * r->found is touched. A wanted secret of kind ASKED leaves the secret as it is. False with a reason where the
 * program has no change(), or a value cannot be said. */
bool settings_change(const struct settings_reading *r, const struct settings *wanted,
                     struct settings_changes *out, struct err *e) MUST_CHECK;

/* Reads the files again as they would be, and says whether they mean what was wanted: false with the first field that
 * they would not. The variables are as they were; files that are named newly are not there. */
bool settings_change_holds(const struct settings_reading *r, const struct settings *wanted,
                           const struct settings_changes *c, struct err *e) MUST_CHECK;

/* For rows' change(): key's value becomes `written` (quotes and all) where the last item of section and key
 * stands; where there is none, `line` (a whole one, with its LF) is put behind the last line of the section, or at
 * the end of file f, with the line ends of the file. NULL line: nothing is added. */
void settings_set(const struct settings_reading *r, struct settings_changes *out,
                  const struct settings_file *f, str section, str key, str written, str line);
/* The lines of all items of section and key go. */
void settings_unset(const struct settings_reading *r, struct settings_changes *out, str section,
                    str key);
/* The same for one item, wherever it stands; NULL does nothing. */
void settings_set_item(struct settings_changes *out, const struct settings_item *item, str written);
void settings_unset_item(struct settings_changes *out, const struct settings_item *item);
/* Puts a line (a whole one, with its LF) behind the one in which item stands. */
void settings_add_behind(struct settings_changes *out, const struct settings_item *item, str line);
bool settings_differs(const struct settings_reading *r, const struct settings *wanted,
                      enum settings_field field);

/* Appends the file's text with its changes; false when two of them overlap, or out is full. */
bool settings_changed_text(const struct settings_changes *c, const struct settings_file *f,
                           struct buf *out) MUST_CHECK;
#endif
