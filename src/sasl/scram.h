/* SPDX-License-Identifier: ISC */
/*
 * sasl/scram.h - what a server asks of us in SCRAM, read before any work is done for it
 * Owns    the reader of server-first-message, and the limit on its iteration count.
 * Speaks  RFC 5802 section 7.
 * Leaves  the proof itself to GNU SASL.
 */
#ifndef BATON_SASL_SCRAM_H
#define BATON_SASL_SCRAM_H
#include "base/err.h"
#include "base/str.h"
#include <stdint.h>

/* RFC 7677 section 4 asks for at least 4,096; a million takes about a second. */
enum { SASL_SCRAM_ITERATIONS_MAX = 1000000 };

struct sasl_scram_first {
    str nonce, salt; /* as they stand there; they point into the message */
    uint32_t iterations;
};
/* False, with a sentence: the message is no server-first-message, demands an extension (section 5.1, m=), or
 * asks for more than SASL_SCRAM_ITERATIONS_MAX (ERR_LIMIT). */
bool sasl_scram_first_read(str message, struct sasl_scram_first *out, struct err *e) MUST_CHECK;
/* The server's error of a server-final-message, "e=invalid-proof" without the e=; empty: it is none. */
str sasl_scram_error(str message);
#endif
