/* SPDX-License-Identifier: ISC */
/* What is taken from an Autodiscover answer is whole. */
#include "discover/autodiscover.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct autodiscover d;
    struct err e = { .kind = ERR_NONE };
    char *exact = malloc(size + 1);
    assert(exact);
    memcpy(exact, data, size);
    arena_init(&a, 1 << 20);
    if (autodiscover_read((str){ exact, size }, NULL, &a, &d, &e)) {
        assert(d.count <= AUTODISCOVER_SERVERS_MAX);
        for (size_t i = 0; i < d.count; i++) {
            const struct discover_server *s = &d.outgoing[i];
            assert(s->hostname.n > 0 && s->port > 0 && s->security != SMTP_SECURITY_AUTO);
            assert((s->mechanism_count > 0) == (s->login == DISCOVER_LOGIN));
        }
    } else
        assert(e.why[0]);
    arena_done(&a);
    free(exact);
    return 0;
}
