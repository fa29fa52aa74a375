/* SPDX-License-Identifier: ISC */
/*
 * settings/parts.h - several files in one text
 * Owns    the heading that begins a file inside a text: a comment line that holds its whole path and nothing in
 *         front of it ("# /etc/postfix/sasl_passwd", and behind the path nothing, a colon or a blank and words).
 *         So a row's writer shows all files of a program at once, and its reader takes them as they are pasted.
 * Leaves  which paths a program has, and what a line of it looks like, to its reader.
 */
#ifndef BATON_SETTINGS_PARTS_H
#define BATON_SETTINGS_PARTS_H
#include "settings/reader.h"

/* A stretch of a file: [at, end). file NULL: none. */
struct settings_part {
    const struct settings_file *file;
    size_t at, end;
};

static inline str settings_part_text(const struct settings_part *p)
{
    return p->file ? str_take(str_skip(p->file->text, p->at), p->end - p->at) : STR_NONE;
}

/* The path of a heading line; empty: it is none. */
str settings_heading(str line);

/* The first file's own part: up to the first heading that is none of its own. own says whether the first line of
 * content behind a heading could stand in that file: then the heading is a comment like any other. */
struct settings_part settings_main_part(const struct settings_reading *r, bool (*own)(str line));

/* A file that the program reads, by its path: the part of the first file under its heading, where it has one; else
 * the file itself, wished for as with settings_file_named(). A path without a leading / lies beside the first
 * file, and is met by a heading with the same name at its end. */
struct settings_part settings_part_named(struct settings_reading *r, str path);
#endif
