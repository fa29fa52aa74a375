/* SPDX-License-Identifier: ISC */
#include "dns/dns.h"
#include "base/escape.h"
#include <idn2.h>
#include <string.h>

static const struct name_row TYPE_ROWS[] = {
    { DNS_A, STR_INIT("A") },         { DNS_NS, STR_INIT("NS") },
    { DNS_CNAME, STR_INIT("CNAME") }, { DNS_SOA, STR_INIT("SOA") },
    { DNS_PTR, STR_INIT("PTR") },     { DNS_MX, STR_INIT("MX") },
    { DNS_TXT, STR_INIT("TXT") },     { DNS_AAAA, STR_INIT("AAAA") },
    { DNS_SRV, STR_INIT("SRV") },     { DNS_TLSA, STR_INIT("TLSA") },
    { DNS_DS, STR_INIT("DS") },       { DNS_DNSKEY, STR_INIT("DNSKEY") },
};
const struct names DNS_TYPE_NAMES = NAMES(TYPE_ROWS);

static const struct name_row WAY_ROWS[] = {
    { DNS_BY_RESOLVER, STR_INIT("resolver") },
    { DNS_BY_SERVER, STR_INIT("server") },
    { DNS_BY_SYSTEM, STR_INIT("system") },
    { DNS_BY_VALIDATOR, STR_INIT("validator") },
};
const struct names DNS_WAY_NAMES = NAMES(WAY_ROWS);

static const struct name_row CODE_ROWS[] = {
    { DNS_OK, STR_INIT("NOERROR") },
    { DNS_NXDOMAIN, STR_INIT("NXDOMAIN") },
    { DNS_SERVFAIL, STR_INIT("SERVFAIL") },
    { DNS_REFUSED, STR_INIT("REFUSED") },
    { DNS_TIMEOUT, STR_INIT("timeout") },
    { DNS_BROKEN, STR_INIT("broken") },
    { DNS_UNREACHABLE, STR_INIT("unreachable") },
};
const struct names DNS_CODE_NAMES = NAMES(CODE_ROWS);

static const struct name_row TRUST_ROWS[] = {
    { DNS_UNCHECKED, STR_INIT("unchecked") },
    { DNS_UNSIGNED, STR_INIT("unsigned") },
    { DNS_SECURE, STR_INIT("secure") },
    { DNS_BOGUS, STR_INIT("bogus") },
};
const struct names DNS_TRUST_NAMES = NAMES(TRUST_ROWS);

enum { NAME_LONGEST = 253, LABEL_LONGEST = 63, TYPED_LABEL_LONGEST = 252 };

/* What IDNA2008 (RFC 5891, 5892, 5893) has against a label. */
static const struct {
    int status;
    const char *why;
} REFUSALS[] = {
    { IDN2_DISALLOWED, "has a character that no domain name may have" },
    { IDN2_UNASSIGNED, "has a character that no domain name may have" },
    { IDN2_INVALID_NONTRANSITIONAL, "has a character that no domain name may have" },
    { IDN2_LEADING_COMBINING, "begins with a combining mark" },
    { IDN2_CONTEXTJ, "has a joiner where none may stand" },
    { IDN2_BIDI, "mixes text that runs left with text that runs right" },
    { IDN2_2HYPHEN, "has two hyphens as its third and fourth character" },
    { IDN2_TOO_BIG_LABEL, "is longer than 63 octets" },
    { IDN2_TOO_BIG_DOMAIN, "is longer than 63 octets" },
    { IDN2_PUNYCODE_BIG_OUTPUT, "is longer than 63 octets" },
};

static const char *refusal_of(int status, bool is_alabel)
{
    for (size_t i = 0; i < COUNT_OF(REFUSALS); i++)
        if (REFUSALS[i].status == status)
            return REFUSALS[i].why;
    return is_alabel ? "begins with xn-- but is no encoded name"
                     : "cannot be written as a domain name";
}

/* What is wrong with the ASCII in a label, or NULL. LDH and the underscore of service names. */
static const char *ascii_wrong(str label)
{
    if (label.n == 0)
        return "is empty";
    if (label.p[0] == '-' || label.p[label.n - 1] == '-')
        return "begins or ends with a hyphen";
    for (size_t i = 0; i < label.n; i++) {
        char c = label.p[i];
        if ((unsigned char)c < 0x80 && !is_alnum(c) && c != '-' && c != '_')
            return "has something else than letters, digits and hyphens";
    }
    return NULL;
}

struct label {
    char text[LABEL_LONGEST + 1];
    size_t n;
};

static const char *label_take(str ascii, struct label *out)
{
    const char *wrong = ascii_wrong(ascii);
    if (wrong)
        return wrong;
    if (ascii.n > LABEL_LONGEST)
        return "is longer than 63 octets";
    for (size_t i = 0; i < ascii.n; i++)
        out->text[i] = to_lower(ascii.p[i]);
    out->n = ascii.n;
    return NULL;
}

static const char NO_MEMORY[] = "finds no memory";

/* A U-label, or an A-label to be checked. An A-label with a character that IDNA2008 does not allow (an
 * emoji) may well be registered, and is asked for as it is. */
static const char *label_convert(str typed, const struct dns_idn *idn, bool is_alabel,
                                 struct label *out)
{
    char copy[TYPED_LABEL_LONGEST + 1] = { 0 };
    uint8_t *ascii = NULL;
    if (typed.n > TYPED_LABEL_LONGEST)
        return "is longer than 63 octets";
    if (!idn)
        return is_alabel
                   ? label_take(typed, out)
                   : "has letters outside ASCII, and the library for them (libidn2) is missing";
    memcpy(copy, typed.p, typed.n);
    int status = idn->lookup((const uint8_t *)copy, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
    if (status == IDN2_MALLOC)
        return NO_MEMORY;
    if (is_alabel && (status == IDN2_DISALLOWED || status == IDN2_UNASSIGNED))
        return label_take(typed, out);
    if (status != IDN2_OK)
        return refusal_of(status, is_alabel);
    const char *wrong = label_take(str_from((const char *)ascii), out);
    idn->free(ascii);
    return wrong;
}

/* What is wrong with a label as typed, or NULL. */
static const char *label_read(str typed, const struct dns_idn *idn, struct label *out)
{
    const char *wrong = ascii_wrong(typed);
    if (wrong)
        return wrong;
    if (!str_is_utf8(typed))
        return "is not UTF-8";
    bool is_alabel = str_is_ascii(typed) && str_starts_nocase(typed, STR("xn--"));
    if (str_is_ascii(typed) && !is_alabel)
        return label_take(typed, out);
    return label_convert(typed, idn, is_alabel, out);
}

/* The dots that people type (UTS 46 section 2.3 takes all four for one). */
static bool is_dot(uint32_t c)
{
    return c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61;
}

static str cut_label(str *rest)
{
    str whole = *rest;
    for (size_t at = 0; at < whole.n;) {
        uint32_t c = 0;
        size_t n = str_utf8_first(str_skip(whole, at), &c);
        if (n && is_dot(c)) {
            *rest = str_skip(whole, at + n);
            return str_take(whole, at);
        }
        at += n ? n : 1;
    }
    *rest = STR_NONE;
    return whole;
}

static bool all_digits(const struct label *label)
{
    size_t i = 0;
    while (i < label->n && is_digit(label->text[i]))
        i++;
    return i == label->n;
}

bool dns_name_from_text(str typed, const struct dns_idn *idn, char out[DNS_NAME_MAX], struct err *e)
{
    char name[NAME_LONGEST + 1], seen[ESCAPE_SHOWN_MAX], seen_label[ESCAPE_SHOWN_MAX];
    struct label label = { .n = 0 };
    size_t n = 0;
    str rest = typed;
    for (unsigned number = 1; number == 1 || rest.n; number++) {
        str part = cut_label(&rest);
        const char *wrong = label_read(part, idn, &label);
        if (!wrong && !rest.n && all_digits(&label))
            wrong = "is a number, as in an IP address";
        if (wrong == NO_MEMORY)
            return err_memory(e, "a domain name");
        if (wrong)
            return err_set(e, ERR_SYNTAX, "'%s' is not a domain name: label %u, '%s', %s",
                           escape_shown(typed, seen), number, escape_shown(part, seen_label),
                           wrong);
        if (n + (n != 0) + label.n > NAME_LONGEST)
            return err_set(e, ERR_LIMIT, "'%s' is longer than the 253 octets of a domain name",
                           escape_shown(typed, seen));
        if (n)
            name[n++] = '.';
        memcpy(name + n, label.text, label.n);
        n += label.n;
    }
    memcpy(out, name, n);
    out[n] = 0;
    return true;
}
