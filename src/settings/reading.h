/* SPDX-License-Identifier: ISC */
/*
 * settings/reading.h - a program's own files, read into what it would really do
 * Owns    the reading: files and variables given, those still wished for, every key that was met, the settings
 *         that follow, where each was said, the mistakes that can be seen.
 * Leaves  opening files to the caller: a reader that meets an include, a password map, a variable asks for it
 *         by settings_file_named() and settings_variable(), and is called again, from the beginning, until it
 *         wishes for nothing more.
 *
 *     settings_reading_init(&r, &arena, NULL);
 *     settings_give_file(&r, path, text);
 *     do {
 *         if (!settings_read(&r, &e)) ...            the file is broken: e names file, line, column
 *         fill in r.files[i] and r.variables[i] that are wished for
 *     } while (r.wishes);
 */
#ifndef BATON_SETTINGS_READING_H
#define BATON_SETTINGS_READING_H
#include "base/arena.h"
#include "settings/mistakes.h"
#include "settings/settings.h"

enum {
    SETTINGS_FILES = 24,
    SETTINGS_FILE_MAX = 1 << 20, /* octets of one file */
    SETTINGS_VARIABLES = 64,
    SETTINGS_ITEMS = 8192,
    SETTINGS_KEYS = 160,
    SETTINGS_MISTAKES = 64,
    SETTINGS_ACCOUNTS = 64
};

enum settings_answer {
    SETTINGS_WISHED, /* nobody has looked yet */
    SETTINGS_GIVEN,
    SETTINGS_ABSENT /* why says what stopped it */
};

/* path as it is written in the file that names it. One that is relative lies beside `from`; "~/" is the home of
 * whoever runs the program. Names and octets belong to the caller or the arena. */
struct settings_file {
    str path;
    const struct settings_file *from; /* that names it; NULL: the one the user named */
    enum settings_answer answer;
    str text;
    str why;
    bool optional; /* often it is not there, and that is nothing to tell */
    /* Made by settings_read(), so that the line of an octet is found without counting from the beginning. */
    const struct settings_mark *marks;
};
struct settings_variable {
    str name;
    enum settings_answer answer;
    str value;
    str from; /* where it was found, for people: "the environment of this command" */
};

/* A part of a file. line and column count from 1, the column in octets. file NULL: nowhere. */
struct settings_place {
    const struct settings_file *file;
    uint32_t line, column;
    size_t at, n; /* octets of the value as it is written, quotes and all */
};

enum settings_field {
    SETTINGS_HOST,
    SETTINGS_PORT,
    SETTINGS_SECURITY,
    SETTINGS_LOGIN, /* the switch, or the mechanism */
    SETTINGS_USER,
    SETTINGS_SECRET,
    SETTINGS_FROM, /* reverse-path, or the only From there is */
    SETTINGS_HEADER_FROM,
    SETTINGS_TO,
    SETTINGS_HELO,
    SETTINGS_SOURCE,
    SETTINGS_VERIFY,
    SETTINGS_CA,
    SETTINGS_FIELDS
};
extern const struct names SETTINGS_FIELD_NAMES; /* "host" "port" ... */

/* What became of a value between the file and the program. */
enum settings_item_how {
    SETTINGS_ITEM_QUOTED = 1 << 0,   /* stood in quotes, which are gone */
    SETTINGS_ITEM_EXPANDED = 1 << 1, /* a reference in it was replaced */
    SETTINGS_ITEM_LOST =
        1 << 2, /* a reference in it names nothing, and nothing is put there: an eaten $ */
    SETTINGS_ITEM_CODE =
        1 << 3, /* an expression, which cannot be known by reading; value is as written */
    SETTINGS_ITEM_CUT =
        1 << 4 /* a comment sign or a blank ended it, and more stands behind on the line */
};
/* One setting of a file, as the program would see it. */
struct settings_item {
    str section; /* "account work", "mailer", "services.web.environment"; empty: none */
    str key;
    str value; /* decoded: quotes, escapes and references of the syntax are gone */
    unsigned how;
    struct settings_place place; /* of the value as written */
    bool known;                  /* the reader knows what it means */
};

struct settings_reading {
    struct arena *arena;
    const struct settings_program *program; /* given, or found by shape */
    str account; /* asked for; empty: the one that the program would take */
    struct settings_file files[SETTINGS_FILES];
    size_t file_count;
    struct settings_variable variables[SETTINGS_VARIABLES];
    size_t variable_count;
    /* What follows is made anew by each settings_read(). */
    size_t wishes;
    bool items_full, files_full, variables_full; /* something found no place any more */
    struct settings found;
    const struct settings_item *said[SETTINGS_FIELDS]; /* where; NULL: nowhere */
    struct settings_item *items;
    size_t item_count;
    str keys[SETTINGS_KEYS]; /* those that the reader knows, for "did you mean" */
    size_t key_count;
    str accounts[SETTINGS_ACCOUNTS]; /* where a file has several: their names */
    size_t account_count;
    str account_taken;
    struct settings_mistake mistakes[SETTINGS_MISTAKES];
    size_t mistake_count;
};

/* program NULL: by the shape of the first file. */
void settings_reading_init(struct settings_reading *r, struct arena *a,
                           const struct settings_program *program);
/* The first is the one that the user named. False: more than SETTINGS_FILES. */
bool settings_give_file(struct settings_reading *r, str path, str text) MUST_CHECK;

/* The program whose file this most likely is; NULL where none, or more than one, comes into question; e says which. */
const struct settings_program *settings_program_of_file(str path, str text, struct err *e);

/* Reads, and looks for mistakes once nothing is wished for. False with file, line and column where a file is
 * broken or is not the program's, or where there is more in it than can be held (SETTINGS_ITEMS, the arena). An include that is not there, a reference that names nothing, is no failure
 * but a mistake of the list. */
bool settings_read(struct settings_reading *r, struct err *e) MUST_CHECK;

/* "main.cf:12"; nothing where the place is nowhere. */
void settings_add_place(const struct settings_place *p, struct buf *out);
#endif
