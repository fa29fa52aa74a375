/* SPDX-License-Identifier: ISC */
/* Any text as a .env file or YAML with Symfony's DSN. */
#include "settings_change.h"

/* What is written goes through, or says why not. */
static void write_all(const char *program)
{
    for (size_t i = 0; i < COUNT_OF(WANTED); i++) {
        struct err e = { .kind = ERR_NONE };
        struct buf out;
        buf_init(&out, SETTINGS_TEXT_MAX);
        if (!settings_write(settings_program_named(str_from(program)), &WANTED[i], &out, &e))
            assert(e.why[0]);
        buf_done(&out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        write_all("symfony");
    return fuzz("symfony", data, size);
}
