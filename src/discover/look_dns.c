/* SPDX-License-Identifier: ISC */
/* discover/look_dns.c - what DNS tells: SRV, MX, names that are there */
#include "discover/look.h"
#include "domain/name.h"
#include "domain/reverse.h"

static const struct discover_proof NO_PROOF = { .https = false };

/* ------------------------------------------------------------------------------------------------
 * Our table, by the domain of the address
 */
enum look_state look_provider(struct look *l)
{
    const struct provider *p = provider_of_domain(l->q->who.ascii);
    if (!p)
        return LOOK_NOTHING;
    look_add_provider(l, p, DISCOVER_PROVIDER);
    discovery_note(
        l->out, l->arena, DISCOVER_PROVIDER, p->host.n ? DISCOVERY_FOUND : DISCOVERY_NOTHING,
        l->q->who.ascii, "%.*s, as %.*s says (row of %.*s)%s", STR_ARG(p->title),
        STR_ARG(p->source), STR_ARG(p->day),
        p->password == PROVIDER_NO_SMTP  ? ": takes no mail by SMTP"
        : p->password == PROVIDER_BRIDGE ? ": takes mail by its own program on your machine"
                                         : "");
    return LOOK_STANDS;
}

/* ------------------------------------------------------------------------------------------------
 * SRV
 */
enum { SRV_MAX = 16 };

/* Lower priority first, then higher weight: RFC 2782 draws lots by weight, and here the likeliest stands first. */
static bool goes_before(const struct dns_record *a, const struct dns_record *b)
{
    return a->priority != b->priority ? a->priority < b->priority : a->weight > b->weight;
}

static size_t sorted(const struct dns_answer *x, const struct dns_record *out[SRV_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < x->count; i++) {
        size_t at = n < SRV_MAX ? n++ : n;
        if (x->records[i].type != DNS_SRV || at == SRV_MAX) {
            n = at;
            continue;
        }
        for (; at > 0 && goes_before(&x->records[i], out[at - 1]); at--)
            out[at] = out[at - 1];
        out[at] = &x->records[i];
    }
    return n;
}

/* A target of "." says that the service is decidedly not offered (RFC 6186 section 3.4). */
static bool is_none(const struct dns_record *r)
{
    return r->name.n == 0 || str_eq(r->name, STR("."));
}

enum proof { PROOF_PENDING, PROOF_NONE, PROOF_SECURE };

/* Asked only where it decides: whether DNSSEC proves the same record. */
static enum proof proof_of(struct look *l, const struct dns_answer *x, const struct dns_record *r)
{
    struct dns_question q = x->question;
    q.way = DNS_BY_VALIDATOR;
    const struct dns_answer *checked = dns_known_get(l->dns, &q);
    if (!checked)
        return PROOF_PENDING;
    for (size_t i = 0;
         checked->code == DNS_OK && checked->trust == DNS_SECURE && i < checked->count; i++)
        if (checked->records[i].port == r->port && str_eq_nocase(checked->records[i].name, r->name))
            return PROOF_SECURE;
    return PROOF_NONE;
}

/* RFC 6186 section 4: the whole address is the user name to begin with. False: it is not known yet whether the
 * host may be trusted. */
static bool add_target(struct look *l, const struct dns_answer *x, const struct dns_record *r,
                       enum smtp_security security, enum discover_source source, bool proven)
{
    struct discover_server s = { .port = r->port, .security = security, .user = l->q->who.whole };
    struct discover_proof proof = NO_PROOF;
    if (!domain_is_host(r->name) || r->port == 0 ||
        !discover_host(r->name, NULL, l->arena, &s.hostname))
        return true;
    if (proven && discover_trust(s.hostname, l->q->who.ascii, &NO_PROOF, l->q->suffixes) ==
                      DISCOVER_UNTRUSTED) {
        enum proof found = proof_of(l, x, r);
        if (found == PROOF_PENDING)
            return false;
        proof.dnssec = found == PROOF_SECURE;
    }
    look_add(l, s, source, &proof);
    return true;
}

struct srv_result {
    bool pending, none; /* none: said so by "." */
    size_t found;
};

static void read_srv(struct look *l, const struct dns_answer *x, enum smtp_security security,
                     enum discover_source source, bool proven, struct srv_result *out)
{
    const struct dns_record *rows[SRV_MAX];
    size_t n = sorted(x, rows), before = l->out->count;
    str asked = arena_printf(l->arena, "SRV %.*s", STR_ARG(x->question.name));
    if (n == 0) {
        look_note_none(l, source, x);
        return;
    }
    if (n == 1 && is_none(rows[0])) {
        out->none = true;
        discovery_note(l->out, l->arena, source, DISCOVERY_NOTHING, asked,
                       "the domain says that it does not offer this");
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (!is_none(rows[i]))
            out->pending |= !add_target(l, x, rows[i], security, source, proven);
    out->found += l->out->count - before;
    discovery_note(l->out, l->arena, source, DISCOVERY_FOUND, asked,
                   "%zu server%s, the first is %.*s:%u", n, n == 1 ? "" : "s",
                   STR_ARG(rows[0]->name), rows[0]->port);
}

enum look_state look_srv_of(struct look *l, str domain, enum discover_source source, bool proven)
{
    static const struct {
        const char *prefix;
        enum smtp_security security;
    } SERVICES[] = { { "_submissions._tcp.", SMTP_SECURITY_TLS },
                     { "_submission._tcp.", SMTP_SECURITY_STARTTLS } };
    struct srv_result r = { .found = 0 };
    unsigned none = 0;
    for (size_t i = 0; i < COUNT_OF(SERVICES); i++) {
        str name = look_name(l, SERVICES[i].prefix, domain);
        const struct dns_answer *x = look_ask(l, source, name, DNS_SRV);
        r.none = false;
        if (x)
            read_srv(l, x, SERVICES[i].security, source, proven, &r);
        r.pending |= !x;
        none += r.none;
    }
    if (none == COUNT_OF(SERVICES) && source == DISCOVER_SRV)
        l->says_none = true;
    if (r.pending)
        return LOOK_PENDING;
    return r.found > 0 ? LOOK_STANDS : LOOK_NOTHING;
}

enum look_state look_srv(struct look *l)
{
    return look_srv_of(l, l->q->who.ascii, DISCOVER_SRV, true);
}

/* ------------------------------------------------------------------------------------------------
 * MX
 */
const struct dns_record *look_best_mx(const struct dns_answer *mx)
{
    const struct dns_record *best = NULL;
    for (size_t i = 0; i < mx->count; i++)
        if (mx->records[i].type == DNS_MX && (!best || mx->records[i].priority < best->priority))
            best = &mx->records[i];
    return best;
}

enum look_state look_mx_provider(struct look *l)
{
    const struct dns_answer *mx = look_ask(l, DISCOVER_MX_PROVIDER, l->q->who.ascii, DNS_MX);
    if (!mx)
        return LOOK_PENDING;
    const struct dns_record *best = look_best_mx(mx);
    str asked = arena_printf(l->arena, "MX %.*s", STR_ARG(l->q->who.ascii));
    if (!best) {
        look_note_none(l, DISCOVER_MX_PROVIDER, mx);
        return LOOK_NOTHING;
    }
    const struct provider *p = provider_of_mx(best->name);
    if (is_none(best))
        discovery_note(l->out, l->arena, DISCOVER_MX_PROVIDER, DISCOVERY_NOTHING, asked,
                       "the null MX: the domain takes no mail at all");
    else if (!p)
        discovery_note(l->out, l->arena, DISCOVER_MX_PROVIDER, DISCOVERY_NOTHING, asked,
                       "%.*s is of no provider in our table", STR_ARG(best->name));
    else
        discovery_note(l->out, l->arena, DISCOVER_MX_PROVIDER,
                       p->host.n ? DISCOVERY_FOUND : DISCOVERY_NOTHING, asked, "%.*s: %.*s%s",
                       STR_ARG(best->name), STR_ARG(p->title),
                       p->host.n ? "" : ", where the server depends on the customer");
    if (!p || !p->host.n)
        return LOOK_NOTHING;
    look_add_provider(l, p, DISCOVER_MX_PROVIDER);
    return LOOK_STANDS;
}

/* ------------------------------------------------------------------------------------------------
 * Usual names
 */
enum existence { EXISTS_PENDING, EXISTS_NOT, EXISTS_FAILED, EXISTS };

static enum existence exists(struct look *l, str host)
{
    const struct dns_answer *four = dns_known_ask(l->dns, host, DNS_A);
    const struct dns_answer *six = dns_known_ask(l->dns, host, DNS_AAAA);
    if ((four && four->count > 0) || (six && six->count > 0))
        return EXISTS;
    if (!four || !six)
        return EXISTS_PENDING;
    return look_failed(four) || look_failed(six) ? EXISTS_FAILED : EXISTS_NOT;
}

static void add_guess(struct look *l, str host)
{
    static const struct provider_door DOORS[] = { { 465, SMTP_SECURITY_TLS },
                                                  { 587, SMTP_SECURITY_STARTTLS } };
    for (size_t i = 0; l->keep_guesses && i < COUNT_OF(DOORS); i++)
        look_add(l,
                 (struct discover_server){
                     .hostname = host, .port = DOORS[i].port, .security = DOORS[i].security },
                 DISCOVER_GUESS, &NO_PROOF);
}

static enum existence guess(struct look *l, str host, const char *why)
{
    enum existence e = exists(l, host);
    str asked = arena_printf(l->arena, "A and AAAA %.*s", STR_ARG(host));
    if (e == EXISTS)
        add_guess(l, host);
    discovery_note(l->out, l->arena, DISCOVER_GUESS,
                   e == EXISTS           ? DISCOVERY_FOUND
                   : e == EXISTS_PENDING ? DISCOVERY_PENDING
                   : e == EXISTS_FAILED  ? DISCOVERY_FAILED
                                         : DISCOVERY_NOTHING,
                   asked, "%s%s",
                   e == EXISTS           ? "it is there: "
                   : e == EXISTS_PENDING ? "nobody waited for it"
                   : e == EXISTS_FAILED  ? "the look-up failed"
                                         : "it is not there",
                   e == EXISTS ? why : "");
    return e;
}

/* A host of the own organisation that takes the domain's mail often takes its users' too. */
static str own_mx(struct look *l)
{
    const struct dns_answer *mx = dns_known_ask(l->dns, l->q->who.ascii, DNS_MX);
    const struct dns_record *best = mx ? look_best_mx(mx) : NULL;
    bool own = best && !is_none(best) && domain_is_host(best->name) &&
               dns_org_same(best->name, l->q->who.ascii, l->q->suffixes);
    return own ? best->name : STR_NONE;
}

static bool share_an_address(const struct dns_answer *a, const struct dns_answer *b)
{
    for (size_t i = 0; a && b && i < a->count; i++)
        for (size_t k = 0; a->records[i].type == DNS_A && k < b->count; k++)
            if (b->records[k].type == DNS_A && ip_eq(&a->records[i].ip, &b->records[k].ip))
                return true;
    return false;
}

/* A resolver that gives every name that does not exist an address of its own gives it to a domain that does not
 * exist, too. One that has an MX exists. */
static bool may_be_made_up(struct look *l, str nobody)
{
    str domain = l->q->who.ascii;
    const struct dns_answer *mx = dns_known_ask(l->dns, domain, DNS_MX);
    return !(mx && look_best_mx(mx)) && share_an_address(dns_known_ask(l->dns, nobody, DNS_A),
                                                         dns_known_ask(l->dns, domain, DNS_A));
}

enum look_state look_guess(struct look *l)
{
    static const char *const PREFIXES[] = { "smtp.", "mail." };
    str domain = l->q->who.ascii,
        nobody = look_name(l, "baton-asks-whether-any-name-exists.", domain);
    enum existence any = exists(l, nobody), found[4];
    size_t n = 0, there = 0, pending = any == EXISTS_PENDING;
    if (any == EXISTS)
        discovery_note(l->out, l->arena, DISCOVER_GUESS, DISCOVERY_REFUSED, nobody,
                       "every name exists in this domain, so that a name tells nothing");
    for (size_t i = 0; i < COUNT_OF(PREFIXES) && any != EXISTS; i++)
        found[n++] = guess(l, look_name(l, PREFIXES[i], domain), "a usual name of such servers");
    str mx = own_mx(l);
    if (mx.n)
        found[n++] = guess(l, mx, "it takes the domain's mail");
    if (any == EXISTS && may_be_made_up(l, nobody))
        discovery_note(l->out, l->arena, DISCOVER_GUESS, DISCOVERY_FAILED, domain,
                       "it has the address of a name that does not exist: a resolver that makes up "
                       "answers, or a wildcard; whether the domain exists is not known");
    else
        found[n++] = guess(l, domain, "the domain itself");
    for (size_t i = 0; i < n; i++) {
        pending += found[i] == EXISTS_PENDING;
        there += found[i] == EXISTS;
    }
    if (pending)
        return LOOK_PENDING;
    return there ? LOOK_STANDS : LOOK_NOTHING;
}

/* ------------------------------------------------------------------------------------------------
 * The network that the user is in
 */
enum look_state look_isp(struct look *l)
{
    struct domain_reverse r;
    char ip[IP_TEXT_MAX];
    if (l->q->public_ip.family == IP_NONE)
        return LOOK_NOTHING;
    str asked = arena_printf(l->arena, "the name of %s", ip_text(&l->q->public_ip, ip));
    if (!domain_reverse_look(l->dns, &l->q->public_ip, true, &r)) {
        discovery_note(l->out, l->arena, DISCOVER_ISP, DISCOVERY_PENDING, asked,
                       "nobody waited for it");
        return LOOK_PENDING;
    }
    str name = r.count > 0 ? r.names[0].name : STR_NONE,
        network = dns_org_domain(name, l->q->suffixes);
    const struct provider *p = provider_of_network(name);
    if (p && l->keep_guesses)
        look_add_provider(l, p, DISCOVER_ISP);
    if (p || !network.n) {
        discovery_note(l->out, l->arena, DISCOVER_ISP,
                       p                                   ? DISCOVERY_FOUND
                       : r.state == DOMAIN_REVERSE_UNKNOWN ? DISCOVERY_FAILED
                                                           : DISCOVERY_NOTHING,
                       asked, "%.*s: %.*s", STR_ARG(name.n ? name : STR("none")),
                       STR_ARG(p ? p->title : STR("no network is known by it")));
        return p ? LOOK_STANDS : LOOK_NOTHING;
    }
    discovery_note(l->out, l->arena, DISCOVER_ISP, DISCOVERY_FOUND, asked, "%.*s, of %.*s",
                   STR_ARG(name), STR_ARG(network));
    if (!l->keep_guesses)
        return LOOK_NOTHING;
    enum look_state srv = look_srv_of(l, network, DISCOVER_ISP, false);
    str url = arena_printf(l->arena, "https://autoconfig.%.*s/mail/config-v1.1.xml",
                           STR_ARG(network));
    enum look_state page = look_page(l, url, DISCOVER_ISP, &NO_PROOF);
    return srv == LOOK_NOTHING ? page : srv;
}
