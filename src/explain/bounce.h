/* SPDX-License-Identifier: ISC */
/*
 * explain/bounce.h - one piece of a bounce's words: what it tells
 * Owns    the tables of what servers write around an answer that they pass on, and reading one unit by them: who
 *         answered, to which command, with which words.
 * Leaves  finding the units, and what one says to the next, to read_bounce.c.
 */
#ifndef BATON_EXPLAIN_BOUNCE_H
#define BATON_EXPLAIN_BOUNCE_H
#include "explain/said.h"

enum { BOUNCE_UNIT_MAX = 16384 };

/* Slices point into the unit's own lines. Empty, 0: not told. */
struct bounce_unit {
    str host;     /* who answered */
    str reporter; /* the server that wrote the bounce */
    struct ip address;
    enum smtp_stage stage;
    enum smtp_end end; /* SMTP_END_REPLY unless the words say that no answer came */
    bool remote;       /* another server's answer is passed on */
    bool answer;       /* code and words of an answer are here */
    bool expects;      /* the answer follows in the next unit */
    size_t
        behind; /* octets of the line before the words that follow the last anchor; 0: no anchor */
    unsigned code;
    struct smtp_enhanced enhanced;
    str words; /* on one line, in memory */
};

/* folded: the unit on one line; lower: the same in ASCII lower case. lines: as it stands in the text. Words lie in
 * memory. */
void bounce_unit_read(str folded, str lower, str lines, struct arena *memory,
                      struct bounce_unit *out);
/* A server as fields and words name it: "mx.corp.example[192.0.2.1]", "mx.corp.example. (192.0.2.1, the server for
 * ...)", an address alone, with brackets or without: at the start of text. */
bool bounce_server_read(str text, struct bounce_unit *out);
/* Octets of the line that only a bounce has: in lower case. */
bool bounce_line_tells(str lower);
/* The line is of a log, not of a bounce. */
bool bounce_line_of_log(str lower);
/* The unit says that the server will go on trying. */
bool bounce_unit_delays(str lower);
/* What follows is the message that came back. */
bool bounce_line_ends(str lower);

/* Events of services that send mail for others, as JSON or pieces of it: each refusal is added to the page. */
void bounce_json_read(struct explain_page *p, str text);
/* Is the line of such an event? In lower case. */
bool bounce_line_of_json(str lower);

/* Is one of the words in it? Both in lower case. */
bool bounce_has_any(str lower, const str *words, size_t count);
str bounce_skip_blanks(str s); /* and tabs */
bool bounce_is_code(str s);    /* "550" of a refusal, at the start */
/* "5.7.1", also with a hash or bracket before it or punctuation behind. */
bool bounce_enhanced_at(str text, struct smtp_enhanced *out, str *rest);
/* A reply code at the start of text, with its enhanced status code; *rest is what follows. False: there is none. */
bool bounce_code_read(str text, unsigned *code, struct smtp_enhanced *enhanced, str *rest);
/* The words of an answer with the codes at the starts of its lines taken out; blanks folded. code 0: none is. many:
 * the answer has several lines. Lies in memory. */
str bounce_words(str answer, unsigned code, bool many, struct arena *memory);
/* "mx.corp.example", perhaps with a dot at its end, of letters, digits, hyphens: at the start of text. */
str bounce_host_at(str text);
/* The first mail address in text, without brackets; empty: none. *at is where it begins. */
str bounce_address_in(str text, size_t *at);
#endif
