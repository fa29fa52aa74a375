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
      .means = STR_INIT(
          "the reverse-path, each author in From, and Sender and the latest "
          "Resent-From and Resent-Sender where they stand, are owned by the login "
          "(owned), or are one of these addresses; @example.org is all of a domain") },
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
      .means = STR_INIT("the reverse-path, or an author in From (of mail that is submitted, Sender "
                        "or Resent-From, too), is one of these addresses; @example.org is all of a "
                        "domain") },
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
    const struct policy_around *around;
    struct arena *a;
    bool no_memory;
    struct policy_condition **trusting; /* one a rule: its network condition, or NULL */
    struct policy_list_set *lists;      /* one a file of recipients */
};
#define WRONG(b, value, ...) conf_wrong((b)->file, (b)->a, (value)->place, __VA_ARGS__)

static bool is_listener(const struct building *b, str name)
{
    for (size_t i = 0; i < b->around->listener_count; i++)
        if (str_eq(b->around->listeners[i], name))
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
bool policy_is_domain(str text)
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

bool policy_is_address(str text)
{
    str domain = policy_domain_of(text);
    bool whole = str_starts(text, STR("@"));
    return policy_is_domain(domain) && (whole || !str_starts(domain, STR("*."))) &&
           (whole ? text.n == domain.n + 1 : policy_local_part_of(text).n > 0);
}

/* "*@example.org", as other programs write what is @example.org here: it would be the address of somebody called *. */
static bool is_star_address(str text)
{
    return str_eq(policy_local_part_of(text), STR("*"));
}

/* What is held against a rule comes as A-labels: nobody should have to know two forms of one name. */
static bool is_ascii_domain(struct building *b, const struct conf_value *v, str domain)
{
    return str_is_ascii(domain) ||
           WRONG(
               b, v,
               "write this domain in ASCII, as in \"xn--bcher-kva.example\": 'idn2 NAME' says how");
}

static bool sender_fits(struct building *b, const struct conf_value *v)
{
    if (is_star_address(v->text))
        return WRONG(b, v, "all addresses of a domain are written \"@example.org\", without a *");
    return policy_is_address(v->text) ||
           WRONG(b, v, "this is no address, as in \"anna@example.org\" or \"@example.org\"");
}

static bool listener_fits(struct building *b, const struct conf_value *v)
{
    if (is_listener(b, v->text))
        return true;
    str near = names_nearest_of(b->around->listeners, b->around->listener_count, v->text);
    return near.n ? WRONG(b, v,
                          "there is no listener of this name in the file; did you mean \"%.*s\"?",
                          STR_ARG(near))
                  : WRONG(b, v, "there is no listener of this name in the file");
}

static bool word_fits(struct building *b, enum policy_kind kind, const struct conf_value *v)
{
    switch (kind) {
    case POLICY_LOGIN:
        return v->text.n ? is_ascii_domain(b, v, policy_domain_of(v->text))
                         : WRONG(b, v, "a login has a name");
    case POLICY_CERTIFICATE:
        return is_fingerprint(v->text) ||
               WRONG(b, v,
                     "a certificate is named by 64 hexadecimal digits: openssl x509 "
                     "-fingerprint -sha256, without the colons");
    case POLICY_LISTENER: return listener_fits(b, v);
    case POLICY_RECIPIENT_DOMAIN:
    case POLICY_UNLESS_LISTED:
        return is_ascii_domain(b, v, v->text) &&
               (policy_is_domain(v->text) ||
                WRONG(b, v, "this is no domain, as in \"example.org\" or \"*.example.org\""));
    case POLICY_SENDER:
        return is_ascii_domain(b, v, policy_domain_of(v->text)) && sender_fits(b, v);
    default: return true;
    }
}

static str plain_of(struct building *b, str address)
{
    char out[POLICY_PLAIN_MAX];
    str plain = policy_plain(address, out);
    if (plain.p == address.p)
        return plain;
    plain = arena_dup(b->a, plain);
    b->no_memory |= !plain.p;
    return plain;
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
        all[c->count++] = c->kind == POLICY_SENDER ? plain_of(b, v->text) : v->text;
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

/* Those of one domain mostly stand together: one of each run is enough. */
static const struct policy_addresses *domains_of(struct building *b, const struct policy_list *l)
{
    size_t n = 0;
    str *all = arena_alloc(b->a, (l->count + 1) * sizeof *all);
    for (size_t i = 0; all && i < l->count; i++) {
        str domain = policy_domain_of(l->addresses[i]);
        if (domain.n && (!n || !str_eq_nocase(all[n - 1], domain)))
            all[n++] = domain;
    }
    return all ? policy_addresses_new(all, n, b->a) : NULL;
}

static bool list_sets(struct building *b, struct policy *p)
{
    size_t count = b->around->list_count;
    b->lists = arena_alloc(b->a, (count + 1) * sizeof *b->lists);
    for (size_t i = 0; b->lists && i < count; i++) {
        const struct policy_list *l = &b->around->lists[i];
        b->lists[i] = (struct policy_list_set){ l->path, (unsigned)i,
                                                policy_addresses_new(l->addresses, l->count, b->a),
                                                domains_of(b, l) };
        b->no_memory |= !b->lists[i].addresses || !b->lists[i].domains;
    }
    b->no_memory |= !b->lists;
    p->lists = b->lists;
    p->list_count = count;
    return !b->no_memory;
}

static bool recipients(struct building *b, const struct conf_entry *one, struct policy_condition *c)
{
    for (size_t i = 0; i < b->around->list_count; i++)
        if (str_eq(b->around->lists[i].path, one->values[0].text)) {
            c->list = &b->lists[i];
            c->words = &b->lists[i].path;
            c->count = 1;
            return true;
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
        if (condition(b, &at->entries[i], &all[r->count])) {
            if (all[r->count].kind == POLICY_NETWORK)
                b->trusting[number] = &all[r->count];
            r->count++;
        }
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
    b->trusting = arena_alloc(b->a, (count + 1) * sizeof(struct policy_condition *));
    if (!all || !b->trusting)
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
    for (const struct conf_block *at = b->file->blocks; at; at = at->next) {
        const struct conf_value label = { .text = at->label, .place = at->place };
        if (str_eq(at->section->name, STR("owner")))
            is_ascii_domain(b, &label, policy_domain_of(at->label));
        for (size_t i = 0; i < addresses_in(at, "owner", "address"); i++, n++) {
            const struct conf_value *v = &at->entries[0].values[i];
            if (str_starts(v->text, STR("@*")))
                WRONG(b, v, "this is no address, as in \"anna@example.org\" or \"@example.org\"");
            else if (is_ascii_domain(b, v, policy_domain_of(v->text)))
                sender_fits(b, v);
            str address = plain_of(b, v->text);
            all[n] = arena_printf(b->a, "%.*s%c%.*s", STR_ARG(at->label), 0, STR_ARG(address));
            owned[n] = (struct policy_owned){ at->label, address };
            b->no_memory |= !all[n].p;
        }
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

/* ------------------------------------------------------------------------------------------------
 * Addresses that stand for others
 */
/* Nothing but the address says who somebody is. Mail for a domain of ours is no trust. */
static bool trusts_the_address(const struct policy_rule *r)
{
    static const enum policy_kind KINDS[] = { POLICY_AUTHENTICATED, POLICY_LOGIN,
                                              POLICY_CERTIFICATE, POLICY_RECIPIENT_DOMAIN };
    for (size_t i = 0; i < COUNT_OF(KINDS); i++)
        if (policy_condition_of(r, KINDS[i]))
            return false;
    return !r->forbids && policy_condition_of(r, POLICY_NETWORK);
}

static bool holds(const struct policy_condition *c, const struct ip *ip)
{
    for (size_t i = 0; i < c->count; i++)
        if (ip_net_has(&c->nets[i], ip))
            return true;
    return false;
}

static bool stands_for_others(const struct policy *p, const struct ip *ip)
{
    for (size_t i = 0; i < p->forwarder_count; i++)
        if (ip_eq(&p->forwarders[i].ip, ip))
            return true;
    return false;
}

/* Some address is left in it: a network of more than one has more than its gateway. */
static bool leaves_somebody(const struct policy *p, const struct policy_condition *c)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->nets[i].bits < (c->nets[i].base.family == IP_V6 ? 128 : 32) ||
            !stands_for_others(p, &c->nets[i].base))
            return true;
    return false;
}

struct warnings {
    struct policy_warning *all;
    size_t count, room;
};

static void warn(struct building *b, struct warnings *w, struct conf_place place, str text)
{
    b->no_memory |= !text.p;
    if (w->count < w->room)
        w->all[w->count++] = (struct policy_warning){ place, text };
}

static void warn_of_loopback(struct building *b, struct warnings *w, const struct policy_rule *r,
                             const struct policy_condition *c)
{
    static const char *const LOCAL[] = { "127.0.0.1", "::1" };
    for (size_t i = 0; i < COUNT_OF(LOCAL); i++) {
        struct ip ip;
        if (ip_parse(str_from(LOCAL[i]), &ip) && holds(c, &ip))
            warn(b, w, c->place,
                 arena_printf(b->a,
                              "permit \"%.*s\" trusts %s: that is also everybody whose connection "
                              "a proxy, a TLS wrapper or an SSH forward on this machine hands on; "
                              "have those speak PROXY to a listener with proxy = ..., or ask for a "
                              "login",
                              STR_ARG(r->name), LOCAL[i]));
    }
}

static void leave_out(struct building *b, struct policy *p, struct policy_forwarder *kept,
                      const struct policy_forwarder *f, struct warnings *w,
                      const struct policy_rule *r, const struct policy_condition *c)
{
    char ip[IP_TEXT_MAX];
    if (!stands_for_others(p, &f->ip))
        kept[p->forwarder_count++] = *f;
    warn(b, w, c->place,
         arena_printf(b->a,
                      "%s is left out of the networks of permit \"%.*s\": it is %.*s, and shows "
                      "everybody who comes through it as itself",
                      ip_text(&f->ip, ip), STR_ARG(r->name), STR_ARG(f->why)));
}

static bool carve(struct building *b, struct policy *p)
{
    const struct policy_forwarder *forwarders = b->around->forwarders;
    size_t count = b->around->forwarder_count;
    struct warnings w = { .room = 2 * p->count + 256 };
    struct policy_forwarder *kept = arena_alloc(b->a, (count + 1) * sizeof *kept);
    w.all = arena_alloc(b->a, w.room * sizeof *w.all);
    if (!kept || !w.all)
        return !(b->no_memory = true);
    p->forwarders = kept;
    for (size_t i = 0; i < p->count; i++) {
        const struct policy_rule *r = &p->rules[i];
        if (!trusts_the_address(r))
            continue;
        struct policy_condition *c = b->trusting[i];
        c->trusts = true;
        warn_of_loopback(b, &w, r, c);
        for (size_t k = 0; k < count; k++)
            if (holds(c, &forwarders[k].ip))
                leave_out(b, p, kept, &forwarders[k], &w, r, c);
        if (!leaves_somebody(p, c))
            conf_wrong(b->file, b->a, c->place,
                       "this names nobody but what stands for others on this machine (%.*s), and "
                       "shows everybody who comes through it as itself; ask for a login instead",
                       STR_ARG(kept[0].why));
    }
    p->warnings = w.all;
    p->warning_count = w.count;
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

static bool doors(struct building *b, struct policy *p)
{
    size_t count = b->around->doors ? b->around->listener_count : 0;
    str *names = arena_alloc(b->a, (count + 1) * sizeof *names);
    struct policy_door *all = arena_alloc(b->a, (count + 1) * sizeof *all);
    if (!names || !all)
        return !(b->no_memory = true);
    for (size_t i = 0; i < count; i++) {
        names[i] = b->around->listeners[i];
        all[i] = b->around->doors[i];
    }
    p->listeners = names;
    p->doors = all;
    p->door_count = count;
    return true;
}

static bool build(struct building *b, struct policy *p)
{
    if (!doors(b, p) || !list_sets(b, p) || !rules(b, p) || !owners(b, p) || !samples(b, p) ||
        !carve(b, p))
        return false;
    p->permits = index_of(b, p, false);
    p->forbids = index_of(b, p, true);
    p->digest = digest_of(b->file);
    for (size_t i = 0; i < p->forwarder_count; i++)
        p->digest = policy_prefix_hash(&p->forwarders[i].ip, 128) + 31 * p->digest;
    return !b->no_memory && policy_group_permits(p, b->a);
}

struct policy *policy_new(struct conf_file *file, const struct policy_around *around,
                          struct arena *a, struct err *e)
{
    struct building b = { .file = file, .around = around, .a = a };
    struct policy *p = arena_alloc(a, sizeof *p);
    size_t errors = file->error_count;
    if (!p || !build(&b, p)) {
        err_memory(e, "the rules");
        return NULL;
    }
    if (file->error_count > errors) {
        conf_first_error(file, e);
        return NULL;
    }
    return p;
}

const struct policy_warning *policy_warnings(const struct policy *p, size_t *count)
{
    *count = p->warning_count;
    return p->warnings;
}

uint64_t policy_digest(const struct policy *p)
{
    return p->digest;
}
