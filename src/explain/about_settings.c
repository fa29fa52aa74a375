/* SPDX-License-Identifier: ISC */
/*
 * explain/about_settings.c - is a text nothing but settings?
 * Owns    the forms of lines that set something: "name = value" of main.cf, Exim's ACLs, ini files and programs,
 *         published SPF, DKIM and DMARC records, and what stands between such lines.
 */
#include "explain/about.h"

enum { PASTED = 64 << 10 }; /* octets; a longer text is no snippet of settings */

enum kind { KIND_OTHER, KIND_BETWEEN, KIND_COMMENT, KIND_SETS, KIND_RECORD };

static const str RECORDS[] = { STR_INIT("v=spf1"), STR_INIT("v=dmarc1"), STR_INIT("v=dkim1") };

/* Words that tell of something that went wrong, whole and in lower case. */
static const str WRONG[] = {
    STR_INIT("not"),      STR_INIT("no"),      STR_INIT("error"),    STR_INIT("errors"),
    STR_INIT("fail"),     STR_INIT("failed"),  STR_INIT("failure"),  STR_INIT("rejected"),
    STR_INIT("refused"),  STR_INIT("denied"),  STR_INIT("unable"),   STR_INIT("cannot"),
    STR_INIT("exceeded"), STR_INIT("unknown"), STR_INIT("invalid"),  STR_INIT("blocked"),
    STR_INIT("timeout"),  STR_INIT("bounced"), STR_INIT("deferred"), STR_INIT("exception"),
    STR_INIT("said"),     STR_INIT("timed"),   STR_INIT("full"),     STR_INIT("required"),
};

static bool digit(str s, size_t i)
{
    return i < s.n && s.p[i] >= '0' && s.p[i] <= '9';
}

static bool of_word(char c)
{
    return is_alnum(c) || c == '_';
}

/* "550 words", "421-4.7.0": a reply code (RFC 5321 section 4.2.1) with words after it. */
static bool holds_reply(str line)
{
    for (size_t i = 0; i + 5 <= line.n; i++) {
        str s = str_skip(line, i);
        if ((s.p[0] == '4' || s.p[0] == '5') && s.p[1] >= '0' && s.p[1] <= '5' && digit(s, 2) &&
            (s.p[3] == ' ' || s.p[3] == '-') && is_alnum(s.p[4]) && (!i || !of_word(line.p[i - 1])))
            return true;
    }
    return false;
}

static bool holds_wrong(str line)
{
    for (size_t i = 0; i < line.n;) {
        size_t end = i;
        while (end < line.n && of_word(line.p[end]))
            end++;
        for (size_t w = 0; end > i && w < COUNT_OF(WRONG); w++)
            if (str_eq_nocase(str_take(str_skip(line, i), end - i), WRONG[w]))
                return true;
        i = end + 1;
    }
    return false;
}

static bool holds_record(str line)
{
    for (size_t i = 0; i < COUNT_OF(RECORDS); i++)
        if (str_find_nocase(line, RECORDS[i]) != STR_NOT_FOUND)
            return true;
    return false;
}

static bool one_of(char c, const char *set)
{
    for (; *set; set++)
        if (c == *set)
            return true;
    return false;
}

static bool only(str s, const char *set)
{
    for (size_t i = 0; i < s.n; i++)
        if (!of_word(s.p[i]) && !one_of(s.p[i], set))
            return false;
    return true;
}

/* "name = value", "-o name=value", "$o->Name = value"; "to=<...>" is of a log. */
static bool assigns(str s)
{
    if (s.n > 3 && s.p[0] == '-')
        s = str_trim(str_skip(s, s.p[1] == 'o' ? 2 : 1));
    size_t i = 0;
    while (i < s.n && (of_word(s.p[i]) || one_of(s.p[i], "$.[]'\"->/")))
        i++;
    if (!i || !(is_alnum(s.p[0]) || s.p[0] == '_' || s.p[0] == '$'))
        return false;
    while (i < s.n && s.p[i] == ' ')
        i++;
    return i < s.n && s.p[i] == '=' && !(i + 1 < s.n && s.p[i + 1] == '<');
}

static enum kind kind_of(str line, bool after)
{
    bool indented = line.n && (line.p[0] == ' ' || line.p[0] == '\t');
    str s = str_trim(line);
    if (!s.n || (s.p[0] == '[' && s.p[s.n - 1] == ']'))
        return KIND_BETWEEN;
    if (s.p[0] == '#' || str_starts(s, STR("//")))
        return KIND_COMMENT;
    if (holds_record(s))
        return KIND_RECORD;
    if (assigns(s))
        return KIND_SETS;
    if (s.p[s.n - 1] == ';' && str_find(s, STR("(")) != STR_NOT_FOUND)
        return KIND_SETS;
    if (only(s, ".{}();") || (indented && after && only(s, ".{}();, :/%+-$")))
        return KIND_BETWEEN;
    return KIND_OTHER;
}

bool about_settings(str plain)
{
    size_t lines = 0, sets = 0, records = 0;
    bool after = false;
    if (plain.n > PASTED)
        return false;
    for (str rest = plain; rest.p;) {
        str line = str_cut(&rest, '\n');
        enum kind k = kind_of(line, after);
        if (k == KIND_OTHER || holds_reply(line) || (k != KIND_COMMENT && holds_wrong(line)))
            return false;
        lines += str_trim(line).n > 0;
        sets += k == KIND_SETS;
        records += k == KIND_RECORD;
        after = after || k == KIND_SETS;
    }
    return records || (sets && lines > 1);
}
