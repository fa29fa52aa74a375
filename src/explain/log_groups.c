/* SPDX-License-Identifier: ISC */
/*
 * explain/log_groups.c - counts of what is alike
 */
#include "explain/log_groups.h"
#include "explain/log_hash.h"
#include "explain/log_line.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 1024, NAME_MAX_OCTETS = 255, EXAMPLE_MAX = 480, EXAMPLE_LATE = 16 };
/* Examples are kept of every group while the store is so far from full, then of large groups. */
enum { EXAMPLES_PART = 3 };
enum { COUNT_HIGH_SHIFT = 32 };
/* What a row says is packed into 24 bits. */
enum { CAUSE_BITS = 7, PARTS_BITS = 7, SIDE_BITS = 2, HOP_BITS = 3, DIALECT_BITS = 5 };

struct row {
    uint64_t key;
    uint32_t count_low, first, last; /* seconds since 1970; 0: no time */
    uint32_t error;
    uint32_t text; /* where its names lie in the store; 0: gone */
    uint32_t count_high : 8, cause : CAUSE_BITS,
                                     confidence : PARTS_BITS,
                                                  side : SIDE_BITS,
                                                         hop : HOP_BITS,
                                                               dialect : DIALECT_BITS;
};
_Static_assert(sizeof(struct row) == 32, "a million rows are 32 MB");
_Static_assert(CAUSES <= 1 << CAUSE_BITS && LOG_CONFIDENCE_PARTS < 1 << PARTS_BITS &&
                   SIDES <= 1 << SIDE_BITS && DIALECTS <= 1 << DIALECT_BITS,
               "fits the row");

/* Before the names in the store. */
struct head {
    uint32_t row;
    uint16_t example;
    uint8_t client, sender, domain;
};
enum { HEAD = 9 };

struct log_groups {
    struct row *rows;
    size_t count, max;
    uint32_t *slots; /* 1 + row; 0: free. Or the order of rows, while ordered */
    size_t slot_count;
    bool ordered;
    char *text;
    size_t used, room;
    uint64_t seed;
    uint64_t least; /* no row counts less, once all rows are taken */
    size_t hand;    /* rows before it have been looked at for this least */
};

size_t log_groups_row_octets(void)
{
    return sizeof(struct row) + 2 * sizeof(uint32_t) + 1;
}

struct log_groups *log_groups_new(size_t groups, size_t text_octets, uint64_t seed)
{
    struct log_groups *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    g->max = groups;
    g->room = text_octets;
    g->used = 1; /* 0 is "gone" */
    g->seed = seed;
    g->slot_count = FIRST_SLOTS;
    /* Zeroed memory of that size costs nothing until it is touched. */
    g->rows = calloc(groups, sizeof *g->rows);
    g->text = calloc(1, text_octets);
    g->slots = calloc(g->slot_count, sizeof *g->slots);
    if (!g->rows || !g->text || !g->slots) {
        log_groups_free(g);
        return NULL;
    }
    return g;
}

void log_groups_free(struct log_groups *g)
{
    if (!g)
        return;
    free(g->rows);
    free(g->text);
    free(g->slots);
    free(g);
}

size_t log_groups_kept(const struct log_groups *g)
{
    return g->count;
}

static uint64_t count_of(const struct row *r)
{
    return (uint64_t)r->count_high << COUNT_HIGH_SHIFT | r->count_low;
}

static void set_count(struct row *r, uint64_t count)
{
    const uint64_t most = ((uint64_t)UINT8_MAX << COUNT_HIGH_SHIFT) | UINT32_MAX;
    if (count > most)
        count = most;
    r->count_low = (uint32_t)count;
    r->count_high = (uint8_t)(count >> COUNT_HIGH_SHIFT);
}

/* ---- the index: open addressing, one step at a time ---- */

static size_t home_of(const struct log_groups *g, uint64_t key)
{
    return (size_t)(key >> 20) & (g->slot_count - 1);
}

static size_t slot_of(const struct log_groups *g, uint64_t key)
{
    size_t i = home_of(g, key);
    while (g->slots[i] && g->rows[g->slots[i] - 1].key != key)
        i = (i + 1) & (g->slot_count - 1);
    return i;
}

static void fill_index(struct log_groups *g)
{
    memset(g->slots, 0, g->slot_count * sizeof *g->slots);
    for (size_t i = 0; i < g->count; i++)
        g->slots[slot_of(g, g->rows[i].key)] = (uint32_t)i + 1;
    g->ordered = false;
}

/* At least two slots a row: they hold the order too, and its other half while it is made. */
static bool grow_index(struct log_groups *g)
{
    if ((g->count + 1) * 2 <= g->slot_count)
        return true;
    uint32_t *more = calloc(g->slot_count * 2, sizeof *more);
    if (!more)
        return false;
    free(g->slots);
    g->slots = more;
    g->slot_count *= 2;
    fill_index(g);
    return true;
}

/* Takes a key out; those behind it that it had pushed on move up. */
static void take_out(struct log_groups *g, uint64_t key)
{
    size_t mask = g->slot_count - 1, hole = slot_of(g, key), i = hole;
    for (;;) {
        i = (i + 1) & mask;
        if (!g->slots[i])
            break;
        size_t home = home_of(g, g->rows[g->slots[i] - 1].key);
        /* Does its way from home to i lead over the hole? */
        if (((i - home) & mask) >= ((i - hole) & mask)) {
            g->slots[hole] = g->slots[i];
            hole = i;
        }
    }
    g->slots[hole] = 0;
}

/* ---- names ---- */

static void put(char **at, const void *p, size_t n)
{
    if (n)
        memcpy(*at, p, n);
    *at += n;
}

static void head_read(const char *at, struct head *h)
{
    memcpy(&h->row, at, 4);
    memcpy(&h->example, at + 4, 2);
    h->client = (uint8_t)at[6];
    h->sender = (uint8_t)at[7];
    h->domain = (uint8_t)at[8];
}

static size_t size_of(const struct head *h)
{
    return HEAD + (size_t)h->client + h->sender + h->domain + h->example;
}

enum { EXACT = 64, WEIGHTS = EXACT + 40 };

/* Classes of counts: each small one by itself, large ones by powers of two. */
static unsigned weight_of(const struct row *r)
{
    uint64_t c = count_of(r);
    unsigned bits = 0;
    if (c < EXACT)
        return (unsigned)c;
    while (c >>= 1)
        bits++;
    return EXACT + bits - 6;
}

/* Throws out names, of the smallest groups first, until half of the store is free; examples go before names. */
static void make_room(struct log_groups *g)
{
    size_t names[WEIGHTS] = { 0 }, kept = 0, limit = WEIGHTS, part;
    struct head h;
    for (size_t at = 1; at < g->used; at += size_of(&h)) {
        head_read(g->text + at, &h);
        if (g->rows[h.row].text == at)
            names[weight_of(&g->rows[h.row])] += size_of(&h) - h.example;
    }
    while (limit > 0 && kept + names[limit - 1] <= g->room / 4)
        kept += names[--limit];
    /* Of the class at the limit as many as fit. */
    part = g->room / 4 > kept ? g->room / 4 - kept : 0;
    size_t to = 1, size, examples = g->room / 4;
    for (size_t at = 1; at < g->used; at += size) {
        head_read(g->text + at, &h);
        size = size_of(&h);
        struct row *r = &g->rows[h.row];
        if (r->text != at)
            continue;
        unsigned weight = weight_of(r);
        size_t short_size = size - h.example;
        bool at_limit = limit > 0 && weight == limit - 1 && short_size <= part;
        if (weight < limit && !at_limit) {
            r->text = 0;
            continue;
        }
        if (at_limit)
            part -= short_size;
        if (at_limit || h.example > examples)
            h.example = 0;
        examples -= h.example;
        memmove(g->text + to, g->text + at, short_size + h.example);
        memcpy(g->text + to + 4, &h.example, 2);
        r->text = (uint32_t)to;
        to += short_size + h.example;
    }
    g->used = to;
}

static str name_cut(str s)
{
    return str_take(s, NAME_MAX_OCTETS);
}

static void keep_names(struct log_groups *g, size_t row, const struct log_hit *hit, bool example)
{
    str client = name_cut(hit->client), sender = name_cut(hit->sender),
        domain = name_cut(hit->domain), line = str_take(hit->line, example ? EXAMPLE_MAX : 0);
    struct head h = { (uint32_t)row, (uint16_t)line.n, (uint8_t)client.n, (uint8_t)sender.n,
                      (uint8_t)domain.n };
    g->rows[row].text = 0;
    if (size_of(&h) > g->room - g->used)
        make_room(g);
    if (size_of(&h) > g->room - g->used)
        return;
    char *at = g->text + g->used;
    g->rows[row].text = (uint32_t)g->used;
    put(&at, &h.row, 4);
    put(&at, &h.example, 2);
    put(&at, &h.client, 1);
    put(&at, &h.sender, 1);
    put(&at, &h.domain, 1);
    put(&at, client.p, client.n);
    put(&at, sender.p, sender.n);
    put(&at, domain.p, domain.n);
    put(&at, line.p, line.n);
    g->used += size_of(&h);
}

static bool has_example(const struct log_groups *g, size_t row)
{
    struct head h;
    head_read(g->text + g->rows[row].text, &h);
    return h.example > 0;
}

static void names_of_row(struct log_groups *g, size_t row, const struct log_hit *hit)
{
    bool plenty = g->used < g->room / EXAMPLES_PART;
    uint64_t count = count_of(&g->rows[row]);
    if (!g->rows[row].text)
        keep_names(g, row, hit, plenty || count >= EXAMPLE_LATE);
    else if (count % EXAMPLE_LATE == 0 && !has_example(g, row))
        keep_names(g, row, hit, true);
}

/* ---- counting ---- */

static uint64_t key_of(const struct log_groups *g, const struct log_hit *hit)
{
    uint64_t h = hash_mix(g->seed, (uint64_t)hit->side << 8 | hit->verdict.cause);
    h = hash_str(hit->client, h);
    h = hash_str(hit->sender, h);
    return hash_str(hit->domain, h);
}

/* A row with the smallest count. What is given anew counts more than the least, and none falls, so that one walk
 * over all rows finds every row of one least. */
static size_t smallest(struct log_groups *g)
{
    for (;;) {
        for (; g->hand < g->max; g->hand++)
            if (count_of(&g->rows[g->hand]) <= g->least)
                return g->hand;
        g->hand = 0;
        g->least = UINT64_MAX;
        for (size_t i = 0; i < g->max; i++)
            if (count_of(&g->rows[i]) < g->least)
                g->least = count_of(&g->rows[i]);
    }
}

static uint32_t clamp_time(int64_t time_s)
{
    return time_s <= 0 || time_s > UINT32_MAX ? 0 : (uint32_t)time_s;
}

static size_t new_row(struct log_groups *g, uint64_t key, const struct log_hit *hit)
{
    size_t at;
    uint64_t before = 0;
    if (g->count < g->max) {
        at = g->count++;
    } else {
        at = smallest(g);
        before = count_of(&g->rows[at]);
        take_out(g, g->rows[at].key);
    }
    struct row *r = &g->rows[at];
    *r = (struct row){ .key = key,
                       .error = before > UINT32_MAX ? UINT32_MAX : (uint32_t)before,
                       .cause = hit->verdict.cause & ((1U << CAUSE_BITS) - 1),
                       .confidence = hit->verdict.confidence & ((1U << PARTS_BITS) - 1),
                       .side = (unsigned)hit->side & ((1U << SIDE_BITS) - 1),
                       .hop = hit->verdict.hop & ((1U << HOP_BITS) - 1),
                       .dialect = (unsigned)hit->dialect & ((1U << DIALECT_BITS) - 1) };
    set_count(r, before);
    return at;
}

bool log_groups_count(struct log_groups *g, const struct log_hit *hit, size_t *row, struct err *e)
{
    if (g->ordered)
        fill_index(g);
    uint64_t key = key_of(g, hit);
    size_t slot = slot_of(g, key), at;
    if (g->slots[slot]) {
        at = g->slots[slot] - 1;
    } else {
        if (g->count < g->max && !grow_index(g))
            return err_set(e, ERR_MEMORY, "no memory for %zu groups", g->count + 1);
        at = new_row(g, key, hit);
        g->slots[slot_of(g, key)] = (uint32_t)at + 1;
    }
    struct row *r = &g->rows[at];
    uint32_t now = clamp_time(hit->time_s);
    set_count(r, count_of(r) + 1);
    if (now && (!r->first || now < r->first))
        r->first = now;
    if (now > r->last)
        r->last = now;
    names_of_row(g, at, hit);
    *row = at;
    return true;
}

/* ---- reading ---- */

void log_groups_row(const struct log_groups *g, size_t row, struct explain_group *out)
{
    const struct row *r = &g->rows[row];
    struct head h = { 0 };
    const char *at = g->text + r->text;
    if (r->text)
        head_read(at, &h);
    at += HEAD;
    *out = (struct explain_group){
        .cause = r->cause,
        .confidence = (double)r->confidence / LOG_CONFIDENCE_PARTS,
        .hop = (enum finding_hop)r->hop,
        .dialect = (enum explain_dialect)r->dialect,
        .side = (enum cause_side)r->side,
        .unnamed = !r->text,
        .count = count_of(r),
        .error = r->error,
        .first_s = r->first ? (int64_t)r->first : LOG_NO_TIME,
        .last_s = r->last ? (int64_t)r->last : LOG_NO_TIME,
    };
    if (!r->text)
        return;
    out->client = (str){ at, h.client };
    out->sender = (str){ at + h.client, h.sender };
    out->domain = (str){ at + h.client + h.sender, h.domain };
    out->example = (str){ at + h.client + h.sender + h.domain, h.example };
}

enum { RADIX_BITS = 11, RADIX = 1 << RADIX_BITS };

/* One pass of a radix sort, largest first, equal ones in the order in which they were. */
static void sort_by_digit(const struct log_groups *g, unsigned shift, const uint32_t *from,
                          uint32_t *to)
{
    size_t start[RADIX] = { 0 }, sum = 0;
    for (size_t i = 0; i < g->count; i++)
        start[count_of(&g->rows[from[i]]) >> shift & (RADIX - 1)]++;
    for (size_t d = RADIX; d-- > 0;) {
        size_t n = start[d];
        start[d] = sum;
        sum += n;
    }
    for (size_t i = 0; i < g->count; i++)
        to[start[count_of(&g->rows[from[i]]) >> shift & (RADIX - 1)]++] = from[i];
}

const uint32_t *log_groups_order(struct log_groups *g)
{
    if (g->ordered)
        return g->slots;
    uint32_t *a = g->slots, *b = g->slots + g->slot_count / 2;
    uint64_t most = 0;
    for (size_t i = 0; i < g->count; i++) {
        a[i] = (uint32_t)i;
        if (count_of(&g->rows[i]) > most)
            most = count_of(&g->rows[i]);
    }
    for (unsigned shift = 0; most >> shift; shift += 2 * RADIX_BITS) {
        sort_by_digit(g, shift, a, b);
        sort_by_digit(g, shift + RADIX_BITS, b, a);
    }
    g->ordered = true;
    return g->slots;
}
