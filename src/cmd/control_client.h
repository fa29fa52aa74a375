/* SPDX-License-Identifier: ISC */
/*
 * cmd/control_client.h - a question to the relay that runs here
 * Owns    the way to its control socket, and what to say where there is none.
 * Speaks  relay/frame.h.
 */
#ifndef BATON_CMD_CONTROL_CLIENT_H
#define BATON_CMD_CONTROL_CLIENT_H
#include "base/err.h"
#include <jansson.h>

#define CONTROL_PATH "/run/baton/control"

/* One request ("do" names it), taken. row is called for each row, which it does not own; false ends the asking. *done is the
 * caller's; NULL where row said false. False: e says why, and what to do: no relay, no permission, or the relay's own
 * sentence. path NULL: CONTROL_PATH. */
bool control_ask(const char *path, json_t *request, bool (*row)(void *user, const json_t *row),
                 void *user, json_t **done, struct err *e) MUST_CHECK;
#endif
