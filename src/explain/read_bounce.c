/* SPDX-License-Identifier: ISC */
/*
 * explain/read_bounce.c - messages of non-delivery
 */
#include "explain/read.h"

void explain_read_bounce(struct explain_page *p)
{
    (void)p;
}
