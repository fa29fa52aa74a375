/* SPDX-License-Identifier: ISC */
/*
 * doctor/steps.c - what to do: the door that was seen to work, then the catalogue's own steps
 */
#include "base/escape.h"
#include "base/password_shape.h"
#include "doctor/dns_steps.h"
#include "doctor/report.h"
#include "doctor/words.h"

enum { CONFIG_STEPS = 3 }; /* in front of all others */

static const char *security_of(const struct smtp_attempt *a)
{
    switch (a->security) {
    case SMTP_SECURITY_TLS: return "SSL/TLS";
    case SMTP_SECURITY_STARTTLS: return "STARTTLS";
    default: return "none";
    }
}

/* What is odd about the password, one thing after another; nothing else of it is told. */
static str anomalies(const struct doctor_report *r)
{
    struct buf b;
    buf_init(&b, 2048);
    for (unsigned bit = 1; bit <= PASSWORD_BASE64; bit <<= 1)
        if (r->asked->password_anomalies & bit)
            buf_addf(&b, "%s%.*s", b.n ? "; " : "",
                     STR_ARG(password_anomaly_words((enum password_anomaly)bit)));
    str words = b.n ? arena_printf(r->record->arena,
                                   "Look at the password as it was given to Baton: %.*s.",
                                   STR_ARG(buf_str(&b)))
                    : STR_NONE;
    buf_done(&b);
    return words;
}

static str user_that_works(const struct doctor_report *r)
{
    const struct smtp_attempt *w = r->judgement->works ? &r->judgement->works->attempt : NULL;
    if (!w || !(doctor_differences(&r->asked->attempt, w) & DIFFERS_USER))
        return STR_NONE;
    struct buf user;
    buf_init(&user, 4096);
    escape_line(w->user, &user);
    str step = arena_printf(
        r->record->arena, "Set the user name of the outgoing server to %.*s%.*s.",
        STR_ARG(buf_str(&user)),
        STR_ARG(doctor_config_place(r->asked->config, SETTINGS_USER, r->record->arena)));
    buf_done(&user);
    return step;
}

/* The first of the rows that a cause rests on that a probe made; NULL: none. */
static const struct doctor_evidence *resting_on(const struct doctor_report *r,
                                                enum doctor_probe probe)
{
    const struct finding *f = &r->judgement->causes[0];
    for (size_t i = 0; i < FINDING_EVIDENCE && f->for_it[i]; i++) {
        const struct doctor_evidence *ev = doctor_record_row(r->record, f->for_it[i]);
        if (ev && ev->probe == probe)
            return ev;
    }
    return NULL;
}

/* Here it is the server that is too old: the doctor itself is not. */
static str old_server_step(const struct doctor_report *r)
{
    const struct doctor_evidence *ev = resting_on(r, PROBE_OBSERVED);
    const struct smtp_tls_facts *t = ev ? &ev->outcome.tls : NULL;
    if (!t || !t->version.n)
        return STR_NONE;
    return arena_printf(r->record->arena,
                        "Tell whoever runs the server that port %u takes no more than %.*s with "
                        "%.*s, which this machine's rules for encryption do not allow.",
                        ev->attempt.port, STR_ARG(t->version), STR_ARG(t->cipher));
}

static const char *family_of(const struct ip *ip)
{
    return ip->family == IP_V6 ? "IPv6" : "IPv4";
}

static str family_step(const struct doctor_report *r)
{
    const struct doctor_evidence *works = r->judgement->works;
    if (!works)
        return STR_NONE;
    const char *good = family_of(&works->attempt.address);
    return arena_printf(
        r->record->arena,
        "Set the program to %s only, if it has such a setting: over %s the mail was "
        "accepted here.",
        good, good);
}

/* A foreign machine's own word is no advice to trust it. */
static str foreign_step(const struct doctor_report *r)
{
    const struct doctor_evidence *shake = resting_on(r, PROBE_TLS);
    str names = shake ? shake->outcome.tls.names : STR_NONE;
    str name = str_cut(&names, ' ');
    if (!name.n || name.p[0] == '*')
        return STR_NONE;
    return arena_printf(
        r->record->arena,
        "The machine shows a certificate for %.*s. If your provider's help page gives "
        "that name for outgoing mail, put it into the settings; else do not.",
        STR_ARG(name));
}

/* What the server itself said about this cause; empty: nothing that a step could be made of. */
static str own_step(const struct doctor_report *r)
{
    const struct finding *f = &r->judgement->causes[0];
    const struct doctor_evidence *ev = doctor_record_row(r->record, f->for_it[0]);
    struct smtp_caps c;
    if (ev && f->cause == CAUSE_OAUTH_TOKEN_REJECTED)
        return words_token_step(&ev->outcome, r->record->arena);
    if (f->cause == CAUSE_TLS_VERSION_OR_CIPHER)
        return old_server_step(r);
    if (f->cause == CAUSE_IPV6_DIFFERS)
        return family_step(r);
    if (f->cause == CAUSE_WRONG_SERVER)
        return foreign_step(r);
    if (f->cause == CAUSE_NO_COMMON_MECHANISM && doctor_evidence_caps(ev, &c))
        return words_mechanism_step(r->asked, &c, r->record->arena);
    return STR_NONE;
}

/* A server may tell us our own secret. */
static str masked(const struct doctor_report *r, str step)
{
    struct buf b;
    buf_init(&b, 16384);
    str hidden = step.n && secret_mask_apply(r->mask, step, &b)
                     ? arena_dup(r->record->arena, buf_str(&b))
                     : STR_NONE;
    buf_done(&b);
    return hidden;
}

/* The catalogue's ports are those that servers mostly have: they would speak against the one that was seen
 * to work. */
static bool names_usual_port(str step)
{
    static const str BEGIN[] = {
        STR_INIT("Set the port "),
        STR_INIT("Set the connection security "),
        STR_INIT("Change the port "),
        STR_INIT("Use port "),
        STR_INIT("Choose SSL/TLS for port "),
        STR_INIT("Where the program only has a box 'SSL'"),
        STR_INIT("Where it lets you choose between 'SSL' and 'TLS'"),
        STR_INIT("If your program does not offer STARTTLS, choose SSL/TLS "),
    };
    for (size_t i = 0; i < COUNT_OF(BEGIN); i++)
        if (str_starts(step, BEGIN[i]))
            return true;
    return false;
}

/* What to do, and what not to do in its place. */
static str with_warning(const struct doctor_report *r, const struct cause_step *s)
{
    str line = s->warning.n ? arena_printf(r->record->arena, "%.*s Careful: %.*s", STR_ARG(s->text),
                                           STR_ARG(s->warning))
                            : s->text;
    return line.n ? line : s->text;
}

/* What the program's own file has to say in place of what it says, where the answer leans on that. */
static size_t config_steps(const struct doctor_report *r, str *out)
{
    const struct doctor_config *c = r->asked->config;
    const struct finding *f = &r->judgement->causes[0];
    size_t n = 0;
    for (size_t k = 0; k < FINDING_EVIDENCE && n < CONFIG_STEPS; k++) {
        const struct doctor_config_mistake *m = doctor_config_mistake(c, f->for_it[k]);
        str step = m ? masked(r, doctor_config_step(c, m, r->record->arena)) : STR_NONE;
        if (step.n)
            out[n++] = step;
    }
    return n;
}

/* Where in the file it stands that the answer is about. */
static str line_step(const struct doctor_report *r, const struct cause *c)
{
    static const struct {
        enum cause_id cause;
        enum settings_field field;
        const char *words;
    } LINES[] = {
        { CAUSE_DNS_FAILURE, SETTINGS_HOST, "The server is named" },
        { CAUSE_WRONG_SERVER, SETTINGS_HOST, "The server is named" },
        { CAUSE_CERTIFICATE_WRONG_NAME, SETTINGS_HOST, "The server is named" },
        { CAUSE_CLIENT_NEVER_AUTHENTICATES, SETTINGS_LOGIN, "The login is switched" },
        { CAUSE_NO_COMMON_MECHANISM, SETTINGS_LOGIN, "The login is set" },
        { CAUSE_WRONG_CREDENTIALS, SETTINGS_SECRET, "The password is set" },
        { CAUSE_PASSWORD_MANGLED, SETTINGS_SECRET, "The password is set" },
        { CAUSE_APP_PASSWORD_NEEDED, SETTINGS_SECRET, "The password is set" },
        { CAUSE_FROM_NOT_LOGIN, SETTINGS_FROM, "The sender is set" },
        { CAUSE_FROM_INVALID, SETTINGS_FROM, "The sender is set" },
        { CAUSE_EHLO_NAME_REFUSED, SETTINGS_HELO, "The EHLO name is set" },
    };
    const struct doctor_config *file = r->asked->config;
    for (size_t i = 0; file && i < COUNT_OF(LINES); i++)
        if (LINES[i].cause == c->id && file->places[LINES[i].field].n)
            return arena_printf(r->record->arena, "%s in %.*s.", LINES[i].words,
                                STR_ARG(file->places[LINES[i].field]));
    return STR_NONE;
}

size_t doctor_steps(const struct doctor_report *r, str out[DOCTOR_STEPS_MAX])
{
    const struct doctor_judgement *j = r->judgement;
    const struct cause *c = j->cause_count ? cause_of(j->causes[0].cause) : NULL;
    const struct doctor_config *file = r->asked->config;
    size_t n = c ? config_steps(r, out) : 0;
    if (!c || j->verdict == VERDICT_ACCEPTED)
        return n;
    out[n] = n ? STR_NONE : masked(r, line_step(r, c));
    n += out[n].n > 0;
    unsigned door = DIFFERS_PORT | DIFFERS_SECURITY;
    bool moves = j->works && (doctor_differences(&r->asked->attempt, &j->works->attempt) & door);
    if (moves) {
        const struct smtp_attempt *w = &j->works->attempt;
        out[n] = arena_printf(
            r->record->arena,
            "Set the port of the outgoing server to %u%.*s and its connection security "
            "to %s%.*s: there this server took the same mail%s.",
            w->port, STR_ARG(doctor_config_place(file, SETTINGS_PORT, r->record->arena)),
            security_of(w), STR_ARG(doctor_config_place(file, SETTINGS_SECURITY, r->record->arena)),
            smtp_attempt_logs_in(w) ? ", after a login" : " without a login");
        n += out[n].p != NULL;
    }
    str user = user_that_works(r);
    if (user.p)
        out[n++] = user;
    if (user.p && c->id == CAUSE_WRONG_USERNAME_FORM)
        return n; /* the other forms that the catalogue names are out of the question */
    out[n] = c->id == CAUSE_PASSWORD_MANGLED ? anomalies(r) : STR_NONE;
    n += out[n].p != NULL;
    out[n] = masked(r, own_step(r));
    n += out[n].p != NULL;
    out[n] = masked(r, doctor_dns_step(r));
    n += out[n].p != NULL;
    for (size_t i = 0; i < CAUSE_STEPS && c->sender_steps[i].text.n; i++)
        if (!moves || !names_usual_port(c->sender_steps[i].text))
            out[n++] = with_warning(r, &c->sender_steps[i]);
    return n;
}
