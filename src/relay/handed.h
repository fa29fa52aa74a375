/* SPDX-License-Identifier: ISC */
/*
 * relay/handed.h - which listener has which of the sockets that a service manager has handed over
 * A listener of whose name a socket was handed over opens none itself, so that the relay needs no right to; what it says of
 * port and addresses must be true of the socket all the same, since the proof and the reader of the file go by that.
 */
#ifndef BATON_RELAY_HANDED_H
#define BATON_RELAY_HANDED_H
#include "net/handed.h"
#include "policy/site.h"

/* h may be NULL in all of them. */
bool relay_handed_any(const struct net_handed *h, const struct site_listener *l) MUST_CHECK;
/* False: the listener says another port or other addresses than its sockets have. */
bool relay_handed_fits(const struct net_handed *h, const struct site_listener *l,
                       struct err *e) MUST_CHECK;
/* A socket that no listener takes; NULL: there is none. */
const struct net_handed_socket *relay_handed_left(const struct net_handed *h,
                                                  const struct site *site) MUST_CHECK;
/* All of a start. False: one does not fit, or is left. */
bool relay_handed_check(const struct net_handed *h, const struct site *site,
                        struct err *e) MUST_CHECK;
#endif
