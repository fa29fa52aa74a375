/* SPDX-License-Identifier: ISC */
/*
 * explain/read_transcript.c - both sides of a conversation
 */
#include "explain/read.h"

void explain_read_transcript(struct explain_page *p)
{
    (void)p;
}
