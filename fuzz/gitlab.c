/* SPDX-License-Identifier: ISC */
/* Any text as gitlab.rb; and what is written for the same. */
#include "settings_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    write_once("gitlab");
    return fuzz("gitlab", data, size);
}
