/* SPDX-License-Identifier: ISC */
#include "relay/handed.h"
#include "base/buf.h"

enum { NAMES_MAX = 120 };

bool relay_handed_any(const struct net_handed *h, const struct site_listener *l)
{
    for (size_t i = 0; h && i < h->count; i++)
        if (str_eq(h->sockets[i].name, l->name))
            return true;
    return false;
}

static bool has_address(const struct site_listener *l, const struct ip *address)
{
    for (size_t i = 0; i < l->address_count; i++)
        if (ip_eq(&l->addresses[i], address))
            return true;
    return l->address_count == 0;
}

static bool is_covered(const struct net_handed *h, const struct site_listener *l,
                       const struct ip *address)
{
    for (size_t i = 0; i < h->count; i++)
        if (str_eq(h->sockets[i].name, l->name) && ip_eq(&h->sockets[i].address, address))
            return true;
    return false;
}

bool relay_handed_fits(const struct net_handed *h, const struct site_listener *l, struct err *e)
{
    char text[IP_TEXT_MAX];
    if (!relay_handed_any(h, l))
        return true;
    for (size_t i = 0; i < h->count; i++) {
        const struct net_handed_socket *s = &h->sockets[i];
        if (str_eq(s->name, l->name) && (s->port != l->port || !has_address(l, &s->address)))
            return err_set(
                e, ERR_SYNTAX,
                "the socket handed over as \"%.*s\" listens at %s port %u, and listener "
                "\"%.*s\" says otherwise: make ListenStream= of its .socket unit and the "
                "rule file the same",
                STR_ARG(s->name), ip_text(&s->address, text), s->port, STR_ARG(l->name));
    }
    for (size_t i = 0; i < l->address_count; i++)
        if (!is_covered(h, l, &l->addresses[i]))
            return err_set(e, ERR_SYNTAX,
                           "no socket at %s is handed over for listener \"%.*s\", though others "
                           "are: give its .socket unit a ListenStream= for each address",
                           ip_text(&l->addresses[i], text), STR_ARG(l->name));
    return true;
}

const struct net_handed_socket *relay_handed_left(const struct net_handed *h,
                                                  const struct site *site)
{
    for (size_t i = 0; h && i < h->count; i++) {
        bool taken = false;
        for (size_t l = 0; l < site->listener_count && !taken; l++)
            taken = str_eq(h->sockets[i].name, site->listeners[l].name);
        if (!taken)
            return &h->sockets[i];
    }
    return NULL;
}

bool relay_handed_check(const struct net_handed *h, const struct site *site, struct err *e)
{
    AUTO(buf_done) struct buf names;
    buf_init(&names, NAMES_MAX);
    for (size_t l = 0; l < site->listener_count; l++)
        if (!relay_handed_fits(h, &site->listeners[l], e))
            return false;
    const struct net_handed_socket *left = relay_handed_left(h, site);
    if (!left)
        return true;
    for (size_t l = 0; l < site->listener_count; l++)
        buf_addf(&names, "%s%.*s", l ? ", " : "", STR_ARG(site->listeners[l].name));
    return err_set(e, ERR_SYNTAX,
                   "a socket was handed over as \"%.*s\", and no listener has that name: say "
                   "FileDescriptorName= in its .socket unit, one of: %.*s",
                   STR_ARG(str_take(left->name, 60)), STR_ARG(buf_str(&names)));
}
