/* SPDX-License-Identifier: ISC */
/*
 * explain/about.c - is a text about mail at all?
 */
#include "explain/about.h"

enum {
    LOOKED_AT = 16 << 10, /* octets, from either end */
    SHORT = 800,          /* without any sign may still be a refusal, if it is no longer */
    SURE = 6              /* no sign against it weighs as much */
};

static const struct sign {
    str word; /* in lower case */
    int weight;
} SIGNS[] = {
    /* nothing but mail */
    { STR_INIT("smtp"), SURE },
    { STR_INIT("mailer-daemon"), SURE },
    { STR_INIT("mail from"), SURE },
    { STR_INIT("rcpt"), SURE },
    { STR_INIT("ehlo"), SURE },
    { STR_INIT("helo "), SURE },
    { STR_INIT("starttls"), SURE },
    { STR_INIT("postfix"), SURE },
    { STR_INIT("exim"), SURE },
    { STR_INIT("sendmail"), SURE },
    { STR_INIT("qmail"), SURE },
    { STR_INIT("postmaster"), SURE },
    { STR_INIT("mail server"), SURE },
    { STR_INIT("mailserver"), SURE },
    { STR_INIT("mail delivery"), SURE },
    { STR_INIT("undeliver"), SURE },
    { STR_INIT("final-recipient"), SURE },
    { STR_INIT("remote-mta"), SURE },
    { STR_INIT("diagnostic-code"), SURE },
    { STR_INIT("phpmailer"), SURE },
    { STR_INIT("nodemailer"), SURE },
    { STR_INIT("swift_"), SURE },
    { STR_INIT("eenvelope"), SURE },
    { STR_INIT("esocket"), 3 },
    { STR_INIT("sender identit"), SURE },
    { STR_INIT("sendgrid"), SURE },
    { STR_INIT("mailgun"), SURE },
    { STR_INIT("amazonses"), SURE },
    { STR_INIT("ses:send"), SURE },
    { STR_INIT("sendemail"), SURE },
    { STR_INIT("sendrawemail"), SURE },
    { STR_INIT("send mail"), SURE },
    { STR_INIT("send email"), SURE },
    { STR_INIT("send e-mail"), SURE },
    { STR_INIT("sending mail"), SURE },
    { STR_INIT("sending email"), SURE },
    { STR_INIT("email address"), 4 },
    { STR_INIT("mail-server"), SURE },
    { STR_INIT(":587"), SURE },
    { STR_INIT(":465"), SURE },
    { STR_INIT(":25 "), SURE },
    { STR_INIT(":25]"), SURE },
    { STR_INIT("port 587"), SURE },
    { STR_INIT("port 465"), SURE },
    { STR_INIT("port 25"), SURE },
    { STR_INIT("spf"), 3 },
    { STR_INIT("dkim"), SURE },
    { STR_INIT("dmarc"), SURE },
    { STR_INIT("greylist"), SURE },
    { STR_INIT("graylist"), SURE },
    { STR_INIT("spamhaus"), SURE },
    { STR_INIT("dnsbl"), SURE },
    { STR_INIT("mailbox"), 4 },
    { STR_INIT("maildir"), 4 },
    { STR_INIT("recipient"), 4 },
    { STR_INIT("email"), 3 },
    { STR_INIT("e-mail"), 3 },
    { STR_INIT("mail"), 2 },
    { STR_INIT("sender"), 2 },
    { STR_INIT("relay"), 3 },
    { STR_INIT("spam"), 2 },
    { STR_INIT("bounce"), 2 },
    { STR_INIT("hop count"), 3 },
    { STR_INIT("\xE9\x82\xAE"), 4 },                             /* 邮 */
    { STR_INIT("\xE9\x83\xB5"), 4 },                             /* 郵 */
    { STR_INIT("\xE6\x94\xB6\xE4\xBB\xB6"), 4 },                 /* 收件 */
    { STR_INIT("\xE5\x8F\x91\xE4\xBB\xB6"), 4 },                 /* 发件 */
    { STR_INIT("\xE3\x83\xA1\xE3\x83\xBC\xE3\x83\xAB"), 4 },     /* メール */
    { STR_INIT("\xEB\xA9\x94\xEC\x9D\xBC"), 4 },                 /* 메일 */
    { STR_INIT("\xD0\xBF\xD0\xBE\xD1\x87\xD1\x82"), 4 },         /* почт */
    { STR_INIT("\xD0\xBF\xD0\xB8\xD1\x81\xD1\x8C\xD0\xBC"), 4 }, /* письм */
    { STR_INIT("destinataire"), 4 },
    { STR_INIT("destinatario"), 4 },
    { STR_INIT("remitente"), 4 },
    { STR_INIT("mittente"), 4 },
    { STR_INIT("correo"), 4 },
    { STR_INIT("courrier"), 4 },
    { STR_INIT("courriel"), 4 },
    { STR_INIT("postfach"), 4 },
    { STR_INIT("postausgang"), 4 },

    /* the web */
    { STR_INIT("http/1."), -3 },
    { STR_INIT("http/2"), -3 },
    { STR_INIT("http 4"), -3 },
    { STR_INIT("http 5"), -3 },
    { STR_INIT("http error"), -2 },
    { STR_INIT("requested url"), -4 },
    { STR_INIT("request entity"), -4 },
    { STR_INIT("statuscode"), -2 },
    { STR_INIT("status code"), -2 },
    { STR_INIT("status of "), -2 },
    { STR_INIT("\"status\":"), -1 },
    { STR_INIT("nginx"), -3 },
    { STR_INIT("apache2"), -2 },
    { STR_INIT("mozilla/"), -3 },
    { STR_INIT("servlet"), -2 },
    { STR_INIT("api key"), -1 },
    { STR_INIT("<html"), -1 },
    { STR_INIT("https://registry"), -5 },
    { STR_INIT("github.com"), -2 },
    { STR_INIT(".git"), -3 },
    { STR_INIT("npm err"), -4 },
    { STR_INIT("docker"), -2 },
    { STR_INIT("kubectl"), -4 },
    { STR_INIT("namespace"), -2 },
    { STR_INIT("arn:aws"), -3 },
    { STR_INIT("botocore"), -4 },
    { STR_INIT("s3:"), -4 },
    { STR_INIT("curl: ("), -1 },
    { STR_INIT("wget:"), -4 },
    { STR_INIT("squid"), -4 },
    /* databases */
    { STR_INIT("sqlstate"), -5 },
    { STR_INIT("ora-0"), -5 },
    { STR_INIT("mysql"), -4 },
    { STR_INIT("psql"), -5 },
    { STR_INIT("postgres"), -4 },
    { STR_INIT("pg_hba"), -5 },
    { STR_INIT("postgis"), -5 },
    { STR_INIT("mariadb"), -4 },
    { STR_INIT("mongo"), -5 },
    { STR_INIT("pymongo"), -5 },
    { STR_INIT("redis"), -5 },
    { STR_INIT("select "), -2 },
    { STR_INIT("insert into"), -4 },
    { STR_INIT("error 1045"), -5 },
    /* logins and files of other kinds */
    { STR_INIT("sshd"), -5 },
    { STR_INIT("ssh:"), -5 },
    { STR_INIT("ssh2"), -5 },
    { STR_INIT("publickey"), -5 },
    { STR_INIT("ftp"), -4 },
    { STR_INIT("imap"), -4 },
    { STR_INIT("pop3"), -4 },
    { STR_INIT("-err "), -4 },
    { STR_INIT("[authenticationfailed]"), -5 },
    { STR_INIT("ldap: "), -3 },
    { STR_INIT("slapd"), -4 },
    { STR_INIT("nfs"), -3 },
    { STR_INIT("rsync"), -5 },
    { STR_INIT("\\\\server"), -3 },
    { STR_INIT("0x8007"), -3 },
    { STR_INIT("vpn"), -4 },
    { STR_INIT("telnet:"), -2 },
    { STR_INIT("ping:"), -4 },
    { STR_INIT("port 22"), -5 },
    { STR_INIT("port 80"), -4 },
    { STR_INIT("port 443"), -3 },
    /* programs and machines */
    { STR_INIT("systemd["), -2 },
    { STR_INIT("kernel:"), -4 },
    { STR_INIT("cron["), -3 },
    { STR_INIT("named["), -3 },
    { STR_INIT("gcc"), -4 },
    { STR_INIT("makefile"), -4 },
    { STR_INIT("segmentation fault"), -4 },
    { STR_INIT("enospc"), -3 },
    { STR_INIT("cp: "), -4 },
    { STR_INIT("mv: "), -4 },
    { STR_INIT("nullpointerexception"), -3 },
    { STR_INIT("keyerror"), -3 },
    { STR_INIT("typeerror"), -2 },
    { STR_INIT("modulenotfound"), -4 },
    { STR_INIT("printf("), -4 },
    { STR_INIT("printer"), -2 },
    { STR_INIT("payment"), -4 },
    { STR_INIT("please register"), -2 },
    { STR_INIT("your score"), -4 },
    { STR_INIT("memory size"), -4 },
};

static bool digit(str s, size_t i)
{
    return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

/* "550 5.7.1", "450-4.2.0": a reply with an enhanced status code (RFC 2034) is mail and nothing else. */
static bool reply_with_status(str text)
{
    for (size_t i = 0; i + 9 <= text.n; i++) {
        str s = str_skip(text, i);
        if ((s.p[0] == '4' || s.p[0] == '5') && digit(s, 1) && digit(s, 2) &&
            (s.p[3] == ' ' || s.p[3] == '-') && s.p[4] == s.p[0] && s.p[5] == '.' && digit(s, 6) &&
            (s.p[7] == '.' || (digit(s, 7) && s.p[8] == '.')) && (i == 0 || !digit(text, i - 1)))
            return true;
    }
    return false;
}

/* "550 Words and more": a reply that stands at the start. */
static bool reply_alone(str text)
{
    size_t i = 0;
    while (i < text.n && !digit(text, i) && i < 3)
        i++;
    str s = str_skip(text, i);
    return s.n > 8 && (s.p[0] == '4' || s.p[0] == '5') && digit(s, 1) && digit(s, 2) &&
           (s.p[3] == ' ' || s.p[3] == '-') && !digit(s, 4);
}

/* Signs against count at the start of a word only: "looping:" is no "ping:". */
static bool holds(str text, str word, bool starts)
{
    for (size_t from = 0;;) {
        size_t at = str_find_nocase(str_skip(text, from), word);
        if (at == STR_NOT_FOUND)
            return false;
        if (!starts || from + at == 0 || !is_alnum(text.p[from + at - 1]))
            return true;
        from += at + 1;
    }
}

static int weight_of(str text)
{
    int sum = 0;
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++)
        if (holds(text, SIGNS[i].word, SIGNS[i].weight < 0))
            sum += SIGNS[i].weight;
    return sum;
}

/* Is it told by the form alone? */
static bool by_form(const struct explain_page *p)
{
    return p->form == FORM_BOUNCE || p->form == FORM_TRANSCRIPT ||
           (p->form == FORM_LOG && p->count > 0) || (p->count > 0 && p->folded.n == 0);
}

/* A numbered reply is neither IMAP nor POP3: where it names them, mail is to be fetched there first. */
static int of_mailboxes(str text)
{
    static const str WORDS[] = { STR_INIT("imap"), STR_INIT("pop3") };
    int sum = 0;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        for (size_t k = 0; holds(text, WORDS[i], true) && k < COUNT_OF(SIGNS); k++)
            sum += str_eq(SIGNS[k].word, WORDS[i]) ? SIGNS[k].weight : 0;
    return sum;
}

enum about about_mail(const struct explain_page *p)
{
    if (about_settings(p->plain))
        return ABOUT_OTHER;
    if (by_form(p))
        return ABOUT_MAIL;
    str head = str_take(p->folded, LOOKED_AT);
    str tail = str_skip(p->folded, p->folded.n > 2 * LOOKED_AT ? p->folded.n - LOOKED_AT : head.n);
    if (reply_with_status(head) || reply_with_status(tail))
        return ABOUT_MAIL;
    int weight = weight_of(head) + weight_of(tail);
    if (reply_alone(head))
        weight -= of_mailboxes(head) + of_mailboxes(tail);
    if (weight > 0 || (weight == 0 && reply_alone(head)))
        return ABOUT_MAIL;
    return weight >= -1 && p->folded.n <= SHORT ? ABOUT_OPEN : ABOUT_OTHER;
}
