/* SPDX-License-Identifier: ISC */
/*
 * explain/mask.c - secrets that stand behind a name: password=, "password":, <password>
 */
#include "explain/mask.h"
#include "explain/mask_inside.h"
#include <string.h>

static const str HIDDEN = STR_INIT("[hidden]");

void mask_hide(struct mask *m, str part)
{
    if (part.n)
        memset(m->hidden + (part.p - m->text.p), 1, part.n);
}

/* ------------------------------------------------------------------------------------------------
 * NAME = VALUE, as settings, JSON, PHP, Python, YAML, XML and query strings have it
 */

/* Ends of names: "smtp_password" and "EMAIL_HOST_PASSWORD" end in one of them. What is not ASCII is held against
 * the octets as they are, with a small and with a capital letter at its beginning. */
static const str NAMES_OF_SECRETS[] = {
    STR_INIT("password"),
    STR_INIT("passwd"),
    STR_INIT("pass"),
    STR_INIT("pwd"),
    STR_INIT("passphrase"),
    STR_INIT("pass phrase"),
    STR_INIT("passcode"),
    STR_INIT("passwort"),
    STR_INIT("kennwort"),
    STR_INIT("mot de passe"),
    STR_INIT("motdepasse"),
    STR_INIT("contrase\xc3\xb1"
             "a"),
    STR_INIT("CONTRASE\xc3\x91"
             "A"),
    STR_INIT("contrasena"),
    STR_INIT("clave"),
    STR_INIT("senha"),
    STR_INIT("palavra-passe"),
    STR_INIT("palavra passe"),
    STR_INIT("wachtwoord"),
    STR_INIT("l\xc3\xb6senord"),
    STR_INIT("losenord"),
    STR_INIT("adgangskode"),
    STR_INIT("passord"),
    STR_INIT("salasana"),
    STR_INIT("has\xc5\x82o"),
    STR_INIT("haslo"),
    STR_INIT("heslo"),
    STR_INIT("jelsz\xc3\xb3"),
    STR_INIT("parola"),
    STR_INIT("parola d'ordine"),
    STR_INIT("\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"),
    STR_INIT("\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c"),
    STR_INIT("\xd0\x9f\xd0\x90\xd0\xa0\xd0\x9e\xd0\x9b\xd0\xac"),
    STR_INIT("\xe5\xaf\x86\xe7\xa0\x81"),
    STR_INIT("\xe5\xaf\x86\xe7\xa2\xbc"),
    STR_INIT("\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89"),
    STR_INIT("\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8"),
    STR_INIT("secret"),
    STR_INIT("secret_key"),
    STR_INIT("secretkey"),
    STR_INIT("secret-key"),
    STR_INIT("secretaccesskey"),
    STR_INIT("client_send"), /* of Exim's authenticators: the login, colons between its parts */
    STR_INIT("token"),
    STR_INIT("api_key"),
    STR_INIT("apikey"),
    STR_INIT("api-key"),
    STR_INIT("api key"),
    STR_INIT("private_key"),
    STR_INIT("access_key"),
    STR_INIT("authkey"),
    STR_INIT("auth_key"),
    STR_INIT("authpass"),
    STR_INIT("authorization"),
    STR_INIT("credentials"),
};

/* Said of a password, and none. */
static const str NO_SECRETS[] = {
    STR_INIT("failed"),   STR_INIT("incorrect"), STR_INIT("invalid"), STR_INIT("wrong"),
    STR_INIT("required"), STR_INIT("missing"),   STR_INIT("expired"), STR_INIT("rejected"),
    STR_INIT("null"),     STR_INIT("nil"),       STR_INIT("none"),    STR_INIT("undefined"),
    STR_INIT("true"),     STR_INIT("false"),     STR_INIT("yes"),     STR_INIT("no"),
    STR_INIT("error"),    STR_INIT("not"),       STR_INIT("bad"),     STR_INIT("normal"),
    STR_INIT("string"),   STR_INIT("set"),       STR_INIT("unset"),   STR_INIT("empty"),
    STR_INIT("denied"),   STR_INIT("mismatch"),  STR_INIT("unknown"), STR_INIT("authentication"),
    STR_INIT("login"),    STR_INIT("user"),      STR_INIT("please"),  STR_INIT("cannot"),
    STR_INIT("command"),  STR_INIT("policy"),    STR_INIT("check"),   STR_INIT("changed"),
    STR_INIT("refused"),  STR_INIT("protected"), STR_INIT("hidden"),  STR_INIT("accepted"),
    STR_INIT("failure"),  STR_INIT("too"),       STR_INIT("is"),      STR_INIT("for"),
};

/* The octets of the name at the start of s; 0: none. The longest counts. */
size_t mask_name_at(const struct mask *m, str s)
{
    size_t longest = 0;
    if (!m->begins_name[(unsigned char)s.p[0]])
        return 0;
    char begin[2] = { to_lower(s.p[0]), s.n > 1 ? to_lower(s.p[1]) : '\0' };
    for (size_t i = 0; i < COUNT_OF(NAMES_OF_SECRETS); i++)
        if (to_lower(NAMES_OF_SECRETS[i].p[0]) == begin[0] &&
            to_lower(NAMES_OF_SECRETS[i].p[1]) == begin[1] && NAMES_OF_SECRETS[i].n > longest &&
            str_starts_nocase(s, NAMES_OF_SECRETS[i]))
            longest = NAMES_OF_SECRETS[i].n;
    return longest;
}

/* Backslashes before a quote: more than a text in JSON in JSON in JSON has. */
enum { BACKSLASHES_MAX = 16 };

static size_t backslashes_at(str s)
{
    size_t n = 0;
    while (n < BACKSLASHES_MAX && n < s.n && s.p[n] == '\\')
        n++;
    return n;
}

/* A quote as it is written at the start of s: plain, escaped (once for each text that it was put into), as an entity
 * of HTML. Its octets; 0: none. */
size_t mask_quote_at(str s)
{
    static const str QUOTES[] = { STR_INIT("\"\"\""),
                                  STR_INIT("'''"),
                                  STR_INIT("\""),
                                  STR_INIT("'"),
                                  STR_INIT("`"),
                                  STR_INIT("&quot;"),
                                  STR_INIT("&#34;"),
                                  STR_INIT("&#39;"),
                                  STR_INIT("&apos;"),
                                  STR_INIT("\xe2\x80\x9c"),
                                  STR_INIT("\xe2\x80\x9d"),
                                  STR_INIT("\xe2\x80\x98"),
                                  STR_INIT("\xe2\x80\x99") };
    if (!s.n || !strchr("\"'`\\&\xe2", s.p[0]))
        return 0;
    size_t escaped = backslashes_at(s);
    str bare = str_skip(s, escaped);
    for (size_t i = 0; i < COUNT_OF(QUOTES); i++)
        if (str_starts(bare, QUOTES[i]) && (!escaped || QUOTES[i].n == 1))
            return escaped + QUOTES[i].n;
    return 0;
}

/* Does a quote that has so many backslashes before it end a string that began behind one with `own` of them? One more
 * text around it made each n of them 2n + 1; what is odd then is a quote inside of the string. */
static bool closes(size_t own, size_t backslashes)
{
    for (; own && backslashes > own; own /= 2, backslashes /= 2)
        ;
    return backslashes <= own || backslashes % 2 == 0;
}

/* Octets of inside up to the quote that ends it, which is written as the one that began it. */
size_t mask_quoted_end(str inside, str quote)
{
    size_t own = backslashes_at(quote), backslashes = 0;
    str bare = str_skip(quote, own);
    for (size_t i = 0; i < inside.n; i++) {
        if (inside.p[i] == '\\') {
            backslashes++;
            continue;
        }
        if (inside.p[i] == bare.p[0] && str_starts(str_skip(inside, i), bare) &&
            closes(own, backslashes))
            return i - (backslashes < own ? backslashes : own);
        backslashes = 0;
    }
    return inside.n;
}

/* "(App)" behind a name: a remark. */
static size_t remark_at(str s)
{
    enum { LONGEST = 40 };
    size_t at = 0;
    while (at < s.n && at < LONGEST && mask_blank(s.p[at]))
        at++;
    bool opens = at + 1 < s.n && s.p[at] == '(' && is_alnum(s.p[at + 1]);
    size_t end = opens ? str_find_octet(str_take(s, LONGEST), ')') : STR_NOT_FOUND;
    return end == STR_NOT_FOUND ? 0 : end + 1;
}

/* "password for anna: ", "password is: ": octets up to the sign. */
static size_t words_at(str s)
{
    enum { LONGEST = 100 };
    static const str WORDS[] = { STR_INIT(" for "), STR_INIT(" is"), STR_INIT(" was"),
                                 STR_INIT(" lautet"), STR_INIT(" ist") };
    for (size_t i = 0; i < COUNT_OF(WORDS); i++) {
        if (!str_starts_nocase(s, WORDS[i]))
            continue;
        if (i > 0)
            return WORDS[i].n;
        size_t sign = str_find(str_take(s, LONGEST), STR(": "));
        return sign == STR_NOT_FOUND ? 0 : sign;
    }
    return 0;
}

/* ";s:12:" of PHP's serialize(). */
static size_t serialized_at(str s)
{
    size_t at = 3;
    if (!str_starts(s, STR(";s:")))
        return 0;
    while (at < s.n && at < 16 && is_digit(s.p[at]))
        at++;
    return at < s.n && s.p[at] == ':' ? at + 1 : 0;
}

static size_t skip_blanks(str s, size_t at)
{
    while (at < s.n && mask_blank(s.p[at]))
        at++;
    return at;
}

static size_t value_word_at(str s)
{
    static const str WORDS[] = { STR_INIT("value"), STR_INIT("string") };
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_starts_nocase(s, WORDS[i]))
            return WORDS[i].n;
    return 0;
}

/* What may stand between the name and its value: "=", ":", "=>", "]=", ">" of XML, blanks and closing quotes around
 * it; a comma or a bracket between strings, as in calls. The octets; 0: no value follows. */
static size_t separator_at(str s, bool *xml)
{
    static const str SEEN_FROM[] = { STR_INIT(":protected"), STR_INIT(":private") }; /* print_r() */
    size_t at = remark_at(s);
    if (!at)
        at = words_at(s);
    for (size_t i = 0; i < COUNT_OF(SEEN_FROM); i++)
        if (str_starts(s, SEEN_FROM[i]))
            at = SEEN_FROM[i].n;
    while (at < s.n && (s.p[at] == ']' || s.p[at] == ')' || mask_blank(s.p[at])))
        at++;
    size_t quote = mask_quote_at(str_skip(s, at));
    at += quote;
    while (at < s.n && (s.p[at] == ']' || mask_blank(s.p[at])))
        at++;
    static const str SIGNS[] = { STR_INIT("=&gt;"), STR_INIT("=>"),  STR_INIT("->"),
                                 STR_INIT(":="),    STR_INIT("\\="), STR_INIT("\\:"),
                                 STR_INIT("="),     STR_INIT(":"),   STR_INIT("|"),
                                 STR_INIT("&gt;"),  STR_INIT(">"),   STR_INIT("\xef\xbc\x9a") };
    str rest = str_skip(s, at);
    for (size_t i = 0; i < COUNT_OF(SIGNS); i++) {
        if (!str_starts(rest, SIGNS[i]))
            continue;
        if (str_starts(rest, STR("::"))) /* a name of C++ or Rust goes on */
            return 0;
        *xml = str_eq(SIGNS[i], STR(">")) || str_eq(SIGNS[i], STR("&gt;"));
        return skip_blanks(s, at + SIGNS[i].n);
    }
    if (serialized_at(rest))
        return at + serialized_at(rest);
    if (rest.n && (quote ? rest.p[0] == ',' : rest.p[0] == '(')) {
        at = skip_blanks(s, at + 1);
        quote = mask_quote_at(str_skip(s, at));
        return quote && !value_word_at(str_skip(s, at + quote)) ? at : 0;
    }
    return 0;
}

static bool ends_bare(char c)
{
    return mask_blank(c) || c == ',' || c == ';' || c == '<' || c == '"' || c == '\'' || c == ')' ||
           c == '}' || c == '&';
}

bool mask_no_secret(str value)
{
    while (value.n && !is_alnum(value.p[value.n - 1]))
        value.n--;
    for (size_t i = 0; i < COUNT_OF(NO_SECRETS); i++)
        if (str_eq_nocase(value, NO_SECRETS[i]))
            return true;
    return value.n == 0;
}

/* "abcd efgh ijkl mnop": how Google shows a password that it made for a program. */
static bool is_app_password(str value)
{
    str t = str_trim(value);
    for (size_t i = 0; i < t.n; i++)
        if (i % 5 == 4 ? t.p[i] != ' ' : t.p[i] < 'a' || t.p[i] > 'z')
            return false;
    return t.n == 19;
}

/* "Password: authentication failed": words of a sentence, and no value. */
static bool is_sentence(str value)
{
    size_t words = 0;
    for (str rest = str_trim(value); rest.n; words++) {
        str word = str_cut(&rest, ' ');
        for (size_t i = 0; i < word.n; i++)
            if (!is_alpha(word.p[i]) &&
                !(i + 1 == word.n && (word.p[i] == '.' || word.p[i] == ',')))
                return false;
    }
    return words > 1;
}

/* Where the value at the start of s ends. own_line: the name began its line, as in a settings file, so that blanks
 * and signs may belong to the value. */
static size_t value_end(str s, bool own_line)
{
    size_t quote = mask_quote_at(s);
    if (quote)
        return quote + mask_quoted_end(str_skip(s, quote), str_take(s, quote));
    size_t end = 0;
    if (own_line)
        return s.n;
    while (end < s.n && !ends_bare(s.p[end]))
        end++;
    return end;
}

/* Hides the value at the start of s, if it is one. Octets that need not be looked at again. No further is looked for
 * words than LOOKED: the value may be the rest of a very long line. */
static size_t hide_value(struct mask *m, str s, bool own_line, bool xml)
{
    enum { LOOKED = 256 };
    size_t quote = mask_quote_at(s);
    str inside = str_skip(s, quote), looked = str_take(inside, LOOKED);
    /* "Authorization: Basic c2VjcmV0": the scheme may be read, what follows it not. */
    if (str_starts_nocase(looked, STR("basic")) || str_starts_nocase(looked, STR("bearer")) ||
        str_starts(looked, HIDDEN))
        return 0;
    if (xml && str_starts(s, STR("<![CDATA["))) {
        size_t end = str_find(s, STR("]]>"));
        mask_hide(m, str_skip(str_take(s, end), 9));
        return end < s.n ? end : s.n;
    }
    if (xml) {
        size_t end = 0;
        while (end < s.n && s.p[end] != '<' && !str_starts(str_skip(s, end), STR("&lt;")))
            end++;
        mask_hide(m, str_take(s, end));
        return end;
    }
    size_t word = 0;
    while (own_line && word < looked.n && (looked.p[word] == ':' || looked.p[word] == ' '))
        word++;
    while (word < looked.n && !ends_bare(looked.p[word]))
        word++;
    if (!quote && is_app_password(looked)) {
        mask_hide(m, str_trim(looked));
        return looked.n;
    }
    if (mask_no_secret(str_take(looked, word)) || (!quote && is_sentence(looked)))
        return quote + word;
    size_t end = value_end(s, own_line);
    mask_hide(m, (str){ s.p + quote, end - quote });
    return end;
}

/* "string = 's3cr3t'": a type between the name and its value. Octets of it and of its sign. */
static size_t type_at(str s)
{
    static const str TYPES[] = { STR_INIT("string"), STR_INIT("str"), STR_INIT("String") };
    for (size_t i = 0; i < COUNT_OF(TYPES); i++) {
        size_t at = str_starts(s, TYPES[i]) ? skip_blanks(s, TYPES[i].n) : 0;
        if (at && at < s.n && s.p[at] == '=')
            return skip_blanks(s, at + 1);
    }
    return 0;
}

/* "my password is s3cr3t": a word with digits among its letters, behind "is". Octets of all. */
static size_t hide_told(struct mask *m, str s)
{
    bool digit = false, letter = false;
    size_t is = str_starts(s, STR(" is ")) ? 4 : str_starts(s, STR(" was ")) ? 5 : 0, end = is;
    for (; is && end < s.n && !ends_bare(s.p[end]); end++) {
        digit |= is_digit(s.p[end]);
        letter |= is_alpha(s.p[end]);
    }
    if (!digit || !letter)
        return 0;
    mask_hide(m, str_skip(str_take(s, end), is));
    return end;
}

/* Is the name all of a string or of an element ("name: SMTP_PASSWORD", "<key>password</key>")? Then the value stands
 * behind the word "value" or "string", on this line or on the next. */
static bool is_whole(str line, str behind)
{
    enum { LOOKED = 80 };
    size_t from = line.n - behind.n, least = from > LOOKED ? from - LOOKED : 0;
    while (from > least && (is_alnum(line.p[from - 1]) || strchr("_.- ", line.p[from - 1])))
        from--;
    str before = str_skip(str_take(line, from), from > LOOKED ? from - LOOKED : 0);
    if (before.n && mask_quote_at(str_skip(before, before.n - 1)))
        before.n--;
    before = str_trim(before);
    bool begun = before.n && strchr("=:>", before.p[before.n - 1]);
    return begun &&
           (!behind.n || mask_quote_at(behind) || behind.p[0] == '<' || behind.p[0] == '\r');
}

/* A name without its value at the end of the line ("password:", "password: |", "<password>"). */
static bool awaits(str behind)
{
    size_t at = behind.n && (behind.p[0] == '|' || behind.p[0] == '>');
    at += at && at < behind.n && behind.p[at] == '-';
    while (at < behind.n && (mask_blank(behind.p[at]) || behind.p[at] == '\r'))
        at++;
    return at == behind.n;
}

/* A name may be the end of a longer one ("smtpPassword", "MAIL_PASS"), and must be followed by a separator. */
static void hide_named(struct mask *m)
{
    str line = m->line;
    bool first_word = true, begun = false;
    m->awaits = false;
    for (size_t i = 0; i < line.n; i++) {
        str rest = str_skip(line, i);
        size_t name = mask_name_at(m, rest), sign = 0;
        bool xml = false, of_another = false;
        if (!name && m->named) {
            name = value_word_at(rest);
            of_another = name > 0;
        }
        if (name)
            sign = separator_at(str_skip(rest, name), &xml);
        if (sign) {
            sign += type_at(str_skip(rest, name + sign));
            str behind = str_skip(rest, name + sign);
            m->awaits = awaits(behind);
            size_t value = m->awaits
                               ? behind.n
                               : hide_value(m, behind, first_word && !xml && !of_another, xml);
            i += name + sign + value - 1;
            m->named = 0;
            first_word = false;
        } else {
            if (name && !of_another) {
                m->named = is_whole(line, str_skip(rest, name)) ? 2 : m->named;
                name += hide_told(m, str_skip(rest, name));
            }
            i += name ? name - 1 : 0;
            first_word = first_word && !(begun && mask_blank(line.p[i])) &&
                         !strchr("/?&(", line.p[i]);
            begun = begun || is_alnum(line.p[i]);
        }
    }
    m->named -= m->named > 0;
}

/* The line behind "password:", where it is one word, and neither a reply nor the next label. */
static bool hide_awaited(struct mask *m)
{
    str value = str_trim(m->line);
    if (str_starts(value, STR("string(")))
        value = str_trim(str_skip(value, str_find_octet(value, ')') + 1));
    if (!value.n)
        return true;
    bool reply = value.n >= 3 && is_digit(value.p[0]) && is_digit(value.p[1]) &&
                 is_digit(value.p[2]) && (value.n == 3 || value.p[3] == '-');
    if (str_find_octet(value, ' ') == STR_NOT_FOUND && !reply && value.p[0] != '<' &&
        value.p[value.n - 1] != ':' && !mask_no_secret(value))
        mask_hide(m, value);
    return false;
}

/* -----BEGIN PRIVATE KEY----- and what follows it. */
static bool hide_key(struct mask *m)
{
    bool edge = str_starts(str_trim(m->line), STR("-----"));
    if (edge)
        m->in_key = str_find(m->line, STR("BEGIN ")) != STR_NOT_FOUND &&
                    str_find(m->line, STR("PRIVATE KEY-----")) != STR_NOT_FOUND;
    else if (m->in_key)
        mask_hide(m, str_trim(m->line));
    return m->in_key;
}

/* ------------------------------------------------------------------------------------------------
 * All of it
 */
static str copy_without(const struct mask *m, struct arena *memory, size_t *count)
{
    size_t runs = 0, n = 0;
    for (size_t i = 0; i < m->text.n; i++) {
        bool begins = m->hidden[i] && (i == 0 || !m->hidden[i - 1]);
        runs += begins;
        n += begins ? HIDDEN.n : !m->hidden[i];
    }
    *count = runs;
    char *to = arena_alloc(memory, n + 1);
    str out = { to, n };
    if (!to)
        return STR_NONE;
    for (size_t i = 0; i < m->text.n; i++) {
        if (!m->hidden[i])
            *to++ = m->text.p[i];
        else if (i == 0 || !m->hidden[i - 1])
            to = (char *)memcpy(to, HIDDEN.p, HIDDEN.n) + HIDDEN.n;
    }
    return out;
}

str explain_mask(str text, struct arena *memory, size_t *count)
{
    struct mask m = { .text = text, .hidden = arena_alloc(memory, text.n + 1) };
    struct mask_sasl sasl = { 0 };
    *count = 0;
    if (!m.hidden)
        return STR_NONE;
    for (size_t i = 0; i < COUNT_OF(NAMES_OF_SECRETS); i++) {
        m.begins_name[(unsigned char)NAMES_OF_SECRETS[i].p[0]] = true;
        m.begins_name[(unsigned char)to_upper(NAMES_OF_SECRETS[i].p[0])] = true;
    }
    for (str rest = text; rest.n;) {
        m.line = str_cut(&rest, '\n');
        if (hide_key(&m))
            continue;
        bool awaits = m.awaits && hide_awaited(&m);
        mask_sasl_line(&m, &sasl);
        hide_named(&m);
        m.awaits |= awaits;
        mask_words_line(&m);
    }
    return copy_without(&m, memory, count);
}
