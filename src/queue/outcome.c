/* SPDX-License-Identifier: ISC */
#include "queue/outcome.h"

static struct queue_outcome outcome(enum queue_fate fate, enum queue_scope scope)
{
    return (struct queue_outcome){ fate, scope };
}

static bool in_transaction(enum smtp_stage stage)
{
    return stage >= SMTP_STAGE_MAIL && stage <= SMTP_STAGE_END_OF_DATA;
}

/* RFC 5321 section 4.5.3.1.10: a server that means "too many recipients" says 452, an old one 552. The enhanced code
 * 5.5.3 or 4.5.3 means nothing else; without one, only where it took recipients before. */
static bool is_too_many(unsigned code, const struct smtp_enhanced *x, size_t accepted)
{
    if (accepted == 0)
        return false;
    if (x->class != 0)
        return x->subject == 5 && x->detail == 3 && (code == 452 || code / 100 == 5);
    return code == 452 || code == 552;
}

/* Is it about us and the server, whatever command it answers? 530 and 538 want a login or TLS that this connection has
 * not: that is to be mended here, and no message to be given up for it. */
static bool is_about_us(unsigned code)
{
    return code == 530 || code == 538 || code == 523;
}

/* Is the message refused for what this server lacks, and another may have? RFC 3463 section 3: 5.3.4 is its limit of size,
 * 5.6.3 and 5.6.7 that it passes no octets over 127 on. RFC 1870 section 6.1: a bare 552 to MAIL answers SIZE. */
static bool is_lack(unsigned code, const struct smtp_enhanced *x, enum smtp_stage stage)
{
    if (code / 100 != 5)
        return false;
    if (x->class == 0)
        return code == 552 && stage == SMTP_STAGE_MAIL;
    return (x->subject == 3 && x->detail == 4) ||
           (x->subject == 6 && (x->detail == 3 || x->detail == 7));
}

static struct queue_outcome of_good(enum smtp_stage stage, unsigned code)
{
    enum queue_scope scope = in_transaction(stage) ? QUEUE_SCOPE_MESSAGE : QUEUE_SCOPE_SERVER;
    if (stage == SMTP_STAGE_END_OF_DATA)
        return outcome(QUEUE_FATE_DELIVERED, scope);
    if (stage == SMTP_STAGE_RCPT)
        return outcome(QUEUE_FATE_GOES_ON, QUEUE_SCOPE_RECIPIENT);
    /* Only 354 begins mail data. Who answers DATA otherwise, and not with a refusal, cannot be talked to. */
    if (stage == SMTP_STAGE_DATA && code != 354)
        return outcome(QUEUE_FATE_ELSEWHERE, scope);
    return outcome(QUEUE_FATE_GOES_ON, scope);
}

struct queue_outcome queue_outcome_of_reply(enum smtp_stage stage, unsigned code,
                                            const struct smtp_enhanced *x, size_t accepted)
{
    enum queue_scope scope = stage == SMTP_STAGE_RCPT ? QUEUE_SCOPE_RECIPIENT : QUEUE_SCOPE_MESSAGE;
    if (code / 100 == 2 || (stage == SMTP_STAGE_DATA && code == 354))
        return of_good(stage, code);
    if (!in_transaction(stage))
        return outcome(QUEUE_FATE_ELSEWHERE, QUEUE_SCOPE_SERVER);
    if (code == 421) /* section 3.8: in place of any answer */
        return outcome(QUEUE_FATE_ELSEWHERE, QUEUE_SCOPE_MESSAGE);
    if (is_about_us(code))
        return outcome(QUEUE_FATE_ELSEWHERE, QUEUE_SCOPE_MESSAGE);
    if (stage == SMTP_STAGE_RCPT && is_too_many(code, x, accepted))
        return outcome(QUEUE_FATE_NEXT_ROUND, scope);
    if (stage != SMTP_STAGE_RCPT && is_lack(code, x, stage))
        return outcome(QUEUE_FATE_FAILS_HERE, scope);
    if (code / 100 == 5)
        return outcome(QUEUE_FATE_FAILS, scope);
    if (code / 100 == 4 && stage == SMTP_STAGE_RCPT)
        return outcome(QUEUE_FATE_WAITS, scope);
    /* 4yz: "the command was not accepted" (section 4.2.1), also as the answer to the end of data: it is nowhere yet. Other
     * classes answer nothing. */
    return outcome(QUEUE_FATE_ELSEWHERE, QUEUE_SCOPE_MESSAGE);
}

struct queue_outcome queue_outcome_of_loss(enum smtp_stage stage, bool all_said)
{
    if (!in_transaction(stage))
        return outcome(QUEUE_FATE_ELSEWHERE, QUEUE_SCOPE_SERVER);
    return outcome(all_said ? QUEUE_FATE_WAITS : QUEUE_FATE_ELSEWHERE, QUEUE_SCOPE_MESSAGE);
}
