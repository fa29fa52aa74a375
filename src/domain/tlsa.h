/* SPDX-License-Identifier: ISC */
/*
 * domain/tlsa.h - the TLSA records of a mail host, as senders of mail take them
 * Speaks  RFC 6698 section 2, RFC 7671, RFC 7672 section 3.1 (which usages SMTP takes).
 * Leaves  comparing them with a certificate to whoever has one. They count only with DNSSEC (RFC 7672 section 2).
 */
#ifndef BATON_DOMAIN_TLSA_H
#define BATON_DOMAIN_TLSA_H
#include "base/names.h"

enum tlsa_fault {
    TLSA_FINE,
    TLSA_TOO_SHORT,
    TLSA_PKIX_USAGE, /* 0 or 1: senders of mail treat it as if it were not there */
    TLSA_UNKNOWN_USAGE,
    TLSA_UNKNOWN_SELECTOR,
    TLSA_UNKNOWN_MATCHING,
    TLSA_BAD_LENGTH /* SHA-256 has 32 octets, SHA-512 64 */
};
extern const struct names TLSA_FAULT_NAMES;

struct tlsa {
    enum tlsa_fault fault; /* other than TLSA_FINE: it cannot be used */
    uint8_t usage, selector, matching;
    str data; /* octets, a part of the record */
};
void tlsa_read(str octets, struct tlsa *out);
#endif
