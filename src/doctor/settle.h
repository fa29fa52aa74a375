/* SPDX-License-Identifier: ISC */
/*
 * doctor/settle.h - what the record says about one attempt
 * Owns    the answer: accepted, refused and so on, whether it was played or follows from a capability.
 * Leaves  causes to doctor/judge.h. A function of the record and nothing else.
 */
#ifndef BATON_DOCTOR_SETTLE_H
#define BATON_DOCTOR_SETTLE_H
#include "doctor/evidence.h"

enum doctor_state {
    STATE_NOT_TESTED,
    STATE_ACCEPTED,
    STATE_REFUSED,
    STATE_NOT_OFFERED,
    STATE_CLOSED,
    STATE_SILENT
};
extern const struct names STATE_NAMES; /* "not-tested" "accepted" ... as in the JSON */

struct doctor_settled {
    enum doctor_state state;
    bool played;    /* this very attempt was made; false: it follows from by */
    bool temporary; /* refused with a 4xx and not seen refused, accepted, refused */
    bool unsteady;  /* the same attempt had different answers */
    bool confirmed; /* refused, another accepted, and refused again */
    const struct doctor_evidence *by; /* NULL for not tested */
};

/* The attempt must name address, port and a security. "auto" as mechanism stands for any. Conduct that
 * the user's program would show counts: under TLS that does not verify it stops. */
struct doctor_settled doctor_settle(const struct doctor_record *r, const struct smtp_attempt *x);

/* True when the state says that the attempt does not get through. */
bool doctor_settled_stops(const struct doctor_settled *s);

/* Is the message larger than the server says it takes? */
bool doctor_size_refused(const struct smtp_caps *c, const struct smtp_attempt *x);

/* Over every security that the port of x can speak, the most hopeful answer. */
struct doctor_settled doctor_settle_port(const struct doctor_record *r,
                                         const struct smtp_attempt *x);

/* Is x one of the things that the user asked for? What was not said does not count. */
bool doctor_conforms(const struct smtp_attempt *asked, const struct smtp_attempt *x);

/* The one thing after another in which x differs from what was asked. */
enum doctor_difference {
    DIFFERS_PORT = 1 << 0,
    DIFFERS_SECURITY = 1 << 1,
    DIFFERS_LOGIN = 1 << 2,
    DIFFERS_MECHANISM = 1 << 3,
    DIFFERS_FROM = 1 << 4,
    DIFFERS_SOURCE = 1 << 5,
    DIFFERS_HELO = 1 << 6,
    DIFFERS_TO = 1 << 7,
    DIFFERS_USER = 1 << 8,     /* both log in, as different users */
    DIFFERS_PASSWORD = 1 << 9, /* both log in, one with the password repaired */
    DIFFERS_HEADER_FROM = 1 << 10,
    DIFFERS_SIZE = 1 << 11,
    DIFFERS_VERB = 1 << 12, /* one says HELO */
    DIFFERS_CERTIFICATE = 1 << 13
};
unsigned doctor_differences(const struct smtp_attempt *asked, const struct smtp_attempt *x);
/* x with that one difference undone. */
struct smtp_attempt doctor_undo(const struct smtp_attempt *x, const struct smtp_attempt *asked,
                                enum doctor_difference d);
/* The accepted trial or message that differs least from what was asked; NULL: none. One that conforms comes
 * first, and a message before a trial. */
const struct doctor_evidence *doctor_best_accepted(const struct doctor_record *r,
                                                   const struct smtp_attempt *asked);
#endif
