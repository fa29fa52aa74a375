/* SPDX-License-Identifier: ISC */
/*
 * base/base64.h - RFC 4648 section 4, strict: padding required, no other octet allowed
 */
#ifndef BATON_BASE_BASE64_H
#define BATON_BASE_BASE64_H
#include "base/buf.h"

bool base64_encode(str octets, struct buf *out); /* appends */
/* Appends; false, with out as it was, for anything RFC 4648 section 3 forbids. */
bool base64_decode(str text, struct buf *out) MUST_CHECK;
#endif
