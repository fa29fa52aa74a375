/* SPDX-License-Identifier: ISC */
/*
 * explain/bounce_walk.h - the way through a bounce, from its first line to its last
 * Owns    what the units read so far tell, and putting together what several places say of one refusal.
 */
#ifndef BATON_EXPLAIN_BOUNCE_WALK_H
#define BATON_EXPLAIN_BOUNCE_WALK_H
#include "explain/bounce.h"

enum { BOUNCE_LINE_MAX = 4096, BOUNCE_REGIONS_MAX = 16 };

struct bounce_walk {
    struct explain_page *p;
    str body;   /* begins behind the header */
    str reason; /* from the first unit that tells of a failure to the last, where nothing else does */
    str recipient; /* the last one named */
    str host, reporter, sender;
    struct ip address;
    enum smtp_stage stage;
    bool remote, expects;
    bool failed;      /* a field says so */
    bool remote_seen; /* an answer of another server is somewhere in the text */
    size_t first;     /* of the page's refusals, ours begin here */
    unsigned regions;
};

str bounce_lowered(str text, struct arena *memory); /* ASCII letters; lies in memory */
/* Adds a refusal, or fills in the one on the page that is the same. Where it was put; NULL: there was no place. */
struct explain_said *bounce_say(struct bounce_walk *w, const struct explain_said *said);
/* bounce_fields.c: fields of RFC 3464. */
void bounce_read_fields(struct bounce_walk *w, str region);
/* bounce_talk.c: conversations that a bounce shows, ">>> RCPT TO:<...>", "<<< 550 ...". */
bool bounce_has_arrows(str lines);
void bounce_read_talk(struct bounce_walk *w, str lines);
#endif
