/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_text.c - the answer for a person: the sentence, what to do, the proof, the details
 */
#include "base/escape.h"
#include "base/wrap.h"
#include "doctor/report.h"
#include "settings/settings.h"

static const char *paint(const struct doctor_report *r, const char *code)
{
    return r->color ? code : "";
}
#define BOLD(r)  paint(r, "\033[1m")
#define RED(r)   paint(r, "\033[31m")
#define GREEN(r) paint(r, "\033[32m")
#define PLAIN(r) paint(r, "\033[0m")

static void wrapped(struct buf *out, size_t indent, str text)
{
    wrap_words(out, indent, indent, text);
}

static const struct cause *answer(const struct doctor_report *r)
{
    const struct doctor_judgement *j = r->judgement;
    return j->cause_count ? cause_of(j->causes[0].cause) : NULL;
}

static bool has_recipient(const struct doctor_report *r)
{
    return r->asked->attempt.to.n > 0;
}

/* Silence has several causes that look alike from here: none of them is the headline. */
static bool only_silence(const struct doctor_judgement *j)
{
    return j->no_octet && j->cause_count && j->causes[0].strength == STRENGTH_POSSIBLE;
}

bool doctor_report_summary(const struct doctor_report *r, struct buf *out)
{
    const struct doctor_judgement *j = r->judgement;
    const struct cause *c = answer(r);
    if (j->verdict == VERDICT_ACCEPTED && r->stats->data_sent)
        return buf_add(out, STR("Accepted: the server took a message with these settings."));
    if (j->verdict == VERDICT_ACCEPTED && has_recipient(r))
        return buf_add(
            out, STR("Accepted as asked, up to the recipient: these settings work. No message "
                     "was sent."));
    if (j->verdict == VERDICT_ACCEPTED)
        return buf_add(
            out, STR("Accepted as far as it was tried: without --to, relaying itself was not."));
    if (c && !only_silence(j)) {
        buf_add(out, c->title);
        buf_add(out, STR(". "));
        return buf_add(out, c->sentence);
    }
    if (j->no_octet)
        return buf_add(out,
                       STR("No server answered: what stands in the way cannot be told from here."));
    return buf_add(out, STR("The cause is not known: what was seen fits more than one."));
}

static void headline(const struct doctor_report *r, struct buf *out)
{
    const struct cause *c = answer(r);
    if (r->judgement->verdict != VERDICT_ACCEPTED && c && !only_silence(r->judgement)) {
        str strength = names_of(&STRENGTH_NAMES, (int)r->judgement->causes[0].strength);
        buf_addf(out, "%s%.*s%s  (%.*s, %.*s)\n", BOLD(r), STR_ARG(c->title), PLAIN(r),
                 STR_ARG(c->name), STR_ARG(strength));
        wrapped(out, 0, c->sentence);
        return;
    }
    struct buf s;
    buf_init(&s, 4096);
    doctor_report_summary(r, &s);
    buf_addf(out, "%s%.*s%s\n", BOLD(r), STR_ARG(buf_str(&s)), PLAIN(r));
    buf_done(&s);
}

static void indented(struct buf *out, str text)
{
    while (text.p && text.n) {
        str line = str_cut(&text, '\n');
        buf_add(out, STR("    "));
        escape_line(line, out);
        buf_addc(out, '\n');
    }
}

static void add_settings(const struct doctor_report *r, struct buf *out)
{
    struct buf b;
    struct err e;
    if (!r->judgement->works || !settings_program_at(0))
        return;
    buf_init(&b, 16384);
    if (settings_write(settings_program_at(0), &r->judgement->works->attempt, &b, &e)) {
        buf_addf(out, "\n%sSettings that work%s\n", BOLD(r), PLAIN(r));
        indented(out, buf_str(&b));
    }
    buf_done(&b);
}

static void what_to_do(const struct doctor_report *r, struct buf *out)
{
    str step[DOCTOR_STEPS_MAX];
    size_t n = doctor_steps(r, step);
    if (n)
        buf_addf(out, "\n%sDo this%s\n", BOLD(r), PLAIN(r));
    for (size_t i = 0; i < n; i++) {
        buf_addf(out, "  %zu. ", i + 1);
        wrapped(out, 5, step[i]);
    }
    add_settings(r, out);
}

static void evidence_line(const struct doctor_report *r, const char *label, unsigned id,
                          struct buf *out)
{
    const struct doctor_evidence *ev = doctor_record_row(r->record, id);
    if (!ev)
        return;
    struct buf
        said; /* masked before it is wrapped: a line break would hide a secret from the mask */
    buf_init(&said, (size_t)1 << 20);
    secret_mask_apply(r->mask, doctor_evidence_said(ev, r->record->arena), &said);
    buf_addf(out, "  %-9s ", label);
    wrapped(out, 12, buf_str(&said));
    buf_done(&said);
}

static const char *proof_label(const struct doctor_evidence *ev)
{
    if (ev->probe == PROBE_CAPABILITIES)
        return "offers";
    if (ev->probe == PROBE_TLS && ev->outcome.tls.done)
        return ev->outcome.tls.verified ? "secured" : "refused";
    if (ev->outcome.end == SMTP_END_SILENT)
        return "silent";
    if (ev->outcome.end == SMTP_END_REFUSED)
        return "closed";
    return doctor_evidence_good(ev) ? "accepted" : "refused";
}

static void proof_of(const struct doctor_report *r, const struct finding *f, struct buf *out)
{
    for (size_t k = 0; k < FINDING_EVIDENCE && f->for_it[k]; k++) {
        const struct doctor_evidence *ev = doctor_record_row(r->record, f->for_it[k]);
        if (ev)
            evidence_line(r, proof_label(ev), ev->id, out);
    }
    const struct cause *c = cause_of(f->cause);
    if (f->against_neighbours[0])
        buf_add(out, STR("  Beside it was seen:\n"));
    for (size_t k = 0; k < FINDING_EVIDENCE && f->against_neighbours[k]; k++) {
        const struct doctor_evidence *ev = doctor_record_row(r->record, f->against_neighbours[k]);
        if (ev)
            evidence_line(r, proof_label(ev), ev->id, out);
    }
    buf_add(out, STR("  How this cause is told from others: "));
    wrap_words(out, 38, 2, c->told_apart);
}

/* Without a cause: each place where something stopped, and how. */
static void what_was_seen(const struct doctor_report *r, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < r->record->count; i++) {
        const struct doctor_evidence *ev = &r->record->rows[i];
        if (doctor_evidence_good(ev))
            continue;
        if (!any)
            buf_addf(out, "\n%sWhat was seen%s\n", BOLD(r), PLAIN(r));
        any = true;
        evidence_line(r, proof_label(ev), ev->id, out);
    }
}

static void proof(const struct doctor_report *r, struct buf *out)
{
    const struct doctor_judgement *j = r->judgement;
    if (!j->cause_count) {
        if (j->verdict != VERDICT_ACCEPTED)
            what_was_seen(r, out);
        return;
    }
    buf_addf(out, "\n%s%s%s\n", BOLD(r),
             j->causes[0].strength == STRENGTH_PROVED ? "The proof" : "What it rests on", PLAIN(r));
    proof_of(r, &j->causes[0], out);
    for (size_t i = 1; i < j->cause_count; i++) {
        const struct cause *c = cause_of(j->causes[i].cause);
        str line = arena_printf(r->record->arena, "%.*s (%.*s, %.*s)", STR_ARG(c->title),
                                STR_ARG(c->name),
                                STR_ARG(names_of(&STRENGTH_NAMES, (int)j->causes[i].strength)));
        buf_add(out, STR("  Also: "));
        wrapped(out, 8, line);
    }
}

static const char *state_paint(const struct doctor_report *r, enum doctor_state s)
{
    return s == STATE_ACCEPTED ? GREEN(r) : s == STATE_REFUSED ? RED(r) : "";
}

static void add_cell(const struct doctor_report *r, const struct doctor_cell *c, struct buf *out)
{
    static const str SECURITY[] = { [SMTP_SECURITY_NONE] = STR_INIT("no encryption"),
                                    [SMTP_SECURITY_STARTTLS] = STR_INIT("STARTTLS"),
                                    [SMTP_SECURITY_TLS] = STR_INIT("SSL/TLS") };
    char ip[IP_TEXT_MAX];
    bool painted = c->s.state == STATE_ACCEPTED || c->s.state == STATE_REFUSED;
    buf_addf(out, "  %-15s %5u  %-13.*s  %-8s  %s%-11.*s%s  ", ip_text(&c->at.address, ip),
             c->at.port, STR_ARG(SECURITY[c->at.security]),
             smtp_attempt_logs_in(&c->at) ? "login" : "no login", state_paint(r, c->s.state),
             STR_ARG(names_of(&STATE_NAMES, (int)c->s.state)), painted ? PLAIN(r) : "");
    if (c->s.state != STATE_NOT_TESTED && !c->s.played)
        buf_add(out, STR("inferred  "));
    if (c->s.by && c->s.by->outcome.code && c->s.played) {
        str first = c->s.by->outcome.text;
        struct buf masked; /* before it is cut, for the same reason */
        buf_init(&masked, (size_t)1 << 20);
        secret_mask_apply(r->mask, str_cut(&first, '\n'), &masked);
        buf_addf(out, "%u ", c->s.by->outcome.code);
        escape_line(str_take(buf_str(&masked), 60), out);
        buf_done(&masked);
    }
    while (out->n && out->p[out->n - 1] == ' ')
        out->n--;
    buf_addc(out, '\n');
}

/* A port that nobody answered on is one line, not one for each way to talk to it. */
static bool is_dead(const struct doctor_cell *c)
{
    return (c->s.state == STATE_CLOSED || c->s.state == STATE_SILENT) &&
           c->s.by->outcome.stage == SMTP_STAGE_CONNECT;
}

static void add_dead_port(const struct doctor_cell *c, struct buf *out)
{
    char ip[IP_TEXT_MAX];
    buf_addf(out, "  %-15s %5u  %.*s\n", ip_text(&c->at.address, ip), c->at.port,
             STR_ARG(names_of(&STATE_NAMES, (int)c->s.state)));
}

static void details(const struct doctor_report *r, struct buf *out)
{
    struct doctor_cell cells[DOCTOR_CELLS_MAX];
    size_t n = doctor_cells(r->asked, r->record, r->judgement, cells);
    if (n)
        buf_addf(out, "\n%sDetails%s\n", BOLD(r), PLAIN(r));
    for (size_t i = 0; i < n; i++) {
        if (!is_dead(&cells[i]))
            add_cell(r, &cells[i], out);
        else if (i == 0 || cells[i - 1].at.port != cells[i].at.port)
            add_dead_port(&cells[i], out);
    }
}

static void notes(const struct doctor_report *r, struct buf *out)
{
    for (size_t i = 0; i < r->judgement->note_count; i++) {
        buf_add(out, STR("\nNote  "));
        wrapped(out, 6, note_of(r->judgement->notes[i])->sentence);
    }
}

static const char *plural(unsigned n)
{
    return n == 1 ? "" : "s";
}

/* What became of the message of --send, and of a second one. */
static const char *message_words(const struct doctor_report *r)
{
    unsigned taken = 0, offered = 0;
    for (size_t i = 0; i < r->record->count; i++) {
        const struct doctor_evidence *ev = &r->record->rows[i];
        if (ev->probe != PROBE_MESSAGE || ev->outcome.stage < SMTP_STAGE_DATA)
            continue;
        offered++;
        taken += doctor_evidence_good(ev);
    }
    if (!r->stats->data_sent)
        return "no message sent";
    if (offered > 1)
        return taken ? "2 messages offered, and 1 of them sent"
                     : "2 messages offered, and not taken";
    if (offered)
        return taken ? "1 message sent" : "1 message offered, and not taken";
    return "1 message begun";
}

bool doctor_report_footer(const struct doctor_report *r, struct buf *out)
{
    const struct doctor_stats *s = r->stats;
    char ip[IP_TEXT_MAX];
    bool stood = s->source.family != IP_NONE;
    str line = arena_printf(r->record->arena,
                            "Tested from %s in %llu.%02llu s: %u connection%s, %u login%s tried, "
                            "%u refusal%s caused, %s.",
                            stood ? ip_text(&s->source, ip) : "this machine (no connection stood)",
                            (unsigned long long)s->wall_ms / 1000,
                            (unsigned long long)s->wall_ms % 1000 / 10, s->connections,
                            plural(s->connections), s->auth_attempts, plural(s->auth_attempts),
                            s->refusals_caused, plural(s->refusals_caused), message_words(r));
    return line.p && buf_add(out, line);
}

static void footer(const struct doctor_report *r, struct buf *out)
{
    struct buf line;
    buf_init(&line, 4096);
    out->failed |= !doctor_report_footer(r, &line);
    buf_addc(out, '\n');
    wrapped(out, 0, buf_str(&line));
    buf_done(&line);
}

static void whole(const struct doctor_report *r, struct buf *out)
{
    headline(r, out);
    what_to_do(r, out);
    proof(r, out);
    if (r->judgement->next.n) {
        buf_addf(out, "\n%sNext%s\n  ", BOLD(r), PLAIN(r));
        wrapped(out, 2, r->judgement->next);
    }
    details(r, out);
    notes(r, out);
    footer(r, out);
}

bool doctor_report_text(const struct doctor_report *r, struct buf *out)
{
    struct buf text;
    buf_init(&text, (size_t)1 << 20);
    whole(r, &text);
    bool ok = buf_ok(&text) && secret_mask_apply(r->mask, buf_str(&text), out);
    buf_done(&text);
    return ok;
}
