/* SPDX-License-Identifier: ISC */
/*
 * cmd/observed_report.c - what was seen and what follows, for a person and for a program
 */
#include "base/escape.h"
#include "base/password_shape.h"
#include "base/wrap.h"
#include "cmd/observed.h"
#include "cmd/observed_file.h"
#include "cmd/settings_report.h"
#include "doctor/report.h"
#include <jansson.h>
#include <stdarg.h>
#include <stdlib.h>

enum { LABEL_COLUMNS = 15, LINE_MAX_OCTETS = 1 << 16, DOCUMENT_MAX = 16 << 20 };

/* ------------------------------------------------------------------------------------------------
 * For a person
 */
/* "  label        text", the text masked, escaped and wrapped. */
static void row(const struct observed_report *r, struct buf *out, const char *label, str text)
{
    struct buf masked, shown;
    buf_init(&masked, LINE_MAX_OCTETS);
    buf_init(&shown, (size_t)4 * LINE_MAX_OCTETS);
    secret_mask_apply(r->mask, text, &masked);
    escape_line(buf_str(&masked), &shown);
    buf_addf(out, "  %-*s", LABEL_COLUMNS - 2, label);
    wrap_words(out, LABEL_COLUMNS, LABEL_COLUMNS, buf_str(&shown));
    buf_done(&masked);
    buf_done(&shown);
}

static void rowf(const struct observed_report *r, struct buf *out, const char *label,
                 const char *fmt, ...) PRINTF_LIKE(4, 5);
static void rowf(const struct observed_report *r, struct buf *out, const char *label,
                 const char *fmt, ...)
{
    char text[2048];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    row(r, out, label, str_take((str){ text, sizeof text - 1 }, n > 0 ? (size_t)n : 0));
}

static const char *security_words(const struct mock_seen *s)
{
    switch (s->security) {
    case SMTP_SECURITY_TLS: return "SSL/TLS from the first octet";
    case SMTP_SECURITY_STARTTLS: return "STARTTLS";
    default: return "no, all in clear";
    }
}

static void encryption_row(const struct observed_report *r, struct buf *out)
{
    const struct mock_seen *s = r->seen;
    if (s->tls_trouble.n)
        rowf(r, out, "encrypts", "%s, and the handshake failed: %.*s", security_words(s),
             STR_ARG(s->tls_trouble));
    else if (s->tls_version.n)
        rowf(r, out, "encrypts", "%s (%.*s)", security_words(s), STR_ARG(s->tls_version));
    else
        row(r, out, "encrypts", str_from(security_words(s)));
}

/* The password at hand is the file's where the file was read, and no flag named another. */
static bool password_is_files(const struct observed_report *r)
{
    return r->typed->file && !r->typed->password_typed;
}

static str password_words(const struct observed_report *r)
{
    const struct mock_seen *s = r->seen;
    bool file = password_is_files(r);
    switch (s->password) {
    case MOCK_PASSWORD_SAME:
        return file ? STR("it is the one of the file") : STR("it is the one you typed");
    case MOCK_PASSWORD_DIFFERS:
        if (s->repairs)
            return file ? STR("it is the one of the file only once what is odd about it is undone")
                        : STR("it is the one you typed only once what is odd about it is undone");
        return file ? STR("it is not the one of the file") : STR("it is not the one you typed");
    default: return STR("there was none to compare it with");
    }
}

static void password_rows(const struct observed_report *r, struct buf *out)
{
    const struct mock_seen *s = r->seen;
    str words = password_words(r);
    if (s->digest)
        rowf(r, out, "password", "sent as a digest; %.*s", STR_ARG(words));
    else if (s->password_octets)
        rowf(r, out, "password", "%zu octets; %.*s", s->password_octets, STR_ARG(words));
    for (unsigned bit = 1; bit && bit <= s->anomalies; bit <<= 1)
        if (s->anomalies & bit)
            row(r, out, "", password_anomaly_words((enum password_anomaly)bit));
}

/* RFC 2195: of the password a digest goes over the wire, which does not show it. */
static const char *clear_words(const struct mock_seen *s)
{
    if (!s->login_in_clear)
        return "";
    return s->digest ? ", in clear; the digest does not show the password"
                     : ", readable on the way";
}

static void login_rows(const struct observed_report *r, struct buf *out)
{
    const struct mock_seen *s = r->seen;
    if (s->mechanism.n == 0) {
        row(r, out, "logs in", s->by_helo ? STR("no: after HELO no login is offered") : STR("no"));
        return;
    }
    rowf(r, out, "logs in", "by %.*s as %.*s%s", STR_ARG(s->mechanism), STR_ARG(s->user),
         clear_words(s));
    if (s->password != MOCK_PASSWORD_NONE)
        password_rows(r, out);
}

static void mail_rows(const struct observed_report *r, struct buf *out)
{
    const struct mock_seen *s = r->seen;
    if (!s->mail) {
        row(r, out, "mail", STR("none: the connection ended before MAIL"));
        return;
    }
    rowf(r, out, "from", "<%.*s>%s%.*s", STR_ARG(s->from),
         s->header_from.n ? "; in the message: " : "", STR_ARG(s->header_from));
    if (s->recipients > 1)
        rowf(r, out, "to", "<%.*s> and %u more", STR_ARG(s->to), s->recipients - 1);
    else if (s->recipients)
        rowf(r, out, "to", "<%.*s>", STR_ARG(s->to));
    if (s->message)
        rowf(r, out, "message", "%zu octets; nothing of it was kept but the address in From",
             s->message_octets);
    if (s->bare)
        row(r, out, "line ends",
            STR("some lines end in a bare LF or CR where CRLF is the rule (RFC 5321 section "
                "2.3.8): "
                "strict servers refuse that"));
}

static void seen_rows(const struct observed_report *r, struct buf *out)
{
    const struct mock_seen *s = r->seen;
    buf_addf(out, "The program (connection %u)\n", s->connection);
    if (s->greeted)
        rowf(r, out, "greets", "%s %.*s", s->by_helo ? "HELO" : "EHLO", STR_ARG(s->name));
    encryption_row(r, out);
    if (!s->greeted)
        return;
    login_rows(r, out);
    mail_rows(r, out);
}

/* What the file says, and what the program did about it. */
static void file_rows(const struct observed_report *r, struct arena *a, struct buf *out)
{
    struct observed_difference rows[OBSERVED_DIFFERENCES];
    const struct doctor_file *f = r->typed->file;
    size_t n = f ? observed_differences(f, r->seen, a, rows) : 0;
    if (!f)
        return;
    buf_addf(out, "\nAgainst %.*s (%.*s)\n", STR_ARG(f->config->file), STR_ARG(f->config->title));
    for (size_t i = 0; i < n; i++) {
        const struct observed_difference *d = &rows[i];
        str label = names_of(&SETTINGS_FIELD_NAMES, (int)d->field);
        str place = d->place.n ? arena_printf(a, " (%.*s)", STR_ARG(d->place)) : STR("");
        rowf(r, out, label.p, "the file says %.*s%.*s, the program sent %.*s", STR_ARG(d->file),
             STR_ARG(place), STR_ARG(d->program));
    }
    if (!n)
        row(r, out, "the same", STR("the program says what its file says"));
    for (size_t i = 0; i < f->config->mistake_count; i++) {
        const struct doctor_config_mistake *m = &f->config->mistakes[i];
        row(r, out, names_of(&SETTINGS_SURENESS_NAMES, (int)m->sure).p,
            doctor_config_said(f->config, m, a));
    }
}

static struct doctor_report doctor_report_of(const struct observed_report *r)
{
    return (struct doctor_report){ .asked = &r->options->asked,
                                   .record = r->record,
                                   .judgement = &r->judgement,
                                   .stats = r->stats,
                                   .mask = r->mask };
}

/* Why, where it does not stand above already: each place where something stopped. */
static void nothing_taken(const struct observed_report *r, struct arena *a, struct buf *out)
{
    bool any = r->judgement.asked && !doctor_evidence_good(r->judgement.asked);
    row(r, out, "taken is",
        any ? STR("nothing that was tried")
            : STR("nothing: the tries did not come as far as the recipient"));
    for (size_t i = 0; i < r->record->count && !any; i++) {
        const struct doctor_evidence *ev = &r->record->rows[i];
        if (doctor_row_tells(r->record, ev) && !doctor_row_repeats(r->record, ev))
            row(r, out, "stopped", doctor_evidence_said(ev, a));
    }
}

/* The attempt as the program makes it, and the one that the same server takes. */
static void server_rows(const struct observed_report *r, struct arena *a, struct buf *out)
{
    const struct doctor_judgement *j = &r->judgement;
    buf_addf(out, "\nThe real server\n");
    if (j->asked)
        row(r, out, "to that", doctor_evidence_said(j->asked, a));
    if (j->works && j->works != j->asked)
        row(r, out, "taken is", doctor_evidence_said(j->works, a));
    else if (!j->works)
        nothing_taken(r, a, out);
    if (r->seen->password == MOCK_PASSWORD_DIFFERS && r->stats->auth_attempts)
        row(r, out, "but",
            password_is_files(r)
                ? STR("it was asked with the password of the file, not with the one that the "
                      "program sends")
                : STR("it was asked with the password that you typed, not with the one that the "
                      "program sends"));
    rowf(r, out, "", "%u connection%s, %u login%s; no message was sent there.",
         r->stats->connections, r->stats->connections == 1 ? "" : "s", r->stats->auth_attempts,
         r->stats->auth_attempts == 1 ? "" : "s");
}

/* The lines of the file that the cause has to do with. */
static size_t file_steps(const struct observed_report *r, struct arena *a, str *steps, size_t room)
{
    const struct doctor_config *c = r->typed->file ? r->typed->file->config : NULL;
    size_t n = 0;
    for (size_t i = 0; c && i < c->mistake_count && n < room; i++) {
        bool about = doctor_config_tells(&c->mistakes[i]) &&
                     c->mistakes[i].cause == r->judgement.causes[0].cause;
        steps[n] = about ? doctor_config_step(c, &c->mistakes[i], a) : STR_NONE;
        n += steps[n].n > 0;
    }
    return n;
}

static void steps_of(const struct observed_report *r, struct arena *a, struct buf *out)
{
    enum { OF_FILE = 3 };
    str all[OF_FILE + DOCTOR_STEPS_MAX];
    size_t files = file_steps(r, a, all, OF_FILE), n = 0;
    str *steps = all + files;
    const struct cause *c = cause_of(r->judgement.causes[0].cause);
    if (r->record) {
        struct doctor_report d = doctor_report_of(r);
        n = doctor_steps(&d, steps);
    } else {
        while (n < CAUSE_STEPS && c->sender_steps[n].text.n > 0) {
            steps[n] = c->sender_steps[n].text;
            n++;
        }
    }
    n += files;
    if (n)
        buf_addf(out, "\nDo this\n");
    for (size_t i = 0; i < n; i++) {
        buf_addf(out, "  %zu. ", i + 1);
        wrap_words(out, 5, 5, all[i]);
    }
}

/* A server may look at it only when it has the whole message. */
static bool header_from_is_another(const struct mock_seen *s)
{
    return s->header_from.n > 0 && s->from.n > 0 && !str_eq_nocase(s->header_from, s->from);
}

static str next_of(const struct observed_report *r)
{
    if (r->seen->tls_trouble.n)
        return STR(
            "Let the program trust the certificate that --ca-out FILE writes, or switch its check "
            "off for this test, and point it at the observer again.");
    if (r->record && r->judgement.verdict == VERDICT_ACCEPTED && header_from_is_another(r->seen))
        return STR(
            "The From in the message is another than the sender, and some servers refuse that once "
            "they have the message: `baton doctor` with --send and --header-from tries it.");
    if (r->record)
        return r->judgement.next;
    if (!r->typed->server)
        return STR("Add --server HOST, and Baton asks the real server about the same attempt.");
    return STR_NONE;
}

/* What the program said may stand in it. */
static void trouble_of(const struct observed_report *r, struct buf *out)
{
    struct buf masked, shown;
    if (!r->trouble)
        return;
    buf_init(&masked, LINE_MAX_OCTETS);
    buf_init(&shown, (size_t)4 * LINE_MAX_OCTETS);
    buf_add(&shown, STR("The real server was not asked: "));
    secret_mask_apply(r->mask, str_from(r->trouble), &masked);
    escape_line(buf_str(&masked), &shown);
    buf_add(&shown, STR("."));
    buf_addc(out, '\n');
    wrap_words(out, 0, 0, buf_str(&shown));
    buf_done(&masked);
    buf_done(&shown);
}

static void outcome_of(const struct observed_report *r, struct arena *a, struct buf *out)
{
    const struct doctor_judgement *j = &r->judgement;
    const struct finding *f = j->cause_count ? &j->causes[0] : NULL;
    str next = next_of(r);
    if (f && j->verdict == VERDICT_REFUSED) {
        const struct cause *c = cause_of(f->cause);
        buf_addf(out, "\n%.*s  (%.*s, %.*s)\n", STR_ARG(c->title), STR_ARG(c->name),
                 STR_ARG(names_of(&STRENGTH_NAMES, (int)f->strength)));
        wrap_words(out, 0, 0, c->sentence);
        if (f->strength != STRENGTH_PROVED)
            wrap_words(out, 0, 0, STR("What was seen points to it, and does not prove it."));
        steps_of(r, a, out);
    } else if (j->verdict == VERDICT_ACCEPTED) {
        buf_addf(out, "\nThe real server takes what the program does, up to the recipient.\n");
    } else if (f) {
        buf_addf(out, "\nPossible, and not more from this alone\n");
        for (size_t i = 0; i < j->cause_count; i++)
            buf_addf(out, "  %.*s (%.*s)\n", STR_ARG(cause_of(j->causes[i].cause)->title),
                     STR_ARG(cause_of(j->causes[i].cause)->name));
    } else if (!r->record && !r->seen->tls_trouble.n && !r->trouble) {
        buf_addf(out, "\nNothing wrong is to be seen in what the program says.\n");
    } else if (r->record) {
        buf_addf(out, "\nThe cause is not known: what was seen fits more than one.\n");
    }
    trouble_of(r, out);
    if (next.n) {
        buf_addf(out, "\nNext\n  ");
        wrap_words(out, 2, 2, next);
    }
}

bool observed_text(const struct observed_report *r, struct arena *a, struct buf *out)
{
    seen_rows(r, out);
    file_rows(r, a, out);
    if (r->record)
        server_rows(r, a, out);
    outcome_of(r, a, out);
    return buf_ok(out);
}

/* ------------------------------------------------------------------------------------------------
 * For a program: baton.observe/1
 */
static json_t *text_of(const struct observed_report *r, str s)
{
    struct buf masked, shown;
    if (!s.n)
        return json_null();
    buf_init(&masked, LINE_MAX_OCTETS);
    buf_init(&shown, (size_t)4 * LINE_MAX_OCTETS);
    secret_mask_apply(r->mask, s, &masked);
    escape_line(buf_str(&masked), &shown);
    json_t *t = json_stringn(shown.p ? shown.p : "", shown.n);
    buf_done(&masked);
    buf_done(&shown);
    return t ? t : json_null();
}

static json_t *number_or_null(uint64_t n)
{
    return n ? json_integer((json_int_t)n) : json_null();
}

static json_t *name_of(const struct names *t, int value)
{
    str s = names_of(t, value);
    return s.n ? json_stringn(s.p, s.n) : json_null();
}

/* As the design has it: what the program does, in the form in which the doctor is asked. */
static json_t *attempt_of(const struct observed_report *r)
{
    const struct mock_seen *s = r->seen;
    const struct doctor_options *o = r->options;
    json_t *j = json_object();
    json_object_set_new(j, "host", o ? text_of(r, o->asked.attempt.host) : json_null());
    json_object_set_new(j, "address", json_null());
    json_object_set_new(j, "port", o ? number_or_null(o->asked.attempt.port) : json_null());
    json_object_set_new(j, "security", name_of(&SMTP_SECURITY_NAMES, (int)s->security));
    json_object_set_new(j, "mechanism", text_of(r, s->mechanism));
    json_object_set_new(j, "user", text_of(r, s->user));
    json_object_set_new(j, "helo", text_of(r, s->name));
    json_object_set_new(j, "old_helo", json_boolean(s->by_helo));
    json_object_set_new(j, "source", json_null());
    json_object_set_new(j, "from",
                        !s->mail    ? json_null()
                        : s->from.n ? text_of(r, s->from)
                                    : json_string(""));
    json_object_set_new(j, "header_from", text_of(r, s->header_from));
    json_object_set_new(j, "to", text_of(r, s->to));
    json_object_set_new(j, "reply", json_null());
    json_object_set_new(j, "tls", json_null());
    return j;
}

static json_t *password_of(const struct mock_seen *s)
{
    json_t *odd = json_array(), *j = json_object();
    for (unsigned bit = 1; bit && bit <= s->anomalies; bit <<= 1)
        if (s->anomalies & bit)
            json_array_append_new(odd, name_of(&PASSWORD_ANOMALY_NAMES, (int)bit));
    json_object_set_new(j, "compared", name_of(&MOCK_PASSWORD_NAMES, (int)s->password));
    json_object_set_new(j, "octets", number_or_null(s->password_octets));
    json_object_set_new(j, "anomalies", odd);
    json_object_set_new(j, "same_when_repaired", json_boolean(s->repairs));
    return j;
}

static json_t *seen_of(const struct observed_report *r)
{
    const struct mock_seen *s = r->seen;
    json_t *j = json_object();
    json_object_set_new(j, "connection", json_integer((json_int_t)s->connection));
    json_object_set_new(j, "greeting",
                        !s->greeted  ? json_null()
                        : s->by_helo ? json_string("HELO")
                                     : json_string("EHLO"));
    json_object_set_new(j, "tls_version", text_of(r, s->tls_version));
    json_object_set_new(j, "tls_trouble", text_of(r, s->tls_trouble));
    json_object_set_new(j, "login", json_boolean(s->mechanism.n > 0));
    json_object_set_new(j, "login_in_clear", json_boolean(s->login_in_clear));
    json_object_set_new(j, "password",
                        s->password == MOCK_PASSWORD_NONE ? json_null() : password_of(s));
    json_object_set_new(j, "recipients", json_integer((json_int_t)s->recipients));
    json_object_set_new(j, "size", number_or_null(s->size_octets));
    json_object_set_new(j, "message", json_boolean(s->message));
    json_object_set_new(j, "message_octets", number_or_null(s->message_octets));
    json_object_set_new(j, "bare_line_ends", json_boolean(s->bare));
    return j;
}

static json_t *cause_json(const struct finding *f)
{
    const struct cause *c = cause_of(f->cause);
    json_t *j = json_object();
    json_object_set_new(j, "cause", json_stringn(c->name.p, c->name.n));
    json_object_set_new(j, "family", name_of(&FAMILY_NAMES, (int)c->family));
    json_object_set_new(j, "hop", name_of(&HOP_NAMES, (int)f->hop));
    json_object_set_new(j, "strength", name_of(&STRENGTH_NAMES, (int)f->strength));
    return j;
}

static json_t *differences_of(const struct observed_report *r, struct arena *a)
{
    struct observed_difference rows[OBSERVED_DIFFERENCES];
    const struct doctor_file *f = r->typed->file;
    size_t n = f ? observed_differences(f, r->seen, a, rows) : 0;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_t *o = json_object();
        json_object_set_new(o, "field", name_of(&SETTINGS_FIELD_NAMES, (int)rows[i].field));
        json_object_set_new(o, "place", text_of(r, rows[i].place));
        json_object_set_new(o, "file", text_of(r, rows[i].file));
        json_object_set_new(o, "program", text_of(r, rows[i].program));
        json_array_append_new(list, o);
    }
    return list;
}

/* The doctor's own document; null where it was not asked. */
static json_t *doctor_of(const struct observed_report *r)
{
    struct buf text;
    if (!r->record)
        return json_null();
    struct doctor_judgement alone = doctor_judge(&r->options->asked, r->record);
    struct doctor_report d = doctor_report_of(r);
    d.judgement = &alone;
    buf_init(&text, DOCUMENT_MAX);
    json_t *j = doctor_report_json(&d, &text) ? json_loadb(text.p, text.n, 0, NULL) : NULL;
    buf_done(&text);
    return j ? j : json_null();
}

static void set_answer(json_t *o, const struct observed_report *r)
{
    const struct doctor_judgement *j = &r->judgement;
    const struct finding *f = j->cause_count && j->verdict == VERDICT_REFUSED ? &j->causes[0]
                                                                              : NULL;
    json_t *first = f ? cause_json(f) : json_object(), *all = json_array();
    static const char *const KEYS[] = { "cause", "family", "hop", "strength" };
    for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
        json_t *value = json_object_get(first, KEYS[i]);
        json_object_set(o, KEYS[i], value ? value : json_null());
    }
    json_decref(first);
    for (size_t i = 0; i < j->cause_count; i++)
        json_array_append_new(all, cause_json(&j->causes[i]));
    json_object_set_new(o, "causes", all);
    const struct cause *c = f ? cause_of(f->cause) : NULL;
    json_object_set_new(o, "summary", c ? json_stringn(c->sentence.p, c->sentence.n) : json_null());
}

bool observed_json(const struct observed_report *r, struct arena *a, struct buf *out)
{
    json_t *o = json_object();
    const struct doctor_file *f = r->typed->file;
    json_object_set_new(o, "schema", json_string("baton.observe/1"));
    json_object_set_new(o, "verdict", name_of(&VERDICT_NAMES, (int)r->judgement.verdict));
    set_answer(o, r);
    json_object_set_new(o, "seen", seen_of(r));
    json_object_set_new(o, "asked", attempt_of(r));
    json_object_set_new(o, "config", f ? settings_report_json(&f->loaded) : json_null());
    json_object_set_new(o, "differences", differences_of(r, a));
    json_object_set_new(o, "doctor", doctor_of(r));
    json_object_set_new(o, "trouble", text_of(r, str_from(r->trouble)));
    json_object_set_new(o, "next", text_of(r, next_of(r)));
    char *text = json_dumps(o, JSON_INDENT(2));
    json_decref(o);
    bool ok = text && buf_add(out, str_from(text)) && buf_addc(out, '\n');
    free(text);
    return ok;
}
