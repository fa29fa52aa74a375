/* SPDX-License-Identifier: ISC */
/*
 * doctor/words_login.c - what the words of a refused login say
 */
#include "doctor/words_inside.h"
#include "sasl/client.h"

enum cause_id words_login_cause(const struct smtp_outcome *o)
{
    static const str APP[] = { STR_INIT("application-specific"), STR_INIT("app password"),
                               STR_INIT("app-specific"), STR_INIT("authorization code") };
    static const str OFF[] = { STR_INIT("basic authentication is disabled"),
                               STR_INIT("smtpclientauthentication is disabled") };
    static const str BARRED[] = { STR_INIT("disabled"), STR_INIT("suspended"), STR_INIT("locked") };
    static const str MANY[] = { STR_INIT("too many"), STR_INIT("rate limit"), STR_INIT("throttl") };
    static const str BANNED[] = { STR_INIT("banned"), STR_INIT("blocked") };
    if (o->end != SMTP_END_REPLY)
        return CAUSE_NONE;
    if (HOLDS(o->text, BANNED))
        return CAUSE_IP_BANNED;
    if (HOLDS(o->text, MANY))
        return CAUSE_RATE_LIMITED;
    if (o->code / 100 == 4)
        return CAUSE_AUTH_BACKEND_DOWN;
    if (HOLDS(o->text, APP))
        return CAUSE_APP_PASSWORD_NEEDED;
    if (HOLDS(o->text, OFF))
        return CAUSE_PASSWORD_LOGIN_SWITCHED_OFF;
    if (HOLDS(o->text, BARRED))
        return CAUSE_ACCOUNT_MAY_NOT_SUBMIT;
    switch (o->code) {
    case 535:
    case 530:
    case 550:
    case 554: return CAUSE_WRONG_CREDENTIALS;
    default: return CAUSE_MECHANISM_OFFERED_BUT_DEAD;
    }
}

bool words_mechanism_usable(const struct smtp_caps *c, str mechanism)
{
    if (!str_eq_nocase(mechanism, STR("auto")))
        return smtp_caps_offers(c, mechanism);
    return sasl_choose(c, STR_NONE, true) != NULL;
}
