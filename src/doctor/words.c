/* SPDX-License-Identifier: ISC */
/*
 * doctor/words.c - what a reply's words say whatever it answers
 */
#include "doctor/words_inside.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '<' || c == '>';
}

enum { NAME_LONGEST = 320 }; /* an address: 64 octets, the at-sign, 255 octets */

/* An address, a host name or a URL says nothing by the words that happen to be in it. No further is
 * looked than a name can be long: a reply without blanks would else be read again for each word in it. */
static bool inside_name(str text, size_t at, size_t length)
{
    size_t from = at, to = at + length;
    while (from > 0 && at - from < NAME_LONGEST && !is_blank(text.p[from - 1]))
        from--;
    while (to < text.n && to - at < NAME_LONGEST && !is_blank(text.p[to]))
        to++;
    for (size_t i = from; i < to; i++) {
        bool dot = text.p[i] == '.' && i + 1 < to && is_alnum(text.p[i + 1]);
        if (text.p[i] == '@' || (dot && (i < at || i >= at + length)))
            return true;
    }
    return false;
}

bool words_hold(str text, str word)
{
    for (size_t from = 0; from < text.n;) {
        size_t at = str_find_nocase(str_skip(text, from), word);
        if (at == STR_NOT_FOUND)
            return false;
        if (!inside_name(text, from + at, word.n))
            return true;
        from += at + 1;
    }
    return false;
}

bool words_hold_any(str text, const str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (words_hold(text, words[i]))
            return true;
    return false;
}

static bool is_letter(char c)
{
    return is_alnum(c) || (unsigned char)c > 0x7f;
}

static bool holds_whole(str text, str word)
{
    for (size_t from = 0; from < text.n;) {
        size_t at = str_find_nocase(str_skip(text, from), word);
        if (at == STR_NOT_FOUND)
            return false;
        at += from;
        size_t end = at + word.n;
        if ((at == 0 || !is_letter(text.p[at - 1])) && (end == text.n || !is_letter(text.p[end])))
            return true;
        from = at + 1;
    }
    return false;
}

static bool holds_part(str text, str part)
{
    if (str_starts(part, STR("=")))
        return holds_whole(text, str_skip(part, 1));
    if (!str_is_ascii(part))
        return str_find_nocase(text, part) != STR_NOT_FOUND;
    return words_hold(text, part);
}

bool words_hold_pattern(str text, const char *pattern)
{
    for (str rest = str_from(pattern); rest.p;) {
        str all = str_cut(&rest, '|');
        bool holds = true;
        while (holds && all.p)
            holds = holds_part(text, str_cut(&all, '&'));
        if (holds)
            return true;
    }
    return false;
}

bool words_ask_for_tls(str reply_text)
{
    static const str WORDS[] = { STR_INIT("starttls"), STR_INIT("tls"), STR_INIT("ssl"),
                                 STR_INIT("encrypt"), STR_INIT("secure") };
    return HOLDS(reply_text, WORDS);
}

bool words_ask_for_login(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("authenti"), STR_INIT("log in"), STR_INIT("logged in"),
                                 STR_INIT("login"), STR_INIT("smtp auth") };
    return o->code == 530 || HOLDS(o->text, WORDS);
}

bool words_name_relaying(const struct smtp_outcome *o)
{
    return words_hold_pattern(o->text, "relay|rcpthosts|non-local recipient|relais&refus|"
                                       "weiterleit&nicht|reenv&no|中继|中繼|中継");
}

bool words_about_relaying(const struct smtp_outcome *o)
{
    const struct smtp_enhanced *x = &o->enhanced;
    return words_name_relaying(o) || (o->code == 454 && x->subject == 7 && x->detail == 1);
}

/* 500, 502 and 503 are of the command and its turn, whoever says it (RFC 5321 sections 4.1.4 and 4.2.2): an
 * old server, one that takes no mail, LMTP (RFC 2033). A refused EHLO that says nothing is of its name. */
bool words_about_helo(const struct smtp_outcome *o)
{
    static const str WORDS[] = { STR_INIT("helo"), STR_INIT("ehlo") };
    if (o->code == 500 || o->code == 502 || o->code == 503)
        return false;
    return HOLDS(o->text, WORDS) || (o->stage == SMTP_STAGE_EHLO && !words_about_reverse_dns(o));
}

bool words_blame_other(const struct smtp_outcome *o)
{
    static const str WORDS[] = {
        STR_INIT("block"),      STR_INIT("blacklist"), STR_INIT("black list"),
        STR_INIT("is listed"),  STR_INIT("dnsbl"),     STR_INIT("spam"),
        STR_INIT("reputation"), STR_INIT("policy"),    STR_INIT("too many"),
        STR_INIT("limit"),      STR_INIT("quota"),     STR_INIT("spf"),
        STR_INIT("dmarc"),      STR_INIT("dkim"),      STR_INIT("ptr"),
        STR_INIT("resolve"),    STR_INIT("lookup"),    STR_INIT("reverse"),
        STR_INIT("helo"),       STR_INIT("ehlo"),      STR_INIT("send as"),
        STR_INIT("sender"),     STR_INIT("content"),   STR_INIT("unavailable"),
    };
    return HOLDS(o->text, WORDS);
}

str words_domain(str mailbox)
{
    size_t at = str_rfind_octet(mailbox, '@');
    return at == STR_NOT_FOUND ? STR_NONE : str_skip(mailbox, at + 1);
}
