/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_python.h - assignments of a Python file, as far as they can be known by reading
 * Owns    statements NAME = value at the left edge: strings of all kinds, numbers, True, False, None, names assigned
 *         before, variables by os.environ, os.getenv, env(), config(); a file's or a command's output.
 * Leaves  running anything to Python: what is none of these is code.
 */
#ifndef BATON_SETTINGS_SYNTAX_PYTHON_H
#define BATON_SETTINGS_SYNTAX_PYTHON_H
#include "settings/reader.h"

enum python_kind {
    PYTHON_CODE,
    PYTHON_TEXT,
    PYTHON_NUMBER, /* of digits */
    PYTHON_TRUE,
    PYTHON_FALSE,
    PYTHON_NOTHING, /* None */
    PYTHON_TUPLE
};
struct python_value {
    enum python_kind kind;
    str text;     /* decoded; of code as written */
    unsigned how; /* bits of enum settings_item_how */
    str variable; /* of the environment, that it is alone; known: it is set */
    bool known;
    enum settings_secret
        from; /* FILE, COMMAND: text is the path or the command, and the value what they hold */
};
struct python_name {
    struct settings_item *item;
    struct python_value value;
};
enum { PYTHON_NAMES = 1024, PYTHON_DEPTH = 24 };
struct python_file {
    struct python_name names[PYTHON_NAMES];
    size_t count;
    str conditional; /* a name that is assigned in a block only where some condition holds */
};

/* Adds an item a name, section empty. The .env beside it, where the file says that it reads one, is section ".env". */
bool python_read(struct settings_reading *r, const struct settings_file *f, struct python_file *out,
                 struct err *e) MUST_CHECK;
/* The last of that name; NULL: none. */
const struct python_name *python_named(const struct python_file *p, str name);

/* Appends the value as a string of Python; false: it is not UTF-8. */
bool python_quote(str value, struct buf *out, struct err *e) MUST_CHECK;
#endif
