/* SPDX-License-Identifier: ISC */
/* update-exim4.conf.conf, and behind it the macros and passwd.client. */
#include "mta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mta_one("exim", data, size);
    return 0;
}
