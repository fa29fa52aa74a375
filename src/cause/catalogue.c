/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue.c - one row a cause, in the order of cause/ids.h
 * Owns    every word that Baton says about a cause. Names of neighbours stand only in told_apart.
 */
#include "cause/catalogue.h"

/* What the doctor exits with when the cause is its answer. That no octet came from any server is for
 * the doctor to see, not for a row. */
enum { EXIT_REFUSED = 1, EXIT_LOGIN = 5, EXIT_DNS = 6 };

/* The name of a row comes from ids.h as well, so that it stands in one place. */
#define CAUSE_ID(constant, id) static const char ID_##constant[] = id;
#include "cause/ids.h"
#undef CAUSE_ID
#define IS(constant) .id = CAUSE_##constant, .name = { ID_##constant, sizeof(ID_##constant) - 1 }

static const struct cause CLIENT_NEVER_AUTHENTICATES = {
    IS(CLIENT_NEVER_AUTHENTICATES),
    .family = FAMILY_AUTH_REQUIRED,
    .title = STR_INIT("The program does not log in"),
    .sentence = STR_INIT("Your program hands its mail over without logging in, and the server "
                         "passes mail on only for those who do."),
    .told_apart = STR_INIT("After a login the same server takes the same two addresses; if it "
                           "refuses them even then it is login-not-honoured, and if no login is "
                           "offered at all it is auth-hidden-until-tls or relay-takes-no-login."),
    .sender_steps = {
        STR_INIT("Open the settings of the outgoing server (SMTP) and tick 'My outgoing server "
                 "requires authentication', or choose 'Normal password' as the authentication "
                 "method."),
        STR_INIT("Enter your full mail address as the user name, and the password of the mailbox."),
        STR_INIT("Set the port to 587 with STARTTLS, or to 465 with SSL/TLS."),
        STR_INIT("In a web application or a script set its own switch for SMTP authentication "
                 "too: user name and password alone often do not turn it on."),
    },
    .operator_steps = {
        STR_INIT("Find the session in the log: Postfix then shows no sasl_username, Exim no A= "
                 "field, Exchange no AUTH in the log of the receive connector."),
        STR_INIT("Where it is your own server that a provider refuses, give it a login: in "
                 "Postfix smtp_sasl_auth_enable and smtp_sasl_password_maps with the key spelled "
                 "exactly like relayhost, in Debian's Exim passwd.client, in OpenSMTPD 'auth' "
                 "with a secrets table."),
        STR_INIT("Tell users in the refusal what to do, with smtpd_reject_footer in Postfix or "
                 "the message of the Exim ACL: log in on port 587 or 465."),
        STR_INIT("Leave the list of trusted networks as it is: a login is the safe answer."),
    },
    .standards = STR_INIT("RFC 4954 sections 4 and 6, RFC 6409 sections 3.3 and 4.3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause HELO_INSTEAD_OF_EHLO = {
    IS(HELO_INSTEAD_OF_EHLO),
    .family = FAMILY_AUTH_REQUIRED,
    .title = STR_INIT("The program greets in the old way, which knows no login"),
    .sentence = STR_INIT("Your program opens the conversation with HELO, and a server offers "
                         "login and encryption only to a program that says EHLO."),
    .told_apart = STR_INIT("The server answers EHLO with a list that holds AUTH, and HELO with a "
                           "single line; a program that says EHLO and still does not log in is "
                           "client-never-authenticates."),
    .sender_steps = {
        STR_INIT("Switch on authentication in the program's settings for outgoing mail: many "
                 "programs say EHLO only then."),
        STR_INIT("Update the program, or the firmware of the printer, scanner or camera."),
        STR_INIT("Take ports 587 and 465 out of the mail inspection of a virus scanner or "
                 "firewall, since some of them change the greeting."),
        STR_INIT("If the device cannot be changed, let it send to a small relay on your own "
                 "network, and let that relay log in."),
    },
    .operator_steps = {
        STR_INIT("Switch off the SMTP inspection of the firewall for ports 587 and 465 (Cisco "
                 "calls it 'inspect esmtp' or 'fixup')."),
        STR_INIT("Give a device that knows only HELO a listener of its own, open to that single "
                 "address and limited to the sender address and the amount of mail it needs."),
        STR_INIT("Check in Postfix that neither smtpd_discard_ehlo_keywords nor its address map "
                 "takes AUTH out of the answer to EHLO."),
    },
    .standards = STR_INIT("RFC 5321 sections 3.2 and 4.1.1.1, RFC 4954 section 3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause AUTH_HIDDEN_UNTIL_TLS = {
    IS(AUTH_HIDDEN_UNTIL_TLS),
    .family = FAMILY_TLS_REQUIRED,
    .title = STR_INIT("The login is offered only after encryption"),
    .sentence = STR_INIT("The server hides its login until the connection is encrypted, and your "
                         "program does not encrypt it."),
    .told_apart = STR_INIT("On the same port the answer to EHLO holds no AUTH before STARTTLS and "
                           "holds it afterwards; if it is missing afterwards too, it is "
                           "mx-port-not-submission or relay-takes-no-login."),
    .sender_steps = {
        STR_INIT("Set the connection security of the outgoing server to STARTTLS and the port to "
                 "587."),
        STR_INIT("If your program does not offer STARTTLS, choose SSL/TLS and port 465."),
        STR_INIT("Keep 'Normal password' as the authentication method: inside the encrypted "
                 "connection it is safe."),
    },
    .operator_steps = {
        STR_INIT("Leave the rule as it is, for it protects the passwords: smtpd_tls_auth_only = "
                 "yes in Postfix, auth_advertise_hosts with a condition on the cipher in Exim, "
                 "disable_plaintext_auth = yes in Dovecot (auth_allow_cleartext = no since 2.4)."),
        STR_INIT("Check that a usable certificate is set, since without one neither STARTTLS nor "
                 "the login can appear."),
        STR_INIT("Offer port 465 too: the submissions service of Postfix, tls_on_connect_ports in "
                 "Exim, 'listen on ... smtps' in OpenSMTPD."),
    },
    .standards = STR_INIT("RFC 3207 section 4.2, RFC 4954 sections 4 and 9, RFC 8314 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause MAIL_ONLY_UNDER_TLS = {
    IS(MAIL_ONLY_UNDER_TLS),
    .family = FAMILY_TLS_REQUIRED,
    .title = STR_INIT("The server takes mail only over an encrypted connection"),
    .sentence = STR_INIT("The server wants the connection encrypted before it takes any mail, and "
                         "your program sends in the clear."),
    .told_apart = STR_INIT("The refusal comes at MAIL or RCPT, asks for STARTTLS, and goes away "
                           "when the same conversation is encrypted, login or not; with "
                           "auth-hidden-until-tls only the login is missing."),
    .sender_steps = {
        STR_INIT("Set the connection security of the outgoing server to STARTTLS for port 587 or "
                 "25, or to SSL/TLS for port 465."),
        STR_INIT("In a web application or a device look for the option named encryption, TLS or "
                 "security, and do not leave it at 'none'."),
        STR_INIT("Update a program or device that cannot encrypt, or let it send through a relay "
                 "on your own network that can."),
    },
    .operator_steps = {
        STR_INIT("Keep the rule on the submission ports: smtpd_tls_security_level = encrypt in "
                 "Postfix, a deny with '!encrypted = *' in the Exim ACL, tls-require in "
                 "OpenSMTPD, RequireTLS on an Exchange connector."),
        STR_INIT("On port 25 offer encryption without demanding it (smtpd_tls_security_level = "
                 "may), so that every server can deliver."),
        STR_INIT("Where your own server is refused by the next one, encrypt towards it: "
                 "smtp_tls_security_level = encrypt or secure in Postfix, hosts_require_tls in "
                 "Exim, smtp+tls:// in OpenSMTPD."),
    },
    .standards = STR_INIT("RFC 3207 section 4, RFC 8314 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause NO_COMMON_MECHANISM = {
    IS(NO_COMMON_MECHANISM),
    .family = FAMILY_AUTH_MECHANISM,
    .title = STR_INIT("Program and server know no login method in common"),
    .sentence = STR_INIT("The server offers login methods, but none of them is one that your "
                         "program can use or is allowed to use."),
    .told_apart = STR_INIT("The server's AUTH line is not empty, and no method of the program "
                           "stands on it, so that no password was ever sent; if there is no AUTH "
                           "line at all see auth-hidden-until-tls, and if a method on it fails "
                           "see mechanism-offered-but-dead."),
    .sender_steps = {
        STR_INIT("Set the authentication method to 'Normal password', with STARTTLS or SSL/TLS "
                 "switched on."),
        STR_INIT("Untick 'Secure Password Authentication (SPA)' or 'Encrypted password'."),
        STR_INIT("Where the server offers only OAuth2, choose 'OAuth2' as the method and sign in "
                 "in the window that opens."),
        STR_INIT("On a server or for a script install the missing login plug-ins, on Debian the "
                 "package libsasl2-modules."),
    },
    .operator_steps = {
        STR_INIT("Offer PLAIN and LOGIN inside TLS: 'auth_mechanisms = plain login' in Dovecot, "
                 "'mech_list: plain login' for Cyrus SASL, with smtpd_tls_auth_only = yes in "
                 "Postfix."),
        STR_INIT("Where Postfix is the one that logs in and says 'no worthy mechs found', install "
                 "libsasl2-modules and set smtp_sasl_tls_security_options = noanonymous together "
                 "with smtp_tls_security_level = encrypt or higher."),
        STR_INIT("In Exim add an authenticator for what the other side offers, mostly LOGIN."),
        STR_INIT("In Exchange add BasicAuth and BasicAuthRequireTLS to AuthMechanism of the "
                 "receive connector."),
    },
    .standards = STR_INIT("RFC 4954 sections 3, 4 and 6, RFC 4422 section 3.2"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause MECHANISM_OFFERED_BUT_DEAD = {
    IS(MECHANISM_OFFERED_BUT_DEAD),
    .family = FAMILY_AUTH_MECHANISM,
    .title = STR_INIT("The server offers a login method that does not work"),
    .sentence = STR_INIT("The login method that your program picks stands on the server's list "
                         "but fails with any password, while another method works."),
    .told_apart = STR_INIT("The same user name and password are taken by another method on the "
                           "same port; if every method fails alike it is wrong-credentials or "
                           "auth-backend-down."),
    .sender_steps = {
        STR_INIT("Set the authentication method by hand to 'Normal password', in place of "
                 "automatic or 'Encrypted password'."),
        STR_INIT("In a script name the method: 'auth plain' in msmtp, AuthType in PHPMailer, "
                 "authMethod in Nodemailer."),
        STR_INIT("Tell the operator which method failed and which one worked."),
    },
    .operator_steps = {
        STR_INIT("Offer only what the password store can serve: hashed passwords serve PLAIN and "
                 "LOGIN, whereas CRAM-MD5 and DIGEST-MD5 need the password itself."),
        STR_INIT("Shorten the list: auth_mechanisms in Dovecot, mech_list for Cyrus SASL, the "
                 "authenticators in Exim."),
        STR_INIT("Take NTLM and GSSAPI off the list unless they are joined to a domain "
                 "(AuthMechanism of the connector in Exchange)."),
        STR_INIT("Try each method once with a test account from outside after every change."),
    },
    .standards = STR_INIT("RFC 4954 sections 4 and 6, RFC 4422 section 3.2"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause RELAY_TAKES_NO_LOGIN = {
    IS(RELAY_TAKES_NO_LOGIN),
    .family = FAMILY_AUTH_MECHANISM,
    .title = STR_INIT("The server knows no login and goes by address alone"),
    .sentence = STR_INIT("The server takes mail from addresses it knows and has no login that "
                         "works, so a program that insists on logging in fails."),
    .told_apart = STR_INIT("AUTH is missing on every port before and after encryption, or every "
                           "login is refused, and the same mail is accepted without a login; if "
                           "it is refused without one too, see ip-not-trusted, wrong-server and "
                           "wrong-credentials."),
    .sender_steps = {
        STR_INIT("Set the authentication method of this outgoing server to 'No authentication' "
                 "and leave user name and password empty."),
        STR_INIT("Send from the network that the server knows, such as the office or its VPN."),
        STR_INIT("Ask the operator for a server with a login, if you send from changing places."),
    },
    .operator_steps = {
        STR_INIT("Tell the users that this server wants no login, and from which addresses it "
                 "takes mail."),
        STR_INIT("Better offer a login on port 587, so that trust does not hang on an address: "
                 "the submission service in Postfix's master.cf with smtpd_sasl_auth_enable = "
                 "yes, an authenticator in Exim, 'listen on ... tls-require auth' in OpenSMTPD."),
        STR_INIT("Keep the list of trusted addresses to single machines: mynetworks in Postfix, "
                 "relay_from_hosts in Exim, the remote addresses of a receive connector in "
                 "Exchange."),
    },
    .standards = STR_INIT("RFC 4954 section 3, RFC 6409 section 3.3, RFC 2505 section 2.1"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause CLIENT_CERTIFICATE_NEEDED = {
    IS(CLIENT_CERTIFICATE_NEEDED),
    .family = FAMILY_AUTH_MECHANISM,
    .title = STR_INIT("The server wants a certificate from your program"),
    .sentence = STR_INIT("The server lets programs in by a certificate of their own, and yours "
                         "shows none, or one that the server does not know."),
    .told_apart = STR_INIT("While encryption is set up the server asks for a certificate, and "
                           "with a known one the same mail is accepted without a password; if it "
                           "is the server's own certificate that fails, see "
                           "certificate-unknown-issuer and its like."),
    .sender_steps = {
        STR_INIT("Ask the operator for a certificate, and import it in the program's settings "
                 "under 'Certificates', 'Your certificates'."),
        STR_INIT("Choose 'TLS Certificate' as the authentication method of the outgoing server."),
        STR_INIT("In a script or on a server name both files: tls_cert_file and tls_key_file in "
                 "msmtp, smtp_tls_cert_file and smtp_tls_key_file in Postfix."),
    },
    .operator_steps = {
        STR_INIT("In Postfix set smtpd_tls_ask_ccert = yes on the submission service, list the "
                 "certificate's fingerprint in relay_clientcerts, and place "
                 "permit_tls_clientcerts ahead of the refusal."),
        STR_INIT("In Exim ask with tls_try_verify_hosts, and accept in the ACL by the "
                 "certificate's own subject, never by its issuer alone."),
        STR_INIT("In Microsoft 365 check that the name in the certificate still equals the one in "
                 "the inbound connector, above all after a renewal."),
        STR_INIT("Offer a login by password on another listener for programs that cannot show a "
                 "certificate."),
    },
    .standards = STR_INIT("RFC 8314 sections 4.2 and 5.5, RFC 4422 appendix A, RFC 8446 section "
                          "4.3.2"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause WRONG_CREDENTIALS = {
    IS(WRONG_CREDENTIALS),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("User name or password is wrong"),
    .sentence = STR_INIT("The server looked at the user name and the password and does not accept "
                         "the pair."),
    .told_apart = STR_INIT("The login is refused with 535 on the right server, what was typed is "
                           "exactly what was sent, and no other form of the user name is taken; "
                           "if web mail takes the same password see app-password-needed, "
                           "wrong-username-form and password-mangled."),
    .sender_steps = {
        STR_INIT("Try the same user name and password in the provider's web mail, and reset the "
                 "password if they fail there too."),
        STR_INIT("Type the password anew into the settings of the outgoing server, which are kept "
                 "apart from those of the incoming one."),
        STR_INIT("Enter the full mail address as the user name, unless the provider says "
                 "otherwise."),
        STR_INIT("Wait some minutes after two or three failures, because servers shut out "
                 "addresses that fail often."),
    },
    .operator_steps = {
        STR_INIT("Test the pair where the passwords live: 'doveadm auth test USER' in Dovecot "
                 "asks for the password, testsaslauthd serves Cyrus SASL."),
        STR_INIT("Set auth_verbose = yes in Dovecot and read the line of this login: it tells an "
                 "unknown user from a wrong password."),
        STR_INIT("Leave logging of passwords off while you search."),
    },
    .standards = STR_INIT("RFC 4954 section 6, RFC 4616 section 2"),
    .exit_status = EXIT_LOGIN,
};

static const struct cause WRONG_USERNAME_FORM = {
    IS(WRONG_USERNAME_FORM),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The user name is written in a form the server does not know"),
    .sentence = STR_INIT("Account and password are right, but this server knows the account under "
                         "another spelling of the user name, such as the full mail address."),
    .told_apart = STR_INIT("The same password is taken with another form of the name (full "
                           "address, only the part before the @, or DOMAIN\\name); if no form is "
                           "taken it is wrong-credentials."),
    .sender_steps = {
        STR_INIT("Enter the full mail address as the user name of the outgoing server."),
        STR_INIT("If it is that already, enter only the part before the @, or the form that the "
                 "provider's help page shows."),
        STR_INIT("For a company's server enter DOMAIN\\name, as you sign in to the computer at "
                 "work."),
        STR_INIT("For a mail service such as Amazon SES or SendGrid copy the SMTP user name from "
                 "its console: it is not your mail address."),
    },
    .operator_steps = {
        STR_INIT("Take both forms: auth_default_realm or auth_username_format in Dovecot, "
                 "smtpd_sasl_local_domain in Postfix with Cyrus SASL."),
        STR_INIT("Say in the set-up page and in the autoconfig file which form is right, "
                 "%EMAILADDRESS% or %EMAILLOCALPART%."),
    },
    .standards = STR_INIT("RFC 4616 section 2, RFC 4954 section 6"),
    .exit_status = EXIT_LOGIN,
};

static const struct cause PASSWORD_MANGLED = {
    IS(PASSWORD_MANGLED),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The password arrives changed"),
    .sentence = STR_INIT("The password is right where you keep it, but your program sends "
                         "something else: a character was lost, added or replaced on the way."),
    .told_apart = STR_INIT("Length or kind of characters of what is sent differ from what was "
                           "typed, for example by a newline at the end or a lost part after a $; "
                           "with wrong-credentials they are the same."),
    .sender_steps = {
        STR_INIT("Type the password into the settings by hand, and look for a blank or a line end "
                 "at either side."),
        STR_INIT("In .env files and shell scripts put the password in single quotes, and in "
                 "compose files write every $ twice."),
        STR_INIT("Write secret files without a line end: use printf '%s' in place of echo."),
        STR_INIT("As a test give the mailbox a long password of letters and digits only: if that "
                 "works, the quoting is at fault."),
    },
    .operator_steps = {
        STR_INIT("Check the file your server logs in with: one line with user:password in "
                 "Postfix's password map, three fields with colons between in Exim's "
                 "passwd.client, no quotes around them."),
        STR_INIT("Make sure that the password store takes long passwords and UTF-8: old DES crypt "
                 "keeps eight characters and drops the rest."),
        STR_INIT("Compare the length of what arrives, not the password itself."),
    },
    .standards = STR_INIT("RFC 4616 section 2, RFC 8265 section 4"),
    .exit_status = EXIT_LOGIN,
};

static const struct cause APP_PASSWORD_NEEDED = {
    IS(APP_PASSWORD_NEEDED),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The provider wants an app password"),
    .sentence = STR_INIT("The provider does not take your usual password from a mail program and "
                         "wants one that is made for this program."),
    .told_apart = STR_INIT("The reply speaks of an app password or an authorization code, and the "
                           "usual password still opens the web mail; if it does not, it is "
                           "wrong-credentials, and if no password at all is taken it is "
                           "password-login-switched-off."),
    .sender_steps = {
        STR_INIT("Sign in on the provider's website and open the security settings of your "
                 "account."),
        STR_INIT("Create an app password for mail (also called application password, external "
                 "password or authorization code); two-step sign-in often has to be on first."),
        STR_INIT("Enter it in place of the usual password in the settings of the outgoing server."),
        STR_INIT("Or choose 'OAuth2' as the authentication method, where program and provider "
                 "both offer it."),
    },
    .operator_steps = {
        STR_INIT("Tell your users on which page app passwords are made, best in the text of the "
                 "reply 534 5.7.9."),
        STR_INIT("On your own server give each program a password that can be withdrawn alone, in "
                 "Dovecot with a second passdb."),
    },
    .standards = STR_INIT("RFC 4954 section 6, RFC 3463 section 3.8"),
    .exit_status = EXIT_LOGIN,
    .words_only = true,
};

static const struct cause PASSWORD_LOGIN_SWITCHED_OFF = {
    IS(PASSWORD_LOGIN_SWITCHED_OFF),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("Login by password is switched off for this account"),
    .sentence = STR_INIT("Your provider or organisation no longer lets mail programs log in with "
                         "a password, however right it is."),
    .told_apart = STR_INIT("The reply says that basic authentication or SMTP AUTH is disabled, "
                           "while the password still opens the web mail; with app-password-needed "
                           "another password would help."),
    .sender_steps = {
        STR_INIT("Choose 'OAuth2' (Outlook: 'Modern authentication') as the authentication method "
                 "and sign in in the window that opens."),
        STR_INIT("Update the program if it does not offer OAuth2."),
        STR_INIT("Ask your administrator to allow SMTP AUTH for this one mailbox, if it is used "
                 "by a device or a script."),
    },
    .operator_steps = {
        STR_INIT("In Microsoft 365 allow it for the single mailbox, Set-CASMailbox USER "
                 "-SmtpClientAuthenticationDisabled $false, and leave it off for the "
                 "organisation."),
        STR_INIT("Check whether security defaults, a conditional access rule or an authentication "
                 "policy stops it as well."),
        STR_INIT("For devices set up a connector for a certificate or a single address, or a "
                 "relay of your own that logs in by OAuth2."),
    },
    .standards = STR_INIT("RFC 4954 section 6, RFC 7628 section 3"),
    .exit_status = EXIT_LOGIN,
    .words_only = true,
};

static const struct cause OAUTH_TOKEN_REJECTED = {
    IS(OAUTH_TOKEN_REJECTED),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The sign-in token is not accepted"),
    .sentence = STR_INIT("Your program logs in by OAuth2 and the server rejects the token: it has "
                         "run out, was made for another service, or lacks the right to send."),
    .told_apart = STR_INIT("The method is XOAUTH2 or OAUTHBEARER, and a fresh token with the "
                           "right to send is taken; no password is involved, as it is with "
                           "wrong-credentials."),
    .sender_steps = {
        STR_INIT("Remove the stored sign-in of this account from the program and sign in anew."),
        STR_INIT("Allow the program to send mail when the browser asks for it."),
        STR_INIT("Check date and time of the computer."),
        STR_INIT("In a script ask for the scope that sends (Google: https://mail.google.com/, "
                 "Microsoft: SMTP.Send) and renew the token before it runs out."),
    },
    .operator_steps = {
        STR_INIT("In Microsoft 365 check that SMTP AUTH is on for the mailbox, since the token "
                 "alone does not open it."),
        STR_INIT("Check the registration of the application: the permission SMTP.Send, the "
                 "consent, and for an application without a user its right to the mailbox."),
        STR_INIT("In Dovecot check the oauth2 passdb: the introspection address, the client's id, "
                 "and that the field with the user name equals the user of the login."),
    },
    .standards = STR_INIT("RFC 7628 section 3.2, RFC 6749 sections 5.2 and 6, RFC 6750 section "
                          "3.1"),
    .exit_status = EXIT_LOGIN,
};

static const struct cause ACCOUNT_MAY_NOT_SUBMIT = {
    IS(ACCOUNT_MAY_NOT_SUBMIT),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The account is known but may not send"),
    .sentence = STR_INIT("The login is right, but the account itself is barred from sending: "
                         "suspended, not confirmed, or never given the right."),
    .told_apart = STR_INIT("The reply names the state of the account, and even mail from its own "
                           "address is refused; if that passes it is from-not-login, and if other "
                           "passwords would help it is app-password-needed."),
    .sender_steps = {
        STR_INIT("Sign in to the web mail and read the provider's notice, which usually says why "
                 "sending is barred."),
        STR_INIT("If mail went out that you did not write, change the password, sign out all "
                 "devices, and then ask the provider to unlock the account."),
        STR_INIT("Check that the account is confirmed, that it is paid, and that sending by a "
                 "mail program is part of it."),
    },
    .operator_steps = {
        STR_INIT("Look at the account before you unlock it: what it sent in the last days, and "
                 "from where it logged in."),
        STR_INIT("Change its password first, then lift the bar: 'Restricted entities' in "
                 "Microsoft 365, 'Manage suspensions' of the mailbox in cPanel."),
        STR_INIT("Set a limit of messages a login, so that a stolen password does little harm."),
    },
    .standards = STR_INIT("RFC 4954 section 6, RFC 3463 section 3.8"),
    .exit_status = EXIT_LOGIN,
    .words_only = true,
};

static const struct cause AUTH_BACKEND_DOWN = {
    IS(AUTH_BACKEND_DOWN),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The server cannot check passwords at the moment"),
    .sentence = STR_INIT("The server offers a login, but the part behind it that knows the "
                         "passwords does not answer, so that no password is taken."),
    .told_apart = STR_INIT("The reply is 454 or 421, or the connection ends right after AUTH, or "
                           "an invented user gets the same answer at the same speed; with "
                           "wrong-credentials other users can log in."),
    .sender_steps = {
        STR_INIT("Wait a quarter of an hour and try once more."),
        STR_INIT("Keep your password as it is: it is not the trouble."),
        STR_INIT("Tell the operator the time and the words of the reply."),
    },
    .operator_steps = {
        STR_INIT("In Postfix check smtpd_sasl_type and smtpd_sasl_path: the socket must exist, "
                 "lie inside the chroot (private/auth), and be readable for the user postfix."),
        STR_INIT("In Dovecot check the unix_listener /var/spool/postfix/private/auth (mode 0660, "
                 "user and group postfix), then 'doveadm log errors'."),
        STR_INIT("For saslauthd check that it runs and that postfix is in the group sasl; in Exim "
                 "follow the authenticator with 'exim -bh'."),
        STR_INIT("Answer a failed look-up with 454 4.7.0, never with 535, so that programs keep "
                 "the password."),
    },
    .standards = STR_INIT("RFC 4954 section 6"),
    .exit_status = EXIT_LOGIN,
};

static const struct cause MX_PORT_NOT_SUBMISSION = {
    IS(MX_PORT_NOT_SUBMISSION),
    .family = FAMILY_WRONG_PORT_OR_TLS_MODE,
    .title = STR_INIT("The program uses the port for servers, not the one for users"),
    .sentence = STR_INIT("This port takes mail from other servers for the users here; login and "
                         "sending to others are offered on port 587 or 465."),
    .told_apart = STR_INIT("The login is missing or refused on this port even after encryption, "
                           "and taken by the same server on port 587 or 465; with "
                           "auth-hidden-until-tls it appears on this port once encrypted."),
    .sender_steps = {
        STR_INIT("Change the port of the outgoing server to the one for users: usually 465 with "
                 "SSL/TLS, or 587 with STARTTLS."),
        STR_INIT("Switch on authentication, with your full mail address as the user name."),
    },
    .operator_steps = {
        STR_INIT("Switch on 'submission' and 'submissions' in Postfix's master.cf, each with "
                 "smtpd_sasl_auth_enable=yes and "
                 "smtpd_relay_restrictions=permit_sasl_authenticated,reject."),
        STR_INIT("In containers map 587 to 587 and 465 to 465: a map such as 587:25 leads to the "
                 "wrong service."),
        STR_INIT("Before the login is taken off port 25, list from the log who still uses it "
                 "there."),
        STR_INIT("Publish the right port in the SRV records _submissions._tcp and "
                 "_submission._tcp."),
    },
    .standards = STR_INIT("RFC 6409 section 3.1, RFC 8314 section 3.3, RFC 6186 section 3.1"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause WRONG_SERVER = {
    IS(WRONG_SERVER),
    .family = FAMILY_WRONG_PORT_OR_TLS_MODE,
    .title = STR_INIT("The program talks to another server than the one meant"),
    .sentence = STR_INIT("The name in the settings leads to a machine that goes by the name of another "
                         "house: it is not the server you mean, or it is your provider's and its own "
                         "name belongs into the settings."),
    .told_apart = STR_INIT("Greeting and certificate both bear names of another domain than the one "
                           "asked for; where the greeting is of the right domain it is "
                           "certificate-wrong-name, and where the address is the one of public DNS "
                           "and only from this network the greeting is foreign it is "
                           "redirected-by-network."),
    .sender_steps = {
        STR_INIT("Copy the name of the outgoing server (SMTP) from the provider's help page: it "
                 "often is neither the incoming server nor your domain."),
        STR_INIT("Look for an old line with that name in the computer's hosts file: where Baton shows "
                 "an address of DNS and another one that this machine's programs get, it is there."),
        STR_INIT("Leave the VPN or the company's network for a moment and try again."),
    },
    .operator_steps = {
        STR_INIT("Compare the address that the program's machine gets, 'getent hosts NAME', with "
                 "that of public DNS."),
        STR_INIT("Take the mail name out of any web proxy (Cloudflare: 'DNS only'), which does "
                 "not carry mail."),
        STR_INIT("In containers check extra_hosts and search domains, and end the name with a dot "
                 "to be sure."),
        STR_INIT("Publish the right name in the SRV record _submissions._tcp and in the "
                 "autoconfig file."),
    },
    .standards = STR_INIT("RFC 6186 section 3.1, RFC 8314 section 5.1, RFC 9525 section 6"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause TLS_MODE_MISMATCH = {
    IS(TLS_MODE_MISMATCH),
    .family = FAMILY_WRONG_PORT_OR_TLS_MODE,
    .title = STR_INIT("The kind of encryption does not fit the port"),
    .sentence = STR_INIT("Your program starts encryption at once where the server first speaks in "
                         "the clear, or waits for a greeting where the server waits for "
                         "encryption."),
    .told_apart = STR_INIT("A 220 line comes where encryption was expected, or silence where a "
                           "greeting was expected, and the other kind of encryption works on the "
                           "same port; with tls-version-or-cipher the server does answer the "
                           "handshake."),
    .sender_steps = {
        STR_INIT("Choose SSL/TLS for port 465, and STARTTLS for ports 587 and 25."),
        STR_INIT("Where the program only has a box 'SSL' or 'secure', tick it for 465 and clear "
                 "it for 587."),
        STR_INIT("Where it lets you choose between 'SSL' and 'TLS', take 'SSL' for 465 and 'TLS' "
                 "for 587."),
    },
    .operator_steps = {
        STR_INIT("Keep to the usual: smtpd_tls_wrappermode=yes in Postfix only on 'submissions' "
                 "(465), tls_on_connect_ports = 465 in Exim, 'smtps' in OpenSMTPD."),
        STR_INIT("Where Postfix sends to port 465 of a provider, set smtp_tls_wrappermode = yes "
                 "and smtp_tls_security_level = encrypt or higher."),
        STR_INIT("Check load balancers and proxies: encryption must end at one place only."),
    },
    .standards = STR_INIT("RFC 8314 section 3.3, RFC 3207 section 4"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause TLS_VERSION_OR_CIPHER = {
    IS(TLS_VERSION_OR_CIPHER),
    .family = FAMILY_WRONG_PORT_OR_TLS_MODE,
    .title = STR_INIT("Program and server have no version of encryption in common"),
    .sentence = STR_INIT("Both sides want to encrypt, but one of them is too old, or set too "
                         "strictly, for the other."),
    .told_apart = STR_INIT("The server answers the handshake with an alert about protocol version "
                           "or cipher, before any certificate is judged; with tls-mode-mismatch "
                           "no such answer comes, and with certificate-expired and its like the "
                           "handshake gets as far as the certificate."),
    .sender_steps = {
        STR_INIT("Update the program, the operating system or the device's firmware, so that it "
                 "can do TLS 1.2 or 1.3."),
        STR_INIT("Set the TLS version to automatic, if the program has such a setting."),
        STR_INIT("If the device cannot be updated, let it send through a relay on your own "
                 "network that encrypts towards the provider."),
        STR_INIT("If the server is the one that is too old, which its version and cipher show, "
                 "tell whoever runs it, and do not weaken your program for it."),
    },
    .operator_steps = {
        STR_INIT("Offer TLS 1.2 and 1.3: smtpd_tls_protocols = >=TLSv1.2 in Postfix, "
                 "tls_require_ciphers in Exim, ssl_min_protocol = TLSv1.2 in Dovecot."),
        STR_INIT("Use a key that both old and new programs take, RSA with 2048 bits or more, next "
                 "to an ECDSA one."),
        STR_INIT("Give old devices a listener of their own on the inner network, rather than "
                 "weaken the public one."),
    },
    .standards = STR_INIT("RFC 8996, RFC 8997, RFC 9325 section 3.1"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause STARTTLS_STRIPPED = {
    IS(STARTTLS_STRIPPED),
    .family = FAMILY_WRONG_PORT_OR_TLS_MODE,
    .title = STR_INIT("Something on the way removes the offer of encryption"),
    .sentence = STR_INIT("The server can encrypt by STARTTLS, but its offer does not reach you: a "
                         "device on the way takes it out or makes it unreadable, or a setting of "
                         "the server hides it."),
    .told_apart = STR_INIT("From here the server's list lacks STARTTLS or shows words made of X, and "
                           "the command works although it is not offered, or is offered on another "
                           "port or from another network; a server without any TLS never offers "
                           "it, and with tls-version-or-cipher it is offered here too, and the "
                           "handshake fails."),
    .sender_steps = {
        STR_INIT("Use port 465 with SSL/TLS, where nothing can be taken out."),
        STR_INIT("Leave encryption required: without it anyone on the way can read your password."),
        STR_INIT("Switch off the mail scanning of the virus scanner, or try another network, to "
                 "see who does it."),
    },
    .operator_steps = {
        STR_INIT("Switch off SMTP inspection in the firewall for the mail ports (Cisco: 'no "
                 "inspect esmtp', or 'allow-tls' in its policy)."),
        STR_INIT("Offer port 465 and publish it."),
        STR_INIT("Towards known partners demand encryption on your own sending server: "
                 "smtp_tls_security_level = dane or secure in Postfix, hosts_require_tls in Exim."),
    },
    .standards = STR_INIT("RFC 3207 section 6, RFC 8314 section 3.3, RFC 7672, RFC 8461"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause CERTIFICATE_EXPIRED = {
    IS(CERTIFICATE_EXPIRED),
    .family = FAMILY_CERTIFICATE_PROBLEM,
    .title = STR_INIT("The server's certificate has run out"),
    .sentence = STR_INIT("The certificate that the server shows was valid until a day that is "
                         "past, so that your program cannot be sure whom it talks to."),
    .told_apart = STR_INIT("Its last day lies in the past by a clock that is right; with "
                           "certificate-not-yet-valid its first day lies in the future."),
    .sender_steps = {
        STR_INIT("Check date and time of your computer or device."),
        STR_INIT("Tell the operator, and send no password until the certificate is renewed."),
        STR_INIT("Look on the provider's help page whether the outgoing server has a new name."),
    },
    .operator_steps = {
        STR_INIT("Renew the certificate and load it: 'postfix reload', 'doveadm reload', "
                 "'systemctl restart opensmtpd'; Exim reads it anew by itself."),
        STR_INIT("Let the renewal do that each time, with certbot by a --deploy-hook."),
        STR_INIT("Look at each port afterwards, since each may name a file of its own: openssl "
                 "s_client -connect HOST:465, and -starttls smtp -connect HOST:587."),
    },
    .standards = STR_INIT("RFC 5280 sections 4.1.2.5 and 6.1.3, RFC 8314 section 5.3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause CERTIFICATE_NOT_YET_VALID = {
    IS(CERTIFICATE_NOT_YET_VALID),
    .family = FAMILY_CERTIFICATE_PROBLEM,
    .title = STR_INIT("The server's certificate is not valid yet"),
    .sentence = STR_INIT("By your computer's clock the certificate becomes valid only on a later "
                         "day, which mostly means that the clock is wrong."),
    .told_apart = STR_INIT("Its first day lies in the future by this machine's clock; if other "
                           "machines agree, it was issued on a machine whose clock is wrong, and "
                           "if its last day is past it is certificate-expired."),
    .sender_steps = {
        STR_INIT("Set date, time and time zone of the computer or device to automatic."),
        STR_INIT("Switch on time synchronisation in a device that forgets the time without power."),
        STR_INIT("If the clock is right, tell the operator."),
    },
    .operator_steps = {
        STR_INIT("Check the clock of the machine that issued the certificate and issue it again."),
        STR_INIT("Put the former certificate back until the new one is valid."),
        STR_INIT("Keep the clocks right with chrony or systemd-timesyncd."),
    },
    .standards = STR_INIT("RFC 5280 sections 4.1.2.5 and 6.1.3, RFC 8314 section 5.3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause CERTIFICATE_SELF_SIGNED = {
    IS(CERTIFICATE_SELF_SIGNED),
    .family = FAMILY_CERTIFICATE_PROBLEM,
    .title = STR_INIT("The server vouches only for itself"),
    .sentence = STR_INIT("The server shows a certificate that it has signed itself, and nobody "
                         "whom your computer trusts confirms it."),
    .told_apart = STR_INIT("The certificate is its own issuer; with certificate-unknown-issuer "
                           "somebody else has signed it, whom your computer does not know."),
    .sender_steps = {
        STR_INIT("Check that the name of the outgoing server is the one on the provider's help "
                 "page."),
        STR_INIT("Ask the operator for the certificate's fingerprint by another way, such as the "
                 "telephone, and confirm it in your program only if it is the same."),
        STR_INIT("In a network you do not know, such as a hotel's, send no password: something "
                 "may stand between you and the server."),
    },
    .operator_steps = {
        STR_INIT("Get a certificate from a public authority, for example with certbot, for the "
                 "name that your users enter."),
        STR_INIT("Set it with its chain on every port: smtpd_tls_chain_files in Postfix, "
                 "tls_certificate and tls_privatekey in Exim, 'pki' in OpenSMTPD, "
                 "Enable-ExchangeCertificate in Exchange."),
        STR_INIT("On an inner network run an authority of your own and install its root "
                 "certificate on the users' computers."),
    },
    .standards = STR_INIT("RFC 5280 section 6.1, RFC 8314 sections 4.4 and 5.3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause CERTIFICATE_UNKNOWN_ISSUER = {
    IS(CERTIFICATE_UNKNOWN_ISSUER),
    .family = FAMILY_CERTIFICATE_PROBLEM,
    .title = STR_INIT("Nobody your computer trusts has signed the certificate"),
    .sentence = STR_INIT("The server's certificate was issued by an authority that your computer "
                         "does not know, or the server leaves out the certificates in between."),
    .told_apart = STR_INIT("The certificate names an issuer other than itself, and the chain to a "
                           "known authority cannot be closed; certificate-self-signed is its own "
                           "issuer."),
    .sender_steps = {
        STR_INIT("Update the operating system, whose list of authorities may be old."),
        STR_INIT("Look at the issuer's name: if it is a virus scanner or your company, that one "
                 "looks into encrypted mail and must give you its root certificate."),
        STR_INIT("For a company's server ask for its root certificate and import it under "
                 "'Certificates', 'Authorities'."),
    },
    .operator_steps = {
        STR_INIT("Send the whole chain: set fullchain.pem, not cert.pem."),
        STR_INIT("Check from outside with openssl s_client -starttls smtp -connect HOST:587 "
                 "-showcerts."),
        STR_INIT("In a container that sends install the package ca-certificates, and in Postfix "
                 "set smtp_tls_CApath = /etc/ssl/certs."),
    },
    .standards = STR_INIT("RFC 5280 section 6.1, RFC 8446 section 4.4.2, RFC 8314 section 5.3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause CERTIFICATE_WRONG_NAME = {
    IS(CERTIFICATE_WRONG_NAME),
    .family = FAMILY_CERTIFICATE_PROBLEM,
    .title = STR_INIT("The certificate belongs to another name"),
    .sentence = STR_INIT("The server's certificate is made out to other names than the one in "
                         "your settings."),
    .told_apart = STR_INIT("Dates and issuer are right and only the name does not fit; if "
                           "greeting and certificate belong to a stranger it is wrong-server or "
                           "redirected-by-network."),
    .sender_steps = {
        STR_INIT("Enter the outgoing server's name as the provider spells it, in place of your "
                 "own domain or a number."),
        STR_INIT("If the certificate's names have nothing to do with your provider, send no "
                 "password, and try another network."),
    },
    .operator_steps = {
        STR_INIT("Issue the certificate for every name that users enter (as subject alternative "
                 "names)."),
        STR_INIT("Or tell all users one name, and publish it in the SRV record _submissions._tcp "
                 "and in the autoconfig file."),
        STR_INIT("For many domains on one server choose certificates by name: tls_server_sni_maps "
                 "in Postfix, tls_certificate with $tls_in_sni in Exim, local_name in Dovecot."),
    },
    .standards = STR_INIT("RFC 9525 section 6, RFC 7817 section 3, RFC 5280 section 4.2.1.6"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause FROM_NOT_LOGIN = {
    IS(FROM_NOT_LOGIN),
    .family = FAMILY_SENDER_NOT_OWNED,
    .title = STR_INIT("The From address does not belong to the login"),
    .sentence = STR_INIT("You are logged in as one address and send in the name of another that "
                         "this login may not use."),
    .told_apart = STR_INIT("The same login may send from its own address and not from this one; "
                           "if its own is refused too, it is own-address-refused or "
                           "account-may-not-submit."),
    .sender_steps = {
        STR_INIT("Set the From address ('Email address' in the account settings) to the address "
                 "you log in with."),
        STR_INIT("In a contact form put your own address into From and the visitor's into "
                 "Reply-To."),
        STR_INIT("If you need the other address, choose the outgoing server that belongs to it, "
                 "or ask the operator for the right to send as that address."),
    },
    .operator_steps = {
        STR_INIT("Add the pair of address and login: smtpd_sender_login_maps in Postfix, the "
                 "'senders' table of the listener in OpenSMTPD, the ACL's look-up in Exim."),
        STR_INIT("In Exchange grant it with Add-RecipientPermission MAILBOX -AccessRights SendAs "
                 "-Trustee USER, on your own server with Add-ADPermission."),
        STR_INIT("Rewrite the sender of programs that cannot be set: smtp_generic_maps in "
                 "Postfix."),
        STR_INIT("Keep the check on: without it every user can write in anyone's name."),
    },
    .standards = STR_INIT("RFC 6409 section 6.1, RFC 5322 section 3.6.2"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause FROM_INVALID = {
    IS(FROM_INVALID),
    .family = FAMILY_SENDER_NOT_OWNED,
    .title = STR_INIT("The sender's address cannot be one"),
    .sentence = STR_INIT("The address that your program gives as the sender is empty, incomplete, "
                         "mistyped, or in a domain that does not exist."),
    .told_apart = STR_INIT("The address itself shows it: no @, no dot, or a domain without an "
                           "entry in DNS, and a complete one passes with the same login; "
                           "from-not-login refuses addresses that do exist."),
    .sender_steps = {
        STR_INIT("Look at 'Email address' in the account settings and correct it to the form "
                 "name@domain, without blanks."),
        STR_INIT("In a web application or a device fill in the field for the sender (From): a "
                 "bare name such as root or www-data is not enough."),
        STR_INIT("Check the spelling of the domain, letter by letter."),
    },
    .operator_steps = {
        STR_INIT("Complete bare names with a real domain: myorigin in Postfix, /etc/mailname on "
                 "Debian, qualify_domain in Exim."),
        STR_INIT("Give local users a real address: smtp_generic_maps in Postfix, "
                 "/etc/email-addresses in Debian's Exim."),
        STR_INIT("Check that the sender's domain has an MX or an address record in public DNS, and no "
                 "null MX: 'baton domain DOMAIN'."),
    },
    .standards = STR_INIT("RFC 5321 sections 2.3.5 and 4.1.2, RFC 6409 sections 4.2 and 5.1, RFC "
                          "7505 section 4.2"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause SENDER_UNVERIFIED = {
    IS(SENDER_UNVERIFIED),
    .family = FAMILY_SENDER_NOT_OWNED,
    .title = STR_INIT("The mail service has not confirmed this sender"),
    .sentence = STR_INIT("The mail service sends only for addresses and domains that you have "
                         "confirmed with it, and this one is not confirmed."),
    .told_apart = STR_INIT("The login passes, and the reply, often only after the message was "
                           "handed over, speaks of an address, domain or identity that is not "
                           "verified; from-not-login speaks of the login's rights."),
    .sender_steps = {
        STR_INIT("Sign in to the service's console and add the From address or its domain under "
                 "'Senders', 'Domains' or 'Identities'."),
        STR_INIT("Follow the link in the confirmation mail, or publish the DNS entries it shows."),
        STR_INIT("Check that account and region are the ones you log in to, since a confirmation "
                 "holds only there."),
        STR_INIT("Send from a confirmed address until then."),
    },
    .operator_steps = {
        STR_INIT("Publish the DNS entries of the service for the From domain and wait until its "
                 "console shows them as verified."),
        STR_INIT("Rewrite the sender of system mail to a confirmed address: smtp_generic_maps in "
                 "Postfix, REMOTE_SMTP_HEADERS_REWRITE and REMOTE_SMTP_RETURN_PATH in Debian's "
                 "Exim."),
    },
    .standards = STR_INIT("RFC 6409 section 6.1, RFC 3463 section 3.8"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

static const struct cause OWN_ADDRESS_REFUSED = {
    IS(OWN_ADDRESS_REFUSED),
    .family = FAMILY_SENDER_NOT_OWNED,
    .title = STR_INIT("The server does not let you use your own address"),
    .sentence = STR_INIT("Even the address that belongs to this login is refused as the sender, "
                         "because the server's list of owners does not hold it."),
    .told_apart = STR_INIT("The login passes, and its own address is named as not owned; "
                           "from-not-login refuses other addresses only, and "
                           "account-may-not-submit names the state of the account."),
    .sender_steps = {
        STR_INIT("Write the From address exactly like the user name, without capital letters."),
        STR_INIT("Ask the operator to add your address to your login."),
        STR_INIT("Send by web mail until then."),
    },
    .operator_steps = {
        STR_INIT("Ask the map itself: postmap -q ADDRESS with each table of "
                 "smtpd_sender_login_maps must give the login exactly as the program sends it."),
        STR_INIT("Add an entry of the mailbox to itself: an alias can hide the mailbox, and then "
                 "only the alias's target owns the address."),
        STR_INIT("Look for two forms of one name, such as anna and anna@example.org, or capital "
                 "letters."),
    },
    .standards = STR_INIT("RFC 6409 section 6.1"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause IP_NOT_TRUSTED = {
    IS(IP_NOT_TRUSTED),
    .family = FAMILY_RELAY_IP_NOT_ALLOWED,
    .title = STR_INIT("The server trusts addresses, and yours is not among them"),
    .sentence = STR_INIT("The server decides by the network address you come from, and yours is "
                         "not on its list."),
    .told_apart = STR_INIT("No login is possible here, and the same mail passes from an address "
                           "on the list; where a login cures it, it is "
                           "client-never-authenticates, and where the log shows a gateway's "
                           "address it is ip-hidden-by-nat."),
    .sender_steps = {
        STR_INIT("Log in, if the server offers it: switch on authentication and use port 587 or "
                 "465."),
        STR_INIT("Send from the network that the server knows, such as the office or its VPN."),
        STR_INIT("Give the operator the address that the refusal names."),
    },
    .operator_steps = {
        STR_INIT("Offer a login on port 587 rather than a longer list."),
        STR_INIT("If it must be the address, add exactly this one (/32, for IPv6 /128): "
                 "mynetworks in Postfix, relay_from_hosts in Exim (dc_relay_nets on Debian), "
                 "'match from src' in OpenSMTPD, the remote addresses of a relay connector in "
                 "Exchange."),
        STR_INIT("Take the address from the log: IPv6 needs an entry of its own, and a container "
                 "comes from its bridge."),
        STR_INIT("Leave container networks and gateways out of the list, because strangers come "
                 "through them too."),
    },
    .standards = STR_INIT("RFC 2505 section 2.1, RFC 6409 section 3.3, RFC 5321 section 7.9"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause IP_HIDDEN_BY_NAT = {
    IS(IP_HIDDEN_BY_NAT),
    .family = FAMILY_RELAY_IP_NOT_ALLOWED,
    .title = STR_INIT("Everybody reaches the server under one address"),
    .sentence = STR_INIT("A gateway, a container network or a proxy in front of the server puts "
                         "its own address in place of yours, so that the server cannot tell "
                         "friends from strangers."),
    .told_apart = STR_INIT("The log shows one inner address, such as a container bridge, for "
                           "senders from everywhere; with ip-not-trusted it shows the sender's "
                           "own."),
    .sender_steps = {
        STR_INIT("Switch on authentication and use port 587 or 465: a login does not hang on the "
                 "address."),
        STR_INIT("Tell the operator that the server sees a gateway in place of you."),
    },
    .operator_steps = {
        STR_INIT("Take the gateway or bridge out of the trusted addresses, then test from outside "
                 "that strangers cannot relay."),
        STR_INIT("Let the real address through: smtpd_upstream_proxy_protocol = haproxy in "
                 "Postfix, hosts_proxy in Exim, 'proxy-v2' in OpenSMTPD, externalTrafficPolicy: "
                 "Local in Kubernetes."),
        STR_INIT("In Docker give the container's network IPv6, or publish the port on IPv4 only, "
                 "since IPv6 otherwise passes a proxy that hides the sender."),
        STR_INIT("Use logins in place of trusted addresses."),
    },
    .standards = STR_INIT("RFC 3022 section 2.2, RFC 2505 section 2.1, RFC 6409 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause LOGIN_NOT_HONOURED = {
    IS(LOGIN_NOT_HONOURED),
    .family = FAMILY_RELAY_IP_NOT_ALLOWED,
    .title = STR_INIT("You are logged in, and refused all the same"),
    .sentence = STR_INIT("The server takes your login, but its rules refuse mail to others before "
                         "they ask whether somebody is logged in."),
    .told_apart = STR_INIT("The login is answered with 235, and then even mail from its own "
                           "address to a recipient elsewhere is refused as relaying; without the "
                           "235 it is client-never-authenticates, and if another From passes it "
                           "is from-not-login."),
    .sender_steps = {
        STR_INIT("Use port 587 or 465 in place of 25, where other rules often hold."),
        STR_INIT("Send the operator the time, your login and the words of the refusal: your "
                 "settings are right."),
        STR_INIT("Send by web mail until it is repaired."),
    },
    .operator_steps = {
        STR_INIT("In Postfix put permit_sasl_authenticated ahead of every reject in the client, "
                 "helo, sender, relay and recipient restrictions of that service, in main.cf and "
                 "in the -o lines of master.cf (postconf -n, postconf -P)."),
        STR_INIT("In Exim put 'accept authenticated = *' ahead of the deny for relaying in the "
                 "RCPT ACL, and try it with exim -bh."),
        STR_INIT("In OpenSMTPD add 'match auth from any for any action ...', without which the "
                 "answer is 'Invalid recipient'."),
        STR_INIT("In Exchange give the connector the permission group ExchangeUsers, and leave "
                 "anonymous relaying off."),
    },
    .standards = STR_INIT("RFC 6409 sections 3.3 and 4.3, RFC 4954 section 4, RFC 3848"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause POP_BEFORE_SMTP = {
    IS(POP_BEFORE_SMTP),
    .family = FAMILY_POP_BEFORE_SMTP,
    .title = STR_INIT("The server wants you to fetch mail before you send"),
    .sentence = STR_INIT("The server lets an address send only for some minutes after a mailbox "
                         "was read from there."),
    .told_apart = STR_INIT("The same mail passes right after new mail was fetched, and nothing "
                           "else was changed; where a login cures it at once, it is "
                           "client-never-authenticates."),
    .sender_steps = {
        STR_INIT("Switch on authentication for the outgoing server, after which the order no "
                 "longer matters."),
        STR_INIT("Otherwise fetch new mail first and send within a few minutes."),
        STR_INIT("In Outlook tick 'Log on to incoming mail server before sending mail'."),
    },
    .operator_steps = {
        STR_INIT("Offer a login on ports 587 and 465, and tell the users a day when the old way "
                 "ends."),
        STR_INIT("Until then keep the time short, and open it for the single address only."),
    },
    .standards = STR_INIT("RFC 6409 section 3.3, RFC 4954 section 3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause DOMAIN_NOT_CONFIGURED = {
    IS(DOMAIN_NOT_CONFIGURED),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("The recipient's server was not told that the domain is its own"),
    .sentence = STR_INIT("DNS leads mail for the recipient's domain to this server, but the "
                         "server does not know that it should take it."),
    .told_apart = STR_INIT("The refusing server is the one that DNS names, and it refuses even "
                           "postmaster at that domain; if DNS names a stranger it is "
                           "mx-points-elsewhere, and if postmaster is taken it is "
                           "recipient-unknown."),
    .sender_steps = {
        STR_INIT("Check the spelling of the recipient's domain."),
        STR_INIT("Tell the recipient by another way and pass on the text of the refusal: only "
                 "that side can repair it."),
    },
    .operator_steps = {
        STR_INIT("In Postfix add the domain to exactly one of mydestination, "
                 "virtual_mailbox_domains, virtual_alias_domains and relay_domains."),
        STR_INIT("In Exim add it to local_domains or relay_to_domains (dc_other_hostnames or "
                 "dc_relay_domains on Debian), in OpenSMTPD to the table of 'match ... for "
                 "domain'."),
        STR_INIT("In Exchange or at a provider add it under 'Accepted domains' and finish the "
                 "proof of ownership; on a hosting panel set its mail routing to local."),
    },
    .standards = STR_INIT("RFC 5321 sections 3.6.2 and 5.1"),
    .exit_status = EXIT_DNS,
};

static const struct cause MX_POINTS_ELSEWHERE = {
    IS(MX_POINTS_ELSEWHERE),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("DNS sends the mail for this domain to another server"),
    .sentence = STR_INIT("The DNS entry for mail (MX) of the recipient's domain names one server, and "
                         "the one that you use, or that has the mailboxes, is another."),
    .told_apart = STR_INIT("Two servers answer differently to postmaster at the domain, and only one "
                           "of them stands in its MX entry; if that is the right one, but does not "
                           "know the domain, it is domain-not-configured."),
    .sender_steps = {
        STR_INIT("Check the spelling of the recipient's domain."),
        STR_INIT("In your program enter the outgoing server of your mail provider, with your login: "
                 "a server that only takes a domain's incoming mail relays for nobody."),
        STR_INIT("Tell the recipient by another way and pass on the text of the refusal."),
        STR_INIT("If the domain is yours, open its DNS settings and enter the MX entries that "
                 "your mail provider shows."),
    },
    .operator_steps = {
        STR_INIT("Compare 'dig MX DOMAIN' with the name of the right server, every line of it, "
                 "the backup ones too."),
        STR_INIT("Look for a missing dot behind the target in the zone file, which appends the "
                 "domain a second time."),
        STR_INIT("Remove the MX entries of a former provider and of the registrar's parking page."),
        STR_INIT("If there is no MX entry at all, publish one: mail otherwise goes to the address "
                 "of the web site."),
    },
    .standards = STR_INIT("RFC 5321 section 5.1, RFC 1035 section 3.3.9"),
    .exit_status = EXIT_DNS,
};

static const struct cause DNS_CHANGE_PENDING = {
    IS(DNS_CHANGE_PENDING),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("A change in DNS has not reached everyone yet"),
    .sentence = STR_INIT("The recipient's domain has moved to another server, and parts of the "
                         "network still use the old entry."),
    .told_apart = STR_INIT("The domain's own name servers give the new entry, and a resolver "
                           "still gives the old one with time left to live; if they all give the "
                           "old one it is mx-points-elsewhere."),
    .sender_steps = {
        STR_INIT("Wait until the old entry has run out, a day or two at most, and send again."),
        STR_INIT("Tell the recipient by another way if it is urgent."),
    },
    .operator_steps = {
        STR_INIT("Let the old server go on taking the domain's mail, or pass it to the new one, "
                 "until the old entries have run out."),
        STR_INIT("Before a move lower the time to live of MX and address entries to 300 seconds, "
                 "one old lifetime ahead."),
        STR_INIT("On a sending server flush the resolver (unbound-control flush_zone DOMAIN, rndc "
                 "flushtree DOMAIN), then the queue (postqueue -f, exim -qff)."),
    },
    .standards = STR_INIT("RFC 1035 section 3.2.1, RFC 2181 section 8, RFC 2308 section 5"),
    .exit_status = EXIT_DNS,
};

static const struct cause DNS_DELEGATION = {
    IS(DNS_DELEGATION),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("The registry points to other name servers"),
    .sentence = STR_INIT("The DNS entries of the recipient's domain are edited in one place, but "
                         "the registry sends the world to another."),
    .told_apart = STR_INIT("The name servers that the registry names do not hold the right entry "
                           "or do not answer for the domain; with dns-change-pending they do, and "
                           "only copies of the old one live on."),
    .sender_steps = {
        STR_INIT("Tell the recipient by another way and pass on the text of the refusal."),
        STR_INIT("If the domain is yours, compare the name servers shown at your registrar with "
                 "those of the place where you edit the entries, and make them the same."),
    },
    .operator_steps = {
        STR_INIT("Follow the path with 'dig +trace MX DOMAIN' and compare the name servers of "
                 "parent and zone."),
        STR_INIT("Set the right name servers and their addresses at the registrar, and check that "
                 "each answers with authority."),
        STR_INIT("Check the DS entry at the registrar: one that does not fit makes the domain "
                 "vanish for everybody who validates."),
    },
    .standards = STR_INIT("RFC 1034 section 4.2, RFC 1912 section 2.8, RFC 4035 section 5"),
    .exit_status = EXIT_DNS,
};

static const struct cause DOMAIN_STILL_LOCAL = {
    IS(DOMAIN_STILL_LOCAL),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("An old server still takes the domain for its own"),
    .sentence = STR_INIT("The recipient's domain has moved away, but the server you send through "
                         "still has it on its list, looks for the mailbox at home and does not "
                         "pass the mail on."),
    .told_apart = STR_INIT("The refusing server is your own or the former one while DNS names "
                           "another, and mail from other providers arrives; if the server is the "
                           "one in DNS it is recipient-unknown."),
    .sender_steps = {
        STR_INIT("Send to the same recipient from another provider, and if that arrives tell the "
                 "operator of your outgoing server."),
        STR_INIT("If you rent web space for this domain, set the mail routing in its panel to "
                 "remote."),
    },
    .operator_steps = {
        STR_INIT("In Postfix remove the domain from mydestination, virtual_mailbox_domains, "
                 "virtual_alias_domains and relay_domains; in Exim from local_domains "
                 "(dc_other_hostnames on Debian)."),
        STR_INIT("In Exchange remove the accepted domain, or make it an internal relay domain "
                 "while mailboxes exist on both sides."),
        STR_INIT("Look through the old mailboxes for mail that came in meanwhile before you "
                 "delete them."),
    },
    .standards = STR_INIT("RFC 5321 sections 3.6.2 and 5.1"),
    .exit_status = EXIT_DNS,
};

static const struct cause EGRESS_PORT_BLOCKED = {
    IS(EGRESS_PORT_BLOCKED),
    .family = FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    .title = STR_INIT("The network you are in blocks this port"),
    .sentence = STR_INIT("Your provider or network lets no connection out to this port, whatever "
                         "the server."),
    .told_apart = STR_INIT("Two unrelated servers are silent on this port from here, while other "
                           "ports work, and from another network they answer; one dead server is "
                           "server-down or ip-banned, and a single machine that cannot is "
                           "local-firewall."),
    .sender_steps = {
        STR_INIT("Use port 587 with STARTTLS, or port 465 with SSL/TLS, in place of port 25."),
        STR_INIT("Try once by the telephone's network, to be sure."),
        STR_INIT("On a rented server ask the provider to open port 25, or send through its relay."),
    },
    .operator_steps = {
        STR_INIT("Send through a smarthost on 587 or 465: relayhost = [HOST]:587 in Postfix, "
                 "dc_smarthost in Debian's Exim, 'relay host' in OpenSMTPD, a send connector in "
                 "Exchange."),
        STR_INIT("Ask the provider for outgoing port 25, once reverse DNS is set."),
        STR_INIT("Offer your own users ports 587 and 465, because many networks close 25."),
    },
    .standards = STR_INIT("RFC 5068 section 4.1, RFC 6409 section 3.1, RFC 8314 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause LOCAL_FIREWALL = {
    IS(LOCAL_FIREWALL),
    .family = FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    .title = STR_INIT("A firewall on your own machine stops the program"),
    .sentence = STR_INIT("A firewall, a virus scanner or a rule for containers on the machine "
                         "itself keeps the program from connecting."),
    .told_apart = STR_INIT("The connection fails at once with 'permission denied' or "
                           "'unreachable', or another program or machine of the same network gets "
                           "through; with egress-port-blocked nobody on that network does."),
    .sender_steps = {
        STR_INIT("Allow the program in the firewall settings of the computer and of the virus "
                 "scanner."),
        STR_INIT("Pause the virus scanner's mail protection for a minute and try again."),
        STR_INIT("For a web site ask the host which outgoing server it allows: often only its "
                 "own."),
    },
    .operator_steps = {
        STR_INIT("List the rules for outgoing traffic with their counters: 'nft list ruleset', "
                 "'iptables -vS OUTPUT'."),
        STR_INIT("On cPanel look at 'SMTP Restrictions', in CSF at SMTP_BLOCK, and allow the one "
                 "user that has to send."),
        STR_INIT("With SELinux allow the web server to connect: setsebool -P "
                 "httpd_can_network_connect 1."),
        STR_INIT("In Docker and Kubernetes look for an internal network and for network policies."),
    },
    .standards = STR_INIT("RFC 2979, RFC 1812 section 5.2.7.1"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause REDIRECTED_BY_NETWORK = {
    IS(REDIRECTED_BY_NETWORK),
    .family = FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    .title = STR_INIT("The network leads you to its own mail server"),
    .sentence = STR_INIT("Your connection is caught on the way, and another mail server answers "
                         "in place of the one you asked for."),
    .told_apart = STR_INIT("Two unrelated servers give the same greeting from here, though their "
                           "addresses are right; with wrong-server the address is wrong, and with "
                           "egress-port-blocked there is no greeting at all."),
    .sender_steps = {
        STR_INIT("Send no password there: the server is not yours."),
        STR_INIT("Use port 465 with SSL/TLS or port 587 with STARTTLS, since mostly port 25 alone "
                 "is redirected."),
        STR_INIT("Use another network or a VPN."),
    },
    .operator_steps = {
        STR_INIT("On a web host look for a rule that turns outgoing mail to the local server: "
                 "'iptables -t nat -S OUTPUT', 'nft list ruleset', 'SMTP Restrictions' in cPanel."),
        STR_INIT("Take ports 587 and 465 out of the mail proxy of the firewall."),
    },
    .standards = STR_INIT("RFC 5068 section 4.1, RFC 8314 section 5.3, RFC 9525 section 6"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause IP_BANNED = {
    IS(IP_BANNED),
    .family = FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    .title = STR_INIT("The server has shut out your address for a while"),
    .sentence = STR_INIT("The server, or the firewall in front of it, no longer answers your "
                         "address, mostly after several failed logins."),
    .told_apart = STR_INIT("All ports of this one server are dead from here and alive from "
                           "another network, and other servers answer from here; "
                           "egress-port-blocked concerns one port of all servers, and server-down "
                           "is dead from everywhere."),
    .sender_steps = {
        STR_INIT("Stop every program and device that still tries an old password: telephone, "
                 "tablet, printer."),
        STR_INIT("Wait an hour, after which most bans are over."),
        STR_INIT("Correct the password before the next try."),
        STR_INIT("Tell the operator your public address if it lasts."),
    },
    .operator_steps = {
        STR_INIT("Look for the address: 'fail2ban-client status postfix-sasl' (and dovecot), 'csf "
                 "-g ADDRESS', 'cscli decisions list', the sets of nftables."),
        STR_INIT("Find in the log what failed before the ban, mostly one device with an old "
                 "password."),
        STR_INIT("Once that is corrected, lift it: fail2ban-client set JAIL unbanip ADDRESS."),
        STR_INIT("Exempt single known addresses only (ignoreip), no networks."),
    },
    .standards = STR_INIT("RFC 5321 section 7.8, RFC 4954 section 9"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause SERVER_DOWN = {
    IS(SERVER_DOWN),
    .family = FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    .title = STR_INIT("The server does not answer"),
    .sentence = STR_INIT("Nothing answers at this address and port: the mail service is off, is "
                         "starting again, or has moved."),
    .told_apart = STR_INIT("The port is refused or silent from two networks, while other servers "
                           "answer from here; if it answers elsewhere it is ip-banned, "
                           "egress-port-blocked or local-firewall."),
    .sender_steps = {
        STR_INIT("Check name and port of the outgoing server for a typing error."),
        STR_INIT("Look at the provider's status page and try again in a quarter of an hour."),
        STR_INIT("Leave the message in the outbox: it is sent once the server is back."),
    },
    .operator_steps = {
        STR_INIT("Check that the service runs and listens to the outside: 'ss -ltnp', "
                 "inet_interfaces and master.cf in Postfix, local_interfaces and "
                 "daemon_smtp_ports in Exim, 'listen on' in OpenSMTPD."),
        STR_INIT("Read why it stopped: 'journalctl -u postfix', 'postfix check', 'exim -bV', "
                 "'smtpd -n'."),
        STR_INIT("Check the firewall, the published ports of the container, and the address that "
                 "the name has in DNS."),
    },
    .standards = STR_INIT("RFC 5321 sections 4.5.3.2 and 4.5.4.1"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause IPV6_DIFFERS = {
    IS(IPV6_DIFFERS),
    .family = FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    .title = STR_INIT("The server behaves otherwise over IPv6"),
    .sentence = STR_INIT("Over one of the two Internet protocols, IPv4 and IPv6, your mail is "
                         "accepted, and over the other it is refused or gets no answer."),
    .told_apart = STR_INIT("The same attempt at the addresses of one name gives one answer over "
                           "IPv4 and another over IPv6, each time; if all addresses answer alike "
                           "see server-down and ip-not-trusted."),
    .sender_steps = {
        STR_INIT("Set the program to the one over which mail is accepted, most often IPv4, if it has "
                 "such a setting, until the operator has repaired the other."),
        STR_INIT("Restart the router if every IPv6 site is dead from your network."),
        STR_INIT("Tell the operator which of the two fails."),
    },
    .operator_steps = {
        STR_INIT("Apply the same rules to both, and write trusted IPv6 addresses singly, in "
                 "Postfix as [2001:db8::1]/128."),
        STR_INIT("Where IPv6 is not served, remove the AAAA entry of the mail name."),
        STR_INIT("When sending give the IPv6 address reverse DNS and a place in SPF, or prefer "
                 "IPv4: smtp_address_preference = ipv4 in Postfix, disable_ipv6 = true in Exim."),
        STR_INIT("In Docker check that IPv6 does not arrive under the gateway's address."),
    },
    .standards = STR_INIT("RFC 5321 section 5.2, RFC 8305"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause EHLO_NAME_REFUSED = {
    IS(EHLO_NAME_REFUSED),
    .family = FAMILY_REVERSE_DNS_OR_HELO,
    .title = STR_INIT("The name your machine gives itself is refused"),
    .sentence = STR_INIT("In its first words your program calls itself by a name that the server "
                         "does not take, such as localhost or a name without a dot."),
    .told_apart = STR_INIT("With that one word changed to a full host name the same mail passes; "
                           "if it does not, see reverse-dns-missing."),
    .sender_steps = {
        STR_INIT("Set the full name, such as pc.example.org, in the program or device: look for "
                 "'EHLO name', 'HELO name', 'host name' or 'local domain'."),
        STR_INIT("Use port 587 or 465 with a login, where most servers do not look at that name."),
        STR_INIT("In a script set 'domain' in msmtp, local_hostname in Python's smtplib, 'name' "
                 "in Nodemailer, Helo in PHPMailer."),
    },
    .operator_steps = {
        STR_INIT("Give your sending server its full name: myhostname or smtp_helo_name in "
                 "Postfix, primary_hostname or helo_data in Exim, 'helo' of the relay action in "
                 "OpenSMTPD, Fqdn of the send connector in Exchange, hostname in a compose file."),
        STR_INIT("If it is your server that refuses, let logged-in users pass first: "
                 "permit_sasl_authenticated ahead of the HELO checks in Postfix."),
        STR_INIT("Accept a name that does not fit the address: the standard forbids refusing for "
                 "that alone."),
    },
    .standards = STR_INIT("RFC 5321 sections 2.3.5, 4.1.1.1 and 4.1.4"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause REVERSE_DNS_MISSING = {
    IS(REVERSE_DNS_MISSING),
    .family = FAMILY_REVERSE_DNS_OR_HELO,
    .title = STR_INIT("The sending address has no name in DNS"),
    .sentence = STR_INIT("The address that your mail comes from has no name in reverse DNS, or "
                         "one that does not lead back to it, and the receiving server refuses "
                         "such senders."),
    .told_apart = STR_INIT("The reply stays whatever name is given in EHLO, and the look-up of "
                           "the address gives no name or one that leads elsewhere; if another "
                           "EHLO name passes it is ehlo-name-refused."),
    .sender_steps = {
        STR_INIT("Send through your provider's outgoing server with a login, on port 587 or 465, "
                 "not straight from your own connection."),
        STR_INIT("If you run a server, ask the provider of its address to set the reverse entry "
                 "(PTR) to the server's name."),
    },
    .operator_steps = {
        STR_INIT("Have the PTR entry set to the name used in EHLO, and give that name an address "
                 "entry that leads back; check with 'dig -x ADDRESS' and 'dig NAME', or give Baton the "
                 "address with --public-ip."),
        STR_INIT("Do the same for IPv6, or send over IPv4: smtp_address_preference = ipv4 in "
                 "Postfix."),
        STR_INIT("If it is your server that refuses, place reject_unknown_reverse_client_hostname "
                 "behind permit_sasl_authenticated, so that users at home can send."),
    },
    .standards = STR_INIT("RFC 1912 section 2.1, RFC 8601 section 3, RFC 7372 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause SPF_FAIL = {
    IS(SPF_FAIL),
    .family = FAMILY_SPF_FAIL,
    .title = STR_INIT("The sending server is not on the list of the sender's domain"),
    .sentence = STR_INIT("The domain of your sender address says in DNS (SPF) which servers may "
                         "send for it, and this one is not among them."),
    .told_apart = STR_INIT("The SPF entry of the sender's domain gives 'fail' for the connecting "
                           "address, and the same sender passes through a listed server; where "
                           "signature and From domain are named it is dkim-dmarc-fail."),
    .sender_steps = {
        STR_INIT("Send through the outgoing server of your domain's own provider, with a login."),
        STR_INIT("If a web site or a service sends for you, add it to the SPF entry of your "
                 "domain in the way the service shows."),
        STR_INIT("If the message was forwarded, write to the final address directly."),
    },
    .operator_steps = {
        STR_INIT("Publish exactly one TXT entry with v=spf1 that names every system which sends "
                 "for the domain and ends in -all or ~all, within ten look-ups."),
        STR_INIT("When you forward mail, rewrite the sender (SRS: postsrsd for Postfix, "
                 "srs_encode in Exim, 'srs' in OpenSMTPD) or fetch it by IMAP."),
        STR_INIT("Check the result with 'baton spf --ip ADDRESS --from SENDER'."),
    },
    .standards = STR_INIT("RFC 7208 sections 4.6.4 and 8.4, RFC 7372 section 3.2"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause DKIM_DMARC_FAIL = {
    IS(DKIM_DMARC_FAIL),
    .family = FAMILY_DKIM_DMARC_FAIL,
    .title = STR_INIT("The message is not signed as its domain asks"),
    .sentence = STR_INIT("The From domain asks receivers (DMARC) to take only mail that it has "
                         "signed or that its own servers send, and this message is neither."),
    .told_apart = STR_INIT("The refusal comes after the whole message was handed over and names "
                           "DKIM, DMARC or mail without proof of origin; where only the list of "
                           "sending servers is named it is spf-fail."),
    .sender_steps = {
        STR_INIT("Send through the outgoing server of the From address's own provider, with a "
                 "login."),
        STR_INIT("In a form or newsletter set From to an address of the domain that is set up "
                 "there, and put the other address into Reply-To."),
        STR_INIT("Publish the DKIM entries that your mail service shows for your domain."),
    },
    .operator_steps = {
        STR_INIT("Sign for the From domain: OpenDKIM or Rspamd with Postfix and OpenSMTPD, "
                 "dkim_domain, dkim_selector and dkim_private_key in Exim's smtp transport, the "
                 "DKIM page in Microsoft 365."),
        STR_INIT("Let the domain of SPF or of the signature be that of From (alignment): 'baton dmarc "
                 "--from ADDRESS' says what the domain asks for."),
        STR_INIT("Begin with the DMARC policy p=none, read the reports, and only then ask for "
                 "quarantine or reject."),
        STR_INIT("On a mailing list leave signed parts untouched, or put the list's own address "
                 "into From."),
    },
    .standards = STR_INIT("RFC 6376 section 6, RFC 7489 sections 3.1 and 6.6, RFC 7372 section "
                          "3.1"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause IP_BLOCKLISTED = {
    IS(IP_BLOCKLISTED),
    .family = FAMILY_IP_BLOCKLISTED,
    .title = STR_INIT("The sending address is on a blocklist"),
    .sentence = STR_INIT("The receiving server asked a blocklist about the address your mail "
                         "comes from, and it is listed there or has a bad name."),
    .told_apart = STR_INIT("The reply names a list or a page to look at, and the same message "
                           "passes through another outgoing server; ip-banned is one server's own "
                           "measure and shows as no answer."),
    .sender_steps = {
        STR_INIT("Send through your provider's outgoing server with a login: addresses of home "
                 "connections are listed on purpose."),
        STR_INIT("Look the address up on the page that the reply names, or with 'baton dnsbl ADDRESS'."),
        STR_INIT("If it is your provider's address, tell the provider: only it can ask for "
                 "removal."),
    },
    .operator_steps = {
        STR_INIT("Find and stop the cause first: a login in strange hands, an infected machine, "
                 "an open web form; count the messages by sasl_username."),
        STR_INIT("Ask for removal on the list's own page afterwards, and send through a relay "
                 "with a clean address meanwhile."),
        STR_INIT("If it is your server that refuses, ask lists through a resolver of your own: an "
                 "answer of 127.255.255.254 means that the list gave none."),
        STR_INIT("Let logged-in users pass before any list is asked."),
    },
    .standards = STR_INIT("RFC 5782 section 2.1, RFC 6471, RFC 3463 section 3.8"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

static const struct cause RATE_LIMITED = {
    IS(RATE_LIMITED),
    .family = FAMILY_RATE_LIMITED,
    .title = STR_INIT("Too much mail in too short a time"),
    .sentence = STR_INIT("You have sent more messages, recipients or connections than the server "
                         "allows within a period."),
    .told_apart = STR_INIT("The reply speaks of a limit, and the same mail passes later as it is; "
                           "greylisted-temporary meets a first message, not many."),
    .sender_steps = {
        STR_INIT("Wait an hour, with large providers up to a day, and send again."),
        STR_INIT("Send to smaller groups, and use a newsletter service for long lists."),
        STR_INIT("If you have sent little, change your password: somebody else may be using your "
                 "account."),
    },
    .operator_steps = {
        STR_INIT("See which login or machine sends so much before you raise a limit."),
        STR_INIT("Slow down towards that receiver: smtp_destination_rate_delay and "
                 "smtp_destination_concurrency_limit in Postfix, a transport of its own with "
                 "connection_max_messages in Exim."),
        STR_INIT("Ask the receiver or the provider for a higher limit."),
        STR_INIT("If the limit is yours, exempt the one known client: "
                 "smtpd_client_event_limit_exceptions in Postfix."),
    },
    .standards = STR_INIT("RFC 5321 sections 4.5.3.1.10 and 4.5.4.1"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

static const struct cause GREYLISTED_TEMPORARY = {
    IS(GREYLISTED_TEMPORARY),
    .family = FAMILY_GREYLISTED_TEMPORARY,
    .title = STR_INIT("The server asks to try again later"),
    .sentence = STR_INIT("The server does not know this sender yet and turns the first try away "
                         "on purpose; a mail server that tries again gets through."),
    .told_apart = STR_INIT("The code begins with 4, and the same sender and recipient pass some "
                           "minutes later as they are; rate-limited comes after many messages, "
                           "and auth-backend-down at the login."),
    .sender_steps = {
        STR_INIT("Wait: your outgoing server tries again by itself."),
        STR_INIT("If your program delivers straight to the recipient's server, let it use your "
                 "provider's outgoing server instead, which keeps and repeats."),
    },
    .operator_steps = {
        STR_INIT("Let the queue repeat within minutes and from the same address: "
                 "minimal_backoff_time in Postfix, the retry rules in Exim."),
        STR_INIT("If it is your server that delays, exempt logged-in users and known servers, and "
                 "keep the delay at five minutes or less."),
    },
    .standards = STR_INIT("RFC 6647 sections 2 and 5, RFC 5321 section 4.5.4.1"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause RECIPIENT_UNKNOWN = {
    IS(RECIPIENT_UNKNOWN),
    .family = FAMILY_RECIPIENT_UNKNOWN,
    .title = STR_INIT("There is no such mailbox"),
    .sentence = STR_INIT("The server of the recipient's domain knows the domain but not this "
                         "mailbox."),
    .told_apart = STR_INIT("The same server takes postmaster at the same domain; if it refuses "
                           "every address there it is domain-not-configured."),
    .sender_steps = {
        STR_INIT("Check the spelling, and type the address anew in place of the one that the "
                 "program completes."),
        STR_INIT("Ask the recipient by another way for the present address."),
    },
    .operator_steps = {
        STR_INIT("Ask the place where it should be found: postmap -q ADDRESS on the maps of "
                 "Postfix, exim -bt ADDRESS, 'doveadm user ADDRESS', Get-Recipient in Exchange."),
        STR_INIT("Check that LDAP or SQL behind it answers: a failed look-up must give 451, not "
                 "550."),
        STR_INIT("In OpenSMTPD look at the match rules too, since it gives the same answer to "
                 "mail it may not relay."),
    },
    .standards = STR_INIT("RFC 5321 section 3.3, RFC 3463 section 3.2"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause CONTENT_REJECTED = {
    IS(CONTENT_REJECTED),
    .family = FAMILY_CONTENT_REJECTED,
    .title = STR_INIT("The content of the message is refused"),
    .sentence = STR_INIT("A filter on the receiving side takes the message for spam or malware, "
                         "or does not take this kind of attachment."),
    .told_apart = STR_INIT("The refusal comes after the whole message was handed over, and a "
                           "short plain text to the same recipient passes; message-too-large "
                           "names a size, and dkim-dmarc-fail a signature."),
    .sender_steps = {
        STR_INIT("Send a short text without links and attachments to the same recipient, to see "
                 "whether it arrives."),
        STR_INIT("Put the attachment on a file service and send the link, or use another file "
                 "format."),
        STR_INIT("Ask the recipient by another way to allow your address."),
    },
    .operator_steps = {
        STR_INIT("Find the filter's verdict: the history of Rspamd, the log of SpamAssassin, "
                 "Amavis or ClamAV, the message trace in Exchange."),
        STR_INIT("Allow the pair of sender and recipient, rather than weaken the filter for all."),
        STR_INIT("If your own users are refused elsewhere, look at the links in their mail and at "
                 "the name of your address."),
    },
    .standards = STR_INIT("RFC 5321 section 6.2, RFC 3463 section 3.8"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

static const struct cause MESSAGE_TOO_LARGE = {
    IS(MESSAGE_TOO_LARGE),
    .family = FAMILY_MESSAGE_TOO_LARGE,
    .title = STR_INIT("The message is too big"),
    .sentence = STR_INIT("The message is bigger than one of the servers on its way allows."),
    .told_apart = STR_INIT("A small message to the same recipient passes, and the reply or the "
                           "server's list (SIZE) names a limit; mailbox-full refuses small ones "
                           "too."),
    .sender_steps = {
        STR_INIT("Make the attachments smaller, and reckon that files grow by a third in mail."),
        STR_INIT("Put them on a file service and send the link."),
        STR_INIT("Spread them over several messages."),
    },
    .operator_steps = {
        STR_INIT("See which server refused: the limit may be the receiver's, where you cannot "
                 "change it."),
        STR_INIT("Look at your own limit: message_size_limit in Postfix (mailbox_size_limit must "
                 "not be smaller) and in Exim, 'smtp max-message-size' in OpenSMTPD, MaxSendSize "
                 "and MaxReceiveSize in Exchange."),
        STR_INIT("Raise it on every hop alike, filters and web uploads included."),
    },
    .standards = STR_INIT("RFC 1870 section 6, RFC 3463 sections 3.3 and 3.4"),
    .exit_status = EXIT_REFUSED,
};

static const struct cause MAILBOX_FULL = {
    IS(MAILBOX_FULL),
    .family = FAMILY_MAILBOX_FULL,
    .title = STR_INIT("The recipient's mailbox is full"),
    .sentence = STR_INIT("The mailbox exists but has no room left for another message."),
    .told_apart = STR_INIT("The reply speaks of a quota or of space, and another recipient at the "
                           "same domain is taken; message-too-large passes with a smaller "
                           "message."),
    .sender_steps = {
        STR_INIT("Tell the recipient by another way to make room."),
        STR_INIT("Send again in a day or two."),
    },
    .operator_steps = {
        STR_INIT("See what fills it: 'doveadm quota get -u USER' in Dovecot, "
                 "Get-MailboxStatistics in Exchange; the trash counts too."),
        STR_INIT("Raise the quota, or warn users before it is reached (quota_warning in Dovecot)."),
        STR_INIT("Check that the disk itself is not full, which concerns all mailboxes."),
    },
    .standards = STR_INIT("RFC 3463 section 3.3, RFC 5321 section 4.2.2"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

static const struct cause DNS_FAILURE = {
    IS(DNS_FAILURE),
    .family = FAMILY_DNS_FAILURE,
    .title = STR_INIT("A name cannot be found"),
    .sentence = STR_INIT("A name that the mail needs, that of the server or of a domain, is not "
                         "found in DNS, or DNS gives no answer."),
    .told_apart = STR_INIT("The look-up itself fails and no connection is ever tried; if it gives "
                           "an address that does not answer it is server-down."),
    .sender_steps = {
        STR_INIT("Check the spelling of the outgoing server and of the recipient's domain."),
        STR_INIT("Open a web page to see that the network works, or try another network."),
        STR_INIT("If only one domain fails, tell its owner by another way."),
    },
    .operator_steps = {
        STR_INIT("Ask your resolver and a second one with 'dig NAME': if only the validating one "
                 "fails, look at DNSSEC with 'delv NAME'."),
        STR_INIT("In Postfix's chroot check that /var/spool/postfix/etc/resolv.conf is the "
                 "present one."),
        STR_INIT("In containers check the resolver and the search domains."),
        STR_INIT("For a domain of yours check that it is paid, and that all its name servers "
                 "answer: 'baton domain DOMAIN'."),
    },
    .standards = STR_INIT("RFC 5321 section 5.1, RFC 1035 section 4.1.1, RFC 3463 section 3.5"),
    .exit_status = EXIT_DNS,
};

static const struct cause OTHER_NOT_RELAY = {
    IS(OTHER_NOT_RELAY),
    .family = FAMILY_OTHER_NOT_RELAY,
    .title = STR_INIT("Another refusal, which is not about relaying"),
    .sentence = STR_INIT("The server refused for a reason that has nothing to do with who may "
                         "relay; its words say which."),
    .told_apart = STR_INIT("The words name a fault inside the server, a command it did not "
                           "understand, or a rule of its own, and no other cause fits."),
    .sender_steps = {
        STR_INIT("Read the server's words and act on what they name."),
        STR_INIT("Try again in an hour if the code begins with 4."),
        STR_INIT("Send the operator the time and the whole text of the refusal."),
    },
    .operator_steps = {
        STR_INIT("Find the session in the log by time and client address, and read the lines "
                 "before the refusal."),
        STR_INIT("Check disk space, queue and configuration: 'postfix check', 'exim -bV', 'smtpd "
                 "-n', 'doveconf -n', Get-Queue in Exchange."),
        STR_INIT("Give each refusal of yours an enhanced status code and words that name the "
                 "rule."),
    },
    .standards = STR_INIT("RFC 5321 section 4.2, RFC 3463 section 2, RFC 5248"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

static const struct cause MAIL_LOOP = {
    IS(MAIL_LOOP),
    .family = FAMILY_OTHER_NOT_RELAY,
    .title = STR_INIT("The message goes round in a circle"),
    .sentence = STR_INIT("Two servers or rules pass the message back and forth until one of them "
                         "stops it."),
    .told_apart = STR_INIT("The Received lines in the bounce repeat the same servers, and the "
                           "reply speaks of too many hops or of a loop; domain-not-configured "
                           "refuses at the first contact."),
    .sender_steps = {
        STR_INIT("Look at your own forwarding and filter rules and remove the one that leads back "
                 "to itself."),
        STR_INIT("Send the operator the bounce with its header lines."),
    },
    .operator_steps = {
        STR_INIT("Read the Received lines from below upwards: the first server that appears twice "
                 "has the wrong rule."),
        STR_INIT("Where Postfix says that mail loops back to itself, DNS leads the domain here "
                 "and no list holds it: add it to mydestination or a virtual list, or to "
                 "relay_domains with a transport to the inner server."),
        STR_INIT("Check that no firewall rule turns outgoing port 25 back to the server."),
        STR_INIT("Leave the hop limit as it is: it only hides the circle longer."),
    },
    .standards = STR_INIT("RFC 5321 section 6.3, RFC 3463 section 3.5"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

/* A cause of ids.h without a row does not compile. */
const struct cause *const CAUSE_ROWS[CAUSES] = {
    NULL,
#define CAUSE_ID(constant, id) &constant,
#include "cause/ids.h"
#undef CAUSE_ID
};

const struct note NOTE_ROWS[NOTES] = {
    [NOTE_OPEN_RELAY] = { NOTE_OPEN_RELAY, STR_INIT("open-relay"),
                          STR_INIT(
                              "This server took mail to another domain from here without a login. "
                              "Unless it knows your address, or the recipient is its own, anybody "
                              "can send through it, and it will soon stand on blocklists.") },
    [NOTE_REPLY_CONTRADICTS_RULE] = { NOTE_REPLY_CONTRADICTS_RULE,
                                      STR_INIT("reply-contradicts-rule"),
                                      STR_INIT(
                                          "The reply does not fit what the server does: go by the "
                                          "experiments, not by the reply. A refusal for good with "
                                          "a "
                                          "code that begins with 4 is tried again for days before "
                                          "the sender hears of it.") },
    [NOTE_UNSTEADY] = { NOTE_UNSTEADY, STR_INIT("unsteady"),
                        STR_INIT("The same attempt got different answers: several machines may "
                                 "stand behind the name, or something there comes and goes.") },
    [NOTE_POSITION_TRUSTED] = { NOTE_POSITION_TRUSTED, STR_INIT("position-trusted"),
                                STR_INIT(
                                    "This test ran from a place that the server trusts in any "
                                    "case, so that it says nothing about senders elsewhere.") },
    [NOTE_CERTIFICATE_ON_PORT_25] = { NOTE_CERTIFICATE_ON_PORT_25,
                                      STR_INIT("certificate-on-port-25"),
                                      STR_INIT("The certificate on port 25 would not pass a strict "
                                               "check, which is common between servers and does "
                                               "not stop mail there.") },
    [NOTE_DMARC_NOT_ALIGNED] = { NOTE_DMARC_NOT_ALIGNED, STR_INIT("dmarc-not-aligned"),
                                 STR_INIT("The domain in From asks receivers (DMARC) to refuse "
                                          "what it does not vouch for, and the sender address "
                                          "given to the server is in another domain: only a "
                                          "signature (DKIM) of the domain in From lets such mail "
                                          "pass.") },
    [NOTE_ADDRESS_LISTED] = { NOTE_ADDRESS_LISTED, STR_INIT("address-listed"),
                              STR_INIT("A blocklist has the address that your mail comes from. No "
                                       "server refused because of it in this test, and one that "
                                       "you log in at mostly does not ask.") },
};
