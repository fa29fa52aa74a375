/* SPDX-License-Identifier: ISC */
/*
 * mock/mock.h - a mail server that refuses on purpose, the way real servers do
 * Owns    up to six listening doors on loopback, the certificates it shows (made at start, in memory), and
 *         every connection that comes. Accepted mail is counted, its size logged, and nothing is kept.
 * Speaks  what smtp/server.h speaks; which refusal it plays, and in whose words, are rows of mock/play.h.
 * Leaves  the loop, and what becomes of a log line, to the caller.
 */
#ifndef BATON_MOCK_MOCK_H
#define BATON_MOCK_MOCK_H
#include "base/err.h"
#include "base/ip.h"
#include "base/names.h"
#include "cause/cause.h"
#include "mock/observe.h"
#include "net/loop.h"

/* What a door is like: port 25 (in clear, STARTTLS, mail for its own domain), port 587 (in clear,
 * STARTTLS, for users) or port 465 (TLS from the first octet, for users). Ports 110 and 995 are POP3: in
 * clear with STLS, and TLS from the first octet. */
enum mock_door_kind {
    MOCK_DOOR_MX,
    MOCK_DOOR_SUBMISSION,
    MOCK_DOOR_SUBMISSIONS,
    MOCK_DOOR_POP3,
    MOCK_DOOR_POP3S,
    MOCK_DOOR_KINDS
};
extern const struct names MOCK_DOOR_NAMES; /* "mx" "submission" "submissions" "pop3" "pop3s" */
static inline bool mock_door_is_tls(enum mock_door_kind kind)
{
    return kind == MOCK_DOOR_SUBMISSIONS || kind == MOCK_DOOR_POP3S;
}
static inline bool mock_door_is_pop3(enum mock_door_kind kind)
{
    return kind == MOCK_DOOR_POP3 || kind == MOCK_DOOR_POP3S;
}

/* How the mock behaves besides what it plays: manners that real servers have. */
struct mock_manners {
    uint32_t greeting_ms; /* the greeting waits so long */
    uint32_t tarpit_ms;   /* so does every reply behind it */
    uint32_t wait_ms; /* greylisting: how long after the first attempt a second is taken; 0: 10 s */
    bool drops;       /* it closes the connection after a refusal */
    bool bans;        /* after a refused login it turns that address away in the greeting */
    bool random;      /* half of the refusals, by chance, are not given */
    bool temporary;   /* a refusal that is for good is given with 454 */
};

struct mock_door {
    enum mock_door_kind kind;
    uint16_t port; /* 0: any free one; see mock_port() */
};

#define MOCK_HOSTNAME "mail.corp.example"
#define MOCK_USER     "anna@corp.example"
#define MOCK_FLAVOUR  "postfix"

/* All slices are copied by mock_new(). The mock's own domain is that of user, or where user has none,
 * the hostname without its first label. */
enum { MOCK_DOORS = 6, MOCK_CONNECTIONS = 64 };
struct mock_options {
    enum cause_id cause; /* CAUSE_NONE: healthy */
    str as;              /* whose words, a name of MOCK_FLAVOUR_NAMES; empty: MOCK_FLAVOUR */
    struct ip address;   /* loopback, anything else is an error; IP_NONE: 127.0.0.1 */
    unsigned door_count; /* 0: one of each kind, on any port; POP3 only where the play needs it */
    struct mock_door doors[MOCK_DOORS];
    str hostname;   /* empty: MOCK_HOSTNAME */
    str user;       /* the one login there is; empty: MOCK_USER */
    str password;   /* empty: any password is the right one */
    str mechanisms; /* "LOGIN"; empty: what the cause's row says */
    struct ip_net
        trusted; /* who may relay without a login, where the cause has such a list; IP_NONE:
                              nobody */
    struct mock_manners manners;
    const struct mock_observer *observer; /* NULL: it plays. Else it takes everything, and tells */
    /* One line a reply the server gave, and one a connection that comes or goes; escaped, good during
     * the call. Connections count from 1. NULL: none wanted. */
    void (*log)(void *user, unsigned connection, str line);
    void *log_user;
};

/* What clients did, for tests on the wire. */
struct mock_counts {
    unsigned connections;   /* that came */
    unsigned open, most;    /* open now, and the most at one time */
    unsigned logins;        /* AUTH exchanges that reached a verdict */
    unsigned logins_clear;  /* of these, outside TLS: the password was readable on the way */
    unsigned login_refused; /* of these, refused */
    unsigned refusals;      /* 4xx and 5xx replies of any kind */
    unsigned messages;      /* mail data accepted */
    unsigned quits;         /* QUIT said */
    unsigned fetched;       /* logins at a POP3 door that were taken */
};

struct mock_server;
/* The error says what cannot be played, listened on or understood, and what can. */
struct mock_server *mock_new(struct net_loop *l, const struct mock_options *o,
                             struct err *e) MUST_CHECK;
/* Closes the doors and every connection; what is asynchronous in that ends on the loop. No log line
 * comes after. */
void mock_free(struct mock_server *m);
AUTO_FREE(mock_freep, struct mock_server, mock_free)

unsigned mock_door_count(const struct mock_server *m);
enum mock_door_kind mock_door_kind_of(const struct mock_server *m, unsigned door);
uint16_t mock_port(const struct mock_server *m, unsigned door);
/* The authority to trust. Its certificate is also made for the causes whose leaf it did not sign. Good
 * until mock_free(). */
str mock_ca_pem(const struct mock_server *m);
str mock_client_pem(
    const struct mock_server *m); /* a client's certificate of that authority, and its key */
const struct mock_counts *mock_counts(const struct mock_server *m);
#endif
