/* SPDX-License-Identifier: ISC */
/*
 * doctor/report_html.c - the page: answer, steps, settings, picture, proof, letter, transcript
 */
#include "doctor/report_html.h"
#include "base/escape.h"
#include "base/password_shape.h"
#include "doctor/mx_table.h"
#include "doctor/report_config.h"
#include "doctor/report_dns.h"
#include "doctor/report_page.h"
#include "settings/settings.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------------------------------------
 * Text on the page
 */
void page_markup(struct page *p, const char *ours)
{
    buf_add(p->out, str_from(ours));
}

static void add_escaped(str text, struct buf *out)
{
    for (size_t i = 0; i < text.n; i++) {
        switch (text.p[i]) {
        case '<': buf_add(out, STR("&lt;")); break;
        case '>': buf_add(out, STR("&gt;")); break;
        case '&': buf_add(out, STR("&amp;")); break;
        case '"': buf_add(out, STR("&quot;")); break;
        case '\'': buf_add(out, STR("&#39;")); break;
        default: buf_addc(out, text.p[i]);
        }
    }
}

void page_text(struct page *p, str octets)
{
    struct buf masked, fit;
    buf_init(&masked, 2 * octets.n + 64);
    buf_init(&fit, 8 * octets.n + 256);
    if (secret_mask_apply(p->r->mask, octets, &masked) && escape_text(buf_str(&masked), &fit))
        add_escaped(buf_str(&fit), p->out);
    else
        p->out->failed = true; /* half a text would be worse than none */
    buf_done(&masked);
    buf_done(&fit);
}

void page_textf(struct page *p, const char *fmt, ...)
{
    char text[2048];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    page_text(p, str_from(text));
}

void page_element(struct page *p, const char *tag, str text)
{
    size_t name = 0;
    while (tag[name] && tag[name] != ' ')
        name++;
    buf_addf(p->out, "<%s>", tag);
    page_text(p, text);
    buf_addf(p->out, "</%.*s>", (int)name, tag);
}

const char *page_security(enum smtp_security s)
{
    switch (s) {
    case SMTP_SECURITY_TLS: return "SSL/TLS";
    case SMTP_SECURITY_STARTTLS: return "STARTTLS";
    case SMTP_SECURITY_NONE: return "no encryption";
    default: return "not said";
    }
}

str page_state(const struct doctor_cell *c)
{
    static const str WORDS[] = {
        [STATE_NOT_TESTED] = STR_INIT("not tested"), [STATE_ACCEPTED] = STR_INIT("accepted"),
        [STATE_REFUSED] = STR_INIT("refused"),       [STATE_NOT_OFFERED] = STR_INIT("not offered"),
        [STATE_CLOSED] = STR_INIT("closed"),         [STATE_SILENT] = STR_INIT("silent")
    };
    return (size_t)c->s.state < COUNT_OF(WORDS) ? WORDS[c->s.state] : STR("not known");
}

bool page_is_asked(const struct page *p, const struct doctor_cell *c)
{
    return doctor_cell_is_asked(p->r->asked, p->r->judgement, c);
}
bool page_works(const struct page *p, const struct doctor_cell *c)
{
    return doctor_cell_works(p->r->judgement, c);
}

/* ------------------------------------------------------------------------------------------------
 * Names on the page
 */
static str nobodys(struct page *p, str line)
{
    struct buf masked, shown;
    if (!p->names || !line.n)
        return line;
    buf_init(&masked, 2 * line.n + 64);
    buf_init(&shown, 16 * line.n + 4096);
    bool ok = secret_mask_apply(p->r->mask, line, &masked) &&
              anonymous_text(p->names, buf_str(&masked), true, &shown);
    str out = ok ? arena_dup(p->r->record->arena, buf_str(&shown)) : STR_NONE;
    p->out->failed |= !out.p;
    buf_done(&masked);
    buf_done(&shown);
    return out;
}

/* A name stays where it is the server's, and gets its stand-in where it lies in somebody's domain; any other
 * is left out, with all that DNS answered. */
static str name_for_nobody(struct page *p, const struct dns_answer *answer)
{
    str name = answer->question.name, shown = nobodys(p, name);
    bool hidden = shown.p && !str_eq(shown, name) && str_ends_nocase(shown, STR(".example"));
    bool known = hidden || str_eq_nocase(name, p->r->asked->attempt.host);
    return known ? shown : STR("another name");
}

str page_answer_said(struct page *p, unsigned id)
{
    struct arena *a = p->r->record->arena;
    const struct dns_answer *answer = doctor_record_answer(p->answers, id);
    if (!answer)
        return STR_NONE;
    str said = p->names ? doctor_answer_said_of_nobody(answer, name_for_nobody(p, answer), a)
                        : doctor_answer_said(answer, a);
    return arena_printf(a, "DNS: %.*s", STR_ARG(said));
}

/* ------------------------------------------------------------------------------------------------
 * The answer
 */
static const struct cause *answer(const struct page *p)
{
    const struct doctor_judgement *j = p->r->judgement;
    return j->cause_count ? cause_of(j->causes[0].cause) : NULL;
}

static const char *strength_words(enum finding_strength s)
{
    switch (s) {
    case STRENGTH_PROVED: return "It was shown by experiment: the proof stands below.";
    case STRENGTH_LIKELY: return "What was seen points to it, and does not prove it.";
    default: return "It is one of several explanations of what was seen.";
    }
}

static void strength(struct page *p, const struct finding *f)
{
    page_markup(p, "<p>");
    page_element(p, "span class=\"mark\"", names_of(&STRENGTH_NAMES, (int)f->strength));
    page_element(p, "span class=\"soft\"", str_from(strength_words(f->strength)));
    page_markup(p, "</p>");
}

static void headline(struct page *p)
{
    const struct doctor_judgement *j = p->r->judgement;
    const struct cause *c = answer(p);
    if (c && j->verdict != VERDICT_ACCEPTED) {
        page_element(p, "h1", c->title);
        page_element(p, "p class=\"lead\"", c->sentence);
        strength(p, &j->causes[0]);
        return;
    }
    struct buf b;
    buf_init(&b, 4096);
    p->out->failed |= !doctor_report_summary(p->r, &b);
    page_element(p, "h1", buf_str(&b));
    buf_done(&b);
    str own = j->verdict != VERDICT_ACCEPTED ? doctor_own_answer(p->r) : STR_NONE;
    if (own.n) {
        page_markup(p, "<p class=\"lead\">With your settings: ");
        page_text(p, own);
        page_markup(p, "</p>");
    }
}

static void top(struct page *p)
{
    page_markup(p,
                "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                "<meta name=\"referrer\" content=\"no-referrer\">"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'unsafe-inline'\"><meta name=\"color-scheme\" content=\"light dark\">");
    page_element(p, "title",
                 answer(p) ? answer(p)->title : STR("Why mail is refused: a report by Baton"));
    page_markup(p, "<style>");
    for (size_t i = 0; PAGE_STYLE[i]; i++)
        page_markup(p, PAGE_STYLE[i]);
    page_markup(p,
                "</style></head>\n<body><main><header><p class=\"eyebrow\"><b>Baton</b> &middot; ");
    page_text(p, p->r->asked->attempt.host);
    page_markup(p, p->r->asked->attempt.host.n ? " &middot; " : "");
    page_text(p, p->o->when);
    page_markup(p, "</p>");
    headline(p);
    page_markup(p, "</header>\n");
}

/* ------------------------------------------------------------------------------------------------
 * What to do
 */
static void steps(struct page *p)
{
    str step[DOCTOR_STEPS_MAX];
    size_t n = doctor_steps(p->r, step);
    if (n)
        page_markup(p, "<section><h2>Do this</h2><ol>");
    for (size_t i = 0; i < n; i++)
        page_element(p, "li", step[i]);
    if (n)
        page_markup(p, "</ol></section>\n");
    if (p->r->judgement->next.n) {
        page_markup(p, "<section><h2>Next</h2>");
        page_element(p, "p", p->r->judgement->next);
        page_markup(p, "</section>\n");
    }
}

static void fact(struct page *p, const char *name, str value)
{
    if (!value.n)
        return;
    buf_addf(p->out, "<tr><th scope=\"row\">%s</th><td>", name);
    page_text(p, value);
    page_markup(p, "</td></tr>");
}

static void port_fact(struct page *p, const struct smtp_attempt *a)
{
    char port[8];
    snprintf(port, sizeof port, "%u", a->port);
    fact(p, "Port", str_from(port));
    fact(p, "Security", str_from(page_security(a->security)));
}

static str login_words(const struct smtp_attempt *a, struct arena *arena)
{
    if (!smtp_attempt_logs_in(a))
        return STR("none");
    if (str_eq(a->mechanism, STR("auto")))
        return STR("with user name and password");
    return arena_printf(arena, "yes, by %.*s", STR_ARG(a->mechanism));
}

static void one_program(struct page *p, const struct settings_program *program,
                        const struct smtp_attempt *works)
{
    struct buf b;
    struct err e;
    const struct settings wanted = doctor_settings_of(p->r, works, program);
    buf_init(&b, SETTINGS_TEXT_MAX);
    if (settings_write(program, &wanted, &b, &e)) {
        page_element(p, "h3", program->title);
        page_element(p, "pre", str_trim(buf_str(&b)));
    }
    buf_done(&b);
}

/* The first program is any: its facts stand above already. */
static void programs(struct page *p, const struct smtp_attempt *works)
{
    const struct settings_program *program;
    page_markup(p, "<details><summary>The same, as each program wants it written</summary>"
                   "<div class=\"inside\">");
    for (size_t i = 1; (program = settings_program_at(i)) != NULL; i++)
        one_program(p, program, works);
    page_markup(p, "</div></details>");
}

static void settings(struct page *p)
{
    const struct doctor_evidence *w = p->r->judgement->works;
    if (!w)
        return;
    page_markup(p, "<section><h2>Settings that work</h2><table class=\"facts\">");
    fact(p, "Outgoing server (SMTP)", w->attempt.host);
    port_fact(p, &w->attempt);
    fact(p, "Login", login_words(&w->attempt, p->r->record->arena));
    fact(p, "User name", w->attempt.user);
    fact(p, "From (mail address)", w->attempt.from);
    page_markup(p, "</table>");
    if (p->r->program)
        one_program(p, p->r->program, &w->attempt);
    programs(p, &w->attempt);
    page_markup(p, "</section>\n");
}

/* ------------------------------------------------------------------------------------------------
 * The proof
 */
static bool is_trial(const struct doctor_evidence *ev)
{
    return ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE || ev->probe == PROBE_LOGIN ||
           (ev->probe == PROBE_MX && ev->outcome.stage == SMTP_STAGE_RCPT);
}

/* The first of these rows that was, or was not, accepted, and says all of an attempt. */
static const struct doctor_evidence *side_of(const struct page *p, const struct finding *f,
                                             bool good)
{
    for (size_t k = 0; k < FINDING_EVIDENCE && f->for_it[k]; k++) {
        const struct doctor_evidence *ev = doctor_record_row(p->r->record, f->for_it[k]);
        if (ev && is_trial(ev) && doctor_evidence_good(ev) == good)
            return ev;
    }
    return NULL;
}

enum { SIDE_FACTS = 11, ALWAYS_SHOWN = 9 }; /* the others where they differ */
struct side {
    const char *names[SIDE_FACTS];
    str values[SIDE_FACTS];
};

static struct side facts_of(const struct doctor_evidence *ev, struct arena *a)
{
    const struct smtp_attempt *x = &ev->attempt;
    char ip[IP_TEXT_MAX], source[IP_TEXT_MAX];
    return (struct side){
        { "Server", "Address", "Port", "Security", "Login", "User", "From", "To", "Sent from",
          "EHLO name", "Size" },
        { x->host, arena_dup(a, str_from(ip_text(&x->address, ip))), arena_printf(a, "%u", x->port),
          str_from(page_security(x->security)), login_words(x, a),
          smtp_attempt_logs_in(x) ? x->user : STR_NONE, x->from_null ? STR("<>") : x->from, x->to,
          arena_dup(a, str_from(ip_text(&x->source, source))), x->helo,
          x->size_octets ? arena_printf(a, "%llu octets", (unsigned long long)x->size_octets)
                         : STR_NONE }
    };
}

static void said(struct page *p, const struct smtp_outcome *o)
{
    page_markup(p, "<p class=\"said\">");
    if (o->code)
        page_textf(p, "%u ", o->code);
    page_text(p, o->text);
    page_markup(p, "</p>");
}

static void side(struct page *p, const struct doctor_evidence *ev, const struct side *mine,
                 const struct side *other)
{
    bool good = doctor_evidence_good(ev);
    buf_addf(p->out, "<div class=\"side %s\"><h3>%s</h3><table>", good ? "accepted" : "refused",
             good ? "\xe2\x9c\x93 Accepted" : "\xe2\x9c\x95 Refused");
    for (size_t i = 0; i < SIDE_FACTS; i++) {
        bool differs = !str_eq(mine->values[i], other->values[i]);
        if ((!mine->values[i].n || i >= ALWAYS_SHOWN) && !differs)
            continue;
        buf_addf(p->out, "<tr%s><th scope=\"row\">%s</th><td>", differs ? " class=\"differs\"" : "",
                 mine->names[i]);
        page_text(p, mine->values[i].n ? mine->values[i] : STR("none"));
        page_markup(p, differs ? " (differs)</td></tr>" : "</td></tr>");
    }
    page_markup(p, "</table>");
    said(p, &ev->outcome);
    page_markup(p, "</div>");
}

static void pair(struct page *p, const struct doctor_evidence *bad,
                 const struct doctor_evidence *good)
{
    struct side a = facts_of(bad, p->r->record->arena), b = facts_of(good, p->r->record->arena);
    page_markup(p, "<div class=\"pair\">");
    side(p, bad, &a, &b);
    side(p, good, &b, &a);
    page_markup(p, "</div>");
}

static void evidence_items(struct page *p, const struct finding *f,
                           const unsigned ids[FINDING_EVIDENCE],
                           const struct doctor_evidence *shown_1,
                           const struct doctor_evidence *shown_2)
{
    for (size_t k = 0; k < FINDING_EVIDENCE && ids[k]; k++) {
        const struct doctor_evidence *ev = doctor_record_row(p->r->record, ids[k]);
        if (ev && ev != shown_1 && ev != shown_2)
            page_element(p, "li", doctor_proof_said(f, ev, p->r->record->arena));
        if (page_answer_said(p, ids[k]).n)
            page_element(p, "li", page_answer_said(p, ids[k]));
        const struct doctor_config *c = p->r->asked->config;
        const struct doctor_config_mistake *m = doctor_config_mistake(c, ids[k]);
        if (m)
            page_element(p, "li", doctor_config_said(c, m, p->r->record->arena));
    }
}

static void proof_of(struct page *p, const struct finding *f)
{
    const struct doctor_evidence *bad = side_of(p, f, false), *good = side_of(p, f, true);
    buf_addf(p->out, "<section><h2>%s</h2>",
             f->strength == STRENGTH_PROVED ? "The proof" : "What it rests on");
    if (bad && good)
        pair(p, bad, good);
    else
        bad = good = NULL;
    page_markup(p, "<ul>");
    evidence_items(p, f, f->for_it, bad, good);
    evidence_items(p, f, f->against_neighbours, bad, good);
    page_markup(p, "</ul><p class=\"soft\">How this cause is told from others: ");
    page_text(p, cause_of(f->cause)->told_apart);
    page_markup(p, "</p></section>\n");
}

static void what_was_seen(struct page *p)
{
    page_markup(p, "<section><h2>What was seen</h2><ul>");
    for (size_t i = 0; i < p->r->record->count; i++) {
        const struct doctor_evidence *ev = &p->r->record->rows[i];
        if (doctor_row_tells(p->r->record, ev) && !doctor_row_repeats(p->r->record, ev))
            page_element(p, "li", doctor_evidence_said(ev, p->r->record->arena));
    }
    page_markup(p, "</ul></section>\n");
}

static void proof(struct page *p)
{
    const struct doctor_judgement *j = p->r->judgement;
    if (j->cause_count)
        proof_of(p, &j->causes[0]);
    else if (j->verdict != VERDICT_ACCEPTED && p->r->record->count)
        what_was_seen(p);
}

/* Of the password only what is odd about it, and hardly ever meant. */
static void anomalies(struct page *p)
{
    unsigned odd = p->r->asked->password_anomalies & PASSWORD_STRONG;
    for (unsigned bit = 1; bit < PASSWORD_STRONG; bit <<= 1) {
        if (!(odd & bit))
            continue;
        page_markup(p, "<li>The password, as it was given, is odd: ");
        page_text(p, password_anomaly_words((enum password_anomaly)bit));
        page_markup(p, ".</li>");
    }
}

static void findings(struct page *p)
{
    const struct doctor_judgement *j = p->r->judgement;
    bool odd = p->r->asked->password_anomalies & PASSWORD_STRONG;
    if (j->cause_count < 2 && !j->note_count && !odd)
        return;
    page_markup(p, "<section><h2>Also seen</h2><ul>");
    for (size_t i = 1; i < j->cause_count; i++) {
        const struct cause *c = cause_of(j->causes[i].cause);
        page_markup(p, "<li>");
        page_text(p, c->title);
        page_textf(p, " (%.*s). ", STR_ARG(names_of(&STRENGTH_NAMES, (int)j->causes[i].strength)));
        page_text(p, c->sentence);
        page_markup(p, "</li>");
    }
    for (size_t i = 0; i < j->note_count; i++)
        page_element(p, "li", note_of(j->notes[i])->sentence);
    anomalies(p);
    page_markup(p, "</ul></section>\n");
}

static void served(struct page *p)
{
    struct doctor_mx_table t;
    if (!doctor_mx_table_tells(p->r->record, p->r->judgement))
        return;
    doctor_mx_table(p->r->asked, p->r->record, &t);
    if (!t.count)
        return;
    page_markup(p, "<section><h2>Who takes mail for ");
    page_text(p, t.domain);
    page_markup(p, "</h2><ul>");
    for (size_t i = 0; i < t.count; i++) {
        const struct doctor_mx_row *row = &t.rows[i];
        page_markup(p, "<li>");
        page_text(p, row->host);
        page_markup(p, row->asked ? ", the server asked: " : ": ");
        page_text(p, row->state == STATE_NOT_TESTED ? STR("not tested")
                                                    : names_of(&STATE_NAMES, (int)row->state));
        if (row->by && row->by->outcome.code) {
            page_textf(p, ". It answered %u ", row->by->outcome.code);
            page_text(p, row->by->outcome.text);
        }
        page_markup(p, "</li>");
    }
    page_markup(p, "</ul></section>\n");
}

/* ------------------------------------------------------------------------------------------------
 * For the provider, and for whoever looks closer
 */
static void letter(struct page *p)
{
    if (p->r->judgement->verdict == VERDICT_ACCEPTED || judge_is_nowhere(p->r->asked, p->r->record))
        return;
    page_markup(p,
                "<section><h2>A letter to your provider&#39;s support</h2><p>One click marks all "
                "of it, to be copied.");
    if (p->names)
        page_markup(p, " Names and addresses in it are stand-ins: put in your own where the "
                       "support has to find your attempt in its log.");
    page_markup(p, "</p><pre class=\"letter\" tabindex=\"0\">");
    page_letter(p);
    page_markup(p, "</pre></section>\n");
}

static void connection(struct page *p, const struct doctor_line *first, size_t left)
{
    char ip[IP_TEXT_MAX];
    struct ip address = p->names ? anonymous_ip(p->names, &first->address, ANONYMOUS_SERVER)
                                 : first->address;
    page_markup(p, "<h3>");
    page_textf(p, "Connection to %s port %u%s", ip_text(&address, ip), first->port,
               first->security == SMTP_SECURITY_TLS ? ", SSL/TLS" : "");
    page_markup(p, "</h3><pre class=\"transcript\">");
    for (size_t i = 0; i < left; i++) {
        if (first[i].connection != first->connection)
            continue;
        buf_addf(p->out, "<span class=\"%s\">%s ", first[i].sent ? "we" : "they",
                 first[i].sent ? "we:    " : "server:");
        page_text(p, nobodys(p, first[i].text));
        page_markup(p, "</span>\n");
    }
    page_markup(p, "</pre>");
}

static bool begins_connection(const struct doctor_transcript *t, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (t->lines[i].connection == t->lines[at].connection)
            return false;
    return true;
}

static void transcript(struct page *p)
{
    const struct doctor_transcript *t = p->o->transcript;
    if (!t || !t->count)
        return;
    page_markup(p,
                "<section><h2>The whole dialogue</h2><details><summary>Every line that was said, "
                "secrets left out</summary><div class=\"inside\">");
    for (size_t i = 0; i < t->count; i++)
        if (begins_connection(t, i))
            connection(p, &t->lines[i], t->count - i);
    if (t->cut)
        page_markup(p, "<p>More was said than is kept here.</p>");
    page_markup(p, "</div></details></section>\n");
}

static void bottom(struct page *p)
{
    struct buf b;
    buf_init(&b, 4096);
    p->out->failed |= !doctor_report_footer(p->r, &b);
    page_markup(p, "<footer>");
    page_element(p, "p", buf_str(&b));
    page_markup(
        p, p->names ? "<p>This page is anonymous. Mail addresses, user names, IP addresses "
                      "and your own domain are replaced by stand-ins, the same everywhere: names "
                      "ending in <i>.example</i>, and addresses that begin with 192.0.2, "
                      "198.51.100, 203.0.113, 10.0.0, 2001:db8 or fd00. The server&#39;s name "
                      "stays where it is not in your own domain. For a page with the real names: "
                      "<i>--full</i>.</p>"
                    : "<p>This page holds real names and addresses. It was made with "
                      "<i>--full</i>; give it only to whom you trust with them.</p>");
    page_markup(p, "<p>No password is on this page. Made by Baton ");
    page_text(p, p->o->version);
    page_markup(p, ".</p></footer></main></body></html>\n");
    buf_done(&b);
}

static void whole(struct page *p)
{
    top(p);
    steps(p);
    settings(p);
    page_matrix(p);
    proof(p);
    page_config(p);
    served(p);
    findings(p);
    letter(p);
    transcript(p);
    bottom(p);
}

/* ------------------------------------------------------------------------------------------------
 * About somebody, or nobody
 */
static bool about_nobody(const struct doctor_report *r, const struct doctor_page_options *o,
                         struct buf *out)
{
    struct doctor_nobody *n = calloc(1, sizeof *n);
    bool ok = n && doctor_nobody_init(n, r, r->record->arena);
    if (ok) {
        const struct doctor_report hidden = { &n->asked, &n->record, &n->judgement, &n->stats,
                                              r->mask,   false,      r->program };
        struct page p = { &hidden, n->cells, n->cell_count, o, n->names, r->record, out };
        whole(&p);
        doctor_nobody_done(n);
    }
    free(n);
    return ok;
}

bool doctor_report_html(const struct doctor_report *r, const struct doctor_page_options *o,
                        struct buf *out)
{
    struct doctor_cell cells[DOCTOR_CELLS_MAX];
    if (!o->full)
        return about_nobody(r, o, out) && buf_ok(out);
    size_t n = doctor_cells(r->asked, r->record, r->judgement, cells);
    struct page p = { r, cells, n, o, NULL, r->record, out };
    whole(&p);
    return buf_ok(out);
}
