/* SPDX-License-Identifier: ISC */
/*
 * settings/provider_look.c - whose a name is
 */
#include "settings/providers.h"

static bool is_it(str word, str name)
{
    return str_eq_nocase(word, name);
}

/* A name that ends in the word, behind a dot, or is it. */
static bool lies_below(str word, str name)
{
    return str_ends_nocase(name, word) && (name.n == word.n || name.p[name.n - word.n - 1] == '.');
}

static bool any_word(str list, str name, bool (*fits)(str word, str name))
{
    for (str rest = list; rest.p;) {
        str word = str_cut(&rest, ' ');
        if (word.n && fits(word, name))
            return true;
    }
    return false;
}

const struct provider *provider_of_domain(str domain)
{
    const struct provider *p;
    for (size_t i = 0; (p = provider_at(i)) != NULL; i++)
        if (any_word(p->domains, domain, is_it))
            return p;
    return NULL;
}

const struct provider *provider_of_mx(str mx)
{
    const struct provider *p;
    for (size_t i = 0; (p = provider_at(i)) != NULL; i++)
        if (any_word(p->mx, mx, lies_below) && !any_word(p->not_mx, mx, lies_below))
            return p;
    return NULL;
}

const struct provider *provider_of_network(str reverse_name)
{
    const struct provider *p;
    for (size_t i = 0; (p = provider_at(i)) != NULL; i++)
        if (any_word(p->networks, reverse_name, lies_below))
            return p;
    return NULL;
}

const struct provider *provider_of_host(str host)
{
    const struct provider *p;
    for (size_t i = 0; host.n && (p = provider_at(i)) != NULL; i++)
        if (str_eq_nocase(p->host, host) || any_word(p->others, host, is_it))
            return p;
    return NULL;
}

const struct provider *provider_named(str id)
{
    const struct provider *p;
    for (size_t i = 0; (p = provider_at(i)) != NULL; i++)
        if (str_eq_nocase(p->id, id))
            return p;
    return NULL;
}

str provider_user(const struct provider *p, str address)
{
    size_t at = str_rfind_octet(address, '@');
    switch (p->user) {
    case PROVIDER_USER_ADDRESS: return address;
    case PROVIDER_USER_LOCAL: return at == STR_NOT_FOUND ? address : str_take(address, at);
    case PROVIDER_USER_FIXED: return p->fixed_user;
    case PROVIDER_USER_UNSAID:
    case PROVIDER_USER_OWN: break;
    }
    return STR_NONE;
}
