/* SPDX-License-Identifier: ISC */
/* Any text as nullmailer's remotes. */
#include "settings_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    write_once("nullmailer");
    return fuzz("nullmailer", data, size);
}
