/* SPDX-License-Identifier: ISC */
/*
 * explain/weigh.c - evidence added up
 */
#include "explain/weigh.h"

#include <stdlib.h>
#include <string.h>

static const struct explain_rows *const TABLES[] = {
    &ROWS_OWN, &ROWS_RELAY, &ROWS_LOGIN, &ROWS_PATH, &ROWS_SENDER, &ROWS_RECIPIENT, &ROWS_TELLS,
};

enum { PRIOR = -18, NONE_SCORE = 0, SCORE_FAR = 120 };
/* A reply that refuses is at the least a refusal for a reason of its own, in words that nobody here knows. */
enum { REFUSED_AT_LEAST = 2 };

/* How much likelier than the common cause, before a word is read: from 187 threads and the shape of the trade. */
static const struct explain_speaks PRIORS[] = {
    { CAUSE_CLIENT_NEVER_AUTHENTICATES, 3 },
    { CAUSE_WRONG_CREDENTIALS, 3 },
    { CAUSE_DOMAIN_NOT_CONFIGURED, 2 },
    { CAUSE_IP_NOT_TRUSTED, 1 },
    { CAUSE_RECIPIENT_UNKNOWN, 3 },
    { CAUSE_IP_BLOCKLISTED, 2 },
    { CAUSE_OTHER_NOT_RELAY, 2 },
    { CAUSE_HELO_INSTEAD_OF_EHLO, -4 },
    { CAUSE_IP_HIDDEN_BY_NAT, -4 },
    { CAUSE_LOGIN_NOT_HONOURED, -4 },
    { CAUSE_DNS_DELEGATION, -6 },
    { CAUSE_DOMAIN_STILL_LOCAL, -4 },
    { CAUSE_DNS_CHANGE_PENDING, -3 },
    { CAUSE_REDIRECTED_BY_NETWORK, -4 },
    { CAUSE_IPV6_DIFFERS, -3 },
    { CAUSE_PASSWORD_MANGLED, -4 },
    { CAUSE_MECHANISM_OFFERED_BUT_DEAD, -4 },
    { CAUSE_STARTTLS_STRIPPED, -4 },
    { CAUSE_OWN_ADDRESS_REFUSED, -4 },
};

struct weigher {
    struct matcher *matcher;
    const struct explain_row **rows;
    size_t count;
};

struct weigher *weigher_new(bool many)
{
    struct weigher *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(TABLES); i++)
        w->count += TABLES[i]->count;
    w->rows = calloc(w->count, sizeof *w->rows); /* NOLINT(bugprone-sizeof-expression): pointers */
    w->matcher = matcher_new(w->count, many);
    bool made = w->rows && w->matcher;
    size_t n = 0;
    for (size_t i = 0; made && i < COUNT_OF(TABLES); i++)
        for (size_t j = 0; made && j < TABLES[i]->count; j++, n++) {
            w->rows[n] = &TABLES[i]->rows[j];
            made = matcher_set(w->matcher, n, w->rows[n]->key, w->rows[n]->pattern);
        }
    if (!made) {
        weigher_free(w);
        return NULL;
    }
    return w;
}

void weigher_free(struct weigher *w)
{
    if (!w)
        return;
    matcher_free(w->matcher);
    free(w->rows);
    free(w);
}

bool weigher_check(struct weigher *w, struct err *e)
{
    return matcher_check(w->matcher, e);
}

static unsigned code_bit(unsigned code)
{
    static const struct {
        unsigned code, bit;
    } CODES[] = {
        { 421, CODE_421 }, { 450, CODE_450 }, { 451, CODE_451 }, { 452, CODE_452 },
        { 454, CODE_454 }, { 500, CODE_50X }, { 501, CODE_50X }, { 502, CODE_50X },
        { 504, CODE_50X }, { 503, CODE_503 }, { 530, CODE_530 }, { 534, CODE_534 },
        { 538, CODE_534 }, { 535, CODE_535 }, { 550, CODE_550 }, { 551, CODE_551 },
        { 552, CODE_552 }, { 553, CODE_553 }, { 554, CODE_554 },
    };
    for (size_t i = 0; i < COUNT_OF(CODES); i++)
        if (CODES[i].code == code)
            return CODES[i].bit;
    return !code ? CODE_NONE : code / 100 == 4 ? CODE_4XX : CODE_5XX;
}

/* "5.7.64", "x.7.1" */
static bool is_enhanced(str want, const struct smtp_enhanced *x)
{
    const unsigned have[3] = { x->class, x->subject, x->detail };
    for (size_t i = 0; i < 3; i++) {
        str part = str_cut(&want, '.');
        uint64_t n;
        if (!str_eq(part, STR("x")) && (!str_to_u64(part, 999, &n) || n != have[i]))
            return false;
    }
    return true;
}

static bool enhanced_meets(const char *list, const struct smtp_enhanced *x)
{
    if (!list)
        return true;
    if (!x->class)
        return false;
    for (str rest = str_from(list); rest.p;)
        if (is_enhanced(str_cut(&rest, '|'), x))
            return true;
    return false;
}

/* cPanel is Exim with words of its own. */
static bool is_dialect(enum explain_dialect want, enum explain_dialect have)
{
    return !want || want == have || (want == DIALECT_EXIM && have == DIALECT_CPANEL);
}

static bool page_meets(const struct explain_row *r, const struct explain_page *p)
{
    return (!r->forms || (r->forms >> p->form & 1)) && (p->facts & r->facts) == r->facts &&
           !(p->facts & r->facts_not) && is_dialect(r->dialect, p->dialect);
}

bool weigh_meets(const struct explain_row *r, const struct explain_page *p,
                 const struct explain_said *s)
{
    return page_meets(r, p) && (!r->codes || (r->codes & code_bit(s->code))) &&
           enhanced_meets(r->enhanced, &s->enhanced) &&
           (!r->stages || !s->stage || (r->stages >> s->stage & 1)) &&
           (!r->hops || (r->hops >> s->hop & 1));
}

static void speak(const struct explain_row *r, str where, int *score,
                  struct explain_evidence *spoke, size_t *count)
{
    for (size_t i = 0; i < COUNT_OF(r->speaks) && r->speaks[i].cause; i++)
        score[r->speaks[i].cause] += r->speaks[i].weight;
    if (*count < EXPLAIN_SPOKE)
        spoke[(*count)++] = (struct explain_evidence){ r, where };
}

/* A row over the page that also asks for a code, a stage or a hop is met with the refusal. */
static bool is_of_page(const struct explain_row *r)
{
    return r->of_page && !r->codes && !r->enhanced && !r->stages && !r->hops;
}

bool weigh_page(struct weigher *w, const struct explain_page *p, struct arena *memory,
                struct page_weight *out, struct err *e)
{
    for (size_t c = 0; c < CAUSES; c++)
        out->score[c] = PRIOR;
    for (size_t i = 0; i < COUNT_OF(PRIORS); i++)
        out->score[PRIORS[i].cause] += PRIORS[i].weight;
    out->spoke_count = 0;
    out->text = matcher_read(w->matcher, p->folded, memory);
    if (!out->text.text.p)
        return err_set(e, ERR_MEMORY, "no memory for a text of %zu octets", p->folded.n);
    for (size_t i = 0; i < w->count; i++) {
        const struct explain_row *r = w->rows[i];
        str where;
        if (is_of_page(r) && page_meets(r, p) && matcher_finds(w->matcher, i, &out->text, &where))
            speak(r, where, out->score, out->spoke, &out->spoke_count);
    }
    return true;
}

bool weigh_said(struct weigher *w, const struct explain_page *p, const struct explain_said *s,
                const struct page_weight *page, struct arena *memory, struct weighed *out,
                struct err *e)
{
    memcpy(out->score, page->score, sizeof out->score);
    memcpy(out->spoke, page->spoke, sizeof out->spoke);
    out->spoke_count = page->spoke_count;
    struct matcher_text text = matcher_read(w->matcher, s->text, memory);
    if (!text.text.p)
        return err_set(e, ERR_MEMORY, "no memory for a reply of %zu octets", s->text.n);
    for (size_t i = 0; i < w->count; i++) {
        const struct explain_row *r = w->rows[i];
        str where;
        if (!is_of_page(r) && r->speaks[0].cause && weigh_meets(r, p, s) &&
            matcher_finds(w->matcher, i, r->of_page ? &page->text : &text, &where))
            speak(r, where, out->score, out->spoke, &out->spoke_count);
    }
    if ((s->code >= 400 || s->enhanced.class >= 4) && s->text.n > 0 &&
        out->score[CAUSE_OTHER_NOT_RELAY] < REFUSED_AT_LEAST)
        out->score[CAUSE_OTHER_NOT_RELAY] = REFUSED_AT_LEAST;
    weigh_share(out);
    return true;
}

/* 10 to the power of decibans / 10. */
static double odds(int decibans)
{
    static const double TENTHS[] = {
        1.0,        1.258925412, 1.584893192, 1.995262315, 2.511886432,
        3.16227766, 3.981071706, 5.011872336, 6.30957344,  7.943282347
    };
    int d = decibans > SCORE_FAR ? SCORE_FAR : decibans < -SCORE_FAR ? -SCORE_FAR : decibans;
    double o = TENTHS[(d % 10 + 10) % 10];
    for (d -= (d % 10 + 10) % 10; d > 0; d -= 10)
        o *= 10;
    for (; d < 0; d += 10)
        o /= 10;
    return o;
}

void weigh_share(struct weighed *w)
{
    double all = odds(NONE_SCORE);
    for (size_t c = CAUSE_NONE + 1; c < CAUSES; c++)
        all += w->cause[c] = odds(w->score[c]);
    w->none = odds(NONE_SCORE) / all;
    memset(w->family, 0, sizeof w->family);
    for (size_t c = CAUSE_NONE + 1; c < CAUSES; c++) {
        w->cause[c] /= all;
        w->family[cause_of((enum cause_id)c)->family] += w->cause[c];
    }
    w->best = 0;
    for (size_t f = 1; f < FAMILIES; f++)
        if (w->family[f] > w->family[w->best])
            w->best = (enum cause_family)f;
}

enum cause_id weigh_cause_in(const struct weighed *w, enum cause_family f)
{
    enum cause_id best = CAUSE_NONE;
    for (size_t c = CAUSE_NONE + 1; c < CAUSES; c++)
        if (cause_of((enum cause_id)c)->family == f &&
            (best == CAUSE_NONE || w->cause[c] > w->cause[best]))
            best = (enum cause_id)c;
    return best;
}
