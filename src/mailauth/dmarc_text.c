/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dmarc_text.c - a result in words, and the record to publish
 */
#include "base/escape.h"
#include "mailauth/dmarc.h"

static void put(struct buf *out, str name)
{
    (void)escape_line(name, out);
}

/* What a policy asks receivers to do with mail that fails. */
static const char *asks(enum dmarc_policy p)
{
    switch (p) {
    case DMARC_REJECT: return "refuse it";
    case DMARC_QUARANTINE: return "treat it as suspicious (the spam folder)";
    case DMARC_NONE: return "do nothing about it";
    case DMARC_UNSAID: break;
    }
    return "do something that could not be told";
}

static void identity(struct buf *out, const char *what, enum dmarc_alignment a, bool strict)
{
    static const char *const SAID[] = {
        [DMARC_NO_IDENTITY] = "passed for no domain",
        [DMARC_ALIGNED] = "passed for its own domain",
        [DMARC_NOT_ALIGNED] = "passed for a domain that is not of the same organisation",
        [DMARC_ALIGNMENT_UNKNOWN] = "passed for a domain of which could not be told whose it is",
    };
    bool only_strict = a == DMARC_NOT_ALIGNED && strict;
    buf_addf(out, "%s %s", what,
             only_strict ? "passed for a domain that is not exactly the same" : SAID[a]);
}

static void failed_text(const struct dmarc_result *r, str author, struct buf *out)
{
    const struct dmarc_record *d = &r->found->record;
    buf_add(out, STR("Mail from "));
    put(out, author);
    buf_add(out, STR(" fails DMARC: "));
    identity(out, "SPF", r->spf, d->spf_strict);
    buf_add(out, STR(", "));
    identity(out, "DKIM", r->dkim, d->dkim_strict);
    buf_add(out, STR(". The record of "));
    put(out, r->found->domain);
    buf_addf(out, " asks receivers to %s.", asks(r->policy));
}

static void passed_text(const struct dmarc_result *r, str author, struct buf *out)
{
    bool dkim = r->dkim == DMARC_ALIGNED;
    buf_add(out, STR("Mail from "));
    put(out, author);
    buf_addf(out, " passes DMARC by %s for ", dkim ? "DKIM" : "SPF");
    put(out, dkim ? r->aligned_dkim : r->aligned_spf);
    buf_addc(out, '.');
}

static bool has_fault(const struct dmarc_result *r, enum dmarc_fault fault)
{
    for (size_t i = 0; i < r->problem_count; i++)
        if (r->problems[i].fault == fault)
            return true;
    return false;
}

static void none_text(const struct dmarc_result *r, str author, struct buf *out)
{
    if (!author.n) {
        buf_add(out, STR("There is no domain in From, so that DMARC cannot be checked."));
        return;
    }
    if (r->found) {
        buf_add(out, STR("The DMARC record of "));
        put(out, r->found->domain);
        buf_add(out, STR(" has no policy that receivers could apply."));
        return;
    }
    buf_add(out, STR("No DMARC record applies to "));
    put(out, author);
    if (has_fault(r, DMARC_FAULT_SEVERAL) || has_fault(r, DMARC_FAULT_NEARLY))
        buf_add(out, STR(", because what stands there is not valid"));
    buf_addc(out, '.');
}

/* The failed step of the author's own walk; NULL: it was one of an identity's. */
static const struct dmarc_step *failed_step(const struct dmarc_result *r)
{
    const struct dmarc_step *s = r->walk.count ? &r->walk.steps[r->walk.count - 1] : NULL;
    bool good = s && (s->answer->code == DNS_OK || s->answer->code == DNS_NXDOMAIN) &&
                s->answer->trust != DNS_BOGUS;
    return good ? NULL : s;
}

static void unknown_text(const struct dmarc_result *r, str author, struct buf *out)
{
    const struct dmarc_step *s = failed_step(r);
    buf_add(out, STR("DMARC of "));
    put(out, author);
    if (!s) {
        buf_add(out, STR(" could not be told: whose domain it is that passed could not be asked."));
        return;
    }
    buf_add(out, STR(" could not be told: the question for _dmarc."));
    put(out, s->domain);
    str code = s->answer->trust == DNS_BOGUS ? STR("an answer whose signature is wrong")
                                             : names_of(&DNS_CODE_NAMES, (int)s->answer->code);
    buf_addf(out, " ended in %.*s.", STR_ARG(code));
}

void dmarc_result_text(const struct dmarc_question *q, const struct dmarc_result *r,
                       struct buf *out)
{
    switch (r->result) {
    case AUTH_PASS: passed_text(r, q->author, out); break;
    case AUTH_FAIL: failed_text(r, q->author, out); break;
    case AUTH_TEMPERROR: unknown_text(r, q->author, out); break;
    case AUTH_PERMERROR:
        buf_add(out, STR("The DMARC record of "));
        put(out, r->found->domain);
        buf_add(out, STR(" is broken: the same tag stands there with two values."));
        break;
    default: none_text(r, q->author, out); break;
    }
}

/* ------------------------------------------------------------------------------------------------
 * What to publish
 */
/* The text of a step that is a record, or was meant as one; of several the first of those that ask for most. */
static bool meant_record(const struct dmarc_step *s, struct dmarc_record *out)
{
    struct dmarc_record one;
    bool any = false;
    for (size_t i = 0; i < s->answer->count; i++) {
        const struct dns_record *rr = &s->answer->records[i];
        if (rr->type != DNS_TXT || (!dmarc_is_record(rr->data) && !dmarc_is_nearly(rr->data)))
            continue;
        dmarc_record_read(rr->data, &one);
        if (!any || one.p > out->p)
            *out = one;
        any = true;
    }
    return any;
}

static bool has_serious(const struct dmarc_record *d)
{
    for (size_t i = 0; i < d->problem_count; i++)
        if (dmarc_problem_serious(&d->problems[i]))
            return true;
    return false;
}

/* The step to be mended, and the record to be made of what stands there: that which applies, or else where none
 * counts, although some were meant to. NULL: none. */
static const struct dmarc_step *to_mend(const struct dmarc_result *r, struct dmarc_record *record)
{
    if (r->found && has_serious(&r->found->record)) {
        *record = r->found->record;
        return r->found;
    }
    for (size_t i = 0; i < r->walk.count; i++)
        if (!r->walk.steps[i].read && meant_record(&r->walk.steps[i], record))
            return &r->walk.steps[i];
    return NULL;
}

bool dmarc_publish(const struct dmarc_question *q, const struct dmarc_result *r, struct buf *name,
                   struct buf *text)
{
    struct dmarc_record record;
    if (!q->author.n || (!r->found && r->result == AUTH_TEMPERROR))
        return false;
    const struct dmarc_step *s = to_mend(r, &record);
    if (!s && r->found)
        return false;
    str org = dns_org_domain(q->author, q->suffixes);
    str at = s ? s->domain : org.n ? org : q->author;
    buf_add(name, STR("_dmarc."));
    buf_add(name, at);
    if (s)
        return dmarc_record_write(&record, text) && buf_ok(name);
    buf_add(text, STR("v=DMARC1; p=none; rua=mailto:postmaster@"));
    buf_add(text, at);
    return buf_ok(name) && buf_ok(text);
}
