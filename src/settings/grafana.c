/* SPDX-License-Identifier: ISC */
/*
 * settings/grafana.c - Grafana: section [smtp] of its ini file
 * Speaks  grafana.ini or custom.ini over Grafana's defaults; GF_SMTP_... variables, which win over the file;
 *         ${NAME} and $__env{NAME}, $__file{PATH}. Its mail library (gomail) begins TLS at once on port 465 and
 *         nowhere else.
 */
#include "settings/change.h"
#include "settings/syntax_ini.h"
#include "settings/writers.h"

#define TITLE   "Grafana"
#define SECTION STR("smtp")

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
static unsigned looks(str path, str text)
{
    static const str OWN[] = { STR_INIT("startTLS_policy"),  STR_INIT("ehlo_identity"),
                               STR_INIT("[auth.anonymous]"), STR_INIT("[paths]"),
                               STR_INIT("skip_verify"),      STR_INIT("from_address"),
                               STR_INIT("[users]") };
    unsigned points = str_ends_nocase(path, STR("grafana.ini")) ? 50 : 0;
    bool smtp = str_find(text, STR("[smtp]")) != STR_NOT_FOUND;
    points += smtp ? 25 : 0;
    for (size_t i = 0; i < COUNT_OF(OWN); i++)
        if (str_find(text, OWN[i]) != STR_NOT_FOUND)
            points += smtp ? 15 : 5;
    return points > 95 ? 95 : points;
}

/* A reference in a value: $__file{path}, $__env{name}, or ${name}. */
struct reference {
    size_t at, n;
    str kind; /* "", "__env", "__file" */
    str name;
};

/* The first in s. One pass: a { that is never closed ends it, since none behind it can be closed either. */
static bool next_reference(str s, struct reference *out)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != '$')
            continue;
        str rest = str_skip(s, i + 1), kind = str_take(rest, 0);
        if (str_starts(rest, STR("__"))) {
            size_t n = 2;
            while (n < rest.n && (is_alnum(rest.p[n]) || rest.p[n] == '_'))
                n++;
            kind = str_take(rest, n > 2 ? n : 0);
        }
        str brace = str_skip(rest, kind.n);
        if (!str_starts(brace, STR("{")))
            continue;
        size_t end = str_find_octet(brace, '}');
        if (end == STR_NOT_FOUND)
            return false;
        if (end < 2)
            continue;
        *out = (struct reference){ i, 1 + kind.n + end + 1, kind,
                                   str_take(str_skip(brace, 1), end - 1) };
        return true;
    }
    return false;
}

/* The whole value is one reference. */
static bool is_reference(str value, struct reference *out)
{
    return next_reference(value, out) && out->at == 0 && out->n == value.n;
}

static bool is_variable(const struct reference *ref)
{
    return !ref->kind.n || str_eq(ref->kind, STR("__env"));
}

/* What a reference stands for; false where it cannot be known. */
static bool resolve(struct settings_reading *r, const struct reference *ref, str *value)
{
    if (is_variable(ref))
        return settings_variable(r, ref->name, value);
    if (!str_eq(ref->kind, STR("__file")))
        return false;
    const struct settings_file *f = settings_file_named(r, ref->name, settings_main_file(r));
    if (f)
        *value = str_trim(f->text);
    return f != NULL;
}

/* Replaces the references in an item's value. One to a variable that is not set leaves nothing behind. */
static void expand(struct settings_reading *r, struct settings_item *item)
{
    AUTO(buf_wipe_done) struct buf out;
    struct reference ref;
    str rest = item->value;
    buf_init(&out, SETTINGS_TEXT_MAX);
    while (next_reference(rest, &ref)) {
        str value = STR("");
        bool known = resolve(r, &ref, &value);
        buf_add(&out, str_take(rest, ref.at));
        if (!known && !is_variable(&ref))
            buf_add(&out, str_take(str_skip(rest, ref.at), ref.n));
        buf_add(&out, value);
        item->how |= known ? SETTINGS_ITEM_EXPANDED : SETTINGS_ITEM_LOST;
        rest = str_skip(rest, ref.at + ref.n);
    }
    buf_add(&out, rest);
    if (buf_ok(&out) && item->how & (SETTINGS_ITEM_EXPANDED | SETTINGS_ITEM_LOST))
        item->value = out.n ? arena_dup(r->arena, buf_str(&out)) : STR("");
}

static const struct key {
    const char *name, *variable;
} KEYS[] = {
    { "enabled", "GF_SMTP_ENABLED" },
    { "host", "GF_SMTP_HOST" },
    { "user", "GF_SMTP_USER" },
    { "password", "GF_SMTP_PASSWORD" },
    { "cert_file", "GF_SMTP_CERT_FILE" },
    { "key_file", "GF_SMTP_KEY_FILE" },
    { "skip_verify", "GF_SMTP_SKIP_VERIFY" },
    { "from_address", "GF_SMTP_FROM_ADDRESS" },
    { "from_name", "GF_SMTP_FROM_NAME" },
    { "ehlo_identity", "GF_SMTP_EHLO_IDENTITY" },
    { "startTLS_policy", "GF_SMTP_STARTTLS_POLICY" },
};

static struct settings_item *plain(struct settings_reading *r, const char *key)
{
    struct settings_item *item = syntax_ini_item(r, SECTION, str_from(key));
    return item && item->value.n ? item : NULL;
}

/* A variable that is set is as if the file said so, wherever it does. */
static void read_variables(struct settings_reading *r)
{
    for (size_t i = 0; i < COUNT_OF(KEYS); i++) {
        str value;
        struct settings_item *item = settings_item_named(r, SECTION, str_from(KEYS[i].name));
        if (!settings_variable(r, str_from(KEYS[i].variable), &value) || !value.n)
            continue;
        if (!item)
            item = settings_add_item(r, SECTION, str_from(KEYS[i].name), value,
                                     (struct settings_place){ NULL, 0, 0, 0, 0 }, 0);
        if (!item)
            continue;
        item->value = value;
        item->how = SETTINGS_ITEM_EXPANDED;
        item->known = true;
    }
}

/* A key of [smtp] as Grafana has it in the end. An empty one leaves the default. */
static struct settings_item *said(struct settings_reading *r, const char *key)
{
    struct settings_item *item = plain(r, key);
    if (!item)
        return NULL;
    expand(r, item);
    return syntax_ini_value(r, SECTION, str_from(key));
}

static void read_host(struct settings_reading *r, struct settings_item *host)
{
    struct smtp_attempt *a = &r->found.attempt;
    if (!host) {
        a->host = STR("localhost");
        a->port = 25;
        return;
    }
    size_t colon = str_rfind_octet(host->value, ':'), bracket = str_rfind_octet(host->value, ']');
    bool split = colon != STR_NOT_FOUND && (bracket == STR_NOT_FOUND || colon > bracket);
    str name = split ? str_take(host->value, colon) : host->value;
    if (str_starts(name, STR("[")) && name.n > 2)
        name = str_take(str_skip(name, 1), name.n - 2);
    uint64_t port;
    settings_said(r, SETTINGS_HOST, host);
    a->host = name;
    if (!split)
        settings_mistake(r, MISTAKE_HOST_NO_PORT, host,
                         STR("host names no port, and Grafana sends nothing without one"),
                         STR("write it behind a colon: host = mail.example.org:587"));
    else if (str_to_u64(str_skip(host->value, colon + 1), UINT16_MAX, &port) && port)
        a->port = (uint16_t)port;
    else
        settings_mistake(r, MISTAKE_PORT_BROKEN, host,
                         STR("behind the colon of host stands no number from 1 to 65535"),
                         STR("write host = mail.example.org:587"));
    if (a->port)
        settings_said(r, SETTINGS_PORT, host);
}

/* Port 465 alone decides on TLS at once; the policy on what is asked for elsewhere. */
static void read_security(struct settings_reading *r, struct settings_item *policy)
{
    struct smtp_attempt *a = &r->found.attempt;
    bool no = policy && str_eq(policy->value, STR("NoStartTLS"));
    bool must = policy && str_eq(policy->value, STR("MandatoryStartTLS"));
    settings_said(r, SETTINGS_SECURITY, policy);
    if (policy && !no && !must && !str_eq(policy->value, STR("OpportunisticStartTLS")))
        settings_mistake(
            r, MISTAKE_KEY_UNKNOWN, policy,
            STR("startTLS_policy is none that Grafana knows, so STARTTLS is used where offered"),
            STR("write MandatoryStartTLS, OpportunisticStartTLS or NoStartTLS, spelled like this"));
    a->security = a->port == 465 ? SMTP_SECURITY_TLS
                  : no           ? SMTP_SECURITY_NONE
                                 : SMTP_SECURITY_STARTTLS;
}

static void read_secret(struct settings_reading *r, struct settings_item *password)
{
    struct reference ref;
    if (!password)
        return;
    bool whole = is_reference(password->value, &ref);
    unsigned how = password->how;
    if (whole && is_variable(&ref)) {
        settings_take_reference(r, password, SETTINGS_SECRET_ENV, ref.name);
        return;
    }
    if (whole && str_eq(ref.kind, STR("__file"))) {
        settings_take_reference(r, password, SETTINGS_SECRET_FILE, ref.name);
        return;
    }
    if (whole) {
        settings_take_reference(r, password, SETTINGS_SECRET_HIDDEN, STR_NONE);
        return;
    }
    bool replaced = next_reference(password->value, &ref);
    password = said(r, "password");
    settings_take_secret(r, password);
    if (how & SETTINGS_ITEM_CUT)
        settings_mistake(
            r, MISTAKE_SECRET_CUT, password,
            STR("password ends at the first # or ; in it, since it stands in no three quotes"),
            STR("write it between three double quotes: password = \"\"\"...\"\"\""));
    if (replaced)
        settings_mistake(
            r, MISTAKE_SECRET_DOLLAR, password,
            password->how & SETTINGS_ITEM_LOST
                ? STR("${...} in password names a variable that is not set, and is gone")
                : STR("${...} in password was taken for a variable, and replaced"),
            STR("keep the password in a file, and write password = $__file{/path}"));
}

static void read_sender(struct settings_reading *r)
{
    struct settings_item *from = said(r, "from_address"), *helo = said(r, "ehlo_identity");
    settings_take(r, SETTINGS_FROM, from);
    if (!from)
        r->found.attempt.from = STR("admin@grafana.localhost");
    settings_take(r, SETTINGS_HELO, helo);
}

static int truth(const struct settings_item *item)
{
    return item ? syntax_ini_truth(item->value) == 1 : 0;
}

static bool read(struct settings_reading *r, struct err *e)
{
    struct smtp_attempt *a = &r->found.attempt;
    if (!syntax_ini_read(r, settings_main_file(r), SYNTAX_INI_CONTINUES, e))
        return false;
    (void)!settings_item_named(r, SECTION, STR("enable_tracing"));
    read_variables(r);
    struct settings_item *on = said(r, "enabled"), *verify = said(r, "skip_verify");
    read_host(r, said(r, "host"));
    read_security(r, said(r, "startTLS_policy"));
    settings_take(r, SETTINGS_USER, said(r, "user"));
    if (a->user.n) {
        settings_said(r, SETTINGS_LOGIN, plain(r, "user"));
        a->mechanism = STR("auto");
    }
    read_secret(r, plain(r, "password"));
    read_sender(r);
    (void)!said(r, "from_name");
    (void)!said(r, "key_file");
    a->certificate = said(r, "cert_file") != NULL;
    if (truth(verify)) {
        settings_said(r, SETTINGS_VERIFY, verify);
        r->found.unverified = true;
    }
    if (!truth(on))
        settings_mistake(r, MISTAKE_NOT_APPLIED, on,
                         on ? STR("enabled is not true, so Grafana sends no mail at all")
                            : STR("enabled is not set in [smtp], so Grafana sends no mail at all"),
                         STR("write enabled = true below [smtp], without a ; before it"));
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
/* A value that Grafana would expand goes only as the reference it is. */
static bool expands_not(str value, const char *what, struct err *e)
{
    struct reference ref;
    return !next_reference(value, &ref) ||
           err_set(e, ERR_SYNTAX,
                   "Grafana cannot be told %s with ${...} in it: it would put a variable there; "
                   "$__file{PATH} can hold it",
                   what);
}

static bool line(struct buf *out, const char *key, str value, struct err *e)
{
    if (!value.n)
        return true;
    buf_addf(out, "%s = ", key);
    return syntax_ini_quote(out, TITLE, value, e) && buf_addc(out, '\n');
}

/* The value of `password`, not yet in quotes. */
static bool secret_text(struct arena *a, const struct settings *s, str *out, struct err *e)
{
    bool file = s->secret == SETTINGS_SECRET_FILE;
    *out = STR("PASSWORD");
    if (s->secret == SETTINGS_SECRET_LITERAL) {
        *out = s->secret_text;
        return expands_not(*out, "a password", e);
    }
    if (file || s->secret == SETTINGS_SECRET_ENV) {
        if (str_find_octet(s->secret_text, '}') != STR_NOT_FOUND)
            return err_set(e, ERR_SYNTAX, "Grafana cannot be told of a place with a } in it");
        *out = arena_printf(a, file ? "$__file{%.*s}" : "$__env{%.*s}", STR_ARG(s->secret_text));
    }
    return out->n || err_set(e, ERR_MEMORY, "no memory for the password of Grafana");
}

/* Grafana begins TLS at once on port 465, and only there. */
static bool port_goes(const struct smtp_attempt *a, struct err *e)
{
    if ((a->security == SMTP_SECURITY_TLS) == (a->port == 465))
        return true;
    return err_set(e, ERR_SYNTAX,
                   a->port == 465 ? "Grafana always begins TLS at once on port 465"
                                  : "Grafana begins TLS at once on port 465 only");
}

static const char *policy_of(const struct smtp_attempt *a)
{
    return a->security == SMTP_SECURITY_NONE ? "NoStartTLS" : "MandatoryStartTLS";
}

static bool host_port(struct arena *arena, const struct smtp_attempt *a, str *out, struct err *e)
{
    *out = arena_printf(arena, settings_host_is_ipv6(a) ? "[%.*s]:%u" : "%.*s:%u",
                        STR_ARG(settings_host(a)), a->port);
    return out->n || err_set(e, ERR_MEMORY, "no memory for the host of Grafana");
}

/* Go's PLAIN says no password without TLS, but to this machine itself. */
static bool goes_in_clear(const struct smtp_attempt *a, struct err *e)
{
    str host = settings_host(a);
    return a->security != SMTP_SECURITY_NONE || !smtp_attempt_logs_in(a) ||
           !(settings_is(a, "auto") || settings_is(a, "PLAIN")) || str_eq(host, STR("localhost")) ||
           str_eq(host, STR("127.0.0.1")) || str_eq(host, STR("::1")) ||
           err_set(e, ERR_SYNTAX, TITLE " sends no password without TLS, but to its own machine");
}

static bool write_in(struct arena *arena, const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    str host, secret;
    if (!port_goes(a, e) || !goes_in_clear(a, e) || !expands_not(a->user, "a user name", e) ||
        !expands_not(settings_from(a), "a sender", e) || !host_port(arena, a, &host, e) ||
        !secret_text(arena, s, &secret, e))
        return false;
    buf_add(out, STR("[smtp]\nenabled = true\n"));
    if (!line(out, "host", host, e))
        return false;
    if (smtp_attempt_logs_in(a) &&
        (!line(out, "user", a->user, e) || !line(out, "password", secret, e)))
        return false;
    if (!line(out, "from_address", settings_from(a), e) || !line(out, "ehlo_identity", a->helo, e))
        return false;
    if (a->security != SMTP_SECURITY_TLS)
        buf_addf(out, "startTLS_policy = %s\n", policy_of(a));
    if (s->unverified)
        buf_add(out, STR("skip_verify = true\n"));
    if (s->ca_file.n)
        buf_addf(out, "; start Grafana with the variable SSL_CERT_FILE set to %.*s\n",
                 STR_ARG(s->ca_file));
    return true;
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    struct arena arena;
    arena_init(&arena, SETTINGS_TEXT_MAX);
    bool ok = write_in(&arena, s, out, e);
    arena_done(&arena);
    return ok;
}

/* ------------------------------------------------------------------------------------------------
 * Changing
 */
struct edit {
    const struct settings_reading *r;
    const struct settings *wanted;
    struct settings_changes *out;
    struct err *e;
};

/* A variable that is set wins over whatever the file says. */
static bool has_variable(const struct edit *c, const char *key)
{
    for (size_t i = 0; i < COUNT_OF(KEYS); i++)
        for (size_t k = 0;
             str_eq(str_from(KEYS[i].name), str_from(key)) && k < c->r->variable_count; k++)
            if (str_eq(c->r->variables[k].name, str_from(KEYS[i].variable)) &&
                c->r->variables[k].answer == SETTINGS_GIVEN && c->r->variables[k].value.n)
                return !err_set(c->e, ERR_SYNTAX,
                                "the variable %s is set, and wins over %s in the file: change it "
                                "there",
                                KEYS[i].variable, key);
    return false;
}

static bool set(const struct edit *c, const char *key, str value)
{
    return !has_variable(c, key) && syntax_ini_set(c->r, c->out, TITLE, SECTION, key, value, c->e);
}

static bool differs(const struct edit *c, enum settings_field field)
{
    return settings_differs(c->r, c->wanted, field);
}

static bool change_server(const struct edit *c)
{
    const struct smtp_attempt *a = &c->wanted->attempt;
    str host;
    if (!port_goes(a, c->e) || !goes_in_clear(a, c->e) || !host_port(c->r->arena, a, &host, c->e))
        return false;
    if ((differs(c, SETTINGS_HOST) || differs(c, SETTINGS_PORT)) && !set(c, "host", host))
        return false;
    return a->security == SMTP_SECURITY_TLS || !differs(c, SETTINGS_SECURITY) ||
           set(c, "startTLS_policy", str_from(policy_of(a)));
}

static bool change_login(const struct edit *c)
{
    const struct settings *w = c->wanted;
    str secret;
    if (!smtp_attempt_logs_in(&w->attempt)) {
        settings_unset(c->r, c->out, SECTION, STR("user"));
        settings_unset(c->r, c->out, SECTION, STR("password"));
        return true;
    }
    if (!expands_not(w->attempt.user, "a user name", c->e) ||
        !secret_text(c->r->arena, w, &secret, c->e))
        return false;
    return (!differs(c, SETTINGS_USER) || set(c, "user", w->attempt.user)) &&
           (!differs(c, SETTINGS_SECRET) || w->secret == SETTINGS_SECRET_NONE ||
            set(c, "password", secret));
}

static bool change_rest(const struct edit *c)
{
    const struct smtp_attempt *a = &c->wanted->attempt;
    str from = settings_from(a);
    if (from.n && !str_eq(from, settings_from(&c->r->found.attempt)) &&
        (!expands_not(from, "a sender", c->e) || !set(c, "from_address", from)))
        return false;
    if (a->helo.n && differs(c, SETTINGS_HELO) && !set(c, "ehlo_identity", a->helo))
        return false;
    for (size_t i = 0; i < c->r->mistake_count; i++)
        if (c->r->mistakes[i].row->id == MISTAKE_NOT_APPLIED && !set(c, "enabled", STR("true")))
            return false;
    return !differs(c, SETTINGS_VERIFY) ||
           set(c, "skip_verify", c->wanted->unverified ? STR("true") : STR("false"));
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    const struct edit c = { r, wanted, out, e };
    for (size_t i = 0; i < r->item_count; i++)
        if (str_eq(r->items[i].section, SECTION) && r->items[i].place.file)
            return change_server(&c) && change_login(&c) && change_rest(&c);
    return syntax_ini_add_whole(r, wanted, write, out, e);
}

const struct settings_program SETTINGS_GRAFANA = {
    .name = STR_INIT("grafana"),
    .title = STR_INIT("Grafana"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("/etc/grafana/grafana.ini"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_FILE,
    .comment = STR_INIT("; "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = change,
};
