/* SPDX-License-Identifier: ISC */
/* cmd/relay_flags.h - what stands behind baton relay: read by baton and by baton-relay alike (RELAY_OPTIONS) */
#ifndef BATON_CMD_RELAY_FLAGS_H
#define BATON_CMD_RELAY_FLAGS_H
#include "base/err.h"

struct relay_flags {
    const char *config, *check, *control; /* NULL: not given */
    bool reload, json, verbose;
};
/* False: they do not go together, or one is missing; e says what to give. */
bool relay_flags_read(int argc, char **argv, struct relay_flags *out, struct err *e) MUST_CHECK;
#endif
