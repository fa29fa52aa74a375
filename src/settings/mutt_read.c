/* SPDX-License-Identifier: ISC */
/*
 * settings/mutt_read.c - a muttrc, read as mutt 2.2 does, and changed
 */
#include "settings/mutt.h"
#include "settings/reader.h"
#include "settings/url.h"
#include "settings/writers.h"

enum { DEPTH_MAX = 8 }; /* of files that source each other */

/* ------------------------------------------------------------------------------------------------
 * Words. A backslash at the end of a line joins it with the next, wherever it stands.
 */
struct lex {
    struct settings_reading *r;
    const struct settings_file *f;
    str text;
    size_t at;
    bool dry; /* words are passed over, and nothing is looked up for them */
};
struct word {
    str value;
    unsigned how;
    size_t at, n; /* as written */
};

static int peek(struct lex *l)
{
    while (l->at + 1 < l->text.n && l->text.p[l->at] == '\\' && l->text.p[l->at + 1] == '\n')
        l->at += 2;
    return l->at < l->text.n ? (unsigned char)l->text.p[l->at] : -1;
}

static int next(struct lex *l)
{
    int c = peek(l);
    l->at += c >= 0;
    return c;
}

static bool is_space(int c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool ends_line(int c)
{
    return c < 0 || c == '\n';
}

static void skip_blanks(struct lex *l)
{
    while (is_space(peek(l)))
        l->at++;
}

static void skip_line(struct lex *l)
{
    while (!ends_line(peek(l)))
        l->at++;
}

static bool is_octal(int c)
{
    return c >= '0' && c <= '7';
}

/* What stands behind a backslash. */
static void add_escape(struct lex *l, struct buf *out)
{
    static const char FROM[] = "rntfe", TO[] = "\r\n\t\f\033";
    int c = peek(l);
    if (ends_line(c))
        return;
    l->at++;
    for (size_t i = 0; FROM[i]; i++)
        if (c == FROM[i]) {
            buf_addc(out, TO[i]);
            return;
        }
    if ((c == 'c' || c == 'C') && !ends_line(peek(l))) {
        buf_addc(out, (char)((to_upper((char)next(l)) - '@') & 0x7f));
        return;
    }
    str three = str_take(str_skip(l->text, l->at - 1), 3);
    if (three.n == 3 && is_octal(three.p[0]) && is_octal(three.p[1]) && is_octal(three.p[2])) {
        buf_addc(out, (char)((three.p[0] - '0') * 64 + (three.p[1] - '0') * 8 + three.p[2] - '0'));
        l->at += 2;
        return;
    }
    buf_addc(out, (char)c);
}

/* A variable of the environment, or one that mutt was set to above ("my_name", "imap_pass"). */
static void add_variable(struct lex *l, struct buf *out, unsigned *how)
{
    bool braced = peek(l) == '{';
    str value = STR_NONE;
    l->at += braced;
    size_t begin = l->at;
    for (int c = peek(l);
         braced ? !ends_line(c) && c != '}' : c >= 0 && (is_alnum((char)c) || c == '_');
         c = peek(l))
        l->at++;
    str name = { l->text.p + begin, l->at - begin };
    if (braced && peek(l) == '}')
        l->at++;
    if (l->dry)
        return;
    const struct settings_item *own = NULL;
    for (size_t i = l->r->item_count; i > 0 && !own; i--)
        if (str_eq(l->r->items[i - 1].key, name))
            own = &l->r->items[i - 1];
    bool known = settings_variable(l->r, name, &value); /* the environment goes before the file */
    if (known || own) {
        *how |= SETTINGS_ITEM_EXPANDED;
        buf_add(out, known ? value : own->value);
    } else {
        *how |= SETTINGS_ITEM_LOST;
    }
}

static void skip_command(struct lex *l)
{
    for (int c = next(l); !ends_line(peek(l)) && c != '`'; c = next(l))
        if (c == '\\')
            l->at++;
    if (l->at > l->text.n)
        l->at = l->text.n;
}

static bool ends_word(int c, int quote)
{
    return ends_line(c) || (!quote && (is_space(c) || c == ';' || c == '#'));
}

static void read_word(struct lex *l, struct word *w, struct buf *out)
{
    int quote = 0;
    *w = (struct word){ .at = l->at };
    for (int c = peek(l); !ends_word(c, quote); c = peek(l)) {
        l->at++;
        if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? 0 : c;
            w->how |= SETTINGS_ITEM_QUOTED;
        } else if (quote == '\'') {
            buf_addc(out, (char)c);
        } else if (c == '\\') {
            add_escape(l, out);
        } else if (c == '`') {
            w->how |= SETTINGS_ITEM_CODE;
            skip_command(l);
        } else if (c == '$' && (peek(l) == '{' || is_alnum((char)peek(l)) || peek(l) == '_')) {
            add_variable(l, out, &w->how);
        } else {
            buf_addc(out, (char)c);
        }
    }
    w->n = l->at - w->at;
    if (w->how & SETTINGS_ITEM_CODE)
        buf_clear(out);
    if (w->how & SETTINGS_ITEM_CODE)
        buf_add(out, str_take(str_skip(l->text, w->at), w->n));
    /* what stands behind it: "pa#ss" is cut */
    if (peek(l) == '#' && w->n && !(l->text.p[l->at - 1] == ' '))
        w->how |= SETTINGS_ITEM_CUT;
}

static struct word word(struct lex *l)
{
    struct word w;
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, l->text.n * 2 + SETTINGS_SECRET_MAX);
    read_word(l, &w, &out);
    w.value = l->dry || !out.n ? STR("") : arena_dup(l->r->arena, buf_str(&out));
    if (!w.value.p)
        w.value = STR("");
    return w;
}

/* ------------------------------------------------------------------------------------------------
 * Commands
 */
static const str SWITCHES[] = { STR_INIT("ssl_force_tls"),     STR_INIT("ssl_starttls"),
                                STR_INIT("ssl_verify_host"),   STR_INIT("ssl_verify_dates"),
                                STR_INIT("use_envelope_from"), STR_INIT("use_from") };
static const str NAMES_OF_TEXTS[] = { STR_INIT("smtp_url"),
                                      STR_INIT("smtp_pass"),
                                      STR_INIT("smtp_authenticators"),
                                      STR_INIT("smtp_oauth_refresh_command"),
                                      STR_INIT("from"),
                                      STR_INIT("envelope_from_address"),
                                      STR_INIT("hostname"),
                                      STR_INIT("ssl_ca_certificates_file"),
                                      STR_INIT("ssl_ciphers"),
                                      STR_INIT("ssl_client_cert"),
                                      STR_INIT("ssl_min_dh_prime_bits"),
                                      STR_INIT("ssl_use_sslv3"),
                                      STR_INIT("ssl_use_tlsv1"),
                                      STR_INIT("ssl_use_tlsv1_1"),
                                      STR_INIT("ssl_use_tlsv1_2"),
                                      STR_INIT("ssl_use_tlsv1_3"),
                                      STR_INIT("ssl_verify_host_override"),
                                      STR_INIT("ssl_usesystemcerts"),
                                      STR_INIT("ssl_verify_partial_chains") };

static bool is_one_of(str name, const str *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(name, list[i]))
            return true;
    return false;
}

static bool is_switch(str name)
{
    return is_one_of(name, SWITCHES, COUNT_OF(SWITCHES));
}

/* Of mutt's some four hundred variables those matter that tell of SMTP and TLS. */
static bool is_known(str name)
{
    return is_switch(name) || is_one_of(name, NAMES_OF_TEXTS, COUNT_OF(NAMES_OF_TEXTS)) ||
           !(str_starts(name, STR("smtp")) || str_starts(name, STR("ssl")));
}

static bool add(struct lex *l, str key, const struct word *w)
{
    struct settings_item *item = settings_add_item(l->r, STR(""), key, w->value,
                                                   settings_place_of(l->f, w->at, w->n), w->how);
    if (!item)
        return false;
    item->known = is_known(key);
    if (is_switch(key) && !(w->how & SETTINGS_ITEM_CODE) && !str_eq(w->value, STR("yes")) &&
        !str_eq(w->value, STR("no")) && !str_starts(w->value, STR("ask-"))) {
        settings_mistake(l->r, MISTAKE_LINE_BROKEN, item,
                         STR("this variable of mutt is yes or no, and no other word: mutt passes "
                             "over the line"),
                         STR("write yes or no"));
    }
    return true;
}

static str name_at(struct lex *l)
{
    size_t begin = l->at;
    for (int c = peek(l); c >= 0 && (is_alnum((char)c) || c == '_' || c == '&' || c == '?');
         c = peek(l))
        l->at++;
    return (str){ l->text.p + begin, l->at - begin };
}

static void cut_before(struct lex *l, str name)
{
    struct settings_item *last = l->r->item_count ? &l->r->items[l->r->item_count - 1] : NULL;
    if (last && !is_one_of(name, SWITCHES, COUNT_OF(SWITCHES)) &&
        str_eq(last->key, STR("smtp_pass")))
        last->how |= SETTINGS_ITEM_CUT;
}

/* "set a = x b nob"; "unset a b" */
static bool read_set(struct lex *l, bool unset)
{
    bool first = true;
    for (;;) {
        skip_blanks(l);
        int c = peek(l);
        if (ends_line(c) || c == ';' || c == '#')
            return true;
        size_t at = l->at;
        str name = name_at(l);
        if (!name.n) { /* no name begins like this */
            l->at = at + 1;
            continue;
        }
        bool no = str_starts(name, STR("no")) && is_switch(str_skip(name, 2));
        struct word w = { .value = unset && !is_switch(name) ? STR("")
                                   : unset || no             ? STR("no")
                                                             : STR("yes"),
                          .at = at,
                          .n = l->at - at };
        skip_blanks(l);
        if (peek(l) == '=' && !unset) {
            l->at++;
            skip_blanks(l);
            w = word(l);
        } else if (!first) {
            cut_before(l, name);
        }
        if (!add(l, no ? str_skip(name, 2) : name, &w))
            return false;
        first = false;
    }
}

static void skip_words(struct lex *l)
{
    l->dry = true;
    for (skip_blanks(l); !ends_line(peek(l)) && peek(l) != ';'; skip_blanks(l)) {
        if (peek(l) == '#')
            skip_line(l);
        else
            (void)word(l);
    }
    l->dry = false;
}

static bool read_file(struct settings_reading *r, const struct settings_file *f, int depth,
                      struct err *e);

static bool read_source(struct lex *l, int depth, struct err *e)
{
    skip_blanks(l);
    struct word w = word(l);
    struct settings_item *item = settings_add_item(l->r, STR(""), STR("source"), w.value,
                                                   settings_place_of(l->f, w.at, w.n), w.how);
    if (!item)
        return false;
    item->known = true;
    bool code = (w.how & SETTINGS_ITEM_CODE) || (w.value.n && w.value.p[w.value.n - 1] == '|');
    size_t wishes = l->r->wishes;
    const struct settings_file *f = code || depth >= DEPTH_MAX
                                        ? NULL
                                        : settings_file_named(l->r, w.value, l->f);
    if (f)
        return read_file(l->r, f, depth + 1, e);
    if (wishes == l->r->wishes)
        settings_mistake(l->r, MISTAKE_REFERENCE_LOST, item,
                         code ? STR("what this command prints is known only to who runs it")
                              : STR("the file that is to be read here is not there, or was being "
                                    "read already"),
                         STR("correct the path, or put the lines themselves here"));
    return true;
}

static bool read_header(struct lex *l)
{
    skip_blanks(l);
    size_t at = l->at;
    skip_line(l);
    str line = { l->text.p + at, l->at - at };
    if (!str_starts_nocase(line, STR("From:")))
        return true;
    struct word w = { .value = str_trim(str_skip(line, 5)) };
    w.n = w.value.n;
    w.at = w.n ? (size_t)(w.value.p - l->text.p) : l->at;
    return add(l, STR("my_hdr From"), &w);
}

static bool read_file(struct settings_reading *r, const struct settings_file *f, int depth,
                      struct err *e)
{
    struct lex l = { .r = r, .f = f, .text = f->text };
    bool room = true;
    while (room && peek(&l) >= 0) {
        skip_blanks(&l);
        int c = peek(&l);
        if (c == '\n' || c == ';') {
            l.at++;
            continue;
        }
        str command = name_at(&l);
        if (c == '#')
            skip_line(&l);
        else if (str_eq(command, STR("set")) || str_eq(command, STR("unset")))
            room = read_set(&l, command.p[0] == 'u');
        else if (str_eq(command, STR("source")))
            room = read_source(&l, depth, e);
        else if (str_eq(command, STR("my_hdr")))
            room = read_header(&l);
        else
            skip_words(&l);
        if (room && !ends_line(peek(&l)) && peek(&l) != ';' && peek(&l) != '#')
            skip_words(&l);
    }
    return room || (e && e->why[0]) ||
           settings_broken(f, l.at, e, "there are more settings than Baton reads");
}

/* ------------------------------------------------------------------------------------------------
 * The URL, as mutt cuts it: the first '/' ends the server's part, the last '@' the user's
 */
struct url {
    bool tls, good;
    str user, password, host, port, path;
};

static struct url cut(str text)
{
    struct url u = { .good = true };
    size_t colon = str_find(text, STR("://"));
    if (colon == STR_NOT_FOUND)
        return (struct url){ 0 };
    u.tls = str_eq_nocase(str_take(text, colon), STR("smtps"));
    u.good = u.tls || str_eq_nocase(str_take(text, colon), STR("smtp"));
    str rest = str_skip(text, colon + 3);
    size_t slash = str_find_octet(rest, '/');
    if (slash != STR_NOT_FOUND) {
        u.path = str_skip(rest, slash);
        rest = str_take(rest, slash);
    }
    size_t at = str_rfind_octet(rest, '@');
    if (at != STR_NOT_FOUND) {
        u.password = str_take(rest, at);
        u.user = str_cut(&u.password, ':');
        rest = str_skip(rest, at + 1);
    }
    if (rest.n && rest.p[0] == '[') {
        size_t end = str_find_octet(rest, ']');
        u.good = u.good && end != STR_NOT_FOUND;
        u.host = str_skip(str_take(rest, end == STR_NOT_FOUND ? rest.n : end), 1);
        rest = end == STR_NOT_FOUND ? STR_NONE : str_skip(rest, end + 1);
        str_cut(&rest, ':');
        u.port = rest;
    } else {
        u.port = rest;
        u.host = str_cut(&u.port, ':');
    }
    u.good = u.good && u.host.n;
    return u;
}

static str decoded(struct settings_reading *r, str s, bool *good)
{
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, s.n);
    if (settings_url_decode(s, false, &out))
        *good = false;
    str copy = out.n ? arena_dup(r->arena, buf_str(&out)) : STR("");
    return copy.p ? copy : STR("");
}

static void take_port(struct settings_reading *r, const struct url *u, struct settings_item *item)
{
    uint64_t port = 0;
    r->found.attempt.port = u->tls ? 465 : 25;
    if (!u->port.p)
        return;
    if (str_to_u64(u->port, UINT16_MAX, &port) && port)
        r->found.attempt.port = (uint16_t)port;
    else
        settings_mistake(r, MISTAKE_PORT_BROKEN, item,
                         STR("the port in smtp_url is no number from 1 to 65535"),
                         STR("write smtp://...:587 for STARTTLS, smtps://...:465 for TLS at once"));
    settings_said(r, SETTINGS_PORT, item);
}

static void take_url(struct settings_reading *r, struct settings_item *item)
{
    struct url u = cut(item->value);
    struct smtp_attempt *a = &r->found.attempt;
    bool good = u.good;
    if (item->how & SETTINGS_ITEM_CODE) {
        settings_said(r, SETTINGS_HOST, item);
        return;
    }
    a->host = decoded(r, u.host, &good);
    a->user = u.user.n ? decoded(r, u.user, &good) : STR_NONE;
    a->security = u.tls ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
    settings_said(r, SETTINGS_HOST, item);
    settings_said(r, SETTINGS_SECURITY, item);
    take_port(r, &u, item);
    if (u.user.n) {
        a->mechanism = STR("auto");
        settings_said(r, SETTINGS_USER, item);
        settings_said(r, SETTINGS_LOGIN, item);
    }
    if (u.password.p) {
        r->found.secret = SETTINGS_SECRET_LITERAL;
        r->found.secret_text = decoded(r, u.password, &good);
        settings_said(r, SETTINGS_SECRET, item);
    }
    if (!good)
        settings_mistake(
            r, u.good ? MISTAKE_SECRET_ESCAPE : MISTAKE_HOST_FORM, item,
            u.good ? STR("a % in smtp_url has no two hexadecimal digits behind it: mutt "
                         "refuses the whole URL")
                   : STR("mutt takes no URL but smtp://USER@HOST:PORT and "
                         "smtps://USER@HOST:PORT"),
            u.good ? STR("write %25 for a % of the user name or password")
                   : STR("write it like that, with / : @ % of the user name as percent "
                         "codes"));
}

/* ------------------------------------------------------------------------------------------------
 * What mutt does
 */
static struct settings_item *item(struct settings_reading *r, const char *name)
{
    return settings_item_named(r, STR(""), str_from(name));
}

static bool is_on(struct settings_reading *r, const char *name)
{
    const struct settings_item *i = item(r, name);
    return !i || !str_eq(i->value, STR("no"));
}

/* Without smtp_url mutt hands mail to the command sendmail names. */
static void tell_of_sendmail(struct settings_reading *r)
{
    const struct settings_item *url = item(r, "smtp_url");
    if (!url || (!url->value.n && !(url->how & SETTINGS_ITEM_CODE)))
        settings_mistake(r, MISTAKE_NOT_APPLIED, item(r, "sendmail"),
                         STR("smtp_url is not set, so mutt hands mail to a program on this "
                             "machine, whose own settings count"),
                         STR("read that program's settings, or set smtp_url"));
}

static void take_security(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *force = item(r, "ssl_force_tls"), *starttls = item(r, "ssl_starttls");
    bool forced = is_on(r, "ssl_force_tls"), started = is_on(r, "ssl_starttls");
    if (a->security != SMTP_SECURITY_STARTTLS || forced)
        return;
    settings_said(r, SETTINGS_SECURITY, started ? force : starttls);
    if (!started)
        a->security = SMTP_SECURITY_NONE;
    else if (smtp_attempt_logs_in(a))
        settings_mistake(
            r, MISTAKE_TLS_OPTIONAL, force,
            STR("with ssl_force_tls off mutt encrypts only if the server offers it, and "
                "sends the password all the same"),
            STR("set ssl_force_tls = yes"));
}

/* "`cat 'FILE'`" and "$NAME" alone are what they look like. */
static void take_password(struct settings_reading *r, struct settings_item *pass)
{
    str written = str_take(str_skip(pass->place.file->text, pass->place.at), pass->place.n);
    if (!(pass->how & SETTINGS_ITEM_CODE)) {
        settings_take_secret(r, pass);
        return;
    }
    if (written.n > 2 && written.p[0] == '"' && written.p[written.n - 1] == '"')
        written = (str){ written.p + 1, written.n - 2 };
    bool whole = written.n > 2 && written.p[0] == '`' &&
                 str_find_octet(str_skip(written, 1), '`') == written.n - 2;
    str command = whole ? (str){ written.p + 1, written.n - 2 } : STR_NONE;
    str path = str_skip(command, 5);
    bool file = str_starts(command, STR("cat '")) && path.n > 1 &&
                str_find_octet(path, '\'') == path.n - 1;
    if (!whole)
        settings_take_secret(r, pass);
    else if (file)
        settings_take_reference(r, pass, SETTINGS_SECRET_FILE, str_take(path, path.n - 1));
    else
        settings_take_reference(r, pass, SETTINGS_SECRET_COMMAND, command);
}

static void take_login(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *pass = item(r, "smtp_pass"), *how = item(r, "smtp_authenticators");
    if (pass && pass->value.n && r->found.secret == SETTINGS_SECRET_NONE)
        take_password(r, pass);
    else if (a->user.n && r->found.secret == SETTINGS_SECRET_NONE)
        r->found.secret = SETTINGS_SECRET_ASKED;
    if (pass && pass->value.n && !a->user.n && a->host.n) {
        settings_mistake(
            r, MISTAKE_LOGIN_OFF, pass, STR("smtp_url names no user, and so mutt does not log in"),
            STR("write smtp_url as smtp://USER@HOST:PORT, the @ of the user name as %40"));
    }
    if (!how || !how->value.n || !smtp_attempt_logs_in(a))
        return;
    settings_said(r, SETTINGS_LOGIN, how);
    for (str rest = SETTINGS_MUTT.mechanisms; rest.p;) {
        str known = str_cut(&rest, ' ');
        if (str_eq_nocase(known, how->value))
            a->mechanism = known;
    }
    r->found.token = settings_is(a, "XOAUTH2") || settings_is(a, "OAUTHBEARER");
}

/* The address in "Anna <anna@example.org>". */
static str address_in(str value)
{
    size_t open = str_rfind_octet(value, '<');
    str inner = open == STR_NOT_FOUND ? value : str_skip(value, open + 1);
    str word = str_cut(&inner, '>');
    return str_trim(word);
}

static void take_sender(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *from = item(r, "from"), *mine = item(r, "my_hdr From");
    struct settings_item *envelope = item(r, "envelope_from_address");
    struct settings_item *header = mine ? mine : from;
    if (header && header->value.n) {
        a->from = address_in(header->value);
        settings_said(r, SETTINGS_FROM, header);
    }
    if (envelope && envelope->value.n) {
        a->header_from = a->from;
        settings_said(r, SETTINGS_HEADER_FROM, header);
        a->from = address_in(envelope->value);
        settings_said(r, SETTINGS_FROM, envelope);
    }
}

unsigned mutt_looks(str path, str text)
{
    if (str_find(path, STR("muttrc")) != STR_NOT_FOUND)
        return 95;
    size_t at = str_find(text, STR("smtp_url"));
    size_t set = str_find(text, STR("set "));
    if (at != STR_NOT_FOUND && set != STR_NOT_FOUND)
        return 90;
    return set != STR_NOT_FOUND && str_find(text, STR("smtp_pass")) != STR_NOT_FOUND ? 60 : 0;
}

static void say_names(struct settings_reading *r)
{
    for (size_t i = 0; i < COUNT_OF(NAMES_OF_TEXTS); i++)
        settings_key(r, NAMES_OF_TEXTS[i]);
    for (size_t i = 0; i < COUNT_OF(SWITCHES); i++)
        settings_key(r, SWITCHES[i]);
}

bool mutt_read(struct settings_reading *r, struct err *e)
{
    if (!read_file(r, settings_main_file(r), 0, e))
        return false;
    say_names(r);
    struct settings_item *url = item(r, "smtp_url");
    if (url && url->value.n)
        take_url(r, url);
    tell_of_sendmail(r);
    take_security(r);
    take_login(r);
    take_sender(r);
    settings_take(r, SETTINGS_HELO, item(r, "hostname"));
    settings_take(r, SETTINGS_CA, item(r, "ssl_ca_certificates_file"));
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Changes
 */
static void put(const struct settings_reading *r, struct settings_changes *out, const char *name,
                str written)
{
    AUTO(buf_wipe_done) struct buf line;
    buf_init(&line, SETTINGS_TEXT_MAX);
    buf_addf(&line, "set %s = ", name);
    buf_add(&line, written);
    buf_addc(&line, '\n');
    settings_set(r, out, settings_main_file(r), STR(""), str_from(name), written,
                 arena_dup(out->arena, buf_str(&line)));
}

static void put_text(const struct settings_reading *r, struct settings_changes *out,
                     const char *name, str value)
{
    AUTO(buf_wipe_done) struct buf written;
    buf_init(&written, SETTINGS_TEXT_MAX);
    mutt_quote(value, &written);
    put(r, out, name, buf_str(&written));
}

static const struct settings_item *last(const struct settings_reading *r, const char *name)
{
    for (size_t i = r->item_count; i > 0; i--)
        if (str_eq(r->items[i - 1].key, str_from(name)))
            return &r->items[i - 1];
    return NULL;
}

static bool url_differs(const struct settings_reading *r, const struct settings *wanted)
{
    static const enum settings_field FIELDS[] = { SETTINGS_HOST, SETTINGS_PORT, SETTINGS_SECURITY,
                                                  SETTINGS_USER };
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++)
        if (settings_differs(r, wanted, FIELDS[i]))
            return true;
    return smtp_attempt_logs_in(&r->found.attempt) != smtp_attempt_logs_in(&wanted->attempt);
}

static bool change_login(const struct settings_reading *r, const struct settings *wanted,
                         struct settings_changes *out, struct err *e)
{
    const struct settings_item *url = last(r, "smtp_url");
    struct url now = url ? cut(url->value) : (struct url){ 0 };
    bool secret = settings_differs(r, wanted, SETTINGS_SECRET) &&
                  wanted->secret > SETTINGS_SECRET_ASKED;
    AUTO(buf_wipe_done) struct buf written;
    buf_init(&written, SETTINGS_TEXT_MAX);
    if (url_differs(r, wanted) || (secret && now.password.p)) {
        mutt_url(&wanted->attempt, secret ? STR_NONE : now.password, now.path, &written);
        put(r, out, "smtp_url", buf_str(&written));
        buf_clear(&written);
    }
    if (secret) {
        if (!mutt_secret(wanted, &written, e))
            return false;
        put(r, out, "smtp_pass", buf_str(&written));
    } else if (wanted->secret == SETTINGS_SECRET_NONE && last(r, "smtp_pass")) {
        put(r, out, "smtp_pass", STR("\"\""));
    }
    if (settings_differs(r, wanted, SETTINGS_LOGIN) && smtp_attempt_logs_in(&wanted->attempt) &&
        (last(r, "smtp_authenticators") || !settings_is(&wanted->attempt, "auto"))) {
        buf_clear(&written);
        if (!settings_is(&wanted->attempt, "auto"))
            settings_add_lower(&written, wanted->attempt.mechanism);
        put_text(r, out, "smtp_authenticators", buf_str(&written));
    }
    return true;
}

static void change_security(const struct settings_reading *r, const struct settings *wanted,
                            struct settings_changes *out)
{
    bool none = wanted->attempt.security == SMTP_SECURITY_NONE;
    if (!settings_differs(r, wanted, SETTINGS_SECURITY))
        return;
    put(r, out, "ssl_force_tls", none ? STR("no") : STR("yes"));
    if (none || last(r, "ssl_starttls"))
        put(r, out, "ssl_starttls", none ? STR("no") : STR("yes"));
}

static void change_from(const struct settings_reading *r, struct settings_changes *out, str from)
{
    const struct settings_item *mine = last(r, "my_hdr From");
    if (mine)
        settings_set_item(out, mine, from);
    else
        put_text(r, out, "from", from);
}

bool mutt_change(const struct settings_reading *r, const struct settings *wanted,
                 struct settings_changes *out, struct err *e)
{
    const struct smtp_attempt *a = &wanted->attempt;
    const struct settings_item *envelope = last(r, "envelope_from_address");
    bool apart = a->header_from.n && !str_eq(a->header_from, a->from);
    if (wanted->unverified || a->from_null)
        return err_set(e, ERR_SYNTAX,
                       "mutt cannot be told this: any certificate, or an empty "
                       "reverse-path");
    if (!change_login(r, wanted, out, e))
        return false;
    change_security(r, wanted, out);
    if ((settings_differs(r, wanted, SETTINGS_FROM) ||
         settings_differs(r, wanted, SETTINGS_HEADER_FROM)) &&
        settings_from(a).n)
        change_from(r, out, settings_from(a));
    if (apart || (envelope && envelope->value.n))
        put_text(r, out, "envelope_from_address", apart ? a->from : STR(""));
    if (settings_differs(r, wanted, SETTINGS_HELO))
        put_text(r, out, "hostname", a->helo);
    if (settings_differs(r, wanted, SETTINGS_CA) && a->host.n)
        put_text(r, out, "ssl_ca_certificates_file", wanted->ca_file);
    return true;
}
