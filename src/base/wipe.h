/* SPDX-License-Identifier: ISC */
/*
 * base/wipe.h - memory that held a secret is overwritten
 */
#ifndef BATON_BASE_WIPE_H
#define BATON_BASE_WIPE_H
#include <stddef.h>

void secret_wipe(void *p, size_t n); /* in a way the compiler keeps; n may be 0, and p NULL then */
#endif
