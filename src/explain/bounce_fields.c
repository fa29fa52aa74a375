/* SPDX-License-Identifier: ISC */
/*
 * explain/bounce_fields.c - the fields of a bounce, and its refusals put together
 */
#include "explain/bounce_walk.h"
#include "mail/dsn.h"

str bounce_lowered(str text, struct arena *memory)
{
    str copy = arena_dup(memory, text);
    for (size_t i = 0; copy.p && i < copy.n; i++)
        ((char *)copy.p)[i] = to_lower(copy.p[i]);
    return copy;
}

/* ------------------------------------------------------------------------------------------------
 * Refusals: what two places say of one is put together
 */
static bool overlap(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    n = n < 24 ? n : 24;
    return n == 0 || str_eq_nocase(str_take(a, n), str_take(b, n)) ||
           str_find(a, b) != STR_NOT_FOUND || str_find(b, a) != STR_NOT_FOUND;
}

static bool same_refusal(const struct explain_said *a, const struct explain_said *b)
{
    bool known = a->recipient.n > 0 && b->recipient.n > 0;
    if (a->recipient.n == 0 && a->code == 0) /* a sentence about nobody, above what it is about */
        return true;
    if (known && !str_eq_nocase(a->recipient, b->recipient))
        return false;
    if (a->code && b->code && a->code != b->code)
        return false;
    if (known && a->code == b->code && a->code)
        return true;
    return overlap(a->text, b->text) || (known && (!a->code || !b->code));
}

static void fill(struct explain_said *into, const struct explain_said *from)
{
    if (into->by.n == 0 && into->by_address.family == IP_NONE)
        into->hop = from->hop;
    if (into->by.n == 0)
        into->by = from->by;
    if (into->by_address.family == IP_NONE)
        into->by_address = from->by_address;
    if (into->stage == SMTP_STAGE_NONE)
        into->stage = from->stage;
    if (into->enhanced.class == 0)
        into->enhanced = from->enhanced;
    if (into->code == 0 && from->code) {
        into->code = from->code;
        into->text = from->text;
        into->end = SMTP_END_REPLY;
    } else if ((from->code || !into->code) && from->text.n > into->text.n) {
        into->text = from->text;
    }
    if (into->recipient.n == 0)
        into->recipient = from->recipient;
    if (into->sender.n == 0)
        into->sender = from->sender;
    if (into->code == 0 && into->end == SMTP_END_REPLY)
        into->end = from->end;
}

struct explain_said *bounce_say(struct bounce_walk *w, const struct explain_said *said)
{
    for (size_t i = w->first; i < w->p->count; i++)
        if (same_refusal(&w->p->said[i], said)) {
            fill(&w->p->said[i], said);
            return &w->p->said[i];
        }
    struct explain_said *place = explain_say(w->p, FORM_BOUNCE);
    if (place) {
        *place = *said;
        place->form = FORM_BOUNCE;
    }
    return place;
}

/* ------------------------------------------------------------------------------------------------
 * Fields of RFC 3464
 */
static void set_server(str mta, struct explain_said *s)
{
    struct bounce_unit u = { .end = SMTP_END_REPLY };
    if (!bounce_server_read(mta, &u))
        return;
    s->by = u.host;
    s->by_address = u.address;
}

static void read_diagnostic(struct bounce_walk *w, struct mail_dsn_typed d, struct explain_said *s)
{
    str folded = d.value, lower = bounce_lowered(folded, w->p->memory);
    struct bounce_unit u;
    if (!lower.p || folded.n == 0)
        return;
    bounce_unit_read(folded, lower, folded, w->p->memory, &u);
    s->code = u.code;
    s->enhanced = u.enhanced;
    s->text = u.answer ? u.words : bounce_words(folded, 0, false, w->p->memory);
    s->stage = u.stage;
    s->end = u.answer ? SMTP_END_REPLY : u.end;
    if (s->by.n == 0 && s->by_address.family == IP_NONE) {
        s->by = u.host;
        s->by_address = u.address;
    }
}

static void say_recipient(struct bounce_walk *w, const struct mail_dsn *d,
                          const struct mail_dsn_recipient *r)
{
    struct explain_said s = { .end = SMTP_END_REPLY, .sender = w->sender };
    struct smtp_enhanced status;
    str rest;
    if (r->action != MAIL_DSN_NO_ACTION && r->action != MAIL_DSN_FAILED &&
        r->action != MAIL_DSN_DELAYED)
        return;
    if (r->diagnostic.value.n == 0 && r->remote_mta.value.n == 0 &&
        !smtp_enhanced_read(r->status, &status, &rest))
        return;
    w->failed |= r->action == MAIL_DSN_FAILED;
    w->p->facts |= r->action == MAIL_DSN_DELAYED ? FACT_DELAYED : 0;
    set_server(r->remote_mta.value, &s);
    bool remote = s.by.n > 0 || s.by_address.family != IP_NONE;
    read_diagnostic(w, r->diagnostic, &s);
    s.recipient = r->final.value.n ? r->final.value : r->original.value;
    if (s.enhanced.class == 0 && smtp_enhanced_read(r->status, &status, &rest))
        s.enhanced = status;
    if (remote && s.code)
        w->p->facts |= FACT_RELAYED;
    if (!remote && str_starts_nocase(r->diagnostic.type, STR("X-"))) {
        struct bounce_unit u = { .end = SMTP_END_REPLY };
        if (s.by.n == 0 && s.by_address.family == IP_NONE &&
            bounce_server_read(d->reporting_mta.value, &u))
            s.by = u.host;
        s.hop = HOP_SUBMISSION;
    }
    bounce_say(w, &s);
}

/* The reverse-path, as Postfix notes it. */
static void read_others(struct bounce_walk *w, const struct mail_field *f, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_ends_nocase(f[i].name, STR("-Sender"))) {
            str rest = f[i].value, type = str_cut(&rest, ';');
            (void)type;
            if (rest.p)
                w->sender = str_trim(rest);
        }
}

void bounce_read_fields(struct bounce_walk *w, str region)
{
    struct mail_dsn d;
    if (w->regions == BOUNCE_REGIONS_MAX || !mail_dsn_read(region, w->p->memory, &d, NULL))
        return;
    w->regions++;
    read_others(w, d.others, d.others_count);
    if (d.reporting_mta.value.n && bounce_host_at(d.reporting_mta.value).n)
        w->reporter = bounce_host_at(d.reporting_mta.value);
    for (size_t i = 0; i < d.count; i++)
        say_recipient(w, &d, &d.recipients[i]);
    w->p->left_out += d.left_out;
}
