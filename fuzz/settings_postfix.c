/* SPDX-License-Identifier: ISC */
/* main.cf, and behind it the tables and master.cf that it leads to. */
#include "mta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mta_one("postfix", data, size);
    return 0;
}
