/* SPDX-License-Identifier: ISC */
/* mailauth/spf.c - check_host(), RFC 7208 sections 4 and 6 */
#include "mailauth/spf.h"
#include "mailauth/spf_inside.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum {
    NAME_LONGEST = 253,
    LABEL_LONGEST = 63,
    EXPANDED_MAX = 1 << 16,
    EXPLANATION_MAX = 4096,
    SENTENCE_MAX = 2048
};

static const struct name_row WHY_ROWS[] = {
    { SPF_MATCHED, STR_INIT("matched") },
    { SPF_NOT_MATCHED, STR_INIT("not-matched") },
    { SPF_NO_SUCH_NAME, STR_INIT("no-such-name") },
    { SPF_NO_SUCH_TYPE, STR_INIT("no-such-type") },
    { SPF_OTHER_FAMILY, STR_INIT("other-family") },
    { SPF_NOT_A_NAME, STR_INIT("not-a-name") },
    { SPF_NOT_READ, STR_INIT("not-read") },
    { SPF_IGNORED, STR_INIT("ignored") },
    { SPF_END_OF_RECORD, STR_INIT("end-of-record") },
    { SPF_EXPLAINED, STR_INIT("explained") },
    { SPF_NOT_EXPLAINED, STR_INIT("not-explained") },
    { SPF_MALFORMED_DOMAIN, STR_INIT("malformed-domain") },
    { SPF_NO_DOMAIN, STR_INIT("no-domain") },
    { SPF_NO_RECORD, STR_INIT("no-record") },
    { SPF_DNS_FAILED, STR_INIT("dns-failed") },
    { SPF_TOO_LARGE, STR_INIT("too-large") },
    { SPF_SEVERAL_RECORDS, STR_INIT("several-records") },
    { SPF_STRANGE_OCTET, STR_INIT("strange-octet") },
    { SPF_UNKNOWN_MECHANISM, STR_INIT("unknown-mechanism") },
    { SPF_DOMAIN_MISSING, STR_INIT("domain-missing") },
    { SPF_TAKES_NO_DOMAIN, STR_INIT("takes-no-domain") },
    { SPF_TAKES_NO_PREFIX, STR_INIT("takes-no-prefix") },
    { SPF_BAD_ADDRESS, STR_INIT("bad-address") },
    { SPF_BAD_PREFIX, STR_INIT("bad-prefix") },
    { SPF_BAD_MACRO, STR_INIT("bad-macro") },
    { SPF_BAD_DOMAIN_END, STR_INIT("bad-domain-end") },
    { SPF_BAD_MODIFIER, STR_INIT("bad-modifier") },
    { SPF_MODIFIER_TWICE, STR_INIT("modifier-twice") },
    { SPF_TOO_MANY_LOOKUPS, STR_INIT("too-many-lookups") },
    { SPF_TOO_MANY_VOIDS, STR_INIT("too-many-voids") },
    { SPF_TOO_MANY_MX, STR_INIT("too-many-mx") },
    { SPF_INCLUDE_WITHOUT_RECORD, STR_INIT("include-without-record") },
    { SPF_REDIRECT_WITHOUT_RECORD, STR_INIT("redirect-without-record") },
    { SPF_LOOP, STR_INIT("loop") },
};
const struct names SPF_WHY_NAMES = NAMES(WHY_ROWS);

static const struct name_row STEP_ROWS[] = {
    { SPF_STEP_RECORD, STR_INIT("record") },
    { SPF_STEP_MECHANISM, STR_INIT("mechanism") },
    { SPF_STEP_MODIFIER, STR_INIT("modifier") },
};
const struct names SPF_STEP_NAMES = NAMES(STEP_ROWS);

/* ---- steps ---- */

enum spf_go spf_say(struct spf_eval *e, struct spf_step *s, enum spf_go go, enum spf_why why,
                    const char *fmt, ...)
{
    s->why = why;
    s->lookups = e->out->lookups;
    if (e->pending)
        return go;
    char text[SENTENCE_MAX];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    s->sentence = n < 0 ? STR_NONE : arena_dup(e->memory, str_from(text));
    e->memory_short = e->memory_short || !s->sentence.p;
    return go;
}

enum spf_go spf_say_failed(struct spf_eval *e, struct spf_step *s, enum spf_go go,
                           const struct dns_answer *a, str name)
{
    static const char *const HOW[] = {
        [DNS_SERVFAIL] = "the DNS server failed",
        [DNS_REFUSED] = "the DNS server refuses to answer",
        [DNS_TIMEOUT] = "no answer came in time",
        [DNS_BROKEN] = "the answer could not be used",
        [DNS_UNREACHABLE] = "there is no way to the DNS server from here",
    };
    return spf_say(e, s, go, SPF_DNS_FAILED, "asking for the %.*s records of %.*s: %s",
                   STR_ARG(names_of(&DNS_TYPE_NAMES, (int)a->question.type)), STR_ARG(name),
                   HOW[a->code]);
}

static struct spf_step *step_add(struct spf_eval *e, const struct spf_frame *f,
                                 enum spf_step_kind kind, str term, size_t at)
{
    struct spf_step *s = &e->spare;
    if (e->pending)
        ;
    else if (e->out->step_count < SPF_STEPS_MAX)
        s = &e->steps[e->out->step_count++];
    else
        e->out->steps_left_out++;
    *s = (struct spf_step){ .kind = kind,
                            .depth = f->depth,
                            .domain = f->domain,
                            .term = term,
                            .at = at,
                            .lookups = e->out->lookups };
    return s;
}

/* ---- names and macros ---- */

bool spf_is_domain(str name)
{
    if (name.n == 0 || name.n > NAME_LONGEST)
        return false;
    for (str rest = name; rest.p;) {
        str label = str_cut(&rest, '.');
        if (label.n == 0 || label.n > LABEL_LONGEST)
            return false;
    }
    return true;
}

bool spf_is_full_domain(str name)
{
    return spf_is_domain(name) && name.p[0] != '[' && str_find_octet(name, '.') != STR_NOT_FOUND;
}

/* As ldns writes names, so that they can be compared. */
str spf_escaped(struct spf_eval *e, str name)
{
    struct buf b;
    buf_init(&b, DNS_ESCAPED_MAX);
    for (size_t i = 0; i < name.n; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (c <= 0x20 || c >= 0x7f)
            buf_addf(&b, "\\%03u", (unsigned)c);
        else {
            if (memchr("\\;()", c, 4))
                buf_addc(&b, '\\');
            buf_addc(&b, (char)c);
        }
    }
    str s = buf_ok(&b) ? arena_dup(e->memory, buf_str(&b)) : STR_NONE;
    buf_done(&b);
    e->memory_short = e->memory_short || !s.p;
    return s;
}

static str without_last_dot(str s)
{
    return str_take(s, s.n - (s.n > 0 && s.p[s.n - 1] == '.'));
}

/* 7.3: labels are dropped from the left until the name fits. */
static str fit(str name)
{
    name = without_last_dot(name);
    while (name.n > NAME_LONGEST) {
        size_t dot = str_find_octet(name, '.');
        if (dot == STR_NOT_FOUND)
            break;
        name = str_skip(name, dot + 1);
    }
    return name;
}

bool spf_expand(struct spf_eval *e, const struct spf_frame *f, str text, size_t most, str *out,
                bool *wait)
{
    struct spf_values v = e->values;
    struct buf b;
    v.of['d' - 'a'] = f->domain;
    *wait = false;
    if (spf_macro_uses(text, 'p')) {
        v.of['p' - 'a'] = spf_validated_name(e, f);
        *wait = !v.of['p' - 'a'].p;
        if (*wait)
            return false;
    }
    buf_init(&b, most);
    bool ok = spf_macro_expand(text, &v, &b);
    *out = ok ? arena_dup(e->memory, buf_str(&b)) : STR_NONE;
    e->memory_short = e->memory_short || (ok && !out->p);
    buf_done(&b);
    return out->p != NULL;
}

enum spf_go spf_target(struct spf_eval *e, const struct spf_frame *f, const struct spf_term *t,
                       struct spf_step *s, str *out)
{
    bool wait;
    *out = f->domain;
    if (t->domain.n > 0) {
        if (!e->local_is_ascii &&
            (spf_macro_uses(t->domain, 's') || spf_macro_uses(t->domain, 'l')))
            return spf_say(e, s, SPF_GO_ERROR, SPF_NOT_READ,
                           "the part before the @ is not ASCII, so that this cannot match");
        bool ok = spf_expand(e, f, t->domain, EXPANDED_MAX, out, &wait);
        if (wait)
            return SPF_GO_WAIT;
        *out = ok ? fit(*out) : STR_NONE;
    }
    s->target = *out;
    if (spf_is_domain(*out))
        return SPF_GO_ON;
    return spf_say(e, s, SPF_GO_ERROR, SPF_NOT_A_NAME,
                   "'%.*s' is no domain name: a label is empty or longer than 63 octets, or all of "
                   "it longer than 253",
                   STR_ARG(*out));
}

/* ---- asking ---- */

const struct dns_answer *spf_ask(struct spf_eval *e, str name, bool raw, enum dns_type type)
{
    if (raw)
        name = spf_escaped(e, name);
    bool ahead = e->pending && dns_known_noted(e->known) >= SPF_FORESIGHT_MAX;
    return ahead ? dns_known_follow_peek(e->known, name, type)
                 : dns_known_follow(e->known, name, type);
}

/* ---- records ---- */

struct end {
    bool wait;
    enum auth_result result;
    enum spf_why why;
    str sentence;
};

static struct end check_host(struct spf_eval *e, const struct spf_frame *f, bool *is_void);

static struct end ended(const struct spf_eval *e, enum auth_result result, enum spf_why why,
                        str sentence)
{
    return (struct end){ .wait = e->pending, .result = result, .why = why, .sentence = sentence };
}

static enum auth_result error_result(enum spf_why why)
{
    return why == SPF_DNS_FAILED || why == SPF_TOO_LARGE ? AUTH_TEMPERROR : AUTH_PERMERROR;
}

/* Terms that ask DNS, not questions, are counted. */
static enum spf_go count_lookup(struct spf_eval *e, struct spf_step *s)
{
    s->lookups = ++e->out->lookups;
    if (s->lookups <= SPF_LOOKUPS_MAX)
        return SPF_GO_ON;
    return spf_say(e, s, SPF_GO_ERROR, SPF_TOO_MANY_LOOKUPS,
                   "'%.*s' in the record of %.*s is term %u that asks DNS: only %d may",
                   STR_ARG(s->term), STR_ARG(s->domain), s->lookups, SPF_LOOKUPS_MAX);
}

static bool is_open(const struct spf_frame *f, str domain)
{
    for (; f; f = f->outer)
        if (str_eq_nocase(f->domain, domain))
            return true;
    return false;
}

/* check_host() of another domain for include and redirect. SPF_GO_ERROR: s says why. */
static enum spf_go go_other(struct spf_eval *e, const struct spf_frame *f, const struct spf_term *t,
                            struct spf_step *s, bool included, struct end *end)
{
    str target;
    bool is_void = false;
    enum spf_why missing = t->kind == SPF_INCLUDE ? SPF_INCLUDE_WITHOUT_RECORD
                                                  : SPF_REDIRECT_WITHOUT_RECORD;
    enum spf_go go = spf_target(e, f, t, s, &target);
    if (go == SPF_GO_ERROR && s->why == SPF_NOT_READ && t->kind == SPF_INCLUDE)
        return SPF_GO_ON;
    if (go == SPF_GO_ERROR) /* a malformed name: check_host() of it would be none */
        s->why = missing;
    if (go != SPF_GO_ON)
        return go;
    if (is_open(f, target))
        return spf_say(e, s, SPF_GO_ERROR, SPF_LOOP,
                       "'%.*s' leads back to the record of %.*s, which led here: that never ends",
                       STR_ARG(t->text), STR_ARG(target));
    const struct spf_frame inner = { target, f, f->depth + 1, included };
    *end = check_host(e, &inner, &is_void);
    e->out->voids += is_void;
    if (end->wait)
        return SPF_GO_WAIT;
    if (end->result == AUTH_NONE)
        return spf_say(e, s, SPF_GO_ERROR, missing, "'%.*s' needs an SPF record there: %.*s",
                       STR_ARG(t->text), STR_ARG(end->sentence));
    return SPF_GO_ON;
}

/* 5.2: what the result of the included record means for the one that includes. */
static enum spf_go go_include(struct spf_eval *e, const struct spf_frame *f,
                              const struct spf_term *t, struct spf_step *s)
{
    struct end end = { .result = AUTH_NEUTRAL };
    enum spf_go go = go_other(e, f, t, s, true, &end);
    if (go != SPF_GO_ON || s->why == SPF_NOT_READ)
        return go;
    str name = names_of(&AUTH_RESULT_NAMES, (int)end.result);
    if (end.result == AUTH_TEMPERROR || end.result == AUTH_PERMERROR)
        return spf_say(e, s, SPF_GO_ERROR, end.why, "in the record of %.*s: %.*s",
                       STR_ARG(s->target), STR_ARG(end.sentence));
    if (end.result == AUTH_PASS)
        return spf_say(e, s, SPF_GO_MATCH, SPF_MATCHED, "the record of %.*s says pass",
                       STR_ARG(s->target));
    return spf_say(e, s, SPF_GO_ON, SPF_NOT_MATCHED,
                   "the record of %.*s says %.*s: an include matches on pass alone",
                   STR_ARG(s->target), STR_ARG(name));
}

/* 6.1: what the other record says is the result. */
static struct end go_redirect(struct spf_eval *e, const struct spf_frame *f,
                              const struct spf_term *t)
{
    struct spf_step *s = step_add(e, f, SPF_STEP_MODIFIER, t->text, t->at);
    struct end end = { .result = AUTH_NEUTRAL };
    enum spf_go go = count_lookup(e, s);
    if (go == SPF_GO_ON)
        go = go_other(e, f, t, s, f->included, &end);
    if (go == SPF_GO_WAIT)
        e->pending = true;
    if (go != SPF_GO_ON) {
        s->result = error_result(s->why);
        return ended(e, s->result, s->why, s->sentence);
    }
    s->result = end.result;
    (void)spf_say(e, s, SPF_GO_ON, end.why, "the record of %.*s decides: %.*s", STR_ARG(s->target),
                  STR_ARG(end.sentence));
    return end;
}

static enum spf_go go_term(struct spf_eval *e, const struct spf_frame *f, const struct spf_term *t,
                           struct spf_step *s)
{
    if (t->kind == SPF_UNKNOWN_MODIFIER)
        return spf_say(e, s, SPF_GO_ON, SPF_IGNORED, "a modifier that SPF does not know: ignored");
    if (spf_asks(t->kind)) {
        enum spf_go go = count_lookup(e, s);
        if (go != SPF_GO_ON)
            return go;
    }
    return t->kind == SPF_INCLUDE ? go_include(e, f, t, s) : spf_mechanism(e, f, t, s);
}

static struct end matched(struct spf_eval *e, const struct spf_frame *f, const struct spf_term *t,
                          struct spf_step *s, const struct spf_outline *o)
{
    s->result = t->qualifier;
    if (s->result == AUTH_FAIL && o->has_exp && !f->included) {
        e->exp = o->exp;
        e->exp_domain = f->domain;
    }
    str sentence = e->pending ? STR_NONE
                              : arena_printf(e->memory, "'%.*s' matches: %.*s", STR_ARG(t->text),
                                             STR_ARG(s->sentence));
    return ended(e, s->result, SPF_MATCHED, sentence);
}

static struct end evaluate(struct spf_eval *e, const struct spf_frame *f, str record,
                           const struct spf_outline *o)
{
    struct spf_cursor c = spf_cursor_of(record);
    struct spf_term t;
    struct spf_fault unused;
    while (spf_next(&c, &t, &unused) == SPF_READ_TERM) {
        if (t.kind == SPF_REDIRECT || t.kind == SPF_EXP)
            continue;
        struct spf_step *s = step_add(
            e, f, spf_is_modifier(t.kind) ? SPF_STEP_MODIFIER : SPF_STEP_MECHANISM, t.text, t.at);
        switch (go_term(e, f, &t, s)) {
        case SPF_GO_ON: break;
        case SPF_GO_WAIT: e->pending = true; break;
        case SPF_GO_MATCH: return matched(e, f, &t, s, o);
        case SPF_GO_ERROR:
            s->result = error_result(s->why);
            return ended(e, s->result, s->why, s->sentence);
        }
    }
    if (o->has_redirect)
        return go_redirect(e, f, &o->redirect);
    return ended(e, AUTH_NEUTRAL, SPF_END_OF_RECORD,
                 STR("nothing in the record matches, and it does not say what then"));
}

/* 4.5. The answer is one that has come and is no failure. */
static size_t select_records(const struct dns_answer *a, str *record)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++)
        if (spf_is_record(a->records[i].data) && n++ == 0)
            *record = a->records[i].data;
    return n;
}

static struct end none(struct spf_eval *e, struct spf_step *s, enum spf_why why, const char *what)
{
    s->result = AUTH_NONE;
    (void)spf_say(e, s, SPF_GO_ON, why, "%.*s %s", STR_ARG(s->domain), what);
    return ended(e, s->result, why, s->sentence);
}

static struct end record_error(struct spf_eval *e, struct spf_step *s)
{
    s->result = error_result(s->why);
    return ended(e, s->result, s->why, s->sentence);
}

static struct end run_record(struct spf_eval *e, const struct spf_frame *f, struct spf_step *s,
                             str record)
{
    struct spf_outline o;
    struct spf_fault fault;
    s->term = record;
    if (f->depth == 0)
        e->out->record = record;
    if (!spf_outline_of(record, &o, &fault)) {
        s->at = fault.at;
        (void)spf_say(e, s, SPF_GO_ERROR, fault.why, "%s", fault.sentence);
        return record_error(e, s);
    }
    struct end end = evaluate(e, f, record, &o);
    if (!end.wait) {
        s->result = end.result;
        (void)spf_say(e, s, SPF_GO_ON, end.why, "%.*s", STR_ARG(end.sentence));
    }
    return end;
}

static struct end check_host(struct spf_eval *e, const struct spf_frame *f, bool *is_void)
{
    struct spf_step *s = step_add(e, f, SPF_STEP_RECORD, STR_NONE, 0);
    *is_void = false;
    s->target = f->domain;
    if (!spf_is_full_domain(f->domain))
        return none(e, s, SPF_MALFORMED_DOMAIN, "is no full domain name");
    const struct dns_answer *a = spf_ask(e, f->domain, true, DNS_TXT);
    str record = STR_NONE;
    if (!a)
        return (struct end){ .wait = e->pending = true };
    if (spf_failed(a)) {
        (void)spf_say_failed(e, s, SPF_GO_ERROR, a, f->domain);
        return record_error(e, s);
    }
    *is_void = a->count == 0;
    if (a->code == DNS_NXDOMAIN)
        return none(e, s, SPF_NO_DOMAIN, "does not exist in DNS");
    size_t n = select_records(a, &record);
    if (n == 0)
        return none(e, s, SPF_NO_RECORD, "has no SPF record");
    if (n > 1) {
        (void)spf_say(e, s, SPF_GO_ERROR, SPF_SEVERAL_RECORDS,
                      "%.*s has %zu SPF records: there may be one", STR_ARG(f->domain), n);
        return record_error(e, s);
    }
    return run_record(e, f, s, record);
}

/* ---- the explanation (6.2): whatever fails here fails quietly ---- */

static bool not_explained(struct spf_eval *e, struct spf_step *s, const char *why)
{
    (void)spf_say(e, s, SPF_GO_ON, SPF_NOT_EXPLAINED, "no explanation: %s", why);
    return true;
}

static bool take_explanation(struct spf_eval *e, const struct spf_frame *f, struct spf_step *s,
                             str text)
{
    bool wait;
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < 0x20 || (unsigned char)text.p[i] > 0x7e)
            return not_explained(e, s, "the text is not printable ASCII");
    if (spf_macro_wrong(text, SPF_IN_EXPLANATION))
        return not_explained(e, s, "the text has a macro that is none");
    if (!spf_expand(e, f, text, EXPLANATION_MAX, &e->out->explanation, &wait))
        return !wait && not_explained(e, s, "the text is too long");
    (void)spf_say(e, s, SPF_GO_ON, SPF_EXPLAINED, "the domain explains its refusal");
    return true;
}

/* False: not yet. */
static bool explain(struct spf_eval *e)
{
    const struct spf_frame f = { .domain = e->exp_domain };
    struct spf_step *s = step_add(e, &f, SPF_STEP_MODIFIER, e->exp.text, e->exp.at);
    str target;
    enum spf_go go = spf_target(e, &f, &e->exp, s, &target);
    if (go != SPF_GO_ON)
        return go != SPF_GO_WAIT && not_explained(e, s, "its name is no domain name");
    const struct dns_answer *a = spf_ask(e, target, true, DNS_TXT);
    if (!a)
        return false;
    if (a->code != DNS_OK)
        return not_explained(
            e, s, a->code == DNS_NXDOMAIN ? "the name does not exist" : "the look-up failed");
    if (a->count != 1)
        return not_explained(e, s, a->count ? "there are several texts" : "there is no text");
    return take_explanation(e, &f, s, a->records[0].data);
}

/* ---- the whole ---- */

str spf_domain(const struct spf_input *in)
{
    str whole = in->from.n > 0 ? in->from : in->helo;
    size_t at = str_rfind_octet(whole, '@');
    return without_last_dot(at == STR_NOT_FOUND ? whole : str_skip(whole, at + 1));
}

/* 4.3: a reverse-path without a local-part has postmaster. */
static str local_part(const struct spf_input *in)
{
    size_t at = in->from.n > 0 ? str_rfind_octet(in->from, '@') : STR_NOT_FOUND;
    return at == STR_NOT_FOUND || at == 0 ? STR("postmaster") : str_take(in->from, at);
}

/* %{i}: dotted octets, or dotted nibbles (7.3). */
static str address_macro(struct arena *memory, const struct ip *ip)
{
    static const char HEX[] = "0123456789abcdef";
    char text[IP_TEXT_MAX];
    size_t n = 0;
    if (ip->family != IP_V6)
        return arena_dup(memory, str_from(ip_text(ip, text)));
    for (size_t i = 0; i < 16; i++) {
        text[n++] = HEX[ip->octets[i] >> 4];
        text[n++] = '.';
        text[n++] = HEX[ip->octets[i] & 15];
        if (i < 15)
            text[n++] = '.';
    }
    return arena_dup(memory, (str){ text, n });
}

static bool set_values(struct spf_eval *e, const struct spf_input *in, str domain)
{
    char text[IP_TEXT_MAX];
    str local = local_part(in);
    const struct {
        char letter;
        str value;
    } VALUES[] = {
        { 's', arena_printf(e->memory, "%.*s@%.*s", STR_ARG(local), STR_ARG(domain)) },
        { 'l', local },
        { 'o', domain },
        { 'i', address_macro(e->memory, &e->ip) },
        { 'h', in->helo.p ? in->helo : STR("") },
        { 'c', arena_dup(e->memory, str_from(ip_text(&e->ip, text))) },
        { 'r', in->receiver.n > 0 ? in->receiver : STR("unknown") },
        { 't', arena_printf(e->memory, "%llu", (unsigned long long)in->now_s) },
        { 'v', e->ip.family == IP_V6 ? STR("ip6") : STR("in-addr") },
    };
    e->local_is_ascii = str_is_ascii(local);
    bool ok = true;
    for (size_t i = 0; i < COUNT_OF(VALUES); i++) {
        e->values.of[VALUES[i].letter - 'a'] = VALUES[i].value;
        ok = ok && VALUES[i].value.p;
    }
    return ok;
}

static bool too_large(struct spf_check *out)
{
    *out =
        (struct spf_check){ .result = AUTH_TEMPERROR,
                            .why = SPF_TOO_LARGE,
                            .domain = out->domain,
                            .sentence = STR("the record needs more memory than there is for it") };
    return true;
}

bool spf_check(struct dns_known *k, const struct spf_input *in, struct arena *memory,
               struct spf_check *out)
{
    struct spf_eval e = { .known = k, .ip = in->ip, .memory = memory, .out = out };
    bool unused;
    arena_done(memory);
    *out = (struct spf_check){ .domain = spf_domain(in) };
    e.steps = arena_alloc(memory, SPF_STEPS_MAX * sizeof(*e.steps));
    if (!e.steps || !set_values(&e, in, out->domain))
        return too_large(out);
    const struct spf_frame top = { .domain = out->domain };
    struct end end = check_host(&e, &top, &unused);
    if (!end.wait && end.result == AUTH_FAIL && e.exp_domain.n > 0 && !explain(&e))
        end.wait = true;
    if (e.memory_short)
        return too_large(out);
    out->result = end.result;
    out->why = end.why;
    out->sentence = end.sentence;
    out->steps = e.steps;
    return !end.wait;
}
