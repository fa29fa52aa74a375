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
               "SSL/TLS, or 587 with STARTTLS.") },
        { DO("Switch on authentication, with your full mail address as the user name.") },
    },
    .operator_steps = {
        { DO("Switch on 'submission' and 'submissions' in Postfix's master.cf, each with "
               "smtpd_sasl_auth_enable=yes and "
               "smtpd_relay_restrictions=permit_sasl_authenticated,reject.") },
        { DO("In containers map 587 to 587 and 465 to 465: a map such as 587:25 leads to the "
               "wrong service.") },
        { DO("Before the login is taken off port 25, list from the log who still uses it "
               "there.") },
        { DO("Publish the right port in the SRV records _submissions._tcp and "
               "_submission._tcp.") },
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
               "often is neither the incoming server nor your domain.") },
        { DO("Look for an old line with that name in the computer's hosts file: where Baton shows "
               "an address of DNS and another one that this machine's programs get, it is there.") },
        { DO("Leave the VPN or the company's network for a moment and try again.") },
    },
    .operator_steps = {
        { DO("Compare the address that the program's machine gets, 'getent hosts NAME', with "
               "that of public DNS.") },
        { DO("Take the mail name out of any web proxy (Cloudflare: 'DNS only'), which does "
               "not carry mail.") },
        { DO("In containers check extra_hosts and search domains, and end the name with a dot "
               "to be sure.") },
        { DO("Publish the right name in the SRV record _submissions._tcp and in the "
               "autoconfig file.") },
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
        { DO("Choose SSL/TLS for port 465, and STARTTLS for ports 587 and 25.") },
        { DO("Where the program only has a box 'SSL' or 'secure', tick it for 465 and clear "
               "it for 587.") },
        { DO("Where it lets you choose between 'SSL' and 'TLS', take 'SSL' for 465 and 'TLS' "
               "for 587.") },
    },
    .operator_steps = {
        { DO("Keep to the usual: smtpd_tls_wrappermode=yes in Postfix only on 'submissions' "
               "(465), tls_on_connect_ports = 465 in Exim, 'smtps' in OpenSMTPD.") },
        { DO("Where Postfix sends to port 465 of a provider, set smtp_tls_wrappermode = yes "
               "and smtp_tls_security_level = encrypt or higher.") },
        { DO("Check load balancers and proxies: encryption must end at one place only.") },
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
        { DO("Update the program, the operating system or the device's firmware, so that it "
               "can do TLS 1.2 or 1.3.") },
        { DO("Set the TLS version to automatic, if the program has such a setting.") },
        { DO("If the device cannot be updated, let it send through a relay on your own "
               "network that encrypts towards the provider.") },
        { DO("If the server is the one that is too old, which its version and cipher show, "
               "tell whoever runs it, and do not weaken your program for it.") },
    },
    .operator_steps = {
        { DO("Offer TLS 1.2 and 1.3: smtpd_tls_protocols = >=TLSv1.2 in Postfix, "
               "tls_require_ciphers in Exim, ssl_min_protocol = TLSv1.2 in Dovecot.") },
        { DO("Use a key that both old and new programs take, RSA with 2048 bits or more, next "
               "to an ECDSA one.") },
        { DO("Give old devices a listener of their own on the inner network, rather than "
               "weaken the public one.") },
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
        { DO("Use port 465 with SSL/TLS, where nothing can be taken out.") },
        { DO("Leave encryption required: without it anyone on the way can read your password.") },
        { DO("Switch off the mail scanning of the virus scanner, or try another network, to "
               "see who does it.") },
    },
    .operator_steps = {
        { DO("Switch off SMTP inspection in the firewall for the mail ports (Cisco: 'no "
               "inspect esmtp', or 'allow-tls' in its policy).") },
        { DO("Offer port 465 and publish it.") },
        { DO("Towards known partners demand encryption on your own sending server: "
               "smtp_tls_security_level = dane or secure in Postfix, hosts_require_tls in Exim.") },
    },
    .standards = STR_INIT("RFC 3207 section 6, RFC 8314 section 3.3, RFC 7672, RFC 8461"),
    .exit_status = EXIT_REFUSED,
};
