/* SPDX-License-Identifier: ISC */
/*
 * explain/bounce_json.c - events of services that send mail for others
 *
 * Amazon SES, SendGrid, Mailgun, SparkPost, Postmark, Mandrill each tell of a bounce as JSON, with keys of their own.
 * What is pasted is often a piece, escaped twice, or printed by a program in its own way: so keys and values are
 * taken as they come, and a closing brace ends what belongs together.
 */
#include "explain/bounce.h"
#include <string.h>

enum what { REASON, RECIPIENT, HOST, CODE, STATUS, SENDER };
static const struct key {
    str name;
    enum what what;
} KEYS[] = {
    { STR_INIT("diagnosticCode"), REASON }, /* SES */
    { STR_INIT("emailAddress"), RECIPIENT },
    { STR_INIT("reportingMTA"), HOST },
    { STR_INIT("remoteMtaIp"), HOST },
    { STR_INIT("status"), STATUS },
    { STR_INIT("source"), SENDER },
    { STR_INIT("reason"), REASON }, /* SendGrid, Mailgun */
    { STR_INIT("email"), RECIPIENT },
    { STR_INIT("message"), REASON }, /* Mailgun's delivery-status */
    { STR_INIT("description"), REASON },
    { STR_INIT("recipient"), RECIPIENT },
    { STR_INIT("mx-host"), HOST },
    { STR_INIT("code"), CODE },
    { STR_INIT("enhanced-code"), STATUS },
    { STR_INIT("raw_reason"), REASON }, /* SparkPost */
    { STR_INIT("rcpt_to"), RECIPIENT },
    { STR_INIT("error_code"), CODE },
    { STR_INIT("msg_from"), SENDER },
    { STR_INIT("Email"), RECIPIENT }, /* Postmark */
    { STR_INIT("Details"), REASON },
    { STR_INIT("diag"), REASON }, /* Mandrill */
    { STR_INIT("response"), REASON },
};

struct event {
    str reason, recipient, host, status, sender;
    unsigned code;
};

/* A string or number behind a key's colon. */
static bool read_value(str *rest, str *out)
{
    size_t i = 0;
    str s = *rest;
    while (i < s.n && i < 64 && strchr(" \t\r\n:", s.p[i]))
        i++;
    bool quoted = i < s.n && s.p[i] == '"';
    size_t begin = i + quoted, end = begin;
    while (end < s.n && (quoted ? s.p[end] != '"' : is_digit(s.p[end]) || s.p[end] == '.')) {
        end += s.p[end] == '\\' && end + 1 < s.n;
        end++;
    }
    if (end > s.n)
        end = s.n;
    *out = str_skip(str_take(s, end), begin);
    *rest = str_skip(s, end + (quoted && end < s.n));
    return out->n > 0;
}

static void put(struct event *e, enum what what, str value)
{
    uint64_t code;
    switch (what) {
    case REASON:
        if (value.n > e->reason.n && value.n > 3)
            e->reason = value;
        break;
    case RECIPIENT:
        if (str_find_octet(value, '@') != STR_NOT_FOUND)
            e->recipient = value;
        break;
    case HOST: e->host = value; break;
    case STATUS: e->status = value; break;
    case SENDER: e->sender = value; break;
    case CODE:
        if (str_to_u64(value, 599, &code) && code >= 400)
            e->code = (unsigned)code;
        break;
    }
}

static void set_answer(const struct event *e, struct arena *memory, struct explain_said *s)
{
    struct bounce_unit u;
    str folded = bounce_words(e->reason, 0, false, memory), lower = arena_dup(memory, folded), rest;
    for (size_t i = 0; lower.p && i < lower.n; i++)
        ((char *)lower.p)[i] = to_lower(lower.p[i]);
    if (lower.p)
        bounce_unit_read(folded, lower, folded, memory, &u);
    else
        u = (struct bounce_unit){ .end = SMTP_END_REPLY };
    s->text = u.answer ? u.words : folded;
    s->code = u.code ? u.code : e->code;
    s->enhanced = u.enhanced;
    s->stage = u.stage;
    if (s->enhanced.class == 0 && !smtp_enhanced_read(e->status, &s->enhanced, &rest))
        s->enhanced = (struct smtp_enhanced){ 0 };
    str host = e->host;
    if (str_starts_nocase(host, STR("dns;")))
        host = str_skip(host, 4);
    if (u.host.n == 0 && u.address.family == IP_NONE && !bounce_server_read(host, &u))
        return;
    s->by = u.host;
    s->by_address = u.address;
}

static bool flush(struct event *e, struct explain_page *p)
{
    if (e->reason.n == 0 || (e->code == 0 && e->status.n == 0 && e->reason.n < 8))
        return false;
    struct explain_said *s = explain_say(p, FORM_BOUNCE);
    if (s) {
        set_answer(e, p->memory, s);
        s->recipient = e->recipient;
        s->sender = e->sender;
    }
    e->reason = e->status = STR_NONE;
    e->code = 0;
    return true;
}

/* Recipients and hosts may be told behind the object that has the reason. */
static void fill_in(const struct event *e, struct explain_page *p, size_t first)
{
    for (size_t i = first; i < p->count; i++) {
        struct bounce_unit u = { .end = SMTP_END_REPLY };
        if (p->said[i].recipient.n == 0)
            p->said[i].recipient = e->recipient;
        if (p->said[i].sender.n == 0)
            p->said[i].sender = e->sender;
        if (p->said[i].by.n == 0 && bounce_server_read(e->host, &u))
            p->said[i].by = u.host;
    }
}

void bounce_json_read(struct explain_page *p, str text)
{
    struct event e = { 0 };
    size_t first = p->count;
    for (str rest = text; rest.n > 0;) {
        char c = rest.p[0];
        rest = str_skip(rest, 1);
        if (c == '}')
            flush(&e, p);
        if (c != '"')
            continue;
        for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
            str value, behind = str_skip(rest, KEYS[i].name.n + 1);
            if (!str_starts(rest, KEYS[i].name) || rest.n <= KEYS[i].name.n ||
                rest.p[KEYS[i].name.n] != '"')
                continue;
            if (read_value(&behind, &value)) {
                put(&e, KEYS[i].what, value);
                rest = behind;
            }
            break;
        }
    }
    flush(&e, p);
    fill_in(&e, p, first);
    if (p->count > first)
        p->facts |= FACT_RELAYED;
}
