/* SPDX-License-Identifier: ISC */
/* What is read from a Received field lies in it; a message gives one field or none. */
#include "mail/received.h"
#include <assert.h>

static void is_inside(str part, str whole)
{
    assert(part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    str message = { (const char *)data, size };
    struct mail_received r = { .by = STR_NONE };
    struct mail_header h;
    struct err e;
    struct arena memory;
    size_t place = 0;
    if (size == 0)
        return 0;
    if (mail_received_read(message, &r)) {
        is_inside(r.helo, message);
        is_inside(r.by, message);
    }
    arena_init(&memory, (size_t)1 << 20);
    if (mail_header_read(message, &memory, &h, &e)) {
        if (mail_received_find(&h, 0, &r, &place))
            assert(r.ip.family != IP_NONE && !ip_is_private(&r.ip) && place > 0);
        if (mail_received_find(&h, 2, &r, &place))
            assert(place == 2);
        is_inside(mail_return_path(&h), message);
    }
    arena_done(&memory);
    return 0;
}
