/* SPDX-License-Identifier: ISC */
/*
 * net/dialogue.h - an SMTP client on a connection: stream, client core, SASL and deadline in one
 * Owns    the stream, the core and the login of one connection. The doctor and delivery both use it.
 * Guards  a password that the server would see is sent only under verified TLS, unless the caller
 *         says otherwise in words: the check is here, at the lowest place, not at the callers'.
 * Leaves  what to say next, and what a reply means, to the caller.
 */
#ifndef BATON_NET_DIALOGUE_H
#define BATON_NET_DIALOGUE_H
#include "net/stream.h"
#include "sasl/client.h"
#include "smtp/client.h"

struct net_dialogue;

struct net_dialogue_options {
    struct net_endpoint to;
    str host;                    /* the name whose certificate must be shown */
    struct net_tls_context *tls; /* must outlive the dialogue; NULL: TLS is not possible */
    bool tls_at_once;            /* ClientHello before anything else */
    bool allow_clear_auth;       /* --allow-clear-auth: see net_dialogue_auth() */
    bool allow_clear_digest;     /* in clear, a mechanism that does not reveal the password */
    struct smtp_client_limits limits;
    uint32_t connect_ms;  /* longest wait for the connection; 0: 30 s */
    uint32_t tls_ms;      /* longest handshake; 0: 30 s */
    uint64_t deadline_ms; /* absolute, of the loop's clock: closes whatever happens; 0: none */
};

enum net_dialogue_event_kind {
    NET_DIALOGUE_OPENED,  /* TCP stands; took_ms is the round trip of the connect */
    NET_DIALOGUE_SECURED, /* tls is set: the handshake completed, verified or not */
    NET_DIALOGUE_REPLY, /* ticket, stage and reply; ticket 0 is the greeting or unasked, of which there are not many */
    NET_DIALOGUE_UNSENT, /* this ticket got no reply: the connection ended first */
    NET_DIALOGUE_NO_LOGIN, /* the slow login of NET_DIALOGUE_SLOW was not sent: why; the dialogue goes on */
    NET_DIALOGUE_BODY, /* ready for a piece of mail data: net_dialogue_body() */
    NET_DIALOGUE_ENDED /* last, once: stage, end and why; the dialogue is gone after the call. ticket
                          NET_DIALOGUE_SLOW: a slow login was not begun yet, and nothing of it sent */
};
struct net_dialogue_event {
    enum net_dialogue_event_kind kind;
    uint64_t now_ms;
    uint32_t
        took_ms; /* OPENED, SECURED: from the beginning of it; REPLY: since octets last went out */
    smtp_ticket ticket;
    enum smtp_stage stage;
    const struct smtp_reply *reply; /* good during the call */
    /* SECURED and ENDED; good until ENDED returns. With ENDED also after a handshake that failed (done
     * is false then); NULL: none was tried. */
    const struct smtp_tls_facts *tls;
    enum smtp_end end;
    str why; /* a sentence for ENDED, escaped; empty when nothing went wrong. For NO_LOGIN, and for the
                REPLY to a login that we called off, or that was taken before its exchange was over:
                why */
    str sasl; /* REPLY to a login: the error that the server told inside the exchange; see
                 sasl_client_said() */
};

struct net_dialogue_calls {
    void (*event)(void *user, struct net_dialogue *d, const struct net_dialogue_event *ev);
    /* Every line for the transcript, without CRLF, as raw octets (the printer escapes); of a longer one the
     * first 2,048 octets. What answers an AUTH, and mail data, come as a note of their length in
     * brackets, never as octets. NULL: none wanted. sent: ours; else the server's. */
    void (*line)(void *user, struct net_dialogue *d, bool sent, str line);
    void *user;
};

/* o is copied. NULL, with no event ever, when nothing could be begun. */
struct net_dialogue *net_dialogue_open(struct net_loop *l, const struct net_dialogue_options *o,
                                       const struct net_dialogue_calls *calls,
                                       struct err *e) MUST_CHECK;

/* These may be called from inside event(), from OPENED on (with tls_at_once: from SECURED on). They only
 * put off work: no event comes from inside them. Tickets as in smtp/client.h; 0: not possible now. */
smtp_ticket net_dialogue_ehlo(struct net_dialogue *d, str name);
smtp_ticket net_dialogue_helo(struct net_dialogue *d, str name);
smtp_ticket net_dialogue_starttls(struct net_dialogue *d);
/* The login is copied. Under verified TLS; elsewhere only with allow_clear_auth, and even then a mechanism
 * that reveals the password is not played under TLS that does not verify: who shows a wrong certificate
 * is not told it; and never on a context that only looks (net/tls.h). 0 with e set when forbidden or
 * impossible; nothing was sent then. */
/* A slow mechanism's steps run beside the loop. When it begins with a step of ours, AUTH is said once that
 * is done: the ticket is NET_DIALOGUE_SLOW then, in the events too. Of the login host and port are filled in
 * here, and the binding to TLS. */
#define NET_DIALOGUE_SLOW ((smtp_ticket)UINT32_MAX)
smtp_ticket net_dialogue_auth(struct net_dialogue *d, const struct sasl_mechanism *m,
                              const struct sasl_login *login, struct err *e);
/* AUTH and the mechanism's name, and not a word of a login: a server that wants something else first says so
 * (RFC 4954 section 4). One that asks for more is told that the exchange is cancelled. */
smtp_ticket net_dialogue_auth_alone(struct net_dialogue *d, str mechanism);
smtp_ticket net_dialogue_mail(struct net_dialogue *d, str reverse_path, str params);
smtp_ticket net_dialogue_rcpt(struct net_dialogue *d, str forward_path, str params);
smtp_ticket net_dialogue_rset(struct net_dialogue *d);
smtp_ticket net_dialogue_data(struct net_dialogue *d);
/* After BODY, one piece, of at most 1 MiB; another BODY follows unless last. False: not now. */
bool net_dialogue_body(struct net_dialogue *d, str octets, bool last);
/* QUIT, then the end within wait_ms at the latest, also when the reply never comes. */
void net_dialogue_quit(struct net_dialogue *d, uint32_t wait_ms);
void net_dialogue_abort(struct net_dialogue *d); /* close without a word; ENDED follows, later */

const struct smtp_caps *net_dialogue_caps(const struct net_dialogue *d); /* NULL before EHLO */
bool net_dialogue_opened(const struct net_dialogue *d);
bool net_dialogue_heard(const struct net_dialogue *d); /* has the peer sent anything? */
void net_dialogue_local(const struct net_dialogue *d, struct ip *address, uint16_t *port);
#endif
