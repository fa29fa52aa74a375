/* SPDX-License-Identifier: ISC */
#include "cmd/lookup_flags.h"
#include "cmd/host_port.h"
#include "net/trust_anchor.h"

enum { TIMEOUT_S = 20, TIMEOUT_MAX_S = 3600 };

void lookup_flags_init(struct lookup_flags *f)
{
    *f = (struct lookup_flags){ .timeout_s = TIMEOUT_S };
}

bool lookup_take_resolver(void *into, const char *value, struct err *e)
{
    struct net_gather_options *o = &((struct lookup_flags *)into)->gather;
    return take_dns_server("resolver", value, &o->resolver, &o->resolver_port, e);
}

bool lookup_take_dns_port(void *into, const char *value, struct err *e)
{
    uint64_t port;
    if (!str_to_u64(str_from(value), UINT16_MAX, &port) || port == 0)
        return err_set(e, ERR_SYNTAX, "--dns-port '%.20s' is no number from 1 to 65535", value);
    ((struct lookup_flags *)into)->gather.authority_port = (uint16_t)port;
    return true;
}

/* What is not there would else be told with each answer, as something that cannot be checked. */
bool lookup_take_trust_anchor(void *into, const char *value, struct err *e)
{
    struct net_trust_anchors found;
    if (!net_trust_anchors_read(value, &found, e))
        return false;
    ((struct lookup_flags *)into)->gather.trust_anchor = value;
    return true;
}

bool lookup_take_timeout(void *into, const char *value, struct err *e)
{
    struct lookup_flags *f = into;
    if (str_to_u64(str_from(value), TIMEOUT_MAX_S, &f->timeout_s) && f->timeout_s > 0)
        return true;
    return err_set(e, ERR_SYNTAX, "--timeout '%.20s' is no number from 1 to %d", value,
                   TIMEOUT_MAX_S);
}

bool lookup_take_json(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct lookup_flags *)into)->json = true;
}

bool lookup_take_verbose(void *into, const char *value UNUSED, struct err *e UNUSED)
{
    return ((struct lookup_flags *)into)->verbose = true;
}
