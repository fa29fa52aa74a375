/* SPDX-License-Identifier: ISC */
/*
 * settings/opensmtpd_read.c - smtpd.conf as of OpenSMTPD 6.4 and later: where mail of this machine is relayed
 */
#include "base/err.h"
#include "settings/opensmtpd.h"

enum { WORDS = 128, MACROS = 64, TABLES = 64, ACTIONS = 64 };
#define SAY(x, ...) arena_printf((x)->r->arena, __VA_ARGS__)

/* A word of a statement: quotes taken off, a macro's value put in. */
struct word {
    str text;
    struct settings_place place; /* as it is written */
    bool quoted;
};
struct table {
    str name;
    struct word source;   /* "file:/etc/mail/secrets"; empty: the list stands there */
    struct word list[16]; /* key and value by turns */
    size_t count;
};
struct action {
    str name;
    bool relays;
    struct settings_item *host, *auth, *helo, *source, *tls, *from, *ca;
    bool no_verify;
};
struct reader {
    struct settings_reading *r;
    struct settings_part part;
    size_t at, line_at;
    uint32_t line;
    struct word words[WORDS];
    size_t count;
    struct {
        str name, value;
    } macros[MACROS];
    size_t macro_count;
    struct table tables[TABLES];
    size_t table_count;
    struct action actions[ACTIONS];
    size_t action_count;
    const struct action *taken;
    struct settings_item *old; /* a rule of the syntax before 6.4 */
    struct settings_item *authorities[8];
    size_t authority_count;
};

/* ------------------------------------------------------------------------------------------------
 * Words
 */
static char peek(const struct reader *x, size_t ahead)
{
    return x->at + ahead < x->part.end ? x->part.file->text.p[x->at + ahead] : '\n';
}

static void newline(struct reader *x)
{
    x->at++;
    x->line++;
    x->line_at = x->at;
}

/* To the next word; false: the statement ends here. A backslash in front of a line end goes on. */
static bool next_begins(struct reader *x)
{
    for (; x->at < x->part.end;) {
        char c = peek(x, 0);
        if (c == '\\' && (peek(x, 1) == '\n' || (peek(x, 1) == '\r' && peek(x, 2) == '\n'))) {
            x->at += peek(x, 1) == '\r' ? 2 : 1;
            newline(x);
        } else if (c == ' ' || c == '\t' || c == '\r')
            x->at++;
        else if (c == '#') {
            while (x->at < x->part.end && peek(x, 0) != '\n')
                x->at++;
        } else
            return c != '\n';
    }
    return false;
}

static bool ends_word(char c)
{
    return (unsigned char)c <= ' ' || str_find_octet(STR("(){}<>!=#,\"'"), c) != STR_NOT_FOUND;
}

/* The text between quotes; a backslash hides the quote only. */
static bool quoted_word(struct reader *x, struct word *w, struct err *e)
{
    size_t begin = x->at, n = 0;
    char quote = peek(x, 0);
    size_t end = begin + 1;
    str text = x->part.file->text;
    while (end < x->part.end && text.p[end] != quote && text.p[end] != '\n')
        end += text.p[end] == '\\' && end + 1 < x->part.end && text.p[end + 1] == quote ? 2 : 1;
    if (end >= x->part.end || text.p[end] != quote)
        return settings_broken(x->part.file, begin, e, "a quote that is not closed on its line");
    char *out = arena_alloc(x->r->arena, end - begin + 1);
    if (!out)
        return err_memory(e, "reading smtpd.conf");
    for (size_t i = begin + 1; i < end; i++) {
        if (text.p[i] == '\\' && i + 1 < end && text.p[i + 1] == quote)
            i++;
        out[n++] = text.p[i];
    }
    w->text = (str){ out, n };
    w->quoted = true;
    x->at = end + 1;
    return true;
}

static str macro_value(const struct reader *x, str name)
{
    for (size_t i = x->macro_count; i-- > 0;)
        if (str_eq(x->macros[i].name, name))
            return x->macros[i].value;
    return STR_NONE;
}

static bool bare_word(struct reader *x, struct word *w)
{
    size_t begin = x->at;
    if (ends_word(peek(x, 0)))
        x->at++;
    else
        while (x->at < x->part.end && !ends_word(peek(x, 0)))
            x->at++;
    w->text = str_take(str_skip(x->part.file->text, begin), x->at - begin);
    if (w->text.n > 1 && w->text.p[0] == '$') {
        w->text = macro_value(x, str_skip(w->text, 1));
        w->quoted = true;
    }
    return true;
}

/* The words of one statement; braces hold lines together. */
static bool statement(struct reader *x, struct err *e)
{
    size_t depth = 0;
    x->count = 0;
    for (;;) {
        if (!next_begins(x)) {
            if (x->at >= x->part.end)
                return true;
            newline(x);
            if (!depth && x->count)
                return true;
            continue;
        }
        struct word w = { .place = { x->part.file, x->line, (uint32_t)(x->at - x->line_at) + 1,
                                     x->at, 0 } };
        bool quote = peek(x, 0) == '"' || peek(x, 0) == '\'';
        if (!(quote ? quoted_word(x, &w, e) : bare_word(x, &w)))
            return false;
        w.place.n = x->at - w.place.at;
        depth += !w.quoted && str_eq(w.text, STR("{"));
        depth -= depth && !w.quoted && str_eq(w.text, STR("}"));
        if (x->count < WORDS)
            x->words[x->count++] = w;
    }
}

static bool is(const struct reader *x, size_t i, const char *word)
{
    return i < x->count && !x->words[i].quoted && str_eq(x->words[i].text, str_from(word));
}

static struct settings_item *add(struct reader *x, str section, const char *key, str value,
                                 struct settings_place place)
{
    struct settings_item *i = settings_add_item(x->r, section, str_from(key), value, place, 0);
    if (i)
        i->known = true;
    return i;
}

/* ------------------------------------------------------------------------------------------------
 * Statements
 */
static void add_table(struct reader *x)
{
    if (x->table_count == TABLES || x->count < 3)
        return;
    struct table *t = &x->tables[x->table_count++];
    *t = (struct table){ .name = x->words[1].text };
    if (!is(x, 2, "{")) {
        t->source = x->words[2];
        return;
    }
    for (size_t i = 3; i + 2 < x->count && t->count + 1 < COUNT_OF(t->list); i++)
        if (is(x, i + 1, "=")) {
            t->list[t->count++] = x->words[i];
            t->list[t->count++] = x->words[i + 2];
            i += 2;
        }
}

/* Behind `host`, `auth` and so on. A table stands between < and >. */
static void add_options(struct reader *x, struct action *a, size_t i)
{
    str section = SAY(x, "action %.*s", STR_ARG(str_take(a->name, 64)));
    const struct {
        const char *word;
        struct settings_item **item;
    } OPTIONS[] = { { "host", &a->host },  { "auth", &a->auth },      { "helo", &a->helo },
                    { "src", &a->source }, { "mail-from", &a->from }, { "ca", &a->ca } };
    for (; i < x->count; i++) {
        if (is(x, i, "tls")) {
            a->no_verify = is(x, i + 1, "no-verify");
            struct settings_place p = x->words[i].place;
            if (a->no_verify) {
                const struct settings_place *end = &x->words[i + 1].place;
                p.n = end->at + end->n - p.at;
            }
            a->tls = add(x, section, "tls", a->no_verify ? STR("no-verify") : STR("verify"), p);
            continue;
        }
        for (size_t k = 0; k < COUNT_OF(OPTIONS); k++) {
            if (!is(x, i, OPTIONS[k].word) || i + 1 >= x->count)
                continue;
            size_t at = i + 1 + is(x, i + 1, "<");
            if (at < x->count)
                *OPTIONS[k].item = add(x, section, OPTIONS[k].word, x->words[at].text,
                                       x->words[at].place);
            i = at;
            break;
        }
    }
}

static void add_action(struct reader *x)
{
    if (x->action_count == ACTIONS || x->count < 3)
        return;
    struct action *a = &x->actions[x->action_count++];
    *a = (struct action){ .name = x->words[1].text, .relays = is(x, 2, "relay") };
    if (a->relays)
        add_options(x, a, 3);
}

static const struct action *action_named(const struct reader *x, str name)
{
    for (size_t i = 0; i < x->action_count; i++)
        if (str_eq(x->actions[i].name, name))
            return &x->actions[i];
    return NULL;
}

/* The first rule that takes mail of this machine for the world decides. */
static void add_match(struct reader *x)
{
    bool here = true, world = false, other = false;
    const struct action *a = NULL;
    for (size_t i = 1; i < x->count; i++) {
        bool negated = is(x, i + 1, "!");
        size_t next = i + 1 + negated;
        if (is(x, i, "from"))
            here = !negated &&
                   (is(x, next, "any") || is(x, next, "local") || is(x, next, "socket"));
        else if (is(x, i, "for"))
            world = negated || is(x, next, "any");
        else if (is(x, i, "mail-from") || is(x, i, "auth") || is(x, i, "tag") || is(x, i, "helo"))
            other = true;
        else if (is(x, i, "action") && i + 1 < x->count)
            a = action_named(x, x->words[i + 1].text);
        else
            continue;
        i = next;
    }
    if (!x->taken && a && a->relays && here && world && !other)
        x->taken = a;
}

static void add_authority(struct reader *x)
{
    if (x->count < 4 || !is(x, 2, "cert") || x->authority_count == COUNT_OF(x->authorities))
        return;
    struct settings_item *i = add(x, x->words[1].text, "ca", x->words[3].text, x->words[3].place);
    if (i)
        x->authorities[x->authority_count++] = i;
}

static bool is_macro(const struct reader *x)
{
    return x->count == 3 && is(x, 1, "=") && !x->words[0].quoted;
}

static bool file(struct reader *x, const struct settings_part *part, unsigned depth, struct err *e);

/* A file that is not there stops smtpd; here it is a mistake. */
static bool include(struct reader *x, unsigned depth, struct err *e)
{
    str path = x->words[1].text;
    struct settings_part back = x->part, part = settings_part_named(x->r, path);
    size_t at = x->at, line_at = x->line_at;
    uint32_t line = x->line;
    struct settings_place place = x->words[1].place;
    if (!part.file) {
        if (!x->r->wishes)
            settings_mistake(x->r, MISTAKE_REFERENCE_LOST, add(x, STR(""), "include", path, place),
                             SAY(x, "the file %.*s that is included could not be read",
                                 STR_ARG(str_take(path, 120))),
                             STR("see that it is there, and that you may read it"));
        return true;
    }
    bool ok = depth < 4 ? file(x, &part, depth + 1, e)
                        : settings_broken(back.file, place.at, e, "files include one another");
    x->part = back;
    x->at = at;
    x->line_at = line_at;
    x->line = line;
    return ok;
}

static bool run(struct reader *x, unsigned depth, struct err *e)
{
    if (is(x, 0, "include") && x->count > 1)
        return include(x, depth, e);
    if (is_macro(x)) {
        if (x->macro_count < MACROS) {
            x->macros[x->macro_count].name = x->words[0].text;
            x->macros[x->macro_count++].value = x->words[2].text;
        }
    } else if (is(x, 0, "table"))
        add_table(x);
    else if (is(x, 0, "action"))
        add_action(x);
    else if (is(x, 0, "match"))
        add_match(x);
    else if (is(x, 0, "ca"))
        add_authority(x);
    else if ((is(x, 0, "accept") || is(x, 0, "reject")) && !x->old)
        x->old = add(x, STR(""), "accept", x->words[0].text, x->words[0].place);
    return true;
}

static bool file(struct reader *x, const struct settings_part *part, unsigned depth, struct err *e)
{
    x->part = *part;
    x->at = x->line_at = part->at;
    x->line = settings_place_of(part->file, part->at, 0).line;
    while (x->at < x->part.end) {
        if (!statement(x, e))
            return false;
        if (x->count && !run(x, depth, e))
            return false;
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * The relay
 */
/* "smtp+tls://label@host:port" */
static str take_host(struct reader *x, const struct action *a, bool *secure)
{
    struct smtp_attempt *to = &x->r->found.attempt;
    str url = a->host->value, label = STR_NONE, scheme = STR("smtp");
    size_t at = str_find(url, STR("://"));
    uint64_t port;
    settings_said(x->r, SETTINGS_HOST, a->host);
    if (at != STR_NOT_FOUND) {
        scheme = str_take(url, at);
        url = str_skip(url, at + 3);
    }
    at = str_rfind_octet(url, '@');
    if (at != STR_NOT_FOUND) {
        label = str_take(url, at);
        url = str_skip(url, at + 1);
    }
    *secure = str_eq_nocase(scheme, STR("smtps")) || str_eq_nocase(scheme, STR("smtp+tls")) ||
              a->tls != NULL;
    to->port = str_eq_nocase(scheme, STR("smtps")) ? 465 : 25;
    to->security = str_eq_nocase(scheme, STR("smtps"))        ? SMTP_SECURITY_TLS
                   : str_eq_nocase(scheme, STR("smtp+notls")) ? SMTP_SECURITY_NONE
                   : *secure                                  ? SMTP_SECURITY_STARTTLS
                                                              : SMTP_SECURITY_AUTO;
    settings_said(x->r, SETTINGS_SECURITY, a->host);
    if (!str_starts_nocase(scheme, STR("smtp")) || str_find(scheme, STR("auth")) != STR_NOT_FOUND)
        settings_mistake(x->r, MISTAKE_DIALECT, a->host,
                         SAY(x, "smtpd knows no %.*s:// any more", STR_ARG(str_take(scheme, 20))),
                         STR("write smtp+tls:// for STARTTLS, smtps:// for TLS at once, and the "
                             "login as label@ with auth <table>"));
    size_t end = str_starts(url, STR("[")) ? str_find_octet(url, ']') : STR_NOT_FOUND;
    str rest = end == STR_NOT_FOUND ? url : str_skip(url, end + 1);
    at = str_rfind_octet(rest, ':');
    if (at != STR_NOT_FOUND) {
        if (str_to_u64(str_skip(rest, at + 1), UINT16_MAX, &port) && port)
            to->port = (uint16_t)port;
        else
            settings_mistake(x->r, MISTAKE_PORT_BROKEN, a->host,
                             STR("behind the server's name stands no port"),
                             STR("write :587 with smtp+tls://, or :465 with smtps://"));
        settings_said(x->r, SETTINGS_PORT, a->host);
        url = str_take(url, url.n - (rest.n - at));
    }
    to->host = end == STR_NOT_FOUND ? url : str_take(str_skip(url, 1), end - 1);
    return label;
}

static const struct table *table_named(const struct reader *x, str name)
{
    for (size_t i = 0; i < x->table_count; i++)
        if (str_eq(x->tables[i].name, name))
            return &x->tables[i];
    return NULL;
}

static void take_credentials(struct reader *x, str label, str value, struct settings_place place,
                             bool bare)
{
    size_t colon = str_find_octet(value, ':');
    struct settings_place user = place, secret = place;
    if (colon == STR_NOT_FOUND || !colon || colon + 1 == value.n) {
        struct settings_item *i = add(x, label, "line", STR(""), place);
        settings_take_reference(x->r, i, SETTINGS_SECRET_HIDDEN, STR_NONE);
        settings_mistake(x->r, MISTAKE_LINE_BROKEN, i,
                         STR("behind the label does not stand user:password, so there is no login"),
                         STR("write the line as: label user:password"));
        return;
    }
    if (bare) {
        user.n = colon;
        secret.at += colon + 1;
        secret.column += (uint32_t)colon + 1;
        secret.n -= colon + 1;
    }
    x->r->found.attempt.mechanism = STR("auto");
    settings_take(x->r, SETTINGS_USER, add(x, label, "user", str_take(value, colon), user));
    settings_take_secret(x->r, add(x, label, "password", str_skip(value, colon + 1), secret));
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* A table's file: the key ends at a blank or colon, more of which are passed over. */
static bool find_in_file(struct reader *x, const struct settings_part *part, str label)
{
    uint32_t number = settings_place_of(part->file, part->at, 0).line;
    for (str rest = settings_part_text(part); rest.p; number++) {
        str line = str_cut(&rest, '\n');
        size_t begin = 0, n;
        while (line.n && is_blank(line.p[line.n - 1]))
            line.n--;
        while (begin < line.n && is_blank(line.p[begin]))
            begin++;
        n = begin;
        while (n < line.n && !is_blank(line.p[n]) && line.p[n] != ':')
            n++;
        if (n == begin || line.p[begin] == '#' ||
            !str_eq_nocase(str_take(str_skip(line, begin), n - begin), label))
            continue;
        while (n < line.n && (is_blank(line.p[n]) || line.p[n] == ':'))
            n++;
        struct settings_place place = { part->file, number, (uint32_t)n + 1,
                                        (size_t)(line.p - part->file->text.p) + n, line.n - n };
        take_credentials(x, label, str_skip(line, n), place, true);
        return true;
    }
    return false;
}

static void hidden(struct reader *x, struct settings_item *auth)
{
    settings_take_reference(x->r, auth, SETTINGS_SECRET_HIDDEN, STR_NONE);
    x->r->found.attempt.mechanism = STR("auto");
    auth->how |= SETTINGS_ITEM_CODE;
    settings_said(x->r, SETTINGS_USER, auth);
}

static void no_label(struct reader *x, struct settings_item *auth, str label)
{
    settings_mistake(x->r, MISTAKE_LOGIN_KEY, auth,
                     SAY(x, "the table has no label %.*s: smtpd finds no login, and keeps the mail",
                         STR_ARG(str_take(label, 64))),
                     SAY(x, "write a line: %.*s user:password", STR_ARG(str_take(label, 64))));
}

static void log_in(struct reader *x, const struct action *a, str label)
{
    const struct table *t = table_named(x, a->auth->value);
    if (!t) {
        settings_mistake(x->r, MISTAKE_REFERENCE_LOST, a->auth,
                         SAY(x, "there is no table %.*s; smtpd does not start",
                             STR_ARG(str_take(a->auth->value, 64))),
                         STR("write above it: table secrets file:/etc/mail/secrets"));
        return;
    }
    if (!t->source.text.n) {
        for (size_t i = 0; i + 1 < t->count; i += 2)
            if (str_eq_nocase(t->list[i].text, label)) {
                take_credentials(x, label, t->list[i + 1].text, t->list[i + 1].place, false);
                return;
            }
        no_label(x, a->auth, label);
        return;
    }
    str path = t->source.text;
    if (str_starts(path, STR("file:")))
        path = str_skip(path, 5);
    else if (!str_starts(path, STR("/"))) {
        hidden(x, a->auth);
        return;
    }
    struct settings_part part = settings_part_named(x->r, path);
    if (!part.file) {
        hidden(x, a->auth);
        settings_mistake(x->r, MISTAKE_REFERENCE_LOST, a->auth,
                         SAY(x, "the table's file %.*s could not be read: the login is not known",
                             STR_ARG(str_take(path, 120))),
                         STR("see that it is there, and that you may read it"));
    } else if (!find_in_file(x, &part, label))
        no_label(x, a->auth, label);
}

static void relay(struct reader *x, const struct action *a)
{
    bool secure;
    str label = take_host(x, a, &secure);
    if (label.n && a->auth)
        log_in(x, a, label);
    else if (label.n)
        settings_mistake(
            x->r, MISTAKE_LOGIN_NO_SECRET, a->host,
            STR("the server has a label for a login, and no auth <table> stands behind "
                "it"),
            STR("write auth <secrets> behind it, and above: table secrets "
                "file:/etc/mail/secrets"));
    else if (a->auth)
        settings_mistake(x->r, MISTAKE_LOGIN_KEY, a->host,
                         STR("there is a table of logins, and no label in front of the server's "
                             "name: smtpd does not log in"),
                         STR("write the label of the table's line: smtp+tls://label@server:587"));
    /* A login is made inside TLS, or not at all. */
    if (smtp_attempt_logs_in(&x->r->found.attempt) &&
        x->r->found.attempt.security == SMTP_SECURITY_AUTO)
        x->r->found.attempt.security = SMTP_SECURITY_STARTTLS;
    x->r->found.unverified = x->r->found.attempt.security != SMTP_SECURITY_NONE &&
                             (!a->tls || a->no_verify);
    settings_said(x->r, SETTINGS_VERIFY, a->tls);
    settings_take(x->r, SETTINGS_HELO, a->helo);
    settings_take(x->r, SETTINGS_FROM, a->from);
    settings_take(x->r, SETTINGS_SOURCE, a->source);
    for (size_t i = 0; a->ca && i < x->authority_count; i++)
        if (str_eq(x->authorities[i]->section, a->ca->value))
            settings_take(x->r, SETTINGS_CA, x->authorities[i]);
}

/* Nothing is relayed to a server: which of the reasons it is. */
static void no_relay(struct reader *x)
{
    const struct action *unused = NULL;
    for (size_t i = 0; i < x->action_count; i++)
        if (x->actions[i].host)
            unused = &x->actions[i];
    if (x->old)
        settings_mistake(x->r, MISTAKE_DIALECT, x->old,
                         STR("this rule is of the syntax before OpenSMTPD 6.4; newer ones do not "
                             "start with it"),
                         STR("write action \"out\" relay host \"smtp+tls://label@server:587\" auth "
                             "<secrets>, and match from local for any action \"out\""));
    else if (unused && !x->taken)
        settings_mistake(x->r, MISTAKE_NOT_APPLIED, unused->host,
                         STR("no rule gives mail of this machine for the world to this action"),
                         SAY(x, "write at the end: match from local for any action \"%.*s\"",
                             STR_ARG(str_take(unused->name, 64))));
    if (unused && !x->taken && !x->old)
        relay(x, unused);
    else
        settings_mistake(x->r, MISTAKE_HOST_MISSING, NULL,
                         STR("no server is named to hand mail to: it goes to the recipients' own"),
                         STR("write action \"out\" relay host \"smtp+tls://label@server:587\" auth "
                             "<secrets>"));
}

static bool own_line(str line)
{
    static const str FIRST[] = { STR_INIT("table "),  STR_INIT("action "),  STR_INIT("match "),
                                 STR_INIT("listen "), STR_INIT("pki "),     STR_INIT("ca "),
                                 STR_INIT("filter "), STR_INIT("include "), STR_INIT("smtp "),
                                 STR_INIT("queue "),  STR_INIT("mta "),     STR_INIT("accept "),
                                 STR_INIT("reject "), STR_INIT("srs "),     STR_INIT("bounce ") };
    line = str_trim(line);
    for (size_t i = 0; i < COUNT_OF(FIRST); i++)
        if (str_starts(line, FIRST[i]))
            return true;
    return false;
}

bool opensmtpd_read(struct settings_reading *r, struct err *e)
{
    struct reader *x = arena_alloc(r->arena, sizeof *x);
    if (!x)
        return err_memory(e, "reading smtpd.conf");
    x->r = r;
    struct settings_part main = settings_main_part(r, own_line);
    if (!file(x, &main, 0, e))
        return false;
    if (x->taken && x->taken->host)
        relay(x, x->taken);
    else
        no_relay(x);
    return true;
}
