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
        { DO("Set the From address ('Email address' in the account settings) to the address you "
             "log in with."),
          UNDO("Enter the former address again; note it first.") },
        { DO("In a contact form put your own address into From and the visitor's into Reply-To."),
          UNDO("Put your copy of the form's settings back; make it before.") },
        { DO("If you need the other address, choose the outgoing server that belongs to it, or "
             "ask the operator for the right to send as that address.") },
    },
    .operator_steps = {
        { DO("Grant the one login the one address that it needs, and nothing wider."),
          CHECK("The login may send from it, and another login may not."),
          UNDO("Take the grant back in the same place."),
          WARN("To switch the check off lets every user write in everyone's name; a stolen "
               "password then has no bounds.") },
        { DO("Rewrite the sender of programs that cannot be set, in place of a grant to each."),
          CHECK("A test message bears the rewritten address."),
          UNDO("Remove the rewriting rule.") },
        { ON(POSTFIX),
          DO("Add the line 'ADDRESS LOGIN' to smtpd_sender_login_maps; several logins stand "
             "behind one address with commas."),
          CHECK("'postmap -q ADDRESS MAP' prints the login exactly as the log's sasl_username "
                "shows it."),
          UNDO("Delete the line and run postmap.") },
        { ON(POSTFIX),
          DO("Rewrite by smtp_generic_maps towards the next server, or by sender_canonical_maps "
             "before the check of the next one."),
          CHECK("'postmap -q ADDRESS MAP' prints the new address."),
          UNDO("Run 'postconf -X smtp_generic_maps' and reload."),
          WARN("Without reject_authenticated_sender_login_mismatch anyone may use any address "
               "after a login: keep it in smtpd_sender_restrictions.") },
        { ON(EXIM),
          DO("Add the pair to the look-up that the ACL compares with $authenticated_id."),
          CHECK("'exim -be' with the look-up prints the login."),
          UNDO("Remove the pair again."),
          WARN("A 'control = submission/sender_retain' lets the From of every user stand as it "
               "is: use it for single logins only.") },
        { ON(OPENSMTPD),
          DO("Add 'LOGIN ADDRESS' to the table that the listener names by 'senders <table>'."),
          CHECK("'smtpctl update table NAME', then the login may send from it."),
          UNDO("Remove the line and update the table."),
          WARN("The word masquerade behind it rewrites the From of every message in silence.") },
        { ON(EXCHANGE),
          DO("Grant it on the mailbox: Add-ADPermission -Identity MAILBOX -User USER "
             "-ExtendedRights 'Send As'."),
          CHECK("Get-ADPermission MAILBOX lists it; it works after up to two hours or a restart "
                "of the information store."),
          UNDO("Remove-ADPermission with the same words."),
          WARN("The right Ms-Exch-SMTP-Accept-Any-Sender on a connector lets everybody send as "
               "anybody.") },
        { ON(MICROSOFT_365),
          DO("Grant it with Add-RecipientPermission MAILBOX -AccessRights SendAs -Trustee USER; "
             "for aliases of the own mailbox Set-OrganizationConfig -SendFromAliasEnabled "
             "$true."),
          CHECK("Get-RecipientPermission MAILBOX lists it; it takes up to an hour."),
          UNDO("Remove-RecipientPermission with the same words, or $false in the second "
               "command.") },
        { ON(CPANEL),
          DO("Look at 'EXPERIMENTAL: Rewrite From: header to match actual sender' in WHM's Exim "
             "Configuration Manager: it changes From and refuses nothing.") },
        { ON(PLESK),
          DO("Give the user an alias under 'Email Aliases' of the mailbox in place of a foreign "
             "address."),
          CHECK("The alias stands there, and sending from it passes."),
          UNDO("Remove the alias again.") },
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
        { DO("In a web application or a device fill in the field for the sender (From): a bare "
             "name such as root or www-data is not enough."),
          UNDO("Enter what stood there before; note it first.") },
        { DO("Check the spelling of the domain, letter by letter.") },
    },
    .operator_steps = {
        { DO("Check that the sender's domain has an MX or an address record in public DNS, and "
             "no null MX: 'baton domain DOMAIN'.") },
        { DO("Complete bare names with a real domain, and give local users a real address."),
          CHECK("A message of root to an outside address bears a full sender, and comes in."),
          UNDO("Put the former name or map back.") },
        { ON(POSTFIX),
          DO("Set myorigin = example.org, a domain that exists, and rewrite local users by "
             "smtp_generic_maps: 'root@host.local admin@example.org'."),
          CHECK("'postconf myorigin' and 'postmap -q root@host.local MAP'."),
          UNDO("Run postconf -X for both and reload."),
          WARN("To take reject_unknown_sender_domain and reject_non_fqdn_sender away lets in "
               "mail that nobody can answer; exempt the one client in front of them instead.") },
        { ON(EXIM),
          DO("Set qualify_domain (Debian: /etc/mailname), and a line 'root: admin@example.org' "
             "in /etc/email-addresses."),
          CHECK("'exim4 -bP qualify_domain', and 'exim4 -brw root@host' shows the rewriting."),
          UNDO("Put the former content back and run update-exim4.conf.") },
        { ON(EXIM),
          TAKES,
          DO("Exempt a device in the list of hosts ahead of 'verify = sender', one address at a "
             "time."),
          CHECK("'exim -bh ADDRESS' accepts it."),
          UNDO("Remove the address from that list."),
          WARN("Without 'verify = sender' for all, you take mail in that can never be bounced.") },
        { ON(OPENSMTPD),
          DO("Write 'mail-from \"@example.org\"' into the relay action, which gives all its "
             "mail a real sender."),
          CHECK("The log shows from=<...@example.org> for the next delivery."),
          UNDO("Remove the words and restart.") },
        { ON(EXCHANGE),
          DO("Set the sender of applications in their own settings; for bare names set a "
             "default domain on the connector: Set-ReceiveConnector NAME -DefaultDomain "
             "example.org."),
          CHECK("Get-ReceiveConnector NAME | Format-List DefaultDomain."),
          UNDO("Set-ReceiveConnector NAME -DefaultDomain $null.") },
        { ON(MICROSOFT_365),
          DO("Check that the sender's domain is an accepted one, and that it has a record in "
             "public DNS: Get-AcceptedDomain.") },
        { ON(CPANEL),
          DO("Look at 'Sender Verification' in WHM's Exim Configuration Manager, and put a "
             "known device into 'Sender verification bypass IP addresses' rather than switch it "
             "off."),
          CHECK("The device's mail is accepted; others are still verified."),
          UNDO("Remove the address from that list."),
          WARN("'Trusted SMTP IP addresses' beside it spares more: what stands there may relay "
               "without a login.") },
        { ON(PLESK),
          DO("Check the host name under 'Server Settings', which bare names are completed with: "
             "it must exist in public DNS."),
          CHECK("'hostname -f' prints it, and 'dig +short NAME' an address.") },
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
             "'Senders', 'Domains' or 'Identities'."),
          UNDO("Delete the sender there again when you no longer use it.") },
        { DO("Follow the link in the confirmation mail, or publish the DNS entries it shows.") },
        { DO("Check that account and region are the ones you log in to, since a confirmation "
             "holds only there.") },
        { DO("Send from a confirmed address until then.") },
    },
    .operator_steps = {
        { DO("Publish the DNS entries of the service for the From domain and wait until its "
             "console shows them as verified."),
          CHECK("'dig TXT' or 'dig CNAME' of each name gives what the console asks for."),
          UNDO("Remove the records once the service no longer sends for you."),
          WARN("Add the service to the SPF record that is there: a second v=spf1 record breaks "
               "both.") },
        { SENDS,
          DO("Rewrite the sender of system mail to a confirmed address."),
          CHECK("A test message bears it, and is taken."),
          UNDO("Remove the rewriting rule.") },
        { ON(POSTFIX),
          DO("Rewrite by smtp_generic_maps, with a line '@host.example.org system@example.org' "
             "for all local users."),
          CHECK("'postmap -q root@host.example.org MAP' prints the confirmed address."),
          UNDO("Run 'postconf -X smtp_generic_maps' and reload.") },
        { ON(EXIM),
          DO("On Debian set REMOTE_SMTP_HEADERS_REWRITE and REMOTE_SMTP_RETURN_PATH in "
             "exim4.conf.localmacros; elsewhere headers_rewrite and return_path on the "
             "transport."),
          CHECK("The line of the next delivery in mainlog shows the confirmed address."),
          UNDO("Take the macros out and restart.") },
        { ON(OPENSMTPD),
          DO("Write 'mail-from \"system@example.org\"' into the relay action; the From field "
             "itself is set by the program."),
          CHECK("The log shows from=<system@example.org>."),
          UNDO("Remove the words and restart.") },
        { ON(EXCHANGE),
          DO("Check that the send connector to the service is used for confirmed domains only: "
             "Get-SendConnector | Format-List AddressSpaces, SmartHosts.") },
        { ON(MICROSOFT_365),
          DO("For a service that sends as your domain publish its DKIM entries and SPF include; "
             "an inbound connector is not needed for that."),
          CHECK("The headers of a test message show dkim=pass and spf=pass."),
          UNDO("Remove the entries once the service no longer sends for you.") },
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
        { DO("Write the From address exactly like the user name, without capital letters."),
          UNDO("Put the former spelling back if it makes no difference.") },
        { DO("Ask the operator to add your address to your login.") },
        { DO("Send by web mail until then.") },
    },
    .operator_steps = {
        { DO("Look the address up in the list of owners as the server does, and compare what it "
             "gives with the login in the log, letter by letter.") },
        { DO("Look for two forms of one name, such as anna and anna@example.org, or capital "
             "letters.") },
        { DO("Add an entry of the mailbox to itself: an alias can hide the mailbox, and then "
             "only the alias's target owns the address."),
          CHECK("The login may send from its own address, and others may not."),
          UNDO("Remove the entry again."),
          WARN("To drop the check of senders for all repairs this one and opens every other "
               "address.") },
        { ON(POSTFIX),
          DO("Run 'postmap -q ADDRESS MAP' for each table of smtpd_sender_login_maps in order: "
             "the first that answers counts, and must give the login as sasl_username shows it.") },
        { ON(POSTFIX),
          DO("Add 'anna@example.org anna@example.org, anna' to the first map, or let the SQL "
             "query return the mailbox as well as the alias's targets."),
          CHECK("'postmap -q anna@example.org MAP' prints both."),
          UNDO("Delete the line and run postmap.") },
        { ON(EXIM),
          DO("Test the condition with 'exim -be' and both values; compare lower case on both "
             "sides by ${lc:...}."),
          CHECK("'exim -be' prints the same for both spellings."),
          UNDO("Put the former condition back and reload.") },
        { ON(OPENSMTPD),
          DO("Check the table behind 'senders': its key is the login, its values the addresses, "
             "in the spelling of the credentials table."),
          CHECK("'smtpctl update table NAME', and the login may send."),
          UNDO("Put the former table back and update it.") },
        { ON(EXCHANGE),
          DO("Look at the addresses of the mailbox: From must be its primary address, "
             "Get-Mailbox USER | Format-List PrimarySmtpAddress, EmailAddresses.") },
        { ON(MICROSOFT_365),
          DO("Look at the addresses of the mailbox, and whether an alias is allowed as From: "
             "Get-OrganizationConfig | Format-List SendFromAliasEnabled.") },
    },
    .standards = STR_INIT("RFC 6409 section 6.1"),
    .exit_status = EXIT_REFUSED,
};
