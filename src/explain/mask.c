/* SPDX-License-Identifier: ISC */
/*
 * explain/mask.c - secrets in a pasted text
 */
#include "explain/mask.h"

str explain_mask(str text, struct arena *memory, size_t *count)
{
    *count = 0;
    return arena_dup(memory, text);
}
