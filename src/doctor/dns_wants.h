/* SPDX-License-Identifier: ISC */
/*
 * doctor/dns_wants.h - what the doctor wants to know of DNS
 * Owns    which names may be asked for at all, and which are worth asking for in a run.
 * Leaves  asking to doctor/lookups.h, meaning to the judge. A function of asked and record, called again
 *         whenever either has more in it: what is missing is noted in the record's table.
 *
 * No local-part of an address is ever part of a question, and no secret.
 */
#ifndef BATON_DOCTOR_DNS_WANTS_H
#define BATON_DOCTOR_DNS_WANTS_H
#include "doctor/evidence.h"

/* A host or domain as it is asked for (A-labels); empty: it is no name, or one that is not asked for. Names
 * that the world does not have (RFC 6761, RFC 6762) are asked for only where --resolver says whom. */
str doctor_dns_name(const struct doctor_asked *asked, str typed, char out[DNS_NAME_MAX]);
/* The same of the domain of an address. */
str doctor_dns_domain(const struct doctor_asked *asked, str mailbox, char out[DNS_NAME_MAX]);
bool doctor_dns_may_ask_of(const struct doctor_asked *asked, const struct ip *address);

/* Notes what is missing. */
void doctor_dns_want(const struct doctor_asked *asked, const struct doctor_record *r);
#endif
