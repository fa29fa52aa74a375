/* SPDX-License-Identifier: ISC */
/*
 * explain/log_sessions.h - what lines before tell of a session and of a message in the queue
 * Owns    sessions that are open, refusals in them that wait for the session's end, and who sent which message: each a
 *         set of a fixed size, of which the one not seen for longest is given up.
 */
#ifndef BATON_EXPLAIN_LOG_SESSIONS_H
#define BATON_EXPLAIN_LOG_SESSIONS_H
#include "explain/log_line.h"

enum { LOG_WAITING_MAX = 1000, LOG_SESSION_TEXT = 232 };

/* Zeroed: not seen. Names are cut where they do not fit. */
struct log_session {
    uint64_t key;                         /* 0: free */
    uint64_t seen;                        /* number of the line that was last */
    uint64_t first_waiting, last_waiting; /* 0: none */
    uint8_t login;                        /* enum log_line_login */
    uint8_t stage;                        /* of the command that was last */
    bool whole;                           /* seen from its first line */
    bool more;                            /* its last refusal goes on in the next line */
    bool encrypted, null_sender;
    uint16_t port;
    uint8_t client, helo, from, to; /* octets of each, in this order */
    char text[LOG_SESSION_TEXT];
};

struct log_sessions;
struct log_sessions *log_sessions_new(uint64_t seed) MUST_CHECK;
void log_sessions_free(struct log_sessions *s);
size_t log_sessions_octets(void);

/* The session of a line. make: a new one where there is none, and the one that is given up for it, if any, in
 * *given_up. NULL: none, or the line names none. */
struct log_session *log_session_of(struct log_sessions *s, const struct log_line *l, bool make,
                                   struct log_session *given_up);
void log_session_end(struct log_session *x);
/* What a line of a conversation tells is kept; what a refusal does not tell itself is told by what was kept. */
void log_session_learn(struct log_session *x, const struct log_line *l);
void log_session_tell(const struct log_session *x, struct log_line *l);

/* Refusals that wait. Adding gives out the oldest one when the place is full: it is in *line (LOG_WAITING_MAX
 * octets), with what its session knew of a login. */
bool log_session_wait(struct log_sessions *s, struct log_session *x, str line, char *out_line,
                      str *out, enum log_line_login *out_login);
/* The next that waits in this session; false: none. line is good until the next wait. */
bool log_session_next(struct log_sessions *s, struct log_session *x, str *line);
/* Any that waits, oldest first. */
bool log_session_any(struct log_sessions *s, str *line, enum log_line_login *login);

/* Messages in the queue. */
void log_message_learn(struct log_sessions *s, const struct log_line *l);
void log_message_tell(const struct log_sessions *s, struct log_line *l);
#endif
