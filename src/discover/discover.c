/* SPDX-License-Identifier: ISC */
/* discover/discover.c - the order of the sources, and when the answer stands */
#include "discover/discover.h"
#include "discover/look.h"
#include "discover/nearest.h"

/* The best first: what our table knows of this very domain, what its owner publishes, what others know of him,
 * what follows from his MX, what is merely usual. */
static const struct {
    enum look_state (*look)(struct look *l);
    bool is_guess;
} SOURCES[] = {
    { look_provider, false },      { look_srv, false },
    { look_autoconfig, false },    { look_well_known, false },
    { look_ispdb, false },         { look_mx_provider, false },
    { look_mx_autoconfig, false }, { look_autodiscover, false },
    { look_guess, true },          { look_isp, true },
};

bool discover_may_follow(str from, str to, const struct dns_suffixes *suffixes)
{
    return str_eq_nocase(from, to) || dns_org_same(from, to, suffixes);
}

/* Everything is asked in the first pass. True: no answer that may still come would be a better one. Of guesses none
 * is better than another: all are waited for, and shown only where nothing else stands. */
static bool look_everywhere(struct look *l)
{
    bool pending = false, stands = false, settled = false;
    for (size_t i = 0; i < COUNT_OF(SOURCES); i++) {
        l->keep_guesses = !stands && !l->says_none;
        enum look_state s = SOURCES[i].look(l);
        pending |= s == LOOK_PENDING;
        if (SOURCES[i].is_guess)
            continue;
        stands |= s == LOOK_STANDS;
        settled |= stands && !pending;
    }
    return (settled && !l->q->all) || !pending;
}

/* A domain that does not exist has nothing below it (RFC 8020): nobody else needs to answer. */
static bool look_for_slips(struct look *l, bool *known)
{
    str domain = l->q->who.ascii;
    struct nearest near;
    const struct dns_answer *mx = dns_known_ask(l->dns, domain, DNS_MX);
    if (!mx || mx->code != DNS_NXDOMAIN || l->out->count > 0)
        return false;
    *known = nearest_look(l->dns, domain, NEAREST_DOMAIN, l->q->suffixes, l->arena, &near);
    l->out->no_such_domain = near.missing;
    l->out->nearest = near.name;
    return true;
}

bool discover_look(struct dns_known *dns, struct fetched *web, const struct discover_question *q,
                   struct arena *a, struct discovery *out)
{
    struct look l = { .dns = dns, .web = web, .q = q, .arena = a, .out = out };
    bool known = false;
    *out = (struct discovery){ .count = 0 };
    bool done = look_everywhere(&l);
    return look_for_slips(&l, &known) ? known : done;
}

/* ------------------------------------------------------------------------------------------------
 * For the sources
 */
str look_name(const struct look *l, const char *prefix, str domain)
{
    str name = arena_printf(l->arena, "%s%.*s", prefix, STR_ARG(domain));
    return name.p ? name : domain;
}

void look_add(struct look *l, struct discover_server s, enum discover_source source,
              const struct discover_proof *proof)
{
    s.source = source;
    s.hostname = arena_dup(l->arena,
                           s.hostname); /* not of the table of answers, which may go first */
    if (!s.hostname.p)
        return;
    s.trust = discover_trust(s.hostname, l->q->who.ascii, proof, l->q->suffixes);
    if (source == DISCOVER_ISP && s.trust == DISCOVER_IN_TABLE)
        s.trust =
            DISCOVER_UNTRUSTED; /* known, and nobody says that this user has an account there */
    if (!s.provider)
        s.provider = provider_of_host(s.hostname);
    discovery_add(l->out, &s);
}

void look_add_provider(struct look *l, const struct provider *p, enum discover_source source)
{
    static const struct discover_proof NONE = { .https = false };
    for (size_t i = 0; p->host.n && i < PROVIDER_DOORS && p->doors[i].port; i++) {
        struct discover_server s = { .hostname = p->host,
                                     .port = p->doors[i].port,
                                     .security = p->doors[i].security,
                                     .user = provider_user(p, l->q->who.whole),
                                     .provider = p };
        for (str rest = p->mechanisms; rest.p;)
            discover_server_login_by(&s, str_cut(&rest, ' '));
        look_add(l, s, source, &NONE);
    }
}

static str question_text(const struct look *l, str name, enum dns_type type)
{
    return arena_printf(l->arena, "%.*s %.*s", STR_ARG(names_of(&DNS_TYPE_NAMES, (int)type)),
                        STR_ARG(name));
}

const struct dns_answer *look_ask(struct look *l, enum discover_source source, str name,
                                  enum dns_type type)
{
    const struct dns_answer *x = dns_known_ask(l->dns, name, type);
    if (!x)
        discovery_note(l->out, l->arena, source, DISCOVERY_PENDING, question_text(l, name, type),
                       "nobody waited for it");
    return x;
}

bool look_failed(const struct dns_answer *x)
{
    return x->code != DNS_OK && x->code != DNS_NXDOMAIN;
}

void look_note_none(struct look *l, enum discover_source source, const struct dns_answer *x)
{
    str asked = question_text(l, x->question.name, x->question.type);
    if (look_failed(x))
        discovery_note(l->out, l->arena, source, DISCOVERY_FAILED, asked,
                       "the look-up failed: %.*s",
                       STR_ARG(names_of(&DNS_CODE_NAMES, (int)x->code)));
    else
        discovery_note(l->out, l->arena, source, DISCOVERY_NOTHING, asked, "%s",
                       x->code == DNS_NXDOMAIN ? "the name does not exist"
                                               : "there is no such record");
}
