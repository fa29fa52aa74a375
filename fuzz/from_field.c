/* SPDX-License-Identifier: ISC */
/* What is found is an address of at most its room; a login's readers give slices of what they read. */
#include "mock/from_field.h"
#include "mock/sasl_seen.h"
#include <assert.h>

static void inside(str part, str whole)
{
    assert(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size }, user = STR_NONE, digest = STR_NONE;
    char room[MOCK_FROM_MAX];
    str from = mock_from_field(text, room);
    assert(from.n <= sizeof room && (from.n == 0 || from.p == room));
    assert(from.n == 0 || str_find_octet(from, '@') != STR_NOT_FOUND);
    assert(str_find_octet(from, '\n') == STR_NOT_FOUND);
    inside(mock_seen_token_user(text), text);
    if (mock_seen_cram(text, &user, &digest)) {
        inside(user, text);
        inside(digest, text);
        assert(!mock_seen_cram_is(STR("<1@x>"), STR("secret"), STR("")));
        (void)mock_seen_cram_is(STR("<1@x>"), STR("secret"), digest);
    }
    return 0;
}
