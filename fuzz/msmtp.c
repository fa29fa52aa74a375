/* SPDX-License-Identifier: ISC */
/* Any text as msmtp's file. */
#include "settings_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    write_once("msmtp");
    return fuzz("msmtp", data, size);
}
