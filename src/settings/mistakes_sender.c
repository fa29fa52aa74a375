/* SPDX-License-Identifier: ISC */
/*
 * settings/mistakes_sender.c - a From that servers refuse
 */
#include "settings/mistakes_inside.h"
#include "settings/provider_hosts.h"

static str domain_of(str address)
{
    size_t at = str_rfind_octet(address, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_skip(address, at + 1);
}

static bool is_example(str domain)
{
    static const str NAMES_OF[] = { STR_INIT("example.com"),    STR_INIT("example.net"),
                                    STR_INIT("yourdomain.com"), STR_INIT("your-domain.com"),
                                    STR_INIT("mydomain.com"),   STR_INIT("yourdomain.tld"),
                                    STR_INIT("domain.tld") };
    for (size_t i = 0; i < COUNT_OF(NAMES_OF); i++)
        if (str_eq_nocase(domain, NAMES_OF[i]))
            return true;
    return false;
}

/* Why servers know no such domain; empty: nothing is wrong with it. */
static str wrong_domain(str address)
{
    size_t at = str_rfind_octet(address, '@');
    str domain = at == STR_NOT_FOUND ? STR_NONE : str_skip(address, at + 1);
    if (at == STR_NOT_FOUND)
        return STR("has no @ and no domain");
    if (!domain.n || !at)
        return STR("is no whole address");
    if (str_starts(domain, STR("[")))
        return STR_NONE;
    if (str_eq_nocase(domain, STR("localhost")) || str_ends_nocase(domain, STR(".localdomain")) ||
        str_ends_nocase(domain, STR(".local")) || str_ends_nocase(domain, STR(".internal")) ||
        str_ends_nocase(domain, STR(".lan")))
        return STR("is in a domain that only this network knows");
    if (str_find_octet(domain, '.') == STR_NOT_FOUND)
        return STR("is in a domain of one word");
    if (is_example(domain))
        return STR("is in a domain as examples have it");
    return STR_NONE;
}

static void one_from(const struct mistakes_of *m, enum settings_field field, str from)
{
    const struct settings_item *item = m->r->said[field];
    if (!item || item->how & SETTINGS_ITEM_CODE || m->a->from_null)
        return;
    if (!from.n) {
        settings_mistake(m->r, MISTAKE_FROM_EMPTY, item, STR("the sender's address is empty"),
                         STR("write the address that belongs to the login"));
        return;
    }
    str why = wrong_domain(from);
    struct settings_mistake *told = NULL;
    str near = why.n ? STR_NONE : provider_nearest_domain(domain_of(from));
    if (near.n)
        settings_mistake(m->r, MISTAKE_FROM_TYPO, item,
                         arena_printf(m->r->arena,
                                      "the sender's domain is a letter or two beside %.*s",
                                      STR_ARG(near)),
                         arena_printf(m->r->arena, "write @%.*s, if that is meant", STR_ARG(near)));
    if (why.n)
        told = settings_mistake(
            m->r, MISTAKE_FROM_UNQUALIFIED, item,
            arena_printf(m->r->arena, "the sender's address %.*s", STR_ARG(why)),
            STR("write a whole address in a domain of your own, best that of the "
                "login"));
    if (told && m->near)
        told->sure = MISTAKE_NOTE;
}

/* At a provider of mailboxes a login sends as itself. Gmail puts the login's address in the place of another. */
static void foreign(const struct mistakes_of *m)
{
    str from = m->a->header_from.n ? m->a->header_from : m->a->from, user = m->a->user;
    const struct provider *of = provider_of_domain(domain_of(user));
    enum settings_field field = m->a->header_from.n ? SETTINGS_HEADER_FROM : SETTINGS_FROM;
    if (!m->logs_in || !m->provider || of != m->provider || !from.n || !domain_of(from).n ||
        str_eq_nocase(from, user) || !m->r->said[field])
        return;
    struct settings_mistake *told = settings_mistake(
        m->r, MISTAKE_FROM_OTHER, m->r->said[field],
        arena_printf(m->r->arena,
                     "the sender is another address than the login, and %.*s lets a "
                     "login send only as itself and its own aliases",
                     STR_ARG(m->provider->title)),
        STR("write the login's own address as the sender, and the other one in Reply-To"));
    if (told && str_eq(m->provider->id, STR("gmail"))) {
        told->sure = MISTAKE_NOTE;
        told->said = STR("the sender is another address than the login: Gmail puts the login's in "
                         "its place, unless the other is one of the account's own");
    }
}

void mistakes_of_sender(const struct mistakes_of *m)
{
    one_from(m, SETTINGS_FROM, m->a->from);
    if (m->r->said[SETTINGS_HEADER_FROM] != m->r->said[SETTINGS_FROM])
        one_from(m, SETTINGS_HEADER_FROM, m->a->header_from);
    foreign(m);
}
