/* SPDX-License-Identifier: ISC */
/*
 * cause/catalogue_certificate.c - certificate-problem: the server's certificate does not hold
 */
#include "cause/catalogue.h"

const struct cause CATALOGUE_CERTIFICATE_EXPIRED = {
    IS(CERTIFICATE_EXPIRED),
    .family = FAMILY_CERTIFICATE_PROBLEM,
    .title = STR_INIT("The server's certificate has run out"),
    .sentence = STR_INIT("The certificate that the server shows was valid until a day that is "
                         "past, so that your program cannot be sure whom it talks to."),
    .told_apart = STR_INIT("Its last day lies in the past by a clock that is right; with "
                           "certificate-not-yet-valid its first day lies in the future."),
    .sender_steps = {
        { DO("Check date and time of your computer or device.") },
        { DO("Tell the operator, and send no password until the certificate is renewed.") },
        { DO("Look on the provider's help page whether the outgoing server has a new name.") },
    },
    .operator_steps = {
        { DO("Renew the certificate and load it: 'postfix reload', 'doveadm reload', "
               "'systemctl restart opensmtpd'; Exim reads it anew by itself.") },
        { DO("Let the renewal do that each time, with certbot by a --deploy-hook.") },
        { DO("Look at each port afterwards, since each may name a file of its own: openssl "
               "s_client -connect HOST:465, and -starttls smtp -connect HOST:587.") },
    },
    .standards = STR_INIT("RFC 5280 sections 4.1.2.5 and 6.1.3, RFC 8314 section 5.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_CERTIFICATE_NOT_YET_VALID = {
    IS(CERTIFICATE_NOT_YET_VALID),
    .family = FAMILY_CERTIFICATE_PROBLEM,
    .title = STR_INIT("The server's certificate is not valid yet"),
    .sentence = STR_INIT("By your computer's clock the certificate becomes valid only on a later "
                         "day, which mostly means that the clock is wrong."),
    .told_apart = STR_INIT("Its first day lies in the future by this machine's clock; if other "
                           "machines agree, it was issued on a machine whose clock is wrong, and "
                           "if its last day is past it is certificate-expired."),
    .sender_steps = {
        { DO("Set date, time and time zone of the computer or device to automatic.") },
        { DO("Switch on time synchronisation in a device that forgets the time without power.") },
        { DO("If the clock is right, tell the operator.") },
    },
    .operator_steps = {
        { DO("Check the clock of the machine that issued the certificate and issue it again.") },
        { DO("Put the former certificate back until the new one is valid.") },
        { DO("Keep the clocks right with chrony or systemd-timesyncd.") },
    },
    .standards = STR_INIT("RFC 5280 sections 4.1.2.5 and 6.1.3, RFC 8314 section 5.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_CERTIFICATE_SELF_SIGNED = {
    IS(CERTIFICATE_SELF_SIGNED),
    .family = FAMILY_CERTIFICATE_PROBLEM,
    .title = STR_INIT("The server vouches only for itself"),
    .sentence = STR_INIT("The server shows a certificate that it has signed itself, and nobody "
                         "whom your computer trusts confirms it."),
    .told_apart = STR_INIT("The certificate is its own issuer; with certificate-unknown-issuer "
                           "somebody else has signed it, whom your computer does not know."),
    .sender_steps = {
        { DO("Check that the name of the outgoing server is the one on the provider's help "
               "page.") },
        { DO("Ask the operator for the certificate's fingerprint by another way, such as the "
               "telephone, and confirm it in your program only if it is the same.") },
        { DO("In a network you do not know, such as a hotel's, send no password: something "
               "may stand between you and the server.") },
    },
    .operator_steps = {
        { DO("Get a certificate from a public authority, for example with certbot, for the "
               "name that your users enter.") },
        { DO("Set it with its chain on every port: smtpd_tls_chain_files in Postfix, "
               "tls_certificate and tls_privatekey in Exim, 'pki' in OpenSMTPD, "
               "Enable-ExchangeCertificate in Exchange.") },
        { DO("On an inner network run an authority of your own and install its root "
               "certificate on the users' computers.") },
    },
    .standards = STR_INIT("RFC 5280 section 6.1, RFC 8314 sections 4.4 and 5.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_CERTIFICATE_UNKNOWN_ISSUER = {
    IS(CERTIFICATE_UNKNOWN_ISSUER),
    .family = FAMILY_CERTIFICATE_PROBLEM,
    .title = STR_INIT("Nobody your computer trusts has signed the certificate"),
    .sentence = STR_INIT("The server's certificate was issued by an authority that your computer "
                         "does not know, or the server leaves out the certificates in between."),
    .told_apart = STR_INIT("The certificate names an issuer other than itself, and the chain to a "
                           "known authority cannot be closed; certificate-self-signed is its own "
                           "issuer."),
    .sender_steps = {
        { DO("Update the operating system, whose list of authorities may be old.") },
        { DO("Look at the issuer's name: if it is a virus scanner or your company, that one "
               "looks into encrypted mail and must give you its root certificate.") },
        { DO("For a company's server ask for its root certificate and import it under "
               "'Certificates', 'Authorities'.") },
    },
    .operator_steps = {
        { DO("Send the whole chain: set fullchain.pem, not cert.pem.") },
        { DO("Check from outside with openssl s_client -starttls smtp -connect HOST:587 "
               "-showcerts.") },
        { DO("In a container that sends install the package ca-certificates, and in Postfix "
               "set smtp_tls_CApath = /etc/ssl/certs.") },
    },
    .standards = STR_INIT("RFC 5280 section 6.1, RFC 8446 section 4.4.2, RFC 8314 section 5.3"),
    .exit_status = EXIT_REFUSED,
};

const struct cause CATALOGUE_CERTIFICATE_WRONG_NAME = {
    IS(CERTIFICATE_WRONG_NAME),
    .family = FAMILY_CERTIFICATE_PROBLEM,
    .title = STR_INIT("The certificate belongs to another name"),
    .sentence = STR_INIT("The server's certificate is made out to other names than the one in "
                         "your settings."),
    .told_apart = STR_INIT("Dates and issuer are right and only the name does not fit; if "
                           "greeting and certificate belong to a stranger it is wrong-server or "
                           "redirected-by-network."),
    .sender_steps = {
        { DO("Enter the outgoing server's name as the provider spells it, in place of your "
               "own domain or a number.") },
        { DO("If the certificate's names have nothing to do with your provider, send no "
               "password, and try another network.") },
    },
    .operator_steps = {
        { DO("Issue the certificate for every name that users enter (as subject alternative "
               "names).") },
        { DO("Or tell all users one name, and publish it in the SRV record _submissions._tcp "
               "and in the autoconfig file.") },
        { DO("For many domains on one server choose certificates by name: tls_server_sni_maps "
               "in Postfix, tls_certificate with $tls_in_sni in Exim, local_name in Dovecot.") },
    },
    .standards = STR_INIT("RFC 9525 section 6, RFC 7817 section 3, RFC 5280 section 4.2.1.6"),
    .exit_status = EXIT_REFUSED,
};
