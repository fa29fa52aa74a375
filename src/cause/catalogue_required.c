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
             "method."),
          UNDO("Clear the same box again; the incoming account is not touched by it.") },
        { DO("Enter your full mail address as the user name, and the password of the mailbox.") },
        { DO("Set the port to 587 with STARTTLS, or to 465 with SSL/TLS."),
          UNDO("Put the former port back, which is why you should note it first.") },
        { DO("In a web application or a script set its own switch for SMTP authentication too: "
             "user name and password alone often do not turn it on.") },
    },
    .operator_steps = {
        { TAKES,
          DO("Find the session in the log by time and client address: one that never logged in "
             "bears no user name."),
          WARN("A wider list of trusted networks makes the refusal go away for everybody in "
               "them, strangers included; a login is the safe answer.") },
        { TAKES,
          DO("Tell users in the text of the refusal what to do: log in, on port 587 or 465."),
          CHECK("Provoke one refusal and read its text."),
          UNDO("Take the added words out again.") },
        { ON(POSTFIX),
          TAKES,
          DO("Look for sasl_username= in the smtpd lines of that session; the line at its end, "
             "'disconnect from', counts auth= only where a login was tried.") },
        { ON(POSTFIX),
          SENDS,
          DO("Where a provider refuses your own Postfix, set smtp_sasl_auth_enable = yes and "
             "smtp_sasl_password_maps = hash:/etc/postfix/sasl_passwd (lmdb: where 'postconf "
             "-m' has no hash), with a line whose key is spelled exactly like relayhost, "
             "brackets and port included; then run 'postmap /etc/postfix/sasl_passwd' and "
             "'postfix reload'."),
          CHECK("'postmap -q \"[smtp.example.net]:587\" hash:/etc/postfix/sasl_passwd' with "
                "your relayhost prints user:password, and the next delivery shows status=sent."),
          UNDO("Run postconf -X for the two settings and reload; remove sasl_passwd and "
               "sasl_passwd.db.") },
        { ON(POSTFIX),
          TAKES,
          DO("Put the advice into the refusal with smtpd_reject_footer = '\\c; log in on port "
             "587 or 465'."),
          CHECK("A refused RCPT on a test connection ends in these words."),
          UNDO("Run 'postconf -X smtpd_reject_footer' and 'postfix reload'.") },
        { ON(EXIM),
          TAKES,
          DO("Look for A= in the line of the session in mainlog or rejectlog: where it is "
             "missing nobody logged in.") },
        { ON(EXIM),
          SENDS,
          DO("Where a provider refuses your own Exim, give it a login: on Debian a line "
             "host:user:password in /etc/exim4/passwd.client, elsewhere a client authenticator "
             "and hosts_require_auth on the smtp transport."),
          CHECK("Send a message and read its line in mainlog: it then holds A= and C=\"250."),
          UNDO("Remove the line, or comment the authenticator out, and restart Exim."),
          WARN("On Debian the host in passwd.client is compared with the name that the server's "
               "address has in reverse DNS; where that differs from the smarthost's name, write "
               "that name or *.") },
        { ON(OPENSMTPD),
          SENDS,
          DO("Where a provider refuses your own server, write the action as 'relay host "
             "smtp+tls://label@HOST:587 auth <secrets>' and keep 'label user:password' in the "
             "table secrets."),
          CHECK("'smtpd -n' finds no error, and the log of the next delivery says "
                "result=\"Ok\"."),
          UNDO("Put the former action line back and restart the service.") },
        { ON(EXCHANGE),
          TAKES,
          DO("Set ProtocolLoggingLevel Verbose on the receive connector and look for AUTH in "
             "its log of SmtpReceive."),
          CHECK("The log of the next session holds lines with EHLO, and with AUTH where the "
                "program logged in."),
          UNDO("Set-ReceiveConnector NAME -ProtocolLoggingLevel None ends the logging.") },
        { ON(EXCHANGE),
          SENDS,
          DO("Where a provider refuses your own server, give the send connector a login: "
             "Set-SendConnector NAME -SmartHostAuthMechanism BasicAuthRequireTLS "
             "-AuthenticationCredential (Get-Credential)."),
          CHECK("'Get-Queue' shows the queue of that connector empty after a test message."),
          UNDO("Set-SendConnector NAME -SmartHostAuthMechanism None, which also drops the "
               "stored password."),
          WARN("Anonymous relaying on a receive connector that strangers reach is an open "
               "relay: leave it off, and let programs log in.") },
        { ON(MICROSOFT_365),
          DO("Tell users to log in at smtp.office365.com, port 587 with STARTTLS, and check "
             "that the mailbox may: Get-CASMailbox USER | Format-List "
             "SmtpClientAuthenticationDisabled.") },
        { ON(CPANEL),
          DO("Tell users to log in at the server's own name on 465 or 587 with the full "
             "address; 'Connect Devices' of the mail account shows both."),
          WARN("Hosts in /etc/alwaysrelay relay without a login for ever: keep it empty rather "
               "than add a customer's address.") },
        { ON(PLESK),
          DO("In 'Mail Server Settings' keep 'Relay options' at 'authorization is required' "
             "with SMTP ticked, and tick the service on port 587."),
          CHECK("A test connection to 587 shows AUTH in the answer to EHLO after STARTTLS."),
          UNDO("Clear the box again in the same place."),
          WARN("The 'White List' there lets its addresses relay without any login: it is no "
               "place for users.") },
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
             "programs say EHLO only then."),
          UNDO("Switch it off again if nothing changes.") },
        { DO("Update the program, or the firmware of the printer, scanner or camera.") },
        { DO("Take ports 587 and 465 out of the mail inspection of a virus scanner or firewall, "
             "since some of them change the greeting."),
          UNDO("Put the two ports back under inspection after the test, if they are not at "
               "fault.") },
        { DO("If the device cannot be changed, let it send to a small relay on your own "
             "network, and let that relay log in."),
          WARN("Open such a relay to the device's single address only, never to the whole "
               "network or the Internet.") },
    },
    .operator_steps = {
        { DO("Switch off the SMTP inspection of the firewall for ports 587 and 465 (Cisco calls "
             "it 'inspect esmtp' or 'fixup protocol smtp')."),
          CHECK("From outside, the answer to EHLO is the full list, and no word of it is made "
                "of X."),
          UNDO("Enter the same command without 'no', or with it, to bring the inspection back.") },
        { DO("Give a device that knows only HELO a listener of its own, open to that single "
             "address and limited to the sender address and the amount of mail it needs."),
          CHECK("The device's mail goes out, and the same listener refuses any other address."),
          UNDO("Remove the listener once the device is replaced."),
          WARN("Do not open port 25 to the device's whole network for this: whatever is "
               "infected there then sends through you.") },
        { ON(POSTFIX),
          DO("Check that neither smtpd_discard_ehlo_keywords nor its address map takes auth or "
             "starttls out of the answer to EHLO."),
          CHECK("'postconf -n' shows neither word in them, and EHLO on port 587 lists both."),
          UNDO("Set the former value again, which 'postconf -n' showed.") },
        { ON(POSTFIX),
          DO("Serve the device by a service of its own in master.cf, such as 192.0.2.10:2525, "
             "with '-o mynetworks=192.0.2.40/32' and '-o "
             "smtpd_relay_restrictions=permit_mynetworks,reject'."),
          CHECK("'postconf -M' lists it, and a connection from another machine gets 'Relay "
                "access denied'."),
          UNDO("Comment the lines out in master.cf and run 'postfix reload'.") },
        { ON(EXIM),
          DO("Serve the device by an accept in the RCPT ACL that asks for its address, the "
             "listening port and the sender at once: hosts, condition on $received_port, "
             "senders."),
          CHECK("'exim -bh' with the device's address accepts, with another address refuses."),
          UNDO("Take the statement out again and reload.") },
        { ON(OPENSMTPD),
          DO("Serve the device by 'match from src 192.0.2.40 mail-from \"scanner@example.org\" "
             "for any action \"outbound\"'."),
          CHECK("'smtpd -n' finds no error, and other addresses get 'Invalid recipient'."),
          UNDO("Remove the line and restart the service.") },
        { ON(EXCHANGE),
          DO("Give the device a receive connector of its own whose RemoteIPRanges holds its "
             "single address."),
          CHECK("Get-ReceiveConnector NAME | Format-List RemoteIPRanges shows that one address."),
          UNDO("Remove-ReceiveConnector NAME takes it away again."),
          WARN("The right to relay for anonymous senders (Ms-Exch-SMTP-Accept-Any-Recipient) "
               "belongs on that connector alone, never on the default one.") },
        { ON(MICROSOFT_365),
          DO("Create an inbound connector for the device's fixed public address, or let a relay "
             "on the inner network log in for it."),
          CHECK("A test message of the device arrives, and from another address it is refused."),
          UNDO("Remove-InboundConnector NAME takes it away again."),
          WARN("A public address that others share lets all of them send as your organisation.") },
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
             "587."),
          UNDO("Put the former port and security back if nothing changes; note them first.") },
        { DO("If your program does not offer STARTTLS, choose SSL/TLS and port 465.") },
        { DO("Keep 'Normal password' as the authentication method: inside the encrypted "
             "connection it is safe.") },
    },
    .operator_steps = {
        { DO("Leave the rule as it is, for it protects the passwords, and tell users which port "
             "and encryption to choose."),
          WARN("To offer the login in the clear sends every password where anyone on the way "
               "can read it; no device is worth that.") },
        { DO("Check that a usable certificate is set, since without one neither STARTTLS nor "
             "the login can appear."),
          CHECK("'openssl s_client -starttls smtp -connect HOST:587' shows the certificate, and "
                "EHLO typed there lists AUTH.") },
        { DO("Offer port 465 too, for programs that cannot do STARTTLS."),
          CHECK("'openssl s_client -connect HOST:465' ends in a 220 line."),
          UNDO("Close the port again in the server and the firewall.") },
        { ON(POSTFIX),
          DO("Keep smtpd_tls_auth_only = yes, and check smtpd_tls_chain_files (or "
             "smtpd_tls_cert_file and smtpd_tls_key_file) and smtpd_tls_security_level = may or "
             "encrypt."),
          CHECK("'postconf -n | grep smtpd_tls' shows all of them, and the log has no 'TLS "
                "library problem'.") },
        { ON(POSTFIX),
          DO("Switch the service 'submissions' (or 'smtps', its older name) on in master.cf "
             "with smtpd_tls_wrappermode=yes."),
          CHECK("'ss -ltn' shows port 465, and a program with SSL/TLS can log in."),
          UNDO("Comment its lines out again and run 'postfix reload'.") },
        { ON(EXIM),
          DO("Keep auth_advertise_hosts bound to encryption, as in '${if "
             "eq{$tls_in_cipher}{}{}{*}}', and on Debian set MAIN_TLS_ENABLE = yes with the "
             "certificate."),
          CHECK("'exim -bP auth_advertise_hosts tls_certificate' shows both."),
          UNDO("Take the macro out of exim4.conf.localmacros and restart Exim."),
          WARN("AUTH_SERVER_ALLOW_NOTLS_PASSWORDS offers the login in the clear: leave it "
               "unset.") },
        { ON(EXIM),
          DO("Add 465 to daemon_smtp_ports and set tls_on_connect_ports = 465."),
          CHECK("'ss -ltn' shows port 465 after a restart."),
          UNDO("Take 465 out of both and restart.") },
        { ON(OPENSMTPD),
          DO("Keep 'tls-require' with 'auth' on the listener, and name a certificate by 'pki'; "
             "add a second listener with 'smtps' on 465."),
          CHECK("'smtpd -n' finds no error, and AUTH stands in the second answer to EHLO."),
          UNDO("Remove the second listener and restart."),
          WARN("A listener with 'auth' and plain 'tls' takes passwords in the clear from "
               "programs that do not encrypt.") },
        { ON(EXCHANGE),
          DO("Keep BasicAuthRequireTLS in AuthMechanism of the client connector, which hides "
             "AUTH LOGIN until TLS, and give it a certificate: Enable-ExchangeCertificate "
             "-Services SMTP."),
          CHECK("Get-ReceiveConnector 'SERVER\\Client Frontend SERVER' | Format-List "
                "AuthMechanism, TlsCertificateName."),
          UNDO("Enable the former certificate in the same way.") },
        { ON(CPANEL),
          DO("Leave 'Require clients to connect with SSL or issue the STARTTLS command before "
             "they are allowed to authenticate' on, under Security in WHM's Exim Configuration "
             "Manager."),
          WARN("Switching it off is the usual advice for old devices, and sends their passwords "
               "in the clear.") },
        { ON(PLESK),
          DO("Tick the service on port 587 in 'Mail Server Settings', and set a certificate "
             "under 'SSL/TLS Certificates', 'Certificate for securing mail'."),
          CHECK("The answer to EHLO on port 587 lists STARTTLS."),
          UNDO("Choose the former certificate in the same place.") },
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
             "25, or to SSL/TLS for port 465."),
          UNDO("Put the former setting back if nothing changes; note it first.") },
        { DO("In a web application or a device look for the option named encryption, TLS or "
             "security, and do not leave it at 'none'.") },
        { DO("Update a program or device that cannot encrypt, or let it send through a relay on "
             "your own network that can.") },
    },
    .operator_steps = {
        { DO("Keep the rule on the submission ports, and offer encryption on port 25 without "
             "demanding it, so that every server can deliver."),
          CHECK("A conversation in the clear gets the refusal on 587 and is accepted on 25 for "
                "a recipient of your own."),
          UNDO("Set the former level again on the port that was changed.") },
        { SENDS,
          DO("Where your own server is refused by the next one, let it encrypt towards that one "
             "and check the certificate."),
          CHECK("The log line of the delivery names a TLS version."),
          UNDO("Set the former level again."),
          WARN("Encryption without a check of the certificate keeps listeners out but not "
               "impostors: towards a relay that gets a password demand both.") },
        { ON(POSTFIX),
          DO("Set '-o smtpd_tls_security_level=encrypt' on submission in master.cf, and "
             "smtpd_tls_security_level = may in main.cf for port 25."),
          CHECK("'postconf -P | grep tls_security_level' shows encrypt for submission only."),
          UNDO("Put the former -o line back and run 'postfix reload'.") },
        { ON(POSTFIX),
          SENDS,
          DO("Where the next server refuses, set smtp_tls_security_level = secure for a "
             "relayhost with a known name, or encrypt."),
          CHECK("The log shows 'Verified TLS connection established' or 'Trusted TLS "
                "connection'."),
          UNDO("Run 'postconf -e smtp_tls_security_level=may' and 'postfix reload'.") },
        { ON(EXIM),
          DO("Write the rule into the MAIL or RCPT ACL as a deny with '!encrypted = *' and a "
             "condition on the port, so that it spares port 25."),
          CHECK("'exim -bh ADDRESS' with a MAIL on the port in question shows the refusal."),
          UNDO("Take the statement out again and reload.") },
        { ON(EXIM),
          SENDS,
          DO("Where the next server refuses, set hosts_require_tls = * and tls_verify_hosts = * "
             "on that smtp transport (Debian: REMOTE_SMTP_SMARTHOST_HOSTS_REQUIRE_TLS)."),
          CHECK("The line of the delivery in mainlog holds X=TLS and CV=yes."),
          UNDO("Take the settings out again and reload.") },
        { ON(OPENSMTPD),
          DO("Keep tls-require on the listeners for users, plain tls on port 25; towards the "
             "next server write smtp+tls:// or smtps:// in 'relay host'."),
          CHECK("The log of the delivery says tls= with a version."),
          UNDO("Put the former word back and restart."),
          WARN("'tls no-verify' in the action sends the password to whoever answers.") },
        { ON(EXCHANGE),
          DO("Set RequireTLS on the client connector or the send connector only: "
             "Set-SendConnector NAME -RequireTLS $true -TlsAuthLevel DomainValidation "
             "-TlsDomain NAME."),
          CHECK("The protocol log of the connector shows STARTTLS and the certificate."),
          UNDO("Set-SendConnector NAME -RequireTLS $false -TlsAuthLevel $null.") },
        { ON(MICROSOFT_365),
          DO("An inbound connector with RequireTls refuses mail in the clear from that partner: "
             "let the partner encrypt rather than loosen the connector."),
          CHECK("Get-InboundConnector | Format-List Name, RequireTls, TlsSenderCertificateName."),
          UNDO("Set-InboundConnector NAME -RequireTls $false, only while the partner repairs "
               "its side.") },
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
             "switched on."),
          UNDO("Choose the former method again if nothing changes."),
          WARN("'Normal password' without encryption sends it readable to everyone on the way: "
               "switch encryption on first.") },
        { DO("Untick 'Secure Password Authentication (SPA)' or 'Encrypted password'.") },
        { DO("Where the server offers only OAuth2, choose 'OAuth2' as the method and sign in in "
             "the window that opens.") },
        { DO("On a server or for a script install the missing login plug-ins, on Debian the "
             "package libsasl2-modules."),
          UNDO("Remove the package again; nothing else depends on it.") },
    },
    .operator_steps = {
        { DO("Offer PLAIN and LOGIN, and both only inside TLS: every program knows one of them."),
          CHECK("EHLO after STARTTLS lists 'AUTH PLAIN LOGIN', and before it does not."),
          UNDO("Take LOGIN off the list again once no old program needs it."),
          WARN("PLAIN and LOGIN without TLS give the password away.") },
        { ON(POSTFIX),
          DO("With Dovecot set 'auth_mechanisms = plain login' there, with Cyrus SASL "
             "'mech_list: plain login' in /etc/postfix/sasl/smtpd.conf, and keep "
             "smtpd_tls_auth_only = yes."),
          CHECK("'doveconf auth_mechanisms', and the AUTH line after STARTTLS on 587."),
          UNDO("Restore the former list and restart Dovecot or Postfix.") },
        { ON(POSTFIX),
          SENDS,
          DO("Where Postfix is the one that logs in and says 'no worthy mechs found', install "
             "libsasl2-modules and set smtp_sasl_tls_security_options = noanonymous with "
             "smtp_tls_security_level = encrypt or higher."),
          CHECK("The next delivery shows status=sent in place of 'no mechanism available'."),
          UNDO("Run 'postconf -X smtp_sasl_tls_security_options' and reload."),
          WARN("The same change in smtp_sasl_security_options lets the password go out in the "
               "clear too.") },
        { ON(EXIM),
          DO("Add an authenticator for what the other side offers, mostly LOGIN beside PLAIN: "
             "driver = plaintext with public_name = LOGIN, or driver = dovecot for both."),
          CHECK("'exim -bP authenticators' lists it, and EHLO under TLS shows its name."),
          UNDO("Comment the authenticator out and restart.") },
        { ON(OPENSMTPD),
          DO("Tell users to set their program to PLAIN or LOGIN ('Normal password'): it offers "
             "no others.") },
        { ON(EXCHANGE),
          DO("Add BasicAuth and BasicAuthRequireTLS to AuthMechanism of the client connector: "
             "Set-ReceiveConnector NAME -AuthMechanism "
             "Tls,BasicAuth,BasicAuthRequireTLS,Integrated."),
          CHECK("EHLO after STARTTLS on port 587 lists 'AUTH GSSAPI NTLM LOGIN'."),
          UNDO("Set the former list, which Get-ReceiveConnector showed, in the same way."),
          WARN("BasicAuth without BasicAuthRequireTLS takes passwords in the clear.") },
        { ON(MICROSOFT_365),
          DO("Tell users to choose LOGIN or OAuth2: it offers LOGIN and XOAUTH2, and where the "
             "first is closed for the organisation only the second.") },
        { ON(CPANEL),
          DO("Tell users to encrypt: PLAIN and LOGIN are always there afterwards, and a program "
             "that finds none does not.") },
        { ON(PLESK),
          DO("It offers PLAIN, LOGIN and CRAM-MD5 by itself: where one is missing let 'plesk "
             "repair mail' write the configuration anew."),
          CHECK("EHLO after STARTTLS on port 587 shows the list."),
          UNDO("Put back your copy of /etc/postfix and /etc/dovecot, made beforehand."),
          WARN("The repair overwrites changes that you made to these files by hand.") },
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
        { DO("Set the authentication method by hand to 'Normal password', in place of automatic "
             "or 'Encrypted password'."),
          UNDO("Choose the former method again once the operator has repaired it."),
          WARN("Do that only with STARTTLS or SSL/TLS switched on.") },
        { DO("In a script name the method: 'auth plain' in msmtp, AuthType in PHPMailer, "
             "authMethod in Nodemailer.") },
        { DO("Tell the operator which method failed and which one worked.") },
    },
    .operator_steps = {
        { DO("Offer only what the password store can serve: hashed passwords serve PLAIN and "
             "LOGIN, whereas CRAM-MD5 and DIGEST-MD5 need the password itself."),
          CHECK("Try each method on the list once with a test account from outside."),
          UNDO("Put the method back on the list once something behind it can serve it."),
          WARN("Do not store passwords in the clear only to keep CRAM-MD5 alive: PLAIN inside "
               "TLS is the better bargain.") },
        { ON(POSTFIX),
          DO("Shorten the list where it is made: auth_mechanisms in Dovecot, or mech_list in "
             "/etc/postfix/sasl/smtpd.conf for Cyrus SASL."),
          CHECK("The AUTH line on port 587 shows the short list after a restart."),
          UNDO("Write the former list back and restart.") },
        { ON(POSTFIX),
          SENDS,
          DO("Filter what your own Postfix tries at a provider by smtp_sasl_mechanism_filter = "
             "plain, login."),
          CHECK("The next delivery is sent, with no 'authentication failed' before it."),
          UNDO("Run 'postconf -X smtp_sasl_mechanism_filter' and reload.") },
        { ON(EXIM),
          DO("Remove the authenticator whose server_condition or look-up cannot work, on Debian "
             "in conf.d/auth or exim4.conf.template."),
          CHECK("'exim -bP authenticators' no longer lists it."),
          UNDO("Restore the file from the copy made before, and restart.") },
        { ON(OPENSMTPD),
          DO("Write passwords into the credentials table as 'smtpctl encrypt' makes them: PLAIN "
             "and LOGIN are all it offers, and both fail where the system's crypt does not know "
             "the hash."),
          CHECK("A login with the new hash gets 235."),
          UNDO("Put your copy of the table file back; make it before.") },
        { ON(EXCHANGE),
          DO("Take Integrated (NTLM, GSSAPI) off the client connector unless clients are joined "
             "to the domain: Set-ReceiveConnector NAME -AuthMechanism "
             "Tls,BasicAuth,BasicAuthRequireTLS."),
          CHECK("EHLO on 587 lists LOGIN without NTLM and GSSAPI."),
          UNDO("Add Integrated again in the same command.") },
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
        { DO("Set the authentication method of this outgoing server to 'No authentication' and "
             "leave user name and password empty."),
          UNDO("Enter user name and password again when you go back to a server with a login.") },
        { DO("Send from the network that the server knows, such as the office or its VPN.") },
        { DO("Ask the operator for a server with a login, if you send from changing places.") },
    },
    .operator_steps = {
        { DO("Tell the users that this server wants no login, and from which addresses it takes "
             "mail.") },
        { DO("Better offer a login on port 587, so that trust does not hang on an address."),
          CHECK("From outside, the answer to EHLO on 587 lists AUTH after STARTTLS, and a login "
                "gets 235."),
          UNDO("Close port 587 again; the trusted addresses work as before.") },
        { DO("Keep the list of trusted addresses to single machines, each with a reason beside "
             "it."),
          CHECK("A connection from a machine that is not listed gets the relay refusal."),
          UNDO("Put your copy of the list back; make it before."),
          WARN("Whoever gets hold of any machine in a trusted network sends mail in your name.") },
        { ON(POSTFIX),
          DO("Switch on 'submission' in master.cf with smtpd_sasl_auth_enable=yes, "
             "smtpd_tls_security_level=encrypt and "
             "smtpd_relay_restrictions=permit_sasl_authenticated,reject; behind it set "
             "smtpd_sasl_type = dovecot and smtpd_sasl_path = private/auth."),
          CHECK("'postconf -M submission/inet' shows the service, and a login gets 235."),
          UNDO("Comment its lines out and run 'postfix reload'.") },
        { ON(EXIM),
          DO("Add server authenticators (Debian's examples stand in "
             "conf.d/auth/30_exim4-config_examples) and daemon_smtp_ports = 25 : 587."),
          CHECK("'exim -bh 192.0.2.1' shows AUTH in the answer to EHLO, or its hiding until "
                "TLS."),
          UNDO("Comment both out again and restart.") },
        { ON(OPENSMTPD),
          DO("Write 'listen on 0.0.0.0 port 587 tls-require pki NAME auth' and 'match from any "
             "auth for any action \"outbound\"'."),
          CHECK("'smtpd -n' finds no error, and a login on 587 gets 235."),
          UNDO("Remove the two lines and restart.") },
        { ON(EXCHANGE),
          DO("Users have the connector 'Client Frontend' on port 587, which takes logins; check "
             "that it is enabled and reachable."),
          CHECK("Get-ReceiveConnector | Format-Table Name, Enabled, Bindings, AuthMechanism."),
          UNDO("Set-ReceiveConnector NAME -Enabled $false closes it again.") },
        { ON(MICROSOFT_365),
          DO("Tell users whose programs log in to use smtp.office365.com on port 587, not the "
             "MX name: an inbound connector by address takes no login.") },
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
        { DO("Ask the operator for a certificate, and import it in the program's settings under "
             "'Certificates', 'Your certificates'."),
          UNDO("Delete the certificate in the same place when you no longer need it.") },
        { DO("Choose 'TLS Certificate' as the authentication method of the outgoing server."),
          UNDO("Choose the former method again if the server takes a password after all.") },
        { DO("In a script or on a server name both files: tls_cert_file and tls_key_file in "
             "msmtp, smtp_tls_chain_files in Postfix."),
          WARN("Let nobody but the program read the key file: whoever has it can send as you.") },
    },
    .operator_steps = {
        { DO("Trust single certificates by fingerprint or exact name, and offer a login by "
             "password on another listener for programs that cannot show one."),
          CHECK("The known certificate is accepted, another one of the same issuer is refused."),
          UNDO("Take the entry out of the list; the certificate then counts for nothing."),
          WARN("A certificate from a public authority proves a name and no right to relay: "
               "never accept by the issuer alone.") },
        { ON(POSTFIX),
          DO("On the submission service set smtpd_tls_ask_ccert = yes, list the fingerprint in "
             "relay_clientcerts, and place permit_tls_clientcerts ahead of the refusal in "
             "smtpd_relay_restrictions; smtpd_tls_fingerprint_digest = sha256 must fit the "
             "list."),
          CHECK("The log shows 'Trusted' or 'Untrusted TLS connection' with the fingerprint, "
                "and the mail is taken."),
          UNDO("Remove permit_tls_clientcerts and the map line, run postmap and reload."),
          WARN("The word permit_tls_all_clientcerts lets every certificate of every known "
               "authority relay.") },
        { ON(EXIM),
          DO("Ask with tls_try_verify_hosts and tls_verify_certificates, and accept in the RCPT "
             "ACL by 'encrypted = *' with a condition on $tls_in_peerdn or the fingerprint "
             "${sha256:$tls_in_peercert}."),
          CHECK("The log line of the session holds DN= with the expected name, CV=yes."),
          UNDO("Take the statement and the two settings out and reload.") },
        { ON(OPENSMTPD),
          DO("Let the listener ask by 'tls-require verify' with 'ca NAME' of an authority of "
             "your own, on a port that nobody else uses."),
          CHECK("A connection without a certificate is closed in the handshake."),
          UNDO("Put 'tls-require' back without verify, and restart.") },
        { ON(EXCHANGE),
          DO("A partner's server is known by its certificate through TlsDomainCapabilities of "
             "the receive connector; programs of users log in by password on port 587."),
          CHECK("Get-ReceiveConnector NAME | Format-List TlsDomainCapabilities."),
          UNDO("Set-ReceiveConnector NAME -TlsDomainCapabilities $null takes it back.") },
        { ON(MICROSOFT_365),
          DO("Compare the name in the certificate that your server sends with "
             "TlsSenderCertificateName of the inbound connector, above all after a renewal, and "
             "check that this name lies in an accepted domain."),
          CHECK("Get-InboundConnector | Format-List Name, TlsSenderCertificateName, "
                "ConnectorType, Enabled."),
          UNDO("Set-InboundConnector NAME -TlsSenderCertificateName with the former name.") },
    },
    .standards = STR_INIT("RFC 8314 sections 4.2 and 5.5, RFC 4422 appendix A, RFC 8446 section "
                          "4.3.2"),
    .exit_status = EXIT_REFUSED,
};
