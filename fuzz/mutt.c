/* SPDX-License-Identifier: ISC */
/* Any text as a muttrc. */
#include "settings_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    write_once("mutt");
    return fuzz("mutt", data, size);
}
