/* SPDX-License-Identifier: ISC */
/* relay/clients.c - how many sessions are open, in all and of each client */
#include "relay/clients.h"
#include "base/hash.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* One chain for a few clients each when all sessions are of different ones. */
enum { CHAINS = 1 << 14 };

struct client {
    struct client *next;
    struct ip is;
    unsigned sessions;
};
struct relay_clients {
    pthread_mutex_t lock;
    uint64_t key[2]; /* so that nobody can choose addresses that share a chain */
    unsigned sessions;
    struct client *chains[CHAINS];
};

struct relay_clients *relay_clients_new(struct err *e)
{
    struct relay_clients *c = calloc(1, sizeof *c);
    if (!c) {
        err_memory(e, "the counts of sessions");
        return NULL;
    }
    pthread_mutex_init(&c->lock, NULL);
    if (getrandom(c->key, sizeof c->key, 0) != sizeof c->key) {
        relay_clients_free(c);
        err_sys(e, "drawing a random number");
        return NULL;
    }
    return c;
}

void relay_clients_free(struct relay_clients *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < CHAINS; i++)
        while (c->chains[i]) {
            struct client *one = c->chains[i];
            c->chains[i] = one->next;
            free(one);
        }
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static struct ip client_of(const struct ip *address)
{
    struct ip is = { .family = address->family };
    memcpy(is.octets, address->octets, address->family == IP_V6 ? 8 : 4);
    return is;
}

static struct client **place_of(struct relay_clients *c, const struct ip *is)
{
    uint64_t h = hash_keyed(c->key, (str){ (const char *)is->octets, sizeof is->octets });
    struct client **at = &c->chains[h % CHAINS];
    while (*at && !ip_eq(&(*at)->is, is))
        at = &(*at)->next;
    return at;
}

static enum relay_clients_answer enter(struct relay_clients *c, const struct ip *is, unsigned most)
{
    struct client **at = place_of(c, is);
    if (!*at)
        *at = calloc(1, sizeof **at);
    if (!*at)
        return RELAY_CLIENTS_FULL;
    (*at)->is = *is;
    if ((*at)->sessions >= most)
        return RELAY_CLIENT_TOO_MANY;
    (*at)->sessions++;
    c->sessions++;
    return RELAY_CLIENT_IN;
}

enum relay_clients_answer relay_clients_enter(struct relay_clients *c, const struct ip *client,
                                              unsigned most_in_all, unsigned most_of_one)
{
    struct ip is = client_of(client);
    pthread_mutex_lock(&c->lock);
    enum relay_clients_answer answer = c->sessions >= most_in_all ? RELAY_CLIENTS_FULL
                                                                  : enter(c, &is, most_of_one);
    pthread_mutex_unlock(&c->lock);
    return answer;
}

void relay_clients_leave(struct relay_clients *c, const struct ip *client)
{
    struct ip is = client_of(client);
    pthread_mutex_lock(&c->lock);
    struct client **at = place_of(c, &is), *one = *at;
    if (one && one->sessions > 0) {
        c->sessions--;
        if (--one->sessions == 0) {
            *at = one->next;
            free(one);
        }
    }
    pthread_mutex_unlock(&c->lock);
}
