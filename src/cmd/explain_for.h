/* SPDX-License-Identifier: ISC */
/*
 * cmd/explain_for.h - settings for one program, out of a text: --for
 * Owns    what to set by the text's own settings and what its cause asks for, or by a provider's row. Nothing of it
 *         was tried, and it says so.
 */
#ifndef BATON_CMD_EXPLAIN_FOR_H
#define BATON_CMD_EXPLAIN_FOR_H
#include "explain/explain.h"
#include "settings/settings.h"

struct explain_for {
    const struct settings_program *program;
    str text;  /* in the program's syntax; empty: it cannot be written, and basis says why */
    str basis; /* where it comes from, in sentences */
};
/* False: memory is short. Slices live as long as memory. */
bool explain_for(const struct explanation *x, const struct settings_program *p,
                 struct arena *memory, struct explain_for *out) MUST_CHECK;
#endif
