/* SPDX-License-Identifier: ISC */
#include "mailauth/spf_publish.h"
#include "mailauth/spf_inside.h"
#include <string.h>

enum { RECORD_MAX = 1 << 16, TERMS_MAX = 256, SAMPLE_MEMORY = 1 << 20 };

/* ---- the walk ---- */

struct walk {
    struct dns_known *known;
    struct spf_tree *tree;
    bool wait;
};
struct level {
    str domain; /* empty: the record that was given */
    const struct level *outer;
};

static void walk_record(struct walk *w, const struct level *at, str record);

static bool is_open(const struct level *at, str domain)
{
    for (; at; at = at->outer)
        if (str_eq_nocase(at->domain, domain))
            return true;
    return false;
}

/* The one SPF record of an answer that has come. */
static bool only_record(const struct dns_answer *a, str *out)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++)
        if (spf_is_record(a->records[i].data) && n++ == 0)
            *out = a->records[i].data;
    return a->code == DNS_OK && n == 1;
}

static void walk_domain(struct walk *w, const struct level *outer, str domain)
{
    str record;
    if (domain.n > 0 && domain.p[domain.n - 1] == '.')
        domain.n--;
    const struct level at = { domain, outer };
    if (str_find_octet(domain, '%') != STR_NOT_FOUND || is_open(outer, domain)) {
        w->tree->open = true;
        return;
    }
    const struct dns_answer *a = dns_known_follow(w->known, domain, DNS_TXT);
    if (!a)
        w->wait = true;
    else if (only_record(a, &record))
        walk_record(w, &at, record);
    else
        w->tree->open = true;
}

static void take_sample(struct spf_tree *tree, const struct spf_term *t)
{
    static const uint8_t MAPPED[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
    bool v4 = t->kind == SPF_IP4;
    if (t->qualifier != AUTH_PASS || tree->sample_count == SPF_SAMPLES_MAX ||
        (!v4 && memcmp(t->address, MAPPED, sizeof(MAPPED)) == 0))
        return;
    struct ip *ip = &tree->samples[tree->sample_count++];
    *ip = (struct ip){ .family = v4 ? IP_V4 : IP_V6 };
    memcpy(ip->octets, t->address, v4 ? 4 : 16);
}

static void walk_term(struct walk *w, const struct level *at, const struct spf_term *t)
{
    if (t->kind == SPF_IP4 || t->kind == SPF_IP6)
        take_sample(w->tree, t);
    if (!spf_asks(t->kind))
        return;
    if (++w->tree->lookups > SPF_TREE_TERMS_MAX)
        w->tree->open = true;
    else if (t->kind == SPF_INCLUDE || t->kind == SPF_REDIRECT)
        walk_domain(w, at, t->domain);
}

static void walk_record(struct walk *w, const struct level *at, str record)
{
    struct spf_cursor c = spf_cursor_of(record);
    struct spf_term t;
    struct spf_fault fault;
    struct spf_outline o;
    if (!spf_outline_of(record, &o, &fault))
        w->tree->open = true;
    for (enum spf_read read; (read = spf_next(&c, &t, &fault)) != SPF_READ_END;) {
        if (read != SPF_READ_TERM || w->tree->lookups > SPF_TREE_TERMS_MAX)
            continue;
        if (t.kind == SPF_ALL)
            break;
        if (t.kind != SPF_REDIRECT || !o.has_all)
            walk_term(w, at, &t);
    }
}

bool spf_tree_of(struct dns_known *k, str record, struct spf_tree *out)
{
    struct walk w = { .known = k, .tree = out };
    const struct level top = { 0 };
    *out = (struct spf_tree){ 0 };
    walk_record(&w, &top, record);
    return !w.wait;
}

/* ---- the guess ---- */

static bool unusable(struct spf_guess *out, const char *why)
{
    out->usable = false;
    out->sentence = str_from(why);
    return true;
}

/* One sample: its result, or false. */
static bool try_sample(struct dns_known *k, const struct spf_input *in, const struct ip *sample,
                       enum auth_result *result)
{
    struct spf_input one = *in;
    struct spf_check check;
    struct arena memory;
    arena_init(&memory, SAMPLE_MEMORY);
    one.ip = *sample;
    bool done = spf_check(k, &one, &memory, &check);
    *result = check.result;
    arena_done(&memory);
    return done;
}

bool spf_guess_by_include(struct dns_known *k, const struct spf_input *in, str include,
                          struct arena *memory, struct spf_guess *out)
{
    struct spf_tree tree = { 0 };
    const struct dns_answer *a = dns_known_follow(k, include, DNS_TXT);
    str record;
    *out = (struct spf_guess){ .usable = true };
    dns_known_want(k, spf_domain(in), DNS_TXT);
    if (!a)
        return false;
    if (a->code != DNS_OK && a->code != DNS_NXDOMAIN)
        return unusable(out, "the provider's record could not be looked up");
    if (!only_record(a, &record))
        return unusable(out, "the provider's name has no SPF record, or several");
    if (!spf_tree_of(k, record, &tree))
        return false;
    if (tree.sample_count == 0)
        return unusable(out, "the provider's record lists no address");
    bool done = true;
    for (size_t i = 0; i < tree.sample_count; i++) {
        enum auth_result result;
        if (!try_sample(k, in, &tree.samples[i], &result)) {
            done = false;
            continue;
        }
        out->tried++;
        out->passed += result == AUTH_PASS;
        if (out->tried == 1 || (result != AUTH_PASS && out->passed + 1 == out->tried))
            out->address = tree.samples[i];
    }
    if (!done)
        return false;
    struct spf_input one = *in;
    one.ip = out->address;
    return spf_check(k, &one, memory, &out->check);
}

/* ---- whoever sends ---- */

bool spf_survey(struct dns_known *k, const struct spf_input *in, struct arena *memory,
                struct spf_survey *out)
{
    struct spf_input any = *in;
    struct spf_outline o;
    struct spf_fault fault;
    str domain = spf_domain(in);
    const struct dns_answer *a = NULL;
    any.ip = (struct ip){ .family = IP_V4 };
    *out = (struct spf_survey){ 0 };
    if (spf_is_full_domain(domain) && !(a = dns_known_follow(k, domain, DNS_TXT)))
        return false;
    if (a && only_record(a, &out->record) && spf_outline_of(out->record, &o, &fault))
        return spf_tree_of(k, out->record, &out->tree);
    if (!spf_check(k, &any, memory, &out->check))
        return false;
    out->settled = out->check.step_count == 1; /* no term was looked at */
    return true;
}

/* ---- the record to publish ---- */

struct merge {
    struct spf_term terms[TERMS_MAX]; /* without all */
    size_t count;
    enum auth_result all; /* the strictest of those that are there */
    bool has_all, too_many;
    struct buf left_out;
};

static bool same_term(const struct spf_term *a, const struct spf_term *b)
{
    return str_eq_nocase(a->text, b->text) ||
           (a->kind == SPF_INCLUDE && b->kind == SPF_INCLUDE && a->qualifier == b->qualifier &&
            str_eq_nocase(a->domain, b->domain));
}

static void merge_all(struct merge *m, const struct spf_term *t)
{
    static const int MILD[] = {
        [AUTH_FAIL] = 0, [AUTH_SOFTFAIL] = 1, [AUTH_NEUTRAL] = 2, [AUTH_PASS] = 3
    };
    if (!m->has_all || MILD[t->qualifier] < MILD[m->all])
        m->all = t->qualifier;
    m->has_all = true;
}

static void merge_term(struct merge *m, const struct spf_term *t)
{
    if (t->kind == SPF_ALL) {
        merge_all(m, t);
        return;
    }
    for (size_t i = 0; i < m->count; i++)
        if (same_term(&m->terms[i], t) || (t->kind == SPF_EXP && m->terms[i].kind == SPF_EXP))
            return;
    m->too_many = m->count == TERMS_MAX;
    if (!m->too_many)
        m->terms[m->count++] = *t;
}

static void leave_out(struct merge *m, str text)
{
    if (m->left_out.n > 0)
        buf_addc(&m->left_out, ' ');
    buf_add(&m->left_out, text);
}

static bool record_has_all(str record)
{
    struct spf_cursor c = spf_cursor_of(record);
    struct spf_term t;
    struct spf_fault unused;
    for (enum spf_read read; (read = spf_next(&c, &t, &unused)) != SPF_READ_END;)
        if (read == SPF_READ_TERM && t.kind == SPF_ALL)
            return true;
    return false;
}

/* A redirect beside all is ignored (6.1), and goes. */
static void merge_record(struct merge *m, str record)
{
    bool has_all = record_has_all(record);
    struct spf_cursor c = spf_cursor_of(record);
    struct spf_term t;
    struct spf_fault fault;
    for (enum spf_read read; (read = spf_next(&c, &t, &fault)) != SPF_READ_END;)
        if (read == SPF_READ_TERM && !(t.kind == SPF_REDIRECT && has_all))
            merge_term(m, &t);
        else if (read != SPF_READ_TERM)
            leave_out(m, t.text);
}

static bool covers(const struct spf_term *t, const struct ip *ip)
{
    unsigned bits = t->kind == SPF_IP4 ? t->bits4 : t->bits6;
    if (t->qualifier != AUTH_PASS || t->kind != (ip->family == IP_V6 ? SPF_IP6 : SPF_IP4))
        return false;
    for (unsigned i = 0; i < bits; i++)
        if ((t->address[i / 8] ^ ip->octets[i / 8]) & (0x80 >> i % 8))
            return false;
    return true;
}

static bool has_address(const struct merge *m, const struct ip *ip)
{
    for (size_t i = 0; i < m->count; i++)
        if (covers(&m->terms[i], ip))
            return true;
    return false;
}

static bool has_include(const struct merge *m, str domain)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->terms[i].qualifier == AUTH_PASS && m->terms[i].kind == SPF_INCLUDE &&
            str_eq_nocase(m->terms[i].domain, domain))
            return true;
    return false;
}

static void write_wishes(const struct merge *m, const struct spf_wish *wish, struct buf *out)
{
    char text[IP_TEXT_MAX];
    for (size_t i = 0; i < wish->address_count; i++)
        if (!has_address(m, &wish->addresses[i]))
            buf_addf(out, " ip%c:%s", wish->addresses[i].family == IP_V6 ? '6' : '4',
                     ip_text(&wish->addresses[i], text));
    for (size_t i = 0; i < wish->include_count; i++)
        if (!has_include(m, wish->includes[i]))
            buf_addf(out, " include:%.*s", STR_ARG(wish->includes[i]));
}

/* A redirect stays one where it is alone and no other record has all; else it lets the same servers send as an
 * include. */
static void write_terms(const struct merge *m, bool modifiers, struct buf *out)
{
    bool is_include = m->has_all;
    for (size_t i = 0; i < m->count; i++) {
        const struct spf_term *t = &m->terms[i];
        bool included = t->kind == SPF_REDIRECT && is_include;
        is_include = is_include || t->kind == SPF_REDIRECT;
        if ((spf_is_modifier(t->kind) && !included) != modifiers)
            continue;
        buf_add(out, included ? STR(" include:") : STR(" "));
        buf_add(out, included ? t->domain : t->text);
    }
}

static bool has_redirect(const struct merge *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->terms[i].kind == SPF_REDIRECT)
            return true;
    return false;
}

static const char *all_words(const struct merge *m)
{
    if (!m->has_all)
        return has_redirect(m) ? "" : " ~all";
    return m->all == AUTH_FAIL ? " -all" : m->all == AUTH_NEUTRAL ? " ?all" : " ~all";
}

static bool write_record(struct merge *m, const struct spf_wish *wish, struct arena *memory,
                         struct spf_proposal *out)
{
    struct buf b;
    buf_init(&b, RECORD_MAX);
    buf_add(&b, STR("v=spf1"));
    write_terms(m, false, &b);
    write_wishes(m, wish, &b);
    buf_add(&b, str_from(all_words(m)));
    write_terms(m, true, &b);
    if (buf_ok(&b) && buf_ok(&m->left_out) && !m->too_many) {
        out->record = arena_dup(memory, buf_str(&b));
        out->left_out = arena_dup(memory, buf_str(&m->left_out));
    }
    buf_done(&b);
    return out->record.p != NULL;
}

/* Whether the record says more or other than the one that is there. */
static bool adds(const struct merge *m, const struct spf_wish *wish, size_t records)
{
    struct buf b;
    buf_init(&b, RECORD_MAX);
    write_wishes(m, wish, &b);
    bool yes = b.n > 0 || records != 1 || m->left_out.n > 0;
    buf_done(&b);
    return yes;
}

/* Names with other octets are nothing that a person publishes at. */
static bool is_plain_domain(str domain)
{
    for (size_t i = 0; i < domain.n; i++)
        if (!is_alnum(domain.p[i]) && str_find_octet(STR(".-_"), domain.p[i]) == STR_NOT_FOUND)
            return false;
    return spf_is_full_domain(domain);
}

bool spf_propose(struct dns_known *k, str domain, const struct spf_wish *wish, struct arena *memory,
                 struct spf_proposal *out)
{
    struct spf_tree tree;
    *out = (struct spf_proposal){ 0 };
    if (!is_plain_domain(domain))
        return true;
    const struct dns_answer *a = dns_known_follow(k, domain, DNS_TXT);
    for (size_t i = 0; i < wish->include_count; i++)
        dns_known_want(k, wish->includes[i], DNS_TXT);
    if (!a)
        return false;
    if (a->code != DNS_OK && a->code != DNS_NXDOMAIN)
        return true;
    struct merge *m = arena_alloc(memory, sizeof(*m));
    if (!m)
        return true;
    buf_init(&m->left_out, RECORD_MAX);
    for (size_t i = 0; i < a->count; i++)
        if (spf_is_record(a->records[i].data)) {
            out->records++;
            merge_record(m, a->records[i].data);
        }
    out->made = write_record(m, wish, memory, out);
    out->changes = adds(m, wish, out->records);
    buf_done(&m->left_out);
    bool known = !out->made || spf_tree_of(k, out->record, &tree);
    if (known && out->made) {
        out->lookups = tree.lookups;
        out->lookups_open = tree.open;
    }
    return known;
}
