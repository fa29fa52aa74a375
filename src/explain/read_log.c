/* SPDX-License-Identifier: ISC */
/*
 * explain/read_log.c - lines of a log
 */
#include "explain/read.h"

void explain_read_log(struct explain_page *p)
{
    (void)p;
}
