/* SPDX-License-Identifier: ISC */
/*
 * explain/mask.h - secrets in a pasted text, before anybody reads it
 * Owns    finding AUTH payloads (both lines of LOGIN, initial responses, in base64), tokens, "password=" and its
 *         kin in JSON, PHP, YAML, URLs and command lines, in several languages.
 */
#ifndef BATON_EXPLAIN_MASK_H
#define BATON_EXPLAIN_MASK_H
#include "base/arena.h"

/* A copy of text with every secret replaced by "[hidden]", the rest octet for octet; count: how many. p NULL: memory is
 * short. */
str explain_mask(str text, struct arena *memory, size_t *count);
#endif
