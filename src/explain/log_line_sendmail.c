/* SPDX-License-Identifier: ISC */
/*
 * explain/log_line_sendmail.c - sendmail and those that log as it does
 */
#include "explain/log_scan.h"

/* "host.example [192.0.2.1] (may be forged)", "[192.0.2.1]", "root@localhost" */
static void client(str relay, struct log_line *out)
{
    str name, address;
    uint16_t port = 0;
    if (!scan_peer(&relay, &name, &address, &port))
        return;
    scan_skip(&address, STR("IPv6:"));
    out->client_name = name;
    out->client_address = address;
}

/* The value of "key=" up to ", " and the next key; values may hold commas. */
static str field(str s, str key)
{
    size_t at = str_find(s, key);
    if (at == STR_NOT_FOUND || (at && s.p[at - 1] != ' '))
        return STR_NONE;
    s = str_skip(s, at + key.n);
    size_t end = str_find(s, STR(", "));
    return str_take(s, end);
}

static str unbracket(str s)
{
    return str_starts(s, STR("<")) ? scan_value(s, STR("<")) : s;
}

static enum smtp_stage stage_of(str ruleset)
{
    static const struct {
        str name;
        enum smtp_stage stage;
    } RULESETS[] = {
        { STR_INIT("check_rcpt"), SMTP_STAGE_RCPT },
        { STR_INIT("check_mail"), SMTP_STAGE_MAIL },
        { STR_INIT("check_relay"), SMTP_STAGE_CONNECT },
        { STR_INIT("check_compat"), SMTP_STAGE_RCPT },
        { STR_INIT("check_data"), SMTP_STAGE_DATA },
        { STR_INIT("check_eoh"), SMTP_STAGE_END_OF_DATA },
        { STR_INIT("check_etrn"), SMTP_STAGE_NONE },
        { STR_INIT("trust_auth"), SMTP_STAGE_MAIL },
        { STR_INIT("tls_client"), SMTP_STAGE_STARTTLS },
        { STR_INIT("tls_rcpt"), SMTP_STAGE_RCPT },
    };
    for (size_t i = 0; i < COUNT_OF(RULESETS); i++)
        if (str_starts(ruleset, RULESETS[i].name))
            return RULESETS[i].stage;
    return SMTP_STAGE_NONE;
}

/* "<b@far.example>... Relaying denied": the address is told elsewhere in the line, the words alone count. */
static void reply(str words, struct log_line *out)
{
    out->words = str_trim(words);
    (void)scan_reply(&out->words, out);
}

/* "ruleset=check_rcpt, arg1=<b>, relay=host [192.0.2.1], reject=550 5.7.1 <b>... Relaying denied" */
static bool ruleset(str rest, struct log_line *out)
{
    size_t at = str_find(rest, STR("reject="));
    if (!str_starts(rest, STR("ruleset=")) || at == STR_NOT_FOUND)
        return false;
    str head = str_take(rest, at);
    out->stage = stage_of(str_skip(rest, 8));
    str arg = unbracket(field(head, STR("arg1=")));
    if (out->stage == SMTP_STAGE_RCPT)
        out->to = arg;
    else if (out->stage == SMTP_STAGE_MAIL)
        scan_set_from(out, arg);
    client(field(head, STR("relay=")), out);
    reply(str_skip(rest, at + 7), out);
    out->event = LOG_LINE_REFUSED;
    return true;
}

/* "Milter: to=<b>, reject=550 5.7.1 words", "Milter: data, reject=...", "milter=x, action=rcpt, reject=..." */
static bool milter(str rest, struct log_line *out)
{
    static const struct {
        str part;
        enum smtp_stage stage;
    } ACTIONS[] = {
        { STR_INIT("to=<"), SMTP_STAGE_RCPT },        { STR_INIT("=rcpt"), SMTP_STAGE_RCPT },
        { STR_INIT("from=<"), SMTP_STAGE_MAIL },      { STR_INIT("=mail"), SMTP_STAGE_MAIL },
        { STR_INIT("connect"), SMTP_STAGE_CONNECT },  { STR_INIT("helo"), SMTP_STAGE_EHLO },
        { STR_INIT("data"), SMTP_STAGE_END_OF_DATA }, { STR_INIT("eom"), SMTP_STAGE_END_OF_DATA },
    };
    size_t at = str_find(rest, STR("reject="));
    if (at == STR_NOT_FOUND || !str_starts_nocase(rest, STR("milter")))
        return false;
    str head = str_take(rest, at);
    out->stage = SMTP_STAGE_END_OF_DATA;
    for (size_t i = COUNT_OF(ACTIONS); i-- > 0;)
        if (scan_has(head, ACTIONS[i].part))
            out->stage = ACTIONS[i].stage;
    out->to = scan_value(head, STR("to=<"));
    reply(str_skip(rest, at + 7), out);
    out->event = LOG_LINE_REFUSED;
    return true;
}

/* "AUTH failure (LOGIN): user not found (-20) ..., relay=host [192.0.2.1]" */
static bool login_refused(str rest, struct log_line *out)
{
    str mechanism;
    if (!scan_skip(&rest, STR("AUTH failure (")) || !scan_until(&rest, STR(")"), &mechanism))
        return false;
    out->mechanism = mechanism;
    out->words = str_trim(str_skip(rest, rest.n && rest.p[0] == ':'));
    size_t at = str_find(out->words, STR(", relay="));
    client(str_skip(out->words, at == STR_NOT_FOUND ? out->words.n : at + 8), out);
    out->words = str_take(out->words, at);
    out->user = scan_value(out->words, STR("user="));
    out->stage = SMTP_STAGE_AUTH;
    out->login = LOG_LOGIN_REFUSED;
    out->event = LOG_LINE_REFUSED;
    return true;
}

static void end_of_own_words(struct log_line *out)
{
    out->end = scan_end(out->words);
    if (out->end != SMTP_END_REPLY)
        out->stage = SMTP_STAGE_CONNECT;
    else if (scan_has(out->words, STR("Name server")) || scan_has(out->words, STR("Host unknown")))
        out->end = SMTP_END_OURS, out->stage = SMTP_STAGE_CONNECT;
    else if (scan_has(out->words, STR("TLS")))
        out->end = SMTP_END_TLS_FAILED, out->stage = SMTP_STAGE_TLS;
}

/* "to=<b>, ctladdr=<a> (0/0), delay=..., relay=mx.far.example. [192.0.2.25], dsn=5.1.1, stat=User unknown" */
static bool delivery(str rest, struct log_line *out)
{
    size_t at = str_find(rest, STR("stat="));
    if (!str_starts(rest, STR("to=")) || at == STR_NOT_FOUND)
        return false;
    str head = str_take(rest, at), stat = str_skip(rest, at + 5);
    out->to = unbracket(field(head, STR("to=")));
    if (str_starts(stat, STR("Sent")) || str_starts(stat, STR("queued"))) {
        out->event = LOG_LINE_DELIVERED;
        return true;
    }
    str from = field(head, STR("ctladdr="));
    if (from.n)
        scan_set_from(out, unbracket(scan_word(&from)));
    str relay = field(head, STR("relay=")), name, address;
    if (scan_peer(&relay, &name, &address, &out->by_port)) {
        out->by = name.n && name.p[name.n - 1] == '.' ? str_take(name, name.n - 1) : name;
        out->by_address = address;
    }
    out->event = LOG_LINE_UNDELIVERED;
    /* "Deferred: 451 4.7.1 words", "Deferred: Connection timed out with mx.far.example." */
    if (!scan_skip(&stat, STR("Deferred: ")))
        scan_skip(&stat, STR("Deferred"));
    reply(stat, out);
    str dsn = field(head, STR("dsn=")), behind;
    struct smtp_enhanced enhanced;
    if (!out->enhanced.class && smtp_enhanced_read(dsn, &enhanced, &behind) &&
        (enhanced.subject || enhanced.detail))
        out->enhanced = enhanced;
    if (!out->code)
        end_of_own_words(out);
    if (!out->words.n)
        out->words = STR("Deferred");
    return true;
}

/* "from=<a>, size=12, class=0, nrcpts=1, proto=ESMTP, daemon=MTA, relay=host [192.0.2.1]" */
static bool taken(str rest, struct log_line *out)
{
    if (!str_starts(rest, STR("from=")))
        return false;
    scan_set_from(out, unbracket(field(rest, STR("from="))));
    client(field(rest, STR("relay=")), out);
    out->event = LOG_LINE_TAKEN;
    return true;
}

/* "AUTH=server, relay=host [192.0.2.1], authid=anna, mech=PLAIN, bits=0" */
static bool logged_in(str rest, struct log_line *out)
{
    if (!str_starts(rest, STR("AUTH=server")))
        return false;
    client(field(rest, STR("relay=")), out);
    out->user = field(rest, STR("authid="));
    out->mechanism = field(rest, STR("mech="));
    out->login = LOG_LOGIN_TAKEN;
    out->event = LOG_LINE_LOGIN;
    return true;
}

/* "<b@far.example>... No such user here"; "host [192.0.2.1] did not issue MAIL ..." tells nothing. */
static bool unknown_user(str rest, struct log_line *out)
{
    size_t at = str_find(rest, STR(">... "));
    if (!str_starts(rest, STR("<")) || at == STR_NOT_FOUND)
        return false;
    out->to = scan_value(rest, STR("<"));
    out->words = str_skip(rest, at + 5);
    out->stage = SMTP_STAGE_RCPT;
    out->event = LOG_LINE_REFUSED;
    return true;
}

/* "STARTTLS=server, error: accept failed=-1, reason=..., relay=host [192.0.2.1]" */
static bool handshake(str rest, struct log_line *out)
{
    bool server = str_starts(rest, STR("STARTTLS=server"));
    if (!server && !str_starts(rest, STR("STARTTLS=client")))
        return false;
    out->event = LOG_LINE_NOTHING;
    if (!scan_has(rest, STR("error: ")) && !scan_has(rest, STR("failed")))
        return true;
    out->words = rest;
    out->stage = SMTP_STAGE_TLS;
    out->end = SMTP_END_TLS_FAILED;
    out->event = server ? LOG_LINE_REFUSED : LOG_LINE_TRIED;
    if (server)
        client(field(rest, STR("relay=")), out);
    return true;
}

static bool is_queue_id(str s)
{
    if (s.n < 8 || s.n > 24)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]))
            return false;
    return is_alnum(s.p[0]);
}

bool log_line_sendmail(str message, struct log_line *out)
{
    out->dialect = DIALECT_SENDMAIL;
    out->event = LOG_LINE_NOTHING;
    str rest = str_trim(message), behind = rest, id;
    if (scan_until(&behind, STR(": "), &id) && is_queue_id(id)) {
        out->queue_id = id;
        rest = behind;
    }
    if (ruleset(rest, out) || milter(rest, out) || login_refused(rest, out) ||
        delivery(rest, out) || taken(rest, out) || logged_in(rest, out) ||
        unknown_user(rest, out) || handshake(rest, out))
        return true;
    return true;
}
