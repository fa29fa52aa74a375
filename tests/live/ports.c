/* SPDX-License-Identifier: ISC */
#include "ports.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { FIRST = 10240, LAST = 65535, FEW = 1000 };

static bool is_bound(int fd, const void *at, socklen_t n)
{
    return fd >= 0 && bind(fd, at, n) == 0;
}

static bool is_free(uint16_t port)
{
    const struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
    int tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool free_for_both = is_bound(tcp, &at, sizeof at) && is_bound(udp, &at, sizeof at);
    if (tcp >= 0)
        close(tcp);
    if (udp >= 0)
        close(udp);
    return free_for_both;
}

/* The socket stays open: it is the reservation. */
static bool reserve(uint16_t port)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int n = snprintf(at.sun_path + 1, sizeof at.sun_path - 1, "baton-test-port-%u", (unsigned)port);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (is_bound(fd, &at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)))
        return true;
    if (fd >= 0)
        close(fd);
    return false;
}

static void range_of_connections(unsigned *low, unsigned *high)
{
    FILE *f = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
    *low = 32768;
    *high = 60999;
    if (f && fscanf(f, "%u %u", low, high) != 2)
        abort();
    if (f)
        fclose(f);
    if ((*low > FIRST ? *low - FIRST : 0) + (LAST - *high) < FEW)
        *low = *high = 0;
}

uint16_t test_free_port(void)
{
    static unsigned next;
    const unsigned count = LAST - FIRST + 1;
    unsigned low, high;
    range_of_connections(&low, &high);
    if (!next)
        next = (unsigned)getpid() * 97;
    for (unsigned tried = 0; tried < count; tried++) {
        unsigned port = FIRST + next++ % count;
        /* Reserved before it is tried: who only tries a port takes it from its owner for that moment. */
        if ((port < low || port > high) && reserve((uint16_t)port) && is_free((uint16_t)port))
            return (uint16_t)port;
    }
    fputs("no port is left for a test\n", stderr);
    abort();
}
