/* SPDX-License-Identifier: ISC */
/*
 * scenario/world.c - events in a queue, answers from the table, rails counted on the way
 */
#include "world.h"
#include "doctor/knock.h"
#include "doctor/record_script.h"
#include "doctor/words.h"
#include "sasl/client.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARENA_MAX = 4 << 20,
    ACTIONS_MAX = 250,
    EVENTS_MAX = 128,
    KNOCKING_MS = 1000,
    LATE_MS = 60, /* behind that */
    TLS_MS = 15000,
    DEADLINE_MS = 45000,
    END_MS = 60000
};

enum event_kind { EVENT_CONNECT, EVENT_CALL, EVENT_QUIET, EVENT_OPENED, EVENT_STEP, EVENT_GONE };
struct event {
    uint64_t at_ms;
    unsigned visit;
    enum event_kind kind;
    bool used;
};

enum guest_state { GUEST_NONE, GUEST_OPENING, GUEST_READY, GUEST_BUSY, GUEST_LEAVING, GUEST_GONE };
struct guest {
    enum guest_state state;
    struct smtp_attempt door;
    enum plan_look look;
    enum smtp_security layer;
    bool verified, connected;
    bool answered;       /* the trial at work has its row, and RSET has none yet */
    str mechanism, user; /* logged in by, and as */
    bool repaired;
    struct plan_action step;
};

struct play {
    const struct world *w;
    struct world_run *run;
    struct plan *plan;
    struct plan_options o;
    struct guest guests[PLAN_VISITS];
    struct event events[EVENTS_MAX];
    uint64_t now_ms;
    uint32_t chance, coin;
};

static void rail(struct play *p, bool holds, const char *what)
{
    if (!holds && !p->run->broken)
        p->run->broken = what;
}

/* ------------------------------------------------------------------------------------------------
 * The world's answers
 */
static uint32_t chance(struct play *p)
{
    p->chance = p->chance * 1664525u + 1013904223u;
    return p->chance >> 8;
}

static const struct world_port *port_of(const struct play *p, const struct smtp_attempt *at)
{
    static const struct world_port CLOSED = { .kind = PORT_CLOSED };
    static const struct world_port DEAD = { .kind = PORT_SILENT };
    struct ip first = script_ip("192.0.2.1");
    if (p->w->first_address_dead && ip_eq(&at->address, &first))
        return &DEAD;
    const struct world_port *ports = at->address.family == IP_V6 ? p->w->six : p->w->ports;
    for (size_t i = 0; i < WORLD_PORTS; i++)
        if (ports[i].number == at->port)
            return &ports[i];
    return &CLOSED;
}

static bool is_good(const char *answer)
{
    return !answer || answer[0] == '2';
}

/* By chance something else is answered than the table says. */
static const char *with_chance(struct play *p, const char *answer)
{
    static const char *const OTHERS[] = { "450 4.3.0 later", "550 5.7.1 relay not permitted",
                                          "closed",          "421 4.3.2 busy",
                                          "530 5.7.0 login", "554 5.7.1 spam helo" };
    if (!p->w->seed || chance(p) % 6)
        return answer;
    return chance(p) % 3 ? OTHERS[chance(p) % COUNT_OF(OTHERS)] : NULL;
}

/* The certificate of this connection; NULL: verifies. */
static const char *certificate(struct play *p, const struct world_port *port)
{
    if (p->w->seed && chance(p) % 6 == 0)
        return port->cert ? NULL : "expired";
    return port->cert;
}

static const char *busy(const struct play *p, enum smtp_stage stage, const char *answer)
{
    return p->w->busy_at == stage ? "421 4.3.2 too busy" : answer;
}

static bool says_asked_helo(const struct play *p, const struct guest *g)
{
    str helo = p->run->asked.attempt.helo;
    return helo.n && str_eq(g->door.helo, helo);
}

static bool toss(struct play *p)
{
    p->coin = p->coin * 1664525u + 1013904223u;
    return p->coin >> 31;
}

static const char *rcpt_answer(struct play *p, const struct guest *g, const struct smtp_attempt *x)
{
    const struct world *w = p->w;
    const struct world_port *port = port_of(p, x);
    if (w->by_chance && toss(p))
        return w->by_chance;
    if (w->helo_at_rcpt && says_asked_helo(p, g))
        return w->asked_helo;
    if (x->source.family != IP_NONE && w->asked_source)
        return w->asked_source;
    if (!str_eq(x->to, p->run->asked.attempt.to))
        return w->spoof && !x->from_null ? w->spoof : w->postmaster;
    if (!smtp_attempt_logs_in(x) && p->run->count.fetched && p->w->pop_opens)
        return NULL;
    if (port->bare && !smtp_attempt_logs_in(x))
        return x->certificate ? NULL : port->bare;
    if (!smtp_attempt_logs_in(x))
        return port->stranger;
    if (str_eq(x->from, p->run->asked.own_address))
        return w->own_from ? w->own_from : port->member;
    return w->other_from ? w->other_from : port->member;
}

/* ------------------------------------------------------------------------------------------------
 * Events
 */
static void later(struct play *p, unsigned visit, enum event_kind kind, uint64_t in_ms)
{
    for (size_t i = 0; i < EVENTS_MAX; i++) {
        if (p->events[i].used)
            continue;
        if (p->w->seed)
            in_ms += chance(p) % 40;
        uint64_t at_ms = p->now_ms + in_ms;
        if ((kind == EVENT_OPENED || kind == EVENT_STEP) && at_ms > DEADLINE_MS)
            at_ms = DEADLINE_MS > p->now_ms ? DEADLINE_MS : p->now_ms;
        p->events[i] = (struct event){ at_ms, visit, kind, true };
        return;
    }
    p->run->broken = "more events than the test has room for";
}

static uint32_t rtt_ms(const struct play *p)
{
    return p->w->rtt_ms ? p->w->rtt_ms : 20;
}
static uint32_t answer_ms(const struct play *p)
{
    return rtt_ms(p) + (p->w->think_ms ? p->w->think_ms : 1);
}

/* ------------------------------------------------------------------------------------------------
 * Rows
 */
static const char *layer_mark(enum smtp_security layer)
{
    return layer == SMTP_SECURITY_TLS ? "!" : layer == SMTP_SECURITY_STARTTLS ? "+" : "";
}

/* A port that asks for a certificate of ours says so in the handshake. */
static const char *tls_verb(const struct world_port *port, const struct guest *g)
{
    return !port->bare ? "tls" : g->door.certificate ? "tls shown" : "tls asked";
}

/* The row "DOOR NAMES verb answer" of a guest. */
static void add_row(struct play *p, const struct guest *g, enum smtp_security layer,
                    const struct smtp_attempt *names, const char *verb, const char *answer)
{
    char text[512];
    struct ip second = script_ip("192.0.2.2");
    str helo = g->door.helo.n ? g->door.helo : STR(SCRIPT_HELO);
    int n = snprintf(text, sizeof text, "%u%s%s%s%s helo=%.*s ", g->door.port, layer_mark(layer),
                     ip_eq(&g->door.address, &second)  ? "@2"
                     : g->door.address.family == IP_V6 ? "@6"
                                                       : "",
                     g->door.source.family == IP_NONE ? "" : "~", g->door.certificate ? "*" : "",
                     STR_ARG(helo));
    if (g->door.old_helo)
        n += snprintf(text + n, sizeof text - (size_t)n, "old-helo ");
    if (g->step.x.mechanism.n && (names || strncmp(verb, "login", 5) == 0))
        n += snprintf(text + n, sizeof text - (size_t)n, "user=%.*s %s", STR_ARG(g->step.x.user),
                      g->step.x.repaired ? "repaired " : "");
    if (names)
        n += snprintf(text + n, sizeof text - (size_t)n,
                      "%.*s from=%.*s to=%.*s author=%.*s size=%llu ", STR_ARG(names->mechanism),
                      STR_ARG(names->from_null ? STR("<>") : names->from), STR_ARG(names->to),
                      STR_ARG(names->header_from), (unsigned long long)names->size_octets);
    snprintf(text + n, sizeof text - (size_t)n, "%s%s%s", verb, answer && *verb ? " " : "",
             answer ? answer : "");
    size_t before = p->run->record.count;
    if (before == DOCTOR_EVIDENCE_MAX) {
        rail(p, false, "the record is full");
        return;
    }
    script_row(str_from(text), &p->run->record);
    p->run->record.rows[before].outcome.at_ms = p->now_ms;
}

static void count_refusal(struct play *p, const char *answer, bool login)
{
    if (is_good(answer))
        return;
    bool reply = is_digit(answer[0]);
    p->run->count.refused_logins += login;
    p->run->count.refusals += reply || login;
}

/* ------------------------------------------------------------------------------------------------
 * A guest's steps, as doctor/visit.c makes them
 */
static void gone(struct play *p, unsigned visit)
{
    p->guests[visit].state = GUEST_GONE;
    for (size_t i = 0; i < EVENTS_MAX; i++)
        if (p->events[i].visit == visit)
            p->events[i].used = false;
    plan_gone(p->plan, visit, p->now_ms);
}

static bool ends_connection(const struct play *p, const char *answer)
{
    return !is_good(answer) &&
           (!is_digit(answer[0]) || strncmp(answer, "421", 3) == 0 || p->w->hangs_up);
}

/* The step is over. An answer that ends the connection: now when there was none, else a little later. */
static void step_over(struct play *p, unsigned visit, const char *answer)
{
    struct guest *g = &p->guests[visit];
    bool ends = ends_connection(p, answer);
    if (ends && !is_digit(answer[0])) {
        gone(p, visit);
        return;
    }
    if (ends &&
        (g->step.what == PLAN_TRIAL || g->step.what == PLAN_MESSAGE ||
         strncmp(answer, "421", 3) == 0)) { /* RSET is on its way, and will not be answered */
        g->answered = true;
        later(p, visit, EVENT_GONE, 1);
        return;
    }
    g->state = GUEST_READY;
    if (ends)
        later(p, visit, EVENT_GONE, 1);
    plan_ready(p->plan, visit, g->layer, g->verified, p->now_ms);
}

static void quit(struct play *p, unsigned visit)
{
    p->guests[visit].state = GUEST_LEAVING;
    later(p, visit, EVENT_GONE, rtt_ms(p));
}

/* EHLO on the guest's layer. False: the guest leaves, or is gone. */
static bool say_ehlo(struct play *p, unsigned visit)
{
    struct guest *g = &p->guests[visit];
    const struct world_port *port = port_of(p, &g->door);
    const char *caps = g->layer == SMTP_SECURITY_NONE ? port->caps : port->caps_tls;
    const char *answer = NULL;
    if (says_asked_helo(p, g) && !p->w->helo_at_rcpt)
        answer = p->w->asked_helo;
    if (!p->w->busy_under_tls || g->layer != SMTP_SECURITY_NONE)
        answer = busy(p, SMTP_STAGE_EHLO, answer);
    if (p->w->seed && chance(p) % 12 == 0)
        answer = with_chance(p, answer);
    if (g->door.old_helo)
        caps = "250 " SCRIPT_HOST;
    add_row(p, g, g->layer, NULL, "ehlo", is_good(answer) ? caps : answer);
    if (is_good(answer))
        return true;
    if (is_digit(answer[0]))
        quit(p, visit);
    else
        gone(p, visit);
    return false;
}

static const char *or_none(const char *text, const char *none)
{
    return text ? text : none;
}

static const struct world_other *other_of(const struct play *p, const struct smtp_attempt *at)
{
    for (size_t i = 0; i < WORLD_OTHERS; i++) {
        struct ip ip;
        const char *address = p->w->others[i].address;
        if (address && ip_parse(str_from(address), &ip) && ip_eq(&ip, &at->address))
            return &p->w->others[i];
    }
    return NULL;
}

/* A row of another server, as doctor/mx_visit.c makes it. */
static void add_other_row(struct play *p, const struct guest *g, str to, enum smtp_stage stage,
                          const char *text)
{
    struct smtp_attempt x = g->step.x;
    struct smtp_outcome o = { .stage = stage, .at_ms = p->now_ms };
    uint64_t code;
    int end;
    str rest = str_from(text);
    str word = str_cut(&rest, ' ');
    if (str_to_u64(word, 599, &code))
        o.code = (unsigned)code;
    else if (names_find(&SMTP_END_NAMES, word, &end))
        o.end = (enum smtp_end)end;
    o.text = rest;
    if (!smtp_enhanced_read(rest, &o.enhanced, &word))
        o.enhanced = (struct smtp_enhanced){ 0, 0, 0 };
    x.to = to;
    x.helo = STR(SCRIPT_HELO);
    doctor_record_add(&p->run->record, PROBE_MX, &x, &o);
}

/* False: it was refused. */
static bool name_at_other(struct play *p, const struct guest *g, const struct world_other *other,
                          str to)
{
    const struct doctor_asked *a = &p->run->asked;
    bool postmaster = str_starts(to, STR("postmaster@"));
    const char *answer = postmaster ? other->postmaster : other->recipient;
    add_other_row(p, g, to, SMTP_STAGE_RCPT, answer ? answer : "250 ok");
    unsigned *refusals = &p->run->count.refusals_at[other - p->w->others];
    *refusals += !is_good(answer);
    rail(p, *refusals <= p->o.refusals_max, "too many refusals at another server");
    rail(p, postmaster || str_eq(to, a->attempt.to) || str_eq(to, a->attempt.from),
         "a recipient at another server that nobody gave");
    rail(p,
         str_eq(words_domain(to), words_domain(a->own_address)) ||
             str_eq(words_domain(to), words_domain(a->attempt.from)),
         "a recipient at another server in a stranger's domain");
    rail(p, g->step.x.from_null && g->step.x.port == 25 && !smtp_attempt_logs_in(&g->step.x),
         "another server is asked in another way than it may be");
    return is_good(answer);
}

static void looked_at_other(struct play *p, unsigned visit)
{
    struct guest *g = &p->guests[visit];
    const struct world_other *other = other_of(p, &g->door);
    char greeting[128];
    plan_heard(p->plan, visit);
    snprintf(greeting, sizeof greeting, "220 %s hello", other->name ? other->name : other->host);
    add_other_row(p, g, STR_NONE, SMTP_STAGE_GREETING, greeting);
    bool taken = name_at_other(p, g, other, g->step.x.to);
    if (g->step.next.n && taken != g->step.next_if_refused &&
        plan_may_refuse_at(p->plan, &g->step.x.address))
        name_at_other(p, g, other, g->step.next);
    g->state = GUEST_LEAVING;
    later(p, visit, EVENT_GONE, rtt_ms(p));
}

static void connected_to_other(struct play *p, unsigned visit)
{
    struct guest *g = &p->guests[visit];
    const struct world_other *other = other_of(p, &g->door);
    if (!other || other->kind == PORT_CLOSED) {
        add_other_row(p, g, STR_NONE, SMTP_STAGE_CONNECT, "refused nobody listens");
        gone(p, visit);
        return;
    }
    plan_connected(p->plan, visit, rtt_ms(p));
    g->connected = true;
    p->run->count.stood++;
    if (other->kind == PORT_CLEAR)
        later(p, visit, EVENT_OPENED, 4 * answer_ms(p));
}

/* A look ends with its one row. */
static void looked(struct play *p, unsigned visit)
{
    struct guest *g = &p->guests[visit];
    const struct world_port *port = port_of(p, &g->door);
    bool tls = g->door.security == SMTP_SECURITY_TLS;
    if (g->look == LOOK_POP) {
        const char *pop = or_none(p->w->pop, "refused");
        if (strcmp(pop, "refused") == 0)
            add_row(p, g, SMTP_SECURITY_TLS, NULL, "pop", "refused nobody listens");
        else
            add_row(p, g, SMTP_SECURITY_TLS, NULL, "pop", pop);
        p->run->count.logins++;
        count_refusal(p, p->w->pop && pop[0] == '-' ? "535" : NULL, true);
        p->run->count.fetched = pop[0] == '+';
        quit(p, visit);
        return;
    }
    const char *verb = g->look == LOOK_OBSERVE ? "observed" : "unoffered";
    const char *answer = g->look == LOOK_OBSERVE ? or_none(port->observed, "failed")
                                                 : or_none(port->unoffered, "502 5.5.1 no");
    if (port->kind != PORT_CLEAR && !tls)
        answer = "silent";
    else if (!is_good(busy(p, SMTP_STAGE_GREETING, NULL)) ||
             !is_good(busy(p, SMTP_STAGE_EHLO, NULL)))
        answer = "421 4.3.2 too busy";
    add_row(p, g, tls ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS, NULL, verb, answer);
    quit(p, visit);
}

static void opened(struct play *p, unsigned visit)
{
    struct guest *g = &p->guests[visit];
    const struct world_port *port = port_of(p, &g->door);
    bool tls = g->door.security == SMTP_SECURITY_TLS;
    enum smtp_security layer = tls ? SMTP_SECURITY_TLS : SMTP_SECURITY_NONE;
    const char *greeting = busy(p, SMTP_STAGE_GREETING, "220 " SCRIPT_HOST " hello");
    if (g->look == LOOK_MX) {
        looked_at_other(p, visit);
        return;
    }
    if (g->look) {
        looked(p, visit);
        return;
    }
    if (tls && (port->kind == PORT_CLEAR || port->kind == PORT_JUNK || port->kind == PORT_MUTE)) {
        add_row(p, g, layer, NULL, "tls", port->kind == PORT_MUTE ? "silent" : "failed");
        gone(p, visit);
        return;
    }
    if (port->kind != PORT_CLEAR && port->kind != PORT_LATE && port->kind != PORT_TLS) {
        add_row(p, g, layer, NULL, port->kind == PORT_JUNK ? "junk" : "mute", NULL);
        gone(p, visit);
        return;
    }
    if (!tls && port->kind == PORT_TLS) {
        add_row(p, g, layer, NULL, "mute", NULL);
        gone(p, visit);
        return;
    }
    if (tls && port->shake) {
        add_row(p, g, layer, NULL, "tls", port->shake);
        gone(p, visit);
        return;
    }
    g->layer = layer;
    if (tls) {
        const char *cert = certificate(p, port);
        g->verified = !cert;
        add_row(p, g, layer, NULL, tls_verb(port, g), cert);
    }
    add_row(p, g, layer, NULL, "", greeting);
    if (!is_good(greeting)) {
        quit(p, visit);
    } else if (say_ehlo(p, visit)) {
        g->state = GUEST_READY;
        plan_ready(p->plan, visit, g->layer, g->verified, p->now_ms);
    }
}

static enum smtp_security opening_layer(const struct guest *g)
{
    return g->door.security == SMTP_SECURITY_TLS ? SMTP_SECURITY_TLS : SMTP_SECURITY_NONE;
}

/* Three connects were not answered. The sockets stay. */
static void called(struct play *p, unsigned visit)
{
    struct guest *g = &p->guests[visit];
    add_row(p, g, opening_layer(g), NULL, "silent", NULL);
    const struct knocking k = { { p->now_ms - KNOCKING_MS }, 1 };
    plan_called(p->plan, visit, knock_listen_until_ms(&k, rtt_ms(p)), p->now_ms);
    if (port_of(p, &g->door)->kind == PORT_LATE)
        later(p, visit, EVENT_CONNECT, LATE_MS);
}

static bool keeps_silent(const struct world_port *port)
{
    return port->kind == PORT_SILENT || port->kind == PORT_LATE;
}

static void connected(struct play *p, unsigned visit)
{
    static const char *const WORDS[] = {
        [PORT_CLOSED] = "refused", [PORT_UNREACHABLE] = "unreachable"
    };
    struct guest *g = &p->guests[visit];
    const struct world_port *port = port_of(p, &g->door);
    if (g->look == LOOK_MX) {
        connected_to_other(p, visit);
        return;
    }
    if (g->look && (port->kind == PORT_CLOSED || port->kind == PORT_UNREACHABLE)) {
        looked(p, visit);
        return;
    }
    if (port->kind == PORT_CLOSED || port->kind == PORT_UNREACHABLE) {
        add_row(p, g, opening_layer(g), NULL, WORDS[port->kind], NULL);
        if (port->kind == PORT_CLOSED)
            plan_refused(p->plan, visit, rtt_ms(p));
        gone(p, visit);
        return;
    }
    plan_connected(p->plan, visit, rtt_ms(p));
    bool tls = g->door.security == SMTP_SECURITY_TLS;
    bool waits = port->kind == PORT_MUTE || (!tls && port->kind == PORT_TLS);
    g->connected = true;
    p->run->count.stood++;
    if (waits && !tls)
        later(p, visit, EVENT_QUIET, plan_greeting_patience_ms(g->door.port));
    uint64_t left_ms = p->now_ms < DEADLINE_MS ? DEADLINE_MS - p->now_ms : 0;
    uint64_t wait_ms = tls && left_ms > TLS_MS ? TLS_MS : left_ms;
    later(p, visit, EVENT_OPENED, waits ? wait_ms : 2 * answer_ms(p));
}

static void starttls(struct play *p, unsigned visit)
{
    struct guest *g = &p->guests[visit];
    const struct world_port *port = port_of(p, &g->door);
    const char *answer = busy(p, SMTP_STAGE_STARTTLS, p->w->starttls);
    if (!is_good(answer)) {
        add_row(p, g, SMTP_SECURITY_STARTTLS, NULL, "tls", answer);
        step_over(p, visit, answer);
        return;
    }
    if (port->shake) {
        add_row(p, g, SMTP_SECURITY_STARTTLS, NULL, "tls", port->shake);
        gone(p, visit);
        return;
    }
    g->layer = SMTP_SECURITY_STARTTLS;
    const char *cert = certificate(p, port);
    g->verified = !cert;
    add_row(p, g, g->layer, NULL, tls_verb(port, g), cert);
    if (say_ehlo(p, visit))
        step_over(p, visit, NULL);
}

static const char *login_answer(const struct play *p, const struct world_port *port,
                                const struct smtp_attempt *x)
{
    const struct world *w = p->w;
    if (str_eq(x->mechanism, STR("GSSAPI"))) /* nobody has a ticket here */
        return "guarded no ticket";
    if (port->dead && str_eq(x->mechanism, str_from(port->dead)))
        return "504 5.5.4 unknown mechanism";
    if ((w->user && !str_eq(x->user, str_from(w->user))) || (w->wants_repaired && !x->repaired))
        return "535 5.7.8 bad credentials";
    return p->run->count.logins && w->login_again ? w->login_again : port->login;
}

static void take_login(struct guest *g)
{
    g->mechanism = g->step.x.mechanism;
    g->user = g->step.x.user;
    g->repaired = g->step.x.repaired;
}

static void log_in(struct play *p, unsigned visit)
{
    struct guest *g = &p->guests[visit];
    const struct world_port *port = port_of(p, &g->door);
    const char *table = login_answer(p, port, &g->step.x);
    const char *answer = with_chance(p, busy(p, SMTP_STAGE_AUTH, table));
    char verb[64];
    snprintf(verb, sizeof verb, "login %.*s", STR_ARG(g->step.x.mechanism));
    add_row(p, g, g->layer, NULL, verb, answer ? answer : "235 ok");
    if (table && strncmp(table, "guarded", 7) == 0) { /* nothing of it was sent */
        step_over(p, visit, NULL);
        return;
    }
    p->run->count.logins++;
    count_refusal(p, answer, true);
    if (is_good(answer))
        take_login(g);
    step_over(p, visit, answer);
}

/* AUTH alone; a challenge is answered with "*", and that with 501. */
static void ask_for_login(struct play *p, unsigned visit)
{
    struct guest *g = &p->guests[visit];
    const char *alone = port_of(p, &g->door)->alone;
    const char *answer = with_chance(p, alone ? alone : "501 5.7.0 cancelled");
    char verb[64];
    answer = is_good(answer) ? "501 5.7.0 cancelled" : answer;
    snprintf(verb, sizeof verb, "auth %.*s", STR_ARG(g->step.x.mechanism));
    add_row(p, g, g->layer, NULL, verb, answer);
    count_refusal(p, answer, true);
    step_over(p, visit, answer);
}

/* RCPT is said. Outside and without a login that is once; once more with another EHLO name, or from
 * another source, where the user's own is in question, and without the certificate that was shown. A message follows an acceptance. */
static void count_stranger(struct play *p, const struct plan_action *a)
{
    const struct doctor_asked *asked = &p->run->asked;
    if (a->what == PLAN_MESSAGE || smtp_attempt_logs_in(&a->x) ||
        str_eq_nocase(words_domain(a->x.to), words_domain(asked->own_address)))
        return;
    bool certificate = asked->attempt.certificate && asked->pasted_error.n;
    unsigned most = 1u + (asked->attempt.helo.n > 0) + (asked->attempt.source.family != IP_NONE) +
                    (p->w->six != NULL) + (asked->pop_host.n > 0) + certificate;
    rail(p, ++p->run->count.strangers <= most, "the outside recipient without a login again");
}

static bool is_from_own(const struct play *p, const struct smtp_attempt *x)
{
    str own = p->run->asked.own_address;
    return str_eq(x->header_from.n ? x->header_from : x->from, own);
}

static void hand_over(struct play *p, unsigned visit)
{
    struct guest *g = &p->guests[visit];
    const struct world_port *port = port_of(p, &g->door);
    bool message = g->step.what == PLAN_MESSAGE;
    const char *verb = "mail", *answer = NULL;
    if (g->layer == SMTP_SECURITY_NONE)
        answer = port->in_clear;
    if (is_good(answer) && g->step.x.size_octets)
        answer = p->w->large;
    answer = busy(p, SMTP_STAGE_MAIL, answer);
    if (is_good(answer) && g->step.x.to.n) {
        verb = "rcpt";
        count_stranger(p, &g->step);
        answer = with_chance(p, busy(p, SMTP_STAGE_RCPT, rcpt_answer(p, g, &g->step.x)));
    }
    if (is_good(answer) && message) {
        verb = "data";
        answer = busy(p, SMTP_STAGE_END_OF_DATA,
                      p->w->other_author && !is_from_own(p, &g->step.x) ? p->w->other_author
                                                                        : p->w->message);
    }
    char row_verb[24];
    snprintf(row_verb, sizeof row_verb, "%s%s", message ? "message " : "", verb);
    add_row(p, g, g->layer, &g->step.x, row_verb, answer ? answer : "250 ok");
    count_refusal(p, answer, false);
    p->run->count.message_refused |= message && !is_good(answer) && strcmp(verb, "data") == 0;
    if (is_good(answer))
        answer = busy(p, SMTP_STAGE_RSET, NULL);
    step_over(p, visit, answer);
}

static void step(struct play *p, unsigned visit)
{
    switch (p->guests[visit].step.what) {
    case PLAN_STARTTLS: starttls(p, visit); break;
    case PLAN_LOGIN: log_in(p, visit); break;
    case PLAN_AUTH: ask_for_login(p, visit); break;
    default: hand_over(p, visit); break;
    }
}

/* The server hung up: a step at work ends so. */
static void hung_up(struct play *p, unsigned visit, const char *how)
{
    struct guest *g = &p->guests[visit];
    if (g->answered) { /* the row is there */
        gone(p, visit);
        return;
    }
    if (g->look == LOOK_MX) {
        gone(p, visit);
        return;
    }
    if (g->state == GUEST_BUSY && g->step.what == PLAN_STARTTLS)
        add_row(p, g, SMTP_SECURITY_STARTTLS, NULL, "tls", how);
    else if (g->state == GUEST_BUSY && (g->step.what == PLAN_LOGIN || g->step.what == PLAN_AUTH)) {
        char verb[64];
        snprintf(verb, sizeof verb, "%s %.*s", g->step.what == PLAN_AUTH ? "auth" : "login",
                 STR_ARG(g->step.x.mechanism));
        add_row(p, g, g->layer, NULL, verb, how);
        count_refusal(p, how, true);
    } else if (g->state == GUEST_BUSY)
        add_row(p, g, g->layer, &g->step.x, g->step.what == PLAN_MESSAGE ? "data" : "mail", how);
    gone(p, visit);
}

/* The time of the run is up, and the answer is still out. */
static void out_of_time(struct play *p, const struct event *e)
{
    struct guest *g = &p->guests[e->visit];
    if (e->kind == EVENT_STEP) {
        hung_up(p, e->visit, "silent");
    } else if (g->look == LOOK_NONE) {
        add_row(p, g, opening_layer(g), NULL, "mute", NULL);
        gone(p, e->visit);
    } else {
        opened(p, e->visit);
    }
}

static void fire(struct play *p, struct event *e)
{
    e->used = false;
    if (p->now_ms >= DEADLINE_MS && (e->kind == EVENT_OPENED || e->kind == EVENT_STEP)) {
        out_of_time(p, e);
        return;
    }
    switch (e->kind) {
    case EVENT_CONNECT: connected(p, e->visit); break;
    case EVENT_CALL: called(p, e->visit); break;
    case EVENT_QUIET: plan_quiet(p->plan, e->visit); break;
    case EVENT_OPENED: opened(p, e->visit); break;
    case EVENT_STEP: step(p, e->visit); break;
    case EVENT_GONE: hung_up(p, e->visit, "closed"); break;
    }
}

/* ------------------------------------------------------------------------------------------------
 * The guard rails
 */
static unsigned standing(const struct play *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < PLAN_VISITS; i++)
        n += p->guests[i].state != GUEST_NONE && p->guests[i].state != GUEST_GONE;
    return n;
}

static unsigned standing_at_asked(const struct play *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < PLAN_VISITS; i++)
        n += p->guests[i].state != GUEST_NONE && p->guests[i].state != GUEST_GONE &&
             p->guests[i].look != LOOK_MX;
    return n;
}

/* A mechanism that the user's program names, and that keeps the password to itself, may go in clear. */
static bool may_log_in(const struct play *p, const struct guest *g)
{
    return (g->layer != SMTP_SECURITY_NONE && g->verified) ||
           (g->layer == SMTP_SECURITY_NONE && plan_clear_digest(&p->run->asked));
}

static bool offers(const struct play *p, const struct guest *g, str mechanism)
{
    struct smtp_caps c;
    struct smtp_attempt at = g->door;
    return doctor_evidence_caps(
               doctor_record_layer(&p->run->record, PROBE_CAPABILITIES, &at, g->layer), &c) &&
           smtp_caps_offers(&c, mechanism);
}

/* Every name that is said in RCPT was given by the user, but for postmaster at his own domain on 25. */
static bool recipient_is_his(const struct play *p, const struct smtp_attempt *x)
{
    const struct doctor_asked *a = &p->run->asked;
    if (!x->to.n || str_eq(x->to, a->attempt.to))
        return true;
    return x->port == 25 && !smtp_attempt_logs_in(x) && str_starts(x->to, STR("postmaster@")) &&
           str_eq(words_domain(x->to), words_domain(a->own_address));
}

static void look_at_recipient(struct play *p, const struct plan_action *a)
{
    rail(p, recipient_is_his(p, &a->x), "a recipient that nobody gave");
    rail(p, a->x.from.n || a->x.from_null, "a trial without a reverse-path");
}

static void look_at_step(struct play *p, const struct plan_action *a)
{
    const struct guest *g = &p->guests[a->visit];
    rail(p, g->state == GUEST_READY, "a step on a connection that is not ready for one");
    if (a->what == PLAN_STARTTLS) {
        rail(p, g->layer == SMTP_SECURITY_NONE, "STARTTLS under TLS");
        rail(p, !g->mechanism.n, "STARTTLS after a login");
        rail(p, !g->door.old_helo, "STARTTLS after HELO");
        return;
    }
    rail(p, a->x.security == g->layer, "a step meant for another layer");
    if (a->what == PLAN_AUTH) {
        rail(p, !g->door.old_helo && !g->mechanism.n, "AUTH where it may not be said");
        rail(p, offers(p, g, a->x.mechanism), "AUTH by a mechanism that is not offered");
        rail(p, p->run->count.refused_logins < p->o.refused_logins_max,
             "AUTH after the last login that may be refused");
        rail(p, p->run->count.refusals < p->o.refusals_max, "AUTH after the last refusal");
        return;
    }
    if (a->what == PLAN_LOGIN) {
        rail(p, !g->door.old_helo, "AUTH after HELO");
        rail(p, p->run->asked.login_known, "a login that nobody gave");
        rail(p, may_log_in(p, g), "a login on an unverified or clear layer");
        rail(p, offers(p, g, a->x.mechanism), "a mechanism that is not offered");
        rail(p, !g->mechanism.n, "a second login on one connection");
        rail(p, p->run->count.refused_logins < p->o.refused_logins_max,
             "a login after the last that may be refused");
        return;
    }
    rail(p, str_eq(a->x.user, g->user) && a->x.repaired == g->repaired,
         "a trial that is logged in as somebody else");
    rail(p, str_eq(a->x.mechanism, g->mechanism), "a trial that is not logged in as it should be");
    rail(p, p->run->count.refusals < p->o.refusals_max, "a trial after the last refusal");
    look_at_recipient(p, a);
    if (a->what == PLAN_MESSAGE) {
        rail(p, p->w->send, "DATA without --send");
        rail(p, ++p->run->count.messages <= PLAN_MESSAGES, "a third message");
        rail(p, str_eq(a->x.to, p->run->asked.attempt.to), "a message to somebody else");
        rail(p,
             p->run->count.messages == 1 || (is_from_own(p, &a->x) && smtp_attempt_logs_in(&a->x) &&
                                             p->run->count.message_refused),
             "a second message that shows nothing new");
    }
}

static void look_at_counts(struct play *p)
{
    struct world_count *c = &p->run->count;
    unsigned open = standing_at_asked(p);
    c->open_most = open > c->open_most ? open : c->open_most;
    rail(p, open <= p->o.open_max, "too many connections at a time");
    rail(p, c->stood <= p->o.total_max, "too many connections in all");
    rail(p, c->refused_logins <= p->o.refused_logins_max, "too many refused logins");
    rail(p, c->refusals <= p->o.refusals_max, "too many refusals");
    rail(p, c->actions < ACTIONS_MAX, "it does not come to an end");
    rail(p, p->now_ms < END_MS, "it takes too long");
}

/* ------------------------------------------------------------------------------------------------
 * Playing
 */
static void act(struct play *p, const struct plan_action *a)
{
    struct guest *g = &p->guests[a->visit];
    p->run->count.actions++;
    switch (a->what) {
    case PLAN_OPEN:
        rail(p, g->state == GUEST_NONE, "a visit opened twice");
        *g = (struct guest){ .state = GUEST_OPENING, .door = a->x, .look = a->look };
        g->step = *a;
        rail(p, !a->look || ++p->run->count.looks[a->look] == 1 || a->look == LOOK_MX,
             "a second look of one kind");
        p->run->count.opened++;
        if (p->now_ms >= DEADLINE_MS) { /* too late: not begun */
            gone(p, a->visit);
            break;
        }
        if (a->look == LOOK_MX) {
            const struct world_other *other = other_of(p, &a->x);
            if (!other || other->kind != PORT_SILENT)
                later(p, a->visit, EVENT_CONNECT, rtt_ms(p));
        } else if (keeps_silent(port_of(p, &a->x)))
            later(p, a->visit, EVENT_CALL, KNOCKING_MS);
        else
            later(p, a->visit, EVENT_CONNECT, rtt_ms(p));
        break;
    case PLAN_QUIT:
    case PLAN_ABORT:
        rail(p,
             g->state == (a->what == PLAN_QUIT ? GUEST_READY : GUEST_OPENING) ||
                 (g->look == LOOK_MX && g->state == GUEST_LEAVING), /* it ends by itself */
             "QUIT in the middle of a step");
        for (size_t i = 0; i < EVENTS_MAX; i++)
            if (p->events[i].visit == a->visit)
                p->events[i].used = false;
        if (a->what == PLAN_ABORT && g->connected && !g->look)
            add_row(p, g, g->door.security, NULL,
                    g->door.security == SMTP_SECURITY_TLS ? "tls" : "mute",
                    g->door.security == SMTP_SECURITY_TLS ? "silent" : NULL);
        quit(p, a->visit);
        break;
    default:
        look_at_step(p, a);
        g->state = GUEST_BUSY;
        g->step = *a;
        later(p, a->visit, EVENT_STEP, answer_ms(p));
        break;
    }
    look_at_counts(p);
}

static struct event *next_event(struct play *p)
{
    struct event *next = NULL;
    for (size_t i = 0; i < EVENTS_MAX; i++)
        if (p->events[i].used && (!next || p->events[i].at_ms < next->at_ms))
            next = &p->events[i];
    return next;
}

static void run_to_the_end(struct play *p)
{
    for (unsigned turns = 0; !p->run->broken; turns++) {
        struct plan_action a;
        while (!p->run->broken && plan_next(p->plan, p->now_ms, &a))
            act(p, &a);
        if (p->w->dns && world_dns_answer(p->w->dns, p->run->record.dns))
            continue;
        if (plan_done(p->plan) && !standing(p))
            break;
        struct event *e = next_event(p);
        uint64_t wake = plan_wake_ms(p->plan);
        rail(p, e || wake != UINT64_MAX, "nothing moves, and it is not done");
        rail(p, turns < 8 * ACTIONS_MAX, "it turns in a circle");
        if (p->run->broken)
            return;
        if (!e || wake < e->at_ms) {
            p->now_ms = wake > p->now_ms ? wake : p->now_ms;
            continue;
        }
        p->now_ms = e->at_ms;
        fire(p, e);
        look_at_counts(p);
    }
    p->run->count.ended_ms = p->now_ms;
}

static struct plan_options options_of(const struct world *w)
{
    return (struct plan_options){ .ports = { 587, 465, 25, 2525 },
                                  .port_count = 4,
                                  .open_max = w->gentle ? 2 : 4,
                                  .total_max = w->gentle ? 4 : 8,
                                  .refused_logins_max = w->logins ? w->logins : 1,
                                  .repaired_password = w->wants_repaired ||
                                                       strstr(w->asked, "odd="),
                                  .refusals_max = 3,
                                  .send = w->send };
}

bool world_play(const struct world *w, struct world_run *run)
{
    struct ip addresses[3] = { script_ip("2001:db8::1"), script_ip("192.0.2.1"),
                               script_ip("192.0.2.2") };
    unsigned first = w->six ? 0 : 1;
    struct play *p = calloc(1, sizeof *p);
    run->record.count = 0;
    run->count = (struct world_count){ 0 };
    run->broken = NULL;
    arena_init(&run->arena, ARENA_MAX);
    run->record.arena = &run->arena;
    run->record.dns = w->dns ? dns_known_new(0) : NULL;
    script_asked(w->asked, &run->asked);
    run->asked.dns_private = w->dns != NULL; /* example.org is nobody's */
    if (!p)
        return false;
    p->w = w;
    p->run = run;
    p->chance = w->seed;
    p->coin = w->coin * 2654435761u;
    p->o = options_of(w);
    p->plan = plan_new(&run->asked, &run->record, &p->o);
    bool ok = p->plan != NULL;
    if (ok) {
        plan_addresses(p->plan, addresses + first, 2 - first + w->first_address_dead);
        run_to_the_end(p);
    }
    plan_free(p->plan);
    free(p);
    return ok;
}

void world_run_done(struct world_run *run)
{
    dns_known_free(run->record.dns);
    arena_done(&run->arena);
}
