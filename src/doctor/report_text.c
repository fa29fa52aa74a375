/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_text.c - the answer for a person: the sentence, what to do, the proof, the details
 */
#include "base/escape.h"
#include "base/wrap.h"
#include "doctor/mx_table.h"
#include "doctor/report.h"
#include "doctor/report_config.h"
#include "doctor/report_dns.h"
#include "settings/settings.h"
#include <stdio.h>
#include <string.h>

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
    if (judge_is_nowhere(r->asked, r->record))
        return buf_add(out, STR("No server is known that takes mail from this address, and so none "
                                "was tried."));
    if (j->no_octet)
        return buf_add(out,
                       STR("No server answered: what stands in the way cannot be told from here."));
    return buf_add(out, STR("The cause is not known: what was seen fits more than one."));
}

/* Bold, over as many lines as it takes. */
static void bold(const struct doctor_report *r, str text, str more, struct buf *out)
{
    bool fits = text.n + more.n <= WRAP_COLUMNS;
    buf_add(out, str_from(BOLD(r)));
    wrapped(out, 0, text);
    out->n -= buf_ok(out); /* the line's end, behind what ends the bold */
    buf_addf(out, "%s%s%.*s\n", PLAIN(r), more.n && !fits ? "\n" : "",
             STR_ARG(fits ? more : str_trim(more)));
}

str doctor_own_answer(const struct doctor_report *r)
{
    const struct doctor_evidence *ev = r->judgement->asked;
    if (!ev || doctor_evidence_good(ev))
        return STR_NONE;
    str words = doctor_evidence_said(ev, r->record->arena);
    size_t step = str_find(words, STR(": ")); /* behind the place, which is known */
    return str_skip(words, step == STR_NOT_FOUND ? 0 : step + 2);
}

static void own_answer(const struct doctor_report *r, struct buf *out)
{
    str words = doctor_own_answer(r);
    struct buf said;
    if (!words.n)
        return;
    buf_init(&said, (size_t)1 << 20);
    secret_mask_apply(r->mask, words, &said);
    buf_add(out, STR("With your settings: "));
    wrap_words(out, 20, 0, buf_str(&said));
    buf_done(&said);
}

/* Does the first cause lean on a mistake of the program's file? */
static bool by_file(const struct doctor_report *r)
{
    const struct finding *f = &r->judgement->causes[0];
    for (size_t k = 0; k < FINDING_EVIDENCE; k++)
        if (doctor_config_mistake(r->asked->config, f->for_it[k]))
            return true;
    return false;
}

static void headline(const struct doctor_report *r, struct buf *out)
{
    const struct cause *c = answer(r);
    if (r->judgement->verdict != VERDICT_ACCEPTED && c) {
        str strength = names_of(&STRENGTH_NAMES, (int)r->judgement->causes[0].strength);
        bold(r, c->title,
             arena_printf(r->record->arena, "  (%.*s, %.*s)", STR_ARG(c->name), STR_ARG(strength)),
             out);
        wrapped(out, 0, c->sentence);
        return;
    }
    struct buf s;
    buf_init(&s, 4096);
    doctor_report_summary(r, &s);
    bold(r, buf_str(&s), STR_NONE, out);
    if (r->judgement->verdict == VERDICT_ACCEPTED && c && by_file(r))
        wrapped(out, 0,
                arena_printf(
                    r->record->arena, "But by its file: %.*s. (%.*s, %.*s)", STR_ARG(c->title),
                    STR_ARG(c->name),
                    STR_ARG(names_of(&STRENGTH_NAMES, (int)r->judgement->causes[0].strength))));
    if (r->judgement->verdict != VERDICT_ACCEPTED)
        own_answer(r, out);
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
    const struct settings_program *p = r->program ? r->program : settings_program_at(0);
    if (!r->judgement->works || !p)
        return;
    buf_init(&b, SETTINGS_TEXT_MAX);
    const struct settings wanted = doctor_settings_of(r, &r->judgement->works->attempt, p);
    bool written = settings_write(p, &wanted, &b, &e);
    if (written || r->program)
        buf_addf(out, "\n%sSettings that work%s%.*s%s\n", BOLD(r), r->program ? ", for " : "",
                 STR_ARG(r->program ? p->title : STR("")), PLAIN(r));
    if (written)
        indented(out, buf_str(&b));
    else if (r->program) {
        buf_add(out, STR("    "));
        wrapped(out, 4, str_from(e.why));
    }
    buf_done(&b);
}

/* Lines of the user's own file. */
static void add_diff(const struct doctor_report *r, struct buf *out)
{
    const struct doctor_config *c = r->asked->config;
    if (!c || !c->diff.n)
        return;
    buf_addf(out, "\n%sIn the file%s (with --in-place it is done, and a copy is kept)\n", BOLD(r),
             PLAIN(r));
    indented(out, c->diff);
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
    add_diff(r, out);
    add_settings(r, out);
}

static void said_line(const struct doctor_report *r, const char *label, str words, struct buf *out)
{
    struct buf
        said; /* masked before it is wrapped: a line break would hide a secret from the mask */
    buf_init(&said, (size_t)1 << 20);
    secret_mask_apply(r->mask, words, &said);
    buf_addf(out, "  %-9s ", label);
    wrapped(out, 12, buf_str(&said));
    buf_done(&said);
}

static void evidence_line(const struct doctor_report *r, const char *label, unsigned id,
                          struct buf *out)
{
    const struct doctor_evidence *ev = doctor_record_row(r->record, id);
    if (ev)
        said_line(r, label, doctor_evidence_said(ev, r->record->arena), out);
}

str doctor_proof_said(const struct finding *f, const struct doctor_evidence *ev, struct arena *a)
{
    struct smtp_caps c;
    struct buf name;
    str words = doctor_evidence_said(ev, a), more = STR_NONE;
    if (f->cause == CAUSE_MESSAGE_TOO_LARGE && doctor_evidence_caps(ev, &c) && c.size_max)
        more = arena_printf(a, "%.*s, and SIZE: messages of at most %llu octets", STR_ARG(words),
                            (unsigned long long)c.size_max);
    bool named = ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE;
    if (f->cause != CAUSE_EHLO_NAME_REFUSED || !named || !ev->attempt.helo.n)
        return more.n ? more : words;
    buf_init(&name, (size_t)4 * 1024);
    escape_line(ev->attempt.helo, &name);
    more = arena_printf(a, "%.*s (with EHLO %.*s)", STR_ARG(words), STR_ARG(buf_str(&name)));
    buf_done(&name);
    return more.n ? more : words;
}

static const char *proof_label(const struct doctor_evidence *ev)
{
    if (ev->probe == PROBE_CAPABILITIES)
        return ev->attempt.old_helo ? "answered" : "offers";
    if (ev->probe == PROBE_TLS && ev->outcome.tls.done)
        return ev->outcome.tls.verified ? "secured" : "refused";
    if (ev->outcome.end == SMTP_END_SILENT)
        return "silent";
    if (ev->outcome.end == SMTP_END_REFUSED)
        return "closed";
    return doctor_evidence_good(ev) ? "accepted" : "refused";
}

static void proof_lines(const struct doctor_report *r, const struct finding *f,
                        const unsigned ids[FINDING_EVIDENCE], struct buf *out)
{
    struct arena *a = r->record->arena;
    for (size_t k = 0; k < FINDING_EVIDENCE && ids[k]; k++) {
        const struct doctor_evidence *ev = doctor_record_row(r->record, ids[k]);
        const struct dns_answer *answer = doctor_record_answer(r->record, ids[k]);
        if (ev)
            said_line(r, proof_label(ev), doctor_proof_said(f, ev, a), out);
        if (answer)
            said_line(r, "DNS", doctor_answer_said(answer, a), out);
        const struct doctor_config_mistake *m = doctor_config_mistake(r->asked->config, ids[k]);
        if (m)
            said_line(r, "file", doctor_config_said(r->asked->config, m, a), out);
    }
}

static void proof_of(const struct doctor_report *r, const struct finding *f, struct buf *out)
{
    const struct cause *c = cause_of(f->cause);
    proof_lines(r, f, f->for_it, out);
    if (f->against_neighbours[0])
        buf_add(out, STR("  Beside it was seen:\n"));
    proof_lines(r, f, f->against_neighbours, out);
    buf_add(out, STR("  How this cause is told from others: "));
    wrap_words(out, 38, 2, c->told_apart);
}

bool doctor_row_tells(const struct doctor_record *record, const struct doctor_evidence *ev)
{
    const struct doctor_evidence *tls = doctor_record_greeting(record, &ev->attempt, true);
    bool its_way = ev->probe == PROBE_GREETING && ev->attempt.security != SMTP_SECURITY_TLS &&
                   ev->outcome.end == SMTP_END_SILENT && ev->outcome.stage == SMTP_STAGE_GREETING &&
                   tls && doctor_evidence_good(tls);
    return !doctor_evidence_good(ev) && !its_way;
}

bool doctor_row_repeats(const struct doctor_record *record, const struct doctor_evidence *ev)
{
    str said = doctor_evidence_said(ev, record->arena);
    for (unsigned id = 1; id < ev->id; id++) {
        const struct doctor_evidence *other = doctor_record_row(record, id);
        if (other->probe == ev->probe && other->attempt.port == ev->attempt.port &&
            str_eq(doctor_evidence_said(other, record->arena), said))
            return true;
    }
    return false;
}

/* Without a cause: each place where something stopped, and how. */
static void what_was_seen(const struct doctor_report *r, struct buf *out)
{
    bool any = false;
    for (size_t i = 0; i < r->record->count; i++) {
        const struct doctor_evidence *ev = &r->record->rows[i];
        if (!doctor_row_tells(r->record, ev) || doctor_row_repeats(r->record, ev))
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

/* ------------------------------------------------------------------------------------------------
 * Details: a line for each way to talk to a port, a column without and one with a login
 */
enum { CELL_COLUMNS = 26 };

static const char *state_paint(const struct doctor_report *r, enum doctor_state s)
{
    return s == STATE_ACCEPTED ? GREEN(r) : s == STATE_REFUSED ? RED(r) : "";
}

static str state_words(const struct doctor_cell *c)
{
    static const str WORDS[] = {
        [STATE_NOT_TESTED] = STR_INIT("not tested"), [STATE_ACCEPTED] = STR_INIT("accepted"),
        [STATE_REFUSED] = STR_INIT("refused"),       [STATE_NOT_OFFERED] = STR_INIT("not offered"),
        [STATE_CLOSED] = STR_INIT("closed"),         [STATE_SILENT] = STR_INIT("silent")
    };
    return (size_t)c->s.state < COUNT_OF(WORDS) ? WORDS[c->s.state] : STR("not known");
}

static bool is_inferred(const struct doctor_cell *c)
{
    return c->s.state != STATE_NOT_TESTED && !c->s.played;
}

/* The user's cell, and what works there is not what he has. */
static bool works_otherwise(const struct doctor_report *r, const struct doctor_cell *c)
{
    return doctor_cell_works(r->judgement, c) && doctor_cell_is_asked(r->asked, r->judgement, c) &&
           doctor_works_with(r->asked, r->judgement);
}

static const char *mark_of(const struct doctor_report *r, const struct doctor_cell *c)
{
    bool works = doctor_cell_works(r->judgement, c);
    if (works_otherwise(r, c))
        return " (yours +)";
    if (doctor_cell_is_asked(r->asked, r->judgement, c))
        return works ? " (yours, works)" : " (yours)";
    return works ? " (works)" : "";
}

/* Behind the state: the code of the reply, or a star; then whose cell it is. What does not fit is left
 * out, code by code. */
static void behind_state(const struct doctor_report *r, const struct doctor_cell *c, size_t room,
                         char out[64])
{
    char enhanced[SMTP_ENHANCED_MAX] = "", code[16] = "";
    const struct smtp_outcome *o = c->s.by && c->s.played && c->s.by->outcome.code
                                       ? &c->s.by->outcome
                                       : NULL;
    const char *mark = mark_of(r, c);
    if (o)
        snprintf(code, sizeof code, " %u", o->code);
    if (o && o->enhanced.class)
        smtp_enhanced_text(&o->enhanced, enhanced);
    if (strlen(code) + 1 + strlen(enhanced) + strlen(mark) > room)
        *enhanced = '\0';
    if (strlen(code) + strlen(mark) > room)
        *code = '\0';
    snprintf(out, 64, "%s%s%s%s%s", code, *enhanced ? " " : "", enhanced,
             is_inferred(c) ? " *" : "", mark);
}

static void add_cell(const struct doctor_report *r, const struct doctor_cell *c, bool last,
                     struct buf *out)
{
    char behind[64];
    str state = state_words(c);
    bool painted = c->s.state == STATE_ACCEPTED || c->s.state == STATE_REFUSED;
    behind_state(r, c, CELL_COLUMNS - state.n, behind);
    buf_addf(out, "%s%.*s%s", state_paint(r, c->s.state), STR_ARG(state), painted ? PLAIN(r) : "");
    buf_addf(out, "%s%*s", behind, last ? 0 : (int)(CELL_COLUMNS - state.n - strlen(behind)), "");
}

static void add_lane(const struct doctor_report *r, const struct doctor_lane *l, struct buf *out)
{
    static const char *const SECURITY[] = { [SMTP_SECURITY_NONE] = "no encryption",
                                            [SMTP_SECURITY_STARTTLS] = "STARTTLS",
                                            [SMTP_SECURITY_TLS] = "SSL/TLS" };
    const struct smtp_attempt *at = &l->cells[0]->at;
    buf_addf(out, "  %5u  %-13s  ", at->port, l->dead ? "any security" : SECURITY[at->security]);
    add_cell(r, l->cells[0], false, out);
    buf_add(out, STR("  "));
    add_cell(r, l->cells[1], true, out);
    buf_addc(out, '\n');
}

static void add_head(const struct doctor_lane *l, struct buf *out)
{
    char ip[IP_TEXT_MAX];
    const char *text = ip_text(&l->cells[0]->at.address, ip);
    buf_addf(out, "  %-20s  ", text);
    if (strlen(text) > 20)
        buf_addf(out, "\n  %20s  ", "");
    buf_addf(out, "%-*s  with a login\n", CELL_COLUMNS, "without a login");
}

static void details(const struct doctor_report *r, struct buf *out)
{
    struct doctor_cell cells[DOCTOR_CELLS_MAX];
    struct doctor_lane lanes[DOCTOR_LANES_MAX];
    size_t n = doctor_cells(r->asked, r->record, r->judgement, cells);
    size_t count = doctor_lanes(r->asked, r->judgement, cells, n, lanes);
    bool inferred = false, otherwise = false;
    if (count)
        buf_addf(out, "\n%sDetails%s\n", BOLD(r), PLAIN(r));
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || !doctor_lanes_same_address(&lanes[i - 1], &lanes[i]))
            add_head(&lanes[i], out);
        add_lane(r, &lanes[i], out);
        inferred |= is_inferred(lanes[i].cells[0]) || is_inferred(lanes[i].cells[1]);
        otherwise |= works_otherwise(r, lanes[i].cells[0]) || works_otherwise(r, lanes[i].cells[1]);
    }
    if (otherwise)
        buf_addf(out, "  + works with %s, and not as you have it\n",
                 doctor_works_with(r->asked, r->judgement));
    if (inferred)
        buf_add(out, STR("  * inferred from what the server showed, and not played\n"));
}

static void served(const struct doctor_report *r, struct buf *out)
{
    struct doctor_mx_table t;
    if (!doctor_mx_table_tells(r->record, r->judgement))
        return;
    doctor_mx_table(r->asked, r->record, &t);
    if (!t.count)
        return;
    buf_addf(out, "\n%sWho takes mail for ", BOLD(r));
    escape_line(t.domain, out);
    buf_addf(out, "%s\n", PLAIN(r));
    for (size_t i = 0; i < t.count; i++) {
        const struct doctor_mx_row *row = &t.rows[i];
        char ip[IP_TEXT_MAX];
        str by = doctor_mx_named_by(row), state = names_of(&STATE_NAMES, (int)row->state);
        bool painted = row->state == STATE_ACCEPTED || row->state == STATE_REFUSED;
        buf_add(out, STR("  "));
        escape_line(row->host, out);
        if (row->address.family != IP_NONE)
            buf_addf(out, " (%s)", ip_text(&row->address, ip));
        buf_addf(out, "%s  %s%.*s%s", row->asked ? ", the server asked:" : ":",
                 state_paint(r, row->state),
                 STR_ARG(row->state == STATE_NOT_TESTED ? STR("not tested") : state),
                 painted ? PLAIN(r) : "");
        if (row->by && row->by->outcome.code)
            buf_addf(out, " %u", row->by->outcome.code);
        buf_addf(out, "%s%.*s\n", by.n ? ", named " : ", not named by DNS", STR_ARG(by));
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

/* Beside the answer: what the pasted error says by its words alone. */
static void pasted(const struct doctor_report *r, struct buf *out)
{
    const struct doctor_pasted *p = &r->asked->pasted;
    const struct cause *c = cause_of(p->cause);
    struct buf line;
    if (!r->asked->pasted_error.n)
        return;
    buf_init(&line, 4096);
    if (c)
        buf_addf(&line, "By its words: %.*s [%.*s], %d %% sure", STR_ARG(c->title),
                 STR_ARG(c->name), (int)(p->confidence * 100 + 0.5));
    else
        buf_add(&line, STR("Its words do not tell the cause"));
    if (p->who.n) {
        buf_add(&line, STR("; said by "));
        (void)escape_line(p->who, &line);
    }
    buf_add(&line, STR("."));
    if (p->hop == HOP_RECIPIENT)
        buf_add(&line,
                STR(" That is the recipient's server, and not the one that was tried here."));
    buf_addf(out, "\n%sThe error that you pasted%s\n  ", BOLD(r), PLAIN(r));
    wrapped(out, 2, buf_str(&line));
    buf_done(&line);
}

static void footer(const struct doctor_report *r, struct buf *out)
{
    struct buf line;
    buf_init(&line, 4096);
    if (r->asked->found.n) {
        buf_addc(out, '\n');
        wrapped(out, 0, r->asked->found);
    }
    out->failed |= !doctor_report_footer(r, &line);
    buf_addc(out, '\n');
    wrapped(out, 0, buf_str(&line));
    buf_done(&line);
}

static void next(const struct doctor_report *r, struct buf *out)
{
    if (!r->judgement->next.n)
        return;
    buf_addf(out, "\n%sNext%s\n  ", BOLD(r), PLAIN(r));
    wrapped(out, 2, r->judgement->next);
}

static void whole(const struct doctor_report *r, struct buf *out)
{
    bool known = r->judgement->cause_count > 0; /* else the next experiment is what to do */
    headline(r, out);
    what_to_do(r, out);
    if (!known)
        next(r, out);
    proof(r, out);
    if (known)
        next(r, out);
    doctor_config_text(r, out);
    details(r, out);
    served(r, out);
    notes(r, out);
    pasted(r, out);
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
