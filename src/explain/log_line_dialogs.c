/* SPDX-License-Identifier: ISC */
/*
 * explain/log_line_dialogs.c - logs that hold both sides of a conversation: hMailServer, SmarterMail, MDaemon, Haraka
 */
#include "explain/log_scan.h"

#include <string.h>

static bool said(str text, bool by_next, struct log_line *out)
{
    out->tells_logins = true;
    out->begins = true;
    if (scan_is_reply(text))
        scan_server_said(text, by_next, out);
    else
        scan_client_said(text, out);
    return true;
}

static str in_quotes(str *s)
{
    str part;
    size_t open = str_find_octet(*s, '"');
    if (open == STR_NOT_FOUND)
        return STR_NONE;
    *s = str_skip(*s, open + 1);
    return scan_until(s, STR("\""), &part) ? part : STR_NONE;
}

/* "SMTPD"	4532	154	"2026-02-12 02:35:40.970"	"192.0.2.7"	"SENT: 220 x ESMTP", with tabs or blanks between */
bool log_line_hmailserver(str line, struct log_line *out)
{
    str rest = line;
    bool server = scan_skip(&rest, STR("\"SMTPD\"")),
         client = !server && scan_skip(&rest, STR("\"SMTPC\""));
    if (!server && !client) {
        if (!str_starts(line, STR("\"TCPIP\"\t")) && !str_starts(line, STR("\"APPLICATION\"\t")) &&
            !str_starts(line, STR("\"DEBUG\"\t")) && !str_starts(line, STR("\"ERROR\"\t")))
            return false;
        out->dialect = DIALECT_HMAILSERVER;
        out->event = LOG_LINE_NOTHING;
        return true;
    }
    scan_word(&rest); /* the thread */
    out->session = scan_word(&rest);
    str time = in_quotes(&rest), address = in_quotes(&rest);
    bool blank;
    (void)scan_iso_stamp(&time, out, &blank);
    rest = scan_blanks(rest);
    if (!scan_skip(&rest, STR("\"")))
        return false;
    if (str_ends_nocase(rest, STR("\"")))
        rest.n--;
    out->dialect = DIALECT_HMAILSERVER;
    out->program = server ? STR("SMTPD") : STR("SMTPC");
    if (server)
        out->client_address = address;
    else
        out->by_address = address;
    if (!scan_skip(&rest, STR("SENT: ")) && !scan_skip(&rest, STR("RECEIVED: "))) {
        out->event = LOG_LINE_NOTHING;
        return true;
    }
    bool greeting = server && str_starts(rest, STR("220 "));
    said(rest, client, out);
    if (greeting)
        out->event = LOG_LINE_CONNECT;
    return true;
}

/* "2017.10.02" and "17:38:07" stand apart. */
static void date_and_clock(str date, str clock, struct log_line *out)
{
    char both[20];
    bool blank;
    if (date.n != 10 || clock.n < 8)
        return;
    memcpy(both, date.p, 10);
    both[10] = ' ';
    memcpy(both + 11, clock.p, 8);
    str s = { both, 19 };
    (void)scan_iso_stamp(&s, out, &blank);
}

/* SmarterMail: "[2017.10.02] 17:38:07 [192.0.2.51][42846260] cmd: RCPT TO:<b>" */
bool log_line_smartermail(str line, struct log_line *out)
{
    str rest = line, address, id, date = STR_NONE;
    if (scan_skip(&rest, STR("[")) && !scan_until(&rest, STR("] "), &date))
        return false;
    if (rest.n < 12 || rest.p[2] != ':' || rest.p[5] != ':' || !is_digit(rest.p[0]))
        return false;
    date_and_clock(date, rest, out);
    scan_word(&rest);
    rest = scan_blanks(rest);
    if (!scan_skip(&rest, STR("[")) || !scan_until(&rest, STR("]"), &address))
        return false;
    id = address;
    bool server = scan_skip(&rest, STR("["));
    if (server && !scan_until(&rest, STR("]"), &id))
        return false;
    if (server)
        out->client_address = address;
    rest = scan_blanks(rest);
    out->session = id;
    out->begins = true;
    out->event = LOG_LINE_NOTHING;
    out->tells_logins = true;
    if (str_starts_nocase(rest, STR("cmd: ")) || str_starts_nocase(rest, STR("rsp: ")))
        return said(str_skip(rest, 5), !server, out);
    if (str_starts(rest, STR("connected at ")))
        out->event = LOG_LINE_CONNECT;
    else if (str_starts(rest, STR("disconnected at ")))
        out->event = LOG_LINE_DISCONNECT;
    else if (!scan_has(rest, STR("ession")) && !scan_has(rest, STR("uthenti")))
        return false;
    return true;
}

/* MDaemon: "Wed 2024-01-31 10:20:30.123: [4411:2] <-- RCPT TO:<b>" */
bool log_line_mdaemon(str line, struct log_line *out)
{
    static const char DAYS[] = "Sun Mon Tue Wed Thu Fri Sat ";
    str rest = line, part;
    if (line.n < 30 || str_find(STR(DAYS), str_take(line, 4)) == STR_NOT_FOUND)
        return false;
    rest = str_skip(rest, 4);
    str time = rest;
    if (!is_digit(time.p[0]) || !scan_until(&rest, STR(": "), &part))
        return false;
    bool blank;
    (void)scan_iso_stamp(&time, out, &blank);
    if (out->time_s == LOG_NO_TIME)
        return false;
    out->dialect = DIALECT_MDAEMON;
    out->begins = true;
    out->event = LOG_LINE_NOTHING;
    rest = scan_blanks(rest);
    if (scan_skip(&rest, STR("[")) && scan_until(&rest, STR("]"), &part))
        out->session = str_take(part, str_find_octet(part, ':'));
    rest = scan_blanks(rest);
    bool received = scan_skip(&rest, STR("<-- "));
    if (received || scan_skip(&rest, STR("--> ")))
        return said(rest, received && scan_is_reply(rest), out);
    if (scan_skip(&rest, STR("Accepting SMTP connection from "))) {
        str name;
        uint16_t port = 0;
        out->event = LOG_LINE_CONNECT;
        if (scan_peer(&rest, &name, &out->client_address, &port))
            out->client_address = str_take(out->client_address,
                                           str_rfind_octet(out->client_address, ':'));
    } else if (str_starts(rest, STR("SMTP session "))) {
        out->event = LOG_LINE_DISCONNECT;
    }
    return true;
}

/* Haraka: "2024-01-31T10:20:30.123Z [PROTOCOL] [6C1F...] [core] S: 550 I cannot deliver" */
bool log_line_haraka(str rest, struct log_line *out)
{
    str level, id, where;
    if (!scan_skip(&rest, STR("[")) || !scan_until(&rest, STR("] ["), &level) ||
        !scan_until(&rest, STR("] ["), &id) || !scan_until(&rest, STR("] "), &where))
        return false;
    for (size_t i = 0; i < level.n; i++)
        if (level.p[i] < 'A' || level.p[i] > 'Z')
            return false;
    out->program = STR("haraka");
    out->event = LOG_LINE_NOTHING;
    out->session = str_take(id, str_find_octet(id, '.'));
    if (!str_eq(level, STR("PROTOCOL"))) {
        if (str_starts(rest, STR("disconnect ip=")))
            out->event = LOG_LINE_DISCONNECT;
        return true;
    }
    bool server = scan_skip(&rest, STR("S: "));
    if (!server && !scan_skip(&rest, STR("C: ")))
        return true;
    bool greeting = server && str_starts(rest, STR("220 "));
    said(rest, str_starts(where, STR("outbound")), out);
    if (greeting)
        out->event = LOG_LINE_CONNECT;
    return true;
}
