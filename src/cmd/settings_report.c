/* SPDX-License-Identifier: ISC */
#include "cmd/settings_report.h"
#include "base/escape.h"
#include "base/password_shape.h"
#include "base/wrap.h"
#include "cmd/output.h"
#include "settings/how.h"
#include "settings/shown.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum {
    LINE_MAX_OCTETS = 8192,
    UNKNOWN_SHOWN = 12,
    WORD_COLUMN = 9,
    VALUE_COLUMN = 15,
    SENTENCE_LEAST = 8,
    CUT_AT = 512
};

/* ------------------------------------------------------------------------------------------------
 * Places and values
 */
static str base_name(str path)
{
    size_t slash = str_rfind_octet(path, '/');
    return slash == STR_NOT_FOUND ? path : str_skip(path, slash + 1);
}

/* What is far too long is cut first: a long password that begins like it is looked for at each octet of it. */
static void mask(const struct settings_loaded *l, str text, struct buf *out)
{
    AUTO(buf_wipe_done) struct buf cut;
    buf_init(&cut, CUT_AT + sizeof SECRET_CUT);
    text = settings_shown_value(text);
    if (text.n > CUT_AT) {
        buf_add(&cut, str_take(text, CUT_AT));
        buf_add(&cut, STR(SECRET_CUT));
        text = buf_str(&cut);
    }
    if (!buf_ok(&cut) || !secret_mask_apply(l->mask, text, out))
        buf_add(out, SETTINGS_HIDDEN);
}

/* What was written by the user, but for his password. */
static void add_shown(const struct settings_loaded *l, str text, struct buf *out)
{
    AUTO(buf_wipe_done) struct buf masked;
    buf_init(&masked, LINE_MAX_OCTETS);
    mask(l, text, &masked);
    (void)escape_line(buf_str(&masked), out);
}

/* A name that stands in the file; where no reader knows it, it may be a piece of a password. */
static str name_of(const struct settings_item *item)
{
    return item->known ? item->key : settings_shown_key(item->key);
}

void settings_report_place(const struct settings_loaded *l, const struct settings_place *p,
                           struct buf *out)
{
    if (!p->file)
        return;
    (void)escape_line(p->file == l->reading.files ? base_name(p->file->path) : p->file->path, out);
    buf_addf(out, ":%u", p->line);
}

static const struct settings_place *place_of(const struct settings_loaded *l,
                                             enum settings_field field)
{
    const struct settings_item *said = l->reading.said[field];
    return said && said->place.file ? &said->place : NULL;
}

static const char *security_words(enum smtp_security s)
{
    switch (s) {
    case SMTP_SECURITY_NONE: return "no encryption";
    case SMTP_SECURITY_STARTTLS: return "STARTTLS";
    case SMTP_SECURITY_TLS: return "TLS at once";
    default: return "encryption if the server offers it";
    }
}

/* ------------------------------------------------------------------------------------------------
 * The password
 */
enum kind {
    KIND_SMALL,
    KIND_CAPITAL,
    KIND_DIGIT,
    KIND_SIGN,
    KIND_BLANK,
    KIND_CONTROL,
    KIND_OTHER,
    KINDS
};
static const struct name_row KIND_ROWS[] = {
    { KIND_SMALL, STR_INIT("small letters") },
    { KIND_CAPITAL, STR_INIT("capitals") },
    { KIND_DIGIT, STR_INIT("digits") },
    { KIND_SIGN, STR_INIT("signs") },
    { KIND_BLANK, STR_INIT("blanks") },
    { KIND_CONTROL, STR_INIT("line ends or controls") },
    { KIND_OTHER, STR_INIT("characters outside ASCII") },
};
static const struct names KIND_NAMES = NAMES(KIND_ROWS);

static enum kind kind_of(unsigned char c)
{
    if (c >= 0x80)
        return KIND_OTHER;
    if (c < ' ' || c == 0x7f)
        return KIND_CONTROL;
    if (c == ' ')
        return KIND_BLANK;
    if (is_digit((char)c))
        return KIND_DIGIT;
    if (!is_alpha((char)c))
        return KIND_SIGN;
    return c >= 'a' ? KIND_SMALL : KIND_CAPITAL;
}

static unsigned kinds_of(str password)
{
    unsigned set = 0;
    for (size_t i = 0; i < password.n; i++)
        set |= 1u << kind_of((unsigned char)password.p[i]);
    return set;
}

/* Where it is no UTF-8 each octet counts. */
static size_t characters_of(str password)
{
    size_t n = 0;
    for (size_t i = 0; i < password.n; i++)
        n += !str_is_utf8(password) || ((unsigned char)password.p[i] & 0xc0) != 0x80;
    return n;
}

static bool has_password(const struct settings_loaded *l)
{
    return l->reading.found.secret != SETTINGS_SECRET_NONE;
}

static void add_kinds(str password, struct buf *out)
{
    const char *before = ": ";
    for (int k = 0; k < KINDS; k++) {
        if (!(kinds_of(password) & 1u << k))
            continue;
        buf_add(out, str_from(before));
        buf_add(out, names_of(&KIND_NAMES, k));
        before = ", ";
    }
}

void settings_report_password(const struct settings_loaded *l, bool more, struct buf *out)
{
    str p = buf_str(&l->password);
    size_t characters = characters_of(p);
    if (!has_password(l)) {
        buf_add(out, STR("none"));
    } else if (l->no_password.n) {
        buf_addf(out, "not known: %.*s", STR_ARG(l->no_password));
    } else {
        buf_addf(out, "%zu character%s", characters, characters == 1 ? "" : "s");
        if (more) {
            if (p.n != characters)
                buf_addf(out, ", %zu octets", p.n);
            add_kinds(p, out);
        }
    }
}

/* How the program gets it. The name of a variable or file is shown; a command is not: it may hold a secret. */
static void add_how(const struct settings_loaded *l, struct buf *out)
{
    const struct settings *s = &l->reading.found;
    switch (s->secret) {
    case SETTINGS_SECRET_ASKED: buf_add(out, STR("asked for, or kept elsewhere")); break;
    case SETTINGS_SECRET_LITERAL: buf_add(out, STR("stands there")); break;
    case SETTINGS_SECRET_ENV:
        buf_add(out, STR("from the variable "));
        add_shown(l, settings_shown_variable(&l->reading, s->secret_text), out);
        break;
    case SETTINGS_SECRET_COMMAND: buf_add(out, STR("printed by a command")); break;
    case SETTINGS_SECRET_FILE:
        buf_add(out, STR("from the file "));
        add_shown(l, s->secret_text, out);
        break;
    case SETTINGS_SECRET_HIDDEN: buf_add(out, STR("encrypted, or computed")); break;
    case SETTINGS_SECRET_NONE: buf_add(out, STR("not said")); break;
    }
}

/* ------------------------------------------------------------------------------------------------
 * The first line
 */
static void add_server(const struct settings_loaded *l, struct buf *out)
{
    const struct smtp_attempt *a = &l->reading.found.attempt;
    str host = settings_shown_host(a->host);
    bool colons = str_find_octet(host, ':') != STR_NOT_FOUND && host.p[0] != '[';
    if (!a->host.n)
        buf_add(out, STR("no server"));
    buf_add(out, colons ? STR("[") : STR(""));
    add_shown(l, host, out);
    buf_add(out, colons ? STR("]") : STR(""));
    if (a->port)
        buf_addf(out, ":%u", a->port);
    buf_addf(out, " %s", security_words(a->security));
}

void settings_report_read(const struct settings_loaded *l, struct buf *out)
{
    const struct smtp_attempt *a = &l->reading.found.attempt;
    const struct settings_place *p = place_of(l, SETTINGS_HOST);
    buf_add(out, STR("read     "));
    if (p)
        settings_report_place(l, p, out);
    else
        (void)escape_line(base_name(l->reading.files[0].path), out);
    buf_add(out, STR("  "));
    add_server(l, out);
    if (a->user.n) {
        buf_add(out, STR(", user "));
        add_shown(l, a->user, out);
    }
    if (!smtp_attempt_logs_in(a))
        buf_add(out, STR(", no login"));
    if (has_password(l)) {
        buf_add(out, STR(", password: "));
        settings_report_password(l, false, out);
    }
    buf_addc(out, '\n');
}

/* ------------------------------------------------------------------------------------------------
 * What would be sent
 */
static void value_host(const struct settings_loaded *l, struct buf *out)
{
    add_shown(l, settings_shown_host(l->reading.found.attempt.host), out);
}
static void value_port(const struct settings_loaded *l, struct buf *out)
{
    if (l->reading.found.attempt.port)
        buf_addf(out, "%u", l->reading.found.attempt.port);
}
static void value_security(const struct settings_loaded *l, struct buf *out)
{
    buf_add(out, str_from(security_words(l->reading.found.attempt.security)));
}
static void value_login(const struct settings_loaded *l, struct buf *out)
{
    const struct smtp_attempt *a = &l->reading.found.attempt;
    if (!smtp_attempt_logs_in(a))
        buf_add(out, STR("none"));
    else if (str_eq_nocase(a->mechanism, STR("auto")))
        buf_add(out, STR("yes, by a method that both sides know"));
    else
        add_shown(l, a->mechanism, out);
}
static void value_user(const struct settings_loaded *l, struct buf *out)
{
    add_shown(l, l->reading.found.attempt.user, out);
}
static void value_password(const struct settings_loaded *l, struct buf *out)
{
    if (!has_password(l))
        return;
    settings_report_password(l, true, out);
    buf_add(out, STR(" ("));
    add_how(l, out);
    buf_add(out, l->line_end_dropped ? STR("; the line end behind it is left out)") : STR(")"));
}
static void value_from(const struct settings_loaded *l, struct buf *out)
{
    const struct smtp_attempt *a = &l->reading.found.attempt;
    add_shown(l, a->from_null ? STR("<>") : a->from, out);
}
static void value_header_from(const struct settings_loaded *l, struct buf *out)
{
    add_shown(l, l->reading.found.attempt.header_from, out);
}
static void value_to(const struct settings_loaded *l, struct buf *out)
{
    add_shown(l, l->reading.found.attempt.to, out);
}
static void value_helo(const struct settings_loaded *l, struct buf *out)
{
    add_shown(l, l->reading.found.attempt.helo, out);
}
static void value_source(const struct settings_loaded *l, struct buf *out)
{
    char room[IP_TEXT_MAX];
    const struct ip *ip = &l->reading.found.attempt.source;
    if (ip->family != IP_NONE)
        buf_add(out, str_from(ip_text(ip, room)));
}
static void value_verify(const struct settings_loaded *l, struct buf *out)
{
    const struct settings *s = &l->reading.found;
    if (s->attempt.security != SMTP_SECURITY_NONE)
        buf_add(out, s->unverified ? STR("not verified") : STR("verified"));
}
static void value_ca(const struct settings_loaded *l, struct buf *out)
{
    add_shown(l, l->reading.found.ca_file, out);
}

static const struct {
    enum settings_field field;
    const char *title;
    void (*value)(const struct settings_loaded *l, struct buf *out); /* nothing: not said */
} FIELDS[] = {
    { SETTINGS_HOST, "server", value_host },
    { SETTINGS_PORT, "port", value_port },
    { SETTINGS_SECURITY, "encryption", value_security },
    { SETTINGS_VERIFY, "certificate", value_verify },
    { SETTINGS_CA, "trusts", value_ca },
    { SETTINGS_LOGIN, "login", value_login },
    { SETTINGS_USER, "user", value_user },
    { SETTINGS_SECRET, "password", value_password },
    { SETTINGS_FROM, "sender", value_from },
    { SETTINGS_HEADER_FROM, "From", value_header_from },
    { SETTINGS_TO, "recipient", value_to },
    { SETTINGS_HELO, "EHLO name", value_helo },
    { SETTINGS_SOURCE, "source", value_source },
};

static void add_said(const struct settings_loaded *l, enum settings_field field, struct buf *out)
{
    const struct settings_item *said = l->reading.said[field];
    if (!said)
        return;
    buf_add(out, STR("  "));
    settings_report_place(l, &said->place, out);
    if (said->key.n) {
        buf_add(out, STR(" ("));
        add_shown(l, name_of(said), out);
        buf_addc(out, ')');
    }
}

static void add_anomalies(const struct settings_loaded *l, struct buf *out)
{
    unsigned set = password_anomalies(buf_str(&l->password));
    for (unsigned bit = 1; bit && bit <= set; bit <<= 1)
        if (set & bit)
            buf_addf(out, "%*s%.*s\n", VALUE_COLUMN, "",
                     STR_ARG(password_anomaly_words((enum password_anomaly)bit)));
}

static void add_fields(const struct settings_loaded *l, struct buf *out)
{
    for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
        AUTO(buf_done) struct buf value;
        buf_init(&value, LINE_MAX_OCTETS);
        FIELDS[i].value(l, &value);
        if (!value.n)
            continue;
        add_said(l, FIELDS[i].field, &value);
        buf_addf(out, "  %-*s", VALUE_COLUMN - 2, FIELDS[i].title);
        buf_add(out, buf_str(&value));
        buf_addc(out, '\n');
        if (FIELDS[i].field == SETTINGS_SECRET)
            add_anomalies(l, out);
    }
}

/* ------------------------------------------------------------------------------------------------
 * Accounts, references, unknown keys
 */
static void add_accounts(const struct settings_loaded *l, struct buf *out)
{
    const struct settings_reading *r = &l->reading;
    if (r->account_count < 2 && !r->account_taken.n)
        return;
    buf_addf(out, "  %-*s", VALUE_COLUMN - 2, "account");
    if (r->account_taken.n)
        add_shown(l, r->account_taken, out);
    else
        buf_add(out, STR("the default"));
    for (size_t i = 0, shown = 0; i < r->account_count; i++) {
        if (str_eq(r->accounts[i], r->account_taken))
            continue;
        buf_add(out, shown++ ? STR(", ") : STR(" (others, by --account: "));
        add_shown(l, r->accounts[i], out);
        if (i + 1 == r->account_count)
            break;
    }
    bool only = r->account_count == 1 && str_eq(r->accounts[0], r->account_taken);
    buf_add(out, r->account_count && !only ? STR(")\n") : STR("\n"));
}

static void add_reference(const struct settings_loaded *l, const char *word, str kind, str name,
                          str more, struct buf *out)
{
    buf_addf(out, "%-*s%.*s ", WORD_COLUMN, word, STR_ARG(kind));
    add_shown(l, name, out);
    if (more.n) {
        buf_add(out, STR(": "));
        (void)escape_line(more, out);
    }
    buf_addc(out, '\n');
}

/* A file speaks of it. Others the program would look at by itself, to put them in the place of what stands there. */
static bool is_named(const struct settings_reading *r, str variable)
{
    for (size_t i = 0; i < r->file_count; i++)
        if (str_find(r->files[i].text, variable) != STR_NOT_FOUND)
            return true;
    return false;
}

/* A file of the reading sets it, so that it need not be set in the environment. */
static bool is_set_inside(const struct settings_reading *r, const struct settings_variable *v)
{
    for (size_t i = 0; i < r->item_count; i++)
        if (v->answer != SETTINGS_GIVEN && str_eq(r->items[i].key, v->name))
            return true;
    return false;
}

static void add_references(const struct settings_loaded *l, struct buf *out)
{
    const struct settings_reading *r = &l->reading;
    for (size_t i = 1; i < r->file_count; i++) {
        const struct settings_file *f = &r->files[i];
        bool given = f->answer == SETTINGS_GIVEN;
        if (!given && f->optional)
            continue;
        add_reference(l, given ? "found" : "missing", STR("file"), f->path,
                      given ? l->at[i] : f->why, out);
    }
    for (size_t i = 0; i < r->variable_count; i++) {
        const struct settings_variable *v = &r->variables[i];
        bool given = v->answer == SETTINGS_GIVEN;
        if (is_set_inside(r, v) || (!given && !is_named(r, v->name)))
            continue;
        add_reference(l, given ? "found" : "missing", STR("variable"),
                      settings_shown_variable(r, v->name),
                      given ? v->from : STR("not set in the environment of this command"), out);
    }
}

static str nearest_key(const struct settings_reading *r, str key)
{
    struct name_row rows[SETTINGS_KEYS];
    for (size_t i = 0; i < r->key_count; i++)
        rows[i] = (struct name_row){ (int)i, r->keys[i] };
    const struct names t = { rows, r->key_count };
    /* A key that is a path holds names of the user's own: its neighbours are no misspellings. */
    str inner = str_skip(key, str_find_octet(key, '.') + 1);
    bool path = str_find_octet(key, '.') != STR_NOT_FOUND &&
                str_find_octet(inner, '.') != STR_NOT_FOUND;
    str near = path ? STR_NONE : names_nearest(&t, key);
    /* Spelled right, and of another section or account: there is nothing to mend in it. */
    return str_eq(near, key) ? STR_NONE : near;
}

static void add_unknown(const struct settings_loaded *l, struct buf *out)
{
    const struct settings_reading *r = &l->reading;
    size_t shown = 0, more = 0;
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_item *k = &r->items[i];
        if (k->known)
            continue;
        if (shown == UNKNOWN_SHOWN) {
            more++;
            continue;
        }
        str near = nearest_key(r, k->key);
        buf_addf(out, "%-*s", WORD_COLUMN, shown++ ? "" : "passed");
        settings_report_place(l, &k->place, out);
        buf_add(out, STR("  "));
        add_shown(l, str_take(name_of(k), 80), out);
        if (near.n)
            buf_addf(out, ": did you mean %.*s?", STR_ARG(near));
        buf_addc(out, '\n');
    }
    if (more)
        buf_addf(out, "%*sand %zu more keys that are not about sending mail\n", WORD_COLUMN, "",
                 more);
}

/* ------------------------------------------------------------------------------------------------
 * Mistakes
 */
/* Words of ours, with some of the file in them. What is too short to be found for sure in these is left: a hole in a
 * sentence would tell it. */
static void add_sentence(const struct settings_loaded *l, str words, struct buf *out)
{
    if (l->password.n >= SENTENCE_LEAST)
        add_shown(l, words, out);
    else
        (void)escape_line(words, out);
}

static void add_mistake(const struct settings_loaded *l, const struct settings_mistake *m,
                        struct buf *out)
{
    const struct cause *c = cause_of(m->cause);
    AUTO(buf_done) struct buf line;
    buf_init(&line, LINE_MAX_OCTETS);
    if (m->item && m->item->place.file) {
        settings_report_place(l, &m->item->place, &line);
        buf_add(&line, STR("  "));
    }
    add_sentence(l, m->said, &line);
    buf_addf(out, "%-*.*s", WORD_COLUMN, STR_ARG(names_of(&SETTINGS_SURENESS_NAMES, (int)m->sure)));
    wrap_words(out, WORD_COLUMN, WORD_COLUMN, buf_str(&line));
    if (m->remedy.n) {
        buf_clear(&line);
        buf_add(&line, STR("Do this: "));
        add_sentence(l, m->remedy, &line);
        output_sentence(out, WORD_COLUMN, buf_str(&line));
    }
    if (c) {
        buf_clear(&line);
        buf_addf(&line, "It leads to: %.*s [%.*s]", STR_ARG(c->title), STR_ARG(c->name));
        output_sentence(out, WORD_COLUMN, buf_str(&line));
    }
}

void settings_report_mistakes(const struct settings_loaded *l, struct buf *out)
{
    const struct settings_reading *r = &l->reading;
    for (int sure = MISTAKE_WRONG; sure <= MISTAKE_NOTE; sure++)
        for (size_t i = 0; i < r->mistake_count; i++)
            if ((int)r->mistakes[i].sure == sure)
                add_mistake(l, &r->mistakes[i], out);
}

int settings_report_status(const struct settings_loaded *l)
{
    for (size_t i = 0; i < l->reading.mistake_count; i++)
        if (l->reading.mistakes[i].sure <= MISTAKE_LIKELY)
            return 1;
    return 0;
}

/* A password in a file that everybody on this computer may read. */
static void add_open_to_all(const struct settings_loaded *l, struct buf *out)
{
    const struct settings_reading *r = &l->reading;
    const struct settings_item *secret = r->said[SETTINGS_SECRET];
    struct stat s;
    if (r->found.secret != SETTINGS_SECRET_LITERAL || !secret || !secret->place.file)
        return;
    str at = l->at[secret->place.file - r->files];
    if (!at.n || stat(at.p, &s) != 0 || !(s.st_mode & S_IROTH))
        return;
    AUTO(buf_done) struct buf line;
    buf_init(&line, LINE_MAX_OCTETS);
    buf_add(&line, STR("everybody on this computer may read the password in "));
    (void)escape_line(at, &line);
    buf_addf(out, "%-*s", WORD_COLUMN, "unsafe");
    wrap_words(out, WORD_COLUMN, WORD_COLUMN, buf_str(&line));
    buf_clear(&line);
    buf_add(&line,
            STR("Do this: see that the program's own user or group may read it, and chmod o-rwx "));
    (void)escape_line(at, &line);
    output_sentence(out, WORD_COLUMN, buf_str(&line));
}

void settings_report_text(const struct settings_loaded *l, struct buf *out)
{
    const struct settings_reading *r = &l->reading;
    str then = settings_how(r->program, SETTINGS_HOW_THEN);
    settings_report_read(l, out);
    buf_addf(out, "\nWhat %.*s would do\n", STR_ARG(r->program->title));
    add_accounts(l, out);
    add_fields(l, out);
    AUTO(buf_done) struct buf rest;
    buf_init(&rest, out->max);
    add_references(l, &rest);
    add_unknown(l, &rest);
    if (rest.n) {
        buf_addc(out, '\n');
        buf_add(out, buf_str(&rest));
    }
    buf_addc(out, '\n');
    if (r->mistake_count)
        settings_report_mistakes(l, out);
    add_open_to_all(l, out);
    if (settings_report_status(l) && then.n) {
        buf_addf(out, "%-*s", WORD_COLUMN, "then");
        wrap_words(out, WORD_COLUMN, WORD_COLUMN, then);
    }
    if (!r->mistake_count)
        buf_add(out, STR("No mistake is seen in it. Whether the server takes it: baton doctor "
                         "--config FILE\n"));
}

/* ------------------------------------------------------------------------------------------------
 * baton.settings/1
 */
static json_t *shown_json(const struct settings_loaded *l, str text)
{
    AUTO(buf_wipe_done) struct buf masked;
    buf_init(&masked, LINE_MAX_OCTETS);
    mask(l, text, &masked);
    return output_str(buf_str(&masked));
}

static json_t *sentence_json(const struct settings_loaded *l, str words)
{
    return l->password.n >= SENTENCE_LEAST ? shown_json(l, words) : output_str(words);
}

static json_t *place_json(const struct settings_place *p, json_t *o)
{
    bool there = p && p->file;
    json_object_set_new(o, "file", there ? output_str(p->file->path) : json_null());
    json_object_set_new(o, "line", there ? json_integer(p->line) : json_null());
    json_object_set_new(o, "column", there ? json_integer(p->column) : json_null());
    return o;
}

static json_t *item_json(const struct settings_loaded *l, const struct settings_item *item,
                         json_t *o)
{
    place_json(item ? &item->place : NULL, o);
    json_object_set_new(o, "key", item ? shown_json(l, name_of(item)) : json_null());
    return o;
}

static json_t *attempt_json(const struct settings_loaded *l)
{
    const struct smtp_attempt *a = &l->reading.found.attempt;
    char room[IP_TEXT_MAX];
    str source = a->source.family == IP_NONE ? STR_NONE : str_from(ip_text(&a->source, room));
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "host",
                     shown_json(l, settings_shown_host(a->host)), "port",
                     a->port ? json_integer(a->port) : json_null(), "security",
                     output_str(names_of(&SMTP_SECURITY_NAMES, (int)a->security)), "mechanism",
                     shown_json(l, a->mechanism), "user", shown_json(l, a->user), "from",
                     a->from_null ? json_string("") : shown_json(l, a->from), "header_from",
                     shown_json(l, a->header_from), "to", shown_json(l, a->to), "helo",
                     shown_json(l, a->helo), "source", output_str(source));
}

static json_t *kinds_json(str password)
{
    json_t *list = json_array();
    for (int k = 0; k < KINDS; k++)
        if (kinds_of(password) & 1u << k)
            json_array_append_new(list, output_str(names_of(&KIND_NAMES, k)));
    return list;
}

static json_t *anomalies_json(str password)
{
    json_t *list = json_array();
    unsigned set = password_anomalies(password);
    for (unsigned bit = 1; bit && bit <= set; bit <<= 1)
        if (set & bit)
            json_array_append_new(list, output_str(names_of(&PASSWORD_ANOMALY_NAMES, (int)bit)));
    return list;
}

/* where: the variable or the file that it is in; why: it could not be had. */
static json_t *password_json(const struct settings_loaded *l)
{
    const struct settings *s = &l->reading.found;
    str p = buf_str(&l->password);
    bool known = has_password(l) && !l->no_password.n;
    bool named = s->secret == SETTINGS_SECRET_ENV || s->secret == SETTINGS_SECRET_FILE;
    str where = s->secret == SETTINGS_SECRET_ENV
                    ? settings_shown_variable(&l->reading, s->secret_text)
                    : s->secret_text;
    return json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:b}", "how",
                     output_str(names_of(&SETTINGS_SECRET_NAMES, (int)s->secret)), "where",
                     named ? shown_json(l, where) : json_null(), "why", output_str(l->no_password),
                     "characters", known ? json_integer((json_int_t)characters_of(p)) : json_null(),
                     "octets", known ? json_integer((json_int_t)p.n) : json_null(), "kinds",
                     kinds_json(p), "anomalies", anomalies_json(p), "token", s->token);
}

static json_t *places_json(const struct settings_loaded *l)
{
    json_t *o = json_object();
    for (int f = 0; f < SETTINGS_FIELDS; f++)
        json_object_set_new(o, names_of(&SETTINGS_FIELD_NAMES, f).p,
                            l->reading.said[f] ? item_json(l, l->reading.said[f], json_object())
                                               : json_null());
    return o;
}

static json_t *reference_json(const struct settings_loaded *l, const char *kind, str name,
                              bool found, str from, str why)
{
    return json_pack("{s:s,s:o,s:b,s:o,s:o}", "kind", kind, "name", shown_json(l, name), "found",
                     found, "from", output_str(from), "why", output_str(why));
}

static json_t *references_json(const struct settings_loaded *l)
{
    const struct settings_reading *r = &l->reading;
    json_t *list = json_array();
    for (size_t i = 1; i < r->file_count; i++)
        json_array_append_new(list, reference_json(l, "file", r->files[i].path,
                                                   r->files[i].answer == SETTINGS_GIVEN, l->at[i],
                                                   r->files[i].why));
    for (size_t i = 0; i < r->variable_count; i++) {
        const struct settings_variable *v = &r->variables[i];
        bool found = v->answer == SETTINGS_GIVEN;
        if (is_set_inside(r, v))
            continue;
        json_array_append_new(
            list, reference_json(l, "variable", settings_shown_variable(r, v->name), found, v->from,
                                 found ? STR_NONE : STR("it is not set")));
    }
    return list;
}

static json_t *unknown_json(const struct settings_loaded *l)
{
    const struct settings_reading *r = &l->reading;
    json_t *list = json_array();
    for (size_t i = 0; i < r->item_count; i++) {
        const struct settings_item *k = &r->items[i];
        if (k->known)
            continue;
        json_t *o = item_json(l, k, json_object());
        json_object_set_new(o, "section", shown_json(l, settings_shown_key(k->section)));
        json_object_set_new(o, "nearest", output_str(nearest_key(r, k->key)));
        json_array_append_new(list, o);
    }
    return list;
}

json_t *settings_report_mistakes_json(const struct settings_loaded *l)
{
    json_t *list = json_array();
    for (size_t i = 0; i < l->reading.mistake_count; i++) {
        const struct settings_mistake *m = &l->reading.mistakes[i];
        const struct cause *c = cause_of(m->cause);
        json_t *o = json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "id", output_str(m->row->name), "cause",
                              c ? output_str(c->name) : json_null(), "family",
                              c ? output_str(names_of(&FAMILY_NAMES, (int)c->family)) : json_null(),
                              "sure", output_str(names_of(&SETTINGS_SURENESS_NAMES, (int)m->sure)),
                              "said", sentence_json(l, m->said), "remedy",
                              sentence_json(l, m->remedy));
        json_array_append_new(list, item_json(l, m->item, o));
    }
    return list;
}

static json_t *accounts_json(const struct settings_loaded *l)
{
    const struct settings_reading *r = &l->reading;
    json_t *list = json_array();
    for (size_t i = 0; i < r->account_count; i++)
        json_array_append_new(list, shown_json(l, r->accounts[i]));
    return list;
}

json_t *settings_report_json(const struct settings_loaded *l)
{
    const struct settings_reading *r = &l->reading;
    return json_pack("{s:s,s:o,s:o,s:o,s:o,s:o,s:b,s:o,s:o,s:o,s:o,s:o,s:o}", "schema",
                     "baton.settings/1", "program", output_str(r->program->name), "file",
                     output_str(r->files[0].path), "account", shown_json(l, r->account_taken),
                     "accounts", accounts_json(l), "settings", attempt_json(l), "verified",
                     !r->found.unverified, "ca_file", shown_json(l, r->found.ca_file), "password",
                     password_json(l), "places", places_json(l), "references", references_json(l),
                     "unknown", unknown_json(l), "mistakes", settings_report_mistakes_json(l));
}
