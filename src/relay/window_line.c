/* SPDX-License-Identifier: ISC */
/*
 * relay/window_line.c - a line of the file of windows: "192.0.2.7 1795692000000 note"
 */
#include "relay/windows.h"
#include <string.h>

bool relay_window_read(str line, struct relay_window *out)
{
    str rest = line, address = str_cut(&rest, ' '), until = str_cut(&rest, ' ');
    struct relay_window w = { .until_ms = 0 };
    if (!ip_parse(address, &w.client) || !str_to_u64(until, INT64_MAX, &w.until_ms) ||
        rest.n > RELAY_WINDOW_NOTE_MAX)
        return false;
    for (size_t i = 0; i < rest.n; i++)
        if ((unsigned char)rest.p[i] < ' ' || rest.p[i] == 0x7F)
            return false;
    if (rest.n)
        memcpy(w.note, rest.p, rest.n);
    *out = w;
    return true;
}

void relay_window_write(const struct relay_window *w, struct buf *b)
{
    char ip[IP_TEXT_MAX];
    buf_addf(b, "%s %llu %s\n", ip_text(&w->client, ip), (unsigned long long)w->until_ms, w->note);
}
