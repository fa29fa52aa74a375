/* SPDX-License-Identifier: ISC */
/*
 * mailauth/dkim_signature.c - the text of one DKIM-Signature field
 */
#include "base/escape.h"
#include "mailauth/dkim_inside.h"
#include <string.h>

enum { TIME_DIGITS = 12, LENGTH_DIGITS = 76 };

struct reader {
    struct dkim_signature *out;
    const struct dns_idn *idn;
    struct arena *memory;
    struct dkim_fault *f;
};

static bool is_digits(str s, size_t most)
{
    bool ok = s.n > 0 && s.n <= most;
    for (size_t i = 0; ok && i < s.n; i++)
        ok = is_digit(s.p[i]);
    return ok;
}

static bool wrong(struct reader *r, enum dkim_reason reason, const char *tag, str value,
                  const char *what)
{
    char shown[ESCAPE_SHOWN_MAX];
    return dkim_fault(r->f, reason, "%s= %s: '%s'", tag, what, escape_shown(value, shown));
}

static bool no_memory(struct reader *r)
{
    return dkim_fault(r->f, DKIM_NO_MEMORY, "memory is short");
}

static bool read_version(struct reader *r, str v)
{
    return str_eq(v, STR("1")) || wrong(r, DKIM_VERSION, "v", v, "is not 1");
}

static bool read_algorithm(struct reader *r, str v)
{
    r->out->algorithm = v;
    if (str_eq(v, STR("rsa-sha256")) || str_eq(v, STR("ed25519-sha256")))
        return true;
    if (str_eq(v, STR("rsa-sha1")))
        return dkim_fault(
            r->f, DKIM_SHA1,
            "it is signed with rsa-sha1, which proves nothing any more (RFC 8301): sign "
            "with rsa-sha256");
    return wrong(r, DKIM_ALGORITHM, "a", v, "is no algorithm that is known");
}

static bool read_octets(struct reader *r, str v)
{
    return dkim_base64(v, r->memory, &r->out->octets) ||
           dkim_fault(r->f, DKIM_BASE64, "b= is no base64: the signature was cut or changed");
}

static bool read_body_hash(struct reader *r, str v)
{
    if (!dkim_base64(v, r->memory, &r->out->body_hash))
        return wrong(r, DKIM_BASE64, "bh", v, "is no base64");
    return r->out->body_hash.n == DKIM_HASH_OCTETS ||
           dkim_fault(r->f, DKIM_BODY_HASH_SIZE, "bh= has %zu octets, and a SHA-256 has %d",
                      r->out->body_hash.n, DKIM_HASH_OCTETS);
}

static bool read_form(str word, enum mail_form *form)
{
    *form = str_eq(word, STR("relaxed")) ? MAIL_RELAXED : MAIL_SIMPLE;
    return str_eq(word, STR("relaxed")) || str_eq(word, STR("simple"));
}

static bool read_forms(struct reader *r, str v)
{
    str body = v, header = str_cut(&body, '/');
    r->out->body_form = MAIL_SIMPLE;
    return (read_form(header, &r->out->header_form) &&
            (!body.p || read_form(body, &r->out->body_form))) ||
           wrong(r, DKIM_FORM, "c", v, "is no canonical form that is known");
}

static bool read_domain(struct reader *r, str v)
{
    r->out->domain = v;
    return dkim_name(v, 2, r->idn, r->memory, &r->out->domain_a) ||
           wrong(r, DKIM_DOMAIN_SYNTAX, "d", v, "is no domain name");
}

static bool read_selector(struct reader *r, str v)
{
    r->out->selector = v;
    return dkim_selector(v, r->idn, r->memory, &r->out->selector_a) ||
           wrong(r, DKIM_SELECTOR_SYNTAX, "s", v, "is no selector");
}

/* field-name of RFC 5322: printable ASCII without a colon. */
static bool is_field_name(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f)
            return false;
    return s.n > 0;
}

static size_t items_of(str list)
{
    size_t n = 0;
    for (str item; dkim_list_next(&list, ':', &item);)
        n++;
    return n;
}

static bool read_names(struct reader *r, str v)
{
    size_t n = items_of(v);
    bool from = false;
    if (n > DKIM_SIGNED_MAX)
        return dkim_fault(r->f, DKIM_HEADER_LIST,
                          "h= has %zu names, more than the %d that are read", n, DKIM_SIGNED_MAX);
    str *names = arena_alloc(r->memory, n * sizeof *names);
    if (!names)
        return no_memory(r);
    n = 0;
    for (str rest = v, item; dkim_list_next(&rest, ':', &item); names[n++] = item) {
        if (!is_field_name(item))
            return wrong(r, DKIM_HEADER_LIST, "h", item,
                         "has something that is no name of a field");
        from |= str_eq_nocase(item, STR("From"));
    }
    r->out->signed_names = names;
    r->out->signed_count = n;
    return from || dkim_fault(r->f, DKIM_FROM_NOT_LISTED,
                              "h= does not list From: the signature says nothing of the author");
}

static bool is_below(str name, str domain)
{
    return str_eq(name, domain) || (name.n > domain.n && name.p[name.n - domain.n - 1] == '.' &&
                                    str_eq(str_skip(name, name.n - domain.n), domain));
}

/* [ Local-part ] "@" domain-name */
static bool read_identity(struct reader *r, str v)
{
    str identity, name;
    if (!dkim_quoted(v, r->memory, &identity))
        return wrong(r, DKIM_IDENTITY_SYNTAX, "i", v, "is not quoted-printable");
    size_t at = str_rfind_octet(identity, '@');
    if (at == STR_NOT_FOUND || !str_is_utf8(identity) ||
        !dkim_name(str_skip(identity, at + 1), 2, r->idn, r->memory, &name))
        return wrong(r, DKIM_IDENTITY_SYNTAX, "i", v, "is no identity with a domain");
    r->out->identity = identity;
    r->out->identity_a = name;
    return is_below(name, r->out->domain_a) ||
           wrong(r, DKIM_IDENTITY_OUTSIDE, "i", identity, "lies outside of the domain in d=");
}

/* Larger than what a number here can hold is larger than any body. */
static bool read_length(struct reader *r, str v)
{
    if (!is_digits(v, LENGTH_DIGITS))
        return wrong(r, DKIM_LENGTH_SYNTAX, "l", v, "is no number of octets");
    if (!str_to_u64(v, DKIM_WHOLE - 1, &r->out->length))
        r->out->length = DKIM_WHOLE - 1;
    return true;
}

/* sig-q-tag-method = "dns/txt" / x-sig-q-tag-type ["/" x-sig-q-tag-args] */
static bool read_methods(struct reader *r, str v)
{
    for (str rest = v, item; dkim_list_next(&rest, ':', &item);)
        if (!is_field_name(item))
            return wrong(r, DKIM_QUERY_METHOD, "q", v, "is no list of methods");
    return dkim_list_has(v, STR("dns/txt")) ||
           wrong(r, DKIM_QUERY_METHOD, "q", v, "does not list dns/txt, the one way that is known");
}

static bool read_time(struct reader *r, str v, const char *tag, uint64_t *time_s)
{
    if (!is_digits(v, TIME_DIGITS) || !str_to_u64(v, DKIM_NO_TIME - 1, time_s))
        return wrong(r, DKIM_TIME_SYNTAX, tag, v, "is no time in seconds");
    return true;
}

static bool read_signing_time(struct reader *r, str v)
{
    return read_time(r, v, "t", &r->out->time_s);
}

static bool read_expiry(struct reader *r, str v)
{
    if (!read_time(r, v, "x", &r->out->expiry_s))
        return false;
    return r->out->time_s == DKIM_NO_TIME || r->out->expiry_s > r->out->time_s ||
           wrong(r, DKIM_EXPIRY_BEFORE_TIME, "x", v, "is not later than t=");
}

/* sig-z-tag-copy = hdr-name [FWS] ":" qp-hdr-value */
static bool read_copies(struct reader *r, str v)
{
    for (str rest = v, item; dkim_list_next(&rest, '|', &item);) {
        str value = item, decoded, name = str_trim(str_cut(&value, ':'));
        if (!is_field_name(name) || !value.p || !dkim_quoted(value, r->memory, &decoded))
            return wrong(r, DKIM_COPY_SYNTAX, "z", item, "has something that is no copied field");
    }
    r->out->copied = v;
    return true;
}

/* In this order; what is wrong first is what is told. */
static const struct rule {
    const char *name;
    bool needed;
    bool any_script; /* RFC 8616: octets outside ASCII */
    bool (*read)(struct reader *r, str value);
} RULES[] = {
    { "v", true, false, read_version },    { "d", true, true, read_domain },
    { "s", true, true, read_selector },    { "a", true, false, read_algorithm },
    { "c", false, false, read_forms },     { "h", true, false, read_names },
    { "i", false, true, read_identity },   { "l", false, false, read_length },
    { "q", false, false, read_methods },   { "t", false, false, read_signing_time },
    { "x", false, false, read_expiry },    { "z", false, false, read_copies },
    { "bh", true, false, read_body_hash }, { "b", true, false, read_octets },
};

static const struct rule *rule_of(str name)
{
    for (size_t i = 0; i < COUNT_OF(RULES); i++)
        if (str_eq(name, str_from(RULES[i].name)))
            return &RULES[i];
    return NULL;
}

static bool is_in_script(struct reader *r, const struct dkim_tags *tags)
{
    for (size_t i = 0; i < tags->count; i++) {
        const struct dkim_tag *t = &tags->at[i];
        const struct rule *rule = rule_of(t->name);
        if (!str_is_ascii(t->text) && !(rule && rule->any_script))
            return dkim_fault(r->f, DKIM_TAG_SYNTAX, "%.*s= has an octet outside ASCII",
                              STR_ARG(str_take(t->name, 20)));
    }
    return true;
}

static bool read_tag(struct reader *r, const struct rule *rule, const struct dkim_tags *tags)
{
    const struct dkim_tag *t = dkim_tags_find(tags, rule->name);
    if (!t)
        return !rule->needed ||
               dkim_fault(r->f, DKIM_TAG_MISSING, "the tag %s= is missing", rule->name);
    return rule->read(r, t->value);
}

bool dkim_signature_read(const struct mail_field *field, const struct dns_idn *idn,
                         struct arena *memory, struct dkim_signature *out, struct dkim_fault *f)
{
    struct reader r = { out, idn, memory, f };
    struct dkim_tags tags;
    memset(out, 0, sizeof *out);
    out->field = field;
    out->time_s = out->expiry_s = DKIM_NO_TIME;
    out->length = DKIM_WHOLE;
    if (!dkim_tags_read(field->value, DKIM_TAG_SYNTAX, &tags, f) || !is_in_script(&r, &tags))
        return false;
    const struct dkim_tag *b = dkim_tags_find(&tags, "b");
    out->octets_text = b ? b->text : STR_NONE;
    for (size_t i = 0; i < COUNT_OF(RULES); i++)
        if (!read_tag(&r, &RULES[i], &tags))
            return false;
    if (out->identity.n == 0) {
        out->identity = arena_printf(memory, "@%.*s", STR_ARG(out->domain));
        out->identity_a = out->domain_a;
    }
    return out->identity.p != NULL || no_memory(&r);
}
