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
        { DO("Check date and time of your computer or device."),
          UNDO("Set them back to automatic if you changed them by hand.") },
        { DO("Tell the operator, and send no password until the certificate is renewed."),
          WARN("An exception for this certificate stays for ever, and hides the next, worse "
               "one.") },
        { DO("Look on the provider's help page whether the outgoing server has a new name.") },
    },
    .operator_steps = {
        { DO("Renew the certificate and let the mail service load it, and let the renewal do "
             "that each time (certbot: --deploy-hook)."),
          CHECK("'openssl s_client -starttls smtp -connect HOST:587 | openssl x509 -noout "
                "-enddate' shows the new day."),
          UNDO("Keep the former files until then; certbot keeps them in archive.") },
        { DO("Look at each port afterwards, since each may name a file of its own: 25, 465, "
             "587, and those of IMAP.") },
        { ON(POSTFIX),
          DO("Run 'postfix reload' and 'doveadm reload' after the renewal, and check that "
             "smtpd_tls_chain_files names the renewed file."),
          CHECK("'postconf -n | grep -E \"chain|cert_file|key_file\"', and master.cf has no "
                "other file in a -o line."),
          UNDO("None is needed; a reload changes no setting.") },
        { ON(EXIM),
          DO("Check that tls_certificate and tls_privatekey name the renewed files and that "
             "Debian-exim can read both; Exim reads them anew for each connection."),
          CHECK("'exim -bP tls_certificate', and a connection shows the new day.") },
        { ON(OPENSMTPD),
          DO("Restart it, since it keeps the certificate in memory: 'systemctl restart "
             "opensmtpd', or 'rcctl restart smtpd'."),
          CHECK("A connection shows the new day."),
          UNDO("None is needed; a restart changes no setting.") },
        { ON(EXCHANGE),
          DO("Renew it and give it to SMTP: Enable-ExchangeCertificate -Thumbprint T -Services "
             "SMTP, and set TlsCertificateName anew on connectors that name it."),
          CHECK("Get-ExchangeCertificate | Format-List Services, NotAfter, Subject."),
          UNDO("Enable the former one in the same way while it is valid."),
          WARN("Do not delete the self-signed certificate of the name 'Microsoft Exchange': the "
               "server's own parts need it.") },
        { ON(MICROSOFT_365),
          DO("Where a connector knows your server by its certificate, renew it on your server "
             "with the same name, and check TlsSenderCertificateName of the inbound connector."),
          CHECK("Validate-OutboundConnector, or a test message through the connector."),
          UNDO("Set the former name with Set-InboundConnector.") },
        { ON(CPANEL),
          DO("Run AutoSSL for the account, and look under 'Manage Service SSL Certificates' in "
             "WHM whether Exim's own certificate is renewed."),
          CHECK("A connection to 465 shows the new day."),
          UNDO("Install the former certificate on the same page while it is valid.") },
        { ON(PLESK),
          DO("Renew it under 'SSL/TLS Certificates' and choose it anew for mail, both for the "
             "server and in the domain's 'Mail Settings'."),
          CHECK("A connection to 465 shows the new day."),
          UNDO("Choose the former one in the same places.") },
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
        { DO("Set date, time and time zone of the computer or device to automatic."),
          UNDO("Set them by hand again if no time server can be reached.") },
        { DO("Switch on time synchronisation in a device that forgets the time without power."),
          UNDO("Switch it off again in the same menu.") },
        { DO("If the clock is right, tell the operator."),
          WARN("Do not set the clock to another day to make the warning go away: other "
               "certificates and logins fail then.") },
    },
    .operator_steps = {
        { DO("Check the clock of the machine that issued the certificate and issue it again."),
          CHECK("'openssl x509 -noout -startdate -in FILE' shows a day that is past."),
          UNDO("Keep the former files until the new ones work.") },
        { DO("Put the former certificate back until the new one is valid."),
          CHECK("A connection shows its dates."),
          UNDO("Install the new one again when its first day has come.") },
        { DO("Keep the clocks right with chrony or systemd-timesyncd."),
          CHECK("'timedatectl' says that the clock is synchronised."),
          UNDO("Run 'timedatectl set-ntp false'.") },
        { ON(POSTFIX),
          DO("Run 'postfix reload' after a change of the files named in smtpd_tls_chain_files."),
          CHECK("'openssl s_client -starttls smtp -connect HOST:587' shows the dates."),
          UNDO("None is needed; a reload changes no setting.") },
        { ON(OPENSMTPD),
          DO("Restart the service after a change of the files named in 'pki'."),
          CHECK("A connection shows the new dates."),
          UNDO("None is needed; a restart changes no setting.") },
        { ON(EXCHANGE),
          DO("Check the time of the server against its domain controller, 'w32tm /query "
             "/status', and enable the valid certificate: Enable-ExchangeCertificate "
             "-Thumbprint T -Services SMTP."),
          CHECK("Get-ExchangeCertificate | Format-List NotBefore, NotAfter, Services."),
          UNDO("Enable the other one in the same way.") },
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
             "telephone, and confirm it in your program only if it is the same."),
          UNDO("Delete the exception in the program's list of certificates (servers) when the "
               "operator has a better one."),
          WARN("To switch the check off altogether lets everyone on the way read the password: "
               "confirm this one certificate or none.") },
        { DO("In a network you do not know, such as a hotel's, send no password: something may "
             "stand between you and the server.") },
    },
    .operator_steps = {
        { DO("Get a certificate from a public authority, for example with certbot, for the name "
             "that your users enter."),
          CHECK("'openssl s_client -starttls smtp -connect HOST:587' ends in 'Verify return "
                "code: 0 (ok)'."),
          UNDO("Keep the former files; naming them again brings them back.") },
        { DO("On an inner network run an authority of your own and install its root certificate "
             "on the users' computers."),
          CHECK("A program on such a computer connects without a warning."),
          UNDO("Remove the root certificate there again."),
          WARN("Guard the authority's key well: whoever has it can pass for any server on those "
               "computers.") },
        { ON(POSTFIX),
          DO("Name key and chain in smtpd_tls_chain_files = "
             "/etc/letsencrypt/live/HOST/privkey.pem, /etc/letsencrypt/live/HOST/fullchain.pem, "
             "in this order, and reload."),
          CHECK("'postconf smtpd_tls_chain_files' shows both, and the log has no 'TLS library "
                "problem'."),
          UNDO("Set the former files again and reload.") },
        { ON(EXIM),
          DO("Set tls_certificate to fullchain.pem and tls_privatekey to privkey.pem (Debian: "
             "MAIN_TLS_CERTIFICATE and MAIN_TLS_PRIVATEKEY in exim4.conf.localmacros); both "
             "must be readable for Debian-exim."),
          CHECK("'exim -bP tls_certificate tls_privatekey' shows both."),
          UNDO("Take the macros out and restart.") },
        { ON(OPENSMTPD),
          DO("Write 'pki HOST cert \"/etc/ssl/HOST.fullchain.pem\"' and 'pki HOST key "
             "\"/etc/ssl/private/HOST.key\"', and name it in the listeners."),
          CHECK("'smtpd -n' finds no error; it refuses a key that others can read."),
          UNDO("Put the former pki lines back and restart.") },
        { ON(EXCHANGE),
          DO("Import the certificate and give it to SMTP: Import-ExchangeCertificate, then "
             "Enable-ExchangeCertificate -Thumbprint T -Services SMTP."),
          CHECK("Get-ExchangeCertificate | Format-List IsSelfSigned, Services, "
                "CertificateDomains."),
          UNDO("Enable the former one in the same way."),
          WARN("Keep the self-signed one for the connections between the server's own parts.") },
        { ON(CPANEL),
          DO("Install a certificate for the server's name under 'Manage Service SSL "
             "Certificates' in WHM, or let AutoSSL make one."),
          CHECK("A connection to 465 is verified."),
          UNDO("Use 'Reset Certificate' there, which brings a self-signed one back.") },
        { ON(PLESK),
          DO("Choose a certificate by Let's Encrypt under 'SSL/TLS Certificates', 'Certificate "
             "for securing mail'."),
          CHECK("A connection to 465 is verified."),
          UNDO("Choose the default certificate there again.") },
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
             "'Certificates', 'Authorities'."),
          UNDO("Delete it from the same list when you leave the company."),
          WARN("A root certificate can vouch for any server: import none that came by mail or "
               "from a web page you do not trust.") },
    },
    .operator_steps = {
        { DO("Send the whole chain: set fullchain.pem, not cert.pem."),
          CHECK("'openssl s_client -starttls smtp -connect HOST:587 -showcerts' shows two "
                "certificates or more and 'Verify return code: 0 (ok)'."),
          UNDO("Name the former file again and reload.") },
        { DO("On a machine or in a container that sends install the package ca-certificates."),
          CHECK("'ls /etc/ssl/certs | wc -l' gives some hundreds."),
          UNDO("Remove the package again; nothing then verifies."),
          WARN("Mount the list of authorities or install the package; a program that verifies "
               "nothing gives its password to anybody.") },
        { ON(POSTFIX),
          DO("For the server set smtpd_tls_chain_files to key and full chain; where Postfix "
             "sends set smtp_tls_CApath = /etc/ssl/certs, or smtp_tls_CAfile = "
             "/etc/ssl/certs/ca-certificates.crt, which a chroot can use too."),
          CHECK("The log shows 'Trusted' or 'Verified TLS connection' in place of 'Untrusted'."),
          UNDO("Run 'postconf -X smtp_tls_CApath' and reload.") },
        { ON(EXIM),
          DO("Set tls_certificate to the full chain; where Exim sends set "
             "tls_verify_certificates = system on the transport."),
          CHECK("Lines in mainlog hold CV=yes."),
          UNDO("Take the setting out and reload.") },
        { ON(OPENSMTPD),
          DO("Let 'pki NAME cert' name the full chain; where it sends it uses the system's "
             "list, and an authority of your own is named by 'ca'."),
          CHECK("'smtpd -n' finds no error, and the next delivery is made."),
          UNDO("Put the former file back and restart."),
          WARN("'tls no-verify' in a relay action ends the check for that action altogether.") },
        { ON(EXCHANGE),
          DO("Install the certificates in between in the store 'Intermediate Certification "
             "Authorities' of the computer: the server sends them along from there."),
          CHECK("A connection from outside shows the whole chain."),
          UNDO("Delete them from that store again.") },
        { ON(MICROSOFT_365),
          DO("Let a server that a connector knows by certificate send its whole chain from a "
             "public authority: one of your own is not accepted there."),
          CHECK("Validate-OutboundConnector for the other direction, and a test message for "
                "this one."),
          UNDO("Install the former certificate on your server again.") },
        { ON(CPANEL),
          DO("Paste the bundle of the authority into the field for it under 'Manage Service SSL "
             "Certificates' in WHM."),
          CHECK("A connection to 465 shows two certificates or more."),
          UNDO("Install the former certificate on the same page.") },
        { ON(PLESK),
          DO("Upload the certificate with its CA part under 'SSL/TLS Certificates', and choose "
             "it for mail anew."),
          CHECK("A connection to 465 shows two certificates or more."),
          UNDO("Choose the former one there again.") },
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
        { DO("Enter the outgoing server's name as the provider spells it, in place of your own "
             "domain or a number."),
          UNDO("Put the former name back; note it first.") },
        { DO("If the certificate's names have nothing to do with your provider, send no "
             "password, and try another network."),
          WARN("An exception for a certificate of another name tells your program to trust a "
               "stranger from now on.") },
    },
    .operator_steps = {
        { DO("Issue the certificate for every name that users enter (as subject alternative "
             "names), or tell all users one name."),
          CHECK("'openssl s_client -starttls smtp -connect HOST:587 | openssl x509 -noout -ext "
                "subjectAltName' lists them."),
          UNDO("Issue it again without the name that is no longer used.") },
        { DO("Publish the one name in the SRV record _submissions._tcp and in the autoconfig "
             "file."),
          CHECK("'baton discover ADDRESS' finds it."),
          UNDO("Remove record and file again."),
          WARN("A certificate of a foreign domain behind an SRV record is trusted by programs "
               "only after asking: use a name in the users' own domain, or tell them "
               "beforehand.") },
        { ON(POSTFIX),
          DO("For many domains on one server choose by name: tls_server_sni_maps = "
             "hash:/etc/postfix/sni with lines 'HOST KEY-FILE CHAIN-FILE', made by 'postmap "
             "-F'."),
          CHECK("'openssl s_client -servername HOST -starttls smtp -connect HOST:587' shows "
                "that name."),
          UNDO("Run 'postconf -X tls_server_sni_maps' and reload.") },
        { ON(POSTFIX),
          SENDS,
          DO("Where Postfix sends, write the relayhost by the name in its certificate; "
             "smtp_tls_policy_maps with 'secure match=NAME' accepts another known name for that "
             "server alone."),
          CHECK("The log shows 'Verified TLS connection'."),
          UNDO("Delete the line, run postmap and reload.") },
        { ON(EXIM),
          DO("Choose by $tls_in_sni in tls_certificate and tls_privatekey, with a default "
             "behind it."),
          CHECK("'openssl s_client -servername HOST -connect HOST:465' shows that name."),
          UNDO("Put the single file back and reload."),
          WARN("Take the name through a look-up or a list of yours before it becomes part of a "
               "file name: it comes from the client.") },
        { ON(OPENSMTPD),
          DO("Name several 'pki' in the listener, each with its certificate; the client's name "
             "chooses among them."),
          CHECK("'openssl s_client -servername HOST -connect HOST:465' shows that name."),
          UNDO("Remove the further pki words and restart.") },
        { ON(EXCHANGE),
          DO("Set the connector to the certificate and name that users enter: "
             "TlsCertificateName and Fqdn of 'Client Frontend'."),
          CHECK("Get-ReceiveConnector NAME | Format-List Fqdn, TlsCertificateName."),
          UNDO("Set the two to their former values.") },
        { ON(MICROSOFT_365),
          DO("Tell users to enter smtp.office365.com and no name of your own domain: its "
             "certificate holds the service's names alone.") },
        { ON(CPANEL),
          DO("Let AutoSSL cover mail.DOMAIN of each account: Exim chooses by the name the "
             "program asks for."),
          CHECK("'openssl s_client -servername mail.DOMAIN -connect HOST:465' shows it."),
          UNDO("Exclude the name again on the account's 'SSL/TLS Status' page.") },
        { ON(PLESK),
          DO("Choose a certificate for mail in the domain's 'Mail Settings', with SNI, and "
             "issue it with the name mail.DOMAIN included."),
          CHECK("'openssl s_client -servername mail.DOMAIN -connect HOST:465' shows it."),
          UNDO("Set it to 'Not selected' there again.") },
    },
    .standards = STR_INIT("RFC 9525 section 6, RFC 7817 section 3, RFC 5280 section 4.2.1.6"),
    .exit_status = EXIT_REFUSED,
};
