/* SPDX-License-Identifier: ISC */
/*
 * explain/who.h - who refused, in words
 */
#ifndef BATON_EXPLAIN_WHO_H
#define BATON_EXPLAIN_WHO_H
#include "explain/said.h"

/* "mx.corp.example (192.0.2.1), the recipient's server"; "the server that mail is handed to"; lies in memory. p NULL:
 * memory is short; empty: neither name nor hop is known. */
str explain_who_text(const struct explain_said *s, struct arena *memory);

/* What a host's name tells: users hand mail in there, or it takes mail for domains (an MX). */
bool explain_host_is_submission(str host);
bool explain_host_is_mx(str host);
#endif
