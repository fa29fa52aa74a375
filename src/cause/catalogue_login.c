/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_login.c - auth-failed: the login was tried and refused
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_WRONG_CREDENTIALS = {
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
        { DO("Try the same user name and password in the provider's web mail, and reset the "
             "password if they fail there too.") },
        { DO("Type the password anew into the settings of the outgoing server, which are kept "
             "apart from those of the incoming one.") },
        { DO("Enter the full mail address as the user name, unless the provider says otherwise."),
          UNDO("Put the former user name back if it makes no difference.") },
        { DO("Wait some minutes after two or three failures, because servers shut out addresses "
             "that fail often."),
          WARN("Do not switch the check of the certificate off to get past this: the password "
               "would go to whoever answers.") },
    },
    .operator_steps = {
        { TAKES, DO("Test the pair where the passwords live, apart from the mail server."),
          CHECK("The same user name and password are taken there, or it says which of the two "
                "is wrong."),
          WARN("Leave logging of passwords off while you search: a log with passwords outlives "
               "the search.") },
        { TAKES, DO("Give the user a new password if nobody knows the old one."),
          CHECK("The login gets 235 from outside, once."),
          UNDO("The former password can be set again, if it is known.") },
        { ON(POSTFIX), TAKES,
          DO("Check the pair behind the socket: 'doveadm auth test USER' asks for the password, "
             "'testsaslauthd -u USER -p PASSWORD -s smtp' serves saslauthd."),
          WARN("A password on the command line stands in the shell's history: delete it there.") },
        { ON(POSTFIX), TAKES,
          DO("Set auth_verbose = yes in Dovecot and read the line of this login: it tells an "
             "unknown user from a wrong password."),
          CHECK("The log shows 'unknown user' or 'Password mismatch' for the next try."),
          UNDO("Take auth_verbose out again and run 'doveadm reload'.") },
        { ON(POSTFIX), SENDS,
          DO("Where the next server refuses your own Postfix, look up what it logs in with: "
             "'postmap -q [HOST]:PORT MAP' for the map in smtp_sasl_password_maps, its key "
             "spelled exactly like relayhost; correct it, then run 'postmap MAP' and 'postfix "
             "reload'."),
          CHECK("'postqueue -f' sends what waits, and the log shows status=sent."),
          UNDO("Put the former line back; keep a copy that only root can read."),
          WARN("Do it where nobody looks on: postmap -q shows the password.") },
        { ON(EXIM), TAKES,
          DO("Look for 'authenticator failed' in mainlog, which names the user in set_id, and "
             "try the look-up by hand with exim -be and the expression of server_condition.") },
        { ON(EXIM), SENDS,
          DO("Where the next server refuses your own Exim, correct the pair of its client "
             "authenticator, on Debian the line host:user:password in "
             "/etc/exim4/passwd.client, whose host is the name behind the smarthost's address."),
          CHECK("'exim -qff' sends what waits, and mainlog shows A= in the line with =>."),
          UNDO("Put the former line back; keep a copy that only root and Exim can read.") },
        { ON(OPENSMTPD), TAKES,
          DO("Compare the hash in the credentials table with a fresh one of 'smtpctl encrypt', "
             "and write the login exactly as users type it."),
          CHECK("A login with the test password gets 235."),
          UNDO("Keep the former table file until then.") },
        { ON(OPENSMTPD), SENDS,
          DO("Where the next server refuses your own, correct the line 'label user:password' in "
             "the secrets table of the relay action, and restart the service."),
          CHECK("'smtpctl schedule all' sends what waits, and the log shows result=\"Ok\"."),
          UNDO("Put the former line back.") },
        { ON(EXCHANGE), TAKES,
          DO("Test the account with Test-SmtpConnectivity or a sign-in to Outlook on the web, "
             "and look for event 1035 of MSExchangeFrontEndTransport, which names the reason.") },
        { ON(EXCHANGE), TAKES,
          DO("Unlock an account that the domain has locked after failures: Unlock-ADAccount "
             "USER."),
          CHECK("Get-ADUser USER -Properties LockedOut shows False."),
          UNDO("None is needed; a wrong password locks it again by itself.") },
        { ON(MICROSOFT_365), TAKES,
          DO("Read the sign-in log of the user in the Entra admin center, filtered by the "
             "client app 'Authenticated SMTP': its failure reason tells a wrong password from a "
             "rule that stops it.") },
        { ON(CPANEL), TAKES,
          DO("Set a new password under 'Email Accounts', 'Manage', and look in WHM's cPHulk "
             "whether the account or the address is shut out."),
          CHECK("A sign-in to Webmail works with the new password."),
          UNDO("The former password can be set again in the same place.") },
        { ON(PLESK), TAKES,
          DO("Look the mailbox up with 'plesk sbin mail_auth_view', which shows the stored "
             "passwords to root, or set a new one under 'Mail', the address, 'General'."),
          CHECK("A sign-in to web mail works with it."),
          UNDO("The former password can be set again in the same place."),
          WARN("The list holds every user's password in the clear: let nobody see it, and keep "
               "no copy.") },
    },
    .standards = STR_INIT("RFC 4954 section 6, RFC 4616 section 2"),
    .exit_status = EXIT_LOGIN,
};

const struct cause CATALOGUE_WRONG_USERNAME_FORM = {
    IS(WRONG_USERNAME_FORM),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The user name is written in a form the server does not know"),
    .sentence = STR_INIT("Account and password are right, but this server knows the account under "
                         "another spelling of the user name, such as the full mail address."),
    .told_apart = STR_INIT("The same password is taken with another form of the name (full "
                           "address, only the part before the @, or DOMAIN\\name); if no form is "
                           "taken it is wrong-credentials."),
    .sender_steps = {
        { DO("Enter the full mail address as the user name of the outgoing server."),
          UNDO("Put the former user name back if it makes no difference; note it first.") },
        { DO("If it is that already, enter only the part before the @, or the form that the "
             "provider's help page shows.") },
        { DO("For a company's server enter DOMAIN\\name, as you sign in to the computer at "
             "work.") },
        { DO("For a mail service such as Amazon SES or SendGrid copy the SMTP user name from "
             "its console: it is not your mail address.") },
    },
    .operator_steps = {
        { TAKES, DO("Take both forms, the bare name and the full address, and say in the set-up page "
             "and in the autoconfig file which one is right, %EMAILADDRESS% or "
             "%EMAILLOCALPART%."),
          CHECK("A login in each form gets 235."),
          UNDO("Take the added form out again once nobody uses it.") },
        { TAKES, DO("Look in the log which name arrived: it is there as the program sent it.") },
        { ON(POSTFIX), TAKES,
          DO("With Dovecot set auth_default_realm = example.org, or auth_username_format = "
             "%{user|username} (before 2.4: %n) where accounts are bare names; with Cyrus SASL "
             "set smtpd_sasl_local_domain."),
          CHECK("'doveadm auth test' takes both forms."),
          UNDO("Put the former lines back and restart Dovecot."),
          WARN("A format that drops the domain makes anna of two domains one account: use it "
               "only where there is one domain.") },
        { ON(EXIM), TAKES,
          DO("Let the authenticator strip or add the domain in its look-up, as in "
             "${local_part:$auth2}, and keep $authenticated_id the full address by "
             "server_set_id."),
          CHECK("'exim -be' with the expression gives the same account for both forms."),
          UNDO("Put the former expression back and reload.") },
        { ON(OPENSMTPD), TAKES,
          DO("Write a second key for each user in the credentials table, one with and one "
             "without the domain."),
          CHECK("'smtpctl update table NAME', then a login in each form gets 235."),
          UNDO("Remove the second keys and update the table again.") },
        { ON(EXCHANGE), TAKES,
          DO("Tell users to enter the user principal name or DOMAIN\\name; with an alias as the "
             "user name the login fails.") },
        { ON(MICROSOFT_365), TAKES,
          DO("Tell users to enter the user principal name, which may differ from the mail "
             "address: Get-User USER | Format-List UserPrincipalName.") },
        { ON(CPANEL), TAKES,
          DO("Tell users to enter the full address; the bare account name belongs to the "
             "account's own system mailbox.") },
        { ON(PLESK), TAKES,
          DO("Look at the setting for names of POP3 and IMAP accounts in 'Mail Server "
             "Settings': where only full names are allowed, short ones fail."),
          CHECK("A login in the form that you allow gets 235."),
          UNDO("Choose the former setting there."),
          WARN("Short names are allowed only while every mailbox name exists once on the whole "
               "server.") },
    },
    .standards = STR_INIT("RFC 4616 section 2, RFC 4954 section 6"),
    .exit_status = EXIT_LOGIN,
};

const struct cause CATALOGUE_PASSWORD_MANGLED = {
    IS(PASSWORD_MANGLED),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The password arrives changed"),
    .sentence = STR_INIT("The password is right where you keep it, but your program sends "
                         "something else: a character was lost, added or replaced on the way."),
    .told_apart = STR_INIT("Length or kind of characters of what is sent differ from what was "
                           "typed, for example by a newline at the end or a lost part after a $; "
                           "with wrong-credentials they are the same."),
    .sender_steps = {
        { DO("Type the password into the settings by hand, and look for a blank or a line end "
             "at either side.") },
        { DO("In .env files and shell scripts put the password in single quotes, and in compose "
             "files write every $ twice."),
          UNDO("Put your copy of the file back; make it before.") },
        { DO("Write secret files without a line end: use printf '%s' in place of echo.") },
        { DO("As a test give the mailbox a long password of letters and digits only: if that "
             "works, the quoting is at fault."),
          UNDO("Give it a strong password of all signs again after the test."),
          WARN("A short or simple password is guessed within hours on a server that is open to "
               "the world.") },
    },
    .operator_steps = {
        { DO("Compare the length of what arrives with the length of what was typed, not the "
             "password itself."),
          WARN("Settings that write passwords into the log help here and harm for years: switch "
               "them on for a test account only.") },
        { DO("Check that the password store takes long passwords and UTF-8: old DES crypt keeps "
             "eight characters and drops the rest."),
          CHECK("A test account with a password of twelve signs cannot log in with the first "
                "eight.") },
        { ON(POSTFIX),
          SENDS,
          DO("Look at the file that your Postfix logs in with: one line with the host, blanks, "
             "and user:password, without quotes, and no blank behind it."),
          CHECK("'postmap -q HOST hash:/etc/postfix/sasl_passwd | od -c' shows exactly the "
                "password and one line end.") },
        { ON(EXIM),
          SENDS,
          DO("Look at passwd.client: three fields with colons between, each line to its end; a "
             "blank behind the password counts as part of it."),
          CHECK("'exim4 -v' with a test message shows AUTH taken.") },
        { ON(OPENSMTPD),
          SENDS,
          DO("Look at the secrets table: one line 'label user:password', with nothing behind "
             "the password."),
          CHECK("The log of the next delivery says result=\"Ok\".") },
        { ON(EXCHANGE),
          SENDS,
          DO("Enter the password of a send connector anew by Get-Credential in the shell, since "
             "a script's double quotes change every $."),
          CHECK("'Get-Queue' shows the queue of the connector empty after a test message."),
          UNDO("The former password can be entered in the same way.") },
        { ON(CPANEL),
          DO("Look at the application's own file of settings: the panel passes passwords on "
             "unchanged.") },
        { ON(PLESK),
          DO("Set a password with quotes or signs like $ in the panel rather than by 'plesk bin "
             "mail -u' in a shell, which changes them."),
          CHECK("The same password opens the web mail."),
          UNDO("The former password can be set again in the panel.") },
    },
    .standards = STR_INIT("RFC 4616 section 2, RFC 8265 section 4"),
    .exit_status = EXIT_LOGIN,
};

const struct cause CATALOGUE_APP_PASSWORD_NEEDED = {
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
        { DO("Sign in on the provider's website and open the security settings of your account.") },
        { DO("Create an app password for mail (also called application password, external "
             "password or authorization code); two-step sign-in often has to be on first."),
          UNDO("Withdraw the app password on the same page once no program uses it."),
          WARN("An app password opens the mailbox without the second step: make one for each "
               "program, and keep it nowhere but there.") },
        { DO("Enter it in place of the usual password in the settings of the outgoing server.") },
        { DO("Or choose 'OAuth2' as the authentication method, where program and provider both "
             "offer it."),
          UNDO("Choose the former method again if the sign-in window does not open.") },
    },
    .operator_steps = {
        { DO("Tell your users on which page app passwords are made, best in the text of the "
             "reply 534 5.7.9.") },
        { SENDS,
          DO("Where your own server hands on to such a provider, create an app password for its "
             "account there and enter it in the server's login."),
          CHECK("The log of the next delivery shows that it was sent."),
          UNDO("Withdraw the app password at the provider and enter the former one."),
          WARN("Do not switch the provider's two-step sign-in off to make the old password work "
               "again.") },
        { ON(POSTFIX),
          DO("Offer app passwords of your own by a second passdb in Dovecot that holds one row "
             "a program, each of which can be deleted alone."),
          CHECK("'doveadm auth test USER' takes both passwords, and after deleting the row only "
                "one."),
          UNDO("Take the second passdb out again and restart Dovecot.") },
        { ON(EXIM),
          DO("Offer them in the look-up of the authenticator: a table with one row a program."),
          CHECK("A login with each row gets 235, and none after the row is deleted."),
          UNDO("Put the former look-up back and reload.") },
        { ON(MICROSOFT_365),
          DO("Check the per-user multi-factor setting and the organisation's rules: app "
             "passwords exist only for accounts with per-user MFA, and open SMTP only while "
             "basic authentication is allowed there."),
          CHECK("The user finds 'App password' under 'Security info' of the account page.") },
    },
    .standards = STR_INIT("RFC 4954 section 6, RFC 3463 section 3.8"),
    .exit_status = EXIT_LOGIN,
    .words_only = true,
};

const struct cause CATALOGUE_PASSWORD_LOGIN_SWITCHED_OFF = {
    IS(PASSWORD_LOGIN_SWITCHED_OFF),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("Login by password is switched off for this account"),
    .sentence = STR_INIT("Your provider or organisation no longer lets mail programs log in with "
                         "a password, however right it is."),
    .told_apart = STR_INIT("The reply says that basic authentication or SMTP AUTH is disabled, "
                           "while the password still opens the web mail; with app-password-needed "
                           "another password would help."),
    .sender_steps = {
        { DO("Choose 'OAuth2' (Outlook: 'Modern authentication') as the authentication method "
             "and sign in in the window that opens."),
          UNDO("Choose the former method again if the provider takes passwords after all.") },
        { DO("Update the program if it does not offer OAuth2.") },
        { DO("Ask your administrator to allow SMTP AUTH for this one mailbox, if it is used by "
             "a device or a script.") },
    },
    .operator_steps = {
        { DO("Move programs to OAuth2, and let devices that cannot do it send through a relay "
             "of your own that logs in by OAuth2 or is known by certificate."),
          CHECK("The device's mail goes out, and the sign-in log shows no password login any "
                "more."),
          UNDO("Point the device at the former server again.") },
        { DO("Tell users the day when passwords end, before the refusal does.") },
        { ON(POSTFIX),
          SENDS,
          DO("Let Postfix log in by XOAUTH2 at the provider: a SASL plug-in for it (such as "
             "sasl-xoauth2) and smtp_sasl_mechanism_filter = xoauth2."),
          CHECK("The log of the next delivery shows status=sent."),
          UNDO("Take the filter and the plug-in out again and reload.") },
        { ON(EXCHANGE),
          DO("Check the authentication policy of the user: Get-AuthenticationPolicy, and "
             "Get-User USER | Format-List AuthenticationPolicy.") },
        { ON(MICROSOFT_365),
          DO("Allow it for the single mailbox and leave it off for the organisation: "
             "Set-CASMailbox USER -SmtpClientAuthenticationDisabled $false, or 'Authenticated "
             "SMTP' under 'Manage email apps' of the user."),
          CHECK("Get-CASMailbox USER | Format-List SmtpClientAuthenticationDisabled shows "
                "False, and a login works within the hour."),
          UNDO("Set-CASMailbox USER -SmtpClientAuthenticationDisabled $true closes it again, "
               "$null leaves it to the organisation."),
          WARN("Set-TransportConfig -SmtpClientAuthenticationDisabled $false opens every "
               "mailbox at once to guessed passwords. Microsoft is also ending passwords for "
               "SMTP altogether: plan for OAuth2.") },
        { ON(MICROSOFT_365),
          DO("See who still logs in with a password before the end of December 2026: then "
             "Microsoft switches it off by default in organisations that exist (550 5.7.30), and "
             "an administrator can allow it again only for a time. Exchange admin center > Reports "
             "> Mail flow > SMTP AUTH clients."),
          CHECK("The report's column 'Authentication protocol' shows OAuth alone.") },
        { ON(MICROSOFT_365),
          DO("Check what else stops it: security defaults, a conditional access rule against "
             "legacy authentication, or an authentication policy without AllowBasicAuthSmtp."),
          CHECK("The sign-in log of the user, client app 'Authenticated SMTP', names the rule.") },
        { ON(MICROSOFT_365),
          DO("For devices and scripts that write to recipients inside alone, use direct send, "
             "without a login, to ORGANISATION.mail.protection.outlook.com port 25, or High Volume "
             "Email (smtp-hve.office365.com), which takes passwords until September 2028."),
          CHECK("A test message of the device arrives, and none of its mail goes outside."),
          UNDO("Point the device at the former server again."),
          WARN("Direct send needs the device's address in the SPF record, and is refused where "
               "Set-OrganizationConfig -RejectDirectSend $true was set on purpose.") },
        { ON(MICROSOFT_365),
          DO("For devices and scripts that write to anybody, create an inbound connector for a "
             "certificate or a single fixed address, or use Azure Communication Services "
             "(smtp.azurecomm.net). 'baton providers microsoft365' says more."),
          CHECK("A test message arrives, and from another address it is refused."),
          UNDO("Remove-InboundConnector NAME takes it away again."),
          WARN("A connector for an address that others share lets all of them send as your "
               "organisation.") },
    },
    .standards = STR_INIT("RFC 4954 section 6, RFC 7628 section 3"),
    .exit_status = EXIT_LOGIN,
    .words_only = true,
};

const struct cause CATALOGUE_OAUTH_TOKEN_REJECTED = {
    IS(OAUTH_TOKEN_REJECTED),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The sign-in token is not accepted"),
    .sentence = STR_INIT("Your program logs in by OAuth2 and the server rejects the token: it has "
                         "run out, was made for another service, or lacks the right to send."),
    .told_apart = STR_INIT("The method is XOAUTH2 or OAUTHBEARER, and a fresh token with the "
                           "right to send is taken; no password is involved, as it is with "
                           "wrong-credentials."),
    .sender_steps = {
        { DO("Remove the stored sign-in of this account from the program and sign in anew.") },
        { DO("Allow the program to send mail when the browser asks for it."),
          UNDO("Withdraw the program's access in the security settings of the account.") },
        { DO("Check date and time of the computer.") },
        { DO("In a script ask for the scope that sends (Google: https://mail.google.com/, "
             "Microsoft: SMTP.Send) and renew the token before it runs out.") },
    },
    .operator_steps = {
        { DO("Check in the token itself for whom it was made, what it may do and until when: "
             "the fields aud, scp or roles, and exp."),
          WARN("Look at a token on your own machine: whoever sees it before it runs out can use "
               "it.") },
        { DO("Check the registration of the application: the permission to send, the consent of "
             "the user or administrator, and the secret, which may have run out."),
          CHECK("A fresh token gets 235.") },
        { ON(POSTFIX),
          DO("Check the passdb 'oauth2' of Dovecot: the introspection address, the client's id, "
             "and that the field with the user name equals the user of the login."),
          CHECK("The log with auth_debug = yes shows the fields that came back.") },
        { ON(POSTFIX),
          SENDS,
          DO("Where Postfix logs in itself, refresh the stored token of its SASL plug-in, and "
             "check that the plug-in may write its token file inside the chroot."),
          CHECK("The log of the next delivery shows status=sent."),
          UNDO("Put your copy of the token file back; make it before.") },
        { ON(EXCHANGE),
          DO("Check that hybrid modern authentication is set up: Get-AuthServer, and "
             "Get-OrganizationConfig | Format-List OAuth2ClientProfileEnabled.") },
        { ON(MICROSOFT_365),
          DO("Check that SMTP AUTH is on for the mailbox, since the token alone does not open "
             "it: Get-CASMailbox USER | Format-List SmtpClientAuthenticationDisabled.") },
        { ON(MICROSOFT_365),
          DO("For an application without a user register it in Exchange and give it the "
             "mailbox: New-ServicePrincipal, then Add-MailboxPermission MAILBOX -User "
             "SERVICE-PRINCIPAL -AccessRights FullAccess, with the permission SMTP.SendAsApp."),
          CHECK("Get-MailboxPermission MAILBOX lists it, and a fresh token gets 235."),
          UNDO("Remove-MailboxPermission with the same words, and Remove-ServicePrincipal."),
          WARN("Use the object id of the enterprise application, not of the app registration: "
               "with the wrong one the grant looks right and does nothing.") },
    },
    .standards = STR_INIT("RFC 7628 section 3.2, RFC 6749 sections 5.2 and 6, RFC 6750 section "
                          "3.1"),
    .exit_status = EXIT_LOGIN,
};

const struct cause CATALOGUE_ACCOUNT_MAY_NOT_SUBMIT = {
    IS(ACCOUNT_MAY_NOT_SUBMIT),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The account is known but may not send"),
    .sentence = STR_INIT("The login is right, but the account itself is barred from sending: "
                         "suspended, not confirmed, or never given the right."),
    .told_apart = STR_INIT("The reply names the state of the account, and even mail from its own "
                           "address is refused; if that passes it is from-not-login, and if other "
                           "passwords would help it is app-password-needed."),
    .sender_steps = {
        { DO("Sign in to the web mail and read the provider's notice, which usually says why "
             "sending is barred.") },
        { DO("If mail went out that you did not write, change the password, sign out all "
             "devices, and then ask the provider to unlock the account."),
          WARN("An account that is unlocked with the old password is barred again within hours, "
               "and longer.") },
        { DO("Check that the account is confirmed, that it is paid, and that sending by a mail "
             "program is part of it.") },
    },
    .operator_steps = {
        { TAKES, DO("Look at the account before you unlock it: what it sent in the last days, and from "
             "where it logged in.") },
        { TAKES, DO("Change its password and end its sessions first, then lift the bar."),
          CHECK("The user can send one message, and the log shows no login from elsewhere."),
          UNDO("Bar it again in the same place."),
          WARN("To lift the bar before the password is changed lets the stranger go on.") },
        { TAKES, DO("Set a limit of messages for each login, so that a stolen password does little "
             "harm."),
          CHECK("A test account is refused beyond the limit."),
          UNDO("Raise the limit for the one login that needs more.") },
        { ON(POSTFIX), TAKES,
          DO("Look for a rule that bars the login: check_sasl_access in the restrictions of the "
             "submission service, and the policy service behind check_policy_service."),
          CHECK("'postmap -q LOGIN MAP' prints nothing once the entry is gone.") },
        { ON(EXIM), TAKES,
          DO("Look for a deny in the ACL on $authenticated_id, and in a file of barred logins "
             "beside it."),
          CHECK("The reason stands in rejectlog after one try.") },
        { ON(EXCHANGE), TAKES,
          DO("Check the mailbox: Get-Mailbox USER | Format-List AccountDisabled, "
             "IsMailboxEnabled, and a transport rule that stops it: Get-TransportRule.") },
        { ON(MICROSOFT_365), TAKES,
          DO("Look under 'Restricted entities' in the Defender portal, "
             "Get-BlockedSenderAddress, and unblock the user there after the password was "
             "changed."),
          CHECK("Get-BlockedSenderAddress no longer lists the user; it takes up to an hour."),
          UNDO("It is barred again by itself if it sends spam.") },
        { ON(CPANEL), TAKES,
          DO("Lift 'Suspend Outgoing' of the mailbox under 'Email Accounts', 'Manage', or of "
             "the account in WHM, once its password is new."),
          CHECK("'Track Delivery' shows the next message accepted."),
          UNDO("Suspend it again in the same place.") },
        { ON(PLESK), TAKES,
          DO("Look under 'Tools & Settings', 'Outgoing Mail Control', whether the mailbox, "
             "domain or subscription reached its limit."),
          CHECK("The overview shows no new attempts beyond the limit.") },
    },
    .standards = STR_INIT("RFC 4954 section 6, RFC 3463 section 3.8"),
    .exit_status = EXIT_LOGIN,
    .words_only = true,
};

const struct cause CATALOGUE_AUTH_BACKEND_DOWN = {
    IS(AUTH_BACKEND_DOWN),
    .family = FAMILY_AUTH_FAILED,
    .title = STR_INIT("The server cannot check passwords at the moment"),
    .sentence = STR_INIT("The server offers a login, but the part behind it that knows the "
                         "passwords does not answer, so that no password is taken."),
    .told_apart = STR_INIT("The reply is 454 or 421, or the connection ends right after AUTH, or "
                           "an invented user gets the same answer at the same speed; with "
                           "wrong-credentials other users can log in."),
    .sender_steps = {
        { DO("Wait a quarter of an hour and try once more.") },
        { DO("Keep your password as it is: it is not the trouble."),
          WARN("Whoever changes the password now has two troubles afterwards.") },
        { DO("Tell the operator the time and the words of the reply.") },
    },
    .operator_steps = {
        { TAKES, DO("Look whether the service that knows the passwords runs and answers: Dovecot, "
             "saslauthd, LDAP, SQL or the directory.") },
        { TAKES, DO("Answer a failed look-up with 454 4.7.0, never with 535, so that programs keep the "
             "password."),
          CHECK("With the database stopped, a login gets 454."),
          UNDO("Put the former answer back.") },
        { ON(POSTFIX), TAKES,
          DO("Check smtpd_sasl_type and smtpd_sasl_path: the socket must exist, lie inside the "
             "chroot (private/auth), and be readable for the user postfix."),
          CHECK("'ls -l /var/spool/postfix/private/auth' shows a socket of postfix:postfix with "
                "mode 0660.") },
        { ON(POSTFIX), TAKES,
          DO("In Dovecot set 'unix_listener /var/spool/postfix/private/auth' in 'service auth' "
             "with mode 0660, user and group postfix, and restart it; 'doveadm log errors' "
             "shows what it lacks."),
          CHECK("EHLO on 587 lists AUTH again, and a login gets 235."),
          UNDO("Restore the former file in /etc/dovecot/conf.d and restart."),
          WARN("Mode 0666 lets every local program guess passwords at that socket.") },
        { ON(POSTFIX), TAKES,
          DO("For saslauthd start it, put OPTIONS=\"-c -m "
             "/var/spool/postfix/var/run/saslauthd\" in its defaults where Postfix is chrooted, "
             "and add postfix to the group sasl."),
          CHECK("'testsaslauthd -f /var/spool/postfix/var/run/saslauthd/mux -u USER -p PASSWORD "
                "-s smtp' says OK."),
          UNDO("Put the former OPTIONS back, and run 'gpasswd -d postfix sasl'.") },
        { ON(EXIM), TAKES,
          DO("Follow the authenticator with 'exim -d+auth -bh ADDRESS'; for Dovecot its "
             "server_socket must be readable for Debian-exim."),
          CHECK("The debug text shows the look-up's answer in place of 'defer'.") },
        { ON(OPENSMTPD), TAKES,
          DO("Check the credentials table with 'smtpd -n', and the table process in the log; a "
             "database table needs its package (table-ldap, table-mysql and their like)."),
          CHECK("'smtpctl show status' and a login that gets 235.") },
        { ON(EXCHANGE), TAKES,
          DO("Check that a domain controller answers: Test-ServiceHealth, and events of "
             "MSExchange ADAccess; time that differs by more than five minutes breaks Kerberos."),
          CHECK("Test-ServiceHealth shows RequiredServicesRunning True.") },
        { ON(MICROSOFT_365), TAKES,
          DO("Look at 'Service health' in the admin center, and wait.") },
        { ON(CPANEL), TAKES,
          DO("Restart the services in WHM, 'Restart Services', 'IMAP Server' and 'Mail Server "
             "(Exim)': Exim asks Dovecot for every login."),
          CHECK("'Service Status' shows both up."),
          UNDO("None is needed; a restart changes no setting.") },
        { ON(PLESK), TAKES,
          DO("Run 'plesk repair mail' with -n first, which only tells, and restart the IMAP "
             "server under 'Tools & Settings', 'Services Management'."),
          CHECK("A login on 587 gets 235."),
          UNDO("None is needed for the restart; without -n keep a copy of /etc/dovecot and "
               "/etc/postfix before.") },
    },
    .standards = STR_INIT("RFC 4954 section 6"),
    .exit_status = EXIT_LOGIN,
};
