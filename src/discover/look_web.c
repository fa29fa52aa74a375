/* SPDX-License-Identifier: ISC */
/* discover/look_web.c - what pages tell: autoconfig, Autodiscover, a database of providers */
#include "base/buf.h"
#include "discover/autoconfig.h"
#include "discover/autodiscover.h"
#include "discover/look.h"

static const struct discover_proof BY_HTTPS = { .https = true };

/* A page proves what it says for its own organisation. Below a suffix that is sold, "autoconfig." is anybody's. */
static struct discover_proof proof_by(const struct look *l, str host)
{
    return (
        struct discover_proof){ .https = discover_is_own(host, l->q->who.ascii, l->q->suffixes) };
}

/* ---- pages that bring nothing ---- */

/* "URL: what": the URL stands in the evidence already. */
static str reason(const struct web_page *page)
{
    str why = str_from(page->why);
    size_t at = str_find(why, STR(": "));
    return at == STR_NOT_FOUND ? why : str_skip(why, at + 2);
}

static enum discovery_came came_of(const struct web_page *page)
{
    switch (page->outcome) {
    case WEB_OK: return DISCOVERY_FOUND;
    case WEB_NOT_FOUND:
    case WEB_NO_HOST: return DISCOVERY_NOTHING;
    case WEB_STATUS:
        if (page->status == 401 || page->status == 403)
            return DISCOVERY_REFUSED;
        return page->status >= 500 ? DISCOVERY_FAILED : DISCOVERY_NOTHING;
    case WEB_CERTIFICATE:
    case WEB_TLS:
    case WEB_TOO_LARGE:
    case WEB_REDIRECT:
    case WEB_PRIVATE:
    case WEB_BROKEN: return DISCOVERY_REFUSED;
    case WEB_LOOKUP_FAILED:
    case WEB_REFUSED:
    case WEB_TIMEOUT:
    case WEB_UNABLE: break;
    }
    return DISCOVERY_FAILED;
}

/* The page that is whole, and came from a server that proved its name; NULL: *state says why not. */
static const struct web_page *whole(struct look *l, str url, enum discover_source source,
                                    enum look_state *state)
{
    const struct web_page *page = fetched_get(l->web, url);
    *state = page ? LOOK_NOTHING : LOOK_PENDING;
    if (!page)
        discovery_note(l->out, l->arena, source, DISCOVERY_PENDING, url, "nobody waited for it");
    else if (page->outcome != WEB_OK)
        discovery_note(l->out, l->arena, source, came_of(page), url, "%.*s", STR_ARG(reason(page)));
    else if (!page->verified)
        discovery_note(l->out, l->arena, source, DISCOVERY_REFUSED, url, "it came without TLS");
    else
        return page;
    return NULL;
}

/* ---- autoconfig ---- */

enum look_state look_page(struct look *l, str url, enum discover_source source,
                          const struct discover_proof *proof)
{
    struct autoconfig c;
    struct err e = { .kind = ERR_NONE };
    enum look_state state;
    const struct web_page *page = whole(l, url, source, &state);
    if (!page)
        return state;
    if (!autoconfig_read(page->body, &l->q->who, l->q->idn, l->arena, &c, &e)) {
        discovery_note(l->out, l->arena, source, DISCOVERY_REFUSED, url, "%s", e.why);
        return LOOK_NOTHING;
    }
    for (size_t i = 0; i < c.count; i++)
        look_add(l, c.outgoing[i], source, proof);
    discovery_note(l->out, l->arena, source, c.count ? DISCOVERY_FOUND : DISCOVERY_NOTHING, url,
                   "outgoing servers: %zu%s%s", c.count,
                   c.skipped ? ", and some that cannot be used" : "",
                   page->redirects ? "; redirected within the organisation" : "");
    return c.count ? LOOK_STANDS : LOOK_NOTHING;
}

/* Octets that stand for themselves in a query (RFC 3986 section 2.3); others in hex. */
static void add_coded(struct buf *b, str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (is_alnum(text.p[i]) || text.p[i] == '-' || text.p[i] == '.' || text.p[i] == '_' ||
            text.p[i] == '~' || text.p[i] == '@')
            buf_addc(b, text.p[i]);
        else
            buf_addf(b, "%%%02X", (unsigned)(unsigned char)text.p[i]);
}

enum look_state look_autoconfig(struct look *l)
{
    struct buf b;
    buf_init(&b, 2048);
    buf_addf(
        &b, "https://autoconfig.%.*s/mail/config-v1.1.xml?emailaddress=", STR_ARG(l->q->who.ascii));
    add_coded(&b, l->q->who.whole);
    str url = arena_dup(l->arena, buf_str(&b));
    buf_done(&b);
    const struct discover_proof proof = proof_by(l, look_name(l, "autoconfig.", l->q->who.ascii));
    return look_page(l, url, DISCOVER_AUTOCONFIG, &proof);
}

enum look_state look_well_known(struct look *l)
{
    str url = arena_printf(l->arena, "https://%.*s/.well-known/autoconfig/mail/config-v1.1.xml",
                           STR_ARG(l->q->who.ascii));
    return look_page(l, url, DISCOVER_WELL_KNOWN, &BY_HTTPS);
}

/* The user names the database, and so trusts it. It is told the domain and no address. */
enum look_state look_ispdb(struct look *l)
{
    if (!l->q->ispdb.n)
        return LOOK_NOTHING;
    str url = arena_printf(l->arena, "%.*s%s%.*s", STR_ARG(l->q->ispdb),
                           l->q->ispdb.p[l->q->ispdb.n - 1] == '/' ? "" : "/",
                           STR_ARG(l->q->who.ascii));
    return look_page(l, url, DISCOVER_ISPDB, &BY_HTTPS);
}

/* Is the MX that DNS names proven to be the domain's? */
static bool mx_is_secure(struct look *l, str mx, bool *known)
{
    const struct dns_question q = { .name = l->q->who.ascii,
                                    .type = DNS_MX,
                                    .way = DNS_BY_VALIDATOR };
    const struct dns_answer *x = dns_known_get(l->dns, &q);
    *known = x != NULL;
    for (size_t i = 0; x && x->code == DNS_OK && x->trust == DNS_SECURE && i < x->count; i++)
        if (str_eq_nocase(x->records[i].name, mx))
            return true;
    return false;
}

/* The provider behind the MX may publish the settings of all its customers. It is told no address. */
enum look_state look_mx_autoconfig(struct look *l)
{
    const struct dns_answer *mx = dns_known_ask(l->dns, l->q->who.ascii, DNS_MX);
    const struct dns_record *best = mx ? look_best_mx(mx) : NULL;
    str of = best ? dns_org_domain(best->name, l->q->suffixes) : STR_NONE;
    bool known = true;
    if (!mx)
        return LOOK_PENDING;
    if (!of.n || !dns_org_differs(of, l->q->who.ascii, l->q->suffixes) ||
        provider_of_mx(best->name))
        return LOOK_NOTHING;
    const struct discover_proof proof = { .https = mx_is_secure(l, best->name, &known) };
    str url = arena_printf(l->arena, "https://autoconfig.%.*s/mail/config-v1.1.xml", STR_ARG(of));
    enum look_state state = look_page(l, url, DISCOVER_MX_AUTOCONFIG, &proof);
    return known || state != LOOK_STANDS ? state : LOOK_PENDING;
}

/* ---- Autodiscover ---- */

/* Exchange Online answers under names of its own: where the domain's name is an alias of one, its users are there. */
static bool is_exchange_online(const struct dns_answer *x)
{
    static const str ENDS[] = { STR_INIT(".outlook.com"), STR_INIT(".office.com"),
                                STR_INIT(".office365.com") };
    for (size_t i = 0; x && x->count > 0 && i < COUNT_OF(ENDS); i++)
        if (str_ends_nocase(x->canonical, ENDS[i]))
            return true;
    return false;
}

static enum look_state read_autodiscover(struct look *l, str host)
{
    const struct discover_proof proof = proof_by(l, host);
    str url = arena_printf(l->arena, "https://%.*s/autodiscover/autodiscover.xml", STR_ARG(host));
    struct autodiscover d;
    struct err e = { .kind = ERR_NONE };
    enum look_state state;
    const struct web_page *page = whole(l, url, DISCOVER_AUTODISCOVER, &state);
    if (!page)
        return state;
    if (!autodiscover_read(page->body, l->q->idn, l->arena, &d, &e)) {
        discovery_note(l->out, l->arena, DISCOVER_AUTODISCOVER, DISCOVERY_REFUSED, url, "%s",
                       e.why);
        return LOOK_NOTHING;
    }
    for (size_t i = 0; i < d.count; i++)
        look_add(l, d.outgoing[i], DISCOVER_AUTODISCOVER, &proof);
    discovery_note(l->out, l->arena, DISCOVER_AUTODISCOVER,
                   d.count ? DISCOVERY_FOUND : DISCOVERY_NOTHING, url,
                   "outgoing servers: %zu%s%.*s", d.count,
                   d.redirect_url.n ? "; it leads on, where it was not followed, to " : "",
                   STR_ARG(d.redirect_url));
    return d.count ? LOOK_STANDS : LOOK_NOTHING;
}

/* SRV _autodiscover._tcp: another host of the same organisation. */
static enum look_state autodiscover_by_srv(struct look *l)
{
    str name = look_name(l, "_autodiscover._tcp.", l->q->who.ascii);
    const struct dns_answer *x = look_ask(l, DISCOVER_AUTODISCOVER, name, DNS_SRV);
    const struct dns_record *r = x && x->count > 0 ? &x->records[0] : NULL;
    if (!x)
        return LOOK_PENDING;
    if (!r || !r->name.n) {
        look_note_none(l, DISCOVER_AUTODISCOVER, x);
        return LOOK_NOTHING;
    }
    if (!dns_org_same(r->name, l->q->who.ascii, l->q->suffixes)) {
        discovery_note(l->out, l->arena, DISCOVER_AUTODISCOVER, DISCOVERY_REFUSED, name,
                       "it leads to %.*s, of another organisation", STR_ARG(r->name));
        return LOOK_NOTHING;
    }
    return read_autodiscover(l, r->name);
}

enum look_state look_autodiscover(struct look *l)
{
    str host = look_name(l, "autodiscover.", l->q->who.ascii);
    const struct dns_answer *x = look_ask(l, DISCOVER_AUTODISCOVER, host, DNS_A);
    const struct provider *p = provider_of_host(STR("smtp.office365.com"));
    if (p && is_exchange_online(x)) {
        look_add_provider(l, p, DISCOVER_AUTODISCOVER);
        discovery_note(l->out, l->arena, DISCOVER_AUTODISCOVER, DISCOVERY_FOUND, host,
                       "an alias of %.*s: %.*s", STR_ARG(x->canonical), STR_ARG(p->title));
        return LOOK_STANDS;
    }
    enum look_state srv = autodiscover_by_srv(l);
    enum look_state page = read_autodiscover(l, host);
    if (page == LOOK_STANDS || srv == LOOK_STANDS)
        return LOOK_STANDS;
    return page == LOOK_PENDING || srv == LOOK_PENDING || !x ? LOOK_PENDING : LOOK_NOTHING;
}
