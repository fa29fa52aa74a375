/* SPDX-License-Identifier: ISC */
/* net/resolver.c - the system's way, one server's way, and addresses that need no asking */
#include "net/resolver.h"
#include "base/arena.h"
#include "net/dns_ask.h"
#include "net/inside.h"
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#define DNS_PORT      53
#define TIMEOUT_MS    5000
#define MEMORY_OCTETS ((size_t)1 << 20)
/* Addresses of one host that are taken; no mail server has as many. */
#define ADDRESSES_MAX 64

struct net_resolver {
    struct net_loop *loop;
    struct net_resolver_options options;
    TAILQ_HEAD(, lookup) open;
};

/* getaddrinfo cannot be called off: this lives until it returns, lookup NULL when nobody waits. */
struct system_ask {
    uv_getaddrinfo_t req;
    struct lookup *lookup;
};

struct lookup {
    TAILQ_ENTRY(lookup) link;
    struct net_resolver *resolver;
    struct dns_question q;
    struct net_task task; /* brings an answer that was known at once */
    struct net_timer *timer;
    struct system_ask *system;
    struct net_dns_ask *asks[2]; /* one, or A and AAAA */
    unsigned waiting;            /* of asks */
    struct arena memory;
    struct dns_answer answer;
    void (*done)(void *user, const struct dns_answer *answer);
    void *user;
};

static void lookup_free(struct lookup *k)
{
    net_task_cancel(k->resolver->loop, &k->task);
    TAILQ_REMOVE(&k->resolver->open, k, link);
    if (k->system) {
        k->system->lookup = NULL;
        uv_cancel((uv_req_t *)&k->system->req);
    }
    net_timer_free(k->timer);
    net_dns_ask_free(k->asks[0]);
    net_dns_ask_free(k->asks[1]);
    arena_done(&k->memory);
    free(k);
}

struct net_resolver *net_resolver_new(struct net_loop *l, const struct net_resolver_options *o,
                                      struct err *e)
{
    struct net_resolver *r = calloc(1, sizeof(*r));
    if (!r) {
        err_memory(e, "a resolver");
        return NULL;
    }
    r->loop = l;
    r->options = *o;
    if (r->options.port == 0)
        r->options.port = DNS_PORT;
    if (r->options.timeout_ms == 0)
        r->options.timeout_ms = TIMEOUT_MS;
    TAILQ_INIT(&r->open);
    return r;
}

void net_resolver_free(struct net_resolver *r)
{
    if (!r)
        return;
    while (!TAILQ_EMPTY(&r->open))
        lookup_free(TAILQ_FIRST(&r->open));
    free(r);
}

/* done may free the resolver, and with it k: so k is on its own before. */
static void deliver(struct lookup *k, const struct dns_answer *answer)
{
    struct net_resolver alone = { .loop = k->resolver->loop };
    TAILQ_INIT(&alone.open);
    TAILQ_REMOVE(&k->resolver->open, k, link);
    TAILQ_INSERT_TAIL(&alone.open, k, link);
    k->resolver = &alone;
    k->done(k->user, answer);
    lookup_free(k);
}

static void run_task(struct net_task *t)
{
    struct lookup *k = NET_TASK_OWNER(t, struct lookup, task);
    deliver(k, &k->answer);
}

static struct lookup *lookup_new(struct net_resolver *r, const struct dns_question *q,
                                 void (*done)(void *user, const struct dns_answer *answer),
                                 void *user, struct err *e)
{
    struct lookup *k = calloc(1, sizeof(*k));
    if (!k) {
        err_memory(e, "a look-up");
        return NULL;
    }
    arena_init(&k->memory, MEMORY_OCTETS);
    k->resolver = r;
    k->task.run = run_task;
    k->done = done;
    k->user = user;
    k->q = (struct dns_question){ arena_dup(&k->memory, q->name), q->type, q->way, q->at };
    k->answer.question = k->q;
    k->answer.canonical = k->q.name;
    TAILQ_INSERT_TAIL(&r->open, k, link);
    if (!k->q.name.p) {
        lookup_free(k);
        err_memory(e, "a look-up");
        return NULL;
    }
    return k;
}

/* ---- address literals ---- */

/* "192.0.2.1", "2001:db8::1", either in brackets, "[IPv6:2001:db8::1]" (RFC 5321 section 4.1.3). */
static bool read_literal(str host, struct ip *ip)
{
    if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
        host = (str){ host.p + 1, host.n - 2 };
    if (str_starts_nocase(host, STR("IPv6:")))
        host = str_skip(host, 5);
    return ip_parse(host, ip);
}

static bool add_address(struct lookup *k, struct dns_record *records, const struct ip *ip)
{
    for (size_t i = 0; i < k->answer.count; i++)
        if (ip_eq(&records[i].ip, ip))
            return true;
    if (k->answer.count == ADDRESSES_MAX)
        return false;
    records[k->answer.count++] =
        (struct dns_record){ .type = ip->family == IP_V4 ? DNS_A : DNS_AAAA, .ip = *ip };
    return true;
}

static struct dns_record *records_new(struct lookup *k)
{
    struct dns_record *records = arena_alloc(&k->memory, ADDRESSES_MAX * sizeof(*records));
    k->answer.records = records;
    return records;
}

static bool answer_literal(struct lookup *k, const struct ip *ip, struct err *e)
{
    struct dns_record *records = records_new(k);
    if (!records)
        return err_memory(e, "a look-up");
    add_address(k, records, ip);
    net_task_later(k->resolver->loop, &k->task);
    return true;
}

/* ---- the system's way ---- */

static const struct eai_row {
    int rc; /* of libuv */
    enum dns_code code;
} EAI_CODES[] = {
    { 0, DNS_OK },
    { UV_EAI_NODATA, DNS_OK },
    { UV_EAI_ADDRFAMILY, DNS_OK },
    { UV_EAI_NONAME, DNS_NXDOMAIN },
    { UV_EAI_AGAIN, DNS_SERVFAIL },
    { UV_EAI_FAIL, DNS_SERVFAIL },
};

static enum dns_code code_of_eai(int rc)
{
    for (size_t i = 0; i < COUNT_OF(EAI_CODES); i++)
        if (EAI_CODES[i].rc == rc)
            return EAI_CODES[i].code;
    return DNS_BROKEN;
}

static void on_system(uv_getaddrinfo_t *req, int rc, struct addrinfo *found)
{
    struct system_ask *system = req->data;
    struct lookup *k = system->lookup;
    free(system);
    if (k) {
        k->system = NULL;
        k->answer.code = code_of_eai(rc);
        struct dns_record *records = records_new(k);
        if (!records)
            k->answer.code = DNS_BROKEN;
        for (struct addrinfo *a = found; records && a; a = a->ai_next) {
            struct ip ip;
            uint16_t port;
            if (net_sockaddr_read(a->ai_addr, &ip, &port) && !add_address(k, records, &ip))
                break;
        }
        deliver(k, &k->answer);
    }
    uv_freeaddrinfo(found);
}

static void on_system_timer(void *user)
{
    struct lookup *k = user;
    k->answer.code = DNS_TIMEOUT;
    deliver(k, &k->answer);
}

static bool ask_system(struct lookup *k, struct err *e)
{
    struct net_resolver *r = k->resolver;
    struct addrinfo hints = {
        .ai_family = AF_UNSPEC,
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_ADDRCONFIG | AI_NUMERICSERV,
    };
    struct system_ask *system = calloc(1, sizeof(*system));
    k->timer = net_timer_new(r->loop, on_system_timer, k);
    if (!system || !k->timer) {
        free(system);
        return err_memory(e, "a look-up");
    }
    system->lookup = k;
    system->req.data = system;
    /* The copy in the arena ends in NUL. */
    int rc = uv_getaddrinfo(net_loop_uv(r->loop), &system->req, on_system, k->q.name.p, NULL,
                            &hints);
    if (rc != 0) {
        free(system);
        return net_err_uv(e, rc, "looking up '%.*s'", STR_ARG(k->q.name));
    }
    k->system = system;
    net_timer_at(k->timer, net_loop_now_ms(r->loop) + r->options.timeout_ms);
    return true;
}

/* ---- one server's way ---- */

/* What A and AAAA say together. Addresses of one kind are enough; without any, a question that failed
 * says more than one that found nothing, and a name that does not exist more than an empty one. */
static bool join(struct lookup *k)
{
    const struct dns_answer *both[2] = { net_dns_ask_answer(k->asks[0]),
                                         net_dns_ask_answer(k->asks[1]) };
    struct dns_record *records = records_new(k);
    if (!records)
        return false;
    k->answer.code = DNS_OK;
    k->answer.ttl_s = UINT32_MAX;
    k->answer.server = k->resolver->options.server;
    for (unsigned i = 0; i < 2; i++) {
        for (size_t n = 0; n < both[i]->count && k->answer.count < ADDRESSES_MAX; n++)
            records[k->answer.count++] = both[i]->records[n];
        bool useful = both[i]->code == DNS_OK || both[i]->code == DNS_NXDOMAIN;
        if (useful && both[i]->ttl_s < k->answer.ttl_s)
            k->answer.ttl_s = both[i]->ttl_s;
        if (both[i]->canonical.n > 0)
            k->answer.canonical = both[i]->canonical;
        if (both[i]->code > k->answer.code)
            k->answer.code = both[i]->code;
    }
    if (k->answer.count > 0)
        k->answer.code = DNS_OK;
    if (k->answer.ttl_s == UINT32_MAX)
        k->answer.ttl_s = 0;
    return true;
}

static void on_asked(void *user, struct net_dns_ask *a)
{
    struct lookup *k = user;
    if (--k->waiting > 0)
        return;
    if (!k->asks[1])
        deliver(k, net_dns_ask_answer(a));
    else {
        if (!join(k))
            k->answer.code = DNS_BROKEN;
        deliver(k, &k->answer);
    }
}

static bool ask_server(struct lookup *k, const enum dns_type *types, unsigned count, struct err *e)
{
    struct net_resolver *r = k->resolver;
    k->waiting = count;
    for (unsigned i = 0; i < count; i++) {
        struct dns_question q = { .name = k->q.name, .type = types[i] };
        k->asks[i] = net_dns_ask_new(r->loop, &r->options.server, r->options.port,
                                     r->options.timeout_ms, &q, on_asked, k, e);
        if (!k->asks[i])
            return false;
    }
    return true;
}

/* ---- what is asked of us ---- */

static bool ask_addresses(struct lookup *k, struct err *e)
{
    static const enum dns_type TYPES[] = { DNS_A, DNS_AAAA };
    struct ip ip;
    if (read_literal(k->q.name, &ip))
        return answer_literal(k, &ip, e);
    if (k->resolver->options.server.family == IP_NONE)
        return ask_system(k, e);
    return ask_server(k, TYPES, COUNT_OF(TYPES), e);
}

bool net_resolver_addresses(struct net_resolver *r, str host,
                            void (*done)(void *user, const struct dns_answer *answer), void *user,
                            struct err *e)
{
    struct dns_question q = { .name = host, .type = DNS_A };
    if (host.n == 0 || host.n >= DNS_NAME_MAX || str_find_octet(host, '\0') != STR_NOT_FOUND)
        return err_set(e, ERR_SYNTAX,
                       "looking up a host: its name is empty, too long or malformed");
    struct lookup *k = lookup_new(r, &q, done, user, e);
    if (!k)
        return false;
    if (ask_addresses(k, e))
        return true;
    lookup_free(k);
    return false;
}

bool net_resolver_ask(struct net_resolver *r, const struct dns_question *q,
                      void (*done)(void *user, const struct dns_answer *answer), void *user,
                      struct err *e)
{
    if (r->options.server.family == IP_NONE)
        return err_set(e, ERR_SYNTAX, "asking DNS: there is no server to ask");
    struct lookup *k = lookup_new(r, q, done, user, e);
    if (!k)
        return false;
    if (ask_server(k, &q->type, 1, e))
        return true;
    lookup_free(k);
    return false;
}
