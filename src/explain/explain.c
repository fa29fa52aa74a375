/* SPDX-License-Identifier: ISC */
/*
 * explain/explain.c - from a text to the cause
 */
#include "explain/explain.h"
#include "explain/about.h"
#include "explain/clean.h"
#include "explain/dialect.h"
#include "explain/mask.h"
#include "explain/read.h"
#include "explain/splits.h"
#include "explain/tell.h"
#include "explain/weigh.h"

#include <stdlib.h>
#include <string.h>

#define SURE_OF_A_LETTER 0.9
#define KNOWN            0.25 /* below this share the cause is not known */
#define SURE             0.5  /* from this share on a refusal speaks for itself */
#define MORE             1.5 /* times the share of the best refusal that the text as a whole must come to */
#define OPEN             0.04 /* a family of this share is left open by the text */
enum { SPOKEN_FOR = -6 };     /* decibans that a cause reaches only where something spoke for it */

struct explainer {
    struct weigher *weigher;
};

struct explainer *explainer_new(bool many)
{
    struct explainer *x = calloc(1, sizeof *x);
    if (x)
        x->weigher = weigher_new(many);
    if (x && x->weigher)
        return x;
    explainer_free(x);
    return NULL;
}

void explainer_free(struct explainer *x)
{
    if (!x)
        return;
    weigher_free(x->weigher);
    free(x);
}

/* A refusal with what it came to. */
struct judged {
    const struct explain_said *said;
    struct weighed weighed;
};

static double share(const struct judged *j)
{
    return j->weighed.family[j->weighed.best];
}

/* Is there an answer at all? */
static bool answers(const struct judged *j)
{
    return share(j) >= KNOWN && share(j) > j->weighed.none;
}

static bool known(const struct judged *j)
{
    return share(j) >= SURE && j->weighed.none < share(j);
}

/* Is this one passed over for a later one? A connection that failed before another was answered, a "come back later"
 * that was followed by a refusal for good, a reply that only says that the conversation is over. */
static bool yields(const struct judged *j, const struct judged *later)
{
    const struct explain_said *a = j->said, *b = later->said;
    if (!known(later))
        return false;
    if (a->end != SMTP_END_REPLY && b->end == SMTP_END_REPLY && b->code &&
        a->stage <= SMTP_STAGE_CONNECT)
        return true;
    if (a->code / 100 == 4 && b->code / 100 == 5)
        return true;
    return j->weighed.best == FAMILY_OTHER_NOT_RELAY &&
           later->weighed.best != FAMILY_OTHER_NOT_RELAY;
}

/* The first that is known and yields to none; else the surest. */
static size_t choose(const struct judged *all, size_t count)
{
    size_t best = 0;
    for (size_t i = 0; i < count; i++) {
        bool stands = known(&all[i]);
        for (size_t j = i + 1; stands && j < count; j++)
            stands = !yields(&all[i], &all[j]);
        if (stands)
            return i;
        if (share(&all[i]) > share(&all[best]))
            best = i;
    }
    return best;
}

static enum explain_dialect dialect_of_page(const struct explain_page *p, struct arena *memory)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct explain_said *s = &p->said[i];
        enum explain_dialect d = s->aside ? DIALECT_NONE
                                          : dialect_of(matcher_fold(s->text, memory), s->by);
        if (d)
            return d;
    }
    return p->form == FORM_BOUNCE
               ? DIALECT_NONE
               : dialect_of(matcher_fold(str_take(p->folded, 8192), memory), p->server);
}

/* The text as it is, as if it were one refusal: where no reader found one, or none in which anything was known. */
static struct explain_said whole_text(const struct explain_page *p)
{
    return (struct explain_said){ .form = p->form, .text = p->folded };
}

/* Those aside only where there is no other; count is never more than the page's. */
static bool weigh_all(struct explainer *x, const struct explain_page *p,
                      const struct page_weight *page, struct judged *all, size_t *count,
                      struct err *e)
{
    for (int aside = 0; aside < 2 && !*count; aside++)
        for (size_t i = 0; i < p->count; i++) {
            if (p->said[i].aside != (aside == 1))
                continue;
            struct judged *j = &all[(*count)++];
            j->said = &p->said[i];
            if (!weigh_said(x->weigher, p, j->said, page, p->memory, &j->weighed, e))
                return false;
        }
    return true;
}

/* The refusal that counts, weighed. NULL: memory is short. */
static const struct judged *judge(struct explainer *x, const struct explain_page *p, struct err *e)
{
    struct page_weight *page = arena_alloc(p->memory, sizeof *page);
    struct judged *all = arena_alloc(p->memory, (p->count + 1) * sizeof *all);
    struct explain_said *whole = arena_alloc(p->memory, sizeof *whole);
    size_t count = 0;
    if (!page || !all || !whole) {
        err_set(e, ERR_MEMORY, "no memory for %zu refusals", p->count);
        return NULL;
    }
    if (!weigh_page(x->weigher, p, p->memory, page, e) || !weigh_all(x, p, page, all, &count, e))
        return NULL;
    size_t best = choose(all, count);
    /* a refusal in words that nobody knows may be explained by what stands around it */
    bool open = !count || !answers(&all[best]) ||
                (!known(&all[best]) && all[best].weighed.best == FAMILY_OTHER_NOT_RELAY);
    if (!open)
        return &all[best];
    *whole = whole_text(p);
    all[count].said = whole;
    if (!weigh_said(x->weigher, p, whole, page, p->memory, &all[count].weighed, e))
        return NULL;
    bool better = known(&all[count]) && share(&all[count]) >= MORE * share(&all[best]);
    return count && answers(&all[best]) && !better ? &all[best] : &all[count];
}

static void add_also(struct explanation *out, const struct weighed *w)
{
    bool told[FAMILIES] = { [0] = false };
    if (out->best.cause)
        told[w->best] = true;
    while (out->also_count < EXPLAIN_ALSO) {
        int next = -1;
        for (int f = 0; f < FAMILIES; f++)
            if (!told[f] && w->family[f] >= OPEN && (next < 0 || w->family[f] > w->family[next]))
                next = f;
        if (next < 0)
            return;
        told[next] = true;
        enum cause_id c = weigh_cause_in(w, (enum cause_family)next);
        if (w->score[c] < SPOKEN_FOR)
            continue;
        out->also[out->also_count++] = (struct explain_guess){ c, w->family[next] };
    }
}

/* A reply in words that nobody knows leaves open what replies of its kind mostly mean (RFC 5321 section 4.2.1). */
static void add_usual(struct explanation *out, unsigned code)
{
    static const enum cause_id FOR_GOOD[] = { CAUSE_RECIPIENT_UNKNOWN, CAUSE_CONTENT_REJECTED,
                                              CAUSE_IP_BLOCKLISTED },
                               FOR_NOW[] = { CAUSE_GREYLISTED_TEMPORARY, CAUSE_RATE_LIMITED };
    const enum cause_id *usual = code / 100 == 5 ? FOR_GOOD : FOR_NOW;
    size_t count = code / 100 == 5 ? COUNT_OF(FOR_GOOD) : code / 100 == 4 ? COUNT_OF(FOR_NOW) : 0;
    for (size_t i = 0; i < count; i++)
        out->also[out->also_count++] = (struct explain_guess){ usual[i], OPEN };
}

static void add_proves(struct explanation *out, const struct weighed *w)
{
    for (size_t i = 0; i < w->spoke_count; i++) {
        const char *proves = w->spoke[i].row->proves;
        if (proves && out->proves_count < EXPLAIN_PROVES)
            out->proves[out->proves_count++] = str_from(proves);
    }
}

static void answer(struct explanation *out, const struct judged *j)
{
    const struct weighed *w = &j->weighed;
    const struct explain_page *p = &out->page;
    memcpy(out->spoke, w->spoke, sizeof out->spoke);
    out->spoke_count = w->spoke_count;
    out->said = j->said >= p->said && j->said < p->said + p->count ? j->said : NULL;
    if (answers(j))
        out->best = (struct explain_guess){ weigh_cause_in(w, w->best), share(j) };
    add_also(out, w);
    if (out->best.cause == CAUSE_OTHER_NOT_RELAY && share(j) < SURE && !out->also_count)
        add_usual(out, j->said->code);
    add_proves(out, w);
    if (out->best.cause && out->also_count)
        out->splits = splits_of(out->best.cause, out->also[0].cause);
    out->relay = out->best.cause && family_is_relay(w->best);
}

bool explain_page(struct explainer *x, struct explain_page *page, struct arena *memory,
                  struct explanation *out, struct err *e)
{
    *out = (struct explanation){ .page = *page };
    struct explain_page *p = &out->page;
    p->memory = memory;
    enum about about = about_mail(p);
    out->about_mail = about != ABOUT_OTHER;
    if (!out->about_mail) {
        out->summary = tell_summary(out, memory);
        return true;
    }
    if (p->dialect == DIALECT_NONE)
        p->dialect = dialect_of_page(p, memory);
    const struct judged *j = judge(x, p, e);
    if (!j)
        return false;
    answer(out, j);
    if (about == ABOUT_OPEN && !out->best.cause) {
        out->about_mail = false;
        out->also_count = 0;
    }
    out->hop = tell_hop(out);
    out->who_refused = tell_who(out, memory);
    out->summary = tell_summary(out, memory);
    if (!out->summary.n || (out->best.cause && !out->who_refused.n))
        return err_set(e, ERR_MEMORY, "no memory for the answer");
    return true;
}

/* A letter that somebody wrote, in which nobody is shown to refuse, is explained only where its words are sure. */
static void doubt_a_letter(struct explanation *x, struct arena *memory)
{
    bool letter = (x->cleaned & CLEANED_MESSAGE) && x->page.form == FORM_NONE && !x->said;
    if (!letter || x->best.confidence >= SURE_OF_A_LETTER)
        return;
    struct explanation doubtful = { .cleaned = x->cleaned, .page = x->page };
    *x = doubtful;
    x->summary = tell_summary(x, memory);
}

bool explain_text(struct explainer *x, str octets, struct arena *memory, struct explanation *out,
                  struct err *e)
{
    size_t hidden;
    unsigned cleaned;
    str masked = explain_mask(octets, memory, &hidden);
    if (!masked.p)
        return err_set(e, ERR_MEMORY, "no memory for a text of %zu octets", octets.n);
    struct explain_page *p = arena_alloc(memory, sizeof *p);
    if (!p)
        return err_set(e, ERR_MEMORY, "no memory for the page");
    p->memory = memory;
    if (!explain_clean(masked, memory, &p->plain, &cleaned, e))
        return false;
    /* Once more: some stood in quoted-printable, base64 or entities. */
    size_t more;
    p->plain = explain_mask(p->plain, memory, &more);
    if (!p->plain.p)
        return err_set(e, ERR_MEMORY, "no memory for a text of %zu octets", octets.n);
    p->folded = explain_fold(p->plain, memory);
    explain_read_bounce(p);
    explain_read_log(p);
    explain_read_transcript(p);
    explain_read_library(p);
    explain_read_dialog(p);
    explain_read_reply(p);
    explain_read_who(p);
    if (!explain_page(x, p, memory, out, e))
        return false;
    out->cleaned = cleaned;
    doubt_a_letter(out, memory);
    out->hidden = hidden + more;
    return true;
}
