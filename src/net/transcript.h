/* SPDX-License-Identifier: ISC */
/*
 * net/transcript.h - octets of a dialogue, cut into the lines of a transcript
 * Owns    the line that is not whole yet.
 * Guards  what answers an AUTH, and mail data, become a note of their length.
 * Leaves  escaping, and hiding what a server repeats of a secret, to whoever prints.
 */
#ifndef BATON_NET_TRANSCRIPT_H
#define BATON_NET_TRANSCRIPT_H
#include "base/buf.h"

/* Of a longer line only so many octets are kept, with SECRET_CUT behind them. */
#define NET_TRANSCRIPT_LINE 2048

struct net_transcript {
    void (*line)(void *user, bool sent, str line);
    void *user;
    struct buf part; /* of a line of the server's */
    bool begun;      /* a line is open, be it empty so far */
    bool cut;        /* it is longer than what is kept of it */
};
void net_transcript_init(struct net_transcript *t, void (*line)(void *user, bool sent, str line),
                         void *user);
void net_transcript_done(struct net_transcript *t);

void net_transcript_came(struct net_transcript *t, str octets);
void net_transcript_flush(struct net_transcript *t); /* the end: a line without LF is one too */

void net_transcript_sent(struct net_transcript *t, str octets);
/* Octets that answer an AUTH; of the first, which hold the command, the mechanism's name is told. */
void net_transcript_secret(struct net_transcript *t, str octets, str mechanism);
void net_transcript_body(struct net_transcript *t, size_t octets);
#endif
