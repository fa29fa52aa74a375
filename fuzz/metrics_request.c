/* SPDX-License-Identifier: ISC */
/* What a request of the metrics deserves does not change by what follows it, and only GET /metrics gets them. */
#include "relay/metrics_request.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str all = { (const char *)data, size };
    unsigned first = 0;
    for (size_t n = 0; n <= size && !first; n++)
        first = relay_metrics_status(str_take(all, n));
    unsigned status = relay_metrics_status(all);
    assert(status == first);
    assert(status != 200 || str_starts(all, STR("GET /metrics")));
    assert(relay_metrics_reason(status)[0]);
    return 0;
}
