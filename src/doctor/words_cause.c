/* SPDX-License-Identifier: ISC */
/*
 * doctor/words_cause.c - the cause that a refusal names itself: one row a cause, its codes, its words
 *
 * The first row that fits counts. Servers word the same refusal in many ways, and in their users'
 * language; a row holds what several of them say, and nothing that could as well mean another row.
 */
#include "doctor/words_inside.h"

/* Where in the dialogue, and with which first digit. */
enum {
    AT_OPEN = 1 << 0, /* greeting or EHLO */
    AT_LOGIN = 1 << 1,
    AT_MAIL = 1 << 2,
    AT_RCPT = 1 << 3,
    AT_DATA = 1 << 4, /* DATA, or the end of the message */
    PATHS = AT_MAIL | AT_RCPT,
    TRADE = PATHS | AT_DATA,
    ANYWHERE = TRADE | AT_OPEN | AT_LOGIN,
    LATER = 1 << 8, /* 4xx */
    NEVER = 1 << 9, /* 5xx */
    EITHER = LATER | NEVER
};

/* Both words must be there; beside may be empty. */
struct cause_words {
    enum cause_id cause;
    unsigned when;
    str word, beside;
};
#define W(cause, when, word)                                                                       \
    {                                                                                              \
        CAUSE_##cause, when, STR_INIT(word),                                                       \
        {                                                                                          \
            NULL, 0                                                                                \
        }                                                                                          \
    }
#define W2(cause, when, word, beside)                                                              \
    {                                                                                              \
        CAUSE_##cause, when, STR_INIT(word), STR_INIT(beside)                                      \
    }

static const struct cause_words WORDS[] = {
    W(GREYLISTED_TEMPORARY, TRADE | LATER, "greylist"),
    W(GREYLISTED_TEMPORARY, TRADE | LATER, "graylist"),
    W(GREYLISTED_TEMPORARY, TRADE | LATER, "grey list"),
    W(GREYLISTED_TEMPORARY, TRADE | LATER, "gray list"),
    W(GREYLISTED_TEMPORARY, TRADE | LATER, "grey-list"),
    W(GREYLISTED_TEMPORARY, TRADE | LATER, "postgrey"),
    W(GREYLISTED_TEMPORARY, TRADE | LATER, "liste grise"),
    W(GREYLISTED_TEMPORARY, TRADE | LATER, "lista gris"),
    W(GREYLISTED_TEMPORARY, TRADE | LATER, "灰名单"),

    W2(MAILBOX_FULL, TRADE | EITHER, "mailbox", "full"),
    W2(MAILBOX_FULL, TRADE | EITHER, "mailbox", "quota"),
    W(MAILBOX_FULL, TRADE | EITHER, "mailbox size limit"),
    W(MAILBOX_FULL, TRADE | EITHER, "exceeded storage allocation"),
    W(MAILBOX_FULL, TRADE | EITHER, "over quota"),
    W(MAILBOX_FULL, TRADE | EITHER, "overquota"),
    W(MAILBOX_FULL, TRADE | EITHER, "quota exceeded"),
    W(MAILBOX_FULL, TRADE | EITHER, "exceeded quota"),
    W(MAILBOX_FULL, TRADE | EITHER, "out of storage space"),
    W2(MAILBOX_FULL, TRADE | EITHER, "postfach", "voll"),
    W(MAILBOX_FULL, TRADE | EITHER, "speicherplatz"),
    W(MAILBOX_FULL, TRADE | EITHER, "boîte pleine"),
    W2(MAILBOX_FULL, TRADE | EITHER, "boite", "pleine"),
    W2(MAILBOX_FULL, TRADE | EITHER, "boîte", "pleine"),
    W2(MAILBOX_FULL, TRADE | EITHER, "buzón", "llen"),
    W2(MAILBOX_FULL, TRADE | EITHER, "buzon", "llen"),
    W2(MAILBOX_FULL, TRADE | EITHER, "casella", "piena"),
    W(MAILBOX_FULL, TRADE | EITHER, "邮箱已满"),
    W(MAILBOX_FULL, TRADE | EITHER, "容量不足"),

    W2(MESSAGE_TOO_LARGE, TRADE | EITHER, "size", "exceeds"),
    W2(MESSAGE_TOO_LARGE, TRADE | EITHER, "size", "exceeded"),
    W2(MESSAGE_TOO_LARGE, TRADE | EITHER, "message size", "limit"),
    W2(MESSAGE_TOO_LARGE, TRADE | EITHER, "exceeded", "message size"),
    W(MESSAGE_TOO_LARGE, TRADE | EITHER, "message too large"),
    W(MESSAGE_TOO_LARGE, TRADE | EITHER, "message too big"),
    W(MESSAGE_TOO_LARGE, TRADE | EITHER, "message is too large"),
    W(MESSAGE_TOO_LARGE, TRADE | EITHER, "message is too big"),
    W(MESSAGE_TOO_LARGE, TRADE | EITHER, "message length exceeds"),
    W(MESSAGE_TOO_LARGE, TRADE | EITHER, "databytes"),
    W2(MESSAGE_TOO_LARGE, TRADE | EITHER, "nachricht", "zu groß"),
    W2(MESSAGE_TOO_LARGE, TRADE | EITHER, "nachricht", "zu gross"),
    W2(MESSAGE_TOO_LARGE, TRADE | EITHER, "message", "trop volumineux"),
    W2(MESSAGE_TOO_LARGE, TRADE | EITHER, "mensaje", "demasiado grande"),
    W2(MESSAGE_TOO_LARGE, TRADE | EITHER, "サイズ", "制限"),
    W2(MESSAGE_TOO_LARGE, TRADE | EITHER, "大小", "超"),

    W(MAIL_LOOP, TRADE | EITHER, "too many hops"),
    W(MAIL_LOOP, TRADE | EITHER, "hop count exceeded"),
    W(MAIL_LOOP, TRADE | EITHER, "mail loop"),
    W(MAIL_LOOP, TRADE | EITHER, "loops back to"),
    W2(MAIL_LOOP, TRADE | EITHER, "message", "looping"),

    W(DKIM_DMARC_FAIL, TRADE | EITHER, "dmarc"),
    W(DKIM_DMARC_FAIL, TRADE | EITHER, "dkim"),
    W(DKIM_DMARC_FAIL, AT_DATA | EITHER, "unauthenticated mail"),
    W(DKIM_DMARC_FAIL, AT_DATA | EITHER, "mail is unauthenticated"),
    W(DKIM_DMARC_FAIL, AT_DATA | EITHER, "sender is unauthenticated"),
    W(DKIM_DMARC_FAIL, AT_DATA | EITHER, "message does not pass authentication"),
    W2(DKIM_DMARC_FAIL, AT_DATA | EITHER, "does not have authentication information", "message"),
    W(SPF_FAIL, TRADE | EITHER, "spf"),
    W(SPF_FAIL, TRADE | EITHER, "sender policy framework"),

    W(RATE_LIMITED, ANYWHERE | EITHER, "rate limit"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "ratelimit"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "rate-limit"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "throttl"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "slow down"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "too many connections"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "too many concurrent"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "too many sessions"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "too many messages"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "too many mails"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "too many emails"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "too many recipient"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "too much mail"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "too frequent"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "too fast"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "sending limit"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "sending quota"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "sending rate"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "submissionquota"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "recipient limit"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "connection limit"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "daily limit"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "hourly limit"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "message limit"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "mail flood"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "limit", "per hour"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "limit", "per day"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "messages per day", "only"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "quota", "per day"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "limit", "per 24 hours"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "zu viele", "verbindungen"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "zu viele", "nachrichten"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "trop de", "connexions"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "trop de", "messages"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "demasiad", "conexiones"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "demasiad", "mensajes"),
    W2(RATE_LIMITED, ANYWHERE | EITHER, "频率", "限"),
    W(RATE_LIMITED, ANYWHERE | EITHER, "frequency limited"),

    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "blocked using"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "blacklist"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "black list"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "blocklist"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "block list"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "dnsbl"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, " rbl"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "banned sending ip"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "poor reputation"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "bad reputation"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "low reputation"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "ip reputation"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "reputation service"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "suspected spam ip"),
    W2(IP_BLOCKLISTED, ANYWHERE | EITHER, "client", "is listed"),
    W2(IP_BLOCKLISTED, ANYWHERE | EITHER, " ip", "is listed"),
    W2(IP_BLOCKLISTED, ANYWHERE | EITHER, "host", "is listed"),
    W2(IP_BLOCKLISTED, ANYWHERE | EITHER, "listed at", "reject"),
    W2(IP_BLOCKLISTED, ANYWHERE | EITHER, "listed by", "reject"),
    W2(IP_BLOCKLISTED, ANYWHERE | EITHER, "schwarze", "liste"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "liste noire"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "lista negra"),
    W(IP_BLOCKLISTED, ANYWHERE | EITHER, "黑名单"),

    W(SENDER_UNVERIFIED, TRADE | EITHER, "not verified"),
    W(SENDER_UNVERIFIED, TRADE | EITHER, "unverified"),
    W(SENDER_UNVERIFIED, TRADE | EITHER, "verified sender"),
    W2(SENDER_UNVERIFIED, TRADE | EITHER, "not match", "verified"),
    W(SENDER_UNVERIFIED, TRADE | EITHER, "sender not validated"),
    W2(SENDER_UNVERIFIED, TRADE | EITHER, "sender", "not confirmed"),
    W(SENDER_UNVERIFIED, PATHS | EITHER, "sender verify failed"),
    W(SENDER_UNVERIFIED, PATHS | EITHER, "sender verification failed"),
    W(SENDER_UNVERIFIED, PATHS | EITHER, "sender callback"),
    W(SENDER_UNVERIFIED, PATHS | EITHER, "callout"),
    W(SENDER_UNVERIFIED, PATHS | EITHER, "could not complete sender verify"),
    W2(SENDER_UNVERIFIED, PATHS | EITHER, "sender address rejected", "undeliverable address"),
    W2(SENDER_UNVERIFIED, PATHS | EITHER, "sender address rejected", "unverified address"),
    W2(SENDER_UNVERIFIED, PATHS | EITHER, "sender address rejected", "user unknown"),

    W(FROM_INVALID, PATHS | EITHER, "sender address rejected: need fully-qualified"),
    W(FROM_INVALID, PATHS | EITHER, "sender address rejected: domain not found"),
    W(FROM_INVALID, PATHS | EITHER, "sender domain does not exist"),
    W(FROM_INVALID, PATHS | EITHER, "sender domain not found"),
    W(FROM_INVALID, PATHS | EITHER, "sender domain must exist"),
    W(FROM_INVALID, PATHS | EITHER, "sender domain must resolve"),
    W2(FROM_INVALID, PATHS | EITHER, "domain of sender address", "does not"),
    W(FROM_INVALID, PATHS | EITHER, "sender address does not resolve"),
    W(FROM_INVALID, PATHS | EITHER, "bad sender address syntax"),
    W(FROM_INVALID, PATHS | EITHER, "bad sender address"),
    W(FROM_INVALID, PATHS | EITHER, "invalid sender"),
    W(FROM_INVALID, PATHS | EITHER, "sender syntax"),
    W(FROM_INVALID, AT_MAIL | EITHER, "domain name required"),
    W(FROM_INVALID, AT_MAIL | EITHER, "syntactically invalid"),
    W(FROM_INVALID, AT_MAIL | EITHER, "sender address must contain a domain"),
    W(FROM_INVALID, AT_MAIL | EITHER, "malformed address"),
    W(FROM_INVALID, AT_MAIL | EITHER, "invalid address"),
    W2(FROM_INVALID, AT_MAIL | EITHER, "syntax error", "from"),
    W2(FROM_INVALID, AT_MAIL | EITHER, "syntax", "address"),
    W2(FROM_INVALID, PATHS | EITHER, "absender", "ungültig"),
    W2(FROM_INVALID, PATHS | EITHER, "expéditeur", "invalide"),
    W2(FROM_INVALID, PATHS | EITHER, "remitente", "inválid"),

    W(FROM_NOT_LOGIN, TRADE | NEVER, "not owned by"),
    W(FROM_NOT_LOGIN, TRADE | NEVER, "send as this"),
    W(FROM_NOT_LOGIN, TRADE | NEVER, "sendas"),
    W(FROM_NOT_LOGIN, TRADE | NEVER, "to send as"),
    W(FROM_NOT_LOGIN, TRADE | NEVER, "send on behalf"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "sender", "not belong"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "from", "not belong"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "sender", "mismatch"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "must be same as", "auth"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "must equal", "auth"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "must match", "auth"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "not match", "auth"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "not match", "login"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "sender", "not allowed for"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "not allowed", "header from"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "not allowed", "sender address"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "not authorized", "sender address"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "not permitted", "sender address"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "absender", "nicht erlaubt"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "absender", "nicht berechtigt"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "expéditeur", "autoris"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "remitente", "autoriz"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "发件人", "不一致"),
    W2(FROM_NOT_LOGIN, TRADE | NEVER, "发信人", "不一致"),

    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "user unknown"),
    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "unknown user"),
    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "no such user"),
    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "no such mailbox"),
    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "no such recipient"),
    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "no mailbox here"),
    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "unknown recipient"),
    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "recipient unknown"),
    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "addressee unknown"),
    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "recipientnotfound"),
    W(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "unrouteable address"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "user", "does not exist"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "account", "does not exist"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "empfänger", "unbekannt"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "empfaenger", "unbekannt"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "destinataire", "inconnu"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "utilisateur", "inconnu"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "usuario", "desconocido"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "destinatario", "desconocido"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "destinatario", "sconosciuto"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "宛先", "存在しま"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "收件人", "不存在"),
    W2(RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER, "用户", "不存在"),

    W(CONTENT_REJECTED, AT_DATA | NEVER, "spam"),
    W(CONTENT_REJECTED, AT_DATA | NEVER, "virus"),
    W(CONTENT_REJECTED, AT_DATA | NEVER, "malware"),
    W(CONTENT_REJECTED, AT_DATA | NEVER, "phish"),
    W(CONTENT_REJECTED, AT_DATA | NEVER, "unsolicited"),
    W(CONTENT_REJECTED, AT_DATA | NEVER, "message content"),
    W(CONTENT_REJECTED, AT_DATA | NEVER, "content rejected"),
    W(CONTENT_REJECTED, AT_DATA | NEVER, "content reject"),
    W(CONTENT_REJECTED, AT_DATA | NEVER, "suspicious content"),
    W(CONTENT_REJECTED, AT_DATA | NEVER, "attachment"),
    W(CONTENT_REJECTED, AT_DATA | NEVER, "垃圾邮件"),
};

/* Diagnostic names with dots in them, as Exchange gives them: no host is called so. */
static const struct {
    enum cause_id cause;
    str word;
} NAMES_OF_FAULTS[] = {
    { CAUSE_FROM_NOT_LOGIN, STR_INIT("SendAsDenied") },
    { CAUSE_RATE_LIMITED, STR_INIT("SubmissionQuotaExceeded") },
    { CAUSE_RECIPIENT_UNKNOWN, STR_INIT("RecipientNotFound") },
};

/* Enhanced status codes that mean one thing (RFC 3463 section 3, RFC 7372 section 3). */
static const struct {
    enum cause_id cause;
    unsigned when, subject, detail;
} CODES[] = {
    { CAUSE_MAILBOX_FULL, TRADE, 2, 2 },       { CAUSE_MESSAGE_TOO_LARGE, TRADE, 2, 3 },
    { CAUSE_MESSAGE_TOO_LARGE, TRADE, 3, 4 },  { CAUSE_MAIL_LOOP, TRADE, 4, 6 },
    { CAUSE_DKIM_DMARC_FAIL, AT_DATA, 7, 20 }, { CAUSE_DKIM_DMARC_FAIL, AT_DATA, 7, 21 },
    { CAUSE_DKIM_DMARC_FAIL, AT_DATA, 7, 22 }, { CAUSE_SPF_FAIL, TRADE, 7, 23 },
    { CAUSE_DKIM_DMARC_FAIL, AT_DATA, 7, 26 }, { CAUSE_RATE_LIMITED, TRADE, 7, 28 },
    { CAUSE_FROM_INVALID, AT_MAIL, 1, 7 },     { CAUSE_FROM_INVALID, PATHS, 1, 8 },
};

static unsigned stage_bit(enum smtp_stage stage)
{
    switch (stage) {
    case SMTP_STAGE_GREETING:
    case SMTP_STAGE_EHLO: return AT_OPEN;
    case SMTP_STAGE_AUTH: return AT_LOGIN;
    case SMTP_STAGE_MAIL: return AT_MAIL;
    case SMTP_STAGE_RCPT: return AT_RCPT;
    case SMTP_STAGE_DATA:
    case SMTP_STAGE_END_OF_DATA: return AT_DATA;
    default: return 0;
    }
}

/* The names of lists are host names, which else say nothing. */
static bool names_a_list(const struct smtp_outcome *o)
{
    static const str LISTS[] = { STR_INIT("spamhaus."),  STR_INIT("spamcop."),
                                 STR_INIT("sorbs."),     STR_INIT("barracuda"),
                                 STR_INIT("uceprotect"), STR_INIT("abuseat."),
                                 STR_INIT("mailspike."), STR_INIT("dnsbl."),
                                 STR_INIT("rbl.") };
    static const str VERBS[] = { STR_INIT("block"), STR_INIT("listed"), STR_INIT("reject"),
                                 STR_INIT("denied"), STR_INIT("refused") };
    for (size_t i = 0; HOLDS(o->text, VERBS) && i < COUNT_OF(LISTS); i++) {
        size_t at = str_find_nocase(o->text, LISTS[i]);
        size_t mailbox = str_find_octet(o->text, '@'); /* it may be whom the mail is for */
        if (at != STR_NOT_FOUND && mailbox == STR_NOT_FOUND)
            return true;
    }
    return false;
}

enum cause_id words_cause(const struct smtp_outcome *o)
{
    unsigned at = stage_bit(o->stage);
    unsigned digit = o->code / 100 == 4 ? LATER : o->code / 100 == 5 ? NEVER : 0;
    const struct smtp_enhanced *x = &o->enhanced;
    if (o->end != SMTP_END_REPLY || !digit)
        return CAUSE_NONE;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        const struct cause_words *w = &WORDS[i];
        if ((w->when & at) && (w->when & digit) && words_hold(o->text, w->word) &&
            (!w->beside.n || words_hold(o->text, w->beside)))
            return w->cause;
    }
    for (size_t i = 0; i < COUNT_OF(NAMES_OF_FAULTS); i++)
        if ((at & TRADE) && str_find(o->text, NAMES_OF_FAULTS[i].word) != STR_NOT_FOUND)
            return NAMES_OF_FAULTS[i].cause;
    if (names_a_list(o))
        return CAUSE_IP_BLOCKLISTED;
    for (size_t i = 0; x->class && i < COUNT_OF(CODES); i++)
        if ((CODES[i].when & at) && CODES[i].subject == x->subject && CODES[i].detail == x->detail)
            return CODES[i].cause;
    return CAUSE_NONE;
}
