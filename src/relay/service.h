/* SPDX-License-Identifier: ISC */
/*
 * relay/service.h - the relay as a service of its machine
 * Owns    what stands beside mail: the control socket, the metrics, what the service manager is told, and the privileges
 *         that are given up between opening ports and reading the first octet of mail.
 */
#ifndef BATON_RELAY_SERVICE_H
#define BATON_RELAY_SERVICE_H
#include "relay/relay.h"

struct relay_service;
/* Between relay_new() and relay_run(), before any thread: from here on the process is the user of run-as, and confined. */
struct relay_service *relay_service_new(struct relay *r, struct err *e) MUST_CHECK;
/* After relay_run(), before relay_free(). */
void relay_service_free(struct relay_service *s);
#endif
