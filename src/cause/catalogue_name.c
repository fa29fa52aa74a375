/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_name.c - reverse-dns-or-helo, spf-fail, dkim-dmarc-fail and ip-blocklisted: what is known of the sender
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_EHLO_NAME_REFUSED = {
    IS(EHLO_NAME_REFUSED),
    .family = FAMILY_REVERSE_DNS_OR_HELO,
    .title = STR_INIT("The name your machine gives itself is refused"),
    .sentence = STR_INIT("In its first words your program calls itself by a name that the server "
                         "does not take, such as localhost or a name without a dot."),
    .told_apart = STR_INIT("With that one word changed to a full host name the same mail passes; "
                           "if it does not, see reverse-dns-missing."),
    .sender_steps = {
        { DO("Set the full name, such as pc.example.org, in the program or device: look for "
             "'EHLO name', 'HELO name', 'host name' or 'local domain'."),
          UNDO("Clear the field again, which brings the program's own name back.") },
        { DO("Use port 587 or 465 with a login, where most servers do not look at that name."),
          UNDO("Put the former port back; note it first.") },
        { DO("In a script set 'domain' in msmtp, local_hostname in Python's smtplib, 'name' in "
             "Nodemailer, Helo in PHPMailer.") },
    },
    .operator_steps = {
        { SENDS,
          DO("Give your sending server its full name, one that has an address in DNS."),
          CHECK("The log of the next server, or a bounce, shows that name in its Received line."),
          UNDO("Set the former name again.") },
        { TAKES,
          DO("If it is your server that refuses, let logged-in users pass first, and exempt "
             "single clients by a list."),
          CHECK("The same client passes with a login, and a stranger with the bad name is still "
                "refused."),
          UNDO("Take the client out of the list again."),
          WARN("To switch the checks of EHLO names off for all lets in what they kept out: "
               "exempt the one client.") },
        { TAKES,
          DO("Accept a name that does not fit the address: the standard forbids refusing for "
             "that alone."),
          CHECK("A client with a full name of another machine is taken."),
          UNDO("Put the former check back.") },
        { ON(POSTFIX),
          SENDS,
          DO("Where Postfix sends set myhostname or smtp_helo_name to the full name."),
          CHECK("'postconf myhostname smtp_helo_name', and 'dig +short NAME' gives an address."),
          UNDO("Run 'postconf -X smtp_helo_name' and reload.") },
        { ON(POSTFIX),
          TAKES,
          DO("Where Postfix refuses write permit_mynetworks, permit_sasl_authenticated, "
             "check_helo_access hash:/etc/postfix/helo_access ahead of the reject in "
             "smtpd_helo_restrictions."),
          CHECK("'postmap -q NAME hash:/etc/postfix/helo_access' prints OK for the one client."),
          UNDO("Delete the line and run postmap."),
          WARN("An OK in a helo map ends only that list of restrictions: leave the relay "
               "restrictions as they are.") },
        { ON(EXIM),
          SENDS,
          DO("Where Exim sends set primary_hostname (Debian: MAIN_HARDCODE_PRIMARY_HOSTNAME) or "
             "helo_data on the transport (REMOTE_SMTP_HELO_DATA)."),
          CHECK("'exim -bP primary_hostname' prints the full name."),
          UNDO("Take the macro out and restart.") },
        { ON(EXIM),
          TAKES,
          DO("Where Exim refuses look at helo_allow_chars, helo_try_verify_hosts and 'verify = "
             "helo' in the ACL, and exempt single hosts ahead of it."),
          CHECK("'exim -bh ADDRESS' with that EHLO is accepted."),
          UNDO("Take the host out again and reload.") },
        { ON(OPENSMTPD),
          DO("Where it sends write 'helo \"mail.example.org\"' into the relay action; where it "
             "refuses look at filters of the phases helo and ehlo."),
          CHECK("'smtpd -n' finds no error, and the next server's Received line shows the name."),
          UNDO("Remove the words and restart.") },
        { ON(EXCHANGE),
          SENDS,
          DO("Set the name of the send connector: Set-SendConnector NAME -Fqdn "
             "mail.example.org."),
          CHECK("Get-SendConnector NAME | Format-List Fqdn."),
          UNDO("Set-SendConnector NAME -Fqdn $null.") },
        { ON(CPANEL),
          DO("Set the server's host name in WHM, 'Change Hostname', to a full name, and keep "
             "'Use the reverse DNS entry for the mail HELO/EHLO if available' on in the Exim "
             "Configuration Manager."),
          CHECK("'hostname -f' prints it, and the next server's Received line shows the name."),
          UNDO("Set the former name in the same place.") },
        { ON(CPANEL),
          DO("Look at 'Require RFC-compliant HELO' and the two 'Require remote HELO' under ACL "
             "Options where your server refuses: /etc/alwaysrelay does not spare an address the "
             "first of them.") },
        { ON(PLESK),
          DO("Set 'Full hostname' under 'Tools & Settings', 'Server Settings', and look at "
             "'Outgoing mail mode', which may name the domain in EHLO."),
          CHECK("'postconf myhostname' prints it."),
          UNDO("Enter the former name there.") },
    },
    .standards = STR_INIT("RFC 5321 sections 2.3.5, 4.1.1.1 and 4.1.4"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_REVERSE_DNS_MISSING = {
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
        { DO("Send through your provider's outgoing server with a login, on port 587 or 465, "
             "not straight from your own connection."),
          UNDO("Put the former settings back; note them first.") },
        { DO("If you run a server, ask the provider of its address to set the reverse entry "
             "(PTR) to the server's name.") },
    },
    .operator_steps = {
        { SENDS,
          DO("Have the PTR entry set to the name used in EHLO, and give that name an address "
             "entry that leads back."),
          CHECK("'dig -x ADDRESS' gives the name and 'dig NAME' the address; or give Baton the "
                "address with --public-ip."),
          UNDO("Have the former PTR entry set again by the same provider.") },
        { SENDS,
          DO("Do the same for IPv6, or send over IPv4 until it is done."),
          CHECK("'dig -x' of the IPv6 address gives a name."),
          UNDO("Remove the preference again.") },
        { TAKES,
          DO("If it is your server that refuses, ask only for a name that exists, and ask it "
             "behind the login, so that users at home can send."),
          CHECK("A login from an address without a name passes, a stranger from there does not."),
          UNDO("Put the former order back."),
          WARN("To ask strangers for a name that also leads back refuses many honest servers; "
               "to ask logged-in users refuses people at home.") },
        { ON(POSTFIX),
          TAKES,
          DO("Place reject_unknown_reverse_client_hostname behind permit_mynetworks, "
             "permit_sasl_authenticated, and take the stricter reject_unknown_client_hostname "
             "out."),
          CHECK("'postconf smtpd_client_restrictions' shows the order."),
          UNDO("Set the former line with postconf -e and reload.") },
        { ON(POSTFIX),
          SENDS,
          DO("For sending over IPv4 set smtp_address_preference = ipv4; to send from the one "
             "address with a name set smtp_bind_address."),
          CHECK("The next server's Received line shows that address."),
          UNDO("Run postconf -X for both and reload.") },
        { ON(EXIM),
          DO("Place 'require verify = reverse_host_lookup' behind the accept for authenticated "
             "users (Debian: CHECK_RCPT_REVERSE_DNS only warns); for sending choose the address "
             "by 'interface' on the transport."),
          CHECK("'exim -bh ADDRESS' without a name is refused at the place you meant."),
          UNDO("Take the statement out again and reload.") },
        { ON(OPENSMTPD),
          TAKES,
          DO("Limit the filter to port 25: 'filter \"rdns\" phase connect match !rdns "
             "disconnect \"550 no reverse name\"' belongs on that listener alone; for sending "
             "choose the address by 'src'."),
          CHECK("'smtpd -n' finds no error, and a login on 587 passes."),
          UNDO("Take the filter off the listener and restart.") },
        { ON(EXCHANGE),
          SENDS,
          DO("Set the send connector's Fqdn to the name of the PTR entry, and choose the "
             "sending address with Set-SendConnector NAME -SourceIPAddress ADDRESS."),
          CHECK("The next server's Received line shows both."),
          UNDO("Set them to their former values; 0.0.0.0 lets Windows choose.") },
        { ON(MICROSOFT_365),
          SENDS,
          DO("Where your server delivers to the service, give its address a name: refusals "
             "5.7.25 and 4.7.25 speak of that."),
          CHECK("'dig -x ADDRESS' gives a name that leads back, and the next message is taken."),
          UNDO("Have the former PTR entry set again.") },
        { ON(CPANEL),
          DO("Look at 'Email Deliverability', which shows the PTR record it wants for each "
             "domain's sending address.") },
        { ON(PLESK),
          DO("Set 'Outgoing mail mode' so that mail leaves from the address whose PTR entry "
             "names the server."),
          CHECK("The next server's Received line shows that address."),
          UNDO("Choose the former mode there.") },
    },
    .standards = STR_INIT("RFC 1912 section 2.1, RFC 8601 section 3, RFC 7372 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_SPF_FAIL = {
    IS(SPF_FAIL),
    .family = FAMILY_SPF_FAIL,
    .title = STR_INIT("The sending server is not on the list of the sender's domain"),
    .sentence = STR_INIT("The domain of your sender address says in DNS (SPF) which servers may "
                         "send for it, and this one is not among them."),
    .told_apart = STR_INIT("The SPF entry of the sender's domain gives 'fail' for the connecting "
                           "address, and the same sender passes through a listed server; where "
                           "signature and From domain are named it is dkim-dmarc-fail."),
    .sender_steps = {
        { DO("Send through the outgoing server of your domain's own provider, with a login."),
          UNDO("Put the former server back; note it first.") },
        { DO("If a web site or a service sends for you, add it to the SPF entry of your domain "
             "in the way the service shows."),
          UNDO("Take the added part out again when the service no longer sends for you."),
          WARN("Never write +all, which says that anybody may send in your name, or ?all, which "
               "says nothing. One entry per domain: a second one breaks both.") },
        { DO("If the message was forwarded, write to the final address directly.") },
    },
    .operator_steps = {
        { DO("Publish exactly one TXT entry with v=spf1 that names every system which sends for "
             "the domain and ends in -all or ~all, within ten look-ups."),
          CHECK("'baton spf --ip ADDRESS --from SENDER' says pass."),
          UNDO("Publish the former line again; others see it after the time to live."),
          WARN("An entry for the whole network of a large host (ip4 with /16 and wider) lets "
               "all its customers send in your name.") },
        { SENDS,
          DO("When you forward mail, rewrite the sender (SRS), or let the user fetch it in "
             "place of forwarding."),
          CHECK("A forwarded test message bears spf=pass at its end."),
          UNDO("Switch the rewriting off again; bounces of mail already rewritten need it for "
               "some days.") },
        { TAKES,
          DO("If it is your server that refuses, refuse for 'fail' alone, behind the login, and "
             "never your own relays or backup MX."),
          CHECK("A forwarded message of a known forwarder is taken."),
          UNDO("Put the former setting back.") },
        { ON(POSTFIX),
          DO("Rewrite with postsrsd: sender_canonical_maps, recipient_canonical_maps and the "
             "two _classes as its manual shows."),
          CHECK("The log shows from=<SRS0=... at the next forwarded message."),
          UNDO("Run postconf -X for the four settings and reload; keep postsrsd itself for a "
               "week.") },
        { ON(POSTFIX),
          TAKES,
          DO("Exempt a forwarder in the policy service (Whitelist of policyd-spf, in "
             "/etc/postfix-policyd-spf-python/policyd-spf.conf)."),
          CHECK("Its Authentication-Results line says that it was skipped."),
          UNDO("Take the address out of the list.") },
        { ON(EXIM),
          DO("Rewrite by srs_encode in return_path of the forwarding transport and srs_decode "
             "in a router (4.95 and later); refuse by 'spf = fail' in the RCPT ACL (Debian: "
             "CHECK_RCPT_SPF)."),
          CHECK("Lines in mainlog show F=<SRS0=...>."),
          UNDO("Take the settings out and reload.") },
        { ON(OPENSMTPD),
          DO("Write 'srs key' once and 'srs' into the relay action that forwards."),
          CHECK("The log shows from=<SRS0=...>."),
          UNDO("Remove the word and restart.") },
        { ON(EXCHANGE),
          DO("Let the check mark mail and not refuse it where forwarders are hit: "
             "Set-SenderIdConfig -SpoofedDomainAction StampStatus, which is the default."),
          CHECK("Get-SenderIdConfig shows it, and a forwarded message is taken."),
          UNDO("Set-SenderIdConfig -SpoofedDomainAction Reject.") },
        { ON(MICROSOFT_365),
          DO("Publish 'v=spf1 include:spf.protection.outlook.com -all' with what else sends for "
             "the domain; where a filter stands in front of the service switch on enhanced "
             "filtering for that connector."),
          CHECK("Headers of a test message show spf=pass."),
          UNDO("Publish the former line again, and switch the filtering off under 'Enhanced "
               "filtering' in the Defender portal.") },
        { ON(CPANEL),
          DO("Use 'Repair' under 'Email Deliverability', or publish the line it shows where DNS "
             "is kept elsewhere."),
          CHECK("The page shows the domain as valid."),
          UNDO("Enter the former TXT line in 'Zone Editor'.") },
        { ON(CPANEL),
          DO("Switch 'Enable Sender Rewriting Scheme (SRS) Support' on in WHM's Exim "
             "Configuration Manager, tab Mail, where your users forward mail."),
          CHECK("Lines of forwarded mail in exim_mainlog show F=<SRS0=...>."),
          UNDO("Switch it off again in the same place.") },
        { ON(PLESK),
          DO("Correct the TXT line under 'DNS Settings' of the domain; for forwarded mail tick "
             "SRS in 'Mail Server Settings', for the check choose its mode there."),
          CHECK("'baton spf --ip ADDRESS --from SENDER' says pass."),
          UNDO("Enter the former line, and clear the box again.") },
    },
    .standards = STR_INIT("RFC 7208 sections 4.6.4 and 8.4, RFC 7372 section 3.2"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_DKIM_DMARC_FAIL = {
    IS(DKIM_DMARC_FAIL),
    .family = FAMILY_DKIM_DMARC_FAIL,
    .title = STR_INIT("The message is not signed as its domain asks"),
    .sentence = STR_INIT("The From domain asks receivers (DMARC) to take only mail that it has "
                         "signed or that its own servers send, and this message is neither."),
    .told_apart = STR_INIT("The refusal comes after the whole message was handed over and names "
                           "DKIM, DMARC or mail without proof of origin; where only the list of "
                           "sending servers is named it is spf-fail."),
    .sender_steps = {
        { DO("Send through the outgoing server of the From address's own provider, with a "
             "login."),
          UNDO("Put the former server back; note it first.") },
        { DO("In a form or newsletter set From to an address of the domain that is set up "
             "there, and put the other address into Reply-To."),
          UNDO("Put your copy of the former template back; make it before.") },
        { DO("Publish the DKIM entries that your mail service shows for your domain."),
          UNDO("Remove them once the service no longer signs for you.") },
    },
    .operator_steps = {
        { DO("Sign with a key of the From domain, and let the domain of the signature or of SPF "
             "be that of From (alignment): 'baton dmarc --from ADDRESS' says what the domain "
             "asks for."),
          CHECK("'baton dkim FILE' of a received message says pass, with d= of the From domain."),
          UNDO("Stop signing first, and remove the key from DNS a week later.") },
        { DO("Begin with the DMARC policy p=none, read the reports, and then ask for quarantine "
             "or reject."),
          CHECK("Reports show your own senders as aligned."),
          UNDO("Publish the former policy; it holds after the time to live."),
          WARN("To stay at p=none for ever leaves the domain free for forgers; to begin with "
               "p=reject loses mail of senders you forgot.") },
        { DO("On a mailing list leave signed parts untouched, or put the list's own address "
             "into From."),
          CHECK("A message through the list still bears dkim=pass, or the list's From."),
          UNDO("Put the former list setting back.") },
        { ON(POSTFIX),
          DO("Sign by OpenDKIM or Rspamd as a milter: smtpd_milters and non_smtpd_milters = "
             "inet:localhost:8891 (Rspamd: 11332), with milter_default_action = accept while "
             "you try it."),
          CHECK("'opendkim-testkey -d DOMAIN -s SELECTOR -vvv' says key OK, and a test message "
                "bears a signature."),
          UNDO("Run postconf -X for the two and reload."),
          WARN("A filter behind the milter that changes the message (footer, subject) breaks "
               "the signature: sign last.") },
        { ON(EXIM),
          DO("Set dkim_domain, dkim_selector and dkim_private_key on the smtp transport; on "
             "Debian DKIM_DOMAIN, DKIM_SELECTOR and DKIM_PRIVATE_KEY in exim4.conf.localmacros."),
          CHECK("A test message bears the signature, and 'baton dkim FILE' says pass."),
          UNDO("Take the macros out and restart.") },
        { ON(OPENSMTPD),
          DO("Sign by a filter: 'filter dkimsign proc-exec \"filter-dkimsign -d DOMAIN -s "
             "SELECTOR -k KEY-FILE\"' on the listener, or Rspamd by filter-rspamd."),
          CHECK("'smtpd -n' finds no error, and a test message bears the signature."),
          UNDO("Take the filter off the listener and restart.") },
        { ON(EXCHANGE),
          DO("Let a gateway or an agent sign: Exchange Server has no DKIM of its own."),
          CHECK("A test message bears a signature with d= of the From domain."),
          UNDO("Take the agent or the gateway out of the way of mail again.") },
        { ON(MICROSOFT_365),
          DO("Publish the two CNAME entries that the DKIM page of the Defender portal shows, "
             "and enable the domain: Set-DkimSigningConfig -Identity DOMAIN -Enabled $true."),
          CHECK("Get-DkimSigningConfig shows Enabled True and Status Valid; test messages bear "
                "d= of the domain."),
          UNDO("Set-DkimSigningConfig -Identity DOMAIN -Enabled $false.") },
        { ON(CPANEL),
          DO("Use 'Repair' for DKIM under 'Email Deliverability', and 'Manage' for the entry "
             "where DNS is kept elsewhere."),
          CHECK("The page shows the domain as valid."),
          UNDO("Remove the entry in 'Zone Editor', after signing has ended.") },
        { ON(PLESK),
          DO("Tick DKIM for outgoing mail in 'Mail Server Settings' and in 'Mail Settings' of "
             "the domain, and publish the entry it shows where DNS is kept elsewhere."),
          CHECK("'baton dkim --selector default --domain DOMAIN' says that the key can be used."),
          UNDO("Clear the box again, and remove the entry a week later.") },
    },
    .standards = STR_INIT("RFC 6376 section 6, RFC 9989 sections 4.4 and 5.3, RFC 7372 "
                               "section 3.1"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_IP_BLOCKLISTED = {
    IS(IP_BLOCKLISTED),
    .family = FAMILY_IP_BLOCKLISTED,
    .title = STR_INIT("The sending address is on a blocklist"),
    .sentence = STR_INIT("The receiving server asked a blocklist about the address your mail "
                         "comes from, and it is listed there or has a bad name."),
    .told_apart = STR_INIT("The reply names a list or a page to look at, and the same message "
                           "passes through another outgoing server; ip-banned is one server's own "
                           "measure and shows as no answer."),
    .sender_steps = {
        { DO("Send through your provider's outgoing server with a login: addresses of home "
             "connections are listed on purpose."),
          UNDO("Put the former settings back; note them first.") },
        { DO("Look the address up on the page that the reply names, or with 'baton dnsbl "
             "ADDRESS'.") },
        { DO("If it is your provider's address, tell the provider: only it can ask for removal."),
          WARN("Pay nobody for a removal, and do not move to another address before the cause "
               "is found: the new one is listed as well.") },
    },
    .operator_steps = {
        { SENDS,
          DO("Find and stop the cause first: a login in strange hands, an infected machine, an "
             "open web form, an open relay.") },
        { SENDS,
          DO("Ask for removal on the list's own page afterwards, and send through a relay with "
             "a clean address meanwhile."),
          CHECK("'baton dnsbl ADDRESS' no longer finds it."),
          UNDO("Send directly again once the address is clean.") },
        { TAKES,
          DO("If it is your server that refuses, ask lists through a resolver of your own: an "
             "answer of 127.255.255.254 means that the list gave none."),
          CHECK("The list's test entry 2.0.0.127.LIST is listed and 1.0.0.127.LIST is not."),
          UNDO("Put the former resolver back."),
          WARN("A public resolver makes some lists answer for everybody, so that all mail is "
               "refused; a dead list can do the same: remove it.") },
        { TAKES,
          DO("Let logged-in users pass before any list is asked."),
          CHECK("A login from a listed address passes."),
          UNDO("Put the former order back.") },
        { ON(POSTFIX),
          SENDS,
          DO("Count senders: 'grep sasl_username= LOG | sed \"s/.*sasl_username=//\" | sort | "
             "uniq -c | sort -n'; and see the queue with 'qshape deferred'.") },
        { ON(POSTFIX),
          TAKES,
          DO("Put reject_rbl_client behind permit_sasl_authenticated, with the answers that "
             "count: reject_rbl_client LIST=127.0.0.[2..11]; exempt one sender by "
             "check_client_access ahead of it."),
          CHECK("'postmap -q ADDRESS MAP' prints OK for the exempted one."),
          UNDO("Delete the line and run postmap, or put the former restriction back.") },
        { ON(EXIM),
          SENDS,
          DO("Count senders with 'exigrep' and eximstats, and set '!authenticated = *' with "
             "dnslists = LIST=127.0.0.2 in the ACL; exempt a host ahead of it (Debian: "
             "local_host_whitelist)."),
          CHECK("'exim -bh ADDRESS' of a listed address is refused with the list's name."),
          UNDO("Take the host out of the file again.") },
        { ON(OPENSMTPD),
          DO("Use a filter for lists (filter-dnsbl) on the listener of port 25 alone."),
          CHECK("A login on 587 from a listed address passes."),
          UNDO("Take the filter off the listener and restart.") },
        { ON(EXCHANGE),
          TAKES,
          DO("Look which list refused: Get-IPBlockListProvider, and exempt one sender with "
             "Add-IPAllowListEntry -IPAddress ADDRESS."),
          CHECK("Test-IPBlockListProvider with the address shows the answer."),
          UNDO("Remove-IPAllowListEntry ID.") },
        { ON(MICROSOFT_365),
          SENDS,
          DO("Ask for removal at sender.office.com for an address that the service itself "
             "refuses (5.7.606 to 5.7.649); for mail to your own organisation use the "
             "connection filter's allow list."),
          CHECK("The next message is taken; it takes up to a day."),
          UNDO("Take the address out of the allow list again."),
          WARN("An address in the allow list passes without any filter: enter single addresses, "
               "for a time.") },
        { ON(CPANEL),
          DO("Look at 'Mail Delivery Reports' and 'View Sent Summary' for who sends, and at "
             "'RBLs' in the Exim Configuration Manager for the lists that you ask.") },
        { ON(PLESK),
          DO("Look at 'Outgoing Mail Control' for who sends, and in 'Mail Server Settings' at "
             "the DNS zones that you ask.") },
    },
    .standards = STR_INIT("RFC 5782 section 2.1, RFC 6471, RFC 3463 section 3.8"),
    .exit_status = EXIT_REFUSED,
    .words_only = true,
};
