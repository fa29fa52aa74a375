/* SPDX-License-Identifier: ISC */
#include "cmd/doctor_found.h"
#include "base/escape.h"
#include "domain/name.h"
#include "net/psl.h"
#include "settings/providers.h"
#include <stdlib.h>
#include <time.h>

enum { LEAST_MS = 1000, SAID_MAX = 2048 };

static const struct {
    enum discover_source source;
    const char *words;
} FROM[] = {
    { DISCOVER_AUTOCONFIG, "from the settings that its domain publishes" },
    { DISCOVER_WELL_KNOWN, "from the settings that its domain publishes" },
    { DISCOVER_SRV, "from SRV records of the domain" },
    { DISCOVER_PROVIDER, "from Baton's table of providers" },
    { DISCOVER_MX_PROVIDER, "from the domain's MX, which is a provider's that Baton knows" },
    { DISCOVER_MX_AUTOCONFIG,
      "from the settings that the provider behind the domain's MX publishes" },
    { DISCOVER_AUTODISCOVER, "from Exchange Autodiscover" },
    { DISCOVER_GUESS, "a usual name that exists in the domain: a guess" },
    { DISCOVER_ISP, "of the network that you are in: a guess" },
};

static const char *from_words(enum discover_source source)
{
    for (size_t i = 0; i < COUNT_OF(FROM); i++)
        if (FROM[i].source == source)
            return FROM[i].words;
    return "";
}

static str sentence(const struct discover_server *s, struct arena *a)
{
    struct buf b;
    buf_init(&b, SAID_MAX);
    buf_addf(&b, "No server was named; found: %.*s port %u (%.*s), %s.", STR_ARG(s->hostname),
             s->port, STR_ARG(names_of(&SMTP_SECURITY_NAMES, (int)s->security)),
             from_words(s->source));
    if (s->trust == DISCOVER_UNTRUSTED)
        buf_add(&b,
                STR(" It is not of your own domain and nothing proves that it is the right one: no "
                    "password goes there. If it is, name it by --server, or give --trust-found."));
    str said = arena_dup(a, buf_str(&b));
    buf_done(&b);
    return said;
}

/* With the security that the program is set to, if there is such a one. */
static const struct discover_server *choose(const struct discovery *d, enum smtp_security wanted)
{
    for (size_t i = 0; wanted != SMTP_SECURITY_AUTO && i < d->count; i++)
        if (d->servers[i].security == wanted)
            return &d->servers[i];
    return d->count ? &d->servers[0] : NULL;
}

static bool any_failed(const struct discovery *d)
{
    for (size_t i = 0; i < d->evidence_count; i++)
        if (d->evidence[i].came == DISCOVERY_FAILED)
            return true;
    return false;
}

static const char *why_none(const struct discovery *d, const struct discover_address *who,
                            const struct doctor_options *o)
{
    if (o->resolver.family == IP_NONE && domain_is_reserved(who->ascii))
        return ", a reserved name of which public DNS knows nothing";
    return any_failed(d) ? "; some look-ups failed" : "";
}

static str none_found(const struct discovery *d, const struct discover_address *who,
                      const struct doctor_options *o, struct arena *a)
{
    struct buf b;
    char domain[ESCAPE_SHOWN_MAX];
    const struct provider *p = provider_of_domain(who->ascii);
    buf_init(&b, SAID_MAX);
    escape_shown(who->domain, domain);
    if (d->no_such_domain)
        buf_addf(&b, "No server was named, and DNS says that the domain %s does not exist%s%.*s%s",
                 domain, d->nearest.n ? "; did you mean " : "", STR_ARG(d->nearest),
                 d->nearest.n ? "?" : ".");
    else if (p)
        buf_addf(&b, "No server was named, and %.*s has none that mail programs hand mail to.",
                 STR_ARG(p->title));
    else
        buf_addf(&b, "No server was named, and none was found for %s%s.", domain,
                 why_none(d, who, o));
    str said = arena_dup(a, buf_str(&b));
    buf_done(&b);
    return said;
}

static uint64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static struct discover_run_options options_of(const struct doctor_options *o, uint16_t https_port,
                                              struct dns_known *dns)
{
    return (struct discover_run_options){
        .gather = { .resolver = o->resolver,
                    .resolver_port = o->resolver_port,
                    .authority_port = o->dns_port,
                    .trust_anchor = o->trust_anchor },
        .ca_file = o->ca_file,
        .https_port = https_port,
        .timeout_ms = o->timeout_ms / 3,
        .dns = dns,
    };
}

static bool take_best(const struct discovery *d, const struct discover_address *who,
                      struct doctor_options *o, struct arena *a, struct doctor_found *out,
                      struct err *e)
{
    const struct discover_server *s = choose(d, o->asked.attempt.security);
    *out = (struct doctor_found){ .none = !s,
                                  .said = s ? sentence(s, a) : none_found(d, who, o, a) };
    if (s)
        out->server = *s;
    return out->said.p || err_memory(e, "a discovery");
}

bool doctor_find_server(const char *address, uint16_t https_port, struct doctor_options *o,
                        struct dns_known *dns, struct arena *a, struct doctor_found *out,
                        struct err *e)
{
    struct discover_question q = { .suffixes = &NET_PSL, .public_ip = o->asked.public_ip };
    struct discover_run_options run = options_of(o, https_port, dns);
    struct discovery *d = calloc(1, sizeof *d);
    uint64_t began = now_ms();
    if (!d) {
        err_memory(e, "a discovery");
        return false;
    }
    bool ok = discover_address_read(address, a, &q.who, e) && discover_run(&run, &q, a, d, e) &&
              take_best(d, &q.who, o, a, out, e);
    uint64_t took = now_ms() - began, left = took < o->timeout_ms ? o->timeout_ms - took : 0;
    out->took_ms = took;
    o->timeout_ms = left > LEAST_MS ? (uint32_t)left : LEAST_MS;
    free(d);
    return ok;
}
