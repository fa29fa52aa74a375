/* SPDX-License-Identifier: ISC */
/* smtpd.conf, and behind it what it includes and its table of logins. */
#include "mta.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mta_one("opensmtpd", data, size);
    return 0;
}
