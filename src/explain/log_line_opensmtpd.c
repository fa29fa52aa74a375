/* SPDX-License-Identifier: ISC */
/*
 * explain/log_line_opensmtpd.c - OpenSMTPD in its three forms
 *
 * since 6.4    2cd79d8bacbe2c12 smtp failed-command command="RCPT TO:<b>" result="550 Invalid recipient"
 * 6.0 to 6.3   2cd79d8bacbe2c12 smtp event=failed-command address=192.0.2.1 host=x command="..." result="..."
 * before       smtp-in: Failed command on session 2cd79d8bacbe2c12: "RCPT TO:<b>" => 550 Invalid recipient
 */
#include "explain/log_scan.h"

/* The value of key="..." without its quotes. */
static str quoted(str s, str key)
{
    size_t at = str_find(s, key);
    if (at == STR_NOT_FOUND)
        return STR_NONE;
    s = str_skip(s, at + key.n);
    size_t end = str_find_octet(s, '"');
    return str_take(s, end);
}

static void address(str value, struct log_line *out)
{
    scan_skip(&value, STR("["));
    scan_skip(&value, STR("IPv6:"));
    if (str_ends_nocase(value, STR("]")))
        value.n--;
    if (!str_eq(value, STR("local")))
        out->client_address = value;
}

static void client(str rest, struct log_line *out)
{
    address(scan_value(rest, STR("address=")), out);
    out->client_name = scan_value(rest, STR("host="));
}

/* What was said, and the answer: names of the conversation are in the command. */
static bool failed(str command, str result, struct log_line *out)
{
    if (!command.n && !result.n)
        return false;
    out->stage = scan_stage(command);
    str argument = scan_value(command, STR("<"));
    if (out->stage == SMTP_STAGE_RCPT)
        out->to = argument;
    else if (out->stage == SMTP_STAGE_MAIL)
        scan_set_from(out, argument);
    else if (out->stage == SMTP_STAGE_AUTH)
        out->login = LOG_LOGIN_REFUSED;
    out->words = result;
    (void)scan_reply(&out->words, out);
    out->event = LOG_LINE_REFUSED;
    if (!command.n)
        out->stage = SMTP_STAGE_END_OF_DATA; /* "(null)" or nothing: the message itself */
    return true;
}

static bool of_server(str event, str rest, struct log_line *out)
{
    out->tells_logins = true;
    client(rest, out);
    if (str_eq(event, STR("connected")) || str_eq(event, STR("connect"))) {
        out->event = LOG_LINE_CONNECT;
    } else if (str_eq(event, STR("disconnected")) || str_eq(event, STR("closed"))) {
        out->event = LOG_LINE_DISCONNECT;
    } else if (str_eq(event, STR("authentication"))) {
        bool taken = scan_has(rest, STR("result=ok"));
        out->user = scan_value(rest, STR("user="));
        out->login = taken ? LOG_LOGIN_TAKEN : LOG_LOGIN_REFUSED;
        out->event = taken ? LOG_LINE_LOGIN : LOG_LINE_ASIDE; /* "failed-command" follows */
        out->stage = SMTP_STAGE_AUTH;
        if (!taken)
            out->words = STR("authentication failed");
    } else if (str_eq(event, STR("failed-command"))) {
        return failed(quoted(rest, STR("command=\"")), quoted(rest, STR("result=\"")), out);
    } else if (str_eq(event, STR("message"))) {
        out->event = LOG_LINE_TAKEN;
        out->queue_id = scan_value(rest, STR("msgid="));
        str from = scan_value(rest, STR("from=<"));
        if (from.p)
            scan_set_from(out, from);
    } else if (str_eq(event, STR("tls"))) {
        out->encrypted = true;
        out->event = LOG_LINE_REPLY;
    }
    return true;
}

static void relay(str value, struct log_line *out)
{
    str rest = value, part;
    if (scan_until(&rest, STR(" ("), &part)) {
        out->by_address = part;
        out->by = str_take(rest, str_find_octet(rest, ')'));
    } else {
        out->by = value;
    }
}

static void stat(str words, struct log_line *out)
{
    out->words = words;
    if (scan_reply(&out->words, out))
        return;
    out->end = scan_end(out->words);
    if (out->end != SMTP_END_REPLY)
        out->stage = SMTP_STAGE_CONNECT;
}

static bool delivery(str rest, struct log_line *out)
{
    str result = quoted(rest, STR("result=\""));
    if (!result.n)
        result = scan_value(rest, STR("result="));
    out->to = scan_value(rest, STR(" to=<"));
    str from = scan_value(rest, STR("from=<"));
    if (from.p)
        scan_set_from(out, from);
    /* A message of the queue is the first half of its envelope's number. */
    out->queue_id = str_take(scan_value(rest, STR("evpid=")), 8);
    if (str_eq(result, STR("Ok"))) {
        out->event = LOG_LINE_DELIVERED;
        return true;
    }
    relay(quoted(rest, STR("relay=\"")), out);
    size_t at = str_find(rest, STR("stat="));
    str words = quoted(rest, STR("stat=\""));
    stat(words.n || at == STR_NOT_FOUND ? words : str_skip(rest, at + 5), out);
    out->event = LOG_LINE_UNDELIVERED;
    return true;
}

static bool of_next(str event, str rest, struct log_line *out)
{
    if (str_eq(event, STR("delivery")))
        return delivery(rest, out);
    if (str_eq(event, STR("error"))) {
        size_t at = str_find(rest, STR("reason="));
        out->words = str_skip(rest, at == STR_NOT_FOUND ? 0 : at + 7);
        out->end = scan_end(out->words);
        out->event = LOG_LINE_TRIED;
    }
    return true;
}

static bool is_session(str s)
{
    if (s.n != 16)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_digit(s.p[i]) && (s.p[i] < 'a' || s.p[i] > 'f'))
            return false;
    return true;
}

/* "smtp-in: Failed command on session 2cd7...: \"RCPT TO:<b>\" => 550 Invalid recipient" and its kin */
static bool old_form(str rest, struct log_line *out)
{
    str part;
    if (!scan_skip(&rest, STR("smtp-in: ")))
        return false;
    out->tells_logins = true;
    size_t at = str_find(rest, STR("ession "));
    str session = str_take(str_skip(rest, at == STR_NOT_FOUND ? rest.n : at + 7), 16);
    if (is_session(session))
        out->session = session;
    if (str_starts(rest, STR("New session ")) || scan_has(rest, STR(": connection from host "))) {
        str peer = rest, name, ip;
        uint16_t port = 0;
        if (scan_until(&peer, STR("host "), &part) && scan_peer(&peer, &name, &ip, &port)) {
            out->client_name = name;
            address(ip, out);
        }
        out->event = LOG_LINE_CONNECT;
        return true;
    }
    if (str_starts(rest, STR("Closing session ")) || scan_has(rest, STR("onnection closed"))) {
        out->event = LOG_LINE_DISCONNECT;
        return true;
    }
    size_t arrow = str_find(rest, STR("\" => "));
    if (str_starts(rest, STR("Failed command ")) && arrow != STR_NOT_FOUND) {
        str command = str_take(rest, arrow);
        scan_until(&command, STR(": \""), &part);
        return failed(command, str_skip(rest, arrow + 5), out);
    }
    if (scan_has(rest, STR("uthentication failed"))) {
        out->words = rest;
        out->login = LOG_LOGIN_REFUSED;
        out->stage = SMTP_STAGE_AUTH;
        out->event = LOG_LINE_REFUSED;
    }
    return true;
}

/* "relay: PermFail for 6430...: session=..., from=<a>, to=<b>, rcpt=<->, relay=192.0.2.1 (x), delay=0s, stat=550 no" */
static bool old_relay(str rest, struct log_line *out)
{
    if (!scan_skip(&rest, STR("relay: ")) && !scan_skip(&rest, STR("delivery: ")))
        return false;
    bool good = str_starts(rest, STR("Ok "));
    out->to = scan_value(rest, STR(" to=<"));
    str from = scan_value(rest, STR(" from=<"));
    if (from.p)
        scan_set_from(out, from);
    out->event = good ? LOG_LINE_DELIVERED : LOG_LINE_UNDELIVERED;
    size_t by = str_find(rest, STR(" relay=")), at = str_find(rest, STR(" stat="));
    if (good || at == STR_NOT_FOUND)
        return true;
    if (by != STR_NOT_FOUND) {
        str value = str_skip(rest, by + 7);
        relay(str_take(value, str_find(value, STR(", "))), out);
    }
    stat(str_skip(rest, at + 6), out);
    return true;
}

bool log_line_opensmtpd(str message, struct log_line *out)
{
    str rest = str_trim(message), behind = rest;
    out->event = LOG_LINE_NOTHING;
    out->dialect = DIALECT_OPENSMTPD;
    str session = scan_word(&behind);
    if (!is_session(session))
        return old_form(rest, out) || old_relay(rest, out) || out->program.n;
    out->session = session;
    str side = scan_word(&behind), event = scan_word(&behind);
    scan_skip(&event, STR("event="));
    if (str_eq(side, STR("smtp")))
        return of_server(event, behind, out);
    if (str_eq(side, STR("mta")) || str_eq(side, STR("mda")))
        return of_next(event, behind, out);
    return out->program.n || str_eq(side, STR("smtp-in:"));
}
