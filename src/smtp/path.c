/* SPDX-License-Identifier: ISC */
/*
 * smtp/path.c - mailboxes and paths, read left to right by one cursor
 * Each function is a rule of RFC 5321 section 4.1.2 and moves the cursor past what it read; its error
 * counts octets from 1, from the beginning of what the caller gave.
 */
#include "smtp/path.h"
#include "base/ip.h"
#include <string.h>

enum { LABEL_MAX = 63 /* RFC 1035 section 2.3.4 */ };

struct cursor {
    str text;
    size_t at;
};

static bool at_end(const struct cursor *c)
{
    return c->at >= c->text.n;
}

/* The octet at the cursor; NUL at the end, where a NUL is no octet that any rule takes. */
static char peek(const struct cursor *c)
{
    return at_end(c) ? '\0' : c->text.p[c->at];
}

static bool skip_octet(struct cursor *c, char wanted)
{
    if (at_end(c) || peek(c) != wanted)
        return false;
    c->at++;
    return true;
}

static str since(const struct cursor *c, size_t start)
{
    return str_take(str_skip(c->text, start), c->at - start);
}

static bool wrong(const struct cursor *c, struct err *e, const char *what)
{
    return err_set(e, ERR_SYNTAX, "%s at octet %zu", what, c->at + 1);
}

static bool is_8bit(char c)
{
    return (unsigned char)c > 127;
}

/* atext of RFC 5322 section 3.2.3, with RFC 6531's octets over 127. */
static bool is_atext(char c)
{
    return is_alnum(c) || is_8bit(c) || (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Dot-string = Atom *("." Atom) */
static bool read_dot_string(struct cursor *c, struct err *e)
{
    size_t begin = c->at, start;

    do {
        start = c->at;
        while (is_atext(peek(c)))
            c->at++;
        if (c->at == start && start == begin && peek(c) != '.')
            return wrong(c, e, "the local part is missing");
        if (c->at == start)
            return wrong(c, e, "a dot of the local part has no word beside it,");
    } while (skip_octet(c, '.'));
    return true;
}

/* Quoted-string = DQUOTE *(qtextSMTP / "\" %d32-126) DQUOTE */
static bool read_quoted_string(struct cursor *c, struct err *e)
{
    c->at++;
    while (!skip_octet(c, '"')) {
        bool escaped = skip_octet(c, '\\');
        char octet = peek(c);

        if (at_end(c))
            return wrong(c, e, "the closing quote is missing");
        if ((octet < 32 || octet > 126) && (escaped || !is_8bit(octet)))
            return wrong(c, e, "a control character stands inside quotes");
        c->at++;
    }
    return true;
}

static bool read_local_part(struct cursor *c, str *out, struct err *e)
{
    size_t start = c->at;

    if (!(peek(c) == '"' ? read_quoted_string(c, e) : read_dot_string(c, e)))
        return false;
    *out = since(c, start);
    if (out->n > SMTP_LOCAL_PART_MAX)
        return err_set(e, ERR_LIMIT, "the local part has %zu octets, and %d is the limit", out->n,
                       SMTP_LOCAL_PART_MAX);
    return true;
}

/* address-literal, with its brackets; tags other than "IPv6:" were never registered. */
static bool literal_ok(str text)
{
    struct ip ip;
    bool v6 = str_starts_nocase(text, STR("[IPv6:"));

    if (str_find_octet(text, '%') != STR_NOT_FOUND || !ip_parse(text, &ip))
        return false;
    return v6 || str_find_octet(text, ':') == STR_NOT_FOUND;
}

static bool label_ok(str label)
{
    if (label.n == 0 || label.n > LABEL_MAX || label.p[0] == '-' || label.p[label.n - 1] == '-')
        return false;
    for (size_t i = 0; i < label.n; i++)
        if (!is_alnum(label.p[i]) && label.p[i] != '-' && !is_8bit(label.p[i]))
            return false;
    return true;
}

bool smtp_domain_ok(str domain)
{
    str rest = domain;

    if (domain.n == 0 || domain.n > SMTP_DOMAIN_MAX)
        return false;
    if (domain.p[0] == '[')
        return literal_ok(domain);
    while (rest.p != NULL)
        if (!label_ok(str_cut(&rest, '.')))
            return false;
    return str_is_utf8(domain);
}

/* How far a domain or a literal in brackets may go. An underscore goes along, so that the whole name is
 * called wrong and not its second half. */
static size_t domain_length(str s)
{
    size_t n = str_find_octet(s, ']');

    if (s.n > 0 && s.p[0] == '[')
        return n == STR_NOT_FOUND ? s.n : n + 1;
    n = 0;
    while (n < s.n && (is_alnum(s.p[n]) || is_8bit(s.p[n]) || strchr("-._", s.p[n]) != NULL) &&
           s.p[n] != '\0')
        n++;
    return n;
}

static bool read_domain(struct cursor *c, str *out, struct err *e)
{
    str rest = str_skip(c->text, c->at);
    str domain = str_take(rest, domain_length(rest));

    if (domain.n == 0)
        return wrong(c, e, "the domain is missing");
    if (domain.n > SMTP_DOMAIN_MAX)
        return err_set(e, ERR_LIMIT, "the domain has %zu octets, and %d is the limit", domain.n,
                       SMTP_DOMAIN_MAX);
    if (!smtp_domain_ok(domain))
        return wrong(c, e,
                     domain.p[0] == '[' ? "no IP address stands in the brackets"
                                        : "no valid domain stands");
    c->at += domain.n;
    *out = domain;
    return true;
}

/* Mailbox = Local-part "@" ( Domain / address-literal ) */
static bool read_mailbox(struct cursor *c, struct smtp_mailbox *out, struct err *e)
{
    size_t start = c->at;
    struct smtp_mailbox m;
    str all;

    if (!read_local_part(c, &m.local_part, e))
        return false;
    if (!skip_octet(c, '@'))
        return wrong(c, e, "an at-sign is missing");
    if (!read_domain(c, &m.domain, e))
        return false;
    all = since(c, start);
    if (all.n > SMTP_PATH_MAX - 2) /* section 4.5.3.1.3 counts the brackets */
        return err_set(e, ERR_LIMIT, "the address has %zu octets, and %d is the limit", all.n,
                       SMTP_PATH_MAX - 2);
    if (!str_is_utf8(all))
        return err_set(e, ERR_SYNTAX, "the address has octets over 127 that are not UTF-8");
    m.international = !str_is_ascii(all);
    *out = m;
    return true;
}

bool smtp_mailbox_parse(str text, struct smtp_mailbox *out, struct err *e)
{
    struct cursor c = { text, 0 };
    struct smtp_mailbox m;

    if (!read_mailbox(&c, &m, e))
        return false;
    if (!at_end(&c))
        return wrong(&c, e, "the address ends, and something else stands there");
    *out = m;
    return true;
}

/* A-d-l = At-domain *( "," At-domain ), then ":". Read, and ignored: section 4.1.1.3, appendix C. */
static bool skip_source_route(struct cursor *c, struct err *e)
{
    str ignored;

    if (peek(c) != '@')
        return true;
    do {
        if (!skip_octet(c, '@'))
            return wrong(c, e, "an at-sign is missing in the source route");
        if (!read_domain(c, &ignored, e))
            return false;
    } while (skip_octet(c, ','));
    return skip_octet(c, ':') || wrong(c, e, "a colon is missing behind the source route");
}

/* What stands between the brackets. */
static bool read_inside(struct cursor *c, bool null_ok, struct smtp_mailbox *out, struct err *e)
{
    static const str POSTMASTER = STR_INIT("Postmaster>");
    str rest = str_skip(c->text, c->at);

    *out = (struct smtp_mailbox){ 0 };
    if (null_ok && peek(c) == '>')
        return true;
    if (!null_ok && str_starts_nocase(rest, POSTMASTER)) {
        out->local_part = str_take(rest, POSTMASTER.n - 1);
        c->at += POSTMASTER.n - 1;
        return true;
    }
    return skip_source_route(c, e) && read_mailbox(c, out, e);
}

bool smtp_path_parse(str argument, bool null_ok, struct smtp_mailbox *out, str *params,
                     struct err *e)
{
    struct cursor c = { argument, 0 };
    struct smtp_mailbox m;

    while (skip_octet(&c, ' ')) /* "MAIL FROM: <a@b>": wrong, common, and clear */
        ;
    if (!skip_octet(&c, '<'))
        return wrong(&c, e, "the opening bracket '<' is missing");
    if (!read_inside(&c, null_ok, &m, e))
        return false;
    if (!skip_octet(&c, '>'))
        return wrong(&c, e, "the closing bracket '>' is missing");
    if (!at_end(&c) && peek(&c) != ' ')
        return wrong(&c, e, "a blank is missing behind the path");
    *out = m;
    *params = str_trim(str_skip(argument, c.at));
    return true;
}
