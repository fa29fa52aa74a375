/* SPDX-License-Identifier: ISC */
/*
 * doctor/evidence.h - what the user has, and everything that was seen
 * Owns    the record of a run: one row an observation, numbered from 1 in the order in which it was made.
 *         The judge reads nothing else, so a stored record gives the same answer again (--verify).
 * Leaves  making observations to doctor/plan.h and doctor/visit.h.
 */
#ifndef BATON_DOCTOR_EVIDENCE_H
#define BATON_DOCTOR_EVIDENCE_H
#include "base/arena.h"
#include "dns/known.h"
#include "dns/org_domain.h"
#include "doctor/config.h"
#include "doctor/pasted.h"
#include "sasl/mechanism.h"
#include "smtp/attempt.h"
#include "smtp/caps.h"

/* What the user's program does, as far as it was said. port 0: not said; security AUTO: not said;
 * mechanism "auto": logs in by whatever is safe; empty: does not log in. */
struct doctor_asked {
    struct smtp_attempt attempt;
    bool login_known;     /* user and secret are here, whether or not the program uses them */
    unsigned credentials; /* enum sasl_credential: what a login can be made with; 0: not said */
    unsigned
        password_anomalies; /* of the password as given: base/password_shape.h; 0: nothing odd */
    str own_address; /* the user's mailbox: ADDRESS, or --from, or the user name when it is one */
    str pop_host;    /* --pop: the server that mail is fetched from; empty: not said */
    uint16_t pop_port;
    /* By which names are of one house; NULL: guessed. */
    const struct dns_suffixes *suffixes;
    str pasted_error;            /* --error or --bounce, cleaned, secrets masked; empty: none */
    struct doctor_pasted pasted; /* what it tells by its words */
    struct ip public_ip; /* --public-ip: where the servers see us come from; IP_NONE: not said */
    str whoami;          /* --whoami: the name in DNS that answers with it; empty: not said */
    bool dns_private;    /* --resolver: reserved names and private addresses are asked for too */
    str found; /* where the server comes from that the user did not name: a sentence; empty: he did */
    const struct doctor_config *config; /* --config: the program's own file; NULL: none was read */
};

/* What the program's login is taken to be made with. */
static inline unsigned doctor_credentials(const struct doctor_asked *asked)
{
    return asked->credentials ? asked->credentials : SASL_PASSWORD;
}

enum doctor_probe {
    PROBE_NONE,
    PROBE_LOOKUP,   /* host to addresses */
    PROBE_GREETING, /* connect and greeting; security none (in clear) or tls (ClientHello first) */
    PROBE_TLS,      /* STARTTLS and handshake, or the handshake of tls */
    PROBE_CAPABILITIES, /* EHLO on the attempt's layer */
    PROBE_LOGIN,        /* AUTH */
    PROBE_AUTH,         /* AUTH with nothing behind it: would a login be heard on this layer? */
    PROBE_TRIAL,        /* MAIL, then RCPT when the attempt has a forward-path */
    PROBE_MESSAGE,      /* DATA and the end of data: only with --send */
    PROBE_OBSERVED, /* the handshake again, after a failed one, by a policy that takes whatever the server
                       has: versions from TLS 1.0, every cipher, short keys */
    PROBE_UNOFFERED, /* STARTTLS said although EHLO did not offer it */
    PROBE_POP, /* a login by POP3, from the same address as the mail; text "+OK ..." or "-ERR ..." */
    PROBE_MX /* another server, one that DNS names: greeting, EHLO, MAIL or RCPT, on port 25. No row of
                  another kind is made there, so that nothing that is read of the server asked is of it */
};
extern const struct names PROBE_NAMES;

struct doctor_evidence {
    unsigned id; /* from 1 */
    enum doctor_probe probe;
    struct smtp_attempt attempt;
    struct smtp_outcome outcome;
};

enum { DOCTOR_EVIDENCE_MAX = 256 };
struct doctor_record {
    struct arena *arena;
    struct doctor_evidence rows[DOCTOR_EVIDENCE_MAX];
    size_t count;
    struct dns_known
        *dns; /* what DNS says beside it; in a run never NULL, elsewhere NULL: nothing */
};

/* Copies what the slices point to. NULL when the record is full or memory is short: the run goes on
 * without that row. */
const struct doctor_evidence *doctor_record_add(struct doctor_record *r, enum doctor_probe probe,
                                                const struct smtp_attempt *a,
                                                const struct smtp_outcome *o);
/* Where the slices of a row are: all of them, so that nothing is forgotten. Returns how many. */
enum { DOCTOR_EVIDENCE_SLICES = 32 };
size_t doctor_evidence_slices(struct doctor_evidence *ev, str *out[DOCTOR_EVIDENCE_SLICES]);
/* Moves every slice of a row into the arena. False: memory is short. */
bool doctor_evidence_copy(struct arena *a, struct doctor_evidence *ev) MUST_CHECK;
static inline const struct doctor_evidence *doctor_record_row(const struct doctor_record *r,
                                                              unsigned id)
{
    return id >= 1 && id <= r->count ? &r->rows[id - 1] : NULL;
}

/* Answers of DNS are evidence too, numbered apart: DOCTOR_DNS_ID and their place in the table, which must not
 * grow between the judge and whoever prints what he found. */
enum { DOCTOR_DNS_ID = 1 << 16 };
/* 0: NULL, or none of the table's. */
unsigned doctor_record_answer_id(const struct doctor_record *r, const struct dns_answer *a);
const struct dns_answer *doctor_record_answer(const struct doctor_record *r, unsigned id);

/* Did the step of this row succeed? */
bool doctor_evidence_good(const struct doctor_evidence *ev);

/* The layer in clear that (address, port) was met on, or under TLS: the newest row, or NULL. Only
 * address, port, source and, for the layer, security are compared. */
const struct doctor_evidence *doctor_record_greeting(const struct doctor_record *r,
                                                     const struct smtp_attempt *door, bool tls);
const struct doctor_evidence *doctor_record_layer(const struct doctor_record *r,
                                                  enum doctor_probe probe,
                                                  const struct smtp_attempt *door,
                                                  enum smtp_security layer);
/* The good answer to HELO at a door, on one layer; NULL: none. HELO rows are met nowhere else: what follows
 * EHLO is what a server offers. */
const struct doctor_evidence *doctor_record_helo(const struct doctor_record *r,
                                                 const struct smtp_attempt *door,
                                                 enum smtp_security layer);
/* The capabilities that a CAPABILITIES row shows; false: the row is NULL or not a good EHLO answer. */
bool doctor_evidence_caps(const struct doctor_evidence *ev, struct smtp_caps *out);

/* The first AUTH that was taken (good), or was not, guards aside; door NULL: at any. NULL: none. */
const struct doctor_evidence *doctor_record_login(const struct doctor_record *r,
                                                  const struct smtp_attempt *door, bool good);
/* Does any port offer a login on any layer? */
bool doctor_record_offers_login(const struct doctor_record *r);

/* Same address, port and source, and both with or without a certificate of ours. */
bool doctor_same_door(const struct smtp_attempt *a, const struct smtp_attempt *b);
/* One sentence on what the row shows, in words for a person; escaped. */
str doctor_evidence_said(const struct doctor_evidence *ev, struct arena *a);
#endif
