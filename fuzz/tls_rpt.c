/* SPDX-License-Identifier: ISC */
/* URIs that were taken are parts of the record, and of the two kinds that are reported to. */
#include "domain/tls_rpt.h"
#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str txt = { (const char *)data, size }, uris[TLS_RPT_URIS_MAX];
    size_t count = 99;
    bool ok = tls_rpt_read(txt, uris, &count);
    assert(count <= TLS_RPT_URIS_MAX);
    assert(!ok || (tls_rpt_is_record(txt) && count > 0));
    for (size_t i = 0; i < count; i++) {
        assert(uris[i].p >= txt.p && uris[i].p + uris[i].n <= txt.p + txt.n);
        assert(str_starts_nocase(uris[i], STR("mailto:")) ||
               str_starts_nocase(uris[i], STR("https://")));
    }
    return 0;
}
