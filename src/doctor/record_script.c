/* SPDX-License-Identifier: ISC */
/*
 * doctor/record_script.c - reading the language of record_script.h
 */
#include "doctor/record_script.h"
#include "base/password_shape.h"
#include "dns/record_text.h"
#include <stdio.h>
#include <stdlib.h>

static void wrong(const char *what, str text)
{
    fprintf(stderr, "a record script is wrong: %s in '%.*s'\n", what, STR_ARG(text));
    abort();
}

struct ip script_ip(const char *text)
{
    struct ip ip;
    if (!ip_parse(str_from(text), &ip))
        wrong("an address", str_from(text));
    return ip;
}

static str next_word(str *rest)
{
    *rest = str_trim(*rest);
    return rest->n ? str_cut(rest, ' ') : STR_NONE;
}

/* "from=x" and its like, and "~"; false: another word. */
static bool take_option(str word, struct smtp_attempt *a)
{
    str value = word;
    str key = str_cut(&value, '=');
    if (str_eq(word, STR("repaired"))) {
        a->repaired = true;
    } else if (str_eq(word, STR("old-helo"))) {
        a->old_helo = true;
    } else if (str_eq(word, STR("~"))) {
        a->source = script_ip("198.51.100.7");
    } else if (!value.p && word.n && word.p[word.n - 1] != '=') {
        return false;
    } else if (str_eq(key, STR("from"))) {
        a->from_null = str_eq(value, STR("<>"));
        a->from = a->from_null ? STR_NONE : value;
    } else if (str_eq(key, STR("to"))) {
        a->to = value;
    } else if (str_eq(key, STR("user"))) {
        a->user = value;
    } else if (str_eq(key, STR("author"))) {
        a->header_from = value;
    } else if (str_eq(key, STR("size"))) {
        return str_to_u64(value, UINT64_MAX, &a->size_octets);
    } else if (str_eq(key, STR("helo"))) {
        a->helo = value;
    } else if (str_eq(key, STR("at"))) { /* of another server: see "mx" */
        size_t slash = str_find_octet(value, '/');
        a->host = str_take(value, slash);
        return slash != STR_NOT_FOUND && ip_parse(str_skip(value, slash + 1), &a->address);
    } else {
        return false;
    }
    return true;
}

static bool take_anomaly(str name, unsigned *out)
{
    int bit;
    if (!names_find(&PASSWORD_ANOMALY_NAMES, name, &bit))
        return false;
    *out |= (unsigned)bit;
    return true;
}

static bool take_asked_word(str word, struct doctor_asked *out, bool *known, bool *unknown)
{
    struct smtp_attempt *a = &out->attempt;
    uint64_t port;
    int security, credential;
    if (str_to_u64(word, 65535, &port))
        a->port = (uint16_t)port;
    else if (names_find(&SMTP_SECURITY_NAMES, word, &security))
        a->security = (enum smtp_security)security;
    else if (str_eq(word, STR("-")))
        a->mechanism = STR_NONE;
    else if (str_eq(word, STR("login")))
        a->mechanism = STR("auto");
    else if (str_eq(word, STR("known")))
        *known = true;
    else if (str_eq(word, STR("unknown")))
        *unknown = true;
    else if (str_starts(word, STR("odd=")))
        return take_anomaly(str_skip(word, 4), &out->password_anomalies);
    else if (str_eq(word, STR("shows")))
        a->certificate = true;
    else if (names_find(&SASL_CREDENTIAL_NAMES, word, &credential))
        out->credentials |= (unsigned)credential;
    else if (str_eq(word, STR("pop"))) {
        out->pop_host = STR(SCRIPT_HOST);
        out->pop_port = 995;
    } else if (str_starts(word, STR("own=")))
        out->own_address = str_skip(word, 4);
    else if (str_starts(word, STR("host=")))
        a->host = str_skip(word, 5);
    else if (str_eq(word, STR("asks-all")))
        out->dns_private = true;
    else if (str_starts(word, STR("public-ip=")))
        return ip_parse(str_skip(word, 10), &out->public_ip);
    else if (str_starts(word, STR("whoami=")))
        out->whoami = str_skip(word, 7);
    else if (word.n && word.p[0] >= 'A' && word.p[0] <= 'Z')
        a->mechanism = word;
    else
        return take_option(word, a);
    return true;
}

/* Good as long as the process: scripts are few. */
static void take_error(str text, struct doctor_asked *out)
{
    static struct arena memory;
    struct err e;
    if (!memory.max)
        arena_init(&memory, 64 << 20);
    out->pasted_error = text;
    if (!doctor_pasted_read(text, out->own_address, &memory, &out->pasted, &e))
        wrong("an error", text);
    else
        out->pasted_error = out->pasted.plain;
}

void script_asked(const char *text, struct doctor_asked *out)
{
    bool known = false, unknown = false;
    str rest = str_from(text);
    *out = (struct doctor_asked){ .own_address = STR_INIT(SCRIPT_OWN) };
    out->attempt.host = STR(SCRIPT_HOST);
    out->attempt.from = STR(SCRIPT_OWN);
    out->attempt.to = STR(SCRIPT_TO);
    while (str_trim(rest).n) {
        rest = str_trim(rest);
        if (str_starts(rest, STR("error="))) {
            take_error(str_skip(rest, 6), out);
            break;
        }
        str word = next_word(&rest);
        if (!take_asked_word(word, out, &known, &unknown))
            wrong("a word", word);
    }
    out->login_known = known || (out->attempt.mechanism.n && !unknown);
    if (!out->login_known && !out->attempt.mechanism.n)
        out->attempt.user = STR_NONE;
    else if (!out->attempt.user.n)
        out->attempt.user = STR(SCRIPT_OWN);
}

/* ------------------------------------------------------------------------------------------------
 * Rows
 */
static void read_door(str word, struct smtp_attempt *a)
{
    size_t n = 0;
    uint64_t port;
    while (n < word.n && is_digit(word.p[n]))
        n++;
    if (!str_to_u64(str_take(word, n), 65535, &port))
        wrong("a door", word);
    a->port = (uint16_t)port;
    a->security = SMTP_SECURITY_NONE;
    a->address = script_ip("192.0.2.1");
    for (str rest = str_skip(word, n); rest.n; rest = str_skip(rest, 1)) {
        if (rest.p[0] == '+')
            a->security = SMTP_SECURITY_STARTTLS;
        else if (rest.p[0] == '!')
            a->security = SMTP_SECURITY_TLS;
        else if (rest.p[0] == '~')
            a->source = script_ip("198.51.100.7");
        else if (rest.p[0] == '*')
            a->certificate = true;
        else if (str_starts(rest, STR("@2")))
            a->address = script_ip("192.0.2.2");
        else if (str_starts(rest, STR("@6")))
            a->address = script_ip("2001:db8::1");
        else if (rest.p[0] != '2' && rest.p[0] != '6')
            wrong("a door", word);
    }
}

static void read_reply(str text, struct smtp_outcome *o)
{
    uint64_t code;
    str rest = text;
    str word = next_word(&rest);
    int end;
    if (str_to_u64(word, 599, &code)) {
        o->code = (unsigned)code;
        o->text = str_trim(rest);
        if (!smtp_enhanced_read(o->text, &o->enhanced, &rest))
            o->enhanced = (struct smtp_enhanced){ 0, 0, 0 };
    } else if (names_find(&SMTP_END_NAMES, word, &end)) {
        o->end = (enum smtp_end)end;
        o->text = str_trim(rest);
    } else {
        wrong("a reply", text);
    }
}

static bool begins_reply(str text)
{
    int end;
    str word = next_word(&text);
    return word.n && (is_digit(word.p[0]) || names_find(&SMTP_END_NAMES, word, &end));
}

static void read_caps(str text, struct arena *a, struct smtp_outcome *o)
{
    o->code = 250;
    o->text = STR(SCRIPT_HOST);
    while (text.n) {
        str line = str_trim(str_cut(&text, ','));
        o->text = arena_printf(a, "%.*s\n%.*s", STR_ARG(o->text), STR_ARG(line));
    }
}

/* "asked" or "shown" in front of what else a handshake showed. */
static str read_own_certificate(str text, struct smtp_tls_facts *t)
{
    str rest = text;
    str word = next_word(&rest);
    t->certificate_shown = str_eq(word, STR("shown"));
    t->certificate_asked = t->certificate_shown || str_eq(word, STR("asked"));
    return t->certificate_asked ? str_trim(rest) : text;
}

static void read_tls(str text, const struct smtp_attempt *x, struct smtp_outcome *o)
{
    struct smtp_tls_facts *t = &o->tls;
    o->stage = SMTP_STAGE_TLS;
    text = read_own_certificate(text, t);
    if (str_eq(text, STR("cut"))) {
        o->end = SMTP_END_RESET;
        o->text = STR("broken pipe");
        return;
    }
    if (str_eq(text, STR("failed"))) {
        o->end = SMTP_END_TLS_FAILED;
        o->text = STR("wrong version number");
        return;
    }
    if (begins_reply(text)) {
        read_reply(text, o);
        if (x->security == SMTP_SECURITY_STARTTLS && o->end != SMTP_END_TLS_FAILED)
            o->stage = SMTP_STAGE_STARTTLS;
        return;
    }
    t->done = true;
    t->version = STR("TLSv1.3");
    t->cipher = STR("TLS_AES_256_GCM_SHA384");
    t->key = STR("RSA 2048");
    t->signature = STR("RSA-SHA256");
    t->names = STR("mail.example.org other.example.org");
    t->not_after = STR("2027-01-01T00:00:00Z");
    size_t names = str_find_nocase(text, STR("names="));
    if (names != STR_NOT_FOUND) {
        t->names = str_skip(text, names + 6);
        text = str_trim(str_take(text, names));
    }
    t->verified = text.n == 0;
    while (text.n) {
        str word = str_cut(&text, ',');
        int reason;
        if (!names_find(&SMTP_CERT_REASON_NAMES, word, &reason))
            wrong("a certificate's fault", word);
        t->reasons[t->reason_count++] = (enum smtp_cert_reason)reason;
    }
}

static const struct opening {
    str word;
    enum smtp_stage stage;
    enum smtp_end end;
} OPENINGS[] = {
    { STR_INIT("refused"), SMTP_STAGE_CONNECT, SMTP_END_REFUSED },
    { STR_INIT("silent"), SMTP_STAGE_CONNECT, SMTP_END_SILENT },
    { STR_INIT("unreachable"), SMTP_STAGE_CONNECT, SMTP_END_UNREACHABLE },
    { STR_INIT("mute"), SMTP_STAGE_GREETING, SMTP_END_SILENT },
    { STR_INIT("junk"), SMTP_STAGE_GREETING, SMTP_END_BROKEN },
};

static enum doctor_probe read_opening(str text, struct smtp_outcome *o)
{
    for (size_t i = 0; i < COUNT_OF(OPENINGS); i++) {
        if (str_eq(text, OPENINGS[i].word)) {
            o->stage = OPENINGS[i].stage;
            o->end = OPENINGS[i].end;
            o->text = STR("words of the system");
            return PROBE_GREETING;
        }
    }
    o->stage = SMTP_STAGE_GREETING;
    read_reply(text, o);
    return PROBE_GREETING;
}

/* "observed TLSv1", and what an open policy saw; or how that failed. */
static void read_observed(str text, const struct smtp_attempt *x, struct smtp_outcome *o)
{
    str word = text;
    word = str_cut(&word, ' ');
    if (begins_reply(text) || str_eq(text, STR("failed")) || str_eq(text, STR("cut"))) {
        read_tls(text, x, o);
        return;
    }
    read_tls(STR("other"), x, o);
    o->tls.reason_count = 0;
    o->tls.version = word;
}

/* text begins with the verb. */
static enum doctor_probe read_step(str text, struct arena *a, struct smtp_attempt *x,
                                   struct smtp_outcome *o)
{
    str rest = text;
    str verb = next_word(&rest);
    if (str_eq(verb, STR("tls"))) {
        read_tls(str_trim(rest), x, o);
        return PROBE_TLS;
    }
    if (str_eq(verb, STR("observed"))) {
        read_observed(str_trim(rest), x, o);
        return PROBE_OBSERVED;
    }
    if (str_eq(verb, STR("pop"))) {
        o->stage = SMTP_STAGE_AUTH;
        o->text = str_trim(rest);
        x->mechanism = STR("USER");
        if (begins_reply(o->text))
            read_reply(o->text, o);
        return PROBE_POP;
    }
    if (str_eq(verb, STR("unoffered"))) {
        read_tls(str_trim(rest), x, o);
        return PROBE_UNOFFERED;
    }
    if (str_eq(verb, STR("ehlo"))) {
        o->stage = SMTP_STAGE_EHLO;
        if (begins_reply(rest))
            read_reply(rest, o);
        else
            read_caps(rest, a, o);
        return PROBE_CAPABILITIES;
    }
    if (str_eq(verb, STR("login")) || str_eq(verb, STR("auth"))) {
        o->stage = SMTP_STAGE_AUTH;
        x->mechanism = next_word(&rest);
        if (str_starts(str_trim(rest), STR("{")))
            o->sasl = next_word(&rest);
        read_reply(rest, o);
        return str_eq(verb, STR("auth")) ? PROBE_AUTH : PROBE_LOGIN;
    }
    bool message = str_eq(verb, STR("message")), other = str_eq(verb, STR("mx"));
    if (other)
        text = str_trim(rest);
    if (message || other)
        verb = next_word(&rest);
    bool mail = str_eq(verb, STR("mail")), data = str_eq(verb, STR("data"));
    if (!mail && !data && !str_eq(verb, STR("rcpt"))) {
        enum doctor_probe probe = read_opening(text, o);
        return other ? PROBE_MX : probe;
    }
    o->stage = mail ? SMTP_STAGE_MAIL : data ? SMTP_STAGE_END_OF_DATA : SMTP_STAGE_RCPT;
    read_reply(rest, o);
    return other ? PROBE_MX : data || message ? PROBE_MESSAGE : PROBE_TRIAL;
}

/* ------------------------------------------------------------------------------------------------
 * Answers of DNS
 */
enum { SCRIPT_RECORDS = 16, SCRIPT_TTL_S = 300 };

/* Records' values, with " , " between. */
static size_t read_records(str text, enum dns_type type, struct arena *a,
                           struct dns_record out[SCRIPT_RECORDS])
{
    size_t n = 0;
    while (text.n) {
        size_t comma = str_find(text, STR(" , "));
        str value = str_trim(str_take(text, comma == STR_NOT_FOUND ? text.n : comma));
        str line = arena_printf(a, "%d %.*s %.*s", SCRIPT_TTL_S,
                                STR_ARG(names_of(&DNS_TYPE_NAMES, (int)type)), STR_ARG(value));
        if (n == SCRIPT_RECORDS || !dns_record_from_text(line, a, &out[n++]))
            wrong("a record", value);
        text = str_skip(text, comma == STR_NOT_FOUND ? text.n : comma + 3);
    }
    return n;
}

/* "dns", or "dns@WAY". */
static void read_way(str word, struct dns_question *q)
{
    str way = str_skip(word, 4);
    if (!way.n)
        q->way = DNS_BY_RESOLVER;
    else if (ip_parse(way, &q->at))
        q->way = DNS_BY_SERVER;
    else if (str_eq(way, STR("system")))
        q->way = DNS_BY_SYSTEM;
    else if (str_eq(way, STR("validator")))
        q->way = DNS_BY_VALIDATOR;
    else
        wrong("a way to ask DNS", word);
}

static void read_question(str *rest, struct dns_question *q)
{
    int type;
    read_way(next_word(rest), q);
    q->name = next_word(rest);
    str word = next_word(rest);
    if (!names_find(&DNS_TYPE_NAMES, word, &type))
        wrong("a type of records", word);
    q->type = (enum dns_type)type;
}

static bool took_word(str *rest, str word)
{
    str after = *rest;
    if (!str_eq(next_word(&after), word))
        return false;
    *rest = str_trim(after);
    return true;
}

static void read_dns(str text, struct doctor_record *r)
{
    struct dns_record records[SCRIPT_RECORDS];
    struct dns_answer a = { .ttl_s = SCRIPT_TTL_S, .records = records };
    int code;
    read_question(&text, &a.question);
    text = str_trim(text);
    a.canonical = a.question.name;
    a.server = a.question.way == DNS_BY_SERVER ? a.question.at : script_ip("192.0.2.53");
    a.authoritative = took_word(&text, STR("aa"));
    a.trust = took_word(&text, STR("secure"))  ? DNS_SECURE
              : took_word(&text, STR("bogus")) ? DNS_BOGUS
                                               : DNS_UNCHECKED;
    if (names_find(&DNS_CODE_NAMES, text, &code))
        a.code = (enum dns_code)code;
    else if (!str_eq(text, STR("none")))
        a.count = read_records(text, a.question.type, r->arena, records);
    if (!r->dns || !dns_known_put(r->dns, &a))
        wrong("too much, or there is no table", text);
}

void script_row(str text, struct doctor_record *r)
{
    struct smtp_attempt x = { .host = STR_INIT(SCRIPT_HOST), .helo = STR_INIT(SCRIPT_HELO) };
    struct smtp_outcome o = { .at_ms = r->count * 10 };
    str rest = str_trim(text);
    if (str_eq(rest, STR("lookup"))) {
        o.stage = SMTP_STAGE_CONNECT;
        o.end = SMTP_END_UNREACHABLE;
        o.text = STR("looking up mail.example.org: there is no such name");
        if (!doctor_record_add(r, PROBE_LOOKUP, &x, &o))
            wrong("too much", text);
        return;
    }
    if (str_starts(rest, STR("dns ")) || str_starts(rest, STR("dns@"))) {
        read_dns(rest, r);
        return;
    }
    read_door(next_word(&rest), &x);
    struct smtp_attempt trial = x;
    trial.from = STR(SCRIPT_OWN);
    trial.to = STR(SCRIPT_TO);
    for (str after = rest; after.n; rest = after) {
        str word = next_word(&after);
        if (word.n && word.p[0] >= 'A' && word.p[0] <= 'Z')
            trial.mechanism = word;
        else if (!take_option(word, &trial))
            break;
    }
    x.helo = trial.helo;
    x.old_helo = trial.old_helo;
    x.user = trial.user;
    x.repaired = trial.repaired;
    enum doctor_probe probe = read_step(str_trim(rest), r->arena, &x, &o);
    bool mail = o.stage >= SMTP_STAGE_MAIL && probe == PROBE_MX;
    if (probe == PROBE_TRIAL || probe == PROBE_MESSAGE || mail)
        x = trial;
    if (probe == PROBE_MX) {
        x.host = trial.host;
        x.address = trial.address;
    }
    if (!x.mechanism.n)
        x.user = STR_NONE;
    else if (!x.user.n)
        x.user = STR(SCRIPT_OWN);
    if (!doctor_record_add(r, probe, &x, &o))
        wrong("too much", text);
}

void script_record(const char *text, struct doctor_record *r)
{
    for (str rest = str_from(text); rest.p;) {
        str row = str_trim(str_cut(&rest, '|'));
        if (row.n)
            script_row(row, r);
    }
}

const char *script_judgement(const struct doctor_judgement *j, char *out, size_t room)
{
    int n = snprintf(out, room, "%.*s:", STR_ARG(names_of(&VERDICT_NAMES, (int)j->verdict)));
    for (size_t i = 0; i < j->cause_count; i++) {
        const struct finding *f = &j->causes[i];
        n += snprintf(out + n, room - (size_t)n, "%s %.*s %.*s", i ? "," : "",
                      STR_ARG(cause_of(f->cause)->name),
                      STR_ARG(names_of(&STRENGTH_NAMES, (int)f->strength)));
    }
    n += snprintf(out + n, room - (size_t)n, "%s exit %d", j->cause_count ? ";" : "",
                  doctor_exit_status(j));
    /* That a message may be sent is said of every acceptance: it is no news. */
    bool news = j->next.n && (j->verdict != VERDICT_ACCEPTED || !j->works->attempt.to.n);
    snprintf(out + n, room - (size_t)n, "%s", news ? "; next" : "");
    return out;
}
