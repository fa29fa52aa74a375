/* SPDX-License-Identifier: ISC */
#include "base/secret.h"
#include "base/base64.h"
#include "base/wipe.h"
#include <stdlib.h>
#include <string.h>

#define FORMS_MAX     64
#define SHORT_OCTETS  4 /* shorter secrets are hidden only as words */
#define MIRROR_OCTETS 8

static const str HIDDEN = STR_INIT("[hidden]");

/* A spelling reads, at the front of text, one octet of a form; it returns how many octets of text
 * that takes, or 0. */
typedef size_t spelling(char octet, str text);

static int hex_value(char c)
{
    c = to_lower(c);
    return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_hex_of(char octet, str text)
{
    return text.n >= 2 && hex_value(text.p[0]) == (unsigned char)octet >> 4 &&
           hex_value(text.p[1]) == ((unsigned char)octet & 15);
}

static size_t spelt_plain(char octet, str text)
{
    return text.n && text.p[0] == octet;
}

static size_t spelt_hex(char octet, str text)
{
    return is_hex_of(octet, text) ? 2 : 0;
}

/* RFC 3986 section 2.1, all octets or only some, and the plus that a web form makes of a blank. A
 * percent sign itself is always encoded here: as it is, it is spelt plain. */
static size_t spelt_percent(char octet, str text)
{
    if (text.n && text.p[0] == '%')
        return is_hex_of(octet, str_skip(text, 1)) ? 3 : 0;
    if (octet == ' ' && text.n && text.p[0] == '+')
        return 1;
    return spelt_plain(octet, text);
}

/* As escape_line() writes it: controls and broken UTF-8 as \xHH, a backslash as it is. */
static size_t spelt_escaped(char octet, str text)
{
    bool may_be_escaped = (unsigned char)octet < ' ' || (unsigned char)octet > '~';
    if (may_be_escaped && str_starts(text, STR("\\x")) && is_hex_of(octet, str_skip(text, 2)))
        return 4;
    return spelt_plain(octet, text);
}

/* In quotes, as RFC 8259 section 7 (JSON) and quoted-string (RFC 5322) write it. */
static size_t spelt_quoted(char octet, str text)
{
    static const char SHORT_FORMS[][2] = {
        { '\b', 'b' }, { '\f', 'f' }, { '\n', 'n' }, { '\r', 'r' }, { '\t', 't' }
    };
    if (text.n < 2 || text.p[0] != '\\')
        return spelt_plain(octet, text);
    if (str_starts_nocase(text, STR("\\u00")) && is_hex_of(octet, str_skip(text, 4)))
        return (unsigned char)octet < 0x80 ? 6 : 0;
    for (size_t i = 0; i < COUNT_OF(SHORT_FORMS); i++)
        if (octet == SHORT_FORMS[i][0] && text.p[1] == SHORT_FORMS[i][1])
            return 2;
    return text.p[1] == octet ? 2 : 0;
}

/* Either alphabet of RFC 4648, and percent-encoded where it stands in a URL. */
static size_t spelt_base64(char octet, str text)
{
    if (octet == '+' && text.n && text.p[0] == '-')
        return 1;
    if (octet == '/' && text.n && text.p[0] == '_')
        return 1;
    return spelt_percent(octet, text);
}

enum { PLAIN = 1, HEX = 2, PERCENT = 4, ESCAPED = 8, QUOTED = 16, BASE64 = 32 };
#define AS_TEXT (PLAIN | PERCENT | ESCAPED | QUOTED)

static const struct {
    unsigned bit;
    spelling *spelt;
} SPELLINGS[] = {
    { PLAIN, spelt_plain },     { HEX, spelt_hex },       { PERCENT, spelt_percent },
    { ESCAPED, spelt_escaped }, { QUOTED, spelt_quoted }, { BASE64, spelt_base64 },
};

struct form {
    char *p;
    size_t n;
    unsigned spellings;
    bool word;  /* only where no letter, digit or UTF-8 octet stands beside it */
    bool coded; /* not where it stands as it is */
    /* base64: the character before, or behind, holds bits of the secret and of its neighbour */
    bool shares_head, shares_tail;
};

struct secret_mask {
    struct form forms[FORMS_MAX];
    size_t count;
};

static bool form_add(struct secret_mask *m, str octets, struct form kind)
{
    if (octets.n == 0)
        return true;
    if (m->count == FORMS_MAX)
        return false;
    kind.p = malloc(octets.n);
    if (!kind.p)
        return false;
    memcpy(kind.p, octets.p, octets.n);
    kind.n = octets.n;
    m->forms[m->count++] = kind;
    return true;
}

/* What may stand there plainly is coded only where it reads differently, and short words that are no
 * more than each other's mirror ("live") only where they stand alone. */
static bool add_reversed(struct secret_mask *m, str secret, bool coded)
{
    struct form kind = { .spellings = AS_TEXT, .word = coded && secret.n < MIRROR_OCTETS };
    char *reversed = malloc(secret.n);
    if (!reversed)
        return false;
    for (size_t i = 0; i < secret.n; i++)
        reversed[i] = secret.p[secret.n - 1 - i];
    bool same = coded && memcmp(reversed, secret.p, secret.n) == 0;
    bool ok = same || form_add(m, (str){ reversed, secret.n }, kind);
    secret_wipe(reversed, secret.n);
    free(reversed);
    return ok;
}

/* What base64 makes of the secret when so many octets (modulo 3) come before it: the characters
 * that depend on nothing else. Those at either end that carry bits of a neighbour are cut off
 * here, and hidden with the rest when text is masked. */
static bool add_base64(struct secret_mask *m, str secret, size_t before)
{
    AUTO(buf_wipe_done) struct buf octets, text;
    buf_init(&octets, secret.n + before);
    buf_init(&text, 2 * secret.n + 8);
    buf_add(&octets, (str){ "\0\0", before });
    buf_add(&octets, secret);
    if (!buf_ok(&octets) || !base64_encode(buf_str(&octets), &text))
        return false;
    size_t head = before ? before + 1 : 0;
    size_t whole = octets.n * 8 / 6;
    struct form kind = { .spellings = BASE64,
                         .shares_head = before != 0,
                         .shares_tail = octets.n % 3 != 0 };
    return form_add(m, str_skip(str_take(buf_str(&text), whole), head), kind);
}

static bool add_long(struct secret_mask *m, str secret, bool coded)
{
    struct form itself = { .spellings = AS_TEXT | HEX, .coded = coded };
    if (!form_add(m, secret, itself) || !add_reversed(m, secret, coded))
        return false;
    for (size_t before = 0; before < 3; before++)
        if (!add_base64(m, secret, before))
            return false;
    return true;
}

static bool add_secret(struct secret_mask *m, str secret)
{
    if (secret.n < SHORT_OCTETS)
        return form_add(m, secret, (struct form){ .spellings = PLAIN, .word = true });
    return add_long(m, secret, false);
}

struct secret_mask *secret_mask_coded_new(str text)
{
    struct secret_mask *m = calloc(1, sizeof *m);
    if (m && (text.n < SHORT_OCTETS || add_long(m, text, true)))
        return m;
    secret_mask_free(m);
    return NULL;
}

struct secret_mask *secret_mask_new(str secret)
{
    struct secret_mask *m = calloc(1, sizeof *m);
    str trimmed = str_trim(secret); /* a password with a newline behind it comes back without */
    if (m && add_secret(m, secret) && (trimmed.n == secret.n || add_secret(m, trimmed)))
        return m;
    secret_mask_free(m);
    return NULL;
}

void secret_mask_free(struct secret_mask *m)
{
    for (size_t i = 0; m && i < m->count; i++) {
        secret_wipe(m->forms[i].p, m->forms[i].n);
        free(m->forms[i].p);
    }
    free(m);
}

bool secret_mask_also(struct secret_mask *m, str secret)
{
    return add_secret(m, secret);
}

bool secret_mask_add(struct secret_mask *m, str form)
{
    bool word = form.n < SHORT_OCTETS;
    return form_add(m, form, (struct form){ .spellings = word ? PLAIN : AS_TEXT, .word = word });
}

/* How many octets of rest, at most half an escape, stand in front of a cut; STR_NOT_FOUND: no cut. */
static size_t find_cut(str rest)
{
    enum { HALF = sizeof "\\u00e" - 1 };
    size_t at = str_find(str_take(rest, HALF + sizeof SECRET_CUT - 1), STR(SECRET_CUT));
    bool escape = rest.n && (rest.p[0] == '%' || rest.p[0] == '\\');
    return at <= 1 || escape ? at : STR_NOT_FOUND;
}

/* How many octets of text, from its front, are the form in this spelling, or its beginning in front of
 * a cut; 0 when they are not. */
static size_t match_spelt(const struct form *form, spelling *spelt, str text)
{
    size_t at = 0;
    for (size_t i = 0; i < form->n; i++) {
        str rest = str_skip(text, at);
        size_t taken = spelt(form->p[i], rest);
        if (taken == 0) {
            size_t cut = i ? find_cut(rest) : STR_NOT_FOUND;
            return cut == STR_NOT_FOUND ? 0 : at + cut;
        }
        at += taken;
    }
    return at;
}

static size_t match_any_spelling(const struct form *form, str text)
{
    size_t longest = 0;
    for (size_t i = 0; i < COUNT_OF(SPELLINGS); i++) {
        if (!(form->spellings & SPELLINGS[i].bit))
            continue;
        size_t n = match_spelt(form, SPELLINGS[i].spelt, text);
        if (form->coded && n <= form->n)
            continue; /* every octet stands for itself */
        longest = n > longest ? n : longest;
    }
    return longest;
}

static bool is_word_octet(char c)
{
    return is_alnum(c) || (unsigned char)c > 0x7f;
}

static bool is_base64_octet(str text)
{
    return text.n && (is_alnum(text.p[0]) || memchr("+/-_", text.p[0], 4));
}

/* The form at this place of text, the characters it shares with its neighbours counted in. */
static size_t match_form(const struct form *form, str text, size_t at)
{
    str here = str_skip(text, at);
    size_t head = form->shares_head && is_base64_octet(here) ? 1 : 0;
    size_t n = match_any_spelling(form, str_skip(here, head));
    if (n == 0 && head) {
        head = 0; /* text may begin just behind the shared character */
        n = match_any_spelling(form, here);
    }
    if (n == 0)
        return 0;
    n += head;
    if (form->shares_tail && is_base64_octet(str_skip(here, n)))
        n++;
    bool inside_word = (at > 0 && is_word_octet(text.p[at - 1])) ||
                       (n < here.n && is_word_octet(here.p[n]));
    return form->word && inside_word ? 0 : n;
}

static size_t match(const struct secret_mask *m, str text, size_t at)
{
    size_t longest = 0;
    for (size_t i = 0; i < m->count; i++) {
        size_t n = match_form(&m->forms[i], text, at);
        longest = n > longest ? n : longest;
    }
    return longest;
}

bool secret_mask_apply(const struct secret_mask *m, str text, struct buf *out)
{
    if (!m)
        return buf_add(out, text);
    size_t hidden_to = 0; /* matches may overlap: everything before this is hidden */
    for (size_t at = 0; at < text.n; at++) {
        size_t n = match(m, text, at);
        if (n && at >= hidden_to)
            buf_add(out, HIDDEN);
        if (at + n > hidden_to && n)
            hidden_to = at + n;
        if (at >= hidden_to)
            buf_addc(out, text.p[at]);
    }
    return buf_ok(out);
}
