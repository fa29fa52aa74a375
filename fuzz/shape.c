/* SPDX-License-Identifier: ISC */
/* A repair changes something, leaves something, and undoes what it names as hardly ever meant. */
#include "base/password_shape.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str password = { (const char *)data, size };
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, 4 * size + 16);
    unsigned odd = password_anomalies(password);
    for (unsigned bit = 1; bit <= odd; bit <<= 1)
        assert(!(odd & bit) || password_anomaly_words((enum password_anomaly)bit).n > 0);
    bool repaired = password_repair(password, &out);
    assert(repaired == (out.n > 0));
    assert(!repaired || (odd && !str_eq(buf_str(&out), password)));
    return 0;
}
