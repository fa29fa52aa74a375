/* SPDX-License-Identifier: ISC */
/*
 * settings/filters.h - services that stand before a mail server
 * Owns    the ends of MX names that belong to services which filter or pass on mail for domains whose mailboxes are
 *         elsewhere. A domain with such an MX is served by another server, and that is as it should be.
 * Leaves  those who keep mailboxes to settings/providers.h. Nobody's list is whole: a name that is not in it may be
 *         such a service's all the same.
 */
#ifndef BATON_SETTINGS_FILTERS_H
#define BATON_SETTINGS_FILTERS_H
#include "base/str.h"

bool filters_has_mx(str mx); /* no dot at its end; case does not matter */
#endif
