/* SPDX-License-Identifier: ISC */
/* Any text as code with a transport of Nodemailer; and what is written for the same. */
#include "settings_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    write_once("nodemailer");
    return fuzz("nodemailer", data, size);
}
