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

/* Words are alternatives with "|" between; "&" joins what must all be there, "=" asks for a whole word. */
static const struct {
    enum cause_id cause;
    unsigned when;
    const char *words;
} WORDS[] = {
    { CAUSE_GREYLISTED_TEMPORARY, TRADE | LATER,
      "greylist|graylist|grey list|gray list|grey-list|postgrey|liste grise|"
      "lista gris|灰名单" },
    { CAUSE_RATE_LIMITED, TRADE | EITHER,
      "sending quota|daily quota|quota&per day|quota&per hour" },
    { CAUSE_MAILBOX_FULL, TRADE | EITHER,
      "mailbox&=full|mailbox&quota|mailbox size limit|exceeded storage allocation|"
      "over quota|overquota|quota exceeded|exceeded quota|out of storage space|"
      "postfach&voll|speicherplatz|boîte pleine|boite&pleine|boîte&pleine|"
      "buzón&llen|buzon&llen|casella&piena|邮箱已满|容量不足" },
    { CAUSE_MESSAGE_TOO_LARGE, TRADE | EITHER,
      "size&exceeds|size&exceeded|message size&limit|exceeded&message size|"
      "message too large|message too big|message is too large|message is too big|"
      "message length exceeds|databytes|nachricht&zu groß|nachricht&zu gross|"
      "message&trop volumineux|mensaje&demasiado grande|サイズ&制限|大小&超" },
    { CAUSE_MAIL_LOOP, TRADE | EITHER,
      "too many hops|hop count exceeded|mail loop|loops back to|message&looping" },
    { CAUSE_DKIM_DMARC_FAIL, TRADE | EITHER, "dmarc|dkim" },
    { CAUSE_DKIM_DMARC_FAIL, AT_DATA | EITHER,
      "unauthenticated mail|mail is unauthenticated|sender is unauthenticated|"
      "message does not pass authentication|"
      "does not have authentication information&message" },
    { CAUSE_SPF_FAIL, TRADE | EITHER, "spf|sender policy framework" },
    { CAUSE_RATE_LIMITED, ANYWHERE | EITHER,
      "rate limit|=rate&=limit|=rate&exceeded|ratelimit|rate-limit|throttl|slow down|too many "
      "connections|"
      "too many concurrent|too many sessions|too many messages|too many mails|"
      "too many emails|too many recipient|too much mail|too frequent|too fast|"
      "sending limit|sending quota|sending rate|submissionquota|recipient limit|"
      "connection limit|daily limit|hourly limit|message limit|mail flood|"
      "limit&per hour|limit&per day|messages per day&only|quota&per day|"
      "limit&per 24 hours|zu viele&verbindungen|zu viele&nachrichten|"
      "trop de&connexions|trop de&messages|demasiad&conexiones|demasiad&mensajes|"
      "频率&限|frequency limited|submission rate&exceed|message rate&exceed" },
    { CAUSE_IP_BLOCKLISTED, ANYWHERE | EITHER,
      "blocked using|blacklist|black list|blocklist|block list|dnsbl|=rbl|"
      "banned sending ip|poor reputation|bad reputation|low reputation|ip reputation|"
      "reputation service|suspected spam ip|is listed at|is listed in|is listed on|"
      "is listed by|client&is listed|=ip&is listed|host&is listed|listed at&reject|"
      "listed by&reject|schwarze&liste|liste noire|lista negra|黑名单" },
    { CAUSE_IP_BANNED, AT_OPEN | EITHER,
      "banned|=ip&blocked&errors|address&blocked&errors|too many&failed|too many&failures|"
      "failed logins|brute force|brute-force" },
    { CAUSE_FROM_INVALID, PATHS | EITHER, /* the domain cannot be found, so nobody could be asked */
      "sender verif&unrouteable|sender verif&domain|sender verif&no such host|"
      "sender verif&null mx|sender&nullmx|sender&null mx" },
    { CAUSE_SENDER_UNVERIFIED, TRADE | EITHER,
      "not verified|unverified|verified sender|not match&verified|"
      "sender not validated|sender&not confirmed" },
    { CAUSE_SENDER_UNVERIFIED, PATHS | EITHER,
      "sender verify failed|sender verification failed|sender callback|callout|"
      "could not complete sender verify|"
      "sender address rejected&undeliverable address|"
      "sender address rejected&unverified address|"
      "sender address rejected&user unknown" },
    { CAUSE_FROM_INVALID, PATHS | EITHER,
      "sender address rejected: need fully-qualified|"
      "sender address rejected: domain not found|sender domain does not exist|"
      "sender domain not found|sender domain must exist|sender domain must resolve|"
      "domain of sender address&does not|sender address does not resolve|"
      "bad sender address syntax|bad sender address|invalid sender|sender syntax" },
    { CAUSE_FROM_INVALID, AT_MAIL | EITHER,
      "domain name required|syntactically invalid|"
      "sender address must contain a domain|malformed address|invalid address|"
      "syntax error&from|syntax&address" },
    { CAUSE_FROM_INVALID, PATHS | EITHER,
      "absender&ungültig|expéditeur&invalide|remitente&inválid" },
    { CAUSE_FROM_NOT_LOGIN, TRADE | NEVER,
      "not owned by|send as this|sendas|to send as|send on behalf|sender&not belong|"
      "from&not belong|not belong&login|not belong&account|not belong&user|sender&mismatch|"
      "must be same as&auth|must equal&auth|"
      "must match&auth|not match&auth|not match&login|sender&not allowed for|"
      "not allowed&header from|not allowed&sender address|"
      "not authorized&sender address|not permitted&sender address|"
      "absender&nicht erlaubt|absender&nicht berechtigt|expéditeur&autoris|"
      "remitente&autoriz|发件人&不一致|发信人&不一致" },
    { CAUSE_RECIPIENT_UNKNOWN, AT_RCPT | AT_DATA | NEVER,
      "user unknown|user <&unknown|unknown user|no such user|no such mailbox|no such recipient|"
      "no mailbox here|unknown recipient|recipient unknown|addressee unknown|"
      "recipientnotfound|unrouteable address|user&does not exist|"
      "account&does not exist|empfänger&unbekannt|empfaenger&unbekannt|"
      "destinataire&inconnu|utilisateur&inconnu|usuario&desconocido|"
      "destinatario&desconocido|destinatario&sconosciuto|宛先&存在しま|"
      "收件人&不存在|用户&不存在" },
    { CAUSE_CONTENT_REJECTED, AT_DATA | NEVER,
      "spam|virus|malware|phish|unsolicited|message content|due to content|"
      "content restrict|content filter|content reject|suspicious content|attachment|垃圾邮件" },
    /* the server's own trouble, which has to do with nobody's settings */
    { CAUSE_OTHER_NOT_RELAY, TRADE | EITHER,
      "local problem|space shortage|system failure|lookup failure|lookup error|system resource|"
      "insufficient storage|insufficient system storage|insufficient disk|out of memory|"
      "internal error|internal server error|queue file|error writing|disk full|local error|"
      "local configuration error|server configuration error" },
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

bool words_of_any_deferral(const struct smtp_outcome *o)
{
    return words_hold_pattern(o->text, "local problem");
}

enum cause_id words_cause(const struct smtp_outcome *o)
{
    unsigned at = stage_bit(o->stage);
    unsigned digit = o->code / 100 == 4 ? LATER : o->code / 100 == 5 ? NEVER : 0;
    const struct smtp_enhanced *x = &o->enhanced;
    if (o->end != SMTP_END_REPLY || !digit)
        return CAUSE_NONE;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        unsigned when = WORDS[i].when;
        if ((when & at) && (when & digit) && words_hold_pattern(o->text, WORDS[i].words))
            return WORDS[i].cause;
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

bool words_say_nothing(const struct smtp_outcome *o)
{
    return o->end == SMTP_END_REPLY && words_cause(o) == CAUSE_NONE && !words_name_relaying(o) &&
           !words_invalid_recipient(o) && !words_no_such_mailbox(o) && !words_about_ownership(o) &&
           !words_about_helo(o) && !words_ask_for_tls(o->text) && !words_ask_for_login(o) &&
           !words_account_barred(o);
}

bool words_of_waiting(const struct smtp_outcome *o)
{
    return words_hold_pattern(o->text, "try again later|try later|come back later|temporarily|"
                                       "greylist|graylist|später noch einmal|später erneut|"
                                       "réessay&plus tard|más tarde");
}

bool words_refuse_sender(const struct smtp_outcome *o)
{
    return words_hold_pattern(o->text,
                              "sender&reject|sender&refus|sender&denied|sender&not allowed|"
                              "sender&not accepted");
}
