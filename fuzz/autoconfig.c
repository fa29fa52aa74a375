/* SPDX-License-Identifier: ISC */
/* What is taken from a clientConfig is whole: a host, a port, a security, mechanisms that are names. */
#include "discover/autoconfig.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void is_whole(const struct discover_server *s)
{
    assert(s->hostname.n > 0 && s->hostname.n < 256 && str_is_ascii(s->hostname));
    assert(s->port > 0 && s->security != SMTP_SECURITY_AUTO);
    assert(s->mechanism_count <= DISCOVER_MECHANISMS_MAX);
    assert((s->mechanism_count > 0) == (s->login == DISCOVER_LOGIN));
    for (size_t i = 0; i < s->mechanism_count; i++)
        assert(s->mechanisms[i].n > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct discover_address WHO = {
        .whole = STR_INIT("anna@a.example"),
        .local_part = STR_INIT("anna"),
        .domain = STR_INIT("a.example"),
        .ascii = STR_INIT("a.example"),
    };
    struct arena a;
    struct autoconfig c;
    struct err e = { .kind = ERR_NONE };
    char *exact = malloc(size + 1);
    assert(exact);
    memcpy(exact, data, size);
    arena_init(&a, 1 << 20);
    if (autoconfig_read((str){ exact, size }, &WHO, NULL, &a, &c, &e)) {
        assert(c.count <= AUTOCONFIG_SERVERS_MAX && (!c.more || c.count > 0 || c.lists_domain));
        for (size_t i = 0; i < c.count; i++)
            is_whole(&c.outgoing[i]);
    } else
        assert(e.why[0]);
    arena_done(&a);
    free(exact);
    return 0;
}
