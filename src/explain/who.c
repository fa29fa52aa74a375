/* SPDX-License-Identifier: ISC */
/*
 * explain/who.c - who refused
 */
#include "explain/read.h"

void explain_read_who(struct explain_page *p)
{
    (void)p;
}
