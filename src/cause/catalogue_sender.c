/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_sender.c - sender-not-owned: the sender's address is refused
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_FROM_NOT_LOGIN = {
    IS(FROM_NOT_LOGIN),
    .family = FAMILY_SENDER_NOT_OWNED,
    .title = STR_INIT("The From address does not belong to the login"),
    .sentence = STR_INIT("You are logged in as one address and send in the name of another that "
                         "this login may not use."),
    .told_apart = STR_INIT("The same login may send from its own address and not from this one; "
                           "if its own is refused too, it is own-address-refused or "
                           "account-may-not-submit."),
    .sender_steps = {
        { DO("Set the From address ('Email address' in the account settings) to the address "
               "you log in with.") },
        { DO("In a contact form put your own address into From and the visitor's into "
               "Reply-To.") },
        { DO("If you need the other address, choose the outgoing server that belongs to it, "
               "or ask the operator for the right to send as that address.") },
    },
    .operator_steps = {
        { DO("Add the pair of address and login: smtpd_sender_login_maps in Postfix, the "
               "'senders' table of the listener in OpenSMTPD, the ACL's look-up in Exim.") },
        { DO("In Exchange grant it with Add-RecipientPermission MAILBOX -AccessRights SendAs "
               "-Trustee USER, on your own server with Add-ADPermission.") },
        { DO("Rewrite the sender of programs that cannot be set: smtp_generic_maps in "
               "Postfix.") },
        { DO("Keep the check on: without it every user can write in anyone's name.") },
    },
    .standards = STR_INIT("RFC 6409 section 6.1, RFC 5322 section 3.6.2"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_FROM_INVALID = {
    IS(FROM_INVALID),
    .family = FAMILY_SENDER_NOT_OWNED,
    .title = STR_INIT("The sender's address cannot be one"),
    .sentence = STR_INIT("The address that your program gives as the sender is empty, incomplete, "
                         "mistyped, or in a domain that does not exist."),
    .told_apart = STR_INIT("The address itself shows it: no @, no dot, or a domain without an "
                           "entry in DNS, and a complete one passes with the same login; "
                           "from-not-login refuses addresses that do exist."),
    .sender_steps = {
        { DO("Look at 'Email address' in the account settings and correct it to the form "
               "name@domain, without blanks.") },
        { DO("In a web application or a device fill in the field for the sender (From): a "
               "bare name such as root or www-data is not enough.") },
        { DO("Check the spelling of the domain, letter by letter.") },
    },
    .operator_steps = {
        { DO("Complete bare names with a real domain: myorigin in Postfix, /etc/mailname on "
               "Debian, qualify_domain in Exim.") },
        { DO("Give local users a real address: smtp_generic_maps in Postfix, "
               "/etc/email-addresses in Debian's Exim.") },
        { DO("Check that the sender's domain has an MX or an address record in public DNS, and no "
               "null MX: 'baton domain DOMAIN'.") },
    },
    .standards = STR_INIT("RFC 5321 sections 2.3.5 and 4.1.2, RFC 6409 sections 4.2 and 5.1, RFC "
                          "7505 section 4.2"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_SENDER_UNVERIFIED = {
    IS(SENDER_UNVERIFIED),
    .family = FAMILY_SENDER_NOT_OWNED,
    .title = STR_INIT("The mail service has not confirmed this sender"),
    .sentence = STR_INIT("The mail service sends only for addresses and domains that you have "
                         "confirmed with it, and this one is not confirmed."),
    .told_apart = STR_INIT("The login passes, and the reply, often only after the message was "
                           "handed over, speaks of an address, domain or identity that is not "
                           "verified; from-not-login speaks of the login's rights."),
    .sender_steps = {
        { DO("Sign in to the service's console and add the From address or its domain under "
               "'Senders', 'Domains' or 'Identities'.") },
        { DO("Follow the link in the confirmation mail, or publish the DNS entries it shows.") },
        { DO("Check that account and region are the ones you log in to, since a confirmation "
               "holds only there.") },
        { DO("Send from a confirmed address until then.") },
    },
    .operator_steps = {
        { DO("Publish the DNS entries of the service for the From domain and wait until its "
               "console shows them as verified.") },
        { DO("Rewrite the sender of system mail to a confirmed address: smtp_generic_maps in "
               "Postfix, REMOTE_SMTP_HEADERS_REWRITE and REMOTE_SMTP_RETURN_PATH in Debian's "
               "Exim.") },
    },
    .standards = STR_INIT("RFC 6409 section 6.1, RFC 3463 section 3.8"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};

const struct cause CATALOGUE_OWN_ADDRESS_REFUSED = {
    IS(OWN_ADDRESS_REFUSED),
    .family = FAMILY_SENDER_NOT_OWNED,
    .title = STR_INIT("The server does not let you use your own address"),
    .sentence = STR_INIT("Even the address that belongs to this login is refused as the sender, "
                         "because the server's list of owners does not hold it."),
    .told_apart = STR_INIT("The login passes, and its own address is named as not owned; "
                           "from-not-login refuses other addresses only, and "
                           "account-may-not-submit names the state of the account."),
    .sender_steps = {
        { DO("Write the From address exactly like the user name, without capital letters.") },
        { DO("Ask the operator to add your address to your login.") },
        { DO("Send by web mail until then.") },
    },
    .operator_steps = {
        { DO("Ask the map itself: postmap -q ADDRESS with each table of "
               "smtpd_sender_login_maps must give the login exactly as the program sends it.") },
        { DO("Add an entry of the mailbox to itself: an alias can hide the mailbox, and then "
               "only the alias's target owns the address.") },
        { DO("Look for two forms of one name, such as anna and anna@example.org, or capital "
               "letters.") },
    },
    .standards = STR_INIT("RFC 6409 section 6.1"),
    .exit_status = EXIT_REFUSED,
};
