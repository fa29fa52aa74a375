/* SPDX-License-Identifier: ISC */
/*
 * explain/log_scan.c - small steps through a log line
 */
#include "explain/log_scan.h"

bool scan_skip(str *s, str literal)
{
    if (!str_starts(*s, literal))
        return false;
    *s = str_skip(*s, literal.n);
    return true;
}

bool scan_has(str s, str needle)
{
    return str_find(s, needle) != STR_NOT_FOUND;
}

bool scan_until(str *s, str sep, str *part)
{
    size_t at = str_find(*s, sep);
    if (at == STR_NOT_FOUND)
        return false;
    *part = str_take(*s, at);
    *s = str_skip(*s, at + sep.n);
    return true;
}

str scan_blanks(str s)
{
    size_t i = 0;
    while (i < s.n && (s.p[i] == ' ' || s.p[i] == '\t'))
        i++;
    return str_skip(s, i);
}

str scan_word(str *s)
{
    *s = scan_blanks(*s);
    size_t i = 0;
    while (i < s->n && s->p[i] != ' ' && s->p[i] != '\t')
        i++;
    str word = str_take(*s, i);
    *s = str_skip(*s, i);
    return word;
}

str scan_value(str s, str key)
{
    size_t at = str_find(s, key);
    if (at == STR_NOT_FOUND)
        return STR_NONE;
    s = str_skip(s, at + key.n);
    if (key.p[key.n - 1] == '<')
        return str_take(s, str_find_octet(s, '>'));
    size_t i = 0;
    while (i < s.n && s.p[i] != ' ' && s.p[i] != ',' && s.p[i] != ';' && s.p[i] != ')')
        i++;
    return str_take(s, i);
}

bool scan_number(str *s, unsigned digits, unsigned *out)
{
    unsigned value = 0;
    if (s->n < digits)
        return false;
    for (unsigned i = 0; i < digits; i++) {
        if (!is_digit(s->p[i]))
            return false;
        value = value * 10 + (unsigned)(s->p[i] - '0');
    }
    *s = str_skip(*s, digits);
    *out = value;
    return true;
}

static void scan_port(str *s, uint16_t *port)
{
    str rest = *s;
    uint64_t value;
    size_t i = 1;
    if (!rest.n || rest.p[0] != ':')
        return;
    while (i < rest.n && is_digit(rest.p[i]))
        i++;
    if (!str_to_u64(str_skip(str_take(rest, i), 1), 65535, &value))
        return;
    *port = (uint16_t)value;
    *s = str_skip(rest, i);
}

bool scan_peer(str *s, str *name, str *address, uint16_t *port)
{
    size_t open = str_find_octet(*s, '[');
    if (open == STR_NOT_FOUND || open > 300)
        return false;
    str inside = str_skip(*s, open + 1);
    size_t close = str_find_octet(inside, ']');
    if (close == STR_NOT_FOUND || close > 80)
        return false;
    *name = str_trim(str_take(*s, open));
    *address = str_take(inside, close);
    *s = str_skip(inside, close + 1);
    scan_port(s, port);
    return true;
}

bool scan_reply(str *words, struct log_line *out)
{
    str rest = str_trim(*words);
    unsigned code;
    if (!scan_number(&rest, 3, &code) || code < 200 || code > 599)
        return false;
    if (rest.n && rest.p[0] != ' ' && rest.p[0] != '-' && rest.p[0] != '#')
        return false;
    out->code = code;
    rest = str_trim(str_skip(rest, rest.n && rest.p[0] == '#' ? 0 : 1));
    /* Some write "550 #5.1.0 text". */
    str tail = str_skip(rest, rest.n && rest.p[0] == '#');
    if (smtp_enhanced_read(tail, &out->enhanced, &tail))
        rest = str_trim(tail);
    *words = rest;
    return true;
}

enum smtp_stage scan_stage(str command)
{
    static const struct {
        str word;
        enum smtp_stage stage;
    } STAGES[] = {
        { STR_INIT("RCPT"), SMTP_STAGE_RCPT },
        { STR_INIT("MAIL"), SMTP_STAGE_MAIL },
        { STR_INIT("end"), SMTP_STAGE_END_OF_DATA }, /* "END-OF-MESSAGE", "end of DATA" */
        { STR_INIT("DATA"), SMTP_STAGE_DATA },
        { STR_INIT("BDAT"), SMTP_STAGE_DATA },
        { STR_INIT("EHLO"), SMTP_STAGE_EHLO },
        { STR_INIT("HELO"), SMTP_STAGE_EHLO },
        { STR_INIT("LHLO"), SMTP_STAGE_EHLO },
        { STR_INIT("AUTH"), SMTP_STAGE_AUTH },
        { STR_INIT("STARTTLS"), SMTP_STAGE_STARTTLS },
        { STR_INIT("CONNECT"), SMTP_STAGE_CONNECT },
        { STR_INIT("RSET"), SMTP_STAGE_RSET },
        { STR_INIT("QUIT"), SMTP_STAGE_QUIT },
        { STR_INIT("initial"), SMTP_STAGE_GREETING },
        { STR_INIT("the initial"), SMTP_STAGE_GREETING },
        { STR_INIT("pipelined"), SMTP_STAGE_MAIL },
    };
    if (str_starts_nocase(command, STR("pipelined ")))
        command = str_skip(command, 10);
    for (size_t i = 0; i < COUNT_OF(STAGES); i++)
        if (str_starts_nocase(command, STAGES[i].word))
            return STAGES[i].stage;
    return SMTP_STAGE_NONE;
}

enum smtp_end scan_end(str words)
{
    static const struct {
        str part;
        enum smtp_end end;
    } ENDS[] = {
        { STR_INIT("Connection refused"), SMTP_END_REFUSED },
        { STR_INIT("onnection timed out"), SMTP_END_SILENT },
        { STR_INIT("Operation timed out"), SMTP_END_SILENT },
        { STR_INIT("onnection timeout"), SMTP_END_SILENT },
        { STR_INIT(" timed out while "), SMTP_END_SILENT },
        { STR_INIT("etwork is unreachable"), SMTP_END_UNREACHABLE },
        { STR_INIT("o route to host"), SMTP_END_UNREACHABLE },
        { STR_INIT("ost is down"), SMTP_END_UNREACHABLE },
        { STR_INIT("annot assign requested address"), SMTP_END_UNREACHABLE },
        { STR_INIT("onnection reset"), SMTP_END_RESET },
        { STR_INIT("lost connection with"), SMTP_END_CLOSED },
        { STR_INIT("emote host closed connection"), SMTP_END_CLOSED },
        { STR_INIT("onnection closed"), SMTP_END_CLOSED },
    };
    for (size_t i = 0; i < COUNT_OF(ENDS); i++)
        if (scan_has(words, ENDS[i].part))
            return ENDS[i].end;
    return SMTP_END_REPLY;
}

void scan_own(const struct scan_own_words *table, size_t n, str words, struct log_line *out)
{
    for (size_t i = 0; i < n; i++)
        if (scan_has(words, table[i].part)) {
            out->end = table[i].end;
            out->stage = table[i].stage;
            return;
        }
}

void scan_set_from(struct log_line *out, str from)
{
    out->null_sender = !from.n || str_eq(from, STR("<>"));
    out->from = out->null_sender ? STR("<>") : from;
}

void scan_client_said(str command, struct log_line *out)
{
    static const str HELLOS[] = { STR_INIT("EHLO "), STR_INIT("HELO ") };
    command = str_trim(command);
    out->event = LOG_LINE_COMMAND;
    out->stage = scan_stage(command);
    if (out->stage == SMTP_STAGE_MAIL || out->stage == SMTP_STAGE_RCPT) {
        size_t colon = str_find_octet(command, ':');
        str argument = scan_blanks(str_skip(command, colon == STR_NOT_FOUND ? 4 : colon + 1));
        str path = str_starts(argument, STR("<")) ? scan_value(argument, STR("<"))
                                                  : scan_word(&argument);
        if (out->stage == SMTP_STAGE_RCPT)
            out->to = path;
        else
            scan_set_from(out, path);
    }
    if (out->stage == SMTP_STAGE_AUTH) {
        str rest = str_skip(command, 4);
        out->mechanism = scan_word(&rest);
    }
    for (size_t i = 0; i < COUNT_OF(HELLOS); i++)
        if (str_starts_nocase(command, HELLOS[i])) {
            str rest = str_skip(command, HELLOS[i].n);
            out->helo = scan_word(&rest);
        }
}

bool scan_is_reply(str text)
{
    unsigned code;
    return scan_number(&text, 3, &code) && code >= 200 && code < 600 &&
           (!text.n || text.p[0] == ' ' || text.p[0] == '-');
}

void scan_server_said(str reply, bool by_next, struct log_line *out)
{
    out->words = str_trim(reply);
    out->more = out->words.n > 3 && out->words.p[3] == '-';
    if (!scan_reply(&out->words, out))
        return;
    if (out->code >= 400) {
        out->event = by_next ? LOG_LINE_UNDELIVERED : LOG_LINE_REFUSED;
        if (out->code == 535)
            out->login = LOG_LOGIN_REFUSED;
    } else {
        out->event = out->code == 235 ? LOG_LINE_LOGIN : LOG_LINE_REPLY;
        if (out->code == 235)
            out->login = LOG_LOGIN_TAKEN;
    }
}
