/* SPDX-License-Identifier: ISC */
/*
 * mail/trace.h - the Received field that a relay puts in front of a message, and dates
 * Speaks  RFC 5321 section 4.4 (Time-stamp-line), RFC 3848 and RFC 6531 section 4.3 ("with"), RFC 5322 section 3.3.
 * Leaves  clock and zone to the caller.
 */
#ifndef BATON_MAIL_TRACE_H
#define BATON_MAIL_TRACE_H
#include "base/buf.h"
#include "base/ip.h"

#define MAIL_DATE_MAX 40
/* "Thu, 26 Nov 2026 13:17:12 +0100": since_ms since 1970, east: minutes that the zone is ahead of UTC. */
str mail_date_text(uint64_t since_ms, int east, char out[MAIL_DATE_MAX]);

struct mail_trace {
    str helo; /* as the client said it; what is no name there is not repeated; empty: nothing was said */
    struct ip client; /* IP_NONE: not known */
    str hostname, id, date;
    str for_path;        /* without brackets, where there is one recipient; empty: several */
    bool extended;       /* EHLO, not HELO */
    bool smtputf8, auth; /* said with MAIL; logged in */
    str tls_version, tls_cipher; /* empty: in clear */
};
/* The whole field, folded, with its CRLF. */
bool mail_trace_write(const struct mail_trace *t, struct buf *out);
#endif
