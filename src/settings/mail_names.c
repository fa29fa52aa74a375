/* SPDX-License-Identifier: ISC */
#include "settings/mail_names.h"
#include "base/err.h"
#include "settings/url.h"
#include <string.h>

/* clang-format off */
/* What stands in front of the end. The longest that fits counts. */
static const char *const PREFIXES[] = {
    /* programs' own */
    "SMTP", "MAIL", "EMAIL", "MAILER", "MAIL_SMTP", "EMAIL_SMTP", "SMTP_MAIL", "SMTP_EMAIL", "SMTP_SERVER",
    "EMAIL_SERVER", "MAIL_SERVER", "MAIL_MAILERS_SMTP", "MAILSERVER", "MAILER_SMTP", "SENDER", "FROM", "GMAIL", "SMTP_RELAY", "RELAY",
    "DEFAULT_RELAY", "RELAYHOST", "RELAY_SMTP", "SMARTHOST", "NOTIFICATION_EMAIL", "NOTIFY_EMAIL", "ALERT_EMAIL",
    "EMAIL_NOTIFICATION", "REPORT_EMAIL", "ADMIN_EMAIL", "EMAIL_SENDER", "APP_MAIL", "APP_EMAIL", "APP_SMTP", "FLASK_MAIL",
    "DJANGO_EMAIL", "OUTGOING_MAIL", "OUTGOING_SMTP", "SPRING_MAIL", "QUARKUS_MAILER", "SMTP_AUTH", "SMTP_CLIENT",
    "SMTP_TRANSPORT", "NODEMAILER", "DEFAULT", "ACTION_MAILER", "ALERTS_SMTP", "EMAIL_TRANSPORT_DEFAULT", "EMAIL_DEFAULT",
    /* images */
    "GF_SMTP", "GITEA_MAILER", "FORGEJO_MAILER", "GOGS_MAILER", "AUTHENTIK_EMAIL", "PAPERLESS_EMAIL", "N8N_SMTP",
    "N8N_EMAIL", "MAIL_OPTIONS", "MAIL_OPTIONS_AUTH", "GLOBALSETTINGS_MAIL", "GLOBALSETTINGS_MAIL_SMTP", "DISCOURSE_SMTP", "DISCOURSE_NOTIFICATION",
    "WORDPRESS_SMTP", "WP_SMTP", "WPMS_SMTP", "WPMS_MAIL", "MM_EMAILSETTINGS", "SENTRY_EMAIL", "SENTRY_SERVER", "REDMINE_SMTP", "MOODLE_SMTP",
    "PEERTUBE_SMTP", "DRUPAL_SMTP", "MATOMO_SMTP", "GITLAB_SMTP", "GITLAB_EMAIL", "PLAUSIBLE_SMTP", "PLAUSIBLE_MAILER", "ZULIP_EMAIL", "SUPERSET_SMTP",
    "AIRFLOW_SMTP", "AIRFLOW_SMTP_SMTP", "KIMAI_MAILER", "HEDGEDOC_EMAIL", "LISTMONK_SMTP", "FIREFLY_MAIL", "KEYCLOAK_SMTP", "KC_SMTP", "NEXTCLOUD_SMTP",
    "GOTRUE_SMTP", "HASURA_SMTP", "DIRECTUS_EMAIL", "EMAIL_SMTP_SERVER", "STRAPI_SMTP", "TAIGA_EMAIL", "WEBLATE_EMAIL", "METABASE_EMAIL_SMTP", "MB_EMAIL_SMTP",
    "MB_EMAIL", "POSTFIX_RELAY", "POSTFIX_SMTP", "WATCHTOWER_NOTIFICATION_EMAIL", "WATCHTOWER_NOTIFICATION_EMAIL_SERVER", "DIUN_NOTIF_MAIL",
    "OVERLEAF_EMAIL", "OVERLEAF_EMAIL_SMTP", "SHARELATEX_EMAIL", "SHARELATEX_EMAIL_SMTP", "HUMHUB_MAILER", "OPENPROJECT_SMTP", "ZAMMAD_SMTP", "ODOO_SMTP",
};

#define END(name, kind, field) { STR_INIT(name), MAIL_NAME_##kind, SETTINGS_##field }
static const struct end {
    str name;
    enum mail_name_kind kind;
    enum settings_field field;
} ENDS[] = {
    END("HOST", FIELD, HOST), END("SERVER", FIELD, HOST), END("HOSTNAME", FIELD, HOST), END("SERVER_HOST", FIELD, HOST),
    END("SERVER_NAME", FIELD, HOST), END("SERVER_ADDRESS", FIELD, HOST), END("SMTP_HOST", FIELD, HOST), END("SMTP_SERVER", FIELD, HOST),
    END("SMTP_ADDR", FIELD, HOST), END("HOST_NAME", FIELD, HOST), END("SMTPSERVER", FIELD, HOST), END("SMTPHOST", FIELD, HOST),
    END("PORT", FIELD, PORT), END("SERVER_PORT", FIELD, PORT), END("SMTP_PORT", FIELD, PORT), END("HOST_PORT", FIELD, PORT),
    END("PORT_NUMBER", FIELD, PORT), END("SMTPPORT", FIELD, PORT),
    END("USER", FIELD, USER), END("USERNAME", FIELD, USER), END("LOGIN", FIELD, USER), END("USER_NAME", FIELD, USER),
    END("HOST_USER", FIELD, USER), END("AUTH_USER", FIELD, USER), END("AUTH_USERNAME", FIELD, USER), END("SMTP_USER", FIELD, USER),
    END("SMTP_USERNAME", FIELD, USER), END("USER_ID", FIELD, USER), END("USERID", FIELD, USER), END("SERVER_USER", FIELD, USER),
    END("LOGIN_NAME", FIELD, USER), END("ACCOUNT", FIELD, USER), END("SMTPUSERNAME", FIELD, USER), END("HOST_USERNAME", FIELD, USER),
    END("EMAIL_ADDRESS", USER, USER),
    END("PASS", FIELD, SECRET), END("PASSWORD", FIELD, SECRET), END("PASSWD", FIELD, SECRET), END("PWD", FIELD, SECRET),
    END("PASSPHRASE", FIELD, SECRET), END("HOST_PASSWORD", FIELD, SECRET), END("HOST_PASS", FIELD, SECRET), END("AUTH_PASS", FIELD, SECRET),
    END("AUTH_PASSWORD", FIELD, SECRET), END("APP_PASSWORD", FIELD, SECRET), END("APP_PASS", FIELD, SECRET), END("SMTP_PASS", FIELD, SECRET),
    END("SMTP_PASSWORD", FIELD, SECRET), END("USER_PASSWORD", FIELD, SECRET), END("SERVER_PASSWORD", FIELD, SECRET), END("USER_PASS", FIELD, SECRET),
    END("SMTPPASSWORD", FIELD, SECRET), END("EMAIL_PASSWORD", FIELD, SECRET),
    END("FROM", FIELD, FROM), END("FROM_ADDRESS", FIELD, FROM), END("FROM_EMAIL", FIELD, FROM), END("FROM_ADDR", FIELD, FROM),
    END("SENDER", FIELD, FROM), END("SENDER_EMAIL", FIELD, FROM), END("SENDER_ADDRESS", FIELD, FROM), END("DEFAULT_FROM", FIELD, FROM),
    END("DEFAULT_SENDER", FIELD, FROM), END("DEFAULT_FROM_EMAIL", FIELD, FROM), END("MAIL_FROM", FIELD, FROM), END("EMAIL_FROM", FIELD, FROM),
    END("FROM_MAIL", FIELD, FROM), END("REPLYTOEMAIL", FIELD, FROM), END("FEEDBACKEMAIL", FIELD, FROM), END("ADMIN_EMAIL", FIELD, FROM),
    END("SMTP_MAIL_FROM", FIELD, FROM), END("SMTP_FROM", FIELD, FROM), END("MAILER_EMAIL", FIELD, FROM),
    END("HEADER_FROM", FIELD, HEADER_FROM),
    END("TO", FIELD, TO), END("TO_ADDRESS", FIELD, TO), END("TO_EMAIL", FIELD, TO), END("RECIPIENT", FIELD, TO), END("RECEIVER", FIELD, TO),
    END("RECIPIENTS", FIELD, TO), END("RECEIVER_EMAIL", FIELD, TO),
    END("HELO", FIELD, HELO), END("EHLO", FIELD, HELO), END("HELO_NAME", FIELD, HELO), END("LOCAL_HOSTNAME", FIELD, HELO),
    END("EHLO_IDENTITY", FIELD, HELO), END("HELO_DOMAIN", FIELD, HELO), END("SOURCE", FIELD, SOURCE),
    END("CA", FIELD, CA), END("CA_FILE", FIELD, CA), END("CAFILE", FIELD, CA), END("CA_CERT", FIELD, CA), END("TLS_CA_FILE", FIELD, CA),
    END("SSL_CAFILE", FIELD, CA), END("SSL_CA_FILE", FIELD, CA), END("TLS_CAFILE", FIELD, CA),
    END("USE_TLS", STARTTLS, SECURITY), END("STARTTLS", STARTTLS, SECURITY), END("START_TLS", STARTTLS, SECURITY),
    END("USE_STARTTLS", STARTTLS, SECURITY), END("ENABLE_STARTTLS", STARTTLS, SECURITY), END("ENABLE_START_TLS", STARTTLS, SECURITY),
    END("STARTTLS_ENABLE", STARTTLS, SECURITY), END("STARTTLS_ENABLED", STARTTLS, SECURITY), END("ENABLE_STARTTLS_AUTO", STARTTLS, SECURITY),
    END("REQUIRE_TLS", STARTTLS, SECURITY), END("DISABLE_STARTTLS", OTHER, SECURITY), END("STARTTLS_REQUIRED", STARTTLS, SECURITY),
    END("TLS", TLS_ANY, SECURITY), END("TLS_ENABLED", TLS_ANY, SECURITY), END("ENABLE_TLS", TLS_ANY, SECURITY), END("SERVER_TLS", TLS_ANY, SECURITY),
    END("SSL", TLS, SECURITY), END("USE_SSL", TLS, SECURITY), END("SSL_TLS", TLS, SECURITY), END("SECURE", TLS, SECURITY),
    END("ENABLE_SSL", TLS, SECURITY), END("SSL_ENABLED", TLS, SECURITY), END("SMTP_SSL", TLS, SECURITY), END("SMTP_SECURE", TLS, SECURITY),
    END("FORCE_TLS", TLS, SECURITY), END("USE_SSL_TLS", TLS, SECURITY), END("IMPLICIT_TLS", TLS, SECURITY),
    END("ENCRYPTION", WORD, SECURITY), END("SECURITY", WORD, SECURITY), END("PROTOCOL", WORD, SECURITY), END("SMTP_ENCRYPTION", WORD, SECURITY),
    END("SCHEME", WORD, SECURITY), END("CONNECTION_SECURITY", WORD, SECURITY), END("CONNECTIONSECURITY", WORD, SECURITY), END("TLS_MODE", WORD, SECURITY),
    END("STARTTLS_POLICY", WORD, SECURITY), END("STARTTLSPOLICY", WORD, SECURITY), END("TLS_LEVEL", WORD, SECURITY), END("TLS_TYPE", WORD, SECURITY), END("SMTP_SECURITY", WORD, SECURITY),
    END("AUTH", AUTH, LOGIN), END("USE_AUTH", AUTH, LOGIN), END("AUTHENTICATION", AUTH, LOGIN), END("AUTH_METHOD", AUTH, LOGIN),
    END("AUTH_MECHANISM", AUTH, LOGIN), END("AUTHTYPE", AUTH, LOGIN), END("USE_CREDENTIALS", AUTH, LOGIN), END("ENABLESMTPAUTH", AUTH, LOGIN), END("SMTP_AUTH", AUTH, LOGIN),
    END("VALIDATE_CERTS", VERIFY, VERIFY), END("VERIFY", VERIFY, VERIFY), END("VERIFY_CERT", VERIFY, VERIFY), END("VERIFY_CERTS", VERIFY, VERIFY),
    END("SSL_VERIFY", VERIFY, VERIFY), END("TLS_VERIFY", VERIFY, VERIFY), END("VERIFY_PEER", VERIFY, VERIFY), END("VERIFY_SSL", VERIFY, VERIFY),
    END("TLS_REJECT_UNAUTHORIZED", VERIFY, VERIFY), END("REJECT_UNAUTHORIZED", VERIFY, VERIFY), END("OPENSSL_VERIFY_MODE", VERIFY, VERIFY),
    END("SKIP_VERIFY", UNVERIFIED, VERIFY), END("TLS_SKIP_VERIFY", UNVERIFIED, VERIFY), END("FORCE_TRUST_SERVER_CERT", UNVERIFIED, VERIFY),
    END("TRUSTSERVER", UNVERIFIED, VERIFY), END("ACCEPT_INVALID_CERTS", UNVERIFIED, VERIFY), END("SERVER_TLS_SKIP_VERIFY", UNVERIFIED, VERIFY),
    END("SKIPSERVERCERTIFICATEVERIFICATION", UNVERIFIED, VERIFY), END("ALLOW_INSECURE", UNVERIFIED, VERIFY), END("INSECURE", UNVERIFIED, VERIFY),
    END("ENABLED", ENABLED, HOST), END("ENABLE", ENABLED, HOST),
    END("PASSWORD_FILE", SECRET_FILE, SECRET), END("PASS_FILE", SECRET_FILE, SECRET), END("HOST_PASSWORD_FILE", SECRET_FILE, SECRET),
    END("AUTH_PASSWORD_FILE", SECRET_FILE, SECRET), END("PASSWD_FILE", SECRET_FILE, SECRET),
    END("PASSWORD_COMMAND", SECRET_COMMAND, SECRET), END("PASSWORD_ASK", SECRET_ASKED, SECRET),
    END("URL", URL, HOST), END("DSN", URL, HOST), END("URI", URL, HOST), END("SMTP_URL", URL, HOST), END("CONNECTION_URL", URL, HOST),
    END("TIMEOUT", OTHER, HOST), END("FROM_NAME", OTHER, FROM), END("SENDER_NAME", OTHER, FROM), END("SUBJECT_PREFIX", OTHER, FROM),
    END("DRIVER", OTHER, HOST), END("MAILER", OTHER, HOST), END("TRANSPORT", OTHER, HOST), END("BACKEND", OTHER, HOST), END("DEBUG", OTHER, HOST),
    END("REPLY_TO", OTHER, FROM), END("DOMAIN", OTHER, HELO), END("MODE", OTHER, HOST), END("SUBJECT", OTHER, FROM), END("SERVICE", OTHER, HOST),
};

/* Names that are not put together like this. */
static const struct whole {
    str name, prefix;
    enum mail_name_kind kind;
    enum settings_field field;
} WHOLE[] = {
    { STR_INIT("RELAYHOST"), STR_INIT("RELAYHOST"), MAIL_NAME_HOST_PORT, SETTINGS_HOST },
    { STR_INIT("POSTFIX_RELAYHOST"), STR_INIT("RELAYHOST"), MAIL_NAME_HOST_PORT, SETTINGS_HOST },
    { STR_INIT("DEFAULT_RELAY_HOST"), STR_INIT("DEFAULT_RELAY"), MAIL_NAME_HOST_PORT, SETTINGS_HOST },
    { STR_INIT("GF_SMTP_HOST"), STR_INIT("GF_SMTP"), MAIL_NAME_HOST_PORT, SETTINGS_HOST },
    { STR_INIT("SMARTHOST_ADDRESS"), STR_INIT("SMARTHOST"), MAIL_NAME_FIELD, SETTINGS_HOST },
    { STR_INIT("SMTP_ADDRESS"), STR_INIT("SMTP"), MAIL_NAME_FIELD, SETTINGS_HOST },
    { STR_INIT("DISCOURSE_SMTP_ADDRESS"), STR_INIT("DISCOURSE_SMTP"), MAIL_NAME_FIELD, SETTINGS_HOST },
    { STR_INIT("DISCOURSE_NOTIFICATION_EMAIL"), STR_INIT("DISCOURSE_SMTP"), MAIL_NAME_FIELD, SETTINGS_FROM },
    { STR_INIT("GITEA_MAILER_USER"), STR_INIT("GITEA_MAILER"), MAIL_NAME_FIELD, SETTINGS_USER },
    { STR_INIT("SENTRY_SERVER_EMAIL"), STR_INIT("SENTRY_EMAIL"), MAIL_NAME_FIELD, SETTINGS_FROM },
    { STR_INIT("SMTP_NAME"), STR_INIT("SMTP"), MAIL_NAME_USER, SETTINGS_USER }, /* Nextcloud's image */
    { STR_INIT("EMAIL_ADDRESS"), STR_INIT("EMAIL"), MAIL_NAME_USER, SETTINGS_USER },
    { STR_INIT("MAIL_ADDRESS"), STR_INIT("MAIL"), MAIL_NAME_USER, SETTINGS_USER },
    { STR_INIT("GMAIL_ADDRESS"), STR_INIT("GMAIL"), MAIL_NAME_USER, SETTINGS_USER },
    { STR_INIT("SENDER_EMAIL"), STR_INIT("SENDER"), MAIL_NAME_USER, SETTINGS_USER },
    { STR_INIT("SENDER_ADDRESS"), STR_INIT("SENDER"), MAIL_NAME_FIELD, SETTINGS_FROM },
    { STR_INIT("EMAIL_SENDER"), STR_INIT("EMAIL"), MAIL_NAME_FIELD, SETTINGS_FROM },
    { STR_INIT("FROM_EMAIL"), STR_INIT("FROM"), MAIL_NAME_FIELD, SETTINGS_FROM },
    { STR_INIT("FROM_ADDRESS"), STR_INIT("FROM"), MAIL_NAME_FIELD, SETTINGS_FROM },
    { STR_INIT("MAILER_FROM"), STR_INIT("MAILER"), MAIL_NAME_FIELD, SETTINGS_FROM },
    { STR_INIT("SERVER_EMAIL"), STR_INIT("DEFAULT"), MAIL_NAME_OTHER, SETTINGS_FROM },
    { STR_INIT("RECEIVER_EMAIL"), STR_INIT("FROM"), MAIL_NAME_FIELD, SETTINGS_TO },
    { STR_INIT("RECIPIENT_EMAIL"), STR_INIT("FROM"), MAIL_NAME_FIELD, SETTINGS_TO },
    { STR_INIT("TO_EMAIL"), STR_INIT("FROM"), MAIL_NAME_FIELD, SETTINGS_TO },
};
/* clang-format on */

enum { KEY_MAX = 80, NAMES_MAX = 256 };

/* The key in capitals, of two _ one. */
static str folded(str key, char *room)
{
    size_t n = 0;
    if (key.n >= KEY_MAX)
        return STR("");
    for (size_t i = 0; i < key.n; i++)
        if (key.p[i] != '_' || !n || room[n - 1] != '_')
            room[n++] = key.p[i] == '.' || key.p[i] == '-' ? '_' : to_upper(key.p[i]);
    return (str){ room, n };
}

static const struct end *end_of(str name)
{
    for (size_t i = 0; i < COUNT_OF(ENDS); i++)
        if (str_eq(ENDS[i].name, name))
            return &ENDS[i];
    return NULL;
}

bool mail_name_of(str key, struct mail_name *out)
{
    char room[KEY_MAX];
    str name = folded(key, room);
    size_t best = 0;
    for (size_t i = 0; i < COUNT_OF(WHOLE); i++)
        if (str_eq(WHOLE[i].name, name)) {
            *out = (struct mail_name){ WHOLE[i].kind, WHOLE[i].field, WHOLE[i].prefix };
            return true;
        }
    for (size_t i = 0; i < COUNT_OF(PREFIXES); i++) {
        str prefix = str_from(PREFIXES[i]);
        if (prefix.n <= best || !str_starts(name, prefix) || name.n <= prefix.n ||
            name.p[prefix.n] != '_')
            continue;
        const struct end *end = end_of(str_skip(name, prefix.n + 1));
        if (!end)
            continue;
        best = prefix.n;
        *out = (struct mail_name){ end->kind, end->field, prefix };
    }
    return best > 0;
}

/* ------------------------------------------------------------------------------------------------
 * Taking
 */
struct names_of {
    struct settings_reading *r;
    struct {
        struct settings_item *item;
        struct mail_name name;
    } rows[NAMES_MAX];
    size_t count;
    str taken; /* the prefix */
};

static bool is_host(const struct mail_name *n)
{
    return n->kind == MAIL_NAME_URL || n->kind == MAIL_NAME_HOST_PORT ||
           (n->kind == MAIL_NAME_FIELD && n->field == SETTINGS_HOST);
}

static void collect(struct names_of *n, struct settings_reading *r, str section)
{
    n->r = r;
    n->count = 0;
    for (size_t i = 0; i < r->item_count && n->count < NAMES_MAX; i++) {
        struct mail_name name;
        if ((section.p && !str_eq(r->items[i].section, section)) ||
            !mail_name_of(r->items[i].key, &name))
            continue;
        n->rows[n->count].item = &r->items[i];
        n->rows[n->count++].name = name;
    }
}

size_t mail_names_count(const struct settings_reading *r, str section, bool *host)
{
    size_t count = 0;
    *host = false;
    for (size_t i = 0; i < r->item_count; i++) {
        struct mail_name name;
        if ((section.p && !str_eq(r->items[i].section, section)) ||
            !mail_name_of(r->items[i].key, &name))
            continue;
        count++;
        *host |= is_host(&name);
    }
    return count;
}

static bool has_host(const struct names_of *n, str prefix)
{
    for (size_t i = 0; i < n->count; i++)
        if (is_host(&n->rows[i].name) && str_eq(n->rows[i].name.prefix, prefix) &&
            n->rows[i].item->value.n)
            return true;
    return false;
}

static bool is_account(const struct settings_reading *r, str name)
{
    for (size_t i = 0; i < r->account_count; i++)
        if (str_eq(r->accounts[i], name))
            return true;
    return false;
}

/* Every prefix with a host is an account; the first is taken, unless another was asked for. */
static void choose(struct names_of *n, bool accounts)
{
    struct settings_reading *r = n->r;
    n->taken = STR_NONE;
    for (size_t i = 0; i < n->count; i++) {
        str prefix = n->rows[i].name.prefix;
        if (!is_host(&n->rows[i].name) || !n->rows[i].item->value.n)
            continue;
        if (!n->taken.p || (accounts && str_eq_nocase(r->account, prefix)))
            n->taken = prefix;
        if (accounts && r->account_count < SETTINGS_ACCOUNTS && !is_account(r, prefix))
            r->accounts[r->account_count++] = prefix;
    }
    if (accounts && r->account_count == 1)
        r->account_count = 0;
    if (accounts)
        r->account_taken = r->account_count ? n->taken : STR_NONE;
}

/* The last of that kind and field of the prefix that is taken; or else of one that has no host of its own. */
static struct settings_item *pick(struct names_of *n, enum mail_name_kind kind,
                                  enum settings_field field)
{
    struct settings_item *own = NULL, *other = NULL;
    for (size_t i = 0; i < n->count; i++) {
        const struct mail_name *name = &n->rows[i].name;
        if (name->kind != kind || name->field != field)
            continue;
        n->rows[i].item->known = true;
        if (str_eq(name->prefix, n->taken))
            own = n->rows[i].item;
        else if (!has_host(n, name->prefix))
            other = n->rows[i].item;
    }
    return own ? own : other;
}

static struct settings_item *field(struct names_of *n, enum settings_field f)
{
    return pick(n, MAIL_NAME_FIELD, f);
}

static str decoded(struct names_of *n, str raw)
{
    AUTO(buf_wipe_done) struct buf out;
    buf_init(&out, SETTINGS_SECRET_MAX);
    settings_url_decode(raw, false, &out);
    str value = out.n ? arena_dup(n->r->arena, buf_str(&out)) : STR("");
    return value.p ? value : STR("");
}

static void take_url(struct names_of *n, struct settings_item *item)
{
    struct settings_url url;
    struct err e;
    uint64_t port;
    struct smtp_attempt *a = &n->r->found.attempt;
    if (!item || !settings_url_cut(item->value, &url, &e))
        return;
    settings_said(n->r, SETTINGS_HOST, item);
    a->host = url.host;
    if (str_to_u64(url.port, UINT16_MAX, &port))
        a->port = (uint16_t)port;
    bool at_once = str_eq_nocase(url.scheme, STR("smtps")) ||
                   str_ends_nocase(url.scheme, STR("ssl"));
    if (at_once || str_ends_nocase(url.scheme, STR("tls")) || a->port) {
        a->security = at_once || a->port == 465 ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
        settings_said(n->r, SETTINGS_SECURITY, item);
    }
    if (url.user.n) {
        a->user = decoded(n, url.user);
        settings_said(n->r, SETTINGS_USER, item);
    }
    if (url.password.n) {
        settings_said(n->r, SETTINGS_SECRET, item);
        n->r->found.secret = SETTINGS_SECRET_LITERAL;
        n->r->found.secret_text = decoded(n, url.password);
    }
}

/* "host:port", "[host]:port", "host"; an address of IPv6 without brackets has no port. */
static void take_host_port(struct names_of *n, struct settings_item *item)
{
    struct smtp_attempt *a = &n->r->found.attempt;
    uint64_t port;
    if (!item)
        return;
    str value = str_trim(item->value);
    size_t colon = str_rfind_octet(value, ':'), close = str_rfind_octet(value, ']');
    bool split = colon != STR_NOT_FOUND && colon == str_find_octet(value, ':');
    split |= close != STR_NOT_FOUND && colon != STR_NOT_FOUND && colon > close;
    str host = split ? str_take(value, colon) : value;
    if (str_starts(host, STR("[")) && host.n > 2 && host.p[host.n - 1] == ']')
        host = str_take(str_skip(host, 1), host.n - 2);
    settings_said(n->r, SETTINGS_HOST, item);
    a->host = host;
    if (split && str_to_u64(str_skip(value, colon + 1), UINT16_MAX, &port) && port) {
        a->port = (uint16_t)port;
        settings_said(n->r, SETTINGS_PORT, item);
    } else if (split)
        settings_mistake(n->r, MISTAKE_PORT_BROKEN, item,
                         STR("behind the colon stands no number from 1 to 65535"),
                         STR("write the host, a colon and the port: mail.example.org:587"));
}

static enum smtp_security by_port(const struct smtp_attempt *a)
{
    if (a->port == 465)
        return SMTP_SECURITY_TLS;
    return a->port == 587 || a->port == 2525 || (!a->port && a->user.n) ? SMTP_SECURITY_STARTTLS
                                                                        : SMTP_SECURITY_NONE;
}

/* Words of many programs. AUTO: none of them. */
static enum smtp_security security_of(str word, const struct smtp_attempt *a)
{
    static const struct {
        const char *word;
        enum smtp_security security;
    } WORDS[] = {
        { "ssl", SMTP_SECURITY_TLS },
        { "smtps", SMTP_SECURITY_TLS },
        { "ssl/tls", SMTP_SECURITY_TLS },
        { "force_tls", SMTP_SECURITY_TLS },
        { "implicit", SMTP_SECURITY_TLS },
        { "tls-wrapper", SMTP_SECURITY_TLS },
        { "smtp+ssl", SMTP_SECURITY_TLS },
        { "starttls", SMTP_SECURITY_STARTTLS },
        { "smtp+starttls", SMTP_SECURITY_STARTTLS },
        { "mandatorystarttls", SMTP_SECURITY_STARTTLS },
        { "opportunisticstarttls", SMTP_SECURITY_STARTTLS },
        { "nostarttls", SMTP_SECURITY_NONE },
        { "encrypt", SMTP_SECURITY_STARTTLS },
        { "may", SMTP_SECURITY_STARTTLS },
        { "always", SMTP_SECURITY_STARTTLS },
        { "auto", SMTP_SECURITY_STARTTLS },
        { "smtp+tls", SMTP_SECURITY_STARTTLS },
        { "explicit", SMTP_SECURITY_STARTTLS },
        { "none", SMTP_SECURITY_NONE },
        { "off", SMTP_SECURITY_NONE },
        { "plain", SMTP_SECURITY_NONE },
        { "never", SMTP_SECURITY_NONE },
        { "null", SMTP_SECURITY_NONE },
        { "", SMTP_SECURITY_NONE },
    };
    if (str_eq_nocase(word, STR("tls")))
        return a->port == 465 ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
    if (str_eq_nocase(word, STR("smtp")))
        return by_port(a);
    for (size_t i = 0; i < COUNT_OF(WORDS); i++)
        if (str_eq_nocase(word, str_from(WORDS[i].word)))
            return WORDS[i].security;
    return SMTP_SECURITY_AUTO;
}

/* 1, 0, and -1 for a word that is neither; said where it says something about the connection. */
static int switched(struct names_of *n, enum mail_name_kind kind, struct settings_item **item)
{
    *item = pick(n, kind, SETTINGS_SECURITY);
    if (!*item || (*item)->how & SETTINGS_ITEM_CODE)
        return 0;
    enum smtp_security word = security_of(str_trim((*item)->value), &n->r->found.attempt);
    int truth = settings_truth((*item)->value);
    return truth >= 0                       ? truth
           : word == SMTP_SECURITY_TLS      ? 2
           : word == SMTP_SECURITY_STARTTLS ? 3
                                            : 0;
}

static void take_security(struct names_of *n)
{
    struct smtp_attempt *a = &n->r->found.attempt;
    struct settings_item *word = pick(n, MAIL_NAME_WORD, SETTINGS_SECURITY), *tls, *start, *any;
    int at_once = switched(n, MAIL_NAME_TLS, &tls), later = switched(n, MAIL_NAME_STARTTLS, &start);
    int either = switched(n, MAIL_NAME_TLS_ANY, &any);
    enum smtp_security named = word ? security_of(str_trim(word->value), a) : SMTP_SECURITY_AUTO;
    if (a->security != SMTP_SECURITY_AUTO)
        return; /* a URL has said it */
    if (named != SMTP_SECURITY_AUTO) {
        a->security = named;
        settings_said(n->r, SETTINGS_SECURITY, word);
    } else if (at_once) {
        a->security = at_once == 3 ? SMTP_SECURITY_STARTTLS : SMTP_SECURITY_TLS;
        settings_said(n->r, SETTINGS_SECURITY, tls);
    } else if (later || either) {
        bool now = either == 2 || (!later && a->port == 465);
        a->security = now ? SMTP_SECURITY_TLS : SMTP_SECURITY_STARTTLS;
        settings_said(n->r, SETTINGS_SECURITY, later ? start : any);
    } else if (start || any) {
        a->security = a->port == 465 && !tls ? SMTP_SECURITY_TLS : SMTP_SECURITY_NONE;
        settings_said(n->r, SETTINGS_SECURITY, start ? start : any);
    } else
        a->security = by_port(a);
    if (word && named == SMTP_SECURITY_AUTO)
        settings_said(n->r, SETTINGS_SECURITY, word);
    if (at_once == 1 && later == 1)
        settings_mistake(n->r, MISTAKE_TLS_AGAINST_PORT, start,
                         STR("TLS at once and STARTTLS are both switched on; only one can be"),
                         STR("with port 465 leave TLS at once on, with port 587 STARTTLS"));
}

bool mail_names_reference(const struct settings_item *item, str *name)
{
    if (!item->place.file)
        return false;
    str raw = str_take(str_skip(item->place.file->text, item->place.at), item->place.n);
    if (str_starts(raw, item->key) && raw.n > item->key.n && raw.p[item->key.n] == '=')
        raw = str_skip(raw, item->key.n + 1); /* of a list, where the name belongs to the place */
    bool quoted = raw.n > 1 && (*raw.p == '"' || *raw.p == '\'') && raw.p[raw.n - 1] == *raw.p;
    if (quoted)
        raw = str_take(str_skip(raw, 1), raw.n - 2);
    if (raw.n < 2 || *raw.p != '$')
        return false;
    raw = str_skip(raw, 1);
    if (*raw.p == '{' && raw.n > 2 && raw.p[raw.n - 1] == '}')
        raw = str_take(str_skip(raw, 1), raw.n - 2);
    for (size_t i = 0; i < raw.n; i++)
        if (!is_alnum(raw.p[i]) && raw.p[i] != '_')
            return false;
    *name = raw;
    return raw.n > 0;
}

/* The name is set by a file of the reading. */
static bool in_files(const struct settings_reading *r, str name)
{
    for (size_t i = 0; i < r->item_count; i++)
        if (str_eq(r->items[i].key, name))
            return true;
    return false;
}

static void take_secret(struct names_of *n)
{
    struct settings_item *plain = field(n, SETTINGS_SECRET);
    struct settings_item *file = pick(n, MAIL_NAME_SECRET_FILE, SETTINGS_SECRET);
    struct settings_item *command = pick(n, MAIL_NAME_SECRET_COMMAND, SETTINGS_SECRET);
    struct settings_item *asked = pick(n, MAIL_NAME_SECRET_ASKED, SETTINGS_SECRET);
    str name;
    if (plain && (plain->value.n || !(file || command || asked))) {
        if (plain->how & (SETTINGS_ITEM_EXPANDED | SETTINGS_ITEM_LOST) &&
            mail_names_reference(plain, &name) && !in_files(n->r, name)) {
            settings_take_reference(n->r, plain, SETTINGS_SECRET_ENV, name);
            return;
        }
        settings_take_secret(n->r, plain);
    } else if (file)
        settings_take_reference(n->r, file, SETTINGS_SECRET_FILE, file->value);
    else if (command)
        settings_take_reference(n->r, command, SETTINGS_SECRET_COMMAND, command->value);
    else if (asked)
        settings_take_reference(n->r, asked, SETTINGS_SECRET_ASKED, STR_NONE);
}

static void take_login(struct names_of *n)
{
    struct smtp_attempt *a = &n->r->found.attempt;
    struct settings_item *auth = pick(n, MAIL_NAME_AUTH, SETTINGS_LOGIN);
    int truth = auth ? settings_truth(auth->value) : -1;
    bool none = auth && (str_eq_nocase(auth->value, STR("none")) ||
                         str_eq_nocase(auth->value, STR("null")));
    settings_said(n->r, SETTINGS_LOGIN, auth);
    if (!a->user.n || none || (auth && auth->value.n && truth == 0))
        return;
    a->mechanism = STR("auto");
    if (auth && auth->value.n && truth < 0) {
        static const char *const KNOWN[] = { "PLAIN", "LOGIN", "CRAM-MD5" };
        for (size_t i = 0; i < COUNT_OF(KNOWN); i++)
            if (str_eq_nocase(auth->value, str_from(KNOWN[i])) ||
                (i == 2 && str_eq_nocase(auth->value, STR("cram_md5"))))
                a->mechanism = str_from(KNOWN[i]);
    }
}

/* Nextcloud's image has the sender in two halves. */
static str in_mail_domain(struct names_of *n, str from)
{
    if (!from.n || str_find_octet(from, '@') != STR_NOT_FOUND)
        return from;
    for (size_t i = 0; i < n->count; i++) {
        const struct settings_item *domain = n->rows[i].item;
        if (domain->value.n && str_eq(domain->key, STR("MAIL_DOMAIN")))
            return arena_printf(n->r->arena, "%.*s@%.*s", STR_ARG(from), STR_ARG(domain->value));
    }
    return from;
}

static void take_from(struct names_of *n, enum settings_field f)
{
    struct settings_item *item = field(n, f);
    struct smtp_attempt *a = &n->r->found.attempt;
    settings_take(n->r, f, item);
    if (item && f == SETTINGS_FROM)
        a->from = in_mail_domain(n, settings_address(a->from));
    if (item && f == SETTINGS_HEADER_FROM)
        a->header_from = settings_address(a->header_from);
}

static void take_switches(struct names_of *n)
{
    struct settings_item *verify = pick(n, MAIL_NAME_VERIFY, SETTINGS_VERIFY);
    struct settings_item *skip = pick(n, MAIL_NAME_UNVERIFIED, SETTINGS_VERIFY);
    struct settings_item *on = pick(n, MAIL_NAME_ENABLED, SETTINGS_HOST);
    bool off = verify &&
               (settings_truth(verify->value) == 0 || str_eq_nocase(verify->value, STR("none")));
    if (off && verify->value.n) {
        settings_said(n->r, SETTINGS_VERIFY, verify);
        n->r->found.unverified = true;
    }
    if (skip && settings_truth(skip->value) == 1) {
        settings_said(n->r, SETTINGS_VERIFY, skip);
        n->r->found.unverified = true;
    }
    if (on && on->value.n && settings_truth(on->value) == 0)
        settings_mistake(
            n->r, MISTAKE_NOT_APPLIED, on,
            STR("the switch for mail is off, so that nothing is sent by these settings"),
            STR("switch it on: true"));
}

void mail_names_take(struct settings_reading *r, str section, bool accounts)
{
    static const enum settings_field PLAIN[] = { SETTINGS_HOST, SETTINGS_PORT, SETTINGS_USER,
                                                 SETTINGS_TO,   SETTINGS_HELO, SETTINGS_SOURCE,
                                                 SETTINGS_CA };
    struct names_of n;
    struct smtp_attempt *a = &r->found.attempt;
    collect(&n, r, section);
    choose(&n, accounts);
    for (size_t i = 0; i < n.count; i++)
        n.rows[i].item->known |= n.rows[i].name.kind == MAIL_NAME_OTHER;
    take_url(&n, pick(&n, MAIL_NAME_URL, SETTINGS_HOST));
    take_host_port(&n, pick(&n, MAIL_NAME_HOST_PORT, SETTINGS_HOST));
    for (size_t i = 0; i < COUNT_OF(PLAIN); i++)
        settings_take(r, PLAIN[i], field(&n, PLAIN[i]));
    struct settings_item *both = pick(&n, MAIL_NAME_USER, SETTINGS_USER);
    if (!a->user.n)
        settings_take(r, SETTINGS_USER, both);
    take_secret(&n);
    take_security(&n);
    if (!a->port && a->host.n)
        a->port = a->security == SMTP_SECURITY_TLS        ? 465
                  : a->security == SMTP_SECURITY_STARTTLS ? 587
                                                          : 25;
    take_login(&n);
    take_from(&n, SETTINGS_FROM);
    take_from(&n, SETTINGS_HEADER_FROM);
    if (!r->said[SETTINGS_FROM] && both && str_find_octet(both->value, '@') != STR_NOT_FOUND)
        settings_take(r, SETTINGS_FROM, both);
    take_switches(&n);
}
