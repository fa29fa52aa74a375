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
        { DO("Use port 587 with STARTTLS, or port 465 with SSL/TLS, in place of port 25."),
          UNDO("Put the former port back; note it first.") },
        { DO("Try once by the telephone's network, to be sure.") },
        { DO("On a rented server ask the provider to open port 25, or send through its relay.") },
    },
    .operator_steps = {
        { SENDS,
          DO("Ask the provider for outgoing port 25, once reverse DNS is set."),
          CHECK("'nc -vz -w 5 MX-HOST 25' connects, for two unrelated hosts."),
          UNDO("None is needed on your side; the provider can close it again.") },
        { DO("Offer your own users ports 587 and 465, because many networks close 25."),
          CHECK("A connection to both from another network gets a greeting."),
          UNDO("Close the ports again."),
          WARN("A detour over a free proxy or an open relay hands your users' mail to "
               "strangers: use a relay you have a contract or a login with.") },
        { ON(POSTFIX),
          SENDS,
          DO("Send through a smarthost: relayhost = [HOST]:587, with smtp_sasl_auth_enable = "
             "yes, smtp_sasl_password_maps and smtp_tls_security_level = secure."),
          CHECK("The log of the next delivery shows relay=HOST and status=sent."),
          UNDO("Run 'postconf -X relayhost' and reload.") },
        { ON(EXIM),
          SENDS,
          DO("On Debian run 'dpkg-reconfigure exim4-config', choose a smarthost and enter "
             "HOST::587, with its login in passwd.client; elsewhere a manualroute router."),
          CHECK("'exim -bt ADDRESS' shows the smarthost."),
          UNDO("Run it again with the former choice, or restore update-exim4.conf.conf.") },
        { ON(OPENSMTPD),
          SENDS,
          DO("Write 'action \"outbound\" relay host smtp+tls://label@HOST:587 auth <secrets>'."),
          CHECK("'smtpd -n' finds no error, and the log shows host= with the smarthost."),
          UNDO("Put the former action back and restart.") },
        { ON(EXCHANGE),
          SENDS,
          DO("Create a send connector through a smarthost: New-SendConnector NAME "
             "-AddressSpaces * -DNSRoutingEnabled $false -SmartHosts HOST "
             "-SmartHostAuthMechanism BasicAuthRequireTLS, and Set-SendConnector NAME -Port "
             "587."),
          CHECK("Get-Queue shows it empty after a test message."),
          UNDO("Remove-SendConnector NAME, which brings the former connector into use.") },
        { ON(MICROSOFT_365),
          DO("Check where your server stands: in Azure outgoing port 25 is closed for most "
             "subscriptions, and port 587 of a relay service is the way.") },
        { ON(CPANEL),
          SENDS,
          DO("Set a smarthost under 'Smarthost support' in WHM's Exim Configuration Manager, "
             "tab Mail, as '* HOST::587', with 'Smarthost requires SMTP authentication' and its "
             "user name and password."),
          CHECK("'exim -bt ADDRESS' shows it."),
          UNDO("Set 'Smarthost support' to None again.") },
        { ON(PLESK),
          SENDS,
          DO("Set a smarthost in Postfix's main.cf, or under 'Tools & Settings', 'External SMTP "
             "Server' where no mail server is installed."),
          CHECK("The mail log shows relay= with the smarthost."),
          UNDO("Put main.cf back, or clear the box again.") },
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
             "scanner."),
          UNDO("Remove the permission from the same list."),
          WARN("Allow this one program: to switch the firewall off for the sake of mail leaves "
               "the machine open.") },
        { DO("Pause the virus scanner's mail protection for a minute and try again."),
          UNDO("Switch it on again after the test.") },
        { DO("For a web site ask the host which outgoing server it allows: often only its own.") },
    },
    .operator_steps = {
        { DO("List the rules for outgoing traffic with their counters: 'nft list ruleset', "
             "'iptables -vS OUTPUT', and in containers those of FORWARD and DOCKER-USER.") },
        { DO("Allow the one user or container that has to send, to the one server and port."),
          CHECK("The counter of the new rule grows with a test, and other users are still "
                "refused."),
          UNDO("Delete the rule by its handle."),
          WARN("Do not drop all rules to see whether it helps: the machine is then open "
               "meanwhile.") },
        { DO("With SELinux allow the web server to send: 'setsebool -P httpd_can_sendmail 1', "
             "or for other ports httpd_can_network_connect."),
          CHECK("'getsebool httpd_can_sendmail' says on, and 'ausearch -m avc -ts recent' shows "
                "no denial."),
          UNDO("Run 'setsebool -P httpd_can_sendmail 0'.") },
        { DO("Look for an internal network in Docker, and for network policies in Kubernetes.") },
        { ON(POSTFIX),
          DO("Check who is refused: if Postfix itself gets through and PHP does not, the rule "
             "is by user, and PHP should hand its mail to the local sendmail.") },
        { ON(EXCHANGE),
          DO("Check Windows Defender Firewall for outgoing rules: Get-NetFirewallRule "
             "-Direction Outbound -Action Block -Enabled True.") },
        { ON(CPANEL),
          DO("Look at 'SMTP Restrictions' in WHM (in CSF: SMTP_BLOCK, SMTP_ALLOWUSER): it lets "
             "root, Exim and Mailman send, and turns all others to the local server.") },
        { ON(CPANEL),
          DO("Let the script send through localhost with a login, or allow its single user in "
             "CSF's SMTP_ALLOWUSER."),
          CHECK("The script's mail stands in 'Mail Delivery Reports'."),
          UNDO("Take the user out of the list and restart CSF."),
          WARN("To switch the restriction off lets every hacked web site of the server send "
               "spam by itself.") },
        { ON(PLESK),
          DO("Look under 'Tools & Settings', 'Firewall', for a rule on outgoing mail ports, and "
             "under 'Outgoing Mail Control' for scripts.") },
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
             "is redirected."),
          UNDO("Put the former port back; note it first."),
          WARN("A certificate warning is how the detour shows itself: do not click it away.") },
        { DO("Use another network or a VPN.") },
    },
    .operator_steps = {
        { DO("Look on a web host for a rule that turns outgoing mail to the local server: "
             "'iptables -t nat -S OUTPUT', 'nft list ruleset'.") },
        { DO("Take ports 587 and 465 out of the mail proxy of the firewall."),
          CHECK("The greeting of two unrelated servers differs, and each bears its own name."),
          UNDO("Put the ports back into the proxy's list.") },
        { SENDS,
          DO("Let the certificate of the next server be checked, so that a detour fails in "
             "place of reading along."),
          CHECK("The log calls the connection verified."),
          UNDO("Set the former level again.") },
        { ON(POSTFIX),
          SENDS,
          DO("Set smtp_tls_security_level = secure for the relayhost, or a line 'HOST secure' "
             "in smtp_tls_policy_maps."),
          CHECK("The log shows 'Verified TLS connection established to HOST'."),
          UNDO("Run 'postconf -X smtp_tls_security_level' and reload.") },
        { ON(EXIM),
          SENDS,
          DO("Set tls_verify_hosts = * and tls_verify_cert_hostnames = * on the smarthost's "
             "transport."),
          CHECK("Lines in mainlog hold CV=yes."),
          UNDO("Take both out and reload.") },
        { ON(OPENSMTPD),
          SENDS,
          DO("Write smtp+tls:// or smtps:// for the next server, which checks its certificate."),
          CHECK("The log shows tls= with a version."),
          UNDO("Put the former action back and restart.") },
        { ON(EXCHANGE),
          SENDS,
          DO("Demand the certificate on the send connector: Set-SendConnector NAME -RequireTLS "
             "$true -TlsAuthLevel DomainValidation -TlsDomain HOST."),
          CHECK("The protocol log shows the certificate of that host."),
          UNDO("Set-SendConnector NAME -RequireTLS $false -TlsAuthLevel $null -TlsDomain $null.") },
        { ON(CPANEL),
          DO("Look at 'SMTP Restrictions' in WHM: it turns connections of users on port 25, 465 "
             "and 587 to the local Exim.") },
        { ON(CPANEL),
          DO("Let programs on this server send through localhost with a login of their own."),
          CHECK("Their mail stands in 'Mail Delivery Reports'."),
          UNDO("Set the former server in the program's settings.") },
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
        { DO("Tell the operator your public address if it lasts."),
          WARN("Another address by VPN is banned as well as long as one device goes on with the "
               "old password.") },
    },
    .operator_steps = {
        { DO("Find in the log what failed before the ban, mostly one device with an old "
             "password.") },
        { DO("Once that is corrected, lift the ban of this one address."),
          CHECK("The address gets a greeting again."),
          UNDO("It is banned anew by itself if the failures go on; by hand with the same tool."),
          WARN("Lift one address and leave the rule on: without it passwords are guessed all "
               "day.") },
        { DO("Exempt single known addresses only, no networks."),
          CHECK("Failures from that address are still in the log, and no ban follows."),
          UNDO("Take the address out of the list again.") },
        { DO("Look for the address where bans are kept: fail2ban ('fail2ban-client banned'), "
             "CrowdSec ('cscli decisions list'), CSF ('csf -g ADDRESS'), and sets of nftables.") },
        { ON(POSTFIX),
          DO("Lift it with 'fail2ban-client set postfix-sasl unbanip ADDRESS' (the jail's own "
             "name), and exempt it by ignoreip in jail.local."),
          CHECK("'fail2ban-client status postfix-sasl' no longer lists it."),
          UNDO("Run 'fail2ban-client set postfix-sasl banip ADDRESS'.") },
        { ON(POSTFIX),
          DO("Look at smtpd_client_connection_rate_limit and smtpd_client_auth_rate_limit too, "
             "which answer 421 or 450 rather than drop; their counts are in the log by anvil.") },
        { ON(EXIM),
          DO("Look for a drop or delay in the connect ACL with a ratelimit, and lift it with "
             "fail2ban's jail 'exim' where that is the one."),
          CHECK("'exim -bh ADDRESS' gets 220."),
          UNDO("Ban the address again with the same jail.") },
        { ON(EXCHANGE),
          DO("Look at the account's lockout and at IP block entries: Get-IPBlockListEntry.") },
        { ON(EXCHANGE),
          DO("Remove an entry with Remove-IPBlockListEntry ID."),
          CHECK("Get-IPBlockListEntry no longer lists it."),
          UNDO("Add-IPBlockListEntry -IPAddress ADDRESS.") },
        { ON(MICROSOFT_365),
          SENDS,
          DO("Ask for removal on the page that the refusal names (5.7.511 and its like); your "
             "own rule may stand in the connection filter of the Defender portal.") },
        { ON(CPANEL),
          DO("Look in WHM's 'cPHulk Brute Force Protection' under 'History Reports', remove the "
             "block there, and add a known address to its 'White List'."),
          CHECK("The address no longer stands in the report, and gets a greeting."),
          UNDO("Take it out of the white list again.") },
        { ON(PLESK),
          DO("Look under 'Tools & Settings', 'IP Address Banning (Fail2Ban)', tab 'Banned IP "
             "Addresses', and unban it there."),
          CHECK("The list no longer shows it."),
          UNDO("It is banned anew by itself if the failures go on.") },
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
        { DO("Check that the service runs and listens to the outside: 'ss -ltnp' must show more "
             "than 127.0.0.1 on the port.") },
        { DO("Check the firewall, the published ports of the container, and the address that "
             "the name has in DNS.") },
        { DO("Start the service once its reason is found, and open its one port in the "
             "firewall."),
          CHECK("A connection from another network gets a greeting."),
          UNDO("Stop it again, and close the port."),
          WARN("Open the ports of mail, not the firewall as a whole.") },
        { ON(POSTFIX),
          DO("Check inet_interfaces, which must be all or the outside address, and that the "
             "service's line in master.cf has no #.") },
        { ON(POSTFIX),
          DO("Read why it stopped: 'journalctl -u \"postfix*\"', 'postfix check', the words "
             "fatal: and panic: in the log.") },
        { ON(EXIM),
          DO("Check local_interfaces and daemon_smtp_ports; on Debian dc_local_interfaces, "
             "which is 127.0.0.1 by default.") },
        { ON(EXIM),
          DO("Set dc_local_interfaces='' for all addresses, run update-exim4.conf and restart."),
          CHECK("'ss -ltn' shows the port on all addresses, and 'exim -bV' finds no error."),
          UNDO("Put the former value back in the same way."),
          WARN("A server that listens to the world needs its relay rules right first: test them "
               "from outside at once.") },
        { ON(OPENSMTPD),
          DO("Check 'listen on', which by default means the loopback alone, and run 'smtpd -n'; "
             "'smtpd -dv' in the foreground tells why it ends.") },
        { ON(EXCHANGE),
          DO("Run Test-ServiceHealth, and check free space: below its limit Exchange takes no "
             "mail (back pressure, event 15004 to 15007).") },
        { ON(MICROSOFT_365),
          DO("Look at 'Service health' in the admin center, and at the name: smtp.office365.com "
             "for users, the MX name for servers.") },
        { ON(CPANEL),
          DO("Look at 'Service Status' and 'Service Manager' in WHM, and run "
             "'/scripts/restartsrv_exim'."),
          CHECK("'Service Status' shows Exim up."),
          UNDO("None is needed; a restart changes no setting.") },
        { ON(PLESK),
          DO("Look at 'Tools & Settings', 'Services Management', and run 'plesk repair mail "
             "-n'.") },
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
        { DO("Set the program to the one over which mail is accepted, most often IPv4, if it "
             "has such a setting, until the operator has repaired the other."),
          UNDO("Set it to automatic again afterwards.") },
        { DO("Restart the router if every IPv6 site is dead from your network.") },
        { DO("Tell the operator which of the two fails.") },
    },
    .operator_steps = {
        { DO("Apply the same rules to both, and write trusted IPv6 addresses singly, with /128."),
          CHECK("The same test over both, 'nc -4' and 'nc -6', gets the same answers."),
          UNDO("Take the IPv6 entries out again."),
          WARN("A whole /64 or more in the trusted list takes in every machine of that network.") },
        { DO("Where IPv6 is not served, remove the AAAA entry of the mail name."),
          CHECK("'dig AAAA NAME' is empty after the time to live."),
          UNDO("Enter it again.") },
        { SENDS,
          DO("When sending give the IPv6 address reverse DNS and a place in SPF, or prefer IPv4 "
             "until it has both."),
          CHECK("'dig -x ADDRESS' gives a name that leads back, and 'baton spf --ip ADDRESS "
                "--from SENDER' says pass."),
          UNDO("Prefer neither again once both are right.") },
        { DO("Check in Docker that IPv6 does not arrive under the gateway's address.") },
        { ON(POSTFIX),
          DO("Check inet_protocols = all and inet_interfaces; write trusted addresses as "
             "[2001:db8::1]/128. For sending over IPv4 set smtp_address_preference = ipv4."),
          CHECK("The log of the next delivery shows an IPv4 address in relay=."),
          UNDO("Run 'postconf -X smtp_address_preference' and reload.") },
        { ON(EXIM),
          DO("Look at disable_ipv6 and at lists with IPv6, which need '<;' as their separator; "
             "for sending over IPv4 to all set dns_ipv4_lookup = *."),
          CHECK("The line of the next delivery in mainlog shows an IPv4 address in H=."),
          UNDO("Take dns_ipv4_lookup out and reload.") },
        { ON(OPENSMTPD),
          DO("Write listeners and 'match from src' for both; for sending over IPv4 choose the "
             "source by 'src' in the relay action with an IPv4 address."),
          CHECK("The log of the next delivery shows an IPv4 address."),
          UNDO("Remove 'src' and restart.") },
        { ON(EXCHANGE),
          DO("Check Bindings of the receive connectors, where [::]:25 stands beside 0.0.0.0:25, "
             "and RemoteIPRanges, where IPv6 has ranges of its own.") },
        { ON(MICROSOFT_365),
          SENDS,
          DO("Give an IPv6 address that sends there reverse DNS and SPF or DKIM: mail over IPv6 "
             "without these is refused."),
          CHECK("A test message over IPv6 arrives."),
          UNDO("Send over IPv4 again.") },
        { ON(CPANEL),
          DO("Look at 'Listen on IPv6 Addresses' in WHM's 'Tweak Settings', and in /etc/mailips "
             "at the address that mail is sent from.") },
        { ON(PLESK),
          DO("Look at 'Outgoing mail mode' in 'Mail Server Settings': each address it sends "
             "from needs reverse DNS of its own.") },
    },
    .standards = STR_INIT("RFC 5321 section 5.2, RFC 8305"),
    .exit_status = EXIT_REFUSED,
};
