/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_yaml.h - a YAML file as a tree of nodes with their places
 * Owns    the tree: built by libyaml, with a maximum on depth and nodes; anchors, aliases, merge keys.
 * Leaves  what a plain scalar is (a number, a boolean) to yaml_plain_*, and that only where asked.
 */
#ifndef BATON_SETTINGS_SYNTAX_YAML_H
#define BATON_SETTINGS_SYNTAX_YAML_H
#include "settings/reader.h"

enum { YAML_DEPTH = 48, YAML_NODES = 32768 };

enum yaml_kind { YAML_SCALAR, YAML_MAP, YAML_LIST };
struct yaml {
    enum yaml_kind kind;
    bool plain;   /* a scalar without quotes and without a tag */
    bool tagged;  /* a scalar with a tag and without quotes: !x */
    str value;    /* of a scalar, decoded */
    size_t at, n; /* octets of it as written, quotes and all; of a map or list: where it begins */
    struct yaml *first; /* child; of a map the key, behind it its value, and so on */
    struct yaml *next;
};

/* The first document of the file; NULL with out where it is empty. False where it is broken: file, line, column. An
 * alias is the very node that it names. */
bool yaml_read(struct settings_reading *r, const struct settings_file *f, const struct yaml **out,
               struct err *e) MUST_CHECK;

/* The value of a key of a map, merge keys (<<) looked into; NULL: no such key, or no map. */
const struct yaml *yaml_get(const struct yaml *map, str key);

/* What a plain scalar of an integer is in decimal, as YAML 1.1 has it: 0123 is 83, 0x1f 31, 1_000 1000. False: the scalar
 * is no integer, or it is the same in decimal. */
bool yaml_plain_integer(const struct yaml *y, long long *value);
bool yaml_is_null(const struct yaml *y);

/* Appends the value in quotes, or without where none are needed. False: it is not UTF-8. */
bool yaml_quote(str value, struct buf *out, struct err *e) MUST_CHECK;
#endif
