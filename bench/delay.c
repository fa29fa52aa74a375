/* SPDX-License-Identifier: ISC */
/*
 * bench/delay.c - a line between two network namespaces that takes its time
 * Owns    one TUN device in each namespace, and every packet on its way between them.
 * Leaves  addresses and routes to the caller, who gives them to the device "line" of either side.
 *
 * usage: delay NETNS NETNS LOG
 *
 * Prints "ready", then reads lines "DELAY_US LOSS_PERCENT SEED" from standard input, each answered by
 * "ready", and ends when that does. A packet comes out on the other side DELAY_US after it went in, so a
 * round trip takes twice that; of a hundred packets in either direction LOSS_PERCENT are lost, the same
 * ones for the same SEED. Each attempt at a TCP connection that the first namespace sends out is a line in
 * LOG: milliseconds of the monotonic clock, source port, destination port. A netem queue would do the
 * same, but many kernels come without one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S  UINT64_C(1000000000)
#define NEVER     UINT64_MAX

/* A full queue drops, as a router's does. A power of two. */
enum { QUEUE_PACKETS = 8192, PACKET_OCTETS = 1600 };

struct packet {
    uint64_t due_ns;
    size_t n;
    unsigned char octets[PACKET_OCTETS];
};

/* One direction. The delay is the same for all until it is set anew, so the first in is the first due. */
struct direction {
    int from_fd, to_fd;
    bool logged;
    unsigned head, tail; /* packets ever taken out and put in */
    struct packet packets[QUEUE_PACKETS];
};

static struct direction directions[2];
static uint64_t delay_ns;
static unsigned loss_percent;
static uint32_t chance = 1;
static FILE *syn_log;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

static void die(const char *what)
{
    fprintf(stderr, "delay: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* A TUN device named "line" in the namespace at path. It stays there when we move on. */
static int tun_in(const char *path)
{
    struct ifreq request = { .ifr_flags = IFF_TUN | IFF_NO_PI };
    int ns = open(path, O_RDONLY | O_CLOEXEC);
    int fd;

    if (ns < 0 || setns(ns, CLONE_NEWNET) < 0)
        die(path);
    close(ns);
    fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        die("/dev/net/tun");
    memcpy(request.ifr_name, "line", sizeof("line"));
    if (ioctl(fd, TUNSETIFF, &request) < 0)
        die("making a TUN device");
    return fd;
}

/* The next packet is lost with the odds asked for (xorshift). */
static bool is_lost(void)
{
    chance ^= chance << 13;
    chance ^= chance >> 17;
    chance ^= chance << 5;
    return chance % 100 < loss_percent;
}

/* False: standard input has ended. */
static bool take_order(void)
{
    char line[64];

    if (!fgets(line, sizeof(line), stdin))
        return false;
    char *end = line;
    unsigned long number[3];
    bool whole = true;
    for (size_t i = 0; i < 3; i++) {
        char *from = end;
        number[i] = strtoul(from, &end, 10);
        whole = whole && end > from;
    }
    if (!whole) {
        fprintf(stderr, "delay: no DELAY_US LOSS_PERCENT SEED: %s", line);
        exit(2);
    }
    delay_ns = number[0] * NS_PER_US;
    loss_percent = (unsigned)number[1];
    chance = number[2] ? (unsigned)number[2] : 1;
    printf("ready\n");
    fflush(stdout);
    return true;
}

/* RFC 9293 section 3.1: ports are the first four octets, the flags the fourteenth. */
static void log_syn(const struct packet *p, uint64_t at_ns)
{
    enum { IPV4 = 4, IPV6 = 6, IPV6_HEADER = 40, TCP = 6, SYN = 0x02, ACK = 0x10 };
    unsigned version = p->n ? p->octets[0] >> 4 : 0;
    size_t header = version == IPV4 ? (p->octets[0] & 0x0FU) * 4U : IPV6_HEADER;
    unsigned protocol = version == IPV4 ? p->octets[9] : p->octets[6];
    const unsigned char *tcp = p->octets + header;

    if ((version != IPV4 && version != IPV6) || p->n < header + 20 || protocol != TCP ||
        (tcp[13] & (SYN | ACK)) != SYN)
        return;
    fprintf(syn_log, "%.3f %u %u\n", (double)at_ns / (double)NS_PER_MS, tcp[0] * 256U + tcp[1],
            tcp[2] * 256U + tcp[3]);
    fflush(syn_log);
}

static void take_in(struct direction *d)
{
    for (;;) {
        static struct packet lost;
        bool full = d->tail - d->head == QUEUE_PACKETS;
        struct packet *p = full ? &lost : &d->packets[d->tail % QUEUE_PACKETS];
        ssize_t n = read(d->from_fd, p->octets, sizeof(p->octets));
        uint64_t now = now_ns();

        if (n <= 0)
            return;
        p->n = (size_t)n;
        p->due_ns = now + delay_ns;
        if (d->logged)
            log_syn(p, now);
        if (!full && !is_lost())
            d->tail++;
    }
}

/* Sends on what is due, and says when the next one is. A device that is down or full loses it. */
static uint64_t hand_on(struct direction *d)
{
    while (d->head != d->tail) {
        const struct packet *p = &d->packets[d->head % QUEUE_PACKETS];
        if (p->due_ns > now_ns())
            return p->due_ns;
        ssize_t n = write(d->to_fd, p->octets, p->n);
        (void)n;
        d->head++;
    }
    return NEVER;
}

static void run(void)
{
    struct pollfd fds[] = { { directions[0].from_fd, POLLIN, 0 },
                            { directions[1].from_fd, POLLIN, 0 },
                            { STDIN_FILENO, POLLIN, 0 } };
    while (!fds[2].revents || take_order()) {
        uint64_t first = hand_on(&directions[0]), second = hand_on(&directions[1]);
        uint64_t due = first < second ? first : second, now = now_ns();
        uint64_t wait_ns = due > now ? due - now : 0;
        struct timespec wait = { (time_t)(wait_ns / NS_PER_S), (long)(wait_ns % NS_PER_S) };

        if (ppoll(fds, 3, due == NEVER ? NULL : &wait, NULL) < 0 && errno != EINTR)
            die("waiting");
        for (int i = 0; i < 2; i++)
            if (fds[i].revents)
                take_in(&directions[i]);
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: delay NETNS NETNS LOG\n");
        return 2;
    }
    setvbuf(stdin, NULL, _IONBF, 0); /* what poll() does not see must not wait in a buffer */
    syn_log = fopen(argv[3], "we");
    if (!syn_log)
        die(argv[3]);
    /* The kernel rounds waits up by 50 us for us to be polite; here that would be added delay. */
    prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    int first = tun_in(argv[1]), second = tun_in(argv[2]);
    directions[0].from_fd = directions[1].to_fd = first;
    directions[1].from_fd = directions[0].to_fd = second;
    directions[0].logged = true;
    printf("ready\n");
    fflush(stdout);
    run();
    return 0;
}
