/* SPDX-License-Identifier: ISC */
/*
 * settings/env_scan.h - what the dialects of settings/syntax_env.h share among themselves
 * Owns    the place in the text, the value that is being read, references and what they stand for.
 */
#ifndef BATON_SETTINGS_ENV_SCAN_H
#define BATON_SETTINGS_ENV_SCAN_H
#include "settings/syntax_env.h"

struct env_scan {
    struct settings_reading *r;
    const struct settings_file *f;
    enum env_dialect dialect;
    str section;
    size_t first; /* of r->items, that this file added */
    str text;
    size_t at;
    struct buf value; /* decoded so far */
    unsigned how;     /* bits of enum settings_item_how */
    unsigned references;
    struct err *e;
};

static inline bool env_more(const struct env_scan *s)
{
    return s->at < s->text.n;
}
/* The octet `ahead` of the place; NUL behind the end. */
static inline char env_peek(const struct env_scan *s, size_t ahead)
{
    return s->text.n - s->at > ahead ? s->text.p[s->at + ahead] : '\0';
}
static inline bool is_blank_octet(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}
static inline bool is_line_octet(char c)
{
    return c == '\n' || c == '\r';
}
static inline bool is_name_octet(char c)
{
    return is_alnum(c) || c == '_';
}

/* Octets of the white space at `at`, of Unicode too; 0: none. Line ends count. */
size_t env_space_at(str text, size_t at);
/* Without white space of Unicode at its end, line ends too. */
str env_trim_end(str text);
/* The name there: a letter or _, then letters, digits and _. */
str env_name_at(str text, size_t at);
void env_skip_blanks(struct env_scan *s);
void env_skip_space(struct env_scan *s);  /* and line ends */
void env_to_line_end(struct env_scan *s); /* in front of CR or LF */
bool env_word(struct env_scan *s,
              str word); /* goes over it if it stands there and white space behind it */
/* CR LF and CR become LF. */
void env_add_lines(struct env_scan *s, str raw);

/* Ends the value: an item. The octets are those of the value as written. */
bool env_item(struct env_scan *s, str key, size_t at, size_t n);
/* A line that is skipped. */
bool env_skipped(struct env_scan *s, size_t at, size_t n, const char *why);
bool env_broken(struct env_scan *s, size_t at, const char *what);
/* What the name stands for; false: nothing. */
bool env_lookup(struct env_scan *s, str name, str *value);

/* The dialects. */
bool env_read_python(struct env_scan *s);
bool env_read_compose(struct env_scan *s);
bool env_read_docker(struct env_scan *s);
bool env_read_node(struct env_scan *s);
bool env_read_symfony(struct env_scan *s);
bool env_read_php(struct env_scan *s);
bool env_read_shell(struct env_scan *s);
bool env_read_systemd(struct env_scan *s);
#endif
