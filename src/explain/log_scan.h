/* SPDX-License-Identifier: ISC */
/*
 * explain/log_scan.h - small steps through a log line
 */
#ifndef BATON_EXPLAIN_LOG_SCAN_H
#define BATON_EXPLAIN_LOG_SCAN_H
#include "explain/log_line.h"

/* Behind the literal, when s begins with it. */
bool scan_skip(str *s, str literal);
bool scan_has(str s, str needle);
/* The part before sep; *s moves behind it. Without sep false, and nothing moves. */
bool scan_until(str *s, str sep, str *part);
/* The next word, blanks before it skipped; empty at the end. */
str scan_word(str *s);
str scan_blanks(str s); /* without blanks and tabs at its start */
/* What stands in <> behind key (" from=<"); without brackets, up to a blank or comma. Empty: not there. */
str scan_value(str s, str key);
bool scan_number(str *s, unsigned digits, unsigned *out); /* exactly so many */

/* "name[address]", "name [address]", "[address]:port"; *s moves behind. */
bool scan_peer(str *s, str *name, str *address, uint16_t *port);

/* A reply at the start of words: code, enhanced status code; words moves behind them. False: no code. */
bool scan_reply(str *words, struct log_line *out);
/* The stage of a command's name: "MAIL FROM", "END-OF-MESSAGE", "end of DATA" ... */
enum smtp_stage scan_stage(str command);
/* How a connection ended, by the system's words for it; SMTP_END_REPLY: they are none. */
enum smtp_end scan_end(str words);
/* "2024-01-31T10:20:30.123", "2024-01-31 10:20:30": sets the time. False: it is none. Moves *s behind it. */
bool scan_iso_stamp(str *s, struct log_line *out, bool *blank);
/* One side of a conversation: a command (event COMMAND), or a reply (REPLY, LOGIN, REFUSED, UNDELIVERED by_next). */
void scan_client_said(str command, struct log_line *out);
void scan_server_said(str reply, bool by_next, struct log_line *out);
bool scan_is_reply(str text); /* begins with a reply code of 200 to 599 */
/* What a program says of its own trouble: a part of the words, and what ended where. The first that is there counts. */
struct scan_own_words {
    str part;
    enum smtp_end end;
    enum smtp_stage stage;
};
void scan_own(const struct scan_own_words *table, size_t n, str words, struct log_line *out);
void scan_set_from(struct log_line *out, str from); /* "" and "<>" are the null reverse-path */
#endif
