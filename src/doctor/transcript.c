/* SPDX-License-Identifier: ISC */
#include "doctor/transcript.h"

void doctor_transcript_init(struct doctor_transcript *t)
{
    arena_init(&t->arena, (size_t)2 * DOCTOR_TRANSCRIPT_OCTETS);
    t->count = 0;
    t->cut = false;
}

void doctor_transcript_done(struct doctor_transcript *t)
{
    arena_done(&t->arena);
    t->count = 0;
}

void doctor_transcript_line(void *transcript, unsigned connection, const struct smtp_attempt *door,
                            bool sent, str line)
{
    struct doctor_transcript *t = transcript;
    str text = line;
    t->cut |= t->count == DOCTOR_TRANSCRIPT_LINES ||
              t->arena.used + line.n > DOCTOR_TRANSCRIPT_OCTETS;
    if (!t->cut && line.n)
        text = arena_dup(&t->arena, line);
    t->cut |= line.n && !text.p;
    if (t->cut)
        return; /* no hole in its middle */
    t->lines[t->count++] = (struct doctor_line){ connection,     door->address, door->port,
                                                 door->security, sent,          text };
}
