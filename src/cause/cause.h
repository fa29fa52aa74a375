/* SPDX-License-Identifier: ISC */
/*
 * cause/cause.h - the catalogue: every reason for which mail is refused
 * Owns    ids, families, titles, sentences, steps and standards. Nothing else repeats them: commands,
 *         manual pages and the documentation print these rows.
 * Leaves  how a cause is found to explain (text), the doctor (experiments) and the relay (decisions).
 */
#ifndef BATON_CAUSE_CAUSE_H
#define BATON_CAUSE_CAUSE_H
#include "base/arena.h"
#include "base/names.h"
#include "base/str.h"

enum cause_family {
    FAMILY_AUTH_REQUIRED,
    FAMILY_TLS_REQUIRED,
    FAMILY_AUTH_MECHANISM,
    FAMILY_AUTH_FAILED,
    FAMILY_WRONG_PORT_OR_TLS_MODE,
    FAMILY_CERTIFICATE_PROBLEM,
    FAMILY_SENDER_NOT_OWNED,
    FAMILY_RELAY_IP_NOT_ALLOWED,
    FAMILY_POP_BEFORE_SMTP,
    FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    FAMILY_REVERSE_DNS_OR_HELO,
    FAMILY_SPF_FAIL,
    FAMILY_DKIM_DMARC_FAIL,
    FAMILY_IP_BLOCKLISTED,
    FAMILY_RATE_LIMITED,
    FAMILY_GREYLISTED_TEMPORARY,
    FAMILY_RECIPIENT_UNKNOWN,
    FAMILY_CONTENT_REJECTED,
    FAMILY_MESSAGE_TOO_LARGE,
    FAMILY_MAILBOX_FULL,
    FAMILY_DNS_FAILURE,
    FAMILY_OTHER_NOT_RELAY,
    FAMILIES
};
extern const struct names FAMILY_NAMES;    /* "auth-required" ... */
bool family_is_relay(enum cause_family f); /* is it about relaying at all? */
str family_title(enum cause_family f);     /* "The server wants a login"; empty: no such family */

/* One identifier a cause: an unknown one does not compile. CAUSE_NONE is "not known". */
enum cause_id {
    CAUSE_NONE,
#define CAUSE_ID(constant, id) CAUSE_##constant,
#include "cause/ids.h"
#undef CAUSE_ID
    CAUSES
};

/* Whose words a step speaks: the settings, commands and screens that it names. */
enum cause_server {
    SERVER_ANY, /* nobody's, or everybody's */
    SERVER_POSTFIX,
    SERVER_EXIM,
    SERVER_OPENSMTPD,
    SERVER_EXCHANGE,
    SERVER_MICROSOFT_365,
    SERVER_CPANEL, /* and WHM, whose Exim is set up by screens */
    SERVER_PLESK,
    SERVER_KINDS
};
extern const struct names SERVER_NAMES; /* "any" "postfix" "microsoft-365" ...: as they are typed */
str server_title(enum cause_server s);  /* "Microsoft 365"; empty for SERVER_ANY */
/* By the software or service that a greeting (the text of the 220 reply) names; SERVER_ANY: none that is known. */
enum cause_server server_of_greeting(str greeting);

/* A server stands on either side of a refusal: it refused, or the next one refused it. */
enum cause_side { SIDE_ANY, SIDE_TAKES, SIDE_SENDS, SIDES };
extern const struct names SIDE_NAMES; /* "takes" "sends"; SIDE_ANY has none */

/* All of it are sentences. */
struct cause_step {
    str text;                 /* what to do; empty ends the list */
    str check;                /* how to see that it worked; empty: the text says it */
    str undo;                 /* how to take it back; empty: it changes nothing */
    str warning;              /* the unsafe way to the same end, and why not; empty: none */
    enum cause_server server; /* SERVER_ANY: it holds for each */
    enum cause_side side;     /* SIDE_ANY: it helps on both */
};

/* For whom a step is: who sends, or who runs the server. */
enum cause_role { ROLE_SENDER, ROLE_OPERATOR };

enum { CAUSE_STEPS = 6, CAUSE_OPERATOR_STEPS = 16 };
/* All text is plain words without the id; steps are imperative sentences, first the one most likely
 * to help. Unused steps are empty. */
struct cause {
    enum cause_id id;
    str name; /* "client-never-authenticates" */
    enum cause_family family;
    str title;      /* "The program does not log in" */
    str sentence;   /* one sentence that says what is wrong, to the person who sends */
    str told_apart; /* the observation that tells it from its neighbours */
    struct cause_step sender_steps[CAUSE_STEPS];            /* for the person who sends */
    struct cause_step operator_steps[CAUSE_OPERATOR_STEPS]; /* for the person who runs the server */
    str standards;                                          /* "RFC 4954 section 4" */
    int exit_status; /* of the doctor, when this is the answer */
    bool words_only; /* known only from a reply's words: never more than likely */
};

const struct cause *cause_of(enum cause_id id); /* NULL for CAUSE_NONE */
const struct cause *cause_named(str name);      /* NULL: no such cause */
const struct cause *cause_nearest(str typed);   /* for "did you mean"; NULL: none near */

/* The steps for a role, as pointers into the row: those in the server's own words first, then those that hold for each.
 * SERVER_ANY: the latter alone. Returns how many; no more than room. */
size_t cause_steps(const struct cause *c, enum cause_role role, enum cause_server server,
                   const struct cause_step **out, size_t room);
/* All of a step as one line of sentences: the text, how to check and undo it, the warning. Good as long as memory;
 * empty when that is short. */
str cause_step_line(const struct cause_step *s, struct arena *memory);

/* Worth saying, and no cause. */
enum finding_note {
    NOTE_NONE,
    NOTE_OPEN_RELAY,
    NOTE_REPLY_CONTRADICTS_RULE,
    NOTE_UNSTEADY,
    NOTE_POSITION_TRUSTED,
    NOTE_CERTIFICATE_ON_PORT_25,
    NOTE_DMARC_NOT_ALIGNED,
    NOTE_ADDRESS_LISTED,
    NOTES
};
struct note {
    enum finding_note id;
    str name; /* "open-relay" */
    str sentence;
};
const struct note *note_of(enum finding_note id);
#endif
