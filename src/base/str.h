/* SPDX-License-Identifier: ISC */
/*
 * base/str.h - text as a slice: a pointer and a length
 * Owns    the slice value and what can be asked of one without copying it.
 * Leaves  memory to whoever owns it: a slice never outlives that, and is not NUL-terminated.
 */
#ifndef BATON_BASE_STR_H
#define BATON_BASE_STR_H
#include "base/attr.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct str {
    const char *p;
    size_t n;
} str;

#define STR_INIT(lit)                                                                              \
    {                                                                                              \
        (lit), sizeof(lit) - 1                                                                     \
    } /* for static tables */
#define STR(lit) ((str)STR_INIT(lit))
#define STR_NONE ((str){ NULL, 0 })

/* For printf: "%.*s", STR_ARG(s). Only for text known to be printable: see base/escape.h. */
#define STR_ARG(s) (int)((s).n > 4096 ? 4096 : (s).n), (s).p ? (s).p : ""

str str_from(const char *nul_terminated); /* NULL gives the empty slice */
bool str_eq(str a, str b);
bool str_eq_nocase(str a, str b); /* ASCII letters only, as SMTP compares words */
bool str_starts(str s, str prefix);
bool str_starts_nocase(str s, str prefix);
bool str_ends_nocase(str s, str suffix);

#define STR_NOT_FOUND SIZE_MAX
size_t str_find(str s, str needle); /* offset of the first, or STR_NOT_FOUND */
size_t str_find_nocase(str s, str needle);
size_t str_find_octet(str s, char c);
size_t str_rfind_octet(str s, char c);

str str_skip(str s, size_t n); /* without the first n octets; empty when shorter */
str str_take(str s, size_t n); /* the first n octets at most */
str str_trim(str s);           /* without blanks, tabs, CR and LF at either end */

/* Cuts the part before sep off *rest and returns it; without sep the whole rest, which becomes
 * empty with p == NULL. A loop ends when rest->p is NULL. */
str str_cut(str *rest, char sep);

/* Decimal digits only, at most max; false leaves *out as it was. */
bool str_to_u64(str s, uint64_t max, uint64_t *out) MUST_CHECK;

bool str_is_ascii(str s);
bool str_is_utf8(str s); /* RFC 3629: no surrogates, no overlong forms */
/* Octets of the first UTF-8 character, and its code point; 0 when s is empty or begins broken. */
size_t str_utf8_first(str s, uint32_t *code_point) MUST_CHECK;

/* ASCII character classes, free of the locale. */
static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static inline bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool is_alnum(char c)
{
    return is_digit(c) || is_alpha(c);
}
static inline char to_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}
static inline char to_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}
#endif
