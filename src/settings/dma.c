/* SPDX-License-Identifier: ISC */
/*
 * settings/dma.c - dma, the DragonFly Mail Agent, as Debian packs it: dma.conf and the logins in auth.conf
 */
#include "settings/change.h"
#include "settings/parts.h"
#include "settings/reader.h"
#include "settings/writers.h"

#define AUTH_FILE "/etc/dma/auth.conf"
enum { LINE_MAX_OF_DMA = 2046 };

/* ------------------------------------------------------------------------------------------------
 * Writing. dma.conf holds hosts and addresses; a line of auth.conf is USER|HOST:PASSWORD, to its very end.
 */
static bool carries(const struct settings *s, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    bool in = smtp_attempt_logs_in(a);
    if (a->from_null)
        return err_set(e, ERR_SYNTAX, "dma cannot be told an empty reverse-path");
    if (a->source.family != IP_NONE)
        return err_set(e, ERR_SYNTAX, "dma cannot be told a source address");
    if (in && settings_host_is_ipv6(a))
        return err_set(e, ERR_SYNTAX,
                       "dma cannot be told a login for an IPv6 address: a colon ends the server's "
                       "name in auth.conf; give it the name");
    if (!settings_carries("dma", a->from, "# \t", "a sender with a # or a blank", e) ||
        (in && !settings_carries("dma", a->user, "|", "a user name with a |", e)))
        return false;
    if (in && a->user.p[0] == '#')
        return err_set(e, ERR_SYNTAX, "dma cannot be told a user name that begins with #");
    if (s->secret == SETTINGS_SECRET_LITERAL &&
        str_find_octet(s->secret_text, '\n') != STR_NOT_FOUND)
        return err_set(e, ERR_SYNTAX,
                       "dma cannot be told a password with a line break: a login is one line of "
                       "auth.conf");
    if (a->user.n + a->host.n + s->secret_text.n + 2 > LINE_MAX_OF_DMA)
        return err_set(e, ERR_LIMIT, "dma cannot be told so long a password");
    return true;
}

static void add_login(const struct settings *s, struct buf *out)
{
    const struct smtp_attempt *a = &s->attempt;
    buf_addf(out, "%.*s|%.*s:", STR_ARG(a->user), STR_ARG(settings_host(a)));
    buf_add(out, s->secret == SETTINGS_SECRET_LITERAL ? s->secret_text : STR("PASSWORD"));
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    if (!carries(s, e))
        return false;
    buf_addf(out, "# /etc/dma/dma.conf\nSMARTHOST %.*s\nPORT %u\n", STR_ARG(settings_host(a)),
             a->port);
    if (a->security != SMTP_SECURITY_NONE)
        buf_add(out, STR("# dma encrypts, and looks at no certificate (FINGERPRINT pins one)\n"
                         "SECURETRANSFER\n"));
    if (a->security == SMTP_SECURITY_STARTTLS)
        buf_add(out, STR("STARTTLS\n"));
    if (a->security == SMTP_SECURITY_NONE && smtp_attempt_logs_in(a))
        buf_add(out, STR("INSECURE\n"));
    if (smtp_attempt_logs_in(a))
        buf_add(out, STR("AUTHPATH " AUTH_FILE "\n"));
    if (a->from.n)
        buf_addf(out, "MASQUERADE %.*s\n", STR_ARG(a->from));
    if (a->helo.n)
        buf_addf(out, "MAILNAME %.*s\n", STR_ARG(a->helo));
    if (!smtp_attempt_logs_in(a))
        return true;
    buf_addf(out, "\n# " AUTH_FILE ": %schgrp mail, chmod 640\n",
             s->secret == SETTINGS_SECRET_LITERAL ? ""
                                                  : "write the password in place of PASSWORD; ");
    add_login(s, out);
    buf_addc(out, '\n');
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static const struct word_row {
    const char *name;
    bool valued;
} WORDS[] = {
    { "SMARTHOST", true },       { "PORT", true },
    { "ALIASES", true },         { "SPOOLDIR", true },
    { "AUTHPATH", true },        { "CERTFILE", true },
    { "MAILNAME", true },        { "MASQUERADE", true },
    { "FINGERPRINT", true },     { "STARTTLS", false },
    { "SECURETRANSFER", false }, { "OPPORTUNISTIC_TLS", false },
    { "INSECURE", false },       { "DEFER", false },
    { "FULLBOUNCE", false },     { "NULLCLIENT", false },
};

static const struct word_row *row_of(str word)
{
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_eq(word, str_from(WORDS[i].name)))
            return &WORDS[i];
    return NULL;
}

static bool is_conf(str line)
{
    return row_of(str_cut(&line, ' ')) != NULL;
}

static void stops(struct settings_reading *r, const struct settings_item *item, str said,
                  str remedy)
{
    struct settings_mistake *m = settings_mistake(r, MISTAKE_LINE_BROKEN, item, said, remedy);
    if (m)
        m->sure = MISTAKE_WRONG;
}

static void check_line(struct settings_reading *r, struct settings_item *item)
{
    const struct word_row *row = row_of(item->key);
    item->known = row != NULL;
    if (!row)
        stops(r, item, STR("dma has no such word, and stops at this line"),
              STR("words of dma.conf are in capitals, with one blank before the value; put a # in "
                  "front of the line if you do not need it"));
    else if (row->valued != (item->value.n > 0))
        stops(r, item,
              row->valued ? STR("this word of dma.conf needs a value: dma stops at this line")
                          : STR("this word of dma.conf takes no value, not even yes: dma stops at "
                                "this line"),
              row->valued ? STR("write the value behind it") : STR("write the word alone"));
    else if (item->value.n && !str_eq(item->key, STR("PORT")) &&
             str_trim(item->value).n != item->value.n)
        stops(
            r, item,
            STR("a blank in front of the value or behind it, and be it before a comment, is a part "
                "of the value to dma"),
            STR("write one blank between word and value, and nothing behind it"));
}

static bool read_conf(struct settings_reading *r, struct err *e)
{
    struct settings_part part = settings_main_part(r, is_conf);
    for (str rest = settings_part_text(&part); rest.n;) {
        str line = str_cut(&rest, '\n'), value = line;
        size_t comment = str_find_octet(line, '#'), n = 0;
        value.n = comment == STR_NOT_FOUND ? line.n : comment;
        while (n < value.n && value.p[n] != ' ' && value.p[n] != '\t')
            n++;
        str key = str_take(value, n);
        value = str_skip(value, n + 1);
        if (!key.n)
            continue;
        size_t at = (size_t)((value.n ? value.p : key.p + key.n) - part.file->text.p);
        struct settings_item *item = settings_add_item(
            r, STR(""), key, value.n ? value : STR(""), settings_place_of(part.file, at, value.n),
            comment != STR_NOT_FOUND && value.n && !str_ends_nocase(value, STR(" "))
                ? SETTINGS_ITEM_CUT
                : 0);
        if (!item)
            return settings_broken(part.file, 0, e, "there are more settings than Baton reads");
        check_line(r, item);
    }
    return true;
}

static struct settings_item *item(struct settings_reading *r, const char *name)
{
    return settings_item_named(r, STR(""), str_from(name));
}

/* USER|HOST:PASSWORD. The host ends at a colon or a blank; the last line of a host is the one that is taken. */
static bool read_logins(struct settings_reading *r, const struct settings_part *part, struct err *e)
{
    for (str rest = settings_part_text(part); rest.n;) {
        str line = str_cut(&rest, '\n'), user = line;
        size_t bar = str_find_octet(line, '|'), n = 0;
        if (!line.n || line.p[0] == '#')
            continue;
        user.n = bar == STR_NOT_FOUND ? 0 : bar;
        str host = str_skip(line, user.n + 1);
        while (n < host.n && host.p[n] != ':' && host.p[n] != ' ' && host.p[n] != '\t')
            n++;
        str password = str_skip(host, n + 1);
        bool good = bar != STR_NOT_FOUND && n < host.n;
        str section = arena_printf(r->arena, "login %.*s", STR_ARG(str_take(host, n)));
        size_t at = (size_t)(line.p - part->file->text.p);
        struct settings_item *who = settings_add_item(
            r, section, STR("user"), user,
            settings_place_of(part->file, at, good ? user.n : line.n), 0);
        struct settings_item *secret =
            good ? settings_add_item(
                       r, section, STR("password"), password.n ? password : STR(""),
                       settings_place_of(part->file, at + line.n - password.n, password.n), 0)
                 : NULL;
        if (!who || (good && !secret))
            return settings_broken(part->file, at, e, "there are more settings than Baton reads");
        who->known = true;
        if (secret)
            secret->known = true;
        else
            stops(r, who, STR("a line of auth.conf is USER|HOST:PASSWORD; dma stops at this one"),
                  STR("write the server as it stands behind SMARTHOST, between | and :"));
    }
    return true;
}

static void take_security(struct settings_reading *r)
{
    struct settings_item *secure = item(r, "SECURETRANSFER"), *starttls = item(r, "STARTTLS");
    struct settings_item *opportunistic = item(r, "OPPORTUNISTIC_TLS");
    r->found.attempt.security = !secure    ? SMTP_SECURITY_NONE
                                : starttls ? SMTP_SECURITY_STARTTLS
                                           : SMTP_SECURITY_TLS;
    settings_said(r, SETTINGS_SECURITY, secure && starttls ? starttls : secure);
    if (starttls && !secure)
        settings_mistake(
            r, MISTAKE_NOT_APPLIED, starttls,
            STR("STARTTLS alone encrypts nothing: dma does so only where SECURETRANSFER "
                "is there as well"),
            STR("add the line SECURETRANSFER"));
    if (opportunistic && secure && starttls)
        settings_mistake(
            r, MISTAKE_TLS_OPTIONAL, opportunistic,
            STR("with OPPORTUNISTIC_TLS dma goes on unencrypted where the server offers "
                "no TLS"),
            STR("remove OPPORTUNISTIC_TLS"));
    r->found.unverified = secure && !item(r, "FINGERPRINT");
    settings_said(r, SETTINGS_VERIFY, r->found.unverified ? secure : NULL);
}

static void no_login_for(struct settings_reading *r)
{
    for (size_t i = 0; i < r->item_count; i++)
        if (str_starts(r->items[i].section, STR("login ")) && str_eq(r->items[i].key, STR("user")))
            settings_mistake(
                r, MISTAKE_LOGIN_KEY, &r->items[i],
                STR("no line of auth.conf is for the server that SMARTHOST names, letter "
                    "by letter, and so dma does not log in"),
                STR("write the server of auth.conf as it stands behind SMARTHOST, without "
                    "a port"));
}

static void take_login(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    str section = arena_printf(r->arena, "login %.*s", STR_ARG(a->host));
    struct settings_item *user = settings_item_named(r, section, STR("user"));
    struct settings_item *password = settings_item_named(r, section, STR("password"));
    if (!user || !password) {
        no_login_for(r);
        return;
    }
    settings_take(r, SETTINGS_USER, user);
    settings_take_secret(r, password);
    if (a->security != SMTP_SECURITY_NONE || item(r, "INSECURE")) {
        a->mechanism = STR("auto");
        settings_said(r, SETTINGS_LOGIN, user);
    } else {
        settings_mistake(r, MISTAKE_LOGIN_OFF, user, STR("dma does not log in without encryption"),
                         STR("add SECURETRANSFER, and STARTTLS for port 587; or INSECURE where the "
                             "password may go in the clear"));
    }
}

static bool read(struct settings_reading *r, struct err *e)
{
    struct smtp_attempt *a = &r->found.attempt;
    if (!read_conf(r, e))
        return false;
    struct settings_item *path = item(r, "AUTHPATH"), *from = item(r, "MASQUERADE");
    struct settings_item *name = item(r, "MAILNAME");
    struct settings_part logins = path && path->value.n ? settings_part_named(r, path->value)
                                                        : (struct settings_part){ NULL, 0, 0 };
    if (logins.file && !read_logins(r, &logins, e))
        return false;
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        settings_key(r, str_from(WORDS[i].name));
    settings_take(r, SETTINGS_HOST, item(r, "SMARTHOST"));
    settings_take(r, SETTINGS_PORT, item(r, "PORT"));
    a->port = a->port ? a->port : 25;
    take_security(r);
    take_login(r);
    if (path && path->value.n && !logins.file && !r->wishes)
        settings_mistake(
            r, MISTAKE_REFERENCE_LOST, path,
            STR("the file that AUTHPATH names is not there, or not for you to read"),
            STR("make it, with a line USER|HOST:PASSWORD, for root and the group mail"));
    if (from && str_find_octet(from->value, '@') != STR_NOT_FOUND)
        settings_take(r, SETTINGS_FROM, from);
    if (name && !str_starts(name->value, STR("/")))
        settings_take(r, SETTINGS_HELO, name);
    return true;
}

static unsigned looks(str path, str text)
{
    unsigned points = str_ends_nocase(path, STR("dma.conf")) ? 60 : 0;
    size_t lines = 0;
    for (str rest = text; rest.p && lines < 1000; lines++) {
        str line = str_cut(&rest, '\n');
        str word = str_cut(&line, ' ');
        if (str_eq(word, STR("SMARTHOST")) || str_eq(word, STR("SECURETRANSFER")) ||
            str_eq(word, STR("AUTHPATH")) || str_eq(word, STR("MASQUERADE")))
            points += 45;
    }
    return points > 95 ? 95 : points;
}

/* ------------------------------------------------------------------------------------------------
 * Changes
 */
static const struct settings_item *last(const struct settings_reading *r, str section,
                                        const char *key)
{
    for (size_t i = r->item_count; i > 0; i--)
        if (str_eq(r->items[i - 1].key, str_from(key)) && str_eq(r->items[i - 1].section, section))
            return &r->items[i - 1];
    return NULL;
}

static void set(const struct settings_reading *r, struct settings_changes *out, const char *word,
                str value)
{
    settings_set(r, out, settings_main_file(r), STR(""), str_from(word), value,
                 arena_printf(out->arena, "%s%s%.*s\n", word, value.n ? " " : "", STR_ARG(value)));
}

static void flag(const struct settings_reading *r, struct settings_changes *out, const char *word,
                 bool wanted)
{
    if (!wanted)
        settings_unset(r, out, STR(""), str_from(word));
    else if (!last(r, STR(""), word))
        set(r, out, word, STR(""));
}

static bool change_login(const struct settings_reading *r, const struct settings *wanted,
                         struct settings_changes *out, struct err *e)
{
    const struct settings_file *f = settings_main_file(r);
    const struct settings_item *path = last(r, STR(""), "AUTHPATH"), *any = NULL;
    str section = arena_printf(out->arena, "login %.*s", STR_ARG(r->found.attempt.host));
    struct settings s = *wanted;
    AUTO(buf_wipe_done) struct buf line;
    buf_init(&line, SETTINGS_TEXT_MAX);
    settings_unset(r, out, section, STR("user"));
    if (!smtp_attempt_logs_in(&wanted->attempt))
        return true;
    if (s.secret != SETTINGS_SECRET_LITERAL) {
        s.secret = r->found.secret;
        s.secret_text = r->found.secret_text;
    }
    add_login(&s, &line);
    buf_addc(&line, '\n');
    for (size_t i = 0; i < r->item_count; i++)
        if (str_starts(r->items[i].section, STR("login ")))
            any = &r->items[i];
    for (size_t i = 0; i < r->file_count && !any; i++)
        if (path && r->files[i].answer == SETTINGS_GIVEN && str_eq(r->files[i].path, path->value))
            f = &r->files[i];
    if (!any && f == settings_main_file(r))
        return err_set(e, ERR_SYNTAX,
                       "dma keeps its logins in a file of its own, which is not there: make "
                       "AUTHPATH's file first");
    settings_set(r, out, any ? any->place.file : f, STR("login"), STR("none"), STR(""),
                 arena_dup(out->arena, buf_str(&line)));
    return true;
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    const struct smtp_attempt *a = &wanted->attempt;
    bool tls = a->security != SMTP_SECURITY_NONE, in = smtp_attempt_logs_in(a);
    if (!carries(wanted, e))
        return false;
    if (settings_differs(r, wanted, SETTINGS_HOST))
        set(r, out, "SMARTHOST", settings_host(a));
    if (settings_differs(r, wanted, SETTINGS_PORT))
        set(r, out, "PORT", arena_printf(out->arena, "%u", a->port));
    if (settings_differs(r, wanted, SETTINGS_SECURITY)) {
        flag(r, out, "SECURETRANSFER", tls);
        flag(r, out, "STARTTLS", a->security == SMTP_SECURITY_STARTTLS);
    }
    if (in && !tls)
        flag(r, out, "INSECURE", true);
    if (settings_differs(r, wanted, SETTINGS_FROM) && a->from.n)
        set(r, out, "MASQUERADE", a->from);
    if (settings_differs(r, wanted, SETTINGS_HELO) && a->helo.n)
        set(r, out, "MAILNAME", a->helo);
    bool login = settings_differs(r, wanted, SETTINGS_USER) ||
                 in != smtp_attempt_logs_in(&r->found.attempt) ||
                 settings_differs(r, wanted, SETTINGS_SECRET) ||
                 (in && settings_differs(r, wanted, SETTINGS_HOST));
    return !login || change_login(r, wanted, out, e);
}

const struct settings_program SETTINGS_DMA = {
    .name = STR_INIT("dma"),
    .title = STR_INIT("dma"),
    .mechanisms = STR_INIT("LOGIN CRAM-MD5"),
    .file = STR_INIT("/etc/dma/dma.conf"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL,
    .ran = STR_INIT("0.13"),
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = change,
};
