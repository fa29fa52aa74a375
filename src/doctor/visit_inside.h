/* SPDX-License-Identifier: ISC */
/*
 * doctor/visit_inside.h - what the files of a visit share
 * Owns    the visit at work: its knocks, its dialogue, the step in hand. For visit*.c alone.
 */
#ifndef BATON_DOCTOR_VISIT_INSIDE_H
#define BATON_DOCTOR_VISIT_INSIDE_H
#include "doctor/knock.h"
#include "doctor/visit.h"
#include "smtp/path.h"

enum { KNOCK_LOOK_MS = 250 }; /* a round trip may have become known meanwhile */

enum step {
    STEP_OPEN,
    STEP_IDLE,
    STEP_STARTTLS,
    STEP_LOGIN,
    STEP_TRIAL,
    STEP_MESSAGE,
    STEP_LEAVING
};

struct visit_run {
    struct visit_company *c;
    unsigned index;
    struct smtp_attempt door;
    enum plan_look look;
    struct net_dialogue *knocks[KNOCKS]; /* NULL: ended */
    struct knocking knocking;
    unsigned alive;
    bool was_due; /* at the last look: what came until now is read before anything is called */
    bool called;  /* silent; the sockets stay, and a late answer takes it back */
    struct net_timer *timer; /* of the knocking */
    struct net_dialogue *d;  /* the one that was answered */
    enum step step;
    bool auth_alone; /* STEP_LOGIN: without a login */
    bool row_made;   /* the step at work has its row */
    bool ending;     /* the server said 421: there is no further step here */
    bool gone;       /* the plan was told */
    enum smtp_security layer;
    bool verified;
    char helo[SMTP_DOMAIN_MAX + 1];
    struct smtp_attempt x;              /* being played */
    const struct smtp_tls_facts *shook; /* what the handshake that broke showed; NULL: none did */
    smtp_ticket ehlo, starttls, auth, mail, rcpt, rset, data;
};

/* visit.c */
uint64_t visit_now_ms(const struct visit_run *v);
void visit_polite_end(struct visit_run *v);
void visit_ready(struct visit_run *v);
void visit_look_answered(struct visit_run *v, enum smtp_stage stage, const struct smtp_reply *r);
void visit_tell_gone(struct visit_run *v);
void visit_event(void *user, struct net_dialogue *d, const struct net_dialogue_event *ev);

/* visit_rows.c: what was seen, into the record */
void visit_add_row(struct visit_run *v, enum doctor_probe probe, enum smtp_security layer,
                   struct smtp_outcome o);
void visit_row_of_reply(struct visit_run *v, enum doctor_probe probe, enum smtp_security layer,
                        enum smtp_stage stage, const struct smtp_reply *r);
void visit_row_of_end(struct visit_run *v, enum doctor_probe probe, enum smtp_security layer,
                      enum smtp_stage stage, enum smtp_end end, str why);
void visit_row_of_broken_step(struct visit_run *v, enum smtp_stage stage, enum smtp_end end,
                              str why);
enum smtp_security visit_opening_layer(const struct visit_run *v);
enum doctor_probe visit_look_probe(const struct visit_run *v);
enum smtp_security visit_look_layer(const struct visit_run *v);

/* visit_steps.c */
void visit_mail_answered(struct visit_run *v, const struct smtp_reply *r);
void visit_rcpt_answered(struct visit_run *v, const struct smtp_reply *r);
void visit_data_answered(struct visit_run *v, enum smtp_stage stage, const struct smtp_reply *r);
void visit_login_answered(struct visit_run *v, const struct net_dialogue_event *ev);
void visit_login_not_sent(struct visit_run *v, str why);
void visit_starttls_answered(struct visit_run *v, const struct smtp_reply *r);

/* visit_knock.c */
bool visit_knock(struct visit_run *v, struct err *e);
void visit_knock_again(struct visit_run *v);
void visit_knock_ended(struct visit_run *v, unsigned knock, const struct net_dialogue_event *ev);
unsigned visit_forget_knock(struct visit_run *v, const struct net_dialogue *d);
void visit_stop_knocking(struct visit_run *v);
#endif
