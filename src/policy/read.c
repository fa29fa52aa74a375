/* SPDX-License-Identifier: ISC */
/*
 * policy/read.c - from the blocks of a rule file to rules
 */
#include "policy/decide.h"
#include "policy/index.h"
#include <string.h>

static const struct name_row KIND_ROWS[] = {
    { POLICY_AUTHENTICATED, STR_INIT("authenticated") },
    { POLICY_LOGIN, STR_INIT("login") },
    { POLICY_CERTIFICATE, STR_INIT("certificate") },
    { POLICY_LISTENER, STR_INIT("listener") },
    { POLICY_NETWORK, STR_INIT("network") },
    { POLICY_POP_WINDOW, STR_INIT("pop-window") },
    { POLICY_RECIPIENT_DOMAIN, STR_INIT("recipient-domain") },
    { POLICY_TLS, STR_INIT("tls") },
    { POLICY_SENDER, STR_INIT("sender") },
    { POLICY_RECIPIENTS, STR_INIT("recipients") },
    { POLICY_UNLESS_LISTED, STR_INIT("unless-listed") },
    { POLICY_UNLESS_SPF, STR_INIT("unless-spf") },
    { POLICY_RATE, STR_INIT("rate") },
};
const struct names POLICY_KIND_NAMES = NAMES(KIND_ROWS);

/* ------------------------------------------------------------------------------------------------
 * The schema
 */
static const struct name_row TRUE_ROWS[] = { { 1, STR_INIT("true") } };
static const struct name_row BOTH_ROWS[] = { { 1, STR_INIT("true") }, { 0, STR_INIT("false") } };
static const struct name_row OWNED_ROWS[] = { { 1, STR_INIT("owned") } };
static const struct names TRUE_WORD = NAMES(TRUE_ROWS), BOTH_WORDS = NAMES(BOTH_ROWS),
                          OWNED_WORD = NAMES(OWNED_ROWS);

/* What permit and forbid share. */
#define IDENTITY                                                                                   \
    { .name = STR_INIT("login"),                                                                   \
      .kinds = CONF_TEXT | CONF_LIST,                                                              \
      .means = STR_INIT("the session logged in as one of these") },                                \
        { .name = STR_INIT("certificate"),                                                         \
          .kinds = CONF_TEXT | CONF_LIST,                                                          \
          .means = STR_INIT("the client showed one of these certificates: the SHA-256 of it, in "  \
                            "hexadecimal digits") },                                               \
        { .name = STR_INIT("listener"),                                                            \
          .kinds = CONF_TEXT | CONF_LIST,                                                          \
          .means = STR_INIT("the session came in at one of these listeners") },                    \
        { .name = STR_INIT("network"),                                                             \
          .kinds = CONF_TEXT | CONF_LIST,                                                          \
          .means = STR_INIT("the client's address lies in one of these networks") },               \
    {                                                                                              \
        .name = STR_INIT("recipient-domain"), .kinds = CONF_TEXT | CONF_LIST,                      \
        .means = STR_INIT("the recipient is in one of these domains; *.example.org is all "        \
                          "below example.org")                                                     \
    }

static const struct conf_key PERMIT_KEYS[] = {
    { .name = STR_INIT("authenticated"),
      .kinds = CONF_WORD,
      .words = &TRUE_WORD,
      .means = STR_INIT("the session logged in") },
    IDENTITY,
    { .name = STR_INIT("pop-window"),
      .kinds = CONF_WORD,
      .words = &TRUE_WORD,
      .means = STR_INIT("the client's address fetched mail a short while ago, or was let in for a "
                        "time by baton allow") },
    { .name = STR_INIT("tls"),
      .kinds = CONF_WORD,
      .words = &TRUE_WORD,
      .means = STR_INIT("the session is encrypted") },
    { .name = STR_INIT("sender"),
      .kinds = CONF_WORD | CONF_TEXT | CONF_LIST,
      .words = &OWNED_WORD,
      .means = STR_INIT("the reverse-path, and From, are owned by the login (owned), or are one of "
                        "these addresses; @example.org is all of a domain") },
    { .name = STR_INIT("recipients"),
      .kinds = CONF_TEXT,
      .means = STR_INIT("the recipient stands in this file, one address a line") },
    { .name = STR_INIT("unless-listed"),
      .kinds = CONF_TEXT | CONF_LIST,
      .means = STR_INIT("the client's address is in none of these blocklists") },
    { .name = STR_INIT("unless-spf"),
      .kinds = CONF_WORD | CONF_LIST,
      .words = &AUTH_RESULT_NAMES,
      .means = STR_INIT("SPF says none of these results") },
    { .name = STR_INIT("rate"),
      .kinds = CONF_TEXT,
      .means = STR_INIT("the login, or else the address, has sent fewer recipients than this: "
                        "300/h; s, m, h and d are second, minute, hour and day") },
};
static const struct conf_key FORBID_KEYS[] = {
    IDENTITY,
    { .name = STR_INIT("tls"),
      .kinds = CONF_WORD,
      .words = &BOTH_WORDS,
      .means = STR_INIT("the session is encrypted, or is not") },
    { .name = STR_INIT("authenticated"),
      .kinds = CONF_WORD,
      .words = &BOTH_WORDS,
      .means = STR_INIT("the session logged in, or did not") },
    { .name = STR_INIT("sender"),
      .kinds = CONF_TEXT | CONF_LIST,
      .means = STR_INIT("the reverse-path, and From, are one of these addresses; @example.org is "
                        "all of a domain") },
    { .name = STR_INIT("rate"),
      .kinds = CONF_TEXT,
      .means = STR_INIT("the login, or else the address, has sent this many recipients") },
};
static const struct conf_key OWNER_KEYS[] = {
    { .name = STR_INIT("address"),
      .kinds = CONF_TEXT | CONF_LIST,
      .required = true,
      .means = STR_INIT("addresses that the login of this name may send as, besides its own; "
                        "@example.org is all of a domain; user+tag goes with user") },
};
const struct conf_section POLICY_PERMIT_SECTION = {
    .name = STR_INIT("permit"),
    .labelled = true,
    .keys = PERMIT_KEYS,
    .key_count = COUNT_OF(PERMIT_KEYS),
    .means = STR_INIT("mail passes where all conditions of some permit are met, and those of no "
                      "forbid"),
};
const struct conf_section POLICY_FORBID_SECTION = {
    .name = STR_INIT("forbid"),
    .labelled = true,
    .keys = FORBID_KEYS,
    .key_count = COUNT_OF(FORBID_KEYS),
    .means = STR_INIT("mail does not pass where all conditions of a forbid are met"),
};
const struct conf_section POLICY_OWNER_SECTION = {
    .name = STR_INIT("owner"),
    .labelled = true,
    .keys = OWNER_KEYS,
    .key_count = COUNT_OF(OWNER_KEYS),
    .means = STR_INIT("which addresses a login owns"),
};

/* ------------------------------------------------------------------------------------------------
 * One condition
 */
struct building {
    struct conf_file *file;
    const str *listeners;
    size_t listener_count;
    const struct policy_list *lists;
    size_t list_count;
    struct arena *a;
    bool no_memory;
};
#define WRONG(b, value, ...) conf_wrong((b)->file, (b)->a, (value)->place, __VA_ARGS__)

static bool is_listener(const struct building *b, str name)
{
    for (size_t i = 0; i < b->listener_count; i++)
        if (str_eq(b->listeners[i], name))
            return true;
    return false;
}

static bool is_fingerprint(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!is_digit(text.p[i]) && (to_lower(text.p[i]) < 'a' || to_lower(text.p[i]) > 'f'))
            return false;
    return text.n == 64;
}

/* "example.org" or "*.example.org": a whole label stands between the dots, and the star alone is nobody's domain. */
static bool is_domain(str text)
{
    str rest = str_starts(text, STR("*.")) ? str_skip(text, 2) : text;
    if (!rest.n)
        return false;
    while (rest.p) {
        str label = str_cut(&rest, '.');
        if (!label.n)
            return false;
        for (size_t i = 0; i < label.n; i++)
            if (!is_alnum(label.p[i]) && label.p[i] != '-' && label.p[i] != '_' &&
                (unsigned char)label.p[i] < 0x80)
                return false;
    }
    return true;
}

static bool is_address(str text)
{
    str domain = policy_domain_of(text);
    bool whole = str_starts(text, STR("@"));
    return is_domain(domain) && (whole || !str_starts(domain, STR("*."))) &&
           (whole ? text.n == domain.n + 1 : policy_local_part_of(text).n > 0);
}

static bool word_fits(struct building *b, enum policy_kind kind, const struct conf_value *v)
{
    switch (kind) {
    case POLICY_LOGIN: return v->text.n || WRONG(b, v, "a login has a name");
    case POLICY_CERTIFICATE:
        return is_fingerprint(v->text) ||
               WRONG(b, v,
                     "a certificate is named by 64 hexadecimal digits: openssl x509 "
                     "-fingerprint -sha256, without the colons");
    case POLICY_LISTENER:
        return is_listener(b, v->text) ||
               WRONG(b, v, "there is no listener of this name in the file");
    case POLICY_RECIPIENT_DOMAIN:
    case POLICY_UNLESS_LISTED:
        return is_domain(v->text) ||
               WRONG(b, v, "this is no domain, as in \"example.org\" or \"*.example.org\"");
    case POLICY_SENDER:
        return is_address(v->text) ||
               WRONG(b, v, "this is no address, as in \"anna@example.org\" or \"@example.org\"");
    default: return true;
    }
}

enum { FEW = 6 }; /* more words or networks than these are looked up, not walked */

static bool words(struct building *b, const struct conf_entry *one, struct policy_condition *c)
{
    str *all = arena_alloc(b->a, one->count * sizeof *all);
    if (!all)
        return !(b->no_memory = true);
    for (size_t i = 0; i < one->count; i++) {
        const struct conf_value *v = &one->values[i];
        if (v->kind == CONF_WORD) {
            c->owned = true;
            continue;
        }
        if (!word_fits(b, c->kind, v))
            return false;
        c->wildcards |= str_starts(v->text, STR("*.")) || str_starts(v->text, STR("@*."));
        all[c->count++] = v->text;
    }
    c->words = all;
    if (c->count > FEW)
        c->word_set = policy_addresses_new(all, c->count, b->a);
    b->no_memory |= c->count > FEW && !c->word_set;
    return true;
}

static bool networks(struct building *b, const struct conf_entry *one, struct policy_condition *c)
{
    struct ip_net *nets = arena_alloc(b->a, one->count * sizeof *nets);
    if (!nets)
        return !(b->no_memory = true);
    for (size_t i = 0; i < one->count; i++) {
        struct err why;
        if (!ip_net_parse(one->values[i].text, &nets[i], &why))
            return WRONG(b, &one->values[i], "%s", why.why);
    }
    c->nets = nets;
    c->count = one->count;
    if (c->count > FEW)
        c->net_set = policy_nets_new(nets, c->count, b->a);
    b->no_memory |= c->count > FEW && !c->net_set;
    return true;
}

/* "300/h" */
static bool rate(struct building *b, const struct conf_entry *one, struct policy_condition *c)
{
    static const struct {
        char unit;
        uint32_t seconds;
    } UNITS[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    str rest = one->values[0].text, number = str_cut(&rest, '/');
    uint64_t limit;
    for (size_t i = 0; i < COUNT_OF(UNITS); i++)
        if (rest.n == 1 && rest.p[0] == UNITS[i].unit && str_to_u64(number, 1000000000, &limit) &&
            limit) {
            c->limit = (uint32_t)limit;
            c->per_s = UNITS[i].seconds;
            return true;
        }
    return WRONG(b, &one->values[0],
                 "a rate is a number of recipients and a time, as in \"300/h\"; s, m, h and d are "
                 "second, minute, hour and day");
}

static bool spf(const struct conf_entry *one, struct policy_condition *c)
{
    for (size_t i = 0; i < one->count; i++) {
        int result;
        if (names_find(&AUTH_RESULT_NAMES, one->values[i].text, &result))
            c->spf |= 1u << result;
    }
    return true;
}

static bool recipients(struct building *b, const struct conf_entry *one, struct policy_condition *c)
{
    for (size_t i = 0; i < b->list_count; i++)
        if (str_eq(b->lists[i].path, one->values[0].text)) {
            c->list = policy_addresses_new(b->lists[i].addresses, b->lists[i].count, b->a);
            b->no_memory |= !c->list;
            return c->list != NULL;
        }
    return WRONG(b, &one->values[0], "the file of recipients was not read");
}

static bool condition(struct building *b, const struct conf_entry *one, struct policy_condition *c)
{
    int kind;
    *c = (struct policy_condition){ .place = one->place };
    if (!names_find(&POLICY_KIND_NAMES, one->key->name, &kind))
        return false;
    c->kind = (enum policy_kind)kind;
    switch (c->kind) {
    case POLICY_AUTHENTICATED:
    case POLICY_POP_WINDOW:
    case POLICY_TLS: c->wanted = str_eq_nocase(one->values[0].text, STR("true")); return true;
    case POLICY_NETWORK: return networks(b, one, c);
    case POLICY_RATE: return rate(b, one, c);
    case POLICY_UNLESS_SPF: return spf(one, c);
    case POLICY_RECIPIENTS: return recipients(b, one, c);
    default: return words(b, one, c);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Rules and owners
 */
static bool rule(struct building *b, const struct conf_block *at, size_t number,
                 struct policy_rule *r)
{
    struct policy_condition *all = arena_alloc(b->a, (at->entry_count + 1) * sizeof *all);
    if (!all)
        return !(b->no_memory = true);
    *r = (struct policy_rule){ .name = at->label,
                               .forbids = str_eq(at->section->name, STR("forbid")),
                               .place = at->place,
                               .number = number,
                               .conditions = all };
    if (!at->entry_count)
        return conf_wrong(b->file, b->a, at->place,
                          r->forbids ? "this forbid has no condition: it would forbid everything"
                                     : "this permit has no condition: it would make an open relay");
    for (size_t i = 0; i < at->entry_count; i++)
        if (condition(b, &at->entries[i], &all[r->count]))
            r->count++;
    return true;
}

static bool is_rule(const struct conf_block *b)
{
    return str_eq(b->section->name, STR("permit")) || str_eq(b->section->name, STR("forbid"));
}

static bool rules(struct building *b, struct policy *p)
{
    size_t count = 0;
    for (const struct conf_block *at = b->file->blocks; at; at = at->next)
        count += is_rule(at);
    struct policy_rule *all = arena_alloc(b->a, (count + 1) * sizeof *all);
    if (!all)
        return !(b->no_memory = true);
    for (const struct conf_block *at = b->file->blocks; at && !b->no_memory; at = at->next)
        if (is_rule(at) && rule(b, at, p->count, &all[p->count]))
            p->count++;
    p->rules = all;
    return !b->no_memory;
}

static size_t addresses_in(const struct conf_block *b, const char *section, const char *key)
{
    const struct conf_entry *one = str_eq(b->section->name, str_from(section))
                                       ? conf_entry(b, str_from(key))
                                       : NULL;
    return one ? one->count : 0;
}

static bool owners(struct building *b, struct policy *p)
{
    size_t count = 0, n = 0;
    for (const struct conf_block *at = b->file->blocks; at; at = at->next)
        count += addresses_in(at, "owner", "address");
    str *all = arena_alloc(b->a, (count + 1) * sizeof *all);
    struct policy_owned *owned = arena_alloc(b->a, (count + 1) * sizeof *owned);
    if (!all || !owned)
        return !(b->no_memory = true);
    for (const struct conf_block *at = b->file->blocks; at; at = at->next)
        for (size_t i = 0; i < addresses_in(at, "owner", "address"); i++, n++) {
            const struct conf_value *v = &at->entries[0].values[i];
            if (!is_address(v->text) || str_starts(v->text, STR("@*")))
                WRONG(b, v, "this is no address, as in \"anna@example.org\" or \"@example.org\"");
            all[n] = arena_printf(b->a, "%.*s%c%.*s", STR_ARG(at->label), 0, STR_ARG(v->text));
            owned[n] = (struct policy_owned){ at->label, v->text };
            b->no_memory |= !all[n].p;
        }
    p->owned = policy_addresses_new(all, n, b->a);
    p->owners = owned;
    p->owner_count = n;
    b->no_memory |= !p->owned;
    return !b->no_memory;
}

/* "@example.org" and "@*.example.org" stand for many: one of them. */
static void sample(struct building *b, struct policy *p, struct policy_sample *into, str word)
{
    if (!str_starts(word, STR("@")))
        return;
    str domain = str_skip(word, 1);
    bool below = str_starts(domain, STR("*."));
    str address = arena_printf(b->a, "user@%s%.*s", below ? "host." : "",
                               STR_ARG(below ? str_skip(domain, 2) : domain));
    b->no_memory |= !address.p;
    into[p->sample_count++] = (struct policy_sample){ domain, address };
}

static bool samples(struct building *b, struct policy *p)
{
    size_t count = p->owner_count;
    for (size_t i = 0; i < p->count; i++) {
        const struct policy_condition *c = policy_condition_of(&p->rules[i], POLICY_SENDER);
        count += c ? c->count : 0;
    }
    struct policy_sample *all = arena_alloc(b->a, (count + 1) * sizeof *all);
    if (!all)
        return !(b->no_memory = true);
    for (size_t i = 0; i < p->owner_count; i++)
        sample(b, p, all, p->owners[i].address);
    for (size_t i = 0; i < p->count; i++) {
        const struct policy_condition *c = policy_condition_of(&p->rules[i], POLICY_SENDER);
        for (size_t w = 0; c && w < c->count; w++)
            sample(b, p, all, c->words[w]);
    }
    p->samples = all;
    return !b->no_memory;
}

static const struct policy_index *index_of(struct building *b, const struct policy *p, bool forbids)
{
    size_t n = 0;
    const struct policy_rule **of = arena_alloc(b->a, (p->count + 1) *
                                                          sizeof(const struct policy_rule *));
    for (size_t i = 0; of && i < p->count; i++)
        if (p->rules[i].forbids == forbids)
            of[n++] = &p->rules[i];
    const struct policy_index *x = of ? policy_index_new(of, n, b->a) : NULL;
    b->no_memory |= !x;
    return x;
}

/* Of what was understood, not of how it was written: remarks and blanks change nothing. */
static uint64_t digest_of(const struct conf_file *file)
{
    uint64_t h = 0;
    for (const struct conf_block *b = file->blocks; b; b = b->next) {
        h = policy_hash(b->section->name, h + 1);
        h = policy_hash(b->label, h + 2);
        for (size_t i = 0; i < b->entry_count; i++) {
            h = policy_hash(b->entries[i].key->name, h + 3);
            for (size_t v = 0; v < b->entries[i].count; v++)
                h = policy_hash(b->entries[i].values[v].text, h + 4 + b->entries[i].values[v].kind);
        }
    }
    return h;
}

struct policy *policy_new(struct conf_file *file, const str *listeners, size_t listener_count,
                          const struct policy_list *lists, size_t list_count, struct arena *a,
                          struct err *e)
{
    struct building b = { file, listeners, listener_count, lists, list_count, a, false };
    struct policy *p = arena_alloc(a, sizeof *p);
    size_t errors = file->error_count;
    bool whole = p && rules(&b, p) && owners(&b, p) && samples(&b, p);
    if (whole) {
        p->permits = index_of(&b, p, false);
        p->forbids = index_of(&b, p, true);
        whole = !b.no_memory && policy_group_permits(p, a);
    }
    if (!whole) {
        err_memory(e, "the rules");
        return NULL;
    }
    if (file->error_count > errors) {
        conf_first_error(file, e);
        return NULL;
    }
    p->digest = digest_of(file);
    return p;
}

uint64_t policy_digest(const struct policy *p)
{
    return p->digest;
}
