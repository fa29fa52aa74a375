/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dkim.c - every signature of a message
 */
#include "base/escape.h"
#include "mailauth/dkim_inside.h"
#include <string.h>

enum { CLOCKS_DIFFER_S = 300, COPIES_MAX = 64 };
#define SIGNED_OCTETS_MAX  ((size_t)4 << 20)
#define COMPARE_OCTETS_MAX ((size_t)4 << 20)

/* The fields that may come once (RFC 5322 section 3.6) and that a reader is shown. */
static const str SINGLE[] = {
    STR_INIT("Subject"), STR_INIT("Date"),     STR_INIT("To"),         STR_INIT("Cc"),
    STR_INIT("Sender"),  STR_INIT("Reply-To"), STR_INIT("Message-ID"),
};
static const str SHOWN[] = { STR_INIT("Subject"), STR_INIT("Date"), STR_INIT("To") };

struct work {
    const struct mail_header *message;
    const struct dkim_options *o;
    struct arena *memory;
    struct dkim_verdict *out;
    size_t *to_compare; /* octets of fields that copies in z= are still compared with */
};

static void say(struct dkim_signature *s, const struct dkim_fault *f, struct arena *memory)
{
    s->reason = f->reason;
    s->result = dkim_reason_result(f->reason);
    s->sentence = dkim_sentence(f, memory);
}

/* ------------------------------------------------------------------------------------------------
 * The signed octets of the header: RFC 6376 sections 3.7 and 5.4.2
 */
static void add_octets(void *user, str octets)
{
    buf_add(user, octets);
}

/* The lowest field of that name that was not taken yet; the signature itself is none of them. */
static const struct mail_field *next_field(const struct mail_header *m,
                                           const struct mail_field *self, str name, bool *taken)
{
    for (size_t i = m->count; i-- > 0;) {
        if (taken[i] || &m->fields[i] == self || !str_eq_nocase(m->fields[i].name, name))
            continue;
        taken[i] = true;
        return &m->fields[i];
    }
    return NULL;
}

/* The signature's own field, with b= as it was before there was one. */
static bool add_self(const struct work *w, const struct dkim_signature *s, struct buf *out)
{
    str whole = s->field->whole;
    size_t before = (size_t)(s->octets_text.p - whole.p);
    str after = str_skip(whole, before + s->octets_text.n);
    struct mail_field f;
    char *room = arena_alloc(w->memory, whole.n);
    if (!room)
        return false;
    memcpy(room, whole.p, before);
    memcpy(room + before, after.p, after.n);
    if (!mail_field_read((str){ room, before + after.n }, &f))
        return false;
    mail_canonical_field(s->header_form, &f, w->message->unix_lines,
                         (struct mail_sink){ add_octets, out });
    return buf_ok(out);
}

static bool header_octets(const struct work *w, const struct dkim_signature *s, struct buf *out)
{
    const struct mail_header *m = w->message;
    bool *taken = arena_alloc(w->memory, m->count);
    if (!taken)
        return false;
    for (size_t i = 0; i < s->signed_count; i++) {
        const struct mail_field *f = next_field(m, s->field, s->signed_names[i], taken);
        if (!f)
            continue; /* a field that is not there is signed as nothing: none may be added */
        mail_canonical_field(s->header_form, f, m->unix_lines,
                             (struct mail_sink){ add_octets, out });
        buf_add(out, STR("\r\n"));
    }
    return add_self(w, s, out);
}

static void check_header(const struct work *w, struct dkim_signature *s)
{
    struct buf octets;
    buf_init(&octets, SIGNED_OCTETS_MAX);
    if (header_octets(w, s, &octets))
        s->header_holds = dkim_holds(&s->key, buf_str(&octets), s->octets);
    buf_done(&octets);
}

/* ------------------------------------------------------------------------------------------------
 * The body
 */
struct body_hash {
    unsigned char octets[DKIM_HASH_OCTETS];
    uint64_t total;
    bool known;
};

static void hash_body(const struct work *w, enum mail_form form, uint64_t length,
                      struct body_hash *out)
{
    struct mail_body b;
    AUTO(dkim_hash_freep) struct dkim_hash *h = dkim_hash_new();
    if (!h)
        return;
    mail_body_begin(&b, form, w->message->unix_lines, length,
                    (struct mail_sink){ dkim_hash_add, h });
    mail_body_feed(&b, w->message->body);
    mail_body_end(&b);
    out->total = b.total;
    out->known = dkim_hash_end(h, out->octets);
}

/* Signatures that hash the same octets share the work. */
static bool known_from(const struct dkim_verdict *v, struct dkim_signature *s)
{
    for (const struct dkim_signature *o = v->signatures; o < s; o++) {
        if (o->body_holds == DKIM_NOT_KNOWN || o->body_form != s->body_form ||
            o->length != s->length || !str_eq(o->body_hash, s->body_hash))
            continue;
        s->body_holds = o->body_holds;
        s->body_octets = o->body_octets;
        return true;
    }
    return false;
}

static void check_body(const struct work *w, struct dkim_signature *s)
{
    struct body_hash h = { .known = false };
    if (known_from(w->out, s))
        return;
    hash_body(w, s->body_form, s->length, &h);
    if (!h.known)
        return;
    s->body_octets = h.total;
    bool same = str_eq(s->body_hash, (str){ (const char *)h.octets, sizeof h.octets });
    s->body_holds = same ? DKIM_YES : DKIM_NO;
}

/* An empty body is CRLF in the simple form. */
static bool has_body(const struct dkim_signature *s)
{
    return s->body_octets > (s->body_form == MAIL_SIMPLE ? 2 : 0);
}

/* ------------------------------------------------------------------------------------------------
 * What the message says about itself
 */
static bool message_fits(const struct work *w, struct dkim_fault *f)
{
    unsigned odd = w->message->odd;
    if (odd & MAIL_BARE_LF)
        return dkim_fault(f, DKIM_MIXED_LINES,
                          "some lines of the header end with CRLF and some with LF alone: what was "
                          "signed cannot be told, and readers differ in what they see");
    if (odd & MAIL_BARE_CR)
        return dkim_fault(f, DKIM_BROKEN_HEADER,
                          "a CR stands alone in the header: some readers see a new line there");
    if (odd & MAIL_NUL)
        return dkim_fault(f, DKIM_BROKEN_HEADER,
                          "a NUL stands in the header: some readers see its end there");
    if (odd & MAIL_NOT_A_FIELD)
        return dkim_fault(f, DKIM_BROKEN_HEADER,
                          "a line of the header is no field: some readers see its end there");
    return w->out->from.fields > 0 || dkim_fault(f, DKIM_NO_FROM, "the message has no From field");
}

static size_t times_signed(const struct dkim_signature *s, str name)
{
    size_t n = 0;
    for (size_t i = 0; i < s->signed_count; i++)
        n += str_eq_nocase(s->signed_names[i], name);
    return n;
}

static void note_fields(const struct work *w, struct dkim_signature *s)
{
    size_t from = w->out->from.fields, listed = times_signed(s, STR("From"));
    s->from_signed = from < listed ? from : listed;
    s->covers_from = from > 0 && listed >= from;
    s->notes |= from > 1 && s->covers_from ? DKIM_NOTE_FROM_TWICE : 0;
    for (size_t i = 0; i < COUNT_OF(SINGLE); i++) {
        listed = times_signed(s, SINGLE[i]);
        if (listed > 0 && mail_header_count(w->message, SINGLE[i]) > listed)
            s->notes |= DKIM_NOTE_FIELD_ADDED;
    }
    for (size_t i = 0; i < COUNT_OF(SHOWN); i++)
        if (times_signed(s, SHOWN[i]) == 0 && mail_header_first(w->message, SHOWN[i]))
            s->notes |= DKIM_NOTE_FIELD_UNSIGNED;
}

/* ------------------------------------------------------------------------------------------------
 * Key and signature together: RFC 6376 section 6.1.2
 */
static str local_part(str identity)
{
    return str_take(identity, str_rfind_octet(identity, '@'));
}

static bool key_fits(const struct dkim_signature *s, struct dkim_fault *f)
{
    const struct dkim_key *k = &s->key;
    str type = s->algorithm;
    type = str_cut(&type, '-');
    if (!str_eq(type, k->type))
        return dkim_fault(f, DKIM_KEY_MISMATCH,
                          "the signature is %.*s and the key at the selector is for %.*s",
                          STR_ARG(s->algorithm), STR_ARG(k->type));
    if (!dkim_key_takes_sha256(k))
        return dkim_fault(f, DKIM_KEY_HASH, "h= of the key record does not list sha256");
    if (!dkim_key_is_for_mail(k))
        return dkim_fault(f, DKIM_KEY_SERVICE, "s= of the key record does not list email");
    return !k->strict || str_eq(s->identity_a, s->domain_a) ||
           dkim_fault(f, DKIM_KEY_STRICT,
                      "the key record says t=s, and the domain of i= is not that of d=");
}

/* RFC 4871 had g=, the address that the key is for; RFC 6376 has it no more, and what is no tag is passed over. One
 * "*" stands for anything. */
static bool is_granted(str granularity, str local)
{
    str behind = granularity, before = str_cut(&behind, '*');
    if (!behind.p)
        return granularity.n == 0 || str_eq(granularity, local);
    return local.n >= before.n + behind.n && str_starts(local, before) &&
           str_eq(str_skip(local, local.n - behind.n), behind);
}

/* ------------------------------------------------------------------------------------------------
 * What holds, and is not taken all the same
 */
static bool is_in_time(const struct work *w, const struct dkim_signature *s, struct dkim_fault *f)
{
    uint64_t now = w->o->now_s;
    if (s->expiry_s != DKIM_NO_TIME && now > s->expiry_s)
        return dkim_fault(f, DKIM_EXPIRED, "the signature expired %llu seconds ago (x=)",
                          (unsigned long long)(now - s->expiry_s));
    return s->time_s == DKIM_NO_TIME || s->time_s <= now + CLOCKS_DIFFER_S ||
           dkim_fault(f, DKIM_FUTURE, "the signature is dated %llu seconds in the future (t=)",
                      (unsigned long long)(s->time_s - now));
}

static bool authors_are_at(const struct mail_from *from, str domain)
{
    for (size_t i = 0; i < from->count; i++)
        if (!str_eq_nocase(from->authors[i].domain, domain))
            return false;
    return from->count > 0 && from->trouble == 0;
}

/* RFC 6376 section 8.11: a registry may not speak for those who registered below it. */
static bool is_own_domain(const struct work *w, struct dkim_signature *s, struct dkim_fault *f)
{
    char shown[ESCAPE_SHOWN_MAX];
    if (dns_org_domain(s->domain_a, w->o->suffixes).n > 0)
        return true;
    if (!authors_are_at(&w->out->from, s->domain))
        return dkim_fault(
            f, DKIM_SUFFIX_DOMAIN,
            "the signature holds, but %s is a domain below which anybody can register",
            escape_shown(s->domain, shown));
    s->notes |= DKIM_NOTE_SUFFIX;
    return true;
}

static bool is_acceptable(const struct work *w, struct dkim_signature *s, struct dkim_fault *f)
{
    if (!is_in_time(w, s, f))
        return false;
    if (!s->covers_from)
        return dkim_fault(
            f, DKIM_FROM_ADDED,
            "the signature holds, but the message has %zu From fields and only %zu of "
            "them signed: the others may have been added by anybody",
            w->out->from.fields, s->from_signed);
    if (s->length == 0 && has_body(s))
        return dkim_fault(
            f, DKIM_BODY_UNSIGNED,
            "the signature holds, but l=0 leaves the whole body unsigned: anybody may "
            "have written it");
    return is_own_domain(w, s, f);
}

/* ------------------------------------------------------------------------------------------------
 * What differs, by the copies in z=
 */
static void relaxed(const struct mail_field *f, bool unix_lines, struct buf *out)
{
    buf_clear(out);
    mail_canonical_field(MAIL_RELAXED, f, unix_lines, (struct mail_sink){ add_octets, out });
}

/* Is there a field of that name with this value? Yes, too, when so much was compared that it is not looked for. */
static bool is_there(const struct work *w, str name, str decoded)
{
    const struct mail_field copy = { .name = name, .value = decoded };
    const struct mail_header *m = w->message;
    struct buf wanted, there;
    bool found = false;
    buf_init(&wanted, SIGNED_OCTETS_MAX);
    buf_init(&there, SIGNED_OCTETS_MAX);
    relaxed(&copy, false, &wanted);
    for (size_t i = 0; i < m->count && !found; i++) {
        size_t n = m->fields[i].whole.n;
        if (!str_eq_nocase(m->fields[i].name, name))
            continue;
        relaxed(&m->fields[i], m->unix_lines, &there);
        found = str_eq(buf_str(&wanted), buf_str(&there)) || n > *w->to_compare;
        *w->to_compare -= found ? 0 : n;
    }
    buf_done(&wanted);
    buf_done(&there);
    return found;
}

static str changed_field(const struct work *w, const struct dkim_signature *s)
{
    str rest = s->copied, item;
    for (size_t i = 0; i < COPIES_MAX && dkim_list_next(&rest, '|', &item); i++) {
        str value = item, decoded, name = str_trim(str_cut(&value, ':'));
        if (times_signed(s, name) > 0 && dkim_quoted(value, w->memory, &decoded) &&
            !is_there(w, name, decoded))
            return name;
    }
    return STR_NONE;
}

/* ------------------------------------------------------------------------------------------------
 * One signature
 */
/* Fewer octets than l= says (RFC 6376 section 3.5). */
static bool is_short(const struct dkim_signature *s)
{
    return s->length != DKIM_WHOLE && s->length > s->body_octets;
}

/* The body is not what was signed, or less of it is there than was said. */
static bool body_fault(const struct dkim_signature *s, const char *header, struct dkim_fault *f)
{
    unsigned long long there = s->body_octets, signed_octets = s->length;
    if (s->body_holds == DKIM_YES)
        return dkim_fault(f, DKIM_BODY_SHORT,
                          "the hash of the body is right, but l= says that %llu octets of it were "
                          "signed, and it has %llu; %s",
                          signed_octets, there, header);
    if (is_short(s))
        return dkim_fault(f, DKIM_BODY_CHANGED,
                          "the body has %llu octets, and %llu were signed (l=): it was cut; %s",
                          there, signed_octets, header);
    return dkim_fault(f, DKIM_BODY_CHANGED, "the body was changed after it was signed; %s", header);
}

static bool octets_hold(const struct work *w, struct dkim_signature *s, struct dkim_fault *f)
{
    char shown[ESCAPE_SHOWN_MAX];
    check_body(w, s);
    check_header(w, s);
    if (s->body_holds == DKIM_NOT_KNOWN || s->header_holds == DKIM_NOT_KNOWN)
        return dkim_fault(f, DKIM_NO_MEMORY, "memory is short");
    const char *header = s->header_holds == DKIM_YES
                             ? "the signed header fields are as they were"
                             : "the signature of the header does not fit either";
    if (s->body_holds != DKIM_YES || is_short(s))
        return body_fault(s, header, f);
    if (s->header_holds == DKIM_YES)
        return true;
    s->changed = changed_field(w, s);
    if (s->changed.n > 0)
        return dkim_fault(f, DKIM_HEADER_CHANGED,
                          "the body is as it was signed, but the field %s was changed since",
                          escape_shown(s->changed, shown));
    return dkim_fault(f, DKIM_HEADER_CHANGED,
                      "the body is as it was signed, but the signature does not fit the header: a "
                      "signed field was changed, or the key at the selector is another one");
}

/* A signature that can be read, and a key or what came in its place. */
static void judge(const struct work *w, struct dkim_signature *s)
{
    struct dkim_fault f = { .reason = DKIM_OK };
    s->notes |= dkim_key_notes(&s->key);
    if (s->key.result != AUTH_PASS) {
        /* a key may go when the last signature by it has expired */
        if (!is_in_time(w, s, &f)) {
            say(s, &f, w->memory);
        } else {
            s->reason = s->key.reason;
            s->result = s->key.result;
            s->sentence = s->key.sentence;
        }
        return;
    }
    if (key_fits(s, &f) && octets_hold(w, s, &f) && is_acceptable(w, s, &f))
        (void)dkim_fault(
            &f, DKIM_OK, "the signature holds: %s key of %u bits, %zu names of fields signed, %s",
            str_eq(s->key.type, STR("rsa")) ? "an RSA" : "an Ed25519", s->key.bits, s->signed_count,
            !has_body(s)                 ? "and no body is there"
            : s->length < s->body_octets ? "and a part of the body"
                                         : "and the body");
    s->notes |= has_body(s) && s->length < s->body_octets ? DKIM_NOTE_BODY_BEYOND : 0;
    if (!is_granted(s->key.granularity, local_part(s->identity)))
        s->notes |= DKIM_NOTE_GRANULARITY;
    say(s, &f, w->memory);
}

/* Reads all signatures; those that can be judged have AUTH_NONE. */
static void read_all(const struct work *w)
{
    struct dkim_verdict *v = w->out;
    for (size_t i = 0; i < w->message->count; i++) {
        const struct mail_field *field = &w->message->fields[i];
        struct dkim_fault f = { .reason = DKIM_OK };
        if (!str_eq_nocase(field->name, STR("DKIM-Signature")))
            continue;
        if (v->count == DKIM_SIGNATURES_MAX) {
            v->passed_over++;
            continue;
        }
        struct dkim_signature *s = &v->signatures[v->count++];
        bool ok = dkim_signature_read(field, w->o->idn, w->memory, s, &f);
        note_fields(w, s);
        if (!message_fits(w, &f) || !ok)
            say(s, &f, w->memory);
    }
}

/* The better of two results: what is certain to be told first. */
static int rank(enum auth_result r)
{
    static const enum auth_result ORDER[] = { AUTH_NONE, AUTH_PERMERROR, AUTH_POLICY,
                                              AUTH_FAIL, AUTH_TEMPERROR, AUTH_PASS };
    int at = 0;
    while (at + 1 < (int)COUNT_OF(ORDER) && ORDER[at] != r)
        at++;
    return at;
}

bool dkim_verify(struct dns_known *known, const struct mail_header *message,
                 const struct dkim_options *o, struct arena *memory, struct dkim_verdict *out)
{
    size_t to_compare = COMPARE_OCTETS_MAX;
    struct work w = { message, o, memory, out, &to_compare };
    bool all = true;
    memset(out, 0, sizeof *out);
    if (!mail_from_read(message, memory, &out->from)) {
        out->result = AUTH_TEMPERROR;
        return true;
    }
    read_all(&w);
    for (size_t i = 0; i < out->count; i++) {
        struct dkim_signature *s = &out->signatures[i];
        if (s->reason == DKIM_OK)
            all &= dkim_key_look(known, s->selector_a, s->domain_a, o, memory, &s->key);
    }
    for (size_t i = 0; all && i < out->count; i++) {
        struct dkim_signature *s = &out->signatures[i];
        if (s->reason == DKIM_OK)
            judge(&w, s);
        if (rank(s->result) > rank(out->result))
            out->result = s->result;
    }
    return all;
}

static bool is_among(str domain, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(list[i], domain))
            return true;
    return false;
}

size_t dkim_pass_domains(const struct dkim_verdict *v, str *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < v->count && n < max; i++) {
        const struct dkim_signature *s = &v->signatures[i];
        if (s->result == AUTH_PASS && !is_among(s->domain_a, out, n))
            out[n++] = s->domain_a;
    }
    return n;
}
