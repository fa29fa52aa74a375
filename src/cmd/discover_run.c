/* SPDX-License-Identifier: ISC */
#include "cmd/discover_run.h"
#include "base/buf.h"
#include "domain/name.h"
#include "net/fetch.h"
#include "net/idn.h"
#include "net/psl.h"
#include "smtp/path.h"
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { ONE_MS = 5000, SCRATCH_MAX = 8 << 20, URL_MAX = 2048 };

struct run {
    const struct discover_run_options *o;
    const struct discover_question *q;
    struct discovery *found;
    struct net_loop *loop;
    struct net_gather *gather;
    struct net_timer *timer;
    struct dns_known *dns;
    struct fetched *web;
    TAILQ_HEAD(, page) pages;
    bool over, late;
};

struct page {
    TAILQ_ENTRY(page) link;
    struct run *run;
    str url; /* the table's */
    struct net_fetch *fetch;
};

static bool may_follow(void *user, str from, str to)
{
    return discover_may_follow(from, to, ((const struct run *)user)->q->suffixes);
}

static void page_free(struct page *p)
{
    TAILQ_REMOVE(&p->run->pages, p, link);
    net_fetch_free(p->fetch);
    free(p);
}

static void put_outcome(struct run *r, str url, enum web_outcome outcome, const char *why)
{
    struct web_page page = { .outcome = outcome };
    struct err e;
    err_set(&e, ERR_TIMEOUT, "%s", why);
    memcpy(page.why, e.why, sizeof page.why);
    fetched_put(r->web, url, &page);
}

static void step(void *user);

static void page_came(void *user, struct net_fetch *f)
{
    struct page *p = user;
    struct run *r = p->run;
    fetched_put(r->web, p->url, net_fetch_page(f));
    page_free(p);
    step(r);
}

/* "https://host/path", with --https-port behind the host. */
static void add_port(const struct run *r, str url, struct buf *out)
{
    str begin = STR("https://");
    size_t slash = str_find_octet(str_skip(url, begin.n), '/');
    if (r->o->https_port == 0 || !str_starts(url, begin) || slash == STR_NOT_FOUND) {
        buf_add(out, url);
        return;
    }
    buf_add(out, str_take(url, begin.n + slash));
    buf_addf(out, ":%u", r->o->https_port);
    buf_add(out, str_skip(url, begin.n + slash));
}

/* Of one page or one question: so long, or a quarter of all where the user has more patience. */
static uint32_t one_ms(const struct run *r)
{
    uint32_t all = r->o->timeout_ms, quarter = all / 4;
    return quarter > ONE_MS ? quarter : all < ONE_MS ? all : ONE_MS;
}

static bool page_begin(struct run *r, str url)
{
    const struct net_gather_options *g = &r->o->gather;
    const struct net_fetch_options o = {
        .timeout_ms = one_ms(r),
        .ca_file = r->o->ca_file,
        .near = g->resolver.family != IP_NONE,
        .may_follow = may_follow,
        .user = r,
        .resolver = g->resolver,
        .resolver_port = g->resolver_port,
    };
    struct page *p = calloc(1, sizeof *p);
    struct buf real;
    if (!p)
        return false;
    *p = (struct page){ .run = r, .url = url };
    buf_init(&real, URL_MAX);
    add_port(r, url, &real);
    p->fetch = buf_ok(&real) ? net_fetch_new(r->loop, &o, buf_str(&real), page_came, p, NULL)
                             : NULL;
    buf_done(&real);
    TAILQ_INSERT_TAIL(&r->pages, p, link);
    if (p->fetch)
        return true;
    page_free(p);
    return false;
}

/* True when none could not even be begun. */
static bool pages_begin(struct run *r)
{
    bool all = true;
    for (str url; fetched_next(r->web, &url);) {
        if (r->late)
            put_outcome(r, url, WEB_TIMEOUT, "the time is over");
        else if (!page_begin(r, url))
            put_outcome(r, url, WEB_UNABLE, "it cannot be asked for");
        else
            continue;
        all = false;
    }
    return all;
}

/* One look, with memory of its own: it is taken again, with the caller's, when the answer stands. */
static bool look(struct run *r)
{
    struct arena scratch;
    arena_init(&scratch, SCRATCH_MAX);
    bool ok = discover_look(r->dns, r->web, r->q, &scratch, r->found);
    arena_done(&scratch);
    return ok;
}

static void step(void *user)
{
    struct run *r = user;
    if (r->over)
        return;
    do {
        r->over = look(r);
    } while (!r->over && !pages_begin(r));
    if (r->over)
        net_loop_stop(r->loop);
    else
        net_gather_go(r->gather);
}

static void late(void *user)
{
    struct run *r = user;
    r->late = true;
    while (!TAILQ_EMPTY(&r->pages)) {
        struct page *p = TAILQ_FIRST(&r->pages);
        put_outcome(r, p->url, WEB_TIMEOUT, "the time is over");
        page_free(p);
    }
    net_gather_stop(r->gather);
    step(r);
}

static bool run_loop(struct run *r, struct err *e)
{
    struct net_gather_options g = r->o->gather;
    if (g.timeout_ms == 0)
        g.timeout_ms = one_ms(r);
    r->timer = net_timer_new(r->loop, late, r);
    r->gather = r->timer ? net_gather_new(r->loop, &g, r->dns, step, r, e) : NULL;
    if (!r->timer)
        return err_memory(e, "a discovery");
    if (!r->gather)
        return false;
    net_timer_at(r->timer, net_loop_now_ms(r->loop) + r->o->timeout_ms);
    step(r);
    if (!r->over)
        net_loop_run(r->loop);
    return true;
}

/* Public DNS knows nothing of reserved names, and is not asked for them. */
static bool is_askable(const struct run *r)
{
    return r->o->gather.resolver.family != IP_NONE || !domain_is_reserved(r->q->who.ascii);
}

bool discover_run(const struct discover_run_options *o, const struct discover_question *q,
                  struct arena *a, struct discovery *out, struct err *e)
{
    struct run r = { .o = o, .q = q, .found = out };
    bool ok = true;
    TAILQ_INIT(&r.pages);
    if (!is_askable(&r)) {
        *out = (struct discovery){ .count = 0 };
        discovery_note(out, a, DISCOVER_SRV, DISCOVERY_FAILED, q->who.ascii,
                       "a reserved name, of which public DNS knows nothing: only a server given by "
                       "--resolver is asked for it");
        return true;
    }
    r.dns = o->dns ? o->dns : dns_known_new(0);
    r.web = fetched_new();
    if (!r.dns || !r.web)
        ok = err_memory(e, "a discovery");
    if (ok && !look(&r)) {
        r.loop = net_loop_new(e);
        ok = r.loop && run_loop(&r, e);
    }
    if (ok && !discover_look(r.dns, r.web, q, a, out))
        ok = err_set(e, ERR_SYSTEM, "the look-ups ended before their answers");
    while (!TAILQ_EMPTY(&r.pages))
        page_free(TAILQ_FIRST(&r.pages));
    net_gather_free(r.gather);
    net_timer_free(r.timer);
    net_loop_free(r.loop);
    fetched_free(r.web);
    if (!o->dns)
        dns_known_free(r.dns);
    return ok;
}

bool discover_address_read(const char *typed, struct arena *a, struct discover_address *out,
                           struct err *e)
{
    struct smtp_mailbox m;
    struct err why = { .kind = ERR_NONE };
    char name[DNS_NAME_MAX];
    str text = str_trim(str_from(typed));
    if (!smtp_mailbox_parse(text, &m, &why))
        return err_set(e, ERR_SYNTAX, "ADDRESS is no mailbox such as anna@example.org: %s",
                       why.why);
    if (m.domain.n && m.domain.p[0] == '[')
        return err_set(
            e, ERR_SYNTAX,
            "an address in brackets names a machine, and there is no domain to ask about");
    if (!dns_name_from_text(m.domain, net_idn(m.domain), name, e))
        return false;
    *out = (struct discover_address){ .whole = text,
                                      .local_part = m.local_part,
                                      .domain = m.domain,
                                      .ascii = arena_dup(a, str_from(name)) };
    return out->ascii.p || err_memory(e, "an address");
}
