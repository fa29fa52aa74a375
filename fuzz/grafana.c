/* SPDX-License-Identifier: ISC */
/* Any text as an ini file of Grafana; and what is written for the same. */
#include "settings_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    write_once("grafana");
    return fuzz("grafana", data, size);
}
