/* SPDX-License-Identifier: ISC */
/* Recipients and fields keep to their maximum; values are on one line. */
#include "mail/dsn.h"
#include <assert.h>

static void check(struct mail_dsn_typed t)
{
    assert(str_find_octet(t.value, '\n') == STR_NOT_FOUND);
    assert(str_find_octet(t.type, ';') == STR_NOT_FOUND);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena memory;
    struct mail_dsn d;
    arena_init(&memory, 64 << 20);
    if (mail_dsn_read((str){ (const char *)data, size }, &memory, &d, NULL)) {
        assert(d.count <= MAIL_DSN_RECIPIENTS_MAX &&
               (d.left_out == 0 || d.count == MAIL_DSN_RECIPIENTS_MAX));
        check(d.reporting_mta);
        size_t others = d.others_count;
        for (size_t i = 0; i < d.count; i++) {
            check(d.recipients[i].final);
            check(d.recipients[i].diagnostic);
            others += d.recipients[i].others_count;
        }
        assert(others <= MAIL_DSN_OTHERS_MAX);
    }
    arena_done(&memory);
    return 0;
}
