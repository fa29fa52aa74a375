/* SPDX-License-Identifier: ISC */
/*
 * net/library.h - a shared library that few runs need, loaded when it is
 */
#ifndef BATON_NET_LIBRARY_H
#define BATON_NET_LIBRARY_H
#include "base/attr.h"
#include <stdbool.h>

struct net_symbol {
    const char *name;
    void *function; /* the address of a pointer to a function */
    size_t size;    /* of that pointer */
};
/* All of them or nothing that may be called. The library stays until the program ends. */
bool net_library_load(const char *file, const struct net_symbol *symbols, size_t count) MUST_CHECK;
#endif
