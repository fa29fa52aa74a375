/* SPDX-License-Identifier: ISC */
/*
 * settings/thunderbird_prefs.c - Thunderbird: prefs.js read and changed, and lines for user.js
 * Speaks  mail.smtpserver.KEY.hostname, port, try_ssl (0 none, 1 if offered, 2 STARTTLS, 3 at once), authMethod
 *         (1 none, 3 password, 4 encrypted password, 5 Kerberos, 6 NTLM, 7 certificate, 10 OAuth2), username;
 *         mail.identity.KEY.smtpServer and useremail; mail.smtp.defaultserver. The password is not in the file.
 */
#include "settings/thunderbird_prefs.h"
#include "base/err.h"
#include "settings/rows.h"
#include "settings/syntax_prefs.h"
#include "settings/writers.h"

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
unsigned thunderbird_looks(str path, str text)
{
    bool prefs = str_find(text, STR("user_pref(\"")) != STR_NOT_FOUND;
    bool mail = str_find(text, STR("\"mail.smtp")) != STR_NOT_FOUND ||
                str_find(text, STR("\"mail.identity")) != STR_NOT_FOUND;
    bool name = str_ends_nocase(path, STR("prefs.js")) || str_ends_nocase(path, STR("user.js"));
    return prefs && mail ? 100 : prefs && name ? 40 : 0;
}

/* mail.smtpserver.smtp1.hostname, or the default of all servers. */
static struct settings_item *server(struct settings_reading *r, str key, const char *name)
{
    str own = arena_printf(r->arena, "mail.smtpserver.%.*s.%s", STR_ARG(str_take(key, 64)), name);
    str all = arena_printf(r->arena, "mail.smtpserver.default.%s", name);
    struct settings_item *item = own.n ? settings_item_named(r, STR(""), own) : NULL;
    return item || !all.n ? item : settings_item_named(r, STR(""), all);
}

static struct settings_item *pref(struct settings_reading *r, const char *before, str key,
                                  const char *after)
{
    str name = arena_printf(r->arena, "%s%.*s%s", before, STR_ARG(str_take(key, 64)), after);
    return name.n ? settings_item_named(r, STR(""), name) : NULL;
}

static str value_of(const struct settings_item *item)
{
    return item ? item->value : STR("");
}

/* The part between before and after, where key is made of the three. */
static bool between(str key, const char *before, const char *after, str *inner)
{
    str b = str_from(before), a = str_from(after);
    if (!str_starts(key, b) || key.n <= b.n + a.n || !str_eq(str_skip(key, key.n - a.n), a))
        return false;
    *inner = str_take(str_skip(key, b.n), key.n - b.n - a.n);
    return str_find_octet(*inner, '.') == STR_NOT_FOUND;
}

/* The first identity of the default account. */
static str default_identity(struct settings_reading *r)
{
    str account = value_of(
        settings_item_named(r, STR(""), STR("mail.accountmanager.defaultaccount")));
    str list = value_of(pref(r, "mail.account.", account, ".identities"));
    return str_trim(str_cut(&list, ','));
}

static str default_server(struct settings_reading *r)
{
    str named = value_of(settings_item_named(r, STR(""), STR("mail.smtp.defaultserver")));
    str list = value_of(settings_item_named(r, STR(""), STR("mail.smtpservers")));
    return named.n ? named : str_trim(str_cut(&list, ','));
}

/* The server that an identity sends by. */
static str server_of(struct settings_reading *r, str identity)
{
    str own = value_of(pref(r, "mail.identity.", identity, ".smtpServer"));
    return own.n ? own : default_server(r);
}

/* Each server is an account, by its key. The one asked for may be named by the address that sends by it, too. */
static void list_accounts(struct settings_reading *r, str *asked, str *identity)
{
    for (size_t i = 0; i < r->item_count; i++) {
        str key = r->items[i].key, name;
        if (between(key, "mail.smtpserver.", ".hostname", &name) &&
            r->account_count < SETTINGS_ACCOUNTS) {
            r->accounts[r->account_count++] = name;
            if (r->account.n && str_eq_nocase(r->account, name))
                *asked = name;
        }
        if (r->account.n && between(key, "mail.identity.", ".useremail", &name) &&
            str_eq_nocase(r->account, r->items[i].value)) {
            *identity = name;
            *asked = server_of(r, name);
        }
    }
}

/* An identity that sends by this server: the default one before others. */
static str identity_of(struct settings_reading *r, str taken)
{
    str usual = default_identity(r), name;
    if (usual.n && str_eq(server_of(r, usual), taken))
        return usual;
    size_t looked = 0;
    for (size_t i = 0; i < r->item_count && looked < SETTINGS_ACCOUNTS; i++) {
        if (!between(r->items[i].key, "mail.identity.", ".useremail", &name))
            continue;
        looked++;
        if (str_eq(server_of(r, name), taken))
            return name;
    }
    return STR("");
}

static const struct method {
    const char *number, *mechanism;
} METHODS[] = { { "1", "" },       { "2", "auto" },    { "3", "PLAIN" },    { "4", "CRAM-MD5" },
                { "5", "GSSAPI" }, { "6", "NTLM" },    { "7", "EXTERNAL" }, { "8", "auto" },
                { "9", "auto" },   { "10", "XOAUTH2" } };

static void read_login(struct settings_reading *r, str key)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *method = server(r, key, "authMethod"), *user = server(r, key, "username");
    str mechanism = STR("PLAIN");
    for (size_t i = 0; method && i < COUNT_OF(METHODS); i++)
        if (str_eq(method->value, str_from(METHODS[i].number)))
            mechanism = str_from(METHODS[i].mechanism);
    settings_said(r, SETTINGS_LOGIN, method);
    if (user && user->value.n)
        settings_take(r, SETTINGS_USER, user);
    bool logs_in = mechanism.n && (a->user.n || str_eq(mechanism, STR("EXTERNAL")));
    a->mechanism = logs_in ? mechanism : STR_NONE;
    r->found.token = logs_in && str_eq(mechanism, STR("XOAUTH2"));
    if (logs_in && !str_eq(mechanism, STR("EXTERNAL")))
        r->found.secret = SETTINGS_SECRET_ASKED;
    if (method && str_eq(method->value, STR("1")) && a->user.n)
        settings_mistake(
            r, MISTAKE_LOGIN_OFF, method,
            STR("there is a user name, and the authentication method is none"),
            STR("Account Settings > Outgoing Server (SMTP) > Edit > Authentication method: "
                "Normal password"));
}

static void read_server(struct settings_reading *r, str key)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *ssl = server(r, key, "try_ssl"), *port = server(r, key, "port");
    str kind = value_of(ssl);
    settings_take(r, SETTINGS_HOST, server(r, key, "hostname"));
    settings_said(r, SETTINGS_SECURITY, ssl);
    a->security = str_eq(kind, STR("3"))   ? SMTP_SECURITY_TLS
                  : str_eq(kind, STR("2")) ? SMTP_SECURITY_STARTTLS
                  : str_eq(kind, STR("1")) ? SMTP_SECURITY_STARTTLS
                                           : SMTP_SECURITY_NONE;
    if (str_eq(kind, STR("1")))
        settings_mistake(
            r, MISTAKE_TLS_OPTIONAL, ssl, STR("STARTTLS is used only if the server offers it"),
            STR("Account Settings > Outgoing Server (SMTP) > Edit > Connection security: "
                "STARTTLS"));
    if (port && !str_eq(port->value, STR("0")) && !str_eq(port->value, STR("-1")))
        settings_take(r, SETTINGS_PORT, port);
    else
        a->port = a->security == SMTP_SECURITY_TLS ? 465 : 587;
    struct settings_item *helo = server(r, key, "hello_argument");
    if (helo && helo->value.n)
        settings_take(r, SETTINGS_HELO, helo);
}

bool thunderbird_read(struct settings_reading *r, struct err *e)
{
    str asked = STR_NONE, identity = STR_NONE;
    syntax_prefs_read(r, settings_main_file(r));
    list_accounts(r, &asked, &identity);
    if (r->account.n && !asked.n)
        return err_set(e, ERR_SYNTAX, "no server and no sender of this file is called %.*s",
                       STR_ARG(str_take(r->account, 80)));
    str usual = default_identity(r);
    str key = asked.n ? asked : usual.n ? server_of(r, usual) : default_server(r);
    if (!key.n && r->account_count)
        key = r->accounts[0];
    if (!key.n || !server(r, key, "hostname"))
        return settings_broken(settings_main_file(r), 0, e,
                               "no outgoing server is set here (mail.smtpserver.*.hostname)");
    r->account_taken = key;
    identity = identity.n ? identity : identity_of(r, key);
    read_server(r, key);
    read_login(r, key);
    settings_take(r, SETTINGS_FROM, pref(r, "mail.identity.", identity, ".useremail"));
    (void)!server(r, key, "description");
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static const char *number_of(const struct smtp_attempt *a)
{
    if (!smtp_attempt_logs_in(a))
        return "1";
    for (size_t i = 1; i < COUNT_OF(METHODS); i++)
        if (str_eq_nocase(a->mechanism, str_from(METHODS[i].mechanism)) && i != 1)
            return i == 7 || i == 8 ? "3" : METHODS[i].number;
    return "3";
}

static const char *ssl_of(const struct smtp_attempt *a)
{
    return a->security == SMTP_SECURITY_TLS        ? "3"
           : a->security == SMTP_SECURITY_STARTTLS ? "2"
                                                   : "0";
}

static void text_line(struct buf *out, const char *key, str value)
{
    buf_addf(out, "user_pref(\"%s\", ", key);
    syntax_prefs_quote(out, value);
    buf_add(out, STR(");\n"));
}

static bool write(const struct settings *s, struct buf *out, struct err *e UNUSED)
{
    const struct smtp_attempt *a = &s->attempt;
    buf_add(out, STR("// user.js, in the folder of the profile; Thunderbird asks for the password\n"
                     "// write the names of your other servers into mail.smtpservers too\n"));
    text_line(out, "mail.smtpservers", STR("baton"));
    text_line(out, "mail.smtp.defaultserver", STR("baton"));
    text_line(out, "mail.smtpserver.baton.hostname", settings_host(a));
    buf_addf(out, "user_pref(\"mail.smtpserver.baton.port\", %u);\n", a->port);
    buf_addf(out, "user_pref(\"mail.smtpserver.baton.try_ssl\", %s);\n", ssl_of(a));
    buf_addf(out, "user_pref(\"mail.smtpserver.baton.authMethod\", %s);\n", number_of(a));
    if (smtp_attempt_logs_in(a))
        text_line(out, "mail.smtpserver.baton.username", a->user);
    if (a->helo.n)
        text_line(out, "mail.smtpserver.baton.hello_argument", a->helo);
    if (settings_from(a).n) {
        buf_add(out, STR("// Account Settings > (your account) > Email Address: "));
        buf_add(out, settings_from(a));
        buf_addc(out, '\n');
    }
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Changing
 */
static void set(const struct settings_reading *r, struct settings_changes *out, const char *name,
                str written)
{
    str key = arena_printf(r->arena, "mail.smtpserver.%.*s.%s",
                           STR_ARG(str_take(r->account_taken, 64)), name);
    str line = arena_printf(r->arena, "user_pref(\"%.*s\", %.*s);\n", STR_ARG(key),
                            STR_ARG(written));
    settings_set(r, out, settings_main_file(r), STR(""), key, written, line);
}

static void set_text(const struct settings_reading *r, struct settings_changes *out,
                     const char *name, str value)
{
    AUTO(buf_done) struct buf text;
    buf_init(&text, 2048);
    syntax_prefs_quote(&text, value);
    set(r, out, name, buf_str(&text));
}

bool thunderbird_change(const struct settings_reading *r, const struct settings *wanted,
                        struct settings_changes *out, struct err *e)
{
    const struct smtp_attempt *a = &wanted->attempt;
    bool secret = wanted->secret & ~(unsigned)SETTINGS_SECRET_ASKED;
    if (smtp_attempt_logs_in(a) && secret && settings_differs(r, wanted, SETTINGS_SECRET))
        return err_set(e, ERR_SYNTAX,
                       "Thunderbird keeps passwords elsewhere, and asks for a new one");
    if (settings_differs(r, wanted, SETTINGS_HOST))
        set_text(r, out, "hostname", settings_host(a));
    if (settings_differs(r, wanted, SETTINGS_PORT) ||
        (settings_differs(r, wanted, SETTINGS_SECURITY) && !r->said[SETTINGS_PORT]))
        set(r, out, "port", arena_printf(r->arena, "%u", a->port));
    if (settings_differs(r, wanted, SETTINGS_SECURITY))
        set(r, out, "try_ssl", str_from(ssl_of(a)));
    if (settings_differs(r, wanted, SETTINGS_LOGIN))
        set(r, out, "authMethod", str_from(number_of(a)));
    if (settings_differs(r, wanted, SETTINGS_USER))
        set_text(r, out, "username", a->user);
    if (settings_differs(r, wanted, SETTINGS_HELO))
        set_text(r, out, "hello_argument", a->helo);
    const struct settings_item *from = r->said[SETTINGS_FROM];
    if (settings_differs(r, wanted, SETTINGS_FROM) && from) {
        AUTO(buf_done) struct buf text;
        buf_init(&text, 2048);
        syntax_prefs_quote(&text, a->from);
        settings_set_item(out, from, buf_str(&text));
    }
    return true;
}

/* The windows' row reads prefs.js: this one only writes for it, but can be told to read. */
static unsigned looks(str path UNUSED, str text UNUSED)
{
    return 0;
}

const struct settings_program SETTINGS_THUNDERBIRD_PREFS = {
    .name = STR_INIT("thunderbird-prefs"),
    .title = STR_INIT("Thunderbird's user.js"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5 NTLM GSSAPI EXTERNAL XOAUTH2"),
    .file = STR_INIT("user.js"),
    .secrets = SETTINGS_SECRET_ASKED,
    .comment = STR_INIT("// "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = thunderbird_read,
    .change = thunderbird_change,
};
