/* SPDX-License-Identifier: ISC */
/*
 * explain/log_line_exim.c - Exim: mainlog, rejectlog, and what exim -bs, -bh and -v say on a terminal
 */
#include "explain/log_scan.h"

/* "1b2c3D-0006Hk-Fq", since 4.97 "1b2c3D-00000006Hk5-Fq42" */
static bool is_message_id(str s)
{
    size_t second = s.n == 23 ? 18 : 13;
    if (s.n != 16 && s.n != 23)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if ((i == 6 || i == second) ? s.p[i] != '-' : !is_alnum(s.p[i]))
            return false;
    return true;
}

/* "host (helo) [192.0.2.1]:4321", each part but the address may be missing; behind "H=" or "from ". */
static bool peer(str *rest, str *name, str *helo, str *address)
{
    str s = *rest;
    size_t open = 0;
    uint16_t port = 0;
    /* A HELO name may be an address in brackets: "(" before it says so. */
    if (str_starts(s, STR("("))) {
        open = 0;
    } else {
        size_t paren = str_find(s, STR(" ("));
        size_t bracket = str_find_octet(s, '[');
        open = paren != STR_NOT_FOUND && (bracket == STR_NOT_FOUND || paren < bracket)
                   ? paren + 1
                   : STR_NOT_FOUND;
    }
    *name = STR_NONE;
    if (open != STR_NOT_FOUND) {
        size_t close = str_find_octet(str_skip(s, open), ')');
        if (close == STR_NOT_FOUND)
            return false;
        *name = str_trim(str_take(s, open));
        *helo = str_skip(str_take(s, open + close), open + 1);
        s = str_skip(s, open + close + 1);
    }
    str before;
    if (!scan_peer(&s, &before, address, &port))
        return false;
    if (!name->n)
        *name = before;
    *rest = s;
    return true;
}

/* "H=... [192.0.2.1]:4321 I=[203.0.113.5]:587 X=... A=plain:user F=<a>" */
static void client(str head, struct log_line *out)
{
    size_t at = str_find(head, STR("H="));
    str rest = str_skip(head, at == STR_NOT_FOUND ? head.n : at + 2);
    if (peer(&rest, &out->client_name, &out->helo, &out->client_address) &&
        str_eq(out->client_name, out->client_address))
        out->client_name = STR_NONE;
    str own = scan_value(head, STR(" I=")), name, address;
    if (own.n)
        (void)scan_peer(&own, &name, &address, &out->port);
    out->encrypted = scan_has(head, STR(" X="));
    str login = scan_value(head, STR(" A="));
    if (login.n) {
        size_t colon = str_find_octet(login, ':');
        out->mechanism = str_take(login, colon);
        out->user = str_skip(login, colon == STR_NOT_FOUND ? login.n : colon + 1);
        out->login = LOG_LOGIN_TAKEN;
    }
    str from = scan_value(head, STR(" F=<"));
    if (!from.p && str_starts(head, STR("F=<")))
        from = scan_value(head, STR("F=<"));
    if (from.p)
        scan_set_from(out, from);
    else if ((from = scan_value(head, str_starts(head, STR("F=")) ? STR("F=") : STR(" F="))).n)
        scan_set_from(out, from);
}

static str angle_or_word(str s)
{
    s = scan_blanks(s);
    if (str_starts(s, STR("<")))
        return scan_value(s, STR("<"));
    str word = scan_word(&s);
    return str_ends_nocase(word, STR(":")) ? str_take(word, word.n - 1) : word;
}

/* Commands that a "rejected" line names: smtp_handle_acl_fail() in Exim's smtp_in.c. */
static enum smtp_stage stage_of(str what)
{
    if (str_starts(what, STR("connection")))
        return SMTP_STAGE_CONNECT;
    if (str_starts(what, STR("after DATA")) || str_starts(what, STR("by local_scan")) ||
        str_starts(what, STR("DKIM")) || str_starts(what, STR("after PRDR")) ||
        str_starts(what, STR("by non-SMTP")))
        return SMTP_STAGE_END_OF_DATA;
    return scan_stage(what);
}

/* "H=... F=<a> rejected RCPT <b>: words", "... temporarily rejected after DATA: words" */
static bool rejected(str message, struct log_line *out)
{
    size_t at = str_find(message, STR("rejected "));
    if (at == STR_NOT_FOUND)
        return false;
    str head = str_take(message, at), rest = str_skip(message, at + 9);
    bool temporary = scan_has(head, STR("temporarily "));
    client(head, out);
    out->stage = stage_of(rest);
    if (out->stage == SMTP_STAGE_NONE && !out->client_address.n)
        return false;
    str behind = rest, part;
    if (out->stage == SMTP_STAGE_RCPT && scan_skip(&behind, STR("RCPT ")))
        out->to = angle_or_word(behind);
    else if (out->stage == SMTP_STAGE_MAIL && scan_skip(&behind, STR("MAIL "))) {
        scan_skip(&behind, STR("FROM:"));
        if (!out->from.n)
            scan_set_from(out, angle_or_word(behind));
    }
    /* Behind the command's argument: it may hold a colon itself, in brackets. */
    size_t close = str_starts(scan_blanks(behind), STR("<")) ? str_find(rest, STR(">")) : 0;
    str tail = str_skip(rest, close == STR_NOT_FOUND ? 0 : close);
    /* "rejected MAIL FROM:<a> H=host [192.0.2.1]:4411: message too big": the client stands behind. */
    size_t later = out->client_address.n ? STR_NOT_FOUND : str_find(tail, STR(" H="));
    if (later != STR_NOT_FOUND) {
        client(str_skip(tail, later), out);
        tail = str_skip(tail, later);
        scan_until(&tail, STR("]"), &part);
    }
    out->words = scan_until(&tail, STR(": "), &part) ? str_trim(tail)
                 : temporary                         ? STR("temporarily rejected")
                                                     : STR("rejected");
    (void)scan_reply(&out->words, out);
    if (!out->code)
        out->code = temporary ? 451 : 550; /* what Exim answers where the rule says no code */
    /* F= is written with a login, and then A= is too: smtp_handle_acl_fail(). */
    if (!out->login && out->client_address.n && out->from.n &&
        (out->stage == SMTP_STAGE_RCPT || out->stage == SMTP_STAGE_END_OF_DATA))
        out->login = LOG_LOGIN_NONE;
    out->event = LOG_LINE_REFUSED;
    return true;
}

/* "plain authenticator failed for host (helo) [192.0.2.1]:4321: 535 Incorrect authentication data (set_id=u)" */
static bool login_refused(str message, struct log_line *out)
{
    size_t at = str_find(message, STR(" authenticator failed "));
    if (at == STR_NOT_FOUND)
        return false;
    str head = str_take(message, at), rest = str_skip(message, at + 22), part;
    size_t blank = str_rfind_octet(head, ' ');
    out->mechanism = str_skip(head, blank == STR_NOT_FOUND ? 0 : blank + 1);
    bool server = scan_skip(&rest, STR("for "));
    scan_skip(&rest, STR("H="));
    str name, helo = STR_NONE, address;
    if (!peer(&rest, &name, &helo, &address))
        return false;
    if (!server) { /* the next server refused ours */
        out->by = name;
        out->by_address = address;
        out->event = LOG_LINE_TRIED;
    } else {
        out->client_name = name;
        out->client_address = address;
        out->helo = helo;
        out->event = LOG_LINE_REFUSED;
        str own = scan_value(rest, STR(" I=")), n, a;
        if (own.n)
            (void)scan_peer(&own, &n, &a, &out->port);
    }
    out->stage = SMTP_STAGE_AUTH;
    out->login = LOG_LOGIN_REFUSED;
    out->user = scan_value(rest, STR("set_id="));
    if (scan_until(&rest, STR(": "), &part) || scan_skip(&rest, STR(" ")))
        out->words = str_trim(rest);
    size_t user = str_find(out->words, STR(" (set_id="));
    out->words = str_take(out->words, user);
    (void)scan_reply(&out->words, out);
    return true;
}

static const struct {
    str start;
    enum smtp_stage stage;
    enum smtp_end end;
    unsigned code;
} DROPS[] = {
    { STR_INIT("SMTP protocol error in "), SMTP_STAGE_NONE, SMTP_END_REPLY, 503 },
    { STR_INIT("SMTP protocol synchronization error "), SMTP_STAGE_GREETING, SMTP_END_REPLY, 554 },
    { STR_INIT("SMTP call from "), SMTP_STAGE_NONE, SMTP_END_REPLY, 554 },
    { STR_INIT("TLS error on connection from "), SMTP_STAGE_TLS, SMTP_END_TLS_FAILED, 0 },
    { STR_INIT("refused connection from "), SMTP_STAGE_CONNECT, SMTP_END_REPLY, 554 },
    { STR_INIT("Connection from "), SMTP_STAGE_CONNECT, SMTP_END_REPLY, 421 },
};

/* Connections that Exim broke off. */
static bool dropped(str message, struct log_line *out)
{
    for (size_t i = 0; i < COUNT_OF(DROPS); i++) {
        str rest = message;
        if (!scan_skip(&rest, DROPS[i].start))
            continue;
        size_t at = str_find(rest, STR("H="));
        if (at != STR_NOT_FOUND)
            rest = str_skip(rest, at + 2);
        str name, helo = STR_NONE, address;
        if (!peer(&rest, &name, &helo, &address))
            return false;
        /* Other lines begin like that too: "Connection from [192.0.2.1] closed". */
        if (i == 2 && !scan_has(rest, STR("dropped")))
            return false;
        if (i == 5 && !scan_has(rest, STR("refused")))
            return false;
        out->client_name = name;
        out->client_address = address;
        out->helo = helo;
        out->stage = DROPS[i].stage;
        out->end = DROPS[i].end;
        out->code = DROPS[i].code;
        out->words = str_trim(rest);
        if (i == 0) {
            str verb = message;
            scan_skip(&verb, STR("SMTP protocol error in \""));
            out->stage = scan_stage(verb);
        }
        str own = scan_value(rest, STR("I=[")), part;
        if (own.n && scan_until(&out->words, STR("]:"), &part)) {
            str port = scan_word(&out->words);
            uint64_t value;
            if (str_to_u64(port, 65535, &value))
                out->port = (uint16_t)value;
        }
        out->words = str_trim(out->words);
        scan_skip(&out->words, STR(": "));
        if (!out->words.n || i == 1) /* what was out of step stands before the client */
            out->words = str_take(message, str_find(message, STR(": rejected")));
        out->event = LOG_LINE_REFUSED;
        return true;
    }
    return false;
}

/* "SMTP error from remote mail server after RCPT TO:<b>: 550 words", older "... : host x [192.0.2.1]: 550 words" */
static bool said_by_next(str words, struct log_line *out)
{
    str rest = words, part;
    size_t at = str_find(rest, STR("from remote mail"));
    if (at == STR_NOT_FOUND)
        return false;
    rest = str_skip(rest, at + 16);
    size_t after = str_find(rest, STR(" after "));
    if (after == STR_NOT_FOUND)
        return false;
    rest = str_skip(rest, after + 7);
    out->stage = scan_stage(rest);
    /* The argument of the command holds a colon: "RCPT TO:<b>: 550". */
    if (!scan_until(&rest, STR(": "), &part))
        return false;
    if (scan_skip(&rest, STR("host "))) {
        str name, address;
        uint16_t port = 0;
        if (scan_peer(&rest, &name, &address, &port)) {
            out->by = name;
            out->by_address = address;
            scan_skip(&rest, STR(": "));
        }
    }
    out->words = str_trim(rest);
    out->end = SMTP_END_REPLY;
    (void)scan_reply(&out->words, out);
    return true;
}

static const struct scan_own_words OWN_WORDS[] = {
    { STR_INIT("a TLS session is required"), SMTP_END_NOT_OFFERED, SMTP_STAGE_STARTTLS },
    { STR_INIT("TLS session:"), SMTP_END_TLS_FAILED, SMTP_STAGE_TLS },
    { STR_INIT("TLS error"), SMTP_END_TLS_FAILED, SMTP_STAGE_TLS },
    { STR_INIT("authentication required but"), SMTP_END_NOT_OFFERED, SMTP_STAGE_AUTH },
    { STR_INIT("host lookup did not complete"), SMTP_END_OURS, SMTP_STAGE_CONNECT },
    { STR_INIT("lookup of host"), SMTP_END_OURS, SMTP_STAGE_CONNECT },
    { STR_INIT("all relevant MX records"), SMTP_END_OURS, SMTP_STAGE_CONNECT },
};

/* "** b@x R=r T=t H=host [192.0.2.1]: words", "== b@x R=r T=t defer (111): Connection refused" */
static bool undelivered(str rest, struct log_line *out)
{
    bool failed = scan_skip(&rest, STR("** "));
    if (!failed && !scan_skip(&rest, STR("== ")))
        return false;
    out->event = LOG_LINE_UNDELIVERED;
    str to = scan_word(&rest), behind = scan_blanks(rest), part;
    /* "local <b@example.org>": the address that it was for. */
    if (str_starts(behind, STR("<")))
        to = angle_or_word(behind);
    size_t colon = str_find_octet(to, ':');
    if (colon != STR_NOT_FOUND && colon + 1 == to.n)
        to.n--;
    out->to = to;
    str from = scan_value(rest, STR(" F=<"));
    if (from.p)
        scan_set_from(out, from);
    size_t host = str_find(rest, STR(" H="));
    if (host != STR_NOT_FOUND) {
        str s = str_skip(rest, host + 3), name, address;
        if (scan_peer(&s, &name, &address, &out->by_port) &&
            str_find_octet(name, ' ') == STR_NOT_FOUND) {
            out->by = name;
            out->by_address = address;
        }
    }
    out->encrypted = scan_has(rest, STR(" X="));
    if (said_by_next(rest, out))
        return true;
    str tail = rest;
    size_t defer = str_find(rest, STR(" defer ("));
    if (defer != STR_NOT_FOUND)
        tail = str_skip(rest, defer + 8);
    (void)scan_until(&tail, STR(": "), &part);
    out->words = str_trim(tail);
    out->end = scan_end(out->words);
    if (out->end != SMTP_END_REPLY)
        out->stage = SMTP_STAGE_CONNECT;
    if (out->end == SMTP_END_REPLY)
        scan_own(OWN_WORDS, COUNT_OF(OWN_WORDS), out->words, out);
    return true;
}

/* "SMTP error from remote mail server after MAIL FROM:<a>: host x [192.0.2.1]: 450 words": one of several tries. */
static bool tried(str rest, struct log_line *out)
{
    if (!str_starts(rest, STR("SMTP error from remote mail")) || !said_by_next(rest, out))
        return false;
    out->event = LOG_LINE_TRIED;
    return true;
}

/* "<= a@x H=host [192.0.2.1] P=esmtpsa A=plain:user S=1234" */
static bool taken(str rest, struct log_line *out)
{
    if (!scan_skip(&rest, STR("<= ")))
        return false;
    str from = scan_word(&rest);
    client(rest, out);
    scan_set_from(out, from);
    if (!out->login && scan_has(rest, STR(" P=")) && out->client_address.n)
        out->login = LOG_LOGIN_NONE;
    out->event = LOG_LINE_TAKEN;
    return true;
}

/* A line before the refusal itself: "sender verify fail for <a>: words". */
static bool verify_failed(str message, struct log_line *out)
{
    str rest = message;
    size_t at = str_find(rest, STR(" sender verify "));
    if (at == STR_NOT_FOUND)
        return false;
    client(str_take(rest, at), out);
    rest = str_skip(rest, at + 15);
    str part;
    out->from = scan_value(rest, STR("<"));
    out->words = scan_until(&rest, STR(">: "), &part) ? str_trim(rest) : rest;
    out->stage = SMTP_STAGE_MAIL;
    out->event = LOG_LINE_ASIDE;
    return true;
}

/* With log_selector +smtp_connection: "SMTP connection from [192.0.2.1]:4411 (TCP/IP connection count = 2)". */
static bool connection(str message, struct log_line *out)
{
    str rest = message, name, helo = STR_NONE, address;
    if (!scan_skip(&rest, STR("SMTP connection from ")))
        return false;
    if (!peer(&rest, &name, &helo, &address))
        return true;
    out->client_name = name;
    out->client_address = address;
    out->helo = helo;
    /* Address and port are the connection's: behind the bracket of the address, where the port is logged. */
    size_t port = (size_t)(rest.p - address.p);
    if (port > address.n + 1)
        out->session = (str){ address.p, port };
    if (scan_has(rest, STR("(TCP/IP connection count")))
        out->event = LOG_LINE_CONNECT;
    else if (scan_has(rest, STR("closed by")) || str_ends_nocase(rest, STR(" lost")) ||
             scan_has(rest, STR(" lost ")))
        out->event = LOG_LINE_DISCONNECT;
    return true;
}

static bool says_exim(str message, struct log_line *out)
{
    static const str STARTS[] = {
        STR_INIT("=> "),
        STR_INIT("-> "),
        STR_INIT(">> "),
        STR_INIT("*> "),
        STR_INIT("Completed"),
        STR_INIT("Start queue run"),
        STR_INIT("End queue run"),
        STR_INIT("exim "),
        STR_INIT("no host name found for IP address"),
        STR_INIT("no IP address found for host"),
        STR_INIT("unexpected disconnection "),
        STR_INIT("SMTP command timeout "),
        STR_INIT("SMTP call from "),
        STR_INIT("no MAIL in SMTP connection "),
        STR_INIT("Message is frozen"),
        STR_INIT("Frozen (delivery error message)"),
        STR_INIT("H="),
    };
    for (size_t i = 0; i < COUNT_OF(STARTS); i++)
        if (str_starts(message, STARTS[i])) {
            out->event = i < 2 ? LOG_LINE_DELIVERED : LOG_LINE_NOTHING;
            return true;
        }
    return false;
}

bool log_line_exim(str message, struct log_line *out)
{
    out->dialect = DIALECT_EXIM;
    out->event = LOG_LINE_NOTHING;
    str rest = scan_blanks(message);
    /* exim -d, -v: "12345 LOG: MAIN REJECT", and the message alone on the next line. */
    str behind = rest;
    uint64_t process;
    str word = scan_word(&behind);
    if (str_to_u64(word, 99999999, &process))
        rest = scan_blanks(behind);
    /* "LOG: MAIN REJECT" goes before a line of its own; exim -bh has the message behind "LOG: ". */
    if (scan_skip(&rest, STR("LOG: ")) &&
        (str_starts(rest, STR("MAIN")) || str_starts(rest, STR("SMTP")) ||
         str_starts(rest, STR("smtp_")) || str_starts(rest, STR("PANIC"))))
        return true;
    behind = rest;
    word = scan_word(&behind);
    if (str_starts(word, STR("[")) && str_ends_nocase(word, STR("]")) &&
        str_to_u64(str_skip(str_take(word, word.n - 1), 1), 99999999, &process)) {
        rest = scan_blanks(behind);
        word = scan_word(&behind);
    }
    if (is_message_id(word)) {
        out->queue_id = word;
        rest = scan_blanks(str_skip(rest, word.n));
    }
    if (out->queue_id.n && (taken(rest, out) || undelivered(rest, out) || tried(rest, out)))
        return true;
    if (out->time_s == LOG_NO_TIME && !str_starts(rest, STR("H=")) &&
        !str_starts(rest, STR("F=<")) && !out->queue_id.n && !out->program.n)
        return false;
    if (login_refused(rest, out) || verify_failed(rest, out) || dropped(rest, out) ||
        rejected(rest, out) || connection(rest, out))
        return true;
    return says_exim(rest, out) || out->queue_id.n;
}
