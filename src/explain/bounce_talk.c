/* SPDX-License-Identifier: ISC */
/*
 * explain/bounce_talk.c - a conversation between servers, as a bounce shows it
 */
#include "explain/bounce_walk.h"
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * Conversations that a bounce shows: ">>> RCPT TO:<...>", "<<< 550 ..."
 */
static const struct said_command {
    str verb;
    enum smtp_stage stage;
} COMMANDS[] = {
    { STR_INIT("EHLO"), SMTP_STAGE_EHLO },        { STR_INIT("HELO"), SMTP_STAGE_EHLO },
    { STR_INIT("LHLO"), SMTP_STAGE_EHLO },        { STR_INIT("STARTTLS"), SMTP_STAGE_STARTTLS },
    { STR_INIT("AUTH"), SMTP_STAGE_AUTH },        { STR_INIT("MAIL"), SMTP_STAGE_MAIL },
    { STR_INIT("RCPT"), SMTP_STAGE_RCPT },        { STR_INIT("DATA"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("BDAT"), SMTP_STAGE_END_OF_DATA }, { STR_INIT("."), SMTP_STAGE_END_OF_DATA },
};

/* Longest first: InterScan turns them round. */
static const str ARROWS_OUT[] = { STR_INIT("Sent <<<"), STR_INIT(">>>"), STR_INIT("-->") };
static const str ARROWS_IN[] = { STR_INIT("Received >>>"), STR_INIT("<<<"), STR_INIT("<--") };

/* What stands behind an arrow, which may have a time and a session before it (MDaemon); p NULL: none. */
static str behind_arrow(str line, const str arrows[3])
{
    for (size_t i = 0; i < 3; i++) {
        size_t at = str_find(str_take(line, 80), arrows[i]);
        if (at != STR_NOT_FOUND)
            return bounce_skip_blanks(str_skip(line, at + arrows[i].n));
    }
    return STR_NONE;
}

bool bounce_has_arrows(str lines)
{
    for (str rest = lines; rest.p;) {
        str line = str_cut(&rest, '\n');
        if (behind_arrow(line, ARROWS_IN).p)
            return true;
    }
    return false;
}

struct talk {
    struct bounce_walk *w;
    enum smtp_stage stage;
    str recipient, sender;
    unsigned code; /* of the answer whose lines are being gathered; 0: none */
    str begin;     /* its first line */
    size_t end;    /* octets from there to its end */
    bool said;
    struct explain_said *last; /* the last refusal; NULL: none */
};

static void command(struct talk *t, str line)
{
    size_t at;
    for (size_t i = 0; i < COUNT_OF(COMMANDS); i++)
        if (str_starts_nocase(line, COMMANDS[i].verb))
            t->stage = COMMANDS[i].stage;
    str address = bounce_address_in(line, &at);
    if (address.n && t->stage == SMTP_STAGE_RCPT)
        t->recipient = address;
    else if (address.n && t->stage == SMTP_STAGE_MAIL)
        t->sender = address;
}

/* A server that lost all recipients or its sender says so to whatever comes next. */
static bool is_consequence(unsigned code, str words)
{
    return code == 503 ||
           str_find_nocase(str_take(words, 200), STR("no valid recipients")) != STR_NOT_FOUND ||
           str_find_nocase(str_take(words, 200), STR("need rcpt")) != STR_NOT_FOUND;
}

static str without_arrows(str lines, struct arena *memory)
{
    char *out = arena_alloc(memory, lines.n + 1);
    size_t n = 0;
    for (str rest = lines; out && rest.p;) {
        str line = str_cut(&rest, '\n'), behind = behind_arrow(line, ARROWS_IN);
        if (!behind.p)
            continue;
        memcpy(out + n, behind.p, behind.n);
        n += behind.n;
        out[n++] = '\n';
    }
    return out ? str_trim((str){ out, n }) : STR_NONE;
}

/* Commands went together, and only the last is shown: what was refused before was the recipient. */
static void was_rcpt(struct talk *t)
{
    if (t->last && (t->last->stage == SMTP_STAGE_END_OF_DATA || t->last->stage == SMTP_STAGE_DATA))
        t->last->stage = SMTP_STAGE_RCPT;
}

static void answer_ends(struct talk *t)
{
    struct bounce_walk *w = t->w;
    str rest;
    if (!t->code)
        return;
    struct explain_said s = { .by = w->host,
                              .by_address = w->address,
                              .stage = t->stage,
                              .end = SMTP_END_REPLY,
                              .recipient = t->recipient,
                              .sender = t->sender };
    str lines = without_arrows(str_take(t->begin, t->end), w->p->memory);
    if (lines.p && bounce_code_read(lines, &s.code, &s.enhanced, &rest)) {
        s.text = bounce_words(rest, s.code, lines.p[3] == '-', w->p->memory);
        s.aside = t->said && is_consequence(s.code, s.text);
        w->p->facts |= FACT_RELAYED;
        if (s.aside)
            was_rcpt(t);
        t->last = bounce_say(w, &s);
        t->said = true;
    }
    t->code = 0;
}

static void talk_line(struct talk *t, str line, const char *end)
{
    struct smtp_enhanced x;
    unsigned code;
    str rest, out = behind_arrow(line, ARROWS_OUT), in = behind_arrow(line, ARROWS_IN);
    if (in.p && bounce_code_read(in, &code, &x, &rest)) {
        if (code != t->code) {
            answer_ends(t);
            t->code = code;
            t->begin = (str){ line.p, (size_t)(end - line.p) };
        }
        t->end = (size_t)(line.p + line.n - t->begin.p);
        return;
    }
    answer_ends(t);
    if (out.p)
        command(t, out);
}

void bounce_read_talk(struct bounce_walk *w, str lines)
{
    struct talk t = { .w = w, .recipient = w->recipient, .sender = w->sender };
    for (str rest = lines; rest.p;) {
        str line = str_cut(&rest, '\n');
        str low = bounce_lowered(str_take(line, BOUNCE_LINE_MAX), w->p->memory);
        size_t at = low.p ? str_find(low, STR("while talking to ")) : STR_NOT_FOUND;
        struct bounce_unit u;
        if (at != STR_NOT_FOUND && bounce_server_read(str_skip(line, at + 17), &u)) {
            answer_ends(&t);
            w->host = u.host;
            w->address = u.address;
        }
        talk_line(&t, line, lines.p + lines.n);
    }
    answer_ends(&t);
}
