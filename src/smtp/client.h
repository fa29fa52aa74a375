/* SPDX-License-Identifier: ISC */
/*
 * smtp/client.h - the client's side of one SMTP connection, without the connection
 * Owns    the dialogue: which commands may go out together, and which reply belongs to which.
 * Speaks  RFC 5321 section 4, RFC 2920 section 3.1 (groups), RFC 3207, RFC 4954.
 * Leaves  sockets, TLS, SASL steps, the clock, and every judgement of a reply to the caller.
 */
#ifndef BATON_SMTP_CLIENT_H
#define BATON_SMTP_CLIENT_H
#include "base/err.h"
#include "base/str.h"
#include "smtp/attempt.h"
#include "smtp/caps.h"
#include "smtp/reply.h"

struct smtp_client; /* fields are in client.c */

struct smtp_client_limits {
    size_t reply_octets; /* one whole reply, CRLFs counted; beyond it: SMTP_END_BROKEN; 0: 64 KiB */
    unsigned commands;   /* commands queued at a time; beyond it a say returns 0; 0: 256 */
    uint32_t wait_ms[SMTP_STAGES]; /* longest wait for a whole reply at each stage; 0: 30 s */
};
/* now_ms is any monotonic clock. The core knows no other time than that of the last feed: waits are
 * counted from there, so feed an empty slice before saying something after a pause. NULL when memory is
 * short. */
struct smtp_client *smtp_client_new(const struct smtp_client_limits *l, uint64_t now_ms) MUST_CHECK;
void smtp_client_free(struct smtp_client *c);
AUTO_FREE(smtp_client_freep, struct smtp_client, smtp_client_free)

/* Say something. The core sends it as soon as the protocol lets it, alone or in a group (when the
 * last EHLO answer offered PIPELINING); it never pipelines past EHLO, HELO, STARTTLS, AUTH, DATA or
 * QUIT, nor before the greeting. Each ticket (never 0) comes back in one SMTP_CLIENT_REPLY (DATA: in two
 * when the first is 354), also when the connection ends first: q.reply is NULL then. 0: limit reached,
 * memory short, an argument that holds CR, LF or NUL or is too long for a command line (512 octets, and 1,100 of parameters),
 * QUIT was said, or the connection has ended. */
typedef uint32_t smtp_ticket;
smtp_ticket smtp_client_ehlo(struct smtp_client *c, str name);
smtp_ticket smtp_client_helo(struct smtp_client *c, str name);
smtp_ticket smtp_client_starttls(struct smtp_client *c);
/* initial: the first response, decoded, when the mechanism has one (section 4; "=" is sent for an
 * empty one); NULL: wait for the server's challenge. Over-long initial responses are sent after the
 * challenge instead. */
smtp_ticket smtp_client_auth(struct smtp_client *c, str mechanism, const str *initial);
smtp_ticket smtp_client_mail(struct smtp_client *c, str reverse_path, str params);
smtp_ticket smtp_client_rcpt(struct smtp_client *c, str forward_path, str params);
smtp_ticket smtp_client_rset(struct smtp_client *c);
smtp_ticket smtp_client_data(struct smtp_client *c); /* 354 first, then the end of data */
smtp_ticket smtp_client_quit(struct smtp_client *c);

enum smtp_client_ask {
    SMTP_CLIENT_NOTHING, /* wait for octets, or until smtp_client_deadline_ms() */
    SMTP_CLIENT_SEND,    /* write q.octets; good until the next call with c */
    SMTP_CLIENT_REPLY, /* q.reply (good until the next call with c) answers q.ticket at q.stage; ticket
                            0 is the greeting, or at SMTP_STAGE_NONE a reply that nobody asked for */
    SMTP_CLIENT_TLS,  /* flush, drop unread input, shake hands, then smtp_client_tls() */
    SMTP_CLIENT_SASL, /* step over q.octets (the decoded challenge), then smtp_client_sasl() */
    SMTP_CLIENT_BODY, /* give mail data by smtp_client_body(); the core doubles dots */
    SMTP_CLIENT_END   /* for good: q.end and q.stage say who ended it and where; free c. After the
                            reply to QUIT: SMTP_END_REPLY; after a 421, but for a 421 in place of the
                            greeting, which leaves the next word to the caller: SMTP_END_CLOSED */
};
/* TLS, SASL and BODY are asked once each; BODY again after every piece of mail data. */
struct smtp_client_question {
    str octets;
    bool secret; /* SEND: the octets answer an AUTH; never log them */
    const struct smtp_reply *reply;
    smtp_ticket ticket;
    enum smtp_stage stage;
    enum smtp_end end;
    enum smtp_broken broken; /* with SMTP_END_BROKEN */
    str seen;                /* with END: the first octets of a reply that did not come whole */
};

/* Octets from the peer; an empty slice only moves the clock. Dialogue never re-enters. */
void smtp_client_feed(struct smtp_client *c, str octets, uint64_t now_ms);
/* The peer closed, or the transport failed: end is CLOSED, RESET, TLS_FAILED or OURS. */
void smtp_client_ended(struct smtp_client *c, enum smtp_end end);
/* Whoever breaks off before the end still has QUIT to say (RFC 5321 section 4.1.1.10): the server greeted,
 * heard none, and would read it as a command. Not behind STARTTLS or DATA whose answer may still come, nor
 * inside a challenge or mail data. Also after END, for one that was SILENT or BROKEN. */
bool smtp_client_owes_quit(const struct smtp_client *c);
/* Ask until NOTHING or END. What the peer said before it went is still read; then tickets still open come
 * back, each with reply NULL, the end last. */
enum smtp_client_ask smtp_client_next(struct smtp_client *c, struct smtp_client_question *q);
uint64_t smtp_client_deadline_ms(const struct smtp_client *c); /* UINT64_MAX: none */
/* After SMTP_CLIENT_TLS. secured: the handshake completed. Forgets EHLO and every octet read before
 * (RFC 3207 section 4.2); dropped_octets counts what the stream threw away on top. */
void smtp_client_tls(struct smtp_client *c, bool secured, size_t dropped_octets);
size_t
smtp_client_dropped_octets(const struct smtp_client *c); /* clear text behind STARTTLS's 220 */

enum smtp_sasl_step { SMTP_SASL_ANSWER, SMTP_SASL_CANCEL };
/* After SMTP_CLIENT_SASL: the response (decoded), or cancel with "*" (RFC 4954 section 4). */
void smtp_client_sasl(struct smtp_client *c, enum smtp_sasl_step step, str response);
/* Mail data, its lines ended by CRLF, in pieces cut anywhere (64 MiB each at most). False: take the SENDs
 * first, then give the same octets again. last adds CRLF.CRLF. Where no mail data was asked for, nor any
 * more (the connection ended): true, and the octets go nowhere. */
bool smtp_client_body(struct smtp_client *c, str octets, bool last);
/* The capabilities of the last good EHLO on this layer; NULL before, and after a good HELO. Good until the next EHLO reply. */
const struct smtp_caps *smtp_client_caps(const struct smtp_client *c);
#endif
