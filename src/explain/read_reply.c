/* SPDX-License-Identifier: ISC */
/*
 * explain/read_reply.c - a bare reply
 */
#include "explain/read.h"

void explain_read_reply(struct explain_page *p)
{
    (void)p;
}
