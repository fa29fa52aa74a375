/* SPDX-License-Identifier: ISC */
/*
 * cmd/provider_find.h - which provider a typed word means
 */
#ifndef BATON_CMD_PROVIDER_FIND_H
#define BATON_CMD_PROVIDER_FIND_H
#include "settings/provider_hosts.h"

/* Slices point into what was typed, or are static. */
struct provider_found {
    str typed;
    const struct provider *provider; /* NULL: not known */
    str address;                     /* typed was one; else empty */
    struct provider_host host;       /* typed was one; else role NONE */
    str nearest;                     /* where nothing was found: what may have been meant */
    const struct provider *nearest_of;
};

/* An id, a title or a part of one, a domain, an address, a host, an MX. False: not known. */
bool provider_find(str typed, struct provider_found *out);
#endif
