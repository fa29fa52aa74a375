/* SPDX-License-Identifier: ISC */
/*
 * Any text as the file of any program: the first line is its name, "-" stands for its shape. What all rows share is
 * covered here; each has a harness of its own beside.
 */
#include "settings_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[32] = "";
    str rest = { (const char *)data, size };
    str first = str_take(str_cut(&rest, '\n'), sizeof name - 1);
    for (size_t i = 0; i < first.n; i++)
        name[i] = first.p[i];
    const struct settings_program *p = settings_program_named(str_from(name));
    if (!rest.p || (!str_eq(first, STR("-")) && !p))
        return 0;
    return fuzz(name, (const uint8_t *)rest.p, rest.n);
}
