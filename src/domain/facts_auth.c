/* SPDX-License-Identifier: ISC */
/* domain/facts_auth.c - the records that say who may send in the domain's name */
#include "base/buf.h"
#include "domain/facts_inside.h"

enum { TTL_S = 3600, TEXT_OCTETS = 2048 };

static bool takes_no_mail(const struct facts *f)
{
    return f->look->mx.state == DOMAIN_MX_NULL;
}

static void paste_spf(struct facts *f, struct domain_fact *fact)
{
    str d = f->look->domain;
    if (takes_no_mail(f)) {
        fact_paste(f, fact, "; if the domain sends no mail either:");
        fact_paste(f, fact, "%.*s. %d IN TXT \"v=spf1 -all\"", STR_ARG(d), TTL_S);
        return;
    }
    fact_paste(f, fact,
               "; if your mail leaves by the hosts that take it; add include: of your provider:");
    fact_paste(f, fact, "%.*s. %d IN TXT \"v=spf1 mx ~all\"", STR_ARG(d), TTL_S);
}

/* Did a mechanism that lets everybody through decide? */
static bool lets_all_pass(const struct spf_check *c)
{
    for (size_t i = 0; i < c->step_count; i++)
        if (c->steps[i].kind == SPF_STEP_MECHANISM && c->steps[i].result == AUTH_PASS &&
            str_ends_nocase(c->steps[i].term, STR("all")))
            return true;
    return false;
}

static struct domain_fact *say_spf_record(struct facts *f)
{
    const struct spf_check *c = &f->look->spf_check;
    struct domain_fact *fact = fact_add(f, "spf", f->look->domain, DOMAIN_OK,
                                        "There is an SPF record.");
    if (!f->look->spf_checked)
        return fact;
    fact_evidence(f, fact, "%u of the %d look-ups that it may cost", c->lookups, SPF_LOOKUPS_MAX);
    if (c->result == AUTH_PERMERROR) {
        fact->verdict = DOMAIN_WRONG;
        fact_say(f, fact, "It is broken, and receivers give it no effect, or refuse: %.*s.",
                 STR_ARG(c->sentence));
    } else if (c->result == AUTH_TEMPERROR) {
        fact->verdict = DOMAIN_NOT_KNOWN;
        fact_say(f, fact, "It could not be followed to its end: %.*s.", STR_ARG(c->sentence));
    } else if (c->result == AUTH_PASS && lets_all_pass(c)) {
        fact->verdict = DOMAIN_WARNING;
        fact_say(f, fact, "It lets everybody in the world send in the domain's name (+all).");
        paste_spf(f, fact);
    } else if (c->result == AUTH_NEUTRAL) {
        fact->verdict = DOMAIN_WARNING;
        fact_say(f, fact,
                 "It says nothing of hosts that it does not name: it should end in ~all or -all.");
    }
    return fact;
}

static void say_spf(struct facts *f)
{
    const struct domain_txt *t = &f->look->spf;
    struct domain_fact *fact = NULL;
    switch (t->state) {
    case DOMAIN_TXT_UNKNOWN:
        fact = fact_add(f, "spf", f->look->domain, DOMAIN_NOT_KNOWN,
                        "Whether there is an SPF record could not be looked up: %s.",
                        fact_failure(t->answer->code));
        break;
    case DOMAIN_TXT_NONE:
        fact = fact_add(
            f, "spf", f->look->domain, DOMAIN_WARNING,
            "There is no SPF record: receivers cannot tell which hosts may send in the domain's "
            "name, and many distrust such mail.");
        paste_spf(f, fact);
        break;
    case DOMAIN_TXT_SEVERAL:
        fact = fact_add(
            f, "spf", f->look->domain, DOMAIN_WRONG,
            "There is more than one SPF record, so that all of them are void (RFC 7208 section "
            "4.5). Make one of them.");
        break;
    case DOMAIN_TXT_MALFORMED:
    case DOMAIN_TXT_FINE: fact = say_spf_record(f); break;
    }
    fact_answer(f, fact, t->answer);
}

/* ---- DMARC ---- */

static void add_problems(struct facts *f, struct domain_fact *fact, const struct dmarc_result *r)
{
    for (size_t i = 0; i < r->problem_count; i++) {
        struct buf text;
        buf_init(&text, TEXT_OCTETS);
        dmarc_problem_text(&r->problems[i], &text);
        bool serious = dmarc_problem_serious(&r->problems[i]);
        fact_evidence(f, fact, "%s: %.*s", serious ? "fault" : "note", STR_ARG(buf_str(&text)));
        if (serious && fact->verdict == DOMAIN_OK)
            fact->verdict = DOMAIN_WARNING;
        buf_done(&text);
    }
}

static void paste_dmarc(struct facts *f, struct domain_fact *fact)
{
    struct buf name, text;
    buf_init(&name, TEXT_OCTETS);
    buf_init(&text, TEXT_OCTETS);
    if (dmarc_publish(&f->look->dmarc_question, &f->look->dmarc, &name, &text))
        fact_paste(f, fact, "%.*s. %d IN TXT \"%.*s\"", STR_ARG(buf_str(&name)), TTL_S,
                   STR_ARG(buf_str(&text)));
    buf_done(&name);
    buf_done(&text);
}

static void say_policy(struct facts *f, const struct dmarc_result *r)
{
    str policy = names_of(&DMARC_POLICY_NAMES, (int)r->policy);
    bool own = str_eq_nocase(r->found->domain, f->look->domain);
    struct domain_fact *fact = fact_add(f, "dmarc", f->look->domain, DOMAIN_OK,
                                        "There is a DMARC policy: %.*s%s%.*s.", STR_ARG(policy),
                                        own ? "" : ", from the record of ",
                                        STR_ARG(own ? STR_NONE : r->found->domain));
    fact_answer(f, fact, r->found->answer);
    add_problems(f, fact, r);
    paste_dmarc(f, fact);
}

static void say_dmarc(struct facts *f)
{
    const struct dmarc_result *r = &f->look->dmarc;
    struct domain_fact *fact = NULL;
    if (r->found && r->policy != DMARC_UNSAID) {
        say_policy(f, r);
        return;
    }
    if (r->result == AUTH_TEMPERROR)
        fact = fact_add(f, "dmarc", f->look->domain, DOMAIN_NOT_KNOWN,
                        "Whether there is a DMARC policy could not be looked up.");
    else if (r->result == AUTH_PERMERROR || r->problem_count > 0)
        fact = fact_add(f, "dmarc", f->look->domain, DOMAIN_WRONG,
                        "The DMARC record cannot be used: receivers act as if there were none.");
    else
        fact = fact_add(
            f, "dmarc", f->look->domain, DOMAIN_WARNING,
            "There is no DMARC record. Large receivers want one of everybody who sends much.");
    for (size_t i = 0; i < r->walk.count; i++)
        fact_answer(f, fact, r->walk.steps[i].answer);
    add_problems(f, fact, r);
    if (fact->verdict != DOMAIN_NOT_KNOWN)
        paste_dmarc(f, fact);
}

/* ---- DKIM ---- */

static void say_dkim(struct facts *f, const struct dkim_key *key)
{
    struct domain_fact *fact;
    if (key->result == AUTH_PASS)
        fact = fact_add(f, "dkim", key->name, DOMAIN_OK, "There is a DKIM key: %.*s, %u bits.",
                        STR_ARG(key->type), key->bits);
    else
        fact = fact_add(
            f, "dkim", key->name, key->result == AUTH_TEMPERROR ? DOMAIN_NOT_KNOWN : DOMAIN_WRONG,
            "There is no DKIM key that receivers can use: %.*s.", STR_ARG(key->sentence));
    if (key->testing)
        fact_say(f, fact,
                 "It is marked as a test (t=y): receivers may act as if nothing were signed.");
    if (key->record.n > 0)
        fact_evidence(f, fact, "TXT of %.*s: \"%.*s\"", STR_ARG(key->name), STR_ARG(key->record));
}

/* Of a domain that does not exist there is nothing more to say. */
void facts_auth(struct facts *f)
{
    if (f->look->mx.state == DOMAIN_MX_NO_DOMAIN)
        return;
    say_spf(f);
    say_dmarc(f);
    for (size_t i = 0; i < f->look->dkim_count; i++)
        say_dkim(f, &f->look->dkim[i]);
}
