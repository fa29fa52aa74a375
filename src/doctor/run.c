/* SPDX-License-Identifier: ISC */
/*
 * doctor/run.c - one loop, one look-up, and the plan's actions until it has none
 */
#include "doctor/run.h"
#include "doctor/lookups.h"
#include "doctor/mx_visit.h"
#include "doctor/pop_visit.h"
#include "doctor/visit.h"
#include "net/resolver.h"
#include <stdlib.h>

struct run {
    struct visit_company c;
    struct visit_run *visits[PLAN_VISITS];
    struct mx_visit *others[PLAN_VISITS];
    struct pop_visit *pop; /* at most one a run */
    unsigned pop_visit;
    struct net_resolver *resolver;
    struct doctor_lookups *lookups; /* NULL: none are made */
    struct net_timer *timer;
    bool pumping, again;
    bool saying_quit; /* from done_ms on */
    uint64_t done_ms;
    bool known; /* the answer was told */
};

static void tell_known(struct run *run);

static struct net_tls_trust trust_of(const struct doctor_options *o)
{
    return (struct net_tls_trust){ .ca_file = o->ca_file, .ca_pem = o->ca_pem, .system = true };
}

/* One context shows our certificate, and one does not: whether it is wanted is what may be the question. */
static bool make_contexts(struct run *run, struct err *e)
{
    struct net_tls_trust trust = trust_of(run->c.o);
    run->c.tls = net_tls_client_new(&trust, e);
    if (!run->c.tls || !run->c.o->cert_file)
        return run->c.tls != NULL;
    trust.cert_file = run->c.o->cert_file;
    trust.key_file = run->c.o->key_file;
    run->c.tls_shows = net_tls_client_new(&trust, e);
    return run->c.tls_shows != NULL;
}

/* The second context is made when a look asks for it. */
static bool has_context(struct run *run, enum plan_look look)
{
    struct net_tls_trust trust = trust_of(run->c.o);
    struct err e;
    trust.observe = true;
    if (look == LOOK_OBSERVE && !run->c.tls_open)
        run->c.tls_open = net_tls_client_new(&trust, &e);
    return look != LOOK_OBSERVE || run->c.tls_open;
}

/* False: no connection was begun. */
static bool open_visit(struct run *run, const struct plan_action *a)
{
    if (net_loop_now_ms(run->c.loop) >= run->c.deadline_ms)
        return false; /* too late: what was not begun in time is not tested */
    if (a->look == LOOK_POP) {
        run->pop_visit = a->visit;
        run->pop = pop_visit_open(&run->c, a->visit, &a->x);
        return run->pop != NULL;
    }
    if (a->look == LOOK_MX) {
        run->others[a->visit] = mx_visit_open(&run->c, a);
        return run->others[a->visit] != NULL;
    }
    if (has_context(run, a->look))
        run->visits[a->visit] = visit_open(&run->c, a->visit, &a->x, a->look);
    return run->visits[a->visit] != NULL;
}

static void leave(struct run *run, unsigned visit)
{
    if (run->pop && run->pop_visit == visit)
        pop_visit_leave(run->pop);
    else if (run->others[visit])
        mx_visit_leave(run->others[visit]);
    else
        visit_leave(run->visits[visit]);
}

static void act(struct run *run, const struct plan_action *a)
{
    if (run->c.o->progress)
        run->c.o->progress(run->c.o->progress_user, a);
    switch (a->what) {
    case PLAN_OPEN:
        if (!open_visit(run, a))
            plan_gone(run->c.plan, a->visit, net_loop_now_ms(run->c.loop));
        break;
    case PLAN_QUIT:
    case PLAN_ABORT: leave(run, a->visit); break;
    default: visit_step(run->visits[a->visit], a->what, &a->x); break;
    }
}

/* The QUITs are written before the answer is told: whoever prints it takes his time. What DNS says may bring
 * the plan back to work. */
static void end_when_done(struct run *run)
{
    uint64_t now = net_loop_now_ms(run->c.loop), wake;
    bool was = run->saying_quit;
    run->saying_quit = plan_done(run->c.plan);
    if (!run->saying_quit)
        return;
    if (!was)
        run->done_ms = now;
    if (!run->known && doctor_lookups_wait(run->lookups, &wake))
        net_timer_at(run->timer, wake);
    else if (now > run->done_ms)
        tell_known(run);
    else
        net_timer_at(run->timer, run->done_ms + 1);
    if (run->known && run->c.standing == 0)
        net_loop_stop(run->c.loop);
}

/* Told things from inside an action come back here once that action is over. */
static void pump(void *user)
{
    struct run *run = user;
    run->again = true;
    if (run->pumping)
        return;
    run->pumping = true;
    while (run->again) {
        struct plan_action a;
        run->again = false;
        while (plan_next(run->c.plan, net_loop_now_ms(run->c.loop), &a))
            act(run, &a);
        doctor_lookups_think(run->lookups);
    }
    run->pumping = false;
    net_timer_at(run->timer, plan_wake_ms(run->c.plan));
    end_when_done(run);
}

static void add_lookup_row(struct run *run, str why)
{
    const struct smtp_attempt *a = &run->c.o->asked.attempt;
    const struct smtp_outcome o = { .stage = SMTP_STAGE_CONNECT,
                                    .end = SMTP_END_UNREACHABLE,
                                    .text = why,
                                    .at_ms = net_loop_now_ms(run->c.loop) - run->c.began_ms };
    doctor_record_add(run->c.record, PROBE_LOOKUP, a, &o);
}

static str lookup_words(const struct dns_answer *answer, struct arena *a)
{
    static const str WHY[] = {
        [DNS_OK] = STR_INIT("the name has no address"),
        [DNS_NXDOMAIN] = STR_INIT("there is no such name"),
        [DNS_SERVFAIL] = STR_INIT("the resolver could not find out"),
        [DNS_REFUSED] = STR_INIT("the resolver refused to answer"),
        [DNS_TIMEOUT] = STR_INIT("the resolver did not answer"),
        [DNS_BROKEN] = STR_INIT("the resolver's answer could not be read"),
        [DNS_UNREACHABLE] = STR_INIT("there is no way to the resolver"),
    };
    return arena_printf(a, "looking up %.*s: %.*s", STR_ARG(answer->question.name),
                        STR_ARG(WHY[answer->code]));
}

/* As they come; the last place is kept for the other family, where there are more than there is room for. */
static size_t addresses_of(const struct dns_answer *answer, struct ip found[PLAN_ADDRESSES])
{
    size_t n = 0;
    bool both = false;
    for (size_t i = 0; i < answer->count; i++) {
        const struct dns_record *r = &answer->records[i];
        if (r->type != DNS_A && r->type != DNS_AAAA)
            continue;
        bool other = n && r->ip.family != found[0].family;
        if (n < PLAN_ADDRESSES)
            found[n++] = r->ip;
        else if (other && !both)
            found[n - 1] = r->ip;
        both |= other;
    }
    return n;
}

/* What the system gave is what the user's program gets. */
static void remember(struct run *run, const struct dns_answer *answer)
{
    struct dns_answer system = *answer;
    if (!run->c.record->dns || run->c.o->resolver.family != IP_NONE)
        return;
    system.question = (struct dns_question){ .name = run->c.o->asked.attempt.host,
                                             .type = DNS_A,
                                             .way = DNS_BY_SYSTEM };
    (void)dns_known_put(run->c.record->dns, &system);
}

static void looked_up(void *user, const struct dns_answer *answer)
{
    struct run *run = user;
    struct ip found[PLAN_ADDRESSES];
    remember(run, answer);
    size_t n = addresses_of(answer, found);
    if (!n)
        add_lookup_row(run, lookup_words(answer, run->c.record->arena));
    plan_addresses(run->c.plan, found, n);
    pump(run);
}

static bool begin_look_up(struct run *run, struct err *e)
{
    const struct doctor_options *o = run->c.o;
    if (o->connect_to.family == IP_NONE)
        return net_resolver_addresses(run->resolver, o->asked.attempt.host, looked_up, run, e);
    plan_addresses(run->c.plan, &o->connect_to, 1);
    pump(run);
    return true;
}

/* Where mail is fetched from, if it is another server; not to be found is no reason to stop. */
static void pop_looked_up(void *user, const struct dns_answer *answer)
{
    struct run *run = user;
    struct ip found[PLAN_ADDRESSES];
    struct err e;
    plan_pop_addresses(run->c.plan, found, addresses_of(answer, found));
    if (!begin_look_up(run, &e)) {
        add_lookup_row(run, arena_dup(run->c.record->arena, str_from(e.why)));
        plan_addresses(run->c.plan, NULL, 0);
        pump(run);
    }
}

static bool begin(struct run *run, struct err *e)
{
    const struct doctor_options *o = run->c.o;
    const struct net_resolver_options ro = { o->resolver, o->resolver_port, o->timeout_ms / 3 };
    bool other = o->asked.pop_host.n && !str_eq_nocase(o->asked.pop_host, o->asked.attempt.host);
    if (!other && o->connect_to.family != IP_NONE)
        return begin_look_up(run, e);
    run->resolver = net_resolver_new(run->c.loop, &ro, e);
    if (!run->resolver)
        return false;
    return other ? net_resolver_addresses(run->resolver, o->asked.pop_host, pop_looked_up, run, e)
                 : begin_look_up(run, e);
}

static void count(const struct doctor_record *r, struct doctor_stats *s)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        bool refused = ev->outcome.end == SMTP_END_REPLY && !doctor_evidence_good(ev);
        bool login = (ev->probe == PROBE_LOGIN || ev->probe == PROBE_AUTH ||
                      (ev->probe == PROBE_POP && ev->outcome.stage == SMTP_STAGE_AUTH)) &&
                     ev->outcome.end != SMTP_END_GUARDED;
        s->auth_attempts += login;
        s->auth_refused += login && refused;
        s->refusals_caused += refused &&
                              (login || ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE);
    }
}

static void tell_known(struct run *run)
{
    struct doctor_stats *s = run->c.stats;
    if (run->known)
        return;
    run->known = true;
    doctor_lookups_stop(run->lookups);
    s->wall_ms = net_loop_now_ms(run->c.loop) - run->c.began_ms;
    s->rtt_ms = plan_rtt_ms(run->c.plan);
    count(run->c.record, s);
    if (run->c.o->known)
        run->c.o->known(run->c.o->known_user);
}

static void run_due(void *user)
{
    pump(user);
}

static bool run_on_loop(struct run *run, struct err *e)
{
    const struct doctor_options *o = run->c.o;
    bool ready = make_contexts(run, e);
    run->timer = net_timer_new(run->c.loop, run_due, run);
    run->c.plan = plan_new(&o->asked, run->c.record, &o->plan);
    if (!ready)
        return false;
    if (!run->timer || !run->c.plan)
        return err_memory(e, "the plan of a run");
    run->c.began_ms = net_loop_now_ms(run->c.loop);
    run->c.deadline_ms = run->c.began_ms + o->timeout_ms;
    run->lookups = doctor_lookups_new(run->c.loop, o, run->c.record, pump, run);
    doctor_lookups_think(run->lookups);
    if (!begin(run, e))
        return false;
    net_loop_run(run->c.loop);
    tell_known(run);
    return true;
}

bool doctor_run(const struct doctor_options *o, struct doctor_record *r, struct doctor_stats *out,
                struct err *e)
{
    *out = (struct doctor_stats){ .source = { .family = IP_NONE } };
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return err_memory(e, "a run");
    run->c.o = o;
    run->c.record = r;
    run->c.stats = out;
    run->c.changed = pump;
    run->c.user = run;
    run->c.loop = net_loop_new(e);
    bool ok = run->c.loop && run_on_loop(run, e);
    doctor_lookups_free(run->lookups);
    net_resolver_free(run->resolver);
    net_timer_free(run->timer);
    net_loop_free(run->c.loop);
    plan_free(run->c.plan);
    net_tls_context_free(run->c.tls);
    net_tls_context_free(run->c.tls_shows);
    net_tls_context_free(run->c.tls_open);
    free(run);
    return ok;
}
