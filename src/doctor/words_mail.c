/* SPDX-License-Identifier: ISC */
/*
 * doctor/words_mail.c - what the words of a refused MAIL, RCPT or message say
 */
#include "doctor/words_inside.h"

bool words_unknown_user(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("user unknown"),      STR_INIT("unknown user"),
                                 STR_INIT("no such user"),      STR_INIT("no such mailbox"),
                                 STR_INIT("unknown recipient"), STR_INIT("unrouteable address") };
    return o->stage == SMTP_STAGE_RCPT && o->code / 100 == 5 && HOLDS(o->text, WORDS) &&
           !words_hold(o->text, STR("sender"));
}

bool words_no_such_mailbox(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("mailbox not found"), STR_INIT("does not exist"),
                                 STR_INIT("doesn't exist") };
    const struct smtp_enhanced *x = &o->enhanced;
    bool coded = x->class == 5 && x->subject == 1 && (x->detail == 1 || x->detail == 10);
    return o->stage == SMTP_STAGE_RCPT && o->code / 100 == 5 &&
           (coded || words_unknown_user(o) || HOLDS(o->text, WORDS));
}

bool words_invalid_recipient(const struct smtp_outcome *o)
{
    return o->code == 550 && !o->enhanced.class &&
           str_starts_nocase(o->text, STR("invalid recipient"));
}

bool words_greylisted(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("greylist"), STR_INIT("graylist"), STR_INIT("grey list"),
                                 STR_INIT("postgrey") };
    return o->code / 100 == 4 && HOLDS(o->text, WORDS);
}

bool words_about_ownership(const struct smtp_outcome *o)
{
    static const str WORDS[] = {
        STR_INIT("owned"),     STR_INIT("belong"),    STR_INIT("login"),    STR_INIT("logged in"),
        STR_INIT("send as"),   STR_INIT("on behalf"), STR_INIT("match"),    STR_INIT("permi"),
        STR_INIT("not allow"), STR_INIT("authoriz"),  STR_INIT("authenti"), STR_INIT("your account")
    };
    return HOLDS(o->text, WORDS);
}

bool words_from_refused(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("sender address rejected: need fully-qualified"),
                                 STR_INIT("sender address rejected: domain not found"),
                                 STR_INIT("sender domain does not exist"),
                                 STR_INIT("sender address does not resolve"),
                                 STR_INIT("sender address rejected: user unknown"),
                                 STR_INIT("bad sender address syntax") };
    const struct smtp_enhanced *x = &o->enhanced;
    return (x->subject == 1 && (x->detail == 7 || x->detail == 8)) || HOLDS(o->text, WORDS);
}

bool words_from_invalid(str from, const struct smtp_outcome *o)
{
    bool unqualified = str_find_octet(words_domain(from), '.') == STR_NOT_FOUND;
    return unqualified || words_from_refused(o);
}
