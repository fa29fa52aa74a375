/* SPDX-License-Identifier: ISC */
/*
 * conf/conf.h - our own rule and settings files, read against rows of a schema
 * Owns    the syntax, the values with their places, the check against the schema, and every error with file, line,
 *         column and the nearest name that would have been right.
 * Leaves  opening files to the caller, and what values mean beyond their kind to whoever owns the schema.
 *
 *     hostname = "relay.example.org"                      # a remark
 *     permit "printers" { network = {"192.168.1.0/24"}  rate = "100/h"  sender = owned }
 *
 * A value is a word, a number, a text in double quotes, or a list of them in braces. In a text only \" and \\ are
 * escapes and nothing is expanded; it ends on its line. A key that stands twice in one block is an error.
 */
#ifndef BATON_CONF_CONF_H
#define BATON_CONF_CONF_H
#include "base/arena.h"
#include "base/err.h"
#include "base/names.h"

enum {
    CONF_FILE_MAX = 16 << 20, /* octets of a file */
    CONF_ERRORS = 20          /* that are told of one file */
};

/* Bits, since a key may take more than one kind. */
enum conf_kind {
    CONF_WORD = 1 << 0,
    CONF_NUMBER = 1 << 1,
    CONF_TEXT = 1 << 2,
    CONF_LIST = 1 << 3 /* of the other kinds that the key takes; one value alone is a list of one */
};

struct conf_place {
    uint32_t line, column; /* from 1; the column in octets */
};
struct conf_value {
    enum conf_kind kind; /* of a list: that of its items */
    struct conf_place place;
    str text; /* decoded; of a number its digits */
    uint64_t number;
};

/* One row a key. */
struct conf_key {
    str name;
    unsigned kinds;
    const struct names *words; /* those that a CONF_WORD may be; NULL: any */
    uint64_t least, most;      /* of a CONF_NUMBER; both 0: any */
    bool required;
    str means;    /* one sentence, for the manual page */
    str fallback; /* what holds where it is not said, for the manual page */
};
struct conf_section {
    str name;      /* empty: what stands outside of all blocks */
    bool labelled; /* permit "label" { ... }; labels of one kind of block differ */
    const struct conf_key *keys;
    size_t key_count;
    str means;
};
/* A word of other programs' files, and what says the same here. */
struct conf_foreign {
    str word; /* in any case */
    const char *here;
};
struct conf_schema {
    const struct conf_section *const *sections;
    size_t count;
    const struct conf_foreign *foreign; /* NULL: none */
    size_t foreign_count;
};

struct conf_entry {
    const struct conf_key *key;
    struct conf_place place;
    const struct conf_value *values; /* one, or those of a list */
    size_t count;
};
struct conf_block {
    const struct conf_section *section;
    str label;
    struct conf_place place;
    const struct conf_entry *entries; /* in the order of the file */
    size_t entry_count;
    const struct conf_block *next;
};
struct conf_error {
    struct conf_place place;
    str why; /* a sentence without a full stop, octets of the file escaped */
};
struct conf_file {
    str path;
    const struct conf_block
        *blocks; /* in the order of the file; what stands outside of all is the first */
    struct conf_error errors[CONF_ERRORS];
    size_t error_count;
};

/* Reads text; everything in out lives in the arena, or in text. False with errors in out, and the first of them, with
 * its file and line, in e. */
bool conf_read(str path, str text, const struct conf_schema *schema, struct arena *a,
               struct conf_file *out, struct err *e) MUST_CHECK;

/* NULL: the key is not said there. */
const struct conf_entry *conf_entry(const struct conf_block *b, str key);
/* For what only the owner of a schema can see: adds to out->errors, and says false. */
bool conf_wrong(struct conf_file *out, struct arena *a, struct conf_place place, const char *fmt,
                ...) PRINTF_LIKE(4, 5);
/* "FILE:12:3: why" of the first error. False. */
bool conf_first_error(const struct conf_file *f, struct err *e);
#endif
