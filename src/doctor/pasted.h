/* SPDX-License-Identifier: ISC */
/*
 * doctor/pasted.h - what a pasted error, or a bounce, tells about the attempt
 */
#ifndef BATON_DOCTOR_PASTED_H
#define BATON_DOCTOR_PASTED_H
#include "base/str.h"

/* The recipient named in the text: Final-Recipient of a bounce, else the first mailbox in angle brackets,
 * else the first that stands free; never the user's own address. Empty: none. A slice of text. */
str doctor_pasted_recipient(str text, str own_address);
#endif
