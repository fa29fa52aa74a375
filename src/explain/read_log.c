/* SPDX-License-Identifier: ISC */
/*
 * explain/read_log.c - a pasted piece of a log
 * Owns    joining lines that were wrapped, and what lines of a session tell of the refusal among them.
 */
#include "explain/log_line.h"
#include "explain/read.h"

enum { WRAPPED_LINES = 12, SESSIONS = 16, LEAST_WRAPPED = 40, LONG_REPLY = 2048, SHORTEST = 12 };

/* What is remembered of a session, or of a message in the queue. */
struct session {
    str key;
    bool refused;              /* one of its lines is on the page */
    bool whole;                /* it is shown from its first line */
    struct explain_said *more; /* a reply of which further lines may follow */
    enum log_line_login login;
    enum smtp_stage stage; /* of its last command */
    str client, helo, from, to;
};

struct reading {
    struct explain_page *page;
    struct log_reader lines;
    struct session sessions[SESSIONS];
    size_t next;
    size_t refusals, tries; /* said, that stand for themselves; and tries before them */
    bool of_mail;           /* a mail program's line was seen */
};

static struct session *session_of(struct reading *r, str key)
{
    if (!key.n)
        return NULL;
    for (size_t i = 0; i < SESSIONS; i++)
        if (str_eq(r->sessions[i].key, key))
            return &r->sessions[i];
    struct session *s = &r->sessions[r->next++ % SESSIONS];
    *s = (struct session){ .key = key };
    return s;
}

static void keep(str *place, str value)
{
    if (value.n)
        *place = value;
}

static void learn(struct session *s, const struct log_line *l)
{
    if (l->event == LOG_LINE_CONNECT)
        *s = (struct session){ .key = s->key, .whole = true };
    if (l->login)
        s->login = l->login;
    if (l->stage)
        s->stage = l->stage;
    keep(&s->client, l->client_address);
    keep(&s->helo, l->helo);
    keep(&s->from, l->from);
    keep(&s->to, l->to);
    s->more = NULL;
}

static void tell(const struct session *s, struct log_line *l)
{
    if (!l->from.n && s->from.n) {
        l->from = s->from;
        l->null_sender = str_eq(s->from, STR("<>"));
    }
    if (!l->tells_logins)
        return;
    if (!l->stage)
        l->stage = s->stage;
    if (!l->to.n)
        l->to = s->to;
    if (!l->helo.n)
        l->helo = s->helo;
    if (!l->client_address.n)
        l->client_address = s->client;
    if (!l->login)
        l->login = s->whole && !s->login ? LOG_LOGIN_NONE : s->login;
}

/* The next line of a reply that has lines of its own in the log. */
static bool goes_on(struct reading *r, struct session *s, const struct log_line *l)
{
    if (!s || !s->more || s->more->code != l->code)
        return false;
    if (s->more->text.n < LONG_REPLY) {
        str words = log_line_words(l, r->page->memory);
        str both = arena_printf(r->page->memory, "%.*s %.*s", STR_ARG(s->more->text),
                                STR_ARG(words));
        if (both.p)
            s->more->text = both;
    }
    if (!l->more)
        s->more = NULL;
    return true;
}

static void refused(struct reading *r, struct log_line *l)
{
    (void)session_of(r, l->session); /* so that the other takes no place of an older one's */
    struct session *q = session_of(r, l->queue_id);
    struct session *s = session_of(r, l->session); /* the other may have taken its place */
    if (goes_on(r, s, l))
        return;
    if (q)
        tell(q, l);
    if (s)
        tell(s, l);
    if (s && !l->login && l->event == LOG_LINE_REFUSED)
        l->login = s->login;
    if (s)
        s->refused = true;
    log_line_settings(l, r->page);
    if (!log_line_say(l, r->page))
        return;
    struct explain_said *said = &r->page->said[r->page->count - 1];
    said->aside = l->event != LOG_LINE_REFUSED && l->event != LOG_LINE_UNDELIVERED;
    r->refusals += !said->aside;
    r->tries += l->event == LOG_LINE_TRIED || l->event == LOG_LINE_TROUBLE;
    r->page->form = FORM_LOG;
    if (s)
        s->more = l->more ? said : NULL;
}

static void left(struct reading *r, const struct log_line *l)
{
    static const unsigned FACTS_OF[LOG_LOGINS] = {
        [LOG_LOGIN_NONE] = FACT_NO_LOGIN,
        [LOG_LOGIN_TAKEN] = FACT_LOGIN_TAKEN | FACT_LOGIN_TRIED,
        [LOG_LOGIN_REFUSED] = FACT_LOGIN_REFUSED | FACT_LOGIN_TRIED,
    };
    struct session *s = session_of(r, l->session);
    if (s && s->refused)
        r->page->facts |= FACTS_OF[l->login];
    if (s)
        *s = (struct session){ .key = STR_NONE };
}

static void take(struct reading *r, struct log_line *l)
{
    struct session *s;
    r->of_mail |= l->event != LOG_LINE_FOREIGN;
    switch (l->event) {
    case LOG_LINE_REFUSED:
    case LOG_LINE_ASIDE:
    case LOG_LINE_UNDELIVERED:
    case LOG_LINE_TRIED:
    case LOG_LINE_TROUBLE:
    case LOG_LINE_UNREAD: refused(r, l); break;
    case LOG_LINE_LOGIN:
    case LOG_LINE_TAKEN:
    case LOG_LINE_CONNECT:
    case LOG_LINE_COMMAND:
    case LOG_LINE_REPLY:
        if ((s = session_of(r, l->session)))
            learn(s, l);
        if ((s = session_of(r, l->queue_id)) && l->from.n)
            s->from = l->from;
        break;
    case LOG_LINE_DISCONNECT: left(r, l); break;
    case LOG_LINE_FOREIGN:
    case LOG_LINE_NOTHING:
    case LOG_LINE_DELIVERED: break;
    }
}

/* Tries and troubles count by themselves where no line that ends them is shown. */
static void settle(struct reading *r)
{
    struct explain_page *p = r->page;
    if (r->refusals || !r->tries)
        return;
    for (size_t i = p->count; i-- > 0;)
        if (p->said[i].form == FORM_LOG && p->said[i].text.n) {
            p->said[i].aside = false;
            return;
        }
}

static bool begins(struct reading *r, str line, struct log_line *l)
{
    log_line_read(&r->lines, line, l);
    return l->begins || l->event != LOG_LINE_FOREIGN;
}

/* A line that was pasted as code: "`2024-01-31 10:20:30 H=...`". */
static str unquote(str line)
{
    while (str_starts(line, STR("`")))
        line = str_skip(line, 1);
    while (str_ends_nocase(line, STR("`")))
        line.n--;
    return str_trim(line);
}

/* The line that begins at first, joined with those that continue it; *rest moves behind them. */
static str join(struct reading *r, str first, str *rest)
{
    str lines[WRAPPED_LINES + 1] = { first };
    size_t n = 1, octets = first.n + 1;
    struct log_line other;
    while (n <= WRAPPED_LINES && rest->p && lines[n - 1].n) {
        str after = *rest, line = unquote(str_trim(str_cut(&after, '\n')));
        if (!line.n || (n == 1 && first.n < LEAST_WRAPPED) || begins(r, line, &other))
            break;
        lines[n++] = line;
        octets += line.n + 1;
        *rest = after;
    }
    if (n == 1)
        return first;
    char *room = arena_alloc(r->page->memory, octets);
    if (!room)
        return first;
    str whole = { room, 0 };
    for (size_t i = 0; i < n; i++) {
        if (i)
            room[whole.n++] = ' ';
        for (size_t k = 0; k < lines[i].n; k++)
            room[whole.n++] = lines[i].p[k];
    }
    return whole;
}

/* A refusal that ends as its program ends one is whole; what follows it is another's. */
static bool is_whole(const struct log_line *l, str line)
{
    if (l->dialect != DIALECT_POSTFIX)
        return false;
    return l->event == LOG_LINE_UNDELIVERED ? str_ends_nocase(line, STR(")"))
           : l->event == LOG_LINE_REFUSED   ? l->helo.n && str_ends_nocase(line, STR(">"))
                                            : false;
}

void explain_read_log(struct explain_page *p)
{
    struct reading r = { .page = p };
    str rest = p->plain;
    while (rest.p) {
        str line = unquote(str_trim(str_cut(&rest, '\n')));
        struct log_line l;
        if (line.n < SHORTEST || !begins(&r, line, &l))
            continue;
        if (!is_whole(&l, line)) {
            str whole = join(&r, line, &rest);
            if (whole.n != line.n)
                log_line_read(&r.lines, whole, &l);
        }
        take(&r, &l);
    }
    settle(&r);
    if (r.of_mail && p->form == FORM_NONE)
        p->form = FORM_LOG;
}
