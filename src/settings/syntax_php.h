/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_php.h - PHP source read as settings, and changed in place
 * Owns    the reader: constants, variables, properties, method calls and array elements become items; strings
 *         with PHP's own escapes and interpolation, concatenation, conditions as far as they are known.
 * Speaks  the language reference of PHP 8.2 (Types > Strings, Expressions, Control Structures).
 * Leaves  running anything: what is not a plain value stays SETTINGS_ITEM_CODE. A condition that cannot be known
 *         by reading is read as if it held, and marked.
 *
 * Items, by example (section, key, value):
 *     define('A', 'x');  const A = 'x';        "", "A", "x"
 *     $a = 'x';                                "", "$a", "x"
 *     $mail->Host = 'x';                       "$mail", "Host", "x"
 *     $mail->setFrom('x', 'y');                "$mail", "setFrom()", "x"; "$mail", "setFrom()2", "y"
 *     $c = ['a' => 'x', 'b' => ['d' => true]]  "$c", "a", "x"; "$c.b", "d", "true"
 *     $c['b']['d'] = true;                     "$c.b", "d", "true"
 *     return ['a' => 'x'];                     "return", "a", "x"
 *     define('A', 'y'), again                  "defined again", "A", "y": PHP keeps the first
 * A value of SETTINGS_ITEM_QUOTED is a string to PHP; "true", "false", "null" and numbers without it are those.
 */
#ifndef BATON_SETTINGS_SYNTAX_PHP_H
#define BATON_SETTINGS_SYNTAX_PHP_H
#include "settings/change.h"
#include "settings/reader.h"

/* Levels of brackets, blocks and operators; octets of one string that is put together; files that include one
 * another. */
enum { PHP_DEPTH = 160, PHP_STRING_MAX = 1 << 16, PHP_INCLUDES = 6 };

enum php_kind { PHP_CODE, PHP_STRING, PHP_NUMBER, PHP_BOOL, PHP_NULL, PHP_ARRAY };

/* Where a value comes from when it does not stand in the file. */
struct php_reference {
    enum settings_secret kind; /* ENV, FILE */
    str name;
};
struct php_fact {
    enum php_kind kind;
    bool conditional; /* it stands under a condition that cannot be known by reading */
    const struct php_reference *reference;
};

struct php;
/* Reads f, and the files it includes, into items. NULL: the file is broken, or no memory. Lives in r->arena. */
struct php *php_read(struct settings_reading *r, const struct settings_file *f, struct err *e);
/* One more file, which PHP reads after the first. */
bool php_read_more(struct php *p, const struct settings_file *f, struct err *e);
/* What PHP thinks of the item. Never NULL for an item of this reading. */
const struct php_fact *php_fact_of(const struct php *p, const struct settings_item *item);
/* 1: true to PHP; 0: false; -1: it cannot be known. item NULL: -1. */
int php_truth(const struct php *p, const struct settings_item *item);
/* True: there is no "<?php" in the file, so PHP would print it and do nothing. */
bool php_is_only_text(str text);

/* The secret: a literal, or the reference it is got by. */
void php_take_secret(const struct php *p, struct settings_reading *r, struct settings_item *item);
/* "false" in quotes, where a boolean belongs, is true to PHP: a mistake. */
void php_boolean(const struct php *p, struct settings_reading *r, const struct settings_item *item);
/* Mistakes of the language that bear on fields said: an eaten $ in a string, a variable that is not set here, a
 * condition, a constant defined twice, no "<?php". */
void php_mistakes(const struct php *p, struct settings_reading *r);

/* ---- writing ------------------------------------------------------------------------------------------------- */
/* 'literal', getenv('NAME'), trim(file_get_contents('PATH')), or 'YOUR-PASSWORD' where it is asked for. */
void php_add_secret(struct buf *out, const struct settings *s);
/* The octets between at and at + n become text; n 0: it is put in front. */
void php_replace(struct settings_changes *out, const struct settings_file *f, size_t at, size_t n,
                 str text);
/* Where a new statement can stand behind the statement that holds the item: at the begin of the next line, or right
 * behind the semicolon. */
size_t php_behind(const struct settings_item *item);
/* The blanks in front of the line that holds the item. */
str php_indent_of(const struct settings_item *item);
#endif
