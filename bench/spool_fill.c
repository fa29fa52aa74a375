/* SPDX-License-Identifier: ISC */
/*
 * bench/spool_fill.c - a queue with many messages that wait, made through the spool itself
 * Owns    keeping COUNT messages of OCTETS each in DIR, to be tried an hour from now.
 * Leaves  what starts on that queue to bench/relay.
 */
#include "base/buf.h"
#include "spool/spool.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WAITING_MAX = 5000, HOUR_MS = 3600 * 1000, ROOM = 1 << 16 };

static atomic_ulong kept, failed;

static void done(void *user, uint64_t id, enum spool_result result)
{
    (void)user;
    (void)id;
    atomic_fetch_add(result == SPOOL_KEPT ? &kept : &failed, 1);
}

static int keep_one(struct spool *s, unsigned long i, str octets, uint64_t now_ms)
{
    char from[64], to[64];
    snprintf(from, sizeof from, "from%lu@bench.example", i);
    snprintf(to, sizeof to, "to%lu@next.example", i);
    struct queue_recipient one = { .forward_path = { to, strlen(to) } };
    struct queue_message m = { .reverse_path = { from, strlen(from) },
                               .login = STR("load@bench.example"),
                               .listener = STR("bench"),
                               .helo = STR("client.bench.example"),
                               .route = STR("sink"),
                               .arrived_ms = now_ms,
                               .due_ms = now_ms + HOUR_MS,
                               .size_octets = octets.n,
                               .attempts = 1,
                               .recipients = &one,
                               .recipient_count = 1 };
    struct spool_draft *d = spool_draft_new(s);
    if (!d || spool_draft_add(d, octets) != SPOOL_KEPT) {
        spool_draft_free(d);
        return 1;
    }
    spool_keep(s, d, &m, false, done, NULL);
    return 0;
}

int main(int argc, char **argv)
{
    static char text[ROOM];
    struct err e = { .kind = ERR_NONE };
    if (argc != 4) {
        fputs("usage: spool_fill DIR COUNT OCTETS\n", stderr);
        return 2;
    }
    unsigned long count = strtoul(argv[2], NULL, 10);
    size_t octets = strtoul(argv[3], NULL, 10) % ROOM;
    memset(text, 'x', sizeof text);
    for (size_t i = 78; i < octets; i += 80)
        memcpy(text + i, "\r\n", 2);
    struct spool *s = spool_open(&(struct spool_options){ .dir = argv[1] }, &e);
    if (!s) {
        fprintf(stderr, "spool_fill: %s\n", e.why);
        return 1;
    }
    uint64_t now_ms = (uint64_t)time(NULL) * 1000;
    for (unsigned long i = 0; i < count; i++) {
        if (keep_one(s, i, (str){ text, octets }, now_ms))
            break;
        while (i >= kept + failed + WAITING_MAX)
            usleep(500);
    }
    spool_close(s);
    printf("%lu kept, %lu failed\n", kept, failed);
    return kept == count ? 0 : 1;
}
