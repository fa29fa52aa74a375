/* SPDX-License-Identifier: ISC */
/*
 * relay/receive.h - one message, from MAIL to its 250: what receive.c, data.c and keep.c share with each other
 * Owns    the value that MAIL begins. Once the message is given to the spool it belongs to the hand-over: the session may be
 *         gone before it is told how that went, and the courier needs the envelope even then.
 */
#ifndef BATON_RELAY_RECEIVE_H
#define BATON_RELAY_RECEIVE_H
#include "mail/from.h"
#include "relay/own.h"
#include "relay/record.h"
#include "relay/visit.h"

enum { RELAY_AUTHORS_MAX = 2 * MAIL_AUTHORS_MAX };

struct relay_mail {
    struct arena arena;
    struct queue_message m; /* recipients: room for as many as `room` */
    size_t room;
    struct arena last; /* of the recipient that is judged; who is refused leaves nothing behind */
    bool inbound;      /* some recipient is let in for being ours: no submission */
    struct policy_facts facts;
    /* Mail data. */
    struct spool_draft *draft;
    struct buf header;
    size_t header_at; /* of it: what stands before is known to be fields, and mbox_line first */
    size_t mbox_line; /* octets of an mbox "From " line that the message began with */
    bool in_body;
    uint64_t line; /* octets of the line so far */
    uint64_t size; /* of what the draft holds */
    /* The end of it. */
    struct relay_author {
        str address;
        enum policy_author field;
    } authors[RELAY_AUTHORS_MAX];
    size_t author_count, at_author, at_to;
    uint64_t ended_us;
    /* The hand-over. */
    struct relay_worker *worker;
    struct relay_config *config;
    struct relay_visit *visit; /* good as long as there is a stream of that id */
    net_id stream;
    enum spool_result result;
    bool taken;
};

enum { RELAY_HEADER_MAX = 256 << 10 }; /* of a message, without what follows it in one piece */

/* Refusals of our own, for which there is no rule. */
extern const struct relay_words RELAY_SAYS_NO_MEMORY, RELAY_SAYS_FULL, RELAY_SAYS_FAILED;
/* Answers by them, with a record of its own. out: that record, for the log. */
void relay_say(struct relay_visit *v, const struct relay_words *w, struct relay_own *out);

static inline struct relay *relay_of(const struct relay_visit *v)
{
    return v->server->worker->relay;
}
static inline const struct site *relay_site_of(const struct relay_visit *v)
{
    return &v->config->rules.file.site;
}

/* receive.c */
void relay_answer_verdict(struct relay_visit *v, const struct relay_verdict *d);
void relay_log_refusal(const struct relay_visit *v, const struct relay_verdict *d,
                       const char *event);
/* data.c: the message ended before its header did. False: *why. */
bool relay_header_cut(struct relay_visit *v, const struct relay_words **why);
void relay_refuse_data(struct relay_visit *v, const struct relay_words *why);
#endif
