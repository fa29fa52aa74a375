/* SPDX-License-Identifier: ISC */
/*
 * dns/record_text.h - a record as a line of text, both ways
 * Owns    "300 MX 10 mail.example.org", and "example.org. 300 NS ns.example.org" where the owner is known.
 * Speaks  RFC 1035 section 5.1 in part: names without a dot at their end but an owner's, SOA by its
 *         primary, serial and minimum, octets of DS, DNSKEY and TLSA in hex.
 */
#ifndef BATON_DNS_RECORD_TEXT_H
#define BATON_DNS_RECORD_TEXT_H
#include "base/buf.h"
#include "dns/dns.h"

/* Is it written in the escapes of RFC 1035, so that no blank, control or octet above ASCII is left in it? */
bool dns_name_is_escaped(str name);
/* What stands behind the type: "10 mail.example.org". ASCII, nothing that a terminal minds. */
bool dns_record_value_text(const struct dns_record *r, struct buf *out);
/* The whole line, which can be read again. */
bool dns_record_text(const struct dns_record *r, struct buf *out);
/* Slices are copied into the arena. False: it is no such line, or memory is short. */
bool dns_record_from_text(str line, struct arena *memory, struct dns_record *out) MUST_CHECK;
#endif
