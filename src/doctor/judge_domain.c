/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_domain.c - whose server it is: what two hosts say of one domain, and which of them DNS names
 *
 * The same question, "do you take mail for postmaster at this domain?", is put to the server that was asked and
 * to those that DNS names. Where one refuses it as relaying and the other takes it, the host is the one
 * difference between the two, and DNS says which of them should serve.
 */
#include "doctor/judge_inside.h"
#include "doctor/served.h"

/* ------------------------------------------------------------------------------------------------
 * What a host says of a domain
 */
struct says {
    const struct doctor_evidence *denies; /* postmaster: refused in words of relaying */
    const struct doctor_evidence *takes;  /* postmaster */
    const struct doctor_evidence *lacks;  /* the recipient: there is no such mailbox */
    const struct doctor_evidence *holds;  /* the recipient is taken */
    bool plain; /* what it denies, it denies whoever it is from, and for good */
};

static bool is_postmaster(str mailbox)
{
    return str_starts_nocase(mailbox, STR("postmaster@"));
}

static bool is_of_relaying(const struct doctor_evidence *ev)
{
    return words_name_relaying(&ev->outcome) || words_about_relaying(&ev->outcome) ||
           words_invalid_recipient(&ev->outcome);
}

/* With a reverse-path in the domain itself it may be that which is refused: a rule that nobody comes from outside
 * with an address of the domain's own. Words that name another reason beside relaying may mean that one. */
static bool is_plain(const struct doctor_evidence *ev, str domain)
{
    return ev->outcome.code / 100 == 5 && words_name_relaying(&ev->outcome) &&
           words_cause(&ev->outcome) == CAUSE_NONE && !words_about_reverse_dns(&ev->outcome) &&
           (ev->attempt.from_null || !str_eq_nocase(words_domain(ev->attempt.from), domain));
}

static void take_row(struct says *s, const struct bench *b, const struct doctor_evidence *ev,
                     str domain)
{
    bool good = doctor_evidence_good(ev), refusal = judge_is_refusal(ev);
    bool mailbox = refusal &&
                   (words_no_such_mailbox(&ev->outcome) || words_invalid_recipient(&ev->outcome));
    if (str_eq(ev->attempt.to, b->a.to)) {
        s->holds = good ? ev : s->holds;
        s->lacks = mailbox && ev->outcome.code / 100 == 5 ? ev : s->lacks;
    }
    if (!is_postmaster(ev->attempt.to))
        return;
    s->takes = good ? ev : s->takes;
    if (refusal && is_of_relaying(ev) && !s->plain) {
        s->denies = ev;
        s->plain = is_plain(ev, domain);
    }
}

/* Of the server asked: on the port for mail from other servers, without a login. Where postmaster could not be named,
 * what was said to the recipient has to do, in words of relaying; it may be the reverse-path that they are about. */
static struct says asked_says(const struct bench *b, str domain)
{
    struct says s = { .denies = NULL };
    const struct doctor_evidence *instead = NULL;
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe != PROBE_TRIAL || ev->attempt.port != 25 ||
            ev->outcome.stage != SMTP_STAGE_RCPT || smtp_attempt_logs_in(&ev->attempt) ||
            !str_eq_nocase(words_domain(ev->attempt.to), domain) || judge_is_unsteady(b, ev))
            continue;
        take_row(&s, b, ev, domain);
        if (judge_is_refusal(ev) && ev->outcome.code / 100 == 5 &&
            words_name_relaying(&ev->outcome) && words_cause(&ev->outcome) == CAUSE_NONE)
            instead = ev;
    }
    s.denies = s.denies || s.takes ? s.denies : instead;
    return s;
}

/* Of another; one that may be the same says nothing. */
static struct says other_says(const struct bench *b, const struct served_host *h, str domain)
{
    struct says s = { .denies = NULL };
    for (size_t i = 0; !served_may_be_asked(b->r, h) && i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        if (ev->probe != PROBE_MX || !str_eq_nocase(ev->attempt.host, h->name))
            continue;
        if (ev->outcome.stage == SMTP_STAGE_RCPT &&
            str_eq_nocase(words_domain(ev->attempt.to), domain))
            take_row(&s, b, ev, domain);
    }
    return s;
}

/* The first of each kind, of the hosts that one view names and another does not (SERVED_VIEWS: whatever the others
 * name). asked: those that are the server asked count, and only they; else only the others. */
enum whom { WHOM_ANY, WHOM_ASKED, WHOM_OTHERS };
static struct says view_says(const struct bench *b, const struct served *v, enum served_view in,
                             enum served_view out, enum whom whom)
{
    struct says all = { .denies = NULL };
    str domain = words_domain(b->a.to);
    for (size_t i = 0; i < v->count; i++) {
        const struct served_host *h = &v->hosts[i];
        bool asked = served_is_asked(b->asked, b->r, h);
        if (!(h->views & (1u << in)) || (out != SERVED_VIEWS && (h->views & (1u << out))) ||
            (whom == WHOM_ASKED && !asked) || (whom == WHOM_OTHERS && asked))
            continue;
        struct says s = asked ? asked_says(b, domain) : other_says(b, h, domain);
        if (s.denies && (!all.denies || (s.plain && !all.plain))) {
            all.denies = s.denies;
            all.plain = s.plain;
        }
        all.takes = all.takes ? all.takes : s.takes;
        all.lacks = all.lacks ? all.lacks : s.lacks;
        all.holds = all.holds ? all.holds : s.holds;
    }
    return all;
}

/* ------------------------------------------------------------------------------------------------
 * Findings
 */
static struct finding *tell(struct bench *b, const struct served *v, enum cause_id cause,
                            enum finding_strength strength, const struct doctor_evidence *no,
                            const struct doctor_evidence *yes)
{
    struct finding *f = judge_add(b, cause, HOP_SUBMISSION, strength);
    finding_for(f, judge_id(no));
    finding_for(f, judge_id(yes));
    for (unsigned i = 0; i < SERVED_VIEWS; i++)
        finding_for(f, doctor_record_answer_id(b->r, v->answers[i]));
    return f;
}

/* Two sets of hosts by two views. One that only the first names refuses the domain, or lacks the mailbox, and one
 * that only the second names takes it: what the views disagree about is the cause. */
static bool views_clash(struct bench *b, const struct served *v, enum served_view first,
                        enum served_view second, enum cause_id cause)
{
    struct says old = view_says(b, v, first, second, WHOM_ANY),
                new = view_says(b, v, second, first, WHOM_ANY);
    const struct doctor_evidence *no = old.denies, *yes = new.takes;
    bool plain = old.plain;
    if (!no && old.lacks && new.holds &&
        !served_in_front(b->asked, b->r, new.holds->attempt.host)) {
        no = old.lacks;
        yes = new.holds;
        plain = words_no_such_mailbox(&no->outcome);
    }
    if (!no)
        return false;
    tell(b, v, cause, yes && plain ? STRENGTH_PROVED : STRENGTH_LIKELY, no, yes);
    return true;
}

static bool is_known(const struct served *v, enum served_view a, enum served_view c)
{
    return (v->known & (1u << a)) && (v->known & (1u << c));
}

static bool delegation_differs(struct bench *b, const struct served *v)
{
    return is_known(v, SERVED_BY_PARENT, SERVED_BY_ZONE) &&
           (views_clash(b, v, SERVED_BY_PARENT, SERVED_BY_ZONE, CAUSE_DNS_DELEGATION) ||
            views_clash(b, v, SERVED_BY_ZONE, SERVED_BY_PARENT, CAUSE_DNS_DELEGATION));
}

/* The resolver names a host in a network of its own, and the world another: each has a view of its own. */
static bool is_split(const struct served *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const struct served_host *h = &v->hosts[i];
        for (size_t k = 0; !(h->views & (1u << SERVED_BY_PARENT)) && k < h->address_count; k++)
            if (ip_is_private(&h->addresses[k]))
                return true;
    }
    return false;
}

/* The resolver has the old hosts. One that serves the domain itself, as inside a company, has no old ones. */
static bool change_is_pending(struct bench *b, const struct served *v)
{
    return is_known(v, SERVED_BY_RESOLVER, SERVED_BY_PARENT) && !v->current && !v->own_view &&
           !is_split(v) &&
           views_clash(b, v, SERVED_BY_RESOLVER, SERVED_BY_PARENT, CAUSE_DNS_CHANGE_PENDING);
}

/* Does the resolver name a host that may stand before the server asked? */
static bool any_in_front(const struct bench *b, const struct served *v)
{
    for (size_t i = 0; i < v->count; i++)
        if ((v->hosts[i].views & (1u << SERVED_BY_RESOLVER)) &&
            served_in_front(b->asked, b->r, v->hosts[i].name))
            return true;
    return false;
}

/* Does that one's name lie in the domain, so that it does not tell whose it is? */
static bool is_of_domain(const struct bench *b, const struct doctor_evidence *ev)
{
    return ev && dns_org_same(ev->attempt.host, words_domain(b->a.to), b->asked->suffixes);
}

/* The server asked takes the domain for its own (postmaster there, if it could be asked) and lacks the mailbox;
 * DNS names another, which has it. One that stands before this server and takes all for it looks the same, so
 * that nothing is likely before the other has said anything. */
static bool is_still_local(struct bench *b, const struct served *v)
{
    struct says here = asked_says(b, words_domain(b->a.to)),
                there = view_says(b, v, SERVED_BY_RESOLVER, SERVED_VIEWS, WHOM_OTHERS);
    const struct doctor_evidence *member = judge_member_refused(b, STR_NONE), *no = here.lacks;
    if (!no && member && member->outcome.stage == SMTP_STAGE_RCPT &&
        words_no_such_mailbox(&member->outcome))
        no = member;
    bool mailbox = no && words_no_such_mailbox(&no->outcome) && no->outcome.code / 100 == 5;
    if (!no || there.lacks || here.denies || (!mailbox && !here.takes))
        return false;
    bool likely = there.holds && !any_in_front(b, v);
    bool proved = likely && mailbox && here.takes && no == here.lacks &&
                  !is_of_domain(b, there.holds);
    struct finding *f = tell(b, v, CAUSE_DOMAIN_STILL_LOCAL,
                             proved   ? STRENGTH_PROVED
                             : likely ? STRENGTH_LIKELY
                                      : STRENGTH_POSSIBLE,
                             no, there.holds);
    finding_for(f, judge_id(here.takes));
    return likely;
}

/* DNS names others: one of them takes the domain, and the server asked does not. Where that one offers a login, it is
 * what is missing, as a rule: a provider's server for its users is not its MX. Where it offers none, it may relay for
 * addresses that it knows. */
static void points_elsewhere(struct bench *b, const struct served *v)
{
    struct says here = asked_says(b, words_domain(b->a.to)),
                there = view_says(b, v, SERVED_BY_RESOLVER, SERVED_VIEWS, WHOM_OTHERS);
    bool login = doctor_record_offers_login(b->r), likely = !login && !any_in_front(b, v);
    if (!here.denies || here.takes || there.denies)
        return;
    if (login) {
        judge_sign_port_without_login(b);
        judge_sign_never_authenticates(b);
    }
    bool proved = likely && here.plain && there.takes && judge_doors_seen(b);
    tell(b, v, CAUSE_MX_POINTS_ELSEWHERE,
         proved                                  ? STRENGTH_PROVED
         : likely && (there.takes || v->current) ? STRENGTH_LIKELY
                                                 : STRENGTH_POSSIBLE,
         here.denies, there.takes);
    if (!login)
        finding_for(judge_add(b, CAUSE_IP_NOT_TRUSTED, HOP_SUBMISSION, STRENGTH_POSSIBLE),
                    judge_id(here.denies));
}

/* Do the domain's own name servers name this very server now? */
static bool is_named_now(const struct bench *b, const struct served *v)
{
    return v->known & (1u << SERVED_BY_PARENT)
               ? served_among(b->asked, b->r, v, SERVED_BY_PARENT) == SERVED_AMONG
               : v->current;
}

/* The one that DNS names was met at an address that DNS has for it: else a hosts file may lead to another. */
static bool is_the_one_met(const struct bench *b, const struct served *v)
{
    for (size_t i = 0; i < v->count; i++)
        if (served_is_asked(b->asked, b->r, &v->hosts[i]) && served_was_met(b->r, &v->hosts[i]))
            return true;
    return false;
}

/* DNS names this very server, and it refuses even postmaster. */
static void is_not_configured(struct bench *b, const struct served *v)
{
    struct says here = asked_says(b, words_domain(b->a.to)),
                there = view_says(b, v, SERVED_BY_RESOLVER, SERVED_VIEWS, WHOM_OTHERS);
    if (!here.denies || here.takes)
        return;
    tell(b, v, CAUSE_DOMAIN_NOT_CONFIGURED,
         is_named_now(b, v) && is_the_one_met(b, v) && here.plain ? STRENGTH_PROVED
                                                                  : STRENGTH_LIKELY,
         here.denies, there.takes);
}

static bool is_looked_up(const struct bench *b, struct served *v)
{
    return served_look(b->asked, b->r, words_domain(b->a.to), v) &&
           (v->known & (1u << SERVED_BY_RESOLVER));
}

/* Was the recipient's server looked for in vain because of the login, or is that what the mail needs? Then it says
 * nothing of whose the domain is. */
static bool needs_login(const struct bench *b)
{
    return smtp_attempt_logs_in(&b->a) ||
           (b->a.port && b->a.port != 25 && doctor_record_offers_login(b->r));
}

void judge_sign_domain(struct bench *b)
{
    struct served v;
    if (!judge_stays_inside(b) || !is_looked_up(b, &v)) {
        judge_sign_domain_not_configured(b);
        return;
    }
    enum served_among among = served_among(b->asked, b->r, &v, SERVED_BY_RESOLVER);
    if (delegation_differs(b, &v) || change_is_pending(b, &v) ||
        (among == SERVED_NOT_AMONG && is_still_local(b, &v)))
        return;
    if (needs_login(b))
        return;
    if (among == SERVED_AMONG || served_among(b->asked, b->r, &v, SERVED_BY_PARENT) == SERVED_AMONG)
        is_not_configured(b, &v);
    else if (among == SERVED_NOT_AMONG)
        points_elsewhere(b, &v);
    bool is_for_users = among == SERVED_NOT_AMONG && doctor_record_offers_login(b->r);
    if (among == SERVED_AMONG_UNKNOWN || (!b->j->cause_count && !is_for_users))
        judge_sign_domain_not_configured(b);
}

/* The settings work here, and an error was pasted: mail from elsewhere goes to another server, by DNS, which does
 * not serve the domain. */
void judge_accepted_domain(struct bench *b)
{
    struct served v;
    if (!judge_stays_inside(b) || !is_looked_up(b, &v))
        return;
    struct says there = view_says(b, &v, SERVED_BY_RESOLVER, SERVED_VIEWS, WHOM_OTHERS);
    if (!there.denies || served_among(b->asked, b->r, &v, SERVED_BY_RESOLVER) != SERVED_NOT_AMONG ||
        delegation_differs(b, &v) || change_is_pending(b, &v))
        return;
    bool here = b->j->works->attempt.port == 25 && !smtp_attempt_logs_in(&b->j->works->attempt);
    tell(b, &v, CAUSE_MX_POINTS_ELSEWHERE,
         here && there.plain && v.current ? STRENGTH_PROVED : STRENGTH_LIKELY, there.denies,
         b->j->works);
}

/* ------------------------------------------------------------------------------------------------
 * The From where its mail arrives
 */
enum judge_home judge_from_at_home(const struct bench *b, str from,
                                   const struct doctor_evidence **by)
{
    const struct doctor_evidence *lacks = NULL, *holds = NULL, *serves = NULL;
    for (size_t i = 0; i < b->r->count; i++) {
        const struct doctor_evidence *ev = &b->r->rows[i];
        bool good = doctor_evidence_good(ev);
        if (ev->probe != PROBE_MX || ev->outcome.stage != SMTP_STAGE_RCPT ||
            !str_eq_nocase(words_domain(ev->attempt.to), words_domain(from)))
            continue;
        serves = good && is_postmaster(ev->attempt.to) ? ev : serves;
        if (!str_eq_nocase(ev->attempt.to, from))
            continue;
        holds = good ? ev : holds;
        lacks = judge_is_refusal(ev) && words_no_such_mailbox(&ev->outcome) &&
                        ev->outcome.code / 100 == 5
                    ? ev
                    : lacks;
    }
    bool one = lacks && serves && ip_eq(&lacks->attempt.address, &serves->attempt.address);
    *by = holds ? holds : lacks;
    return holds ? JUDGE_HOME_HAS : one ? JUDGE_HOME_LACKS : JUDGE_HOME_UNKNOWN;
}
