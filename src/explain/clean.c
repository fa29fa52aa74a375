/* SPDX-License-Identifier: ISC */
/*
 * explain/clean.c - pasted octets as plain text
 */
#include "explain/clean.h"

bool explain_clean(str octets, struct arena *memory, str *plain, unsigned *cleaned, struct err *e)
{
    str copy = arena_dup(memory, octets);
    if (!copy.p)
        return err_set(e, ERR_MEMORY, "no memory for a text of %zu octets", octets.n);
    *plain = copy;
    *cleaned = 0;
    return true;
}

str explain_fold(str plain, struct arena *memory)
{
    return arena_dup(memory, plain);
}
