/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_trust.c - relay-ip-not-allowed and pop-before-smtp: the server's own rules
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_IP_NOT_TRUSTED = {
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
        { DO("Log in, if the server offers it: switch on authentication and use port 587 or "
             "465."),
          UNDO("Put the former settings back; note them first.") },
        { DO("Send from the network that the server knows, such as the office or its VPN.") },
        { DO("Give the operator the address that the refusal names.") },
    },
    .operator_steps = {
        { DO("Offer a login on port 587 rather than a longer list."),
          CHECK("A login from the same machine passes."),
          UNDO("Close port 587 again; the list works as before.") },
        { DO("If it must be the address, add exactly this one (/32, for IPv6 /128), as the log "
             "shows it: IPv6 needs an entry of its own, and a container comes from its bridge."),
          CHECK("The one machine passes, and its neighbour in the same network is refused."),
          UNDO("Take the entry out again."),
          WARN("Whole networks such as 10.0.0.0/8 or 172.16.0.0/12, container bridges and "
               "gateways must stay out of the list: strangers come through them too, and "
               "0.0.0.0/0 is an open relay.") },
        { DO("Test from outside after every change, without a login and with a recipient "
             "elsewhere: it must be refused.") },
        { ON(POSTFIX),
          DO("Add the address to mynetworks, or with more control to a check_client_access map "
             "ahead of the refusal in smtpd_relay_restrictions."),
          CHECK("'postconf mynetworks', and 'postmap -q ADDRESS cidr:FILE' for the map."),
          UNDO("Set the former list with postconf -e and reload."),
          WARN("Never write mynetworks_style = class, and look what 'subnet' takes in on a "
               "rented server: the neighbours.") },
        { ON(EXIM),
          DO("Add the address to relay_from_hosts (Debian: dc_relay_nets in "
             "update-exim4.conf.conf); with IPv6 begin the list by '<;', since colons separate "
             "otherwise."),
          CHECK("'exim -bh ADDRESS' with a foreign recipient accepts, with another address it "
                "says 'relay not permitted'."),
          UNDO("Put the former list back and run update-exim4.conf.") },
        { ON(OPENSMTPD),
          DO("Write 'match from src 192.0.2.7 for any action \"outbound\"', or name a table "
             "<relays> there."),
          CHECK("'smtpd -n' finds no error, and others get 'Invalid recipient'."),
          UNDO("Remove the line and restart."),
          WARN("With 'match from any for any' anyone may relay.") },
        { ON(EXCHANGE),
          DO("Create a receive connector for this address alone and allow relaying on it: "
             "New-ReceiveConnector NAME -TransportRole FrontendTransport -Usage Custom "
             "-Bindings 0.0.0.0:25 -RemoteIPRanges ADDRESS -PermissionGroups AnonymousUsers, "
             "then Add-ADPermission NAME -User 'NT AUTHORITY\\ANONYMOUS LOGON' -ExtendedRights "
             "Ms-Exch-SMTP-Accept-Any-Recipient."),
          CHECK("Get-ReceiveConnector NAME | Format-List RemoteIPRanges, and another machine "
                "gets 5.7.54."),
          UNDO("Remove-ReceiveConnector NAME."),
          WARN("The same right on 'Default Frontend' makes the whole server an open relay.") },
        { ON(MICROSOFT_365),
          DO("Add the public address to the inbound connector: Set-InboundConnector NAME "
             "-SenderIPAddresses @{Add='192.0.2.7'}; better let the connector know your server "
             "by its certificate, which does not change with the address."),
          CHECK("A message to a foreign recipient passes, and one from another address gets "
                "5.7.64."),
          UNDO("Set-InboundConnector NAME -SenderIPAddresses @{Remove='192.0.2.7'}."),
          WARN("An address that you share with others, as in a cloud or behind a provider, lets "
               "them send as your organisation.") },
        { ON(CPANEL),
          DO("Add the address to /etc/alwaysrelay, one a line, only where no login is possible."),
          CHECK("The one machine relays, another one is told to authenticate."),
          UNDO("Delete the line again."),
          WARN("'Trusted SMTP IP addresses' in the Exim Configuration Manager opens relaying as "
               "well, and drops the checks of sender and spam besides.") },
        { ON(PLESK),
          DO("Add the address with /32 under 'Mail Server Settings', 'White List'."),
          CHECK("The one machine relays, another one is refused."),
          UNDO("Remove it from the same list."),
          WARN("A network entered there relays as a whole: enter single addresses.") },
    },
    .standards = STR_INIT("RFC 2505 section 2.1, RFC 6409 section 3.3, RFC 5321 section 7.9"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_IP_HIDDEN_BY_NAT = {
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
        { DO("Switch on authentication and use port 587 or 465: a login does not hang on the "
             "address."),
          UNDO("Put the former settings back; note them first.") },
        { DO("Tell the operator that the server sees a gateway in place of you.") },
    },
    .operator_steps = {
        { DO("Take the gateway or bridge out of the trusted addresses, then test from outside "
             "that strangers cannot relay."),
          CHECK("A test from outside to a recipient elsewhere is refused."),
          UNDO("Do not put it back; let the one program that lived on it log in."),
          WARN("A trusted bridge, such as 172.17.0.0/16, is the most frequent open relay of "
               "all: everybody arrives through it.") },
        { DO("Let the real address through, by the PROXY protocol or by routing without "
             "translation."),
          CHECK("The log shows the outside address of a test."),
          UNDO("Switch it off on both sides at once: one side alone breaks every connection."),
          WARN("Take the PROXY line only from the proxy's own address: anyone else could claim "
               "any address with it.") },
        { DO("In Docker give the container's network IPv6, or publish the port on IPv4 only, "
             "since IPv6 otherwise passes a proxy that hides the sender."),
          CHECK("The log shows the outside address over IPv4 and over IPv6."),
          UNDO("Restore the compose file's former ports and networks.") },
        { DO("In Kubernetes set externalTrafficPolicy: Local on the service, and in front of it "
             "no balancer that rewrites addresses."),
          CHECK("The log shows the outside address."),
          UNDO("Set it to Cluster again.") },
        { ON(POSTFIX),
          DO("Set '-o smtpd_upstream_proxy_protocol=haproxy' for the service behind the proxy "
             "in master.cf (postscreen_upstream_proxy_protocol where postscreen listens), and "
             "mynetworks = 127.0.0.0/8 [::1]/128."),
          CHECK("Lines 'connect from' show outside addresses."),
          UNDO("Take the -o line out, and the PROXY option of the balancer with it.") },
        { ON(EXIM),
          DO("Set hosts_proxy to the proxy's single address, and take the bridge out of "
             "relay_from_hosts."),
          CHECK("Lines in mainlog show H= with outside addresses, and PRX= with the proxy."),
          UNDO("Take hosts_proxy out, and the PROXY option of the balancer with it.") },
        { ON(OPENSMTPD),
          DO("Write 'proxy-v2' into the listener behind the proxy, and no 'match from src' for "
             "the bridge."),
          CHECK("The log shows address= with outside addresses."),
          UNDO("Remove the word, and the PROXY option of the balancer with it.") },
        { ON(EXCHANGE),
          DO("Let the balancer pass the client's address (no source NAT), or limit the relay "
             "connector to machines that do not come through it."),
          CHECK("The protocol log shows the client's address in place of the balancer's."),
          UNDO("Set the balancer to its former mode."),
          WARN("A relay connector whose RemoteIPRanges holds the balancer is an open relay.") },
        { ON(PLESK),
          DO("Take the container's or gateway's address out of the 'White List' in 'Mail Server "
             "Settings'."),
          CHECK("A test from outside without a login is refused."),
          UNDO("Enter a single machine there instead, if one needs it.") },
    },
    .standards = STR_INIT("RFC 3022 section 2.2, RFC 2505 section 2.1, RFC 6409 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_LOGIN_NOT_HONOURED = {
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
        { DO("Use port 587 or 465 in place of 25, where other rules often hold."),
          UNDO("Put the former port back; note it first.") },
        { DO("Send the operator the time, your login and the words of the refusal: your "
             "settings are right.") },
        { DO("Send by web mail until it is repaired.") },
    },
    .operator_steps = {
        { DO("Ask for a login before every refusal: a rule that comes first counts, and a "
             "logged-in user must be let through ahead of blocklists, reverse DNS, EHLO names "
             "and relay refusals."),
          CHECK("The same login may send to a recipient elsewhere, and without it the same is "
                "refused."),
          UNDO("Put the former order back; keep a copy before."),
          WARN("To remove the refusal itself opens the relay to all: change the order, not the "
               "rule.") },
        { DO("Find the rule in the log: the refusal names it, or the restriction that was asked "
             "last.") },
        { ON(POSTFIX),
          DO("Put permit_sasl_authenticated ahead of every reject in the client, helo, sender, "
             "relay and recipient restrictions of that service, in main.cf and in the -o lines "
             "of master.cf."),
          CHECK("'postconf -n | grep restrictions' and 'postconf -P' show it in front, and the "
                "log of a test shows sasl_username= without a reject."),
          UNDO("Restore the copies of main.cf and master.cf, and reload."),
          WARN("Blanks inside a -o value of master.cf cut it: write commas, or set a variable "
               "such as mua_relay_restrictions in main.cf.") },
        { ON(POSTFIX),
          DO("Check that smtpd_sasl_auth_enable = yes stands for the service that was used, and "
             "broken filters behind it (content_filter, smtpd_proxy_filter) do not drop the "
             "login.") },
        { ON(EXIM),
          DO("Put 'accept authenticated = *' ahead of the deny for relaying in the RCPT ACL, "
             "and spare logged-in users the checks before it by '!authenticated = *'."),
          CHECK("The line of a test in mainlog holds A= and the message is taken; 'exim -bh' "
                "has no TLS, so that a hidden login cannot be tried there."),
          UNDO("Restore the file and reload.") },
        { ON(OPENSMTPD),
          DO("Add 'match from any auth for any action \"outbound\"' ahead of other rules for "
             "'any', without which the answer is 'Invalid recipient'."),
          CHECK("'smtpd -n' finds no error, and a login may send to a recipient elsewhere."),
          UNDO("Remove the line and restart.") },
        { ON(EXCHANGE),
          DO("Give the connector that was used the permission group ExchangeUsers, and look "
             "which one it was: the most exact RemoteIPRanges wins."),
          CHECK("Get-ReceiveConnector NAME | Format-List PermissionGroups, AuthMechanism, "
                "RemoteIPRanges."),
          UNDO("Set-ReceiveConnector NAME -PermissionGroups with the former list."),
          WARN("Leave relaying for ANONYMOUS LOGON off: it would cure this and open the server.") },
        { ON(MICROSOFT_365),
          DO("Check that the program talks to smtp.office365.com and not to the MX name, and "
             "that no transport rule or outbound policy stops the user: Get-MessageTraceV2 "
             "-SenderAddress ADDRESS.") },
        { ON(CPANEL),
          DO("Take your own additions to the ACL out of the Advanced Editor in WHM, or spare "
             "authenticated senders there."),
          CHECK("'Mail Delivery Reports' shows the test accepted."),
          UNDO("Use the backup that the Exim Configuration Manager makes under 'Backup'.") },
        { ON(PLESK),
          DO("Run 'plesk repair mail -n', which tells where main.cf and master.cf differ from "
             "Plesk's own, then repair."),
          CHECK("A login on 587 may send to a recipient elsewhere."),
          UNDO("Put back your copy of /etc/postfix, made beforehand.") },
    },
    .standards = STR_INIT("RFC 6409 sections 3.3 and 4.3, RFC 4954 section 4, RFC 3848"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_POP_BEFORE_SMTP = {
    IS(POP_BEFORE_SMTP),
    .family = FAMILY_POP_BEFORE_SMTP,
    .title = STR_INIT("The server wants you to fetch mail before you send"),
    .sentence = STR_INIT("The server lets an address send only for some minutes after a mailbox "
                         "was read from there."),
    .told_apart = STR_INIT("The same mail passes right after new mail was fetched, and nothing "
                           "else was changed; where a login cures it at once, it is "
                           "client-never-authenticates."),
    .sender_steps = {
        { DO("Switch on authentication for the outgoing server, after which the order no longer "
             "matters."),
          UNDO("Switch it off again if the server offers no login.") },
        { DO("Otherwise fetch new mail first and send within a few minutes.") },
        { DO("In Outlook tick 'Log on to incoming mail server before sending mail'."),
          UNDO("Clear the box again once a login is possible.") },
    },
    .operator_steps = {
        { DO("Offer a login on ports 587 and 465, and tell the users a day when the old way "
             "ends."),
          CHECK("A login gets 235, and the number of senders without one falls in the log."),
          UNDO("Close the two ports again.") },
        { DO("Until then keep the time short, and open it for the single address only."),
          CHECK("After that time the same address is refused."),
          UNDO("Set the former time again."),
          WARN("Behind a shared address, as in an office, hotel or mobile network, one who "
               "fetches mail opens the server for all others there.") },
        { ON(POSTFIX),
          DO("Take the map of addresses that fetched mail out of mynetworks or "
             "check_client_access once permit_sasl_authenticated serves everyone."),
          CHECK("'postconf -n' no longer names the map, and a login may send."),
          UNDO("Add the map again and reload.") },
        { ON(EXIM),
          DO("Take the look-up of addresses that fetched mail out of relay_from_hosts, with "
             "'accept authenticated = *' in its place."),
          CHECK("'exim -bh ADDRESS' of a user without a login says 'relay not permitted'."),
          UNDO("Put the look-up back and reload.") },
        { ON(CPANEL),
          DO("Look at /etc/relayhosts, where addresses that fetched mail stand, and at the "
             "tracking driver under 'tailwatchd' in WHM's 'Service Manager'; switch it off once "
             "all log in."),
          CHECK("The file stays empty."),
          UNDO("Tick the driver again.") },
        { ON(PLESK),
          DO("Clear 'POP3' with its lock time in 'Relay options' of 'Mail Server Settings', and "
             "leave 'SMTP' ticked."),
          CHECK("A login may send, fetching mail alone does not open anything."),
          UNDO("Tick 'POP3' again.") },
    },
    .standards = STR_INIT("RFC 6409 section 3.3, RFC 4954 section 3"),
    .exit_status = EXIT_REFUSED,
};
