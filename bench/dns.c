/* SPDX-License-Identifier: ISC */
/* bench/dns.c - how many questions a second the asker asks, and what each costs; bench/dns.py runs it
 *
 * usage: dns WAY SERVER PORT ANCHOR OPEN < NAMES        WAY: server, resolver or validator
 *        a line of NAMES: NAME TYPE. At most OPEN questions are under way.
 */
#include "net/asker.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct bench {
    struct net_loop *loop;
    struct net_asker *asker;
    struct dns_question q; /* all but name and type */
    unsigned long asked, answered, useful;
    unsigned open, open_max;
};

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_seconds(void)
{
    struct rusage r;
    getrusage(RUSAGE_SELF, &r);
    return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
           (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

/* Of this program alone; getrusage() counts what stood here before exec() too. */
static long peak_kib(void)
{
    char line[200];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "re");
    while (f && fgets(line, sizeof(line), f))
        if (strncmp(line, "VmHWM:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (f)
        (void)fclose(f);
    return kib;
}

static void ask_more(struct bench *b);

static void done(void *user, const struct dns_answer *answer)
{
    struct bench *b = user;
    b->open--;
    b->answered++;
    b->useful += answer->code == DNS_OK || answer->code == DNS_NXDOMAIN;
    ask_more(b);
}

static void ask_more(struct bench *b)
{
    char line[600];
    while (b->open < b->open_max && fgets(line, sizeof(line), stdin)) {
        str type = str_trim(str_from(line));
        int number = 0;
        b->q.name = str_cut(&type, ' ');
        if (!names_find(&DNS_TYPE_NAMES, type, &number))
            continue;
        b->q.type = (enum dns_type)number;
        b->asked++;
        b->open++;
        if (!net_asker_ask(b->asker, &b->q, done, b))
            exit(1);
    }
    if (b->open == 0)
        net_loop_stop(b->loop);
}

int main(int argc, char **argv)
{
    struct bench b = { .open = 0 };
    struct net_gather_options o = { .timeout_ms = 0 };
    struct err e;
    int way = 0;
    if (argc != 6 || !names_find(&DNS_WAY_NAMES, str_from(argv[1]), &way) ||
        !ip_parse(str_from(argv[2]), &o.resolver))
        return 2;
    o.resolver_port = o.authority_port = (uint16_t)strtoul(argv[3], NULL, 10);
    o.trust_anchor = argv[4];
    b.open_max = o.open_max = o.open_per_server_max = (unsigned)strtoul(argv[5], NULL, 10);
    b.q.way = (enum dns_way)way;
    b.q.at = o.resolver;
    b.loop = net_loop_new(&e);
    b.asker = b.loop ? net_asker_new(b.loop, &o, &e) : NULL;
    if (!b.asker)
        return 1;
    double began = seconds(), cpu = cpu_seconds();
    ask_more(&b);
    net_loop_run(b.loop);
    double took = seconds() - began, used = cpu_seconds() - cpu;
    printf("%lu asked, %lu answered, %.0f a second, %.1f us of CPU each, peak %ld KiB\n", b.asked,
           b.useful, (double)b.answered / took, used * 1e6 / (double)b.answered, peak_kib());
    net_asker_free(b.asker);
    net_loop_free(b.loop);
    return 0;
}
