/* SPDX-License-Identifier: ISC */
/*
 * doctor/words_login.c - what the code and the words of a refused login say
 *
 * One table, read from the top: the first row that fits is the answer. A row's words are alternatives with
 * "|" between; "&" joins what must all be there, in any order; "=" in front asks for a whole word. What is
 * not ASCII is looked for as octets, since some servers answer in the charset of their country.
 */
#include "doctor/words_inside.h"

/* What a row says of the code. */
enum codes {
    ANY = 0,
    TEMPORARY = 1 << 0, /* 4xx, 421 aside */
    ENDING = 1 << 1,    /* 421 */
    COMMAND = 1 << 2,   /* 500 to 504: of the command, not of the login (RFC 5321 section 4.2.2) */
    WEAK = 1 << 3,      /* 534, 538, 432 4.7.12: of the mechanism (RFC 4954 section 6) */
    NO_SUCH = 1 << 4,   /* 535 */
    DISABLED = 1 << 5,  /* 525, or X.7.13 (RFC 5248) */
    POLICY = 1 << 6     /* 530, 550 to 554 */
};
#define OF_THE_LOGIN (TEMPORARY | ENDING | WEAK | NO_SUCH | DISABLED | POLICY)

static unsigned codes_of(const struct smtp_outcome *o)
{
    if (o->code == 432 && o->enhanced.subject == 7 && o->enhanced.detail == 12)
        return WEAK;
    if (o->code == 525 || (o->enhanced.subject == 7 && o->enhanced.detail == 13))
        return DISABLED;
    switch (o->code) {
    case 421: return ENDING;
    case 534:
    case 538: return WEAK;
    case 535: return NO_SUCH;
    case 530:
    case 550:
    case 551:
    case 552:
    case 553:
    case 554: return POLICY;
    default: break;
    }
    if (o->code / 100 == 4)
        return TEMPORARY;
    return o->code >= 500 && o->code <= 504 ? COMMAND : 0;
}

static const struct login_rule {
    unsigned codes; /* ANY, or one of these */
    const char *words;
    enum cause_id cause;
    enum finding_strength strength;
    enum cause_id beside; /* possible too; CAUSE_NONE: none */
} RULES[] = {
    /* one text for everything that may be wrong: it names all, and so none */
    { OF_THE_LOGIN, "abnormal&password&frequen", CAUSE_WRONG_CREDENTIALS, STRENGTH_POSSIBLE,
      CAUSE_APP_PASSWORD_NEEDED },

    /* the address we come from, and how often */
    { ANY, "dnsbl|blocklist|blacklist|black list|block list|spamhaus|reputation",
      CAUSE_IP_BLOCKLISTED, STRENGTH_POSSIBLE, CAUSE_NONE },
    { ANY, "=ip&block|=ip&ban|ip address&denied|ip address&reject|host&banned|banned",
      CAUSE_IP_BANNED, STRENGTH_LIKELY, CAUSE_NONE },
    { ANY,
      "too many|rate limit|ratelimit|rate-limit|throttl|too frequent|too often|frequency|slow down|"
      "limit exceeded|exceeded&limit|concurrent|zu viele|zu häufig|trop de|demasiados|troppi|"
      "\xe9\xa2\x91\xe7\x8e\x87|\xe9\xa2\x91\xe7\xb9\x81|\xc6\xb5\xc2\xca|\xc6\xb5\xb7\xb1",
      CAUSE_RATE_LIMITED, STRENGTH_LIKELY, CAUSE_NONE },

    /* another password is wanted */
    { OF_THE_LOGIN,
      "application-specific|application specific|app-specific|app specific|app password|"
      "app-password|apppassword|application password|app passcode|authorization code|"
      "authorisation code|auth code|authcode|device password|external password|"
      "app-passwort|anwendungspasswort|anwendungsspezifisch|mot de passe d'application|"
      "mot de passe d\xe2\x80\x99"
      "application|contraseña de aplicac|contraseña de la aplicac|"
      "senha de app|senha de aplica|password per le app|password per l'app|"
      "parol prilozh|ароль приложения|ароля приложения|ароль для внешн|hasło aplikacji|"
      "\xe6\x8e\x88\xe6\x9d\x83\xe7\xa0\x81|\xca\xda\xc8\xa8\xc2\xeb|"
      "\xe4\xb8\x93\xe7\x94\xa8\xe5\xaf\x86\xe7\xa0\x81|\xd7\xa8\xd3\xc3\xc3\xdc\xc2\xeb|"
      "アプリパスワード|アプリ パスワード|앱 비밀번호|애플리케이션 비밀번호",
      CAUSE_APP_PASSWORD_NEEDED, STRENGTH_LIKELY, CAUSE_NONE },
    { OF_THE_LOGIN,
      "two-factor|two factor|=2fa|two-step|2-step|second factor|secondfactor|multi-factor|"
      "multifactor|=mfa",
      CAUSE_APP_PASSWORD_NEEDED, STRENGTH_POSSIBLE, CAUSE_PASSWORD_LOGIN_SWITCHED_OFF },

    /* no password at all is wanted */
    { OF_THE_LOGIN,
      "basic auth&disabled|basic auth&block|basic auth&not|basic auth&turned off|"
      "smtpclientauthentication|smtp client auth&disabled|smtp auth&disabled|"
      "smtp authentication&disabled|password auth&disabled|password login&disabled|"
      "password-based&disabled|by password&disabled|security defaults|conditional access|meet the "
      "criteria|modern auth|"
      "legacy auth|less secure app|oauth&require|oauth&only|use oauth|using oauth",
      CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, STRENGTH_LIKELY, CAUSE_NONE },

    /* the method, and not the login */
    { WEAK | NO_SUCH | POLICY | TEMPORARY,
      "mechanism|auth type|authentication type|authentication method|auth method|no secret in|"
      "bad protocol|another step|too weak|transition|plaintext auth&allow|plaintext auth&disab|"
      "cleartext auth",
      CAUSE_MECHANISM_OFFERED_BUT_DEAD, STRENGTH_POSSIBLE, CAUSE_NONE },
    { COMMAND,
      "user&password|username&password|credential|wrong password|incorrect password|"
      "invalid password|login incorrect|invalid login",
      CAUSE_WRONG_CREDENTIALS, STRENGTH_LIKELY, CAUSE_MECHANISM_OFFERED_BUT_DEAD },
    { COMMAND, "", CAUSE_MECHANISM_OFFERED_BUT_DEAD, STRENGTH_POSSIBLE, CAUSE_NONE },

    /* the account */
    { DISABLED, "", CAUSE_ACCOUNT_MAY_NOT_SUBMIT, STRENGTH_LIKELY, CAUSE_NONE },
    { OF_THE_LOGIN,
      "suspend|deactivat|inactive|frozen|compromis|hacked|unpaid|overdue|=eula|web browser|"
      "account&disabled|user&disabled|mailbox&disabled|access&disabled|"
      "account&lock|user&lock|mailbox&lock|account&block|user&block|mailbox&block|sender&block|"
      "account&expired|password&expired|password has expired|account&closed|account&terminat|"
      "account&restrict|not confirmed|unconfirmed|account&not verified|mail&not "
      "verified|domain&not verified|"
      "sender&not verified|phone&not verified|unverified|not activated|"
      "access right|no permission|has no right|not permitted|not allowed to|not authorized to|"
      "not authorised to|service&not enabled|service&not activ|service&not allowed|"
      "service&not permit|service&not subscribed|service&not open|not enabled "
      "for|gesperrt|deaktiviert|"
      "freigeschaltet|compte&bloqu|compte&suspendu|compte&désactiv|cuenta&bloquead|"
      "cuenta&suspendid|conta&bloquead|conta&suspens|sospes|bloccat|disattivat|zablokowan|"
      "zawieszon|geblokkeerd|аблокирован|"
      "\xe9\x94\x81\xe5\xae\x9a|\xcb\xf8\xb6\xa8|\xe5\x86\xbb\xe7\xbb\x93|\xb6\xb3\xbd\xe1|"
      "\xe6\xb2\xa1\xe6\x9c\x89\xe5\xbc\x80\xe9\x80\x9a|\xc3\xbb\xd3\xd0\xbf\xaa\xcd\xa8|"
      "\xe5\x81\x9c\xe7\x94\xa8|\xcd\xa3\xd3\xc3",
      CAUSE_ACCOUNT_MAY_NOT_SUBMIT, STRENGTH_LIKELY, CAUSE_NONE },
    { OF_THE_LOGIN, "login&disabled|auth&disabled", CAUSE_PASSWORD_LOGIN_SWITCHED_OFF,
      STRENGTH_POSSIBLE, CAUSE_MECHANISM_OFFERED_BUT_DEAD },
    { OF_THE_LOGIN, "access restricted|restricted access|access denied|forbidden",
      CAUSE_ACCOUNT_MAY_NOT_SUBMIT, STRENGTH_POSSIBLE, CAUSE_WRONG_CREDENTIALS },
    { OF_THE_LOGIN, "blocked", CAUSE_IP_BANNED, STRENGTH_POSSIBLE, CAUSE_ACCOUNT_MAY_NOT_SUBMIT },

    /* what stands behind the server; or the code is for now, and the words are those of a wrong password */
    { TEMPORARY, "invalid|incorrect|wrong|unsuccess|not accepted|5.7.8|bad password|bad cred",
      CAUSE_AUTH_BACKEND_DOWN, STRENGTH_POSSIBLE, CAUSE_WRONG_CREDENTIALS },
    { TEMPORARY, "", CAUSE_AUTH_BACKEND_DOWN, STRENGTH_LIKELY, CAUSE_NONE },
    { ENDING, "", CAUSE_AUTH_BACKEND_DOWN, STRENGTH_POSSIBLE, CAUSE_NONE },
    { NO_SUCH | POLICY,
      "generic failure|connection lost|temporar|internal error|internal server|backend|back-end|"
      "authentication server|auth server|system error",
      CAUSE_AUTH_BACKEND_DOWN, STRENGTH_LIKELY, CAUSE_NONE },
    { NO_SUCH | POLICY,
      "service unavailable|service is unavailable|service not available|"
      "service is not available|service currently not available|temporarily unavailable|"
      "currently unavailable|server unavailable|database|=ldap|=radius|try again later|try later",
      CAUSE_AUTH_BACKEND_DOWN, STRENGTH_POSSIBLE, CAUSE_WRONG_CREDENTIALS },

    /* user name and password */
    { NO_SUCH | WEAK, "gsmtp", CAUSE_WRONG_CREDENTIALS, STRENGTH_LIKELY,
      CAUSE_APP_PASSWORD_NEEDED },
    { NO_SUCH | POLICY,
      "unknown user|no such user|user unknown|user not found|unknown account|no such account|"
      "account not found|user does not exist|user doesn't exist|unknown username|=nouser",
      CAUSE_WRONG_CREDENTIALS, STRENGTH_LIKELY, CAUSE_WRONG_USERNAME_FORM },
    { NO_SUCH, "", CAUSE_WRONG_CREDENTIALS, STRENGTH_LIKELY, CAUSE_NONE },
    { POLICY,
      "auth&fail|auth&invalid|auth&incorrect|auth&unsuccess|login&fail|login&invalid|"
      "login&incorrect|password|credential|passwort|passe|contraseña|senha|hasło|пароль|"
      "\xe5\xaf\x86\xe7\xa0\x81|\xc3\xdc\xc2\xeb",
      CAUSE_WRONG_CREDENTIALS, STRENGTH_LIKELY, CAUSE_NONE },
    { POLICY, "", CAUSE_WRONG_CREDENTIALS, STRENGTH_POSSIBLE, CAUSE_NONE },
    { ANY, "", CAUSE_MECHANISM_OFFERED_BUT_DEAD, STRENGTH_POSSIBLE, CAUSE_NONE },
};

/* Words in a charset that nobody names: what they say is not known, only that they say something. */
static bool is_readable(str text)
{
    return str_is_utf8(text) && str_find(text, STR("\xef\xbf\xbd")) == STR_NOT_FOUND;
}

struct words_login words_of_login(const struct smtp_outcome *o)
{
    if (o->end == SMTP_END_CLOSED || o->end == SMTP_END_RESET)
        return (struct words_login){ CAUSE_AUTH_BACKEND_DOWN, STRENGTH_POSSIBLE,
                                     CAUSE_MECHANISM_OFFERED_BUT_DEAD };
    for (size_t i = 0; o->end == SMTP_END_REPLY && i < COUNT_OF(RULES); i++) {
        const struct login_rule *k = &RULES[i];
        if ((k->codes != ANY && !(k->codes & codes_of(o))) ||
            (*k->words && !words_hold_pattern(o->text, k->words)))
            continue;
        bool unread = !*k->words && !is_readable(o->text);
        /* RFC 3463 section 2: 5.X.X is for good. A code for now beside it leaves it open which is meant. */
        if (k->cause == CAUSE_AUTH_BACKEND_DOWN && o->code / 100 == 4 && o->enhanced.class == 5)
            return (struct words_login){ k->cause, STRENGTH_POSSIBLE, CAUSE_WRONG_CREDENTIALS };
        return (struct words_login){ k->cause, unread ? STRENGTH_POSSIBLE : k->strength,
                                     k->beside };
    }
    return (struct words_login){ CAUSE_NONE, STRENGTH_NONE, CAUSE_NONE };
}

enum cause_id words_login_cause(const struct smtp_outcome *o)
{
    return words_of_login(o).cause;
}

bool words_auth_unknown(str text)
{
    return !words_hold_pattern(text, "mechanism|auth type|authentication type") &&
           words_hold_pattern(text, "auth&not advertised|auth&not enabled|auth&not supported|"
                                    "auth&unrecognized|auth&unrecognised|auth&not implemented|"
                                    "auth&not available|auth&unknown command|auth&not recognized");
}

bool words_account_barred(const struct smtp_outcome *o)
{
    const struct smtp_enhanced *x = &o->enhanced;
    bool coded = x->class == 5 && x->subject == 7 && x->detail >= 705 && x->detail <= 708;
    return o->code / 100 == 5 &&
           (coded ||
            words_hold_pattern(o->text, "outbound&sender|outbound&block|outbound&spam|suspend|"
                                        "account&disabled|account&lock|account&block|user&disabled|"
                                        "user&suspended|mailbox&disabled|compromis|hacked|gesperrt|"
                                        "compte&bloqu|cuenta&bloquead|conta&bloquead|not activated|"
                                        "sending&disabled|sending&blocked|trial|tenant&traffic|"
                                        "tenant&threshold|unpaid|not permitted to send mail|"
                                        "no permission to send"));
}
