/* SPDX-License-Identifier: ISC */
/*
 * explain/log_line_exchange.c - Exchange: protocol logs of its connectors, and message tracking
 *
 * Tables with commas, fields in quotes where they hold one, and a "#Fields:" line that says which is which. A piece that
 * is pasted without it is read as Exchange writes protocol logs by itself.
 */
#include "explain/log_scan.h"

enum column {
    NO_COLUMN,
    C_TIME,
    C_SESSION,
    C_LOCAL,
    C_REMOTE,
    C_EVENT,
    C_DATA,
    C_CONTEXT,
    C_CLIENT_IP,
    C_CLIENT_NAME,
    C_SERVER_IP,
    C_SERVER_NAME,
    C_TRACK,
    C_SOURCE,
    C_MESSAGE,
    C_RECIPIENT,
    C_STATUS,
    C_SENDER,
    COLUMNS
};

static const struct name_row COLUMN_ROWS[] = {
    { C_TIME, STR_INIT("date-time") },
    { C_SESSION, STR_INIT("session-id") },
    { C_LOCAL, STR_INIT("local-endpoint") },
    { C_REMOTE, STR_INIT("remote-endpoint") },
    { C_EVENT, STR_INIT("event") },
    { C_DATA, STR_INIT("data") },
    { C_CONTEXT, STR_INIT("context") },
    { C_CLIENT_IP, STR_INIT("client-ip") },
    { C_CLIENT_NAME, STR_INIT("client-hostname") },
    { C_SERVER_IP, STR_INIT("server-ip") },
    { C_SERVER_NAME, STR_INIT("server-hostname") },
    { C_TRACK, STR_INIT("event-id") },
    { C_SOURCE, STR_INIT("source") },
    { C_MESSAGE, STR_INIT("internal-message-id") },
    { C_RECIPIENT, STR_INIT("recipient-address") },
    { C_STATUS, STR_INIT("recipient-status") },
    { C_SENDER, STR_INIT("sender-address") },
};
static const struct names COLUMN_NAMES = NAMES(COLUMN_ROWS);

static const unsigned char PROTOCOL[] = { C_TIME,   NO_COLUMN, C_SESSION, NO_COLUMN, C_LOCAL,
                                          C_REMOTE, C_EVENT,   C_DATA,    C_CONTEXT };

static void take_columns(struct log_reader *r, str names)
{
    r->column_count = 0;
    while (names.p && r->column_count < LOG_COLUMNS) {
        int value;
        if (!names_find(&COLUMN_NAMES, str_trim(str_cut(&names, ',')), &value))
            value = NO_COLUMN;
        r->columns[r->column_count++] = (unsigned char)value;
    }
}

/* The next field; its quotes are taken off, quotes inside stay doubled. */
static str field(str *rest)
{
    if (!str_starts(*rest, STR("\"")))
        return str_cut(rest, ',');
    str s = str_skip(*rest, 1);
    size_t i = 0;
    while (i < s.n && (s.p[i] != '"' || (i + 1 < s.n && s.p[i + 1] == '"')))
        i += s.p[i] == '"' ? 2 : 1;
    if (i > s.n)
        i = s.n;
    str value = str_take(s, i);
    *rest = str_skip(s, i + 1);
    if (i + 1 > s.n || !rest->n) {
        *rest = STR_NONE;
        return value;
    }
    str_cut(rest, ',');
    return value;
}

static void endpoint(str value, str *address, uint16_t *port)
{
    size_t colon = str_rfind_octet(value, ':');
    uint64_t number;
    *address = str_take(value, colon);
    scan_skip(address, STR("["));
    if (str_ends_nocase(*address, STR("]")))
        address->n--;
    if (colon != STR_NOT_FOUND && str_to_u64(str_skip(value, colon + 1), 65535, &number))
        *port = (uint16_t)number;
}

/* "<" was received, ">" sent: who answers whom is told by what was said. */
static bool protocol(const str *fields, struct log_line *out)
{
    str event = fields[C_EVENT], data = fields[C_DATA];
    uint16_t other = 0;
    if (event.n != 1)
        return false;
    out->tells_logins = true;
    out->session = fields[C_SESSION];
    bool received = event.p[0] == '<', sent = event.p[0] == '>';
    bool reply = scan_is_reply(data), of_next = received == reply;
    if (received || sent) {
        if (!of_next) {
            endpoint(fields[C_LOCAL], &event, &out->port);
            endpoint(fields[C_REMOTE], &out->client_address, &other);
        } else {
            endpoint(fields[C_REMOTE], &out->by_address, &out->by_port);
        }
        if (reply)
            scan_server_said(data, of_next, out);
        else
            scan_client_said(data, out);
        return true;
    }
    endpoint(fields[C_REMOTE], &out->client_address, &other);
    if (event.p[0] == '+') {
        out->event = LOG_LINE_CONNECT;
    } else if (event.p[0] == '-') {
        out->event = LOG_LINE_DISCONNECT;
    } else if (event.p[0] == '*') {
        str context = fields[C_CONTEXT];
        if (str_eq(context, STR("authenticated"))) {
            out->user = data;
            out->login = LOG_LOGIN_TAKEN;
            out->event = LOG_LINE_LOGIN;
        } else if (scan_has(context, STR("TLS negotiation failed"))) {
            out->words = context;
            out->stage = SMTP_STAGE_TLS;
            out->end = SMTP_END_TLS_FAILED;
            out->event = LOG_LINE_REFUSED;
        }
    } else {
        return false;
    }
    return true;
}

static bool tracking(const str *fields, struct log_line *out)
{
    str event = fields[C_TRACK];
    out->queue_id = fields[C_MESSAGE];
    if (str_eq(event, STR("RECEIVE")) || str_eq(event, STR("SUBMIT"))) {
        out->event = LOG_LINE_TAKEN;
        out->client_address = fields[C_CLIENT_IP];
        scan_set_from(out, fields[C_SENDER]);
    } else if (str_eq(event, STR("FAIL")) || str_eq(event, STR("DEFER"))) {
        out->event = LOG_LINE_UNDELIVERED;
        out->to = str_take(fields[C_RECIPIENT], str_find_octet(fields[C_RECIPIENT], ';'));
        scan_set_from(out, fields[C_SENDER]);
        out->words = fields[C_STATUS];
        if (str_eq(fields[C_SOURCE], STR("SMTP"))) {
            out->by = fields[C_SERVER_NAME];
            out->by_address = fields[C_SERVER_IP];
        }
        (void)scan_reply(&out->words, out);
        if (!out->words.n)
            out->event = LOG_LINE_NOTHING;
    } else if (str_eq(event, STR("SEND")) || str_eq(event, STR("DELIVER"))) {
        out->event = LOG_LINE_DELIVERED;
    }
    return true;
}

/* "2024-01-31T10:20:30.123Z,", as nothing else begins */
static bool begins_table(str line)
{
    return line.n > 24 && line.p[4] == '-' && line.p[10] == 'T' && line.p[23] == 'Z' &&
           line.p[24] == ',';
}

bool log_line_exchange(struct log_reader *r, str line, struct log_line *out)
{
    str fields[COLUMNS] = { STR_NONE }, rest = line;
    if (scan_skip(&rest, STR("#Fields: "))) {
        take_columns(r, rest);
    } else if (begins_table(line)) {
        const unsigned char *columns = r->column_count ? r->columns : PROTOCOL;
        unsigned count = r->column_count ? r->column_count : COUNT_OF(PROTOCOL), i = 0;
        for (; rest.p && i < count; i++)
            fields[columns[i]] = field(&rest);
        bool blank;
        (void)scan_iso_stamp(&fields[C_TIME], out, &blank);
        if (i < 6 || !(fields[C_EVENT].n   ? protocol(fields, out)
                       : fields[C_TRACK].n ? tracking(fields, out)
                                           : false))
            return false;
    } else if (!str_starts(line, STR("#Software: Microsoft Exchange")) &&
               !str_starts(line, STR("#Log-type: "))) {
        return false;
    }
    out->dialect = DIALECT_EXCHANGE;
    out->begins = true;
    if (out->event == LOG_LINE_FOREIGN)
        out->event = LOG_LINE_NOTHING;
    return true;
}
