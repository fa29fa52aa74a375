/* SPDX-License-Identifier: ISC */
/*
 * mock/answers.c - one question of a session: what is so, and what this server says to that
 */
#include "base/base64.h"
#include "mail/from.h"
#include "mock/inside.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX_OCTETS = 2048, WAIT_MS = 10000, WINDOW_MS = 10 * 60 * 1000 };

/* "" for <>, "postmaster" where there is no domain. */
static str mailbox_text(const struct smtp_mailbox *m, char out[MOCK_MAILBOX_MAX])
{
    int n = snprintf(out, MOCK_MAILBOX_MAX, "%.*s%s%.*s", STR_ARG(m->local_part),
                     m->domain.n > 0 ? "@" : "", STR_ARG(m->domain));
    return str_take((str){ out, MOCK_MAILBOX_MAX - 1 }, n > 0 ? (size_t)n : 0);
}

static str reverse_path_text(const struct mock_visit *v, char out[MOCK_MAILBOX_MAX])
{
    const struct smtp_mailbox *m = smtp_session_reverse_path(v->session);
    return m ? mailbox_text(m, out) : STR("");
}

/* ---- what is so ---- */

static bool trusted(const struct mock_visit *v)
{
    const struct mock_server *m = v->mock;
    switch (m->play->trust) {
    case MOCK_TRUST_EVERYBODY: return true;
    case MOCK_TRUST_NEVER: return false;
    case MOCK_TRUST_CERTIFICATE: return v->has_certificate;
    case MOCK_TRUST_LISTED:
        return m->options.trusted.base.family != IP_NONE &&
               ip_net_has(&m->options.trusted, &v->peer);
    case MOCK_TRUST_POP:
        return ip_eq(&m->fetched, &v->peer) && net_loop_now_ms(m->loop) < m->fetched_ms + WINDOW_MS;
    case MOCK_TRUST_LOGIN: break;
    }
    return smtp_session_login(v->session).n > 0;
}

/* Has no domain of two labels, or one that does not exist by decree (RFC 6761 section 6.4). <> is valid. */
static bool from_invalid(str from)
{
    size_t at = str_rfind_octet(from, '@');
    str domain = at == STR_NOT_FOUND ? STR("") : str_skip(from, at + 1);
    return from.n > 0 && (str_find_octet(domain, '.') == STR_NOT_FOUND ||
                          str_ends_nocase(domain, STR(".invalid")));
}

static bool name_is_bare(str name)
{
    return str_find_octet(name, '.') == STR_NOT_FOUND ? !str_starts(name, STR("["))
                                                      : str_starts_nocase(name, STR("localhost."));
}

static unsigned if_so(bool so, enum mock_fact fact)
{
    return so ? (unsigned)fact : 0;
}

/* Those that hold for the connection, whatever is asked. */
static unsigned facts_of(const struct mock_visit *v)
{
    const struct mock_server *m = v->mock;
    bool open = trusted(v);
    return if_so(!smtp_session_is_tls(v->session), MOCK_CLEAR) |
           if_so(smtp_session_login(v->session).n > 0, MOCK_MEMBER) | if_so(!open, MOCK_UNTRUSTED) |
           if_so(name_is_bare((str){ v->name, v->name_n }), MOCK_NAME_BARE) |
           if_so(ip_eq(&m->banned, &v->peer), MOCK_SHUT_OUT);
}

/* Nobody owns <>, so anybody may send bounces. */
static unsigned from_facts(const struct mock_visit *v, str from)
{
    return if_so(from.n > 0 && !str_eq_nocase(from, v->mock->own_address), MOCK_FROM_OTHER) |
           if_so(from_invalid(from), MOCK_FROM_INVALID);
}

static unsigned to_facts(struct mock_visit *v, const struct smtp_mailbox *to, str text)
{
    struct mock_server *m = v->mock;
    uint64_t now = net_loop_now_ms(m->loop);
    uint32_t wait = m->options.manners.wait_ms ? m->options.manners.wait_ms : WAIT_MS;
    bool inside = to->domain.n == 0 || str_eq_nocase(to->domain, m->domain);
    bool known = str_eq_nocase(to->local_part, STR("postmaster")) ||
                 str_eq_nocase(text, m->own_address);
    if (m->first_ms == 0)
        m->first_ms = now;
    return if_so(!inside, MOCK_OUTSIDE) | if_so(inside, MOCK_INSIDE) |
           if_so(inside && !known, MOCK_UNLISTED) | if_so(inside || trusted(v), MOCK_SERVED) |
           if_so(now < m->first_ms + wait, MOCK_EARLY);
}

/* Blanks, line ends or quotes around it, or octets outside ASCII: what programs do to a password. */
static bool password_odd(str password)
{
    static const str AROUND = STR_INIT(" \t\r\n\"'");
    return password.n > 0 && (str_find_octet(AROUND, password.p[0]) != STR_NOT_FOUND ||
                              str_find_octet(AROUND, password.p[password.n - 1]) != STR_NOT_FOUND ||
                              !str_is_ascii(password));
}

bool mock_login_is_right(const struct mock_server *m, str user, str password)
{
    return str_eq(user, m->login) &&
           (m->password.n == 0 || str_eq(password, buf_str(&m->password)));
}

static bool is_token(str mechanism)
{
    return str_eq_nocase(mechanism, STR("XOAUTH2")) || str_eq_nocase(mechanism, STR("OAUTHBEARER"));
}

static unsigned login_facts(const struct mock_visit *v, const struct smtp_session_question *q)
{
    const struct mock_server *m = v->mock;
    bool dead = m->play->dead_mechanism.n > 0 && str_eq_nocase(q->word, m->play->dead_mechanism);
    return if_so(!mock_login_is_right(m, q->user, q->password), MOCK_LOGIN_WRONG) |
           if_so(dead, MOCK_LOGIN_DEAD) | if_so(is_token(q->word), MOCK_TOKEN) |
           if_so(password_odd(q->password), MOCK_PASSWORD_ODD);
}

/* ---- what is said ---- */

static bool is_refusal(const struct mock_words *w)
{
    return w && w->code >= 400;
}

/* The answer of the tables, and what the manners make of it. soft is room for that. */
static const struct mock_words *choose(const struct mock_visit *v, enum smtp_stage at,
                                       unsigned facts, struct mock_words *soft)
{
    const struct mock_server *m = v->mock;
    const struct mock_manners *manners = &m->options.manners;
    const struct mock_words *w = mock_play_answer(m->play, m->flavour, at, facts);
    if (is_refusal(w) && manners->random && (arc4random() & 1))
        w = mock_play_answer(mock_play_of(CAUSE_NONE), m->flavour, at, 0);
    if (!is_refusal(w) || !manners->temporary || w->code < 500)
        return w;
    *soft = *w;
    soft->code = 454;
    soft->enhanced = w->enhanced.n > 0 ? STR("4.7.0") : STR("");
    return soft;
}

static void answer(struct mock_visit *v, const struct mock_words *w, struct mock_terms *terms,
                   const char *what_fmt, ...) PRINTF_LIKE(4, 5);
static void answer(struct mock_visit *v, const struct mock_words *w, struct mock_terms *terms,
                   const char *what_fmt, ...)
{
    char what[TEXT_MAX_OCTETS];
    va_list args;
    va_start(args, what_fmt);
    int n = vsnprintf(what, sizeof what, what_fmt, args);
    va_end(args);
    terms->host = v->mock->options.hostname;
    terms->user = smtp_session_login(v->session);
    terms->name = (str){ v->name, v->name_n };
    struct buf text;
    buf_init(&text, TEXT_MAX_OCTETS);
    mock_words_fill(w->text, terms, &text);
    /* Without a text of ours the session names the host. */
    mock_remember(v, w, text.n > 0 ? buf_str(&text) : terms->host,
                  str_take((str){ what, sizeof what - 1 }, n > 0 ? (size_t)n : 0));
    smtp_session_answer(v->session, w->code, w->enhanced, buf_str(&text));
    if (is_refusal(w) && v->mock->options.manners.drops)
        smtp_session_close(v->session);
    buf_done(&text);
}

static void answer_greeting(struct mock_visit *v)
{
    struct mock_terms t = { 0 };
    struct mock_words soft;
    const struct mock_words *w = choose(v, SMTP_STAGE_GREETING, facts_of(v), &soft);
    answer(v, w ? w : &v->mock->flavour->words[MOCK_SAYS_GREETING], &t, "greeting");
}

static void answer_hello(struct mock_visit *v, const struct smtp_session_question *q)
{
    static const struct mock_words STANDARD = { SMTP_STAGE_EHLO, 250, STR_INIT(""), STR_INIT("") };
    struct mock_terms t = { 0 };
    struct mock_words soft;
    str name = str_take(q->word, sizeof v->name);
    v->name_n = name.n;
    memcpy(v->name, name.p, name.n);
    v->to_facts = 0;
    const struct mock_words *w = choose(v, SMTP_STAGE_EHLO, facts_of(v), &soft);
    answer(v, w ? w : &STANDARD, &t, "%.*s %.*s", STR_ARG(q->octets), STR_ARG(name));
}

/* RFC 7628 section 3.2.2: what is wrong comes as JSON in a challenge, the code behind the answer to it.
 * Google's XOAUTH2 does the same. */
static bool answer_token(struct mock_visit *v, const struct smtp_session_question *q)
{
    static const struct mock_words EMPTY = { SMTP_STAGE_AUTH, 334, STR_INIT(""), STR_INIT("") };
    static const struct mock_words JSON = { SMTP_STAGE_AUTH, 334, STR_INIT(""),
                                            STR_INIT("{\"status\":\"401\",\"schemes\":\"bearer\","
                                                     "\"scope\":\"https://mail.corp.example/\"}") };
    bool first = !q->octets.p;
    if (v->token_is_refused && !first) {
        v->token_is_refused = false;
        return false;
    }
    v->token_is_refused = !first;
    smtp_session_answer(v->session, 334, STR(""), first ? EMPTY.text : JSON.text);
    return true;
}

static void answer_login(struct mock_visit *v, const struct smtp_session_question *q)
{
    struct mock_server *m = v->mock;
    struct mock_counts *c = &m->counts;
    struct mock_words soft;
    if (is_token(q->word) && answer_token(v, q))
        return;
    const struct mock_words *w = choose(v, SMTP_STAGE_AUTH, facts_of(v) | login_facts(v, q), &soft);
    c->logins++;
    c->logins_clear += !smtp_session_is_tls(v->session);
    c->login_refused += is_refusal(w);
    if (is_refusal(w) && m->options.manners.bans)
        m->banned = v->peer;
    if (!is_refusal(w) && q->user.n == 0)
        smtp_session_login_is(v->session, m->login);
    answer(v, w, &(struct mock_terms){ 0 }, "AUTH %.*s%s%.*s", STR_ARG(q->word),
           q->user.n > 0 ? " as " : "", STR_ARG(q->user));
}

static void answer_sender(struct mock_visit *v, const struct smtp_session_question *q)
{
    char from[MOCK_MAILBOX_MAX];
    struct mock_words soft;
    struct mock_terms t = { .from = mailbox_text(&q->mailbox, from) };
    v->to_facts = 0;
    answer(v, choose(v, SMTP_STAGE_MAIL, facts_of(v) | from_facts(v, t.from), &soft), &t,
           "MAIL FROM:<%.*s>", STR_ARG(t.from));
}

static void answer_recipient(struct mock_visit *v, const struct smtp_session_question *q)
{
    char from[MOCK_MAILBOX_MAX];
    struct mock_words soft;
    struct mock_terms t = { .from = reverse_path_text(v, from),
                            .to = mailbox_text(&q->mailbox, v->to) };
    unsigned to = to_facts(v, &q->mailbox, t.to);
    v->to_n = t.to.n;
    const struct mock_words *w = choose(v, SMTP_STAGE_RCPT,
                                        facts_of(v) | from_facts(v, t.from) | to, &soft);
    if (!is_refusal(w))
        v->to_facts |= to;
    answer(v, w, &t, "RCPT TO:<%.*s>", STR_ARG(t.to));
}

static void answer_message(struct mock_visit *v, str data)
{
    struct mock_server *m = v->mock;
    char from[MOCK_MAILBOX_MAX], author[MAIL_ADDRESS_MAX], id[16];
    struct mock_words soft;
    struct mock_terms t = { .from = reverse_path_text(v, from),
                            .to = { v->to, v->to_n },
                            .id = { id, 0 } };
    unsigned facts = facts_of(v) | v->to_facts | from_facts(v, t.from) |
                     from_facts(v, mail_from_first(data, author));
    const struct mock_words *w = choose(v, SMTP_STAGE_END_OF_DATA, facts, &soft);
    m->counts.messages += !is_refusal(w);
    t.id.n = (size_t)snprintf(id, sizeof id, "4B%08X", m->counts.messages);
    answer(v, w, &t, "message of %zu octets", data.n);
}

void mock_answer(struct mock_visit *v, enum smtp_ask ask, const struct smtp_session_question *q)
{
    switch (ask) {
    case SMTP_ASK_GREETING: answer_greeting(v); break;
    case SMTP_ASK_EHLO: answer_hello(v, q); break;
    case SMTP_ASK_AUTH: answer_login(v, q); break;
    case SMTP_ASK_MAIL: answer_sender(v, q); break;
    case SMTP_ASK_RCPT: answer_recipient(v, q); break;
    default:
        answer_message(v, q->octets);
        break; /* SMTP_ASK_STORE: the last that wants an answer */
    }
}
