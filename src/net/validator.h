/* SPDX-License-Identifier: ISC */
/*
 * net/validator.h - the resolver's answers with their signatures checked here
 * Owns    libunbound (loaded when the first question comes), its thread, and what is believed of its verdicts.
 * Speaks  RFC 4033 to 4035, by way of libunbound.
 *
 * A resolver that drops signatures makes every signed zone look forged. So nothing is called bogus or unsigned
 * before the keys of the trust anchor's own zone came through this resolver and proved good; nor is it called
 * bogus while a key on the way to it could not be had, or when a second look with an empty cache differs. What
 * cannot be checked is DNS_UNCHECKED and says why: it has no records, and is to be asked of the resolver as it is.
 */
#ifndef BATON_NET_VALIDATOR_H
#define BATON_NET_VALIDATOR_H
#include "base/ip.h"
#include "dns/dns.h"
#include "net/loop.h"

struct net_resolv_conf;
struct net_validator;
struct net_validator_options {
    const struct net_resolv_conf *resolvers; /* copied */
    uint16_t port;
    uint32_t timeout_ms;      /* of one question; three fifths of it are used here */
    const char *trust_anchor; /* a file of DS or DNSKEY records; NULL: the root's, of the system */
};
/* What stands in the way of validating comes with each answer. NULL: memory is short. */
struct net_validator *net_validator_new(struct net_loop *l, const struct net_validator_options *o,
                                        struct err *e) MUST_CHECK;
/* Its validations are freed before. */
void net_validator_free(struct net_validator *v);

struct net_validation;
/* q is copied. done is called once, later, and may free x and v. A bogus answer has no records and the code
 * DNS_SERVFAIL, as RFC 4035 section 5.5 has it. */
struct net_validation *net_validator_ask(struct net_validator *v, const struct dns_question *q,
                                         void (*done)(void *user, struct net_validation *x),
                                         void *user, struct err *e) MUST_CHECK;
void net_validation_free(struct net_validation *x); /* also before done */
/* After done; good until x is freed. */
const struct dns_answer *net_validation_answer(const struct net_validation *x);
#endif
