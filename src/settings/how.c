/* SPDX-License-Identifier: ISC */
#include "settings/how.h"

#define RESTART STR_INIT("start the program anew: it reads its settings when it starts")

static const struct {
    str program;
    str words[SETTINGS_HOWS];
    str port, port_end; /* around the number */
} ROWS[] = {
    { .program = STR_INIT("thunderbird"),
      .words = { [SETTINGS_HOW_THEN] = STR_INIT(
                     "see that Thunderbird was closed meanwhile: it writes prefs.js over "
                     "when it ends") } },
    { .program = STR_INIT("thunderbird-prefs"),
      .words = { [SETTINGS_HOW_THEN] = STR_INIT("start Thunderbird anew") } },
    { .program = STR_INIT("msmtp"),
      .words = { [SETTINGS_HOW_LOGIN] = STR_INIT("auth on"),
                 [SETTINGS_HOW_STARTTLS] = STR_INIT("tls on and tls_starttls on"),
                 [SETTINGS_HOW_TLS] = STR_INIT("tls on and tls_starttls off"),
                 [SETTINGS_HOW_VERIFY] = STR_INIT(
                     "write tls_certcheck on; an authority of your own is named by "
                     "tls_trust_file") },
      .port = STR_INIT("port ") },
    { .program = STR_INIT("nullmailer"),
      .words = { [SETTINGS_HOW_STARTTLS] = STR_INIT("starttls"),
                 [SETTINGS_HOW_TLS] = STR_INIT("tls") },
      .port = STR_INIT("port=") },
    { .program = STR_INIT("dma"),
      .words = { [SETTINGS_HOW_LOGIN] = STR_INIT("SECURETRANSFER, and STARTTLS too where the port "
                                                 "is not 465: without TLS dma makes no login"),
                 [SETTINGS_HOW_STARTTLS] = STR_INIT("SECURETRANSFER and STARTTLS"),
                 [SETTINGS_HOW_TLS] = STR_INIT("SECURETRANSFER, and no STARTTLS") },
      .port = STR_INIT("PORT ") },
    { .program = STR_INIT("mutt"),
      .words = { [SETTINGS_HOW_STARTTLS] = STR_INIT(
                     "smtp:// in smtp_url and set ssl_starttls = yes"),
                 [SETTINGS_HOW_TLS] = STR_INIT("smtps:// in smtp_url") },
      .port = STR_INIT(":"),
      .port_end = STR_INIT(" in smtp_url") },
    { .program = STR_INIT("postfix"),
      .words = { [SETTINGS_HOW_LOGIN] = STR_INIT("smtp_sasl_auth_enable = yes"),
                 [SETTINGS_HOW_STARTTLS] = STR_INIT(
                     "smtp_tls_security_level = secure (with smtp_tls_CApath = /etc/ssl/certs)"),
                 [SETTINGS_HOW_TLS] = STR_INIT(
                     "smtp_tls_wrappermode = yes and smtp_tls_security_level = secure"),
                 [SETTINGS_HOW_VERIFY] = STR_INIT(
                     "write smtp_tls_security_level = secure, and name the authorities "
                     "by smtp_tls_CAfile or smtp_tls_CApath"),
                 [SETTINGS_HOW_THEN] = STR_INIT("run postmap on the text of a password map that "
                                                "was changed, and postfix reload") },
      .port = STR_INIT("relayhost = [HOST]:") },
    { .program = STR_INIT("exim"),
      .words = { [SETTINGS_HOW_THEN] = STR_INIT(
                     "run update-exim4.conf && systemctl reload exim4") } },
    { .program = STR_INIT("opensmtpd"),
      .words = { [SETTINGS_HOW_STARTTLS] = STR_INIT("smtp+tls:// in the host of the relay"),
                 [SETTINGS_HOW_TLS] = STR_INIT("smtps:// in the host of the relay"),
                 [SETTINGS_HOW_THEN] = STR_INIT(
                     "run smtpd -n to check it, and restart OpenSMTPD") },
      .port = STR_INIT(":"),
      .port_end = STR_INIT(" in the host of the relay") },
    { .program = STR_INIT("python"), .words = { [SETTINGS_HOW_THEN] = RESTART } },
    { .program = STR_INIT("django"),
      .words = { [SETTINGS_HOW_STARTTLS] = STR_INIT(
                     "EMAIL_USE_TLS = True and EMAIL_USE_SSL = False"),
                 [SETTINGS_HOW_TLS] = STR_INIT("EMAIL_USE_SSL = True and EMAIL_USE_TLS = False"),
                 [SETTINGS_HOW_THEN] = RESTART },
      .port = STR_INIT("EMAIL_PORT = ") },
    { .program = STR_INIT("compose"),
      .words = { [SETTINGS_HOW_THEN] = STR_INIT("run docker compose up -d: docker compose restart "
                                                "keeps the old variables") } },
    { .program = STR_INIT("phpmailer"),
      .words = { [SETTINGS_HOW_LOGIN] = STR_INIT("$mail->SMTPAuth = true;"),
                 [SETTINGS_HOW_STARTTLS] = STR_INIT(
                     "$mail->SMTPSecure = PHPMailer::ENCRYPTION_STARTTLS;"),
                 [SETTINGS_HOW_TLS] = STR_INIT("$mail->SMTPSecure = PHPMailer::ENCRYPTION_SMTPS;"),
                 [SETTINGS_HOW_VERIFY] = STR_INIT(
                     "take verify_peer, verify_peer_name and allow_self_signed out of "
                     "SMTPOptions; an authority of your own is named by cafile") },
      .port = STR_INIT("$mail->Port = "),
      .port_end = STR_INIT(";") },
    { .program = STR_INIT("symfony"),
      .words = { [SETTINGS_HOW_STARTTLS] = STR_INIT("smtp:// in the DSN"),
                 [SETTINGS_HOW_TLS] = STR_INIT("smtps:// in the DSN"),
                 [SETTINGS_HOW_VERIFY] = STR_INIT("take verify_peer=0 out of the DSN"),
                 [SETTINGS_HOW_THEN] = STR_INIT(
                     "run php bin/console cache:clear, and where .env.local.php is "
                     "there, composer dump-env prod") },
      .port = STR_INIT(":"),
      .port_end = STR_INIT(" in the DSN") },
    { .program = STR_INIT("wordpress"),
      .words = { [SETTINGS_HOW_LOGIN] = STR_INIT("define( 'WPMS_SMTP_AUTH', true );"),
                 [SETTINGS_HOW_STARTTLS] = STR_INIT("define( 'WPMS_SSL', 'tls' );"),
                 [SETTINGS_HOW_TLS] = STR_INIT("define( 'WPMS_SSL', 'ssl' );") },
      .port = STR_INIT("define( 'WPMS_SMTP_PORT', "),
      .port_end = STR_INIT(" );") },
    { .program = STR_INIT("nextcloud"),
      .words = { [SETTINGS_HOW_LOGIN] = STR_INIT("'mail_smtpauth' => true,"),
                 [SETTINGS_HOW_STARTTLS] = STR_INIT("'mail_smtpsecure' => 'tls',"),
                 [SETTINGS_HOW_TLS] = STR_INIT("'mail_smtpsecure' => 'ssl',") },
      .port = STR_INIT("'mail_smtpport' => "),
      .port_end = STR_INIT(",") },
    { .program = STR_INIT("nodemailer"),
      .words = { [SETTINGS_HOW_STARTTLS] = STR_INIT("secure: false and requireTLS: true"),
                 [SETTINGS_HOW_TLS] = STR_INIT("secure: true"),
                 [SETTINGS_HOW_VERIFY] = STR_INIT(
                     "take rejectUnauthorized: false out; an authority of your own is "
                     "named by tls: { ca: ... }"),
                 [SETTINGS_HOW_THEN] = RESTART },
      .port = STR_INIT("port: ") },
    { .program = STR_INIT("gitea"),
      .words = { [SETTINGS_HOW_STARTTLS] = STR_INIT("PROTOCOL = smtp+starttls"),
                 [SETTINGS_HOW_TLS] = STR_INIT("PROTOCOL = smtps"),
                 [SETTINGS_HOW_VERIFY] = STR_INIT("write FORCE_TRUST_SERVER_CERT = false"),
                 [SETTINGS_HOW_THEN] = STR_INIT("restart it, as in systemctl restart gitea") },
      .port = STR_INIT("SMTP_PORT = ") },
    { .program = STR_INIT("gitlab"),
      .words = { [SETTINGS_HOW_LOGIN] = STR_INIT("gitlab_rails['smtp_authentication'] = 'plain'"),
                 [SETTINGS_HOW_STARTTLS] = STR_INIT(
                     "gitlab_rails['smtp_tls'] = false and "
                     "gitlab_rails['smtp_enable_starttls_auto'] = true"),
                 [SETTINGS_HOW_TLS] = STR_INIT("gitlab_rails['smtp_tls'] = true and "
                                               "gitlab_rails['smtp_enable_starttls_auto'] = false"),
                 [SETTINGS_HOW_VERIFY] = STR_INIT(
                     "write gitlab_rails['smtp_openssl_verify_mode'] = 'peer'"),
                 [SETTINGS_HOW_THEN] = STR_INIT("run gitlab-ctl reconfigure") },
      .port = STR_INIT("gitlab_rails['smtp_port'] = ") },
    { .program = STR_INIT("grafana"),
      .words = { [SETTINGS_HOW_STARTTLS] = STR_INIT("startTLS_policy = MandatoryStartTLS"),
                 [SETTINGS_HOW_VERIFY] = STR_INIT("write skip_verify = false"),
                 [SETTINGS_HOW_THEN] = STR_INIT(
                     "restart it, as in systemctl restart grafana-server") } },
};

static size_t row_of(const struct settings_program *p)
{
    size_t i = 0;
    while (i < COUNT_OF(ROWS) && !(p && str_eq(ROWS[i].program, p->name)))
        i++;
    return i;
}

str settings_how(const struct settings_program *p, enum settings_how what)
{
    size_t i = row_of(p);
    return i < COUNT_OF(ROWS) ? ROWS[i].words[what] : STR_NONE;
}

str settings_how_port(const struct settings_program *p, uint16_t port, struct arena *a)
{
    size_t i = row_of(p);
    if (i == COUNT_OF(ROWS) || !ROWS[i].port.n)
        return STR_NONE;
    return arena_printf(a, "%.*s%u%.*s", STR_ARG(ROWS[i].port), port, STR_ARG(ROWS[i].port_end));
}
