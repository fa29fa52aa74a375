/* SPDX-License-Identifier: ISC */
/*
 * smtp/body.h - mail data on the wire: dots doubled, and undone
 * Owns    both ends of transparency, for pieces cut anywhere; bare CR and LF found, and made CRLF.
 * Speaks  RFC 5321 section 4.5.2. A line begins behind CRLF and nowhere else, and only CRLF.CRLF ends
 *         mail data: what a bare CR or LF once let in is known as SMTP smuggling. So a dot behind a
 *         line end that was made of a bare CR or LF is an octet like any other: it was not doubled
 *         for us, and ends nothing.
 */
#ifndef BATON_SMTP_BODY_H
#define BATON_SMTP_BODY_H
#include "base/buf.h"

/* Where in a line the last octet left us. */
enum smtp_body_place {
    SMTP_BODY_LINE_START,
    SMTP_BODY_IN_LINE,
    SMTP_BODY_BEHIND_CR,
    SMTP_BODY_BEHIND_DOT,   /* the first dot of a line: doubled, or the end */
    SMTP_BODY_BEHIND_DOT_CR /* the end, if LF comes */
};

/* Both are ready to use when zeroed; one for each message. */
struct smtp_body_writer {
    enum smtp_body_place place;
};
/* Appends the piece with its dots doubled; last adds what ends mail data. False: out is full. */
bool smtp_body_write(struct smtp_body_writer *w, str octets, bool last, struct buf *out);

struct smtp_body_reader {
    enum smtp_body_place place;
    uint64_t octets; /* of mail data so far, kept or not */
    bool bare;       /* a CR or LF that is no half of a CRLF was met */
    bool lf_ends;    /* set by who reads what is dropped, and never else: LF counts as CRLF */
    bool normalize;  /* set: a bare CR or LF is kept as CRLF */
    bool raw;        /* set: counted octets (RFC 3030): no dot is special, nothing ends them */
};
/* Appends mail data with its dots undone, as much as out has room for (then buf_ok() is false, and the
 * reading goes on). True: the end of mail data came; *used says how many octets were taken. */
bool smtp_body_read(struct smtp_body_reader *r, str octets, size_t *used, struct buf *out);
/* With raw: no octet follows. A CR that was the last one is bare. */
void smtp_body_end(struct smtp_body_reader *r, struct buf *out);
#endif
