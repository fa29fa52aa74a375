/* SPDX-License-Identifier: ISC */
/*
 * net/notify.h - what a service manager is told (sd_notify(3)), without its library
 * Owns    the datagrams to NOTIFY_SOCKET. Open it before privileges are dropped: the socket stays connected.
 */
#ifndef BATON_NET_NOTIFY_H
#define BATON_NET_NOTIFY_H
#include "base/err.h"
#include <stdint.h>

struct net_notify;
/* NULL: nobody wants to be told, or cannot be. Takes the variables out of the environment. */
struct net_notify *net_notify_new(void) MUST_CHECK;
void net_notify_free(struct net_notify *n);
/* "READY=1", "STOPPING=1", several lines parted by LF. n may be NULL. Never waits. */
void net_notify(struct net_notify *n, const char *fmt, ...) PRINTF_LIKE(2, 3);
void net_notify_reloading(struct net_notify *n); /* with the time that systemd pairs it by */
/* How often "WATCHDOG=1" is awaited, in microseconds; 0: it is not. */
uint64_t net_notify_watchdog_us(const struct net_notify *n);
#endif
