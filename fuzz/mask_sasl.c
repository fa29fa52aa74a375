/* SPDX-License-Identifier: ISC */
/* Logins in a pasted text: whatever stands behind it, the response of PLAIN and both answers of LOGIN are gone; of any
 * other text what is shown is no longer than it was. */
#include "base/base64.h"
#include "explain/mask.h"
#include <assert.h>
#include <string.h>

static void login_is_gone(str before, str after, str text)
{
    struct arena memory;
    struct buf b;
    size_t count;
    arena_init(&memory, 16 << 20);
    buf_init(&b, 1 << 20);
    buf_add(&b, before);
    buf_add(&b, STR("\n"));
    if (buf_add(&b, text)) {
        str masked = explain_mask(buf_str(&b), &memory, &count);
        assert(masked.p && count > 0);
        assert(str_starts(masked, after));
    }
    buf_done(&b);
    arena_done(&memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str text = { (const char *)data, size };
    login_is_gone(STR("x AGFubmEAczNjcjN0LW9mLWFubmE="), STR("x [hidden]\n"), text);
    login_is_gone(STR("AUTH PLAIN AGFubmEAczNjcjN0LW9mLWFubmE="), STR("AUTH PLAIN [hidden]\n"),
                  text);
    login_is_gone(STR("334 VXNlcm5hbWU6\n> YW5uYTE=\n334 x\n> czNjcjN0LW9mLWFubmE="),
                  STR("334 VXNlcm5hbWU6\n> [hidden]\n334 x\n> [hidden]\n"), text);
    struct arena memory;
    size_t count;
    arena_init(&memory, 16 << 20);
    str masked = explain_mask(text, &memory, &count);
    assert(masked.p && (count > 0 || str_eq(masked, text)));
    arena_done(&memory);
    return 0;
}
