/* SPDX-License-Identifier: ISC */
/*
 * explain/dialect.c - which software or service chose the words
 */
#include "explain/dialect.h"

enum { LOOK_MAX = 8 << 10 };

/* The first that is in the words counts: services before the software that they run, and what is one software's alone
 * before what several say. */
static const struct mark {
    enum explain_dialect dialect;
    str mark;
} WORDS[] = {
    { DIALECT_MICROSOFT_365, STR_INIT("tenantattribution") },
    { DIALECT_MICROSOFT_365, STR_INIT("attr36") },
    { DIALECT_MICROSOFT_365, STR_INIT(".prod.outlook.com") },
    { DIALECT_MICROSOFT_365, STR_INIT(".protection.outlook.com") },
    { DIALECT_MICROSOFT_365, STR_INIT("smtpclientauthentication") },
    { DIALECT_MICROSOFT_365, STR_INIT("office365") },
    { DIALECT_MICROSOFT_365, STR_INIT("office 365") },
    { DIALECT_MICROSOFT_365, STR_INIT("5.7.139") },
    { DIALECT_GMAIL, STR_INIT("gsmtp") },
    { DIALECT_GMAIL, STR_INIT("support.google.com") },
    { DIALECT_GMAIL, STR_INIT("mail.google.com") },
    { DIALECT_GMAIL, STR_INIT("username and password not accepted") },
    { DIALECT_GMAIL, STR_INIT("must issue a starttls command first") },
    { DIALECT_CPANEL, STR_INIT("to relay through this server without authentication") },
    { DIALECT_CPANEL, STR_INIT("cpanel") },
    { DIALECT_EXIM, STR_INIT("relay not permitted") },
    { DIALECT_EXIM, STR_INIT("incorrect authentication data") },
    { DIALECT_EXIM, STR_INIT("unrouteable address") },
    { DIALECT_EXIM, STR_INIT("unrouteable mail domain") },
    { DIALECT_EXIM, STR_INIT("sender verify failed") },
    { DIALECT_EXIM, STR_INIT("administrative prohibition") },
    { DIALECT_EXIM, STR_INIT("rejected rcpt <") },
    { DIALECT_EXIM, STR_INIT("exim") },
    { DIALECT_QMAIL, STR_INIT("rcpthosts") },
    { DIALECT_QMAIL, STR_INIT("validrcptto") },
    { DIALECT_QMAIL, STR_INIT("(#5.") },
    { DIALECT_QMAIL, STR_INIT("(#4.") },
    { DIALECT_SENDMAIL, STR_INIT("... relaying denied") },
    { DIALECT_SENDMAIL, STR_INIT("relaying denied. ") },
    { DIALECT_SENDMAIL, STR_INIT("5.7.1 relaying denied") },
    { DIALECT_SENDMAIL, STR_INIT("ip name lookup failed") },
    { DIALECT_SENDMAIL, STR_INIT("ip name possibly forged") },
    { DIALECT_SENDMAIL, STR_INIT(">... ") },
    { DIALECT_HMAILSERVER, STR_INIT("smtp authentication is required") },
    { DIALECT_HMAILSERVER, STR_INIT("hmailserver") },
    { DIALECT_HMAILSERVER, STR_INIT("delivery is not allowed to this address") },
    { DIALECT_STALWART, STR_INIT("stalwart") },
    { DIALECT_STALWART, STR_INIT("5.1.2 relay not allowed") },
    { DIALECT_CHASQUID, STR_INIT("chasquid") },
    { DIALECT_CHASQUID, STR_INIT("5.7.1 relay not allowed") },
    { DIALECT_KUMOMTA, STR_INIT("relaying not permitted for ") },
    { DIALECT_KUMOMTA, STR_INIT("kumomta") },
    { DIALECT_MDAEMON, STR_INIT("mdaemon") },
    { DIALECT_MDAEMON, STR_INIT("this message was not relayed") },
    { DIALECT_OPENSMTPD, STR_INIT("opensmtpd") },
    { DIALECT_OPENSMTPD, STR_INIT("invalid recipient: <") },
    { DIALECT_EXCHANGE, STR_INIT("unable to relay") },
    { DIALECT_EXCHANGE, STR_INIT("client was not authenticated") },
    { DIALECT_EXCHANGE, STR_INIT("resolver.adr.") },
    { DIALECT_EXCHANGE, STR_INIT("exchange server") },
    { DIALECT_SES, STR_INIT("amazonaws") },
    { DIALECT_SES, STR_INIT("amazonses") },
    { DIALECT_SES, STR_INIT("email address is not verified") },
    { DIALECT_SENDGRID, STR_INIT("sendgrid") },
    { DIALECT_SENDGRID, STR_INIT("sender identity") },
    { DIALECT_ZOHO, STR_INIT("zoho") },
    { DIALECT_ZOHO, STR_INIT("553 relaying disallowed") },
    { DIALECT_YAHOO, STR_INIT("yahoo.com") },
    { DIALECT_YANDEX, STR_INIT("yandex") },
    { DIALECT_MAILRU, STR_INIT("mail.ru") },
    { DIALECT_QQ, STR_INIT("qq.com") },
    { DIALECT_DOVECOT, STR_INIT("dovecot") },
    { DIALECT_POSTFIX, STR_INIT("postfix/smtpd") },
    { DIALECT_POSTFIX, STR_INIT(": relay access denied") },
    { DIALECT_POSTFIX, STR_INIT("recipient address rejected") },
    { DIALECT_POSTFIX, STR_INIT("sender address rejected") },
    { DIALECT_POSTFIX, STR_INIT("client host rejected") },
    { DIALECT_POSTFIX, STR_INIT("helo command rejected") },
    { DIALECT_POSTFIX, STR_INIT("sasl authentication failed") },
    { DIALECT_POSTFIX, STR_INIT("error: authentication failed") },
};

/* Ends of host names. */
static const struct mark HOSTS[] = {
    { DIALECT_MICROSOFT_365, STR_INIT(".outlook.com") },
    { DIALECT_MICROSOFT_365, STR_INIT(".office365.com") },
    { DIALECT_GMAIL, STR_INIT(".gmail.com") },
    { DIALECT_GMAIL, STR_INIT(".google.com") },
    { DIALECT_GMAIL, STR_INIT(".googlemail.com") },
    { DIALECT_SES, STR_INIT(".amazonaws.com") },
    { DIALECT_SENDGRID, STR_INIT(".sendgrid.net") },
    { DIALECT_ZOHO, STR_INIT(".zoho.com") },
    { DIALECT_ZOHO, STR_INIT(".zoho.eu") },
    { DIALECT_YAHOO, STR_INIT(".yahoodns.net") },
    { DIALECT_YAHOO, STR_INIT(".yahoo.com") },
    { DIALECT_YANDEX, STR_INIT(".yandex.ru") },
    { DIALECT_YANDEX, STR_INIT(".yandex.com") },
    { DIALECT_YANDEX, STR_INIT(".yandex.net") },
    { DIALECT_MAILRU, STR_INIT(".mail.ru") },
    { DIALECT_QQ, STR_INIT(".qq.com") },
};

enum explain_dialect dialect_of(str words, str by)
{
    words = str_take(words, LOOK_MAX);
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_find(words, WORDS[i].mark) != STR_NOT_FOUND)
            return WORDS[i].dialect;
    for (size_t i = 0; i < COUNT_OF(HOSTS); i++)
        if (str_ends_nocase(by, HOSTS[i].mark))
            return HOSTS[i].dialect;
    return DIALECT_NONE;
}
