/* SPDX-License-Identifier: ISC */
/*
 * smtp/server_answers.c - what the owner answered, made into a reply and a new state
 */
#include "smtp/session.h"

/* What is said where the owner has no words of its own; a code of one digit stands for its class. */
static const struct standard {
    enum smtp_ask ask; /* SMTP_ASK_NOTHING: any */
    unsigned code;
    str enhanced, text;
} STANDARDS[] = {
    { SMTP_ASK_MAIL, 250, STR_INIT("2.1.0"), STR_INIT("Ok") },
    { SMTP_ASK_RCPT, 250, STR_INIT("2.1.5"), STR_INIT("Ok") },
    { SMTP_ASK_STORE, 250, STR_INIT("2.0.0"), STR_INIT("Ok, kept") },
    { SMTP_ASK_AUTH, 235, STR_INIT("2.7.0"), STR_INIT("Welcome") },
    { SMTP_ASK_NOTHING, 421, STR_INIT("4.3.2"), STR_INIT("Closing; come back later") },
    { SMTP_ASK_NOTHING, 450, STR_INIT("4.2.0"), STR_INIT("Not now; try again") },
    { SMTP_ASK_NOTHING, 451, STR_INIT("4.3.0"), STR_INIT("Not now; try again") },
    { SMTP_ASK_NOTHING, 452, STR_INIT("4.3.1"), STR_INIT("No room now; try again") },
    { SMTP_ASK_NOTHING, 454, STR_INIT("4.7.0"), STR_INIT("Login is not possible now; try again") },
    { SMTP_ASK_NOTHING, 530, STR_INIT("5.7.0"), STR_INIT("Log in first") },
    { SMTP_ASK_NOTHING, 535, STR_INIT("5.7.8"), STR_INIT("User or password is wrong") },
    { SMTP_ASK_NOTHING, 550, STR_INIT("5.7.1"), STR_INIT("Refused") },
    { SMTP_ASK_NOTHING, 552, STR_INIT("5.3.4"), STR_INIT("The message is larger than we take") },
    { SMTP_ASK_NOTHING, 553, STR_INIT("5.7.1"), STR_INIT("This reverse-path is refused") },
    { SMTP_ASK_NOTHING, 2, STR_INIT("2.0.0"), STR_INIT("Ok") },
    { SMTP_ASK_NOTHING, 4, STR_INIT("4.0.0"), STR_INIT("Not now; try again") },
    { SMTP_ASK_NOTHING, 5, STR_INIT("5.0.0"), STR_INIT("Refused") },
};

static const struct standard *standard_for(enum smtp_ask what, unsigned code)
{
    const struct standard *t = STANDARDS, *last = STANDARDS + COUNT_OF(STANDARDS) - 1;

    for (; t < last; t++)
        if ((t->ask == SMTP_ASK_NOTHING || t->ask == what) &&
            (t->code == code || t->code == code / 100))
            break;
    return t;
}

/* The reply with the owner's words, or ours where it has none. */
static void reply_or_standard(struct smtp_session *s, enum smtp_ask what, unsigned code,
                              str enhanced, str text)
{
    const struct standard *t = standard_for(what, code);

    session_reply_of_owner(s, code, text.n + enhanced.n > 0 ? enhanced : t->enhanced,
                           text.n > 0 ? text : t->text);
}

/* What the core does by itself, and what it was told to offer. */
static void add_ours(const struct smtp_session_config *c, struct buf *out)
{
    buf_add(out, STR("\nPIPELINING\n8BITMIME\nENHANCEDSTATUSCODES"));
    if (c->smtputf8)
        buf_add(out, STR("\nSMTPUTF8"));
    if (c->chunking)
        buf_add(out, STR("\nCHUNKING"));
    if (c->dsn)
        buf_add(out, STR("\nDSN"));
}

/* RFC 5321 section 4.1.1.1: what this session offers, here and now. */
static void capabilities(const struct smtp_session *s, struct buf *out)
{
    buf_add(out, s->config.hostname);
    if (!s->extended)
        return;
    if (s->config.keywords.p == NULL)
        add_ours(&s->config, out);
    if (s->config.keywords.n > 0) {
        buf_addc(out, '\n');
        buf_add(out, s->config.keywords);
    }
    if (s->config.size_max > 0)
        buf_addf(out, "\nSIZE %llu", (unsigned long long)s->config.size_max);
    if (session_starttls_offered(s))
        buf_add(out, STR("\nSTARTTLS"));
    if (session_auth_offered(s)) {
        buf_add(out, STR("\nAUTH "));
        buf_add(out, session_mechanisms(s));
    }
}

static void answer_greeting(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    struct buf standard;

    buf_init(&standard, OUT_MAX);
    buf_add(&standard, s->config.hostname);
    buf_add(&standard, code == 220 ? STR(" ESMTP") : STR(" takes no mail"));
    s->refused = code != 220;
    session_reply_of_owner(s, code, enhanced, text.n > 0 ? text : buf_str(&standard));
    buf_done(&standard);
}

static void answer_hello(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    struct buf standard;

    if (code != 250) {
        reply_or_standard(s, SMTP_ASK_EHLO, code, enhanced, text);
        return;
    }
    session_end_transaction(s); /* section 4.1.4: EHLO does what RSET does */
    s->greeted = true;
    s->extended = str_eq(s->question.octets, STR("EHLO"));
    buf_init(&standard, OUT_MAX);
    capabilities(s, &standard);
    session_reply(s, code, STR_NONE, text.n > 0 ? text : buf_str(&standard));
    buf_done(&standard);
}

static bool open_transaction(struct smtp_session *s)
{
    struct smtp_mailbox *m = &s->question.mailbox;
    size_t at = m->local_part.n;

    buf_clear(&s->reverse_text);
    buf_add(&s->reverse_text, m->local_part);
    if (!buf_add(&s->reverse_text, m->domain))
        return false;
    s->reverse = *m;
    s->reverse.local_part = str_take(buf_str(&s->reverse_text), at);
    s->reverse.domain = str_skip(buf_str(&s->reverse_text), at);
    s->mail = true;
    s->mail_refused = s->chunks_void = false;
    return true;
}

/* What an accepted step changes. False: there was no memory for it. */
static bool accept_step(struct smtp_session *s, enum smtp_ask what)
{
    switch (what) {
    case SMTP_ASK_MAIL: return open_transaction(s);
    case SMTP_ASK_RCPT: s->recipients++; return true;
    case SMTP_ASK_AUTH:
        s->logged_in = true;
        return s->login.n > 0 || buf_add(&s->login, buf_str(&s->user));
    default: return true;
    }
}

/* A piece is taken, or the message is not: nothing is said yet. */
static void answer_piece(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    const struct standard *t = standard_for(SMTP_ASK_STORE, code);

    s->given = code / 100 == 2;
    if (s->given)
        return;
    enhanced = text.n + enhanced.n > 0 ? enhanced : t->enhanced;
    text = text.n > 0 ? text : t->text;
    if (code == 421)
        session_reply_of_owner(s, code, enhanced, text);
    else
        session_refuse_data(s, code, enhanced, text);
}

void smtp_session_answer(struct smtp_session *s, unsigned code, str enhanced, str text)
{
    enum smtp_ask what = s->pending;

    if (what == SMTP_ASK_NOTHING || !s->asked)
        return;
    s->pending = SMTP_ASK_NOTHING;
    s->heard_ms = s->now_ms; /* while it was our turn, the peer owed us nothing */
    s->data_ms += s->now_ms - s->asked_ms;
    if (what == SMTP_ASK_GREETING) {
        answer_greeting(s, code, enhanced, text);
        return;
    }
    if (what == SMTP_ASK_PIECE) {
        answer_piece(s, code, enhanced, text);
        return;
    }
    if (what == SMTP_ASK_EHLO) {
        answer_hello(s, code, enhanced, text);
        return;
    }
    if (what == SMTP_ASK_AUTH && code == 334) {
        session_challenge(s, s->auth_step, text);
        return;
    }
    if (code / 100 == 2 && !accept_step(s, what)) {
        session_reply(s, 421, STR("4.3.0"), STR("No memory; closing"));
        return;
    }
    if (what == SMTP_ASK_AUTH) {
        session_end_auth(s);
        if (code / 100 != 2)
            buf_clear(&s->login);
    }
    reply_or_standard(s, what, code, enhanced, text);
    if (what == SMTP_ASK_STORE) {
        if (code / 100 == 2)
            s->idle_words = s->errors = 0;
        s->given = false;
        session_end_transaction(s);
    }
}
