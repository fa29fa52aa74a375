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
        { DO("Enter the full mail address as the user name, unless the provider says "
               "otherwise.") },
        { DO("Wait some minutes after two or three failures, because servers shut out "
               "addresses that fail often.") },
    },
    .operator_steps = {
        { DO("Test the pair where the passwords live: 'doveadm auth test USER' in Dovecot "
               "asks for the password, testsaslauthd serves Cyrus SASL.") },
        { DO("Set auth_verbose = yes in Dovecot and read the line of this login: it tells an "
               "unknown user from a wrong password.") },
        { DO("Leave logging of passwords off while you search.") },
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
        { DO("Enter the full mail address as the user name of the outgoing server.") },
        { DO("If it is that already, enter only the part before the @, or the form that the "
               "provider's help page shows.") },
        { DO("For a company's server enter DOMAIN\\name, as you sign in to the computer at "
               "work.") },
        { DO("For a mail service such as Amazon SES or SendGrid copy the SMTP user name from "
               "its console: it is not your mail address.") },
    },
    .operator_steps = {
        { DO("Take both forms: auth_default_realm or auth_username_format in Dovecot, "
               "smtpd_sasl_local_domain in Postfix with Cyrus SASL.") },
        { DO("Say in the set-up page and in the autoconfig file which form is right, "
               "%EMAILADDRESS% or %EMAILLOCALPART%.") },
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
        { DO("In .env files and shell scripts put the password in single quotes, and in "
               "compose files write every $ twice.") },
        { DO("Write secret files without a line end: use printf '%s' in place of echo.") },
        { DO("As a test give the mailbox a long password of letters and digits only: if that "
               "works, the quoting is at fault.") },
    },
    .operator_steps = {
        { DO("Check the file your server logs in with: one line with user:password in "
               "Postfix's password map, three fields with colons between in Exim's "
               "passwd.client, no quotes around them.") },
        { DO("Make sure that the password store takes long passwords and UTF-8: old DES crypt "
               "keeps eight characters and drops the rest.") },
        { DO("Compare the length of what arrives, not the password itself.") },
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
        { DO("Sign in on the provider's website and open the security settings of your "
               "account.") },
        { DO("Create an app password for mail (also called application password, external "
               "password or authorization code); two-step sign-in often has to be on first.") },
        { DO("Enter it in place of the usual password in the settings of the outgoing server.") },
        { DO("Or choose 'OAuth2' as the authentication method, where program and provider "
               "both offer it.") },
    },
    .operator_steps = {
        { DO("Tell your users on which page app passwords are made, best in the text of the "
               "reply 534 5.7.9.") },
        { DO("On your own server give each program a password that can be withdrawn alone, in "
               "Dovecot with a second passdb.") },
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
               "and sign in in the window that opens.") },
        { DO("Update the program if it does not offer OAuth2.") },
        { DO("Ask your administrator to allow SMTP AUTH for this one mailbox, if it is used "
               "by a device or a script.") },
    },
    .operator_steps = {
        { DO("In Microsoft 365 allow it for the single mailbox, Set-CASMailbox USER "
               "-SmtpClientAuthenticationDisabled $false, and leave it off for the "
               "organisation.") },
        { DO("Check whether security defaults, a conditional access rule or an authentication "
               "policy stops it as well.") },
        { DO("For devices set up a connector for a certificate or a single address, or a "
               "relay of your own that logs in by OAuth2.") },
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
        { DO("Allow the program to send mail when the browser asks for it.") },
        { DO("Check date and time of the computer.") },
        { DO("In a script ask for the scope that sends (Google: https://mail.google.com/, "
               "Microsoft: SMTP.Send) and renew the token before it runs out.") },
    },
    .operator_steps = {
        { DO("In Microsoft 365 check that SMTP AUTH is on for the mailbox, since the token "
               "alone does not open it.") },
        { DO("Check the registration of the application: the permission SMTP.Send, the "
               "consent, and for an application without a user its right to the mailbox.") },
        { DO("In Dovecot check the oauth2 passdb: the introspection address, the client's id, "
               "and that the field with the user name equals the user of the login.") },
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
               "devices, and then ask the provider to unlock the account.") },
        { DO("Check that the account is confirmed, that it is paid, and that sending by a "
               "mail program is part of it.") },
    },
    .operator_steps = {
        { DO("Look at the account before you unlock it: what it sent in the last days, and "
               "from where it logged in.") },
        { DO("Change its password first, then lift the bar: 'Restricted entities' in "
               "Microsoft 365, 'Manage suspensions' of the mailbox in cPanel.") },
        { DO("Set a limit of messages a login, so that a stolen password does little harm.") },
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
        { DO("Keep your password as it is: it is not the trouble.") },
        { DO("Tell the operator the time and the words of the reply.") },
    },
    .operator_steps = {
        { DO("In Postfix check smtpd_sasl_type and smtpd_sasl_path: the socket must exist, "
               "lie inside the chroot (private/auth), and be readable for the user postfix.") },
        { DO("In Dovecot check the unix_listener /var/spool/postfix/private/auth (mode 0660, "
               "user and group postfix), then 'doveadm log errors'.") },
        { DO("For saslauthd check that it runs and that postfix is in the group sasl; in Exim "
               "follow the authenticator with 'exim -bh'.") },
        { DO("Answer a failed look-up with 454 4.7.0, never with 535, so that programs keep "
               "the password.") },
    },
    .standards = STR_INIT("RFC 4954 section 6"),
    .exit_status = EXIT_LOGIN,
};
