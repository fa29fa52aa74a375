/* SPDX-License-Identifier: ISC */
/*
 * scenario/world.h - a mail server that is only a table, and a doctor's run against it
 * Owns    the world value, the fake clock, and the counting of what would go over the wire: whoever runs a
 *         world is told which guard rail was passed, in words.
 * Leaves  what the run should find to the test. No sockets: rows come into the record as doctor/visit.c
 *         would add them, by the language of doctor/record_script.h.
 */
#ifndef BATON_SCENARIO_WORLD_H
#define BATON_SCENARIO_WORLD_H
#include "doctor/judge.h"
#include "doctor/plan.h"
#include "world_dns.h"

/* What a connect meets. */
enum port_kind {
    PORT_CLOSED,
    PORT_SILENT, /* no answer to three connects */
    PORT_LATE,   /* the same, and then an answer to a repeated SYN: as PORT_CLEAR from there on */
    PORT_UNREACHABLE,
    PORT_MUTE,  /* connected, and no greeting */
    PORT_JUNK,  /* something that is no mail server */
    PORT_CLEAR, /* greets in clear */
    PORT_TLS    /* waits for a ClientHello */
};

/* Answers are "CODE words", or the name of an end ("closed"); NULL: all is well. */
struct world_port {
    uint16_t number;
    enum port_kind kind;
    const char *caps, *caps_tls; /* "STARTTLS, AUTH PLAIN"; NULL: none */
    const char *cert;            /* NULL: verifies; "expired,wrong-name" */
    const char *login;           /* to AUTH */
    const char *stranger;        /* to RCPT of the asked recipient without a login */
    const char *member;          /* with one */
    const char *in_clear;        /* to MAIL without TLS */
    const char *alone;           /* to AUTH without a login; NULL: "501 cancelled" */
    const char *dead;            /* a mechanism that is offered, and answered 504 */
    const char *shake;     /* how the handshake fails, "tls-failed words"; NULL: it completes */
    const char *observed;  /* the version that an open policy meets then; NULL: that fails too */
    const char *unoffered; /* to a STARTTLS that caps lack: "502 words"; "": hands are shaken */
    const char *bare; /* to RCPT without our certificate, which is asked for; NULL: it is not */
};

/* Another server, on port 25. */
struct world_other {
    const char *host, *address;
    enum port_kind kind;
    const char *name;       /* that it greets with; NULL: host */
    const char *postmaster; /* to RCPT */
    const char *recipient;  /* to RCPT of anybody else */
};

enum { WORLD_PORTS = 6, WORLD_OTHERS = 3 };
struct world {
    const char *label;
    const char *asked; /* in the words of script_asked() */
    struct world_port ports[WORLD_PORTS];
    const char *other_from; /* to a From that is not the login, with a login */
    const char *own_from;   /* to the login's own address, with a login */
    const char *postmaster; /* to RCPT postmaster@own domain without a login */
    const char *asked_helo; /* to EHLO or, with helo_at_rcpt, to RCPT, when --helo is said */
    bool helo_at_rcpt;
    const char *asked_source; /* to RCPT from --source */
    const char *message;      /* to the end of data */
    const char *other_author; /* to the end of data, when the message is not from the login's own */
    const char *large;        /* to MAIL that says a size */
    const char *starttls;     /* to STARTTLS */
    const char *login_again;  /* to every AUTH after the first; NULL: as the first */
    const char *user;         /* the one name of the login that is taken; NULL: any */
    bool wants_repaired;      /* the password is taken only when it is repaired */
    unsigned logins;          /* --logins; 0: 1 */
    enum smtp_stage busy_at;  /* 421 here, and the connection is closed */
    bool busy_under_tls;      /* EHLO: only under TLS; RSET counts as behind RCPT */
    bool hangs_up;            /* the connection is closed after every refusal */
    bool first_address_dead;
    const char *pop;              /* to the login by POP3, "+OK"; NULL: nobody listens */
    bool pop_opens;               /* who has fetched mail may send */
    const struct world_port *six; /* WORLD_PORTS as they are over IPv6, whose address comes first */
    bool gentle, send;
    uint32_t rtt_ms, think_ms;   /* of a connect, of an answer; 0: 20 ms and 1 ms */
    const char *by_chance;       /* to half of the RCPTs, whatever else would be said */
    unsigned coin;               /* not 0: begins the chance of by_chance */
    unsigned seed;               /* not 0: answers and certificates change by chance, delays vary */
    unsigned opened_most;        /* connections that are enough; 0: not looked at */
    unsigned logins_most;        /* that are enough; 0: not looked at */
    uint64_t ended_most_ms;      /* time that is enough; 0: not looked at */
    const struct world_dns *dns; /* NULL: DNS is not asked */
    struct world_other others[WORLD_OTHERS];
    const char *spoof; /* to RCPT postmaster from an address of the domain's own, without a login */
    unsigned others_most;  /* connections to others that are made; 0: not looked at */
    bool nobody_else;      /* no other server is looked at */
    unsigned others_least; /* ... at least */
    const char *want;
};

/* What went over the wire. */
struct world_count {
    unsigned actions, opened, stood, open_most, logins, refused_logins, refusals, strangers,
        messages, looks[LOOKS], refusals_at[WORLD_OTHERS];
    bool fetched;
    bool message_refused;
    uint64_t ended_ms;
};

struct world_run {
    struct arena arena;
    struct doctor_record record;
    struct doctor_asked asked;
    struct world_count count;
    const char *broken; /* the guard rail that was passed; NULL: none */
};
/* Plays the world to its end; run is set up here. False when memory is short. */
bool world_play(const struct world *w, struct world_run *run) MUST_CHECK;
void world_run_done(struct world_run *run);
#endif
