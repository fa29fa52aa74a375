/* SPDX-License-Identifier: ISC */
/* Whatever the file holds, there is someone to ask, in bounds; read again without what is no line of ours, it
 * says the same. */
#include "net/resolv_conf.h"
#include "base/buf.h"
#include <assert.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

/* The values as a file of their own. */
static void write_again(const struct net_resolv_conf *c, struct buf *out)
{
    char text[IP_TEXT_MAX];
    for (size_t i = 0; i < c->count; i++)
        buf_addf(out, "nameserver %s\n", ip_text(&c->servers[i], text));
    buf_addf(out, "options timeout:%u attempts:%u\n", c->timeout_s, c->attempts);
}

static void from_file(const uint8_t *data, size_t size, size_t count)
{
    struct net_resolv_conf conf;
    char path[40];
    int fd = memfd_create("resolv.conf", MFD_CLOEXEC);
    assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    (void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    assert(net_resolv_conf(path, &conf, NULL) && conf.count == count);
    close(fd);
    assert(net_resolv_conf("/nonexistent/resolv.conf", &conf, NULL) && conf.count == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct net_resolv_conf conf, again;
    struct buf b;
    net_resolv_conf_read((str){ (const char *)data, size }, &conf);
    if (size < 256)
        from_file(data, size, conf.count);
    assert(conf.count >= 1 && conf.count <= NET_RESOLVERS_MAX);
    assert(conf.timeout_s >= 1 && conf.timeout_s <= 30 && conf.attempts >= 1 && conf.attempts <= 5);
    buf_init(&b, 1024);
    write_again(&conf, &b);
    net_resolv_conf_read(buf_str(&b), &again);
    assert(again.count == conf.count && again.timeout_s == conf.timeout_s &&
           again.attempts == conf.attempts);
    for (size_t i = 0; i < conf.count; i++)
        assert(ip_eq(&again.servers[i], &conf.servers[i]));
    buf_done(&b);
    return 0;
}
