/* SPDX-License-Identifier: ISC */
/*
 * settings/mail_names_change.c - the lines of variables for mail that must change
 */
#include "base/err.h"
#include "settings/mail_names.h"
#include "settings/writers.h"

struct change_of {
    const struct settings_reading *r;
    str section;
    const struct settings *wanted;
    mail_names_quote *quote;
    str (*line)(struct arena *a, str key, str written);
    struct settings_changes *out;
    struct err *e;
    str prefix;
    const struct settings_item *behind; /* new lines go there */
};

static const struct settings_item *of_kind(const struct change_of *c, enum mail_name_kind kind,
                                           enum settings_field field)
{
    const struct settings_item *last = NULL;
    for (size_t i = 0; i < c->r->item_count; i++) {
        const struct settings_item *item = &c->r->items[i];
        struct mail_name name;
        if (item->place.file && str_eq(item->section, c->section) &&
            mail_name_of(item->key, &name) && name.kind == kind && name.field == field &&
            str_eq(name.prefix, c->prefix))
            last = item;
    }
    return last;
}

static bool add(struct change_of *c, const char *end, str written)
{
    str key = arena_printf(c->out->arena, "%.*s_%s", STR_ARG(c->prefix), end);
    str line = c->line ? c->line(c->out->arena, key, written) : STR_NONE;
    if (!line.n)
        return err_set(c->e, ERR_SYNTAX, "there is no line for %s, and none can be added here",
                       end);
    if (c->behind)
        settings_add_behind(c->out, c->behind, line);
    else
        settings_set(c->r, c->out, settings_main_file(c->r), c->section, key, written, line);
    return true;
}

static bool quoted(struct change_of *c, str value, str *written)
{
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, SETTINGS_TEXT_MAX);
    if (!c->quote(value, &out, c->e))
        return false;
    *written = out.n ? arena_dup(c->out->arena, buf_str(&out)) : STR("");
    return written->p || err_set(c->e, ERR_MEMORY, "no memory for a value");
}

/* The item's value, or a new line with that end. */
static bool set(struct change_of *c, const struct settings_item *item, const char *end, str value)
{
    str written;
    struct mail_name name;
    if (item && mail_name_of(item->key, &name) &&
        (name.kind == MAIL_NAME_URL || name.kind == MAIL_NAME_HOST_PORT))
        return err_set(c->e, ERR_SYNTAX,
                       "%.*s holds more than one setting in its value; change it by hand",
                       STR_ARG(item->key));
    if (!value.n && !item)
        return true;
    if (!value.n) {
        settings_unset_item(c->out, item);
        return true;
    }
    if (!quoted(c, value, &written))
        return false;
    if (!item)
        return add(c, end, written);
    settings_set_item(c->out, item, written);
    return true;
}

/* true or false as the file spells them. */
static str truth_like(const struct settings_item *item, bool on)
{
    char first = item->value.n ? *item->value.p : 't';
    if (is_digit(first))
        return on ? STR("1") : STR("0");
    if (first == 'y' || first == 'n')
        return on ? STR("yes") : STR("no");
    if (first == 'T' || first == 'F')
        return on ? STR("True") : STR("False");
    return on ? STR("true") : STR("false");
}

static bool set_switch(struct change_of *c, const struct settings_item *item, bool on)
{
    return !item || settings_truth(item->value) == on || set(c, item, "", truth_like(item, on));
}

static const char *word_like(const struct settings_item *item, enum smtp_security security)
{
    bool vault = str_find_nocase(item->key, STR("SECURITY")) != STR_NOT_FOUND ||
                 str_eq_nocase(item->value, STR("starttls"));
    if (security == SMTP_SECURITY_TLS)
        return "ssl";
    if (security == SMTP_SECURITY_NONE)
        return vault ? "none" : "null";
    return vault ? "starttls" : "tls";
}

static bool change_security(struct change_of *c)
{
    enum smtp_security security = c->wanted->attempt.security;
    uint16_t port = c->wanted->attempt.port;
    const struct settings_item *word = of_kind(c, MAIL_NAME_WORD, SETTINGS_SECURITY);
    const struct settings_item *tls = of_kind(c, MAIL_NAME_TLS, SETTINGS_SECURITY);
    const struct settings_item *start = of_kind(c, MAIL_NAME_STARTTLS, SETTINGS_SECURITY);
    const struct settings_item *any = of_kind(c, MAIL_NAME_TLS_ANY, SETTINGS_SECURITY);
    if (word)
        return set(c, word, "", str_from(word_like(word, security)));
    if (tls || start || any) {
        bool none = security == SMTP_SECURITY_NONE;
        if (!set_switch(c, tls, security == SMTP_SECURITY_TLS) ||
            !set_switch(c, start, security == SMTP_SECURITY_STARTTLS) ||
            !set_switch(c, any, !none && (start == NULL || security == SMTP_SECURITY_TLS)))
            return false;
        if (security == SMTP_SECURITY_TLS && !tls && !(any && port == 465))
            return add(c, "USE_SSL", STR("true"));
        return start || any || security != SMTP_SECURITY_STARTTLS || add(c, "USE_TLS", STR("true"));
    }
    bool goes = security == SMTP_SECURITY_TLS        ? port == 465
                : security == SMTP_SECURITY_STARTTLS ? port == 587 || port == 2525
                                                     : port != 465 && port != 587 && port != 2525;
    return goes || add(c, "SECURITY",
                       security == SMTP_SECURITY_TLS        ? STR("ssl")
                       : security == SMTP_SECURITY_STARTTLS ? STR("starttls")
                                                            : STR("none"));
}

static bool change_secret(struct change_of *c)
{
    static const struct {
        enum mail_name_kind kind;
        enum settings_secret secret;
        const char *end;
    } WAYS[] = {
        { MAIL_NAME_FIELD, SETTINGS_SECRET_LITERAL, "PASSWORD" },
        { MAIL_NAME_SECRET_FILE, SETTINGS_SECRET_FILE, "PASSWORD_FILE" },
        { MAIL_NAME_SECRET_COMMAND, SETTINGS_SECRET_COMMAND, "PASSWORD_COMMAND" },
    };
    bool env = c->wanted->secret == SETTINGS_SECRET_ENV;
    for (size_t i = 0; i < COUNT_OF(WAYS); i++) {
        const struct settings_item *item = of_kind(c, WAYS[i].kind, SETTINGS_SECRET);
        bool this = WAYS[i].secret == c->wanted->secret || (env && i == 0);
        if (!this && item)
            settings_unset_item(c->out, item);
        if (!this)
            continue;
        str reference =
            env ? arena_printf(c->out->arena, "${%.*s}", STR_ARG(c->wanted->secret_text)) : STR("");
        const struct settings_item *said = c->r->said[SETTINGS_SECRET];
        struct mail_name name;
        if (!item && said && i == 0 && mail_name_of(said->key, &name) && name.kind == WAYS[i].kind)
            item = said; /* of another prefix */
        if (env && item)
            settings_set_item(c->out, item, reference);
        else if (env ? !add(c, "PASSWORD", reference)
                     : !set(c, item, WAYS[i].end, c->wanted->secret_text))
            return false;
    }
    return true;
}

static bool change_login(struct change_of *c)
{
    const struct settings_item *auth = of_kind(c, MAIL_NAME_AUTH, SETTINGS_LOGIN);
    const struct smtp_attempt *a = &c->wanted->attempt;
    if (!smtp_attempt_logs_in(a)) {
        for (size_t i = 0; i < 2; i++) {
            enum settings_field f = i ? SETTINGS_SECRET : SETTINGS_USER;
            if (c->r->said[f] && !set(c, c->r->said[f], "", STR("")))
                return false;
        }
        return set_switch(c, auth, false);
    }
    if (settings_is(a, "auto"))
        return !auth || set(c, auth, "", truth_like(auth, true));
    AUTO(buf_done) struct buf word;
    buf_init(&word, SETTINGS_VALUE_MAX);
    settings_add_lower(&word, a->mechanism);
    return set(c, auth, "AUTH", buf_str(&word));
}

static bool change_plain(struct change_of *c)
{
    const struct smtp_attempt *a = &c->wanted->attempt;
    char source[IP_TEXT_MAX];
    str number = arena_printf(c->out->arena, "%u", a->port);
    const struct {
        enum settings_field field;
        const char *end;
        str value;
    } ROWS[] = {
        { SETTINGS_HOST, "HOST", settings_host(a) },
        { SETTINGS_PORT, "PORT", number },
        { SETTINGS_USER, "USER", smtp_attempt_logs_in(a) ? a->user : STR("") },
        { SETTINGS_FROM, "FROM", a->from },
        { SETTINGS_HEADER_FROM, "HEADER_FROM", a->header_from },
        { SETTINGS_TO, "TO", a->to },
        { SETTINGS_HELO, "HELO", a->helo },
        { SETTINGS_SOURCE, "SOURCE",
          a->source.family == IP_NONE ? STR("") : str_from(ip_text(&a->source, source)) },
        { SETTINGS_CA, "CA_FILE", c->wanted->ca_file },
    };
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        const struct settings_item *item = c->r->said[ROWS[i].field];
        if (!settings_differs(c->r, c->wanted, ROWS[i].field))
            continue;
        if (ROWS[i].field == SETTINGS_FROM && item && item == c->r->said[SETTINGS_USER])
            item = NULL; /* one key was both */
        if (ROWS[i].field == SETTINGS_USER && !smtp_attempt_logs_in(a))
            continue; /* goes with the login */
        if (!set(c, item, ROWS[i].end, ROWS[i].value))
            return false;
    }
    return true;
}

static bool change_verify(struct change_of *c)
{
    const struct settings_item *verify = of_kind(c, MAIL_NAME_VERIFY, SETTINGS_VERIFY);
    const struct settings_item *skip = of_kind(c, MAIL_NAME_UNVERIFIED, SETTINGS_VERIFY);
    bool off = c->wanted->unverified;
    if (!verify && !skip)
        return add(c, "VERIFY", off ? STR("false") : STR("true"));
    return set_switch(c, verify, !off) && set_switch(c, skip, off);
}

bool mail_names_change(const struct settings_reading *r, str section, const struct settings *wanted,
                       mail_names_quote *quote, str (*line)(struct arena *a, str key, str written),
                       struct settings_changes *out, struct err *e)
{
    const struct settings_item *host = r->said[SETTINGS_HOST];
    struct mail_name name;
    struct change_of c = { .r = r,
                           .section = section,
                           .wanted = wanted,
                           .quote = quote,
                           .line = line,
                           .out = out,
                           .e = e,
                           .prefix = STR("SMTP"),
                           .behind = host };
    if (host && mail_name_of(host->key, &name))
        c.prefix = name.prefix;
    if (!change_plain(&c))
        return false;
    if (settings_differs(r, wanted, SETTINGS_SECURITY) ||
        settings_differs(r, wanted, SETTINGS_PORT))
        if (!change_security(&c))
            return false;
    if (settings_differs(r, wanted, SETTINGS_LOGIN) && !change_login(&c))
        return false;
    if (smtp_attempt_logs_in(&wanted->attempt) && settings_differs(r, wanted, SETTINGS_SECRET) &&
        !change_secret(&c))
        return false;
    return !settings_differs(r, wanted, SETTINGS_VERIFY) || change_verify(&c);
}
