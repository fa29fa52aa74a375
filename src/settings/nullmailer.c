/* SPDX-License-Identifier: ISC */
/*
 * settings/nullmailer.c - nullmailer 2: its list of remotes, and what lies beside it
 */
#include "settings/change.h"
#include "settings/parts.h"
#include "settings/reader.h"
#include "settings/writers.h"

/* ------------------------------------------------------------------------------------------------
 * Writing: "HOST smtp OPTION...", all of it one line
 */
/* Not '\'': behind a backslash and its character nullmailer takes one more as it is, a quote too. */
static void add_option(struct buf *out, const char *name, str value)
{
    buf_addf(out, " %s='", name);
    for (size_t i = 0; i < value.n; i++) {
        if (value.p[i] == '\'')
            buf_add(out, STR("'\"'\"'"));
        else
            buf_addc(out, value.p[i]);
    }
    buf_addc(out, '\'');
}

static bool carries(const struct settings *s, struct err *e)
{
    if (s->secret == SETTINGS_SECRET_LITERAL &&
        str_find_octet(s->secret_text, '\n') != STR_NOT_FOUND)
        return err_set(e, ERR_SYNTAX,
                       "nullmailer cannot be told a password with a line break: a remote is one "
                       "line, and its options are handed on line by line");
    if (s->attempt.from_null)
        return err_set(e, ERR_SYNTAX, "nullmailer cannot be told an empty reverse-path");
    return true;
}

static void add_remote(const struct settings *s, struct buf *out)
{
    const struct smtp_attempt *a = &s->attempt;
    char source[IP_TEXT_MAX];
    buf_addf(out, "%.*s smtp port=%u%s", STR_ARG(settings_host(a)), a->port,
             a->security == SMTP_SECURITY_TLS        ? " tls"
             : a->security == SMTP_SECURITY_STARTTLS ? " starttls"
                                                     : "");
    if (smtp_attempt_logs_in(a)) {
        add_option(out, "user", a->user);
        add_option(out, "pass",
                   s->secret == SETTINGS_SECRET_LITERAL ? s->secret_text : STR("PASSWORD"));
        if (settings_is(a, "LOGIN"))
            buf_add(out, STR(" auth-login"));
    }
    if (s->unverified && a->security != SMTP_SECURITY_NONE)
        buf_add(out, STR(" insecure"));
    if (s->ca_file.n && a->security != SMTP_SECURITY_NONE)
        add_option(out, "x509cafile", s->ca_file);
    if (a->source.family != IP_NONE)
        buf_addf(out, " source=%s", ip_text(&a->source, source));
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    if (!carries(s, e))
        return false;
    buf_add(out, STR("# /etc/nullmailer/remotes"));
    if (smtp_attempt_logs_in(a))
        buf_add(out, s->secret == SETTINGS_SECRET_LITERAL
                         ? STR(": chown mail, chmod 600")
                         : STR(": write the password in place of PASSWORD; chown mail, chmod 600"));
    buf_addc(out, '\n');
    add_remote(s, out);
    buf_addc(out, '\n');
    if (a->from.n)
        buf_addf(out, "\n# /etc/nullmailer/allmailfrom\n%.*s\n", STR_ARG(a->from));
    if (a->helo.n)
        buf_addf(out, "\n# /etc/nullmailer/helohost\n%.*s\n", STR_ARG(a->helo));
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Words: as a shell's, without its variables
 */
static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Reads from *at on to the blank that ends the word; appends what it means. */
static unsigned read_word(str line, size_t *at, struct buf *out)
{
    unsigned how = 0;
    char quote = 0;
    for (; *at < line.n && (quote || !is_space(line.p[*at])); (*at)++) {
        char c = line.p[*at];
        if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? 0 : c;
            how |= SETTINGS_ITEM_QUOTED;
        } else if (c == '\\' && quote != '\'') {
            /* nullmailer looks at neither of the two that follow */
            for (int n = 0; n < 2 && *at + 1 < line.n; n++)
                buf_addc(out, line.p[++*at]);
        } else {
            buf_addc(out, c);
        }
    }
    if (*at > line.n)
        *at = line.n;
    return how;
}

static const str OPTIONS[] = {
    STR_INIT("port"),        STR_INIT("user"),         STR_INIT("pass"),
    STR_INIT("auth-login"),  STR_INIT("source"),       STR_INIT("tls"),
    STR_INIT("ssl"),         STR_INIT("starttls"),     STR_INIT("insecure"),
    STR_INIT("x509cafile"),  STR_INIT("x509certfile"), STR_INIT("x509keyfile"),
    STR_INIT("x509crlfile"), STR_INIT("x509fmtder"),   STR_INIT("tls-anon-auth"),
    STR_INIT("host"),        STR_INIT("proto")
};

static bool is_option(str name)
{
    for (size_t i = 0; i < COUNT_OF(OPTIONS); i++)
        if (str_eq(OPTIONS[i], name))
            return true;
    return false;
}

static bool add_word(struct settings_reading *r, const struct settings_file *f, str section,
                     size_t number, str word, size_t at, size_t n, unsigned how)
{
    str key = number ? STR("proto") : STR("host"), value = word;
    if (number > 1) {
        key = str_starts(word, STR("--")) ? str_skip(word, 2) : word;
        value = key;
        key = str_cut(&value, '=');
        value = value.p ? value : STR("");
    }
    struct settings_item *item = settings_add_item(r, section, key, value,
                                                   settings_place_of(f, at, n), how);
    if (!item)
        return false;
    item->known = is_option(key);
    struct settings_mistake *m =
        item->known ? NULL
                    : settings_mistake(r, MISTAKE_LINE_BROKEN, item,
                                       STR("nullmailer's smtp knows no option of this name, and "
                                           "sends nothing; a value with a blank needs quotes"),
                                       STR("write NAME=VALUE with one of port, user, pass, tls, "
                                           "starttls, auth-login, insecure; pass='a b'"));
    if (m)
        m->sure = MISTAKE_WRONG;
    return true;
}

static bool read_remote(struct settings_reading *r, const struct settings_file *f, str line)
{
    AUTO(buf_wipe_done) struct buf word;
    buf_init(&word, line.n);
    str section = arena_printf(r->arena, "remote %zu", r->account_count + 1);
    size_t number = 0;
    for (size_t at = 0; at < line.n; number++) {
        size_t begin = at;
        buf_clear(&word);
        unsigned how = read_word(line, &at, &word);
        str copy = word.n ? arena_dup(r->arena, buf_str(&word)) : STR("");
        if (!copy.p || !add_word(r, f, section, number, copy, (size_t)(line.p - f->text.p) + begin,
                                 at - begin, how))
            return false;
        while (at < line.n && is_space(line.p[at]))
            at++;
    }
    if (r->account_count < SETTINGS_ACCOUNTS)
        r->accounts[r->account_count++] = section;
    return true;
}

/* A line of remotes names a protocol, mostly; one of the other files is one word. */
static bool is_remote(str line)
{
    return str_find(line, STR(" smtp")) != STR_NOT_FOUND ||
           str_find(line, STR(" qmqp")) != STR_NOT_FOUND;
}

static str one_line(struct settings_reading *r, const char *name)
{
    struct settings_part p = settings_part_named(r, str_from(name));
    for (str rest = settings_part_text(&p); rest.p;) {
        str line = str_trim(str_cut(&rest, '\n'));
        if (line.n && line.p[0] != '#')
            return line;
    }
    return STR_NONE;
}

static struct settings_item *beside(struct settings_reading *r, const char *name)
{
    str value = one_line(r, name);
    if (!value.n)
        return NULL;
    struct settings_part p = settings_part_named(r, str_from(name));
    return settings_add_item(r, STR("beside"), str_from(name), value,
                             settings_place_of(p.file, (size_t)(value.p - p.file->text.p), value.n),
                             0);
}

/* ------------------------------------------------------------------------------------------------
 * What it does
 */
static void take_login(struct settings_reading *r, str section)
{
    struct settings_item *user = settings_item_named(r, section, STR("user"));
    struct settings_item *pass = settings_item_named(r, section, STR("pass"));
    struct settings_item *login = settings_item_named(r, section, STR("auth-login"));
    settings_take(r, SETTINGS_USER, user);
    settings_take_secret(r, pass);
    settings_said(r, SETTINGS_LOGIN, login);
    if (user && user->value.n && pass && pass->value.n)
        r->found.attempt.mechanism = login ? STR("LOGIN") : STR("auto");
    else if (user && user->value.n)
        settings_mistake(r, MISTAKE_LOGIN_NO_SECRET, user,
                         STR("there is a user and no pass, and so nullmailer does not log in"),
                         STR("add pass='...'"));
}

static void take_remote(struct settings_reading *r, str section)
{
    struct settings_item *tls = settings_item_named(r, section, STR("tls"));
    struct settings_item *ssl = settings_item_named(r, section, STR("ssl"));
    struct settings_item *starttls = settings_item_named(r, section, STR("starttls"));
    struct settings_item *port = settings_item_named(r, section, STR("port"));
    struct settings_item *insecure = settings_item_named(r, section, STR("insecure"));
    struct smtp_attempt *a = &r->found.attempt;
    tls = tls ? tls : ssl;
    a->security = tls ? SMTP_SECURITY_TLS : starttls ? SMTP_SECURITY_STARTTLS : SMTP_SECURITY_NONE;
    settings_said(r, SETTINGS_SECURITY, tls ? tls : starttls);
    settings_take(r, SETTINGS_HOST, settings_item_named(r, section, STR("host")));
    settings_take(r, SETTINGS_PORT, port);
    if (!port)
        a->port = tls ? 465 : 25;
    r->found.unverified = insecure && a->security != SMTP_SECURITY_NONE;
    settings_said(r, SETTINGS_VERIFY, insecure);
    settings_take(r, SETTINGS_CA, settings_item_named(r, section, STR("x509cafile")));
    settings_take(r, SETTINGS_SOURCE, settings_item_named(r, section, STR("source")));
    take_login(r, section);
}

static bool read(struct settings_reading *r, struct err *e)
{
    struct settings_part part = settings_main_part(r, is_remote);
    for (str rest = settings_part_text(&part); rest.n;) {
        str line = str_trim(str_cut(&rest, '\n'));
        if (line.n && line.p[0] != '#' && !read_remote(r, part.file, line))
            return settings_broken(part.file, 0, e, "there are more settings than Baton reads");
    }
    if (!r->account_count)
        return settings_broken(part.file, 0, e, "there is no remote in this file");
    str section = r->accounts[0];
    for (size_t i = 0; r->account.n && i < r->account_count; i++)
        if (str_eq(r->accounts[i], r->account))
            section = r->accounts[i];
    for (size_t i = 0; i < COUNT_OF(OPTIONS); i++)
        settings_key(r, OPTIONS[i]);
    r->account_taken = section;
    take_remote(r, section);
    settings_take(r, SETTINGS_FROM, beside(r, "allmailfrom"));
    settings_take(r, SETTINGS_HELO, beside(r, "helohost"));
    return true;
}

static unsigned looks(str path, str text)
{
    size_t lines = 0;
    if (str_ends_nocase(path, STR("nullmailer/remotes")))
        return 95;
    for (str rest = text; rest.p && lines < 100; lines++) {
        str line = str_trim(str_cut(&rest, '\n'));
        size_t n = 0;
        if (!line.n || line.p[0] == '#')
            continue;
        while (n < line.n && !is_space(line.p[n]))
            n++;
        line = str_trim(str_skip(line, n));
        return str_starts(line, STR("smtp ")) || str_eq(line, STR("smtp")) ? 80 : 0;
    }
    return 0;
}

/* ------------------------------------------------------------------------------------------------
 * Changes: the words of the remote's line, those that stay as they are written
 */
static bool is_of_login(str key)
{
    return str_eq(key, STR("user")) || str_eq(key, STR("pass")) || str_eq(key, STR("auth-login"));
}

/* Options that add_remote() writes anew. */
static bool is_written(str key)
{
    return str_eq(key, STR("host")) || str_eq(key, STR("proto")) || str_eq(key, STR("port")) ||
           str_eq(key, STR("tls")) || str_eq(key, STR("ssl")) || str_eq(key, STR("starttls")) ||
           str_eq(key, STR("insecure")) || str_eq(key, STR("x509cafile")) ||
           str_eq(key, STR("source")) || is_of_login(key);
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    const struct settings_item *first = NULL, *last = NULL, *from = NULL, *helo = NULL;
    struct settings s = *wanted;
    AUTO(buf_wipe_done) struct buf line;
    buf_init(&line, SETTINGS_TEXT_MAX);
    if (!carries(wanted, e))
        return false;
    if (s.secret != SETTINGS_SECRET_LITERAL) {
        s.secret = r->found.secret;
        s.secret_text = r->found.secret_text;
    }
    add_remote(&s, &line);
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_item *item = &r->items[i];
        if (str_eq(item->key, STR("allmailfrom")))
            from = item;
        if (str_eq(item->key, STR("helohost")))
            helo = item;
        if (!str_eq(item->section, r->account_taken))
            continue;
        first = first ? first : item;
        last = item;
        if (is_written(item->key))
            continue;
        buf_addc(&line, ' ');
        buf_add(&line, str_take(str_skip(item->place.file->text, item->place.at), item->place.n));
    }
    if (!first || !buf_ok(&line))
        return err_set(e, ERR_LIMIT, "the line of nullmailer's remote would be too long");
    struct settings_item whole = *first;
    whole.place.n = last->place.at + last->place.n - first->place.at;
    settings_set_item(out, &whole, arena_dup(out->arena, buf_str(&line)));
    if (settings_differs(r, wanted, SETTINGS_FROM) && from && wanted->attempt.from.n)
        settings_set_item(out, from, wanted->attempt.from);
    if (settings_differs(r, wanted, SETTINGS_HELO) && helo && wanted->attempt.helo.n)
        settings_set_item(out, helo, wanted->attempt.helo);
    return true;
}

const struct settings_program SETTINGS_NULLMAILER = {
    .name = STR_INIT("nullmailer"),
    .title = STR_INIT("nullmailer"),
    .mechanisms = STR_INIT("PLAIN LOGIN"),
    .file = STR_INIT("/etc/nullmailer/remotes"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL,
    .ran = STR_INIT("2.2"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = change,
};
