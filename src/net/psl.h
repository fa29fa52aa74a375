/* SPDX-License-Identifier: ISC */
/*
 * net/psl.h - the public suffix list, loaded when the first name is looked up in it
 * Owns    libpsl, and the newer of the system's list (Debian package publicsuffix) and the library's own.
 */
#ifndef BATON_NET_PSL_H
#define BATON_NET_PSL_H
#include "dns/org_domain.h"

/* To be handed to whoever compares names: costs nothing until it is asked. Not for two threads. */
extern const struct dns_suffixes NET_PSL;

/* Loads it. The day of the list, "2023-02-09"; NULL: libpsl is not installed, and dns_org_domain() guesses. */
const char *net_psl_day(void);
#endif
