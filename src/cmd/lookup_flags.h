/* SPDX-License-Identifier: ISC */
/*
 * cmd/lookup_flags.h - the flags that every command takes which only asks DNS
 * Owns    --resolver, --dns-port, --trust-anchor, --timeout, --json, --verbose, as rows for a table of options.
 */
#ifndef BATON_CMD_LOOKUP_FLAGS_H
#define BATON_CMD_LOOKUP_FLAGS_H
#include "cmd/cmd.h"
#include "net/gather.h"

/* Lies at the beginning of the command's own flags, so that the rows can fill it in. */
struct lookup_flags {
    struct net_gather_options gather;
    uint64_t timeout_s; /* of the whole command; lookup_flags_init(): 20 */
    bool json, verbose;
};
void lookup_flags_init(struct lookup_flags *f);

bool lookup_take_resolver(void *into, const char *value, struct err *e);
bool lookup_take_dns_port(void *into, const char *value, struct err *e);
bool lookup_take_trust_anchor(void *into, const char *value, struct err *e);
bool lookup_take_timeout(void *into, const char *value, struct err *e);
bool lookup_take_json(void *into, const char *value, struct err *e);
bool lookup_take_verbose(void *into, const char *value, struct err *e);

#define LOOKUP_OPTIONS                                                                             \
    { "resolver", "IP[:PORT]", "ask this DNS server, not the system's", lookup_take_resolver },    \
        { "dns-port", "PORT", "port of name servers that are asked straight (53)",                 \
          lookup_take_dns_port },                                                                  \
        { "trust-anchor", "FILE", "trust these DNSSEC keys in place of the root's",                \
          lookup_take_trust_anchor },                                                              \
        { "timeout", "S", "seconds for all of it (20)", lookup_take_timeout },                     \
        { "json", NULL, "one JSON document on standard output", lookup_take_json },                \
    {                                                                                              \
        "verbose", NULL, "every step and every record", lookup_take_verbose                        \
    }
#endif
