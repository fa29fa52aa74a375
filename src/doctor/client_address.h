/* SPDX-License-Identifier: ISC */
/*
 * doctor/client_address.h - the client's address, where a server says it
 * Speaks  RFC 5321 sections 4.1.1.1 (the answer to EHLO) and 4.1.3 (address-literals).
 */
#ifndef BATON_DOCTOR_CLIENT_ADDRESS_H
#define BATON_DOCTOR_CLIENT_ADDRESS_H
#include "base/ip.h"

/* In the answer to EHLO, "mail.example.org Hello client [192.0.2.1]": the only address in the first line behind
 * its first word, which is the server's own name; not the server's own address. False: none, or several. */
bool client_address_in_greeting(str reply, const struct ip *server, struct ip *out);
/* In a refusal, "client host [192.0.2.1] blocked": the only address that is said, not the server's own. */
bool client_address_in_refusal(str reply, const struct ip *server, struct ip *out);
#endif
