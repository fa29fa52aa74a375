/* SPDX-License-Identifier: ISC */
/*
 * explain/bounce_unit.c - one unit of a bounce, by tables of what servers write
 *
 * All is held against the unit on one line, since programs wrap where they like.
 */
#include "explain/bounce.h"
#include "smtp/path.h"
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * What stands around an answer
 */
/* Words behind which the answer follows at once, or in the next unit. remote: they say that another server gave it. */
static const struct anchor {
    str words;
    bool remote;
} ANCHORS[] = {
    /* Postfix, and those who learnt from it */
    { STR_INIT("said:"), true },
    { STR_INIT("says:"), true },
    { STR_INIT("error code :"), true },
    { STR_INIT("error code:"), true },
    { STR_INIT("refused to talk to me:"), true },
    /* qmail and its descendants (Yahoo, Courier's filters, SmarterMail) */
    { STR_INIT("remote host said:"), true },
    { STR_INIT("sender was rejected."), true },
    /* Exim */
    { STR_INIT("smtp error from remote mail server after initial connection:"), true },
    { STR_INIT("lmtp error after data:"), true },
    /* Exchange, Microsoft 365 */
    { STR_INIT("remote server returned '"), true },
    { STR_INIT("remote server returned \""), true },
    { STR_INIT("returned:"), true },
    { STR_INIT("remote server returned message denied"), true },
    { STR_INIT("remote server said:"), true },
    { STR_INIT("remote server replied:"), true },
    { STR_INIT("gave this error:"), true },
    { STR_INIT("reported error:"), true },
    { STR_INIT("gemeldeter fehler:"), true },
    { STR_INIT("erreur signal\xc3\xa9"
               "e :"),
      true },
    { STR_INIT("erreur signal\xc3\xa9"
               "e:"),
      true },
    { STR_INIT("error notificado:"), true },
    { STR_INIT("error informado:"), true },
    { STR_INIT("errore segnalato:"), true },
    { STR_INIT("erro relatado:"), true },
    { STR_INIT("gerapporteerde fout:"), true },
    { STR_INIT("zg\xc5\x82oszony b\xc5\x82\xc4\x85"
               "d:"),
      true },
    { STR_INIT("error reported:"), true },
    { STR_INIT("error is:"), false },
    /* Gmail */
    { STR_INIT("the error that the other server returned was:"), true },
    { STR_INIT("the response from the remote server was:"), true },
    { STR_INIT("the remote server's response was:"), true },
    { STR_INIT("the response was:"), true },
    { STR_INIT("the response from the remote server:"), true },
    { STR_INIT("smtp error:"), false },
    /* the rest */
    { STR_INIT("response was:"), true },
    { STR_INIT("response:"), true },
    { STR_INIT("reason:"), false },
    { STR_INIT("replied:"), true },
    { STR_INIT("with response:"), true },
    { STR_INIT("with the message:"), true },
    { STR_INIT("with the following error:"), true },
    { STR_INIT("with the following message:"), true },
    { STR_INIT("the server returned:"), true },
    { STR_INIT("error message:"), false },
    { STR_INIT("message returned:"), false },
    { STR_INIT("because:"), false },
    { STR_INIT("responded:"), true },
    { STR_INIT("diagnostic code:"), false },
    { STR_INIT("diagnostic information:"), false },
    { STR_INIT("smtp;"), true },
    { STR_INIT("lmtp;"), true },
    /* Gmail, in the languages of its users */
    { STR_INIT("lautete:"), true },
    { STR_INIT("antwort vom remote-server:"), true },
    { STR_INIT("ponse du serveur distant :"), true },
    { STR_INIT("ponse du serveur distant:"), true },
    { STR_INIT("ponse \xc3\xa9tait :"), true },
    { STR_INIT("respuesta del servidor remoto fue:"), true },
    { STR_INIT("la respuesta fue:"), true },
    { STR_INIT("risposta del server remoto \xc3\xa8 stata:"), true },
    { STR_INIT("la risposta \xc3\xa8 stata:"), true },
    { STR_INIT("resposta do servidor remoto foi:"), true },
    { STR_INIT("a resposta foi:"), true },
    { STR_INIT("externe server was:"), true },
    { STR_INIT("het antwoord was:"), true },
    { STR_INIT("z serwera zdalnego:"), true },
    { STR_INIT("\xd1\x83\xd0\xb4\xd0\xb0\xd0\xbb\xd0\xb5\xd0\xbd\xd0\xbd\xd0\xbe\xd0\xb3\xd0\xbe "
               "\xd1\x81\xd0\xb5\xd1\x80\xd0\xb2\xd0\xb5\xd1\x80\xd0\xb0:"),
      true },
    { STR_INIT("\xd1\x83\xd0\xb4\xd0\xb0\xd0\xbb\xd1\x91\xd0\xbd\xd0\xbd\xd0\xbe\xd0\xb3\xd0\xbe "
               "\xd1\x81\xd0\xb5\xd1\x80\xd0\xb2\xd0\xb5\xd1\x80\xd0\xb0:"),
      true },
    { STR_INIT("\xe3\x81\x8b\xe3\x82\x89\xe3\x81\xae\xe5\xbf\x9c\xe7\xad\x94:"), true },
    { STR_INIT("\xe5\xbf\x9c\xe7\xad\x94:"), true },
    { STR_INIT("\xe7\x9a\x84\xe5\x93\x8d\xe5\xba\x94\xe6\x98\xaf:"), true },
    { STR_INIT("\xe7\x9a\x84\xe5\x9b\x9e\xe5\xa4\x8d\xe5\xa6\x82\xe4\xb8\x8b\xef\xbc\x9a"), true },
    { STR_INIT("\xe5\x9b\x9e\xe6\x87\x89\xe5\xa6\x82\xe4\xb8\x8b\xef\xbc\x9a"), true },
    { STR_INIT("sunucudan gelen yan\xc4\xb1t:"), true },
    { STR_INIT("yan\xc4\xb1t:"), true },
    /* in no language but their own */
    { STR_INIT("antwort des empf\xc3\xa4ngerservers:"), true },
    { STR_INIT("fehlermeldung:"), false },
    { STR_INIT("grund:"), false },
    { STR_INIT("antwort:"), true },
    { STR_INIT("motif :"), false },
    { STR_INIT("raison :"), false },
    { STR_INIT("motivo:"), false },
    { STR_INIT("\xd0\xbe\xd1\x82\xd0\xb2\xd0\xb5\xd1\x82:"), true },
    { STR_INIT("\xd0\xbf\xd1\x80\xd0\xb8\xd1\x87\xd0\xb8\xd0\xbd\xd0\xb0:"), false },
    { STR_INIT("\xe8\x8b\xb1\xe6\x96\x87\xe4\xbf\xa1\xe6\x81\xaf:"), true },
    { STR_INIT("\xe8\x8b\xb1\xe6\x96\x87\xe4\xbf\xa1\xe6\x81\xaf\xef\xbc\x9a"), true },
    { STR_INIT("\xe9\x80\x80\xe4\xbf\xa1\xe5\x8e\x9f\xe5\x9b\xa0\xef\xbc\x9a"), false },
    { STR_INIT("\xe9\x80\x80\xe4\xbf\xa1\xe5\x8e\x9f\xe5\x9b\xa0:"), false },
    { STR_INIT("\xe6\x8b\x92\xe6\x94\xb6\xe5\x8e\x9f\xe5\x9b\xa0\xef\xbc\x9a"), false },
    { STR_INIT("\xe5\x8e\x9f\xe5\x9b\xa0:"), false },
};

/* Headings: the answer is in the next unit, and what follows in this one is about it. */
static const str HEADINGS[] = {
    STR_INIT("technical details of permanent failure:"),
    STR_INIT("technical details of temporary failure:"),
};

/* To which command, as the words tell it. The longer of two that begin alike stands first. */
static const struct stage_words {
    str words;
    enum smtp_stage stage;
} STAGES[] = {
    { STR_INIT("in reply to end of data"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("in reply to the end of data"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("in reply to rcpt"), SMTP_STAGE_RCPT },
    { STR_INIT("smtp error, rcpt to"), SMTP_STAGE_RCPT },
    { STR_INIT("smtp error, mail from"), SMTP_STAGE_MAIL },
    { STR_INIT("smtp error, data"), SMTP_STAGE_DATA },
    { STR_INIT("in reply to mail"), SMTP_STAGE_MAIL },
    { STR_INIT("in reply to data"), SMTP_STAGE_DATA },
    { STR_INIT("in reply to helo"), SMTP_STAGE_EHLO },
    { STR_INIT("in reply to ehlo"), SMTP_STAGE_EHLO },
    { STR_INIT("in reply to lhlo"), SMTP_STAGE_EHLO },
    { STR_INIT("in reply to starttls"), SMTP_STAGE_STARTTLS },
    { STR_INIT("in reply to auth"), SMTP_STAGE_AUTH },
    { STR_INIT("after pipelined end of data"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("after end of data"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("after sending data block"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("after pipelined mail from"), SMTP_STAGE_MAIL },
    { STR_INIT("after pipelined rcpt to"), SMTP_STAGE_RCPT },
    { STR_INIT("after pipelined data"), SMTP_STAGE_DATA },
    { STR_INIT("after rcpt"), SMTP_STAGE_RCPT },
    { STR_INIT("after mail"), SMTP_STAGE_MAIL },
    { STR_INIT("lmtp error after data"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("after data"), SMTP_STAGE_DATA },
    { STR_INIT("after helo"), SMTP_STAGE_EHLO },
    { STR_INIT("after ehlo"), SMTP_STAGE_EHLO },
    { STR_INIT("after starttls"), SMTP_STAGE_STARTTLS },
    { STR_INIT("after auth"), SMTP_STAGE_AUTH },
    { STR_INIT("after initial connection"), SMTP_STAGE_GREETING },
    { STR_INIT("refused to talk to me"), SMTP_STAGE_GREETING },
    { STR_INIT("while sending rcpt to"), SMTP_STAGE_RCPT },
    { STR_INIT("while sending mail from"), SMTP_STAGE_MAIL },
    { STR_INIT("while sending end of data"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("while sending message body"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("while receiving the initial server greeting"), SMTP_STAGE_GREETING },
    { STR_INIT("while performing the ehlo handshake"), SMTP_STAGE_EHLO },
    { STR_INIT("while performing the helo handshake"), SMTP_STAGE_EHLO },
    { STR_INIT("does not like recipient"), SMTP_STAGE_RCPT },
    { STR_INIT("sender was rejected"), SMTP_STAGE_MAIL },
    { STR_INIT("failed on data command"), SMTP_STAGE_DATA },
    { STR_INIT("failed after i sent the message"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("greeting failed"), SMTP_STAGE_GREETING },
    { STR_INIT("but greeting"), SMTP_STAGE_GREETING },
    { STR_INIT("my name was rejected"), SMTP_STAGE_EHLO },
    { STR_INIT("for rcpt to command"), SMTP_STAGE_RCPT },
    { STR_INIT("for mail from command"), SMTP_STAGE_MAIL },
    { STR_INIT("for text command"), SMTP_STAGE_END_OF_DATA },
    { STR_INIT("for data command"), SMTP_STAGE_DATA },
    { STR_INIT("for helo command"), SMTP_STAGE_EHLO },
    { STR_INIT("for ehlo command"), SMTP_STAGE_EHLO },
    { STR_INIT("for initial connection"), SMTP_STAGE_GREETING },
    { STR_INIT("after rcpt command"), SMTP_STAGE_RCPT },
    { STR_INIT("response to rcpt"), SMTP_STAGE_RCPT },
    { STR_INIT("response to mail"), SMTP_STAGE_MAIL },
    { STR_INIT("sent: rcpt to"), SMTP_STAGE_RCPT },
    { STR_INIT("sent: mail from"), SMTP_STAGE_MAIL },
    { STR_INIT("sent: auth"), SMTP_STAGE_AUTH },
    { STR_INIT("sent: ehlo"), SMTP_STAGE_EHLO },
    { STR_INIT("sent: data"), SMTP_STAGE_DATA },
    { STR_INIT("sent: ."), SMTP_STAGE_END_OF_DATA },
    /* Gmail numbers the states of its client */
    { STR_INIT("(state 8)"), SMTP_STAGE_GREETING },
    { STR_INIT("(state 9)"), SMTP_STAGE_EHLO },
    { STR_INIT("(state 13)"), SMTP_STAGE_MAIL },
    { STR_INIT("(state 14)"), SMTP_STAGE_RCPT },
    { STR_INIT("(state 17)"), SMTP_STAGE_DATA },
    { STR_INIT("(state 18)"), SMTP_STAGE_END_OF_DATA },
};

/* No answer at all. */
static const struct end_words {
    str words;
    enum smtp_end end;
    enum smtp_stage stage;
} ENDS[] = {
    { STR_INIT("connection refused"), SMTP_END_REFUSED, SMTP_STAGE_CONNECT },
    { STR_INIT("connection timed out"), SMTP_END_SILENT, SMTP_STAGE_CONNECT },
    { STR_INIT("operation timed out"), SMTP_END_SILENT, SMTP_STAGE_CONNECT },
    { STR_INIT("no route to host"), SMTP_END_UNREACHABLE, SMTP_STAGE_CONNECT },
    { STR_INIT("network is unreachable"), SMTP_END_UNREACHABLE, SMTP_STAGE_CONNECT },
    { STR_INIT("host is unreachable"), SMTP_END_UNREACHABLE, SMTP_STAGE_CONNECT },
    { STR_INIT("lost connection with"), SMTP_END_CLOSED, SMTP_STAGE_NONE },
    { STR_INIT("connection closed by remote host"), SMTP_END_CLOSED, SMTP_STAGE_NONE },
    { STR_INIT("remote host closed connection"), SMTP_END_CLOSED, SMTP_STAGE_NONE },
    { STR_INIT("connection reset by peer"), SMTP_END_RESET, SMTP_STAGE_NONE },
    { STR_INIT("connection dropped"), SMTP_END_CLOSED, SMTP_STAGE_NONE },
    { STR_INIT("but connection died"), SMTP_END_CLOSED, SMTP_STAGE_NONE },
    { STR_INIT("wasn't able to establish an smtp connection"), SMTP_END_SILENT,
      SMTP_STAGE_CONNECT },
    { STR_INIT("connection to mail exchanger failed"), SMTP_END_SILENT, SMTP_STAGE_CONNECT },
    { STR_INIT("timed out while"), SMTP_END_SILENT, SMTP_STAGE_NONE },
};

/* ------------------------------------------------------------------------------------------------
 * Who answered
 */
/* Words before the name of the server that answered. */
static const str BEFORE_HOST[] = {
    STR_INIT("host: "),
    STR_INIT("host "),
    STR_INIT("while talking to "),
    STR_INIT("by the server "),
    STR_INIT("by the recipient domain by "),
    STR_INIT(" by "),
    STR_INIT("connected to "),
    STR_INIT("connect to "),
    STR_INIT("connection to "),
    STR_INIT("lost connection with "),
    STR_INIT("conversation with "),
    STR_INIT("remote server ("),
    STR_INIT("remote server: "),
    STR_INIT("remote host: "),
    STR_INIT("destination host ip - "),
    STR_INIT("mail server "),
    STR_INIT("server: "),
    STR_INIT("giving up on "),
};
/* Words before the name of the server that wrote the bounce. */
static const str BEFORE_REPORTER[] = {
    STR_INIT("mail system at host "),
    STR_INIT("qmail-send program at "),
    STR_INIT("generating server: "),
    STR_INIT("dsn generated by: "),
    STR_INIT("generierender server: "),
    STR_INIT("serveur de g\xc3\xa9n\xc3\xa9ration : "),
    STR_INIT("serveur de g\xc3\xa9n\xc3\xa9ration: "),
    STR_INIT("generando servidor: "),
    STR_INIT("servidor de generaci\xc3\xb3n: "),
    STR_INIT("server di generazione: "),
    STR_INIT("servidor de gera\xc3\xa7\xc3\xa3o: "),
    STR_INIT("servidor gerador: "),
    STR_INIT("serwer generuj\xc4\x85"
             "cy: "),
    STR_INIT("genererande server: "),
    STR_INIT("generuj\xc3\xad"
             "c\xc3\xad server: "),
    STR_INIT("\xd1\x84\xd0\xbe\xd1\x80\xd0\xbc\xd0\xb8\xd1\x80\xd1\x83\xd1\x8e\xd1\x89\xd0\xb8\xd0"
             "\xb9 \xd1\x81\xd0\xb5\xd1\x80\xd0\xb2\xd0\xb5\xd1\x80: "),
    STR_INIT("\xe7\x94\x9f\xe6\x88\x90\xe3\x82\xb5\xe3\x83\xbc\xe3\x83\x90\xe3\x83\xbc: "),
    STR_INIT(
        "\xe6\xad\xa3\xe5\x9c\xa8\xe7\x94\x9f\xe6\x88\x90\xe6\x9c\x8d\xe5\x8a\xa1\xe5\x99\xa8: "),
    STR_INIT("genererende server: "),
};
/* Words behind it. */
static const str BEHIND_HOST[] = {
    STR_INIT(" does not like recipient"),
    STR_INIT(" failed after i sent"),
    STR_INIT(" failed on data command"),
    STR_INIT(" said:"),
    STR_INIT(" gave this error"),
    STR_INIT(" rejected your message"),
    STR_INIT(" #5."),
    STR_INIT(" #4."),
    STR_INIT(" #<"),
    STR_INIT(" refused to talk to me"),
};

/* The word before octet at: back to a blank, and over "name [address]". */
static str word_before(str text, size_t at)
{
    size_t begin = at;
    while (begin > 0 && at - begin < 300 && text.p[begin - 1] != ' ' && text.p[begin - 1] != '<')
        begin--;
    if (begin > 1 && begin < at && (text.p[begin] == '[' || text.p[begin] == '(')) {
        size_t end = begin - 1;
        begin = end;
        while (begin > 0 && end - begin < 300 && text.p[begin - 1] != ' ')
            begin--;
    }
    return str_skip(str_take(text, at), begin);
}

/* The same, in a list of names and values that stands behind the answer too. */
static const str LISTED_HOST[] = {
    STR_INIT(" remote server: "),
    STR_INIT(" remoteserver: "),
    STR_INIT(" remote system: dns;"),
};

static bool read_reporter(str folded, str lower, struct bounce_unit *u)
{
    for (size_t i = 0; i < COUNT_OF(BEFORE_REPORTER); i++) {
        size_t at = str_find(lower, BEFORE_REPORTER[i]);
        if (at == STR_NOT_FOUND)
            continue;
        u->reporter = bounce_host_at(str_skip(folded, at + BEFORE_REPORTER[i].n));
        return true;
    }
    return false;
}

static bool read_host(str folded, str lower, struct bounce_unit *u)
{
    for (size_t i = 0; i < COUNT_OF(BEFORE_HOST); i++) {
        str rest = lower;
        for (unsigned tries = 0; tries < 8; tries++) {
            size_t at = str_find(rest, BEFORE_HOST[i]);
            if (at == STR_NOT_FOUND)
                break;
            bool word = is_alpha(BEFORE_HOST[i].p[0]) && lower.n - rest.n + at > 0 &&
                        is_alnum(lower.p[lower.n - rest.n + at - 1]);
            rest = str_skip(rest, at + BEFORE_HOST[i].n);
            if (!word && bounce_server_read(str_skip(folded, folded.n - rest.n), u))
                return true;
        }
    }
    for (size_t i = 0; i < COUNT_OF(BEHIND_HOST); i++) {
        size_t at = str_find(lower, BEHIND_HOST[i]);
        if (at != STR_NOT_FOUND && at > 0 && bounce_server_read(word_before(folded, at), u))
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * The answer
 */
static void read_stage(str lower, struct bounce_unit *u)
{
    for (size_t i = 0; i < COUNT_OF(STAGES); i++)
        if (str_find(lower, STAGES[i].words) != STR_NOT_FOUND) {
            u->stage = STAGES[i].stage;
            return;
        }
}

static void read_end(str lower, struct bounce_unit *u)
{
    for (size_t i = 0; i < COUNT_OF(ENDS) && u->end == SMTP_END_REPLY; i++)
        if (str_find(lower, ENDS[i].words) != STR_NOT_FOUND) {
            u->end = ENDS[i].end;
            if (u->stage == SMTP_STAGE_NONE)
                u->stage = ENDS[i].stage;
        }
}

/* What may stand between the anchor and the code. */
static str skip_marks(str s)
{
    size_t i = 0;
    while (i < s.n && i < 8 && strchr(" '\"<#(:", s.p[i]))
        i++;
    return str_skip(s, i);
}

static str cut_at(str text, str lower, str words)
{
    size_t at = str_find(lower, words);
    return at == STR_NOT_FOUND ? text : str_take(text, at);
}

/* The last octet closes a quote or bracket that was opened before the words. */
static bool closes_nothing(str s)
{
    static const char PAIRS[][2] = { { '<', '>' }, { '(', ')' }, { '\'', '\'' }, { '"', '"' } };
    str before = str_take(s, s.n - 1);
    for (size_t i = 0; i < COUNT_OF(PAIRS); i++)
        if (s.p[s.n - 1] == PAIRS[i][1])
            return str_find_octet(before, PAIRS[i][0]) == STR_NOT_FOUND;
    return false;
}

static bool is_named(const struct bounce_unit *u)
{
    return u->host.n > 0 || u->address.family != IP_NONE;
}

/* Who answered stands before the answer: names in it are others'. But in a list it may stand behind. */
static void name_before(str folded, str lower, size_t begin, struct bounce_unit *u)
{
    u->host = STR_NONE;
    u->address = (struct ip){ .family = IP_NONE };
    for (size_t i = 0; i < COUNT_OF(LISTED_HOST) && !is_named(u); i++) {
        size_t at = str_find(lower, LISTED_HOST[i]);
        if (at != STR_NOT_FOUND)
            bounce_server_read(str_skip(folded, at + LISTED_HOST[i].n), u);
    }
    if (!is_named(u) && u->reporter.n == 0)
        read_host(str_take(folded, begin), str_take(lower, begin), u);
}

/* The words end where the bounce goes on with its own. */
static str until_own_words(str folded, str lower, str from)
{
    static const str OWN[] = {
        STR_INIT("(in reply to "),
        STR_INIT("giving up on "),
        STR_INIT("#smtp#"),
        STR_INIT(" ##"),
        STR_INIT(" hmailserver"),
        STR_INIT("i'm not going to try again"),
        STR_INIT(" reporting-mta:"),
        STR_INIT("(#5."),
        STR_INIT(" (expanded from"),
        STR_INIT(" final-recipient:"),
        STR_INIT(" dsn generated by:"),
        STR_INIT(" remote server: "),
        STR_INIT(" remote system: "),
        STR_INIT(" remote-mta:"),
        STR_INIT(" original message headers"),
        STR_INIT(" the e-mail address you entered"),
        STR_INIT(" the email address you entered"),
        STR_INIT(" a problem occurred during the delivery"),
        STR_INIT(" a communication failure occurred"),
        STR_INIT(" your message wasn't delivered"),
        STR_INIT(" your message couldn't be delivered"),
        STR_INIT(" the recipient's e-mail address was not found"),
        STR_INIT(" microsoft exchange will not try"),
    };
    size_t begin = (size_t)(from.p - folded.p);
    for (size_t i = 0; i < COUNT_OF(OWN); i++)
        from = cut_at(from, str_take(str_skip(lower, begin), from.n), OWN[i]);
    from = str_trim(from);
    while (from.n > 0 && closes_nothing(from))
        from.n--;
    return from;
}

/* "... [mx.corp.example]", "... [mx.corp.example 2026-11-26T06:00:00.000Z 08D]": Exchange says who it is. */
static str host_at_end(str words)
{
    size_t at = str_rfind_octet(words, '[');
    if (at == STR_NOT_FOUND || words.p[words.n - 1] != ']')
        return STR_NONE;
    str host = bounce_host_at(str_skip(words, at + 1));
    return host.n > 8 && is_alpha(host.p[host.n - 1]) ? host : STR_NONE;
}

static void take_answer(str folded, str lower, str from, struct arena *memory,
                        struct bounce_unit *u)
{
    str rest;
    size_t begin = (size_t)(from.p - folded.p);
    from = until_own_words(folded, lower, from);
    if (bounce_code_read(from, &u->code, &u->enhanced, &rest))
        u->words = bounce_words(rest, u->code, from.n > 3 && from.p[3] == '-', memory);
    else
        u->words = bounce_words(from, 0, false, memory);
    u->answer = u->words.n > 0 || u->code > 0;
    name_before(folded, lower, begin, u);
    if (!is_named(u))
        u->host = host_at_end(u->words);
}

/* Where a code begins behind the anchor; STR_NOT_FOUND: nowhere. */
static size_t code_behind(str lower, const struct anchor *a, struct bounce_unit *u)
{
    str rest = lower;
    for (unsigned tries = 0; tries < 4; tries++) {
        size_t at = str_find(rest, a->words);
        if (at == STR_NOT_FOUND)
            break;
        rest = str_skip(rest, at + a->words.n);
        u->remote |= a->remote;
        str behind = skip_marks(rest);
        u->expects |= behind.n == 0;
        if (behind.n > 3 && lower.n - behind.n > u->behind)
            u->behind = lower.n - behind.n;
        if (bounce_is_code(behind))
            return lower.n - behind.n;
    }
    return STR_NOT_FOUND;
}

/* A code behind an anchor, the first in the text: what a server says may hold another's words. */
static bool answer_at_anchor(str folded, str lower, struct arena *memory, struct bounce_unit *u)
{
    size_t first = STR_NOT_FOUND;
    for (size_t i = 0; i < COUNT_OF(ANCHORS); i++) {
        size_t at = code_behind(lower, &ANCHORS[i], u);
        first = at < first ? at : first;
    }
    if (first == STR_NOT_FOUND)
        return false;
    take_answer(folded, lower, str_skip(folded, first), memory, u);
    return true;
}

/* "550 5.7.1", wherever it stands. */
static bool answer_with_both(str folded, str lower, struct arena *memory, struct bounce_unit *u)
{
    for (size_t i = 0; i + 9 <= folded.n; i++) {
        unsigned code;
        struct smtp_enhanced x = { 0 };
        str rest, from = str_skip(folded, i);
        if ((i > 0 && (is_alnum(folded.p[i - 1]) || strchr(".-=", folded.p[i - 1]))) ||
            !bounce_is_code(from) || !bounce_code_read(from, &code, &x, &rest) || x.class == 0)
            continue;
        take_answer(folded, lower, from, memory, u);
        return true;
    }
    return false;
}

/* ": 550 no" or "> 550 no", where the words before tell of a server or a command. */
static bool answer_at_colon(str folded, str lower, struct arena *memory, struct bounce_unit *u)
{
    bool spoken = u->stage || u->host.n || u->address.family != IP_NONE;
    for (size_t i = 2; spoken && i + 5 <= folded.n; i++) {
        str from = str_skip(folded, i);
        bool colon = folded.p[i - 1] == ' ' && (folded.p[i - 2] == ':' || folded.p[i - 2] == '>');
        if ((!colon && folded.p[i - 1] != ':') || !bounce_is_code(from) ||
            (from.p[3] != ' ' && from.p[3] != '-'))
            continue;
        take_answer(folded, lower, from, memory, u);
        return true;
    }
    return false;
}

/* Where in folded a line stands that begins with a code, and with another than a line before it; its end: nowhere.
 * sendmail lists its own answers below the one that matters. */
static size_t other_answer(str lines, str folded)
{
    unsigned first = 0;
    for (str rest = lines; rest.p;) {
        str line = bounce_skip_blanks(str_cut(&rest, '\n')), behind;
        unsigned code;
        struct smtp_enhanced x;
        if (line.n < 8 || !bounce_code_read(line, &code, &x, &behind))
            continue;
        if (first == 0)
            first = code;
        size_t at = code == first ? STR_NOT_FOUND : str_find(folded, str_take(line, 8));
        if (at != STR_NOT_FOUND)
            return at;
    }
    return folded.n;
}

/* A line that begins with a code. */
static bool answer_at_line(str folded, str lower, str lines, struct arena *memory,
                           struct bounce_unit *u)
{
    for (str rest = lines; rest.p;) {
        str line = bounce_skip_blanks(str_cut(&rest, '\n')), behind;
        unsigned code;
        struct smtp_enhanced x = { 0 };
        if (!bounce_code_read(line, &code, &x, &behind) || line.n < 5)
            continue;
        size_t at = str_find(folded, str_take(line, 4));
        if (at == STR_NOT_FOUND)
            continue;
        take_answer(folded, lower, str_skip(folded, at), memory, u);
        return true;
    }
    return false;
}

/* "(#5.1.1)", "#5.1.1", "[5.1.1]": qmail's own words, and Exchange's. */
static void read_enhanced(str folded, struct bounce_unit *u)
{
    str rest;
    for (size_t i = 0; i + 5 <= folded.n && u->enhanced.class == 0; i++)
        if (folded.p[i] == '#' && !bounce_enhanced_at(str_skip(folded, i), &u->enhanced, &rest))
            u->enhanced = (struct smtp_enhanced){ 0 };
}

void bounce_unit_read(str folded, str lower, str lines, struct arena *memory,
                      struct bounce_unit *out)
{
    size_t end = other_answer(lines, folded);
    *out = (struct bounce_unit){ .end = SMTP_END_REPLY };
    folded = str_take(folded, end);
    lower = str_take(lower, end);
    if (!read_reporter(folded, lower, out))
        read_host(folded, lower, out);
    read_stage(lower, out);
    if (!answer_at_anchor(folded, lower, memory, out) &&
        !answer_with_both(folded, lower, memory, out) &&
        !answer_at_colon(folded, lower, memory, out) &&
        !answer_at_line(folded, lower, lines, memory, out))
        read_end(lower, out);
    out->expects |= bounce_has_any(lower, HEADINGS, COUNT_OF(HEADINGS));
    if (!out->answer && out->end == SMTP_END_REPLY && out->behind)
        take_answer(folded, lower, str_skip(folded, out->behind), memory, out);
    if (out->enhanced.class == 0)
        read_enhanced(folded, out);
}
