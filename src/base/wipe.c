/* SPDX-License-Identifier: ISC */
#include "base/wipe.h"
#include <string.h>

void secret_wipe(void *p, size_t n)
{
    if (n)
        explicit_bzero(p, n);
}
