/* SPDX-License-Identifier: ISC */
/*
 * settings/reader.h - what the readers of programs share
 * Owns    adding items, taking fields from them, wishing for files and variables, words for yes and no.
 */
#ifndef BATON_SETTINGS_READER_H
#define BATON_SETTINGS_READER_H
#include "base/err.h"
#include "settings/reading.h"

/* The first file, the one that the user named. */
static inline const struct settings_file *settings_main_file(const struct settings_reading *r)
{
    return &r->files[0];
}

/* A file that another names, or that often lies beside it (".env" beside a compose file): NULL while it is wished
 * for, and when it is absent. Whether its absence is a mistake is the reader's to say. */
const struct settings_file *settings_file_named(struct settings_reading *r, str path,
                                                const struct settings_file *from);
/* The same for one that need not be there. */
const struct settings_file *settings_file_if_there(struct settings_reading *r, str path,
                                                   const struct settings_file *from);
/* True with the value where it is known. */
bool settings_variable(struct settings_reading *r, str name, str *value);

/* The place of n octets at `at` in the file's text. */
struct settings_place settings_place_of(const struct settings_file *f, size_t at, size_t n);

/* Strings must live as long as the arena or the files. NULL: the maximum, or no memory; the reading goes on. */
struct settings_item *settings_add_item(struct settings_reading *r, str section, str key, str value,
                                        struct settings_place place, unsigned how);
/* The last of that key, since that is the one most programs take; section STR_NONE: of any. NULL: none. Marks all
 * of the same section and key as known. Case counts, or not. */
struct settings_item *settings_item_named(struct settings_reading *r, str section, str key);
struct settings_item *settings_item_nocase(struct settings_reading *r, str section, str key);
/* The reader knows this key, which may not be there: for "did you mean". The two above say it themselves. It must
 * live as long as the arena. */
void settings_key(struct settings_reading *r, str key);

/* Says that a field was said there. */
void settings_said(struct settings_reading *r, enum settings_field field,
                   struct settings_item *item);
/* Sets found.attempt's field from the item's value (host, user, from, header_from, helo, to, source, port, ca_file),
 * and says so. A port that is no number, or another broken value, is a mistake of the list. item NULL does nothing. */
void settings_take(struct settings_reading *r, enum settings_field field,
                   struct settings_item *item);
/* A literal secret, unless the item is code or lost its content. */
void settings_take_secret(struct settings_reading *r, struct settings_item *item);
void settings_take_reference(struct settings_reading *r, struct settings_item *item,
                             enum settings_secret kind, str text);

/* The file is broken here: false, "main.cf:12:3: what". */
bool settings_broken(const struct settings_file *f, size_t at, struct err *e, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

/* "Anna <anna@example.org>", or the bare address: the address. A part of the text. */
str settings_address(str text);

/* 1, 0, or -1 for neither: "1 yes true on" and "0 no false off" and nothing. */
int settings_truth(str value);
#endif
