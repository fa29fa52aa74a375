/* SPDX-License-Identifier: ISC */
/*
 * relay/reload.h - the rule file read again: by SIGHUP, and by baton relay --reload over the control socket
 * Owns    telling of it, to the log, the service manager, and who asked; and naming what of the new file waits for a
 *         restart, since it was settled, or the right to it given up, before the first session.
 */
#ifndef BATON_RELAY_RELOAD_H
#define BATON_RELAY_RELOAD_H
#include "relay/control.h"

/* The keys that are of the start, as they were then. */
struct relay_settled;
struct relay_settled *relay_settled_new(const struct site *s, struct err *e) MUST_CHECK;
void relay_settled_free(struct relay_settled *kept);

struct relay_wait { /* what is not in force although the file is; text is good during the call */
    str key;        /* "listen", "state" */
    str name;       /* of the listener; none for a key of the whole */
    str why, remedy;
};
/* On worker 0. waits may be NULL. False: the old file stays in force, and e says why. */
bool relay_reload_now(struct relay *r, void (*waits)(void *user, const struct relay_wait *w),
                      void *user, struct err *e) MUST_CHECK;
/* { "do": "reload" }: a row for each that waits. */
void relay_reload_asked(struct relay_call *call, const json_t *request);
#endif
