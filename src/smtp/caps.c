/* SPDX-License-Identifier: ISC */
/*
 * smtp/caps.c - the lines of an EHLO answer, as a table of keywords
 */
#include "smtp/caps.h"
#include <string.h>

enum { MECHANISM_NAME_MAX = 20 /* RFC 4422 section 3.1 */ };

static str cut_word(str *rest)
{
    size_t n = 0;
    str word;

    *rest = str_trim(*rest);
    while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
        n++;
    word = str_take(*rest, n);
    *rest = str_skip(*rest, n);
    return word;
}

static void read_size(struct smtp_caps *c, str params)
{
    uint64_t octets;

    if (str_to_u64(cut_word(&params), UINT64_MAX, &octets))
        c->size_max = octets;
}

/* sasl-mech = 1*20mech-char: letters, digits, hyphen, underscore. */
static bool is_mechanism(str word)
{
    for (size_t i = 0; i < word.n; i++)
        if (!is_alnum(word.p[i]) && word.p[i] != '-' && word.p[i] != '_')
            return false;
    return word.n > 0 && word.n <= MECHANISM_NAME_MAX;
}

static void read_mechanisms(struct smtp_caps *c, str params)
{
    str word;

    while ((word = cut_word(&params)).n > 0)
        if (is_mechanism(word) && !smtp_caps_offers(c, word) &&
            c->mechanism_count < SMTP_CAPS_MECHANISMS)
            c->mechanisms[c->mechanism_count++] = word;
}

static const struct keyword {
    str name;
    enum smtp_ext ext;
    void (*read)(struct smtp_caps *c, str params); /* NULL: the word alone tells */
} KEYWORDS[] = {
    { STR_INIT("STARTTLS"), SMTP_EXT_STARTTLS, NULL },
    { STR_INIT("AUTH"), SMTP_EXT_AUTH, read_mechanisms },
    { STR_INIT("PIPELINING"), SMTP_EXT_PIPELINING, NULL },
    { STR_INIT("SIZE"), SMTP_EXT_SIZE, read_size },
    { STR_INIT("8BITMIME"), SMTP_EXT_8BITMIME, NULL },
    { STR_INIT("SMTPUTF8"), SMTP_EXT_SMTPUTF8, NULL },
    { STR_INIT("ENHANCEDSTATUSCODES"), SMTP_EXT_ENHANCED, NULL },
    { STR_INIT("CHUNKING"), SMTP_EXT_CHUNKING, NULL },
    { STR_INIT("DSN"), SMTP_EXT_DSN, NULL },
    { STR_INIT("REQUIRETLS"), SMTP_EXT_REQUIRETLS, NULL },
};

/* A device that rewrites what it does not let through keeps the length: "XXXXXXXX", or "XXXXXXXA" with
 * one other letter at the end. Private keywords (XCLIENT, X-EXPS) have more than that. */
static bool is_masked(str word)
{
    size_t n = 0;

    while (n < word.n && word.p[n] == 'X')
        n++;
    return n >= 4 && n + 1 >= word.n;
}

static void read_line(struct smtp_caps *c, str line)
{
    str rest = line;
    str word = cut_word(&rest);
    size_t equals = str_find_octet(word, '=');

    if (equals != STR_NOT_FOUND) { /* "AUTH=LOGIN", from before RFC 2554 */
        rest = str_skip(line, (size_t)(word.p - line.p) + equals + 1);
        word = str_take(word, equals);
        if (!str_eq_nocase(word, STR("AUTH")))
            return;
    }
    if (is_masked(word))
        c->ext |= SMTP_EXT_MASKED;
    for (size_t i = 0; i < COUNT_OF(KEYWORDS); i++) {
        if (!str_eq_nocase(word, KEYWORDS[i].name))
            continue;
        c->ext |= KEYWORDS[i].ext;
        if (KEYWORDS[i].read != NULL)
            KEYWORDS[i].read(c, rest);
    }
}

void smtp_caps_read(str ehlo_text, struct smtp_caps *out)
{
    str rest = ehlo_text;
    str first = str_cut(&rest, '\n');

    *out = (struct smtp_caps){ 0 };
    out->domain = cut_word(&first);
    while (rest.p != NULL)
        read_line(out, str_cut(&rest, '\n'));
}

bool smtp_caps_offers(const struct smtp_caps *c, str mechanism)
{
    for (unsigned i = 0; i < c->mechanism_count; i++)
        if (str_eq_nocase(c->mechanisms[i], mechanism))
            return true;
    return false;
}
