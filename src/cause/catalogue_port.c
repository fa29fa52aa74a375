/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_port.c - wrong-port-or-tls-mode: the wrong server, port or encryption
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_MX_PORT_NOT_SUBMISSION = {
    IS(MX_PORT_NOT_SUBMISSION),
    .family = FAMILY_WRONG_PORT_OR_TLS_MODE,
    .title = STR_INIT("The program uses the port for servers, not the one for users"),
    .sentence = STR_INIT("This port takes mail from other servers for the users here; login and "
                         "sending to others are offered on port 587 or 465."),
    .told_apart = STR_INIT("The login is missing or refused on this port even after encryption, "
                           "and taken by the same server on port 587 or 465; with "
                           "auth-hidden-until-tls it appears on this port once encrypted."),
    .sender_steps = {
        { DO("Change the port of the outgoing server to the one for users: usually 465 with "
             "SSL/TLS, or 587 with STARTTLS."),
          UNDO("Put the former port back if nothing changes; note it first.") },
        { DO("Switch on authentication, with your full mail address as the user name.") },
    },
    .operator_steps = {
        { DO("Offer login and sending on ports 587 and 465, and publish them in the SRV records "
             "_submissions._tcp and _submission._tcp."),
          CHECK("'dig SRV _submissions._tcp.DOMAIN' names host and port, and a login there gets "
                "235."),
          UNDO("Remove the two records, and close the ports again.") },
        { DO("In containers map 587 to 587 and 465 to 465: a map such as 587:25 leads to the "
             "wrong service."),
          CHECK("The greeting and the answer to EHLO on 587 differ from those on 25."),
          UNDO("Put your copy of the compose file back; make it before.") },
        { DO("Before the login is taken off port 25, list from the log who still uses it there."),
          WARN("To allow relaying without a login on port 25 in place of this opens the server "
               "to everyone.") },
        { ON(POSTFIX),
          DO("Switch on 'submission' and 'submissions' in master.cf, each with "
             "smtpd_sasl_auth_enable=yes and "
             "smtpd_relay_restrictions=permit_sasl_authenticated,reject; the first with "
             "smtpd_tls_security_level=encrypt, the second with smtpd_tls_wrappermode=yes."),
          CHECK("'postconf -M' lists both, and a login on 587 gets 235."),
          UNDO("Comment the two services out and run 'postfix reload'.") },
        { ON(EXIM),
          DO("Set daemon_smtp_ports = 25 : 465 : 587 and tls_on_connect_ports = 465; on Debian "
             "SMTPLISTENEROPTIONS='-oX 587:465:25 -oP /run/exim4/exim.pid' in "
             "/etc/default/exim4, and TLS_ON_CONNECT_PORTS = 465 in exim4.conf.localmacros."),
          CHECK("'ss -ltn' shows the three ports after a restart."),
          UNDO("Take the two settings out and restart.") },
        { ON(OPENSMTPD),
          DO("Add 'listen on 0.0.0.0 port 587 tls-require pki NAME auth' and 'listen on 0.0.0.0 "
             "smtps pki NAME auth'."),
          CHECK("'smtpd -n' finds no error, and AUTH stands in the answer to EHLO on both."),
          UNDO("Remove the lines and restart.") },
        { ON(EXCHANGE),
          DO("Users belong on 'Client Frontend' (587): check that it listens and that the "
             "firewall lets it through; port 465 is used inside the server and is not for them."),
          CHECK("'Test-NetConnection SERVER -Port 587' succeeds from outside."),
          UNDO("Close the port in the firewall again.") },
        { ON(MICROSOFT_365),
          DO("Tell users smtp.office365.com with port 587: the MX name "
             "(mail.protection.outlook.com) on 25 takes mail for your own domains only.") },
        { ON(CPANEL),
          DO("Tell users port 465 or 587; where their network closes 25, 'Service Manager' in "
             "WHM can run Exim on one more port.") },
        { ON(PLESK),
          DO("Tick 'Enable SMTP service on port 587 on all IP addresses' in 'Mail Server "
             "Settings'; 465 is always there."),
          CHECK("A login on 587 gets 235."),
          UNDO("Clear the box again.") },
    },
    .standards = STR_INIT("RFC 6409 section 3.1, RFC 8314 section 3.3, RFC 6186 section 3.1"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_WRONG_SERVER = {
    IS(WRONG_SERVER),
    .family = FAMILY_WRONG_PORT_OR_TLS_MODE,
    .title = STR_INIT("The program talks to another server than the one meant"),
    .sentence = STR_INIT("The name in the settings leads to a machine that goes by the name of another "
                         "house: it is not the server you mean, or it is your provider's and its own "
                         "name belongs into the settings."),
    .told_apart = STR_INIT("Greeting and certificate both bear names of another domain than the one "
                           "asked for; where the greeting is of the right domain it is "
                           "certificate-wrong-name, and where the address is the one of public DNS "
                           "and only from this network the greeting is foreign it is "
                           "redirected-by-network."),
    .sender_steps = {
        { DO("Copy the name of the outgoing server (SMTP) from the provider's help page: it "
             "often is neither the incoming server nor your domain."),
          UNDO("Put the former name back; note it first.") },
        { DO("Look for an old line with that name in the computer's hosts file: where Baton "
             "shows an address of DNS and another one that this machine's programs get, it is "
             "there.") },
        { DO("Leave the VPN or the company's network for a moment and try again."),
          WARN("Do not accept the stranger's certificate to get on: your password would go to "
               "that machine.") },
    },
    .operator_steps = {
        { DO("Compare the address that the program's machine gets, 'getent hosts NAME', with "
             "that of public DNS, 'dig +short NAME'.") },
        { DO("Take the mail name out of any web proxy (Cloudflare: 'DNS only'), which does not "
             "carry mail."),
          CHECK("'dig +short NAME' gives the mail server's own address."),
          UNDO("Switch the proxy on again for that name in the same list."),
          WARN("The mail name then shows the server's real address, which a proxy for the web "
               "site was hiding: give mail a machine or address of its own if that matters.") },
        { DO("In containers check extra_hosts and search domains, and end the name with a dot "
             "to be sure."),
          CHECK("'getent hosts NAME' inside the container gives the right address."),
          UNDO("Put the former lines back into the compose file.") },
        { DO("Publish the right name in the SRV record _submissions._tcp and in the autoconfig "
             "file."),
          CHECK("'baton discover ADDRESS' finds it."),
          UNDO("Remove the record and the file again.") },
        { ON(POSTFIX),
          SENDS,
          DO("Write the next server in brackets, relayhost = [smtp.example.net]:587, so that "
             "its MX is not asked for in place of itself."),
          CHECK("The log of the next delivery names that host in relay=."),
          UNDO("Set relayhost to its former value and reload.") },
        { ON(EXIM),
          SENDS,
          DO("In the route_list or dc_smarthost write the host's own name; on Debian host::587, "
             "with two colons."),
          CHECK("'exim -bt ADDRESS' shows the host and its address."),
          UNDO("Put the former value back and run update-exim4.conf.") },
        { ON(OPENSMTPD),
          SENDS,
          DO("Write the full URL in the action: 'relay host smtp+tls://label@HOST:587'."),
          CHECK("'smtpctl show routes' or the log shows the address that it went to."),
          UNDO("Put the former action back and restart.") },
        { ON(EXCHANGE),
          SENDS,
          DO("Check the smart host of the send connector: Get-SendConnector | Format-List Name, "
             "SmartHosts, DNSRoutingEnabled.") },
        { ON(MICROSOFT_365),
          SENDS,
          DO("Check the smart host of the outbound connector: Get-OutboundConnector | "
             "Format-List Name, SmartHosts, UseMXRecord.") },
        { ON(CPANEL),
          DO("Tell users the name that 'Connect Devices' shows, since mail.DOMAIN leads "
             "elsewhere where DNS is kept at another place.") },
        { ON(PLESK),
          DO("Check that 'mail' in 'DNS Settings' of the domain points to this server, and that "
             "DNS is kept here at all.") },
    },
    .standards = STR_INIT("RFC 6186 section 3.1, RFC 8314 section 5.1, RFC 9525 section 6"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_TLS_MODE_MISMATCH = {
    IS(TLS_MODE_MISMATCH),
    .family = FAMILY_WRONG_PORT_OR_TLS_MODE,
    .title = STR_INIT("The kind of encryption does not fit the port"),
    .sentence = STR_INIT("Your program starts encryption at once where the server first speaks in "
                         "the clear, or waits for a greeting where the server waits for "
                         "encryption."),
    .told_apart = STR_INIT("A 220 line comes where encryption was expected, or silence where a "
                           "greeting was expected, and the other kind of encryption works on the "
                           "same port; with tls-version-or-cipher the server does answer the "
                           "handshake."),
    .sender_steps = {
        { DO("Choose SSL/TLS for port 465, and STARTTLS for ports 587 and 25."),
          UNDO("Put the former pair of port and security back; note it first.") },
        { DO("Where the program only has a box 'SSL' or 'secure', tick it for 465 and clear it "
             "for 587."),
          WARN("A cleared box must not mean 'no encryption': look whether the program still "
               "uses STARTTLS, and do not log in without.") },
        { DO("Where it lets you choose between 'SSL' and 'TLS', take 'SSL' for 465 and 'TLS' "
             "for 587.") },
    },
    .operator_steps = {
        { DO("Keep to the usual ports: encryption from the first octet on 465, STARTTLS on 587 "
             "and 25."),
          CHECK("'openssl s_client -connect HOST:465' and '-starttls smtp -connect HOST:587' "
                "both end in a greeting."),
          UNDO("Put the former port map back.") },
        { DO("Check load balancers and proxies: encryption must end at one place only."),
          WARN("Where a balancer ends TLS and speaks plain text to the server, the server must "
               "not take that for a trusted network.") },
        { ON(POSTFIX),
          DO("Keep smtpd_tls_wrappermode=yes to the service 'submissions' (465) in master.cf, "
             "and out of main.cf.") },
        { ON(POSTFIX),
          SENDS,
          DO("Where Postfix sends to port 465 of a provider, set smtp_tls_wrappermode = yes and "
             "smtp_tls_security_level = encrypt or higher; where it sends to 587, leave the "
             "first at no."),
          CHECK("The log of the next delivery shows a TLS connection and status=sent."),
          UNDO("Run 'postconf -X smtp_tls_wrappermode' and reload."),
          WARN("It holds for every server that this smtp service sends to: use a service of its "
               "own in master.cf and transport_maps where others are on port 25.") },
        { ON(EXIM),
          DO("Set tls_on_connect_ports = 465 and nothing more; towards a provider's 465 set "
             "protocol = smtps and port = 465 on the smtp transport."),
          CHECK("'exim -bP tls_on_connect_ports' shows 465."),
          UNDO("Take the settings out and restart.") },
        { ON(OPENSMTPD),
          DO("Use 'smtps' in the listener for 465 and 'tls' or 'tls-require' for 587; towards "
             "others smtps:// for 465, smtp+tls:// for 587."),
          CHECK("The log of the next delivery shows tls= with a version."),
          UNDO("Put the former words back and restart.") },
        { ON(EXCHANGE),
          SENDS,
          DO("Set a send connector to 587 with RequireTLS: it cannot speak TLS from the first "
             "octet, so that port 465 of a provider never works."),
          CHECK("'Get-Queue' shows the queue empty after a test message."),
          UNDO("Set-SendConnector NAME -Port 25 puts it back.") },
        { ON(MICROSOFT_365),
          DO("Tell users port 587 with STARTTLS: smtp.office365.com has no port 465.") },
        { ON(PLESK),
          DO("Leave 465 and 587 as Plesk writes them in master.cf: 'plesk repair mail' brings "
             "its own lines back.") },
    },
    .standards = STR_INIT("RFC 8314 section 3.3, RFC 3207 section 4"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_TLS_VERSION_OR_CIPHER = {
    IS(TLS_VERSION_OR_CIPHER),
    .family = FAMILY_WRONG_PORT_OR_TLS_MODE,
    .title = STR_INIT("Program and server have no version of encryption in common"),
    .sentence = STR_INIT("Both sides want to encrypt, but one of them is too old, or set too "
                         "strictly, for the other."),
    .told_apart = STR_INIT("The server answers the handshake with an alert about protocol version "
                           "or cipher, before any certificate is judged; with tls-mode-mismatch "
                           "no such answer comes, and with certificate-expired and its like the "
                           "handshake gets as far as the certificate."),
    .sender_steps = {
        { DO("Update the program, the operating system or the device's firmware, so that it can "
             "do TLS 1.2 or 1.3.") },
        { DO("Set the TLS version to automatic, if the program has such a setting."),
          UNDO("Choose the former version again if nothing changes.") },
        { DO("If the device cannot be updated, let it send through a relay on your own network "
             "that encrypts towards the provider."),
          WARN("Let that relay take mail from the device's single address alone.") },
        { DO("If the server is the one that is too old, which its version and cipher show, tell "
             "whoever runs it, and do not weaken your program for it.") },
    },
    .operator_steps = {
        { DO("Offer TLS 1.2 and 1.3, with a key that both old and new programs take: RSA with "
             "2048 bits or more, next to an ECDSA one."),
          CHECK("'openssl s_client -tls1_2 -starttls smtp -connect HOST:587', and the same with "
                "-tls1_3, show a cipher."),
          UNDO("Put the former settings back and reload."),
          WARN("TLS 1.0 and 1.1 on the public ports weaken everybody for the sake of one "
               "device.") },
        { DO("Give old devices a listener of their own on the inner network, rather than weaken "
             "the public one."),
          CHECK("The device's mail goes out, and the listener cannot be reached from outside."),
          UNDO("Remove the listener once the device is replaced.") },
        { ON(POSTFIX),
          DO("Set smtpd_tls_protocols and smtpd_tls_mandatory_protocols to >=TLSv1.2 (before "
             "3.6 by exclusion: !SSLv2, !SSLv3, !TLSv1, !TLSv1.1); the same settings beginning "
             "with smtp_ hold for sending."),
          CHECK("The log shows 'TLS connection established' with TLSv1.2 or TLSv1.3."),
          UNDO("Run postconf -X for what was set, and reload.") },
        { ON(POSTFIX),
          SENDS,
          DO("Towards one old server use smtp_tls_policy_maps with a line for it, 'example.net "
             "may protocols=TLSv1.2', and leave the rest as it is."),
          CHECK("'postmap -q example.net MAP' prints the line."),
          UNDO("Delete the line, run postmap and reload.") },
        { ON(EXIM),
          DO("Set tls_require_ciphers; with GnuTLS, as on Debian, as "
             "NORMAL:-VERS-TLS1.0:-VERS-TLS1.1, with OpenSSL by openssl_options = +no_sslv3 "
             "+no_tlsv1 +no_tlsv1_1."),
          CHECK("Lines in mainlog hold X=TLS1.2 or X=TLS1.3."),
          UNDO("Take the setting out and reload.") },
        { ON(OPENSMTPD),
          DO("Set 'smtp ciphers' only to narrow the library's list; its newer versions take TLS "
             "1.2 and 1.3 by themselves."),
          CHECK("The log of a session shows tls= with the version."),
          UNDO("Remove the line and restart.") },
        { ON(EXCHANGE),
          DO("Switch TLS 1.2 on for server and client in SCHANNEL and .NET (registry, or the "
             "HealthChecker script, which shows what is missing), and restart the machine."),
          CHECK("The protocol log shows TlsProtocolType TLS1_2 or later."),
          UNDO("Export the registry keys before and import them again.") },
        { ON(MICROSOFT_365),
          DO("Tell users that the device must speak TLS 1.2: older versions are refused for "
             "all, and smtp.office365.com cannot be told otherwise.") },
        { ON(CPANEL),
          DO("Set 'Options for OpenSSL' and 'SSL/TLS Cipher Suite List' under Security in WHM's "
             "Exim Configuration Manager to their defaults."),
          CHECK("Lines in exim_mainlog hold X=TLS1.2 or X=TLS1.3."),
          UNDO("Enter the former values, which the page shows beside the defaults.") },
        { ON(PLESK),
          DO("Set the versions for mail by 'plesk sbin sslmng --services=postfix "
             "--protocols=\"TLSv1.2 TLSv1.3\"'."),
          CHECK("'postconf smtpd_tls_protocols smtpd_tls_mandatory_protocols' shows them."),
          UNDO("Run it again with the former list.") },
    },
    .standards = STR_INIT("RFC 8996, RFC 8997, RFC 9325 section 3.1"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_STARTTLS_STRIPPED = {
    IS(STARTTLS_STRIPPED),
    .family = FAMILY_WRONG_PORT_OR_TLS_MODE,
    .title = STR_INIT("Something on the way removes the offer of encryption"),
    .sentence = STR_INIT("The server can encrypt by STARTTLS, but its offer does not reach you: a "
                         "device on the way takes it out or makes it unreadable, or a setting of "
                         "the server hides it."),
    .told_apart = STR_INIT("From here the server's list lacks STARTTLS or shows words made of X, and "
                           "the command works although it is not offered, or is offered on another "
                           "port or from another network; a server without any TLS never offers "
                           "it, and with tls-version-or-cipher it is offered here too, and the "
                           "handshake fails."),
    .sender_steps = {
        { DO("Use port 465 with SSL/TLS, where nothing can be taken out."),
          UNDO("Put the former port and security back when the network is repaired.") },
        { DO("Leave encryption required: without it anyone on the way can read your password."),
          WARN("A program set to 'use TLS if available' sends everything in the clear here, and "
               "says nothing.") },
        { DO("Switch off the mail scanning of the virus scanner, or try another network, to see "
             "who does it."),
          UNDO("Switch it on again after the test.") },
    },
    .operator_steps = {
        { DO("Switch off SMTP inspection in the firewall for the mail ports (Cisco: 'no inspect "
             "esmtp', or 'allow-tls' in its policy)."),
          CHECK("From outside, the answer to EHLO lists STARTTLS, and no word of it is made of "
                "X."),
          UNDO("Enter 'inspect esmtp' again in the same policy.") },
        { DO("Offer port 465 and publish it in the SRV record _submissions._tcp."),
          CHECK("'openssl s_client -connect HOST:465' ends in a greeting."),
          UNDO("Close the port and remove the record.") },
        { DO("Publish MTA-STS or DANE for your domain, so that servers which deliver to you do "
             "not fall back to the clear."),
          CHECK("'baton domain DOMAIN' shows the policy and no fault of it."),
          UNDO("Set the policy to mode none, wait until its max_age has run out, and only then "
               "remove it."),
          WARN("Begin with mode testing: a wrong policy in mode enforce keeps mail away.") },
        { ON(POSTFIX),
          DO("Check that starttls is not in smtpd_discard_ehlo_keywords, and that "
             "smtpd_tls_security_level = may stands in main.cf.") },
        { ON(POSTFIX),
          SENDS,
          DO("Towards known partners demand encryption: smtp_tls_security_level = dane, with "
             "smtp_dns_support_level = dnssec, or a line 'example.net secure' in "
             "smtp_tls_policy_maps."),
          CHECK("'posttls-finger example.net' and the log show a verified connection."),
          UNDO("Delete the line or run 'postconf -X smtp_tls_security_level', and reload.") },
        { ON(EXIM),
          DO("Check tls_advertise_hosts = *; towards known partners set hosts_require_tls, or "
             "hosts_try_dane with dnssec_request_domains."),
          CHECK("Lines in mainlog hold X=TLS and CV=yes or CV=dane."),
          UNDO("Take the settings out and reload.") },
        { ON(OPENSMTPD),
          DO("Check that the listener says tls or tls-require with a pki; towards partners "
             "write smtp+tls:// in a relay action of their own."),
          CHECK("The log shows tls= with a version and verify."),
          UNDO("Put the former action back and restart.") },
        { ON(EXCHANGE),
          DO("Check that TLS stands in AuthMechanism of the receive connector, and that "
             "SuppressXAnonymousTls or a firewall does not take STARTTLS out."),
          CHECK("Get-ReceiveConnector | Format-List Name, AuthMechanism, SuppressXAnonymousTls.") },
        { ON(MICROSOFT_365),
          DO("Look for a firewall or mail filter in front of your own server: between your "
             "server and the service nothing may change the answer to EHLO.") },
        { ON(CPANEL),
          DO("Set tls_advertise_hosts to * in the Advanced Editor of WHM's Exim Configuration "
             "Manager, and look for an addition to the ACL that hides STARTTLS."),
          CHECK("The answer to EHLO on 587 lists STARTTLS."),
          UNDO("Restore the backup of the Exim Configuration Manager.") },
    },
    .standards = STR_INIT("RFC 3207 section 6, RFC 8314 section 3.3, RFC 7672, RFC 8461"),
    .exit_status = EXIT_REFUSED,
};
