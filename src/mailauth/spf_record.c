/* SPDX-License-Identifier: ISC */
/* mailauth/spf_record.c - RFC 7208 section 12, a term at a time */
#include "mailauth/spf_record.h"
#include "base/escape.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { V4_BITS = 32, V6_BITS = 128 };

static const str VERSION = STR_INIT("v=spf1");

bool spf_is_record(str txt)
{
    return str_starts_nocase(txt, VERSION) && (txt.n == VERSION.n || txt.p[VERSION.n] == ' ');
}

/* ---- the table of terms ---- */

enum takes { TAKES_NOTHING, TAKES_DOMAIN, MAY_TAKE_DOMAIN, TAKES_V4, TAKES_V6, TAKES_TEXT };

static const struct row {
    str name;
    enum spf_kind kind;
    enum takes takes;
    bool prefix; /* dual-cidr-length */
    bool asks;
} MECHANISMS[] = {
    { STR_INIT("all"), SPF_ALL, TAKES_NOTHING, false, false },
    { STR_INIT("include"), SPF_INCLUDE, TAKES_DOMAIN, false, true },
    { STR_INIT("a"), SPF_A, MAY_TAKE_DOMAIN, true, true },
    { STR_INIT("mx"), SPF_MX, MAY_TAKE_DOMAIN, true, true },
    { STR_INIT("ptr"), SPF_PTR, MAY_TAKE_DOMAIN, false, true },
    { STR_INIT("ip4"), SPF_IP4, TAKES_V4, false, false },
    { STR_INIT("ip6"), SPF_IP6, TAKES_V6, false, false },
    { STR_INIT("exists"), SPF_EXISTS, TAKES_DOMAIN, false, true },
}, MODIFIERS[] = {
    { STR_INIT("redirect"), SPF_REDIRECT, TAKES_DOMAIN, false, true },
    { STR_INIT("exp"), SPF_EXP, TAKES_DOMAIN, false, false },
};
static const struct row UNKNOWN = { STR_INIT(""), SPF_UNKNOWN_MODIFIER, TAKES_TEXT, false, false };

static const struct row *row_named(const struct row *rows, size_t count, str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq_nocase(rows[i].name, name))
            return &rows[i];
    return NULL;
}

bool spf_asks(enum spf_kind kind)
{
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++)
        if (MECHANISMS[i].kind == kind)
            return MECHANISMS[i].asks;
    return kind == SPF_REDIRECT;
}

static str nearest_mechanism(str typed)
{
    static const struct name_row ROWS[] = {
        { SPF_ALL, STR_INIT("all") },
        { SPF_INCLUDE, STR_INIT("include") },
        { SPF_A, STR_INIT("a") },
        { SPF_MX, STR_INIT("mx") },
        { SPF_PTR, STR_INIT("ptr") },
        { SPF_IP4, STR_INIT("ip4") },
        { SPF_IP6, STR_INIT("ip6") },
        { SPF_EXISTS, STR_INIT("exists") },
        { SPF_REDIRECT, STR_INIT("redirect") },
    };
    static const struct names ALL = NAMES(ROWS);
    return names_nearest(&ALL, typed);
}

/* ---- faults ---- */

PRINTF_LIKE(4, 5)
static bool fault(struct spf_fault *f, const struct spf_term *t, enum spf_why why, const char *fmt,
                  ...)
{
    char rule[240], shown[ESCAPE_SHOWN_MAX];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(rule, sizeof(rule), fmt, args);
    va_end(args);
    *f = (struct spf_fault){ .why = why, .number = t->number, .at = t->at, .text = t->text };
    (void)snprintf(f->sentence, sizeof(f->sentence), "term %u, '%s', %s", t->number,
                   escape_shown(t->text, shown), rule);
    return false;
}

/* ---- arguments ---- */

/* ip4-cidr-length and ip6-cidr-length, behind the slash: no zero in front. */
static bool read_prefix(str digits, unsigned most, unsigned *out)
{
    uint64_t n;
    if (digits.n > 3 || (digits.n > 1 && digits.p[0] == '0') || !str_to_u64(digits, most, &n))
        return false;
    *out = (unsigned)n;
    return true;
}

static size_t trailing_digits(str s)
{
    size_t n = 0;
    while (n < s.n && is_digit(s.p[s.n - n - 1]))
        n++;
    return n;
}

/* [ ip4-cidr-length ] [ "/" ip6-cidr-length ] off the end of *s. */
static bool cut_prefixes(struct spf_term *t, str *s, struct spf_fault *f)
{
    size_t n = trailing_digits(*s);
    size_t before = s->n - n;
    if (n > 0 && before >= 2 && s->p[before - 1] == '/' && s->p[before - 2] == '/') {
        if (!read_prefix(str_skip(*s, before), V6_BITS, &t->bits6))
            return fault(f, t, SPF_BAD_PREFIX,
                         "has a prefix length behind // that is no number from 0 to 128");
        *s = str_take(*s, before - 2);
    }
    n = trailing_digits(*s);
    before = s->n - n;
    if (n > 0 && before >= 1 && s->p[before - 1] == '/') {
        if (!read_prefix(str_skip(*s, before), V4_BITS, &t->bits4))
            return fault(f, t, SPF_BAD_PREFIX,
                         "has a prefix length behind / that is no number from 0 to 32");
        *s = str_take(*s, before - 1);
    }
    return true;
}

/* toplabel: letters, digits and inner hyphens, not digits alone. */
static bool is_toplabel(str s)
{
    bool number = true;
    for (size_t i = 0; i < s.n; i++) {
        bool inner = i > 0 && i + 1 < s.n;
        if (!is_alnum(s.p[i]) && !(inner && s.p[i] == '-'))
            return false;
        number = number && is_digit(s.p[i]);
    }
    return s.n > 0 && !number;
}

/* What stands behind the last macro; domain is well-formed. Two characters make each of %% %_ %-. */
static str behind_macros(str domain)
{
    size_t from = 0;
    for (size_t i = 0; i < domain.n; i++)
        if (domain.p[i] == '%') {
            size_t n = domain.p[i + 1] == '{' ? str_find_octet(str_skip(domain, i), '}') : 1;
            i += n;
            from = i + 1;
        }
    return str_skip(domain, from);
}

/* domain-spec = macro-string domain-end; domain-end = ( "." toplabel [ "." ] ) / macro-expand */
static bool check_domain(const struct spf_term *t, str domain, struct spf_fault *f)
{
    if (domain.n == 0)
        return fault(f, t, SPF_DOMAIN_MISSING, "needs a domain name behind it");
    const char *wrong = spf_macro_wrong(domain, SPF_IN_DOMAIN);
    if (wrong)
        return fault(f, t, SPF_BAD_MACRO, "has a macro that is none: %s", wrong);
    str tail = behind_macros(domain);
    if (tail.n == 0)
        return true;
    tail = str_take(tail, tail.n - (tail.p[tail.n - 1] == '.'));
    size_t dot = str_rfind_octet(tail, '.');
    if (dot == STR_NOT_FOUND)
        return fault(f, t, SPF_BAD_DOMAIN_END,
                     "names a domain without a dot in it: a full domain name is needed");
    if (is_toplabel(str_skip(tail, dot + 1)))
        return true;
    if (str_find_octet(str_skip(tail, dot + 1), '/') != STR_NOT_FOUND)
        return fault(f, t, SPF_TAKES_NO_PREFIX, "has a slash behind the name where none may be");
    return fault(f, t, SPF_BAD_DOMAIN_END,
                 "does not end as a domain name does: the last label has letters, digits and inner "
                 "hyphens, and is no number");
}

static bool read_address(struct spf_term *t, str arg, struct spf_fault *f)
{
    bool v4 = t->kind == SPF_IP4;
    str prefix = arg, address = str_cut(&prefix, '/');
    struct ip ip;
    if (address.n == 0)
        return fault(f, t, SPF_BAD_ADDRESS, "needs an %s address behind a colon",
                     v4 ? "IPv4" : "IPv6");
    bool colon = str_find_octet(address, ':') != STR_NOT_FOUND;
    if (colon == v4 || address.p[0] == '[' || str_find_octet(address, '%') != STR_NOT_FOUND ||
        !ip_parse(address, &ip))
        return fault(f, t, SPF_BAD_ADDRESS, "has no %s address behind the colon",
                     v4 ? "IPv4" : "IPv6");
    if (!v4 &&
        ip.family == IP_V4) { /* mapped; it matches nobody, since mapped clients are IPv4 (5) */
        t->address[10] = t->address[11] = 0xff;
        memcpy(t->address + 12, ip.octets, 4);
    } else
        memcpy(t->address, ip.octets, sizeof(t->address));
    if (prefix.p && !read_prefix(prefix, v4 ? V4_BITS : V6_BITS, v4 ? &t->bits4 : &t->bits6))
        return fault(f, t, SPF_BAD_PREFIX, "has a prefix length that is no number from 0 to %d",
                     v4 ? V4_BITS : V6_BITS);
    return true;
}

/* What stands behind the name of a mechanism: ":" and the argument, "/" and prefix lengths, or nothing. */
static bool read_argument(const struct row *r, struct spf_term *t, str rest, struct spf_fault *f)
{
    bool colon = rest.n > 0 && rest.p[0] == ':';
    str arg = colon ? str_skip(rest, 1) : rest;
    if (r->takes == TAKES_NOTHING && rest.n > 0)
        return colon ? fault(f, t, SPF_TAKES_NO_DOMAIN, "takes nothing behind its name")
                     : fault(f, t, SPF_TAKES_NO_PREFIX, "takes no prefix length");
    if (r->takes == TAKES_V4 || r->takes == TAKES_V6)
        return read_address(t, colon ? arg : STR_NONE, f);
    if (r->prefix && !cut_prefixes(t, &arg, f))
        return false;
    if (!colon && arg.n > 0)
        return r->prefix ? fault(f, t, SPF_BAD_PREFIX, "has a slash without a prefix length")
                         : fault(f, t, SPF_TAKES_NO_PREFIX, "takes no prefix length");
    if (!colon && r->takes != TAKES_DOMAIN)
        return true;
    t->domain = arg;
    return check_domain(t, arg, f);
}

/* ---- terms ---- */

static bool is_name_octet(char c)
{
    return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

static size_t name_length(str s)
{
    size_t n = 0;
    while (n < s.n && is_name_octet(s.p[n]))
        n++;
    return n;
}

static bool read_modifier(struct spf_term *t, str name, str value, struct spf_fault *f)
{
    const struct row *r = row_named(MODIFIERS, COUNT_OF(MODIFIERS), name);
    if (name.n == 0 || !is_alpha(name.p[0]) || name_length(name) < name.n)
        return fault(f, t, SPF_BAD_MODIFIER,
                     "has an equals sign, but what stands before it is no modifier's name");
    t->kind = (r ? r : &UNKNOWN)->kind;
    t->qualifier = AUTH_NONE;
    if (r) {
        t->domain = value;
        return check_domain(t, value, f);
    }
    const char *wrong = spf_macro_wrong(value, SPF_IN_UNKNOWN);
    return !wrong || fault(f, t, SPF_BAD_MACRO, "has a macro that is none: %s", wrong);
}

static const struct {
    char sign;
    enum auth_result result;
} QUALIFIERS[] = {
    { '+', AUTH_PASS },
    { '-', AUTH_FAIL },
    { '~', AUTH_SOFTFAIL },
    { '?', AUTH_NEUTRAL },
};

static str cut_qualifier(str text, enum auth_result *out)
{
    *out = AUTH_PASS;
    for (size_t i = 0; i < COUNT_OF(QUALIFIERS); i++)
        if (text.p[0] == QUALIFIERS[i].sign) {
            *out = QUALIFIERS[i].result;
            return str_skip(text, 1);
        }
    return text;
}

static bool unknown_mechanism(const struct spf_term *t, str name, struct spf_fault *f)
{
    str near = nearest_mechanism(name);
    if (near.n > 0 &&
        str_eq_nocase(near, name)) /* redirect:, or a good name and then a strange sign */
        return fault(f, t, SPF_UNKNOWN_MECHANISM,
                     "is no mechanism: what follows the name '%.*s' does not belong there",
                     STR_ARG(near));
    return fault(f, t, SPF_UNKNOWN_MECHANISM, "is no mechanism that SPF knows%s%.*s%s",
                 near.n > 0 ? "; did you mean '" : "", STR_ARG(near), near.n > 0 ? "'?" : "");
}

static bool read_term(struct spf_term *t, struct spf_fault *f)
{
    t->bits4 = V4_BITS;
    t->bits6 = V6_BITS;
    for (size_t i = 0; i < t->text.n; i++)
        if ((unsigned char)t->text.p[i] < 0x21 || (unsigned char)t->text.p[i] > 0x7e)
            return fault(f, t, SPF_STRANGE_OCTET,
                         "has the octet 0x%02x in it: records are printable ASCII",
                         (unsigned)(unsigned char)t->text.p[i]);
    str body = cut_qualifier(t->text, &t->qualifier);
    size_t n = name_length(body);
    str name = str_take(body, n), rest = str_skip(body, n);
    /* An equals sign before any colon or slash makes a modifier of it. */
    size_t equals = str_find_octet(body, '='), colon = str_find_octet(body, ':');
    size_t slash = str_find_octet(body, '/');
    if (equals != STR_NOT_FOUND && equals < colon && equals < slash) {
        if (body.n < t->text.n)
            return fault(f, t, SPF_BAD_MODIFIER,
                         "has a sign in front of a modifier: only mechanisms take one");
        return read_modifier(t, str_take(body, equals), str_skip(body, equals + 1), f);
    }
    const struct row *r = row_named(MECHANISMS, COUNT_OF(MECHANISMS), name);
    if (!r || (rest.n > 0 && rest.p[0] != ':' && rest.p[0] != '/'))
        return unknown_mechanism(t, name, f);
    t->kind = r->kind;
    return read_argument(r, t, rest, f);
}

struct spf_cursor spf_cursor_of(str record)
{
    return (struct spf_cursor){ .record = record, .at = VERSION.n };
}

enum spf_read spf_next(struct spf_cursor *c, struct spf_term *out, struct spf_fault *f)
{
    while (c->at < c->record.n && c->record.p[c->at] == ' ')
        c->at++;
    if (c->at >= c->record.n)
        return SPF_READ_END;
    str rest = str_skip(c->record, c->at);
    size_t n = str_find_octet(rest, ' ');
    *out = (struct spf_term){ .text = str_take(rest, n == STR_NOT_FOUND ? rest.n : n),
                              .at = c->at,
                              .number = ++c->number };
    c->at += out->text.n;
    return read_term(out, f) ? SPF_READ_TERM : SPF_READ_FAULT;
}

static bool outline_take(struct spf_outline *o, const struct spf_term *t, struct spf_fault *f)
{
    o->terms++;
    if (t->kind == SPF_ALL && !o->has_all) {
        o->has_all = true;
        o->all = *t;
    }
    if (t->kind != SPF_REDIRECT && t->kind != SPF_EXP)
        return true;
    bool *has = t->kind == SPF_EXP ? &o->has_exp : &o->has_redirect;
    if (*has)
        return fault(f, t, SPF_MODIFIER_TWICE, "is there twice: once is all that may be");
    *has = true;
    *(t->kind == SPF_EXP ? &o->exp : &o->redirect) = *t;
    return true;
}

bool spf_outline_of(str record, struct spf_outline *out, struct spf_fault *f)
{
    struct spf_cursor c = spf_cursor_of(record);
    struct spf_term t;
    *out = (struct spf_outline){ 0 };
    for (;;) {
        enum spf_read read = spf_next(&c, &t, f);
        if (read != SPF_READ_TERM)
            return read == SPF_READ_END;
        if (!outline_take(out, &t, f))
            return false;
    }
}
