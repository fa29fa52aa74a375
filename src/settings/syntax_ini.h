/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_ini.h - the ini files of go-ini, which Gitea, Forgejo and Grafana read theirs with
 * Owns    reading one into items, with its quotes, continuations and comments; replacing %(NAME)s; writing a
 *         value so that it is read again as it was.
 * Speaks  gopkg.in/ini.v1 with its default options, and with IgnoreContinuation:
 *           # and ; begin a comment at the begin of a line, and anywhere in a value that does not stand in
 *           `backquotes` or three double quotes, also within a pair of plain quotes; those two quotes end
 *           at the last of them on the line, or go on over lines; plain quotes are dropped when they are
 *           the first and last character and stand nowhere between; = and : both end a key.
 */
#ifndef BATON_SETTINGS_SYNTAX_INI_H
#define BATON_SETTINGS_SYNTAX_INI_H
#include "settings/change.h"
#include "settings/reader.h"

enum syntax_ini_bits {
    SYNTAX_INI_CONTINUES = 1 << 0, /* a backslash at the end of a line takes in the next */
};

/* Adds an item a key; keys above the first section have the empty section. False with the place where go-ini
 * gives up the whole file. */
bool syntax_ini_read(struct settings_reading *r, const struct settings_file *f, unsigned bits,
                     struct err *e) MUST_CHECK;

/* The key as the program finds it, in a section, or in those that it lies in: [a.b] also looks into [a]. */
struct settings_item *syntax_ini_item(struct settings_reading *r, str section, str key);
/* The same, with %(NAME)s replaced by keys of its section, or of no section. */
struct settings_item *syntax_ini_value(struct settings_reading *r, str section, str key);

/* 1, 0, or -1 where go-ini takes the value for neither, which is as if the key were not there. */
int syntax_ini_truth(str value);

/* Appends the value as it must stand there. False where no quote can hold it, or where %(...)s in it would be
 * replaced. */
bool syntax_ini_quote(struct buf *out, const char *title, str value, struct err *e) MUST_CHECK;
/* The same, in the arena. */
bool syntax_ini_quoted(struct arena *a, const char *title, str value, str *out,
                       struct err *e) MUST_CHECK;

/* settings_set() with the value in its quotes; a key that is not there is added below the section's last one. */
bool syntax_ini_set(const struct settings_reading *r, struct settings_changes *out,
                    const char *title, str section, const char *key, str value,
                    struct err *e) MUST_CHECK;
/* The item's value with another address in it: "The shop <old@...>" keeps its name. */
str syntax_ini_new_address(struct arena *a, const struct settings_item *item, str address);
/* Where the section is not there: the row's whole text, behind the end of the file. */
bool syntax_ini_add_whole(const struct settings_reading *r, const struct settings *wanted,
                          bool (*write)(const struct settings *, struct buf *, struct err *),
                          struct settings_changes *out, struct err *e) MUST_CHECK;
#endif
