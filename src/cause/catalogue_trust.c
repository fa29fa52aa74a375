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
               "465.") },
        { DO("Send from the network that the server knows, such as the office or its VPN.") },
        { DO("Give the operator the address that the refusal names.") },
    },
    .operator_steps = {
        { DO("Offer a login on port 587 rather than a longer list.") },
        { DO("If it must be the address, add exactly this one (/32, for IPv6 /128): "
               "mynetworks in Postfix, relay_from_hosts in Exim (dc_relay_nets on Debian), "
               "'match from src' in OpenSMTPD, the remote addresses of a relay connector in "
               "Exchange.") },
        { DO("Take the address from the log: IPv6 needs an entry of its own, and a container "
               "comes from its bridge.") },
        { DO("Leave container networks and gateways out of the list, because strangers come "
               "through them too.") },
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
               "address.") },
        { DO("Tell the operator that the server sees a gateway in place of you.") },
    },
    .operator_steps = {
        { DO("Take the gateway or bridge out of the trusted addresses, then test from outside "
               "that strangers cannot relay.") },
        { DO("Let the real address through: smtpd_upstream_proxy_protocol = haproxy in "
               "Postfix, hosts_proxy in Exim, 'proxy-v2' in OpenSMTPD, externalTrafficPolicy: "
               "Local in Kubernetes.") },
        { DO("In Docker give the container's network IPv6, or publish the port on IPv4 only, "
               "since IPv6 otherwise passes a proxy that hides the sender.") },
        { DO("Use logins in place of trusted addresses.") },
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
        { DO("Use port 587 or 465 in place of 25, where other rules often hold.") },
        { DO("Send the operator the time, your login and the words of the refusal: your "
               "settings are right.") },
        { DO("Send by web mail until it is repaired.") },
    },
    .operator_steps = {
        { DO("In Postfix put permit_sasl_authenticated ahead of every reject in the client, "
               "helo, sender, relay and recipient restrictions of that service, in main.cf and "
               "in the -o lines of master.cf (postconf -n, postconf -P).") },
        { DO("In Exim put 'accept authenticated = *' ahead of the deny for relaying in the "
               "RCPT ACL, and try it with exim -bh.") },
        { DO("In OpenSMTPD add 'match auth from any for any action ...', without which the "
               "answer is 'Invalid recipient'.") },
        { DO("In Exchange give the connector the permission group ExchangeUsers, and leave "
               "anonymous relaying off.") },
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
        { DO("Switch on authentication for the outgoing server, after which the order no "
               "longer matters.") },
        { DO("Otherwise fetch new mail first and send within a few minutes.") },
        { DO("In Outlook tick 'Log on to incoming mail server before sending mail'.") },
    },
    .operator_steps = {
        { DO("Offer a login on ports 587 and 465, and tell the users a day when the old way "
               "ends.") },
        { DO("Until then keep the time short, and open it for the single address only.") },
    },
    .standards = STR_INIT("RFC 6409 section 3.3, RFC 4954 section 3"),
    .exit_status = EXIT_REFUSED,
};
