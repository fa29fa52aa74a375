/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_inside.h - what the files of the judge share
 * Owns    the bench: what was asked, the record, and the judgement in the making. For judge*.c alone.
 */
#ifndef BATON_DOCTOR_JUDGE_INSIDE_H
#define BATON_DOCTOR_JUDGE_INSIDE_H
#include "doctor/judge.h"
#include "doctor/words.h"

struct bench {
    const struct doctor_asked *asked;
    const struct doctor_record *r;
    struct smtp_attempt a; /* what was asked, with the address that was tried */
    struct doctor_judgement *j;
};

/* judge_ask.c: questions to the record. NULL: there is no such row. */
unsigned judge_id(const struct doctor_evidence *ev); /* 0 for NULL */
const struct doctor_evidence *judge_caps(const struct bench *b, uint16_t port,
                                         enum smtp_security layer, struct smtp_caps *c);
/* Does the server's own name lie in that domain? Mail for it is then most likely taken from everybody. */
bool judge_is_servers_own(const struct bench *b, str domain);
/* The row in which a port shows AUTH, on the layer given; AUTO: on any. */
const struct doctor_evidence *judge_login_offered(const struct bench *b, uint16_t port,
                                                  enum smtp_security layer);
const struct doctor_evidence *judge_login_elsewhere(const struct bench *b); /* on another port */
/* A good row of a port with no AUTH on its last layer; NULL also when STARTTLS was not gone through. */
const struct doctor_evidence *judge_no_login(const struct bench *b, uint16_t port);
/* Every door that was tried is closed, or was seen into and takes no login. */
bool judge_doors_seen(const struct bench *b);
/* The trial without a login of the recipient asked for, on the asked port if one was asked. */
const struct doctor_evidence *judge_stranger(const struct bench *b);
/* A refused trial with a login and that reverse-path; from.p NULL: with any. */
const struct doctor_evidence *judge_member_refused(const struct bench *b, str from);
/* The trial in clear at the asked port that was refused because it was in clear. */
const struct doctor_evidence *judge_tls_wanted(const struct bench *b);
bool judge_refused_for_tls(const struct doctor_evidence *ev);
bool judge_is_refusal(const struct doctor_evidence *ev); /* a reply to MAIL or RCPT that refuses */
enum cause_id judge_certificate(enum smtp_cert_reason reason);

/* Mail to the user's own domain, which its server takes of anybody: that says nothing of logins. */
bool judge_stays_inside(const struct bench *b);
bool judge_has_cause(const struct bench *b, enum cause_id cause); /* found already */
/* Adds a cause once. Never NULL: a full list gives its last row again. */
struct finding *judge_add(struct bench *b, enum cause_id cause, enum finding_hop hop,
                          enum finding_strength strength);
/* Adds the observations on the asked cell that tell a cause from its nearest neighbours. */
void judge_neighbours(const struct bench *b, struct finding *f);

void judge_flips(struct bench *b); /* judge_flips.c: with an accepted attempt, what flips */
void judge_signs(struct bench *b); /* judge_signs.c: without one, what the record shows by itself */

/* judge_path.c */
void judge_sign_lookup(struct bench *b);
void judge_sign_closed(struct bench *b);
void judge_sign_silent_port(struct bench *b);
void judge_sign_all_silent(struct bench *b);
/* With an accepted attempt that conforms to what was asked: was it refused at the address that comes first? */
void judge_other_family(struct bench *b);
void judge_sign_reverse_dns(struct bench *b);
/* Another EHLO name had the same answer: that the address has no name in DNS. */
bool judge_reverse_dns_stays(const struct bench *b);
/* judge_pop.c */
/* With an accepted attempt: was it refused before mail was fetched, and accepted behind it? */
void judge_fetched_first(struct bench *b);
void judge_sign_pop(struct bench *b);
/* judge_position.c */
/* Does the server see this connection come from its own machine, or from a network of its own? */
bool judge_from_inside(const struct bench *b, const struct doctor_evidence *ev);
/* Mail for outside, taken without a login from such a place. */
bool judge_position_trusted(const struct bench *b, const struct doctor_evidence *ev);
/* judge_tls.c */
void judge_sign_mode(struct bench *b);
void judge_sign_handshake(struct bench *b);
void judge_sign_wrong_server(struct bench *b);
void judge_sign_certificate(struct bench *b);
void judge_sign_no_starttls(struct bench *b);
/* The handshake that completed where failed did not, with all allowed; NULL: there is none. */
const struct doctor_evidence *judge_observed(const struct bench *b,
                                             const struct doctor_evidence *failed);
/* How sure it is that a handshake failed for want of something in common; NONE: nothing says so. */
enum finding_strength judge_strength_of_handshake(const struct bench *b,
                                                  const struct doctor_evidence *failed);
/* The asked port's STARTTLS is not offered, and was answered all the same, or words of X stand there. */
bool judge_offer_taken_out(const struct bench *b);
/* How sure it is that STARTTLS was there and was taken out; adds to f the rows that say so. */
enum finding_strength judge_strength_of_stripped(const struct bench *b, struct finding *f);
/* judge_sasl.c */
struct words_login judge_login(const struct bench *b, const struct doctor_evidence *ev);
void judge_sign_client_certificate(struct bench *b);
enum cause_id judge_flip_certificate(const struct bench *b, const struct doctor_settled *s);
/* judge_login.c */
void judge_sign_mail_only_under_tls(struct bench *b);
void judge_sign_hidden(struct bench *b);
void judge_sign_port_without_login(struct bench *b);
void judge_sign_mechanism(struct bench *b);
void judge_sign_login_refused(struct bench *b);
void judge_sign_login_needless(struct bench *b);
/* A login that fails, where the same mail is taken without one: whether the login is wrong or the server takes
 * none makes no difference to what helps. */
bool judge_login_needless(enum cause_id refused);
void judge_sign_old_helo(struct bench *b);
void judge_sign_login_vanished(struct bench *b);
void judge_sign_account_barred(struct bench *b);
void judge_sign_login_first(struct bench *b);
void judge_sign_never_authenticates(struct bench *b);
/* judge_mail.c */
void judge_sign_recipient_unknown(struct bench *b);
void judge_sign_ip_not_trusted(struct bench *b);
void judge_sign_login_not_honoured(struct bench *b);
void judge_sign_domain_not_configured(struct bench *b); /* where DNS says nothing */
/* judge_domain.c */
void judge_sign_domain(struct bench *b);
void judge_accepted_domain(struct bench *b); /* needs an accepted attempt */
/* Is there such a mailbox, by the server that takes its mail? *by: the row that says so, or NULL. LACKS: it has
 * none, and takes postmaster there. */
enum judge_home { JUDGE_HOME_UNKNOWN, JUDGE_HOME_HAS, JUDGE_HOME_LACKS };
enum judge_home judge_from_at_home(const struct bench *b, str from,
                                   const struct doctor_evidence **by);
/* judge_sender.c */
void judge_sign_from_invalid(struct bench *b);
void judge_sign_from_at_home(struct bench *b);
enum cause_id judge_flip_from(const struct bench *b, const struct doctor_settled *s);
enum finding_strength judge_strength_of_from(const struct bench *b, enum cause_id cause,
                                             const struct doctor_settled *s);
/* Whose address is refused: the login's own, or another. */
enum cause_id judge_whose_address(const struct bench *b, const struct doctor_evidence *ev);
/* judge_notes.c */
void judge_note(struct bench *b, enum finding_note note); /* once */
void judge_notes(struct bench *b);
/* The same trial had different answers: that of the row, or that which was asked. */
bool judge_is_unsteady(const struct bench *b, const struct doctor_evidence *ev);
bool judge_asked_is_unsteady(const struct bench *b);
void judge_steady(struct bench *b); /* what rests on such a trial is held down */
/* judge_dns.c: behind all other rules, but those that hold down what is not steady */
void judge_dns(struct bench *b);
void judge_dns_notes(struct bench *b); /* of what was accepted */
bool judge_from_is_dead(const struct bench *b);
bool judge_is_direct(const struct doctor_evidence *ev);
/* judge_pasted.c: with an accepted attempt that conforms to what was asked, and the error that was pasted */
void judge_pasted(struct bench *b);      /* it comes where there is no login, and only there */
void judge_pasted_bare(struct bench *b); /* ... where no certificate of the client's is shown */
void judge_pasted_helo(struct bench *b); /* it says that AUTH is unknown there */
/* judge_config.c: the mistakes of the program's own file, behind all that the experiments say */
void judge_config(struct bench *b);
void judge_config_accepted(
    struct bench *b); /* the settings work, and the program may not use them */
/* A certificate that does not verify stops no program that checks none: such causes go. True: some went. */
bool judge_config_unchecked(struct bench *b);
/* judge_words.c */
void judge_sign_words(struct bench *b);
#endif
