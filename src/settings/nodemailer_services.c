/* SPDX-License-Identifier: ISC */
/* The table of lib/well-known of Nodemailer 6.8.0: names as it normalises them. */
#include "settings/nodemailer_inside.h"

enum {
    AT_ONCE = NODEMAILER_AT_ONCE,
    NOT_AT_ONCE = NODEMAILER_NOT_AT_ONCE,
    LOGIN_BY = NODEMAILER_BY_LOGIN,
    IN_CLEAR = NODEMAILER_IN_CLEAR
};

/* clang-format off */
static const struct nodemailer_service SERVICES[] = {
    { "1und1", "smtp.1und1.de", 465, AT_ONCE | LOGIN_BY },
    { "aol aol.com", "smtp.aol.com", 587, 0 },
    { "bluewin bluewin.ch", "smtpauths.bluewin.ch", 465, 0 },
    { "debugmail", "debugmail.io", 25, 0 },
    { "dynectemail dynect", "smtp.dynect.net", 25, 0 },
    { "ethereal ethereal.email", "smtp.ethereal.email", 587, 0 },
    { "fastmail fastmail.fm", "smtp.fastmail.com", 465, AT_ONCE },
    { "gandimail gandi", "mail.gandi.net", 587, 0 },
    { "gmail googlemail gmail.com googlemail.com", "smtp.gmail.com", 465, AT_ONCE },
    { "godaddy", "smtpout.secureserver.net", 25, 0 },
    { "godaddyasia", "smtp.asia.secureserver.net", 25, 0 },
    { "godaddyeurope", "smtp.europe.secureserver.net", 25, 0 },
    { "hot.ee", "mail.hot.ee", 0, 0 },
    { "hotmail outlook outlook.com hotmail.com", "smtp-mail.outlook.com", 587, 0 },
    { "icloud me mac me.com mac.com", "smtp.mail.me.com", 587, 0 },
    { "infomaniak ik.me ikmail.com etik.com", "mail.infomaniak.com", 587, 0 },
    { "mail.ee", "smtp.mail.ee", 0, 0 },
    { "mail.ru", "smtp.mail.ru", 465, AT_ONCE },
    { "maildev", "", 1025, IN_CLEAR },
    { "mailgun", "smtp.mailgun.org", 465, AT_ONCE },
    { "mailjet", "in.mailjet.com", 587, 0 },
    { "mailosaur", "mailosaur.io", 25, 0 },
    { "mailtrap", "smtp.mailtrap.io", 2525, 0 },
    { "mandrill", "smtp.mandrillapp.com", 587, 0 },
    { "naver", "smtp.naver.com", 587, 0 },
    { "one", "send.one.com", 465, AT_ONCE },
    { "openmailbox omb openmailbox.org", "smtp.openmailbox.org", 465, AT_ONCE },
    { "outlook365", "smtp.office365.com", 587, NOT_AT_ONCE },
    { "ohmysmtp", "smtp.ohmysmtp.com", 587, NOT_AT_ONCE },
    { "postmark postmarkapp", "smtp.postmarkapp.com", 2525, 0 },
    { "qiye.aliyun", "smtp.mxhichina.com", 465, AT_ONCE },
    { "qq qq.com", "smtp.qq.com", 465, AT_ONCE },
    { "qqex qqenterprise exmail.qq.com", "smtp.exmail.qq.com", 465, AT_ONCE },
    { "sendcloud", "smtp.sendcloud.net", 2525, 0 },
    { "sendgrid", "smtp.sendgrid.net", 587, 0 },
    { "sendinblue", "smtp-relay.sendinblue.com", 587, 0 },
    { "sendpulse", "smtp-pulse.com", 465, AT_ONCE },
    { "ses", "email-smtp.us-east-1.amazonaws.com", 465, AT_ONCE },
    { "ses-us-east-1", "email-smtp.us-east-1.amazonaws.com", 465, AT_ONCE },
    { "ses-us-west-2", "email-smtp.us-west-2.amazonaws.com", 465, AT_ONCE },
    { "ses-eu-west-1", "email-smtp.eu-west-1.amazonaws.com", 465, AT_ONCE },
    { "sparkpost sparkpostmail sparkpost.com", "smtp.sparkpostmail.com", 587, NOT_AT_ONCE },
    { "tipimail", "smtp.tipimail.com", 587, 0 },
    { "yahoo yahoo.com", "smtp.mail.yahoo.com", 465, AT_ONCE },
    { "yandex yandex.ru", "smtp.yandex.ru", 465, AT_ONCE },
    { "zoho", "smtp.zoho.com", 465, AT_ONCE | LOGIN_BY },
    { "126", "smtp.126.com", 465, AT_ONCE },
    { "163", "smtp.163.com", 465, AT_ONCE },
};
/* clang-format on */

/* The part behind the last @, without anything but letters, digits, dots and hyphens, in small letters. */
static str normalised(str name, char room[64])
{
    size_t at = str_rfind_octet(name, '@'), n = 0;
    str part = at == STR_NOT_FOUND ? name : str_skip(name, at + 1);
    for (size_t i = 0; i < part.n && n < 64; i++)
        if (is_alnum(part.p[i]) || part.p[i] == '.' || part.p[i] == '-')
            room[n++] = to_lower(part.p[i]);
    return (str){ room, n };
}

const struct nodemailer_service *nodemailer_service(str name)
{
    char room[64];
    str wanted = normalised(name, room);
    for (size_t i = 0; i < COUNT_OF(SERVICES) && wanted.n; i++)
        for (str rest = str_from(SERVICES[i].names); rest.p;)
            if (str_eq(str_cut(&rest, ' '), wanted))
                return &SERVICES[i];
    return NULL;
}
