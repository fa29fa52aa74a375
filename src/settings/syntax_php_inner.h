/* SPDX-License-Identifier: ISC */
/*
 * settings/syntax_php_inner.h - what the parts of the PHP reader share
 */
#ifndef BATON_SETTINGS_SYNTAX_PHP_INNER_H
#define BATON_SETTINGS_SYNTAX_PHP_INNER_H
#include "settings/syntax_php.h"

/* Statements, and expressions, of one reading: far more than a settings file has. */
enum { PHP_STATEMENTS = 1 << 15 };
enum { PHP_SLOTS = 1 << 14, PHP_PATH_MAX = 256 };

struct php_value {
    enum php_kind kind;
    str text; /* decoded; "true", "false", "null" */
    unsigned how;
    bool absent; /* a variable of the environment that is not set here: false to PHP */
    const struct php_reference *reference;
    size_t at, n; /* as written */
};
/* A constant, variable, property or element. */
struct php_name {
    str section, key;
    bool broken;  /* a part of it cannot be known */
    bool element; /* key is that of an array's element, not of a property */
};
struct php {
    struct settings_reading *r;
    struct err *e;
    bool failed;
    const struct settings_file *f;
    str text; /* of the file */
    size_t at;
    unsigned depth, includes;
    unsigned conditional,
        dead;             /* conditions around that are not known, and that are known not to hold */
    unsigned alternative; /* "if (...):" that wait for their endif */
    bool elsewhere;       /* a file was not followed: constants may come from it */
    size_t statements, values; /* met so far */
    str returns;               /* the section of a returned array */
    size_t room;               /* octets of strings that may still be put together */
    uint16_t *slots;           /* item index + 1 by section and key */
    struct php_fact *facts;    /* as r->items */
};

/* syntax_php.c */
void php_fail(struct php *p, size_t at, const char *what);
bool php_deeper(struct php *p); /* false: too deep, and failed; else give it back with p->depth-- */
const struct settings_item *php_find(const struct php *p, struct php_name name);
void php_add(struct php *p, struct php_name name, const struct php_value *v);
void php_include(struct php *p, str path, str returns);
void php_block(struct php *p); /* behind its { */

/* syntax_php_lex.c */
bool php_at(const struct php *p, const char *word); /* these octets stand here */
char php_peek(const struct php *p, size_t ahead);
void php_space(struct php *p); /* over blanks and comments */
bool php_starts_name(char c);
static inline bool is_octet_blank(char c)
{
    return c == ' ' || c == '\t';
}
str php_word(struct php *p); /* a name with its namespace, or nothing */
bool php_eat(struct php *p, char c);
bool php_is_one_of(str word, const char *const *words,
                   size_t n); /* small letters; case does not matter */
void php_skip(struct php *p,
              const char *until);      /* to one of these octets outside of brackets and strings */
void php_skip_brackets(struct php *p); /* from an open one to behind its end */
void php_html(struct php *p);          /* to behind the next <?php */

/* syntax_php_string.c */
struct php_value php_single(struct php *p);
struct php_value php_double(struct php *p);
struct php_value php_heredoc(struct php *p);
/* A value of text that was put together; CODE where there is no room. */
struct php_value php_made(struct php *p, str text, unsigned how);

/* syntax_php_value.c */
struct php_value php_value(struct php *p, str path);
int php_value_truth(const struct php_value *v);
/* $a, $a->b, $a['b']; stops in front of a call. */
struct php_name php_variable(struct php *p);
struct php_value php_lookup(struct php *p, struct php_name name);
str php_join(struct php *p, str section, str key, const char *between);
/* The section of what lies below a name. */
str php_joined(struct php *p, struct php_name name);
#endif
