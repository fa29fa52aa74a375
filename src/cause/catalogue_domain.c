/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_domain.c - recipient-domain-not-local and dns-failure: where DNS leads
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_DOMAIN_NOT_CONFIGURED = {
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
        { DO("Check the spelling of the recipient's domain.") },
        { DO("Tell the recipient by another way and pass on the text of the refusal: only that "
             "side can repair it.") },
    },
    .operator_steps = {
        { TAKES, DO("Add the domain to the one list of domains that this server takes mail for, with "
             "its mailboxes behind it."),
          CHECK("'baton doctor' with a recipient there, or RCPT TO:<postmaster@DOMAIN> by hand, "
                "gets 250."),
          UNDO("Take the domain out of the list again."),
          WARN("To allow relaying to anywhere makes the refusal go away and the server an open "
               "relay: add the domain.") },
        { TAKES, DO("Check that the name in the list is the domain of the address, subdomain included, "
             "and in its ASCII form (xn--) where it has other letters.") },
        { ON(POSTFIX), TAKES,
          DO("Add it to exactly one of mydestination, virtual_mailbox_domains, "
             "virtual_alias_domains and relay_domains; for relay_domains add a transport to the "
             "inner server."),
          CHECK("'postmap -q DOMAIN MAP' or postconf shows it once; a warning 'do not list "
                "domain in BOTH' in the log tells of two."),
          UNDO("Take it out, run postmap where it is a map, and reload.") },
        { ON(EXIM), TAKES,
          DO("Add it to local_domains or relay_to_domains; on Debian to dc_other_hostnames or "
             "dc_relay_domains in update-exim4.conf.conf."),
          CHECK("'exim -bt postmaster@DOMAIN' routes it, and 'exim -bh 192.0.2.1' accepts the "
                "RCPT."),
          UNDO("Take it out and run update-exim4.conf.") },
        { ON(OPENSMTPD), TAKES,
          DO("Add it to the table of 'match from any for domain <domains> action \"local\"', "
             "with the users in the action's virtual table."),
          CHECK("'smtpd -n' finds no error, and RCPT gets 250."),
          UNDO("Take it out and restart, or 'smtpctl update table NAME'.") },
        { ON(EXCHANGE), TAKES,
          DO("Run New-AcceptedDomain NAME -DomainName DOMAIN -DomainType Authoritative, and "
             "give the mailboxes addresses in it."),
          CHECK("Get-AcceptedDomain lists it; the service takes it within minutes."),
          UNDO("Remove-AcceptedDomain NAME.") },
        { ON(MICROSOFT_365), TAKES,
          DO("Add the domain in the admin center under 'Settings', 'Domains', publish the TXT "
             "record it shows, and finish the set-up."),
          CHECK("Get-AcceptedDomain lists it, and its state is 'Healthy'."),
          UNDO("Remove it in the same place; addresses in it must be changed before.") },
        { ON(CPANEL), TAKES,
          DO("Set 'Email Routing' of the domain to 'Local Mail Exchanger', which writes it into "
             "/etc/localdomains."),
          CHECK("'grep -x DOMAIN /etc/localdomains' finds it, and it is not in "
                "/etc/remotedomains."),
          UNDO("Choose the former routing there.") },
        { ON(PLESK), TAKES,
          DO("Switch the mail service on in 'Mail Settings' of the domain."),
          CHECK("'plesk bin domain --info DOMAIN' says that mail service is on."),
          UNDO("Switch it off there; mailboxes stay.") },
    },
    .standards = STR_INIT("RFC 5321 sections 3.6.2 and 5.1"),
    .exit_status = EXIT_DNS,
};

const struct cause CATALOGUE_MX_POINTS_ELSEWHERE = {
    IS(MX_POINTS_ELSEWHERE),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("DNS sends the mail for this domain to another server"),
    .sentence = STR_INIT("The DNS entry for mail (MX) of the recipient's domain names one server, and "
                         "the one that you use, or that has the mailboxes, is another."),
    .told_apart = STR_INIT("Two servers answer differently to postmaster at the domain, and only one "
                           "of them stands in its MX entry; if that is the right one, but does not "
                           "know the domain, it is domain-not-configured."),
    .sender_steps = {
        { DO("Check the spelling of the recipient's domain.") },
        { DO("In your program enter the outgoing server of your mail provider, with your login: "
             "a server that only takes a domain's incoming mail relays for nobody."),
          UNDO("Put the former server back; note it first.") },
        { DO("Tell the recipient by another way and pass on the text of the refusal.") },
        { DO("If the domain is yours, open its DNS settings and enter the MX entries that your "
             "mail provider shows."),
          UNDO("Enter the former entries again; keep a copy of them.") },
    },
    .operator_steps = {
        { DO("Compare 'dig MX DOMAIN' with the name of the right server, every line of it, the "
             "backup ones too.") },
        { DO("Correct the MX entries at the place where the zone is kept; lower their time to "
             "live to 300 seconds first."),
          CHECK("'baton domain DOMAIN' shows the right hosts and no fault."),
          UNDO("Enter the former entries again; others see it after the time to live."),
          WARN("Mail that arrives at the wrong server meanwhile is refused or lost: change it "
               "when somebody can watch.") },
        { DO("Look for a missing dot behind the target in the zone file, which appends the "
             "domain a second time.") },
        { DO("Remove the MX entries of a former provider and of the registrar's parking page."),
          CHECK("'dig MX DOMAIN' at each of the zone's name servers lists your hosts only."),
          UNDO("Enter them again from your copy.") },
        { DO("If there is no MX entry at all, publish one: mail otherwise goes to the address "
             "of the web site."),
          CHECK("'dig MX DOMAIN' gives it."),
          UNDO("Remove it again.") },
        { ON(MICROSOFT_365),
          DO("Enter the MX that the admin center shows under 'Settings', 'Domains', DNS "
             "records: a name that ends in mail.protection.outlook.com, or in mx.microsoft."),
          CHECK("The page shows the record as found."),
          UNDO("Enter the former MX again."),
          WARN("A second MX of another provider beside it is no spare: mail that it takes never "
               "reaches your mailboxes.") },
        { ON(CPANEL),
          DO("Look at 'Zone Editor' and 'Email Routing' of the domain, and whether DNS is kept "
             "on this server at all: 'dig NS DOMAIN'.") },
        { ON(PLESK),
          DO("Look at 'DNS Settings' of the domain, and whether DNS is kept on this server at "
             "all: 'dig NS DOMAIN'.") },
    },
    .standards = STR_INIT("RFC 5321 section 5.1, RFC 1035 section 3.3.9"),
    .exit_status = EXIT_DNS,
};

const struct cause CATALOGUE_DNS_CHANGE_PENDING = {
    IS(DNS_CHANGE_PENDING),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("A change in DNS has not reached everyone yet"),
    .sentence = STR_INIT("The recipient's domain has moved to another server, and parts of the "
                         "network still use the old entry."),
    .told_apart = STR_INIT("The domain's own name servers give the new entry, and a resolver "
                           "still gives the old one with time left to live; if they all give the "
                           "old one it is mx-points-elsewhere."),
    .sender_steps = {
        { DO("Wait until the old entry has run out, a day or two at most, and send again.") },
        { DO("Tell the recipient by another way if it is urgent.") },
    },
    .operator_steps = {
        { DO("Let the old server go on taking the domain's mail, or pass it to the new one, "
             "until the old entries have run out."),
          CHECK("Its log shows fewer messages by the hour, and at last none."),
          UNDO("Stop it when the old entries have run out everywhere."),
          WARN("An old server that is switched off too early loses mail or bounces it: a week "
               "is cheap.") },
        { DO("Before a move lower the time to live of MX and address entries to 300 seconds, "
             "one old lifetime ahead."),
          CHECK("'dig MX DOMAIN' shows the new number counting down."),
          UNDO("Raise it to the former value after the move.") },
        { SENDS,
          DO("On a sending server flush the resolver: 'unbound-control flush_zone DOMAIN', "
             "'rndc flushtree DOMAIN', 'resolvectl flush-caches'."),
          CHECK("'dig MX DOMAIN' shows the new entry."),
          UNDO("None is needed; what was flushed is asked for anew.") },
        { ON(POSTFIX),
          DO("Pass mail on from the old server by relay_domains and a line 'DOMAIN "
             "smtp:[NEW-HOST]' in transport_maps; on a sender run 'postqueue -f' after the "
             "resolver was flushed."),
          CHECK("The log shows status=sent with the new host in relay=."),
          UNDO("Remove the line and the domain again, run postmap and reload.") },
        { ON(EXIM),
          DO("Pass it on by relay_to_domains and a manualroute router with 'DOMAIN NEW-HOST "
             "byname'; on a sender run 'exim -qff'."),
          CHECK("'exim -bt ADDRESS' shows the new host."),
          UNDO("Remove the route and the domain again.") },
        { ON(OPENSMTPD),
          DO("Pass it on by an action 'relay host smtp://NEW-HOST' and 'match from any for "
             "domain \"DOMAIN\"'; on a sender run 'smtpctl schedule all'."),
          CHECK("The log shows the new host in host=."),
          UNDO("Remove the two lines and restart.") },
        { ON(EXCHANGE),
          DO("Make the domain an internal relay with a send connector to the new host until all "
             "mail goes there: Set-AcceptedDomain NAME -DomainType InternalRelay."),
          CHECK("'Get-Queue' shows nothing left for it."),
          UNDO("Remove the connector and the accepted domain.") },
        { ON(CPANEL),
          DO("Set 'Email Routing' to 'Remote Mail Exchanger' on the old server once the new "
             "entry is everywhere."),
          CHECK("'exim -bt ADDRESS' shows the new host."),
          UNDO("Choose the former routing again.") },
    },
    .standards = STR_INIT("RFC 1035 section 3.2.1, RFC 2181 section 8, RFC 2308 section 5"),
    .exit_status = EXIT_DNS,
};

const struct cause CATALOGUE_DNS_DELEGATION = {
    IS(DNS_DELEGATION),
    .family = FAMILY_RECIPIENT_DOMAIN_NOT_LOCAL,
    .title = STR_INIT("The registry points to other name servers"),
    .sentence = STR_INIT("The DNS entries of the recipient's domain are edited in one place, but "
                         "the registry sends the world to another."),
    .told_apart = STR_INIT("The name servers that the registry names do not hold the right entry "
                           "or do not answer for the domain; with dns-change-pending they do, and "
                           "only copies of the old one live on."),
    .sender_steps = {
        { DO("Tell the recipient by another way and pass on the text of the refusal.") },
        { DO("If the domain is yours, compare the name servers shown at your registrar with "
             "those of the place where you edit the entries, and make them the same."),
          UNDO("Enter the former list of name servers again; keep a copy of it.") },
    },
    .operator_steps = {
        { DO("Follow the path with 'dig +trace MX DOMAIN' and compare the name servers of "
             "parent and zone.") },
        { DO("Set the right name servers and their addresses at the registrar, and check that "
             "each answers with authority."),
          CHECK("'baton domain DOMAIN' shows parent and zone alike, and every server with the "
                "same serial."),
          UNDO("Enter the former list at the registrar; it may take two days until all follow."),
          WARN("Copy every record to the new place before: web site, mail, DKIM, SPF and DMARC "
               "move with the name servers.") },
        { DO("Check the DS entry at the registrar: one that does not fit makes the domain "
             "vanish for everybody who validates."),
          CHECK("'delv DOMAIN MX' says 'fully validated', or 'unsigned answer' where there is "
                "no DS."),
          UNDO("Enter the former DS again, only if the zone is signed with its key."),
          WARN("Remove the DS first and wait its time to live before a zone is moved unsigned; "
               "never the other way round.") },
        { ON(MICROSOFT_365),
          DO("Look under 'Settings', 'Domains' who hosts DNS: where the registrar's name "
             "servers are used, edit the records there.") },
        { ON(CPANEL),
          DO("Compare the name servers at the registrar with those of WHM's 'Basic WebHost "
             "Manager Setup': entries of the 'Zone Editor' count only if they are the same.") },
        { ON(PLESK),
          DO("Compare the name servers at the registrar with the NS lines in 'DNS Settings': "
             "entries there count only if they are the same.") },
    },
    .standards = STR_INIT("RFC 1034 section 4.2, RFC 1912 section 2.8, RFC 4035 section 5"),
    .exit_status = EXIT_DNS,
};

const struct cause CATALOGUE_DOMAIN_STILL_LOCAL = {
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
        { DO("Send to the same recipient from another provider, and if that arrives tell the "
             "operator of your outgoing server.") },
        { DO("If you rent web space for this domain, set the mail routing in its panel to "
             "remote."),
          UNDO("Set it to local again if mail for the domain is to stay there.") },
    },
    .operator_steps = {
        { TAKES, DO("Take the domain out of the lists of the server's own domains, once DNS leads "
             "elsewhere for good."),
          CHECK("A test message from this server arrives at the new one."),
          UNDO("Add it to the same list again."),
          WARN("Save the old mailboxes first: on panels the mailboxes may go with the domain.") },
        { TAKES, DO("Look through the old mailboxes for mail that came in meanwhile before you delete "
             "them.") },
        { ON(POSTFIX), TAKES,
          DO("Remove it from mydestination, virtual_mailbox_domains, virtual_alias_domains and "
             "relay_domains, wherever it stands."),
          CHECK("'postmap -q DOMAIN MAP' prints nothing, and the log of a test shows relay= "
                "with the new host."),
          UNDO("Add it again, run postmap and reload.") },
        { ON(EXIM), TAKES,
          DO("Remove it from local_domains (Debian: dc_other_hostnames), and look for a router "
             "with a 'domains' list of its own."),
          CHECK("'exim -bt ADDRESS' shows remote_smtp and the new host."),
          UNDO("Add it again and run update-exim4.conf.") },
        { ON(OPENSMTPD), TAKES,
          DO("Remove it from the table of 'match ... for domain' and from 'for local' "
             "(/etc/mail/mailname and the host's own name)."),
          CHECK("'smtpctl update table NAME', and the log of a test shows the new host."),
          UNDO("Add it again.") },
        { ON(EXCHANGE), TAKES,
          DO("Run Remove-AcceptedDomain NAME, or Set-AcceptedDomain NAME -DomainType "
             "InternalRelay with a send connector while mailboxes exist on both sides."),
          CHECK("Get-AcceptedDomain shows it, and a message to the new mailbox arrives."),
          UNDO("Set-AcceptedDomain NAME -DomainType Authoritative.") },
        { ON(MICROSOFT_365), TAKES,
          DO("Remove the domain in the admin center, or make it an internal relay domain under "
             "'Mail flow', 'Accepted domains', while mailboxes exist on both sides."),
          CHECK("Get-AcceptedDomain shows the type, and a message to the new mailbox arrives."),
          UNDO("Set-AcceptedDomain DOMAIN -DomainType Authoritative.") },
        { ON(CPANEL), TAKES,
          DO("Set 'Email Routing' of the domain to 'Remote Mail Exchanger', which moves it from "
             "/etc/localdomains to /etc/remotedomains."),
          CHECK("'exim -bt ADDRESS' shows the new host."),
          UNDO("Choose 'Local Mail Exchanger' again.") },
        { ON(PLESK), TAKES,
          DO("Switch the mail service off in 'Mail Settings' of the domain: 'Disabled for "
             "incoming mail'."),
          CHECK("A message from a web site on this server arrives at the new mailbox."),
          UNDO("Switch it on again; mailboxes stay.") },
    },
    .standards = STR_INIT("RFC 5321 sections 3.6.2 and 5.1"),
    .exit_status = EXIT_DNS,
};

const struct cause CATALOGUE_DNS_FAILURE = {
    IS(DNS_FAILURE),
    .family = FAMILY_DNS_FAILURE,
    .title = STR_INIT("A name cannot be found"),
    .sentence = STR_INIT("A name that the mail needs, that of the server or of a domain, is not "
                         "found in DNS, or DNS gives no answer."),
    .told_apart = STR_INIT("The look-up itself fails and no connection is ever tried; if it gives "
                           "an address that does not answer it is server-down."),
    .sender_steps = {
        { DO("Check the spelling of the outgoing server and of the recipient's domain.") },
        { DO("Open a web page to see that the network works, or try another network.") },
        { DO("If only one domain fails, tell its owner by another way.") },
    },
    .operator_steps = {
        { DO("Ask your resolver and a second one with 'dig NAME': if only the validating one "
             "fails, look at DNSSEC with 'delv NAME'."),
          WARN("To switch validation off for all hides the fault of one domain and opens the "
               "door to forged answers: exempt the one domain for a day, if you must.") },
        { DO("Check that a domain of yours is paid, and that all its name servers answer: "
             "'baton domain DOMAIN'.") },
        { DO("Check the resolver and the search domains inside containers.") },
        { ON(POSTFIX),
          DO("Check that /var/spool/postfix/etc/resolv.conf is the present one, since the "
             "chroot has its own copy."),
          CHECK("'cmp /etc/resolv.conf /var/spool/postfix/etc/resolv.conf' is silent.") },
        { ON(POSTFIX),
          DO("Copy it anew and restart Postfix when the resolver has changed."),
          CHECK("Deferred messages go out after 'postqueue -f'."),
          UNDO("None is needed; the copy is made anew at each start.") },
        { ON(EXIM),
          DO("Test with 'exim -bt ADDRESS' and 'exim -d+dns -bt ADDRESS'; where IPv6 answers "
             "fail set dns_ipv4_lookup for that domain."),
          CHECK("'exim -bt ADDRESS' shows host and address."),
          UNDO("Take dns_ipv4_lookup out and reload.") },
        { ON(OPENSMTPD),
          DO("Check /etc/resolv.conf, and restart the service after a change of it."),
          CHECK("'smtpctl show hoststats', and messages go out after 'smtpctl schedule all'."),
          UNDO("None is needed; a restart changes no setting.") },
        { ON(EXCHANGE),
          DO("Check which resolver the transport service uses: Get-TransportService | "
             "Format-List ExternalDNS*, and Get-Queue | Format-List LastError.") },
        { ON(EXCHANGE),
          DO("Set it by hand where the network card's resolver does not know the outside: "
             "Set-TransportService SERVER -ExternalDNSAdapterEnabled $false -ExternalDNSServers "
             "ADDRESS."),
          CHECK("Retry-Queue, and the queue empties."),
          UNDO("Set-TransportService SERVER -ExternalDNSAdapterEnabled $true "
               "-ExternalDNSServers $null.") },
        { ON(MICROSOFT_365),
          DO("Look at the bounce for the domain it names, and test that domain's name servers "
             "from outside: the service's own resolver cannot be changed.") },
        { ON(CPANEL),
          DO("Set the resolver anew in WHM, 'Resolver Configuration'."),
          CHECK("'dig NAME' on the server answers."),
          UNDO("Enter the former addresses there.") },
        { ON(PLESK),
          DO("Check /etc/resolv.conf, and that the server's own BIND answers for its domains: "
             "'dig @localhost DOMAIN'.") },
    },
    .standards = STR_INIT("RFC 5321 section 5.1, RFC 1035 section 4.1.1, RFC 3463 section 3.5"),
    .exit_status = EXIT_DNS,
};
