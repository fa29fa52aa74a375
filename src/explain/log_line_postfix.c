/* SPDX-License-Identifier: ISC */
/*
 * explain/log_line_postfix.c - Postfix, also as one of several instances, and what Zimbra, iRedMail and mailcow log by it
 */
#include "explain/log_scan.h"

/* "disconnect from x[192.0.2.1] ehlo=1 auth=0/1 mail=1 quit=1 commands=3/4", since Postfix 3.0: good ones, of all. */
static enum log_line_login counted_login(str counters)
{
    if (!scan_has(counters, STR(" commands=")))
        return LOG_LOGIN_NOT_TOLD;
    size_t at = str_find(counters, STR(" auth="));
    if (at == STR_NOT_FOUND)
        return LOG_LOGIN_NONE;
    return scan_has(str_take(str_skip(counters, at), 8), STR("=0/")) ? LOG_LOGIN_REFUSED
                                                                     : LOG_LOGIN_TAKEN;
}

/* In brackets, which forums are fond of taking away. */
static str value_of(str tail, str key)
{
    size_t at = str_find(tail, key);
    str value = str_skip(tail, at == STR_NOT_FOUND ? tail.n : at + key.n);
    if (at == STR_NOT_FOUND)
        return STR_NONE;
    return str_starts(value, STR("<")) ? scan_value(value, STR("<")) : scan_value(tail, key);
}

/* " from=<a> to=<b> proto=ESMTP helo=<c> sasl_username=<d>", postscreen with commas between. */
static void envelope(str tail, struct log_line *out)
{
    str from = value_of(tail, STR("from="));
    if (from.p)
        scan_set_from(out, from);
    out->to = value_of(tail, STR(" to="));
    out->helo = value_of(tail, STR(" helo="));
    str user = scan_value(tail, STR("sasl_username="));
    if (user.n) {
        out->user = str_starts(user, STR("<")) ? scan_value(tail, STR("sasl_username=<")) : user;
        out->login = LOG_LOGIN_TAKEN;
    }
}

/* "; from=<" begins what stands behind the words; each part may be missing. Words may hold ";". */
static str cut_envelope(str words, str *tail)
{
    static const str KEYS[] = { STR_INIT("; from="), STR_INIT("; to="), STR_INIT("; proto="),
                                STR_INIT("; helo=") };
    for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
        size_t at = str_find(words, KEYS[i]);
        if (at != STR_NOT_FOUND) {
            *tail = str_skip(words, at + 1);
            return str_take(words, at);
        }
    }
    *tail = STR_NONE;
    return str_ends_nocase(words, STR(";")) ? str_take(words, words.n - 1) : words;
}

static void set_client(str name, str address, struct log_line *out)
{
    out->client_name = str_eq(name, STR("unknown")) ? STR_NONE : name;
    out->client_address = address;
}

/* cleanup: "header Subject: words from host[192.0.2.1]; from=<a> to=<b> proto=ESMTP helo=<c>: 5.7.1 words" */
static bool content_refused(str rest, struct log_line *out)
{
    str name, address, found;
    uint16_t port = 0;
    size_t tail = str_find(rest, STR("; from=<"));
    if (tail == STR_NOT_FOUND)
        return false;
    str peer = str_take(rest, tail), behind = str_skip(rest, tail + 1);
    size_t end = str_find(behind, STR(">: "));
    size_t open = str_rfind_octet(peer, '[');
    size_t blank = open == STR_NOT_FOUND ? open : str_rfind_octet(str_take(peer, open), ' ');
    if (end == STR_NOT_FOUND || blank == STR_NOT_FOUND)
        return false;
    found = str_skip(peer, blank + 1);
    if (!scan_peer(&found, &name, &address, &port))
        return false;
    set_client(name, address, out);
    out->stage = SMTP_STAGE_END_OF_DATA;
    out->words = str_trim(str_skip(behind, end + 3));
    envelope(str_take(behind, end + 1), out);
    return true;
}

/* "RCPT from host[192.0.2.1]: 554 5.7.1 <b>: Relay access denied; from=<a> ..." */
static bool command_refused(str rest, struct log_line *out)
{
    str stage, name, address, tail;
    uint16_t port = 0;
    if (!scan_until(&rest, STR(" from "), &stage) || !scan_peer(&rest, &name, &address, &port) ||
        !scan_skip(&rest, STR(":")))
        return false;
    set_client(name, address, out);
    out->stage = scan_stage(stage);
    out->words = cut_envelope(str_trim(rest), &tail);
    envelope(tail, out);
    return true;
}

static bool refused(str rest, struct log_line *out)
{
    static const str CONTENT[] = { STR_INIT("header "), STR_INIT("body "), STR_INIT("mime "),
                                   STR_INIT("nested ") };
    bool content = false;
    for (size_t i = 0; i < COUNT_OF(CONTENT); i++)
        content |= str_starts(rest, CONTENT[i]);
    if (content ? !content_refused(rest, out) : !command_refused(rest, out))
        return false;
    str words = out->words;
    if (!scan_reply(&out->words, out) && smtp_enhanced_read(words, &out->enhanced, &words))
        out->words = str_trim(words);
    out->event = LOG_LINE_REFUSED;
    return true;
}

/* "warning: host[192.0.2.1]: SASL LOGIN authentication failed: words, sasl_username=u" */
static bool login_refused(str rest, struct log_line *out)
{
    size_t at = str_find(rest, STR(" authentication failed"));
    size_t sasl = str_find(rest, STR(": SASL "));
    uint16_t port = 0;
    if (at == STR_NOT_FOUND || sasl == STR_NOT_FOUND || sasl > at)
        return false;
    str peer = str_take(rest, sasl), name, address;
    if (!scan_peer(&peer, &name, &address, &port))
        return false;
    set_client(name, address, out);
    out->mechanism = str_skip(str_take(rest, at), sasl + 7);
    out->words = str_skip(rest, sasl + 2);
    out->user = scan_value(rest, STR(", sasl_username="));
    size_t user = str_find(out->words, STR(", sasl_username="));
    out->words = str_take(out->words, user);
    out->stage = SMTP_STAGE_AUTH;
    out->login = LOG_LOGIN_REFUSED;
    out->event = LOG_LINE_REFUSED;
    return true;
}

static bool is_queue_id(str s)
{
    if (s.n < 5 || s.n > 30)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!is_alnum(s.p[i]))
            return false;
    return true;
}

/* Takes "QUEUEID: " or "NOQUEUE: " off the front. */
static void take_queue_id(str *rest, struct log_line *out)
{
    size_t at = str_find_octet(str_take(*rest, 32), ':');
    if (at == STR_NOT_FOUND || at + 1 >= rest->n || rest->p[at + 1] != ' ')
        return;
    str id = str_take(*rest, at);
    if (!is_queue_id(id) || str_eq(id, STR("warning")) || str_eq(id, STR("fatal")) ||
        str_eq(id, STR("error")) || str_eq(id, STR("panic")) || str_eq(id, STR("statistics")))
        return;
    if (!str_eq(id, STR("NOQUEUE")))
        out->queue_id = id;
    *rest = str_skip(*rest, at + 2);
}

static bool peer_event(str rest, enum log_line_event event, struct log_line *out)
{
    str name, address;
    uint16_t port = 0;
    if (!scan_peer(&rest, &name, &address, &port))
        return false;
    set_client(name, address, out);
    out->event = event;
    if (event == LOG_LINE_DISCONNECT)
        out->login = counted_login(rest);
    return true;
}

/* "client=host[192.0.2.1], sasl_method=PLAIN, sasl_username=u" */
static bool taken(str rest, struct log_line *out)
{
    str tail = rest;
    if (!peer_event(rest, LOG_LINE_TAKEN, out))
        return false;
    out->user = scan_value(tail, STR("sasl_username="));
    out->mechanism = scan_value(tail, STR("sasl_method="));
    out->login = out->user.n ? LOG_LOGIN_TAKEN : LOG_LOGIN_NONE;
    return true;
}

/* Trouble that is worth a reader's while; of all warnings few are. */
static bool trouble(str rest, struct log_line *out)
{
    bool fatal = scan_skip(&rest, STR("fatal: ")) || scan_skip(&rest, STR("panic: ")) ||
                 scan_skip(&rest, STR("error: "));
    if (!fatal && !scan_skip(&rest, STR("warning: ")))
        return false;
    if (!fatal && login_refused(rest, out))
        return true;
    if (fatal && scan_has(rest, STR("no SASL authentication mechanisms"))) {
        /* Its client is gone: the process ends itself before it greets. */
        out->event = LOG_LINE_REFUSED;
        out->words = rest;
        out->stage = SMTP_STAGE_AUTH;
        out->end = SMTP_END_CLOSED;
        return true;
    }
    out->event = LOG_LINE_NOTHING;
    if (fatal || scan_has(rest, STR("SASL")) || scan_has(rest, STR("sasl")) ||
        scan_has(rest, STR("TLS")) || scan_has(rest, STR("certificate"))) {
        out->event = LOG_LINE_TROUBLE;
        out->words = rest;
        out->end = SMTP_END_OURS;
    }
    return true;
}

static bool handshake(str rest, str what, struct log_line *out)
{
    uint16_t port = 0;
    if (!scan_skip(&rest, what))
        return false;
    str peer = rest, name, address;
    if (!scan_peer(&peer, &name, &address, &port))
        return false;
    out->stage = SMTP_STAGE_TLS;
    out->end = SMTP_END_TLS_FAILED;
    if (what.p[4] == 'c') { /* SSL_connect: we are the client */
        out->event = LOG_LINE_TRIED;
        out->by = name;
        out->by_address = address;
        out->by_port = port;
    } else {
        out->event = LOG_LINE_REFUSED;
        set_client(name, address, out);
    }
    return true;
}

/* What smtpd, postscreen and cleanup say, behind a queue id. */
static bool of_server(str rest, struct log_line *out)
{
    str whole = rest;
    if (scan_skip(&rest, STR("connect from ")))
        return peer_event(rest, LOG_LINE_CONNECT, out);
    if (scan_skip(&rest, STR("disconnect from ")))
        return peer_event(rest, LOG_LINE_DISCONNECT, out);
    if (scan_skip(&rest, STR("client=")))
        return taken(rest, out);
    if (scan_skip(&rest, STR("reject: ")) || scan_skip(&rest, STR("milter-reject: ")) ||
        scan_skip(&rest, STR("proxy-reject: "))) {
        if (!refused(rest, out)) {
            out->event = LOG_LINE_UNREAD;
            out->words = whole;
        }
        return true;
    }
    if (scan_skip(&rest, STR("reject_warning: "))) {
        if (refused(rest, out))
            out->event = LOG_LINE_ASIDE;
        return true;
    }
    if (handshake(rest, STR("SSL_accept error from "), out)) {
        out->words = whole;
        return true;
    }
    return false;
}

/* " (in reply to RCPT TO command)" at the end of what a server said. */
static void in_reply_to(struct log_line *out)
{
    size_t at = str_find(out->words, STR(" (in reply to "));
    if (at == STR_NOT_FOUND)
        return;
    str command = str_skip(out->words, at + 14);
    out->stage = scan_stage(command);
    out->words = str_take(out->words, at);
}

/* "host x[192.0.2.1] said: 550 ...", "host x[192.0.2.1] refused to talk to me: 554 ..." */
static bool said_by_host(str words, struct log_line *out)
{
    str rest = words, name, address;
    uint16_t port = 0;
    if (!scan_skip(&rest, STR("host ")) || !scan_peer(&rest, &name, &address, &port))
        return false;
    if (scan_skip(&rest, STR(" refused to talk to me: ")))
        out->stage = SMTP_STAGE_GREETING;
    else if (!scan_skip(&rest, STR(" said: ")))
        return false;
    out->by = name;
    out->by_address = address;
    if (port)
        out->by_port = port;
    out->words = str_trim(rest);
    out->end = SMTP_END_REPLY;
    in_reply_to(out);
    out->enhanced = (struct smtp_enhanced){ 0, 0, 0 };
    scan_reply(&out->words, out);
    return true;
}

/* "SASL authentication failed; server x[192.0.2.1] said: 535 5.7.8 ..." */
static bool upstream_login(str words, struct log_line *out)
{
    str rest = words, name, address;
    uint16_t port = 0;
    if (!scan_has(words, STR("SASL authentication fail")))
        return false;
    out->stage = SMTP_STAGE_AUTH;
    size_t at = str_find(rest, STR("server "));
    if (at != STR_NOT_FOUND) {
        rest = str_skip(rest, at + 7);
        if (scan_peer(&rest, &name, &address, &port)) {
            out->by = name;
            out->by_address = address;
        }
        if (scan_skip(&rest, STR(" said: "))) {
            out->login = LOG_LOGIN_REFUSED;
            out->words = str_trim(rest);
            scan_reply(&out->words, out);
            return true;
        }
    }
    out->end = SMTP_END_NOT_OFFERED;
    return true;
}

static const struct scan_own_words OWN_WORDS[] = {
    { STR_INIT("TLS is required, but was not offered"), SMTP_END_NOT_OFFERED, SMTP_STAGE_STARTTLS },
    { STR_INIT("Cannot start TLS"), SMTP_END_TLS_FAILED, SMTP_STAGE_TLS },
    { STR_INIT("Server certificate not"), SMTP_END_TLS_FAILED, SMTP_STAGE_TLS },
    { STR_INIT("certificate verification failed"), SMTP_END_TLS_FAILED, SMTP_STAGE_TLS },
    { STR_INIT("TLS "), SMTP_END_TLS_FAILED, SMTP_STAGE_TLS },
    { STR_INIT("Name service error"), SMTP_END_OURS, SMTP_STAGE_CONNECT },
    { STR_INIT("Host or domain name not found"), SMTP_END_OURS, SMTP_STAGE_CONNECT },
};

/* What the delivering process itself found: no connection, no name, no handshake. */
static void own_words(str words, struct log_line *out)
{
    static const str PEERS[] = { STR_INIT("connect to "), STR_INIT("lost connection with "),
                                 STR_INIT("conversation with ") };
    out->end = scan_end(words);
    for (size_t i = 0; i < COUNT_OF(PEERS); i++) {
        str rest = words, name, address;
        uint16_t port = 0;
        if (!scan_skip(&rest, PEERS[i]) || !scan_peer(&rest, &name, &address, &port))
            continue;
        out->by = name;
        out->by_address = address;
        out->by_port = port;
        if (i == 0)
            out->stage = SMTP_STAGE_CONNECT;
        size_t at = str_find(rest, STR(" while "));
        str doing = str_skip(rest, at == STR_NOT_FOUND ? rest.n : at + 7);
        if (scan_skip(&doing, STR("sending ")) || scan_skip(&doing, STR("receiving ")) ||
            scan_skip(&doing, STR("performing the ")))
            out->stage = scan_stage(doing);
        return;
    }
    if (out->end == SMTP_END_REPLY)
        scan_own(OWN_WORDS, COUNT_OF(OWN_WORDS), words, out);
}

static void why_not(str words, struct log_line *out)
{
    scan_skip(&words, STR("delivery temporarily suspended: "));
    out->words = words;
    if (!said_by_host(words, out) && !upstream_login(words, out))
        own_words(words, out);
}

/* "to=<b>, orig_to=<o>, relay=x[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=5.7.0, status=bounced (words)" */
static bool delivery(str rest, struct log_line *out)
{
    str status, relay = scan_value(rest, STR("relay=")), dsn = scan_value(rest, STR(" dsn="));
    /* "relay=x[192.0.2.1]:25, ... status=deferred (words)" is what is left where a reader cut an address out. */
    if ((!str_starts(rest, STR("to=<")) && !str_starts(rest, STR("relay="))) ||
        !scan_until(&rest, STR(" status="), &status))
        return false;
    out->to = scan_value(status, STR("to=<"));
    if (scan_skip(&rest, STR("sent")) || scan_skip(&rest, STR("deliverable"))) {
        out->event = LOG_LINE_DELIVERED;
        return true;
    }
    str word = scan_word(&rest), words = str_trim(rest), name, address;
    scan_skip(&words, STR("("));
    if (str_ends_nocase(words, STR(")")))
        words.n--;
    out->event = LOG_LINE_UNDELIVERED;
    if (scan_peer(&relay, &name, &address, &out->by_port)) {
        out->by = name;
        out->by_address = address;
    }
    struct smtp_enhanced enhanced = { 0, 0, 0 };
    str behind;
    bool told = smtp_enhanced_read(dsn, &enhanced, &behind);
    why_not(words.n ? words : word, out);
    /* "5.0.0" says no more than that it failed. */
    if (told && !out->enhanced.class && (enhanced.subject || enhanced.detail))
        out->enhanced = enhanced;
    return true;
}

/* What smtp and lmtp say of one try. */
static bool tried(str rest, struct log_line *out)
{
    str whole = rest;
    if (said_by_host(rest, out)) {
        out->event = LOG_LINE_TRIED;
        return true;
    }
    if (str_starts(rest, STR("connect to ")) || str_starts(rest, STR("lost connection with ")) ||
        str_starts(rest, STR("conversation with "))) {
        out->words = rest;
        own_words(rest, out);
        out->event = LOG_LINE_TRIED;
        return true;
    }
    if (handshake(rest, STR("SSL_connect error to "), out)) {
        out->words = whole;
        return true;
    }
    return false;
}

/* qmgr: "from=<a>, size=1234, nrcpt=1 (queue active)"; pickup: "uid=33 from=<www>" */
static bool queued(str rest, struct log_line *out)
{
    size_t at = str_find(str_take(rest, 24), STR("from=<"));
    if (at == STR_NOT_FOUND || (at && !str_starts(rest, STR("uid="))))
        return false;
    scan_set_from(out, scan_value(rest, STR("from=<")));
    out->event = scan_has(rest, STR("status=expired")) ? LOG_LINE_NOTHING : LOG_LINE_TAKEN;
    return true;
}

bool log_line_postfix(str message, struct log_line *out)
{
    out->dialect = DIALECT_POSTFIX;
    out->event = LOG_LINE_NOTHING;
    str rest = str_trim(message);
    take_queue_id(&rest, out);
    if (of_server(rest, out) || delivery(rest, out) || queued(rest, out) || tried(rest, out) ||
        trouble(rest, out))
        return true;
    return true;
}
