/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_login_test.c - logins, login methods, encryption asked for
 */
#include "explain/rows_cases.h"

#define SAYS(words, cause)                                                                         \
    {                                                                                              \
        .text = (words), .want = CAUSE_##cause                                                     \
    }
#define NOT(words, family)                                                                         \
    {                                                                                              \
        .text = (words), .never = FAMILY_##family, .not_family = true                              \
    }

/* RFC 4954 section 6, RFC 5248 section 2.4, and the stock replies of servers to a login. */
static const struct rows_case FAILED[] = {
    SAYS("535 no", WRONG_CREDENTIALS),
    SAYS("535 5.7.8 Error: authentication failed:", WRONG_CREDENTIALS),
    SAYS("535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", WRONG_CREDENTIALS),
    SAYS("535 Incorrect authentication data", WRONG_CREDENTIALS),
    SAYS("535 5.7.3 Authentication unsuccessful", WRONG_CREDENTIALS),
    SAYS("535 5.7.139 Authentication unsuccessful, the user credentials were incorrect.",
         WRONG_CREDENTIALS),
    SAYS("535 auth failed (#5.7.1)", WRONG_CREDENTIALS),
    SAYS("535 authorization failed (#5.7.0)", WRONG_CREDENTIALS),
    SAYS("535 Authentication Credentials Invalid", WRONG_CREDENTIALS),
    SAYS("535 5.7.0 (#AUTH005) Too many bad auth attempts.", WRONG_CREDENTIALS),
    SAYS("535-5.7.8 Username and Password not accepted.\n535 5.7.8 xy7 - gsmtp", WRONG_CREDENTIALS),
    SAYS("553 5.3.0 Auth failure", WRONG_CREDENTIALS),
    SAYS("501 5.7.0 Incorrect username or password", WRONG_CREDENTIALS),
    SAYS("535 \xca\xb1\xbc\xe4", WRONG_CREDENTIALS),
    SAYS("2026-01-02 03:04:05 plain authenticator failed for (pc) [192.0.2.9]: 535 Incorrect "
         "authentication "
         "data (set_id=anna)",
         WRONG_CREDENTIALS),
    SAYS("Jan  2 03:04:05 mx postfix/smtpd[7]: warning: unknown[192.0.2.9]: SASL LOGIN "
         "authentication failed: "
         "UGFzc3dvcmQ6",
         WRONG_CREDENTIALS),
    SAYS("SMTP Error: Could not authenticate.", WRONG_CREDENTIALS),
    SAYS("Unable to authenticate to Outgoing server (SMTP) mail.example.org. Please check the "
         "password.",
         WRONG_CREDENTIALS),
    SAYS("Sending of the password did not succeed.", WRONG_CREDENTIALS),
    SAYS("Failed to authenticate on SMTP server with username \"anna\" using 2 possible "
         "authenticators.",
         WRONG_CREDENTIALS),
    SAYS("javax.mail.AuthenticationFailedException: 535 5.7.8 no", WRONG_CREDENTIALS),
    SAYS("smtp://mail.example.org: curl: (67) Login denied", WRONG_CREDENTIALS),
    SAYS("Error ID: 0x800CCC92", WRONG_CREDENTIALS),
    SAYS("Error: Missing credentials for \"PLAIN\"", WRONG_CREDENTIALS),
    SAYS("msmtp: authentication failed (method PLAIN)", WRONG_CREDENTIALS),
    SAYS("The user name or password for smtp.example.org is incorrect.", WRONG_CREDENTIALS),

    SAYS("554 5.7.8 no", WRONG_CREDENTIALS),
    SAYS("smtp: An authentication function returned an error", WRONG_CREDENTIALS),
    NOT("SMTP Error: Authentication failure: STARTTLS failed (Code: )", AUTH_FAILED),
    NOT("Blat: The SMTP server does not require AUTH LOGIN.", AUTH_REQUIRED),
    SAYS("Unable to connect to SMTP server. The server has requested authentication.",
         CLIENT_NEVER_AUTHENTICATES),
    SAYS("*** No authentication type succeeded", WRONG_CREDENTIALS),
    SAYS("sendEmail[7]: ERROR => SMTP-AUTH: Authentication to mail.example.org:587 failed.",
         WRONG_CREDENTIALS),
    { .text = "{error,retries_exceeded,no_credentials}", .also = CAUSE_WRONG_CREDENTIALS },
    SAYS("550 Invalid credentials", WRONG_CREDENTIALS),
    SAYS("exim: plain authenticator failed for (pc) [192.0.2.1]", WRONG_CREDENTIALS),
    SAYS("Mail: Verify that you've entered the correct account info.", WRONG_CREDENTIALS),
    SAYS("smtp: Login not possible. Check your settings and your credentials", WRONG_CREDENTIALS),
    SAYS("Senden des Passworts an den SMTP-Server fehlgeschlagen", WRONG_CREDENTIALS),
    SAYS("Failed to authenticate on SMTP server with username \"anna\" using 1 possible "
         "authenticators. Authenticator "
         "LOGIN returned code \"503\", with message \"503 5.5.2 Auth command already specified\"",
         WRONG_CREDENTIALS),
    SAYS("C: AUTH PLAIN AGFubmEAeA==\nS: 550 5.7.1 no", WRONG_CREDENTIALS),
    SAYS("535 Please use your full e-mail address as user name", WRONG_USERNAME_FORM),
    { .text = "Error: Missing credentials for \"PLAIN\"",
      .also = CAUSE_CLIENT_NEVER_AUTHENTICATES },
    SAYS("saslauthd[7]: do_auth : auth failure: [user=anna] [service=smtp] [reason=Unknown]",
         WRONG_CREDENTIALS),
    SAYS("Das Kerberos/GSSAPI-Ticket wurde vom SMTP-Server mail.example.org nicht akzeptiert.",
         WRONG_CREDENTIALS),

    /* in other languages */
    SAYS("Die Anmeldung am Server mail.example.org ist fehlgeschlagen.", WRONG_CREDENTIALS),
    SAYS("535 Benutzername oder Passwort falsch", WRONG_CREDENTIALS),
    SAYS("Échec de l’authentification auprès du serveur", WRONG_CREDENTIALS),
    SAYS("Error de autenticación en el servidor smtp.example.org", WRONG_CREDENTIALS),
    SAYS("Autenticazione non riuscita: credenziali non valide", WRONG_CREDENTIALS),
    SAYS("Falha na autenticação do servidor de envio", WRONG_CREDENTIALS),
    SAYS("Aanmelden bij smtp.example.org mislukt", WRONG_CREDENTIALS),
    SAYS("Uwierzytelnianie na serwerze nie powiodło się", WRONG_CREDENTIALS),
    SAYS("ОШИБКА АУТЕНТИФИКАЦИИ на сервере smtp.example.org", WRONG_CREDENTIALS),
    SAYS("SMTP认证失败：用户名或密码错误", WRONG_CREDENTIALS),
    SAYS("SMTPサーバーの認証に失敗しました", WRONG_CREDENTIALS),
    SAYS("서버 인증에 실패했습니다", WRONG_CREDENTIALS),
    SAYS("Todennus palvelimelle smtp.example.org epäonnistui", WRONG_CREDENTIALS),

    /* another password */
    SAYS("534-5.7.9 Application-specific password required. Learn more at\n534 5.7.9 xy - gsmtp",
         APP_PASSWORD_NEEDED),
    SAYS("535 Login Fail. Please enter your authorization code to login.", APP_PASSWORD_NEEDED),
    SAYS("535 5.7.0 NEOBHODIM parol prilozheniya", APP_PASSWORD_NEEDED),
    SAYS("535 Нужен пароль приложения", APP_PASSWORD_NEEDED),
    SAYS("535 Error: 请使用授权码登录", APP_PASSWORD_NEEDED),
    SAYS("535 Utilisez un mot de passe d'application", APP_PASSWORD_NEEDED),
    SAYS("535 5.7.0 Two-factor login is on for this user", APP_PASSWORD_NEEDED),

    SAYS("535 \xef\xbf\xbd\xef\xbf\xbd http://service.mail.qq.com/x", APP_PASSWORD_NEEDED),

    /* no password at all */
    SAYS("550 5.7.139 no", PASSWORD_LOGIN_SWITCHED_OFF),
    SAYS("535 OAuth is required for this mailbox", PASSWORD_LOGIN_SWITCHED_OFF),
    SAYS("535 5.7.139 Authentication unsuccessful, basic authentication is disabled.",
         PASSWORD_LOGIN_SWITCHED_OFF),
    SAYS("SMTP Error: Could not authenticate. 535 5.7.139 Authentication unsuccessful, "
         "SmtpClientAuthentication is disabled for the Tenant.",
         PASSWORD_LOGIN_SWITCHED_OFF),
    SAYS("535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
         "Tenant.",
         PASSWORD_LOGIN_SWITCHED_OFF),
    SAYS("535 5.7.139 Authentication unsuccessful, the request did not meet the criteria to be "
         "authenticated "
         "successfully.",
         PASSWORD_LOGIN_SWITCHED_OFF),
    SAYS("535 5.7.139 user is locked by your organization's security defaults policy.",
         PASSWORD_LOGIN_SWITCHED_OFF),
    SAYS("535 5.7.1 Password login is not allowed here", PASSWORD_LOGIN_SWITCHED_OFF),

    /* a token */
    SAYS("334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIn0=\n535 5.7.8 no",
         OAUTH_TOKEN_REJECTED),
    SAYS("XOAUTH2 authentication failed: "
         "{\"status\":\"400\",\"schemes\":\"Bearer\",\"scope\":\"mail\"}",
         OAUTH_TOKEN_REJECTED),
    SAYS("535 the access token has expired", OAUTH_TOKEN_REJECTED),
    SAYS("the login to SMTP failed with AADSTS70008", OAUTH_TOKEN_REJECTED),
    SAYS("SASL authentication failed; cannot authenticate to server smtp.example.org[192.0.2.1]: "
         "bad protocol / "
         "cancel",
         OAUTH_TOKEN_REJECTED),

    SAYS("501 5.5.124 Invalid XOAUTH2 auth data - the address given is not valid",
         OAUTH_TOKEN_REJECTED),

    SAYS("C: AUTH XOAUTH2 [hidden]\nS: 535 5.7.3 Authentication unsuccessful",
         OAUTH_TOKEN_REJECTED),

    /* the account */
    SAYS("535 5.7.1 The mailbox is locked", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("554 5.7.1 The SMTP service is suspended", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("550 5.7.1 Your SMTP account is suspended", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("550 5.7.705 no", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("535 5.7.1 Your account has been suspended", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("525 5.7.13 no", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("534-5.7.14 <https://accounts.example/ContinueSignIn?x> Please log in via your web "
         "browser\n534 5.7.14 "
         "xy - gsmtp",
         ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("535 5.7.8 This user does not have access rights to this service", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("550 User has no permission", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("535 Ihr Konto ist gesperrt", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("550 用户被锁定", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("550 5.1.8 Access denied, bad outbound sender", ACCOUNT_MAY_NOT_SUBMIT),

    /* what stands behind the server */
    SAYS("C: AUTH PLAIN AGFubmEAeA==\nS: 451 4.3.0 no", AUTH_BACKEND_DOWN),
    SAYS("535 5.7.8 authentication failed: the LDAP server is down", AUTH_BACKEND_DOWN),
    SAYS("451 5.7.3 Cannot achieve Exchange Server authentication", AUTH_BACKEND_DOWN),
    SAYS("454 4.7.0 Temporary authentication failure", AUTH_BACKEND_DOWN),
    SAYS("435 Unable to authenticate at present", AUTH_BACKEND_DOWN),
    SAYS("454 oops, problem with child and I can't auth (#4.3.0)", AUTH_BACKEND_DOWN),
    SAYS("535 5.7.8 Error: authentication failed: generic failure", AUTH_BACKEND_DOWN),
    SAYS("warning: SASL authentication failure: cannot connect to saslauthd server: No such file "
         "or directory",
         AUTH_BACKEND_DOWN),
    SAYS("postfix/smtpd[7]: warning: SASL: Connect to private/auth failed: Connection refused\n"
         "postfix/smtpd[7]: fatal: no SASL authentication mechanisms",
         AUTH_BACKEND_DOWN),
};

/* Words that look like those above. */
static const struct rows_case NO_FAILED_LOGIN[] = {
    NOT("550 5.7.26 This message does not pass authentication checks (SPF and DKIM both do not "
        "pass)",
        AUTH_FAILED),
    NOT("550 5.7.1 Message rejected: DMARC authentication failed for example.org", AUTH_FAILED),
    NOT("530 5.7.0 Authentication required", AUTH_FAILED),
    NOT("550 5.7.1 Invalid credentials for relay [192.0.2.9].", AUTH_FAILED),
    NOT("550 5.1.1 No such user here", AUTH_FAILED),
    NOT("550 5.2.1 The recipient's mailbox is disabled", AUTH_FAILED),
    NOT("550 This account has been suspended for now", AUTH_FAILED),
    NOT("552 5.2.2 The account is over quota", AUTH_FAILED),
    NOT("550 5.1.1 <a@example.org>: Benutzer unbekannt", AUTH_FAILED),
    NOT("553 5.7.1 <a@example.org>: Sender address rejected: not owned by user b", AUTH_FAILED),
    NOT("554 5.7.1 The message was blocked as spam", AUTH_FAILED),
    NOT("smtp: Authentication failed because the remote party has closed the transport stream.",
        AUTH_FAILED),
    NOT("smtp: Authentication failed, see inner exception.", AUTH_FAILED),
    NOT("smtp: SPF authentication failed for example.org", AUTH_FAILED),
    NOT("554 5.7.1 Sender authentication failed", AUTH_FAILED),
    NOT("Please send me the password of the web shop", AUTH_FAILED),
};

static const struct rows_case METHODS[] = {
    SAYS("503 AUTH command used when not advertised", RELAY_TAKES_NO_LOGIN),
    SAYS("503 5.5.1 Error: authentication not enabled", RELAY_TAKES_NO_LOGIN),
    SAYS("502 5.5.1 AUTH not implemented", RELAY_TAKES_NO_LOGIN),
    SAYS("503 auth not available (#5.3.3)", RELAY_TAKES_NO_LOGIN),
    SAYS("SMTP AUTH extension not supported by server.", RELAY_TAKES_NO_LOGIN),
    SAYS("smtp: server doesn't support AUTH", RELAY_TAKES_NO_LOGIN),
    SAYS("sendmail: the server does not support authentication", RELAY_TAKES_NO_LOGIN),
    SAYS("The SMTP server does not support authentication.", RELAY_TAKES_NO_LOGIN),
    SAYS("SMTP Error (250): Authentication failed.", RELAY_TAKES_NO_LOGIN),
    SAYS("*** Host did not advertise authentication", RELAY_TAKES_NO_LOGIN),
    SAYS("SASL authentication failed; cannot authenticate to server mail.example.org[192.0.2.1]: "
         "no mechanism "
         "available",
         NO_COMMON_MECHANISM),
    SAYS("warning: SASL authentication failure: No worthy mechs found", NO_COMMON_MECHANISM),
    SAYS("No authentication mechanisms supported by both server and client", NO_COMMON_MECHANISM),
    SAYS("Failed to authenticate on SMTP server with username \"anna\" using 0 possible "
         "authenticators",
         NO_COMMON_MECHANISM),
    SAYS("mail_send::Error: UnsupportedAuthMechanism", NO_COMMON_MECHANISM),
    SAYS("msmtp: support for authentication method GSSAPI is not compiled in", NO_COMMON_MECHANISM),
    SAYS("mail: wrong authentication type 0", NO_COMMON_MECHANISM),
    SAYS("git send-email: Command unknown: 'AUTH'", RELAY_TAKES_NO_LOGIN),
    { .text = "smtp: AUTH failed: unexpected server response: name:",
      .also = CAUSE_NO_COMMON_MECHANISM },
    { .text = "SaslException: Invalid SASL challenge from the server",
      .also = CAUSE_NO_COMMON_MECHANISM },
    SAYS("SMTP Fehler (250): Die Authentisierung ist fehlgeschlagen", RELAY_TAKES_NO_LOGIN),
    SAYS("Erro de SMTP (250): Falha na autenticação", RELAY_TAKES_NO_LOGIN),
    SAYS("mail: Server does not support the \"AUTH\" extension", RELAY_TAKES_NO_LOGIN),
    { .text = "CDO.Message.1 error '80040211' The transport error code was 0x80040217.",
      .also = CAUSE_CLIENT_NEVER_AUTHENTICATES },
    SAYS("No suitable authentication method found.", NO_COMMON_MECHANISM),
    SAYS("msmtp: the server does not support authentication method LOGIN", NO_COMMON_MECHANISM),
    SAYS(
        "None of the authentication methods supported by this client are supported by your server.",
        NO_COMMON_MECHANISM),
    SAYS("Error number: 0x800CCC80", NO_COMMON_MECHANISM),
    SAYS("504 5.7.4 Unrecognized authentication type", NO_COMMON_MECHANISM),
    SAYS("535 Unable to use this auth type", NO_COMMON_MECHANISM),
    SAYS("535 5.7.8 Error: authentication failed: Invalid authentication mechanism",
         NO_COMMON_MECHANISM),
    SAYS("504 5.5.4 CRAM-MD5 authentication mechanism not supported", NO_COMMON_MECHANISM),
    SAYS("534 5.7.9 Authentication mechanism is too weak", MECHANISM_OFFERED_BUT_DEAD),
    SAYS("432 4.7.12 A password transition is needed", MECHANISM_OFFERED_BUT_DEAD),
    SAYS("Der SMTP-Server mail.example.org unterstützt die gewählte Authentifizierungsmethode "
         "nicht.",
         NO_COMMON_MECHANISM),
    SAYS("Сервер smtp.example.org не поддерживает выбранный метод аутентификации",
         NO_COMMON_MECHANISM),
    SAYS("554 5.7.0 A valid client certificate is required", CLIENT_CERTIFICATE_NEEDED),
    SAYS("remote error: tls: certificate required", CLIENT_CERTIFICATE_NEEDED),
    SAYS("535 5.7.8 no secret in database", MECHANISM_OFFERED_BUT_DEAD),
    SAYS("534 5.7.9 no", MECHANISM_OFFERED_BUT_DEAD),
    SAYS("432 4.7.12 no", MECHANISM_OFFERED_BUT_DEAD),
    SAYS("mutt: SMTP: No authenticators available", NO_COMMON_MECHANISM),
    SAYS("504 5.7.4 no", NO_COMMON_MECHANISM),
    SAYS("C: AUTH LOGIN\nS: 500 no", MECHANISM_OFFERED_BUT_DEAD),
    SAYS("ESMTP> AUTH LOGIN\nESMTP< 500 unrecognized command", MECHANISM_OFFERED_BUT_DEAD),
    SAYS("SMTP -> ERROR: AUTH not accepted from server: 503 5.5.1 Error: authentication not "
         "enabled\n"
         "SMTP -> FROM SERVER:250 2.1.0 Ok\n"
         "SMTP -> ERROR: RCPT not accepted from server: 454 4.7.1 <a@example.org>: Relay access "
         "denied",
         RELAY_TAKES_NO_LOGIN),
    /* the remedy may be encryption */
    { .text = "503 AUTH command used when not advertised", .also = CAUSE_AUTH_HIDDEN_UNTIL_TLS },
    /* no methods */
    NOT("535 5.7.8 Error: authentication failed", AUTH_MECHANISM),
    NOT("550 5.7.1 This message does not have authentication information", AUTH_MECHANISM),
    NOT("502 5.5.1 VRFY not implemented", AUTH_MECHANISM),
    NOT("This server does not support delivery to local users", AUTH_MECHANISM),
};

static const struct rows_case ENCRYPTION[] = {
    SAYS("530 5.7.0 Must issue a STARTTLS command first", MAIL_ONLY_UNDER_TLS),
    SAYS("530 Must issue a STARTTLS command first (#5.7.0)", MAIL_ONLY_UNDER_TLS),
    SAYS("451 5.7.3 STARTTLS is required to send mail", MAIL_ONLY_UNDER_TLS),
    SAYS("550 5.7.29 all senders of bulk e-mail have to", MAIL_ONLY_UNDER_TLS),
    SAYS("550 5.7.10 no", MAIL_ONLY_UNDER_TLS),
    SAYS("538 5.7.11 no", AUTH_HIDDEN_UNTIL_TLS),
    SAYS("554 This server requires TLS", MAIL_ONLY_UNDER_TLS),
    SAYS("530 TLS is required for a login", AUTH_HIDDEN_UNTIL_TLS),
    SAYS("550 5.7.10 Encryption needed", MAIL_ONLY_UNDER_TLS),
    SAYS("554 5.7.0 Error: TLS required", MAIL_ONLY_UNDER_TLS),
    SAYS("538 5.7.11 Encryption required for requested authentication mechanism",
         AUTH_HIDDEN_UNTIL_TLS),
    SAYS("535 5.7.0 Plaintext authentication disallowed on non-secure (SSL/TLS) connections.",
         AUTH_HIDDEN_UNTIL_TLS),
    SAYS("error=\"unencrypted connection\"", AUTH_HIDDEN_UNTIL_TLS),
    SAYS("530 Für den Versand ist eine verschlüsselte Verbindung erforderlich",
         MAIL_ONLY_UNDER_TLS),
    SAYS("530 Требуется защищенное соединение", MAIL_ONLY_UNDER_TLS),
    NOT("530 5.7.0 Authentication required", TLS_REQUIRED),
    NOT("TLS is required, but was not offered by host mail.example.org[192.0.2.1]", TLS_REQUIRED),
    NOT("550 5.7.1 The attached file is encrypted and was rejected", TLS_REQUIRED),
    NOT("Untrusted TLS connection established to mail.example.org[192.0.2.1]:25", TLS_REQUIRED),
};

/* Relaying refused or a login wanted, in words that stand near other families. */
static const struct rows_case RELAYING[] = {
    SAYS("550 Encaminhamento recusado", CLIENT_NEVER_AUTHENTICATES),
    SAYS("550 Retransmission denied", CLIENT_NEVER_AUTHENTICATES),
    SAYS("550 Přenos odepřen", CLIENT_NEVER_AUTHENTICATES),
    SAYS("550 リレー拒否", CLIENT_NEVER_AUTHENTICATES),
    SAYS("550 Relay ist hier nicht zulässig", CLIENT_NEVER_AUTHENTICATES),
    SAYS("550 Eine Anmeldung ist nötig", CLIENT_NEVER_AUTHENTICATES),
    SAYS("530 5.7.0 Log in first", CLIENT_NEVER_AUTHENTICATES),
    SAYS("530 5.7.0 Log in first: relaying is for those who do (why: KCKC8BAD)",
         CLIENT_NEVER_AUTHENTICATES),
    SAYS("530 5.7.0 STARTTLS first (why: KCKC8BAD)", MAIL_ONLY_UNDER_TLS),
    SAYS("553 5.7.1 The sender's address does not belong to this login (why: KCKC8BAD)",
         FROM_NOT_LOGIN),
    SAYS("451 4.7.1 Too many recipients for now (why: KCKC8BAD)", RATE_LIMITED),
    SAYS("451 4.4.3 A look-up failed, try again (why: KCKC8BAD)", DNS_FAILURE),
    SAYS("554 5.7.1 Your address is not let in (why: KCKC8BAD)", IP_BANNED),
    SAYS("550 5.7.1 This login may not send (why: KCKC8BAD)", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("550 5.4.4 Relaying denied", CLIENT_NEVER_AUTHENTICATES),
    SAYS("550 Domain of the forward-path is not served", DOMAIN_NOT_CONFIGURED),
    SAYS("513 Relaying denied - please fetch your mail with IMAP before sending", POP_BEFORE_SMTP),
    { .text = "550 authenticate or fetch your mail first",
      .also = CAUSE_POP_BEFORE_SMTP,
      .never = FAMILY_IP_BLOCKLISTED,
      .not_family = true },
    /* what Postfix's "reject" at the end of a list says leaves three causes open */
    { .text = "554 5.7.1 <pc.example.org[192.0.2.7]>: Client host rejected: Access denied",
      .also = CAUSE_CLIENT_NEVER_AUTHENTICATES },
    { .text = "554 5.7.1 <anna@example.org>: Client host rejected: Access denied",
      .want = CAUSE_CLIENT_NEVER_AUTHENTICATES },
    { .text = "554 5.7.1 <unknown[192.0.2.7]>: Client host rejected: Access denied",
      .want = CAUSE_IP_BLOCKLISTED,
      .also = CAUSE_CLIENT_NEVER_AUTHENTICATES },
    /* nobody is known to have an account */
    SAYS("220 mx.example.org ESMTP\nMAIL FROM:<anna@example.org>\n250 OK\n"
         "RCPT TO:<bert@example.net>\n550 You may not, you are not allowed to send mail",
         CLIENT_NEVER_AUTHENTICATES),
    SAYS("535 5.7.0 you are not allowed to send mail", ACCOUNT_MAY_NOT_SUBMIT),
    SAYS("The requested auth method \"NTLM\" is not offered\nSMTP Error: Could not authenticate.",
         NO_COMMON_MECHANISM),
    /* one thought is counted once */
    { .text = "554 5.7.1 <anna@example.org>: Recipient address rejected: Access denied",
      .want = CAUSE_RECIPIENT_UNKNOWN,
      .also = CAUSE_CLIENT_NEVER_AUTHENTICATES },
    SAYS("Jan  2 03:04:05 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from "
         "pc.example.org[192.168.7.9]: "
         "554 5.7.1 <anna@example.org>: Recipient address rejected: Access denied; "
         "from=<bert@example.org> to=<anna@example.org> proto=ESMTP helo=<pc>",
         IP_NOT_TRUSTED),
    SAYS("550 Only local recipients are served here", CLIENT_NEVER_AUTHENTICATES),
    SAYS("553 relay test fail", CLIENT_NEVER_AUTHENTICATES),
    { .text = "503 valid RCPT command must precede DATA",
      .also = CAUSE_CLIENT_NEVER_AUTHENTICATES },
    SAYS("550 POP before SMTP authentication needed", POP_BEFORE_SMTP),
    SAYS("550 Relaying denied. You must log in with POP3 first", POP_BEFORE_SMTP),
    SAYS("451 login mode unsupported", NO_COMMON_MECHANISM),
    SAYS("501 5.7.0 Authentication aborted", WRONG_CREDENTIALS),
    /* none of them */
    SAYS("smtp: failed to lookup address information: Name or service not known in this run",
         DNS_FAILURE),
    SAYS("452 4.7.1 The limits of this account have been reached. Please try again later.",
         RATE_LIMITED),
};

#define LIST(name, table)                                                                          \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        rows_cases_run(table, COUNT_OF(table));                                                    \
    }
LIST(failed_login, FAILED)
LIST(no_failed_login, NO_FAILED_LOGIN)
LIST(methods, METHODS)
LIST(encryption_asked_for, ENCRYPTION)
LIST(relaying, RELAYING)

/* A reply comes from a server, never from one's own program; and where the causes that are left open have other
 * servers, none is named. */
static void who_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum finding_hop hop;
    } ROWS[] = {
        { "504 5.7.4 Unrecognized authentication type", HOP_SUBMISSION },
        { "530 5.7.0 Authentication required", HOP_SUBMISSION },
        { "550 5.1.1 no such user", HOP_RECIPIENT },
        { "Relay access denied", HOP_NONE },
        { "550 relay not permitted", HOP_NONE },
        { "smtp: getaddrinfo ENOTFOUND mail.example.org", HOP_CLIENT },
        { "2026-01-02 03:04:05 1tk2b3-006Xtp-0N ** anna@example.net R=out T=remote_smtp "
          "H=192.168.7.2 "
          "[192.168.7.2]: SMTP error from remote mail server after RCPT TO:<anna@example.net>: 550 "
          "relay not "
          "permitted",
          HOP_NEXT },
        { "501 5.7.0 Authentication failed", HOP_SUBMISSION },
        { "503 5.5.1 Error: authentication not enabled", HOP_SUBMISSION },
        { "Jan  2 03:04:05 mx postfix/smtpd[7]: NOQUEUE: reject: RCPT from "
          "mail.example.net[192.0.2.1]: 553 "
          "5.7.1 <anna@example.org>: Sender address rejected: not owned by user bert@example.org; "
          "from=<anna@example.org> to=<carl@example.com> proto=ESMTP helo=<mail.example.net>",
          HOP_SUBMISSION },
        { "Final-Recipient: rfc822; anna@example.net\nAction: failed\nStatus: "
          "4.4.1\nDiagnostic-Code: X-Postfix; "
          "connect to mx1.example.net[192.0.2.1]:25: Connection timed out",
          HOP_RECIPIENT },
        { "Diagnostic-Code: smtp; 550 5.7.515 sending domain example.org does not meet the "
          "required level. "
          "Spf=Fail, Dkim=Fail, DMARC=Fail",
          HOP_RECIPIENT },
        { "550 5.1.8 <anna@example.org>: Sender address rejected: Domain not found",
          HOP_RECIPIENT },
        { "The remote server's response was:\n550 5.7.1 Relaying denied", HOP_RECIPIENT },
    };
    AUTO(explainer_freep) struct explainer *x = explainer_new(false);
    assert_non_null(x);
    for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
        struct arena memory;
        struct explanation out;
        struct err e;
        arena_init(&memory, ROWS_CASES_MEMORY);
        assert_true(explain_text(x, str_from(ROWS[i].text), &memory, &out, &e));
        if (out.hop != ROWS[i].hop)
            fail_msg("%s: hop %d", ROWS[i].text, (int)out.hop);
        assert_true(out.who_refused.n > 0);
        arena_done(&memory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failed_login), cmocka_unit_test(no_failed_login),
        cmocka_unit_test(methods),      cmocka_unit_test(encryption_asked_for),
        cmocka_unit_test(relaying),     cmocka_unit_test(who_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
