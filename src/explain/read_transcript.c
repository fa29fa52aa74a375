/* SPDX-License-Identifier: ISC */
/*
 * explain/read_transcript.c - a conversation, as the program that had it shows it
 */
#include "explain/read.h"
#include "explain/transcript_line.h"
#include "explain/words.h"

#include <string.h>

enum { PENDING_MAX = 16 };

/* What is known of the conversation so far. A new greeting begins it anew. */
struct talk {
    struct explain_page *page;
    enum smtp_stage pending[PENDING_MAX]; /* commands that are not answered, the oldest first */
    size_t pending_count;
    enum smtp_stage last;                               /* the last command */
    unsigned facts;                                     /* of the conversation at this moment */
    bool greeted, ehlo, helo, auth, starttls, told_tls; /* were seen */
    bool asked_helo;                                    /* the last of EHLO and HELO was HELO */
    bool capabilities;                                  /* the answer to EHLO was shown whole */
    str greeting;                                       /* the server's name, as it calls itself */
    str from, to;
    unsigned refusals; /* of recipients */
    /* the reply that is being read */
    unsigned code;
    enum smtp_stage stage;
    size_t n;
    char reply[EXPLAIN_WORDS_MAX];
    /* of the whole text */
    unsigned commands, replies, marked;
    size_t first; /* of our refusals on the page */
};

static void push(struct talk *t, enum smtp_stage stage)
{
    if (t->pending_count < PENDING_MAX)
        t->pending[t->pending_count++] = stage;
    t->last = stage;
}

static enum smtp_stage pop(struct talk *t)
{
    if (!t->pending_count)
        return SMTP_STAGE_NONE;
    enum smtp_stage stage = t->pending[0];
    memmove(t->pending, t->pending + 1, --t->pending_count * sizeof *t->pending);
    return stage;
}

/* A path's mailbox, without brackets and parameters. */
static str mailbox(str path)
{
    str inside = explain_words_mailbox(path);
    if (inside.n || str_find_octet(path, '<') != STR_NOT_FOUND)
        return inside;
    size_t end = 0;
    while (end < path.n && end < 320 && path.p[end] != ' ' && path.p[end] != '\'' &&
           path.p[end] != '"')
        end++;
    return str_take(path, end);
}

static str word(str s)
{
    size_t n = 0;
    while (n < s.n && n < 255 && s.p[n] != ' ' && s.p[n] != '\'' && s.p[n] != '"' && s.p[n] != '\t')
        n++;
    return str_take(s, n);
}

static void begin(struct talk *t)
{
    t->greeted = t->ehlo = t->helo = t->auth = t->starttls = t->told_tls = t->capabilities = false;
    t->facts = 0;
    t->refusals = 0;
    t->pending_count = 0;
}

static void command(struct talk *t, const struct transcript_line *l)
{
    struct explain_page *p = t->page;
    t->commands++;
    push(t, l->stage);
    switch (l->stage) {
    case SMTP_STAGE_EHLO:
        t->asked_helo = l->old_helo;
        if (l->old_helo)
            t->helo = true;
        else
            t->ehlo = true;
        t->capabilities = false;
        t->facts &= ~(unsigned)(FACT_AUTH_OFFERED | FACT_AUTH_NOT_OFFERED | FACT_STARTTLS_OFFERED);
        if (!p->helo.n)
            p->helo = word(l->argument);
        break;
    case SMTP_STAGE_AUTH:
        t->auth = true;
        t->facts |= FACT_LOGIN_TRIED;
        if (!p->mechanism.n)
            p->mechanism = word(l->argument);
        break;
    case SMTP_STAGE_STARTTLS: t->starttls = true; break;
    case SMTP_STAGE_MAIL:
        t->refusals = 0;
        t->from = mailbox(l->argument);
        if (!t->from.n && str_starts(l->argument, STR("<>")))
            t->facts |= FACT_NULL_SENDER;
        if (!p->from.n)
            p->from = t->from;
        break;
    case SMTP_STAGE_RCPT:
        t->to = mailbox(l->argument);
        if (!p->to.n)
            p->to = t->to;
        break;
    default: break;
    }
}

/* A line of an answer to EHLO. */
static void capability(struct talk *t, str words)
{
    if (str_starts_nocase(words, STR("AUTH")) && words.n > 4 &&
        (words.p[4] == ' ' || words.p[4] == '='))
        t->facts |= FACT_AUTH_OFFERED;
    if (str_starts_nocase(words, STR("STARTTLS")))
        t->facts |= FACT_STARTTLS_OFFERED;
}

/* What the conversation shows at the moment of a refusal. */
static void at_refusal(struct talk *t, enum smtp_stage stage)
{
    unsigned facts = t->facts;
    bool mail = stage == SMTP_STAGE_MAIL || stage == SMTP_STAGE_RCPT || stage == SMTP_STAGE_DATA ||
                stage == SMTP_STAGE_END_OF_DATA;
    if (mail && (t->ehlo || t->helo) && !t->auth)
        facts |= FACT_NO_LOGIN;
    if (t->helo && !t->ehlo && stage > SMTP_STAGE_GREETING)
        facts |= FACT_OLD_HELO;
    if (t->told_tls)
        facts |= FACT_ENCRYPTED;
    else if (t->greeted && (t->ehlo || t->helo) && !t->starttls &&
             (mail || stage == SMTP_STAGE_AUTH))
        facts |= FACT_CLEAR;
    if (t->capabilities && !(facts & FACT_AUTH_OFFERED))
        facts |= FACT_AUTH_NOT_OFFERED;
    t->page->facts |= facts;
}

static bool is_told(const struct talk *t, const struct explain_said *s)
{
    const struct explain_page *p = t->page;
    for (size_t i = t->first; i < p->count; i++) {
        const struct explain_said *o = &p->said[i];
        if (o->code == s->code && (!s->text.n || str_find(o->text, s->text) != STR_NOT_FOUND))
            return true;
    }
    return false;
}

static void refused(struct talk *t, str reply, enum smtp_stage stage, bool again)
{
    struct explain_said s = { .form = FORM_TRANSCRIPT, .stage = stage };
    if (!explain_words_reply(reply, t->page->memory, &s) || (again && is_told(t, &s)))
        return;
    struct explain_said *said = explain_say(t->page, FORM_TRANSCRIPT);
    if (!said)
        return;
    *said = s;
    said->by = t->page->server.n ? t->page->server : t->greeting;
    if (!said->sender.n && stage >= SMTP_STAGE_MAIL)
        said->sender = t->from;
    if (!said->recipient.n && stage == SMTP_STAGE_RCPT)
        said->recipient = t->to;
    /* no recipient was taken: DATA is refused because of that */
    said->aside = (stage == SMTP_STAGE_DATA && t->refusals > 0) || stage == SMTP_STAGE_QUIT ||
                  stage == SMTP_STAGE_RSET;
    t->refusals += stage == SMTP_STAGE_RCPT || stage == SMTP_STAGE_MAIL;
    at_refusal(t, stage);
}

/* Refusals of one step that a later answer made good: EHLO, then HELO; one mechanism, then the next. */
static void made_good(struct talk *t, enum smtp_stage stage)
{
    for (size_t i = t->first; i < t->page->count; i++)
        if (t->page->said[i].stage == stage)
            t->page->said[i].aside = true;
}

static void answered_auth(struct talk *t, unsigned code)
{
    if (code == 235) {
        t->facts |= FACT_LOGIN_TAKEN;
        t->facts &= ~(unsigned)FACT_LOGIN_REFUSED;
        t->page->facts &= ~(unsigned)FACT_LOGIN_REFUSED;
        made_good(t, SMTP_STAGE_AUTH);
    } else if (code == 334) { /* the next line of the client belongs to it */
        memmove(t->pending + 1, t->pending,
                (t->pending_count < PENDING_MAX ? t->pending_count : PENDING_MAX - 1) *
                    sizeof *t->pending);
        t->pending[0] = SMTP_STAGE_AUTH;
        t->pending_count += t->pending_count < PENDING_MAX;
    } else if (code == 535 || code == 534 || code == 454 || code == 525 || code == 526 ||
               code == 550 || code == 553 || code == 432) {
        t->facts |= FACT_LOGIN_REFUSED;
    }
}

/* The reply is whole. */
static void answered(struct talk *t)
{
    enum smtp_stage stage = t->stage;
    unsigned code = t->code;
    str reply = { t->reply, t->n };
    t->code = 0;
    if (!code)
        return;
    t->page->facts |= t->facts & (FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN);
    if (stage == SMTP_STAGE_AUTH)
        answered_auth(t, code);
    if (code >= 400) {
        refused(t, reply, stage, false);
        return;
    }
    if (stage == SMTP_STAGE_EHLO)
        made_good(t, stage);
    if (stage == SMTP_STAGE_STARTTLS && code == 220) {
        t->told_tls = true;
        t->ehlo = t->helo = false;
    }
    if (stage == SMTP_STAGE_DATA && code == 354)
        push(t, SMTP_STAGE_END_OF_DATA);
}

/* Which command a reply answers, when its first line is read. */
static enum smtp_stage stage_of(struct talk *t, unsigned code, str words)
{
    bool tls_went_up = t->pending_count && t->pending[0] == SMTP_STAGE_STARTTLS;
    if (code == 220 && !tls_went_up) {
        begin(t);
        t->greeted = true;
        str host = word(words);
        t->greeting = str_find_octet(host, '.') != STR_NOT_FOUND ? host : STR_NONE;
        return SMTP_STAGE_GREETING;
    }
    enum smtp_stage stage = pop(t);
    if (stage == SMTP_STAGE_NONE && !t->commands && (code == 554 || code == 421 || code == 550))
        return t->greeted ? SMTP_STAGE_NONE : SMTP_STAGE_GREETING;
    return stage;
}

static void reply_line(struct talk *t, const struct transcript_line *l)
{
    unsigned code = 0;
    bool more = false;
    str rest;
    if (!explain_words_code(l->words, &code, &more, &rest))
        return;
    t->replies++;
    if (t->code && t->code != code)
        answered(t);
    if (!t->code) {
        t->code = code;
        t->stage = stage_of(t, code, rest);
        t->n = 0;
    } else if (t->stage == SMTP_STAGE_EHLO) {
        capability(t, rest);
    }
    str line = str_take(l->words, sizeof t->reply - t->n - 1);
    memcpy(t->reply + t->n, line.p, line.n);
    t->n += line.n;
    t->reply[t->n++] = '\n';
    if (t->n >= sizeof t->reply - 1)
        t->n = sizeof t->reply - 1;
    if (!more) {
        t->capabilities |= t->stage == SMTP_STAGE_EHLO && code == 250 && !t->asked_helo;
        answered(t);
    }
}

static const struct lead {
    str words;
    const char *program; /* that writes so; NULL: many do */
} LEADS[] = {
    { STR_INIT("=== Trying "), "swaks" },
    { STR_INIT("=== Connected to "), "swaks" },
    { STR_INIT("Connection: opening to "), "PHPMailer" },
    { STR_INIT("trying to connect to host "), "JavaMail" },
    { STR_INIT("connected to host "), "JavaMail" },
    { STR_INIT("connect: to ("), "smtplib" },
    { STR_INIT("connect: ("), "smtplib" },
    { STR_INIT("s_client "), "openssl" },
    { STR_INIT("telnet "), "telnet" },
    { STR_INIT("Connected to "), NULL },
    { STR_INIT("Connecting to "), NULL },
    { STR_INIT("while talking to "), NULL },
};

static const struct sign {
    str words;
    const char *program;
    unsigned facts;
    bool tls;
} SIGNS[] = {
    { STR_INIT("=== TLS started"), "swaks", 0, true },
    { STR_INIT("TLS started w/"), "swaks", 0, true },
    { STR_INIT("SSL connection using"), NULL, 0, true },
    { STR_INIT("SSL handshake has read"), "openssl", 0, true },
    { STR_INIT("TLS session established"), NULL, 0, true },
    { STR_INIT("Connection upgraded with STARTTLS"), "nodemailer", 0, true },
    { STR_INIT("TLS certificate information"), "msmtp", 0, true },
    { STR_INIT("useAuth false"), "JavaMail", FACT_NO_LOGIN, false },
    { STR_INIT("DEBUG SMTP"), "JavaMail", 0, false },
    { STR_INIT("isSSL true"), "JavaMail", 0, true },
    { STR_INIT("CLIENT -> SERVER"), "PHPMailer", 0, false },
    { STR_INIT("SMTP -> FROM SERVER"), "PHPMailer", 0, false },
    { STR_INIT("SMTP -> ERROR"), "PHPMailer", 0, false },
    { STR_INIT("Net::SMTP"), "Net::SMTP", 0, false },
    { STR_INIT("Swift_SmtpTransport"), "SwiftMailer", 0, false },
    { STR_INIT("ESMTP> "), "Claws Mail", 0, false },
    { STR_INIT("send: 'ehlo"), "smtplib", 0, false },
    { STR_INIT("reply: retcode ("), "smtplib", 0, false },
    { STR_INIT("SMTP handshake finished"), "nodemailer", 0, false },
    { STR_INIT("User authenticated"), NULL, FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN, false },
    { STR_INIT("authentication failed"), NULL, FACT_LOGIN_TRIED, false },
    { STR_INIT("AUTH LOGIN failed"), "JavaMail", FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED, false },
    { STR_INIT("AUTH PLAIN failed"), "JavaMail", FACT_LOGIN_TRIED | FACT_LOGIN_REFUSED, false },
    { STR_INIT("command trace suppressed"), "JavaMail", FACT_LOGIN_TRIED, false },
};

/* Programs that show a conversation for whoever tries something by hand. */
static bool by_hand(str program)
{
    return str_eq(program, STR("swaks")) || str_eq(program, STR("telnet")) ||
           str_eq(program, STR("openssl"));
}

static void set_program(struct explain_page *p, const char *program)
{
    if (program && !p->program.n)
        p->program = str_from(program);
}

/* What a line tells that is no command and no reply. */
static void note(struct talk *t, str line)
{
    line = str_take(line, 400);
    for (size_t i = 0; i < COUNT_OF(LEADS); i++) {
        size_t at = str_find(line, LEADS[i].words);
        if (at == STR_NOT_FOUND)
            continue;
        set_program(t->page, LEADS[i].program);
        explain_words_server(t->page, str_skip(line, at + LEADS[i].words.n));
    }
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++) {
        if (str_find(line, SIGNS[i].words) == STR_NOT_FOUND)
            continue;
        set_program(t->page, SIGNS[i].program);
        t->facts |= SIGNS[i].facts;
        t->auth |= (SIGNS[i].facts & FACT_LOGIN_TRIED) != 0;
        t->told_tls |= SIGNS[i].tls;
    }
}

static bool is_transcript(str plain)
{
    unsigned commands = 0, replies = 0, marked = 0;
    while (plain.p && !(commands && replies) && !marked) {
        struct transcript_line l = transcript_line_read(explain_words_line(&plain));
        commands += l.side == SIDE_CLIENT;
        replies += l.side == SIDE_SERVER;
        marked += l.marked && l.side != SIDE_AGAIN &&
                  (str_find(l.before, STR("SERVER")) != STR_NOT_FOUND ||
                   str_find(l.before, STR("SMTP<")) != STR_NOT_FOUND);
    }
    return (commands && replies) || marked;
}

void explain_read_transcript(struct explain_page *p)
{
    if ((p->form == FORM_BOUNCE || p->form == FORM_LOG) && p->count)
        return;
    if (!is_transcript(p->plain))
        return;
    struct talk *t = arena_alloc(p->memory, sizeof *t);
    if (!t)
        return;
    t->page = p;
    t->first = p->count;
    for (str rest = p->plain; rest.p;) {
        str line = explain_words_line(&rest);
        struct transcript_line l = transcript_line_read(line);
        t->told_tls |= l.encrypted;
        if (l.side == SIDE_CLIENT || l.side == SIDE_AGAIN)
            answered(t); /* what was read before is whole, whatever its last line said */
        switch (l.side) {
        case SIDE_CLIENT: command(t, &l); break;
        case SIDE_SERVER: reply_line(t, &l); break;
        case SIDE_AGAIN: {
            unsigned code;
            bool more;
            str words;
            if (explain_words_code(l.words, &code, &more, &words) && code >= 400)
                refused(t, l.words, l.stage, true);
            break;
        }
        case SIDE_NONE: break;
        }
        if (l.side != SIDE_SERVER || l.marked)
            note(t, line);
    }
    answered(t);
    if (p->form == FORM_NONE)
        p->form = FORM_TRANSCRIPT;
    p->facts |= t->facts & (FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN);
    if (p->program.n && !by_hand(p->program))
        p->facts |= FACT_FROM_PROGRAM;
}
