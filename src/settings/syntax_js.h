/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_js.h - the object literals of JavaScript, TypeScript, JSON and JSON5
 * Owns    every object literal of a file with its properties, and the values of those that can be known by
 *         reading: strings of all kinds, numbers, booleans, process.env.NAME with its default, names that were
 *         given such a value above, and small expressions of these (Number(...), parseInt(...), ===, ?:, ||, ??).
 * Leaves  which of the objects matters to the row. Whatever else stands in the file is passed over.
 */
#ifndef BATON_SETTINGS_SYNTAX_JS_H
#define BATON_SETTINGS_SYNTAX_JS_H
#include "settings/change.h"
#include "settings/reader.h"

enum {
    SYNTAX_JS_OBJECTS = 2048,
    SYNTAX_JS_PROPERTIES = 8192,
    SYNTAX_JS_NAMES = 512,
    SYNTAX_JS_CALLS = 32,
    SYNTAX_JS_DEPTH = 128
};

enum syntax_js_kind {
    SYNTAX_JS_UNDEFINED,
    SYNTAX_JS_NULL,
    SYNTAX_JS_BOOLEAN, /* "true" "false" */
    SYNTAX_JS_NUMBER,  /* decimal where it is a whole number */
    SYNTAX_JS_STRING,
    SYNTAX_JS_OBJECT,
    SYNTAX_JS_CODE /* text is as written */
};

struct syntax_js_value {
    enum syntax_js_kind kind;
    str text;     /* decoded */
    unsigned how; /* enum settings_item_how; LOST: a variable in it is not known */
    str variable; /* the last process.env.NAME that it needs; empty: none */
};

struct syntax_js_property {
    uint32_t object;
    uint32_t child; /* of an object literal: its index and 1 */
    str key;
    struct syntax_js_value value;
    struct settings_place place; /* of the value */
    size_t key_at;
};

struct syntax_js_object {
    uint32_t parent; /* index and 1; 0: it lies in none */
    str key;    /* of the property that it is the value of, or stands somewhere in the value of */
    str callee; /* of the call that it is an argument of: "createTransport" */
    unsigned argument;
    str name;     /* what it is assigned to, or the call is: "transporter", "exports", "default" */
    size_t at, n; /* with its braces */
    bool spreads; /* holds ...something */
};

/* A call of the function that was asked for. */
struct syntax_js_call {
    str name; /* what its result is assigned to */
    size_t at;
    uint32_t object; /* its first argument, an object literal or the name of one: index and 1 */
    struct syntax_js_value value; /* its first argument, when it is no object */
    struct settings_place place;
};

struct syntax_js_name {
    str name;
    size_t at; /* of its value */
};

struct syntax_js {
    struct settings_reading *r;
    const struct settings_file *file;
    struct syntax_js_object *objects;
    uint32_t object_count;
    struct syntax_js_property *properties;
    uint32_t property_count;
    struct syntax_js_name *names;
    uint32_t name_count;
    struct syntax_js_call calls[SYNTAX_JS_CALLS];
    uint32_t call_count;
    size_t work; /* spent on names that stand for others, in octets */
};

/* Reads the whole file; calls of `callee` are kept. What is beyond a maximum is left out. False with the place
 * where a comment, a string of an object or a template never ends, or brackets do not match within an object. */
bool syntax_js_read(struct settings_reading *r, const struct settings_file *f, str callee,
                    struct syntax_js *out, struct err *e) MUST_CHECK;

/* The last property of that key, as the language takes it; NULL: none. */
const struct syntax_js_property *syntax_js_property(const struct syntax_js *js, uint32_t object,
                                                    const char *key);
/* The last object that was given this name; its index and 1. */
uint32_t syntax_js_named(const struct syntax_js *js, str name);

/* As `if (x)` takes it. What cannot be known counts as false. */
bool syntax_js_truthy(const struct syntax_js_value *v);

/* Appends the value as a string literal in double quotes that holds any octets; those that are no UTF-8 cannot
 * stand there, and give false. Good for JSON too. */
bool syntax_js_quote(struct buf *out, str value) MUST_CHECK;
/* The property's value becomes `written`, or is added to the object. */
void syntax_js_set(const struct syntax_js *js, struct settings_changes *out, uint32_t object,
                   const char *key, str written);
#endif
