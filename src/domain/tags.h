/* SPDX-License-Identifier: ISC */
/*
 * domain/tags.h - "v=STSv1; id=20260101", the form that the records of MTA-STS and TLS-RPT share
 * Speaks  RFC 8461 section 3.1 and RFC 8460 section 3: the version first, then fields behind semicolons.
 */
#ifndef BATON_DOMAIN_TAGS_H
#define BATON_DOMAIN_TAGS_H
#include "base/str.h"

/* Does the record begin with this version ("v=STSv1"), and nothing but blanks before the semicolon or end behind
 * it? *rest is what follows. */
bool domain_tags_begin(str record, str version, str *rest);
/* The next field. False: there is none left, or (*broken) it is none: no "=", a malformed name, an octet that
 * may not stand in a value. An empty field at the end is the semicolon that may stand there. */
bool domain_tags_next(str *rest, str *name, str *value, bool *broken);
#endif
