/* SPDX-License-Identifier: ISC */
/* Any text as PHP source: of PHPMailer, or behind a first octet of its own, of WordPress or Nextcloud. */
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
    if (!size) {
        write_all("phpmailer");
        write_all("wordpress");
        write_all("nextcloud");
    }
    if (size && data[0] == 'w')
        return fuzz("wordpress", data + 1, size - 1);
    if (size && data[0] == 'n')
        return fuzz("nextcloud", data + 1, size - 1);
    return fuzz("phpmailer", data, size);
}
