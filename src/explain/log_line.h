/* SPDX-License-Identifier: ISC */
/*
 * explain/log_line.h - one line of a mail server's log as a value
 * Owns    stamps and prefixes (RFC 3164, RFC 5424, ISO 8601, journald, containers), and the line's meaning: which
 *         program, what happened, to whom, in which session. One file a program: log_line_postfix.c ...
 * Leaves  what lines of one session tell together to explain/log.h and explain/read.h.
 *
 * Nothing is copied: slices point into the line. The time to read one is linear in its length.
 */
#ifndef BATON_EXPLAIN_LOG_LINE_H
#define BATON_EXPLAIN_LOG_LINE_H
#include "explain/said.h"

enum log_line_event {
    LOG_LINE_FOREIGN,    /* of no mail program */
    LOG_LINE_NOTHING,    /* of one, and nothing that is asked for here */
    LOG_LINE_CONNECT,    /* a client came */
    LOG_LINE_DISCONNECT, /* and left; login may be told by counters */
    LOG_LINE_LOGIN,      /* a login was taken */
    LOG_LINE_TAKEN, /* a message was taken, or begins to be: its queue id, client, reverse-path */
    LOG_LINE_DELIVERED, /* and handed on */
    LOG_LINE_REFUSED,   /* this server refused a client */
    LOG_LINE_ASIDE, /* a warning before the refusal that follows it, or that would have followed */
    LOG_LINE_UNDELIVERED, /* bounced or deferred: refused by the next server, or here */
    LOG_LINE_TRIED,       /* one of several tries; the line that ends them follows */
    LOG_LINE_COMMAND,     /* of a conversation: what the client said; stage, from, to, helo */
    LOG_LINE_REPLY,       /* and a good answer to it */
    LOG_LINE_TROUBLE,     /* the program's own trouble: with TLS, SASL, its settings */
    LOG_LINE_UNREAD       /* it looks like a refusal and could not be read */
};

enum log_line_login {
    LOG_LOGIN_NOT_TOLD,
    LOG_LOGIN_NONE,
    LOG_LOGIN_TAKEN,
    LOG_LOGIN_REFUSED,
    LOG_LOGINS
};

#define LOG_NO_TIME INT64_MIN

/* Empty, 0, NONE: not told. */
struct log_line {
    enum log_line_event event;
    enum explain_dialect dialect; /* DIALECT_NONE: of a program that has no row there */
    bool begins;    /* a stamp, or a program's name, stands at its start: it continues no other */
    bool of_client; /* the log of a program that submits */
    bool more;      /* lines of this reply follow, each with a line of its own in the log */
    bool
        tells_logins; /* its lines follow a conversation: a login stands before what it is for, and so do names */
    int64_t time_s; /* since 1970 by the log's own clock; LOG_NO_TIME */
    str program;    /* "postfix/smtpd" */
    str host;       /* that wrote the log */
    str session; /* the same in all lines of a session: number of the process, of the connection */
    str queue_id;
    str client_name;    /* as the server looked it up */
    str client_address; /* as it stands there */
    str helo, from, to;
    bool null_sender;
    enum log_line_login login;
    str user, mechanism;
    bool encrypted;
    uint16_t port; /* of the server, that the client came to */
    /* The refusal. */
    enum smtp_stage stage;
    enum smtp_end end;
    unsigned code;
    struct smtp_enhanced enhanced;
    str words;          /* as they stand in the line, without the codes before them */
    str by, by_address; /* the server that refused; empty: the one that wrote the log */
    uint16_t by_port;
};

enum { LOG_COLUMNS = 40 };

/* What lines before tell about this one. Zeroed: nothing. */
struct log_reader {
    int year; /* of stamps without one */
    int64_t
        latest_s; /* no line is newer: a stamp that would be is of the year before; 0: not known */
    unsigned char columns[LOG_COLUMNS]; /* of a table with a "#Fields:" line: what each is */
    unsigned column_count;
    bool sends; /* the table is that of a server that hands on */
};

void log_line_read(struct log_reader *r, str line, struct log_line *out);

/* The facts that a line tells by itself: bits of enum explain_fact. */
unsigned log_line_facts(const struct log_line *l);
/* Did the server whose log it is refuse, or did another refuse it? ANY: the line does not tell. */
enum cause_side log_line_side(const struct log_line *l);
/* Who refused, where the line tells it. */
enum finding_hop log_line_hop(const struct log_line *l, unsigned facts);
/* The words on one line, blanks folded, without the codes that stand before the later lines of a reply ("550-5.7.1 a
 * 550 5.7.1 b", and Exim's "\\n" between). Lies in memory; p NULL: memory is short. */
str log_line_words(const struct log_line *l, struct arena *memory);
/* A number for all texts that are alike but for addresses, names of hosts, numbers and what stands in brackets. */
uint64_t log_words_hash(str words, uint64_t seed);
/* The refusal as a place of the page, with what stands around it. False: the page is full, or memory short. */
str log_domain_of(str mailbox); /* behind the last at-sign; empty: none */
bool log_line_say(const struct log_line *l, struct explain_page *p);

/* Settings of whoever submitted, where the page has none yet. */
void log_line_settings(const struct log_line *l, struct explain_page *p);

/* Each takes the message behind the prefix and fills in the rest; false: it is none of that program's. */
bool log_line_postfix(str message, struct log_line *out);
bool log_line_exim(str message, struct log_line *out);
bool log_line_sendmail(str message, struct log_line *out);
bool log_line_opensmtpd(str message, struct log_line *out);
bool log_line_qmail(str message, struct log_line *out);
bool log_line_msmtp(str message, struct log_line *out);
bool log_line_haraka(str message, struct log_line *out);
bool log_line_others(str message, struct log_line *out); /* by out->program */
/* These take the whole line: what stands before their messages is their own. */
bool log_line_exchange(struct log_reader *r, str line, struct log_line *out);
bool log_line_hmailserver(str line, struct log_line *out);
bool log_line_smartermail(str line, struct log_line *out);
bool log_line_mdaemon(str line, struct log_line *out);
#endif
