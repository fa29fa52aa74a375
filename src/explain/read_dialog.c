/* SPDX-License-Identifier: ISC */
/*
 * explain/read_dialog.c - error boxes of mail programs
 */
#include "explain/read.h"

void explain_read_dialog(struct explain_page *p)
{
    (void)p;
}
