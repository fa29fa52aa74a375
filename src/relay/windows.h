/* SPDX-License-Identifier: ISC */
/*
 * relay/windows.h - addresses that may relay for a time: POP before SMTP, and baton allow
 * Owns    the table, kept in the file "windows" of the state directory across restarts; a line an address, the last one of an
 *         address holds; written anew, as a whole, when most of its lines are stale. Single addresses alone are taken.
 * Threads any.
 */
#ifndef BATON_RELAY_WINDOWS_H
#define BATON_RELAY_WINDOWS_H
#include "base/buf.h"
#include "base/err.h"
#include "base/ip.h"

enum { RELAY_WINDOWS_MAX = 1 << 16, RELAY_WINDOW_NOTE_MAX = 95, RELAY_WINDOW_LINE_MAX = 512 };

struct relay_window {
    struct ip client;
    uint64_t until_ms;                    /* since 1970; 0: ended */
    char note[RELAY_WINDOW_NOTE_MAX + 1]; /* escaped: printable */
};
/* One line of the file, without its line end. */
bool relay_window_read(str line, struct relay_window *out) MUST_CHECK;
void relay_window_write(const struct relay_window *w, struct buf *b); /* with its line end */

struct relay_windows;
struct relay_windows *relay_windows_open(const char *state_dir, struct err *e) MUST_CHECK;
void relay_windows_close(struct relay_windows *w);
/* A longer note is cut. One that the address has is replaced. ERR_LIMIT: there are RELAY_WINDOWS_MAX. What cannot be written
 * does not hold. */
bool relay_windows_allow(struct relay_windows *w, const struct ip *client, uint64_t until_ms,
                         uint64_t now_ms, str note, struct err *e);
/* *had: there was one that still held. */
bool relay_windows_end(struct relay_windows *w, const struct ip *client, uint64_t now_ms, bool *had,
                       struct err *e);
bool relay_windows_has(struct relay_windows *w, const struct ip *client, uint64_t now_ms);
/* Those that hold, by address. one is called under the lock: it calls nothing of this file. */
void relay_windows_each(struct relay_windows *w, uint64_t now_ms,
                        void (*one)(void *user, const struct relay_window *window), void *user);
#endif
