/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dmarc.c - from answers to a result: the walk, the policy, the alignment
 */
#include "mailauth/dmarc.h"
#include "base/escape.h"
#include <string.h>

static const struct name_row ALIGNMENT_ROWS[] = {
    { DMARC_NO_IDENTITY, STR_INIT("none") },
    { DMARC_ALIGNED, STR_INIT("aligned") },
    { DMARC_NOT_ALIGNED, STR_INIT("not-aligned") },
    { DMARC_ALIGNMENT_UNKNOWN, STR_INIT("unknown") },
};
const struct names DMARC_ALIGNMENT_NAMES = NAMES(ALIGNMENT_ROWS);

#define PREFIX "_dmarc."
enum {
    WALK_LABELS = 8
}; /* RFC 9989 section 4.10 step 4: from so many labels on, go to seven at once */

/* ------------------------------------------------------------------------------------------------
 * Names
 */
static str without_dots(str name)
{
    while (name.n && name.p[0] == '.')
        name = str_skip(name, 1);
    while (name.n && name.p[name.n - 1] == '.')
        name.n--;
    return name;
}

static str parent_of(str name)
{
    size_t dot = str_find_octet(name, '.');
    return dot == STR_NOT_FOUND ? STR_NONE : str_skip(name, dot + 1);
}

static size_t labels_of(str name)
{
    size_t n = name.n > 0;
    for (size_t i = 0; i < name.n; i++)
        n += name.p[i] == '.';
    return n;
}

/* The names to ask, longest first; returns how many. */
static size_t targets_of(str domain, str out[DMARC_WALK_MAX])
{
    size_t n = 0, labels = labels_of(domain);
    for (str at = domain; at.n && n < DMARC_WALK_MAX; labels--) {
        out[n++] = at;
        at = parent_of(at);
        for (; n == 1 && labels > WALK_LABELS; labels--)
            at = parent_of(at);
    }
    return n;
}

/* NULL: not there yet, and noted. A name that is too long to be asked does not exist. */
static const struct dns_answer *ask(struct dns_known *k, str target)
{
    static const struct dns_answer TOO_LONG = { .code = DNS_NXDOMAIN };
    char name[sizeof PREFIX + DNS_NAME_MAX] = PREFIX;
    size_t n = sizeof PREFIX - 1 + target.n;
    if (n >= DNS_NAME_MAX - 2)
        return &TOO_LONG;
    memcpy(name + sizeof PREFIX - 1, target.p, target.n);
    return dns_known_follow(k, (str){ name, n }, DNS_TXT);
}

static bool failed(const struct dns_answer *a)
{
    return (a->code != DNS_OK && a->code != DNS_NXDOMAIN) || a->trust == DNS_BOGUS;
}

/* ------------------------------------------------------------------------------------------------
 * One step, and the walk
 */
static void add_problem(struct dmarc_result *r, const struct dmarc_problem *p)
{
    if (r->problem_count < DMARC_PROBLEMS_MAX)
        r->problems[r->problem_count++] = *p;
}

static void read_step(struct dmarc_step *s)
{
    for (size_t i = 0; i < s->answer->count; i++) {
        const struct dns_record *rr = &s->answer->records[i];
        if (rr->type != DNS_TXT || !dmarc_is_record(rr->data))
            continue;
        if (s->records++ == 0)
            dmarc_record_read(rr->data, &s->record);
    }
    s->read = s->records == 1;
}

/* False: an answer is missing. The step is the last one when it failed. */
static bool take_step(struct dns_known *k, str target, struct dmarc_walk *w)
{
    struct dmarc_step *s = &w->steps[w->count];
    *s = (struct dmarc_step){ .domain = target, .answer = ask(k, target) };
    if (!s->answer)
        return false;
    w->count++;
    if (!failed(s->answer))
        read_step(s);
    return true;
}

static bool last_failed(const struct dmarc_walk *w)
{
    return w->count && failed(w->steps[w->count - 1].answer);
}

/* One label below the step's name, towards the name that the walk began at. */
static str one_below(const struct dmarc_walk *w, const struct dmarc_step *s)
{
    str whole = w->steps[0].domain;
    str before = str_take(whole, whole.n - s->domain.n - 1);
    size_t dot = str_rfind_octet(before, '.');
    return str_skip(whole, dot == STR_NOT_FOUND ? 0 : dot + 1);
}

/* RFC 9989 section 4.10.2: by psd=n, by psd=y one label above, by the shortest name that has a record; the
 * name itself where there is none. */
static str org_of(const struct dmarc_walk *w)
{
    str shortest = w->steps[0].domain;
    for (size_t i = 0; i < w->count; i++) {
        const struct dmarc_step *s = &w->steps[i];
        if (!s->read)
            continue;
        if (s->record.psd == DMARC_PSD_NO)
            return s->domain;
        if (s->record.psd == DMARC_PSD_YES && i > 0)
            return one_below(w, s);
        shortest = s->domain;
    }
    return shortest;
}

/* False: answers are missing; all that can be needed are noted. */
static bool walk(struct dns_known *k, str domain, struct dmarc_walk *w)
{
    str targets[DMARC_WALK_MAX];
    size_t n = targets_of(domain, targets);
    bool complete = true;
    w->count = 0;
    w->org_domain = STR_NONE;
    for (size_t i = 0; i < n; i++)
        complete &= ask(k, targets[i]) != NULL;
    for (size_t i = 0; complete && i < n; i++) {
        complete = take_step(k, targets[i], w);
        const struct dmarc_step *s = &w->steps[i];
        if (complete && (last_failed(w) || (s->read && s->record.psd != DMARC_PSD_UNSAID)))
            break;
    }
    if (complete && w->count && !last_failed(w))
        w->org_domain = org_of(w);
    return complete;
}

/* By the list: the domain itself when it is a public suffix. */
static str listed_org(str domain, const struct dns_suffixes *suffixes)
{
    str org = dns_org_domain(domain, suffixes);
    return org.n ? org : domain;
}

/* RFC 7489 section 6.6.3: the author's domain, then its organisational domain. */
static bool two_steps(struct dns_known *k, const struct dmarc_question *q, str author,
                      struct dmarc_walk *w)
{
    str org = listed_org(author, q->suffixes);
    bool second = !str_eq_nocase(org, author);
    bool complete = ask(k, author) != NULL;
    w->count = 0;
    w->org_domain = org;
    if (second)
        complete &= ask(k, org) != NULL;
    if (!complete || !take_step(k, author, w))
        return false;
    if (second && !last_failed(w) && w->steps[0].records == 0)
        return take_step(k, org, w);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Does the author's domain exist? (RFC 9989 section 3.2.13, as RFC 8020 has it)
 */
static bool existence(struct dns_known *k, str author, enum dmarc_existence *out)
{
    static const enum dns_type TYPES[] = { DNS_A, DNS_AAAA, DNS_MX };
    size_t missing = 0, absent = 0, there = 0;
    for (size_t i = 0; i < COUNT_OF(TYPES); i++) {
        const struct dns_answer *a = dns_known_follow(k, author, TYPES[i]);
        missing += a == NULL;
        absent += a && !failed(a) && a->code == DNS_NXDOMAIN;
        there += a && !failed(a) && a->code == DNS_OK;
    }
    *out = there                       ? DMARC_EXISTS
           : absent == COUNT_OF(TYPES) ? DMARC_DOES_NOT_EXIST
                                       : DMARC_EXISTENCE_UNKNOWN;
    return missing == 0;
}

/* ------------------------------------------------------------------------------------------------
 * Alignment
 */
bool dmarc_aligned(str author, str identity, bool strict, const struct dns_suffixes *suffixes)
{
    author = without_dots(author);
    identity = without_dots(identity);
    if (!author.n || !identity.n)
        return false;
    return str_eq_nocase(author, identity) || (!strict && dns_org_same(author, identity, suffixes));
}

struct alignment {
    struct dns_known *k;
    const struct dmarc_question *q;
    struct dmarc_result *r;
    str author;
    bool missing;
};

static enum dmarc_alignment align(struct alignment *a, str identity, bool strict)
{
    struct dmarc_walk w;
    if (!identity.n)
        return DMARC_NO_IDENTITY;
    if (a->q->standard == DMARC_RFC_7489)
        return dmarc_aligned(a->author, identity, strict, a->q->suffixes) ? DMARC_ALIGNED
                                                                          : DMARC_NOT_ALIGNED;
    if (str_eq_nocase(identity, a->author))
        return DMARC_ALIGNED;
    if (!walk(a->k, identity, &w)) {
        a->missing = true;
        return DMARC_ALIGNMENT_UNKNOWN;
    }
    if (strict)
        return DMARC_NOT_ALIGNED;
    if (!w.org_domain.n || !a->r->org_domain.n)
        return DMARC_ALIGNMENT_UNKNOWN;
    return str_eq_nocase(w.org_domain, a->r->org_domain) ? DMARC_ALIGNED : DMARC_NOT_ALIGNED;
}

/* The best of all signatures: aligned, unknown, not aligned, none. */
static enum dmarc_alignment better(enum dmarc_alignment a, enum dmarc_alignment b)
{
    static const int RANK[] = { [DMARC_NO_IDENTITY] = 0,
                                [DMARC_NOT_ALIGNED] = 1,
                                [DMARC_ALIGNMENT_UNKNOWN] = 2,
                                [DMARC_ALIGNED] = 3 };
    return RANK[b] > RANK[a] ? b : a;
}

static bool align_all(struct alignment *a, const struct dmarc_record *record)
{
    struct dmarc_result *r = a->r;
    str spf = without_dots(a->q->spf);
    r->spf = align(a, spf, record && record->spf_strict);
    if (r->spf == DMARC_ALIGNED)
        r->aligned_spf = spf;
    for (size_t i = 0; i < a->q->dkim_count && i < DMARC_DKIM_MAX; i++) {
        str dkim = without_dots(a->q->dkim[i]);
        enum dmarc_alignment this_one = align(a, dkim, record && record->dkim_strict);
        if (this_one == DMARC_ALIGNED && r->dkim != DMARC_ALIGNED)
            r->aligned_dkim = dkim;
        r->dkim = better(r->dkim, this_one);
    }
    return !a->missing;
}

/* ------------------------------------------------------------------------------------------------
 * The record, and its policy
 */
/* What is odd at a name: more than one record, or none and a text that was meant as one. */
static void look_for_oddities(struct dmarc_result *r, const struct dmarc_step *s)
{
    if (s->records > 1)
        add_problem(r, &(struct dmarc_problem){ .fault = DMARC_FAULT_SEVERAL, .where = s->domain });
    for (size_t i = 0; i < s->answer->count && !s->records && !failed(s->answer); i++) {
        const struct dns_record *rr = &s->answer->records[i];
        if (rr->type == DNS_TXT && dmarc_is_nearly(rr->data))
            add_problem(r, &(struct dmarc_problem){ .fault = DMARC_FAULT_NEARLY,
                                                    .value = rr->data,
                                                    .where = s->domain });
    }
}

/* RFC 9989 section 4.10.1: the author's domain, its organisational domain, the public suffix above. */
static const struct dmarc_step *record_that_applies(const struct dmarc_result *r)
{
    const struct dmarc_walk *w = &r->walk;
    if (w->steps[0].records > 0 || failed(w->steps[0].answer))
        return w->steps[0].read ? &w->steps[0] : NULL;
    for (size_t i = 1; i < w->count && r->org_domain.n; i++)
        if (w->steps[i].read && str_eq_nocase(w->steps[i].domain, r->org_domain))
            return &w->steps[i];
    const struct dmarc_step *last = &w->steps[w->count - 1];
    return last->read && last->record.psd == DMARC_PSD_YES && r->org_domain.n ? last : NULL;
}

static void choose_policy(struct dmarc_result *r, enum dmarc_standard standard)
{
    const struct dmarc_record *d = &r->found->record;
    bool below = r->found != &r->walk.steps[0];
    bool np = below && standard == DMARC_RFC_9989 && d->np != DMARC_UNSAID;
    enum dmarc_policy of_subdomains = d->sp != DMARC_UNSAID ? d->sp : d->p;
    r->by = below && d->sp != DMARC_UNSAID ? "sp" : "p";
    r->policy = below ? of_subdomains : d->p;
    if (!np || r->author_exists == DMARC_EXISTS || d->np == of_subdomains)
        return;
    r->by = r->author_exists == DMARC_DOES_NOT_EXIST ? "np" : NULL;
    r->policy = r->author_exists == DMARC_DOES_NOT_EXIST ? d->np : DMARC_UNSAID;
}

static enum dmarc_policy one_less(enum dmarc_policy p)
{
    return p == DMARC_REJECT ? DMARC_QUARANTINE : p == DMARC_QUARANTINE ? DMARC_NONE : p;
}

/* t=y asks for one less (RFC 9989 section 4.7); pct=0 for the same in the older standard. */
static void soften(struct dmarc_result *r, enum dmarc_standard standard)
{
    const struct dmarc_record *d = &r->found->record;
    if (standard == DMARC_RFC_9989 ? d->testing : d->pct == 0)
        r->policy = one_less(r->policy);
}

static enum auth_result result_of(const struct dmarc_result *r)
{
    if (!r->found)
        return last_failed(&r->walk) && r->walk.steps[0].records == 0 ? AUTH_TEMPERROR : AUTH_NONE;
    if (!r->found->record.applies)
        return r->found->record.broken ? AUTH_PERMERROR : AUTH_NONE;
    if (r->spf == DMARC_ALIGNED || r->dkim == DMARC_ALIGNED)
        return AUTH_PASS;
    if (r->spf == DMARC_ALIGNMENT_UNKNOWN || r->dkim == DMARC_ALIGNMENT_UNKNOWN)
        return AUTH_TEMPERROR;
    return AUTH_FAIL;
}

static void conclude(const struct dmarc_question *q, struct dmarc_result *r)
{
    for (size_t i = 0; i < r->walk.count; i++)
        look_for_oddities(r, &r->walk.steps[i]);
    for (size_t i = 0; r->found && i < r->found->record.problem_count; i++)
        add_problem(r, &r->found->record.problems[i]);
    if (r->found && r->found->record.applies) {
        choose_policy(r, q->standard);
        soften(r, q->standard);
    }
    r->result = result_of(r);
    r->disposition = r->result == AUTH_FAIL ? r->policy : DMARC_NONE;
}

bool dmarc_check(struct dns_known *k, const struct dmarc_question *q, struct dmarc_result *out)
{
    str author = without_dots(q->author);
    *out = (struct dmarc_result){ .result = AUTH_NONE, .disposition = DMARC_NONE };
    if (!author.n)
        return true; /* RFC 9989 section 5.3.1: nothing to check */
    struct alignment a = { .k = k, .q = q, .r = out, .author = author };
    bool complete = q->standard == DMARC_RFC_7489 ? two_steps(k, q, author, &out->walk)
                                                  : walk(k, author, &out->walk);
    if (q->standard == DMARC_RFC_9989)
        complete &= existence(k, author, &out->author_exists);
    out->org_domain = out->walk.org_domain;
    out->found = complete ? record_that_applies(out) : NULL;
    if (!align_all(&a, out->found ? &out->found->record : NULL) || !complete)
        return false;
    conclude(q, out);
    return true;
}
