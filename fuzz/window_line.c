/* SPDX-License-Identifier: ISC */
/* A line that is read is written as one that is read the same, and fits a line. */
#include "base/buf.h"
#include "relay/windows.h"
#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct relay_window w, again;
    struct buf b;
    buf_init(&b, RELAY_WINDOW_LINE_MAX);
    if (relay_window_read((str){ (const char *)data, size }, &w)) {
        assert(w.client.family != IP_NONE && strlen(w.note) <= RELAY_WINDOW_NOTE_MAX);
        relay_window_write(&w, &b);
        assert(buf_ok(&b) && str_find_octet(buf_str(&b), '\n') == b.n - 1);
        assert(relay_window_read(str_take(buf_str(&b), b.n - 1), &again));
        assert(ip_eq(&w.client, &again.client) && w.until_ms == again.until_ms);
        assert(strcmp(w.note, again.note) == 0);
    }
    buf_done(&b);
    return 0;
}
