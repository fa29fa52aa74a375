/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "settings/mistakes.h"
#include "settings/reading.h"

/* A case is a right setting of a private server, and what differs from it. */
static const struct smtp_attempt RIGHT = {
    .host = STR_INIT("mail.corp.test"),
    .port = 587,
    .security = SMTP_SECURITY_STARTTLS,
    .mechanism = STR_INIT("auto"),
    .user = STR_INIT("anna@corp.test"),
    .from = STR_INIT("anna@corp.test"),
};
#define SECRET "tulip-Mania-1637"

struct fault {
    const char *what;
    str host, user, from, header_from, mechanism, secret,
        helo; /* "-" is empty; empty: as in RIGHT */
    uint16_t port;
    enum smtp_security security;
    bool in_clear, any, at_will; /* security none; certificates not verified; only if offered */
    enum settings_secret kind;   /* NONE: a literal */
    bool no_secret, token;
    enum settings_field how_of;
    unsigned how;
    const char *wanted;           /* name of the mistake; NULL: none */
    const char *cause;            /* NULL: not looked at */
    const char *sure;             /* NULL: not looked at */
    const char *program, *remedy; /* NULL: of none; not looked at */
};

static str changed(str right, str given)
{
    return str_eq(given, STR("-")) ? STR("") : given.n ? given : right;
}

static struct settings_item ITEMS[SETTINGS_FIELDS];

static void look(const struct fault *f, struct settings_reading *r)
{
    struct settings *s = &r->found;
    *s = (struct settings){ .attempt = RIGHT };
    s->attempt.host = changed(RIGHT.host, f->host);
    s->attempt.user = changed(RIGHT.user, f->user);
    s->attempt.from = changed(RIGHT.from, f->from);
    s->attempt.header_from = changed(STR_NONE, f->header_from);
    s->attempt.mechanism = changed(RIGHT.mechanism, f->mechanism);
    s->attempt.helo = f->helo;
    s->attempt.port = f->port ? f->port : RIGHT.port;
    s->attempt.security = f->in_clear   ? SMTP_SECURITY_NONE
                          : f->at_will  ? SMTP_SECURITY_AUTO
                          : f->security ? f->security
                                        : RIGHT.security;
    s->unverified = f->any;
    s->token = f->token;
    s->secret = f->no_secret ? SETTINGS_SECRET_NONE : f->kind ? f->kind : SETTINGS_SECRET_LITERAL;
    s->secret_text = changed(STR(SECRET), f->secret);
    for (unsigned i = 0; i < SETTINGS_FIELDS; i++) {
        ITEMS[i] = (struct settings_item){ .key = names_of(&SETTINGS_FIELD_NAMES, (int)i) };
        ITEMS[i].value = i == SETTINGS_SECRET ? s->secret_text : STR("x");
        ITEMS[i].how = f->how && i == f->how_of ? f->how : 0;
        r->said[i] = &ITEMS[i];
    }
    if (!f->header_from.n)
        r->said[SETTINGS_HEADER_FROM] = NULL;
    if (f->no_secret)
        r->said[SETTINGS_SECRET] = NULL;
    settings_look_for_mistakes(r);
}

static const struct settings_mistake *found(const struct settings_reading *r, const char *name)
{
    for (size_t i = 0; i < r->mistake_count; i++)
        if (str_eq(r->mistakes[i].row->name, str_from(name)))
            return &r->mistakes[i];
    return NULL;
}

static void run(const struct fault *f)
{
    struct arena a;
    struct settings_reading r;
    arena_init(&a, 1 << 20);
    settings_reading_init(&r, &a, f->program ? settings_program_named(str_from(f->program)) : NULL);
    look(f, &r);
    const struct settings_mistake *m = f->wanted ? found(&r, f->wanted) : NULL;
    if (!f->wanted && r.mistake_count)
        fail_msg("%s: '%.*s' is none", f->what, STR_ARG(r.mistakes[0].said));
    if (f->wanted && !m)
        fail_msg("%s: %s is not seen", f->what, f->wanted);
    if (m && f->cause && !str_eq(cause_of(m->cause)->name, str_from(f->cause)))
        fail_msg("%s: the cause is %.*s", f->what, STR_ARG(cause_of(m->cause)->name));
    if (m && f->sure &&
        !str_eq(names_of(&SETTINGS_SURENESS_NAMES, (int)m->sure), str_from(f->sure)))
        fail_msg("%s: how sure is another", f->what);
    if (m && f->remedy && !str_eq(m->remedy, str_from(f->remedy)))
        fail_msg("%s: the remedy is: %.*s", f->what, STR_ARG(m->remedy));
    for (size_t i = 0; i < r.mistake_count; i++) {
        const struct settings_mistake *told = &r.mistakes[i];
        assert_true(told->said.n && told->remedy.n);
        if (f->secret.n > 3)
            assert_true(str_find(told->said, f->secret) == STR_NOT_FOUND &&
                        str_find(told->remedy, f->secret) == STR_NOT_FOUND);
    }
    arena_done(&a);
}

#define S STR_INIT
static const struct fault SECRETS[] = {
    { .what = "right" },
    { .what = "ends in a line",
      .secret = S(SECRET "\n"),
      .wanted = "secret-line-end",
      .cause = "password-mangled",
      .sure = "wrong" },
    { .what = "in quotes",
      .secret = S("\"" SECRET "\""),
      .wanted = "secret-quotes",
      .cause = "password-mangled" },
    { .what = "in single quotes", .secret = S("'" SECRET "'"), .wanted = "secret-quotes" },
    { .what = "a blank behind", .secret = S(SECRET " "), .wanted = "secret-blank" },
    { .what = "a blank within", .secret = S("tulip Mania 1637") },
    { .what = "a no-break space", .secret = S("tulip\xC2\xA0Mania"), .wanted = "secret-odd" },
    { .what = "Latin-1", .secret = S("caf\xE9-1637"), .wanted = "secret-odd" },
    { .what = "UTF-8", .secret = S("caf\xC3\xA9-1637") },
    { .what = "base64 of a line", .secret = S("dHVsaXAtTWFuaWEtMTYzNwo="), .wanted = "secret-odd" },
    { .what = "a dollar meant", .secret = S("a$HOME$1b") },
    { .what = "percent meant", .secret = S("50%40off") },
    { .what = "a dollar eaten",
      .secret = S("pa"),
      .how_of = SETTINGS_SECRET,
      .how = SETTINGS_ITEM_LOST,
      .wanted = "secret-dollar",
      .sure = "wrong" },
    { .what = "cut at a comment",
      .secret = S("pa"),
      .how_of = SETTINGS_SECRET,
      .how = SETTINGS_ITEM_CUT,
      .wanted = "secret-cut" },
    { .what = "empty", .secret = S("-"), .wanted = "secret-empty" },
    { .what = "empty by a lost reference",
      .secret = S("-"),
      .how_of = SETTINGS_SECRET,
      .how = SETTINGS_ITEM_LOST },
    { .what = "of an example",
      .secret = S("YOUR_APP_PASSWORD"),
      .wanted = "secret-placeholder",
      .cause = "wrong-credentials" },
    { .what = "stars", .secret = S("********"), .wanted = "secret-placeholder" },
    { .what = "in angle brackets", .secret = S("<the password>"), .wanted = "secret-placeholder" },
    { .what = "as Google shows it",
      .secret = S("abcd efgh ijkl mnop"),
      .wanted = "secret-spaces",
      .sure = "note" },
    { .what = "in a keyring", .kind = SETTINGS_SECRET_ASKED, .secret = S("-") },
    { .what = "behind a name", .kind = SETTINGS_SECRET_ENV, .secret = S("SMTP_PASSWORD\n") },
};
static const struct fault LOGINS[] = {
    { .what = "switched off",
      .mechanism = S("-"),
      .wanted = "login-off",
      .cause = "client-never-authenticates",
      .sure = "wrong" },
    { .what = "no login at all", .mechanism = S("-"), .user = S("-"), .no_secret = true },
    { .what = "a user alone", .mechanism = S("-"), .no_secret = true },
    { .what = "no user", .user = S("-"), .wanted = "login-no-user" },
    { .what = "user is code", .user = S("-"), .how_of = SETTINGS_USER, .how = SETTINGS_ITEM_CODE },
    { .what = "by certificate", .user = S("-"), .mechanism = S("EXTERNAL"), .no_secret = true },
    { .what = "no password", .no_secret = true, .wanted = "login-no-secret" },
    { .what = "in clear",
      .in_clear = true,
      .wanted = "login-in-clear",
      .cause = "auth-hidden-until-tls",
      .sure = "unsafe" },
    { .what = "in clear to this machine", .host = S("127.0.0.1"), .in_clear = true },
    { .what = "in clear in a container's net",
      .host = S("mailhog"),
      .port = 1025,
      .in_clear = true },
    { .what = "in clear at Gmail",
      .host = S("smtp.gmail.com"),
      .user = S("anna.k@gmail.com"),
      .from = S("anna.k@gmail.com"),
      .in_clear = true,
      .wanted = "login-in-clear",
      .sure = "likely" },
    { .what = "Gmail by CRAM-MD5",
      .host = S("smtp.gmail.com"),
      .user = S("anna.k@gmail.com"),
      .from = S("anna.k@gmail.com"),
      .mechanism = S("CRAM-MD5"),
      .wanted = "login-mechanism" },
    { .what = "CRAM-MD5 elsewhere", .mechanism = S("CRAM-MD5") },
    { .what = "Gmail by half a name",
      .host = S("smtp.gmail.com"),
      .user = S("anna.k"),
      .from = S("anna.k@gmail.com"),
      .wanted = "login-user-form",
      .cause = "wrong-username-form" },
    { .what = "SendGrid by name",
      .host = S("smtp.sendgrid.net"),
      .user = S("anna"),
      .wanted = "login-user-form" },
    { .what = "SendGrid",
      .host = S("smtp.sendgrid.net"),
      .user = S("apikey"),
      .secret = S("SG.tulip.Mania") },
    { .what = "Outlook.com by password",
      .host = S("smtp-mail.outlook.com"),
      .user = S("anna.k@outlook.com"),
      .from = S("anna.k@outlook.com"),
      .mechanism = S("XOAUTH2"),
      .wanted = "login-switched-off",
      .cause = "password-login-switched-off",
      .sure = "likely" },
    { .what = "Outlook.com by token",
      .host = S("smtp-mail.outlook.com"),
      .user = S("anna.k@outlook.com"),
      .from = S("anna.k@outlook.com"),
      .mechanism = S("XOAUTH2"),
      .token = true },
    { .what = "Gmail by password",
      .host = S("smtp.gmail.com"),
      .user = S("anna.k@gmail.com"),
      .from = S("anna.k@gmail.com"),
      .wanted = "login-switched-off",
      .cause = "app-password-needed" },
    { .what = "Gmail by an app password",
      .host = S("smtp.gmail.com"),
      .user = S("anna.k@gmail.com"),
      .from = S("anna.k@gmail.com"),
      .secret = S("abcdefghijklmnop") },
    { .what = "Gmail, and the password is asked for",
      .host = S("smtp.gmail.com"),
      .user = S("anna.k@gmail.com"),
      .from = S("anna.k@gmail.com"),
      .kind = SETTINGS_SECRET_ASKED,
      .wanted = "login-switched-off",
      .sure = "note" },
    { .what = "Gmail by another password",
      .host = S("smtp.gmail.com"),
      .user = S("anna.k@gmail.com"),
      .from = S("anna.k@gmail.com"),
      .wanted = "login-switched-off",
      .cause = "app-password-needed",
      .sure = "likely" },
    { .what = "SES by a key of AWS",
      .host = S("email-smtp.eu-west-1.amazonaws.com"),
      .user = S("AKIAIOSFODNN7EXAMPLE"),
      .secret = S("abcdefghijabcdefghijabcdefghijabcdefghij"),
      .wanted = "login-switched-off",
      .cause = "wrong-credentials",
      .sure = "wrong" },
    { .what = "SES by address",
      .host = S("email-smtp.eu-west-1.amazonaws.com"),
      .secret = S("abcdefghijabcdefghijabcdefghijabcdefghij1234"),
      .wanted = "login-user-form",
      .sure = "wrong" },
    { .what = "Gmail's user at Yahoo",
      .host = S("smtp.mail.yahoo.com"),
      .user = S("anna.k@gmail.com"),
      .from = S("anna.k@gmail.com"),
      .secret = S("abcdefghijklmnop"),
      .wanted = "host-product",
      .cause = "wrong-server" },
    { .what = "Microsoft 365 by password",
      .host = S("smtp.office365.com"),
      .wanted = "login-switched-off",
      .sure = "note" },
};
static const struct fault SERVERS[] = {
    { .what = "none", .host = S("-"), .wanted = "host-missing", .cause = "wrong-server" },
    { .what = "code", .host = S("-"), .how_of = SETTINGS_HOST, .how = SETTINGS_ITEM_CODE },
    { .what = "a scheme", .host = S("ssl://mail.corp.test"), .wanted = "host-form" },
    { .what = "a port", .host = S("mail.corp.test:587"), .wanted = "host-form" },
    { .what = "an address", .host = S("anna@corp.test"), .wanted = "host-form" },
    { .what = "quotes", .host = S("'mail.corp.test'"), .wanted = "host-form" },
    { .what = "a blank", .host = S("mail.corp.test mx.corp.test"), .wanted = "host-form" },
    { .what = "IPv6", .host = S("2001:db8::25") },
    { .what = "IPv6 in brackets", .host = S("[2001:db8::25]") },
    { .what = "IMAP", .host = S("imap.corp.test"), .wanted = "host-incoming" },
    { .what = "Gmail's IMAP", .host = S("imap.gmail.com"), .wanted = "host-incoming" },
    { .what = "Gmail for machines", .host = S("smtp-relay.gmail.com"), .wanted = "host-product" },
    { .what = "Gmail for machines without login",
      .host = S("smtp-relay.gmail.com"),
      .mechanism = S("-"),
      .user = S("-"),
      .no_secret = true },
    { .what = "a former name",
      .host = S("smtp.live.com"),
      .mechanism = S("-"),
      .user = S("-"),
      .no_secret = true,
      .wanted = "host-product",
      .cause = "wrong-server" },
    { .what = "a slip of the finger",
      .host = S("smtp.gmal.com"),
      .wanted = "host-typo",
      .cause = "wrong-server" },
    { .what = "POP", .host = S("pop3.corp.test"), .wanted = "host-incoming" },
    { .what = "Google's MX",
      .host = S("aspmx.l.google.com"),
      .wanted = "host-mx",
      .cause = "mx-port-not-submission" },
    { .what = "Google's MX without login",
      .host = S("aspmx.l.google.com"),
      .mechanism = S("-"),
      .user = S("-"),
      .no_secret = true },
    { .what = "465 in STARTTLS",
      .port = 465,
      .wanted = "tls-against-port",
      .cause = "tls-mode-mismatch" },
    { .what = "465 in clear", .port = 465, .in_clear = true, .wanted = "tls-against-port" },
    { .what = "465 at will", .port = 465, .at_will = true, .wanted = "tls-against-port" },
    { .what = "465", .port = 465, .security = SMTP_SECURITY_TLS },
    { .what = "2465", .port = 2465, .security = SMTP_SECURITY_TLS },
    { .what = "587 by TLS at once", .security = SMTP_SECURITY_TLS, .wanted = "tls-against-port" },
    { .what = "25 by TLS at once",
      .port = 25,
      .security = SMTP_SECURITY_TLS,
      .wanted = "tls-against-port" },
    { .what = "an own port by TLS at once", .port = 2626, .security = SMTP_SECURITY_TLS },
    { .what = "IMAP's port",
      .port = 993,
      .security = SMTP_SECURITY_TLS,
      .wanted = "host-incoming" },
    { .what = "POP's port", .port = 995, .security = SMTP_SECURITY_TLS, .wanted = "host-incoming" },
    { .what = "IMAP's clear port", .port = 143, .wanted = "host-incoming" },
    { .what = "any certificate in a house", .host = STR_INIT("mail.lan"), .any = true },
    { .what = "any certificate by mDNS", .host = STR_INIT("mail.local"), .any = true },
    { .what = "any certificate in a cluster", .host = STR_INIT("mail.svc.internal"), .any = true },
    { .what = "25 with a login", .port = 25, .wanted = "port-25", .sure = "note" },
    { .what = "25 with a login at GMX",
      .host = S("mail.gmx.net"),
      .user = S("anna.k@gmx.de"),
      .from = S("anna.k@gmx.de"),
      .port = 25,
      .wanted = "port-25",
      .sure = "likely" },
    { .what = "25 without a login",
      .port = 25,
      .mechanism = S("-"),
      .user = S("-"),
      .no_secret = true },
    { .what = "25 to this machine", .host = S("localhost"), .port = 25 },
    { .what = "any certificate", .any = true, .wanted = "verify-off", .sure = "unsafe" },
    { .what = "any certificate of this machine", .host = S("localhost"), .any = true },
    { .what = "encryption at will", .at_will = true, .wanted = "tls-optional", .sure = "unsafe" },
    { .what = "greets as localhost",
      .helo = S("localhost"),
      .wanted = "helo-name",
      .cause = "ehlo-name-refused" },
    { .what = "greets as a container", .helo = S("3f2a9b77c01d"), .wanted = "helo-name" },
    { .what = "greets by a bare name", .helo = S("web1"), .wanted = "helo-name" },
    { .what = "greets by a name", .helo = S("web1.corp.test") },
    { .what = "greets by an address", .helo = S("[192.0.2.7]") },
};
static const struct fault SENDERS[] = {
    { .what = "empty", .from = S("-"), .wanted = "from-empty", .cause = "from-invalid" },
    { .what = "bare", .from = S("www-data"), .wanted = "from-unqualified" },
    { .what = "localhost",
      .from = S("root@localhost"),
      .wanted = "from-unqualified",
      .sure = "likely" },
    { .what = "localhost to this machine",
      .host = S("localhost"),
      .from = S("root@localhost"),
      .wanted = "from-unqualified",
      .sure = "note" },
    { .what = "one word", .from = S("root@web1"), .wanted = "from-unqualified" },
    { .what = "of an example", .from = S("noreply@yourdomain.com"), .wanted = "from-unqualified" },
    { .what = "no local-part", .from = S("@corp.test"), .wanted = "from-unqualified" },
    { .what = "a slip of the finger",
      .from = S("anna.k@gmial.com"),
      .wanted = "from-typo",
      .cause = "from-invalid" },
    { .what = "code", .from = S("-"), .how_of = SETTINGS_FROM, .how = SETTINGS_ITEM_CODE },
    { .what = "empty in the header", .header_from = STR_INIT("-"), .wanted = "from-empty" },
    { .what = "another of one's own server", .from = S("shop@corp.test") },
    { .what = "another at GMX",
      .host = S("mail.gmx.net"),
      .user = S("anna.k@gmx.de"),
      .from = S("shop@corp.test"),
      .wanted = "from-other",
      .cause = "from-not-login",
      .sure = "likely" },
    { .what = "in the header at GMX",
      .host = S("mail.gmx.net"),
      .user = S("anna.k@gmx.de"),
      .from = S("anna.k@gmx.de"),
      .header_from = S("shop@corp.test"),
      .wanted = "from-other" },
    { .what = "another at Gmail",
      .host = S("smtp.gmail.com"),
      .user = S("anna.k@gmail.com"),
      .from = S("shop@corp.test"),
      .wanted = "from-other",
      .sure = "note" },
};

static void of_secrets(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(SECRETS); i++)
        run(&SECRETS[i]);
}
static void of_logins(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(LOGINS); i++)
        run(&LOGINS[i]);
}
static void of_servers(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(SERVERS); i++)
        run(&SERVERS[i]);
}
/* ------------------------------------------------------------------------------------------------
 * Remedies in the words of the program, and of what the provider has
 */
#define M365 S("smtp.office365.com"), .secret = S("tulip-Mania-1637")
static const struct fault REMEDIES[] = {
    { .what = "no login in Postfix",
      .program = "postfix",
      .mechanism = S("-"),
      .wanted = "login-off",
      .remedy = "write smtp_sasl_auth_enable = yes" },
    { .what = "no login in PHPMailer",
      .program = "phpmailer",
      .mechanism = S("-"),
      .wanted = "login-off",
      .remedy = "write $mail->SMTPAuth = true;" },
    { .what = "no login in a program without words",
      .program = "compose",
      .mechanism = S("-"),
      .wanted = "login-off",
      .remedy = "switch the login on" },
    { .what = "whose login it is cannot be read",
      .program = "postfix",
      .user = S("-"),
      .mechanism = S("-"),
      .kind = SETTINGS_SECRET_HIDDEN,
      .how_of = SETTINGS_USER,
      .how = SETTINGS_ITEM_CODE,
      .wanted = "login-off" },
    { .what = "whether it logs in is computed",
      .program = "phpmailer",
      .mechanism = S("-"),
      .how_of = SETTINGS_LOGIN,
      .how = SETTINGS_ITEM_CODE },
    { .what = "off, and in clear, at a provider",
      .program = "postfix",
      .host = S("smtp.gmail.com"),
      .mechanism = S("-"),
      .in_clear = true,
      .wanted = "login-in-clear" },
    { .what = "465 in clear first",
      .program = "gitea",
      .port = 465,
      .wanted = "tls-against-port",
      .remedy = "write PROTOCOL = smtps (SSL/TLS); or the other port: SMTP_PORT = 587" },
    { .what = "465 without encryption",
      .program = "msmtp",
      .port = 465,
      .in_clear = true,
      .wanted = "tls-against-port",
      .remedy = "write tls on and tls_starttls off (SSL/TLS); or the other port: port 587 with "
                "tls on and tls_starttls on" },
    { .what = "TLS at once on 587 where nothing is known of 465",
      .program = "wordpress",
      .security = SMTP_SECURITY_TLS,
      .wanted = "tls-against-port",
      .remedy = "write define( 'WPMS_SSL', 'tls' ); (STARTTLS); or the other port: define( "
                "'WPMS_SMTP_PORT', 465 );" },
    { .what = "no words for the port",
      .program = "compose",
      .security = SMTP_SECURITY_TLS,
      .wanted = "tls-against-port",
      .remedy = "set the encryption to STARTTLS, or the port to 465 with SSL/TLS" },
    { .what = "a provider that has no 465",
      .program = "phpmailer",
      .host = M365,
      .security = SMTP_SECURITY_TLS,
      .wanted = "tls-against-port",
      .remedy = "write $mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;" },
    { .what = "the same in general",
      .host = M365,
      .security = SMTP_SECURITY_TLS,
      .wanted = "tls-against-port",
      .remedy = "set the encryption to STARTTLS" },
    { .what = "port 25 with a login",
      .program = "nodemailer",
      .port = 25,
      .wanted = "port-25",
      .remedy = "write port: 587 with secure: false and requireTLS: true; or port: 465 with "
                "secure: true" },
    { .what = "the same at a provider that has no 465",
      .program = "nodemailer",
      .host = M365,
      .port = 25,
      .wanted = "port-25",
      .remedy = "write port: 587 with secure: false and requireTLS: true" },
    { .what = "no verification",
      .program = "grafana",
      .any = true,
      .wanted = "verify-off",
      .remedy = "write skip_verify = false" },
};

static void of_remedies(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(REMEDIES); i++)
        run(&REMEDIES[i]);
}

static void of_senders(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(SENDERS); i++)
        run(&SENDERS[i]);
}

static void rows_are_whole(void **state UNUSED)
{
    for (unsigned id = 0; id < MISTAKES; id++) {
        const struct settings_mistake_row *row = settings_mistake_row((enum settings_mistake_id)id);
        assert_true(row && row->id == id && row->name.n);
        for (unsigned other = 0; other < id; other++)
            assert_false(
                str_eq(row->name, settings_mistake_row((enum settings_mistake_id)other)->name));
    }
    assert_null(settings_mistake_row(MISTAKES));
}

static void the_same_is_told_once(void **state UNUSED)
{
    struct arena a;
    struct settings_reading r;
    struct settings_item one = { .key = STR_INIT("a") }, two = { .key = STR_INIT("b") };
    arena_init(&a, 1 << 16);
    settings_reading_init(&r, &a, NULL);
    struct settings_mistake *first = settings_mistake(&r, MISTAKE_KEY_TWICE, &one, STR("said"),
                                                      STR("remedy"));
    assert_non_null(first);
    assert_ptr_equal(settings_mistake(&r, MISTAKE_KEY_TWICE, &one, STR("other"), STR("r")), first);
    assert_true(str_eq(first->said, STR("said")));
    assert_non_null(settings_mistake(&r, MISTAKE_KEY_TWICE, &two, STR("said"), STR("remedy")));
    assert_null(settings_mistake(&r, MISTAKE_KEY_TWICE, NULL, STR_NONE, STR("remedy")));
    assert_int_equal(r.mistake_count, 2);
    for (unsigned i = 0; i < 2 * SETTINGS_MISTAKES; i++) {
        struct settings_item *item = arena_alloc(&a, sizeof *item);
        settings_mistake(&r, MISTAKE_KEY_TWICE, item, STR("said"), STR("remedy"));
    }
    assert_int_equal(r.mistake_count, SETTINGS_MISTAKES);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_secrets),     cmocka_unit_test(of_logins),
        cmocka_unit_test(of_servers),     cmocka_unit_test(of_senders),
        cmocka_unit_test(rows_are_whole), cmocka_unit_test(the_same_is_told_once),
        cmocka_unit_test(of_remedies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
