/* SPDX-License-Identifier: ISC */
/* A PROXY header reads the same however it is cut, never further than it says, and what it says fits. */
#include "smtp/proxy.h"
#include <assert.h>
#include <string.h>

static enum smtp_proxy_read read_by(struct smtp_proxy *p, str octets, size_t piece, size_t *used)
{
    enum smtp_proxy_read read = SMTP_PROXY_MORE;
    struct err e = { .kind = ERR_NONE };
    *used = 0;
    while (read == SMTP_PROXY_MORE && *used < octets.n) {
        size_t n;
        read = smtp_proxy_feed(p, str_take(str_skip(octets, *used), piece), &n, &e);
        *used += n;
    }
    assert((read == SMTP_PROXY_BROKEN) == (e.kind != ERR_NONE));
    assert((read == SMTP_PROXY_DONE) == (smtp_proxy_header(p) != NULL));
    return read;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO(smtp_proxy_freep) struct smtp_proxy *whole = smtp_proxy_new(), *cut = smtp_proxy_new();
    str octets = { (const char *)data, size };
    size_t used, used_cut;
    struct err e;
    assert(whole && cut);
    enum smtp_proxy_read read = read_by(whole, octets, SIZE_MAX, &used);
    enum smtp_proxy_read read_cut = read_by(cut, octets, 1, &used_cut);
    assert(read_cut == read && used_cut == used);
    if (read == SMTP_PROXY_BROKEN)
        assert(smtp_proxy_feed(whole, octets, &used, &e) == SMTP_PROXY_BROKEN && used == 0);
    if (read != SMTP_PROXY_DONE)
        return 0;
    const struct smtp_proxy_header *h = smtp_proxy_header(whole), *other = smtp_proxy_header(cut);
    assert(used <= 16 + SMTP_PROXY_MAX && used == 16u + data[14] * 256u + data[15]);
    assert(h->known == other->known && ip_eq(&h->client, &other->client) &&
           ip_eq(&h->server, &other->server));
    assert(h->client_port == other->client_port && h->server_port == other->server_port);
    assert(h->known == (h->client.family != IP_NONE) && h->known == (h->server.family != IP_NONE));
    return 0;
}
