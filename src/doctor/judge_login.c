/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_login.c - signs about the login: where it is offered, by what, and what became of it
 */
#include "base/password_shape.h"
#include "doctor/judge_inside.h"
#include "sasl/client.h"

void judge_sign_mail_only_under_tls(struct bench *b)
{
    const struct doctor_evidence *ev = judge_tls_wanted(b);
    if (!ev)
        return;
    struct finding *f = judge_add(b, CAUSE_MAIL_ONLY_UNDER_TLS, HOP_SUBMISSION, STRENGTH_LIKELY);
    finding_for(f, ev->id);
    judge_neighbours(b, f);
}

/* In clear there is no AUTH, on the same port under TLS there is. */
void judge_sign_hidden(struct bench *b)
{
    struct smtp_caps c;
    const struct doctor_evidence *clear = judge_caps(b, b->a.port, SMTP_SECURITY_NONE, &c);
    const struct doctor_evidence *tls = judge_login_offered(b, b->a.port, SMTP_SECURITY_STARTTLS);
    if (b->a.security != SMTP_SECURITY_NONE || !clear || c.mechanism_count || !tls ||
        judge_tls_wanted(b))
        return;
    bool matters = smtp_attempt_logs_in(&b->a) || judge_is_refusal(judge_stranger(b));
    struct finding *f = judge_add(b, CAUSE_AUTH_HIDDEN_UNTIL_TLS, HOP_SUBMISSION,
                                  matters ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, clear->id);
    finding_for(f, tls->id);
    judge_neighbours(b, f);
}

void judge_sign_port_without_login(struct bench *b)
{
    const struct doctor_evidence *here = b->a.port ? judge_no_login(b, b->a.port) : NULL;
    const struct doctor_evidence *there = judge_login_elsewhere(b);
    if (!here || !there || judge_offer_taken_out(b)) /* with STARTTLS the login went */
        return;
    struct finding *f = judge_add(
        b, CAUSE_MX_PORT_NOT_SUBMISSION, HOP_SUBMISSION,
        smtp_attempt_logs_in(&b->a) || b->asked->login_known ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, here->id);
    finding_for(f, there->id);
}

void judge_sign_mechanism(struct bench *b)
{
    if (!smtp_attempt_logs_in(&b->a))
        return;
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        struct smtp_caps c;
        if (ev->probe != PROBE_CAPABILITIES || !doctor_evidence_caps(ev, &c) ||
            !c.mechanism_count || (b->a.port && ev->attempt.port != b->a.port) ||
            (b->a.security != SMTP_SECURITY_AUTO && ev->attempt.security != b->a.security))
            continue;
        if (words_mechanism_usable(&c, b->a.mechanism, doctor_credentials(b->asked)))
            return;
        struct finding *f = judge_add(b, CAUSE_NO_COMMON_MECHANISM, HOP_CLIENT, STRENGTH_LIKELY);
        finding_for(f, ev->id);
    }
}

/* A refused login that differs from the first in the user's name, or in the password. */
static const struct doctor_evidence *
tried_otherwise(const struct bench *b, const struct doctor_evidence *first, bool by_password)
{
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        bool differs = by_password ? ev->attempt.repaired != first->attempt.repaired
                                   : !str_eq(ev->attempt.user, first->attempt.user);
        if (ev->probe == PROBE_LOGIN && ev->outcome.end == SMTP_END_REPLY && differs)
            return ev;
    }
    return NULL;
}

/* The login was refused by a method that needs the password as it is, while most servers keep it otherwise; one
 * that shows it to the server is offered beside it, and was not tried. */
static bool digest_in_doubt(const struct bench *b, const struct doctor_evidence *ev)
{
    struct smtp_caps c;
    const struct sasl_mechanism *m = sasl_mechanism_find(ev->attempt.mechanism);
    const struct doctor_evidence *offer = doctor_record_layer(b->r, PROBE_CAPABILITIES,
                                                              &ev->attempt, ev->attempt.security);
    if (!m || m->reveals || !doctor_evidence_caps(offer, &c) ||
        !(smtp_caps_offers(&c, STR("PLAIN")) || smtp_caps_offers(&c, STR("LOGIN"))))
        return false;
    for (size_t i = 0; i < b->r->count; i++)
        if (b->r->rows[i].probe == PROBE_LOGIN &&
            !str_eq(b->r->rows[i].attempt.mechanism, ev->attempt.mechanism))
            return false;
    return true;
}

/* What may be behind a refused pair of user name and password, as long as nothing else was tried. */
static struct finding *judge_pair(struct bench *b, const struct doctor_evidence *ev,
                                  enum finding_strength strength)
{
    const struct doctor_evidence *in = doctor_record_login(b->r, NULL, true);
    if (in && (in->attempt.repaired || !str_eq(in->attempt.user, ev->attempt.user))) {
        enum cause_id cause = in->attempt.repaired ? CAUSE_PASSWORD_MANGLED
                                                   : CAUSE_WRONG_USERNAME_FORM;
        struct finding *taken = judge_add(b, cause, HOP_SUBMISSION, STRENGTH_LIKELY);
        finding_for(taken, ev->id);
        finding_for(taken, in->id);
        return taken;
    }
    unsigned odd = tried_otherwise(b, ev, true) ? 0 : b->asked->password_anomalies;
    const struct doctor_evidence *other = tried_otherwise(b, ev, false);
    bool digest = digest_in_doubt(b, ev);
    if (digest)
        strength = STRENGTH_POSSIBLE;
    bool mangled = odd & PASSWORD_STRONG && strength == STRENGTH_LIKELY;
    if (mangled)
        finding_for(judge_add(b, CAUSE_PASSWORD_MANGLED, HOP_CLIENT, STRENGTH_LIKELY), ev->id);
    struct finding *f = judge_add(b, CAUSE_WRONG_CREDENTIALS, HOP_SUBMISSION,
                                  mangled ? STRENGTH_POSSIBLE : strength);
    finding_for(f, ev->id);
    finding_for(f, judge_id(other));
    finding_for(f, judge_id(tried_otherwise(b, ev, true)));
    if (digest)
        finding_for(
            judge_add(b, CAUSE_MECHANISM_OFFERED_BUT_DEAD, HOP_SUBMISSION, STRENGTH_POSSIBLE),
            ev->id);
    if (!other && str_find_octet(ev->attempt.user, '@') == STR_NOT_FOUND)
        finding_for(judge_add(b, CAUSE_WRONG_USERNAME_FORM, HOP_SUBMISSION, STRENGTH_POSSIBLE),
                    ev->id);
    if (odd && !mangled)
        finding_for(judge_add(b, CAUSE_PASSWORD_MANGLED, HOP_CLIENT, STRENGTH_POSSIBLE), ev->id);
    return f;
}

bool judge_login_needless(enum cause_id refused)
{
    return refused == CAUSE_WRONG_CREDENTIALS || refused == CAUSE_AUTH_BACKEND_DOWN ||
           refused == CAUSE_MECHANISM_OFFERED_BUT_DEAD;
}

/* The same mail is taken here without a login. The login itself was refused on another layer of this port,
 * since nothing protected it on this one; or it was made nowhere. */
void judge_sign_login_needless(struct bench *b)
{
    const struct doctor_evidence *works = b->j->works;
    if (!works || !b->a.to.n || /* MAIL alone is taken of anybody */
        smtp_attempt_logs_in(&works->attempt) || !smtp_attempt_logs_in(&b->a) ||
        doctor_record_login(b->r, NULL, true))
        return;
    const struct doctor_evidence *ev = doctor_record_login(b->r, &works->attempt, false);
    bool none = !doctor_record_login(b->r, NULL, false);
    if (!none && !(ev && judge_login_needless(judge_login(b, ev).cause)))
        return;
    if (judge_stays_inside(b) && doctor_record_offers_login(b->r))
        return;
    struct finding *f = judge_add(b, CAUSE_RELAY_TAKES_NO_LOGIN, HOP_SUBMISSION,
                                  none ? STRENGTH_POSSIBLE : STRENGTH_LIKELY);
    finding_for(f, works->id);
    finding_for(f, judge_id(ev));
}

static void beside(struct bench *b, enum cause_id cause, const struct doctor_evidence *ev)
{
    if (cause != CAUSE_NONE)
        finding_for(judge_add(b, cause, HOP_SUBMISSION, STRENGTH_POSSIBLE), ev->id);
}

void judge_sign_login_refused(struct bench *b)
{
    const struct doctor_evidence *ev = doctor_record_login(b->r, NULL, false);
    if (!ev)
        return;
    struct words_login w = judge_login(b, ev);
    if (ev->attempt.security == SMTP_SECURITY_NONE &&
        (ev->outcome.code == 538 || words_ask_for_tls(ev->outcome.text)))
        w = (struct words_login){ CAUSE_AUTH_HIDDEN_UNTIL_TLS, STRENGTH_LIKELY, CAUSE_NONE };
    if (w.cause == CAUSE_NONE)
        return;
    if (judge_has_cause(b, CAUSE_RELAY_TAKES_NO_LOGIN))
        w.strength = STRENGTH_POSSIBLE;
    struct finding *f;
    if (w.cause == CAUSE_WRONG_CREDENTIALS) {
        f = judge_pair(b, ev, w.strength);
    } else {
        f = judge_add(b, w.cause, HOP_SUBMISSION, w.strength);
        finding_for(f, ev->id);
    }
    struct smtp_attempt door = ev->attempt;
    finding_against(f, judge_id(doctor_record_layer(b->r, PROBE_TLS, &door, door.security)));
    finding_against(f,
                    judge_id(doctor_record_layer(b->r, PROBE_CAPABILITIES, &door, door.security)));
    beside(b, w.beside, ev);
}

/* A port of submission, under TLS that verifies, and no port offers a login: what checks passwords may have
 * failed and taken AUTH with it. A server that goes by address alone looks the same. */
void judge_sign_login_vanished(struct bench *b)
{
    bool submission = b->a.port == 587 || b->a.port == 465;
    const struct doctor_evidence *ev = submission ? judge_no_login(b, b->a.port) : NULL;
    if (!ev || !smtp_attempt_logs_in(&b->a) || ev->attempt.security == SMTP_SECURITY_NONE ||
        doctor_record_offers_login(b->r))
        return;
    const struct doctor_evidence *shake = doctor_record_layer(b->r, PROBE_TLS, &ev->attempt,
                                                              ev->attempt.security);
    if (shake && shake->outcome.tls.verified)
        finding_for(judge_add(b, CAUSE_AUTH_BACKEND_DOWN, HOP_SUBMISSION, STRENGTH_POSSIBLE),
                    ev->id);
}

/* The login was taken, its own address is the reverse-path, and the server speaks of the account. */
void judge_sign_account_barred(struct bench *b)
{
    const struct doctor_evidence *in = doctor_record_login(b->r, NULL, true);
    str own = b->asked->own_address;
    const struct doctor_evidence *ev = in ? judge_member_refused(b, own.n ? own : STR_NONE) : NULL;
    if (!ev || !words_account_barred(&ev->outcome))
        return;
    struct finding *f = judge_add(b, CAUSE_ACCOUNT_MAY_NOT_SUBMIT, HOP_SUBMISSION, STRENGTH_LIKELY);
    finding_for(f, ev->id);
    finding_against(f, in->id);
}

/* Without a login MAIL itself was refused, with one it was taken: what comes at RCPT comes later. */
void judge_sign_login_first(struct bench *b)
{
    const struct doctor_evidence *stranger = judge_stranger(b);
    const struct doctor_evidence *member = judge_member_refused(b, STR_NONE);
    if (smtp_attempt_logs_in(&b->a) || !judge_is_refusal(stranger) ||
        stranger->outcome.stage != SMTP_STAGE_MAIL || judge_refused_for_tls(stranger) || !member ||
        member->outcome.stage != SMTP_STAGE_RCPT || !str_eq(member->attempt.from, b->a.from))
        return;
    struct finding *f = judge_add(b, CAUSE_CLIENT_NEVER_AUTHENTICATES, HOP_SUBMISSION,
                                  STRENGTH_LIKELY);
    finding_for(f, stranger->id);
    finding_for(f, member->id);
    judge_neighbours(b, f);
}

/* The program says HELO, and the port shows a login only to who says EHLO. */
void judge_sign_old_helo(struct bench *b)
{
    const struct doctor_evidence *ev = judge_stranger(b);
    if (!b->a.old_helo || !judge_is_refusal(ev) || !ev->attempt.old_helo)
        return;
    const struct doctor_evidence *offer = judge_login_offered(b, ev->attempt.port,
                                                              SMTP_SECURITY_AUTO);
    if (!offer)
        return;
    struct finding *f = judge_add(b, CAUSE_HELO_INSTEAD_OF_EHLO, HOP_CLIENT, STRENGTH_LIKELY);
    finding_for(f, ev->id);
    finding_for(f, offer->id);
    finding_against(f, judge_id(doctor_record_helo(b->r, &ev->attempt, ev->attempt.security)));
}

/* No login was made, the server wants mail from strangers no further, and offers a login right there. */
void judge_sign_never_authenticates(struct bench *b)
{
    const struct doctor_evidence *ev = judge_stranger(b);
    if (smtp_attempt_logs_in(&b->a) || !ev || judge_has_cause(b, CAUSE_RECIPIENT_UNKNOWN) ||
        judge_has_cause(b, CAUSE_MAIL_ONLY_UNDER_TLS) ||
        judge_has_cause(b, CAUSE_HELO_INSTEAD_OF_EHLO))
        return;
    const struct doctor_evidence *offer = judge_login_offered(b, ev->attempt.port,
                                                              ev->attempt.security);
    const struct doctor_evidence *in = doctor_record_login(b->r, NULL, true);
    bool refused = judge_is_refusal(ev);
    if (!offer || (!refused && !(in && !b->a.to.n)))
        return;
    bool asks = refused && words_ask_for_login(&ev->outcome);
    struct finding *f = judge_add(
        b, CAUSE_CLIENT_NEVER_AUTHENTICATES, HOP_SUBMISSION,
        asks || (in && !judge_member_refused(b, STR_NONE)) ? STRENGTH_LIKELY : STRENGTH_POSSIBLE);
    finding_for(f, ev->id);
    finding_for(f, judge_id(in));
    judge_neighbours(b, f);
}
