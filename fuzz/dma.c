/* SPDX-License-Identifier: ISC */
/* Any text as dma.conf. */
#include "settings_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    write_once("dma");
    return fuzz("dma", data, size);
}
