/* SPDX-License-Identifier: ISC */
/* net/transcript.c - octets of a dialogue, cut into lines */
#include "net/transcript.h"
#include "base/secret.h"
#include <stdio.h>

void net_transcript_init(struct net_transcript *t, void (*line)(void *user, bool sent, str line),
                         void *user)
{
    t->line = line;
    t->user = user;
    t->begun = t->cut = false;
    buf_init(&t->part, NET_TRANSCRIPT_LINE + sizeof SECRET_CUT);
}

void net_transcript_done(struct net_transcript *t)
{
    buf_done(&t->part);
}

void net_transcript_flush(struct net_transcript *t)
{
    if (!t->begun)
        return;
    if (t->cut)
        buf_add(&t->part, STR(SECRET_CUT));
    str line = buf_str(&t->part);
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    t->line(t->user, false, line);
    t->begun = t->cut = false;
    buf_clear(&t->part);
}

void net_transcript_came(struct net_transcript *t, str octets)
{
    while (octets.n > 0) {
        size_t at = str_find_octet(octets, '\n');
        str piece = str_take(octets, at);
        t->begun = true;
        t->cut |= piece.n > NET_TRANSCRIPT_LINE - t->part.n;
        buf_add(&t->part, str_take(piece, NET_TRANSCRIPT_LINE - t->part.n));
        if (at == STR_NOT_FOUND)
            return;
        net_transcript_flush(t);
        octets = str_skip(octets, at + 1);
    }
}

void net_transcript_sent(struct net_transcript *t, str octets)
{
    while (octets.n > 0) {
        str line = str_cut(&octets, '\n');
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        t->line(t->user, true, str_take(line, NET_TRANSCRIPT_LINE));
    }
}

void net_transcript_secret(struct net_transcript *t, str octets, str mechanism)
{
    char note[128];
    bool command = str_starts(octets, STR("AUTH "));
    int n = snprintf(note, sizeof(note), "%s%.*s%s[not shown]", command ? "AUTH " : "",
                     command ? (int)(mechanism.n < 40 ? mechanism.n : 40) : 0, mechanism.p,
                     command ? " " : "");
    t->line(t->user, true, (str){ note, n > 0 ? (size_t)n : 0 });
}

void net_transcript_body(struct net_transcript *t, size_t octets)
{
    char note[64];
    int n = snprintf(note, sizeof(note), "[%zu octets of mail data]", octets);
    t->line(t->user, true, (str){ note, n > 0 ? (size_t)n : 0 });
}
