/* SPDX-License-Identifier: ISC */
/* A record that can be used has a usage that SMTP takes and a digest of the right length. */
#include "domain/tlsa.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tlsa t;
    tlsa_read((str){ (const char *)data, size }, &t);
    assert(names_of(&TLSA_FAULT_NAMES, (int)t.fault).n > 0);
    assert(t.data.n < size || t.data.n == 0);
    if (t.fault != TLSA_FINE)
        return 0;
    assert((t.usage == 2 || t.usage == 3) && t.selector <= 1 && t.matching <= 2);
    assert(t.data.n + 3 == size);
    assert(t.matching == 0 || t.data.n == (t.matching == 1 ? 32 : 64));
    return 0;
}
