/* SPDX-License-Identifier: ISC */
/*
 * mailauth/zone_script.h - a small DNS for tests, written as text
 * Owns    a line a record: "NAME TYPE DATA". Blank lines and lines that begin with # are nothing.
 *
 *     a.example      TXT   v=spf1 mx -all            to the end of the line; \xHH is one octet
 *     a.example      MX    10 mx.a.example
 *     mx.a.example   A     192.0.2.1
 *     1.2.0.192.in-addr.arpa PTR mx.a.example
 *     www.a.example  CNAME mx.a.example              followed
 *     slow.example   TIMEOUT TXT                     also SERVFAIL, REFUSED, BROKEN; without a type: every one
 *
 * A name without any line does not exist, unless names below it do. Names as in dns/dns.h (escaped).
 */
#ifndef BATON_MAILAUTH_ZONE_SCRIPT_H
#define BATON_MAILAUTH_ZONE_SCRIPT_H
#include "base/arena.h"
#include "dns/known.h"

/* The answer to one question; its text is in the arena and in the script. */
struct dns_answer zone_script_answer(const char *script, const struct dns_question *q,
                                     struct arena *memory);
/* Calls core, answers all that it noted, and calls again, until it returns true: the number of round trips,
 * or UINT_MAX when a round noted nothing and the core still could not tell. */
unsigned zone_script_run(const char *script, struct dns_known *k, bool (*core)(void *user),
                         void *user);
#endif
