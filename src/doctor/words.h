/* SPDX-License-Identifier: ISC */
/*
 * doctor/words.h - what a reply's code and words suggest, and what to try next
 * Owns    the few places where the doctor reads words: they choose between neighbours, and never make a
 *         cause stronger than likely.
 */
#ifndef BATON_DOCTOR_WORDS_H
#define BATON_DOCTOR_WORDS_H
#include "doctor/judge.h"
#include "sasl/oauth.h"

/* The cause that a refusal at any stage names by itself; CAUSE_NONE: it says nothing that means one thing
 * only. From-not-login stands for an address that is not the login's, whichever it is. */
enum cause_id words_cause(const struct smtp_outcome *o);

/* "Sender rejected" and its like, which do not say why. */
bool words_refuse_sender(const struct smtp_outcome *o);
/* It names no cause, and nothing else that an experiment could be set against. */
bool words_say_nothing(const struct smtp_outcome *o);
bool words_of_waiting(const struct smtp_outcome *o);    /* "try again later" and its like */
bool words_name_relaying(const struct smtp_outcome *o); /* in words, and not by a code alone */

bool words_ask_for_tls(str reply_text);
/* words_path.c */
/* A handshake that was ended by an alert, by our own policy, or without a word; not by clear text where TLS was
 * expected. The sentences are our own, of net/tls_pipe.c. */
bool words_handshake_failed(const struct smtp_outcome *o);
/* ... and what ended it was TLS: the port speaks it, whatever else. */
bool words_spoke_tls(const struct smtp_outcome *o);
/* ... for want of a version, a cipher, or a key that both sides take: it says so. */
bool words_no_tls_in_common(const struct smtp_outcome *o);
/* No name, or no fitting one, for the client's address in DNS. */
bool words_about_reverse_dns(const struct smtp_outcome *o);
bool words_ask_for_pop(const struct smtp_outcome *o);   /* fetch mail first, then send */
bool words_ask_for_login(const struct smtp_outcome *o); /* 530, or words of that meaning */
bool words_unknown_user(const struct smtp_outcome *o);  /* in words that mean nothing else */
bool words_no_such_mailbox(
    const struct smtp_outcome *o); /* or 5.1.1 and its kin: some servers refuse
                                                             to relay with it */
bool words_about_relaying(const struct smtp_outcome *o); /* "relay" in it, or 454 4.7.1 */
/* OpenSMTPD's one text for "I do not relay for you" and for "no such user". */
bool words_invalid_recipient(const struct smtp_outcome *o);
/* What Exim says for every rule that puts off without words of its own: a fault inside is one reason of many. */
bool words_of_any_deferral(const struct smtp_outcome *o);
bool words_about_helo(const struct smtp_outcome *o);      /* the EHLO name, by its words */
bool words_about_ownership(const struct smtp_outcome *o); /* whose address the reverse-path is */
bool words_from_refused(
    const struct smtp_outcome *o); /* the reverse-path as such, by code or words */
bool words_miss_domain(const struct smtp_outcome *o); /* the sender's domain is not found in DNS */
/* No mailbox that mail could be answered to: no at-sign or two, no dot behind it, dots in the wrong place. */
bool words_is_broken_address(str from);
bool words_greylisted(const struct smtp_outcome *o);
/* A refused reverse-path that would be refused of anybody: unqualified, malformed, no such domain. */
bool words_from_invalid(str from, const struct smtp_outcome *o);
bool words_blame_other(const struct smtp_outcome *o); /* blocklists, rates, content, sender */
/* Of a refused AUTH: the cause that its code and words suggest, how strongly, and another that they leave
 * possible beside it. CAUSE_NONE: they cannot say. */
struct words_login {
    enum cause_id cause;
    enum finding_strength strength; /* never more than likely */
    enum cause_id beside;
};
struct words_login words_of_login(const struct smtp_outcome *o);
enum cause_id words_login_cause(const struct smtp_outcome *o); /* the cause alone */
/* A text in which a server, or a program of one, says that AUTH is no command here. */
bool words_auth_unknown(str text);
/* After a login was taken: mail is refused in words about the account itself. */
bool words_account_barred(const struct smtp_outcome *o);
/* Does the server offer what was asked for, or anything we can play ("auto")? */
bool words_mechanism_usable(const struct smtp_caps *c, str mechanism, unsigned credentials);
bool words_ask_for_certificate(const struct smtp_outcome *o);
/* A step for the user. Of a refused token's login: what the server's error means; empty: it told none. Of
 * mechanisms: both lists. Good as long as the arena. */
str words_token_step(const struct smtp_outcome *o, struct arena *a);
str words_mechanism_step(const struct doctor_asked *asked, const struct smtp_caps *c,
                         struct arena *a);
str words_domain(str mailbox); /* behind the last at-sign; empty: none */
/* The experiment to make next; constant text. */
str words_next_experiment(const struct doctor_asked *asked, const struct doctor_record *r,
                          const struct doctor_judgement *j);
#endif
