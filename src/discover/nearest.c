/* SPDX-License-Identifier: ISC */
#include "discover/nearest.h"
#include "base/distance.h"
#include "settings/providers.h"
#include <string.h>

struct list {
    str *out;
    size_t count;
    struct arena *arena;
    str self; /* is no neighbour of itself */
};

/* Hyphens and dots do not stand beside dots. */
static bool looks_like_a_name(str name)
{
    for (size_t i = 0; i < name.n; i++)
        if ((name.p[i] == '-' || name.p[i] == '.') &&
            (i == 0 || i + 1 == name.n || name.p[i - 1] == '.' || name.p[i + 1] == '.'))
            return false;
    return name.n > 3 && name.n < DNS_NAME_MAX && str_find_octet(name, '.') != STR_NOT_FOUND;
}

static void add(struct list *l, str before, str name)
{
    if (l->count == NEAREST_ASKED_MAX)
        return;
    str whole = before.n ? arena_printf(l->arena, "%.*s.%.*s", STR_ARG(before), STR_ARG(name))
                         : arena_dup(l->arena, name);
    if (!whole.p || !looks_like_a_name(whole) || str_eq_nocase(whole, l->self))
        return;
    for (size_t i = 0; i < l->count; i++)
        if (str_eq_nocase(l->out[i], whole))
            return;
    l->out[l->count++] = whole;
}

/* ---- providers ---- */

/* Short names have many neighbours: one letter of "gmx.de" makes another provider of it. */
static unsigned slips_allowed(str name)
{
    size_t dot = str_find_octet(name, '.');
    return dot != STR_NOT_FOUND && dot < 4 ? 1 : 2;
}

static void add_words(struct list *l, str words, str name, unsigned distance)
{
    for (str rest = words; rest.p;) {
        str word = str_cut(&rest, ' ');
        if (word.n && distance <= slips_allowed(word) &&
            name_distance(word, name, distance) == distance)
            add(l, STR_NONE, word);
    }
}

static void add_providers(struct list *l, str name, enum nearest_of what, unsigned distance)
{
    const struct provider *p;
    for (size_t i = 0; (p = provider_at(i)) != NULL; i++) {
        if (what == NEAREST_DOMAIN)
            add_words(l, p->domains, name, distance);
        else {
            add_words(l, p->host, name, distance);
            add_words(l, p->others, name, distance);
        }
    }
}

/* ---- endings ---- */

static const struct {
    str typed, meant;
} ENDINGS[] = {
    { STR_INIT("con"), STR_INIT("com") }, { STR_INIT("cmo"), STR_INIT("com") },
    { STR_INIT("ocm"), STR_INIT("com") }, { STR_INIT("comm"), STR_INIT("com") },
    { STR_INIT("vom"), STR_INIT("com") }, { STR_INIT("xom"), STR_INIT("com") },
    { STR_INIT("cpm"), STR_INIT("com") }, { STR_INIT("coom"), STR_INIT("com") },
    { STR_INIT("cm"), STR_INIT("com") },  { STR_INIT("co"), STR_INIT("com") },
    { STR_INIT("om"), STR_INIT("com") },  { STR_INIT("nte"), STR_INIT("net") },
    { STR_INIT("ner"), STR_INIT("net") }, { STR_INIT("nett"), STR_INIT("net") },
    { STR_INIT("ney"), STR_INIT("net") }, { STR_INIT("ent"), STR_INIT("net") },
    { STR_INIT("ne"), STR_INIT("net") },  { STR_INIT("ogr"), STR_INIT("org") },
    { STR_INIT("rog"), STR_INIT("org") }, { STR_INIT("orgg"), STR_INIT("org") },
    { STR_INIT("or"), STR_INIT("org") },  { STR_INIT("ord"), STR_INIT("org") },
    { STR_INIT("ed"), STR_INIT("de") },   { STR_INIT("dee"), STR_INIT("de") },
    { STR_INIT("d"), STR_INIT("de") },    { STR_INIT("fe"), STR_INIT("de") },
    { STR_INIT("rf"), STR_INIT("fr") },   { STR_INIT("ku"), STR_INIT("uk") },
};

static void add_endings(struct list *l, str before, str domain)
{
    size_t dot = str_rfind_octet(domain, '.');
    if (dot == STR_NOT_FOUND)
        return;
    for (size_t i = 0; i < COUNT_OF(ENDINGS); i++) {
        if (!str_eq_nocase(ENDINGS[i].typed, str_skip(domain, dot + 1)))
            continue;
        str other = arena_printf(l->arena, "%.*s.%.*s", STR_ARG(str_take(domain, dot)),
                                 STR_ARG(ENDINGS[i].meant));
        add(l, before, other);
        add_providers(l, other, NEAREST_DOMAIN, 1); /* gmial.con */
    }
}

/* ---- letters ---- */

struct spelling {
    char text[DNS_NAME_MAX];
};

static void add_spelling(struct list *l, str before, const struct spelling *s, size_t n)
{
    add(l, before, (str){ s->text, n });
}

static void add_swapped(struct list *l, str before, str name, size_t end)
{
    struct spelling s;
    for (size_t i = 0; i + 1 < end; i++) {
        memcpy(s.text, name.p, name.n);
        if (name.p[i] == name.p[i + 1])
            continue;
        s.text[i] = name.p[i + 1];
        s.text[i + 1] = name.p[i];
        add_spelling(l, before, &s, name.n);
    }
}

static void add_without_one(struct list *l, str before, str name, size_t end)
{
    struct spelling s;
    for (size_t i = 0; i < end; i++) {
        memcpy(s.text, name.p, i);
        memcpy(s.text + i, name.p + i + 1, name.n - i - 1);
        add_spelling(l, before, &s, name.n - 1);
    }
}

static void add_with_one_twice(struct list *l, str before, str name, size_t end)
{
    struct spelling s;
    for (size_t i = 0; i < end && name.n + 1 < DNS_NAME_MAX; i++) {
        memcpy(s.text, name.p, i + 1);
        memcpy(s.text + i + 1, name.p + i, name.n - i);
        add_spelling(l, before, &s, name.n + 1);
    }
}

/* Of the part that somebody registered: "corp" of corp.example, as in mail.corp.example. */
static void add_spellings(struct list *l, str before, str domain)
{
    size_t end = str_find_octet(domain, '.');
    if (end == STR_NOT_FOUND || domain.n >= DNS_NAME_MAX)
        return;
    add_swapped(l, before, domain, end);
    add_without_one(l, before, domain, end);
    add_with_one_twice(l, before, domain, end);
}

/* ---- hosts ---- */

static const str HOSTS[] = {
    STR_INIT("smtp"),     STR_INIT("mail"), STR_INIT("submission"), STR_INIT("smtps"),
    STR_INIT("outgoing"), STR_INIT("out"),  STR_INIT("send"),       STR_INIT("relay"),
    STR_INIT("mx"),       STR_INIT("post"), STR_INIT("securesmtp"), STR_INIT("mailout"),
};

/* Usual names of servers beside the one typed, in the domain that exists. Two slips in "imap" make "smtp". */
static void add_hosts(struct list *l, str first, str rest)
{
    for (unsigned distance = 1; distance <= 2; distance++)
        for (size_t i = 0; i < COUNT_OF(HOSTS); i++)
            if (HOSTS[i].n >= 3 * distance - 1 &&
                name_distance(HOSTS[i], first, distance) == distance)
                add(l, HOSTS[i], rest);
}

size_t nearest_candidates(str name, enum nearest_of what, bool domain_missing,
                          const struct dns_suffixes *suffixes, struct arena *a,
                          str out[NEAREST_ASKED_MAX])
{
    struct list l = { .out = out, .arena = a, .self = name };
    str domain = dns_org_domain(name, suffixes), before = STR_NONE;
    if (!domain.n) /* an ending that is none looks like a suffix of its own */
        domain = name;
    if (domain.n < name.n)
        before = str_take(name, name.n - domain.n - 1);
    add_providers(&l, name, what, 1);
    if (what == NEAREST_HOST && !domain_missing) {
        size_t dot = str_find_octet(name, '.');
        if (before.n && dot != STR_NOT_FOUND)
            add_hosts(&l, str_take(name, dot), str_skip(name, dot + 1));
        add_providers(&l, name, what, 2);
        return l.count;
    }
    add_endings(&l, before, domain);
    add_providers(&l, name, what, 2);
    if (!domain_missing && before.n && what == NEAREST_DOMAIN)
        add_spellings(&l, STR_NONE, name); /* the slip may be in any part */
    add_spellings(&l, before, domain);
    return l.count;
}

/* ---- look-ups ---- */

static bool has_records(const struct dns_answer *x)
{
    return x && x->code == DNS_OK && x->count > 0;
}

/* An MX with a name; "." is the null MX of RFC 7505. */
static bool takes_mail(const struct dns_answer *mx)
{
    for (size_t i = 0; has_records(mx) && i < mx->count; i++)
        if (mx->records[i].name.n && !str_eq(mx->records[i].name, STR(".")))
            return true;
    return false;
}

static bool is_null_mx(const struct dns_answer *mx)
{
    return has_records(mx) && !takes_mail(mx);
}

struct seen {
    bool known, good, better; /* better: it has an MX */
};

static struct seen look_at(struct dns_known *k, str name, enum nearest_of what)
{
    const struct dns_answer *address = dns_known_ask(k, name, DNS_A);
    const struct dns_answer *six = what == NEAREST_HOST ? dns_known_ask(k, name, DNS_AAAA) : NULL;
    const struct dns_answer *mx = what == NEAREST_DOMAIN ? dns_known_ask(k, name, DNS_MX) : NULL;
    struct seen s = { .known = address && (what == NEAREST_DOMAIN ? mx != NULL : six != NULL) };
    if (!s.known)
        return s;
    s.better = takes_mail(mx);
    s.good = s.better || has_records(six) || (has_records(address) && !is_null_mx(mx));
    return s;
}

static bool is_missing(const struct dns_answer *x)
{
    return x && x->code == DNS_NXDOMAIN;
}

/* The first that takes mail by an MX, else the first that exists at all. */
static bool choose(struct dns_known *k, const str *names, size_t count, enum nearest_of what,
                   struct nearest *out)
{
    str good = STR_NONE, better = STR_NONE;
    bool known = true;
    for (size_t i = 0; i < count; i++) {
        struct seen s = look_at(k, names[i], what);
        known &= s.known;
        if (s.better && !better.n)
            better = names[i];
        if (s.good && !good.n)
            good = names[i];
    }
    out->name = better.n ? better : good;
    return known;
}

bool nearest_look(struct dns_known *k, str name, enum nearest_of what,
                  const struct dns_suffixes *suffixes, struct arena *a, struct nearest *out)
{
    str names[NEAREST_ASKED_MAX];
    str domain = dns_org_domain(name, suffixes);
    const struct dns_answer *self = dns_known_ask(k, name, what == NEAREST_HOST ? DNS_A : DNS_MX);
    const struct dns_answer *above = domain.n && domain.n < name.n
                                         ? dns_known_ask(k, domain, DNS_SOA)
                                         : self;
    *out = (struct nearest){ .missing = false };
    if (!self || !above)
        return false;
    if (!is_missing(self))
        return true;
    out->missing = true;
    size_t count = nearest_candidates(name, what, is_missing(above), suffixes, a, names);
    return choose(k, names, count, what, out);
}
