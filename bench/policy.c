/* SPDX-License-Identifier: ISC */
/*
 * bench/policy.c - what a decision over ten thousand rules and networks costs, and what its record
 * Owns    the rules and sessions, of each way in which a decision goes, and the clock around each single one.
 * Prints  median, 99th of a hundred, and the worst of all (which has the machine's own pauses in it), in nanoseconds.
 *
 * policy DIR: records are written there.
 */
#include "base/buf.h"
#include "policy/file.h"
#include "relay/record.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { NETWORKS = 6000, LOGINS = 2000, DOMAINS = 1500, FORBIDS = 500, TIMES = 20000 };

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void rules(struct buf *b)
{
    buf_addf(b, "listen \"submission\" { port = 587 }\n");
    for (int i = 0; i < NETWORKS; i++) {
        if (i % 3 == 2)
            buf_addf(b, "permit \"n%d\" { network = \"2001:db8:%x::/%d\" }\n", i, i, 48);
        else if (i % 3 == 1)
            buf_addf(b, "permit \"n%d\" { network = \"10.%d.%d.%d\" tls = true }\n", i, i / 250,
                     i % 250, 1 + i % 9);
        else
            buf_addf(b, "permit \"n%d\" { network = \"172.%d.%d.0/%d\" rate = \"100/h\" }\n", i,
                     16 + i / 3 / 250, i / 3 % 250, 24);
    }
    for (int i = 0; i < LOGINS; i++)
        buf_addf(b,
                 "permit \"l%d\" { login = \"user%d@corp.example\" sender = {owned, "
                 "\"@d%d.example\"} }\n",
                 i, i, i);
    for (int i = 0; i < DOMAINS; i++)
        buf_addf(b, "permit \"d%d\" { recipient-domain = \"%sd%d.example\" }\n", i,
                 i % 5 ? "" : "*.", i);
    for (int i = 0; i < FORBIDS; i++)
        buf_addf(b, "forbid \"f%d\" { network = \"192.%d.%d.0/24\" }\n", i, i / 250, i % 250);
}

static const struct session {
    const char *what, *client, *login, *from, *to;
} SESSIONS[] = {
    { "a login, permitted", "198.51.100.7", "user7@corp.example", "user7@corp.example",
      "a@elsewhere.example" },
    { "a login, another's address", "198.51.100.7", "user7@corp.example", "b@c.example",
      "a@elsewhere.example" },
    { "an address, permitted", "2001:db8:5::1", "", "b@c.example", "a@elsewhere.example" },
    { "a domain, permitted", "198.51.100.7", "", "b@c.example", "a@d7.example" },
    { "below a domain, permitted", "198.51.100.7", "", "b@c.example", "a@x.y.d5.example" },
    { "a ban", "192.0.5.1", "", "b@c.example", "a@d7.example" },
    { "a stranger, refused", "198.51.100.7", "", "b@c.example", "a@elsewhere.example" },
    { "a stranger by IPv6, 100 labels", "2001:db8:ffff::1", "", "b@c.example",
      "a@1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5."
      "6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0."
      "elsewhere.example" },
};

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t took[TIMES];

static void print(const char *what)
{
    qsort(took, TIMES, sizeof *took, by_size);
    printf("%-34s %8u %8u %10u\n", what, took[TIMES / 2], took[TIMES - TIMES / 100],
           took[TIMES - 1]);
}

static struct policy_facts facts_of(const struct session *s)
{
    struct policy_facts f = { .listener = STR("submission"),
                              .login = str_from(s->login),
                              .reverse_path = str_from(s->from),
                              .forward_path = str_from(s->to) };
    (void)!ip_parse(str_from(s->client), &f.client);
    return f;
}

static unsigned decide(const struct policy *p)
{
    unsigned permitted = 0;
    for (size_t i = 0; i < COUNT_OF(SESSIONS); i++) {
        const struct policy_facts f = facts_of(&SESSIONS[i]);
        for (size_t k = 0; k < TIMES; k++) {
            uint64_t began = now_ns();
            permitted += policy_decide(p, &f).outcome == POLICY_PERMIT;
            took[k] = (uint32_t)(now_ns() - began);
        }
        print(SESSIONS[i].what);
    }
    return permitted;
}

/* As fast as they come, then as fast as 50,000 messages a second bring them. */
static void record(struct relay_records *r, const struct policy *p, const char *what,
                   uint64_t pause_ns)
{
    struct relay_record rec = { .digest = policy_digest(p),
                                .facts = facts_of(&SESSIONS[0]),
                                .helo = STR("client.example") };
    uint64_t lost = relay_records_lost(r);
    for (size_t k = 0; k < TIMES; k++) {
        uint64_t began = now_ns(), next = began + pause_ns;
        relay_records_add(r, &rec);
        took[k] = (uint32_t)(now_ns() - began);
        while (pause_ns && now_ns() < next)
            ;
    }
    print(what);
    relay_records_flush(r);
    printf("%-34s %8llu\n", "  not kept, the disk was slower",
           (unsigned long long)(relay_records_lost(r) - lost));
}

int main(int argc, char **argv)
{
    struct arena a;
    struct buf text;
    struct policy_file file;
    struct err e;
    if (argc != 2) {
        fputs("usage: policy DIR\n", stderr);
        return 2;
    }
    arena_init(&a, 512 << 20);
    buf_init(&text, 16 << 20);
    rules(&text);
    if (!policy_file_read(STR("rules"), buf_str(&text), &a, &file, &e) ||
        !policy_file_build(&file, NULL, 0, &a, &e)) {
        fprintf(stderr, "%s\n", e.why);
        return 1;
    }
    struct relay_records *r = relay_records_open(argv[1], 256 << 20, &e);
    if (!r) {
        fprintf(stderr, "%s\n", e.why);
        return 1;
    }
    printf("%d rules; nanoseconds          median      99 %%      worst\n",
           NETWORKS + LOGINS + DOMAINS + FORBIDS);
    unsigned permitted = decide(file.policy);
    record(r, file.policy, "a record, one behind the other", 0);
    record(r, file.policy, "a record, 50,000 a second", 20000);
    relay_records_close(r);
    buf_done(&text);
    arena_done(&a);
    return permitted == 0; /* four kinds of session pass */
}
