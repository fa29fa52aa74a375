/* SPDX-License-Identifier: ISC */
/*
 * settings/msmtp_read.c - msmtp's file, read as msmtp 1.8 does, and changed
 */
#include "settings/msmtp.h"
#include "settings/reader.h"
#include "settings/writers.h"
#include <string.h>

/* ------------------------------------------------------------------------------------------------
 * Commands
 */
enum kind {
    TEXT,
    SWITCH, /* on, off, or nothing for on; no other word will do */
    OTHER   /* of no weight for how mail leaves */
};
enum command {
    HOST,
    PORT,
    TLS,
    STARTTLS,
    CERTCHECK,
    TRUST,
    AUTH,
    USER,
    PASSWORD,
    EVAL,
    FROM,
    DOMAIN,
    SOURCE,
    COMMANDS
};
static const struct command_row {
    const char *name;
    enum kind kind;
} ROWS[] = {
    [HOST] = { "host", TEXT },
    [PORT] = { "port", TEXT },
    [TLS] = { "tls", SWITCH },
    [STARTTLS] = { "tls_starttls", SWITCH },
    [CERTCHECK] = { "tls_certcheck", SWITCH },
    [TRUST] = { "tls_trust_file", TEXT },
    [AUTH] = { "auth", TEXT },
    [USER] = { "user", TEXT },
    [PASSWORD] = { "password", TEXT },
    [EVAL] = { "passwordeval", TEXT },
    [FROM] = { "from", TEXT },
    [DOMAIN] = { "domain", TEXT },
    [SOURCE] = { "source_ip", TEXT },
    { "auto_from", SWITCH },
    { "allow_from_override", SWITCH },
    { "set_date_header", OTHER },
    { "set_from_header", OTHER },
    { "set_msgid_header", SWITCH },
    { "remove_bcc_headers", SWITCH },
    { "undisclosed_recipients", SWITCH },
    { "keepbcc", SWITCH },
    { "add_missing_date_header", SWITCH },
    { "add_missing_from_header", SWITCH },
    { "from_full_name", OTHER },
    { "maildomain", OTHER },
    { "timeout", OTHER },
    { "connect_timeout", OTHER },
    { "protocol", OTHER },
    { "proxy_host", OTHER },
    { "proxy_port", OTHER },
    { "socket", OTHER },
    { "ntlmdomain", OTHER },
    { "tls_key_file", OTHER },
    { "tls_cert_file", OTHER },
    { "tls_crl_file", OTHER },
    { "tls_fingerprint", OTHER },
    { "tls_min_dh_prime_bits", OTHER },
    { "tls_priorities", OTHER },
    { "tls_host_override", OTHER },
    { "tls_force_sslv3", OTHER },
    { "dsn_notify", OTHER },
    { "dsn_return", OTHER },
    { "logfile", OTHER },
    { "logfile_time_format", OTHER },
    { "syslog", OTHER },
    { "aliases", OTHER },
    { "account", OTHER },
    { "defaults", OTHER },
    { "eval", OTHER },
};

static size_t row_of(str name)
{
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        if (str_eq(name, str_from(ROWS[i].name)))
            return i;
    return COUNT_OF(ROWS);
}

/* ------------------------------------------------------------------------------------------------
 * Lines
 */
static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static str trim_blanks(str s)
{
    while (s.n && is_blank(s.p[0]))
        s = str_skip(s, 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static str unquote(str s, unsigned *how)
{
    s = trim_blanks(s);
    if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
        return s;
    *how |= SETTINGS_ITEM_QUOTED;
    return (str){ s.p + 1, s.n - 2 };
}

unsigned msmtp_looks(str path, str text)
{
    static const str TELLING[] = { STR_INIT("tls_starttls"), STR_INIT("passwordeval"),
                                   STR_INIT("tls_trust_file"), STR_INIT("tls_certcheck"),
                                   STR_INIT("tls_fingerprint") };
    unsigned weak = 0;
    if (str_find(path, STR("msmtprc")) != STR_NOT_FOUND)
        return 95;
    for (str rest = text; rest.p;) {
        str line = trim_blanks(str_cut(&rest, '\n'));
        size_t n = 0;
        while (n < line.n && !is_blank(line.p[n]) && line.p[n] != '\r')
            n++;
        str word = str_take(line, n);
        for (size_t i = 0; i < COUNT_OF(TELLING); i++)
            if (str_eq(word, TELLING[i]))
                return 90;
        weak += str_eq(word, STR("account")) || str_eq(word, STR("defaults")) ||
                str_eq(word, STR("host"));
    }
    return weak > 1 ? 50 : 0;
}

/* The account's own name in "account NAME : PARENT, PARENT". */
static str account_name(str argument)
{
    unsigned how = 0;
    size_t colon = str_find_octet(argument, ':');
    return colon == STR_NOT_FOUND ? argument : unquote(str_take(argument, colon), &how);
}

static void stops(struct settings_reading *r, const struct settings_item *item, str why)
{
    struct settings_mistake *m = settings_mistake(
        r, MISTAKE_LINE_BROKEN, item, why,
        STR("msmtp stops at this line and sends nothing: correct it, or put a # in "
            "front of it"));
    if (m)
        m->sure = MISTAKE_WRONG;
}

static void check_line(struct settings_reading *r, struct settings_item *item)
{
    size_t row = row_of(item->key);
    if (row == COUNT_OF(ROWS)) {
        stops(r, item,
              str_find_octet(item->key, '=') != STR_NOT_FOUND
                  ? STR("between a command and its value there is a blank in msmtp, no =")
                  : STR("msmtp has no command of this name"));
        return;
    }
    item->known = true;
    if (ROWS[row].kind == SWITCH && item->value.n && !str_eq(item->value, STR("on")) &&
        !str_eq(item->value, STR("off")))
        stops(r, item, STR("this switch of msmtp is on or off, and no other word"));
    if (row == HOST && !item->value.n)
        stops(r, item, STR("host has no value"));
    if (str_eq(item->key, STR("eval"))) {
        item->how |= SETTINGS_ITEM_CODE;
        settings_mistake(r, MISTAKE_REFERENCE_LOST, item,
                         STR("what eval puts here is known only to who runs it"),
                         STR("write the line that it prints in its place, or read the settings "
                             "without it"));
    }
}

static str section_of(struct settings_reading *r, str key, str value, str now)
{
    if (str_eq(key, STR("defaults")))
        return STR("defaults");
    if (!str_eq(key, STR("account")))
        return now.n ? now : STR("account default");
    str name = account_name(value);
    return arena_printf(r->arena, "account %.*s", STR_ARG(name));
}

static bool read_lines(struct settings_reading *r, const struct settings_file *f, struct err *e)
{
    str section = STR("");
    for (str rest = f->text; rest.p && rest.n;) {
        str line = str_cut(&rest, '\n');
        if (line.n && line.p[line.n - 1] == '\r')
            line.n--;
        size_t at = (size_t)(line.p - f->text.p), n = 0;
        if (line.n > MSMTP_LINE_MAX)
            return settings_broken(f, at, e, "msmtp stops at a line longer than %d octets",
                                   MSMTP_LINE_MAX);
        str words = trim_blanks(line);
        if (!words.n || words.p[0] == '#')
            continue;
        while (n < words.n && !is_blank(words.p[n]))
            n++;
        unsigned how = 0;
        str key = str_take(words, n), written = trim_blanks(str_skip(words, n));
        str value = unquote(written, &how);
        section = section_of(r, key, value, section);
        size_t place = (size_t)((written.n ? written.p : key.p + key.n) - f->text.p);
        struct settings_item *item = settings_add_item(r, section, key, value,
                                                       settings_place_of(f, place, written.n), how);
        if (!item)
            return settings_broken(f, at, e, "there are more settings than Baton reads");
        check_line(r, item);
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Accounts: a copy of the defaults so far, then what its parents said for themselves, then its own lines
 */
struct account {
    str name;
    struct settings_item *set[COMMANDS];
    bool own[COMMANDS]; /* said by it or a parent, and so handed on */
};
struct accounts {
    struct account defaults;
    struct account list[SETTINGS_ACCOUNTS];
    size_t count;
};

static struct account *account_named(struct accounts *all, str name)
{
    for (size_t i = 0; i < all->count; i++)
        if (str_eq(all->list[i].name, name))
            return &all->list[i];
    return NULL;
}

static struct account *begin_account(struct accounts *all, str name)
{
    if (all->count == SETTINGS_ACCOUNTS)
        return NULL;
    struct account *a = &all->list[all->count++];
    *a = all->defaults;
    a->name = name;
    memset(a->own, 0, sizeof a->own);
    return a;
}

/* False: a parent is not there, or not yet. */
static bool inherit(struct accounts *all, struct account *a, str argument)
{
    unsigned how = 0;
    size_t colon = str_find_octet(argument, ':');
    bool found = true;
    for (str rest = colon == STR_NOT_FOUND ? STR_NONE : str_skip(argument, colon + 1); rest.p;) {
        const struct account *parent = account_named(all, unquote(str_cut(&rest, ','), &how));
        found = found && parent && parent != a;
        for (size_t i = 0; parent && i < COMMANDS; i++)
            if (parent->own[i]) {
                a->set[i] = parent->set[i];
                a->own[i] = true;
            }
    }
    return found;
}

/* r is NULL where mistakes were told before. */
static struct accounts *gather(const struct settings_reading *r, struct settings_reading *tell)
{
    struct accounts *all = arena_alloc(r->arena, sizeof *all);
    struct account *now = NULL;
    for (size_t i = 0; all && i < r->item_count; i++) {
        struct settings_item *item = &r->items[i];
        size_t row = row_of(item->key);
        if (str_eq(item->key, STR("defaults"))) {
            now = &all->defaults;
        } else if (str_eq(item->key, STR("account"))) {
            str name = account_name(item->value);
            if (tell && account_named(all, name))
                stops(tell, item, STR("an account of this name was defined before"));
            now = begin_account(all, name);
            if (now && !inherit(all, now, item->value) && tell)
                stops(tell, item, STR("an account that this one builds on is not defined above"));
        } else if (!now) {
            now = begin_account(all, STR("default"));
        }
        if (now && row < COMMANDS) {
            now->set[row] = item;
            now->own[row] = true;
        }
    }
    return all;
}

static bool is_on(const struct settings_item *item, bool otherwise)
{
    return item ? !str_eq(item->value, STR("off")) : otherwise;
}

/* ------------------------------------------------------------------------------------------------
 * What the account does
 */
static void take_security(struct settings_reading *r, const struct account *a)
{
    struct smtp_attempt *found = &r->found.attempt;
    bool tls = is_on(a->set[TLS], false), starttls = is_on(a->set[STARTTLS], true);
    found->security = !tls       ? SMTP_SECURITY_NONE
                      : starttls ? SMTP_SECURITY_STARTTLS
                                 : SMTP_SECURITY_TLS;
    settings_said(r, SETTINGS_SECURITY, tls && a->set[STARTTLS] ? a->set[STARTTLS] : a->set[TLS]);
    if (!a->set[PORT])
        found->port = found->security == SMTP_SECURITY_TLS ? 465 : 25;
    if (tls && !is_on(a->set[CERTCHECK], true)) {
        r->found.unverified = true;
        settings_said(r, SETTINGS_VERIFY, a->set[CERTCHECK]);
    }
    if (a->set[TRUST] && a->set[TRUST]->value.n && !str_eq(a->set[TRUST]->value, STR("system")))
        settings_take(r, SETTINGS_CA, a->set[TRUST]);
}

/* "printenv NAME" and "cat FILE" are what they look like; any other command is one. */
static void take_eval(struct settings_reading *r, struct settings_item *item)
{
    str command = item->value;
    str word = trim_blanks(str_skip(command, str_starts(command, STR("cat ")) ? 4 : 9));
    bool simple = word.n > 0,
         quoted = word.n > 2 && word.p[0] == '\'' && word.p[word.n - 1] == '\'';
    if (quoted)
        word = (str){ word.p + 1, word.n - 2 };
    for (size_t i = 0; i < word.n && simple; i++)
        simple = quoted ? word.p[i] != '\''
                        : is_alnum(word.p[i]) || (unsigned char)word.p[i] >= 0x80 ||
                              str_find_octet(STR("/._-+@:,~"), word.p[i]) != STR_NOT_FOUND;
    if (simple && str_starts(command, STR("printenv ")))
        settings_take_reference(r, item, SETTINGS_SECRET_ENV, word);
    else if (simple && str_starts(command, STR("cat ")))
        settings_take_reference(r, item, SETTINGS_SECRET_FILE, word);
    else
        settings_take_reference(r, item, SETTINGS_SECRET_COMMAND, command);
}

static void take_login(struct settings_reading *r, const struct account *a)
{
    struct settings_item *auth = a->set[AUTH];
    str word = auth ? auth->value : STR("off");
    if (!str_eq(word, STR("off"))) {
        bool any = !word.n || str_eq(word, STR("on"));
        r->found.attempt.mechanism = any ? STR("auto") : word;
        for (str rest = SETTINGS_MSMTP.mechanisms; rest.p && !any;) {
            str known = str_cut(&rest, ' ');
            if (str_eq_nocase(known, word))
                r->found.attempt.mechanism = known;
        }
    }
    settings_said(r, SETTINGS_LOGIN, auth);
    r->found.token = str_eq(word, STR("xoauth2")) || str_eq(word, STR("oauthbearer"));
    if (a->set[USER] && a->set[USER]->value.n)
        settings_take(r, SETTINGS_USER, a->set[USER]);
    if (a->set[PASSWORD] && a->set[PASSWORD]->value.n)
        settings_take_secret(r, a->set[PASSWORD]);
    else if (a->set[EVAL] && a->set[EVAL]->value.n)
        take_eval(r, a->set[EVAL]);
    else if (a->set[USER]) /* ~/.netrc, a keyring, or typed in */
        r->found.secret = SETTINGS_SECRET_ASKED;
}

static struct account *taken(struct settings_reading *r, struct accounts *all, struct err *e)
{
    struct account *a = account_named(all, r->account.n ? r->account : STR("default"));
    if (a)
        return a;
    if (r->account.n) {
        err_set(e, ERR_SYNTAX, "%.*s has no account '%.*s'",
                STR_ARG(str_take(settings_main_file(r)->path, 60)),
                STR_ARG(str_take(r->account, 60)));
        return NULL;
    }
    if (!all->count) {
        settings_broken(settings_main_file(r), 0, e, "there is no account of msmtp in this file");
        return NULL;
    }
    struct settings_mistake *m = settings_mistake(
        r, MISTAKE_NOT_APPLIED, settings_item_named(r, STR_NONE, STR("account")),
        STR("no account is named default: msmtp takes one of these only when it is told which, by "
            "-a or by the sender"),
        arena_printf(r->arena, "call msmtp with -a %.*s, or add the line: account default : %.*s",
                     STR_ARG(all->list[0].name), STR_ARG(all->list[0].name)));
    if (m) {
        m->sure = MISTAKE_NOTE;
        m->cause = CAUSE_NONE;
    }
    return &all->list[0];
}

static void say_commands(struct settings_reading *r)
{
    for (size_t i = 0; i < COUNT_OF(ROWS); i++)
        settings_key(r, str_from(ROWS[i].name));
}

bool msmtp_read(struct settings_reading *r, struct err *e)
{
    if (!read_lines(r, settings_main_file(r), e))
        return false;
    struct accounts *all = gather(r, r);
    if (!all)
        return err_memory(e, "reading msmtp's accounts");
    for (size_t i = 0; i < all->count; i++)
        r->accounts[r->account_count++] = all->list[i].name;
    struct account *a = taken(r, all, e);
    if (!a)
        return false;
    say_commands(r);
    r->account_taken = a->name;
    settings_take(r, SETTINGS_HOST, a->set[HOST]);
    settings_take(r, SETTINGS_PORT, a->set[PORT]);
    take_security(r, a);
    take_login(r, a);
    if (a->set[FROM] && a->set[FROM]->value.n)
        settings_take(r, SETTINGS_FROM, a->set[FROM]);
    settings_take(r, SETTINGS_HELO, a->set[DOMAIN]);
    settings_take(r, SETTINGS_SOURCE, a->set[SOURCE]);
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Changes
 */
struct changing {
    const struct settings_reading *r;
    struct settings_changes *out;
    const struct account *account;
};

/* Where the command was said; else where the host was, since the account that others build on has it. */
static void set(const struct changing *c, enum command command, str written)
{
    const struct settings_item *item = c->account->set[command];
    const struct settings_item *near = item ? item : c->account->set[HOST];
    str section = near ? near->section
                       : arena_printf(c->r->arena, "account %.*s", STR_ARG(c->account->name));
    str name = str_from(ROWS[command].name);
    AUTO(buf_wipe_done) struct buf line;
    buf_init(&line, (size_t)MSMTP_LINE_MAX + 64);
    buf_addf(&line, "%.*s ", STR_ARG(name));
    buf_add(&line, written);
    buf_addc(&line, '\n');
    settings_set(c->r, c->out, settings_main_file(c->r), section, name, written,
                 arena_dup(c->r->arena, buf_str(&line)));
}

static bool set_text(const struct changing *c, enum command command, str value, struct err *e)
{
    AUTO(buf_wipe_done) struct buf written;
    buf_init(&written, SETTINGS_SECRET_MAX);
    if (!msmtp_value(str_from(ROWS[command].name), value, &written, e))
        return false;
    set(c, command, buf_str(&written));
    return true;
}

static void unset(const struct changing *c, enum command command)
{
    const struct settings_item *item = c->account->set[command];
    if (item)
        settings_unset(c->r, c->out, item->section, item->key);
}

static bool change_secret(const struct changing *c, const struct settings *wanted, struct err *e)
{
    str command;
    AUTO(buf_wipe_done) struct buf written;
    buf_init(&written, (size_t)SETTINGS_SECRET_MAX * 5);
    if (!msmtp_secret(wanted, &command, &written, e))
        return false;
    bool literal = str_eq(command, STR("password"));
    if (!command.n)
        return true;
    set(c, literal ? PASSWORD : EVAL, buf_str(&written));
    unset(c, literal ? EVAL : PASSWORD);
    return true;
}

static void change_security(const struct changing *c, const struct settings *wanted)
{
    enum smtp_security security = wanted->attempt.security;
    set(c, TLS, security == SMTP_SECURITY_NONE ? STR("off") : STR("on"));
    if (security != SMTP_SECURITY_NONE)
        set(c, STARTTLS, security == SMTP_SECURITY_STARTTLS ? STR("on") : STR("off"));
}

static bool change_sender(const struct changing *c, const struct settings *wanted, struct err *e)
{
    const struct settings_reading *r = c->r;
    const struct smtp_attempt *a = &wanted->attempt;
    if (settings_differs(r, wanted, SETTINGS_FROM) && a->from.n) {
        if (!settings_carries("msmtp", a->from, "%?*[", "a sender with one of %?*[", e) ||
            !set_text(c, FROM, a->from, e))
            return false;
    }
    if (settings_differs(r, wanted, SETTINGS_HELO) && !a->helo.n)
        unset(c, DOMAIN);
    return !settings_differs(r, wanted, SETTINGS_HELO) || !a->helo.n ||
           set_text(c, DOMAIN, a->helo, e);
}

static bool change_login(const struct changing *c, const struct settings *wanted, struct err *e)
{
    const struct settings_reading *r = c->r;
    char auth[64];
    struct buf word;
    buf_init(&word, sizeof auth);
    msmtp_auth(&wanted->attempt, &word);
    /* in the clear "on" means less than under TLS: msmtp_auth() */
    if (settings_differs(r, wanted, SETTINGS_LOGIN) ||
        (c->account->set[AUTH] && settings_is(&wanted->attempt, "auto")))
        set(c, AUTH, buf_str(&word));
    buf_done(&word);
    if (settings_differs(r, wanted, SETTINGS_USER) && wanted->attempt.user.n &&
        !set_text(c, USER, wanted->attempt.user, e))
        return false;
    return !settings_differs(r, wanted, SETTINGS_SECRET) || change_secret(c, wanted, e);
}

bool msmtp_change(const struct settings_reading *r, const struct settings *wanted,
                  struct settings_changes *out, struct err *e)
{
    struct accounts *all = gather(r, NULL);
    const struct smtp_attempt *a = &wanted->attempt;
    char port[8];
    if (!all)
        return err_memory(e, "changing msmtp's accounts");
    struct changing c = { r, out, account_named(all, r->account_taken) };
    if (!c.account)
        return err_set(e, ERR_SYNTAX, "there is no account to change");
    if (settings_differs(r, wanted, SETTINGS_HOST) && !set_text(&c, HOST, settings_host(a), e))
        return false;
    struct buf number;
    buf_init(&number, sizeof port);
    buf_addf(&number, "%u", a->port);
    if (settings_differs(r, wanted, SETTINGS_PORT) ||
        (settings_differs(r, wanted, SETTINGS_SECURITY) && !c.account->set[PORT]))
        set(&c, PORT, buf_str(&number));
    buf_done(&number);
    if (settings_differs(r, wanted, SETTINGS_SECURITY))
        change_security(&c, wanted);
    if (settings_differs(r, wanted, SETTINGS_VERIFY))
        set(&c, CERTCHECK, wanted->unverified ? STR("off") : STR("on"));
    if (settings_differs(r, wanted, SETTINGS_CA) && wanted->ca_file.n &&
        !set_text(&c, TRUST, wanted->ca_file, e))
        return false;
    return change_login(&c, wanted, e) && change_sender(&c, wanted, e);
}
