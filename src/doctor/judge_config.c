/* SPDX-License-Identifier: ISC */
/*
 * doctor/judge_config.c - the mistakes of the program's own file, held against what was seen
 *
 * A mistake proves nothing: what it says was read, and not tried. Where the experiments name the same cause it
 * stands beside them, and its remedy comes first; where they leave that open it makes a cause likely; where they
 * proved another it is left to the list of what the file says.
 */
#include "doctor/judge_inside.h"
#include <string.h>

/* What a mistake of the first cause looks like from outside. */
static const struct {
    enum cause_id mistake, seen;
} LOOKS[] = {
    { CAUSE_WRONG_SERVER, CAUSE_DNS_FAILURE },
    { CAUSE_WRONG_SERVER, CAUSE_CERTIFICATE_WRONG_NAME },
    { CAUSE_WRONG_SERVER, CAUSE_SERVER_DOWN },
    { CAUSE_WRONG_SERVER, CAUSE_MX_PORT_NOT_SUBMISSION },
    { CAUSE_MX_PORT_NOT_SUBMISSION, CAUSE_EGRESS_PORT_BLOCKED },
    { CAUSE_MX_PORT_NOT_SUBMISSION, CAUSE_WRONG_SERVER },
    { CAUSE_MX_PORT_NOT_SUBMISSION, CAUSE_RELAY_TAKES_NO_LOGIN },
    { CAUSE_CLIENT_NEVER_AUTHENTICATES, CAUSE_IP_NOT_TRUSTED },
    { CAUSE_CLIENT_NEVER_AUTHENTICATES, CAUSE_DOMAIN_NOT_CONFIGURED },
    { CAUSE_PASSWORD_MANGLED, CAUSE_WRONG_CREDENTIALS },
    { CAUSE_WRONG_USERNAME_FORM, CAUSE_WRONG_CREDENTIALS },
    { CAUSE_WRONG_CREDENTIALS, CAUSE_PASSWORD_MANGLED },
    { CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, CAUSE_WRONG_CREDENTIALS },
    { CAUSE_APP_PASSWORD_NEEDED, CAUSE_WRONG_CREDENTIALS },
    { CAUSE_AUTH_HIDDEN_UNTIL_TLS, CAUSE_MAIL_ONLY_UNDER_TLS },
};

static bool looks_like(enum cause_id mistake, enum cause_id seen)
{
    if (mistake == seen)
        return true;
    for (size_t i = 0; i < COUNT_OF(LOOKS); i++)
        if (LOOKS[i].mistake == mistake && LOOKS[i].seen == seen)
            return true;
    return false;
}

static enum finding_hop hop_of(enum cause_id cause)
{
    return cause == CAUSE_CLIENT_NEVER_AUTHENTICATES || cause == CAUSE_TLS_MODE_MISMATCH ||
                   cause == CAUSE_PASSWORD_MANGLED
               ? HOP_CLIENT
               : HOP_SUBMISSION;
}

static enum finding_strength strength_of(const struct doctor_config_mistake *m)
{
    return m->sure == MISTAKE_WRONG ? STRENGTH_LIKELY : STRENGTH_POSSIBLE;
}

/* The strongest that was found; NONE: nothing. */
static enum finding_strength best(const struct doctor_judgement *j)
{
    enum finding_strength s = STRENGTH_NONE;
    for (size_t i = 0; i < j->cause_count; i++)
        if (j->causes[i].strength > s)
            s = j->causes[i].strength;
    return s;
}

static struct finding *finding_of(struct doctor_judgement *j, enum cause_id cause)
{
    for (size_t i = 0; i < j->cause_count; i++)
        if (j->causes[i].cause == cause)
            return &j->causes[i];
    return NULL;
}

/* The first that a mistake would look like, the cause itself before all others. */
static struct finding *seen_of(struct doctor_judgement *j, const struct doctor_config_mistake *m)
{
    struct finding *same = finding_of(j, m->cause);
    for (size_t i = 0; !same && i < j->cause_count; i++)
        if (looks_like(m->cause, j->causes[i].cause))
            same = &j->causes[i];
    return same;
}

/* In front of what it looked like, with what that rests on. */
static struct finding *put_before(struct doctor_judgement *j, struct finding *seen,
                                  const struct finding *mine)
{
    size_t at = (size_t)(seen - j->causes);
    if (j->cause_count == DOCTOR_CAUSES_MAX)
        j->cause_count--;
    if (at >= j->cause_count)
        at = j->cause_count;
    memmove(j->causes + at + 1, j->causes + at, (j->cause_count - at) * sizeof *j->causes);
    j->causes[at] = *mine;
    j->cause_count++;
    return &j->causes[at];
}

/* open: the experiments themselves leave the cause open: nothing could be tried, or it told nothing. */
static void lean(struct bench *b, const struct doctor_config_mistake *m, unsigned id, bool open)
{
    struct doctor_judgement *j = b->j;
    struct finding *seen = seen_of(j, m);
    bool same = seen && seen->cause == m->cause;
    if (same && seen->strength == STRENGTH_POSSIBLE)
        finding_set_strength(seen, STRENGTH_LIKELY);
    if (same || (seen && (seen->strength == STRENGTH_PROVED || m->sure != MISTAKE_WRONG))) {
        finding_for(seen, id);
    } else if (seen) {
        struct finding mine = *seen;
        mine.cause = m->cause;
        mine.hop = hop_of(m->cause);
        finding_set_strength(&mine, strength_of(m));
        finding_for(put_before(j, seen, &mine), id);
    } else if (open) {
        finding_for(judge_add(b, m->cause, hop_of(m->cause), strength_of(m)), id);
    }
}

void judge_config(struct bench *b)
{
    const struct doctor_config *c = b->asked->config;
    bool open = best(b->j) < STRENGTH_LIKELY;
    for (unsigned i = 0; c && i < c->mistake_count; i++)
        if (doctor_config_tells(&c->mistakes[i]))
            lean(b, &c->mistakes[i], DOCTOR_CONFIG_ID + i, open);
}

/* The same settings were taken here: what remains is that the program does not do what its file seems to say. */
void judge_config_accepted(struct bench *b)
{
    const struct doctor_config *c = b->asked->config;
    for (unsigned i = 0; c && i < c->mistake_count; i++) {
        const struct doctor_config_mistake *m = &c->mistakes[i];
        if (m->cause != CAUSE_CLIENT_NEVER_AUTHENTICATES || m->sure != MISTAKE_WRONG)
            continue;
        struct finding *f = judge_add(b, m->cause, HOP_CLIENT, STRENGTH_LIKELY);
        finding_for(f, DOCTOR_CONFIG_ID + i);
        finding_for(f, b->j->works->id);
    }
}

bool judge_config_unchecked(struct bench *b)
{
    const struct doctor_config *c = b->asked->config;
    struct doctor_judgement *j = b->j;
    size_t kept = 0;
    if (!c || !c->said.unverified)
        return false;
    for (size_t i = 0; i < j->cause_count; i++)
        if (cause_of(j->causes[i].cause)->family != FAMILY_CERTIFICATE_PROBLEM)
            j->causes[kept++] = j->causes[i];
    bool some = kept < j->cause_count;
    j->cause_count = kept;
    return some;
}
