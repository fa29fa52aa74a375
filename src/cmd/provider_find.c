/* SPDX-License-Identifier: ISC */
#include "cmd/provider_find.h"

/* The one whose title has the word in it; NULL: none, or several. Short ones stand in many. */
static const struct provider *by_title(str word)
{
    const struct provider *p, *one = NULL;
    for (size_t i = 0; word.n >= 3 && (p = provider_at(i)) != NULL; i++) {
        if (str_eq_nocase(p->title, word))
            return p;
        if (str_find_nocase(p->title, word) == STR_NOT_FOUND)
            continue;
        if (one)
            return NULL;
        one = p;
    }
    return one;
}

static const struct provider *by_name(str name, struct provider_found *out)
{
    const struct provider *p = provider_named(name);
    if (!p)
        p = provider_of_domain(name);
    if (!p && provider_host_of(name, &out->host))
        p = out->host.provider;
    if (!p)
        p = provider_of_mx(name);
    return p ? p : by_title(name);
}

static str nearest_id(str typed)
{
    struct name_row rows[256];
    const struct provider *p;
    size_t n = 0;
    for (; n < COUNT_OF(rows) && (p = provider_at(n)) != NULL; n++)
        rows[n] = (struct name_row){ (int)n, p->id };
    return names_nearest(&(struct names){ rows, n }, typed);
}

static void find_nearest(str name, struct provider_found *out)
{
    out->nearest = provider_nearest_domain(name);
    out->nearest_of = provider_of_domain(out->nearest);
    if (!out->nearest.n && !out->address.n) {
        out->nearest = provider_nearest_host(name);
        out->nearest_of = provider_of_host(out->nearest);
    }
    if (!out->nearest.n && !out->address.n && str_find_octet(name, '.') == STR_NOT_FOUND) {
        out->nearest = nearest_id(name);
        out->nearest_of = provider_named(out->nearest);
    }
}

bool provider_find(str typed, struct provider_found *out)
{
    size_t at = str_rfind_octet(typed, '@');
    *out = (struct provider_found){ .typed = typed };
    if (at != STR_NOT_FOUND) {
        out->address = typed;
        out->provider = provider_of_domain(str_skip(typed, at + 1));
    } else if (typed.n)
        out->provider = by_name(typed, out);
    if (!out->provider)
        find_nearest(at == STR_NOT_FOUND ? typed : str_skip(typed, at + 1), out);
    return out->provider != NULL;
}
