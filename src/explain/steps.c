/* SPDX-License-Identifier: ISC */
/*
 * explain/steps.c - what to do about an explained refusal: whose steps, in whose words
 */
#include "explain/explain.h"

enum cause_server explain_server_of(enum explain_dialect d)
{
    switch (d) {
    case DIALECT_POSTFIX: return SERVER_POSTFIX;
    case DIALECT_EXIM: return SERVER_EXIM;
    case DIALECT_CPANEL: return SERVER_CPANEL;
    case DIALECT_OPENSMTPD: return SERVER_OPENSMTPD;
    case DIALECT_EXCHANGE: return SERVER_EXCHANGE;
    case DIALECT_MICROSOFT_365: return SERVER_MICROSOFT_365;
    default: return SERVER_ANY;
    }
}

/* The server whose log this is, by the program that wrote it. */
static enum cause_server server_of_program(str program)
{
    static const struct {
        str begins;
        enum cause_server server;
    } ROWS[] = {
        { STR_INIT("postfix"), SERVER_POSTFIX },   { STR_INIT("exim"), SERVER_EXIM },
        { STR_INIT("smtpd"), SERVER_OPENSMTPD },   { STR_INIT("opensmtpd"), SERVER_OPENSMTPD },
        { STR_INIT("exchange"), SERVER_EXCHANGE },
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (str_starts_nocase(program, ROWS[i].begins))
            return ROWS[i].server;
    return SERVER_ANY;
}

/* Who has a server's log runs the server. */
enum cause_role explain_role(const struct explanation *x)
{
    bool log = (x->page.facts & FACT_SERVER_LOG) ||
               (x->page.form == FORM_LOG && server_of_program(x->page.program) != SERVER_ANY);
    return log ? ROLE_OPERATOR : ROLE_SENDER;
}

/* The server that was refused by the next, by the form of its bounce. */
static enum cause_server server_of_bounce(const struct explain_page *p)
{
    static const struct {
        str words;
        enum cause_server server;
    } ROWS[] = {
        { STR_INIT("(in reply to"), SERVER_POSTFIX },
        { STR_INIT("this is the mail system at host"), SERVER_POSTFIX },
        { STR_INIT("error from remote mail server"), SERVER_EXIM },
        { STR_INIT("generating server"), SERVER_EXCHANGE },
    };
    str head = str_take(p->folded, 4096);
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (str_find_nocase(head, ROWS[i].words) != STR_NOT_FOUND)
            return ROWS[i].server;
    return SERVER_ANY;
}

/* A server was refused by the one behind it, and no setting of the program that sent the mail changes that. */
static bool is_between_servers(const struct explanation *x)
{
    return x->relay && x->page.form == FORM_BOUNCE && x->hop == HOP_NEXT;
}

/* The words of a refusal are those of the server that refused; in the log of one that was refused by the next, its
 * reader can change only his own. */
enum cause_server explain_server(const struct explanation *x)
{
    enum cause_server own = server_of_program(x->page.program);
    if (explain_role(x) == ROLE_OPERATOR && own != SERVER_ANY && x->page.dialect != DIALECT_CPANEL)
        return own;
    return explain_server_of(x->page.dialect);
}

/* Was the server whose log this is the one that refused, or was it refused? */
static enum cause_side side_of(const struct explanation *x)
{
    if (explain_role(x) == ROLE_SENDER)
        return SIDE_ANY;
    return x->page.facts & FACT_SERVER_LOG ? SIDE_TAKES : SIDE_SENDS;
}

static bool helps_on(const struct cause_step *s, enum cause_side side)
{
    return s->side == SIDE_ANY || side == SIDE_ANY || s->side == side;
}

size_t explain_steps_on(enum cause_id id, enum cause_server server, enum cause_side side,
                        const struct cause_step **out, size_t room)
{
    const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
    const struct cause *c = cause_of(id);
    size_t n = 0;
    if (!c)
        return 0;
    size_t count = cause_steps(c, ROLE_OPERATOR, server, steps, COUNT_OF(steps));
    for (size_t i = 0; i < count && n < room; i++)
        if (helps_on(steps[i], side))
            out[n++] = steps[i];
    return n ? n : cause_steps(c, ROLE_SENDER, server, out, room);
}

size_t explain_steps(const struct explanation *x, struct arena *memory, str *out, size_t room)
{
    const struct cause_step *steps[CAUSE_OPERATOR_STEPS];
    const struct cause *c = cause_of(x->best.cause);
    size_t most = room < COUNT_OF(steps) ? room : COUNT_OF(steps), n;
    if (!c || !room)
        return 0;
    if (is_between_servers(x)) {
        out[0] = STR(
            "Your own program did what it could: the server that took your mail was refused by the "
            "next one. Send this text to who runs it; if that is you, do what follows.");
        n = explain_steps_on(c->id, server_of_bounce(&x->page), SIDE_SENDS, steps, most - 1);
        for (size_t i = 0; i < n; i++)
            out[i + 1] = cause_step_line(steps[i], memory);
        return n + 1;
    }
    n = explain_role(x) == ROLE_OPERATOR
            ? explain_steps_on(c->id, explain_server(x), side_of(x), steps, most)
            : cause_steps(c, ROLE_SENDER, explain_server(x), steps, most);
    for (size_t i = 0; i < n; i++)
        out[i] = cause_step_line(steps[i], memory);
    return n;
}
