/* SPDX-License-Identifier: ISC */
/*
 * mail/decode.h - what encodings of mail hide, as octets and as UTF-8
 * Owns    base64 and quoted-printable of bodies, read forgivingly; encoded words; parameters of fields; charsets.
 * Speaks  RFC 2045 section 6 (encodings) and 5.1 (parameters), RFC 2047 (encoded words), RFC 2231 (parameters in
 *         pieces and charsets).
 * Leaves  finding the parts of a message to mail/mime.h; base64 of SMTP, which must be strict, to base/base64.h.
 *
 * Every function is linear in its text. What is returned lies in memory or in the text; p is NULL when memory is
 * short, and nowhere else if nothing else is said.
 */
#ifndef BATON_MAIL_DECODE_H
#define BATON_MAIL_DECODE_H
#include "base/arena.h"

/* Octets that are not of the alphabet are passed over, and missing padding is no matter: mail is cut and wrapped. */
str mail_base64(str text, struct arena *memory);
/* "=XX" and soft line ends; what is no such thing stays as it is. */
str mail_quoted_printable(str text, struct arena *memory);

/* Is the charset one that mail_utf8() can turn into UTF-8? No name is US-ASCII (RFC 2045 section 5.2). */
bool mail_charset_known(str charset);
/* Text in a charset as UTF-8: US-ASCII, UTF-8, ISO-8859-1 and -15, Windows-1252 and -1251, KOI8-R. Of an unknown
 * charset, and where the octets are UTF-8 whatever the name says, they come back as they are. */
str mail_utf8(str octets, str charset, struct arena *memory);

/* The value of a field for a person: unfolded, encoded words decoded, blanks at its ends cut. */
str mail_words(str value, struct arena *memory);

/* The parameter of a field such as Content-Type, by name (case does not matter): unquoted, joined from its pieces,
 * decoded to UTF-8. p NULL: there is none, or memory is short. */
str mail_parameter(str value, str name, struct arena *memory);
/* The value before its first parameter, in lower case, without blanks and comments: "text/plain". */
str mail_plain_value(str value, struct arena *memory);
#endif
