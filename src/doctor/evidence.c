/* SPDX-License-Identifier: ISC */
/*
 * doctor/evidence.c - the record: adding rows, finding the one that a question is about
 */
#include "doctor/evidence.h"
#include "base/escape.h"
#include "base/secret.h"

static const struct name_row PROBE_ROWS[] = {
    { PROBE_LOOKUP, STR_INIT("lookup") },
    { PROBE_GREETING, STR_INIT("greeting") },
    { PROBE_TLS, STR_INIT("tls") },
    { PROBE_CAPABILITIES, STR_INIT("capabilities") },
    { PROBE_LOGIN, STR_INIT("login") },
    { PROBE_AUTH, STR_INIT("auth") },

    { PROBE_TRIAL, STR_INIT("trial") },
    { PROBE_MESSAGE, STR_INIT("message") },
    { PROBE_OBSERVED, STR_INIT("observed-tls") },
    { PROBE_UNOFFERED, STR_INIT("unoffered-starttls") },
    { PROBE_POP, STR_INIT("pop-login") },
    { PROBE_MX, STR_INIT("mx") },
};
const struct names PROBE_NAMES = NAMES(PROBE_ROWS);

static bool copy(struct arena *a, str *s)
{
    if (!s->n) {
        *s = STR_NONE;
        return true;
    }
    *s = arena_dup(a, *s);
    return s->p != NULL;
}

size_t doctor_evidence_slices(struct doctor_evidence *ev, str *out[DOCTOR_EVIDENCE_SLICES])
{
    str *const slices[] = {
        &ev->attempt.host,         &ev->attempt.mechanism,
        &ev->attempt.user,         &ev->attempt.helo,
        &ev->attempt.from,         &ev->attempt.header_from,
        &ev->attempt.to,           &ev->outcome.text,
        &ev->outcome.tls.version,  &ev->outcome.tls.cipher,
        &ev->outcome.tls.names,    &ev->outcome.tls.not_before,
        &ev->outcome.tls.issuer,   &ev->outcome.tls.not_after,
        &ev->outcome.tls.key,      &ev->outcome.tls.signature,
        &ev->outcome.tls.exchange, &ev->outcome.sasl,
    };
    _Static_assert(COUNT_OF(slices) <= DOCTOR_EVIDENCE_SLICES, "room for every slice");
    for (size_t i = 0; i < COUNT_OF(slices); i++)
        out[i] = slices[i];
    return COUNT_OF(slices);
}

bool doctor_evidence_copy(struct arena *a, struct doctor_evidence *ev)
{
    str *slices[DOCTOR_EVIDENCE_SLICES];
    size_t n = doctor_evidence_slices(ev, slices);
    for (size_t i = 0; i < n; i++)
        if (!copy(a, slices[i]))
            return false;
    return true;
}

const struct doctor_evidence *doctor_record_add(struct doctor_record *r, enum doctor_probe probe,
                                                const struct smtp_attempt *a,
                                                const struct smtp_outcome *o)
{
    if (r->count == DOCTOR_EVIDENCE_MAX)
        return NULL;
    struct doctor_evidence *ev = &r->rows[r->count];
    *ev = (struct doctor_evidence){ (unsigned)r->count + 1, probe, *a, *o };
    if (!doctor_evidence_copy(r->arena, ev))
        return NULL;
    r->count++;
    return ev;
}

unsigned doctor_record_answer_id(const struct doctor_record *r, const struct dns_answer *a)
{
    size_t n = r->dns && a ? dns_known_count(r->dns) : 0;
    for (size_t i = 0; i < n; i++)
        if (dns_known_at(r->dns, i) == a)
            return DOCTOR_DNS_ID + (unsigned)i;
    return 0;
}

const struct dns_answer *doctor_record_answer(const struct doctor_record *r, unsigned id)
{
    return r->dns && id >= DOCTOR_DNS_ID ? dns_known_at(r->dns, id - DOCTOR_DNS_ID) : NULL;
}

bool doctor_evidence_good(const struct doctor_evidence *ev)
{
    const struct smtp_outcome *o = &ev->outcome;
    if (ev->probe == PROBE_TLS || ev->probe == PROBE_OBSERVED || ev->probe == PROBE_UNOFFERED)
        return o->tls.done;
    if (ev->probe == PROBE_POP) /* RFC 1939 section 3: POP3 has no codes */
        return o->end == SMTP_END_REPLY && str_starts_nocase(o->text, STR("+OK"));
    if (ev->probe == PROBE_LOGIN ||
        ev->probe == PROBE_AUTH) /* nothing else says that a login was taken: RFC 4954 section 4 */
        return o->end == SMTP_END_REPLY && o->code == 235;
    if ((ev->probe == PROBE_GREETING || ev->probe == PROBE_MX) && o->stage == SMTP_STAGE_CONNECT)
        return false;
    return o->end == SMTP_END_REPLY && o->code / 100 == 2;
}

bool doctor_same_door(const struct smtp_attempt *a, const struct smtp_attempt *b)
{
    return a->certificate == b->certificate && a->port == b->port &&
           ip_eq(&a->address, &b->address) && ip_eq(&a->source, &b->source);
}

const struct doctor_evidence *doctor_record_greeting(const struct doctor_record *r,
                                                     const struct smtp_attempt *door, bool tls)
{
    for (size_t i = r->count; i-- > 0;) {
        const struct doctor_evidence *ev = &r->rows[i];
        if (ev->probe == PROBE_GREETING && (ev->attempt.security == SMTP_SECURITY_TLS) == tls &&
            doctor_same_door(&ev->attempt, door))
            return ev;
    }
    return NULL;
}

/* A good row is worth more than a later bad one: a server that drops our third connection has still
 * shown what it offers. */
const struct doctor_evidence *doctor_record_layer(const struct doctor_record *r,
                                                  enum doctor_probe probe,
                                                  const struct smtp_attempt *door,
                                                  enum smtp_security layer)
{
    const struct doctor_evidence *found = NULL;
    for (size_t i = r->count; i-- > 0;) {
        const struct doctor_evidence *ev = &r->rows[i];
        bool helo = probe == PROBE_CAPABILITIES && ev->attempt.old_helo;
        if (ev->probe != probe || helo || ev->attempt.security != layer ||
            !doctor_same_door(&ev->attempt, door))
            continue;
        if (doctor_evidence_good(ev))
            return ev;
        if (!found)
            found = ev;
    }
    return found;
}

const struct doctor_evidence *doctor_record_helo(const struct doctor_record *r,
                                                 const struct smtp_attempt *door,
                                                 enum smtp_security layer)
{
    for (size_t i = r->count; i-- > 0;) {
        const struct doctor_evidence *ev = &r->rows[i];
        if (ev->probe == PROBE_CAPABILITIES && ev->attempt.old_helo &&
            ev->attempt.security == layer && doctor_same_door(&ev->attempt, door) &&
            doctor_evidence_good(ev))
            return ev;
    }
    return NULL;
}

bool doctor_evidence_caps(const struct doctor_evidence *ev, struct smtp_caps *out)
{
    if (!ev || !doctor_evidence_good(ev))
        return false;
    smtp_caps_read(ev->outcome.text, out);
    return true;
}

const struct doctor_evidence *doctor_record_login(const struct doctor_record *r,
                                                  const struct smtp_attempt *door, bool good)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct doctor_evidence *ev = &r->rows[i];
        if (ev->probe == PROBE_LOGIN && ev->outcome.end != SMTP_END_GUARDED &&
            (!door || doctor_same_door(&ev->attempt, door)) && doctor_evidence_good(ev) == good)
            return ev;
    }
    return NULL;
}

bool doctor_record_offers_login(const struct doctor_record *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct smtp_caps c;
        if (r->rows[i].probe == PROBE_CAPABILITIES && doctor_evidence_caps(&r->rows[i], &c) &&
            c.mechanism_count)
            return true;
    }
    return false;
}

/* ------------------------------------------------------------------------------------------------
 * Words
 */
static const char *security_words(enum smtp_security s)
{
    switch (s) {
    case SMTP_SECURITY_NONE: return ", no encryption";
    case SMTP_SECURITY_STARTTLS: return ", STARTTLS";
    case SMTP_SECURITY_TLS: return ", SSL/TLS";
    case SMTP_SECURITY_AUTO: break;
    }
    return "";
}

static void add_login(struct buf *b, const struct smtp_attempt *at)
{
    if (!at->mechanism.n) {
        buf_add(b, STR(", no login"));
        return;
    }
    buf_add(b, STR(", login"));
    if (!str_eq(at->mechanism, STR("auto")))
        buf_addf(b, " by %.*s", STR_ARG(at->mechanism));
    if (at->user.n) {
        buf_add(b, STR(" as "));
        escape_line(at->user, b);
    }
    if (at->repaired)
        buf_add(b, STR(", the password repaired"));
}

/* A step before any login has nothing to say of one. */
static str place_words(const struct smtp_attempt *at, bool login, struct arena *a)
{
    char ip[IP_TEXT_MAX];
    struct buf b;
    buf_init(&b, 2048);
    if (at->host.n)
        buf_addf(&b, "%.*s", STR_ARG(at->host));
    if (at->address.family != IP_NONE && !str_eq(at->host, str_from(ip_text(&at->address, ip))))
        buf_addf(&b, at->host.n ? " (%s)" : "%s", ip);
    if (at->port)
        buf_addf(&b, " port %u", at->port);
    buf_add(&b, str_from(security_words(at->security)));
    if (at->certificate)
        buf_add(&b, STR(", with a certificate of its own"));
    if (login)
        add_login(&b, at);
    str words = arena_dup(a, buf_str(&b));
    buf_done(&b);
    return words;
}

static const char *step_words(const struct doctor_evidence *ev)
{
    switch (ev->outcome.stage) {
    case SMTP_STAGE_CONNECT: return "the connection";
    case SMTP_STAGE_GREETING: return "the greeting";
    case SMTP_STAGE_EHLO: return ev->attempt.old_helo ? "HELO" : "EHLO";
    case SMTP_STAGE_STARTTLS: return "STARTTLS";
    case SMTP_STAGE_TLS: return "the TLS handshake";
    case SMTP_STAGE_AUTH: return ev->probe == PROBE_AUTH ? "AUTH alone" : "the login";
    case SMTP_STAGE_MAIL: return "MAIL FROM";
    case SMTP_STAGE_RCPT: return "RCPT TO";
    case SMTP_STAGE_DATA: return "DATA";
    case SMTP_STAGE_END_OF_DATA: return "the message";
    default: return "the step";
    }
}

/* What a policy that takes everything came to see: all that may be too weak for an ordinary one. */
static void add_observed(struct buf *b, const struct smtp_tls_facts *t)
{
    buf_addf(b, " completed only with every version and cipher allowed: %.*s, %.*s",
             STR_ARG(t->version), STR_ARG(t->cipher));
    if (t->exchange.n)
        buf_addf(b, ", key exchange %.*s", STR_ARG(t->exchange));
    if (t->key.n)
        buf_addf(b, "; certificate with a key of %.*s, signed by %.*s", STR_ARG(t->key),
                 STR_ARG(t->signature));
}

static void add_tls(struct buf *b, const struct smtp_tls_facts *t)
{
    buf_addf(b, " %.*s", STR_ARG(t->version));
    if (t->verified) {
        buf_add(b, STR(", certificate in order"));
        return;
    }
    buf_add(b, STR(", certificate does not verify:"));
    for (unsigned i = 0; i < t->reason_count; i++) {
        str name = names_of(&SMTP_CERT_REASON_NAMES, (int)t->reasons[i]);
        buf_addf(b, "%s %.*s", i ? "," : "", STR_ARG(name));
    }
    if (t->names.n)
        buf_addf(b, "; it is for %.*s, until %.*s", STR_ARG(t->names), STR_ARG(t->not_after));
}

/* What the handshake showed of our side. */
static void add_own_certificate(struct buf *b, const struct smtp_tls_facts *t)
{
    if (t->certificate_asked)
        buf_add(b, t->certificate_shown
                       ? STR("; the server asked for a certificate of ours, and was shown one")
                       : STR("; the server asked for a certificate of ours, and was shown none"));
}

/* A transaction that came as far as MAIL or further. */
static bool is_transaction(const struct doctor_evidence *ev)
{
    return (ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE || ev->probe == PROBE_MX) &&
           ev->outcome.stage >= SMTP_STAGE_MAIL;
}

/* "MAIL FROM a, RCPT TO b (68 octets)": what was said up to the step that ended it. */
static void add_transaction(struct buf *b, const struct doctor_evidence *ev)
{
    const struct smtp_attempt *at = &ev->attempt;
    enum smtp_stage stage = ev->outcome.stage;
    buf_add(b, STR("MAIL FROM "));
    escape_line(at->from.n ? at->from : STR("<>"), b);
    if (at->to.n && stage > SMTP_STAGE_MAIL) {
        buf_add(b, STR(", RCPT TO "));
        escape_line(at->to, b);
    }
    if (stage > SMTP_STAGE_RCPT)
        buf_addf(b, ", %s", step_words(ev));
    if (ev->probe == PROBE_MESSAGE && at->header_from.n) {
        buf_add(b, STR(" from "));
        escape_line(at->header_from, b);
    }
    if (at->size_octets)
        buf_addf(b, " (%llu octets)", (unsigned long long)at->size_octets);
}

static void add_capabilities(struct buf *b, const struct doctor_evidence *ev)
{
    struct smtp_caps c;
    if (ev->attempt.old_helo) {
        buf_add(b, STR(" was answered with no word of login or encryption"));
        return;
    }
    smtp_caps_read(ev->outcome.text, &c);
    buf_add(b, STR(" offers"));
    if (ev->attempt.security == SMTP_SECURITY_NONE)
        buf_add(b, c.ext & SMTP_EXT_STARTTLS ? STR(" STARTTLS and") : STR(" no STARTTLS and"));
    buf_add(b, c.mechanism_count ? STR(" login by") : STR(" no login"));
    for (unsigned i = 0; i < c.mechanism_count; i++) {
        buf_addc(b, ' ');
        escape_line(c.mechanisms[i], b);
    }
}

/* A reply of several lines, as one. */
static void add_lines(str text, struct buf *b)
{
    while (text.p) {
        escape_line(str_trim(str_cut(&text, '\n')), b);
        if (text.p)
            buf_add(b, STR(" / "));
    }
}

/* How a step ended that no reply ended. */
static void add_end(struct buf *b, const struct smtp_outcome *o)
{
    if (o->end == SMTP_END_SILENT)
        buf_add(b, o->stage == SMTP_STAGE_GREETING ? STR(" did not come: ")
                                                   : STR(" was not answered: "));
    else if (o->end == SMTP_END_REFUSED)
        buf_add(b, STR(" was refused: "));
    else
        buf_addf(b, " ended (%.*s): ", STR_ARG(names_of(&SMTP_END_NAMES, (int)o->end)));
    escape_line(o->text, b);
}

str doctor_evidence_said(const struct doctor_evidence *ev, struct arena *a)
{
    const struct smtp_outcome *o = &ev->outcome;
    struct buf b;
    buf_init(&b, (size_t)16 * 1024);
    bool login = smtp_attempt_logs_in(&ev->attempt) || ev->probe == PROBE_LOGIN ||
                 ev->probe == PROBE_TRIAL || ev->probe == PROBE_MESSAGE;
    str words = place_words(&ev->attempt, login, a);
    buf_addf(&b, "%.*s: ", STR_ARG(words));
    if (is_transaction(ev))
        add_transaction(&b, ev);
    else
        buf_add(&b, str_from(step_words(ev)));
    if (ev->probe == PROBE_POP)
        buf_add(&b, STR(" to fetch mail (POP3)"));
    if (ev->probe == PROBE_UNOFFERED)
        buf_add(&b, STR(", though STARTTLS was not offered,"));
    if (ev->probe == PROBE_OBSERVED && o->tls.done) {
        add_observed(&b, &o->tls);
    } else if ((ev->probe == PROBE_TLS || ev->probe == PROBE_UNOFFERED) && o->tls.done) {
        add_tls(&b, &o->tls);
    } else if (ev->probe == PROBE_CAPABILITIES && doctor_evidence_good(ev)) {
        add_capabilities(&b, ev);
    } else if (o->end == SMTP_END_REPLY) {
        str first = o->text;
        first = str_cut(&first, '\n');
        buf_add(&b, is_transaction(ev) ? STR(": ") : STR(" was answered "));
        if (o->code)
            buf_addf(&b, "%u ", o->code);
        add_lines(ev->probe == PROBE_GREETING ? first : o->text, &b);
        if (o->sasl.n) {
            buf_add(&b, STR("; before that it said in the login itself: "));
            escape_line(o->sasl, &b);
        }
    } else {
        add_end(&b, o);
    }
    if (ev->probe == PROBE_TLS)
        add_own_certificate(&b, &o->tls);
    if (!buf_ok(&b)) { /* a reply too long to be told: it is masked with its end missing */
        b.failed = false;
        b.max += sizeof SECRET_CUT;
        buf_add(&b, STR(SECRET_CUT));
    }
    str said = arena_dup(a, str_trim(buf_str(&b)));
    buf_done(&b);
    return said;
}
