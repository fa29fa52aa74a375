/* SPDX-License-Identifier: ISC */
/* Any text as prefs.js of Thunderbird; and what is written for the same. */
#include "settings_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    write_once("thunderbird-prefs");
    return fuzz("thunderbird", data, size);
}
