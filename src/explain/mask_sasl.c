/* SPDX-License-Identifier: ISC */
/*
 * explain/mask_sasl.c - what a client says while it logs in, and tokens that show by their form what they are
 *
 * Speaks  RFC 4954 section 4 (AUTH), RFC 4616 (PLAIN), RFC 7628 (OAUTHBEARER), in transcripts of any tool: what is
 *         looked for is the word AUTH with its mechanism, and "334".
 */
#include "base/base64.h"
#include "explain/mask_inside.h"
#include <string.h>

enum { ANSWERS = 5, STRICT = 24, BLOB_SHORTEST = 4, DECODED_MAX = 8192 };

static bool is_base64(char c)
{
    return is_alnum(c) || c == '+' || c == '/' || c == '=' || c == '-' || c == '_';
}

/* The next run of octets that base64 may consist of, whole. */
static str next_run(str *rest)
{
    size_t at = 0, end;
    while (at < rest->n && !is_base64(rest->p[at]))
        at++;
    for (end = at; end < rest->n && is_base64(rest->p[end]); end++)
        ;
    str run = { rest->p + at, end - at };
    *rest = str_skip(*rest, end);
    return run;
}

/* ------------------------------------------------------------------------------------------------
 * Tokens that say themselves what they are
 */
static bool decoded_is_login(str octets)
{
    if (str_find(octets, STR("auth=Bearer ")) != STR_NOT_FOUND)
        return true;
    /* RFC 4616 section 2: [authzid] NUL authcid NUL passwd, of which the last two are not empty */
    size_t zeros = 0, last = 0;
    for (size_t i = 0; i < octets.n; i++)
        if (octets.p[i] == '\0') {
            if (zeros++ && i == last + 1)
                return false;
            last = i;
        } else if ((unsigned char)octets.p[i] < ' ') {
            return false;
        }
    return zeros == 2 && last + 1 < octets.n;
}

/* An initial response of PLAIN, XOAUTH2 or OAUTHBEARER in base64, wherever it stands. */
static bool is_response(str run)
{
    struct buf b;
    size_t whole = run.n < DECODED_MAX ? run.n : DECODED_MAX;
    if (run.n < 8)
        return false;
    /* padding may have been lost: what is a multiple of four is enough to see it */
    buf_init(&b, DECODED_MAX);
    bool is = base64_decode(str_take(run, whole / 4 * 4), &b) && decoded_is_login(buf_str(&b));
    buf_wipe_done(&b);
    return is;
}

static bool is_token(str run)
{
    static const struct {
        str start;
        size_t shortest;
    } FORMS[] = {
        { STR_INIT("eyJ"), 24 }, /* JSON in base64url: a JWT, or its parts */
        { STR_INIT("ya29."), 12 }, { STR_INIT("EwA"), 60 },      { STR_INIT("1//0"), 24 },
        { STR_INIT("SG."), 24 },   { STR_INIT("xkeysib-"), 24 }, { STR_INIT("xsmtpsib-"), 24 },
        { STR_INIT("key-"), 30 },  { STR_INIT("GOCSPX-"), 20 },  { STR_INIT("ghp_"), 30 },
    };
    if (str_starts(run,
                   STR("eyJzdGF0dXMi"))) /* {"status": the server says why it refused a token */
        return false;
    for (size_t i = 0; i < COUNT_OF(FORMS); i++)
        if (run.n >= FORMS[i].shortest && str_starts(run, FORMS[i].start))
            return true;
    return is_response(run);
}

/* The next run with what hangs together with it by dots, as in a JWT; of NAME=VALUE the value. */
static str next_token(str *rest)
{
    str run = next_run(rest);
    size_t more = 0;
    while (more < rest->n && (is_base64(rest->p[more]) || rest->p[more] == '.'))
        more++;
    *rest = str_skip(*rest, more);
    run.n += more;
    for (size_t i = run.n; i-- > 1;)
        if (run.p[i - 1] == '=' && run.p[i] != '=')
            return str_skip(run, i);
    return run;
}

/* "failed", "Rejected", "OK": the case of letters in base64 is mixed, and digits are among them. */
static bool is_word(str run)
{
    bool upper = true, lower = true;
    for (size_t i = 0; i < run.n; i++) {
        if (!is_alpha(run.p[i]) && run.p[i] != '-' && run.p[i] != '_')
            return false;
        upper = upper && run.p[i] == to_upper(run.p[i]);
        lower = lower && (i == 0 || run.p[i] == to_lower(run.p[i]));
    }
    return upper || lower;
}

/* "User" and "Username:", "Password:" in base64, as servers ask for them (RFC 4954 has no LOGIN; draft-murchison). */
static bool is_question(str run)
{
    static const str ASKED[] = { STR_INIT("VXNlcm5hbWU6"), STR_INIT("UGFzc3dvcmQ6"),
                                 STR_INIT("VXNlciBOYW1lAA=="), STR_INIT("UGFzc3dvcmQA") };
    for (size_t i = 0; i < COUNT_OF(ASKED); i++)
        if (str_eq(run, ASKED[i]))
            return true;
    return false;
}

/* On a line that holds a whole dialogue: what comes next behind a question, but for "C:" and "334". */
static bool is_next_answer(str run, bool *asked)
{
    if (run.n < BLOB_SHORTEST)
        return false;
    bool was = *asked;
    *asked = false;
    return was && run.p[-1] != '=' && run.n % 4 == 0 && !is_word(run) && !is_question(run);
}

static void hide_tokens(struct mask *m)
{
    str before = STR_NONE;
    bool asked = false;
    for (str rest = m->line; rest.n;) {
        str run = next_token(&rest);
        if (run.n > 2 && run.p > m->line.p && run.p[-1] == '%') /* "%20" of a URL */
            run = str_skip(run, 2);
        bool introduced = str_eq_nocase(before, STR("bearer")) ||
                          str_eq_nocase(before, STR("basic"));
        if ((introduced && run.n >= 8 && !is_word(run)) || is_next_answer(run, &asked) ||
            is_token(run))
            mask_hide(m, run);
        asked |= is_question(run);
        before = run;
    }
}

/* ------------------------------------------------------------------------------------------------
 * The dialogue
 */
static const str MECHANISMS[] = {
    STR_INIT("PLAIN"),   STR_INIT("LOGIN"),       STR_INIT("CRAM-MD5"), STR_INIT("DIGEST-MD5"),
    STR_INIT("XOAUTH2"), STR_INIT("OAUTHBEARER"), STR_INIT("NTLM"),     STR_INIT("GSSAPI"),
    STR_INIT("SCRAM-"),  STR_INIT("EXTERNAL"),    STR_INIT("XCLIENT"),
};

/* What stands behind "AUTH MECHANISM"; p NULL: the line does not say it. "250-AUTH PLAIN LOGIN" is the server's list:
 * what follows are mechanisms. */
static str behind_auth(str line)
{
    for (str rest = line; rest.n;) {
        size_t at = str_find_nocase(rest, STR("auth"));
        if (at == STR_NOT_FOUND)
            return STR_NONE;
        bool begins = at == 0 || !is_alnum(rest.p[at - 1]);
        rest = str_skip(rest, at + 4);
        if (str_starts_nocase(rest, STR("enticate"))) /* IMAP */
            rest = str_skip(rest, 8);
        if (!rest.n || rest.p[0] != ' ')
            continue;
        rest = str_skip(rest, 1);
        for (size_t i = 0; begins && i < COUNT_OF(MECHANISMS); i++) {
            if (!str_starts_nocase(rest, MECHANISMS[i]))
                continue;
            size_t end = 0;
            while (end < rest.n && rest.p[end] != ' ' && is_base64(rest.p[end]))
                end++;
            return str_skip(rest, end);
        }
    }
    return STR_NONE;
}

static bool is_mechanism(str word)
{
    for (size_t i = 0; i < COUNT_OF(MECHANISMS); i++)
        if (str_starts_nocase(word, MECHANISMS[i]))
            return true;
    return false;
}

/* A word of its own that base64 could be. */
static bool is_answer(str run, str line)
{
    char before = run.p > line.p ? run.p[-1] : ' ';
    bool stands_alone = before == ' ' || before == '\t' || before == '\'' || before == '"' ||
                        before == '>' || before == ',' || (before == ':' && run.n >= 8);
    return run.n >= BLOB_SHORTEST && stands_alone && !is_word(run);
}

/* As an encoder writes it: padded, and of letters of both cases or with digits. */
static bool is_whole_base64(str run)
{
    return run.n >= 8 && run.n % 4 == 0 && !is_word(run);
}

/* POP3's PASS (RFC 1939 section 7) where a client's line begins. */
static void hide_pop_pass(struct mask *m)
{
    size_t at = str_find(m->line, STR("PASS "));
    if (at > 12 || (at > 0 && is_alnum(m->line.p[at - 1])))
        return;
    mask_hide(m, str_trim(str_skip(m->line, at + 5)));
}

/* Does a reply code other than 334 stand where the server speaks? Then the login is over. */
static bool ends_dialogue(str line)
{
    static const str CODES[] = {
        STR_INIT("235"), STR_INIT("535"), STR_INIT("534"), STR_INIT("454"),
        STR_INIT("501"), STR_INIT("503"), STR_INIT("504"), STR_INIT("530"),
        STR_INIT("538"), STR_INIT("421"), STR_INIT("550"), STR_INIT("500")
    };
    for (size_t i = 0; i < COUNT_OF(CODES); i++) {
        size_t at = str_find(line, CODES[i]);
        if (at != STR_NOT_FOUND && (at == 0 || !is_alnum(line.p[at - 1])) &&
            (at + 3 == line.n || line.p[at + 3] == ' ' || line.p[at + 3] == '-' ||
             line.p[at + 3] == '\r'))
            return true;
    }
    return false;
}

static bool holds_challenge(str line)
{
    size_t at = str_find(line, STR("334"));
    return at != STR_NOT_FOUND && (at == 0 || !is_alnum(line.p[at - 1])) &&
           (at + 3 >= line.n || !is_alnum(line.p[at + 3]));
}

/* "\r\n" written out behind the text, as Python's log has it. */
static str without_written_end(str line)
{
    for (;;) {
        str t = str_trim(line);
        while (t.n && (t.p[t.n - 1] == '\'' || t.p[t.n - 1] == '"' || t.p[t.n - 1] == ','))
            t.n--;
        if (str_ends_nocase(t, STR("\\n")) || str_ends_nocase(t, STR("\\r")))
            t.n -= 2;
        if (t.n == line.n)
            return t;
        line = t;
    }
}

/* The last run on the line, where it is its last word. */
static str last_run(str line)
{
    str t = without_written_end(line);
    size_t from = t.n;
    while (from > 0 && is_base64(t.p[from - 1]))
        from--;
    return str_skip(t, from);
}

void mask_sasl_line(struct mask *m, struct mask_sasl *s)
{
    str line = m->line;
    str behind = behind_auth(line);
    if (behind.p) {
        str run = last_run(behind);
        s->answers = ANSWERS;
        s->strict = STRICT;
        if (is_answer(run, line) && !is_mechanism(run) && run.p > behind.p)
            mask_hide(m, run);
    } else if (holds_challenge(line)) {
        s->answers = ANSWERS;
        s->strict = STRICT;
    } else if ((s->answers || s->strict) && str_trim(line).n) {
        str run = last_run(line);
        if (ends_dialogue(line))
            s->answers = s->strict = 0;
        bool loose = s->answers > 1;
        if ((loose || (s->strict && is_whole_base64(run))) && is_answer(run, line))
            mask_hide(m, run);
        s->strict -= !loose && s->strict;
        s->answers -= s->answers > 0;
    }
    hide_pop_pass(m);
    hide_tokens(m);
}
