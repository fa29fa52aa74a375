/* SPDX-License-Identifier: ISC */
/*
 * doctor/record_script.h - records written as text, for tests
 * Owns    a small language in which what was asked, what was seen, and what came out of it each fit on a
 *         line of a table. A mistake in a script ends the test program with the words that are wrong.
 *
 * A record is rows with "|" between. A row begins with its door: port, then "+" for STARTTLS or "!" for
 * SSL/TLS, "@2" for the second address, "@6" for one of IPv6, "~" for the second source, "*" for a
 * certificate of ours. Then what was seen:
 *
 *   lookup                     the name has no address (no door)
 *   587 refused                or silent, unreachable: no connection
 *   587 mute                   connected, no greeting; junk: octets that are no reply
 *   587 220 hello              greeting
 *   587+ tls                   handshake, certificate in order
 *   587+ tls expired,other     handshake, certificate faults
 *   587+ tls wrong-name names=a.test     and the certificate's names
 *   587+ tls failed            no handshake; "tls 454 words": STARTTLS refused; "465! tls silent"
 *   587+ tls cut               hands were being shaken, and the connection was reset
 *   587+ tls tls-failed words  no handshake, in those words
 *   587+ observed TLSv1        the handshake completes by an open policy; or "observed failed"
 *   587+ unoffered             STARTTLS that was not offered, as with tls; "unoffered 502 words"
 *   995! pop +OK words         mail was fetched; "pop -ERR words"; an end
 *   587+ ehlo STARTTLS, AUTH PLAIN      what is offered; "ehlo 550 words": refused
 *   587+ tls asked             the server asked for our certificate, "shown": and was shown one
 *   587+ login PLAIN 235 words          or an end: "login PLAIN closed"
 *   587+ login XOAUTH2 {"status":"401"} 535 words   with what was said in the exchange, no blank in it
 *   587 auth PLAIN 538 words            AUTH alone
 *   587+ rcpt 550 5.7.1 words           trial without login up to RCPT, or "mail 550 words"
 *   587+ PLAIN rcpt 250                 trial with login
 *   587+ PLAIN data 550 words           message, up to its end; "message rcpt 550 words": not so far
 *
 *   25 at=mx.b.test/192.0.2.9 mx 220 words     another server: its greeting, or how it ended
 *   25 at=mx.b.test/192.0.2.9 from=<> to=postmaster@b.test mx rcpt 550 words
 *   dns example.org MX 10 a.test , 20 b.test    what the resolver said; or NXDOMAIN, none (no such type),
 *                              SERVFAIL, REFUSED, timeout, broken; "aa", "secure" or "bogus" before it. The
 *                              record must have its table
 *   dns@system mail.example.org A 192.0.2.1     getaddrinfo; dns@192.0.2.53: a name server, straight
 *
 * from=, to=, helo= and user= before the verb say what differs from the usual anna@example.org,
 * bob@outside.example, here.example.net and anna@example.org; from=<> is the empty reverse-path. repaired:
 * with the repaired password; old-helo: on a connection that said HELO; author=: the message's From; size=:
 * said in MAIL.
 */
#ifndef BATON_DOCTOR_RECORD_SCRIPT_H
#define BATON_DOCTOR_RECORD_SCRIPT_H
#include "doctor/judge.h"

#define SCRIPT_HOST "mail.example.org"
#define SCRIPT_OWN  "anna@example.org"
#define SCRIPT_TO   "bob@outside.example"
#define SCRIPT_HELO "here.example.net"

struct ip script_ip(const char *text);
/* "587 starttls PLAIN" and so on: port, security, and "-" (no login), "auto" login as "login", or a
 * mechanism. "known": the login is at hand though it is not used; "unknown": it is used and not at hand.
 * "pop": mail can be fetched from the same host, port 995.
 * password, token, certificate, ticket: what it is made with; shows: a certificate is shown.
 * odd= names an anomaly of the password (base/password_shape.h).
 * host= is the server's name, asks-all --resolver, public-ip= and whoami= the flags of that name.
 * from= to= helo= user= author= size= own= old-helo ~ as above; error= takes the rest. Slices point into text. */
void script_asked(const char *text, struct doctor_asked *out);
/* r must have its arena; rows are added to what it holds. */
void script_record(const char *text, struct doctor_record *r);
/* One row. */
void script_row(str text, struct doctor_record *r);
/* "refused: client-never-authenticates proved, from-not-login likely; exit 1; next". */
const char *script_judgement(const struct doctor_judgement *j, char *out, size_t room);
#endif
