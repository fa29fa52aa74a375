/* SPDX-License-Identifier: ISC */
/*
 * explain/log.c - a whole log
 */
#include "explain/log.h"
#include "explain/log_groups.h"
#include "explain/log_judge.h"
#include "explain/log_line.h"
#include "explain/log_sessions.h"
#include "explain/mask.h"

#include <stdlib.h>

enum { LINE_MAX_OCTETS = 16 << 10, TEXT_LEAST = 64 << 10, GROUPS_LEAST = 16 };
/* Examples of a page of groups. */
enum { PAGE_OCTETS = 4 << 20 };

struct explain_log {
    struct explain_log_limits limits;
    struct explain_log_totals totals;
    struct log_reader reader;
    struct log_judge *judge;
    struct log_sessions *sessions;
    struct log_groups *groups;
    struct arena page;
    char waited[LOG_WAITING_MAX];
};

/* Rows get what the names leave: at most nine tenths of what is left after the tables of a fixed size. */
static struct log_groups *groups_within(const struct explain_log_limits *limits)
{
    size_t fixed = log_judge_octets() + log_sessions_octets() + sizeof(struct explain_log);
    size_t left = limits->octets > fixed ? limits->octets - fixed : 0;
    size_t row = log_groups_row_octets(), groups = limits->groups;
    if (groups > UINT32_MAX / 4)
        groups = UINT32_MAX / 4;
    if (groups > left / 10 * 9 / row)
        groups = left / 10 * 9 / row;
    if (groups < GROUPS_LEAST)
        groups = GROUPS_LEAST;
    size_t text = left > groups * row ? left - groups * row : 0;
    if (text > UINT32_MAX / 2)
        text = UINT32_MAX / 2;
    return log_groups_new(groups, text < TEXT_LEAST ? TEXT_LEAST : text, limits->seed);
}

struct explain_log *explain_log_new(struct explainer *x, const struct explain_log_limits *limits)
{
    struct explain_log *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->limits = *limits;
    g->reader.year = limits->year;
    g->reader.latest_s = limits->latest_s;
    g->judge = log_judge_new(x, limits->seed);
    g->sessions = log_sessions_new(limits->seed);
    g->groups = groups_within(limits);
    arena_init(&g->page, PAGE_OCTETS);
    if (!g->judge || !g->sessions || !g->groups) {
        explain_log_free(g);
        return NULL;
    }
    return g;
}

void explain_log_free(struct explain_log *g)
{
    if (!g)
        return;
    log_judge_free(g->judge);
    log_sessions_free(g->sessions);
    log_groups_free(g->groups);
    arena_done(&g->page);
    free(g);
}

static bool is_wanted(const struct explain_log *g, int64_t time_s)
{
    if (time_s == LOG_NO_TIME)
        return true;
    return (!g->limits.since_s || time_s >= g->limits.since_s) &&
           (!g->limits.until_s || time_s < g->limits.until_s);
}

/* Word to whoever follows the log. */
static void tell(struct explain_log *g, size_t row, const struct log_hit *hit)
{
    struct explain_group group;
    struct arena memory;
    size_t hidden;
    if (!g->limits.refused)
        return;
    arena_init(&memory, 4 * LINE_MAX_OCTETS);
    log_groups_row(g->groups, row, &group);
    group.client = hit->client;
    group.sender = hit->sender;
    group.domain = hit->domain;
    group.unnamed = false;
    group.example = explain_mask(hit->line, &memory, &hidden);
    g->limits.refused(g->limits.user, &group);
    arena_done(&memory);
}

/* A domain's case does not matter (RFC 5321 section 2.4). */
static str lower(str s, char *room, size_t octets)
{
    s = str_take(s, octets);
    for (size_t i = 0; i < s.n; i++)
        room[i] = to_lower(s.p[i]);
    return (str){ room, s.n };
}

static bool count(struct explain_log *g, struct log_line *l, str line, struct err *e)
{
    char domain[256];
    struct log_hit hit = { .dialect = l->dialect, .line = line, .time_s = l->time_s };
    size_t row;
    if (!is_wanted(g, l->time_s))
        return true;
    log_message_tell(g->sessions, l);
    if (!log_judge_line(g->judge, l, &hit.verdict, e))
        return false;
    hit.side = log_line_side(l);
    hit.client = l->client_address.n ? l->client_address : STR("local");
    hit.sender = l->from.n ? l->from : l->user;
    hit.domain = lower(log_domain_of(l->to), domain, sizeof domain);
    if (!log_groups_count(g->groups, &hit, &row, e))
        return false;
    g->totals.refusals++;
    /* Those of its users: a login of its own that the next server refuses is none of them. */
    if (l->login == LOG_LOGIN_REFUSED && l->stage == SMTP_STAGE_AUTH &&
        (l->of_client || hit.side != SIDE_SENDS))
        g->totals.logins_refused++;
    tell(g, row, &hit);
    return true;
}

/* A line that waited, with what is known of its session by now. */
static bool count_waiting(struct explain_log *g, str line, enum log_line_login login, struct err *e)
{
    struct log_line l;
    log_line_read(&g->reader, line, &l);
    if (!l.login)
        l.login = login;
    return count(g, &l, line, e);
}

static bool count_all_of(struct explain_log *g, struct log_session *x, struct err *e)
{
    str line;
    while (log_session_next(g->sessions, x, &line))
        if (!count_waiting(g, line, x->login, e))
            return false;
    return true;
}

/* Postfix tells by counters at the end of a session whether there was a login in it. */
static bool may_be_told_later(const struct log_line *l, str line)
{
    return l->dialect == DIALECT_POSTFIX && !l->login && l->session.n && l->client_address.n &&
           line.n <= LOG_WAITING_MAX && str_ends_nocase(l->program, STR("smtpd"));
}

static bool refused(struct explain_log *g, struct log_session *x, struct log_line *l, str line,
                    struct err *e)
{
    bool later = x && may_be_told_later(l, line);
    if (x) {
        log_session_tell(x, l);
        /* Of a reply of several lines the first one counts. */
        bool goes_on = x->more;
        x->more = l->more;
        if (goes_on)
            return true;
    }
    if (!later || l->login)
        return count(g, l, line, e);
    enum log_line_login login;
    str out;
    if (log_session_wait(g->sessions, x, line, g->waited, &out, &login))
        return count_waiting(g, out, login, e);
    return true;
}

static void logged_in(struct explain_log *g, struct log_session *x, const struct log_line *l)
{
    if (l->login == LOG_LOGIN_TAKEN && (!x || x->login != LOG_LOGIN_TAKEN))
        g->totals.logins++;
}

/* Lines that begin, or belong to, a session with a client. */
static bool is_of_session(const struct log_line *l)
{
    switch (l->event) {
    case LOG_LINE_CONNECT:
    case LOG_LINE_LOGIN:
    case LOG_LINE_REFUSED:
    case LOG_LINE_COMMAND:
    case LOG_LINE_REPLY:
    case LOG_LINE_UNDELIVERED:
        return (l->dialect != DIALECT_EXIM || l->event == LOG_LINE_CONNECT) &&
               !str_ends_nocase(l->program, STR("cleanup")) &&
               !str_ends_nocase(l->program, STR("postscreen"));
    default: return false;
    }
}

static bool take(struct explain_log *g, struct log_line *l, str line, struct err *e)
{
    struct log_session given_up, *x = NULL;
    if (l->event != LOG_LINE_NOTHING && (l->event != LOG_LINE_UNDELIVERED || l->tells_logins)) {
        bool make = is_of_session(l);
        x = log_session_of(g->sessions, l, make, &given_up);
        if (given_up.key && !count_all_of(g, &given_up, e))
            return false;
        /* A process that begins a session has ended the one before, whatever was seen of it. */
        if (x && l->event == LOG_LINE_CONNECT) {
            if (!count_all_of(g, x, e))
                return false;
            uint64_t key = x->key, seen = x->seen;
            log_session_end(x);
            x->key = key;
            x->seen = seen;
            g->totals.sessions++;
        }
    }
    switch (l->event) {
    case LOG_LINE_REFUSED: return refused(g, x, l, line, e);
    case LOG_LINE_UNDELIVERED: return refused(g, x, l, line, e);
    case LOG_LINE_TAKEN: log_message_learn(g->sessions, l); break;
    case LOG_LINE_UNREAD: g->totals.unread++; return true;
    case LOG_LINE_FOREIGN: g->totals.foreign++; return true;
    default: break;
    }
    logged_in(g, x, l);
    if (!x)
        return true;
    log_session_learn(x, l);
    if (l->event != LOG_LINE_DISCONNECT)
        return true;
    if (!count_all_of(g, x, e))
        return false;
    log_session_end(x);
    return true;
}

bool explain_log_line(struct explain_log *g, str line, struct err *e)
{
    struct log_line l;
    bool cut = line.n > LINE_MAX_OCTETS;
    str s = str_take(line, LINE_MAX_OCTETS);
    log_line_read(&g->reader, s, &l);
    if (!take(g, &l, s, e))
        return false;
    g->totals.lines++;
    g->totals.octets += line.n + 1;
    g->totals.cut += cut;
    return true;
}

void explain_log_settle(struct explain_log *g)
{
    str line;
    enum log_line_login login;
    while (log_session_any(g->sessions, &line, &login))
        if (!count_waiting(g, line, login, NULL))
            return;
}

const struct explain_log_totals *explain_log_totals(const struct explain_log *g)
{
    return &g->totals;
}

size_t explain_log_groups(struct explain_log *g, size_t from, struct explain_group *out,
                          size_t room)
{
    size_t kept = log_groups_kept(g->groups), hidden;
    const uint32_t *order = log_groups_order(g->groups);
    arena_done(&g->page);
    arena_init(&g->page, PAGE_OCTETS);
    for (size_t i = 0; i < room && from + i < kept; i++) {
        log_groups_row(g->groups, order[from + i], &out[i]);
        out[i].example = explain_mask(out[i].example, &g->page, &hidden);
        if (!out[i].example.p)
            out[i].example = STR_NONE;
    }
    return kept;
}
