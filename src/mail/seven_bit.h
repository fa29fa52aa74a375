/* SPDX-License-Identifier: ISC */
/*
 * mail/seven_bit.h - a message with octets over 127 for a next hop that takes none
 * Owns    two passes over the octets, in pieces of any size and in bounded memory: the first finds out what each part needs, and
 *         whether all of it may be done; the second writes the message in 7 bits. Leaves that hold such octets become
 *         quoted-printable (text, message/global) or base64 (all else); Content-Transfer-Encoding says so, and 7bit where
 *         a multipart or a message around them said 8bit. Whatever needs no change stays octet for octet.
 * Speaks  RFC 6152 section 3 and 2045 section 6 (encodings; 6.4: none may be nested), 2046 sections 5.1 (multipart) and 5.2 (message/
 *         rfc822 is converted inside, message/partial and external-body must not be), 1847 section 2 (signed and encrypted
 *         must not be), 6532 and 6533 (message/global may be encoded), 3464 section 2.1, 1428 section 3 (text of no known charset).
 * Leaves  octets over 127 in header fields: only RFC 6531 carries those. DKIM-Signatures stay, and fail afterwards.
 *
 *     mail_7bit_look(c, ...); ... mail_7bit_looked(c, &f);
 *     if (f.needed && f.refused.n == 0)
 *         mail_7bit_write(c, ..., out); ... mail_7bit_write_end(c, out);
 */
#ifndef BATON_MAIL_SEVEN_BIT_H
#define BATON_MAIL_SEVEN_BIT_H
#include "base/buf.h"

enum {
    MAIL_7BIT_PARTS_MAX = 2000,
    MAIL_7BIT_DEPTH_MAX = 32,   /* of multiparts */
    MAIL_7BIT_PIECE = 64 << 10, /* octets at a time, of which at most so many become: */
    MAIL_7BIT_OUT_MAX = 1 << 20
};
struct mail_7bit_facts {
    bool needed;        /* there is an octet over 127 */
    bool header;        /* in the header of the message itself */
    bool signature;     /* there is a DKIM-Signature, which the change breaks */
    unsigned converted; /* parts that are encoded */
    unsigned parts;     /* in all */
    unsigned
        dropped; /* octets over 127 outside of all parts (RFC 2046: to be ignored): "?" in their place */
    str refused; /* why it cannot be converted, static; empty: it can */
};
struct mail_7bit;
struct mail_7bit *mail_7bit_new(void) MUST_CHECK; /* NULL: no memory */
void mail_7bit_free(struct mail_7bit *c);
void mail_7bit_look(struct mail_7bit *c, str octets);
void mail_7bit_looked(struct mail_7bit *c, struct mail_7bit_facts *out);
/* The same octets again, from the first on, at most MAIL_7BIT_PIECE at a time. Appends; false: out has no room. */
bool mail_7bit_write(struct mail_7bit *c, str octets, struct buf *out) MUST_CHECK;
bool mail_7bit_write_end(struct mail_7bit *c, struct buf *out) MUST_CHECK;
#endif
