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

enum finding_hop tell_hop(const struct explanation *x)
{
    const struct cause *c = cause_of(x->best.cause);
    if (x->said && x->said->hop)
        return x->said->hop;
    return c ? usual_hop(c->family, x->page.form) : HOP_NONE;
}

str tell_who(const struct explanation *x, struct arena *memory)
{
    struct explain_said s = { .hop = x->hop };
    if (x->said)
        s = *x->said;
    s.hop = x->hop;
    return explain_who_text(&s, memory);
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
