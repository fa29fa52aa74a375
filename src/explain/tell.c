/* SPDX-License-Identifier: ISC */
/*
 * explain/tell.c - an answer in words
 */
#include "explain/tell.h"
#include "base/escape.h"
#include "explain/who.h"

/* Who refuses where a text does not tell it. */
static enum finding_hop usual_hop(enum cause_family f, enum explain_form form)
{
    switch (f) {
    case FAMILY_CERTIFICATE_PROBLEM:
    case FAMILY_DNS_FAILURE:
    case FAMILY_PORT_BLOCKED_OR_TIMEOUT:
    case FAMILY_WRONG_PORT_OR_TLS_MODE:
    case FAMILY_AUTH_MECHANISM: return HOP_CLIENT;
    case FAMILY_AUTH_REQUIRED:
    case FAMILY_AUTH_FAILED:
    case FAMILY_TLS_REQUIRED:
    case FAMILY_SENDER_NOT_OWNED:
    case FAMILY_POP_BEFORE_SMTP:
    case FAMILY_RELAY_IP_NOT_ALLOWED: return form == FORM_BOUNCE ? HOP_NEXT : HOP_SUBMISSION;
    default: return HOP_RECIPIENT;
    }
}

/* The same, where it is told that a server answered: then it was none of one's own programs. */
static enum finding_hop hop_by_cause(const struct explanation *x, enum cause_id id)
{
    enum cause_family f = cause_of(id)->family;
    enum finding_hop hop = usual_hop(f, x->page.form);
    /* Who writes a bounce took the mail: what then failed, failed at that server. */
    if (hop == HOP_CLIENT && x->page.form == FORM_BOUNCE && (!x->said || !x->said->code))
        return HOP_SUBMISSION;
    if (hop != HOP_CLIENT || !x->said || x->said->code <= 0)
        return hop;
    return f == FAMILY_DNS_FAILURE ? HOP_RECIPIENT : HOP_SUBMISSION;
}

static bool is_of_relaying(enum cause_id id)
{
    enum cause_family f = cause_of(id)->family;
    return f == FAMILY_AUTH_REQUIRED || f == FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL ||
           f == FAMILY_RELAY_IP_NOT_ALLOWED;
}

enum finding_hop tell_hop(const struct explanation *x)
{
    if (x->said && x->said->hop)
        return x->said->hop;
    if (!x->best.cause)
        return HOP_NONE;
    enum finding_hop hop = hop_by_cause(x, x->best.cause);
    /* a refusal to relay leaves open which server it was, where the causes that are left open have other servers */
    for (size_t i = 0; is_of_relaying(x->best.cause) && i < x->also_count; i++)
        if (hop_by_cause(x, x->also[i].cause) != hop)
            return HOP_NONE;
    return hop;
}

/* Whoever runs the server whose log it is reads of "this" and "the next" server, not of the one he submits to. */
static str who_of_log(const struct explanation *x, const struct explain_said *s,
                      struct arena *memory)
{
    bool named = s->by.n || s->by_address.family != IP_NONE;
    if (explain_role(x) != ROLE_OPERATOR)
        return STR_NONE;
    if (!named)
        return x->page.facts & FACT_SERVER_LOG ? STR("the server whose log this is") : STR_NONE;
    if (s->hop != HOP_NEXT && s->hop != HOP_SUBMISSION)
        return STR_NONE;
    struct explain_said alone = *s;
    alone.hop = HOP_NONE;
    str name = explain_who_text(&alone, memory);
    return name.n ? arena_printf(memory, "%.*s, the server that yours hands mail to", STR_ARG(name))
                  : name;
}

str tell_who(const struct explanation *x, struct arena *memory)
{
    struct explain_said s = { .hop = x->hop };
    if (x->said)
        s = *x->said;
    bool told = s.hop != HOP_NONE || s.by.n || s.by_address.family != IP_NONE;
    s.hop = x->hop;
    str of_log = who_of_log(x, &s, memory);
    if (of_log.n)
        return of_log;
    str who = explain_who_text(&s, memory);
    if (who.n == 0 && x->best.cause)
        return STR("a mail server; the text does not tell which one");
    return told || !who.n ? who : arena_printf(memory, "most likely %.*s", STR_ARG(who));
}

/* The cause in a sentence of its own, and who said what where that is told. */
str tell_summary(const struct explanation *x, struct arena *memory)
{
    const struct cause *c = cause_of(x->best.cause);
    if (!c && !x->about_mail)
        return STR("Nothing about mail was found in the text.");
    if (!c)
        return STR("The text is about mail, and its cause is not known here.");
    const char *sure = x->best.confidence >= 0.8   ? ""
                       : x->best.confidence >= 0.5 ? "Likely: "
                                                   : "Possibly: ";
    const char *delayed = x->page.facts & FACT_DELAYED
                              ? " The message is not lost: the server that holds it goes on trying."
                              : "";
    return arena_printf(memory, "%s%.*s%s", sure, STR_ARG(c->sentence), delayed);
}
