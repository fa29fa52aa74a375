/* SPDX-License-Identifier: ISC */
/*
 * mail/seven_bit_encode.h - the body of one part, encoded line by line as it comes
 * Speaks  RFC 2045 sections 6.7 (quoted-printable) and 6.8 (base64). CRLF is a line end of text, and two octets of anything
 *         else; the one before a boundary belongs to the boundary.
 */
#ifndef BATON_MAIL_SEVEN_BIT_ENCODE_H
#define BATON_MAIL_SEVEN_BIT_ENCODE_H
#include "base/buf.h"

enum mail_7bit_how {
    MAIL_7BIT_KEEP,
    MAIL_7BIT_LABEL,       /* it is 7bit, and is called so from now on */
    MAIL_7BIT_QUOTED,      /* quoted-printable */
    MAIL_7BIT_BASE64,      /* base64 */
    MAIL_7BIT_QUOTED_MEND, /* is called quoted-printable: what should have been quoted is */
    MAIL_7BIT_BASE64_SIFT /* is called base64: what is not of the alphabet, and to be ignored, goes */
};
struct mail_7bit_encoder {
    enum mail_7bit_how how;
    size_t column;
    char held;            /* quoted: a blank that may be the last of its line; mended: a "=" */
    unsigned escape_left; /* mended: octets that may belong to the last "=" */
    bool line_ended;      /* base64: CRLF that may belong to a boundary */
    unsigned char rest[3];
    unsigned rest_n;
};
/* A piece of a line; ends: CRLF stood behind it. */
void mail_7bit_encode(struct mail_7bit_encoder *e, str piece, bool ends, struct buf *out);
/* at_boundary: the last CRLF was the boundary's. */
void mail_7bit_encode_end(struct mail_7bit_encoder *e, bool at_boundary, struct buf *out);
#endif
