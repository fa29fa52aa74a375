/* SPDX-License-Identifier: ISC */
/*
 * explain/rows_login.c - logins that were refused, login methods that do not fit, encryption that is asked for
 *
 * A text mostly meets several rows: that of its code, that of its words, and one that names the reason. Weights are
 * chosen so that the reason outweighs the other two. Words are wording patterns of servers, libraries and mail
 * programs, in the languages they come in.
 */
#include "explain/rows.h"
#include "explain/stems.h"

#define AT_AUTH (1u << SMTP_STAGE_AUTH)

static const struct explain_row ROWS[] = {
    /* --- the code ------------------------------------------------------------------------------------------- */
    /* RFC 4954 section 6: 535 is a refused login and nothing else. */
    { .codes = CODE_535,
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 24 },
                  { CAUSE_APP_PASSWORD_NEEDED, 8 },
                  { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 4 },
                  { CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, 4 },
                  { CAUSE_OAUTH_TOKEN_REJECTED, 2 } } },
    { .codes = CODE_535 | CODE_534,
      .speaks = { { CAUSE_CLIENT_NEVER_AUTHENTICATES, -14 },
                  { CAUSE_RECIPIENT_UNKNOWN, -24 },
                  { CAUSE_OTHER_NOT_RELAY, -12 },
                  { CAUSE_FROM_NOT_LOGIN, -6 },
                  { CAUSE_IP_NOT_TRUSTED, -12 },
                  { CAUSE_DOMAIN_NOT_CONFIGURED, -16 } } },
    { .codes = CODE_534,
      .speaks = { { CAUSE_MECHANISM_OFFERED_BUT_DEAD, 17 },
                  { CAUSE_APP_PASSWORD_NEEDED, 14 },
                  { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 4 } } },
    { .enhanced = "x.7.8",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 22 }, { CAUSE_APP_PASSWORD_NEEDED, 8 } } },
    /* RFC 5248 section 2.4: X.7.9 mechanism too weak, X.7.11 encryption needed for it, X.7.12 transition needed,
     * X.7.13 account disabled, X.7.10 encryption needed. */
    { .enhanced = "x.7.9",
      .speaks = { { CAUSE_MECHANISM_OFFERED_BUT_DEAD, 15 }, { CAUSE_APP_PASSWORD_NEEDED, 10 } } },
    { .enhanced = "x.7.10", .speaks = { { CAUSE_MAIL_ONLY_UNDER_TLS, 30 } } },
    /* Gmail's, beside words about senders of bulk mail */
    { .enhanced = "x.7.29",
      .speaks = { { CAUSE_MAIL_ONLY_UNDER_TLS, 44 },
                  { CAUSE_CONTENT_REJECTED, -30 },
                  { CAUSE_RATE_LIMITED, -30 } } },
    { .enhanced = "x.7.11", .speaks = { { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 30 } } },
    { .enhanced = "x.7.12", .speaks = { { CAUSE_MECHANISM_OFFERED_BUT_DEAD, 30 } } },
    { .enhanced = "x.7.13", .speaks = { { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 22 } } },
    { .enhanced = "x.7.139",
      .speaks = { { CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, 26 }, { CAUSE_WRONG_CREDENTIALS, 16 } } },
    /* RFC 4954 section 6: 454 4.7.0 is a login that failed for now, and nothing that the user typed. */
    { .codes = CODE_454 | CODE_451 | CODE_421 | CODE_4XX | CODE_450,
      .stages = AT_AUTH,
      .facts = FACT_LOGIN_TRIED,
      .facts_not = FACT_LOGIN_TAKEN,
      .speaks = { { CAUSE_AUTH_BACKEND_DOWN, 28 } } },
    /* --- user name and password: the words ------------------------------------------------------------------ */
    { .key = "auth",
      .pattern =
          "\\bauth(?:entication|enticate|orization|orisation|enticating|entification)?"
          "[ _-]?(?:attempt |exchange |process |has |was |is |error:? |data |of user |step )?"
          "[\"'(]{0,2}(?:fail|unsuccess|denied|rejected|refused|incorrect|not accepted|"
          "not successful|error\\b|invalid)",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 26 }, { CAUSE_APP_PASSWORD_NEEDED, 6 } } },
    { .key = "authentication data|credentials|auth data",
      .pattern =
          "(?:incorrect|invalid|bad|wrong|missing|no valid|rejected|unknown) (?:smtp |user |login |"
          "authentication |auth |email )?(?:authentication data|credentials?\\b(?! for relay)|auth "
          "data)|"
          "credentials? (?:(?:of this user |you (?:supplied|entered|provided) |provided )?"
          "(?:were|was|are|is) (?:incorrect|invalid|rejected|wrong|not (?:valid|accepted|correct))|"
          "invalid|rejected|not (?:accepted|valid|correct)|mismatch)",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 26 }, { CAUSE_APP_PASSWORD_NEEDED, 4 } } },
    { .key = "pass",
      .pattern =
          "\\b(?:user ?names?|user|user ?id|logins?|account(?: names?)?|e-?mail)(?: ?(?:and|or|/|"
          "&|,) ?| ?and/or )(?:the )?pass(?:word|wd)?\\b(?:[^.]|\\.\\b){0,40}"
          "(?:not|wrong|incorrect|invalid|fail|unknown|bad|mismatch|unable|reject)|"
          "(?:bad|wrong|incorrect|invalid|unknown|unrecognized|failed) (?:user "
          "?names?|user|logins?|"
          "account(?: "
          "names?)?|mailbox|e-?mail(?: address)?)(?: ?(?:and|or|/|&) ?| ?and/or )(?:bad |the "
          ")?pass"
          "(?:word)?\\b",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 26 }, { CAUSE_WRONG_USERNAME_FORM, 10 } } },
    { .key = "password",
      .pattern = "\\bpassword (?:is |was |provided |you entered |supplied |verification |you "
                 "provided )*(?:incorrect|wrong|invalid|failed|"
                 "mismatch|not (?:accepted|correct|valid|match)|error|rejected|does(?:n't| not) "
                 "match)|(?:bad|wrong|"
                 "incorrect|invalid|unacceptable) password|sending of (?:the )?password|"
                 "authenticate password",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 22 }, { CAUSE_PASSWORD_MANGLED, 4 } } },
    { .key = "log",
      .pattern = "\\blog-?[oi]n (?:attempt |to (?:the )?(?:smtp |outgoing )?server \\S{1,80} |to "
                 "account \\S{1,80} |has |was )?"
                 "(?:failed|fail\\b|failure|incorrect|denied|invalid|unsuccessful|rejected|refused|"
                 "error)|"
                 "(?:invalid|bad|incorrect|failed|rejected your|wrong) (?:user )?log-?[oi]n\\b|"
                 "unable to log ?[oi]n|(?:could not|cannot|can't|unable to|failed to|not) log ?in "
                 "to\\b|"
                 "\\blogon failure",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 22 }, { CAUSE_APP_PASSWORD_NEEDED, 4 } } },
    { .key = "authenticat",
      .pattern = "(?:could not|cannot|can't|couldn't|unable to|failed to|failure to|not able to|"
                 "error while|problem) "
                 "authenticat(?!e,? since|ion (?:is )?required)",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 22 }, { CAUSE_APP_PASSWORD_NEEDED, 6 } } },
    /* Postfix's and Exim's own logs of somebody else's login, Dovecot's and PAM's */
    /* Swift Mailer tells each method's reply behind it, of which the last says little */
    { .key = "login not possible|login impossible|credentials",
      .pattern = "login (?:is )?(?:not possible|impossible)|check your" GAP(40) "credentials",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 30 } } },
    /* Swift Mailer tells each method's reply behind it, of which the last says little */
    { .key = "failed to authenticate on smtp server with",
      .of_page = true,
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 50 }, { CAUSE_OTHER_NOT_RELAY, -20 } } },
    { .codes = CODE_535 | CODE_534 | CODE_554 | CODE_550,
      .stages = AT_AUTH,
      .facts = FACT_LOGIN_TRIED,
      .facts_not = FACT_LOGIN_TAKEN,
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 22 } } },
    { .key = "full e|complete e|fully qualified|full user|username must|username should|user name "
             "must|user name should|login must|login should|must be|complete e",
      .pattern = "(?:use|enter|give|specify|with|must be)(?: your| the| a)? (?:full|complete|fully "
                 "qualified) "
                 "(?:e-?mail )?(?:address|user ?name|login)(?: as (?:the |your )?(?:user|login))?|"
                 "(?:user ?name|login) (?:must|should) (?:be|contain|include)(?: your| the| a)? "
                 "(?:full |complete )?(?:e-?mail|@|domain)",
      .speaks = { { CAUSE_WRONG_USERNAME_FORM, 46 } } },
    /* RFC 4954 section 4: the client answered "*" to a challenge that it could not meet, or would not */
    { .key = "cancel|abort",
      .pattern = "\\bauth(?:entication|orization|enticate)? (?:was |has been |exchange "
                 ")?(?:cancell?ed|aborted)",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 30 }, { CAUSE_NO_COMMON_MECHANISM, 26 } } },
    /* a library that was given no name or no password */
    { .key = "missing credentials|no password|missing user|missing secret|no username|empty pass",
      .pattern = "missing credentials for|failed to connect, no password specified|"
                 "smtp-auth requested but missing|no (?:username|password) (?:was )?(?:configured|"
                 "specified|provided|given|found) for|empty (?:username|password)",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 20 },
                  { CAUSE_PASSWORD_MANGLED, 14 },
                  { CAUSE_CLIENT_NEVER_AUTHENTICATES, 34 } } },
    /* the same in other languages */
    { .key = "autenti|contrase|senha|credenciais|credenciales|credenziali|password|"
             "inicio de ses|acceso",
      .pattern =
          "(?:error|fallo|falha|falla|errore|problema)(?: (?:de|en|na|di|nell['’]|durante|al|ao|"
          "no|in)(?: la| a| l['’])?)? ?(?:autentic|iniciar "
          "sesi)|autentica(?:ci[oó]n|ç[aã]o|zione)(?: "
          "(?:[^.]|\\.\\b){0,30})? (?:fall|falh|incorrect|inv[aá]lid|no v[aá]lid|fracas|non "
          "riuscit|"
          "rechaz|recus|mal ?suced|rifiutat|errat)|(?:no (?:se )?(?:ha "
          ")?pud?[oi]e?(?:do|ron)?|n[aã]o "
          "foi possível|impossibile|non [eè] (?:stato )?possibile|imposible|não conseguiu) "
          "(?:se )?autentica|fall[oó] la autentica|"
          "contraseña (?:es |no )?(?:incorrecta|inv[aá]lida|v[aá]lida|err[oó]nea|correcta)|"
          "(?:usuario|usu[aá]rio|utente|utilizador)(?:[^.]|\\.\\b){0,12} (?:o|y|ou|e|e/o) "
          "(?:la |a |de |sua )?(?:contraseña|senha|password|palavra-passe)|senha (?:está "
          ")?(?:incorreta|inv[aá]lida|"
          "errada)|credenciai?l?e?s (?:son |no |sono |s[aã]o )*(?:incorrect|incorret|inv[aá]lid|"
          "v[aá]lidas|rechazad)|credenziali (?:di accesso )?(?:non|errate|sono)|password (?:errata|"
          "non corretta|non valida|sbagliata)|envío de la contraseña|invio della password|"
          "inicio de sesi[oó]n (?:ha )?fall",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 28 }, { CAUSE_APP_PASSWORD_NEEDED, 8 } } },
    /* any language: a login, and that it did not come about; a password that was not taken */
    { .key = STEM_LOGIN,
      .pattern = NEAR(STEM_LOGIN, STEM_FAILS "|" STEM_REFUSED, 90),
      .codes = CODE_535 | CODE_534 | CODE_5XX | CODE_NONE | CODE_554 | CODE_550 | CODE_553,
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 32 }, { CAUSE_APP_PASSWORD_NEEDED, 4 } } },
    { .key = STEM_PASSWORD,
      .pattern = NEAR(STEM_PASSWORD, STEM_FAILS "|" STEM_REFUSED, 70),
      .codes = CODE_535 | CODE_534 | CODE_5XX | CODE_NONE | CODE_554 | CODE_550,
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 20 } } },
    /* GBK or windows-1251 that a program showed as the replacement character: a 535 and nothing readable. QQ's is
     * nearly always about the authorization code. */
    { .key = "service.mail.qq.com|help.mail.163.com|help.mail.qq.com",
      .pattern = "(?:service|help)\\.mail\\.(?:qq|163)\\.com",
      .codes = CODE_535,
      .speaks = { { CAUSE_APP_PASSWORD_NEEDED, 26 } } },

    /* mail programs */
    { .key = "0x800ccc",
      .pattern = "0x800ccc(?:18|90|91|92)\\b",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 24 } } },
    { .key = "user name or password|username or password|account info",
      .pattern = "user ?name or password for (?:[^.]|\\.\\b){1,80} is incorrect|verify (?:that "
                 ")?(?:you(?:'|’)ve "
                 "entered )?(?:the correct |your )?(?:account info|user ?name and password)|"
                 "server rejected (?:your|the) (?:login|user ?name|password)|"
                 "(?:check|enter)(?: that)? (?:your|the) user ?name and password",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 22 } } },
    /* --- what looks like it and is something else ------------------------------------------------------------ */
    /* .NET calls the handshake of TLS an authentication */
    { .key = "remote party|inner exception",
      .pattern =
          "authentication failed(?:,| because)? (?:the remote party|see (?:the )?inner exception)",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, -44 },
                  { CAUSE_APP_PASSWORD_NEEDED, -16 },
                  { CAUSE_TLS_VERSION_OR_CIPHER, 14 },
                  { CAUSE_TLS_MODE_MISMATCH, 12 } } },
    { .key = "authentication|unauthenticated",
      .pattern = "\\b(?:sender|domain|message|e-?mail|mail) authentication|"
                 "unauthenticated (?:e-?mail|mail|message)|authentication[- ]results|"
                 "authentication checks?",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, -24 }, { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, -8 } } },
    /* --- another password is wanted --------------------------------------------------------------------------- */
    { .key = "application|app-|app p|apppass|app specific|asp |device pass|external pass|gap ",
      .pattern = "application[- ]specific|\\bapp[- ]?specific|\\bapp(?:lication)?[- ]?pass(?:word|"
                 "code|wd)|device[- ]password|external (?:application )?password|"
                 "password for external",
      .speaks = { { CAUSE_APP_PASSWORD_NEEDED, 44 },
                  { CAUSE_WRONG_CREDENTIALS, -26 },
                  { CAUSE_RATE_LIMITED, -8 } } },
    { .key = "authorization code|authorisation code|auth code|authcode|authorized code",
      .pattern = "auth(?:ori[sz](?:ation|ed))? ?code",
      .speaks = { { CAUSE_APP_PASSWORD_NEEDED, 40 },
                  { CAUSE_WRONG_CREDENTIALS, -26 },
                  { CAUSE_CLIENT_NEVER_AUTHENTICATES, -20 } } },
    { .pattern =
          "app-pass?wort|anwendungs(?:spezifisch|pass?wort|kennwort)|mot de passe "
          "d['’ ]?application|contraseñas? (?:de|para) (?:la )?aplicaci|senhas? (?:de|para) "
          "(?:app|aplica)|password (?:per|specifica per|dell['’])(?: le| la| l['’])? ?app|"
          "app-wachtwoord|has[lł]o (?:dla )?aplikacji|парол[ьяе] (?:для )?(?:внешн|приложени)|"
          "parol[a-z]? "
          "prilozh|授权码|授權碼|专用密码|應用程式密碼|应用专用密码|客户端(?:专用)?密码|"
          "アプリ ?パスワード|앱 ?비밀번호|애플리케이션 비밀번호|애플리케이션 암호",
      .speaks = { { CAUSE_APP_PASSWORD_NEEDED, 44 }, { CAUSE_WRONG_CREDENTIALS, -26 } } },
    { .key = "factor|2fa|-step|two step|mfa",
      .pattern = "\\b(?:two|second|multi|2)[- ]?factor|\\b2fa\\b|\\b(?:two|2)[- ]step|\\bmfa\\b",
      .speaks = { { CAUSE_APP_PASSWORD_NEEDED, 26 },
                  { CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, 14 },
                  { CAUSE_WRONG_CREDENTIALS, -18 } } },
    { .key = "web browser|continuesignin|webloginrequired|accounts.google.com",
      .pattern = "log in (?:via|with|through) your web browser|continuesignin|webloginrequired|"
                 "sign in (?:via|with|using) (?:your |a )?(?:web )?browser",
      .speaks = { { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 46 },
                  { CAUSE_APP_PASSWORD_NEEDED, 22 },
                  { CAUSE_WRONG_CREDENTIALS, -10 },
                  { CAUSE_CLIENT_NEVER_AUTHENTICATES, -30 } } },
    /* --- no password at all is wanted ------------------------------------------------------------------------- */
    { .key = "basic auth|basicauth",
      .pattern = "basic ?auth(?:entication)?(?:[^.]|\\.\\b){0,40}(?:disabled|block|not "
                 "(?:allowed|supported|"
                 "enabled|permitted)|turned off|retired|deprecat|no longer)|"
                 "(?:disabled|block(?:ed|s)?|no longer support(?:s|ed)?) basic ?auth",
      .speaks = { { CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, 46 }, { CAUSE_WRONG_CREDENTIALS, -60 } } },
    { .key = "smtpclientauthentication|smtp client auth|smtp_auth_disabled|smtp auth|"
             "smtp authentication|smtpauth",
      .pattern =
          "smtp ?client ?auth(?:entication)?(?:[^.]|\\.\\b){0,30}disabled|smtp_auth_disabled|"
          "\\bsmtp[- ]?auth(?:entication)?(?:[^.]|\\.\\b){0,20} (?:is |has been "
          ")?(?:disabled|switched "
          "off|turned off)"
          "(?: for (?:the|your|this) (?:tenant|mailbox|account|user|organi[sz]ation))?",
      .speaks = { { CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, 44 },
                  { CAUSE_WRONG_CREDENTIALS, -60 },
                  { CAUSE_CLIENT_NEVER_AUTHENTICATES, -6 } } },
    { .key = "security defaults|conditional access|meet the criteria|modern auth|legacy auth|"
             "less secure app|lesssecureapps",
      .pattern =
          "security defaults|conditional access|meet the criteria to be authenticated|"
          "modern auth(?:entication)?(?:[^.]|\\.\\b){0,30}(?:required|only|enabled|must)|legacy "
          "auth|"
          "less ?secure ?app",
      .speaks = { { CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, 38 }, { CAUSE_WRONG_CREDENTIALS, -30 } } },
    { .key = "password",
      .pattern = "password[- ]?(?:based "
                 ")?(?:auth(?:entication)?|login|log-in|sign-?in)(?:[^.]|\\.\\b){0,30}"
                 "(?:disabled|not (?:allowed|supported|permitted|enabled|available)|turned "
                 "off|switched off|removed)|"
                 "(?:login|log in|authentication) (?:by|with) "
                 "password(?:[^.]|\\.\\b){0,30}(?:disabled|not )",
      .speaks = { { CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, 36 }, { CAUSE_WRONG_CREDENTIALS, -26 } } },
    { .key = "oauth",
      .pattern =
          "(?:use|using|require[sd]?|only|must|switch "
          "to|need)(?:[^.]|\\.\\b){0,24}\\boauth|\\boauth ?"
          "(?:2(?:\\.0)?)?(?:[^.]|\\.\\b){0,24}(?:is )?(?:required|only|mandatory|must|instead)",
      .codes = CODE_535 | CODE_534 | CODE_530 | CODE_550 | CODE_554 | CODE_5XX | CODE_NONE,
      .speaks = { { CAUSE_PASSWORD_LOGIN_SWITCHED_OFF, 30 }, { CAUSE_WRONG_CREDENTIALS, -22 } } },

    /* --- a token in place of a password ----------------------------------------------------------------------- */
    { .key = "schemes|eyjzdgf0dxmi|scope|bad protocol / cancel|sasl-xoauth2",
      .pattern = "bad protocol / cancel|sasl-xoauth2[^;]{0,80}(?:fail|exception|error)|bad "
                 "protocol / cancel|sasl-xoauth2[^;]{0,80}(?:fail|exception|error)|\"status\" ?: "
                 "?\"?4\\d\\d\"?[^}]{0,80}\"schemes\"|\\beyJzdGF0dXMi",
      .of_page = true,
      .speaks = { { CAUSE_OAUTH_TOKEN_REJECTED, 38 }, { CAUSE_WRONG_CREDENTIALS, -26 } } },
    { .key = "xoauth2|oauthbearer|access token|refresh token|accesstoken|refreshtoken|"
             "bearer token",
      .pattern =
          "(?:xoauth2|oauthbearer)(?:[^.]|\\.\\b){0,60}(?:fail|invalid|expired|reject|denied|error|"
          "not "
          "accepted|unsuccess)|"
          "\\b(?:access|refresh|bearer|oauth2?|auth) ?token(?:[^.]|\\.\\b){0,60}(?:expired|invalid|"
          "revoked|reject|not valid|fail|denied|malformed|missing|refused)|"
          "(?:invalid|expired|bad|no|can't create new) (?:access|refresh|bearer|oauth2?) "
          "?token|failed to (?:acquire|get|refresh|obtain) (?:an? |the )?"
          "(?:access |oauth2? |refresh )?token",
      .speaks = { { CAUSE_OAUTH_TOKEN_REJECTED, 36 }, { CAUSE_WRONG_CREDENTIALS, -26 } } },
    { .key = "invalid_grant|invalid_client|unauthorized_client|aadsts|invalid_token|"
             "authorization grant",
      .pattern =
          "\\binvalid_(?:grant|client|token|scope)\\b|\\bunauthorized_client\\b|\\bAADSTS\\d+|"
          "authorization grant is invalid|token has been expired or revoked",
      .speaks = { { CAUSE_OAUTH_TOKEN_REJECTED, 38 }, { CAUSE_WRONG_CREDENTIALS, -20 } } },
    { .key = "xoauth2|oauthbearer|auth data",
      .pattern = "invalid (?:xoauth2|oauthbearer) (?:auth )?data",
      .speaks = { { CAUSE_OAUTH_TOKEN_REJECTED, 50 },
                  { CAUSE_RECIPIENT_UNKNOWN, -30 },
                  { CAUSE_OTHER_NOT_RELAY, -20 } } },
    { .key = "auth failure: [",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 44 }, { CAUSE_RECIPIENT_UNKNOWN, -34 } } },
    { .key = "xoauth2|oauthbearer",
      .pattern = "\\bauth[= "
                 "]+(?:xoauth2|oauthbearer)|(?:mechanism|method|authenticator|sasl)(?:[^.]|\\.\\b)"
                 "{0,12}(?:xoauth2|oauthbearer)|\"?type\"?: ?['\"]oauth2",
      .of_page = true,
      .facts = FACT_LOGIN_REFUSED,
      .speaks = { { CAUSE_OAUTH_TOKEN_REJECTED, 58 }, { CAUSE_WRONG_CREDENTIALS, -58 } } },

    /* --- the account ------------------------------------------------------------------------------------------ */
    { .key = "account|user|mailbox|login|access",
      .pattern =
          "\\b(?:account|user|mailbox|login|smtp "
          "access|access)\\b(?:[^.;]|\\.\\b){0,40}\\b(?:suspended|"
          "deactivated|disabled|inactive|frozen|compromised|hacked|locked|blocked|terminated|"
          "closed|restricted|unpaid|not (?:yet )?(?:confirmed|verified|activated|enabled|active)|"
          "unverified|unconfirmed|expired)\\b",
      .codes = CODE_535 | CODE_534,
      .speaks = { { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 32 }, { CAUSE_WRONG_CREDENTIALS, -26 } } },
    { .key = "account|user|mailbox|sender|smtp",
      .pattern = "\\b(?:your|smtp) (?:smtp |e-?mail |hosting "
                 ")?(?:account|mailbox|user|service|access)\\b(?:[^.;]|\\.\\b){0,40}\\b(?:"
                 "suspended|deactivated|frozen|compromised|hacked|unpaid|not (?:yet "
                 ")?activated|blocked (?:from|for) sending|disabled (?:from|for) sending)",
      .speaks = { { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 34 },
                  { CAUSE_RECIPIENT_UNKNOWN, -16 },
                  { CAUSE_WRONG_CREDENTIALS, -12 } } },
    /* of whom it speaks is not said: the recipient may be meant */
    { .key = "account|user|mailbox|sender|smtp",
      .pattern = "\\b(?:the|this) (?:smtp |e-?mail |hosting "
                 ")?(?:account|mailbox|user|service|access)\\b(?:[^.;]|\\.\\b){0,40}\\b(?:"
                 "suspended|deactivated|frozen|compromised|hacked|unpaid|not (?:yet "
                 ")?activated|blocked (?:from|for) sending|disabled (?:from|for) sending)",
      .speaks = { { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 20 } } },
    { .key = "access rights|no permission|not permitted to|not allowed to|not authori|eula|"
             "not subscribed|service not|not enabled for",
      .pattern =
          "(?:does not have|has no|have no|doesn't have) (?:access rights|(?:the )?rights? to)|"
          "\\buser has no permission|eula|(?:not|isn't) (?:permitted|allowed|authori[sz]ed) to "
          "(?:use (?:this|smtp|the)|send (?:mail|e-?mail|messages)|log ?in|authenticate|relay "
          "via "
          "smtp)|(?:smtp|imap/smtp|pop3?/smtp) (?:service|access) (?:is )?not (?:enabled|activ|"
          "open|subscribed|allowed)|not (?:enabled|activated) for (?:smtp|this "
          "(?:user|account))",
      .speaks = { { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 28 }, { CAUSE_WRONG_CREDENTIALS, -26 } } },
    /* said to one of whom no login is shown, it may be that there was none */
    { .key = "to send",
      .pattern = "\\byou(?:'re| are)? (?:not|n't) (?:permitted|allowed|authori[sz]ed) to send "
                 "(?:e-?mail|mail|messages)",
      .facts_not = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN,
      .speaks = { { CAUSE_CLIENT_NEVER_AUTHENTICATES, 26 }, { CAUSE_IP_NOT_TRUSTED, 24 } } },
    { .key = "to send",
      .pattern = "\\byou(?:'re| are)? (?:not|n't) (?:permitted|allowed|authori[sz]ed) to send "
                 "(?:e-?mail|mail|messages)",
      .forms = 1 << FORM_TRANSCRIPT,
      .facts_not = FACT_LOGIN_TRIED | FACT_LOGIN_TAKEN,
      .speaks = { { CAUSE_CLIENT_NEVER_AUTHENTICATES, 8 }, { CAUSE_IP_NOT_TRUSTED, 6 } } },
    /* what a library says of a method that it was told to use: the login was not even tried */
    { .key = "requested auth",
      .pattern = "requested auth(?:entication)? (?:method|mechanism)\\b.{0,40}(?:not|n't|un) ?"
                 "(?:available|supported|offered)",
      .of_page = true,
      .speaks = { { CAUSE_NO_COMMON_MECHANISM, 52 }, { CAUSE_WRONG_CREDENTIALS, -24 } } },
    /* Microsoft 365: 5.7.705 to 5.7.708, 5.1.8 and 5.7.750: an account, a domain or a tenant that may not send. */
    { .enhanced = "5.7.705|5.7.708|5.7.501|5.7.502|5.7.503",
      .speaks = { { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 28 } } },
    { .key = "bad outbound|outbound spam|outbound sender",
      .pattern = "bad outbound sender|outbound spam|outbound sender(?:[^.]|\\.\\b){0,30}block",
      .speaks = { { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 32 } } },
    { .pattern =
          "(?:Konto|Postfach|Benutzer|Zugang)(?:[^.]|\\.\\b){0,40} "
          "(?:gesperrt|deaktiviert|nicht "
          "freigeschaltet)|nicht (?:für|zum) (?:den "
          ")?(?:SMTP|Versand|Mailversand)(?:[^.]|\\.\\b){0,20} "
          "(?:freigeschaltet|"
          "berechtigt)|compte "
          "(?:[^.]|\\.\\b){0,30}(?:bloqu|suspendu|désactivé|verrouill)|cuenta "
          "(?:[^.]|\\.\\b){0,30}(?:"
          "bloquead|suspendid|deshabilitad|desactivad)|conta "
          "(?:[^.]|\\.\\b){0,30}(?:bloquead|suspens|"
          "desativad)|account "
          "(?:[^.]|\\.\\b){0,30}(?:sospes|bloccat|disattivat|disabilitat)|konto "
          "(?:[^.]|\\.\\b){0,30}(?:zablokowan|zawieszon|nieaktywn)|(?:geblokkeerd|geblokkeerde|"
          "opgeschort)|"
          "(?:учетная "
          "запись|аккаунт|пользователь|ящик)(?:[^.]|\\.\\b){0,40}(?:заблокирован|отключен|"
          "приостановлен)|(?:帐号|账号|用户|帐户|账户)(?:[^.]|\\.\\b){0,12}(?:锁定|冻结|停用|"
          "禁用|"
          "封)|"
          "(?:没有|未)开通|アカウント[^。]{0,20}(?:停止|ロック|無効)|계정(?:[^.]|\\.\\b){0,20}("
          "?:"
          "정지|잠|차단|"
          "비활성)",
      .codes = CODE_535 | CODE_534 | CODE_5XX | CODE_NONE | CODE_4XX | CODE_454 | CODE_530,
      .speaks = { { CAUSE_ACCOUNT_MAY_NOT_SUBMIT, 26 }, { CAUSE_WRONG_CREDENTIALS, -26 } } },
    /* --- what stands behind the server ------------------------------------------------------------------------ */
    { .key = "temporar|at present|unavailable|not available|try again",
      .pattern = "temporary authentication (?:failure|error)|unable to authenticate at present|"
                 "authentication "
                 "(?:service|server|backend|system|daemon)(?:[^.]|\\.\\b){0,30}(?:unavailable|"
                 "not available|down|not respond|unreachable|busy)|authentication (?:is )?"
                 "(?:temporarily|currently) (?:unavailable|not available)",
      .speaks = { { CAUSE_AUTH_BACKEND_DOWN, 40 }, { CAUSE_WRONG_CREDENTIALS, -46 } } },
    { .key = "saslauthd|private/auth|authdaemon|connect to private|auth-client|connection lost to "
             "auth|authentication server|auth server",
      .pattern = "cannot connect to saslauthd|saslauthd(?:[^.]|\\.\\b){0,60}(?:no such "
                 "file|refused|denied|"
                 "internal mechanism failure)|(?:connect "
                 "to|connect\\()(?:[^.]|\\.\\b){0,20}(?:private/auth|auth-client|"
                 "var/spool/postfix/private/auth|dovecot/auth)(?:[^.]|\\.\\b){0,20}fail|connection "
                 "lost to "
                 "(?:the )?auth(?:entication)? server|SASL: connect to \\S{1,80} failed|"
                 "authdaemon(?:[^.]|\\.\\b){0,60}(?:refused|fail|no such)|auth(?:entication)? "
                 "server (?:is )?"
                 "(?:not |un|down|fail)",
      .speaks = { { CAUSE_AUTH_BACKEND_DOWN, 42 }, { CAUSE_WRONG_CREDENTIALS, -46 } } },
    { .key = "no sasl authentication mechanisms|child crashed|problem with child|can't auth|"
             "unable to exec|generic failure|internal auth|auth backend|internal error",
      .pattern = "no SASL authentication mechanisms|(?:child crashed|problem with child|unable to "
                 "(?:exec|read from child|fork|write pipe))(?:[^.]|\\.\\b){0,40}(?:auth)|generic "
                 "failure|"
                 "internal (?:authentication|auth) (?:error|failure)|auth(?:entication)? "
                 "back-?end|internal "
                 "error(?:[^.]|\\.\\b){0,30}auth|auth[a-z]*(?:[^.]|\\.\\b){0,30}internal (?:server "
                 ")?error",
      .speaks = { { CAUSE_AUTH_BACKEND_DOWN, 42 }, { CAUSE_WRONG_CREDENTIALS, -50 } } },
    { .key = "ldap|radius|mysql|pgsql|database|sql",
      .pattern = "auth[a-z-]*(?:[^.]|\\.\\b){0,60}\\b(?:ldap|radius|mysql|pgsql|sql|database)\\b(?:"
                 "[^.]|\\.\\b){0,60}"
                 "(?:fail|refused|error|down|can't|cannot|unavailable|timed? ?out)|"
                 "\\b(?:ldap|radius|mysql|pgsql)\\b(?:[^.]|\\.\\b){0,60}auth[a-z]*(?:[^.]|\\.\\b){"
                 "0,30}(?:unavailable|"
                 "down|error)",
      .speaks = { { CAUSE_AUTH_BACKEND_DOWN, 46 }, { CAUSE_WRONG_CREDENTIALS, -36 } } },
    { .key = "exchange server authentication",
      .speaks = { { CAUSE_AUTH_BACKEND_DOWN, 42 },
                  { CAUSE_NO_COMMON_MECHANISM, 30 },
                  { CAUSE_OTHER_NOT_RELAY, -20 } } },
    /* CDO: the code of what went wrong below the one that it tells first */
    { .key = "80040217",
      .of_page = true,
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 34 }, { CAUSE_CLIENT_NEVER_AUTHENTICATES, 26 } } },
    { .key = "authentication type succeeded|authentication to |authentication with ",
      .pattern = "no authentication type succeeded|authentication (?:to|with) (?:the )?\\S{1,80} "
                 "(?:has )?failed",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 46 }, { CAUSE_CLIENT_NEVER_AUTHENTICATES, -50 } } },
    { .key = "no_credentials",
      .speaks = { { CAUSE_CLIENT_NEVER_AUTHENTICATES, 40 }, { CAUSE_WRONG_CREDENTIALS, 34 } } },
    { .key = "not compiled in|command unknown|authentication type",
      .pattern = "auth[a-z]* (?:method|mechanism) \\S{1,20} is not compiled in|wrong "
                 "auth(?:entication)? type",
      .speaks = { { CAUSE_NO_COMMON_MECHANISM, 46 } } },
    { .key = "command unknown",
      .pattern = "command unknown: ?[\"'“‘]?auth",
      .speaks = { { CAUSE_RELAY_TAKES_NO_LOGIN, 42 }, { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 34 } } },
    { .key = "not require",
      .pattern = "(?:does|do|did)(?: not|n['’]t) require (?:any |smtp |esmtp )?auth",
      .speaks = { { CAUSE_RELAY_TAKES_NO_LOGIN, 46 },
                  { CAUSE_CLIENT_NEVER_AUTHENTICATES, -60 },
                  { CAUSE_WRONG_CREDENTIALS, -20 } } },
    { .key = "requested authentication|requests authentication",
      .pattern = "server (?:has )?request(?:ed|s) authentication",
      .speaks = { { CAUSE_CLIENT_NEVER_AUTHENTICATES, 42 },
                  { CAUSE_EGRESS_PORT_BLOCKED, -20 },
                  { CAUSE_SERVER_DOWN, -20 } } },
    { .key = "authentication function returned",
      .pattern = "an authentication function returned an error",
      .speaks = { { CAUSE_WRONG_CREDENTIALS, 42 }, { CAUSE_NO_COMMON_MECHANISM, 32 } } },
    { .key = "starttls failed",
      .pattern = "auth[a-z]* failure: starttls failed",
      .speaks = { { CAUSE_TLS_MODE_MISMATCH, 40 },
                  { CAUSE_CERTIFICATE_UNKNOWN_ISSUER, 34 },
                  { CAUSE_STARTTLS_STRIPPED, 26 },
                  { CAUSE_WRONG_CREDENTIALS, -60 } } },
    { .key = "using 0 possible",
      .pattern = "using 0 possible authenticators",
      .speaks = { { CAUSE_NO_COMMON_MECHANISM, 46 },
                  { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 10 },
                  { CAUSE_WRONG_CREDENTIALS, -60 } } },
    { .key = "sasl challenge|saslexception",
      .pattern = "invalid sasl challenge|malformed sasl challenge|saslexception",
      .speaks = { { CAUSE_MECHANISM_OFFERED_BUT_DEAD, 36 },
                  { CAUSE_NO_COMMON_MECHANISM, 30 },
                  { CAUSE_WRONG_CREDENTIALS, 24 } } },
    { .key = "unexpected server response",
      .pattern = "auth[a-z]* failed: unexpected server response",
      .speaks = { { CAUSE_MECHANISM_OFFERED_BUT_DEAD, 36 },
                  { CAUSE_NO_COMMON_MECHANISM, 30 },
                  { CAUSE_WRONG_CREDENTIALS, -20 } } },
    { .key = "authenticators available|requires sasl|missing_requirement|no authenticator",
      .pattern = "no authenticators? (?:available|found)|authentication (?:method \\S{1,20} "
                 ")?requires sasl|"
                 "missing_requirement" GAP(80) "\\bauth\\b",
      .speaks = { { CAUSE_NO_COMMON_MECHANISM, 42 }, { CAUSE_CLIENT_NEVER_AUTHENTICATES, -20 } } },

    /* --- methods ---------------------------------------------------------------------------------------------- */
    /* no AUTH in the answer to EHLO, or a program that says so: the remedy may be TLS, another port, or no login */
    { .key = "auth",
      .pattern =
          "\\bAUTH(?:ENTICATE|entication)?(?: command| extension| verb| is| login| "
          "plain|:)*(?: "
          "was| used when| is)? "
          "not (?:advertised|available|enabled|implemented|supported|offered|permitted|allowed "
          "here|recogni[sz]ed|understood)(?! for (?:the|this|your) (?:user|account|mailbox))",
      .speaks = { { CAUSE_RELAY_TAKES_NO_LOGIN, 34 },
                  { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 26 },
                  { CAUSE_MX_PORT_NOT_SUBMISSION, 20 },
                  { CAUSE_WRONG_CREDENTIALS, -14 },
                  { CAUSE_CLIENT_NEVER_AUTHENTICATES, -4 } } },
    { .key = "auth",
      .pattern =
          "(?:does(?:n['’]?t| not| no)|did(?:n['’]?t| not)|server (?:not|without)) (?:seem to |"
          "appear to )?(?:support|offer|advertise|allow|announce|provide)[a-z]* "
          "(?:any |the )?[\"'“‘]?(?:smtp )?(?:(?:authentication|auth)\\b(?! "
          "(?:method|mechanism|type))|(?:SMTP )?AUTH extension|ESMTP AUTH)|"
          "host did not advertise authentication|no auth(?:entication)? "
          "(?:support|capability|extension|advertised|offered|mechanisms? "
          "(?:advertised|offered|"
          "were))",
      .speaks = { { CAUSE_RELAY_TAKES_NO_LOGIN, 34 },
                  { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 26 },
                  { CAUSE_MX_PORT_NOT_SUBMISSION, 18 },
                  { CAUSE_NO_COMMON_MECHANISM, 12 },
                  { CAUSE_WRONG_CREDENTIALS, -14 } } },
    /* Roundcube's, in any language */
    { .key = "(250)|(code: 250",
      .pattern =
          "SMTP[^()]{0,12}\\(250\\)[^()]{0,40}(?:auth|autent|uwierzyt|аутент|автор|认证|認證|"
          "認証|인증)|"
          "authentication failure(?:[^.]|\\.\\b){0,20}\\(code: 250",
      .speaks = { { CAUSE_RELAY_TAKES_NO_LOGIN, 36 },
                  { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 28 },
                  { CAUSE_WRONG_CREDENTIALS, -40 } } },
    { .key = "mechanism|mechs|auth type|authentication type|authentication method|auth method|"
             "authentication scheme|authenticator|authentication technique",
      .pattern =
          "no worthy mechs|no (?:suitable |common |compatible |acceptable |usable |supported "
          "|matching |known |valid |secure )*(?:sasl |smtp |auth |authentication |"
          "login )*(?:mechanisms?|mechs|methods?|types?) (?:available|found|in "
          "common|supported|"
          "could|is|are|match|that)|no (?:suitable|acceptable|compatible|usable) "
          "(?:authentication |auth )?(?:method|mechanism|authenticator)|no authentication "
          "mechanisms supported by both|no known authentication mechanisms|none of the "
          "(?:authentication|auth|login) (?:methods|mechanisms|types) supported|"
          "no supported (?:auth|authentication|sasl) (?:mechanism|method)",
      .speaks = { { CAUSE_NO_COMMON_MECHANISM, 40 },
                  { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 10 },
                  { CAUSE_CLIENT_NEVER_AUTHENTICATES, -24 },
                  { CAUSE_WRONG_CREDENTIALS, -44 } } },
    { .key = "mechanism|mode un|mode not|auth type|authentication type|authentication "
             "method|auth method|"
             "authentication scheme|selected auth|authtype",
      .pattern =
          "unsupportedauth(?:entication)?mechanism|(?:unrecogni[sz]ed|unsupported|unknown|invalid|"
          "unable to use this|cannot use "
          "this|bad|"
          "unimplemented|incompatible) (?:smtp |sasl )?(?:auth|authentication|login)? ?"
          "(?:types?|mechanisms?|methods?|schemes?)\\b|(?:auth|authentication|login|sasl|smtp|"
          "requested|selected|that|this|smtp auth)(?: [a-z0-9-]{2,16})? "
          "(?:mechanisms?|methods?|modes?|types?|schemes?)(?: [\"'(]?[a-z0-9-]{2,16}[\"')]?)?(?: "
          "is| "
          "are| was)? (?:not "
          "|un)(?:supported|available|recogni[sz]ed|known|implemented|allowed|"
          "enabled|permitted|valid)|does not (?:support|allow|offer) (?:the |this |that |any "
          "of the )?(?:selected |requested |specified )?(?:authentication|auth|login)? ?"
          "(?:method|mechanism|type)|unimplemented \\(#5\\.5\\.1\\)|"
          "authentication mechanism(?:[^.]|\\.\\b){0,20}not support",
      .speaks = { { CAUSE_NO_COMMON_MECHANISM, 34 },
                  { CAUSE_MECHANISM_OFFERED_BUT_DEAD, 32 },
                  { CAUSE_WRONG_CREDENTIALS, -46 },
                  { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 4 } } },
    { .key = "too weak|another step|no secret in|encrypted passwords|secure auth|transition",
      .pattern = "mechanism (?:is )?too weak|another step is needed|no secret in database|does not "
                 "seem to support encrypted passwords|(?:cannot|can't|could not) use a secure "
                 "authentication method|password transition (?:is )?needed|does not allow "
                 "plaintext passwords|support(?:ed)? secure (?:password )?auth(?:entication)?|"
                 "secure password authentication",
      .speaks = { { CAUSE_MECHANISM_OFFERED_BUT_DEAD, 30 },
                  { CAUSE_NO_COMMON_MECHANISM, 18 },
                  { CAUSE_WRONG_CREDENTIALS, -40 } } },
    /* RFC 4954 section 4: 504 5.5.4 is an unknown mechanism; 500 to 503 to AUTH itself: there is none. */
    { .codes = CODE_50X | CODE_503,
      .stages = AT_AUTH,
      .facts = FACT_LOGIN_TRIED,
      .facts_not = FACT_LOGIN_TAKEN,
      .speaks = { { CAUSE_MECHANISM_OFFERED_BUT_DEAD, 32 }, { CAUSE_RELAY_TAKES_NO_LOGIN, 24 } } },
    { .enhanced = "5.7.4",
      .speaks = { { CAUSE_MECHANISM_OFFERED_BUT_DEAD, 24 }, { CAUSE_NO_COMMON_MECHANISM, 28 } } },
    { .key = "auth ",
      .pattern = "\\bauth "
                 "(?:login|plain|cram-md5|ntlm|xoauth2|digest-md5|gssapi)\\b[^;]{0,90}\\b50[0-4][ "
                 "-]",
      .of_page = true,
      .facts_not = FACT_LOGIN_TAKEN | FACT_LOGIN_REFUSED,
      .speaks = { { CAUSE_MECHANISM_OFFERED_BUT_DEAD, 26 },
                  { CAUSE_RELAY_TAKES_NO_LOGIN, 24 },
                  { CAUSE_OTHER_NOT_RELAY, -16 } } },
    { .key = "auth not accepted from server|authentication not enabled|not advertised",
      .pattern = "auth not accepted from server: 50\\d|authentication not enabled|auth command "
                 "used when not advertised",
      .of_page = true,
      .speaks = { { CAUSE_RELAY_TAKES_NO_LOGIN, 16 }, { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 14 } } },
    { .key = "0x800ccc8",
      .pattern = "0x800ccc80\\b",
      .speaks = { { CAUSE_NO_COMMON_MECHANISM, 34 }, { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 8 } } },
    { .key = STEM_SUPPORT,
      .pattern = NEAR(STEM_SUPPORT, STEM_LOGIN "|" STEM_PASSWORD, 90),
      .codes = CODE_535 | CODE_534 | CODE_5XX | CODE_50X | CODE_NONE,
      .speaks = { { CAUSE_NO_COMMON_MECHANISM, 30 },
                  { CAUSE_RELAY_TAKES_NO_LOGIN, 24 },
                  { CAUSE_WRONG_CREDENTIALS, -16 } } },
    { .key = "certificate",
      .pattern = "(?:tls:? |alert )certificate[ _]required|(?:client|peer) certificate (?:is "
                 ")?(?:required|"
                 "needed|not (?:provided|presented|supplied|trusted))|did not "
                 "(?:return|present|provide|"
                 "send) a (?:client )?certificate|no (?:client )?certificate (?:presented|provided|"
                 "returned|supplied)|need[s]? a (?:client )?certificate|tlsv13 alert certificate "
                 "required|"
                 "valid client certificate",
      .speaks = { { CAUSE_CLIENT_CERTIFICATE_NEEDED, 36 } } },

    /* --- encryption is asked for ------------------------------------------------------------------------------ */
    { .key = "starttls",
      .pattern = "(?:must|need to|have "
                 "to|please|should)(?:[^.]|\\.\\b){0,20}(?:issue|use|do|send|start|run|give)(?:[^.]"
                 "|\\.\\b)"
                 "{0,14}starttls|starttls (?:is |command )?(?:is "
                 ")?(?:required|needed|mandatory|first|must|"
                 "necessary)|(?:require[sd]?|need[s]?|use|expected|want[s]?|issue)(?: an?| the)? "
                 "starttls|starttls (?:before|prior to)",
      .speaks = { { CAUSE_MAIL_ONLY_UNDER_TLS, 40 },
                  { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 32 },
                  { CAUSE_CLIENT_NEVER_AUTHENTICATES, -10 } } },
    { .key = "tls|ssl|encrypt|secure conn|secure chann|secured conn",
      .pattern =
          "(?:require[sd]?|need(?:s|ed)?|must (?:use|be)|only (?:over|with|via|under|accepted|"
          "allowed|on)|mandatory|please "
          "use|demands?|enforced?|refus[a-z]+|without)(?:[^.,;]|\\.\\b){0,24}"
          "(?:\\bTLS\\b|\\bSSL\\b(?!-| cert)|\\bencrypt(?:ion|ed)\\b|secured? "
          "(?:connection|channel|"
          "session|transport))",
      .stages = AT_AUTH | 1u << SMTP_STAGE_MAIL | 1u << SMTP_STAGE_RCPT | 1u << SMTP_STAGE_EHLO |
                1u << SMTP_STAGE_GREETING | 1u << SMTP_STAGE_DATA,
      .facts_not = FACT_TLS_FAILED,
      .codes = CODE_530 | CODE_534 | CODE_535 | CODE_550 | CODE_554 | CODE_5XX | CODE_50X |
               CODE_503 | CODE_454 | CODE_451 | CODE_4XX | CODE_553 | CODE_NONE | CODE_421 |
               CODE_450,
      .speaks = { { CAUSE_MAIL_ONLY_UNDER_TLS, 26 },
                  { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 24 },
                  { CAUSE_STARTTLS_STRIPPED, 4 } } },
    { .key = "tls|ssl|encrypt|secure conn|secure chann",
      .pattern = "(?:\\bTLS\\b|\\bSSL(?:/TLS)?\\b|\\bencrypt(?:ion|ed)\\b(?: "
                 "(?:connection|channel|session))?|"
                 "secured? (?:connection|channel|session))(?:[^.,;]|\\.\\b){0,30}(?:(?:is |are "
                 ")?(?:required|needed|mandatory|"
                 "necessary|enforced|expected)|must be)(?!,? but)",
      .facts_not = FACT_TLS_FAILED,
      .speaks = { { CAUSE_MAIL_ONLY_UNDER_TLS, 30 }, { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 26 } } },
    { .key = "plaintext auth|cleartext auth|clear text|plain text|unencrypted|non-secure|insecure "
             "conn|plaintext login|unsecured|not encrypted",
      .pattern =
          "(?:plain ?text|clear ?text) "
          "(?:authentication|auth|login|password)s?(?:[^.]|\\.\\b){0,24}(?:disallowed|"
          "disabled|not (?:allowed|permitted|supported))|(?:over|on|in|via|through|for) (?:an "
          "|a "
          ")?(?:"
          "unencrypted|non-?secured?|insecure|unsecured|unprotected|clear ?text|plain ?text) "
          "?(?:\\(?SSL/TLS\\)? )?(?:connection|channel|session)s?|^unencrypted "
          "connection|smtp: "
          "unencrypted "
          "connection|[:=] ?\"?unencrypted connection|(?:session|connection) (?:is )?not "
          "(?:encrypted|"
          "secure)",
      .speaks = { { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 36 },
                  { CAUSE_MAIL_ONLY_UNDER_TLS, 20 },
                  { CAUSE_NO_COMMON_MECHANISM, 10 } } },
    { .key = "encrypt|tls|ssl",
      .pattern = "(?:encrypt|\\btls\\b|\\bssl\\b)" GAP(
          40) "(?:auth|login|log in|password)|"
              "(?:auth|login|log in|password)" GAP(40) "(?:encrypt|\\btls\\b|\\bssl\\b)",
      .facts_not = FACT_TLS_FAILED,
      .speaks = { { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 22 } } },
    { .pattern =
          "(?:Verschlüsselung|verschlüsselte Verbindung|TLS|SSL)(?:[^.]|\\.\\b){0,30} "
          "(?:erforderlich|notwendig|"
          "benötigt|zwingend|vorgeschrieben|verlangt)|(?:nur|muss|müssen)(?:[^.]|\\.\\b){0,30} "
          "verschlüssel|chiffr(?:ement|ée?)(?:[^.]|\\.\\b){0,30} "
          "(?:requis|obligatoire|nécessaire)|(?:requiert|exige|"
          "nécessite)(?:[^.]|\\.\\b){0,30} "
          "(?:chiffr|sécuris|TLS|SSL)|(?:requiere|exige|necesita|se "
          "requiere|requer)"
          "(?:[^.]|\\.\\b){0,30} (?:cifra|criptog|encript|TLS|SSL|conexi[oó]n "
          "segura|conex[aã]o "
          "segura|STARTTLS)|richiede(?:[^.]|\\.\\b)"
          "{0,30} (?:crittogr|TLS|SSL|connessione "
          "(?:sicura|protetta|crittografata))|(?:vereist|verplicht)(?:[^.]|\\.\\b)"
          "{0,30} (?:TLS|SSL|versleutel)|wymaga(?:[^.]|\\.\\b){0,40} "
          "(?:szyfrowan|TLS|SSL|bezpieczn)|(?:требуется|"
          "необходимо|требует)(?:[^.]|\\.\\b){0,40}(?:шифрован|защищенн|защищённ|безопасн|TLS|"
          "SSL)|"
          "(?:需要|要求|必须)[^。]{0,12}(?:加密|TLS|SSL|安全连接)|(?:TLS|SSL|暗号化)[^。]{0,"
          "10}(?:必要|必須)|"
          "(?:보안 연결|TLS|SSL|암호화)(?:[^.]|\\.\\b){0,10}(?:필요|요구)",
      .facts_not = FACT_TLS_FAILED,
      .speaks = { { CAUSE_MAIL_ONLY_UNDER_TLS, 28 }, { CAUSE_AUTH_HIDDEN_UNTIL_TLS, 24 } } },
};
const struct explain_rows ROWS_LOGIN = EXPLAIN_ROWS(ROWS);
