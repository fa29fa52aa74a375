/* SPDX-License-Identifier: ISC */
/*
 * mock/from_field.h - the address in the From field of a message
 * Speaks  RFC 5322 sections 2.2.3 (folding), 3.4 (addresses), 3.6.2 (From). The first author counts.
 */
#ifndef BATON_MOCK_FROM_FIELD_H
#define BATON_MOCK_FROM_FIELD_H
#include "base/str.h"

enum { MOCK_FROM_MAX = 512 };
/* The addr-spec, without brackets, comments and blanks: as it was written, any octet may be in it. data is
 * the message, or as much of it as came. Empty: there is no From field, none with an address, or one
 * longer than room. Points into room. */
str mock_from_field(str data, char room[MOCK_FROM_MAX]);
#endif
