/* SPDX-License-Identifier: ISC */
/*
 * explain/log_judge.c - the cause of a log's refusal
 */
#include "explain/log_judge.h"
#include "explain/log_hash.h"
#include "explain/read.h"

#include <stdlib.h>

enum { SETS = 2048, WAYS = 8, WORDS_MAX = 4096, SCRATCH_OCTETS = 1 << 20 };

struct answer {
    uint64_t key; /* 0: free */
    struct log_verdict verdict;
};

struct log_judge {
    struct explainer *explainer;
    uint64_t seed, asked;
    struct answer answers[SETS][WAYS];
    uint8_t next[SETS]; /* the way that is given up next */
    struct explanation explanation;
};

struct log_judge *log_judge_new(struct explainer *x, uint64_t seed)
{
    struct log_judge *j = calloc(1, sizeof *j);
    if (j) {
        j->explainer = x;
        j->seed = seed;
    }
    return j;
}

void log_judge_free(struct log_judge *j)
{
    free(j);
}

uint64_t log_judge_asked(const struct log_judge *j)
{
    return j->asked;
}

size_t log_judge_octets(void)
{
    return sizeof(struct log_judge) + SCRATCH_OCTETS;
}

/* "mx12.a.example" is "mx" here: what a server is for is in the first label's letters. */
static str role_of(str host)
{
    size_t i = 0;
    while (i < host.n && is_alpha(host.p[i]))
        i++;
    return str_take(host, i);
}

/* Does one end as the other's last two labels do? */
static bool same_organisation(str host, str domain)
{
    size_t dots = 0, i = domain.n;
    while (i > 0 && dots < 2)
        dots += domain.p[--i] == '.';
    str tail = str_skip(domain, dots == 2 ? i + 1 : 0);
    return tail.n && str_ends_nocase(host, tail);
}

static uint64_t key_of(const struct log_judge *j, const struct log_line *l)
{
    uint64_t h = log_words_hash(str_take(l->words, WORDS_MAX), j->seed);
    h = hash_mix(h, (uint64_t)l->code << 32 | l->enhanced.class << 24 |
                        (l->enhanced.subject & 0xfff) << 12 | (l->enhanced.detail & 0xfff));
    h = hash_mix(h, (uint64_t)l->event << 24 | (uint64_t)l->stage << 16 | (uint64_t)l->end << 8 |
                        l->dialect);
    h = hash_mix(h, (uint64_t)log_line_facts(l) << 32 | (uint64_t)l->by_port << 16 | l->port);
    if (l->by.n)
        h = hash_str(role_of(l->by), h + same_organisation(l->by, log_domain_of(l->to)));
    return h ? h : 1;
}

static bool ask(struct log_judge *j, const struct log_line *l, struct log_verdict *out,
                struct err *e)
{
    struct explanation *x = &j->explanation;
    struct arena memory;
    struct log_line cut = *l;
    bool good = false;
    arena_init(&memory, SCRATCH_OCTETS);
    *x = (struct explanation){ .page.memory = &memory, .page.form = FORM_LOG };
    cut.words = str_take(l->words, WORDS_MAX);
    log_line_settings(&cut, &x->page);
    if (!log_line_say(&cut, &x->page)) {
        err_set(e, ERR_MEMORY, "no memory for the words of a log line");
    } else {
        x->page.said[0].aside = false;
        x->page.plain = x->page.folded = x->page.said[0].text;
        explain_read_who(&x->page);
        struct explain_page page = x->page;
        good = explain_page(j->explainer, &page, &memory, x, e);
    }
    if (good) {
        out->cause = (uint8_t)x->best.cause;
        out->confidence = (uint8_t)(x->best.confidence * LOG_CONFIDENCE_PARTS + 0.5);
        out->hop = (uint8_t)x->hop;
        j->asked++;
    }
    arena_done(&memory);
    return good;
}

bool log_judge_line(struct log_judge *j, const struct log_line *l, struct log_verdict *out,
                    struct err *e)
{
    uint64_t key = key_of(j, l);
    size_t set = (size_t)(key >> 16) % SETS;
    struct answer *ways = j->answers[set];
    for (size_t i = 0; i < WAYS; i++)
        if (ways[i].key == key) {
            *out = ways[i].verdict;
            return true;
        }
    struct log_verdict verdict;
    if (!ask(j, l, &verdict, e))
        return false;
    ways[j->next[set]] = (struct answer){ key, verdict };
    j->next[set] = (uint8_t)((j->next[set] + 1) % WAYS);
    *out = verdict;
    return true;
}
