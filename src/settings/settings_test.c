/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "settings/settings.h"

enum { ROOM = 65536 };

static const struct smtp_attempt USUAL = {
    .host = STR_INIT("mail.example.org"),
    .port = 587,
    .security = SMTP_SECURITY_STARTTLS,
    .mechanism = STR_INIT("plain"),
    .user = STR_INIT("anna@example.org"),
    .from = STR_INIT("anna@example.org"),
    .to = STR_INIT("tom@example.net"),
};
static const struct smtp_attempt FULL = {
    .host = STR_INIT("2001:db8::25"),
    .port = 465,
    .security = SMTP_SECURITY_TLS,
    .mechanism = STR_INIT("auto"),
    .user = STR_INIT("anna"),
    .helo = STR_INIT("pc.example.org"),
    .source = { IP_V4, { 192, 0, 2, 7 }, 0 },
    .from = STR_INIT("bounce@example.org"),
    .header_from = STR_INIT("anna@example.org"),
    .to = STR_INIT("tom@example.net"),
};
static const struct smtp_attempt BARE = {
    .host = STR_INIT("relay.example.org"),
    .port = 25,
    .security = SMTP_SECURITY_NONE,
};

static const struct golden {
    const char *program;
    const struct smtp_attempt *works;
    str wanted; /* empty: refused */
} GOLDEN[] = {
    { "mail-program", &USUAL,
      STR_INIT("Outgoing server (SMTP): mail.example.org\n"
               "Port: 587\n"
               "Connection security: STARTTLS\n"
               "Authentication: password (Normal password)\n"
               "User name: anna@example.org\n"
               "From (Email address): anna@example.org\n") },
    { "mail-program", &FULL,
      STR_INIT("Outgoing server (SMTP): 2001:db8::25\n"
               "Port: 465\n"
               "Connection security: SSL/TLS\n"
               "Authentication: password (Normal password)\n"
               "User name: anna\n"
               "From (Email address): anna@example.org\n") },
    { "mail-program", &BARE,
      STR_INIT("Outgoing server (SMTP): relay.example.org\n"
               "Port: 25\n"
               "Connection security: none\n"
               "Authentication: none (leave user name and password empty)\n") },
    { "thunderbird", &USUAL,
      STR_INIT("Account Settings > Outgoing Server (SMTP) > Edit\n"
               "  Server Name: mail.example.org\n"
               "  Port: 587\n"
               "  Connection security: STARTTLS\n"
               "  Authentication method: Normal password\n"
               "  User Name: anna@example.org\n"
               "Account Settings > (your account) > Default Identity\n"
               "  Email Address: anna@example.org\n") },
    { "thunderbird", &FULL,
      STR_INIT("Account Settings > Outgoing Server (SMTP) > Edit\n"
               "  Server Name: 2001:db8::25\n"
               "  Port: 465\n"
               "  Connection security: SSL/TLS\n"
               "  Authentication method: Normal password\n"
               "  User Name: anna\n"
               "Account Settings > (your account) > Default Identity\n"
               "  Email Address: anna@example.org\n") },
    { "thunderbird", &BARE,
      STR_INIT("Account Settings > Outgoing Server (SMTP) > Edit\n"
               "  Server Name: relay.example.org\n"
               "  Port: 25\n"
               "  Connection security: None\n"
               "  Authentication method: No authentication\n") },
    { "msmtp", &USUAL,
      STR_INIT("# ~/.msmtprc, for your eyes only (chmod 600); msmtp asks for the password\n"
               "account baton\n"
               "host mail.example.org\n"
               "port 587\n"
               "tls on\n"
               "tls_starttls on\n"
               "auth plain\n"
               "user \"anna@example.org\"\n"
               "from \"anna@example.org\"\n"
               "account default : baton\n") },
    { "msmtp", &FULL,
      STR_INIT("# ~/.msmtprc, for your eyes only (chmod 600); msmtp asks for the password\n"
               "account baton\n"
               "host 2001:db8::25\n"
               "port 465\n"
               "tls on\n"
               "tls_starttls off\n"
               "auth on\n"
               "user \"anna\"\n"
               "from \"bounce@example.org\"\n"
               "domain pc.example.org\n"
               "source_ip 192.0.2.7\n"
               "account default : baton\n") },
    { "msmtp", &BARE,
      STR_INIT("# ~/.msmtprc\n"
               "account baton\n"
               "host relay.example.org\n"
               "port 25\n"
               "tls off\n"
               "auth off\n"
               "account default : baton\n") },
    { "swaks", &USUAL,
      STR_INIT("swaks --server mail.example.org:587 --tls --tls-verify \\\n"
               "    --auth PLAIN --protect-prompt \\\n"
               "    --auth-user 'anna@example.org' \\\n"
               "    --from 'anna@example.org' \\\n"
               "    --to 'tom@example.net' \\\n"
               "    --quit-after RCPT\n") },
    { "swaks", &FULL,
      STR_INIT("swaks --server '[2001:db8::25]:465' --tls-on-connect --tls-verify \\\n"
               "    --auth --protect-prompt \\\n"
               "    --auth-user 'anna' \\\n"
               "    --helo 'pc.example.org' \\\n"
               "    --local-interface '192.0.2.7' \\\n"
               "    --from 'bounce@example.org' \\\n"
               "    --to 'tom@example.net' \\\n"
               "    --quit-after RCPT\n") },
    { "swaks", &BARE,
      STR_INIT("swaks --server relay.example.org:25 \\\n"
               "    --quit-after RCPT\n") },
    { "postfix", &USUAL,
      STR_INIT("# /etc/postfix/main.cf\n"
               "relayhost = [mail.example.org]:587\n"
               "smtp_tls_security_level = secure\n"
               "smtp_tls_CApath = /etc/ssl/certs\n"
               "smtp_tls_wrappermode = no\n"
               "smtp_sasl_auth_enable = yes\n"
               "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n"
               "smtp_sasl_tls_security_options = noanonymous\n"
               "smtp_sasl_mechanism_filter = plain\n"
               "\n"
               "# /etc/postfix/sasl_passwd: write the password in place of PASSWORD, then run\n"
               "#   chmod 600 /etc/postfix/sasl_passwd\n"
               "#   postmap /etc/postfix/sasl_passwd\n"
               "#   postfix reload\n"
               "[mail.example.org]:587 anna@example.org:PASSWORD\n") },
    { "postfix", &FULL,
      STR_INIT("# /etc/postfix/main.cf\n"
               "relayhost = [ipv6:2001:db8::25]:465\n"
               "smtp_tls_security_level = secure\n"
               "smtp_tls_CApath = /etc/ssl/certs\n"
               "smtp_tls_wrappermode = yes\n"
               "smtp_helo_name = pc.example.org\n"
               "smtp_bind_address = 192.0.2.7\n"
               "smtp_sasl_auth_enable = yes\n"
               "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd\n"
               "smtp_sasl_tls_security_options = noanonymous\n"
               "\n"
               "# /etc/postfix/sasl_passwd: write the password in place of PASSWORD, then run\n"
               "#   chmod 600 /etc/postfix/sasl_passwd\n"
               "#   postmap /etc/postfix/sasl_passwd\n"
               "#   postfix reload\n"
               "[ipv6:2001:db8::25]:465 anna:PASSWORD\n") },
    { "postfix", &BARE,
      STR_INIT("# /etc/postfix/main.cf\n"
               "relayhost = [relay.example.org]:25\n"
               "smtp_tls_security_level = none\n") },
    { "exim", &USUAL,
      STR_INIT("# /etc/exim4/update-exim4.conf.conf\n"
               "dc_eximconfig_configtype='smarthost'\n"
               "dc_smarthost='mail.example.org::587'\n"
               "dc_use_split_config='false'\n"
               "\n"
               "# /etc/exim4/exim4.conf.localmacros\n"
               "REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS = *\n"
               "REMOTE_SMTP_SMARTHOST_TLS_VERIFY_HOSTS = *\n"
               "\n"
               "# /etc/exim4/passwd.client: write the password in place of PASSWORD\n"
               "mail.example.org:anna@example.org:PASSWORD\n"
               "\n"
               "# Then run: update-exim4.conf && systemctl reload exim4\n") },
    { "exim", &FULL, STR_INIT("") },
    { "exim", &BARE,
      STR_INIT("# /etc/exim4/update-exim4.conf.conf\n"
               "dc_eximconfig_configtype='smarthost'\n"
               "dc_smarthost='relay.example.org::25'\n"
               "dc_use_split_config='false'\n"
               "\n"
               "# /etc/exim4/exim4.conf.localmacros\n"
               "REMOTE_SMTP_SMARTHOST_HOSTS_AVOID_TLS = *\n"
               "\n"
               "# Then run: update-exim4.conf && systemctl reload exim4\n") },
    { "opensmtpd", &USUAL,
      STR_INIT("# /etc/smtpd.conf\n"
               "table secrets file:/etc/mail/secrets\n"
               "action \"baton\" relay host \"smtp+tls://baton@mail.example.org:587\" tls auth "
               "<secrets>\n"
               "match from local for any action \"baton\"\n"
               "\n"
               "# /etc/mail/secrets (chmod 640, group of smtpd): write the password in place of "
               "PASSWORD\n"
               "baton anna@example.org:PASSWORD\n") },
    { "opensmtpd", &FULL,
      STR_INIT(
          "# /etc/smtpd.conf\n"
          "table secrets file:/etc/mail/secrets\n"
          "action \"baton\" relay host \"smtps://baton@[2001:db8::25]:465\" tls auth <secrets> "
          "helo \"pc.example.org\" src \"192.0.2.7\"\n"
          "match from local for any action \"baton\"\n"
          "\n"
          "# /etc/mail/secrets (chmod 640, group of smtpd): write the password in place of "
          "PASSWORD\n"
          "baton anna:PASSWORD\n") },
    { "opensmtpd", &BARE,
      STR_INIT("# /etc/smtpd.conf\n"
               "action \"baton\" relay host \"smtp+notls://relay.example.org:25\"\n"
               "match from local for any action \"baton\"\n") },
    { "phpmailer", &USUAL,
      STR_INIT("<?php\n"
               "use PHPMailer\\PHPMailer\\PHPMailer;\n"
               "require 'vendor/autoload.php';\n"
               "\n"
               "$mail = new PHPMailer(true);\n"
               "$mail->isSMTP();\n"
               "$mail->Host = 'mail.example.org';\n"
               "$mail->Port = 587;\n"
               "$mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;\n"
               "$mail->SMTPAuth = true;\n"
               "$mail->AuthType = 'PLAIN';\n"
               "$mail->Username = 'anna@example.org';\n"
               "$mail->Password = getenv('SMTP_PASSWORD');\n"
               "$mail->setFrom('anna@example.org');\n"
               "$mail->addAddress('tom@example.net');\n"
               "$mail->Subject = 'Test';\n"
               "$mail->Body = 'Test';\n"
               "$mail->send();\n") },
    { "phpmailer", &FULL,
      STR_INIT("<?php\n"
               "use PHPMailer\\PHPMailer\\PHPMailer;\n"
               "require 'vendor/autoload.php';\n"
               "\n"
               "$mail = new PHPMailer(true);\n"
               "$mail->isSMTP();\n"
               "$mail->Host = '[2001:db8::25]';\n"
               "$mail->Port = 465;\n"
               "$mail->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;\n"
               "$mail->SMTPAuth = true;\n"
               "$mail->Username = 'anna';\n"
               "$mail->Password = getenv('SMTP_PASSWORD');\n"
               "$mail->Helo = 'pc.example.org';\n"
               "$mail->setFrom('anna@example.org');\n"
               "$mail->Sender = 'bounce@example.org';\n"
               "$mail->addAddress('tom@example.net');\n"
               "$mail->Subject = 'Test';\n"
               "$mail->Body = 'Test';\n"
               "$mail->send();\n") },
    { "phpmailer", &BARE,
      STR_INIT("<?php\n"
               "use PHPMailer\\PHPMailer\\PHPMailer;\n"
               "require 'vendor/autoload.php';\n"
               "\n"
               "$mail = new PHPMailer(true);\n"
               "$mail->isSMTP();\n"
               "$mail->Host = 'relay.example.org';\n"
               "$mail->Port = 25;\n"
               "$mail->SMTPSecure = '';\n"
               "$mail->SMTPAutoTLS = false;\n"
               "$mail->SMTPAuth = false;\n"
               "$mail->setFrom('FROM-ADDRESS');\n"
               "$mail->addAddress('TO-ADDRESS');\n"
               "$mail->Subject = 'Test';\n"
               "$mail->Body = 'Test';\n"
               "$mail->send();\n") },
    { "nodemailer", &USUAL,
      STR_INIT("const nodemailer = require(\"nodemailer\");\n"
               "\n"
               "const transport = nodemailer.createTransport({\n"
               "  host: \"mail.example.org\",\n"
               "  port: 587,\n"
               "  secure: false,\n"
               "  requireTLS: true,\n"
               "  auth: { user: \"anna@example.org\", pass: process.env.SMTP_PASSWORD },\n"
               "  authMethod: \"PLAIN\",\n"
               "});\n"
               "\n"
               "transport.sendMail({\n"
               "  from: \"anna@example.org\",\n"
               "  to: \"tom@example.net\",\n"
               "  subject: \"Test\",\n"
               "  text: \"Test\",\n"
               "});\n") },
    { "nodemailer", &FULL,
      STR_INIT("const nodemailer = require(\"nodemailer\");\n"
               "\n"
               "const transport = nodemailer.createTransport({\n"
               "  host: \"2001:db8::25\",\n"
               "  port: 465,\n"
               "  secure: true,\n"
               "  auth: { user: \"anna\", pass: process.env.SMTP_PASSWORD },\n"
               "  name: \"pc.example.org\",\n"
               "  localAddress: \"192.0.2.7\",\n"
               "});\n"
               "\n"
               "transport.sendMail({\n"
               "  from: \"anna@example.org\",\n"
               "  to: \"tom@example.net\",\n"
               "  envelope: { from: \"bounce@example.org\", to: \"tom@example.net\" },\n"
               "  subject: \"Test\",\n"
               "  text: \"Test\",\n"
               "});\n") },
    { "nodemailer", &BARE,
      STR_INIT("const nodemailer = require(\"nodemailer\");\n"
               "\n"
               "const transport = nodemailer.createTransport({\n"
               "  host: \"relay.example.org\",\n"
               "  port: 25,\n"
               "  secure: false,\n"
               "  ignoreTLS: true,\n"
               "});\n"
               "\n"
               "transport.sendMail({\n"
               "  from: \"FROM-ADDRESS\",\n"
               "  to: \"TO-ADDRESS\",\n"
               "  subject: \"Test\",\n"
               "  text: \"Test\",\n"
               "});\n") },
};

static const struct settings_program *program_of(const char *name)
{
    const struct settings_program *p = settings_program_named(str_from(name));
    assert_non_null(p);
    return p;
}

/* Written, without the line that says that the program was never run. */
static bool write_for(const struct settings_program *p, const struct smtp_attempt *works,
                      struct buf *out, struct err *e)
{
    const struct settings s = settings_of(works);
    if (!settings_write(p, &s, out, e))
        return false;
    size_t at = p->ran.n ? STR_NOT_FOUND : str_find(buf_str(out), STR("Baton has not tried these"));
    if (at != STR_NOT_FOUND)
        out->n = at - p->comment.n;
    return p->ran.n || at != STR_NOT_FOUND;
}

static void texts_are_those_agreed(void **state UNUSED)
{
    for (size_t i = 0; i < COUNT_OF(GOLDEN); i++) {
        const struct golden *g = &GOLDEN[i];
        struct buf out;
        struct err e = { 0 };
        buf_init(&out, ROOM);
        bool ok = write_for(program_of(g->program), g->works, &out, &e);
        if (ok != (g->wanted.n > 0) || !str_eq(buf_str(&out), g->wanted))
            fail_msg("%s %zu: %s\n%.*s", g->program, i, e.why, STR_ARG(buf_str(&out)));
        assert_true(ok || e.kind == ERR_SYNTAX);
        buf_done(&out);
    }
}

/* Part of the text for a change of USUAL. */
struct change {
    const char *program;
    str host, mechanism, user, helo, from;
    enum smtp_security security; /* SMTP_SECURITY_AUTO: as in USUAL */
    bool from_null;
    str wanted; /* empty: refused */
};

static bool write_changed(const struct change *c, struct buf *out, struct err *e)
{
    struct smtp_attempt a = USUAL;
    a.host = c->host.n ? c->host : a.host;
    a.mechanism = c->mechanism.n ? c->mechanism : a.mechanism;
    a.user = c->user.n ? c->user : a.user;
    a.helo = c->helo;
    a.from = c->from_null ? STR_NONE : c->from.n ? c->from : a.from;
    a.from_null = c->from_null;
    a.security = c->security ? c->security : a.security;
    return write_for(program_of(c->program), &a, out, e);
}

static void run_changes(const struct change *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct change *c = &cases[i];
        struct buf out;
        struct err e = { 0 };
        buf_init(&out, ROOM);
        bool ok = write_changed(c, &out, &e);
        if (ok != (c->wanted.n > 0) || (!ok && (out.n || e.kind != ERR_SYNTAX || !e.why[0])) ||
            (ok && str_find(buf_str(&out), c->wanted) == STR_NOT_FOUND))
            fail_msg("%s %zu: %s\n%.*s", c->program, i, e.why, STR_ARG(buf_str(&out)));
        buf_done(&out);
    }
}

static void methods_and_encryption_are_said(void **state UNUSED)
{
    static const struct change CASES[] = {
        { .program = "mail-program",
          .mechanism = STR_INIT("SCRAM-SHA-256"),
          .wanted = STR_INIT("Authentication: password (Encrypted password)\n") },
        { .program = "mail-program",
          .mechanism = STR_INIT("OAUTHBEARER"),
          .wanted = STR_INIT("Authentication: OAuth2 (sign in in the browser)\n") },
        { .program = "thunderbird",
          .mechanism = STR_INIT("CRAM-MD5"),
          .wanted = STR_INIT("Authentication method: Encrypted password\n") },
        { .program = "thunderbird",
          .mechanism = STR_INIT("XOAUTH2"),
          .wanted = STR_INIT("Authentication method: OAuth2\n") },
        { .program = "thunderbird", .mechanism = STR_INIT("SCRAM-SHA-256") },
        { .program = "thunderbird",
          .security = SMTP_SECURITY_NONE,
          .wanted = STR_INIT("Authentication method: Password, transmitted insecurely\n") },
        { .program = "outlook",
          .mechanism = STR_INIT("NTLM"),
          .wanted = STR_INIT("[x] Require Secure Password Authentication (SPA)\n") },
        { .program = "outlook", .mechanism = STR_INIT("CRAM-MD5") },
        { .program = "msmtp",
          .mechanism = STR_INIT("XOAUTH2"),
          .wanted = STR_INIT("auth xoauth2\nuser \"anna@example.org\"\n") },
        { .program = "swaks", .mechanism = STR_INIT("login"), .wanted = STR_INIT("--auth LOGIN ") },
        { .program = "swaks", .from_null = true, .wanted = STR_INIT("--from '<>'") },
        { .program = "swaks", .mechanism = STR_INIT("XOAUTH2") },
        { .program = "postfix",
          .security = SMTP_SECURITY_NONE,
          .wanted = STR_INIT("smtp_sasl_security_options = noanonymous\n") },
        { .program = "postfix", .mechanism = STR_INIT("XOAUTH2") },
        { .program = "exim",
          .security = SMTP_SECURITY_TLS,
          .wanted = STR_INIT("REMOTE_SMTP_SMARTHOST_PROTOCOL = smtps\n") },
        { .program = "exim",
          .security = SMTP_SECURITY_NONE,
          .wanted = STR_INIT("AUTH_CLIENT_ALLOW_NOTLS_PASSWORDS = yes\n") },
        { .program = "opensmtpd", .security = SMTP_SECURITY_NONE },
        { .program = "python", .mechanism = STR_INIT("XOAUTH2") },
        { .program = "phpmailer", .from_null = true },
        { .program = "nodemailer",
          .mechanism = STR_INIT("XOAUTH2"),
          .wanted = STR_INIT("type: \"OAuth2\", user: \"anna@example.org\", accessToken: "
                             "process.env.SMTP_TOKEN }") },
    };
    run_changes(CASES, COUNT_OF(CASES));
}

#define EVIL      "o'n \"e\\$(x)`y`#;"
#define EVIL_FROM "a'\"\\$(x)@example.org"
static void hostile_values_stay_inside(void **state UNUSED)
{
    static const struct change CASES[] = {
        { .program = "mail-program",
          .user = STR_INIT(EVIL),
          .wanted = STR_INIT("\nUser name: " EVIL "\n") },
        { .program = "thunderbird",
          .user = STR_INIT(EVIL),
          .wanted = STR_INIT("\n  User Name: " EVIL "\n") },
        { .program = "outlook",
          .user = STR_INIT(EVIL),
          .wanted = STR_INIT("\n      User Name: " EVIL "\n") },
        { .program = "msmtp", .user = STR_INIT(EVIL), .wanted = STR_INIT("\nuser \"" EVIL "\"\n") },
        { .program = "msmtp",
          .user = STR_INIT("o'n $(x)\\#;"),
          .wanted = STR_INIT("\nuser \"o'n $(x)\\#;\"\n") },
        { .program = "msmtp", .from = STR_INIT("%U@example.org") },
        { .program = "msmtp", .from = STR_INIT("*@example.org") },
        { .program = "swaks",
          .user = STR_INIT(EVIL),
          .wanted = STR_INIT("--auth-user 'o'\\''n \"e\\$(x)`y`#;' \\\n") },
        { .program = "swaks",
          .from = STR_INIT(EVIL_FROM),
          .wanted = STR_INIT("--from 'a'\\''\"\\$(x)@example.org' \\\n") },
        { .program = "swaks", .user = STR_INIT("--pipe") },
        { .program = "swaks", .user = STR_INIT("<>") },
        { .program = "swaks", .from = STR_INIT("-x@example.org") },
        { .program = "postfix",
          .user = STR_INIT(EVIL),
          .wanted = STR_INIT("\n[mail.example.org]:587 " EVIL ":PASSWORD\n") },
        { .program = "postfix", .user = STR_INIT("a:b") },
        { .program = "exim",
          .user = STR_INIT(EVIL),
          .wanted = STR_INIT("\nmail.example.org:" EVIL ":PASSWORD\n") },
        { .program = "exim", .user = STR_INIT("a:b") },
        { .program = "exim", .host = STR_INIT("[2001:db8::1]") },
        { .program = "opensmtpd", .user = STR_INIT(EVIL) },
        { .program = "opensmtpd", .user = STR_INIT("a:b") },
        { .program = "opensmtpd",
          .user = STR_INIT("a\"$\\#"),
          .wanted = STR_INIT("\nbaton a\"$\\#:PASSWORD\n") },
        { .program = "opensmtpd",
          .host = STR_INIT("[2001:db8::1]"),
          .wanted = STR_INIT("smtp+tls://baton@[2001:db8::1]:587\"") },
        { .program = "phpmailer",
          .user = STR_INIT(EVIL),
          .wanted = STR_INIT("$mail->Username = 'o\\'n \"e\\\\$(x)`y`#;';\n") },
        { .program = "phpmailer",
          .host = STR_INIT("2001:db8::1"),
          .wanted = STR_INIT("$mail->Host = '[2001:db8::1]';\n") },
        { .program = "nodemailer",
          .user = STR_INIT(EVIL),
          .wanted = STR_INIT("user: \"o'n \\\"e\\\\$(x)`y`#;\", pass:") },
    };
    run_changes(CASES, COUNT_OF(CASES));
}

/* What no program is told, whatever its syntax. */
static void unfit_values_are_refused_by_all(void **state UNUSED)
{
    static const struct change CASES[] = {
        { .user = STR_INIT("a\nrelayhost = evil.example") },
        { .user = STR_INIT("a\r") },
        { .user = STR_INIT("a\0b") },
        { .user = STR_INIT("a\tb") },
        { .user = STR_INIT("a\x1b[2J") },
        { .user = STR_INIT(" a") },
        { .user = STR_INIT("a ") },
        { .user = STR_INIT("a\xff") },
        { .user = STR_INIT("a\xe2\x80\xae") }, /* U+202E turns the direction */
        { .user = STR_INIT("a\xe2\x80\xa8") }, /* U+2028 ends a line */
        { .from = STR_INIT("a@b\nBcc: c@d") },
        { .host = STR_INIT("mail.example.org evil") },
        { .host = STR_INIT("mail.example.org'") },
        { .host = STR_INIT("-oProxyCommand=x") },
        { .host = STR_INIT("$(id)") },
        { .host = STR_INIT("mail.example.org:25") },
        { .host = STR_INIT("mail/example") },
        { .host = STR_INIT("[mail]") },
        { .host = STR_INIT("fe80::1%2") },
        { .helo = STR_INIT("pc\"; evil") },
        { .helo = STR_INIT("[$(id)]") },
        { .helo = STR_INIT("$primary_hostname") },
        { .mechanism = STR_INIT("PLAIN --pipe") },
        { .mechanism = STR_INIT("NO-SUCH") },
    };
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        for (size_t p = 0; settings_program_at(p); p++) {
            struct change c = CASES[i];
            c.program = settings_program_at(p)->name.p;
            run_changes(&c, 1);
        }
    }
}

static void what_is_needed_is_asked_for(void **state UNUSED)
{
    struct smtp_attempt cases[] = { USUAL, USUAL, USUAL, USUAL, USUAL };
    char longer[SETTINGS_VALUE_MAX + 1];
    memset(longer, 'a', sizeof(longer));
    cases[0].host = STR_NONE;
    cases[1].port = 0;
    cases[2].security = SMTP_SECURITY_AUTO;
    cases[3].user = STR_NONE;
    cases[4].user = (str){ longer, sizeof(longer) };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf out;
        struct err e = { 0 };
        buf_init(&out, ROOM);
        buf_add(&out, STR("before"));
        assert_false(write_for(program_of("postfix"), &cases[i], &out, &e));
        assert_int_equal(e.kind, i == 4 ? ERR_LIMIT : ERR_SYNTAX);
        assert_true(e.why[0]);
        assert_true(str_eq(buf_str(&out), STR("before")));
        buf_done(&out);
    }
}

static void the_longest_values_fit(void **state UNUSED)
{
    char quotes[SETTINGS_VALUE_MAX];
    memset(quotes, '\'', sizeof(quotes));
    struct smtp_attempt a = USUAL;
    a.user = a.from = a.header_from = a.to = (str){ quotes, sizeof(quotes) };
    for (size_t p = 0; settings_program_at(p); p++) {
        struct buf out;
        struct err e = { 0 };
        buf_init(&out, ROOM);
        if (!write_for(settings_program_at(p), &a, &out, &e) && e.kind == ERR_LIMIT)
            fail_msg("%s", e.why);
        buf_done(&out);
    }
}

static void a_full_buffer_is_told(void **state UNUSED)
{
    struct buf out;
    struct err e = { 0 };
    buf_init(&out, 20);
    assert_false(write_for(program_of("python"), &USUAL, &out, &e));
    assert_int_equal(e.kind, ERR_LIMIT);
    assert_int_equal(out.n, 0);
    buf_done(&out);
}

static void programs_are_found(void **state UNUSED)
{
    static const struct {
        str typed, near;
    } CASES[] = {
        { STR_INIT("thunderbrid"), STR_INIT("thunderbird") },
        { STR_INIT("Postfix"), STR_INIT("postfix") },
        { STR_INIT("opensmptd"), STR_INIT("opensmtpd") },
        { STR_INIT("zebra"), STR_INIT("") },
    };
    size_t count = 0;
    for (; settings_program_at(count); count++) {
        const struct settings_program *p = settings_program_at(count);
        assert_ptr_equal(settings_program_named(p->name), p); /* so no name stands twice */
        assert_true(p->title.n && p->mechanisms.n && p->write);
    }
    assert_int_equal(count, 26);
    assert_null(settings_program_named(STR("zebra")));
    for (size_t i = 0; i < COUNT_OF(CASES); i++) {
        const struct settings_program *p = settings_program_nearest(CASES[i].typed);
        assert_true(str_eq(p ? p->name : STR_NONE, CASES[i].near));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_those_agreed),
        cmocka_unit_test(methods_and_encryption_are_said),
        cmocka_unit_test(hostile_values_stay_inside),
        cmocka_unit_test(unfit_values_are_refused_by_all),
        cmocka_unit_test(what_is_needed_is_asked_for),
        cmocka_unit_test(the_longest_values_fit),
        cmocka_unit_test(a_full_buffer_is_told),
        cmocka_unit_test(programs_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
