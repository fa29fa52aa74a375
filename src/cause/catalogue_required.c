/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_required.c - auth-required, tls-required and auth-mechanism: the server wants something first
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_CLIENT_NEVER_AUTHENTICATES = {
    IS(CLIENT_NEVER_AUTHENTICATES),
    .family = FAMILY_AUTH_REQUIRED,
    .title = STR_INIT("The program does not log in"),
    .sentence = STR_INIT("Your program hands its mail over without logging in, and the server "
                         "passes mail on only for those who do."),
    .told_apart = STR_INIT("After a login the same server takes the same two addresses; if it "
                           "refuses them even then it is login-not-honoured, and if no login is "
                           "offered at all it is auth-hidden-until-tls or relay-takes-no-login."),
    .sender_steps = {
        { DO("Open the settings of the outgoing server (SMTP) and tick 'My outgoing server "
               "requires authentication', or choose 'Normal password' as the authentication "
               "method.") },
        { DO("Enter your full mail address as the user name, and the password of the mailbox.") },
        { DO("Set the port to 587 with STARTTLS, or to 465 with SSL/TLS.") },
        { DO("In a web application or a script set its own switch for SMTP authentication "
               "too: user name and password alone often do not turn it on.") },
    },
    .operator_steps = {
        { DO("Find the session in the log: Postfix then shows no sasl_username, Exim no A= "
               "field, Exchange no AUTH in the log of the receive connector.") },
        { DO("Where it is your own server that a provider refuses, give it a login: in "
               "Postfix smtp_sasl_auth_enable and smtp_sasl_password_maps with the key spelled "
               "exactly like relayhost, in Debian's Exim passwd.client, in OpenSMTPD 'auth' "
               "with a secrets table.") },
        { DO("Tell users in the refusal what to do, with smtpd_reject_footer in Postfix or "
               "the message of the Exim ACL: log in on port 587 or 465.") },
        { DO("Leave the list of trusted networks as it is: a login is the safe answer.") },
    },
    .standards = STR_INIT("RFC 4954 sections 4 and 6, RFC 6409 sections 3.3 and 4.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_HELO_INSTEAD_OF_EHLO = {
    IS(HELO_INSTEAD_OF_EHLO),
    .family = FAMILY_AUTH_REQUIRED,
    .title = STR_INIT("The program greets in the old way, which knows no login"),
    .sentence = STR_INIT("Your program opens the conversation with HELO, and a server offers "
                         "login and encryption only to a program that says EHLO."),
    .told_apart = STR_INIT("The server answers EHLO with a list that holds AUTH, and HELO with a "
                           "single line; a program that says EHLO and still does not log in is "
                           "client-never-authenticates."),
    .sender_steps = {
        { DO("Switch on authentication in the program's settings for outgoing mail: many "
               "programs say EHLO only then.") },
        { DO("Update the program, or the firmware of the printer, scanner or camera.") },
        { DO("Take ports 587 and 465 out of the mail inspection of a virus scanner or "
               "firewall, since some of them change the greeting.") },
        { DO("If the device cannot be changed, let it send to a small relay on your own "
               "network, and let that relay log in.") },
    },
    .operator_steps = {
        { DO("Switch off the SMTP inspection of the firewall for ports 587 and 465 (Cisco "
               "calls it 'inspect esmtp' or 'fixup').") },
        { DO("Give a device that knows only HELO a listener of its own, open to that single "
               "address and limited to the sender address and the amount of mail it needs.") },
        { DO("Check in Postfix that neither smtpd_discard_ehlo_keywords nor its address map "
               "takes AUTH out of the answer to EHLO.") },
    },
    .standards = STR_INIT("RFC 5321 sections 3.2 and 4.1.1.1, RFC 4954 section 3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_AUTH_HIDDEN_UNTIL_TLS = {
    IS(AUTH_HIDDEN_UNTIL_TLS),
    .family = FAMILY_TLS_REQUIRED,
    .title = STR_INIT("The login is offered only after encryption"),
    .sentence = STR_INIT("The server hides its login until the connection is encrypted, and your "
                         "program does not encrypt it."),
    .told_apart = STR_INIT("On the same port the answer to EHLO holds no AUTH before STARTTLS and "
                           "holds it afterwards; if it is missing afterwards too, it is "
                           "mx-port-not-submission or relay-takes-no-login."),
    .sender_steps = {
        { DO("Set the connection security of the outgoing server to STARTTLS and the port to "
               "587.") },
        { DO("If your program does not offer STARTTLS, choose SSL/TLS and port 465.") },
        { DO("Keep 'Normal password' as the authentication method: inside the encrypted "
               "connection it is safe.") },
    },
    .operator_steps = {
        { DO("Leave the rule as it is, for it protects the passwords: smtpd_tls_auth_only = "
               "yes in Postfix, auth_advertise_hosts with a condition on the cipher in Exim, "
               "disable_plaintext_auth = yes in Dovecot (auth_allow_cleartext = no since 2.4).") },
        { DO("Check that a usable certificate is set, since without one neither STARTTLS nor "
               "the login can appear.") },
        { DO("Offer port 465 too: the submissions service of Postfix, tls_on_connect_ports in "
               "Exim, 'listen on ... smtps' in OpenSMTPD.") },
    },
    .standards = STR_INIT("RFC 3207 section 4.2, RFC 4954 sections 4 and 9, RFC 8314 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_MAIL_ONLY_UNDER_TLS = {
    IS(MAIL_ONLY_UNDER_TLS),
    .family = FAMILY_TLS_REQUIRED,
    .title = STR_INIT("The server takes mail only over an encrypted connection"),
    .sentence = STR_INIT("The server wants the connection encrypted before it takes any mail, and "
                         "your program sends in the clear."),
    .told_apart = STR_INIT("The refusal comes at MAIL or RCPT, asks for STARTTLS, and goes away "
                           "when the same conversation is encrypted, login or not; with "
                           "auth-hidden-until-tls only the login is missing."),
    .sender_steps = {
        { DO("Set the connection security of the outgoing server to STARTTLS for port 587 or "
               "25, or to SSL/TLS for port 465.") },
        { DO("In a web application or a device look for the option named encryption, TLS or "
               "security, and do not leave it at 'none'.") },
        { DO("Update a program or device that cannot encrypt, or let it send through a relay "
               "on your own network that can.") },
    },
    .operator_steps = {
        { DO("Keep the rule on the submission ports: smtpd_tls_security_level = encrypt in "
               "Postfix, a deny with '!encrypted = *' in the Exim ACL, tls-require in "
               "OpenSMTPD, RequireTLS on an Exchange connector.") },
        { DO("On port 25 offer encryption without demanding it (smtpd_tls_security_level = "
               "may), so that every server can deliver.") },
        { DO("Where your own server is refused by the next one, encrypt towards it: "
               "smtp_tls_security_level = encrypt or secure in Postfix, hosts_require_tls in "
               "Exim, smtp+tls:// in OpenSMTPD.") },
    },
    .standards = STR_INIT("RFC 3207 section 4, RFC 8314 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_NO_COMMON_MECHANISM = {
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
        { DO("Set the authentication method to 'Normal password', with STARTTLS or SSL/TLS "
               "switched on.") },
        { DO("Untick 'Secure Password Authentication (SPA)' or 'Encrypted password'.") },
        { DO("Where the server offers only OAuth2, choose 'OAuth2' as the method and sign in "
               "in the window that opens.") },
        { DO("On a server or for a script install the missing login plug-ins, on Debian the "
               "package libsasl2-modules.") },
    },
    .operator_steps = {
        { DO("Offer PLAIN and LOGIN inside TLS: 'auth_mechanisms = plain login' in Dovecot, "
               "'mech_list: plain login' for Cyrus SASL, with smtpd_tls_auth_only = yes in "
               "Postfix.") },
        { DO("Where Postfix is the one that logs in and says 'no worthy mechs found', install "
               "libsasl2-modules and set smtp_sasl_tls_security_options = noanonymous together "
               "with smtp_tls_security_level = encrypt or higher.") },
        { DO("In Exim add an authenticator for what the other side offers, mostly LOGIN.") },
        { DO("In Exchange add BasicAuth and BasicAuthRequireTLS to AuthMechanism of the "
               "receive connector.") },
    },
    .standards = STR_INIT("RFC 4954 sections 3, 4 and 6, RFC 4422 section 3.2"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_MECHANISM_OFFERED_BUT_DEAD = {
    IS(MECHANISM_OFFERED_BUT_DEAD),
    .family = FAMILY_AUTH_MECHANISM,
    .title = STR_INIT("The server offers a login method that does not work"),
    .sentence = STR_INIT("The login method that your program picks stands on the server's list "
                         "but fails with any password, while another method works."),
    .told_apart = STR_INIT("The same user name and password are taken by another method on the "
                           "same port; if every method fails alike it is wrong-credentials or "
                           "auth-backend-down."),
    .sender_steps = {
        { DO("Set the authentication method by hand to 'Normal password', in place of "
               "automatic or 'Encrypted password'.") },
        { DO("In a script name the method: 'auth plain' in msmtp, AuthType in PHPMailer, "
               "authMethod in Nodemailer.") },
        { DO("Tell the operator which method failed and which one worked.") },
    },
    .operator_steps = {
        { DO("Offer only what the password store can serve: hashed passwords serve PLAIN and "
               "LOGIN, whereas CRAM-MD5 and DIGEST-MD5 need the password itself.") },
        { DO("Shorten the list: auth_mechanisms in Dovecot, mech_list for Cyrus SASL, the "
               "authenticators in Exim.") },
        { DO("Take NTLM and GSSAPI off the list unless they are joined to a domain "
               "(AuthMechanism of the connector in Exchange).") },
        { DO("Try each method once with a test account from outside after every change.") },
    },
    .standards = STR_INIT("RFC 4954 sections 4 and 6, RFC 4422 section 3.2"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_RELAY_TAKES_NO_LOGIN = {
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
        { DO("Set the authentication method of this outgoing server to 'No authentication' "
               "and leave user name and password empty.") },
        { DO("Send from the network that the server knows, such as the office or its VPN.") },
        { DO("Ask the operator for a server with a login, if you send from changing places.") },
    },
    .operator_steps = {
        { DO("Tell the users that this server wants no login, and from which addresses it "
               "takes mail.") },
        { DO("Better offer a login on port 587, so that trust does not hang on an address: "
               "the submission service in Postfix's master.cf with smtpd_sasl_auth_enable = "
               "yes, an authenticator in Exim, 'listen on ... tls-require auth' in OpenSMTPD.") },
        { DO("Keep the list of trusted addresses to single machines: mynetworks in Postfix, "
               "relay_from_hosts in Exim, the remote addresses of a receive connector in "
               "Exchange.") },
    },
    .standards = STR_INIT("RFC 4954 section 3, RFC 6409 section 3.3, RFC 2505 section 2.1"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_CLIENT_CERTIFICATE_NEEDED = {
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
        { DO("Ask the operator for a certificate, and import it in the program's settings "
               "under 'Certificates', 'Your certificates'.") },
        { DO("Choose 'TLS Certificate' as the authentication method of the outgoing server.") },
        { DO("In a script or on a server name both files: tls_cert_file and tls_key_file in "
               "msmtp, smtp_tls_cert_file and smtp_tls_key_file in Postfix.") },
    },
    .operator_steps = {
        { DO("In Postfix set smtpd_tls_ask_ccert = yes on the submission service, list the "
               "certificate's fingerprint in relay_clientcerts, and place "
               "permit_tls_clientcerts ahead of the refusal.") },
        { DO("In Exim ask with tls_try_verify_hosts, and accept in the ACL by the "
               "certificate's own subject, never by its issuer alone.") },
        { DO("In Microsoft 365 check that the name in the certificate still equals the one in "
               "the inbound connector, above all after a renewal.") },
        { DO("Offer a login by password on another listener for programs that cannot show a "
               "certificate.") },
    },
    .standards = STR_INIT("RFC 8314 sections 4.2 and 5.5, RFC 4422 appendix A, RFC 8446 section "
                          "4.3.2"),
    .exit_status = EXIT_REFUSED,
};
