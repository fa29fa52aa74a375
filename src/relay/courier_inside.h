/* SPDX-License-Identifier: ISC */
/*
 * relay/courier_inside.h - what the files of the courier share
 * Owns    job (a message in hand), route, smarthost, visit (one connection): who points to whom, and who frees.
 *
 *     courier.c         the courier of one worker: what comes to it, from where, and its end
 *     courier_job.c     a message in memory, and how it leaves the hand
 *     courier_route.c   which job goes by which connection: order of smarthosts, failover, how many
 *     courier_visit.c   one connection until it can take mail: greeting, TLS, login
 *     courier_mail.c    one mail transaction on it
 *     courier_body.c    its mail data, as kept or in 7 bits
 *     courier_cause.c   why a next hop refused; log lines
 *
 * All on the worker's thread, but the inbox. A visit lives until its dialogue has ended; a route until its last visit has;
 * a job belongs to one list, or to one visit.
 */
#ifndef BATON_RELAY_COURIER_INSIDE_H
#define BATON_RELAY_COURIER_INSIDE_H
#include "mail/seven_bit.h"
#include "net/dialogue.h"
#include "net/resolver.h"
#include "queue/outcome.h"
#include "relay/breaker.h"
#include "relay/courier.h"
#include "relay/lacks.h"
#include "relay/smarthosts.h"
#include "smtp/attempt.h"
#include <pthread.h>
#include <sys/queue.h>

enum {
    COURIER_JOBS_MAX = 20000,      /* messages in memory, of one courier */
    COURIER_OCTETS_MAX = 64 << 20, /* of their envelopes */
    COURIER_TAKE_MAX = 500,        /* from the spool at a time */
    COURIER_ROUND_MAX = 100,       /* recipients of one transaction: RFC 5321 section 4.5.3.1.8 */
    COURIER_ADDRESSES_MAX = 16,    /* of one smarthost */
    COURIER_REPLY_MAX = 1000,      /* octets kept of an answer */
    COURIER_TOLD_MAX = 8 << 20,    /* of all answers about one message */
    COURIER_NAME_MAX = RELAY_COURIER_NAME_MAX, /* "smtp.example.org [192.0.2.1]:587" */
    COURIER_NOTES = 16,                        /* between the rounds of a message, at most */
    COURIER_PIECE = 128 << 10,                 /* of mail data at a time */
    COURIER_LOOK = 256 << 10,                  /* octets looked at in a turn of the loop */
    COURIER_MESSAGES_MAX = 1000,               /* by one connection; then another is made */
    COURIER_IDLE_MS = 5000,                    /* a connection without work is kept so long */
    COURIER_SLOW_MS =
        1000, /* a smarthost that does not answer so long: the next is tried beside it */
    COURIER_STUCK_MS = 1500,   /* the same of one that has answered before */
    COURIER_EYEBALLS_MS = 300, /* and of one address of several: RFC 8305 section 5, roughly */
    COURIER_CONNECT_MS = 10000,
    COURIER_GREETING_SLOW_MS =
        10000,                    /* after that another connection is tried beside the silent one */
    COURIER_ADDRESSES_MS = 60000, /* a look-up is believed so long */
    COURIER_CLEAR_MS =
        600000, /* STARTTLS that broke is not tried again so long, where it is not needed */
    COURIER_GRACE_MS = 5000, /* a route may be down so long before what waits for it goes back */
    COURIER_BACK_MS = 15000, /* and is tried again after so long at first */
    COURIER_BACK_MAX_MS = 600000,
    COURIER_TICK_MS = 100,
    COURIER_NO_BOUNCE_MS = 60000, /* a failure waits so long for room on the disk for its bounce */
    COURIER_NO_ROUTE_MS = 300000, /* a message that no route takes waits for another rule file */
    COURIER_POLL_MS = 30000,      /* the spool is asked at least so often */
    COURIER_FAR_MS = 3 * 3600000  /* nothing is due so late, but where the clock was set back */
};

enum courier_mark {
    MARK_TRIED = 1 << 0,   /* it has its answer of this attempt */
    MARK_FAILED = 1 << 1,  /* for good, in this attempt: a bounce may be owed */
    MARK_EXPIRED = 1 << 2, /* because its time was up */
    MARK_OTHER = 1 << 3,   /* it goes by another route, in the next attempt */
    MARK_RELAYED = 1 << 4, /* to one that tells nobody of success: RFC 3461 section 5.2.2 */
    MARK_PASSED = 1 << 5,  /* this smarthost put it off: it goes to the next in this attempt */
    MARK_PUT_OFF = 1 << 6  /* a smarthost did so in this attempt; its reply is kept */
};
struct courier_job {
    TAILQ_ENTRY(courier_job) link;
    struct relay_courier *courier;
    struct queue_message m; /* it and its recipients lie behind this */
    uint8_t *marks;         /* enum courier_mark, one a recipient */
    size_t octets;          /* of memory, as counted */
    struct arena told;      /* replies of this attempt */
    struct courier_last {   /* why the last smarthost could not take it, where another may */
        enum queue_fate fate;
        str reply, server;
        enum cause_id cause;
    } last;
    size_t unnoted;    /* recipients that have it, of which the spool does not know yet */
    uint32_t tried;    /* smarthosts of its route, as bits */
    bool shaken;       /* a kept connection broke under it: that counts for nothing, once */
    uint64_t since_ms; /* in this memory */
};
TAILQ_HEAD(courier_jobs, courier_job);

enum visit_state {
    VISIT_OPENING, /* up to the login */
    VISIT_IDLE,
    VISIT_BUSY,   /* with a job */
    VISIT_LEAVING /* its end is on its way */
};
struct courier_visit {
    TAILQ_ENTRY(courier_visit) link; /* in host->visits, or host->idle when IDLE */
    /* With the courier's lock, for whoever asks: */
    TAILQ_ENTRY(courier_visit) busy_link; /* in courier->busy while busy_id is not 0 */
    uint64_t busy_id, busy_since_ms;      /* the message, and when it began (since 1970) */
    struct courier_host *host;
    struct net_dialogue *dialogue;
    enum visit_state state;
    bool probe;   /* of a smarthost that was down */
    bool counted; /* its failure was told to the breaker */
    bool opened, shaking, secured, verified, logged_in, old_helo;
    bool closing; /* it said 421 */
    bool ended;   /* its dialogue is gone */
    struct ip address;
    uint64_t began_ms, since_ms; /* since: the present state */
    unsigned messages;
    char name[COURIER_NAME_MAX];

    struct courier_job *job;
    uint64_t mail_ms;                  /* when the transaction began */
    uint32_t round[COURIER_ROUND_MAX]; /* recipients of it, by their number */
    uint8_t accepted[COURIER_ROUND_MAX];
    unsigned round_count, answered, accepted_count;
    bool mail_answered, data_said, data_answered, body_begun, all_said, empty_body;
    bool open;               /* a transaction stands at the server that RSET has to end */
    bool heard;              /* of this transaction */
    bool unreadable, stuck;  /* why we broke it off */
    uint64_t offset;         /* of the mail data given */
    struct mail_7bit *seven; /* converts it on its way; NULL: as it is kept */
    struct buf converted;
    struct relay_lacks lacks; /* while it looks */
    bool looking;
    TAILQ_ENTRY(courier_visit) look_link; /* in courier->looking then */
    struct queue_outcome doom;            /* of all that have no answer; fate GOES_ON: none */
    bool doom_puts_off; /* a 4yz: the answer is the message's, not the connection's */
    str doom_reply;
    enum cause_id doom_cause;
};
TAILQ_HEAD(courier_visits, courier_visit);

struct courier_host {
    struct courier_route *route;
    const struct site_smarthost *site;
    unsigned number;
    struct breaker breaker;
    struct relay_smarthost *counts;
    struct courier_visits visits, idle;            /* each visit is in one of them */
    unsigned visit_count, opening, standing, busy; /* standing: idle or busy */
    uint64_t opening_since_ms;                     /* while nothing else stands */
    uint64_t heard_ms;
    struct ip addresses[COURIER_ADDRESSES_MAX];
    unsigned address_count, address_at; /* at: the next to try */
    uint64_t addresses_until_ms, resolving_since_ms;
    bool resolving;
    bool good; /* a connection to addresses[address_at] came about */
    uint64_t clear_until_ms;
    char why[400]; /* of the last failure, a sentence */
    enum cause_id cause;
};

struct courier_route {
    TAILQ_ENTRY(courier_route) link;
    struct relay_courier *courier;
    struct relay_config *config; /* held */
    const struct site_route *site;
    struct net_tls_context *tls;
    struct net_resolver *resolver; /* its own, so that no answer outlives it */
    struct courier_jobs fresh;
    struct courier_jobs again; /* those that one smarthost could not take: another is to */
    size_t waiting;            /* in both */
    uint64_t down_since_ms;    /* no smarthost may be troubled since then; 0: one may */
    unsigned visit_count;
    bool pumping;
    bool old; /* another rule file is in force: it ends with its last visit */
    unsigned host_count;
    struct courier_host hosts[SITE_SMARTHOSTS];
};
TAILQ_HEAD(courier_routes, courier_route);

struct courier_causes;
struct relay_courier {
    struct relay_worker *worker;
    struct relay *relay;
    struct net_loop *loop;
    struct relay_config *config; /* held */
    struct net_timer *timer;
    struct courier_routes routes, old_routes;
    struct courier_visits looking; /* at messages, before they say anything of them; in turns */
    struct courier_causes *causes;
    uint64_t chance; /* state of what spreads */
    atomic_size_t jobs, octets;

    pthread_mutex_t lock; /* of the inbox and the bell, and of: */
    struct courier_visits busy;
    struct courier_jobs inbox;
    bool bell;        /* a post is on its way */
    bool dead;        /* and is to free us */
    bool sooner;      /* take_wall_ms was set to an earlier time */
    bool urged;       /* relay_courier_wake(): whoever is left alone may be tried */
    bool woken, took; /* relay_courier_wake(), and the spool's answer: */
    size_t took_count;
    uint64_t next_due_ms;

    char piece[COURIER_PIECE];

    /* Worker 0's alone: asking the spool. */
    atomic_uint_fast64_t take_wall_ms; /* when it is asked next, since 1970 */
    atomic_bool missed;                /* something was left in the spool for want of room */
    bool started, taking, take_again;
    size_t asked;         /* for so many */
    uint64_t take_at_ms;  /* loop's clock */
    uint64_t far_ms;      /* what is due up to then is taken now; 0: what is due now */
    uint64_t timer_at_ms; /* what the timer is set to */
    atomic_bool stopping;
    uint64_t stop_at_ms;
    bool ended; /* relay_courier_stop() is done */
    void (*stopped)(void *user);
    void *stopped_user;
};

/* courier.c */
uint64_t courier_now_ms(struct relay_courier *c); /* the loop's */
uint32_t courier_chance(struct relay_courier *c);
void courier_look(struct relay *r); /* from any thread: the spool may have something */
void courier_due(struct relay *r, uint64_t due_ms);
void courier_ring(struct relay_courier *c); /* another turn of the loop is wanted */
void courier_wind(struct relay_courier *c); /* sets the timer by what is to be done */
void courier_job_done(
    struct courier_job *job); /* frees; the last of a courier that stops ends that */
void courier_maybe_stopped(struct relay_courier *c);

/* courier_job.c */
struct courier_job *courier_job_new(const struct queue_message *m) MUST_CHECK; /* a copy */
void courier_job_free(struct courier_job *job);
str courier_keep(struct courier_job *job,
                 str text); /* cut to what may be kept; empty when memory is short */
/* The recipient's answer. reply and server live as long as the job, or until it is settled. */
void courier_answer(struct courier_job *job, size_t recipient, enum queue_fate fate, str reply,
                    str server, enum cause_id cause);
/* The attempt goes on: who has it is kept, so that nobody gets it twice should we end before it does. */
void courier_note(struct courier_job *job);
/* The attempt is over: what became of it is kept, bounces with it; then the job is gone. */
void courier_settle(struct courier_job *job);
/* No attempt was made: it is due again then, and its time may be up. why: a sentence for all that wait. */
void courier_put_back(struct courier_job *job, uint64_t wait_ms, str why, enum cause_id cause);
void courier_give_back(struct courier_job *job); /* as it was, at once */
/* No smarthost is left to try: what has no answer has the last one told, and waits. */
void courier_end_attempt(struct courier_job *job);

/* courier_route.c */
struct courier_route *courier_route_for(struct relay_courier *c, const struct queue_message *m);
struct courier_route *courier_route_new(struct relay_courier *c, const struct site_route *site,
                                        struct err *e);
void courier_route_add(struct courier_route *r, struct courier_job *job);
/* Another smarthost, or the end of the attempt. */
void courier_route_elsewhere(struct courier_route *r, struct courier_job *job, unsigned failed);
void courier_route_first(struct courier_route *r, struct courier_job *job); /* before the others */
bool courier_route_has_other(const struct courier_route *r, uint32_t tried);
void courier_route_pump(struct courier_route *r);
void courier_route_tick(struct courier_route *r, uint64_t now_ms);
bool courier_route_busy(const struct courier_route *r); /* does it want the timer? */
void courier_route_end(
    struct courier_route *r); /* queued jobs go back, idle visits leave; frees when it can */
void courier_route_maybe_free(struct courier_route *r);
/* MARK_OTHER for whoever it is not for. */
void courier_mark_others(const struct courier_route *r, struct courier_job *job);
bool courier_has_route(const struct relay_config *c, const struct queue_recipient *r);

/* courier_visit.c */
void courier_tell_breaker(struct courier_host *h); /* to the metrics, when it has changed */
bool courier_visit_open(struct courier_host *h, const struct ip *address, bool probe);
void courier_visit_leave(struct courier_visit *v); /* QUIT */
void courier_visit_idle(
    struct courier_visit *v); /* after a transaction: free for the next, or leaves */
void courier_visit_busy(struct courier_visit *v);
void courier_host_failed(struct courier_host *h, struct courier_visit *v, uint64_t least_ms,
                         enum cause_id cause, const char *fmt, ...) PRINTF_LIKE(5, 6);

/* courier_mail.c */
void courier_mail_begin(struct courier_visit *v, struct courier_job *job);
void courier_mail_look(struct relay_courier *c); /* a turn of the first that looks */
void courier_mail_unlook(struct courier_visit *v);
void courier_mail_event(struct courier_visit *v, const struct net_dialogue_event *ev);
void courier_mail_lost(struct courier_visit *v, const struct net_dialogue_event *ev);

/* courier_body.c */
void courier_body_begin(struct courier_visit *v,
                        struct relay_lacks *lacks); /* takes lacks->seven */
/* The next piece, in memory that is good until the next call for any visit. False: it cannot be read. */
bool courier_body_read(struct courier_visit *v, str *out, struct err *e) MUST_CHECK;
void courier_body_done(struct courier_visit *v); /* back to the beginning */

/* courier_cause.c */
struct courier_causes *courier_causes_new(uint64_t seed);
void courier_causes_free(struct courier_causes *k);
/* What the reply of a next hop means; to: the recipient, or empty. */
enum cause_id courier_cause_of(struct courier_visit *v, enum smtp_stage stage, unsigned code,
                               const struct smtp_enhanced *x, str text, str from, str to);
/* "554 5.7.1 text" of a reply, lines parted by LF, into room. */
str courier_reply_text(const struct smtp_reply *r, char *room, size_t octets);
void courier_log_answer(struct courier_job *job, size_t recipient, const char *event,
                        enum net_log_level level);
void courier_log_delivered(struct courier_visit *v, str reply, size_t count, size_t first,
                           uint64_t took_ms);
void courier_log_host(struct courier_host *h, enum net_log_level level, const char *event,
                      const char *why, enum cause_id cause, uint64_t pause_ms);
#endif
