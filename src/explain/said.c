/* SPDX-License-Identifier: ISC */
/*
 * explain/said.c - the names of the page's parts
 */
#include "explain/said.h"

static const struct name_row FORM_ROWS[] = {
    { FORM_REPLY, STR_INIT("reply") },     { FORM_TRANSCRIPT, STR_INIT("transcript") },
    { FORM_LIBRARY, STR_INIT("library") }, { FORM_DIALOG, STR_INIT("dialog") },
    { FORM_BOUNCE, STR_INIT("bounce") },   { FORM_LOG, STR_INIT("log") },
};
const struct names FORM_NAMES = NAMES(FORM_ROWS);

static const struct name_row DIALECT_ROWS[] = {
    { DIALECT_POSTFIX, STR_INIT("Postfix") },
    { DIALECT_EXIM, STR_INIT("Exim") },
    { DIALECT_CPANEL, STR_INIT("cPanel") },
    { DIALECT_SENDMAIL, STR_INIT("sendmail") },
    { DIALECT_OPENSMTPD, STR_INIT("OpenSMTPD") },
    { DIALECT_QMAIL, STR_INIT("qmail") },
    { DIALECT_EXCHANGE, STR_INIT("Exchange") },
    { DIALECT_MICROSOFT_365, STR_INIT("Microsoft 365") },
    { DIALECT_GMAIL, STR_INIT("Gmail") },
    { DIALECT_HMAILSERVER, STR_INIT("hMailServer") },
    { DIALECT_MDAEMON, STR_INIT("MDaemon") },
    { DIALECT_STALWART, STR_INIT("Stalwart") },
    { DIALECT_CHASQUID, STR_INIT("chasquid") },
    { DIALECT_KUMOMTA, STR_INIT("KumoMTA") },
    { DIALECT_DOVECOT, STR_INIT("Dovecot") },
    { DIALECT_SES, STR_INIT("Amazon SES") },
    { DIALECT_SENDGRID, STR_INIT("SendGrid") },
    { DIALECT_ZOHO, STR_INIT("Zoho") },
    { DIALECT_YAHOO, STR_INIT("Yahoo") },
    { DIALECT_YANDEX, STR_INIT("Yandex") },
    { DIALECT_MAILRU, STR_INIT("Mail.ru") },
    { DIALECT_QQ, STR_INIT("QQ Mail") },
};
const struct names DIALECT_NAMES = NAMES(DIALECT_ROWS);

struct explain_said *explain_say(struct explain_page *p, enum explain_form form)
{
    if (p->count == EXPLAIN_SAID_MAX) {
        p->left_out++;
        return NULL;
    }
    struct explain_said *s = &p->said[p->count++];
    *s = (struct explain_said){ .form = form };
    return s;
}
