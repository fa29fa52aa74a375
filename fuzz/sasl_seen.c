/* SPDX-License-Identifier: ISC */
/* The readers of a login give slices of what they read. */
#include "mock/sasl_seen.h"
#include <assert.h>

static void inside(str part, str whole)
{
    assert(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size }, user = STR_NONE, digest = STR_NONE;
    inside(mock_seen_token_user(text), text);
    if (mock_seen_cram(text, &user, &digest)) {
        inside(user, text);
        inside(digest, text);
        assert(!mock_seen_cram_is(STR("<1@x>"), STR("secret"), STR("")));
        (void)mock_seen_cram_is(STR("<1@x>"), STR("secret"), digest);
    }
    return 0;
}
