/* SPDX-License-Identifier: ISC */
/*
 * live/ports.h - a port at which nobody listens, until this test does
 * Owns    what ports.py says: outside the range of the ports of connections, reserved until the process ends.
 */
#ifndef BATON_LIVE_PORTS_H
#define BATON_LIVE_PORTS_H
#include <stdint.h>

/* Free over TCP and UDP at every address of IPv4. Ends the test when none is left. */
uint16_t test_free_port(void);

#endif
