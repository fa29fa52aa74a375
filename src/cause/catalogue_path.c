/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_path.c - port-blocked-or-timeout: the server cannot be reached
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_EGRESS_PORT_BLOCKED = {
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
        { DO("Use port 587 with STARTTLS, or port 465 with SSL/TLS, in place of port 25.") },
        { DO("Try once by the telephone's network, to be sure.") },
        { DO("On a rented server ask the provider to open port 25, or send through its relay.") },
    },
    .operator_steps = {
        { DO("Send through a smarthost on 587 or 465: relayhost = [HOST]:587 in Postfix, "
               "dc_smarthost in Debian's Exim, 'relay host' in OpenSMTPD, a send connector in "
               "Exchange.") },
        { DO("Ask the provider for outgoing port 25, once reverse DNS is set.") },
        { DO("Offer your own users ports 587 and 465, because many networks close 25.") },
    },
    .standards = STR_INIT("RFC 5068 section 4.1, RFC 6409 section 3.1, RFC 8314 section 3.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_LOCAL_FIREWALL = {
    IS(LOCAL_FIREWALL),
    .family = FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    .title = STR_INIT("A firewall on your own machine stops the program"),
    .sentence = STR_INIT("A firewall, a virus scanner or a rule for containers on the machine "
                         "itself keeps the program from connecting."),
    .told_apart = STR_INIT("The connection fails at once with 'permission denied' or "
                           "'unreachable', or another program or machine of the same network gets "
                           "through; with egress-port-blocked nobody on that network does."),
    .sender_steps = {
        { DO("Allow the program in the firewall settings of the computer and of the virus "
               "scanner.") },
        { DO("Pause the virus scanner's mail protection for a minute and try again.") },
        { DO("For a web site ask the host which outgoing server it allows: often only its "
               "own.") },
    },
    .operator_steps = {
        { DO("List the rules for outgoing traffic with their counters: 'nft list ruleset', "
               "'iptables -vS OUTPUT'.") },
        { DO("On cPanel look at 'SMTP Restrictions', in CSF at SMTP_BLOCK, and allow the one "
               "user that has to send.") },
        { DO("With SELinux allow the web server to connect: setsebool -P "
               "httpd_can_network_connect 1.") },
        { DO("In Docker and Kubernetes look for an internal network and for network policies.") },
    },
    .standards = STR_INIT("RFC 2979, RFC 1812 section 5.2.7.1"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_REDIRECTED_BY_NETWORK = {
    IS(REDIRECTED_BY_NETWORK),
    .family = FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    .title = STR_INIT("The network leads you to its own mail server"),
    .sentence = STR_INIT("Your connection is caught on the way, and another mail server answers "
                         "in place of the one you asked for."),
    .told_apart = STR_INIT("Two unrelated servers give the same greeting from here, though their "
                           "addresses are right; with wrong-server the address is wrong, and with "
                           "egress-port-blocked there is no greeting at all."),
    .sender_steps = {
        { DO("Send no password there: the server is not yours.") },
        { DO("Use port 465 with SSL/TLS or port 587 with STARTTLS, since mostly port 25 alone "
               "is redirected.") },
        { DO("Use another network or a VPN.") },
    },
    .operator_steps = {
        { DO("On a web host look for a rule that turns outgoing mail to the local server: "
               "'iptables -t nat -S OUTPUT', 'nft list ruleset', 'SMTP Restrictions' in cPanel.") },
        { DO("Take ports 587 and 465 out of the mail proxy of the firewall.") },
    },
    .standards = STR_INIT("RFC 5068 section 4.1, RFC 8314 section 5.3, RFC 9525 section 6"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_IP_BANNED = {
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
        { DO("Stop every program and device that still tries an old password: telephone, "
               "tablet, printer.") },
        { DO("Wait an hour, after which most bans are over.") },
        { DO("Correct the password before the next try.") },
        { DO("Tell the operator your public address if it lasts.") },
    },
    .operator_steps = {
        { DO("Look for the address: 'fail2ban-client status postfix-sasl' (and dovecot), 'csf "
               "-g ADDRESS', 'cscli decisions list', the sets of nftables.") },
        { DO("Find in the log what failed before the ban, mostly one device with an old "
               "password.") },
        { DO("Once that is corrected, lift it: fail2ban-client set JAIL unbanip ADDRESS.") },
        { DO("Exempt single known addresses only (ignoreip), no networks.") },
    },
    .standards = STR_INIT("RFC 5321 section 7.8, RFC 4954 section 9"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_SERVER_DOWN = {
    IS(SERVER_DOWN),
    .family = FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    .title = STR_INIT("The server does not answer"),
    .sentence = STR_INIT("Nothing answers at this address and port: the mail service is off, is "
                         "starting again, or has moved."),
    .told_apart = STR_INIT("The port is refused or silent from two networks, while other servers "
                           "answer from here; if it answers elsewhere it is ip-banned, "
                           "egress-port-blocked or local-firewall."),
    .sender_steps = {
        { DO("Check name and port of the outgoing server for a typing error.") },
        { DO("Look at the provider's status page and try again in a quarter of an hour.") },
        { DO("Leave the message in the outbox: it is sent once the server is back.") },
    },
    .operator_steps = {
        { DO("Check that the service runs and listens to the outside: 'ss -ltnp', "
               "inet_interfaces and master.cf in Postfix, local_interfaces and "
               "daemon_smtp_ports in Exim, 'listen on' in OpenSMTPD.") },
        { DO("Read why it stopped: 'journalctl -u postfix', 'postfix check', 'exim -bV', "
               "'smtpd -n'.") },
        { DO("Check the firewall, the published ports of the container, and the address that "
               "the name has in DNS.") },
    },
    .standards = STR_INIT("RFC 5321 sections 4.5.3.2 and 4.5.4.1"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_IPV6_DIFFERS = {
    IS(IPV6_DIFFERS),
    .family = FAMILY_PORT_BLOCKED_OR_TIMEOUT,
    .title = STR_INIT("The server behaves otherwise over IPv6"),
    .sentence = STR_INIT("Over one of the two Internet protocols, IPv4 and IPv6, your mail is "
                         "accepted, and over the other it is refused or gets no answer."),
    .told_apart = STR_INIT("The same attempt at the addresses of one name gives one answer over "
                           "IPv4 and another over IPv6, each time; if all addresses answer alike "
                           "see server-down and ip-not-trusted."),
    .sender_steps = {
        { DO("Set the program to the one over which mail is accepted, most often IPv4, if it has "
               "such a setting, until the operator has repaired the other.") },
        { DO("Restart the router if every IPv6 site is dead from your network.") },
        { DO("Tell the operator which of the two fails.") },
    },
    .operator_steps = {
        { DO("Apply the same rules to both, and write trusted IPv6 addresses singly, in "
               "Postfix as [2001:db8::1]/128.") },
        { DO("Where IPv6 is not served, remove the AAAA entry of the mail name.") },
        { DO("When sending give the IPv6 address reverse DNS and a place in SPF, or prefer "
               "IPv4: smtp_address_preference = ipv4 in Postfix, disable_ipv6 = true in Exim.") },
        { DO("In Docker check that IPv6 does not arrive under the gateway's address.") },
    },
    .standards = STR_INIT("RFC 5321 section 5.2, RFC 8305"),
    .exit_status = EXIT_REFUSED,
};
