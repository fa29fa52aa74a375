/* SPDX-License-Identifier: ISC */
/*
 * base/attr.h - what the compiler is told about our functions
 * Owns    the attribute macros, and AUTO: cleanup written once, where a thing is born.
 */
#ifndef BATON_BASE_ATTR_H
#define BATON_BASE_ATTR_H
#include <stddef.h>

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
#define UNUSED            __attribute__((unused))

/* AUTO(fn) T x: fn(&x) runs on every way out of the block. */
#define AUTO(fn) __attribute__((cleanup(fn)))

/* Defines a cleanup function for a handle: AUTO_FREE(smtp_reader_freep, struct smtp_reader,
 * smtp_reader_free) makes AUTO(smtp_reader_freep) work on a struct smtp_reader *. */
#define AUTO_FREE(name, type, free_fn)                                                             \
    UNUSED static inline void name(type **p)                                                       \
    {                                                                                              \
        free_fn(*p);                                                                               \
    }

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#endif
