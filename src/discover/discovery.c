/* SPDX-License-Identifier: ISC */
#include "discover/discovery.h"
#include "base/escape.h"
#include "discover/autoconfig.h"
#include "discover/autodiscover.h"
#include "discover/trust.h"
#include "settings/providers.h"
#include <stdarg.h>
#include <stdio.h>

static const struct name_row CAME_ROWS[] = {
    { DISCOVERY_FOUND, STR_INIT("found") },     { DISCOVERY_NOTHING, STR_INIT("nothing") },
    { DISCOVERY_FAILED, STR_INIT("failed") },   { DISCOVERY_REFUSED, STR_INIT("refused") },
    { DISCOVERY_PENDING, STR_INIT("pending") },
};
const struct names DISCOVERY_CAME_NAMES = NAMES(CAME_ROWS);

enum { SAID_MAX = 400 };

void discovery_note(struct discovery *d, struct arena *a, enum discover_source source,
                    enum discovery_came came, str asked, const char *fmt, ...)
{
    char said[SAID_MAX];
    struct buf b;
    va_list args;
    if (d->evidence_count == DISCOVERY_EVIDENCE_MAX)
        return;
    va_start(args, fmt);
    vsnprintf(said, sizeof(said), fmt, args);
    va_end(args);
    buf_init(&b, (size_t)4 * SAID_MAX);
    escape_line(str_from(said), &b);
    d->evidence[d->evidence_count++] = (struct discovery_evidence){
        .source = source,
        .came = came,
        .asked = arena_dup(a, asked),
        .said = arena_dup(a, buf_str(&b)),
    };
    buf_done(&b);
}

void discovery_add(struct discovery *d, const struct discover_server *s)
{
    for (size_t i = 0; i < d->count; i++)
        if (discover_server_same(&d->servers[i], s))
            return;
    if (d->count < DISCOVERY_SERVERS_MAX)
        d->servers[d->count++] = *s;
}

/* In the order of the file, all of it, as the user has it. */
static void take_file(struct discovery *out, const struct discover_server *servers, size_t count,
                      const struct discover_address *who, const struct dns_suffixes *suffixes)
{
    static const struct discover_proof NO_PROOF = { .https = false };
    for (size_t i = 0; i < count && out->count < DISCOVERY_SERVERS_MAX; i++) {
        struct discover_server s = servers[i];
        s.source = DISCOVER_FILE;
        s.trust = discover_trust(s.hostname, who->ascii, &NO_PROOF, suffixes);
        s.provider = provider_of_host(s.hostname);
        out->servers[out->count++] = s;
    }
}

bool discovery_of_file(str document, const struct discover_address *who, const struct dns_idn *idn,
                       const struct dns_suffixes *suffixes, struct arena *a, struct discovery *out,
                       struct err *e)
{
    struct autoconfig c;
    struct autodiscover d;
    *out = (struct discovery){ .count = 0 };
    if (autodiscover_read(document, idn, a, &d, NULL)) {
        take_file(out, d.outgoing, d.count, who, suffixes);
        discovery_note(out, a, DISCOVER_FILE, d.count ? DISCOVERY_FOUND : DISCOVERY_NOTHING,
                       STR("file"),
                       "an Autodiscover answer: outgoing servers: %zu, not usable: %u, for other "
                       "protocols: %u",
                       d.count, d.skipped, d.other);
        return true;
    }
    if (!autoconfig_read(document, who, idn, a, &c, e))
        return false;
    take_file(out, c.outgoing, c.count, who, suffixes);
    discovery_note(out, a, DISCOVER_FILE, c.count ? DISCOVERY_FOUND : DISCOVERY_NOTHING,
                   STR("file"),
                   "a clientConfig%s: outgoing servers: %zu%s, not usable: %u, incoming: %u",
                   c.lists_domain ? " for this domain" : "", c.count, c.more ? " and more" : "",
                   c.skipped, c.incoming);
    return true;
}
