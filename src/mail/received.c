/* SPDX-License-Identifier: ISC */
#include "mail/received.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static str skip_blanks(str s)
{
    while (s.n > 0 && is_blank(s.p[0]))
        s = str_skip(s, 1);
    return s;
}

/* What stands in the outermost brackets at the beginning of *rest, which is moved behind them; comments nest
 * (RFC 5322 section 3.2.2). An unclosed one ends with the text. */
static str cut_comment(str *rest)
{
    unsigned depth = 0;
    size_t i = 0;
    for (; i < rest->n; i++) {
        if (rest->p[i] == '\\')
            i++;
        else if (rest->p[i] == '(')
            depth++;
        else if (rest->p[i] == ')' && --depth == 0)
            break;
    }
    str inner = str_take(str_skip(*rest, 1), i > 0 ? i - 1 : 0);
    *rest = str_skip(*rest, i + 1);
    return inner;
}

/* A word ends at a blank, a bracket or a semicolon. */
static str cut_word(str *rest)
{
    size_t n = 0;
    while (n < rest->n && !is_blank(rest->p[n]) && rest->p[n] != '(' && rest->p[n] != ';')
        n++;
    str word = str_take(*rest, n);
    *rest = str_skip(*rest, n);
    return word;
}

static bool take_ip(struct mail_received *r, str text)
{
    struct ip ip;
    if (!ip_parse(text, &ip))
        return false;
    ip.scope = 0;
    r->ip = ip;
    return true;
}

/* "[192.0.2.1]", also with a port or more behind it. */
static bool take_bracketed(struct mail_received *r, str text)
{
    size_t open = str_find_octet(text, '[');
    str inner = open == STR_NOT_FOUND ? STR_NONE : str_skip(text, open);
    size_t close = str_find_octet(inner, ']');
    return close != STR_NOT_FOUND && take_ip(r, str_take(inner, close + 1));
}

/* One bracket behind the name: "host.example [192.0.2.1]", "[192.0.2.1] helo=name", "192.0.2.1", "HELO name". The
 * last address in square brackets counts: what the client says of itself may look like one, and stands first. */
static void take_comment(struct mail_received *r, str comment, bool *said_helo)
{
    str rest = comment;
    bool next_is_helo = false;
    while ((rest = skip_blanks(rest)).n > 0) {
        str word = cut_word(&rest);
        if (word.n == 0) {
            (void)cut_comment(&rest);
            continue;
        }
        if (next_is_helo || str_starts_nocase(word, STR("helo="))) {
            r->helo = next_is_helo ? word : str_skip(word, 5);
            *said_helo = true;
        } else if (!take_bracketed(r, word) && r->ip.family == IP_NONE)
            (void)take_ip(r, word);
        next_is_helo = !*said_helo &&
                       (str_eq_nocase(word, STR("HELO")) || str_eq_nocase(word, STR("EHLO")));
    }
}

bool mail_received_read(str value, struct mail_received *out)
{
    str rest = skip_blanks(value);
    bool said_helo = false;
    if (!str_eq_nocase(cut_word(&rest), STR("from")))
        return false;
    *out = (struct mail_received){ 0 };
    rest = skip_blanks(rest);
    str name = cut_word(&rest);
    out->helo = name;
    while ((rest = skip_blanks(rest)).n > 0 && rest.p[0] != ';') {
        if (rest.p[0] == '(') {
            take_comment(out, cut_comment(&rest), &said_helo);
            continue;
        }
        if (!str_eq_nocase(cut_word(&rest), STR("by")))
            continue;
        rest = skip_blanks(rest);
        out->by = cut_word(&rest);
        break; /* what is in brackets behind it is of the server */
    }
    if (out->ip.family == IP_NONE && !take_bracketed(out, name))
        (void)take_ip(out, name);
    return name.n > 0;
}

bool mail_received_find(const struct mail_header *h, size_t number, struct mail_received *out,
                        size_t *place)
{
    size_t at = 0;
    for (size_t i = 0; i < h->count; i++) {
        struct mail_received r;
        if (!str_eq_nocase(h->fields[i].name, STR("Received")))
            continue;
        at++;
        bool told = mail_received_read(h->fields[i].value, &r) && r.ip.family != IP_NONE;
        if (number > 0 ? at != number : !told || ip_is_private(&r.ip) || ip_is_loopback(&r.ip))
            continue;
        *out = r;
        *place = at;
        return told;
    }
    return false;
}

str mail_return_path(const struct mail_header *h)
{
    const struct mail_field *f = mail_header_first(h, STR("Return-Path"));
    str value = f ? str_trim(f->value) : STR_NONE;
    if (value.n < 2 || value.p[0] != '<' || value.p[value.n - 1] != '>')
        return STR_NONE;
    str path = str_take(str_skip(value, 1), value.n - 2);
    return str_find_octet(path, '\n') == STR_NOT_FOUND ? path : STR_NONE;
}
