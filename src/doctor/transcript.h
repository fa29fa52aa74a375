/* SPDX-License-Identifier: ISC */
/*
 * doctor/transcript.h - what was said on the connections of a run, kept for the page
 * Owns    the lines, in the order in which they came, up to a maximum; then it says that it is cut.
 */
#ifndef BATON_DOCTOR_TRANSCRIPT_H
#define BATON_DOCTOR_TRANSCRIPT_H
#include "base/arena.h"
#include "smtp/attempt.h"

enum { DOCTOR_TRANSCRIPT_LINES = 1200, DOCTOR_TRANSCRIPT_OCTETS = 192 * 1024 };

struct doctor_line {
    unsigned connection;
    struct ip address;
    uint16_t port;
    enum smtp_security security; /* of the opening: TLS at once, or in clear */
    bool sent;
    str text;
};
struct doctor_transcript {
    struct arena arena;
    struct doctor_line lines[DOCTOR_TRANSCRIPT_LINES];
    size_t count;
    bool cut; /* more was said than is kept */
};
void doctor_transcript_init(struct doctor_transcript *t);
void doctor_transcript_done(struct doctor_transcript *t);
/* Fits doctor_options.line. */
void doctor_transcript_line(void *transcript, unsigned connection, const struct smtp_attempt *door,
                            bool sent, str line);
#endif
