/* SPDX-License-Identifier: ISC */
/*
 * explain/log_line_others.c - programs of which a line or two matter: qmail, Courier, Dovecot, spamdyke, and small ones that
 * only submit (msmtp, sSMTP, nullmailer, esmtp)
 */
#include "explain/log_scan.h"

/* qmail-send: "starting delivery 12: msg 345 to remote b@far.example", "delivery 12: failure: words_with_underscores/" */
bool log_line_qmail(str message, struct log_line *out)
{
    str rest = message, part;
    out->dialect = DIALECT_QMAIL;
    out->event = LOG_LINE_NOTHING;
    /* splogger's own stamp: "1706696430.123456 delivery 12: ..." */
    if (rest.n && is_digit(rest.p[0])) {
        scan_word(&rest);
        message = rest = scan_blanks(rest);
    }
    if (scan_skip(&rest, STR("starting delivery ")) && scan_until(&rest, STR(":"), &part)) {
        out->session = part;
        size_t at = str_find(rest, STR(" to "));
        rest = str_skip(rest, at == STR_NOT_FOUND ? rest.n : at + 4);
        scan_word(&rest);
        out->to = scan_word(&rest);
        out->stage = SMTP_STAGE_RCPT;
        out->tells_logins = true;
        out->event = LOG_LINE_COMMAND;
        return true;
    }
    if (!scan_skip(&rest, STR("delivery ")) || !scan_until(&rest, STR(": "), &part))
        return str_starts(message, STR("new msg ")) || str_starts(message, STR("end msg ")) ||
               str_starts(message, STR("info msg ")) || str_starts(message, STR("status: local "));
    out->session = part;
    out->tells_logins = true;
    if (str_starts(rest, STR("success: "))) {
        out->event = LOG_LINE_DELIVERED;
        return true;
    }
    if (!scan_skip(&rest, STR("failure: ")) && !scan_skip(&rest, STR("deferral: ")))
        return false;
    rest = str_take(rest, str_find(rest, STR("/Giving_up_on_")));
    out->words = rest;
    out->event = LOG_LINE_UNDELIVERED;
    str reply = rest;
    if (scan_until(&reply, STR("emote_host_said:_"), &part)) {
        scan_skip(&part, STR("Connected_to_"));
        size_t end = str_find_octet(part, '_');
        out->by_address = is_digit(part.n ? part.p[0] : 'x') ? str_take(part, end) : STR_NONE;
        unsigned code;
        str digits = reply;
        if (scan_number(&digits, 3, &code) && code >= 400 && code < 600) {
            out->code = code;
            str behind = str_skip(digits, 1);
            /* "_5.7.1_": underscores stand for blanks */
            str word = str_take(behind, str_find_octet(behind, '_')), none;
            if (smtp_enhanced_read(word, &out->enhanced, &none))
                behind = str_skip(behind, word.n + 1);
            out->words = behind;
        }
    }
    if (str_starts(rest, STR("Sorry,_I_wasn't_able_to_establish")))
        out->end = SMTP_END_SILENT, out->stage = SMTP_STAGE_CONNECT;
    return true;
}

/* courieresmtpd: "error,relay=::ffff:192.0.2.7,from=<a>,to=<b>: 513 Relaying denied." and, newer,
 * "error,relay=::ffff:192.0.2.7,port=4411,msg=\"535 Authentication failed.\",cmd: AUTH LOGIN" */
static bool courier(str message, struct log_line *out)
{
    str rest = message, part;
    out->event = LOG_LINE_NOTHING;
    if (!scan_skip(&rest, STR("error,relay=")))
        return true;
    out->client_address = str_take(rest, str_find_octet(rest, ','));
    str from = scan_value(rest, STR(",from=<"));
    if (from.p)
        scan_set_from(out, from);
    out->to = scan_value(rest, STR(",to=<"));
    str words = rest;
    if (scan_until(&words, STR(",msg=\""), &part)) {
        out->words = str_take(words, str_find_octet(words, '"'));
        size_t at = str_find(rest, STR("cmd: "));
        out->stage = scan_stage(str_skip(rest, at == STR_NOT_FOUND ? rest.n : at + 5));
    } else if (scan_until(&words, STR(": "), &part)) {
        out->words = words;
        out->stage = out->to.n ? SMTP_STAGE_RCPT : from.p ? SMTP_STAGE_MAIL : SMTP_STAGE_NONE;
    }
    out->event = out->words.n ? LOG_LINE_REFUSED : LOG_LINE_UNREAD;
    (void)scan_reply(&out->words, out);
    if (out->code == 535) {
        out->login = LOG_LOGIN_REFUSED;
        out->stage = SMTP_STAGE_AUTH;
    }
    return true;
}

/* "submission-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<u>, method=PLAIN, rip=192.0.2.7, ..." */
static bool dovecot(str message, struct log_line *out)
{
    str rest = message;
    out->dialect = DIALECT_DOVECOT;
    out->event = LOG_LINE_NOTHING;
    if (!scan_skip(&rest, STR("submission-login: ")))
        return true;
    bool login = str_starts(rest, STR("Login: ")) || str_starts(rest, STR("Logged in: "));
    if (!login && !scan_has(rest, STR("auth failed")))
        return true;
    out->user = scan_value(rest, STR("user=<"));
    out->mechanism = scan_value(rest, STR("method="));
    out->client_address = scan_value(rest, STR(" rip="));
    out->encrypted = scan_has(rest, STR(", TLS"));
    out->stage = SMTP_STAGE_AUTH;
    out->login = login ? LOG_LOGIN_TAKEN : LOG_LOGIN_REFUSED;
    out->event = login ? LOG_LINE_LOGIN : LOG_LINE_REFUSED;
    if (!login)
        out->words = STR("auth failed");
    return true;
}

/* "do_auth : auth failure: [user=u] [service=smtp] [realm=x] [mech=pam] [reason=PAM auth error]", before the server's own
 * line about it */
static bool saslauthd(str message, struct log_line *out)
{
    str rest = message, part;
    out->event = LOG_LINE_NOTHING;
    if (!scan_until(&rest, STR("auth failure: "), &part))
        return true;
    size_t user = str_find(rest, STR("[user="));
    str name = str_skip(rest, user == STR_NOT_FOUND ? rest.n : user + 6);
    out->user = str_take(name, str_find_octet(name, ']'));
    out->words = str_skip(message, part.n); /* from "auth failure" on */
    out->stage = SMTP_STAGE_AUTH;
    out->login = LOG_LOGIN_REFUSED;
    out->event = LOG_LINE_TROUBLE;
    return true;
}

/* "DENIED_RELAYING from: a@x to: b@y origin_ip: 192.0.2.7 origin_rdns: x auth: (unknown) ..." */
static bool spamdyke(str message, struct log_line *out)
{
    str rest = message;
    out->event = LOG_LINE_NOTHING;
    out->dialect = DIALECT_QMAIL;
    if (!str_starts(rest, STR("DENIED_")) && !str_starts(rest, STR("FAILED_AUTH")))
        return true;
    out->words = scan_word(&rest);
    str from = scan_value(rest, STR("from: ")), auth = scan_value(rest, STR(" auth: "));
    scan_set_from(out, str_eq(from, STR("(unknown")) ? STR_NONE : from);
    out->to = scan_value(rest, STR(" to: "));
    out->client_address = scan_value(rest, STR(" origin_ip: "));
    out->client_name = scan_value(rest, STR(" origin_rdns: "));
    bool unknown = str_starts(auth, STR("(unknown")) || str_starts(auth, STR("(none"));
    out->login = str_starts(out->words, STR("FAILED")) ? LOG_LOGIN_REFUSED
                 : unknown                             ? LOG_LOGIN_NONE
                                                       : LOG_LOGIN_TAKEN;
    out->stage = out->login == LOG_LOGIN_REFUSED ? SMTP_STAGE_AUTH : SMTP_STAGE_RCPT;
    out->event = LOG_LINE_REFUSED;
    return true;
}

/* "host=smtp.far.example tls=on auth=on user=u from=a recipients=b smtpstatus=550 smtpmsg='550 words' exitcode=EX_..." */
bool log_line_msmtp(str message, struct log_line *out)
{
    if (!str_starts(message, STR("host=")) || !scan_has(message, STR("exitcode=")))
        return false;
    out->program = STR("msmtp");
    out->begins = out->of_client = true;
    out->by = scan_value(message, STR("host="));
    out->user = scan_value(message, STR(" user="));
    out->from = scan_value(message, STR(" from="));
    out->to = scan_value(message, STR(" recipients="));
    out->encrypted = scan_has(message, STR(" tls=on"));
    out->login = scan_has(message, STR(" auth=off")) ? LOG_LOGIN_NONE : LOG_LOGIN_NOT_TOLD;
    out->event = LOG_LINE_DELIVERED;
    if (scan_has(message, STR("exitcode=EX_OK")))
        return true;
    out->event = LOG_LINE_UNDELIVERED;
    str words = message, part;
    bool reply = scan_until(&words, STR("smtpmsg='"), &part);
    if (!reply && !scan_until(&words, STR("errormsg='"), &part))
        return true;
    size_t end = str_find(words, STR("' "));
    out->words = str_take(words, end);
    if (reply) {
        (void)scan_reply(&out->words, out);
        return true;
    }
    out->end = scan_end(out->words);
    if (scan_has(out->words, STR("TLS")))
        out->end = SMTP_END_TLS_FAILED, out->stage = SMTP_STAGE_TLS;
    return true;
}

/* Of those that hand one message on, every line that is no success. */
static bool submitter(str message, struct log_line *out)
{
    static const str GOOD[] = { STR_INIT("Sent mail for "), STR_INIT("Creating SSL connection"),
                                STR_INIT("Sent file"), STR_INIT("SSL connection using") };
    str rest = message;
    out->of_client = true;
    out->event = LOG_LINE_NOTHING;
    for (size_t i = 0; i < COUNT_OF(GOOD); i++)
        if (str_starts(message, GOOD[i]))
            return true;
    scan_skip(&rest, STR("smtp: Failed: "));
    str host = rest, part;
    if (scan_skip(&host, STR("Cannot open "))) {
        out->by = str_take(host, str_rfind_octet(host, ':'));
        uint64_t port;
        size_t colon = str_rfind_octet(host, ':');
        if (colon != STR_NOT_FOUND && str_to_u64(str_skip(host, colon + 1), 65535, &port))
            out->by_port = (uint16_t)port;
    }
    /* "Authorization failed (535 5.7.8 words)" */
    str inside = rest;
    if (scan_until(&inside, STR("failed ("), &part)) {
        rest = inside;
        if (str_ends_nocase(rest, STR(")")))
            rest.n--;
        out->stage = SMTP_STAGE_AUTH;
        out->login = LOG_LOGIN_REFUSED;
    }
    out->words = rest;
    out->event = LOG_LINE_UNDELIVERED;
    if (!scan_reply(&out->words, out))
        out->end = scan_has(rest, STR("SSL")) || scan_has(rest, STR("TLS")) ? SMTP_END_TLS_FAILED
                   : scan_has(rest, STR("Cannot open"))                     ? SMTP_END_OURS
                                                                            : scan_end(rest);
    return true;
}

bool log_line_others(str message, struct log_line *out)
{
    static const struct {
        str program;
        bool (*read)(str message, struct log_line *out);
    } PROGRAMS[] = {
        { STR_INIT("qmail"), log_line_qmail }, { STR_INIT("courieresmtpd"), courier },
        { STR_INIT("esmtpd"), courier },       { STR_INIT("dovecot"), dovecot },
        { STR_INIT("spamdyke"), spamdyke },    { STR_INIT("saslauthd"), saslauthd },
        { STR_INIT("sSMTP"), submitter },      { STR_INIT("ssmtp"), submitter },
        { STR_INIT("nullmailer"), submitter },
    };
    for (size_t i = 0; i < COUNT_OF(PROGRAMS); i++)
        if (str_starts(out->program, PROGRAMS[i].program)) {
            out->begins = true;
            return PROGRAMS[i].read(message, out);
        }
    return false;
}
