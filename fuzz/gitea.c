/* SPDX-License-Identifier: ISC */
/* Any text as app.ini of Gitea; and what is written for the same. */
#include "settings_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    write_once("gitea");
    return fuzz("gitea", data, size);
}
