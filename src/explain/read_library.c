/* SPDX-License-Identifier: ISC */
/*
 * explain/read_library.c - errors and traces of libraries
 */
#include "explain/read.h"

void explain_read_library(struct explain_page *p)
{
    (void)p;
}
