/* SPDX-License-Identifier: ISC */
/*
 * explain/log_sessions.c - sessions and messages of a log
 */
#include "explain/log_sessions.h"
#include "explain/log_hash.h"

#include <stdlib.h>
#include <string.h>

enum { SETS = 512, WAYS = 8, WAITING = 1024, MESSAGE_SETS = 1024, MESSAGE_TEXT = 100 };

/* A line, until its session's end. */
struct waiting {
    uint64_t number; /* 0: free; counted up from 1, its place is the number modulo WAITING */
    uint64_t next;   /* in the same session */
    uint64_t session;
    uint16_t n;
    char line[LOG_WAITING_MAX];
};

struct message {
    uint64_t key, seen;
    uint8_t client, from;
    char text[MESSAGE_TEXT];
};

struct log_sessions {
    uint64_t seed, lines, numbers, oldest; /* of those that wait */
    struct log_session sessions[SETS][WAYS];
    struct waiting waiting[WAITING];
    struct message messages[MESSAGE_SETS][WAYS];
};

struct log_sessions *log_sessions_new(uint64_t seed)
{
    struct log_sessions *s = calloc(1, sizeof *s);
    if (s) {
        s->seed = seed;
        s->oldest = 1;
    }
    return s;
}

void log_sessions_free(struct log_sessions *s)
{
    free(s);
}

size_t log_sessions_octets(void)
{
    return sizeof(struct log_sessions);
}

static uint64_t key_of(uint64_t seed, str host, str name)
{
    uint64_t h = hash_str(name, hash_str(host, seed));
    return h ? h : 1;
}

static struct log_session *find(struct log_sessions *s, uint64_t key)
{
    struct log_session *ways = s->sessions[(key >> 16) % SETS];
    for (size_t i = 0; i < WAYS; i++)
        if (ways[i].key == key)
            return &ways[i];
    return NULL;
}

struct log_session *log_session_of(struct log_sessions *s, const struct log_line *l, bool make,
                                   struct log_session *given_up)
{
    given_up->key = 0;
    if (!l->session.n)
        return NULL;
    uint64_t key = key_of(s->seed, l->host, l->session);
    struct log_session *x = find(s, key);
    if (!x && make) {
        struct log_session *ways = s->sessions[(key >> 16) % SETS];
        x = ways;
        for (size_t i = 1; i < WAYS; i++)
            if (ways[i].seen < x->seen)
                x = &ways[i];
        *given_up = *x;
        memset(x, 0, sizeof *x);
        x->key = key;
    }
    if (x)
        x->seen = ++s->lines;
    return x;
}

void log_session_end(struct log_session *x)
{
    memset(x, 0, sizeof *x);
}

/* The names of a session one behind the other. */
struct names4 {
    str name[4];
};

static void put_names(struct log_session *x, const struct names4 *n)
{
    char text[LOG_SESSION_TEXT];
    uint8_t *sizes[4] = { &x->client, &x->helo, &x->from, &x->to };
    size_t used = 0;
    for (size_t i = 0; i < 4; i++) {
        str s = str_take(n->name[i], LOG_SESSION_TEXT / 4 + (i > 1 ? 16 : -16));
        if (s.n)
            memcpy(text + used, s.p, s.n);
        used += s.n;
        *sizes[i] = (uint8_t)s.n;
    }
    memcpy(x->text, text, used);
}

static struct names4 names_of_session(const struct log_session *x)
{
    const char *p = x->text;
    return (struct names4){ { { p, x->client },
                              { p + x->client, x->helo },
                              { p + x->client + x->helo, x->from },
                              { p + x->client + x->helo + x->from, x->to } } };
}

void log_session_learn(struct log_session *x, const struct log_line *l)
{
    struct names4 n = names_of_session(x);
    /* Who logged in stands for the sender until there is one: OpenSMTPD writes no MAIL that it took. */
    const str told[4] = { l->client_address, l->helo, l->from.n ? l->from : l->user, l->to };
    bool more = false;
    if (l->event == LOG_LINE_CONNECT)
        x->whole = true;
    if (l->login)
        x->login = (uint8_t)l->login;
    if (!l->tells_logins && l->event != LOG_LINE_CONNECT)
        return;
    if (l->stage)
        x->stage = (uint8_t)l->stage;
    if (l->stage == SMTP_STAGE_MAIL && l->event == LOG_LINE_COMMAND)
        n.name[3] = STR_NONE, more = true;
    x->encrypted |= l->encrypted;
    if (l->from.n)
        x->null_sender = l->null_sender;
    if (l->port)
        x->port = l->port;
    for (size_t i = 0; i < 4; i++)
        if (told[i].n) {
            n.name[i] = told[i];
            more = true;
        }
    if (more)
        put_names(x, &n);
}

void log_session_tell(const struct log_session *x, struct log_line *l)
{
    struct names4 n = names_of_session(x);
    str *untold[4] = { &l->client_address, &l->helo, &l->from, &l->to };
    for (size_t i = 0; i < (l->tells_logins ? 4 : 1); i++)
        if (!untold[i]->n)
            *untold[i] = n.name[i];
    if (!l->stage)
        l->stage = x->stage;
    if (!l->port)
        l->port = x->port;
    l->encrypted |= x->encrypted;
    l->null_sender |= x->null_sender && str_eq(l->from, n.name[2]);
    if (!l->login)
        l->login = x->login;
    if (!l->login && x->whole && l->tells_logins)
        l->login = LOG_LOGIN_NONE;
}

/* ---- waiting ---- */

static struct waiting *place_of(struct log_sessions *s, uint64_t number)
{
    struct waiting *w = &s->waiting[number % WAITING];
    return number && w->number == number ? w : NULL;
}

static void give_out(struct log_sessions *s, struct waiting *w, enum log_line_login *login)
{
    struct log_session *x = find(s, w->session);
    *login = LOG_LOGIN_NOT_TOLD;
    if (x) {
        *login = x->login;
        x->first_waiting = w->next;
        if (!w->next)
            x->last_waiting = 0;
    }
    w->number = 0;
}

bool log_session_wait(struct log_sessions *s, struct log_session *x, str line, char *out_line,
                      str *out, enum log_line_login *out_login)
{
    struct waiting *w = &s->waiting[++s->numbers % WAITING];
    bool given = w->number != 0;
    if (given) {
        memcpy(out_line, w->line, w->n);
        *out = (str){ out_line, w->n };
        give_out(s, w, out_login);
    }
    line = str_take(line, LOG_WAITING_MAX);
    w->number = s->numbers;
    w->next = 0;
    w->session = x->key;
    w->n = (uint16_t)line.n;
    if (line.n)
        memcpy(w->line, line.p, line.n);
    struct waiting *before = place_of(s, x->last_waiting);
    if (before)
        before->next = w->number;
    else
        x->first_waiting = w->number;
    x->last_waiting = w->number;
    return given;
}

bool log_session_next(struct log_sessions *s, struct log_session *x, str *line)
{
    struct waiting *w = place_of(s, x->first_waiting);
    if (!w)
        return false;
    *line = (str){ w->line, w->n };
    x->first_waiting = w->next;
    w->number = 0;
    if (!w->next)
        x->last_waiting = 0;
    return true;
}

bool log_session_any(struct log_sessions *s, str *line, enum log_line_login *login)
{
    uint64_t from = s->numbers > WAITING ? s->numbers - WAITING + 1 : 1;
    for (s->oldest = s->oldest < from ? from : s->oldest; s->oldest <= s->numbers; s->oldest++) {
        struct waiting *w = place_of(s, s->oldest);
        if (!w)
            continue;
        *line = (str){ w->line, w->n };
        give_out(s, w, login);
        return true;
    }
    return false;
}

/* ---- messages ---- */

static struct message *message_of(struct log_sessions *s, uint64_t key, bool make)
{
    struct message *ways = s->messages[(key >> 16) % MESSAGE_SETS], *old = ways;
    for (size_t i = 0; i < WAYS; i++) {
        if (ways[i].key == key)
            return &ways[i];
        if (ways[i].seen < old->seen)
            old = &ways[i];
    }
    if (!make)
        return NULL;
    *old = (struct message){ .key = key };
    return old;
}

void log_message_learn(struct log_sessions *s, const struct log_line *l)
{
    if (!l->queue_id.n || (!l->from.n && !l->client_address.n))
        return;
    struct message *m = message_of(s, key_of(s->seed, l->host, l->queue_id), true);
    char text[MESSAGE_TEXT];
    str client = l->client_address.n ? str_take(l->client_address, 46)
                                     : (str){ m->text, m->client };
    str from = l->from.n ? l->from : (str){ m->text + m->client, m->from };
    from = str_take(from, MESSAGE_TEXT - client.n);
    m->seen = ++s->lines;
    if (client.n)
        memcpy(text, client.p, client.n);
    if (from.n)
        memcpy(text + client.n, from.p, from.n);
    memcpy(m->text, text, client.n + from.n);
    m->client = (uint8_t)client.n;
    m->from = (uint8_t)from.n;
}

void log_message_tell(const struct log_sessions *s, struct log_line *l)
{
    if (!l->queue_id.n)
        return;
    uint64_t key = key_of(s->seed, l->host, l->queue_id);
    const struct message *ways = s->messages[(key >> 16) % MESSAGE_SETS];
    for (size_t i = 0; i < WAYS; i++) {
        const struct message *m = &ways[i];
        if (m->key != key)
            continue;
        if (!l->client_address.n)
            l->client_address = (str){ m->text, m->client };
        if (!l->from.n) {
            l->from = (str){ m->text + m->client, m->from };
            l->null_sender = str_eq(l->from, STR("<>"));
        }
        return;
    }
}
