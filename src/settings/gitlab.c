/* SPDX-License-Identifier: ISC */
/*
 * settings/gitlab.c - GitLab: gitlab.rb of the Linux package and the Docker image
 * Speaks  what its template makes of gitlab_rails['smtp_...'] for ActionMailer, Ruby's mail and net-smtp: smtp_tls or
 *         smtp_ssl begin TLS at once; without them STARTTLS is used where offered, unless
 *         smtp_enable_starttls_auto is false; a user without a method logs in by PLAIN.
 */
#include "settings/change.h"
#include "settings/syntax_ruby.h"
#include "settings/writers.h"

#define SECTION STR("gitlab_rails")

/* ------------------------------------------------------------------------------------------------
 * Reading
 */
/* A compose file may hold the same lines, further in. */
static unsigned looks(str path, str text)
{
    bool first = str_starts(text, STR("gitlab_rails[")) || str_starts(text, STR("external_url "));
    if (first || str_find(text, STR("\ngitlab_rails[")) != STR_NOT_FOUND ||
        str_find(text, STR("\n# gitlab_rails[")) != STR_NOT_FOUND ||
        str_find(text, STR("\nexternal_url ")) != STR_NOT_FOUND)
        return 97;
    unsigned points = str_ends_nocase(path, STR("gitlab.rb")) ? 60 : 0;
    return points + (str_find(text, STR("gitlab_rails['smtp_")) != STR_NOT_FOUND ? 20 : 0);
}

/* The key as the template has it: nil is as if it were not there. */
static struct settings_item *said(struct settings_reading *r, const char *key)
{
    struct settings_item *item = settings_item_named(r, SECTION, str_from(key));
    return syntax_ruby_nil(item) ? NULL : item;
}

/* A text is true, also "false". */
static bool on(struct settings_reading *r, const char *key, bool absent)
{
    struct settings_item *item = said(r, key);
    if (!item)
        return absent;
    if (item->how & SETTINGS_ITEM_QUOTED && settings_truth(item->value) != 1)
        settings_mistake(
            r, MISTAKE_BOOLEAN_QUOTED, item,
            arena_printf(r->arena, "%s is a text, and any text counts as true", key),
            arena_printf(r->arena, "write gitlab_rails['%s'] = false, without quotes", key));
    return syntax_ruby_truthy(item);
}

static void lost(struct settings_reading *r, struct settings_item *item)
{
    if (!item || !(item->how & SETTINGS_ITEM_LOST) || !(item->how & SETTINGS_ITEM_CODE))
        return;
    struct settings_mistake *m = settings_mistake(
        r, MISTAKE_REFERENCE_LOST, item,
        arena_printf(r->arena, "%.*s comes out of a variable that is not known here",
                     STR_ARG(str_take(item->key, 48))),
        STR("run this where GitLab is configured, with its variables"));
    if (m)
        m->sure = MISTAKE_NOTE;
}

static void take(struct settings_reading *r, enum settings_field field, const char *key)
{
    struct settings_item *item = said(r, key);
    lost(r, item);
    if (item && item->value.n)
        settings_take(r, field, item);
}

static void read_server(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    take(r, SETTINGS_HOST, "smtp_address");
    take(r, SETTINGS_PORT, "smtp_port");
    if (!said(r, "smtp_address"))
        a->host = STR("localhost");
    if (!said(r, "smtp_port"))
        a->port = 25;
    bool tls = on(r, "smtp_tls", false), ssl = on(r, "smtp_ssl", false);
    bool starttls = on(r, "smtp_enable_starttls_auto", true);
    struct settings_item *switched = said(r, "smtp_enable_starttls_auto");
    a->security = tls || ssl ? SMTP_SECURITY_TLS
                  : starttls ? SMTP_SECURITY_STARTTLS
                             : SMTP_SECURITY_NONE;
    settings_said(r, SETTINGS_SECURITY, switched);
    settings_said(r, SETTINGS_SECURITY, ssl ? said(r, "smtp_ssl") : NULL);
    settings_said(r, SETTINGS_SECURITY, said(r, "smtp_tls"));
    if ((tls || ssl) && switched && syntax_ruby_truthy(switched))
        settings_mistake(
            r, MISTAKE_TLS_AGAINST_PORT, switched,
            STR("smtp_tls and smtp_enable_starttls_auto are both true, at which GitLab "
                "15.11 and later stop"),
            STR("leave the one true that the port is for: smtp_tls on 465, "
                "smtp_enable_starttls_auto on 587"));
}

static void read_trust(struct settings_reading *r)
{
    struct settings_item *mode = said(r, "smtp_openssl_verify_mode");
    if (mode && str_eq_nocase(mode->value, STR("none"))) {
        settings_said(r, SETTINGS_VERIFY, mode);
        r->found.unverified = true;
    }
    take(r, SETTINGS_CA, "smtp_ca_file");
}

static void read_secret(struct settings_reading *r)
{
    struct settings_item *item = said(r, "smtp_password");
    str name;
    if (!item || (!item->value.n && !(item->how & SETTINGS_ITEM_CODE)))
        return;
    if (item->place.file && syntax_ruby_variable(item, &name))
        settings_take_reference(r, item, SETTINGS_SECRET_ENV, name);
    else if (syntax_ruby_file(item, &name))
        settings_take_reference(r, item, SETTINGS_SECRET_FILE, name);
    else
        settings_take_secret(r, item);
}

static const struct method {
    const char *word, *mechanism;
} METHODS[] = { { "plain", "PLAIN" }, { "login", "LOGIN" }, { "cram_md5", "CRAM-MD5" } };

static void read_login(struct settings_reading *r)
{
    struct smtp_attempt *a = &r->found.attempt;
    struct settings_item *method = said(r, "smtp_authentication"),
                         *user = said(r, "smtp_user_name");
    take(r, SETTINGS_USER, "smtp_user_name");
    read_secret(r);
    /* An empty user is one to net-smtp, but GitLab's own form leaves it empty where there is none. */
    if (!user || (!user->value.n && r->found.secret == SETTINGS_SECRET_NONE))
        return;
    a->mechanism = STR("PLAIN");
    settings_said(r, SETTINGS_LOGIN, method ? method : user);
    for (size_t i = 0; method && i < COUNT_OF(METHODS); i++)
        if (str_eq(method->value, str_from(METHODS[i].word))) {
            a->mechanism = str_from(METHODS[i].mechanism);
            return;
        }
    if (method)
        settings_mistake(r, MISTAKE_LOGIN_MECHANISM, method,
                         STR("smtp_authentication is none that Ruby knows, and it stops at that"),
                         STR("write \"plain\", \"login\" or \"cram_md5\"; without a login, leave "
                             "smtp_authentication, smtp_user_name and smtp_password out"));
}

static bool read(struct settings_reading *r, struct err *e)
{
    static const char *const OTHERS[] = { "smtp_pool",
                                          "smtp_force_ssl",
                                          "smtp_ca_path",
                                          "smtp_open_timeout",
                                          "smtp_read_timeout",
                                          "gitlab_email_display_name",
                                          "gitlab_email_reply_to",
                                          "gitlab_email_subject_suffix" };
    if (!syntax_ruby_read(r, settings_main_file(r), e))
        return false;
    for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
        (void)!said(r, OTHERS[i]);
    bool enabled = on(r, "smtp_enable", false), mails = on(r, "gitlab_email_enabled", true);
    read_server(r);
    read_trust(r);
    read_login(r);
    take(r, SETTINGS_FROM, "gitlab_email_from");
    r->found.attempt.from = settings_address(r->found.attempt.from);
    take(r, SETTINGS_HELO, "smtp_domain");
    if (!enabled)
        settings_mistake(
            r, MISTAKE_NOT_APPLIED, said(r, "smtp_enable"),
            STR("smtp_enable is not true, so GitLab gives mail to the sendmail command and "
                "looks at none of this"),
            STR("write gitlab_rails['smtp_enable'] = true, without a # before it"));
    else if (!mails)
        settings_mistake(r, MISTAKE_NOT_APPLIED, said(r, "gitlab_email_enabled"),
                         STR("gitlab_email_enabled is false, so GitLab sends no mail at all"),
                         STR("write gitlab_rails['gitlab_email_enabled'] = true"));
    return true;
}

/* ------------------------------------------------------------------------------------------------
 * Writing
 */
static const char *method_of(const struct smtp_attempt *a)
{
    for (size_t i = 0; i < COUNT_OF(METHODS); i++)
        if (settings_is(a, METHODS[i].mechanism))
            return METHODS[i].word;
    return "plain";
}

static void begin(struct buf *out, const char *key)
{
    buf_addf(out, "gitlab_rails['%s'] = ", key);
}

static void line(struct buf *out, const char *key, str value)
{
    begin(out, key);
    syntax_ruby_quote(out, value);
    buf_addc(out, '\n');
}

static void word(struct buf *out, const char *key, const char *value)
{
    begin(out, key);
    buf_addf(out, "%s\n", value);
}

/* The expression for the password; ASKED: a word to be replaced. */
static bool add_secret(const struct settings *s, struct buf *out, struct err *e)
{
    switch (s->secret) {
    case SETTINGS_SECRET_LITERAL: syntax_ruby_quote(out, s->secret_text); break;
    case SETTINGS_SECRET_ENV:
        if (str_find_octet(s->secret_text, '\'') != STR_NOT_FOUND ||
            str_find_octet(s->secret_text, '\\') != STR_NOT_FOUND)
            return err_set(e, ERR_SYNTAX, "the variable of the password has no usable name");
        buf_addf(out, "ENV['%.*s']", STR_ARG(s->secret_text));
        break;
    case SETTINGS_SECRET_FILE:
        if (str_find_octet(s->secret_text, '\'') != STR_NOT_FOUND ||
            str_find_octet(s->secret_text, '\\') != STR_NOT_FOUND)
            return err_set(e, ERR_SYNTAX, "the file of the password has a quote in its name");
        buf_addf(out, "File.read('%.*s').chomp", STR_ARG(s->secret_text));
        break;
    default: buf_add(out, STR("'PASSWORD'")); break;
    }
    return true;
}

static bool write(const struct settings *s, struct buf *out, struct err *e)
{
    const struct smtp_attempt *a = &s->attempt;
    word(out, "smtp_enable", "true");
    line(out, "smtp_address", settings_host(a));
    begin(out, "smtp_port");
    buf_addf(out, "%u\n", a->port);
    if (smtp_attempt_logs_in(a)) {
        line(out, "smtp_user_name", a->user);
        begin(out, "smtp_password");
        if (!add_secret(s, out, e))
            return false;
        buf_addc(out, '\n');
        line(out, "smtp_authentication", str_from(method_of(a)));
    }
    if (a->helo.n)
        line(out, "smtp_domain", a->helo);
    word(out, "smtp_tls", a->security == SMTP_SECURITY_TLS ? "true" : "false");
    word(out, "smtp_enable_starttls_auto",
         a->security == SMTP_SECURITY_STARTTLS ? "true" : "false");
    if (a->security != SMTP_SECURITY_NONE)
        line(out, "smtp_openssl_verify_mode", s->unverified ? STR("none") : STR("peer"));
    if (s->ca_file.n)
        line(out, "smtp_ca_file", s->ca_file);
    if (settings_from(a).n)
        line(out, "gitlab_email_from", settings_from(a));
    return true;
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

static bool differs(const struct edit *c, enum settings_field field)
{
    return settings_differs(c->r, c->wanted, field);
}

static const struct settings_item *last(const struct edit *c, const char *key)
{
    const struct settings_item *found = NULL;
    for (size_t i = 0; i < c->r->item_count; i++)
        if (str_eq(c->r->items[i].section, SECTION) && str_eq(c->r->items[i].key, str_from(key)))
            found = &c->r->items[i];
    return found;
}

static void set_written(const struct edit *c, const char *key, str written)
{
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&text, SETTINGS_TEXT_MAX);
    begin(&text, key);
    buf_add(&text, written);
    buf_addc(&text, '\n');
    c->out->failed = c->out->failed || !buf_ok(&text);
    settings_set(c->r, c->out, settings_main_file(c->r), SECTION, str_from(key), written,
                 buf_str(&text));
}

static void set_word(const struct edit *c, const char *key, const char *value)
{
    set_written(c, key, str_from(value));
}

static void set(const struct edit *c, const char *key, str value)
{
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&text, SETTINGS_TEXT_MAX);
    syntax_ruby_quote(&text, value);
    set_written(c, key, buf_str(&text));
}

static void unset(const struct edit *c, const char *key)
{
    settings_unset(c->r, c->out, SECTION, str_from(key));
}

static void change_server(const struct edit *c)
{
    const struct smtp_attempt *a = &c->wanted->attempt;
    const struct settings_item *enabled = last(c, "smtp_enable");
    if (!enabled || !syntax_ruby_truthy(enabled))
        set_word(c, "smtp_enable", "true");
    if (differs(c, SETTINGS_HOST))
        set(c, "smtp_address", settings_host(a));
    if (differs(c, SETTINGS_PORT))
        set_written(c, "smtp_port", arena_printf(c->r->arena, "%u", a->port));
    bool tls = a->security == SMTP_SECURITY_TLS, starttls = a->security == SMTP_SECURITY_STARTTLS;
    const struct settings_item *both = last(c, "smtp_enable_starttls_auto");
    if (!differs(c, SETTINGS_SECURITY) && !(tls && both && syntax_ruby_truthy(both)))
        return;
    set_word(c, "smtp_tls", tls ? "true" : "false");
    if (last(c, "smtp_ssl"))
        set_word(c, "smtp_ssl", "false");
    set_word(c, "smtp_enable_starttls_auto", starttls ? "true" : "false");
}

static bool change_login(const struct edit *c)
{
    const struct settings *w = c->wanted;
    if (!smtp_attempt_logs_in(&w->attempt)) {
        unset(c, "smtp_user_name");
        unset(c, "smtp_password");
        unset(c, "smtp_authentication");
        return true;
    }
    if (differs(c, SETTINGS_USER))
        set(c, "smtp_user_name", w->attempt.user);
    if (differs(c, SETTINGS_LOGIN))
        set(c, "smtp_authentication", str_from(method_of(&w->attempt)));
    if (!differs(c, SETTINGS_SECRET) || w->secret == SETTINGS_SECRET_NONE)
        return true;
    AUTO(buf_wipe_done) struct buf text;
    buf_init(&text, SETTINGS_TEXT_MAX);
    if (!add_secret(w, &text, c->e))
        return false;
    set_written(c, "smtp_password", buf_str(&text));
    return true;
}

static bool change(const struct settings_reading *r, const struct settings *wanted,
                   struct settings_changes *out, struct err *e)
{
    const struct edit c = { r, wanted, out, e };
    const struct smtp_attempt *a = &wanted->attempt;
    change_server(&c);
    if (!change_login(&c))
        return false;
    if (settings_from(a).n && !str_eq(settings_from(a), settings_from(&r->found.attempt)))
        set(&c, "gitlab_email_from", settings_from(a));
    if (differs(&c, SETTINGS_HELO) && a->helo.n)
        set(&c, "smtp_domain", a->helo);
    if (differs(&c, SETTINGS_HELO) && !a->helo.n)
        unset(&c, "smtp_domain");
    if (differs(&c, SETTINGS_VERIFY))
        set(&c, "smtp_openssl_verify_mode", wanted->unverified ? STR("none") : STR("peer"));
    if (differs(&c, SETTINGS_CA) && wanted->ca_file.n)
        set(&c, "smtp_ca_file", wanted->ca_file);
    return true;
}

const struct settings_program SETTINGS_GITLAB = {
    .name = STR_INIT("gitlab"),
    .title = STR_INIT("GitLab (omnibus)"),
    .mechanisms = STR_INIT("PLAIN LOGIN CRAM-MD5"),
    .file = STR_INIT("/etc/gitlab/gitlab.rb"),
    .secrets = SETTINGS_SECRET_ASKED | SETTINGS_SECRET_LITERAL | SETTINGS_SECRET_ENV |
               SETTINGS_SECRET_FILE,
    .comment = STR_INIT("# "),
    .comment_end = STR_INIT(""),
    .write = write,
    .looks = looks,
    .read = read,
    .change = change,
};
