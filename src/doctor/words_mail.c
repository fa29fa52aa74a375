/* SPDX-License-Identifier: ISC */
/*
 * doctor/words_mail.c - what the words of a refused MAIL, RCPT or message say
 */
#include "doctor/words_inside.h"

bool words_unknown_user(const struct smtp_outcome *o)
{
    return o->stage == SMTP_STAGE_RCPT && words_cause(o) == CAUSE_RECIPIENT_UNKNOWN;
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
    return words_cause(o) == CAUSE_GREYLISTED_TEMPORARY;
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
    const struct smtp_enhanced *x = &o->enhanced;
    return words_cause(o) == CAUSE_FROM_INVALID ||
           (x->subject == 1 && (x->detail == 7 || x->detail == 8));
}

bool words_miss_domain(const struct smtp_outcome *o)
{
    const struct smtp_enhanced *x = &o->enhanced;
    return words_hold_pattern(o->text,
                              "domain not found|domain&not exist|domain must exist|must resolve|"
                              "not resolve|sender verif&unrouteable|sender verif&domain|"
                              "no such host|no such domain") ||
           (x->subject == 1 && x->detail == 8);
}

bool words_is_broken_address(str from)
{
    str domain = words_domain(from);
    size_t at = str_rfind_octet(from, '@');
    size_t dot = str_find_octet(domain, '.');
    if (!from.n || at == STR_NOT_FOUND || at == 0 || !domain.n || domain.p[0] == '[')
        return !from.n || at == STR_NOT_FOUND || at == 0 || !domain.n;
    bool quoted = from.p[0] == '"'; /* RFC 5321 section 4.1.2: an at-sign may stand in quotes */
    return dot == STR_NOT_FOUND || dot == 0 || domain.p[domain.n - 1] == '.' ||
           str_find(from, STR("..")) != STR_NOT_FOUND ||
           (!quoted && str_find_octet(from, '@') != at);
}

bool words_from_invalid(str from, const struct smtp_outcome *o)
{
    return words_is_broken_address(from) || words_from_refused(o);
}
