/* SPDX-License-Identifier: ISC */
/*
 * relay/relay.h - the relay as a whole: what its parts share
 * Owns    the parts and the order in which they start and end (relay.c).
 * Threads One worker a loop, each on a thread of its own; worker 0 also has the control socket, the metrics and the
 *         signals. What workers share locks itself: spool, pool, rates, windows, brake, records, log.
 */
#ifndef BATON_RELAY_RELAY_H
#define BATON_RELAY_RELAY_H
#include "net/handed.h"
#include "net/log.h"
#include "net/loop.h"
#include "net/notify.h"
#include "net/pool.h"
#include "relay/config.h"
#include "relay/disk_full.h"
#include "relay/metrics.h"
#include "spool/spool.h"
#include <pthread.h>

struct relay_worker { /* touched by its own thread alone, but loop (net_post) and counters */
    struct relay *relay;
    unsigned number;
    struct net_loop *loop;
    struct relay_counters counters;
    struct relay_server *server; /* server.h: sockets that listen, and sessions */
    struct relay_courier
        *courier; /* courier.h: hand-off; a destination belongs to one worker by hash */
    struct relay_looks *looks; /* decide.h: resolver and what it was asked */
};
struct relay {
    struct relay_config *config; /* by relay_config_hold() */
    pthread_mutex_t config_lock; /* of that pointer */
    char *rule_file;
    struct relay_settled *settled; /* reload.h */
    struct net_handed *handed;     /* sockets of the service manager; NULL: none */
    struct spool *spool;
    struct net_pool *pool;
    struct net_log *log;
    struct relay_clients *clients;       /* clients.h: sessions open of each client */
    struct relay_rates *rates;           /* rates.h */
    struct relay_smarthosts *smarthosts; /* smarthosts.h */
    struct relay_windows *windows;       /* windows.h: POP windows and temporary permits */
    struct relay_brake *brake;           /* brake.h: how fast logins may be tried */
    struct relay_records *records;       /* record.h */
    struct relay_worker *workers;
    struct relay_thread *threads; /* relay.c: one a worker */
    unsigned worker_count;
    struct relay_service *service; /* service.h; NULL: none, or none any more */
    struct net_notify *notify;     /* service.h; NULL: nobody wants to be told */
    struct relay_signals *signals; /* signals.h */
    struct relay_disk_full disk_full;
    atomic_bool stopping; /* relay_stop() was called */
    uint64_t started_ms;  /* since 1970 */
};

/* Reads the rule file and opens the ports: before privileges are dropped. No thread is started, and nothing is written. */
struct relay *relay_new(const char *rule_file, struct err *e) MUST_CHECK;
/* Opens the state, as the user of now, starts the threads, and runs worker 0 on this one until relay_stop(). What is of
 * loop 0 and not of the relay (control socket, metrics) is made before and freed after, by who calls. */
bool relay_run(struct relay *r, struct err *e);
void relay_stop(
    struct relay
        *r); /* from any thread, or a signal's callback: sessions end with 421, then it returns */
/* On worker 0: by relay_reload_now() (reload.h), which tells of it. False: e says why the old file stays in force.
 * unopened: a listener of the new file that worker 0 could not open. */
typedef void relay_unopened(void *user, const struct site_listener *l, const struct err *why);
bool relay_reload(struct relay *r, relay_unopened *unopened, void *user, struct err *e) MUST_CHECK;
void relay_free(struct relay *r);
uint64_t relay_now_ms(void); /* since 1970 */
#endif
