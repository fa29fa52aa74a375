/* SPDX-License-Identifier: ISC */
/*
 * explain/log.h - a whole server log, line by line, to refusals grouped by their cause
 * Owns    joining the lines of a session (did the client log in? what was its queue id?), the groups, their counts,
 *         first and last time and one example.
 * Leaves  one line's meaning to explain/log_line.h; reading, unpacking and following files to cmd.
 *
 * Memory is flat in the length of the log: sessions that are open, groups, and answers that were worked out before
 * (by words with addresses and numbers left out) each have a maximum.
 */
#ifndef BATON_EXPLAIN_LOG_H
#define BATON_EXPLAIN_LOG_H
#include "explain/explain.h"

/* Who the refusal is about. Slices are good until the next line, or the next page of groups. */
struct explain_group {
    enum cause_id cause; /* CAUSE_NONE: refused, and the cause is not known */
    double confidence;
    enum finding_hop hop;
    enum explain_dialect dialect; /* of the program whose line it is; NONE: not told */
    enum cause_side side; /* takes: the server whose log it is refused; sends: another refused it;
                             ANY: the line does not tell */
    str client;           /* address, or "local" */
    str sender;           /* reverse-path, "<>" of a bounce; empty: not told */
    str domain;           /* of the recipient */
    bool
        unnamed; /* too small to be kept by name, of very many: client, sender, domain, example are empty */
    uint64_t count;
    uint64_t error; /* count may be too high by as much as this; 0: exact */
    int64_t first_s,
        last_s; /* seconds since 1970 as the log's own clock says, the year of a syslog line taken from
                                the caller; INT64_MIN: no time could be read */
    str example; /* one of the first lines, secrets hidden; empty: not kept, of a small group among very many */
};

struct explain_log_totals {
    uint64_t lines, octets, refusals, sessions;
    uint64_t unread;  /* lines of a mail program that looked like a refusal and could not be read */
    uint64_t foreign; /* lines of no mail program */
    uint64_t cut;     /* lines longer than the maximum */
    uint64_t logins;  /* taken */
    uint64_t logins_refused;
};

struct explain_log_limits {
    size_t
        groups; /* 1,000,000 exact; above that the largest are kept (space-saving), with their error */
    size_t octets; /* of all memory together */
    int year;      /* of a syslog line without one: the year of the log's end */
    /* The log's last change, by its own clock: a stamp without a year that would be newer by a day is of the
     * year before; 0: not known. */
    int64_t latest_s;
    uint64_t seed; /* of hashes: a number that strangers, who write into logs, do not know */
    /* Refusals before since_s and from until_s on are read and not counted; 0: no such end. By the log's own clock;
     * a refusal without a time counts. */
    int64_t since_s, until_s;
    /* Called for each refusal that is counted, when it is: of holds the group after it, example is this very line.
     * NULL: nobody. For --follow. */
    void (*refused)(void *user, const struct explain_group *of);
    void *user;
};

struct explain_log;
struct explain_log *explain_log_new(struct explainer *x,
                                    const struct explain_log_limits *limits) MUST_CHECK;
void explain_log_free(struct explain_log *g);
AUTO_FREE(explain_log_freep, struct explain_log, explain_log_free)

/* One line without its end. False: memory is short, nothing was counted. */
bool explain_log_line(struct explain_log *g, str line, struct err *e) MUST_CHECK;
/* What is still open (a session without its last line) is counted; lines may follow (--follow). */
void explain_log_settle(struct explain_log *g);
const struct explain_log_totals *explain_log_totals(const struct explain_log *g);
/* The largest groups first, at most room of them, the first `from` left out; the number of all that are kept. A
 * million are asked for in pages: what is asked for page after page, with no line between, is ordered once. */
size_t explain_log_groups(struct explain_log *g, size_t from, struct explain_group *out,
                          size_t room);
#endif
